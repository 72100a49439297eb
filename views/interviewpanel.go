package views

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// What a message to somebody of a panel tells.
const (
	// SeatGiven is that they sit on it now.
	SeatGiven = "seat"
	// SeatMoved is that the time or the length is another.
	SeatMoved = "moved"
	// SeatChanged is that the rest of the panel, or how to join, is another.
	SeatChanged = "changed"
	// SeatTaken is that they sit on it now, and that it is over.
	SeatTaken = "taken"
	// SeatCancelled is that it does not take place.
	SeatCancelled = "cancelled"
)

// drawPanelNews tells somebody of a panel how their interview stands now. Its arguments are what was
// new, and the sequence of the interview at which it was.
func drawPanelNews(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	i, on, err := InterviewFor(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	if !i.Sits(viewer.ID) {
		return bot.Card{}, NoInterview(i.ID)
	}
	p := playbookOf(tx, on)
	if err := tx.Audit(ctx, store.AuditEvent{Subject: i.ID, Fact: FactInterview}); err != nil {
		return bot.Card{}, err
	}
	about := AboutInterview(i, p)
	if i.State.On() && arg(v, 0) == SeatTaken {
		s, _ := cardOf(on, i.ID, viewer.ID)
		return seatTakenCard(i, s, about, tx.Now(), viewer.Zone), nil
	}
	card := bot.Card{}
	switch i.State {
	case hiring.InterviewCancelled:
		card.Title = fmt.Sprintf("%s is cancelled: %s", i.ID, about)
		card.Body = append(card.Body, bot.Join(bot.T("It would have been "), bot.At(i.StartsAt), bot.T(". Nothing is asked of you.")))
	case hiring.InterviewNoShow:
		card.Title = fmt.Sprintf("%s didn't happen: %s", i.ID, about)
		card.Body = append(card.Body, bot.T("Nothing is asked of you."))
		card.Actions = []bot.Action{tookPlace(i)}
		return card, nil
	case hiring.InterviewProposed:
		return bot.Card{}, bot.ErrMoot
	case hiring.InterviewDone:
		card.Title = fmt.Sprintf("%s took place: %s", i.ID, about)
		card.Body = append(card.Body, bot.Join(bot.T("It was "), bot.At(i.StartsAt), bot.Tf(", %d min.", i.Minutes)))
		card.Actions = []bot.Action{{Label: "Show " + i.ID, Do: bot.Do("interview.show", i.ID)}, {Label: "Scorecard", Do: bot.Do("feedback.give", i.ID)}}
		return card, nil
	case hiring.InterviewScheduled:
		card.Title = fmt.Sprintf("You interview %s: %s", about, whenOf(i, viewer.Zone))
		if arg(v, 0) == SeatMoved {
			card.Title = fmt.Sprintf("Moved: %s, %s", about, whenOf(i, viewer.Zone))
		}
		fields := bot.Fields{{Label: "Panel", Text: panelText(tx, i, p)}}
		if i.Join != "" {
			fields = append(fields, bot.LabelledText{Label: "How to join", Text: joinText(i.Join)})
		}
		last := bot.Action{Label: "I can't", Do: bot.Do("feedback.decline", i.ID)}
		if s, _ := cardOf(on, i.ID, viewer.ID); s.State == hiring.CardDeclined {
			card.Body, last = append(card.Body, saidCannot(tx, on)), canAfterAll(i)
		}
		card.Body = append(card.Body, fields, forCalendar(i, p),
			bot.Tf("The kit comes %d minutes before, and the scorecard is asked for after the end.", int(hiring.KitBefore/time.Minute)))
		card.Actions = []bot.Action{
			{Label: "Show " + i.ID, Do: bot.Do("interview.show", i.ID)},
			{Label: "Kit", Do: bot.Do("interview.kit", i.ID)},
			last,
		}
	}
	file, err := calendarFile(i, p)
	if err != nil {
		return bot.Card{}, err
	}
	card.Body = append(card.Body, file)
	return card, nil
}

// saidCannot reminds who said that they can't of what comes of it. It stands on every message about their seat:
// the answer to a press is drawn over by the message itself.
func saidCannot(tx *store.Tx, on hiring.Subject) bot.Text {
	return bot.T("You said that you can't. " + WhoRecruits(tx, on) + " finds somebody else.")
}

// canAfterAll takes back that somebody can't.
func canAfterAll(i hiring.Interview) bot.Action {
	return bot.Action{Label: "I can after all", Do: bot.Do("feedback.can", i.ID)}
}

// tookPlace takes back that an interview didn't happen.
func tookPlace(i hiring.Interview) bot.Action {
	return bot.Action{Label: "It took place", Do: bot.Do("interview.done", i.ID)}
}

// seatTakenCard tells somebody that they sit on an interview that is over, and asks for the scorecard: it stands
// for the first reminder.
func seatTakenCard(i hiring.Interview, s hiring.Scorecard, about string, now time.Time, zone *time.Location) bot.Card {
	if !s.Owed() {
		return bot.Card{
			Title: "You took over a scorecard: " + about + ". Nothing is waited for", Actions: []bot.Action{{Label: "Show " + i.ID, Do: bot.Do("interview.show", i.ID)}},
		}
	}
	return bot.Card{
		Title: "You take over a scorecard: " + about, Tone: bot.Attention,
		Body: []bot.Node{
			bot.T(fmt.Sprintf("About %d min, %s.%s", cardMinutes, dueWords(s, now, zone), notesWords(s))),
			bot.Join(bot.T("The interview was "), bot.At(i.StartsAt), bot.T(". You need to have been in it, or to see its recording; if you can do neither, say that you can't.")),
		},
		Actions: []bot.Action{
			{Label: "Fill in", Do: bot.Do("feedback.give", i.ID), Style: bot.Primary},
			{Label: "Kit", Do: bot.Do("interview.kit", i.ID)},
			{Label: "I can't", Do: bot.Do("feedback.decline", i.ID)},
		},
		Menu: &bot.Menu{Label: "More", Items: []bot.MenuItem{
			{Label: "Snooze until tomorrow", Do: bot.Do("feedback.snooze", SnoozeTomorrow, i.ID)},
			{Label: "Snooze until …", Hint: "Say a time", Do: bot.Do("feedback.snooze", "", i.ID)},
			{Label: "Show " + i.ID, Do: bot.Do("interview.show", i.ID)},
		}},
	}
}

// OffArgs are the arguments of the view that tells somebody that they sit on an interview no more: what
// they knew of it, which is all that it shows.
func OffArgs(before hiring.Interview, sequence int) []string {
	return []string{strconv.FormatInt(before.StartsAt.Unix(), 10), strconv.Itoa(before.Minutes), strconv.Itoa(sequence), strconv.FormatInt(before.CreatedAt.Unix(), 10)}
}

// drawPanelOff tells somebody that their seat went to somebody else.
func drawPanelOff(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	sits, err := sitsOn(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	if sits {
		return bot.Card{Title: "You sit on " + v.Subject + " again", Actions: []bot.Action{{Label: "Show " + v.Subject, Do: bot.Do("interview.show", v.Subject)}}}, nil
	}
	var numbers [4]int64
	for at := range numbers {
		if numbers[at], err = strconv.ParseInt(arg(v, at), 10, 64); err != nil {
			return bot.Card{}, bot.ErrMoot
		}
	}
	before := hiring.Interview{
		ID: v.Subject, StartsAt: time.Unix(numbers[0], 0), Minutes: int(numbers[1]), Sequence: int(numbers[2]), CreatedAt: time.Unix(numbers[3], 0),
		State: hiring.InterviewCancelled, ChangedAt: tx.Now(),
	}
	card := bot.Card{Title: "You do not sit on " + v.Subject + " any more", Body: []bot.Node{
		bot.Join(bot.T("It was "), bot.At(before.StartsAt), bot.T(". Nothing is asked of you.")),
	}}
	file, err := calendarFile(before, hiring.Playbook{})
	if err != nil {
		return bot.Card{}, err
	}
	card.Body = append(card.Body, file)
	return card, nil
}

// sitsOn tells whether the viewer sits on an interview.
func sitsOn(ctx context.Context, tx *store.Tx, viewer bot.Actor, id string) (bool, error) {
	i, err := tx.Interview(ctx, id)
	if hiring.ErrorCode(err) == hiring.NotFound {
		return false, bot.ErrMoot
	}
	return err == nil && i.Sits(viewer.ID), err
}

// drawSlots asks somebody of a panel which of the proposed times suit them.
func drawSlots(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	i, on, err := InterviewFor(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	if !i.Sits(viewer.ID) {
		return bot.Card{}, NoInterview(i.ID)
	}
	p := playbookOf(tx, on)
	if err := tx.Audit(ctx, store.AuditEvent{Subject: i.ID, Fact: FactInterview}); err != nil {
		return bot.Card{}, err
	}
	return slotsCard(i, AboutInterview(i, p), viewer, tx.Now()), nil
}

func slotsCard(i hiring.Interview, about string, viewer bot.Actor, now time.Time) bot.Card {
	if len(i.Slots) == 0 {
		card := bot.Card{Title: fmt.Sprintf("%s, %s: a time is chosen", i.ID, about), Actions: []bot.Action{{Label: "Show " + i.ID, Do: bot.Do("interview.show", i.ID)}}}
		if i.State == hiring.InterviewScheduled {
			card.Body = []bot.Node{bot.Join(bot.T("It is "), bot.At(i.StartsAt), bot.T("."))}
			card.Tone = bot.Good
		} else {
			card.Title = fmt.Sprintf("%s, %s: no times are asked about any more", i.ID, about)
		}
		return card
	}
	if allPast(i, now) {
		return bot.Card{
			Title:   fmt.Sprintf("%s, %s: the proposed times are past", i.ID, about),
			Body:    []bot.Node{bot.T("Nothing is asked of you until other times are proposed.")},
			Actions: []bot.Action{{Label: "Show " + i.ID, Do: bot.Do("interview.show", i.ID)}},
		}
	}
	card := bot.Card{Title: fmt.Sprintf("Which times suit you? %s, %s, %d min", i.ID, about, i.Minutes), Tone: bot.Attention}
	menu := &bot.Menu{Label: "One by one"}
	var lines []bot.Text
	open := false
	for _, s := range i.Slots {
		if !s.At.After(now) {
			lines = append(lines, bot.Join(bot.At(s.At), bot.T(" · past")))
			continue
		}
		can, answered := s.Answers[viewer.ID]
		said := "no answer yet"
		switch {
		case answered && can:
			said = "you can"
		case answered:
			said = "you cannot"
		default:
			open = true
		}
		lines = append(lines, bot.Join(bot.At(s.At), bot.T(" · "+said)))
		at := bot.FormatInstant(s.At, viewer.Zone)
		menu.Items = append(menu.Items,
			bot.MenuItem{Label: "Yes: " + at, Do: bot.Do("interview.can", i.ID, "yes", SlotArg(s.At))},
			bot.MenuItem{Label: "No: " + at, Do: bot.Do("interview.can", i.ID, "no", SlotArg(s.At))})
	}
	card.Body = []bot.Node{bot.Lines(lines...)}
	card.Actions = []bot.Action{
		{Label: "All suit me", Do: bot.Do("interview.can", i.ID, "yes")},
		{Label: "None does", Do: bot.Do("interview.can", i.ID, "no")},
	}
	card.Menu = menu
	if !open {
		card.Tone = bot.Good
		card.Body = append(card.Body, bot.T("Thank you. The recruiter picks one; you can change your answers until then."))
	}
	return card
}

// drawAnswered tells who scheduled an interview that all of the panel have said when they can.
func drawAnswered(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	card, err := drawInterview(ctx, tx, viewer, bot.View{Name: Interview, Subject: v.Subject})
	if err != nil {
		return card, err
	}
	i, err := tx.Interview(ctx, v.Subject)
	if err != nil {
		return card, err
	}
	switch now := tx.Now(); {
	case allPast(i, now):
		card.Title, card.Tone = "The proposed times are past: "+i.ID+" needs others", bot.Attention
	case !AllAnswered(i, now): // a time is chosen, or others were proposed since
	case slices.ContainsFunc(i.Slots, func(s hiring.Slot) bool { return s.At.After(now) && i.Suits(s) }):
		card.Title, card.Tone = "Everybody has answered: pick a time for "+i.ID, bot.Attention
	default:
		card.Title, card.Tone = "Everybody has answered: no time suits all for "+i.ID, bot.Attention
	}
	return card, nil
}

// wantsTime tells of an interview without a time whether it is for who recruits to go on with it: all of
// the panel have answered, or none of the proposed times is to come any more.
func wantsTime(i hiring.Interview, now time.Time) bool { return AllAnswered(i, now) || allPast(i, now) }

// allPast tells whether none of the proposed times is to come any more.
func allPast(i hiring.Interview, now time.Time) bool {
	return len(i.Slots) > 0 && !slices.ContainsFunc(i.Slots, func(s hiring.Slot) bool { return s.At.After(now) })
}

// AllAnswered tells whether all of a panel have said of each proposed time that is to come whether they can.
func AllAnswered(i hiring.Interview, now time.Time) bool {
	for _, s := range i.Slots {
		if !s.At.After(now) {
			continue
		}
		for _, person := range i.People() {
			if _, answered := s.Answers[person]; !answered {
				return false
			}
		}
	}
	return len(i.Slots) > 0 && !allPast(i, now)
}

// interviewWanted tells whether a message about an interview that waited for its time has still
// something to say: the time, the panel and the scorecard are as they were when it was put in.
func interviewWanted(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bool, error) {
	i, err := tx.Interview(ctx, v.Subject)
	if hiring.ErrorCode(err) == hiring.NotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	sits := i.Sits(viewer.ID)
	switch v.Name {
	case PanelNews:
		if !sits || arg(v, 0) != SeatTaken {
			return sits && arg(v, 1) == strconv.Itoa(i.Sequence), nil
		}
		return noLaterSeat(ctx, tx, i, viewer.ID, arg(v, 1))
	case PanelOff:
		return !sits, nil
	case Slots:
		return sits && len(i.Slots) > 0, nil
	case Answered:
		return AllAnswered(i, tx.Now()), nil
	case DidNotHappen:
		return i.State == hiring.InterviewNoShow, nil // it was not taken back
	case Kit:
		return sits && i.State == hiring.InterviewScheduled && arg(v, 0) == InstantArg(i.StartsAt) && tx.Now().Before(i.EndsAt()), nil
	}
	if v.Name == CannotGive {
		card, err := tx.Scorecard(ctx, i.ID, arg(v, 0))
		if hiring.ErrorCode(err) == hiring.NotFound {
			return false, nil
		}
		return err == nil && card.State == hiring.CardDeclined && !card.Removed, err
	}
	// CardAsk
	card, err := tx.Scorecard(ctx, i.ID, viewer.ID)
	if hiring.ErrorCode(err) == hiring.NotFound {
		return false, nil
	}
	return err == nil && card.Owed() && i.State.On() && arg(v, 0) == InstantArg(i.EndsAt()), err
}

// SeatKey names the message that tells somebody what is new of their seat on an interview, as of its sequence.
func SeatKey(what, interview, person string, sequence int) string {
	return fmt.Sprintf("%s:%s:%s:%d", what, interview, person, sequence)
}

// noLaterSeat tells whether somebody was given a seat on an interview that was over last at a sequence: what else
// changed since is no reason not to tell them, since they are asked for the scorecard by that.
func noLaterSeat(ctx context.Context, tx *store.Tx, i hiring.Interview, person, sequence string) (bool, error) {
	at, err := strconv.Atoi(sequence)
	if err != nil || at >= i.Sequence {
		return err == nil, nil
	}
	var later []string
	for n := at + 1; n <= i.Sequence; n++ {
		later = append(later, SeatKey(SeatTaken, i.ID, person, n))
	}
	had, err := tx.HasMessage(ctx, later...)
	return !had, err
}

// InstantArg returns an instant as an argument of a view.
func InstantArg(t time.Time) string { return strconv.FormatInt(t.UnixMicro(), 10) }

// moot makes a message that says nothing of an error that says that there is no such thing.
func moot(err error) error {
	if hiring.ErrorCode(err) == hiring.NotFound && !errors.Is(err, bot.ErrMoot) {
		return bot.ErrMoot
	}
	return err
}
