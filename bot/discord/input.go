package discord

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

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

// legible returns a field with its days and moments as a person types them, since Discord has no picker.
// A moment names its zone, since nothing here tells that of the reader. What would be read as something
// else stays as it was.
func legible(f bot.Field) bot.Field {
	held := front.ValuesOf(f)
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
		in = input{Kind: discordgo.FileUploadComponent, Least: least(f.Required && len(front.ValuesOf(f)) == 0), Most: 1, Required: f.Required && len(front.ValuesOf(f)) == 0}
		if len(front.ValuesOf(f)) > 0 {
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
	text := strings.ToValidUTF8(strings.Join(front.ValuesOf(f), separator), "")
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
	example := front.OneLine(f.Example)
	if blank(example) && len(f.Choices) > 0 {
		example = front.OneLine(orElse(f.Choices[0].Label, f.Choices[0].Value))
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
	held := front.ValuesOf(f)
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
	if blank(c.Value) || front.Clean(c.Value) != c.Value || strings.TrimSpace(c.Value) != c.Value || units(c.Value) > limits.OptionValue {
		return option{}, false
	}
	label, hint := front.OneLine(orElse(c.Label, c.Value)), front.OneLine(c.Hint)
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
	if hint := front.OneLine(f.Hint); !blank(hint) && !strings.Contains(l.Description, hint) {
		out = append(out, l.Label+": "+hint)
	}
	if l.Component.Kind != discordgo.SelectMenuComponent {
		return out
	}
	for _, c := range f.Choices {
		label := front.OneLine(orElse(c.Label, c.Value))
		if units(label) <= limits.OptionLabel && units(front.OneLine(c.Hint)) <= limits.OptionHint {
			continue
		}
		if !blank(c.Hint) {
			label += ": " + front.OneLine(c.Hint)
		}
		out = append(out, l.Label+", "+label)
	}
	return out
}

// userSelect returns a select of people, and false where somebody whom the field holds has no account.
func userSelect(f bot.Field, most int, people func(string) (string, bool)) (input, bool) {
	in := input{Kind: discordgo.UserSelectMenuComponent, Least: least(f.Required), Most: most}
	for _, person := range front.ValuesOf(f) {
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
