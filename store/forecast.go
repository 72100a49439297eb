package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/hirebot/hirebot/hiring"
)

const (
	// MostForecast is how many scorecards, messages and approvals a forecast is made from at most.
	MostForecast = 5000
	// fewAtOnce is how many values are looked for in one query.
	fewAtOnce = 500
)

// With returns the snapshot as it would be with another value of a setting, in the form in which it is
// kept. It shares everything else, and is for looking only.
func (p *Snapshot) With(key, value string) *Snapshot {
	next := *p
	next.settings = maps.Clone(p.settings)
	next.settings[key] = value
	if key == hiring.SettingTimezone {
		if zone, err := time.LoadLocation(value); err == nil {
			next.zone = zone
		}
	}
	return &next
}

// RemindersFollow tells whether the reminders are planned anew when a setting is changed.
func RemindersFollow(key string) bool { return slices.Contains(replanned, key) }

// WaitingCards returns the scorecards that are waited for from some people, of interviews that end by an
// instant, without anything that stands in them: those that end first in front.
func (t *Tx) WaitingCards(ctx context.Context, people []string, until time.Time) ([]hiring.Scorecard, error) {
	var all []hiring.Scorecard
	for some := range slices.Chunk(people, fewAtOnce) {
		var q statement
		q.add(`SELECT s.interview, s.person, s.requisition, s.state, s.ends_at, s.due_at, s.nudges, s.nudge_at, s.snoozed_until FROM scorecards s
			WHERE s.waits AND s.person IN (` + q.list(some) + `) AND s.ends_at <= ` + q.arg(instant{until}) + `
			ORDER BY s.ends_at, s.interview, s.person LIMIT ` + strconv.Itoa(MostForecast))
		err := t.conn.each(ctx, func(scan func(...any) error) error {
			var (
				s                         hiring.Scorecard
				ends, due, nudge, snoozed instant
			)
			err := scan(&s.Interview, &s.Person, &s.Req, &s.State, &ends, &due, &s.Nudges, &nudge, &snoozed)
			s.EndsAt, s.DueAt, s.NudgeAt, s.SnoozedUntil = ends.Time, due.Time, nudge.Time, snoozed.Time
			all = append(all, s)
			return err
		}, q.text.String(), q.args...)
		if err != nil {
			return nil, fmt.Errorf("read the scorecards that are waited for: %w", err)
		}
	}
	return all, nil
}

// NudgesDone returns the steps of the reminders of some scorecards that were decided on for good.
func (t *Tx) NudgesDone(ctx context.Context, of []hiring.Scorecard) ([]hiring.NudgeDone, error) {
	known := map[string]bool{}
	for _, s := range of {
		known[s.Interview] = true
	}
	var all []hiring.NudgeDone
	for some := range slices.Chunk(slices.Sorted(maps.Keys(known)), fewAtOnce) {
		var q statement
		q.add(`SELECT interview, person, ends_at, step FROM nudges WHERE interview IN (` + q.list(some) + `) AND state <> 'held'`)
		err := t.conn.each(ctx, func(scan func(...any) error) error {
			var d hiring.NudgeDone
			err := scan(&d.Interview, &d.Person, &d.EndsAt, &d.Step)
			all = append(all, d)
			return err
		}, q.text.String(), q.args...)
		if err != nil {
			return nil, fmt.Errorf("read the reminders that were decided on: %w", err)
		}
	}
	return all, nil
}

// Outgoing returns the messages that wait to be sent, also those of which it is not known whether they
// were: the first to want attention in front.
func (t *Tx) Outgoing(ctx context.Context) ([]Row, error) {
	var all []Row
	err := t.conn.each(ctx, func(scan func(...any) error) error {
		r, err := scanRow(scan)
		all = append(all, r)
		return err
	}, `SELECT `+rowColumns+` FROM outbox WHERE next_at > 0 AND state IN ('waiting', 'sending') AND view_name <> 'home'
		ORDER BY next_at LIMIT `+strconv.Itoa(MostForecast))
	if err != nil {
		return nil, fmt.Errorf("read what waits to be sent: %w", err)
	}
	return all, nil
}

// SentTo returns when some people were sent unprompted messages, from an instant on.
func (t *Tx) SentTo(ctx context.Context, people []string, since time.Time) (map[string][]time.Time, error) {
	sent := map[string][]time.Time{}
	for some := range slices.Chunk(people, fewAtOnce) {
		var q statement
		q.add(`SELECT person, sent_at FROM outbox WHERE unprompted AND person IN (` + q.list(some) + `) AND sent_at >= ` + q.arg(instant{since}))
		err := t.conn.each(ctx, func(scan func(...any) error) error {
			var (
				person string
				at     instant
			)
			err := scan(&person, &at)
			sent[person] = append(sent[person], at.Time)
			return err
		}, q.text.String(), q.args...)
		if err != nil {
			return nil, fmt.Errorf("read what people were sent: %w", err)
		}
	}
	return sent, nil
}

// ApprovalsToRemindOf returns the open approvals of which a reminder is due by an instant, the first in
// front.
func (t *Tx) ApprovalsToRemindOf(ctx context.Context, until time.Time) ([]hiring.Approval, error) {
	return t.approvals(ctx, `SELECT `+approvalColumns+` FROM approvals a
		WHERE a.state = 'open' AND a.remind_at IS NOT NULL AND a.remind_at <= $1 ORDER BY a.remind_at, a.number LIMIT `+strconv.Itoa(MostForecast), instant{until})
}

// WhoWasTold returns who was told each of some things, as Tell noted.
func (t *Tx) WhoWasTold(ctx context.Context, what []string) (map[string][]string, error) {
	told := map[string][]string{}
	for some := range slices.Chunk(what, fewAtOnce) {
		var q statement
		q.add(`SELECT what, person FROM told WHERE what IN (` + q.list(some) + `)`)
		err := t.conn.each(ctx, func(scan func(...any) error) error {
			var one, person string
			err := scan(&one, &person)
			told[one] = append(told[one], person)
			return err
		}, q.text.String(), q.args...)
		if err != nil {
			return nil, fmt.Errorf("read who was told: %w", err)
		}
	}
	return told, nil
}

// SentKeys returns which of some keys of messages were used: a message of such a key is not sent again.
func (t *Tx) SentKeys(ctx context.Context, keys []string) (map[string]bool, error) {
	used := map[string]bool{}
	for some := range slices.Chunk(keys, fewAtOnce) {
		var q statement
		q.add(`SELECT once FROM outbox WHERE once IN (` + q.list(some) + `)`)
		err := t.conn.each(ctx, func(scan func(...any) error) error {
			var key string
			err := scan(&key)
			used[key] = true
			return err
		}, q.text.String(), q.args...)
		if err != nil {
			return nil, fmt.Errorf("look for messages by their keys: %w", err)
		}
	}
	return used, nil
}
