package commands

import (
	"context"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// debriefCommands show what a panel says of a candidate.
func debriefCommands() []Command {
	reason := bot.Param{Name: "reason", Kind: bot.PlainText, KeyOnly: true, Required: true, Max: hiring.MaxReason, Help: "Why you do not wait; the panel reads it", Example: "the candidate has another offer until Friday"}
	return []Command{
		{
			Spec: bot.Spec{
				Noun: "candidate", Verb: "debrief", Reads: true,
				Summary:  "What the panel says of a candidate, side by side",
				Params:   []bot.Param{candidateParam(), forReq()},
				Examples: []string{"/candidate debrief C-7", "/candidate debrief C-7 R-12"},
			},
			Handle: func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
				c, err := theCandidate(ctx, tx, req)
				return redraw(req, views.Debrief, c.ID, req.Args.Text("req")), err
			},
			Suggest: suggestCandidate,
		},
		{
			Spec: bot.Spec{
				Noun: "candidate", Verb: "early", Ack: bot.MayOpenForm, FromCard: true,
				Summary: "Read scorecards before all are in, with a reason", Params: []bot.Param{candidateParam(), forReq(), reason},
				Examples: []string{"/candidate early C-7 reason:\"another offer until Friday\""},
			},
			Form: earlyDebriefForm, Handle: readEarly, Suggest: suggestCandidate,
		},
		{
			Spec: bot.Spec{
				Noun: "candidate", Verb: "picture", FromCard: true,
				Summary: "The debrief as a picture, in your direct messages", Params: []bot.Param{candidateParam(), forReq()},
				Examples: []string{"/candidate picture C-7"},
			},
			Handle: func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
				c, d, err := debriefOf(ctx, tx, req)
				if err != nil {
					return bot.Response{}, err
				}
				if !views.SeesDebrief(req.Actor, d) || len(d.People) == 0 {
					return redraw(req, views.Debrief, c.ID, d.Application.Req), nil
				}
				return sendToSelf(ctx, tx, req, views.DebriefPictured, c.ID, views.PictureSent, "You asked for this picture with /candidate debrief.", d.Application.Req)
			},
			Suggest: suggestCandidate,
		},
	}
}

func debriefOf(ctx context.Context, tx *store.Tx, req bot.Request) (hiring.Candidate, store.Debriefing, error) {
	c, err := theCandidate(ctx, tx, req)
	if err != nil {
		return c, store.Debriefing{}, err
	}
	return views.DebriefFor(ctx, tx, req.Actor, c.ID, req.Args.Text("req"))
}

func earlyDebriefForm(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
	c, d, err := debriefOf(ctx, tx, req)
	if err != nil {
		return bot.Form{}, err
	}
	if err := checkEarly(c, d); err != nil {
		return bot.Form{}, err
	}
	return bot.Form{
		Title: "Read before all are in", Submit: "Read now", Call: bot.Do("candidate.early", c.ID, d.Application.Req),
		Note:   bot.T("Who reads the others before all are in may sway the rest. Say why; it is on the record, and the panel reads it."),
		Fields: []bot.Field{bot.FieldOf(req.Spec, "reason", nonEmpty(req.Args.Text("reason"))...)},
	}, nil
}

// checkEarly refuses to read early where there is nothing to read so, or not for this person.
func checkEarly(c hiring.Candidate, d store.Debriefing) error {
	switch d.Sight {
	case hiring.SightReason:
		return nil
	case hiring.SightAll:
		return hiring.Errorf(hiring.Conflict, "You can read all of it without a reason: /candidate debrief %s", c.ID)
	default:
		return hiring.Errorf(hiring.NotAllowed, "You sit on the panel: submit your own scorecard first. /candidate debrief %s tells how many are in.", c.ID)
	}
}

// readEarly puts on record who opens scorecards before all are in, and why, and shows them.
func readEarly(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	c, d, err := debriefOf(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	if err := checkEarly(c, d); err != nil {
		return bot.Response{}, err
	}
	reason := strings.TrimSpace(req.Args.Text("reason"))
	early := map[string]bool{}
	for _, seat := range d.Open {
		early[seat.Interview] = true
	}
	for interview := range early {
		if err := tx.RecordLook(ctx, d.Application.ID, hiring.CardLook{Interview: interview, Early: true, Reason: reason}); err != nil {
			return bot.Response{}, err
		}
	}
	if err := tx.Audit(ctx, store.AuditEvent{Subject: c.ID, Fact: "scorecards_opened_early"}); err != nil {
		return bot.Response{}, err
	}
	return redraw(req, views.Debrief, c.ID, d.Application.Req, "On record, with your reason. The panel is shown it."), tx.Refresh(ctx, c.ID)
}

// findCommands look for something by its name.
func findCommands() []Command {
	return []Command{{
		Spec: bot.Spec{
			Noun: "hire", Verb: "find", Reads: true,
			Summary:  "Find candidates, requisitions, interviews and people by name",
			Params:   []bot.Param{{Name: "text", Label: "Name", Kind: bot.PlainText, Required: true, Max: 80, Help: "A part of a name, or a reference", Example: "meera"}},
			Examples: []string{"/hire find meera"},
		},
		Handle: func(_ context.Context, _ *store.Tx, req bot.Request) (bot.Response, error) {
			return redraw(req, views.Found, strings.TrimSpace(req.Args.Text("text"))), nil
		},
	}}
}
