package main

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
)

// raceRounds is how often each race is run, on a requisition of its own.
const raceRounds = 6

// rival is somebody who does something at the same time as others do.
type rival struct {
	who string
	ev  bot.Event
}

// Of several people who decide the same thing at the same moment one succeeds, and the others are told
// that, and by whom, it was decided.
func TestApprovalRaces(t *testing.T) {
	t.Parallel()
	approve := func(who string) rival { return rival{who, bot.Event{Type: bot.Press, Command: "req.approve"}} }
	cases := []struct {
		name, chain string
		// absent is away, and delegate decides for them.
		absent, delegate string
		rivals           []rival
		// one says that one of them succeeds; else any of them may, one after the other.
		one bool
		// state is where the requisition ends, "" for wherever the last of them brought it.
		state hiring.ReqState
	}{
		{
			name: "two approve a step of any", chain: "approver-1, compensation",
			rivals: []rival{approve("approver-1"), approve("compensation")}, one: true, state: hiring.ReqOpen,
		},
		{
			name: "two approve a step of all", chain: "approver-1 & compensation",
			rivals: []rival{approve("approver-1"), approve("compensation")}, state: hiring.ReqOpen,
		},
		{
			name: "delegate and principal", chain: "approver-1", absent: "approver-1", delegate: "hiring-manager-2",
			rivals: []rival{approve("approver-1"), approve("hiring-manager-2")}, one: true, state: hiring.ReqOpen,
		},
		{
			name: "double click", chain: "approver-1",
			rivals: []rival{approve("approver-1"), approve("approver-1"), approve("approver-1")}, one: true, state: hiring.ReqOpen,
		},
		{
			name: "approve and reject", chain: "approver-1, compensation",
			rivals: []rival{approve("approver-1"), {"compensation", bot.Event{Type: bot.Submit, Command: "req.reject", Values: bot.Values{"reason": {"not now"}}}}},
			one:    true,
		},
		{
			name: "approve while it is edited", chain: "approver-1",
			rivals: []rival{approve("approver-1"), {"hiring-manager", bot.Event{Type: bot.Submit, Command: "req.edit", Values: bot.Values{"seats": {"3"}}}}},
			state:  hiring.ReqPending,
		},
		{
			name: "two edit", chain: "approver-1",
			rivals: []rival{
				{"recruiter", bot.Event{Type: bot.Submit, Command: "req.edit", Values: bot.Values{"seats": {"2"}}}},
				{"hiring-manager", bot.Event{Type: bot.Submit, Command: "req.edit", Values: bot.Values{"seats": {"3"}}}},
			},
			state: hiring.ReqPending,
		},
		{
			name: "approve while it is closed", chain: "approver-1",
			rivals: []rival{approve("approver-1"), {"hiring-manager", bot.Event{Type: bot.Submit, Command: "req.close", Values: bot.Values{"reason": {"no need"}}}}},
			state:  hiring.ReqClosed,
		},
	}
	onEachDatabase(t, &sampleDatabases, func(t *testing.T, url func(testing.TB) string) {
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				o := newOffice(t, url)
				o.chain(c.chain)
				o.at = o.look()
				if c.absent != "" {
					o.act(c.absent, bot.Event{Type: bot.Submit, Command: "hire.away", Values: bot.Values{"until": {"2026-12-31"}, "delegate": {c.delegate}}})
				}
				for range raceRounds {
					o.race(c.rivals, c.one, c.state)
				}
				o.now = o.now.Add(time.Hour)
				o.receive()
			})
		}
	})
}

// race has the rivals act at once on a new requisition.
func (o *office) race(rivals []rival, one bool, state hiring.ReqState) {
	o.tb.Helper()
	o.act("hiring-manager", bot.Event{Type: bot.Submit, Command: "req.another", Values: bot.Values{
		"what": {"senior java backend"}, "where": {"pune"}, "why": {"growth"}, "budget": {"25-30L"},
	}})
	id := "R-" + strconv.Itoa(len(o.at.Reqs))
	a := o.at.Latest[id]
	before := o.at
	events := make([]bot.Event, len(rivals))
	for i, r := range rivals {
		ev := o.event(r.who, r.ev)
		if ev.Bound = []string{id, a.ID}; ev.Command == "req.edit" || ev.Command == "req.close" {
			ev.Bound = []string{id}
		}
		events[i] = ev
	}
	answers := o.atOnce(events...)
	o.see()
	done := 0
	for i, answer := range answers {
		switch answer.Code {
		case "":
			done++
		case bot.CodeConflict:
			// What the store says of a lost race names no record; whoever lost it is told how things stand.
			if text := plainRefusal(answer, time.UTC); !strings.Contains(text, id) || strings.Contains(text, "in the meantime") {
				o.tb.Errorf("%s is not told how %s stands: %s", rivals[i].who, id, text)
			}
		default:
			o.tb.Errorf("%s is answered %s: %s", rivals[i].who, answer.Code, plainRefusal(answer, time.UTC))
		}
	}
	if one && done != 1 || done == 0 || len(answers)-done > 0 && !one && state == hiring.ReqOpen {
		o.tb.Errorf("%d of %d succeeded", done, len(answers))
	}
	r := o.at.Reqs[id]
	if state != "" && r.State != state {
		o.tb.Errorf("%s is %s", id, r.State)
	}
	decisions := 0
	for _, s := range o.at.Approvals[a.ID].Steps {
		decisions += len(s.Decisions)
	}
	if one && decisions != 1 {
		o.tb.Errorf("%s counts %d decisions", a.ID, decisions)
	}
	if o.at.History[id] <= before.History[id] {
		o.tb.Errorf("the history of %s says nothing", id)
	}
}

// A delivery that comes twice at the same moment acts once, and is answered the same.
func TestSameDeliveryAtOnce(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, &sampleDatabases, func(t *testing.T, url func(testing.TB) string) {
		o := newOffice(t, url)
		for range raceRounds {
			o.act("hiring-manager", bot.Event{Type: bot.Submit, Command: "req.another", Values: bot.Values{
				"what": {"senior java backend"}, "where": {"pune"}, "why": {"growth"}, "budget": {"25-30L"},
			}})
			id := "R-" + strconv.Itoa(len(o.at.Reqs))
			ev := o.event("approver-1", bot.Event{Type: bot.Press, Command: "req.approve", Bound: []string{id, o.at.Latest[id].ID}})
			answers := o.atOnce(ev, ev, ev)
			o.see()
			for _, answer := range answers {
				if answer.Code != "" {
					t.Errorf("refused: %s", plainRefusal(answer, time.UTC))
				} else if got, want := plainAnswer(answer, time.UTC), plainAnswer(answers[0], time.UTC); got != want {
					t.Errorf("answered\n%s\nand\n%s", got, want)
				}
			}
			if n := len(o.at.Latest[id].Steps[0].Decisions); n != 1 {
				t.Errorf("%s counts %d decisions", id, n)
			}
		}
	})
}
