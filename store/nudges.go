package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
)

// WorkTime returns when a person may be told things unasked: in the hours that they set themselves, else
// in the company's, by the clock of their zone, and not while they are away. "" is the company.
func (p *Snapshot) WorkTime(person string) hiring.WorkTime {
	w := hiring.DefaultWorkTime(p.Zone(person))
	w.Calendar = p.Calendar()
	// What does not parse any more, since the setting was written by another version, is the default.
	if hours, err := hiring.ParseHours(p.Setting(hiring.SettingWorkingHours)); err == nil {
		w.Hours = hours
	}
	if at, err := hiring.ParseClock(p.Setting(hiring.SettingReminderTime)); err == nil {
		w.RemindAt = at
	}
	own := p.nudges[person]
	if own.Hours != nil {
		w.Hours = *own.Hours
	}
	w.Away = append(w.Away, own.Away...)
	if a, ok := p.absences[person]; ok {
		w.Away = append(w.Away, hiring.DaysAway{From: time.Time{}.Format(time.DateOnly), To: a.Until})
	}
	return w
}

// NudgeBudget returns how many unprompted messages a person gets in a day.
func (p *Snapshot) NudgeBudget(person string) int {
	if own := p.nudges[person].Budget; own != nil {
		return *own
	}
	if n, err := strconv.Atoi(p.Setting(hiring.SettingNudgeBudget)); err == nil && n > 0 {
		return n
	}
	return hiring.DefaultBudget
}

// NudgePreferences returns what a person has said of when they are told things unasked.
func (p *Snapshot) NudgePreferences(person string) hiring.NudgePreferences {
	own := p.nudges[person]
	own.Person = person
	return own
}

// SetNudgePreferences puts on record when somebody wants to be told things unasked. It returns a NotFound
// error for somebody who is nobody of the company, and an Invalid one for a budget that cannot be.
func (t *Tx) SetNudgePreferences(ctx context.Context, n hiring.NudgePreferences) error {
	return t.change(ctx, func() error {
		if err := t.checkPeople([]string{n.Person}); err != nil {
			return err
		}
		if n.Budget != nil && (*n.Budget < 1 || *n.Budget > hiring.MaxBudget) {
			return hiring.InvalidField("budget", "Say a number from 1 to %d, like 2.", hiring.MaxBudget)
		}
		hours := ""
		if n.Hours != nil {
			hours = n.Hours.String()
		}
		var budget sql.NullInt64
		if n.Budget != nil {
			budget = sql.NullInt64{Int64: int64(*n.Budget), Valid: true}
		}
		_, err := t.write(ctx,
			`INSERT INTO nudge_preferences (person, hours, days_away, single, budget, changed_at) VALUES ($1, $2, $3, $4, $5, $6)
			 ON CONFLICT (person) DO UPDATE SET hours = excluded.hours, days_away = excluded.days_away, single = excluded.single,
			   budget = excluded.budget, changed_at = excluded.changed_at`,
			n.Person, hours, hiring.PrintDaysAway(n.Away), n.Single, budget, instant{t.now})
		if err != nil {
			return fmt.Errorf("set when somebody is told things: %w", err)
		}
		return nil
	})
}

func (p *Snapshot) loadNudges(ctx context.Context, c *conn) error {
	err := c.each(ctx, func(scan func(...any) error) error {
		var (
			n           hiring.NudgePreferences
			hours, away string
			single      sql.NullBool
			budget      sql.NullInt64
		)
		if err := scan(&n.Person, &hours, &away, &single, &budget); err != nil {
			return err
		}
		if h, err := hiring.ParseHours(hours); err == nil {
			n.Hours = &h
		}
		if days, err := hiring.ParseDaysAway(away); err == nil {
			n.Away = days
		}
		n.Single = single.Bool
		if budget.Valid {
			n.Budget = new(int(budget.Int64))
		}
		p.nudges[n.Person] = n
		return nil
	}, `SELECT person, hours, days_away, single, budget FROM nudge_preferences`)
	if err != nil {
		return fmt.Errorf("read when people are told things: %w", err)
	}
	return nil
}

// SentUnprompted returns how many unprompted messages somebody was sent since an instant.
func (s *Store) SentUnprompted(ctx context.Context, person string, since time.Time) (int, error) {
	var n int
	err := s.pool.row(ctx, []any{&n}, `SELECT count(*) FROM outbox WHERE unprompted AND person = $1 AND sent_at >= $2`, person, instant{since})
	if err != nil {
		return 0, fmt.Errorf("count what somebody was sent: %w", err)
	}
	return n, nil
}

// OpenUnprompted returns the unprompted messages of a lane that are not sent yet, or of which that is not
// known, the first due first.
func (s *Store) OpenUnprompted(ctx context.Context, lane string) ([]Row, error) {
	return s.rows(ctx, `lane = $1 AND next_at IS NOT NULL AND unprompted AND state IN ('waiting', 'sending') ORDER BY due_at, created_at, id`, lane)
}

// Merge makes a message part of one of a key, which holds all that is merged under it and is sent when it
// is due: the view, of the key. The message itself is moot, and what was merged into it goes along. Where a
// message of the key was sent already, it is one of a key of its own.
func (s *Store) Merge(ctx context.Context, row Row, into bot.Message) error {
	return s.InTx(ctx, func(t *Tx) error {
		for {
			var state string
			err := t.conn.row(ctx, []any{&state}, `SELECT state FROM outbox WHERE once = $1`, into.Key)
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return fmt.Errorf("merge a message: %w", err)
			}
			if err != nil || State(state) == Waiting && into.Key != row.Key {
				break
			}
			into.Key += "+"
			into.View.Subject = into.Key
		}
		own := into.Key
		if row.View.Name == into.View.Name {
			own = "" // what it holds goes along, and it is nothing by itself
		}
		n, err := t.write(ctx, `UPDATE outbox SET state = 'moot', next_at = NULL, reason = 'merged into one message', merged_into = $4
			WHERE id = $1 AND EXISTS (SELECT 1 FROM lanes WHERE lanes.lane = $2 AND lanes.holder = $3)`, row.ID, row.Lane, row.Owner, own)
		if err := leased(n, err, "merge a message"); err != nil {
			return err
		}
		if own == "" {
			if _, err := t.write(ctx, `UPDATE outbox SET merged_into = $2 WHERE merged_into = $1 AND merged_into <> ''`, row.Key, into.Key); err != nil {
				return fmt.Errorf("merge a message: %w", err)
			}
		}
		return t.Send(ctx, into)
	})
}

// Merged returns the messages to a person that were merged under a key, the first due first.
func (t *Tx) Merged(ctx context.Context, key, person string) ([]Row, error) {
	var all []Row
	err := t.conn.each(ctx, func(scan func(...any) error) error {
		r, err := scanRow(scan)
		all = append(all, r)
		return err
	}, `SELECT `+rowColumns+` FROM outbox WHERE merged_into = $1 AND merged_into <> '' AND person = $2 ORDER BY due_at, created_at, id`, key, person)
	if err != nil {
		return nil, fmt.Errorf("read what was merged: %w", err)
	}
	return all, nil
}
