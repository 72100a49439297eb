package main

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// seesBands tells whether somebody sees the pay of a role: by what they are, or since they work on a
// requisition of it.
func (o *office) seesBands(who string) bool {
	p := o.at.People[o.person(who)]
	for _, r := range o.at.Reqs {
		if p.Active && (r.Requester == p.ID || r.HiringManager == p.ID) {
			return true
		}
	}
	return p.Has(hiring.Recruiter) || p.Has(hiring.Compensation) || p.Has(hiring.HiringManager)
}

// legal checks that a requisition came to its state by moves of the state machine. One act makes two at
// most: it asks for approval, and nobody else has to be asked; or it undoes one, by way of open.
func (o *office) legal(was, is hiring.Requisition) {
	o.tb.Helper()
	from := was.State
	if from == "" {
		from = hiring.ReqDraft // as which each begins
	}
	switch {
	case from == is.State, slices.Contains(from.Moves(), is.State):
	case slices.Contains(from.Moves(), hiring.ReqPending) && is.State == hiring.ReqOpen:
	case slices.Contains(from.Moves(), hiring.ReqOpen) && (is.State == hiring.ReqOnHold || is.State == hiring.ReqFilled):
	default:
		o.tb.Fatalf("%s went from %s to %s, which is no move", is.ID, from, is.State)
	}
}

// rightlyOpen checks that what is open was approved as it is.
func (o *office) rightlyOpen(r hiring.Requisition) {
	o.tb.Helper()
	if r.State != hiring.ReqOpen {
		return
	}
	if !r.TermsApproved() {
		o.tb.Fatalf("%s is open, and its terms are not the approved ones", r.ID)
	}
	for _, a := range o.at.Approvals {
		if a.Subject == r.ID && a.Terms == r.Terms() && a.State == hiring.Approved {
			return
		}
	}
	o.tb.Fatalf("%s is open, and nothing approved its terms", r.ID)
}

// notStuck checks that somebody who is here can move an open approval, and sees it among what waits.
func (o *office) notStuck(a hiring.Approval) {
	o.tb.Helper()
	if a.State != hiring.ApprovalOpen {
		return
	}
	if r := o.at.Reqs[a.Subject]; r.Terms() != a.Terms {
		o.tb.Fatalf("%s asks for terms that %s does not have any more", a.ID, r.ID)
	}
	for id, p := range o.at.People {
		_, able := a.DeciderFor(id, o.at.Absences, o.today())
		if listed := slices.Contains(o.at.Waiting[id], a.ID); p.Active && slices.Contains(colleagues, p.Name) && able != listed {
			o.tb.Fatalf("%s: %s can decide it: %v; it is listed among what waits for them: %v: %+v", a.ID, p.Name, able, listed, a)
		}
	}
	for _, x := range a.WaitsFor() {
		if !o.at.People[x.Person].Active {
			o.tb.Fatalf("%s of %s waits for %s, who left: %+v", a.ID, a.Subject, o.name(x.Person), a)
		}
		err := o.app.store.ReadAs(o.tb.Context(), x.Person, func(tx *store.Tx) error {
			_, _, _, err := views.ReqFor(o.tb.Context(), tx, tx.Actor(), a.Subject)
			return err
		})
		if err != nil {
			o.tb.Fatalf("%s waits for %s, for whom its requisition does not exist: %v", a.ID, o.name(x.Person), err)
		}
	}
	if len(a.WaitsFor()) == 0 {
		o.tb.Fatalf("%s is open and waits for nobody: %+v", a.ID, a)
	}
	if a.Paused() && !o.at.People[a.Requester].Active {
		o.tb.Fatalf("the reminders of %s wait for an answer of somebody who left: %+v", a.ID, a)
	}
	if !a.Paused() && a.Reminded < hiring.MaxReminders && a.RemindAt.IsZero() {
		o.tb.Fatalf("nobody will be reminded of %s: %+v", a.ID, a)
	}
}

// countedOnce checks the decisions of an approval: each of somebody who was asked, one of each, and as
// many as the steps need before it counts as approved.
func (o *office) countedOnce(a hiring.Approval) {
	o.tb.Helper()
	decided := map[string]int{}
	for i, s := range a.Steps {
		for _, d := range s.Decisions {
			decided[d.Person]++
			if !slices.ContainsFunc(s.Approvers, func(x hiring.StepApprover) bool { return x.Person == d.Person }) {
				o.tb.Fatalf("%s: step %d counts a decision of %s, who was not asked: %+v", a.ID, i+1, o.name(d.Person), a)
			}
		}
	}
	for person, n := range decided {
		if n > 1 {
			o.tb.Fatalf("%s counts %d decisions of %s: %+v", a.ID, n, o.name(person), a)
		}
	}
}

// decidedRightly checks what is new in the approvals: who decided, and that a step is passed or decided
// only when it may be.
func (o *office) decidedRightly(before, after sight, ev bot.Event) {
	o.tb.Helper()
	actor := o.person(ev.From.User)
	news := 0
	for id, a := range after.Approvals {
		was, r := before.Approvals[id], after.Reqs[a.Subject]
		for i, s := range a.Steps {
			var known []hiring.Decision
			if i < len(was.Steps) {
				known = was.Steps[i].Decisions
			}
			for _, d := range s.Decisions {
				if slices.Contains(known, d) {
					continue
				}
				news++
				if d.By != actor {
					o.tb.Fatalf("%s: %s acted, and %s counts as having decided", id, ev.From.User, o.name(d.By))
				}
				own := []string{a.Requester, r.Requester}
				if slices.Contains(own, d.By) || slices.Contains(own, d.Person) {
					o.tb.Fatalf("%s: %s decided what %s asked for", id, o.name(d.By), o.name(r.Requester))
				}
				stands := slices.ContainsFunc(before.Absences, func(x hiring.Absence) bool {
					return x.Person == d.Person && x.Delegate == d.By && x.Until >= o.today()
				})
				if d.By != d.Person && !stands {
					o.tb.Fatalf("%s: %s decided for %s, and is not their delegate", id, o.name(d.By), o.name(d.Person))
				}
			}
			if (i >= len(was.Steps) || !was.Steps[i].Passed) && s.Passed {
				for _, x := range s.Approvers {
					if after.People[x.Person].Active && x.Person != a.Requester && x.Person != a.Author {
						o.tb.Fatalf("%s: step %d was passed, although %s could decide it: %+v", id, i+1, o.name(x.Person), a)
					}
				}
			}
		}
		if a.State == hiring.Approved && was.State != hiring.Approved {
			o.enough(a)
		}
		if _, known := before.Approvals[id]; !known {
			o.askedWhom(a, before)
		}
	}
	if news > 1 {
		o.tb.Fatalf("one act of %s counts as %d decisions", ev.From.User, news)
	}
}

// enough checks that every step of what is approved was decided or passed.
func (o *office) enough(a hiring.Approval) {
	o.tb.Helper()
	for i, s := range a.Steps {
		have := map[string]bool{}
		for _, d := range a.Counted(i) {
			have[d.Person] = d.Approve
		}
		all := true
		for _, x := range s.Approvers {
			all = all && (have[x.Person] || x.Gone || x.Person == a.Requester || x.Person == a.Author)
		}
		if !s.Passed && (len(have) == 0 || s.All && !all) {
			o.tb.Fatalf("%s is approved, and step %d has only %v: %+v", a.ID, i+1, have, a)
		}
	}
}

// askedWhom checks that a new approval asks whom the chain names, but not who asks.
func (o *office) askedWhom(a hiring.Approval, before sight) {
	o.tb.Helper()
	chain, err := hiring.ParseChain(before.Chain, func(name string) (string, bool) { return o.person(name), true })
	o.must(err)
	for i, step := range chain {
		want := map[string]bool{}
		for id, p := range before.People {
			if !p.Active || id == a.Requester || id == a.Author {
				continue
			}
			if slices.Contains(step.People, id) || slices.ContainsFunc(step.Roles, p.Has) {
				want[id] = true
			}
		}
		got := map[string]bool{}
		for _, x := range a.Steps[i].Approvers {
			got[x.Person] = true
		}
		if diff := cmp.Diff(want, got); diff != "" || a.Steps[i].All != step.All {
			o.tb.Fatalf("%s: step %d of “%s” asks others (-want +got):\n%s", a.ID, i+1, before.Chain, diff)
		}
	}
}

// onRecord checks that every effect stands in the history of its record, and in the audit.
func (o *office) onRecord(before, after sight, ev bot.Event) {
	o.tb.Helper()
	for id, r := range after.Reqs {
		if cmp.Equal(before.Reqs[id], r) && sameDecisions(before.Latest[id], after.Latest[id]) {
			continue
		}
		if after.History[id] <= before.History[id] {
			o.tb.Fatalf("%s: %s changed, and its history does not say so:\n%s", told(ev), id, cmp.Diff(before.Reqs[id], r))
		}
		rows, err := o.app.store.AuditRows(o.tb.Context(), store.AuditFilter{Subject: id, Limit: 20})
		o.must(err)
		if !slices.ContainsFunc(rows, func(row store.AuditRow) bool { return row.Event == ev.ID }) {
			o.tb.Fatalf("%s: %s changed, and the audit does not say so:\n%s", told(ev), id, cmp.Diff(before.Reqs[id], r))
		}
	}
}

func sameDecisions(a, b hiring.Approval) bool {
	if a.ID != b.ID || len(a.Steps) != len(b.Steps) || a.State != b.State {
		return false
	}
	for i := range a.Steps {
		if !cmp.Equal(a.Steps[i].Decisions, b.Steps[i].Decisions) {
			return false
		}
	}
	return cmp.Equal(a.Question, b.Question)
}

// amount is pay, however it is written; reference names a requisition.
var (
	amount    = regexp.MustCompile(`₹|\bLPA\b|\d ?L\b`)
	reference = regexp.MustCompile(`\bR-\d+\b`)
)

// mayRead checks that a card shows somebody no requisition that is not theirs to know, and no budget
// that is not theirs to see.
func (o *office) mayRead(who string, card bot.Card) {
	o.tb.Helper()
	text := bot.PlainCard(card, time.UTC)
	p := o.at.People[o.person(who)]
	for _, id := range reference.FindAllString(text, -1) {
		r, ok := o.at.Reqs[id]
		if !ok {
			continue
		}
		a := o.at.Latest[id]
		on := hiring.Subject{Req: &r}
		for i, s := range a.Steps {
			for _, x := range s.Approvers {
				on.Approvers = append(on.Approvers, x.Person)
				// Who stands in for somebody that was asked knows what they know.
				if i <= a.Current && p.ID != a.Requester && o.standsIn(p.ID, x.Person) {
					on.Approvers = append(on.Approvers, p.ID)
				}
			}
			for _, d := range s.Decisions {
				on.Approvers = append(on.Approvers, d.By)
			}
		}
		actor := hiring.Actor{ID: p.ID, Roles: p.Roles}
		if !p.Active {
			actor = hiring.Actor{Outsider: true}
		}
		if !hiring.May(actor, hiring.SeeReq, on) {
			o.tb.Fatalf("%s reads of %s, which does not exist for them:\n%s", who, id, text)
		}
		if amount.MatchString(text) && !hiring.May(actor, hiring.SeeReqDetails, on) {
			o.tb.Fatalf("%s reads of the budget of %s:\n%s", who, id, text)
		}
	}
}

// standsIn tells whether somebody decides today in the place of somebody else.
func (o *office) standsIn(delegate, absent string) bool {
	return slices.ContainsFunc(o.at.Absences, func(x hiring.Absence) bool {
		return x.Person == absent && x.Delegate == delegate && x.Until >= o.today()
	})
}

// receive delivers what is due and checks what came.
func (o *office) receive() {
	o.tb.Helper()
	o.must(o.courier.Drain(o.tb.Context(), o.now))
	for _, m := range o.far.look() {
		if who, direct := strings.CutPrefix(m.channel, "@"); direct {
			o.mayRead(who, m.card)
			continue
		}
		text := bot.PlainCard(m.card, time.UTC)
		for _, id := range reference.FindAllString(text, -1) {
			if o.at.Reqs[id].Confidential {
				o.tb.Fatalf("%s is confidential and stands in %s:\n%s", id, m.channel, text)
			}
		}
		if amount.MatchString(text) {
			o.tb.Fatalf("pay stands in %s:\n%s", m.channel, text)
		}
	}
	posts := map[string]int{}
	for _, m := range o.far.in("hiring") {
		posts[reference.FindString(m.card.Title)]++
	}
	for id := range o.at.Reqs {
		switch n := posts[id]; {
		case n > 1, n == 1 && !o.announce[id]:
			o.tb.Fatalf("%s was announced %d times", id, n)
		case n == 0 && o.announce[id] && !o.hidden[id]:
			o.tb.Fatalf("%s was not announced", id)
		}
	}
	if _, dead, err := o.app.store.OutboxCounts(o.tb.Context()); err != nil || dead > 0 {
		o.tb.Fatalf("%d messages were given up, %v", dead, err)
	}
}

// finish lets everything be delivered, and has those who are waited for decide until nothing is open.
func (o *office) finish() {
	o.tb.Helper()
	o.now = o.now.Add(time.Hour)
	o.receive()
	for {
		open := ""
		for _, id := range slices.Sorted(maps.Keys(o.at.Approvals)) {
			if o.at.Approvals[id].State == hiring.ApprovalOpen {
				open = id
			}
		}
		if open == "" {
			break
		}
		a := o.at.Approvals[open]
		who := a.WaitsFor()[0].Person
		o.act(o.name(who), bot.Event{Type: bot.Press, Command: "req.approve", Bound: []string{a.Subject, a.ID}})
		if now := o.at.Approvals[open]; now.Version == a.Version {
			o.tb.Fatalf("%s cannot approve %s", o.name(who), open)
		}
	}
	o.now = o.now.Add(time.Hour)
	o.receive()
}
