package discord

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

// open opens a step of a form, which must be the first answer. Where it cannot be, a button offers it.
func (x *exchange) open(ctx context.Context, f bot.Form, step int) {
	x.openStep(ctx, f, formID{Draft: f.Draft, Step: step})
}

func (x *exchange) openStep(ctx context.Context, f bot.Form, id formID) {
	id.Of = len(steps(f))
	id.Step = min(id.Step, id.Of-1)
	if id.Draft == "" {
		x.cfg.Log.ErrorContext(ctx, "a form has no draft, by which it is known again", "event", x.ID, "command", f.Call.Command)
		x.refuse(ctx, errNoForm)
		return
	}
	if x.acked != 0 || x.Type == interactionModal {
		x.offer(ctx, f, id)
		return
	}
	m, losses := stepOfForm(f, id, x.names, x.accounts(ctx, x.Event.From.Workspace))
	for _, l := range losses {
		x.cfg.Log.InfoContext(ctx, "a form does not show all that it holds", "event", x.ID, "command", f.Call.Command, "field", l.Field)
	}
	if x.respond(ctx, response{Type: responseModal, Data: m}) {
		return
	}
	x.refuse(ctx, errNoForm)
}

// errNoForm is the answer where a form cannot be shown.
var errNoForm = bot.NewProblem(bot.CodeInternal, "", "This form cannot be shown on Discord. Try the command with all its options.")

// stepOfForm draws a step of a form, as id says.
func stepOfForm(f bot.Form, id formID, n names, people accounts) (modal, []loss) {
	return renderModal(spelled(f, n), id.Step, id.String(), func(person string) (string, bool) {
		if user, _ := people(person); user != "" {
			return user, true
		}
		// A person may be named by their account already.
		return person, digitsAlone.MatchString(person)
	})
}

// spelled returns a form with the commands in its texts as they are typed here.
func spelled(f bot.Form, n names) bot.Form {
	f.Note = slices.Clone(f.Note)
	for i, span := range f.Note {
		if span.Style == bot.Plain || span.Style == bot.Code {
			f.Note[i].Text = n.spell(span.Text)
		}
	}
	f.Fields = slices.Clone(f.Fields)
	for i, field := range f.Fields {
		f.Fields[i].Hint = n.spell(field.Hint)
	}
	return f
}

// offer shows a button that opens a step of a form.
func (x *exchange) offer(ctx context.Context, f bot.Form, id formID) {
	card := front.Ready(f)
	card.Actions = nil
	on := x.Discord.surface(ctx, x.Event.From.Workspace, false)
	on.Buttons = []button{{ID: id.String(), Label: "Open", Style: bot.Primary}}
	x.showPage(ctx, renderCard(card, on)[0], false, false)
}

// pressForm answers a button that opens a step of a form.
func (x *exchange) pressForm(ctx context.Context, id formID) {
	x.Event.Type, x.Event.Draft = bot.Press, id.Draft
	late := x.cfg.After(formPatience)
	q := x.ask(ctx)
	var a bot.Answer
	select {
	case a = <-q.answer:
	case <-late:
		x.putOffUpdate(ctx)
		a = <-q.answer
	}
	a = x.take(q, a)
	if a.Form != nil {
		x.openStep(ctx, *a.Form, id)
		return
	}
	x.pressed(ctx, a)
}

// submit answers a step of a form that was sent off.
func (x *exchange) submit(ctx context.Context) {
	sent, err := readModal(x.Data)
	if err != nil {
		x.refuse(ctx, err)
		return
	}
	id, ok := readFormID(sent.ID)
	if !ok {
		x.refuse(ctx, otherCommands())
		return
	}
	x.Event.Draft, x.Event.Values, x.Event.Partial, x.users = id.Draft, sent.Values, true, sent.Users
	x.uploads = map[string]commandFile{}
	for field, f := range sent.Uploads {
		x.uploads[field] = commandFile{Name: f.Filename, MediaType: f.ContentType, Size: int(f.Size), URL: f.URL}
	}
	x.Event.Type = bot.Change
	if id.lastStep() {
		x.Event.Type = bot.Submit
	}
	late := x.cfg.After(patience)
	q := x.ask(ctx)
	result := make(chan stepResult, 1)
	go func() {
		a := <-q.answer
		result <- stepResult{answer: a, form: x.formAfter(ctx, *q.event, a, id)}
	}()
	var r stepResult
	select {
	case r = <-result:
	case <-late:
		if x.passing() {
			x.putOffUpdate(ctx)
		} else {
			x.putOff(ctx, false)
		}
		r = <-result
	}
	r.answer = x.take(q, r.answer)
	x.submitted(ctx, id, r)
}

// stepResult is what came of a step, with the form as it stands then, unless it was sent off.
type stepResult struct {
	answer bot.Answer
	form   *bot.Form
}

// formAfter returns the form after a step that did not send it off, as its draft holds it.
func (x *exchange) formAfter(ctx context.Context, ev bot.Event, a bot.Answer, id formID) *bot.Form {
	if a.Card != nil || a.Form != nil || len(a.Errors) == 0 && id.lastStep() {
		return nil
	}
	ev.Type, ev.ID, ev.Values, ev.Partial = bot.Press, ev.ID+"/form", nil, false
	again := <-front.Ask(ctx, x.cfg.Log, x.ID, func() bot.Answer {
		ctx, cancel := context.WithTimeout(ctx, answerTime)
		defer cancel()
		serve := *x.serve.Load()
		return serve(ctx, ev)
	})
	return again.Form
}

// submitted shows what came of a step.
func (x *exchange) submitted(ctx context.Context, id formID, r stepResult) {
	a := r.answer
	switch {
	case a.Form != nil:
		x.open(ctx, *a.Form, 0)
	case a.Card != nil && a.Code != "":
		x.show(ctx, x.withTyped(*a.Card, a.Code), false, false)
	case a.Card != nil:
		x.show(ctx, *a.Card, a.Replace, a.Audience == bot.Public)
	case len(a.Errors) == 0 && id.lastStep():
		x.show(ctx, done(), false, false)
	case r.form == nil && len(a.Errors) > 0:
		x.show(ctx, x.withTyped(front.Trouble(a.Errors[0].Message), a.Code), false, false)
	case r.form == nil:
		x.show(ctx, x.withTyped(front.Trouble(errNoForm.Message()), bot.CodeInternal), false, false)
	default:
		x.summarise(ctx, id, *r.form, a.Errors)
	}
}

// withTyped returns a card that says why a step was not kept, with what was typed into it: Discord closes
// the form, and nothing else holds it any more. Whoever may not fill it in is shown nothing of it.
func (x *exchange) withTyped(card bot.Card, code string) bot.Card {
	if code == bot.CodeNotAllowed {
		return card
	}
	var lines []bot.Text
	for _, field := range slices.Sorted(maps.Keys(x.Event.Values)) {
		for _, v := range x.Event.Values[field] {
			if v != "" && !slices.Contains(x.users, v) {
				lines = append(lines, bot.Join(bot.B(strings.ReplaceAll(field, "_", " ")+":"), bot.T(" "+v)))
			}
		}
	}
	if len(lines) > 0 {
		card.Body = append(slices.Clone(card.Body), bot.T("This was not kept. What you typed, to copy it:"), bot.Lines(lines...))
	}
	return card
}

// summarise shows what was entered so far, what is wrong with it, and the button that goes on.
func (x *exchange) summarise(ctx context.Context, id formID, f bot.Form, wrong []bot.FieldError) {
	s := summary{Form: spelled(f, x.names), Done: id.Step + 1, Secret: x.secret(f), Name: func(person string) string { return x.nameOf(ctx, person) }}
	of := len(steps(f))
	for _, e := range wrong {
		s.Wrong = append(s.Wrong, bot.FieldError{Field: e.Field, Message: x.names.spell(e.Message)})
	}
	next := formID{Draft: id.Draft, Of: of, All: id.lastStep()}
	if len(wrong) > 0 {
		next.Step = of - 1
		for _, e := range wrong {
			next.Step = min(next.Step, stepOf(f, e.Field))
		}
		if next.All {
			s.Done = of
		}
		s.Fix = next.String()
	} else {
		next.Step = min(id.Step+1, of-1)
		s.Continue = next.String()
	}
	card, buttons := s.card()
	on := x.Discord.surface(ctx, x.Event.From.Workspace, false)
	on.Buttons = buttons
	x.showPage(ctx, renderCard(card, on)[0], false, false)
}

// secret tells which fields of a form show nothing of what they hold.
func (x *exchange) secret(f bot.Form) func(string) bool {
	spec, _ := x.registry.Spec(f.Call.Command)
	return func(field string) bool {
		p, ok := spec.Param(field)
		return ok && p.Secret
	}
}

// nameOf returns what somebody is called, whether named by their account or as our records do.
func (x *exchange) nameOf(ctx context.Context, person string) string {
	if _, name := x.cfg.Directory.Account(ctx, x.Event.From.Workspace, person); name != "" {
		return name
	}
	if digitsAlone.MatchString(person) {
		if p, err := x.Profile(ctx, bot.Identity{Workspace: x.Event.From.Workspace, User: person}); err == nil {
			return p.Name
		}
	}
	return person
}
