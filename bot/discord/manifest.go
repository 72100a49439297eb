package discord

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"github.com/bwmarrin/discordgo"

	"github.com/hirebot/hirebot/bot"
)

// Permission is something that the app asks for in a server.
type Permission struct {
	Name, Reason string
	// Bit is its bit in a permission set, 0 for what is a scope of the installation.
	Bit int64
}

// What the app asks for in every server, and no more:
// https://discord.com/developers/docs/topics/permissions. Answers to commands and direct messages need
// none. Files go to direct messages alone, so none is asked for them; threads, roles and members are
// not touched.
const (
	permitView    int64 = discordgo.PermissionViewChannel
	permitSend    int64 = discordgo.PermissionSendMessages
	permitEmbed   int64 = discordgo.PermissionEmbedLinks
	permitHistory int64 = discordgo.PermissionReadMessageHistory
)

// Permissions returns what the app asks for, the scopes of its installation first, each with the reason.
// In a community there are no commands.
func Permissions(community bool) []Permission {
	out := []Permission{{Name: "bot", Reason: "To be in the server, and to receive the presses of our buttons"}}
	if !community {
		out = append(out, Permission{Name: "applications.commands", Reason: "To offer slash commands there"})
	}
	return append(out,
		Permission{"View Channels", "To see the channels that it posts in, and who else can read them", permitView},
		Permission{"Send Messages", "To post in the channels that are set up", permitSend},
		Permission{"Embed Links", "To post cards, which are embeds; without it Discord shows their text alone", permitEmbed},
		Permission{"Read Message History", "To find our own posts again after a crash; what others write there is passed over", permitHistory},
	)
}

// InstallLink returns the address at which somebody who manages a server adds the app to it, with the
// least permissions. It can be opened again to add what a new version asks for.
func InstallLink(appID string, community bool) (string, error) {
	if !digitsAlone.MatchString(appID) {
		return "", errors.New("the application's id is missing or no number: copy it from the application's page “General Information”, such as 123456789012345678")
	}
	scopes, bits := "", int64(0)
	for _, p := range Permissions(community) {
		bits |= p.Bit
		if p.Bit == 0 {
			scopes += " " + p.Name
		}
	}
	query := url.Values{
		"client_id": {appID}, "scope": {scopes[1:]}, "permissions": {strconv.FormatInt(bits, 10)},
		// To a server, never to a person alone.
		"integration_type": {strconv.Itoa(int(discordgo.ApplicationIntegrationGuildInstall))},
	}
	return "https://discord.com/oauth2/authorize?" + query.Encode(), nil
}

// Registration returns what is registered in the company's servers, as indented JSON. It fails, with
// the remedy, for all that Discord would refuse.
func Registration(base, prefix string, specs []bot.Spec) ([]byte, error) {
	commands, err := commandsOf(specs, newNames(base, prefix, specs))
	if err != nil {
		return nil, err
	}
	return indentedJSON(commands)
}

// indentedJSON writes JSON for people to read.
func indentedJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("write it as JSON: %w", err)
	}
	return b.Bytes(), nil
}
