package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// TestCandidatesHold lets people add, move, reject, tell, undo and close at random, through the router,
// and checks after each step that the stages add up, that nobody is left on what was closed, and that
// no list, search, suggestion or home tells anybody of a candidate of whom they may not know. More
// checks, and one again:
//
//	go test ./cmd/hirebot -run TestCandidatesHold -rapid.checks=500 -rapid.seed=1
func TestCandidatesHold(t *testing.T) {
	t.Parallel()
	checkProperty(t, &hiringDatabases, func(rt *rapid.T, tb testing.TB, url func(testing.TB) string, acts *tally) {
		d := newDesk(tb, url)
		d.acts = acts
		rt.Repeat(d.actions())
	})
}

// desk is one check: the product over a database of its own, with the people who work on candidates.
type desk struct {
	*world
	tb   testing.TB
	acts *tally
	// cards are the last cards of people, whose buttons they may press.
	cards map[string]*bot.Card
}

func newDesk(tb testing.TB, url func(testing.TB) string) *desk {
	tb.Helper()
	zone, err := time.LoadLocation("Asia/Kolkata")
	if err != nil {
		tb.Fatal(err)
	}
	w := &world{zone: zone, times: bot.NewMovableClock(officeStart), recorder: &recorder{}, speakers: map[string]*speaker{}}
	w.app, w.courier = openProduct(tb, url(tb), w.clock, w.recorder)
	return &desk{world: w, tb: tb, acts: &tally{}, cards: map[string]*bot.Card{}}
}

// deskPeople are who acts, and who looks.
var deskPeople = []string{"recruiter", "hiring-manager", "hiring-manager-2", "interviewer-1", "interviewer-2", "compensation", "admin", "member"}

// do has somebody do something, which may well be refused. It must not fail.
func (d *desk) do(name string, ev bot.Event) {
	d.events++
	ev.ID, ev.At, ev.From = fmt.Sprintf("desk-%d", d.events), d.clock(), bot.Identity{Workspace: playgroundWorkspace, User: name}
	ev.In = bot.Conversation{Workspace: playgroundWorkspace, Channel: "@" + name, Private: true}
	answer := d.app.router.Serve(context.Background(), ev)
	if answer.Code == bot.CodeInternal {
		d.tb.Fatalf("%s failed at %s %s: %s", name, ev.Text, ev.Command, plainAnswer(answer, d.zone))
	}
	what, _, _ := strings.Cut(strings.TrimPrefix(ev.Text, "/"), " C-")
	if ev.Type == bot.Press {
		what = "press " + ev.Command
	}
	if words := strings.Fields(what); len(words) > 2 {
		what = strings.Join(words[:2], " ")
	}
	d.acts.add(what, answer.Code != "")
	if answer.Card != nil && answer.Code == "" {
		d.cards[name] = answer.Card
	}
}

func (d *desk) types(rt *rapid.T, format string, args ...any) {
	name := rapid.SampledFrom(deskPeople[:4]).Draw(rt, "who")
	d.do(name, bot.Event{Type: bot.Invoke, Text: fmt.Sprintf(format, args...)})
}

func (d *desk) actions() map[string]func(*rapid.T) {
	candidate := func(rt *rapid.T) string { return fmt.Sprintf("C-%d", rapid.IntRange(1, 9).Draw(rt, "candidate")) }
	req := func(rt *rapid.T) string { return rapid.SampledFrom([]string{"R-1", "R-2"}).Draw(rt, "req") }
	stage := func(rt *rapid.T) string { return string(rapid.SampledFrom(hiring.AppStages).Draw(rt, "stage")) }
	return map[string]func(*rapid.T){
		"add": func(rt *rapid.T) {
			to := rapid.SampledFrom([]string{"", " R-1", " R-2"}).Draw(rt, "to")
			d.types(rt, "/candidate add \"Nobody %d\"%s n%d@example.com", d.events, to, d.events)
		},
		"refer": func(rt *rapid.T) {
			d.do("member", bot.Event{Type: bot.Invoke, Text: fmt.Sprintf("/candidate refer \"Friend %d\" f%d@example.com R-1", d.events, d.events)})
		},
		"move":     func(rt *rapid.T) { d.types(rt, "/candidate move %s %s", candidate(rt), stage(rt)) },
		"several":  func(rt *rapid.T) { d.types(rt, "/candidate move %s %s %s", candidate(rt), candidate(rt), stage(rt)) },
		"reject":   func(rt *rapid.T) { d.types(rt, "/candidate reject %s depth below level", candidate(rt)) },
		"withdraw": func(rt *rapid.T) { d.types(rt, "/candidate withdraw %s", candidate(rt)) },
		"told":     func(rt *rapid.T) { d.types(rt, "/candidate told %s", candidate(rt)) },
		"reopen":   func(rt *rapid.T) { d.types(rt, "/candidate reopen %s", candidate(rt)) },
		"apply":    func(rt *rapid.T) { d.types(rt, "/candidate apply %s %s", candidate(rt), req(rt)) },
		"close":    func(rt *rapid.T) { d.types(rt, "/req close %s reason:\"no more\"", req(rt)) },
		"take up":  func(rt *rapid.T) { d.types(rt, "/req reopen %s", req(rt)) },
		"hide": func(rt *rapid.T) {
			d.types(rt, "/req edit %s confidential:%s", req(rt), rapid.SampledFrom([]string{"yes", "no"}).Draw(rt, "hidden"))
		},
		"hand over": func(rt *rapid.T) {
			d.types(rt, "/req edit %s recruiter:@%s", req(rt), rapid.SampledFrom([]string{"recruiter", "interviewer-2"}).Draw(rt, "recruiter"))
		},
		"recruit": func(rt *rapid.T) {
			d.do("admin", bot.Event{Type: bot.Invoke, Text: "/hire people @interviewer-2 " + rapid.SampledFrom([]string{"+recruiter", "-recruiter"}).Draw(rt, "role")})
		},
		"interview": func(rt *rapid.T) {
			d.types(rt, "/interview schedule %s system-design fri %dpm @interviewer-1", candidate(rt), rapid.IntRange(1, 6).Draw(rt, "hour"))
		},
		"press": d.press, "press that": d.press, "press more": d.press,
		"time": func(rt *rapid.T) {
			d.times.PutForward(d.clock().Add(time.Duration(rapid.SampledFrom([]int{1, 11, 60 * 24 * 6}).Draw(rt, "minutes")) * time.Minute))
		},
		"": d.check,
	}
}

// press has somebody press a button or an entry of the menu of their last card.
func (d *desk) press(rt *rapid.T) {
	name := rapid.SampledFrom(deskPeople[:4]).Draw(rt, "who")
	card := d.cards[name]
	if card == nil {
		rt.Skip("nothing to press")
	}
	var calls []bot.Call
	for _, a := range card.Buttons() {
		calls = append(calls, a.Do)
	}
	if card.Menu != nil {
		for _, m := range card.Menu.Items {
			calls = append(calls, m.Do)
		}
	}
	if len(calls) == 0 {
		rt.Skip("nothing to press")
	}
	call := rapid.SampledFrom(calls).Draw(rt, "button")
	d.do(name, bot.Event{Type: bot.Press, Command: call.Command, Bound: call.Args})
}

// deskSurfaces are what may list candidates.
var deskSurfaces = []string{
	"/candidate list", "/candidate list all", "/candidate list mine", "/candidate list latest", "/candidate list R-1", "/candidate list R-2", "/hire", "home", "/hire find c-", "/hire find nobody",
	"/hire find das", "suggest /candidate show ", "suggest /candidate move ", "/req show R-1", "/req show R-2", "/candidate several R-1", "/candidate several", "/interview list all",
}

var candidateNamed = regexp.MustCompile(`\bC-[0-9]+\b`)

func (d *desk) check(rt *rapid.T) {
	counted, knows := d.survey()
	for _, funnel := range counted {
		if diff := cmp.Diff(funnel[0], funnel[1]); diff != "" {
			rt.Fatalf("the stages do not add up (-kept +counted):\n%s", diff)
		}
	}
	for range 2 {
		name := rapid.SampledFrom(deskPeople).Draw(rt, "looks")
		surface := rapid.SampledFrom(deskSurfaces).Draw(rt, "at")
		said, _ := d.say(name, surface)
		if strings.HasPrefix(said, "internal") {
			rt.Fatalf("%s failed for %s", surface, name)
		}
		for _, found := range candidateNamed.FindAllString(said, -1) {
			example := found == "C-7" && strings.Contains(said, "like C-7")
			if !slices.Contains(knows[name], found) && !example {
				rt.Fatalf("%s reads of %s at %s, and knows of %v only:\n%s", name, found, surface, knows[name], said)
			}
		}
	}
}

// survey counts the applications, and says by the rules, without the store's queries for it, who may
// know of which candidate.
func (d *desk) survey() (counted map[string][2]hiring.Funnel, knows map[string][]string) {
	counted, knows = map[string][2]hiring.Funnel{}, map[string][]string{}
	ctx := context.Background()
	err := d.app.store.Read(ctx, func(tx *store.Tx) error {
		reqs := map[string]hiring.Requisition{}
		for _, id := range []string{"R-1", "R-2"} {
			r, err := tx.Requisition(ctx, id)
			if err != nil {
				return err
			}
			kept, err := tx.FunnelOf(ctx, id)
			if err != nil {
				return err
			}
			reqs[id] = r
			counted[id] = [2]hiring.Funnel{kept, {}}
		}
		for n := 1; ; n++ {
			c, err := tx.Candidate(ctx, fmt.Sprintf("C-%d", n))
			if hiring.ErrorCode(err) == hiring.NotFound {
				break
			}
			if err != nil {
				return err
			}
			on := hiring.Subject{}
			for id, r := range reqs {
				a, found, err := tx.ApplicationOf(ctx, c.ID, id)
				if err != nil {
					return err
				}
				if !found {
					continue
				}
				on.Reqs = append(on.Reqs, r)
				counted[id][1][a.Stage]++
				if r.State == hiring.ReqClosed && a.Active() {
					d.tb.Fatalf("%s is closed, and %s is left in %s", id, c.ID, a.Stage)
				}
				cards, err := tx.CardsOf(ctx, a.ID)
				if err != nil {
					return err
				}
				on.Cards = append(on.Cards, cards...)
			}
			for _, name := range deskPeople {
				p, _ := tx.Snapshot().PersonByName(name)
				if hiring.May(hiring.Actor{ID: p.ID, Roles: p.Roles}, hiring.SeeCandidate, on) {
					knows[name] = append(knows[name], c.ID)
				}
			}
		}
		return nil
	})
	if err != nil {
		d.tb.Fatal(err)
	}
	return counted, knows
}
