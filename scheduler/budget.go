package scheduler

import (
	"context"
	"fmt"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// The reasons of what is held back.
const (
	waitsForHours = "waits for the working hours of who gets it"
	waitsForDay   = "waits for a day on which its reader has had less"
)

// hold has an unprompted message wait for the working hours of who gets it, and, where they have had
// as many as they get in a day, for the next: alone, or merged with the others into one message. It
// tells whether the message waits or is merged.
func (c *Courier) hold(ctx context.Context, row store.Row, now time.Time) (held bool, err error) {
	var (
		times  hiring.WorkTime
		budget int
		single bool
	)
	err = c.store.Read(ctx, func(tx *store.Tx) error {
		s := tx.Snapshot()
		times, budget, single = s.WorkTime(row.Person), s.NudgeBudget(row.Person), s.NudgePreferences(row.Person).Single
		return nil
	})
	if err != nil {
		return false, err
	}
	if at := times.NextAllowed(now); !at.Equal(now) {
		return true, c.store.MarkHeld(ctx, row, orTomorrow(at, now), waitsForHours)
	}
	y, m, d := now.In(times.Zone).Date()
	sent, err := c.store.SentUnprompted(ctx, row.Person, time.Date(y, m, d, 0, 0, 0, 0, times.Zone))
	if err != nil {
		return false, err
	}
	today, onTheirWay, err := c.expected(ctx, row, time.Date(y, m, d+1, 0, 0, 0, 0, times.Zone))
	if err != nil || sent+onTheirWay < budget {
		return false, err
	}
	next := orTomorrow(times.NextDay(now), now)
	if single && row.View.Name != views.Digest {
		return true, c.store.MarkHeld(ctx, row, next, waitsForDay)
	}
	key := fmt.Sprintf("digest:%s:%s", row.Person, bot.DateOf(next, times.Zone))
	if today.Key != "" {
		key, next = today.Key, today.DueAt
	}
	return true, c.store.Merge(ctx, row, bot.Message{
		To: bot.Recipient{Person: row.Person}, View: bot.View{Name: views.Digest, Subject: key}, Key: key, Due: next, Unprompted: true,
		Why: "You get this now because there was more than you want in a day. /hire mynudges changes that.",
	})
}

// expected returns how many messages besides a given one have a place in its reader's day, which ends at an
// instant, though they are not on record as sent: those that may have arrived, and what is merged and
// still to come today. That one is returned too: what does not fit beside it is merged into it.
func (c *Courier) expected(ctx context.Context, row store.Row, end time.Time) (today store.Row, n int, err error) {
	others, err := c.store.OpenUnprompted(ctx, row.Lane)
	for _, other := range others {
		digest := other.View.Name == views.Digest && other.State == store.Waiting && other.DueAt.Before(end)
		switch {
		case other.ID == row.ID, !digest && other.State != store.Sending:
			continue
		case digest && row.View.Name == views.Digest:
			continue // one of them comes first, and the other is merged into a later one if need be
		case digest && today.Key == "":
			today = other
		}
		n++
	}
	return today, n, err
}

// orTomorrow returns when to look again, also at somebody who never works.
func orTomorrow(at, now time.Time) time.Time {
	if at.IsZero() {
		return now.Add(24 * time.Hour)
	}
	return at
}
