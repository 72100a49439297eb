package slack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

// skewFails is the difference between our clock and Slack's that has every signed request refused.
const skewFails = window - time.Minute

// Examine looks at the setup of the app in every workspace: tokens, permissions, the clock, the
// channels by name that the company posts to, and command names that Slack keeps for itself. It
// changes nothing.
func (s *Slack) Examine(ctx context.Context, channels []string) []bot.Finding {
	var out []bot.Finding
	for i, access := range s.accesses {
		out = append(out, s.examineWorkspace(ctx, i, access, channels)...)
		if access.AppToken != "" {
			out = append(out, s.examineSocket(ctx, access))
		}
	}
	return append(out, s.examineNames()...)
}

func (s *Slack) examineWorkspace(ctx context.Context, i int, access Access, channels []string) []bot.Finding {
	api := s.client(access)
	who, err := api.AuthTestContext(ctx)
	if err != nil {
		name := "slack: the company's workspace"
		if i > 0 {
			name = fmt.Sprintf("slack: entry %d of the workspaces file", i)
		}
		return []bot.Finding{{What: name, Fails: true, Text: whyRefused(err)}}
	}
	what := "slack: " + who.Team
	out := []bot.Finding{{What: what, Text: fmt.Sprintf("connected as @%s (%s workspace, %s)", who.User, access.Kind, who.TeamID)}}
	out = append(out, examineScopes(what, who.Header, access.Kind == Community), front.CompareClocks(what, "Slack", s.cfg.Clock(), who.Header, skewFails))
	if access.Kind == Home {
		w := &workspace{Workspace: Workspace{ID: workspaceID(who.TeamID), Team: who.TeamID, Name: who.Team, Kind: Home}, api: api, botUser: who.UserID}
		out = append(out, s.examineChannels(ctx, what, w, channels)...)
	}
	return out
}

// whyRefused says what to do about an error of Slack's.
func whyRefused(err error) string {
	if said, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		if fatal(said.Err) {
			return "Slack refuses the token (" + said.Err + "). Install the app again and take the “Bot User OAuth Token” of its page “OAuth & Permissions”"
		}
		if remedy, ok := remedies[said.Err]; ok {
			return remedy
		}
		return "Slack says " + said.Err
	}
	return "Slack does not answer: " + err.Error() + ". Check that this machine reaches the address in HIREBOT_SLACK_API_URL"
}

// examineScopes compares the permissions that Slack names with each answer with those that we need.
func examineScopes(what string, header http.Header, community bool) bot.Finding {
	granted := strings.FieldsFunc(header.Get("X-OAuth-Scopes"), func(r rune) bool { return r == ',' || r == ' ' })
	if len(granted) == 0 {
		return bot.Finding{What: what, Warns: true, Text: "Slack does not say which permissions the token has"}
	}
	var missing []string
	for _, scope := range Scopes(community) {
		if !slices.Contains(granted, scope.Name) {
			missing = append(missing, scope.Name+" ("+scope.Reason+")")
		}
	}
	if len(missing) > 0 {
		return bot.Finding{What: what, Fails: true, Text: "the app lacks permissions: " + strings.Join(missing, ", ") +
			". Put the output of hirebot manifest slack into the app's page “App Manifest” and install the app again"}
	}
	return bot.Finding{What: what, Text: "the app has every permission that it needs"}
}

func (s *Slack) examineChannels(ctx context.Context, what string, w *workspace, names []string) []bot.Finding {
	if len(names) == 0 {
		return nil
	}
	all, err := s.channels(ctx, w)
	if err != nil {
		return []bot.Finding{{What: what, Warns: true, Text: "the channels cannot be read: " + front.ReasonOf(err)}}
	}
	var out []bot.Finding
	for _, name := range names {
		name = strings.TrimPrefix(name, "#")
		at := slices.IndexFunc(all, func(c Channel) bool { return c.Name == name || c.In.Channel == name })
		if at < 0 {
			out = append(out, bot.Finding{What: what, Fails: true, Text: "I am not in #" + name + ". Type there: /invite @Hirebot"})
			continue
		}
		out = append(out, bot.Finding{What: what, Text: "#" + name + " is " + kindOf(all[at])})
	}
	return out
}

// kindOf says who may read a channel.
func kindOf(c Channel) string {
	switch {
	case c.Shared:
		return "shared with another company"
	case c.Guests:
		return "open to guests"
	case c.Private:
		return "private"
	default:
		return "public"
	}
}

func (s *Slack) examineSocket(ctx context.Context, access Access) bot.Finding {
	if _, _, err := s.client(access).StartSocketModeContext(ctx); err != nil {
		return bot.Finding{What: "slack: Socket Mode", Fails: true, Text: "Slack opens no connection (" + err.Error() +
			"). Switch Socket Mode on in the app's page “Socket Mode”, and make an app-level token with connections:write on “Basic Information”"}
	}
	return bot.Finding{What: "slack: Socket Mode", Text: "a connection can be opened"}
}

func (s *Slack) examineNames() []bot.Finding {
	_, reserved, err := Manifest(s.cfg.Commands(), ManifestOptions{Base: s.cfg.Base, Prefix: s.cfg.Prefix, PublicURL: s.cfg.PublicURL, Socket: true})
	if err != nil {
		return []bot.Finding{{What: "slack: commands", Fails: true, Text: err.Error()}}
	}
	if len(reserved) == 0 {
		return []bot.Finding{{What: "slack: commands", Text: "no name is one that Slack keeps for itself"}}
	}
	var typed []string
	for _, noun := range reserved {
		typed = append(typed, s.names.spell("/"+noun))
	}
	return []bot.Finding{{What: "slack: commands", Text: "Slack keeps some names for itself; people type " + strings.Join(typed, ", ")}}
}
