package slack

import (
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

// run is a piece of rich text in one style.
type run struct {
	// Text is what is shown; of an instant, it is the text that stands in for it.
	Text  string
	Style slack.RichTextSectionTextStyle
	// URL is where it leads to, "" for nowhere.
	URL string
	// At is the instant that is shown, in seconds since 1970.
	At      int64
	Instant bool
	// User is the account that is mentioned, and notified. Text stands in for it.
	User string
}

// instantFormat is how Slack writes an instant for the reader: "today at 3:04 PM".
// https://docs.slack.dev/reference/block-kit/block-elements/date-element
const instantFormat = "{date_short_pretty} at {time}"

// lastInstant is the end of the year 9999, beyond which no client is known to convert.
const lastInstant = 253402300799

// typesetter turns the core's texts into runs.
type typesetter struct {
	Spell func(string) string
	Zone  *time.Location
}

func (t typesetter) spell(s string) string {
	if t.Spell != nil {
		s = t.Spell(s)
	}
	return front.Clean(s)
}

// runs returns a text as runs, those of one style joined, without blank lines at the end.
func (t typesetter) runs(text bot.Text) []run {
	var out []run
	for _, s := range text {
		out = add(out, t.run(s))
	}
	return trimEnd(out)
}

func (t typesetter) run(s bot.Span) run {
	switch s.Style {
	case bot.Bold:
		return run{Text: t.spell(s.Text), Style: slack.RichTextSectionTextStyle{Bold: true}}
	case bot.Italic:
		return run{Text: t.spell(s.Text), Style: slack.RichTextSectionTextStyle{Italic: true}}
	case bot.Code:
		return run{Text: t.spell(s.Text), Style: slack.RichTextSectionTextStyle{Code: true}}
	case bot.Mention:
		// Slack's own element for a person would alert them.
		return run{Text: "@" + front.Clean(orElse(s.Text, s.Person)), Style: slack.RichTextSectionTextStyle{Bold: true}}
	case bot.Link:
		r := run{Text: front.Clean(orElse(s.Text, s.URL))}
		r.URL = safeURL(s.URL)
		return r
	case bot.Instant:
		at := s.At.Unix()
		return run{Text: front.Clean(bot.FormatInstant(s.At, t.Zone)), At: at, Instant: at > 0 && at <= lastInstant}
	case bot.Plain:
	}
	return run{Text: t.spell(s.Text)}
}

// maxURL is the most characters that an address may have.
const maxURL = 3000

// safeURL returns an address that may be followed, "" for one that may not, such as "javascript:".
func safeURL(s string) string {
	u, err := url.Parse(s)
	if err != nil || !utf8.ValidString(s) || utf8.RuneCountInString(s) > maxURL || strings.ContainsFunc(s, unicode.IsSpace) {
		return ""
	}
	web := (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
	if mail := u.Scheme == "mailto" && u.Opaque != ""; !web && !mail {
		return ""
	}
	// Clients look for a scheme in lower case, as Parse returns it.
	return u.Scheme + s[len(u.Scheme):]
}

// whole tells whether a run can neither be parted nor joined with another.
func (r run) whole() bool { return r.Instant || r.User != "" }

// add appends a run, to the last one where nothing but the text differs.
func add(runs []run, r run) []run {
	if r.Text == "" {
		return runs
	}
	if n := len(runs); n > 0 && !r.whole() && !runs[n-1].whole() && runs[n-1].URL == r.URL && runs[n-1].Style == r.Style {
		runs[n-1].Text += r.Text
		return runs
	}
	return append(runs, r)
}

// join puts runs behind runs.
func join(runs []run, more ...run) []run {
	for _, r := range more {
		runs = add(runs, r)
	}
	return runs
}

func trimEnd(runs []run) []run {
	for n := len(runs); n > 0; n-- {
		runs[n-1].Text = strings.TrimRightFunc(runs[n-1].Text, unicode.IsSpace)
		if runs[n-1].Text != "" {
			return runs[:n]
		}
	}
	return nil
}

func plainOf(runs []run) string {
	var b strings.Builder
	for _, r := range runs {
		b.WriteString(r.Text)
	}
	return b.String()
}

func lengthOf(runs []run) int {
	n := 0
	for _, r := range runs {
		n += utf8.RuneCountInString(r.Text)
	}
	return n
}

// pieces cuts runs into pieces of at most so many characters each.
func pieces(runs []run, most int) [][]run {
	var out [][]run
	for len(runs) > 0 {
		head, rest := cut(runs, most)
		if len(head) == 0 { // an instant that is longer than all the room
			head, rest = runs[:1], runs[1:]
		}
		if head = trimEnd(head); len(head) > 0 {
			out = append(out, head)
		}
		runs = rest
	}
	return out
}

// cut parts runs after at most so many characters: at the end of a line, else of a word. An instant
// stays whole.
func cut(runs []run, most int) (head, rest []run) {
	if lengthOf(runs) <= most {
		return runs, nil
	}
	at := front.CutPoint([]rune(plainOf(runs)), most)
	for i, r := range runs {
		text := []rune(r.Text)
		if at >= len(text) {
			at -= len(text)
			continue
		}
		head = append([]run(nil), runs[:i]...)
		if at == 0 || r.whole() {
			return head, withoutLineFeed(runs[i:])
		}
		first, second := r, r
		first.Text, second.Text = string(text[:at]), string(text[at:])
		return append(head, first), withoutLineFeed(append([]run{second}, runs[i+1:]...))
	}
	return runs, nil
}

// withoutLineFeed returns a copy without the line feed that the runs were parted at.
func withoutLineFeed(runs []run) []run {
	out := append([]run(nil), runs...)
	if out[0].Text = strings.TrimPrefix(out[0].Text, "\n"); out[0].Text == "" {
		return out[1:]
	}
	return out
}

// elements returns runs as Slack's elements.
func elements(runs []run) []slack.RichTextSectionElement {
	out := make([]slack.RichTextSectionElement, 0, len(runs))
	for _, r := range runs {
		out = append(out, element(r))
	}
	return out
}

func element(r run) slack.RichTextSectionElement {
	var style *slack.RichTextSectionTextStyle
	if r.Style != (slack.RichTextSectionTextStyle{}) {
		style = &r.Style
	}
	switch {
	case r.User != "":
		return slack.NewRichTextSectionUserElement(r.User, style)
	case r.Instant:
		date := slack.NewRichTextSectionDateElement(r.At, instantFormat, nil, &r.Text)
		date.Style = style
		return date
	case r.URL != "":
		return slack.NewRichTextSectionLinkElement(r.URL, r.Text, style)
	default:
		return slack.NewRichTextSectionTextElement(r.Text, style)
	}
}

// richText returns a text as blocks that show it literally; none for a text that shows nothing.
func richText(t bot.Text, spell func(string) string) []slack.Block {
	var out []slack.Block
	for _, piece := range pieces(typesetter{Spell: spell}.runs(t), limits.RichText) {
		out = append(out, slack.NewRichTextBlock("", slack.NewRichTextSection(elements(piece)...)))
	}
	return out
}

// sectionText returns runs as the text of a section, which unlike rich text has no elements: in markup
// where nothing in them could be taken for a mark, else as plain text.
func sectionText(runs []run) *slack.TextBlockObject {
	if markup, ok := sectionMarkup(runs); ok {
		return slack.NewTextBlockObject(slack.MarkdownType, markup, false, true)
	}
	return plainText(plainOf(runs))
}

// sectionMarkup returns runs in Slack's markup, and false for what markup cannot show as it is: nothing
// escapes a mark, and one counts only between words.
func sectionMarkup(runs []run) (string, bool) {
	var b strings.Builder
	for i, r := range runs {
		if r.User != "" || r.URL != "" || strings.ContainsAny(r.Text, "*_~`|@#>") || emojiName.MatchString(r.Text) {
			return "", false
		}
		mark := ""
		switch {
		case r.Instant:
			b.WriteString(dateMarkup(r.At, r.Text))
			continue
		case r.Style.Bold:
			mark = "*"
		case r.Style.Italic:
			mark = "_"
		case r.Style.Code:
			mark = "`"
		default:
			b.WriteString(escape(r.Text))
			continue
		}
		apart := (i == 0 || parts(runs[i-1], false)) && (i == len(runs)-1 || parts(runs[i+1], true))
		if !apart || strings.TrimSpace(r.Text) != r.Text || strings.Contains(r.Text, "\n") {
			return "", false
		}
		b.WriteString(mark + escape(r.Text) + mark)
	}
	text := b.String()
	return text, strings.TrimSpace(text) != ""
}

// emojiName is what Slack draws as an emoji.
var emojiName = regexp.MustCompile(`:[^\s:]+:`)

// parts tells whether a run parts a marked one from what stands beside it: at its start, or at its end.
func parts(r run, start bool) bool {
	at, _ := utf8.DecodeLastRuneInString(r.Text)
	if start {
		at, _ = utf8.DecodeRuneInString(r.Text)
	}
	return r.Style == slack.RichTextSectionTextStyle{} && !r.Instant && (unicode.IsSpace(at) || strings.ContainsRune(".,;:!?()", at))
}

// plainText returns a text that is shown literally, without emoji written by name.
func plainText(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, front.Clean(s), false, false)
}

// shorten returns a text of at most so many characters, the last of them an ellipsis where it was cut.
func shorten(s string, most int) string {
	s = front.Clean(s)
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	if most <= 0 {
		return ""
	}
	return strings.TrimRightFunc(string([]rune(s)[:most-1]), unicode.IsSpace) + "…"
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// escape returns a text as Slack's markup has it, so that nothing in it is a mention or a link.
// https://docs.slack.dev/messaging/formatting-message-text/#escaping
func escape(s string) string { return escaper.Replace(s) }
