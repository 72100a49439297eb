package hiring_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/hiring"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// wanted is an error as people meet it.
type wanted struct {
	code           hiring.Code
	field, message string // message is a part of it
}

func checkError(t testing.TB, what string, err error, want wanted) {
	t.Helper()
	if want.code == "" {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
		return
	}
	e, ok := errors.AsType[*hiring.Error](err)
	if !ok {
		t.Errorf("%s: got %v, want %s", what, err, want.code)
		return
	}
	if e.Code() != string(want.code) || e.Field() != want.field || !strings.Contains(e.Message(), want.message) {
		t.Errorf("%s:\n got %s %q %q\nwant %s %q %q", what, e.Code(), e.Field(), e.Message(), want.code, want.field, want.message)
	}
}

func senior() hiring.Requisition {
	return hiring.Requisition{
		ID: "R-12", Role: "backend-developer", Title: "Backend developer", Level: "senior", Seats: 2,
		Location: "Bengaluru", WorkMode: hiring.WorkHybrid, Budget: hiring.RupeesRange{Low: 35 * hiring.Lakh, High: 45 * hiring.Lakh},
		Why: "the payments team doubles", Requester: "hm", HiringManager: "hm", Recruiter: "rec", Panel: []string{"int"},
		State: hiring.ReqDraft, CreatedAt: noon, ChangedAt: noon,
	}
}

// inState returns a requisition in a state, with its terms approved or not.
func inState(s hiring.ReqState, approved bool) hiring.Requisition {
	r := senior()
	r.State = s
	if approved {
		r.ApprovedTerms = r.Terms()
	}
	return r
}

func TestMoves(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from     hiring.ReqState
		approved bool
		to       []hiring.ReqState
		refusal  string
	}{
		{hiring.ReqDraft, false, []hiring.ReqState{hiring.ReqPending, hiring.ReqClosed}, "R-12 is a draft. From there it can be sent for approval (/req submit R-12) or closed (/req close R-12)."},
		{hiring.ReqPending, false, []hiring.ReqState{hiring.ReqOpen, hiring.ReqDraft, hiring.ReqClosed}, "R-12 is waiting for approval. From there it can be approved (/req approve R-12), taken back to draft (/req undo R-12) or closed (/req close R-12)."},
		{hiring.ReqOpen, true, []hiring.ReqState{hiring.ReqOnHold, hiring.ReqFilled, hiring.ReqClosed}, "R-12 is open. From there it can be put on hold (/req hold R-12), marked as filled (/req fill R-12) or closed (/req close R-12)."},
		{hiring.ReqOpen, false, []hiring.ReqState{hiring.ReqOnHold, hiring.ReqFilled, hiring.ReqClosed, hiring.ReqPending}, "R-12 is open. From there it can be put on hold (/req hold R-12), marked as filled (/req fill R-12), closed (/req close R-12) or sent for approval again (/req edit R-12)."},
		{hiring.ReqOnHold, true, []hiring.ReqState{hiring.ReqOpen, hiring.ReqFilled, hiring.ReqClosed}, "R-12 is on hold. From there it can be reopened (/req reopen R-12), marked as filled (/req fill R-12) or closed (/req close R-12)."},
		{hiring.ReqOnHold, false, []hiring.ReqState{hiring.ReqFilled, hiring.ReqClosed, hiring.ReqPending}, "R-12 is on hold. From there it can be marked as filled (/req fill R-12), closed (/req close R-12) or sent for approval again (/req reopen R-12)."},
		{hiring.ReqFilled, true, []hiring.ReqState{hiring.ReqOpen}, "R-12 is filled. From there it can be reopened (/req reopen R-12)."},
		{hiring.ReqFilled, false, []hiring.ReqState{hiring.ReqPending}, "R-12 is filled. From there it can be sent for approval again (/req reopen R-12)."},
		{hiring.ReqClosed, true, []hiring.ReqState{hiring.ReqOpen}, "R-12 is closed. From there it can be reopened (/req reopen R-12)."},
		{hiring.ReqClosed, false, []hiring.ReqState{hiring.ReqDraft}, "R-12 is closed. From there it can be reopened as a draft (/req reopen R-12)."},
	} {
		r := inState(c.from, c.approved)
		if diff := cmp.Diff(c.to, r.Moves()); diff != "" {
			t.Errorf("moves of %s, approved %v (-want +got):\n%s", c.from, c.approved, diff)
		}
		for _, to := range hiring.ReqStates {
			what := string(c.from) + " to " + string(to)
			moved, err := r.Move(to, " because ", noon.Add(time.Hour))
			if slices.Contains(c.to, to) {
				if err != nil || moved.State != to || moved.StateWhy != "because" || !moved.ChangedAt.Equal(noon.Add(time.Hour)) {
					t.Errorf("%s: %+v, %v", what, moved, err)
				}
				if !slices.Contains(c.from.Moves(), to) {
					t.Errorf("%s: not among the moves of the state", what)
				}
				continue
			}
			refusal := c.refusal
			if to == c.from {
				refusal = strings.Replace(refusal, " is ", " is already ", 1)
			}
			checkError(t, what, err, wanted{hiring.Conflict, "", refusal})
			if diff := cmp.Diff(r, moved); diff != "" {
				t.Errorf("%s: a refused move changed it (-want +got):\n%s", what, diff)
			}
		}
	}
}

func TestMoveDetails(t *testing.T) {
	t.Parallel()
	_, err := inState(hiring.ReqOpen, true).Move(hiring.ReqClosed, " ", noon)
	checkError(t, "close without a reason", err, wanted{hiring.Invalid, "reason", "why R-12 is closed"})
	_, err = inState(hiring.ReqDraft, false).Move(hiring.ReqClosed, "", noon)
	checkError(t, "close a draft without a reason", err, wanted{hiring.Invalid, "reason", "why R-12 is closed"})
	_, err = inState(hiring.ReqOpen, true).Move(hiring.ReqOnHold, strings.Repeat("é", hiring.MaxReason+1), noon)
	checkError(t, "hold with a long reason", err, wanted{hiring.Invalid, "reason", "The reason has 1001 characters; at most 1000 fit."})

	unsaved := inState(hiring.ReqDraft, false)
	unsaved.ID = ""
	_, err = unsaved.Move(hiring.ReqFilled, "", noon)
	checkError(t, "no reference", err, wanted{hiring.Conflict, "", "The requisition is a draft."})
	_, err = inState("thinking", false).Move(hiring.ReqOpen, "", noon)
	checkError(t, "no such state", err, wanted{hiring.Conflict, "", "R-12 is thinking."})

	// Approval records the terms, and the reason of the state before is gone.
	r := inState(hiring.ReqPending, false)
	r.StateWhy = "withdrawn by mistake"
	open, err := r.Move(hiring.ReqOpen, "", noon)
	if err != nil || !open.TermsApproved() || open.StateWhy != "" {
		t.Errorf("approval: %+v, %v", open, err)
	}
	// Nothing else does: what was closed unapproved stays so.
	if r, err := inState(hiring.ReqClosed, false).Move(hiring.ReqDraft, "", noon); err != nil || r.TermsApproved() {
		t.Errorf("reopened draft: %+v, %v", r, err)
	}
}

func TestReopensTo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		state            hiring.ReqState
		approved, not    hiring.ReqState
		approvedOK, isOK bool
	}{
		{hiring.ReqDraft, "", "", false, false},
		{hiring.ReqPending, "", "", false, false},
		{hiring.ReqOpen, "", "", false, false},
		{hiring.ReqOnHold, hiring.ReqOpen, hiring.ReqPending, true, true},
		{hiring.ReqFilled, hiring.ReqOpen, hiring.ReqPending, true, true},
		{hiring.ReqClosed, hiring.ReqOpen, hiring.ReqDraft, true, true},
	} {
		if to, ok := inState(c.state, true).ReopensTo(); to != c.approved || ok != c.approvedOK {
			t.Errorf("%s, approved: %q, %v", c.state, to, ok)
		}
		if to, ok := inState(c.state, false).ReopensTo(); to != c.not || ok != c.isOK {
			t.Errorf("%s, not approved: %q, %v", c.state, to, ok)
		}
	}
}

// TestMovesInAnyOrder walks through the states with edits between: each move that is offered can be
// made and no other, and nothing is ever open on terms that were not approved unless it has just
// been edited there.
func TestMovesInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := inState(hiring.ReqDraft, false)
		edited := false
		for range rapid.IntRange(1, 30).Draw(t, "acts") {
			if rapid.IntRange(0, 3).Draw(t, "edit") == 0 {
				before := r
				r.Seats = rapid.IntRange(1, 3).Draw(t, "seats")
				edited = edited || hiring.NeedsApprovalAgain(before, r)
				continue
			}
			to := rapid.SampledFrom(hiring.ReqStates).Draw(t, "to")
			moved, err := r.Move(to, "a reason", noon)
			if (err == nil) != r.CanMove(to) {
				t.Fatalf("%s to %s: CanMove is %v, and Move says %v", r.State, to, r.CanMove(to), err)
			}
			if err == nil && !slices.Contains(r.State.Moves(), to) {
				t.Fatalf("%s moved to %s", r.State, to)
			}
			if err == nil {
				edited = false
			}
			r = moved
			if len(r.Moves()) == 0 {
				t.Fatalf("%s has no way out", r.State)
			}
			if r.State == hiring.ReqOpen && !edited && !r.TermsApproved() {
				t.Fatal("open on terms that nobody approved")
			}
			if to, ok := r.ReopensTo(); ok && !r.CanMove(to) {
				t.Fatalf("%s says that it reopens to %s, and cannot", r.State, to)
			}
		}
	})
}

func TestReqStateWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]hiring.ReqState{
		"draft": hiring.ReqDraft, "pending_approval": hiring.ReqPending, "Pending approval": hiring.ReqPending, "pending": hiring.ReqPending,
		"waiting for approval": hiring.ReqPending, "waiting": hiring.ReqPending, "Open": hiring.ReqOpen, "on hold": hiring.ReqOnHold,
		"ON-HOLD": hiring.ReqOnHold, "hold": hiring.ReqOnHold, "held": hiring.ReqOnHold, "filled": hiring.ReqFilled, "closed": hiring.ReqClosed,
	} {
		if got, err := hiring.ParseReqState(text); got != want || err != nil {
			t.Errorf("ParseReqState(%q) = %q, %v", text, got, err)
		}
	}
	_, err := hiring.ParseReqState("lost")
	checkError(t, "lost", err, wanted{hiring.Invalid, "state", `There is no state "lost". The states are draft, pending_approval, open, on_hold, filled, closed.`})
	for _, s := range hiring.ReqStates {
		if got, err := hiring.ParseReqState(hiring.ReqStateTitle(s)); got != s || err != nil {
			t.Errorf("the title of %s reads as %q, %v", s, got, err)
		}
	}
	if got := hiring.ReqStateTitle("thinking"); got != "thinking" {
		t.Errorf("title of an unknown state: %q", got)
	}
	for s, want := range map[hiring.ReqState]bool{hiring.ReqDraft: true, hiring.ReqPending: true, hiring.ReqOpen: true, hiring.ReqOnHold: true, hiring.ReqFilled: false, hiring.ReqClosed: false} {
		if inState(s, false).Editable() != want {
			t.Errorf("%s: editable is not %v", s, want)
		}
	}
}

func TestRemaining(t *testing.T) {
	t.Parallel()
	r := senior()
	r.Filled = 1
	if r.Remaining() != 1 {
		t.Errorf("1 of 2 filled leaves %d", r.Remaining())
	}
	r.Filled = 3
	if r.Remaining() != 0 {
		t.Errorf("3 of 2 filled leaves %d", r.Remaining())
	}
}

func TestTerms(t *testing.T) {
	t.Parallel()
	terms := senior().Terms()
	if len(terms) != 64 || strings.Trim(terms, "0123456789abcdef") != "" {
		t.Fatalf("terms are %q", terms)
	}
	for name, c := range map[string]struct {
		change func(r *hiring.Requisition)
		again  bool
	}{
		"nothing":       {func(*hiring.Requisition) {}, false},
		"role":          {func(r *hiring.Requisition) { r.Role = "general" }, true},
		"title":         {func(r *hiring.Requisition) { r.Title = "Chief engineer" }, true},
		"title's case":  {func(r *hiring.Requisition) { r.Title = " BACKEND  dévelöper " }, false},
		"level":         {func(r *hiring.Requisition) { r.Level = "staff" }, true},
		"seats":         {func(r *hiring.Requisition) { r.Seats = 3 }, true},
		"budget's low":  {func(r *hiring.Requisition) { r.Budget.Low++ }, true},
		"budget's high": {func(r *hiring.Requisition) { r.Budget.High-- }, true},
		"budget's why":  {func(r *hiring.Requisition) { r.BudgetWhy = "rare skill" }, true},
		"blanks":        {func(r *hiring.Requisition) { r.BudgetWhy = " " }, false},
		"why":           {func(r *hiring.Requisition) { r.Why = "another reason" }, false},
		"place":         {func(r *hiring.Requisition) { r.Location = "Pune" }, false},
		"skills":        {func(r *hiring.Requisition) { r.Must = []string{"Go"} }, false},
		"people":        {func(r *hiring.Requisition) { r.HiringManager, r.Panel = "x", nil }, false},
		"state":         {func(r *hiring.Requisition) { r.State, r.Filled, r.Version = hiring.ReqOpen, 1, 7 }, false},
		"field borders": {func(r *hiring.Requisition) { r.Role, r.Level = r.Role+"\n\"senior\"", "" }, true},
	} {
		r := senior()
		c.change(&r)
		if got := hiring.NeedsApprovalAgain(senior(), r); got != c.again {
			t.Errorf("%s: asked again is %v", name, got)
		}
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	if err := senior().Check(); err != nil {
		t.Fatal(err)
	}
	long := func(n int) string { return strings.Repeat("é", n) }
	for _, c := range []struct {
		change func(r *hiring.Requisition)
		want   wanted
	}{
		{func(r *hiring.Requisition) { r.Role = " " }, wanted{hiring.Invalid, "role", "which role"}},
		{func(r *hiring.Requisition) { r.Title = long(hiring.MaxTitle) }, wanted{}},
		{func(r *hiring.Requisition) { r.Title = long(hiring.MaxTitle + 1) }, wanted{hiring.Invalid, "title", "The title has 81 characters; at most 80 fit."}},
		{func(r *hiring.Requisition) { r.Seats = 0 }, wanted{hiring.Invalid, "seats", "1 to 500"}},
		{func(r *hiring.Requisition) { r.Seats = -1 }, wanted{hiring.Invalid, "seats", "1 to 500"}},
		{func(r *hiring.Requisition) { r.Seats = hiring.MaxSeats }, wanted{}},
		{func(r *hiring.Requisition) { r.Seats = hiring.MaxSeats + 1 }, wanted{hiring.Invalid, "seats", "1 to 500"}},
		{func(r *hiring.Requisition) { r.Filled = 3 }, wanted{hiring.Invalid, "seats", "3 have joined already"}},
		{func(r *hiring.Requisition) { r.Location = long(hiring.MaxLocation + 1) }, wanted{hiring.Invalid, "location", "at most 80"}},
		{func(r *hiring.Requisition) { r.WorkMode = "" }, wanted{}},
		{func(r *hiring.Requisition) { r.WorkMode = "moon" }, wanted{hiring.Invalid, "work_mode", `"moon" is no work mode`}},
		{func(r *hiring.Requisition) { r.Budget = hiring.RupeesRange{} }, wanted{}},
		{func(r *hiring.Requisition) { r.Budget.Low = 0 }, wanted{hiring.Invalid, "budget", "above zero"}},
		{func(r *hiring.Requisition) { r.Budget.Low = -1 }, wanted{hiring.Invalid, "budget", "above zero"}},
		{func(r *hiring.Requisition) { r.Budget.High = 0 }, wanted{hiring.Invalid, "budget", "lower amount of the budget first"}},
		{func(r *hiring.Requisition) { r.Budget.High = hiring.MaxRupees + 1 }, wanted{hiring.Invalid, "budget", "100 crore"}},
		{func(r *hiring.Requisition) { r.Why = long(hiring.MaxReason + 1) }, wanted{hiring.Invalid, "why", "at most 1000"}},
		{func(r *hiring.Requisition) { r.BudgetWhy = long(hiring.MaxReason + 1) }, wanted{hiring.Invalid, "budget_why", "at most 1000"}},
		{func(r *hiring.Requisition) { r.Must = []string{"Java", " "} }, wanted{hiring.Invalid, "must", "One of the skills is empty"}},
		{func(r *hiring.Requisition) { r.Must = make([]string, hiring.MaxSkills+1) }, wanted{hiring.Invalid, "must", "At most 30 skills fit; these are 31"}},
		{func(r *hiring.Requisition) { r.Nice = []string{long(hiring.MaxSkill + 1)} }, wanted{hiring.Invalid, "nice", "The skill “" + long(20) + "…” has 61 characters"}},
		{func(r *hiring.Requisition) { r.Panel = make([]string, hiring.MaxPanel+1) }, wanted{hiring.Invalid, "panel", "at most 30 people; this one has 31"}},
		{func(r *hiring.Requisition) { r.Target = "2027-03-31" }, wanted{}},
		{func(r *hiring.Requisition) { r.Target = "2027-02-30" }, wanted{hiring.Invalid, "target", "is not a date"}},
		{func(r *hiring.Requisition) { r.Target = "March" }, wanted{hiring.Invalid, "target", "is not a date"}},
	} {
		r := senior()
		c.change(&r)
		checkError(t, "check", r.Check(), c.want)
		if got := len(r.Problems()); got > 1 || (got == 1) != (c.want.code != "") {
			t.Errorf("%+v: %d problems", c.want, got)
		}
	}
	var fields []string
	for _, p := range (hiring.Requisition{WorkMode: "moon", Target: "x"}).Problems() {
		fields = append(fields, p.Field())
	}
	if diff := cmp.Diff([]string{"role", "seats", "work_mode", "target"}, fields); diff != "" {
		t.Errorf("several problems (-want +got):\n%s", diff)
	}
}

func TestPlaceBudget(t *testing.T) {
	t.Parallel()
	bands := playbook(t, "backend").Bands() // senior is 25–55, staff 50–90+
	for _, c := range []struct {
		level     string
		low, high hiring.Rupees // lakhs
		words     string
		outside   bool
	}{
		{"senior", 35, 45, "₹35–45 LPA is inside the band (25–55)", false},
		{"senior", 25, 55, "₹25–55 LPA is inside the band (25–55)", false},
		{"senior", 50, 60, "₹50–60 LPA is partly above the band (25–55)", true},
		{"senior", 60, 70, "₹60–70 LPA is ₹5 LPA above the band (25–55)", true},
		{"senior", 20, 60, "₹20–60 LPA is wider than the band (25–55)", true},
		{"senior", 20, 30, "₹20–30 LPA is partly below the band (25–55)", true},
		{"senior", 15, 20, "₹15–20 LPA is ₹5 LPA below the band (25–55)", true},
		{"staff", 80, 95, "₹80–95 LPA is partly above the band (50–90+)", true},
		{"nobody", 35, 45, "", false},
		{"senior", 0, 0, "", false},
	} {
		r := senior()
		r.Level, r.Budget = c.level, hiring.RupeesRange{Low: c.low * hiring.Lakh, High: c.high * hiring.Lakh}
		p := hiring.PlaceBudget(r, bands)
		if c.words == "" {
			if p != nil {
				t.Errorf("%s %s: %q", c.level, r.Budget, p.Words)
			}
		} else if p == nil || p.Words != c.words {
			t.Errorf("%s %s: %+v, want %q", c.level, r.Budget, p, c.words)
		}
		if hiring.OutsideBand(p) != c.outside {
			t.Errorf("%s %s: outside is not %v", c.level, r.Budget, c.outside)
		}
		want, extra := wanted{}, []hiring.ChainStep(nil)
		if c.outside {
			want = wanted{hiring.Invalid, "budget_why", c.words + ". Say why"}
			extra = []hiring.ChainStep{{Roles: []hiring.Role{hiring.Compensation}}}
		}
		checkError(t, c.words, hiring.CheckBudget(r, bands), want)
		if diff := cmp.Diff(extra, hiring.BandApprovers(p)); diff != "" {
			t.Errorf("extra approvers of %q (-want +got):\n%s", c.words, diff)
		}
		r.BudgetWhy = "the last three offers were declined"
		checkError(t, c.words+", with a reason", hiring.CheckBudget(r, bands), wanted{})
	}

	// The latest version of the band counts, whatever the order.
	own := append(slices.Clone(bands), hiring.Band{Role: "backend-developer", Level: "senior", Low: 30 * hiring.Lakh, High: 40 * hiring.Lakh, Version: 1})
	slices.Reverse(own)
	if p := hiring.PlaceBudget(senior(), own); p == nil || p.Position != hiring.PartlyAbove {
		t.Errorf("beside the company's own band: %+v", p)
	}
	if hiring.OutsideBand(&hiring.Placement{Position: "beside it"}) {
		t.Error("an unknown position is outside")
	}
}

func TestLooksTheSame(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(earlier *hiring.Requisition)
		same   bool
	}{
		"the same":            {func(*hiring.Requisition) {}, true},
		"another spelling":    {func(r *hiring.Requisition) { r.Location, r.Title = "bangalore", "backend DEVELOPER" }, true},
		"another budget":      {func(r *hiring.Requisition) { r.Budget, r.Seats = hiring.RupeesRange{}, 7 }, true},
		"another role":        {func(r *hiring.Requisition) { r.Role = "general" }, false},
		"another title":       {func(r *hiring.Requisition) { r.Title = "Payments engineer" }, false},
		"another level":       {func(r *hiring.Requisition) { r.Level = "staff" }, false},
		"another place":       {func(r *hiring.Requisition) { r.Location = "Pune" }, false},
		"an unknown place":    {func(r *hiring.Requisition) { r.Location = "Bengaluru North" }, false},
		"exactly seven days":  {func(r *hiring.Requisition) { r.CreatedAt = noon.Add(-hiring.SameWithin) }, true},
		"more than that":      {func(r *hiring.Requisition) { r.CreatedAt = noon.Add(-hiring.SameWithin - time.Second) }, false},
		"a closed one":        {func(r *hiring.Requisition) { r.State = hiring.ReqClosed }, false},
		"one that was filled": {func(r *hiring.Requisition) { r.State = hiring.ReqFilled }, true},
	} {
		earlier := senior()
		c.change(&earlier)
		if hiring.LooksTheSame(earlier, senior(), noon) != c.same {
			t.Errorf("%s: same is not %v", name, c.same)
		}
	}
}

func TestTeam(t *testing.T) {
	t.Parallel()
	r := senior()
	r.Panel = []string{"int", "rec", "", "int-2"}
	if diff := cmp.Diff([]string{"hm", "rec", "int", "int-2"}, r.Team()); diff != "" {
		t.Errorf("the team, each once (-want +got):\n%s", diff)
	}
	if team := (hiring.Requisition{}).Team(); team != nil {
		t.Errorf("the team of nobody: %v", team)
	}
}
