package main

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// TestApprovalsHold lets people of random roles, with a random approval chain, do random things to
// requisitions, and checks after each of them what must always be true. More checks, and one again:
//
//	go test ./cmd/hirebot -run TestApprovalsHold -rapid.checks=500 -rapid.seed=1
func TestApprovalsHold(t *testing.T) {
	t.Parallel()
	checkProperty(t, &sampleDatabases, func(rt *rapid.T, tb testing.TB, url func(testing.TB) string, acts *tally) {
		o := newOffice(tb, url)
		o.settle(rt)
		o.acts = acts
		rt.Repeat(o.actions())
		o.finish()
	})
}

// office is one check: the product over a database of its own, people who act, and what is known of
// what they did.
type office struct {
	*trial
	far *farEnd
	at  sight
	// announce are the requisitions that the hiring channel is to be told of, and hidden those that
	// were confidential since.
	announce, hidden map[string]bool
}

// sight is all that is known about requisitions and approvals at a moment.
type sight struct {
	Reqs      map[string]hiring.Requisition
	Approvals map[string]hiring.Approval
	// Latest is the latest approval of each requisition.
	Latest   map[string]hiring.Approval
	History  map[string]int
	People   map[string]hiring.Person
	Absences []hiring.Absence
	// Waiting are the approvals that wait for somebody's decision, as their home lists them.
	Waiting map[string][]string
	Chain   string
	Quiet   bool
}

// farEnd is a chat platform that keeps what it was sent, and what came since somebody looked.
type farEnd struct {
	recorder
	mu   sync.Mutex
	came []arrival
}

// arrival is a message that was sent, or drawn again.
type arrival struct {
	channel string
	card    bot.Card
	again   bool
}

func (f *farEnd) Send(ctx context.Context, to bot.Conversation, card bot.Card, delivery string) (bot.Posted, error) {
	f.mu.Lock()
	f.came = append(f.came, arrival{to.Channel, card, false})
	f.mu.Unlock()
	return f.recorder.Send(ctx, to, card, delivery)
}

func (f *farEnd) Edit(ctx context.Context, at bot.Posted, card bot.Card) error {
	f.mu.Lock()
	f.came = append(f.came, arrival{at.In.Channel, card, true})
	f.mu.Unlock()
	return f.recorder.Edit(ctx, at, card)
}

func (f *farEnd) look() []arrival {
	f.mu.Lock()
	defer f.mu.Unlock()
	came := f.came
	f.came = nil
	return came
}

// newOffice opens a copy of the sample company.
func newOffice(tb testing.TB, url func(testing.TB) string) *office {
	tb.Helper()
	far := &farEnd{}
	o := &office{trial: newTrial(tb, url, far), far: far, announce: map[string]bool{}, hidden: map[string]bool{}}
	o.at = o.look()
	return o
}

// colleagues are who acts, by name; the others of the sample company only stand by.
var colleagues = []string{"recruiter", "hiring-manager", "hiring-manager-2", "approver-1", "compensation", "interviewer-1", "member", "admin"}

// person returns the id of somebody, and name the name behind an id.
func (o *office) person(name string) string { return o.idOf(o.at.People, name) }

func (o *office) name(id string) string { return o.at.People[id].Name }

// settle gives everybody random roles and the company a random chain.
func (o *office) settle(rt *rapid.T) {
	for _, who := range colleagues[:len(colleagues)-1] {
		if rapid.IntRange(0, 2).Draw(rt, "other roles") == 0 {
			o.roles(who, rapid.SliceOfNDistinct(rapid.SampledFrom(hiring.Roles), 0, 2, rapid.ID).Draw(rt, who))
		}
	}
	o.chain(drawChain(rt))
	o.at = o.look()
}

func (o *office) roles(who string, roles []hiring.Role) {
	o.must(o.app.store.InTx(o.tb.Context(), func(tx *store.Tx) error {
		p, _ := tx.Snapshot().PersonByName(who)
		p.Roles = roles
		_, err := tx.SavePerson(o.tb.Context(), p)
		return err
	}))
}

func (o *office) chain(text string) {
	o.must(o.app.store.InTx(o.tb.Context(), func(tx *store.Tx) error {
		return tx.SetSetting(o.tb.Context(), hiring.SettingApprovers, text)
	}))
}

// drawChain returns the text of an approval chain.
func drawChain(rt *rapid.T) string {
	who := rapid.SampledFrom([]string{"approver-1", "hiring-manager", "hiring-manager-2", "member", "recruiter", "@compensation", "compensation", "hiring_manager", "interviewer"})
	steps := make([]string, rapid.SampledFrom([]int{0, 1, 1, 2, 2, 2, 3}).Draw(rt, "steps"))
	for i := range steps {
		steps[i] = strings.Join(rapid.SliceOfNDistinct(who, 1, 3, rapid.ID).Draw(rt, "step"), rapid.SampledFrom([]string{", ", " & "}).Draw(rt, "any or all"))
	}
	return strings.Join(steps, " > ")
}

// look reads what is known now.
func (o *office) look() sight {
	ctx := o.tb.Context()
	s := sight{
		Reqs: map[string]hiring.Requisition{}, Approvals: map[string]hiring.Approval{}, Latest: map[string]hiring.Approval{},
		History: map[string]int{}, People: map[string]hiring.Person{}, Waiting: map[string][]string{},
	}
	o.must(o.app.store.Read(ctx, func(tx *store.Tx) error {
		for _, p := range tx.Snapshot().People() {
			s.People[p.ID] = p
		}
		s.Absences, s.Chain = views.Absences(tx), tx.Snapshot().Setting(hiring.SettingApprovers)
		channel, err := tx.Channel(ctx, playgroundWorkspace, "hiring")
		if err != nil {
			return err
		}
		s.Quiet = channel.Quiet
		for i := 1; ; i++ {
			r, err := tx.Requisition(ctx, "R-"+strconv.Itoa(i))
			if hiring.ErrorCode(err) == hiring.NotFound {
				break
			}
			if err != nil {
				return err
			}
			s.Reqs[r.ID] = r
			entries, err := tx.History(ctx, r.ID, 10_000)
			if err != nil {
				return err
			}
			s.History[r.ID] = len(entries)
		}
		for i := 1; ; i++ {
			a, err := tx.Approval(ctx, "A-"+strconv.Itoa(i))
			if hiring.ErrorCode(err) == hiring.NotFound {
				break
			}
			if err != nil {
				return err
			}
			s.Approvals[a.ID], s.Latest[a.Subject] = a, a
		}
		for id, p := range s.People {
			if !p.Active || !slices.Contains(colleagues, p.Name) {
				continue
			}
			found, err := tx.ApprovalsWaitingFor(ctx, id, o.today(), 1000)
			if err != nil {
				return err
			}
			for _, a := range found {
				s.Waiting[id] = append(s.Waiting[id], a.ID)
			}
		}
		return nil
	}))
	return s
}

func (o *office) today() string {
	return o.now.In(time.FixedZone("IST", 5*3600+1800)).Format(time.DateOnly)
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

// act has somebody do something, and checks what came of it.
func (o *office) act(who string, ev bot.Event) {
	o.tb.Helper()
	ev = o.event(who, ev)
	answer := o.serve(ev)
	if len(answer.Errors) == 0 && answer.Form == nil {
		o.done = append(o.done, ev)
	}
	before := o.at
	after := o.see()
	o.onRecord(before, after, ev)
	o.decidedRightly(before, after, ev)
	if answer.Code != "" {
		if diff := cmp.Diff(before, after); diff != "" {
			o.tb.Fatalf("it was refused, yet something changed:\n%s", diff)
		}
		if amount.MatchString(plainRefusal(answer, time.UTC)) && !o.seesBands(who) {
			o.tb.Fatalf("the refusal tells %s of pay: %s", who, plainRefusal(answer, time.UTC))
		}
		return
	}
	if answer.Card != nil {
		o.mayRead(who, *answer.Card)
	}
}

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

// see reads what is known now and checks what must always be true of it.
func (o *office) see() sight {
	o.tb.Helper()
	before := o.at
	o.at = o.look()
	for id, r := range o.at.Reqs {
		o.legal(before.Reqs[id], r)
		o.rightlyOpen(r)
		if r.Confidential {
			o.hidden[id] = true
		}
		was := before.Reqs[id]
		if r.Announced && !was.Announced {
			if r.Confidential {
				o.tb.Fatalf("%s is confidential, and counts as announced", id)
			}
			if !o.at.Quiet {
				o.announce[id] = true
			}
			delete(o.hidden, id)
		}
		if r.State == hiring.ReqOpen && was.State == hiring.ReqPending && !r.Confidential && !r.Announced {
			o.tb.Fatalf("%s was opened and does not count as announced", id)
		}
		open := 0
		for _, a := range o.at.Approvals {
			if a.Subject == id && a.State == hiring.ApprovalOpen {
				open++
			}
		}
		if want := map[bool]int{true: 1}[r.State == hiring.ReqPending]; open != want {
			o.tb.Fatalf("%s is %s and has %d open approvals", id, r.State, open)
		}
	}
	for _, a := range o.at.Approvals {
		o.notStuck(a)
		o.countedOnce(a)
	}
	return o.at
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
