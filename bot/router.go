package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"
	"unicode/utf8"
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
