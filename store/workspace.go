package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hirebot/hirebot/hiring"
)

// WorkspaceKind says whose a workspace is.
type WorkspaceKind string

const (
	// HomeWorkspace is the company's own.
	HomeWorkspace WorkspaceKind = "home"
	// CommunityWorkspace is somebody else's, in which the company posts.
	CommunityWorkspace WorkspaceKind = "community"
)

// Workspace is a Slack workspace, a Discord server or the playground.
type Workspace struct {
	// ID stands in identities, conversations and event ids.
	ID string
	// Name is what people call it, Platform the name of its adapter, External the platform's id.
	Name, Platform, External string
	Kind                     WorkspaceKind
}

// SaveWorkspace adds or changes a workspace.
func (t *Tx) SaveWorkspace(ctx context.Context, w Workspace) error {
	if w.ID == "" || w.ID == PersonWorkspace {
		return hiring.InvalidField("workspace", "A workspace cannot have the id %q.", w.ID)
	}
	if known, ok := t.snapshot.Workspace(w.ID); ok && known == w {
		return nil
	}
	return t.change(ctx, func() error {
		_, err := t.write(ctx,
			`INSERT INTO workspaces (id, name, platform, external, kind) VALUES ($1, $2, $3, $4, $5)
			 ON CONFLICT (id) DO UPDATE SET name = excluded.name, platform = excluded.platform, external = excluded.external, kind = excluded.kind`,
			w.ID, w.Name, w.Platform, w.External, string(w.Kind))
		if err != nil {
			return fmt.Errorf("save the workspace %s: %w", w.ID, err)
		}
		return nil
	})
}

// ChannelKind says who may read a channel.
type ChannelKind string

const (
	// PublicChannel is open to everybody of the workspace.
	PublicChannel ChannelKind = "public"
	// PrivateChannel is for its members.
	PrivateChannel ChannelKind = "private"
	// SharedChannel is shared with another company.
	SharedChannel ChannelKind = "shared"
	// GuestChannel has members from outside of the company.
	GuestChannel ChannelKind = "guests"
)

// Channel is a channel that the bot may post to, as last read from its platform.
type Channel struct {
	Workspace, ID, Name string
	Kind                ChannelKind
	// Quiet says that the bot does not speak there unasked. SetQuiet writes it.
	Quiet bool
}

// channelColumns are what a Channel is read from.
const channelColumns = `c.workspace, c.id, c.name, c.kind,
	EXISTS (SELECT 1 FROM quiet_channels q WHERE q.workspace = c.workspace AND q.channel = c.id)`

// SaveChannel adds or changes a channel, all but whether it is quiet.
func (t *Tx) SaveChannel(ctx context.Context, c Channel) error {
	_, err := t.write(ctx,
		`INSERT INTO channels (workspace, id, name, folded, kind, checked_at) VALUES ($1, $2, $3, $4, $5, $6)
		 ON CONFLICT (workspace, id) DO UPDATE SET name = excluded.name, folded = excluded.folded, kind = excluded.kind, checked_at = excluded.checked_at`,
		c.Workspace, c.ID, c.Name, hiring.Fold(c.Name), string(c.Kind), instant{t.now})
	if err != nil {
		return fmt.Errorf("save the channel %s: %w", c.Name, err)
	}
	return nil
}

// KeepChannels makes the channels of a workspace those that are given: new and changed ones are written,
// others forgotten. What was said of their quiet stays.
func (t *Tx) KeepChannels(ctx context.Context, workspace string, all []Channel) error {
	known, err := t.Channels(ctx)
	if err != nil {
		return err
	}
	had := map[string]Channel{}
	for _, c := range known {
		if c.Workspace == workspace {
			c.Quiet = false
			had[c.ID] = c
		}
	}
	for _, c := range all {
		before, ok := had[c.ID]
		delete(had, c.ID)
		if ok && before == c {
			continue
		}
		if err := t.SaveChannel(ctx, c); err != nil {
			return err
		}
	}
	for id, c := range had {
		if _, err := t.write(ctx, `DELETE FROM channels WHERE workspace = $1 AND id = $2`, workspace, id); err != nil {
			return fmt.Errorf("forget the channel %s: %w", c.Name, err)
		}
	}
	return nil
}

// ChannelByName returns a channel of a workspace by its name, with or without #; workspace "" is
// any of the company's own. It returns a NotFound error where there is none.
func (t *Tx) ChannelByName(ctx context.Context, workspace, name string) (Channel, error) {
	folded := hiring.Fold(strings.TrimPrefix(strings.TrimSpace(name), "#"))
	return t.channel(ctx, `(c.workspace = $1 OR $1 = '' AND c.workspace IN (SELECT id FROM workspaces WHERE kind = 'home')) AND c.folded = $2`, workspace, folded)
}

// ChannelsNamed returns the channels of a name, with or without #, one of each of the company's own
// workspaces that has one, by workspace.
func (t *Tx) ChannelsNamed(ctx context.Context, name string) ([]Channel, error) {
	all, err := t.Channels(ctx)
	if err != nil {
		return nil, err
	}
	folded := hiring.Fold(strings.TrimPrefix(strings.TrimSpace(name), "#"))
	var out []Channel
	for _, c := range all {
		known := slices.ContainsFunc(out, func(other Channel) bool { return other.Workspace == c.Workspace })
		if folded != "" && hiring.Fold(c.Name) == folded && t.snapshot.atHome(c.Workspace) && !known {
			out = append(out, c)
		}
	}
	return out, nil
}

// Channel returns a channel by its id. It returns a NotFound error where there is none.
func (t *Tx) Channel(ctx context.Context, workspace, id string) (Channel, error) {
	return t.channel(ctx, `c.workspace = $1 AND c.id = $2`, workspace, id)
}

func (t *Tx) channel(ctx context.Context, where string, args ...any) (Channel, error) {
	var c Channel
	err := t.conn.row(ctx, []any{&c.Workspace, &c.ID, &c.Name, &c.Kind, &c.Quiet},
		`SELECT `+channelColumns+` FROM channels c WHERE `+where+` ORDER BY c.workspace, c.id LIMIT 1`, args...)
	if errors.Is(err, sql.ErrNoRows) {
		return Channel{}, notFound("such channel")
	}
	if err != nil {
		return Channel{}, fmt.Errorf("read a channel: %w", err)
	}
	return c, nil
}

// Channels returns all channels that are known, by workspace and name.
func (t *Tx) Channels(ctx context.Context) ([]Channel, error) {
	var all []Channel
	err := t.conn.each(ctx, func(scan func(...any) error) error {
		var c Channel
		if err := scan(&c.Workspace, &c.ID, &c.Name, &c.Kind, &c.Quiet); err != nil {
			return err
		}
		all = append(all, c)
		return nil
	}, `SELECT `+channelColumns+` FROM channels c ORDER BY c.workspace, c.folded, c.id`)
	if err != nil {
		return nil, fmt.Errorf("read channels: %w", err)
	}
	return all, nil
}

// SetQuiet says whether the bot keeps from speaking in a channel unasked. The channel need not be
// known: what is said here holds once it is.
func (t *Tx) SetQuiet(ctx context.Context, workspace, channel string, quiet bool) error {
	if workspace == "" || channel == "" {
		return hiring.Errorf(hiring.Invalid, "Say this in the channel that it is about.")
	}
	query, args := `DELETE FROM quiet_channels WHERE workspace = $1 AND channel = $2`, []any{workspace, channel}
	if quiet {
		query = `INSERT INTO quiet_channels (workspace, channel, set_at, set_by) VALUES ($1, $2, $3, $4) ON CONFLICT (workspace, channel) DO NOTHING`
		args = append(args, instant{t.now}, t.author())
	}
	if _, err := t.write(ctx, query, args...); err != nil {
		return fmt.Errorf("set whether a channel is quiet: %w", err)
	}
	return nil
}
