package bot

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// word is one word of a typed command: plain, quoted, or name:value.
type word struct {
	// text is what it stands for: without its quotes and, of name:value, the value alone.
	text string
	// key is the name of name:value, in lower case.
	key string
	// equals tells of name=value, which is name:value where a parameter has that name.
	equals bool
	quoted bool
	// typed is the word as it was typed, quotes and all, for texts that keep their words together.
	typed string
}

// plain tells of a word that is neither quoted nor name:value.
func (w word) plain() bool { return !w.quoted && w.key == "" }

const (
	// maxTyped is the most characters of a typed command; Slack's own messages have as many.
	maxTyped = 4000
	// maxWords bounds what one command is read for; the rest of a longer text stays one word.
	maxWords = 200
)

// split cuts a typed text into words. Double quotes of every shape keep words together, and every
// kind of blank separates; an open quote runs to the end. Apostrophes are letters.
func split(text string) []word {
	words, _ := scan(text)
	return words
}

// scan is split, and tells whether the last word is still being typed.
func scan(text string) (words []word, open bool) {
	var (
		value, typed   strings.Builder
		key            string
		inQuote, begun bool
		quoted, equals bool
	)
	flush := func() {
		if begun || key != "" {
			words = append(words, word{text: value.String(), key: key, equals: equals, quoted: quoted, typed: typed.String()})
		}
		value.Reset()
		typed.Reset()
		key, begun, quoted, equals = "", false, false, false
	}
	put := func(r rune) {
		value.WriteRune(r)
		typed.WriteRune(r)
	}
	for _, r := range text {
		switch {
		case isInvisible(r, typed.Len() > 0):
		case isQuote(r):
			inQuote, quoted, begun = !inQuote, true, true
			typed.WriteRune(r)
		case inQuote:
			put(r)
		case unicode.IsSpace(r) && len(words) < maxWords:
			flush()
		case unicode.IsSpace(r):
			put(' ')
		case (r == ':' || r == '=') && key == "" && !quoted && paramRule.MatchString(strings.ToLower(value.String())):
			key, equals = strings.ToLower(value.String()), r == '='
			value.Reset()
			typed.WriteRune(r)
			begun = false
		default:
			begun = true
			put(r)
		}
	}
	open = begun || key != ""
	flush()
	return words, open
}

// isInvisible tells whether a character only came along when somebody pasted. The joiners of Indian
// scripts and of emoji stay where they join something.
func isInvisible(r rune, within bool) bool {
	const zeroWidthNonJoiner, zeroWidthJoiner = '\u200c', '\u200d'
	if r == zeroWidthNonJoiner || r == zeroWidthJoiner {
		return !within
	}
	return unicode.IsControl(r) && !unicode.IsSpace(r) || unicode.Is(unicode.Cf, r)
}

// quote returns a value as one typed word that stands for it.
func quote(value string) string {
	if words := split(value); len(words) == 1 && words[0].text == value && words[0].key == "" && !words[0].quoted {
		return value
	}
	return `"` + strings.Map(func(r rune) rune {
		if isQuote(r) {
			return -1
		}
		return r
	}, value) + `"`
}

func isQuote(r rune) bool {
	switch r {
	case '"', '“', '”', '„', '‟', '«', '»':
		return true
	}
	return false
}

// Fold returns text in lower case without diacritics, with straight apostrophes and single blanks,
// for comparing what people type with names.
func Fold(s string) string {
	if !isASCII(s) {
		// A chain keeps state, so each text needs its own.
		t := transform.Chain(norm.NFKD, runes.Remove(runes.Predicate(unfolded)), runes.Map(straight), norm.NFC)
		if folded, _, err := transform.String(t, s); err == nil {
			s = folded
		}
	}
	s = strings.ToLower(s)
	// Most names need nothing more, and reading a command folds very many.
	if isTidy(s) {
		return s
	}
	return strings.Join(strings.Fields(s), " ")
}

// isTidy tells whether a text has no blanks but single spaces between words.
func isTidy(s string) bool {
	before := ' '
	for _, r := range s {
		if unicode.IsSpace(r) && (r != ' ' || before == ' ') {
			return false
		}
		before = r
	}
	return before != ' ' || s == ""
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// unfolded tells of what no comparison looks at: accents, variants and invisible characters. The
// marks of Indian scripts are vowels and stay.
func unfolded(r rune) bool {
	return r >= '\u0300' && r <= '\u036f' || unicode.Is(unicode.Variation_Selector, r) || unicode.Is(unicode.Cf, r)
}

func straight(r rune) rune {
	switch r {
	case '‘', '’', 'ʼ', '′', '＇':
		return '\''
	}
	return r
}

// FindWords returns the words that a text may mean: those that it names exactly, else all in which a
// part of a name begins with it. A part needs three characters to count. A value names one word, even
// where others bear it as a name, and never by a part of it.
func FindWords(words []Word, text string) []Word {
	want := Fold(text)
	if want == "" {
		return nil
	}
	var exact, partly []Word
	for _, w := range words {
		if foldsTo(w.Value, want) {
			return []Word{w}
		}
		switch matches(w, want) {
		case exactly:
			exact = append(exact, w)
		case inPart:
			partly = append(partly, w)
		case notAtAll:
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return partly
}

// match says how well a folded text names a word.
type match int

const (
	notAtAll match = iota
	inPart
	exactly
)

func matches(w Word, want string) match {
	best := nameMatches(w.Label, want)
	for _, name := range w.Aliases {
		best = max(best, nameMatches(name, want))
	}
	return best
}

// partLength is how many characters of a name count as a part of it.
const partLength = 3

func nameMatches(name, want string) match {
	switch {
	case foldsTo(name, want):
		return exactly
	case utf8.RuneCountInString(want) >= partLength && mayHold(name, want) && foldedBegins(Fold(name), want):
		return inPart
	default:
		return notAtAll
	}
}

// foldsTo tells whether Fold(name) is want. A vocabulary has very many names, so that it folds none
// whose length tells that already.
func foldsTo(name, want string) bool { return mayHold(name, want) && Fold(name) == want }

// mayHold tells whether a text may be in the folded name: folding makes no ASCII text longer.
func mayHold(name, want string) bool { return len(name) >= len(want) || !isASCII(name) }

// NameOf reads a text as the name of one of the words. Several matches make a Problem with choices,
// none a Problem that names the nearest; what is the sort's name in such a message ("role").
func NameOf(words []Word, what, text string) (Word, error) {
	found := FindWords(words, text)
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return Word{}, &Problem{code: CodeNotFound, message: func() string {
			return "I know no " + what + " “" + shorten(text) + "”." + hint(words, text)
		}}
	default:
		choices := make([]Choice, 0, len(found))
		for _, w := range found {
			choices = append(choices, Choice{Label: w.Label, Value: w.Value, Hint: w.Hint})
		}
		return Word{}, Invalidf("", "“%s” fits more than one %s. Which one?", shorten(text), what).Offering(choices)
	}
}

// hint returns what to write instead of a text that names none of the words, or "".
func hint(words []Word, text string) string {
	names := make([]string, 0, len(words))
	for _, w := range words {
		names = append(names, w.Label)
		names = append(names, w.Aliases...)
	}
	if near := didYouMean(text, names); near != "" {
		return near
	}
	return listed(words)
}

// maxListed is how many names a message lists.
const maxListed = 8

// listed returns " It is one of: …" for names that are few enough to list, or "".
func listed(words []Word) string {
	if len(words) == 0 || len(words) > maxListed {
		return ""
	}
	names := make([]string, 0, len(words))
	for _, w := range words {
		names = append(names, w.Label)
	}
	return " It is one of: " + strings.Join(names, ", ") + "."
}

// didYouMean returns " Did you mean …?" for the nearest of the names, or "".
func didYouMean(text string, names []string) string {
	if best := Nearest(text, names); best != "" {
		return " Did you mean " + best + "?"
	}
	return ""
}

// Nearest returns the name that a text misspells, or "" if it resembles none.
func Nearest(text string, names []string) string {
	want := Fold(text)
	length := utf8.RuneCountInString(want)
	if length == 0 || length > 40 {
		return ""
	}
	best, least := "", min(1+length/3, 3)
	for _, n := range names {
		have := Fold(n)
		// Names of quite another length cannot be near, and counting the edits costs more.
		if longer := utf8.RuneCountInString(have) - length; longer > least || -longer > least {
			continue
		}
		if d := levenshtein.ComputeDistance(want, have); d <= least {
			best, least = n, d-1
		}
	}
	return best
}

// shorten keeps what somebody typed short enough to quote in a message.
func shorten(s string) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) > 40 {
		return string(r[:39]) + "…"
	}
	return string(r)
}
