package scheduler

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// RunSchedules runs what is due of the schedules, each run once however many replicas there are. One that
// came due while no process ran is run once, however often it was missed. Where the expression, the zone
// or the state of one has changed, its next run is set anew.
func (c *Courier) RunSchedules(ctx context.Context, now time.Time) error {
	var (
		rows    map[string]store.ScheduleRow
		company *time.Location
	)
	err := c.store.Read(ctx, func(tx *store.Tx) (err error) {
		company = tx.Snapshot().Zone("")
		rows, err = tx.Schedules(ctx)
		return err
	})
	if err != nil {
		return err
	}
	var failed []error
	for _, s := range hiring.Schedules() {
		row := rows[s.Name]
		row.Name = s.Name
		plan, err := views.PlanOf(s, row, company)
		if err == nil {
			err = c.runSchedule(ctx, row, plan, now)
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("schedule %s: %w", s.Name, err))
		}
	}
	return errors.Join(failed...)
}

func (c *Courier) runSchedule(ctx context.Context, row store.ScheduleRow, plan hiring.Planned, now time.Time) error {
	due := !row.NextRunAt.IsZero() && !row.NextRunAt.After(now)
	changed := row.Planned != plan.Key()
	if !due && !changed {
		return nil
	}
	var (
		all    []views.Writing
		failed error
	)
	if due && !changed {
		// Read before the unit that claims the run: what cannot be read for one person would end it for all.
		failed = c.store.Read(ctx, func(tx *store.Tx) (err error) {
			all, err = views.Writings(ctx, tx, plan, now)
			return err
		})
		if failed != nil && len(all) == 0 {
			return failed // it is tried again
		}
	}
	err := c.store.InTx(ctx, func(tx *store.Tx) error {
		tx.Cause("schedule."+row.Name, bot.Conversation{})
		if changed {
			_, err := tx.PlanSchedule(ctx, row, plan.Key(), plan.Next(now))
			return err
		}
		claimed, err := tx.ClaimSchedule(ctx, row, plan.Next(now))
		if err != nil || !claimed {
			return err
		}
		for _, w := range all {
			if err := write(ctx, tx, w); err != nil {
				return err
			}
		}
		return nil
	})
	return errors.Join(err, failed)
}

// inDigest is why a reminder of a scorecard is no message of its own.
const inDigest = "with the digest of the day"

// write puts into the outbox what a run of a schedule has to say to somebody, in the unit that claims the
// run, and on record what it says with it.
func write(ctx context.Context, tx *store.Tx, w views.Writing) error {
	person, key := w.Message.To.Person, w.Message.Key
	var not []string // whose scorecards others have seen to at this moment
	for _, n := range w.Nudges {
		sent, err := settle(ctx, tx, n.Card, n.Decision, key, inDigest)
		if err != nil && hiring.ErrorCode(err) != hiring.Conflict {
			return err
		}
		if !sent {
			not = append(not, n.Card.Interview)
		}
	}
	message, wanted := w.Without(not)
	if !wanted {
		return nil
	}
	for _, what := range w.Tells {
		if _, err := tx.Tell(ctx, what, person); err != nil {
			return err
		}
	}
	for _, what := range w.Again {
		if _, err := tx.TellAgain(ctx, what, person, hiring.MorningsAsked); err != nil {
			return err
		}
	}
	if len(w.Replaces) > 0 {
		replaced, err := tx.MergeWaiting(ctx, person, key, w.Replaces...)
		if err != nil {
			return err
		}
		message.View.Args = views.TakeOver(message.View.Args, replaced)
	}
	if err := tx.Send(ctx, message); err != nil || len(not) == len(w.Nudges) {
		return err
	}
	return joinMerged(ctx, tx, person, key)
}
