package hiring

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// minutesADay is how many minutes a day has on the clock on the wall.
	minutesADay = 24 * 60
	// DefaultHours are the working hours where the company has set nothing else.
	DefaultHours = "09:30-18:00"
	// DefaultRemindAt is the time of reminders where the company has set nothing else.
	DefaultRemindAt = "10:00"
	// DefaultBudget is how many unprompted messages somebody gets in a day.
	DefaultBudget = 2
	// MaxBudget is the most that can be set for a day.
	MaxBudget = 20
	// MaxDaysAway is how many spans of days somebody can say to be away on.
	MaxDaysAway = 20
	// searchDays is how far ahead the next time is looked for at which somebody works.
	searchDays = 2 * 366
)

// Hours are a span of a day, in minutes since midnight on the clock on the wall: from the first
// minute until before the last.
type Hours struct{ From, To int }

// String prints the hours as ParseHours reads them: "09:30-18:00".
func (h Hours) String() string { return clockTime(h.From) + "-" + clockTime(h.To) }

func clockTime(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// ParseClock reads a time of the day, such as 10:00 or 9, and returns its minutes since midnight. It
// returns an Invalid error.
func ParseClock(text string) (int, error) {
	hour, minute, found := strings.Cut(strings.TrimSpace(text), ":")
	if !found {
		minute = "00"
	}
	h, err := strconv.Atoi(hour)
	m, wrong := strconv.Atoi(minute)
	if err != nil || wrong != nil || len(minute) != 2 || h < 0 || m < 0 || m > 59 || h*60+m > minutesADay {
		return 0, Errorf(Invalid, "“%s” is no time of the day. Write it like 10:00.", text)
	}
	return h*60 + m, nil
}

// ParseHours reads working hours such as 09:30-18:00. It returns an Invalid error for the field "hours".
func ParseHours(text string) (Hours, error) {
	wrong := InvalidField("hours", "“%s” are no working hours. Write them like 09:30-18:00, at least an hour, within one day.", text)
	from, to, found := strings.Cut(strings.NewReplacer("–", "-", " to ", "-", " ", "").Replace(strings.TrimSpace(text)), "-")
	if !found {
		return Hours{}, wrong
	}
	first, err := ParseClock(from)
	last, other := ParseClock(to)
	if err != nil || other != nil || last-first < 60 {
		return Hours{}, wrong
	}
	return Hours{From: first, To: last}, nil
}

// DaysAway is a span of dates, YYYY-MM-DD, both included.
type DaysAway struct{ From, To string }

// ParseDaysAway reads dates and spans of dates, separated by comma: "2026-12-24, 2026-12-28..2027-01-04".
// It returns an Invalid error for the field "away".
func ParseDaysAway(text string) ([]DaysAway, error) {
	var all []DaysAway
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == '\n' }) {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		first, last, span := strings.Cut(strings.NewReplacer(" to ", "..", "–", "..").Replace(part), "..")
		if !span {
			last = first
		}
		from, err := time.Parse(time.DateOnly, strings.TrimSpace(first))
		to, other := time.Parse(time.DateOnly, strings.TrimSpace(last))
		if err != nil || other != nil {
			return nil, InvalidField("away", "“%s” are no days. Write 2026-12-24 for one, or 2026-12-28..2027-01-04 for several.", part)
		}
		if to.Before(from) {
			return nil, InvalidField("away", "“%s” ends before it begins. Write the first day in front, like 2026-12-28..2027-01-04.", part)
		}
		all = append(all, DaysAway{From: from.Format(time.DateOnly), To: to.Format(time.DateOnly)})
	}
	if len(all) > MaxDaysAway {
		return nil, InvalidField("away", "These are %d spans of days; at most %d fit. Leave out those that are over.", len(all), MaxDaysAway)
	}
	return all, nil
}

// DaysNotOver returns the days that are not over on a day, YYYY-MM-DD.
func DaysNotOver(days []DaysAway, today string) []DaysAway {
	return slices.DeleteFunc(slices.Clone(days), func(d DaysAway) bool { return d.To < today })
}

// PrintDaysAway prints days as ParseDaysAway reads them.
func PrintDaysAway(days []DaysAway) string {
	var parts []string
	for _, d := range days {
		if d.From == d.To {
			parts = append(parts, d.From)
		} else {
			parts = append(parts, d.From+".."+d.To)
		}
	}
	return strings.Join(parts, ", ")
}

// NudgePreferences are what somebody has said of when they are told things unasked. What is zero, or
// not set, is left to the company.
type NudgePreferences struct {
	Person string
	Hours  *Hours
	Away   []DaysAway
	// Single says that they want each thing by itself, and not all in one message.
	Single bool
	// Budget is how many unprompted messages they want in a day.
	Budget *int
}

// WorkTime is when somebody works: on the days of the calendar on which they are not away, in their
// hours, by the clock of their zone. It is when they may be told things unasked.
type WorkTime struct {
	Calendar Calendar
	Zone     *time.Location
	Hours    Hours
	Away     []DaysAway
	// RemindAt is the time of the day at which reminders are sent, in minutes since midnight.
	RemindAt int
}

// DefaultWorkTime is that of a company which has set nothing, in a zone.
func DefaultWorkTime(zone *time.Location) WorkTime {
	hours, _ := ParseHours(DefaultHours)
	at, _ := ParseClock(DefaultRemindAt)
	return WorkTime{Calendar: DefaultCalendar(), Zone: zone, Hours: hours, RemindAt: at}
}

// Present returns the times without the days on which they are away: for what must not wait until
// somebody is back.
func (w WorkTime) Present() WorkTime {
	w.Away = nil
	return w
}

// remindOn returns the time of reminders on the day of an instant: of a time that the clock skips on that day
// the end of the gap, and of one that it shows twice the first.
func (w WorkTime) remindOn(at time.Time) time.Time {
	y, m, d := at.In(w.Zone).Date()
	return firstAt(time.Date(y, m, d, 0, w.RemindAt, 0, 0, time.UTC), w.Zone)
}

// Workday tells whether they work on a date, YYYY-MM-DD.
func (w WorkTime) Workday(date string) bool {
	return w.Calendar.Workday(date) && !slices.ContainsFunc(w.Away, func(d DaysAway) bool { return d.From <= date && date <= d.To })
}

// Allowed tells whether they may be told things unasked now.
func (w WorkTime) Allowed(now time.Time) bool {
	local := now.In(w.Zone)
	minute := minuteOf(local)
	return minute >= w.Hours.From && minute < w.Hours.To && w.Workday(local.Format(time.DateOnly))
}

func minuteOf(local time.Time) int { return local.Hour()*60 + local.Minute() }

// NextAllowed returns the first instant from now on at which they may be told things unasked: now, if it
// is such a one. It is zero where there is none within two years.
func (w WorkTime) NextAllowed(now time.Time) time.Time {
	if w.Allowed(now) {
		return now
	}
	next := w.nextStart(now)
	// Where the clock is put forward or back, the hours can begin at that moment.
	for at := now.In(w.Zone); ; {
		_, change := at.ZoneBounds()
		if change.IsZero() || !next.IsZero() && !change.Before(next) || change.Sub(now) > searchDays*24*time.Hour {
			return next
		}
		if w.Allowed(change) {
			return change
		}
		at = change
	}
}

// nextStart returns the first instant after now at which the clock shows the beginning of the hours of
// a working day.
func (w WorkTime) nextStart(now time.Time) time.Time {
	y, m, d := now.In(w.Zone).Date()
	for i := range searchDays {
		day := time.Date(y, m, d+i, 0, 0, 0, 0, time.UTC)
		if !w.Workday(day.Format(time.DateOnly)) {
			continue
		}
		if start := w.at(day, w.Hours.From, now); start.After(now) && w.Allowed(start) {
			return start
		}
	}
	return time.Time{}
}

// at returns the first instant after another one at which the clock of the zone shows a minute of a day,
// or the end of the gap that it lies in; the last such instant where there is none after it. The day is
// one of UTC.
func (w WorkTime) at(day time.Time, minute int, after time.Time) time.Time {
	all := instantsAt(day.Add(time.Duration(minute)*time.Minute), w.Zone)
	for _, at := range all {
		if at.After(after) {
			return at
		}
	}
	return all[len(all)-1]
}

// NextReminding returns the first instant from now on at which they may be reminded: in their hours, and
// not before the time of reminders of that day, unless their hours are over by then.
func (w WorkTime) NextReminding(now time.Time) time.Time {
	for {
		next := w.NextAllowed(now)
		local := next.In(w.Zone)
		if next.IsZero() || minuteOf(local) >= w.RemindAt || w.RemindAt >= w.Hours.To {
			return next
		}
		// Where the clock skips the time of reminders with the rest of their hours, it is another day's.
		y, m, d := local.Date()
		now = w.at(time.Date(y, m, d, 0, 0, 0, 0, time.UTC), w.RemindAt, next)
	}
}

// NextDay returns the instant from which they may be reminded on the first working day after that of
// an instant. It is zero where there is none within two years.
func (w WorkTime) NextDay(after time.Time) time.Time {
	y, m, d := after.In(w.Zone).Date()
	for i := 1; i <= searchDays; i++ {
		day := time.Date(y, m, d+i, 0, 0, 0, 0, time.UTC)
		if w.Workday(day.Format(time.DateOnly)) {
			return w.NextReminding(w.at(day, 0, after))
		}
	}
	return time.Time{}
}

// DueAt returns by when something is due that came up at an instant: by the end of somebody's hours on
// their so many-th working day after it. That they are away makes nothing due later.
func (w WorkTime) DueAt(from time.Time, days int) time.Time {
	y, m, d := from.In(w.Zone).Date()
	left := max(days, 1)
	for i := 1; i <= searchDays; i++ {
		day := time.Date(y, m, d+i, 0, 0, 0, 0, time.UTC)
		if !w.Calendar.Workday(day.Format(time.DateOnly)) {
			continue
		}
		if left--; left == 0 {
			return w.at(day, w.Hours.To, from)
		}
	}
	return w.at(time.Date(y, m, d+1, 0, 0, 0, 0, time.UTC), w.Hours.To, from) // a calendar without a working day
}
