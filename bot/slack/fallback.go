package slack

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

// fallback returns a card in words, as notifications and screen readers get it, escaped.
func fallback(c bot.Card, zone *time.Location, spell func(string) string) string {
	set := typesetter{Spell: spell, Zone: zone}
	text := strings.TrimSpace(front.OneLine(set.spell(c.Title)) + "\n" + textOf(set.nodes(c.Body, "")))
	if text == "" {
		var labels []string
		for _, a := range c.Buttons() {
			labels = append(labels, labelOf(set.spell(a.Label), a.Do, limits.ButtonLabel))
		}
		text = orElse(strings.Join(labels, ", "), nothing)
	}
	return asFallback(text)
}

// shortFallback makes room in an escaped text for what stands before it. What would be cut is dropped as
// a whole: half an escape is none.
func shortFallback(text string, room int) string {
	if utf8.RuneCountInString(text)+room <= limits.Fallback {
		return text
	}
	return "…"
}

// asFallback escapes a text within the limit of a fallback.
func asFallback(text string) string {
	for most := limits.Fallback; ; {
		escaped := escape(shorten(text, most))
		over := utf8.RuneCountInString(escaped) - limits.Fallback
		if over <= 0 {
			return escaped
		}
		// An escaped character is at most five long.
		most -= max(1, over/5)
	}
}
