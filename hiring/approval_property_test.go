package hiring_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/hiring"
)

// company is an approval with all that goes on around it, in random order.
type company struct {
	people   []hiring.Person
	absences []hiring.Absence
	chain    []hiring.ChainStep
	extra    []hiring.ChainStep
	terms    int
	now      time.Time
	a        hiring.Approval
	// frozen are the approvers of each step as they were asked, or as they were handed over since.
	frozen [][]string
	// deciders are those who decided themselves in this approval, once for each decision that stands.
	deciders map[string]int
}

func newCompany(t *rapid.T) *company {
	c := &company{now: noon, deciders: map[string]int{}}
	for i := range rapid.IntRange(2, 7).Draw(t, "people") {
		c.people = append(c.people, hiring.Person{
			ID: fmt.Sprintf("p%d", i), Active: rapid.IntRange(0, 4).Draw(t, "active") > 0,
			Roles: rapid.SliceOfNDistinct(rapid.SampledFrom([]hiring.Role{hiring.Recruiter, hiring.Compensation}), 0, 2, rapid.ID[hiring.Role]).Draw(t, "roles"),
		})
	}
	c.chain = c.drawChain(t, "chain", 4)
	c.extra = c.drawChain(t, "extra", 1)
	c.ask(t)
	return c
}

func (c *company) drawChain(t *rapid.T, label string, most int) []hiring.ChainStep {
	var chain []hiring.ChainStep
	for range rapid.IntRange(0, most).Draw(t, label) {
		chain = append(chain, hiring.ChainStep{
			All:    rapid.Bool().Draw(t, "all"),
			People: rapid.SliceOfN(rapid.Custom(c.somebody), 0, 3).Draw(t, "named"),
			Roles:  rapid.SliceOfN(rapid.SampledFrom([]hiring.Role{hiring.Recruiter, hiring.Compensation, hiring.Interviewer}), 0, 1).Draw(t, "with the role"),
		})
	}
	return chain
}

func (c *company) somebody(t *rapid.T) string {
	return c.people[rapid.IntRange(0, len(c.people)-1).Draw(t, "person")].ID
}

func (c *company) active(id string) bool {
	return slices.ContainsFunc(c.people, func(p hiring.Person) bool { return p.ID == id && p.Active })
}

func (c *company) today() string { return c.now.Format(time.DateOnly) }

func (c *company) act(id string) hiring.ApprovalAct {
	// A delegate who was deactivated decides for nobody.
	usable := slices.DeleteFunc(slices.Clone(c.absences), func(x hiring.Absence) bool { return !c.active(x.Delegate) })
	return hiring.ApprovalAct{By: id, Absences: usable, Today: c.today(), Now: c.now}
}

// ask asks for the approval of the present terms.
func (c *company) ask(t *rapid.T) {
	beneficiary := ""
	if rapid.Bool().Draw(t, "somebody is paid") {
		beneficiary = c.somebody(t)
	}
	c.a = hiring.NewApproval(hiring.AskParams{
		ID: "A-1", Subject: "R-1", Terms: fmt.Sprint(c.terms), Requester: c.somebody(t), Beneficiary: beneficiary,
		Chain: c.chain, Extra: c.extra, People: c.people, Now: c.now,
	})
	c.freeze()
	clear(c.deciders)
}

func (c *company) freeze() {
	c.frozen = nil
	for _, s := range c.a.Steps {
		var in []string
		for _, x := range s.Approvers {
			in = append(in, x.Person)
		}
		c.frozen = append(c.frozen, in)
	}
}

// clock are the fields of an approval that tell when to remind: taking back starts them anew.
var clock = cmpopts.IgnoreFields(hiring.Approval{}, "StepSince", "Reminded", "RemindAt")

// TestApprovalsNeverStick lets random people do random things to approvals of random chains, and
// looks after each at what must always hold.
func TestApprovalsNeverStick(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := newCompany(t)
		t.Repeat(map[string]func(*rapid.T){
			"":            func(t *rapid.T) { c.check(t) },
			"decide":      c.decide,
			"press twice": c.pressTwice,
			"take back":   c.takeBack,
			"ask":         c.question,
			"answer":      c.answer,
			"leave":       c.leave,
			"go away":     c.goAway,
			"hand over":   c.handOver,
			"edit":        c.edit,
			"wait": func(t *rapid.T) {
				c.now = c.now.Add(time.Duration(rapid.IntRange(1, 2000).Draw(t, "minutes")) * time.Minute)
			},
		})
	})
}

// unchanged runs an act and fails where it changes the approval that it was called on.
func (c *company) unchanged(t *rapid.T, what string, run func()) {
	before, err := json.Marshal(c.a)
	if err != nil {
		t.Fatal(err)
	}
	was := c.a
	run()
	after, err := json.Marshal(was)
	if err != nil {
		t.Fatal(err)
	}
	if string(before) != string(after) {
		t.Fatalf("%s changed the approval that it was called on:\n%s", what, cmp.Diff(string(before), string(after)))
	}
}

func (c *company) decide(t *rapid.T) {
	who := c.somebody(t)
	if !c.active(who) {
		return // who is deactivated cannot press
	}
	act := c.act(who)
	terms := c.a.Terms
	if rapid.IntRange(0, 9).Draw(t, "edited meanwhile") == 0 {
		terms = "others"
	}
	approve := rapid.IntRange(0, 9).Draw(t, "approve") > 0
	principal, may := c.a.DeciderFor(who, act.Absences, act.Today)
	c.unchanged(t, "deciding", func() {
		before := c.a
		after, err := before.Decide(act, terms, approve, "a reason")
		if (err == nil) != (may && terms == before.Terms) {
			t.Fatalf("%s may decide: %v, of the terms %q; Decide says %v", who, may, terms, err)
		}
		if err != nil {
			if diff := cmp.Diff(before, after); diff != "" {
				t.Fatalf("a refused decision changed it:\n%s", diff)
			}
			return
		}
		for _, id := range []string{who, principal} {
			if id == before.Requester || id == before.Beneficiary {
				t.Fatalf("%s decided on their own", id)
			}
		}
		c.a = after
		c.deciders[principal]++
		// Taken back at once, it is as it was.
		back, err := after.TakeBack(act, false)
		if err != nil {
			t.Fatalf("taking back at once: %v", err)
		}
		if diff := cmp.Diff(before, back, clock); diff != "" {
			t.Fatalf("taken back, it is not as it was (-was +is):\n%s", diff)
		}
	})
}

// pressTwice lets a principal and everybody who may decide for them press at the same card, one
// after the other: one decision counts.
func (c *company) pressTwice(t *rapid.T) {
	waits := c.a.WaitsFor()
	if len(waits) == 0 {
		return
	}
	principal := waits[rapid.IntRange(0, len(waits)-1).Draw(t, "principal")].Person
	made := 0
	for _, p := range c.people {
		act := c.act(p.ID)
		if !p.Active {
			continue
		}
		if forWhom, ok := c.a.DeciderFor(p.ID, act.Absences, act.Today); !ok || forWhom != principal {
			continue
		}
		after, err := c.a.Decide(act, c.a.Terms, true, "")
		if err != nil {
			t.Fatal(err)
		}
		c.a = after
		c.deciders[principal]++
		made++
		if forWhom, ok := after.DeciderFor(p.ID, act.Absences, act.Today); ok && forWhom == principal {
			t.Fatalf("%s may decide again for %s", p.ID, principal)
		}
	}
	if made != 1 {
		t.Fatalf("%d decisions for %s", made, principal)
	}
}

func (c *company) takeBack(t *rapid.T) {
	who := c.somebody(t)
	if !c.active(who) {
		return
	}
	movedOn := rapid.Bool().Draw(t, "moved on")
	c.unchanged(t, "taking back", func() {
		before := c.a
		after, err := before.TakeBack(c.act(who), movedOn)
		if before.CanTakeBack(c.act(who), movedOn) != (err == nil) {
			t.Fatal("CanTakeBack says otherwise")
		}
		if err != nil {
			if diff := cmp.Diff(before, after); diff != "" {
				t.Fatalf("a refused take-back changed it:\n%s", diff)
			}
			return
		}
		if before.State != hiring.ApprovalOpen && (movedOn || c.now.Sub(before.EndedAt) > hiring.UndoWindow) {
			t.Fatalf("%s was taken back too late", before.State)
		}
		c.a = after
		if after.State != hiring.ApprovalOpen {
			t.Fatalf("taken back, it is %s", after.State)
		}
		// Exactly one decision is gone: theirs.
		gone := decisions(before)
		for _, d := range decisions(after) {
			i := slices.Index(gone, d)
			if i < 0 {
				t.Fatalf("%+v appeared", d)
			}
			gone = slices.Delete(gone, i, i+1)
		}
		if len(gone) != 1 || gone[0].By != who && gone[0].Person != who {
			t.Fatalf("%s took back %+v", who, gone)
		}
		c.deciders[gone[0].Person]--
		if !slices.ContainsFunc(after.WaitsFor(), func(x hiring.StepApprover) bool { return x.Person == gone[0].Person }) {
			t.Fatalf("%s took back and is not asked again", gone[0].Person)
		}
		c.a = after.Settle(c.active, c.now) // somebody may have left since it ended
	})
}

func decisions(a hiring.Approval) []hiring.Decision {
	var all []hiring.Decision
	for _, s := range a.Steps {
		all = append(all, s.Decisions...)
	}
	return all
}

func (c *company) question(t *rapid.T) {
	who := c.somebody(t)
	act := c.act(who)
	c.unchanged(t, "asking", func() {
		_, may := c.a.DeciderFor(who, act.Absences, act.Today)
		after, err := c.a.AskQuestion(act, "how many?")
		if (err == nil) != (may && !c.a.Paused()) {
			t.Fatalf("%s asks: %v", who, err)
		}
		if err == nil && !after.Paused() {
			t.Fatal("an open question does not pause")
		}
		c.a = after
	})
}

func (c *company) answer(t *rapid.T) {
	who := c.somebody(t)
	c.unchanged(t, "answering", func() {
		after, err := c.a.AnswerQuestion(c.act(who), "two")
		if err == nil && (who != c.a.Requester || after.Paused()) {
			t.Fatalf("%s answered; paused is %v", who, after.Paused())
		}
		c.a = after
	})
}

// leave deactivates or reactivates somebody.
func (c *company) leave(t *rapid.T) {
	i := rapid.IntRange(0, len(c.people)-1).Draw(t, "who")
	c.people = slices.Clone(c.people)
	c.people[i].Active = !c.people[i].Active
	c.unchanged(t, "settling", func() { c.a = c.a.Settle(c.active, c.now) })
}

func (c *company) goAway(t *rapid.T) {
	who := c.somebody(t)
	c.absences = slices.DeleteFunc(slices.Clone(c.absences), func(x hiring.Absence) bool { return x.Person == who })
	if rapid.IntRange(0, 2).Draw(t, "back") > 0 {
		until := c.now.AddDate(0, 0, rapid.IntRange(-1, 2).Draw(t, "days")).Format(time.DateOnly)
		c.absences = append(c.absences, hiring.Absence{Person: who, Until: until, Delegate: rapid.SampledFrom([]string{"", c.somebody(t)}).Draw(t, "delegate")})
	}
}

func (c *company) handOver(t *rapid.T) {
	from, to := c.somebody(t), c.somebody(t)
	if !c.active(to) {
		return
	}
	c.unchanged(t, "handing over", func() {
		before := c.a
		after, err := before.Replaced(from, to, c.now)
		if err != nil {
			if diff := cmp.Diff(before, after); diff != "" || to != before.Requester && to != before.Beneficiary {
				t.Fatalf("%s to %s: %v\n%s", from, to, err, diff)
			}
			return
		}
		if diff := cmp.Diff(decisions(before), decisions(after)); diff != "" {
			t.Fatalf("handing over changed decisions:\n%s", diff)
		}
		c.a = after
		for i, s := range after.Steps {
			if i < before.Current && !slices.EqualFunc(s.Approvers, before.Steps[i].Approvers, func(x, y hiring.StepApprover) bool { return x == y }) {
				t.Fatalf("handing over changed step %d, which is decided", i)
			}
		}
		c.freeze()
	})
}

// edit changes the terms: the request is void, and a new one is asked.
func (c *company) edit(t *rapid.T) {
	c.terms++
	void := c.a.Void("the terms changed", c.now)
	if c.a.State == hiring.ApprovalOpen && void.State != hiring.Void || c.a.State != hiring.ApprovalOpen && void.State != c.a.State {
		t.Fatalf("%s became %s", c.a.State, void.State)
	}
	for _, p := range c.people {
		if _, ok := void.DeciderFor(p.ID, nil, c.today()); ok {
			t.Fatalf("%s may decide on what is void", p.ID)
		}
	}
	c.ask(t)
}

// check looks at what always holds.
func (c *company) check(t *rapid.T) {
	a := c.a
	c.checkSteps(t)
	c.checkDecisions(t)
	waits := a.WaitsFor()
	switch a.State {
	case hiring.ApprovalOpen:
		if len(waits) == 0 || !a.EndedAt.IsZero() || a.Current >= len(a.Steps) {
			t.Fatalf("open, and waits for %v; ended %s", waits, a.EndedAt)
		}
	case hiring.Approved:
		if a.Current != len(a.Steps) || a.EndedAt.IsZero() {
			t.Fatalf("approved at step %d of %d", a.Current, len(a.Steps))
		}
	case hiring.Rejected:
		if last := a.Steps[a.Current].Decisions; len(last) == 0 || last[len(last)-1].Approve {
			t.Fatal("rejected by nobody")
		}
	case hiring.Void:
		t.Fatal("what is void was replaced")
	}
	if a.State != hiring.ApprovalOpen && len(waits) > 0 {
		t.Fatalf("%s, and waits for %v", a.State, waits)
	}
	for _, x := range waits {
		if !c.active(x.Person) || x.Person == a.Requester || x.Person == a.Beneficiary {
			t.Fatalf("waits for %s, who cannot decide", x.Person)
		}
		if principal, ok := a.DeciderFor(x.Person, c.act(x.Person).Absences, c.today()); !ok || principal != x.Person {
			t.Fatalf("waits for %s, who may not decide", x.Person)
		}
	}
	for _, x := range a.Askees(c.act("").Absences, c.today()) {
		if _, ok := a.DeciderFor(x.Person, c.act("").Absences, c.today()); !ok {
			t.Fatalf("%s is asked and may not decide", x.Person)
		}
	}
	// Those who are waited for can bring it to its end alone.
	for rest := a; rest.State == hiring.ApprovalOpen; {
		next, err := rest.Decide(hiring.ApprovalAct{By: rest.WaitsFor()[0].Person, Today: c.today(), Now: c.now}, rest.Terms, true, "")
		if err != nil {
			t.Fatalf("stuck at step %d: %v", rest.Current, err)
		}
		rest = next
	}
}

// checkSteps checks that the steps are those that were frozen, and that each that is behind was
// decided, or passed where nobody had decided.
func (c *company) checkSteps(t *rapid.T) {
	a := c.a
	for i, s := range a.Steps {
		var in []string
		for _, x := range s.Approvers {
			in = append(in, x.Person)
		}
		if !slices.Equal(in, c.frozen[i]) {
			t.Fatalf("step %d was frozen with %v, and has %v", i, c.frozen[i], in)
		}
		counted := a.Counted(i)
		switch {
		case i >= a.Current && s.Passed || i > a.Current && len(s.Decisions) > 0:
			t.Fatalf("step %d is not reached, and passed or decided", i)
		case i < a.Current && s.Passed && len(counted) > 0:
			t.Fatalf("step %d was passed, and decided by %v", i, counted)
		case i < a.Current && !s.Passed && len(counted) == 0:
			t.Fatalf("step %d was decided by nobody", i)
		}
		seen := map[string]bool{}
		for _, d := range counted {
			if seen[d.Person] {
				t.Fatalf("the decision of %s counts twice in step %d", d.Person, i)
			}
			seen[d.Person] = true
		}
	}
	notes := map[int]int{}
	for _, n := range a.Notes {
		notes[n.Step]++
	}
	for i, s := range a.Steps {
		if (notes[i] == 1) != s.Passed || notes[i] > 1 {
			t.Fatalf("step %d: passed is %v, with %d notes", i, s.Passed, notes[i])
		}
	}
	if len(a.Steps) == 0 && notes[hiring.WholeApproval] != 1 {
		t.Fatal("approved without steps, and no note says so")
	}
}

// checkDecisions checks that each person decided at most once in all steps, that only rejections
// end an approval against it, and that the decisions are those that were made.
func (c *company) checkDecisions(t *rapid.T) {
	made := map[string]int{}
	for _, d := range decisions(c.a) {
		made[d.Person]++
		if made[d.Person] > 1 {
			t.Fatalf("%s decided twice", d.Person)
		}
		if !d.Approve && c.a.State != hiring.Rejected {
			t.Fatalf("rejected by %s, and %s", d.Person, c.a.State)
		}
		if d.At.Before(c.a.AskedAt) {
			t.Fatalf("%s decided before it was asked", d.Person)
		}
	}
	for id, n := range c.deciders {
		if made[id] != n {
			t.Fatalf("%s decided %d times, and %d decisions stand", id, n, made[id])
		}
	}
}
