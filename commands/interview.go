package commands

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

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
			Form: cancelForm, Handle: cancelInterview, Suggest: suggestInterview,
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
			Form: reassignForm, Handle: reassignSeat, Suggest: suggestInterview,
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
	found, err := tx.InterviewsNamed(ctx, name, views.CandidateViewer(req.Actor), maxFound)
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
	if req.Spec.Noun == "feedback" && !slices.Contains([]string{"show", "early", "waive", "accept"}, req.Spec.Verb) {
		return myCardChoices(ctx, tx, req, prefix)
	}
	found, err := tx.Interviews(ctx, store.InterviewFilter{
		Viewer: views.CandidateViewer(req.Actor), From: tx.Now().Add(-7 * 24 * time.Hour), To: tx.Now().Add(60 * 24 * time.Hour), Limit: maxFound,
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
