package hiring_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/hiring"
)

// The people of these tests: a and b are named, c1 and c2 have the role compensation, gone is
// deactivated, r asks.
func staff() []hiring.Person {
	person := func(id string, roles ...hiring.Role) hiring.Person {
		return hiring.Person{ID: id, Name: strings.ToUpper(id), Roles: roles, Active: id != "gone"}
	}
	return []hiring.Person{
		person("a"), person("b"), person("c1", hiring.Compensation), person("c2", hiring.Compensation),
		person("gone", hiring.Compensation), person("r", hiring.HiringManager), person("d"), person("x"),
	}
}

func nameOf(id string) string { return strings.ToUpper(id) }

// chainOf reads a chain whose people are called like their ids.
func chainOf(t testing.TB, text string) []hiring.ChainStep {
	t.Helper()
	chain, err := hiring.ParseChain(text, func(name string) (string, bool) {
		return name, slices.ContainsFunc(staff(), func(p hiring.Person) bool { return p.ID == name })
	})
	if err != nil {
		t.Fatal(err)
	}
	return chain
}

func ask(t testing.TB, chain string) hiring.Approval {
	t.Helper()
	return hiring.NewApproval(hiring.AskParams{
		ID: "A-7", Subject: "R-12", Terms: "terms", Requester: "r", Chain: chainOf(t, chain), People: staff(), Now: noon,
	})
}

func by(id string, absences ...hiring.Absence) hiring.ApprovalAct {
	return hiring.ApprovalAct{By: id, Absences: absences, Today: today, Now: noon.Add(time.Hour), Name: nameOf}
}

// decided approves, and fails the test where that is refused.
func decided(t testing.TB, a hiring.Approval, acts ...hiring.ApprovalAct) hiring.Approval {
	t.Helper()
	for _, act := range acts {
		next, err := a.Decide(act, "terms", true, "")
		if err != nil {
			t.Fatalf("%s approves: %v", act.By, err)
		}
		a = next
	}
	return a
}

// stands says in one line how an approval stands: each step with who is in it, in brackets who has
// approved it, behind a colon who is waited for.
func stands(a hiring.Approval) string {
	var steps []string
	for i, s := range a.Steps {
		var in []string
		for _, x := range s.Approvers {
			in = append(in, x.Person)
		}
		text := strings.Join(in, "|")
		if s.All {
			text = strings.Join(in, "&")
		}
		for _, d := range s.Decisions {
			verdict := "no"
			if d.Approve {
				verdict = "yes"
			}
			text += fmt.Sprintf(" (%s %s)", d.Person, verdict)
		}
		if s.Passed {
			text += " passed"
		}
		if i == a.Current && a.State == hiring.ApprovalOpen {
			text = "*" + text
		}
		steps = append(steps, text)
	}
	var waits []string
	for _, x := range a.WaitsFor() {
		waits = append(waits, x.Person)
	}
	return strings.Join(steps, " > ") + ": " + string(a.State) + " " + strings.Join(waits, ",")
}

func checkStands(t testing.TB, a hiring.Approval, want string) {
	t.Helper()
	if got := strings.TrimSpace(stands(a)); got != want {
		t.Errorf("stands %q, want %q", got, want)
	}
}

func TestNewApproval(t *testing.T) {
	t.Parallel()
	comp := []hiring.ChainStep{{Roles: []hiring.Role{hiring.Compensation}}}
	for name, c := range map[string]struct {
		chain                  string
		requester, beneficiary string
		extra                  []hiring.ChainStep
		stands                 string
		notes                  []string
	}{
		"roles become active people":          {"a > compensation", "r", "", nil, "*a > c1|c2: open a", nil},
		"nobody twice in a step":              {"c1, a, compensation", "r", "", nil, "*c1|a|c2: open c1,a,c2", nil},
		"the requester drops out":             {"r, a > compensation", "r", "", nil, "*a > c1|c2: open a", nil},
		"of their role, too":                  {"a > compensation", "c1", "", nil, "*a > c2: open a", nil},
		"the beneficiary drops out":           {"a & b > compensation", "r", "b", nil, "*a > c1|c2: open a", nil},
		"a step of the requester is passed":   {"r > a", "r", "", nil, "passed > *a: open a", []string{"Step 1: no other approver."}},
		"a later one when its turn comes":     {"a > r", "r", "", nil, "*a > : open a", nil},
		"all steps passed":                    {"r > r & b", "r", "b", nil, "passed >  passed: approved", []string{"Step 1: no other approver.", "Step 2: no other approver."}},
		"nobody has the role":                 {"interviewer > a", "r", "", nil, "passed > *a: open a", []string{"Step 1: no other approver."}},
		"who is inactive is not asked":        {"gone > a", "r", "", nil, "passed > *a: open a", []string{"Step 1: no other approver."}},
		"no chain":                            {"", "r", "", nil, ": approved", []string{hiring.NoteNoChain}},
		"no chain, but an extra step":         {"", "r", "", comp, "*c1|c2: open c1,c2", nil},
		"an extra step comes last":            {"a", "r", "", comp, "*a > c1|c2: open a", nil},
		"not twice":                           {"a > compensation", "r", "", comp, "*a > c1|c2: open a", nil},
		"all of it is as good":                {"a & compensation", "r", "", comp, "*a&c1&c2: open a,c1,c2", nil},
		"any of more is not":                  {"a, compensation", "r", "", comp, "*a|c1|c2 > c1|c2: open a,c1,c2", nil},
		"an extra person is covered":          {"a", "r", "", []hiring.ChainStep{{People: []string{"a"}}}, "*a: open a", nil},
		"any of fewer covers any of more":     {"a", "r", "", []hiring.ChainStep{{People: []string{"a", "b"}}}, "*a: open a", nil},
		"any of does not cover all of":        {"a, b", "r", "", []hiring.ChainStep{{All: true, People: []string{"a", "b"}}}, "*a|b > a&b: open a,b", nil},
		"any of a role does not cover all":    {"compensation", "r", "", []hiring.ChainStep{{All: true, Roles: []hiring.Role{hiring.Compensation}}}, "*c1|c2 > c1&c2: open c1,c2", nil},
		"all of covers all of":                {"a & b & c1", "r", "", []hiring.ChainStep{{All: true, People: []string{"a", "b"}}}, "*a&b&c1: open a,b,c1", nil},
		"all of without them covers nothing":  {"a & b", "r", "", []hiring.ChainStep{{People: []string{"c1"}}}, "*a&b > c1: open a,b", nil},
		"an extra step that nobody else does": {"a", "r", "", []hiring.ChainStep{{People: []string{"r"}}}, "*a > : open a", nil},
	} {
		a := hiring.NewApproval(hiring.AskParams{
			ID: "A-7", Subject: "R-12", Terms: "terms", Requester: c.requester, Beneficiary: c.beneficiary,
			Chain: chainOf(t, c.chain), Extra: c.extra, ExtraWhy: "the budget is above the band", People: staff(), Now: noon,
		})
		if got := strings.TrimSpace(stands(a)); got != c.stands {
			t.Errorf("%s: stands %q, want %q", name, got, c.stands)
		}
		var notes []string
		for _, n := range a.Notes {
			notes = append(notes, n.Text)
		}
		if diff := cmp.Diff(c.notes, notes); diff != "" {
			t.Errorf("%s: notes (-want +got):\n%s", name, diff)
		}
		if (a.State == hiring.Approved) != a.EndedAt.Equal(noon) || !a.AskedAt.Equal(noon) || a.ID != "A-7" || a.Subject != "R-12" || a.Terms != "terms" {
			t.Errorf("%s: %+v", name, a)
		}
	}

	a := hiring.NewApproval(hiring.AskParams{
		Requester: "r", Chain: chainOf(t, "a, compensation"), Extra: comp, ExtraWhy: "the budget is above the band", People: staff(), Now: noon,
	})
	want := [][]hiring.StepApprover{
		{{Person: "a", Because: hiring.BecauseNamed}, {Person: "c1", Because: "Compensation"}, {Person: "c2", Because: "Compensation"}},
		{{Person: "c1", Because: "Compensation: the budget is above the band"}, {Person: "c2", Because: "Compensation: the budget is above the band"}},
	}
	if diff := cmp.Diff(want, [][]hiring.StepApprover{a.Steps[0].Approvers, a.Steps[1].Approvers}); diff != "" {
		t.Errorf("why they are asked (-want +got):\n%s", diff)
	}
}

func TestDecide(t *testing.T) {
	t.Parallel()
	away := hiring.Absence{Person: "a", Until: today, Delegate: "d"}
	for name, c := range map[string]struct {
		chain    string
		acts     []hiring.ApprovalAct
		stands   string
		progress string
	}{
		"asked":                       {"a > b", nil, "*a > b: open a", "0 of 2"},
		"one step":                    {"a > b", []hiring.ApprovalAct{by("a")}, "a (a yes) > *b: open b", "1 of 2"},
		"both":                        {"a > b", []hiring.ApprovalAct{by("a"), by("b")}, "a (a yes) > b (b yes): approved", "2 of 2"},
		"any of":                      {"a, b > x", []hiring.ApprovalAct{by("b")}, "a|b (b yes) > *x: open x", "1 of 2"},
		"all of, the first":           {"a & b > x", []hiring.ApprovalAct{by("b")}, "*a&b (b yes) > x: open a", "1 of 3"},
		"all of":                      {"a & b > x", []hiring.ApprovalAct{by("b"), by("a")}, "a&b (b yes) (a yes) > *x: open x", "2 of 3"},
		"once for the next step":      {"a > a, b > x", []hiring.ApprovalAct{by("a")}, "a (a yes) > a|b > *x: open x", "2 of 3"},
		"once for all":                {"a > a > a & a", []hiring.ApprovalAct{by("a")}, "a (a yes) > a > a: approved", "3 of 3"},
		"their part of all":           {"a > a & b", []hiring.ApprovalAct{by("a")}, "a (a yes) > *a&b: open b", "2 of 3"},
		"both parts from before":      {"a > b > a & b", []hiring.ApprovalAct{by("a"), by("b")}, "a (a yes) > b (b yes) > a&b: approved", "4 of 4"},
		"by a delegate":               {"a > b", []hiring.ApprovalAct{by("d", away)}, "a (a yes) > *b: open b", "1 of 2"},
		"the delegate counts not":     {"a > d", []hiring.ApprovalAct{by("d", away)}, "a (a yes) > *d: open d", "1 of 2"},
		"their own part first":        {"a & d", []hiring.ApprovalAct{by("d", away)}, "*a&d (d yes): open a", "1 of 2"},
		"then that of the absent":     {"a & d", []hiring.ApprovalAct{by("d", away), by("d", away)}, "a&d (d yes) (a yes): approved", "2 of 2"},
		"who is absent may decide":    {"a > b", []hiring.ApprovalAct{by("a", away)}, "a (a yes) > *b: open b", "1 of 2"},
		"passed between":              {"a > r > b", []hiring.ApprovalAct{by("a")}, "a (a yes) >  passed > *b: open b", "1 of 2"},
		"passed at the end":           {"a > r", []hiring.ApprovalAct{by("a")}, "a (a yes) >  passed: approved", "1 of 1"},
		"nothing was needed":          {"r", nil, "passed: approved", ""},
		"of a role that one can give": {"compensation > compensation", []hiring.ApprovalAct{by("c2")}, "c1|c2 (c2 yes) > c1|c2: approved", "2 of 2"},
	} {
		a := decided(t, ask(t, c.chain), c.acts...)
		if got := strings.TrimSpace(stands(a)); got != c.stands {
			t.Errorf("%s: stands %q, want %q", name, got, c.stands)
		}
		if got := a.Progress(); got != c.progress {
			t.Errorf("%s: progress %q, want %q", name, got, c.progress)
		}
	}

	// What is written down of a decision.
	a, err := ask(t, "a > b").Decide(by("d", away), "terms", true, " fine ")
	if err != nil {
		t.Fatal(err)
	}
	want := []hiring.Decision{{Person: "a", By: "d", Approve: true, Reason: "fine", At: noon.Add(time.Hour)}}
	if diff := cmp.Diff(want, a.Steps[0].Decisions); diff != "" {
		t.Errorf("the decision (-want +got):\n%s", diff)
	}
	if !a.StepSince.Equal(noon.Add(time.Hour)) || !a.EndedAt.IsZero() {
		t.Errorf("the next step began at %s, ended %s", a.StepSince, a.EndedAt)
	}
	if a = decided(t, a, by("b")); !a.EndedAt.Equal(noon.Add(time.Hour)) || a.Current != 2 {
		t.Errorf("ended at %s, step %d", a.EndedAt, a.Current)
	}

	// A rejection ends it, and leaves it at its step.
	a, err = ask(t, "a & b > x").Decide(by("b"), "terms", false, "not this quarter")
	if err != nil {
		t.Fatal(err)
	}
	checkStands(t, a, "a&b (b no) > x: rejected")
	if !a.EndedAt.Equal(noon.Add(time.Hour)) || a.Current != 0 {
		t.Errorf("rejected at %s, step %d", a.EndedAt, a.Current)
	}
}

func TestDecideRefused(t *testing.T) {
	t.Parallel()
	away := hiring.Absence{Person: "a", Until: today, Delegate: "d"}
	chainAway := []hiring.Absence{away, {Person: "d", Until: today, Delegate: "x"}}
	mine := hiring.NewApproval(hiring.AskParams{Subject: "O-1", Terms: "terms", Requester: "r", Beneficiary: "b", Chain: chainOf(t, "a & b"), People: staff(), Now: noon})
	rejected, err := ask(t, "a & b").Decide(by("b"), "terms", false, "no budget")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		a    hiring.Approval
		act  hiring.ApprovalAct
		want wanted
	}{
		"somebody else":             {ask(t, "a > b"), by("x"), wanted{hiring.NotAllowed, "", "This waits for A; you have no part in it."}},
		"nobody":                    {ask(t, "a > b"), by(""), wanted{hiring.NotAllowed, "", ""}},
		"of several":                {ask(t, "a, b > d"), by("x"), wanted{hiring.NotAllowed, "", "waits for A or B;"}},
		"of all":                    {ask(t, "a & b > d"), by("x"), wanted{hiring.NotAllowed, "", "waits for A and B;"}},
		"the requester":             {ask(t, "a, r"), by("r"), wanted{hiring.NotAllowed, "", "You asked for this"}},
		"the requester as delegate": {ask(t, "a"), by("r", hiring.Absence{Person: "a", Until: today, Delegate: "r"}), wanted{hiring.NotAllowed, "", "You asked for this"}},
		"the beneficiary":           {mine, by("b"), wanted{hiring.NotAllowed, "", "your own pay"}},
		"their delegation":          {mine, by("b", hiring.Absence{Person: "a", Until: today, Delegate: "b"}), wanted{hiring.NotAllowed, "", "your own pay"}},
		"not their turn":            {ask(t, "a > b"), by("b"), wanted{hiring.Conflict, "", "It is not your turn yet: step 1 of 2 comes first and waits for A."}},
		"a delegate's, neither":     {ask(t, "b > a"), by("d", away), wanted{hiring.Conflict, "", "It is not your turn yet"}},
		"a delegate of nobody away": {ask(t, "a"), by("d", hiring.Absence{Person: "a", Until: "2026-11-22", Delegate: "d"}), wanted{hiring.NotAllowed, "", "no part in it"}},
		"no delegate's delegate":    {ask(t, "a"), by("x", chainAway...), wanted{hiring.NotAllowed, "", "no part in it"}},
		"an absence without one":    {ask(t, "a"), by("", hiring.Absence{Person: "a", Until: today}), wanted{hiring.NotAllowed, "", ""}},
		"twice":                     {decided(t, ask(t, "a & b"), by("a")), by("a"), wanted{hiring.Conflict, "", "You approved already. There is nothing left for you to decide here."}},
		"after the delegate":        {decided(t, ask(t, "a > b"), by("d", away)), by("a", away), wanted{hiring.Conflict, "", "D approved already for you."}},
		"the delegate, after":       {decided(t, ask(t, "a > b"), by("a")), by("d", away), wanted{hiring.Conflict, "", "A approved already."}},
		"the delegate, twice":       {decided(t, ask(t, "a & b"), by("d", away)), by("d", away), wanted{hiring.Conflict, "", "You approved already for A."}},
		"after another of any":      {decided(t, ask(t, "a, b > x"), by("a")), by("b"), wanted{hiring.Conflict, "", "A approved already."}},
		"after another's delegate":  {decided(t, ask(t, "a, b > x"), by("d", away)), by("b"), wanted{hiring.Conflict, "", "D approved already for A."}},
		"after the end":             {decided(t, ask(t, "a"), by("d", away)), by("a", away), wanted{hiring.Conflict, "", "D approved already for you: R-12 is approved."}},
		"after a rejection":         {rejected, by("a"), wanted{hiring.Conflict, "", "B rejected already: R-12 is rejected."}},
		"approved by nobody":        {ask(t, ""), by("a"), wanted{hiring.Conflict, "", "R-12 is approved already: nobody else could decide it."}},
		"void":                      {ask(t, "a").Void("the terms changed", noon), by("a"), wanted{hiring.Conflict, "", "This request is void"}},
		"without names":             {ask(t, "a"), hiring.ApprovalAct{By: "x", Today: today}, wanted{hiring.NotAllowed, "", "This waits for somebody;"}},
	} {
		before := stands(c.a)
		after, err := c.a.Decide(c.act, "terms", true, "")
		checkError(t, name, err, c.want)
		if diff := cmp.Diff(c.a, after); diff != "" || stands(c.a) != before {
			t.Errorf("%s: a refused decision changed it:\n%s", name, diff)
		}
		_, err = c.a.AskQuestion(c.act, "why?")
		checkError(t, name+", asking", err, c.want)
		_, err = c.a.MayDecide(c.act)
		checkError(t, name+", may", err, c.want)
	}

	_, err = ask(t, "a").Decide(by("a"), "other terms", true, "")
	checkError(t, "other terms", err, wanted{hiring.Conflict, "", "The terms of R-12 changed meanwhile."})
	_, err = ask(t, "a").Decide(by("a"), "terms", false, " ")
	checkError(t, "reject without a reason", err, wanted{hiring.Invalid, "reason", "why not"})
	_, err = ask(t, "a").Decide(by("a"), "terms", true, strings.Repeat("x", hiring.MaxReason+1))
	checkError(t, "a long reason", err, wanted{hiring.Invalid, "reason", "at most 1000"})
}

func TestAskees(t *testing.T) {
	t.Parallel()
	away := func(person, delegate string) hiring.Absence {
		return hiring.Absence{Person: person, Until: today, Delegate: delegate}
	}
	for name, c := range map[string]struct {
		chain    string
		absences []hiring.Absence
		want     []hiring.Askee
	}{
		"approvers":                {"a, b", nil, []hiring.Askee{{Person: "a", Because: hiring.BecauseNamed}, {Person: "b", Because: hiring.BecauseNamed}}},
		"a delegate":               {"a, b", []hiring.Absence{away("a", "d")}, []hiring.Askee{{Person: "b", Because: hiring.BecauseNamed}, {Person: "d", For: "a", Because: hiring.BecauseNamed}}},
		"an approver as delegate":  {"a, b", []hiring.Absence{away("a", "b")}, []hiring.Askee{{Person: "b", Because: hiring.BecauseNamed}}},
		"of two":                   {"a & b", []hiring.Absence{away("a", "d"), away("b", "d")}, []hiring.Askee{{Person: "d", For: "a", Because: hiring.BecauseNamed}}},
		"the requester as one":     {"a", []hiring.Absence{away("a", "r")}, []hiring.Askee{{Person: "a", Because: hiring.BecauseNamed}}},
		"absent without a delegat": {"a", []hiring.Absence{away("a", "")}, []hiring.Askee{{Person: "a", Because: hiring.BecauseNamed}}},
		"back again":               {"a", []hiring.Absence{{Person: "a", Until: "2026-11-22", Delegate: "d"}}, []hiring.Askee{{Person: "a", Because: hiring.BecauseNamed}}},
		"nobody any more":          {"", nil, nil},
	} {
		if diff := cmp.Diff(c.want, ask(t, c.chain).Askees(c.absences, today)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestTakeBack(t *testing.T) {
	t.Parallel()
	away := hiring.Absence{Person: "a", Until: today, Delegate: "d"}
	at := func(id string, later time.Duration) hiring.ApprovalAct {
		act := by(id)
		act.Now = act.Now.Add(later)
		return act
	}
	rejected, err := ask(t, "a > b").Decide(by("a"), "terms", false, "no budget")
	if err != nil {
		t.Fatal(err)
	}
	inactive := func(gone ...string) func(string) bool {
		return func(id string) bool { return !slices.Contains(gone, id) }
	}
	for name, c := range map[string]struct {
		a       hiring.Approval
		act     hiring.ApprovalAct
		movedOn bool
		stands  string
		want    wanted
	}{
		"before the next step decides": {decided(t, ask(t, "a > b"), by("a")), at("a", 100*time.Hour), false, "*a > b: open a", wanted{}},
		"also when others moved on":    {decided(t, ask(t, "a > b"), by("a")), by("a"), true, "*a > b: open a", wanted{}},
		"their part of all":            {decided(t, ask(t, "a & b"), by("a")), by("a"), false, "*a&b: open a,b", wanted{}},
		"another's part stays":         {decided(t, ask(t, "a & b > x"), by("a"), by("b")), by("a"), false, "*a&b (b yes) > x: open a", wanted{}},
		"what a delegate decided":      {decided(t, ask(t, "a > b"), by("d", away)), by("a"), false, "*a > b: open a", wanted{}},
		"by the delegate":              {decided(t, ask(t, "a > b"), by("d", away)), by("d"), false, "*a > b: open a", wanted{}},
		"with what it passed":          {decided(t, ask(t, "a > r > b"), by("a")), by("a"), false, "*a >  > b: open a", wanted{}},
		"with what it counted for":     {decided(t, ask(t, "a > a > b"), by("a")), by("a"), false, "*a > a > b: open a", wanted{}},
		"after the next step":          {decided(t, ask(t, "a > b > x"), by("a"), by("b")), by("a"), false, "", wanted{hiring.Conflict, "", "B approved already in a later step"}},
		"the last approval":            {decided(t, ask(t, "a > b"), by("a"), by("b")), at("b", hiring.UndoWindow), false, "a (a yes) > *b: open b", wanted{}},
		"too late":                     {decided(t, ask(t, "a > b"), by("a"), by("b")), at("b", hiring.UndoWindow+1), false, "", wanted{hiring.Conflict, "", "R-12 was approved more than 10 minutes ago"}},
		"moved on":                     {decided(t, ask(t, "a"), by("a")), by("a"), true, "", wanted{hiring.Conflict, "", "R-12 has moved on since"}},
		"the first, after the last":    {decided(t, ask(t, "a > b"), by("a"), by("b")), by("a"), false, "", wanted{hiring.Conflict, "", "B approved already in a later step"}},
		"a rejection":                  {rejected, at("a", hiring.UndoWindow), false, "*a > b: open a", wanted{}},
		"a rejection, too late":        {rejected, at("a", hiring.UndoWindow+1), false, "", wanted{hiring.Conflict, "", "R-12 was rejected more than 10 minutes ago"}},
		"nothing decided":              {ask(t, "a > b"), by("a"), false, "", wanted{hiring.NotAllowed, "", "You have decided nothing here"}},
		"another's":                    {decided(t, ask(t, "a > b"), by("a")), by("b"), false, "", wanted{hiring.NotAllowed, "", "You have decided nothing here"}},
		"of a void request":            {decided(t, ask(t, "a > b"), by("a")).Void("edited", noon), by("a"), false, "", wanted{hiring.Conflict, "", "This request is void"}},
		"of who was deactivated":       {decided(t, ask(t, "a > b"), by("d", away)).Settle(inactive("a"), noon), by("d"), false, "", wanted{hiring.Conflict, "", "A can decide no more"}},
	} {
		before := stands(c.a)
		after, err := c.a.TakeBack(c.act, c.movedOn)
		checkError(t, name, err, c.want)
		if c.a.CanTakeBack(c.act, c.movedOn) != (err == nil) {
			t.Errorf("%s: CanTakeBack says otherwise", name)
		}
		if c.want.code == "" {
			if got := strings.TrimSpace(stands(after)); got != c.stands {
				t.Errorf("%s: stands %q, want %q", name, got, c.stands)
			}
			if len(after.Notes) > 0 || !after.EndedAt.IsZero() {
				t.Errorf("%s: left %v, ended %s", name, after.Notes, after.EndedAt)
			}
		} else if diff := cmp.Diff(c.a, after); diff != "" {
			t.Errorf("%s: refused, and changed:\n%s", name, diff)
		}
		if stands(c.a) != before {
			t.Errorf("%s: changed the approval that it was called on: %q", name, stands(c.a))
		}
	}

	// The clock starts anew where the step changes, and goes on where it does not.
	a := decided(t, ask(t, "a > b"), by("a"))
	a.Reminded, a.RemindAt = 2, noon.Add(48*time.Hour)
	if back, err := a.TakeBack(at("a", time.Hour), false); err != nil || !back.StepSince.Equal(noon.Add(2*time.Hour)) || back.Reminded != 0 || !back.RemindAt.IsZero() {
		t.Errorf("another step: %+v, %v", back, err)
	}
	a = decided(t, ask(t, "a & b"), by("a"))
	a.Reminded, a.RemindAt = 2, noon.Add(48*time.Hour)
	if back, err := a.TakeBack(at("a", time.Hour), false); err != nil || !back.StepSince.Equal(noon) || back.Reminded != 2 || back.RemindAt.IsZero() {
		t.Errorf("the same step: %+v, %v", back, err)
	}
	// A question of a step that is not reached yet again goes with it; an earlier one stays.
	a, err = ask(t, "a > b").AskQuestion(by("a"), "how many?")
	if err != nil {
		t.Fatal(err)
	}
	a = decided(t, a, by("a"))
	if back, err := a.TakeBack(by("a"), false); err != nil || back.Question == nil || !back.Paused() {
		t.Errorf("the question of the step: %+v, %v", back.Question, err)
	}
	if a, err = a.AskQuestion(by("b"), "and where?"); err != nil {
		t.Fatal(err)
	}
	if back, err := a.TakeBack(by("a"), false); err != nil || back.Question != nil {
		t.Errorf("the question of a later step: %+v, %v", back.Question, err)
	}
}

func TestQuestions(t *testing.T) {
	t.Parallel()
	a := ask(t, "a & b > x")
	asked, err := a.AskQuestion(by("a"), " 2 seats or 1 + backfill? ")
	if err != nil {
		t.Fatal(err)
	}
	if a.Question != nil || a.Paused() {
		t.Error("asking changed the approval that it was called on")
	}
	want := &hiring.ApprovalQuestion{Asker: "a", Text: "2 seats or 1 + backfill?", AskedAt: noon.Add(time.Hour)}
	if diff := cmp.Diff(want, asked.Question); diff != "" || !asked.Paused() {
		t.Errorf("paused %v, question (-want +got):\n%s", asked.Paused(), diff)
	}
	_, err = asked.AskQuestion(by("b"), "and when?")
	checkError(t, "a second question", err, wanted{hiring.Conflict, "", "A has asked already"})
	for text, message := range map[string]string{" ": "Write what you want to know.", strings.Repeat("x", hiring.MaxQuestion+1): "at most 1000"} {
		_, err = a.AskQuestion(by("a"), text)
		checkError(t, "question", err, wanted{hiring.Invalid, "question", message})
	}

	_, err = asked.AnswerQuestion(by("a"), "2")
	checkError(t, "an answer of another", err, wanted{hiring.NotAllowed, "", "for the one who asked for the approval"})
	_, err = a.AnswerQuestion(by("r"), "2")
	checkError(t, "an answer to nothing", err, wanted{hiring.Conflict, "", "no open question on R-12"})
	_, err = asked.Void("edited", noon).AnswerQuestion(by("r"), "2")
	checkError(t, "an answer too late", err, wanted{hiring.Conflict, "", "void"})
	for text, message := range map[string]string{" ": "Write the answer.", strings.Repeat("x", hiring.MaxQuestion+1): "at most 1000"} {
		_, err = asked.AnswerQuestion(by("r"), text)
		checkError(t, "answer", err, wanted{hiring.Invalid, "answer", message})
	}
	answered, err := asked.AnswerQuestion(by("r"), " 2 new ")
	if err != nil {
		t.Fatal(err)
	}
	if q := answered.Question; q.Answer != "2 new" || !q.AnsweredAt.Equal(noon.Add(time.Hour)) || answered.Paused() || asked.Question.Answer != "" {
		t.Errorf("answered: %+v; before: %+v", q, asked.Question)
	}
	_, err = answered.AnswerQuestion(by("r"), "3")
	checkError(t, "a second answer", err, wanted{hiring.Conflict, "", "no open question"})
	if again, err := answered.AskQuestion(by("b"), "and when?"); err != nil || again.Question.Text != "and when?" || again.Question.Answer != "" {
		t.Errorf("a question after the answer: %+v, %v", again.Question, err)
	}

	// A question holds up nobody: others decide, and the next step has its own clock.
	next := decided(t, asked, by("b"), by("a"))
	checkStands(t, next, "a&b (b yes) (a yes) > *x: open x")
	if next.Paused() || next.Question == nil {
		t.Error("the question of a step pauses the next")
	}
	if late, err := next.AnswerQuestion(by("r"), "2"); err != nil || late.Question.Answer != "2" {
		t.Errorf("an answer after the step: %v", err)
	}
	if own, err := next.AskQuestion(by("x"), "where?"); err != nil || !own.Paused() {
		t.Errorf("the next step's own question: %v", err)
	}
}

func TestVoid(t *testing.T) {
	t.Parallel()
	a := ask(t, "a")
	a.RemindAt = noon
	void := a.Void("The terms changed.", noon.Add(time.Hour))
	checkStands(t, void, "a: void")
	want := []hiring.ApprovalNote{{Step: hiring.WholeApproval, Text: "The terms changed.", At: noon.Add(time.Hour)}}
	if diff := cmp.Diff(want, void.Notes); diff != "" || !void.EndedAt.Equal(noon.Add(time.Hour)) || !void.RemindAt.IsZero() {
		t.Errorf("ended %s, reminds %s, notes (-want +got):\n%s", void.EndedAt, void.RemindAt, diff)
	}
	ended := decided(t, ask(t, "a"), by("a"))
	if diff := cmp.Diff(ended, ended.Void("again", noon)); diff != "" {
		t.Errorf("an approval that ended was voided:\n%s", diff)
	}
}

func TestSettle(t *testing.T) {
	t.Parallel()
	without := func(gone ...string) func(string) bool {
		return func(id string) bool { return !slices.Contains(gone, id) }
	}
	at := noon.Add(2 * time.Hour)
	for name, c := range map[string]struct {
		a      hiring.Approval
		gone   []string
		stands string
		notes  []string
	}{
		"nobody":                     {ask(t, "a > b"), nil, "*a > b: open a", nil},
		"the only one":               {ask(t, "a > b"), []string{"a"}, "a passed > *b: open b", []string{"Step 1: no other approver."}},
		"one of any":                 {ask(t, "a, b"), []string{"a"}, "*a|b: open b", []string{hiring.NoteGone}},
		"one of all":                 {ask(t, "a & b"), []string{"a"}, "*a&b: open b", []string{hiring.NoteGone}},
		"who is left has decided":    {decided(t, ask(t, "a & b > x"), by("b")), []string{"a"}, "a&b (b yes) > *x: open x", nil},
		"who has decided":            {decided(t, ask(t, "a & b > x"), by("b")), []string{"b"}, "*a&b (b yes) > x: open a", nil},
		"of a later step":            {ask(t, "a > b"), []string{"b"}, "*a > b: open a", nil},
		"everybody":                  {ask(t, "a > b"), []string{"a", "b"}, "a passed > b passed: approved", []string{"Step 1: no other approver.", "Step 2: no other approver."}},
		"of an approval that ended":  {decided(t, ask(t, "a"), by("a")), []string{"a"}, "a (a yes): approved", nil},
		"somebody who is not asked":  {ask(t, "a"), []string{"x"}, "*a: open a", nil},
		"who decided before, anew":   {decided(t, ask(t, "a > a & b"), by("a")), []string{"a"}, "a (a yes) > *a&b: open b", nil},
		"the other, who decided not": {decided(t, ask(t, "a > a & b"), by("a")), []string{"b"}, "a (a yes) > a&b: approved", nil},
	} {
		before := stands(c.a)
		settled := c.a.Settle(without(c.gone...), at)
		if got := strings.TrimSpace(stands(settled)); got != c.stands {
			t.Errorf("%s: stands %q, want %q", name, got, c.stands)
		}
		var notes []string
		for _, n := range settled.Notes {
			notes = append(notes, n.Text)
		}
		if diff := cmp.Diff(c.notes, notes); diff != "" {
			t.Errorf("%s: notes (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(settled, settled.Settle(without(c.gone...), at.Add(time.Hour))); diff != "" {
			t.Errorf("%s: settling twice changes it:\n%s", name, diff)
		}
		if stands(c.a) != before {
			t.Errorf("%s: changed the approval that it was called on", name)
		}
	}

	// Who comes back is asked again.
	back := ask(t, "a, b").Settle(without("a"), at).Settle(without(), at)
	checkStands(t, back, "*a|b: open a,b")

	// A question that cannot be answered any more does not hold up the reminders for ever.
	asked, err := ask(t, "a & b").AskQuestion(by("a"), "how many?")
	if err != nil {
		t.Fatal(err)
	}
	for _, gone := range []string{"r", "a"} {
		closed := asked.Settle(without(gone), at)
		if closed.Question != nil || !closed.StepSince.Equal(at) || closed.Notes[len(closed.Notes)-1].Text != hiring.NoteQuestionClosed {
			t.Errorf("%s is gone: %+v", gone, closed)
		}
	}
	if open := asked.Settle(without("b"), at); !open.Paused() {
		t.Error("a question was closed although both are there")
	}
}

func TestReplaced(t *testing.T) {
	t.Parallel()
	at := noon.Add(2 * time.Hour)
	asked, err := ask(t, "a & b").AskQuestion(by("a"), "how many?")
	if err != nil {
		t.Fatal(err)
	}
	gone := ask(t, "a, b").Settle(func(id string) bool { return id != "a" }, noon)
	for name, c := range map[string]struct {
		a        hiring.Approval
		from, to string
		stands   string
		want     wanted
	}{
		"an approver":               {ask(t, "a > b"), "a", "x", "*x > b: open x", wanted{}},
		"in every step":             {ask(t, "b > a > a & b"), "a", "x", "*b > x > x&b: open b", wanted{}},
		"who is in the step anyway": {ask(t, "a & b"), "a", "b", "*b: open b", wanted{}},
		"who decided before":        {decided(t, ask(t, "x > a > b"), by("x")), "a", "x", "x (x yes) > x > *b: open b", wanted{}},
		"decisions stay":            {decided(t, ask(t, "a > a & b"), by("a")), "a", "x", "a (a yes) > *a&b: open b", wanted{}},
		"somebody without a part":   {ask(t, "a > b"), "d", "x", "*a > b: open a", wanted{}},
		"to oneself":                {ask(t, "a"), "a", "a", "*a: open a", wanted{}},
		"to nobody":                 {ask(t, "a"), "a", "", "*a: open a", wanted{}},
		"of nobody":                 {ask(t, "a"), "", "x", "*a: open a", wanted{}},
		"who was deactivated":       {gone, "a", "x", "*x|b: open x,b", wanted{}},
		"an approval that ended":    {decided(t, ask(t, "a"), by("a")), "a", "x", "a (a yes): approved", wanted{}},
		"to the requester":          {ask(t, "a"), "a", "r", "", wanted{hiring.Conflict, "", "cannot be handed to who asked for it"}},
		"the requester":             {ask(t, "a, b"), "r", "x", "*a|b: open a,b", wanted{}},
		"the requester, to one":     {ask(t, "a, b"), "r", "a", "*a|b: open b", wanted{}},
		"to the only one":           {ask(t, "a > b"), "r", "a", "a passed > *b: open b", wanted{}},
	} {
		before := stands(c.a)
		after, err := c.a.Replaced(c.from, c.to, at)
		checkError(t, name, err, c.want)
		if c.want.code == "" {
			if got := strings.TrimSpace(stands(after)); got != c.stands {
				t.Errorf("%s: stands %q, want %q", name, got, c.stands)
			}
		} else if diff := cmp.Diff(c.a, after); diff != "" {
			t.Errorf("%s: refused, and changed:\n%s", name, diff)
		}
		if stands(c.a) != before {
			t.Errorf("%s: changed the approval that it was called on", name)
		}
	}
	moved, err := asked.Replaced("a", "x", at)
	if err != nil || moved.Question.Asker != "x" || asked.Question.Asker != "a" {
		t.Errorf("the question's asker: %+v, %v", moved.Question, err)
	}
	if want := hiring.BecauseNamed + ", handed over"; moved.Steps[0].Approvers[0].Because != want {
		t.Errorf("asked because %q, want %q", moved.Steps[0].Approvers[0].Because, want)
	}
	moved, err = asked.Replaced("r", "x", at)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := moved.AnswerQuestion(by("x"), "2"); err != nil {
		t.Errorf("the new requester answers: %v", err)
	}
}

func TestInvolves(t *testing.T) {
	t.Parallel()
	a := decided(t, ask(t, "a > b"), by("d", hiring.Absence{Person: "a", Until: today, Delegate: "d"}))
	for person, want := range map[string]bool{"a": true, "b": true, "d": true, "r": true, "x": false, "": false} {
		if a.Involves(person) != want {
			t.Errorf("involves %q is not %v", person, want)
		}
	}
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestNextReminder(t *testing.T) {
	t.Parallel()
	usual := hiring.DefaultCalendar()
	holiday, never := usual, hiring.Calendar{}
	holiday.Holidays = []hiring.Holiday{{Date: "2026-11-24"}}
	for day := range 7 {
		never.Weekend = append(never.Weekend, time.Weekday(day))
	}
	for _, c := range []struct {
		since, zone string
		reminded    int
		calendar    hiring.Calendar
		want        string
	}{
		{"2026-11-23T06:00:00Z", "Asia/Kolkata", 0, usual, "2026-11-24T10:00:00+05:30"},
		{"2026-11-23T00:00:00Z", "Asia/Kolkata", 0, usual, "2026-11-24T10:00:00+05:30"}, // before ten, and not the same day
		{"2026-11-23T18:29:59Z", "Asia/Kolkata", 1, usual, "2026-11-24T10:00:00+05:30"},
		{"2026-11-23T18:30:00Z", "Asia/Kolkata", 2, usual, "2026-11-25T10:00:00+05:30"}, // midnight there
		{"2026-11-23T06:00:00Z", "Asia/Kolkata", 3, usual, ""},
		{"2026-11-23T06:00:00Z", "Asia/Kolkata", 4, usual, ""},
		{"2026-11-27T06:00:00Z", "Asia/Kolkata", 0, usual, "2026-11-30T10:00:00+05:30"}, // a Friday
		{"2026-11-28T06:00:00Z", "Asia/Kolkata", 0, usual, "2026-11-30T10:00:00+05:30"}, // a Saturday
		{"2026-11-23T06:00:00Z", "Asia/Kolkata", 0, holiday, "2026-11-25T10:00:00+05:30"},
		{"2026-12-31T06:00:00Z", "Asia/Kolkata", 0, usual, "2027-01-01T10:00:00+05:30"},
		{"2027-03-26T12:00:00Z", "Europe/Berlin", 0, usual, "2027-03-29T10:00:00+02:00"}, // over the change to summer time
		{"2026-10-23T12:00:00Z", "Europe/Berlin", 0, usual, "2026-10-26T10:00:00+01:00"},
		{"2026-11-23T06:00:00Z", "Asia/Kolkata", 0, never, ""},
	} {
		since, err := time.Parse(time.RFC3339, c.since)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		w := hiring.DefaultWorkTime(zone(t, c.zone))
		w.Calendar, w.Away = c.calendar, []hiring.DaysAway{{From: "2026-01-01", To: "2027-12-31"}}
		if at := hiring.NextReminder(since, c.reminded, w); !at.IsZero() {
			got = at.In(zone(t, c.zone)).Format(time.RFC3339)
		}
		if got != c.want {
			t.Errorf("after %s in %s, %d sent: %q, want %q", c.since, c.zone, c.reminded, got, c.want)
		}
	}
}

// TestReminders goes through the reminders of a step as whoever sends them would.
func TestReminders(t *testing.T) {
	t.Parallel()
	kolkata := zone(t, "Asia/Kolkata")
	on := func(day int) time.Time { return time.Date(2026, 11, day, 10, 0, 0, 0, kolkata) }
	usual := hiring.DefaultWorkTime(kolkata)
	scheduled := func(a hiring.Approval) hiring.Approval { return a.Scheduled(usual) }
	check := func(what string, a hiring.Approval, want time.Time) {
		t.Helper()
		if !a.RemindAt.Equal(want) {
			t.Errorf("%s: reminded at %s, want %s", what, a.RemindAt, want)
		}
	}
	a := scheduled(ask(t, "a & b > x"))
	check("asked on Monday", a, on(24))
	a = a.MarkReminded(on(24).Add(time.Minute), usual)
	check("after the first", a, on(25))
	// One of all decides: the other has been reminded today.
	a = scheduled(decided(t, a, by("b")))
	check("after one of all", a, on(25))
	a = scheduled(a)
	check("whatever happens between", a, on(25))
	a = a.MarkReminded(on(25), usual)
	act := by("a")
	act.Now = on(25).Add(time.Hour)
	a, err := a.AskQuestion(act, "how many?")
	if err != nil {
		t.Fatal(err)
	}
	check("while a question is open", scheduled(a), time.Time{})
	check("even if one is sent", a.MarkReminded(on(25), usual), time.Time{})
	act = by("r")
	act.Now = on(27).Add(5 * time.Hour) // a Friday
	if a, err = a.AnswerQuestion(act, "2"); err != nil {
		t.Fatal(err)
	}
	a = scheduled(a)
	check("after the answer", a, on(30))
	if a.Reminded != 2 {
		t.Errorf("%d reminders counted, want 2", a.Reminded)
	}
	last := a.MarkReminded(on(30), usual)
	check("after the third", last, time.Time{})
	check("and for good", scheduled(last), time.Time{})
	// The next step begins anew.
	act = by("a")
	act.Now = on(30).Add(time.Hour)
	a = scheduled(decided(t, last, act))
	check("the next step", a, time.Date(2026, 12, 1, 10, 0, 0, 0, kolkata))
	if a.Reminded != 0 {
		t.Errorf("%d reminders counted in a new step", a.Reminded)
	}
	check("after the end", scheduled(a.Void("edited", on(30))), time.Time{})
}
