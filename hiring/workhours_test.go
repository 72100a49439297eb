package hiring_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/hiring"
)

// drawWorkTime draws the working time of somebody somewhere, some of it odd.
func drawWorkTime(t *rapid.T) hiring.WorkTime {
	w := hiring.DefaultWorkTime(zoneOf(t, rapid.SampledFrom([]string{
		"Asia/Kolkata", "America/New_York", "Europe/London", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Chatham",
		"Europe/Dublin", "Africa/Casablanca", "America/St_Johns", "Africa/Cairo", "America/Havana", "Pacific/Apia", "UTC",
	}).Draw(t, "zone")))
	from := rapid.IntRange(0, 22*60).Draw(t, "from")
	w.Hours = hiring.Hours{From: from, To: rapid.IntRange(from+60, 24*60).Draw(t, "to")}
	w.RemindAt = rapid.IntRange(0, 24*60-1).Draw(t, "remind at")
	w.Calendar.Weekend = rapid.SliceOfNDistinct(rapid.SampledFrom([]time.Weekday{0, 1, 2, 3, 4, 5, 6}), 0, 4, rapid.ID).Draw(t, "weekend")
	return w
}

// drawNow draws an instant, often near one at which the zone changes its clocks.
func drawNow(t *rapid.T, zone *time.Location) time.Time {
	now := time.Unix(rapid.Int64Range(946684800, 2000000000).Draw(t, "now")/60*60, 0)
	if _, change := now.In(zone).ZoneBounds(); !change.IsZero() && rapid.Bool().Draw(t, "near a change") {
		now = change.Add(time.Duration(rapid.IntRange(-2000, 200).Draw(t, "minutes")) * time.Minute)
	}
	if rapid.Bool().Draw(t, "with seconds") {
		now = now.Add(time.Duration(rapid.IntRange(0, 59).Draw(t, "seconds")) * time.Second)
	}
	return now
}

// TestNextAllowedIsTheFirstMinute compares with looking at every minute.
func TestNextAllowedIsTheFirstMinute(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorkTime(t)
		now := drawNow(t, w.Zone)
		local := now.In(w.Zone)
		if rapid.Bool().Draw(t, "away") {
			w.Away = []hiring.DaysAway{{From: local.AddDate(0, 0, -1).Format(time.DateOnly), To: local.AddDate(0, 0, 1).Format(time.DateOnly)}}
		}
		want := now
		for i := 0; !w.Allowed(want); i++ {
			if i > 12*24*60 {
				t.Skip("it is further away than this test looks")
			}
			want = want.Truncate(time.Minute).Add(time.Minute)
		}
		if got := w.NextAllowed(now); !got.Equal(want) {
			t.Fatalf("from %s in hours %s: %s, want %s", local, w.Hours, got.In(w.Zone), want.In(w.Zone))
		}
	})
}

func TestRemindersComeInHours(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorkTime(t)
		now := drawNow(t, w.Zone)
		for what, at := range map[string]time.Time{"next": w.NextReminding(now), "day": w.NextDay(now)} {
			if at.Before(now) || !w.Allowed(at) {
				t.Fatalf("%s: at %s they are reminded at %s, in hours %s", what, now.In(w.Zone), at.In(w.Zone), w.Hours)
			}
			local := at.In(w.Zone)
			minute := local.Hour()*60 + local.Minute()
			if minute < w.RemindAt && w.RemindAt < w.Hours.To {
				t.Fatalf("%s: they are reminded at %s, before %d minutes", what, local, w.RemindAt)
			}
		}
		if day := w.NextDay(now).In(w.Zone).Format(time.DateOnly); day <= now.In(w.Zone).Format(time.DateOnly) {
			t.Fatalf("the next day after %s is %s", now.In(w.Zone), day)
		}
	})
}

// TestRemindersSkippedByTheClock has the clock be put forward over the time of reminders and the rest of
// the hours.
func TestRemindersSkippedByTheClock(t *testing.T) {
	t.Parallel()
	london := zoneOf(t, "Europe/London")
	w := hiring.DefaultWorkTime(london)
	w.Hours, w.RemindAt, w.Calendar.Weekend = hiring.Hours{From: 0, To: 61}, 60, nil
	now := time.Date(2000, 3, 26, 0, 59, 0, 0, london)
	if got, want := w.NextReminding(now), time.Date(2000, 3, 27, 1, 0, 0, 0, london); !got.Equal(want) {
		t.Errorf("they are reminded at %s, want %s", got.In(london), want)
	}
}

func TestWhoNeverWorksIsToldNothing(t *testing.T) {
	t.Parallel()
	w := hiring.DefaultWorkTime(time.UTC)
	for day := range 7 {
		w.Calendar.Weekend = append(w.Calendar.Weekend, time.Weekday(day))
	}
	now := time.Date(2026, 12, 7, 10, 0, 0, 0, time.UTC)
	if w.Allowed(now) || !w.NextAllowed(now).IsZero() || !w.NextDay(now).IsZero() || !w.NextReminding(now).IsZero() {
		t.Error("somebody who never works is told things")
	}
}

func TestHolidaysAndDaysAway(t *testing.T) {
	t.Parallel()
	kolkata := zoneOf(t, "Asia/Kolkata")
	w := hiring.DefaultWorkTime(kolkata)
	w.Away = []hiring.DaysAway{{From: "2027-01-27", To: "2027-01-28"}}
	for text, want := range map[string]string{
		"2027-01-25T17:59": "2027-01-25T17:59", // the last minute
		"2027-01-25T18:00": "2027-01-29T09:30", // 26 January is a holiday, and then they are away
		"2026-08-14T19:00": "2026-08-17T09:30", // 15 August is a Saturday
		"2028-10-01T09:00": "2028-10-03T09:30",
		"2026-12-07T09:29": "2026-12-07T09:30",
	} {
		now, err := time.ParseInLocation("2006-01-02T15:04", text, kolkata)
		if err != nil {
			t.Fatal(err)
		}
		if got := w.NextAllowed(now).In(kolkata).Format("2006-01-02T15:04"); got != want {
			t.Errorf("after %s comes %s, want %s", text, got, want)
		}
	}
	if at := w.Present().NextAllowed(time.Date(2027, 1, 27, 12, 0, 0, 0, kolkata)); at.In(kolkata).Day() != 27 {
		t.Errorf("what does not wait for who is away comes on %s", at)
	}
}

func TestParseHours(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"09:30-18:00": "09:30-18:00", "9 - 18": "09:00-18:00", "9:00 to 17:30": "09:00-17:30", "10:00–24:00": "10:00-24:00", " 0-1 ": "00:00-01:00",
		"18-9": "", "9-9:30": "", "9": "", "": "", "9-25": "", "9:5-12": "", "9:60-12": "", "-1-9": "", "nine-five": "", "9-12-15": "",
	} {
		hours, err := hiring.ParseHours(text)
		if (err == nil) != (want != "") || err == nil && hours.String() != want {
			t.Errorf("%q is %s, %v; want %q", text, hours, err, want)
		}
	}
}

func TestParseDaysAway(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2026-12-24, 2026-12-28..2027-01-04": "2026-12-24, 2026-12-28..2027-01-04",
		"2026-12-28 to 2027-01-04":           "2026-12-28..2027-01-04",
		"":                                   "",
	} {
		days, err := hiring.ParseDaysAway(text)
		if got := hiring.PrintDaysAway(days); got != want || err != nil {
			t.Errorf("%q is %q, %v; want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"tomorrow", "2027-01-04..2026-12-28", "2026-02-30"} {
		if _, err := hiring.ParseDaysAway(text); err == nil {
			t.Errorf("%q is read as days", text)
		}
	}
}
