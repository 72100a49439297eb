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

// runs are what the schedules do, by name. They only write: what they have to say goes through the
// outbox, in the unit that claims the run.
var runs = map[string]func(ctx context.Context, tx *store.Tx, plan hiring.Planned, now time.Time) error{
	hiring.ScheduleTargetDates:  tellOfTargetDates,
	hiring.ScheduleWeeklyReport: postWeeklyReport,
}

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
		return runs[row.Name](ctx, tx, plan, now)
	})
}

// mostPast is how many requisitions past their target date one run looks at.
const mostPast = 1000

// tellOfTargetDates tells recruiters and hiring managers which of their requisitions are past their target
// date: each in one message, and of each requisition and date once.
func tellOfTargetDates(ctx context.Context, tx *store.Tx, plan hiring.Planned, now time.Time) error {
	past, err := tx.ReqsPast(ctx, string(bot.DateOf(now, plan.Zone)), mostPast)
	if err != nil {
		return err
	}
	var (
		order []string
		of    = map[string][]string{}
	)
	for _, r := range past {
		what := views.TargetArg(r)
		for _, person := range []string{r.Recruiter, r.HiringManager} {
			if p, ok := tx.Snapshot().Person(person); !ok || !p.Active {
				continue
			}
			first, err := tx.Tell(ctx, "target:"+what, person)
			if err != nil {
				return err
			}
			if !first {
				continue // also who is both
			}
			if of[person] == nil {
				order = append(order, person)
			}
			of[person] = append(of[person], what)
		}
	}
	for _, person := range order {
		err := tx.Send(ctx, bot.Message{
			To: bot.Recipient{Person: person}, View: bot.View{Name: views.TargetDates, Args: of[person]},
			Key: fmt.Sprintf("target_dates:%s:%d", person, now.UnixMicro()), Unprompted: true,
			Why: "You get this because you recruit for them or they are yours, once for each target date.",
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// postWeeklyReport posts what became of requisitions in the seven days before to the hiring channel of
// each workspace, but where that wants quiet.
func postWeeklyReport(ctx context.Context, tx *store.Tx, plan hiring.Planned, now time.Time) error {
	name := tx.Snapshot().Setting(hiring.SettingHiringChannel)
	if name == "" {
		return nil
	}
	channels, err := tx.ChannelsNamed(ctx, name)
	if err != nil {
		return err
	}
	from := now.In(plan.Zone).AddDate(0, 0, -7)
	for _, channel := range channels {
		if channel.Quiet {
			continue
		}
		err := tx.Send(ctx, bot.Message{
			To:   bot.Recipient{Channel: bot.Conversation{Workspace: channel.Workspace, Channel: channel.ID}},
			View: bot.View{Name: views.WeeklyReport, Args: []string{from.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339)}},
			Key:  fmt.Sprintf("weekly_report:%s/%s:%d", channel.Workspace, channel.ID, now.UnixMicro()),
		})
		if err != nil {
			return err
		}
	}
	return nil
}
