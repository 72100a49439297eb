package hiring_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/hiring"
)

// friday is 11 December 2026, 3:00 pm in India, when the interview of the tests begins.
var (
	india  = time.FixedZone("IST", 5*3600+1800)
	friday = time.Date(2026, 12, 11, 15, 0, 0, 0, india)
)

// refusedWith fails unless an error has a code and a field.
func refusedWith(t *testing.T, what string, err error, code hiring.Code, field string) {
	t.Helper()
	e, ok := err.(*hiring.Error) //nolint:errorlint // the rules return the error itself
	if !ok || hiring.ErrorCode(err) != code || e.Field() != field || e.Message() == "" {
		t.Errorf("%s: %v, want %s of %q", what, err, code, field)
	}
}

func TestPhoneNumbers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", " ": "", "98765 43210": "+919876543210", "+91-98765-43210": "+919876543210", "09876543210": "+919876543210", "919876543210": "+919876543210",
		"0091 98765 43210": "+919876543210", "+91 (0) 98765 43210": "+919876543210", "+91 098765 43210": "+919876543210", "(0) 98765 43210": "+919876543210",
		"+49 (0) 30 901820": "+4930901820", "+49 (30) 901820": "+4930901820", "+1 415.555.2671": "+14155552671",
	} {
		got, err := hiring.ParsePhone(text)
		if got != want || err != nil {
			t.Errorf("%q is %q, %v", text, got, err)
		}
		if again, err := hiring.ParsePhone(got); again != got || err != nil {
			t.Errorf("%q again is %q, %v", got, again, err)
		}
	}
	for _, text := range []string{"12345", "phone", "+12", "98765 43210 ext 4", "98765432101234567", "+1234567890123456", "+91 98765", "+91 98765 43210 1"} {
		got, err := hiring.ParsePhone(text)
		refusedWith(t, text+" "+got, err, hiring.Invalid, "phone")
	}
}

func TestCandidatesAreChecked(t *testing.T) {
	t.Parallel()
	good := hiring.Candidate{Name: "Meera Iyer", Email: "meera@example.com", Phone: "9876543210", ExpectedCTC: 44_00_000}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	n := func(n int) *int { return &n }
	for field, change := range map[string]func(c *hiring.Candidate){
		"name":       func(c *hiring.Candidate) { c.Name = " " },
		"email":      func(c *hiring.Candidate) { c.Email = "Meera <meera@example.com>" },
		"phone":      func(c *hiring.Candidate) { c.Phone = "12" },
		"experience": func(c *hiring.Candidate) { c.Months = n(-1) },
		"expected":   func(c *hiring.Candidate) { c.ExpectedCTC = -1 },
		"current":    func(c *hiring.Candidate) { c.CurrentCTC = hiring.MaxRupees + 1 },
		"notice":     func(c *hiring.Candidate) { c.NoticeDays = n(400) },
	} {
		c := good
		change(&c)
		refusedWith(t, field, c.Check(), hiring.Invalid, field)
	}
	for _, email := range []string{"meera", "meera@", "@example.com", "meera@example", "a b@example.com"} {
		refusedWith(t, email, hiring.Candidate{Name: "M", Email: email}.Check(), hiring.Invalid, "email")
	}
	for name, want := range map[string]string{"Meera Iyer": "Meera", "Meera": "Meera", "K. Ramesh": "Ramesh", "Dr. A Rao": "A", "": ""} {
		if got := (hiring.Candidate{Name: name}).FirstName(); got != want {
			t.Errorf("%q is called %q", name, got)
		}
	}
	refusedWith(t, "empty note", hiring.CandidateNote{Text: " "}.Check(), hiring.Invalid, "text")
	refusedWith(t, "long link", hiring.CandidateNote{Text: "x", Link: strings.Repeat("x", 501)}.Check(), hiring.Invalid, "link")
	if err := (hiring.CandidateNote{Text: "asks for March"}).Check(); err != nil {
		t.Error(err)
	}
}

func TestStagesOfAnApplication(t *testing.T) {
	t.Parallel()
	moves := map[hiring.AppStage]string{
		hiring.AppSourced:      "screening interviewing rejected withdrawn",
		hiring.AppScreening:    "interviewing sourced rejected withdrawn",
		hiring.AppInterviewing: "debrief screening rejected withdrawn",
		hiring.AppDebrief:      "offer interviewing rejected withdrawn",
		hiring.AppOffer:        "accepted debrief rejected withdrawn",
		hiring.AppAccepted:     "hired offer rejected withdrawn",
		hiring.AppHired:        "accepted",
		hiring.AppRejected:     "offer",
		hiring.AppWithdrawn:    "offer",
	}
	for _, from := range hiring.AppStages {
		a := hiring.Application{Candidate: "C-6", Stage: from}
		if !from.Active() && from != hiring.AppHired {
			a.LastStage = hiring.AppOffer
		}
		for _, to := range hiring.AppStages {
			legal := slices.Contains(strings.Fields(moves[from]), string(to))
			got, err := a.Move(to, "Depth below level", "said", friday)
			if legal != (err == nil) || legal != a.CanMove(to) {
				t.Errorf("%s to %s: %v", from, to, err)
			}
			if err != nil {
				if got != a {
					t.Errorf("a refused move from %s to %s changed it", from, to)
				}
				if !strings.Contains(err.Error(), "From there it can be ") {
					t.Errorf("%v names no legal move", err)
				}
			}
		}
	}
	_, err := hiring.Application{Candidate: "C-6", Stage: hiring.AppRejected, LastStage: hiring.AppScreening}.Move(hiring.AppOffer, "", "", friday)
	if want := "conflict: C-6 is rejected. From there it can be reopened (screening)."; err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
	_, err = hiring.Application{Stage: hiring.AppScreening}.Move(hiring.AppRejected, " ", "", friday)
	refusedWith(t, "no reason", err, hiring.Invalid, "reason")
	_, err = hiring.StartApplication("C-1", "R-1", hiring.AppHired, "P-1", friday)
	refusedWith(t, "begins as hired", err, hiring.Invalid, "stage")
	for _, s := range hiring.AppStages {
		for _, text := range []string{string(s), strings.ToUpper(hiring.AppStageTitle(s))} {
			if got, err := hiring.ParseAppStage(text); got != s || err != nil {
				t.Errorf("%q is %q, %v", text, got, err)
			}
		}
	}
	_, err = hiring.ParseAppStage("gone")
	refusedWith(t, "gone", err, hiring.Invalid, "stage")
	f := hiring.Funnel{hiring.AppScreening: 3, hiring.AppRejected: 4, hiring.AppHired: 1}
	if f.Total() != 8 || f.Active() != 3 {
		t.Errorf("%d, %d", f.Total(), f.Active())
	}
}

func TestMovesAreTakenBack(t *testing.T) {
	t.Parallel()
	a := hiring.Application{Candidate: "C-6", Stage: hiring.AppScreening, StageSince: friday.AddDate(0, 0, -3), WaitingSince: friday.AddDate(0, 0, -2), Version: 4}
	rejected, err := a.Move(hiring.AppRejected, "Depth below level", "", friday)
	if err != nil {
		t.Fatal(err)
	}
	rejected.Version = 5
	back, err := rejected.TakeBack(hiring.AppScreening, 5, friday.Add(hiring.UndoWindow))
	want := a
	want.StageSince, want.ChangedAt, want.Version = friday.Add(hiring.UndoWindow), friday.Add(hiring.UndoWindow), 5
	if diff := cmp.Diff(want, back); diff != "" || err != nil {
		t.Error(err, diff)
	}
	for what, try := range map[string]func() (hiring.Application, error){
		"another version": func() (hiring.Application, error) { return rejected.TakeBack(hiring.AppScreening, 4, friday) },
		"too late": func() (hiring.Application, error) {
			return rejected.TakeBack(hiring.AppScreening, 5, friday.Add(hiring.UndoWindow+time.Second))
		},
		"from nowhere":   func() (hiring.Application, error) { return a.TakeBack(hiring.AppOffer, 4, friday.AddDate(0, 0, -3)) },
		"from the ended": func() (hiring.Application, error) { return a.TakeBack(hiring.AppRejected, 4, friday.AddDate(0, 0, -3)) },
	} {
		if _, err := try(); hiring.ErrorCode(err) != hiring.Conflict {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Whatever is done with an application, it can be ended while it is active and reopened once it was,
// and it is known who waits for a word.
func TestApplicationsNeverStick(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := friday
		a, err := hiring.StartApplication("C-1", "R-1", rapid.SampledFrom([]hiring.AppStage{hiring.AppSourced, hiring.AppScreening}).Draw(t, "begins"), "P-1", now)
		if err != nil {
			t.Fatal(err)
		}
		t.Repeat(map[string]func(*rapid.T){
			"move": func(t *rapid.T) {
				now = now.Add(time.Minute)
				to := rapid.SampledFrom(a.Moves()).Draw(t, "to")
				before := a
				if a, err = a.Move(to, "the reason", "", now); err != nil {
					t.Fatal(err)
				}
				if !before.Active() && before.LastStage != "" && (a.Stage != before.LastStage || a.LastStage != "" || a.Reason != "") {
					t.Fatalf("reopened to %+v", a)
				}
			},
			"tell": func(*rapid.T) {
				now = now.Add(time.Minute)
				a = a.Told(now)
				if !a.LastWordAt.Equal(now) {
					t.Fatal("the word is not on record")
				}
			},
			"": func(t *rapid.T) {
				if len(a.Moves()) == 0 {
					t.Fatalf("%s leads nowhere", a.Stage)
				}
				if a.Active() == (a.Stage == hiring.AppHired || a.LastStage != "") || a.Active() != a.EndedAt.IsZero() {
					t.Fatalf("%+v", a)
				}
				waits := a.Active() && a.Stage != hiring.AppSourced
				if waits && a.WaitingSince.IsZero() || a.WaitingSince.After(now) {
					t.Fatalf("nobody knows that the candidate waits: %+v", a)
				}
				if (a.Stage == hiring.AppWithdrawn || a.Stage == hiring.AppHired || a.Stage == hiring.AppSourced) && !a.WaitingSince.IsZero() {
					t.Fatalf("the candidate waits for nothing: %+v", a)
				}
			},
		})
	})
}

func interview(people ...string) hiring.Interview {
	i := hiring.Interview{ID: "I-31", Application: "AP-1", Candidate: "C-7", Req: "R-12", Stage: "system-design", Version: 1}
	for _, p := range people {
		i.Panel = append(i.Panel, hiring.Panelist{Person: p})
	}
	i, err := i.Schedule(friday, 60, friday.AddDate(0, 0, -4))
	if err != nil {
		panic(err)
	}
	return i
}

func TestStatesOfAnInterview(t *testing.T) {
	t.Parallel()
	after := friday.Add(2 * time.Hour)
	moves := map[hiring.InterviewState]string{
		hiring.InterviewProposed: "scheduled cancelled", hiring.InterviewScheduled: "done cancelled no_show", hiring.InterviewDone: "no_show scheduled",
		hiring.InterviewNoShow: "scheduled done cancelled", hiring.InterviewCancelled: "scheduled",
	}
	for _, from := range hiring.InterviewStates {
		i := interview("ann")
		i.State = from
		for _, to := range hiring.InterviewStates {
			legal := slices.Contains(strings.Fields(moves[from]), string(to))
			got, err := i.Move(to, "why", after)
			if legal != (err == nil) {
				t.Errorf("%s to %s: %v", from, to, err)
			}
			if err != nil && !strings.Contains(err.Error(), "I-31 is ") {
				t.Error(err)
			}
			if changes := from.On() != to.On(); err == nil && (got.Sequence != i.Sequence) != changes {
				t.Errorf("%s to %s leaves the sequence at %d", from, to, got.Sequence)
			}
		}
	}
	i := interview("ann", "ben")
	if _, err := i.Move(hiring.InterviewDone, "", friday.Add(-time.Minute)); hiring.ErrorCode(err) != hiring.Conflict {
		t.Errorf("done before it begins: %v", err)
	}
	if i.Sequence != 1 || i.CandidateKnows() || !i.EndsAt().Equal(friday.Add(time.Hour)) {
		t.Errorf("%+v", i)
	}
	told, err := i.MarkTold(1, friday)
	if err != nil || !told.CandidateKnows() {
		t.Errorf("%+v, %v", told, err)
	}
	moved, err := told.Schedule(friday.Add(time.Hour), 45, friday)
	if err != nil || moved.CandidateKnows() || moved.Sequence != 2 {
		t.Errorf("%+v, %v", moved, err)
	}
	if _, err := moved.MarkTold(1, friday); hiring.ErrorCode(err) != hiring.Conflict {
		t.Errorf("told of what it was: %v", err)
	}
	if same, err := moved.Schedule(moved.StartsAt, 45, friday); err != nil || same.Sequence != 2 {
		t.Errorf("the same time: %+v, %v", same, err)
	}
	replaced, err := i.Replace("ann", "cat", friday)
	if err != nil || replaced.Sits("ann") || !replaced.Sits("cat") || replaced.Sequence != 2 || !i.Sits("ann") {
		t.Errorf("%+v, %v", replaced, err)
	}
	_, err = i.Replace("ann", "ben", friday)
	refusedWith(t, "sits there already", err, hiring.Invalid, "to")
	if _, err = i.Replace("cat", "dan", friday); hiring.ErrorCode(err) != hiring.Conflict {
		t.Error(err)
	}
	for field, change := range map[string]func(i *hiring.Interview){
		"stage":  func(i *hiring.Interview) { i.Stage = "" },
		"when":   func(i *hiring.Interview) { i.StartsAt = time.Time{} },
		"length": func(i *hiring.Interview) { i.Minutes = 5 },
		"panel":  func(i *hiring.Interview) { i.Panel = append(i.Panel, i.Panel[0]) },
		"join":   func(i *hiring.Interview) { i.Join = strings.Repeat("x", 501) },
	} {
		other := interview("ann", "ben")
		change(&other)
		refusedWith(t, field, other.Check(), hiring.Invalid, field)
	}
}

func TestTimesAreProposed(t *testing.T) {
	t.Parallel()
	i := hiring.Interview{ID: "I-1", Stage: "screen", Minutes: 45, Panel: []hiring.Panelist{{Person: "ann"}, {Person: "ben"}}}
	now := friday.AddDate(0, 0, -1)
	for _, times := range [][]time.Time{nil, {friday}, {friday, friday}, {friday, now.Add(-time.Hour)}} {
		_, err := i.Propose(times, now)
		refusedWith(t, fmt.Sprint(times), err, hiring.Invalid, "times")
	}
	i, err := i.Propose([]time.Time{friday.Add(time.Hour), friday}, now)
	if err != nil || i.State != hiring.InterviewProposed || !i.Slots[0].At.Equal(friday) {
		t.Fatalf("%+v, %v", i, err)
	}
	before := i
	for _, who := range []string{"ann", "ben"} {
		if i.Suits(i.Slots[0]) {
			t.Error("it suits somebody who has not answered")
		}
		if i, err = i.Answer(who, friday, true, now); err != nil {
			t.Error(err)
		}
	}
	if !i.Suits(i.Slots[0]) || i.Suits(i.Slots[1]) || len(before.Slots[0].Answers) != 0 {
		t.Errorf("%+v", i.Slots)
	}
	if _, err := i.Answer("cat", friday, true, now); hiring.ErrorCode(err) != hiring.Conflict {
		t.Error(err)
	}
	other, err := i.Replace("ben", "cat", now)
	if err != nil || other.Suits(other.Slots[0]) || len(other.Slots[0].Answers) != 1 || len(i.Slots[0].Answers) != 2 {
		t.Errorf("%+v, %v", other, err)
	}
	if i, err = i.Schedule(friday, 45, now); err != nil || i.State != hiring.InterviewScheduled || i.Slots != nil {
		t.Errorf("%+v, %v", i, err)
	}
}

func TestClashesAndLeads(t *testing.T) {
	t.Parallel()
	of, other := interview("ann", "ben"), interview("ben", "cat")
	other.ID, other.StartsAt = "I-2", friday.Add(30*time.Minute)
	cancelled, later := other, other
	cancelled.ID, cancelled.State = "I-3", hiring.InterviewCancelled
	later.ID, later.StartsAt = "I-4", of.EndsAt()
	want := []hiring.Clash{{Interview: "I-2", StartsAt: other.StartsAt, Minutes: 60}, {Interview: "I-2", Person: "ben", StartsAt: other.StartsAt, Minutes: 60}}
	if diff := cmp.Diff(want, hiring.Clashes(of, []hiring.Interview{of, later, cancelled, other})); diff != "" {
		t.Error(diff)
	}
	shared := hiring.ShareLeads([]hiring.Panelist{{Person: "ann", Leads: []string{"b"}}, {Person: "ben"}, {Person: "cat"}}, []string{"a", "b", "c", "d"})
	if got := fmt.Sprint(shared); got != "[{ann [b]} {ben [a d]} {cat [c]}]" {
		t.Error(got)
	}
}

func dimensions() []hiring.Dimension {
	return []hiring.Dimension{
		{Key: "system-design", Title: "System design", Weights: map[string]int{"senior": 5}},
		{Key: "operations", Title: "Operations", Weights: map[string]int{"senior": 4}},
	}
}

func says(design, operations int, overall hiring.Recommendation) hiring.CardContent {
	return hiring.CardContent{Overall: overall, Ratings: map[string]hiring.Rating{
		"system-design": {Value: design, Evidence: "drew it"}, "operations": {Value: operations, Evidence: "told of an incident"},
	}}
}

func TestSubmittingAScorecard(t *testing.T) {
	t.Parallel()
	i := interview("ann", "ben")
	card := hiring.NewScorecard(i, "ann", friday.AddDate(0, 0, 3))
	good := says(4, 2, hiring.Yes)
	for field, change := range map[string]func(c *hiring.CardContent){
		"rating_operations":      func(c *hiring.CardContent) { delete(c.Ratings, "operations") },
		"rating_system-design":   func(c *hiring.CardContent) { c.Ratings["system-design"] = hiring.Rating{Value: 5, Evidence: "x"} },
		"evidence_system-design": func(c *hiring.CardContent) { c.Ratings["system-design"] = hiring.Rating{Value: 4, Evidence: " "} },
		"evidence_operations":    func(c *hiring.CardContent) { c.Ratings["operations"] = hiring.Rating{Value: 1} },
		"rating_coding":          func(c *hiring.CardContent) { c.Ratings["coding"] = hiring.Rating{Value: 3} },
		"overall":                func(c *hiring.CardContent) { c.Overall = "" },
		"private_note":           func(c *hiring.CardContent) { c.PrivateNote = strings.Repeat("x", 1001) },
	} {
		c := says(3, 3, hiring.No)
		change(&c)
		got, err := card.Submit(i, c, dimensions(), friday)
		refusedWith(t, field, err, hiring.Invalid, field)
		if got.State != hiring.CardPending {
			t.Errorf("%s: it is %s", field, got.State)
		}
	}
	bare := hiring.CardContent{Overall: hiring.No, Ratings: map[string]hiring.Rating{"system-design": {Value: 2}, "operations": {Value: hiring.NotCovered}}}
	if _, err := card.Submit(i, bare, dimensions(), friday); err != nil {
		t.Errorf("a 2 needs no evidence, and not everything is covered: %v", err)
	}
	for minutes, open := range map[int]bool{-16: false, -15: true, 0: true} {
		if err := card.CheckOpen(i, friday.Add(time.Duration(minutes)*time.Minute)); (err == nil) != open {
			t.Errorf("%d minutes: %v", minutes, err)
		}
	}
	if _, err := card.Submit(i, good, dimensions(), friday.Add(-time.Second)); hiring.ErrorCode(err) != hiring.Conflict {
		t.Errorf("before it begins: %v", err)
	}
	in, err := card.Submit(i, good, dimensions(), friday)
	if err != nil || in.State != hiring.CardSubmitted || in.Edition != 1 || !in.SubmittedAt.Equal(friday) || !in.NudgeAt.IsZero() || card.State != hiring.CardPending {
		t.Fatalf("%+v, %v", in, err)
	}
	if again, err := in.Submit(i, good, dimensions(), friday.Add(time.Hour)); err != nil || again.Edition != 1 || !again.SubmittedAt.Equal(friday) {
		t.Errorf("submitted twice: %+v, %v", again, err)
	}
	if _, err := in.Submit(i, bare, dimensions(), friday); hiring.ErrorCode(err) != hiring.Conflict {
		t.Errorf("submitted anew: %v", err)
	}
	amended, err := in.Amend(1, bare, dimensions(), friday.Add(time.Hour))
	if err != nil || amended.Edition != 2 || !amended.SubmittedAt.Equal(friday) || !amended.AmendedAt.Equal(friday.Add(time.Hour)) {
		t.Errorf("%+v, %v", amended, err)
	}
	if same, err := in.Amend(7, good, dimensions(), friday); err != nil || same.Edition != 1 {
		t.Errorf("amended to the same: %+v, %v", same, err)
	}
	if _, err := amended.Amend(1, says(3, 3, hiring.No), dimensions(), friday); hiring.ErrorCode(err) != hiring.Conflict {
		t.Errorf("amended from an older version: %v", err)
	}
	for what, change := range map[string]func(s hiring.Scorecard) (hiring.Scorecard, error){
		"decline": func(s hiring.Scorecard) (hiring.Scorecard, error) { return s.Decline("") },
		"waive":   func(s hiring.Scorecard) (hiring.Scorecard, error) { return s.Waive("recruiter", "why") },
		"snooze": func(s hiring.Scorecard) (hiring.Scorecard, error) {
			return s.Snooze(friday.Add(time.Hour), hiring.DefaultWorkTime(india), friday)
		},
	} {
		if got, err := change(in); hiring.ErrorCode(err) != hiring.Conflict || got.State != hiring.CardSubmitted {
			t.Errorf("%s of a submitted one: %v", what, err)
		}
		if _, err := change(card); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	waived, err := card.Waive("recruiter", "she is on leave")
	if err != nil || waived.Open() || !waived.Seated() {
		t.Errorf("%+v, %v", waived, err)
	}
	if waived.WaivedBy != "recruiter" {
		t.Errorf("waived by %q", waived.WaivedBy)
	}
	if late, err := waived.Submit(i, good, dimensions(), friday); err != nil || late.State != hiring.CardSubmitted || late.Waived != "" || late.WaivedBy != "" || late.Why != "" {
		t.Errorf("submitted all the same: %+v, %v", late, err)
	}
	noted, err := card.Note("  idempotency   key ", friday)
	if err != nil || noted.State != hiring.CardDraft || noted.Notes[0].Text != "idempotency key" {
		t.Errorf("%+v, %v", noted, err)
	}
	declined, err := noted.Decline("I know them")
	if err != nil || !declined.Open() || declined.Seated() {
		t.Errorf("%+v, %v", declined, err)
	}
	if back := declined.Ask(friday); back.State != hiring.CardDraft || len(back.Notes) != 1 || back.Why != "" {
		t.Errorf("%+v", back)
	}
}

// Random changes of an interview and its scorecards: there is one for each of the panel, and what was
// submitted stays.
func TestScorecardsFollowTheirInterview(t *testing.T) {
	t.Parallel()
	people := []string{"ann", "ben", "cat", "dan"}
	rapid.Check(t, func(t *rapid.T) {
		now := friday
		due := func(string) time.Time { return now.AddDate(0, 0, 1) }
		i := interview("ann", "ben")
		cards, err := hiring.SeatCards(i, nil, due)
		if err != nil {
			t.Fatal(err)
		}
		submitted := map[string]hiring.CardContent{}
		change := func(next hiring.Interview, err error) {
			if err != nil {
				return
			}
			seated, err := hiring.SeatCards(next, cards, due)
			if err == nil {
				i, cards = next, seated
				return
			}
			for _, s := range cards {
				if s.State == hiring.CardSubmitted && !next.Sits(s.Person) {
					return
				}
			}
			t.Fatalf("refused without need: %v", err)
		}
		draw := func(t *rapid.T) int { return rapid.IntRange(0, len(cards)-1).Draw(t, "card") }
		keep := func(at int, s hiring.Scorecard, err error) {
			if err == nil {
				cards[at] = s
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"submit": func(t *rapid.T) {
				at, c := draw(t), says(rapid.IntRange(1, 4).Draw(t, "rating"), 3, hiring.Yes)
				s, err := cards[at].Submit(i, c, dimensions(), now)
				if err == nil && submitted[s.Person].Overall == "" {
					submitted[s.Person] = c
				}
				keep(at, s, err)
			},
			"amend": func(t *rapid.T) {
				at, c := draw(t), says(rapid.IntRange(1, 4).Draw(t, "rating"), 2, hiring.No)
				s, err := cards[at].Amend(cards[at].Edition, c, dimensions(), now)
				if err == nil {
					submitted[s.Person] = c
				}
				keep(at, s, err)
			},
			"note":    func(t *rapid.T) { at := draw(t); s, err := cards[at].Note("note", now); keep(at, s, err) },
			"decline": func(t *rapid.T) { at := draw(t); s, err := cards[at].Decline("no"); keep(at, s, err) },
			"waive":   func(t *rapid.T) { at := draw(t); s, err := cards[at].Waive("recruiter", "why"); keep(at, s, err) },
			"accept": func(t *rapid.T) {
				at := draw(t)
				s, err := cards[at].AcceptLines(i, "recruiter", now)
				keep(at, s, err)
			},
			"lines": func(t *rapid.T) {
				at := draw(t)
				accepted := cards[at].AcceptedBy != ""
				s, err := cards[at].Submit(i, lines("drew it"), dimensions(), now)
				if err == nil && submitted[s.Person].Overall == "" {
					if !accepted {
						t.Fatalf("three lines that nobody accepted: %+v", s)
					}
					submitted[s.Person] = lines("drew it")
				}
				keep(at, s, err)
			},
			"replace": func(t *rapid.T) {
				change(i.Replace(rapid.SampledFrom(people).Draw(t, "who"), rapid.SampledFrom(people).Draw(t, "by"), now))
			},
			"seat": func(t *rapid.T) {
				var panel []hiring.Panelist
				for _, p := range rapid.SliceOfNDistinct(rapid.SampledFrom(people), 1, 4, rapid.ID[string]).Draw(t, "panel") {
					panel = append(panel, hiring.Panelist{Person: p})
				}
				change(i.Seat(panel, i.Join, now))
			},
			"move": func(t *rapid.T) {
				change(i.Move(rapid.SampledFrom(hiring.InterviewStates).Draw(t, "to"), "", now))
			},
			"reschedule": func(t *rapid.T) {
				change(i.Schedule(now.Add(time.Duration(rapid.IntRange(-60, 60).Draw(t, "minutes"))*time.Minute), 60, now))
			},
			"wait": func(*rapid.T) { now = now.Add(90 * time.Minute) },
			"": func(t *rapid.T) {
				seen := map[string]hiring.Scorecard{}
				for _, s := range cards {
					if _, twice := seen[s.Person]; twice {
						t.Fatalf("%s has two scorecards", s.Person)
					}
					seen[s.Person] = s
					if s.Removed == i.Sits(s.Person) || s.Removed && s.State != hiring.CardDeclined {
						t.Fatalf("removed: %+v", s)
					}
					if s.Open() && !i.State.On() || (s.Waived == hiring.WaivedOff) != (s.State == hiring.CardWaived && s.Waived == hiring.WaivedOff) {
						t.Fatalf("%s: %+v", i.State, s)
					}
					if (s.HandedTo == "") != s.HandedAt.IsZero() || (s.WaivedBy != "") != (s.State == hiring.CardWaived && s.Waived == hiring.WaivedByRecruiter) {
						t.Fatalf("who decided: %+v", s)
					}
					if s.HandedTo != "" && seen[s.HandedTo].Person == "" && !slices.ContainsFunc(cards, func(x hiring.Scorecard) bool { return x.Person == s.HandedTo }) {
						t.Fatalf("handed to nobody: %+v", s)
					}
				}
				for _, p := range i.People() {
					if seen[p].Person == "" {
						t.Fatalf("%s has no scorecard", p)
					}
				}
				for person, c := range submitted {
					if s := seen[person]; s.State != hiring.CardSubmitted || !s.CardContent.Equal(c) {
						t.Fatalf("lost: %s said %+v and now %+v", person, c, s)
					}
				}
			},
		})
	})
}

func TestDebrief(t *testing.T) {
	t.Parallel()
	playbook := hiring.Playbook{Dimensions: dimensions()}
	i := interview("ann", "ben", "cat", "dan", "eva")
	cards, err := hiring.SeatCards(i, nil, func(string) time.Time { return friday })
	if err != nil {
		t.Fatal(err)
	}
	contents := []hiring.CardContent{says(4, 2, hiring.Yes), says(3, 4, hiring.StrongYes), says(3, 0, hiring.Yes)}
	for at, c := range contents {
		if cards[at], err = cards[at].Submit(i, c, dimensions(), friday.Add(time.Duration(at)*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if cards[3], err = cards[3].Waive("recruiter", "on leave"); err != nil {
		t.Fatal(err)
	}
	if cards[0], err = cards[0].Amend(1, says(4, 2, hiring.StrongYes), dimensions(), friday.Add(9*time.Hour)); err != nil {
		t.Fatal(err)
	}
	looks := []hiring.CardLook{
		{Interview: i.ID, Person: "ann", At: friday.Add(8 * time.Hour)}, {Interview: i.ID, Person: "manager", At: friday, Early: true, Reason: "the offer expires"},
		{Interview: i.ID, Person: "cat", At: friday.Add(time.Hour)},
	}
	slices.Reverse(cards)
	d := hiring.NewDebrief(hiring.DebriefParams{Playbook: playbook, Level: "senior", Interviews: []hiring.Interview{i}, Cards: cards, Looks: looks})
	// System design: 4, 3, 3; operations: 2, 4. (5 × 10/3 + 4 × 3) / 9 = 3.185…
	if d.Score != 319 || d.Low != 300 || d.High != 344 || d.In != 3 || d.Of != 4 || d.Hidden != 0 || d.Complete {
		t.Errorf("%+v", d)
	}
	var people []string
	for _, p := range d.People {
		people = append(people, fmt.Sprint(p.Person, " ", p.Score))
	}
	// (5 × 4 + 4 × 2) / 9 = 3.11; (5 × 3 + 4 × 4) / 9 = 3.44; 3.
	if got := strings.Join(people, ", "); got != "ann 311, ben 344, cat 300" {
		t.Error(got)
	}
	if got := fmt.Sprint(d.Dimensions); got != "[{system-design System design 5 3 333 3 4} {operations Operations 4 2 300 2 4}]" {
		t.Error(got)
	}
	if len(d.Disagreements) != 2 || d.Disagreements[0].Key != "operations" || d.Disagreements[0].Least.Person != "ann" || d.Disagreements[0].Most.Person != "ben" ||
		d.Disagreements[0].Most.Evidence != "told of an incident" || d.Disagreements[0].Spread() != 2 {
		t.Errorf("%+v", d.Disagreements)
	}
	if diff := cmp.Diff(map[hiring.Recommendation]int{hiring.StrongYes: 2, hiring.Yes: 1}, d.Counts); diff != "" {
		t.Error(diff)
	}
	if len(d.Open) != 1 || d.Open[0].Person != "eva" || len(d.Waived) != 1 || d.Waived[0].Why != "on leave" || len(d.Early) != 1 || d.Early[0].Person != "manager" {
		t.Errorf("%+v", d)
	}
	if len(d.Amended) != 1 || d.Amended[0].Person != "ann" || !d.Amended[0].Informed || len(d.Informed) != 1 || d.Informed[0].Person != "cat" {
		t.Errorf("%+v, %+v", d.Amended, d.Informed)
	}
	empty := hiring.NewDebrief(hiring.DebriefParams{})
	if empty.Complete || empty.Score != 0 || empty.Of != 0 {
		t.Errorf("%+v", empty)
	}
}

// The score is between the least and the greatest rating, and does not depend on the order.
func TestDebriefScores(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		i := interview("a", "b", "c", "d", "e", "f")
		cards, err := hiring.SeatCards(i, nil, func(string) time.Time { return friday })
		if err != nil {
			t.Fatal(err)
		}
		least, most := hiring.MaxRating+1, 0
		for at := range cards {
			c := says(rapid.IntRange(0, 4).Draw(t, "design"), rapid.IntRange(0, 4).Draw(t, "operations"), hiring.No)
			if cards[at], err = cards[at].Submit(i, c, dimensions(), friday); err != nil {
				t.Fatal(err)
			}
			for _, r := range c.Ratings {
				if r.Value != hiring.NotCovered {
					least, most = min(least, r.Value), max(most, r.Value)
				}
			}
		}
		p := hiring.DebriefParams{Playbook: hiring.Playbook{Dimensions: dimensions()}, Level: "senior", Interviews: []hiring.Interview{i}, Cards: cards}
		d := hiring.NewDebrief(p)
		if most > 0 && (d.Score < 100*least || d.Score > 100*most || d.Low > d.High) || most == 0 && d.Score != 0 {
			t.Fatalf("%+v", d)
		}
		p.Cards = rapid.Permutation(cards).Draw(t, "order")
		if diff := cmp.Diff(d, hiring.NewDebrief(p)); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestWorkingDays(t *testing.T) {
	t.Parallel()
	c := hiring.DefaultCalendar()
	for date, works := range map[string]bool{
		"2026-12-11": true, "2026-12-12": false, "2026-12-13": false, "2026-12-14": true, "2027-01-26": false, "2026-10-02": false, "2025-08-15": false, "": false, "x": false,
	} {
		if c.Workday(date) != works {
			t.Errorf("%q", date)
		}
	}
	for text, want := range map[string]string{"sat, sun": "[Saturday Sunday]", "Friday and SAT": "[Friday Saturday]", "none": "[]", "sundays": "[Sunday]"} {
		if got, err := hiring.ParseWeekend(text); fmt.Sprint(got) != want || err != nil {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"sa", "caturday", "mon,tue,wed,thu,fri,sat,sun"} {
		_, err := hiring.ParseWeekend(text)
		refusedWith(t, text, err, hiring.Invalid, "weekend")
	}
	got, err := hiring.ParseHolidays("26 Jan, 9 Nov 2026, 2026-11-10;\n29 Feb, 2 october, 26 January")
	if want := "[{01-26 Republic Day} {2026-11-09 } {2026-11-10 } {02-29 } {10-02 Gandhi Jayanti}]"; fmt.Sprint(got) != want || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	_, err = hiring.ParseHolidays("26 Jan, 31 Feb")
	refusedWith(t, "31 Feb", err, hiring.Invalid, "holidays")
	for _, s := range hiring.Settings() {
		if _, err := hiring.CheckSetting(s, s.Example); err != nil {
			t.Errorf("the example of %s: %v", s.Key, err)
		}
		if s.Default == "" {
			continue
		}
		if kept, err := hiring.CheckSetting(s, s.Default); err != nil || kept != s.Default {
			t.Errorf("the default of %s: %q, %v", s.Key, kept, err)
		}
	}
	for _, s := range hiring.Settings() {
		switch s.Kind {
		case hiring.SettingDays, hiring.SettingWeekdays, hiring.SettingDates, hiring.SettingReasons:
			_, err := hiring.CheckSetting(s, map[hiring.SettingKind]string{hiring.SettingReasons: " ; "}[s.Kind]+"0")
			if s.Kind == hiring.SettingReasons {
				_, err = hiring.CheckSetting(s, " ; ")
			}
			refusedWith(t, s.Key, err, hiring.Invalid, s.Key)
		default:
		}
	}
	// From Friday afternoon, with the Monday a holiday.
	c.Holidays = append(c.Holidays, hiring.Holiday{Date: "2026-12-14"})
	work := hiring.DefaultWorkTime(india)
	work.Calendar = c
	if got := work.DueAt(friday, 1); got.Format("2006-01-02 15:04") != "2026-12-15 18:00" {
		t.Error(got)
	}
	if got := work.DueAt(friday, 3); got.Format("2006-01-02 15:04") != "2026-12-17 18:00" {
		t.Error(got)
	}
	rapid.Check(t, func(t *rapid.T) {
		now := friday.Add(time.Duration(rapid.IntRange(0, 400*24*60).Draw(t, "minutes")) * time.Minute)
		due := work.DueAt(now, 1)
		if !due.After(now) || !c.Workday(due.Format(time.DateOnly)) || due.Hour() != 18 {
			t.Fatalf("due at %s", due)
		}
		n := rapid.IntRange(1, 30).Draw(t, "days")
		then := hiring.WorkingDaysBefore(now, n, india, c.Workday)
		count := 0
		for day := now.AddDate(0, 0, -1); !day.Before(then); day = day.AddDate(0, 0, -1) {
			if c.Workday(day.Format(time.DateOnly)) {
				count++
			}
		}
		if count != n {
			t.Fatalf("%d working days lie between %s and %s, want %d", count, then, now, n)
		}
	})
}

func TestRemarks(t *testing.T) {
	t.Parallel()
	list := hiring.DefaultRemarks()
	for text, want := range map[string]string{
		"": "",
		"Handled the race condition, disabled the cache, walked its children":    "",
		"The old API, health checks, fat JAR, native code, a family of services": "",
		"Too OLD for us":            "age: too old",
		"has a thick áccent":        "accent: thick accent",
		"She is married, with kids": "family: married, family: kids",
		"mother-tongue influence":   "accent: mother tongue influence",
		"SC/ST candidate":           "caste: sc st",
		"a lady, a lady":            "gender: lady",
		"ladybird and marriedness":  "",
	} {
		var got []string
		for _, r := range list.Find(text) {
			got = append(got, r.Group+": "+r.Words)
			if r.Reason == "" {
				t.Errorf("%s has no reason", r.Words)
			}
		}
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("%q: %s, want %s", text, s, want)
		}
	}
	edited, err := list.Edited("rock star; -lady\n -has KIDS")
	if err != nil || len(edited.Find("a lady")) != 0 || len(edited.Find("a Rock-Star")) != 1 || len(edited.Find("with kids")) != 1 || len(list.Find("a lady")) != 1 {
		t.Errorf("%v", err)
	}
	_, err = list.Edited("one two three four five")
	refusedWith(t, "five words", err, hiring.Invalid, "remark_words")
	for _, text := range []string{"young", "[age]", "[age reason", "[a] b\none two three four five"} {
		_, err := hiring.ParseRemarks(text)
		refusedWith(t, text, err, hiring.Invalid, "remarks")
	}
	for _, reason := range hiring.RejectReasons {
		if found := list.Find(reason); len(found) > 0 {
			t.Errorf("%q holds %v", reason, found)
		}
	}
}

func TestRejecting(t *testing.T) {
	t.Parallel()
	list, err := hiring.ParseRejectReasons(" Depth below level; position filled ;depth BELOW level\nDepth of design")
	if want := []string{"Depth below level", "position filled", "Depth of design"}; !slices.Equal(list, want) || err != nil {
		t.Errorf("%q, %v", list, err)
	}
	for _, text := range []string{"", " ; ", strings.Repeat("x", 61)} {
		_, err := hiring.ParseRejectReasons(text)
		refusedWith(t, text, err, hiring.Invalid, "reasons")
	}
	for text, want := range map[string]string{"DEPTH below level": "Depth below level", "filled": "position filled", "of design": "Depth of design"} {
		if got, err := hiring.FindRejectReason(list, text); got != want || err != nil {
			t.Errorf("%q is %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "depth", "too old"} {
		_, err := hiring.FindRejectReason(list, text)
		refusedWith(t, text, err, hiring.Invalid, "reason")
	}
	got := hiring.RejectionText(hiring.RejectionParams{Name: "Meera", Title: "Senior Java backend", Company: "Acme India", Met: true, Sender: "Asha"})
	want := "Hello Meera,\n\nthank you for the time that you took to talk with us about Senior Java backend at Acme India. We have decided to go on with other candidates this time.\n\n" +
		"This is about this position, and we would be glad to hear from you again. If you have questions, please answer this message.\n\nWith kind regards\nAsha"
	if got != want {
		t.Errorf("%q", got)
	}
	if got := hiring.RejectionText(hiring.RejectionParams{Title: "X", Company: "Acme", Reason: "Depth below level"}); !strings.Contains(got, "The reason: depth below level.") || !strings.HasPrefix(got, "Hello,") {
		t.Error(got)
	}
}
