package discordtest

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// The types of a command's options.
// https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-option-type
const (
	optSubcommand  = 1
	optGroup       = 2
	optString      = 3
	optInteger     = 4
	optBoolean     = 5
	optUser        = 6
	optChannel     = 7
	optRole        = 8
	optMentionable = 9
	optNumber      = 10
	optAttachment  = 11
)

var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

// checkCommands returns what Discord would refuse of all commands of a guild.
func checkCommands(all []object) []problem {
	c := newChecker()
	perType, names := map[int]int{}, map[string]bool{}
	for i, o := range all {
		at := fmt.Sprintf("/%d", i)
		kind := 1
		if n, ok := c.whole(at, o, "type", 1, 4); ok {
			kind = int(n)
		}
		perType[kind]++
		id := fmt.Sprint(kind, " ", str(o, "name"))
		if names[id] {
			c.addf(at+"/name", "application command names must be unique: %q", str(o, "name"))
		}
		names[id] = true
		if kind != 1 {
			c.required(at, o, "name", 1, 32)
			if str(o, "description") != "" || len(objects(o["options"])) > 0 {
				c.addf(at, "a context menu has neither a description nor options")
			}
			continue
		}
		if n := c.command(at, o); n > maxCommandText {
			c.addf(at, "command exceeds maximum size (%d): it has %d characters", maxCommandText, n)
		}
		c.commandOptions(at, o, 0)
	}
	for kind, most := range map[int]int{1: maxCommands, 2: maxMenus, 3: maxMenus} {
		if perType[kind] > most {
			c.addf("", "%d commands of type %d, allowed are %d", perType[kind], kind, most)
		}
	}
	return c.problems
}

// command checks the name and description of a command or option, and returns the characters of it and
// all below it.
func (c *checker) command(path string, o object) int {
	name := c.required(path, o, "name", 1, 32)
	if !commandName.MatchString(name) || strings.ToLower(name) != name {
		c.addf(path+"/name", "%q is no name of a command", name)
	}
	hint := c.required(path, o, "description", 1, maxCommandHint)
	size := utf8.RuneCountInString(name) + utf8.RuneCountInString(hint)
	for i, inner := range objects(o["options"]) {
		size += c.command(fmt.Sprintf("%s/options/%d", path, i), inner)
	}
	for _, choice := range objects(o["choices"]) {
		size += utf8.RuneCountInString(str(choice, "name")) + utf8.RuneCountInString(str(choice, "value"))
	}
	return size
}

// commandOptions checks the options of a command, group or subcommand: depth 0, 1 or 2.
func (c *checker) commandOptions(path string, o object, depth int) {
	all := c.list(path, o, "options", 0, maxOptions)
	nested, plain, optional := 0, 0, false
	names := map[string]bool{}
	for i, opt := range all {
		at := fmt.Sprintf("%s/options/%d", path, i)
		if name := str(opt, "name"); names[name] {
			c.addf(at+"/name", "option names must be unique: %q", name)
		}
		names[str(opt, "name")] = true
		switch kind := kindOf(opt); kind {
		case optSubcommand, optGroup:
			nested++
			if depth >= 2 || depth == 1 && kind == optGroup {
				c.addf(at, "a subcommand cannot stand there")
			}
			next := depth + 1
			if kind == optSubcommand {
				next = 2
			} else if len(objects(opt["options"])) == 0 {
				c.addf(at+"/options", "a group has no subcommands")
			}
			c.commandOptions(at, opt, next)
		default:
			plain++
			if opt["required"] == true && optional {
				c.addf(at, "required options must be placed before non-required options")
			}
			optional = optional || opt["required"] != true
			c.option(at, kind, opt)
		}
	}
	if nested > 0 && plain > 0 {
		c.addf(path+"/options", "sub-command and sub-command group option types are mutually exclusive to all other types")
	}
}

// option checks an option that people fill in.
func (c *checker) option(path string, kind int, o object) {
	if kind < optString || kind > optAttachment {
		c.addf(path+"/type", "is %v", o["type"])
	}
	choices := c.list(path, o, "choices", 0, maxOptions)
	names := map[string]bool{}
	for i, choice := range choices {
		at := fmt.Sprintf("%s/choices/%d", path, i)
		c.choice(at, choice)
		if _, text := choice["value"].(string); text != (kind == optString) {
			c.addf(at+"/value", "%v is no value of an option of type %d", choice["value"], kind)
		}
		if names[str(choice, "name")] {
			c.addf(at+"/name", "the choice %q stands twice", str(choice, "name"))
		}
		names[str(choice, "name")] = true
	}
	numeric := kind == optInteger || kind == optNumber
	if (o["autocomplete"] == true || len(choices) > 0) && kind != optString && !numeric {
		c.addf(path, "an option of type %d has neither choices nor autocomplete", kind)
	}
	if o["autocomplete"] == true && len(choices) > 0 {
		c.addf(path, "autocomplete must not be true where there are choices")
	}
	for _, name := range []string{"min_value", "max_value"} {
		if o[name] != nil && !numeric {
			c.addf(path+"/"+name, "an option of type %d has no such member", kind)
		}
	}
	least, _ := c.whole(path, o, "min_length", 0, 6000)
	most, given := c.whole(path, o, "max_length", 1, 6000)
	if given && least > most {
		c.addf(path+"/min_length", "is beyond max_length")
	}
	if (o["min_length"] != nil || given) && kind != optString {
		c.addf(path+"/max_length", "an option of type %d has no such member", kind)
	}
}
