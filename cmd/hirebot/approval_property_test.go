package main

import (
	"context"
	"slices"
	"strconv"
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
