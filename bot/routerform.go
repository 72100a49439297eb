package bot

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"
)

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
