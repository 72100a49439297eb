package views

import (
	"context"
	"fmt"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// What a search shows at most of each sort; together they fill a menu.
const (
	candidatesFound    = 10
	reqsFound          = 7
	interviewsFound    = 5
	peopleFound        = 3
	leastSearchLetters = 2
)

// drawFound is what a search finds among what its viewer may see; its subject is what they looked for.
func drawFound(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	text := v.Subject
	if len([]rune(strings.TrimSpace(text))) < leastSearchLetters {
		return bot.Card{}, hiring.InvalidField("text", "Type at least %d letters of a name, or a reference like C-7.", leastSearchLetters)
	}
	var f found
	var err error
	if f.candidates, err = tx.CandidatesNamed(ctx, text, CandidateViewer(viewer), candidatesFound); err != nil {
		return bot.Card{}, err
	}
	if f.interviews, err = tx.InterviewsNamed(ctx, text, CandidateViewer(viewer), interviewsFound); err != nil {
		return bot.Card{}, err
	}
	if !viewer.Outsider {
		if f.reqs, err = tx.Requisitions(ctx, store.ReqFilter{Viewer: ReqViewer(viewer), Search: text, Limit: reqsFound}); err != nil {
			return bot.Card{}, err
		}
		for _, w := range bot.FindWords(tx.Snapshot().Words(store.PersonWords), text) {
			if len(f.people) < peopleFound {
				f.people = append(f.people, w)
			}
		}
	}
	if len(f.candidates) > 0 {
		if err := tx.Audit(ctx, store.AuditEvent{Fact: FactCandidates}); err != nil {
			return bot.Card{}, err
		}
	}
	if len(f.interviews) > 0 {
		if err := tx.Audit(ctx, store.AuditEvent{Subject: viewer.ID, Fact: FactInterview}); err != nil {
			return bot.Card{}, err
		}
	}
	return foundCard(tx.Snapshot(), text, f), nil
}

// found is what a search finds.
type found struct {
	candidates []hiring.Candidate
	interviews []hiring.Interview
	reqs       []hiring.Requisition
	people     []bot.Word
}

func foundCard(s *store.Snapshot, text string, f found) bot.Card {
	card := bot.Card{Title: "Found for “" + text + "”"}
	menu := &bot.Menu{Label: "Show one"}
	section := func(title string, lines []bot.Text) {
		if len(lines) > 0 {
			card.Body = append(card.Body, bot.Lines(append([]bot.Text{bot.B(title)}, lines...)...))
		}
	}
	var lines []bot.Text
	for _, c := range f.candidates {
		lines = append(lines, bot.T(c.ID+" "+c.Name))
		menu.Items = append(menu.Items, bot.MenuItem{Label: c.ID + " " + c.Name, Do: bot.Do("candidate.show", c.ID)})
	}
	section("Candidates", lines)
	lines = nil
	for _, r := range f.reqs {
		p, _ := s.Playbook(r.Role)
		lines = append(lines, bot.T(r.ID+" "+ReqName(r, p)+" · "+strings.ToLower(hiring.ReqStateTitle(r.State))))
		menu.Items = append(menu.Items, bot.MenuItem{Label: r.ID + " " + ReqName(r, p), Do: bot.Do("req.show", r.ID)})
	}
	section("Requisitions", lines)
	lines = nil
	for _, i := range f.interviews {
		line := bot.T(fmt.Sprintf("%s with %s · %s", i.ID, i.Candidate, strings.ToLower(hiring.InterviewStateTitle(i.State))))
		if !i.StartsAt.IsZero() {
			line = bot.Join(line, bot.T(" · "), bot.At(i.StartsAt))
		}
		lines = append(lines, line)
		menu.Items = append(menu.Items, bot.MenuItem{Label: i.ID + " with " + i.Candidate, Do: bot.Do("interview.show", i.ID)})
	}
	section("Interviews", lines)
	lines = nil
	for _, w := range f.people {
		lines = append(lines, bot.Who(w.Value, w.Label))
	}
	section("People", lines)
	if len(card.Body) == 0 {
		card.Body = []bot.Node{bot.T("There is nothing with these words that I could show you. I look through the names of candidates, requisitions and people.")}
		card.Actions = []bot.Action{{Label: "My home", Do: bot.Do("hire.home")}}
	}
	if len(menu.Items) > 0 {
		card.Menu = menu
	}
	return card
}
