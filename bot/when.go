package bot

import (
	"fmt"
	"slices"
	"time"
)

// People type dates and times into one line of text. What follows is a small closed grammar of our own and not a
// natural-language library, because a bot that plans interviews must refuse what it does not fully understand: such a
// library (github.com/olebedev/when was tried) looks for something that resembles a date and ignores the rest of the
// text, so it answers "day after tomorrow" with tomorrow and never says that a day does not exist. Here every word
// has to be read, a text that has two meanings is refused with both of them, and the same text at the same moment
// always gives the same answer. Callers print what was read, with weekday and zone, so that a surprise is seen.

// The years that a date may have: what lies outside is a typing error in hiring, whichever way it was meant.
const (
	whenFirstYear = 1970
	whenLastYear  = 2100
	// whenLongest is the number of bytes beyond which a text is not a date; the longest sensible form has about 60.
	whenLongest = 100
	// whenMostCount limits "in N days" so that calendar arithmetic cannot overflow; it lies far outside the years allowed.
	whenMostCount = 100_000
)

// ParseDate reads a day as people type it, for someone in the zone (nil means UTC) at the moment now. Case, commas and
// a leading "on" do not matter. It reads:
//
//   - today, tomorrow (tmrw, tmr), day after tomorrow, yesterday;
//   - fri or friday: the next one, today included; this fri: the one of this week (Monday to Sunday), refused when it
//     has passed; next fri or fri next week: the one of next week, so on a Monday it is eleven days away;
//   - in 3 days, 2 weeks, in a month, 2 weeks ago; a month later than 31 Jan is the last day of February;
//   - 4 Jan, Jan 4, 4th of January, 4/1: the next one, today included; 29 Feb is refused unless that next one exists;
//   - 4 Jan 2027, Jan 4 2027, 04/01/2027, 4-1-2027, 4.1.27: the day always comes first and a year of two digits is 20xx;
//   - 2027-01-04; any of these with a weekday in front, as in Fri 11 Dec 2026, refused when the weekday is wrong;
//   - March: the first day of the next March, today included; March 2027; next week (its Monday), next month, next year;
//   - end of month (eom), end of next month, end of March, end of March 2027, end of year: the last day.
//
// Anything else gives an error with code "invalid" that says what was wrong and shows an example: an impossible day, an
// American month-first date, a year outside 1970 to 2100, a text that also has a time. A day in the past is no error
// here when the text names it; whether it makes sense is for the caller to say.
func ParseDate(now time.Time, zone *time.Location, text string) (Date, error) {
	today := dayIn(now, zone)
	clean, err := cleanWhen(text, dateExample(today))
	if err != nil {
		return "", err
	}
	tokens := whenTokens(clean)
	if slices.ContainsFunc(tokens, whenToken.isTime) {
		return "", Invalidf("", "“%s” has a time in it, but only a day is wanted here. Write %s.", clean, dateExample(today))
	}
	day, _, err := readDay(today, tokens)
	if err != nil {
		return "", err
	}
	return toDate(day)
}

// ParseInstant reads a day with a time as people type it, for someone in the zone (nil means UTC) at the moment now,
// and returns it in that zone. It reads:
//
//   - a day as in ParseDate and a time as in ParseClock, in either order, with or without "at": tomorrow 3pm,
//     fri 15:00, 15:00 tomorrow, 4 Jan at 10am. A bare weekday is the next one at which that time is still to come;
//   - a time alone: its next occurrence, later than now;
//   - in 2 hours, in 45 min, 1h30m, in half an hour, 2 hours ago, now: counted in real time, rounded up to the minute;
//   - 2027-01-04T10:00, read in the zone, and RFC 3339 with an offset;
//   - an offset (UTC+05:30) or the abbreviation of the zone itself (IST) at the end, so what FormatInstant prints can
//     be read back. Another zone's offset needs a day with day and month, since "tomorrow" may be another day there.
//
// Refused with code "invalid", a reason and an example: whatever ParseDate or ParseClock refuses, a day without a
// time, a month or week in place of a day, and a local time that the zone skips or has twice on that day because the
// clocks change (the message names both readings with their UTC offsets). A moment in the past is no error when the
// text says so ("today 9am" at noon); whether it makes sense is for the caller to say.
func ParseInstant(now time.Time, zone *time.Location, text string) (time.Time, error) {
	zone = orUTC(zone)
	today := dayIn(now, zone)
	clean, err := cleanWhen(text, instantExample(today))
	if err != nil {
		return time.Time{}, err
	}
	var at time.Time
	if whenISO.MatchString(clean) {
		at, err = readISO(clean, zone)
	} else {
		at, err = readInstant(now, today, zone, clean)
	}
	if err != nil {
		return time.Time{}, err
	}
	at = at.In(zone)
	if at.Year() < whenFirstYear || at.Year() > whenLastYear {
		return time.Time{}, badYear(at.Year())
	}
	return at, nil
}

// ParseClock reads a time of the day and returns the minutes since midnight, 0 to 1439. It reads 6pm, 6:30 pm, 9:30,
// 09:30, 18:00, 1800 hrs, noon, and bare hours. Without am or pm, 8 to 12 are read as in working hours (9 is 9:00 am,
// 12:15 is after noon), 13 and later are what they say, and 1 to 7 are refused with both readings unless they are
// written in the form of the 24-hour clock with two digits, 03:30. "midnight" is refused, since it may start or end a
// day. The error has code "invalid".
func ParseClock(text string) (minutes int, err error) {
	clean, err := cleanWhen(text, clockExample)
	if err != nil {
		return 0, err
	}
	minutes, ok, err := readClock(dropAt(whenTokens(clean)))
	if err != nil {
		return 0, err
	}
	if !ok {
		return 0, Invalidf("", "“%s” is not a time of the day. Write %s.", clean, clockExample)
	}
	return minutes, nil
}

// FormatInstant prints an instant for people in a zone (nil means UTC), such as "Fri 11 Dec 2026, 3:00 pm IST". A zone
// without an abbreviation in letters is printed by its offset: "UTC+05:30". Seconds are not shown.
func FormatInstant(t time.Time, zone *time.Location) string {
	local := t.In(orUTC(zone))
	return longDay(local) + ", " + clockText(local) + " " + zoneText(local)
}

const clockExample = "“9:30 am”, “6pm” or “18:00”"

func dateExample(today time.Time) string {
	day := today.AddDate(0, 0, 7)
	return fmt.Sprintf("“fri”, “%s” or “%s”", day.Format("2 Jan"), day.Format(time.DateOnly))
}

func instantExample(today time.Time) string {
	return fmt.Sprintf("“tomorrow 3pm”, “fri 15:00” or “%s 10am”", today.AddDate(0, 0, 7).Format("2 Jan"))
}

func clockText(local time.Time) string { return local.Format("3:04 pm") }

func badYear(year int) error {
	return Invalidf("", "The year %d is outside %d to %d. Write the year in full, such as “4 Jan 2027”.", year, whenFirstYear, whenLastYear)
}
