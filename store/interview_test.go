package store_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

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
