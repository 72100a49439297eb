package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/hirebot/hirebot/hiring"
)

// NudgePolicy returns how the company reminds of scorecards.
func (p *Snapshot) NudgePolicy() hiring.NudgePolicy {
	// What does not parse any more, since the setting was written by another version, is the default.
	if policy, err := hiring.ParseNudgeSteps(p.Setting(hiring.SettingNudgeSteps)); err == nil {
		return policy
	}
	return hiring.DefaultNudgePolicy()
}

// ScorecardDue returns by when somebody owes a scorecard of an interview that ends at an instant.
func (p *Snapshot) ScorecardDue(person string, end time.Time) time.Time {
	days := hiring.DefaultScorecardDue
	if n, err := strconv.Atoi(p.Setting(hiring.SettingScorecardDue)); err == nil && n > 0 {
		days = n
	}
	return p.WorkTime(person).DueAt(end, days).UTC()
}

// NudgesDue returns the people of whom a scorecard wants attention, the longest due first. Its cost is by
// those that do.
func (s *Store) NudgesDue(ctx context.Context, now time.Time, limit int) ([]string, error) {
	var people []string
	err := s.pool.each(ctx, func(scan func(...any) error) error {
		var (
			person string
			first  int64
		)
		err := scan(&person, &first)
		people = append(people, person)
		return err
	}, `SELECT person, min(nudge_at) FROM scorecards WHERE nudge_at IS NOT NULL AND nudge_at <= $1 GROUP BY person ORDER BY 2, 1 LIMIT $2`, instant{now}, limit)
	if err != nil {
		return nil, fmt.Errorf("look for scorecards to remind of: %w", err)
	}
	return people, nil
}

// PendingCards returns the scorecards of interviews that are over and that somebody still owes, those
// due first in front, however many, and among them those of ended applications whose reminders want attention.
func (t *Tx) PendingCards(ctx context.Context, person string) ([]hiring.Scorecard, error) {
	cards, err := t.scorecards(ctx, `SELECT `+scorecardColumns+` FROM scorecards s WHERE s.waits AND s.person = $1 AND s.ends_at <= $2
		AND (NOT s.closed OR s.nudge_at <= $2) ORDER BY s.due_at, s.interview`, person, instant{t.now})
	if err != nil {
		return nil, err
	}
	_, cards, err = t.NudgesDone(ctx, cards)
	return cards, err
}

// doneStep is a step of the reminders of a scorecard that was decided on for good, and when.
type doneStep struct {
	step  string
	state NudgeState
	at    instant
}

// reminded returns a scorecard with what is on record of its reminders, by which the next is planned.
func (t *Tx) reminded(ctx context.Context, s hiring.Scorecard) (hiring.Scorecard, error) {
	_, cards, err := t.NudgesDone(ctx, []hiring.Scorecard{s})
	if err != nil {
		return hiring.Scorecard{}, err
	}
	return cards[0], nil
}

// withSteps returns a scorecard with the steps of its reminders that are on record.
func withSteps(s hiring.Scorecard, steps []doneStep) hiring.Scorecard {
	s.Reminded, s.RemindedAt = nil, time.Time{}
	sent := 0
	for _, one := range steps {
		if key, done := s.StepDone(one.step); done {
			s.Reminded = append(s.Reminded, key)
			if one.state != NudgeMoot && !strings.HasPrefix(one.step, askedStep) {
				sent++
			}
		}
		// Of another due date they were reminded too, and are not reminded twice a day.
		if one.state != NudgeMoot && one.at.After(s.RemindedAt) {
			s.RemindedAt = one.at.Time
		}
	}
	if len(s.Reminded) > 0 { // what the row says was read before, and may have been written by a sweep since
		s.Nudges = sent
	}
	return s
}

// askedStep stands before the instant in the step of a reminder for which its owner asked.
const askedStep = "asked:"

// PlanNudge saves what hiring.NudgePolicy.Decide says of the reminders of a scorecard, and nothing else
// of it: its owner may be writing it. It returns a Conflict error where that was decided elsewhere since
// it was read, or the scorecard was changed.
func (t *Tx) PlanNudge(ctx context.Context, before, then hiring.Scorecard) error {
	n, err := t.write(ctx,
		`UPDATE scorecards SET nudges = $3, nudge_at = $4, snoozed_until = $5 WHERE interview = $1 AND person = $2 AND version = $6 AND nudge_at = $7 AND closed = $8`,
		before.Interview, before.Person, then.Nudges, instant{then.NudgeAt}, instant{then.SnoozedUntil}, before.Version, instant{before.NudgeAt}, before.Closed)
	if err != nil {
		return fmt.Errorf("plan the reminders of %s: %w", before.Interview, err)
	}
	if n == 0 {
		return changedMeanwhile("The scorecard of " + before.Interview)
	}
	return nil
}

// NudgeState is what became of a step of the reminders of a scorecard.
type NudgeState string

// The states.
const (
	// NudgeHeld waits until its reader may be told things.
	NudgeHeld NudgeState = "held"
	// NudgeSent was handed to the outbox, in a message of its own or with others. NudgeMerged is in the
	// same message as a later step of the same scorecard, or in the digest of the day.
	NudgeSent   NudgeState = "sent"
	NudgeMerged NudgeState = "merged"
	// NudgeMoot is not sent, for a reason.
	NudgeMoot NudgeState = "moot"
)

// NudgeRecord is what became of one step of the reminders of one scorecard.
type NudgeRecord struct {
	Interview, Person string
	// EndsAt is the end of the interview from which the step is counted, or the due date.
	EndsAt time.Time
	// Step is the hiring.StepID of the step, or "asked:" with the instant for which its owner asked.
	Step  string
	State NudgeState
	// Reason says why it is held or moot.
	Reason string
	// PlannedAt is the time of the step, HeldUntil when a held one goes out, and DecidedAt when it came to
	// its state.
	PlannedAt, HeldUntil, DecidedAt time.Time
	// Message is the key of the message that it went out in.
	Message string
}

// RecordNudge puts on record what becomes of a step, and returns false where that was decided before:
// then it is not to be done again.
func (t *Tx) RecordNudge(ctx context.Context, r NudgeRecord) (bool, error) {
	n, err := t.write(ctx,
		`INSERT INTO nudges (interview, person, ends_at, step, state, reason, planned_at, held_until, decided_at, message)
		 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		 ON CONFLICT (interview, person, ends_at, step) DO UPDATE SET state = excluded.state, reason = excluded.reason,
		   held_until = COALESCE(excluded.held_until, nudges.held_until), decided_at = excluded.decided_at, message = excluded.message
		 WHERE nudges.state = 'held'`,
		r.Interview, r.Person, instant{r.EndsAt}, r.Step, string(r.State), r.Reason, instant{r.PlannedAt}, instant{r.HeldUntil}, instant{t.now}, r.Message)
	if err != nil {
		return false, fmt.Errorf("put a reminder of %s on record: %w", r.Interview, err)
	}
	return n == 1, nil
}

// mergedWithSeat is why a step is merged into the message by which somebody is told of their seat.
const mergedWithSeat = "with the message about the seat"

// AskedWithSeat puts on record that the message of a key, which tells somebody of a seat on an interview that
// is over, asks them for the scorecard at an instant: the first reminder counted from the end is in it.
func (t *Tx) AskedWithSeat(ctx context.Context, s hiring.Scorecard, key string, at time.Time) error {
	s, err := t.reminded(ctx, s)
	if err != nil {
		return err
	}
	for _, step := range t.snapshot.NudgePolicy().AskedBy(s, t.snapshot.WorkTime(s.Person), at) {
		_, err := t.RecordNudge(ctx, NudgeRecord{
			Interview: s.Interview, Person: s.Person, EndsAt: s.EndsAt, Step: step.Key(), PlannedAt: step.At,
			State: NudgeMerged, Reason: mergedWithSeat, Message: key,
		})
		if err != nil {
			return err
		}
	}
	_, err = t.SaveScorecard(ctx, s) // which plans the next
	return err
}

// NudgesOf returns what became of the reminders of an interview's scorecards, in the order of their
// times.
func (t *Tx) NudgesOf(ctx context.Context, interview string) ([]NudgeRecord, error) {
	var all []NudgeRecord
	err := t.conn.each(ctx, func(scan func(...any) error) error {
		var (
			r                            NudgeRecord
			ends, planned, held, decided instant
		)
		err := scan(&r.Interview, &r.Person, &ends, &r.Step, &r.State, &r.Reason, &planned, &held, &decided, &r.Message)
		r.EndsAt, r.PlannedAt, r.HeldUntil, r.DecidedAt = ends.Time, planned.Time, held.Time, decided.Time
		all = append(all, r)
		return err
	}, `SELECT interview, person, ends_at, step, state, reason, planned_at, held_until, decided_at, message FROM nudges
		WHERE interview = $1 ORDER BY planned_at, person, step`, interview)
	if err != nil {
		return nil, fmt.Errorf("read the reminders of %s: %w", interview, err)
	}
	return all, nil
}

// refreshInterview has all messages about an interview drawn again, and those in which somebody was
// reminded of a scorecard of it, alone or beside others, merged ones in what they were merged into.
func (t *Tx) refreshInterview(ctx context.Context, interview string) error {
	subjects := []string{interview}
	err := t.conn.each(ctx, func(scan func(...any) error) error {
		var subject string
		err := scan(&subject)
		subjects = append(subjects, subject)
		return err
	}, `SELECT CASE WHEN o.merged_into <> '' THEN o.merged_into ELSE o.subject END
		FROM nudges n JOIN outbox o ON o.once = n.message WHERE n.interview = $1 AND n.message <> ''
		UNION SELECT CASE WHEN o.merged_into <> '' THEN o.merged_into ELSE o.subject END
		FROM interviews i JOIN scorecards s ON s.interview = i.id JOIN outbox o ON o.person = s.person AND o.unprompted
		WHERE i.id = $1 AND o.view_name IN ('nudge', 'morning', 'recruiter_day') AND o.created_at >= i.created_at AND o.args LIKE $2`, interview, `%"`+interview+`"%`)
	if err != nil {
		return fmt.Errorf("look for reminders of %s: %w", interview, err)
	}
	for _, subject := range subjects {
		if err := t.Refresh(ctx, subject); err != nil {
			return err
		}
	}
	return nil
}

// replanned are the settings by which reminders are planned anew.
var replanned = []string{
	hiring.SettingNudgeSteps, hiring.SettingWorkingHours, hiring.SettingReminderTime, hiring.SettingWeekend, hiring.SettingHolidays,
	hiring.SettingTimezone, hiring.SettingNudgeBudget,
}

// replanNudges has the next sweep plan the reminders anew of those for whom the policy, or when they may
// be told things, has changed in this unit, and look again at what waits for their hours.
func (t *Tx) replanNudges(ctx context.Context) error {
	if !t.changed || t.before == nil {
		return nil
	}
	// A scorecard of an interview that is not over is looked at when it is: until then there is nothing that a
	// sweep could do about it, and it would be in the way of others.
	const cards, held = `UPDATE scorecards SET nudge_at = CASE WHEN ends_at > $1 THEN ends_at ELSE $1 END WHERE waits AND ends_at IS NOT NULL`,
		`UPDATE outbox SET next_at = $1 WHERE next_at > $1 AND due_at <= $1 AND unprompted AND state IN ('waiting', 'sending')`
	replan := func(where string, args ...any) error {
		args = append([]any{instant{t.now}}, args...)
		for _, query := range []string{cards, held} {
			if _, err := t.write(ctx, query+where, args...); err != nil {
				return fmt.Errorf("plan reminders anew: %w", err)
			}
		}
		return nil
	}
	for _, key := range replanned {
		if t.before.Setting(key) != t.snapshot.Setting(key) {
			return replan(``)
		}
	}
	for _, p := range t.snapshot.People() {
		before, known := t.before.Person(p.ID)
		if known && (before.Active != p.Active || !sameWorkTime(t.before, t.snapshot, p.ID)) {
			if err := replan(` AND person = $2`, p.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// sameWorkTime tells whether somebody may be told things at the same times by two snapshots that have
// the same settings.
func sameWorkTime(a, b *Snapshot, person string) bool {
	return a.Zone(person).String() == b.Zone(person).String() && a.absences[person] == b.absences[person] &&
		samePreferences(a.nudges[person], b.nudges[person])
}

func samePreferences(a, b hiring.NudgePreferences) bool {
	same := func(x, y *hiring.Hours) bool { return x == nil && y == nil || x != nil && y != nil && *x == *y }
	return same(a.Hours, b.Hours) && hiring.PrintDaysAway(a.Away) == hiring.PrintDaysAway(b.Away)
}
