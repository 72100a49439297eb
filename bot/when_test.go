package bot_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // The tests need the same zones on every machine.

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/bot"
)

func mustZone(tb testing.TB, name string) *time.Location {
	tb.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		tb.Fatalf("load zone %s: %v", name, err)
	}
	return zone
}

// mondayMorning is the fixed present of the tables: Mon 7 Dec 2026, 10:30 am in Kolkata, 20 seconds on.
func mondayMorning(tb testing.TB) (time.Time, *time.Location) {
	tb.Helper()
	zone := mustZone(tb, "Asia/Kolkata")
	return time.Date(2026, 12, 7, 10, 30, 20, 0, zone), zone
}

// wantRefusal checks that err is a refusal for people which contains all the parts.
func wantRefusal(tb testing.TB, err error, parts ...string) {
	tb.Helper()
	var problem *bot.Problem
	if !errors.As(err, &problem) {
		tb.Fatalf("error = %v, want a *bot.Problem", err)
	}
	if problem.Code() != bot.CodeInvalid || !strings.HasSuffix(problem.Message(), ".") {
		tb.Errorf("code = %q, message = %q; want code %q and a full sentence", problem.Code(), problem.Message(), bot.CodeInvalid)
	}
	for _, part := range parts {
		if !strings.Contains(problem.Message(), part) {
			tb.Errorf("message = %q, want it to contain %q", problem.Message(), part)
		}
	}
}

func TestParseDateReads(t *testing.T) {
	t.Parallel()
	now, zone := mondayMorning(t)
	for text, want := range map[string]bot.Date{
		"today":                         "2026-12-07",
		"  ToDay ":                      "2026-12-07",
		"tomorrow":                      "2026-12-08",
		"tmrw":                          "2026-12-08",
		"day after tomorrow":            "2026-12-09",
		"the day after tomorrow":        "2026-12-09",
		"yesterday":                     "2026-12-06",
		"mon":                           "2026-12-07",
		"fri":                           "2026-12-11",
		"Friday":                        "2026-12-11",
		"on thurs":                      "2026-12-10",
		"sun":                           "2026-12-13",
		"this fri":                      "2026-12-11",
		"next fri":                      "2026-12-18",
		"next mon":                      "2026-12-14",
		"next sunday":                   "2026-12-20",
		"fri next week":                 "2026-12-18",
		"in 3 days":                     "2026-12-10",
		"3d":                            "2026-12-10",
		"in three days":                 "2026-12-10",
		"in 100 days":                   "2027-03-17",
		"2 weeks":                       "2026-12-21",
		"in a week":                     "2026-12-14",
		"2 weeks ago":                   "2026-11-23",
		"in 3 months":                   "2027-03-07",
		"in 1 year":                     "2027-12-07",
		"in 0 days":                     "2026-12-07",
		"4 Jan":                         "2027-01-04",
		"Jan 4":                         "2027-01-04",
		"4th of January":                "2027-01-04",
		"4jan":                          "2027-01-04",
		"7 Dec":                         "2026-12-07",
		"6 Dec":                         "2027-12-06",
		"31 dec":                        "2026-12-31",
		"4/1":                           "2027-01-04",
		"25/12":                         "2026-12-25",
		"4th January 2027":              "2027-01-04",
		"the 4th of January, 2028":      "2028-01-04",
		"January 4, 2027":               "2027-01-04",
		"4 Jan 27":                      "2027-01-04",
		"4-Jan-2027":                    "2027-01-04",
		"4 Sept. 2027":                  "2027-09-04",
		"04/01/2027":                    "2027-01-04",
		"4-1-2027":                      "2027-01-04",
		"4.1.27":                        "2027-01-04",
		"2027-01-04":                    "2027-01-04",
		"2027/1/4":                      "2027-01-04",
		"29 Feb 2028":                   "2028-02-29",
		"29/02/2028":                    "2028-02-29",
		"Fri 11 Dec":                    "2026-12-11",
		"Fri, 11 Dec 2026":              "2026-12-11",
		"Friday the 11th of December":   "2026-12-11",
		"March":                         "2027-03-01",
		"dec":                           "2027-12-01",
		"March 2027":                    "2027-03-01",
		"next week":                     "2026-12-14",
		"next month":                    "2027-01-01",
		"next year":                     "2027-01-01",
		"end of month":                  "2026-12-31",
		"end of the month":              "2026-12-31",
		"eom":                           "2026-12-31",
		"end of next month":             "2027-01-31",
		"end of March":                  "2027-03-31",
		"end of Dec":                    "2026-12-31",
		"end of Feb 2028":               "2028-02-29",
		"end of year":                   "2026-12-31",
		"31/12/2100":                    "2100-12-31",
		"1970-01-01":                    "1970-01-01",
		"may 3":                         "2027-05-03",
		"\u200bday after\u00a0tomorrow": "2026-12-09",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			got, err := bot.ParseDate(now, zone, text)
			if err != nil || got != want {
				t.Errorf("ParseDate(%q) = %q, %v; want %q", text, got, err, want)
			}
		})
	}
}

func TestParseDateRefuses(t *testing.T) {
	t.Parallel()
	now, zone := mondayMorning(t)
	for text, part := range map[string]string{
		"":                             "There is no date",
		" , ":                          "There is no date",
		"31 Feb":                       "31 Feb does not exist, February has 28 days, 29 in a leap year",
		"31 April 2027":                "31 Apr does not exist, April has 30 days",
		"31/04/2027":                   "31 Apr does not exist",
		"2027-02-30":                   "30 Feb does not exist",
		"32 Jan":                       "32 Jan does not exist, January has 31 days",
		"0 Jan":                        "0 Jan does not exist",
		"29 Feb":                       "29 Feb 2027 does not exist, 2027 is not a leap year. The next one is “29 Feb 2028”",
		"29 Feb 2027":                  "29 Feb 2027 does not exist",
		"29/2/2100":                    "29 Feb 2100 does not exist, 2100 is not a leap year. The next one is “29 Feb 2104”",
		"12/25/2026":                   "Write the day first: 25/12/2026.",
		"12/25":                        "Write the day first: 25/12.",
		"2026-25-12":                   "Write year, month, day: 2026-12-25.",
		"13/13/2027":                   "there is no month 13",
		"4/0/2027":                     "there is no month 0",
		"4-1/2027":                     "“4-1/2027” is not a date",
		"04.01":                        "has a time in it",
		"15":                           "does not say which month",
		"4 Jan 1969":                   "The year 1969 is outside 1970 to 2100",
		"4/1/2101":                     "The year 2101 is outside",
		"in 90 years":                  "The year 2116 is outside",
		"in 99999999999999999999 days": "“99999999999999999999” is not part of a date",
		"4-6 Jan":                      "looks like a span",
		"in 999999999 days":            "too far",
		"Mon 11 Dec 2026":              "11 Dec 2026 is a Friday, not a Monday. Write “Fri 11 Dec 2026”",
		"fri tomorrow":                 "8 Dec 2026 is a Tuesday, not a Friday",
		"fri sat":                      "“fri sat” is not a date",
		"fri March":                    "does not name one day",
		"this week":                    "is not one day",
		"end of week":                  "Friday or Sunday",
		"in 2 hours":                   "is a time, but a day is wanted",
		"tomorrow 3pm":                 "has a time in it",
		"15:00":                        "has a time in it",
		"fridya":                       "“fridya” is not part of a date. Write “fri”, “14 Dec” or “2026-12-14”.",
		"soon":                         "“soon” is not part of a date",
		"4 Jan to 6 Jan":               "looks like a span",
		"4 January 20270":              "“20270” is not part of a date",
		"tomorrow tomorrow":            "is not a date",
		"last fri":                     "“last” is not part of a date",
		"next":                         "is not a date",
		"१२ दिसंबर":                    "is not part of a date",
		strings.Repeat("9", 101):       "too long",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			got, err := bot.ParseDate(now, zone, text)
			if got != "" {
				t.Errorf("ParseDate(%q) = %q, want a refusal", text, got)
			}
			wantRefusal(t, err, part)
		})
	}
}

// The rules that depend on the day on which they are asked.
func TestParseDateDependsOnToday(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		today, text string
		want        bot.Date
		refusal     string
	}{
		{today: "2026-12-11", text: "fri", want: "2026-12-11"},
		{today: "2026-12-11", text: "next fri", want: "2026-12-18"},
		{today: "2026-12-12", text: "fri", want: "2026-12-18"},
		{today: "2026-12-12", text: "next fri", want: "2026-12-18"},
		{today: "2026-12-12", text: "this fri", refusal: "Friday of this week has passed. Write “fri” for Fri 18 Dec 2026."},
		{today: "2026-12-13", text: "this sun", want: "2026-12-13"},
		{today: "2026-12-13", text: "next mon", want: "2026-12-14"},
		{today: "2027-01-31", text: "in 1 month", want: "2027-02-28"},
		{today: "2028-01-31", text: "in 1 month", want: "2028-02-29"},
		{today: "2028-02-29", text: "in 1 year", want: "2029-02-28"},
		{today: "2026-03-31", text: "1 month ago", want: "2026-02-28"},
		{today: "2027-03-01", text: "29 Feb", want: "2028-02-29"},
		{today: "2028-02-29", text: "29 Feb", want: "2028-02-29"},
		{today: "2028-03-01", text: "29 Feb", refusal: "The next one is “29 Feb 2032”"},
		{today: "2027-03-01", text: "March", want: "2027-03-01"},
		{today: "2027-03-02", text: "March", want: "2028-03-01"},
		{today: "2027-03-31", text: "end of March", want: "2027-03-31"},
		{today: "2027-04-01", text: "end of March", want: "2028-03-31"},
		{today: "2028-01-31", text: "end of next month", want: "2028-02-29"},
		{today: "2100-12-31", text: "tomorrow", refusal: "The year 2101 is outside"},
	} {
		t.Run(c.today+" "+c.text, func(t *testing.T) {
			t.Parallel()
			_, zone := mondayMorning(t)
			now := bot.Date(c.today).Time(zone).Add(9 * time.Hour)
			got, err := bot.ParseDate(now, zone, c.text)
			if c.refusal != "" {
				wantRefusal(t, err, c.refusal)
				return
			}
			if err != nil || got != c.want {
				t.Errorf("ParseDate(%q) on %s = %q, %v; want %q", c.text, c.today, got, err, c.want)
			}
		})
	}
}

func TestParseDateUsesTheZone(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 12, 7, 20, 0, 0, 0, time.UTC)
	for name, want := range map[string]bot.Date{"Asia/Kolkata": "2026-12-08", "Europe/London": "2026-12-07"} {
		got, err := bot.ParseDate(now, mustZone(t, name), "today")
		if err != nil || got != want {
			t.Errorf("today in %s = %q, %v; want %q", name, got, err, want)
		}
	}
	got, err := bot.ParseDate(now, nil, "today")
	if err != nil || got != "2026-12-07" {
		t.Errorf("today without a zone = %q, %v; want the day in UTC", got, err)
	}
}

func TestParseInstantReads(t *testing.T) {
	t.Parallel()
	now, zone := mondayMorning(t)
	for text, want := range map[string]string{
		"tomorrow 3pm":                    "2026-12-08 15:00",
		"tomorrow at 3 p.m.":              "2026-12-08 15:00",
		"at 3pm tomorrow":                 "2026-12-08 15:00",
		"fri 15:00":                       "2026-12-11 15:00",
		"fri 3:30 pm":                     "2026-12-11 15:30",
		"fri 3.30pm":                      "2026-12-11 15:30",
		"fri @ 3pm":                       "2026-12-11 15:00",
		"15:00 tomorrow":                  "2026-12-08 15:00",
		"3 pm on 4 Jan":                   "2027-01-04 15:00",
		"today 9":                         "2026-12-07 09:00",
		"today at 11":                     "2026-12-07 11:00",
		"tomorrow 12":                     "2026-12-08 12:00",
		"tomorrow 12:15":                  "2026-12-08 12:15",
		"tomorrow 19":                     "2026-12-08 19:00",
		"tomorrow 03:30":                  "2026-12-08 03:30",
		"tomorrow 0:30":                   "2026-12-08 00:30",
		"tomorrow 12am":                   "2026-12-08 00:00",
		"tomorrow 00:00":                  "2026-12-08 00:00",
		"fri 1530 hrs":                    "2026-12-11 15:30",
		"fri 15:30 hrs":                   "2026-12-11 15:30",
		"fri 15 hrs":                      "2026-12-11 15:00",
		"mon 9am":                         "2026-12-14 09:00",
		"mon 11am":                        "2026-12-07 11:00",
		"next fri 10am":                   "2026-12-18 10:00",
		"4 Jan 10am":                      "2027-01-04 10:00",
		"Jan 4 10am":                      "2027-01-04 10:00",
		"4 Jan at 10":                     "2027-01-04 10:00",
		"at 10 on 4 Jan":                  "2027-01-04 10:00",
		"4 Jan 2027 10.30":                "2027-01-04 10:30",
		"04/01/2027 10:30":                "2027-01-04 10:30",
		"7 Dec 9am":                       "2026-12-07 09:00",
		"yesterday 5pm":                   "2026-12-06 17:00",
		"in 3 days 9":                     "2026-12-10 09:00",
		"day after tomorrow noon":         "2026-12-09 12:00",
		"12 noon tomorrow":                "2026-12-08 12:00",
		"noon":                            "2026-12-07 12:00",
		"3pm":                             "2026-12-07 15:00",
		"10am":                            "2026-12-08 10:00",
		"at 9":                            "2026-12-08 09:00",
		"10:30":                           "2026-12-08 10:30",
		"10:31":                           "2026-12-07 10:31",
		"in 2 hours":                      "2026-12-07 12:31",
		"2 hours":                         "2026-12-07 12:31",
		"in 15 hours":                     "2026-12-08 01:31",
		"48 hours":                        "2026-12-09 10:31",
		"in 45 min":                       "2026-12-07 11:16",
		"1h30m":                           "2026-12-07 12:01",
		"in half an hour":                 "2026-12-07 11:01",
		"in an hour":                      "2026-12-07 11:31",
		"2 hours ago":                     "2026-12-07 08:31",
		"now":                             "2026-12-07 10:31",
		"2027-01-04T10:00":                "2027-01-04 10:00",
		"2027-01-04 10:00":                "2027-01-04 10:00",
		"2027-01-04T03:00:00":             "2027-01-04 03:00",
		"2027-01-04T10:00:00Z":            "2027-01-04 15:30",
		"2027-01-04T10:00:00+05:30":       "2027-01-04 10:00",
		"2027-01-04t10:00-05:00":          "2027-01-04 20:30",
		"Fri 11 Dec 2026, 3:00 pm":        "2026-12-11 15:00",
		"Fri 11 Dec 2026, 3:00 pm IST":    "2026-12-11 15:00",
		"tomorrow 3pm ist":                "2026-12-08 15:00",
		"tomorrow 3pm UTC+5:30":           "2026-12-08 15:00",
		"3pm 4 Jan 2027 IST":              "2027-01-04 15:00",
		"4 Jan 3pm UTC":                   "2027-01-04 20:30",
		"4 Jan 3pm UTC-05:00":             "2027-01-05 01:30",
		"4 Jan 3pm GMT+0100":              "2027-01-04 19:30",
		"Friday 11 December 2026 3:30 PM": "2026-12-11 15:30",
		"end of month 5pm tomorrow":       "",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			got, err := bot.ParseInstant(now, zone, text)
			if want == "" {
				wantRefusal(t, err)
				return
			}
			if err != nil {
				t.Fatalf("ParseInstant(%q): %v, want %s", text, err, want)
			}
			if diff := cmp.Diff(want, got.Format("2006-01-02 15:04")); diff != "" || got.Location() != zone {
				t.Errorf("ParseInstant(%q) in %s (-want +got):\n%s", text, got.Location(), diff)
			}
		})
	}
}

func TestParseInstantRefuses(t *testing.T) {
	t.Parallel()
	now, zone := mondayMorning(t)
	for text, part := range map[string]string{
		"":                          "There is no date",
		"tomorrow":                  "“tomorrow” is Tue 8 Dec 2026 without a time. Add one, such as “tomorrow 3pm”.",
		"4 Jan":                     "without a time",
		"Jan 9":                     "Sat 9 Jan 2027 without a time",
		"4 Jan 10":                  "Mon 4 Jan 2010 without a time",
		"in 2 days":                 "without a time",
		"at 3":                      "“3” may be 3:00 am or 3:00 pm",
		"tomorrow 3":                "3:00 am or 3:00 pm",
		"tomorrow 3:30":             "3:30 am or 3:30 pm",
		"tomorrow 3.30":             "3:30 am or 3:30 pm",
		"9":                         "may be a day or an hour",
		"15 hrs":                    "may be the time 15:00 or a length of time",
		"midnight":                  "may start the day or end it",
		"fri midnight":              "“23:59” for its end",
		"tomorrow 24:00":            "hours go from 0 to 23",
		"tomorrow 25:00":            "hours go from 0 to 23",
		"tomorrow 10:75":            "minutes to 59",
		"tomorrow 15:00 pm":         "hours go from 1 to 12",
		"tomorrow 0am":              "hours go from 1 to 12",
		"tomorrow 0":                "“00:00” for the start of the day",
		"11 noon":                   "noon is 12",
		"tomorrow morning":          "“morning” is not a time of the clock",
		"9 morning fri":             "“morning” is not a time of the clock",
		"in now":                    "is not a day with a time",
		"in half a min":             "is not a day with a time",
		"tonight":                   "not a time of the clock",
		"31 Feb 10am":               "31 Feb does not exist",
		"Mon 11 Dec 10am":           "is a Friday, not a Monday",
		"March 10:00":               "does not say which day",
		"next week 10am":            "does not say which day",
		"fri 3-4pm":                 "looks like a span",
		"fri 3pm to 4pm":            "looks like a span",
		"fridya 3pm":                "“fridya” is not part of a date",
		"soonish":                   "is not a day with a time",
		"3pm EST":                   "“EST” is neither a day nor the zone Asia/Kolkata, which has IST then",
		"tomorrow 3pm UTC-05:00":    "not the offset of Asia/Kolkata",
		"4 Jan 3pm UTC+19:00":       "offset that no zone uses",
		"2027-13-04T10:00":          "not a date and time that exists",
		"2027-02-30T10:00":          "not a date and time that exists",
		"2027-01-04T25:00:00Z":      "not a date and time that exists",
		"2101-01-04T10:00:00Z":      "The year 2101 is outside",
		"2100-12-31T23:00:00Z":      "The year 2101 is outside",
		"in 99999999 hours":         "too far",
		"in 99000 hours 99999 days": "is not a day with a time",
		"3pm 3pm":                   "is not a date",
		"at":                        "is not a day with a time",
		"tomorrow now":              "is not a day with a time",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			got, err := bot.ParseInstant(now, zone, text)
			if !got.IsZero() {
				t.Errorf("ParseInstant(%q) = %s, want a refusal", text, got)
			}
			wantRefusal(t, err, part)
		})
	}
}

func TestParseInstantWhereClocksChange(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, zone, now, text string
		want                  string // RFC 3339; empty for a refusal
		refusal               []string
	}{
		{
			name: "New York skips", zone: "America/New_York", now: "2027-03-10T12:00:00Z", text: "14 Mar 2:30 am",
			refusal: []string{"2:30 am does not exist on Sun 14 Mar 2027 in America/New_York", "1:30 am EST (UTC-05:00) or 3:30 am EDT (UTC-04:00)"},
		},
		{
			name: "New York skips, written as ISO", zone: "America/New_York", now: "2027-03-10T12:00:00Z", text: "2027-03-14T02:30",
			refusal: []string{"does not exist", "UTC-05:00", "UTC-04:00"},
		},
		{name: "New York before the gap", zone: "America/New_York", now: "2027-03-10T12:00:00Z", text: "14 Mar 1:59 am", want: "2027-03-14T01:59:00-05:00"},
		{name: "New York after the gap", zone: "America/New_York", now: "2027-03-10T12:00:00Z", text: "14 Mar 3:00 am", want: "2027-03-14T03:00:00-04:00"},
		{
			name: "New York repeats", zone: "America/New_York", now: "2026-10-30T12:00:00Z", text: "1 Nov 1:30 am",
			refusal: []string{"1:30 am happens twice on Sun 1 Nov 2026", "1:30 am EDT (UTC-04:00)", "1:30 am EST (UTC-05:00)", "“Sun 1 Nov 2026, 1:30 am UTC-04:00”"},
		},
		{name: "New York repeats, the first by abbreviation", zone: "America/New_York", now: "2026-10-30T12:00:00Z", text: "1 Nov 1:30 am EDT", want: "2026-11-01T01:30:00-04:00"},
		{name: "New York repeats, the second by abbreviation", zone: "America/New_York", now: "2026-10-30T12:00:00Z", text: "1 Nov 1:30 am EST", want: "2026-11-01T01:30:00-05:00"},
		{name: "New York repeats, the one suggested", zone: "America/New_York", now: "2026-10-30T12:00:00Z", text: "Sun 1 Nov 2026, 1:30 am UTC-04:00", want: "2026-11-01T01:30:00-04:00"},
		{name: "New York before the overlap", zone: "America/New_York", now: "2026-10-30T12:00:00Z", text: "1 Nov 0:59", want: "2026-11-01T00:59:00-04:00"},
		{name: "New York after the overlap", zone: "America/New_York", now: "2026-10-30T12:00:00Z", text: "1 Nov 2:00 am", want: "2026-11-01T02:00:00-05:00"},
		{name: "New York in summer has no EST", zone: "America/New_York", now: "2026-07-01T12:00:00Z", text: "4 Jul 3pm EST", refusal: []string{"has EDT then"}},
		{
			name: "London skips", zone: "Europe/London", now: "2027-03-26T12:00:00Z", text: "sun 1:15 am",
			refusal: []string{"1:15 am does not exist on Sun 28 Mar 2027", "12:15 am GMT (UTC+00:00) or 2:15 am BST (UTC+01:00)"},
		},
		{
			name: "London repeats", zone: "Europe/London", now: "2026-10-24T12:00:00Z", text: "tomorrow 1:15 am",
			refusal: []string{"happens twice on Sun 25 Oct 2026", "1:15 am BST (UTC+01:00)", "1:15 am GMT (UTC+00:00)"},
		},
		{name: "London repeats, GMT said", zone: "Europe/London", now: "2026-10-24T12:00:00Z", text: "tomorrow 1:15 am GMT", want: "2026-10-25T01:15:00Z"},
		{name: "a time alone passes over yesterday's gap", zone: "Europe/London", now: "2027-03-28T12:00:00Z", text: "1:15 am", want: "2027-03-29T01:15:00+01:00"},
		{name: "a time alone meets the gap", zone: "Europe/London", now: "2027-03-27T12:00:00Z", text: "1:15 am", refusal: []string{"does not exist"}},
		{name: "the later of two, when the first has passed", zone: "Europe/London", now: "2026-10-25T00:30:00Z", text: "1:15 am GMT", want: "2026-10-25T01:15:00Z"},
		{name: "the next day's, when both have passed", zone: "Europe/London", now: "2026-10-25T03:00:00Z", text: "1:15 am", want: "2026-10-26T01:15:00Z"},
		{name: "hours are real hours", zone: "Europe/London", now: "2026-10-25T00:30:00Z", text: "in 2 hours", want: "2026-10-25T02:30:00Z"},
		// Time.ZoneBounds is wrong on this day, see readingsOf.
		{name: "the end of a leap year after 2037", zone: "America/New_York", now: "2040-12-30T12:00:00Z", text: "31 Dec 10am", want: "2040-12-31T10:00:00-05:00"},
		{name: "a day that Samoa skipped", zone: "Pacific/Apia", now: "2011-12-28T12:00:00Z", text: "30 Dec 2011 10am", refusal: []string{"does not exist on Fri 30 Dec 2011"}},
		{
			name: "the same abbreviation twice", zone: "Europe/Moscow", now: "2014-10-20T12:00:00Z", text: "26 Oct 1:30 am MSK",
			refusal: []string{"happens twice", "UTC+04:00", "UTC+03:00"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			now, err := time.Parse(time.RFC3339, c.now)
			if err != nil {
				t.Fatal(err)
			}
			got, err := bot.ParseInstant(now, mustZone(t, c.zone), c.text)
			if c.want == "" {
				wantRefusal(t, err, c.refusal...)
				return
			}
			if err != nil {
				t.Fatalf("ParseInstant(%q): %v, want %s", c.text, err, c.want)
			}
			if diff := cmp.Diff(c.want, got.Format(time.RFC3339)); diff != "" {
				t.Errorf("ParseInstant(%q) (-want +got):\n%s", c.text, diff)
			}
		})
	}
}

func TestParseClock(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"9:30": 9*60 + 30, "6pm": 18 * 60, "6 PM": 18 * 60, "6:15 p.m.": 18*60 + 15, "18:00": 18 * 60, "9": 9 * 60, "at 9": 9 * 60,
		"03:30": 3*60 + 30, "12am": 0, "12pm": 720, "00:00": 0, "23:59": 1439, "noon": 720, "1800 hrs": 1080, "9 hrs": 540, "18.30": 1110,
	} {
		got, err := bot.ParseClock(text)
		if err != nil || got != want {
			t.Errorf("ParseClock(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
	for text, part := range map[string]string{
		"":            "There is no",
		"6":           "6:00 am or 6:00 pm",
		"midnight":    "may start the day or end it",
		"24:00":       "hours go from 0 to 23",
		"morning":     "not a time of the clock",
		"13pm":        "hours go from 1 to 12",
		"9-6":         "is not a time of the day. Write “9:30 am”",
		"45 min":      "is not a time of the day",
		"an hour":     "is not a time of the day",
		"tomorrow 9":  "is not a time of the day",
		"9:30 in the": "is not a time of the day",
		"9:5":         "is not a time of the day",
	} {
		_, err := bot.ParseClock(text)
		wantRefusal(t, err, part)
	}
}

func TestFormatInstant(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 12, 11, 9, 30, 0, 0, time.UTC)
	for name, want := range map[string]string{
		"Asia/Kolkata":      "Fri 11 Dec 2026, 3:00 pm IST",
		"America/New_York":  "Fri 11 Dec 2026, 4:30 am EST",
		"UTC":               "Fri 11 Dec 2026, 9:30 am UTC",
		"America/Sao_Paulo": "Fri 11 Dec 2026, 6:30 am UTC-03:00",
		"Asia/Kathmandu":    "Fri 11 Dec 2026, 3:15 pm UTC+05:45",
	} {
		if got := bot.FormatInstant(at, mustZone(t, name)); got != want {
			t.Errorf("FormatInstant in %s = %q, want %q", name, got, want)
		}
	}
	if got, want := bot.FormatInstant(at, time.FixedZone("", 19800)), "Fri 11 Dec 2026, 3:00 pm UTC+05:30"; got != want {
		t.Errorf("FormatInstant in a zone without a name = %q, want %q", got, want)
	}
	if got, want := bot.FormatInstant(at, nil), "Fri 11 Dec 2026, 9:30 am UTC"; got != want {
		t.Errorf("FormatInstant without a zone = %q, want %q", got, want)
	}
}

func TestDate(t *testing.T) {
	t.Parallel()
	d := bot.Date("2026-12-11")
	got := []string{d.String(), d.Long(), d.Weekday().String(), d.AddDays(25).String(), d.AddDays(-11).String()}
	want := []string{"2026-12-11", "Fri 11 Dec 2026", "Friday", "2027-01-05", "2026-11-30"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Date methods (-want +got):\n%s", diff)
	}
	for _, invalid := range []bot.Date{"", "2026-02-29", "2026-2-1", "1969-12-31", "2101-01-01", "fri"} {
		if invalid.Valid() || !invalid.Time(nil).IsZero() || invalid.AddDays(1) != "" || invalid.Long() != string(invalid) || invalid.Weekday() != time.Sunday {
			t.Errorf("%q is treated as a valid date", invalid)
		}
	}
	if got := bot.Date("2100-12-31").AddDays(1); got != "" {
		t.Errorf("the day after the last = %q, want none", got)
	}
	if got := bot.DateOf(time.Date(2026, 12, 7, 20, 0, 0, 0, time.UTC), mustZone(t, "Asia/Kolkata")); got != "2026-12-08" {
		t.Errorf("DateOf = %q, want the day in the zone", got)
	}
	if got := bot.DateOf(time.Time{}, nil); got != "" {
		t.Errorf("DateOf the zero time = %q, want none", got)
	}
}

func TestDateTimeIsTheStartOfTheDay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, want string }{
		{"Asia/Kolkata", "2018-11-04T00:00:00+05:30"},
		{"America/Sao_Paulo", "2018-11-04T01:00:00-02:00"}, // The clocks went from 00:00 to 01:00.
		{"Africa/Cairo", "2018-11-04T00:00:00+02:00"},
		{"America/Havana", "2018-11-04T00:00:00-04:00"}, // The first of two midnights.
	} {
		if got := bot.Date("2018-11-04").Time(mustZone(t, c.zone)).Format(time.RFC3339); got != c.want {
			t.Errorf("start of 4 Nov 2018 in %s = %s, want %s", c.zone, got, c.want)
		}
	}
}

// anyZone draws zones with different habits: half hours, numeric names, double summer time, skipped days.
func anyZone(t *rapid.T) *time.Location {
	name := rapid.SampledFrom([]string{
		"Asia/Kolkata", "America/New_York", "Europe/London", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kathmandu",
		"Pacific/Apia", "Pacific/Chatham", "Europe/Dublin", "Africa/Casablanca", "America/St_Johns", "UTC",
	}).Draw(t, "zone")
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatalf("load zone %s: %v", name, err)
	}
	return zone
}

func anyInstant(t *rapid.T, label string) time.Time {
	first := time.Date(1970, 1, 3, 0, 0, 0, 0, time.UTC).Unix() / 60
	last := time.Date(2100, 12, 29, 0, 0, 0, 0, time.UTC).Unix() / 60
	return time.Unix(rapid.Int64Range(first, last).Draw(t, label)*60, 0)
}

func TestParseDateReadsEveryPrintedForm(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone, now := anyZone(t), anyInstant(t, "now")
		want := bot.DateOf(anyInstant(t, "day"), zone)
		day := want.Time(time.UTC)
		for _, text := range []string{
			want.String(), want.Long(), strings.ToUpper(want.Long()), day.Format("2 January 2006"), day.Format("January 2, 2006"),
			day.Format("02/01/2006"), day.Format("2-1-2006"), day.Format("2.1.2006"), day.Format("Monday, 2 Jan 2006"),
		} {
			got, err := bot.ParseDate(now, zone, text)
			if err != nil || got != want {
				t.Fatalf("ParseDate(%q) = %q, %v; want %q", text, got, err, want)
			}
		}
	})
}

// A yearless date is never before today and less than a year and a day away.
func TestParseDateYearlessIsTheNext(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone, now := anyZone(t), anyInstant(t, "now")
		today := bot.DateOf(now, zone)
		day := today.AddDays(rapid.IntRange(0, 364).Draw(t, "days"))
		if !day.Valid() {
			return // The last year has no next one.
		}
		got, err := bot.ParseDate(now, zone, day.Time(time.UTC).Format("2 Jan"))
		if err != nil || got != day {
			t.Fatalf("%s on %s = %q, %v", day, today, got, err)
		}
	})
}

func TestParseInstantReadsWhatFormatInstantPrints(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone, now := anyZone(t), anyInstant(t, "now")
		want := anyInstant(t, "instant").In(zone)
		for _, text := range []string{bot.FormatInstant(want, zone), want.Format(time.RFC3339)} {
			got, err := bot.ParseInstant(now, zone, text)
			if err != nil || !got.Equal(want) {
				t.Fatalf("ParseInstant(%q) = %s, %v; want %s", text, got, err, want)
			}
		}
	})
}

// Whatever is accepted shows the wall time that was typed; what is refused in a full form has no or two readings.
func TestParseInstantAgreesWithTheClock(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone, now := anyZone(t), anyInstant(t, "now")
		wall := rapid.Int64Range(0, 130*365*24*60).Draw(t, "minutes")
		text := time.Unix(wall*60, 0).UTC().Format("2006-01-02T15:04")
		readings := 0
		for offset := -13 * 4; offset <= 15*4; offset++ { // Offsets of today are multiples of a quarter of an hour.
			if time.Unix(wall*60-int64(offset)*900, 0).In(zone).Format("2006-01-02T15:04") == text {
				readings++
			}
		}
		got, err := bot.ParseInstant(now, zone, text)
		if err == nil && got.Format("2006-01-02T15:04") != text {
			t.Fatalf("ParseInstant(%q) = %s", text, got)
		}
		if (err == nil) != (readings == 1) {
			t.Fatalf("ParseInstant(%q) in %s = %s, %v; the clocks show it %d times", text, zone, got, err, readings)
		}
	})
}

func ExampleParseInstant() {
	zone := time.FixedZone("IST", 19800)
	now := time.Date(2026, 12, 7, 10, 30, 0, 0, zone)
	at, err := bot.ParseInstant(now, zone, "fri 3pm")
	fmt.Println(bot.FormatInstant(at, zone), err)
	// Output: Fri 11 Dec 2026, 3:00 pm IST <nil>
}
