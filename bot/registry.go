package bot

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"
)

// Registry knows every command by name. It is immutable.
type Registry struct {
	base   string
	specs  []Spec
	byName map[string]Spec
	nouns  []string
}

// What a platform can register at most; Discord's are the narrowest.
// https://discord.com/developers/docs/interactions/application-commands
const (
	maxVerbs   = 25
	maxParams  = 25
	maxSummary = 100
	// maxShortcut is that of Slack: https://docs.slack.dev/interactivity/implementing-shortcuts
	maxShortcut = 24
)

var (
	nameRule  = regexp.MustCompile(`^[a-z][a-z0-9]{1,15}$`)
	paramRule = regexp.MustCompile(`^[a-z][a-z0-9_]{1,23}$`)
)

// NewRegistry checks the declarations and indexes them. The base noun's name can be typed before any
// other noun, so none of its verbs may be a noun. It returns every mistake at once.
func NewRegistry(base string, specs []Spec) (*Registry, error) {
	r := &Registry{base: base, byName: make(map[string]Spec, len(specs))}
	var problems []error
	verbs, defaults := map[string]int{}, map[string]int{}
	for _, s := range specs {
		if _, dup := r.byName[s.Name()]; dup {
			problems = append(problems, fmt.Errorf("command %s: declared twice", s.Name()))
		}
		r.byName[s.Name()] = s
		r.specs = append(r.specs, s)
		if verbs[s.Noun] == 0 {
			r.nouns = append(r.nouns, s.Noun)
		}
		verbs[s.Noun]++
		if s.Default {
			defaults[s.Noun]++
		}
		problems = append(problems, checkSpec(s)...)
	}
	for _, noun := range r.nouns {
		if verbs[noun] > maxVerbs {
			problems = append(problems, fmt.Errorf("noun %s: %d verbs, at most %d", noun, verbs[noun], maxVerbs))
		}
		if defaults[noun] != 1 {
			problems = append(problems, fmt.Errorf("noun %s: %d default verbs, want one", noun, defaults[noun]))
		}
		if _, clash := r.byName[base+"."+noun]; clash {
			problems = append(problems, fmt.Errorf("noun %s: is also a verb of %s", noun, base))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return r, nil
}

func checkSpec(s Spec) []error {
	var problems []error
	bad := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("command %s: "+format, append([]any{s.Name()}, args...)...))
	}
	if !nameRule.MatchString(s.Noun) || !nameRule.MatchString(s.Verb) {
		bad("noun and verb must be short lower-case words")
	}
	if n := utf8.RuneCountInString(s.Summary); n == 0 || n > maxSummary {
		bad("summary has %d characters, want 1 to %d", n, maxSummary)
	}
	if len(s.Examples) == 0 {
		bad("has no example")
	}
	for _, name := range []string{s.Shortcut, s.MessageShortcut} {
		if n := utf8.RuneCountInString(name); n > maxShortcut {
			bad("shortcut has %d characters, at most %d", n, maxShortcut)
		}
	}
	if s.Shortcut != "" && s.MessageShortcut != "" {
		bad("is offered both on messages and without one")
	}
	if s.Shortcut+s.MessageShortcut != "" && s.Ack != MayOpenForm && len(s.required()) > 0 {
		bad("a shortcut has nobody type anything, yet %s is needed and no form asks for it", s.required()[0].Name)
	}
	if len(s.Params) > maxParams {
		bad("%d parameters, at most %d", len(s.Params), maxParams)
	}
	checkParams(s.Params, bad)
	if len(problems) > 0 {
		return problems
	}
	if n := wireLength(s); n > MaxCall {
		bad("a button of it can have %d characters, at most %d", n, MaxCall)
	}
	return problems
}

// checkParams tells bad of each mistake in the declarations of a command's parameters.
func checkParams(params []Param, bad func(format string, args ...any)) {
	seen, rest, flags := map[string]bool{}, 0, 0
	for _, p := range params {
		if !paramRule.MatchString(p.Name) || seen[p.Name] {
			bad("parameter %q: bad or repeated name", p.Name)
		}
		seen[p.Name] = true
		if p.Kind == nil || p.Kind.Parse == nil || p.Kind.Print == nil {
			bad("parameter %s: kind without Parse and Print", p.Name)
			continue
		}
		if n := utf8.RuneCountInString(p.Help); n == 0 || n > maxSummary {
			bad("parameter %s: help has %d characters, want 1 to %d", p.Name, n, maxSummary)
		}
		for _, c := range p.Choices {
			if c.Value == "" || c.Label == "" || p.Repeated && strings.Contains(c.Value, ",") {
				bad("parameter %s: choice %q without label or value, or with a comma in a list", p.Name, c.Label)
			}
		}
		if p.Kind.Rest && !p.KeyOnly {
			rest++
		}
		if p.Flag {
			flags++
		}
	}
	if rest > 1 {
		bad("%d parameters take the rest of the words, at most one can", rest)
	}
	if flags > 1 {
		bad("%d parameters take the words with a sign, at most one can", flags)
	}
}

// wireLength returns the most characters that a button of the command can have.
func wireLength(s Spec) int {
	n := len(callVersion) + 1 + len(s.Name())
	for _, p := range s.Params {
		if w := p.wire(); w > 0 {
			n += 1 + w // with the separator
		}
	}
	return n
}

// wire returns the most characters that the parameter takes in a button, 0 if it never travels. A
// closed set has the length of its longest value, whatever the kind.
func (p Param) wire() int {
	if p.Secret {
		return 0
	}
	longest := p.Kind.Wire
	for _, c := range p.Choices {
		longest = max(longest, utf8.RuneCountInString(callEscaper.Replace(c.Value)))
	}
	if p.Repeated && longest > 0 {
		return 2*longest + 1
	}
	return longest
}

// Base returns the noun that can be typed before any other.
func (r *Registry) Base() string { return r.base }

// Specs returns every declaration, in the order given.
func (r *Registry) Specs() []Spec { return slices.Clone(r.specs) }

// Nouns returns the nouns, in the order of their first declaration.
func (r *Registry) Nouns() []string { return slices.Clone(r.nouns) }

// Spec returns the declaration of "noun.verb".
func (r *Registry) Spec(name string) (Spec, bool) {
	s, ok := r.byName[name]
	return s, ok
}

// Verbs returns the declarations of a noun.
func (r *Registry) Verbs(noun string) []Spec {
	var out []Spec
	for _, s := range r.specs {
		if s.Noun == noun {
			out = append(out, s)
		}
	}
	return out
}

func (r *Registry) defaultOf(noun string) (Spec, bool) {
	for _, s := range r.specs {
		if s.Noun == noun && s.Default {
			return s, true
		}
	}
	return Spec{}, false
}

// Usage returns how a command is typed, such as "/band show <role> [experience] [+premiums]".
func Usage(s Spec) string {
	var b strings.Builder
	b.WriteString("/" + s.Noun)
	if !s.Default {
		b.WriteString(" " + s.Verb)
	}
	for _, p := range s.Params {
		if p.Secret && p.Kind.Option == OptionFile || p.Kind.Input == InputLongText || p.Kind.Input == InputFile {
			continue
		}
		word := p.Name
		switch {
		case p.Flag:
			word = "+" + p.Name
		case p.KeyOnly:
			word = p.Name + ":…"
		}
		if p.Repeated {
			word += " …"
		}
		if p.Required {
			b.WriteString(" <" + word + ">")
		} else {
			b.WriteString(" [" + word + "]")
		}
	}
	return b.String()
}

// Resolve finds the command that a typed text means. A noun that does not exist is a Problem that
// names the nearest one, or the commands of which it is the verb; a verb may be left out.
func (r *Registry) Resolve(text string) (Spec, error) {
	spec, _, err := r.resolve(text)
	return spec, err
}

// resolve is Resolve, and returns the words that follow.
func (r *Registry) resolve(text string) (spec Spec, words []word, err error) {
	if n := utf8.RuneCountInString(text); n > maxTyped {
		return Spec{}, nil, tooLong(n)
	}
	words = split(text)
	if len(words) == 0 || !words[0].plain() {
		return Spec{}, nil, Invalidf("", "Type a command, for example /%s help.", r.base)
	}
	noun := strings.ToLower(strings.TrimPrefix(words[0].text, "/"))
	words = words[1:]
	if noun == r.base && len(words) > 0 && words[0].plain() && slices.Contains(r.nouns, strings.ToLower(words[0].text)) {
		noun, words = strings.ToLower(words[0].text), words[1:]
	}
	if !slices.Contains(r.nouns, noun) {
		return Spec{}, nil, Invalidf("", "There is no command /%s.%s Type /%s help for all of them.", shorten(noun), r.nearCommand(noun), r.base)
	}
	if len(words) > 0 && words[0].plain() {
		if s, ok := r.byName[noun+"."+strings.ToLower(words[0].text)]; ok {
			return s, words[1:], nil
		}
	}
	s, ok := r.defaultOf(noun)
	if !ok {
		return Spec{}, nil, Invalidf("", "Say what to do with /%s: %s.", noun, strings.Join(r.verbNames(noun), ", "))
	}
	if noun == r.base && len(words) > 0 && len(s.Params) == 0 {
		if found := r.withVerb(strings.ToLower(words[0].text)); len(found) > 0 {
			return Spec{}, nil, Invalidf("", "There is no command /%s %s.%s Type /%s help for all of them.", noun, shorten(words[0].text), meantOf(found), r.base)
		}
	}
	return s, words, nil
}

func tooLong(n int) error {
	return Invalidf("", "That has %d characters; I read at most %d. Shorten it, or put the long text into the command's form.", n, maxTyped)
}

// nearCommand returns " Did you mean …?" for what somebody typed in the place of a noun, or "". People
// leave the noun out, so that a verb stands for the commands it belongs to.
func (r *Registry) nearCommand(typed string) string {
	found := r.withVerb(typed)
	if len(found) == 0 {
		if near := didYouMean("/"+typed, r.slashed()); near != "" {
			return near
		}
		var verbs []string
		for _, s := range r.specs {
			if !s.FromCard {
				verbs = append(verbs, s.Verb)
			}
		}
		found = r.withVerb(Nearest(typed, verbs))
	}
	return meantOf(found)
}

// meantOf returns " Did you mean …?" for several commands, or "" for none.
func meantOf(found []string) string {
	if len(found) == 0 {
		return ""
	}
	list := found[len(found)-1]
	if len(found) > 1 {
		list = strings.Join(found[:len(found)-1], ", ") + " or " + list
	}
	return " Did you mean " + list + "?"
}

// withVerb returns the commands of a verb as they are typed, without those that only cards offer.
func (r *Registry) withVerb(verb string) []string {
	var found []string
	for _, s := range r.specs {
		if s.Verb == verb && !s.FromCard {
			found = append(found, "/"+s.Noun+" "+s.Verb)
		}
	}
	return found
}

func (r *Registry) slashed() []string {
	out := make([]string, 0, len(r.nouns))
	for _, n := range r.nouns {
		out = append(out, "/"+n)
	}
	return out
}

func (r *Registry) verbNames(noun string) []string {
	var out []string
	for _, s := range r.Verbs(noun) {
		out = append(out, s.Verb)
	}
	sort.Strings(out)
	return out
}

// AckOf returns when an event must be acknowledged: by its command, or by what was typed. What cannot
// be read is answered quickly.
func (r *Registry) AckOf(ev Event) Ack {
	if ev.Command != "" {
		return r.byName[ev.Command].Ack
	}
	spec, _, err := r.resolve(ev.Text)
	if err != nil {
		return Quick
	}
	return spec.Ack
}
