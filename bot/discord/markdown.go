package discord

import (
	"fmt"
	"net/url"
	"regexp"
	"sort"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

// run is a piece of text in one style.
type run struct {
	// Text is what is shown; of a token, it is what stands in for it.
	Text  string
	Style bot.SpanStyle
	// URL is where it leads to, "" for nowhere.
	URL string
	// Token is markup of Discord's own that stays whole: an instant, or a person.
	Token string
}

// zeroWidth is a space that nobody sees: it stands where Discord wants a character, and where two marks
// would be read as one.
const zeroWidth = "\u200b"

// lastInstant is the end of the year 9999, beyond which no client is known to convert.
const lastInstant = 253402300799

// typesetter turns the core's texts into runs.
type typesetter struct {
	Spell   func(string) string
	Mention func(person, name string) string
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
	case bot.Bold, bot.Italic, bot.Code:
		return run{Text: t.spell(s.Text), Style: s.Style}
	case bot.Mention:
		return t.mention(s)
	case bot.Link:
		return link(front.Clean(s.Text), s.URL)
	case bot.Instant:
		at := s.At.Unix()
		r := run{Text: front.Clean(bot.FormatInstant(s.At, time.UTC))}
		if at > 0 && at <= lastInstant {
			r.Token = instantMarkup(s.At)
		}
		return r
	case bot.Plain:
	}
	return run{Text: t.spell(s.Text)}
}

// personMarkup is how Discord shows a person. Who writes a message says separately whom it alerts, and
// ours alert nobody.
var personMarkup = regexp.MustCompile(`^<@[0-9]{1,20}>$`)

func (t typesetter) mention(s bot.Span) run {
	name := "@" + front.Clean(orElse(s.Text, s.Person))
	if t.Mention != nil {
		if markup := t.Mention(s.Person, s.Text); personMarkup.MatchString(markup) {
			return run{Text: name, Token: markup}
		}
	}
	return run{Text: name, Style: bot.Bold}
}

// instantMarkup returns an instant in Discord's markup: with its weekday, in the reader's own zone.
// https://discord.com/developers/docs/reference#message-formatting-timestamp-styles
func instantMarkup(at time.Time) string { return fmt.Sprintf("<t:%d:F>", at.Unix()) }

// link returns a text that leads to an address, where that may be followed. Discord makes no link of
// an address of e-mail, so it stands beside its label.
func link(label, address string) run {
	to, mail := safeURL(address)
	switch {
	case mail && label != to && !blank(label):
		return run{Text: label + " (" + to + ")"}
	case mail:
		return run{Text: to}
	}
	return run{Text: orElse(label, front.Clean(address)), URL: to}
}

// maxURL is the most characters that an address may have, so that there is room beside it in a field.
const maxURL = 512

// safeURL returns an address that may be followed, "" for one that may not, such as "javascript:"; and
// whether it is one of e-mail, without its scheme then.
func safeURL(s string) (address string, mail bool) {
	u, err := url.Parse(s)
	if err != nil || !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		return "", false
	}
	if u.Scheme == "mailto" && u.Opaque != "" {
		return u.Opaque, true
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "", false
	}
	// Clients look for a scheme in lower case, as Parse returns it.
	address = urlMarkup.Replace(u.Scheme + s[len(u.Scheme):])
	if units(address) > maxURL {
		return "", false
	}
	return address, false
}

// urlMarkup codes what would end an address in markup.
var urlMarkup = strings.NewReplacer("<", "%3C", ">", "%3E", "(", "%28", ")", "%29", `\`, "%5C", "`", "%60", `"`, "%22", "|", "%7C")

// add appends a run, to the last one where nothing but the text differs.
func add(runs []run, r run) []run {
	if r.Text == "" && r.Token == "" {
		return runs
	}
	if n := len(runs); n > 0 && r.Token == "" && runs[n-1].Token == "" && runs[n-1].URL == r.URL && runs[n-1].Style == r.Style {
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
		if runs[n-1].Text != "" || runs[n-1].Token != "" {
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

// markdown writes runs as Discord reads them: what people typed is text, whatever it looks like.
func markdown(runs []run) string {
	w := writer{fresh: true}
	for _, r := range runs {
		w.run(r)
	}
	return w.b.String()
}

// markdownLength counts the characters of runs as they are written.
func markdownLength(runs []run) int { return units(markdown(runs)) }

// writer writes Markdown.
type writer struct {
	b strings.Builder
	// fresh is true where a line has nothing but blanks yet, so that a mark of a heading, a quote or a
	// list would be one.
	fresh bool
	// mark is the mark of ours that was written last, with nothing behind it.
	mark byte
}

func (w *writer) run(r run) {
	if r.Token != "" {
		w.put(r.Token, 0)
		return
	}
	for i, line := range strings.Split(r.Text, "\n") {
		if i > 0 {
			w.b.WriteByte('\n')
			w.fresh, w.mark = true, 0
		}
		w.line(line, r)
	}
}

// line writes one line of a run. The marks stand close to the words: beside a blank they would be none.
func (w *writer) line(line string, r run) {
	words := strings.TrimLeftFunc(line, unicode.IsSpace)
	w.blanks(line[:len(line)-len(words)])
	trimmed := strings.TrimRightFunc(words, unicode.IsSpace)
	defer w.blanks(words[len(trimmed):])
	if trimmed == "" {
		return
	}
	if r.URL != "" {
		w.link(trimmed, r.URL)
		return
	}
	switch r.Style {
	case bot.Bold:
		w.marked("**", escape(trimmed, true))
	case bot.Italic:
		w.marked("*", escape(trimmed, true))
	case bot.Code:
		if text, ok := code(trimmed); ok {
			w.put(text, '`')
			return
		}
		w.put(escape(trimmed, w.fresh), 0)
	default:
		w.put(escape(trimmed, w.fresh), 0)
	}
}

func (w *writer) blanks(s string) {
	if s != "" {
		w.b.WriteString(s)
		w.mark = 0
	}
}

func (w *writer) marked(mark, text string) { w.put(mark+text+mark, '*') }

// put writes a piece that begins and ends with a mark, 0 for none.
func (w *writer) put(s string, mark byte) {
	if mark != 0 && w.mark == mark {
		w.b.WriteString(zeroWidth)
	}
	w.b.WriteString(s)
	w.fresh, w.mark = false, mark
}

// link writes a link. A label that brackets would end, or that is itself an address, perhaps of another
// place, is text before the link: Discord shows neither as a label. The angle brackets spare a preview.
func (w *writer) link(label, address string) {
	if strings.ContainsAny(label, "[]") || strings.Contains(label, "://") {
		w.put(escape(label, w.fresh)+" ", 0)
		label = "link"
	}
	w.put("["+escape(label, true)+"](<"+address+">)", 0)
}

// code returns a text between backticks, and false where Discord could not tell its own from those.
func code(text string) (string, bool) {
	if strings.Contains(text, "``") {
		return "", false
	}
	fence := "`"
	if strings.Contains(text, "`") {
		fence = "``"
		// Discord drops a blank between a fence and a backtick.
		if text[0] == '`' {
			text = " " + text
		}
		if text[len(text)-1] == '`' {
			text += " "
		}
	}
	return fence + text + fence, true
}

// escape returns one line of text so that nothing in it is a style, a list, a link, a mention, an emoji
// or a moment. Discord takes a backslash before any character that is no letter, digit or blank.
// Only what could be something is escaped: the words stay legible where a phone shows them unread.
func escape(text string, fresh bool) string {
	var b strings.Builder
	runes := []rune(text)
	// number is true while nothing but digits stands on the line.
	number := fresh
	for i, r := range runes {
		if escapes(runes, i, fresh, number) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
		fresh = fresh && unicode.IsSpace(r)
		number = number && (unicode.IsSpace(r) || r >= '0' && r <= '9')
	}
	return b.String()
}

func escapes(text []rune, i int, fresh, number bool) bool {
	switch text[i] {
	case '\\', '*', '_', '~', '|', '`', '<', '[':
		return true
	case '#', '-', '+', '>':
		return fresh
	case '.':
		return number && i > 0
	case '@':
		return startsWith(text[i+1:], "everyone") || startsWith(text[i+1:], "here")
	case ':':
		return startsWith(text[i+1:], "/") || namesEmoji(text[i+1:])
	case '/':
		return endsInInvitation(text[:i])
	}
	return false
}

func startsWith(text []rune, prefix string) bool {
	n := len(prefix)
	return len(text) >= n && strings.EqualFold(string(text[:n]), prefix)
}

// namesEmoji tells whether another colon follows before a blank.
func namesEmoji(text []rune) bool {
	for _, r := range text {
		if r == ':' || unicode.IsSpace(r) {
			return r == ':'
		}
	}
	return false
}

// invitations are the hosts whose addresses Discord shows as an invitation to a server even without a
// scheme.
var invitations = []string{"discord.gg", "discord.com", "discordapp.com"}

func endsInInvitation(text []rune) bool {
	for _, host := range invitations {
		if n := len(host); len(text) >= n && strings.EqualFold(string(text[len(text)-n:]), host) {
			return true
		}
	}
	return false
}

// pieces cuts runs into pieces of at most so many characters each, as they are written.
func pieces(runs []run, most int) [][]run {
	var out [][]run
	for len(runs) > 0 {
		head, rest := cut(runs, most)
		if len(head) == 0 { // one character that is longer than all the room
			head, rest = runs[:1], runs[1:]
		}
		if head = trimEnd(head); len(head) > 0 {
			out = append(out, head)
		}
		runs = rest
	}
	return out
}

// cut parts runs so that the first part has at most so many characters as it is written: at the end of a
// line, else of a word. A token stays whole.
func cut(runs []run, most int) (head, rest []run) {
	if markdownLength(runs) <= most {
		return runs, nil
	}
	text := []rune(plainOf(runs))
	longest := sort.Search(len(text), func(n int) bool {
		head, _ := partAt(runs, n+1)
		return markdownLength(head) > most
	})
	for at := front.CutPoint(text, longest); ; at-- {
		// What follows a colon says whether it is escaped, so a shorter text can be a longer one.
		if head, rest = partAt(runs, at); markdownLength(head) <= most || at <= 0 {
			return head, withoutLineFeed(rest)
		}
	}
}

// partAt parts runs after so many characters of text.
func partAt(runs []run, at int) (head, rest []run) {
	for i, r := range runs {
		text := []rune(r.Text)
		if at >= len(text) {
			at -= len(text)
			continue
		}
		head = append([]run(nil), runs[:i]...)
		if at <= 0 || r.Token != "" {
			return head, append([]run(nil), runs[i:]...)
		}
		first, second := r, r
		first.Text, second.Text = string(text[:at]), string(text[at:])
		return append(head, first), append([]run{second}, runs[i+1:]...)
	}
	return runs, nil
}

// withoutLineFeed returns a copy without the line feed that the runs were parted at.
func withoutLineFeed(runs []run) []run {
	out := append([]run(nil), runs...)
	if len(out) == 0 || out[0].Token != "" {
		return out
	}
	if out[0].Text = strings.TrimPrefix(out[0].Text, "\n"); out[0].Text == "" {
		return out[1:]
	}
	return out
}

// shorten returns a text of at most so many characters, the last of them an ellipsis where it was cut.
func shorten(s string, most int) string {
	s = front.Clean(s)
	if units(s) <= most {
		return s
	}
	if most <= 0 {
		return ""
	}
	return strings.TrimRightFunc(within(s, most-1), unicode.IsSpace) + "…"
}

// atWord is shorten for one line, at the end of a word where one is near.
func atWord(text string, most int) string {
	text = front.OneLine(text)
	return front.AtWord(text, shorten(text, most))
}

// orElse returns a text, or another where there is nothing to read in it.
func orElse(text, other string) string {
	if blank(text) {
		return other
	}
	return text
}
