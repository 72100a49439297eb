package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/hirebot/hirebot/hiring"
)

// ScheduleRow is what the database holds of a schedule: what somebody has set in the place of what is
// declared, and when it was and will be run.
type ScheduleRow struct {
	Name string
	// Expression and Zone are "" where nobody has set them; Set says that somebody has said whether it is
	// Enabled.
	Expression, Zone string
	Set, Enabled     bool
	// Planned is what NextRunAt was computed from. LastRunAt and NextRunAt are zero for never.
	Planned              string
	LastRunAt, NextRunAt time.Time
}

// Schedules returns the rows of all schedules, by name. One that nobody has planned or changed yet has
// none.
func (t *Tx) Schedules(ctx context.Context) (map[string]ScheduleRow, error) {
	all := map[string]ScheduleRow{}
	err := t.conn.each(ctx, func(scan func(...any) error) error {
		var (
			r          ScheduleRow
			enabled    sql.NullBool
			last, next instant
		)
		if err := scan(&r.Name, &r.Expression, &r.Zone, &enabled, &r.Planned, &last, &next); err != nil {
			return err
		}
		r.Set, r.Enabled, r.LastRunAt, r.NextRunAt = enabled.Valid, enabled.Bool, last.Time, next.Time
		all[r.Name] = r
		return nil
	}, `SELECT name, expression, zone, enabled, planned, last_run_at, next_run_at FROM schedules`)
	if err != nil {
		return nil, fmt.Errorf("read the schedules: %w", err)
	}
	return all, nil
}

// PlanSchedule sets when a schedule is run next, and what that was computed from. It returns false
// where somebody else has planned or run it since the row was read.
func (t *Tx) PlanSchedule(ctx context.Context, r ScheduleRow, planned string, next time.Time) (bool, error) {
	n, err := t.write(ctx,
		`INSERT INTO schedules (name, planned, next_run_at) VALUES ($1, $2, $3)
		 ON CONFLICT (name) DO UPDATE SET planned = excluded.planned, next_run_at = excluded.next_run_at
		 WHERE schedules.planned = $4 AND COALESCE(schedules.next_run_at, 0) = $5`,
		r.Name, planned, instant{next}, r.Planned, microsOr0(r.NextRunAt))
	if err != nil {
		return false, fmt.Errorf("plan the schedule %s: %w", r.Name, err)
	}
	return n == 1, nil
}

// ClaimSchedule takes the run of a schedule that is due, and sets when the next one is. It returns false
// where another replica has taken it. The run is done in the same unit: it happens if it was claimed.
func (t *Tx) ClaimSchedule(ctx context.Context, r ScheduleRow, next time.Time) (bool, error) {
	n, err := t.write(ctx, `UPDATE schedules SET last_run_at = $2, next_run_at = $3 WHERE name = $1 AND next_run_at = $4`,
		r.Name, instant{t.now}, instant{next}, instant{r.NextRunAt})
	if err != nil {
		return false, fmt.Errorf("claim the schedule %s: %w", r.Name, err)
	}
	return n == 1, nil
}

// microsOr0 returns what a comparison with a time that may be NULL has.
func microsOr0(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// SetSchedule sets what holds of a schedule in the place of what is declared: "" and not Set leave that.
// It returns a NotFound error for a schedule that there is not, and an Invalid one for an expression or a
// zone that cannot be.
func (t *Tx) SetSchedule(ctx context.Context, r ScheduleRow) error {
	if _, ok := hiring.ScheduleByName(r.Name); !ok {
		return hiring.Errorf(hiring.NotFound, "There is no schedule %q.", r.Name)
	}
	if r.Expression != "" {
		if _, err := hiring.ParseTiming(r.Expression); err != nil {
			return fmt.Errorf("set the schedule %s: %w", r.Name, err)
		}
	}
	if r.Zone != "" {
		if _, err := hiring.ParseZone(r.Zone); err != nil {
			return fmt.Errorf("set the schedule %s: %w", r.Name, err)
		}
	}
	_, err := t.write(ctx,
		`INSERT INTO schedules (name, expression, zone, enabled, changed_at, changed_by) VALUES ($1, $2, $3, $4, $5, $6)
		 ON CONFLICT (name) DO UPDATE SET expression = excluded.expression, zone = excluded.zone, enabled = excluded.enabled,
		   changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
		r.Name, r.Expression, r.Zone, sql.NullBool{Bool: r.Enabled, Valid: r.Set}, instant{t.now}, t.author())
	if err != nil {
		return fmt.Errorf("set the schedule %s: %w", r.Name, err)
	}
	return nil
}

// RunSchedule has a schedule run at the next sweep, also one that is off.
func (t *Tx) RunSchedule(ctx context.Context, r ScheduleRow, planned string) error {
	_, err := t.write(ctx,
		`INSERT INTO schedules (name, planned, next_run_at) VALUES ($1, $2, $3)
		 ON CONFLICT (name) DO UPDATE SET planned = excluded.planned, next_run_at = excluded.next_run_at`, r.Name, planned, instant{t.now})
	if err != nil {
		return fmt.Errorf("run the schedule %s: %w", r.Name, err)
	}
	return nil
}
