package bot

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// fillers are words that people put between arguments and that say nothing by themselves.
var fillers = []string{"by", "for", "in", "at", "on", "with", "the", "a", "an", "and", "as", "of", "from", "to", "until", "till", "please", "is", "me", "what", "we", "pay", "do", "does", "how", "much", "should", "i", "-", "–", "—"}

// bound is what reading made of somebody's words or values.
type bound struct {
	args   Args
	errors []error
	doubts []doubt
}

// doubt is what was wrong with reading one more word into a value: the answer to that word where
// nothing else understands it, as the month in "48 LPM".
type doubt struct {
	word string
	err  error
}

// doubted returns the doubt about a word that nothing understood, or nil.
func (b *bound) doubted(w word) error {
	for _, d := range b.doubts {
		if d.word == w.typed {
			return d.err
		}
	}
	return nil
}

func (b *bound) fail(param string, err error) { b.errors = append(b.errors, about(err, param)) }

func (b *bound) has(p Param) bool {
	_, ok := b.args[p.Name]
	return ok
}

// put adds what was read of a parameter: all values of a repeated one, else the one there is.
func (b *bound) put(p Param, values []any) {
	if p.Repeated {
		list, _ := b.args[p.Name].([]any)
		b.args[p.Name] = append(list, values...)
		return
	}
	for _, v := range values {
		b.args[p.Name] = v
	}
}

// first returns the error to answer with. One that offers choices comes last: what they would run
// must be right in everything else.
func (b *bound) first() error {
	for _, err := range b.errors {
		if _, offers := choicesOf(err); !offers {
			return err
		}
	}
	if len(b.errors) > 0 {
		return b.errors[0]
	}
	return nil
}

// choicesOf returns what an error offers to choose from, if anything.
func choicesOf(err error) ([]Choice, bool) {
	own, ok := errors.AsType[*Problem](err)
	if !ok || len(own.Choices) == 0 {
		return nil, false
	}
	return own.Choices, true
}

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

// bindWords reads the words after a command. Named values and flags go where they say; of the
// others each parameter takes the longest run of words that its kind understands, in any order;
// what nobody understood goes to the parameter that takes the rest, or is an error. The error knows the
// other verbs of the noun, one of which somebody may have misspelt as the first word.
func bindWords(s Spec, rd Reading, words []word, further ...string) bound {
	b := bound{args: Args{}}
	typed := withoutEquals(s, words)
	words = bindNamed(s, rd, typed, &b)
	named := bound{args: maps.Clone(b.args), errors: slices.Clone(b.errors), doubts: slices.Clone(b.doubts)}
	left := claimAll(s, rd, words, &b)
	if alone, shares := unshared(s, b); shares {
		b = named
		left = claimAll(alone, rd, words, &b)
	}
	bindRest(s, rd, left, &b, leftover{typed: typed, verbs: further})
	return b
}

// claimAll gives words to the parameters that understand them, and returns the others.
func claimAll(s Spec, rd Reading, words []word, b *bound) []word {
	var left []word
	for i := 0; i < len(words); {
		if n := claim(s, rd, words[i:], b); n > 0 {
			i += n
			continue
		}
		left = append(left, words[i])
		i++
	}
	return left
}

// unshared returns a command in which no kind that shares its words claims any, and whether that is how
// words are to be read: where the text that they may be a part of was not given by others.
func unshared(s Spec, b bound) (Spec, bool) {
	params := slices.Clone(s.Params)
	shares, open := false, false
	for i, p := range params {
		if p.Kind.Shares && !p.KeyOnly {
			params[i].KeyOnly, shares = true, true
		}
		open = open || p.Kind.Rest && !p.KeyOnly && !b.has(p)
	}
	s.Params = params
	return s, shares && open
}

// withoutEquals returns the words with those of the form name=value plain again that name no parameter:
// an equals sign stands in many a text.
func withoutEquals(s Spec, words []word) []word {
	words = slices.Clone(words)
	for i, w := range words {
		if _, named := s.Param(w.key); w.equals && !named {
			words[i] = word{text: w.typed, typed: w.typed, quoted: w.quoted}
		}
	}
	return words
}

// bindNamed takes the name:value words and the flags out and returns the others.
func bindNamed(s Spec, rd Reading, words []word, b *bound) []word {
	var plain []word
	for i := 0; i < len(words); i++ {
		w := words[i]
		if w.key != "" {
			if p, ok := s.Param(w.key); ok && !p.uploaded() {
				i += bindKey(s, p, rd, w, words[i+1:], b)
				continue
			}
			if takesRest(s) || strings.HasPrefix(w.text, "//") {
				plain = append(plain, word{text: w.typed, typed: w.typed, quoted: w.quoted})
				continue
			}
			names := typedNames(s)
			b.fail("", Invalidf("", "/%s %s has no option “%s:”.%s It takes: %s.", s.Noun, s.Verb, w.key, didYouMean(w.key, names), strings.Join(names, ", ")))
			continue
		}
		if p, ok := s.Param(strings.ToLower(w.text)); ok && p.KeyOnly && !p.Kind.Rest && !w.quoted && i+1 < len(words) && words[i+1].key == "" {
			// "ask 48" is read as "ask:48" where that makes sense.
			if _, err := readValue(p, rd, strings.TrimRight(words[i+1].text, ",;")); err == nil {
				i += bindKey(s, p, rd, word{typed: w.typed}, words[i+1:], b)
				continue
			}
		}
		if p, ok := flagParam(s); ok && isFlag(w) {
			i += bindKey(s, p, rd, w, words[i+1:], b)
			continue
		}
		plain = append(plain, w)
	}
	return plain
}

// isFlag tells whether a word was typed with a sign before a name; a sign before digits is a number.
func isFlag(w word) bool {
	sign, _ := flagSign(w.typed)
	_, name := flagSign(w.text)
	return sign != "" && name != "" && !startsWithDigit(name)
}

// flagSign cuts the signs off the beginning of a text.
func flagSign(text string) (sign, name string) {
	name = strings.TrimLeft(text, "+-")
	return text[:len(text)-len(name)], name
}

// bindKey reads the value of a name:value word or of a flag. A value that only makes sense together
// with the words that follow takes them; it returns how many. What is wrong is said of the value with
// those of the words that nothing else understands.
func bindKey(s Spec, p Param, rd Reading, w word, next []word, b *bound) int {
	twice := b.has(p) && !p.Repeated
	most := reach(s, p, w, next)
	own := unclaimed(s, rd, next[:most], b)
	if w.text == "" {
		own = max(own, min(most, 1))
	}
	var wrong, longer error
	for n := most; n >= 0; n-- {
		parts := []string{w.text}
		for _, more := range next[:n] {
			parts = append(parts, more.text)
		}
		text := strings.TrimSpace(strings.Join(parts, " "))
		if !p.Kind.Rest && !w.quoted {
			text = strings.TrimRight(text, ",; ")
		}
		if text == "" {
			if wrong == nil {
				wrong = Invalidf(p.Name, "%s", needed(p))
			}
			break
		}
		values, err := readAll(p, rd, text)
		if err == nil && twice {
			b.fail(p.Name, Invalidf(p.Name, "%s is given twice. Give it once, like %s", p.label(), asTyped(p)))
			return n
		}
		if err == nil {
			b.put(p, values)
			if ErrorCode(longer) == CodeInvalid {
				b.doubts = append(b.doubts, doubt{word: next[n].typed, err: about(longer, p.Name)})
			}
			return n
		}
		longer = err
		if n >= own {
			wrong = err
		}
	}
	b.fail(p.Name, wrong)
	return own
}

// unclaimed returns how many of the words come before the first that some parameter understands, none
// where one takes whatever there is.
func unclaimed(s Spec, rd Reading, words []word, b *bound) int {
	if takesRest(s) {
		return 0
	}
	for i := range words {
		try := bound{args: maps.Clone(b.args)}
		if isFlag(words[i]) || claim(s, rd, words[i:], &try) > 0 {
			return i
		}
	}
	return len(words)
}

// reach returns how many of the next words may belong to a name:value word. A text goes on to the
// next name or flag, a value for as many words as its kind has, a list for as many at each comma; none
// takes a word that another parameter reserves.
func reach(s Spec, p Param, w word, next []word) int {
	if w.quoted {
		return 0
	}
	if w.text == "" && len(next) > 0 && next[0].quoted && next[0].key == "" {
		return 1
	}
	each := max(1, p.Kind.Words)
	left, before := each-1, w.text
	if w.text == "" {
		left = each
	}
	n := 0
	for ; n < len(next); n++ {
		if next[n].key != "" || next[n].quoted || reserved(s, p, next[n].text) {
			break
		}
		if (p.Kind.Rest || p.Flag) && isFlag(next[n]) {
			break
		}
		if p.Kind.Rest {
			continue
		}
		if p.Repeated && (strings.HasSuffix(before, ",") || strings.HasPrefix(next[n].text, ",")) {
			left = each
		}
		if left == 0 {
			break
		}
		left, before = left-1, next[n].text
	}
	return n
}

// reserved tells of a word that is meant for another parameter wherever it stands.
func reserved(s Spec, p Param, text string) bool {
	return slices.ContainsFunc(s.Params, func(other Param) bool {
		return other.Name != p.Name && other.Kind.Reserves != nil && other.Kind.Reserves(text)
	})
}

// claim gives the longest run of words that some parameter understands to that parameter and
// returns its length. A run that means several things to a parameter is claimed too, as a mistake
// with choices; not so where the words may be part of a text. So is one that is surely meant for it, by
// the Claims of its kind, and that it cannot read.
func claim(s Spec, rd Reading, words []word, b *bound) int {
	longest := 1
	for _, p := range s.Params {
		longest = max(longest, p.Kind.Words)
	}
	for n := min(longest, len(words)); n > 0; n-- {
		text, whole := joinWords(words[:n])
		if !whole || text == "" {
			continue
		}
		var ambiguous error
		for _, p := range s.Params {
			if !claims(p, rd, text, n, b) {
				continue
			}
			values, err := readAll(p, rd, text)
			if err == nil {
				b.put(p, values)
				return n
			}
			_, offers := choicesOf(err)
			if (offers && (p.Required || !takesRest(s)) || p.Kind.Claims != nil) && ambiguous == nil {
				ambiguous = about(err, p.Name)
			}
		}
		if ambiguous != nil {
			b.errors = append(b.errors, ambiguous)
			return n
		}
	}
	return 0
}

// claims tells whether a parameter may take a text of n words where it stands.
func claims(p Param, rd Reading, text string, n int, b *bound) bool {
	if p.KeyOnly || p.uploaded() || n > max(1, p.Kind.Words) || b.has(p) && !p.Repeated {
		return false
	}
	if p.Kind.Claims != nil {
		return p.Kind.Claims(rd, text)
	}
	return !p.Kind.Rest
}

// uploaded tells of a file, which is never typed.
func (p Param) uploaded() bool { return p.Kind.Option == OptionFile }

// joinWords returns a run of words as one text; a quoted word stands for itself alone.
func joinWords(words []word) (string, bool) {
	parts := make([]string, 0, len(words))
	for _, w := range words {
		if w.quoted && len(words) > 1 {
			return "", false
		}
		parts = append(parts, w.text)
	}
	return strings.Trim(strings.Join(parts, " "), ",;"), true
}

// bindRest hands the words that nobody understood to the parameter that takes the rest. Without
// one they are an error, named after the parameter that they were most likely meant for.
func bindRest(s Spec, rd Reading, left []word, b *bound, from leftover) {
	telling := slices.DeleteFunc(slices.Clone(left), saysNothing)
	for _, p := range s.Params {
		if !p.Kind.Rest || p.KeyOnly || b.has(p) {
			continue
		}
		text := restText(left)
		if text == "" || len(telling) == 0 && !p.Required {
			return
		}
		v, err := readValue(p, rd, text)
		if err != nil {
			b.fail(p.Name, err)
		} else {
			b.put(p, []any{v})
		}
		return
	}
	if len(telling) == 0 {
		return
	}
	if p, ok := openText(s, rd, telling, b); ok {
		if v, err := readValue(p, rd, restText(left)); err == nil {
			b.put(p, []any{v})
			return
		}
	}
	from.left = left
	b.errors = append(b.errors, misunderstood(s, rd, telling, b, from))
}

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

// openText returns the one text that a command still needs, to which words belong that nobody understood.
// A single word that could have been another value twice, such as a second record, is no text.
func openText(s Spec, rd Reading, left []word, b *bound) (Param, bool) {
	var open []Param
	for _, p := range s.Params {
		if p.Required && p.KeyOnly && p.Kind.Rest && !b.has(p) {
			open = append(open, p)
		}
		if len(left) == 1 && !p.KeyOnly && b.has(p) && p.Kind.Claims != nil && p.Kind.Claims(rd, left[0].text) {
			return Param{}, false
		}
	}
	if len(open) != 1 {
		return Param{}, false
	}
	return open[0], true
}

// saysNothing tells of a filler, and of quotes with nothing between them.
func saysNothing(w word) bool {
	if w.quoted {
		return strings.TrimSpace(w.text) == ""
	}
	return slices.Contains(fillers, strings.ToLower(w.text))
}

// restText returns words as the text that was typed; quotes around the whole of it are not part of it.
func restText(words []word) string {
	if len(words) == 1 {
		return strings.TrimSpace(words[0].text)
	}
	parts := make([]string, 0, len(words))
	for _, w := range words {
		parts = append(parts, w.typed)
	}
	return strings.TrimSpace(strings.Join(parts, " "))
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

func takesRest(s Spec) bool {
	for _, p := range s.Params {
		if p.Kind.Rest && p.Kind.Claims == nil && !p.KeyOnly {
			return true
		}
	}
	return false
}

func flagParam(s Spec) (Param, bool) {
	for _, p := range s.Params {
		if p.Flag {
			return p, true
		}
	}
	return Param{}, false
}

func startsWithDigit(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

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

// merge adds the arguments that are not there yet.
func (b *bound) merge(other bound) {
	for k, v := range other.args {
		if _, ok := b.args[k]; !ok {
			b.args[k] = v
		}
	}
	b.errors = append(b.errors, other.errors...)
}

// missing returns the required parameters that have no value.
func (b *bound) missing(s Spec) []Param {
	var out []Param
	for _, p := range s.Params {
		if p.Required && !b.has(p) {
			out = append(out, p)
		}
	}
	return out
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
