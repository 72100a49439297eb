package slack

import (
	"context"
	"encoding/json"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

// kept is what the button "Send to my DM" carries: the delivery that was answered. Serving it again
// has no second effect, and draws the answer with the rights of this moment.
type kept struct {
	ID      string        `json:"i"`
	Type    bot.EventType `json:"t"`
	Command string        `json:"c,omitempty"`
	Bound   []string      `json:"b,omitempty"`
	Text    string        `json:"x,omitempty"`
	At      int64         `json:"a"`
}

// keptLife is how long such a button works; well within the time that answers are on record.
const keptLife = 7 * 24 * time.Hour

// keepValue is the value of the button on a private answer that is longer than people take in at once,
// "" for none.
func (x *exchange) keepValue(card bot.Card) string {
	if lines(card) <= 6 || x.Event.ID == "" {
		return ""
	}
	k := kept{ID: x.Event.ID, Type: x.Event.Type, Command: x.Event.Command, Bound: x.Event.Bound, At: x.Event.At.Unix()}
	if x.Event.Type == bot.Invoke {
		k.Text = x.Event.Text
	}
	text, err := json.Marshal(k)
	if err != nil || len(text) > limits.ButtonValue {
		return ""
	}
	return string(text)
}

// keep sends an answer to the person's direct messages.
func (x *exchange) keep(ctx context.Context) {
	x.ack(nil)
	var k kept
	tooOld := front.Trouble("This answer is too old to be sent on. Run the command again.")
	if err := json.Unmarshal([]byte(x.Keep), &k); err != nil || x.cfg.Clock().Sub(time.Unix(k.At, 0)) > keptLife {
		x.private(ctx, tooOld)
		return
	}
	ev := x.Event
	ev.Type, ev.ID, ev.Command, ev.Bound, ev.Text, ev.At = k.Type, k.ID, k.Command, k.Bound, k.Text, time.Unix(k.At, 0).UTC()
	a := x.answer(ctx, ev)
	if a.Card == nil {
		x.private(ctx, tooOld)
		return
	}
	if err := x.direct(ctx, *a.Card); err != nil {
		x.cfg.Log.WarnContext(ctx, "an answer was not sent to the direct messages", "event", x.Event.ID, "err", err)
		x.private(ctx, front.Trouble("I could not write to your direct messages. "+front.ReasonOf(err)))
		return
	}
	x.private(ctx, bot.Card{Tone: bot.Good, Body: []bot.Node{bot.T("It is in your direct messages.")}})
}
