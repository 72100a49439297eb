package slack

import (
	"context"
	"time"

	"github.com/slack-go/slack"

	"github.com/hirebot/hirebot/bot"
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
			one := Channel{In: conversation(w.Team, c.ID), Name: c.Name, Private: c.IsPrivate, Shared: c.IsExtShared || c.IsPendingExtShared}
			if one.Private && !one.Shared {
				if one.Guests, err = s.hasGuests(ctx, w, c.ID); err != nil {
					return nil, err
				}
			}
			out = append(out, one)
		}
		if next == "" {
			return out, nil
		}
		ask.Cursor = next
	}
}

// mostMembers is how many members of a private channel are looked at. One with more is taken for one
// with guests: that only ever keeps something back.
const mostMembers = 100

// guestsFor is how long it is remembered whether somebody is a guest, unless Slack tells of a change.
const guestsFor = 24 * time.Hour

// guestSeen is whether somebody was a guest when we looked.
type guestSeen struct {
	guest bool
	at    time.Time
}

// hasGuests tells whether anybody from outside is in a channel.
func (s *Slack) hasGuests(ctx context.Context, w *workspace, channel string) (bool, error) {
	members, next, err := w.api.GetUsersInConversationContext(ctx, &slack.GetUsersInConversationParameters{ChannelID: channel, Limit: mostMembers})
	if err != nil {
		return false, refusal("list members", err)
	}
	if next != "" {
		return true, nil
	}
	for _, user := range members {
		guest, err := s.isGuest(ctx, bot.Identity{Workspace: w.ID, User: user})
		if err != nil || guest {
			return guest, err
		}
	}
	return false, nil
}

func (s *Slack) isGuest(ctx context.Context, who bot.Identity) (bool, error) {
	if known, ok := s.guests.Load(who); ok {
		if seen, ok := known.(guestSeen); ok && s.cfg.Clock().Sub(seen.at) < guestsFor {
			return seen.guest, nil
		}
	}
	p, err := s.Profile(ctx, who)
	if err != nil {
		return false, err
	}
	return s.noteGuest(who, p), nil
}

// noteGuest remembers whether somebody is from outside, which an account of another company is too.
func (s *Slack) noteGuest(who bot.Identity, p bot.Profile) bool {
	outside := p.Guest || !p.Active && !p.Robot
	s.guests.Store(who, guestSeen{guest: outside, at: s.cfg.Clock()})
	return outside
}
