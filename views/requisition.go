package views

import (
	"context"
	"fmt"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// FactRequisition is the kind of fact that an audit row of a shown budget names.
const FactRequisition = "requisition_details"

// ReqViewer returns how the store narrows requisitions for somebody.
func ReqViewer(viewer bot.Actor) store.ReqViewer {
	a := Actor(viewer)
	return store.ReqViewer{Person: viewer.ID, All: a.Has(hiring.Recruiter) || a.Has(hiring.Compensation)}
}

// ReqSubject returns a requisition as the policy knows it.
func ReqSubject(ctx context.Context, tx *store.Tx, r hiring.Requisition) (hiring.Subject, hiring.Approval, error) {
	a, _, err := tx.LatestApproval(ctx, r.ID)
	if err != nil {
		return hiring.Subject{}, a, err
	}
	return hiring.Subject{Req: &r, Approvers: askedBy(a)}, a, nil
}

// NoRequisition is the one sentence for a requisition that does not exist, and for one that this
// person may not know of.
func NoRequisition(ref string) error {
	return hiring.Errorf(hiring.NotFound, "There is no requisition %s that I could show you. /req list shows those there are.", ref)
}

// ReqFor returns a requisition that somebody may know of, with its latest approval.
func ReqFor(ctx context.Context, tx *store.Tx, viewer bot.Actor, id string) (hiring.Requisition, hiring.Subject, hiring.Approval, error) {
	r, err := tx.Requisition(ctx, id)
	if hiring.ErrorCode(err) == hiring.NotFound {
		return r, hiring.Subject{}, hiring.Approval{}, NoRequisition(id)
	}
	if err != nil {
		return r, hiring.Subject{}, hiring.Approval{}, err
	}
	on, a, err := ReqSubject(ctx, tx, r)
	if err != nil {
		return r, on, a, err
	}
	if delegateOf(tx, viewer, a) {
		on.Approvers = append(on.Approvers, viewer.ID)
	}
	if !hiring.May(Actor(viewer), hiring.SeeReq, on) && !standsIn(tx, viewer, a) {
		return hiring.Requisition{}, hiring.Subject{}, hiring.Approval{}, NoRequisition(id)
	}
	return r, on, a, nil
}

// reqLook is all that a requisition's card is drawn from, besides the requisition.
type reqLook struct {
	details, changes, approves bool
	approval                   hiring.Approval
	placed                     *hiring.Placement
	playbook                   hiring.Playbook
	who                        func(string) bot.Text
	done                       string
	undo, hideBudget           bool
	// sent is set for a message, of which a phone shows the beginning.
	sent bool
	// was is what the undo of a move carries.
	was []string
	// hiring says how its candidates stand, for those who work on them.
	hiring bot.Text
}

func drawReq(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	r, on, a, err := ReqFor(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	look := lookAt(tx, r, a)
	who := Actor(viewer)
	look.details = hiring.May(who, hiring.SeeReqDetails, on)
	look.changes = hiring.May(who, hiring.ChangeReq, on)
	look.approves = delegateOf(tx, viewer, a)
	look.done, look.sent = arg(v, 0), v.Name != Req
	look.undo = look.changes && UndoableReq(r, a, tx.Now())
	if w := arg(v, 1); w != "" && look.changes && strings.HasSuffix(w, fmt.Sprintf(":%d", r.Version)) && tx.Now().Sub(r.ChangedAt) < UndoWindow {
		look.undo, look.was = true, []string{w}
	}
	if !seesAmounts(tx, viewer) {
		look.hideBudget = true
	}
	if hiring.May(who, hiring.SeeApplication, on) {
		if look.hiring, err = hiringText(ctx, tx, r); err != nil {
			return bot.Card{}, err
		}
	}
	if look.details {
		if err := tx.Audit(ctx, store.AuditEvent{Subject: r.ID, Fact: FactRequisition}); err != nil {
			return bot.Card{}, err
		}
	}
	return reqCard(r, look), nil
}

func lookAt(tx *store.Tx, r hiring.Requisition, a hiring.Approval) reqLook {
	bands := tx.Snapshot().Bands(r.Role)
	p, _ := tx.Snapshot().Playbook(r.Role)
	return reqLook{
		approval: a, playbook: p, placed: hiring.PlaceBudget(r, bands),
		who: func(id string) bot.Text { return personText(tx.Snapshot(), id) },
	}
}

// ReqName returns a requisition as one reads it: "Senior Java backend ×2".
func ReqName(r hiring.Requisition, p hiring.Playbook) string {
	name := r.Title
	if name == p.Title && p.Short != "" {
		name = p.Short
	}
	if l, ok := p.Level(r.Level); ok {
		if e, ok := p.Ecosystem(r.Ecosystem); ok {
			name = e.Title + " " + lowerFirst(name)
		} else {
			name = lowerFirst(name)
		}
		name = l.Title + " " + name
	}
	name = upperFirst(name)
	if r.Seats > 1 {
		name += fmt.Sprintf(" ×%d", r.Seats)
	}
	return name
}

func reqCard(r hiring.Requisition, look reqLook) bot.Card {
	card := bot.Card{Title: r.ID + " " + ReqName(r, look.playbook)}
	switch {
	case r.Confidential && look.sent:
		card.Title = r.ID + ", a confidential requisition" + discreet
		card.Body = append(card.Body, bot.B(ReqName(r, look.playbook)))
	case r.Confidential:
		card.Title += " (confidential)"
	}
	if look.done != "" {
		card.Tone = bot.Good
		card.Body = append(card.Body, bot.T(look.done))
	}
	card.Body = append(card.Body, stateLine(r, look))
	card.Body = append(card.Body, reqFields(r, look))
	if facts := longFacts(r, look); len(facts) > 0 {
		card.Body = append(card.Body, facts)
	}
	if look.details {
		if r.Why != "" {
			card.Body = append(card.Body, bot.Join(bot.B("Why now: "), bot.T(r.Why)))
		}
		if r.BudgetWhy != "" {
			card.Body = append(card.Body, bot.Join(bot.B("Why this budget: "), bot.T(r.BudgetWhy)))
		}
		if lines := approvalLines(look.approval, look.who); len(lines) > 0 {
			card.Body = append(card.Body, bot.Lines(lines...))
		}
	}
	if len(look.hiring) > 0 {
		card.Body = append(card.Body, look.hiring)
	}
	card.Actions, card.Menu = reqActions(r, look)
	return card
}

// stateLine says in words where a requisition stands and what it waits for.
func stateLine(r hiring.Requisition, look reqLook) bot.Text {
	text := bot.B(hiring.ReqStateTitle(r.State))
	switch r.State {
	case hiring.ReqPending:
		text = bot.B("Waits for approval")
		if names := waitsFor(look.approval, look.who); len(names) > 0 {
			text = bot.Join(bot.B("Waits for "), names, bot.T(" ("+look.approval.Progress()+")"))
		}
	case hiring.ReqOnHold, hiring.ReqClosed:
		if r.StateWhy != "" && look.details {
			text = bot.Join(text, bot.T(": "+r.StateWhy))
		}
	case hiring.ReqDraft, hiring.ReqOpen, hiring.ReqFilled:
	}
	return text
}

func reqFields(r hiring.Requisition, look reqLook) bot.Fields {
	fields := bot.Fields{{Label: "Seats", Text: bot.Tf("%d of %d filled", r.Filled, r.Seats)}}
	add := func(label string, text bot.Text) {
		if len(text) > 0 {
			fields = append(fields, bot.LabelledText{Label: label, Text: text})
		}
	}
	add("Where", bot.T(joinNonEmpty(" · ", r.Location, strings.ToLower(hiring.WorkModeTitle(r.WorkMode)))))
	if look.details {
		add("Budget a seat", budgetText(r, look))
	}
	add("Hiring manager", personOrNobody(r.HiringManager, look.who))
	add("Recruiter", personOrNobody(r.Recruiter, look.who))
	var panel bot.Text
	for i, id := range r.Panel {
		if i > 0 {
			panel = bot.Join(panel, bot.T(", "))
		}
		panel = bot.Join(panel, look.who(id))
	}
	add("Panel", panel)
	if r.Target != "" {
		add("Filled by", bot.T(dateText(r.Target)))
	}
	return fields
}

// longFacts are what needs a line of its own: skills and interviews.
func longFacts(r hiring.Requisition, look reqLook) bot.Text {
	var lines []bot.Text
	add := func(label, text string) {
		if text != "" {
			lines = append(lines, bot.Join(bot.B(label+": "), bot.T(text)))
		}
	}
	add("Must have", strings.Join(r.Must, "; "))
	add("Nice to have", strings.Join(r.Nice, "; "))
	var stages []string
	for _, key := range r.Stages {
		if s, ok := look.playbook.Stage(key); ok {
			stages = append(stages, s.Title)
		}
	}
	add("Interviews", strings.Join(stages, " → "))
	return bot.Lines(lines...)
}

func personOrNobody(id string, who func(string) bot.Text) bot.Text {
	if id == "" {
		return bot.T("nobody yet")
	}
	return who(id)
}

func joinNonEmpty(sep string, parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, sep)
}

func budgetText(r hiring.Requisition, look reqLook) bot.Text {
	if r.Budget == (hiring.RupeesRange{}) {
		return bot.T("not given")
	}
	text := bot.T(r.Budget.LPA())
	switch {
	case look.hideBudget && look.placed == nil:
		return bot.T("given; there is no band to compare it with")
	case look.hideBudget:
		return bot.T(string(look.placed.Position))
	case look.placed == nil:
		return bot.Join(text, bot.T(" (no band for this level)"))
	}
	return bot.Join(text, bot.T(", "+string(look.placed.Position)))
}

// reqActions are what this person may do next: three buttons at most, and the rest in the menu.
func reqActions(r hiring.Requisition, look reqLook) ([]bot.Action, *bot.Menu) {
	var actions []bot.Action
	menu := &bot.Menu{Label: "More"}
	button := func(label, command string, style bot.Style, args ...string) {
		call := bot.Do(command, append([]string{r.ID}, args...)...)
		if len(actions) < 3 {
			actions = append(actions, bot.Action{Label: label, Do: call, Style: style})
			return
		}
		menu.Items = append(menu.Items, bot.MenuItem{Label: label, Do: call})
	}
	if look.approves {
		button("Approve…", "req.next", bot.Primary)
	}
	if look.changes {
		if look.undo {
			button("Undo", "req.undo", bot.Secondary, look.was...)
		}
		switch r.State {
		case hiring.ReqDraft:
			button("Ask for approval", "req.submit", bot.Primary)
			button("Edit details", "req.edit", bot.Secondary)
		case hiring.ReqPending:
			button("Edit details", "req.edit", bot.Secondary)
		case hiring.ReqOpen:
			button("Edit details", "req.edit", bot.Secondary)
			button("One seat filled", "req.fill", bot.Secondary)
			button("Put on hold", "req.hold", bot.Secondary)
		case hiring.ReqOnHold, hiring.ReqFilled, hiring.ReqClosed:
			button("Reopen", "req.reopen", bot.Primary)
		}
		if r.State != hiring.ReqClosed && r.State != hiring.ReqFilled {
			menu.Items = append(menu.Items, bot.MenuItem{Label: "Close", Hint: "give it up, with a reason", Do: bot.Do("req.close", r.ID)})
		}
		menu.Items = append(menu.Items, bot.MenuItem{Label: "Copy", Hint: "a new draft from it", Do: bot.Do("req.copy", r.ID)})
	}
	if len(look.hiring) > 0 {
		menu.Items = append(menu.Items, bot.MenuItem{Label: "Candidates", Do: bot.Do("candidate.list", r.ID)})
	}
	if look.details {
		menu.Items = append(menu.Items, bot.MenuItem{Label: "History", Do: bot.Do("req.history", r.ID)})
	}
	if len(menu.Items) == 0 {
		menu = nil
	}
	return actions, menu
}

// PlacedWords tells where a budget stands beside its band: without amounts for who may see none.
func PlacedWords(tx *store.Tx, viewer bot.Actor, placed *hiring.Placement) string {
	if seesAmounts(tx, viewer) {
		return placed.Words
	}
	return "The budget is " + string(placed.Position)
}

// drawReqAbove asks for the reason of a budget outside the band; its subject is the role, its arguments
// the level, the budget, the draft that holds what was typed, and the requisition that is edited, if any.
func drawReqAbove(_ context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	low, high, err := hiring.ParseRupeesRange(arg(v, 1))
	if err != nil {
		return bot.Card{}, err
	}
	placed := hiring.PlaceBudget(hiring.Requisition{Role: v.Subject, Level: arg(v, 0), Budget: hiring.RupeesRange{Low: low, High: high}}, tx.Snapshot().Bands(v.Subject))
	if placed == nil {
		return bot.Card{}, bot.ErrMoot
	}
	do, nothing := bot.Do("req.new"), "Nothing was made yet"
	if id := arg(v, 3); id != "" {
		do, nothing = bot.Do("req.edit", id), "Nothing was changed yet"
	}
	return bot.Card{
		Tone: bot.Attention, Title: "The budget is " + string(placed.Position),
		Body:    []bot.Node{bot.T(PlacedWords(tx, viewer, placed) + ". Say why, and compensation is asked as well; or change the budget. " + nothing + ", and what you typed is kept.")},
		Actions: []bot.Action{{Label: "Say why", Do: do.WithDraft(arg(v, 2)), Style: bot.Primary}},
	}, nil
}

// drawReqSimilar asks whether a requisition that looks the same is meant; its subject is the other
// one, its argument the draft that holds what was typed.
func drawReqSimilar(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	r, _, _, err := ReqFor(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	p, _ := tx.Snapshot().Playbook(r.Role)
	return bot.Card{
		Tone: bot.Attention, Title: r.ID + " looks the same",
		Body: []bot.Node{bot.Join(bot.T(ReqName(r, p)+", "+joinNonEmpty(" · ", r.Location, strings.ToLower(hiring.ReqStateTitle(r.State)))+", made "), bot.At(r.CreatedAt), bot.T(". Nothing new was made yet."))},
		Actions: []bot.Action{
			{Label: "Open " + r.ID, Do: bot.Do("req.show", r.ID), Style: bot.Primary},
			{Label: "Make another", Do: bot.Do("req.another").WithDraft(arg(v, 0))},
		},
	}, nil
}

// drawReqAnnounce is the post in the hiring channel: what anyone of the company may know.
func drawReqAnnounce(ctx context.Context, tx *store.Tx, _ bot.Actor, v bot.View) (bot.Card, error) {
	r, err := tx.Requisition(ctx, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	if r.Confidential { // it was made so after the post
		return bot.Card{Body: []bot.Node{bot.T("This post was withdrawn.")}}, nil
	}
	p, _ := tx.Snapshot().Playbook(r.Role)
	return announceCard(r, p, func(id string) bot.Text { return personText(tx.Snapshot(), id) }), nil
}

func announceCard(r hiring.Requisition, p hiring.Playbook, who func(string) bot.Text) bot.Card {
	name := r.ID + " " + ReqName(r, p)
	card := bot.Card{Title: name + " is open"}
	switch r.State {
	case hiring.ReqFilled:
		card.Title, card.Tone = name+" is filled", bot.Good
	case hiring.ReqOnHold:
		card.Title = name + " is on hold"
	case hiring.ReqClosed:
		card.Title = name + " is closed"
	case hiring.ReqDraft, hiring.ReqPending:
		card.Title = name + " is being approved again"
	case hiring.ReqOpen:
	}
	card.Body = []bot.Node{bot.Fields{
		{Label: "Where", Text: bot.T(joinNonEmpty(" · ", r.Location, strings.ToLower(hiring.WorkModeTitle(r.WorkMode))))},
		{Label: "Recruiter", Text: personOrNobody(r.Recruiter, who)},
		{Label: "Hiring manager", Text: personOrNobody(r.HiringManager, who)},
		{Label: "Seats", Text: bot.Tf("%d of %d filled", r.Filled, r.Seats)},
	}}
	card.Actions = []bot.Action{{Label: "Show", Do: bot.Do("req.show", r.ID)}}
	return card
}
