package main

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// sent is a scorecard of an operations interview as somebody sends it off.
func sent(command, overall string) bot.Event {
	return bot.Event{Type: bot.Submit, Command: command, Values: bot.Values{
		"rating1": {"4"}, "evidence1": {"said " + overall}, "overall": {overall}, "private_note": {"note " + overall},
	}}
}

// from is an event of somebody's account on a platform.
func from(platform string, ev bot.Event) bot.Event {
	ev.From.Workspace = frontWorkspace(platform)
	return ev
}

// Several things happen to one scorecard at the same moment: nothing that was submitted is lost, and
// everybody is told one thing, which is so.
func TestFeedbackRaces(t *testing.T) {
	t.Parallel()
	noshow := bot.Event{Type: bot.Submit, Command: "interview.noshow", Values: bot.Values{"reason": {"nobody came"}}}
	cancel := bot.Event{Type: bot.Submit, Command: "interview.cancel", Values: bot.Values{"reason": {"the candidate is ill"}}}
	reassign := bot.Event{Type: bot.Submit, Command: "interview.reassign", Values: bot.Values{"from": {"interviewer-1"}, "to": {"interviewer-3"}}}
	cases := []struct {
		name string
		// before is what interviewer-1 has sent already, "" for nothing.
		before string
		rivals []rival
		// editions are how many versions there are at most.
		editions int
		// one says that exactly one rival succeeds.
		one bool
	}{
		{"the same scorecard submitted twice", "", []rival{{"interviewer-1", sent("feedback.give", "yes")}, {"interviewer-1", sent("feedback.give", "yes")}}, 1, false},
		{"two scorecards of the same person", "", []rival{{"interviewer-1", sent("feedback.give", "yes")}, {"interviewer-1", sent("feedback.give", "no")}}, 1, false},
		{"amended in two places", "yes", []rival{{"interviewer-1", sent("feedback.amend", "no")}, {"interviewer-1", sent("feedback.amend", "strong_yes")}}, 2, false},
		{"two of a panel at once", "", []rival{{"interviewer-1", sent("feedback.give", "yes")}, {"interviewer-2", sent("feedback.give", "no")}}, 1, false},
		{"the same scorecard from two platforms", "", []rival{{"interviewer-1", from("slack", sent("feedback.give", "yes"))}, {"interviewer-1", from("discord", sent("feedback.give", "yes"))}}, 1, false},
		{"two scorecards from two platforms", "", []rival{{"interviewer-1", from("slack", sent("feedback.give", "yes"))}, {"interviewer-1", from("discord", sent("feedback.give", "no"))}}, 1, false},
		{"amended on two platforms", "yes", []rival{{"interviewer-1", from("slack", sent("feedback.amend", "no"))}, {"interviewer-1", from("discord", sent("feedback.amend", "strong_yes"))}}, 2, false},
		{"submitted while nobody is said to have come", "", []rival{{"interviewer-1", sent("feedback.give", "yes")}, {"recruiter", noshow}}, 1, false},
		{"submitted while it is cancelled", "", []rival{{"interviewer-1", sent("feedback.give", "yes")}, {"recruiter", cancel}}, 1, true},
		{"submitted while it is handed over", "", []rival{{"interviewer-1", sent("feedback.give", "yes")}, {"recruiter", reassign}}, 1, true},
		{"noted while it is submitted", "", []rival{{"interviewer-1", sent("feedback.give", "yes")}, {"interviewer-1", bot.Event{Type: bot.Submit, Command: "feedback.note", Values: bot.Values{"text": {"a note"}}}}}, 1, false},
		{"declined while it is submitted", "", []rival{{"interviewer-1", sent("feedback.give", "yes")}, {"interviewer-1", bot.Event{Type: bot.Submit, Command: "feedback.decline"}}}, 1, true},
	}
	onEachDatabase(t, &hiringDatabases, func(t *testing.T, url func(testing.TB) string) {
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				p := newPanel(t, url)
				p.link("interviewer-1", "slack", "discord")
				for round := range raceRounds {
					p.race(round, c.before, c.rivals, c.editions, c.one)
				}
			})
		}
	})
}

// link gives somebody an account on each of the platforms.
func (p *panel) link(name string, platforms ...string) {
	p.tb.Helper()
	p.must(p.app.store.InTx(p.tb.Context(), func(tx *store.Tx) error {
		for _, platform := range platforms {
			ws := frontWorkspace(platform)
			if err := tx.SaveWorkspace(p.tb.Context(), store.Workspace{ID: ws, Name: "Sample", Platform: platform, External: strings.TrimPrefix(ws, platform+":"), Kind: store.HomeWorkspace}); err != nil {
				return err
			}
			if err := tx.LinkIdentity(p.tb.Context(), p.id(name), hiring.Identity{Workspace: ws, User: name}); err != nil {
				return err
			}
		}
		return nil
	}))
	p.at = p.look()
}

// eventOf is what a rival does, from the platform that they do it on.
func (p *panel) eventOf(r rival, ev bot.Event) bot.Event {
	ev = p.event(r.who, ev)
	if on := r.ev.From.Workspace; on != "" {
		ev.From.Workspace, ev.In.Workspace = on, on
	}
	return ev
}

// race has the rivals act at once on an interview that has just begun.
func (p *panel) race(round int, before string, rivals []rival, editions int, one bool) {
	p.tb.Helper()
	p.now = p.now.Add(time.Hour)
	p.act("recruiter", bot.Event{Type: bot.Submit, Command: "interview.schedule", Values: bot.Values{
		"candidate": {"C-7"}, "stage": {"operations"}, "when": {p.now.UTC().Format(time.RFC3339)}, "panel": {"interviewer-1", "interviewer-2"},
	}})
	id := "I-" + strconv.Itoa(round+1)
	bound := []string{id}
	if before != "" {
		ev := sent("feedback.give", before)
		ev.Bound = bound
		p.act("interviewer-1", ev)
	}
	events := make([]bot.Event, len(rivals))
	for n, r := range rivals {
		ev := p.eventOf(r, r.ev)
		ev.Bound = bound
		if ev.Command == "feedback.amend" {
			form := p.app.router.Serve(p.tb.Context(), p.eventOf(r, bot.Event{Type: bot.Press, Command: ev.Command, Bound: bound}))
			if form.Form == nil {
				p.tb.Fatalf("no form: %s", plainAnswer(form, time.UTC))
			}
			ev.Bound = form.Form.Call.Args
		}
		events[n] = ev
	}
	answers := p.atOnce(events...)
	p.see()
	done := 0
	said := ""
	for n, answer := range answers {
		said += fmt.Sprintf("%s %s: %s%s\n", rivals[n].who, rivals[n].ev.Command, plainAnswer(answer, time.UTC), plainRefusal(answer, time.UTC))
		switch answer.Code {
		case "":
			done++
		case bot.CodeConflict:
			if strings.Contains(plainRefusal(answer, time.UTC), "in the meantime") {
				p.tb.Errorf("%s is told of a race and not how things stand: %s", rivals[n].who, plainRefusal(answer, time.UTC))
			}
		default:
			p.tb.Errorf("%s is answered %s: %s", rivals[n].who, answer.Code, plainRefusal(answer, time.UTC))
		}
	}
	if done == 0 || one && done != 1 {
		p.tb.Errorf("%d of %d succeeded:\n%s", done, len(rivals), said)
	}
	p.nothingLost(id, rivals, answers, editions, said)
}

// nothingLost checks that what was said to be saved is there, and that what was not is in a draft or is
// the same.
func (p *panel) nothingLost(id string, rivals []rival, answers []bot.Answer, editions int, said string) {
	p.tb.Helper()
	for n, r := range rivals {
		if r.ev.Command != "feedback.give" && r.ev.Command != "feedback.amend" {
			continue
		}
		person := p.id(r.who)
		card := p.at.Cards[cardKey(id, person)]
		text := plainAnswer(answers[n], time.UTC)
		saved := answers[n].Code == "" && strings.HasPrefix(text, "Saved.")
		if saved && (card.State != hiring.CardSubmitted || card.Overall != hiring.Recommendation(r.ev.Values["overall"][0])) {
			p.tb.Errorf("%s was told that it is saved, and it is %+v\n%s", r.who, card, said)
		}
		if card.Edition > editions {
			p.tb.Errorf("there are %d editions\n%s", card.Edition, said)
		}
		if answers[n].Code == "" && !saved { // kept for the form that amends
			form := p.app.router.Serve(p.tb.Context(), p.eventOf(r, bot.Event{Type: bot.Press, Command: "feedback.amend", Bound: []string{id}}))
			if form.Form == nil || form.Form.Saved.IsZero() || !strings.Contains(plainAnswer(form, time.UTC), r.ev.Values["evidence1"][0]) {
				p.tb.Errorf("%s wrote %s, which is nowhere: %s", r.who, r.ev.Values["evidence1"][0], plainAnswer(form, time.UTC))
			}
		}
		p.must(p.app.store.Read(p.tb.Context(), func(tx *store.Tx) error {
			versions, err := tx.ScorecardVersions(p.tb.Context(), id, person)
			if err == nil && len(versions) != card.Edition {
				p.tb.Errorf("%d of %d versions are kept", len(versions), card.Edition)
			}
			return err
		}))
	}
}
