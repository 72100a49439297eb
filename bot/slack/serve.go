package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
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

// alive tells whether a response URL can still be posted to.
func (x *exchange) alive(at origin) bool {
	return at.ResponseURL != "" && (at.Opened == 0 || x.cfg.Clock().Sub(time.Unix(at.Opened, 0)) < responseLife)
}

// submit answers a form that was sent off.
func (x *exchange) submit(ctx context.Context) {
	if x.Refused != nil {
		x.ack(slack.NewUpdateViewSubmissionResponse(modalOf(cardModal(front.Trouble(front.MessageOf(x.Refused)), x.From, x.names.spell))))
		return
	}
	// Pressed again while it is being saved, a form does not act again.
	if _, busy := x.saving.LoadOrStore(x.View.ID, true); busy {
		x.ack(x.againResponse(ctx, []bot.FieldError{{Message: savingText}}))
		return
	}
	defer x.saving.Delete(x.View.ID)
	answer := x.ask(ctx, x.Event)
	select {
	case a := <-answer:
		x.submitted(ctx, a)
	case <-x.cfg.After(submitPatience):
		// The same view with a sign on top: what is typed stays in it.
		x.ack(x.againResponse(ctx, []bot.FieldError{{Message: savingText}}))
		x.submittedLate(ctx, <-answer)
	}
}

// savingText stands above a form that takes its time.
const savingText = "Saving takes a moment …"

func modalOf(v slack.ModalViewRequest) *slack.ModalViewRequest { return &v }

// spelledErrors returns errors with the commands in them as they are typed here.
func (x *exchange) spelledErrors(wrong []bot.FieldError) []bot.FieldError {
	out := make([]bot.FieldError, 0, len(wrong))
	for _, e := range wrong {
		out = append(out, bot.FieldError{Field: e.Field, Message: x.names.spell(e.Message)})
	}
	return out
}

// againResponse keeps the form open with errors at its fields.
func (x *exchange) againResponse(ctx context.Context, wrong []bot.FieldError) any {
	request, err := again(*x.View, x.spelledErrors(wrong))
	if err != nil {
		x.cfg.Log.ErrorContext(ctx, "a form was not drawn again", "event", x.Event.ID, "err", err)
		return nil
	}
	response := slack.NewUpdateViewSubmissionResponse(&request)
	if _, ok := carried(response); ok {
		return response
	}
	// All of it at the first field: the form stays open with what is typed.
	var text []string
	for _, e := range wrong {
		text = append(text, x.names.spell(e.Message))
	}
	for _, b := range x.View.Blocks.BlockSet {
		if in, ok := b.(*slack.InputBlock); ok {
			return slack.NewErrorsViewSubmissionResponse(map[string]string{in.BlockID: shorten(strings.Join(text, " "), limits.PlainText)})
		}
	}
	return nil
}

// submitted shows what came of a form, with the acknowledgement.
func (x *exchange) submitted(ctx context.Context, a bot.Answer) {
	switch {
	case len(a.Errors) > 0:
		if at, ok := x.atFields(a.Errors); ok {
			x.ack(slack.NewErrorsViewSubmissionResponse(at))
			return
		}
		x.ack(x.againResponse(ctx, a.Errors))
	case a.Form != nil:
		request, err := renderModal(x.modal(ctx, *a.Form))
		if err != nil {
			x.cfg.Log.ErrorContext(ctx, "a form was not drawn", "event", x.Event.ID, "err", err)
			x.ack(slack.NewClearViewSubmissionResponse())
			return
		}
		if text, ok := carried(slack.NewUpdateViewSubmissionResponse(&request)); ok {
			x.ack(text)
			return
		}
		x.ack(slack.NewUpdateViewSubmissionResponse(modalOf(waitingModal("Hirebot", "One moment …", x.here()))))
		x.fill(ctx, x.View.ID, a)
	default:
		x.ack(slack.NewClearViewSubmissionResponse())
		x.result(ctx, a)
	}
}

// atFields returns errors by the inputs that they belong to, and false where one belongs to none.
func (x *exchange) atFields(wrong []bot.FieldError) (map[string]string, bool) {
	inputs := map[string]bool{}
	for _, b := range x.View.Blocks.BlockSet {
		if in, ok := b.(*slack.InputBlock); ok {
			inputs[in.BlockID] = true
		}
	}
	out := map[string]string{}
	for _, e := range wrong {
		if !inputs[e.Field] {
			return nil, false
		}
		out[e.Field] = shorten(x.names.spell(e.Message), limits.PlainText)
	}
	return out, true
}

// submittedLate shows what came of a form whose view says that it takes its time.
func (x *exchange) submittedLate(ctx context.Context, a bot.Answer) {
	if len(a.Errors) == 0 && a.Replace && x.From.Message != "" {
		x.fill(ctx, x.View.ID, bot.Answer{})
		x.result(ctx, a)
		return
	}
	if len(a.Errors) == 0 {
		x.fill(ctx, x.View.ID, a)
		return
	}
	request, err := again(*x.View, x.spelledErrors(a.Errors))
	if err == nil {
		_, err = x.w.api.UpdateViewContext(ctx, request, "", "", x.View.ID)
	}
	if err != nil {
		x.cfg.Log.WarnContext(ctx, "a view was not updated", "event", x.Event.ID, "err", err)
		text := "That was not saved: " + a.Errors[0].Message + " What you typed is kept: run the command again."
		x.private(ctx, front.Trouble(text))
	}
}

// result shows the card of a form where the form came from.
func (x *exchange) result(ctx context.Context, a bot.Answer) {
	switch {
	case a.Card == nil:
	case a.Replace && x.From.Message != "":
		x.replace(ctx, x.From, a)
	default:
		x.private(ctx, *a.Card)
	}
}

// change keeps what a form holds, and shows what is wrong with the field just left.
func (x *exchange) change(ctx context.Context) {
	x.ack(nil) // it carries nothing, and a change may wait for the one before
	if x.Refused != nil {
		return
	}
	x.views.in(x.View.ID, x.Event.At, func() {
		a := <-x.ask(ctx, x.Event)
		if len(a.Errors) == 0 && len(x.Meta.Wrong) == 0 {
			return
		}
		request, err := again(*x.View, x.spelledErrors(a.Errors))
		if err == nil {
			// With the hash: where the view was changed meanwhile, this is about an older one.
			_, err = x.w.api.UpdateViewContext(ctx, request, "", x.View.Hash, x.View.ID)
		}
		if err != nil {
			x.cfg.Log.InfoContext(ctx, "a view was not updated", "event", x.Event.ID, "err", err)
		}
	})
}

// suggest answers a select that asks what could be chosen.
func (x *exchange) suggest(ctx context.Context) {
	response := slack.OptionsResponse{Options: []*slack.OptionBlockObject{}}
	if x.Refused != nil {
		x.ack(response)
		return
	}
	select {
	case a := <-x.ask(ctx, x.Event):
		response.Options = append(response.Options, options(a.Choices)...)
	case <-x.cfg.After(suggestPatience):
	}
	x.ack(response)
}

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
