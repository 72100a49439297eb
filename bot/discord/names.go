package discord

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

// names says how commands are typed on Discord: with the prefix that is set, always with their verb,
// and with their arguments as options.
type names struct {
	// Base is the noun that can be typed before any other as text: "hire".
	Base, Prefix string
	// Nouns are all nouns of the registry.
	Nouns []string
	specs []bot.Spec
}

// newNames returns the names of the commands of a registry.
func newNames(base, prefix string, specs []bot.Spec) names {
	n := names{Base: base, Prefix: prefix, specs: specs}
	for _, s := range specs {
		if !slices.Contains(n.Nouns, s.Noun) {
			n.Nouns = append(n.Nouns, s.Noun)
		}
	}
	return n
}

// command returns the name under which a noun is registered: "band", or "hb-band" under a prefix.
func (n names) command(noun string) string {
	if n.Prefix != "" {
		return n.Prefix + "-" + noun
	}
	return noun
}

// spec returns the command of a registered name and a subcommand, such as "hb-band" and "show".
func (n names) spec(name, verb string) (bot.Spec, bool) {
	i := slices.IndexFunc(n.specs, func(s bot.Spec) bool { return n.command(s.Noun) == name && s.Verb == verb })
	if i < 0 {
		return bot.Spec{}, false
	}
	return n.specs[i], true
}

// onMessages returns the command that the menu of a message offers under a name.
func (n names) onMessages(name string) (bot.Spec, bool) {
	i := slices.IndexFunc(n.specs, func(s bot.Spec) bool { return name != "" && s.MessageShortcut == name })
	if i < 0 {
		return bot.Spec{}, false
	}
	return n.specs[i], true
}

// verb returns the command of a noun by its verb, or its default for "".
func (n names) verb(noun, verb string) (bot.Spec, bool) {
	i := slices.IndexFunc(n.specs, func(s bot.Spec) bool {
		return s.Noun == noun && (verb == "" && s.Default || verb != "" && s.Verb == verb)
	})
	if i < 0 {
		return bot.Spec{}, false
	}
	return n.specs[i], true
}

const blanks = " \t\n\r\u00a0"

// spell returns our text with its commands as they are typed here: "/band backend 7y" as
// "/band show text:backend 7y", and "/req hold R-12" as "/req hold req:R-12". Only whole words are
// commands: addresses, paths and what merely contains a slash stay.
func (n names) spell(text string) string {
	var b strings.Builder
	for rest := text; rest != ""; {
		word, blank, next := cutWord(rest)
		inner := strings.TrimLeft(word, front.Openers)
		opener := word[:len(word)-len(inner)]
		typed, after, ok := n.spellCommand(rest[len(opener):], opener, b.String())
		if !ok {
			b.WriteString(word + blank)
			rest = next
			continue
		}
		b.WriteString(opener + typed)
		rest = after
	}
	return b.String()
}

// cutWord parts a text into its first word, the blanks behind it, and what follows.
func cutWord(text string) (word, blank, rest string) {
	end := strings.IndexAny(text, blanks)
	if end < 0 {
		return text, "", ""
	}
	rest = strings.TrimLeft(text[end:], blanks)
	return text[:end], text[end : len(text)-len(rest)], rest
}

// spellCommand spells the command that a text begins with, which stands behind an opening mark and
// what was said before. It returns what follows, and false where the text begins with none.
func (n names) spellCommand(text, opener, before string) (typed, after string, ok bool) {
	noun, rest, ok := n.cutNoun(text)
	if !ok {
		return "", "", false
	}
	if next, more := cutNext(rest); noun == n.Base && slices.Contains(n.Nouns, next) {
		noun, rest = next, more
	}
	spec, _ := n.verb(noun, "")
	if next, more := cutNext(rest); next != "" {
		if s, isVerb := n.verb(noun, next); isVerb {
			spec, rest = s, more
		}
	}
	typed = strings.TrimSpace("/" + n.command(noun) + " " + spec.Verb)
	if !beginsNext(rest) {
		return typed, rest, true
	}
	args, after := argumentsOf(strings.TrimLeft(rest, " \u00a0"), opener, before)
	if args == "" {
		return typed, rest, true
	}
	return typed + " " + cmp.Or(spellOptions(spec, args), args), after, true
}

// cutNoun returns the noun of a command such as "/band" that a text begins with, and what follows.
func (n names) cutNoun(text string) (noun, rest string, ok bool) {
	word, _, _ := cutWord(text)
	bare := strings.TrimRight(word, front.Closers)
	noun, isCommand := strings.CutPrefix(bare, "/")
	return noun, text[len(bare):], isCommand && slices.Contains(n.Nouns, noun)
}

// cutNext returns the word that follows a blank within a line, without closing marks, and the rest.
func cutNext(text string) (word, rest string) {
	if !beginsNext(text) {
		return "", text
	}
	text = strings.TrimLeft(text, " \u00a0")
	word, _, _ = cutWord(text)
	word = strings.TrimRight(word, front.Closers)
	return word, text[len(word):]
}

func beginsNext(text string) bool {
	return strings.HasPrefix(text, " ") || strings.HasPrefix(text, "\u00a0")
}

// enclosing are the marks that enclose an example.
var enclosing = map[string]string{"“": "”", "‘": "’", "`": "`", "\"": "\"", "«": "»", "'": "'"}

// argumentsOf returns what of a text belongs to the command before it, and the rest. What stands in
// quotes is an example, and so is a line or what follows a colon, unless it goes on as a sentence does:
// there only what cannot be part of one belongs to the command, such as a reference.
func argumentsOf(text, opener, before string) (args, after string) {
	if closer := enclosing[opener]; closer != "" {
		if end := strings.Index(text, closer); end >= 0 {
			return text[:end], text[end:]
		}
	}
	line := text
	if end := strings.IndexAny(text, "\n\r"); end >= 0 {
		line = text[:end]
	}
	before = strings.TrimRight(before, " \u00a0")
	begins := before == "" || strings.HasSuffix(before, ":") || strings.HasSuffix(before, "\n")
	line = strings.TrimRight(line, blanks)
	if begins && opener == "" && !slices.ContainsFunc(wordsOf(line), typedWord.isProse) {
		return line, text[len(line):]
	}
	end := 0
	for _, w := range wordsOf(line) {
		if !w.isArgument() {
			break
		}
		bare := strings.TrimRight(w.typed, ".,;:!?)…")
		if end = w.at + len(bare); bare != w.typed {
			break
		}
	}
	return text[:end], text[end:]
}

// typedWord is one word of a command as text: plain, quoted, or name:value.
type typedWord struct {
	// at is where it begins; typed is all of it, value what it stands for, key the name of name:value.
	at         int
	typed, key string
	value      string
}

// surely is a word that is no part of a sentence: with a digit, a mention, a flag, or a placeholder.
var surely = regexp.MustCompile(`[0-9@+]|^-[a-z]|^[A-Z]{2,}[.,;:!?)]*$`)

// isArgument tells whether a word within a sentence surely belongs to the command before it.
func (w typedWord) isArgument() bool { return w.typed != w.value || surely.MatchString(w.typed) }

// isProse tells whether a word ends as those of a sentence do, which an argument does not.
func (w typedWord) isProse() bool { return strings.TrimRight(w.typed, ".,;:!?)") != w.typed }

// wordsOf parts text into words; double quotes keep several together.
func wordsOf(text string) []typedWord {
	var out []typedWord
	for at := 0; at < len(text); {
		blank := len(text[at:]) - len(strings.TrimLeft(text[at:], blanks))
		if at += blank; at == len(text) {
			break
		}
		end, quoted := len(text), false
		for i, r := range text[at:] {
			if r == '"' {
				quoted = !quoted
			}
			if !quoted && strings.ContainsRune(blanks, r) {
				end = at + i
				break
			}
		}
		w := typedWord{at: at, typed: text[at:end]}
		value := w.typed
		if key, rest, named := strings.Cut(value, ":"); named && isName(key) {
			w.key, value = key, rest
		}
		w.value = strings.ReplaceAll(value, `"`, "")
		out = append(out, w)
		at = end
	}
	return out
}

func isName(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// spellOptions returns arguments as options: what is named by its name, the words before that as the
// text option or that of the parameter that reads them. It returns "" where they do not fit.
func spellOptions(s bot.Spec, args string) string {
	words := wordsOf(args)
	if slices.ContainsFunc(words, isPlaceholder) {
		return "" // a line that shows how the command is used
	}
	if len(words) > 0 && words[0].key == bot.TextOption && readsText(s) {
		return args
	}
	named := slices.IndexFunc(words, func(w typedWord) bool { return isParam(s, w.key) })
	if named < 0 {
		named = len(words)
	}
	options, ok := spellBare(s, words[:named])
	if !ok {
		return ""
	}
	for _, w := range words[named:] {
		switch {
		case isParam(s, w.key):
			options = append(options, w.key+":"+w.value)
		case readsText(s):
			// It may belong to the value before it, or not: reading will tell.
			return bot.TextOption + ":" + args
		default:
			options[len(options)-1] += " " + w.typed
		}
	}
	return strings.Join(options, " ")
}

// isPlaceholder tells of "<role>" and "[level]", and not of a mention.
func isPlaceholder(w typedWord) bool {
	return strings.HasPrefix(w.typed, "[") || strings.HasPrefix(w.typed, "<") && !strings.HasPrefix(w.typed, "<@") && !strings.HasPrefix(w.typed, "<#")
}

func isParam(s bot.Spec, name string) bool {
	_, ok := s.Param(name)
	return ok
}

// spellBare returns the words without a name as options: all of them as one's own words, or where one
// parameter is typed so, else one word for each such parameter.
func spellBare(s bot.Spec, words []typedWord) ([]string, bool) {
	params := bareParams(s)
	switch {
	case len(words) == 0:
		return nil, true
	case readsText(s):
		return []string{bot.TextOption + ":" + asTyped(words)}, true
	case len(params) == 1:
		if len(words) > 1 && words[0].typed == params[0].Name {
			words = words[1:] // "until 4 Jan"
		}
		if len(words) == 1 {
			return []string{params[0].Name + ":" + words[0].value}, true
		}
		return []string{params[0].Name + ":" + asTyped(words)}, true
	case len(words) > len(params):
		return nil, false
	}
	var out []string
	for i, w := range words {
		out = append(out, params[i].Name+":"+w.value)
	}
	return out, true
}

func asTyped(words []typedWord) string {
	texts := make([]string, 0, len(words))
	for _, w := range words {
		texts = append(texts, w.typed)
	}
	return strings.Join(texts, " ")
}
