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

// drawLatePanel tells who recruits for it that a scorecard will clearly be late, and offers what can be done
// about it. Its arguments are whose it is, and why it will be late: a hiring.Lateness.
func drawLatePanel(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	i, on, err := InterviewFor(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	if !hiring.May(Actor(viewer), hiring.ChangeApplication, on) {
		return bot.Card{}, NoInterview(i.ID)
	}
	s, ok := cardOf(on, i.ID, arg(v, 0))
	if !ok {
		return bot.Card{}, bot.ErrMoot
	}
	if err := tx.Audit(ctx, store.AuditEvent{Subject: i.ID, Fact: FactInterview}); err != nil {
		return bot.Card{}, err
	}
	return latePanelCard(i, s, lateLook{
		about: AboutInterview(i, playbookOf(tx, on)), count: countCards(on.Cards, i.ID), zone: viewer.Zone, now: tx.Now(),
		cause: hiring.Lateness(arg(v, 1)), until: tx.Snapshot().WorkTime(s.Person).AwayUntil(tx.Now()), gone: Gone(tx.Snapshot(), s.Person),
		instead: instead(tx.Snapshot(), i, on), who: func(id string) bot.Text { return personText(tx.Snapshot(), id) },
	}), nil
}

// instead returns who could take a seat over: those of the requisition's panel who do not sit there, have
// not given the seat up, and are here.
func instead(s *store.Snapshot, i hiring.Interview, on hiring.Subject) []hiring.Person {
	var people []hiring.Person
	for _, id := range on.Req.Panel {
		one, known := s.Person(id)
		gaveUp := slices.ContainsFunc(on.Cards, func(s hiring.Scorecard) bool {
			return s.Interview == i.ID && s.Person == id && s.State == hiring.CardDeclined
		})
		if known && one.Active && !gaveUp && !i.Sits(id) && len(people) < PageSize {
			people = append(people, one)
		}
	}
	return people
}

// lateLook is what the card of a late scorecard is drawn from, beside it.
type lateLook struct {
	about string
	count panelCount
	zone  *time.Location
	now   time.Time
	cause hiring.Lateness
	// until is the last day on which its author is away, YYYY-MM-DD, "" for who is here; gone says that
	// they can do nothing any more.
	until   string
	gone    bool
	instead []hiring.Person
	who     func(string) bot.Text
}

func latePanelCard(i hiring.Interview, s hiring.Scorecard, look lateLook) bot.Card {
	show := bot.Action{Label: "Show " + i.ID, Do: bot.Do("interview.show", i.ID)}
	if !s.Owed() || !i.State.On() {
		card := bot.Card{Title: fmt.Sprintf("%s is settled: %s, %s", i.ID, look.about, look.count), Tone: bot.Good, Actions: []bot.Action{show}}
		card.Body = []bot.Node{settledText(i, s, look.who)}
		if s.State == hiring.CardDeclined && !s.Removed && !s.Closed && i.State.On() {
			card.Title, card.Tone = fmt.Sprintf("%s needs somebody else: %s, %s", i.ID, look.about, look.count), bot.Attention
			card.Actions = []bot.Action{swapAction(i, s), waiveAction(i, s), show}
		}
		return card
	}
	card := bot.Card{
		Title: fmt.Sprintf("%s: a scorecard will be late. %s, %s", i.ID, look.about, look.count), Tone: bot.Attention,
		Body: []bot.Node{lateReason(s, look)},
	}
	if s.AcceptedBy != "" {
		card.Body = append(card.Body, bot.Join(bot.T("Three lines are enough, accepted by "), look.who(s.AcceptedBy), bot.T(". They are not in yet.")))
	}
	if !i.StartsAt.After(look.now) {
		card.Body = append(card.Body, bot.T("Whoever takes the seat over must have been in it, or see the recording."))
	}
	card.Actions = []bot.Action{swapAction(i, s)}
	if s.AcceptedBy == "" && !look.gone && !i.StartsAt.After(look.now) {
		card.Actions = append(card.Actions, bot.Action{Label: "Three lines", Do: bot.Do("feedback.accept", i.ID, s.Person)})
	}
	card.Actions = append(card.Actions, waiveAction(i, s))
	menu := &bot.Menu{Label: "More"}
	for _, one := range look.instead {
		menu.Items = append(menu.Items, bot.MenuItem{Label: "Put @" + one.Name + " on it", Do: bot.Do("interview.reassign", i.ID, s.Person, one.ID)})
	}
	menu.Items = append(menu.Items, bot.MenuItem{Label: show.Label, Do: show.Do})
	card.Menu = menu
	return card
}

func swapAction(i hiring.Interview, s hiring.Scorecard) bot.Action {
	return bot.Action{Label: "Swap", Do: bot.Do("interview.reassign", i.ID, s.Person)}
}

func waiveAction(i hiring.Interview, s hiring.Scorecard) bot.Action {
	return bot.Action{Label: "Go on without", Do: bot.Do("feedback.waive", i.ID, s.Person)}
}

// lateReason says whose scorecard will be late, and why. When it is due stands in front, so that a phone
// shows no name.
func lateReason(s hiring.Scorecard, look lateLook) bot.Text {
	due := "Due " + DueText(s.DueAt, look.zone) + ". "
	if s.Late(look.now) {
		due = "It was due " + DueText(s.DueAt, look.zone) + ". "
	}
	who := look.who(s.Person)
	day, err := time.Parse(time.DateOnly, look.until)
	switch {
	case look.gone:
		return bot.Join(bot.T(due), who, bot.T(" has left."))
	case look.until != "" && err == nil:
		return bot.Join(bot.T(due), who, bot.T(" is away until "+day.Format("Mon 2 Jan")+"."))
	case look.cause == hiring.LateOverdue && s.Nudges > 0:
		// Not how often: steps that came together were one message, and one that was put off was answered.
		return bot.Join(bot.T(due), who, bot.T(" was reminded, and has not given it yet."))
	case look.cause == hiring.LateOverdue:
		return bot.Join(bot.T(due), who, bot.T(" has not given it yet."))
	default:
		return bot.Join(bot.T(due), who, bot.T(" is back."))
	}
}

// settledText says what became of a scorecard that is not waited for any more.
func settledText(i hiring.Interview, s hiring.Scorecard, who func(string) bot.Text) bot.Text {
	switch {
	case s.State == hiring.CardSubmitted:
		return bot.Join(bot.T("The scorecard of "), who(s.Person), bot.T(" is in."))
	case s.Waits() && s.Closed:
		return bot.T("The application is closed, so nobody waits for the scorecard.")
	case s.Removed && s.HandedTo != "":
		return bot.Join(who(s.HandedTo), bot.T(" sits on it in the place of "), who(s.Person), bot.T("."))
	case s.Removed:
		return bot.Join(who(s.Person), bot.T(" does not sit on it any more."))
	case !i.State.On():
		return bot.T(offText(i.State))
	case s.State == hiring.CardWaived && s.WaivedBy != "":
		return bot.Join(bot.T("Nobody waits for the scorecard of "), who(s.Person), bot.T(": waived by "), who(s.WaivedBy), bot.T("."))
	case s.State == hiring.CardWaived:
		return bot.Join(bot.T("Nobody waits for the scorecard of "), who(s.Person), bot.T("."))
	default:
		return bot.Join(who(s.Person), bot.T(" says that they can't."))
	}
}

// lateWanted tells whether somebody has still to be told that a scorecard will be late: it is waited for,
// and what was in the way is.
func lateWanted(ctx context.Context, tx *store.Tx, v bot.View) (bool, error) {
	i, s, found, err := seatOf(ctx, tx, v.Subject, arg(v, 0))
	if err != nil || !found || !s.Owed() || !i.State.On() {
		return false, err
	}
	switch hiring.Lateness(arg(v, 1)) {
	case hiring.LateAway:
		return tx.Snapshot().WorkTime(s.Person).AwayUntil(tx.Now()) != "" || Gone(tx.Snapshot(), s.Person), nil
	case hiring.LateLeft:
		return Gone(tx.Snapshot(), s.Person), nil
	case hiring.LateOverdue:
		return true, nil
	default:
		return false, nil
	}
}
