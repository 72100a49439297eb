package views

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// homeShown is how many requisitions a home lists.
const homeShown = 5

func drawHome(ctx context.Context, tx *store.Tx, viewer bot.Actor, _ bot.View) (bot.Card, error) {
	s := tx.Snapshot()
	a := Actor(viewer)
	named := !PrivateHere(tx, viewer)
	look := homeLook{
		company:     s.Setting(hiring.SettingCompany),
		bands:       hiring.MayEver(a, hiring.SeeBand),
		noAdmin:     len(s.PeopleWith(hiring.Admin)) == 0,
		noRecruiter: a.Has(hiring.Admin) && len(s.PeopleWith(hiring.Recruiter)) == 0,
		makes:       hiring.May(a, hiring.MakeReq, hiring.Subject{}),
		admin:       a.Has(hiring.Admin),
		name: func(r hiring.Requisition) string {
			if p, _ := s.Playbook(r.Role); named {
				return " " + ReqName(r, p)
			}
			return ""
		},
	}
	if viewer.ID == "" {
		return homeCard(viewer, look), nil
	}
	var err error
	if look.waiting, err = tx.ApprovalsWaitingFor(ctx, viewer.ID, today(tx, viewer), PageSize); err != nil {
		return bot.Card{}, err
	}
	mine := store.ReqFilter{Viewer: ReqViewer(viewer), Member: viewer.ID, Limit: homeShown + 1}
	mine.States = []hiring.ReqState{hiring.ReqDraft}
	if look.drafts, err = tx.Requisitions(ctx, mine); err != nil {
		return bot.Card{}, err
	}
	mine.States = []hiring.ReqState{hiring.ReqPending, hiring.ReqOpen, hiring.ReqOnHold}
	if look.mine, err = tx.Requisitions(ctx, mine); err != nil {
		return bot.Card{}, err
	}
	for _, r := range look.mine {
		if r.State != hiring.ReqPending || r.Requester != viewer.ID {
			continue
		}
		asked, _, err := tx.LatestApproval(ctx, r.ID)
		if err != nil {
			return bot.Card{}, err
		}
		if asked.Paused() && asked.Requester == viewer.ID {
			look.questions = append(look.questions, r.ID)
		}
	}
	if hiring.May(a, hiring.HandOver, hiring.Subject{}) && named {
		if look.orphans, err = orphans(ctx, tx); err != nil {
			return bot.Card{}, err
		}
	}
	return homeCard(viewer, look), nil
}

// orphan is somebody who was deactivated and still owns things.
type orphan struct {
	person hiring.Person
	things int
	more   bool
	// into is the name of who goes on for somebody who was merged.
	into string
}

// orphans returns the deactivated people who still own requisitions. Confidential ones are counted and
// not named: somebody must see to them too.
func orphans(ctx context.Context, tx *store.Tx) ([]orphan, error) {
	var out []orphan
	for _, p := range tx.Snapshot().People() {
		if p.Active {
			continue
		}
		list, err := tx.Requisitions(ctx, store.ReqFilter{
			Viewer: store.ReqViewer{Person: p.ID, All: true}, Member: p.ID, Limit: PageSize + 1,
			States: []hiring.ReqState{hiring.ReqDraft, hiring.ReqPending, hiring.ReqOpen, hiring.ReqOnHold},
		})
		if err != nil {
			return nil, err
		}
		if len(list) > 0 {
			into, _ := tx.Snapshot().Person(p.MergedInto)
			out = append(out, orphan{person: p, things: min(len(list), PageSize), more: len(list) > PageSize, into: into.Name})
		}
	}
	return out, nil
}

// homeLook is what somebody's home is drawn from.
type homeLook struct {
	company              string
	bands, makes, admin  bool
	noAdmin, noRecruiter bool
	waiting              []hiring.Approval
	drafts, mine         []hiring.Requisition
	orphans              []orphan
	// questions are the requisitions of which an approver waits for this person's answer.
	questions []string
	name      func(hiring.Requisition) string
}

func homeCard(viewer bot.Actor, look homeLook) bot.Card {
	hello := "Hello"
	if viewer.Name != "" {
		hello += ", " + viewer.Name
	}
	card := bot.Card{Title: hello, Context: bot.Join(bot.T(look.company+" · you are: "+rolesOf(viewer)+" · "), bot.C("/hire help"), bot.T(" lists all you can do"))}
	if look.noAdmin {
		card.Body = append(card.Body, bot.Join(bot.T("Nobody is admin here yet. Whoever started the bot has a code: "), bot.C("/hire claim CODE")))
	}
	if look.noRecruiter {
		card.Body = append(card.Body, bot.T("Nobody is recruiter yet. Setup asks four things, all with a default."))
		card.Actions = append(card.Actions, bot.Action{Label: "Set up", Do: bot.Do("hire.setup"), Style: bot.Primary})
	}
	for _, o := range look.orphans {
		number := fmt.Sprint(o.things)
		if o.more {
			number += "+"
		}
		things := "things"
		if o.things == 1 {
			things = "thing"
		}
		card.Tone = bot.Attention
		who, went := o.person.Name, ", who was deactivated. "
		if o.into != "" {
			who, went = o.person.Name+" (merged)", ", who goes on as "+o.into+". "
		}
		card.Body = append(card.Body, bot.Join(bot.B("Nobody owns "+number+" "+things), bot.T(" of "+o.person.Name+went), bot.C("/hire handover @"+who+" @"+cmp.Or(o.into, "…"))))
	}
	if n := len(look.waiting); n > 0 {
		card.Tone = bot.Attention
		verb := " waits"
		if n > 1 {
			verb = " wait"
		}
		card.Body = append(card.Body, bot.Join(bot.B(count(n, "approval")), bot.T(verb+" for your decision.")))
		card.Actions = append(card.Actions, bot.Action{Label: "Decide", Do: bot.Do("req.next"), Style: bot.Primary})
	}
	for i, id := range look.questions {
		card.Tone = bot.Attention
		card.Body = append(card.Body, bot.Join(bot.B("A question on "+id), bot.T(" waits for your answer.")))
		if i == 0 {
			card.Actions = append(card.Actions, bot.Action{Label: "Answer " + id, Do: bot.Do("req.answer", id), Style: bot.Primary})
		}
	}
	menu := &bot.Menu{Label: "Show one"}
	list := func(title string, reqs []hiring.Requisition) {
		if len(reqs) == 0 {
			return
		}
		lines := []bot.Text{bot.B(title)}
		for i, r := range reqs {
			if i == homeShown {
				lines = append(lines, bot.Join(bot.T("… and more: "), bot.C("/req list mine")))
				break
			}
			lines = append(lines, bot.Join(bot.T(r.ID+look.name(r)+" · "+strings.ToLower(hiring.ReqStateTitle(r.State))), bot.Tf(" · %d of %d filled", r.Filled, r.Seats)))
			menu.Items = append(menu.Items, bot.MenuItem{Label: r.ID + look.name(r), Do: bot.Do("req.show", r.ID)})
		}
		card.Body = append(card.Body, bot.Lines(lines...))
	}
	list("Your drafts", look.drafts)
	list("Your requisitions", look.mine)
	if len(card.Body) == 0 {
		card.Body = append(card.Body, bot.T("Nothing waits for you."))
	}
	if len(menu.Items) > 0 {
		card.Menu = menu
	}
	offer := func(when bool, label, command string) {
		if when && len(card.Actions) < 3 {
			card.Actions = append(card.Actions, bot.Action{Label: label, Do: bot.Do(command)})
		}
	}
	offer(look.makes, "New requisition", "req.new")
	offer(look.bands, "Salary bands", "band.list")
	offer(look.admin, "People", "hire.people")
	offer(true, "Requisitions", "req.list")
	offer(true, "Roles we hire for", "hire.roles")
	offer(true, "Help", "hire.help")
	return card
}

func rolesOf(viewer bot.Actor) string {
	roles := make([]hiring.Role, 0, len(viewer.Roles))
	for _, r := range viewer.Roles {
		roles = append(roles, hiring.Role(r))
	}
	return roleTitles(roles)
}
