package store_test

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// staff are people with a part in hiring, by their names.
type staff map[string]hiring.Person

func (w *world) staff(t *testing.T) staff {
	t.Helper()
	w.home(t)
	all := staff{}
	roles := map[string][]hiring.Role{
		"recruiter": {hiring.Recruiter}, "other-recruiter": {hiring.Recruiter}, "manager": {hiring.HiringManager}, "other-manager": {hiring.HiringManager},
		"ann": {hiring.Interviewer}, "ben": {hiring.Interviewer}, "cat": {hiring.Interviewer}, "compensation": {hiring.Compensation}, "admin": {hiring.Admin}, "member": nil,
	}
	for _, name := range slices.Sorted(maps.Keys(roles)) {
		all[name] = w.person(t, name, roles[name]...)
	}
	return all
}

// actor returns a person as the policy sees them.
func actor(p hiring.Person) hiring.Actor { return hiring.Actor{ID: p.ID, Roles: p.Roles} }

func viewer(p hiring.Person) store.CandidateViewer { return store.CandidateViewerOf(actor(p)) }

// hire adds a requisition, open, of the manager and the recruiter.
func (w *world) hire(t *testing.T, all staff, confidential bool) hiring.Requisition {
	t.Helper()
	return w.requisition(t, hiring.Requisition{
		Role: backend, Level: "senior", Seats: 2, Requester: all["manager"].ID, HiringManager: all["manager"].ID, Recruiter: all["recruiter"].ID,
		State: hiring.ReqOpen, Confidential: confidential,
	})
}

// apply adds a candidate who applies to a requisition.
func (w *world) apply(t *testing.T, name string, r hiring.Requisition) hiring.Application {
	t.Helper()
	var a hiring.Application
	must(t, w.InTx(t.Context(), func(tx *store.Tx) error {
		c, err := tx.AddCandidate(t.Context(), hiring.Candidate{Name: name})
		if err != nil {
			return err
		}
		if a, err = hiring.StartApplication(c.ID, r.ID, hiring.AppScreening, r.Recruiter, tx.Now()); err != nil {
			return err
		}
		a, err = tx.AddApplication(t.Context(), a)
		return err
	}))
	return a
}

// meet adds an interview of an application, an hour from now.
func (w *world) meet(t *testing.T, a hiring.Application, people ...hiring.Person) hiring.Interview {
	t.Helper()
	i := hiring.Interview{Application: a.ID, Stage: "system-design", MadeBy: a.AddedBy}
	for _, p := range people {
		i.Panel = append(i.Panel, hiring.Panelist{Person: p.ID})
	}
	must(t, w.InTx(t.Context(), func(tx *store.Tx) error {
		next, err := i.Schedule(tx.Now().Add(time.Hour), 60, tx.Now())
		if err != nil {
			return err
		}
		i, err = tx.AddInterview(t.Context(), next)
		return err
	}))
	return i
}

var designDimensions = []string{"system-design", "database-design", "api-design"}

// content is what a scorecard of the stage system-design can say.
func content(rating int, overall hiring.Recommendation) hiring.CardContent {
	c := hiring.CardContent{Ratings: map[string]hiring.Rating{}, Overall: overall, PrivateNote: "for the recruiter"}
	for _, d := range designDimensions {
		c.Ratings[d] = hiring.Rating{Value: rating, Evidence: "they said so"}
	}
	return c
}

// submit submits the scorecard of somebody for an interview.
func submit(t testing.TB, s *store.Store, interview, person string, c hiring.CardContent) error {
	t.Helper()
	ctx := t.Context()
	return s.InTxAs(ctx, person, func(tx *store.Tx) error {
		i, err := tx.Interview(ctx, interview)
		if err != nil {
			return err
		}
		card, err := tx.Scorecard(ctx, interview, person)
		if err != nil {
			return err
		}
		playbook, _ := tx.Snapshot().Playbook(backend)
		if card, err = card.Submit(i, c, hiring.StageDimensions(playbook, i.Stage), tx.Now()); err != nil {
			return err
		}
		_, err = tx.SaveScorecard(ctx, card)
		return err
	})
}

func TestCandidates(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		all := w.staff(t)
		months, notice := 84, 0
		want := hiring.Candidate{
			Name: "Méera  Iyer", Email: "Meera@example.com", Phone: "098765 43210", Source: "linkedin", ReferredBy: all["ann"].ID, Ecosystem: "java",
			Months: &months, NoticeDays: &notice, ExpectedCTC: 44_00_000, CurrentCTC: 32_00_000, AddedBy: all["recruiter"].ID,
		}
		must(t, w.InTx(ctx, func(tx *store.Tx) (err error) {
			if want.Resume, err = tx.SaveFile(ctx, bot.Upload{Name: "cv.pdf", MediaType: "application/pdf", Data: []byte("cv")}); err != nil {
				return err
			}
			got, err := tx.AddCandidate(ctx, want)
			want.ID, want.Name, want.Phone, want.CreatedAt, want.ChangedAt, want.Version = "C-1", "Méera Iyer", "+919876543210", start, start, 1
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			return err
		}))
		for field, value := range reflect.ValueOf(want).Fields() {
			if value.IsZero() {
				t.Errorf("the field %s is not tried", field.Name)
			}
		}
		check := func(want hiring.Candidate) {
			t.Helper()
			must(t, w.Read(ctx, func(tx *store.Tx) error {
				got, err := tx.Candidate(ctx, want.ID)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
				return err
			}))
		}
		check(want)
		if n := w.count(t, `SELECT count(*) FROM files WHERE subject = 'C-1'`); n != 1 {
			t.Errorf("%d résumés are kept", n)
		}
		bare := hiring.Candidate{Name: "Ravi Kumar"}
		must(t, w.InTx(ctx, func(tx *store.Tx) (err error) { bare, err = tx.AddCandidate(ctx, bare); return err }))
		check(bare)
		if found := w.dumps(t, "eera@example"); len(found) > 0 {
			t.Errorf("the address stands in %v", found)
		}
		if found := w.dumps(t, "9876543210"); len(found) > 0 {
			t.Errorf("the number stands in %v", found)
		}
		// Who may be the same person.
		must(t, w.Read(ctx, func(tx *store.Tx) error {
			for _, c := range []hiring.Candidate{{Email: " meera@EXAMPLE.com "}, {Phone: "+91-98765-43210"}, {Email: "x@example.com", Phone: "9876543210"}} {
				same, err := tx.SamePeople(ctx, c, viewer(all["recruiter"]))
				if len(same) != 1 || same[0].ID != "C-1" || err != nil {
					t.Errorf("%+v is the same as %v: %v", c, same, err)
				}
				if same, err = tx.SamePeople(ctx, c, viewer(all["ann"])); len(same) != 0 || err != nil {
					t.Errorf("somebody reads of a candidate whom they may not know: %v, %v", same, err)
				}
			}
			for _, c := range []hiring.Candidate{want, {}, {Email: "ravi@example.com"}} {
				if same, err := tx.SamePeople(ctx, c, viewer(all["recruiter"])); len(same) != 0 || err != nil {
					t.Errorf("%+v is the same as %v: %v", c, same, err)
				}
			}
			return nil
		}))
		w.clock.advance(time.Hour)
		changed := want
		changed.Name, changed.Months, changed.Email, changed.AddedBy = "Mira Iyer", nil, "", ""
		must(t, w.InTx(ctx, func(tx *store.Tx) error { _, err := tx.SaveCandidate(ctx, changed); return err }))
		changed.Version, changed.ChangedAt, changed.AddedBy = 2, start.Add(time.Hour), want.AddedBy
		check(changed)
		wantCode(t, w.InTx(ctx, func(tx *store.Tx) error { _, err := tx.SaveCandidate(ctx, want); return err }), bot.CodeConflict)
		wantCode(t, w.InTx(ctx, func(tx *store.Tx) error {
			_, err := tx.SaveCandidate(ctx, hiring.Candidate{ID: "C-9", Name: "X"})
			return err
		}), bot.CodeNotFound)
		wantCode(t, w.InTx(ctx, func(tx *store.Tx) error { _, err := tx.AddCandidate(ctx, hiring.Candidate{}); return err }), bot.CodeInvalid)
		must(t, w.InTx(ctx, func(tx *store.Tx) error { return tx.SetSetting(ctx, hiring.SettingCurrentCTC, "no") }))
		changed.CurrentCTC = 0
		check(changed)
	})
}

func TestCandidatesAreFound(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		all := w.staff(t)
		open, hidden := w.hire(t, all, false), w.hire(t, all, true)
		w.apply(t, "Méera Iyer", open)
		w.apply(t, "Meera Nair", hidden)
		w.apply(t, "Ravi Iyer", open)
		must(t, w.InTx(ctx, func(tx *store.Tx) error {
			_, err := tx.AddCandidate(ctx, hiring.Candidate{Name: "Meera Loose"})
			return err
		}))
		w.meet(t, w.apply(t, "Meera Seen", hidden), all["ann"])
		for _, tc := range []struct {
			who, search string
			want        []string
		}{
			{"recruiter", "meera", []string{"C-5", "C-4", "C-2", "C-1"}},
			{"recruiter", "MEER iye", []string{"C-1"}},
			{"recruiter", "", []string{"C-5", "C-4", "C-3", "C-2", "C-1"}},
			{"recruiter", "c-2", []string{"C-2"}},
			{"recruiter", "%", nil},
			{"other-recruiter", "meera", []string{"C-4", "C-1"}},
			{"other-recruiter", "", []string{"C-4", "C-3", "C-1"}},
			{"manager", "meera", []string{"C-5", "C-2", "C-1"}},
			{"manager", " ", []string{"C-5", "C-3", "C-2", "C-1"}},
			{"other-manager", "meera", nil},
			{"ann", "meera", []string{"C-5"}},
			{"ann", "", []string{"C-5"}},
			{"ben", "", nil},
			{"admin", "meera", nil},
			{"compensation", "meera", nil},
		} {
			must(t, w.Read(ctx, func(tx *store.Tx) error {
				found, err := tx.CandidatesNamed(ctx, tc.search, viewer(all[tc.who]), 0)
				var got []string
				for _, c := range found {
					got = append(got, c.ID)
				}
				if diff := cmp.Diff(tc.want, got); diff != "" {
					t.Errorf("%s looks for %q: %s", tc.who, tc.search, diff)
				}
				return err
			}))
		}
		must(t, w.Read(ctx, func(tx *store.Tx) error {
			for who, want := range map[string]int{"recruiter": 1, "ann": 1, "manager": 1, "other-recruiter": 0, "ben": 0} {
				found, err := tx.InterviewsNamed(ctx, "seen", viewer(all[who]), 0)
				if len(found) != want || err != nil {
					t.Errorf("%s finds %d interviews: %v", who, len(found), err)
				}
				_, err = tx.InterviewFor(ctx, "I-1", viewer(all[who]))
				if (err == nil) != (want == 1) || err != nil && err.Error() != "not_found: There is no interview I-1 here, or no longer." {
					t.Errorf("%s reads the interview: %v", who, err)
				}
			}
			return nil
		}))
	})
}

func TestApplications(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		all := w.staff(t)
		r := w.hire(t, all, false)
		a := w.apply(t, "Meera", r)
		if a.ID != "AP-1" || a.Version != 1 {
			t.Errorf("%+v", a)
		}
		wantCode(t, w.InTx(ctx, func(tx *store.Tx) error { _, err := tx.AddApplication(ctx, a); return err }), bot.CodeConflict)
		wantCode(t, w.InTx(ctx, func(tx *store.Tx) error {
			_, err := tx.AddApplication(ctx, hiring.Application{Candidate: "C-1", Req: "R-9", Stage: hiring.AppSourced})
			return err
		}), bot.CodeNotFound)
		closed := w.requisition(t, hiring.Requisition{State: hiring.ReqClosed})
		wantCode(t, w.InTx(ctx, func(tx *store.Tx) error {
			_, err := tx.AddApplication(ctx, hiring.Application{Candidate: "C-1", Req: closed.ID, Stage: hiring.AppSourced})
			return err
		}), bot.CodeConflict)
		w.clock.advance(time.Hour)
		move := func(to hiring.AppStage, reason string) {
			t.Helper()
			must(t, w.InTx(ctx, func(tx *store.Tx) (err error) {
				if a, err = a.Move(to, reason, "the words", tx.Now()); err != nil {
					return err
				}
				a, err = tx.SaveApplication(ctx, a)
				return err
			}))
		}
		move(hiring.AppInterviewing, "")
		move(hiring.AppRejected, "Depth below level")
		must(t, w.Read(ctx, func(tx *store.Tx) error {
			got, err := tx.Application(ctx, a.ID)
			want := hiring.Application{
				ID: "AP-1", Candidate: "C-1", Req: r.ID, Stage: hiring.AppRejected, StageSince: start.Add(time.Hour), LastStage: hiring.AppInterviewing,
				Reason: "Depth below level", Why: "the words", EndedAt: start.Add(time.Hour), WaitingSince: start, AddedBy: all["recruiter"].ID,
				CreatedAt: start, ChangedAt: start.Add(time.Hour), Version: 3,
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			waiting, err2 := tx.WaitingForWord(ctx, viewer(all["recruiter"]), tx.Now(), 0)
			if len(waiting) != 1 {
				t.Error("nobody waits for a word")
			}
			stuck, err3 := tx.Stuck(ctx, viewer(all["recruiter"]), tx.Now(), 0)
			if len(stuck) != 0 {
				t.Error("somebody rejected is stuck")
			}
			funnel, err4 := tx.FunnelOf(ctx, r.ID)
			if diff := cmp.Diff(hiring.Funnel{hiring.AppRejected: 1}, funnel); diff != "" {
				t.Error(diff)
			}
			return errors.Join(err, err2, err3, err4)
		}))
		old := a
		must(t, w.InTx(ctx, func(tx *store.Tx) (err error) { a, err = tx.SaveApplication(ctx, a.Told(tx.Now())); return err }))
		wantCode(t, w.InTx(ctx, func(tx *store.Tx) error { _, err := tx.SaveApplication(ctx, old); return err }), bot.CodeConflict)
		must(t, w.Read(ctx, func(tx *store.Tx) error {
			waiting, err := tx.WaitingForWord(ctx, viewer(all["recruiter"]), tx.Now(), 0)
			if len(waiting) != 0 {
				t.Error("somebody who was told waits for a word")
			}
			return err
		}))
		for column, table := range map[string]string{"outcome": "applications", "sealed": "candidates"} {
			if n := w.count(t, `SELECT count(*) FROM `+table+` WHERE `+column+` NOT LIKE 'k1:%'`); n != 0 {
				t.Errorf("%d rows of %s are not sealed", n, table)
			}
		}
	})
}

// Whoever is on the team, and whatever is confidential, changes with the requisition.
func TestApplicationsFollowTheirRequisition(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		all := w.staff(t)
		r := w.hire(t, all, false)
		a := w.apply(t, "Meera", r)
		w.meet(t, a, all["ann"])
		sees := func() string {
			t.Helper()
			var who []string
			must(t, w.Read(ctx, func(tx *store.Tx) error {
				for name, p := range all {
					if _, err := tx.CandidateFor(ctx, "C-1", viewer(p)); err == nil {
						who = append(who, name)
					}
				}
				return nil
			}))
			slices.Sort(who)
			return strings.Join(who, " ")
		}
		change := func(fn func(r *hiring.Requisition)) {
			t.Helper()
			must(t, w.InTx(ctx, func(tx *store.Tx) (err error) {
				fn(&r)
				r, err = tx.SaveRequisition(ctx, r)
				return err
			}))
		}
		for _, step := range []struct {
			fn   func(r *hiring.Requisition)
			want string
		}{
			{func(*hiring.Requisition) {}, "ann manager other-recruiter recruiter"},
			{func(r *hiring.Requisition) { r.Confidential = true }, "ann manager recruiter"},
			{func(r *hiring.Requisition) { r.HiringManager = all["other-manager"].ID }, "ann other-manager recruiter"},
			{func(r *hiring.Requisition) { r.Recruiter = all["other-recruiter"].ID }, "ann other-manager other-recruiter"},
			{func(r *hiring.Requisition) { r.Panel = []string{all["ben"].ID, all["recruiter"].ID} }, "ann other-manager other-recruiter recruiter"},
			{func(r *hiring.Requisition) { r.Panel, r.Confidential = nil, false }, "ann other-manager other-recruiter recruiter"},
		} {
			change(step.fn)
			if got := sees(); got != step.want {
				t.Errorf("seen by %s, want %s", got, step.want)
			}
		}
	})
}

func TestAnInterviewAndItsScorecards(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		all := w.staff(t)
		r := w.hire(t, all, false)
		a := w.apply(t, "Meera", r)
		want := hiring.Interview{
			Application: a.ID, Stage: "system-design", StartsAt: start.Add(time.Hour), Minutes: 60, State: hiring.InterviewScheduled, Why: "why",
			Panel: []hiring.Panelist{{Person: all["ben"].ID, Leads: []string{"system-design"}}, {Person: all["ann"].ID}}, Join: "https://meet.example/secret",
			Slots: []hiring.Slot{{At: start, Answers: map[string]bool{all["ben"].ID: true}}}, Sequence: 2, Told: 1, MadeBy: all["recruiter"].ID,
		}
		var i hiring.Interview
		must(t, w.InTx(ctx, func(tx *store.Tx) (err error) { i, err = tx.AddInterview(ctx, want); return err }))
		want.ID, want.Candidate, want.Req, want.CreatedAt, want.ChangedAt, want.Version = "I-1", "C-1", r.ID, start, start, 1
		must(t, w.Read(ctx, func(tx *store.Tx) error {
			got, err := tx.Interview(ctx, "I-1")
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(want, i); diff != "" {
				t.Error(diff)
			}
			mine, err2 := tx.MyScorecards(ctx, all["ann"].ID, 0)
			card := hiring.NewScorecard(i, all["ann"].ID, time.Date(2026, 11, 24, 12, 30, 0, 0, time.UTC))
			card.Version, card.NudgeAt = 1, i.EndsAt().Add(5*time.Minute) // the first step of the policy
			if diff := cmp.Diff([]hiring.Scorecard{card}, mine); diff != "" {
				t.Error(diff)
			}
			return errors.Join(err, err2)
		}))
		for field, value := range reflect.ValueOf(want).Fields() {
			if value.IsZero() {
				t.Errorf("the field %s is not tried", field.Name)
			}
		}
		if found := w.dumps(t, "meet.example"); len(found) > 0 {
			t.Errorf("how to join stands in %v", found)
		}
		// Another interview at the same time, of the same people or the same candidate.
		clashes := func(of hiring.Interview) (got []hiring.Clash) {
			must(t, w.Read(ctx, func(tx *store.Tx) (err error) { got, err = tx.ClashesOf(ctx, of); return err }))
			return got
		}
		other := hiring.Interview{Candidate: "C-9", Panel: i.Panel[1:], StartsAt: i.StartsAt.Add(59 * time.Minute), Minutes: 30}
		if got := clashes(other); len(got) != 1 || got[0].Person != all["ann"].ID {
			t.Errorf("clashes: %+v", got)
		}
		other.Candidate, other.Panel = "C-1", nil
		if got := clashes(other); len(got) != 1 || got[0].Person != "" {
			t.Errorf("clashes: %+v", got)
		}
		other.StartsAt = i.EndsAt()
		if got := clashes(other); len(got) != 0 {
			t.Errorf("clashes: %+v", got)
		}
		if got := clashes(i); len(got) != 0 {
			t.Errorf("it clashes with itself: %+v", got)
		}

		wantCode(t, submit(t, w.Store, "I-1", all["ann"].ID, content(3, hiring.Yes)), bot.CodeConflict) // too early
		w.clock.advance(time.Hour)
		note := func(who, text string) {
			must(t, w.InTxAs(ctx, all[who].ID, func(tx *store.Tx) error {
				card, err := tx.Scorecard(ctx, "I-1", all[who].ID)
				if err != nil {
					return err
				}
				if card, err = card.Note(text, tx.Now()); err != nil {
					return err
				}
				_, err = tx.SaveScorecard(ctx, card)
				return err
			}))
		}
		note("ann", "idempotency key on payment, unprompted")
		must(t, submit(t, w.Store, "I-1", all["ann"].ID, content(3, hiring.Yes)))
		must(t, submit(t, w.Store, "I-1", all["ann"].ID, content(3, hiring.Yes))) // once more
		wantCode(t, submit(t, w.Store, "I-1", all["ann"].ID, content(2, hiring.Yes)), bot.CodeConflict)
		// Whatever asks for it, what was submitted is not taken back.
		wantCode(t, w.InTxAs(ctx, all["ann"].ID, func(tx *store.Tx) error {
			card, err := tx.Scorecard(ctx, "I-1", all["ann"].ID)
			if err != nil {
				return err
			}
			card.State, card.CardContent = hiring.CardPending, hiring.CardContent{}
			_, err = tx.SaveScorecard(ctx, card)
			return err
		}), bot.CodeConflict)
		w.clock.advance(time.Hour)
		must(t, w.InTxAs(ctx, all["ann"].ID, func(tx *store.Tx) error {
			card, err := tx.Scorecard(ctx, "I-1", all["ann"].ID)
			if err != nil {
				return err
			}
			playbook, _ := tx.Snapshot().Playbook(backend)
			if card, err = card.Amend(1, content(2, hiring.No), hiring.StageDimensions(playbook, "system-design"), tx.Now()); err != nil {
				return err
			}
			_, err = tx.SaveScorecard(ctx, card)
			return err
		}))
		must(t, w.Read(ctx, func(tx *store.Tx) error {
			versions, err := tx.ScorecardVersions(ctx, "I-1", all["ann"].ID)
			want := []hiring.CardVersion{
				{CardContent: content(3, hiring.Yes), Edition: 1, At: start.Add(time.Hour)},
				{CardContent: content(2, hiring.No), Edition: 2, At: start.Add(2 * time.Hour)},
			}
			if diff := cmp.Diff(want, versions); diff != "" {
				t.Error(diff)
			}
			mine, err2 := tx.SubmittedBy(ctx, all["ann"].ID, 0)
			if len(mine) != 1 || mine[0].Edition != 2 || len(mine[0].Notes) != 1 {
				t.Errorf("%+v", mine)
			}
			return errors.Join(err, err2)
		}))
		if found := w.dumps(t, "they said so"); len(found) > 0 {
			t.Errorf("evidence stands in %v", found)
		}
		if found := w.dumps(t, "idempotency"); len(found) > 0 {
			t.Errorf("a note stands in %v", found)
		}
		// What was submitted cannot be taken back, not even by mistake of ours.
		wantCode(t, w.InTx(ctx, func(tx *store.Tx) error {
			card, err := tx.Scorecard(ctx, "I-1", all["ann"].ID)
			if err != nil {
				return err
			}
			card.State, card.Edition = hiring.CardPending, 0
			_, err = tx.SaveScorecard(ctx, card)
			return err
		}), bot.CodeConflict)
		// Ben is replaced, and the interview cancelled, then held after all.
		save := func(fn func(i hiring.Interview, now time.Time) (hiring.Interview, error)) error {
			return w.InTx(ctx, func(tx *store.Tx) error {
				i, err := tx.Interview(ctx, "I-1")
				if err != nil {
					return err
				}
				if i, err = fn(i, tx.Now()); err != nil {
					return err
				}
				_, err = tx.SaveInterview(ctx, i)
				return err
			})
		}
		states := func() string {
			var s string
			must(t, w.Read(ctx, func(tx *store.Tx) error {
				cards, err := tx.PanelOf(ctx, "I-1")
				for _, name := range []string{"ann", "ben", "cat"} {
					for _, c := range cards {
						if c.Person == all[name].ID {
							s += name + " " + string(c.State) + ", "
						}
					}
				}
				return err
			}))
			return s
		}
		wantCode(t, save(func(i hiring.Interview, now time.Time) (hiring.Interview, error) {
			return i.Replace(all["ann"].ID, all["cat"].ID, now)
		}), bot.CodeConflict)
		must(t, save(func(i hiring.Interview, now time.Time) (hiring.Interview, error) {
			return i.Replace(all["ben"].ID, all["cat"].ID, now)
		}))
		if got := states(); got != "ann submitted, ben declined, cat pending, " {
			t.Error(got)
		}
		must(t, save(func(i hiring.Interview, now time.Time) (hiring.Interview, error) {
			return i.Move(hiring.InterviewCancelled, "ill", now)
		}))
		if got := states(); got != "ann submitted, ben declined, cat waived, " {
			t.Error(got)
		}
		wantCode(t, submit(t, w.Store, "I-1", all["cat"].ID, content(3, hiring.Yes)), bot.CodeConflict)
		if n := w.count(t, `SELECT count(*) FROM applications WHERE due_at IS NOT NULL`); n != 0 {
			t.Error("a cancelled interview is waited for")
		}
		must(t, save(func(i hiring.Interview, now time.Time) (hiring.Interview, error) {
			return i.Schedule(now.Add(-time.Minute), 30, now)
		}))
		must(t, save(func(i hiring.Interview, now time.Time) (hiring.Interview, error) {
			return i.Replace(all["cat"].ID, all["ben"].ID, now)
		}))
		if got := states(); got != "ann submitted, ben pending, cat declined, " {
			t.Error(got)
		}
		wantCode(t, submit(t, w.Store, "I-1", all["cat"].ID, content(3, hiring.Yes)), bot.CodeConflict)
		must(t, submit(t, w.Store, "I-1", all["ben"].ID, content(3, hiring.Yes)))
	})
}

// The debrief of the story, for everybody.
// What two people sit on together is what they cannot be joined during: of each state only while
// something of it is open, and of one of them alone nothing.
func TestInterviewsTogether(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		all := w.staff(t)
		ann, ben, cat := all["ann"], all["ben"], all["cat"]
		a := w.apply(t, "Meera", w.hire(t, all, false))
		want := func(what string, one, other hiring.Person, want ...string) {
			t.Helper()
			must(t, w.Read(ctx, func(tx *store.Tx) error {
				found, err := tx.InterviewsTogether(ctx, one.ID, other.ID)
				var got []string
				for _, i := range found {
					got = append(got, i.ID)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s: %v, want %v", what, got, want)
				}
				return err
			}))
		}
		save := func(i hiring.Interview) hiring.Interview {
			t.Helper()
			must(t, w.InTx(ctx, func(tx *store.Tx) (err error) { i, err = tx.SaveInterview(ctx, i); return err }))
			return i
		}
		i := w.meet(t, a, ann, ben)
		w.meet(t, a, ann, cat)
		must(t, w.InTx(ctx, func(tx *store.Tx) error {
			_, err := tx.AddInterview(ctx, hiring.Interview{
				Application: a.ID, Stage: "system-design", Minutes: 60, State: hiring.InterviewProposed, MadeBy: a.AddedBy, Sequence: 1,
				Panel: []hiring.Panelist{{Person: ben.ID}, {Person: ann.ID}}, Slots: []hiring.Slot{{At: start.Add(time.Hour)}, {At: start.Add(2 * time.Hour)}},
			})
			return err
		}))
		want("scheduled and proposed", ann, ben, "I-1", "I-3")
		want("the other way round", ben, ann, "I-1", "I-3")
		want("of others", ben, cat)
		want("of nobody", ann, hiring.Person{})

		w.clock.advance(2 * time.Hour)
		i.State = hiring.InterviewDone
		i = save(i)
		want("done, and both owe a scorecard", ann, ben, "I-1", "I-3")
		must(t, submit(t, w.Store, i.ID, ann.ID, content(3, hiring.Yes)))
		want("one owes a scorecard", ann, ben, "I-1", "I-3")
		want("one owes a scorecard", ben, ann, "I-1", "I-3")
		must(t, submit(t, w.Store, i.ID, ben.ID, content(3, hiring.Yes)))
		want("both have given theirs", ann, ben, "I-3")
	})
}

func TestTheDebriefIsBlind(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		all := w.staff(t)
		r := w.hire(t, all, false)
		a := w.apply(t, "Meera", r)
		w.meet(t, a, all["ann"], all["ben"])
		w.clock.advance(time.Hour)
		look := func(who string) (store.Debriefing, error) {
			var d store.Debriefing
			err := w.Read(ctx, func(tx *store.Tx) (err error) { d, err = tx.DebriefOf(ctx, "C-1", r.ID, actor(all[who])); return err })
			return d, err
		}
		shown := func() string {
			t.Helper()
			s := ""
			for _, who := range []string{"recruiter", "manager", "ann", "ben"} {
				d, err := look(who)
				must(t, err)
				s += fmt.Sprintf("%s %d/%d/%d, ", who, len(d.People), d.In, d.Of)
			}
			return s
		}
		if got := shown(); got != "recruiter 0/0/2, manager 0/0/2, ann 0/0/2, ben 0/0/2, " {
			t.Error(got)
		}
		must(t, submit(t, w.Store, "I-1", all["ann"].ID, content(4, hiring.StrongYes)))
		if got := shown(); got != "recruiter 0/1/2, manager 0/1/2, ann 1/1/2, ben 0/1/2, " {
			t.Error(got)
		}
		must(t, w.InTxAs(ctx, all["manager"].ID, func(tx *store.Tx) error {
			return tx.RecordLook(ctx, a.ID, hiring.CardLook{Interview: "I-1", Early: true, Reason: "the offer expires"})
		}))
		if got := shown(); got != "recruiter 0/1/2, manager 1/1/2, ann 1/1/2, ben 0/1/2, " {
			t.Error(got)
		}
		must(t, submit(t, w.Store, "I-1", all["ben"].ID, content(2, hiring.No)))
		if got := shown(); got != "recruiter 2/2/2, manager 2/2/2, ann 2/2/2, ben 2/2/2, " {
			t.Error(got)
		}
		for who, note := range map[string]string{"recruiter": "for the recruiter", "manager": "", "ben": ""} {
			d, err := look(who)
			must(t, err)
			if d.People[0].PrivateNote != note || d.Score != 300 || len(d.Disagreements) != 3 || len(d.Early) != 1 || !d.Complete {
				t.Errorf("%s reads %+v", who, d.Debrief)
			}
		}
		for _, who := range []string{"cat", "compensation", "admin", "member", "other-manager"} {
			_, err := look(who)
			if err == nil || err.Error() != "not_found: There is no candidate C-1 here, or no longer." {
				t.Errorf("%s: %v", who, err)
			}
		}
	})
}

// The same scorecard twice at once, with the same words and with others, and while the interview is
// cancelled or handed over: one effect, and one clear answer each.
func TestScorecardsAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		all := w.staff(t)
		r := w.hire(t, all, false)
		second := open(t, w)
		both := func(a, b func() error) (error, error) {
			var wait sync.WaitGroup
			var errs [2]error
			gate := make(chan struct{})
			for n, fn := range []func() error{a, b} {
				wait.Go(func() {
					<-gate
					errs[n] = fn()
				})
			}
			close(gate)
			wait.Wait()
			return errs[0], errs[1]
		}
		refused := func(err error) bool { return bot.ErrorCode(err) == bot.CodeConflict }
		for round := range 6 {
			a := w.apply(t, fmt.Sprintf("Candidate %d", round), r)
			same, other := w.meet(t, a, all["ann"]), w.meet(t, a, all["ann"])
			off, over := w.meet(t, a, all["ann"], all["ben"]), w.meet(t, a, all["ann"], all["ben"])
			w.clock.advance(time.Hour)
			one, two := both(
				func() error { return submit(t, w.Store, same.ID, all["ann"].ID, content(3, hiring.Yes)) },
				func() error { return submit(t, second, same.ID, all["ann"].ID, content(3, hiring.Yes)) })
			if one != nil || two != nil {
				t.Errorf("the same twice: %v, %v", one, two)
			}
			one, two = both(
				func() error { return submit(t, w.Store, other.ID, all["ann"].ID, content(3, hiring.Yes)) },
				func() error { return submit(t, second, other.ID, all["ann"].ID, content(2, hiring.No)) })
			if (one == nil) == (two == nil) || one != nil && !refused(one) || two != nil && !refused(two) {
				t.Errorf("two at once: %v, %v", one, two)
			}
			change := func(s *store.Store, id string, fn func(i hiring.Interview, now time.Time) (hiring.Interview, error)) func() error {
				return func() error {
					return s.InTx(ctx, func(tx *store.Tx) error {
						i, err := tx.Interview(ctx, id)
						if err != nil {
							return err
						}
						if i, err = fn(i, tx.Now()); err != nil {
							return err
						}
						_, err = tx.SaveInterview(ctx, i)
						return err
					})
				}
			}
			one, two = both(
				func() error { return submit(t, w.Store, off.ID, all["ann"].ID, content(3, hiring.Yes)) },
				change(second, off.ID, func(i hiring.Interview, now time.Time) (hiring.Interview, error) {
					return i.Move(hiring.InterviewCancelled, "ill", now)
				}))
			if two != nil || one != nil && !refused(one) {
				t.Errorf("submitted while it is cancelled: %v, %v", one, two)
			}
			kept := func(i hiring.Interview, submitted bool) {
				t.Helper()
				want := 0
				if submitted {
					want = 1
				}
				if n := w.count(t, `SELECT count(*) FROM scorecards s JOIN scorecard_versions v ON v.interview = s.interview AND v.person = s.person
					WHERE s.state = 'submitted' AND s.edition = 1 AND s.interview = $1 AND s.person = $2`, i.ID, all["ann"].ID); n != want {
					t.Errorf("%d scorecards of %s are kept, want %d", n, i.ID, want)
				}
			}
			kept(same, true)
			kept(other, true)
			kept(off, one == nil)
			one, two = both(
				func() error { return submit(t, w.Store, over.ID, all["ann"].ID, content(3, hiring.Yes)) },
				change(second, over.ID, func(i hiring.Interview, now time.Time) (hiring.Interview, error) {
					return i.Replace(all["ann"].ID, all["cat"].ID, now)
				}))
			if (one == nil) == (two == nil) || one != nil && !refused(one) || two != nil && !refused(two) {
				t.Errorf("submitted while it is handed over: %v, %v", one, two)
			}
			kept(over, one == nil)
		}
	})
}

func TestALookChangesNothingOfHiring(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		all := w.staff(t)
		a := w.apply(t, "Meera", w.hire(t, all, false))
		i := w.meet(t, a, all["ann"])
		must(t, w.Read(ctx, func(tx *store.Tx) error {
			c, err := tx.Candidate(ctx, a.Candidate)
			must(t, err)
			card, err := tx.Scorecard(ctx, i.ID, all["ann"].ID)
			must(t, err)
			_, addCandidate := tx.AddCandidate(ctx, c)
			_, saveCandidate := tx.SaveCandidate(ctx, c)
			_, addApplication := tx.AddApplication(ctx, a)
			_, saveApplication := tx.SaveApplication(ctx, a)
			_, addInterview := tx.AddInterview(ctx, i)
			_, saveInterview := tx.SaveInterview(ctx, i)
			_, saveScorecard := tx.SaveScorecard(ctx, card)
			_, addNote := tx.AddCandidateNote(ctx, hiring.CandidateNote{Candidate: c.ID, Text: "x"})
			for name, err := range map[string]error{
				"AddCandidate": addCandidate, "SaveCandidate": saveCandidate, "AddApplication": addApplication, "SaveApplication": saveApplication,
				"AddInterview": addInterview, "SaveInterview": saveInterview, "SaveScorecard": saveScorecard, "AddCandidateNote": addNote,
				"DeleteCandidateNote": tx.DeleteCandidateNote(ctx, "x"), "RemoveCandidate": tx.RemoveCandidate(ctx, c.ID),
			} {
				if err == nil || bot.ErrorCode(err) != bot.CodeInternal {
					t.Errorf("%s: %v", name, err)
				}
			}
			return nil
		}))
	})
}

func TestNotesOnCandidates(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		all := w.staff(t)
		a := w.apply(t, "Meera", w.hire(t, all, true))
		add := func(who string, n hiring.CandidateNote) (added hiring.CandidateNote) {
			must(t, w.InTxAs(ctx, all[who].ID, func(tx *store.Tx) (err error) { added, err = tx.AddCandidateNote(ctx, n); return err }))
			return added
		}
		general := add("recruiter", hiring.CandidateNote{Candidate: a.Candidate, Text: "asks for March", Link: "https://chat.example/1"})
		w.clock.advance(time.Minute)
		hidden := add("manager", hiring.CandidateNote{Candidate: a.Candidate, Req: a.Req, Text: "knows the founder"})
		must(t, w.Read(ctx, func(tx *store.Tx) error {
			got, err := tx.CandidateNotes(ctx, a.Candidate, []hiring.Application{a}, 0)
			if diff := cmp.Diff([]hiring.CandidateNote{hidden, general}, got); diff != "" {
				t.Error(diff)
			}
			without, err2 := tx.CandidateNotes(ctx, a.Candidate, nil, 0)
			if diff := cmp.Diff([]hiring.CandidateNote{general}, without); diff != "" {
				t.Error(diff)
			}
			return errors.Join(err, err2)
		}))
		for _, secret := range []string{"March", "chat.example"} {
			if found := w.dumps(t, secret); len(found) > 0 {
				t.Errorf("%s stands in %v", secret, found)
			}
		}
		undo := func(who string) error {
			return w.InTxAs(ctx, all[who].ID, func(tx *store.Tx) error { return tx.DeleteCandidateNote(ctx, general.ID) })
		}
		wantCode(t, undo("manager"), bot.CodeNotFound)
		must(t, undo("recruiter"))
	})
}

func TestAddingACandidateIsUndone(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		all := w.staff(t)
		r := w.hire(t, all, false)
		stays, goes, met := w.apply(t, "Meera", r), w.apply(t, "Ravi", r), w.apply(t, "Zoya", r)
		w.meet(t, met, all["ann"])
		remove := func(id string) error {
			return w.InTx(ctx, func(tx *store.Tx) error { return tx.RemoveCandidate(ctx, id) })
		}
		must(t, remove(goes.Candidate))
		wantCode(t, remove(goes.Candidate), bot.CodeNotFound)
		wantCode(t, remove(met.Candidate), bot.CodeConflict)
		must(t, w.Read(ctx, func(tx *store.Tx) error {
			funnel, err := tx.FunnelOf(ctx, r.ID)
			if diff := cmp.Diff(hiring.Funnel{hiring.AppScreening: 2}, funnel); diff != "" {
				t.Error(diff)
			}
			list, err2 := tx.Applications(ctx, store.AppFilter{Viewer: viewer(all["recruiter"])})
			if len(list) != 2 || list[0].ID != met.ID || list[1].ID != stays.ID {
				t.Errorf("%+v", list)
			}
			return errors.Join(err, err2)
		}))
		if next := w.apply(t, "Ravi", r); next.Candidate == goes.Candidate {
			t.Errorf("%s is given out again", next.Candidate)
		}
	})
}

func TestTheCompanySetsDaysAndWords(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		s := read(t, w.Store)
		if !s.Calendar().Workday("2026-11-27") || s.Calendar().Workday("2027-01-26") || s.WaitingDays() != 5 || len(s.RejectReasons()) != len(hiring.RejectReasons) || len(s.Remarks().Find("a lady")) != 1 {
			t.Error("the defaults do not hold")
		}
		must(t, w.InTx(ctx, func(tx *store.Tx) error {
			return errors.Join(tx.SetSetting(ctx, hiring.SettingWeekend, "fri, sat"), tx.SetSetting(ctx, hiring.SettingHolidays, "2026-11-30"),
				tx.SetSetting(ctx, hiring.SettingWaitingDays, "3"), tx.SetSetting(ctx, hiring.SettingRejectReasons, "Depth; Place"),
				tx.SetSetting(ctx, hiring.SettingRemarkWords, "-lady"))
		}))
		s = read(t, w.Store)
		if s.Calendar().Workday("2026-11-27") || s.Calendar().Workday("2026-11-30") || !s.Calendar().Workday("2027-01-26") || s.WaitingDays() != 3 ||
			!slices.Equal(s.RejectReasons(), []string{"Depth", "Place"}) || len(s.Remarks().Find("a lady")) != 0 {
			t.Error("what was set does not hold")
		}
		wantCode(t, w.InTx(ctx, func(tx *store.Tx) error { return tx.SetSetting(ctx, hiring.SettingWaitingDays, "0") }), bot.CodeInvalid)
	})
}
