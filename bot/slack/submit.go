package slack

import (
	"context"
	"strings"

	"github.com/slack-go/slack"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

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
