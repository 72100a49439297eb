package commands

import (
	"context"
	"maps"
	"regexp"
	"slices"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// askedOf is the argument, and the draft's value, that says which candidate a question about pay is of.
const askedOf = "candidate"

// candidateForm is a candidate's reference with its letter, which no role is called like.
var candidateForm = regexp.MustCompile(`^(?i:c)[-‐‑–—]?0*([1-9][0-9]{0,8})$`)

// askOfCandidate fills in a question about pay that names a candidate in the place of the role: role, level,
// stack and budget are those of the requisition, experience and pay those of the candidate. What was typed
// goes before. It is for those who may see the candidate's pay; what the company does not ask candidates for
// is left out.
func askOfCandidate(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Args, error) {
	m := candidateForm.FindStringSubmatch(req.Args.Text("role"))
	if m == nil {
		return req.Args, nil
	}
	c, err := views.CandidateFor(ctx, tx, req.Actor, "C-"+m[1])
	if err != nil {
		return req.Args, err
	}
	on, err := tx.CandidateSubject(ctx, c.ID)
	if err != nil {
		return req.Args, err
	}
	if !hiring.May(views.Actor(req.Actor), hiring.SeeCandidateDetails, on) {
		return req.Args, notYours(tx, c.ID)
	}
	a, err := theApp(ctx, tx, req, c)
	if err != nil {
		return req.Args, err
	}
	at := slices.IndexFunc(on.Reqs, func(r hiring.Requisition) bool { return r.ID == a.Req })
	if at < 0 {
		return req.Args, views.NoApplication(c.ID, a.Req)
	}
	r := on.Reqs[at]
	args := maps.Clone(req.Args)
	give := func(name string, value any, known bool) {
		if _, typed := args[name]; known && !typed {
			args[name] = value
		}
	}
	args["role"], args["req"], args[askedOf] = r.Role, r.ID, c.ID
	give("level", r.Level, r.Level != "")
	if r.Ecosystem == "" {
		r.Ecosystem = c.Ecosystem
	}
	p, _ := tx.Snapshot().Playbook(r.Role)
	_, known := p.Ecosystem(r.Ecosystem)
	give("ecosystem", r.Ecosystem, known)
	if c.Months != nil {
		give("experience", hiring.Experience{MinMonths: *c.Months, MaxMonths: *c.Months}, true)
	}
	give("ask", c.ExpectedCTC, c.ExpectedCTC > 0)
	give("budget", r.Budget, !r.Budget.IsZero())
	if tx.Snapshot().Setting(hiring.SettingCurrentCTC) == "yes" && c.CurrentCTC > 0 {
		give("ctc", c.CurrentCTC, true)
		if len(p.Uplifts) == 1 {
			give("from", p.Uplifts[0].Key, true)
		}
	}
	return args, tx.Audit(ctx, store.AuditEvent{Subject: c.ID, Fact: views.FactCandidate})
}
