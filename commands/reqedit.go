package commands

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// applyArgs changes what the request names. A form names every field it shows, also those emptied.
func applyArgs(s *store.Snapshot, r *hiring.Requisition, req bot.Request) error {
	given := func(name string) bool {
		if _, ok := req.Args[name]; ok {
			return true
		}
		_, shown := req.Values[name]
		return req.Type == bot.Submit && shown
	}
	text := func(name string, into *string) {
		if given(name) {
			*into = req.Args.Text(name)
		}
	}
	list := func(name string, into *[]string) {
		if given(name) {
			*into = bot.AllArgs[string](req.Args, name)
		}
	}
	if o, ok := bot.Arg[opening](req.Args, "what"); ok {
		r.Role, r.Level, r.Title = o.role, o.level, o.title
		if o.ecosystem != "" || r.ID == "" {
			r.Ecosystem = o.ecosystem
		}
	}
	if n, ok := bot.Arg[int](req.Args, "seats"); ok {
		r.Seats = n
	}
	if given("budget") {
		r.Budget = bot.ArgOr(req.Args, "budget", hiring.RupeesRange{})
	}
	if given("target") {
		r.Target = string(bot.ArgOr(req.Args, "target", bot.Date("")))
	}
	if given("confidential") {
		r.Confidential = bot.ArgOr(req.Args, "confidential", false)
	}
	text("where", &r.Location)
	text("work_mode", &r.WorkMode)
	text("why", &r.Why)
	text("budget_why", &r.BudgetWhy)
	for _, part := range []struct {
		name string
		role hiring.Role
		into *string
	}{{"manager", hiring.HiringManager, &r.HiringManager}, {"recruiter", hiring.Recruiter, &r.Recruiter}} {
		if err := checkPart(s, part.name, req.Args.Text(part.name), part.role, *part.into); err != nil {
			return err
		}
		text(part.name, part.into)
	}
	if given("must") {
		r.Must = bot.ArgOr(req.Args, "must", []string(nil))
	}
	if given("nice") {
		r.Nice = bot.ArgOr(req.Args, "nice", []string(nil))
	}
	list("panel", &r.Panel)
	if given("stages") {
		r.Stages = nil
		p, _ := s.Playbook(r.Role)
		for _, name := range bot.AllArgs[string](req.Args, "stages") {
			if stage, ok := p.Stage(name); ok {
				name = stage.Key
			}
			r.Stages = append(r.Stages, name)
		}
	}
	return nil
}

// checkPart refuses somebody for a part who has not its role. Who has the part already keeps it.
func checkPart(s *store.Snapshot, field, person string, role hiring.Role, now string) error {
	p, ok := s.Person(person)
	if person == "" || person == now || ok && p.Has(role) {
		return nil
	}
	return hiring.InvalidField(field, "%s is no %s. An admin can make them one: /hire people @%s +%s", p.Name, strings.ToLower(hiring.RoleTitle(role)), p.Name, role)
}

// checkReq refuses what cannot be.
func checkReq(s *store.Snapshot, r hiring.Requisition) error {
	if problems := r.Problems(); len(problems) > 0 {
		return hiring.InvalidField(reqField(problems[0].Field()), "%s", problems[0].Message())
	}
	p, ok := s.Playbook(r.Role)
	if !ok {
		return hiring.InvalidField("what", "There is no role %s any more.", r.Role)
	}
	for _, key := range r.Stages {
		if _, ok := p.Stage(key); !ok {
			return hiring.InvalidField("stages", "%s has no interview stage “%s”. /hire roles %s shows its stages.", p.Title, key, p.Key)
		}
	}
	return nil
}

// needReason refuses a budget outside the band without a reason.
func needReason(tx *store.Tx, by bot.Actor, r hiring.Requisition) error {
	if !lacksReason(tx.Snapshot(), r) {
		return nil
	}
	return hiring.InvalidField("budget_why", "%s. Change it, or say why, and compensation is asked as well: /req edit %s budget_why:\"the reason\"",
		views.PlacedWords(tx, by, hiring.PlaceBudget(r, tx.Snapshot().Bands(r.Role))), r.ID)
}

// reqField returns the parameter that asks for a field of a requisition.
func reqField(field string) string {
	switch field {
	case "role", "title", "level", "ecosystem":
		return "what"
	case "location":
		return "where"
	default:
		return field
	}
}

// editReqForm shows everything, as it is now.
func editReqForm(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
	r, _, err := myReq(ctx, tx, req)
	if err != nil {
		return bot.Form{}, err
	}
	if kept := bot.DraftOf(req.Event); kept != "" && req.Args["budget"] != nil {
		return reasonedForm(req, bot.Do("req.edit", r.ID, strconv.FormatInt(r.Version, 10)).WithDraft(kept), "Save"), nil
	}
	s := tx.Snapshot()
	p, _ := s.Playbook(r.Role)
	one := func(v string) []string { return nonEmpty(v) }
	values := map[string][]string{
		"what": one(openingText(s, r)), "seats": {fmt.Sprint(r.Seats)}, "where": one(r.Location), "why": one(r.Why), "target": one(r.Target),
		"work_mode": one(r.WorkMode), "confidential": {yesOrNo(r.Confidential)}, "budget_why": one(r.BudgetWhy),
		"must": one(Skills.Print(r.Must)), "nice": one(Skills.Print(r.Nice)),
		"manager": one(r.HiringManager), "recruiter": one(r.Recruiter), "panel": r.Panel, "stages": r.Stages,
	}
	if r.Budget != (hiring.RupeesRange{}) {
		values["budget"] = []string{r.Budget.Short()}
	}
	form := bot.Form{Title: "Edit " + r.ID, Submit: "Save", Subject: r.ID, Call: bot.Do("req.edit", r.ID, strconv.FormatInt(r.Version, 10)), Note: bot.T("A changed role, level, budget or number of seats is approved again.")}
	for _, param := range slices.Concat(basics(true), details()) {
		f := bot.FieldOf(req.Spec, param.Name, values[param.Name]...)
		switch param.Name {
		case "what", "why":
			f.Required = values[param.Name] != nil // it has to be there; typed, what is left out stays as it is
		case "work_mode":
			f.Choices = WorkMode.Suggest(bot.Reading{}, "")
		case "manager":
			f.Choices = peopleChoices(s, hiring.HiringManager, r.HiringManager)
		case "recruiter":
			f.Choices = peopleChoices(s, hiring.Recruiter, r.Recruiter)
		case "panel":
			f.Choices = peopleChoices(s, "", r.Panel...)
		case "confidential":
			f.Choices = yesNo
		case "stages":
			for _, stage := range p.Stages {
				f.Choices = append(f.Choices, bot.Choice{Label: stage.Title, Value: stage.Key})
			}
		}
		form.Fields = append(form.Fields, f)
	}
	return form, nil
}

// checkTarget refuses a day that is past, unless it stood there before.
func checkTarget(req bot.Request, before string) error {
	day, ok := bot.Arg[bot.Date](req.Args, "target")
	if !ok || string(day) == before || string(day) >= today(req) {
		return nil
	}
	return hiring.InvalidField("target", "%s is past. Give a day to come, like %s.", day.Long(), bot.Date(today(req)).AddDays(90).Long())
}

// outsideBand tells of a budget that needs a reason.
func outsideBand(s *store.Snapshot, r hiring.Requisition) bool {
	return hiring.OutsideBand(hiring.PlaceBudget(r, s.Bands(r.Role)))
}

func yesOrNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func activePeople(s *store.Snapshot) []hiring.Person {
	return slices.DeleteFunc(s.People(), func(p hiring.Person) bool { return !p.Active })
}

// peopleChoices are the active people with a role, "" for any, and those who are chosen already.
func peopleChoices(s *store.Snapshot, role hiring.Role, chosen ...string) []bot.Choice {
	var out []bot.Choice
	for _, p := range s.People() {
		if p.Active && (role == "" || p.Has(role)) || slices.Contains(chosen, p.ID) {
			out = append(out, bot.Choice{Label: p.Name, Value: p.ID})
		}
	}
	return out
}

// formVersion is the version of the record that a form was drawn from, so that nobody overwrites what
// somebody else changed meanwhile.
var formVersion = bot.Param{Name: "version", Kind: bot.Integer, KeyOnly: true, Help: "The version that a form shows; forms carry it", Example: "3"}

func editReq(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	old, a, err := myReq(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	if seen, ok := bot.Arg[int](req.Args, formVersion.Name); ok && int64(seen) != old.Version {
		return bot.Response{}, hiring.Errorf(hiring.Conflict, "%s was changed since you opened this form. What you typed is kept: look at /req %s, then open the form again.", old.ID, old.ID)
	}
	if !old.Editable() {
		return bot.Response{}, hiring.Errorf(hiring.Conflict, "%s is %s. Reopen it first: /req reopen %s", old.ID, strings.ToLower(hiring.ReqStateTitle(old.State)), old.ID)
	}
	if err := checkTarget(req, old.Target); err != nil {
		return bot.Response{}, err
	}
	if _, shown := req.Values["why"]; shown && req.Type == bot.Submit && req.Args.Text("why") == "" && old.Why != "" {
		return bot.Response{}, hiring.InvalidField("why", "Those who approve want to know why now, for example: UPI volume doubled")
	}
	r := old
	if err := applyArgs(tx.Snapshot(), &r, req); err != nil {
		return bot.Response{}, err
	}
	if err := checkReq(tx.Snapshot(), r); err != nil {
		return bot.Response{}, err
	}
	if lacksReason(tx.Snapshot(), r) && req.Type == bot.Invoke && req.Args["budget"] != nil {
		kept, err := keepTyped(ctx, tx, req, "req.edit")
		return show(views.ReqAbove, r.Role, r.Level, r.Budget.Short(), kept, r.ID), err
	}
	if err := needReason(tx, req.Actor, r); err != nil {
		return bot.Response{}, err
	}
	unneeded := ""
	if r.BudgetWhy != old.BudgetWhy && r.Budget == old.Budget && !outsideBand(tx.Snapshot(), r) {
		// The reason is a part of what is approved, and nobody needs to approve one that nobody asks for.
		r.BudgetWhy, unneeded = old.BudgetWhy, "The budget needs no reason, so none was kept. "
	}
	changes := hiring.Changes(old, r, nameOf(tx.Snapshot()))
	if len(changes) == 0 {
		return redraw(req, views.Req, r.ID, unneeded+"Nothing changed."), nil
	}
	r.ChangedAt = tx.Now()
	if r, err = tx.SaveRequisition(ctx, r); err != nil {
		return bot.Response{}, err
	}
	for _, c := range changes {
		detail := map[string]string{"text": c.String()}
		if c.ConcernsPay() {
			detail["pay"] = "yes"
		}
		if err := record(ctx, tx, r.ID, "changed it", detail); err != nil {
			return bot.Response{}, err
		}
	}
	done := unneeded + "Saved."
	if r.State != hiring.ReqDraft && hiring.NeedsApprovalAgain(old, r) {
		if a.State == hiring.ApprovalOpen {
			if err := voidApproval(ctx, tx, a, "The terms changed."); err != nil {
				return bot.Response{}, err
			}
		}
		if _, err := askApproval(ctx, tx, req.Actor, r, changes...); err != nil {
			return bot.Response{}, err
		}
		done = "Saved. What was approved has changed, so approval is asked again."
		if old.State == hiring.ReqPending {
			done = "Saved. What is to be approved has changed, so it is asked anew."
		}
	} else if r.State == hiring.ReqOpen && old.Confidential && !r.Confidential && !r.Announced {
		r.Announced = true
		if r, err = tx.SaveRequisition(ctx, r); err != nil {
			return bot.Response{}, err
		}
		if err := announceReq(ctx, tx, r); err != nil {
			return bot.Response{}, err
		}
	}
	return redraw(req, views.Req, r.ID, done), tx.Refresh(ctx, r.ID)
}
