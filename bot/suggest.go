package bot

import (
	"context"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// suggest completes what is being typed. With Focus it is about one parameter, as platforms with
// typed options ask; else the text is read as far as it goes. Whoever may not run a command gets no
// suggestions for its arguments.
func (r *Router[T]) suggest(ctx context.Context, ev Event) Answer {
	if utf8.RuneCountInString(ev.Text) > maxTyped {
		return Answer{}
	}
	var names []Choice
	if ev.Command == "" {
		var past bool
		if names, past = r.registry.suggestNames(ev.Text); !past {
			return Answer{Choices: first(names)}
		}
	}
	cmd, words, err := r.resolve(ev)
	if err != nil {
		return Answer{Choices: first(names)}
	}
	ev.Command = cmd.Name()
	var choices []Choice
	_, err = r.cfg.Unit.Do(ctx, ev, true, func(ctx context.Context, tx T, actor Actor) (Response, error) {
		req, err := r.request(ctx, tx, actor, ev, cmd)
		if err != nil {
			return Response{}, err
		}
		rd := Reading{Now: tx.Now(), Zone: actor.Zone, Words: tx.Vocabulary()}
		if ev.Focus != "" {
			choices, err = r.suggestFocus(ctx, tx, cmd, req, rd)
		} else {
			choices, err = r.suggestWords(ctx, tx, cmd, req, rd, ev.Text, words)
		}
		return Response{}, err
	})
	if err != nil {
		code := ErrorCode(err)
		if code == CodeInternal {
			r.cfg.Log.ErrorContext(ctx, "no suggestions", "command", cmd.Name(), "event", ev.ID, "err", err)
		}
		return Answer{Choices: first(names), Code: code}
	}
	return Answer{Choices: first(append(names, choices...))}
}

// first returns as many choices as a menu has.
func first(choices []Choice) []Choice { return choices[:min(len(choices), maxChoices)] }

// suggestNames completes the noun and the verb, and tells whether the text may be past them.
func (r *Registry) suggestNames(text string) (names []Choice, past bool) {
	words, open := scan(text)
	if len(words) == 0 || len(words) == 1 && open {
		prefix := ""
		if len(words) == 1 {
			prefix = strings.TrimPrefix(words[0].typed, "/")
		}
		return r.nounChoices("/", prefix), false
	}
	noun, rest := strings.ToLower(strings.TrimPrefix(words[0].text, "/")), words[1:]
	if noun == r.base && (len(rest) > 1 || len(rest) == 1 && !open) && slices.Contains(r.nouns, strings.ToLower(rest[0].text)) {
		noun, rest = strings.ToLower(rest[0].text), rest[1:]
	}
	if len(rest) > 1 || len(rest) == 1 && !open {
		return nil, true
	}
	verbs, prefix := r.Verbs(noun), ""
	if len(rest) == 1 {
		prefix = strings.ToLower(rest[0].typed)
	}
	if prefix == "" && len(verbs) == 1 {
		return nil, true
	}
	for _, s := range verbs {
		if strings.HasPrefix(s.Verb, prefix) && !s.FromCard {
			names = append(names, Choice{Value: s.Verb, Label: "/" + noun + " " + s.Verb, Hint: s.Summary})
		}
	}
	if noun == r.base {
		names = append(names, r.nounChoices("", prefix)...)
	}
	// A verb that is complete is not yet followed by an argument.
	_, verb := r.byName[noun+"."+prefix]
	return names, !verb
}

func (r *Registry) nounChoices(slash, prefix string) []Choice {
	var out []Choice
	for _, n := range r.nouns {
		if s, ok := r.defaultOf(n); ok && strings.HasPrefix(n, strings.ToLower(prefix)) {
			out = append(out, Choice{Value: slash + n, Label: "/" + n, Hint: s.Summary})
		}
	}
	return out
}

// TextOption is the option in which platforms with typed ones take what is typed in one's own words, of
// a command that has no parameter of that name.
const TextOption = "text"

// ownWords returns the words of the values' text option, none where text is a parameter of its own.
func ownWords(s Spec, values Values) []word {
	if _, declared := s.Param(TextOption); declared {
		return nil
	}
	return split(strings.Join(values[TextOption], " "))
}

// suggestFocus completes one option of a platform that has typed ones: of a list the part after the
// last comma, of the text option the last word. The value of a choice is that of the whole option.
func (r *Router[T]) suggestFocus(ctx context.Context, tx T, cmd Command[T], req Request, rd Reading) ([]Choice, error) {
	typed := strings.Join(req.Values[req.Focus], " ")
	others := maps.Clone(req.Values)
	delete(others, req.Focus)
	req.Values = others
	p, ok := cmd.Param(req.Focus)
	if !ok && req.Focus == TextOption {
		return r.suggestText(ctx, tx, cmd, req, rd, typed)
	}
	if !ok {
		return nil, nil
	}
	read := bindWords(cmd.Spec, rd, ownWords(cmd.Spec, others))
	read.merge(bindValues(cmd.Spec, rd, others))
	req.Args = read.args
	before, prefix := lastOf(p, typed)
	choices, err := r.choices(ctx, tx, cmd, req, rd, p, prefix)
	return behind(before, choices), err
}

// lastOf parts what was typed for a parameter: of a list what stands before the part after the last
// comma, and that part.
func lastOf(p Param, typed string) (before, last string) {
	if at := strings.LastIndex(typed, ","); p.Repeated && at >= 0 {
		return typed[:at+1], strings.TrimSpace(typed[at+1:])
	}
	return "", typed
}

// behind returns the choices with their values behind what was typed before them.
func behind(before string, choices []Choice) []Choice {
	out := make([]Choice, 0, len(choices))
	for _, c := range choices {
		c.Value = before + c.Value
		out = append(out, c)
	}
	return out
}

// suggestText completes the last word of the text option.
func (r *Router[T]) suggestText(ctx context.Context, tx T, cmd Command[T], req Request, rd Reading, typed string) ([]Choice, error) {
	if utf8.RuneCountInString(typed) > maxTyped {
		return nil, nil
	}
	words, open := scan(typed)
	before := typed
	if open {
		var whole bool
		if before, whole = strings.CutSuffix(typed, words[len(words)-1].typed); !whole {
			return nil, nil
		}
	}
	choices, err := r.suggestWords(ctx, tx, cmd, req, rd, typed, words)
	return behind(before, choices), err
}

// suggestWords completes the last word of what was typed, beside the values that were given.
func (r *Router[T]) suggestWords(ctx context.Context, tx T, cmd Command[T], req Request, rd Reading, typed string, words []word) ([]Choice, error) {
	var last word
	if _, open := scan(typed); open && len(words) > 0 {
		last, words = words[len(words)-1], words[:len(words)-1]
	}
	read := bindWords(cmd.Spec, rd, words)
	read.merge(bindValues(cmd.Spec, rd, req.Values))
	req.Args = read.args
	if last.key != "" {
		return r.suggestKey(ctx, tx, cmd, req, rd, last)
	}
	sign, _ := flagSign(last.typed)
	_, prefix := flagSign(last.text)
	var out []Choice
	for _, p := range cmd.Params {
		switch {
		case p.uploaded(), read.has(p) && !p.Repeated, sign != "" && !p.Flag:
			continue
		case p.KeyOnly:
			if name := p.Name + ":"; strings.HasPrefix(name, strings.ToLower(prefix)) && p.Kind.Input != InputLongText {
				out = append(out, Choice{Value: name, Label: name + "…", Hint: p.Help})
			}
			continue
		}
		choices, err := r.choices(ctx, tx, cmd, req, rd, p, prefix)
		if err != nil {
			return nil, err
		}
		for _, c := range choices {
			if given(read, p, c.Value) {
				continue
			}
			if c.Hint == "" {
				c.Hint = p.label()
			}
			c.Value = typedValue(p, sign, c.Value)
			out = append(out, c)
		}
	}
	return out, nil
}

// typedValue returns a value as it is typed: quoted where it needs it, and with the sign of a flag.
func typedValue(p Param, sign, value string) string {
	own, name := flagSign(value)
	if !p.Flag {
		return quote(value)
	}
	if own == "" {
		own = sign
	}
	if own == "" {
		own = "+"
	}
	return own + quote(name)
}

// suggestKey completes the value of name:value, of a list the part after the last comma.
func (r *Router[T]) suggestKey(ctx context.Context, tx T, cmd Command[T], req Request, rd Reading, w word) ([]Choice, error) {
	p, ok := cmd.Param(w.key)
	if !ok || p.uploaded() {
		return nil, nil
	}
	before, prefix := lastOf(p, w.text)
	choices, err := r.choices(ctx, tx, cmd, req, rd, p, strings.TrimSpace(prefix))
	out := make([]Choice, 0, len(choices))
	for _, c := range choices {
		c.Value = w.key + ":" + quote(before+c.Value)
		out = append(out, c)
	}
	return out, err
}

// given tells whether a value was typed before, a flag's with whatever sign.
func given(read bound, p Param, value string) bool {
	v, ok := read.args[p.Name]
	if !ok {
		return false
	}
	_, name := flagSign(value)
	for _, one := range strings.Split(printArg(p, v), ",") {
		if _, have := flagSign(one); one == value || p.Flag && have == name {
			return true
		}
	}
	return false
}

// choices lists what a parameter could be: what the command suggests, else its closed set, else what
// its kind suggests, each narrowed by what was typed.
func (r *Router[T]) choices(ctx context.Context, tx T, cmd Command[T], req Request, rd Reading, p Param, prefix string) ([]Choice, error) {
	if cmd.Suggest != nil {
		out, err := cmd.Suggest(ctx, tx, req, p.Name, prefix)
		if err != nil || out != nil {
			return first(out), err
		}
	}
	if len(p.Choices) > 0 {
		return narrow(p.Choices, prefix), nil
	}
	if p.Kind.Suggest != nil {
		return narrow(p.Kind.Suggest(rd, prefix), prefix), nil
	}
	return nil, nil
}

// narrow keeps the choices of which some word begins with the prefix, at most a menu full.
func narrow(choices []Choice, prefix string) []Choice {
	want := Fold(prefix)
	var out []Choice
	for _, c := range choices {
		if want == "" || begins(c.Label, want) || begins(c.Value, want) {
			out = append(out, c)
		}
		if len(out) == maxChoices {
			break
		}
	}
	return out
}

// Begins tells whether a word of one of the names begins with what was typed.
func Begins(names []string, typed string) bool {
	for _, n := range names {
		if begins(n, Fold(typed)) {
			return true
		}
	}
	return false
}

func begins(name, want string) bool { return foldedBegins(Fold(name), want) }

// foldedBegins tells whether some word of a name begins with a text, both of them folded.
func foldedBegins(have, want string) bool {
	return strings.HasPrefix(have, want) || strings.Contains(have, " "+want)
}

// SuggestWords lists the words of the company of one sort, as a kind's Suggest.
func SuggestWords(sort string) func(Reading, string) []Choice {
	return func(rd Reading, _ string) []Choice {
		if rd.Words == nil {
			return nil
		}
		words := rd.Words.Words(sort)
		out := make([]Choice, 0, len(words))
		for _, w := range words {
			out = append(out, Choice{Label: w.Label, Value: w.Value, Hint: w.Hint})
		}
		return out
	}
}
