package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/store"
)

func (w *world) audit(t *testing.T, n int) {
	t.Helper()
	must(t, w.InTx(t.Context(), func(tx *store.Tx) error {
		for i := range n {
			err := tx.Audit(t.Context(), store.AuditEvent{
				Action: "band.show", Subject: fmt.Sprintf("R-%d", i), Fact: "pay", Where: "dm", Detail: map[string]string{"level": "senior", "a": "b"},
			})
			if err != nil {
				return err
			}
		}
		return nil
	}))
}

func TestAuditRows(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.audit(t, 1200) // more than one statement takes
		w.clock.advance(time.Hour)
		w.home(t)
		asha := w.person(t, "asha")
		must(t, w.InTxAs(ctx, asha.ID, func(tx *store.Tx) error {
			return errors.Join(tx.Audit(ctx, store.AuditEvent{Action: "people.roles", Subject: "P-9", Fact: "roles"}),
				tx.Audit(ctx, store.AuditEvent{Action: "people.roles", Subject: "P-9", Fact: "roles"}))
		}))
		for name, tc := range map[string]struct {
			filter store.AuditFilter
			want   int
		}{
			"default limit": {store.AuditFilter{}, 100},
			"all":           {store.AuditFilter{Limit: 5000}, 1202},
			"actor":         {store.AuditFilter{Actor: asha.ID}, 2},
			"action":        {store.AuditFilter{Action: "people.roles"}, 2},
			"fact":          {store.AuditFilter{Fact: "roles"}, 2},
			"subject":       {store.AuditFilter{Subject: "R-7"}, 1},
			"since":         {store.AuditFilter{Since: start.Add(time.Hour)}, 2},
			"until":         {store.AuditFilter{Until: start.Add(time.Hour), Limit: 5000}, 1200},
			"both":          {store.AuditFilter{Actor: asha.ID, Subject: "R-7"}, 0},
		} {
			rows, err := w.AuditRows(ctx, tc.filter)
			if err != nil || len(rows) != tc.want {
				t.Errorf("%s: %d rows, want %d, %v", name, len(rows), tc.want, err)
			}
		}
		must(t, w.Read(ctx, func(tx *store.Tx) error {
			rows, err := tx.AuditRows(ctx, store.AuditFilter{Subject: "R-7"})
			if err != nil || len(rows) != 1 {
				t.Fatalf("%d rows, %v", len(rows), err)
			}
			want := store.AuditRow{
				AuditEvent: store.AuditEvent{Action: "band.show", Subject: "R-7", Fact: "pay", Where: "dm", Detail: map[string]string{"level": "senior", "a": "b"}},
				ID:         rows[0].ID, At: start, Actor: store.SystemActor,
			}
			if diff := cmp.Diff(want, rows[0]); diff != "" {
				t.Error(diff)
			}
			return nil
		}))
	})
}

func TestAuditSeals(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		verify := func() store.AuditReport {
			report, err := w.VerifyAudit(ctx)
			must(t, err)
			return report
		}
		if diff := cmp.Diff(store.AuditReport{}, verify()); diff != "" {
			t.Error(diff)
		}
		w.audit(t, 7)
		for _, want := range []int{3, 3, 1, 0} {
			if n, err := w.SealAudit(ctx, start, 3); err != nil || n != want {
				t.Errorf("sealed %d, want %d, %v", n, want, err)
			}
		}
		w.audit(t, 2)
		sound := verify()
		if !sound.Sound() || sound.Seals != 3 || sound.Rows != 7 || sound.Unsealed != 2 || sound.Head == "" {
			t.Errorf("%+v", sound)
		}
		broken := func(name, spoil, repair string, want ...int64) {
			t.Helper()
			w.exec(t, spoil)
			report := verify()
			if diff := cmp.Diff(want, report.Broken); diff != "" || report.Sound() {
				t.Errorf("%s: %s", name, diff)
			}
			w.exec(t, repair)
			if diff := cmp.Diff(sound, verify()); diff != "" {
				t.Errorf("%s, repaired: %s", name, diff)
			}
		}
		broken("a row changed", `UPDATE audit SET fact = 'roles' WHERE seal = 2 AND subject = 'R-4'`, `UPDATE audit SET fact = 'pay' WHERE seal = 2 AND subject = 'R-4'`, 2)
		broken("a row moved out", `UPDATE audit SET seal = NULL WHERE seal = 1 AND subject = 'R-0'`, `UPDATE audit SET seal = 1 WHERE subject = 'R-0' AND seal IS NULL AND id = (SELECT min(id) FROM audit)`, 1)
		broken("a row put in",
			`INSERT INTO audit (id, at, actor, action, subject, fact, place, workspace, event, seal) VALUES ('x', 1, '', '', '', '', '', '', '', 3)`,
			`DELETE FROM audit WHERE id = 'x'`, 3)
		// A seal made anew breaks the one after it.
		w.exec(t, `UPDATE audit_seals SET hash = 'forged' WHERE n = 1`)
		if diff := cmp.Diff([]int64{1, 2}, verify().Broken); diff != "" {
			t.Error(diff)
		}
		w.exec(t, `UPDATE audit SET seal = 2 WHERE seal = 1`)
		w.exec(t, `DELETE FROM audit_seals WHERE n = 1`)
		if diff := cmp.Diff([]int64{1, 2}, verify().Broken); diff != "" {
			t.Error(diff)
		}
	})
}

func TestSealingAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.audit(t, 40)
		stores := []*store.Store{w.Store, open(t, w), open(t, w)}
		var (
			group sync.WaitGroup
			sum   = make([]int, len(stores))
		)
		for i, s := range stores {
			group.Go(func() {
				for {
					n, err := s.SealAudit(t.Context(), start, 5)
					if err != nil {
						t.Error(err)
						return
					}
					sum[i] += n
					if n == 0 {
						return
					}
				}
			})
		}
		group.Wait()
		for {
			n, err := w.SealAudit(t.Context(), start, 5)
			must(t, err)
			if n == 0 {
				break
			}
			sum[0] += n
		}
		report, err := w.VerifyAudit(t.Context())
		must(t, err)
		if !report.Sound() || report.Rows != 40 || report.Unsealed != 0 || sum[0]+sum[1]+sum[2] != 40 {
			t.Errorf("%+v, sealed %v", report, sum)
		}
	})
}
