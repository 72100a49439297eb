package slacktest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// decode reads JSON of a test.
func decode(t *testing.T, text string) object {
	t.Helper()
	var o object
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return o
}

func plain(text string) string { return fmt.Sprintf(`{"type": "plain_text", "text": %q}`, text) }

func repeat(item string, n int) string { return strings.TrimSuffix(strings.Repeat(item+",", n), ",") }

var (
	x      = plain("x")
	option = `{"text": ` + x + `, "value": "x"}`
	other  = `{"text": ` + plain("y") + `, "value": "y"}`
)

// element is a message with one element in an actions block.
func element(e string) string { return `{"type": "actions", "elements": [` + e + `]}` }

// field is an input block with an element.
func field(e string) string {
	return `{"type": "input", "block_id": "f", "label": ` + x + `, "element": ` + e + `}`
}

// rich is a rich text block of one line.
func rich(spans string) string {
	return `{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [` + spans + `]}]}`
}

func TestMessagesAreChecked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, blocks, says string }{
		{"a block of an unknown type", `{"type": "sektion"}`, `type "sektion"`},
		{"a member too many", `{"type": "divider", "text": "x"}`, "no member text"},
		{"null for what is left out", `{"type": "divider", "block_id": null}`, "block_id is null"},
		{"51 blocks", repeat(`{"type": "divider"}`, 51), "blocks has 51 items"},
		{"a block that is no object", `"x"`, "is no object"},
		{"a block_id twice", `{"type": "divider", "block_id": "a"}, {"type": "divider", "block_id": "a"}`, "stands twice"},
		{"a long block_id", `{"type": "divider", "block_id": "` + strings.Repeat("b", 256) + `"}`, "block_id has 256 characters"},
		{"a header without text", `{"type": "header"}`, "text is missing"},
		{"a header with markup", `{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}`, `type "mrkdwn" is not allowed`},
		{"a long header", `{"type": "header", "text": ` + plain(strings.Repeat("h", 151)) + `}`, "151 characters"},
		{"an empty section", `{"type": "section"}`, "needs text or fields"},
		{"a section with an empty text", `{"type": "section", "text": ` + plain("") + `}`, "0 characters"},
		{"a long section", `{"type": "section", "text": ` + plain(strings.Repeat("आ", 3001)) + `}`, "3001 characters"},
		{"eleven fields", `{"type": "section", "fields": [` + repeat(x, 11) + `]}`, "fields has 11 items"},
		{"a long field", `{"type": "section", "fields": [` + plain(strings.Repeat("f", 2001)) + `]}`, "2001 characters"},
		{"verbatim plain text", `{"type": "section", "text": {"type": "plain_text", "text": "x", "verbatim": true}}`, "no member verbatim"},
		{"an alert for everyone", `{"type": "section", "text": {"type": "mrkdwn", "text": "a <!channel> b"}}`, "alerts many people"},
		{"an alert for a group", `{"type": "section", "text": {"type": "mrkdwn", "text": "<!subteam^S1|x>"}}`, "alerts many people"},
		{"somebody's < that is not escaped", `{"type": "section", "text": {"type": "mrkdwn", "text": "a <script> b"}}`, "its < is not escaped"},
		{"a < without an end", `{"type": "section", "text": {"type": "mrkdwn", "text": "a < b"}}`, "does not end"},
		{"a moment without a format", `{"type": "section", "text": {"type": "mrkdwn", "text": "<!date^1|x>"}}`, "no moment"},
		{"eleven parts of a context", `{"type": "context", "elements": [` + repeat(x, 11) + `]}`, "elements has 11 items"},
		{"an empty context", `{"type": "context", "elements": []}`, "elements has 0 items"},
		{"26 buttons", element(repeat(`{"type": "button", "text": `+x+`}`, 26)), "elements has 26 items"},
		{"no buttons", element(""), "elements has 0 items"},
		{"a picture without alt text", `{"type": "image", "image_url": "https://example.org/x.png"}`, "alt_text is missing"},
		{"a picture whose alt text is empty", `{"type": "image", "image_url": "https://example.org/x.png", "alt_text": ""}`, "alt_text has 0 characters"},
		{"a picture from two places", `{"type": "image", "alt_text": "x", "image_url": "https://example.org/", "slack_file": {"id": "F1"}}`, "either image_url or slack_file"},
		{"a picture from nowhere", `{"type": "image", "alt_text": "x"}`, "either image_url or slack_file"},
		{"a picture at no address", `{"type": "image", "alt_text": "x", "image_url": "x.png"}`, "no address"},
		{"a picture by id and address", `{"type": "image", "alt_text": "x", "slack_file": {"id": "F1", "url": "https://example.org/"}}`, "either id or url"},
		{"an accessory picture without alt text", `{"type": "section", "text": ` + x + `, "accessory": {"type": "image", "image_url": "https://example.org/x.png"}}`, "alt_text is missing"},
		{"an input among buttons", element(`{"type": "plain_text_input"}`), "not allowed in actions"},
		{"a moment beside a section", `{"type": "section", "text": ` + x + `, "accessory": {"type": "datetimepicker"}}`, "not allowed in section"},
		{"a button in an input", field(`{"type": "button", "text": ` + x + `}`), "not allowed in input"},
		{"an action_id twice in its block", element(repeat(`{"type": "button", "text": `+x+`, "action_id": "a"}`, 2)), "stands twice in its block"},
		{"a long label", element(`{"type": "button", "text": ` + plain(strings.Repeat("l", 76)) + `}`), "76 characters"},
		{"a long value", element(`{"type": "button", "text": ` + x + `, "value": "` + strings.Repeat("v", 2001) + `"}`), "2001 characters"},
		{"an unknown style", element(`{"type": "button", "text": ` + x + `, "style": "default"}`), "style is default"},
		{"a button that leads nowhere", element(`{"type": "button", "text": ` + x + `, "url": "javascript:alert(1)"}`), "no address"},
		{"a long label for screen readers", element(`{"type": "button", "text": ` + x + `, "accessibility_label": "` + strings.Repeat("l", 76) + `"}`), "76 characters"},
		{"a question without an answer no", element(`{"type": "button", "text": ` + x + `, "confirm": {"title": ` + x + `, "text": ` + x + `, "confirm": ` + x + `}}`), "deny is missing"},
		{"a question with a long title", element(`{"type": "button", "text": ` + x + `, "confirm": {"title": ` + plain(strings.Repeat("t", 101)) + `, "text": ` + x + `, "confirm": ` + x + `, "deny": ` + x + `}}`), "101 characters"},
		{"a question with a long answer", element(`{"type": "button", "text": ` + x + `, "confirm": {"title": ` + x + `, "text": ` + x + `, "confirm": ` + plain(strings.Repeat("y", 31)) + `, "deny": ` + x + `}}`), "31 characters"},
		{"six entries of a menu", element(`{"type": "overflow", "options": [` + repeat(option, 6) + `]}`), "options has 6 items"},
		{"an empty menu", element(`{"type": "overflow", "options": []}`), "options has 0 items"},
		{"101 options", element(`{"type": "static_select", "options": [` + repeat(option, 101) + `]}`), "options has 101 items"},
		{"a select of nothing", element(`{"type": "static_select"}`), "either options or option_groups"},
		{"a select of two sorts", element(`{"type": "static_select", "options": [` + option + `], "option_groups": [{"label": ` + x + `, "options": [` + option + `]}]}`), "either options or option_groups"},
		{"an option without a value", element(`{"type": "static_select", "options": [{"text": ` + x + `}]}`), "value is missing"},
		{"an option with markup", element(`{"type": "static_select", "options": [{"text": {"type": "mrkdwn", "text": "x"}, "value": "x"}]}`), "not allowed here"},
		{"a long option", element(`{"type": "static_select", "options": [{"text": ` + plain(strings.Repeat("o", 76)) + `, "value": "x"}]}`), "76 characters"},
		{"a long value of an option", element(`{"type": "static_select", "options": [{"text": ` + x + `, "value": "` + strings.Repeat("v", 151) + `"}]}`), "151 characters"},
		{"an option with a long description", element(`{"type": "static_select", "options": [{"text": ` + x + `, "value": "x", "description": ` + plain(strings.Repeat("d", 76)) + `}]}`), "76 characters"},
		{"a link in a select", element(`{"type": "static_select", "options": [{"text": ` + x + `, "value": "x", "url": "https://example.org"}]}`), "only an overflow menu"},
		{"an initial option that is none", element(`{"type": "static_select", "options": [` + option + `], "initial_option": ` + other + `}`), "none of the options"},
		{"eleven radio buttons", element(`{"type": "radio_buttons", "options": [` + repeat(option, 11) + `]}`), "options has 11 items"},
		{"a long placeholder", element(`{"type": "users_select", "placeholder": ` + plain(strings.Repeat("p", 151)) + `}`), "151 characters"},
		{"an empty rich text", `{"type": "rich_text", "elements": []}`, "elements has 0 items"},
		{"rich text of an unknown part", `{"type": "rich_text", "elements": [{"type": "paragraph"}]}`, "not allowed in rich text"},
		{"an unknown piece of rich text", rich(`{"type": "bold", "text": "x"}`), `piece of type "bold"`},
		{"an empty piece of rich text", rich(`{"type": "text", "text": ""}`), "0 characters"},
		{"an unknown style of rich text", rich(`{"type": "text", "text": "x", "style": {"blink": true}}`), "no member blink"},
		{"a link that leads nowhere", rich(`{"type": "link", "url": "javascript:alert(1)"}`), "no address"},
		{"a moment that shows none", rich(`{"type": "date", "timestamp": 1, "format": "x"}`), "shows no moment"},
		{"a moment that is no number", rich(`{"type": "date", "timestamp": "1", "format": "{date}"}`), "timestamp is 1"},
		{"a mention in preformatted text", `{"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [{"type": "user", "user_id": "U1"}]}]}`, "not allowed in preformatted"},
		{"a list of an unknown style", `{"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "round", "elements": [{"type": "rich_text_section", "elements": []}]}]}`, "style is round"},
		{"two tables", repeat(`{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}`, 2), "at most one table"},
		{"101 rows", `{"type": "table", "rows": [` + repeat(`[{"type": "raw_text", "text": "x"}]`, 101) + `]}`, "rows has 101 items"},
		{"an empty cell", `{"type": "table", "rows": [[{"type": "raw_text", "text": ""}]]}`, "0 characters"},
		{"a long table", `{"type": "table", "rows": [[` + repeat(`{"type": "raw_text", "text": "`+strings.Repeat("c", 6000)+`"}`, 2) + `]]}`, "12000 characters in all cells"},
		{"a cell that is a section", `{"type": "table", "rows": [[{"type": "section"}]]}`, "a cell of type section"},
		{"a long text in all", repeat(`{"type": "section", "text": `+plain(strings.Repeat("s", 2900))+`}`, 5), "14500 characters in all"},
		{"long markdown", `{"type": "markdown", "text": "` + strings.Repeat("m", 12001) + `"}`, "12001 characters"},
		{"a file input in a message", field(`{"type": "file_input"}`), "not allowed in a message"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := decode(t, `{"blocks": [`+c.blocks+`]}`)
			wantProblem(t, checkMessage("x", o["blocks"]), c.says)
		})
	}
	one := []any{object{"type": "divider"}}
	wantProblem(t, checkMessage(" ", one), "needs a text too")
	wantProblem(t, checkMessage(strings.Repeat("f", 4001), nil), "4001 characters")
	wantProblem(t, checkMessage("<!here> look", one), "alerts many people")
	wantProblem(t, checkMessage("x", "blocks"), "no array")
}

func wantProblem(t *testing.T, problems []string, says string) {
	t.Helper()
	if !slices.ContainsFunc(problems, func(p string) bool { return strings.Contains(p, says) }) {
		t.Errorf("found %q, want something about %q", problems, says)
	}
}

func TestGoodPayloadsPass(t *testing.T) {
	t.Parallel()
	message := decode(t, `{"blocks": [
		{"type": "header", "block_id": "a", "text": {"type": "plain_text", "text": "H", "emoji": false}},
		{"type": "section", "text": {"type": "mrkdwn", "text": "*b* &lt;!channel&gt; <https://example.org/?a=1&amp;b=2|here> <!date^1767326130^{date} {time}|then> <#C1>", "verbatim": true},
			"accessory": {"type": "button", "action_id": "b", "text": `+x+`, "style": "danger", "value": "v", "confirm": {"title": `+x+`, "text": `+x+`, "confirm": `+x+`, "deny": `+x+`}}},
		{"type": "context", "elements": [`+x+`, {"type": "image", "alt_text": "x", "slack_file": {"id": "F1"}}]},
		`+rich(`{"type": "text", "text": "t", "style": {"bold": true}}, {"type": "link", "url": "https://example.org", "text": "l"},
			{"type": "date", "timestamp": 1767326130, "format": "{date_num} {time}", "fallback": "then"}`)+`,
		{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}, `+rich(`{"type": "text", "text": "t"}`)+`]], "column_settings": [{"align": "right"}]},
		{"type": "actions", "elements": [{"type": "overflow", "options": [`+option+`, {"text": `+x+`, "value": "z", "url": "https://example.org"}]},
			{"type": "static_select", "options": [`+option+`], "initial_option": `+option+`}]}
	]}`)
	if diff := cmp.Diff([]string(nil), checkMessage("H", message["blocks"])); diff != "" {
		t.Errorf("message (-want +got):\n%s", diff)
	}
	view := decode(t, `{"type": "modal", "title": `+x+`, "submit": `+x+`, "close": `+x+`, "private_metadata": "p", "callback_id": "c", "notify_on_close": true, "blocks": [
		`+strings.ReplaceAll(field(`{"type": "plain_text_input", "action_id": "f", "initial_value": "two\nlines", "multiline": true, "max_length": 9, "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]}, "focus_on_load": true}`), `"f", "label"`, `"f1", "dispatch_action": true, "optional": true, "label"`)+`,
		`+strings.ReplaceAll(field(`{"type": "number_input", "is_decimal_allowed": false, "initial_value": "-3"}`), `"f"`, `"f2"`)+`,
		`+strings.ReplaceAll(field(`{"type": "datetimepicker", "initial_date_time": 1767326130}`), `"f"`, `"f3"`)+`,
		`+strings.ReplaceAll(field(`{"type": "file_input", "max_files": 1, "filetypes": ["pdf"]}`), `"f"`, `"f4"`)+`,
		`+strings.ReplaceAll(field(`{"type": "checkboxes", "options": [`+option+`, `+other+`], "initial_options": [`+other+`]}`), `"f"`, `"f5"`)+`,
		`+strings.ReplaceAll(field(`{"type": "external_select", "min_query_length": 0}`), `"f"`, `"f6"`)+`,
		`+strings.ReplaceAll(field(`{"type": "timepicker", "initial_time": "15:30", "timezone": "Asia/Kolkata"}`), `"f"`, `"f7"`)+`
	]}`)
	if diff := cmp.Diff([]string(nil), checkView(view, onModal)); diff != "" {
		t.Errorf("modal (-want +got):\n%s", diff)
	}
}

func TestViewsAreChecked(t *testing.T) {
	t.Parallel()
	modal := func(more, blocks string) string {
		return `{"type": "modal", "title": ` + x + `, "submit": ` + x + more + `, "blocks": [` + blocks + `]}`
	}
	for _, c := range []struct{ name, surface, view, says string }{
		{"a home where a modal belongs", onModal, `{"type": "home", "blocks": []}`, `allowed is "modal"`},
		{"no title", onModal, `{"type": "modal", "blocks": []}`, "title is missing"},
		{"no blocks", onModal, `{"type": "modal", "title": ` + x + `}`, "blocks is missing"},
		{"a long title", onModal, `{"type": "modal", "title": ` + plain(strings.Repeat("t", 25)) + `, "blocks": []}`, "25 characters"},
		{"a long submit", onModal, `{"type": "modal", "title": ` + x + `, "submit": ` + plain(strings.Repeat("s", 25)) + `, "blocks": []}`, "25 characters"},
		{"a member too many", onModal, modal(`, "hash": "x"`, ""), "no member hash"},
		{"long metadata", onModal, modal(`, "private_metadata": "`+strings.Repeat("p", 3001)+`"`, ""), "3001 characters"},
		{"a long callback", onModal, modal(`, "callback_id": "`+strings.Repeat("c", 256)+`"`, ""), "256 characters"},
		{"101 blocks", onModal, modal("", repeat(`{"type": "divider"}`, 101)), "101 items"},
		{"an input without submit", onModal, `{"type": "modal", "title": ` + x + `, "blocks": [` + field(`{"type": "plain_text_input"}`) + `]}`, "a modal with an input needs it"},
		{"a table", onModal, modal("", `{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}`), "not allowed in a modal"},
		{"markdown", onHome, `{"type": "home", "blocks": [{"type": "markdown", "text": "x"}]}`, "not allowed in a home"},
		{"a home with a title", onHome, `{"type": "home", "title": ` + x + `, "blocks": []}`, "no member title"},
		{"a file input at home", onHome, `{"type": "home", "blocks": [` + field(`{"type": "file_input"}`) + `]}`, "not allowed in a home"},
		{"an input without a label", onModal, modal("", `{"type": "input", "element": {"type": "plain_text_input"}}`), "label is missing"},
		{"an input without an element", onModal, modal("", `{"type": "input", "label": `+x+`}`), "element is missing"},
		{"two that want the focus", onModal, modal("", `{"type": "input", "label": `+x+`, "element": {"type": "datepicker", "focus_on_load": true}}, {"type": "input", "label": `+x+`, "element": {"type": "datepicker", "focus_on_load": true}}`), "allowed is one"},
		{"lines where there is one", onModal, modal("", field(`{"type": "plain_text_input", "initial_value": "a\nb"}`)), "several lines"},
		{"more than there is room for", onModal, modal("", field(`{"type": "plain_text_input", "initial_value": "abc", "max_length": 2}`)), "3 characters"},
		{"room for too much", onModal, modal("", field(`{"type": "plain_text_input", "max_length": 3001}`)), "max_length is 3001"},
		{"less than the least", onModal, modal("", field(`{"type": "plain_text_input", "min_length": 5, "max_length": 4}`)), "min_length is beyond"},
		{"a number that is none", onModal, modal("", field(`{"type": "number_input", "is_decimal_allowed": true, "initial_value": "many"}`)), "no number"},
		{"a number as a number", onModal, modal("", field(`{"type": "number_input", "is_decimal_allowed": true, "initial_value": 7}`)), "initial_value is no string"},
		{"a fraction of something whole", onModal, modal("", field(`{"type": "number_input", "is_decimal_allowed": false, "initial_value": "1.5"}`)), "no number that it takes"},
		{"a number that says not which", onModal, modal("", field(`{"type": "number_input"}`)), "is_decimal_allowed is missing"},
		{"a day that does not exist", onModal, modal("", field(`{"type": "datepicker", "initial_date": "2027-02-30"}`)), "initial_date"},
		{"a time that does not exist", onModal, modal("", field(`{"type": "timepicker", "initial_time": "25:00"}`)), "initial_time"},
		{"a zone that does not exist", onModal, modal("", field(`{"type": "timepicker", "timezone": "Mars/Base"}`)), "timezone"},
		{"a moment as text", onModal, modal("", field(`{"type": "datetimepicker", "initial_date_time": "1767326130"}`)), "initial_date_time is 1767326130"},
		{"a moment long ago", onModal, modal("", field(`{"type": "datetimepicker", "initial_date_time": 1}`)), "initial_date_time is 1"},
		{"eleven files", onModal, modal("", field(`{"type": "file_input", "max_files": 11}`)), "max_files is 11"},
		{"a change at an unknown time", onModal, modal("", field(`{"type": "plain_text_input", "dispatch_action_config": {"trigger_actions_on": ["on_blur"]}}`)), "on_blur"},
		{"an initial value for several in one", onModal, modal("", field(`{"type": "static_select", "options": [`+option+`], "initial_options": [`+option+`]}`)), "no member initial_options"},
		{"a large view", onModal, modal("", repeat(`{"type": "section", "text": `+plain(strings.Repeat("s", 3000))+`}`, 90)), "bytes, allowed are"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			wantProblem(t, checkView(decode(t, c.view), c.surface), c.says)
		})
	}
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ answer, says string }{
		"nothing":         {`{}`, "either options or option_groups"},
		"too many":        {`{"options": [` + repeat(option, 101) + `]}`, "101 items"},
		"a long label":    {`{"options": [{"text": ` + plain(strings.Repeat("o", 76)) + `, "value": "x"}]}`, "76 characters"},
		"something else":  {`{"choices": []}`, "no member choices"},
		"a label missing": {`{"option_groups": [{"options": [` + option + `]}]}`, "label is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantProblem(t, checkOptions(decode(t, c.answer)), c.says)
		})
	}
	if p := checkOptions(decode(t, `{"options": []}`)); len(p) > 0 {
		t.Errorf("no options at all: %q", p)
	}
}

func TestMarkupIsRead(t *testing.T) {
	t.Parallel()
	at := time.Unix(1767326130, 0).UTC()
	for _, c := range []struct {
		name, text string
		verbatim   bool
		want       words
	}{
		{"styles are not read", "*b* _i_ ~s~ `c` 2*3*4 a_b_c", false, words{Text: "b i s c 2*3*4 a_b_c"}},
		{"escapes are undone", "a &lt;!channel&gt; &amp;amp; b", false, words{Text: "a <!channel> &amp; b"}},
		{"a link", "<https://example.org/?a=1&amp;b=2|the *book*>", false, words{Text: "the *book*", Links: []string{"https://example.org/?a=1&b=2"}}},
		{"a bare address", "see https://example.org/x now", false, words{Text: "see https://example.org/x now", Links: []string{"https://example.org/x"}}},
		{"a bare address that stays one", "see https://example.org/x now", true, words{Text: "see https://example.org/x now"}},
		{"a moment", "due <!date^1767326130^{date_num} {time}|then>", false, words{Text: "due " + at.Format("Mon 2 Jan 2006 15:04"), Instants: []time.Time{at}}},
		{"a person", "ask <@U024BE7LH>", false, words{Text: "ask @U024BE7LH", Notifies: []string{"U024BE7LH"}}},
		{"everyone", "<!here|x>", false, words{Text: "@here", Notifies: []string{"@here"}, Problems: []string{"<!here|x> alerts many people"}}},
		{"a group", "<!subteam^S1>", false, words{Text: "@S1", Notifies: []string{"@S1"}, Problems: []string{"<!subteam^S1> alerts many people"}}},
		{"names in words", "@here @everyone", false, words{Text: "@here @everyone"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, readMarkup(c.text, c.verbatim)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAlertsOfRichTextAreSeen(t *testing.T) {
	t.Parallel()
	s := New(t, Options{})
	o := decode(t, `{"blocks": [`+rich(`{"type": "user", "user_id": "U1"}, {"type": "usergroup", "usergroup_id": "S1"}, {"type": "broadcast", "range": "here"}, {"type": "text", "text": "<!channel> @everyone"}`)+`]}`)
	if diff := cmp.Diff([]string{"U1", "@S1", "@here"}, s.seeBlocks(blocksOf(o)).notifies); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMetadataIsChecked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ meta, code string }{
		"good":            {`{"event_type": "e", "event_payload": {"id": "1"}}`, ""},
		"without a type":  {`{"event_payload": {}}`, "invalid_metadata_format"},
		"a text payload":  {`{"event_type": "e", "event_payload": "x"}`, "invalid_metadata_format"},
		"without payload": {`{"event_type": "e"}`, "invalid_metadata_format"},
		"long":            {`{"event_type": "e", "event_payload": {"id": "` + strings.Repeat("i", 9000) + `"}}`, "metadata_too_large"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, problems := checkMetadata(decode(t, c.meta))
			if code != c.code || (code == "") != (len(problems) == 0) {
				t.Errorf("%q with %q, want %q", code, problems, c.code)
			}
		})
	}
}
