package scheduler_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/scheduler"
	"github.com/hirebot/hirebot/store"
)

// narrow is a platform that allows one message a second in a workspace.
type narrow struct{ *chat }

// SendGap is the least time between two messages in one workspace.
func (narrow) SendGap() time.Duration { return time.Second }

// TestAWorkspaceThatAllowsFewMessages counts what two replicas post in each second.
func TestAWorkspaceThatAllowsFewMessages(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		const each = 5
		for i := range each {
			w.send(w.message(w.asha, fmt.Sprint("a", i)), w.message(w.ravi, fmt.Sprint("r", i)))
		}
		replicas := []*scheduler.Courier{}
		for _, s := range []*store.Store{w.Store, w.open()} {
			cfg := w.config(s)
			cfg.Platforms = []bot.Platform{narrow{w.chat}}
			replicas = append(replicas, scheduler.NewCourier(cfg))
		}
		for second := 1; second <= 2*each; second++ {
			for i := range 4 {
				must(t, replicas[i%2].Drain(t.Context(), w.clock.now()))
			}
			if got := len(w.chat.in(dm("asha"))) + len(w.chat.in(dm("ravi"))); got != second {
				t.Fatalf("after %d seconds there are %d messages", second, got)
			}
			w.clock.advance(time.Second)
		}
		w.wantTitles(dm("asha"), "a0", "a1", "a2", "a3", "a4")
		w.wantTitles(dm("ravi"), "r0", "r1", "r2", "r3", "r4")
		for _, person := range []hiring.Person{w.asha, w.ravi} {
			rows, err := w.Rows(t.Context(), store.PersonLane(person.ID), 10)
			must(t, err)
			for _, r := range rows {
				if r.State != store.Sent || r.Attempts != 0 {
					t.Errorf("%s is %s after %d attempts", r.View.Subject, r.State, r.Attempts)
				}
			}
		}
	})
}

// drainBy delivers what is due now over a platform, as a process that has just started would.
func (w *world) drainBy(p bot.Platform) {
	w.t.Helper()
	cfg := w.config(w.Store)
	cfg.Platforms = []bot.Platform{p}
	must(w.t, scheduler.NewCourier(cfg).Drain(w.t.Context(), w.clock.now()))
}

// TestATurnThatHasPassedLetsNobodyOvertake has a lane stand still for longer than its turn lives, as after the
// death of a process, while its workspace is busy.
func TestATurnThatHasPassedLetsNobodyOvertake(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		far, lane := narrow{w.chat}, store.PersonLane(w.asha.ID)
		w.send(w.message(w.ravi, "r0"))
		w.drainBy(far)
		w.send(w.message(w.asha, "a0"), w.message(w.asha, "a1"), w.message(w.asha, "a2"))
		w.drainBy(far)
		w.wantTitles(dm("asha"))
		if held, err := w.Lease(t.Context(), lane, "a process that dies", w.clock.now(), 61500*time.Millisecond); err != nil || !held {
			t.Fatal(held, err)
		}
		w.clock.advance(61500 * time.Millisecond)
		w.send(w.message(w.ravi, "r1"), w.message(w.ravi, "r2"))
		for range 10 {
			w.drainBy(far)
			w.clock.advance(time.Second)
		}
		w.wantTitles(dm("asha"), "a0", "a1", "a2")
		w.wantTitles(dm("ravi"), "r0", "r1", "r2")
	})
}

// TestARefusalForTheWholeWorkspace has a platform ask to wait, and counts what other conversations and another
// replica send meanwhile.
func TestARefusalForTheWholeWorkspace(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		far := narrow{w.chat}
		w.chat.next(callSend, outcome{err: &bot.SendError{Reason: "not now", RetryAfter: 30 * time.Second, Everywhere: true}})
		w.send(w.message(w.asha, "a0"), w.message(w.ravi, "r0"))
		w.drainBy(far)
		calls := w.chat.calls(callSend)
		if calls != 1 {
			t.Errorf("%d calls at first", calls)
		}
		w.clock.advance(2 * time.Second)
		w.send(w.message(w.noor, "n0")) // who has no account is given up without a call
		w.send(bot.Message{To: bot.Recipient{Channel: public}, View: bot.View{Name: "card", Subject: "a0"}})
		w.drainBy(far)
		w.clock.advance(27 * time.Second)
		w.drainBy(far)
		if again := w.chat.calls(callSend); again != calls {
			t.Errorf("%d calls while it was to wait", again-calls)
		}
		for range 10 {
			w.clock.advance(2 * time.Second)
			w.drainBy(far)
		}
		w.wantTitles(dm("asha"), "a0")
		w.wantTitles(dm("ravi"), "r0")
		w.wantTitles(public, "a0")
	})
}

// shy is a platform that opens few conversations.
type shy struct{ *chat }

// OpenGap is the least time between two openings.
func (shy) OpenGap() time.Duration { return time.Second }

// Opened tells whether a conversation was opened before.
func (s shy) Opened(who bot.Identity) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opened["D-"+who.User]
}

// TestARefusalToOpenConversations has a platform ask to wait with that: nobody asks it meanwhile.
func TestARefusalToOpenConversations(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		far := shy{w.chat}
		w.chat.next(callDM, outcome{err: &bot.SendError{Reason: "not now", RetryAfter: 30 * time.Second, Everywhere: true}})
		w.send(w.message(w.asha, "a0"), w.message(w.ravi, "r0"))
		w.drainBy(far)
		w.clock.advance(29 * time.Second)
		w.drainBy(far)
		if calls := w.chat.calls(callDM); calls != 1 {
			t.Errorf("%d calls while it was to wait", calls)
		}
		for range 5 {
			w.clock.advance(time.Second)
			w.drainBy(far)
		}
		w.wantTitles(dm("asha"), "a0")
		w.wantTitles(dm("ravi"), "r0")
	})
}

// TestConversationsAreOpenedOneAfterTheOther counts what is opened in each second, after a first few.
func TestConversationsAreOpenedOneAfterTheOther(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		const people, burst = 30, 20
		w.in(func(ctx context.Context, tx *store.Tx) error {
			for i := range people {
				p, err := tx.AddPerson(ctx, hiring.Person{Name: fmt.Sprint("p", i), Active: true, Identities: []hiring.Identity{{Workspace: "chat:T1", User: fmt.Sprint("p", i)}}})
				if err != nil {
					return err
				}
				if err := tx.Send(ctx, w.message(p, "first"), w.message(p, "second")); err != nil {
					return err
				}
			}
			return nil
		})
		far, before := shy{w.chat}, w.chat.conversations()
		for second := range people - burst + 1 {
			w.drainBy(far)
			w.drainBy(far)
			if got := w.chat.conversations() - before; got != burst+second {
				t.Fatalf("after %d seconds %d conversations were opened, want %d", second, got, burst+second)
			}
			w.clock.advance(time.Second)
		}
		for i := range people {
			w.wantTitles(dm(fmt.Sprint("p", i)), "first", "second")
		}
		// Those that are open need not be asked for.
		w.send(w.message(w.asha, "asha"))
		w.drainBy(far)
		w.send(w.message(w.asha, "again"))
		w.drainBy(far)
		w.wantTitles(dm("asha"), "asha", "again")
		row := w.row(store.PersonLane(w.asha.ID), "again")
		if row.State != store.Sent || row.Attempts != 0 {
			t.Errorf("got %+v", row)
		}
	})
}
