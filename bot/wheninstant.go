package bot

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

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
	hour, minute, ok := clockDigits(tokens[0])
	if !ok {
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
		if err := sureHour(tokens[0], text, hour, minute); err != nil {
			return 0, true, err
		}
	}
	return hour*60 + minute, true, nil
}

// clockDigits reads the hour and minute of a token such as "9", "9:30" or, before "hrs", "1530". It returns
// false for a count in letters.
func clockDigits(token whenToken) (hour, minute int, ok bool) {
	hourText, minuteText := token.text, "00"
	if part := whenTime.FindStringSubmatch(hourText); part != nil {
		hourText, minuteText = part[1], part[2]
	} else if token.class == "C" && len(hourText) == 4 {
		hourText, minuteText = hourText[:2], hourText[2:]
	}
	hour, hourErr := strconv.Atoi(hourText)
	minute, minuteErr := strconv.Atoi(minuteText)
	return hour, minute, hourErr == nil && minuteErr == nil
}

// sureHour returns an error for an hour without am or pm that may be meant either way, or that nobody says.
// One of two digits with minutes, such as 03:30, is of the 24-hour clock.
func sureHour(token whenToken, text string, hour, minute int) error {
	twoDigits := token.class == "T" && strings.IndexAny(token.text, ":.") == 2
	if hour >= 1 && hour <= 7 && !twoDigits {
		return Invalidf("", "“%s” may be %d:%02d am or %d:%02d pm. Write the one you mean.", text, hour, minute, hour, minute)
	}
	if hour == 0 && token.class != "T" {
		return Invalidf("", "“%s” is not a time. Write “00:00” for the start of the day.", text)
	}
	return nil
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
