package commands

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

var (
	emailWithin      = regexp.MustCompile(`[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}`)
	phoneWithin      = regexp.MustCompile(`\+?[0-9][0-9 ()\-]{8,16}[0-9]`)
	experienceWithin = regexp.MustCompile(`(?i)\b([0-9]{1,2}(?:\.[0-9])?)\+? ?(?:y|yrs?|years?)\b`)
	noticeWithin     = regexp.MustCompile(`(?i)notice(?: period)?[^0-9\n]{0,12}([0-9]{1,3} ?(?:days?|weeks?|months?)?|immediate)`)
	expectedWithin   = regexp.MustCompile(`(?i)(?:expected|expects|expecting|ectc)[^0-9₹\n]{0,16}(₹? ?[0-9.,]+ ?(?:lpa|lakhs?|l|cr|crores?)\b)`)
	nameWithin       = regexp.MustCompile(`(?im)^\W*name\W+(.{2,60})$`)
)

// readCandidate reads what a message tells of a candidate, as the values of the form. What it is not
// sure of it leaves out: the person reads the form before they send it off.
func readCandidate(rd bot.Reading, source bot.Source) bot.Values {
	text := source.Text
	values := bot.Values{}
	put := func(name, value string) {
		if value = strings.TrimSpace(value); value != "" {
			values[name] = []string{value}
		}
	}
	put("email", emailWithin.FindString(text))
	for _, digits := range phoneWithin.FindAllString(text, -1) {
		if number, err := hiring.ParsePhone(digits); err == nil && values["phone"] == nil {
			put("phone", number)
		}
	}
	if m := experienceWithin.FindStringSubmatch(text); m != nil {
		put("experience", m[1]+"y")
	}
	if m := noticeWithin.FindStringSubmatch(text); m != nil {
		if n, ok := readNotice(m[1]); ok {
			put("notice", Notice.Print(n))
		}
	}
	if m := expectedWithin.FindStringSubmatch(text); m != nil {
		if amount, err := hiring.ParseRupees(m[1]); err == nil {
			put("expected", amount.Short())
		}
	}
	put("stack", stackWithin(rd, text))
	put("name", nameIn(text, values))
	put("note", cut(text, hiring.MaxNote))
	put("link", cut(source.Link, hiring.MaxLink))
	return values
}

// stackWithin returns the technology world that a text names first.
func stackWithin(rd bot.Reading, text string) string {
	if rd.Words == nil {
		return ""
	}
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && r != '.' && r != '#' }) {
		if key, ok := exactly(rd.Words.Words(store.EcosystemWords), strings.Trim(word, ".")); ok && len(word) > 2 {
			return key
		}
	}
	return ""
}

// nameIn returns what is probably a name: what a line calls so, else a first line of a few words that
// begin with a capital letter.
func nameIn(text string, known bot.Values) string {
	if m := nameWithin.FindStringSubmatch(text); m != nil {
		return strings.TrimSpace(m[1])
	}
	first, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	first, _, _ = strings.Cut(first, ",")
	for _, sign := range []string{"–", "—", " - ", "|", ":", "("} {
		first, _, _ = strings.Cut(first, sign)
	}
	words := strings.Fields(first)
	if len(words) < 2 || len(words) > 4 {
		return ""
	}
	for _, w := range words {
		if r := []rune(w); !unicode.IsUpper(r[0]) || strings.ContainsAny(w, "@0123456789") {
			return ""
		}
	}
	if len(known) == 0 { // such words alone are any heading
		return ""
	}
	return strings.Join(words, " ")
}
