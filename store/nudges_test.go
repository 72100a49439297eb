package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

func TestWhenPeopleMayBeTold(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.home(t)
		asha, ravi := w.person(t, "asha"), w.person(t, "ravi")
		set := func(fn func(tx *store.Tx) error) { t.Helper(); must(t, w.InTx(ctx, fn)) }
		if got := read(t, w.Store).WorkTime(asha.ID); got.Hours.String() != "09:30-18:00" || got.RemindAt != 600 || got.Zone.String() != "Asia/Kolkata" {
			t.Errorf("by default: %+v", got)
		}
		set(func(tx *store.Tx) error { return tx.SetSetting(ctx, hiring.SettingWorkingHours, "8-17") })
		set(func(tx *store.Tx) error { return tx.SetSetting(ctx, hiring.SettingNudgeBudget, "4") })
		want := hiring.NudgePreferences{
			Person: asha.ID, Hours: &hiring.Hours{From: 600, To: 1140}, Away: []hiring.DaysAway{{From: "2026-12-24", To: "2027-01-01"}}, Single: true, Budget: new(1),
		}
		set(func(tx *store.Tx) error { return tx.SetNudgePreferences(ctx, want) })
		set(func(tx *store.Tx) error {
			return tx.SetAbsence(ctx, hiring.Absence{Person: ravi.ID, Until: "2026-11-24"})
		})
		s := read(t, w.Store)
		if diff := cmp.Diff(want, s.NudgePreferences(asha.ID)); diff != "" {
			t.Error(diff)
		}
		if hers, his := s.WorkTime(asha.ID).Hours.String(), s.WorkTime(ravi.ID).Hours.String(); hers != "10:00-19:00" || his != "08:00-17:00" {
			t.Errorf("hers are %s, his %s", hers, his)
		}
		if hers, his := s.NudgeBudget(asha.ID), s.NudgeBudget(ravi.ID); hers != 1 || his != 4 {
			t.Errorf("she gets %d in a day, he %d", hers, his)
		}
		if next := s.WorkTime(ravi.ID).NextAllowed(start); !next.Equal(time.Date(2026, 11, 25, 2, 30, 0, 0, time.UTC)) {
			t.Errorf("he is away until the 24th, and is told things at %s", next)
		}
		err := w.InTx(ctx, func(tx *store.Tx) error {
			return tx.SetNudgePreferences(ctx, hiring.NudgePreferences{Person: asha.ID, Budget: new(0)})
		})
		wantCode(t, err, bot.CodeInvalid)
		err = w.InTx(ctx, func(tx *store.Tx) error { return tx.SetNudgePreferences(ctx, hiring.NudgePreferences{Person: "P-99"}) })
		wantCode(t, err, bot.CodeNotFound)
	})
}

func TestSchedulesAreChecked(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		for row, want := range map[store.ScheduleRow]string{
			{Name: "nothing"}: bot.CodeNotFound,
			{Name: hiring.ScheduleWeeklyReport, Expression: "0 0 30 2 *"}: bot.CodeInvalid,
			{Name: hiring.ScheduleWeeklyReport, Zone: "Mars"}:             bot.CodeInvalid,
			{Name: hiring.ScheduleWeeklyReport, Zone: "UTC"}:              "",
		} {
			err := w.InTx(ctx, func(tx *store.Tx) error { return tx.SetSchedule(ctx, row) })
			if got := bot.ErrorCode(err); err != nil && got != want || (err == nil) != (want == "") {
				t.Errorf("%+v: %v", row, err)
			}
		}
	})
}
