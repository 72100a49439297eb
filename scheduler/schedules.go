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
	return c.store.InTx(ctx, func(tx *store.Tx) error {
		tx.Cause("schedule."+row.Name, bot.Conversation{})
		if changed {
			_, err := tx.PlanSchedule(ctx, row, plan.Key(), plan.Next(now))
			return err
		}
		claimed, err := tx.ClaimSchedule(ctx, row, plan.Next(now))
		if err != nil || !claimed {
			return err
		}
		return say(ctx, tx, plan, now)
	})
}

// say puts into the outbox what a schedule has to say, in the unit that claims the run.
func say(ctx context.Context, tx *store.Tx, plan hiring.Planned, now time.Time) error {
	said, err := views.Writings(ctx, tx, plan, now)
	if err != nil {
		return err
	}
	for _, m := range said {
		for _, what := range m.Tells {
			if _, err := tx.Tell(ctx, what, m.Message.To.Person); err != nil {
				return err
			}
		}
		if err := tx.Send(ctx, m.Message); err != nil {
			return err
		}
	}
	return nil
}
