package discord

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

var savedAt = time.Date(2027, 1, 4, 9, 30, 0, 0, time.UTC)

// everyInput is a form with every way in which a field can be filled in.
func everyInput() bot.Form {
	anchors := []bot.Choice{
		{Label: "1", Value: "1", Hint: "Does not know it"},
		{Label: "2", Value: "2", Hint: "Has used it"},
		{Label: "3", Value: "3", Hint: "Works with it alone, finds out what is not in the manual, and can say why it is done so and not otherwise"},
		{Label: "4", Value: "4", Hint: "Teaches it"},
	}
	return bot.Form{
		Title: "Score an interview of a candidate", Submit: "Send", Call: bot.Do("feedback.give", "I-3"), Draft: "d-1",
		Note: bot.Join(bot.T("For "), bot.Who("P-1", "Sample Person"), bot.T(". <@1> is *only* text.")),
		Fields: []bot.Field{
			{Name: "title", Label: "Title", Hint: "In a few words", Example: "Garden walls", Input: bot.InputText, Required: true, Max: 60},
			{Name: "story", Label: "Story", Input: bot.InputLongText, Max: 9000},
			{Name: "copies", Label: "Copies", Example: "4", Input: bot.InputNumber, Required: true},
			{Name: "price", Label: "Price", Example: "18 LPA", Input: bot.InputMoney},
			{Name: "shelf", Label: "Shelf", Input: bot.InputChoice, Required: true, Choices: numbered(4, "")},
			{Name: "branch", Label: "Branch", Input: bot.InputChoice, Choices: numbered(3, "Open on day ")},
			{Name: "city", Label: "City", Input: bot.InputChoice, Required: true, Choices: numbered(101, "")},
			{Name: "stars", Label: "Knowledge", Input: bot.InputRating, Required: true, Choices: anchors},
			{Name: "tags", Label: "Tags", Input: bot.InputChoices, Choices: numbered(3, "")},
			{Name: "towns", Label: "Towns", Input: bot.InputChoices, Choices: numbered(101, "")},
			{Name: "owner", Label: "Owner", Input: bot.InputPerson, Required: true},
			{Name: "readers", Label: "Readers", Input: bot.InputPeople},
			{Name: "guest", Label: "Guest", Input: bot.InputPerson},
			{Name: "day", Label: "Day", Example: "4 Jan 2027", Input: bot.InputDate},
			{Name: "hour", Label: "Hour", Input: bot.InputTime},
			{Name: "due", Label: "Due", Example: "fri 3pm", Input: bot.InputDateTime},
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

func filled(f bot.Form, values bot.Values) bot.Form {
	for i := range f.Fields {
		f.Fields[i].Value = values[f.Fields[i].Name]
	}
	return f
}

// account knows three people, one of them without an account.
func account(person string) (user string, ok bool) {
	user, ok = map[string]string{"P-1": "80351110224678912", "P-2": "80351110224678913"}[person]
	return user, ok
}

var everyValue = bot.Values{
	"title": {"Garden walls"}, "story": {"Of stone.\nAnd <b>earth</b> & water."}, "copies": {"4"}, "price": {"18.5 LPA"},
	"shelf": {"n1"}, "branch": {"n3"}, "city": {"n101"}, "stars": {"3"}, "tags": {"n1", "n3"}, "towns": {"n7", "n101"},
	"owner": {"P-1"}, "readers": {"P-1", "P-2"}, "guest": {"P-3"}, "day": {"2027-01-04"}, "hour": {"09:30"}, "due": {"2027-01-04T15:30:00Z"}, "paper": {"file-1"},
}

// oddValue are values that the inputs cannot hold.
var oddValue = bot.Values{
	"title": {"one", "two"}, "story": {strings.Repeat("Of stone. ", 500)}, "shelf": {strings.Repeat("x", 101)}, "branch": {"elsewhere"},
	"stars": {"2.5"}, "tags": {"n1", "new"}, "owner": {"P-1", "P-2"}, "readers": {"P-4"},
}

func forms() map[string]bot.Form {
	continued := filled(everyInput(), everyValue)
	continued.Saved, continued.StartOver = savedAt, bot.Do("feedback.give", "I-3", "~new")
	full := everyInput()
	full.Fields, full.Note = full.Fields[:5], bot.T("Nothing of it is public.")
	short := everyInput()
	short.Fields = short.Fields[:2]
	return map[string]bot.Form{
		"empty": everyInput(), "continued": continued, "mended": filled(everyInput(), oddValue), "bare": {Call: bot.Do("form.fill")}, "full": full, "short": short,
	}
}

func TestModalGoldens(t *testing.T) {
	t.Parallel()
	schema := publishedSchema(t, "ModalInteractionCallbackRequestData")
	for name, f := range forms() {
		var all []modal
		var lost []loss
		for i := range steps(f) {
			m, losses := renderModal(f, i, fmt.Sprintf("f1|d-1|%d", i), account)
			mustMatch(t, schema, m)
			if wrong := refusedModal(m); wrong != "" {
				t.Errorf("%s, step %d: %s", name, i, wrong)
			}
			all, lost = append(all, m), append(lost, losses...)
		}
		golden(t, "testdata/forms/"+name+".json", map[string]any{"steps": all, "lost": lost})
	}
}

// refusedModal returns why Discord would refuse a modal, "" where it would not.
func refusedModal(m modal) string {
	if units(m.ID) < 1 || units(m.ID) > 100 || blank(m.Title) || units(m.Title) > 45 || len(m.Components) < 1 || len(m.Components) > 5 {
		return fmt.Sprintf("%q, %q, %d components", m.ID, m.Title, len(m.Components))
	}
	ids := map[string]bool{}
	for _, c := range m.Components {
		if text, ok := c.(discordgo.TextDisplay); ok {
			if n := units(text.Content); n > 4000 || blank(text.Content) {
				return fmt.Sprintf("a text of %d", n)
			}
			continue
		}
		l, ok := c.(label)
		if !ok {
			return fmt.Sprintf("a %T", c)
		}
		in := l.Component
		if blank(l.Label) || units(l.Label) > 45 || units(l.Description) > 100 || ids[in.CustomID] || in.CustomID == "" || units(in.CustomID) > 100 {
			return fmt.Sprintf("a label %+v", l)
		}
		ids[in.CustomID] = true
		if wrong := refusedInput(in); wrong != "" {
			return wrong
		}
	}
	return ""
}

func refusedInput(in input) string {
	if in.Kind == discordgo.TextInputComponent {
		if n := units(in.Value); n > 4000 || n > in.Longest || in.Longest > 4000 || units(in.Placeholder) > 100 || in.Style < 1 || !utf8.ValidString(in.Value) {
			return fmt.Sprintf("a text input %+v", in)
		}
		return ""
	}
	if in.Most < 1 || in.Most > 25 || in.Least == nil || *in.Least > in.Most || (*in.Least == 0) == in.Required || len(in.Chosen) > in.Most || units(in.Placeholder) > 150 {
		return fmt.Sprintf("an input %+v", in)
	}
	defaults, values := 0, map[string]bool{}
	for _, o := range in.Options {
		if values[o.Value] || strings.TrimSpace(o.Value) == "" || units(o.Value) > 100 || blank(o.Label) || units(o.Label) > 100 || units(o.Description) > 100 {
			return fmt.Sprintf("an option %+v", o)
		}
		values[o.Value] = true
		if o.Default {
			defaults++
		}
	}
	if defaults > in.Most || len(in.Options) > 25 || in.Kind == discordgo.SelectMenuComponent && (len(in.Options) == 0 || in.Most > len(in.Options)) {
		return fmt.Sprintf("%d options, %d of them chosen, at most %d", len(in.Options), defaults, in.Most)
	}
	return ""
}

var allInputs = []bot.Input{
	bot.InputText, bot.InputLongText, bot.InputNumber, bot.InputMoney, bot.InputChoice, bot.InputChoices, bot.InputRating,
	bot.InputPerson, bot.InputPeople, bot.InputDate, bot.InputTime, bot.InputDateTime, bot.InputFile, "",
}

var someText = rapid.OneOf(
	rapid.SampledFrom([]string{"", " ", "\xff", "a\xffb", "<@1>", "*bold*", "a\nb", "नमस्ते", "⚠ \U0001F600", zeroWidth, "\u202e", "2027-01-04", "4"}),
	rapid.String(),
	rapid.Map(rapid.IntRange(5, 1200), func(n int) string { return strings.Repeat("wörd ", n) }),
	rapid.Map(rapid.IntRange(1, 2500), func(n int) string { return strings.Repeat("\U0001F600", n) }),
)

func anyField(t *rapid.T, name string) bot.Field {
	f := bot.Field{
		Name: name, Label: someText.Draw(t, "label"), Hint: someText.Draw(t, "hint"), Example: someText.Draw(t, "example"),
		Input: rapid.SampledFrom(allInputs).Draw(t, "input"), Required: rapid.Bool().Draw(t, "required"), Max: rapid.IntRange(-1, 5000).Draw(t, "max"),
	}
	for range rapid.OneOf(rapid.IntRange(0, 5), rapid.IntRange(23, 27)).Draw(t, "choices") {
		f.Choices = append(f.Choices, bot.Choice{
			Label: someText.Draw(t, "choice"), Hint: someText.Draw(t, "anchor"),
			Value: rapid.OneOf(someText, rapid.StringMatching(`[a-z0-9]{1,6}`)).Draw(t, "value"),
		})
	}
	values := rapid.OneOf(someText, rapid.SampledFrom([]string{"P-1", "P-2", "P-3"}))
	if len(f.Choices) > 0 {
		values = rapid.OneOf(values, rapid.Map(rapid.SampledFrom(f.Choices), func(c bot.Choice) string { return c.Value }))
	}
	f.Value = rapid.SliceOfN(values, 0, 3).Draw(t, "values")
	return f
}

// TestAnyFormIsAModal draws whatever form there can be: Discord takes each step, and one that nobody
// touches gives back what its fields hold, or a loss is reported.
func TestAnyFormIsAModal(t *testing.T) {
	t.Parallel()
	schema := publishedSchema(t, "ModalInteractionCallbackRequestData")
	rapid.Check(t, func(rt *rapid.T) {
		f := bot.Form{Title: someText.Draw(rt, "title"), Note: bot.T(someText.Draw(rt, "note"))}
		if rapid.Bool().Draw(rt, "saved") {
			f.Saved = savedAt
		}
		for i := range rapid.IntRange(0, 12).Draw(rt, "fields") {
			f.Fields = append(f.Fields, anyField(rt, fmt.Sprintf("f%d", i)))
		}
		var asked []string
		for i, fields := range steps(f) {
			m, losses := renderModal(f, i, "f1|d", account)
			if wrong := refusedModal(m); wrong != "" {
				rt.Fatalf("step %d: %s", i, wrong)
			}
			mustMatch(t, schema, m)
			got, err := readModal(untouched(rt, m))
			if err != nil {
				rt.Fatal(err)
			}
			for _, field := range fields {
				asked = append(asked, field.Name)
				mustKeep(rt, field, got, slices.ContainsFunc(losses, func(l loss) bool { return l.Field == field.Name }))
			}
		}
		if len(asked) != len(f.Fields) {
			rt.Fatalf("asked for %v", asked)
		}
	})
}

func mustKeep(t *rapid.T, f bot.Field, got submitted, lost bool) {
	values, there := got.Values[f.Name]
	if f.Input == bot.InputFile {
		if there {
			t.Fatalf("a file that nobody touched is %v", values)
		}
		return
	}
	if !there {
		t.Fatalf("field %s is not there", f.Name)
	}
	want := front.ValuesOf(legible(f))
	users := 0
	for _, v := range want {
		if _, ok := account(v); ok {
			users++
		}
	}
	switch joined := strings.ToValidUTF8(strings.Join(want, ", "), ""); {
	case len(want) == 0 && len(values) == 0:
	case lost:
		if len(values) != 1 || units(values[0]) > 4000 {
			t.Fatalf("%q", values)
		}
	case len(values) == 1 && (values[0] == joined || values[0] == strings.ReplaceAll(joined, ", ", ",\n") || values[0] == strings.ToValidUTF8(strings.Join(want, ",\n"), "")):
	case (f.Input == bot.InputPerson || f.Input == bot.InputPeople) && users == len(want) && len(values) == users:
	default:
		slices.Sort(want)
		slices.Sort(values)
		if !slices.Equal(want, values) && joined != "" {
			t.Fatalf("field %+v gives %q, want %q", f, values, want)
		}
	}
}

// untouched is what Discord sends of a modal that nobody changed.
func untouched(t *rapid.T, m modal) json.RawMessage {
	var rows []map[string]any
	for i, c := range m.Components {
		l, ok := c.(label)
		if !ok {
			rows = append(rows, map[string]any{"type": c.Type(), "id": i})
			continue
		}
		in := map[string]any{"type": l.Component.Kind, "custom_id": l.Component.CustomID, "id": 100 + i}
		if l.Component.Kind == discordgo.TextInputComponent {
			in["value"] = l.Component.Value
		} else {
			values := []string{}
			for _, o := range l.Component.Options {
				if o.Default {
					values = append(values, o.Value)
				}
			}
			for _, c := range l.Component.Chosen {
				values = append(values, c.ID)
			}
			in["values"] = values
		}
		rows = append(rows, map[string]any{"type": 18, "id": i, "component": in})
	}
	text, err := json.Marshal(map[string]any{"custom_id": m.ID, "components": rows})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestReadModal(t *testing.T) {
	t.Parallel()
	got, err := readModal(json.RawMessage(`{"custom_id": "f1|d-1|0", "components": [
		{"type": 10, "id": 1, "content": "x"},
		{"type": 18, "id": 2, "component": {"type": 4, "id": 3, "custom_id": "title", "value": "Walls"}},
		{"type": 18, "id": 4, "component": {"type": 4, "custom_id": "story", "value": ""}},
		{"type": 18, "component": {"type": 3, "custom_id": "tags", "values": ["a", "b"]}},
		{"type": 18, "component": {"type": 3, "custom_id": "shelf", "values": []}},
		{"type": 18, "component": {"type": 5, "custom_id": "owner", "values": ["7", "8"]}},
		{"type": 18, "component": {"type": 7, "custom_id": "anyone", "values": ["8"]}},
		{"type": 18, "component": {"type": 6, "custom_id": "role", "values": ["9"]}},
		{"type": 18, "component": {"type": 8, "custom_id": "channel", "values": ["10"]}},
		{"type": 18, "component": {"type": 19, "custom_id": "paper", "values": ["77", "78"]}},
		{"type": 18, "component": {"type": 19, "custom_id": "none", "values": []}},
		{"type": 18, "component": {"type": 21, "custom_id": "radio", "value": "r"}},
		{"type": 18, "component": {"type": 21, "custom_id": "unset", "value": null}},
		{"type": 18, "component": {"type": 22, "custom_id": "boxes", "values": ["x"]}},
		{"type": 18, "component": {"type": 23, "custom_id": "box", "value": true}},
		{"type": 1, "components": [{"type": 4, "custom_id": "old", "value": "row"}]},
		{"type": 99, "custom_id": "future", "value": {"x": 1}, "component": {"type": 4, "custom_id": "within", "value": "y"}}
	], "resolved": {"attachments": {"77": {"id": "77", "filename": "bands.csv", "content_type": "text/csv", "url": "https://cdn.example/77", "size": 12, "height": null}}, "users": {}}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := submitted{
		ID: "f1|d-1|0",
		Values: bot.Values{
			"title": {"Walls"}, "story": {}, "tags": {"a", "b"}, "shelf": {}, "owner": {"7", "8"}, "anyone": {"8"}, "role": {"9"}, "channel": {"10"},
			"radio": {"r"}, "unset": {}, "boxes": {"x"}, "box": {"yes"}, "old": {"row"}, "within": {"y"},
		},
		Uploads: map[string]uploadRef{"paper": {ID: "77", Filename: "bands.csv", ContentType: "text/csv", URL: "https://cdn.example/77", Size: 12}},
		Users:   []string{"7", "8"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, wrong := range []string{"", "null", "[]", "{}", `{"custom_id": 7}`, `{"custom_id": "x", "components": {}}`} {
		if got, err := readModal(json.RawMessage(wrong)); err == nil {
			t.Errorf("%q is read as %+v", wrong, got)
		}
	}
}

func FuzzReadModal(f *testing.F) {
	f.Add([]byte(`{"custom_id": "x", "components": [{"type": 18, "component": {"type": 4, "custom_id": "a", "value": "b"}}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := readModal(raw)
		if err == nil && (got.ID == "" || got.Values == nil) {
			t.Errorf("%+v", got)
		}
	})
}

func TestSteps(t *testing.T) {
	t.Parallel()
	for n, want := range map[int][]int{0: {0}, 1: {1}, 5: {5}, 6: {3, 3}, 10: {5, 5}, 11: {3, 4, 4}, 17: {4, 4, 4, 5}} {
		f := bot.Form{}
		for i := range n {
			f.Fields = append(f.Fields, bot.Field{Name: fmt.Sprint(i)})
		}
		var got []int
		next := 0
		for i, step := range steps(f) {
			got = append(got, len(step))
			for _, field := range step {
				if field.Name != fmt.Sprint(next) || stepOf(f, field.Name) != i {
					t.Errorf("of %d, field %s is in step %d", n, field.Name, stepOf(f, field.Name))
				}
				next++
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d fields are %v, want %v", n, got, want)
		}
	}
	if stepOf(bot.Form{}, "gone") != 0 {
		t.Error("a field that nobody asks for is not in the first step")
	}
}

func TestFieldsThatCannotBeAskedForAreReported(t *testing.T) {
	t.Parallel()
	f := bot.Form{Title: "T", Fields: []bot.Field{{Name: ""}, {Name: "a"}, {Name: "a"}, {Name: strings.Repeat("x", 101)}}}
	m, losses := renderModal(f, 7, "id", nil)
	if len(losses) != 3 || refusedModal(m) != "" {
		t.Errorf("%v, %s", losses, refusedModal(m))
	}
}

func TestDaysAndMomentsAreTypedAsTheyAreRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		input       bot.Input
		value, want string
	}{
		{bot.InputDate, "2027-01-04", "Mon 4 Jan 2027"},
		{bot.InputDate, "next fri", "next fri"},
		{bot.InputDateTime, "2027-01-04T15:30:00Z", "Mon 4 Jan 2027, 3:30 pm UTC"},
		{bot.InputDateTime, "2027-01-04T15:30:07Z", "2027-01-04T15:30:07Z"},
		{bot.InputDateTime, "fri 3pm", "fri 3pm"},
		{bot.InputText, "2027-01-04", "2027-01-04"},
	} {
		if got := legible(bot.Field{Input: c.input, Value: []string{c.value}}).Value[0]; got != c.want {
			t.Errorf("%s is %q, want %q", c.value, got, c.want)
		}
	}
}

func summaries() map[string]summary {
	f := filled(everyInput(), everyValue)
	f.Saved, f.StartOver = savedAt, bot.Do("feedback.give", "I-3", "~new")
	name := func(person string) string { return map[string]string{"P-1": "Sample Person"}[person] }
	secret := func(field string) bool { return field == "price" }
	_, losses := renderModal(filled(everyInput(), oddValue), 0, "x", account)
	return map[string]summary{
		"between": {Form: f, Done: 1, Secret: secret, Name: name, Continue: "f1|d-1|1", Fix: "f1|d-1|0"},
		"wrong": {Form: f, Done: 4, Secret: secret, Name: name, Continue: "f1|d-1|4", Fix: "f1|d-1|0", Wrong: []bot.FieldError{
			{Field: "copies", Message: "At most 3 copies."}, {Message: "The shop is closed."}, {Field: "gone", Message: "Say which shop."}, {Field: "title"},
		}},
		"start": {Form: everyInput(), Continue: "f1|d-1|0"},
		"lost":  {Form: f, Done: 1, Secret: secret, Name: name, Losses: losses, Continue: "f1|d-1|1"},
	}
}

func TestSummaries(t *testing.T) {
	t.Parallel()
	schema := publishedSchema(t, "MessageCreateRequest")
	for name, s := range summaries() {
		card, buttons := s.card()
		pages := renderCard(card, surface{Pages: 3, Buttons: buttons})
		golden(t, "testdata/forms/summary-"+name+".json", shown(pages))
		for _, p := range pages {
			mustMatch(t, schema, p.message())
			if strings.Contains(textOfPage(p), "18.5") {
				t.Errorf("%s: a secret is shown", name)
			}
		}
	}
}

// TestAFullStepTellsItsNote: a modal of five fields has room for no text, so that the note stands below its
// labels, the beginning first. Where there is no room beside a hint, the hint gives way to it.
func TestAFullStepTellsItsNote(t *testing.T) {
	t.Parallel()
	hint := strings.Repeat("h", 90)
	field := func(name, hint, example string) bot.Field {
		return bot.Field{Name: name, Label: name, Hint: hint, Example: example, Input: bot.InputText}
	}
	full := bot.Form{Title: "Full", Call: bot.Do("form.full"), Fields: []bot.Field{
		field("a", hint, "one"), field("b", hint, ""), field("c", "Short", ""), field("d", hint, "four"), field("e", hint, ""),
	}}
	below := func(note string) ([]string, []loss) {
		f := full
		f.Note = bot.T(note)
		m, losses := renderModal(f, 0, "id", nil)
		var out []string
		for _, c := range m.Components {
			if l, ok := c.(label); ok {
				out = append(out, l.Description)
			}
		}
		return out, losses
	}
	got, losses := below("It will be confidential. Panel and stages get defaults. They can be changed later on the card, with a button.")
	want := []string{
		"It will be confidential. Panel and stages get defaults. Closing keeps nothing of this step.", hint,
		"Short. They can be changed later on the card, with a button.", hint, hint,
	}
	if diff := cmp.Diff(want, got); diff != "" || len(losses) > 0 {
		t.Errorf("lost %v; the hints are\n%s", losses, diff)
	}
	long := strings.Repeat("n", limits.FieldHint+1)
	if _, losses := below("Fine. " + long); len(losses) != 1 || losses[0].Text != long {
		t.Errorf("what fits nowhere is reported as %v", losses)
	}
}
