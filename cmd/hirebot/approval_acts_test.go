package main

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
)

// drawChain returns the text of an approval chain.
func drawChain(rt *rapid.T) string {
	who := rapid.SampledFrom([]string{"approver-1", "hiring-manager", "hiring-manager-2", "member", "recruiter", "@compensation", "compensation", "hiring_manager", "interviewer"})
	steps := make([]string, rapid.SampledFrom([]int{0, 1, 1, 2, 2, 2, 3}).Draw(rt, "steps"))
	for i := range steps {
		steps[i] = strings.Join(rapid.SliceOfNDistinct(who, 1, 3, rapid.ID).Draw(rt, "step"), rapid.SampledFrom([]string{", ", " & "}).Draw(rt, "any or all"))
	}
	return strings.Join(steps, " > ")
}

// actions are what can happen. The names stand in the report of a failure.
func (o *office) actions() map[string]func(*rapid.T) {
	decide := func(rt *rapid.T) { o.decide(rt, "req.approve", nil) }
	return map[string]func(*rapid.T){
		"new": o.makeReq, "new again": o.makeReq,
		"edit":    o.editReq,
		"approve": decide, "approve more": decide, "approve on": decide,
		"reject":    func(rt *rapid.T) { o.decide(rt, "req.reject", bot.Values{"reason": {"not now"}}) },
		"ask":       func(rt *rapid.T) { o.decide(rt, "req.ask", bot.Values{"question": {"one or two?"}}) },
		"answer":    o.answer,
		"take back": func(rt *rapid.T) { o.decide(rt, "req.takeback", nil) },
		"submit":    func(rt *rapid.T) { o.move(rt, "req.submit", nil) },
		"undo":      func(rt *rapid.T) { o.move(rt, "req.undo", nil) },
		"copy":      o.copyReq,
		"hold":      func(rt *rapid.T) { o.move(rt, "req.hold", nil) },
		"reopen":    func(rt *rapid.T) { o.move(rt, "req.reopen", nil) },
		"close":     func(rt *rapid.T) { o.move(rt, "req.close", bot.Values{"reason": {"the team was merged"}}) },
		"fill":      func(rt *rapid.T) { o.move(rt, "req.fill", nil) },
		"away":      o.away,
		"people":    o.changePeople,
		"hand over": o.handOver,
		"chain":     func(rt *rapid.T) { o.chain(drawChain(rt)); o.see() },
		"quiet":     o.quiet,
		"wait":      o.wait, "wait more": o.wait,
		"again": o.redeliver,
		"home":  o.home,
	}
}

// somebody draws who acts: more often than not somebody of those given.
func somebody(rt *rapid.T, likely ...string) string {
	from := colleagues
	if len(likely) > 0 && rapid.IntRange(0, 3).Draw(rt, "likely") > 0 {
		slices.Sort(likely)
		from = slices.Compact(likely)
	}
	return rapid.SampledFrom(from).Draw(rt, "who")
}

// anyReq draws a requisition; without one there is nothing to do.
func (o *office) anyReq(rt *rapid.T, wanted func(hiring.Requisition) bool) hiring.Requisition {
	var ids, fit []string
	for i := range len(o.at.Reqs) {
		id := "R-" + strconv.Itoa(i+1)
		ids = append(ids, id)
		if wanted(o.at.Reqs[id]) {
			fit = append(fit, id)
		}
	}
	if len(ids) == 0 {
		rt.Skip("there is no requisition yet")
	}
	if len(fit) > 0 && rapid.IntRange(0, 5).Draw(rt, "fitting") > 0 {
		ids = fit
	}
	return o.at.Reqs[rapid.SampledFrom(ids).Draw(rt, "requisition")]
}

// drawTerms draws what a requisition is about.
func drawTerms(rt *rapid.T) bot.Values {
	return bot.Values{
		"what":         {rapid.SampledFrom([]string{"senior java backend", "mid python backend"}).Draw(rt, "what")},
		"seats":        {strconv.Itoa(rapid.IntRange(1, 3).Draw(rt, "seats"))},
		"budget":       {rapid.SampledFrom([]string{"20-25L", "35-45L", "90-95L"}).Draw(rt, "budget")},
		"budget_why":   {rapid.SampledFrom([]string{"", "offers were declined", "offers were declined"}).Draw(rt, "budget_why")},
		"confidential": {rapid.SampledFrom([]string{"no", "no", "no", "yes"}).Draw(rt, "confidential")},
		"why":          {rapid.SampledFrom([]string{"growth", "backfill"}).Draw(rt, "why")},
	}
}

const mostReqs = 5

func (o *office) makeReq(rt *rapid.T) {
	if len(o.at.Reqs) >= mostReqs {
		rt.Skip("enough to do")
	}
	var makers, managers []string
	for _, p := range o.at.People {
		if p.Has(hiring.HiringManager) {
			managers = append(managers, p.Name)
		}
		if p.Has(hiring.HiringManager) || p.Has(hiring.Recruiter) {
			makers = append(makers, p.Name)
		}
	}
	values := drawTerms(rt)
	values["where"] = []string{"pune"}
	if rapid.Bool().Draw(rt, "with a manager") {
		values["manager"] = []string{somebody(rt, managers...)}
	}
	o.act(somebody(rt, makers...), bot.Event{Type: bot.Submit, Command: "req.another", Values: values})
}

func (o *office) owners(r hiring.Requisition) []string {
	var names []string
	for _, id := range []string{r.Requester, r.HiringManager, r.Recruiter} {
		if id != "" {
			names = append(names, o.name(id))
		}
	}
	return names
}

func (o *office) editReq(rt *rapid.T) {
	r := o.anyReq(rt, func(r hiring.Requisition) bool { return r.Editable() })
	values := drawTerms(rt)
	for _, field := range slices.Sorted(maps.Keys(values)) {
		if rapid.IntRange(0, 2).Draw(rt, "keep "+field) > 0 {
			delete(values, field)
		}
	}
	if rapid.IntRange(0, 3).Draw(rt, "panel") == 0 {
		values["panel"] = rapid.SliceOfNDistinct(rapid.SampledFrom(colleagues), 0, 2, rapid.ID).Draw(rt, "on the panel")
	}
	o.act(somebody(rt, o.owners(r)...), bot.Event{Type: bot.Submit, Command: "req.edit", Bound: []string{r.ID}, Values: values})
}

// decide has somebody press a button of an approver's card, sometimes of an old one.
func (o *office) decide(rt *rapid.T, command string, values bot.Values) {
	wanted := func(r hiring.Requisition) bool { return o.at.Latest[r.ID].State == hiring.ApprovalOpen }
	if command == "req.takeback" {
		wanted = func(r hiring.Requisition) bool {
			return slices.ContainsFunc(o.at.Latest[r.ID].Steps, func(s hiring.ApprovalStep) bool { return len(s.Decisions) > 0 })
		}
	}
	r := o.anyReq(rt, wanted)
	var cards []string
	for i := range len(o.at.Approvals) {
		if id := "A-" + strconv.Itoa(i+1); o.at.Approvals[id].Subject == r.ID {
			cards = append(cards, id)
		}
	}
	if len(cards) == 0 {
		rt.Skip("it was never asked for")
	}
	a := o.at.Approvals[cards[len(cards)-1]]
	if rapid.IntRange(0, 7).Draw(rt, "old card") == 0 {
		a = o.at.Approvals[rapid.SampledFrom(cards).Draw(rt, "card")]
	}
	var likely []string
	for _, x := range a.Askees(o.at.Absences, o.today()) {
		likely = append(likely, o.name(x.Person))
	}
	for _, x := range a.WaitsFor() {
		likely = append(likely, o.name(x.Person))
	}
	if command == "req.takeback" {
		for _, s := range a.Steps {
			for _, d := range s.Decisions {
				likely = append(likely, o.name(d.By))
			}
		}
	}
	ev := bot.Event{Type: bot.Press, Command: command, Bound: []string{r.ID, a.ID}}
	if values != nil {
		ev.Type, ev.Values = bot.Submit, values
	}
	o.act(somebody(rt, likely...), ev)
}

func (o *office) answer(rt *rapid.T) {
	r := o.anyReq(rt, func(r hiring.Requisition) bool { return o.at.Latest[r.ID].Question != nil })
	var likely []string
	if a := o.at.Latest[r.ID]; a.Requester != "" {
		likely = append(likely, o.name(a.Requester))
	}
	o.act(somebody(rt, likely...), bot.Event{Type: bot.Submit, Command: "req.answer", Bound: []string{r.ID}, Values: bot.Values{"answer": {"two"}}})
}

// move has somebody press a button of a requisition's card.
func (o *office) move(rt *rapid.T, command string, values bot.Values) {
	fits := map[string][]hiring.ReqState{
		"req.submit": {hiring.ReqDraft}, "req.undo": {hiring.ReqPending}, "req.hold": {hiring.ReqOpen},
		"req.reopen": {hiring.ReqOnHold, hiring.ReqFilled, hiring.ReqClosed}, "req.close": {hiring.ReqOpen, hiring.ReqPending},
		"req.fill": {hiring.ReqOpen, hiring.ReqOnHold},
	}
	r := o.anyReq(rt, func(r hiring.Requisition) bool { return slices.Contains(fits[command], r.State) })
	ev := bot.Event{Type: bot.Press, Command: command, Bound: []string{r.ID}}
	if values != nil {
		ev.Type, ev.Values = bot.Submit, values
	}
	o.act(somebody(rt, o.owners(r)...), ev)
}

func (o *office) copyReq(rt *rapid.T) {
	if len(o.at.Reqs) >= mostReqs {
		rt.Skip("enough to do")
	}
	o.move(rt, "req.copy", nil)
}

func (o *office) away(rt *rapid.T) {
	values := bot.Values{"until": {"back"}}
	who := somebody(rt)
	if rapid.IntRange(0, 3).Draw(rt, "back") > 0 {
		day := o.now.AddDate(0, 0, rapid.IntRange(0, 5).Draw(rt, "days"))
		values["until"] = []string{day.In(time.FixedZone("IST", 5*3600+1800)).Format(time.DateOnly)}
		values["delegate"] = []string{rapid.SampledFrom(colleagues).Draw(rt, "delegate")}
	}
	o.act(who, bot.Event{Type: bot.Submit, Command: "hire.away", Values: values})
}

func (o *office) changePeople(rt *rapid.T) {
	whom := rapid.SampledFrom(colleagues[:len(colleagues)-1]).Draw(rt, "whom")
	what := "reactivate"
	if o.at.People[o.person(whom)].Active {
		what = rapid.SampledFrom([]string{"deactivate", "deactivate", "+recruiter", "-recruiter", "+compensation", "-compensation", "+hiring_manager", "-hiring_manager"}).Draw(rt, "what")
	}
	o.act("admin", bot.Event{Type: bot.Invoke, Text: "/hire people @" + whom + " " + what})
}

func (o *office) handOver(rt *rapid.T) {
	from, to := rapid.SampledFrom(colleagues).Draw(rt, "from"), rapid.SampledFrom(colleagues).Draw(rt, "to")
	o.act(somebody(rt, "recruiter", "admin"), bot.Event{Type: bot.Invoke, Text: "/hire handover @" + from + " @" + to + " confirm:yes"})
}

func (o *office) quiet(rt *rapid.T) {
	text := "/hire quiet"
	if o.at.Quiet {
		text = "/hire quiet off"
	}
	o.act(somebody(rt, "recruiter", "admin"), bot.Event{
		Type: bot.Invoke, Text: text, In: bot.Conversation{Workspace: playgroundWorkspace, Channel: "hiring"},
	})
}

// wait lets time pass, with the reminders that fall due, and delivers what is due by then.
func (o *office) wait(rt *rapid.T) {
	o.now = o.now.Add(rapid.SampledFrom([]time.Duration{0, 30 * time.Second, 2 * time.Minute, 11 * time.Minute, 3 * time.Hour, 24 * time.Hour}).Draw(rt, "time"))
	o.must(o.courier.Remind(o.tb.Context(), o.now))
	o.see()
	o.receive()
}

// home has somebody look at their home and at what waits for them.
func (o *office) home(rt *rapid.T) {
	who := somebody(rt)
	o.act(who, bot.Event{Type: bot.Invoke, Text: rapid.SampledFrom([]string{"/hire", "/req", "/req list all", "/req next"}).Draw(rt, "text")})
}

// redeliver delivers an event a second time: nothing may come of it.
func (o *office) redeliver(rt *rapid.T) {
	if len(o.done) == 0 {
		rt.Skip("nothing was done yet")
	}
	ev := rapid.SampledFrom(o.done).Draw(rt, "event")
	before := o.at
	answer := o.app.router.Serve(o.tb.Context(), ev)
	if answer.Code == bot.CodeInternal {
		o.tb.Fatalf("%s again: %s", told(ev), plainAnswer(answer, time.UTC))
	}
	if diff := cmp.Diff(before, o.look()); diff != "" {
		o.tb.Fatalf("%s, delivered again, changed something:\n%s", told(ev), diff)
	}
}
