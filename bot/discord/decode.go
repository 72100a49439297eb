package discord

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/hirebot/hirebot/bot"
)

// The types of interactions.
// https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object-interaction-type
const (
	interactionPing      = 1
	interactionCommand   = 2
	interactionComponent = 3
	interactionSuggest   = 4
	interactionModal     = 5
)

// interaction is a delivery of Discord's. It is read here and not by discordgo, which gives back nothing
// of a form that has one component which it does not know.
type interaction struct {
	ID        string          `json:"id"`
	Type      int             `json:"type"`
	Data      json.RawMessage `json:"data"`
	GuildID   string          `json:"guild_id"`
	ChannelID string          `json:"channel_id"`
	Token     string          `json:"token"`
	Member    *member         `json:"member"`
	User      *user           `json:"user"`
	Message   json.RawMessage `json:"message"`
}

type user struct {
	ID         string `json:"id"`
	Username   string `json:"username"`
	GlobalName string `json:"global_name"`
	Bot        bool   `json:"bot"`
}

// name returns what an account is called.
func (u user) name() string { return orElse(u.GlobalName, orElse(u.Username, u.ID)) }

type member struct {
	User  user     `json:"user"`
	Nick  string   `json:"nick"`
	Roles []string `json:"roles"`
}

// profile returns what a membership tells of a person.
func (m member) profile() bot.Profile {
	return bot.Profile{Name: orElse(m.Nick, m.User.name()), Active: true, Robot: m.User.Bot, Groups: m.Roles}
}

// decodeInteraction reads a delivery. What is no interaction at all is an error.
func decodeInteraction(body []byte) (interaction, error) {
	var in interaction
	if err := json.Unmarshal(body, &in); err != nil {
		return interaction{}, fmt.Errorf("read an interaction: %w", err)
	}
	if in.Type == interactionPing {
		return in, nil
	}
	if in.Type <= 0 || in.ID == "" || in.Token == "" || in.who().ID == "" {
		return interaction{}, errors.New("read an interaction: it lacks a type, an id, a token or a person")
	}
	return in, nil
}

// who returns the person behind an interaction.
func (in interaction) who() user {
	switch {
	case in.Member != nil:
		return in.Member.User
	case in.User != nil:
		return *in.User
	}
	return user{}
}

// pressedData is the data of an interaction with a component.
type pressedData struct {
	CustomID string   `json:"custom_id"`
	Values   []string `json:"values"`
}

// id returns what was pressed or chosen.
func (p pressedData) id() string {
	if len(p.Values) > 0 {
		return p.Values[0]
	}
	return p.CustomID
}

// message returns the message whose component was pressed, or out of which the form came; nil for none,
// and for one with components that discordgo does not know, which is none of ours.
func (in interaction) message() *discordgo.Message {
	if len(in.Message) == 0 || string(in.Message) == "null" {
		return nil
	}
	var m discordgo.Message
	if err := json.Unmarshal(in.Message, &m); err != nil {
		return nil
	}
	return &m
}

// has tells whether a message has a button whose id satisfies a test.
func has(m *discordgo.Message, test func(id string) bool) bool {
	if m == nil {
		return false
	}
	for _, row := range m.Components {
		row, ok := row.(*discordgo.ActionsRow)
		if !ok {
			continue
		}
		for _, c := range row.Components {
			if b, ok := c.(*discordgo.Button); ok && test(b.CustomID) {
				return true
			}
		}
	}
	return false
}

// formID is the id of a modal, and of the buttons that open one: which form it is, by its draft, and
// which of its steps. It carries no command, for which it has no room, and no authority: a draft is its
// owner's alone.
type formID struct {
	Draft    string
	Step, Of int
	// All says that every step was filled in before, so that this one sends the form off.
	All bool
}

const formMark = "f1|"

// String returns the id on the wire, such as "f1|0193…|0|2|".
func (f formID) String() string {
	all := ""
	if f.All {
		all = "all"
	}
	return fmt.Sprintf("%s%s|%d|%d|%s", formMark, f.Draft, f.Step, f.Of, all)
}

// readFormID reads an id, and returns false for one that is of no form.
func readFormID(id string) (formID, bool) {
	parts := strings.Split(id, "|")
	if len(parts) != 5 || parts[0]+"|" != formMark || parts[1] == "" {
		return formID{}, false
	}
	f := formID{Draft: parts[1], All: parts[4] == "all"}
	var err, ofErr error
	f.Step, err = strconv.Atoi(parts[2])
	f.Of, ofErr = strconv.Atoi(parts[3])
	if err != nil || ofErr != nil || f.Step < 0 || f.Of < 1 || f.Step >= f.Of || f.String() != id {
		return formID{}, false
	}
	return f, true
}

func isFormID(id string) bool {
	_, ok := readFormID(id)
	return ok
}

// lastStep tells whether this step sends the form off.
func (f formID) lastStep() bool { return f.All || f.Step == f.Of-1 }
