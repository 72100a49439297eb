package bot

import (
	"maps"
	"slices"
	"strings"
)

// fillers are words that people put between arguments and that say nothing by themselves.
var fillers = []string{"by", "for", "in", "at", "on", "with", "the", "a", "an", "and", "as", "of", "from", "to", "until", "till", "please", "is", "me", "what", "we", "pay", "do", "does", "how", "much", "should", "i", "-", "–", "—"}

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
