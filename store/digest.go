package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/hirebot/hirebot/hiring"
)

// mostDigests is for how many people one run of a digest looks at most.
const mostDigests = 10_000

// MorningPeople returns those of whom a scorecard wants attention until an instant, who interview until
// then, to whom times are proposed, or for whom an approval waits: whom a morning digest may have
// something for. Those who decide for somebody who is away are not among them.
func (t *Tx) MorningPeople(ctx context.Context, until time.Time) ([]string, error) {
	return t.texts(ctx, "look for whom the morning has something for", `SELECT person FROM (
		SELECT person FROM scorecards WHERE nudge_at IS NOT NULL AND nudge_at < $1
		UNION SELECT p.person FROM interviews i JOIN panelists p ON p.interview = i.id WHERE i.state = 'scheduled' AND i.starts_at >= $2 AND i.starts_at < $1
		UNION SELECT person FROM panelists WHERE state = 'proposed'
		UNION SELECT person FROM approval_people WHERE waiting) AS found
		ORDER BY person LIMIT `+strconv.Itoa(mostDigests), instant{until}, instant{t.now})
}

// texts returns the first column of the rows of a query.
func (t *Tx) texts(ctx context.Context, doing, query string, args ...any) ([]string, error) {
	var all []string
	err := t.conn.each(ctx, func(scan func(...any) error) error {
		var one string
		err := scan(&one)
		all = append(all, one)
		return err
	}, query, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	return all, nil
}

// OwnInterviews returns the interviews that are scheduled from an instant until before another, of
// applications in which the viewer has a part of their own, the earliest first. Its cost is by what the
// company has in that time. Limit 0 is 25.
func (t *Tx) OwnInterviews(ctx context.Context, viewer CandidateViewer, from, to time.Time, limit int) ([]hiring.Interview, error) {
	if viewer.Person == "" {
		return nil, nil
	}
	if limit <= 0 {
		limit = candidatePage
	}
	return t.interviews(ctx, `SELECT `+interviewColumns+` FROM interviews i WHERE i.state = 'scheduled' AND i.starts_at >= $2 AND i.starts_at < $3
		AND EXISTS (SELECT 1 FROM application_people p WHERE p.application = i.application AND p.person = $1 AND p.`+part(viewer)+`)
		ORDER BY i.starts_at, i.number LIMIT `+strconv.Itoa(limit), viewer.Person, instant{from}, instant{to})
}

// ReqsTargeted returns the open requisitions that somebody recruits for or manages and whose target date
// lies from one day to another, YYYY-MM-DD, both included, the first date in front.
func (t *Tx) ReqsTargeted(ctx context.Context, person, from, to string, limit int) ([]hiring.Requisition, error) {
	return t.requisitions(ctx, `SELECT `+requisitionColumns+` FROM requisitions r
		WHERE r.state = 'open' AND r.target <> '' AND r.target >= $1 AND r.target <= $2 AND (r.recruiter = $3 OR r.hiring_manager = $3)
		ORDER BY r.target, r.number LIMIT $4`, from, to, person, limit)
}

// Told returns how many of some things somebody was told: those that Tell has noted.
func (t *Tx) Told(ctx context.Context, person string, what ...string) (int, error) {
	if len(what) == 0 {
		return 0, nil
	}
	var (
		q statement
		n int
	)
	q.add(`SELECT count(*) FROM told WHERE person = ` + q.arg(person) + ` AND what IN (` + q.list(what) + `)`)
	if err := t.conn.row(ctx, []any{&n}, q.text.String(), q.args...); err != nil {
		return 0, fmt.Errorf("look for what was told: %w", err)
	}
	return n, nil
}

// HasMessage tells whether one of some keys was used for a message, whatever became of that.
func (t *Tx) HasMessage(ctx context.Context, keys ...string) (bool, error) {
	var (
		q statement
		n int
	)
	q.add(`SELECT count(*) FROM outbox WHERE once IN (` + q.list(keys) + `)`)
	if err := t.conn.row(ctx, []any{&n}, q.text.String(), q.args...); err != nil {
		return false, fmt.Errorf("look for a message: %w", err)
	}
	return n > 0, nil
}

// MergeWaiting makes those of somebody's messages of some views that were not tried yet part of the
// message of a key, which says what they would: they are moot. It returns their arguments.
func (t *Tx) MergeWaiting(ctx context.Context, person, key string, viewNames ...string) ([][]string, error) {
	if t.handle == nil {
		return nil, errReadsOnly
	}
	var q statement
	q.add(`UPDATE outbox SET state = 'moot', next_at = NULL, reason = 'merged into one message', merged_into = ` + q.arg(key) +
		` WHERE lane = ` + q.arg(PersonLane(person)) + ` AND next_at IS NOT NULL AND state = 'waiting' AND attempts = 0 AND once <> ` + q.arg(key) +
		` AND view_name IN (` + q.list(viewNames) + `) RETURNING args`)
	var all [][]string
	err := t.conn.each(ctx, func(scan func(...any) error) error {
		var text string
		if err := scan(&text); err != nil {
			return err
		}
		var args []string
		err := json.Unmarshal([]byte(text), &args)
		all = append(all, args)
		return err
	}, q.text.String(), q.args...)
	if err != nil {
		return nil, fmt.Errorf("merge what waits for somebody: %w", err)
	}
	return all, nil
}

// JoinMerged makes the message of a key to somebody part of one that is due, of the view digest, where
// earlier messages of some views were merged into that: it says all that they do, and takes their place.
// Where there is none it stays a message of its own.
func (t *Tx) JoinMerged(ctx context.Context, person, key, digest string, viewNames ...string) error {
	var q statement
	q.add(`SELECT d.once FROM outbox d WHERE d.lane = ` + q.arg(PersonLane(person)) + ` AND d.next_at IS NOT NULL AND d.next_at <= ` + q.arg(instant{t.now}) +
		` AND d.state = 'waiting' AND d.attempts = 0 AND d.view_name = ` + q.arg(digest) +
		` AND EXISTS (SELECT 1 FROM outbox m WHERE m.merged_into = d.once AND m.merged_into <> '' AND m.view_name IN (` + q.list(viewNames) + `))
		ORDER BY d.due_at, d.once LIMIT 1`)
	due, err := t.texts(ctx, "look for what is due with a message", q.text.String(), q.args...)
	if err != nil || len(due) == 0 {
		return err
	}
	q = statement{}
	q.add(`UPDATE outbox SET merged_into = ` + q.arg(key) + ` WHERE merged_into = ` + q.arg(due[0]) + ` AND merged_into <> '' AND view_name IN (` + q.list(viewNames) + `)`)
	if _, err := t.write(ctx, q.text.String(), q.args...); err != nil {
		return fmt.Errorf("take the place of a message: %w", err)
	}
	_, err = t.write(ctx, `UPDATE outbox SET state = 'moot', next_at = NULL, reason = 'merged into one message', merged_into = $2 WHERE once = $1 AND state = 'waiting'`, key, due[0])
	if err != nil {
		return fmt.Errorf("join what is due with a message: %w", err)
	}
	return nil
}

// RanSchedule puts on record that something was done that is not run at one time: with what has a time, its
// last run is put on record when it is claimed.
func (t *Tx) RanSchedule(ctx context.Context, name string) error {
	_, err := t.write(ctx, `INSERT INTO schedules (name, last_run_at) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET last_run_at = excluded.last_run_at`, name, instant{t.now})
	if err != nil {
		return fmt.Errorf("put a run of %s on record: %w", name, err)
	}
	return nil
}

// NextReminder returns when an approval is reminded of next, zero for never.
func (t *Tx) NextReminder(ctx context.Context) (time.Time, error) {
	var next instant
	if err := t.conn.row(ctx, []any{&next}, `SELECT min(remind_at) FROM approvals WHERE state = 'open' AND remind_at IS NOT NULL`); err != nil {
		return time.Time{}, fmt.Errorf("look for the next reminder: %w", err)
	}
	return next.Time, nil
}

// keysOf joins what names a thing that is told a few times: one key for each time.
func keysOf(what string, times int) []string {
	keys := make([]string, times)
	for i := range keys {
		keys[i] = strings.Join([]string{what, strconv.Itoa(i + 1)}, ":")
	}
	return keys
}

// TellAgain is Tell for what is told a few times at most: it returns false where that is done.
func (t *Tx) TellAgain(ctx context.Context, what, person string, times int) (bool, error) {
	for _, key := range keysOf(what, times) {
		if first, err := t.Tell(ctx, key, person); first || err != nil {
			return first, err
		}
	}
	return false, nil
}

// ToldAgain tells whether something was told to somebody as often as it is at most.
func (t *Tx) ToldAgain(ctx context.Context, what, person string, times int) (bool, error) {
	n, err := t.Told(ctx, person, keysOf(what, times)...)
	return n >= times, err
}
