package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// giveUp takes the next message of somebody and gives it up; tried says that the platform was called.
func (m *mailbox) giveUp(to hiring.Person, reason string, tried bool) store.Row {
	m.t.Helper()
	lane := store.PersonLane(to.ID)
	m.lease(lane, "w", true)
	row, found, err := m.Next(m.t.Context(), lane, "w", m.clock.now())
	must(m.t, err)
	if !found {
		m.t.Fatalf("nothing is due to %s", to.Name)
	}
	if tried {
		m.sending(row, "w")
	}
	must(m.t, m.MarkDead(m.t.Context(), row, reason))
	must(m.t, m.Release(m.t.Context(), lane, "w"))
	return row
}

func (m *mailbox) outbox(f store.OutboxFilter) (subjects []string) {
	m.t.Helper()
	f.Limit = max(f.Limit, 1)
	must(m.t, m.Read(m.t.Context(), func(tx *store.Tx) error {
		rows, err := tx.Outbox(m.t.Context(), f)
		for _, r := range rows {
			subjects = append(subjects, r.View.Subject)
		}
		return err
	}))
	return subjects
}

func (m *mailbox) wantOutbox(f store.OutboxFilter, want ...string) {
	m.t.Helper()
	if got := m.outbox(f); !slices.Equal(got, want) {
		m.t.Errorf("%+v lists %v, want %v", f, got, want)
	}
}

func TestWhatWasGivenUpIsListed(t *testing.T) {
	t.Parallel()
	onBothMailboxes(t, func(t *testing.T, m *mailbox) {
		ctx := t.Context()
		for _, subject := range []string{"R-1", "R-2", "R-3"} {
			m.clock.advance(time.Second)
			m.send(m.asha, subject, 0)
		}
		m.send(m.ravi, "R-4", 0)
		m.send(m.ravi, "R-5", time.Hour)
		m.giveUp(m.asha, "gone", false)
		m.giveUp(m.asha, "gone", true)
		m.giveUp(m.ravi, "closed", false)
		m.wantOutbox(store.OutboxFilter{Dead: true, Limit: 10}, "R-4", "R-2", "R-1")
		m.wantOutbox(store.OutboxFilter{Dead: true, Limit: 1, Skip: 1}, "R-2")
		m.wantOutbox(store.OutboxFilter{Dead: true, Person: m.asha.ID, Limit: 10}, "R-2", "R-1")
		m.wantOutbox(store.OutboxFilter{Dead: true, Reason: "closed", Limit: 10}, "R-4")
		m.wantOutbox(store.OutboxFilter{Limit: 10}, "R-3", "R-5")
		m.wantOutbox(store.OutboxFilter{Person: m.ravi.ID, Limit: 10}, "R-5")
		must(t, m.Read(ctx, func(tx *store.Tx) error {
			reasons, err := tx.DeadReasons(ctx, 10)
			if len(reasons) != 2 || reasons[0].Reason != "gone" || reasons[0].Count != 2 || reasons[1].Count != 1 {
				t.Errorf("the reasons are %+v", reasons)
			}
			if len(reasons) == 2 && (reasons[0].Key() == reasons[1].Key() || len(reasons[0].Key()) != 12) {
				t.Errorf("the keys are %s and %s", reasons[0].Key(), reasons[1].Key())
			}
			return err
		}))
	})
}

func TestWhatWasGivenUpIsRetriedOrDropped(t *testing.T) {
	t.Parallel()
	onBothMailboxes(t, func(t *testing.T, m *mailbox) {
		ctx := t.Context()
		m.send(m.asha, "R-1", 0)
		m.send(m.ravi, "R-2", 0)
		first, second := m.giveUp(m.asha, "gone", false), m.giveUp(m.ravi, "gone", true)
		m.due()
		must(t, m.InTx(ctx, func(tx *store.Tx) error {
			ids, err := tx.DeadIDs(ctx, "gone", 10)
			if err != nil {
				return err
			}
			return tx.RetryDead(ctx, ids...)
		}))
		m.due(store.PersonLane(m.asha.ID), store.PersonLane(m.ravi.ID))
		// Of the one that was tried it is not known whether it arrived: it is looked for first.
		m.lease(store.PersonLane(m.asha.ID), "w", true)
		if r := m.next(store.PersonLane(m.asha.ID), "w", "R-1"); r.State != store.Waiting || r.Attempts != 0 || r.Reason != "" {
			t.Errorf("a message that was never tried comes back as %s, %d attempts, %q", r.State, r.Attempts, r.Reason)
		}
		m.lease(store.PersonLane(m.ravi.ID), "w", true)
		r := m.next(store.PersonLane(m.ravi.ID), "w", "R-2")
		if r.State != store.Sending || r.TriedAt.IsZero() {
			t.Errorf("a message that was tried comes back as %s, tried %v", r.State, r.TriedAt)
		}
		// Found, it is drawn again: nobody drew it again while it was given up.
		must(t, m.MarkFound(ctx, r, posted("m1"), m.clock.now()))
		if r = m.next(store.PersonLane(m.ravi.ID), "w", "R-2"); !r.Redraw {
			t.Error("a message that is found is not drawn again")
		}
		for what, change := range map[string]func(tx *store.Tx) error{
			"retried": func(tx *store.Tx) error { return tx.RetryDead(ctx, first.ID) },
			"dropped": func(tx *store.Tx) error { return tx.DropDead(ctx, second.ID) },
		} {
			if err := m.InTx(ctx, change); bot.ErrorCode(err) != bot.CodeConflict {
				t.Errorf("what is not given up is %s: %v", what, err)
			}
		}
		m.send(m.asha, "R-3", 0)
		must(t, m.Release(ctx, store.PersonLane(m.asha.ID), "w"))
		m.giveUp(m.asha, "gone", false)
		third := m.giveUp(m.asha, "gone", false)
		must(t, m.InTx(ctx, func(tx *store.Tx) error { return tx.DropDead(ctx, third.ID) }))
		m.wantOutbox(store.OutboxFilter{Dead: true, Limit: 10}, "R-1")
		must(t, m.Read(ctx, func(tx *store.Tx) error {
			dropped, err := tx.OutboxRow(ctx, third.ID)
			if dropped.State != store.Moot || dropped.Reason != "gone" {
				t.Errorf("dropped, it is %s (%q)", dropped.State, dropped.Reason)
			}
			return err
		}))
	})
}
