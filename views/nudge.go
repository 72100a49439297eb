package views

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// cardMinutes is about how long it takes to fill in a scorecard.
const cardMinutes = 5

// nudged is a scorecard of which somebody is reminded.
type nudged struct {
	hiring.Scorecard
	// interview and on are there for those that one message shows: of the others it says how many they are.
	interview hiring.Interview
	on        hiring.Subject
}

// owed tells whether a scorecard is asked for now: that of an interview which was moved, and is to come,
// is not.
func (n nudged) owed(now time.Time) bool {
	if n.interview.ID == "" {
		return n.Owed() && !n.EndsAt.After(now)
	}
	return n.Owed() && n.interview.State.On() && !n.interview.StartsAt.After(now)
}

// loadNudged loads the scorecards of the viewer by their interviews, without those of which they may not
// know any more. Where they are more than one message shows, those that are asked for are in front.
func loadNudged(ctx context.Context, tx *store.Tx, viewer bot.Actor, interviews []string) ([]nudged, error) {
	cards, err := tx.CardsOn(ctx, viewer.ID, interviews)
	if err != nil {
		return nil, err
	}
	place := map[string]int{}
	for at, id := range interviews {
		if _, known := place[id]; !known {
			place[id] = at
		}
	}
	many := len(cards) > digestShown
	slices.SortFunc(cards, func(a, b hiring.Scorecard) int {
		if x, y := (nudged{Scorecard: a}).owed(tx.Now()), (nudged{Scorecard: b}).owed(tx.Now()); many && x != y {
			if x {
				return -1
			}
			return 1
		}
		return cmp.Compare(place[a.Interview], place[b.Interview])
	})
	var all []nudged
	for _, s := range cards {
		if len(all) >= digestShown {
			if s.Seated() {
				all = append(all, nudged{Scorecard: s})
			}
			continue
		}
		i, on, err := InterviewFor(ctx, tx, viewer, s.Interview)
		if hiring.ErrorCode(err) == hiring.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, nudged{s, i, on})
	}
	return all, nil
}

// drawNudge reminds somebody of the scorecards that they owe; its arguments are the interviews, first those
// of which they are reminded now. What is done by now it thanks for.
func drawNudge(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	all, err := loadNudged(ctx, tx, viewer, v.Args)
	if err != nil {
		return bot.Card{}, err
	}
	open := slices.DeleteFunc(slices.Clone(all), func(n nudged) bool { return !n.owed(tx.Now()) })
	switch {
	case len(all) == 0: // they have handed it over, and may not know of it any more
		return bot.Card{Title: "Nothing is asked of you any more", Body: []bot.Node{bot.T("Somebody else has your seat.")}}, nil
	case len(all) == 1:
		return askCard(tx, viewer, all[0]), nil
	case len(open) == 0:
		return bot.Card{
			Title: "Done, thank you", Tone: bot.Good, Body: []bot.Node{bot.T("Nothing of this waits for you any more.")},
			Actions: []bot.Action{{Label: "My scorecards", Do: bot.Do("feedback.mine")}},
		}, nil
	}
	return askAllCard(tx, viewer, all, open), nil
}

// nudgeWanted tells whether something of a reminder waits still.
func nudgeWanted(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bool, error) {
	all, err := loadNudged(ctx, tx, viewer, v.Args)
	return slices.ContainsFunc(all, func(n nudged) bool { return n.owed(tx.Now()) }), err
}

// askAllCard asks for several scorecards in one message.
func askAllCard(tx *store.Tx, viewer bot.Actor, all, open []nudged) bot.Card {
	card := bot.Card{
		Title: fmt.Sprintf("%s: about %d min in all", count(len(open), "scorecard"), cardMinutes*len(open)), Tone: bot.Attention,
	}
	if due := dueToday(open, tx.Now(), viewer.Zone); due > 0 {
		card.Title = fmt.Sprintf("%s, %d due today: about %d min in all", count(len(open), "scorecard"), due, cardMinutes*len(open))
	}
	var lines []bot.Text
	menu := &bot.Menu{Label: "More"}
	more := func(label, hint string, do bot.Call) {
		menu.Items = append(menu.Items, bot.MenuItem{Label: label, Hint: hint, Do: do})
	}
	for n, one := range all {
		if n == digestShown {
			lines = append(lines, bot.Join(bot.Tf("… and %d more: ", len(all)-n), bot.C("/feedback")))
			break
		}
		about := AboutInterview(one.interview, playbookOf(tx, one.on))
		if one.Owed() && one.interview.StartsAt.After(tx.Now()) {
			lines = append(lines, bot.Join(bot.B(one.Interview), bot.T(" "+about+" · "), bot.At(one.interview.StartsAt)))
			continue
		}
		if one.Waits() && one.Closed {
			lines = append(lines, bot.Join(bot.B(one.Interview), bot.T(" "+about+" · "+closedText)))
			continue
		}
		if !one.Waits() {
			lines = append(lines, bot.Join(bot.B(one.Interview), bot.T(" "+about+" · "+lowerFirst(hiring.CardStateTitle(one.State)))))
			continue
		}
		lines = append(lines, bot.Join(bot.B(one.Interview), bot.T(" "+about+" · "+dueWords(one.Scorecard, tx.Now(), viewer.Zone)+withNotes(one.Scorecard))))
		more("Fill in "+one.Interview, about, bot.Do("feedback.give", one.Interview))
	}
	for _, one := range open[:min(len(open), digestShown)] {
		more("I can't: "+one.Interview, "Say who could instead", bot.Do("feedback.decline", one.Interview))
		more("Didn't happen: "+one.Interview, "", bot.Do("interview.noshow", one.Interview))
	}
	card.Body = []bot.Node{bot.Lines(lines...)}
	card.Actions = []bot.Action{
		{Label: "Fill in " + open[0].Interview, Do: bot.Do("feedback.give", open[0].Interview), Style: bot.Primary},
		{Label: "Snooze all 1 h", Do: bot.Do("feedback.snooze", SnoozeHour)},
		{Label: "Snooze all until tomorrow", Do: bot.Do("feedback.snooze", SnoozeTomorrow)},
	}
	card.Menu = menu
	return card
}

// What a reminder can be put off to without saying a time.
const (
	SnoozeHour     = "1h"
	SnoozeTomorrow = "tomorrow"
)

// askCard asks for one scorecard, and thanks for it once it is in.
func askCard(tx *store.Tx, viewer bot.Actor, n nudged) bot.Card {
	s, i, count := n.Scorecard, n.interview, countCards(n.on.Cards, n.Interview)
	card := bot.Card{}
	switch {
	case s.State == hiring.CardSubmitted:
		card.Title, card.Tone = "Done, thank you. Scorecard for "+i.Candidate+" ("+i.ID+")", bot.Good
		card.Body = []bot.Node{bot.T("Your panel: " + count.String() + ".")}
		if hiring.May(Actor(viewer), hiring.SeeScorecards, n.on) && count.in > 1 {
			card.Actions = append(card.Actions, bot.Action{Label: "See the others", Do: bot.Do("feedback.show", i.ID)})
		}
		card.Actions = append(card.Actions, bot.Action{Label: "Amend", Do: amendCall(s)})
	case s.State == hiring.CardWaived && s.Waived == hiring.WaivedByRecruiter:
		card.Title = "Scorecard for " + i.Candidate + " (" + i.ID + "): nobody waits for it any more"
		card.Body = []bot.Node{bot.T("You can still give it.")}
		card.Actions = []bot.Action{{Label: "Fill in", Do: bot.Do("feedback.give", i.ID)}}
	case s.Waits() && s.Closed:
		card.Title = "Scorecard for " + i.Candidate + " (" + i.ID + "): nobody waits for it any more"
		card.Body = []bot.Node{bot.T("The application is closed. You can still give it.")}
		card.Actions = []bot.Action{{Label: "Fill in", Do: bot.Do("feedback.give", i.ID)}}
	case !s.Waits():
		card.Title = "Scorecard for " + i.Candidate + " (" + i.ID + "): nothing is asked of you"
		switch {
		case !i.State.On():
			card.Body = []bot.Node{bot.T(offText(i.State))}
			if i.State == hiring.InterviewNoShow {
				card.Actions = []bot.Action{tookPlace(i)}
			}
		case s.State == hiring.CardDeclined && !s.Removed:
			card.Body, card.Actions = []bot.Node{saidCannot(tx, n.on)}, []bot.Action{canAfterAll(i)}
		}
	case i.StartsAt.After(tx.Now()):
		card.Title = "Scorecard for " + i.Candidate + " (" + i.ID + "): nothing is asked of you yet"
		card.Body = []bot.Node{bot.Join(bot.T("The interview is "), bot.At(i.StartsAt), bot.T("."))}
		card.Actions = []bot.Action{{Label: "Show " + i.ID, Do: bot.Do("interview.show", i.ID)}}
	default:
		card.Title, card.Tone = askTitle(s, tx.Now(), viewer.Zone), bot.Attention
		card.Body = []bot.Node{bot.T(AboutInterview(i, playbookOf(tx, n.on)))}
		if s.Snoozed(tx.Now()) {
			card.Body = append(card.Body, bot.Join(bot.T("Put off: I remind you on "), bot.At(s.SnoozedUntil), bot.T(".")))
		}
		card.Actions = []bot.Action{
			{Label: "Fill in", Do: bot.Do("feedback.give", i.ID), Style: bot.Primary},
			{Label: "Snooze 1 h", Do: bot.Do("feedback.snooze", SnoozeHour, i.ID)},
			{Label: "Didn't happen", Do: bot.Do("interview.noshow", i.ID)},
		}
		card.Menu = &bot.Menu{Label: "More", Items: []bot.MenuItem{
			{Label: "Snooze until tomorrow", Do: bot.Do("feedback.snooze", SnoozeTomorrow, i.ID)},
			{Label: "Snooze until …", Hint: "Say a time", Do: bot.Do("feedback.snooze", "", i.ID)},
			{Label: "Still going", Hint: "I ask again in a quarter of an hour", Do: bot.Do("interview.still", i.ID)},
			{Label: "I can't", Hint: "Say who could instead", Do: bot.Do("feedback.decline", i.ID)},
		}}
		if s.AcceptedBy != "" {
			card.Body = append(card.Body, bot.T("Three lines are enough: about 1 min."))
			card.Actions[0] = bot.Action{Label: "Three lines", Do: bot.Do("feedback.lines", i.ID), Style: bot.Primary}
			card.Menu.Items = append([]bot.MenuItem{{Label: "Whole scorecard", Do: bot.Do("feedback.give", i.ID)}}, card.Menu.Items...)
		}
	}
	return card
}

// closedText says of a scorecard that nobody waits for it any more.
const closedText = "the application is closed"

// askTitle says in a line what is asked for, how long it takes and by when.
func askTitle(s hiring.Scorecard, now time.Time, zone *time.Location) string {
	title := fmt.Sprintf("Scorecard for %s: about %d min, %s.", s.Candidate, cardMinutes, dueWords(s, now, zone))
	if sameDay(s.DueAt, now, zone) {
		title = fmt.Sprintf("1 scorecard due today: %s, about %d min, %s.", s.Candidate, cardMinutes, dueWords(s, now, zone))
	}
	return title + notesWords(s)
}

// dueWords says by when a scorecard is waited for, or when it was.
func dueWords(s hiring.Scorecard, now time.Time, zone *time.Location) string {
	if s.Late(now) {
		return "was due " + DueText(s.DueAt, zone)
	}
	return "by " + DueText(s.DueAt, zone)
}

// notesWords says that what somebody noted down is in the scorecard, "" for nothing.
func notesWords(s hiring.Scorecard) string {
	switch n := len(s.Notes); n {
	case 0:
		return ""
	case 1:
		return " Your note is in it."
	default:
		return fmt.Sprintf(" Your %d notes are in it.", n)
	}
}

// withNotes is notesWords behind words that end without a full stop.
func withNotes(s hiring.Scorecard) string {
	if words := notesWords(s); words != "" {
		return "." + words
	}
	return ""
}

func sameDay(a, b time.Time, zone *time.Location) bool {
	if zone == nil {
		zone = time.UTC
	}
	return bot.DateOf(a, zone) == bot.DateOf(b, zone)
}

func dueToday(open []nudged, now time.Time, zone *time.Location) int {
	n := 0
	for _, one := range open {
		if sameDay(one.DueAt, now, zone) {
			n++
		}
	}
	return n
}

// drawSnoozed says when somebody is reminded again; its argument is that instant, and its subject the
// interview, "" for all that they owe.
func drawSnoozed(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	at, err := time.Parse(time.RFC3339, arg(v, 0))
	if err != nil {
		return bot.Card{}, bot.ErrMoot
	}
	card := bot.Card{Title: "Put off", Tone: bot.Good, Actions: []bot.Action{{Label: "My scorecards", Do: bot.Do("feedback.mine")}}}
	if v.Subject != "" {
		i, _, err := InterviewFor(ctx, tx, viewer, v.Subject)
		if err != nil {
			return bot.Card{}, err
		}
		card.Title = "Put off: " + i.ID
		card.Actions = []bot.Action{{Label: "Fill in", Do: bot.Do("feedback.give", i.ID)}}
	}
	text := bot.Join(bot.T("I remind you on "), bot.At(at), bot.T("."))
	if arg(v, 1) != "" {
		text = bot.Join(text, bot.T(" Your working hours do not allow it earlier."))
	}
	card.Body = []bot.Node{text}
	return card, nil
}
