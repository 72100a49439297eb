package discord

import (
	"context"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

// press answers a button or an entry of a menu.
func (x *exchange) press(ctx context.Context) {
	var p pressedData
	if err := readData(x.Data, &p); err != nil {
		x.refuse(ctx, err)
		return
	}
	id := p.id()
	if id == idNo {
		x.putOffUpdate(ctx)
		x.remove(ctx)
		return
	}
	if id == idKeep {
		x.keep(ctx)
		return
	}
	if f, ok := readFormID(id); ok {
		x.pressForm(ctx, f)
		return
	}
	if q, asks, err := questionOf(x.source, id); asks {
		if err != nil {
			x.refuse(ctx, err)
			return
		}
		x.showPage(ctx, q.page(), false, false)
		return
	}
	encoded, _, ok := readID(id)
	if !ok {
		encoded = ""
	}
	call, err := bot.DecodeCall(encoded)
	if err != nil {
		x.refuse(ctx, err)
		return
	}
	x.Event.Type, x.Event.Command, x.Event.Bound = bot.Press, call.Command, call.Args
	mayOpen := x.registry.AckOf(x.Event) == bot.MayOpenForm
	limit := patience
	if mayOpen {
		limit = formPatience
	}
	late := x.cfg.After(limit)
	q := x.ask(ctx)
	select {
	case a := <-q.answer:
		x.pressed(ctx, x.take(q, a))
	case <-late:
		if mayOpen {
			x.waiting(ctx)
		} else {
			x.putOffUpdate(ctx)
		}
		x.pressed(ctx, x.take(q, <-q.answer))
	}
}

// idKeep is the id of the button on a private answer that sends it to the person's direct messages, and
// keptLines the most lines of an answer without one: people take those in at once.
const (
	idKeep    = "keep"
	keptLines = 6
)

// keep sends a private answer to the person's direct messages: what they were shown, without its
// buttons. There is no room in an id for what would draw it anew.
func (x *exchange) keep(ctx context.Context) {
	if x.source == nil || !x.mine() || x.kind != Home {
		x.refuse(ctx, otherCommands())
		return
	}
	p := page{Content: x.source.Content}
	for _, e := range x.source.Embeds {
		again := *e
		again.URL, again.Type, again.Image = "", "", nil
		p.Embeds = append(p.Embeds, &again)
	}
	late := x.cfg.After(patience)
	sent := make(chan error, 1)
	go func() {
		defer front.Guard(ctx, x.cfg.Log, x.ID)
		sent <- x.toDirect(ctx, p)
	}()
	var err error
	select {
	case err = <-sent:
	case <-late:
		x.putOff(ctx, false)
		select {
		case err = <-sent:
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	card := bot.Card{Tone: bot.Good, Body: []bot.Node{bot.T("It is in your direct messages now.")}}
	if err != nil {
		x.cfg.Log.WarnContext(ctx, "an answer was not sent to the direct messages", "event", x.ID, "err", err)
		card = front.Trouble("I could not write to your direct messages. " + front.ReasonOf(err))
	}
	x.show(ctx, card, false, false)
}

// pressed shows what came of a press.
func (x *exchange) pressed(ctx context.Context, a bot.Answer) {
	switch {
	case a.Form != nil:
		x.open(ctx, *a.Form, 0)
	case a.Card == nil:
		if x.acked == 0 {
			x.putOffUpdate(ctx)
		}
	default:
		x.show(ctx, *a.Card, a.Replace, a.Audience == bot.Public)
	}
}
