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

// candidateBulk are acts on several candidates at once: chosen in a form, confirmed once, undone once.
func candidateBulk() []Command {
	acts := []bot.Choice{
		{Label: "Move to another stage", Value: views.ActMove}, {Label: "Reject with one reason", Value: views.ActReject},
		{Label: "Ask for their scorecards", Value: views.ActAsk}, {Label: "Mark as told", Value: views.ActTold},
	}
	act := bot.Param{Name: "act", Label: "What to do", Kind: togetherAct, Required: true, KeyOnly: true, Help: "With all of them", Choices: acts}
	stage := bot.Param{Name: "stage", Label: "Where to", Kind: AppStage, KeyOnly: true, Help: "Where they are moved to"}
	reason := bot.Param{Name: "reason", Kind: rejectReason, KeyOnly: true, Help: "A reason of the company's list"}
	return []Command{
		{
			Spec: bot.Spec{
				Noun: "candidate", Verb: "several", Ack: bot.MayOpenForm,
				Summary: "Move, reject or ask about several candidates at once",
				Params: []bot.Param{
					forReq(),
					{Name: "in", Label: "Which list", Kind: listedStage, Help: "Only yours, or those in one stage", Choices: severalLists()},
					{Name: "after", Kind: appID, KeyOnly: true, Help: "Go on after this one of the list"},
					{Name: "who", Label: "Which candidates", Kind: chosenApp, Required: true, Repeated: true, KeyOnly: true, Input: bot.InputChoices, Help: "All that it is about"},
					act, stage, reason,
				},
				Examples: []string{"/candidate several R-12", "/candidate several R-12 screening"},
			},
			Form: severalForm, Handle: several, Suggest: suggestReqOfCandidate,
		},
		{
			Spec: bot.Spec{
				Noun: "candidate", Verb: "together", FromCard: true,
				Summary: "Do to several candidates what was confirmed",
				Params: []bot.Param{
					{Name: "who", Label: "Which candidates", Kind: appID, Required: true, Repeated: true, KeyOnly: true, Help: "As the card carries it"},
					act, stage, reason,
				},
				Examples: []string{"/candidate together who:AP-7,AP-9 act:told"},
			},
			Handle: together,
		},
		{
			Spec: bot.Spec{
				Noun: "candidate", Verb: "ask",
				Summary: "Ask the panel for the scorecards that are not in", Params: []bot.Param{candidatesParam(), forReq()},
				Examples: []string{"/candidate ask C-7"},
			},
			Handle: func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
				apps, err := appsNamed(ctx, tx, req)
				if err != nil {
					return bot.Response{}, err
				}
				if len(apps) > 1 {
					return askFirst(ctx, tx, views.Together{Act: views.ActAsk}, apps)
				}
				keys, err := askForCards(ctx, tx, req, apps[0])
				if err != nil {
					return bot.Response{}, err
				}
				return doneAsking(ctx, tx, req, keys, apps[0].Req)
			},
			Suggest: suggestCandidate,
		},
	}
}

// chosenApp is an application as a form offers it. It stands on no button: of several, only few would fit.
var chosenApp = &bot.Kind{Name: appID.Name, Example: appID.Example, Parse: appID.Parse, Print: appID.Print, Option: appID.Option}

var togetherAct = &bot.Kind{
	Name: "act", Example: "move",
	Parse: func(_ bot.Reading, text string) (any, error) { return text, nil },
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Wire: len(views.ActReject),
}

func scorecards(n int) string {
	if n == 1 {
		return "1 scorecard"
	}
	return fmt.Sprintf("%d scorecards", n)
}

// severalLists are the lists of which several can be taken at once: of those on whom somebody works.
func severalLists() []bot.Choice {
	return slices.DeleteFunc(listedStages(), func(c bot.Choice) bool {
		return c.Value != views.MineOnly && !slices.Contains(views.ActiveStages(), hiring.AppStage(c.Value))
	})
}

// severalForm offers the candidates on whom this person works, a page of them at a time: those of one
// requisition or of one stage where that is named.
func severalForm(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
	id, in, after := req.Args.Text("req"), req.Args.Text("in"), req.Args.Text("after")
	filter := store.AppFilter{Viewer: views.CandidateViewer(req.Actor), Req: id, Stages: views.ActiveStages(), Mine: in == views.MineOnly, After: after, Limit: maxTogether + 1}
	if in != "" && in != views.MineOnly {
		filter.Stages = []hiring.AppStage{hiring.AppStage(in)}
	}
	apps, err := tx.Applications(ctx, filter)
	if err != nil {
		return bot.Form{}, err
	}
	if len(apps) == 0 {
		return bot.Form{}, hiring.Errorf(hiring.NotFound, "There is no candidate there on whom you work. /candidate list shows those whom there are, and /candidate add adds one.")
	}
	note := bot.T("You are asked once before anything happens.")
	if len(apps) > maxTogether {
		apps = apps[:maxTogether]
		next := strings.Join(strings.Fields("/candidate several "+id+" "+in+" after:"+apps[len(apps)-1].ID), " ")
		note = bot.Join(bot.Tf("These are %d; there are more. The next: ", maxTogether), bot.C(next), bot.T(". "), note)
	}
	names := make([]string, 0, len(apps))
	for _, a := range apps {
		names = append(names, a.Candidate)
	}
	people, err := tx.CandidatesByID(ctx, names)
	if err != nil {
		return bot.Form{}, err
	}
	values := bot.ValuesOf(req.Spec, req.Args)
	form := bot.Form{Title: "Several candidates", Submit: "Go on", Call: bot.Do("candidate.several", id, in, after), Note: note}
	for _, name := range []string{"who", "act", "stage", "reason"} {
		field := bot.FieldOf(req.Spec, name, values[name]...)
		switch name {
		case "who":
			for _, a := range apps {
				field.Choices = append(field.Choices, bot.Choice{Label: a.Candidate + " " + people[a.Candidate].Name, Value: a.ID, Hint: a.Req + " · " + hiring.AppStageTitle(a.Stage)})
			}
		case "stage":
			field.Input = bot.InputChoice
			for _, s := range views.ActiveStages() {
				field.Choices = append(field.Choices, bot.Choice{Label: hiring.AppStageTitle(s), Value: string(s)})
			}
		case "reason":
			field.Input = bot.InputChoice
			for _, w := range tx.Snapshot().Words(store.ReasonWords) {
				field.Choices = append(field.Choices, bot.Choice{Label: w.Label, Value: w.Value})
			}
		}
		form.Fields = append(form.Fields, field)
	}
	return form, nil
}

// togetherOf reads what is to be done with several.
func togetherOf(tx *store.Tx, req bot.Request) (views.Together, error) {
	t := views.Together{Act: req.Args.Text("act"), Stage: bot.ArgOr(req.Args, "stage", hiring.AppStage(""))}
	switch t.Act {
	case views.ActMove:
		if t.Stage == "" {
			return t, hiring.InvalidField("stage", "Say where they are moved to, like interviewing.")
		}
		if t.Stage == hiring.AppRejected {
			return t, hiring.InvalidField("act", "Choose “Reject with one reason” to reject them.")
		}
	case views.ActReject:
		reason, err := reasonOf(tx.Snapshot(), req.Args.Text("reason"))
		if err != nil {
			return t, err
		}
		t.Reason = reason
	}
	return t, nil
}

// chosen returns the applications of a form or a draft that this person works on.
func chosen(ctx context.Context, tx *store.Tx, req bot.Request) ([]hiring.Application, error) {
	var apps []hiring.Application
	for _, id := range bot.AllArgs[string](req.Args, "who") {
		a, err := tx.Application(ctx, id)
		if hiring.ErrorCode(err) == hiring.NotFound {
			return nil, views.NoApplication("Somebody", "")
		}
		if err != nil {
			return nil, err
		}
		if _, a, _, err = views.AppFor(ctx, tx, req.Actor, a.Candidate, a.ID); err != nil {
			return nil, err
		}
		apps = append(apps, a)
	}
	if len(apps) > maxTogether {
		return nil, hiring.InvalidField("who", "These are %d candidates; at most %d go at once.", len(apps), maxTogether)
	}
	return apps, nil
}

func several(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	t, err := togetherOf(tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	apps, err := chosen(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	return askFirst(ctx, tx, t, apps)
}

// askWhy asks for the reason for which candidates are rejected. That of several is the confirmation too.
func askWhy(ctx context.Context, tx *store.Tx, req bot.Request, apps []hiring.Application) (bot.Response, error) {
	if len(apps) == 1 {
		return redraw(req, views.RejectWhy, apps[0].Candidate, apps[0].Req), nil
	}
	return askFirst(ctx, tx, views.Together{Act: views.ActReject}, apps)
}

// askFirst shows who it is about, with one button that does it. What cannot be done to one of them is
// said before; who is where they would be moved to stays out of it.
func askFirst(ctx context.Context, tx *store.Tx, t views.Together, apps []hiring.Application) (bot.Response, error) {
	words := t.String()
	if t.Act == views.ActMove {
		all := apps
		if apps = slices.DeleteFunc(slices.Clone(all), func(a hiring.Application) bool { return a.Stage == t.Stage }); len(apps) == 0 {
			return bot.Response{}, hiring.Errorf(hiring.Conflict, "All of them are there already: %s.", strings.ToLower(hiring.AppStageTitle(t.Stage)))
		}
		for _, a := range all {
			if a.Stage == t.Stage {
				words += "; " + a.Candidate + " is there already"
			}
		}
	}
	values := bot.Values{"act": {t.Act}}
	if t.Stage != "" {
		values["stage"] = []string{string(t.Stage)}
	}
	if t.Reason != "" {
		values["reason"] = []string{store.ReasonCode(t.Reason)}
	}
	var pairs []string
	for _, a := range apps {
		if err := can(a, t); err != nil {
			return bot.Response{}, err
		}
		values["who"] = append(values["who"], a.ID)
		pairs = append(pairs, a.Candidate+"/"+a.Req)
	}
	kept, err := setAside(ctx, tx, "candidate.together", values)
	return show(views.CandidateSure, "", words, strings.Join(pairs, ","), kept, t.Button(len(apps))), err
}

// can returns why something cannot be done to an application, nil where it can.
func can(a hiring.Application, t views.Together) error {
	to := t.Stage
	switch t.Act {
	case views.ActReject:
		to = hiring.AppRejected
	case views.ActMove:
	default:
		return nil
	}
	if a.CanMove(to) || a.Stage == hiring.AppInterviewing && to == hiring.AppOffer {
		return nil
	}
	_, err := a.Move(to, "x", "", a.StageSince)
	return err
}

// together does to several candidates what was confirmed: to all of them, or to none.
func together(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	t, err := togetherOf(tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	apps, err := chosen(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	of := apps[0].Req
	if slices.ContainsFunc(apps, func(a hiring.Application) bool { return a.Req != of }) {
		of = ""
	}
	if t.Act == views.ActAsk {
		var keys []string
		for _, a := range apps {
			asked, err := askForCards(ctx, tx, req, a)
			if err != nil {
				return bot.Response{}, err
			}
			keys = append(keys, asked...)
		}
		return doneAsking(ctx, tx, req, keys, of)
	}
	var changes []appWas
	var rejected []string
	told := false
	for _, a := range apps {
		after, tells, err := doOne(ctx, tx, req.Actor, a, t)
		if err != nil {
			return bot.Response{}, err
		}
		told = told || tells
		changes = append(changes, wasApp(a, after))
		if after.Stage == hiring.AppRejected && t.Act == views.ActReject {
			rejected = append(rejected, a.Candidate+"/"+a.Req)
		}
	}
	words := fmt.Sprintf("%s: %s. Nobody was told.", candidates(len(apps)), pastOf(t))
	switch {
	case t.Act == views.ActTold:
		words = fmt.Sprintf("On record: %s had a word from us now.", candidates(len(apps)))
	case told:
		words = fmt.Sprintf("%s: %s. Recruiter told.", candidates(len(apps)), pastOf(t))
	}
	return doneTogether(ctx, tx, req, words, changes, of, strings.Join(rejected, ","))
}

// doOne does to one candidate what is done to several, and tells whether their recruiter gets to know of it.
func doOne(ctx context.Context, tx *store.Tx, by bot.Actor, a hiring.Application, t views.Together) (hiring.Application, bool, error) {
	switch t.Act {
	case views.ActTold:
		after, err := saveApp(ctx, tx, a.Told(tx.Now()), "told them")
		return after, false, err
	case views.ActReject:
		return moveApp(ctx, tx, by, a, hiring.AppRejected, t.Reason, "")
	default:
		return moveApp(ctx, tx, by, a, t.Stage, "", "")
	}
}

func candidates(n int) string {
	if n == 1 {
		return "1 candidate"
	}
	return fmt.Sprintf("%d candidates", n)
}

func pastOf(t views.Together) string {
	if t.Act == views.ActReject {
		return "rejected (" + strings.ToLower(t.Reason) + ")"
	}
	return "→ " + strings.ToLower(hiring.AppStageTitle(t.Stage))
}

// doneTogether says what was done, with one undo for all of it, and offers a text for those who can be told.
func doneTogether(ctx context.Context, tx *store.Tx, req bot.Request, words string, changes []appWas, of, tell string) (bot.Response, error) {
	undo := ""
	if len(changes) > 0 {
		var err error
		if undo, err = keepUndo(ctx, tx, changes...); err != nil {
			return bot.Response{}, err
		}
	}
	return redraw(req, views.CandidatesDone, "", words, undo, of, tell), nil
}

// doneAsking says for how many scorecards was asked, with one undo for all until they are told.
func doneAsking(ctx context.Context, tx *store.Tx, req bot.Request, keys []string, of string) (bot.Response, error) {
	if len(keys) == 0 {
		return redraw(req, views.CandidatesDone, "", "No scorecard is waited for there.", "", of), nil
	}
	undo, err := setAside(ctx, tx, "candidate.undo", bot.Values{"asked": keys})
	return redraw(req, views.CandidatesDone, "", "Asked for "+scorecards(len(keys))+". They are told in a minute.", undo, of), err
}

// askForCards asks the panel of an application for the scorecards that are not in, and returns the keys of
// the messages. Each is asked for once a day on this way.
func askForCards(ctx context.Context, tx *store.Tx, req bot.Request, a hiring.Application) ([]string, error) {
	cards, err := tx.CardsOf(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	var keys []string
	for _, s := range cards {
		if !s.Owed() || tx.Now().Before(s.EndsAt) {
			continue
		}
		key := "asked:" + s.Interview + ":" + s.Person + ":" + companyDay(tx)
		keys = append(keys, key)
		err := tx.Send(ctx, bot.Message{
			To:   bot.Recipient{Person: s.Person},
			View: bot.View{Name: views.CardsAsked, Subject: s.Interview, Args: []string{req.Actor.ID}},
			Key:  key, Due: tx.Now().Add(outreachDelay),
			Why: "You get this because you sat on " + s.Interview + ", and somebody who works on " + a.Candidate + " asks.",
		})
		if err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// takeBackAsking undoes asking for scorecards, as long as nobody was told.
func takeBackAsking(ctx context.Context, tx *store.Tx, req bot.Request, keys []string) (bot.Response, error) {
	n, err := tx.Unsend(ctx, bot.View{Name: views.CardsAsked, Args: []string{req.Actor.ID}}, keys...)
	if err != nil {
		return bot.Response{}, err
	}
	if n == 0 {
		return bot.Response{}, hiring.Errorf(hiring.Conflict, "It is too late to undo that: they were told already, a minute after you asked.")
	}
	return redraw(req, views.CandidatesDone, "", "Undone: nobody is asked for these scorecards.", "", ""), nil
}
