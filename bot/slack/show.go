package slack

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/slack-go/slack"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

// alive tells whether a response URL can still be posted to.
func (x *exchange) alive(at origin) bool {
	return at.ResponseURL != "" && (at.Opened == 0 || x.cfg.Clock().Sub(time.Unix(at.Opened, 0)) < responseLife)
}

// direct sends all of a card to the person's direct messages.
func (x *exchange) direct(ctx context.Context, card bot.Card) error {
	dm, err := x.DM(ctx, bot.Identity{Workspace: x.w.ID, User: x.Event.From.User})
	if err != nil {
		return err
	}
	if err := x.upload(ctx, x.w, dm.Channel, attachments(card)); err != nil {
		return err
	}
	for _, p := range renderCard(card, surface{Blocks: limits.MessageBlocks, Pages: mostMessages, Attached: "above", Spell: x.names.spell}) {
		if _, _, err := x.w.api.PostMessageContext(ctx, dm.Channel, content(p)...); err != nil {
			return refusal("post", err)
		}
	}
	return nil
}

// mostMessages is the most messages that one answer fills.
const mostMessages = 10

// attach sends the pictures and files of a private answer to the person's direct messages: nowhere
// else are they safe, and no answer that only one person sees can hold them.
func (x *exchange) attach(ctx context.Context, card bot.Card) {
	all := attachments(card)
	if len(all) == 0 {
		return
	}
	dm, err := x.DM(ctx, bot.Identity{Workspace: x.w.ID, User: x.Event.From.User})
	if err == nil {
		err = x.upload(ctx, x.w, dm.Channel, all)
	}
	if err != nil {
		x.cfg.Log.WarnContext(ctx, "a picture or file was not sent", "event", x.Event.ID, "err", err)
		x.private(ctx, front.Trouble("The picture or file did not reach your direct messages. "+front.ReasonOf(err)))
	}
}

// page draws a card as an answer.
func (x *exchange) page(card bot.Card, keep string) page {
	return renderCard(card, surface{Blocks: limits.MessageBlocks, Pages: 1, Attached: "in your direct messages", Keep: keep, Spell: x.names.spell})[0]
}

func (x *exchange) ephemeral(card bot.Card) slack.WebhookMessage {
	p := x.page(card, x.keepValue(card))
	return slack.WebhookMessage{ResponseType: slack.ResponseTypeEphemeral, Text: p.Text, Blocks: &slack.Blocks{BlockSet: p.Blocks}}
}

func (x *exchange) inChannel(card bot.Card) slack.WebhookMessage {
	p := renderCard(card, surface{Blocks: limits.MessageBlocks, Pages: 1, Spell: x.names.spell})[0]
	return slack.WebhookMessage{ResponseType: slack.ResponseTypeInChannel, Text: p.Text, Blocks: &slack.Blocks{BlockSet: p.Blocks}}
}

// private shows a card to the person alone: where they are, by the response URL while it can be posted
// to; else as a message that only they see; else in their direct messages.
func (x *exchange) private(ctx context.Context, card bot.Card) {
	m := x.ephemeral(card)
	if x.alive(x.From) {
		if err := x.respond(ctx, x.From.ResponseURL, m); err == nil {
			x.attach(ctx, card)
			return
		}
	}
	if x.post(ctx, m) {
		x.attach(ctx, card)
		return
	}
	if err := x.direct(ctx, card); err != nil {
		x.cfg.Log.ErrorContext(ctx, "an answer was not shown", "event", x.Event.ID, "err", err)
	}
}

// post shows a message to the person alone in the conversation where they are, and returns false where
// that cannot be.
func (x *exchange) post(ctx context.Context, m slack.WebhookMessage) bool {
	if x.From.Channel == "" || x.From.Private {
		return false
	}
	p := page{Text: m.Text}
	if m.Blocks != nil {
		p.Blocks = m.Blocks.BlockSet
	}
	_, err := x.w.api.PostEphemeralContext(ctx, x.From.Channel, x.Event.From.User, content(p)...)
	return err == nil
}

// respond posts to a response URL. https://docs.slack.dev/interactivity/handling-user-interaction/#message_responses
func (x *exchange) respond(ctx context.Context, responseURL string, m slack.WebhookMessage) error {
	if !x.trusted(responseURL) {
		return errors.New("no response URL of Slack's")
	}
	if err := slack.PostWebhookCustomHTTPContext(ctx, responseURL, x.http, &m); err != nil {
		return fmt.Errorf("respond: %w", err)
	}
	return nil
}

// trusted tells whether a response URL leads to Slack: one that went through a form's metadata is not
// to make us post anywhere else.
func (x *exchange) trusted(responseURL string) bool {
	u, err := url.Parse(responseURL)
	if err != nil || u.Host == "" {
		return false
	}
	if api, err := url.Parse(x.cfg.APIURL); err == nil && u.Host == api.Host && u.Scheme == api.Scheme {
		return true
	}
	return u.Scheme == "https" && (u.Host == "hooks.slack.com" || u.Host == "hooks.slack-gov.com")
}
