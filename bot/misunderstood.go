package bot

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// leftover is what an error about words that nobody understood is made of: all that was typed, and the
// verbs that the first word may have been; left are the words that nobody understood, with the fillers.
type leftover struct {
	typed, left []word
	verbs       []string
}

// phrase returns what nobody understood as it was typed, from the first word that says something to the last.
func (l leftover) phrase() string {
	words := slices.Clone(l.left)
	for len(words) > 0 && saysNothing(words[0]) {
		words = words[1:]
	}
	for len(words) > 0 && saysNothing(words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	texts := make([]string, 0, len(words))
	for _, w := range words {
		texts = append(texts, w.text)
	}
	return strings.Join(texts, " ")
}

// beginsWith tells whether a word is the first that was typed.
func (l leftover) beginsWith(w word) bool { return len(l.typed) > 0 && l.typed[0] == w }

// corrected returns what was typed as a command, with a better word in the place of one.
func (l leftover) corrected(s Spec, wrong word, right string) string {
	parts := []string{"/" + s.Noun}
	if !s.Default {
		parts = append(parts, s.Verb)
	}
	for _, w := range l.typed {
		if w == wrong {
			w.typed = quote(right)
		}
		parts = append(parts, w.typed)
	}
	return strings.Join(parts, " ")
}

// misunderstood says what is wrong with words that no parameter took.
func misunderstood(s Spec, rd Reading, words []word, b *bound, from leftover) error {
	var open []Param
	for _, p := range s.Params {
		if !p.KeyOnly && !p.uploaded() && (!b.has(p) || p.Repeated) {
			open = append(open, p)
		}
	}
	texts := make([]string, 0, len(words)+1)
	for _, w := range words {
		texts = append(texts, w.text)
	}
	whole := strings.Join(texts, " ")
	// An ambiguous name is answered by its choices, and the only argument still open by its own reader.
	for _, text := range texts {
		for _, p := range open {
			if p.Kind.Meant != nil && p.Kind.Meant(whole) {
				continue // all of it is answered below, and not a word of it
			}
			_, err := readAll(p, rd, text)
			if _, offers := choicesOf(err); offers {
				return about(err, p.Name)
			}
		}
	}
	hint, example := "", firstExample(s)
	known := knownWords(open, rd)
	for i, w := range words {
		could := known
		if from.beginsWith(w) {
			could = slices.Concat(from.verbs, known)
		}
		if near := Nearest(w.text, beginningLike(w.text, could)); near != "" {
			hint = " Did you mean " + near + "?"
			_, named := s.Param(near)
			if line := from.corrected(s, words[i], near); !named && utf8.RuneCountInString(line) <= longestExample {
				example = line
			}
			break
		}
	}
	if hint == "" {
		hint = didYouMean(whole, beginningLike(whole, known))
	}
	if err := answered(open, rd, append([]string{from.phrase()}, texts...)); err != nil && hint == "" {
		return err
	}
	if p, ok := meant(open, whole); ok {
		_, err := readAll(p, rd, whole)
		if err != nil && (hint == "" || p.Required && len(open) == 1 || p.Kind.Option == OptionUser && Nearest(whole, names(p, rd)) != "" || Nearest(whole, knownWords([]Param{p}, rd)) != "") {
			return about(err, p.Name)
		}
	}
	if err := b.doubted(words[0]); err != nil && hint == "" {
		return err
	}
	if hint == "" {
		hint = taken(open, rd)
	}
	name := "/" + s.Noun
	if !s.Default {
		name += " " + s.Verb
	}
	return Invalidf("", "I did not understand “%s” in %s.%s Example: %s", shorten(whole), name, hint, example)
}

// answered returns what the readers of the open parameters say of texts that are surely meant for one of
// them, nil where none is.
func answered(open []Param, rd Reading, texts []string) error {
	for _, text := range texts {
		for _, p := range open {
			if p.Kind.Meant == nil || !p.Kind.Meant(text) {
				continue
			}
			if _, err := readAll(p, rd, text); err != nil {
				return about(err, p.Name)
			}
		}
	}
	return nil
}

// beginningLike returns the names that begin like a text: the first letter is seldom the wrong one, and
// among many names some short one resembles anything.
func beginningLike(text string, names []string) []string {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(Fold(text), "+-"))
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		r, _ := utf8.DecodeRuneInString(strings.TrimLeft(Fold(name), "+-"))
		return r != first
	})
}

// longestExample is the most characters that a line typed wrong may have to be shown corrected.
const longestExample = 90

// taken says what the parameters that are still open take, as far as there is a short list of it.
func taken(open []Param, rd Reading) string {
	const most = 140
	var lists []string
	length := 0
	for _, p := range open {
		if p.Flag || p.Kind.Option == OptionUser {
			continue
		}
		var names []string
		for _, c := range choicesFor(p, rd) {
			names = append(names, c.Label)
		}
		list := p.Name + " (" + strings.Join(names, ", ") + ")"
		if n := utf8.RuneCountInString(list); len(names) > 0 && length+n <= most {
			lists, length = append(lists, list), length+n
		}
	}
	if len(lists) == 0 {
		return ""
	}
	return " It takes " + strings.Join(lists, ", ") + "."
}

// names are what a parameter's known values are called.
func names(p Param, rd Reading) []string {
	var out []string
	for _, c := range choicesFor(p, rd) {
		if p.Flag {
			out = append(out, typedValue(p, "", c.Value))
			continue
		}
		out = append(out, c.Label, c.Value)
	}
	return out
}

// choicesFor returns what is known that a parameter may be.
func choicesFor(p Param, rd Reading) []Choice {
	if p.Kind.Suggest == nil {
		return p.Choices
	}
	return slices.Concat(p.Choices, p.Kind.Suggest(rd, ""))
}

// meant returns the one open parameter that words are surely meant for, which the reader of that
// parameter then answers: a number goes to the one that reads numbers; else flags and closed sets, of
// which one knows what there is, are not looked at.
func meant(open []Param, text string) (Param, bool) {
	var found []Param
	for _, p := range open {
		fits := !p.Flag && len(p.Choices) == 0
		if startsWithDigit(text) {
			fits = startsWithDigit(p.example())
		}
		if fits || len(open) == 1 {
			found = append(found, p)
		}
	}
	if len(found) != 1 {
		return Param{}, false
	}
	return found[0], true
}

// knownWords are the words that somebody may have misspelt. People are not among them: many a word is
// like somebody's name.
func knownWords(params []Param, rd Reading) []string {
	var known []string
	for _, p := range params {
		known = append(known, p.Name)
		if p.Kind.Option == OptionUser {
			continue
		}
		known = append(known, names(p, rd)...)
	}
	return known
}

func firstExample(s Spec) string {
	if len(s.Examples) > 0 {
		return s.Examples[0]
	}
	return Usage(s)
}

// asTyped returns an example of a parameter's name and value.
func asTyped(p Param) string {
	if p.Flag {
		return p.example()
	}
	return p.Name + ":" + quote(p.example())
}

func typedNames(s Spec) []string {
	out := make([]string, 0, len(s.Params))
	for _, p := range s.Params {
		if !p.uploaded() {
			out = append(out, p.Name)
		}
	}
	return out
}
