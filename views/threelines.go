package views

import (
	"context"
	"slices"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// The fields of the form of three lines beside the recommendation.
const (
	ForField     = "for"
	AgainstField = "against"
	NextField    = "next"
)

// threeLines are what somebody wrote instead of ratings.
func threeLines(l hiring.ThreeLines) []bot.Text {
	var lines []bot.Text
	for _, part := range []struct{ what, text string }{{"For: ", l.For}, {"Against: ", l.Against}, {"To ask next: ", l.Next}} {
		if part.text != "" {
			lines = append(lines, bot.Join(bot.B(part.what), bot.T("“"+part.text+"”")))
		}
	}
	return lines
}

// acceptedText says of a scorecard that three lines of it are enough or were given, and who accepted
// that; nil for any other.
func acceptedText(s hiring.Scorecard, who func(string) bot.Text) bot.Text {
	switch {
	case s.AcceptedBy == "":
		return nil
	case s.Waits():
		return bot.Join(bot.T("three lines are enough, accepted by "), who(s.AcceptedBy))
	case s.State == hiring.CardSubmitted && s.Short():
		return bot.Join(bot.T("three lines, accepted by "), who(s.AcceptedBy))
	default:
		return nil
	}
}

// amendCall opens the form by which somebody changes what they submitted.
func amendCall(s hiring.Scorecard) bot.Call {
	if s.State == hiring.CardSubmitted && s.Short() {
		return bot.Do("feedback.lines", s.Interview)
	}
	return bot.Do("feedback.amend", s.Interview)
}

// threeLinesOf is the evidence of somebody who gave three lines, nil of anybody else.
func threeLinesOf(p hiring.DebriefPerson, who func(string) bot.Text) bot.Text {
	if !p.Short() {
		return nil
	}
	head := bot.Join(who(p.Person), bot.T(" in three lines ("+p.Interview+")"))
	return bot.Lines(append([]bot.Text{head}, threeLines(p.Lines)...)...)
}

// concessions say what a debrief goes without: whose scorecard, whose ratings, and whose seat somebody else
// took over, each with who decided so.
func concessions(d hiring.Debrief, who func(string) bot.Text) []bot.Text {
	var lines []bot.Text
	for _, seat := range d.Waived {
		line := bot.Join(bot.T("Without "), who(seat.Person), bot.T(" ("+seat.Interview))
		if seat.By != "" {
			line = bot.Join(line, bot.T(", waived by "), who(seat.By))
		}
		if seat.Why != "" {
			line = bot.Join(line, bot.T(": "+seat.Why))
		}
		lines = append(lines, bot.Join(line, bot.T(")")))
	}
	for _, seat := range d.Short {
		what := "Three lines are all of "
		if seat.State != hiring.CardSubmitted {
			what = "Three lines are enough of "
		}
		lines = append(lines, bot.Join(bot.T(what), who(seat.Person), bot.T(" ("+seat.Interview+", accepted by "), who(seat.By), bot.T(")")))
	}
	for _, h := range d.Handed {
		lines = append(lines, bot.Join(bot.T("Seat handed from "), who(h.From), bot.T(" to "), who(h.To), bot.T(" ("+h.Interview+", once it had begun)")))
	}
	return lines
}

// cardOf returns somebody's scorecard of an interview among those of its application.
func cardOf(on hiring.Subject, interview, person string) (hiring.Scorecard, bool) {
	at := slices.IndexFunc(on.Cards, func(s hiring.Scorecard) bool { return s.Interview == interview && s.Person == person })
	if at < 0 {
		return hiring.Scorecard{}, false
	}
	return on.Cards[at], true
}

// drawLinesEnough tells somebody that three lines of them are enough.
func drawLinesEnough(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	i, on, err := InterviewFor(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	s, ok := cardOf(on, i.ID, viewer.ID)
	if !ok {
		return bot.Card{}, NoInterview(i.ID)
	}
	about := i.Candidate + " (" + i.ID + ")"
	switch {
	case s.State == hiring.CardSubmitted:
		return askCard(tx, viewer, nudged{s, i, on}), nil // the thanks, and the way to what the others say
	case s.AcceptedBy == "" || !s.Waits() || !i.State.On():
		return bot.Card{Title: "Scorecard for " + about + ": three lines are not asked for any more", Actions: []bot.Action{{Label: "My scorecards", Do: bot.Do("feedback.mine")}}}, nil
	}
	return bot.Card{
		Title: "Three lines are enough for " + about, Tone: bot.Attention,
		Body: []bot.Node{
			bot.T(AboutInterview(i, playbookOf(tx, on))),
			bot.Join(personText(tx.Snapshot(), s.AcceptedBy), bot.T(" accepts them in the place of your scorecard: what you would do, and a line on what spoke for it or against. About 1 min.")),
		},
		Actions: []bot.Action{
			{Label: "Three lines", Do: bot.Do("feedback.lines", i.ID), Style: bot.Primary},
			{Label: "Whole scorecard", Do: bot.Do("feedback.give", i.ID)},
			{Label: "I can't", Do: bot.Do("feedback.decline", i.ID)},
		},
	}, nil
}

// linesWanted tells whether somebody has still to be told that three lines are enough.
func linesWanted(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bool, error) {
	i, s, found, err := seatOf(ctx, tx, v.Subject, viewer.ID)
	return found && i.State.On() && s.Owed() && s.AcceptedBy != "", err
}

// seatOf returns an interview with somebody's scorecard of it, and whether there is one.
func seatOf(ctx context.Context, tx *store.Tx, interview, person string) (hiring.Interview, hiring.Scorecard, bool, error) {
	i, err := tx.Interview(ctx, interview)
	if hiring.ErrorCode(err) == hiring.NotFound {
		return i, hiring.Scorecard{}, false, nil
	}
	if err != nil {
		return i, hiring.Scorecard{}, false, err
	}
	s, err := tx.Scorecard(ctx, i.ID, person)
	if hiring.ErrorCode(err) == hiring.NotFound {
		return i, s, false, nil
	}
	return i, s, err == nil, err
}
