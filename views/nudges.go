package views

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// How somebody gets what is more than their day's number of unprompted messages.
const (
	NudgeDigest = "digest"
	NudgeSingle = "single"
)

// drawMyNudges shows the viewer when they are told things unasked.
func drawMyNudges(_ context.Context, tx *store.Tx, viewer bot.Actor, _ bot.View) (bot.Card, error) {
	if viewer.ID == "" {
		return bot.Card{}, bot.ErrMoot
	}
	s := tx.Snapshot()
	own, times := s.NudgePreferences(viewer.ID), s.WorkTime(viewer.ID)
	whose := func(mine bool) string {
		if mine {
			return " (yours)"
		}
		return " (the company's)"
	}
	person, _ := s.Person(viewer.ID)
	away, rest := "none", "merged into one message"
	if days := hiring.DaysNotOver(own.Away, string(bot.DateOf(tx.Now(), times.Zone))); len(days) > 0 {
		away = awayWords(days)
	}
	if own.Single {
		rest = "one by one on the next days"
	}
	card := bot.Card{
		Tone: bot.Good, Title: "Your nudges",
		Body: []bot.Node{bot.Fields{
			{Label: "Hours", Text: bot.T(times.Hours.String() + whose(own.Hours != nil))},
			{Label: "Time zone", Text: bot.T(times.Zone.String() + whose(person.Zone != ""))},
			{Label: "Days away", Text: bot.T(away)},
			{Label: "Messages a day", Text: bot.T(fmt.Sprint(s.NudgeBudget(viewer.ID)) + whose(own.Budget != nil) + ", more are " + rest)},
		}},
		Actions: []bot.Action{{Label: "Change", Do: bot.Do("hire.mynudges")}, {Label: "My home", Do: bot.Do("hire.home")}},
	}
	if person.Zone == "" {
		card.Body = append(card.Body, bot.T("Your time zone follows your chat profile, or else the company."))
	}
	if next := times.NextAllowed(tx.Now()); next.After(tx.Now()) {
		card.Context = bot.Join(bot.T("Until "), bot.At(next), bot.T(" I tell you nothing unasked."))
	}
	return card, nil
}

// awayWords says on which days somebody is away.
func awayWords(days []hiring.DaysAway) string {
	var words []string
	for _, d := range days {
		text := bot.Date(d.From).Long()
		if d.To != d.From {
			text += " to " + bot.Date(d.To).Long()
		}
		words = append(words, text)
	}
	return strings.Join(words, ", ")
}

// drawHolidays lists the company's holidays; its argument is how many were just added.
func drawHolidays(_ context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	if err := RefuseSettings(tx, viewer); err != nil {
		return bot.Card{}, err
	}
	all := tx.Snapshot().Calendar().Holidays
	var lines []bot.Text
	for _, h := range all {
		text := hiring.PrintHolidays([]hiring.Holiday{h})
		if len(h.Date) == len(time.DateOnly) {
			text = bot.Date(h.Date).Long()
		} else {
			text += ", every year"
		}
		lines = append(lines, bot.T(joinNonEmpty(" · ", text, h.Name)))
	}
	card := bot.Card{
		Title: count(len(all), "holiday"), Body: []bot.Node{bot.Lines(lines...)},
		Actions: []bot.Action{{Label: "Add more", Do: bot.Do("hire.holidays")}, {Label: "Edit the list", Do: bot.Do("hire.set", hiring.SettingHolidays)}},
		Context: bot.T("On these days nobody is reminded, and nothing is due."),
	}
	if added := arg(v, 0); added != "" && added != "0" {
		card.Tone = bot.Good
		card.Title += ", " + added + " new"
	}
	return card, nil
}

// DigestOf returns the view of what was merged into one message, each as the set draws it now; the subject
// is the key of the merging. What has nothing to say any more is left out.
func DigestOf(set Set) View {
	return View{Contains: Pay, Draw: func(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
		rows, err := tx.Merged(ctx, v.Subject, viewer.ID)
		if err != nil {
			return bot.Card{}, err
		}
		var cards []bot.Card
		for _, r := range rows {
			wanted, err := StillWanted(ctx, tx, viewer, r.View)
			if err != nil {
				return bot.Card{}, err
			}
			if !wanted {
				continue
			}
			card, err := set.Draw(ctx, tx, viewer, r.View)
			if code := bot.ErrorCode(err); errors.Is(err, bot.ErrMoot) || code == bot.CodeNotFound || code == bot.CodeNotAllowed {
				continue
			}
			if err != nil {
				return bot.Card{}, err
			}
			if r.View.Name == Morning || r.View.Name == RecruiterDay {
				card = inOnePart(card)
			}
			cards = append(cards, card)
		}
		if len(cards) == 0 {
			return bot.Card{Title: "Done, thank you", Tone: bot.Good, Body: []bot.Node{bot.T("Nothing of this waits for you any more.")}}, nil
		}
		if len(cards) == 1 { // with all that can be done about it
			return cards[0], nil
		}
		return digestCard(cards, viewer.Zone), nil
	}}
}

// digestWanted tells whether something of what was merged has still something to say.
func digestWanted(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bool, error) {
	rows, err := tx.Merged(ctx, v.Subject, viewer.ID)
	for _, r := range rows {
		if wanted, err := StillWanted(ctx, tx, viewer, r.View); wanted || err != nil {
			return wanted, err
		}
	}
	return false, err
}

// inOnePart returns a digest with all its lines in one part: as one thing among others it is to say no less than
// by itself.
func inOnePart(card bot.Card) bot.Card {
	var lines []bot.Text
	for _, part := range card.Body {
		if text, ok := part.(bot.Text); ok {
			lines = append(lines, text)
		}
	}
	card.Body = []bot.Node{bot.Lines(lines...)}
	return card
}

// digestShown is how many things one message holds at most.
const digestShown = 10

func digestCard(cards []bot.Card, zone *time.Location) bot.Card {
	out := bot.Card{Tone: bot.Attention, Title: "Since yesterday: " + count(len(cards), "thing")}
	menu := &bot.Menu{Label: "More"}
	titled := map[string]int{}
	for _, c := range cards {
		titled[c.Title]++
	}
	for i, c := range cards {
		if i == digestShown {
			out.Body = append(out.Body, bot.Join(bot.Tf("… and %d more: ", len(cards)-i), bot.C("/hire")))
			break
		}
		part, hint := bot.B(c.Title), c.Title
		if len(c.Body) > 0 {
			if text, ok := c.Body[0].(bot.Text); ok {
				part = bot.Lines(part, text)
				if titled[c.Title] > 1 {
					about, _, _ := strings.Cut(c.Title, ": ") // the rest does not tell them apart
					hint = about + " · " + text.Plain(zone)
				}
			}
		}
		out.Body = append(out.Body, part)
		after := min(len(cards), digestShown) - i - 1 // what comes after has its first action in the menu too
		for _, a := range c.Actions {
			if a.Confirm == nil && len(menu.Items) < PageSize-after {
				menu.Items = append(menu.Items, bot.MenuItem{Label: a.Label, Hint: hint, Do: a.Do})
			}
		}
	}
	if len(menu.Items) > 0 {
		out.Menu = menu
	}
	out.Actions = []bot.Action{{Label: "My home", Do: bot.Do("hire.home"), Style: bot.Primary}}
	return out
}
