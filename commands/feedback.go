package commands

import (
	"context"
	"fmt"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// The fields of a scorecard beside its dimensions.
const (
	overallField = "overall"
	privateField = "private_note"
	asksField    = "asks"
	editionField = "edition"
)

func interviewParam() bot.Param {
	return bot.Param{Name: "interview", Kind: InterviewRef, Required: true, Help: "Which interview, by number or by the candidate", Example: "I-31"}
}

func feedbackCommands() []Command {
	amended := append(cardParams(), bot.Param{Name: editionField, Kind: bot.Integer, KeyOnly: true, Help: "The version that a form shows; forms carry it", Example: "1"})
	reason := bot.Param{Name: "reason", Kind: bot.PlainText, KeyOnly: true, Secret: true, Max: hiring.MaxReason, Help: "The reason, for the recruiter; may be left out", Example: "I know them well"}
	early := reason
	early.Required, early.Help, early.Example = true, "Why before all are in; the panel is shown it", "the offer has to go out today"
	waived := reason
	waived.Required, waived.Help, waived.Example = true, "Why nobody waits for it; the debrief shows it", "on leave until January"
	return append([]Command{
		{
			Spec: bot.Spec{
				Noun: "feedback", Verb: "mine", Default: true, Reads: true,
				Summary: "The scorecards that wait for you", Examples: []string{"/feedback", "/feedback I-31"},
				Params: []bot.Param{{Name: "number", Label: "Interview", Kind: interviewNumber, Help: "The scorecards of this one"}},
			},
			Handle: func(_ context.Context, _ *store.Tx, req bot.Request) (bot.Response, error) {
				if id := req.Args.Text("number"); id != "" {
					return redraw(req, views.Scorecards, id), nil
				}
				return redraw(req, views.MyCards, ""), nil
			},
		},
		{
			Spec: bot.Spec{
				Noun: "feedback", Verb: "give", Ack: bot.MayOpenForm, FormFirst: true,
				Summary: "Fill in your scorecard of an interview",
				Details: "It opens 15 minutes before the interview and can be sent from its start. What you typed is kept until you send it.",
				Params:  cardParams(), Examples: []string{"/feedback give I-31", "/feedback give"},
			},
			Form: giveForm, Check: checkCard, Handle: giveCard(true), Suggest: suggestInterview,
		},
		{
			Spec: bot.Spec{
				Noun: "feedback", Verb: "save", FromCard: true,
				Summary: "Save your scorecard as you wrote it", Params: cardParams(), Examples: []string{"/feedback save I-31"},
			},
			Check: checkCard, Handle: giveCard(false), Suggest: suggestInterview,
		},
		{
			Spec: bot.Spec{
				Noun: "feedback", Verb: "note", Ack: bot.MayOpenForm,
				Summary: "Note something down during the interview, for yourself alone",
				Params: []bot.Param{
					{Name: "interview", Kind: noteInterview, Required: true, Help: "Which interview, by number", Example: "I-31"},
					{Name: "text", Label: "Note", Kind: bot.PlainText, Required: true, Secret: true, Max: hiring.MaxNoteLine, Help: "What you want to remember", Example: "idempotency key on payment, unprompted"},
				},
				Examples: []string{"/feedback note I-31 \"idempotency key on payment, unprompted\""},
			},
			Form: noteForm, Handle: noteCard, Suggest: suggestInterview,
		},
		{
			Spec: bot.Spec{
				Noun: "feedback", Verb: "show", Reads: true,
				Summary: "The scorecards of an interview, as far as you may read them", Params: []bot.Param{interviewParam()},
				Examples: []string{"/feedback show I-31"},
			},
			Handle: func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
				i, _, err := theInterview(ctx, tx, req)
				return redraw(req, views.Scorecards, i.ID), err
			},
			Suggest: suggestInterview,
		},
		{
			Spec: bot.Spec{
				Noun: "feedback", Verb: "early", Ack: bot.MayOpenForm, FromCard: true,
				Summary: "Open the scorecards before all are in, for a reason", Params: []bot.Param{interviewParam(), early},
				Examples: []string{"/feedback early I-31 reason:\"the offer has to go out today\""},
			},
			Form: earlyForm, Handle: openEarly, Suggest: suggestInterview,
		},
		{
			Spec: bot.Spec{
				Noun: "feedback", Verb: "amend", Ack: bot.MayOpenForm, FormFirst: true,
				Summary: "Change a scorecard that you gave; what it said before is kept",
				Params:  amended, Examples: []string{"/feedback amend I-31"},
			},
			Form: amendForm, Check: checkCard, Handle: amendCard(true), Suggest: suggestInterview,
		},
		{
			Spec: bot.Spec{
				Noun: "feedback", Verb: "resave", FromCard: true,
				Summary: "Change a scorecard to what you wrote", Params: amended, Examples: []string{"/feedback resave I-31"},
			},
			Check: checkCard, Handle: amendCard(false), Suggest: suggestInterview,
		},
		{
			Spec: bot.Spec{
				Noun: "feedback", Verb: "decline", Ack: bot.MayOpenForm, FormFirst: true,
				Summary: "Say that you can't, and who could instead",
				Params: []bot.Param{
					interviewParam(), {Name: "to", Label: "Who could instead", Kind: Person, Help: "Whom you propose; the recruiter decides", Example: "@interviewer-3"}, reason,
				},
				Examples: []string{"/feedback decline I-31", "/feedback decline I-31 @interviewer-3"},
			},
			Form: declineForm, Handle: declineCard, Suggest: suggestInterview,
		},
		{
			Spec: bot.Spec{
				Noun: "feedback", Verb: "snooze", Ack: bot.MayOpenForm,
				Summary: "Be reminded of a scorecard later",
				Details: "Without an interview, of all that wait for you. I remind you in your working hours only.",
				Params: []bot.Param{
					{Name: "until", Label: "Until when", Kind: snoozeTime, Required: true, Help: "An hour (1h), tomorrow, or a time", Example: "tomorrow"},
					{Name: "interview", Kind: interviewNumber, Help: "Which interview, by number; all of them without", Example: "I-31"},
				},
				Examples: []string{"/feedback snooze 1h I-31", "/feedback snooze tomorrow", "/feedback snooze fri 3pm I-31"},
			},
			Form: snoozeForm, Handle: snooze, Suggest: suggestInterview,
		},
		{
			Spec: bot.Spec{
				Noun: "feedback", Verb: "can", FromCard: true,
				Summary: "Say that you can after all", Params: []bot.Param{interviewParam()}, Examples: []string{"/feedback can I-31"},
			},
			Handle: canAfterAll, Suggest: suggestInterview,
		},
		{
			Spec: bot.Spec{
				Noun: "feedback", Verb: "waive", Ack: bot.MayOpenForm, FromCard: true,
				Summary: "Go on without somebody's scorecard, for a reason",
				Params: []bot.Param{
					interviewParam(), {Name: "from", Label: "Whose", Kind: Anyone, Required: true, Help: "Whose scorecard is not waited for", Example: "@interviewer-2"}, waived,
				},
				Examples: []string{"/feedback waive I-31 @interviewer-2 reason:\"on leave until January\""},
			},
			Form: fieldsForm("Go on without a scorecard of ", "Go on", "from", "reason"), Handle: waiveCard, Suggest: suggestInterview,
		},
	}, threeLineCommands()...)
}

// noteInterview reads an interview by its number alone, since whatever else stands there is the note.
var noteInterview = &bot.Kind{
	Name: "interview number", Example: "I-31", Parse: interviewNumber.Parse, Print: interviewNumber.Print, Option: bot.OptionText, Wire: InterviewRef.Wire,
	Claims: func(_ bot.Reading, text string) bool { return strings.HasPrefix(strings.ToUpper(text), "I-") },
}

// interviewNumber reads an interview's reference where nothing but one can be meant.
var interviewNumber = &bot.Kind{
	Name: "interview", Example: "I-31",
	Parse: func(rd bot.Reading, text string) (any, error) {
		v, err := InterviewRef.Parse(rd, text)
		if id, ok := v.(string); err == nil && (!ok || !InterviewRef.Claims(rd, id)) {
			return nil, bot.Invalidf("", "“%s” is not the number of an interview. Write it like I-31.", text)
		}
		return v, err
	},
	Print: InterviewRef.Print, Option: bot.OptionText, Wire: InterviewRef.Wire,
	Claims: func(rd bot.Reading, text string) bool { return InterviewRef.Claims(rd, text) },
}

func noteForm(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
	req, err := pickCard(ctx, tx, req)
	if err != nil {
		return bot.Form{}, err
	}
	c, err := theCard(ctx, tx, req)
	if err != nil {
		return bot.Form{}, err
	}
	return bot.Form{
		Title: "Note for " + c.interview.ID, Submit: "Keep", Call: bot.Do(req.Spec.Name(), c.interview.ID),
		Note:   bot.T("Only you see it. It stands with its time above your scorecard."),
		Fields: []bot.Field{bot.FieldOf(req.Spec, "text", nonEmpty(req.Args.Text("text"))...)},
	}, nil
}

func noteCard(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	c, err := theCard(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	noted, err := c.Note(req.Args.Text("text"), tx.Now())
	if err != nil {
		return bot.Response{}, err
	}
	if _, err := tx.SaveScorecard(ctx, noted); err != nil {
		return bot.Response{}, err
	}
	return show(views.Noted, c.interview.ID), nil
}

func earlyForm(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
	i, err := unopened(ctx, tx, req)
	if err != nil {
		return bot.Form{}, err
	}
	return bot.Form{
		Title: "Open before all are in", Submit: "Open", Call: bot.Do(req.Spec.Name(), i.ID),
		Note:   bot.T("The panel is shown that you opened them, and why. It goes on record."),
		Fields: []bot.Field{bot.FieldOf(req.Spec, "reason", nonEmpty(req.Args.Text("reason"))...)},
	}, nil
}

// unopened returns the interview whose scorecards the actor may open before all are in, for a reason.
func unopened(ctx context.Context, tx *store.Tx, req bot.Request) (hiring.Interview, error) {
	i, on, err := theInterview(ctx, tx, req)
	if err != nil {
		return i, err
	}
	switch hiring.CardSight(views.Actor(req.Actor), on) {
	case hiring.SightReason:
		return i, nil
	case hiring.SightAll:
		return i, hiring.Errorf(hiring.Conflict, "You may read them already: /feedback show %s", i.ID)
	default:
		return i, hiring.Errorf(hiring.NotAllowed, "You see what the others say once your own scorecard is in: /feedback give %s", i.ID)
	}
}

// openEarly puts the reason on record for which somebody reads scorecards before all are in.
func openEarly(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	i, err := unopened(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	reason := strings.Join(strings.Fields(req.Args.Text("reason")), " ")
	if reason == "" {
		return bot.Response{}, hiring.InvalidField("reason", "Say in a few words why before all are in; the panel is shown it.")
	}
	if err := tx.RecordLook(ctx, i.Application, hiring.CardLook{Interview: i.ID, Early: true, Reason: reason}); err != nil {
		return bot.Response{}, err
	}
	if err := tx.Audit(ctx, store.AuditEvent{Subject: i.ID, Fact: "scorecards_opened_early"}); err != nil {
		return bot.Response{}, err
	}
	return redraw(req, views.Scorecards, i.ID), tx.Refresh(ctx, i.ID)
}

func declineForm(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
	req, err := pickCard(ctx, tx, req)
	if err != nil {
		return bot.Form{}, err
	}
	i, _, err := theInterview(ctx, tx, req)
	if err != nil {
		return bot.Form{}, err
	}
	values := bot.ValuesOf(req.Spec, req.Args)
	return bot.Form{
		Title: "I can't: " + i.ID, Submit: "Tell the recruiter", Call: bot.Do(req.Spec.Name(), i.ID),
		Note:   bot.T("Both may be left out. Nothing is held against you."),
		Fields: []bot.Field{bot.FieldOf(req.Spec, "to", values["to"]...), bot.FieldOf(req.Spec, "reason", values["reason"]...)},
	}, nil
}

// declineCard tells who recruits for it that the actor cannot, and whom they propose.
func declineCard(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	i, on, err := theInterview(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	to := req.Args.Text("to")
	if to != "" && i.Sits(to) {
		return bot.Response{}, hiring.InvalidField("to", "They sit on %s already. Name somebody else, or nobody.", i.ID)
	}
	c, err := theCard(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	if c.State == hiring.CardDeclined && !c.Removed {
		return redraw(req, views.Declined, i.ID), nil
	}
	declined, err := c.Decline(req.Args.Text("reason"))
	if err != nil {
		return bot.Response{}, err
	}
	if declined, err = tx.SaveScorecard(ctx, declined); err != nil {
		return bot.Response{}, err
	}
	if err := tx.Audit(ctx, store.AuditEvent{Subject: i.ID, Fact: "scorecard_declined"}); err != nil {
		return bot.Response{}, err
	}
	for _, person := range nonEmpty(views.Recruits(tx.Snapshot(), on, i)) {
		err := tx.Send(ctx, bot.Message{
			To: bot.Recipient{Person: person}, View: bot.View{Name: views.CannotGive, Subject: i.ID, Args: []string{req.Actor.ID, to}},
			Key: fmt.Sprintf("cannot:%s:%s:%s:%d", i.ID, req.Actor.ID, person, declined.Version), Due: tx.Now().Add(outreachDelay),
			Why: "You get this because you recruit for " + i.Req + ".",
		})
		if err != nil {
			return bot.Response{}, err
		}
	}
	return redraw(req, views.Declined, i.ID), nil
}

// canAfterAll takes back that somebody cannot.
func canAfterAll(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	c, err := theCard(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	if !c.interview.Sits(req.Actor.ID) {
		return bot.Response{}, hiring.Errorf(hiring.Conflict, "Your seat on %s went to somebody else. Ask the recruiter to put you back on it.", c.interview.ID)
	}
	if c.State != hiring.CardDeclined {
		return redraw(req, views.Interview, c.interview.ID), nil
	}
	if !c.interview.State.On() {
		return bot.Response{}, c.CheckOpen(c.interview, tx.Now())
	}
	if _, err := tx.SaveScorecard(ctx, c.Ask(tx.CardDue(c.interview, req.Actor.ID))); err != nil {
		return bot.Response{}, err
	}
	if err := seatMessages(ctx, tx, c.interview, req.Actor.ID); err != nil {
		return bot.Response{}, err
	}
	return redraw(req, views.Interview, c.interview.ID, "Good: you are on it."), nil
}

// waiveCard has nobody wait for a scorecard any more. Its person can still give it.
func waiveCard(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	i, on, err := myInterview(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	s, err := panelCard(ctx, tx, i, req.Args.Text("from"))
	if err != nil {
		return bot.Response{}, err
	}
	if s, err = s.Waive(req.Actor.ID, req.Args.Text("reason")); err != nil {
		return bot.Response{}, err
	}
	if _, err := tx.SaveScorecard(ctx, s); err != nil {
		return bot.Response{}, err
	}
	if err := tellComplete(ctx, tx, i, on); err != nil {
		return bot.Response{}, err
	}
	done := fmt.Sprintf("Nobody waits for the scorecard of @%s any more. They can still give it.", nameOf(tx.Snapshot())(s.Person))
	return redraw(req, views.Interview, i.ID, done), recordInterview(ctx, tx, i, "scorecard_waived")
}
