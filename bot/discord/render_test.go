package discord

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
)

// shownPage is a page as its golden file has it.
type shownPage struct {
	Message *discordgo.MessageSend `json:"message"`
	Files   []string               `json:"files,omitempty"`
}

func shown(pages []page) []shownPage {
	out := make([]shownPage, 0, len(pages))
	for _, p := range pages {
		var files []string
		for _, f := range p.Files {
			files = append(files, fmt.Sprintf("%s (%s, %d bytes) %s", f.Name, f.MediaType, len(f.Data), f.Description))
		}
		out = append(out, shownPage{p.message(), files})
	}
	return out
}

func TestCardGoldens(t *testing.T) {
	t.Parallel()
	schema := publishedSchema(t, "MessageCreateRequest")
	for _, c := range bottest.Cards() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			direct := renderCard(c.Card, surface{Pages: 1, Files: true, Delivery: "d-1"})
			elsewhere := renderCard(c.Card, surface{Pages: 2, Attached: "in your direct messages", Keep: "keep"})
			golden(t, "testdata/cards/"+c.Name+".json", map[string]any{"direct": shown(direct), "elsewhere": shown(elsewhere)})
			for _, p := range append(direct, elsewhere...) {
				mustMatch(t, schema, p.message())
				if wrong := refused(p); wrong != "" {
					t.Error(wrong)
				}
			}
		})
	}
}

// publishedSchema reads a schema of Discord's OpenAPI description; there is none where nobody said where
// that is.
func publishedSchema(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	shared := os.Getenv("HIREBOT_SHARED")
	if shared == "" {
		t.Log("left out: HIREBOT_SHARED does not say where the published schemas are")
		return nil
	}
	text, err := os.ReadFile(filepath.Join(shared, "schemas", "discord-openapi.json"))
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("discord:openapi", value); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("discord:openapi#/components/schemas/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func mustMatch(t *testing.T, schema *jsonschema.Schema, value any) {
	t.Helper()
	if schema == nil {
		return
	}
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(plain); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
}

func TestThePublishedSchemasLook(t *testing.T) {
	t.Parallel()
	for name, wrong := range map[string]string{
		"MessageCreateRequest":                 `{"components": [{"type": 1, "components": [{"type": 2, "style": 1, "custom_id": "` + strings.Repeat("x", 101) + `"}]}]}`,
		"ModalInteractionCallbackRequestData":  `{"custom_id": "x", "title": "x", "components": [{"type": 18, "label": "", "component": {"type": 4, "custom_id": "x", "style": 1}}]}`,
		"StringSelectComponentForModalRequest": `{"type": 3, "custom_id": "x", "options": []}`,
	} {
		schema := publishedSchema(t, name)
		if schema == nil {
			return
		}
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(wrong))
		if err != nil {
			t.Fatal(err)
		}
		if schema.Validate(value) == nil {
			t.Errorf("%s takes %s", name, wrong)
		}
	}
}

// refused returns why Discord would refuse a page, "" where it would not. The numbers are those of the
// reference, written down once more.
func refused(p page) string {
	if n := units(p.Content); n > 2000 {
		return fmt.Sprintf("content of %d characters", n)
	}
	if blank(p.Content) && len(p.Embeds) == 0 && len(p.Files) == 0 {
		return "an empty message"
	}
	if len(p.Embeds) > 10 || len(p.Components) > 5 || len(p.Files) > 10 {
		return fmt.Sprintf("%d embeds, %d rows, %d files", len(p.Embeds), len(p.Components), len(p.Files))
	}
	names := map[string]bool{}
	for _, f := range p.Files {
		if f.Name == "" || names[f.Name] || units(f.Name) > 100 || units(f.Description) > 1024 || len(f.Data) == 0 || strings.ContainsAny(f.Name, "/ \n") || f.MediaType == "" || strings.ContainsAny(f.MediaType, "\r\n") {
			return fmt.Sprintf("a file %q", f.Name)
		}
		names[f.Name] = true
	}
	all := 0
	for i, e := range p.Embeds {
		if len(e.Fields) == 0 && e.Image == nil && strings.TrimSpace(e.Description) == "" {
			return fmt.Sprintf("embed %d is empty", i)
		}
		if units(e.Description) > 4096 || len(e.Fields) > 25 || units(e.Title) > 256 || units(e.URL) > 2048 || e.Footer != nil {
			return fmt.Sprintf("embed %d: description of %d, %d fields", i, units(e.Description), len(e.Fields))
		}
		if e.Image != nil && !names[strings.TrimPrefix(e.Image.URL, "attachment://")] {
			return fmt.Sprintf("embed %d shows %q, which is not there", i, e.Image.URL)
		}
		all += units(e.Description) + units(e.Title)
		for j, f := range e.Fields {
			if strings.TrimSpace(f.Name) == "" || strings.TrimSpace(f.Value) == "" || units(f.Name) > 256 || units(f.Value) > 1024 {
				return fmt.Sprintf("embed %d, field %d: %q: %q", i, j, f.Name, f.Value)
			}
			all += units(f.Name) + units(f.Value)
		}
	}
	if all > 6000 {
		return fmt.Sprintf("embeds of %d characters", all)
	}
	return refusedRows(p.Components)
}

func cellsOf(row discordgo.MessageComponent) []discordgo.MessageComponent {
	if row, ok := row.(discordgo.ActionsRow); ok {
		return row.Components
	}
	return nil
}

func refusedRows(rows []discordgo.MessageComponent) string {
	ids := map[string]bool{}
	seen := func(id string) bool {
		was := ids[id] || id == "" || units(id) > 100
		ids[id] = true
		return was
	}
	for i, row := range rows {
		cells := cellsOf(row)
		if len(cells) < 1 || len(cells) > 5 {
			return fmt.Sprintf("row %d has %d components", i, len(cells))
		}
		for _, c := range cells {
			switch c := c.(type) {
			case discordgo.Button:
				if seen(c.CustomID) || strings.TrimSpace(c.Label) == "" || units(c.Label) > 80 || c.Style < 1 || c.Style > 4 {
					return fmt.Sprintf("a button %+v", c)
				}
			case discordgo.SelectMenu:
				if seen(c.CustomID) || len(cells) > 1 || units(c.Placeholder) > 150 || len(c.Options) < 1 || len(c.Options) > 25 {
					return fmt.Sprintf("a menu of %d", len(c.Options))
				}
				values := map[string]bool{}
				for _, o := range c.Options {
					if values[o.Value] || o.Value == "" || units(o.Value) > 100 || strings.TrimSpace(o.Label) == "" || units(o.Label) > 100 || units(o.Description) > 100 {
						return fmt.Sprintf("an entry %+v", o)
					}
					values[o.Value] = true
				}
			default:
				return fmt.Sprintf("a %T", c)
			}
		}
	}
	return ""
}

// callsOf returns the calls that a page's buttons and entries make.
func callsOf(p page) map[string]int {
	out := map[string]int{}
	count := func(id string) {
		if call, _, ok := readID(id); ok {
			out[call]++
		}
	}
	for _, row := range p.Components {
		for _, c := range cellsOf(row) {
			switch c := c.(type) {
			case discordgo.Button:
				count(c.CustomID)
			case discordgo.SelectMenu:
				for _, o := range c.Options {
					count(o.Value)
				}
			}
		}
	}
	return out
}

// textOfPage returns all that a page says.
func textOfPage(p page) string {
	parts := []string{p.Content}
	for _, e := range p.Embeds {
		parts = append(parts, e.Description)
		for _, f := range e.Fields {
			parts = append(parts, f.Name, f.Value)
		}
	}
	return strings.Join(parts, "\n")
}

// TestAnyCardIsWithinTheLimits draws whatever the core can express: Discord takes it, and its buttons are
// there whatever else is left out.
func TestAnyCardIsWithinTheLimits(t *testing.T) {
	t.Parallel()
	cards := bottest.GenCard()
	schema := publishedSchema(t, "MessageCreateRequest")
	rapid.Check(t, func(rt *rapid.T) {
		c := cards.Draw(rt, "card")
		on := surface{
			Pages: rapid.SampledFrom([]int{1, 2, 1000}).Draw(rt, "pages"), Files: rapid.Bool().Draw(rt, "files"),
			Attached: rapid.SampledFrom([]string{"", "in your direct messages"}).Draw(rt, "attached"),
			Keep:     rapid.SampledFrom([]string{"", "k", strings.Repeat("é", 101)}).Draw(rt, "keep"),
			Delivery: rapid.SampledFrom([]string{"", "018f-7", "odd / ? id"}).Draw(rt, "delivery"),
		}
		if rapid.Bool().Draw(rt, "button") {
			on.Buttons = []button{{ID: "f1|x|2", Label: c.Title, Style: bot.Primary}}
		}
		pages := renderCard(c, on)
		if len(pages) < 1 || len(pages) > on.Pages {
			rt.Fatalf("%d pages, allowed are 1 to %d", len(pages), on.Pages)
		}
		for i, p := range pages {
			if wrong := refused(p); wrong != "" {
				rt.Fatalf("page %d of %d: %s", i+1, len(pages), wrong)
			}
			if i == 0 && deliveryOf(&discordgo.Message{Embeds: p.Embeds}) != on.Delivery {
				rt.Fatalf("the delivery is %q, want %q", deliveryOf(&discordgo.Message{Embeds: p.Embeds}), on.Delivery)
			}
			if schema != nil && i == 0 {
				mustMatch(t, schema, p.message())
			}
		}
		last := pages[len(pages)-1]
		calls, want := callsOf(last), map[string]int{}
		for _, a := range c.Buttons()[:min(18, len(c.Buttons()))] {
			if id, err := a.Do.Encode(); err == nil {
				want[id]++
			}
		}
		for id, n := range want {
			if calls[id] < n {
				rt.Fatalf("the button %q is there %d times, want %d", id, calls[id], n)
			}
		}
		if on.Pages == 1000 && strings.Contains(textOfPage(last), "lines are not shown") {
			rt.Fatal("lines are left out, although there may be more pages")
		}
	})
}

// TestNothingIsLostWhereThereAreEnoughPages finds each word of a card on its pages.
func TestNothingIsLostWhereThereAreEnoughPages(t *testing.T) {
	t.Parallel()
	words := rapid.Map(rapid.IntRange(1, 900), func(n int) string { return strings.Repeat(fmt.Sprintf("w%d ", n), n) })
	node := rapid.Custom(func(t *rapid.T) bot.Node {
		switch rapid.IntRange(0, 3).Draw(t, "node") {
		case 0:
			return bot.T(words.Draw(t, "text"))
		case 1:
			return bot.Fields{{Label: words.Draw(t, "label"), Text: bot.B(words.Draw(t, "value"))}}
		case 2:
			return bot.Table{Header: []string{"h", "i"}, Rows: [][]bot.Text{{bot.T(words.Draw(t, "cell")), bot.T(words.Draw(t, "cell"))}}}
		default:
			return bot.Divider{}
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		c := bot.Card{Title: rapid.OneOf(words, rapid.Just("")).Draw(t, "title"), Body: rapid.SliceOfN(node, 0, 12).Draw(t, "body")}
		var all strings.Builder
		for _, p := range renderCard(c, surface{Pages: 1000}) {
			if wrong := refused(p); wrong != "" {
				t.Fatal(wrong)
			}
			all.WriteString(textOfPage(p) + " ")
		}
		got := map[string]int{}
		for _, w := range strings.FieldsFunc(all.String(), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }) {
			got[w]++
		}
		want := map[string]int{}
		for _, w := range strings.Fields(bot.PlainCard(c, nil)) {
			want[w]++
		}
		for w, n := range want {
			if strings.HasPrefix(w, "w") && got[w] < n {
				t.Fatalf("%q is there %d times, want %d", w, got[w], n)
			}
		}
	})
}

// TestACardHasNoMarkupOfPeople reads whatever the core can express as Discord does.
func TestACardHasNoMarkupOfPeople(t *testing.T) {
	t.Parallel()
	cards := bottest.GenCard()
	ours := regexp.MustCompile(`^(bold|italic|code|block -# .*|token <t:[0-9]+:F>|link https?://\S+)$`)
	rapid.Check(t, func(t *rapid.T) {
		c := cards.Draw(t, "card")
		for _, p := range renderCard(c, surface{Pages: 1000, Files: rapid.Bool().Draw(t, "files")}) {
			for text := range strings.SplitSeq(textOfPage(p), "\n") {
				r := &reader{}
				r.read(text, true)
				for _, found := range r.found {
					if !ours.MatchString(strings.ReplaceAll(found, "\n", " ")) {
						t.Fatalf("%q has a %q", text, found)
					}
				}
			}
		}
	})
}

func TestLines(t *testing.T) {
	t.Parallel()
	c := bot.Card{Title: "T", Body: []bot.Node{
		bot.T("one\ntwo"), bot.T(strings.Repeat("x", 41)), bot.Fields{{Label: "Level", Text: bot.T("Senior")}}, bot.Divider{},
		bot.Table{Header: []string{"Step", "State"}, Rows: [][]bot.Text{{bot.T("1"), bot.T("open")}}},
	}, Context: bot.T("why")}
	if got := lines(c); got != 1+2+2+2+2+1 {
		t.Errorf("%d lines", got)
	}
}

func TestWhatIsLeftOutIsSaid(t *testing.T) {
	t.Parallel()
	body := []bot.Node{bot.T(strings.Repeat("Many words that go on and on. ", 300))}
	items := make([]bot.MenuItem, 27)
	for i := range items {
		items[i] = bot.MenuItem{Label: "x", Do: bot.Do("card.press", fmt.Sprint(i))}
	}
	tooLong := bot.Do("card.press", strings.Repeat("x", bot.MaxCall))
	for _, c := range []struct {
		name string
		card bot.Card
		on   surface
		want string
	}{
		{"nothing", bot.Card{Title: "Short", Body: []bot.Node{bot.T("line")}}, surface{Pages: 1, Keep: "k"}, ""},
		{"lines", bot.Card{Title: "Long", Body: body}, surface{Pages: 1}, "lines are not shown here."},
		{"lines that can be sent on", bot.Card{Title: "Long", Body: body}, surface{Pages: 1, Keep: "k"}, "lines are not shown here. ‘Send to my DM’ shows all."},
		{"lines on enough pages", bot.Card{Title: "Long", Body: body}, surface{Pages: 3}, ""},
		{"entries", bot.Card{Title: "Menu", Menu: &bot.Menu{Items: items}}, surface{Pages: 1}, "2 more choices are not shown here."},
		{"a call that is too long", bot.Card{Title: "Call", Actions: []bot.Action{{Label: "x", Do: tooLong}}}, surface{Pages: 1}, "1 more choice is not shown here."},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			pages := renderCard(c.card, c.on)
			got := textOfPage(pages[len(pages)-1])
			if c.want == "" && strings.Contains(got, "not shown") || !strings.Contains(got, c.want) {
				t.Errorf("says %q, want %q", got, c.want)
			}
		})
	}
}

func TestTheFirstLineIsForTheNotification(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		card    bot.Card
		content string
		embeds  []string
	}{
		{"a title", bot.Card{Title: "R-7 waits *for* you", Body: []bot.Node{bot.T("Body")}}, `**R-7 waits \*for\* you**`, []string{"Body"}},
		{"a line", bot.Card{Body: []bot.Node{bot.T("Saved.")}}, "Saved.", nil},
		{"lines", bot.Card{Body: []bot.Node{bot.T("Saved.\nAnd more.")}}, "Saved.", []string{"And more."}},
		{"texts", bot.Card{Body: []bot.Node{bot.T("Saved."), bot.T("One."), bot.T("Two.")}}, "Saved.", []string{"One.\nTwo."}},
		{"sections", bot.Card{Title: "T", Body: []bot.Node{bot.T("One."), bot.Divider{}, bot.T("Two."), bot.Divider{}}}, "**T**", []string{"One.", "Two."}},
		{"a line below", bot.Card{Title: "T", Body: []bot.Node{bot.T("One.")}, Context: bot.Join(bot.T("Due "), bot.At(bottest.Moment))}, "**T**", []string{"One.\n-# Due <t:1796981400:F>"}},
		{"a line below a title", bot.Card{Title: "T", Context: bot.T("why")}, "**T**\n-# why", nil},
		{"a line below a picture", bot.Card{Title: "T", Body: []bot.Node{bot.Picture{Name: "p.png", Alt: "a", PNG: []byte("p")}}, Context: bot.T("why")}, "**T**", []string{"-# why"}},
		{"nothing", bot.Card{}, "Nothing to show.", nil},
		{"only buttons", bot.Card{Actions: []bot.Action{{Label: "Go", Do: bot.Do("a.b")}}}, "Go", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := renderCard(c.card, surface{Pages: 1, Files: true})[0]
			var embeds []string
			for _, e := range p.Embeds {
				embeds = append(embeds, e.Description)
			}
			if diff := cmp.Diff(append([]string{c.content}, c.embeds...), append([]string{p.Content}, embeds...)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTextsBelowFieldsKeepTheirPlace(t *testing.T) {
	t.Parallel()
	p := renderCard(bot.Card{
		Title: "T", Body: []bot.Node{bot.T("above"), bot.Fields{{Label: "Level", Text: bot.T("Senior")}}, bot.T("below"), bot.T("further")}, Context: bot.T("why"),
	}, surface{Pages: 1})[0]
	want := []*discordgo.MessageEmbed{{Description: "above", Fields: []*discordgo.MessageEmbedField{
		{Name: "Level", Value: "Senior", Inline: true}, {Name: zeroWidth, Value: "below\nfurther\n-# why"},
	}}}
	if diff := cmp.Diff(want, p.Embeds); diff != "" {
		t.Error(diff)
	}
}

func TestIDs(t *testing.T) {
	t.Parallel()
	ids := idMaker{}
	longest := bot.Do("card.press", strings.Repeat("x", bot.MaxCall-len("v1|card.press|")))
	call, err := longest.Encode()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, asks := range []bool{false, true} {
		for range 25 {
			id, ok := ids.next(longest, asks)
			if !ok || seen[id] || units(id) > 100 {
				t.Fatalf("%q, %v", id, ok)
			}
			seen[id] = true
			if got, asked, ok := readID(id); got != call || asked != asks || !ok {
				t.Fatalf("%q is read as %q, %v, %v", id, got, asked, ok)
			}
		}
	}
	for _, odd := range []string{"", "no", "menu0", "keep", "f1|draft|2", "v2|a.b", "xx|a.b", "v", "v1", "é1|a"} {
		if call, _, ok := readID(odd); ok {
			t.Errorf("%q is read as %q", odd, call)
		}
	}
}

// pressed returns the message of a page as a pressed button brings it back.
func pressed(t *testing.T, p page) *discordgo.Message {
	t.Helper()
	text, err := json.Marshal(p.message())
	if err != nil {
		t.Fatal(err)
	}
	m := &discordgo.Message{}
	if err := json.Unmarshal(text, m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestQuestions(t *testing.T) {
	t.Parallel()
	forget := bot.Do("person.forget", "P-7")
	asks := bot.Action{Label: "Forget", Do: forget, Style: bot.Danger, Confirm: &bot.Confirm{Title: "Forget it?", Text: "It cannot be brought back.", Yes: "Forget", No: "Keep"}}
	bare := bot.Action{Label: "Send", Do: bot.Do("offer.send", "O-1"), Confirm: &bot.Confirm{}}
	p := renderCard(bot.Card{Title: "T", Body: []bot.Node{bot.T("b")}, Actions: []bot.Action{{Label: "Look", Do: forget}, asks, bare}}, surface{Pages: 1, Delivery: "d-7"})[0]
	m := pressed(t, p)
	if got := deliveryOf(m); got != "d-7" {
		t.Errorf("the delivery is %q", got)
	}
	if _, asks, err := questionOf(m, "v1|person.forget|P-7"); asks || err != nil {
		t.Errorf("a button that asks nothing: %v, %v", asks, err)
	}
	q, ok, err := questionOf(m, "c1|person.forget|P-7")
	if want := (question{Confirm: *asks.Confirm, Do: forget, Style: bot.Danger}); err != nil || !ok || !cmp.Equal(q, want) {
		t.Errorf("%+v, %v, %v, want %+v", q, ok, err, want)
	}
	golden(t, "testdata/cards/question.json", shown([]page{q.page()}))
	q, _, _ = questionOf(m, "c1|offer.send|O-1")
	if want := (bot.Confirm{Title: "Are you sure?", Text: "This does: Send", Yes: "Send", No: "Cancel"}); q.Confirm != want {
		t.Errorf("%+v, want %+v", q.Confirm, want)
	}
	if q, ok, err := questionOf(nil, "c1|offer.send|O-1"); !ok || err != nil || q.Confirm.Yes != "Yes" {
		t.Errorf("without its message: %+v, %v, %v", q, ok, err)
	}
	if _, _, err := questionOf(m, "c1||"); err == nil {
		t.Error("a call that cannot be read is asked for")
	}
}

func TestQuestionsBeyondTheRoomAreAskedByLabel(t *testing.T) {
	t.Parallel()
	var actions []bot.Action
	for i := range 12 {
		actions = append(actions, bot.Action{Label: fmt.Sprintf("Act %d", i), Do: bot.Do("a.b", fmt.Sprint(i)), Confirm: &bot.Confirm{Title: "Title", Text: strings.Repeat("x", 300)}})
	}
	m := pressed(t, renderCard(bot.Card{Title: "T", Actions: actions}, surface{Pages: 1})[0])
	if q, _, _ := questionOf(m, "c1|a.b|0"); q.Confirm.Title != "Title" {
		t.Errorf("the first asks %+v", q.Confirm)
	}
	if q, _, _ := questionOf(m, "c1|a.b|11"); q.Confirm.Text != "This does: Act 11" {
		t.Errorf("the last asks %+v", q.Confirm)
	}
}

func TestFilesGoAlongOrAreSaidToBeElsewhere(t *testing.T) {
	t.Parallel()
	c := bot.Card{Title: "T", Body: []bot.Node{
		bot.Picture{Name: "trend.png", Alt: "Offers went up", PNG: []byte("p")}, bot.Picture{Name: "trend.png", Alt: "And down", PNG: []byte("q")},
		bot.File{Name: "Angebot für\nAsha.pdf", MediaType: "application/pdf", Data: []byte("d")}, bot.File{Name: "empty.txt"}, bot.Picture{Name: "आशा", Alt: "x", PNG: []byte("r")},
	}}
	p := renderCard(c, surface{Pages: 1, Files: true})[0]
	var names []string
	for _, f := range p.Files {
		names = append(names, f.Name+" "+f.Description)
	}
	want := []string{"trend.png Offers went up", "2-trend.png And down", "Angebot_für_Asha.pdf ", "picture.png x"}
	if !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
	if wrong := refused(p); wrong != "" {
		t.Error(wrong)
	}
	p = renderCard(c, surface{Pages: 1, Attached: "in your direct messages"})[0]
	if text := textOfPage(p); len(p.Files) > 0 || !strings.Contains(text, "*Picture in your direct messages: Offers went up*") {
		t.Errorf("%d files, %s", len(p.Files), text)
	}
}

func TestOurWordsOfACardAreSpelled(t *testing.T) {
	t.Parallel()
	spell := func(s string) string { return strings.ReplaceAll(s, "/band backend", "/band show text:backend") }
	p := renderCard(bot.Card{Title: "/band backend", Body: []bot.Node{bot.C("/band backend"), bot.To("/band backend", "https://example.org")}, Context: bot.T("/band backend")}, surface{Pages: 1, Spell: spell})[0]
	if text := textOfPage(p); strings.Count(text, "/band show text:backend") != 3 || strings.Count(text, "/band backend") != 1 {
		t.Error(text)
	}
}
