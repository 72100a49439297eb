package slacktest

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// words is a text as it is read.
type words struct {
	Text     string
	Links    []string
	Instants []time.Time
	// Notifies names everyone whom it alerts.
	Notifies []string
	// Problems are control sequences that nobody can have meant.
	Problems []string
}

var (
	control = regexp.MustCompile(`<([^<>]*)>?`)
	bareURL = regexp.MustCompile(`https?://[^\s<>|]+`)
	userID  = regexp.MustCompile(`^@[UW][A-Z0-9]+$`)
	roomID  = regexp.MustCompile(`^#[CGD][A-Z0-9]+$`)
	webLink = regexp.MustCompile(`^(https?://|mailto:|tel:)\S`)
	// emphasis are the marks around a run of words that are shown as a style, not as themselves.
	emphasis = []*regexp.Regexp{
		regexp.MustCompile("(^|[^`\\w])```([^`]+)```($|[^`\\w])"),
		regexp.MustCompile("(^|[^`\\w])`([^`\n]+)`($|[^`\\w])"),
		regexp.MustCompile(`(^|[^*\w])\*(\S|\S[^*\n]*\S)\*($|[^*\w])`),
		regexp.MustCompile(`(^|[^_\w])_(\S|\S[^_\n]*\S)_($|[^_\w])`),
		regexp.MustCompile(`(^|[^~\w])~(\S|\S[^~\n]*\S)~($|[^~\w])`),
	}
	unescape = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
)

// readMarkup reads a text in Slack's markup. Unless it is verbatim, bare addresses become links.
// https://docs.slack.dev/messaging/formatting-message-text/
func readMarkup(s string, verbatim bool) words {
	var w words
	var out strings.Builder
	plain := func(part string) {
		if !verbatim {
			for _, link := range bareURL.FindAllString(part, -1) {
				w.Links = append(w.Links, unescape.Replace(link))
			}
		}
		for _, mark := range emphasis {
			// Twice, as two runs may share the blank between them.
			part = mark.ReplaceAllString(mark.ReplaceAllString(part, "$1$2$3"), "$1$2$3")
		}
		out.WriteString(unescape.Replace(part))
	}
	rest := s
	for {
		at := control.FindStringSubmatchIndex(rest)
		if at == nil {
			break
		}
		plain(rest[:at[0]])
		token := rest[at[0]:at[1]]
		if !strings.HasSuffix(token, ">") {
			w.Problems = append(w.Problems, fmt.Sprintf("%q begins a control sequence that does not end", token))
			out.WriteString(token)
		} else {
			out.WriteString(w.control(rest[at[2]:at[3]]))
		}
		rest = rest[at[1]:]
	}
	plain(rest)
	w.Text = out.String()
	return w
}

// control reads what stands between < and >, and returns what is shown.
func (w *words) control(token string) string {
	target, label, labelled := strings.Cut(token, "|")
	shown := unescape.Replace(label)
	switch {
	case webLink.MatchString(target):
		link := unescape.Replace(target)
		w.Links = append(w.Links, link)
		if labelled {
			return shown
		}
		return link
	case strings.HasPrefix(target, "!date^"):
		return w.date(target, shown)
	case userID.MatchString(target):
		w.Notifies = append(w.Notifies, target[1:])
		return target
	case roomID.MatchString(target):
		return "#" + strings.TrimPrefix(target, "#")
	case strings.HasPrefix(target, "!"):
		name := strings.TrimPrefix(strings.TrimPrefix(target, "!"), "subteam^")
		w.Notifies = append(w.Notifies, "@"+name)
		w.Problems = append(w.Problems, fmt.Sprintf("<%s> alerts many people", token))
		return "@" + name
	default:
		w.Problems = append(w.Problems, fmt.Sprintf("<%s> is no control sequence: its < is not escaped", token))
		return "<" + token + ">"
	}
}

// date reads a moment: !date^timestamp^format^link.
func (w *words) date(target, fallback string) string {
	parts := strings.Split(target, "^")
	at, err := seconds(parts[1])
	if err != nil || len(parts) < 3 || !strings.Contains(parts[2], "{") || fallback == "" {
		w.Problems = append(w.Problems, fmt.Sprintf("<%s> is no moment with a format and a text to fall back to", target))
		return fallback
	}
	if len(parts) > 3 {
		w.Links = append(w.Links, unescape.Replace(parts[3]))
	}
	moment := time.Unix(at, 0).UTC()
	w.Instants = append(w.Instants, moment)
	return moment.Format("Mon 2 Jan 2006 15:04")
}
