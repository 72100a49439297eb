package views

import (
	"strings"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
)

// TestMergedMessagesKeepTheirButtons has two of three messages bear the same title.
func TestMergedMessagesKeepTheirButtons(t *testing.T) {
	t.Parallel()
	late := func(who string) bot.Card {
		return bot.Card{
			Title: "I-1: a scorecard will be late", Body: []bot.Node{bot.Join(bot.T("Of "), bot.Who(who, who), bot.T("."))},
			Actions: []bot.Action{{Label: "Swap", Do: bot.Do("interview.reassign", "I-1", who)}, {Label: "Go on without", Do: bot.Do("feedback.waive", "I-1", who)}},
		}
	}
	other := bot.Card{Title: "1 requisition is past its target date", Body: []bot.Node{bot.T("R-6")}, Actions: []bot.Action{{Label: "Show R-6", Do: bot.Do("req.show", "R-6")}}}
	card := digestCard([]bot.Card{late("P-1"), late("P-2"), other}, time.UTC)
	if card.Title != "Since yesterday: 3 things" {
		t.Errorf("its title is %q", card.Title)
	}
	got := ""
	for _, it := range card.Menu.Items {
		got += it.Label + " | " + it.Hint + " | " + strings.Join(it.Do.Args, " ") + "\n"
	}
	const want = `Swap | I-1 · Of @P-1. | I-1 P-1
Go on without | I-1 · Of @P-1. | I-1 P-1
Swap | I-1 · Of @P-2. | I-1 P-2
Go on without | I-1 · Of @P-2. | I-1 P-2
Show R-6 | 1 requisition is past its target date | R-6
`
	if got != want {
		t.Errorf("its menu is\n%swant\n%s", got, want)
	}
}

// However much the first of what is merged offers, the main thing that can be done about the last is in the menu.
func TestEachMergedMessageHasItsFirstButton(t *testing.T) {
	t.Parallel()
	var cards []bot.Card
	for range 5 {
		cards = append(cards, bot.Card{Title: "late", Actions: []bot.Action{
			{Label: "Swap", Do: bot.Do("interview.reassign")}, {Label: "Three lines", Do: bot.Do("feedback.accept")}, {Label: "Go on without", Do: bot.Do("feedback.waive")},
		}})
	}
	cards = append(cards, bot.Card{Title: "owed", Actions: []bot.Action{{Label: "Fill in", Do: bot.Do("feedback.give")}, {Label: "Snooze 1 h", Do: bot.Do("feedback.snooze")}}})
	count := map[string]int{}
	items := digestCard(cards, time.UTC).Menu.Items
	for _, it := range items {
		count[it.Label]++
	}
	if len(items) != PageSize || count["Swap"] != 5 || count["Fill in"] != 1 {
		t.Errorf("the menu has %v", count)
	}
}
