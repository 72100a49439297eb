package playground

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
)

var rewrite = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, got any) {
	t.Helper()
	data, err := json.MarshalIndent(got, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	data = append(data, '\n')
	path := filepath.Join("testdata", name+".json")
	if *rewrite {
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(data)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func TestRenderCard(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, time.December, 11, 15, 0, 0, 0, time.FixedZone("IST", 5*3600+1800))
	cards := map[string]bot.Card{
		"all": {
			Title: "A title", Tone: bot.Attention,
			Body: []bot.Node{
				bot.Join(bot.T("plain\n"), bot.B("bold"), bot.I("italic"), bot.C("code"), bot.To("link", "https://example.com/a"), bot.At(at), bot.Who("P-1", "Somebody")),
				bot.Fields{{Label: "Label", Text: bot.T("value")}},
				bot.Table{Header: []string{"A", "B"}, Rows: [][]bot.Text{{bot.T("1"), bot.B("2")}, {bot.T("3")}}},
				bot.Divider{},
				bot.Picture{Name: "p.png", Alt: "what it shows", PNG: []byte{1, 2, 3}},
				bot.File{Name: "f.txt", MediaType: "text/plain", Data: []byte("text")},
			},
			Actions: []bot.Action{
				{Label: "Plain", Do: bot.Do("noun.verb")},
				{Label: "Main", Do: bot.Do("noun.verb", "a|b", "", "c"), Style: bot.Primary},
				{Label: "Off", Do: bot.Do("noun.verb", "x"), Style: bot.On},
				{Label: "Bad", Do: bot.Do("noun.verb"), Style: bot.Danger, Confirm: &bot.Confirm{Title: "Sure?", Text: "Really?", Yes: "Yes", No: "No"}},
			},
			Menu:    &bot.Menu{Label: "More", Items: []bot.MenuItem{{Label: "One", Hint: "of one", Do: bot.Do("noun.other")}}},
			Context: bot.T("why this came"),
		},
	}
	for _, c := range bottest.Cards() {
		cards[c.Name] = c.Card
	}
	for name, card := range cards {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, lost := renderCard(card)
			golden(t, "card-"+name, struct {
				Card wireCard
				Lost []Loss
			}{got, lost})
		})
	}
}

func TestRenderACardThatNotifies(t *testing.T) {
	t.Parallel()
	got, _ := renderCard(bot.Card{Body: []bot.Node{bot.T("You have 1 thing waiting.")}, Actions: []bot.Action{{Label: "Show me", Do: bot.Do("card.press", "home")}}})
	golden(t, "card-notify", notifying(got, "ann", "Ann"))
}

func TestRenderForm(t *testing.T) {
	t.Parallel()
	got, lost, ok := renderForm(bot.Form{
		Title: "A form", Call: bot.Do("noun.verb", "R-1"), Note: bot.T("note"), Draft: "d-1",
		Saved: time.Date(2026, time.December, 11, 9, 0, 0, 0, time.UTC), StartOver: bot.Do("noun.verb", "R-1").WithDraft("new"),
		Fields: []bot.Field{
			{Name: "a", Label: "A", Hint: "hint", Example: "example", Value: []string{"v"}, Required: true, Max: 10},
			{Name: "b", Label: "B", Input: bot.InputChoices, Choices: []bot.Choice{{Label: "One", Value: "1", Hint: "first"}}},
		},
	})
	if !ok || len(lost) > 0 {
		t.Errorf("ok %v, lost %v", ok, lost)
	}
	golden(t, "form", got)
	if _, _, ok := renderForm(bot.Form{Call: bot.Do("noun.verb", strings.Repeat("x", bot.MaxCall))}); ok {
		t.Error("a form that cannot be sent off was drawn")
	}
}

func TestRenderReportsWhatItLeavesOut(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", limits.Text+5)
	cases := []struct {
		name string
		card bot.Card
		want []Loss
	}{
		{"title", bot.Card{Title: long}, []Loss{{"title", limits.Text + 5, limits.Title}}},
		{"text", bot.Card{Body: []bot.Node{bot.Join(bot.T(long), bot.B("more"))}}, []Loss{{"text", limits.Text + 9, limits.Text}}},
		{"a script for a link", bot.Card{Body: []bot.Node{bot.To("here", "javascript:alert(1)")}}, []Loss{{"link", 1, 0}}},
		{"columns", bot.Card{Body: []bot.Node{bot.Table{Header: []string{"1", "2", "3", "4"}}}}, []Loss{{"table columns", 4, 3}}},
		{"a call too long", bot.Card{Actions: []bot.Action{{Label: "x", Do: bot.Do("noun.verb", long)}}}, []Loss{{"action noun.verb", 1, 0}}},
		{"a file too large", bot.Card{Body: []bot.Node{bot.File{Name: "f", Data: make([]byte, limits.Bytes+1)}}}, []Loss{{"file bytes", limits.Bytes + 1, 0}}},
		{"no node", bot.Card{Body: []bot.Node{nil}}, []Loss{{"node <nil>", 1, 0}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, lost := renderCard(c.card)
			if diff := cmp.Diff(c.want, lost); diff != "" {
				t.Errorf("lost (-want +got):\n%s", diff)
			}
		})
	}
}

// Whatever a text holds, what is drawn of it is no longer than the limit and no link leads astray.
func TestRenderTextKeepsItsLimits(t *testing.T) {
	t.Parallel()
	styles := []bot.SpanStyle{bot.Plain, bot.Bold, bot.Italic, bot.Code, bot.Link, bot.Instant, bot.Mention, "unknown"}
	rapid.Check(t, func(t *rapid.T) {
		var text bot.Text
		whole := 0
		for range rapid.IntRange(0, 8).Draw(t, "spans") {
			s := bot.Span{
				Style: rapid.SampledFrom(styles).Draw(t, "style"),
				Text:  strings.Repeat(rapid.String().Draw(t, "text"), rapid.IntRange(0, 300).Draw(t, "times")),
				URL:   rapid.SampledFrom([]string{"", "https://example.com", "javascript:x", "data:text/html,x", "mailto:a@example.com", "//example.com", "https:", "\x00"}).Draw(t, "url"),
			}
			whole += len([]rune(s.Text))
			text = append(text, s)
		}
		r := &renderer{}
		length := 0
		for _, s := range r.text(text) {
			length += len([]rune(s.Text))
			if s.URL != "" && s.URL != "https://example.com" && s.URL != "mailto:a@example.com" {
				t.Fatalf("a link to %q", s.URL)
			}
			if s.Style == "unknown" {
				t.Fatal("a style that the page does not know")
			}
		}
		if length > limits.Text || whole <= limits.Text && length != whole {
			t.Fatalf("%d of %d characters", length, whole)
		}
	})
}
