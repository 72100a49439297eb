package slack

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

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
