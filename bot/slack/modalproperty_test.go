package slack

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/bot"
)

// TestAnyFormIsAView draws any form: it is within Slack's limits, holds what the fields hold, gives
// back what is typed, and can be drawn again without a loss.
func TestAnyFormIsAView(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := anyModal(t)
		view, err := renderModal(m)
		if err != nil {
			t.Fatalf("the form was not drawn: %v", err)
		}
		mustBeView(t, view)
		keepsValues(t, m, view)
		typed := typing(t, view)
		readsBack(t, view, typed)
		drawnAgain(t, view, typed)
	})
}

// someText has what could become markup, breaks lines, or needs more than a byte.
var someText = rapid.OneOf(
	rapid.SampledFrom([]string{"", " ", "\xff", "a\xffb", "<!channel>", "*bold* & <b>", "a\nb", "नमस्ते", "⚠ \U0001F600", "\u200b", "/band", "2027-01-04", "4", "09:30", "2027-01-04T15:30:00Z"}),
	rapid.String(),
	rapid.Map(rapid.IntRange(20, 4000), func(n int) string { return strings.Repeat("wörd ", n/5) }),
)

func anyModal(t *rapid.T) modal {
	form := bot.Form{
		Title: someText.Draw(t, "title"), Submit: someText.Draw(t, "submit"), Call: bot.Do("form.fill"),
		Note: bot.Join(bot.T(someText.Draw(t, "note")), bot.At(savedAt), bot.Who("P-1", someText.Draw(t, "who"))),
	}
	if rapid.Bool().Draw(t, "saved") {
		form.Saved, form.StartOver = savedAt, bot.Do("form.fill", strings.Repeat("x", rapid.IntRange(0, bot.MaxCall).Draw(t, "start over")))
	}
	n := rapid.OneOf(rapid.IntRange(0, 8), rapid.IntRange(90, 120)).Draw(t, "fields")
	m := modal{Form: form, From: origin{Channel: "C1"}, Account: account}
	for i := range n {
		f := bot.Field{Name: fmt.Sprintf("f%d", i), Input: bot.InputText}
		if n <= 8 {
			f = anyField(t, f.Name)
		}
		if rapid.IntRange(0, 3).Draw(t, "wrong") == 0 {
			m.Errors = append(m.Errors, bot.FieldError{
				Field: rapid.SampledFrom([]string{"", f.Name, "gone"}).Draw(t, "at"), Message: someText.Draw(t, "message"),
			})
		}
		m.Form.Fields = append(m.Form.Fields, f)
	}
	return m
}

var allInputs = []bot.Input{
	bot.InputText, bot.InputLongText, bot.InputNumber, bot.InputMoney, bot.InputChoice, bot.InputChoices, bot.InputRating,
	bot.InputPerson, bot.InputPeople, bot.InputDate, bot.InputTime, bot.InputDateTime, bot.InputFile, "",
}

func anyField(t *rapid.T, name string) bot.Field {
	f := bot.Field{
		Name: name, Label: someText.Draw(t, "label"), Hint: someText.Draw(t, "hint"), Example: someText.Draw(t, "example"),
		Input: rapid.SampledFrom(allInputs).Draw(t, "input"), Required: rapid.Bool().Draw(t, "required"), Max: rapid.IntRange(-1, 5000).Draw(t, "max"),
	}
	for range rapid.OneOf(rapid.IntRange(0, 12), rapid.IntRange(95, 105)).Draw(t, "choices") {
		f.Choices = append(f.Choices, bot.Choice{
			Label: someText.Draw(t, "choice"), Hint: someText.Draw(t, "anchor"),
			Value: rapid.OneOf(someText, rapid.StringMatching(`[a-z0-9]{1,6}`)).Draw(t, "value"),
		})
	}
	values := rapid.OneOf(someText, rapid.SampledFrom([]string{"P-1", "P-2", "P-3", "P-4"}))
	if len(f.Choices) > 0 {
		values = rapid.OneOf(values, rapid.Map(rapid.SampledFrom(f.Choices), func(c bot.Choice) string { return c.Value }))
	}
	if f.Input == bot.InputFile {
		values = rapid.SampledFrom([]string{"", "file-1", "file-2"})
	}
	f.Value = rapid.SliceOfN(values, 0, 3).Draw(t, "values")
	return f
}

// keepsValues checks that a view that nobody touches gives back what its fields hold.
func keepsValues(t *rapid.T, m modal, view slack.ModalViewRequest) {
	in := incoming(t, view, untouched(t, view))
	meta, err := readMetadata(in)
	if err != nil {
		t.Fatal(err)
	}
	values, files := readState(in, meta)
	if len(files) > 0 {
		t.Fatalf("files %v out of nothing", files)
	}
	inputs := inputsOf(t, view)
	for _, f := range m.Form.Fields {
		want, got := distinct(f.Value), values[f.Name]
		switch element := object(inputs[f.Name]["element"]); element["type"] {
		case "plain_text_input":
			separator := ", "
			if f.Input == bot.InputLongText {
				separator = ",\n"
			}
			text := strings.ToValidUTF8(strings.Join(want, separator), "")
			if runes := []rune(text); len(runes) > 3000 {
				text = string(runes[:3000])
			}
			want = distinct([]string{text})
		case "users_select", "multi_users_select":
			for i := range want {
				want[i], _ = account(want[i])
			}
		case "datetimepicker":
			if len(want) == 1 {
				at, err := time.Parse(time.RFC3339, want[0])
				if err != nil {
					t.Fatal(err)
				}
				want[0] = at.UTC().Format(time.RFC3339)
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" && len(want)+len(got) > 0 {
			t.Fatalf("field %+v (-want +got):\n%s", f, diff)
		}
	}
}

func distinct(values []string) []string {
	var out []string
	for _, v := range values {
		if v != "" && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// typed is what somebody put into a view: the state, and what must be read of it.
type typed struct {
	state  map[string]any
	values bot.Values
	files  map[string]string
}

// typing fills in a view, or leaves inputs empty.
func typing(t *rapid.T, view slack.ModalViewRequest) typed {
	out := typed{state: map[string]any{}, values: bot.Values{}, files: map[string]string{}}
	inputs := inputsOf(t, view)
	for _, name := range sortedKeys(inputs) {
		element := object(inputs[name]["element"])
		action, want := map[string]any{"type": element["type"]}, []string{}
		full := rapid.Bool().Draw(t, "full")
		options := list(element["options"])
		switch element["type"] {
		case "plain_text_input", "number_input":
			action["value"] = nil
			if full {
				text := rapid.SampledFrom([]string{"7", "-3", "18 LPA", "two\nlines", " as & <is> "}).Draw(t, "text")
				action["value"], want = text, []string{text}
			}
		case "static_select", "radio_buttons", "external_select":
			action["selected_option"] = nil
			if full && len(options) == 0 {
				options = []any{optionJSON("Found", "found")}
			}
			if full {
				option := rapid.SampledFrom(options).Draw(t, "option")
				action["selected_option"], want = option, []string{valueOf(option)}
			}
		case "checkboxes", "multi_static_select", "multi_external_select":
			chosen := []any{}
			for _, o := range options[:min(len(options), 3)] {
				if full {
					chosen, want = append(chosen, o), append(want, valueOf(o))
				}
			}
			action["selected_options"] = chosen
		case "users_select":
			action["selected_user"] = nil
			if full {
				action["selected_user"], want = "U0007", []string{"U0007"}
			}
		case "multi_users_select":
			action["selected_users"] = []any{}
			if full {
				action["selected_users"], want = []any{"U0007", "U0008"}, []string{"U0007", "U0008"}
			}
		case "datepicker":
			action["selected_date"] = nil
			if full {
				action["selected_date"], want = "2028-02-29", []string{"2028-02-29"}
			}
		case "timepicker":
			action["selected_time"] = nil
			if full {
				action["selected_time"], want = "23:59", []string{"23:59"}
			}
		case "datetimepicker":
			action["selected_date_time"] = nil
			if full {
				action["selected_date_time"], want = 1799076600, []string{"2027-01-04T15:30:00Z"}
			}
		case "file_input":
			action["files"] = []any{}
			if full {
				action["files"] = []any{map[string]any{"id": "F-" + name}}
				out.files[name] = "F-" + name
			}
		default:
			t.Fatalf("nobody can type into %v", element["type"])
		}
		out.state[name] = map[string]any{name: action}
		out.values[name] = want
	}
	return out
}

func valueOf(option any) string {
	value, _ := object(option)["value"].(string)
	return value
}

// readsBack checks that what is typed is what is read.
func readsBack(t *rapid.T, view slack.ModalViewRequest, typed typed) {
	in := incoming(t, view, typed.state)
	meta, err := readMetadata(in)
	if err != nil {
		t.Fatal(err)
	}
	values, files := readState(in, meta)
	for name, held := range meta.Kept {
		if _, chosen := typed.files[name]; !chosen && len(typed.values[name]) == 0 {
			typed.values[name] = held
		}
	}
	if diff := cmp.Diff(typed.values, values); diff != "" {
		t.Fatalf("values (-typed +read):\n%s", diff)
	}
	ids := map[string]string{}
	for name, list := range files {
		ids[name] = list[0].ID
	}
	if diff := cmp.Diff(typed.files, ids); diff != "" {
		t.Fatalf("files (-typed +read):\n%s", diff)
	}
}

// drawnAgain checks that a view drawn again is within the limits, has every input as it was and all
// that stands around it, and that drawing it once more changes nothing.
func drawnAgain(t *rapid.T, view slack.ModalViewRequest, typed typed) {
	var wrong []bot.FieldError
	for _, name := range append(sortedKeys(inputsOf(t, view)), "", "gone") {
		if rapid.IntRange(0, 2).Draw(t, "still wrong") == 0 {
			wrong = append(wrong, bot.FieldError{Field: name, Message: someText.Draw(t, "message")})
		}
	}
	once, err := again(incoming(t, view, typed.state), wrong)
	if err != nil {
		t.Fatal(err)
	}
	mustBeView(t, once)
	if diff := cmp.Diff(withoutMessages(t, view), withoutMessages(t, once)); diff != "" {
		t.Fatalf("drawn again (-before +after):\n%s", diff)
	}
	twice, err := again(incoming(t, once, typed.state), wrong)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(asJSON(t, once), asJSON(t, twice)); diff != "" {
		t.Fatalf("drawn twice (-once +twice):\n%s", diff)
	}
}

// fataler is what the helpers need of a test, a rapid one too.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

func asJSON(t fataler, value any) map[string]any {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatalf("%v", err)
	}
	var out map[string]any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatalf("%v", err)
	}
	return out
}

// withoutMessages returns a view without messages at fields and what goes along with them.
func withoutMessages(t fataler, view slack.ModalViewRequest) map[string]any {
	t.Helper()
	out := asJSON(t, view)
	delete(out, "private_metadata")
	var blocks []any
	for _, b := range list(out["blocks"]) {
		if id, _ := object(b)["block_id"].(string); !strings.HasPrefix(id, "wrong.") {
			blocks = append(blocks, b)
		}
	}
	out["blocks"] = blocks
	return out
}

// incoming is a view as Slack sends it back, with a state.
func incoming(t fataler, view slack.ModalViewRequest, state map[string]any) slack.View {
	t.Helper()
	payload := asJSON(t, view)
	payload["id"], payload["state"] = "V1", map[string]any{"values": state}
	text, err := json.Marshal(payload)
	if err != nil {
		t.Fatalf("%v", err)
	}
	var out slack.View
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatalf("the view does not come back: %v\n%s", err, text)
	}
	return out
}

// untouched is the state of a view as it opens.
func untouched(t fataler, view slack.ModalViewRequest) map[string]any {
	t.Helper()
	state := map[string]any{}
	for name, input := range inputsOf(t, view) {
		element := object(input["element"])
		action := map[string]any{"type": element["type"]}
		for initial, selected := range map[string]string{
			"initial_value": "value", "initial_option": "selected_option", "initial_options": "selected_options", "initial_user": "selected_user",
			"initial_users": "selected_users", "initial_date": "selected_date", "initial_time": "selected_time", "initial_date_time": "selected_date_time",
		} {
			if value, ok := element[initial]; ok {
				action[selected] = value
			}
		}
		state[name] = map[string]any{name: action}
	}
	return state
}

// inputsOf returns the input blocks of a view by block id, as JSON.
func inputsOf(t fataler, view slack.ModalViewRequest) map[string]map[string]any {
	t.Helper()
	out := map[string]map[string]any{}
	for _, b := range list(asJSON(t, view)["blocks"]) {
		if block := object(b); block["type"] == "input" {
			id, _ := block["block_id"].(string)
			out[id] = block
		}
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func object(v any) map[string]any {
	out, _ := v.(map[string]any)
	return out
}

func list(v any) []any {
	out, _ := v.([]any)
	return out
}

// mustBeView checks a view against Slack's reference, by its JSON alone; the numbers are those of the
// reference and not of our table.
// https://docs.slack.dev/reference/views/modal-views
func mustBeView(t fataler, view slack.ModalViewRequest) {
	t.Helper()
	v := asJSON(t, view)
	if v["type"] != "modal" || v["notify_on_close"] != nil {
		t.Fatalf("type %v, notify_on_close %v", v["type"], v["notify_on_close"])
	}
	mustBePlain(t, "title", v["title"], 24)
	mustBePlain(t, "close", v["close"], 24)
	if v["submit"] != nil {
		mustBePlain(t, "submit", v["submit"], 24)
	}
	if meta, _ := v["private_metadata"].(string); meta == "" || utf8.RuneCountInString(meta) > 3000 {
		t.Fatalf("private metadata of %d characters", utf8.RuneCountInString(meta))
	}
	blocks := list(v["blocks"])
	if len(blocks) < 1 || len(blocks) > 100 {
		t.Fatalf("%d blocks", len(blocks))
	}
	ids := map[string]bool{}
	for _, b := range blocks {
		block := object(b)
		if id, _ := block["block_id"].(string); id != "" {
			if ids[id] || utf8.RuneCountInString(id) > 255 {
				t.Fatalf("block id %q", id)
			}
			ids[id] = true
		}
		mustBeBlock(t, block)
		if block["type"] == "input" && v["submit"] == nil {
			t.Fatalf("an input in a view that cannot be sent off")
		}
	}
}

func mustBeBlock(t fataler, block map[string]any) {
	t.Helper()
	switch block["type"] {
	case "input":
		mustBeInput(t, block)
	case "context":
		elements := list(block["elements"])
		if len(elements) < 1 || len(elements) > 10 {
			t.Fatalf("%d elements of a context", len(elements))
		}
		for _, e := range elements {
			if text, _ := object(e)["text"].(string); object(e)["type"] != "mrkdwn" || !strings.HasPrefix(text, "Continuing what you typed, saved <!date^") {
				mustBePlain(t, "context", e, 3000)
			}
		}
	case "actions":
		elements := list(block["elements"])
		if len(elements) != 1 {
			t.Fatalf("%d buttons", len(elements))
		}
		button := object(elements[0])
		mustBePlain(t, "button", button["text"], 75)
		if value, _ := button["value"].(string); button["type"] != "button" || button["action_id"] != "do.0" || value == "" || len(value) > 2000 {
			t.Fatalf("button %v", button)
		}
	case "section", "header":
		mustBePlain(t, "text", block["text"], 3000)
	case "rich_text":
		if len(list(block["elements"])) == 0 {
			t.Fatalf("a rich text of nothing")
		}
	default:
		t.Fatalf("a block of type %v", block["type"])
	}
}

// mustBePlain checks a text object that can be no markup.
func mustBePlain(t fataler, what string, value any, most int) {
	t.Helper()
	o := object(value)
	text, _ := o["text"].(string)
	if n := utf8.RuneCountInString(text); o["type"] != "plain_text" || n < 1 || n > most {
		t.Fatalf("%s: %v of %d characters, at most %d: %q", what, o["type"], n, most, text)
	}
}

func mustBeInput(t fataler, block map[string]any) {
	t.Helper()
	mustBePlain(t, "label", block["label"], 2000)
	if block["hint"] != nil {
		mustBePlain(t, "hint", block["hint"], 2000)
	}
	e := object(block["element"])
	if id, _ := e["action_id"].(string); id == "" || utf8.RuneCountInString(id) > 255 || id != block["block_id"] {
		t.Fatalf("action id %q in block %v", id, block["block_id"])
	}
	if file := e["type"] == "file_input"; file == (block["dispatch_action"] == true) {
		t.Fatalf("%v with dispatch_action %v", e["type"], block["dispatch_action"])
	}
	initial, _ := e["initial_value"].(string)
	switch e["type"] {
	case "plain_text_input":
		most, _ := e["max_length"].(float64)
		if most < 1 || most > 3000 || utf8.RuneCountInString(initial) > int(most) {
			t.Fatalf("a text of %d characters where at most %v may be", utf8.RuneCountInString(initial), most)
		}
		if e["multiline"] != true && strings.Contains(initial, "\n") {
			t.Fatalf("lines in an input of one line: %q", initial)
		}
		mustTellOfTyping(t, e)
	case "number_input":
		if _, err := strconv.ParseFloat("0"+strings.TrimPrefix(initial, "-"), 64); err != nil || e["is_decimal_allowed"] != false {
			t.Fatalf("number %q, decimals %v", initial, e["is_decimal_allowed"])
		}
		mustTellOfTyping(t, e)
	case "radio_buttons", "checkboxes":
		mustBeOptions(t, e, 1, 10)
	case "static_select", "multi_static_select":
		mustBeOptions(t, e, 1, 100)
	case "external_select", "multi_external_select":
		mustBeOptions(t, e, 0, 0)
		if e["min_query_length"] != 0.0 {
			t.Fatalf("suggestions only from %v characters", e["min_query_length"])
		}
	case "datepicker":
		mustParse(t, e["initial_date"], "2006-01-02")
	case "timepicker":
		mustParse(t, e["initial_time"], "15:04")
	case "datetimepicker":
		if at, ok := e["initial_date_time"].(float64); ok && len(strconv.FormatInt(int64(at), 10)) != 10 {
			t.Fatalf("a moment of other than ten digits: %v", at)
		}
	case "users_select", "multi_users_select":
	case "file_input":
		if e["max_files"] != 1.0 {
			t.Fatalf("%v files", e["max_files"])
		}
	default:
		t.Fatalf("an element of type %v", e["type"])
	}
}

func mustTellOfTyping(t fataler, element map[string]any) {
	t.Helper()
	if diff := cmp.Diff([]any{"on_character_entered"}, object(element["dispatch_action_config"])["trigger_actions_on"]); diff != "" {
		t.Fatalf("when it tells of what is typed (-want +got):\n%s", diff)
	}
}

func mustParse(t fataler, value any, layout string) {
	t.Helper()
	if value == nil {
		return
	}
	text, _ := value.(string)
	if _, err := time.Parse(layout, text); err != nil {
		t.Fatalf("%v", err)
	}
}

// mustBeOptions checks the options of an element, and that what is chosen at first is one of them.
func mustBeOptions(t fataler, element map[string]any, least, most int) {
	t.Helper()
	options := list(element["options"])
	if len(options) < least || len(options) > most {
		t.Fatalf("%v with %d options", element["type"], len(options))
	}
	values := map[string]bool{}
	for _, o := range options {
		mustBeOption(t, o)
		if values[valueOf(o)] {
			t.Fatalf("two options with value %q", valueOf(o))
		}
		values[valueOf(o)] = true
	}
	initial := list(element["initial_options"])
	if element["initial_option"] != nil {
		initial = append(initial, element["initial_option"])
	}
	for _, o := range initial {
		mustBeOption(t, o)
		if most > 0 && !slices.ContainsFunc(options, func(other any) bool { return cmp.Equal(o, other) }) {
			t.Fatalf("%v is chosen and is no option", o)
		}
	}
}

func mustBeOption(t fataler, option any) {
	t.Helper()
	mustBePlain(t, "option", object(option)["text"], 75)
	if object(option)["description"] != nil {
		mustBePlain(t, "description", object(option)["description"], 75)
	}
	if n := utf8.RuneCountInString(valueOf(option)); n < 1 || n > 150 {
		t.Fatalf("an option's value of %d characters", n)
	}
}
