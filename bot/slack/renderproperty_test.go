package slack

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/slack-go/slack"
	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
)

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
