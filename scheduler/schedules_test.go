package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// sweep runs the schedules, as a process that has just started would.
func (w *world) sweep() {
	w.t.Helper()
	must(w.t, w.courier().RunSchedules(w.t.Context(), w.clock.now()))
}

// at sets the clock to a time of India.
func (w *world) at(text string) {
	w.t.Helper()
	w.clock.set(w.india(text))
}

// india returns the instant of a time of India.
func (w *world) india(text string) time.Time {
	w.t.Helper()
	at, err := time.ParseInLocation("2006-01-02T15:04", text, time.FixedZone("IST", 5*3600+1800))
	must(w.t, err)
	return at.UTC()
}

func (w *world) schedule(name string) (row store.ScheduleRow) {
	w.t.Helper()
	must(w.t, w.Read(w.t.Context(), func(tx *store.Tx) error {
		all, err := tx.Schedules(w.t.Context())
		row = all[name]
		return err
	}))
	return row
}

// wantNext expects when a schedule is run next, in a time of India; "" is never.
func (w *world) wantNext(name, want string) {
	w.t.Helper()
	got := ""
	if next := w.schedule(name).NextRunAt; !next.IsZero() {
		got = next.In(time.FixedZone("IST", 5*3600+1800)).Format("2006-01-02T15:04")
	}
	if got != want {
		w.t.Errorf("%s is run next at %q, want %q", name, got, want)
	}
}

func (w *world) setSchedule(row store.ScheduleRow) {
	w.t.Helper()
	w.in(func(ctx context.Context, tx *store.Tx) error { return tx.SetSchedule(ctx, row) })
}

// reports returns how many weekly reports are in the outbox.
func (w *world) reports() int {
	w.t.Helper()
	rows, err := w.Rows(w.t.Context(), store.ChannelLane(public), 1000)
	must(w.t, err)
	return len(slices.DeleteFunc(rows, func(r store.Row) bool { return r.View.Name != views.WeeklyReport }))
}

// reporting sets the weekly report up, at an expression.
func (w *world) reporting(expression, zone string) {
	w.t.Helper()
	w.in(func(ctx context.Context, tx *store.Tx) error {
		return errors.Join(
			tx.SetSetting(ctx, hiring.SettingHiringChannel, "all"),
			tx.SetSchedule(ctx, store.ScheduleRow{Name: hiring.ScheduleWeeklyReport, Expression: expression, Zone: zone, Set: true, Enabled: true}),
		)
	})
	w.sweep()
}

func TestAScheduleIsRunAtItsTime(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.at("2026-11-23T10:00")
		w.reporting("0 17 * * 1-5", "")
		w.wantNext(hiring.ScheduleWeeklyReport, "2026-11-23T17:00")
		for _, step := range []struct {
			at   string
			want int
		}{{"2026-11-23T16:59", 0}, {"2026-11-23T17:00", 1}, {"2026-11-23T17:01", 1}, {"2026-11-24T17:05", 2}} {
			w.at(step.at)
			w.sweep()
			if got := w.reports(); got != step.want {
				t.Errorf("at %s there are %d reports, want %d", step.at, got, step.want)
			}
		}
		if last := w.schedule(hiring.ScheduleWeeklyReport).LastRunAt; !last.Equal(w.clock.now()) {
			t.Errorf("it was last run at %s", last)
		}
		// For four days no process runs: then it is run once.
		w.at("2026-11-28T03:00")
		w.sweep()
		w.sweep()
		if got := w.reports(); got != 3 {
			t.Errorf("after days without a process there are %d reports, want 3", got)
		}
		w.wantNext(hiring.ScheduleWeeklyReport, "2026-11-30T17:00")

		// Turned off, it is not run; what it missed then is not made up for.
		w.setSchedule(store.ScheduleRow{Name: hiring.ScheduleWeeklyReport, Set: true, Enabled: false})
		w.sweep()
		w.wantNext(hiring.ScheduleWeeklyReport, "")
		w.at("2026-12-05T10:00")
		w.sweep()
		w.setSchedule(store.ScheduleRow{Name: hiring.ScheduleWeeklyReport, Expression: "0 17 * * 1-5", Set: true, Enabled: true})
		w.sweep()
		if got := w.reports(); got != 3 {
			t.Errorf("after it was off there are %d reports, want 3", got)
		}
		w.wantNext(hiring.ScheduleWeeklyReport, "2026-12-07T17:00")
	})
}

func TestWhatAScheduleFollowsMovesItsNextRun(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.at("2026-11-23T10:00")
		w.reporting("0 17 * * *", "")
		w.reporting("0 18 * * *", "")
		w.wantNext(hiring.ScheduleWeeklyReport, "2026-11-23T18:00")
		w.reporting("0 18 * * *", "Europe/Berlin")
		w.wantNext(hiring.ScheduleWeeklyReport, "2026-11-23T22:30")
		w.reporting("0 18 * * *", "")
		w.in(func(ctx context.Context, tx *store.Tx) error {
			return tx.SetSetting(ctx, hiring.SettingTimezone, "Asia/Tokyo")
		})
		w.sweep()
		w.wantNext(hiring.ScheduleWeeklyReport, "2026-11-23T14:30")
		// Moved to before now, it is for tomorrow: nothing was missed.
		w.at("2026-11-23T15:00")
		w.reporting("0 9 * * *", "")
		w.sweep()
		w.wantNext(hiring.ScheduleWeeklyReport, "2026-11-24T05:30")
		if got := w.reports(); got != 0 {
			t.Errorf("changes of its time made %d reports", got)
		}
		// Run by hand, also one that is off: once, and then as planned.
		w.in(func(ctx context.Context, tx *store.Tx) error {
			return tx.SetSchedule(ctx, store.ScheduleRow{Name: hiring.ScheduleWeeklyReport, Set: true})
		})
		w.sweep()
		row := w.schedule(hiring.ScheduleWeeklyReport)
		w.in(func(ctx context.Context, tx *store.Tx) error {
			return tx.RunSchedule(ctx, row, row.Planned)
		})
		w.sweep()
		w.sweep()
		if got := w.reports(); got != 1 {
			t.Errorf("run by hand, it made %d reports", got)
		}
		w.wantNext(hiring.ScheduleWeeklyReport, "")
	})
}

func TestSeveralReplicasRunAScheduleOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.at("2026-11-23T10:00")
		w.reporting("*/5 * * * *", "")
		replicas := []*store.Store{w.Store, w.open(), w.open()}
		for range 10 {
			w.clock.advance(5 * time.Minute)
			var group sync.WaitGroup
			for _, s := range replicas {
				group.Go(func() { must(t, courierOf(w, s).RunSchedules(t.Context(), w.clock.now())) })
			}
			group.Wait()
		}
		if got := w.reports(); got != 10 {
			t.Errorf("ten runs made %d reports", got)
		}
	})
}

func TestWeeklyReportsTellNoSmallNumber(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.at("2026-11-23T10:00")
		w.reporting("0 17 * * 5", "")
		move := func(n int, confidential bool, states ...hiring.ReqState) {
			for range n {
				w.in(func(ctx context.Context, tx *store.Tx) error {
					r, err := tx.AddRequisition(ctx, hiring.Requisition{
						Role: "backend-developer", Level: "senior", Seats: 1, WorkMode: hiring.WorkHybrid, State: hiring.ReqDraft,
						Requester: w.asha.ID, HiringManager: w.asha.ID, Confidential: confidential, Announced: true,
					})
					for _, state := range states {
						if err == nil {
							r.State = state
							r, err = tx.SaveRequisition(ctx, r)
						}
					}
					return err
				})
			}
		}
		move(6, false, hiring.ReqPending, hiring.ReqOpen, hiring.ReqOnHold, hiring.ReqOpen)
		move(4, false, hiring.ReqOpen, hiring.ReqClosed)
		move(30, true, hiring.ReqOpen, hiring.ReqFilled)
		move(5, false, hiring.ReqClosed) // a draft that is dropped is not told of
		w.at("2026-11-27T17:00")
		w.views = views.Set{views.WeeklyReport: views.All(nil)[views.WeeklyReport]}
		w.sweep()
		w.drain()
		posts := w.chat.in(public)
		if len(posts) != 1 {
			t.Fatalf("%d reports are posted", len(posts))
		}
		fields, _ := posts[0].card.Body[0].(bot.Fields)
		got := ""
		for _, f := range fields {
			got += f.Label + " " + f.Text.Plain(time.UTC) + "; "
		}
		if want := "Opened 10; Filled fewer than 5; Put on hold 6; Closed fewer than 5; "; got != want {
			t.Errorf("the report says %q, want %q", got, want)
		}
	})
}

// TestWhatIsPastItsDateIsToldOnce lets many requisitions pass their date over some days.
func TestWhatIsPastItsDateIsToldOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.at("2026-11-23T09:00")
		w.sweep()
		for i := range 12 {
			w.in(func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.AddRequisition(ctx, hiring.Requisition{
					Role: "backend-developer", Level: "senior", Seats: 1, WorkMode: hiring.WorkHybrid, State: hiring.ReqOpen,
					Requester: w.asha.ID, HiringManager: w.asha.ID, Recruiter: w.ravi.ID, Target: fmt.Sprintf("2026-11-%d", 22+i%3),
				})
				return err
			})
		}
		for _, step := range []struct {
			at   string
			want []string
		}{
			{"2026-11-23T10:00", []string{"4"}},
			{"2026-11-24T10:00", []string{"4", "4"}},
			{"2026-11-25T12:00", []string{"4", "4", "4"}},
			{"2026-11-26T12:00", []string{"4", "4", "4"}},
		} {
			w.at(step.at)
			w.sweep()
			for _, person := range []hiring.Person{w.asha, w.ravi} {
				rows, err := w.Rows(t.Context(), store.PersonLane(person.ID), 10)
				must(t, err)
				var got []string
				for _, r := range rows {
					got = append(got, fmt.Sprint(len(r.View.Args)))
				}
				if !slices.Equal(got, step.want) {
					t.Errorf("at %s %s has messages of %v requisitions, want %v", step.at, person.Name, got, step.want)
				}
			}
		}
	})
}
