package slack

import (
	"context"
	"time"

	"github.com/slack-go/slack"
)

// channelsEvery is how often the kinds of the channels are read again, besides when one changes.
const channelsEvery = 24 * time.Hour

// watchChannels reads the channels of every workspace now, and once a day.
func (s *Slack) watchChannels(ctx context.Context) {
	if s.cfg.Hooks.Channels == nil {
		return
	}
	for {
		s.mu.RLock()
		var all []*workspace
		for _, w := range s.workspaces {
			all = append(all, w)
		}
		s.mu.RUnlock()
		for _, w := range all {
			s.readChannels(ctx, w)
		}
		select {
		case <-ctx.Done():
			return
		case <-s.cfg.After(channelsEvery):
		}
	}
}

// readChannels tells which channels of a workspace the bot is in.
func (s *Slack) readChannels(ctx context.Context, w *workspace) {
	if s.cfg.Hooks.Channels == nil || w.Kind != Home {
		return
	}
	all, err := s.channels(ctx, w)
	if err == nil {
		err = s.cfg.Hooks.Channels(ctx, w.ID, all)
	}
	if err != nil && ctx.Err() == nil {
		s.cfg.Log.WarnContext(ctx, "the channels were not read", "workspace", w.ID, "err", err)
	}
}

// channels returns the channels that the bot is in.
func (s *Slack) channels(ctx context.Context, w *workspace) ([]Channel, error) {
	ask := slack.GetConversationsForUserParameters{Types: []string{"public_channel", "private_channel"}, Limit: 200, ExcludeArchived: true}
	var out []Channel
	for {
		found, next, err := w.api.GetConversationsForUserContext(ctx, &ask)
		if err != nil {
			return nil, refusal("list channels", err)
		}
		for _, c := range found {
			out = append(out, Channel{
				In: conversation(w.Team, c.ID), Name: c.Name, Private: c.IsPrivate,
				Shared: c.IsExtShared || c.IsPendingExtShared || c.IsOrgShared && !c.IsShared,
			})
		}
		if next == "" {
			return out, nil
		}
		ask.Cursor = next
	}
}
