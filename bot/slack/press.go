package slack

import (
	"context"

	"github.com/slack-go/slack"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

// press answers a button or an entry of a menu.
func (x *exchange) press(ctx context.Context) {
	if x.Refused != nil {
		x.ack(nil)
		x.private(ctx, front.Trouble(front.MessageOf(x.Refused)))
		return
	}
	answer := x.ask(ctx, x.Event)
	limit := patience
	if x.registry.AckOf(x.Event) == bot.MayOpenForm {
		limit = formPatience
	}
	select {
	case a := <-answer:
		x.ack(nil)
		x.pressed(ctx, a)
	case <-x.cfg.After(limit):
		x.ack(nil)
		if x.registry.AckOf(x.Event) != bot.MayOpenForm || x.View != nil {
			x.pressed(ctx, <-answer)
			return
		}
		view, err := x.w.api.OpenViewContext(ctx, x.Trigger, waitingModal("Hirebot", "One moment …", x.here()))
		if err != nil {
			x.cfg.Log.WarnContext(ctx, "a form was not opened", "event", x.Event.ID, "err", err)
			x.pressed(ctx, <-answer)
			return
		}
		a := <-answer
		if a.Form == nil && a.Card != nil && (a.Replace || a.Audience == bot.Public) {
			x.fill(ctx, view.ID, bot.Answer{})
			x.pressed(ctx, a)
			return
		}
		x.fill(ctx, view.ID, a)
	}
}

// pressed shows what came of a press.
func (x *exchange) pressed(ctx context.Context, a bot.Answer) {
	switch {
	case a.Form != nil && x.View != nil && x.View.Type == slack.VTModal && x.sameForm(*a.Form):
		x.fill(ctx, x.View.ID, a) // it starts over
	case a.Form != nil:
		x.open(ctx, *a.Form)
	case a.Card == nil:
	case x.View != nil && x.View.Type == slack.VTHomeTab:
		x.pressedHome(ctx, *a.Card)
	case x.View != nil:
		x.pressedModal(ctx, a)
	case a.Replace:
		x.replace(ctx, x.From, a)
	case a.Audience == bot.Public:
		if err := x.respond(ctx, x.From.ResponseURL, x.inChannel(*a.Card)); err != nil {
			x.private(ctx, *a.Card)
		}
	default:
		x.private(ctx, *a.Card)
	}
}

// sameForm tells whether a form is the one of the view that it was asked for in.
func (x *exchange) sameForm(f bot.Form) bool {
	call, err := bot.DecodeCall(x.Meta.Call)
	return err == nil && call.Command == f.Call.Command
}

// pressedHome shows the answer above the home, which is drawn again below it.
func (x *exchange) pressedHome(ctx context.Context, card bot.Card) {
	x.attach(ctx, card)
	if _, err := x.w.api.OpenViewContext(ctx, x.Trigger, cardModal(card, x.here(), x.names.spell)); err != nil {
		x.private(ctx, card)
	}
	x.showHome(ctx, x.Event.ID+"/home")
}

// showHome draws somebody's home.
func (x *exchange) showHome(ctx context.Context, id string) {
	home := x.Event
	home.Type, home.ID, home.Command, home.Bound, home.Text = bot.Open, id, "", nil, ""
	home.In = bot.Conversation{Workspace: x.w.ID, Channel: bot.HomePlace, Private: true}
	a := x.answer(ctx, home)
	if a.Card == nil {
		return
	}
	if err := x.publishHome(ctx, x.w, home.From.User, *a.Card); err != nil {
		x.cfg.Log.WarnContext(ctx, "a home was not shown", "event", x.Event.ID, "err", err)
	}
}

// pressedModal shows the answer in the view that was pressed in, or above it.
func (x *exchange) pressedModal(ctx context.Context, a bot.Answer) {
	if a.Replace {
		x.fill(ctx, x.View.ID, a)
		return
	}
	x.attach(ctx, *a.Card)
	if err := x.openView(ctx, cardModal(*a.Card, x.here(), x.names.spell)); err != nil {
		x.private(ctx, *a.Card)
	}
}

// replace shows a card in the place of a message: of one that only the person sees by its response
// URL, and where that is over, as a new private answer. What everybody sees stays as it is, unless the
// answer is for everybody too: a card that is drawn for one person is for them alone.
func (x *exchange) replace(ctx context.Context, at origin, a bot.Answer) {
	card := *a.Card
	if at.Message != "" && !at.Ephemeral {
		if !direct(at.Channel) && a.Audience != bot.Public {
			x.private(ctx, card)
			return
		}
		err := x.Edit(ctx, bot.Posted{In: conversation(x.Team, at.Channel), ID: at.Message}, card)
		if err == nil {
			return
		}
		x.cfg.Log.WarnContext(ctx, "a message was not drawn again", "event", x.Event.ID, "err", err)
		x.private(ctx, card)
		return
	}
	if x.alive(at) {
		m := x.ephemeral(card)
		m.ReplaceOriginal = true
		if err := x.respond(ctx, at.ResponseURL, m); err == nil {
			x.attach(ctx, card)
			return
		}
	}
	x.private(ctx, card)
}
