package main

import (
	"context"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/discord"
	"github.com/hirebot/hirebot/commands"
	"github.com/hirebot/hirebot/store"
)

// connectDiscord makes the adapter of Discord.
func connectDiscord(cfg Config, with core) (bot.Platform, error) {
	// Without it the installation link can be printed, and nothing be served.
	if len(splitList(cfg.DiscordGuildID)) == 0 {
		return nil, failf("%sDISCORD_GUILD_ID: it is missing: name the company's server by its id. Switch on Developer Mode and use “Copy Server ID”", envPrefix)
	}
	others, err := discordGuilds(cfg.WorkspacesFile)
	if err != nil {
		return nil, err
	}
	return discord.New(discord.Config{
		Token: cfg.DiscordToken.Reveal(), AppID: cfg.DiscordAppID, Guilds: splitList(cfg.DiscordGuildID), Others: others,
		PublicKey: cfg.DiscordPublicKey, APIURL: cfg.DiscordAPIURL, Base: commands.Base, Prefix: cfg.CommandPrefix, PublicURL: cfg.PublicURL,
		Commands: with.Commands, Directory: with.Directory, Clock: with.Clock, Log: with.Log, Hooks: discordHooks(with),
		Lead: func(ctx context.Context) (context.Context, func(), error) { return with.Store.Lead(ctx, discord.Name) },
	})
}

// discordHooks keep what the adapter learns on record.
func discordHooks(with core) discord.Hooks {
	return discord.Hooks{
		Connected: func(ctx context.Context, w discord.Workspace) error {
			kind := store.CommunityWorkspace
			if w.Kind == discord.Home {
				kind = store.HomeWorkspace
			}
			return with.keepWorkspace(ctx, store.Workspace{ID: w.ID, Name: w.Name, Platform: discord.Name, External: w.Guild, Kind: kind})
		},
		Channels: func(ctx context.Context, workspace string, all []discord.Channel) error {
			channels := make([]store.Channel, 0, len(all))
			for _, ch := range all {
				kind := store.PublicChannel
				if ch.Private {
					kind = store.PrivateChannel
				}
				channels = append(channels, store.Channel{Workspace: workspace, ID: ch.In.Channel, Name: ch.Name, Kind: kind})
			}
			return with.keepChannels(ctx, workspace, channels)
		},
	}
}

// discordGuilds returns the further guilds that a file names.
func discordGuilds(path string) ([]discord.Access, error) {
	all, err := readWorkspaces(path)
	if err != nil {
		return nil, err
	}
	var out []discord.Access
	for _, w := range all {
		if w.Platform == discord.Name {
			out = append(out, discord.Access{Guild: w.Guild, Kind: discord.Kind(w.Kind)})
		}
	}
	return out, nil
}
