package scheduler_test

import (
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
