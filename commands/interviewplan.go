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

var schedulers = []string{string(hiring.Recruiter), string(hiring.HiringManager)}

// plan are what scheduling and proposing ask for beside the time.
func plan(when bot.Param) []bot.Param {
	return []bot.Param{
		{Name: "candidate", Kind: Reference("C"), Required: true, Help: "Which candidate, by number or a part of their name", Example: "C-7"},
		{Name: "stage", Label: "Interview", Kind: InterviewStage, Required: true, Help: "Which interview of the role's playbook", Example: "system-design"},
		when,
		{Name: "panel", Kind: Person, Required: true, Repeated: true, Secret: true, Input: bot.InputPeople, Help: "Who interviews"},
		{Name: "length", Label: "Minutes", Kind: Minutes, Help: "How long it takes; as the playbook says if left out", Example: "60 min"},
		{Name: "join", Label: "How to join", Kind: bot.PlainText, KeyOnly: true, Secret: true, Max: hiring.MaxJoin, Help: "A link, a number or a place", Example: "https://meet.example.com/abc"},
		{Name: "req", Label: "Requisition", Kind: whichReq, Help: "For which requisition, where the candidate has several", Example: "R-12"},
	}
}

func whenParam() bot.Param {
	return bot.Param{Name: "when", Kind: bot.Moment, Required: true, Secret: true, Help: "When it begins, in your zone", Example: "fri 3pm"}
}

func timesParam() bot.Param {
	return bot.Param{
		Name: "times", Label: "Times", Kind: bot.Moment, Required: true, Repeated: true, Secret: true, Input: bot.InputText,
		Help: "Two to five times, separated by commas", Example: "fri 3pm, mon 11am",
	}
}

// candidateChoices suggests candidates of the applications that somebody works on.
func candidateChoices(ctx context.Context, tx *store.Tx, req bot.Request, prefix string) ([]bot.Choice, error) {
	if prefix != "" {
		found, err := tx.CandidatesNamed(ctx, prefix, views.CandidateViewer(req.Actor), maxFound)
		choices := make([]bot.Choice, 0, len(found))
		for _, c := range found {
			choices = append(choices, bot.Choice{Label: c.ID + " · " + c.Name, Value: c.ID})
		}
		return choices, err
	}
	apps, err := tx.Applications(ctx, store.AppFilter{
		Viewer: views.CandidateViewer(req.Actor), Stages: []hiring.AppStage{hiring.AppSourced, hiring.AppScreening, hiring.AppInterviewing, hiring.AppDebrief}, Limit: maxFound,
	})
	if err != nil {
		return nil, err
	}
	var choices []bot.Choice
	for _, a := range apps {
		if slices.ContainsFunc(choices, func(c bot.Choice) bool { return c.Value == a.Candidate }) {
			continue
		}
		c, err := tx.Candidate(ctx, a.Candidate)
		if err != nil {
			return nil, err
		}
		choices = append(choices, bot.Choice{Label: c.ID + " · " + c.Name, Value: c.ID, Hint: a.Req + ", " + strings.ToLower(hiring.AppStageTitle(a.Stage))})
	}
	return choices, nil
}

// stageChoices are the interviews of the playbook that are held at the level of the requisition.
func stageChoices(ctx context.Context, tx *store.Tx, req bot.Request) ([]bot.Choice, error) {
	if req.Args.Text("candidate") == "" {
		return InterviewStage.Suggest(bot.Reading{Words: tx.Vocabulary()}, ""), nil
	}
	_, r, err := theApplication(ctx, tx, req)
	if err != nil {
		return nil, nil //nolint:nilerr // Whoever types on is told what is wrong with the candidate.
	}
	p, _ := tx.Snapshot().Playbook(r.Role)
	return stagesOf(p, r), nil
}

func stagesOf(p hiring.Playbook, r hiring.Requisition) []bot.Choice {
	var choices []bot.Choice
	for _, s := range p.Stages {
		if len(r.Stages) == 0 || slices.Contains(r.Stages, s.Key) {
			choices = append(choices, stageChoice(s))
		}
	}
	return choices
}

func stageChoice(s hiring.Stage) bot.Choice {
	return bot.Choice{Label: s.Title, Value: s.Key, Hint: fmt.Sprintf("%d min", s.Minutes)}
}

// withTyped adds the interview that was typed to the choices of a form: one that the requisition does not plan
// may be held all the same, and what was typed must not be lost.
func withTyped(choices []bot.Choice, p hiring.Playbook, typed []string) []bot.Choice {
	for _, key := range typed {
		known := slices.ContainsFunc(choices, func(c bot.Choice) bool { return c.Value == key })
		if s, ok := p.Stage(key); ok && !known {
			choices = append(choices, stageChoice(s))
		}
	}
	return choices
}

// theApplication returns the application that a request names by its candidate, and by its requisition
// where they have several, with that requisition.
func theApplication(ctx context.Context, tx *store.Tx, req bot.Request) (hiring.Application, hiring.Requisition, error) {
	c, err := theCandidate(ctx, tx, req)
	if err != nil {
		return hiring.Application{}, hiring.Requisition{}, err
	}
	apps, err := tx.ApplicationsOf(ctx, c.ID, views.CandidateViewer(req.Actor))
	if err != nil {
		return hiring.Application{}, hiring.Requisition{}, err
	}
	if len(apps) == 0 {
		return hiring.Application{}, hiring.Requisition{}, hiring.Errorf(hiring.NotAllowed,
			"%s applies to no requisition that you recruit for, so there is nothing to interview for. A recruiter has them apply by: /candidate apply %s", c.ID, c.ID)
	}
	active := slices.DeleteFunc(slices.Clone(apps), func(a hiring.Application) bool {
		return !a.Active() || req.Args.Text("req") != "" && a.Req != req.Args.Text("req")
	})
	switch len(active) {
	case 0:
		return hiring.Application{}, hiring.Requisition{}, hiring.Errorf(hiring.Conflict, "%s has no application there that somebody works on, so there is nothing to interview for.", c.ID)
	case 1:
		r, err := tx.Requisition(ctx, active[0].Req)
		return active[0], r, err
	}
	choices := make([]bot.Choice, 0, len(active))
	for _, a := range active {
		choices = append(choices, bot.Choice{Label: a.Req, Value: a.Req, Hint: hiring.AppStageTitle(a.Stage)})
	}
	return hiring.Application{}, hiring.Requisition{}, bot.Invalidf("req", "%s applies to several requisitions. For which one is it?", c.ID).Offering(choices)
}

// planForm asks for a new interview, filled in with what was typed, the requisition and the playbook.
func planForm(title, submit, when string) func(context.Context, *store.Tx, bot.Request) (bot.Form, error) {
	return func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
		values := bot.ValuesOf(req.Spec, req.Args)
		if list := values["times"]; len(list) > 0 {
			values["times"] = []string{strings.Join(list, ", ")}
		}
		form := bot.Form{Title: title, Submit: submit}
		bound := bot.Args{}
		var stages, candidates []bot.Choice
		if req.Args.Text("candidate") == "" {
			all, err := candidateChoices(ctx, tx, req, "")
			if err != nil {
				return form, err
			}
			candidates = all
		} else {
			a, r, err := theApplication(ctx, tx, req)
			if err != nil {
				return form, err
			}
			bound["req"], values["candidate"] = a.Req, []string{a.Candidate}
			p, _ := tx.Snapshot().Playbook(r.Role)
			stages = withTyped(stagesOf(p, r), p, values["stage"])
			if err := guess(ctx, tx, a, r, p, values); err != nil {
				return form, err
			}
			form.Note = bot.T(views.ReqName(r, p) + " (" + r.ID + ")")
		}
		for _, name := range []string{"candidate", "stage", when, "panel", "length", "join"} {
			f := bot.FieldOf(req.Spec, name, values[name]...)
			switch {
			case name == "stage" && len(stages) > 0:
				f.Input, f.Choices = bot.InputChoice, stages
			case name == "candidate" && len(candidates) > 0:
				f.Input, f.Choices = bot.InputChoice, candidates
			}
			form.Fields = append(form.Fields, f)
		}
		form.Call = bot.CallOf(req.Spec, bound)
		return form, nil
	}
}

// guess fills in what the requisition and the playbook say: the next interview that was not held, its
// length, and who interviews for the requisition.
func guess(ctx context.Context, tx *store.Tx, a hiring.Application, r hiring.Requisition, p hiring.Playbook, values bot.Values) error {
	if len(values["stage"]) == 0 {
		held, err := tx.InterviewsOf(ctx, a.ID)
		if err != nil {
			return err
		}
		for _, c := range stagesOf(p, r) {
			if !slices.ContainsFunc(held, func(i hiring.Interview) bool { return i.Stage == c.Value && i.State != hiring.InterviewCancelled }) {
				values["stage"] = []string{c.Value}
				break
			}
		}
	}
	if len(values["panel"]) == 0 {
		values["panel"] = r.Panel
	}
	if len(values["length"]) == 0 && len(values["stage"]) > 0 {
		if s, ok := p.Stage(values["stage"][0]); ok && s.Minutes > 0 {
			values["length"] = []string{strconv.Itoa(s.Minutes)}
		}
	}
	return nil
}

// planned makes an interview of the arguments, without a time.
func planned(ctx context.Context, tx *store.Tx, req bot.Request) (hiring.Interview, hiring.Application, error) {
	a, r, err := theApplication(ctx, tx, req)
	if err != nil {
		return hiring.Interview{}, a, err
	}
	p, _ := tx.Snapshot().Playbook(r.Role)
	stage, ok := p.Stage(req.Args.Text("stage"))
	if !ok {
		names := make([]string, 0, len(p.Stages))
		for _, s := range p.Stages {
			names = append(names, s.Key)
		}
		return hiring.Interview{}, a, hiring.InvalidField("stage", "%s has no interview “%s”. It has: %s.", p.Title, req.Args.Text("stage"), strings.Join(names, ", "))
	}
	i := hiring.Interview{
		Application: a.ID, Candidate: a.Candidate, Req: a.Req, Stage: stage.Key, Minutes: bot.ArgOr(req.Args, "length", stage.Minutes),
		Join: req.Args.Text("join"), MadeBy: req.Actor.ID,
	}
	i.Panel = seats(bot.AllArgs[string](req.Args, "panel"), nil, hiring.StageDimensions(p, stage.Key))
	return i, a, nil
}

// seats returns a panel with the dimensions shared out. Who sits there already keeps what they lead on.
func seats(people []string, now []hiring.Panelist, dimensions []hiring.Dimension) []hiring.Panelist {
	var panel []hiring.Panelist
	for _, person := range people {
		if slices.ContainsFunc(panel, func(p hiring.Panelist) bool { return p.Person == person }) {
			continue // named twice
		}
		seat := hiring.Panelist{Person: person}
		for _, p := range now {
			if p.Person == person {
				seat = p
			}
		}
		panel = append(panel, seat)
	}
	keys := make([]string, 0, len(dimensions))
	for _, d := range dimensions {
		keys = append(keys, d.Key)
	}
	return hiring.ShareLeads(panel, keys)
}

// notPast refuses a time at which an interview would be over already.
func notPast(at time.Time, minutes int, now time.Time) error {
	if at.Add(time.Duration(minutes) * time.Minute).Before(now) {
		return hiring.InvalidField("when", "That time is past. Name one that is to come, like fri 3pm.")
	}
	return nil
}

func scheduleInterview(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	i, a, err := planned(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	when, _ := bot.Arg[time.Time](req.Args, "when")
	if err := notPast(when, i.Minutes, tx.Now()); err != nil {
		return bot.Response{}, err
	}
	if i, err = i.Schedule(when, i.Minutes, tx.Now()); err != nil {
		return bot.Response{}, err
	}
	if i, err = tx.AddInterview(ctx, i); err != nil {
		return bot.Response{}, err
	}
	done, err := begin(ctx, tx, a, i)
	if err != nil {
		return bot.Response{}, err
	}
	if err := tellPanel(ctx, tx, hiring.Interview{}, i); err != nil {
		return bot.Response{}, err
	}
	return redraw(req, views.Interview, i.ID, append([]string{done}, views.UndoOf(i, time.Time{}, "", "")...)...), recordInterview(ctx, tx, i, "interview_scheduled")
}

// begin moves an application on that has its first interview beyond the screening.
func begin(ctx context.Context, tx *store.Tx, a hiring.Application, i hiring.Interview) (string, error) {
	to := hiring.AppInterviewing
	if i.Stage == screeningStage {
		to = hiring.AppScreening
	}
	early := a.Stage == hiring.AppSourced || a.Stage == hiring.AppScreening && to == hiring.AppInterviewing
	if !early || !a.CanMove(to) {
		return "", nil
	}
	moved, err := a.Move(to, "", "", tx.Now())
	if err != nil {
		return "", err
	}
	if moved, err = tx.SaveApplication(ctx, moved); err != nil {
		return "", err
	}
	// What the application was before stands with the move, for an undo of the interview.
	err = tx.AddHistory(ctx, a.Candidate, "moved them", map[string]string{
		"req": a.Req, "stage": string(to), "interview": i.ID, "was": wasApp(a, moved).String(),
	})
	if err != nil {
		return "", err
	}
	return a.Candidate + " is in “" + strings.ToLower(hiring.AppStageTitle(to)) + "” now.", tx.Audit(ctx, store.AuditEvent{Subject: a.Candidate, Fact: "application_moved"})
}

// movesLookedAt is how many of the latest entries of a candidate's history the move that an interview made
// is looked for in: it is one of the last ten minutes.
const movesLookedAt = 50

// takeBack undoes the move that an interview made by being scheduled, once that interview is undone, and
// says so. Nothing is taken back where the application was changed since, or where another interview of it
// stands.
func takeBack(ctx context.Context, tx *store.Tx, i hiring.Interview) (string, error) {
	entries, err := tx.History(ctx, i.Candidate, movesLookedAt)
	if err != nil {
		return "", err
	}
	at := slices.IndexFunc(entries, func(e store.HistoryEntry) bool { return e.Detail["interview"] == i.ID && e.Detail["was"] != "" })
	if at < 0 {
		return "", nil
	}
	was, err := readWas(entries[at].Detail["was"])
	if err != nil {
		return "", err
	}
	a, err := tx.Application(ctx, i.Application)
	if err != nil || a.ID != was.App || a.Version != was.Version {
		return "", err
	}
	others, err := tx.InterviewsOf(ctx, a.ID)
	if err != nil {
		return "", err
	}
	if slices.ContainsFunc(others, func(o hiring.Interview) bool { return o.ID != i.ID && o.State != hiring.InterviewCancelled }) {
		return "", nil
	}
	if a, err = saveApp(ctx, tx, was.restore(a), "undid that"); err != nil {
		return "", err
	}
	return fmt.Sprintf(" %s is back %s.", a.Candidate, stageWords(a.Stage)), nil
}

// screeningStage is the key of the playbooks' screening call.
const screeningStage = "screen"

// recordInterview puts a change of an interview on record.
func recordInterview(ctx context.Context, tx *store.Tx, i hiring.Interview, fact string) error {
	return tx.Audit(ctx, store.AuditEvent{Subject: i.ID, Fact: fact})
}

func proposeInterview(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	i, _, err := planned(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	if i, err = i.Propose(bot.AllArgs[time.Time](req.Args, "times"), tx.Now()); err != nil {
		return bot.Response{}, err
	}
	if i, err = tx.AddInterview(ctx, i); err != nil {
		return bot.Response{}, err
	}
	if err := askTimes(ctx, tx, i); err != nil {
		return bot.Response{}, err
	}
	return redraw(req, views.Interview, i.ID, "I ask the panel which of these suit them."), recordInterview(ctx, tx, i, "interview_proposed")
}

// askTimes asks each of a panel which of the proposed times suit them.
func askTimes(ctx context.Context, tx *store.Tx, i hiring.Interview) error {
	for _, person := range i.People() {
		err := tx.Send(ctx, bot.Message{
			To: bot.Recipient{Person: person}, View: bot.View{Name: views.Slots, Subject: i.ID}, Key: fmt.Sprintf("slots:%s:%s:%d", i.ID, person, i.Version),
			Why: "You get this because you are asked to interview.",
		})
		if err != nil {
			return err
		}
	}
	return nil
}
