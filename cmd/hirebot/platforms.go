package main

import (
	"context"
	"log/slog"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/store"
)

// playgroundWorkspace is the workspace of the browser playground, and of the sample company.
const playgroundWorkspace = "playground"

// platformKind is a chat platform that can be configured.
type platformKind struct {
	// Name is the platform's in identities, Title as people write it.
	Name, Title string
	// Configured tells whether anything of it is set.
	Configured func(Config) bool
	// Vars are the variables that switch it on.
	Vars string
	// Connect makes the adapter.
	Connect func(Config, core) (bot.Platform, error)
}

// core is what an adapter is joined with.
type core struct {
	Commands  func() []bot.Spec
	Directory bot.Directory
	Store     *store.Store
	Clock     bot.Clock
	Log       *slog.Logger
}

// keepWorkspace puts a workspace that was connected to on record.
func (c core) keepWorkspace(ctx context.Context, w store.Workspace) error {
	return c.Store.InTx(ctx, func(tx *store.Tx) error { return tx.SaveWorkspace(ctx, w) })
}

// keepChannels puts the channels that the bot is in on record, with who may read them. One that it is
// not in any more is forgotten, so that nothing is posted there.
func (c core) keepChannels(ctx context.Context, workspace string, all []store.Channel) error {
	return c.Store.InTx(ctx, func(tx *store.Tx) error { return tx.KeepChannels(ctx, workspace, all) })
}

// platformKinds returns every chat platform of the contract. It is the one list of them.
func platformKinds() []platformKind {
	return []platformKind{
		{Name: "slack", Title: "Slack", Configured: Config.hasSlack,
			Vars: "HIREBOT_SLACK_BOT_TOKEN and HIREBOT_SLACK_APP_TOKEN", Connect: connectSlack},
		{Name: "discord", Title: "Discord", Configured: Config.hasDiscord,
			Vars: "HIREBOT_DISCORD_TOKEN, HIREBOT_DISCORD_APP_ID and HIREBOT_DISCORD_GUILD_ID", Connect: connectDiscord},
	}
}

// configured returns the platforms that are switched on.
func configured(kinds []platformKind, cfg Config) []platformKind {
	var out []platformKind
	for _, k := range kinds {
		if k.Configured(cfg) {
			out = append(out, k)
		}
	}
	return out
}
