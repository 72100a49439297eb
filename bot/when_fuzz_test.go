package bot_test

import (
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
)

var whenSeeds = []string{
	"tomorrow 3pm", "fri 15:00", "next fri", "Fri 11 Dec 2026, 3:00 pm IST", "4th of January 2027", "04/01/2027", "4/1", "4.1.27",
	"2027-01-04T10:00:00+05:30", "in 1h30m", "in half an hour", "2 weeks ago", "end of March 2028", "29 Feb", "at 3", "midnight",
	"4 Jan 3pm UTC-05:00", "1530 hrs", "in 99999999 hours", "day after tomorrow noon", "@", "-", "a", "to", "th", "\xff\u202e",
}

func addWhenSeeds(f *testing.F) {
	f.Helper()
	for i, text := range whenSeeds {
		f.Add(int64(i)*86_400*1500, text)
	}
}

// within makes any number an instant of the years 1970 to 2100.
func within(seconds int64) time.Time {
	const most = 130 * 365 * 86_400
	return time.Unix(((seconds%most)+most)%most, 0)
}

func FuzzParseDate(f *testing.F) {
	addWhenSeeds(f)
	zone := mustZone(f, "America/New_York")
	f.Fuzz(func(t *testing.T, seconds int64, text string) {
		now := within(seconds)
		got, err := bot.ParseDate(now, zone, text)
		if err != nil {
			if got != "" {
				t.Errorf("ParseDate(%q) = %q beside the error %v", text, got, err)
			}
			wantRefusal(t, err)
			return
		}
		if !got.Valid() {
			t.Fatalf("ParseDate(%q) = %q, which is not a valid date", text, got)
		}
		if again, err := bot.ParseDate(now, zone, got.Long()); err != nil || again != got {
			t.Errorf("ParseDate(%q) = %q, %v; want %q", got.Long(), again, err, got)
		}
	})
}

func FuzzParseInstant(f *testing.F) {
	addWhenSeeds(f)
	zone := mustZone(f, "America/New_York")
	f.Fuzz(func(t *testing.T, seconds int64, text string) {
		now := within(seconds)
		got, err := bot.ParseInstant(now, zone, text)
		if err != nil {
			if !got.IsZero() {
				t.Errorf("ParseInstant(%q) = %s beside the error %v", text, got, err)
			}
			wantRefusal(t, err)
			return
		}
		if got.Year() < 1970 || got.Year() > 2100 || got.Location() != zone {
			t.Fatalf("ParseInstant(%q) = %s, want the years 1970 to 2100 in %s", text, got, zone)
		}
		printed := bot.FormatInstant(got, zone)
		if again, err := bot.ParseInstant(now, zone, printed); err != nil || !again.Equal(got.Truncate(time.Minute)) {
			t.Errorf("ParseInstant(%q) = %s, %v; want %s", printed, again, err, got)
		}
		if minutes, err := bot.ParseClock(text); err == nil && (minutes < 0 || minutes > 1439) {
			t.Errorf("ParseClock(%q) = %d", text, minutes)
		}
	})
}
