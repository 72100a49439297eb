package commands

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// newReqForm asks for the five basics, each filled in from what was typed, the person's last
// requisition, or the playbook.
func newReqForm(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
	if kept := bot.DraftOf(req.Event); kept != "" && req.Args.Text("why") != "" {
		return reasonedForm(req, bot.Do("req.new").WithDraft(kept), "Ask for approval"), nil
	}
	o, typed := bot.Arg[opening](req.Args, "what")
	if req.Type == bot.Invoke {
		if err := unsureOpening(tx.Vocabulary(), o); err != nil {
			return bot.Form{}, err
		}
	}
	if err := checkTarget(req, ""); err != nil {
		return bot.Form{}, err
	}
	values := bot.Values{"seats": {"1"}}
	last, err := tx.Requisitions(ctx, store.ReqFilter{Viewer: views.ReqViewer(req.Actor), Owner: req.Actor.ID, Limit: 1})
	if err != nil {
		return bot.Form{}, err
	}
	if len(last) > 0 {
		values["where"] = nonEmpty(last[0].Location)
		values["what"] = nonEmpty(openingText(tx.Snapshot(), last[0]))
	}
	if typed {
		for _, b := range tx.Snapshot().Bands(o.role) {
			if b.Level != o.level || views.RefuseBand(ctx, tx, req.Actor, o.role) != nil || views.RefuseAmounts(tx, req.Actor) != nil {
				continue
			}
			values["budget"] = []string{b.Range().Short()}
			if err := tx.Audit(ctx, store.AuditEvent{Subject: "role:" + o.role, Fact: views.FactBand}); err != nil {
				return bot.Form{}, err
			}
		}
	}
	for k, v := range bot.ValuesOf(req.Spec, req.Args) {
		values[k] = v
	}
	rest := bot.Args{}
	form := bot.Form{Title: "New requisition", Submit: "Ask for approval"}
	for _, p := range basics(false) {
		form.Fields = append(form.Fields, bot.FieldOf(req.Spec, p.Name, values[p.Name]...))
	}
	for k, v := range req.Args {
		if !slices.ContainsFunc(form.Fields, func(f bot.Field) bool { return f.Name == k }) {
			rest[k] = v
		}
	}
	form.Call = bot.CallOf(req.Spec, rest)
	form.Note = bot.T("Panel, recruiter, skills and stages get defaults; change them later with “Edit details”.")
	if bot.ArgOr(req.Args, "confidential", false) {
		form.Note = bot.Join(bot.T("It will be confidential: it exists for its team and its approvers alone. "), form.Note)
	}
	if o.unknown != "" && req.Type == bot.Invoke {
		form.Note = bot.Join(bot.Tf("I did not understand “%s”: sent as it is, it becomes a part of the title. ", o.unknown), form.Note)
	}
	return form, nil
}

// unsureReq tells of typed words beside a role that is known: nothing is made of them before they were
// seen in the form.
func unsureReq(args bot.Args) bool {
	o, _ := bot.Arg[opening](args, "what")
	return o.unknown != ""
}

// reasonedForm asks for the reason of a budget outside the band, or for another budget. All else is in
// the draft.
func reasonedForm(req bot.Request, call bot.Call, submit string) bot.Form {
	values := bot.ValuesOf(req.Spec, req.Args)
	why := bot.FieldOf(req.Spec, "budget_why", values["budget_why"]...)
	why.Hint, why.Required = "Needed for a budget outside the band; compensation is asked as well", true
	return bot.Form{
		Title: "Why this budget", Submit: submit, Call: call,
		Note:   bot.T("Say why; the budget can be changed here too. All else stays as you typed it."),
		Fields: []bot.Field{why, bot.FieldOf(req.Spec, "budget", values["budget"]...)},
	}
}

// anotherReq makes a requisition although one looks the same. It has no form in which typed words that
// nobody understood could be seen first.
func anotherReq(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	if o, _ := bot.Arg[opening](req.Args, "what"); o.unknown != "" && req.Type == bot.Invoke {
		if err := unsureOpening(tx.Vocabulary(), o); err != nil {
			return bot.Response{}, err
		}
		return bot.Response{}, hiring.InvalidField("what", "I did not understand “%s”. If it is a part of the title, write that into the form: /req new", o.unknown)
	}
	return makeReq(ctx, tx, req)
}

// openingText returns a requisition's role and level as one would type them.
func openingText(s *store.Snapshot, r hiring.Requisition) string {
	level, ecosystem, role := "", "", ""
	if p, ok := s.Playbook(r.Role); ok {
		if r.Role != anyRole && r.Title != p.Title && !names(p, r.Title) {
			role = p.Short // a title of its own need not tell the role
		}
		if l, ok := p.Level(r.Level); ok {
			level = l.Title
		}
		if e, ok := p.Ecosystem(r.Ecosystem); ok {
			ecosystem = e.Title
		}
	}
	return strings.Join(strings.Fields(level+" "+ecosystem+" "+role+" "+r.Title), " ")
}

// names tells whether a title holds a name of its role.
func names(p hiring.Playbook, title string) bool {
	return slices.ContainsFunc(append([]string{p.Key, p.Title, p.Short}, p.Aliases...), func(name string) bool {
		return name != "" && strings.Contains(squeezed(title), squeezed(name))
	})
}

func newReq(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	r, err := reqOf(tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	if lacksReason(tx.Snapshot(), r) {
		kept, err := keepTyped(ctx, tx, req, "req.new")
		return show(views.ReqAbove, r.Role, r.Level, r.Budget.Short(), kept), err
	}
	similar, err := tx.SimilarRequisitions(ctx, r.Role, r.Level, r.Location, tx.Now().Add(-hiring.SameWithin), views.ReqViewer(req.Actor))
	if err != nil {
		return bot.Response{}, err
	}
	same := slices.IndexFunc(similar, func(earlier hiring.Requisition) bool { return hiring.LooksTheSame(earlier, r, tx.Now()) })
	if same < 0 {
		return makeReq(ctx, tx, req)
	}
	kept, err := keepTyped(ctx, tx, req, "req.another")
	return show(views.ReqSimilar, similar[same].ID, kept), err
}

// keepTyped keeps what was typed for the command that a card offers next, and returns the draft's id.
func keepTyped(ctx context.Context, tx *store.Tx, req bot.Request, command string) (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("make a draft id: %w", err)
	}
	kept := bot.Draft{ID: id.String(), Command: command, Subject: "typed:" + id.String(), Values: bot.ValuesOf(req.Spec, req.Args)}
	return kept.ID, tx.SaveDraft(ctx, kept)
}

// lacksReason tells of a budget outside the band without a reason.
func lacksReason(s *store.Snapshot, r hiring.Requisition) bool {
	return hiring.CheckBudget(r, s.Bands(r.Role)) != nil
}

// reqOf makes a requisition of the arguments, with defaults for what was not said.
func reqOf(tx *store.Tx, req bot.Request) (hiring.Requisition, error) {
	s := tx.Snapshot()
	r := hiring.Requisition{Seats: 1, WorkMode: hiring.WorkHybrid, Requester: req.Actor.ID, State: hiring.ReqDraft, CreatedAt: tx.Now(), ChangedAt: tx.Now()}
	if req.Actor.Is(string(hiring.HiringManager)) {
		r.HiringManager = req.Actor.ID
	}
	switch recruiters := s.PeopleWith(hiring.Recruiter); {
	case req.Actor.Is(string(hiring.Recruiter)):
		r.Recruiter = req.Actor.ID
	case len(recruiters) > 0:
		r.Recruiter = recruiters[0].ID
	}
	if err := checkTarget(req, ""); err != nil {
		return r, err
	}
	if err := applyArgs(s, &r, req); err != nil {
		return r, err
	}
	p, _ := s.Playbook(r.Role)
	if len(r.Must) == 0 {
		r.Must = defaultSkills(p, r.Ecosystem)
	}
	if len(r.Stages) == 0 {
		for _, stage := range p.Stages {
			if r.Level == "" || p.Reaches(r.Level, stage.FromLevel) {
				r.Stages = append(r.Stages, stage.Key)
			}
		}
	}
	return r, checkReq(s, r)
}

func defaultSkills(p hiring.Playbook, ecosystem string) []string {
	if e, ok := p.Ecosystem(ecosystem); ok && len(e.Skills) > 0 {
		return slices.Clone(e.Skills)
	}
	return slices.Clone(p.CommonSkills)
}

func makeReq(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	r, err := reqOf(tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	if lacksReason(tx.Snapshot(), r) {
		kept, err := keepTyped(ctx, tx, req, "req.new")
		return show(views.ReqAbove, r.Role, r.Level, r.Budget.Short(), kept), err
	}
	if r, err = tx.AddRequisition(ctx, r); err != nil {
		return bot.Response{}, err
	}
	if err := record(ctx, tx, r.ID, "made it", nil); err != nil {
		return bot.Response{}, err
	}
	if kept := bot.DraftOf(req.Event); kept != "" { // so that a second press makes no second one
		if err := tx.DeleteDraft(ctx, kept); err != nil {
			return bot.Response{}, err
		}
	}
	if _, err := askApproval(ctx, tx, req.Actor, r); err != nil {
		return bot.Response{}, err
	}
	return redraw(req, views.Req, r.ID), nil
}

func copyReq(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	old, on, _, err := theReq(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	if !hiring.May(views.Actor(req.Actor), hiring.SeeReqDetails, on) {
		old.Budget, old.BudgetWhy, old.Why = hiring.RupeesRange{}, "", ""
	}
	r := old
	r.ID, r.State, r.StateWhy, r.Filled, r.Announced, r.Version = "", hiring.ReqDraft, "", 0, false, 0
	r.ApprovedTerms, r.Panel = "", slices.Clone(old.Panel)
	r.Requester, r.CreatedAt, r.ChangedAt, r.Target = req.Actor.ID, tx.Now(), tx.Now(), ""
	if req.Actor.Is(string(hiring.HiringManager)) {
		r.HiringManager = req.Actor.ID
	}
	if r, err = tx.AddRequisition(ctx, r); err != nil {
		return bot.Response{}, err
	}
	from := "copied it from " + old.ID
	if old.Confidential { // whoever sees this one later may not know of the other
		from = "copied it from another requisition"
	}
	if err := record(ctx, tx, r.ID, from, nil); err != nil {
		return bot.Response{}, err
	}
	return redraw(req, views.Req, r.ID, "A draft, copied from "+old.ID+". Ask for approval when it is right."), nil
}

func submitReq(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	r, _, err := myReq(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	if r.State != hiring.ReqDraft {
		_, err := r.Move(hiring.ReqPending, "", tx.Now())
		if err == nil {
			err = hiring.Errorf(hiring.Conflict, "%s was sent for approval already. /req show %s tells how it stands.", r.ID, r.ID)
		}
		return bot.Response{}, err
	}
	if r.Why == "" {
		return bot.Response{}, hiring.InvalidField("why", "Those who approve want to know why now: /req edit %s why:\"the reason\"", r.ID)
	}
	if err := checkReq(tx.Snapshot(), r); err != nil {
		return bot.Response{}, err
	}
	if err := needReason(tx, req.Actor, r); err != nil {
		return bot.Response{}, err
	}
	if _, err := askApproval(ctx, tx, req.Actor, r); err != nil {
		return bot.Response{}, err
	}
	return redraw(req, views.Req, r.ID), tx.Refresh(ctx, r.ID)
}

// undoReq undoes what was done last: a move, as the card's button carries it or the history has it, else
// the request for approval, while nobody has decided.
func undoReq(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	r, a, err := myReq(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	before, ok := bot.Arg[was](req.Args, "was")
	if !ok {
		if before, ok, err = lastMove(ctx, tx, r); err != nil {
			return bot.Response{}, err
		}
	}
	if ok {
		return undoMove(ctx, tx, req, r, before)
	}
	if !views.UndoableReq(r, a, tx.Now()) {
		ways := "It can be " + r.Ways() + "."
		if r.Editable() {
			ways = "/req edit " + r.ID + " changes it. " + ways
		}
		return bot.Response{}, hiring.Errorf(hiring.Conflict, "It is too late to undo %s: somebody has decided, something else was done since, or ten minutes have passed. %s", r.ID, ways)
	}
	if err := voidApproval(ctx, tx, a, "Taken back."); err != nil {
		return bot.Response{}, err
	}
	if _, err := moveReq(ctx, tx, r, hiring.ReqDraft, ""); err != nil {
		return bot.Response{}, err
	}
	done := "Taken back: it is a draft again, and nobody was told."
	if tx.Now().Sub(a.AskedAt) >= outreachDelay {
		done = "Taken back: it is a draft again. Whoever was asked sees that."
	}
	return redraw(req, views.Req, r.ID, done), nil
}

// lastMove returns how a requisition was before what was done last to it, where that was a move that can
// still be undone.
func lastMove(ctx context.Context, tx *store.Tx, r hiring.Requisition) (was, bool, error) {
	last, err := tx.History(ctx, r.ID, 1)
	if err != nil || len(last) == 0 || last[0].Detail[wasDetail] == "" {
		return was{}, false, err
	}
	v, err := reqWas.Parse(bot.Reading{}, last[0].Detail[wasDetail])
	before, ok := v.(was)
	asked := r.State == hiring.ReqDraft || r.State == hiring.ReqPending || before.state == hiring.ReqPending
	if err != nil || !ok || asked || before.version != r.Version || tx.Now().Sub(r.ChangedAt) >= views.UndoWindow {
		return was{}, false, nil
	}
	return before, true, nil
}
