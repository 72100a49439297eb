package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// wantNextDue expects when something is due next, after start; a negative time is never.
func (w *world) wantNextDue(t *testing.T, what string, after time.Duration) {
	t.Helper()
	got, ok, err := w.NextDue(t.Context())
	must(t, err)
	if ok != (after >= 0) || ok && !got.Equal(start.Add(after)) {
		t.Errorf("%s: the next is due at %v (%v), want %v after %v", what, got, ok, after, start)
	}
}

func TestWhatIsDueNext(t *testing.T) {
	t.Parallel()
	onBothMailboxes(t, func(t *testing.T, m *mailbox) {
		m.wantNextDue(t, "at first", -1)
		must(t, m.InTx(t.Context(), func(tx *store.Tx) error {
			row := store.ScheduleRow{Name: hiring.ScheduleWeeklyReport}
			_, err := tx.PlanSchedule(t.Context(), row, "planned", start.Add(90*time.Hour))
			return err
		}))
		m.wantNextDue(t, "a schedule", 90*time.Hour)

		remind := approvalOf(m.requisition(t, hiring.Requisition{Requester: m.asha.ID}).ID, m.asha.ID, m.asha.ID)
		remind.RemindAt = start.Add(80 * time.Hour)
		over := approvalOf(m.requisition(t, hiring.Requisition{Requester: m.asha.ID}).ID, m.asha.ID, m.asha.ID)
		over.State, over.RemindAt = hiring.Void, start.Add(time.Hour)
		m.approval(t, remind)
		m.approval(t, over)
		m.wantNextDue(t, "an approval that is open", 80*time.Hour)

		r := m.requisition(t, hiring.Requisition{Role: backend, Level: "senior", Seats: 1, Requester: m.asha.ID, HiringManager: m.asha.ID, Recruiter: m.asha.ID, State: hiring.ReqOpen})
		m.meet(t, m.apply(t, "Meera", r), m.ravi) // in an hour, for an hour
		m.wantNextDue(t, "a scorecard to ask for", 2*time.Hour+5*time.Minute)

		lane := store.PersonLane(m.asha.ID)
		m.send(m.asha, "card", time.Minute)
		m.wantNextDue(t, "a message", time.Minute)
		m.clock.advance(time.Minute)
		m.lease(lane, "worker", true)
		m.wantNextDue(t, "a lane in hand", time.Minute+ttl)
		row := m.next(lane, "worker", "card")
		must(t, m.MarkRetry(t.Context(), row, start.Add(30*time.Minute), "refused"))
		must(t, m.Release(t.Context(), lane, "worker"))
		m.wantNextDue(t, "a message that is put off", 30*time.Minute)
		m.send(m.asha, "behind", time.Minute)
		m.wantNextDue(t, "what waits behind it", 30*time.Minute)
		m.send(m.ravi, "other", time.Minute)
		m.wantNextDue(t, "another lane", 2*time.Minute)
	})
}

func TestWhatWasDoneLast(t *testing.T) {
	t.Parallel()
	onBothMailboxes(t, func(t *testing.T, m *mailbox) {
		want := func(what string, at time.Time) {
			t.Helper()
			if got, err := m.LastActed(t.Context()); err != nil || !got.Equal(at) {
				t.Errorf("%s: %v (%v), want %v", what, got, err, at)
			}
		}
		m.send(m.asha, "card", 50*time.Hour)
		want("a message that is made", start)
		m.clock.advance(time.Hour)
		_, err := m.Do(t.Context(), event("e1", "ravi"), false, func(context.Context, *store.Tx, bot.Actor) (bot.Response, error) { return bot.Response{}, nil })
		must(t, err)
		want("somebody acts", start.Add(time.Hour))
		m.clock.advance(50 * time.Hour)
		lane := store.PersonLane(m.asha.ID)
		m.lease(lane, "worker", true)
		m.deliver(m.next(lane, "worker", "card"), "1")
		want("a message is sent", start.Add(51*time.Hour))
		m.clock.advance(time.Hour)
		must(t, m.InTx(t.Context(), func(tx *store.Tx) error {
			return tx.Audit(t.Context(), store.AuditEvent{Subject: "R-1", Fact: "pay"})
		}))
		want("something is put on record", start.Add(52*time.Hour))
	})
}
