package views

import (
	"context"
	"fmt"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// RefuseEditRole refuses changes of a role to all but recruiters and compensation.
func RefuseEditRole(tx *store.Tx, viewer bot.Actor) error {
	if hiring.May(Actor(viewer), hiring.EditRole, hiring.Subject{}) {
		return nil
	}
	return hiring.Errorf(hiring.NotAllowed, "Only recruiters and compensation change the roles we hire for. Ask %s.", whomToAsk(tx, hiring.Recruiter, hiring.Compensation))
}

func drawPlaybooks(_ context.Context, tx *store.Tx, viewer bot.Actor, _ bot.View) (bot.Card, error) {
	return playbooksCard(tx.Snapshot().Playbooks(), hiring.May(Actor(viewer), hiring.EditRole, hiring.Subject{})), nil
}

func playbooksCard(list []hiring.Playbook, edits bool) bot.Card {
	card := bot.Card{Title: "Roles we hire for"}
	menu := &bot.Menu{Label: "Show one"}
	var lines []bot.Text
	for _, p := range list {
		lines = append(lines, bot.Join(bot.B(p.Title), bot.T(" · "+p.Summary)))
		menu.Items = append(menu.Items, bot.MenuItem{Label: p.Title, Do: bot.Do("hire.roles", p.Key)})
	}
	card.Body = []bot.Node{bot.Lines(lines...)}
	card.Menu = menu
	if edits {
		card.Actions = []bot.Action{{Label: "Copy as a new role", Do: bot.Do("hire.copyrole")}}
	}
	card.Context = bot.T("A role brings levels, skills, questions and scorecards. Any other title works with the general one.")
	return card
}

func drawPlaybook(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	p, ok := tx.Snapshot().Playbook(v.Subject)
	if !ok {
		return bot.Card{}, bot.ErrMoot
	}
	owners := personsOf(tx.Snapshot(), tx.Snapshot().Owners(p.Key))
	a := Actor(viewer)
	look := playbookLook{
		edits: hiring.May(a, hiring.EditRole, hiring.Subject{}),
		bands: RefuseBand(ctx, tx, viewer, p.Key) == nil,
		done:  arg(v, 0),
	}
	return playbookCard(p, owners, look), nil
}

func personsOf(s *store.Snapshot, ids []string) []hiring.Person {
	var out []hiring.Person
	for _, id := range ids {
		if p, ok := s.Person(id); ok {
			out = append(out, p)
		}
	}
	return out
}

// playbookLook is what the viewer of a playbook may see and do, and what was just done.
type playbookLook struct {
	edits, bands bool
	done         string
}

func playbookCard(p hiring.Playbook, owners []hiring.Person, look playbookLook) bot.Card {
	if look.done != "" {
		return playbookSaved(p, owners, look)
	}
	card := bot.Card{Title: p.Title, Body: []bot.Node{bot.T(p.Summary)}}
	levels := make([]string, 0, len(p.Levels))
	for _, l := range p.Levels {
		levels = append(levels, fmt.Sprintf("%s (%s y)", l.Title, years(l)))
	}
	card.Body = append(card.Body, bot.Fields{
		{Label: "Levels", Text: bot.T(strings.Join(levels, ", "))},
		{Label: "Owned by", Text: ownersText(owners)},
	})
	section := func(title string, lines []bot.Text) {
		if len(lines) > 0 {
			card.Body = append(card.Body, bot.Lines(append([]bot.Text{bot.B(title)}, lines...)...))
		}
	}
	section("Ecosystems", linesOf(p.Ecosystems, func(e hiring.Ecosystem) bot.Text {
		text := bot.B(e.Title)
		if e.Where != "" {
			text = bot.Join(text, bot.T(" · "+e.Where))
		}
		if len(e.Skills) > 0 {
			text = bot.Join(text, bot.T(": "+strings.Join(e.Skills, "; ")))
		}
		return text
	}))
	section("Skills for all", commaLine(p.CommonSkills))
	section("Expected today", commaLine(p.ExpectedSkills))
	section("Scorecard", linesOf(p.Dimensions, func(d hiring.Dimension) bot.Text {
		return bot.Join(bot.B(d.Title), bot.T(": "+d.What))
	}))
	section("Interview stages", linesOf(p.Stages, func(s hiring.Stage) bot.Text {
		return bot.Join(bot.B(s.Title), bot.Tf(" · %d min · %d questions", s.Minutes, len(s.Questions)))
	}))
	section("Where to find people", linesOf(p.Channels, func(c hiring.Channel) bot.Text {
		return bot.Join(bot.B(c.Name), bot.T(" · "+c.GoodFor+": "+c.How))
	}))
	section("Tips", linesOf(p.Tips, bot.T))
	section("Market", linesOf(p.Market, bot.T))
	if p.Source != "" {
		card.Context = bot.T(p.Source + ", from " + dateText(p.Effective))
	}
	if look.bands {
		card.Actions = append(card.Actions, bot.Action{Label: "Salary bands", Do: bot.Do("band.show", p.Key)})
	}
	if look.edits {
		card.Actions = append(card.Actions,
			bot.Action{Label: "Copy as a new role", Do: bot.Do("hire.copyrole", p.Key)},
			bot.Action{Label: "Name owners", Do: bot.Do("hire.owners", p.Key)})
	}
	return card
}

// playbookSaved says what has just been done to a role, and what comes next.
func playbookSaved(p hiring.Playbook, owners []hiring.Person, look playbookLook) bot.Card {
	card := bot.Card{
		Tone: bot.Good, Title: look.done,
		Body:    []bot.Node{bot.Fields{{Label: "Owned by", Text: ownersText(owners)}}},
		Actions: []bot.Action{{Label: "Show the role", Do: bot.Do("hire.roles", p.Key)}},
	}
	if look.bands {
		card.Actions = append(card.Actions, bot.Action{Label: "Salary bands", Do: bot.Do("band.show", p.Key)})
	}
	if look.edits {
		card.Actions = append(card.Actions, bot.Action{Label: "Name owners", Do: bot.Do("hire.owners", p.Key)})
	}
	return card
}

func ownersText(owners []hiring.Person) bot.Text {
	if len(owners) == 0 {
		return bot.T("nobody yet")
	}
	return peopleText(owners)
}

func linesOf[T any](items []T, line func(T) bot.Text) []bot.Text {
	out := make([]bot.Text, 0, len(items))
	for _, it := range items {
		out = append(out, bot.Join(bot.T("• "), line(it)))
	}
	return out
}

func commaLine(items []string) []bot.Text {
	if len(items) == 0 {
		return nil
	}
	return []bot.Text{bot.T(strings.Join(items, ", "))}
}
