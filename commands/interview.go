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
		{Name: "req", Label: "Requisition", Kind: ReqRef, KeyOnly: true, Help: "For which requisition, where the candidate has several", Example: "R-12"},
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

func interviewCommands() []Command {
	one := func() []bot.Param { return []bot.Param{interviewParam()} }
	reason := bot.Param{Name: "reason", Kind: bot.PlainText, KeyOnly: true, Secret: true, Max: hiring.MaxReason, Help: "The reason, for the panel", Example: "the candidate is ill"}
	return []Command{
		{
			Spec: bot.Spec{
				Noun: "interview", Verb: "list", Default: true, Reads: true,
				Summary: "The interviews to come: yours, and those you recruit for",
				Params: []bot.Param{
					{Name: "which", Kind: whichInterviews, Help: "All, or only yours", Choices: []bot.Choice{{Label: "Mine", Value: views.MyInterviews}, {Label: "All", Value: views.AllInterviews}}},
					{Name: "number", Label: "Interview", Kind: interviewNumber, Help: "Show this one"},
				},
				Examples: []string{"/interview", "/interview list mine", "/interview I-31"},
			},
			Handle: func(_ context.Context, _ *store.Tx, req bot.Request) (bot.Response, error) {
				if id := req.Args.Text("number"); id != "" {
					return redraw(req, views.Interview, id), nil
				}
				return redraw(req, views.InterviewList, "", req.Args.Text("which")), nil
			},
		},
		{
			Spec: bot.Spec{
				Noun: "interview", Verb: "schedule", Ack: bot.MayOpenForm, Roles: schedulers, Shortcut: "Schedule an interview",
				Summary: "Schedule an interview of a candidate", Params: plan(whenParam()),
				Examples: []string{"/interview schedule C-7 system-design fri 3pm @interviewer-1 @interviewer-2", "/interview schedule C-7"},
			},
			Form: planForm("Schedule an interview", "Schedule", "when"), Handle: scheduleInterview, Suggest: suggestInterview,
		},
		{
			Spec: bot.Spec{
				Noun: "interview", Verb: "propose", Ack: bot.MayOpenForm, Roles: schedulers,
				Summary: "Ask the panel which of some times suit them", Params: plan(timesParam()),
				Examples: []string{"/interview propose C-7 system-design @interviewer-1 times:fri 3pm, mon 11am"},
			},
			Form: planForm("Propose times", "Ask the panel", "times"), Handle: proposeInterview, Suggest: suggestInterview,
		},
		{
			Spec: bot.Spec{
				Noun: "interview", Verb: "show", Reads: true, Summary: "One interview, with what you may do next", Params: one(),
				Examples: []string{"/interview show I-31", "/interview show C-7"},
			},
			Handle: shows(views.Interview), Suggest: suggestInterview,
		},
		{
			Spec: bot.Spec{
				Noun: "interview", Verb: "reschedule", Ack: bot.MayOpenForm,
				Summary: "Hold an interview at another time",
				Params: []bot.Param{interviewParam(), whenParam(), {Name: "length", Label: "Minutes", Kind: Minutes, Help: "How long it takes", Example: "60 min"},
					{Name: "join", Label: "How to join", Kind: bot.PlainText, KeyOnly: true, Secret: true, Max: hiring.MaxJoin, Help: "A link, a number or a place", Example: "https://meet.example.com/abc"}},
				Examples: []string{"/interview reschedule I-31 mon 11am"},
			},
			Form: rescheduleForm, Handle: rescheduleInterview, Suggest: suggestInterview,
		},
		{
			Spec: bot.Spec{
				Noun: "interview", Verb: "retime", Ack: bot.MayOpenForm, FromCard: true,
				Summary: "Ask the panel of an interview which other times suit them", Params: []bot.Param{interviewParam(), timesParam()},
				Examples: []string{"/interview retime I-31 times:fri 3pm, mon 11am"},
			},
			Form: fieldsForm("Other times for ", "Ask the panel", "times"), Handle: retimeInterview, Suggest: suggestInterview,
		},
		{
			Spec: bot.Spec{
				Noun: "interview", Verb: "times", Reads: true, FromCard: true, Summary: "The times that you are asked about", Params: one(),
				Examples: []string{"/interview times I-31"},
			},
			Handle: shows(views.Slots), Suggest: suggestInterview,
		},
		{
			Spec: bot.Spec{
				Noun: "interview", Verb: "can", FromCard: true,
				Summary: "Say whether the proposed times suit you",
				Params: []bot.Param{
					interviewParam(), {Name: "answer", Kind: bot.YesNo, Required: true, Help: "Whether you can"},
					{Name: "when", Kind: bot.Moment, Help: "Which of the times; all of them if left out", Example: "fri 3pm"},
				},
				Examples: []string{"/interview can I-31 yes", "/interview can I-31 no fri 3pm"},
			},
			Handle: answerTimes, Suggest: suggestInterview,
		},
		{
			Spec: bot.Spec{
				Noun: "interview", Verb: "pick", FromCard: true,
				Summary: "Choose one of the proposed times", Params: []bot.Param{interviewParam(), {Name: "when", Kind: bot.Moment, Required: true, Help: "Which of the times", Example: "fri 3pm"}},
				Examples: []string{"/interview pick I-31 fri 3pm"},
			},
			Handle: pickTime, Suggest: suggestInterview,
		},
		{
			Spec: bot.Spec{
				Noun: "interview", Verb: "cancel", Ack: bot.MayOpenForm, FormFirst: true,
				Summary: "Cancel an interview; its panel is told", Params: []bot.Param{interviewParam(), reason},
				Examples: []string{"/interview cancel I-31", "/interview cancel I-31 reason:\"the candidate is ill\""},
			},
			Form: fieldsForm("Cancel ", "Cancel it", "reason"), Handle: cancelInterview, Suggest: suggestInterview,
		},
		{
			Spec: bot.Spec{
				Noun: "interview", Verb: "reassign", Ack: bot.MayOpenForm,
				Summary: "Give somebody's seat on an interview to somebody else",
				Params: []bot.Param{
					interviewParam(),
					{Name: "from", Label: "Instead of", Kind: Anyone, Required: true, Help: "Whose seat it is", Example: "@interviewer-2"},
					{Name: "to", Label: "Who sits there now", Kind: Person, Required: true, Help: "Who takes it over", Example: "@interviewer-3"},
				},
				Examples: []string{"/interview reassign I-31 from:@interviewer-2 to:@interviewer-3"},
			},
			Form: fieldsForm("Somebody else for ", "Change", "from", "to"), Handle: reassignSeat, Suggest: suggestInterview,
		},
		{
			Spec: bot.Spec{
				Noun: "interview", Verb: "panel", Ack: bot.MayOpenForm, FormFirst: true,
				Summary: "Say who sits on an interview",
				Params: []bot.Param{interviewParam(), {Name: "panel", Kind: Person, Repeated: true, Secret: true, Input: bot.InputPeople, Help: "All who interview"},
					{Name: "join", Label: "How to join", Kind: bot.PlainText, KeyOnly: true, Secret: true, Max: hiring.MaxJoin, Help: "A link, a number or a place", Example: "https://meet.example.com/abc"}},
				Examples: []string{"/interview panel I-31 @interviewer-1 @interviewer-3", "/interview panel I-31"},
			},
			Form: panelForm, Handle: seatPanel, Suggest: suggestInterview,
		},
		{
			Spec: bot.Spec{
				Noun: "interview", Verb: "kit", Reads: true, Summary: "What you need to hold an interview: questions, anchors, who assesses what", Params: one(),
				Examples: []string{"/interview kit I-31"},
			},
			Handle: shows(views.Kit), Suggest: suggestInterview,
		},
		{
			Spec: bot.Spec{
				Noun: "interview", Verb: "resume", FromCard: true, Summary: "The candidate's résumé, to your direct messages", Params: one(),
				Examples: []string{"/interview resume I-31"},
			},
			Handle: sendResume, Suggest: suggestInterview,
		},
		{
			Spec: bot.Spec{
				Noun: "interview", Verb: "calendar", FromCard: true, Summary: "An interview for your calendar", Params: one(),
				Examples: []string{"/interview calendar I-31"},
			},
			Handle: sendCalendar, Suggest: suggestInterview,
		},
		{
			Spec: bot.Spec{
				Noun: "interview", Verb: "text", Reads: true, FromCard: true, Summary: "A text for the candidate, ready to paste", Params: one(),
				Examples: []string{"/interview text I-31"},
			},
			Handle: shows(views.CandidateText), Suggest: suggestInterview,
		},
		{
			Spec: bot.Spec{
				Noun: "interview", Verb: "told", FromCard: true,
				Summary:  "Say that the candidate was told of an interview",
				Params:   []bot.Param{interviewParam(), {Name: "sequence", Kind: bot.Integer, KeyOnly: true, Help: "Of which text, as its card carries it; the present one if left out", Example: "1"}},
				Examples: []string{"/interview told I-31"},
			},
			Handle: markTold, Suggest: suggestInterview,
		},
		{
			Spec: bot.Spec{
				Noun: "interview", Verb: "done", FromCard: true, Summary: "Say that an interview took place", Params: one(),
				Examples: []string{"/interview done I-31"},
			},
			Handle: markDone, Suggest: suggestInterview,
		},
		{
			Spec: bot.Spec{
				Noun: "interview", Verb: "noshow", FromCard: true, Summary: "Say that an interview didn't happen", Params: []bot.Param{interviewParam(), reason},
				Examples: []string{"/interview noshow I-31", "/interview noshow I-31 reason:\"nobody joined\""},
			},
			Handle: markNoShow, Suggest: suggestInterview,
		},
		{
			Spec: bot.Spec{
				Noun: "interview", Verb: "still", FromCard: true, Summary: "Say that an interview is still going, and be asked later", Params: one(),
				Examples: []string{"/interview still I-31"},
			},
			Handle: askLater, Suggest: suggestInterview,
		},
		{
			Spec: bot.Spec{
				Noun: "interview", Verb: "undo", FromCard: true,
				Summary: "Undo what was done last to an interview, within ten minutes",
				Params: []bot.Param{
					interviewParam(), {Name: "when", Kind: bot.Moment, KeyOnly: true, Help: "When it was, as its card carries it", Example: "fri 3pm"},
					{Name: "from", Kind: Anyone, KeyOnly: true, Help: "Who sits there now, as the card carries it"},
					{Name: "to", Kind: Anyone, KeyOnly: true, Help: "Who sat there before, as the card carries it"},
				},
				Examples: []string{"/interview undo I-31"},
			},
			Handle: undoInterview, Suggest: suggestInterview,
		},
	}
}

// shows answers with a view of the interview that a request names.
func shows(view string) func(context.Context, *store.Tx, bot.Request) (bot.Response, error) {
	return func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
		if id := req.Args.Text("interview"); strings.HasPrefix(id, "I-") {
			return redraw(req, view, id), nil // its view says whether it exists for them
		}
		i, _, err := theInterview(ctx, tx, req)
		return redraw(req, view, i.ID), err
	}
}

// theInterview returns the interview that a request names: by reference, or by the candidate among
// those that this person may know of. Several matches are offered.
func theInterview(ctx context.Context, tx *store.Tx, req bot.Request) (hiring.Interview, hiring.Subject, error) {
	name := req.Args.Text("interview")
	if strings.HasPrefix(name, "I-") {
		return views.InterviewFor(ctx, tx, req.Actor, name)
	}
	found, err := tx.InterviewsNamed(ctx, name, views.InterviewViewer(req.Actor), maxFound)
	if err != nil {
		return hiring.Interview{}, hiring.Subject{}, err
	}
	switch len(found) {
	case 0:
		return hiring.Interview{}, hiring.Subject{}, views.NoInterview("“" + name + "”")
	case 1:
		return views.InterviewFor(ctx, tx, req.Actor, found[0].ID)
	}
	return hiring.Interview{}, hiring.Subject{}, bot.Invalidf("interview", "“%s” fits several interviews. Which one?", name).Offering(interviewChoices(found, req.Actor.Zone))
}

// myInterview is theInterview for somebody who may change it.
func myInterview(ctx context.Context, tx *store.Tx, req bot.Request) (hiring.Interview, hiring.Subject, error) {
	i, on, err := theInterview(ctx, tx, req)
	if err != nil {
		return i, on, err
	}
	if !hiring.May(views.Actor(req.Actor), hiring.ChangeApplication, on) {
		return i, on, hiring.Errorf(hiring.NotAllowed, "%s is changed by those who recruit for it. Ask %s.", i.ID, views.WhoRecruits(tx, on))
	}
	return i, on, nil
}

// interviewChoices name interviews for a menu.
func interviewChoices(found []hiring.Interview, zone *time.Location) []bot.Choice {
	choices := make([]bot.Choice, 0, len(found))
	for _, i := range found {
		hint := hiring.InterviewStateTitle(i.State)
		if !i.StartsAt.IsZero() {
			hint += ", " + bot.FormatInstant(i.StartsAt, zone)
		}
		choices = append(choices, bot.Choice{Label: i.ID + " · " + i.Candidate, Value: i.ID, Hint: hint})
	}
	return choices
}

// suggestInterview suggests what commands of interviews and scorecards are about.
func suggestInterview(ctx context.Context, tx *store.Tx, req bot.Request, param, prefix string) ([]bot.Choice, error) {
	switch param {
	case "stage":
		return stageChoices(ctx, tx, req)
	case "candidate":
		return candidateChoices(ctx, tx, req, prefix)
	case "interview":
	default:
		if p, ok := req.Spec.Param(param); ok && p.Kind.Suggest != nil {
			return p.Kind.Suggest(bot.Reading{Now: tx.Now(), Zone: req.Actor.Zone, Words: tx.Vocabulary()}, prefix), nil
		}
		return nil, nil
	}
	if req.Spec.Noun == "feedback" && req.Spec.Verb != "show" && req.Spec.Verb != "early" {
		return myCardChoices(ctx, tx, req, prefix)
	}
	found, err := tx.Interviews(ctx, store.InterviewFilter{
		Viewer: views.InterviewViewer(req.Actor), From: tx.Now().Add(-7 * 24 * time.Hour), To: tx.Now().Add(60 * 24 * time.Hour), Limit: maxFound,
	})
	if err != nil {
		return nil, err
	}
	return beginning(interviewChoices(found, req.Actor.Zone), prefix), nil
}

func myCardChoices(ctx context.Context, tx *store.Tx, req bot.Request, prefix string) ([]bot.Choice, error) {
	var cards []hiring.Scorecard
	var err error
	if req.Spec.Verb == "amend" {
		cards, err = tx.SubmittedBy(ctx, req.Actor.ID, maxFound)
	} else {
		cards, err = tx.MyScorecards(ctx, req.Actor.ID, maxFound)
	}
	choices := make([]bot.Choice, 0, len(cards))
	for _, s := range cards {
		choices = append(choices, bot.Choice{Label: s.Interview + " · " + s.Candidate, Value: s.Interview, Hint: hiring.CardStateTitle(s.State)})
	}
	return beginning(choices, prefix), err
}

// beginning leaves the choices of which a word begins as was typed.
func beginning(choices []bot.Choice, prefix string) []bot.Choice {
	want := hiring.Fold(prefix)
	return slices.DeleteFunc(choices, func(c bot.Choice) bool {
		return !slices.ContainsFunc(strings.Fields(hiring.Fold(c.Label)), func(word string) bool { return strings.HasPrefix(word, want) }) && !strings.HasPrefix(hiring.Fold(c.Label), want)
	})
}

// candidateChoices suggests candidates of the applications that somebody works on.
func candidateChoices(ctx context.Context, tx *store.Tx, req bot.Request, prefix string) ([]bot.Choice, error) {
	if prefix != "" {
		found, err := tx.CandidatesNamed(ctx, prefix, views.InterviewViewer(req.Actor), maxFound)
		choices := make([]bot.Choice, 0, len(found))
		for _, c := range found {
			choices = append(choices, bot.Choice{Label: c.ID + " · " + c.Name, Value: c.ID})
		}
		return choices, err
	}
	apps, err := tx.Applications(ctx, store.AppFilter{
		Viewer: views.InterviewViewer(req.Actor), Stages: []hiring.AppStage{hiring.AppSourced, hiring.AppScreening, hiring.AppInterviewing, hiring.AppDebrief}, Limit: maxFound,
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
			choices = append(choices, bot.Choice{Label: s.Title, Value: s.Key, Hint: fmt.Sprintf("%d min", s.Minutes)})
		}
	}
	return choices
}

// noCandidate is the one sentence for a candidate who does not exist, and for one whom this person may
// not know of.
func noCandidate(ref string) error {
	return hiring.Errorf(hiring.NotFound, "There is no candidate %s that I could show you. /candidate list shows those there are.", ref)
}

// theApplication returns the application that a request names by its candidate, and by its requisition
// where they have several, with that requisition.
func theApplication(ctx context.Context, tx *store.Tx, req bot.Request) (hiring.Application, hiring.Requisition, error) {
	c, err := namedCandidate(ctx, tx, req)
	if err != nil {
		return hiring.Application{}, hiring.Requisition{}, err
	}
	apps, err := tx.ApplicationsOf(ctx, c.ID, views.InterviewViewer(req.Actor))
	if err != nil {
		return hiring.Application{}, hiring.Requisition{}, err
	}
	if len(apps) == 0 {
		return hiring.Application{}, hiring.Requisition{}, hiring.Errorf(hiring.NotAllowed, "Interviews of %s are planned by those who recruit for them. Ask a recruiter.", c.ID)
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

func namedCandidate(ctx context.Context, tx *store.Tx, req bot.Request) (hiring.Candidate, error) {
	name, viewer := req.Args.Text("candidate"), views.InterviewViewer(req.Actor)
	if strings.HasPrefix(name, "C-") {
		c, err := tx.CandidateFor(ctx, name, viewer)
		if hiring.ErrorCode(err) == hiring.NotFound {
			err = noCandidate(name)
		}
		return c, err
	}
	found, err := tx.CandidatesNamed(ctx, name, viewer, maxFound)
	if err != nil {
		return hiring.Candidate{}, err
	}
	switch len(found) {
	case 0:
		return hiring.Candidate{}, noCandidate("“" + name + "”")
	case 1:
		return found[0], nil
	}
	choices := make([]bot.Choice, 0, len(found))
	for _, c := range found {
		choices = append(choices, bot.Choice{Label: c.ID + " · " + c.Name, Value: c.ID})
	}
	return hiring.Candidate{}, bot.Invalidf("candidate", "“%s” fits several candidates. Which one?", name).Offering(choices)
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
			stages = stagesOf(p, r)
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
	if _, err := tx.SaveApplication(ctx, moved); err != nil {
		return "", err
	}
	return a.Candidate + " is in “" + strings.ToLower(hiring.AppStageTitle(to)) + "” now.", tx.Audit(ctx, store.AuditEvent{Subject: a.Candidate, Fact: "application_moved"})
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
	if views.AllAnswered(i) && i.MadeBy != "" {
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

func reassignSeat(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	i, _, err := myInterview(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	from, to := req.Args.Text("from"), req.Args.Text("to")
	if !i.Sits(from) && i.Sits(to) {
		return redraw(req, views.Interview, i.ID, "That is so already."), nil
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
	panel := bot.FieldOf(req.Spec, "panel", i.People()...)
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
	at := tx.Now().Add(stillGoing)
	err = tx.Send(ctx, bot.Message{
		To: bot.Recipient{Person: req.Actor.ID}, View: bot.View{Name: views.CardAsk, Subject: c.interview.ID, Args: []string{views.InstantArg(c.interview.EndsAt())}},
		Key: fmt.Sprintf("ask:%s:%s:later:%s", c.interview.ID, req.Actor.ID, views.InstantArg(at)), Due: at, Why: whyAsked,
	})
	return redraw(req, views.AskedLater, c.interview.ID, at.UTC().Format(time.RFC3339)), err
}

// undoInterview brings back the time or the seat that the card's button carries; without any, what was
// just scheduled is cancelled. Whoever was not told of the change yet is not told of this either.
func undoInterview(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	i, _, err := myInterview(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	if tx.Now().Sub(i.ChangedAt) >= views.UndoWindow {
		return bot.Response{}, hiring.Errorf(hiring.Conflict, "It is too late to undo that: ten minutes have passed. /interview show %s shows what you can do.", i.ID)
	}
	var after hiring.Interview
	done := "Undone."
	when, moved := bot.Arg[time.Time](req.Args, "when")
	switch {
	case moved:
		after, err = i.Schedule(when, i.Minutes, tx.Now())
	case req.Args.Text("from") != "" && req.Args.Text("to") != "":
		after, err = i.Replace(req.Args.Text("from"), req.Args.Text("to"), tx.Now())
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
	return redraw(req, views.Interview, i.ID, done), recordInterview(ctx, tx, after, "interview_undone")
}

const (
	whySeated = "You get this because you sit on this interview."
	whyAsked  = "You get this because you sit on this interview. /feedback lists what waits for you."
)

// tellPanel tells those of a panel whom a change concerns, a minute later, so that what is undone at
// once goes unnoticed; and it puts in what they get at their time: the kit, and the scorecard.
func tellPanel(ctx context.Context, tx *store.Tx, before, after hiring.Interview) error {
	due := tx.Now().Add(outreachDelay)
	unheard := !after.CreatedAt.Before(tx.Now().Add(-outreachDelay)) // nobody has heard of it yet
	send := func(person, view, what string, args ...string) error {
		return tx.Send(ctx, bot.Message{
			To: bot.Recipient{Person: person}, View: bot.View{Name: view, Subject: after.ID, Args: args},
			Key: fmt.Sprintf("%s:%s:%s:%d", what, after.ID, person, after.Sequence), Due: due, Why: whySeated,
		})
	}
	for _, person := range after.People() {
		what := ""
		switch {
		case after.State == hiring.InterviewCancelled:
			if before.State == hiring.InterviewScheduled && !unheard {
				what = views.SeatCancelled
			}
		case after.State != hiring.InterviewScheduled:
		case !before.Sits(person) || before.State != hiring.InterviewScheduled || unheard:
			what = views.SeatGiven
		case !before.StartsAt.Equal(after.StartsAt) || before.Minutes != after.Minutes:
			what = views.SeatMoved
		case before.Sequence != after.Sequence:
			what = views.SeatChanged
		}
		if what != "" {
			if err := send(person, views.PanelNews, what, what, strconv.Itoa(after.Sequence)); err != nil {
				return err
			}
		}
		if err := seatMessages(ctx, tx, after, person); err != nil {
			return err
		}
	}
	for _, person := range before.People() {
		if after.Sits(person) || before.State != hiring.InterviewScheduled || unheard {
			continue
		}
		if err := send(person, views.PanelOff, "off", views.OffArgs(before, after.Sequence)...); err != nil {
			return err
		}
	}
	return nil
}

// seatMessages puts in what somebody of a panel gets at its time: the kit before the interview, and
// the scorecard after it. Both are looked at again when they are sent: one of another time, or of
// somebody who sits there no more, is not.
func seatMessages(ctx context.Context, tx *store.Tx, i hiring.Interview, person string) error {
	if i.State != hiring.InterviewScheduled && i.State != hiring.InterviewDone {
		return nil
	}
	kit, ask := i.StartsAt.Add(-hiring.KitBefore), i.EndsAt().Add(hiring.FormAfter)
	if earliest := tx.Now().Add(outreachDelay); kit.Before(earliest) {
		kit = earliest
	}
	if earliest := tx.Now().Add(outreachDelay); ask.Before(earliest) {
		ask = earliest
	}
	start, end := views.InstantArg(i.StartsAt), views.InstantArg(i.EndsAt())
	return tx.Send(ctx,
		bot.Message{
			To: bot.Recipient{Person: person}, View: bot.View{Name: views.Kit, Subject: i.ID, Args: []string{start}},
			Key: fmt.Sprintf("kit:%s:%s:%s", i.ID, person, start), Due: kit, Why: whySeated,
		},
		bot.Message{
			To: bot.Recipient{Person: person}, View: bot.View{Name: views.CardAsk, Subject: i.ID, Args: []string{end}},
			Key: fmt.Sprintf("ask:%s:%s:%s", i.ID, person, end), Due: ask, Why: whyAsked,
		})
}
