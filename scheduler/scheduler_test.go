package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/scheduler"
	"github.com/hirebot/hirebot/store"
)

// run works the jobs of the world as a process of its own would, until the test ends or stop is
// called, which waits for its end.
func (w *world) run(t *testing.T) (stop func() error) {
	t.Helper()
	s, err := scheduler.New(w.config(w.open()))
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	stopped := false
	stop = func() error {
		stopped = true
		cancel()
		return await(t, ended, "the scheduler to stop")
	}
	t.Cleanup(func() {
		if !stopped {
			must(t, stop())
		}
	})
	return stop
}

// arrives waits for the next message to be posted.
func (w *world) arrives(title string) {
	w.t.Helper()
	if got := await(w.t, w.chat.arrived, title); got != title {
		w.t.Errorf("%s arrives, want %s", got, title)
	}
}

func TestACommittedMessageArrivesAndARolledBackOneNever(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.run(t)
		changed := errors.New("changed my mind")
		err := w.InTx(t.Context(), func(tx *store.Tx) error {
			return errors.Join(tx.Send(t.Context(), w.message(w.asha, "rolled back")), changed)
		})
		if !errors.Is(err, changed) {
			t.Fatal(err)
		}
		w.send(w.message(w.asha, "committed"))
		w.arrives("committed")
		w.send(w.message(w.asha, "another"))
		w.arrives("another")
		w.wantTitles(dm("asha"), "committed", "another")
		rows, err := w.Rows(t.Context(), store.PersonLane(w.asha.ID), 10)
		must(t, err)
		if len(rows) != 2 {
			t.Errorf("the outbox holds %+v", rows)
		}
	})
}

func TestTheSweepWakesALaneWhoseJobWasLost(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.send(w.message(w.asha, "card"))
		_, err := w.DB().ExecContext(t.Context(), `DELETE FROM river_job`)
		must(t, err)
		w.run(t) // A scheduler sweeps when it starts, and then every minute.
		w.arrives("card")
	})
}

func TestTheSweepSealsTheAudit(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		s, err := scheduler.New(w.config(w.Store))
		must(t, err)
		w.send(bot.Message{To: bot.Recipient{Person: w.asha.ID}, View: bot.View{Name: "pay", Subject: "O-1"}})
		w.drain()
		must(t, s.Sweep(t.Context(), w.clock.now()))
		rows, err := w.AuditRows(t.Context(), store.AuditFilter{Fact: "pay"})
		must(t, err)
		if len(rows) != 1 || rows[0].Seal == 0 {
			t.Errorf("on record: %+v", rows)
		}
	})
}

func TestTheSweepGoesOnWhereAReminderFails(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		// What a lost key had sealed cannot be read.
		_, err := w.DB().ExecContext(t.Context(),
			`INSERT INTO approvals (id, number, subject, terms, requester, beneficiary, body, current_step, state, asked_at, reminded, remind_at, version)
			 VALUES ('A-1', 1, 'R-1', '', $1, '', 'k1:lost', 0, 'open', 0, 0, 1, 1)`, w.asha.ID)
		must(t, err)
		s, err := scheduler.New(w.config(w.Store))
		must(t, err)
		w.send(bot.Message{To: bot.Recipient{Person: w.asha.ID}, View: bot.View{Name: "pay", Subject: "O-1"}})
		w.drain()
		w.send(w.message(w.asha, "card"))
		_, err = w.DB().ExecContext(t.Context(), `DELETE FROM river_job`)
		must(t, err)
		if err := s.Sweep(t.Context(), w.clock.now()); err == nil {
			t.Error("nobody is told that a reminder failed")
		}
		var jobs int
		must(t, w.DB().QueryRowContext(t.Context(), `SELECT count(*) FROM river_job WHERE kind = 'deliver'`).Scan(&jobs))
		if jobs != 1 {
			t.Errorf("%d lanes were woken", jobs)
		}
		rows, err := w.AuditRows(t.Context(), store.AuditFilter{Fact: "pay"})
		must(t, err)
		if len(rows) != 1 || rows[0].Seal == 0 {
			t.Errorf("on record: %+v", rows)
		}
	})
}

func TestAJobComesBackToALaneThatAnotherWorkerHolds(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		// The first sweep is over when it has woken this lane; the next is a minute away, for which
		// nothing here waits.
		w.send(w.message(w.ravi, "swept"))
		_, err := w.DB().ExecContext(t.Context(), `DELETE FROM river_job`)
		must(t, err)
		w.run(t)
		w.arrives("swept")
		// The other worker has looked for the last time and is about to release the lane, just when
		// the message's job runs.
		lane := store.PersonLane(w.asha.ID)
		held, err := w.Lease(t.Context(), lane, "another", w.clock.now(), time.Minute)
		must(t, err)
		if !held {
			t.Fatal("the lane is held already")
		}
		w.send(w.message(w.asha, "card"))
		w.send(w.message(w.ravi, "other"))
		w.arrives("other") // the jobs are worked
		w.wantTitles(dm("asha"))
		must(t, w.Release(t.Context(), lane, "another"))
		w.arrives("card")
	})
}

func TestReplicasShareTheWork(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.run(t)
		w.run(t)
		var want []string
		for i := range 10 {
			title := fmt.Sprintf("n%d", i)
			want = append(want, title)
			w.send(w.message(w.asha, title), w.message(w.ravi, title))
		}
		for range 2 * len(want) {
			await(t, w.chat.arrived, "all messages")
		}
		w.wantTitles(dm("asha"), want...)
		w.wantTitles(dm("ravi"), want...)
	})
}

func TestStoppingWaitsForWhatIsBeingSent(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		calling, goOn := make(chan struct{}), make(chan struct{})
		w.chat.next(callSend, outcome{first: func(context.Context) {
			close(calling)
			<-goOn
		}})
		w.send(w.message(w.asha, "card"))
		stop := w.run(t)
		await(t, calling, "the message to be sent")
		stopped := make(chan error, 1)
		go func() { stopped <- stop() }()
		close(goOn)
		must(t, await(t, stopped, "the end"))
		w.want(store.PersonLane(w.asha.ID), "card", store.Sent, "")
	})
}

func TestStoppingEndsACallThatHangs(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		lane := store.PersonLane(w.asha.ID)
		calling := make(chan struct{})
		w.chat.next(callSend, outcome{err: context.Canceled, first: func(ctx context.Context) {
			close(calling)
			<-ctx.Done()
		}})
		w.send(w.message(w.asha, "card"))
		stop := w.run(t)
		await(t, calling, "the message to be sent")
		must(t, stop())
		// Whether it arrived is not known, and the lane is free for the next process.
		w.want(lane, "card", store.Sending, "")
		w.drain()
		w.wantTitles(dm("asha"), "card")
		if n := w.chat.calls(callFind); n != 1 {
			t.Errorf("the message was looked for %d times", n)
		}
	})
}

func TestASchedulerThatIsIdleStopsAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		stop := w.run(t)
		w.send(w.message(w.asha, "card"))
		w.arrives("card")
		must(t, stop())
		w.send(w.message(w.asha, "too late"))
		lanes, err := w.DueLanes(t.Context(), w.clock.now(), 10)
		must(t, err)
		if !slices.Equal(lanes, []string{store.PersonLane(w.asha.ID)}) {
			t.Errorf("due: %v", lanes)
		}
	})
}

// unhurried is a platform that allows one message a conversation in a short while.
type unhurried struct{ *chat }

// MinGap is the least time between two messages in one conversation.
func (unhurried) MinGap() time.Duration { return 100 * time.Millisecond }

// TestALaneIsWorkedAtTheRateThatItsPlatformAllows looks at a lane as it is by the real clock.
func TestALaneIsWorkedAtTheRateThatItsPlatformAllows(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		const messages = 30
		for i := range messages {
			w.send(w.message(w.asha, fmt.Sprint("m", i)))
		}
		cfg := w.config(w.open())
		cfg.Platforms, cfg.Clock = []bot.Platform{unhurried{w.chat}}, time.Now
		w.clock.set(time.Now())
		_, err := w.DB().ExecContext(t.Context(), `DELETE FROM river_job`)
		must(t, err)
		s, err := scheduler.New(cfg)
		must(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx) }()
		w.arrives("m0")
		began := time.Now()
		for i := 1; i < messages; i++ {
			w.arrives(fmt.Sprint("m", i))
		}
		// One more in each five seconds would take minutes; some times the least is for a busy machine.
		least := (messages - 1) * 100 * time.Millisecond
		if took := time.Since(began); took < least-100*time.Millisecond || took > 4*least {
			t.Errorf("%d messages took %s, want a little more than %s", messages, took, least)
		}
		cancel()
		must(t, await(t, ended, "the scheduler to stop"))
	})
}
