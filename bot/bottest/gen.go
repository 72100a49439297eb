package bottest

import (
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/bot"
)

// genText draws what may stand in any place: nothing, words, everything that Unicode has, markup, and
// more than fits.
func genText() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.Just(""), rapid.StringMatching(`[a-z ]{1,20}`), rapid.String(), rapid.Just(Hostile), rapid.Just("\x00\u202e\n\n"),
		rapid.Map(rapid.IntRange(1, 700), func(n int) string { return strings.Repeat("long ", n) }),
	)
}

func genSpans() *rapid.Generator[bot.Text] {
	span := rapid.Custom(func(t *rapid.T) bot.Span {
		return bot.Span{
			Style:  rapid.SampledFrom([]bot.SpanStyle{bot.Plain, bot.Bold, bot.Italic, bot.Code, bot.Link, bot.Instant, bot.Mention, "unheard of"}).Draw(t, "style"),
			Text:   genText().Draw(t, "text"),
			URL:    rapid.OneOf(rapid.SampledFrom([]string{"", "https://example.org/?a=b|c>", "javascript:alert(1)", "http://[::1", "mailto:a@example.org"}), rapid.String()).Draw(t, "url"),
			Person: genText().Draw(t, "person"),
			At:     time.Unix(rapid.Int64Range(-1<<40, 1<<40).Draw(t, "at"), 0),
		}
	})
	return rapid.Map(rapid.SliceOfN(span, 0, 4), func(s []bot.Span) bot.Text { return s })
}

func genNode() *rapid.Generator[bot.Node] {
	return rapid.Custom(func(t *rapid.T) bot.Node {
		switch rapid.IntRange(0, 6).Draw(t, "node") {
		case 0:
			return genSpans().Draw(t, "text")
		case 1:
			return bot.Fields(rapid.SliceOfN(rapid.Custom(func(t *rapid.T) bot.LabelledText {
				return bot.LabelledText{Label: genText().Draw(t, "label"), Text: genSpans().Draw(t, "value")}
			}), 0, 24).Draw(t, "fields"))
		case 2:
			row := rapid.SliceOfN(genSpans(), 0, 4)
			return bot.Table{Header: rapid.SliceOfN(genText(), 0, 4).Draw(t, "header"), Rows: rapid.SliceOfN(row, 0, 30).Draw(t, "rows")}
		case 3:
			return bot.Picture{Name: genText().Draw(t, "name"), Alt: genText().Draw(t, "alt"), PNG: Pixel()}
		case 4:
			return bot.File{Name: genText().Draw(t, "name"), MediaType: genText().Draw(t, "type"), Data: rapid.SliceOfN(rapid.Byte(), 0, 64).Draw(t, "data")}
		case 5:
			return bot.Item{Text: genSpans().Draw(t, "line"), Action: genAction().Draw(t, "act")}
		default:
			return bot.Divider{}
		}
	})
}

func genCall() *rapid.Generator[bot.Call] {
	return rapid.Custom(func(t *rapid.T) bot.Call {
		return bot.Do("card.press", rapid.StringMatching(`[a-zA-Z0-9|% -]{0,24}`).Draw(t, "argument"))
	})
}

func genAction() *rapid.Generator[bot.Action] {
	return rapid.Custom(func(t *rapid.T) bot.Action {
		a := bot.Action{
			Label: genText().Draw(t, "label"), Do: genCall().Draw(t, "call"),
			Style: rapid.SampledFrom([]bot.Style{bot.Secondary, bot.Primary, bot.Danger, bot.On}).Draw(t, "style"),
		}
		if rapid.Bool().Draw(t, "confirms") {
			a.Confirm = &bot.Confirm{Title: genText().Draw(t, "title"), Text: genText().Draw(t, "question"), Yes: genText().Draw(t, "yes"), No: genText().Draw(t, "no")}
		}
		return a
	})
}

// GenCard draws any card that the core can express, within no platform's limits.
func GenCard() *rapid.Generator[bot.Card] {
	item := rapid.Custom(func(t *rapid.T) bot.MenuItem {
		return bot.MenuItem{Label: genText().Draw(t, "label"), Hint: genText().Draw(t, "hint"), Do: genCall().Draw(t, "call")}
	})
	return rapid.Custom(func(t *rapid.T) bot.Card {
		card := bot.Card{
			Title:   genText().Draw(t, "title"),
			Tone:    rapid.SampledFrom([]bot.Tone{bot.Neutral, bot.Good, bot.Attention, bot.Trouble}).Draw(t, "tone"),
			Body:    rapid.SliceOfN(genNode(), 0, 8).Draw(t, "body"),
			Actions: rapid.SliceOfN(genAction(), 0, 30).Draw(t, "actions"),
			Context: genSpans().Draw(t, "context"),
		}
		if rapid.Bool().Draw(t, "menu") {
			card.Menu = &bot.Menu{Label: genText().Draw(t, "menu label"), Items: rapid.SliceOfN(item, 0, 40).Draw(t, "entries")}
		}
		return card
	})
}
