package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// changeCard changes the scorecard of somebody for an interview, and returns it as it is read again.
func (w *world) changeCard(t *testing.T, interview string, person hiring.Person, change func(hiring.Scorecard, hiring.Interview, time.Time) (hiring.Scorecard, error)) (hiring.Scorecard, error) {
	t.Helper()
	ctx := t.Context()
	err := w.InTxAs(ctx, person.ID, func(tx *store.Tx) error {
		i, err := tx.Interview(ctx, interview)
		if err != nil {
			return err
		}
		card, err := tx.Scorecard(ctx, interview, person.ID)
		if err != nil {
			return err
		}
		if card, err = change(card, i, tx.Now()); err != nil {
			return err
		}
		_, err = tx.SaveScorecard(ctx, card)
		return err
	})
	var card hiring.Scorecard
	must(t, w.Read(ctx, func(tx *store.Tx) (err error) { card, err = tx.Scorecard(ctx, interview, person.ID); return err }))
	return card, err
}

// What was decided of a scorecard is read as it was written, what three lines say is sealed, and the debrief
// tells both.
func TestThreeLinesAreKept(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		all := w.staff(t)
		r := w.hire(t, all, false)
		i := w.meet(t, w.apply(t, "Meera", r), all["ann"], all["ben"], all["cat"])
		w.clock.advance(time.Hour)
		playbook := hiring.Playbook{}
		must(t, w.Read(ctx, func(tx *store.Tx) error { playbook, _ = tx.Snapshot().Playbook(backend); return nil }))
		short := func(text string) hiring.CardContent {
			return hiring.CardContent{Overall: hiring.No, Ratings: map[string]hiring.Rating{}, Lines: hiring.ThreeLines{For: "drew it", Against: text, Next: "ask on failures"}}
		}
		give := func(c hiring.CardContent) func(hiring.Scorecard, hiring.Interview, time.Time) (hiring.Scorecard, error) {
			return func(s hiring.Scorecard, i hiring.Interview, now time.Time) (hiring.Scorecard, error) {
				return s.Submit(i, c, hiring.StageDimensions(playbook, i.Stage), now)
			}
		}
		_, err := w.changeCard(t, i.ID, all["ann"], give(short("never spoke of failures")))
		wantCode(t, err, bot.CodeConflict)
		accepted, err := w.changeCard(t, i.ID, all["ann"], func(s hiring.Scorecard, i hiring.Interview, now time.Time) (hiring.Scorecard, error) {
			return s.AcceptLines(i, all["recruiter"].ID, now)
		})
		must(t, err)
		if accepted.AcceptedBy != all["recruiter"].ID || !accepted.AcceptedAt.Equal(start.Add(time.Hour)) || !accepted.Waits() {
			t.Errorf("%+v", accepted)
		}
		in, err := w.changeCard(t, i.ID, all["ann"], give(short("never spoke of failures")))
		must(t, err)
		if diff := cmp.Diff(short("never spoke of failures"), in.CardContent); diff != "" || in.AcceptedBy != all["recruiter"].ID {
			t.Error(diff, in.AcceptedBy)
		}
		_, err = w.changeCard(t, i.ID, all["ann"], func(s hiring.Scorecard, i hiring.Interview, now time.Time) (hiring.Scorecard, error) {
			return s.Amend(1, short("spoke of failures once"), hiring.StageDimensions(playbook, i.Stage), now)
		})
		must(t, err)
		must(t, w.Read(ctx, func(tx *store.Tx) error {
			versions, err := tx.ScorecardVersions(ctx, i.ID, all["ann"].ID)
			if len(versions) != 2 || versions[0].Lines.Against != "never spoke of failures" || versions[1].Lines.Against != "spoke of failures once" {
				t.Errorf("%+v", versions)
			}
			return err
		}))
		for _, secret := range []string{"spoke of failures", "ask on failures", "on leave until January"} {
			if found := w.dumps(t, secret); len(found) > 0 {
				t.Errorf("%q stands in %v", secret, found)
			}
		}
		waived, err := w.changeCard(t, i.ID, all["ben"], func(s hiring.Scorecard, _ hiring.Interview, _ time.Time) (hiring.Scorecard, error) {
			return s.Waive(all["manager"].ID, "on leave until January")
		})
		must(t, err)
		if waived.WaivedBy != all["manager"].ID || waived.Why != "on leave until January" {
			t.Errorf("%+v", waived)
		}
		// Somebody else takes the last seat over, days after the interview: they have until the end of their
		// next working day.
		w.clock.advance(5 * 24 * time.Hour)
		must(t, w.InTx(ctx, func(tx *store.Tx) error {
			i, err := tx.Interview(ctx, i.ID)
			if err != nil {
				return err
			}
			if i, err = i.Replace(all["cat"].ID, all["other-recruiter"].ID, tx.Now()); err != nil {
				return err
			}
			_, err = tx.SaveInterview(ctx, i)
			return err
		}))
		now := start.Add(time.Hour + 5*24*time.Hour)
		must(t, w.Read(ctx, func(tx *store.Tx) error {
			cards, err := tx.PanelOf(ctx, i.ID)
			for _, s := range cards {
				switch s.Person {
				case all["cat"].ID:
					if !s.Removed || s.HandedTo != all["other-recruiter"].ID || !s.HandedAt.Equal(now) {
						t.Errorf("%+v", s)
					}
				case all["other-recruiter"].ID:
					want := tx.Snapshot().ScorecardDue(s.Person, now)
					if !s.Waits() || !s.DueAt.Equal(want) || !s.DueAt.After(now) {
						t.Errorf("due %v, want %v: %+v", s.DueAt, want, s)
					}
				}
			}
			return err
		}))
		must(t, submit(t, w.Store, i.ID, all["other-recruiter"].ID, content(3, hiring.Yes)))
		for _, who := range []string{"recruiter", "manager", "ann"} {
			must(t, w.Read(ctx, func(tx *store.Tx) error {
				d, err := tx.DebriefOf(ctx, "C-1", r.ID, actor(all[who]))
				if len(d.Waived) != 1 || d.Waived[0].By != all["manager"].ID || len(d.Short) != 1 || d.Short[0].By != all["recruiter"].ID ||
					len(d.Handed) != 1 || d.Handed[0].From != all["cat"].ID || d.Handed[0].To != all["other-recruiter"].ID || len(d.People) != 2 {
					t.Errorf("%s reads %+v", who, d.Debrief)
				}
				return err
			}))
		}
	})
}

// Of whom three lines are accepted that are not in yet, only who recruits reads: it says that somebody is
// late.
func TestWhoIsLateIsForWhoRecruits(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		all := w.staff(t)
		r := w.hire(t, all, false)
		i := w.meet(t, w.apply(t, "Meera", r), all["ann"], all["ben"])
		w.clock.advance(time.Hour)
		must(t, submit(t, w.Store, i.ID, all["ann"].ID, content(3, hiring.Yes)))
		_, err := w.changeCard(t, i.ID, all["ben"], func(s hiring.Scorecard, i hiring.Interview, now time.Time) (hiring.Scorecard, error) {
			return s.AcceptLines(i, all["recruiter"].ID, now)
		})
		must(t, err)
		for who, want := range map[string]int{"recruiter": 1, "manager": 1, "ann": 0, "ben": 1} {
			must(t, w.Read(ctx, func(tx *store.Tx) error {
				d, err := tx.DebriefOf(ctx, "C-1", r.ID, actor(all[who]))
				if len(d.Short) != want {
					t.Errorf("%s reads %+v", who, d.Short)
				}
				return err
			}))
		}
	})
}

// A scorecard is late by what the company knows of its author: that they left, that they are away, by
// whichever record, and how often they were reminded.
func TestWhyAScorecardIsLate(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		all := w.staff(t)
		i := w.meet(t, w.apply(t, "Meera", w.hire(t, all, false)), all["ann"], all["ben"], all["cat"])
		w.clock.advance(time.Hour)
		cause := func(who string) hiring.Lateness {
			var got hiring.Lateness
			must(t, w.Read(ctx, func(tx *store.Tx) error {
				card, err := tx.Scorecard(ctx, i.ID, all[who].ID)
				got = tx.Snapshot().LateCause(card, tx.Now())
				return err
			}))
			return got
		}
		for _, who := range []string{"ann", "ben", "cat"} {
			if got := cause(who); got != "" {
				t.Errorf("%s: %q", who, got)
			}
		}
		must(t, w.InTxAs(ctx, all["ann"].ID, func(tx *store.Tx) error {
			return tx.SetAbsence(ctx, hiring.Absence{Person: all["ann"].ID, Until: "2027-01-04"})
		}))
		must(t, w.InTxAs(ctx, all["ben"].ID, func(tx *store.Tx) error {
			return tx.SetNudgePreferences(ctx, hiring.NudgePreferences{Person: all["ben"].ID, Away: []hiring.DaysAway{{From: "2026-11-01", To: "2026-12-31"}}})
		}))
		if ann, ben := cause("ann"), cause("ben"); ann != hiring.LateAway || ben != hiring.LateAway {
			t.Errorf("away: %q, %q", ann, ben)
		}
		must(t, w.InTx(ctx, func(tx *store.Tx) error {
			ann, _ := tx.Snapshot().Person(all["ann"].ID)
			ann.Active = false
			_, err := tx.SavePerson(ctx, ann)
			return err
		}))
		if got := cause("ann"); got != hiring.LateLeft {
			t.Errorf("left: %q", got)
		}
		w.clock.advance(4 * 24 * time.Hour)
		_, err := w.changeCard(t, i.ID, all["cat"], func(s hiring.Scorecard, _ hiring.Interview, _ time.Time) (hiring.Scorecard, error) {
			s.Nudges = hiring.LateReminders
			return s, nil
		})
		must(t, err)
		if got := cause("cat"); got != hiring.LateOverdue {
			t.Errorf("overdue: %q", got)
		}
	})
}
