package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

const ttl = time.Minute

// mailbox is a world with two people and what a courier does in it.
type mailbox struct {
	*world
	t          *testing.T
	asha, ravi hiring.Person
}

func onBothMailboxes(t *testing.T, test func(t *testing.T, m *mailbox)) {
	t.Helper()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		test(t, &mailbox{world: w, t: t, asha: w.person(t, "asha"), ravi: w.person(t, "ravi")})
	})
}

// send puts a message about a subject into the outbox, due after a while.
func (m *mailbox) send(to hiring.Person, subject string, after time.Duration) {
	m.t.Helper()
	must(m.t, m.InTx(m.t.Context(), func(tx *store.Tx) error {
		return tx.Send(m.t.Context(), bot.Message{
			To: bot.Recipient{Person: to.ID}, View: bot.View{Name: "card", Subject: subject}, Due: tx.Now().Add(after),
		})
	}))
}

func (m *mailbox) refresh(subject string) {
	m.t.Helper()
	must(m.t, m.InTx(m.t.Context(), func(tx *store.Tx) error { return tx.Refresh(m.t.Context(), subject) }))
}

func (m *mailbox) due(want ...string) {
	m.t.Helper()
	got, err := m.DueLanes(m.t.Context(), m.clock.now(), 10)
	must(m.t, err)
	if diff := cmp.Diff(want, got); diff != "" {
		m.t.Errorf("lanes: %s", diff)
	}
}

func (m *mailbox) lease(lane, owner string, want bool) {
	m.t.Helper()
	got, err := m.Lease(m.t.Context(), lane, owner, m.clock.now(), ttl)
	must(m.t, err)
	if got != want {
		m.t.Errorf("%s gets the lease of %s: %v", owner, lane, got)
	}
}

// next expects the next message to be about a subject; "" is none.
func (m *mailbox) next(lane, owner, subject string) store.Row {
	m.t.Helper()
	row, found, err := m.Next(m.t.Context(), lane, owner, m.clock.now())
	must(m.t, err)
	if found != (subject != "") || row.View.Subject != subject {
		m.t.Fatalf("next is %q (%v), want %q", row.View.Subject, found, subject)
	}
	return row
}

func posted(id string) bot.Posted {
	return bot.Posted{In: bot.Conversation{Workspace: "slack:T1", Channel: "D1", Private: true}, ID: id}
}

// sending marks a message as being sent, which is wanted still.
func (m *mailbox) sending(row store.Row, owner string) {
	m.t.Helper()
	if wanted, err := m.MarkSending(m.t.Context(), row, owner); err != nil || !wanted {
		m.t.Fatalf("%s is to be sent: %v, %v", row.View.Subject, wanted, err)
	}
}

func (m *mailbox) deliver(row store.Row, id string) {
	m.t.Helper()
	m.sending(row, row.Owner)
	must(m.t, m.MarkSent(m.t.Context(), row, posted(id), m.clock.now()))
}

func (m *mailbox) rows(lane string) []store.Row {
	m.t.Helper()
	rows, err := m.Rows(m.t.Context(), lane, 10)
	must(m.t, err)
	return rows
}

func TestSend(t *testing.T) {
	t.Parallel()
	onBothMailboxes(t, func(t *testing.T, m *mailbox) {
		ctx := t.Context()
		channel := bot.Conversation{Workspace: "slack:T1", Channel: "C1"}
		direct := bot.Message{To: bot.Recipient{Person: m.asha.ID}, View: bot.View{Name: "role", Subject: "P-1", Args: []string{"a|b", "ü"}}, Key: "k1", Why: "You were given a role."}
		public := bot.Message{To: bot.Recipient{Channel: channel}, View: bot.View{Name: "opened"}, Due: start.Add(time.Hour)}
		must(t, m.InTx(ctx, func(tx *store.Tx) error { return tx.Send(ctx, direct, public, direct) }))
		must(t, m.InTx(ctx, func(tx *store.Tx) error { return tx.Send(ctx, direct) }))
		lane := store.PersonLane(m.asha.ID)
		want := []store.Row{{
			Lane: lane, Person: m.asha.ID, View: direct.View, Why: direct.Why, Key: "k1",
			CreatedAt: start, DueAt: start, NextAt: start, State: store.Waiting,
		}}
		ignore := cmpopts.IgnoreFields(store.Row{}, "ID", "Key")
		if diff := cmp.Diff(want, m.rows(lane), cmpopts.IgnoreFields(store.Row{}, "ID"), cmpopts.IgnoreUnexported(store.Row{})); diff != "" {
			t.Error(diff)
		}
		want = []store.Row{{
			Lane: "channel:slack:T1/C1", Channel: channel, View: public.View,
			CreatedAt: start, DueAt: start.Add(time.Hour), NextAt: start.Add(time.Hour), State: store.Waiting,
		}}
		if diff := cmp.Diff(want, m.rows(store.ChannelLane(channel)), ignore, cmpopts.IgnoreUnexported(store.Row{})); diff != "" {
			t.Error(diff)
		}
		// One wake-up job for each lane of the first unit; the second had nothing to send.
		if n := m.count(t, `SELECT count(*) FROM river_job WHERE kind = 'deliver'`); n != 2 {
			t.Errorf("%d wake-up jobs", n)
		}
		if n := m.count(t, `SELECT count(*) FROM river_job WHERE state = 'scheduled'`); n != 1 {
			t.Errorf("%d wake-up jobs for later", n)
		}
		wantCode(t, m.InTx(ctx, func(tx *store.Tx) error { return tx.Send(ctx, bot.Message{To: bot.Recipient{Person: "P-9"}}) }), bot.CodeNotFound)
		wantCode(t, m.InTx(ctx, func(tx *store.Tx) error { return tx.Send(ctx, bot.Message{}) }), bot.CodeInvalid)
		waiting, dead, err := m.OutboxCounts(ctx)
		if err != nil || waiting != 2 || dead != 0 {
			t.Errorf("counts: %d, %d, %v", waiting, dead, err)
		}
	})
}

func TestALaneIsDeliveredInOrder(t *testing.T) {
	t.Parallel()
	onBothMailboxes(t, func(t *testing.T, m *mailbox) {
		lane := store.PersonLane(m.asha.ID)
		m.send(m.asha, "late", time.Hour)
		m.send(m.asha, "second", time.Minute)
		m.send(m.asha, "first", 0)
		m.send(m.ravi, "other", 2*time.Minute)
		m.due(lane)
		m.clock.advance(2 * time.Minute)
		m.due(lane, store.PersonLane(m.ravi.ID))
		if got, err := m.DueLanes(t.Context(), m.clock.now(), 1); err != nil || len(got) != 1 {
			t.Errorf("limited: %v, %v", got, err)
		}
		m.lease(lane, "w1", true)
		m.due(store.PersonLane(m.ravi.ID)) // somebody works the other one
		for i, subject := range []string{"first", "second"} {
			m.deliver(m.next(lane, "w1", subject), fmt.Sprintf("ts%d", i))
		}
		m.next(lane, "w1", "")
		must(t, m.Release(t.Context(), lane, "w1"))
		m.due(store.PersonLane(m.ravi.ID))
		row := m.rows(lane)[1]
		if row.View.Subject != "second" || row.State != store.Sent || row.Attempts != 0 || !row.SentAt.Equal(m.clock.now()) || !row.NextAt.IsZero() {
			t.Errorf("sent: %+v", row)
		}
		if diff := cmp.Diff(posted("ts1"), row.Posted); diff != "" {
			t.Error(diff)
		}
	})
}

func TestARowThatWaitsHoldsBackItsOwnLaneOnly(t *testing.T) {
	t.Parallel()
	onBothMailboxes(t, func(t *testing.T, m *mailbox) {
		ctx, lane, other := t.Context(), store.PersonLane(m.asha.ID), store.PersonLane(m.ravi.ID)
		m.send(m.asha, "first", 0)
		m.send(m.asha, "second", 0)
		m.send(m.ravi, "other", 0)
		m.lease(lane, "w1", true)
		row := m.next(lane, "w1", "first")
		m.sending(row, "w1")
		must(t, m.MarkRetry(ctx, row, m.clock.now().Add(30*time.Second), "rate limited"))
		m.next(lane, "w1", "")
		must(t, m.Release(ctx, lane, "w1"))
		m.due(other)
		m.clock.advance(30 * time.Second)
		m.due(lane, other)
		m.lease(lane, "w2", true)
		row = m.next(lane, "w2", "first")
		if row.State != store.Waiting || row.Attempts != 1 || row.Reason != "rate limited" {
			t.Errorf("after a refusal that is clear: %+v", row)
		}
		m.sending(row, "w2")
		must(t, m.MarkUnsure(ctx, row, m.clock.now().Add(time.Second), "timed out"))
		m.clock.advance(time.Second)
		row = m.next(lane, "w2", "first")
		if row.State != store.Sending || row.Attempts != 2 || !row.TriedAt.Equal(start) {
			t.Errorf("after a failure that is not: %+v", row)
		}
		must(t, m.MarkDead(ctx, row, "cannot be reached"))
		m.deliver(m.next(lane, "w2", "second"), "ts2")
		dead, err := m.DeadRows(ctx, 10)
		must(t, err)
		if len(dead) != 1 || dead[0].View.Subject != "first" || dead[0].Reason != "cannot be reached" || dead[0].State != store.Dead {
			t.Errorf("dead: %+v", dead)
		}
		m.lease(other, "w2", true)
		must(t, m.MarkMoot(ctx, m.next(other, "w2", "other")))
		m.next(other, "w2", "")
		if row := m.rows(other)[0]; row.State != store.Moot {
			t.Errorf("moot: %+v", row)
		}
		if waiting, dead, err := m.OutboxCounts(ctx); err != nil || waiting != 0 || dead != 1 {
			t.Errorf("counts: %d, %d, %v", waiting, dead, err)
		}
	})
}

func TestACrashIsRecognised(t *testing.T) {
	t.Parallel()
	onBothMailboxes(t, func(t *testing.T, m *mailbox) {
		ctx, lane := t.Context(), store.PersonLane(m.asha.ID)
		// The process dies between the commit and the sending: no job has run.
		m.send(m.asha, "card", 0)
		m.exec(t, `DELETE FROM river_job`)
		m.due(lane)
		m.lease(lane, "w1", true)
		m.next(lane, "w1", "card")
		// It dies before the platform is called: the lease ends, and the row is as it was.
		m.clock.advance(ttl)
		m.due(lane)
		m.lease(lane, "w2", true)
		row := m.next(lane, "w2", "card")
		if row.State != store.Waiting || row.Attempts != 0 || !row.TriedAt.IsZero() {
			t.Errorf("before the call: %+v", row)
		}
		// It dies after MarkSending: the next worker must look for the message.
		m.sending(row, "w2")
		tried := m.clock.now()
		m.clock.advance(ttl)
		m.due(lane)
		m.lease(lane, "w3", true)
		row = m.next(lane, "w3", "card")
		if row.State != store.Sending || row.Attempts != 1 || !row.TriedAt.Equal(tried) {
			t.Errorf("after the call: %+v", row)
		}
		must(t, m.MarkSent(ctx, row, posted("found"), m.clock.now()))
		m.next(lane, "w3", "")
		m.due()
	})
}

func TestALeaseHasOneHolder(t *testing.T) {
	t.Parallel()
	onBothMailboxes(t, func(t *testing.T, m *mailbox) {
		ctx, lane := t.Context(), store.PersonLane(m.asha.ID)
		m.send(m.asha, "card", 0)
		var (
			group sync.WaitGroup
			mutex sync.Mutex
			won   []string
			other = open(t, m.world)
		)
		for i := range 6 {
			s := []*store.Store{m.Store, other}[i%2]
			group.Go(func() {
				owner := fmt.Sprintf("w%d", i)
				ok, err := s.Lease(ctx, lane, owner, start, ttl)
				if err != nil {
					t.Error(err)
				}
				if ok {
					mutex.Lock()
					defer mutex.Unlock()
					won = append(won, owner)
				}
			})
		}
		group.Wait()
		if len(won) != 1 {
			t.Fatalf("the lease is held by %v", won)
		}
		old := won[0]
		m.lease(lane, old, false) // not even again by itself
		row := m.next(lane, old, "card")
		m.sending(row, old)
		m.clock.advance(ttl - time.Second)
		must(t, m.Renew(ctx, lane, old, m.clock.now(), ttl))
		m.clock.advance(ttl - time.Second)
		m.lease(lane, "next", false)
		m.clock.advance(time.Second)
		m.lease(lane, "next", true)

		_, _, err := m.Next(ctx, lane, old, m.clock.now())
		_, unsent := m.MarkSending(ctx, row, old)
		lost := map[string]error{
			"Next":        err,
			"Renew":       m.Renew(ctx, lane, old, m.clock.now(), ttl),
			"MarkSending": unsent,
			"MarkSent":    m.MarkSent(ctx, row, posted("x"), m.clock.now()),
			"MarkFound":   m.MarkFound(ctx, row, posted("x"), m.clock.now()),
			"MarkRetry":   m.MarkRetry(ctx, row, m.clock.now(), "x"),
			"MarkUnsure":  m.MarkUnsure(ctx, row, m.clock.now(), "x"),
			"MarkMoot":    m.MarkMoot(ctx, row),
			"MarkDead":    m.MarkDead(ctx, row, "x"),
			"MarkDrawn":   m.MarkDrawn(ctx, row),
		}
		for name, err := range lost {
			if !errors.Is(err, store.ErrLeaseLost) {
				t.Errorf("%s without the lease: %v", name, err)
			}
		}
		must(t, m.Release(ctx, lane, old)) // does nothing
		m.lease(lane, "third", false)
		row = m.next(lane, "next", "card")
		if row.State != store.Sending || row.Reason != "" {
			t.Errorf("the old worker has changed it: %+v", row)
		}
		must(t, m.Release(ctx, lane, "next"))
		m.lease(lane, "third", true)
	})
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	onBothMailboxes(t, func(t *testing.T, m *mailbox) {
		ctx, lane, other := t.Context(), store.PersonLane(m.asha.ID), store.PersonLane(m.ravi.ID)
		m.send(m.asha, "R-1", 0)
		m.send(m.ravi, "R-1", 0)
		m.send(m.ravi, "R-2", 0)
		m.lease(lane, "w", true)
		m.lease(other, "w", true)
		m.deliver(m.next(lane, "w", "R-1"), "ts1")
		m.deliver(m.next(other, "w", "R-1"), "ts2")
		m.deliver(m.next(other, "w", "R-2"), "ts3")
		must(t, m.Release(ctx, lane, "w"))
		must(t, m.Release(ctx, other, "w"))
		m.exec(t, `DELETE FROM river_job`)
		m.due()
		m.clock.advance(time.Minute)
		m.refresh("R-1")
		m.due(lane, other)
		if n := m.count(t, `SELECT count(*) FROM river_job`); n != 2 {
			t.Errorf("%d lanes are woken", n)
		}
		m.lease(lane, "w", true)
		row := m.next(lane, "w", "R-1")
		if !row.Redraw || row.State != store.Sent || row.Posted.ID != "ts1" {
			t.Errorf("to be drawn: %+v", row)
		}
		// Refreshed while it is drawn: what is drawn is old already.
		m.refresh("R-1")
		must(t, m.MarkDrawn(ctx, row))
		row = m.next(lane, "w", "R-1")
		if !row.Redraw {
			t.Error("the second refresh is lost")
		}
		must(t, m.MarkRetry(ctx, row, m.clock.now().Add(time.Second), "not now"))
		m.next(lane, "w", "")
		m.clock.advance(time.Second)
		if row = m.next(lane, "w", "R-1"); !row.Redraw || row.State != store.Sent || row.Reason != "not now" {
			t.Errorf("a drawing that was put off: %+v", row)
		}
		must(t, m.MarkDrawn(ctx, row))
		m.next(lane, "w", "")
		// A drawing that is given up, or that is moot, leaves the message as it is.
		m.lease(other, "w", true)
		must(t, m.MarkDead(ctx, m.next(other, "w", "R-1"), "deleted by somebody"))
		m.next(other, "w", "")
		m.refresh("R-1")
		must(t, m.MarkMoot(ctx, m.next(other, "w", "R-1")))
		m.next(other, "w", "")
		for _, row := range m.rows(other) {
			if row.State != store.Sent {
				t.Errorf("state %s", row.State)
			}
		}
		m.refresh("R-9")
		must(t, m.InTx(ctx, func(tx *store.Tx) error { return nil }))
	})
}

func TestARefreshOnTheWayIsNotLost(t *testing.T) {
	t.Parallel()
	onBothMailboxes(t, func(t *testing.T, m *mailbox) {
		ctx, lane := t.Context(), store.PersonLane(m.asha.ID)
		m.send(m.asha, "R-1", 0)
		m.refresh("R-1") // not drawn yet: nothing to draw again
		m.lease(lane, "w", true)
		row := m.next(lane, "w", "R-1")
		m.refresh("R-1") // drawn, but not being sent yet
		m.sending(row, "w")
		must(t, m.MarkSent(ctx, row, posted("ts1"), m.clock.now()))
		row = m.next(lane, "w", "R-1")
		if !row.Redraw || row.Posted.ID != "ts1" {
			t.Errorf("the refresh is lost: %+v", row)
		}
		must(t, m.MarkDrawn(ctx, row))
		m.next(lane, "w", "")

		m.send(m.asha, "R-2", 0)
		m.refresh("R-2")
		m.deliver(m.next(lane, "w", "R-2"), "ts2")
		m.next(lane, "w", "")
	})
}

func TestPace(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		pace := func(name string, at time.Duration, want time.Duration) {
			t.Helper()
			if wait, err := w.Pace(ctx, name, start.Add(at), time.Second); err != nil || wait != want {
				t.Errorf("%s at %v: wait %v, want %v, %v", name, at, wait, want, err)
			}
		}
		pace("post/C1", 0, 0)
		pace("post/C1", 0, time.Second)
		pace("post/C1", 400*time.Millisecond, 600*time.Millisecond)
		pace("post/C2", 0, 0)
		pace("post/C1", time.Second, 0)
		pace("post/C1", time.Second, time.Second)
		var (
			group sync.WaitGroup
			waits = make([]time.Duration, 6)
			other = open(t, w)
		)
		for i := range waits {
			s := []*store.Store{w.Store, other}[i%2]
			group.Go(func() {
				var err error
				if waits[i], err = s.Pace(ctx, "post/C3", start, time.Second); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		slices.Sort(waits)
		if diff := cmp.Diff([]time.Duration{0, time.Second, time.Second, time.Second, time.Second, time.Second}, waits); diff != "" {
			t.Error(diff)
		}
	})
}

func TestExpire(t *testing.T) {
	t.Parallel()
	onBothMailboxes(t, func(t *testing.T, m *mailbox) {
		ctx, lane := t.Context(), store.PersonLane(m.asha.ID)
		m.as(t, "asha", func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.SaveFile(ctx, bot.Upload{Name: "loose", Data: []byte("x")})
			must(t, err)
			kept, err := tx.SaveFile(ctx, bot.Upload{Name: "kept", Data: []byte("x")})
			must(t, err)
			_, err = tx.NewClaimCode(ctx)
			return errors.Join(err, tx.KeepFile(ctx, kept, "C-1"), tx.SaveDraft(ctx, bot.Draft{ID: "d1"}), tx.Audit(ctx, store.AuditEvent{Fact: "pay"}))
		})
		_, err := m.Do(ctx, event("e1", "asha"), false, nothing)
		must(t, err)
		_, err = m.Pace(ctx, "x", m.clock.now(), time.Second)
		must(t, err)
		m.send(m.asha, "moot", 0)
		m.send(m.asha, "dead", 0)
		m.send(m.asha, "sent", 0)
		m.send(m.asha, "waiting", 0)
		m.lease(lane, "w", true)
		must(t, m.MarkMoot(ctx, m.next(lane, "w", "moot")))
		must(t, m.MarkDead(ctx, m.next(lane, "w", "dead"), "x"))
		m.deliver(m.next(lane, "w", "sent"), "ts1")
		left := func() string {
			return fmt.Sprintf("drafts %d events %d files %d claims %d outbox %d paces %d lanes %d audit %d",
				m.count(t, `SELECT count(*) FROM drafts`), m.count(t, `SELECT count(*) FROM events`), m.count(t, `SELECT count(*) FROM files`),
				m.count(t, `SELECT count(*) FROM claim_codes`), m.count(t, `SELECT count(*) FROM outbox`), m.count(t, `SELECT count(*) FROM pacing`),
				m.count(t, `SELECT count(*) FROM lanes`), m.count(t, `SELECT count(*) FROM audit`))
		}
		day := 24 * time.Hour
		for _, tc := range []struct {
			after time.Duration
			want  string
		}{
			{0, "drafts 1 events 1 files 2 claims 1 outbox 4 paces 1 lanes 1 audit 1"},
			{2 * day, "drafts 1 events 1 files 2 claims 0 outbox 4 paces 0 lanes 0 audit 1"},
			{14*day - 1, "drafts 1 events 1 files 2 claims 0 outbox 4 paces 0 lanes 0 audit 1"},
			{14 * day, "drafts 0 events 0 files 2 claims 0 outbox 3 paces 0 lanes 0 audit 1"},
			{28 * day, "drafts 0 events 0 files 1 claims 0 outbox 3 paces 0 lanes 0 audit 1"},
			{900 * day, "drafts 0 events 0 files 1 claims 0 outbox 3 paces 0 lanes 0 audit 1"},
		} {
			must(t, m.Expire(ctx, start.Add(tc.after)))
			if got := left(); got != tc.want {
				t.Errorf("after %v: %s, want %s", tc.after, got, tc.want)
			}
		}
	})
}

// What is not on its way yet can be taken back by who sent it, and sent again under the same key.
func TestUnsend(t *testing.T) {
	t.Parallel()
	onBothMailboxes(t, func(t *testing.T, m *mailbox) {
		ctx, lane := t.Context(), store.PersonLane(m.asha.ID)
		view := bot.View{Name: "asked", Subject: "I-1", Args: []string{m.ravi.ID}}
		send := func() {
			must(t, m.InTx(ctx, func(tx *store.Tx) error {
				return tx.Send(ctx, bot.Message{To: bot.Recipient{Person: m.asha.ID}, View: view, Key: "once", Due: m.clock.now().Add(time.Minute)})
			}))
		}
		unsend := func(view bot.View, key string, want int) {
			t.Helper()
			must(t, m.InTx(ctx, func(tx *store.Tx) error {
				n, err := tx.Unsend(ctx, view, key)
				if n != want {
					t.Errorf("%d messages were taken back, want %d", n, want)
				}
				return err
			}))
		}
		send()
		unsend(bot.View{Name: "asked", Args: []string{m.asha.ID}}, "once", 0) // somebody else's
		unsend(bot.View{Name: "other", Args: view.Args}, "once", 0)
		unsend(view, "other", 0)
		unsend(view, "once", 1)
		unsend(view, "once", 0)
		m.clock.advance(time.Minute)
		m.due()
		send()
		m.clock.advance(time.Minute)
		m.lease(lane, "w", true)
		row := m.next(lane, "w", "I-1")
		m.deliver(row, "ts1")
		unsend(view, "once", 0) // it was sent
		m.next(lane, "w", "")
		// One that a worker has in hand, and that waits for its turn, is not sent.
		view.Subject = "I-2"
		must(t, m.InTx(ctx, func(tx *store.Tx) error {
			return tx.Send(ctx, bot.Message{To: bot.Recipient{Person: m.asha.ID}, View: view, Key: "twice", Due: m.clock.now()})
		}))
		row = m.next(lane, "w", "I-2")
		unsend(view, "twice", 1)
		if wanted, err := m.MarkSending(ctx, row, "w"); err != nil || wanted {
			t.Errorf("what was taken back is to be sent: %v, %v", wanted, err)
		}
		must(t, m.MarkLater(ctx, row, m.clock.now(), "later"))
		must(t, m.MarkUnsure(ctx, row, m.clock.now(), "its turn"))
		m.next(lane, "w", "")
		for _, r := range m.rows(lane) {
			if r.View.Subject == "I-2" && (r.State != store.Moot || r.Reason != "taken back") {
				t.Errorf("it is %s, %s", r.State, r.Reason)
			}
		}
	})
}
