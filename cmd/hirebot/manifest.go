package main

import (
	"fmt"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/slack"
	"github.com/hirebot/hirebot/commands"
)

// manifestCmd is `hirebot manifest`.
type manifestCmd struct {
	Slack manifestSlackCmd `cmd:"" help:"Print the manifest to create or update the Slack app from, as JSON."`
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
