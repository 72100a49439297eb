package bot

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
)

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
