package discord

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
)

// reader reads Markdown as Discord's clients do, by rules of its own. It notes all that it finds beside
// text.
type reader struct{ found []string }

var (
	blockMark = regexp.MustCompile(`^[ \t]*(#{1,3}\s|-#\s|[-*+]\s|\d+\.\s|>)`)
	escaped   = regexp.MustCompile(`^\\([^0-9A-Za-z\s])`)
	someLink  = regexp.MustCompile(`^\[((?:[^\[\]]|\[[^\]]*\])+)\]\(<?([^\s<>]+)>?\)`)
	token     = regexp.MustCompile(`(?i)^<(@[!&]?\d+|#\d+|t:-?\d+(:[a-z])?|a?:\w+:\d+|/[^>]+:\d+|id:\w+|[a-z]+:[^>\s]+|[^>\s]+@[^>\s]+|\+\d+)>`)
	address   = regexp.MustCompile(`(?i)^[a-z]+://\S`)
	invite    = regexp.MustCompile(`(?i)^discord(app)?\.(gg|com)/\S`)
	emoji     = regexp.MustCompile(`^:[\w~+-]+(::skin-tone-\d)?:`)
	everybody = regexp.MustCompile(`(?i)^@(everyone|here)`)
)

// read returns the text that is to be read, tokens as they are.
func (r *reader) read(s string, fresh bool) string {
	var out strings.Builder
	for len(s) > 0 {
		if fresh && blockMark.MatchString(s) {
			r.found = append(r.found, "block "+s[:min(len(s), 12)])
		}
		text, n, blank := r.next(s)
		out.WriteString(text)
		fresh = s[0] == '\n' || fresh && blank
		s = s[n:]
	}
	return out.String()
}

func (r *reader) next(s string) (text string, n int, blank bool) {
	if m := escaped.FindStringSubmatch(s); m != nil {
		return m[1], len(m[0]), false
	}
	for _, fence := range []struct{ mark, name string }{{"**", "bold"}, {"__", "underlined"}, {"~~", "struck"}, {"||", "hidden"}, {"*", "italic"}, {"_", "italic"}} {
		inner, n, ok := fenced(s, fence.mark)
		if ok {
			r.found = append(r.found, fence.name)
			return r.read(inner, true), n, false
		}
	}
	if s[0] == '`' {
		if inner, n, ok := backticks(s); ok {
			r.found = append(r.found, "code")
			return inner, n, false
		}
	}
	if m := someLink.FindStringSubmatch(s); m != nil {
		r.found = append(r.found, "link "+m[2])
		return r.read(m[1], true), len(m[0]), false
	}
	if m := token.FindString(s); m != "" {
		r.found = append(r.found, "token "+m)
		return m, len(m), false
	}
	for name, pattern := range map[string]*regexp.Regexp{"address": address, "invitation": invite, "emoji": emoji, "everybody": everybody} {
		if m := pattern.FindString(s); m != "" {
			r.found = append(r.found, name+" "+m)
			return m, len(m), false
		}
	}
	c, size := utf8.DecodeRuneInString(s)
	return s[:size], size, unicode.IsSpace(c)
}

// fenced returns what stands between a mark and its next that is not escaped.
func fenced(s, mark string) (inner string, n int, ok bool) {
	if !strings.HasPrefix(s, mark) {
		return "", 0, false
	}
	for i := len(mark); i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case strings.HasPrefix(s[i:], mark) && i > len(mark) && (len(mark) == 1 || !strings.HasPrefix(s[i+2:], mark[:1])):
			return s[len(mark):i], i + len(mark), true
		}
	}
	return "", 0, false
}

// backticks returns what stands between runs of as many backticks.
func backticks(s string) (inner string, n int, ok bool) {
	count := len(s) - len(strings.TrimLeft(s, "`"))
	for i := count; i < len(s); {
		m := len(s[i:]) - len(strings.TrimLeft(s[i:], "`"))
		if m == count {
			inner = s[count:i]
			if strings.HasPrefix(inner, " `") {
				inner = inner[1:]
			}
			if strings.HasSuffix(inner, "` ") {
				inner = inner[:len(inner)-1]
			}
			return inner, i + m, true
		}
		i += max(m, 1)
	}
	return "", 0, false
}

// wantRead is what is to be read of runs, and all that is to be found beside text.
func wantRead(runs []run) (text string, found []string) {
	var b strings.Builder
	for _, r := range runs {
		switch {
		case r.Token != "":
			b.WriteString(r.Token)
			found = append(found, "token "+r.Token)
			continue
		case r.URL != "":
			found = append(found, "link "+r.URL)
		default:
			found = append(found, string(r.Style))
		}
		for i, line := range strings.Split(r.Text, "\n") {
			if i > 0 {
				b.WriteByte('\n')
			}
			trimmed := strings.TrimRightFunc(line, unicode.IsSpace)
			b.WriteString(trimmed)
			if r.URL != "" && strings.TrimSpace(line) != "" && (strings.ContainsAny(line, "[]") || strings.Contains(line, "://")) {
				b.WriteString(" link")
			}
			b.WriteString(line[len(trimmed):])
		}
	}
	return b.String(), found
}

func sameText(a, b string) bool {
	a, b = strings.ReplaceAll(a, zeroWidth, ""), strings.ReplaceAll(b, zeroWidth, "")
	return a == b
}

// mustRead checks that Discord shows runs, and nothing else.
func mustRead(t interface {
	Helper()
	Fatalf(string, ...any)
}, runs []run) {
	t.Helper()
	written := markdown(runs)
	r := &reader{}
	text := r.read(written, true)
	want, allowed := wantRead(runs)
	if !sameText(text, want) {
		t.Fatalf("%q is read as\n%q, want\n%q", written, text, want)
	}
	for _, f := range r.found {
		if !slices.Contains(allowed, f) {
			t.Fatalf("%q has a %q; in it should be only %q", written, f, allowed)
		}
	}
}

func genMarks() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.Just(bottest.Hostile),
		rapid.StringMatching("[ab1 \n*_~|`#.>+:/@<\\[\\]()\\\\-]{0,24}"),
		rapid.Map(rapid.SliceOfN(rapid.SampledFrom([]string{
			"# ", "## ", "-# ", "- ", "* ", "1. ", "23. ", "> ", ">>> ", "**", "*", "__", "_", "~~", "||", "`", "```", "\\", "[", "](", "https://evil.example", ")", "<https://evil.example>",
			"@everyone", "@here", "<@1>", "<@&1>", "<#1>", "<:x:1>", "<a:x:1>", "<t:0:R>", ":smile:", "</x:1>", "<id:browse>", "discord.gg/x", "a@example.org", "<a@b.c>", "word", " ", "\n", "¯\\_(ツ)_/¯",
		}), 0, 12), func(parts []string) string { return strings.Join(parts, "") }),
		rapid.String(),
	)
}

func genRuns() *rapid.Generator[[]run] {
	span := rapid.Custom(func(t *rapid.T) bot.Span {
		return bot.Span{
			Style:  rapid.SampledFrom([]bot.SpanStyle{bot.Plain, bot.Plain, bot.Bold, bot.Italic, bot.Code, bot.Link, bot.Instant, bot.Mention}).Draw(t, "style"),
			Text:   genMarks().Draw(t, "text"),
			URL:    rapid.SampledFrom([]string{"https://example.org/a_(b)?c=d|e&f=*", "HTTPS://example.org", "javascript:alert(1)", "mailto:a@example.org", "https://x/" + strings.Repeat("y", 600)}).Draw(t, "url"),
			Person: "p-7", At: bottest.Moment,
		}
	})
	return rapid.Map(rapid.SliceOfN(span, 0, 5), func(spans []bot.Span) []run {
		return typesetter{Mention: func(_, name string) string {
			if strings.HasPrefix(name, "w") {
				return "<@1234>"
			}
			return ""
		}}.runs(spans)
	})
}

func TestWhatPeopleTypeIsOnlyText(t *testing.T) {
	t.Parallel()
	runs := genRuns()
	rapid.Check(t, func(t *rapid.T) { mustRead(t, runs.Draw(t, "runs")) })
}

func TestPartedTextsAreTheWhole(t *testing.T) {
	t.Parallel()
	runs := genRuns()
	rapid.Check(t, func(t *rapid.T) {
		all := runs.Draw(t, "runs")
		most := rapid.IntRange(600, 700).Draw(t, "most")
		var parted strings.Builder
		for _, piece := range pieces(all, most) {
			if n := markdownLength(piece); n > most {
				t.Fatalf("a piece of %d characters, at most %d", n, most)
			}
			mustRead(t, piece)
			parted.WriteString(plainOf(piece))
		}
		if got, want := withoutBlanks(parted.String()), withoutBlanks(plainOf(all)); got != want {
			t.Fatalf("%q became %q", want, got)
		}
	})
}

func withoutBlanks(s string) string { return strings.Join(strings.Fields(s), "") }

func TestMarkdown(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		text bot.Text
		want string
	}{
		{"plain words stay as they are", bot.T("Level: senior (L4) - 15:00, a+b, #3, 1.5 cr, C-7, asha@example.org"), "Level: senior (L4) - 15:00, a+b, #3, 1.5 cr, C-7, asha@example.org"},
		{"styles", bot.Join(bot.B("bold"), bot.T(" "), bot.I("slanted"), bot.T(" "), bot.C("/band show")), "**bold** *slanted* `/band show`"},
		{"blanks stand outside the marks", bot.Join(bot.B(" bold "), bot.T("x")), " **bold** x"},
		{"marks that touch", bot.Join(bot.B("a"), bot.I("b")), "**a**" + zeroWidth + "*b*"},
		{"lines", bot.B("one\ntwo"), "**one**\n**two**"},
		{"lists and headings", bot.T("# a\n- b\n1. c\n> d\n-# e"), "\\# a\n\\- b\n1\\. c\n\\> d\n\\-# e"},
		{"a link", bot.To("the handbook", "https://example.org/a(b)"), "[the handbook](<https://example.org/a%28b%29>)"},
		{"a label that is an address", bot.To("https://bank.example", "https://evil.example"), `https\://bank.example [link](<https://evil.example>)`},
		{"a link that may not be followed", bot.To("do not follow", "javascript:alert(1)"), "do not follow"},
		{"an address of e-mail", bot.To("Asha", "mailto:asha@example.org"), "Asha (asha@example.org)"},
		{"an address in a text", bot.T("see https://example.org/x"), `see https\://example.org/x`},
		{"an invitation", bot.T("discord.gg/abc"), `discord.gg\/abc`},
		{"everybody", bot.T("@everyone @here @asha"), `\@everyone \@here @asha`},
		{"tokens of Discord", bot.T("<@1> <t:0:R> :smile:"), `\<@1> \<t\:0:R> \:smile:`},
		{"code with backticks", bot.C("a`b`"), "``a`b` ``"},
		{"code that no fence holds", bot.C("a``b"), "a\\`\\`b"},
		{"an instant", bot.At(bottest.Moment), "<t:1796981400:F>"},
		{"an instant that no client converts", bot.At(time.Unix(-5, 0)), `Wed 31 Dec 1969, 11:59 pm UTC`},
		{"a person", bot.Who("p-7", "Sample *Person*"), `**@Sample \*Person\***`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			runs := typesetter{}.runs(c.text)
			if got := markdown(runs); got != c.want {
				t.Errorf("is\n%s\nwant\n%s", got, c.want)
			}
			mustRead(t, runs)
		})
	}
}

func TestShorten(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		most int
		want string
	}{
		{"short", 5, "short"}, {"longer", 5, "long…"}, {"one two", 5, "one…"}, {"éééé", 3, "éé…"}, {"a\xffb\x00c", 3, "abc"}, {"abc", 1, "…"}, {"abc", 0, ""}, {"", 0, ""}, {"👩‍💻!", 5, "👩‍…"},
	} {
		if got := shorten(c.text, c.most); got != c.want {
			t.Errorf("%q in %d characters is %q, want %q", c.text, c.most, got, c.want)
		}
	}
}
