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

func awayCommands() []Command {
	return []Command{
		{
			Spec: bot.Spec{
				Noun: "hire", Verb: "away", Ack: bot.MayOpenForm,
				Summary: "Say until when you are away, and who decides for you",
				Details: "Whoever you name may approve in your place meanwhile. “/hire away back” ends it.",
				Params: []bot.Param{
					{Name: "until", Label: "Away until", Kind: awayUntil, Required: true, Input: bot.InputDate, Help: "Your last day away; “back” when you are back", Example: "4 Jan"},
					{Name: "delegate", Label: "Decides for you", Kind: Person, KeyOnly: true, Help: "Who may approve in your place"},
				},
				Examples: []string{"/hire away until 4 Jan delegate:@hiring-manager", "/hire away back"},
			},
			Form: awayForm, Handle: setAway,
		},
		{
			Spec: bot.Spec{
				Noun: "hire", Verb: "handover", Roles: []string{string(hiring.Recruiter), string(hiring.Admin)},
				Summary: "Hand what somebody owns over to somebody else, after a preview",
				Params: []bot.Param{
					{Name: "from", Label: "Present owner", Kind: Anyone, Required: true, Help: "Whose requisitions and approvals"},
					{Name: "to", Label: "New owner", Kind: Person, Required: true, Help: "Who takes them over"},
					{Name: "confirm", Kind: bot.YesNo, KeyOnly: true, Help: "Do it, and not only show it", Choices: yesNo},
				},
				Examples: []string{"/hire handover @hiring-manager @hiring-manager-2"},
			},
			Form: handOverForm, Handle: handOver,
		},
		{
			Spec: bot.Spec{
				Noun: "hire", Verb: "quiet", Roles: []string{string(hiring.Recruiter), string(hiring.Admin), string(hiring.HiringManager)},
				Summary: "Keep me from posting in this channel by myself",
				Params: []bot.Param{{Name: "state", Kind: stateKind, Help: "On, or off to let me post again", Choices: []bot.Choice{
					{Label: "On", Value: "on"}, {Label: "Off", Value: "off"}}}},
				Examples: []string{"/hire quiet", "/hire quiet off"},
			},
			Handle: setQuiet,
		},
	}
}

// back is what one says instead of a date when one is back.
const back = "back"

var awayUntil = &bot.Kind{
	Name: "date", Example: "4 Jan",
	Parse: func(rd bot.Reading, text string) (any, error) {
		if strings.EqualFold(strings.TrimSpace(text), back) {
			return bot.Date(back), nil
		}
		return bot.ParseDate(rd.Now, rd.Zone, text)
	},
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Input: bot.InputDate, Wire: 10, Words: 4,
}

func awayForm(_ context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
	delegate := bot.FieldOf(req.Spec, "delegate", nonEmpty(req.Args.Text("delegate"))...)
	for _, p := range activePeople(tx.Snapshot()) {
		if p.ID != req.Actor.ID && maySeePay(p) {
			delegate.Choices = append(delegate.Choices, bot.Choice{Label: p.Name, Value: p.ID})
		}
	}
	return bot.Form{
		Title: "Away", Submit: "Save", Call: bot.Do("hire.away"),
		Fields: []bot.Field{bot.FieldOf(req.Spec, "until", nonEmpty(string(bot.ArgOr(req.Args, "until", bot.Date(""))))...), delegate},
	}, nil
}

// maySeePay tells whether somebody has a role in which pay is seen: who decides for another sees what
// they would see.
func maySeePay(p hiring.Person) bool {
	return p.Has(hiring.HiringManager) || p.Has(hiring.Recruiter) || p.Has(hiring.Compensation)
}

func setAway(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	if req.Actor.ID == "" {
		return bot.Response{}, hiring.Errorf(hiring.NotAllowed, "I know you by no name yet, so nobody can decide for you.")
	}
	until := bot.ArgOr(req.Args, "until", bot.Date(""))
	if until == back {
		if err := tx.ClearAbsence(ctx, req.Actor.ID); err != nil {
			return bot.Response{}, err
		}
		return show(views.Away, req.Actor.ID), tx.Audit(ctx, store.AuditEvent{Subject: "person:" + req.Actor.ID, Fact: "back"})
	}
	if string(until) < today(req) {
		return bot.Response{}, hiring.InvalidField("until", "%s is past. Give your last day away, or “back”.", until.Long())
	}
	delegate := req.Args.Text("delegate")
	if delegate == req.Actor.ID {
		return bot.Response{}, hiring.InvalidField("delegate", "Somebody else must decide for you. Name a colleague, or nobody.")
	}
	if p, ok := tx.Snapshot().Person(delegate); ok && !maySeePay(p) {
		return bot.Response{}, hiring.InvalidField("delegate", "%s would see budgets by deciding for you. Name a hiring manager, a recruiter or somebody in compensation.", p.Name)
	}
	if err := tx.SetAbsence(ctx, hiring.Absence{Person: req.Actor.ID, Until: string(until), Delegate: delegate}); err != nil {
		return bot.Response{}, err
	}
	// What waits for them already is told to their delegate too.
	if delegate != "" {
		waiting, err := tx.ApprovalsWaitingFor(ctx, req.Actor.ID, today(req), maxFound)
		if err != nil {
			return bot.Response{}, err
		}
		for _, a := range waiting {
			if err := tellStep(ctx, tx, a, tx.Now()); err != nil {
				return bot.Response{}, err
			}
		}
	}
	return show(views.Away, req.Actor.ID), tx.Audit(ctx, store.AuditEvent{Subject: "person:" + req.Actor.ID, Fact: "away"})
}

// handOverForm asks who takes over, with whoever is known already filled in.
func handOverForm(_ context.Context, _ *store.Tx, req bot.Request) (bot.Form, error) {
	values := bot.ValuesOf(req.Spec, req.Args)
	form := bot.Form{Title: "Hand things over", Submit: "Show what goes", Call: bot.Do(req.Spec.Name())}
	for _, name := range []string{"from", "to"} {
		form.Fields = append(form.Fields, bot.FieldOf(req.Spec, name, values[name]...))
	}
	return form, nil
}

// handOver moves what somebody owns, and what waits for their decision, to somebody else. Without
// confirm it only shows what that would be.
func handOver(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	from, to := req.Args.Text("from"), req.Args.Text("to")
	if from == to {
		return bot.Response{}, hiring.InvalidField("to", "That is the same person. Name who takes over.")
	}
	if to == req.Actor.ID && !views.Actor(req.Actor).Has(hiring.Recruiter) {
		return bot.Response{}, hiring.Errorf(hiring.NotAllowed, "Only a recruiter takes requisitions over: they show pay. Name somebody else, or ask a recruiter to do it.")
	}
	all, err := views.OwnedBy(ctx, tx, req.Actor, from)
	if err != nil {
		return bot.Response{}, err
	}
	if to == req.Actor.ID && len(all.Unseen) > 0 {
		return bot.Response{}, hiring.InvalidField("to", "One of these is confidential, and nobody hands that to themselves. Name somebody else.")
	}
	if !bot.ArgOr(req.Args, "confirm", false) {
		return redraw(req, views.Handover, from, to), nil
	}
	owned := all.Moves()
	approvals, err := handOverApprovals(ctx, tx, req.Actor, from, to, owned)
	if err != nil {
		return bot.Response{}, err
	}
	err = handOverReqs(ctx, tx, owned, from, to)
	if err != nil {
		return bot.Response{}, err
	}
	if to != req.Actor.ID && len(owned) > 0 {
		err = tx.Send(ctx, bot.Message{
			To: bot.Recipient{Person: to}, View: bot.View{Name: views.TakenOver, Subject: from, Args: []string{req.Actor.ID, fmt.Sprint(len(owned))}},
			Why: "You get this because you own them now.",
		})
		if err != nil {
			return bot.Response{}, err
		}
	}
	err = tx.Audit(ctx, store.AuditEvent{Subject: "person:" + from, Fact: "handover", Detail: map[string]string{"to": to}})
	return redraw(req, views.HandedOver, from, to, fmt.Sprint(len(owned)), fmt.Sprint(approvals)), err
}

func handOverReqs(ctx context.Context, tx *store.Tx, list []hiring.Requisition, from, to string) error {
	for _, r := range list {
		for _, part := range []*string{&r.HiringManager, &r.Recruiter, &r.Requester} {
			if *part == from {
				*part = to
			}
		}
		r.Panel = replaced(r.Panel, from, to)
		if _, err := tx.SaveRequisition(ctx, r); err != nil {
			return err
		}
		if err := record(ctx, tx, r.ID, "handed it over", handedOver(tx, from, to)); err != nil {
			return err
		}
		if err := tx.Refresh(ctx, r.ID); err != nil {
			return err
		}
	}
	return nil
}

// replaced returns a list with somebody in the place of another, once.
func replaced(list []string, from, to string) []string {
	var out []string
	for _, id := range list {
		if id == from {
			id = to
		}
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// handOverApprovals moves what somebody has to decide, and the questions that they have to answer. It
// returns how many decisions it moved.
func handOverApprovals(ctx context.Context, tx *store.Tx, by bot.Actor, from, to string, reqs []hiring.Requisition) (int, error) {
	open, err := views.WaitingOn(ctx, tx, by, from)
	if err != nil {
		return 0, err
	}
	decisions := len(open)
	for _, r := range reqs {
		a, ok, err := tx.LatestApproval(ctx, r.ID)
		if err != nil {
			return 0, err
		}
		known := slices.ContainsFunc(open, func(o hiring.Approval) bool { return o.ID == a.ID })
		if ok && !known && a.State == hiring.ApprovalOpen && (a.Requester == from || a.Author == from) {
			open = append(open, a)
		}
	}
	for _, before := range open {
		a, err := before.Replaced(from, to, tx.Now())
		if err != nil {
			return 0, err
		}
		if a, err = saveApproval(ctx, tx, before, a); err != nil {
			return 0, err
		}
		if err := record(ctx, tx, a.Subject, "handed the approval over", handedOver(tx, from, to)); err != nil {
			return 0, err
		}
		if err := tellStep(ctx, tx, a, tx.Now()); err != nil {
			return 0, err
		}
		if err := conclude(ctx, tx, requisitionApproval, a); err != nil {
			return 0, err
		}
	}
	return decisions, nil
}

// handedOver says from whom and to whom, for the history.
func handedOver(tx *store.Tx, from, to string) map[string]string {
	name := nameOf(tx.Snapshot())
	return map[string]string{"text": "from " + name(from) + " to " + name(to)}
}

func setQuiet(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	if req.In.Private || req.In.Channel == "" {
		return bot.Response{}, hiring.Errorf(hiring.Invalid, "Type this in the channel that you mean; here there is nothing to keep quiet.")
	}
	quiet := req.Args.Text("state") != "off"
	if err := tx.SetQuiet(ctx, req.In.Workspace, req.In.Channel, quiet); err != nil {
		return bot.Response{}, err
	}
	state := "on"
	if !quiet {
		state = "off"
	}
	return show(views.Quiet, "", state), tx.Audit(ctx, store.AuditEvent{Subject: "channel:" + req.In.Workspace + "/" + req.In.Channel, Fact: "quiet_" + state})
}
