package hiring

import (
	"slices"
	"strings"
	"time"
)

const (
	// WaitingDays is after how many working days without a word a candidate has waited too long, where
	// the company has set nothing else.
	WaitingDays = 5
	// MaxHolidays is how many holidays a calendar can hold.
	MaxHolidays = 60
)

// Holiday is a day on which nobody works. Date is YYYY-MM-DD, or MM-DD for one of every year.
type Holiday struct{ Date, Name string }

// NationalHolidays are those that all of India has, on the same date each year. All others differ by
// state and company.
var NationalHolidays = []Holiday{
	{"01-26", "Republic Day"},
	{"08-15", "Independence Day"},
	{"10-02", "Gandhi Jayanti"},
}

// Calendar says on which days a company works.
type Calendar struct {
	Weekend  []time.Weekday
	Holidays []Holiday
}

// DefaultCalendar has Saturday and Sunday off, and the national holidays.
func DefaultCalendar() Calendar {
	return Calendar{Weekend: []time.Weekday{time.Saturday, time.Sunday}, Holidays: NationalHolidays}
}

// Workday tells whether the company works on a date, YYYY-MM-DD. It does not on what is no date.
func (c Calendar) Workday(date string) bool {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil || slices.Contains(c.Weekend, day.Weekday()) {
		return false
	}
	return !slices.ContainsFunc(c.Holidays, func(h Holiday) bool { return h.Date == date || h.Date == date[len("2006-"):] })
}

// ParseWeekend reads the days of the week on which nobody works, separated by comma: "sat, sun".
// "none" is no day. It returns an Invalid error for the field "weekend", also where no day is left.
func ParseWeekend(text string) ([]time.Weekday, error) {
	if folded := Fold(text); folded == "none" || folded == "" {
		return nil, nil
	}
	var days []time.Weekday
	for _, part := range strings.FieldsFunc(Fold(text), func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '&' }) {
		if part == "and" {
			continue
		}
		at := slices.IndexFunc(weekdays, func(d time.Weekday) bool {
			name := strings.ToLower(d.String())
			return len(part) >= 3 && strings.HasPrefix(name, part) || part == name+"s"
		})
		if at < 0 {
			return nil, InvalidField("weekend", "“%s” is no day of the week. Write it like sat, sun.", part)
		}
		if !slices.Contains(days, weekdays[at]) {
			days = append(days, weekdays[at])
		}
	}
	if len(days) == len(weekdays) {
		return nil, InvalidField("weekend", "Some day of the week has to be a working day. Write it like sat, sun.")
	}
	return days, nil
}

var weekdays = []time.Weekday{time.Sunday, time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday}

// ParseHolidays reads dates separated by comma or line: "26 Jan" for every year, "9 Nov 2026" or
// "2026-11-09" for one. It returns an Invalid error for the field "holidays".
func ParseHolidays(text string) ([]Holiday, error) {
	var all []Holiday
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == '\n' }) {
		part = strings.Join(strings.Fields(part), " ")
		if part == "" {
			continue
		}
		date, ok := parseHoliday(part)
		if !ok {
			return nil, InvalidField("holidays", "“%s” is no date. Write 26 Jan for every year, or 2026-11-09 for one.", part)
		}
		h := Holiday{Date: date}
		if at := slices.IndexFunc(NationalHolidays, func(n Holiday) bool { return n.Date == date }); at >= 0 {
			h = NationalHolidays[at]
		}
		if !slices.ContainsFunc(all, func(x Holiday) bool { return x.Date == date }) {
			all = append(all, h)
		}
	}
	if len(all) > MaxHolidays {
		return nil, InvalidField("holidays", "These are %d holidays; at most %d fit. Leave out those that are over.", len(all), MaxHolidays)
	}
	return all, nil
}

func parseHoliday(text string) (string, bool) {
	for _, layout := range []string{time.DateOnly, "2 Jan 2006", "2 January 2006"} {
		if day, err := time.Parse(layout, text); err == nil {
			return day.Format(time.DateOnly), true
		}
	}
	for _, layout := range []string{"2 Jan 2006", "2 January 2006", "2006-01-02"} {
		// A leap year, so that 29 February is a date.
		with := text + " 2028"
		if layout == time.DateOnly {
			with = "2028-" + text
		}
		if day, err := time.Parse(layout, with); err == nil {
			return day.Format("01-02"), true
		}
	}
	return "", false
}

// WorkingDaysBefore returns the instant that lies a number of working days back, at the same time of
// the day: what has waited since then or longer has waited that many working days.
func WorkingDaysBefore(now time.Time, days int, zone *time.Location, workday func(date string) bool) time.Time {
	local := now.In(zone)
	day := local
	for left, i := days, 1; left > 0 && i <= 10*366; i++ {
		// The days that are reached count: from Monday noon back to Friday noon is one working day.
		day = time.Date(local.Year(), local.Month(), local.Day()-i, local.Hour(), local.Minute(), local.Second(), local.Nanosecond(), zone)
		if workday(day.Format(time.DateOnly)) {
			left--
		}
	}
	return day
}
