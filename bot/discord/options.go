package discord

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"

	"github.com/hirebot/hirebot/bot"
)

// invocation is what somebody typed as a command, or types just now: the parts of an event that follow
// from it.
type invocation struct {
	// Command is "noun.verb".
	Command string
	Values  bot.Values
	// Files are attachments by parameter name, which are still to be fetched.
	Files map[string]commandFile
	// Focus is the option that is being typed; "" for a command that was sent off.
	Focus string
	// On is the message in whose menu the command was chosen; nil for one that was typed.
	On *targetMessage
}

// targetMessage is a message in whose menu a command was chosen. Discord tells what it says, which it
// tells of no other message that is not ours.
type targetMessage struct {
	ID        string `json:"id"`
	ChannelID string `json:"channel_id"`
	Content   string `json:"content"`
	Author    user   `json:"author"`
}

// link returns the address of a message, which is in a guild: our commands are offered nowhere else.
func (m targetMessage) link(guild string) string {
	return "https://discord.com/channels/" + guild + "/" + m.ChannelID + "/" + m.ID
}

// commandFile is a file that Discord keeps for us.
type commandFile struct {
	Name      string `json:"filename"`
	MediaType string `json:"content_type"`
	Size      int    `json:"size"`
	URL       string `json:"url"`
}

// commandData is the data of an interaction with a command.
type commandData struct {
	Type     discordgo.ApplicationCommandType `json:"type"`
	Name     string                           `json:"name"`
	Options  []optionData                     `json:"options"`
	TargetID string                           `json:"target_id"`
	Resolved struct {
		Messages    map[string]targetMessage `json:"messages"`
		Attachments map[string]commandFile   `json:"attachments"`
		Channels    map[string]struct {
			Name string `json:"name"`
		} `json:"channels"`
	} `json:"resolved"`
}

// optionData is an option with its value, or a subcommand with its options.
type optionData struct {
	Type    discordgo.ApplicationCommandOptionType `json:"type"`
	Name    string                                 `json:"name"`
	Value   json.RawMessage                        `json:"value"`
	Options []optionData                           `json:"options"`
	Focused bool                                   `json:"focused"`
}

// otherCommands is the answer to a command that this version did not register.
func otherCommands() error {
	return bot.NewProblem(bot.CodeInvalid, "", "This command is from another version of me. Wait a minute, then type it again.")
}

// invoked reads the data of an interaction with a command. A command or an option that is none of ours
// is from another version, and is refused with a Problem: without that option, it could do what nobody
// asked for. A channel is written by its name, as people do: channel returns it, or "".
func invoked(data json.RawMessage, n names, channel func(id string) string) (invocation, error) {
	var d commandData
	if err := json.Unmarshal(data, &d); err != nil {
		return invocation{}, fmt.Errorf("read a command: %w", err)
	}
	if d.Type == discordgo.MessageApplicationCommand {
		return invokedOn(d, n, channel)
	}
	if d.Type != discordgo.ChatApplicationCommand || len(d.Options) != 1 || d.Options[0].Type != discordgo.ApplicationCommandOptionSubCommand {
		return invocation{}, otherCommands()
	}
	sub := d.Options[0]
	spec, ok := n.spec(d.Name, sub.Name)
	if !ok {
		return invocation{}, otherCommands()
	}
	inv := invocation{Command: spec.Name(), Values: bot.Values{}, Files: map[string]commandFile{}}
	for _, o := range sub.Options {
		p, declared := spec.Param(o.Name)
		if !declared && (o.Name != bot.TextOption || !readsText(spec)) {
			return invocation{}, otherCommands()
		}
		if o.Focused {
			inv.Focus = o.Name
		}
		if o.Type == discordgo.ApplicationCommandOptionAttachment {
			file, found := d.Resolved.Attachments[optionValue(o)]
			if !found {
				return invocation{}, bot.NewProblem(bot.CodeInvalid, o.Name, "The file did not arrive. Send it again.")
			}
			inv.Files[o.Name] = file
			continue
		}
		text := readMentions(optionValue(o), func(id string) string {
			return cmp.Or(d.Resolved.Channels[id].Name, channel(id))
		})
		if p.Repeated {
			text = apart(text)
		}
		if text != "" || o.Focused {
			inv.Values[o.Name] = []string{text}
		}
	}
	return inv, nil
}

// invokedOn reads a command that was chosen in the menu of a message.
func invokedOn(d commandData, n names, channel func(id string) string) (invocation, error) {
	spec, ok := n.onMessages(d.Name)
	if !ok {
		return invocation{}, otherCommands()
	}
	m, found := d.Resolved.Messages[d.TargetID]
	if !found {
		return invocation{}, bot.NewProblem(bot.CodeInvalid, "", "The message did not arrive. Try again.")
	}
	m.Content = readMentions(m.Content, channel)
	return invocation{Command: spec.Name(), Values: bot.Values{}, Files: map[string]commandFile{}, On: &m}, nil
}

// optionValue returns an option's value as its reader takes it: a person and a channel as a mention, yes or
// no, a number in full. What is still being typed comes as text, whatever its option.
func optionValue(o optionData) string {
	var text string
	if json.Unmarshal(o.Value, &text) == nil {
		if o.Focused || !digitsAlone.MatchString(text) {
			return text
		}
		switch o.Type { //nolint:exhaustive // The others are texts as they are.
		case discordgo.ApplicationCommandOptionUser:
			return "<@" + text + ">"
		case discordgo.ApplicationCommandOptionChannel:
			return "<#" + text + ">"
		}
		return text
	}
	var yes bool
	if json.Unmarshal(o.Value, &yes) == nil {
		if yes {
			return "yes"
		}
		return "no"
	}
	var number json.Number
	if json.Unmarshal(o.Value, &number) != nil {
		return ""
	}
	if !strings.ContainsAny(number.String(), "eE") {
		return number.String()
	}
	f, err := number.Float64()
	if err != nil {
		return number.String()
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

var (
	// digitsAlone is one of Discord's ids, a snowflake.
	digitsAlone = regexp.MustCompile(`^[0-9]{1,20}$`)
	// personMention also is as older clients write it.
	personMention  = regexp.MustCompile(`<@!?([0-9]+)>`)
	channelMention = regexp.MustCompile(`<#([0-9]+)>`)
	// together are mentions that nothing but blanks parts.
	together = regexp.MustCompile(`(<@[0-9]+>)\s*<`)
)

// readMentions writes people in the one way that our readers know, and channels by their names.
func readMentions(text string, channel func(id string) string) string {
	text = personMention.ReplaceAllString(text, "<@$1>")
	return channelMention.ReplaceAllStringFunc(text, func(mention string) string {
		if name := channel(channelMention.FindStringSubmatch(mention)[1]); name != "" {
			return "#" + name
		}
		return mention
	})
}

// apart puts commas between people, which people leave out.
func apart(text string) string { return together.ReplaceAllString(text, "$1,<") }

// maxMentioned is the most accounts that one command makes us look up.
const maxMentioned = 20

// mentioned returns the ids of the people that a command names, who must be met before it is served.
func (inv invocation) mentioned() []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(inv.Values)) {
		for _, m := range personMention.FindAllStringSubmatch(strings.Join(inv.Values[name], " "), -1) {
			if len(out) < maxMentioned && !slices.Contains(out, m[1]) {
				out = append(out, m[1])
			}
		}
	}
	return out
}

// choicesFor returns suggestions for the option that is being typed. In a text and in a list people
// type on behind a choice, of which Discord then keeps the name: there the name is the value. A value
// that Discord would not take is left out.
func choicesFor(spec bot.Spec, focus string, choices []bot.Choice) []*discordgo.ApplicationCommandOptionChoice {
	p, declared := spec.Param(focus)
	out := make([]*discordgo.ApplicationCommandOptionChoice, 0, len(choices))
	for _, c := range choices {
		if n := utf8.RuneCountInString(c.Value); n == 0 || n > maxChoiceValue {
			continue
		}
		name := c.Label
		if c.Hint != "" {
			name += " · " + c.Hint
		}
		if !declared || p.Repeated {
			name = c.Value
		}
		out = append(out, &discordgo.ApplicationCommandOptionChoice{Name: fitted(cmp.Or(strings.TrimSpace(name), c.Value), maxChoiceName), Value: c.Value})
		if len(out) == maxOptionChoices {
			break
		}
	}
	return out
}
