package commands

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

var makesReqs = []string{string(hiring.HiringManager), string(hiring.Recruiter)}

// outreachDelay is how long messages to others wait that somebody would mind to get for nothing:
// within it an undo goes unnoticed.
const outreachDelay = time.Minute

func reqParam() bot.Param {
	return bot.Param{Name: "req", Label: "Requisition", Kind: ReqRef, Required: true, Help: "Which requisition, by number or a part of its name", Example: "R-12"}
}

// basics are the five things that a new requisition asks for.
func basics(keyOnly bool) []bot.Param {
	return []bot.Param{
		{Name: "what", Label: "Role and level", Kind: Opening, Required: !keyOnly, KeyOnly: keyOnly, Max: 80, Help: "Whom you want, like senior java backend"},
		{Name: "seats", Label: "How many", Kind: Seats, KeyOnly: keyOnly, Help: "Seats to fill", Example: "2"},
		{Name: "where", Label: "Where", Kind: Place, KeyOnly: keyOnly, Max: 60, Help: "The city, or where they work from", Example: "Bengaluru"},
		{Name: "budget", Label: "Budget a seat (CTC a year)", Kind: Budget, KeyOnly: keyOnly, Secret: true, Help: "What one seat may cost a year", Example: "35-45L"},
		{Name: "why", Label: "Why now", Kind: bot.PlainText, KeyOnly: true, Required: !keyOnly, Max: 500, Help: "The reason, for those who approve", Example: "UPI volume doubled"},
	}
}

// details are all else, with a default each.
func details() []bot.Param {
	return []bot.Param{
		{Name: "target", Label: "Filled by", Kind: TargetDay, Help: "When the seats should be filled", Example: "March"},
		{Name: "work_mode", Label: "Work mode", Kind: WorkMode, Input: bot.InputChoice, Help: "Onsite, hybrid or remote"},
		{Name: "confidential", Kind: Confidential, Help: "For its team alone: it exists for nobody else"},
		{Name: "budget_why", Label: "Why this budget", Kind: bot.PlainText, KeyOnly: true, Secret: true, Max: 300, Help: "The reason for a budget above or below the band", Example: "the last three offers were declined"},
		{Name: "must", Label: "Must have", Kind: Skills, KeyOnly: true, Max: 2000, Help: "Skills that are needed, one a line", Example: "Kafka, PostgreSQL"},
		{Name: "nice", Label: "Nice to have", Kind: Skills, KeyOnly: true, Max: 2000, Help: "Skills that help, one a line"},
		{Name: "manager", Label: "Hiring manager", Kind: Person, KeyOnly: true, Secret: true, Help: "Who owns it"},
		{Name: "recruiter", Kind: Person, KeyOnly: true, Secret: true, Help: "Who recruits for it"},
		{Name: "panel", Kind: Person, KeyOnly: true, Repeated: true, Secret: true, Input: bot.InputPeople, Help: "Who interviews"},
		{Name: "stages", Label: "Interview stages", Kind: StageKey, KeyOnly: true, Repeated: true, Input: bot.InputChoices, Help: "Which interviews are held"},
	}
}

var yesNo = []bot.Choice{{Label: "No", Value: "no"}, {Label: "Yes", Value: "yes"}}

func reqCommands() []Command {
	return slices.Concat([]Command{
		{
			Spec: bot.Spec{
				Noun: "req", Verb: "list", Default: true, Reads: true,
				Summary: "Requisitions: yours, open ones, or those of a role",
				Params: []bot.Param{
					{Name: "state", Kind: reqState, Help: "Yours, or only those in one state", Choices: stateChoices()},
					{Name: "owner", Kind: Anyone, Help: "Only those of one hiring manager"},
					{Name: "role", Kind: Role, Help: "Only those of one role"},
					{Name: "after", Kind: ReqRef, KeyOnly: true, Help: "Go on after this one"},
					{Name: "number", Label: "Requisition", Kind: reqNumber, Help: "Show this one"},
				},
				Examples: []string{"/req", "/req list mine", "/req list open backend", "/req R-12"},
			},
			Handle: func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
				if id := req.Args.Text("number"); id != "" {
					r, _, _, err := views.ReqFor(ctx, tx, req.Actor, id)
					return redraw(req, views.Req, r.ID), err
				}
				return redraw(req, views.ReqList, "", req.Args.Text("state"), req.Args.Text("owner"), req.Args.Text("role"), req.Args.Text("after")), nil
			},
		},
		{
			Spec: bot.Spec{
				Noun: "req", Verb: "new", Ack: bot.MayOpenForm, Roles: makesReqs, Shortcut: "New requisition",
				Summary:  "A new requisition, asked for approval at once",
				Details:  "It reads what it can from the words, in any order, and asks for the rest in a form of five fields.",
				Params:   slices.Concat(basics(false), details()),
				Examples: []string{"/req new senior java backend x2 bengaluru 35-45L by March", "/req new mid python backend hyderabad 18-24L why:\"backfill\""},
			},
			Form: newReqForm, Unsure: unsureReq, Handle: newReq,
		},
		{
			Spec: bot.Spec{
				Noun: "req", Verb: "another", Roles: makesReqs, FromCard: true,
				Summary:  "Make a requisition although one looks the same",
				Params:   slices.Concat(basics(false), details()),
				Examples: []string{"/req another senior java backend x2 bengaluru 35-45L why:\"second team\""},
			},
			Handle: anotherReq,
		},
		{
			Spec: bot.Spec{
				Noun: "req", Verb: "show", Reads: true,
				Summary: "One requisition, with what you may do next", Params: []bot.Param{reqParam()},
				Examples: []string{"/req show R-12", "/req show backend"},
			},
			Handle: func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
				if id := req.Args.Text("req"); strings.HasPrefix(id, "R-") {
					return redraw(req, views.Req, id), nil // its view says whether it exists for them
				}
				r, _, _, err := theReq(ctx, tx, req)
				return redraw(req, views.Req, r.ID), err
			},
			Suggest: suggestReq,
		},
		{
			Spec: bot.Spec{
				Noun: "req", Verb: "history", Reads: true, FromCard: true,
				Summary: "Who did what to a requisition, and when", Params: []bot.Param{reqParam()},
				Examples: []string{"/req history R-12"},
			},
			Handle: func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
				r, _, _, err := theReq(ctx, tx, req)
				return redraw(req, views.ReqHistory, r.ID), err
			},
			Suggest: suggestReq,
		},
		{
			Spec: bot.Spec{
				Noun: "req", Verb: "edit", Action: string(hiring.ChangeReq), Ack: bot.MayOpenForm, FormFirst: true,
				Summary:  "Change a requisition; a new budget or level is approved again",
				Params:   slices.Concat([]bot.Param{reqParam(), formVersion}, basics(true), details()),
				Examples: []string{"/req edit R-12", "/req edit R-12 budget:40-50L"},
			},
			Form: editReqForm, Handle: editReq, Suggest: suggestReq,
		},
		{
			Spec: bot.Spec{
				Noun: "req", Verb: "copy", Roles: makesReqs,
				Summary: "A new draft from a requisition", Params: []bot.Param{reqParam()},
				Examples: []string{"/req copy R-12"},
			},
			Handle: copyReq, Suggest: suggestReq,
		},
		{
			Spec: bot.Spec{
				Noun: "req", Verb: "submit", FromCard: true,
				Summary: "Ask for the approval of a draft", Params: []bot.Param{reqParam()},
				Examples: []string{"/req submit R-12"},
			},
			Handle: submitReq, Suggest: suggestReq,
		},
		{
			Spec: bot.Spec{
				Noun: "req", Verb: "undo", FromCard: true,
				Summary:  "Undo what was done last to a requisition, within ten minutes",
				Params:   []bot.Param{reqParam(), {Name: "was", Kind: reqWas, KeyOnly: true, Help: "How it was before, as its card carries it"}},
				Examples: []string{"/req undo R-12"},
			},
			Handle: undoReq, Suggest: suggestReq,
		},
	}, moveCommands())
}

var reqState = &bot.Kind{
	Name: "state", Example: "open",
	Parse: func(_ bot.Reading, text string) (any, error) { return text, nil },
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Wire: 16, Words: 3,
}

func stateChoices() []bot.Choice {
	out := []bot.Choice{{Label: "Mine", Value: views.MineOnly}, {Label: "All", Value: views.AllStates}}
	for _, s := range []hiring.ReqState{hiring.ReqDraft, hiring.ReqPending, hiring.ReqOpen, hiring.ReqOnHold, hiring.ReqFilled, hiring.ReqClosed} {
		out = append(out, bot.Choice{Label: hiring.ReqStateTitle(s), Value: string(s)})
	}
	return out
}

// theReq returns the requisition that a request names: by reference, or by a part of its name among
// those that this person may see. Several matches are offered.
func theReq(ctx context.Context, tx *store.Tx, req bot.Request) (hiring.Requisition, hiring.Subject, hiring.Approval, error) {
	name := req.Args.Text("req")
	if strings.HasPrefix(name, "R-") {
		return views.ReqFor(ctx, tx, req.Actor, name)
	}
	found, err := tx.Requisitions(ctx, store.ReqFilter{Viewer: views.ReqViewer(req.Actor), Search: name, Limit: maxFound})
	if err != nil {
		return hiring.Requisition{}, hiring.Subject{}, hiring.Approval{}, err
	}
	switch len(found) {
	case 0:
		return hiring.Requisition{}, hiring.Subject{}, hiring.Approval{}, views.NoRequisition("“" + name + "”")
	case 1:
		return views.ReqFor(ctx, tx, req.Actor, found[0].ID)
	}
	return hiring.Requisition{}, hiring.Subject{}, hiring.Approval{},
		bot.Invalidf("req", "“%s” fits several requisitions. Which one?", name).Offering(reqChoices(tx, found))
}

// maxFound is how many matches of a name are offered: a menu full.
const maxFound = 25

// myReq is theReq for somebody who may change it.
func myReq(ctx context.Context, tx *store.Tx, req bot.Request) (hiring.Requisition, hiring.Approval, error) {
	r, on, a, err := theReq(ctx, tx, req)
	if err != nil {
		return r, a, err
	}
	if !hiring.May(views.Actor(req.Actor), hiring.ChangeReq, on) {
		return r, a, hiring.Errorf(hiring.NotAllowed, "%s is changed by its hiring manager and by recruiters. %s", r.ID, whoChanges(tx, r))
	}
	return r, a, nil
}

// whoChanges says whom to ask to change a requisition: somebody active who may.
func whoChanges(tx *store.Tx, r hiring.Requisition) string {
	s := tx.Snapshot()
	for _, id := range append([]string{r.HiringManager, r.Requester, r.Recruiter}, r.Panel...) {
		p, ok := s.Person(id)
		if ok && p.Active && hiring.May(hiring.Actor{ID: p.ID, Roles: p.Roles}, hiring.ChangeReq, hiring.Subject{Req: &r}) {
			return "Ask @" + p.Name + "."
		}
	}
	if recruiters := s.PeopleWith(hiring.Recruiter); len(recruiters) > 0 && !r.Confidential {
		return "Ask @" + recruiters[0].Name + "."
	}
	return "Whoever could is not here any more. An admin can hand it over: /hire handover"
}

// record puts a change of a requisition on its history, and on the record.
func record(ctx context.Context, tx *store.Tx, id, what string, detail map[string]string) error {
	if err := tx.AddHistory(ctx, id, what, detail); err != nil {
		return err
	}
	return tx.Audit(ctx, store.AuditEvent{Subject: id, Fact: "requisition_changed"})
}

// nameOf gives people's names by their ids.
func nameOf(s *store.Snapshot) func(string) string {
	return func(id string) string {
		if p, ok := s.Person(id); ok {
			return p.Name
		}
		return "somebody who left"
	}
}

// suggestReq suggests requisitions, the newest first: those that the command can do something with.
func suggestReq(ctx context.Context, tx *store.Tx, req bot.Request, param, prefix string) ([]bot.Choice, error) {
	if param != "req" {
		return nil, nil
	}
	filter := store.ReqFilter{Viewer: views.ReqViewer(req.Actor), Search: prefix, Limit: maxFound}
	changes := true
	switch req.Spec.Verb {
	case "edit":
		filter.States = []hiring.ReqState{hiring.ReqDraft, hiring.ReqPending, hiring.ReqOpen, hiring.ReqOnHold}
	case "close":
		filter.States = []hiring.ReqState{hiring.ReqDraft, hiring.ReqPending, hiring.ReqOpen, hiring.ReqOnHold, hiring.ReqFilled}
	case "submit":
		filter.States = []hiring.ReqState{hiring.ReqDraft}
	case "undo", "answer":
		filter.States = []hiring.ReqState{hiring.ReqPending}
	case "hold":
		filter.States = []hiring.ReqState{hiring.ReqOpen}
	case "fill":
		filter.States = []hiring.ReqState{hiring.ReqOpen, hiring.ReqOnHold}
	case "reopen":
		filter.States = []hiring.ReqState{hiring.ReqOnHold, hiring.ReqFilled, hiring.ReqClosed}
	default:
		changes = false
	}
	if changes {
		return reqsFor(ctx, tx, req.Actor, hiring.ChangeReq, filter)
	}
	found, err := tx.Requisitions(ctx, filter)
	return reqChoices(tx, found), err
}

// reqsFor suggests the requisitions of a filter with which somebody may do something: what recruiters may
// with all that they see, and others with their own. The query is narrowed to these, since what is left out
// of a page afterwards would make room for nothing; the policy has the last word.
func reqsFor(ctx context.Context, tx *store.Tx, by bot.Actor, action hiring.Action, filter store.ReqFilter) ([]bot.Choice, error) {
	actor := views.Actor(by)
	switch {
	case actor.Has(hiring.Recruiter):
		filter.Team = true
	case action == hiring.ChangeReq:
		filter.Member, filter.HeldBy = by.ID, by.ID
	default:
		filter.Member, filter.Owner = by.ID, by.ID
	}
	found, err := tx.Requisitions(ctx, filter)
	if err != nil {
		return nil, err
	}
	return reqChoices(tx, slices.DeleteFunc(found, func(r hiring.Requisition) bool { return !hiring.May(actor, action, hiring.Subject{Req: &r}) })), nil
}

// reqChoices names requisitions for a menu.
func reqChoices(tx *store.Tx, reqs []hiring.Requisition) []bot.Choice {
	choices := make([]bot.Choice, 0, len(reqs))
	for _, r := range reqs {
		p, _ := tx.Snapshot().Playbook(r.Role)
		choices = append(choices, bot.Choice{Label: r.ID + " " + views.ReqName(r, p), Value: r.ID, Hint: hiring.ReqStateTitle(r.State)})
	}
	return choices
}
