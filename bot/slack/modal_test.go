package slack

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"github.com/hirebot/hirebot/bot"
)

var savedAt = time.Date(2027, 1, 4, 9, 30, 0, 0, time.UTC)

// everyInput is a form with every way in which a field can be filled in.
func everyInput() bot.Form {
	anchors := []bot.Choice{
		{Label: "1", Value: "1", Hint: "Does not know it"},
		{Label: "2", Value: "2", Hint: "Has used it"},
		{Label: "3", Value: "3", Hint: "Works with it alone, finds out what is not in the manual, and can say why it is done so"},
		{Label: "4", Value: "4", Hint: "Teaches it"},
	}
	return bot.Form{
		Title: "Score an interview of a candidate", Submit: "Send", Call: bot.Do("feedback.give", "I-3"), Draft: "d-1",
		Note: bot.Join(bot.T("For "), bot.Who("P-1", "Sample Person"), bot.T(". <!channel> is only text.")),
		Fields: []bot.Field{
			{Name: "title", Label: "Title", Hint: "In a few words", Example: "Garden walls", Input: bot.InputText, Required: true, Max: 60},
			{Name: "story", Label: "Story", Input: bot.InputLongText, Max: 9000},
			{Name: "copies", Label: "Copies", Example: "4", Input: bot.InputNumber, Required: true},
			{Name: "price", Label: "Price", Example: "18 LPA", Input: bot.InputMoney},
			{Name: "color", Label: "Colour", Input: bot.InputChoice, Choices: numbered(2, "")},
			{Name: "shelf", Label: "Shelf", Input: bot.InputChoice, Required: true, Choices: numbered(4, "")},
			{Name: "branch", Label: "Branch", Input: bot.InputChoice, Choices: numbered(3, "Open on day ")},
			{Name: "city", Label: "City", Input: bot.InputChoice, Required: true, Choices: numbered(101, "")},
			{Name: "stars", Label: "Knowledge", Input: bot.InputRating, Required: true, Choices: anchors},
			{Name: "tags", Label: "Tags", Input: bot.InputChoices, Choices: numbered(3, "")},
			{Name: "rooms", Label: "Rooms", Input: bot.InputChoices, Choices: numbered(11, "")},
			{Name: "towns", Label: "Towns", Input: bot.InputChoices, Choices: numbered(101, "")},
			{Name: "owner", Label: "Owner", Input: bot.InputPerson},
			{Name: "readers", Label: "Readers", Input: bot.InputPeople},
			{Name: "guest", Label: "Guest", Input: bot.InputPerson},
			{Name: "guests", Label: "Guests", Input: bot.InputPeople},
			{Name: "day", Label: "Day", Input: bot.InputDate},
			{Name: "hour", Label: "Hour", Input: bot.InputTime},
			{Name: "due", Label: "Due", Input: bot.InputDateTime},
			{Name: "paper", Label: "Paper", Input: bot.InputFile, Required: true},
		},
	}
}

func numbered(n int, hint string) []bot.Choice {
	var out []bot.Choice
	for i := range n {
		c := bot.Choice{Label: fmt.Sprintf("No. %d", i+1), Value: fmt.Sprintf("n%d", i+1)}
		if hint != "" {
			c.Hint = hint + strconv.Itoa(i+1)
		}
		out = append(out, c)
	}
	return out
}

// filled returns a form with values.
func filled(f bot.Form, values bot.Values) bot.Form {
	for i := range f.Fields {
		f.Fields[i].Value = values[f.Fields[i].Name]
	}
	return f
}

// account knows three people, one of them without an account.
func account(person string) (user, name string) {
	switch person {
	case "P-1":
		return "U0001", "Sample Person"
	case "P-2":
		return "U0002", "Asha"
	case "P-3":
		return "", "Sample Guest"
	default:
		return "", ""
	}
}

var everyValue = bot.Values{
	"title": {"Garden walls"}, "story": {"Of stone.\nAnd <b>earth</b> & water."}, "copies": {"4"}, "price": {"18.5 LPA"},
	"color": {"n2"}, "shelf": {"n1"}, "branch": {"n3"}, "city": {"n101"}, "stars": {"3"}, "tags": {"n1", "n3"}, "rooms": {"n11", "n2"},
	"towns": {"n7", "n101"}, "owner": {"P-1"}, "readers": {"P-1", "P-2"}, "guest": {"P-3"}, "guests": {"P-1", "P-3"},
	"day": {"2027-01-04"}, "hour": {"09:30"}, "due": {"2027-01-04T15:30:00Z"}, "paper": {"file-1"},
}

// oddValue are values that the inputs cannot hold.
var oddValue = bot.Values{
	"title": {"one", "two"}, "story": {"one", "two"}, "copies": {"four"}, "price": {"some"}, "color": {"green"}, "shelf": {strings.Repeat("x", 151)},
	"city": {"elsewhere"}, "stars": {"2.5"}, "tags": {"n1", "new"}, "owner": {"P-1", "P-2"}, "readers": {"P-4", strings.Repeat("y", 151)}, "guest": {"P-5"},
	"day": {"next fri"}, "hour": {"9am"}, "due": {"2027-01-04T15:30"},
}

func modals() map[string]modal {
	from := origin{Channel: "C1", Message: "1767326130.289415", ResponseURL: "https://hooks.slack.com/actions/1", Opened: savedAt.Unix()}
	continued := filled(everyInput(), everyValue)
	continued.Saved, continued.StartOver = savedAt, bot.Do("feedback.give", "I-3", "~new")
	return map[string]modal{
		"empty":     {Form: everyInput(), From: from, Account: account},
		"prefilled": {Form: filled(everyInput(), everyValue), From: from, Account: account},
		"continued": {Form: continued, From: from, Account: account},
		"mended":    {Form: filled(everyInput(), oddValue), From: from, Account: account},
		"wrong": {
			Form: filled(everyInput(), everyValue), From: from, Account: account,
			Errors: []bot.FieldError{
				{Field: "copies", Message: "At most 3 copies."}, {Message: "The shop is closed."},
				{Field: "title", Message: "That title is taken."}, {Field: "gone", Message: "Say which shop."},
			},
		},
		"bare": {Form: bot.Form{Call: bot.Do("form.fill")}},
	}
}

func mustRender(t testing.TB, m modal) slack.ModalViewRequest {
	t.Helper()
	view, err := renderModal(m)
	if err != nil {
		t.Fatal(err)
	}
	return view
}

func TestModalGoldens(t *testing.T) {
	t.Parallel()
	for name, m := range modals() {
		view := mustRender(t, m)
		mustBeView(t, view)
		golden(t, "testdata/forms/"+name+".json", view)
	}
}

func TestViewsWithoutAForm(t *testing.T) {
	t.Parallel()
	from := origin{Channel: "D1", Private: true}
	for name, view := range map[string]slack.ModalViewRequest{
		"waiting": waitingModal("", "", from),
		"card":    cardModal(bot.Card{Title: "Saved as R-12, which is open now", Body: []bot.Node{bot.T("Anybody can refer for it.")}}, from, nil),
	} {
		mustBeView(t, view)
		golden(t, "testdata/forms/"+name+".json", view)
		if view.CallbackID != name || view.Submit != nil {
			t.Errorf("the view %s is called %s, and its submit button %+v", name, view.CallbackID, view.Submit)
		}
		meta, err := readMetadata(incoming(t, view, nil))
		if diff := cmp.Diff(metadata{From: from}, meta); diff != "" || err != nil {
			t.Errorf("view %s: %v, metadata (-want +got):\n%s", name, err, diff)
		}
	}
}

func TestFieldsAndTheirElements(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("word ", 1000)
	for _, test := range []struct {
		name     string
		field    bot.Field
		element  string
		has      map[string]any
		lacks    []string
		hint     string
		optional bool
		quiet    bool
	}{
		{name: "a text stays whole beyond what the field takes", field: bot.Field{Input: bot.InputText, Max: 5, Value: []string{"too long"}},
			element: "plain_text_input", has: map[string]any{"initial_value": "too long", "max_length": 8.0}, optional: true},
		{name: "a text is shortened to what Slack takes, and says so", field: bot.Field{Input: bot.InputLongText, Value: []string{long}, Required: true},
			element: "plain_text_input", has: map[string]any{"max_length": 3000.0, "multiline": true}, hint: "What stood here is longer than Slack can show: only its first 3000 characters remain."},
		{name: "a line break needs lines", field: bot.Field{Input: bot.InputText, Value: []string{"a\nb"}},
			element: "plain_text_input", has: map[string]any{"initial_value": "a\nb", "multiline": true}, optional: true},
		{name: "texts are a list with commas", field: bot.Field{Input: bot.InputText, Value: []string{"a", "", "b"}},
			element: "plain_text_input", has: map[string]any{"initial_value": "a, b"}, lacks: []string{"multiline"}, optional: true},
		{name: "an unknown input is a text", field: bot.Field{Input: "colour", Value: []string{"red"}},
			element: "plain_text_input", has: map[string]any{"initial_value": "red"}, optional: true},
		{name: "hint and example", field: bot.Field{Hint: "How many", Example: "7", Input: bot.InputNumber, Value: []string{"-3"}},
			element: "number_input", has: map[string]any{"initial_value": "-3", "is_decimal_allowed": false}, hint: "How many\nFor example: 7", optional: true},
		{name: "a number with a comma", field: bot.Field{Input: bot.InputNumber, Value: []string{"1,000"}},
			element: "plain_text_input", has: map[string]any{"initial_value": "1,000"}, optional: true},
		{name: "a number that no client counts to", field: bot.Field{Input: bot.InputNumber, Value: []string{"1234567890123456"}},
			element: "plain_text_input", has: map[string]any{"initial_value": "1234567890123456"}, optional: true},
		{name: "a choice with no choices", field: bot.Field{Input: bot.InputChoice, Value: []string{"yes"}},
			element: "plain_text_input", has: map[string]any{"initial_value": "yes"}, optional: true},
		{name: "a required choice of few", field: bot.Field{Input: bot.InputChoice, Choices: numbered(5, ""), Required: true}, element: "radio_buttons"},
		{name: "an open choice of few", field: bot.Field{Input: bot.InputChoice, Choices: numbered(5, "")}, element: "static_select", optional: true},
		{name: "a choice of few with hints", field: bot.Field{Input: bot.InputChoice, Choices: numbered(5, "Day ")}, element: "radio_buttons", optional: true},
		{name: "a choice of more", field: bot.Field{Input: bot.InputChoice, Choices: numbered(6, "Day "), Required: true}, element: "static_select"},
		{name: "a choice of very many", field: bot.Field{Input: bot.InputChoice, Choices: numbered(101, ""), Required: true},
			element: "external_select", has: map[string]any{"min_query_length": 0.0}, lacks: []string{"options", "initial_option"}},
		{name: "a value that is no choice is one more", field: bot.Field{Input: bot.InputChoice, Choices: numbered(100, ""), Value: []string{"other"}},
			element: "external_select", has: map[string]any{"initial_option": optionJSON("other", "other")}, optional: true},
		{name: "a rating without anchors", field: bot.Field{Input: bot.InputRating, Value: []string{"4"}},
			element: "radio_buttons", has: map[string]any{"initial_option": optionJSON("4", "4")}, optional: true},
		{name: "a rating of many", field: bot.Field{Input: bot.InputRating, Choices: numbered(11, "")}, element: "static_select", optional: true},
		{name: "long anchors stand in the hint", field: bot.Field{Input: bot.InputRating, Required: true, Choices: []bot.Choice{
			{Value: "1", Hint: "short"}, {Label: "Two", Value: "2", Hint: strings.Repeat("long ", 20)}}},
			element: "radio_buttons", hint: "Two: " + strings.TrimSpace(strings.Repeat("long ", 20))},
		{name: "choices of few", field: bot.Field{Input: bot.InputChoices, Choices: numbered(10, ""), Value: []string{"n2"}},
			element: "checkboxes", has: map[string]any{"initial_options": []any{optionJSON("No. 2", "n2")}}, optional: true},
		{name: "choices of many", field: bot.Field{Input: bot.InputChoices, Choices: numbered(100, "")}, element: "multi_static_select", lacks: []string{"initial_options"}, optional: true},
		{name: "choices of very many", field: bot.Field{Input: bot.InputChoices, Choices: numbered(101, "")}, element: "multi_external_select", optional: true},
		{name: "a person", field: bot.Field{Input: bot.InputPerson, Value: []string{"P-1"}}, element: "users_select", has: map[string]any{"initial_user": "U0001"}, optional: true},
		{name: "nobody yet", field: bot.Field{Input: bot.InputPerson}, element: "users_select", lacks: []string{"initial_user"}, optional: true},
		{name: "a person without an account", field: bot.Field{Input: bot.InputPerson, Value: []string{"P-3"}},
			element: "external_select", has: map[string]any{"initial_option": optionJSON("Sample Guest", "P-3")}, optional: true},
		{name: "people", field: bot.Field{Input: bot.InputPeople, Value: []string{"P-2", "P-1"}},
			element: "multi_users_select", has: map[string]any{"initial_users": []any{"U0002", "U0001"}}, optional: true},
		{name: "people, one without an account", field: bot.Field{Input: bot.InputPeople, Value: []string{"P-2", "P-3"}},
			element: "multi_external_select", has: map[string]any{"initial_options": []any{optionJSON("Asha", "P-2"), optionJSON("Sample Guest", "P-3")}}, optional: true},
		{name: "a day that is none", field: bot.Field{Input: bot.InputDate, Value: []string{"2027-02-30"}}, element: "plain_text_input", optional: true},
		{name: "a time", field: bot.Field{Input: bot.InputTime, Value: []string{"23:05"}}, element: "timepicker", has: map[string]any{"initial_time": "23:05"}, optional: true},
		{name: "a time in another format", field: bot.Field{Input: bot.InputTime, Value: []string{"9:05"}}, element: "plain_text_input", optional: true},
		{name: "a moment of another zone", field: bot.Field{Input: bot.InputDateTime, Value: []string{"2027-01-04T21:00:00+05:30"}},
			element: "datetimepicker", has: map[string]any{"initial_date_time": 1799076600.0}, optional: true},
		{name: "a moment that Slack has no digits for", field: bot.Field{Input: bot.InputDateTime, Value: []string{"1970-01-01T00:00:00Z"}},
			element: "plain_text_input", has: map[string]any{"initial_value": "1970-01-01T00:00:00Z"}, optional: true},
		{name: "a file", field: bot.Field{Input: bot.InputFile, Required: true}, element: "file_input", has: map[string]any{"max_files": 1.0}, quiet: true},
		{name: "a file that is kept", field: bot.Field{Input: bot.InputFile, Required: true, Value: []string{"file-1"}},
			element: "file_input", hint: "The file that you gave before is kept, unless you choose another.", optional: true, quiet: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.field.Name = "field"
			view := mustRender(t, modal{Form: bot.Form{Call: bot.Do("form.fill"), Fields: []bot.Field{test.field}}, Account: account})
			mustBeView(t, view)
			input := inputsOf(t, view)["field"]
			element := object(input["element"])
			if element["type"] != test.element || element["action_id"] != "field" {
				t.Errorf("element %v of action %v, want %s", element["type"], element["action_id"], test.element)
			}
			for member, want := range test.has {
				if diff := cmp.Diff(want, element[member]); diff != "" {
					t.Errorf("%s (-want +got):\n%s", member, diff)
				}
			}
			for _, member := range test.lacks {
				if got, ok := element[member]; ok {
					t.Errorf("%s is %v, want none", member, got)
				}
			}
			if hint, _ := object(input["hint"])["text"].(string); hint != test.hint {
				t.Errorf("hint %q, want %q", hint, test.hint)
			}
			if label := object(input["label"])["text"]; label != "field" {
				t.Errorf("a field without label is called %v", label)
			}
			if (input["optional"] == true) != test.optional || (input["dispatch_action"] == true) == test.quiet {
				t.Errorf("optional %v, dispatch_action %v, want %v and %v", input["optional"], input["dispatch_action"], test.optional, !test.quiet)
			}
		})
	}
}

func optionJSON(text, value string) map[string]any {
	return map[string]any{"text": map[string]any{"type": "plain_text", "text": text, "emoji": false}, "value": value}
}

func TestFormsThatCannotBe(t *testing.T) {
	t.Parallel()
	required := make([]bot.Field, 100)
	for i := range required {
		required[i] = bot.Field{Name: fmt.Sprintf("f%d", i), Required: true}
	}
	for name, form := range map[string]bot.Form{
		"a call that is too long":  {Call: bot.Do("form.fill", strings.Repeat("x", bot.MaxCall))},
		"a field without name":     {Call: bot.Do("form.fill"), Fields: []bot.Field{{Label: "Title"}}},
		"a name that is too long":  {Call: bot.Do("form.fill"), Fields: []bot.Field{{Name: strings.Repeat("x", 250)}}},
		"a name that is a mark":    {Call: bot.Do("form.fill"), Fields: []bot.Field{{Name: "wrong.title"}}},
		"too many required fields": {Call: bot.Do("form.fill"), Fields: required},
		"a draft that is too long": {Call: bot.Do("form.fill"), Draft: strings.Repeat("x", 3000)},
	} {
		if view, err := renderModal(modal{Form: form}); err == nil {
			t.Errorf("%s: it was drawn, with %d blocks", name, len(view.Blocks.BlockSet))
		}
	}
}

func TestFieldsWithoutRoomAreNamedAndKept(t *testing.T) {
	t.Parallel()
	form := bot.Form{Call: bot.Do("form.fill"), Note: bot.T("All of it.")}
	for i := range 100 {
		form.Fields = append(form.Fields, bot.Field{Name: fmt.Sprintf("f%d", i), Label: fmt.Sprintf("Field %d", i), Required: i > 97, Value: []string{fmt.Sprintf("v%d", i)}})
	}
	view := mustRender(t, modal{Form: form, Errors: []bot.FieldError{{Field: "f3", Message: "Not so."}, {Field: "f4", Message: "Nor this."}}})
	mustBeView(t, view)
	text, err := json.Marshal(view.Blocks)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"There is no room here for: Field 95, Field 96, Field 97. What they hold is kept.", "Field 3: Not so.\\nField 4: Nor this."} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the view does not say %q", want)
		}
	}
	in := incoming(t, view, untouched(t, view))
	meta, err := readMetadata(in)
	if err != nil {
		t.Fatal(err)
	}
	values, _ := readState(in, meta)
	for _, f := range form.Fields {
		if diff := cmp.Diff(f.Value, values[f.Name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", f.Name, diff)
		}
	}
}

func TestMetadataFits(t *testing.T) {
	t.Parallel()
	url := "https://hooks.slack.com/" + strings.Repeat("x", 2000)
	full := metadata{
		Call: "v1|form.fill", Draft: "d", From: origin{Channel: "C1", ResponseURL: url},
		Kept: bot.Values{"paper": {"file-1"}}, Wrong: []string{"title", "<&>"},
	}
	many := full
	many.Kept = bot.Values{"paper": {strings.Repeat("y", 2900)}}
	manyWrong := full
	manyWrong.From.ResponseURL, manyWrong.Wrong = "", []string{strings.Repeat("z", 2990)}
	without := func(meta metadata, url, wrong, kept bool) metadata {
		if url {
			meta.From.ResponseURL = ""
		}
		if wrong {
			meta.Wrong = nil
		}
		if kept {
			meta.Kept = nil
		}
		return meta
	}
	hopeless := full
	hopeless.Kept = bot.Values{"paper": {strings.Repeat("y", 3000)}}
	for name, test := range map[string]struct{ in, want metadata }{
		"all of it":               {full, full},
		"no response URL":         {many, without(many, true, false, false)},
		"no names of the wrong":   {manyWrong, without(manyWrong, true, true, false)},
		"no kept values, at last": {hopeless, without(hopeless, true, true, true)},
	} {
		text, err := test.in.encode()
		if err != nil || utf8.RuneCountInString(text) > 3000 {
			t.Errorf("%s: %d characters, %v", name, utf8.RuneCountInString(text), err)
		}
		if strings.ContainsAny(text, "<>&") {
			t.Errorf("%s: there is something to escape in %s", name, text)
		}
		got, err := readMetadata(slack.View{PrivateMetadata: text})
		if diff := cmp.Diff(test.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
	for _, text := range []string{"", "d57850a7-5bab", `{"k": 7}`} {
		if meta, err := readMetadata(slack.View{PrivateMetadata: text}); err == nil {
			t.Errorf("%q was read as %+v", text, meta)
		}
	}
}

// stateOfEverything is a state as Slack sends it, an input of each kind filled in and one empty.
const stateOfEverything = `{"values": {
	"title": {"title": {"type": "plain_text_input", "value": " as typed & sent "}},
	"story": {"story": {"type": "plain_text_input", "value": null}},
	"copies": {"copies": {"type": "number_input", "value": "4"}},
	"color": {"color": {"type": "static_select", "selected_option": {"text": {"type": "plain_text", "text": "Red", "emoji": true}, "value": "red"}}},
	"shelf": {"shelf": {"type": "radio_buttons", "selected_option": null}},
	"tags": {"tags": {"type": "checkboxes", "selected_options": [{"text": {"type": "plain_text", "text": "A"}, "value": "a"}, {"text": {"type": "plain_text", "text": "B"}, "value": "b"}]}},
	"rooms": {"rooms": {"type": "multi_static_select", "selected_options": []}},
	"owner": {"owner": {"type": "users_select", "selected_user": "U0001"}},
	"guest": {"guest": {"type": "users_select", "selected_user": null}},
	"readers": {"readers": {"type": "multi_users_select", "selected_users": ["U0002", "U0001"]}},
	"day": {"day": {"type": "datepicker", "selected_date": "2027-01-04"}},
	"hour": {"hour": {"type": "timepicker", "selected_time": "09:30", "timezone": "Asia/Kolkata"}},
	"due": {"due": {"type": "datetimepicker", "selected_date_time": 1799076600}},
	"paper": {"paper": {"type": "file_input", "files": [{"id": "F1", "name": "a.pdf", "mimetype": "application/pdf", "size": 3, "url_private": "https://files.slack.com/a"}]}},
	"scan": {"scan": {"type": "file_input", "files": []}},
	"xYz1": {"do.0": {"type": "button"}}
}}`

func TestReadState(t *testing.T) {
	t.Parallel()
	var state slack.ViewState
	if err := json.Unmarshal([]byte(stateOfEverything), &state); err != nil {
		t.Fatal(err)
	}
	meta := metadata{Kept: bot.Values{"paper": {"file-1"}, "scan": {"file-2"}, "left": {"out"}}}
	values, files := readState(slack.View{State: &state}, meta)
	want := bot.Values{
		"title": {" as typed & sent "}, "story": {}, "copies": {"4"}, "color": {"red"}, "shelf": {}, "tags": {"a", "b"}, "rooms": {},
		"owner": {"U0001"}, "guest": {}, "readers": {"U0002", "U0001"}, "day": {"2027-01-04"}, "hour": {"09:30"}, "due": {"2027-01-04T15:30:00Z"},
		"paper": {}, "scan": {"file-2"}, "left": {"out"},
	}
	if diff := cmp.Diff(want, values); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	if len(files) != 1 || len(files["paper"]) != 1 || files["paper"][0].ID != "F1" || files["paper"][0].URLPrivate == "" {
		t.Errorf("files %+v", files)
	}
	values, files = readState(slack.View{}, metadata{})
	if len(values) != 0 || len(files) != 0 {
		t.Errorf("a view without state holds %v, %v", values, files)
	}
}

func TestTitlesEndAtAWord(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{
		"New requisition":                    "New requisition",
		"Score the interview of a person":    "Score the interview of…",
		"Score an interviewing panel today":  "Score an interviewing…",
		"Supercalifragilisticexpialidocious": "Supercalifragilisticexp…",
		"Twenty-four characters …":           "Twenty-four characters …",
		" two\n lines ":                      "two lines",
		"\xff ":                              "Hirebot",
	} {
		if got := waitingModal(title, "", origin{}).Title.Text; got != want {
			t.Errorf("%q is called %q, want %q", title, got, want)
		}
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	got := options([]bot.Choice{
		{Label: "One", Value: "1", Hint: "first"}, {Label: "Again", Value: "1"}, {Value: "2", Label: " "}, {Label: "None"},
		{Label: "Long", Value: strings.Repeat("x", 151)}, {Label: strings.Repeat("y", 80), Value: strings.Repeat("é", 150), Hint: strings.Repeat("z", 80)},
	})
	var seen []string
	for _, o := range got {
		hint := ""
		if o.Description != nil {
			hint = o.Description.Text
		}
		seen = append(seen, fmt.Sprintf("%.5s %.5s %.5s %d", o.Value, o.Text.Text, hint, utf8.RuneCountInString(o.Text.Text+hint)))
	}
	if diff := cmp.Diff([]string{"1 One first 8", "2 2  1", "ééééé yyyyy zzzzz 150"}, seen); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}
	if n := len(options(numbered(150, ""))); n != 100 {
		t.Errorf("%d options, want 100", n)
	}
}

func TestAgainMovesMessages(t *testing.T) {
	t.Parallel()
	view := mustRender(t, modal{
		Form:   bot.Form{Title: "Shop", Call: bot.Do("form.fill"), Fields: []bot.Field{{Name: "title"}, {Name: "copies", Input: bot.InputNumber}}},
		Errors: []bot.FieldError{{Field: "title", Message: "Taken."}, {Message: "Closed."}},
	})
	order := func(v slack.ModalViewRequest) []string {
		var out []string
		for _, b := range v.Blocks.BlockSet {
			out = append(out, b.ID())
		}
		return out
	}
	if diff := cmp.Diff([]string{"wrong.", "title", "wrong.title", "copies"}, order(view)); diff != "" {
		t.Errorf("blocks (-want +got):\n%s", diff)
	}
	for _, step := range []struct {
		errors []bot.FieldError
		want   []string
		wrong  []string
	}{
		{[]bot.FieldError{{Field: "copies", Message: "Too many."}, {Field: "copies", Message: "Not so many."}}, []string{"title", "copies", "wrong.copies"}, []string{"copies"}},
		{[]bot.FieldError{{Field: "shop", Message: "Which?"}}, []string{"wrong.", "title", "copies"}, []string{"shop"}},
		{nil, []string{"title", "copies"}, nil},
	} {
		next, err := again(incoming(t, view, nil), step.errors)
		if err != nil {
			t.Fatal(err)
		}
		mustBeView(t, next)
		if diff := cmp.Diff(step.want, order(next)); diff != "" {
			t.Errorf("blocks after %v (-want +got):\n%s", step.errors, diff)
		}
		meta, err := readMetadata(incoming(t, next, nil))
		if diff := cmp.Diff(step.wrong, meta.Wrong); diff != "" || err != nil {
			t.Errorf("wrong after %v: %v (-want +got):\n%s", step.errors, err, diff)
		}
		view = next
	}
	if view.Title.Text != "Shop" || view.Submit.Text != "Save" || view.Close.Text != "Close" {
		t.Errorf("the view became %q, %q, %q", view.Title.Text, view.Submit.Text, view.Close.Text)
	}
	if next, err := again(slack.View{PrivateMetadata: "other"}, nil); err == nil {
		t.Errorf("somebody else's view was drawn again: %+v", next)
	}
}

func TestOurWordsAreSpelled(t *testing.T) {
	t.Parallel()
	view := mustRender(t, modal{
		Form: bot.Form{Call: bot.Do("form.fill"), Fields: []bot.Field{
			{Name: "a", Label: "/band is typed by a person", Hint: "See /band", Value: []string{"/band"}},
		}},
		Errors: []bot.FieldError{{Field: "a", Message: "Try /band."}},
		Spell:  func(s string) string { return strings.ReplaceAll(s, "/band", "/hb-band") },
	})
	text, err := json.Marshal(view)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"See /hb-band"`, `Try /hb-band.`, `"initial_value":"/band"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the view does not have %s:\n%s", want, text)
		}
	}
}
