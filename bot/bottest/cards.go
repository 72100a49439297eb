package bottest

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"strings"
	"time"

	"github.com/hirebot/hirebot/bot"
)

// Hostile is what somebody may type to notify everyone, to pass for markup, or to run in a page.
const Hostile = "<!channel> <@U024BE7LH> @everyone @here <@&1> *b* _i_ ~s~ `c` [link](https://evil.example) " +
	"<script>alert(1)</script> &amp; :smile: ||x|| <https://evil.example|ok> <t:0:R> # h"

// Moment is the instant that cards of the fixture show.
var Moment = time.Date(2026, time.December, 11, 9, 30, 0, 0, time.UTC)

// NamedCard is a card of the fixture.
type NamedCard struct {
	// Name is the name of its golden file: lower-case words joined by hyphens.
	Name string
	Card bot.Card
}

// Cards returns the cards that every renderer draws, so that their golden files can be compared: each
// sort of node by itself, what people type, and the limits.
func Cards() []NamedCard {
	buttons := []bot.Action{
		{Label: "Approve", Do: bot.Do("card.press", "approve"), Style: bot.Primary},
		{Label: "Edit", Do: bot.Do("card.press", "edit")},
		{Label: "Forget", Do: bot.Do("card.press", "forget"), Style: bot.Danger, Confirm: &bot.Confirm{
			Title: "Forget it?", Text: "It cannot be brought back.", Yes: "Forget", No: "Keep",
		}},
		{Label: "Cloud", Do: bot.Do("card.press", "cloud"), Style: bot.On},
	}
	menu := &bot.Menu{Label: "More", Items: []bot.MenuItem{
		{Label: "Hand over", Hint: "To somebody else", Do: bot.Do("card.press", "hand over")},
		{Label: "Close", Do: bot.Do("card.press", "close")},
	}}
	return []NamedCard{
		{"empty", bot.Card{}},
		{"one-line", bot.Card{Tone: bot.Good, Body: []bot.Node{bot.T("Saved.")}}},
		{"refusal", bot.Card{Tone: bot.Trouble, Body: []bot.Node{bot.T("I know no role “backnd”. Did you mean backend?")}}},
		{"text", bot.Card{Title: "Every style of text", Body: []bot.Node{
			bot.Lines(
				bot.Join(bot.T("plain, "), bot.B("bold"), bot.T(", "), bot.I("slanted"), bot.T(", "), bot.C("/band show")),
				bot.Join(bot.To("the handbook", "https://example.org/handbook?a=1&b=2"), bot.T(" by "), bot.Who("p-7", "Sample Person")),
				bot.Join(bot.T("due "), bot.At(Moment)),
			),
		}, Context: bot.I("Figures from today")}},
		{"fields", bot.Card{Title: "Fields", Body: []bot.Node{bot.Fields{
			{Label: "Level", Text: bot.T("Senior")}, {Label: "Due", Text: bot.At(Moment)}, {Label: "Owner", Text: bot.Who("p-7", "Sample Person")}, {Label: "Empty", Text: nil},
		}}}},
		{"table", bot.Card{Title: "Table", Body: []bot.Node{bot.Table{
			Header: []string{"Step", "Who", "State"},
			Rows: [][]bot.Text{
				{bot.T("1"), bot.Who("p-7", "Sample Person"), bot.B("approved")},
				{bot.T("2"), bot.T("anyone of compensation"), bot.T("waiting")},
			},
		}}}},
		{"picture-and-file", bot.Card{Title: "Attached", Body: []bot.Node{
			bot.Picture{Name: "trend.png", Alt: "Offers went from 3 to 5", PNG: Pixel()},
			bot.File{Name: "letter.txt", MediaType: "text/plain", Data: []byte("Dear reader")},
		}}},
		{"lines", bot.Card{Title: "Lines", Tone: bot.Attention, Body: []bot.Node{
			bot.T("What waits:"),
			bot.Item{Text: bot.Join(bot.B("2 boxes"), bot.T(" wait since "), bot.At(Moment), bot.T(".")), Action: bot.Action{Label: "Count boxes", Do: bot.Do("card.press", "count"), Style: bot.Primary}},
			bot.Item{Text: bot.Join(bot.T("Shelf *7* of "), bot.Who("p-7", "Sample Person"), bot.T(" is full")), Action: bot.Action{Label: "Empty shelf 7", Do: bot.Do("card.press", "empty"), Style: bot.Danger, Confirm: &bot.Confirm{
				Title: "Empty it?", Text: "What is on it goes.", Yes: "Empty", No: "Keep",
			}}},
			bot.Item{Text: bot.Join(bot.T("Type "), bot.C("/box list"), bot.T(" for all")), Action: bot.Action{Label: "All boxes", Do: bot.Do("card.press", "all")}},
		}, Actions: []bot.Action{{Label: "Close the store", Do: bot.Do("card.press", "close")}}}},
		{"buttons", bot.Card{Title: "Buttons", Tone: bot.Attention, Body: []bot.Node{bot.T("What now?"), bot.Divider{}, bot.T("Choose.")}, Actions: buttons, Menu: menu}},
		{"hostile", bot.Card{
			Title: Hostile,
			Body: []bot.Node{
				bot.Join(bot.T(Hostile+"\n"), bot.B(Hostile), bot.I(Hostile), bot.C(Hostile), bot.Who("p-7", Hostile), bot.To(Hostile, "https://example.org/"), bot.To("do not follow", "javascript:alert(1)")),
				bot.Fields{{Label: Hostile, Text: bot.T(Hostile)}},
				bot.Table{Header: []string{Hostile, "B"}, Rows: [][]bot.Text{{bot.T(Hostile), bot.T("b")}}},
				bot.Picture{Name: "hostile.png", Alt: Hostile, PNG: Pixel()},
			},
			Actions: []bot.Action{{Label: "@everyone <b>", Do: bot.Do("card.press", "a|b%c"), Confirm: &bot.Confirm{Title: "<!here>", Text: Hostile, Yes: "@here", No: "<b>"}}},
			Context: bot.T(Hostile),
		}},
		{"scripts", bot.Card{Title: "आशा राव 👩‍💻 שלום", Body: []bot.Node{bot.T("₹18,50,000 a year — “fine” \u202eevil\u202c e\u0301")}}},
		{"long", long(buttons)},
	}
}

// long is a card beyond what any platform shows at once.
func long(buttons []bot.Action) bot.Card {
	card := bot.Card{
		Title: strings.Repeat("A very long title ", 20), Tone: bot.Attention,
		Body:    []bot.Node{bot.T(strings.Repeat("Many words that go on and on. ", 300))},
		Menu:    &bot.Menu{Label: strings.Repeat("More ", 30)},
		Context: bot.T(strings.Repeat("from today ", 300)),
	}
	table := bot.Table{Header: []string{"Name", "Value", "State"}}
	for range 120 {
		table.Rows = append(table.Rows, []bot.Text{bot.T(strings.Repeat("x", 90)), bot.B("two\nlines"), nil})
		card.Body = append(card.Body, bot.Fields{{Label: strings.Repeat("label ", 30), Text: bot.T(strings.Repeat("value ", 60))}}, bot.Divider{})
		card.Menu.Items = append(card.Menu.Items, bot.MenuItem{Label: strings.Repeat("entry ", 20), Hint: strings.Repeat("hint ", 40), Do: bot.Do("card.press", "x")})
	}
	card.Body = append(card.Body, table)
	for range 4 {
		card.Actions = append(card.Actions, buttons...)
	}
	card.Actions[0].Label = strings.Repeat("Approve ", 20)
	return card
}

// Pixel returns a PNG of one pixel.
func Pixel() []byte {
	img := image.NewGray(image.Rect(0, 0, 1, 1))
	img.SetGray(0, 0, color.Gray{Y: 128})
	var b bytes.Buffer
	// A bytes.Buffer takes everything, and a pixel of gray can always be coded.
	_ = png.Encode(&b, img)
	return b.Bytes()
}
