package bot

import (
	"fmt"
	"strings"
	"time"
)

// Text is a run of styled spans. What people wrote is only ever the Text of a span, never markup,
// so no renderer can be made to notify a channel or break a layout by what somebody typed.
type Text []Span

// SpanStyle says how a span is shown.
type SpanStyle string

const (
	// Plain is text as it is; a line feed breaks the line.
	Plain SpanStyle = ""
	// Bold is emphasised text.
	Bold SpanStyle = "bold"
	// Italic is slanted text.
	Italic SpanStyle = "italic"
	// Code is text in a fixed-width face, such as a command to type.
	Code SpanStyle = "code"
	// Link is text that leads to URL.
	Link SpanStyle = "link"
	// Instant is the moment At, shown in the reader's own zone.
	Instant SpanStyle = "instant"
	// Mention is a person, shown the way the platform shows people, without notifying them; Person
	// is their id and Text their name.
	Mention SpanStyle = "mention"
)

// Span is a piece of text in one style.
type Span struct {
	Style  SpanStyle
	Text   string
	URL    string
	Person string
	At     time.Time
}

// T returns unstyled text.
func T(s string) Text {
	if s == "" {
		return nil
	}
	return Text{{Text: s}}
}

// Tf formats unstyled text.
func Tf(format string, args ...any) Text { return T(fmt.Sprintf(format, args...)) }

// B returns emphasised text.
func B(s string) Text { return Text{{Style: Bold, Text: s}} }

// I returns slanted text.
func I(s string) Text { return Text{{Style: Italic, Text: s}} }

// C returns text in a fixed-width face.
func C(s string) Text { return Text{{Style: Code, Text: s}} }

// At returns an instant, which each reader sees in their own zone.
func At(t time.Time) Text { return Text{{Style: Instant, At: t}} }

// To returns a link.
func To(label, url string) Text { return Text{{Style: Link, Text: label, URL: url}} }

// Who returns a mention of a person that notifies nobody.
func Who(person, name string) Text { return Text{{Style: Mention, Text: name, Person: person}} }

// Join puts texts one after the other.
func Join(parts ...Text) Text {
	var out Text
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// Lines puts texts on lines of their own.
func Lines(parts ...Text) Text {
	var out Text
	for _, p := range parts {
		if len(p) == 0 {
			continue
		}
		if len(out) > 0 {
			out = append(out, Span{Text: "\n"})
		}
		out = append(out, p...)
	}
	return out
}

// Plain returns the text without its styles, instants written in the zone given.
func (t Text) Plain(zone *time.Location) string {
	var b strings.Builder
	for _, s := range t {
		switch s.Style {
		case Instant:
			b.WriteString(FormatInstant(s.At, zone))
		case Mention:
			b.WriteString("@" + s.Text)
		case Link:
			b.WriteString(s.Text + " (" + s.URL + ")")
		default:
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

func (Text) node() {}
