package front

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/hirebot/hirebot/bot"
)

// What may stand around a command in a sentence, without a blank between.
const (
	Openers = "([{\"'`“‘«*_"
	Closers = ")]}\"'`”’»*_.,;:!?…"
)

// KeepLabel is on the button that sends a private answer to the person's direct messages.
const KeepLabel = "Send to my DM"

// Narrow is how many characters a line has on a phone.
const Narrow = 40

// Clean drops what is no text: invalid UTF-8, and control characters but tabs and line feeds.
func Clean(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s)
}

// OneLine returns a text without line breaks, for labels.
func OneLine(s string) string { return strings.Join(strings.Fields(Clean(s)), " ") }

// AtWord returns a text of one line that was shortened, an ellipsis at its end, cut at the end of a word
// where one is near.
func AtWord(text, short string) string {
	if short == text {
		return text
	}
	begin := strings.TrimSuffix(short, "…")
	if at := strings.LastIndexByte(begin, ' '); at >= len(begin)/2 && text[len(begin)] != ' ' {
		begin = begin[:at]
	}
	return strings.TrimSpace(begin) + "…"
}

// CutPoint returns where to part a text of which at most so many characters fit: at the end of a line,
// else of a word.
func CutPoint(text []rune, most int) int {
	for _, ends := range []func(rune) bool{func(r rune) bool { return r == '\n' }, unicode.IsSpace} {
		// One that stands early would leave most of the room empty.
		for i := min(most, len(text)-1); i > most/2; i-- {
			switch {
			case !ends(text[i]):
			case text[i] == '\n':
				return i
			case i < most:
				return i + 1
			}
		}
	}
	return most
}

// LinesIn counts the lines that a text takes on a phone; length counts the characters of a line as the
// platform does.
func LinesIn(text string, length func(string) int) int {
	if text == "" {
		return 0
	}
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		n += max(1, (length(line)+Narrow-1)/Narrow)
	}
	return n
}

// LeftOut says how much of a card is not shown, "" where everything is. Kept is whether its button sends
// all of it to the direct messages.
func LeftOut(lines, choices int, kept bool) string {
	var what []string
	for _, w := range []struct {
		n            int
		noun, plural string
	}{{lines, "line", "lines"}, {choices, "choice", "choices"}} {
		switch {
		case w.n == 1:
			what = append(what, "1 more "+w.noun)
		case w.n > 1:
			what = append(what, fmt.Sprintf("%d more %s", w.n, w.plural))
		}
	}
	if len(what) == 0 {
		return ""
	}
	verb := " are"
	if lines+choices == 1 {
		verb = " is"
	}
	note := strings.Join(what, " and ") + verb + " not shown here."
	if lines > 0 && kept {
		note += " ‘" + KeepLabel + "’ shows all."
	}
	return note
}

// Whereabouts says in words what a picture or file is, and where: attached is such as "in your direct
// messages", "" for nowhere, and size is that of its data.
func Whereabouts(what, attached, name string, size int) string {
	if attached != "" && size > 0 {
		what += " " + attached
	}
	if name = OneLine(name); name != "" {
		what += ": " + name
	}
	return what
}

// ValuesOf returns a field's values, each once and without empty ones.
func ValuesOf(f bot.Field) []string {
	var out []string
	for _, v := range f.Value {
		if v != "" && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}
