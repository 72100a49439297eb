package views

import (
	"context"
	"fmt"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

func drawReqHistory(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	r, on, _, err := ReqFor(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	if !hiring.May(Actor(viewer), hiring.SeeReqDetails, on) {
		return bot.Card{}, hiring.Errorf(hiring.NotAllowed, "The history of %s is for those who work on it. Ask %s.", r.ID, personText(tx.Snapshot(), r.HiringManager).Plain(viewer.Zone))
	}
	entries, err := tx.History(ctx, r.ID, maxHistory)
	if err != nil {
		return bot.Card{}, err
	}
	if err := tx.Audit(ctx, store.AuditEvent{Subject: r.ID, Fact: FactRequisition}); err != nil {
		return bot.Card{}, err
	}
	amounts := seesAmounts(tx, viewer)
	card := bot.Card{Title: "History of " + r.ID, Actions: []bot.Action{{Label: "Back to " + r.ID, Do: bot.Do("req.show", r.ID)}}}
	var lines []bot.Text
	for _, e := range entries {
		line := bot.Join(bot.At(e.At), bot.T(" · "), personText(tx.Snapshot(), e.By), bot.T(" "+e.What))
		if text := e.Detail["text"]; text != "" && (amounts || e.Detail["pay"] == "") {
			line = bot.Join(line, bot.T(": "+text))
		}
		lines = append(lines, line)
	}
	card.Body = []bot.Node{bot.Lines(lines...)}
	if len(entries) == maxHistory {
		card.Context = bot.Tf("The latest %d.", maxHistory)
	}
	return card, nil
}

// PageSize is how many records a list shows at once.
const PageSize = 10

// What a list can be narrowed to beside the states.
const (
	// MineOnly lists those of whose team one is, in every state.
	MineOnly = "mine"
	// AllStates lists those that are filled or closed too.
	AllStates = "all"
)

// activeStates are those of requisitions that somebody has still to do something about.
var activeStates = []hiring.ReqState{hiring.ReqDraft, hiring.ReqPending, hiring.ReqOpen, hiring.ReqOnHold}

// AllOf returns all requisitions that a filter lets through, whatever its limit.
func AllOf(ctx context.Context, tx *store.Tx, f store.ReqFilter) ([]hiring.Requisition, error) {
	const page = 100
	f.Limit = page
	var out []hiring.Requisition
	for {
		found, err := tx.Requisitions(ctx, f)
		if err != nil {
			return nil, err
		}
		if out = append(out, found...); len(found) < page {
			return out, nil
		}
		f.After = found[page-1].ID
	}
}

// drawReqList lists requisitions; its arguments are state, owner, role, and the page's cursor.
func drawReqList(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	filter := store.ReqFilter{Viewer: ReqViewer(viewer), Owner: arg(v, 1), Role: arg(v, 2), After: arg(v, 3), Limit: PageSize + 1}
	switch state := arg(v, 0); state {
	case AllStates:
	case MineOnly:
		if viewer.ID == "" {
			return reqListCard(tx.Snapshot(), nil, v, false), nil
		}
		filter.Member = viewer.ID
	case "":
		filter.States = activeStates
	default:
		filter.States = []hiring.ReqState{hiring.ReqState(state)}
	}
	list, err := tx.Requisitions(ctx, filter)
	if err != nil {
		return bot.Card{}, err
	}
	return reqListCard(tx.Snapshot(), list, v, hiring.May(Actor(viewer), hiring.MakeReq, hiring.Subject{})), nil
}

// listTitle says what a list is narrowed to.
func listTitle(s *store.Snapshot, v bot.View) string {
	title := "Requisitions"
	switch state := arg(v, 0); state {
	case "":
	case MineOnly:
		title = "Your requisitions"
	case AllStates:
		title = "All requisitions"
	default:
		title += ": " + strings.ToLower(hiring.ReqStateTitle(hiring.ReqState(state)))
	}
	if p, ok := s.Playbook(arg(v, 2)); ok {
		title += ", " + p.Title
	}
	if p, ok := s.Person(arg(v, 1)); ok {
		title += ", of " + p.Name
	}
	return title
}

func reqListCard(s *store.Snapshot, list []hiring.Requisition, v bot.View, makes bool) bot.Card {
	card := bot.Card{Title: listTitle(s, v)}
	if len(list) == 0 {
		card.Body = []bot.Node{bot.T("There is none. Everybody sees those that were approved; drafts are for those who work on them.")}
		switch {
		case makes:
			card.Actions = []bot.Action{{Label: "New requisition", Do: bot.Do("req.new"), Style: bot.Primary}}
		case arg(v, 0) != AllStates || arg(v, 1) != "" || arg(v, 2) != "":
			card.Actions = []bot.Action{{Label: "All requisitions", Do: bot.Do("req.list", AllStates)}}
		default:
			card.Actions = []bot.Action{{Label: "My home", Do: bot.Do("hire.home")}}
		}
		return card
	}
	more := len(list) > PageSize
	if more {
		list = list[:PageSize]
	}
	menu := &bot.Menu{Label: "Show one"}
	var lines []bot.Text
	for _, r := range list {
		p, _ := s.Playbook(r.Role)
		name := ReqName(r, p)
		lines = append(lines, bot.Join(bot.B(r.ID+" "), bot.T(name+" · "+joinNonEmpty(" · ", r.Location, strings.ToLower(hiring.ReqStateTitle(r.State)))+fmt.Sprintf(" · %d of %d filled", r.Filled, r.Seats))))
		menu.Items = append(menu.Items, bot.MenuItem{Label: r.ID + " " + name, Do: bot.Do("req.show", r.ID)})
	}
	card.Body = []bot.Node{bot.Lines(lines...)}
	card.Menu = menu
	if more {
		card.Actions = append(card.Actions, bot.Action{Label: "Next page", Do: bot.Do("req.list", arg(v, 0), arg(v, 1), arg(v, 2), list[len(list)-1].ID)})
	}
	if arg(v, 3) != "" {
		card.Actions = append(card.Actions, bot.Action{Label: "First page", Do: bot.Do("req.list", arg(v, 0), arg(v, 1), arg(v, 2))})
	}
	if makes {
		card.Actions = append(card.Actions, bot.Action{Label: "New requisition", Do: bot.Do("req.new")})
	}
	return card
}
