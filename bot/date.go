package bot

import "time"

// Date is a day of the calendar, written YYYY-MM-DD, without time or zone. The empty Date means "none" and is not valid.
type Date string

// DateOf returns the day that the instant falls on in the zone; a nil zone means UTC.
// It returns the empty Date when the year is outside 1970 to 2100.
func DateOf(t time.Time, zone *time.Location) Date {
	date, err := toDate(dayIn(t, zone))
	if err != nil {
		return ""
	}
	return date
}

// Valid tells whether the date is written YYYY-MM-DD, exists in the calendar, and lies in the years 1970 to 2100.
func (d Date) Valid() bool {
	_, ok := d.civil()
	return ok
}

// String returns the date as YYYY-MM-DD.
func (d Date) String() string { return string(d) }

// Long returns the date for people, such as "Fri 11 Dec 2026"; a date that is not valid is returned as it is.
func (d Date) Long() string {
	day, ok := d.civil()
	if !ok {
		return string(d)
	}
	return longDay(day)
}

// Weekday returns the day of the week. Ask Valid first: a date that is not valid gives Sunday, the zero weekday.
func (d Date) Weekday() time.Weekday {
	day, ok := d.civil()
	if !ok {
		return time.Sunday
	}
	return day.Weekday()
}

// AddDays returns the date n days later, earlier when n is negative. It returns the empty Date when d is not valid or
// the result lies outside the years 1970 to 2100.
func (d Date) AddDays(n int) Date {
	day, ok := d.civil()
	if !ok || n > whenMostCount || n < -whenMostCount {
		return ""
	}
	sum, err := toDate(day.AddDate(0, 0, n))
	if err != nil {
		return ""
	}
	return sum
}

// Time returns the first instant of the day in the zone (nil means UTC). This is midnight, save where the clocks skip
// midnight that day: there it is the moment at which the day starts. A date that is not valid gives the zero time.
func (d Date) Time(zone *time.Location) time.Time {
	day, ok := d.civil()
	if !ok {
		return time.Time{}
	}
	zone = orUTC(zone)
	read := readingsOf(day, zone)
	if len(read.exact) == 0 {
		return read.jump.In(zone)
	}
	return read.exact[0].In(zone)
}

// civil returns the day as midnight in UTC, the form in which days are calculated with.
func (d Date) civil() (time.Time, bool) {
	day, err := time.Parse(time.DateOnly, string(d))
	if err != nil || day.Year() < whenFirstYear || day.Year() > whenLastYear {
		return time.Time{}, false
	}
	return day, true
}

func longDay(day time.Time) string { return day.Format("Mon 2 Jan 2006") }

func midnight(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }

func daysOf(year int, m time.Month) int { return midnight(year, int(m)+1, 0).Day() }

func orUTC(zone *time.Location) *time.Location {
	if zone == nil {
		return time.UTC
	}
	return zone
}

// dayIn returns the day on which the instant falls in the zone, as midnight in UTC.
func dayIn(t time.Time, zone *time.Location) time.Time {
	year, month, day := t.In(orUTC(zone)).Date()
	return midnight(year, int(month), day)
}

func toDate(day time.Time) (Date, error) {
	if day.Year() < whenFirstYear || day.Year() > whenLastYear {
		return "", badYear(day.Year())
	}
	return Date(day.Format(time.DateOnly)), nil
}
