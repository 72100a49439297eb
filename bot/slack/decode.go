package slack

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/hirebot/hirebot/bot"
)

// The kinds of deliveries.
const (
	kindCommand    = "command"
	kindAction     = "action"
	kindKeep       = "keep"
	kindSubmission = "submission"
	kindSuggestion = "suggestion"
	kindShortcut   = "shortcut"
	kindClosed     = "closed"
	kindEvent      = "event"
	kindUnknown    = "unknown"
)

// delivery is what Slack tells us, as far as we use it.
type delivery struct {
	Kind  string
	Event bot.Event
	// Team is where it happened, Access the index of the access whose app delivered it.
	Team   string
	Access int
	// Refused is why a button or view cannot be read: another version drew it.
	Refused error
	// From is where the answer goes.
	From origin
	// Trigger opens one view, within three seconds.
	Trigger string
	// View is the view that something was done in, nil for none, and Meta what it carries.
	View *slack.View
	Meta metadata
	// Files were put into the form, by field.
	Files map[string][]slack.File
	// Keep is what the button "Send to my DM" carries.
	Keep string
	// Inner is the event of the Events API, InnerType its type.
	Inner     json.RawMessage
	InnerType string
}

// workspaceID is how a Slack workspace stands in identities and conversations.
func workspaceID(team string) string { return "slack:" + team }

// direct tells whether a channel is a direct-message conversation with the bot.
func direct(channel string) bool { return strings.HasPrefix(channel, "D") }

func conversation(team, channel string) bot.Conversation {
	return bot.Conversation{Workspace: workspaceID(team), Channel: channel, Private: direct(channel)}
}

// decodeCommand reads a slash command.
// https://docs.slack.dev/interactivity/implementing-slash-commands/
func decodeCommand(form url.Values) (delivery, error) {
	team, user, channel := form.Get("team_id"), form.Get("user_id"), form.Get("channel_id")
	if team == "" || user == "" || channel == "" || form.Get("trigger_id") == "" || !strings.HasPrefix(form.Get("command"), "/") {
		return delivery{}, errors.New("decode command: it lacks its team, user, channel, name or trigger")
	}
	return delivery{
		Kind: kindCommand, Team: team, Trigger: form.Get("trigger_id"),
		From: origin{Channel: channel, Private: direct(channel), ResponseURL: form.Get("response_url")},
		Event: bot.Event{
			Type: bot.Invoke, ID: "command/" + form.Get("trigger_id"),
			From: bot.Identity{Workspace: workspaceID(team), User: user}, Name: form.Get("user_name"),
			In: conversation(team, channel), Text: strings.TrimSpace(form.Get("command") + " " + readText(form.Get("text"))),
		},
	}, nil
}

// decodeInteraction reads the payload of a button, menu, form, shortcut or select.
// https://docs.slack.dev/interactivity/handling-user-interaction/
func decodeInteraction(payload []byte) (delivery, error) {
	var cb slack.InteractionCallback
	payload, err := withoutBlocks(payload)
	if err == nil {
		err = json.Unmarshal(payload, &cb)
	}
	if err != nil {
		return delivery{}, fmt.Errorf("decode interaction: %w", err)
	}
	if cb.TriggerID == "" {
		switch cb.Type {
		case slack.InteractionTypeBlockActions, slack.InteractionTypeViewSubmission, slack.InteractionTypeShortcut, slack.InteractionTypeMessageAction:
			return delivery{}, errors.New("decode interaction: it lacks its trigger")
		default:
		}
	}
	if cb.User.ID == "" || cb.Type == "" || teamOf(cb) == "" {
		return delivery{}, errors.New("decode interaction: it lacks its type, user or team")
	}
	d := delivery{Kind: kindUnknown, Team: teamOf(cb), Trigger: cb.TriggerID}
	d.Event = bot.Event{
		ID:   string(cb.Type) + "/" + cb.TriggerID,
		From: bot.Identity{Workspace: workspaceID(userTeam(cb, d.Team)), User: cb.User.ID}, Name: cb.User.Name,
		In: conversation(d.Team, cb.Channel.ID),
	}
	d.From = origin{Channel: cb.Channel.ID, Private: direct(cb.Channel.ID), ResponseURL: cb.ResponseURL}
	if cb.View.ID != "" {
		if err := d.inView(cb.View); err != nil {
			return delivery{}, err
		}
	}
	switch cb.Type {
	case slack.InteractionTypeBlockActions:
		d.action(cb)
	case slack.InteractionTypeViewSubmission:
		d.submission()
	case slack.InteractionTypeViewClosed:
		d.Kind = kindClosed
	case slack.InteractionTypeBlockSuggestion:
		d.Kind, d.Event.Type = kindSuggestion, bot.Suggest
		d.form()
		d.Event.ID = string(cb.Type) + "/" + cb.View.ID + "/" + cb.ActionID + "/" + cb.Value
		d.Event.Focus = cb.ActionID
		d.Event.Values = bot.Values{cb.ActionID: {cb.Value}}
	case slack.InteractionTypeShortcut, slack.InteractionTypeMessageAction:
		d.shortcut(cb)
	default:
	}
	return d, nil
}

// withoutBlocks leaves a message its words alone.
func withoutBlocks(payload []byte) ([]byte, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(payload, &members); err != nil {
		return nil, err
	}
	if raw, ok := members["message"]; ok {
		var words struct {
			User      string `json:"user,omitempty"`
			Text      string `json:"text,omitempty"`
			TS        string `json:"ts,omitempty"`
			Permalink string `json:"permalink,omitempty"`
		}
		if err := json.Unmarshal(raw, &words); err != nil {
			return nil, err
		}
		short, err := json.Marshal(words)
		if err != nil {
			return nil, err
		}
		members["message"] = short
	}
	return json.Marshal(members)
}

// teamOf returns the workspace where an interaction took place.
func teamOf(cb slack.InteractionCallback) string {
	for _, team := range []string{cb.Team.ID, cb.View.TeamID, cb.User.TeamID} {
		if team != "" {
			return team
		}
	}
	return ""
}

// userTeam returns the workspace of the person: in a channel shared with another company that is not
// the one of the channel.
func userTeam(cb slack.InteractionCallback, team string) string {
	if cb.User.TeamID != "" {
		return cb.User.TeamID
	}
	return team
}

// inView notes the view that something was done in. Where the view was opened from a conversation,
// that is where it happened.
func (d *delivery) inView(view slack.View) error {
	d.View = &view
	if view.Type == slack.VTHomeTab {
		d.From = origin{}
		d.Event.In = bot.Conversation{Workspace: workspaceID(d.Team), Channel: bot.HomePlace, Private: true}
		return nil
	}
	meta, err := readMetadata(view)
	if err != nil {
		d.Event.In.Private = true
		d.Refused = bot.NewProblem(bot.CodeInvalid, "", "This form is from another version of me. Run the command again.")
		return nil //nolint:nilerr // It is answered, not failed.
	}
	d.Meta, d.From = meta, meta.From
	d.Event.In = conversation(d.Team, meta.From.Channel)
	if meta.From.Channel == "" {
		d.Event.In.Private = true
	}
	return nil
}

// form fills in what a form's view says of its command.
func (d *delivery) form() {
	if d.Refused != nil {
		return
	}
	call, err := bot.DecodeCall(d.Meta.Call)
	if err != nil {
		d.Refused = err
		return
	}
	d.Event.Command, d.Event.Bound, d.Event.Draft = call.Command, call.Args, d.Meta.Draft
}

// The action ids of what is no field of a form.
const (
	actionMenu = "menu"
	actionKeep = "keep"
	actionDo   = "do."
)

// action reads a press, or a change of a form's field.
func (d *delivery) action(cb slack.InteractionCallback) {
	d.Kind, d.Event.Type = kindAction, bot.Press
	if len(cb.ActionCallback.BlockActions) == 0 {
		d.Kind = kindUnknown
		return
	}
	a := cb.ActionCallback.BlockActions[0]
	d.Event.ID += "/" + a.ActionTs
	d.Event.At = timestamp(a.ActionTs)
	if d.View != nil && d.View.Type == slack.VTModal && a.BlockID == a.ActionID && a.ActionID != "" {
		d.Event.Type = bot.Change
		d.form()
		d.Event.Values, _ = readState(*d.View, d.Meta) // files are fetched when the form is sent off
		d.Event.Focus = a.ActionID
		return
	}
	if d.View == nil {
		d.From.Message, d.From.Ephemeral = cb.Container.MessageTs, cb.Container.IsEphemeral
	}
	if a.ActionID == actionKeep {
		d.Kind, d.Keep = kindKeep, a.Value
		return
	}
	id := a.Value
	if a.SelectedOption.Value != "" {
		id = a.SelectedOption.Value
	}
	call, err := bot.DecodeCall(id)
	if err != nil {
		d.Refused = err
		return
	}
	d.Event.Command, d.Event.Bound = call.Command, call.Args
}

func (d *delivery) submission() {
	d.Kind, d.Event.Type = kindSubmission, bot.Submit
	if d.View == nil {
		d.Kind = kindUnknown
		return
	}
	d.form()
	d.Event.Values, d.Files = readState(*d.View, d.Meta)
}

// shortcut reads a global shortcut, or one that was used on a message.
func (d *delivery) shortcut(cb slack.InteractionCallback) {
	d.Kind, d.Event.Type = kindShortcut, bot.Invoke
	if cb.Channel.ID == "" {
		d.Event.In.Private = true
	}
	d.Event.At = timestamp(cb.ActionTs)
	if cb.Type == slack.InteractionTypeMessageAction {
		d.Event.Source = &bot.Source{
			Author: bot.Identity{Workspace: workspaceID(d.Team), User: cb.Message.User}, Text: readText(cb.Message.Text), Link: linkOf(cb),
		}
	}
	call, err := bot.DecodeCall(cb.CallbackID)
	if err != nil {
		d.Refused = err
		return
	}
	d.Event.Command, d.Event.Bound = call.Command, call.Args
}

// linkOf returns the address of the message that a shortcut was used on. Slack seldom tells it; it is made
// of the workspace's domain, the channel and the message's timestamp.
// https://docs.slack.dev/reference/methods/chat.getPermalink/
func linkOf(cb slack.InteractionCallback) string {
	domain, ts := cb.Team.Domain, strings.ReplaceAll(cb.Message.Timestamp, ".", "")
	if cb.Message.Permalink != "" || domain == "" || ts == "" || cb.Channel.ID == "" {
		return cb.Message.Permalink
	}
	return "https://" + domain + ".slack.com/archives/" + cb.Channel.ID + "/p" + ts
}

// outer is the envelope of the Events API.
// https://docs.slack.dev/apis/events-api/
type outer struct {
	Type      string `json:"type"`
	Challenge string `json:"challenge"`
	TeamID    string `json:"team_id"`
	EventID   string `json:"event_id"`
	EventTime int64  `json:"event_time"`
	// External is set in a channel that is shared with another company.
	External bool            `json:"is_ext_shared_channel"`
	Event    json.RawMessage `json:"event"`
}

// inner are the members of the events that we read.
type inner struct {
	Type        string          `json:"type"`
	Subtype     string          `json:"subtype"`
	BotID       string          `json:"bot_id"`
	User        json.RawMessage `json:"user"`
	Tab         string          `json:"tab"`
	Text        string          `json:"text"`
	Channel     json.RawMessage `json:"channel"`
	ChannelType string          `json:"channel_type"`
	TS          string          `json:"ts"`
	MessageTS   string          `json:"message_ts"`
	Source      string          `json:"source"`
	Links       []struct {
		URL string `json:"url"`
	} `json:"links"`
}

// named reads what is an id in some events, and an object with one in others.
func named(raw json.RawMessage) string {
	var id string
	if json.Unmarshal(raw, &id) == nil {
		return id
	}
	var object struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(raw, &object) == nil {
		return object.ID
	}
	return ""
}

// decodeEvent reads a delivery of the Events API.
func decodeEvent(body []byte) (delivery, error) {
	var o outer
	if err := json.Unmarshal(body, &o); err != nil {
		return delivery{}, fmt.Errorf("decode event: %w", err)
	}
	if o.Type != "event_callback" {
		return delivery{Kind: kindUnknown, Team: o.TeamID, InnerType: o.Type}, nil
	}
	var in inner
	if err := json.Unmarshal(o.Event, &in); err != nil {
		return delivery{}, fmt.Errorf("decode event: %w", err)
	}
	d := delivery{Kind: kindEvent, Team: o.TeamID, Inner: o.Event, InnerType: in.Type}
	channel, user := named(in.Channel), named(in.User)
	d.From = origin{Channel: channel, Private: direct(channel)}
	d.Event = bot.Event{
		ID: o.EventID, From: bot.Identity{Workspace: workspaceID(o.TeamID), User: user},
		In: conversation(o.TeamID, channel), At: timestamp(in.TS),
	}
	if d.Event.ID == "" { // some carry none; what they are about is theirs alone
		d.Event.ID = in.Type + "/" + channel + "/" + in.TS + in.MessageTS + "/" + user
	}
	switch in.Type {
	case "app_home_opened":
		d.Event.Type = bot.Open
		d.Event.In = bot.Conversation{Workspace: workspaceID(o.TeamID), Channel: bot.HomePlace, Private: true}
		if in.Tab != "" && in.Tab != "home" {
			d.Kind = kindUnknown
		}
	case "message":
		d.Event.Type, d.Event.Text = bot.Invoke, readText(in.Text)
		if in.ChannelType != "im" || in.Subtype != "" || in.BotID != "" || user == "" {
			d.Kind = kindUnknown
		}
	case "link_shared":
		d.Event.Type = bot.Invoke
		// In the composer it is not posted yet; in a shared channel it may be a stranger's.
		if in.Source == "composer" || o.External {
			d.Kind = kindUnknown
		}
	case "user_change", "member_joined_channel", "channel_rename", "group_rename", "channel_shared", "channel_unshared",
		"channel_left", "group_left", "channel_archive", "group_archive", "app_uninstalled", "tokens_revoked":
	default:
		d.Kind = kindUnknown
	}
	return d, nil
}

// timestamp reads one of Slack's, "1767326130.289415", zero where it is none.
func timestamp(ts string) time.Time {
	seconds, fraction, _ := strings.Cut(ts, ".")
	var s, f int64
	if _, err := fmt.Sscan(seconds, &s); err != nil || s <= 0 {
		return time.Time{}
	}
	if len(fraction) == 6 {
		// What is no number leaves the fraction out.
		_, _ = fmt.Sscan(strings.TrimLeft(fraction, "0"), &f)
	}
	return time.Unix(s, f*int64(time.Microsecond)).UTC()
}

// reference is one of Slack's in a text: <@U1|name>, <#C1|name>, <https://…|label>, <!date^…>.
// https://docs.slack.dev/messaging/formatting-message-text/#retrieving-messages
var reference = regexp.MustCompile(`<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>`)

// readText returns what somebody wrote as they see it: a person as <@U1>, a channel by its name, a
// link as its address, and what Slack escapes as it was typed.
func readText(text string) string {
	text = reference.ReplaceAllStringFunc(text, func(token string) string {
		m := reference.FindStringSubmatch(token)
		sign, target, label := m[1], m[2], m[3]
		switch {
		case sign == "@":
			return "<@" + target + ">"
		case sign == "#" && label != "":
			return "#" + label
		case sign == "#":
			return "<#" + target + ">"
		case sign == "!" && label != "":
			return label
		case sign == "!":
			return "@" + strings.TrimPrefix(target, "subteam^")
		case strings.HasPrefix(target, "mailto:") && label != "":
			return label
		default:
			return target
		}
	})
	return html.UnescapeString(text)
}

// mention is a person in a text that was read.
var mention = regexp.MustCompile(`<@([UW][A-Z0-9]+)>`)

// mentioned returns the accounts that an event speaks of: who did it, whom the text mentions, whom a
// form names.
func (d delivery) mentioned() []bot.Identity {
	out := []bot.Identity{d.Event.From}
	add := func(user string) {
		if who := (bot.Identity{Workspace: workspaceID(d.Team), User: user}); user != "" && len(out) < maxMentioned {
			out = append(out, who)
		}
	}
	for _, m := range mention.FindAllStringSubmatch(d.Event.Text, -1) {
		add(m[1])
	}
	if d.View == nil {
		return out
	}
	if d.View.State != nil {
		for _, block := range d.View.State.Values {
			for _, a := range block {
				add(a.SelectedUser)
				for _, user := range a.SelectedUsers {
					add(user)
				}
			}
		}
	}
	return out
}

// maxMentioned is the most accounts that one delivery makes us look up.
const maxMentioned = 20
