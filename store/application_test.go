package store_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

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
