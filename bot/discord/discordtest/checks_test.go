package discordtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// decode reads JSON of a test.
func decode(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

func asObject(t *testing.T, text string) object {
	t.Helper()
	o, isObject := decode(t, text).(object)
	if !isObject {
		t.Fatalf("%s is no object", text)
	}
	return o
}

func long(n int) string { return strings.Repeat("x", n) }

func repeat(item string, n int) string { return strings.TrimSuffix(strings.Repeat(item+",", n), ",") }

// numberedItems are n items that differ by their number.
func numberedItems(format string, n int) string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf(format, i))
	}
	return strings.Join(all, ",")
}

const silent = `"allowed_mentions": {"parse": []}`

func said(members string) string { return `{` + silent + `, ` + members + `}` }

func embed(members string) string { return said(`"embeds": [{` + members + `}]`) }

func row(elements string) string {
	return said(`"content": "x", "components": [{"type": 1, "components": [` + elements + `]}]`)
}

func laid(components string) string {
	return said(`"flags": 32768, "components": [` + components + `]`)
}

const (
	button = `{"type": 2, "style": 1, "label": "x", "custom_id": "a"}`
	option = `{"label": "x", "value": "x"}`
)

// wantProblem checks that one of the problems says something; "" is for none at all.
func wantProblem(t *testing.T, problems []string, says string) {
	t.Helper()
	switch {
	case says == "" && len(problems) > 0:
		t.Errorf("it is refused: %q", problems)
	case says != "" && !slices.ContainsFunc(problems, func(p string) bool { return strings.Contains(p, says) }):
		t.Errorf("nothing says %q: %q", says, problems)
	}
}

func TestMessagesAreChecked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, body, says string }{
		{"a text", said(`"content": "x"`), ""},
		{"a text as long as can be", said(`"content": "` + long(2000) + `"`), ""},
		{"a long text", said(`"content": "` + long(2001) + `"`), "/content: must be between 0 and 2000"},
		{"a text that does not say whom it alerts", `{"content": "x"}`, "whom it may alert"},
		{"mentions both ways", `{"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}`, "mutually exclusive"},
		{"mentions of nothing", `{"content": "x", "allowed_mentions": {"parse": ["here"]}}`, "nothing that can be alerted"},
		{"eleven embeds", said(`"embeds": [` + repeat(`{"title": "x"}`, 11) + `]`), "/embeds: must be between 0 and 10"},
		{"long embeds", said(`"embeds": [` + repeat(`{"description": "`+long(3001)+`"}`, 2) + `]`), "embeds exceed 6000"},
		{"embeds as long as can be", said(`"embeds": [` + repeat(`{"description": "`+long(3000)+`"}`, 2) + `]`), ""},
		{"a long title", embed(`"title": "` + long(257) + `"`), "/embeds/0/title"},
		{"a long description", embed(`"description": "` + long(4097) + `"`), "/embeds/0/description"},
		{"26 fields", embed(`"fields": [` + repeat(`{"name": "x", "value": "y"}`, 26) + `]`), "/embeds/0/fields"},
		{"a long name", embed(`"fields": [{"name": "` + long(257) + `", "value": "y"}]`), "/fields/0/name"},
		{"a long value", embed(`"fields": [{"name": "x", "value": "` + long(1025) + `"}]`), "/fields/0/value"},
		{"a field without value", embed(`"fields": [{"name": "x", "value": ""}]`), "/fields/0/value: this field is required"},
		{"a blank field", embed(`"fields": [{"name": " ", "value": "y"}]`), "needs a name and a value"},
		{"a long footer", embed(`"footer": {"text": "` + long(2049) + `"}`), "/footer/text"},
		{"a long author", embed(`"author": {"name": "` + long(257) + `"}`), "/author/name"},
		{"an empty embed", embed(`"color": 1`), "must have something"},
		{"a colour beyond white", embed(`"title": "x", "color": 16777216`), "/color"},
		{"a link that is none", embed(`"title": "x", "url": "javascript:alert(1)"`), "no well-formed URL"},
		{"six rows", said(`"content": "x", "components": [` + numberedItems(`{"type": 1, "components": [{"type": 2, "style": 1, "label": "x", "custom_id": "a%d"}]}`, 6) + `]`), "/components: must be between 0 and 5"},
		{"six buttons", row(numberedItems(`{"type": 2, "style": 1, "label": "x", "custom_id": "a%d"}`, 6)), "/components/0/components"},
		{"five buttons", row(numberedItems(`{"type": 2, "style": 1, "label": "x", "custom_id": "a%d"}`, 5)), ""},
		{"an empty row", row(""), "/components/0/components"},
		{"a button outside of a row", said(`"content": "x", "components": [` + button + `]`), "IS_COMPONENTS_V2"},
		{"a button beside a select", row(button + `, {"type": 3, "custom_id": "b", "options": [` + option + `]}`), "one of anything else"},
		{"a custom_id twice", row(button + "," + button), "cannot be duplicated"},
		{"a long custom_id", row(`{"type": 2, "style": 1, "label": "x", "custom_id": "` + long(101) + `"}`), "/custom_id"},
		{"an empty custom_id", row(`{"type": 2, "style": 1, "label": "x", "custom_id": ""}`), "/custom_id: this field is required"},
		{"a long label", row(`{"type": 2, "style": 1, "label": "` + long(81) + `", "custom_id": "a"}`), "/label"},
		{"a button without a label", row(`{"type": 2, "style": 1, "custom_id": "a"}`), "a label or an emoji"},
		{"a link button with a custom_id", row(`{"type": 2, "style": 5, "label": "x", "custom_id": "a", "url": "https://example.org"}`), "no custom_id"},
		{"a link button", row(`{"type": 2, "style": 5, "label": "x", "url": "https://example.org/"}`), ""},
		{"a URL on a plain button", row(`{"type": 2, "style": 1, "label": "x", "custom_id": "a", "url": "https://example.org/"}`), "only a link button"},
		{"26 options", row(`{"type": 3, "custom_id": "b", "options": [` + numberedItems(`{"label": "x", "value": "%d"}`, 26) + `]}`), "/options"},
		{"no options", row(`{"type": 3, "custom_id": "b", "options": []}`), "/options"},
		{"an option twice", row(`{"type": 3, "custom_id": "b", "options": [` + option + `,` + option + `]}`), "stands twice"},
		{"a long option", row(`{"type": 3, "custom_id": "b", "options": [{"label": "` + long(101) + `", "value": "x"}]}`), "/options/0/label"},
		{"a long hint", row(`{"type": 3, "custom_id": "b", "options": [{"label": "x", "value": "x", "description": "` + long(101) + `"}]}`), "/options/0/description"},
		{"more chosen than can be", row(`{"type": 3, "custom_id": "b", "max_values": 2, "options": [` + option + `]}`), "can be chosen"},
		{"a text input in a message", row(`{"type": 4, "custom_id": "b", "style": 1, "label": "x"}`), "not allowed in a row"},
		{"a long nonce", said(`"content": "x", "nonce": "` + long(26) + `"`), "/nonce"},
		{"no nonce to enforce", said(`"content": "x", "enforce_nonce": true`), "no nonce"},
		{"a number for a nonce", said(`"content": "x", "nonce": 12345678901234567890`), "/nonce"},
		{"a laid out message", laid(`{"type": 17, "components": [{"type": 10, "content": "x"}, {"type": 9, "components": [{"type": 10, "content": "y"}], "accessory": ` + button + `}]}`), ""},
		{"41 components", laid(repeat(`{"type": 17, "components": [{"type": 10, "content": "x"}, {"type": 14}]}`, 14)), "42 components in all"},
		{"a long text laid out", laid(repeat(`{"type": 10, "content": "`+long(2001)+`"}`, 2)), "4002 characters"},
		{"a container in a container", laid(`{"type": 17, "components": [{"type": 17, "components": [{"type": 14}]}]}`), "not allowed in a container"},
		{"a section without an accessory", laid(`{"type": 9, "components": [{"type": 10, "content": "y"}]}`), "/accessory"},
		{"a file from elsewhere", laid(`{"type": 13, "file": {"url": "https://example.org/a"}}`), "attachment://"},
		{"an id twice", laid(`{"type": 10, "id": 3, "content": "x"}, {"type": 14, "id": 3}`), "the id 3 stands twice"},
		{"a text that is no text", said(`"content": 3`), "is no string"},
		{"embeds that are none", said(`"embeds": ["x"]`), "is no object"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			check := newChecker()
			check.message(asObject(t, c.body))
			wantProblem(t, texts(append(check.problems, check.forbidden...)), c.says)
		})
	}
}

func modal(components string) string {
	return `{"custom_id": "m", "title": "x", "components": [` + components + `]}`
}

func labelled(inner string) string {
	return `{"type": 18, "label": "x", "component": ` + inner + `}`
}

func TestModalsAreChecked(t *testing.T) {
	t.Parallel()
	input := func(more string) string {
		return modal(labelled(`{"type": 4, "custom_id": "a", "style": 1` + more + `}`))
	}
	for _, c := range []struct{ name, body, says string }{
		{"an input", input(""), ""},
		{"everything there is", modal(`{"type": 10, "content": "x"},` + labelled(`{"type": 3, "custom_id": "a", "options": [`+option+`]}`) + "," +
			labelled(`{"type": 19, "custom_id": "b"}`) + "," + labelled(`{"type": 5, "custom_id": "c"}`) + "," +
			`{"type": 1, "components": [{"type": 4, "custom_id": "d", "style": 2, "label": "x"}]}`), ""},
		{"a long title", `{"custom_id": "m", "title": "` + long(46) + `", "components": [{"type": 10, "content": "x"}]}`, "/data/title"},
		{"no title", `{"custom_id": "m", "components": [{"type": 10, "content": "x"}]}`, "/data/title: this field is required"},
		{"a long custom_id", `{"custom_id": "` + long(101) + `", "title": "x", "components": [{"type": 10, "content": "x"}]}`, "/data/custom_id"},
		{"six components", modal(repeat(`{"type": 10, "content": "x"}`, 6)), "must be between 1 and 5"},
		{"no components", modal(""), "must be between 1 and 5"},
		{"a long label", modal(`{"type": 18, "label": "` + long(46) + `", "component": {"type": 4, "custom_id": "a", "style": 1}}`), "/label"},
		{"a long description", modal(`{"type": 18, "label": "x", "description": "` + long(101) + `", "component": {"type": 4, "custom_id": "a", "style": 1}}`), "/description"},
		{"a long placeholder", input(`, "placeholder": "` + long(101) + `"`), "/placeholder"},
		{"a long value", input(`, "value": "` + long(4001) + `"`), "/value"},
		{"a value beyond max_length", input(`, "value": "xxx", "max_length": 2`), "/value"},
		{"lines in an input of one", input(`, "value": "a\nb"`), "several lines"},
		{"a label on the input", input(`, "label": "x"`), "not allowed in a label"},
		{"min beyond max", input(`, "min_length": 3, "max_length": 2`), "beyond max_length"},
		{"an input outside of a label", modal(`{"type": 4, "custom_id": "a", "style": 1}`), "not allowed in a modal"},
		{"a button", modal(`{"type": 1, "components": [` + button + `]}`), "not allowed in a modal row"},
		{"a select in a row", modal(`{"type": 1, "components": [{"type": 3, "custom_id": "a", "options": [` + option + `]}]}`), "not allowed in a modal row"},
		{"a custom_id twice", modal(labelled(`{"type": 4, "custom_id": "a", "style": 1}`) + "," + labelled(`{"type": 4, "custom_id": "a", "style": 1}`)), "duplicated"},
		{"an empty label", modal(`{"type": 18, "label": "x"}`), "/component: this field is required"},
		{"a select that is disabled", modal(labelled(`{"type": 3, "custom_id": "a", "disabled": true, "options": [` + option + `]}`)), "/disabled"},
		{"nothing must be chosen", modal(labelled(`{"type": 3, "custom_id": "a", "min_values": 0, "required": true, "options": [` + option + `]}`)), "cannot be 0"},
		{"two chosen of one", modal(labelled(`{"type": 3, "custom_id": "a", "options": [{"label": "x", "value": "x", "default": true}, {"label": "y", "value": "y", "default": true}]}`)), "are chosen at first"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			wantProblem(t, texts(checkModal(asObject(t, c.body))), c.says)
		})
	}
}

func TestChoicesAreChecked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, body, says string }{
		{"none", `{"choices": []}`, ""},
		{"25", `{"choices": [` + repeat(`{"name": "x", "value": "y"}`, 25) + `]}`, ""},
		{"26", `{"choices": [` + repeat(`{"name": "x", "value": "y"}`, 26) + `]}`, "/choices"},
		{"nothing at all", `{}`, "/choices: this field is required"},
		{"a long name", `{"choices": [{"name": "` + long(101) + `", "value": "y"}]}`, "/name"},
		{"a long value", `{"choices": [{"name": "x", "value": "` + long(101) + `"}]}`, "/value"},
		{"no value", `{"choices": [{"name": "x"}]}`, "/value"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			wantProblem(t, texts(checkChoices(asObject(t, c.body))), c.says)
		})
	}
}

func command1(options string) string {
	return `[{"name": "card", "description": "x", "options": [` + options + `]}]`
}

func TestCommandsAreChecked(t *testing.T) {
	t.Parallel()
	sub := func(name, options string) string {
		return `{"type": 1, "name": "` + name + `", "description": "x", "options": [` + options + `]}`
	}
	text := `{"type": 3, "name": "text", "description": "x"`
	for _, c := range []struct{ name, body, says string }{
		{"a command", `[{"name": "card", "description": "x"}]`, ""},
		{"a name in another script", `[{"name": "कार्ड-1", "description": "x"}]`, ""},
		{"a name of another alphabet", `[{"name": "карта", "description": "x"}]`, ""},
		{"capitals", `[{"name": "Card", "description": "x"}]`, "no name of a command"},
		{"a blank", `[{"name": "my card", "description": "x"}]`, "no name of a command"},
		{"a long name", `[{"name": "` + long(33) + `", "description": "x"}]`, "/0/name"},
		{"no description", `[{"name": "card"}]`, "/0/description: this field is required"},
		{"a long description", `[{"name": "card", "description": "` + long(101) + `"}]`, "/0/description"},
		{"a name twice", `[{"name": "card", "description": "x"}, {"name": "card", "description": "y"}]`, "must be unique"},
		{"101 commands", `[` + numberedItems(`{"name": "c%d", "description": "x"}`, 101) + `]`, "101 commands"},
		{"26 options", command1(numberedItems(`{"type": 3, "name": "o%d", "description": "x"}`, 26)), "/0/options"},
		{"26 subcommands", command1(numberedItems(`{"type": 1, "name": "o%d", "description": "x"}`, 26)), "/0/options"},
		{"required after optional", command1(text + `}, {"type": 3, "name": "b", "description": "x", "required": true}`), "required options must be placed"},
		{"an option beside subcommands", command1(sub("show", "") + "," + text + "}"), "mutually exclusive"},
		{"subcommands", command1(sub("show", text+"}") + "," + sub("say", text+"}")), ""},
		{"a group of subcommands", command1(`{"type": 2, "name": "g", "description": "x", "options": [` + sub("show", text+"}") + `]}`), ""},
		{"a subcommand in a subcommand", command1(sub("show", sub("again", ""))), "cannot stand there"},
		{"a group in a group", command1(`{"type": 2, "name": "g", "description": "x", "options": [{"type": 2, "name": "h", "description": "x", "options": [` + sub("a", "") + `]}]}`), "cannot stand there"},
		{"an option twice", command1(text + "}," + text + "}"), "option names must be unique"},
		{"26 choices", command1(text + `, "choices": [` + numberedItems(`{"name": "n%d", "value": "v"}`, 26) + `]}`), "/choices"},
		{"choices and autocomplete", command1(text + `, "autocomplete": true, "choices": [{"name": "x", "value": "v"}]}`), "autocomplete must not be true"},
		{"a choice of another type", command1(text + `, "choices": [{"name": "x", "value": 3}]}`), "no value of an option"},
		{"autocomplete of a person", command1(`{"type": 6, "name": "who", "description": "x", "autocomplete": true}`), "neither choices nor autocomplete"},
		{"a least number of a text", command1(text + `, "min_value": 3}`), "/min_value"},
		{"a length of a number", command1(`{"type": 4, "name": "n", "description": "x", "max_length": 3}`), "/max_length"},
		{"8001 characters", command1(numberedItems(`{"type": 3, "name": "o%d", "description": "`+long(95)+`", "choices": [`+
			repeat(`{"name": "`+long(50)+`", "value": "`+long(60)+`"}`, 3)+`]}`, 20)), "exceeds maximum size"},
		{"a context menu with options", `[{"name": "Refer", "type": 2, "description": "x"}]`, "neither a description"},
		{"a context menu", `[{"name": "Refer them", "type": 2}]`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			wantProblem(t, texts(checkCommands(objects(decode(t, c.body)))), c.says)
		})
	}
}

func TestErrorsFormATree(t *testing.T) {
	t.Parallel()
	got := tree([]problem{{"/embeds/0/title", "too long"}, {"/embeds/0/title", "too loud"}, {"", "at large"}})
	list, _ := in(in(in(got, "embeds"), "0"), "title")["_errors"].([]any)
	if len(list) != 2 || got["_errors"] == nil {
		t.Errorf("%v", got)
	}
}

// known looks up nothing.
type known struct{}

func (known) userName(id string) string    { return "user" + id }
func (known) roleName(id string) string    { return "role" + id }
func (known) channelName(id string) string { return "channel" + id }

func TestMarkdownIsRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want, links string }{
		{"plain", "plain", ""},
		{"**bold** *slanted* _slanted_ __under__ ~~gone~~ ||spoiler||", "bold slanted slanted under gone spoiler", ""},
		{"***both***", "both", ""},
		{`\*kept\* \_kept\_ \~\~kept\~\~ \|\|x\|\| \` + "`c\\`", "*kept* _kept_ ~~kept~~ ||x|| `c`", ""},
		{"snake_case_word and 2 * 3 * 4", "snake_case_word and 2 * 3 * 4", ""},
		{"`*code*` and ``a`b``", "*code* and a`b", ""},
		{"a\n```go\n*x*\n```b", "a\n*x*b", ""},
		{"[the **book**](https://example.org/a?b=1&c=2)", "the book", "https://example.org/a?b=1&c=2"},
		{`\[no](https://example.org/)`, "[no](https://example.org/)", "https://example.org/"},
		{"[no](javascript:alert)", "[no](javascript:alert)", ""},
		{"see <https://example.org/> and https://example.com/x.", "see https://example.org/ and https://example.com/x.", "https://example.org/ https://example.com/x"},
		{`https\://example.org`, "https://example.org", ""},
		{"<@1> <@!2> <@&3> <#4> </card show:5> <:smile:6>", "@user1 @user2 @role3 #channel4 /card show :smile:", ""},
		{`\<@1> @everyone`, "<@1> @everyone", ""},
		{"<t:1797328200:F>", "Tue 15 Dec 2026 09:50", ""},
		{"# head\n## second\n-# small\n> quoted\n- item\n* other\n\\# no", "head\nsecond\nsmall\nquoted\n• item\n• other\n# no", ""},
		{"**open", "**open", ""},
		{`trailing \`, `trailing \`, ""},
	} {
		got := readMarkup(c.text, known{})
		if got.Text != c.want || strings.Join(got.Links, " ") != c.links {
			t.Errorf("%q is read as %q with the links %q, want %q with %q", c.text, got.Text, got.Links, c.want, c.links)
		}
	}
	if got := readMarkup("<t:1797328200>", known{}).Instants; len(got) != 1 || got[0].Unix() != 1797328200 {
		t.Errorf("instants %v", got)
	}
}
