package slack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/slack-go/slack"

	"github.com/hirebot/hirebot/bot"
)

// deliveryEvent is the type of the metadata that a message of the outbox bears: by it we find the
// message again after a crash. https://docs.slack.dev/messaging/message-metadata/
const deliveryEvent = "hirebot_delivery"

// MinGap is the least time between two messages in one conversation.
// https://docs.slack.dev/apis/web-api/rate-limits/#posting-messages
func (*Slack) MinGap() time.Duration { return time.Second }

// SendGap is the least time between two messages in one workspace, which bears several hundred a minute:
// here are 300. https://docs.slack.dev/apis/web-api/rate-limits/#posting-messages
func (*Slack) SendGap() time.Duration { return 200 * time.Millisecond }

// EditGap is the least time between two edits in one workspace: chat.update is of tier 3, which bears
// more than 50 calls a minute. It is more than is needed for homes: views.publish is of tier 4.
// https://docs.slack.dev/apis/web-api/rate-limits/
func (*Slack) EditGap() time.Duration { return 1200 * time.Millisecond }

// OpenGap is the least time between two openings of direct messages in one workspace: conversations.open is
// of tier 3 too. https://docs.slack.dev/reference/methods/conversations.open/
func (*Slack) OpenGap() time.Duration { return 1200 * time.Millisecond }

// Opened tells whether the direct messages with somebody were opened before.
func (s *Slack) Opened(who bot.Identity) bool {
	_, known := s.dms.Load(who)
	return known
}

// Send posts a card. Its pictures and files go before it, and only into direct messages.
func (s *Slack) Send(ctx context.Context, to bot.Conversation, card bot.Card, deliveryID string) (bot.Posted, error) {
	w, err := s.of(to.Workspace)
	if err != nil {
		return bot.Posted{}, err
	}
	on := s.posting(ctx, to.Workspace, card)
	if direct(to.Channel) {
		if err := s.upload(ctx, w, to.Channel, attachments(card)); err != nil {
			return bot.Posted{}, err
		}
		on.Attached = "above"
	}
	p := renderCard(card, on)[0]
	_, ts, err := w.api.PostMessageContext(ctx, to.Channel, append(content(p), slack.MsgOptionMetadata(slack.SlackMetadata{
		EventType: deliveryEvent, EventPayload: map[string]any{"id": deliveryID},
	}))...)
	if err != nil {
		return bot.Posted{}, refusal("post", err)
	}
	return bot.Posted{In: to, ID: ts}, nil
}

// userID is the form of an account's id: what is in a mention is never anything else.
var userID = regexp.MustCompile(`^[UW][A-Z0-9]+$`)

// posting returns the surface of a message that nobody asked for. Whom it notifies is the card's to say;
// somebody without an account here is notified nowhere.
func (s *Slack) posting(ctx context.Context, workspace string, card bot.Card) surface {
	return ownMessage(card, s.names, func(person string) (string, string) { return s.cfg.Directory.Account(ctx, workspace, person) })
}

// ownMessage is posting for a workspace where account returns somebody's account and name.
func ownMessage(card bot.Card, n names, account func(person string) (user, name string)) surface {
	on := surface{Blocks: limits.MessageBlocks, Pages: 1, Spell: n.spell}
	if card.Notify == "" {
		return on
	}
	if user, name := account(card.Notify); userID.MatchString(user) {
		on.Notify, on.NotifyName = user, name
	}
	return on
}

// content is a page as the options of a message. Links in it are never unfurled.
func content(p page) []slack.MsgOption {
	return []slack.MsgOption{
		slack.MsgOptionText(p.Text, false), slack.MsgOptionBlocks(p.Blocks...),
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(),
	}
}

// upload puts pictures and files into a direct-message conversation.
func (s *Slack) upload(ctx context.Context, w *workspace, dm string, all []attachment) error {
	for _, a := range all {
		if len(a.Data) == 0 {
			continue // Slack takes no empty file
		}
		_, err := w.api.UploadFileContext(ctx, slack.UploadFileParameters{
			Reader: bytes.NewReader(a.Data), FileSize: len(a.Data), Filename: a.Name, Title: shorten(a.Name, limits.OptionText),
			AltTxt: shorten(a.Alt, limits.Alt), Channel: dm,
		})
		if err != nil {
			return refusal("upload", err)
		}
	}
	return nil
}

// Edit draws a posted message again, or a home.
func (s *Slack) Edit(ctx context.Context, at bot.Posted, card bot.Card) error {
	w, err := s.of(at.In.Workspace)
	if err != nil {
		return err
	}
	if at.In.Channel == bot.HomePlace {
		return s.publishHome(ctx, w, at.ID, card)
	}
	on := s.posting(ctx, at.In.Workspace, card)
	if direct(at.In.Channel) {
		on.Attached = "above"
	}
	if _, _, _, err := w.api.UpdateMessageContext(ctx, at.In.Channel, at.ID, content(renderCard(card, on)[0])...); err != nil {
		return refusal("update", err)
	}
	return nil
}

// publishHome shows a card as somebody's home.
func (s *Slack) publishHome(ctx context.Context, w *workspace, user string, card bot.Card) error {
	if _, err := w.api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: user, View: homeView(card, s.names)}); err != nil {
		return refusal("publish the home", err)
	}
	return nil
}

func homeView(card bot.Card, n names) slack.HomeTabViewRequest {
	p := renderCard(card, surface{Blocks: limits.ViewBlocks, Pages: 1, Spell: n.spell})[0]
	return slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: p.Blocks}, CallbackID: "home"}
}

// mostPages bounds how far back Find looks: 2,000 messages.
const mostPages = 10

// Find looks for a message that was sent with this delivery id since then, by its metadata.
func (s *Slack) Find(ctx context.Context, to bot.Conversation, deliveryID string, since time.Time) (bot.Posted, bool, error) {
	w, err := s.of(to.Workspace)
	if err != nil {
		return bot.Posted{}, false, err
	}
	if to.Channel == bot.HomePlace || deliveryID == "" {
		return bot.Posted{}, false, nil
	}
	ask := slack.GetConversationHistoryParameters{
		ChannelID: to.Channel, Oldest: fmt.Sprintf("%d.%06d", since.Unix(), since.Nanosecond()/1000), Inclusive: true, Limit: 200, IncludeAllMetadata: true,
	}
	for range mostPages {
		got, err := w.api.GetConversationHistoryContext(ctx, &ask)
		if err != nil {
			return bot.Posted{}, false, refusal("read back", err)
		}
		for _, m := range got.Messages {
			// Anybody can write such metadata: only our own counts.
			if m.User == w.botUser && m.Metadata.EventType == deliveryEvent && m.Metadata.EventPayload["id"] == deliveryID {
				return bot.Posted{In: to, ID: m.Timestamp}, true, nil
			}
		}
		if !got.HasMore || got.ResponseMetaData.NextCursor == "" {
			break
		}
		ask.Cursor = got.ResponseMetaData.NextCursor
	}
	return bot.Posted{}, false, nil
}

// DM returns the direct-message conversation with somebody. It is opened once and remembered.
func (s *Slack) DM(ctx context.Context, who bot.Identity) (bot.Conversation, error) {
	w, err := s.of(who.Workspace)
	if err != nil {
		return bot.Conversation{}, err
	}
	if known, ok := s.dms.Load(who); ok {
		channel, _ := known.(string)
		return bot.Conversation{Workspace: who.Workspace, Channel: channel, Private: true}, nil
	}
	c, _, _, err := w.api.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{who.User}, ReturnIM: true})
	if err != nil {
		return bot.Conversation{}, refusal("open direct messages", err)
	}
	if c == nil || c.ID == "" {
		return bot.Conversation{}, errors.New("slack: open direct messages: the answer names no conversation")
	}
	s.dms.Store(who, c.ID)
	return bot.Conversation{Workspace: who.Workspace, Channel: c.ID, Private: true}, nil
}

// Profile returns what Slack knows of somebody.
func (s *Slack) Profile(ctx context.Context, who bot.Identity) (bot.Profile, error) {
	w, err := s.of(who.Workspace)
	if err != nil {
		return bot.Profile{}, err
	}
	u, err := w.api.GetUserInfoContext(ctx, who.User)
	if err != nil {
		return bot.Profile{}, refusal("read a profile", err)
	}
	return profile(*u), nil
}

// profile reads a user of Slack's.
func profile(u slack.User) bot.Profile {
	p := bot.Profile{
		Name: u.Profile.DisplayName, Email: u.Profile.Email,
		// Somebody of another company, in a channel that is shared with it, has no account here.
		Active: !u.Deleted && !u.IsStranger,
		Guest:  u.IsRestricted || u.IsUltraRestricted, Robot: u.IsBot || u.ID == "USLACKBOT",
	}
	for _, name := range []string{u.Profile.RealName, u.RealName, u.Name, u.ID} {
		if p.Name == "" {
			p.Name = name
		}
	}
	if zone, err := time.LoadLocation(u.TZ); err == nil && u.TZ != "" {
		p.Zone = zone
	}
	return p
}

// refusal turns an error of Slack's API into a SendError where Slack said no, so that nothing came of
// the call. What may have arrived all the same stays another error.
func refusal(act string, err error) error {
	if limited, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		// It holds for the method in the workspace.
		return &bot.SendError{Reason: "Slack asks me to wait", RetryAfter: limited.RetryAfter, Everywhere: true, Err: err}
	}
	said, ok := errors.AsType[slack.SlackErrorResponse](err)
	if !ok {
		return fmt.Errorf("slack: %s: %w", act, err)
	}
	switch said.Err {
	case "internal_error", "fatal_error", "service_unavailable", "request_timeout":
		return fmt.Errorf("slack: %s: %w", act, err)
	case "ratelimited", "rate_limited", "message_limit_exceeded", "team_added_to_org", "accesslimited":
		return &bot.SendError{Reason: "Slack asks me to wait", RetryAfter: time.Minute, Err: err}
	}
	if reason, ok := remedies[said.Err]; ok {
		return &bot.SendError{Permanent: !operator(said.Err), Reason: reason, RetryAfter: operatorWait(said.Err), Err: err}
	}
	return &bot.SendError{Permanent: true, Reason: "Slack refuses to " + act + ": " + said.Err, Err: err}
}

// remedies say in one line what to do about an error of Slack's.
var remedies = map[string]string{ //nolint:gosec // G101: names of errors.
	"not_in_channel":            "I am not in that channel. Type there: /invite @Hirebot",
	"channel_not_found":         "I cannot see that channel. Type there: /invite @Hirebot",
	"is_archived":               "That channel is archived. Set another one: /hire settings",
	"restricted_action":         "The workspace does not let me post there. Ask an admin of Slack, or set another channel: /hire settings",
	"message_not_found":         "The message is gone",
	"cant_update_message":       "The message cannot be changed any more",
	"edit_window_closed":        "The message cannot be changed any more",
	"user_not_found":            "Slack does not know that person",
	"users_not_found":           "Slack does not know that person",
	"user_disabled":             "That person's Slack account is deactivated",
	"cannot_dm_bot":             "A bot gets no direct messages",
	"messages_tab_disabled":     "The app's Messages tab is off. Create the app from: hirebot manifest slack",
	"not_enabled":               "The app's Home tab is off. Create the app from: hirebot manifest slack",
	"missing_scope":             "The app lacks a permission. hirebot doctor says which",
	"invalid_auth":              "Slack refuses my token. hirebot doctor says what to do",
	"not_authed":                "Slack refuses my token. hirebot doctor says what to do",
	"account_inactive":          "The app was removed from the workspace. Install it again",
	"token_revoked":             "The app was removed from the workspace. Install it again",
	"token_expired":             "My token has expired. Install the app again",
	"org_login_required":        "The workspace is being moved",
	"ekm_access_denied":         "The workspace's key management refuses me. Ask an admin of Slack",
	"file_uploads_disabled":     "The workspace does not allow files. Ask an admin of Slack",
	"storage_limit_reached":     "The workspace has no space for files left",
	"posting_to_channel_denied": "The workspace does not let me post there. Ask an admin of Slack",
}

// operator tells of an error that whoever runs the bot can mend: what waits to be sent waits for it.
func operator(code string) bool {
	return fatal(code) || code == "missing_scope" || code == "org_login_required" || code == "ekm_access_denied"
}

func operatorWait(code string) time.Duration {
	if operator(code) {
		return 5 * time.Minute
	}
	return 0
}
