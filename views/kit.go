package views

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// kitLook is all that a kit is drawn from: nothing of pay, of who referred the candidate, of their
// notice period or of what anybody has said of them.
type kitLook struct {
	zone                    *time.Location
	now                     time.Time
	playbook                hiring.Playbook
	level, first, ecosystem string
	months                  *int
	resume, sits            bool
	viewer                  string
	mine                    hiring.Scorecard // the viewer's, empty for who does not sit on it
	who                     func(string) bot.Text
}

// drawKit shows what somebody needs to hold an interview. Its argument, of a message, is the time of
// the interview for which it was sent.
func drawKit(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	i, on, err := InterviewFor(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	c, err := tx.Candidate(ctx, i.Candidate)
	if err != nil {
		return bot.Card{}, err
	}
	if err := tx.Audit(ctx, store.AuditEvent{Subject: i.ID, Fact: FactKit}); err != nil {
		return bot.Card{}, err
	}
	p := playbookOf(tx, on)
	look := kitLook{
		zone: viewer.Zone, now: tx.Now(), playbook: p, level: on.Req.Level, first: c.FirstName(), months: c.Months, resume: c.Resume != "",
		sits: i.Sits(viewer.ID), viewer: viewer.ID, who: func(id string) bot.Text { return personText(tx.Snapshot(), id) },
	}
	look.mine, _ = cardOf(on, i.ID, viewer.ID)
	if e, ok := p.Ecosystem(c.Ecosystem); ok {
		look.ecosystem = e.Title
	}
	card := kitCard(i, look)
	if look.cannot() {
		card.Body = slices.Insert(card.Body, 0, bot.Node(saidCannot(tx, on)))
	}
	return card, nil
}

// cannot tells whether the viewer said that they can't.
func (l kitLook) cannot() bool { return l.sits && l.mine.State == hiring.CardDeclined }

func kitCard(i hiring.Interview, look kitLook) bot.Card {
	p := look.playbook
	about := AboutInterview(i, p)
	card := bot.Card{Title: kitTitle(i, about, look)}
	if i.State != hiring.InterviewScheduled && i.State != hiring.InterviewDone {
		card.Body = []bot.Node{bot.T("There is nothing to prepare. " + offText(i.State))}
		return card
	}
	who := look.first
	if look.months != nil {
		who += fmt.Sprintf(", %s", yearsOf(*look.months))
	}
	if look.ecosystem != "" {
		who += ", " + look.ecosystem
	}
	fields := bot.Fields{{Label: "When", Text: bot.Join(bot.At(i.StartsAt), bot.Tf(", %d min", i.Minutes))}, {Label: "Who", Text: bot.T(who)}}
	if i.Join != "" {
		fields = append(fields, bot.LabelledText{Label: "How to join", Text: joinText(i.Join)})
	}
	card.Body = append(card.Body, fields)
	if leads := leadLines(i, look); len(leads) > 0 {
		card.Body = append(card.Body, bot.Lines(leads...))
	}
	if stage, ok := p.Stage(i.Stage); ok {
		if lines := questionLines(p, stage, look.level); len(lines) > 0 {
			card.Body = append(card.Body, bot.Lines(lines...))
		}
	}
	for _, d := range hiring.StageDimensions(p, i.Stage) {
		lines := []bot.Text{bot.Join(bot.B(d.Title), bot.T(": "+d.What))}
		for rating := hiring.MaxRating; rating >= hiring.MinRating; rating-- {
			if anchor := d.Anchor(rating); anchor != "" {
				lines = append(lines, bot.Tf("%d · %s", rating, anchor))
			}
		}
		card.Body = append(card.Body, bot.Lines(lines...))
	}
	if look.sits {
		card.Context = bot.T("Your notes are for you alone.")
		if look.early(i) {
			card.Context = bot.Tf("The scorecard opens %d minutes before the start. Your notes are for you alone.", int(hiring.FormBefore/time.Minute))
		}
	}
	card.Actions, card.Menu = kitActions(i, look)
	return card
}

// kitActions are what is done with a kit: what is of use at that time are buttons, the rest is in the menu.
// The scorecard cannot be opened yet when the kit comes.
func kitActions(i hiring.Interview, look kitLook) ([]bot.Action, *bot.Menu) {
	menu := &bot.Menu{Label: "More"}
	resume, scorecard := bot.Do("interview.resume", i.ID), bot.Do("feedback.give", i.ID)
	early := look.early(i)
	var actions []bot.Action
	switch {
	case look.sits && !early:
		actions = append(actions, bot.Action{Label: "Scorecard", Do: scorecard})
	case look.resume:
		actions = append(actions, bot.Action{Label: "Résumé", Do: resume})
	}
	if look.sits && look.mine.State != hiring.CardSubmitted {
		actions = append(actions, bot.Action{Label: "Start notes", Do: bot.Do("feedback.note", i.ID)})
		if look.cannot() {
			actions = append(actions, canAfterAll(i))
		} else {
			actions = append(actions, bot.Action{Label: "I can't", Do: bot.Do("feedback.decline", i.ID)})
		}
	}
	if look.resume && look.sits && !early {
		menu.Items = append(menu.Items, bot.MenuItem{Label: "Résumé", Hint: "to your direct messages", Do: resume})
	}
	if look.sits && early {
		menu.Items = append(menu.Items, bot.MenuItem{Label: "Scorecard", Hint: "from a quarter of an hour before", Do: scorecard})
	}
	menu.Items = append(menu.Items, bot.MenuItem{Label: "Show " + i.ID, Do: bot.Do("interview.show", i.ID)})
	return actions, menu
}

// early tells whether it is too early to open the scorecard.
func (l kitLook) early(i hiring.Interview) bool {
	return l.now.Before(i.StartsAt.Add(-hiring.FormBefore))
}

// kitTitle is what a phone shows of the kit.
func kitTitle(i hiring.Interview, about string, look kitLook) string {
	if left := i.StartsAt.Sub(look.now); i.State == hiring.InterviewScheduled && left > 0 && left <= hiring.KitBefore {
		return fmt.Sprintf("In %d min: %s", int((left+time.Minute-1)/time.Minute), about)
	}
	return fmt.Sprintf("Kit of %s: %s", i.ID, about)
}

// yearsOf returns an experience in years and months: "7 y", "3 y 4 m".
func yearsOf(months int) string {
	switch {
	case months%12 == 0:
		return fmt.Sprintf("%d y", months/12)
	case months < 12:
		return fmt.Sprintf("%d m", months)
	}
	return fmt.Sprintf("%d y %d m", months/12, months%12)
}

// leadLines say what the reader assesses, and what the others do.
func leadLines(i hiring.Interview, look kitLook) []bot.Text {
	var lines []bot.Text
	for _, seat := range i.Panel {
		mine := seat.Person == look.viewer
		switch {
		case mine && len(i.Panel) == 1:
			var all []string
			for _, d := range hiring.StageDimensions(look.playbook, i.Stage) {
				all = append(all, d.Key)
			}
			if len(all) > 0 {
				lines = append(lines, bot.B("You assess "+dimensionNames(look.playbook, all)+"."))
			}
			continue
		case mine && len(seat.Leads) == 0:
			lines = slices.Insert(lines, 0, bot.B("You lead on nothing of it; everybody rates all."))
			continue
		case len(i.Panel) == 1 || len(seat.Leads) == 0:
			continue
		}
		names := dimensionNames(look.playbook, seat.Leads)
		if mine {
			lines = slices.Insert(lines, 0, bot.B("You lead on "+names+"."))
			continue
		}
		lines = append(lines, bot.Join(look.who(seat.Person), bot.T(" leads on "+names+".")))
	}
	return lines
}

// questionLines are what is asked at a level, each with what a strong answer has.
func questionLines(p hiring.Playbook, stage hiring.Stage, level string) []bot.Text {
	var lines []bot.Text
	for _, q := range stage.Questions {
		if q.FromLevel != "" && !p.Reaches(level, q.FromLevel) {
			continue
		}
		if len(lines) == 0 {
			lines = append(lines, bot.B("Questions, and what a strong answer has"))
		}
		lines = append(lines, bot.T("• "+q.Text))
		if q.Strong != "" {
			lines = append(lines, bot.I("  Strong: "+q.Strong))
		}
	}
	return lines
}

// drawResume sends the résumé to somebody of the panel, or who works on the application.
func drawResume(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	i, on, err := InterviewFor(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	on.Reqs = []hiring.Requisition{*on.Req}
	c, err := tx.Candidate(ctx, i.Candidate)
	if err != nil {
		return bot.Card{}, err
	}
	if c.Resume == "" || !hiring.May(Actor(viewer), hiring.SeeCandidate, on) {
		return bot.Card{}, bot.ErrMoot
	}
	f, err := tx.File(ctx, c.Resume)
	if err != nil {
		return bot.Card{}, moot(err)
	}
	return bot.Card{
		Title: "Résumé for " + i.ID, Body: []bot.Node{bot.File{Name: i.Candidate + "-" + f.Name, MediaType: f.MediaType, Data: f.Data}},
		Context: bot.T("It is for this interview alone. Delete your copy when you are done."),
	}, tx.Audit(ctx, store.AuditEvent{Subject: i.ID, Fact: FactResume})
}

// drawFileSent says where a file went that was asked for.
func drawFileSent(context.Context, *store.Tx, bot.Actor, bot.View) (bot.Card, error) {
	return bot.Card{Tone: bot.Good, Body: []bot.Node{bot.T("It is in your direct messages.")}}, nil
}
