package slack

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/hirebot/hirebot/bot"
)

// modal is a form with what goes along in its view's private metadata.
type modal struct {
	Form bot.Form
	// From is where the form was opened, for its answer.
	From origin
	// Errors are shown at their fields. Those of a submission go the way of Slack's own; these are of
	// a field that was just left.
	Errors []bot.FieldError
	// Account returns the account of a person in the workspace, "" for none, and their name.
	Account func(person string) (user, name string)
	// Spell is as in surface.
	Spell func(string) string
}

// origin is where a form or a button belongs: where its answer goes.
type origin struct {
	Channel string `json:"c,omitempty"`
	// Private is true for a direct-message conversation with the bot.
	Private bool `json:"p,omitempty"`
	// Message is the timestamp of the message whose button was pressed, Ephemeral whether only the
	// person sees it.
	Message   string `json:"m,omitempty"`
	Ephemeral bool   `json:"e,omitempty"`
	// ResponseURL can be posted to for half an hour from Opened, five times.
	ResponseURL string `json:"u,omitempty"`
	// Opened is when the form was opened, in seconds since 1970.
	Opened int64 `json:"o,omitempty"`
}

// metadata is what a view of ours carries in its private metadata.
type metadata struct {
	// Call is the command with what is bound, as on the wire; Draft is where what is typed is kept.
	Call  string `json:"k,omitempty"`
	Draft string `json:"d,omitempty"`
	From  origin `json:"f"`
	// Kept are values that no input shows, such as the ids of files that were uploaded before.
	Kept bot.Values `json:"v,omitempty"`
	// Wrong are the names of the fields that a message is shown at.
	Wrong []string `json:"w,omitempty"`
}

// The callback ids of our views.
const (
	viewForm    = "form"
	viewWaiting = "waiting"
	viewCard    = "card"
)

// wrongMark begins the block ids of the messages at fields; the field's name follows.
const wrongMark = "wrong."

// maxFieldName leaves room for wrongMark in a block id of at most 255 characters.
const maxFieldName = 255 - len(wrongMark)

// maxNoteBlocks is the most blocks that the note of a form may take, so that its fields have room.
const maxNoteBlocks = 20

// renderModal draws a form as a view. It fails where the form cannot be: its call is too long, a field
// has a name that Slack cannot carry, or more fields are required than a view has room for.
func renderModal(m modal) (slack.ModalViewRequest, error) {
	call, err := m.Form.Call.Encode()
	if err != nil {
		return slack.ModalViewRequest{}, fmt.Errorf("render form: %w", err)
	}
	for _, f := range m.Form.Fields {
		if blank(f.Name) || !utf8.ValidString(f.Name) || utf8.RuneCountInString(f.Name) > maxFieldName || strings.HasPrefix(f.Name, wrongMark) {
			return slack.ModalViewRequest{}, fmt.Errorf("render form %s: a field cannot be named %q", m.Form.Call.Command, f.Name)
		}
	}
	head := m.head()
	fields, left, err := fit(m.Form.Fields, limits.ViewBlocks-len(head))
	if err != nil {
		return slack.ModalViewRequest{}, fmt.Errorf("render form %s: %w", m.Form.Call.Command, err)
	}
	blocks := head
	if len(left) > 0 {
		blocks = append(blocks, textBlock("There is no room here for: "+strings.Join(labels(left), ", ")+". What they hold is kept."))
	}
	if len(fields) == 0 {
		blocks = append(blocks, textBlock("There is nothing to fill in."))
	}
	for _, f := range fields {
		blocks = append(blocks, m.input(f))
	}
	meta, err := metadata{
		Call: call, Draft: m.Form.Draft, From: m.From, Kept: unshown(fields, left), Wrong: wrongFields(m.Errors),
	}.encode()
	if err != nil {
		return slack.ModalViewRequest{}, fmt.Errorf("render form %s: %w", m.Form.Call.Command, err)
	}
	view := newView(viewForm, m.spell(m.Form.Title), placeErrors(blocks, m.spelled(m.Errors)), meta)
	view.Submit = plainText(shorten(orElse(m.Form.Submit, "Save"), limits.ModalButton))
	return view, nil
}

// newView returns a view of ours without a submit button.
func newView(callback, title string, blocks []slack.Block, meta string) slack.ModalViewRequest {
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: callback, Title: plainText(atWord(orElse(title, "Hirebot"), limits.ModalTitle)),
		Close: plainText("Close"), Blocks: slack.Blocks{BlockSet: blocks}, PrivateMetadata: meta,
	}
}

// textBlock is a short text of ours.
func textBlock(text string) slack.Block {
	return slack.NewSectionBlock(plainText(shorten(text, limits.PlainText)), nil, nil)
}

// orElse returns a text, or another where there is nothing to read in it.
func orElse(text, other string) string {
	if blank(text) {
		return other
	}
	return text
}

func blank(text string) bool { return strings.TrimSpace(clean(text)) == "" }

// atWord is shorten for one line, at the end of a word where one is near.
func atWord(text string, most int) string {
	text = oneLine(text)
	short := shorten(text, most)
	if short == text {
		return text
	}
	begin := strings.TrimSuffix(short, "…")
	if at := strings.LastIndexByte(begin, ' '); at >= len(begin)/2 && text[len(begin)] != ' ' {
		begin = begin[:at]
	}
	return strings.TrimSpace(begin) + "…"
}

func (m modal) spell(text string) string {
	if m.Spell == nil {
		return text
	}
	return m.Spell(text)
}

func (m modal) spelled(errors []bot.FieldError) []bot.FieldError {
	out := make([]bot.FieldError, 0, len(errors))
	for _, e := range errors {
		out = append(out, bot.FieldError{Field: e.Field, Message: m.spell(e.Message)})
	}
	return out
}

// head returns what stands above the fields.
func (m modal) head() []slack.Block {
	var blocks []slack.Block
	if len(m.Form.Note) > 0 {
		note := richText(m.Form.Note, m.Spell)
		blocks = append(blocks, note[:min(len(note), maxNoteBlocks)]...)
	}
	if m.Form.Saved.IsZero() {
		return blocks
	}
	saved := "Continuing what you typed, saved " + instantMarkup(m.Form.Saved)
	blocks = append(blocks, slack.NewContextBlock("", slack.NewTextBlockObject(slack.MarkdownType, saved, false, false)))
	fresh, err := m.Form.StartOver.Encode()
	if m.Form.StartOver.Command == "" || err != nil {
		return blocks // What is typed can be changed all the same.
	}
	return append(blocks, slack.NewActionBlock("", slack.NewButtonBlockElement(actionDo+"0", fresh, plainText("Start over"))))
}

// fit returns the fields that have room in so many blocks, and the optional ones that have none. One
// block stays free for a message about the form as a whole.
func fit(fields []bot.Field, room int) (shown, left []bot.Field, err error) {
	room--
	if len(fields) <= room {
		return fields, nil, nil
	}
	room-- // for the text that names what is left out
	shown = slices.Clone(fields)
	for i := len(shown) - 1; i >= 0 && len(shown) > room; i-- {
		if !shown[i].Required {
			left = append(left, shown[i])
			shown = slices.Delete(shown, i, i+1)
		}
	}
	if len(shown) > room {
		return nil, nil, fmt.Errorf("%d required fields, at most %d", len(shown), room)
	}
	slices.Reverse(left)
	return shown, left, nil
}

func labels(fields []bot.Field) []string {
	out := make([]string, 0, len(fields))
	for _, f := range fields {
		out = append(out, orElse(f.Label, f.Name))
	}
	return out
}

// unshown returns what no input shows: the files that were uploaded before, and what the fields hold that
// have no room.
func unshown(shown, left []bot.Field) bot.Values {
	out := bot.Values{}
	for _, f := range shown {
		if held := holds(f); f.Input == bot.InputFile && len(held) > 0 {
			out[f.Name] = held
		}
	}
	for _, f := range left {
		if held := holds(f); len(held) > 0 {
			out[f.Name] = held
		}
	}
	return out
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

// input draws a field. Every change of it arrives as a delivery of its own, except for a file: Slack
// refuses a file input that dispatches.
// https://docs.slack.dev/reference/block-kit/blocks/input-block
func (m modal) input(f bot.Field) slack.Block {
	element, hints := m.element(f)
	hints = append([]string{m.spell(f.Hint)}, hints...)
	var hint *slack.TextBlockObject
	if text := joinLines(hints); text != "" {
		hint = plainText(shorten(text, limits.InputHint))
	}
	label := plainText(shorten(orElse(f.Label, f.Name), limits.InputLabel))
	file := element.ElementType() == slack.METFileInput
	return slack.NewInputBlock(f.Name, label, hint, element).
		WithOptional(!f.Required || file && len(holds(f)) > 0).
		WithDispatchAction(!file)
}

func joinLines(parts []string) string {
	var out []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); !blank(p) {
			out = append(out, p)
		}
	}
	return strings.Join(out, "\n")
}

// element returns the element of a field, holding what the field holds, with what is to be said below
// it. What its own element cannot hold, such as a date that is none, stands in a text input instead,
// where the person can mend it.
func (m modal) element(f bot.Field) (element slack.BlockElement, hints []string) {
	ok := false
	switch f.Input {
	case bot.InputNumber:
		if element, ok = numberInput(f); ok {
			return element, example(f)
		}
	case bot.InputChoice, bot.InputRating:
		element, hints, ok = choiceInput(f)
	case bot.InputChoices:
		element, hints, ok = choicesInput(f)
	case bot.InputPerson:
		element, ok = m.personInput(f)
	case bot.InputPeople:
		element, ok = m.peopleInput(f)
	case bot.InputDate:
		element, ok = dateInput(f)
	case bot.InputTime:
		element, ok = timeInput(f)
	case bot.InputDateTime:
		element, ok = momentInput(f)
	case bot.InputFile:
		return fileInput(f)
	case bot.InputText, bot.InputLongText, bot.InputMoney:
	default:
	}
	if ok {
		return element, hints
	}
	return textInput(f)
}

// example is for what is typed; a menu shows what there is.
func example(f bot.Field) []string {
	if blank(f.Example) {
		return nil
	}
	return []string{"For example: " + f.Example}
}

// onTyping makes an input tell of what is typed without Enter being pressed.
func onTyping() *slack.DispatchActionConfig {
	return &slack.DispatchActionConfig{TriggerActionsOn: []string{"on_character_entered"}}
}

// textInput holds any values, several of them with commas, as the core reads a list. A text that is
// longer than the field takes stays whole, as far as Slack can show it: the reader says what is wrong.
func textInput(f bot.Field) (slack.BlockElement, []string) {
	hints := example(f)
	multiline := f.Input == bot.InputLongText
	separator := ", "
	if multiline {
		separator = ",\n"
	}
	text := strings.ToValidUTF8(strings.Join(holds(f), separator), "")
	if runes := []rune(text); len(runes) > limits.InputText {
		text = string(runes[:limits.InputText]) // without an ellipsis, which would be sent off with it
		hints = append(hints, fmt.Sprintf("What stood here is longer than Slack can show: only its first %d characters remain.", limits.InputText))
	}
	most := limits.InputText
	if f.Max > 0 && f.Max < most {
		most = max(f.Max, utf8.RuneCountInString(text))
	}
	return slack.NewPlainTextInputBlockElement(nil, f.Name).WithInitialValue(text).WithMaxLength(most).
		WithMultiline(multiline || strings.Contains(text, "\n")).WithDispatchActionConfig(onTyping()), hints
}

// only returns the one value of a field, "" for none, and whether there are no more.
func only(f bot.Field) (string, bool) {
	held := holds(f)
	switch len(held) {
	case 0:
		return "", true
	case 1:
		return held[0], true
	default:
		return "", false
	}
}

// maxDigits is what a whole number may have so that every client shows it exactly.
const maxDigits = 15

func numberInput(f bot.Field) (slack.BlockElement, bool) {
	text, ok := only(f)
	if !ok {
		return nil, false
	}
	if text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || strconv.FormatInt(n, 10) != text || len(text) > maxDigits {
			return nil, false
		}
	}
	return slack.NewNumberInputBlockElement(nil, f.Name, false).WithInitialValue(text).WithDispatchActionConfig(onTyping()), true
}

func dateInput(f bot.Field) (slack.BlockElement, bool) {
	text, ok := only(f)
	if !ok {
		return nil, false
	}
	if day, err := time.Parse(time.DateOnly, text); text != "" && (err != nil || day.Year() == 0) {
		return nil, false
	}
	picker := slack.NewDatePickerBlockElement(f.Name)
	picker.InitialDate = text
	return picker, true
}

// clockTime is how a time picker has it.
const clockTime = "15:04"

func timeInput(f bot.Field) (slack.BlockElement, bool) {
	text, ok := only(f)
	if !ok {
		return nil, false
	}
	if at, err := time.Parse(clockTime, text); text != "" && (err != nil || at.Format(clockTime) != text) {
		return nil, false
	}
	picker := slack.NewTimePickerBlockElement(f.Name)
	picker.InitialTime = text
	return picker, true
}

// A date-time picker takes ten digits of seconds since 1970: from 2001 to 2286.
// https://docs.slack.dev/reference/block-kit/block-elements/datetime-picker-element
const (
	firstMoment = 1_000_000_000
	lastMoment  = 9_999_999_999
)

func momentInput(f bot.Field) (slack.BlockElement, bool) {
	text, ok := only(f)
	if !ok {
		return nil, false
	}
	picker := slack.NewDateTimePickerBlockElement(f.Name)
	if text == "" {
		return picker, true
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || at.Unix() < firstMoment || at.Unix() > lastMoment {
		return nil, false
	}
	picker.InitialDateTime = at.Unix()
	return picker, true
}

// fileInput takes one file. One that was uploaded before cannot be shown in it: its id goes along in
// the metadata.
func fileInput(f bot.Field) (slack.BlockElement, []string) {
	element := slack.NewFileInputBlockElement(f.Name).WithMaxFiles(1)
	if len(holds(f)) == 0 {
		return element, nil
	}
	return element, []string{"The file that you gave before is kept, unless you choose another."}
}

// option returns a choice as Slack has it, and false for one whose value Slack cannot carry.
func option(c bot.Choice) (*slack.OptionBlockObject, bool) {
	if blank(c.Value) || !utf8.ValidString(c.Value) || utf8.RuneCountInString(c.Value) > limits.OptionValue {
		return nil, false
	}
	var description *slack.TextBlockObject
	if !blank(c.Hint) {
		description = plainText(shorten(c.Hint, limits.OptionDescription))
	}
	return slack.NewOptionBlockObject(c.Value, plainText(shorten(orElse(c.Label, c.Value), limits.OptionText)), description), true
}

// allOptions returns the choices of a field that Slack can carry, each value once.
func allOptions(choices []bot.Choice) []*slack.OptionBlockObject {
	out := make([]*slack.OptionBlockObject, 0, len(choices))
	seen := map[string]bool{}
	for _, c := range choices {
		if o, ok := option(c); ok && !seen[c.Value] {
			seen[c.Value] = true
			out = append(out, o)
		}
	}
	return out
}

// options are suggestions as a select shows them.
func options(choices []bot.Choice) []*slack.OptionBlockObject {
	out := allOptions(choices)
	return out[:min(len(out), limits.SelectOptions)]
}

// chosen returns the options of the values that a field holds. A value that is none of the choices
// joins them, so that it is seen and can be changed for one of them. It returns false where Slack
// cannot show the choices or the values as options.
func chosen(f bot.Field, choices []bot.Choice) (all, held []*slack.OptionBlockObject, ok bool) {
	all = allOptions(choices)
	if len(all) == 0 {
		return nil, nil, false
	}
	for _, v := range holds(f) {
		i := slices.IndexFunc(all, func(o *slack.OptionBlockObject) bool { return o.Value == v })
		if i < 0 {
			o, fits := option(bot.Choice{Value: v})
			if !fits {
				return nil, nil, false
			}
			i = len(all)
			all = append(all, o)
		}
		held = append(held, all[i])
	}
	return all, held, true
}

// inFull returns the choices whose words are too long for an option, a line each.
func inFull(choices []bot.Choice) []string {
	var out []string
	for _, c := range choices {
		label := orElse(c.Label, c.Value)
		if utf8.RuneCountInString(label) <= limits.OptionText && utf8.RuneCountInString(c.Hint) <= limits.OptionDescription {
			continue
		}
		if !blank(c.Hint) {
			label += ": " + c.Hint
		}
		out = append(out, label)
	}
	return out
}

// fewChoices is the most choices that are seen at a glance, so that no menu is needed.
const fewChoices = 5

func choiceInput(f bot.Field) (slack.BlockElement, []string, bool) {
	choices := f.Choices
	if f.Input == bot.InputRating && len(choices) == 0 {
		choices = ratings()
	}
	all, held, ok := chosen(f, choices)
	if !ok || len(held) > 1 {
		return nil, nil, false
	}
	var first *slack.OptionBlockObject
	if len(held) == 1 {
		first = held[0]
	}
	switch {
	case radio(f, choices) && len(all) <= limits.RadioOptions:
		element := slack.NewRadioButtonsBlockElement(f.Name, all...)
		element.InitialOption = first
		return element, inFull(choices), true
	case len(all) <= limits.SelectOptions:
		return slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, f.Name, all...).WithInitialOption(first), inFull(choices), true
	default:
		return externalSelect(f, first), nil, true
	}
}

// radio tells whether all choices are to be seen at once. A choice that may be left open is a menu,
// unless there is a hint to read at each.
func radio(f bot.Field, choices []bot.Choice) bool {
	hinted := slices.ContainsFunc(choices, func(c bot.Choice) bool { return !blank(c.Hint) })
	return f.Input == bot.InputRating || len(choices) <= fewChoices && (f.Required || hinted)
}

// ratings are for a rating that names none.
func ratings() []bot.Choice {
	var out []bot.Choice
	for i := range 5 {
		out = append(out, bot.Choice{Label: strconv.Itoa(i + 1), Value: strconv.Itoa(i + 1)})
	}
	return out
}

func choicesInput(f bot.Field) (slack.BlockElement, []string, bool) {
	all, held, ok := chosen(f, f.Choices)
	if !ok {
		return nil, nil, false
	}
	switch {
	case len(all) <= limits.RadioOptions: // checkboxes have the same limit
		element := slack.NewCheckboxGroupsBlockElement(f.Name, all...)
		element.InitialOptions = held
		return element, inFull(f.Choices), true
	case len(all) <= limits.SelectOptions:
		return slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeStatic, nil, f.Name, all...).WithInitialOptions(held...), inFull(f.Choices), true
	case len(held) > limits.SelectOptions:
		return nil, nil, false
	default:
		return externalMultiSelect(f, held), nil, true
	}
}

// externalSelect asks for what could be meant as the person types.
func externalSelect(f bot.Field, first *slack.OptionBlockObject) slack.BlockElement {
	element := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, nil, f.Name).WithInitialOption(first)
	atOnce := 0
	element.MinQueryLength = &atOnce
	return element
}

func externalMultiSelect(f bot.Field, held []*slack.OptionBlockObject) slack.BlockElement {
	return slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeExternal, nil, f.Name).
		WithInitialOptions(held...).WithMinQueryLength(0)
}

// accounts returns the accounts of the people whom a field holds; and where somebody has none, all of
// them as options. It returns false for what cannot be an option.
func (m modal) accounts(f bot.Field) (users []string, people []*slack.OptionBlockObject, ok bool) {
	all := true
	for _, person := range holds(f) {
		user, name := "", ""
		if m.Account != nil {
			user, name = m.Account(person)
		}
		all = all && user != ""
		if user != "" && !slices.Contains(users, user) {
			users = append(users, user)
		}
		o, fits := option(bot.Choice{Value: person, Label: name})
		if !fits {
			return nil, nil, false
		}
		people = append(people, o)
	}
	if all {
		return users, nil, true
	}
	return nil, people, len(people) <= limits.SelectOptions
}

func (m modal) personInput(f bot.Field) (slack.BlockElement, bool) {
	users, people, ok := m.accounts(f)
	switch {
	case !ok || len(users) > 1 || len(people) > 1:
		return nil, false
	case len(people) == 1:
		return externalSelect(f, people[0]), true
	}
	element := slack.NewOptionsSelectBlockElement(slack.OptTypeUser, nil, f.Name)
	if len(users) == 1 {
		element.InitialUser = users[0]
	}
	return element, true
}

func (m modal) peopleInput(f bot.Field) (slack.BlockElement, bool) {
	users, people, ok := m.accounts(f)
	switch {
	case !ok:
		return nil, false
	case len(people) > 0:
		return externalMultiSelect(f, people), true
	}
	return slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeUser, nil, f.Name).WithInitialUsers(users...), true
}

// wrongFields returns the fields that errors speak of, each once.
func wrongFields(errors []bot.FieldError) []string {
	var out []string
	for _, e := range errors {
		if !slices.Contains(out, e.Field) {
			out = append(out, e.Field)
		}
	}
	return out
}

// placeErrors puts messages below their fields. What concerns the form as a whole, or a field that is
// not shown, stands at the top, and so does everything where there is no room for a block each.
func placeErrors(blocks []slack.Block, errors []bot.FieldError) []slack.Block {
	shown := map[string]string{}
	for _, b := range blocks {
		if in, ok := b.(*slack.InputBlock); ok && in.Label != nil {
			shown[in.BlockID] = in.Label.Text
		}
	}
	roomy := len(blocks)+len(wrongFields(errors)) <= limits.ViewBlocks
	messages := map[string][]string{}
	for _, e := range errors {
		text := orElse(e.Message, "Look at this again.")
		label, there := shown[e.Field]
		switch {
		case there && roomy:
			messages[e.Field] = append(messages[e.Field], text)
		case there:
			messages[""] = append(messages[""], label+": "+text)
		default:
			messages[""] = append(messages[""], text)
		}
	}
	out := make([]slack.Block, 0, len(blocks)+len(messages))
	if texts := messages[""]; len(texts) > 0 {
		out = append(out, wrongBlock("", texts))
	}
	for _, b := range blocks {
		out = append(out, b)
		if texts := messages[b.ID()]; b.ID() != "" && len(texts) > 0 {
			out = append(out, wrongBlock(b.ID(), texts))
		}
	}
	return out
}

func wrongBlock(field string, texts []string) slack.Block {
	return slack.NewContextBlock(wrongMark+field, plainText(shorten("⚠ "+strings.Join(texts, "\n"), limits.PlainText)))
}

// encode returns the private metadata of a view. Where it would be too long, it drops what is missed
// least: the response URL, for there are other ways to answer, then which fields a message is shown
// at, then the kept values. JSON as Go writes it has none of the characters that Slack escapes.
func (meta metadata) encode() (string, error) {
	drops := []func(){
		func() { meta.From.ResponseURL = "" },
		func() { meta.Wrong = nil },
		func() { meta.Kept = nil },
	}
	for {
		text, err := json.Marshal(meta)
		if err != nil {
			return "", fmt.Errorf("encode metadata: %w", err)
		}
		n := utf8.RuneCount(text)
		if n <= limits.PrivateMetadata {
			return string(text), nil
		}
		if len(drops) == 0 {
			return "", fmt.Errorf("encode metadata: %d characters, at most %d", n, limits.PrivateMetadata)
		}
		drops[0]()
		drops = drops[1:]
	}
}

// originMetadata is the private metadata of a view that only says where it belongs; of an origin too
// long for that, nothing is left.
func originMetadata(from origin) string {
	text, err := metadata{From: from}.encode()
	if err != nil {
		return "{}"
	}
	return text
}

// waitingModal is what opens at once where the form takes its time, and what stands while a
// submission does.
func waitingModal(title, text string, from origin) slack.ModalViewRequest {
	return newView(viewWaiting, title, []slack.Block{textBlock(orElse(text, "One moment …"))}, originMetadata(from))
}

// cardModal shows a card in the place of a form, without any input.
func cardModal(c bot.Card, from origin, spell func(string) string) slack.ModalViewRequest {
	title := c.Title
	if spell != nil {
		title = spell(title)
	}
	page := renderCard(c, surface{Blocks: limits.ViewBlocks, Pages: 1, Spell: spell})[0]
	return newView(viewCard, title, page.Blocks, originMetadata(from))
}

// readMetadata reads the private metadata of a view of ours.
func readMetadata(view slack.View) (metadata, error) {
	var meta metadata
	if err := json.Unmarshal([]byte(view.PrivateMetadata), &meta); err != nil {
		return metadata{}, fmt.Errorf("read the metadata of view %s: %w", view.CallbackID, err)
	}
	return meta, nil
}

// readState returns what a view holds: the values by field, kept ones included, and the files that
// were put into it.
func readState(view slack.View, meta metadata) (values bot.Values, files map[string][]slack.File) {
	values, files = bot.Values{}, map[string][]slack.File{}
	if view.State != nil {
		for block, actions := range view.State.Values {
			a, ok := actions[block]
			if !ok {
				continue // no field of ours: theirs have one name for both
			}
			values[block] = readAction(a)
			if len(a.Files) > 0 {
				files[block] = a.Files
			}
		}
	}
	for name, held := range meta.Kept {
		if len(values[name]) == 0 && len(files[name]) == 0 {
			values[name] = held
		}
	}
	return values, files
}

// readAction returns the values of one input, none where it is empty.
func readAction(a slack.BlockAction) []string {
	out := []string{}
	add := func(v string) {
		if v != "" {
			out = append(out, v)
		}
	}
	for _, v := range []string{a.Value, a.SelectedOption.Value, a.SelectedUser, a.SelectedDate, a.SelectedTime} {
		add(v)
	}
	for _, o := range a.SelectedOptions {
		add(o.Value)
	}
	for _, user := range a.SelectedUsers {
		add(user)
	}
	if a.SelectedDateTime != 0 {
		add(time.Unix(a.SelectedDateTime, 0).UTC().Format(time.RFC3339))
	}
	return out
}

// again returns the form of a view that is open, with what it holds and errors at its fields, to be
// updated in place. Slack keeps what is typed in inputs whose block and action ids stay.
// https://docs.slack.dev/reference/views/modal-views
func again(view slack.View, errors []bot.FieldError) (slack.ModalViewRequest, error) {
	meta, err := readMetadata(view)
	if err != nil {
		return slack.ModalViewRequest{}, err
	}
	meta.Wrong = wrongFields(errors)
	text, err := meta.encode()
	if err != nil {
		return slack.ModalViewRequest{}, err
	}
	blocks := slices.DeleteFunc(slices.Clone(view.Blocks.BlockSet), func(b slack.Block) bool {
		return strings.HasPrefix(b.ID(), wrongMark)
	})
	out := newView(view.CallbackID, "", placeErrors(blocks, errors), text)
	if view.Title != nil {
		out.Title = view.Title
	}
	if view.Close != nil {
		out.Close = view.Close
	}
	out.Submit, out.ExternalID = view.Submit, view.ExternalID
	out.ClearOnClose, out.NotifyOnClose = view.ClearOnClose, view.NotifyOnClose
	return out, nil
}

// responseLife is how long a response URL can be posted to, from when it was given.
const responseLife = 30 * time.Minute
