package scheduler

import (
	"context"
	"errors"
	"time"

	"github.com/hirebot/hirebot/bot"
)

// Forward puts a clock forward to an instant, and has all that falls due on the way happen as if that time had
// passed: the clock goes from one due instant to the next, and at each of them what is due is put into the outbox
// and delivered. It is for a clock that nobody else's time depends on, that of the demo, and that clock must be
// the scheduler's and its store's.
//
// It stops early, and returns nil, once enough says so; nil never does. Where something cannot be put into the
// outbox, or ctx ends, it returns that error, and the clock stands where that happened. Meanwhile the jobs of
// this process rest. What would have to wait in the time of the world, such as for a platform's pace, waits by
// the clock that is moved.
func (s *Scheduler) Forward(ctx context.Context, clock *bot.MovableClock, to time.Time, enough func() bool) error {
	s.resting.Lock()
	defer s.resting.Unlock()
	walker := *s.Courier
	walker.pause = nil
	for {
		now := clock.Now()
		if err := walker.catchUp(ctx, now); err != nil {
			return err
		}
		if enough != nil && enough() {
			return nil
		}
		next, ok, err := s.store.NextDue(ctx)
		if err != nil {
			return err
		}
		if !next.After(now) {
			next = now.Add(sweepEvery) // what could not be done yet is tried again with the next sweep
		}
		if !ok || next.After(to) {
			break
		}
		clock.PutForward(next)
	}
	clock.PutForward(to)
	now := clock.Now()
	_, sealed := s.store.SealAudit(ctx, now, sealBatch)
	return errors.Join(walker.catchUp(ctx, now), sealed, s.store.Expire(ctx, now))
}

// catchUp puts into the outbox what is due at an instant, and delivers it.
func (c *Courier) catchUp(ctx context.Context, now time.Time) error {
	if err := c.PutDue(ctx, now); err != nil {
		return err
	}
	return c.Drain(ctx, now)
}
