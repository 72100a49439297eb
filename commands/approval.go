package commands

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// approvalSubject is what an approval needs to know of the kind of record that it is about.
type approvalSubject struct {
	// terms returns the hash of what is approved, as the record is now.
	terms func(ctx context.Context, tx *store.Tx, id string) (string, error)
	// approved and rejected carry the outcome to the record.
	approved, rejected func(ctx context.Context, tx *store.Tx, id string) error
}

// requisitionApproval is how requisitions are approved.
var requisitionApproval = approvalSubject{
	terms: func(ctx context.Context, tx *store.Tx, id string) (string, error) {
		r, err := tx.Requisition(ctx, id)
		return r.Terms(), err
	},
	approved: func(ctx context.Context, tx *store.Tx, id string) error {
		r, err := tx.Requisition(ctx, id)
		if err != nil {
			return err
		}
		return openReq(ctx, tx, r)
	},
	rejected: func(ctx context.Context, tx *store.Tx, id string) error {
		r, err := tx.Requisition(ctx, id)
		if err != nil {
			return err
		}
		_, err = moveReq(ctx, tx, r, hiring.ReqDraft, "")
		return err
	},
}

func approvalCommands() []Command {
	which := []bot.Param{reqParam(), {Name: "approval", Kind: ApprovalRef, Help: "The approval, as its card carries it; what is asked now if left out"}}
	waits := slices.Clone(which)
	waits[0].Required, waits[0].Help = false, "Which requisition; the one that waits for you if left out"
	reason := bot.Param{Name: "reason", Kind: bot.PlainText, KeyOnly: true, Required: true, Max: 300, Help: "The reason, for the requester"}
	note := bot.Param{Name: "note", Kind: bot.PlainText, KeyOnly: true, Max: 300, Help: "A remark, for the record"}
	question := bot.Param{Name: "question", Kind: bot.PlainText, KeyOnly: true, Required: true, Max: 500, Help: "What you want to know first", Example: "2 seats or 1 + backfill?"}
	answer := bot.Param{Name: "answer", Kind: bot.PlainText, KeyOnly: true, Required: true, Max: 500, Help: "Your answer, for the approvers", Example: "2 new"}
	return []Command{
		{
			Spec: bot.Spec{
				Noun: "req", Verb: "approve", Action: string(hiring.DecideReq),
				Summary: "Approve what you are asked to", Params: append(waits[:2:2], note),
				Examples: []string{"/req approve R-12", "/req approve", "/req approve R-12 note:\"within plan\""},
			},
			Handle: approveReq, Suggest: suggestWaiting,
		},
		{
			Spec: bot.Spec{
				Noun: "req", Verb: "reject", Action: string(hiring.DecideReq), Ack: bot.MayOpenForm,
				Summary: "Reject what you are asked to approve, with a reason", Params: append(waits[:2:2], reason),
				Examples: []string{"/req reject R-12 reason:\"not this quarter\""},
			},
			Form: approverForm("Reject", "Reject", "reason"), Handle: rejectReq, Suggest: suggestWaiting,
		},
		{
			Spec: bot.Spec{
				Noun: "req", Verb: "ask", Action: string(hiring.DecideReq), Ack: bot.MayOpenForm,
				Summary: "Ask the requester something before you decide", Params: append(waits[:2:2], question),
				Examples: []string{"/req ask R-12 question:\"2 seats or 1 + backfill?\""},
			},
			Form: approverForm("Ask about", "Ask", "question"), Handle: askReq, Suggest: suggestWaiting,
		},
		{
			Spec: bot.Spec{
				Noun: "req", Verb: "answer", Action: string(hiring.ChangeReq), Ack: bot.MayOpenForm,
				Summary: "Answer an approver's question", Params: []bot.Param{reqParam(), answer},
				Examples: []string{"/req answer R-12 answer:\"2 new\""},
			},
			Form: answerForm, Handle: answerReq, Suggest: suggestReq,
		},
		{
			Spec: bot.Spec{
				Noun: "req", Verb: "takeback", FromCard: true,
				Summary: "Take your decision back, until the next step decides", Params: which,
				Examples: []string{"/req takeback R-12"},
			},
			Handle: takeBackReq, Suggest: suggestReq,
		},
		{
			Spec: bot.Spec{
				Noun: "req", Verb: "next", Reads: true, FromCard: true,
				Summary:  "The next approval that waits for you",
				Params:   []bot.Param{{Name: "req", Label: "Requisition", Kind: ReqRef, Help: "Which requisition; what has waited longest if left out"}},
				Examples: []string{"/req next"},
			},
			Handle: nextApproval, Suggest: suggestWaiting,
		},
	}
}

// askApproval asks for the approval of a requisition as it is now: the company's chain, and
// compensation where the budget is outside the band. With nobody to ask it is approved at once.
//
// What changed since it was asked or approved before stands on the approvers' card.
func askApproval(ctx context.Context, tx *store.Tx, by bot.Actor, r hiring.Requisition, changes ...hiring.Change) (hiring.Requisition, error) {
	s := tx.Snapshot()
	chain, err := hiring.ParseChain(s.Setting(hiring.SettingApprovers), personNamed(s))
	if err != nil {
		return r, hiring.Errorf(hiring.Conflict, "Nobody can be asked: the approval chain in the settings does not work. %s An admin can mend it: /hire set approvers", messageOf(err))
	}
	placed, outside := hiring.PlaceBudget(r, s.Bands(r.Role)), ""
	if placed != nil {
		outside = "the budget is " + string(placed.Position)
	}
	a := hiring.NewApproval(hiring.AskParams{
		Subject: r.ID, Terms: r.Terms(), Requester: by.ID, Author: s.Survivor(r.Requester), Chain: chain, People: s.People(), Now: tx.Now(),
		Extra: hiring.BandApprovers(placed), ExtraWhy: outside,
	})
	changed := make([]hiring.ApprovalNote, 0, len(changes))
	for _, c := range changes {
		changed = append(changed, hiring.ApprovalNote{Step: hiring.WholeApproval, Text: "Changed: " + c.String(), At: tx.Now()})
	}
	a.Notes = append(changed, a.Notes...)
	if r.State != hiring.ReqPending {
		if r, err = moveReq(ctx, tx, r, hiring.ReqPending, ""); err != nil {
			return r, err
		}
	}
	if a, err = tx.AddApproval(ctx, scheduled(tx, a)); err != nil {
		return r, err
	}
	if err := tx.AddHistory(ctx, r.ID, "asked for approval", nil); err != nil {
		return r, err
	}
	if err := recordNotes(ctx, tx, hiring.Approval{Notes: a.Notes[:len(changes)]}, a); err != nil {
		return r, err
	}
	if a.State == hiring.Approved {
		return r, conclude(ctx, tx, requisitionApproval, a)
	}
	if err := tellRequester(ctx, tx, a, r.ID, by); err != nil {
		return r, err
	}
	return r, tellStep(ctx, tx, a, tx.Now().Add(outreachDelay))
}

func personNamed(s *store.Snapshot) func(string) (string, bool) {
	return func(name string) (string, bool) {
		p, ok := s.PersonByName(name)
		return s.Survivor(p.ID), ok // of who was merged, the one who goes on decides
	}
}

// tellRequester sends the requester the card on which the progress stands.
func tellRequester(ctx context.Context, tx *store.Tx, a hiring.Approval, id string, by bot.Actor) error {
	if by.ID == "" {
		return nil
	}
	return tx.Send(ctx, bot.Message{
		To: bot.Recipient{Person: a.Requester}, View: bot.View{Name: views.ReqProgress, Subject: id},
		Key: "progress:" + a.ID, Due: tx.Now().Add(outreachDelay),
		Why: "You get this because you asked for it. It changes as people decide.",
	})
}

// tellStep asks those who decide the present step, or for them while they are away.
func tellStep(ctx context.Context, tx *store.Tx, a hiring.Approval, due time.Time) error {
	for _, one := range a.Askees(views.Absences(tx), companyDay(tx)) {
		err := tx.Send(ctx, bot.Message{
			To: bot.Recipient{Person: one.Person}, View: bot.View{Name: views.Approval, Subject: a.Subject, Args: []string{a.ID}},
			Key: fmt.Sprintf("approval:%s:%d:%d:%s", a.ID, a.Current, a.StepSince.UnixMicro(), one.Person), Due: due,
			Why: "You get this because you approve. /hire away names somebody for when you cannot.",
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// companyDay is the date where the company is.
func companyDay(tx *store.Tx) string {
	return string(bot.DateOf(tx.Now(), tx.Snapshot().Zone("")))
}

// scheduled sets when those of the present step are reminded next: by the clock of the first of them.
func scheduled(tx *store.Tx, a hiring.Approval) hiring.Approval {
	times := tx.Snapshot().WorkTime("")
	if waits := a.WaitsFor(); len(waits) > 0 {
		times = tx.Snapshot().WorkTime(waits[0].Person)
	}
	return a.Scheduled(times)
}

// saveApproval keeps a changed approval and tells the next step, if there is one. Every card about the
// record is drawn again.
func saveApproval(ctx context.Context, tx *store.Tx, before, a hiring.Approval) (hiring.Approval, error) {
	a, err := tx.SaveApproval(ctx, scheduled(tx, a))
	if err != nil {
		return a, err
	}
	if err := recordNotes(ctx, tx, before, a); err != nil {
		return a, err
	}
	if a.State == hiring.ApprovalOpen && (a.Current != before.Current || before.State != hiring.ApprovalOpen) {
		if err := tellStep(ctx, tx, a, tx.Now()); err != nil {
			return a, err
		}
	}
	return a, tx.Refresh(ctx, a.Subject)
}

// recordNotes puts on the record's history what happened to its approval without anybody's decision.
func recordNotes(ctx context.Context, tx *store.Tx, before, a hiring.Approval) error {
	for _, n := range a.Notes {
		if slices.Contains(before.Notes, n) {
			continue
		}
		if err := tx.AddHistory(ctx, a.Subject, "changed the approval", map[string]string{"text": n.Text}); err != nil {
			return err
		}
	}
	return nil
}

// conclude carries the outcome of an approval to its record, and tells the requester.
func conclude(ctx context.Context, tx *store.Tx, subject approvalSubject, a hiring.Approval) error {
	var err error
	switch a.State {
	case hiring.Approved:
		err = subject.approved(ctx, tx, a.Subject)
	case hiring.Rejected:
		err = subject.rejected(ctx, tx, a.Subject)
	case hiring.ApprovalOpen, hiring.Void:
		return nil
	}
	if err != nil {
		return err
	}
	if len(a.Steps) == 0 {
		return nil // approved at once: the answer says so
	}
	return tx.Send(ctx, bot.Message{
		To: bot.Recipient{Person: a.Requester}, View: bot.View{Name: views.ReqDecided, Subject: a.Subject, Args: []string{a.ID}},
		Key: fmt.Sprintf("decided:%s:%d", a.ID, a.Version), Why: "You get this because you asked for it.",
	})
}

// openReq opens a requisition that was approved and tells the hiring channel and its recruiter, once.
func openReq(ctx context.Context, tx *store.Tx, r hiring.Requisition) error {
	announce := !r.Announced && !r.Confidential
	r.Announced = r.Announced || announce
	r, err := moveReq(ctx, tx, r, hiring.ReqOpen, "")
	if err != nil {
		return err
	}
	if announce {
		if err := announceReq(ctx, tx, r); err != nil {
			return err
		}
	}
	if r.Recruiter == "" || r.Recruiter == r.Requester {
		return nil
	}
	return tx.Send(ctx, bot.Message{
		To: bot.Recipient{Person: r.Recruiter}, View: bot.View{Name: views.ReqOpened, Subject: r.ID},
		Key: "open:" + r.ID + ":" + r.Recruiter, Why: "You get this because you recruit for it.",
	})
}

// announceReq posts in the hiring channel of each workspace of the company that has one of that name
// and does not want quiet there.
func announceReq(ctx context.Context, tx *store.Tx, r hiring.Requisition) error {
	name := tx.Snapshot().Setting(hiring.SettingHiringChannel)
	if name == "" {
		return nil
	}
	channels, err := tx.ChannelsNamed(ctx, name)
	if err != nil {
		return err
	}
	for _, channel := range channels {
		if channel.Quiet {
			continue
		}
		err := tx.Send(ctx, bot.Message{
			To:   bot.Recipient{Channel: bot.Conversation{Workspace: channel.Workspace, Channel: channel.ID}},
			View: bot.View{Name: views.ReqAnnounce, Subject: r.ID}, Key: "announce:" + r.ID + ":" + channel.Workspace + "/" + channel.ID,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// settleApprovals brings the open approvals that ask somebody, or that they asked for, up to date with
// who is active now, so that none waits for somebody who cannot decide or answer.
func settleApprovals(ctx context.Context, tx *store.Tx, person string) error {
	open, err := openApprovalsAround(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, before := range open {
		a := before.Settle(func(id string) bool { p, ok := tx.Snapshot().Person(id); return ok && p.Active }, tx.Now())
		if a, err = saveApproval(ctx, tx, before, a); err != nil {
			return err
		}
		if err := conclude(ctx, tx, requisitionApproval, a); err != nil {
			return err
		}
	}
	return nil
}

// openApprovalsAround returns the open approvals in which somebody has still to decide, or that they
// asked for.
func openApprovalsAround(ctx context.Context, tx *store.Tx, person string) ([]hiring.Approval, error) {
	open, err := tx.OpenApprovalsOf(ctx, person)
	if err != nil {
		return nil, err
	}
	asked, err := views.AllOf(ctx, tx, store.ReqFilter{
		Viewer: store.ReqViewer{Person: person}, Member: person, States: []hiring.ReqState{hiring.ReqPending},
	})
	if err != nil {
		return nil, err
	}
	for _, r := range asked {
		a, ok, err := tx.LatestApproval(ctx, r.ID)
		if err != nil {
			return nil, err
		}
		known := slices.ContainsFunc(open, func(o hiring.Approval) bool { return o.ID == a.ID })
		if ok && !known && a.State == hiring.ApprovalOpen && a.Requester == person {
			open = append(open, a)
		}
	}
	return open, nil
}

func voidApproval(ctx context.Context, tx *store.Tx, a hiring.Approval, note string) error {
	if _, err := tx.SaveApproval(ctx, scheduled(tx, a.Void(note, tx.Now()))); err != nil {
		return err
	}
	return tx.Refresh(ctx, a.Subject)
}

// asked returns the approval that a request is about, for somebody who may know of its record. One
// that a card carried and that was asked anew meanwhile is refused: nobody approves terms unseen.
func asked(ctx context.Context, tx *store.Tx, req bot.Request) (hiring.Approval, error) {
	if req.Args.Text("req") == "" {
		return onlyWaiting(ctx, tx, req)
	}
	r, _, a, err := theReq(ctx, tx, req)
	if err != nil {
		return a, err
	}
	if a.ID == "" {
		return a, hiring.Errorf(hiring.Conflict, "%s was not sent for approval yet. /req show %s tells how it stands.", r.ID, r.ID)
	}
	if id := req.Args.Text("approval"); id != "" && id != a.ID {
		return a, hiring.Errorf(hiring.Conflict, "%s was changed since, and its approval is asked anew. Look at it as it is now: /req next %s", r.ID, r.ID)
	}
	return a, nil
}

// onlyWaiting returns the one approval that waits for the person; several are offered.
func onlyWaiting(ctx context.Context, tx *store.Tx, req bot.Request) (hiring.Approval, error) {
	waiting, err := tx.ApprovalsWaitingFor(ctx, req.Actor.ID, today(req), maxFound)
	switch {
	case err != nil:
		return hiring.Approval{}, err
	case len(waiting) == 0:
		return hiring.Approval{}, hiring.Errorf(hiring.Conflict, "Nothing waits for your decision. /req list shows the requisitions there are.")
	case len(waiting) == 1:
		return waiting[0], nil
	}
	choices, err := waitingChoices(ctx, tx, waiting)
	if err != nil {
		return hiring.Approval{}, err
	}
	return hiring.Approval{}, bot.Invalidf("req", "%d approvals wait for you. Which one?", len(waiting)).Offering(choices)
}

// waitingChoices names approvals by their requisitions.
func waitingChoices(ctx context.Context, tx *store.Tx, waiting []hiring.Approval) ([]bot.Choice, error) {
	subjects := make([]string, 0, len(waiting))
	for _, a := range waiting {
		subjects = append(subjects, a.Subject)
	}
	found, err := tx.RequisitionsByID(ctx, subjects)
	reqs := make([]hiring.Requisition, 0, len(subjects))
	for _, id := range subjects {
		if r, ok := found[id]; ok {
			reqs = append(reqs, r)
		}
	}
	return reqChoices(tx, reqs), err
}

// suggestWaiting suggests the requisitions that wait for the person's decision.
func suggestWaiting(ctx context.Context, tx *store.Tx, req bot.Request, param, prefix string) ([]bot.Choice, error) {
	if param != "req" {
		return nil, nil
	}
	waiting, err := tx.ApprovalsWaitingNamed(ctx, req.Actor.ID, today(req), prefix, maxFound)
	if err != nil {
		return nil, err
	}
	return waitingChoices(ctx, tx, waiting)
}

// actOf is the request as the domain of approvals knows it.
func actOf(tx *store.Tx, req bot.Request) hiring.ApprovalAct {
	return hiring.ApprovalAct{By: req.Actor.ID, Absences: views.Absences(tx), Today: today(req), Now: tx.Now(), Name: nameOf(tx.Snapshot())}
}

func decide(ctx context.Context, tx *store.Tx, req bot.Request, approve bool, reason string) (bot.Response, error) {
	before, err := asked(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	act := actOf(tx, req)
	principal, err := before.MayDecide(act)
	if err != nil {
		return bot.Response{}, err
	}
	if err := before.MayDecideAs(act, tx.Snapshot().MergedInto(req.Actor.ID)); err != nil {
		return bot.Response{}, err
	}
	terms, err := requisitionApproval.terms(ctx, tx, before.Subject)
	if err != nil {
		return bot.Response{}, err
	}
	a, err := before.Decide(act, terms, approve, reason)
	if err != nil {
		return bot.Response{}, err
	}
	what := "approved it"
	if !approve {
		what = "rejected it"
	}
	if principal != req.Actor.ID {
		what += " for " + act.Name(principal)
	}
	var detail map[string]string
	if reason != "" {
		detail = map[string]string{"text": reason}
	}
	if err := tx.AddHistory(ctx, a.Subject, what, detail); err != nil {
		return bot.Response{}, err
	}
	if a, err = saveApproval(ctx, tx, before, a); err != nil {
		return bot.Response{}, err
	}
	if err := tx.Audit(ctx, store.AuditEvent{Subject: a.Subject, Fact: "decision", Detail: map[string]string{"approval": a.ID}}); err != nil {
		return bot.Response{}, err
	}
	if err := conclude(ctx, tx, requisitionApproval, a); err != nil {
		return bot.Response{}, err
	}
	return redraw(req, views.Approval, a.Subject, a.ID), nil
}

func approveReq(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	return decide(ctx, tx, req, true, req.Args.Text("note"))
}

func rejectReq(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	return decide(ctx, tx, req, false, req.Args.Text("reason"))
}

// approverForm asks an approver for one text.
func approverForm(act, submit, field string) func(context.Context, *store.Tx, bot.Request) (bot.Form, error) {
	return func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
		a, err := asked(ctx, tx, req)
		if err != nil {
			return bot.Form{}, err
		}
		if _, err := a.MayDecide(actOf(tx, req)); err != nil {
			return bot.Form{}, err
		}
		return bot.Form{
			Title: act + " " + a.Subject, Submit: submit, Call: bot.Do(req.Spec.Name(), a.Subject, a.ID),
			Fields: []bot.Field{bot.FieldOf(req.Spec, field, nonEmpty(req.Args.Text(field))...)},
		}, nil
	}
}

func askReq(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	before, err := asked(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	if asker, ok := tx.Snapshot().Person(before.Requester); !ok || !asker.Active {
		return bot.Response{}, hiring.Errorf(hiring.Conflict, "Who asked for %s has left, so nobody would answer. Decide, or have it handed over: /hire handover", before.Subject)
	}
	a, err := before.AskQuestion(actOf(tx, req), req.Args.Text("question"))
	if err != nil {
		return bot.Response{}, err
	}
	if err := tx.AddHistory(ctx, a.Subject, "asked", map[string]string{"text": req.Args.Text("question")}); err != nil {
		return bot.Response{}, err
	}
	if a, err = saveApproval(ctx, tx, before, a); err != nil {
		return bot.Response{}, err
	}
	err = tx.Send(ctx, bot.Message{
		To: bot.Recipient{Person: a.Requester}, View: bot.View{Name: views.Question, Subject: a.Subject, Args: []string{a.ID}},
		Key: fmt.Sprintf("question:%s:%d", a.ID, a.Version), Why: "You get this because you asked for the approval.",
	})
	if err != nil {
		return bot.Response{}, err
	}
	return redraw(req, views.Approval, a.Subject, a.ID), nil
}

func answerForm(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
	a, err := asked(ctx, tx, req)
	if err != nil {
		return bot.Form{}, err
	}
	if err := mayAnswer(req, a); err != nil {
		return bot.Form{}, err
	}
	return bot.Form{
		Title: "Answer on " + a.Subject, Submit: "Answer", Call: bot.Do("req.answer", a.Subject), Note: bot.T(a.Question.Text),
		Fields: []bot.Field{bot.FieldOf(req.Spec, "answer", nonEmpty(req.Args.Text("answer"))...)},
	}, nil
}

func mayAnswer(req bot.Request, a hiring.Approval) error {
	if a.State != hiring.ApprovalOpen || a.Question == nil || !a.Question.AnsweredAt.IsZero() {
		return hiring.Errorf(hiring.Conflict, "There is no open question on %s.", a.Subject)
	}
	if req.Actor.ID != a.Requester {
		return hiring.Errorf(hiring.NotAllowed, "The question on %s is for the one who asked for the approval.", a.Subject)
	}
	return nil
}

func answerReq(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	before, err := asked(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	if err := mayAnswer(req, before); err != nil {
		return bot.Response{}, err
	}
	a, err := before.AnswerQuestion(actOf(tx, req), req.Args.Text("answer"))
	if err != nil {
		return bot.Response{}, err
	}
	if err := tx.AddHistory(ctx, a.Subject, "answered", map[string]string{"text": req.Args.Text("answer")}); err != nil {
		return bot.Response{}, err
	}
	if a, err = saveApproval(ctx, tx, before, a); err != nil {
		return bot.Response{}, err
	}
	// The card that asked them changes silently: who waits for an answer has to hear of it.
	err = tx.Send(ctx, bot.Message{
		To: bot.Recipient{Person: a.Question.Asker}, View: bot.View{Name: views.Approval, Subject: a.Subject, Args: []string{a.ID}},
		Key: fmt.Sprintf("answered:%s:%d", a.ID, a.Version), Why: "You get this because your question was answered.",
	})
	if err != nil {
		return bot.Response{}, err
	}
	return redraw(req, views.Question, a.Subject, a.ID), nil
}

// takeBackReq takes a decision back. One that had ended the approval opens it again, as long as
// nothing but the opening of the requisition came of it.
func takeBackReq(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	before, err := asked(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	r, err := tx.Requisition(ctx, before.Subject)
	if err != nil {
		return bot.Response{}, err
	}
	a, err := before.TakeBack(actOf(tx, req), views.MovedOn(r, before))
	if err != nil {
		return bot.Response{}, err
	}
	if before.State != hiring.ApprovalOpen {
		r.ApprovedTerms = "" // they are not approved any more
		if _, err = moveReq(ctx, tx, r, hiring.ReqPending, ""); err != nil {
			return bot.Response{}, err
		}
	}
	if err := tx.AddHistory(ctx, a.Subject, "took the decision back", nil); err != nil {
		return bot.Response{}, err
	}
	if a, err = saveApproval(ctx, tx, before, a); err != nil {
		return bot.Response{}, err
	}
	if err := tx.Audit(ctx, store.AuditEvent{Subject: a.Subject, Fact: "decision_taken_back", Detail: map[string]string{"approval": a.ID}}); err != nil {
		return bot.Response{}, err
	}
	return redraw(req, views.Approval, a.Subject, a.ID), nil
}

// nextApproval shows the named requisition's approval where it waits for the person, else the
// requisition; without a name what has waited longest.
func nextApproval(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	if req.Args.Text("req") != "" {
		r, _, a, err := theReq(ctx, tx, req)
		if err != nil {
			return bot.Response{}, err
		}
		if _, err := a.MayDecide(actOf(tx, req)); err != nil {
			return show(views.Req, r.ID), nil
		}
		return show(views.Approval, r.ID, a.ID), nil
	}
	waiting, err := tx.ApprovalsWaitingFor(ctx, req.Actor.ID, today(req), 1)
	if err != nil {
		return bot.Response{}, err
	}
	if len(waiting) == 0 {
		return redraw(req, views.NothingWaits, ""), nil
	}
	return show(views.Approval, waiting[0].Subject, waiting[0].ID), nil
}
