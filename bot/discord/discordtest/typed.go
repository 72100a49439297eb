package discordtest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// word is a word as it was typed: raw with its quotes, text without. Key is what stands before a colon.
type word struct{ raw, text, key, value string }

// wordsOf cuts what was typed. Quotes hold words together, at the beginning of a word or after a colon.
func wordsOf(typed string) []word {
	var out []word
	for rest := strings.TrimLeft(typed, " \n"); rest != ""; rest = strings.TrimLeft(rest, " \n") {
		n := wordEnd(rest)
		w := word{raw: rest[:n]}
		rest = rest[n:]
		w.text = unquoted(w.raw)
		if at := strings.IndexByte(w.raw, ':'); at > 0 && !strings.ContainsAny(w.raw[:at], `"'“`) {
			w.key, w.value = w.raw[:at], unquoted(w.raw[at+1:])
		}
		out = append(out, w)
	}
	return out
}

// quotes are the marks that hold words together.
var quotes = map[rune]string{'"': `"`, '\'': "'", '“': "”"}

// wordEnd returns where the first word of a text ends.
func wordEnd(s string) int {
	before := ':'
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == ' ' || r == '\n' {
			return i
		}
		if end := quotes[r]; end != "" && before == ':' {
			if n := strings.Index(s[i+size:], end); n >= 0 {
				i += size + n + len(end)
				before = 0
				continue
			}
		}
		before = r
		i += size
	}
	return len(s)
}

func unquoted(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if end := quotes[r]; end != "" && len(s) >= size+len(end) && strings.HasSuffix(s, end) {
		return s[size : len(s)-len(end)]
	}
	return s
}

// command is a command of the guild that somebody means, with what they typed for its options.
type command struct {
	registered object
	// path are the subcommand group and subcommand, as far as there are any.
	path    []object
	options []object
	rest    string
}

// choose finds the command, or says why there is none.
func (s *Server) choose(guild, typed string) (command, error) {
	noun, rest, _ := strings.Cut(strings.TrimPrefix(typed, "/"), " ")
	s.mu.Lock()
	defer s.mu.Unlock()
	var c command
	for _, o := range s.commands[guild] {
		if str(o, "name") == noun && kindOf(o) == 1 {
			c.registered = o
		}
	}
	if c.registered == nil {
		return c, fmt.Errorf("no command /%s is registered", noun)
	}
	c.options = objects(c.registered["options"])
	for slices.ContainsFunc(c.options, isNested) {
		name, more, _ := strings.Cut(strings.TrimLeft(rest, " "), " ")
		next := named(c.options, name)
		if next == nil || !isNested(next) {
			// A verb that is not named is the one that the test says is meant.
			if next, more = named(c.options, s.o.Default[noun]), rest; next == nil {
				return c, fmt.Errorf("/%s has no subcommand %q, and Options.Default names none", noun, name)
			}
		}
		c.path, c.options, rest = append(c.path, next), objects(next["options"]), more
	}
	c.rest = rest
	return c, nil
}

func isNested(o object) bool { return kindOf(o) == optSubcommand || kindOf(o) == optGroup }

// named returns the option of a name, nil where there is none.
func named(options []object, name string) object {
	for _, o := range options {
		if str(o, "name") == name {
			return o
		}
	}
	return nil
}

// freeText returns the option that words without a name go to: text, else the first required text, else
// the only option.
func freeText(options []object) object {
	if o := named(options, "text"); o != nil && kindOf(o) == optString {
		return o
	}
	for _, o := range options {
		if kindOf(o) == optString && o["required"] == true {
			return o
		}
	}
	if len(options) == 1 && kindOf(options[0]) == optString {
		return options[0]
	}
	return nil
}

// fill takes what was typed for the options of a command, by their names.
func (c command) fill() (map[string]string, error) {
	values, free := map[string]string{}, []word{}
	for _, w := range wordsOf(c.rest) {
		if o := named(c.options, w.key); w.key != "" && o != nil {
			if _, twice := values[w.key]; twice {
				return nil, fmt.Errorf("the option %q is filled in twice", w.key)
			}
			values[w.key] = w.value
			continue
		}
		free = append(free, w)
	}
	if len(free) == 0 {
		return values, nil
	}
	o := freeText(c.options)
	if o == nil {
		return nil, fmt.Errorf("no option of the command takes %q", free[0].raw)
	}
	name := str(o, "name")
	if _, twice := values[name]; twice {
		return nil, fmt.Errorf("the option %q is filled in twice", name)
	}
	var parts []string
	for _, w := range free {
		if name == "text" {
			parts = append(parts, w.raw) // the app reads quotes itself
		} else {
			parts = append(parts, w.text)
		}
	}
	values[name] = strings.Join(parts, " ")
	return values, nil
}

// choices returns the names and values that an option offers.
func choices(o object) []object { return objects(o["choices"]) }

// entered is what an option holds where somebody typed this; a client that does not take it says why.
func (s *Server) entered(o object, typed string) (any, error) {
	name, kind := str(o, "name"), kindOf(o)
	refused := func() (any, error) { return nil, fmt.Errorf("the option %q does not take %q", name, typed) }
	if all := choices(o); len(all) > 0 {
		for _, choice := range all {
			if strings.EqualFold(str(choice, "name"), typed) || fmt.Sprint(choice["value"]) == typed {
				return choice["value"], nil
			}
		}
		return refused()
	}
	switch kind {
	case optString:
		n := utf8.RuneCountInString(typed)
		most, limited := o["max_length"].(float64)
		if typed == "" || limited && n > int(most) || n < whole(o, "min_length") || n > 6000 {
			return refused()
		}
		return s.mentioned(typed), nil
	case optInteger, optNumber:
		n, err := strconv.ParseFloat(typed, 64)
		least, hasLeast := o["min_value"].(float64)
		most, hasMost := o["max_value"].(float64)
		if err != nil || hasLeast && n < least || hasMost && n > most || kind == optInteger && n != float64(int64(n)) {
			return refused()
		}
		return n, nil
	case optBoolean:
		switch strings.ToLower(typed) {
		case "true", "yes":
			return true, nil
		case "false", "no":
			return false, nil
		}
		return refused()
	case optUser, optMentionable:
		if id := s.userNamed(typed); id != "" {
			return id, nil
		}
	case optChannel:
		if id := s.channelNamed(typed); id != "" {
			return id, nil
		}
	case optAttachment:
		if s.files[typed] != nil {
			return typed, nil
		}
	}
	return refused()
}

// bare takes the marks of a mention away.
func bare(typed string) string { return strings.Trim(typed, "<@!#>") }

// userNamed returns the id of somebody who is named by it, by a mention, or by their name.
func (s *Server) userNamed(typed string) string {
	if s.users[bare(typed)] != nil {
		return bare(typed)
	}
	for _, id := range slices.Sorted(maps.Keys(s.users)) {
		if u := s.users[id]; strings.EqualFold(u.Name, bare(typed)) || strings.EqualFold(u.GlobalName, bare(typed)) {
			return id
		}
	}
	return ""
}

func (s *Server) channelNamed(typed string) string {
	if s.rooms[bare(typed)] != nil {
		return bare(typed)
	}
	for _, id := range s.roomIDs {
		if r := s.rooms[id]; !r.direct() && r.Name == bare(typed) {
			return id
		}
	}
	return ""
}

// mentioned returns a text as a client sends it: who is named with @ and their name is mentioned.
func (s *Server) mentioned(typed string) string {
	parts := strings.Split(typed, " ")
	for i, p := range parts {
		name, isMention := strings.CutPrefix(p, "@")
		for id, u := range s.users {
			if isMention && name == u.Name {
				parts[i] = "<@" + id + ">"
			}
		}
	}
	return strings.Join(parts, " ")
}

// nested puts options into the subcommand and group that they belong to.
func (c command) nested(options []any) []any {
	for _, o := range slices.Backward(c.path) {
		options = []any{object{"name": o["name"], "type": o["type"], "options": options}}
	}
	return options
}

// data is what an interaction tells of a command.
func (s *Server) commandDataLocked(guild string, c command, options []any, resolved object) object {
	o := object{"id": c.registered["id"], "name": c.registered["name"], "type": 1, "guild_id": guild, "options": c.nested(options)}
	if len(resolved) > 0 {
		o["resolved"] = resolved
	}
	return o
}

// Command has somebody use a command: /noun verb, then name:value for its options and words for the one that
// takes text. What a client would not send fails the test.
// https://docs.discord.com/developers/interactions/application-commands#slash-commands
func (s *Server) Command(user, channel, typed string) *Delivery {
	s.t.Helper()
	r := s.roomOf(user, channel)
	if r.direct() {
		s.t.Fatalf("discord: %s cannot be used in direct messages: the commands of a guild are there alone", typed)
	}
	c, err := s.choose(r.Guild, typed)
	if err != nil {
		s.t.Fatalf("discord: %s: %v", typed, err)
	}
	values, err := c.fill()
	if err != nil {
		s.t.Fatalf("discord: %s: %v", typed, err)
	}
	s.mu.Lock()
	options := []any{}
	var users, channels, files []string
	for _, o := range c.options {
		name := str(o, "name")
		text, given := values[name]
		if !given {
			if o["required"] == true {
				s.mu.Unlock()
				s.t.Fatalf("discord: %s: the option %q is required", typed, name)
			}
			continue
		}
		v, err := s.entered(o, text)
		if err != nil {
			s.mu.Unlock()
			s.t.Fatalf("discord: %s: %v", typed, err)
		}
		switch id, _ := v.(string); kindOf(o) {
		case optUser, optMentionable:
			users = append(users, id)
		case optChannel:
			channels = append(channels, id)
		case optAttachment:
			files = append(files, id)
		}
		options = append(options, object{"name": name, "type": o["type"], "value": v})
	}
	data := s.commandDataLocked(r.Guild, c, options, s.resolvedLocked(r.Guild, users, channels, files))
	d := s.giveLocked(kindCommand, user, r, data)
	s.mu.Unlock()
	s.Deliver(d)
	return d
}

// Autocomplete has somebody type a command up to an option that the app completes.
// https://docs.discord.com/developers/interactions/application-commands#autocomplete
func (s *Server) Autocomplete(user, channel, typed string) *Delivery {
	s.t.Helper()
	r := s.roomOf(user, channel)
	c, err := s.choose(r.Guild, typed)
	if err != nil {
		s.t.Fatalf("discord: %s: %v", typed, err)
	}
	all := wordsOf(c.rest)
	focus, value := freeText(c.options), ""
	if n := len(all); n > 0 {
		if o := named(c.options, all[n-1].key); all[n-1].key != "" && o != nil {
			focus, value = o, all[n-1].value
			all = all[:n-1]
		}
	}
	values := map[string]string{}
	var free []string
	for _, w := range all {
		if named(c.options, w.key) != nil {
			values[w.key] = w.value
		} else {
			free = append(free, w.raw)
		}
	}
	if len(free) > 0 && focus != nil {
		if o := freeText(c.options); str(o, "name") == str(focus, "name") {
			value = strings.Join(free, " ")
		} else if o != nil {
			values[str(o, "name")] = strings.Join(free, " ")
		}
	}
	if focus == nil || focus["autocomplete"] != true {
		s.t.Fatalf("discord: %s: nothing completes %q", typed, str(focus, "name"))
	}
	s.mu.Lock()
	options := []any{}
	for _, o := range c.options {
		name := str(o, "name")
		if name == str(focus, "name") {
			options = append(options, object{"name": name, "type": o["type"], "value": value, "focused": true})
		} else if text, given := values[name]; given {
			// What is not valid yet is sent as it was typed.
			options = append(options, object{"name": name, "type": o["type"], "value": text})
		}
	}
	d := s.giveLocked(kindSuggest, user, r, s.commandDataLocked(r.Guild, c, options, nil))
	s.mu.Unlock()
	s.Deliver(d)
	return d
}
