package slack

import (
	"slices"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

// reserved are the names of Slack's own slash commands, which no app can register: Slack refuses a
// whole manifest for one of them. The current ones are described at
// https://slack.com/help/articles/201259356-Use-built-in-slash-commands; aliases and what older clients
// know stand here too. A name too many costs a few letters of typing, a name too few costs the
// manifest: so "feedback" stays until Slack was seen to accept it.
var reserved = []string{
	"active", "apps", "archive", "away", "call", "close", "collapse", "dm", "dnd", "expand", "feed", "feedback",
	"huddle", "invite", "invite_people", "join", "keys", "kick", "leave", "me", "msg", "mute", "open", "part",
	"prefs", "pro", "remind", "remove", "rename", "search", "shortcuts", "shrug", "star", "status", "topic",
	"unarchive", "who",
}

// names says how commands are typed on Slack: with the prefix that is set, and through the base
// command where Slack reserves a name for itself.
type names struct {
	// Base is the noun that can be typed before any other: "hire".
	Base, Prefix string
	// Nouns are all nouns of the registry.
	Nouns []string
}

// newNames returns the names of the commands of a registry.
func newNames(base, prefix string, specs []bot.Spec) names {
	n := names{Base: base, Prefix: prefix}
	for _, s := range specs {
		if !slices.Contains(n.Nouns, s.Noun) {
			n.Nouns = append(n.Nouns, s.Noun)
		}
	}
	return n
}

// command returns the slash command of a noun, without the slash, and whether Slack keeps that name
// to itself. None is reserved under a prefix.
func (n names) command(noun string) (name string, isReserved bool) {
	if n.Prefix != "" {
		return n.Prefix + "-" + noun, false
	}
	return noun, slices.Contains(reserved, noun)
}

// typed returns how a command of that noun begins on Slack: "/band", "/hb-band" or "/hire feedback".
func (n names) typed(noun string) string {
	name, isReserved := n.command(noun)
	if isReserved && noun != n.Base {
		return "/" + n.Base + " " + noun
	}
	return "/" + name
}

// spell returns our text with its commands as they are typed here: "/feedback give" as
// "/hire feedback give", and "/band" as "/hb-band" under the prefix hb. Only whole words are commands:
// addresses, paths and what merely contains a slash stay.
func (n names) spell(text string) string {
	if !strings.Contains(text, "/") {
		return text
	}
	var b strings.Builder
	for text != "" {
		end := strings.IndexAny(text, " \t\n\r\u00a0")
		if end < 0 {
			end = len(text)
		}
		b.WriteString(n.spellWord(text[:end]))
		rest := strings.TrimLeft(text[end:], " \t\n\r\u00a0")
		b.WriteString(text[end : len(text)-len(rest)])
		text = rest
	}
	return b.String()
}

// spellWord is spell for what stands between two blanks.
func (n names) spellWord(word string) string {
	inner := strings.TrimLeft(word, front.Openers)
	before := word[:len(word)-len(inner)]
	noun, isCommand := strings.CutPrefix(strings.TrimRight(inner, front.Closers), "/")
	if !isCommand || !slices.Contains(n.Nouns, noun) {
		return word
	}
	return before + n.typed(noun) + inner[len("/")+len(noun):]
}

// read returns a slash command and its text as the router reads it: "/hb-band", "7y" as "/band 7y".
// It returns false for a command that is none of ours.
func (n names) read(command, text string) (string, bool) {
	command = strings.TrimSpace(command)
	for _, noun := range n.Nouns {
		if name, _ := n.command(noun); command == "/"+name {
			return strings.TrimSpace("/" + noun + " " + strings.TrimSpace(text)), true
		}
	}
	return "", false
}
