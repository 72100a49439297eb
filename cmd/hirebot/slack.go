package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/discord"
	"github.com/hirebot/hirebot/bot/slack"
	"github.com/hirebot/hirebot/commands"
	"github.com/hirebot/hirebot/store"
)

// connectSlack makes the adapter of Slack.
func connectSlack(cfg Config, with core) (bot.Platform, error) {
	others, err := slackWorkspaces(cfg.WorkspacesFile)
	if err != nil {
		return nil, err
	}
	return slack.New(slack.Config{
		BotToken: cfg.SlackBotToken.Reveal(), Others: others, AppToken: cfg.SlackAppToken.Reveal(), SigningSecret: cfg.SlackSigningSecret.Reveal(),
		APIURL: cfg.SlackAPIURL, Base: commands.Base, Prefix: cfg.CommandPrefix, PublicURL: cfg.PublicURL, References: commands.References(),
		Commands: with.Commands, Directory: with.Directory, Clock: with.Clock, Log: with.Log,
		Hooks: slackHooks(with),
	})
}

// slackHooks keep what the adapter learns on record.
func slackHooks(with core) slack.Hooks {
	return slack.Hooks{
		Connected: func(ctx context.Context, w slack.Workspace) error {
			kind := store.CommunityWorkspace
			if w.Kind == slack.Home {
				kind = store.HomeWorkspace
			}
			return with.keepWorkspace(ctx, store.Workspace{ID: w.ID, Name: w.Name, Platform: slack.Name, External: w.Team, Kind: kind})
		},
		Channels: func(ctx context.Context, workspace string, all []slack.Channel) error {
			channels := make([]store.Channel, 0, len(all))
			for _, ch := range all {
				kind := store.PublicChannel
				switch {
				case ch.Shared:
					kind = store.SharedChannel
				case ch.Guests:
					kind = store.GuestChannel
				case ch.Private:
					kind = store.PrivateChannel
				}
				channels = append(channels, store.Channel{Workspace: workspace, ID: ch.In.Channel, Name: ch.Name, Kind: kind})
			}
			return with.keepChannels(ctx, workspace, channels)
		},
	}
}

// furtherWorkspace is an entry of HIREBOT_WORKSPACES_FILE.
type furtherWorkspace struct {
	Platform string `json:"platform"`
	Kind     string `json:"kind"`
	// Guild is the id of a Discord server, which needs nothing else: one app is in all of them.
	Guild string `json:"guild"`
	// BotToken is the app's token there; BotTokenFile names a file that holds it.
	BotToken     string `json:"bot_token"`
	BotTokenFile string `json:"bot_token_file"`
	// The token and secret of an app of its own, as a community has; each can stand in a file.
	AppToken          string `json:"app_token"`
	AppTokenFile      string `json:"app_token_file"`
	SigningSecret     string `json:"signing_secret"`
	SigningSecretFile string `json:"signing_secret_file"`
}

// readWorkspaces reads the file that names further workspaces: a JSON list.
func readWorkspaces(path string) ([]furtherWorkspace, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path) //nolint:gosec // The operator names the file.
	if err != nil {
		return nil, fmt.Errorf("%sWORKSPACES_FILE: %w", envPrefix, err)
	}
	var all []furtherWorkspace
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&all); err != nil {
		return nil, fmt.Errorf(`%sWORKSPACES_FILE: %w: write a list such as [{"platform": "slack", "kind": "community", "bot_token_file": "/run/secrets/community"}]`, envPrefix, err)
	}
	for i := range all {
		w := &all[i]
		for _, secret := range []struct {
			file string
			into *string
		}{{w.BotTokenFile, &w.BotToken}, {w.AppTokenFile, &w.AppToken}, {w.SigningSecretFile, &w.SigningSecret}} {
			if secret.file == "" {
				continue
			}
			text, err := os.ReadFile(secret.file)
			if err != nil {
				return nil, fmt.Errorf("%sWORKSPACES_FILE: entry %d: %w", envPrefix, i+1, err)
			}
			*secret.into = strings.TrimSpace(string(text))
		}
		switch {
		case w.Platform != slack.Name && w.Platform != discord.Name:
			err = errors.Join(err, fmt.Errorf("%sWORKSPACES_FILE: entry %d: platform %q: write slack or discord", envPrefix, i+1, w.Platform))
		case w.Kind != string(slack.Home) && w.Kind != string(slack.Community):
			err = errors.Join(err, fmt.Errorf("%sWORKSPACES_FILE: entry %d: kind %q: write home or community", envPrefix, i+1, w.Kind))
		case w.Platform == discord.Name && !digits.MatchString(w.Guild):
			err = errors.Join(err, fmt.Errorf("%sWORKSPACES_FILE: entry %d: guild is no server's id, a number: switch on Developer Mode and use “Copy Server ID”", envPrefix, i+1))
		case w.Platform == discord.Name && (w.BotToken != "" || w.AppToken != "" || w.SigningSecret != ""):
			err = errors.Join(err, fmt.Errorf("%sWORKSPACES_FILE: entry %d: a Discord server has no token of its own: leave it out", envPrefix, i+1))
		case w.Platform == discord.Name:
		case w.Guild != "":
			err = errors.Join(err, fmt.Errorf("%sWORKSPACES_FILE: entry %d: guild is for discord: leave it out", envPrefix, i+1))
		case !strings.HasPrefix(w.BotToken, "xoxb-"):
			err = errors.Join(err, fmt.Errorf("%sWORKSPACES_FILE: entry %d: bot_token is no token that begins with xoxb-", envPrefix, i+1))
		case w.AppToken != "" && !strings.HasPrefix(w.AppToken, "xapp-"):
			err = errors.Join(err, fmt.Errorf("%sWORKSPACES_FILE: entry %d: app_token is no token that begins with xapp-", envPrefix, i+1))
		}
	}
	return all, err
}

func slackWorkspaces(path string) ([]slack.Access, error) {
	all, err := readWorkspaces(path)
	if err != nil {
		return nil, err
	}
	var out []slack.Access
	for _, w := range all {
		if w.Platform != slack.Name {
			continue
		}
		out = append(out, slack.Access{BotToken: w.BotToken, Kind: slack.Kind(w.Kind), AppToken: w.AppToken, SigningSecret: w.SigningSecret})
	}
	return out, nil
}
