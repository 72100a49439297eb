package commands

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// candidateMoves are what moves candidates, ends applications and tells how they ended.
func candidateMoves() []Command {
	return []Command{
		{
			Spec: bot.Spec{
				Noun: "candidate", Verb: "move",
				Summary:  "Move candidates to another stage",
				Params:   []bot.Param{candidatesParam(), {Name: "stage", Kind: AppStage, Required: true, Help: "Where to"}, forReq()},
				Examples: []string{"/candidate move C-7 interviewing", "/candidate move C-7 C-8 screening"},
			},
			Handle: moveCandidates, Suggest: suggestMove,
		},
		{
			Spec: bot.Spec{
				Noun: "candidate", Verb: "reject",
				Summary: "Reject candidates, with a reason that is about the job",
				Details: "The reasons are a setting of the company. You get a kind text to edit and copy; nobody is told by it.",
				Params: []bot.Param{
					candidatesParam(), {Name: "reason", Kind: rejectReason, Help: "A reason of the company's list"}, forReq(), whyParam("What else led to it, for the company alone"),
				},
				Examples: []string{"/candidate reject C-7", "/candidate reject C-7 depth below level"},
			},
			Handle: rejectCandidates, Suggest: suggestCandidate,
		},
		{
			Spec: bot.Spec{
				Noun: "candidate", Verb: "letter", Ack: bot.MayOpenForm, FromCard: true,
				Summary: "A kind text for a rejected candidate, to edit and copy",
				Params: []bot.Param{
					candidateParam(), forReq(), {Name: "reason", Label: "With the reason", Kind: bot.YesNo, Help: "Whether it tells the reason", Choices: yesNo},
					{Name: "text", Label: "Text for them", Kind: bot.LongText, KeyOnly: true, Required: true, Max: 2000, Help: "Edit it and copy it from here", Example: "Hello Meera, …"},
				},
				Examples: []string{"/candidate letter C-7"},
			},
			Form: letterForm, Handle: toldByLetter, Suggest: suggestCandidate,
		},
		{
			Spec: bot.Spec{
				Noun: "candidate", Verb: "withdraw",
				Summary: "A candidate wants no more", Params: []bot.Param{candidateParam(), forReq(), whyParam("Why, in their words")},
				Examples: []string{"/candidate withdraw C-7", "/candidate withdraw C-7 why:\"took another offer\""},
			},
			Handle: withdrawCandidate, Suggest: suggestCandidate,
		},
		{
			Spec: bot.Spec{
				Noun: "candidate", Verb: "told",
				Summary: "Mark that candidates had a word from us", Params: []bot.Param{candidatesParam(), forReq()},
				Examples: []string{"/candidate told C-7"},
			},
			Handle: toldCandidates, Suggest: suggestCandidate,
		},
		{
			Spec: bot.Spec{
				Noun: "candidate", Verb: "reopen", FromCard: true,
				Summary: "Take up somebody again who was rejected or withdrew", Params: []bot.Param{candidateParam(), forReq()},
				Examples: []string{"/candidate reopen C-7"},
			},
			Handle: reopenCandidate, Suggest: suggestCandidate,
		},
		{
			Spec: bot.Spec{
				Noun: "candidate", Verb: "apply", Ack: bot.MayOpenForm,
				Summary: "Have a candidate apply to a requisition, also to a second one",
				Params: []bot.Param{
					candidateParam(), {Name: "req", Label: "Requisition", Kind: whichReq, Required: true, Help: "To which requisition", Example: "R-12"},
					{Name: "stage", Kind: AppStage, Help: "Where they begin; screening if left out"},
				},
				Examples: []string{"/candidate apply C-7 R-12"},
			},
			Form: applyForm, Handle: applyCandidate, Suggest: suggestCandidate,
		},
		{
			Spec: bot.Spec{
				Noun: "candidate", Verb: "undo", FromCard: true,
				Summary:  "Undo what was done last to candidates, within ten minutes",
				Params:   []bot.Param{{Name: "was", Kind: appBefore, Repeated: true, KeyOnly: true, Help: "How they were before, as the card carries it"}, {Name: "asked", Kind: askedKey, Repeated: true, KeyOnly: true, Help: "Which scorecards were asked for, as the card carries it"}},
				Examples: []string{"/candidate undo"},
			},
			Handle: undoCandidates,
		},
	}
}

// appsNamed returns the applications of the candidates that a request names, each with its candidate, in
// the order of their numbers.
func appsNamed(ctx context.Context, tx *store.Tx, req bot.Request) ([]hiring.Application, error) {
	var apps []hiring.Application
	for _, name := range bot.AllArgs[string](req.Args, "candidate") {
		c, err := candidateNamed(ctx, tx, req, name)
		if err != nil {
			return nil, err
		}
		a, err := theApp(ctx, tx, req, c)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(apps, func(x hiring.Application) bool { return x.ID == a.ID }) {
			apps = append(apps, a)
		}
	}
	if len(apps) > maxTogether {
		return nil, hiring.InvalidField("candidate", "These are %d candidates; at most %d go at once.", len(apps), maxTogether)
	}
	return apps, nil
}

// maxTogether is how many candidates can be acted on at once: a page of choices.
const maxTogether = 25

// suggestMove suggests the stages to which all of the named candidates can move now; where they are not
// yet known, every stage.
func suggestMove(ctx context.Context, tx *store.Tx, req bot.Request, param, prefix string) ([]bot.Choice, error) {
	if param != "stage" || len(bot.AllArgs[string](req.Args, "candidate")) == 0 {
		return suggestCandidate(ctx, tx, req, param, prefix)
	}
	apps, err := appsNamed(ctx, tx, req)
	if err != nil {
		if bot.ErrorCode(err) == bot.CodeInternal {
			return nil, err
		}
		return nil, nil // which candidates are meant is for the command itself to ask
	}
	stages := []bot.Choice{}
	for _, to := range hiring.AppStages {
		title := hiring.AppStageTitle(to)
		if slices.ContainsFunc(apps, func(a hiring.Application) bool { return !canReach(a, to) }) || prefix != "" && !bot.Begins([]string{title, string(to)}, prefix) {
			continue
		}
		stages = append(stages, bot.Choice{Label: title, Value: string(to)})
	}
	return stages, nil
}

// canReach tells whether an application can be moved to a stage, be it by way of another one.
func canReach(a hiring.Application, to hiring.AppStage) bool {
	return a.CanMove(to) || a.Stage == hiring.AppInterviewing && to == hiring.AppOffer
}

func moveCandidates(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	apps, err := appsNamed(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	to := bot.ArgOr(req.Args, "stage", hiring.AppStage(""))
	switch {
	case to == hiring.AppRejected:
		return rejectNamed(ctx, tx, req, apps, "")
	case len(apps) > 1:
		return askFirst(ctx, tx, views.Together{Act: views.ActMove, Stage: to}, apps)
	}
	a := apps[0]
	if a.Stage == to {
		return redraw(req, views.Candidate, a.Candidate, fmt.Sprintf("%s is there already: %s.", a.Candidate, strings.ToLower(hiring.AppStageTitle(to)))), nil
	}
	moved, told, err := moveApp(ctx, tx, req.Actor, a, to, "", "")
	if err != nil {
		return bot.Response{}, err
	}
	undo, err := keepUndo(ctx, tx, wasApp(a, moved))
	words := fmt.Sprintf("%s → %s.", a.Candidate, strings.ToLower(hiring.AppStageTitle(to)))
	if told {
		words += " Recruiter told."
	}
	return redraw(req, views.Candidate, a.Candidate, words, undo), err
}

// moveApp moves one application, and tells whether its recruiter gets to know of it, which is after a
// minute where somebody else moved it. From the interviews an offer is reached by way of the debrief.
func moveApp(ctx context.Context, tx *store.Tx, by bot.Actor, a hiring.Application, to hiring.AppStage, reason, why string) (hiring.Application, bool, error) {
	if err := stillOpen(ctx, tx, a.Req, !a.Active() && to.Active()); err != nil {
		return a, false, err
	}
	path := []hiring.AppStage{to}
	if a.Stage == hiring.AppInterviewing && to == hiring.AppOffer {
		path = []hiring.AppStage{hiring.AppDebrief, hiring.AppOffer}
	}
	moved := a
	var err error
	for _, stage := range path {
		if moved, err = moved.Move(stage, reason, why, tx.Now()); err != nil {
			return a, false, err
		}
	}
	if moved, err = saveApp(ctx, tx, moved, "moved them"); err != nil {
		return a, false, err
	}
	told, err := tellOfMove(ctx, tx, by, moved)
	return moved, told, err
}

// tellOfMove tells the recruiter of a requisition of a move by somebody else.
func tellOfMove(ctx context.Context, tx *store.Tx, by bot.Actor, a hiring.Application) (bool, error) {
	r, err := tx.Requisition(ctx, a.Req)
	if err != nil || r.Recruiter == "" || r.Recruiter == by.ID {
		return false, err
	}
	err = tx.Send(ctx, bot.Message{
		To:   bot.Recipient{Person: r.Recruiter},
		View: bot.View{Name: views.CandidateMoved, Subject: a.Candidate, Args: []string{a.ID, by.ID, string(a.Stage)}},
		Key:  fmt.Sprintf("moved:%s:%d", a.ID, a.Version), Due: tx.Now().Add(outreachDelay),
		Why: "You get this because you recruit for " + r.ID + ".",
	})
	return true, err
}

func rejectCandidates(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	apps, err := appsNamed(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	return rejectNamed(ctx, tx, req, apps, req.Args.Text("reason"))
}

// rejectNamed rejects one application for a reason, and asks first about several. Without a reason it asks
// for that.
func rejectNamed(ctx context.Context, tx *store.Tx, req bot.Request, apps []hiring.Application, text string) (bot.Response, error) {
	for _, a := range apps {
		if err := can(a, views.Together{Act: views.ActReject}); err != nil {
			return bot.Response{}, err
		}
	}
	if text == "" {
		return askWhy(ctx, tx, req, apps)
	}
	reason, err := reasonOf(tx.Snapshot(), text)
	if err != nil {
		return bot.Response{}, err
	}
	if len(apps) > 1 {
		return askFirst(ctx, tx, views.Together{Act: views.ActReject, Reason: reason}, apps)
	}
	a := apps[0]
	moved, _, err := moveApp(ctx, tx, req.Actor, a, hiring.AppRejected, reason, req.Args.Text("why"))
	if err != nil {
		return bot.Response{}, err
	}
	undo, err := keepUndo(ctx, tx, wasApp(a, moved))
	return redraw(req, views.Rejected, a.Candidate, a.Req, undo), err
}

// letterForm holds the text for a rejected candidate, to be edited and copied from there.
func letterForm(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
	c, err := theCandidate(ctx, tx, req)
	if err != nil {
		return bot.Form{}, err
	}
	a, err := theApp(ctx, tx, req, c)
	if err != nil {
		return bot.Form{}, err
	}
	if a.Stage != hiring.AppRejected {
		return bot.Form{}, hiring.Errorf(hiring.Conflict, "%s was not rejected for %s, so there is nothing of it to tell.", c.ID, a.Req)
	}
	r, err := tx.Requisition(ctx, a.Req)
	if err != nil {
		return bot.Form{}, err
	}
	with, _ := bot.Arg[bool](req.Args, "reason")
	text, err := views.RejectionFor(ctx, tx, req.Actor, c, a, r, with)
	if err != nil {
		return bot.Form{}, err
	}
	return bot.Form{
		Title: "Text for " + c.ID, Submit: "Mark told", Call: bot.Do("candidate.letter", c.ID, a.Req),
		Note:   bot.T("Edit it, and copy it from here into your own message. Nobody sends it for you. “Mark told” says that you did."),
		Fields: []bot.Field{bot.FieldOf(req.Spec, "text", text)},
	}, nil
}

func toldByLetter(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	c, err := theCandidate(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	a, err := theApp(ctx, tx, req, c)
	if err != nil {
		return bot.Response{}, err
	}
	return tellApp(ctx, tx, req, a)
}

func withdrawCandidate(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	c, err := theCandidate(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	a, err := theApp(ctx, tx, req, c)
	if err != nil {
		return bot.Response{}, err
	}
	moved, _, err := moveApp(ctx, tx, req.Actor, a, hiring.AppWithdrawn, "Withdrew", req.Args.Text("why"))
	if err != nil {
		return bot.Response{}, err
	}
	undo, err := keepUndo(ctx, tx, wasApp(a, moved))
	return redraw(req, views.Candidate, c.ID, c.ID+" has withdrawn from "+a.Req+".", undo), err
}

func toldCandidates(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	apps, err := appsNamed(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	if len(apps) > 1 {
		return askFirst(ctx, tx, views.Together{Act: views.ActTold}, apps)
	}
	return tellApp(ctx, tx, req, apps[0])
}

func tellApp(ctx context.Context, tx *store.Tx, req bot.Request, a hiring.Application) (bot.Response, error) {
	told, err := saveApp(ctx, tx, a.Told(tx.Now()), "told them")
	if err != nil {
		return bot.Response{}, err
	}
	undo, err := keepUndo(ctx, tx, wasApp(a, told))
	return redraw(req, views.Candidate, a.Candidate, "On record: "+a.Candidate+" had a word from us now.", undo), err
}

func reopenCandidate(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	c, err := theCandidate(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	a, err := theApp(ctx, tx, req, c)
	if err != nil {
		return bot.Response{}, err
	}
	if a.LastStage == "" {
		return bot.Response{}, hiring.Errorf(hiring.Conflict, "There is nothing to reopen: %s is %s for %s.", c.ID, stageIs(a.Stage), a.Req)
	}
	moved, _, err := moveApp(ctx, tx, req.Actor, a, a.LastStage, "", "")
	if err != nil {
		return bot.Response{}, err
	}
	undo, err := keepUndo(ctx, tx, wasApp(a, moved))
	return redraw(req, views.Candidate, c.ID, fmt.Sprintf("%s is back %s.", c.ID, stageWords(moved.Stage)), undo), err
}

// stageIs says a stage in a sentence.
func stageIs(s hiring.AppStage) string {
	return "“" + strings.ToLower(hiring.AppStageTitle(s)) + "”"
}

func applyForm(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
	name := req.Args.Text("candidate")
	form := bot.Form{Title: "Apply to a requisition", Submit: "Apply", Call: bot.Do("candidate.apply", name)}
	if name == "" {
		form.Fields = append(form.Fields, bot.FieldOf(req.Spec, "candidate"))
	}
	field, err := offerReqs(ctx, tx, req, bot.FieldOf(req.Spec, "req", nonEmpty(req.Args.Text("req"))...))
	form.Fields = append(form.Fields, field)
	return form, err
}

func applyCandidate(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	c, err := myCandidate(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	r, err := reqToApply(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	a, err := applyTo(ctx, tx, c, r, bot.ArgOr(req.Args, "stage", hiring.AppScreening), req.Actor.ID)
	if err != nil {
		return bot.Response{}, err
	}
	undo, err := keepUndo(ctx, tx, appWas{App: a.ID, Version: a.Version, Stage: hiring.AppWithdrawn, LastStage: a.Stage, StageSince: tx.Now(), EndedAt: tx.Now(), Reason: "Added by mistake"})
	return redraw(req, views.Candidate, c.ID, c.ID+" applies to "+r.ID+".", undo), err
}
