package hiring

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	// MaxReminders is how many reminders a step gets, at most.
	MaxReminders = 3
	// UndoWindow is how long after an approval ended its last decision can be taken back.
	UndoWindow = 10 * time.Minute
	// MaxQuestion is how long a question and its answer can be, in characters.
	MaxQuestion = 1000
)

// What the notes of an approval say.
const (
	// NoteNoChain stands where no chain is configured, so that nobody was asked.
	NoteNoChain = "Approved at once: no approval chain is set."
	// NoteNoOther stands, behind the step's number, where nobody else was left to decide a step.
	NoteNoOther = "no other approver."
	// NoteGone stands where an approver who had not decided was deactivated.
	NoteGone = "An approver was deactivated; those left decide."
	// NoteQuestionClosed stands where a question's asker or the requester was deactivated.
	NoteQuestionClosed = "The question was closed, since who asked it or was to answer it has left."
)

// BecauseNamed is why a person is asked whom the chain names; another reason is the title of a role.
const BecauseNamed = "named in the approval chain"

// AskParams is what an approval is made from.
type AskParams struct {
	// ID, Subject, Terms, Requester, Author and Beneficiary are as in Approval.
	ID, Subject, Terms, Requester, Author, Beneficiary string
	// Chain is the chain of the settings. Extra are steps that this subject needs beyond it, such as
	// BandApprovers; one that a step of the chain decides anyway is not added again.
	Chain, Extra []ChainStep
	// ExtraWhy says in a few words why the extra steps are there, such as "the budget is above the
	// band".
	ExtraWhy string
	// People are all people there are; those inactive are asked nothing.
	People []Person
	Now    time.Time
}

// ApprovalAct is somebody doing something about an approval, at a time.
type ApprovalAct struct {
	// By is the id of who acts.
	By string
	// Absences are those known; Today, YYYY-MM-DD, tells which of them hold. An absence whose delegate
	// is deactivated is the caller's to leave out.
	Absences []Absence
	Today    string
	Now      time.Time
	// Name gives people's names by their ids, for messages; nil leaves them unnamed.
	Name func(id string) string
}

func (act ApprovalAct) name(id string) string {
	if act.Name == nil {
		return "somebody"
	}
	return act.Name(id)
}

// NewApproval asks for an approval. It freezes who decides: roles become the active people who
// have them now; requester and beneficiary drop out of every step; who is in a step twice is in it
// once. A step that nobody else can decide is passed, with a note, when its turn comes; so an
// approval may be approved as it is made: also where there is no step at all, which is noted.
func NewApproval(p AskParams) Approval {
	a := Approval{
		ID: p.ID, Subject: p.Subject, Terms: p.Terms, Requester: p.Requester, Author: p.Author, Beneficiary: p.Beneficiary,
		State: ApprovalOpen, AskedAt: p.Now, StepSince: p.Now,
	}
	for _, s := range p.Chain {
		a.Steps = append(a.Steps, a.freeze(s, p.People, ""))
	}
	for _, extra := range p.Extra {
		if !slices.ContainsFunc(p.Chain, func(s ChainStep) bool { return s.covers(extra) }) {
			a.Steps = append(a.Steps, a.freeze(extra, p.People, p.ExtraWhy))
		}
	}
	if len(a.Steps) == 0 {
		a.Notes = append(a.Notes, ApprovalNote{Step: WholeApproval, Text: NoteNoChain, At: p.Now})
	}
	return a.advance(p.Now)
}

func (a Approval) freeze(s ChainStep, people []Person, why string) ApprovalStep {
	step := ApprovalStep{All: s.All}
	add := func(p Person, because string) {
		in := slices.ContainsFunc(step.Approvers, func(x StepApprover) bool { return x.Person == p.ID })
		if !p.Active || in || a.barred(p.ID) {
			return
		}
		if why != "" {
			because += ": " + why
		}
		step.Approvers = append(step.Approvers, StepApprover{Person: p.ID, Because: because})
	}
	for _, id := range s.People {
		if i := slices.IndexFunc(people, func(p Person) bool { return p.ID == id }); i >= 0 {
			add(people[i], BecauseNamed)
		}
	}
	for _, r := range s.Roles {
		for _, p := range people {
			if p.Has(r) {
				add(p, RoleTitle(r))
			}
		}
	}
	return step
}

// barred tells whether somebody may decide nothing of this approval: they asked for it, wrote what it
// is about, or would be paid by it.
func (a Approval) barred(person string) bool {
	return person == "" || person == a.Requester || person == a.Author || person == a.Beneficiary
}

// Party tells whether somebody has a part in an approval: they asked, wrote what it is about or would be
// paid by it, are or were asked to decide, have decided for somebody, or decide for an approver who is
// away.
func (a Approval) Party(person string, absences []Absence) bool {
	if person == "" {
		return false
	}
	if a.barred(person) || a.decidedFor(person) {
		return true
	}
	for _, step := range a.Steps {
		for _, x := range step.Approvers {
			if x.Person == person || slices.ContainsFunc(absences, func(b Absence) bool { return b.Person == x.Person && b.Delegate == person }) {
				return true
			}
		}
	}
	return false
}

// NeedsOnly tells whether an open approval has a step that nobody but this person is left to decide: it
// would be passed without a decision if they went.
func (a Approval) NeedsOnly(person string) bool {
	if a.State != ApprovalOpen {
		return false
	}
	for i := a.Current; i < len(a.Steps); i++ {
		waiting := a.waiting(i)
		others := slices.ContainsFunc(waiting, func(x StepApprover) bool { return x.Person != person })
		if len(waiting) > 0 && !others && len(a.Counted(i)) == 0 {
			return true
		}
	}
	return false
}

// decidedFor tells whether somebody has decided, or somebody else for them.
func (a Approval) decidedFor(person string) bool {
	step, _ := a.own(person)
	return step >= 0
}

// MayDecideAs refuses who acts what they could not decide under a name that was theirs before: a person
// who was merged into them asked for it, wrote it, would be paid by it, or has decided already. Former
// are the ids of those.
func (a Approval) MayDecideAs(act ApprovalAct, former []string) error {
	for _, id := range former {
		switch {
		case a.barred(id):
			return Errorf(NotAllowed, "You have a part in this as %s, so somebody else decides it.", act.name(id))
		case a.decidedFor(id):
			return Errorf(Conflict, "You have decided on this as %s already, so somebody else decides it.", act.name(id))
		}
	}
	return nil
}

// clone returns a copy that shares no slice or pointer with the original.
func (a Approval) clone() Approval {
	a.Steps = slices.Clone(a.Steps)
	for i := range a.Steps {
		a.Steps[i].Approvers = slices.Clone(a.Steps[i].Approvers)
		a.Steps[i].Decisions = slices.Clone(a.Steps[i].Decisions)
	}
	a.Notes = slices.Clone(a.Notes)
	if a.Question != nil {
		q := *a.Question
		a.Question = &q
	}
	return a
}

// live tells whether an approver can still be asked.
func (a Approval) live(x StepApprover) bool { return !x.Gone && !a.barred(x.Person) }

// Counted returns the approvals that count in a step: those given in it, and those that its
// approvers gave in earlier steps, since one person decides once. The step's own come last.
func (a Approval) Counted(step int) []Decision {
	var counted []Decision
	for i := 0; i <= step && i < len(a.Steps); i++ {
		for _, d := range a.Steps[i].Decisions {
			asked := slices.ContainsFunc(a.Steps[step].Approvers, func(x StepApprover) bool { return x.Person == d.Person })
			if d.Approve && asked {
				counted = append(counted, d)
			}
		}
	}
	return counted
}

// waiting returns the approvers of a step who can still decide it, by themselves or a delegate.
func (a Approval) waiting(step int) []StepApprover {
	var out []StepApprover
	counted := a.Counted(step)
	for _, x := range a.Steps[step].Approvers {
		decided := slices.ContainsFunc(counted, func(d Decision) bool { return d.Person == x.Person })
		if a.live(x) && !decided {
			out = append(out, x)
		}
	}
	return out
}

// advance moves on past every step that is decided, or that nobody is left to decide, and
// approves after the last. It works on slices that are its own: callers pass a clone.
func (a Approval) advance(now time.Time) Approval {
	for a.State == ApprovalOpen && a.Current < len(a.Steps) {
		counted, waiting := a.Counted(a.Current), a.waiting(a.Current)
		switch {
		case len(counted) > 0 && (!a.Steps[a.Current].All || len(waiting) == 0): // decided
		case len(waiting) == 0:
			a.Steps[a.Current].Passed = true
			a.Notes = append(a.Notes, ApprovalNote{Step: a.Current, Text: fmt.Sprintf("Step %d: %s", a.Current+1, NoteNoOther), At: now})
		default:
			return a
		}
		a.Current++
		a.StepSince, a.Reminded, a.RemindAt = now, 0, time.Time{}
	}
	if a.State == ApprovalOpen {
		a = a.end(Approved, now)
	}
	return a
}

func (a Approval) end(state ApprovalState, now time.Time) Approval {
	a.State, a.EndedAt, a.RemindAt = state, now, time.Time{}
	return a
}

// WaitsFor returns the approvers of the present step who can still decide: of an open approval at
// least one, of any other none.
func (a Approval) WaitsFor() []StepApprover {
	if a.State != ApprovalOpen || a.Current >= len(a.Steps) {
		return nil
	}
	return a.waiting(a.Current)
}

// Askee is somebody to whom the card of an approval goes.
type Askee struct {
	Person string
	// For is the absent approver whose delegate they are, "" for an approver.
	For string
	// Because is why the approver is asked.
	Because string
}

// Askees returns who is to be asked now, each once: the approvers whom the step waits for, and in the
// place of one who is absent their delegate. An absent approver may decide all the same.
func (a Approval) Askees(absences []Absence, today string) []Askee {
	waiting := a.WaitsFor()
	var out []Askee
	add := func(x Askee) {
		if !slices.ContainsFunc(out, func(o Askee) bool { return o.Person == x.Person }) {
			out = append(out, x)
		}
	}
	var delegated []Askee
	for _, x := range waiting {
		if d, ok := a.delegate(x.Person, absences, today); ok {
			delegated = append(delegated, Askee{Person: d, For: x.Person, Because: x.Because})
		} else {
			add(Askee{Person: x.Person, Because: x.Because})
		}
	}
	for _, x := range delegated {
		add(x)
	}
	return out
}

// delegate returns who decides for an absent person: never the requester or the beneficiary, and
// never the delegate of a delegate.
func (a Approval) delegate(person string, absences []Absence, today string) (string, bool) {
	for _, x := range absences {
		if x.Person == person && x.Delegate != person && today <= x.Until && !a.barred(x.Delegate) {
			return x.Delegate, true
		}
	}
	return "", false
}

// DeciderFor tells for which approver of the present step somebody may decide now: for themselves,
// or for the first absent approver whose delegate they are. The delegate of a delegate decides
// nothing. It returns false for everybody else, and always for who asked, who wrote what it is about,
// and who would be paid by it.
func (a Approval) DeciderFor(person string, absences []Absence, today string) (principal string, ok bool) {
	if a.barred(person) {
		return "", false
	}
	waiting := a.WaitsFor()
	for _, x := range waiting {
		if x.Person == person {
			return person, true
		}
	}
	for _, x := range waiting {
		if d, ok := a.delegate(x.Person, absences, today); ok && d == person {
			return x.Person, true
		}
	}
	return "", false
}

// Decide records what somebody decided, and moves on: to the next step, or to the end. Terms is the
// hash of the subject's terms as they are now. It returns MayDecide's errors for who may not, a
// Conflict error when the terms are not those that were asked about, and Invalid for the field
// "reason" when a rejection has none or it is too long.
func (a Approval) Decide(act ApprovalAct, terms string, approve bool, reason string) (Approval, error) {
	principal, err := a.MayDecide(act)
	if err != nil {
		return a, err
	}
	if terms != a.Terms {
		return a, Errorf(Conflict, "The terms of %s changed meanwhile. Look at them as they are now, then decide.", a.Subject)
	}
	reason = strings.TrimSpace(reason)
	if !approve && reason == "" {
		return a, InvalidField("reason", "Say in a few words why not; who asked reads it.")
	}
	if err := tooLong("reason", "The reason", reason, MaxReason); err != nil {
		return a, err
	}
	a = a.clone()
	step := &a.Steps[a.Current]
	step.Decisions = append(step.Decisions, Decision{Person: principal, By: act.By, Approve: approve, Reason: reason, At: act.Now})
	if !approve {
		return a.end(Rejected, act.Now), nil
	}
	return a.advance(act.Now), nil
}

// MayDecide returns for which approver somebody may decide now, as DeciderFor does, or the error that
// says why they may not: Conflict when the approval ended, another step comes first, or their part has
// been decided already (the message says by whom); NotAllowed for who asked for it, would be paid by
// it, or has no part in it.
func (a Approval) MayDecide(act ApprovalAct) (string, error) {
	principal, ok := a.DeciderFor(act.By, act.Absences, act.Today)
	if ok {
		return principal, nil
	}
	if a.barred(act.By) {
		switch act.By {
		case a.Requester:
			return "", Errorf(NotAllowed, "You asked for this, so somebody else decides it.")
		case a.Author:
			return "", Errorf(NotAllowed, "You wrote %s, so somebody else decides it.", a.Subject)
		}
		return "", Errorf(NotAllowed, "This is about your own pay, so somebody else decides it.")
	}
	if a.State != ApprovalOpen {
		return "", a.notOpen(act)
	}
	for i := a.Current + 1; i < len(a.Steps); i++ {
		if slices.ContainsFunc(a.waiting(i), func(x StepApprover) bool { return a.standsFor(act, x.Person) }) {
			return "", Errorf(Conflict, "It is not your turn yet: step %d of %d comes first and waits for %s.",
				a.Current+1, len(a.Steps), a.waitsForText(act))
		}
	}
	// Whoever has, or stands in for, a part that was decided is told who was quicker.
	for i := a.Current; i >= 0; i-- {
		if d, ok := a.decidedInstead(i, act); ok {
			return "", Errorf(Conflict, "%s. There is nothing left for you to decide here.", decisionText(d, act))
		}
	}
	return "", Errorf(NotAllowed, "This waits for %s; you have no part in it.", a.waitsForText(act))
}

// standsFor tells whether somebody is an approver, or the delegate of the absent approver.
func (a Approval) standsFor(act ApprovalAct, approver string) bool {
	if act.By == approver {
		return true
	}
	d, ok := a.delegate(approver, act.Absences, act.Today)
	return ok && d == act.By
}

// decidedInstead returns the decision that left nothing to decide in a step for who acts.
func (a Approval) decidedInstead(step int, act ApprovalAct) (Decision, bool) {
	counted := a.Counted(step)
	for _, x := range a.Steps[step].Approvers {
		if !a.standsFor(act, x.Person) {
			continue
		}
		for _, d := range counted {
			if d.Person == x.Person || step < a.Current && !a.Steps[step].All {
				return d, true
			}
		}
	}
	return Decision{}, false
}

// decisionText says who decided: "Dev approved for Asha".
func decisionText(d Decision, act ApprovalAct) string {
	verb := "rejected"
	if d.Approve {
		verb = "approved"
	}
	switch {
	case d.By == act.By && d.Person == act.By:
		return "You " + verb + " already"
	case d.By == act.By:
		return "You " + verb + " already for " + act.name(d.Person)
	case d.By == d.Person:
		return act.name(d.By) + " " + verb + " already"
	case d.Person == act.By:
		return act.name(d.By) + " " + verb + " already for you"
	}
	return act.name(d.By) + " " + verb + " already for " + act.name(d.Person)
}

func (a Approval) waitsForText(act ApprovalAct) string {
	var names []string
	for _, x := range a.WaitsFor() {
		names = append(names, act.name(x.Person))
	}
	if a.Current < len(a.Steps) && a.Steps[a.Current].All {
		return strings.Join(names, " and ")
	}
	return orList(names)
}

// notOpen says how the approval ended, and who decided last.
func (a Approval) notOpen(act ApprovalAct) *Error {
	switch a.State {
	case Approved, Rejected:
		if d, ok := a.last(); ok {
			return Errorf(Conflict, "%s: %s is %s.", decisionText(d, act), a.Subject, a.State)
		}
		return Errorf(Conflict, "%s is approved already: nobody else could decide it.", a.Subject)
	case Void:
		return Errorf(Conflict, "This request is void, since the terms of %s changed or it was withdrawn. Look at it as it is now.", a.Subject)
	case ApprovalOpen:
		return Errorf(Conflict, "This is open.")
	default:
		return Errorf(Conflict, "This is %s.", a.State)
	}
}

// last returns the latest decision.
func (a Approval) last() (Decision, bool) {
	for i := len(a.Steps) - 1; i >= 0; i-- {
		if n := len(a.Steps[i].Decisions); n > 0 {
			return a.Steps[i].Decisions[n-1], true
		}
	}
	return Decision{}, false
}

// TakeBack takes back the latest decision of somebody: what they decided themselves or for
// another, or what a delegate decided for them. While the approval is open it can be taken back
// until somebody has decided in a later step; a decision that ended it, of one that was rejected only
// the rejection, within UndoWindow of the end, unless the caller says that the subject has moved on
// since. Everything is then as it was before the decision, but for the clock of the reminders, which
// starts anew where the approval had ended or gone on to another step. One that had ended is to be settled afterwards,
// since somebody may have been deactivated meanwhile. It returns a Conflict error with the reason
// when it cannot be taken back, and NotAllowed when there is nothing of theirs.
func (a Approval) TakeBack(act ApprovalAct, movedOn bool) (Approval, error) {
	step, at := a.own(act.By)
	if step < 0 {
		return a, Errorf(NotAllowed, "You have decided nothing here that could be taken back.")
	}
	switch a.State {
	case ApprovalOpen:
	case Approved, Rejected:
		if movedOn {
			return a, Errorf(Conflict, "%s has moved on since, so the decision stands. It can be put on hold or closed instead.", a.Subject)
		}
		if act.Now.Sub(a.EndedAt) > UndoWindow {
			return a, Errorf(Conflict, "%s was %s more than %d minutes ago, so the decision stands.", a.Subject, a.State, int(UndoWindow.Minutes()))
		}
	case Void:
		return a, a.notOpen(act)
	default:
		return a, a.notOpen(act)
	}
	for i := step + 1; i < len(a.Steps); i++ {
		if n := len(a.Steps[i].Decisions); n > 0 {
			return a, Errorf(Conflict, "%s in a later step, so the decision stands.", decisionText(a.Steps[i].Decisions[n-1], act))
		}
	}
	d := a.Steps[step].Decisions[at]
	if ended, _ := a.last(); a.State == Rejected && d != ended {
		return a, Errorf(Conflict, "%s, which ended it. Only that can be taken back, by who did it.", decisionText(ended, act))
	}
	if !slices.ContainsFunc(a.Steps[step].Approvers, func(x StepApprover) bool { return x.Person == d.Person && a.live(x) }) {
		return a, Errorf(Conflict, "%s can decide no more, so the decision stands.", act.name(d.Person))
	}
	a = a.clone()
	a.Steps[step].Decisions = emptyAsNil(slices.Delete(a.Steps[step].Decisions, at, at+1))
	a.Notes = emptyAsNil(slices.DeleteFunc(a.Notes, func(n ApprovalNote) bool { return n.Step > step }))
	for i := step + 1; i < len(a.Steps); i++ {
		a.Steps[i].Passed = false
	}
	if a.Question != nil && a.Question.Step > step {
		a.Question = nil // the step that asked is not reached yet
	}
	if a.Current != step || a.State != ApprovalOpen {
		a.StepSince, a.Reminded, a.RemindAt = act.Now, 0, time.Time{}
	}
	a.Current, a.State, a.EndedAt = step, ApprovalOpen, time.Time{}
	return a, nil
}

// emptyAsNil makes an empty list the list that was there before anything was added.
func emptyAsNil[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}

// own returns the place of the latest decision that somebody made, or that was made for them; -1 for
// none.
func (a Approval) own(person string) (step, at int) {
	for i := len(a.Steps) - 1; i >= 0; i-- {
		for j := len(a.Steps[i].Decisions) - 1; j >= 0; j-- {
			if d := a.Steps[i].Decisions[j]; d.By == person || d.Person == person {
				return i, j
			}
		}
	}
	return -1, -1
}

// CanTakeBack tells whether TakeBack would take back a decision of who acts.
func (a Approval) CanTakeBack(act ApprovalAct, movedOn bool) bool {
	_, err := a.TakeBack(act, movedOn)
	return err == nil
}

// AskQuestion asks the requester something; whoever may decide may ask. Until the answer, the
// reminders of the step wait; deciding remains possible. It returns MayDecide's errors for who may
// not, Conflict while an earlier question of this step is open, and Invalid for the field "question".
func (a Approval) AskQuestion(act ApprovalAct, text string) (Approval, error) {
	if _, err := a.MayDecide(act); err != nil {
		return a, err
	}
	if a.Paused() {
		return a, Errorf(Conflict, "%s has asked already, and the answer is not there yet.", act.name(a.Question.Asker))
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return a, InvalidField("question", "Write what you want to know.")
	}
	if err := tooLong("question", "The question", text, MaxQuestion); err != nil {
		return a, err
	}
	a = a.clone()
	a.Question = &ApprovalQuestion{Asker: act.By, Text: text, AskedAt: act.Now, Step: a.Current}
	a.RemindAt = time.Time{}
	return a, nil
}

// AnswerQuestion is the requester's answer; it stays on the card with its question. It returns
// NotAllowed for anybody else, Conflict when there is no open question or the approval ended, and
// Invalid for the field "answer".
func (a Approval) AnswerQuestion(act ApprovalAct, text string) (Approval, error) {
	switch {
	case act.By == "" || act.By != a.Requester:
		return a, Errorf(NotAllowed, "The question on %s is for the one who asked for the approval.", a.Subject)
	case a.State != ApprovalOpen:
		return a, a.notOpen(act)
	case a.Question == nil || !a.Question.AnsweredAt.IsZero():
		return a, Errorf(Conflict, "There is no open question on %s.", a.Subject)
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return a, InvalidField("answer", "Write the answer.")
	}
	if err := tooLong("answer", "The answer", text, MaxQuestion); err != nil {
		return a, err
	}
	a = a.clone()
	a.Question.Answer, a.Question.AnsweredAt = text, act.Now
	return a, nil
}

// Paused tells whether the reminders of the present step wait for the requester's answer.
func (a Approval) Paused() bool {
	return a.State == ApprovalOpen && a.Question != nil && a.Question.AnsweredAt.IsZero() && a.Question.Step == a.Current
}

// Void ends an open approval without a decision, with the reason as a note. One that has ended
// stays as it ended.
func (a Approval) Void(note string, now time.Time) Approval {
	if a.State != ApprovalOpen {
		return a
	}
	a = a.clone()
	a.Notes = append(a.Notes, ApprovalNote{Step: WholeApproval, Text: note, At: now})
	return a.end(Void, now)
}

// Settle brings an open approval up to date with who is active, so that it never waits for
// somebody who cannot decide: an approver who was deactivated is waited for no more (and again
// after a reactivation), the step goes on with those left, or is passed with a note where nobody is.
// A question whose asker or addressee has left is closed. Roles given and taken later change
// nothing: steps are frozen.
func (a Approval) Settle(active func(person string) bool, now time.Time) Approval {
	if a.State != ApprovalOpen {
		return a
	}
	a = a.clone()
	before := a.WaitsFor()
	for i := range a.Steps {
		for j := range a.Steps[i].Approvers {
			x := &a.Steps[i].Approvers[j]
			x.Gone = !active(x.Person)
		}
	}
	left := slices.ContainsFunc(before, func(x StepApprover) bool { return !active(x.Person) })
	if left && len(a.WaitsFor()) > 0 {
		a.Notes = append(a.Notes, ApprovalNote{Step: WholeApproval, Text: NoteGone, At: now})
	}
	if q := a.Question; q != nil && q.AnsweredAt.IsZero() && (!active(q.Asker) || !active(a.Requester)) {
		if a.Paused() {
			a.StepSince = now // the reminders waited for the answer; now they start
		}
		a.Question = nil
		a.Notes = append(a.Notes, ApprovalNote{Step: WholeApproval, Text: NoteQuestionClosed, At: now})
	}
	return a.advance(now)
}

// Replaced hands one person's part in an open approval to another: their place in the steps that
// they have not decided, and what they asked for. Decisions stay whose they are. A new requester
// drops out of the steps, as if they had asked. It returns a Conflict error when an approver's place
// would go to who asked for the approval, or would be paid by it. An approval that ended stays as it is.
func (a Approval) Replaced(from, to string, now time.Time) (Approval, error) {
	if a.State != ApprovalOpen || from == to || from == "" || to == "" {
		return a, nil
	}
	before := a
	a = a.clone()
	if a.Requester == from || a.Author == from {
		if a.Requester == from {
			a.Requester = to
		}
		if a.Author == from {
			a.Author = to
		}
		return a.advance(now), nil // they had no place in the steps, and who takes over loses theirs
	}
	for i := a.Current; i < len(a.Steps); i++ {
		step := &a.Steps[i]
		at := slices.IndexFunc(step.Approvers, func(x StepApprover) bool { return x.Person == from })
		if at < 0 || slices.ContainsFunc(a.Counted(i), func(d Decision) bool { return d.Person == from }) {
			continue
		}
		if a.barred(to) {
			return before, Errorf(Conflict, "The approval of %s cannot be handed to who asked for it or is paid by it. Choose somebody else for it.", a.Subject)
		}
		if there := slices.IndexFunc(step.Approvers, func(x StepApprover) bool { return x.Person == to }); there >= 0 {
			step.Approvers[there].Gone = false // who takes over is active
			step.Approvers = slices.Delete(step.Approvers, at, at+1)
		} else {
			step.Approvers[at] = StepApprover{Person: to, Because: step.Approvers[at].Because + ", handed over"}
		}
	}
	if q := a.Question; q != nil && q.Asker == from && q.AnsweredAt.IsZero() {
		q.Asker = to
	}
	return a.advance(now), nil
}

// Involves tells whether somebody asked for the approval, is an approver of any of its steps, or has
// decided in it.
func (a Approval) Involves(person string) bool {
	if person == "" {
		return false
	}
	if person == a.Requester {
		return true
	}
	for _, s := range a.Steps {
		if slices.ContainsFunc(s.Approvers, func(x StepApprover) bool { return x.Person == person }) ||
			slices.ContainsFunc(s.Decisions, func(d Decision) bool { return d.By == person || d.Person == person }) {
			return true
		}
	}
	return false
}

// Progress returns how many of the approvals that are needed are given, such as "1 of 2": one for
// a step of any, one of each approver for a step of all, none for a step that nobody is left to
// decide. It is "" where none is needed.
func (a Approval) Progress() string {
	given, needed := 0, 0
	for i, s := range a.Steps {
		have, wait := len(a.Counted(i)), len(a.waiting(i))
		if s.Passed {
			wait = 0
		}
		if !s.All {
			have, wait = min(have, 1), min(have+wait, 1)-min(have, 1)
		}
		given += have
		needed += have + wait
	}
	if needed == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d", given, needed)
}

// Scheduled returns the approval with the time of its next reminder; call it after everything that
// changes an approval. A time that is set stays: it was counted from the last reminder. Else it is
// counted from when the step began, or from the answer to its question. It is zero, never, when the
// approval ended, a question is open, or all reminders were sent.
func (a Approval) Scheduled(w WorkTime) Approval {
	switch {
	case a.State != ApprovalOpen || a.Paused():
		a.RemindAt = time.Time{}
	case a.RemindAt.IsZero():
		since := a.StepSince
		if q := a.Question; q != nil && q.Step == a.Current && q.AnsweredAt.After(since) {
			since = q.AnsweredAt
		}
		a.RemindAt = NextReminder(since, a.Reminded, w)
	}
	return a
}

// MarkReminded counts a reminder that was sent now, and sets the time of the next.
func (a Approval) MarkReminded(now time.Time, w WorkTime) Approval {
	a.Reminded++
	a.RemindAt = time.Time{}
	if a.State == ApprovalOpen && !a.Paused() {
		a.RemindAt = NextReminder(now, a.Reminded, w)
	}
	return a
}

// NextReminder returns when the next reminder of a step is due: at the time of reminders on the first
// working day after the day of since. Since is when the step began or the last reminder was sent, so
// there is at most one a day and none on the day of the asking. After MaxReminders, and where there is
// no working day, it is zero: never. Days on which somebody is away count all the same: what waits for
// them must come to who asked for it, with the last reminder.
func NextReminder(since time.Time, reminded int, w WorkTime) time.Time {
	if reminded >= MaxReminders {
		return time.Time{}
	}
	return w.Present().NextDay(since)
}
