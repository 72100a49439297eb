package bot

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// whenKind says how a day was named, because a time beside it is read accordingly.
type whenKind int

const (
	relativeDay  whenKind = iota // today, in 3 days, next fri: one day, seen from now
	calendarDay                  // 4 Jan, 2027-01-04: the same day in every zone
	weekdayAlone                 // fri: the next one
	periodStart                  // March, next week: the first or last day stands for the whole
	noDay                        // a time alone: its next occurrence
)

// readDay reads the tokens of a day; all of them must be read. The day is midnight in UTC, and its year may be out of range.
func readDay(today time.Time, tokens []whenToken) (time.Time, whenKind, error) {
	if len(tokens) > 1 && tokens[0].class == "W" && tokens[1].class != "W" {
		return readNamedDay(today, time.Weekday(tokens[0].n), tokens[1:])
	}
	shape := shapeOf(tokens)
	n := func(i int) int { return tokens[i].n }
	month := time.Date(today.Year(), today.Month(), 1, 0, 0, 0, 0, time.UTC)
	monday := today.AddDate(0, 0, -daysSinceMonday(today.Weekday()))
	switch shape {
	case "today":
		return today, relativeDay, nil
	case "tomorrow":
		return today.AddDate(0, 0, 1), relativeDay, nil
	case "day after tomorrow":
		return today.AddDate(0, 0, 2), relativeDay, nil
	case "yesterday":
		return today.AddDate(0, 0, -1), relativeDay, nil
	case "W":
		return today.AddDate(0, 0, (n(0)-int(today.Weekday())+7)%7), weekdayAlone, nil
	case "next W":
		return monday.AddDate(0, 0, 7+daysSinceMonday(time.Weekday(n(1)))), relativeDay, nil
	case "this W":
		return thisWeekday(today, monday, time.Weekday(n(1)))
	case "C U":
		return addUnits(today, n(0), tokens[1].unit)
	case "in C U":
		return addUnits(today, n(1), tokens[2].unit)
	case "C U ago":
		return addUnits(today, -n(0), tokens[1].unit)
	case "N M":
		return yearlessDay(today, n(0), n(1))
	case "M N":
		return yearlessDay(today, n(1), n(0))
	case "N M N", "N M Y":
		return fullDay(today, n(0), n(1), tokens[2].text)
	case "M N N", "M N Y":
		return fullDay(today, n(1), n(0), tokens[2].text)
	case "D":
		return numericDay(today, tokens[0].text)
	case "M":
		return nextMonth(today, n(0), 0), periodStart, nil
	case "M Y":
		return midnight(n(1), n(0), 1), periodStart, nil
	case "next week":
		return monday.AddDate(0, 0, 7), periodStart, nil
	case "next month":
		return month.AddDate(0, 1, 0), periodStart, nil
	case "next year":
		return midnight(today.Year()+1, 1, 1), periodStart, nil
	case "eom", "end of month", "end of this month", "month end":
		return month.AddDate(0, 1, -1), periodStart, nil
	case "end of next month":
		return month.AddDate(0, 2, -1), periodStart, nil
	case "end of M":
		return nextMonth(today, n(2), 1), periodStart, nil
	case "end of M Y":
		return midnight(n(3), n(2)+1, 0), periodStart, nil
	case "end of year", "end of this year", "year end":
		return midnight(today.Year(), 12, 31), periodStart, nil
	}
	return time.Time{}, 0, whyNoDay(today, tokens, shape)
}

// whyNoDay says what is wrong with a text that has none of the shapes of a day.
func whyNoDay(today time.Time, tokens []whenToken, shape string) error {
	text, example := textOf(tokens), dateExample(today)
	switch shape {
	case "N":
		return Invalidf("", "“%s” does not say which month. Write it with the month, such as “%d %s”.", text, min(max(tokens[0].n, 1), 28), today.Format("Jan"))
	case "this week", "this month", "this year":
		return Invalidf("", "“%s” is not one day. Write %s.", text, example)
	case "end of week", "end of this week", "end of next week":
		return Invalidf("", "“%s” may mean Friday or Sunday. Write the day, such as “fri” or “sun”.", text)
	case "C H", "in C H", "C H ago":
		return Invalidf("", "“%s” is a time, but a day is wanted here. Write %s.", text, example)
	}
	for _, token := range tokens {
		switch token.class {
		case "?":
			return Invalidf("", "“%s” is not part of a date. Write %s.", token.text, example)
		case "-":
			return Invalidf("", "“%s” looks like a span, but one day is wanted here. Write %s.", text, example)
		}
	}
	return Invalidf("", "“%s” is not a date. Write %s.", text, example)
}

// readNamedDay reads what follows a weekday: "next week", or a date that must fall on that weekday.
func readNamedDay(today time.Time, weekday time.Weekday, rest []whenToken) (time.Time, whenKind, error) {
	if shapeOf(rest) == "next week" {
		rest = []whenToken{{class: "next"}, {class: "W", n: int(weekday)}}
	}
	day, kind, err := readDay(today, rest)
	if err != nil {
		return time.Time{}, 0, err
	}
	if kind == periodStart {
		return time.Time{}, 0, Invalidf("", "“%s” with a weekday does not name one day. Write %s.", textOf(rest), dateExample(today))
	}
	if day.Weekday() != weekday {
		return time.Time{}, 0, Invalidf("", "%s is a %s, not a %s. Write “%s” or leave the weekday out.",
			day.Format("2 Jan 2006"), day.Weekday(), weekday, longDay(day))
	}
	return day, kind, nil
}

func daysSinceMonday(d time.Weekday) int { return (int(d) + 6) % 7 }

func thisWeekday(today, monday time.Time, weekday time.Weekday) (time.Time, whenKind, error) {
	day := monday.AddDate(0, 0, daysSinceMonday(weekday))
	if day.Before(today) {
		return time.Time{}, 0, Invalidf("", "%s of this week has passed. Write “%s” for %s.",
			weekday, strings.ToLower(weekday.String()[:3]), longDay(day.AddDate(0, 0, 7)))
	}
	return day, relativeDay, nil
}

// addUnits counts days, weeks, months or years from today. A month that is too short gives its last day.
func addUnits(today time.Time, count int, unit string) (time.Time, whenKind, error) {
	if count > whenMostCount || count < -whenMostCount {
		return time.Time{}, 0, Invalidf("", "That is too far from today. Write %s.", dateExample(today))
	}
	switch unit {
	case "day":
		return today.AddDate(0, 0, count), relativeDay, nil
	case "week":
		return today.AddDate(0, 0, 7*count), relativeDay, nil
	case "year":
		count *= 12
	}
	first := midnight(today.Year(), int(today.Month())+count, 1)
	return first.AddDate(0, 0, min(today.Day(), daysOf(first.Year(), first.Month()))-1), relativeDay, nil
}

// nextMonth returns the first day of the next such month from today on, or the last one when more is 1.
func nextMonth(today time.Time, month, more int) time.Time {
	day := midnight(today.Year(), month+more, 1-more)
	if day.Before(today) {
		day = midnight(today.Year()+1, month+more, 1-more)
	}
	return day
}

// checkDay refuses a day that the month never has.
func checkDay(today time.Time, day, month int) error {
	name := time.Month(month)
	most := daysOf(2000, name) // a leap year, so that 29 Feb passes here
	if day >= 1 && day <= most {
		return nil
	}
	length := fmt.Sprintf("%d days", most)
	if name == time.February {
		length = "28 days, 29 in a leap year"
	}
	return Invalidf("", "%d %s does not exist, %s has %s. Write %s.", day, name.String()[:3], name, length, dateExample(today))
}

func isLeap(year int) bool { return daysOf(year, time.February) == 29 }

// yearlessDay returns the next such day, today included. For 29 Feb this is not the next leap year when that is further
// away than a year: someone who types it then has more likely miscounted.
func yearlessDay(today time.Time, day, month int) (time.Time, whenKind, error) {
	if err := checkDay(today, day, month); err != nil {
		return time.Time{}, 0, err
	}
	year := today.Year()
	if month < int(today.Month()) || month == int(today.Month()) && day < today.Day() {
		year++
	}
	return leapChecked(year, month, day)
}

func leapChecked(year, month, day int) (time.Time, whenKind, error) {
	if month == 2 && day == 29 && !isLeap(year) {
		next := year + 1
		for !isLeap(next) {
			next++
		}
		return time.Time{}, 0, Invalidf("", "29 Feb %d does not exist, %d is not a leap year. The next one is “29 Feb %d”.", year, year, next)
	}
	return midnight(year, month, day), calendarDay, nil
}

func fullDay(today time.Time, day, month int, yearText string) (time.Time, whenKind, error) {
	year, err := readYear(yearText)
	if err != nil {
		return time.Time{}, 0, err
	}
	if err := checkDay(today, day, month); err != nil {
		return time.Time{}, 0, err
	}
	return leapChecked(year, month, day)
}

// readYear reads a year of four digits, or of two, which is in this century.
func readYear(text string) (int, error) {
	year, err := strconv.Atoi(text)
	if err != nil || len(text) != 2 && len(text) != 4 {
		return 0, Invalidf("", "“%s” is not a year. Write it in full, such as “4 Jan 2027”.", text)
	}
	if len(text) == 2 {
		year += 2000
	}
	if year < whenFirstYear || year > whenLastYear {
		return 0, badYear(year)
	}
	return year, nil
}

// numericDay reads a date of digits alone: year first when it begins with four digits, else day first.
func numericDay(today time.Time, text string) (time.Time, whenKind, error) {
	var dayText, monthText, yearText string
	sameMark := true
	if part := whenYearHead.FindStringSubmatch(text); part != nil {
		yearText, monthText, dayText, sameMark = part[1], part[3], part[5], part[2] == part[4]
	} else if part := whenDayFirst.FindStringSubmatch(text); part != nil {
		dayText, monthText, yearText, sameMark = part[1], part[3], part[5], part[2] == part[4]
	} else if part := whenYearless.FindStringSubmatch(text); part != nil {
		dayText, monthText = part[1], part[2]
	}
	day, dayErr := strconv.Atoi(dayText)
	month, monthErr := strconv.Atoi(monthText)
	if dayErr != nil || monthErr != nil || !sameMark {
		return time.Time{}, 0, Invalidf("", "“%s” is not a date. Write %s.", text, dateExample(today))
	}
	if month < 1 || month > 12 {
		return time.Time{}, 0, noSuchMonth(today, text, yearText, day, month)
	}
	if yearText == "" {
		return yearlessDay(today, day, month)
	}
	return fullDay(today, day, month, yearText)
}

// noSuchMonth explains a month outside 1 to 12, which is most often a date in American order.
func noSuchMonth(today time.Time, text, yearText string, day, month int) error {
	swapped := day >= 1 && day <= 12 && month >= 13 && month <= daysOf(2000, time.Month(day))
	switch {
	case swapped && strings.HasPrefix(text, yearText) && yearText != "":
		return Invalidf("", "“%s” has no month %d. Write year, month, day: %s-%02d-%02d.", text, month, yearText, day, month)
	case swapped && yearText != "":
		return Invalidf("", "“%s” has no month %d. Write the day first: %02d/%02d/%s.", text, month, month, day, yearText)
	case swapped:
		return Invalidf("", "“%s” has no month %d. Write the day first: %02d/%02d.", text, month, month, day)
	}
	return Invalidf("", "“%s” does not exist, there is no month %d. Write %s.", text, month, dateExample(today))
}
