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
		return true, c.store.MarkLater(ctx, row, orTomorrow(at, now), waitsForHours)
	}
	if row.View.Name == views.Digest {
		return false, nil // it holds what did not fit already
	}
	y, m, d := now.In(times.Zone).Date()
	sent, err := c.store.SentUnprompted(ctx, row.Person, time.Date(y, m, d, 0, 0, 0, 0, times.Zone))
	if err != nil || sent < budget {
		return false, err
	}
	next := orTomorrow(times.NextDay(now), now)
	if single {
		return true, c.store.MarkLater(ctx, row, next, waitsForDay)
	}
	key := fmt.Sprintf("digest:%s:%s", row.Person, bot.DateOf(next, times.Zone))
	return true, c.store.Merge(ctx, row, bot.Message{
		To: bot.Recipient{Person: row.Person}, View: bot.View{Name: views.Digest, Subject: key}, Key: key, Due: next, Unprompted: true,
		Why: "You get this now because there was more than you want in a day. /hire mynudges changes that.",
	})
}

// orTomorrow returns when to look again, also at somebody who never works.
func orTomorrow(at, now time.Time) time.Time {
	if at.IsZero() {
		return now.Add(24 * time.Hour)
	}
	return at
}
