package slack

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

// surface is where a card is shown.
type surface struct {
	// Blocks is the most blocks that one page may have.
	Blocks int
	// Pages is the most pages; what does not fit on them is left out, and said to be. What is edited in
	// place has one.
	Pages int
	// Attached says where the pictures and files of the card are, in words: "above", "in your direct
	// messages". "" is for where they are not shown at all.
	Attached string
	// Keep adds a button that sends the answer to the person's direct messages; its value is Keep.
	Keep string
	// Spell returns our text with its commands as they are typed here; nil leaves them.
	Spell func(string) string
	// Notify is the account of the one person whom the message notifies, "" for nobody, and NotifyName what
	// they are called.
	Notify, NotifyName string
	// Zone is for instants in the fallback text, which no client converts; nil is UTC.
	Zone *time.Location
}

// page is what of a card goes into one message, or onto one view.
type page struct {
	// Text is what notifications and screen readers get, escaped.
	Text   string
	Blocks []slack.Block
}

// attachment is a picture or file of a card.
type attachment struct {
	Name, Alt string
	Data      []byte
}

// nothing stands for a card that shows nothing.
const nothing = "Nothing to show."

// renderCard draws a card. There is always at least one page, with at least one block.
func renderCard(c bot.Card, on surface) []page {
	set := typesetter{Spell: on.Spell, Zone: on.Zone}
	body, last := set.body(c, on.Attached), set.closing(c, on.Keep)
	body = withIDs(body)
	for _, p := range body {
		if p.Mute {
			last.Choices++
		}
	}
	if on.Notify != "" {
		who := run{Text: "@" + front.OneLine(orElse(on.NotifyName, on.Notify)), User: on.Notify}
		body = append([]part{{Runs: []run{who}}}, body...)
	}
	if len(last.Blocks) == 0 && strings.TrimSpace(textOf(body)) == "" {
		body = append(body, textParts([]run{{Text: nothing}})...)
	}
	sheets, left := deal(body, last, on)
	pages := make([]page, 0, len(sheets))
	for i, sheet := range sheets {
		text := fallback(c, on.Zone, on.Spell)
		if on.Notify != "" {
			// An account's id holds nothing but letters and digits: this is the one mention that is meant.
			text = "<@" + on.Notify + "> " + shortFallback(text, len(on.Notify)+len("<@> "))
		}
		if i > 0 {
			heading := fmt.Sprintf("%s (%d of %d)", front.OneLine(set.spell(c.Title)), i+1, len(sheets))
			text = asFallback(strings.TrimSpace(heading) + "\n" + textOf(sheet))
		}
		p := page{Text: text}
		for _, part := range sheet {
			p.Blocks = append(p.Blocks, part.block())
		}
		pages = append(pages, p)
	}
	end := &pages[len(pages)-1]
	last.Choices += buttonsOf(left)
	if note := front.LeftOut(linesOf(left), last.Choices, last.Kept); note != "" {
		end.Blocks = append(end.Blocks, slack.NewContextBlock("", plainText(note)))
	}
	end.Blocks = append(end.Blocks, last.Blocks...)
	return pages
}

// attachments returns the pictures and files of a card, in order. An empty one is none.
func attachments(c bot.Card) []attachment {
	var out []attachment
	for _, n := range c.Body {
		switch n := n.(type) {
		case bot.Picture:
			if len(n.PNG) > 0 {
				out = append(out, attachment{Name: orElse(front.OneLine(n.Name), "picture.png"), Alt: front.OneLine(orElse(n.Alt, n.Name)), Data: n.PNG})
			}
		case bot.File:
			if len(n.Data) > 0 {
				out = append(out, attachment{Name: orElse(front.OneLine(n.Name), "file"), Data: n.Data})
			}
		}
	}
	return out
}

// lines counts the lines of text that a card takes on a narrow screen.
func lines(c bot.Card) int {
	set := typesetter{}
	return linesOf(set.body(c, "")) + front.LinesIn(plainOf(set.runs(c.Context)), utf8.RuneCountInString)
}

// instantMarkup returns an instant in Slack's markup, shown in the reader's zone.
func instantMarkup(at time.Time) string {
	return dateMarkup(at.Unix(), bot.FormatInstant(at, time.UTC))
}

// dateMarkup returns a moment in Slack's markup.
// https://docs.slack.dev/messaging/formatting-message-text/#date-formatting
func dateMarkup(at int64, standIn string) string {
	return fmt.Sprintf("<!date^%d^%s|%s>", at, instantFormat, escape(front.Clean(standIn)))
}
