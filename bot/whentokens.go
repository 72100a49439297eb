package bot

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

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

// whenUnits maps the words for a length of time to the one word that the grammar uses.
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
