package bot

import (
	"cmp"
	"strings"
	"unicode/utf8"
)

// readAll reads what was typed for a parameter: a list with commas where it is a repeated one.
func readAll(p Param, rd Reading, text string) ([]any, error) {
	parts := []string{text}
	if p.Repeated {
		parts = strings.Split(text, ",")
	}
	values := make([]any, 0, len(parts))
	for _, part := range parts {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		v, err := readValue(p, rd, part)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	if len(values) == 0 {
		return nil, Invalidf(p.Name, "%s", needed(p))
	}
	return values, nil
}

// readValue reads one value of a parameter.
func readValue(p Param, rd Reading, text string) (any, error) {
	if len(p.Choices) > 0 {
		words := make([]Word, 0, len(p.Choices))
		for _, c := range p.Choices {
			words = append(words, Word{Value: c.Value, Label: c.Label, Hint: c.Hint})
		}
		w, err := NameOf(words, strings.ToLower(p.label()), text)
		if ErrorCode(err) == CodeNotFound {
			// The label may be a question, which makes no sentence with “I know no”.
			return nil, &Problem{code: CodeNotFound, message: func() string {
				return "“" + shorten(text) + "” is none of the choices of “" + p.label() + "”." + cmp.Or(hint(words, text), " Write one like "+p.example()+".")
			}}
		}
		if err != nil {
			return nil, err
		}
		text = w.Value
	}
	if n := utf8.RuneCountInString(text); p.Max > 0 && n > p.Max {
		return nil, Invalidf(p.Name, "%s has %d characters; at most %d fit.", p.label(), n, p.Max)
	}
	return p.Kind.Parse(rd, text)
}

func (p Param) label() string {
	if p.Label != "" {
		return p.Label
	}
	return strings.ToUpper(p.Name[:1]) + strings.ReplaceAll(p.Name[1:], "_", " ")
}

func (p Param) example() string {
	if p.Example != "" {
		return p.Example
	}
	return p.Kind.Example
}

// bindValues reads a form's values, or a platform's typed options. Every mistake is found at once.
func bindValues(s Spec, rd Reading, values Values) bound {
	b := bound{args: Args{}}
	for _, p := range s.Params {
		for _, text := range values[p.Name] {
			if text = strings.TrimSpace(text); text == "" {
				continue
			}
			read, err := readAll(p, rd, text)
			if err != nil {
				b.fail(p.Name, err)
				continue
			}
			b.put(p, read)
		}
	}
	return b
}

// bindCall reads a button's arguments, which stand in the order of the parameters that travel; those
// that given has too are left alone.
func bindCall(s Spec, rd Reading, args []string, given Values) bound {
	values := Values{}
	i := 0
	for _, p := range s.Params {
		if p.wire() == 0 {
			continue
		}
		if _, there := given[p.Name]; !there && i < len(args) && args[i] != "" {
			values[p.Name] = []string{args[i]}
		}
		i++
	}
	b := bindValues(s, rd, values)
	if i < len(args) {
		b.fail("", otherVersion())
	}
	return b
}

// printArg returns the text of an argument that its reader reads back.
func printArg(p Param, v any) string {
	if list, ok := v.([]any); ok {
		parts := make([]string, 0, len(list))
		for _, one := range list {
			parts = append(parts, p.Kind.Print(one))
		}
		return strings.Join(parts, ",")
	}
	return p.Kind.Print(v)
}

// CallOf returns the call of a command with these arguments, as a button carries it: what is secret
// or too long stays behind.
func CallOf(s Spec, args Args) Call {
	var out []string
	for _, p := range s.Params {
		if p.wire() == 0 {
			continue
		}
		text := ""
		if v, ok := args[p.Name]; ok && p.travels(v) {
			text = printArg(p, v)
		}
		out = append(out, text)
	}
	return Do(s.Name(), out...)
}

// travels tells whether an argument fits into a button.
func (p Param) travels(v any) bool {
	return p.wire() > 0 && utf8.RuneCountInString(callEscaper.Replace(printArg(p, v))) <= p.wire()
}

// ValuesOf returns arguments as the values of a form.
func ValuesOf(s Spec, args Args) Values {
	out := Values{}
	for _, p := range s.Params {
		v, ok := args[p.Name]
		if !ok {
			continue
		}
		if list, many := v.([]any); many {
			for _, one := range list {
				out[p.Name] = append(out[p.Name], p.Kind.Print(one))
			}
			continue
		}
		out[p.Name] = []string{p.Kind.Print(v)}
	}
	return out
}

// FieldOf returns the form field of a parameter, so that label, help and reader are declared once.
func FieldOf(s Spec, name string, value ...string) Field {
	p, ok := s.Param(name)
	if !ok {
		return Field{Name: name, Label: name, Input: InputText, Value: value}
	}
	input := p.Input
	if input == "" {
		input = p.Kind.Input
	}
	if input == "" {
		input = InputText
	}
	if len(p.Choices) > 0 && p.Input == "" {
		input = InputChoice
		if p.Repeated {
			input = InputChoices
		}
	}
	return Field{Name: p.Name, Label: p.label(), Hint: p.Help, Example: p.example(), Input: input, Value: value, Choices: p.Choices, Required: p.Required, Max: p.Max}
}
