package slack

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

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
		WithOptional(!f.Required || file && len(front.ValuesOf(f)) > 0).
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
	text := strings.ToValidUTF8(strings.Join(front.ValuesOf(f), separator), "")
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
	held := front.ValuesOf(f)
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
	if len(front.ValuesOf(f)) == 0 {
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
	for _, v := range front.ValuesOf(f) {
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
	for _, person := range front.ValuesOf(f) {
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
