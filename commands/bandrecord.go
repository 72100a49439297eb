package commands

import (
	"cmp"
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// askedOf is the argument, and the draft's value, that says of which candidate or requisition a question
// about pay is.
const askedOf = "of"

// bandRecord is the reference of a candidate or a requisition with its letter, which no role is called like.
var bandRecord = regexp.MustCompile(`^(?i:(c|r))[-‐‑–—]?0*([1-9][0-9]{0,8})$`)

// askOfRecord fills in a question about pay that names a candidate or a requisition in the place of the role.
// What was typed goes before.
func askOfRecord(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Args, error) {
	m := bandRecord.FindStringSubmatch(req.Args.Text("role"))
	switch {
	case m == nil:
		return req.Args, nil
	case strings.EqualFold(m[1], "r"):
		return askOfReq(ctx, tx, req, "R-"+m[2])
	default:
		return askOfCandidate(ctx, tx, req, "C-"+m[2])
	}
}

// askOfReq fills in the role, level and stack of a requisition, and its budget for those who may see that.
func askOfReq(ctx context.Context, tx *store.Tx, req bot.Request, id string) (bot.Args, error) {
	r, on, _, err := views.ReqFor(ctx, tx, req.Actor, id)
	if err != nil {
		return req.Args, err
	}
	filled := bandArgs{maps.Clone(req.Args)}
	filled.Args["role"], filled.Args["req"], filled.Args[askedOf] = r.Role, r.ID, r.ID
	filled.giveReq(tx, r, r.Ecosystem)
	if !hiring.May(views.Actor(req.Actor), hiring.SeeReqDetails, on) {
		return filled.Args, nil
	}
	filled.give("budget", r.Budget, !r.Budget.IsZero())
	return filled.Args, tx.Audit(ctx, store.AuditEvent{Subject: r.ID, Fact: views.FactRequisition})
}

// bandArgs are the arguments of a question about pay.
type bandArgs struct{ bot.Args }

// give sets one that is known, where none was typed.
func (a bandArgs) give(name string, value any, known bool) {
	if _, typed := a.Args[name]; known && !typed {
		a.Args[name] = value
	}
}

// giveReq gives what a requisition says of the seat, with a stack, which its role may not know.
func (a bandArgs) giveReq(tx *store.Tx, r hiring.Requisition, ecosystem string) {
	a.give("level", r.Level, r.Level != "")
	p, _ := tx.Snapshot().Playbook(r.Role)
	_, known := p.Ecosystem(ecosystem)
	a.give("ecosystem", ecosystem, known)
}

// askOfCandidate fills in the role, level, stack and budget of the requisition, and the experience and pay of
// the candidate. It is for those who may see the candidate's pay; what the company does not ask candidates for
// is left out.
func askOfCandidate(ctx context.Context, tx *store.Tx, req bot.Request, id string) (bot.Args, error) {
	c, err := views.CandidateFor(ctx, tx, req.Actor, id)
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
	filled := bandArgs{maps.Clone(req.Args)}
	filled.Args["role"], filled.Args["req"], filled.Args[askedOf] = r.Role, r.ID, c.ID
	filled.giveReq(tx, r, cmp.Or(r.Ecosystem, c.Ecosystem))
	if c.Months != nil {
		filled.give("experience", hiring.Experience{MinMonths: *c.Months, MaxMonths: *c.Months}, true)
	}
	filled.give("ask", c.ExpectedCTC, c.ExpectedCTC > 0)
	filled.give("budget", r.Budget, !r.Budget.IsZero())
	if tx.Snapshot().Setting(hiring.SettingCurrentCTC) == "yes" && c.CurrentCTC > 0 {
		filled.give("ctc", c.CurrentCTC, true)
		if p, _ := tx.Snapshot().Playbook(r.Role); len(p.Uplifts) == 1 {
			filled.give("from", p.Uplifts[0].Key, true)
		}
	}
	return filled.Args, tx.Audit(ctx, store.AuditEvent{Subject: c.ID, Fact: views.FactCandidate})
}
