package views

import (
	"context"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// WaitingSubject is what a message in a channel is about that tells somebody who takes no direct messages
// that something waits for them.
func WaitingSubject(person string) string { return store.WaitingPrefix + person }

// drawWaiting is that message: it says how much waits, and nothing else. Its argument is the day on which
// it was posted; a later one takes its place.
func drawWaiting(ctx context.Context, tx *store.Tx, _ bot.Actor, v bot.View) (bot.Card, error) {
	s := tx.Snapshot()
	p, ok := s.Person(s.Survivor(strings.TrimPrefix(v.Subject, store.WaitingPrefix)))
	if !ok {
		return bot.Card{}, bot.ErrMoot
	}
	over := bot.Card{Body: []bot.Node{bot.T("Nothing waits here any more.")}}
	if !p.Active {
		return over, nil
	}
	latest, err := tx.LatestArgs(ctx, Waiting, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	if len(latest) > 0 && latest[0] != arg(v, 0) {
		return over, nil
	}
	n, err := waitingFor(ctx, tx, p.ID)
	if err != nil {
		return bot.Card{}, err
	}
	if n == 0 {
		if arg(v, 1) == WaitsForDecision {
			return over, nil
		}
		n = 1 // something to read, which nobody can tell whether they have
	}
	return bot.Card{
		Title:   "You have " + count(n, "thing") + " waiting",
		Body:    []bot.Node{bot.T("I cannot write to you directly, since you take no direct messages. What it is, I show to you alone.")},
		Actions: []bot.Action{{Label: "Show me", Do: bot.Do("hire.home"), Style: bot.Primary}},
		Notify:  p.ID,
	}, nil
}

// WaitsForDecision is the second argument of a Waiting view which stands only as long as something is to
// be decided or answered.
const WaitsForDecision = "decide"

// waitingFor counts what somebody has to decide or to answer.
func waitingFor(ctx context.Context, tx *store.Tx, person string) (int, error) {
	viewer := tx.Snapshot().ActorFor(person)
	waiting, err := tx.ApprovalsWaitingFor(ctx, person, today(tx, viewer), PageSize)
	if err != nil {
		return 0, err
	}
	pending, err := AllOf(ctx, tx, store.ReqFilter{Viewer: ReqViewer(viewer), Member: person, States: []hiring.ReqState{hiring.ReqPending}})
	if err != nil {
		return 0, err
	}
	n := len(waiting)
	for _, r := range pending {
		asked, _, err := tx.LatestApproval(ctx, r.ID)
		if err != nil {
			return 0, err
		}
		if asked.Paused() && asked.Requester == person {
			n++
		}
	}
	return n, nil
}

// Mentioned is the second argument of a NoDMs view about somebody who is mentioned in the hiring channel.
const Mentioned = "mentioned"

// drawNoDMs tells a recruiter that somebody cannot be written to; its subject is the person, its arguments
// the workspace where they take no direct messages, and Mentioned.
func drawNoDMs(_ context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	s := tx.Snapshot()
	p, ok := s.Person(strings.TrimPrefix(v.Subject, "person:"))
	if !ok || viewer.ID == "" {
		return bot.Card{}, bot.ErrMoot
	}
	meanwhile := "There is no hiring channel in which I could mention them: set one with /hire settings."
	if arg(v, 1) == Mentioned {
		meanwhile = "Meanwhile I mention them in the hiring channel, without any detail."
	}
	return bot.Card{
		Tone: bot.Attention, Title: p.Name + " takes no direct messages",
		Body: []bot.Node{bot.T("What waits for them may stay unread. Ask them to allow direct messages from members of " + WorkspaceName(s, arg(v, 0)) +
			", or to join another account with /hire link. " + meanwhile)},
		Context: bot.T("I say this once about each person."),
	}, nil
}
