package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/scheduler"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// forwarding returns a scheduler that puts the world's clock forward, with the views of the product beside those
// of the tests.
func forwarding(w *world) *scheduler.Scheduler {
	w.t.Helper()
	all := views.All(func() *bot.Registry { return nil })
	for name, view := range w.views {
		all[name] = view
	}
	w.views = all
	s, err := scheduler.New(w.config(w.Store))
	must(w.t, err)
	return s
}

// sendAt has a message wait for a time of India.
func (w *world) sendAt(to hiring.Person, subject, at string) {
	w.t.Helper()
	m := w.message(to, subject)
	m.Due = w.india(at)
	w.send(m)
}

// sentAt returns what was sent to somebody, each with the time of India at which it was.
func (w *world) sentAt(to hiring.Person) []string {
	w.t.Helper()
	rows, err := w.Rows(w.t.Context(), store.PersonLane(to.ID), 100)
	must(w.t, err)
	var out []string
	for _, r := range rows {
		if r.State == store.Sent {
			out = append(out, r.View.Name+" "+r.SentAt.In(time.FixedZone("IST", 5*3600+1800)).Format("2006-01-02T15:04:05"))
		}
	}
	slices.Reverse(out) // the rows come with the latest first
	return out
}

func TestTimeGoesForwardFromOneDueInstantToTheNext(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		s := forwarding(w)
		w.withoutDigest()
		i := w.interviewed("2026-11-27T15:00", w.asha) // a Friday
		w.sendAt(w.asha, "kit", "2026-11-27T14:30")
		w.sendAt(w.asha, "late", "2026-12-03T10:00")
		must(t, s.Forward(t.Context(), w.clock.MovableClock, w.india("2026-12-02T12:00"), nil))
		if got, want := w.clock.now(), w.india("2026-12-02T12:00"); !got.Equal(want) {
			t.Errorf("the clock shows %s, want %s", got, want)
		}
		// Each step is a message of its own, at its time.
		w.wantNudges(i, w.asha, "5m sent ; due sent ; due+1 sent ; ")
		want := []string{"card 2026-11-27T14:30:00", "nudge 2026-11-27T16:05:00", "nudge 2026-11-30T10:00:00", "nudge 2026-12-01T10:00:00"}
		if diff := cmp.Diff(want, w.sentAt(w.asha)); diff != "" {
			t.Errorf("sent (-want +got):\n%s", diff)
		}
		must(t, s.Forward(t.Context(), w.clock.MovableClock, w.india("2026-12-01T12:00"), nil))
		if got, want := w.clock.now(), w.india("2026-12-02T12:00"); !got.Equal(want) {
			t.Errorf("the clock went back to %s", got)
		}
	})
}

func TestTimeGoesForwardUntilEnough(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		s := forwarding(w)
		w.sendAt(w.asha, "one", "2026-11-25T11:00")
		w.sendAt(w.ravi, "two", "2026-11-25T11:00")
		w.sendAt(w.asha, "three", "2026-11-25T12:00")
		enough := func() bool { return w.chat.calls(callSend) > 0 }
		must(t, s.Forward(t.Context(), w.clock.MovableClock, w.india("2026-12-02T12:00"), enough))
		if got, want := w.clock.now(), w.india("2026-11-25T11:00"); !got.Equal(want) {
			t.Errorf("the clock shows %s, want %s", got, want)
		}
		w.wantTitles(dm("asha"), "one")
		w.wantTitles(dm("ravi"), "two")
	})
}

// TestTimeStopsWhereItIsCutShort has the call end while something is delivered on the way: the clock stands there,
// and going on from there loses and repeats nothing.
func TestTimeStopsWhereItIsCutShort(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		s := forwarding(w)
		for day := 24; day < 28; day++ {
			w.sendAt(w.asha, fmt.Sprint("m", day), fmt.Sprintf("2026-11-%dT11:00", day))
		}
		ctx, cancel := context.WithCancel(t.Context())
		w.whileDrawing(func(subject string) {
			if subject == "m26" {
				cancel()
			}
		})
		end := w.india("2026-11-30T11:00")
		if err := s.Forward(ctx, w.clock.MovableClock, end, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("cut short: %v", err)
		}
		if got, want := w.clock.now(), w.india("2026-11-26T11:00"); !got.Equal(want) {
			t.Errorf("the clock shows %s, want %s", got, want)
		}
		must(t, s.Forward(t.Context(), w.clock.MovableClock, end, nil))
		w.wantTitles(dm("asha"), "m24", "m25", "m26", "m27")
	})
}

// TestTimeGoesForwardByWhatCannotBeDone has a message that is broken, and a platform that wants to be given time:
// what waits for these waits by the clock that is moved.
func TestTimeGoesForwardByWhatCannotBeDone(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		s := forwarding(w)
		w.sendAt(w.ravi, "bad", "2026-11-24T11:00")
		w.say("bad", "broken")
		w.chat.next(callSend, outcome{err: &bot.SendError{RetryAfter: 3 * time.Hour, Reason: "too many requests"}})
		w.sendAt(w.asha, "slow", "2026-11-24T10:00")
		must(t, s.Forward(t.Context(), w.clock.MovableClock, w.india("2026-11-25T11:00"), nil))
		if row := w.row(store.PersonLane(w.ravi.ID), "bad"); row.State != store.Dead {
			t.Errorf("what cannot be drawn is %s after a day: %s", row.State, row.Reason)
		}
		if diff := cmp.Diff([]string{"card 2026-11-24T13:00:00"}, w.sentAt(w.asha)); diff != "" {
			t.Errorf("sent (-want +got):\n%s", diff)
		}
	})
}

// TestTimeGoesForwardWhileJobsRun has the jobs of the process at work all the while, on a platform with a pace. The
// far end complains of what arrives twice.
func TestTimeGoesForwardWhileJobsRun(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		cfg := w.config(w.Store)
		cfg.Platforms = []bot.Platform{unhurried{w.chat}}
		s, err := scheduler.New(cfg)
		must(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx) }()
		w.send(w.message(w.asha, "now"))
		w.arrives("now")
		var want []string
		for n := range 40 {
			m := w.message(w.ravi, fmt.Sprintf("m%02d", n))
			m.Due = w.clock.now().Add(time.Duration(n/2) * 5 * time.Hour) // always two at once
			w.send(m)
			want = append(want, m.View.Subject)
		}
		must(t, s.Forward(t.Context(), w.clock.MovableClock, w.clock.now().Add(7*24*time.Hour), nil))
		w.wantTitles(dm("ravi"), want...)
		w.send(w.message(w.asha, "afterwards"))
		for range want {
			await(t, w.chat.arrived, "what came on the way")
		}
		w.arrives("afterwards")
		cancel()
		must(t, await(t, ended, "the scheduler to stop"))
	})
}

// TestTimeStandsWhileAJobIsAtWork has a job in the middle of a call of the platform when the clock is to be put
// forward by a week: its lease and its message are of the time before.
func TestTimeStandsWhileAJobIsAtWork(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		s, err := scheduler.New(w.config(w.Store))
		must(t, err)
		began, moved := w.clock.now(), make(chan error, 1)
		w.chat.next(callSend, outcome{arrives: true, first: func(ctx context.Context) {
			go func() {
				moved <- s.Forward(context.WithoutCancel(ctx), w.clock.MovableClock, began.AddDate(0, 0, 7), nil)
			}()
			for looks := 0; looks < 50 && ctx.Err() == nil; { // some more than it takes Forward to begin
				if s.Resting() {
					looks++
				}
				if err := w.Ping(ctx); err != nil {
					t.Error(err)
				}
				if now := w.clock.now(); !now.Equal(began) {
					t.Errorf("the clock was put to %s under a job", now)
					return
				}
			}
		}})
		w.send(w.message(w.asha, "one"))
		w.sendAt(w.asha, "two", "2026-11-24T11:00")
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx) }()
		w.arrives("one")
		w.arrives("two")
		must(t, await(t, moved, "the end of the week"))
		if diff := cmp.Diff([]string{"card 2026-11-23T10:00:00", "card 2026-11-24T11:00:00"}, w.sentAt(w.asha)); diff != "" {
			t.Errorf("sent (-want +got):\n%s", diff)
		}
		cancel()
		must(t, await(t, ended, "the scheduler to stop"))
	})
}
