package bot

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime/debug"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Observer counts what the router serves. Labels come from the registry only.
type Observer interface {
	// Served is called once an event; command is "noun.verb" or "unknown", code "" for success.
	Served(kind EventType, command, code string, took time.Duration)
}

// Config is what a Router is made of.
type Config[T Tx] struct {
	// Base is the noun that can be typed before any other.
	Base     string
	Commands []Command[T]
	Unit     Unit[T]
	Draw     Draw[T]
	// Home is the view that the home surface shows.
	Home string
	// Opened is told of a home that was drawn for a surface which stays open, HomePlace: it is to be
	// drawn again when what it shows has changed. It may be nil.
	Opened func(ctx context.Context, ev Event)
	// Allow tells whether an actor may run a command at all; its error is Coded.
	Allow func(Actor, Spec) error
	Clock Clock
	Log   *slog.Logger
	// Observe may be nil.
	Observe Observer
}

// Router turns events into answers: recover, resolve, one unit of work, log and count.
type Router[T Tx] struct {
	cfg      Config[T]
	registry *Registry
	commands map[string]Command[T]
}

// NewRouter checks the declarations and returns a Router. It fails with every mistake at once.
func NewRouter[T Tx](cfg Config[T]) (*Router[T], error) {
	specs := make([]Spec, 0, len(cfg.Commands))
	commands := make(map[string]Command[T], len(cfg.Commands))
	var problems []error
	for _, c := range cfg.Commands {
		specs = append(specs, c.Spec)
		commands[c.Name()] = c
		if c.Handle == nil {
			problems = append(problems, fmt.Errorf("command %s: no handler", c.Name()))
		}
		if c.Form != nil && c.Reads {
			problems = append(problems, fmt.Errorf("command %s: reads only, yet has a form", c.Name()))
		}
	}
	if cfg.Unit == nil || cfg.Draw == nil || cfg.Allow == nil || cfg.Clock == nil || cfg.Log == nil {
		problems = append(problems, errors.New("a router needs Unit, Draw, Allow, Clock and Log"))
	}
	registry, err := NewRegistry(cfg.Base, specs)
	if err := errors.Join(append(problems, err)...); err != nil {
		return nil, err
	}
	for _, c := range cfg.Commands {
		// The router itself draws a button that starts a form over.
		if n := wireLength(c.Spec) + 1 + len(draftMark+freshDraft); c.Form != nil && n > MaxCall {
			problems = append(problems, fmt.Errorf("command %s: a button that starts its form over can have %d characters, at most %d", c.Name(), n, MaxCall))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return &Router[T]{cfg: cfg, registry: registry, commands: commands}, nil
}

// Registry returns the router's registry.
func (r *Router[T]) Registry() *Registry { return r.registry }

// Serve answers an event. It never fails: refusals and failures are answers too.
func (r *Router[T]) Serve(ctx context.Context, ev Event) (answer Answer) {
	began := r.cfg.Clock()
	command := "unknown"
	defer func() {
		if p := recover(); p != nil {
			answer = r.failure(ctx, ev, command, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
		took := r.cfg.Clock().Sub(began)
		r.cfg.Log.InfoContext(ctx, "served", "type", string(ev.Type), "command", command, "code", answer.Code, "took", took, "event", ev.ID)
		if r.cfg.Observe != nil {
			r.cfg.Observe.Served(ev.Type, command, answer.Code, took)
		}
	}()
	switch ev.Type {
	case Open:
		command = "home"
		if spec, ok := r.registry.defaultOf(r.cfg.Base); ok {
			ev.Command = spec.Name()
		}
		return r.home(ctx, ev)
	case Suggest:
		command = "suggest"
		return r.suggest(ctx, ev)
	case Invoke, Press, Submit, Change:
	default:
		return r.failure(ctx, ev, command, fmt.Errorf("event of type %q", ev.Type))
	}
	resumed := ev.Command == "" && ev.Text == "" && ev.Draft != ""
	if resumed || ev.Partial && ev.Draft != "" {
		kept, err := r.kept(ctx, ev)
		switch {
		case err != nil && resumed:
			return r.lost(ctx, ev, err)
		case err == nil:
			ev = kept
		}
	}
	cmd, words, err := r.resolve(ev)
	if err != nil {
		return r.refusal(ctx, ev, command, err, nil)
	}
	command = cmd.Name()
	// However the command was reached, the unit and the record know it by one name.
	ev.Command = command
	if ev.Type == Change {
		return r.change(ctx, ev, cmd)
	}
	return r.run(ctx, ev, cmd, words)
}

// kept returns an event with what its draft knows: the command and what is bound where the event says
// neither, and of a part of a form the values of the other parts. Nothing is run by it.
func (r *Router[T]) kept(ctx context.Context, ev Event) (Event, error) {
	var draft Draft
	quiet := ev
	quiet.ID, quiet.Files = "", nil
	_, err := r.cfg.Unit.Do(ctx, quiet, true, func(ctx context.Context, tx T, _ Actor) (Response, error) {
		var err error
		draft, err = tx.Draft(ctx, ev.Draft)
		return Response{}, err
	})
	if err != nil {
		return ev, err
	}
	if ev.Partial && ev.Type == Submit {
		ev.Values = draft.with(ev.Values)
	}
	if ev.Command != "" || ev.Text != "" {
		return ev, nil
	}
	if r.commands[draft.Command].Form == nil {
		return ev, otherVersion()
	}
	ev.Command, ev.Bound, ev.Again = draft.Command, draft.Bound, ev.Type == Press
	return ev, nil
}

// lost answers an event whose draft is not there any more: like the first time where it was answered
// before, since what succeeds deletes its draft.
func (r *Router[T]) lost(ctx context.Context, ev Event, err error) Answer {
	if ErrorCode(err) != CodeNotFound || ev.Type != Submit {
		return r.refusal(ctx, ev, "unknown", err, nil)
	}
	quiet := ev
	quiet.Files = nil
	first, err := r.cfg.Unit.Do(ctx, quiet, false, func(context.Context, T, Actor) (Response, error) {
		return Response{}, err
	})
	if err != nil {
		return r.refusal(ctx, ev, "unknown", err, nil)
	}
	return r.replay(ctx, ev, Command[T]{}, nil, first)
}

// resolve finds the command of an event, and the words that follow it.
func (r *Router[T]) resolve(ev Event) (Command[T], []word, error) {
	if ev.Command != "" {
		cmd, ok := r.commands[ev.Command]
		if !ok {
			return Command[T]{}, nil, otherVersion()
		}
		if n := utf8.RuneCountInString(ev.Text); n > maxTyped {
			return Command[T]{}, nil, tooLong(n)
		}
		return cmd, split(ev.Text), nil
	}
	spec, words, err := r.registry.resolve(ev.Text)
	if err != nil {
		return Command[T]{}, nil, err
	}
	return r.commands[spec.Name()], words, nil
}

// run serves a command that was typed, pressed or submitted.
func (r *Router[T]) run(ctx context.Context, ev Event, cmd Command[T], words []word) Answer {
	var (
		answer Answer
		read   bound
		ran    bool
	)
	resp, err := r.cfg.Unit.Do(ctx, ev, cmd.Reads, func(ctx context.Context, tx T, actor Actor) (Response, error) {
		answer, read, ran = Answer{}, bound{}, true
		req, err := r.request(ctx, tx, actor, ev, cmd)
		if err != nil {
			return Response{}, err
		}
		var resp Response
		if resp, read, err = r.act(ctx, tx, cmd, req, words); err != nil {
			return Response{}, err
		}
		answer.Replace, answer.Audience, answer.Form, answer.Errors = resp.Replace, resp.Audience, resp.Open, resp.Errors
		if resp.Show != nil {
			card, err := r.draw(ctx, tx, actor, *resp.Show)
			if err != nil {
				return Response{}, err
			}
			answer.Card = &card
		}
		return resp, nil
	})
	switch {
	case err != nil && !ran:
		// It was refused before: reading it again finds the choices that the first answer had.
		_, again, second := r.actAgain(ctx, ev, cmd, words)
		if second == nil || second.Error() != err.Error() {
			second = err
		}
		return r.refuse(ctx, ev, cmd, second, again)
	case err != nil:
		return r.refuse(ctx, ev, cmd, err, read)
	case resp.Replayed:
		return r.replay(ctx, ev, cmd, words, resp)
	case len(answer.Errors) > 0:
		answer.Values = r.keep(ctx, ev, cmd)
		answer.Code, answer.Draft = CodeInvalid, ev.Draft
	case answer.Card == nil && answer.Form == nil:
		answer.Card = done()
	}
	return answer
}

// done is the card of a command that has nothing to show.
func done() *Card { return &Card{Tone: Good, Body: []Node{T("Done.")}} }

// actAgain reads an event that was answered before once more, without calling its handler.
func (r *Router[T]) actAgain(ctx context.Context, ev Event, cmd Command[T], words []word) (resp Response, read bound, err error) {
	cmd.Handle = func(context.Context, T, Request) (Response, error) { return Response{}, nil }
	quiet := ev
	quiet.Files = nil
	// A unit that only reads runs for every delivery. With the id it is on record as the same event.
	_, err = r.cfg.Unit.Do(ctx, quiet, true, func(ctx context.Context, tx T, actor Actor) (Response, error) {
		resp, read = Response{}, bound{}
		req, err := r.request(ctx, tx, actor, quiet, cmd)
		if err != nil {
			return Response{}, err
		}
		resp, read, err = r.act(ctx, tx, cmd, req, words)
		return Response{}, err
	})
	return resp, read, err
}

// request authorises the command and returns the request without its arguments.
func (r *Router[T]) request(ctx context.Context, tx T, actor Actor, ev Event, cmd Command[T]) (Request, error) {
	refused := r.cfg.Allow(actor, cmd.Spec)
	// The command's own refusal knows whom to ask, which is nothing to tell an outsider.
	if cmd.Allow != nil && (refused == nil || !actor.Outsider) {
		if err := cmd.Allow(ctx, tx, actor); err != nil {
			return Request{}, err
		}
	}
	if refused != nil {
		return Request{}, refused
	}
	return Request{Event: ev, Spec: cmd.Spec, Actor: actor, Args: Args{}, Now: tx.Now()}, nil
}

// act reads the arguments and opens the form, asks for what is missing, or calls the handler.
func (r *Router[T]) act(ctx context.Context, tx T, cmd Command[T], req Request, words []word) (Response, bound, error) {
	rd := Reading{Now: tx.Now(), Zone: req.Actor.Zone, Words: tx.Vocabulary()}
	args, draft := splitDraft(req.Bound)
	if draft == freshDraft {
		return r.openFresh(ctx, tx, cmd, req, rd, args)
	}
	if err := r.keepFiles(ctx, tx, &req.Event); err != nil {
		return Response{}, bound{}, err
	}
	read := r.read(rd, cmd, req, words, args)
	if draft != "" {
		kept, err := tx.Draft(ctx, draft)
		if err != nil {
			return Response{}, read, err
		}
		more := bindValues(cmd.Spec, rd, kept.Values)
		if cmd.Form != nil {
			// What is wrong in it is for its form to show.
			more.errors = nil
		}
		read.merge(more)
	}
	if req.Again {
		return r.openAgain(ctx, tx, cmd, req, rd, read)
	}
	req.Args = read.args
	if req.Type == Submit {
		return r.submit(ctx, tx, cmd, req, read)
	}
	if cmd.Resolve != nil && len(read.errors) == 0 {
		var err error
		if read.args, err = cmd.Resolve(ctx, tx, req); err != nil {
			return Response{}, read, err
		}
		req.Args = read.args
	}
	bare := req.Type == Invoke && len(words) == 0 && len(req.Values) == 0 && len(read.args) == 0
	first := cmd.FormFirst && len(read.args) <= len(cmd.required())
	unsure := req.Type == Invoke && cmd.Unsure != nil && cmd.Unsure(read.args)
	if cmd.Form != nil && len(read.errors) == 0 && (bare || first || unsure || draft != "" || len(read.missing(cmd.Spec)) > 0) {
		resp, err := r.open(ctx, tx, cmd, req, false)
		return resp, read, err
	}
	if err := read.first(); err != nil {
		return Response{}, read, err
	}
	if missing := read.missing(cmd.Spec); len(missing) > 0 {
		return Response{}, read, r.ask(ctx, tx, cmd, req, rd, missing[0])
	}
	if cmd.Check != nil {
		if wrong := cmd.Check(req.Args); len(wrong) > 0 {
			return Response{}, read, Invalidf(wrong[0].Field, "%s", wrong[0].Message)
		}
	}
	resp, err := cmd.Handle(ctx, tx, req)
	if err == nil && len(resp.Errors) > 0 {
		// There is no form to show them in.
		return Response{}, read, Invalidf(resp.Errors[0].Field, "%s", resp.Errors[0].Message)
	}
	return resp, read, err
}

// read reads the arguments of a request from where its type has them.
func (r *Router[T]) read(rd Reading, cmd Command[T], req Request, words []word, args []string) bound {
	read := bound{args: Args{}}
	switch req.Type {
	case Submit:
		read = bindValues(cmd.Spec, rd, req.Values)
		read.merge(bindCall(cmd.Spec, rd, args, req.Values))
	case Press:
		read = bindCall(cmd.Spec, rd, args, nil)
	case Invoke:
		verbs := r.registry.verbNames(cmd.Noun)
		read = bindWords(cmd.Spec, rd, words, verbs...)
		read.merge(bindWords(cmd.Spec, rd, ownWords(cmd.Spec, req.Values), verbs...))
		read.merge(bindValues(cmd.Spec, rd, req.Values))
	case Change, Suggest, Open:
	}
	return read
}

// submit checks a form's values and calls the handler. Mistakes come back all at once, each at its
// field; what was typed stays.
func (r *Router[T]) submit(ctx context.Context, tx T, cmd Command[T], req Request, read bound) (Response, bound, error) {
	var wrong []FieldError
	for _, err := range read.errors {
		coded, ok := errors.AsType[Coded](err)
		if !ok {
			return Response{}, read, err
		}
		if !hasField(wrong, coded.Field()) {
			wrong = append(wrong, FieldError{Field: coded.Field(), Message: spelledOut(coded)})
		}
	}
	for _, p := range read.missing(cmd.Spec) {
		if !hasField(wrong, p.Name) {
			wrong = append(wrong, FieldError{Field: p.Name, Message: needed(p)})
		}
	}
	if len(wrong) == 0 && cmd.Check != nil {
		wrong = cmd.Check(req.Args)
	}
	if len(wrong) > 0 {
		return Response{Errors: wrong}, read, nil
	}
	resp, err := cmd.Handle(ctx, tx, req)
	if err != nil || len(resp.Errors) > 0 || req.Draft == "" {
		return resp, read, err
	}
	return resp, read, tx.DeleteDraft(ctx, req.Draft)
}

func hasField(errs []FieldError, field string) bool {
	return slices.ContainsFunc(errs, func(e FieldError) bool { return e.Field == field })
}

func needed(p Param) string {
	switch {
	case p.Input == InputChoices:
		return fmt.Sprintf("Choose at least one under “%s”", p.label())
	case len(p.Choices) > 0:
		return fmt.Sprintf("Choose one under “%s”, for example %s", p.label(), p.Choices[0].Label)
	}
	return fmt.Sprintf("%s is needed, for example %s", p.label(), p.example())
}

// spelledOut returns an error's message, and what it offers to choose from, for where no menu is.
func spelledOut(err Coded) string {
	choices, offers := choicesOf(err)
	if !offers {
		return err.Message()
	}
	const most = 5
	names := make([]string, 0, most)
	for _, c := range choices[:min(len(choices), most)] {
		name := c.Label
		if c.Value != c.Label {
			name += " (" + c.Value + ")"
		}
		names = append(names, name)
	}
	text := err.Message() + " It could be: " + strings.Join(names, ", ")
	if more := len(choices) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text + "."
}

// ask returns the Problem for a missing argument, with what it could be.
func (r *Router[T]) ask(ctx context.Context, tx T, cmd Command[T], req Request, rd Reading, p Param) error {
	choices, err := r.choices(ctx, tx, cmd, req, rd, p, "")
	if err != nil {
		return err
	}
	return Invalidf(p.Name, "%s. In full: %s", needed(p), firstExample(cmd.Spec)).Offering(choices)
}

// freshDraft in the place of a draft's id drops the draft and opens the form anew.
const freshDraft = "new"

func (r *Router[T]) openFresh(ctx context.Context, tx T, cmd Command[T], req Request, rd Reading, args []string) (Response, bound, error) {
	read := bindCall(cmd.Spec, rd, args, nil)
	if err := read.first(); err != nil {
		return Response{}, read, err
	}
	if cmd.Form == nil {
		return Response{}, read, fmt.Errorf("start over %s: it has no form", cmd.Name())
	}
	req.Args = read.args
	resp, err := r.open(ctx, tx, cmd, req, true)
	return resp, read, err
}

// open builds the form and joins it with the draft that the person has for it. What they just typed
// goes before what the draft holds.
func (r *Router[T]) open(ctx context.Context, tx T, cmd Command[T], req Request, fresh bool) (Response, error) {
	form, err := cmd.Form(ctx, tx, req)
	if err != nil {
		return Response{}, err
	}
	if form.Call.Command == "" {
		form.Call = Do(cmd.Name())
	}
	subject := form.Subject
	if subject == "" {
		subject = strings.Join(form.Call.Args, "|")
	}
	draft, found, err := tx.FindDraft(ctx, cmd.Name(), subject)
	if err != nil {
		return Response{}, err
	}
	given := ValuesOf(cmd.Spec, req.Args)
	if req.Source != nil {
		// The message is not there when the form is opened again, as it is for each of its steps.
		for _, f := range form.Fields {
			if len(given[f.Name]) == 0 && len(f.Value) > 0 {
				given[f.Name] = f.Value
			}
		}
	}
	if found && !fresh {
		changed := draft.opened(form, given)
		draft.fill(&form)
		if changed {
			return Response{Open: &form}, tx.SaveDraft(ctx, draft)
		}
		return Response{Open: &form}, nil
	}
	if found {
		// The old form may still be open somewhere: what it sends must not reach the new one.
		if err := tx.DeleteDraft(ctx, draft.ID); err != nil {
			return Response{}, err
		}
	}
	if form.Draft, err = newDraftID(); err != nil {
		return Response{}, err
	}
	return Response{Open: &form}, tx.SaveDraft(ctx, Draft{ID: form.Draft, Command: cmd.Name(), Subject: subject, Bound: form.Call.Args, Given: given})
}

// openAgain opens the form of a draft as it was left. The handler is not called.
func (r *Router[T]) openAgain(ctx context.Context, tx T, cmd Command[T], req Request, rd Reading, read bound) (Response, bound, error) {
	draft, err := tx.Draft(ctx, req.Draft)
	if err != nil {
		return Response{}, read, err
	}
	given := bindValues(cmd.Spec, rd, draft.Given)
	given.errors = nil // what it was opened with may be gone by now, and is for the form to ask for again
	read.merge(given)
	if err := read.first(); err != nil {
		return Response{}, read, err
	}
	req.Args = read.args
	form, err := cmd.Form(ctx, tx, req)
	if err != nil {
		return Response{}, read, err
	}
	if form.Call.Command == "" {
		form.Call = Do(cmd.Name())
	}
	draft.fill(&form)
	return Response{Open: &form}, read, nil
}

// opened notes what a form was opened with this time, which goes before what the draft holds, and
// tells whether that changes the draft.
func (d *Draft) opened(form Form, given Values) bool {
	changed := !slices.Equal(d.Bound, form.Call.Args) || !maps.EqualFunc(d.Given, given, slices.Equal)
	d.Bound, d.Given = form.Call.Args, given
	if !d.holds() {
		return changed
	}
	d.Values = maps.Clone(d.Values)
	for _, f := range form.Fields {
		if typed := given[f.Name]; len(typed) > 0 && !slices.Equal(typed, d.Values[f.Name]) {
			d.Values[f.Name], changed = typed, true
		}
	}
	return changed
}

// fill puts what the draft holds into its form.
func (d *Draft) fill(form *Form) {
	form.Draft = d.ID
	if !d.holds() {
		return
	}
	for i, f := range form.Fields {
		if kept, ok := d.Values[f.Name]; ok {
			form.Fields[i].Value = kept
		}
	}
	form.Saved = d.SavedAt
	form.StartOver = form.Call.WithDraft(freshDraft)
}

// holds tells whether anything stands in a draft.
func (d Draft) holds() bool {
	for _, values := range d.Values {
		for _, v := range values {
			if v != "" {
				return true
			}
		}
	}
	return false
}

func newDraftID() (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("make a draft id: %w", err)
	}
	return id.String(), nil
}

// with returns the draft's values and these, which go first.
func (d Draft) with(values Values) Values {
	all := Values{}
	maps.Copy(all, d.Values)
	maps.Copy(all, values)
	return all
}

// change saves what a form holds so far, and says at once what is wrong with the field just left; of a
// part of a form, what is wrong with any of its fields.
func (r *Router[T]) change(ctx context.Context, ev Event, cmd Command[T]) Answer {
	answer := Answer{Draft: ev.Draft}
	_, err := r.cfg.Unit.Do(ctx, ev, true, func(ctx context.Context, tx T, actor Actor) (Response, error) {
		answer.Errors, answer.Values = nil, nil
		if _, err := r.request(ctx, tx, actor, ev, cmd); err != nil {
			return Response{}, err
		}
		if err := r.keepFiles(ctx, tx, &ev); err != nil {
			return Response{}, err
		}
		for name := range ev.Files {
			if answer.Values == nil {
				answer.Values = Values{}
			}
			answer.Values[name] = ev.Values[name]
		}
		rd := Reading{Now: tx.Now(), Zone: actor.Zone, Words: tx.Vocabulary()}
		left := Values{ev.Focus: ev.Values[ev.Focus]}
		if ev.Partial && ev.Focus == "" {
			left = ev.Values
		}
		read := bindValues(cmd.Spec, rd, left)
		for _, err := range read.errors {
			if coded, ok := errors.AsType[Coded](err); ok {
				answer.Errors = append(answer.Errors, FieldError{Field: coded.Field(), Message: spelledOut(coded)})
			}
		}
		if ev.Draft == "" {
			return Response{}, nil
		}
		values := ev.Values
		if ev.Partial {
			draft, err := tx.Draft(ctx, ev.Draft)
			if err != nil {
				return Response{}, err
			}
			values = draft.with(values)
		}
		return Response{}, tx.UpdateDraft(ctx, ev.Draft, values)
	})
	if err != nil {
		return r.refuse(ctx, ev, cmd, err, bound{})
	}
	return answer
}

// keepFiles saves the uploads of an event and puts their ids among its values.
func (r *Router[T]) keepFiles(ctx context.Context, tx T, ev *Event) error {
	if len(ev.Files) == 0 {
		return nil
	}
	values := Values{}
	for k, v := range ev.Values {
		values[k] = v
	}
	for name, up := range ev.Files {
		if len(up.Data) > MaxUpload {
			return Invalidf(name, "The file has more than 10 MB. Send a smaller one.")
		}
		id, err := tx.SaveFile(ctx, up)
		if err != nil {
			return about(err, name)
		}
		values[name] = []string{id}
	}
	ev.Values = values
	return nil
}

// keep saves what was typed into a form whose submission came to nothing, and returns the values of
// its uploads, which the draft holds from now on.
func (r *Router[T]) keep(ctx context.Context, ev Event, cmd Command[T]) Values {
	if ev.Type != Submit || ev.Draft == "" {
		return nil
	}
	quiet := ev
	quiet.ID, quiet.Files = "", map[string]Upload{}
	for name, up := range ev.Files {
		if n := len(up.Data); n > 0 && n <= MaxUpload {
			quiet.Files[name] = up
		}
	}
	_, err := r.cfg.Unit.Do(ctx, quiet, true, func(ctx context.Context, tx T, _ Actor) (Response, error) {
		// Whoever has no such draft has no business here, and nothing to keep.
		if _, err := tx.Draft(ctx, ev.Draft); ErrorCode(err) == CodeNotFound {
			quiet.Files = nil
			return Response{}, nil
		} else if err != nil {
			return Response{}, err
		}
		if err := r.keepFiles(ctx, tx, &quiet); err != nil {
			return Response{}, err
		}
		return Response{}, tx.UpdateDraft(ctx, ev.Draft, quiet.Values)
	})
	if err != nil {
		r.cfg.Log.ErrorContext(ctx, "a draft was not saved", "command", cmd.Name(), "err", err)
		return nil
	}
	var kept Values
	for name := range quiet.Files {
		if kept == nil {
			kept = Values{}
		}
		kept[name] = quiet.Values[name]
	}
	return kept
}

// replay draws the first answer of an event again. One without a view was a form, which opens again,
// or had nothing to show.
func (r *Router[T]) replay(ctx context.Context, ev Event, cmd Command[T], words []word, first Response) Answer {
	answer := Answer{Replace: first.Replace, Audience: first.Audience}
	if first.Show == nil {
		if cmd.Form != nil && ev.Type != Submit {
			if resp, _, err := r.actAgain(ctx, ev, cmd, words); err == nil && resp.Open != nil {
				answer.Form = resp.Open
				return answer
			}
		}
		answer.Card = done()
		return answer
	}
	quiet := ev
	quiet.ID = ""
	_, err := r.cfg.Unit.Do(ctx, quiet, true, func(ctx context.Context, tx T, actor Actor) (Response, error) {
		card, err := r.draw(ctx, tx, actor, *first.Show)
		answer.Card = &card
		return Response{}, err
	})
	if err != nil {
		return r.refusal(ctx, ev, cmd.Name(), err, nil)
	}
	return answer
}

func (r *Router[T]) draw(ctx context.Context, tx T, actor Actor, v View) (Card, error) {
	card, err := r.cfg.Draw(ctx, tx, actor, v)
	if errors.Is(err, ErrMoot) {
		return Card{Body: []Node{Tf("%s", ErrMoot.Message())}}, nil
	}
	return card, err
}

func (r *Router[T]) home(ctx context.Context, ev Event) Answer {
	var answer Answer
	_, err := r.cfg.Unit.Do(ctx, ev, true, func(ctx context.Context, tx T, actor Actor) (Response, error) {
		card, err := r.draw(ctx, tx, actor, View{Name: r.cfg.Home})
		answer = Answer{Card: &card}
		return Response{}, err
	})
	if err != nil {
		return r.refusal(ctx, ev, "home", err, nil)
	}
	if r.cfg.Opened != nil && ev.In.Channel == HomePlace {
		r.cfg.Opened(ctx, ev)
	}
	return answer
}

// refuse answers a request that was refused or failed. A form stays open, with the message at its
// field and what was typed kept.
func (r *Router[T]) refuse(ctx context.Context, ev Event, cmd Command[T], err error, read bound) Answer {
	if ev.Type != Submit {
		return r.refusal(ctx, ev, cmd.Name(), err, func(p *Problem) *Menu { return r.menu(ctx, ev, cmd.Spec, read, p) })
	}
	kept := r.keep(ctx, ev, cmd)
	answer := r.refusal(ctx, ev, cmd.Name(), err, nil)
	field := ""
	if coded, ok := errors.AsType[Coded](err); ok {
		if _, declared := cmd.Param(coded.Field()); declared {
			field = coded.Field()
		}
	}
	return Answer{Code: answer.Code, Draft: ev.Draft, Values: kept, Errors: []FieldError{{Field: field, Message: problemText(answer)}}}
}

func problemText(a Answer) string {
	for _, n := range a.Card.Body {
		if t, ok := n.(Text); ok {
			return t.Plain(time.UTC)
		}
	}
	return a.Card.Title
}

// refusal turns an error into a card. An error that is not meant for people becomes a reference id,
// which stands in the log beside the cause.
func (r *Router[T]) refusal(ctx context.Context, ev Event, command string, err error, menu func(*Problem) *Menu) Answer {
	coded, ok := errors.AsType[Coded](err)
	if !ok || coded.Code() == CodeInternal {
		return r.failure(ctx, ev, command, err)
	}
	if coded.Code() == CodeUnavailable {
		r.cfg.Log.WarnContext(ctx, "unavailable", "command", command, "err", err)
	}
	card := Card{Tone: Trouble, Body: []Node{Tf("%s", coded.Message())}}
	if own, ok := errors.AsType[*Problem](err); ok && len(own.Choices) > 0 {
		if menu != nil {
			card.Menu = menu(own)
		}
		if card.Menu == nil {
			card.Body = []Node{Tf("%s", spelledOut(own))}
		}
	}
	return Answer{Card: &card, Code: coded.Code()}
}

// menu offers the choices of a Problem: each runs the command again with that choice and all else
// that was given; what no button carries goes into a draft. It returns nil where something else was
// wrong too, since the button would run without it.
func (r *Router[T]) menu(ctx context.Context, ev Event, spec Spec, read bound, p *Problem) *Menu {
	param, ok := spec.Param(p.field)
	if !ok || param.wire() == 0 || len(read.errors) > 1 {
		return nil
	}
	left := Args{}
	for _, other := range spec.Params {
		if v, ok := read.args[other.Name]; ok && !other.travels(v) {
			left[other.Name] = v
		}
	}
	draft, err := r.setAside(ctx, ev, spec, left)
	if err != nil {
		r.cfg.Log.ErrorContext(ctx, "arguments were not set aside", "command", spec.Name(), "event", ev.ID, "err", err)
		return nil
	}
	m := &Menu{Label: param.label()}
	for _, c := range first(p.Choices) {
		do := withArg(spec, CallOf(spec, read.args), param, c.Value).WithDraft(draft)
		if _, err := do.Encode(); err == nil {
			m.Items = append(m.Items, MenuItem{Label: c.Label, Hint: c.Hint, Do: do})
		}
	}
	if len(m.Items) == 0 {
		return nil
	}
	return m
}

// setAside keeps arguments that no button carries and returns the draft that they are in, "" for
// none. Its subject is its own, so that no form takes it for what was typed there.
func (r *Router[T]) setAside(ctx context.Context, ev Event, spec Spec, args Args) (string, error) {
	if len(args) == 0 {
		return "", nil
	}
	id, err := newDraftID()
	if err != nil {
		return "", err
	}
	quiet := ev
	quiet.ID = ""
	_, err = r.cfg.Unit.Do(ctx, quiet, true, func(ctx context.Context, tx T, _ Actor) (Response, error) {
		return Response{}, tx.SaveDraft(ctx, Draft{ID: id, Command: spec.Name(), Subject: id, Values: ValuesOf(spec, args)})
	})
	return id, err
}

// maxChoices is the most entries of a menu: a Discord select.
const maxChoices = 25

// withArg returns the call with one argument's text set.
func withArg(spec Spec, c Call, param Param, text string) Call {
	args := append([]string(nil), c.Args...)
	i := 0
	for _, p := range spec.Params {
		if p.wire() == 0 {
			continue
		}
		if len(args) <= i {
			args = append(args, "")
		}
		if p.Name == param.Name {
			if p.Repeated && args[i] != "" {
				text = args[i] + "," + text
			}
			args[i] = text
		}
		i++
	}
	return Do(c.Command, args...)
}

// failure answers with a reference id and logs the cause under it.
func (r *Router[T]) failure(ctx context.Context, ev Event, command string, err error) Answer {
	ref := reference()
	r.cfg.Log.ErrorContext(ctx, "failed", "ref", ref, "type", string(ev.Type), "command", command, "event", ev.ID, "err", err)
	return Answer{Code: CodeInternal, Card: &Card{Tone: Trouble, Body: []Node{
		Tf("Something went wrong on my side; nothing was changed. Try again. If it happens again, give your admin this reference: %s", ref),
	}}}
}

// reference returns a short random id that stands both in an answer and in the log.
func reference() string {
	var b [4]byte
	// crypto/rand.Read never fails on a supported system: it ends the process instead.
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
