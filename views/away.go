package views

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// drawAway confirms an absence, or its end.
func drawAway(_ context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	if v.Subject != viewer.ID {
		return bot.Card{}, bot.ErrMoot
	}
	absence, away := tx.Snapshot().Absence(viewer.ID)
	if !away || absence.Until < today(tx, viewer) {
		return bot.Card{Tone: bot.Good, Title: "You are back", Body: []bot.Node{bot.T("You decide for yourself again.")}}, nil
	}
	card := bot.Card{
		Tone: bot.Good, Title: "Away until " + bot.Date(absence.Until).Long(),
		Actions: []bot.Action{{Label: "I am back", Do: bot.Do("hire.away", "back")}},
	}
	if absence.Delegate == "" {
		card.Body = []bot.Node{bot.T("Nobody decides for you: what you are asked to approve waits, or goes to others of its step.")}
		return card, nil
	}
	card.Body = []bot.Node{bot.Join(personText(tx.Snapshot(), absence.Delegate), bot.T(" may approve in your place until then; whoever of you presses first decides."))}
	return card, nil
}

// Owned is what somebody owns or works on and that is not ended, for whoever would hand it over.
type Owned struct {
	// Seen are those that they may know of; Unseen are confidential ones that they may move all the same.
	Seen, Unseen []hiring.Requisition
	// Stays is how many confidential ones of somebody deactivated they may not move.
	Stays int
}

// Moves returns all that would be handed over.
func (o Owned) Moves() []hiring.Requisition { return slices.Concat(o.Seen, o.Unseen) }

// OwnedBy returns what somebody owns, for a viewer who would hand it over. Of the confidential ones of
// others they learn nothing while their owner is there to hand them over.
func OwnedBy(ctx context.Context, tx *store.Tx, viewer bot.Actor, person string) (Owned, error) {
	var owned Owned
	all, err := AllOf(ctx, tx, store.ReqFilter{Viewer: store.ReqViewer{Person: person, All: true}, Member: person, States: activeStates})
	if err != nil {
		return owned, err
	}
	owner, _ := tx.Snapshot().Person(person)
	for _, r := range all {
		known := !r.Confidential
		if !known {
			on, _, err := ReqSubject(ctx, tx, r)
			if err != nil {
				return owned, err
			}
			known = hiring.May(Actor(viewer), hiring.SeeReq, on)
		}
		switch {
		case known:
			owned.Seen = append(owned.Seen, r)
		case owner.Active:
		case hiring.May(Actor(viewer), hiring.HandOverUnseen, hiring.Subject{}):
			owned.Unseen = append(owned.Unseen, r)
		default:
			owned.Stays++
		}
	}
	return owned, nil
}

// WaitingOn returns the open approvals in which somebody has still to decide, of requisitions that
// whoever hands them over may move.
func WaitingOn(ctx context.Context, tx *store.Tx, viewer bot.Actor, person string) ([]hiring.Approval, error) {
	open, err := tx.OpenApprovalsOf(ctx, person)
	if err != nil {
		return nil, err
	}
	var out []hiring.Approval
	for _, a := range open {
		_, err := tx.RequisitionFor(ctx, a.Subject, store.ReqViewer{Person: viewer.ID, All: true})
		if hiring.ErrorCode(err) == hiring.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

func refuseHandOver(tx *store.Tx, viewer bot.Actor) error {
	if hiring.May(Actor(viewer), hiring.HandOver, hiring.Subject{}) {
		return nil
	}
	return hiring.Errorf(hiring.NotAllowed, "Recruiters and admins hand things over. Ask %s.", whomToAsk(tx, hiring.Recruiter, hiring.Admin))
}

// drawHandover previews a hand-over; its arguments are from whom and to whom.
func drawHandover(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	if err := refuseHandOver(tx, viewer); err != nil {
		return bot.Card{}, err
	}
	from, to := v.Subject, arg(v, 0)
	owned, err := OwnedBy(ctx, tx, viewer, from)
	if err != nil {
		return bot.Card{}, err
	}
	reqs := owned.Seen
	approvals, err := WaitingOn(ctx, tx, viewer, from)
	if err != nil {
		return bot.Card{}, err
	}
	s := tx.Snapshot()
	names := bot.Join(personText(s, from), bot.T(" → "), personText(s, to))
	var stays []bot.Node
	if owned.Stays > 0 {
		stays = []bot.Node{bot.T(count(owned.Stays, "confidential requisition") + " of theirs would stay: an admin hands over what only its team may see. Ask " + whomToAsk(tx, hiring.Admin) + ".")}
	}
	if len(owned.Moves()) == 0 && len(approvals) == 0 {
		return bot.Card{Title: "Nothing to hand over", Body: append([]bot.Node{names, bot.T("There is no requisition and no open approval that would move.")}, stays...)}, nil
	}
	card := bot.Card{Tone: bot.Attention, Title: fmt.Sprintf("This would move %s and %s", movedReqs(len(owned.Moves()), len(owned.Unseen)), count(len(approvals), "open approval"))}
	card.Body = append([]bot.Node{names}, stays...)
	var lines []bot.Text
	for _, r := range reqs {
		if len(lines) == PageSize || !hiring.May(Actor(viewer), hiring.SeeReq, hiring.Subject{Req: &r}) {
			continue // of what they may not see they learn the number, so that nothing is left behind
		}
		p, _ := s.Playbook(r.Role)
		lines = append(lines, bot.Join(bot.B(r.ID+" "), bot.T(ReqName(r, p)+" · "+strings.ToLower(hiring.ReqStateTitle(r.State)))))
	}
	if rest := len(reqs) - len(lines); rest > 0 && len(lines) > 0 {
		lines = append(lines, bot.Tf("… and %d more", rest))
	}
	if len(lines) > 0 {
		card.Body = append(card.Body, bot.Lines(lines...))
	}
	if p, ok := s.Person(to); ok && !p.Has(hiring.HiringManager) && slices.ContainsFunc(owned.Moves(), func(r hiring.Requisition) bool { return r.HiringManager == from }) {
		card.Body = append(card.Body, bot.Join(personText(s, to), bot.T(" is no hiring manager, so they would make no new ones; an admin can change that.")))
	}
	card.Body = append(card.Body, bot.T("Nothing is moved yet."))
	card.Actions = []bot.Action{{
		Label: "Hand over", Style: bot.Primary, Do: bot.Do("hire.handover", from, to, "yes"),
		Confirm: &bot.Confirm{Title: "Hand it over?", Text: "They own it from then on, and decide what waits.", Yes: "Hand over", No: "Not yet"},
	}}
	return card, nil
}

// movedReqs counts requisitions, with those that are confidential to whoever moves them.
func movedReqs(all, unseen int) string {
	if unseen == 0 {
		return count(all, "requisition")
	}
	return fmt.Sprintf("%s (%d confidential)", count(all, "requisition"), unseen)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// drawHandedOver confirms a hand-over; its last arguments are how many requisitions and approvals moved.
func drawHandedOver(_ context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	if err := refuseHandOver(tx, viewer); err != nil {
		return bot.Card{}, err
	}
	return bot.Card{
		Tone: bot.Good, Title: "Handed over",
		Body: []bot.Node{bot.Join(personText(tx.Snapshot(), v.Subject), bot.T(" → "), personText(tx.Snapshot(), arg(v, 0)), bot.Tf(": requisitions %s, open approvals %s.", arg(v, 1), arg(v, 2)))},
	}, nil
}

// drawTakenOver tells somebody what they own now; its subject is who owned it, its arguments who handed
// it over and how many requisitions.
func drawTakenOver(_ context.Context, tx *store.Tx, _ bot.Actor, v bot.View) (bot.Card, error) {
	title := "You have taken over " + arg(v, 1) + " requisitions"
	if arg(v, 1) == "1" {
		title = "You have taken over a requisition"
	}
	return bot.Card{
		Title:   title,
		Body:    []bot.Node{bot.Join(personText(tx.Snapshot(), arg(v, 0)), bot.T(" handed you what "), personText(tx.Snapshot(), v.Subject), bot.T(" owned."))},
		Actions: []bot.Action{{Label: "Show them", Do: bot.Do("req.list", "mine")}},
	}, nil
}

// drawQuiet confirms that a channel is kept quiet, or not.
func drawQuiet(_ context.Context, _ *store.Tx, _ bot.Actor, v bot.View) (bot.Card, error) {
	if arg(v, 0) == "off" {
		return bot.Card{Tone: bot.Good, Body: []bot.Node{bot.T("I may post in this channel again, when a requisition opens and it is the hiring channel.")}}, nil
	}
	return bot.Card{
		Tone: bot.Good, Body: []bot.Node{bot.T("I keep quiet in this channel: nothing from me unless somebody asks.")},
		Actions: []bot.Action{{Label: "Let it post again", Do: bot.Do("hire.quiet", "off")}},
	}, nil
}
