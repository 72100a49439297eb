package commands

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// Both stand below whatever becomes of the message, so they speak of no button.
const (
	whySeated = "You get this because you sit on this interview."
	whyOff    = "You get this because you sat on this interview."
)

// tellPanel tells those of a panel whom a change concerns, a minute later, so that what is undone at
// once goes unnoticed; and it puts in the kit that they get at its time. Once an interview is over nothing but its
// seats can change: those who keep theirs hear nothing of the others.
func tellPanel(ctx context.Context, tx *store.Tx, before, after hiring.Interview) error {
	due := tx.Now().Add(outreachDelay)
	unheard := !after.CreatedAt.Before(tx.Now().Add(-outreachDelay)) // nobody has heard of it yet
	keyOf := func(person, what string) string { return views.SeatKey(what, after.ID, person, after.Sequence) }
	send := func(person, view, what, why string, args ...string) error {
		return tx.Send(ctx, bot.Message{
			To: bot.Recipient{Person: person}, View: bot.View{Name: view, Subject: after.ID, Args: args}, Key: keyOf(person, what), Due: due, Why: why,
		})
	}
	for _, person := range after.People() {
		what := ""
		switch {
		case after.State.On() && before.State.On() && !before.Sits(person) && !after.EndsAt().After(tx.Now()):
			what = views.SeatTaken
		case after.State == hiring.InterviewCancelled:
			if before.State == hiring.InterviewScheduled && !unheard {
				what = views.SeatCancelled
			}
		case after.State != hiring.InterviewScheduled:
		case !before.Sits(person) || before.State != hiring.InterviewScheduled || unheard:
			what = views.SeatGiven
		case !before.StartsAt.Equal(after.StartsAt) || before.Minutes != after.Minutes:
			what = views.SeatMoved
		case before.Sequence != after.Sequence && after.EndsAt().After(tx.Now()): // once it is over nothing changes for them
			what = views.SeatChanged
		}
		if what != "" {
			if err := send(person, views.PanelNews, what, whySeated, what, strconv.Itoa(after.Sequence)); err != nil {
				return err
			}
		}
		if what == views.SeatTaken {
			if err := askWithSeat(ctx, tx, after, person, keyOf(person, what), due); err != nil {
				return err
			}
		}
		if err := seatMessages(ctx, tx, after, person); err != nil {
			return err
		}
	}
	for _, person := range before.People() {
		if after.Sits(person) || before.State != hiring.InterviewScheduled || unheard {
			continue
		}
		if err := send(person, views.PanelOff, "off", whyOff, views.OffArgs(before, after.Sequence)...); err != nil {
			return err
		}
	}
	return nil
}

// askWithSeat notes that the message by which somebody hears of a seat on an interview that is over asks them for
// the scorecard, so that no reminder does so a minute later.
func askWithSeat(ctx context.Context, tx *store.Tx, i hiring.Interview, person, key string, due time.Time) error {
	card, err := tx.Scorecard(ctx, i.ID, person)
	if err != nil || !card.Owed() {
		return err
	}
	return tx.AskedWithSeat(ctx, card, key, due)
}

// seatMessages puts in what somebody of a panel gets at its time: the kit before the interview. It is
// looked at again when it is sent: one of another time, or of somebody who sits there no more, is not.
// For the scorecard they are asked by the policy of reminders.
func seatMessages(ctx context.Context, tx *store.Tx, i hiring.Interview, person string) error {
	if i.State != hiring.InterviewScheduled && i.State != hiring.InterviewDone {
		return nil
	}
	kit := i.StartsAt.Add(-hiring.KitBefore)
	if earliest := tx.Now().Add(outreachDelay); kit.Before(earliest) {
		kit = earliest
	}
	if !kit.Before(i.EndsAt()) {
		return nil
	}
	start := views.InstantArg(i.StartsAt)
	return tx.Send(ctx, bot.Message{
		To: bot.Recipient{Person: person}, View: bot.View{Name: views.Kit, Subject: i.ID, Args: []string{start}},
		Key: fmt.Sprintf("kit:%s:%s:%s", i.ID, person, start), Due: kit, Why: whySeated,
	})
}
