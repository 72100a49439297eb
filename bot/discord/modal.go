package discord

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/hirebot/hirebot/bot"
)

// modal is a step of a form, as the answer to an interaction carries it.
type modal struct {
	ID         string                       `json:"custom_id"`
	Title      string                       `json:"title"`
	Components []discordgo.MessageComponent `json:"components"`
}

// loss is what of a form could not be shown: of a field's value, or, without a field, the form's note.
type loss struct{ Field, Text string }

// The components of a modal are types of our own. Those of discordgo write members that Discord refuses
// in a modal, such as whether a select is disabled.
type (
	// label is a component with its label, and a line below that.
	label struct {
		Kind        discordgo.ComponentType `json:"type"`
		Label       string                  `json:"label"`
		Description string                  `json:"description,omitempty"`
		Component   input                   `json:"component"`
	}
	// input is a component that is filled in.
	input struct {
		Kind     discordgo.ComponentType  `json:"type"`
		CustomID string                   `json:"custom_id"`
		Required bool                     `json:"required"`
		Style    discordgo.TextInputStyle `json:"style,omitempty"`
		Value    string                   `json:"value,omitempty"`
		Longest  int                      `json:"max_length,omitempty"`

		Placeholder string   `json:"placeholder,omitempty"`
		Least       *int     `json:"min_values,omitempty"`
		Most        int      `json:"max_values,omitempty"`
		Options     []option `json:"options,omitempty"`
		Chosen      []chosen `json:"default_values,omitempty"`
	}
	// option is an entry of a select.
	option struct {
		Label       string `json:"label"`
		Value       string `json:"value"`
		Description string `json:"description,omitempty"`
		Default     bool   `json:"default,omitempty"`
	}
	// chosen is a person whom a select has already.
	chosen struct {
		ID   string `json:"id"`
		Kind string `json:"type"`
	}
)

// Type tells what the component is.
func (l label) Type() discordgo.ComponentType { return l.Kind }

// MarshalJSON writes the component.
func (l label) MarshalJSON() ([]byte, error) {
	type plain label
	return json.Marshal(plain(l))
}

// Type tells what the component is.
func (in input) Type() discordgo.ComponentType { return in.Kind }

// MarshalJSON writes the component.
func (in input) MarshalJSON() ([]byte, error) {
	type plain input
	return json.Marshal(plain(in))
}

// The types of components that discordgo has no names for.
// https://discord.com/developers/docs/components/reference#component-object-component-types
const (
	radioGroup    discordgo.ComponentType = 21
	checkboxGroup discordgo.ComponentType = 22
	checkbox      discordgo.ComponentType = 23
)

// steps cuts the fields of a form, in order, into as few modals as there can be. They are of even size,
// since a modal that is not full has room for a text. There is always at least one step.
func steps(f bot.Form) [][]bot.Field {
	n := len(f.Fields)
	count := max(1, (n+limits.ModalParts-1)/limits.ModalParts)
	out := make([][]bot.Field, count)
	for i := range out {
		out[i] = f.Fields[i*n/count : (i+1)*n/count]
	}
	return out
}

// stepOf returns the step that asks for a field, the first for one that no step asks for.
func stepOf(f bot.Form, field string) int {
	for i, fields := range steps(f) {
		if slices.ContainsFunc(fields, func(f bot.Field) bool { return f.Name == field }) {
			return i
		}
	}
	return 0
}

// unsaved is what Discord tells nobody: that somebody closed a form.
const unsaved = "Closing this form keeps nothing of this step."

// unsavedShort is unsaved where there is little room.
const unsavedShort = "Closing keeps nothing of this step."

// renderModal draws one step of a form, counted from 0, with the caller's id. People returns the account
// of a person. A step that is not there is the last one.
func renderModal(f bot.Form, step int, id string, people func(person string) (user string, ok bool)) (modal, []loss) {
	all := steps(f)
	step = min(max(step, 0), len(all)-1)
	out := modal{ID: id, Title: stepTitle(f.Title, step, len(all))}
	var losses []loss
	var labels []label
	var long []string
	for _, field := range all[step] {
		if blank(field.Name) || units(field.Name) > limits.CustomID || slices.ContainsFunc(labels, func(l label) bool { return l.Component.CustomID == field.Name }) {
			losses = append(losses, loss{field.Name, "This field has a name that Discord cannot carry, so it is not asked for."})
			continue
		}
		l, lost := labelled(legible(field), people)
		if lost != "" {
			losses = append(losses, loss{field.Name, lost})
		}
		labels = append(labels, l)
		long = append(long, inFull(field, l)...)
	}
	note := ""
	if step == 0 {
		note = markdown(typesetter{}.runs(f.Note))
	}
	if len(labels) < limits.ModalParts {
		out.Components = append(out.Components, discordgo.TextDisplay{Content: modalText(f, step, note, len(labels), long)})
	} else {
		if step == 0 {
			for _, lost := range noteBelow(labels, all[step], f.Note) {
				losses = append(losses, loss{Text: lost})
			}
		}
		describe(labels, unsavedShort)
	}
	for _, l := range labels {
		out.Components = append(out.Components, l)
	}
	return out, losses
}

// describe puts a text of ours below the first label that has room for it, and returns false where none
// has. A full modal has room for no text but these.
func describe(labels []label, text string) bool {
	for i, l := range labels {
		if description := sentences(l.Description, text); units(description) <= limits.FieldHint {
			labels[i].Description = description
			return true
		}
	}
	return false
}

// noteBelow puts a form's note below the labels of a full modal, which has room for no text: people read it
// before they fill anything in. A sentence goes below the first label; it takes the place of a hint where
// there is no room beside it, since an example in the field says as much. What goes nowhere is returned.
func noteBelow(labels []label, fields []bot.Field, note bot.Text) []string {
	var lost []string
	taken := map[int]bool{}
	for _, sentence := range sentencesOf(oneLine(note.Plain(nil))) {
		if !noteSentence(labels, fields, taken, sentence) {
			lost = append(lost, sentence)
		}
	}
	return lost
}

// noteSentence is noteBelow for one sentence; taken are the labels whose hint has given way.
func noteSentence(labels []label, fields []bot.Field, taken map[int]bool, sentence string) bool {
	if units(sentence) > limits.FieldHint {
		return false
	}
	for i, l := range labels {
		if both := sentences(l.Description, sentence); units(both) <= limits.FieldHint {
			labels[i].Description = both
			return true
		}
		// A description that is more than the hint says what of a value is lost, or how to choose.
		spare := l.Description == atWord(sentences(fields[i].Hint), limits.FieldHint) && l.Component.Placeholder != ""
		if spare && !taken[i] {
			labels[i].Description, taken[i] = sentence, true
			return true
		}
	}
	return false
}

// sentencesOf cuts a text behind each full stop.
func sentencesOf(text string) []string {
	var out []string
	for _, part := range strings.SplitAfter(text, ". ") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// sentences puts texts behind each other, with full stops between.
func sentences(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p = oneLine(p); !blank(p) {
			out = append(out, p)
		}
	}
	for i := range len(out) - 1 {
		if !strings.HasSuffix(out[i], "…") && !strings.ContainsAny(out[i][len(out[i])-1:], ".!?:") {
			out[i] += "."
		}
	}
	return strings.Join(out, " ")
}

// legible returns a field with its days and moments as a person types them, since Discord has no picker.
// A moment names its zone, since nothing here tells that of the reader. What would be read as something
// else stays as it was.
func legible(f bot.Field) bot.Field {
	held := holds(f)
	for i, v := range held {
		switch f.Input {
		case bot.InputDate:
			day, err := time.Parse(time.DateOnly, v)
			text := day.Format("Mon 2 Jan 2006")
			if again, wrong := bot.ParseDate(day, time.UTC, text); err == nil && wrong == nil && string(again) == v {
				held[i] = text
			}
		case bot.InputDateTime:
			at, err := time.Parse(time.RFC3339, v)
			text := bot.FormatInstant(at, time.UTC)
			if again, wrong := bot.ParseInstant(at, time.UTC, text); err == nil && wrong == nil && again.Equal(at) {
				held[i] = text
			}
		default:
		}
	}
	f.Value = held
	return f
}

func stepTitle(title string, step, of int) string {
	title = orElse(oneLine(title), "Hirebot")
	if of == 1 {
		return atWord(title, limits.ModalTitle)
	}
	count := fmt.Sprintf(" (%d/%d)", step+1, of)
	return atWord(title, limits.ModalTitle-len(count)) + count
}

// modalText is what stands above the fields of a step.
func modalText(f bot.Form, step int, note string, fields int, long []string) string {
	var lines []string
	if !blank(note) {
		lines = append(lines, note)
	}
	if step == 0 && !f.Saved.IsZero() {
		lines = append(lines, "Continuing what you typed, saved "+instantMarkup(f.Saved)+".")
	}
	for _, line := range long {
		lines = append(lines, escape(line, true))
	}
	if fields == 0 {
		lines = append(lines, "There is nothing to fill in.")
	}
	end := smallMark + unsaved
	text := strings.Join(lines, "\n")
	if text == "" {
		return end
	}
	if most := limits.ModalText - len(end) - 1; units(text) > most {
		// A backslash at the end would take the line feed for what it escapes.
		text = strings.TrimRight(within(text, most-1), `\`) + "…"
	}
	return text + "\n" + end
}

// holds returns a field's values, each once and without empty ones.
func holds(f bot.Field) []string {
	var out []string
	for _, v := range f.Value {
		if v != "" && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// labelled draws a field, and returns what of its value could not be shown.
func labelled(f bot.Field, people func(string) (string, bool)) (label, string) {
	in, hint, lost := component(f, people)
	in.CustomID = f.Name
	in.Required = in.Required || f.Required && in.Kind != discordgo.FileUploadComponent
	l := label{Kind: discordgo.LabelComponent, Label: atWord(orElse(f.Label, f.Name), limits.FieldLabel), Component: in}
	l.Description = atWord(sentences(lost, hint, f.Hint), limits.FieldHint)
	return l, lost
}

// component returns the component of a field, holding what the field holds, with what is to be said
// below its label. What its own component cannot hold, such as a person without an account, stands in a
// text input instead, where the person can mend it.
func component(f bot.Field, people func(string) (string, bool)) (in input, hint, lost string) {
	ok := false
	switch f.Input {
	case bot.InputChoice, bot.InputRating:
		in, ok = selectOf(f, choicesOf(f), 1)
	case bot.InputChoices:
		in, ok = selectOf(f, f.Choices, limits.SelectOptions)
	case bot.InputPerson:
		in, ok = userSelect(f, 1, people)
	case bot.InputPeople:
		in, ok = userSelect(f, limits.SelectOptions, people)
	case bot.InputFile:
		in = input{Kind: discordgo.FileUploadComponent, Least: least(f.Required && len(holds(f)) == 0), Most: 1, Required: f.Required && len(holds(f)) == 0}
		if len(holds(f)) > 0 {
			hint = "The file that you gave before is kept, unless you choose another."
		}
		return in, hint, ""
	case bot.InputText, bot.InputLongText, bot.InputNumber, bot.InputMoney, bot.InputDate, bot.InputTime, bot.InputDateTime:
	default:
	}
	if ok {
		return in, "", ""
	}
	return textInput(f)
}

// least returns the fewest values of a field.
func least(required bool) *int {
	n := 0
	if required {
		n = 1
	}
	return &n
}

// textInput holds any values, several of them with commas, as the core reads a list.
func textInput(f bot.Field) (in input, hint, lost string) {
	separator := ", "
	style := discordgo.TextInputShort
	if f.Input == bot.InputLongText {
		separator, style = ",\n", discordgo.TextInputParagraph
	}
	text := strings.ToValidUTF8(strings.Join(holds(f), separator), "")
	if strings.Contains(text, "\n") {
		style = discordgo.TextInputParagraph
	}
	if units(text) > limits.InputLength {
		// Without an ellipsis, which would be sent off with it.
		text = within(text, limits.InputLength)
		lost = fmt.Sprintf("Longer than Discord can show: only its first %d characters stand here.", limits.InputLength)
	}
	longest := limits.InputLength
	if f.Max > 0 && f.Max < longest {
		longest = max(f.Max, units(text))
	}
	example := oneLine(f.Example)
	if blank(example) && len(f.Choices) > 0 {
		example = oneLine(orElse(f.Choices[0].Label, f.Choices[0].Value))
	}
	if len(f.Choices) > limits.SelectOptions {
		hint = fmt.Sprintf("One of %d: type some of it.", len(f.Choices))
		if f.Input == bot.InputChoices {
			hint = fmt.Sprintf("Any of %d, with commas between.", len(f.Choices))
		}
	}
	if !blank(example) {
		example = atWord("For example: "+example, limits.InputPlaceholder)
	} else {
		example = ""
	}
	return input{Kind: discordgo.TextInputComponent, Style: style, Value: text, Longest: longest, Placeholder: example}, hint, lost
}

// choicesOf returns what a field chooses from; a rating that names nothing goes from 1 to 5.
func choicesOf(f bot.Field) []bot.Choice {
	if f.Input != bot.InputRating || len(f.Choices) > 0 {
		return f.Choices
	}
	var out []bot.Choice
	for i := range 5 {
		out = append(out, bot.Choice{Label: strconv.Itoa(i + 1), Value: strconv.Itoa(i + 1)})
	}
	return out
}

// selectOf returns a select, and false where Discord cannot show the choices or the values as entries. A
// value that is none of the choices joins them, so that it is seen and can be changed for one of them.
func selectOf(f bot.Field, choices []bot.Choice, most int) (input, bool) {
	var options []option
	index := map[string]int{}
	for _, c := range choices {
		o, ok := entryOf(f, c)
		if _, there := index[c.Value]; !ok || there {
			if ok {
				continue
			}
			return input{}, false
		}
		index[c.Value] = len(options)
		options = append(options, o)
	}
	held := holds(f)
	for _, v := range held {
		i, there := index[v]
		if !there {
			o, ok := entryOf(f, bot.Choice{Value: v})
			if !ok {
				return input{}, false
			}
			i = len(options)
			options = append(options, o)
		}
		options[i].Default = true
	}
	if len(options) == 0 || len(options) > limits.SelectOptions || len(held) > most {
		return input{}, false
	}
	return input{Kind: discordgo.SelectMenuComponent, Least: least(f.Required), Most: min(most, len(options)), Options: options}, true
}

// entryOf returns a choice as Discord has it, and false for one whose value Discord cannot carry. The
// anchor of a rating stands beside its number, where it is still read once it is chosen.
func entryOf(f bot.Field, c bot.Choice) (option, bool) {
	if blank(c.Value) || clean(c.Value) != c.Value || strings.TrimSpace(c.Value) != c.Value || units(c.Value) > limits.OptionValue {
		return option{}, false
	}
	label, hint := oneLine(orElse(c.Label, c.Value)), oneLine(c.Hint)
	if blank(hint) {
		hint = ""
	}
	if both := label + " · " + hint; f.Input == bot.InputRating && hint != "" && units(both) <= limits.OptionLabel {
		label, hint = both, ""
	}
	return option{Label: shorten(label, limits.OptionLabel), Value: c.Value, Description: atWord(hint, limits.OptionHint)}, true
}

// inFull returns what the entries of a select or the line below a label had no room for, a line each.
func inFull(f bot.Field, l label) []string {
	var out []string
	if hint := oneLine(f.Hint); !blank(hint) && !strings.Contains(l.Description, hint) {
		out = append(out, l.Label+": "+hint)
	}
	if l.Component.Kind != discordgo.SelectMenuComponent {
		return out
	}
	for _, c := range f.Choices {
		label := oneLine(orElse(c.Label, c.Value))
		if units(label) <= limits.OptionLabel && units(oneLine(c.Hint)) <= limits.OptionHint {
			continue
		}
		if !blank(c.Hint) {
			label += ": " + oneLine(c.Hint)
		}
		out = append(out, l.Label+", "+label)
	}
	return out
}

// userSelect returns a select of people, and false where somebody whom the field holds has no account.
func userSelect(f bot.Field, most int, people func(string) (string, bool)) (input, bool) {
	in := input{Kind: discordgo.UserSelectMenuComponent, Least: least(f.Required), Most: most}
	for _, person := range holds(f) {
		if people == nil {
			return input{}, false
		}
		user, ok := people(person)
		if !ok || user == "" {
			return input{}, false
		}
		c := chosen{ID: user, Kind: string(discordgo.SelectMenuDefaultValueUser)}
		if !slices.Contains(in.Chosen, c) {
			in.Chosen = append(in.Chosen, c)
		}
	}
	return in, len(in.Chosen) <= most
}

// submitted is a modal that somebody sent off.
type submitted struct {
	ID string
	// Values are the values by field; one that was emptied is there without any. People are accounts here.
	// A field for a file has none: it is in Uploads, or stays what it was.
	Values  bot.Values
	Uploads map[string]uploadRef
	// Users are the accounts that were chosen, each once.
	Users []string
}

// uploadRef is a file that somebody put into a modal, where it can be fetched.
type uploadRef struct {
	ID          string `json:"id"`
	Filename    string `json:"filename"`
	ContentType string `json:"content_type"`
	URL         string `json:"url"`
	Size        int64  `json:"size"`
}

// sent is a component as it is sent off. Inner and Row hold further ones.
type sent struct {
	Kind     discordgo.ComponentType `json:"type"`
	CustomID string                  `json:"custom_id"`
	Value    json.RawMessage         `json:"value"`
	Values   []string                `json:"values"`
	Inner    *sent                   `json:"component"`
	Row      []sent                  `json:"components"`
}

// readModal reads the data of a modal that was sent off. It reads them itself, since discordgo gives
// back nothing of a modal that has one component which it does not know.
func readModal(raw json.RawMessage) (submitted, error) {
	var data struct {
		ID       string `json:"custom_id"`
		Row      []sent `json:"components"`
		Resolved struct {
			Attachments map[string]uploadRef `json:"attachments"`
		} `json:"resolved"`
	}
	if err := json.Unmarshal(raw, &data); err != nil {
		return submitted{}, fmt.Errorf("read a modal: %w", err)
	}
	if data.ID == "" {
		return submitted{}, errors.New("read a modal: it has no custom_id")
	}
	out := submitted{ID: data.ID, Values: bot.Values{}, Uploads: map[string]uploadRef{}}
	out.read(data.Row, data.Resolved.Attachments)
	return out, nil
}

func (s *submitted) read(row []sent, files map[string]uploadRef) {
	for _, c := range row {
		s.readOne(c, files)
		if c.Inner != nil {
			s.read([]sent{*c.Inner}, files)
		}
		s.read(c.Row, files)
	}
}

// readOne reads a component that is filled in. One that is none, or that came later than this, is passed
// over.
func (s *submitted) readOne(c sent, files map[string]uploadRef) {
	if c.CustomID == "" {
		return
	}
	switch c.Kind {
	case discordgo.TextInputComponent, radioGroup, checkbox:
		s.Values[c.CustomID] = textOf(c.Value)
	case discordgo.SelectMenuComponent, discordgo.RoleSelectMenuComponent, discordgo.ChannelSelectMenuComponent, checkboxGroup:
		s.Values[c.CustomID] = filledIn(c.Values)
	case discordgo.UserSelectMenuComponent, discordgo.MentionableSelectMenuComponent:
		s.Values[c.CustomID] = filledIn(c.Values)
		for _, user := range s.Values[c.CustomID] {
			if !slices.Contains(s.Users, user) {
				s.Users = append(s.Users, user)
			}
		}
	case discordgo.FileUploadComponent:
		for _, id := range c.Values {
			if f, ok := files[id]; ok {
				f.ID = id
				s.Uploads[c.CustomID] = f
			}
		}
	default:
	}
}

// textOf returns the one value of a component: a text, or whether a box was ticked.
func textOf(raw json.RawMessage) []string {
	var text string
	var ticked bool
	switch {
	case json.Unmarshal(raw, &text) == nil:
		return filledIn([]string{text})
	case json.Unmarshal(raw, &ticked) == nil && string(raw) != "null":
		return []string{map[bool]string{true: "yes", false: "no"}[ticked]}
	}
	return []string{}
}

func filledIn(values []string) []string {
	out := []string{}
	for _, v := range values {
		if v != "" {
			out = append(out, v)
		}
	}
	return out
}

// summary is what a person sees between the steps of a form, and when something in it is wrong.
type summary struct {
	Form bot.Form
	// Done is how many steps are filled in.
	Done  int
	Wrong []bot.FieldError
	// Losses are what a step could not show.
	Losses []loss
	// Secret tells whether a field's value is shown to nobody, Name what a person is called.
	Secret func(field string) bool
	Name   func(person string) string
	// Continue and Fix are the ids of the buttons; "" is for none. Fix also changes what is filled in.
	Continue, Fix string
}

// maxEntered is the most characters of a value in a summary.
const maxEntered = 300

// card returns a summary as a card, with the buttons for its surface.
func (s summary) card() (bot.Card, []button) {
	all := steps(s.Form)
	done := min(max(s.Done, 0), len(all))
	card := bot.Card{Title: orElse(s.Form.Title, "Form")}
	var buttons []button
	switch {
	case len(s.Wrong) > 0:
		card.Title += ": something to fix"
		card.Tone = bot.Attention
		card.Body = append(card.Body, s.mistakes(), bot.Divider{})
		buttons = append(buttons, button{ID: s.Fix, Label: "Fix", Style: bot.Primary})
	case done < len(all):
		if done > 0 {
			card.Title += fmt.Sprintf(": step %d of %d is filled in", done, len(all))
		}
		buttons = append(buttons, button{ID: s.Continue, Label: fmt.Sprintf("Continue (%d/%d)", done+1, len(all)), Style: bot.Primary})
		if done > 0 {
			buttons = append(buttons, button{ID: s.Fix, Label: "Change"})
		}
	}
	if !s.Form.Saved.IsZero() && s.Form.StartOver.Command != "" {
		// A modal has no buttons of ours.
		card.Actions = []bot.Action{{Label: "Start over", Do: s.Form.StartOver}}
	}
	var lines []bot.Text
	for _, fields := range all[:done] {
		for _, f := range fields {
			lines = append(lines, s.entered(f))
		}
	}
	if len(lines) > 0 {
		card.Body = append(card.Body, bot.Lines(lines...))
		card.Context = bot.T("What you entered is kept; nothing is sent yet.")
	}
	for _, l := range s.Losses {
		card.Body = append(card.Body, s.about(l.Field, l.Text))
	}
	return card, slices.DeleteFunc(buttons, func(b button) bool { return b.ID == "" })
}

func (s summary) mistakes() bot.Text {
	var lines []bot.Text
	for _, e := range s.Wrong {
		lines = append(lines, bot.Join(bot.T("⚠ "), s.about(e.Field, orElse(e.Message, "Look at this again."))))
	}
	return bot.Lines(lines...)
}

// about returns what is to be said of a field, with its label.
func (s summary) about(field, text string) bot.Text {
	if label := s.labelOf(field); label != "" {
		return bot.Join(bot.B(label+":"), bot.T(" "+text))
	}
	return bot.T(text)
}

// labelOf returns the label of a field, "" for none.
func (s summary) labelOf(name string) string {
	for _, f := range s.Form.Fields {
		if f.Name == name {
			return oneLine(orElse(f.Label, f.Name))
		}
	}
	return ""
}

// entered is a field with what it holds.
func (s summary) entered(f bot.Field) bot.Text {
	label := bot.B(oneLine(orElse(f.Label, f.Name)) + ":")
	if s.Secret != nil && s.Secret(f.Name) && len(holds(f)) > 0 {
		return bot.Join(label, bot.T(" entered, not shown"))
	}
	if len(holds(f)) == 0 {
		return bot.Join(label, bot.T(" "+none))
	}
	if at, err := time.Parse(time.RFC3339, holds(f)[0]); f.Input == bot.InputDateTime && err == nil {
		return bot.Join(label, bot.T(" "), bot.At(at))
	}
	var shown []string
	for _, v := range holds(legible(f)) {
		shown = append(shown, s.shown(f, v))
	}
	return bot.Join(label, bot.T(" "+shorten(strings.Join(shown, ", "), maxEntered)))
}

// shown returns a value as a person reads it.
func (s summary) shown(f bot.Field, value string) string {
	switch f.Input {
	case bot.InputFile:
		return "a file"
	case bot.InputPerson, bot.InputPeople:
		if s.Name != nil {
			return orElse(oneLine(s.Name(value)), value)
		}
	default:
	}
	for _, c := range f.Choices {
		if c.Value == value {
			return oneLine(orElse(c.Label, value))
		}
	}
	return oneLine(value)
}
