package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

// How long an answer is waited for, of the three seconds that Slack gives. What takes longer is
// acknowledged, and shown when it is there.
const (
	patience = 1500 * time.Millisecond
	// A form must be opened by its trigger within the three seconds too, by a call of its own.
	formPatience = 1200 * time.Millisecond
	// Of a submission nothing but the acknowledgement closes the form or shows its errors.
	submitPatience = 2 * time.Second
	// suggestPatience leaves the select empty rather than broken.
	suggestPatience = 2500 * time.Millisecond
	// answerTime bounds the finding of an answer, longest that and the showing of it.
	answerTime = 25 * time.Second
	longest    = time.Minute
)

// exchange is one delivery being answered.
type exchange struct {
	*Slack
	delivery
	w *workspace
	// ack is called once, with what the acknowledgement carries, or nil.
	ack func(payload any)
}

// receive answers a delivery. It calls ack once, in time, and may go on after that.
func (s *Slack) receive(ctx context.Context, d delivery, ack func(payload any) error) {
	acked := false
	x := &exchange{Slack: s, delivery: d, ack: func(payload any) {
		if acked {
			return
		}
		acked = true
		err := ack(payload)
		if errors.Is(err, errAckTooLarge) {
			err = ack(nil) // better without the answer than not at all
		}
		if err != nil {
			s.cfg.Log.WarnContext(ctx, "an acknowledgement was not sent", "kind", d.Kind, "event", d.Event.ID, "err", err)
		}
	}}
	defer func() { x.ack(nil) }()
	defer front.Guard(ctx, s.cfg.Log, d.Event.ID)
	// The answer is due also when the connection that asked for it is gone.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), longest)
	defer cancel()
	// An app speaks for the workspaces that it is installed in, and for no other.
	if x.w = s.at(d.Team); x.w == nil || x.w.access != d.Access || !x.answers() {
		s.cfg.Log.InfoContext(ctx, "a delivery was left unanswered", "kind", d.Kind, "type", d.InnerType, "event", d.Event.ID)
		return
	}
	if x.Event.At.IsZero() {
		x.Event.At = s.cfg.Clock().UTC()
	}
	switch d.Kind {
	case kindCommand, kindShortcut:
		x.invoke(ctx)
	case kindAction:
		if d.Event.Type == bot.Change {
			x.change(ctx)
		} else {
			x.press(ctx)
		}
	case kindKeep:
		x.keep(ctx)
	case kindSubmission:
		x.submit(ctx)
	case kindSuggestion:
		x.suggest(ctx)
	case kindEvent:
		x.event(ctx)
	default:
		s.cfg.Log.InfoContext(ctx, "a delivery of an unknown kind", "type", d.InnerType, "event", d.Event.ID)
	}
}

// answers tells whether anything answers here: in a community only the buttons of our posts and the
// form that they open.
func (x *exchange) answers() bool {
	if x.w.Kind == Home {
		return true
	}
	switch x.Kind {
	case kindAction, kindSubmission, kindSuggestion:
		return true
	default:
		return false
	}
}

// answer has the bot answer the event, which may be a change of what was delivered.
func (x *exchange) answer(ctx context.Context, ev bot.Event) bot.Answer {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	if x.w.Kind == Home {
		x.cfg.Directory.Meet(ctx, x.Slack, x.mentioned()...)
	}
	serve := *x.serve.Load()
	if len(x.Files) > 0 {
		files, err := x.download(ctx)
		if err != nil {
			x.cfg.Log.WarnContext(ctx, "a file was not fetched", "event", ev.ID, "err", err)
			return bot.Answer{Draft: ev.Draft, Code: bot.CodeUnavailable, Errors: []bot.FieldError{{Message: "Slack did not give me the file. Nothing was saved yet: try again in a moment."}}}
		}
		ev.Files = files
	}
	return serve(ctx, ev)
}

// ask is answer in the background, so that a deadline can be kept.
func (x *exchange) ask(ctx context.Context, ev bot.Event) <-chan bot.Answer {
	return front.Ask(ctx, x.cfg.Log, ev.ID, func() bot.Answer { return x.answer(ctx, ev) })
}

// download fetches the files that were put into a form.
func (x *exchange) download(ctx context.Context) (map[string]bot.Upload, error) {
	out := map[string]bot.Upload{}
	for field, files := range x.Files {
		for _, f := range files {
			if f.Size > bot.MaxUpload {
				// One byte too much is refused by the field, with what works.
				out[field] = bot.Upload{Name: f.Name, MediaType: f.Mimetype, Data: make([]byte, bot.MaxUpload+1)}
				continue
			}
			var data bytes.Buffer
			from := f.URLPrivateDownload
			if from == "" {
				from = f.URLPrivate
			}
			if err := x.w.api.GetFileContext(ctx, from, &data); err != nil {
				return nil, fmt.Errorf("fetch a file: %w", err)
			}
			out[field] = bot.Upload{Name: f.Name, MediaType: f.Mimetype, Data: data.Bytes()}
		}
	}
	return out, nil
}

// invoke answers a slash command or a shortcut.
func (x *exchange) invoke(ctx context.Context) {
	if x.Refused != nil {
		x.ack(nil)
		x.private(ctx, front.Trouble(front.MessageOf(x.Refused)))
		return
	}
	if x.Kind == kindCommand {
		command, text, _ := cutText(x.Event.Text)
		typed, ok := x.names.read(command, text)
		if !ok {
			x.ack(x.ephemeral(front.Trouble("I do not know this command. Type /" + x.cfg.Base + " help.")))
			return
		}
		x.Event.Text = typed
	}
	answer := x.ask(ctx, x.Event)
	if x.registry.AckOf(x.Event) == bot.MayOpenForm || x.Kind == kindShortcut {
		x.form(ctx, answer)
		return
	}
	select {
	case a := <-answer:
		x.reply(ctx, a)
	case <-x.cfg.After(patience):
		x.ack(wait())
		x.late(ctx, <-answer)
	}
}

// wait is the private sign that the answer takes its time. It stays: Slack puts nothing in the place of
// what acknowledged a slash command.
func wait() any {
	return slack.WebhookMessage{ResponseType: slack.ResponseTypeEphemeral, Text: "This takes a moment. The answer comes below."}
}

// reply answers a slash command with its acknowledgement.
func (x *exchange) reply(ctx context.Context, a bot.Answer) {
	switch {
	case a.Form != nil:
		x.ack(nil)
		x.open(ctx, *a.Form)
	case a.Card == nil:
		x.ack(nil)
	case a.Audience == bot.Public:
		x.ackMessage(ctx, x.inChannel(*a.Card), *a.Card)
	default:
		x.ackMessage(ctx, x.ephemeral(*a.Card), *a.Card)
		x.attach(ctx, *a.Card)
	}
}

// carried returns a payload as an acknowledgement carries it, and false for one that is too large for
// that, with room for its envelope.
func carried(payload any) (json.RawMessage, bool) {
	text, err := json.Marshal(payload)
	return text, err == nil && len(text) < maxAck-(1<<10)
}

// ackMessage answers with the acknowledgement, or after it where the answer is too large for that.
func (x *exchange) ackMessage(ctx context.Context, m slack.WebhookMessage, card bot.Card) {
	if text, ok := carried(m); ok {
		x.ack(text)
		return
	}
	x.ack(nil)
	if err := x.respond(ctx, x.From.ResponseURL, m); err != nil {
		x.cfg.Log.WarnContext(ctx, "a response URL did not take the answer", "event", x.Event.ID, "err", err)
		if !x.post(ctx, m) {
			if err := x.direct(ctx, card); err != nil {
				x.cfg.Log.ErrorContext(ctx, "an answer was not shown", "event", x.Event.ID, "err", err)
			}
		}
	}
}

// late shows an answer that took its time.
func (x *exchange) late(ctx context.Context, a bot.Answer) {
	switch {
	case a.Form != nil:
		x.private(ctx, x.ready(ctx, *a.Form))
	case a.Card == nil:
		x.private(ctx, bot.Card{Body: []bot.Node{bot.T("Done.")}})
	case a.Audience == bot.Public:
		if err := x.respond(ctx, x.From.ResponseURL, x.inChannel(*a.Card)); err != nil {
			x.private(ctx, *a.Card)
		}
	default:
		x.private(ctx, *a.Card)
	}
}

// form answers what may open a form, which must be opened within three seconds: where it is not there
// by then, a light one opens and is filled when it is.
func (x *exchange) form(ctx context.Context, answer <-chan bot.Answer) {
	select {
	case a := <-answer:
		if x.Kind == kindShortcut && a.Card != nil {
			x.ack(nil)
			x.private(ctx, *a.Card)
			return
		}
		x.reply(ctx, a)
	case <-x.cfg.After(formPatience):
		x.ack(nil)
		view, err := x.w.api.OpenViewContext(ctx, x.Trigger, waitingModal("Hirebot", "One moment …", x.here()))
		a := <-answer
		if err != nil {
			x.cfg.Log.WarnContext(ctx, "a form was not opened", "event", x.Event.ID, "err", err)
			x.showLate(ctx, a)
			return
		}
		x.fill(ctx, view.ID, a)
	}
}

// showLate shows an answer whose form could not be opened in time.
func (x *exchange) showLate(ctx context.Context, a bot.Answer) {
	switch {
	case a.Form != nil:
		x.private(ctx, x.ready(ctx, *a.Form))
	case a.Card != nil:
		x.private(ctx, *a.Card)
	}
}

// fill shows an answer in a view that is open already.
func (x *exchange) fill(ctx context.Context, view string, a bot.Answer) {
	var request slack.ModalViewRequest
	switch {
	case a.Form != nil:
		var err error
		if request, err = renderModal(x.modal(ctx, *a.Form)); err != nil {
			x.cfg.Log.ErrorContext(ctx, "a form was not drawn", "event", x.Event.ID, "err", err)
			request = cardModal(front.Trouble("This form cannot be shown on Slack."), x.here(), x.names.spell)
		}
	case a.Card != nil:
		request = cardModal(*a.Card, x.here(), x.names.spell)
		x.attach(ctx, *a.Card)
	default:
		request = cardModal(bot.Card{Body: []bot.Node{bot.T("Done.")}}, x.here(), x.names.spell)
	}
	if _, err := x.w.api.UpdateViewContext(ctx, request, "", "", view); err != nil {
		x.cfg.Log.WarnContext(ctx, "a view was not updated", "event", x.Event.ID, "err", err)
		x.showLate(ctx, a)
	}
}

// ready offers a form that could not open by itself in time. What it was going to show is put into its
// draft first, so that it opens with that.
func (x *exchange) ready(ctx context.Context, f bot.Form) bot.Card {
	if held := front.Held(f); f.Draft != "" && f.Saved.IsZero() && len(held) > 0 {
		ev := x.Event
		ev.Type, ev.ID, ev.Command, ev.Bound, ev.Text, ev.Draft, ev.Values = bot.Change, ev.ID+"/kept", f.Call.Command, f.Call.Args, "", f.Draft, held
		x.answer(ctx, ev)
	}
	return front.Ready(f)
}

// here is the origin of what a form or card that is opened now leads back to.
func (x *exchange) here() origin {
	from := x.From
	if from.ResponseURL != "" && from.Opened == 0 {
		from.Opened = x.cfg.Clock().Unix()
	}
	return from
}

func (x *exchange) modal(ctx context.Context, f bot.Form) modal {
	return modal{
		Form: f, From: x.here(), Spell: x.names.spell,
		Account: func(person string) (string, string) { return x.cfg.Directory.Account(ctx, x.w.ID, person) },
	}
}

// open opens a form by the trigger: above a view that is open, else by itself.
func (x *exchange) open(ctx context.Context, f bot.Form) {
	request, err := renderModal(x.modal(ctx, f))
	if err != nil {
		x.cfg.Log.ErrorContext(ctx, "a form was not drawn", "event", x.Event.ID, "err", err)
		x.private(ctx, front.Trouble("This form cannot be shown on Slack."))
		return
	}
	if err := x.openView(ctx, request); err != nil {
		x.cfg.Log.WarnContext(ctx, "a form was not opened", "event", x.Event.ID, "err", err)
		x.private(ctx, x.ready(ctx, f))
	}
}

func (x *exchange) openView(ctx context.Context, request slack.ModalViewRequest) error {
	if x.View == nil || x.View.Type != slack.VTModal {
		_, err := x.w.api.OpenViewContext(ctx, x.Trigger, request)
		return err
	}
	_, err := x.w.api.PushViewContext(ctx, x.Trigger, request)
	if refused, ok := errors.AsType[slack.SlackErrorResponse](err); ok && refused.Err == "push_limit_reached" {
		_, err = x.w.api.UpdateViewContext(ctx, request, "", "", x.View.ID)
	}
	return err
}
