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

// Supposing returns the unit as if a snapshot were the present one, such as one with another setting. It is
// for looking only: it writes nothing.
func (t *Tx) Supposing(s *Snapshot) *Tx {
	other := *t
	other.snapshot, other.handle = s, nil
	return &other
}

// RemindersFollow tells whether the reminders are planned anew when a setting is changed.
func RemindersFollow(key string) bool { return slices.Contains(replanned, key) }

// WaitingCards returns the scorecards that are waited for from some people, of interviews that end by an
// instant, without anything that stands in them: those that end first in front.
func (t *Tx) WaitingCards(ctx context.Context, people []string, until time.Time) ([]hiring.Scorecard, error) {
	var all []hiring.Scorecard
	for some := range slices.Chunk(people, fewAtOnce) {
		var q statement
		q.add(`SELECT s.interview, s.person, s.application, s.requisition, s.state, s.ends_at, s.due_at, s.nudges, s.nudge_at, s.snoozed_until, s.closed FROM scorecards s
			WHERE s.waits AND s.person IN (` + q.list(some) + `) AND s.ends_at <= ` + q.arg(instant{until}) + `
			ORDER BY s.ends_at, s.interview, s.person LIMIT ` + strconv.Itoa(MostForecast))
		err := t.conn.each(ctx, func(scan func(...any) error) error {
			var (
				s                         hiring.Scorecard
				ends, due, nudge, snoozed instant
			)
			err := scan(&s.Interview, &s.Person, &s.Application, &s.Req, &s.State, &ends, &due, &s.Nudges, &nudge, &snoozed, &s.Closed)
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

// NudgesDone returns the steps of the reminders of some scorecards that were decided on for good, and the
// scorecards with what is on record of these, like PendingCards does.
func (t *Tx) NudgesDone(ctx context.Context, of []hiring.Scorecard) ([]hiring.NudgeDone, []hiring.Scorecard, error) {
	known := map[string]bool{}
	for _, s := range of {
		known[s.Interview] = true
	}
	type seat struct {
		interview, person string
		endsAt            int64
	}
	var (
		all   []hiring.NudgeDone
		steps = map[seat][]doneStep{}
	)
	for some := range slices.Chunk(slices.Sorted(maps.Keys(known)), fewAtOnce) {
		var q statement
		q.add(`SELECT interview, person, ends_at, step, state, decided_at FROM nudges WHERE interview IN (` + q.list(some) + `) AND state <> 'held'`)
		err := t.conn.each(ctx, func(scan func(...any) error) error {
			var (
				d    hiring.NudgeDone
				step doneStep
			)
			err := scan(&d.Interview, &d.Person, &d.EndsAt, &d.Step, &step.state, &step.at)
			step.step = d.Step
			all = append(all, d)
			of := seat{d.Interview, d.Person, d.EndsAt}
			steps[of] = append(steps[of], step)
			return err
		}, q.text.String(), q.args...)
		if err != nil {
			return nil, nil, fmt.Errorf("read the reminders that were decided on: %w", err)
		}
	}
	cards := make([]hiring.Scorecard, len(of))
	for n, s := range of {
		cards[n] = withSteps(s, steps[seat{s.Interview, s.Person, s.EndsAt.UnixMicro()}])
	}
	return all, cards, nil
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

// Seats returns the interviews that are scheduled from an instant until before another, with when they
// begin, by who sits on them, the earliest first.
func (t *Tx) Seats(ctx context.Context, from, to time.Time) (map[string][]hiring.DayThing, error) {
	return t.things(ctx, `SELECT p.person, i.id, i.requisition, i.starts_at FROM interviews i JOIN panelists p ON p.interview = i.id
		WHERE i.state = 'scheduled' AND i.starts_at >= $1 AND i.starts_at < $2 ORDER BY i.starts_at, i.number LIMIT `+strconv.Itoa(mostThings), instant{from}, instant{to})
}

// mostThings is how many things of the days to come are looked at, for all people together.
const mostThings = 10 * MostForecast

// things returns what a query finds by person: the person, what it is, its requisition and an instant.
func (t *Tx) things(ctx context.Context, query string, args ...any) (map[string][]hiring.DayThing, error) {
	all := map[string][]hiring.DayThing{}
	err := t.conn.each(ctx, func(scan func(...any) error) error {
		var (
			person string
			one    hiring.DayThing
			at     instant
		)
		err := scan(&person, &one.Ref, &one.Req, &at)
		one.At = at.Time
		all[person] = append(all[person], one)
		return err
	}, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read what the days to come have: %w", err)
	}
	return all, nil
}

// OwnDays is what days have of the applications in which people have a part: the interviews that are
// scheduled, and the applications by since when the candidate waits for word, is in their stage, and has
// scorecards that are due, the longest first.
type OwnDays struct{ Interviews, Wordless, Stuck, Due map[string][]hiring.DayThing }

// OwnDaysOf returns what the days from an instant until another have of applications: for recruiters of
// those of their team, for the others of those that they manage, like OwnInterviews and WaitingForWord do.
// Of applications that are in their stage it returns those that are since stuck or longer, and of each sort
// the first hiring.DigestMost of each person.
func (t *Tx) OwnDaysOf(ctx context.Context, viewers []CandidateViewer, from, to, stuck time.Time) (OwnDays, error) {
	days := OwnDays{map[string][]hiring.DayThing{}, map[string][]hiring.DayThing{}, map[string][]hiring.DayThing{}, map[string][]hiring.DayThing{}}
	for _, recruits := range []bool{true, false} {
		var people []string
		for _, v := range viewers {
			if v.Recruits == recruits && v.Person != "" {
				people = append(people, v.Person)
			}
		}
		for some := range slices.Chunk(people, fewAtOnce) {
			if err := t.addOwnDays(ctx, days, some, recruits, from, to, stuck); err != nil {
				return days, err
			}
		}
	}
	return days, nil
}

func (t *Tx) addOwnDays(ctx context.Context, days OwnDays, people []string, recruits bool, from, to, stuck time.Time) error {
	add := func(into map[string][]hiring.DayThing, q statement) error {
		found, err := t.things(ctx, q.text.String(), q.args...)
		maps.Copy(into, found)
		return err
	}
	var q statement
	q.add(`SELECT p.person, i.id, i.requisition, i.starts_at FROM interviews i JOIN application_people p ON p.application = i.application
		WHERE i.state = 'scheduled' AND i.starts_at >= ` + q.arg(instant{from}) + ` AND i.starts_at < ` + q.arg(instant{to}) + ` AND p.` + part(CandidateViewer{Recruits: recruits}) + ` AND p.person IN (` + q.list(people) + `)
		ORDER BY i.starts_at, i.number LIMIT ` + strconv.Itoa(mostThings))
	if err := add(days.Interviews, q); err != nil {
		return err
	}
	own := `p.team`
	if !recruits {
		own += ` AND p.manages`
	}
	for _, one := range []struct {
		into   map[string][]hiring.DayThing
		column string
		also   string
		until  time.Time
	}{{days.Wordless, `waiting_since`, ``, to}, {days.Stuck, `active_since`, ``, stuck}, {days.Due, `due_at`, lateAlso, to}} {
		var q statement
		// A digest looks at the first few of each: those of later days are behind them.
		q.add(`SELECT person, application, requisition, since FROM (SELECT p.person, p.application, p.requisition, p.` + one.column + ` AS since,
			row_number() OVER (PARTITION BY p.person ORDER BY p.` + one.column + `, p.number) AS nth FROM application_people p WHERE ` + own + ` AND p.` + one.column + ` IS NOT NULL
			AND p.` + one.column + ` <= ` + q.arg(instant{one.until}) + one.also + ` AND p.person IN (` + q.list(people) + `)) AS page WHERE nth <= ` + strconv.Itoa(hiring.DigestMost) + ` ORDER BY person, nth`)
		if err := add(one.into, q); err != nil {
			return err
		}
	}
	return nil
}

// TargetsOf returns the open requisitions whose target date lies from one day to another, YYYY-MM-DD, both
// included, by who recruits for them and who manages them, the first date in front.
func (t *Tx) TargetsOf(ctx context.Context, from, to string) (map[string][]hiring.DayTarget, error) {
	all := map[string][]hiring.DayTarget{}
	err := t.conn.each(ctx, func(scan func(...any) error) error {
		var (
			one                hiring.DayTarget
			recruiter, manager string
		)
		err := scan(&one.Ref, &one.Date, &recruiter, &manager)
		one.Req = one.Ref
		all[recruiter] = append(all[recruiter], one)
		if manager != recruiter {
			all[manager] = append(all[manager], one)
		}
		return err
	}, `SELECT r.id, r.target, r.recruiter, r.hiring_manager FROM requisitions r WHERE r.state = 'open' AND r.target <> '' AND r.target >= $1 AND r.target <= $2
		ORDER BY r.target, r.number LIMIT `+strconv.Itoa(MostForecast), from, to)
	if err != nil {
		return nil, fmt.Errorf("read the target dates to come: %w", err)
	}
	return all, nil
}

// Proposed returns the interviews of which times are proposed, the oldest first.
func (t *Tx) Proposed(ctx context.Context) ([]hiring.Interview, error) {
	return t.interviews(ctx, `SELECT `+interviewColumns+` FROM interviews i WHERE i.state = 'proposed' ORDER BY i.number LIMIT `+strconv.Itoa(MostForecast))
}

// TimesTold returns how often people were told of some things that TellAgain noted, by the thing and then
// the person.
func (t *Tx) TimesTold(ctx context.Context, what []string, times int) (map[string]map[string]int, error) {
	var keys []string
	of := map[string]string{}
	for _, one := range what {
		for _, key := range keysOf(one, times) {
			keys, of[key] = append(keys, key), one
		}
	}
	told, err := t.WhoWasTold(ctx, keys)
	n := map[string]map[string]int{}
	for key, people := range told {
		for _, person := range people {
			if n[of[key]] == nil {
				n[of[key]] = map[string]int{}
			}
			n[of[key]][person]++
		}
	}
	return n, err
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
