package main

import (
	"fmt"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/discord"
	"github.com/hirebot/hirebot/bot/slack"
	"github.com/hirebot/hirebot/commands"
)

// manifestCmd is `hirebot manifest`.
type manifestCmd struct {
	Slack   manifestSlackCmd   `cmd:"" help:"Print the manifest to create or update the Slack app from, as JSON."`
	Discord manifestDiscordCmd `cmd:"" help:"Print the link that adds the app to a Discord server, and what it asks for there."`
}

type manifestSlackCmd struct {
	Community bool `help:"For the workspace of a community: posts and their buttons, with the least permissions."`
}

// Run prints the manifest, and on the side what it leaves out. It needs no database.
func (c manifestSlackCmd) Run(m *Main) error {
	return c.describe(m, specs())
}

// describe is Run for the commands that are given.
func (c manifestSlackCmd) describe(m *Main, declared []bot.Spec) error {
	text, reserved, err := slack.Manifest(declared, slack.ManifestOptions{
		Base: commands.Base, Prefix: m.cfg.CommandPrefix,
		PublicURL: m.cfg.PublicURL, Socket: m.cfg.SlackAppToken != "" || m.cfg.PublicURL == "",
		Community: c.Community,
	})
	if err != nil {
		return failf("Slack would refuse this manifest:\n%v\nThe prefix comes from %sCOMMAND_PREFIX, the address from %sPUBLIC_URL.", err, envPrefix, envPrefix)
	}
	if _, err := m.Stdout.Write(text); err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	for _, noun := range reserved {
		fmt.Fprintf(m.Stderr, "/%s is reserved by Slack: people type /%s %s\n", noun, commands.Base, noun)
	}
	return nil
}

type manifestDiscordCmd struct {
	Community bool `xor:"what" help:"For the server of a community: posts and their buttons, with the least permissions."`
	Commands  bool `xor:"what" help:"Print what the bot registers as slash commands instead, as JSON. It registers them by itself."`
}

// Run prints the link, and each permission with its reason. It needs no database.
func (c manifestDiscordCmd) Run(m *Main) error {
	if c.Commands {
		return c.describe(m, specs())
	}
	link, err := discord.InstallLink(m.cfg.DiscordAppID, c.Community)
	if err != nil {
		return usagef("There is no link yet: %v\nIt comes from %sDISCORD_APP_ID.", err, envPrefix)
	}
	fmt.Fprintf(m.Stdout, "%s\n\nIt asks for:\n", link)
	for _, p := range discord.Permissions(c.Community) {
		fmt.Fprintf(m.Stdout, "  %-22s %s\n", p.Name, p.Reason)
	}
	return nil
}

// describe prints the registration of the commands that are given.
func (manifestDiscordCmd) describe(m *Main, declared []bot.Spec) error {
	text, err := discord.Registration(commands.Base, m.cfg.CommandPrefix, declared)
	if err != nil {
		return failf("Discord would refuse these commands:\n%v\nThe prefix comes from %sCOMMAND_PREFIX.", err, envPrefix)
	}
	if _, err := m.Stdout.Write(text); err != nil {
		return fmt.Errorf("write the registration: %w", err)
	}
	return nil
}
