package bot

import (
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode"
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

// civil returns the day as midnight in UTC, the form in which this file calculates with days.
func (d Date) civil() (time.Time, bool) {
	day, err := time.Parse(time.DateOnly, string(d))
	if err != nil || day.Year() < whenFirstYear || day.Year() > whenLastYear {
		return time.Time{}, false
	}
	return day, true
}

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

func longDay(day time.Time) string     { return day.Format("Mon 2 Jan 2006") }
func clockText(local time.Time) string { return local.Format("3:04 pm") }
func badYear(year int) error {
	return Invalidf("", "The year %d is outside %d to %d. Write the year in full, such as “4 Jan 2027”.", year, whenFirstYear, whenLastYear)
}
func midnight(y, m, d int) time.Time    { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }
func daysOf(year int, m time.Month) int { return midnight(year, int(m)+1, 0).Day() }

func zoneText(local time.Time) string {
	name, offset := local.Zone()
	if name == "" || strings.ContainsAny(name[:1], "+-") {
		return offsetText(offset)
	}
	return name
}

func offsetText(seconds int) string {
	sign := "+"
	if seconds < 0 {
		sign, seconds = "-", -seconds
	}
	return fmt.Sprintf("UTC%s%02d:%02d", sign, seconds/3600, seconds%3600/60)
}

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

// --- words ---

var (
	whenMeridiem = regexp.MustCompile(`([ap])\.m\b\.?`)
	whenJoin     = regexp.MustCompile(`([0-9])[-/.]([a-z])|([a-z])[-/.]([0-9])`)
	whenSplit    = regexp.MustCompile(`[0-9]+(?:[:./-][0-9]+)*|\pL+|\S`)
	whenTime     = regexp.MustCompile(`^([0-9]{1,2})[:.]([0-9]{2})$`)
	whenDayFirst = regexp.MustCompile(`^([0-9]{1,2})([-/.])([0-9]{1,2})([-/.])([0-9]{2}|[0-9]{4})$`)
	whenYearless = regexp.MustCompile(`^([0-9]{1,2})/([0-9]{1,2})$`)
	whenYearHead = regexp.MustCompile(`^([0-9]{4})([-/.])([0-9]{1,2})([-/.])([0-9]{1,2})$`)
	whenISO      = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}t[0-9]`)
	whenOffset   = regexp.MustCompile(`^(.*?)\s*\b(?:utc|gmt)(?:\s*([+-])\s*([0-9]{1,2})(?::?([0-9]{2}))?)?$`)
)

var whenMonths = map[string]time.Month{"sept": time.September}

var whenWeekdays = map[string]time.Weekday{"tues": time.Tuesday, "weds": time.Wednesday, "thur": time.Thursday, "thurs": time.Thursday}

// whenUnits maps the words for a length of time to the one word that the rest of the file uses.
var whenUnits = map[string]string{
	"m": "minute", "min": "minute", "mins": "minute", "minute": "minute", "minutes": "minute",
	"h": "hour", "hr": "hour", "hrs": "hour", "hour": "hour", "hours": "hour",
	"d": "day", "day": "day", "days": "day",
	"w": "week", "wk": "week", "wks": "week", "week": "week", "weeks": "week",
	"month": "month", "months": "month",
	"year": "year", "years": "year", "yr": "year", "yrs": "year",
}

var whenCounts = map[string]int{
	"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
	"seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}

// whenWords are the words that stand for themselves in a shape, with other spellings of them.
var whenWords = map[string]string{
	"today": "today", "tomorrow": "tomorrow", "tmrw": "tomorrow", "tmr": "tomorrow", "yesterday": "yesterday",
	"after": "after", "next": "next", "this": "this", "in": "in", "ago": "ago", "half": "half",
	"end": "end", "of": "of", "eom": "eom", "now": "now", "at": "at", "@": "at", "on": "on",
	"noon": "noon", "midnight": "midnight", "am": "am", "pm": "pm", "-": "-", "to": "-",
	"morning": "daypart", "afternoon": "daypart", "evening": "daypart", "night": "daypart", "tonight": "daypart", "eod": "daypart",
}

// whenToken is one word or number. Its class is what the grammar sees: N a number of one or two digits, Y one of four,
// C a count before a unit, U and H the units (of days and longer; of hours and minutes), M a month, W a weekday, D a
// numeric date, T a time, "-" a span, "?" something unknown, or the word itself in lower case.
type whenToken struct {
	text  string
	class string
	n     int    // the number, month or weekday
	unit  string // for U and H
}

func (t whenToken) isTime() bool {
	return t.class == "T" || t.class == "am" || t.class == "pm" || t.class == "noon" || t.class == "midnight"
}

// cleanWhen brings a text to lower case with single spaces and refuses what is empty or too long to be read. What
// cannot be seen becomes a space, since messages quote the text.
func cleanWhen(text, example string) (string, error) {
	if len(text) > whenLongest {
		return "", Invalidf("", "That is too long for a date or time. Write %s.", example)
	}
	visible := strings.Map(func(r rune) rune {
		if r == ',' || !unicode.IsGraphic(r) {
			return ' '
		}
		return r
	}, strings.ToLower(text))
	clean := strings.Join(strings.Fields(visible), " ")
	if clean == "" {
		return "", Invalidf("", "There is no date or time here. Write %s.", example)
	}
	return clean, nil
}

// looksLikeTime tells of words that are surely meant for a date or a time, also where they are none.
func looksLikeTime(text string) bool {
	clean, err := cleanWhen(text, "")
	return err == nil && slices.ContainsFunc(whenTokens(clean), func(t whenToken) bool {
		return t.isTime() || slices.Contains([]string{"M", "W", "D", "today", "tomorrow", "yesterday", "eom", "daypart"}, t.class)
	})
}

func whenTokens(clean string) []whenToken {
	clean = whenMeridiem.ReplaceAllString(clean, "${1}m")
	clean = whenJoin.ReplaceAllString(clean, "$1$3 $2$4")
	words := slices.DeleteFunc(whenSplit.FindAllString(clean, -1), func(w string) bool { return w == "the" || w == "." })
	tokens := make([]whenToken, 0, len(words))
	for i, word := range words {
		next := ""
		if i+1 < len(words) {
			next = words[i+1]
		}
		token := classify(word, next)
		ordinal := slices.Contains([]string{"st", "nd", "rd", "th"}, word)
		if ordinal && len(tokens) > 0 && tokens[len(tokens)-1].class == "N" {
			continue // "4th" is 4
		}
		if n := len(tokens); token.class == "M" && n >= 2 && tokens[n-1].class == "of" && tokens[n-2].class == "N" {
			tokens = tokens[:n-1] // "4 of January" is 4 January
		}
		tokens = append(tokens, token)
	}
	if len(tokens) > 1 && tokens[0].class == "on" {
		tokens = tokens[1:]
	}
	return tokens
}

func classify(word, next string) whenToken {
	token := whenToken{text: word, class: "?"}
	_, counted := whenUnits[next]
	switch {
	case word[0] >= '0' && word[0] <= '9':
		n, err := strconv.Atoi(word)
		token.n = n
		switch {
		case err == nil && counted:
			token.class = "C"
		case err == nil && len(word) <= 2:
			token.class = "N"
		case err == nil && len(word) == 4:
			token.class = "Y"
		case whenTime.MatchString(word):
			token.class = "T"
		case whenDayFirst.MatchString(word), whenYearless.MatchString(word), whenYearHead.MatchString(word):
			token.class = "D"
		case strings.Contains(word, "-"):
			token.class = "-" // "3-4pm"
		}
	case counted && whenCounts[word] > 0:
		token.class, token.n = "C", whenCounts[word]
	case whenUnits[word] == "hour" || whenUnits[word] == "minute":
		token.class, token.unit = "H", whenUnits[word]
	case whenUnits[word] != "":
		token.class, token.unit = "U", whenUnits[word]
	case whenWords[word] != "":
		token.class = whenWords[word]
	default:
		if month, ok := monthOf(word); ok {
			token.class, token.n = "M", int(month)
		} else if weekday, ok := weekdayOf(word); ok {
			token.class, token.n = "W", int(weekday)
		}
	}
	return token
}

// monthOf reads a month by its English name, in full or as three letters.
func monthOf(word string) (time.Month, bool) {
	for m := time.January; m <= time.December; m++ {
		if name := strings.ToLower(m.String()); word == name || word == name[:3] {
			return m, true
		}
	}
	m, ok := whenMonths[word]
	return m, ok
}

// weekdayOf reads a weekday by its English name, in full or as three letters.
func weekdayOf(word string) (time.Weekday, bool) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if name := strings.ToLower(d.String()); word == name || word == name[:3] {
			return d, true
		}
	}
	d, ok := whenWeekdays[word]
	return d, ok
}

// shapeOf writes the classes of the tokens in a row; the grammar is a list of such shapes. A unit that is not counted
// shows as itself ("end of month"), since there it is a word like others.
func shapeOf(tokens []whenToken) string {
	classes := make([]string, len(tokens))
	for i, token := range tokens {
		classes[i] = token.class
		if token.class == "U" && (i == 0 || tokens[i-1].class != "C") {
			classes[i] = token.unit
		}
	}
	return strings.Join(classes, " ")
}

func textOf(tokens []whenToken) string {
	texts := make([]string, len(tokens))
	for i, token := range tokens {
		texts[i] = token.text
	}
	return strings.Join(texts, " ")
}

func dropAt(tokens []whenToken) []whenToken {
	if len(tokens) > 0 && tokens[0].class == "at" {
		return tokens[1:]
	}
	return tokens
}

// --- days ---

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

// --- times of the day ---

// readClock reads a time of the day out of exactly these tokens. It returns ok false when they do not look like one,
// and an error when they do but name no time or two.
func readClock(tokens []whenToken) (minutes int, ok bool, err error) {
	text := textOf(tokens)
	switch shapeOf(tokens) {
	case "noon":
		return 12 * 60, true, nil
	case "N noon":
		if tokens[0].n == 12 {
			return 12 * 60, true, nil
		}
		return 0, true, Invalidf("", "“%s” is not a time, noon is 12. Write “12 noon” or “12:00”.", text)
	case "midnight", "N midnight":
		return 0, true, Invalidf("", "“%s” may start the day or end it. Write “00:00” for its start or “23:59” for its end.", text)
	case "daypart":
		return 0, true, Invalidf("", "“%s” is not a time of the clock. Write %s.", text, clockExample)
	case "N", "N am", "N pm", "T", "T am", "T pm", "T H", "C H":
	default:
		return 0, false, nil
	}
	mark := ""
	if len(tokens) == 2 {
		mark = tokens[1].class
		if mark == "H" && tokens[1].unit != "hour" {
			return 0, false, nil
		}
	}
	hourText, minuteText := tokens[0].text, "00"
	if part := whenTime.FindStringSubmatch(hourText); part != nil {
		hourText, minuteText = part[1], part[2]
	} else if tokens[0].class == "C" && len(hourText) == 4 {
		hourText, minuteText = hourText[:2], hourText[2:] // "1530 hrs"
	}
	hour, hourErr := strconv.Atoi(hourText)
	minute, minuteErr := strconv.Atoi(minuteText)
	if hourErr != nil || minuteErr != nil {
		return 0, false, nil // "an hour"
	}
	if hour > 23 || minute > 59 {
		return 0, true, Invalidf("", "“%s” is not a time, hours go from 0 to 23 and minutes to 59. Write %s.", text, clockExample)
	}
	switch mark {
	case "am", "pm":
		if hour < 1 || hour > 12 {
			return 0, true, Invalidf("", "“%s” is not a time, with am or pm hours go from 1 to 12. Write %s.", text, clockExample)
		}
		hour %= 12
		if mark == "pm" {
			hour += 12
		}
	case "":
		twoDigits := len(hourText) == 2 && tokens[0].class == "T"
		if hour >= 1 && hour <= 7 && !twoDigits {
			return 0, true, Invalidf("", "“%s” may be %d:%02d am or %d:%02d pm. Write the one you mean.", text, hour, minute, hour, minute)
		}
		if hour == 0 && tokens[0].class != "T" {
			return 0, true, Invalidf("", "“%s” is not a time. Write “00:00” for the start of the day.", text)
		}
	}
	return hour*60 + minute, true, nil
}

// --- instants ---

// whenZone is what a text says about its zone at the end: an offset in seconds, or the abbreviation of a zone.
type whenZone struct {
	name   string // in upper case; empty when the offset counts
	offset int
}

func (z whenZone) String() string {
	if z.name != "" {
		return z.name
	}
	return offsetText(z.offset)
}

func (z whenZone) matches(local time.Time) bool {
	name, offset := local.Zone()
	if z.name != "" {
		return strings.EqualFold(name, z.name)
	}
	return offset == z.offset
}

// readISO reads 2027-01-04T10:00 and RFC 3339; the text is in lower case.
func readISO(clean string, zone *time.Location) (time.Time, error) {
	upper := strings.ToUpper(clean)
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
		if at, err := time.Parse(layout, upper); err == nil {
			return at, nil
		}
	}
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if wall, err := time.Parse(layout, upper); err == nil {
			return resolve(wall, zone, nil, calendarDay)
		}
	}
	return time.Time{}, Invalidf("", "“%s” is not a date and time that exists. Write it as “2027-01-04T10:00”.", upper)
}

func readInstant(now, today time.Time, zone *time.Location, clean string) (time.Time, error) {
	if at, ok, err := readSpan(now, today, whenTokens(clean)); ok || err != nil {
		return at, err
	}
	tokens, tag, err := cutZone(clean)
	if err != nil {
		return time.Time{}, err
	}
	split, err := splitInstant(today, tokens, clean)
	if err != nil {
		return time.Time{}, err
	}
	minutes, _, clockErr := readClock(split.clock)
	day, kind := today, noDay
	if len(split.day) > 0 {
		if day, kind, err = readDay(today, split.day); err != nil {
			return time.Time{}, err
		}
	}
	if clockErr != nil {
		return time.Time{}, clockErr
	}
	if kind == periodStart {
		return time.Time{}, Invalidf("", "“%s” does not say which day. Write %s.", textOf(split.day), instantExample(today))
	}
	wall := day.Add(time.Duration(minutes) * time.Minute)
	if kind == noDay || kind == weekdayAlone {
		return resolveNext(now, wall, zone, tag, kind)
	}
	return resolve(wall, zone, tag, kind)
}

// readSpan reads "now" and lengths of hours and minutes from now, such as "in 2 hours"; ok is false for other texts.
func readSpan(now, today time.Time, tokens []whenToken) (at time.Time, ok bool, err error) {
	sign := time.Duration(1)
	counted := tokens
	shape := shapeOf(tokens)
	within := strings.HasPrefix(shape, "in ")
	if within {
		counted, shape = tokens[1:], strings.TrimPrefix(shape, "in ")
	} else if rest, cut := strings.CutSuffix(shape, " ago"); cut {
		counted, shape, sign, within = tokens[:len(tokens)-1], rest, -1, true
	}
	var span time.Duration
	switch shape {
	case "now":
		if len(tokens) != 1 {
			return time.Time{}, false, nil
		}
	case "half C H":
		if counted[1].text != "an" || counted[2].unit != "hour" {
			return time.Time{}, false, nil
		}
		span = 30 * time.Minute
	case "C H", "C H C H":
		if !within && shape == "C H" && counted[1].unit == "hour" {
			if len(counted[0].text) == 4 && counted[0].n > 0 {
				return time.Time{}, false, nil // "1530 hrs" is a time of the day
			}
			if counted[0].n >= 8 && counted[0].n <= 23 {
				return time.Time{}, false, Invalidf("", "“%s” may be the time %d:00 or a length of time. Write “at %d:00” or “in %d hours”.",
					textOf(counted), counted[0].n, counted[0].n, counted[0].n)
			}
		}
		for i := 0; i < len(counted); i += 2 {
			if counted[i].n > whenMostCount {
				return time.Time{}, false, Invalidf("", "That is too far from now. Write %s.", instantExample(today))
			}
			unit := time.Minute
			if counted[i+1].unit == "hour" {
				unit = time.Hour
			}
			span += time.Duration(counted[i].n) * unit
		}
	default:
		return time.Time{}, false, nil
	}
	at = now.Add(sign * span)
	if whole := at.Truncate(time.Minute); whole.Before(at) {
		at = whole.Add(time.Minute)
	}
	return at, true, nil
}

// cutZone takes an offset or a zone's abbreviation off the end of a text.
func cutZone(clean string) ([]whenToken, *whenZone, error) {
	if part := whenOffset.FindStringSubmatch(clean); part != nil {
		var seconds int
		if part[2] != "" {
			hours, hoursErr := strconv.Atoi(part[3])
			minutes, minutesErr := strconv.Atoi("0" + part[4])
			if hoursErr != nil || minutesErr != nil || hours > 14 || minutes > 59 {
				return nil, nil, Invalidf("", "“%s” has an offset that no zone uses. Write one such as “UTC+05:30”.", clean)
			}
			seconds = hours*3600 + minutes*60
			if part[2] == "-" {
				seconds = -seconds
			}
		}
		return whenTokens(part[1]), &whenZone{offset: seconds}, nil
	}
	tokens := whenTokens(clean)
	if n := len(tokens); n >= 2 && tokens[n-1].class == "?" && len(tokens[n-1].text) <= 5 && tokens[n-1].text[0] >= 'a' && tokens[n-1].text[0] <= 'z' {
		before := tokens[n-2]
		if before.isTime() || before.class == "N" || before.class == "Y" || before.class == "D" || before.class == "H" {
			return tokens[:n-1], &whenZone{name: strings.ToUpper(tokens[n-1].text)}, nil
		}
	}
	return tokens, nil, nil
}

// whenParts are the two halves of a text that names an instant; day is empty for a time alone.
type whenParts struct{ day, clock []whenToken }

// splitInstant finds the time of the day, which stands at the end or at the beginning.
func splitInstant(today time.Time, tokens []whenToken, clean string) (whenParts, error) {
	saidAt := false
	if i := slices.IndexFunc(tokens, func(t whenToken) bool { return t.class == "at" }); i > 0 {
		if _, ok, _ := readClock(tokens[i+1:]); ok {
			return whenParts{day: tokens[:i], clock: tokens[i+1:]}, nil
		}
	} else if i == 0 {
		if _, ok, _ := readClock(tokens[1:]); ok {
			return whenParts{clock: tokens[1:]}, nil
		}
		tokens, saidAt = tokens[1:], true
	}
	// A text that is a day as a whole is a day: "Jan 9" is not the first of January at nine.
	if day, _, err := readDay(today, tokens); err == nil {
		like := textOf(tokens)
		if day.Before(today) { // what is scheduled is to come
			like = "tomorrow"
		}
		return whenParts{}, Invalidf("", "“%s” is %s without a time. Add one, such as “%s 3pm”.", textOf(tokens), longDay(day), like)
	}
	for size := min(2, len(tokens)); size >= 1; size-- {
		cut := len(tokens) - size
		_, ok, _ := readClock(tokens[cut:])
		// A bare number needs a day before it, or it may be the day itself.
		if bare := cut == 0 && shapeOf(tokens) == "N"; ok && !bare {
			return whenParts{day: tokens[:cut], clock: tokens[cut:]}, nil
		}
	}
	for size := min(2, len(tokens)); size >= 1; size-- {
		if _, ok, _ := readClock(tokens[:size]); ok && (saidAt || shapeOf(tokens[:size]) != "N") {
			rest := tokens[size:]
			if len(rest) > 1 && rest[0].class == "on" {
				rest = rest[1:]
			}
			return whenParts{day: rest, clock: tokens[:size]}, nil
		}
	}
	if shapeOf(tokens) == "N" {
		return whenParts{}, Invalidf("", "“%s” may be a day or an hour. Write %s.", textOf(tokens), instantExample(today))
	}
	for _, token := range tokens {
		if token.class == "daypart" {
			return whenParts{}, Invalidf("", "“%s” is not a time of the clock. Write %s.", token.text, instantExample(today))
		}
		if token.class == "-" {
			return whenParts{}, Invalidf("", "“%s” looks like a span, but one moment is wanted here. Write %s.", clean, instantExample(today))
		}
	}
	return whenParts{}, Invalidf("", "“%s” is not a day with a time. Write %s.", clean, instantExample(today))
}

// whenReadings are the instants at which the clocks of a zone show a wall time: one, two when the clocks go back over
// it, or none when they skip it. In the last case jump is the instant of the change, and skipped holds the two readings
// of the wall time by the offset after and before it, in order of time.
type whenReadings struct {
	exact   []time.Time
	skipped []time.Time
	jump    time.Time
}

// readingsOf looks at each offset in force around the wall time, which is given as if in UTC. Offsets lie within
// -12 and +15 hours, so 26 hours to either side hold every change that can matter, and no offset lasts less than an
// hour. Time.ZoneBounds would name the changes directly, but in Go 1.26 it can return an end that is not after the
// instant (in New York on 31 Dec 2040, https://go.dev/issue/81583), so that a walk along the changes would not finish.
func readingsOf(wall time.Time, zone *time.Location) whenReadings {
	const around = 26
	var read whenReadings
	var seen []time.Duration
	for hour := -around; hour <= around; hour++ {
		offset := offsetAt(wall.Add(time.Duration(hour)*time.Hour), zone)
		if slices.Contains(seen, offset) {
			continue
		}
		seen = append(seen, offset)
		if candidate := wall.Add(-offset); offsetAt(candidate, zone) == offset {
			read.exact = append(read.exact, candidate.In(zone))
		}
	}
	slices.SortFunc(read.exact, time.Time.Compare)
	if len(read.exact) > 0 {
		return read
	}
	// The clocks pass over the wall time in one jump: find the first second at which they show a later one.
	start := wall.Add(-around * time.Hour)
	jump := sort.Search(2*around*3600, func(seconds int) bool {
		at := start.Add(time.Duration(seconds) * time.Second)
		return at.Add(offsetAt(at, zone)).After(wall)
	})
	read.jump = start.Add(time.Duration(jump) * time.Second)
	before, after := offsetAt(read.jump.Add(-time.Second), zone), offsetAt(read.jump, zone)
	read.skipped = []time.Time{wall.Add(-after).In(zone), wall.Add(-before).In(zone)}
	return read
}

func offsetAt(t time.Time, zone *time.Location) time.Duration {
	_, seconds := t.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}

// latest returns the last instant that the wall time can mean.
func (r whenReadings) latest() time.Time {
	if len(r.exact) > 0 {
		return r.exact[len(r.exact)-1]
	}
	return r.skipped[len(r.skipped)-1]
}

// resolveNext finds the next occurrence after now of a time alone, by days, or of a weekday with a time, by weeks.
func resolveNext(now, wall time.Time, zone *time.Location, tag *whenZone, kind whenKind) (time.Time, error) {
	step := 1
	if kind == weekdayAlone {
		step = 7
	}
	for {
		at, err := resolve(wall, zone, tag, kind)
		if err == nil && at.After(now) {
			return at, nil
		}
		if err != nil && readingsOf(wall, zone).latest().After(now) {
			return time.Time{}, err
		}
		wall = wall.AddDate(0, 0, step)
	}
}

// resolve turns a wall time, given as if in UTC, into the instant at which the clocks of the zone show it.
func resolve(wall time.Time, zone *time.Location, tag *whenZone, kind whenKind) (time.Time, error) {
	read := readingsOf(wall, zone)
	matching := read.exact
	if tag != nil {
		matching = nil
		for _, local := range read.exact {
			if tag.matches(local) {
				matching = append(matching, local)
			}
		}
		if len(matching) == 0 && tag.name == "" && kind == calendarDay {
			return wall.Add(-time.Duration(tag.offset) * time.Second), nil
		}
		if len(matching) == 0 {
			return time.Time{}, foreignZone(read, zone, tag)
		}
	}
	if len(matching) == 1 {
		return matching[0], nil
	}
	if len(matching) > 1 {
		first, second := matching[0], matching[1]
		return time.Time{}, Invalidf("", "%s happens twice on %s in %s, the clocks go back: as %s and as %s. Add the offset you mean, such as “%s, %s %s”.",
			clockText(wall), longDay(wall), zone, withOffset(first), withOffset(second), longDay(wall), clockText(wall), offsetOf(first))
	}
	return time.Time{}, Invalidf("", "%s does not exist on %s in %s, the clocks skip it. Write %s or %s.",
		clockText(wall), longDay(wall), zone, withOffset(read.skipped[0]), withOffset(read.skipped[1]))
}

func foreignZone(read whenReadings, zone *time.Location, tag *whenZone) error {
	local := read.latest()
	if tag.name != "" {
		return Invalidf("", "“%s” is neither a day nor the zone %s, which has %s then. Leave it out, or write the date with an offset, such as “%s, %s UTC+05:30”.",
			tag.name, zone, zoneText(local), longDay(local), clockText(local))
	}
	return Invalidf("", "%s is not the offset of %s, which has %s then, and the day may differ there. Write the date too, such as “%s, %s %s”.",
		tag, zone, offsetOf(local), longDay(local), clockText(local), tag)
}

func offsetOf(local time.Time) string {
	_, offset := local.Zone()
	return offsetText(offset)
}

// withOffset prints a time with its abbreviation and offset, such as "1:30 am EDT (UTC-04:00)".
func withOffset(local time.Time) string {
	name, offset := zoneText(local), offsetOf(local)
	if name == offset {
		return clockText(local) + " " + offset
	}
	return clockText(local) + " " + name + " (" + offset + ")"
}
