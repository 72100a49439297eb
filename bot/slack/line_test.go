package slack

import (
	"strings"
	"testing"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
)

// A section has no elements, so a line with a button is markup only where that shows what was meant.
func TestTheTextOfALine(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name       string
		text       bot.Text
		kind, want string
	}{
		{"plain", bot.T("a & b < c"), "mrkdwn", "a &amp; b &lt; c"},
		{"marks between words", bot.Join(bot.B("2 boxes"), bot.T(", "), bot.I("late"), bot.T(": type "), bot.C("/box list")), "mrkdwn", "*2 boxes*, _late_: type `/box list`"},
		{"an instant", bot.Join(bot.T("since "), bot.At(bottest.Moment)), "mrkdwn", "since <!date^1796981400^{date_short_pretty} at {time}|Fri 11 Dec 2026, 9:30 am UTC>"},
		{"two lines", bot.Lines(bot.T("one"), bot.T("two")), "mrkdwn", "one\ntwo"},
		{"a mark inside a word", bot.Join(bot.T("re"), bot.B("count")), "plain_text", "recount"},
		{"a mark before a word", bot.Join(bot.B("re"), bot.T("count")), "plain_text", "recount"},
		{"marks that touch", bot.Join(bot.B("a"), bot.I("b")), "plain_text", "ab"},
		{"blanks within marks", bot.Join(bot.B("a "), bot.T("b")), "plain_text", "a b"},
		{"typed marks", bot.T("*a* _b_"), "plain_text", "*a* _b_"},
		{"a quote", bot.T("> a"), "plain_text", "> a"},
		{"an emoji", bot.T("so :smile:"), "plain_text", "so :smile:"},
		{"times are no emoji", bot.T("at 9: or 10: you"), "mrkdwn", "at 9: or 10: you"},
		{"a mention", bot.T("@here"), "plain_text", "@here"},
		{"a channel", bot.T("#general"), "plain_text", "#general"},
		{"a link", bot.To("here", "https://example.org"), "plain_text", "here"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := sectionText(typesetter{}.runs(c.text))
			if got.Type != c.kind || got.Text != c.want || got.Verbatim != (c.kind == "mrkdwn") {
				t.Errorf("%s %q, want %s %q", got.Type, got.Text, c.kind, c.want)
			}
		})
	}
}

// What has no room is counted with its button, and a button whose call is too long is said to be missing.
func TestLinesThatAreLeftOut(t *testing.T) {
	t.Parallel()
	var items []bot.Node
	for range 5 {
		items = append(items, bot.Item{Text: bot.T("a box"), Action: bot.Action{Label: "Count", Do: bot.Do("box.count")}})
	}
	blocks := drawn(t, bot.Card{Title: "Boxes", Body: items}, surface{Blocks: 4, Pages: 1})
	if text := strings.Join(textsIn(blocks), "\n"); len(blocks) != 4 || !strings.Contains(text, "3 more lines and 3 more choices are not shown here.") {
		t.Errorf("%d blocks: %s", len(blocks), text)
	}
	long := bot.Item{Text: bot.T("a box"), Action: bot.Action{Label: "Count", Do: bot.Do("box.count", strings.Repeat("x", 200))}}
	blocks = drawn(t, bot.Card{Body: []bot.Node{long}}, oneMessage())
	if text := strings.Join(textsIn(blocks), "\n"); text != "a box\n1 more choice is not shown here." {
		t.Error(text)
	}
	// A line beyond a section's limit has its button beside its last part.
	wide := bot.Item{Text: bot.T(strings.Repeat("<& ", 1200)), Action: bot.Action{Label: "Count", Do: bot.Do("box.count")}}
	blocks = drawn(t, bot.Card{Body: []bot.Node{wide}}, oneMessage())
	if section := find(t, blocks, "section"); section["accessory"] == nil {
		t.Errorf("%v", section)
	}
}
