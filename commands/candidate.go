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

func candidateParam() bot.Param {
	return bot.Param{Name: "candidate", Kind: CandidateRef, Required: true, Help: "Which candidate, by number or a part of their name", Example: "C-7"}
}

// candidatesParam takes several references, or one name.
func candidatesParam() bot.Param {
	return bot.Param{Name: "candidate", Kind: CandidateRef, Required: true, Repeated: true, Help: "Which candidates, by number, or one by name", Example: "C-7"}
}

func forReq() bot.Param {
	return bot.Param{Name: "req", Label: "Requisition", Kind: whichReq, Help: "For which requisition, where they apply to several", Example: "R-12"}
}

func whyParam(help string) bot.Param {
	return bot.Param{Name: "why", Kind: bot.PlainText, KeyOnly: true, Max: hiring.MaxReason, Help: help}
}

func candidateCommands() []Command {
	return slices.Concat(candidateLooks(), candidateEdits(), candidateMoves(), candidateBulk(), debriefCommands(), findCommands())
}

// candidateLooks are what shows candidates.
func candidateLooks() []Command {
	which := candidateParam()
	which.Required, which.Help = false, "Which candidate, by number or a part of their name; all if left out"
	return []Command{
		{
			Spec: bot.Spec{
				Noun: "candidate", Verb: "show", Default: true, Reads: true,
				Summary: "One candidate, with what you may do next", Params: []bot.Param{which},
				Examples: []string{"/candidate C-7", "/candidate show meera", "/candidate"},
			},
			Handle: func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
				name := req.Args.Text("candidate")
				if name == "" {
					return redraw(req, views.CandidateList, ""), nil
				}
				if strings.HasPrefix(name, "C-") {
					return redraw(req, views.Candidate, name), nil // its view says whether they exist for them
				}
				c, err := theCandidate(ctx, tx, req)
				return redraw(req, views.Candidate, c.ID), err
			},
			Suggest: suggestCandidate,
		},
		{
			Spec: bot.Spec{
				Noun: "candidate", Verb: "list", Reads: true,
				Summary: "Candidates: those you work on, of a requisition, or in one stage",
				Params: []bot.Param{
					forReq(),
					{Name: "stage", Kind: listedStage, Help: "Yours, the latest, or only those in one stage", Choices: listedStages()},
					{Name: "after", Kind: appID, KeyOnly: true, Help: "Go on after this one"},
				},
				Examples: []string{"/candidate list", "/candidate list R-12 screening", "/candidate list latest"},
			},
			Handle: func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
				id := req.Args.Text("req")
				if id != "" {
					if _, _, _, err := views.ReqFor(ctx, tx, req.Actor, id); err != nil {
						return bot.Response{}, err
					}
				}
				return redraw(req, views.CandidateList, "", id, req.Args.Text("stage"), req.Args.Text("after")), nil
			},
			Suggest: suggestReqOfCandidate,
		},
		{
			Spec: bot.Spec{
				Noun: "candidate", Verb: "resume", FromCard: true,
				Summary: "Their résumé, to your direct messages", Params: []bot.Param{candidateParam()},
				Examples: []string{"/candidate resume C-7"},
			},
			Handle: sendCandidateResume, Suggest: suggestCandidate,
		},
	}
}

// appID reads the id of an application, as a page's button carries it.
var appID = &bot.Kind{
	Name: "application", Example: "AP-7",
	Parse: func(_ bot.Reading, text string) (any, error) { return text, nil },
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Wire: 12,
}

// theCandidate returns the candidate that a request names: by reference, or by a part of their name
// among those that this person may see. Several matches are offered.
func theCandidate(ctx context.Context, tx *store.Tx, req bot.Request) (hiring.Candidate, error) {
	return candidateNamed(ctx, tx, req, req.Args.Text("candidate"))
}

func candidateNamed(ctx context.Context, tx *store.Tx, req bot.Request, name string) (hiring.Candidate, error) {
	if strings.HasPrefix(name, "C-") {
		return views.CandidateFor(ctx, tx, req.Actor, name)
	}
	found, err := tx.CandidatesNamed(ctx, name, views.CandidateViewer(req.Actor), maxFound)
	if err != nil {
		return hiring.Candidate{}, err
	}
	switch len(found) {
	case 0:
		return hiring.Candidate{}, views.NoCandidate("“" + name + "”")
	case 1:
		return found[0], nil
	}
	return hiring.Candidate{}, bot.Invalidf("candidate", "“%s” fits several candidates. Which one?", name).Offering(views.CandidateChoices(found))
}

// myCandidate is theCandidate for somebody who may change what is known of them. Who merely sits on an
// interview is told whom to ask.
func myCandidate(ctx context.Context, tx *store.Tx, req bot.Request) (hiring.Candidate, error) {
	c, err := theCandidate(ctx, tx, req)
	if err != nil {
		return c, err
	}
	on, err := tx.CandidateSubject(ctx, c.ID)
	if err != nil {
		return c, err
	}
	if !hiring.May(views.Actor(req.Actor), hiring.ChangeCandidate, on) {
		return c, notYours(tx, c.ID)
	}
	return c, nil
}

// notYours tells a member of a panel who works on a candidate.
func notYours(tx *store.Tx, id string) error {
	ask := ""
	if recruiters := tx.Snapshot().PeopleWith(hiring.Recruiter); len(recruiters) > 0 {
		ask = " Ask @" + recruiters[0].Name + "."
	}
	return hiring.Errorf(hiring.NotAllowed, "%s is for the recruiter and the hiring manager to work on.%s", id, ask)
}

// theApp returns the application that a request is about: the one named by its requisition, the only
// one, or the only one on which somebody works. Of several, the requisitions are offered.
func theApp(ctx context.Context, tx *store.Tx, req bot.Request, c hiring.Candidate) (hiring.Application, error) {
	apps, err := tx.ApplicationsOf(ctx, c.ID, views.CandidateViewer(req.Actor))
	if err != nil {
		return hiring.Application{}, err
	}
	if id := req.Args.Text("req"); id != "" {
		at := slices.IndexFunc(apps, func(a hiring.Application) bool { return a.Req == id })
		if at < 0 {
			return hiring.Application{}, views.NoApplication(c.ID, id)
		}
		return apps[at], nil
	}
	active := slices.DeleteFunc(slices.Clone(apps), func(a hiring.Application) bool { return !a.Active() })
	switch {
	case len(apps) == 1:
		return apps[0], nil
	case len(active) == 1:
		return active[0], nil
	case len(apps) == 0:
		on, err := tx.CandidateSubject(ctx, c.ID)
		if err == nil && !hiring.May(views.Actor(req.Actor), hiring.ChangeCandidate, on) {
			err = notYours(tx, c.ID)
		}
		if err == nil {
			err = views.NoApplication(c.ID, "")
		}
		return hiring.Application{}, err
	}
	if len(active) > 0 {
		apps = active
	}
	choices := make([]bot.Choice, 0, len(apps))
	for _, a := range apps {
		choices = append(choices, bot.Choice{Label: a.Req, Value: a.Req, Hint: hiring.AppStageTitle(a.Stage)})
	}
	return hiring.Application{}, bot.Invalidf("req", "%s applies to several. For which requisition?", c.ID).Offering(choices)
}

// suggestCandidate suggests candidates, the newest first, and open requisitions.
func suggestCandidate(ctx context.Context, tx *store.Tx, req bot.Request, param, prefix string) ([]bot.Choice, error) {
	if param != "candidate" {
		return suggestReqOfCandidate(ctx, tx, req, param, prefix)
	}
	found, err := tx.CandidatesNamed(ctx, prefix, views.CandidateViewer(req.Actor), maxFound)
	return views.CandidateChoices(found), err
}

// suggestReqOfCandidate suggests requisitions for which this person works on candidates.
func suggestReqOfCandidate(ctx context.Context, tx *store.Tx, req bot.Request, param, prefix string) ([]bot.Choice, error) {
	if param != "req" {
		return nil, nil
	}
	if slices.Contains([]string{"add", "another", "refer", "apply"}, req.Spec.Verb) {
		found, err := takingReqs(ctx, tx, req, prefix, maxFound)
		return reqChoices(tx, found), err
	}
	return reqsFor(ctx, tx, req.Actor, hiring.SeeApplication, store.ReqFilter{
		Viewer: views.ReqViewer(req.Actor), Search: prefix, Limit: maxFound, States: []hiring.ReqState{hiring.ReqOpen, hiring.ReqOnHold, hiring.ReqFilled},
	})
}

// takingReqs returns the requisitions that take new candidates and to which this person may add somebody;
// to refer somebody, all that they may see. The newest are first.
func takingReqs(ctx context.Context, tx *store.Tx, req bot.Request, prefix string, limit int) ([]hiring.Requisition, error) {
	filter := store.ReqFilter{Viewer: views.ReqViewer(req.Actor), Search: prefix, Limit: limit, States: []hiring.ReqState{hiring.ReqOpen, hiring.ReqOnHold}}
	refers := req.Spec.Verb == "refer"
	if who := views.Actor(req.Actor); !refers && !who.Has(hiring.Recruiter) {
		filter.Member = req.Actor.ID // others add to their own alone
	}
	found, err := tx.Requisitions(ctx, filter)
	if err != nil || refers {
		return found, err
	}
	return slices.DeleteFunc(found, func(r hiring.Requisition) bool {
		return !hiring.May(views.Actor(req.Actor), hiring.AddCandidate, hiring.Subject{Req: &r})
	}), nil
}

// maxOffered is how many records a field of a form chooses from: more than any platform shows at once, so
// that a platform which can look them up does.
const maxOffered = 101

// openChoices are reqChoices for a form, whose requisitions are open unless it says otherwise.
func openChoices(tx *store.Tx, reqs []hiring.Requisition) []bot.Choice {
	choices := reqChoices(tx, reqs)
	for at, r := range reqs {
		if r.State == hiring.ReqOpen {
			choices[at].Hint = ""
		}
	}
	return choices
}

// offerReqs makes a choice of the field for a requisition, with the one there is filled in.
func offerReqs(ctx context.Context, tx *store.Tx, req bot.Request, f bot.Field) (bot.Field, error) {
	found, err := takingReqs(ctx, tx, req, "", maxOffered)
	if err != nil || len(found) == 0 {
		return f, err
	}
	f.Input, f.Choices = bot.InputChoice, openChoices(tx, found)
	if len(f.Value) == 0 && len(found) == 1 {
		f.Value = []string{found[0].ID}
	}
	return f, nil
}

func sendCandidateResume(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	c, err := theCandidate(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	if c.Resume == "" {
		return bot.Response{}, hiring.Errorf(hiring.NotFound, "There is no résumé of %s. Whoever works on them can add one with /candidate edit %s.", c.ID, c.ID)
	}
	return sendToSelf(ctx, tx, req, views.CandidateResume, c.ID, views.FileSent, "You asked for this résumé.")
}

// sendToSelf sends a view to the direct messages of whoever asks, and answers with the view said.
func sendToSelf(ctx context.Context, tx *store.Tx, req bot.Request, view, subject, said, why string, args ...string) (bot.Response, error) {
	err := tx.Send(ctx, bot.Message{
		To: bot.Recipient{Person: req.Actor.ID}, View: bot.View{Name: view, Subject: subject, Args: args}, Key: view + ":" + req.ID, Why: why,
	})
	return show(said, ""), err
}
