package hiring_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/hiring"
)

func mustTiming(t interface{ Fatal(args ...any) }, text string) hiring.Timing {
	timing, err := hiring.ParseTiming(text)
	if err != nil {
		t.Fatal(err)
	}
	return timing
}

func zoneOf(t interface{ Fatal(args ...any) }, name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestNextRuns(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ expression, zone, after, want string }{
		{"0 9 * * 1-5", "Asia/Kolkata", "2026-12-04T09:00:00+05:30", "2026-12-07T09:00:00+05:30 2026-12-08T09:00:00+05:30"},
		{"@daily", "Asia/Kolkata", "2026-12-04T09:00:00+05:30", "2026-12-05T00:00:00+05:30"},
		{"0 9 * * 1-5", "Asia/Kathmandu", "2026-12-06T12:00:00Z", "2026-12-07T09:00:00+05:45"},
		// The hour from two to three is left out on 14 March: what falls into it comes at three, once.
		{"30 2 * * *", "America/New_York", "2027-03-13T12:00:00-05:00", "2027-03-14T03:00:00-04:00 2027-03-15T02:30:00-04:00"},
		{"*/20 2 * * *", "America/New_York", "2027-03-14T01:00:00-05:00", "2027-03-14T03:00:00-04:00 2027-03-15T02:00:00-04:00"},
		{"30 2 * * *", "Europe/Berlin", "2027-03-28T00:00:00+01:00", "2027-03-28T03:00:00+02:00"},
		// The hour from one to two comes twice on 1 November: only the first counts.
		{"30 1 * * *", "America/New_York", "2026-11-01T00:00:00-04:00", "2026-11-01T01:30:00-04:00 2026-11-02T01:30:00-05:00"},
		{"30 1 * * *", "America/New_York", "2026-11-01T01:00:00-05:00", "2026-11-02T01:30:00-05:00"},
		{"30 1 * * *", "America/New_York", "2026-11-01T01:30:00-04:00", "2026-11-02T01:30:00-05:00"},
		// Half an hour is put back on Lord Howe, and a day was left out on Samoa.
		{"45 1 * * *", "Australia/Lord_Howe", "2027-04-03T12:00:00Z", "2027-04-04T01:45:00+11:00 2027-04-05T01:45:00+10:30"},
		{"0 12 * * *", "Pacific/Apia", "2011-12-29T12:00:00-10:00", "2011-12-31T00:00:00+14:00 2011-12-31T12:00:00+14:00"},
		// 29 February, also over a century without one.
		{"0 10 29 2 *", "Asia/Kolkata", "2026-12-07T00:00:00Z", "2028-02-29T10:00:00+05:30 2032-02-29T10:00:00+05:30"},
		{"0 10 29 2 *", "UTC", "2096-03-01T00:00:00Z", "2104-02-29T10:00:00Z"},
	} {
		timing, zone := mustTiming(t, c.expression), zoneOf(t, c.zone)
		after, err := time.Parse(time.RFC3339, c.after)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for range strings.Fields(c.want) {
			after = timing.Next(after, zone)
			got = append(got, after.In(zone).Format(time.RFC3339))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s in %s after %s: %v, want %s", c.expression, c.zone, c.after, got, c.want)
		}
	}
}

func TestTimingsThatAreRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                        "again and again",
		"0 0 30 2 *":              "never comes",
		"0 0 31 4,6,9,11 *":       "never comes",
		"every day":               "0 9 * * 1-5",
		"61 9 * * *":              "0 9 * * 1-5",
		"0 9 * *":                 "day of the week",
		"0 0 9 * * *":             "day of the week",
		"@every 5m":               "at a time of the day",
		"CRON_TZ=Mars 0 9 * * *":  "Europe/Berlin",
		"CRON_TZ=UTC":             "again and again",
		"TZ=UTC TZ=UTC 0 9 * * *": "again and again",
		strings.Repeat("1,", 60):  "at most 100",
	} {
		_, err := hiring.ParseTiming(text)
		if told, ok := err.(*hiring.Error); !ok || told.Field() != "when" || !strings.Contains(told.Message(), want) { //nolint:errorlint // it is not wrapped
			t.Errorf("%q: %v, want %q at the field", text, err, want)
		}
	}
	for text, want := range map[string]string{"CRON_TZ=Asia/Tokyo  0 9 * * *": "Asia/Tokyo", "TZ=UTC @weekly": "UTC", "0 9 * * MON-FRI": ""} {
		if got := mustTiming(t, text); got.Zone != want {
			t.Errorf("%q is in %q, want %q", text, got.Zone, want)
		}
	}
}

// TestADailyRunComesOnceADay walks a year of days in zones that change their clocks in many ways.
func TestZonesAreKnownHoweverTheyAreTyped(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"Asia/Kolkata", "America/New_York", "America/Argentina/Buenos_Aires", "Africa/Dar_es_Salaam", "America/Port_of_Spain",
		"America/Port-au-Prince", "UTC", "Europe/Isle_of_Man",
	} {
		for _, typed := range []string{name, strings.ToLower(name), strings.ToUpper(name), " " + strings.ReplaceAll(name, "_", " ") + " "} {
			if zone, err := hiring.ParseZone(typed); err != nil || zone.String() != name {
				t.Errorf("%q is %v, %v, want %s", typed, zone, err, name)
			}
		}
	}
	for _, typed := range []string{"", "Local", "local", "LOCAL", "Mars", "Asia/", "../etc/passwd", "/etc/localtime", "IST+5"} {
		if zone, err := hiring.ParseZone(typed); err == nil {
			t.Errorf("%q is %v", typed, zone)
		}
	}
}

func TestWhatComesSeveralTimesAnHourIsRefused(t *testing.T) {
	t.Parallel()
	for expression, refused := range map[string]bool{
		"* * * * *": true, "* 9 * * 1": true, "*/30 17 * * 5": true, "0,59 9 29 2 *": true, "0-1 0 1 1 *": true,
		"0 * * * *": false, "59 0,1 * * *": false, "0 9 * * 1-5": false, "@hourly": false, "0 10 29 2 *": false, "0 0 1 1 *": false,
	} {
		if err := mustTiming(t, expression).RefuseOften(); (err != nil) != refused {
			t.Errorf("%s: %v, want refused: %t", expression, err, refused)
		}
	}
}

func TestADailyRunComesOnceADay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone := zoneOf(t, rapid.SampledFrom([]string{
			"Asia/Kolkata", "America/New_York", "Europe/London", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Chatham",
			"Europe/Dublin", "Africa/Casablanca", "America/St_Johns", "Africa/Cairo", "America/Havana", "UTC",
		}).Draw(t, "zone"))
		hour, minute := rapid.IntRange(0, 23).Draw(t, "hour"), rapid.IntRange(0, 59).Draw(t, "minute")
		timing := mustTiming(t, fmt.Sprintf("%d %d * * *", minute, hour))
		at := time.Unix(rapid.Int64Range(946684800, 2000000000).Draw(t, "from"), 0)
		at = timing.Next(at, zone)
		for range 400 {
			next := timing.Next(at, zone)
			y, m, d := at.In(zone).Date()
			if want := time.Date(y, m, d+1, 12, 0, 0, 0, zone).In(zone).Format(time.DateOnly); next.In(zone).Format(time.DateOnly) != want {
				t.Fatalf("after %s comes %s, want one on %s", at.In(zone), next.In(zone), want)
			}
			// Between the two there is nothing, from wherever one looks.
			if inside := at.Add(next.Sub(at) / 2); !timing.Next(inside, zone).Equal(next) {
				t.Fatalf("from %s the next is %s, want %s", inside.In(zone), timing.Next(inside, zone).In(zone), next.In(zone))
			}
			at = next
		}
	})
}

func TestSchedulesAreDeclaredWell(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range hiring.Schedules() {
		if seen[s.Name] || len(s.Name) > 16 || s.Title == "" || !strings.HasSuffix(s.Help, ".") {
			t.Errorf("%+v is not declared well", s)
		}
		seen[s.Name] = true
		if mustTiming(t, s.Expression).Zone != "" {
			t.Errorf("%s names a zone of its own", s.Name)
		}
	}
}
