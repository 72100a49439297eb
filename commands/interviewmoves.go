package commands

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// stillGoing is how much later the scorecard is asked for of an interview that is not over.
const stillGoing = 15 * time.Minute

// fieldsForm asks for some fields of a command that changes an interview.
func fieldsForm(title, submit string, fields ...string) func(context.Context, *store.Tx, bot.Request) (bot.Form, error) {
	return func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
		i, _, err := myInterview(ctx, tx, req)
		if err != nil {
			return bot.Form{}, err
		}
		values := bot.ValuesOf(req.Spec, req.Args)
		form := bot.Form{Title: title + i.ID, Submit: submit, Call: bot.Do(req.Spec.Name(), i.ID)}
		for _, name := range fields {
			form.Fields = append(form.Fields, bot.FieldOf(req.Spec, name, nonEmpty(strings.Join(values[name], ", "))...))
		}
		return form, nil
	}
}

func rescheduleForm(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
	i, _, err := myInterview(ctx, tx, req)
	if err != nil {
		return bot.Form{}, err
	}
	values := bot.ValuesOf(req.Spec, req.Args)
	if len(values["length"]) == 0 {
		values["length"] = []string{strconv.Itoa(i.Minutes)}
	}
	if len(values["join"]) == 0 {
		values["join"] = nonEmpty(i.Join)
	}
	form := bot.Form{Title: "Another time for " + i.ID, Submit: "Move it", Call: bot.Do(req.Spec.Name(), i.ID)}
	if !i.StartsAt.IsZero() {
		form.Note = bot.Join(bot.T("Now it is "), bot.At(i.StartsAt), bot.T("."))
	}
	for _, name := range []string{"when", "length", "join"} {
		form.Fields = append(form.Fields, bot.FieldOf(req.Spec, name, values[name]...))
	}
	return form, nil
}

func rescheduleInterview(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	i, _, err := myInterview(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	when, _ := bot.Arg[time.Time](req.Args, "when")
	after := i
	after.Minutes = bot.ArgOr(req.Args, "length", i.Minutes)
	if err := notPast(when, after.Minutes, tx.Now()); err != nil {
		return bot.Response{}, err
	}
	if after, err = i.Schedule(when, after.Minutes, tx.Now()); err != nil {
		return bot.Response{}, err
	}
	if join, ok := joinArg(req); ok && join != after.Join {
		sequence := after.Sequence
		if after, err = after.Seat(after.Panel, join, tx.Now()); err != nil {
			return bot.Response{}, err
		}
		after.Sequence = max(sequence, i.Sequence+1) // both are one change
	}
	if after.Sequence == i.Sequence && after.State == i.State {
		return redraw(req, views.Interview, i.ID, "Nothing was changed: it is at that time already."), nil
	}
	if after, err = change(ctx, tx, i, after, "interview_moved"); err != nil {
		return bot.Response{}, err
	}
	done := "Moved. Its panel is told in a minute."
	if i.State != hiring.InterviewScheduled {
		done = "Scheduled again. Its panel is told in a minute."
	}
	return redraw(req, views.Interview, i.ID, append([]string{done}, undoTime(i, after)...)...), nil
}

// joinArg returns how to join, where a form or the words said so: a form that shows it empty says that
// it is not known.
func joinArg(req bot.Request) (string, bool) {
	join, given := bot.Arg[string](req.Args, "join")
	_, shown := req.Values["join"]
	return join, given || req.Type == bot.Submit && shown
}

// undoTime returns the view's arguments that offer to undo a change of the time, where there was one.
func undoTime(before, after hiring.Interview) []string {
	if before.State != hiring.InterviewScheduled || before.StartsAt.Equal(after.StartsAt) && after.State == before.State {
		return nil
	}
	return views.UndoOf(after, before.StartsAt, "", "")
}

// change writes a changed interview, tells its panel, and puts it on record.
func change(ctx context.Context, tx *store.Tx, before, after hiring.Interview, fact string) (hiring.Interview, error) {
	after, err := tx.SaveInterview(ctx, after)
	if err != nil {
		return after, err
	}
	if err := tellPanel(ctx, tx, before, after); err != nil {
		return after, err
	}
	return after, recordInterview(ctx, tx, after, fact)
}

func retimeInterview(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	i, _, err := myInterview(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	if i, err = i.Propose(bot.AllArgs[time.Time](req.Args, "times"), tx.Now()); err != nil {
		return bot.Response{}, err
	}
	if i, err = tx.SaveInterview(ctx, i); err != nil {
		return bot.Response{}, err
	}
	if err := askTimes(ctx, tx, i); err != nil {
		return bot.Response{}, err
	}
	return redraw(req, views.Interview, i.ID, "I ask the panel which of these suit them. Until you pick one, nothing changes."), recordInterview(ctx, tx, i, "interview_proposed")
}

// answerTimes takes down which of the proposed times suit the actor. Once all of the panel have
// answered, who scheduled it is told.
func answerTimes(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	i, _, err := theInterview(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	can := bot.ArgOr(req.Args, "answer", false)
	var times []time.Time
	if at, ok := bot.Arg[time.Time](req.Args, "when"); ok {
		times = append(times, at)
	} else {
		for _, s := range i.Slots {
			times = append(times, s.At)
		}
	}
	if len(times) == 0 {
		return bot.Response{}, hiring.Errorf(hiring.Conflict, "%s asks about no times any more. /interview show %s tells how it stands.", i.ID, i.ID)
	}
	for _, at := range times {
		if i, err = i.Answer(req.Actor.ID, at, can, tx.Now()); err != nil {
			return bot.Response{}, err
		}
	}
	if i, err = tx.SaveInterview(ctx, i); err != nil {
		return bot.Response{}, err
	}
	if views.AllAnswered(i, tx.Now()) && i.MadeBy != "" {
		err := tx.Send(ctx, bot.Message{
			To: bot.Recipient{Person: i.MadeBy}, View: bot.View{Name: views.Answered, Subject: i.ID}, Key: "answered:" + i.ID + ":" + views.InstantArg(i.Slots[0].At),
			Why: "You get this because you asked the panel.",
		})
		if err != nil {
			return bot.Response{}, err
		}
	}
	return redraw(req, views.Slots, i.ID), nil
}

func pickTime(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	i, _, err := myInterview(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	when, _ := bot.Arg[time.Time](req.Args, "when")
	if i.State == hiring.InterviewScheduled && len(i.Slots) == 0 && i.StartsAt.Equal(when) {
		return redraw(req, views.Interview, i.ID), nil // picked already
	}
	if !slices.ContainsFunc(i.Slots, func(s hiring.Slot) bool { return s.At.Equal(when) }) {
		return bot.Response{}, hiring.InvalidField("when", "That is none of the times that the panel was asked about. /interview reschedule %s takes any.", i.ID)
	}
	if err := notPast(when, i.Minutes, tx.Now()); err != nil {
		return bot.Response{}, err
	}
	after, err := i.Schedule(when, i.Minutes, tx.Now())
	if err != nil {
		return bot.Response{}, err
	}
	if after, err = change(ctx, tx, i, after, "interview_scheduled"); err != nil {
		return bot.Response{}, err
	}
	a, err := tx.Application(ctx, i.Application)
	if err != nil {
		return bot.Response{}, err
	}
	done, err := begin(ctx, tx, a, after)
	return redraw(req, views.Interview, i.ID, append([]string{done}, undoTime(i, after)...)...), err
}

// cancelForm asks why, unless there is nothing left to cancel.
func cancelForm(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
	i, _, err := myInterview(ctx, tx, req)
	if err != nil {
		return bot.Form{}, err
	}
	if i.State == hiring.InterviewCancelled {
		return bot.Form{}, hiring.Errorf(hiring.Conflict, "%s is cancelled already. /interview reschedule %s plans it again.", i.ID, i.ID)
	}
	return fieldsForm("Cancel ", "Cancel the interview", "reason")(ctx, tx, req)
}

func cancelInterview(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	i, _, err := myInterview(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	if i.State == hiring.InterviewCancelled {
		return redraw(req, views.Interview, i.ID, "It is cancelled already."), nil
	}
	after, err := i.Move(hiring.InterviewCancelled, req.Args.Text("reason"), tx.Now())
	if err != nil {
		return bot.Response{}, err
	}
	after.Slots = nil
	if after, err = change(ctx, tx, i, after, "interview_cancelled"); err != nil {
		return bot.Response{}, err
	}
	return redraw(req, views.Interview, i.ID, append([]string{"Cancelled. Its panel is told in a minute."}, undoTime(i, after)...)...), nil
}

// reassignForm asks who takes a seat over; of an interview that has begun not everybody can.
func reassignForm(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
	i, _, err := myInterview(ctx, tx, req)
	if err != nil {
		return bot.Form{}, err
	}
	form, err := fieldsForm("Somebody else for ", "Change", "from", "to")(ctx, tx, req)
	if i.State.On() && !i.StartsAt.After(tx.Now()) {
		form.Note = bot.Join(bot.T("It began "), bot.At(i.StartsAt), bot.T(". Name somebody who was in it, or who can see the recording: they are asked for the scorecard, with a new due time."))
	}
	return form, err
}

func reassignSeat(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	i, _, err := myInterview(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	from, to := req.Args.Text("from"), req.Args.Text("to")
	if !i.Sits(from) && i.Sits(to) {
		return redraw(req, views.Interview, i.ID, "That is so already."), nil
	}
	if _, err := panelCard(ctx, tx, i, from); err != nil {
		return bot.Response{}, err
	}
	after, err := i.Replace(from, to, tx.Now())
	if err != nil {
		return bot.Response{}, err
	}
	if after, err = change(ctx, tx, i, after, "interview_reassigned"); err != nil {
		return bot.Response{}, err
	}
	done := fmt.Sprintf("@%s sits on it now, in the place of @%s.", nameOf(tx.Snapshot())(to), nameOf(tx.Snapshot())(from))
	return redraw(req, views.Interview, i.ID, append([]string{done}, views.UndoOf(after, time.Time{}, to, from)...)...), nil
}

func panelForm(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
	i, _, err := myInterview(ctx, tx, req)
	if err != nil {
		return bot.Form{}, err
	}
	here := slices.DeleteFunc(i.People(), func(id string) bool { return views.Gone(tx.Snapshot(), id) })
	panel := bot.FieldOf(req.Spec, "panel", here...)
	panel.Required = true
	return bot.Form{
		Title: "Panel of " + i.ID, Submit: "Save", Call: bot.Do(req.Spec.Name(), i.ID),
		Fields: []bot.Field{panel, bot.FieldOf(req.Spec, "join", nonEmpty(i.Join)...)},
	}, nil
}

func seatPanel(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	i, on, err := myInterview(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	people := bot.AllArgs[string](req.Args, "panel")
	if len(people) == 0 && req.Type != bot.Submit {
		people = i.People()
	}
	// Who is gone can be named no more. What they have submitted stays, and so their seat.
	for _, c := range on.Cards {
		if c.Interview == i.ID && c.State == hiring.CardSubmitted && i.Sits(c.Person) && views.Gone(tx.Snapshot(), c.Person) {
			people = append(people, c.Person)
		}
	}
	join, given := joinArg(req)
	if !given {
		join = i.Join
	}
	p, _ := tx.Snapshot().Playbook(on.Req.Role)
	after, err := i.Seat(seats(people, i.Panel, hiring.StageDimensions(p, i.Stage)), join, tx.Now())
	if err != nil {
		return bot.Response{}, err
	}
	if _, err = change(ctx, tx, i, after, "interview_reassigned"); err != nil {
		return bot.Response{}, err
	}
	return redraw(req, views.Interview, i.ID, "Saved. Whoever it concerns is told in a minute."), nil
}

func sendResume(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	i, _, err := theInterview(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	c, err := tx.Candidate(ctx, i.Candidate)
	if err != nil {
		return bot.Response{}, err
	}
	if c.Resume == "" {
		return bot.Response{}, hiring.Errorf(hiring.NotFound, "There is no résumé of %s yet.", i.Candidate)
	}
	err = tx.Send(ctx, bot.Message{To: bot.Recipient{Person: req.Actor.ID}, View: bot.View{Name: views.Resume, Subject: i.ID}, Why: "You asked for it."})
	return show(views.FileSent, ""), err
}

func sendCalendar(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	i, _, err := theInterview(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	if i.StartsAt.IsZero() {
		return bot.Response{}, hiring.Errorf(hiring.Conflict, "%s has no time yet.", i.ID)
	}
	if i.State == hiring.InterviewDone { // no calendar needs it any more, and so no file
		return show(views.CalendarSent, i.ID), nil
	}
	err = tx.Send(ctx, bot.Message{To: bot.Recipient{Person: req.Actor.ID}, View: bot.View{Name: views.Calendar, Subject: i.ID}, Why: "You asked for it."})
	return show(views.CalendarSent, i.ID), err
}

// markTold says that the candidate was sent a text, which is a word to them.
func markTold(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	i, _, err := myInterview(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	if i, err = i.MarkTold(bot.ArgOr(req.Args, "sequence", i.Sequence), tx.Now()); err != nil {
		return bot.Response{}, err
	}
	if _, err = tx.SaveInterview(ctx, i); err != nil {
		return bot.Response{}, err
	}
	a, err := tx.Application(ctx, i.Application)
	if err != nil {
		return bot.Response{}, err
	}
	if _, err := tx.SaveApplication(ctx, a.Told(tx.Now())); err != nil {
		return bot.Response{}, err
	}
	return redraw(req, views.Interview, i.ID, "Marked: the candidate was told."), recordInterview(ctx, tx, i, "candidate_told")
}

// seated returns an interview for somebody who may say of it whether it took place: who changes it, and
// who sits on it.
func seated(ctx context.Context, tx *store.Tx, req bot.Request) (hiring.Interview, hiring.Subject, bool, error) {
	i, on, err := theInterview(ctx, tx, req)
	if err != nil {
		return i, on, false, err
	}
	changes := hiring.May(views.Actor(req.Actor), hiring.ChangeApplication, on)
	if !changes && !i.Sits(req.Actor.ID) {
		return i, on, false, views.NoInterview(i.ID)
	}
	return i, on, changes, nil
}

func markDone(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	i, _, _, err := seated(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	if i.State == hiring.InterviewDone {
		return redraw(req, views.Interview, i.ID, "It is marked as done already."), nil
	}
	after, err := i.Move(hiring.InterviewDone, "", tx.Now())
	if err != nil {
		return bot.Response{}, err
	}
	if after, err = tx.SaveInterview(ctx, after); err != nil {
		return bot.Response{}, err
	}
	if i.State == hiring.InterviewNoShow { // those who did not hear that it is waited for are asked
		for _, person := range after.People() {
			if err := seatMessages(ctx, tx, after, person); err != nil {
				return bot.Response{}, err
			}
		}
	}
	return redraw(req, views.Interview, i.ID, "Marked: it took place."), recordInterview(ctx, tx, after, "interview_done")
}

// markNoShow says that an interview did not happen. Who only sits on it cannot say so of one that
// somebody has rated.
func markNoShow(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	i, on, changes, err := seated(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	if i.State == hiring.InterviewNoShow {
		return redraw(req, views.Interview, i.ID, "It is marked already."), nil
	}
	rated := slices.ContainsFunc(on.Cards, func(s hiring.Scorecard) bool { return s.Interview == i.ID && s.State == hiring.CardSubmitted })
	if rated && !changes {
		return bot.Response{}, hiring.Errorf(hiring.Conflict, "Somebody has given a scorecard of %s already. If it did not happen all the same, tell %s.", i.ID, views.WhoRecruits(tx, on))
	}
	after, err := i.Move(hiring.InterviewNoShow, req.Args.Text("reason"), tx.Now())
	if err != nil {
		return bot.Response{}, err
	}
	if after, err = tx.SaveInterview(ctx, after); err != nil {
		return bot.Response{}, err
	}
	for _, person := range inCharge(on) {
		if person == req.Actor.ID {
			continue
		}
		err := tx.Send(ctx, bot.Message{
			To: bot.Recipient{Person: person}, View: bot.View{Name: views.DidNotHappen, Subject: i.ID, Args: []string{req.Actor.ID}},
			Key: fmt.Sprintf("noshow:%s:%s:%d", i.ID, person, after.Version), Due: tx.Now().Add(outreachDelay), Why: "You get this because you recruit for " + i.Req + ".",
		})
		if err != nil {
			return bot.Response{}, err
		}
	}
	return redraw(req, views.Interview, i.ID, "Marked: it didn't happen. No scorecard is waited for."), recordInterview(ctx, tx, after, "interview_no_show")
}

// askLater asks for the scorecard later, since the interview is not over.
func askLater(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	c, err := theCard(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	if err := c.mayGive(req.Actor, tx.Now()); err != nil {
		return bot.Response{}, err
	}
	if !c.Waits() {
		return redraw(req, views.CardAsk, c.interview.ID), nil
	}
	return snoozeCards(ctx, tx, req, c.interview.ID, tx.Now().Add(stillGoing), c.Scorecard)
}

// undoInterview brings back the time or the seat that the card's button carries; without any, what was
// just scheduled is cancelled, and the application goes back to the stage from which that moved it. Whoever was not told of the change yet is not told of this either.
func undoInterview(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	i, _, err := myInterview(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	if tx.Now().Sub(i.ChangedAt) >= views.UndoWindow {
		return bot.Response{}, hiring.Errorf(hiring.Conflict, "It is too late to undo that: ten minutes have passed. /interview show %s shows what you can do.", i.ID)
	}
	var after hiring.Interview
	done, given := "Undone.", ""
	when, moved := bot.Arg[time.Time](req.Args, "when")
	switch {
	case moved:
		after, err = i.Schedule(when, i.Minutes, tx.Now())
	case req.Args.Text("from") != "" && req.Args.Text("to") != "":
		given = req.Args.Text("from")
		after, err = i.Replace(given, req.Args.Text("to"), tx.Now())
	case i.Sequence != 1 || i.Told > 0 || i.State != hiring.InterviewScheduled:
		return bot.Response{}, hiring.Errorf(hiring.Conflict, "What was done last to %s is undone by Undo on its card. Typed it takes back an interview that was just scheduled.", i.ID)
	default:
		after, err = i.Move(hiring.InterviewCancelled, "Undone.", tx.Now())
		done = "Undone: it is cancelled."
	}
	if err != nil {
		return bot.Response{}, err
	}
	if i.Told > 0 && i.Told == i.Sequence-1 && after.State.On() {
		after.Told = after.Sequence // it is again what the candidate was told
	}
	quiet := tx.Now().Sub(i.ChangedAt) < outreachDelay && tx.Now().Sub(i.CreatedAt) >= outreachDelay
	if after, err = tx.SaveInterview(ctx, after); err != nil {
		return bot.Response{}, err
	}
	if given != "" && i.State != hiring.InterviewProposed { // nobody handed the seat on: it only went back
		card, err := tx.Scorecard(ctx, i.ID, given)
		if err != nil {
			return bot.Response{}, err
		}
		if _, err := tx.SaveScorecard(ctx, card.TakenBack()); err != nil {
			return bot.Response{}, err
		}
	}
	if quiet {
		done += " Nobody was told."
		for _, person := range after.People() {
			if err := seatMessages(ctx, tx, after, person); err != nil {
				return bot.Response{}, err
			}
		}
	} else if err := tellPanel(ctx, tx, i, after); err != nil {
		return bot.Response{}, err
	}
	if after.State == hiring.InterviewCancelled {
		back, err := takeBack(ctx, tx, after)
		if err != nil {
			return bot.Response{}, err
		}
		done += back
	}
	return redraw(req, views.Interview, i.ID, done), recordInterview(ctx, tx, after, "interview_undone")
}
