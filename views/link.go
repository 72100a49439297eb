package views

import (
	"context"
	"slices"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// drawLinkCode shows a code that joins accounts; its argument is the code.
func drawLinkCode(_ context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	p, ok := tx.Snapshot().Person(viewer.ID)
	if !ok {
		return bot.Card{}, bot.ErrMoot
	}
	return bot.Card{
		Title: "Join your accounts",
		Body: []bot.Node{
			bot.Join(bot.T("On the other platform, write to me: "), bot.C("/hire link "+arg(v, 0))),
			bot.T("You go on as " + p.Name + ", with the roles that you have here. It shows what will happen and asks before anything changes."),
		},
		Context: bot.T("For ten minutes, once, and for you alone: whoever types this code becomes you."),
	}, nil
}

// drawLinkRefused answers a code that cannot be used; its arguments are why, and the tries that are left.
func drawLinkRefused(_ context.Context, _ *store.Tx, _ bot.Actor, v bot.View) (bot.Card, error) {
	if arg(v, 0) == string(store.LinkWait) || arg(v, 1) == "0" {
		return bot.Card{Tone: bot.Trouble, Title: "Too many wrong codes", Body: []bot.Node{
			bot.Join(bot.T("Wait an hour. Then make a new code on the other platform: "), bot.C("/hire link"))}}, nil
	}
	left := arg(v, 1) + " tries are left"
	if arg(v, 1) == "1" {
		left = "One try is left"
	}
	return bot.Card{Tone: bot.Trouble, Title: "That code cannot be used", Body: []bot.Node{
		bot.Join(bot.T("It is wrong, was used, or its ten minutes are over. "+left+". Make a new one on the other platform: "), bot.C("/hire link"))}}, nil
}

// drawLinkPreview shows what joining two accounts does, and asks; its subject is the code's id.
func drawLinkPreview(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	l, err := tx.Link(ctx, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	s := tx.Snapshot()
	survivor, ok := s.Person(l.Person)
	if !ok || bot.Identity(l.To) != viewer.Identity {
		return bot.Card{}, bot.ErrMoot
	}
	other, _ := s.PersonByIdentity(l.To.Workspace, l.To.User)
	return linkPreviewCard(l.ID, survivor, other, WorkspaceName(s, l.From.Workspace), WorkspaceName(s, l.To.Workspace)), nil
}

func linkPreviewCard(id string, survivor, other hiring.Person, there, here string) bot.Card {
	lines := []bot.Text{
		bot.Join(bot.T("You go on as "), bot.B(survivor.Name), bot.T(" of "+there+", who made the code, and you write to me from "+here+" too.")),
		bot.Join(bot.T("Your roles: "), bot.B(roleTitles(survivor.Roles)), bot.T(".")),
	}
	if other.ID != "" {
		// What a platform's own roles give belongs to the account, and goes wherever that goes.
		if more := rolesBeside(other.Mapped, survivor.Roles); more != "" {
			lines = append(lines, bot.Join(bot.B(survivor.Name), bot.T(" gets what the roles of the account on Discord give: "), bot.B(more), bot.T(".")))
		}
		lost := "."
		if more := rolesBeside(other.Roles, append(slices.Clone(survivor.Roles), other.Mapped...)); more != "" {
			lost = ". The roles that only they had are gone: " + more + "."
		}
		lines = append(lines,
			bot.Join(bot.B(other.Name), bot.T(", as whom I know you here, stays in the history only, without account, roles or access"+lost)),
			bot.Join(bot.T("What is theirs stays theirs: a recruiter can hand it over with "), bot.C("/hire handover"), bot.T(".")))
	}
	lines = append(lines, bot.T("This cannot be undone."))
	return bot.Card{
		Tone: bot.Attention, Title: "Are you " + survivor.Name + "?", Body: []bot.Node{bot.Lines(lines...)},
		Actions: []bot.Action{
			{Label: "Yes, join them", Do: bot.Do("hire.join", id), Style: bot.Primary},
			{Label: "No, leave it", Do: bot.Do("hire.home")},
		},
	}
}

// rolesBeside names the roles that some have and others have not, "" for none.
func rolesBeside(some, others []hiring.Role) string {
	var more []string
	for _, r := range some {
		if !containsRole(others, r) {
			more = append(more, hiring.RoleTitle(r))
		}
	}
	return strings.Join(more, ", ")
}

func containsRole(roles []hiring.Role, r hiring.Role) bool {
	return hiring.Person{Active: true, Roles: roles}.Has(r)
}

// WorkspaceName returns what people call a workspace, with its platform.
func WorkspaceName(s *store.Snapshot, id string) string {
	w, ok := s.Workspace(id)
	if !ok {
		return "another workspace"
	}
	if title := hiring.PlatformTitle(w.Platform); title != w.Name {
		return w.Name + " (" + title + ")"
	}
	return w.Name
}

// drawLinkDone confirms that accounts are joined; its subject is who goes on, its argument who was merged.
func drawLinkDone(_ context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	s := tx.Snapshot()
	survivor, ok := s.Person(v.Subject)
	if !ok || viewer.ID != "" && s.Survivor(viewer.ID) != survivor.ID {
		return bot.Card{}, bot.ErrMoot
	}
	return bot.Card{
		Tone: bot.Good, Title: "You are " + survivor.Name + " here too",
		Body:    []bot.Node{bot.T("Your roles: " + roleTitles(survivor.Roles) + ". I write to you where you last wrote to me.")},
		Actions: []bot.Action{{Label: "My home", Do: bot.Do("hire.home")}},
	}, nil
}

// drawLinked tells somebody that an account was joined with theirs; its arguments are who was merged,
// "" for nobody, and the workspace of the account.
func drawLinked(_ context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	s := tx.Snapshot()
	if v.Subject != "person:"+viewer.ID {
		return bot.Card{}, bot.ErrMoot
	}
	card := bot.Card{
		Title: "An account of " + WorkspaceName(s, arg(v, 1)) + " is yours now",
		Body:  []bot.Node{bot.Join(bot.T("Whoever writes to me from it acts as you. If that was not you, tell an admin at once: "), bot.T(whomToAsk(tx, hiring.Admin)), bot.T("."))},
	}
	if p, ok := s.Person(arg(v, 0)); ok {
		card.Body = append(card.Body, bot.Join(bot.B(p.Name), bot.T(" was joined with you. What is theirs stays theirs; a recruiter hands it over with "), bot.C("/hire handover"), bot.T(".")))
	}
	return card, nil
}

// drawMerged tells admins that somebody who had a role was joined with somebody else; its subject is who
// was merged, its arguments are who goes on, and the roles that the other had.
func drawMerged(_ context.Context, tx *store.Tx, _ bot.Actor, v bot.View) (bot.Card, error) {
	s := tx.Snapshot()
	other, known := s.Person(strings.TrimPrefix(v.Subject, "person:"))
	survivor, goesOn := s.Person(s.Survivor(arg(v, 0)))
	if !known || !goesOn {
		return bot.Card{}, bot.ErrMoot
	}
	var had []hiring.Role
	for r := range strings.SplitSeq(arg(v, 1), ",") {
		had = append(had, hiring.Role(r))
	}
	return bot.Card{
		Tone: bot.Attention, Title: other.Name + " was joined with " + survivor.Name,
		Body: []bot.Node{bot.Lines(
			bot.Join(bot.T("By /hire link, for good: "), bot.B(other.Name), bot.T(" had the roles "+roleTitles(had)+", and has no account, roles or access any more.")),
			bot.Join(bot.B(survivor.Name), bot.T(" has: "+roleTitles(survivor.Roles)+". Whoever writes from the account acts as them.")),
			bot.Join(bot.T("No record moved: requisitions are handed over with "), bot.C("/hire handover"), bot.T(", seats on interviews with "), bot.C("/interview reassign"), bot.T(".")),
		)},
		Actions: []bot.Action{{Label: "Who goes on", Do: bot.Do("hire.people", survivor.ID)}},
	}, nil
}

// drawZone asks somebody for their time zone, or says which it is; its subject is the person.
func drawZone(_ context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	s := tx.Snapshot()
	if viewer.ID == "" || v.Subject != "person:"+viewer.ID {
		return bot.Card{}, bot.ErrMoot
	}
	return zoneCard(s.KnowsZone(viewer.ID), s.Zone(viewer.ID).String()), nil
}

func zoneCard(known bool, zone string) bot.Card {
	if known {
		return bot.Card{
			Tone: bot.Good, Title: "Your time zone: " + zone, Body: []bot.Node{bot.T("I show and read times in it.")},
			Actions: []bot.Action{{Label: "Change", Do: bot.Do("hire.zone")}},
		}
	}
	return bot.Card{
		Title: "Your time zone?",
		Body:  []bot.Node{bot.T("I show and read times in " + zone + ", the company's zone, unless you tell me another.")},
		Actions: []bot.Action{
			{Label: zone, Do: bot.Do("hire.zone", zone), Style: bot.Primary},
			{Label: "Other", Do: bot.Do("hire.zone")},
		},
		Context: bot.Join(bot.T("I do not ask again. Later: "), bot.C("/hire zone")),
	}
}
