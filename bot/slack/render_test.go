package slack

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
)

// shownPage is a page as its golden file has it.
type shownPage struct {
	Text   string        `json:"text"`
	Blocks []slack.Block `json:"blocks"`
}

func shown(pages []page) []shownPage {
	out := make([]shownPage, 0, len(pages))
	for _, p := range pages {
		out = append(out, shownPage(p))
	}
	return out
}

// oneMessage is a surface that shows a card once.
func oneMessage() surface {
	return surface{Blocks: limits.MessageBlocks, Pages: 1, Attached: "above"}
}

func TestCardGoldens(t *testing.T) {
	t.Parallel()
	for _, c := range bottest.Cards() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			golden(t, "testdata/cards/"+c.Name+".json", shown(renderCard(c.Card, oneMessage())))
		})
	}
}

// TestCardThatNotifies draws a message for one person: their account is an element of its own, and the
// text that notifications show names it too.
func TestCardThatNotifies(t *testing.T) {
	t.Parallel()
	on := oneMessage()
	on.Notify, on.NotifyName = "U0123ABCD", "Sample Person"
	card := bot.Card{
		Body: []bot.Node{bot.T("You have 1 thing waiting. <@U024BE7LH>")}, Notify: "p-7",
		Actions: []bot.Action{{Label: "Show me", Do: bot.Do("card.press", "home"), Style: bot.Primary}},
	}
	golden(t, "testdata/notify.json", shown(renderCard(card, on)))
}

// drawn returns a card's only page as JSON that can be walked.
func drawn(t *testing.T, c bot.Card, on surface) []any {
	t.Helper()
	pages := renderCard(c, on)
	if len(pages) != 1 {
		t.Fatalf("%d pages, want 1", len(pages))
	}
	blocks, err := blocksAsJSON(pages[0].Blocks)
	if err != nil {
		t.Fatal(err)
	}
	return blocks
}

func blocksAsJSON(blocks []slack.Block) ([]any, error) {
	text, err := json.Marshal(blocks)
	if err != nil {
		return nil, err
	}
	var out []any
	return out, json.Unmarshal(text, &out)
}

// jsonObject is what stands in braces in JSON.
type jsonObject = map[string]any

// each calls visit with every object in a value of JSON, and with the name of the member that it is.
func each(v any, name string, visit func(name string, o jsonObject)) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			each(e, name, visit)
		}
	case jsonObject:
		visit(name, v)
		for _, key := range slices.Sorted(maps.Keys(v)) {
			each(v[key], key, visit)
		}
	}
}

// textsIn returns all that is to be read in a value of JSON: texts, and what stands in for instants.
func textsIn(v any) []string {
	var out []string
	each(v, "", func(_ string, o jsonObject) {
		for _, name := range []string{"text", "fallback"} {
			if s, ok := o[name].(string); ok {
				out = append(out, s)
			}
		}
	})
	return out
}

// find returns the first object of a type.
func find(t *testing.T, v any, kind string) jsonObject {
	t.Helper()
	var found jsonObject
	each(v, "", func(_ string, o jsonObject) {
		if found == nil && o["type"] == kind {
			found = o
		}
	})
	if found == nil {
		t.Fatalf("there is no %s in %v", kind, v)
	}
	return found
}

func wantJSON(t *testing.T, got any, want string) {
	t.Helper()
	text, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	var a, b any
	if err := json.Unmarshal(text, &a); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(want), &b); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(b, a); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// referenceMost are the most characters of texts, as https://docs.slack.dev/reference/block-kit/ has
// them: by the type of what they are in and the name of the member.
var referenceMost = map[string]int{
	"header.text": 150, "button.text": 75, "button.value": 2000, "button.accessibility_label": 75, "button.action_id": 255,
	"static_select.placeholder": 150, "static_select.action_id": 255, "overflow.action_id": 255,
	"option.text": 75, "option.value": 150, "option.description": 75,
	"confirm.title": 100, "confirm.text": 300, "confirm.confirm": 30, "confirm.deny": 30,
	"plain_text.text": 3000, "mrkdwn.text": 3000, "text.text": 3000, "link.text": 3000, "link.url": 3000, "date.fallback": 3000, "date.format": 3000,
}

// referenceItems are the most items of lists, by the type of what they are in.
var referenceItems = map[string]int{"actions.elements": 25, "context.elements": 10, "overflow.options": 5, "static_select.options": 100}

// referenceMembers are the members that things may have. Those before the first stroke they must have.
var referenceMembers = map[string]string{
	"header": "type text|", "divider": "type|", "context": "type elements|", "actions": "type elements|", "rich_text": "type elements|",
	"rich_text_section": "type elements|", "rich_text_preformatted": "type elements|border",
	"text": "type text|style", "link": "type url text|style", "date": "type timestamp format fallback|style",
	"section": "type text accessory|",
	"button":  "type text action_id value|style confirm accessibility_label", "overflow": "type action_id options|",
	"static_select": "type action_id options placeholder|", "plain_text": "type text emoji|", "mrkdwn": "type text verbatim|",
	"option": "text value|description", "confirm": "title text confirm deny|style",
	"style": "|bold italic code",
}

// markupForm are the only two uses of < in markup: an instant, and a link whose label has no marks.
var markupForm = regexp.MustCompile(`^<(!date\^\d+\^\{date_short_pretty\} at \{time\}|(https?|mailto):[^<>|\s]+)\|[^<>|*_~` + "`" + `]+>$`)

// lineForm is the markup of a line with a button: instants, and words between marks that stand apart.
var (
	markupOf = regexp.MustCompile(`<!date\^\d+\^\{date_short_pretty\} at \{time\}\|[^<>|*_~` + "`" + `]+>`)
	lineForm = regexp.MustCompile(`^([^<>*_~` + "`" + `@#|]|` + markupOf.String() + `|\*[^<>*_~` + "`" + `\n]+\*|_[^<>*_~` + "`" + `\n]+_|` + "`[^<>*_~`\n]+`" + `)+$`)
)

// refusedBlock returns why Slack would refuse an object, or show what somebody typed as something else.
func refusedBlock(name string, o jsonObject) []string {
	kind, _ := o["type"].(string)
	if kind == "" {
		kind = map[string]string{"options": "option", "confirm": "confirm", "style": "style"}[name]
	}
	var out []string
	bad := func(format string, args ...any) { out = append(out, kind+": "+fmt.Sprintf(format, args...)) }
	members, known := referenceMembers[kind]
	if !known {
		bad("is not known")
	}
	must, may, _ := strings.Cut(members, "|")
	for _, m := range strings.Fields(must) {
		if o[m] == nil {
			bad("has no %s", m)
		}
	}
	for m, v := range o {
		if !slices.Contains(strings.Fields(must+" "+may), m) {
			bad("has %s", m)
		}
		text, isText := v.(string)
		if inner, ok := v.(jsonObject); ok {
			text, isText = inner["text"].(string)
		}
		if most, limited := referenceMost[kind+"."+m]; limited {
			if n := utf8.RuneCountInString(text); !isText || n < 1 || n > most || !utf8.ValidString(text) {
				bad("%s has %d characters", m, n)
			}
			if strings.TrimSpace(text) == "" && kind != "text" {
				bad("%s is blank", m)
			}
		}
		if list, ok := v.([]any); ok {
			most, limited := referenceItems[kind+"."+m]
			if len(list) < 1 || limited && len(list) > most {
				bad("%d %s", len(list), m)
			}
		}
	}
	switch kind {
	case "mrkdwn":
		s, _ := o["text"].(string)
		if o["verbatim"] != true || !markupForm.MatchString(s) && !lineForm.MatchString(s) || emojiName.MatchString(markupOf.ReplaceAllString(s, "")) {
			bad("%q", s)
		}
	case "plain_text":
		if o["emoji"] != false {
			bad("names of emoji would be drawn")
		}
	case "link":
		if u, err := url.Parse(fmt.Sprint(o["url"])); err != nil || !slices.Contains([]string{"http", "https", "mailto"}, strings.ToLower(u.Scheme)) {
			bad("leads to %v", o["url"])
		}
	}
	return out
}

// checkPages walks pages as Slack gets them.
func checkPages(t *rapid.T, pages []page, on surface) {
	if len(pages) == 0 || len(pages) > on.Pages {
		t.Fatalf("%d pages, allowed are 1 to %d", len(pages), on.Pages)
	}
	for i, p := range pages {
		if n := utf8.RuneCountInString(p.Text); strings.TrimSpace(p.Text) == "" || n > 4000 || strings.ContainsAny(p.Text, "<>") || !utf8.ValidString(p.Text) {
			t.Fatalf("page %d, text of %d characters: %q", i, n, p.Text)
		}
		blocks, err := blocksAsJSON(p.Blocks)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(blocks); n < 1 || n > on.Blocks {
			t.Fatalf("page %d has %d blocks, allowed are 1 to %d", i, n, on.Blocks)
		}
		all, ids := 0, map[any]bool{}
		for _, b := range blocks {
			if text := strings.Join(textsIn(b), ""); object(b)["type"] == "rich_text" && utf8.RuneCountInString(text) > 3000 {
				t.Fatalf("page %d has a block of %d characters", i, utf8.RuneCountInString(text))
			}
		}
		each(blocks, "", func(name string, o jsonObject) {
			for _, why := range refusedBlock(name, o) {
				t.Fatalf("page %d: %s", i, why)
			}
			if s, ok := o["text"].(string); ok {
				all += utf8.RuneCountInString(s)
			}
			if id := o["action_id"]; id != nil {
				if ids[id] {
					t.Fatalf("page %d: the action id %v stands twice", i, id)
				}
				ids[id] = true
			}
			if options, ok := o["options"].([]any); ok {
				values := map[any]bool{}
				for _, option := range options {
					value := object(option)["value"]
					if values[value] {
						t.Fatalf("page %d: the option %v stands twice", i, value)
					}
					values[value] = true
				}
			}
		})
		if all > 12000 {
			t.Fatalf("page %d has %d characters", i, all)
		}
		var again slack.Blocks
		text, err := json.Marshal(p.Blocks)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &again); err != nil {
			t.Fatalf("page %d is not read back: %v", i, err)
		}
		if readBack, err := json.Marshal(again); err != nil || string(readBack) != string(text) {
			t.Fatalf("page %d is read back as another: %v\n%s\n%s", i, err, text, readBack)
		}
	}
}

// genWords draws what may stand in any place: what people type, what breaks renderers, and more than
// fits.
func genWords() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{
			"", " ", "\n\n", "\x00", "\xff\xfe", "a\xffb", "👩‍💻", "e\u0301", "\u202eevil", "a\r\nb", bottest.Hostile,
			strings.Repeat("word ", 900), strings.Repeat("x", 7000), strings.Repeat("<&>", 2000), strings.Repeat("line\n", 700),
		}),
		rapid.StringMatching("[a-zA-Z0-9<>&*_~`|:@#! \n]{0,40}"), rapid.String(),
	)
}

func genText(words *rapid.Generator[string]) *rapid.Generator[bot.Text] {
	span := rapid.Custom(func(t *rapid.T) bot.Span {
		return bot.Span{
			Style: rapid.SampledFrom([]bot.SpanStyle{bot.Plain, bot.Bold, bot.Italic, bot.Code, bot.Link, bot.Instant, bot.Mention, "unheard of"}).Draw(t, "style"),
			Text:  words.Draw(t, "text"), Person: words.Draw(t, "person"),
			URL: rapid.OneOf(rapid.SampledFrom([]string{
				"", "https://example.org/?a=1&b=<|>", "HTTPS://example.org", "javascript:alert(1)", "http:", "http://[::1", "mailto:", "mailto:a@example.org",
				"https://example.org/a b", "https://example.org/\xff", "https://example.org/" + strings.Repeat("x", 4000), "https://example.org/" + strings.Repeat("&", 2000),
			}), words).Draw(t, "url"),
			At: rapid.SampledFrom([]time.Time{{}, bottest.Moment, time.Unix(-5, 0), time.Unix(1<<40, 0)}).Draw(t, "at"),
		}
	})
	return rapid.Map(rapid.SliceOfN(span, 0, 5), func(s []bot.Span) bot.Text { return s })
}

func genNode(words *rapid.Generator[string]) *rapid.Generator[bot.Node] {
	text := genText(words)
	return rapid.Custom(func(t *rapid.T) bot.Node {
		switch rapid.IntRange(0, 7).Draw(t, "node") {
		case 0:
			return text.Draw(t, "text")
		case 6:
			return bot.Item{Text: text.Draw(t, "line"), Action: genAction(words).Draw(t, "act")}
		case 1:
			return bot.Fields(rapid.SliceOfN(rapid.Custom(func(t *rapid.T) bot.LabelledText {
				return bot.LabelledText{Label: words.Draw(t, "label"), Text: text.Draw(t, "value")}
			}), 0, 20).Draw(t, "fields"))
		case 2:
			return bot.Table{
				Header: rapid.SliceOfN(words, 0, 3).Draw(t, "header"),
				Rows:   rapid.SliceOfN(rapid.SliceOfN(text, 0, 3), 0, 20).Draw(t, "rows"),
			}
		case 3:
			short := rapid.Map(rapid.StringMatching("[a-z<*]{0,6}"), bot.T)
			return bot.Table{
				Header: rapid.SliceOfN(rapid.StringMatching("[A-Z]{0,5}"), 0, 3).Draw(t, "header"),
				Rows:   rapid.SliceOfN(rapid.SliceOfN(short, 0, 3), 0, 300).Draw(t, "rows"),
			}
		case 4:
			return bot.Picture{Name: words.Draw(t, "name"), Alt: words.Draw(t, "alt"), PNG: bottest.Pixel()}
		case 5:
			return bot.File{Name: words.Draw(t, "name"), Data: rapid.SliceOfN(rapid.Byte(), 0, 4).Draw(t, "data")}
		default:
			return bot.Divider{}
		}
	})
}

func genCall() *rapid.Generator[bot.Call] {
	return rapid.Custom(func(t *rapid.T) bot.Call {
		return bot.Do("card.press", rapid.SampledFrom([]string{"", "a", "a|b%c\n", strings.Repeat("x", 80), strings.Repeat("x", 200)}).Draw(t, "argument"), rapid.StringN(0, 6, 12).Draw(t, "second"))
	})
}

func genAction(words *rapid.Generator[string]) *rapid.Generator[bot.Action] {
	call := genCall()
	return rapid.Custom(func(t *rapid.T) bot.Action {
		a := bot.Action{Label: words.Draw(t, "label"), Do: call.Draw(t, "call"), Style: rapid.SampledFrom([]bot.Style{bot.Secondary, bot.Primary, bot.Danger, bot.On}).Draw(t, "style")}
		if rapid.Bool().Draw(t, "confirms") {
			a.Confirm = &bot.Confirm{Title: words.Draw(t, "title"), Text: words.Draw(t, "question"), Yes: words.Draw(t, "yes"), No: words.Draw(t, "no")}
		}
		return a
	})
}

// genCard draws any card that the core can express, within no platform's limits.
func genCard() *rapid.Generator[bot.Card] {
	words, call := genWords(), genCall()
	action := genAction(words)
	item := rapid.Custom(func(t *rapid.T) bot.MenuItem {
		return bot.MenuItem{Label: words.Draw(t, "label"), Hint: words.Draw(t, "hint"), Do: call.Draw(t, "call")}
	})
	return rapid.Custom(func(t *rapid.T) bot.Card {
		c := bot.Card{Title: words.Draw(t, "title"), Context: genText(words).Draw(t, "context"), Body: rapid.SliceOfN(genNode(words), 0, 8).Draw(t, "body")}
		c.Actions = rapid.SliceOfN(action, 0, rapid.SampledFrom([]int{1, 4, 80}).Draw(t, "most actions")).Draw(t, "actions")
		for range rapid.SampledFrom([]int{0, 0, 60}).Draw(t, "dividers") {
			c.Body = append(c.Body, bot.Divider{})
		}
		if rapid.Bool().Draw(t, "has a menu") {
			c.Menu = &bot.Menu{Label: words.Draw(t, "menu"), Items: rapid.SliceOfN(item, 0, rapid.SampledFrom([]int{1, 5, 130}).Draw(t, "most entries")).Draw(t, "entries")}
		}
		return c
	})
}

// TestAnyCardIsWithinTheLimits draws anything that the core can express: nothing of it makes a payload
// that Slack would refuse, or markup of what somebody typed; and its buttons and its line below are
// there whatever else is left out.
func TestAnyCardIsWithinTheLimits(t *testing.T) {
	t.Parallel()
	cards := genCard()
	rapid.Check(t, func(t *rapid.T) {
		c := cards.Draw(t, "card")
		on := surface{
			Blocks: rapid.SampledFrom([]int{5, 10, 50, 100}).Draw(t, "blocks"), Pages: rapid.SampledFrom([]int{1, 2, 10}).Draw(t, "pages"),
			Attached: rapid.SampledFrom([]string{"", "above"}).Draw(t, "attached"),
			Keep:     rapid.SampledFrom([]string{"", "k", strings.Repeat("é", 2000), strings.Repeat("é", 2001)}).Draw(t, "keep"),
		}
		pages := renderCard(c, on)
		checkPages(t, pages, on)
		blocks, err := blocksAsJSON(pages[len(pages)-1].Blocks)
		if err != nil {
			t.Fatal(err)
		}
		values := map[any]bool{}
		each(blocks, "", func(_ string, o jsonObject) { values[o["value"]] = true })
		for _, a := range c.Actions[:min(48, len(c.Actions))] {
			if id, err := a.Do.Encode(); err == nil && !values[id] {
				t.Fatalf("the button %q is lost", id)
			}
		}
		if keeps := on.Keep != "" && utf8.RuneCountInString(on.Keep) <= 2000; keeps != (keeps && values[on.Keep]) {
			t.Fatal("the button that keeps the answer is lost")
		}
		if fellBack := fallback(c, nil, nil); fellBack != pages[0].Text {
			t.Fatalf("the first page has the text %q, want %q", pages[0].Text, fellBack)
		}
	})
}

// squeezed returns a text without blanks and controls, which stand at the places where it is parted.
func squeezed(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

// wordsOf returns what is to be read of a body, in order.
func wordsOf(body []bot.Node) []string {
	var out []string
	text := func(t bot.Text) {
		for _, s := range t {
			switch {
			case s.Style == bot.Instant:
				out = append(out, bot.FormatInstant(s.At, nil))
			case s.Style == bot.Mention && strings.TrimSpace(s.Text) != "":
				out = append(out, "@"+s.Text)
			default:
				out = append(out, s.Text)
			}
		}
	}
	for _, n := range body {
		switch n := n.(type) {
		case bot.Text:
			text(n)
		case bot.Item:
			text(n.Text)
		case bot.Fields:
			for _, f := range n {
				out = append(out, f.Label)
				text(f.Text)
			}
		case bot.Table:
			for _, r := range n.Rows {
				for _, cell := range r {
					text(cell)
				}
			}
		case bot.Picture:
			out = append(out, n.Alt)
		case bot.File:
			out = append(out, n.Name)
		case bot.Divider:
		}
	}
	return out
}

// unescaper takes the marks and escapes out of a section's markup, whose own text holds no mark.
var unescaper = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&", "*", "", "_", "", "`", "")

// TestNothingIsLostWhereThereAreEnoughPages finds each word of a body on the pages, in order.
func TestNothingIsLostWhereThereAreEnoughPages(t *testing.T) {
	t.Parallel()
	cards := genCard()
	rapid.Check(t, func(t *rapid.T) {
		c := cards.Draw(t, "card")
		on := surface{Blocks: rapid.SampledFrom([]int{5, 50}).Draw(t, "blocks"), Pages: 100000}
		pages := renderCard(c, on)
		checkPages(t, pages, on)
		var all strings.Builder
		for _, p := range pages {
			blocks, err := blocksAsJSON(p.Blocks)
			if err != nil {
				t.Fatal(err)
			}
			// The button beside a line is no part of what the line says.
			each(blocks, "", func(_ string, o jsonObject) {
				delete(o, "accessory")
				if text, ok := o["text"].(string); ok && o["type"] == "mrkdwn" {
					o["text"] = unescaper.Replace(text)
				}
			})
			for _, text := range textsIn(blocks) {
				all.WriteString(squeezed(text))
			}
			if strings.Contains(p.Text, "lines are not shown here") {
				t.Fatal("it says that lines are left out")
			}
		}
		rest := all.String()
		for _, word := range append([]string{c.Title}, wordsOf(c.Body)...) {
			if word = squeezed(word); word == "" {
				continue
			}
			_, after, found := strings.Cut(rest, word)
			if !found {
				t.Fatalf("%q is lost, or not where it belongs", word)
			}
			rest = after
		}
	})
}

// TestWhatFitsOnOnePageIsOnOne draws a small card: none of it is left out, and nothing is said to be.
func TestWhatFitsOnOnePageIsOnOne(t *testing.T) {
	t.Parallel()
	short := rapid.StringMatching("[a-z<&*]{1,20}")
	nodes := rapid.SliceOfN(genNode(short), 0, 3)
	rapid.Check(t, func(t *rapid.T) {
		c := bot.Card{Title: short.Draw(t, "title"), Body: nodes.Draw(t, "body"), Context: bot.T(short.Draw(t, "context"))}
		long := slices.ContainsFunc(c.Body, func(n bot.Node) bool {
			_, table := n.(bot.Table)
			item, _ := n.(bot.Item)
			_, err := item.Action.Do.Encode()
			return table || err != nil
		})
		pages := renderCard(c, surface{Blocks: limits.MessageBlocks, Pages: 2})
		blocks, err := blocksAsJSON(pages[0].Blocks)
		if err != nil {
			t.Fatal(err)
		}
		all := strings.Join(textsIn(blocks), " ")
		if !long && (len(pages) > 1 || strings.Contains(all, "not shown here")) {
			t.Fatalf("%d pages: %s", len(pages), all)
		}
	})
}

func TestWhatIsLeftOutIsSaid(t *testing.T) {
	t.Parallel()
	many := make([]bot.Node, 80)
	for i := range many {
		many[i] = bot.T(fmt.Sprintf("line %d", i))
	}
	cases := []struct {
		name  string
		card  bot.Card
		keep  string
		want  string
		gone  string
		kinds []any
	}{
		{
			"more blocks than fit", bot.Card{Body: many, Actions: []bot.Action{{Label: "Go", Do: bot.Do("a.b")}}, Context: bot.T("why")}, "k",
			"33 more lines are not shown here. ‘Send to my DM’ shows all.", "line 47", []any{"context", "actions", "context"},
		},
		{"nowhere to see it all", bot.Card{Body: many[:51]}, "", "2 more lines are not shown here.", "shows all", []any{"rich_text", "context"}},
		{"one page that is just full", bot.Card{Body: many[:50]}, "", "line 49", "not shown", []any{"rich_text", "rich_text"}},
		{
			"more text than fits", bot.Card{Body: []bot.Node{bot.T(strings.Repeat("twenty characters \n\n", 700))}}, "",
			"more lines are not shown here.", "shows all", []any{"rich_text", "context"},
		},
		{
			"a call that fits no button", bot.Card{Actions: []bot.Action{{Label: "Go", Do: bot.Do("a.b")}, {Label: "Far", Do: bot.Do("a.b", strings.Repeat("x", 200))}}}, "k",
			"1 more choice is not shown here.", "shows all", []any{"context", "actions"},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			blocks := drawn(t, c.card, surface{Blocks: limits.MessageBlocks, Pages: 1, Keep: c.keep})
			all := strings.Join(textsIn(blocks), "\n")
			if !strings.Contains(all, c.want) || strings.Contains(all, c.gone) {
				t.Errorf("want %q and not %q in\n%s", c.want, c.gone, all)
			}
			var kinds []any
			for _, b := range blocks[len(blocks)-len(c.kinds):] {
				kinds = append(kinds, object(b)["type"])
			}
			if diff := cmp.Diff(c.kinds, kinds); diff != "" {
				t.Errorf("the last blocks (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTextsArePartedAtTheEndOfALineOrWord(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		text  bot.Text
		first int
		begin string
	}{
		{"a line", bot.T(strings.Repeat("a", 2000) + " b\n" + strings.Repeat("c ", 1000)), 2002, "c "},
		{"a word", bot.T(strings.Repeat("word ", 1000)), 2999, "word "},
		{"neither", bot.T(strings.Repeat("x", 4000)), 3000, "x"},
		{"an instant stays whole", bot.Join(bot.T(strings.Repeat("x", 2990)), bot.At(bottest.Moment)), 2990, "Fri 11 Dec"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := pieces(typesetter{}.runs(c.text), limits.RichText)
			if len(got) != 2 || lengthOf(got[0]) != c.first || !strings.HasPrefix(plainOf(got[1]), c.begin) {
				t.Errorf("%d pieces, the first of %d characters, want 2, %d; then %.20q", len(got), lengthOf(got[0]), c.first, plainOf(got[len(got)-1]))
			}
		})
	}
}

func TestLaterPagesSayWhichTheyAre(t *testing.T) {
	t.Parallel()
	c := bot.Card{Title: "Report <1>", Body: []bot.Node{bot.T(strings.Repeat("word ", 2400) + "\nlast")}, Actions: []bot.Action{{Label: "Go", Do: bot.Do("a.b")}}}
	pages := renderCard(c, surface{Blocks: 50, Pages: 9})
	if len(pages) != 2 || !strings.HasPrefix(pages[0].Text, "Report &lt;1&gt;\nword") || !strings.HasPrefix(pages[1].Text, "Report &lt;1&gt; (2 of 2)\nword") {
		t.Fatalf("%d pages: %+v", len(pages), pages)
	}
	if _, first := pages[0].Blocks[len(pages[0].Blocks)-1].(*slack.ActionBlock); first {
		t.Error("the buttons stand on the first page")
	}
	if _, last := pages[1].Blocks[len(pages[1].Blocks)-1].(*slack.ActionBlock); !last {
		t.Error("the buttons do not stand on the last page")
	}
}

func TestButtons(t *testing.T) {
	t.Parallel()
	c := bot.Card{Actions: []bot.Action{
		{Label: "Cloud", Do: bot.Do("band.show", "cloud"), Style: bot.On},
		{Label: " \n", Do: bot.Do("band.show"), Style: bot.Primary, Confirm: &bot.Confirm{}},
		{Label: "Forget", Do: bot.Do("band.forget"), Style: bot.Danger, Confirm: &bot.Confirm{Title: "Forget\nit?", Text: "*All* of it,\nfor ever.", Yes: "Forget", No: "Keep"}},
		{},
	}}
	wantJSON(t, drawn(t, c, surface{Blocks: 50, Pages: 1, Keep: "again"}), `[{"type": "actions", "elements": [
		{"type": "button", "action_id": "do.0", "value": "v1|band.show|cloud", "accessibility_label": "Cloud, on", "text": {"type": "plain_text", "text": "✓ Cloud", "emoji": false}},
		{"type": "button", "action_id": "do.1", "value": "v1|band.show", "style": "primary", "text": {"type": "plain_text", "text": "band.show", "emoji": false},
			"confirm": {"title": {"type": "plain_text", "text": "Are you sure?", "emoji": false}, "text": {"type": "plain_text", "text": "This does: band.show", "emoji": false},
				"confirm": {"type": "plain_text", "text": "band.show", "emoji": false}, "deny": {"type": "plain_text", "text": "Cancel", "emoji": false}}},
		{"type": "button", "action_id": "do.2", "value": "v1|band.forget", "style": "danger", "text": {"type": "plain_text", "text": "Forget", "emoji": false},
			"confirm": {"style": "danger", "title": {"type": "plain_text", "text": "Forget it?", "emoji": false}, "text": {"type": "plain_text", "text": "*All* of it,\nfor ever.", "emoji": false},
				"confirm": {"type": "plain_text", "text": "Forget", "emoji": false}, "deny": {"type": "plain_text", "text": "Keep", "emoji": false}}},
		{"type": "button", "action_id": "do.3", "value": "v1|", "text": {"type": "plain_text", "text": "…", "emoji": false}},
		{"type": "button", "action_id": "keep", "value": "again", "text": {"type": "plain_text", "text": "Send to my DM", "emoji": false}}
	]}]`)
}

func TestMenus(t *testing.T) {
	t.Parallel()
	entries := func(n int) *bot.Menu {
		m := &bot.Menu{Label: "More"}
		for i := range n {
			m.Items = append(m.Items, bot.MenuItem{Label: fmt.Sprintf("Entry %d", i), Hint: "hint", Do: bot.Do("a.b", fmt.Sprint(i))})
		}
		return m
	}
	button := []bot.Action{{Label: "Go", Do: bot.Do("a.b")}}
	cases := []struct {
		name string
		card bot.Card
		kind string
		want int
	}{
		{"a few beside a button", bot.Card{Actions: button, Menu: entries(5)}, "overflow", 5},
		{"more beside a button", bot.Card{Actions: button, Menu: entries(6)}, "static_select", 6},
		{"one beside a button", bot.Card{Actions: button, Menu: entries(1)}, "static_select", 1},
		{"a few by themselves", bot.Card{Menu: entries(2)}, "static_select", 2},
		{"too many", bot.Card{Menu: entries(130)}, "static_select", 100},
		{"the same act twice", bot.Card{Menu: &bot.Menu{Items: append(entries(2).Items, entries(2).Items...)}}, "static_select", 2},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			blocks := drawn(t, c.card, oneMessage())
			menu := find(t, blocks, c.kind)
			options := list(menu["options"])
			if len(options) != c.want || menu["action_id"] != "menu" {
				t.Errorf("%d options of %v, want %d", len(options), menu["action_id"], c.want)
			}
			wantJSON(t, object(options[1%len(options)])["text"], fmt.Sprintf(`{"type": "plain_text", "text": "Entry %d", "emoji": false}`, 1%len(options)))
			wantJSON(t, object(options[0])["description"], `{"type": "plain_text", "text": "hint", "emoji": false}`)
			if left := len(c.card.Menu.Items) - c.want; left > 0 != strings.Contains(strings.Join(textsIn(blocks), "\n"), fmt.Sprintf("%d more choices are not shown here.", left)) {
				t.Errorf("of %d choices that are left out it says %q", left, textsIn(blocks[0]))
			}
		})
	}
}

func TestTheLineBelow(t *testing.T) {
	t.Parallel()
	plain := func(s string) string {
		return fmt.Sprintf(`{"type": "plain_text", "text": %q, "emoji": false}`, s)
	}
	markup := func(s string) string { return fmt.Sprintf(`{"type": "mrkdwn", "text": %q, "verbatim": true}`, s) }
	var eleven bot.Text
	for i := range 6 {
		eleven = bot.Join(eleven, bot.T(fmt.Sprint(i)), bot.At(bottest.Moment))
	}
	cases := []struct {
		name string
		text bot.Text
		want []string
	}{
		{"styles are one text", bot.Join(bot.T("*a* "), bot.B("b"), bot.C(" <!here> :smile:"), bot.Who("p-1", "Sample Person")), []string{plain("*a* b <!here> :smile:@Sample Person")}},
		{"an instant", bot.Join(bot.T("from "), bot.At(bottest.Moment), bot.T(", ours")), []string{
			plain("from"), markup("<!date^1796981400^{date_short_pretty} at {time}|Fri 11 Dec 2026, 9:30 am UTC>"), plain(", ours"),
		}},
		{"a link", bot.To("R&D <x>", "https://example.org/?a=1&b=<|>"), []string{markup("<https://example.org/?a=1&amp;b=%3C%7C%3E|R&amp;D &lt;x&gt;>")}},
		{"a link whose label has marks", bot.To("*R* :x:", "https://example.org/"), []string{plain("*R* :x:")}},
		{"a link that leads astray", bot.To("here", "javascript:alert(1)"), []string{plain("here")}},
		{"an instant that no client knows", bot.At(time.Unix(-5, 0)), []string{plain("Wed 31 Dec 1969, 11:59 pm UTC")}},
		{"more than ten", eleven, []string{plain(eleven.Plain(time.UTC))}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			blocks := drawn(t, bot.Card{Context: c.text}, oneMessage())
			wantJSON(t, find(t, blocks, "context")["elements"], "["+strings.Join(c.want, ",")+"]")
		})
	}
}

func TestTablesOnAPhone(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		table bot.Table
		fixed bool
		want  string
	}{
		{"narrow", bot.Table{Header: []string{"Level", "LPA"}, Rows: [][]bot.Text{{bot.T("Senior"), bot.T("₹25–55")}, {bot.T("Staff"), nil}}}, true, "Level   LPA\nSenior  ₹25–55\nStaff   —"},
		{"34 wide", bot.Table{Rows: [][]bot.Text{{bot.T(strings.Repeat("é", 16)), bot.T(strings.Repeat("é", 16))}}}, true, strings.Repeat("é", 16) + "  " + strings.Repeat("é", 16)},
		{"35 wide", bot.Table{Rows: [][]bot.Text{{bot.T(strings.Repeat("é", 16)), bot.T(strings.Repeat("é", 17))}}}, false, strings.Repeat("é", 16) + "  " + strings.Repeat("é", 17)},
		{"styled", bot.Table{Header: []string{"Step", "Who", "State"}, Rows: [][]bot.Text{
			{bot.T("1"), bot.Who("p-7", "Sample Person"), bot.B("approved")}, {bot.T("2"), bot.T("two\nlines"), nil},
		}}, false, "Step\n1  Who: @Sample Person · State: approved\n2  Who: two lines · State: —"},
		{"an instant", bot.Table{Header: []string{"", "Due"}, Rows: [][]bot.Text{{bot.T("R-1"), bot.At(bottest.Moment), bot.T("x")}}}, false, "R-1  Due: Fri 11 Dec 2026, 9:30 am UTC · x"},
		{"no rows", bot.Table{Header: []string{"A", "B"}}, false, "A · B"},
		{"one column", bot.Table{Header: []string{"A"}, Rows: [][]bot.Text{{bot.T("a")}, {bot.T("b")}}}, false, "A\na\nb"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			parts := typesetter{}.table(c.table)
			if len(parts) != 1 || parts[0].Fixed != c.fixed || parts[0].text() != c.want {
				t.Errorf("got %+v, want %q, in columns: %v", parts, c.want, c.fixed)
			}
		})
	}
	if got := (typesetter{}).table(bot.Table{}); got != nil {
		t.Errorf("an empty table is %+v", got)
	}
}

func TestRichTextIsLiteral(t *testing.T) {
	t.Parallel()
	text := bot.Join(
		bot.T("*b* <!channel> :smile: "), bot.B("bold"), bot.I("slanted"), bot.C("/feedback give"), bot.To("label", "https://example.org/?a=1&b=2"), bot.To("", "https://example.org/"),
		bot.To("astray", "javascript:alert(1)"), bot.Who("p-1", "Sample Person"), bot.At(bottest.Moment), bot.Text{{Style: "unheard of", Text: "x"}}, bot.T(" \n\n"),
	)
	spell := func(s string) string { return strings.ReplaceAll(s, "/feedback", "/hire feedback") }
	wantJSON(t, richText(text, spell), `[{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [
		{"type": "text", "text": "*b* <!channel> :smile: "},
		{"type": "text", "text": "bold", "style": {"bold": true}}, {"type": "text", "text": "slanted", "style": {"italic": true}}, {"type": "text", "text": "/hire feedback give", "style": {"code": true}},
		{"type": "link", "url": "https://example.org/?a=1&b=2", "text": "label"}, {"type": "link", "url": "https://example.org/", "text": "https://example.org/"},
		{"type": "text", "text": "astray"}, {"type": "text", "text": "@Sample Person", "style": {"bold": true}},
		{"type": "date", "timestamp": 1796981400, "format": "{date_short_pretty} at {time}", "fallback": "Fri 11 Dec 2026, 9:30 am UTC"},
		{"type": "text", "text": "x"}
	]}]}]`)
	for _, blank := range []bot.Text{nil, bot.T(" \n"), bot.B("\x00\xff")} {
		if got := richText(blank, nil); got != nil {
			t.Errorf("%q is %v", blank, got)
		}
	}
}

func TestShorten(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		most int
		want string
	}{
		{"short", 5, "short"}, {"longer", 5, "long…"}, {"one two", 5, "one…"}, {"éééé", 3, "éé…"}, {"a\xffb\x00c", 3, "abc"}, {"abc", 1, "…"}, {"abc", 0, ""}, {"", 0, ""}, {"a\r\nb", 3, "a\nb"},
	} {
		if got := shorten(c.text, c.most); got != c.want {
			t.Errorf("%q in %d characters is %q, want %q", c.text, c.most, got, c.want)
		}
	}
}

func TestFallback(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("IST", 5*3600+1800)
	cases := []struct {
		name string
		card bot.Card
		want string
	}{
		{"title, then body", bot.Card{Title: "Approve <R-1>", Body: []bot.Node{
			bot.T("for a & b"), bot.Fields{{Label: "Due", Text: bot.At(bottest.Moment)}}, bot.Divider{}, bot.Picture{Alt: "a trend"},
		}, Context: bot.T("why")}, "Approve &lt;R-1&gt;\nfor a &amp; b\nDue  Fri 11 Dec 2026, 3:00 pm IST\nPicture: a trend"},
		{"nothing", bot.Card{}, "Nothing to show."},
		{"a title longer than a header", bot.Card{Title: strings.Repeat("long ", 60)}, strings.TrimSpace(strings.Repeat("long ", 60))},
		{"buttons alone", bot.Card{Actions: []bot.Action{{Label: "Yes"}, {Label: "No"}}}, "Yes, No"},
		{"long", bot.Card{Body: []bot.Node{bot.T(strings.Repeat("<", 2000))}}, strings.Repeat("&lt;", 999) + "…"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := fallback(c.card, zone, nil); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestAttachments(t *testing.T) {
	t.Parallel()
	c := bot.Card{Body: []bot.Node{
		bot.T("see"), bot.Picture{Name: "trend.png", Alt: "Offers went from 3 to 5", PNG: []byte{1}}, bot.File{Name: "letter.txt", Data: []byte("Dear reader")},
		bot.Picture{PNG: []byte{2}}, bot.File{Name: " ", Data: []byte("x")}, bot.File{Name: "empty.txt"},
	}}
	want := []attachment{
		{"trend.png", "Offers went from 3 to 5", []byte{1}}, {"letter.txt", "", []byte("Dear reader")}, {"picture.png", "", []byte{2}}, {"file", "", []byte("x")},
	}
	if diff := cmp.Diff(want, attachments(c)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for attached, said := range map[string][]string{
		"":                        {"see", "Picture: Offers went from 3 to 5", "File: letter.txt", "Picture", "File", "File: empty.txt"},
		"in your direct messages": {"see", "Picture in your direct messages: Offers went from 3 to 5", "File in your direct messages: letter.txt", "Picture in your direct messages", "File in your direct messages", "File: empty.txt"},
	} {
		if diff := cmp.Diff(said, textsIn(drawn(t, c, surface{Blocks: 50, Pages: 1, Attached: attached}))); diff != "" {
			t.Errorf("attached %q (-want +got):\n%s", attached, diff)
		}
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		card bot.Card
		want int
	}{
		{"nothing", bot.Card{}, 0},
		{"buttons take none", bot.Card{Title: "One", Actions: []bot.Action{{Label: "Go"}}, Body: []bot.Node{bot.Divider{}}}, 1},
		{"each part has its own", bot.Card{Title: "1", Body: []bot.Node{bot.T("2\n3"), bot.Fields{{Label: "4"}, {Label: "5"}}, bot.Picture{}}, Context: bot.T("7")}, 7},
		{"a long line breaks", bot.Card{Body: []bot.Node{bot.T(strings.Repeat("é", 81))}}, 3},
	} {
		if got := lines(c.card); got != c.want {
			t.Errorf("%s: %d lines, want %d", c.name, got, c.want)
		}
	}
}

func TestOurWordsOfACardAreSpelled(t *testing.T) {
	t.Parallel()
	const word = "/feedback"
	c := bot.Card{
		Title: word, Body: []bot.Node{
			bot.Join(bot.T(word), bot.B(word), bot.I(word), bot.C(word)), bot.Fields{{Label: word, Text: bot.T(word)}},
			bot.Table{Header: []string{word, "B"}, Rows: [][]bot.Text{{bot.T(word), bot.T("b")}}},
		},
		Actions: []bot.Action{{Label: word, Do: bot.Do("a.b"), Confirm: &bot.Confirm{Title: word, Text: word, Yes: word, No: word}}},
		Menu:    &bot.Menu{Label: word, Items: []bot.MenuItem{{Label: word, Hint: word, Do: bot.Do("a.c")}}}, Context: bot.T(word),
	}
	on := oneMessage()
	on.Spell = func(s string) string { return strings.ReplaceAll(s, word, "SPELLED") }
	text := strings.Join(append(textsIn(drawn(t, c, on)), renderCard(c, on)[0].Text), "\n")
	if n := strings.Count(text, "SPELLED"); strings.Contains(text, word) || n < 18 {
		t.Errorf("%d are spelled in\n%s", n, text)
	}
}
