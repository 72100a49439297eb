package discordtest

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// words is a text as it is read.
type words struct {
	Text     string
	Links    []string
	Instants []time.Time
}

// names looks up what the references in a text are called.
type names interface {
	userName(id string) string
	roleName(id string) string
	channelName(id string) string
}

// markup reads Discord's Markdown. https://docs.discord.com/developers/reference#message-formatting
type markup struct {
	names
	out words
}

// readMarkup returns a text as Discord's clients show it.
func readMarkup(text string, n names) words {
	m := &markup{names: n}
	var b strings.Builder
	for rest := text; rest != ""; {
		// A block of code reaches over lines, and nothing in it is markup.
		if at := strings.Index(rest, "```"); at >= 0 {
			if end := strings.Index(rest[at+3:], "```"); end > 0 && !escaped(rest, at) {
				b.WriteString(m.lines(rest[:at]))
				b.WriteString(codeBlock(rest[at+3 : at+3+end]))
				rest = rest[at+6+end:]
				continue
			}
		}
		b.WriteString(m.lines(rest))
		break
	}
	m.out.Text = b.String()
	return m.out
}

// escaped tells whether a backslash takes its meaning from the character at a place.
func escaped(s string, at int) bool {
	n := 0
	for at > 0 && s[at-1] == '\\' {
		n, at = n+1, at-1
	}
	return n%2 == 1
}

var codeLanguage = regexp.MustCompile(`^[\w+.-]+\n`)

// codeBlock returns what a block of code shows, without the name of its language.
func codeBlock(s string) string {
	return strings.Trim(codeLanguage.ReplaceAllString(s, ""), "\n")
}

var lineMark = regexp.MustCompile(`^(?:#{1,3} +|-# +|>{3} |> |(\s*)[-*] +)`)

// lines reads lines, which may be headings, small text, quotes or items of a list.
func (m *markup) lines(s string) string {
	all := strings.Split(s, "\n")
	for i, line := range all {
		mark := lineMark.FindStringSubmatch(line)
		if mark == nil {
			continue
		}
		rest := line[len(mark[0]):]
		if trimmed := strings.TrimLeft(mark[0], " \t"); strings.HasPrefix(trimmed, "*") || strings.HasPrefix(trimmed, "- ") {
			rest = bullet + rest
		} else if strings.HasPrefix(mark[0], ">") {
			rest = m.lines(rest)
		}
		all[i] = rest
	}
	return m.inline(strings.Join(all, "\n"))
}

// bullet is how an item of a list begins.
const bullet = "• "

var (
	autoLink   = regexp.MustCompile(`^<(https?://[^\s<>]+)>`)
	bareLink   = regexp.MustCompile(`^https?://[^\s<>]+`)
	maskTarget = regexp.MustCompile(`^\]\(\s*<?(https?://[^\s<>()]*(?:\([^\s<>()]*\)[^\s<>()]*)*)>?(?:\s+"[^"]*")?\s*\)`)
	moment     = regexp.MustCompile(`^<t:(-?\d{1,13})(?::[tTdDfFsSR])?>`)
	reference  = regexp.MustCompile(`^<(@!?|@&|#)(\d+)>`)
	slashName  = regexp.MustCompile(`^</([^:<>]+):\d+>`)
	emoji      = regexp.MustCompile(`^<a?:(\w+):\d+>`)
)

// marks are what stands around a run of words that is shown as a style, the longest first.
var marks = []string{"***", "**", "__", "~~", "||", "*", "_"}

// inline reads what stands within lines.
func (m *markup) inline(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		if n := m.token(&b, s, i); n > 0 {
			i += n
			continue
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		b.WriteString(s[i : i+size])
		i += size
	}
	return b.String()
}

// token reads what begins at a place, writes what is shown of it, and returns its length; 0 where it is
// nothing but a character.
func (m *markup) token(b *strings.Builder, s string, i int) int {
	rest := s[i:]
	switch rest[0] {
	case '\\':
		r, size := utf8.DecodeRuneInString(rest[1:])
		if size > 0 && r < utf8.RuneSelf && (unicode.IsPunct(r) || unicode.IsSymbol(r)) {
			b.WriteRune(r)
			return 1 + size
		}
	case '`':
		fence := rest[:len(rest)-len(strings.TrimLeft(rest, "`"))]
		if end := closing(rest[len(fence):], fence); end > 0 {
			b.WriteString(strings.TrimSpace(rest[len(fence) : len(fence)+end]))
			return end + 2*len(fence)
		}
	case '<':
		return m.angle(b, rest)
	case '[':
		return m.masked(b, rest)
	case 'h':
		if i == 0 || !wordByte(s[i-1]) {
			if link := strings.TrimRight(bareLink.FindString(rest), `.,:;!?"')]*_~|`); len(link) > len("https://") {
				m.out.Links = append(m.out.Links, link)
				b.WriteString(link)
				return len(link)
			}
		}
	default:
		return m.style(b, s, i)
	}
	return 0
}

func wordByte(c byte) bool { return c == '_' || unicode.IsLetter(rune(c)) || unicode.IsDigit(rune(c)) }

// closing returns where a fence of backticks ends: at one of the same length.
func closing(s, fence string) int {
	for at := 0; at < len(s); {
		n := strings.Index(s[at:], fence)
		if n < 0 {
			return -1
		}
		run := len(s[at+n:]) - len(strings.TrimLeft(s[at+n:], "`"))
		if run == len(fence) {
			return at + n
		}
		at += n + run
	}
	return -1
}

// angle reads what stands between < and >.
func (m *markup) angle(b *strings.Builder, rest string) int {
	if got := autoLink.FindStringSubmatch(rest); got != nil {
		m.out.Links = append(m.out.Links, got[1])
		b.WriteString(got[1])
		return len(got[0])
	}
	if got := moment.FindStringSubmatch(rest); got != nil {
		n, _ := strconv.ParseInt(got[1], 10, 64) // it is thirteen digits at most
		at := time.Unix(n, 0).UTC()
		m.out.Instants = append(m.out.Instants, at)
		b.WriteString(at.Format("Mon 2 Jan 2006 15:04"))
		return len(got[0])
	}
	if got := reference.FindStringSubmatch(rest); got != nil {
		switch got[1] {
		case "@&":
			b.WriteString("@" + m.roleName(got[2]))
		case "#":
			b.WriteString("#" + m.channelName(got[2]))
		default:
			b.WriteString("@" + m.userName(got[2]))
		}
		return len(got[0])
	}
	if got := slashName.FindStringSubmatch(rest); got != nil {
		b.WriteString("/" + got[1])
		return len(got[0])
	}
	if got := emoji.FindStringSubmatch(rest); got != nil {
		b.WriteString(":" + got[1] + ":")
		return len(got[0])
	}
	return 0
}

// masked reads a link with a text of its own.
func (m *markup) masked(b *strings.Builder, rest string) int {
	depth := 0
	for i := 0; i < len(rest); i++ {
		switch rest[i] {
		case '\\':
			i++
		case '[':
			depth++
		case ']':
			depth--
			if depth > 0 {
				continue
			}
			target := maskTarget.FindStringSubmatch(rest[i:])
			if target == nil {
				return 0
			}
			m.out.Links = append(m.out.Links, target[1])
			b.WriteString(m.inline(rest[1:i]))
			return i + len(target[0])
		}
	}
	return 0
}

// style reads a run of words between marks.
func (m *markup) style(b *strings.Builder, s string, i int) int {
	for _, mark := range marks {
		if !strings.HasPrefix(s[i:], mark) {
			continue
		}
		end := m.end(s, i, mark)
		if end < 0 {
			continue
		}
		b.WriteString(m.inline(s[i+len(mark) : end]))
		return end + len(mark) - i
	}
	return 0
}

// end returns where a run that begins at a place ends, -1 where it does not.
func (*markup) end(s string, i int, mark string) int {
	from := i + len(mark)
	if from >= len(s) || mark == "*" && unicode.IsSpace(rune(s[from])) || mark == "_" && i > 0 && wordByte(s[i-1]) {
		return -1
	}
	for at := from; at < len(s); at++ {
		switch {
		case s[at] == '\\':
			at++
		case s[at] == '`':
			// What stands in code closes nothing.
			fence := s[at : len(s)-len(strings.TrimLeft(s[at:], "`"))]
			if n := closing(s[at+len(fence):], fence); n > 0 {
				at += n + 2*len(fence) - 1
			}
		case at > from && strings.HasPrefix(s[at:], mark):
			after := at + len(mark)
			if len(mark) == 1 && after < len(s) && s[after] == mark[0] {
				at++ // a pair of them is another mark
				continue
			}
			if mark == "_" && after < len(s) && wordByte(s[after]) {
				continue
			}
			if mark == "*" && unicode.IsSpace(rune(s[at-1])) {
				continue
			}
			return at
		}
	}
	return -1
}
