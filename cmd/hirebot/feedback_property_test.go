package main

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// TestFeedbackIsBlind lets people schedule interviews and give, amend, decline and read scorecards at
// random, and checks after each step, for everybody and on every card that may show a scorecard, that
// nobody reads what they may not, and that what was submitted is there. More checks, and one again:
//
//	go test ./cmd/hirebot -run TestFeedbackIsBlind -rapid.checks=500 -rapid.seed=1
func TestFeedbackIsBlind(t *testing.T) {
	t.Parallel()
	checkProperty(t, &hiringDatabases, func(rt *rapid.T, tb testing.TB, url func(testing.TB) string, acts *tally) {
		p := newPanel(tb, url)
		p.acts = acts
		rt.Repeat(p.actions())
	})
}

// panelists are who acts.
var panelists = []string{"recruiter", "hiring-manager", "hiring-manager-2", "interviewer-1", "interviewer-2", "interviewer-3", "compensation", "admin"}

// panel is one check: the product over a database of its own, and what was said in it.
type panel struct {
	*trial
	far *farEnd
	// said are the words that somebody wrote, each of them unlike all others.
	said map[string]words
	// kept are the editions of scorecards that were accepted.
	kept map[string][]hiring.CardContent
	at   cards
}

// words are what one person wrote of an interview, and for whom.
type words struct{ interview, author, kind string }

// The kinds of words.
const (
	evidenceWords = "evidence"
	privateWords  = "private"
	noteWords     = "note"
)

// cards is all that is known of interviews and scorecards at a moment.
type cards struct {
	Interviews map[string]hiring.Interview
	Cards      map[string]hiring.Scorecard // by interview and person
	Early      map[string]bool             // who opened which for a reason
	Reqs       map[string]hiring.Requisition
	People     map[string]hiring.Person
	Funnels    map[string]hiring.Funnel
	Stages     map[string]hiring.Funnel // counted from the applications
}

func newPanel(tb testing.TB, url func(testing.TB) string) *panel {
	tb.Helper()
	far := &farEnd{}
	p := &panel{trial: newTrial(tb, url, far), far: far, said: map[string]words{}, kept: map[string][]hiring.CardContent{}}
	p.at = p.look()
	return p
}

func (p *panel) id(name string) string { return p.idOf(p.at.People, name) }

func (p *panel) name(id string) string { return p.at.People[id].Name }

// look reads what is known now.
func (p *panel) look() cards {
	p.tb.Helper()
	ctx := p.tb.Context()
	c := cards{
		Interviews: map[string]hiring.Interview{}, Cards: map[string]hiring.Scorecard{}, Early: map[string]bool{}, Reqs: map[string]hiring.Requisition{},
		People: map[string]hiring.Person{}, Funnels: map[string]hiring.Funnel{}, Stages: map[string]hiring.Funnel{},
	}
	p.must(p.app.store.Read(ctx, func(tx *store.Tx) error {
		for _, one := range tx.Snapshot().People() {
			c.People[one.ID] = one
		}
		for _, id := range []string{"R-1", "R-2"} {
			r, err := tx.Requisition(ctx, id)
			if err != nil {
				return err
			}
			c.Reqs[id] = r
			if c.Funnels[id], err = tx.FunnelOf(ctx, id); err != nil {
				return err
			}
		}
		for n := 1; n <= 7; n++ {
			a, err := tx.Application(ctx, "AP-"+strconv.Itoa(n))
			if err != nil {
				return err
			}
			if c.Stages[a.Req] == nil {
				c.Stages[a.Req] = hiring.Funnel{}
			}
			c.Stages[a.Req][a.Stage]++
			found, err := tx.CardsOf(ctx, a.ID)
			if err != nil {
				return err
			}
			for _, s := range found {
				c.Cards[cardKey(s.Interview, s.Person)] = s
			}
			looks, err := tx.LooksAt(ctx, a.ID)
			if err != nil {
				return err
			}
			for _, l := range looks {
				if l.Early {
					c.Early[cardKey(l.Interview, l.Person)] = true
				}
			}
		}
		for n := 1; ; n++ {
			i, err := tx.Interview(ctx, "I-"+strconv.Itoa(n))
			if hiring.ErrorCode(err) == hiring.NotFound {
				return nil
			}
			if err != nil {
				return err
			}
			c.Interviews[i.ID] = i
		}
	}))
	return c
}

func cardKey(interview, person string) string { return interview + "/" + person }

// knows tells, in other words than the policy's, whether somebody may know of an interview.
func (p *panel) knows(person string, i hiring.Interview) bool {
	return p.recruits(person, i.Req) || p.at.Reqs[i.Req].HiringManager == person || i.Sits(person)
}

func (p *panel) recruits(person, req string) bool {
	one, r := p.at.People[person], p.at.Reqs[req]
	return one.Has(hiring.Recruiter) && (!r.Confidential || slices.Contains(r.Team(), person))
}

// debriefs tells whether somebody of a panel reads the debrief of an application, which is of all of its
// interviews: once theirs is in, and nobody is waited for.
func (p *panel) debriefs(person, application string) bool {
	gave := false
	for _, s := range p.at.Cards {
		if s.Application != application {
			continue
		}
		if s.State == hiring.CardPending || s.State == hiring.CardDraft || s.State == hiring.CardDeclined && !s.Removed {
			return false
		}
		gave = gave || s.Person == person && s.State == hiring.CardSubmitted
	}
	return gave
}

// mayRead tells, in other words than the policy's, whether somebody may read these words now.
func (p *panel) mayRead(person string, w words) bool {
	if w.author == person {
		return true
	}
	i := p.at.Interviews[w.interview]
	card := p.at.Cards[cardKey(w.interview, w.author)]
	if w.kind == noteWords || card.State != hiring.CardSubmitted || !p.at.People[person].Active || !p.knows(person, i) && !p.debriefs(person, i.Application) {
		return false
	}
	gave := false
	for _, s := range p.at.Cards {
		if s.Application != i.Application || s.Person != person {
			continue
		}
		if s.State == hiring.CardPending || s.State == hiring.CardDraft || s.State == hiring.CardWaived && s.Waived == hiring.WaivedByRecruiter {
			return false // their own first
		}
		gave = gave || s.State == hiring.CardSubmitted
	}
	works := p.recruits(person, i.Req) || p.at.Reqs[i.Req].HiringManager == person
	if w.kind == privateWords && !p.recruits(person, i.Req) {
		return false
	}
	if gave {
		return true
	}
	if !works {
		return false
	}
	for _, s := range p.at.Cards {
		if s.Interview != i.ID || s.Person == person {
			continue
		}
		waited := s.State == hiring.CardPending || s.State == hiring.CardDraft || s.State == hiring.CardDeclined && !s.Removed
		if waited && !p.at.Early[cardKey(i.ID, person)] {
			return false
		}
	}
	return true
}

// marks are the words that cannot come from anywhere else.
var marks = regexp.MustCompile(`\bw[0-9]+w\b`)

// blind checks that a text holds nothing that its reader may not read.
func (p *panel) blind(person, where, text string) {
	p.tb.Helper()
	for _, mark := range marks.FindAllString(text, -1) {
		w, ok := p.said[mark]
		if !ok {
			p.tb.Fatalf("%s: nobody wrote %s", where, mark)
		}
		if !p.mayRead(person, w) {
			p.tb.Fatalf("%s: %s reads the %s of %s on %s, which they may not:\n%s", where, p.name(person), w.kind, p.name(w.author), w.interview, text)
		}
	}
}

// ratingsShown is how a card says what somebody rated or recommended.
var ratingsShown = regexp.MustCompile(`[1-4] · (Weak|Mixed|Good|Strong)|weighted score|(?i:strong (yes|no))\b`)

// unrated checks that who gave nothing on an application, and may read nothing that others said of it, is
// shown no rating and no recommendation either.
func (p *panel) unrated(person string, i hiring.Interview, where, text string) {
	p.tb.Helper()
	for _, s := range p.at.Cards {
		if s.Application != i.Application {
			continue
		}
		if s.Person == person && s.State == hiring.CardSubmitted || p.mayRead(person, words{interview: s.Interview, author: s.Person, kind: evidenceWords}) && s.Person != person {
			return
		}
	}
	if found := ratingsShown.FindString(text); found != "" {
		p.tb.Fatalf("%s: %s is shown %q of %s, and may read nothing of it:\n%s", where, p.name(person), found, i.ID, text)
	}
}

// shownOn are the views that are about one interview, with arguments that let them draw, and those beside that
// show something of its candidate, its requisition, or of what waits.
func (p *panel) shownOn(i hiring.Interview) []bot.View {
	somebody := i.People()[0]
	return []bot.View{
		{Name: views.Scorecards, Subject: i.ID}, {Name: views.Interview, Subject: i.ID}, {Name: views.CardAsk, Subject: i.ID}, {Name: views.CardSaved, Subject: i.ID},
		{Name: views.Noted, Subject: i.ID}, {Name: views.Kit, Subject: i.ID}, {Name: views.PanelNews, Subject: i.ID, Args: []string{views.SeatGiven, "1"}},
		{Name: views.CardsIn, Subject: i.ID}, {Name: views.CardTwice, Subject: i.ID}, {Name: views.Declined, Subject: i.ID}, {Name: views.CandidateText, Subject: i.ID},
		{Name: views.LinesEnough, Subject: i.ID}, {Name: views.LatePanel, Subject: i.ID, Args: []string{lastOf(i), string(hiring.LateOverdue)}},
		{Name: views.MyCards}, {Name: views.InterviewList, Args: []string{views.AllInterviews}}, {Name: views.Home},
		{Name: views.Slots, Subject: i.ID}, {Name: views.Answered, Subject: i.ID}, {Name: views.Calendar, Subject: i.ID}, {Name: views.CalendarSent, Subject: i.ID},
		{Name: views.DidNotHappen, Subject: i.ID, Args: []string{somebody}}, {Name: views.CannotGive, Subject: i.ID, Args: []string{somebody, ""}},
		{Name: views.Nudge, Subject: "nudge:x", Args: []string{i.ID}}, {Name: views.Snoozed, Subject: i.ID, Args: []string{p.now.UTC().Format(time.RFC3339)}}, {Name: views.CardsAsked, Subject: i.ID, Args: []string{somebody}},
		{Name: views.Candidate, Subject: i.Candidate}, {Name: views.CandidateList}, {Name: views.CandidateMoved, Subject: i.Candidate, Args: []string{i.Application, somebody, string(hiring.AppDebrief)}},
		{Name: views.Debrief, Subject: i.Candidate, Args: []string{i.Req}},
		{Name: views.Req, Subject: i.Req}, {Name: views.ReqProgress, Subject: i.Req}, {Name: views.ReqHistory, Subject: i.Req}, {Name: views.ReqList},
		{Name: views.Found, Subject: i.Candidate}, {Name: views.Found, Subject: i.ID}, {Name: views.People}, {Name: views.Outbox},
	}
}

// lastOf returns the last of a panel.
func lastOf(i hiring.Interview) string {
	people := i.People()
	return people[len(people)-1]
}

// viewsAtOnce is how many views beside the scorecards are looked at after one step.
const viewsAtOnce = 3

// everySight checks what everybody is shown of an interview: its scorecards, and some other views in turn.
func (p *panel) everySight(i hiring.Interview) {
	p.tb.Helper()
	all := p.shownOn(i)
	shown := []bot.View{all[0]}
	for n := range viewsAtOnce {
		shown = append(shown, all[1+(p.events+n)%(len(all)-1)])
	}
	for _, name := range panelists {
		person := p.id(name)
		if !p.at.People[person].Active {
			continue
		}
		for _, v := range shown {
			err := p.app.store.ReadAs(p.tb.Context(), person, func(tx *store.Tx) error {
				card, err := p.app.views.Draw(p.tb.Context(), tx, tx.Actor(), v)
				if err == nil {
					text := bot.PlainCard(card, time.UTC)
					p.blind(person, v.Name, text)
					p.unrated(person, i, v.Name, text)
					if v.Subject == i.ID && v.Name != views.Found && !p.knows(person, i) {
						p.tb.Fatalf("%s is drawn for %s, who may not know of %s:\n%s", v.Name, name, i.ID, text)
					}
					if v.Name == views.Scorecards {
						p.complete(person, i, text)
					}
					if v.Name == views.LatePanel && !p.recruits(person, i.Req) && p.at.Reqs[i.Req].HiringManager != person {
						p.tb.Fatalf("%s, who does not recruit for %s, is told who is late:\n%s", name, i.ID, text)
					}
				}
				return err
			})
			code := bot.ErrorCode(err)
			if err != nil && !errors.Is(err, bot.ErrMoot) && code != bot.CodeNotFound && code != bot.CodeNotAllowed {
				p.tb.Fatalf("%s for %s: %v", v.Name, name, err)
			}
			// What was asked of somebody by a message is theirs, or nothing, in the same words for all others.
			own := v.Name == views.CardsAsked
			if code == bot.CodeNotFound && v.Subject == i.ID && !own && v.Name != views.Found && !p.knows(person, i) && !strings.Contains(err.Error(), "There is no interview "+i.ID+" that I could show you.") {
				p.tb.Fatalf("%s for %s is refused in words of its own: %v", v.Name, name, err)
			}
		}
	}
}

// complete checks that who may read a scorecard finds the words of it that count.
func (p *panel) complete(person string, i hiring.Interview, text string) {
	p.tb.Helper()
	for _, s := range p.at.Cards {
		if s.Interview != i.ID || s.State != hiring.CardSubmitted {
			continue
		}
		said := []string{s.Lines.For, s.Lines.Against, s.Lines.Next}
		for _, r := range s.Ratings {
			said = append(said, r.Evidence)
		}
		for _, line := range said {
			mark := marks.FindString(line)
			if mark != "" && p.mayRead(person, p.said[mark]) && !strings.Contains(text, mark) {
				p.tb.Fatalf("%s may read the scorecard of %s on %s, and does not find it:\n%s", p.name(person), p.name(s.Person), i.ID, text)
			}
		}
	}
}

// word makes words that somebody writes.
func (p *panel) word(interview, author, kind string) string {
	mark := fmt.Sprintf("w%dw", len(p.said)+1)
	p.said[mark] = words{interview: interview, author: author, kind: kind}
	return mark
}

// act has somebody do something, and checks what came of it.
func (p *panel) act(who string, ev bot.Event) bot.Answer {
	p.tb.Helper()
	ev = p.event(who, ev)
	answer := p.serve(ev)
	if answer.Code == "" && answer.Form == nil {
		p.done = append(p.done, ev)
	}
	before := p.at
	p.see()
	if answer.Code != "" {
		if diff := cmp.Diff(before, p.at); diff != "" {
			p.tb.Fatalf("it was refused, yet something changed:\n%s", diff)
		}
	}
	p.blind(p.id(who), told(ev), plainAnswer(answer, time.UTC)+plainRefusal(answer, time.UTC))
	return answer
}

// see reads what is known now and checks what must always be true of it.
func (p *panel) see() {
	p.tb.Helper()
	p.at = p.look()
	if diff := cmp.Diff(p.at.Stages, p.counted()); diff != "" {
		p.tb.Fatalf("the stages do not add up (-applications +counts):\n%s", diff)
	}
	for _, i := range p.at.Interviews {
		if i.State == hiring.InterviewProposed {
			continue
		}
		for _, person := range i.People() {
			if s, ok := p.at.Cards[cardKey(i.ID, person)]; !ok || s.Removed {
				p.tb.Fatalf("%s sits on %s and has no scorecard: %+v", p.name(person), i.ID, s)
			}
		}
	}
	for key, s := range p.at.Cards { // one act makes one edition at most
		if s.State == hiring.CardSubmitted && s.Edition == len(p.kept[key])+1 {
			p.kept[key] = append(p.kept[key], s.CardContent)
		}
	}
	for key, editions := range p.kept {
		s := p.at.Cards[key]
		if s.State != hiring.CardSubmitted || s.Edition != len(editions) || !s.Tidied().Equal(editions[len(editions)-1].Tidied()) {
			p.tb.Fatalf("the scorecard %s was submitted %d times, and is now %+v; it was %+v", key, len(editions), s, editions)
		}
	}
}

func (p *panel) counted() map[string]hiring.Funnel {
	out := map[string]hiring.Funnel{}
	for req, funnel := range p.at.Funnels {
		out[req] = hiring.Funnel{}
		maps.Copy(out[req], funnel)
	}
	return out
}

// actions are what can happen. The names stand in the report of a failure.
func (p *panel) actions() map[string]func(*rapid.T) {
	on := func(verb string, values bot.Values, likely func(hiring.Interview) []string) func(*rapid.T) {
		return func(rt *rapid.T) {
			i := p.anyInterview(rt)
			ev := bot.Event{Type: bot.Press, Command: "interview." + verb, Bound: []string{i.ID}}
			if values != nil {
				ev.Type, ev.Values = bot.Submit, values
			}
			p.act(p.somebody(rt, likely(i)...), ev)
		}
	}
	charged := func(i hiring.Interview) []string {
		return []string{"recruiter", p.name(p.at.Reqs[i.Req].HiringManager)}
	}
	seated := func(i hiring.Interview) []string {
		names := make([]string, 0, len(i.Panel))
		for _, person := range i.People() {
			names = append(names, p.name(person))
		}
		return names
	}
	return map[string]func(*rapid.T){
		"schedule": p.schedule, "schedule more": p.schedule,
		"give": p.give, "give more": p.give, "give on": p.give, "amend": p.amend,
		"note": p.note, "decline": p.decline, "early": p.early, "read": p.read, "read more": p.read, "search": p.search, "suggest": p.suggest,
		"can": func(rt *rapid.T) {
			i := p.anyInterview(rt)
			p.act(p.somebody(rt, seated(i)...), bot.Event{Type: bot.Press, Command: "feedback.can", Bound: []string{i.ID}})
		},
		"reassign": p.reassign, "seat": p.seat,
		"cancel":  on("cancel", bot.Values{}, charged),
		"no show": on("noshow", nil, seated), "done": on("done", nil, charged),
		"reschedule": func(rt *rapid.T) {
			on("reschedule", bot.Values{"when": {p.drawTime(rt)}}, charged)(rt)
		},
		"waive":   p.waive,
		"shorten": p.accept, "lines": p.lines,
		"people": p.changePeople,
		"wait":   p.wait, "wait more": p.wait,
		"again": p.redeliver,
		"":      func(rt *rapid.T) { p.checkOne(rt) },
	}
}

// checkOne looks at one interview through everybody's eyes, after every step.
func (p *panel) checkOne(rt *rapid.T) {
	if n := len(p.at.Interviews); n > 0 {
		p.everySight(p.at.Interviews["I-"+strconv.Itoa(rapid.IntRange(1, n).Draw(rt, "looked at"))])
	}
}

func (p *panel) somebody(rt *rapid.T, likely ...string) string {
	if len(likely) > 0 && rapid.IntRange(0, 5).Draw(rt, "likely") > 0 {
		return rapid.SampledFrom(likely).Draw(rt, "who")
	}
	return rapid.SampledFrom(panelists).Draw(rt, "who")
}

func (p *panel) anyInterview(rt *rapid.T) hiring.Interview {
	if len(p.at.Interviews) == 0 {
		rt.Skip("there is no interview yet")
	}
	return p.at.Interviews["I-"+strconv.Itoa(rapid.IntRange(1, len(p.at.Interviews)).Draw(rt, "interview"))]
}

func (p *panel) drawTime(rt *rapid.T) string {
	return p.now.Add(rapid.SampledFrom([]time.Duration{10 * time.Minute, time.Hour, 26 * time.Hour}).Draw(rt, "in")).UTC().Format(time.RFC3339)
}

// mostInterviews keeps the checks short.
const mostInterviews = 4

func (p *panel) schedule(rt *rapid.T) {
	if len(p.at.Interviews) >= mostInterviews {
		rt.Skip("enough to do")
	}
	seats := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"interviewer-1", "interviewer-2", "interviewer-3", "recruiter", "hiring-manager"}), 1, 3, rapid.ID).Draw(rt, "panel")
	p.act(p.somebody(rt, "recruiter", "hiring-manager"), bot.Event{Type: bot.Submit, Command: "interview.schedule", Values: bot.Values{
		"candidate": {rapid.SampledFrom([]string{"C-7", "C-7", "C-2"}).Draw(rt, "candidate")}, "stage": {rapid.SampledFrom([]string{"operations", "data-and-api"}).Draw(rt, "stage")},
		"when": {p.drawTime(rt)}, "panel": seats,
	}})
}

// seatOf draws who acts on their own scorecard: more often than not somebody who sits there.
func (p *panel) seatOf(rt *rapid.T, i hiring.Interview) string {
	var names []string
	for _, person := range i.People() {
		names = append(names, p.name(person))
	}
	return p.somebody(rt, names...)
}

// fill opens the form of a scorecard, fills it in and sends it off.
func (p *panel) fill(rt *rapid.T, who, verb string, i hiring.Interview) {
	answer := p.act(who, bot.Event{Type: bot.Press, Command: "feedback." + verb, Bound: []string{i.ID}})
	if answer.Form == nil {
		return
	}
	person := p.id(who)
	values := bot.Values{"overall": {string(rapid.SampledFrom(hiring.Recommendations).Draw(rt, "overall"))}}
	for _, f := range answer.Form.Fields {
		switch {
		case strings.HasPrefix(f.Name, "rating"):
			values[f.Name] = []string{strconv.Itoa(rapid.IntRange(0, 4).Draw(rt, f.Name))}
		case strings.HasPrefix(f.Name, "evidence"), f.Name == views.ForField, f.Name == views.AgainstField, f.Name == views.NextField:
			values[f.Name] = []string{p.word(i.ID, person, evidenceWords)}
		case f.Name == "private_note":
			values[f.Name] = []string{p.word(i.ID, person, privateWords)}
		}
	}
	if rapid.IntRange(0, 3).Draw(rt, "only typed") == 0 {
		p.act(who, bot.Event{Type: bot.Change, Command: answer.Form.Call.Command, Bound: answer.Form.Call.Args, Values: values, Draft: answer.Form.Draft, Focus: "overall"})
		return
	}
	before := p.at.Cards[cardKey(i.ID, person)]
	answer = p.act(who, bot.Event{Type: bot.Submit, Command: answer.Form.Call.Command, Bound: answer.Form.Call.Args, Values: values, Draft: answer.Form.Draft})
	if after := p.at.Cards[cardKey(i.ID, person)]; answer.Code == "" && after.Edition > before.Edition {
		if verb == "lines" {
			if after.AcceptedBy == "" || after.Lines.For != values[views.ForField][0] || after.Lines.Next != values[views.NextField][0] {
				p.tb.Fatalf("%s says %+v, accepted by %q", cardKey(i.ID, person), after.Lines, after.AcceptedBy)
			}
		} else if marks.FindString(after.PrivateNote) != values["private_note"][0] {
			p.tb.Fatalf("%s says %q, and not what was sent", cardKey(i.ID, person), after.PrivateNote)
		}
		p.versions(i.ID, person)
	}
}

// versions checks that every edition of a scorecard is kept as it was.
func (p *panel) versions(interview, person string) {
	p.tb.Helper()
	p.must(p.app.store.Read(p.tb.Context(), func(tx *store.Tx) error {
		all, err := tx.ScorecardVersions(p.tb.Context(), interview, person)
		if err != nil {
			return err
		}
		kept := p.kept[cardKey(interview, person)]
		if len(all) != len(kept) {
			p.tb.Fatalf("%d versions are kept of %d", len(all), len(kept))
		}
		for at := range all {
			if !all[at].Tidied().Equal(kept[at].Tidied()) {
				p.tb.Fatalf("version %d is %+v, was %+v", at+1, all[at], kept[at])
			}
		}
		return nil
	}))
}

func (p *panel) give(rt *rapid.T) {
	i := p.anyInterview(rt)
	if !i.StartsAt.IsZero() && p.now.Before(i.StartsAt) && rapid.Bool().Draw(rt, "at its time") {
		p.now = i.StartsAt
	}
	p.fill(rt, p.seatOf(rt, i), "give", i)
}

func (p *panel) amend(rt *rapid.T) {
	i := p.anyInterview(rt)
	p.fill(rt, p.seatOf(rt, i), "amend", i)
}

func (p *panel) note(rt *rapid.T) {
	i := p.anyInterview(rt)
	who := p.seatOf(rt, i)
	p.act(who, bot.Event{Type: bot.Invoke, Text: "/feedback note " + i.ID + " " + p.word(i.ID, p.id(who), noteWords)})
}

func (p *panel) decline(rt *rapid.T) {
	i := p.anyInterview(rt)
	p.act(p.seatOf(rt, i), bot.Event{Type: bot.Submit, Command: "feedback.decline", Bound: []string{i.ID}, Values: bot.Values{"to": {"interviewer-3"}}})
}

func (p *panel) waive(rt *rapid.T) {
	i := p.anyInterview(rt)
	p.act(p.somebody(rt, "recruiter", "hiring-manager"), bot.Event{Type: bot.Submit, Command: "feedback.waive", Bound: []string{i.ID}, Values: bot.Values{
		"from": {p.seatOf(rt, i)}, "reason": {"on leave"},
	}})
}

// accept accepts three lines, of somebody from whom a scorecard is waited for as often as not.
func (p *panel) accept(rt *rapid.T) {
	i := p.anyInterview(rt)
	p.acceptOf(rt, i, p.seatOf(rt, i))
}

func (p *panel) acceptOf(rt *rapid.T, i hiring.Interview, who string) {
	p.act(p.somebody(rt, "recruiter", "hiring-manager"), bot.Event{Type: bot.Press, Command: "feedback.accept", Bound: []string{i.ID, p.id(who)}})
}

// lines gives three lines, accepted more often than not, or changes those that were given.
func (p *panel) lines(rt *rapid.T) {
	i := p.anyInterview(rt)
	who := p.seatOf(rt, i)
	if rapid.IntRange(0, 3).Draw(rt, "accepted") > 0 {
		if p.now.Before(i.StartsAt) {
			p.now = i.StartsAt
		}
		p.acceptOf(rt, i, who)
	}
	p.fill(rt, who, "lines", i)
}

func (p *panel) early(rt *rapid.T) {
	i := p.anyInterview(rt)
	p.act(p.somebody(rt, "recruiter", "hiring-manager", "hiring-manager-2"), bot.Event{Type: bot.Submit, Command: "feedback.early", Bound: []string{i.ID}, Values: bot.Values{"reason": {"today"}}})
}

func (p *panel) read(rt *rapid.T) {
	i := p.anyInterview(rt)
	text := rapid.SampledFrom([]string{"/feedback show " + i.ID, "/interview show " + i.ID, "/interview kit " + i.ID, "/feedback", "/feedback amend " + i.ID, "/feedback give " + i.ID, "/interview", "/hire",
		"/candidate show " + i.Candidate, "/candidate debrief " + i.Candidate, "/candidate list", "/req show " + i.Req, "/req history " + i.Req, "/hire find " + i.Candidate}).Draw(rt, "text")
	p.act(p.somebody(rt), bot.Event{Type: bot.Invoke, Text: text})
}

// search looks for words that somebody wrote of a candidate: nothing is found by them, whoever looks. Neither
// do they stand in the record of what was done.
func (p *panel) search(rt *rapid.T) {
	if len(p.said) == 0 {
		rt.Skip("nobody wrote anything yet")
	}
	mark := rapid.SampledFrom(slices.Sorted(maps.Keys(p.said))).Draw(rt, "words")
	who := p.somebody(rt)
	answer := p.app.router.Serve(p.tb.Context(), p.event(who, bot.Event{Type: bot.Invoke, Text: "/hire find " + mark}))
	if text := plainAnswer(answer, time.UTC); !strings.Contains(text, "There is nothing with these words that I could show you.") {
		p.tb.Fatalf("%s finds something by the %s of a scorecard:\n%s", who, p.said[mark].kind, text)
	}
	rows, err := p.app.store.AuditRows(p.tb.Context(), store.AuditFilter{})
	p.must(err)
	for _, r := range rows {
		if text := fmt.Sprint(r); marks.MatchString(text) {
			p.tb.Fatalf("the record holds words of a scorecard: %s", text)
		}
	}
}

// suggest completes what somebody types of interviews and candidates.
func (p *panel) suggest(rt *rapid.T) {
	text := rapid.SampledFrom([]string{"/feedback show ", "/feedback amend ", "/interview kit ", "/candidate debrief ", "/candidate show ", "/hire find "}).Draw(rt, "typed")
	who := p.somebody(rt)
	answer := p.app.router.Serve(p.tb.Context(), p.event(who, bot.Event{Type: bot.Suggest, Text: text}))
	if answer.Code == bot.CodeInternal {
		p.tb.Fatalf("no suggestions for %q", text)
	}
	for _, c := range answer.Choices {
		p.blind(p.id(who), "a suggestion for "+text, c.Label+" "+c.Value+" "+c.Hint)
	}
}

func (p *panel) reassign(rt *rapid.T) {
	i := p.anyInterview(rt)
	p.act(p.somebody(rt, "recruiter", "hiring-manager"), bot.Event{Type: bot.Submit, Command: "interview.reassign", Bound: []string{i.ID}, Values: bot.Values{
		"from": {p.seatOf(rt, i)}, "to": {rapid.SampledFrom(panelists).Draw(rt, "to")},
	}})
}

func (p *panel) seat(rt *rapid.T) {
	i := p.anyInterview(rt)
	p.act(p.somebody(rt, "recruiter", "hiring-manager"), bot.Event{Type: bot.Submit, Command: "interview.panel", Bound: []string{i.ID}, Values: bot.Values{
		"panel": rapid.SliceOfNDistinct(rapid.SampledFrom(panelists), 1, 3, rapid.ID).Draw(rt, "panel"),
	}})
}

func (p *panel) changePeople(rt *rapid.T) {
	whom := rapid.SampledFrom([]string{"interviewer-3", "hiring-manager-2", "interviewer-2", "recruiter"}).Draw(rt, "whom")
	what := rapid.SampledFrom([]string{"+recruiter", "-recruiter", "+recruiter", "+hiring_manager"}).Draw(rt, "what")
	p.act("admin", bot.Event{Type: bot.Invoke, Text: "/hire people @" + whom + " " + what})
}

// wait lets time pass, and delivers what is due by then. What arrives is checked for who reads it.
func (p *panel) wait(rt *rapid.T) {
	p.now = p.now.Add(rapid.SampledFrom([]time.Duration{2 * time.Minute, time.Hour, 5 * time.Hour}).Draw(rt, "time"))
	p.must(p.courier.Drain(p.tb.Context(), p.now))
	p.see()
	for _, came := range p.far.look() {
		if name, dm := strings.CutPrefix(came.channel, "@"); dm {
			p.blind(p.id(name), "a message", bot.PlainCard(came.card, time.UTC))
			continue
		}
		p.blind("", "a post", bot.PlainCard(came.card, time.UTC))
	}
}

// redeliver delivers an event a second time: nothing may come of it.
func (p *panel) redeliver(rt *rapid.T) {
	if len(p.done) == 0 {
		rt.Skip("nothing was done yet")
	}
	ev := rapid.SampledFrom(p.done).Draw(rt, "event")
	before := p.at
	answer := p.app.router.Serve(p.tb.Context(), ev)
	if answer.Code == bot.CodeInternal {
		p.tb.Fatalf("%s again: %s", told(ev), plainAnswer(answer, time.UTC))
	}
	p.see()
	if diff := cmp.Diff(before, p.at); diff != "" {
		p.tb.Fatalf("%s, delivered again, changed something:\n%s", told(ev), diff)
	}
	p.blind(p.id(ev.From.User), told(ev)+" again", plainAnswer(answer, time.UTC))
}
