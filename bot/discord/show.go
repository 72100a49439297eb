package discord

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

// show shows a card: in the place of the pressed message, to everybody in the conversation, or to the
// person alone. What everybody sees is never replaced by what was drawn for one person.
func (x *exchange) show(ctx context.Context, card bot.Card, replace, openly bool) {
	on := x.Discord.surface(ctx, x.Event.From.Workspace, false)
	if !openly {
		on.Attached = "in your direct messages"
		switch {
		case x.direct:
			on.Attached = "below"
		case x.kind == Home && lines(card) > keptLines:
			// What does not fit could not be sent on either: only what is shown is.
			on.Pages, on.Keep = 2, idKeep
			if len(renderCard(card, on)) > 1 {
				on.Keep = ""
			}
			on.Pages = 1
		}
	}
	if x.showPage(ctx, renderCard(card, on)[0], replace, openly) && !openly {
		x.attach(ctx, card)
	}
}

// mine tells whether the pressed message is seen by the person alone.
func (x *exchange) mine() bool {
	return x.source != nil && (x.direct || x.source.Flags&discordgo.MessageFlagsEphemeral != 0)
}

// passing tells whether the pressed message is only a question or a step on the way, which the answer
// takes the place of.
func (x *exchange) passing() bool {
	return x.mine() && has(x.source, func(id string) bool { return id == idNo || isFormID(id) })
}

// showPage shows a page, and tells whether that worked. Where nothing else works, it goes to the
// person's direct messages.
func (x *exchange) showPage(ctx context.Context, p page, replace, openly bool) bool {
	if openly && x.passing() && x.acked == 0 {
		x.putOffUpdate(ctx)
		x.remove(ctx)
		x.acked = responseMessage // what follows is a message of its own
	}
	replace = x.source != nil && (replace && (x.mine() || openly) || x.passing() && !openly)
	if x.acked == 0 {
		resp := response{Type: responseMessage, Data: p.reply(!openly && !x.direct)}
		if replace {
			resp = response{Type: responseUpdate, Data: whole(p)}
		}
		if x.respond(ctx, resp) {
			return true
		}
	} else if x.alive() {
		err := x.later(ctx, p, replace, openly)
		if codeOf(err) == discordgo.ErrCodeUnknownWebhook {
			// Over HTTP the first answer may still be on its way.
			x.sleep(ctx, time.Second)
			err = x.later(ctx, p, replace, openly)
		}
		if err == nil {
			return true
		}
		x.cfg.Log.WarnContext(ctx, "an answer was not taken", "event", x.ID, "err", refusal("answer", err))
	}
	if err := x.toDirect(ctx, p); err != nil {
		x.cfg.Log.ErrorContext(ctx, "an answer was not shown", "event", x.ID, "err", err)
		return false
	}
	return true
}

// later shows a page after the first answer.
func (x *exchange) later(ctx context.Context, p page, replace, openly bool) error {
	switch {
	case x.acked == responseDeferUpdate && replace,
		x.acked == responseDeferred && (x.openly == openly || x.direct),
		x.acked == responseMessage && x.waits && !openly: // that one said that it takes a moment
		return x.edit(ctx, p)
	case x.acked == responseDeferred:
		// What was put off is seen by others than the answer is for, and cannot change that.
		x.remove(ctx)
		return x.follow(ctx, p, openly)
	default:
		return x.follow(ctx, p, openly)
	}
}

// alive tells whether the interaction can still be answered by its token.
func (x *exchange) alive() bool { return x.cfg.Clock().Sub(x.began) < tokenLife }

func (x *exchange) original() string {
	return discordgo.EndpointWebhookMessage(x.cfg.AppID, x.Token, "@original")
}

// edit changes what was answered first.
func (x *exchange) edit(ctx context.Context, p page) error {
	return x.callFree(ctx, http.MethodPatch, x.original(), whole(p), nil)
}

// remove takes away what was answered first, or the message whose button was pressed.
func (x *exchange) remove(ctx context.Context) {
	if err := x.callFree(ctx, http.MethodDelete, x.original(), nil, nil); err != nil {
		x.cfg.Log.WarnContext(ctx, "a message was not removed", "event", x.ID, "err", refusal("remove", err))
	}
}

// follow answers once more.
func (x *exchange) follow(ctx context.Context, p page, openly bool) error {
	return x.callFree(ctx, http.MethodPost, discordgo.EndpointWebhookToken(x.cfg.AppID, x.Token), p.reply(!openly && !x.direct), nil)
}

// whole returns a page as the new content of a message, of which nothing old remains.
func whole(p page) map[string]any {
	return map[string]any{
		"content": p.Content, "embeds": orNone(p.Embeds), "components": orNone(p.Components), "allowed_mentions": silent(), "attachments": []any{},
	}
}

// toDirect sends a page to the person's direct messages.
func (x *exchange) toDirect(ctx context.Context, p page) error {
	if x.kind != Home {
		return errors.New("the person is not of the company")
	}
	dm, err := x.DM(ctx, x.Event.From)
	if err != nil {
		return err
	}
	m, files := outgoingOf(p)
	address := discordgo.EndpointChannelMessages(dm.Channel)
	if err := x.callIn(ctx, http.MethodPost, address, address, m, files, nil); err != nil {
		return refusal("post", err)
	}
	return nil
}

// attach sends the pictures and files of a private answer to the person's direct messages: nowhere else
// are they safe.
func (x *exchange) attach(ctx context.Context, card bot.Card) {
	only := bot.Card{Title: card.Title}
	for _, n := range card.Body {
		switch n := n.(type) {
		case bot.Picture:
			if len(n.PNG) > 0 {
				only.Body = append(only.Body, n)
			}
		case bot.File:
			if len(n.Data) > 0 {
				only.Body = append(only.Body, n)
			}
		}
	}
	if len(only.Body) == 0 {
		return
	}
	on := x.Discord.surface(ctx, x.Event.From.Workspace, true)
	on.Pages = mostMessages
	var err error
	for _, p := range renderCard(only, on) {
		err = errors.Join(err, x.toDirect(ctx, p))
	}
	if err == nil {
		return
	}
	x.cfg.Log.WarnContext(ctx, "a picture or file was not sent", "event", x.ID, "err", err)
	if !x.alive() {
		return
	}
	sorry := front.Trouble("The picture or file did not reach your direct messages. " + front.ReasonOf(err))
	on = x.Discord.surface(ctx, x.Event.From.Workspace, false)
	if err := x.follow(ctx, renderCard(sorry, on)[0], false); err != nil {
		x.cfg.Log.WarnContext(ctx, "an answer was not taken", "event", x.ID, "err", refusal("answer", err))
	}
}

// mostMessages is the most messages that one answer fills.
const mostMessages = 10
