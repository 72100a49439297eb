package discord

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"

	"github.com/hirebot/hirebot/bot"
)

// What can be registered at most, in items or characters.
// https://discord.com/developers/docs/interactions/application-commands
const (
	maxCommands, maxSubcommands, maxOptions, maxOptionChoices = 100, 25, 25, 25
	maxMessageCommands, maxCommandName                        = 15, 32
	maxCommandDescription, maxChoiceName, maxChoiceValue      = 100, 100, 100
	// maxCommandText is all of a command: its name and description, and the names, descriptions and
	// values of its subcommands, options and choices.
	maxCommandText = 8000
	// maxOptionText is the longest text that an option can be limited to.
	maxOptionText = 6000
)

// commandRule is what Discord takes as the name of a command, a subcommand or an option, as far as
// ours go: it has more alphabets, and no capitals.
var commandRule = regexp.MustCompile(`^[-_\p{L}\p{N}]{1,32}$`)

// commandsOf returns what is registered in a guild of the company: a command for each noun, and under
// it a subcommand for each verb that help shows. The default verb has its name too, since Discord knows
// no command beside its subcommands. What is offered on a message stands in the menu of a message beside
// them. It fails with all that Discord would refuse the whole of it for.
//
// What commands are global for, contexts and kinds of installation, is not said of those of a guild.
// Shortcuts without a message or a person that they are about do not exist on Discord.
func commandsOf(specs []bot.Spec, n names) ([]*discordgo.ApplicationCommand, error) {
	var (
		out      []*discordgo.ApplicationCommand
		problems []error
	)
	seen := map[string]string{}
	for _, noun := range n.Nouns {
		c := &discordgo.ApplicationCommand{Type: discordgo.ChatApplicationCommand, Name: n.command(noun)}
		for _, s := range specs {
			if s.Noun != noun {
				continue
			}
			if s.Default {
				c.Description = fitted(s.Summary, maxCommandDescription)
			}
			if !s.FromCard {
				c.Options = append(c.Options, subcommand(s))
			}
		}
		if len(c.Options) == 0 {
			continue
		}
		problems = append(problems, checkRegistered(c, n.Prefix)...)
		if other, twice := seen[c.Name]; twice {
			problems = append(problems, fmt.Errorf("/%s: the nouns %q and %q would be one command: rename one of them", c.Name, other, noun))
		}
		seen[c.Name] = noun
		out = append(out, c)
	}
	if len(out) > maxCommands {
		problems = append(problems, fmt.Errorf("%d commands: Discord takes at most %d in a server, so some nouns must become verbs of others", len(out), maxCommands))
	}
	onMessages, wrong := messageCommands(specs)
	if err := errors.Join(append(problems, wrong...)...); err != nil {
		return nil, err
	}
	return append(out, onMessages...), nil
}

// messageCommands returns what the menu of a message offers. Its entries have a name of their own, which
// has blanks and capitals, and nothing else.
// https://discord.com/developers/docs/interactions/application-commands#message-commands
func messageCommands(specs []bot.Spec) ([]*discordgo.ApplicationCommand, []error) {
	var (
		out      []*discordgo.ApplicationCommand
		problems []error
	)
	seen := map[string]string{}
	for _, s := range specs {
		name := s.MessageShortcut
		if name == "" {
			continue
		}
		if n := utf8.RuneCountInString(name); n > maxCommandName {
			problems = append(problems, fmt.Errorf("%s: the name %q on messages has %d characters, and Discord takes at most %d: shorten it", s.Name(), name, n, maxCommandName))
		}
		if other, twice := seen[name]; twice {
			problems = append(problems, fmt.Errorf("%s and %s are both called %q on messages: rename one of them", other, s.Name(), name))
		}
		seen[name] = s.Name()
		out = append(out, &discordgo.ApplicationCommand{Type: discordgo.MessageApplicationCommand, Name: name})
	}
	if len(out) > maxMessageCommands {
		problems = append(problems, fmt.Errorf("%d commands on messages: Discord takes at most %d in a server, so leave some of them to be typed", len(out), maxMessageCommands))
	}
	return out, problems
}

// subcommand describes a verb with its parameters as options: those that are needed first, as Discord
// demands. Nothing is needed where one's own words may hold it or a form asks for it.
func subcommand(s bot.Spec) *discordgo.ApplicationCommandOption {
	sub := &discordgo.ApplicationCommandOption{
		Type: discordgo.ApplicationCommandOptionSubCommand, Name: s.Verb, Description: fitted(s.Summary, maxCommandDescription),
	}
	var needed, free []*discordgo.ApplicationCommandOption
	asks := s.Ack == bot.MayOpenForm
	if readsText(s) {
		asks = true
		free = append(free, textOption(s))
	}
	for _, p := range s.Params {
		o := optionOf(p)
		if o.Required = p.Required && !asks; o.Required {
			needed = append(needed, o)
		} else {
			free = append(free, o)
		}
	}
	sub.Options = slices.Concat(needed, free)
	return sub
}

// bareParams returns the parameters that can be typed without their name.
func bareParams(s bot.Spec) []bot.Param {
	var out []bot.Param
	for _, p := range s.Params {
		if !p.KeyOnly && p.Kind.Option != bot.OptionFile {
			out = append(out, p)
		}
	}
	return out
}

// readsText tells whether a command has a text option: where several parameters are typed without
// their names, and not all of them are picked from a list. One such parameter is an option for one's
// own words already.
func readsText(s bot.Spec) bool {
	if isParam(s, bot.TextOption) {
		return false
	}
	bare := bareParams(s)
	return len(bare) > 1 && slices.ContainsFunc(bare, func(p bot.Param) bool {
		return p.Kind.Option != bot.OptionUser && p.Kind.Option != bot.OptionChannel && len(p.Choices) == 0
	})
}

// textOption takes what is typed as on a platform without options; the fullest example that there is
// room for shows how.
func textOption(s bot.Spec) *discordgo.ApplicationCommandOption {
	const own = "Everything in your own words"
	description := own
	for _, e := range s.Examples {
		rest := strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(e, "/"+s.Noun), " "+s.Verb))
		with := own + ", e.g. " + rest
		if n := utf8.RuneCountInString(with); rest != "" && n <= maxCommandDescription && n > utf8.RuneCountInString(description) {
			description = with
		}
	}
	return &discordgo.ApplicationCommandOption{
		Type: discordgo.ApplicationCommandOptionString, Name: bot.TextOption, Description: description, Autocomplete: true,
	}
}

// optionOf describes a parameter. What is a list is a text, since Discord has no option of several values.
func optionOf(p bot.Param) *discordgo.ApplicationCommandOption {
	o := &discordgo.ApplicationCommandOption{Type: optionType(p), Name: p.Name, Description: optionText(p)}
	if o.Type != discordgo.ApplicationCommandOptionString {
		return o
	}
	if n := len(p.Choices); n > 0 && n <= maxOptionChoices && !p.Repeated {
		for _, c := range p.Choices {
			o.Choices = append(o.Choices, &discordgo.ApplicationCommandOptionChoice{Name: fitted(c.Label, maxChoiceName), Value: c.Value})
		}
		return o
	}
	o.Autocomplete = len(p.Choices) > 0 || p.Kind.Suggest != nil || p.Kind.Searched
	if !p.Repeated && len(p.Choices) == 0 {
		o.MaxLength = min(p.Max, maxOptionText)
	}
	return o
}

func optionType(p bot.Param) discordgo.ApplicationCommandOptionType {
	switch {
	case p.Repeated && p.Kind.Option != bot.OptionFile, len(p.Choices) > 0 && p.Kind.Option != bot.OptionBool:
		return discordgo.ApplicationCommandOptionString
	case p.Kind.Option == bot.OptionInteger:
		return discordgo.ApplicationCommandOptionInteger
	case p.Kind.Option == bot.OptionNumber:
		return discordgo.ApplicationCommandOptionNumber
	case p.Kind.Option == bot.OptionBool:
		return discordgo.ApplicationCommandOptionBoolean
	case p.Kind.Option == bot.OptionUser:
		return discordgo.ApplicationCommandOptionUser
	case p.Kind.Option == bot.OptionChannel:
		return discordgo.ApplicationCommandOptionChannel
	case p.Kind.Option == bot.OptionFile:
		return discordgo.ApplicationCommandOptionAttachment
	}
	return discordgo.ApplicationCommandOptionString
}

// optionText is a parameter's help, and as much of how to fill it in as there is room for.
func optionText(p bot.Param) string {
	text := fitted(p.Help, maxCommandDescription)
	add := func(more string) {
		if utf8.RuneCountInString(text+more) <= maxCommandDescription {
			text += more
		}
	}
	kind := optionType(p)
	if kind != discordgo.ApplicationCommandOptionString && kind != discordgo.ApplicationCommandOptionInteger && kind != discordgo.ApplicationCommandOptionNumber {
		return text
	}
	if p.Repeated {
		add("; several by comma")
	}
	example := p.Example
	if p.Kind != bot.PlainText && p.Kind != bot.LongText { // theirs are of no text in particular
		example = cmp.Or(example, p.Kind.Example)
	}
	if len(p.Choices) == 0 && example != "" && !strings.Contains(example, "\n") {
		add(", e.g. " + example)
	}
	return text
}

// checkRegistered says what Discord would refuse a command for, and what to do.
func checkRegistered(c *discordgo.ApplicationCommand, prefix string) []error {
	var problems []error
	bad := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if err := checkName(c.Name); err != nil {
		remedy := "rename the noun"
		if prefix != "" {
			remedy += ", or choose another prefix"
		}
		bad("/%s: %w: %s", c.Name, err, remedy)
	}
	if c.Description == "" {
		bad("/%s has no default verb to describe it by: mark one, with a summary", c.Name)
	}
	if n := len(c.Options); n > maxSubcommands {
		bad("/%s has %d verbs: Discord takes at most %d, so leave some to cards alone, or to another noun", c.Name, n, maxSubcommands)
	}
	if n := commandText(c); n > maxCommandText {
		bad("/%s has %d characters in all its names, descriptions and choices: Discord takes at most %d, so shorten them or leave some verbs to cards alone", c.Name, n, maxCommandText)
	}
	verbs := map[string]bool{}
	for _, sub := range c.Options {
		where := "/" + c.Name + " " + sub.Name
		if err := checkName(sub.Name); err != nil {
			bad("%s: %w: rename the verb", where, err)
		}
		if verbs[sub.Name] {
			bad("%s is declared twice: remove one of the declarations", where)
		}
		verbs[sub.Name] = true
		if sub.Description == "" {
			bad("%s has no summary: write one", where)
		}
		if n := len(sub.Options); n > maxOptions {
			bad("%s has %d options: Discord takes at most %d, so leave some parameters to another command", where, n, maxOptions)
		}
		problems = append(problems, checkOptions(where, sub.Options)...)
	}
	return problems
}

func checkOptions(where string, options []*discordgo.ApplicationCommandOption) []error {
	var problems []error
	seen := map[string]bool{}
	for _, o := range options {
		if err := checkName(o.Name); err != nil {
			problems = append(problems, fmt.Errorf("%s: the option %s: %w: rename the parameter", where, o.Name, err))
		}
		if seen[o.Name] {
			problems = append(problems, fmt.Errorf("%s has the option %s twice: rename one of the parameters", where, o.Name))
		}
		seen[o.Name] = true
		if o.Description == "" {
			problems = append(problems, fmt.Errorf("%s: the option %s has no help: write one", where, o.Name))
		}
		for _, choice := range o.Choices {
			value := fmt.Sprint(choice.Value)
			if n := utf8.RuneCountInString(value); n == 0 || n > maxChoiceValue || choice.Name == "" {
				problems = append(problems, fmt.Errorf("%s: the option %s has a choice %q without a name, or with a value of %d characters: Discord takes 1 to %d", where, o.Name, choice.Name, n, maxChoiceValue))
			}
		}
	}
	return problems
}

func checkName(name string) error {
	switch {
	case utf8.RuneCountInString(name) > maxCommandName:
		return fmt.Errorf("the name has %d characters, and Discord takes at most %d", utf8.RuneCountInString(name), maxCommandName)
	case !commandRule.MatchString(name) || strings.ToLower(name) != name:
		return errors.New("that is no name for Discord, which takes small letters, digits, - and _ alone")
	}
	return nil
}

// commandText counts the characters of a command as Discord does: its names, descriptions and values.
func commandText(c *discordgo.ApplicationCommand) int {
	return utf8.RuneCountInString(c.Name+c.Description) + optionsText(c.Options)
}

func optionsText(options []*discordgo.ApplicationCommandOption) int {
	n := 0
	for _, o := range options {
		n += utf8.RuneCountInString(o.Name+o.Description) + optionsText(o.Options)
		for _, c := range o.Choices {
			n += utf8.RuneCountInString(c.Name + fmt.Sprint(c.Value))
		}
	}
	return n
}

// fitted shortens a text to so many characters.
func fitted(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	return string([]rune(text)[:limit-1]) + "…"
}

// sameCommands tells whether the commands that a guild has are those that it should have, whatever
// Discord adds to them, so that they are written only when they changed: an app may create 200 a day.
func sameCommands(have, want []*discordgo.ApplicationCommand) bool {
	as, bs := sortedCommands(have), sortedCommands(want)
	if len(as) != len(bs) {
		return false
	}
	for i := range as {
		a, errA := commandJSON(as[i])
		b, errB := commandJSON(bs[i])
		if errA != nil || errB != nil || !bytes.Equal(a, b) {
			return false
		}
	}
	return true
}

func sortedCommands(commands []*discordgo.ApplicationCommand) []*discordgo.ApplicationCommand {
	commands = slices.DeleteFunc(slices.Clone(commands), func(c *discordgo.ApplicationCommand) bool { return c == nil })
	kind := func(c *discordgo.ApplicationCommand) discordgo.ApplicationCommandType {
		return cmp.Or(c.Type, discordgo.ChatApplicationCommand)
	}
	slices.SortFunc(commands, func(a, b *discordgo.ApplicationCommand) int {
		// Those of different types may share a name.
		return cmp.Or(cmp.Compare(kind(a), kind(b)), strings.Compare(a.Name, b.Name))
	})
	return commands
}

// commandJSON returns what of a command we decide on, with what it would have otherwise left out.
func commandJSON(c *discordgo.ApplicationCommand) ([]byte, error) {
	ours := discordgo.ApplicationCommand{
		Type: cmp.Or(c.Type, discordgo.ChatApplicationCommand), Name: c.Name, Description: c.Description,
		DefaultMemberPermissions: c.DefaultMemberPermissions, Options: bareOptions(c.Options),
	}
	if c.NSFW != nil && *c.NSFW {
		ours.NSFW = c.NSFW
	}
	if c.NameLocalizations != nil && len(*c.NameLocalizations) > 0 {
		ours.NameLocalizations = c.NameLocalizations
	}
	if c.DescriptionLocalizations != nil && len(*c.DescriptionLocalizations) > 0 {
		ours.DescriptionLocalizations = c.DescriptionLocalizations
	}
	return json.Marshal(ours)
}

// bareOptions returns options in which what is empty is left out.
func bareOptions(options []*discordgo.ApplicationCommandOption) []*discordgo.ApplicationCommandOption {
	var out []*discordgo.ApplicationCommandOption
	for _, o := range options {
		if o == nil {
			continue
		}
		bare := *o
		bare.Options = bareOptions(o.Options)
		if len(bare.ChannelTypes) == 0 {
			bare.ChannelTypes = nil
		}
		if len(bare.Choices) == 0 {
			bare.Choices = nil
		}
		out = append(out, &bare)
	}
	return out
}
