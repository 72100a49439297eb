package views

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// UndoableReq tells whether asking for approval can still be taken back by the button of its card:
// within ten minutes, and while nobody has decided. One that was open before stays what it became.
func UndoableReq(r hiring.Requisition, a hiring.Approval, now time.Time) bool {
	if r.State != hiring.ReqPending || r.ApprovedTerms != "" || a.State != hiring.ApprovalOpen || now.Sub(a.AskedAt) >= UndoWindow {
		return false
	}
	for _, s := range a.Steps {
		if len(s.Decisions) > 0 {
			return false
		}
	}
	return true
}

// MovedOn tells whether something has come of an approval's end that a decision taken back could not
// undo.
func MovedOn(r hiring.Requisition, a hiring.Approval) bool {
	return r.Filled > 0 || r.Terms() != a.Terms || r.State != hiring.ReqOpen && r.State != hiring.ReqDraft
}

// drawApproval is an approver's card; its subject is the record, its argument the approval that it
// was sent for. Once that one has ended, or another was asked, the card says so.
func drawApproval(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	r, on, latest, err := ReqFor(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	if !hiring.May(Actor(viewer), hiring.SeeReqDetails, on) {
		if !standsIn(tx, viewer, latest) {
			return bot.Card{}, NoRequisition(r.ID)
		}
		return decidedCard(r, latest, func(id string) bot.Text { return personText(tx.Snapshot(), id) }), nil
	}
	a := latest
	if id := arg(v, 0); id != "" && id != latest.ID {
		if a, err = tx.Approval(ctx, id); err != nil {
			return bot.Card{}, err
		}
	}
	waiting, err := tx.ApprovalsWaitingFor(ctx, viewer.ID, today(tx, viewer), PageSize)
	if err != nil {
		return bot.Card{}, err
	}
	others, next := len(waiting), ""
	at := slices.IndexFunc(waiting, func(w hiring.Approval) bool { return w.ID == a.ID })
	if at >= 0 {
		others--
	}
	if others > 0 {
		next = waiting[(at+1)%len(waiting)].Subject
	}
	if err := tx.Audit(ctx, store.AuditEvent{Subject: r.ID, Fact: FactRequisition}); err != nil {
		return bot.Card{}, err
	}
	look := lookAt(tx, r, a)
	look.hideBudget = !seesAmounts(tx, viewer) && !slices.Contains(on.Approvers, viewer.ID)
	principal, decides := a.DeciderFor(viewer.ID, Absences(tx), today(tx, viewer))
	act := hiring.ApprovalAct{By: viewer.ID, Absences: Absences(tx), Today: today(tx, viewer), Now: tx.Now()}
	return approvalCard(r, a, look, approvalLook{
		viewer: viewer.ID, principal: principal, decides: decides && a.State == hiring.ApprovalOpen, others: others, next: next,
		decided:  decidedBy(a, viewer.ID),
		replaced: a.ID != latest.ID, takeBack: a.CanTakeBack(act, MovedOn(r, a)),
	}), nil
}

// decidedCard is what a delegate reads once there is nothing left for them to decide: who was quicker,
// and nothing of the terms.
func decidedCard(r hiring.Requisition, a hiring.Approval, who func(string) bot.Text) bot.Card {
	card := bot.Card{Title: r.ID + " waits for you no more"}
	if r.Confidential {
		card.Title += discreet
	}
	for _, s := range a.Steps {
		for _, d := range s.Decisions {
			d.Reason = ""
			card.Body = append(card.Body, decisionText(d, who))
		}
	}
	return card
}

// decidedBy tells whether somebody has decided in an approval, for themselves or for another.
func decidedBy(a hiring.Approval, person string) bool {
	for _, s := range a.Steps {
		for _, d := range s.Decisions {
			if d.By == person || d.Person == person {
				return true
			}
		}
	}
	return false
}

// approvalLook is what the approver who looks may do.
type approvalLook struct {
	viewer, principal, next string
	decides, takeBack       bool
	replaced, decided       bool
	others                  int
}

func approvalCard(r hiring.Requisition, a hiring.Approval, look reqLook, mine approvalLook) bot.Card {
	name := ReqName(r, look.playbook)
	card := bot.Card{Title: approvalTitle(r, a, name, look, mine)}
	if mine.replaced || a.State == hiring.Void {
		card.Body = []bot.Node{bot.T("There is nothing left to decide on this card.")}
		card.Actions = []bot.Action{{Label: "Show it as it is now", Do: bot.Do("req.next", r.ID)}}
		return card
	}
	if mine.decides {
		card.Tone = bot.Attention
		card.Body = append(card.Body, bot.Join(bot.T("You are asked because "), because(a, mine, look.who), bot.T(".")))
	}
	budget := budgetText(r, look)
	if look.placed != nil && !look.hideBudget {
		budget = bot.T(look.placed.Words)
	}
	fields := bot.Fields{
		{Label: "What", Text: bot.T(fmt.Sprintf("%d × %s", r.Seats, ReqName(oneSeat(r), look.playbook)))},
		{Label: "Where", Text: bot.T(joinNonEmpty(" · ", r.Location, strings.ToLower(hiring.WorkModeTitle(r.WorkMode))))},
		{Label: "Budget a seat", Text: budget},
		{Label: "Asked by", Text: look.who(a.Requester)},
	}
	if r.Target != "" {
		fields = append(fields, bot.LabelledText{Label: "Filled by", Text: bot.T(dateText(r.Target))})
	}
	card.Body = append(card.Body, fields)
	if r.Why != "" {
		card.Body = append(card.Body, bot.Join(bot.B("Why now: "), bot.T(r.Why)))
	}
	if r.BudgetWhy != "" {
		card.Body = append(card.Body, bot.Join(bot.B("Why this budget: "), bot.T(r.BudgetWhy)))
	}
	card.Body = append(card.Body, bot.Lines(approvalLines(a, look.who)...))
	card.Actions, card.Menu = approvalActions(r, a, mine)
	if mine.decides {
		card.Context = bot.T("If you do nothing: one reminder a working day, three at most; with the last one the requester and the recruiter are told that it waits for you.")
	}
	return card
}

// discreet is added to the first line of a message about a confidential requisition: it fills what a
// phone shows of it.
const discreet = ". Open this message to see what it is about; it is shown to nobody but its team."

func oneSeat(r hiring.Requisition) hiring.Requisition {
	r.Seats = 1
	return r
}

// approvalTitle is the first line, which is what a phone shows: of a confidential requisition it
// tells nothing but that there is one.
func approvalTitle(r hiring.Requisition, a hiring.Approval, name string, look reqLook, mine approvalLook) string {
	what, more := r.ID+" "+name, ""
	if r.Confidential {
		what, more = r.ID, discreet
	}
	switch {
	case mine.replaced:
		return what + " was changed: this is asked anew" + more
	case a.State == hiring.Approved:
		return what + " is approved" + more
	case a.State == hiring.Rejected:
		return what + " is rejected" + more
	case a.State == hiring.Void:
		return what + " was taken back: nothing to decide" + more
	case !mine.decides && mine.decided:
		return "You have decided on " + what + more
	case !mine.decides:
		return what + " waits for somebody else" + more
	case r.Confidential:
		return r.ID + " needs you: a confidential requisition" + discreet
	}
	title := r.ID + " needs you: " + name
	if r.Budget != (hiring.RupeesRange{}) && !look.hideBudget {
		title += ", " + r.Budget.LPA()
	}
	if look.placed != nil {
		title += ", " + string(look.placed.Position)
	}
	return title
}

// because says why somebody is asked: for themselves, or for an approver who is away.
func because(a hiring.Approval, mine approvalLook, who func(string) bot.Text) bot.Text {
	var why string
	for _, one := range a.Steps[a.Current].Approvers {
		if one.Person == mine.principal {
			why = one.Because
		}
	}
	named := strings.HasPrefix(why, hiring.BecauseNamed)
	switch own := mine.principal == mine.viewer; {
	case own && named:
		return bot.T("you are " + why)
	case own:
		return bot.T("you have the role " + why)
	case named:
		return bot.Join(bot.T("you decide for "), who(mine.principal), bot.T(", who is away and "+why))
	default:
		return bot.Join(bot.T("you decide for "), who(mine.principal), bot.T(", who is away and has the role "+why))
	}
}

func approvalActions(r hiring.Requisition, a hiring.Approval, mine approvalLook) ([]bot.Action, *bot.Menu) {
	var actions []bot.Action
	var menu *bot.Menu
	if mine.decides {
		actions = append(actions,
			bot.Action{Label: "Approve", Do: bot.Do("req.approve", r.ID, a.ID), Style: bot.Primary},
			bot.Action{Label: "Ask", Do: bot.Do("req.ask", r.ID, a.ID)})
		menu = &bot.Menu{Label: "More", Items: []bot.MenuItem{
			{Label: "Reject", Hint: "with a reason", Do: bot.Do("req.reject", r.ID, a.ID)},
			{Label: "Show all of it", Do: bot.Do("req.show", r.ID)},
		}}
	} else if mine.takeBack {
		actions = append(actions, bot.Action{Label: "Take back", Do: bot.Do("req.takeback", r.ID, a.ID)})
	}
	if mine.others > 0 {
		actions = append(actions, bot.Action{Label: fmt.Sprintf("Next (%d more)", mine.others), Do: bot.Do("req.next", mine.next)})
	}
	return actions, menu
}

// drawNothingWaits says that there is no approval left to decide.
func drawNothingWaits(context.Context, *store.Tx, bot.Actor, bot.View) (bot.Card, error) {
	return bot.Card{
		Tone: bot.Good, Title: "Nothing waits for your decision",
		Body:    []bot.Node{bot.T("What you are asked to approve comes to your direct messages and stands in your home.")},
		Actions: []bot.Action{{Label: "My home", Do: bot.Do("hire.home")}},
	}, nil
}

// drawQuestion tells the requester of a question; its subject is the record, its argument the approval.
func drawQuestion(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	r, _, _, err := ReqFor(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	a, err := tx.Approval(ctx, arg(v, 0))
	if err != nil {
		return bot.Card{}, err
	}
	if a.Requester != viewer.ID || a.Question == nil {
		return bot.Card{}, bot.ErrMoot
	}
	more := ""
	if r.Confidential {
		more = discreet
	}
	card := bot.Card{Title: "A question on " + r.ID + more, Tone: bot.Attention, Body: []bot.Node{
		bot.Join(personText(tx.Snapshot(), a.Question.Asker), bot.T(" asks: "+a.Question.Text)),
	}}
	switch {
	case !a.Question.AnsweredAt.IsZero():
		card.Tone = bot.Good
		card.Body = append(card.Body, bot.Join(bot.B("You answered: "), bot.T(a.Question.Answer)))
	case a.State == hiring.ApprovalOpen:
		card.Actions = []bot.Action{{Label: "Answer", Do: bot.Do("req.answer", r.ID), Style: bot.Primary}}
		card.Context = bot.T("The approval waits for your answer; nobody is reminded meanwhile.")
	default:
		card.Tone = bot.Neutral
		card.Body = append(card.Body, bot.T("It was decided meanwhile; no answer is needed."))
	}
	return card, nil
}

// drawReqDecided tells the requester how it ended; its argument is the approval.
func drawReqDecided(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	r, _, _, err := ReqFor(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	a, err := tx.Approval(ctx, arg(v, 0))
	if err != nil {
		return bot.Card{}, err
	}
	p, _ := tx.Snapshot().Playbook(r.Role)
	name, more := r.ID+" "+ReqName(r, p), ""
	if r.Confidential {
		name, more = r.ID, discreet
	}
	card := bot.Card{Actions: []bot.Action{{Label: "Show " + r.ID, Do: bot.Do("req.show", r.ID)}}}
	switch a.State {
	case hiring.Approved:
		card.Title, card.Tone = name+" is approved", bot.Good
		if r.State == hiring.ReqOpen {
			card.Title = name + " is approved and open"
		}
	case hiring.Rejected:
		card.Title, card.Tone = name+" is rejected", bot.Trouble
		for _, s := range a.Steps {
			for _, d := range s.Decisions {
				if !d.Approve {
					card.Body = append(card.Body, bot.Join(personText(tx.Snapshot(), d.By), bot.T(": "+d.Reason)))
				}
			}
		}
		card.Body = append(card.Body, bot.T("It is a draft again: change it and ask once more, or close it."))
		card.Actions = append([]bot.Action{{Label: "Edit details", Do: bot.Do("req.edit", r.ID), Style: bot.Primary}}, card.Actions...)
	case hiring.ApprovalOpen:
		card.Title, card.Tone = name+" waits for approval again", bot.Attention
		card.Body = append(card.Body, bot.T("The decision was taken back."))
	default:
		card.Title = name + " was changed since"
		card.Body = append(card.Body, bot.T("This decision holds no more."))
	}
	card.Title += more
	return card, nil
}

// drawApprovalStuck tells requester and recruiter whom an approval waits for, after the last reminder.
func drawApprovalStuck(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	r, _, latest, err := ReqFor(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	if latest.ID != arg(v, 0) || latest.State != hiring.ApprovalOpen {
		return bot.Card{}, bot.ErrMoot
	}
	who := func(id string) bot.Text { return personText(tx.Snapshot(), id) }
	more := ""
	if r.Confidential {
		more = discreet
	}
	return bot.Card{
		Tone: bot.Attention, Title: r.ID + " still waits for approval" + more,
		Body: []bot.Node{
			bot.Join(bot.T("It waits for "), waitsFor(latest, who), bot.T(". They got the third and last reminder together with this message.")),
			bot.T("Talk to them, or ask an admin to change who approves."),
		},
		Actions: []bot.Action{{Label: "Show " + r.ID, Do: bot.Do("req.show", r.ID)}},
	}, nil
}
