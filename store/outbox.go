package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
)

// PersonLane returns the lane of a person's direct messages.
func PersonLane(person string) string { return "person:" + person }

// ChannelLane returns the lane of a channel.
func ChannelLane(c bot.Conversation) string { return "channel:" + c.Workspace + "/" + c.Channel }

// Send puts messages into the outbox, and has their lanes worked once the unit is committed. A
// message whose key was used before is not sent, and is no error. It returns a NotFound error for a
// person that does not exist and an Invalid one for a message to nobody.
func (t *Tx) Send(ctx context.Context, messages ...bot.Message) error {
	for _, m := range messages {
		if err := t.send(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) send(ctx context.Context, m bot.Message) error {
	lane := ChannelLane(m.To.Channel)
	switch {
	case m.To.Person != "":
		if _, ok := t.snapshot.Person(m.To.Person); !ok {
			return notFound("such person")
		}
		lane = PersonLane(m.To.Person)
	case m.To.Channel.Channel == "":
		return hiring.Errorf(hiring.Invalid, "A message needs somebody, or a channel, to go to.")
	}
	id, err := newID()
	if err != nil {
		return err
	}
	args, err := writeList(m.View.Args)
	if err != nil {
		return fmt.Errorf("send: %w", err)
	}
	once, due := m.Key, exact(m.Due)
	if once == "" {
		once = id
	}
	if m.Due.IsZero() {
		due = t.now
	}
	n, err := t.write(ctx,
		`INSERT INTO outbox (id, once, lane, person, workspace, channel, private, view_name, subject, args, why, created_at, due_at, state, next_at, unprompted)
		 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'waiting', $13, $14) ON CONFLICT (once) DO NOTHING`,
		id, once, lane, m.To.Person, m.To.Channel.Workspace, m.To.Channel.Channel, m.To.Channel.Private,
		m.View.Name, m.View.Subject, args, m.Why, instant{t.now}, instant{due}, m.Unprompted && m.To.Person != "")
	if err != nil {
		return fmt.Errorf("send: %w", err)
	}
	if n == 1 {
		t.wakeAt(lane, due)
	}
	return nil
}

// Unsend takes back messages with a view that are not on their way yet, by their keys, and returns how many.
// Only such with these arguments are, so that nobody takes back what somebody else sent. Their keys are free
// again: the same can be sent once more.
func (t *Tx) Unsend(ctx context.Context, view bot.View, keys ...string) (int, error) {
	if len(keys) == 0 {
		return 0, nil
	}
	args, err := writeList(view.Args)
	if err != nil {
		return 0, fmt.Errorf("take messages back: %w", err)
	}
	var q statement
	q.add(`UPDATE outbox SET state = 'moot', next_at = NULL, reason = 'taken back', once = once || ':' || id WHERE state = 'waiting' AND view_name = ` +
		q.arg(view.Name) + ` AND args = ` + q.arg(args) + ` AND once IN (` + q.list(keys) + `)`)
	n, err := t.write(ctx, q.text.String(), q.args...)
	if err != nil {
		return 0, fmt.Errorf("take messages back: %w", err)
	}
	return int(n), nil
}

// Refresh marks every message about a subject that was sent, or is on its way, to be drawn again.
func (t *Tx) Refresh(ctx context.Context, subject string) error {
	if t.handle == nil {
		return errReadsOnly
	}
	err := t.conn.each(ctx, func(scan func(...any) error) error {
		var lane, state string
		if err := scan(&lane, &state); err != nil {
			return err
		}
		if State(state) == Sent {
			t.wakeAt(lane, t.now)
		}
		return nil
	}, `UPDATE outbox SET redraw = redraw + 1, next_at = CASE WHEN state = 'sent' THEN COALESCE(next_at, $2) ELSE next_at END
	    WHERE subject = $1 AND state IN ('waiting', 'sending', 'sent') RETURNING lane, state`, subject, instant{t.now})
	if err != nil {
		return fmt.Errorf("have messages about %s drawn again: %w", subject, err)
	}
	return nil
}

// WaitingView is the name of the view that tells somebody in a channel that something waits for them, and
// WaitingPrefix stands before their id in its subject.
const (
	WaitingView   = "waiting"
	WaitingPrefix = "waiting:"
)

// LatestArgs returns the arguments of the view of a subject that was sent last, or is on its way; nil
// for none.
func (t *Tx) LatestArgs(ctx context.Context, view, subject string) ([]string, error) {
	var args string
	err := t.conn.row(ctx, []any{&args}, `SELECT args FROM outbox WHERE subject = $1 AND view_name = $2
		AND state IN ('waiting', 'sending', 'sent') ORDER BY created_at DESC, id DESC LIMIT 1`, subject, view)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the message sent last about %s: %w", subject, err)
	}
	var list []string
	if err := json.Unmarshal([]byte(args), &list); err != nil {
		return nil, fmt.Errorf("read the message sent last about %s: %w", subject, err)
	}
	return list, nil
}

// State is how far a message of the outbox has come.
type State string

const (
	// Waiting is before it is sent.
	Waiting State = "waiting"
	// Sending is from just before the platform is called until the outcome is on record. A message
	// found like this by the next worker may or may not have arrived.
	Sending State = "sending"
	// Sent is posted.
	Sent State = "sent"
	// Moot is never posted, since there was nothing to say any more.
	Moot State = "moot"
	// Dead is given up, for a reason.
	Dead State = "dead"
)

// Row is a message of the outbox.
type Row struct {
	ID, Lane string
	// Person is the recipient, or Channel where Person is "".
	Person  string
	Channel bot.Conversation
	View    bot.View
	Why     string
	// Key makes the message one of its kind.
	Key              string
	CreatedAt, DueAt time.Time
	State            State
	// Attempts counts the tries since it was last sent or drawn: those that failed, and that which
	// is being made. Who puts a row off sets it for a try that MarkSending has not counted.
	Attempts int
	// NextAt is when it wants attention; zero is never.
	NextAt time.Time
	// TriedAt is when the platform was first called with it: where to look for its marker from.
	TriedAt time.Time
	SentAt  time.Time
	Posted  bot.Posted
	// Redraw says that the message is posted and wants to be drawn again.
	Redraw bool
	// Reason says why it was put off, given up, or is not drawn.
	Reason string
	// Unprompted says that it goes out in working hours only, and counts against its recipient's day.
	Unprompted bool
	// Owner is the worker that got the row from Next.
	Owner string

	redraw int64 // the count of changes that a drawing of this row shows
	drawn  int64 // the count that the last one shows
}

const rowColumns = `id, once, lane, person, workspace, channel, private, view_name, subject, args, why, created_at, due_at, state,
	next_at, attempts, tried_at, sent_at, posted_workspace, posted_channel, posted_private, posted_id, redraw, drawn, reason, unprompted`

func scanRow(scan func(...any) error) (Row, error) {
	var (
		r                                 Row
		args                              string
		created, due, next, tried, sentAt instant
	)
	err := scan(&r.ID, &r.Key, &r.Lane, &r.Person, &r.Channel.Workspace, &r.Channel.Channel, &r.Channel.Private,
		&r.View.Name, &r.View.Subject, &args, &r.Why, &created, &due, &r.State, &next, &r.Attempts, &tried, &sentAt,
		&r.Posted.In.Workspace, &r.Posted.In.Channel, &r.Posted.In.Private, &r.Posted.ID, &r.redraw, &r.drawn, &r.Reason, &r.Unprompted)
	if err != nil {
		return Row{}, err
	}
	if err := readList(args, &r.View.Args); err != nil {
		return Row{}, err
	}
	r.CreatedAt, r.DueAt, r.NextAt, r.TriedAt, r.SentAt = created.Time, due.Time, next.Time, tried.Time, sentAt.Time
	r.Redraw = r.State == Sent && r.redraw > r.drawn
	return r, nil
}

// DueLanes returns the lanes that have something due and that nobody works, the longest due first.
func (s *Store) DueLanes(ctx context.Context, now time.Time, limit int) ([]string, error) {
	var lanes []string
	err := s.pool.each(ctx, func(scan func(...any) error) error {
		var (
			lane string
			due  int64
		)
		if err := scan(&lane, &due); err != nil {
			return err
		}
		lanes = append(lanes, lane)
		return nil
	}, // Grouped by an expression, so that SQLite reads what is due and not, in the order of lanes, all that waits.
		`SELECT outbox.lane || '', min(next_at) FROM outbox
	    WHERE next_at <= $1 AND NOT EXISTS (
	        SELECT 1 FROM lanes WHERE lanes.lane = outbox.lane AND (lanes.leased_until > $1 OR lanes.hold_until > $1))
	    GROUP BY outbox.lane || '' ORDER BY 2, 1 LIMIT $2`, instant{now}, limit)
	if err != nil {
		return nil, fmt.Errorf("look for lanes with something due: %w", err)
	}
	return lanes, nil
}

// Lease takes the lease of a lane until now + ttl, and returns false where somebody holds it. The
// owner is a name that no other attempt has.
func (s *Store) Lease(ctx context.Context, lane, owner string, now time.Time, ttl time.Duration) (bool, error) {
	n, err := s.pool.exec(ctx,
		`INSERT INTO lanes (lane, holder, leased_until, hold_until) VALUES ($1, $2, $3, 0)
		 ON CONFLICT (lane) DO UPDATE SET holder = excluded.holder, leased_until = excluded.leased_until
		 WHERE lanes.leased_until <= $4`,
		lane, owner, instant{now.Add(ttl)}, instant{now})
	if err != nil {
		return false, fmt.Errorf("lease %s: %w", lane, err)
	}
	return n == 1, nil
}

// Renew holds a lease for longer, until now + ttl. It returns ErrLeaseLost where somebody else has
// taken it.
func (s *Store) Renew(ctx context.Context, lane, owner string, now time.Time, ttl time.Duration) error {
	n, err := s.pool.exec(ctx, `UPDATE lanes SET leased_until = $3 WHERE lane = $1 AND holder = $2`, lane, owner, instant{now.Add(ttl)})
	return leased(n, err, "renew the lease of "+lane)
}

// Release gives a lease back. It does nothing where somebody else has taken it.
func (s *Store) Release(ctx context.Context, lane, owner string) error {
	_, err := s.pool.exec(ctx, `UPDATE lanes SET leased_until = 0, holder = '' WHERE lane = $1 AND holder = $2`, lane, owner)
	if err != nil {
		return fmt.Errorf("release %s: %w", lane, err)
	}
	return nil
}

// NextOf returns when a lane wants attention next, and whether it ever does.
func (s *Store) NextOf(ctx context.Context, lane string) (time.Time, bool, error) {
	var next, hold instant
	err := s.pool.row(ctx, []any{&next, &hold}, `SELECT (SELECT min(next_at) FROM outbox WHERE lane = $1 AND next_at IS NOT NULL),
		(SELECT hold_until FROM lanes WHERE lane = $1)`, lane)
	if err != nil {
		return time.Time{}, false, fmt.Errorf("read when %s is due: %w", lane, err)
	}
	if next.IsZero() {
		return time.Time{}, false, nil
	}
	if hold.After(next.Time) {
		return hold.Time, true, nil
	}
	return next.Time, true, nil
}

// leased makes ErrLeaseLost of a guarded statement that changed nothing.
func leased(n int64, err error, doing string) error {
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if n == 0 {
		return fmt.Errorf("%s: %w", doing, ErrLeaseLost)
	}
	return nil
}

// Next returns the first message of a lane that is due, in the order of due time, and whether there
// is one: to be sent, or, with Redraw, to be drawn again. A message in state Sending may have been
// posted by a worker that crashed: look for it first. It returns ErrLeaseLost to who does not hold
// the lane.
func (s *Store) Next(ctx context.Context, lane, owner string, now time.Time) (Row, bool, error) {
	var (
		row   Row
		found bool
	)
	err := s.pool.each(ctx, func(scan func(...any) error) (err error) {
		row, err = scanRow(scan)
		found = true
		return err
	}, `SELECT `+rowColumns+` FROM outbox WHERE lane = $1 AND next_at <= $3
	    AND EXISTS (SELECT 1 FROM lanes WHERE lanes.lane = $1 AND lanes.holder = $2 AND lanes.hold_until <= $3)
	    ORDER BY due_at, created_at, id LIMIT 1`, lane, owner, instant{now})
	if err != nil {
		return Row{}, false, fmt.Errorf("read the next message of %s: %w", lane, err)
	}
	if found {
		row.Owner = owner
		return row, true, nil
	}
	var holder string
	err = s.pool.row(ctx, []any{&holder}, `SELECT holder FROM lanes WHERE lane = $1`, lane)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Row{}, false, fmt.Errorf("read the lease of %s: %w", lane, err)
	}
	if holder != owner {
		return Row{}, false, fmt.Errorf("read the next message of %s: %w", lane, ErrLeaseLost)
	}
	return Row{}, false, nil
}

// guarded runs an update of one row that holds only while the row's owner holds the lease of its
// lane. The statement's $1 is the row's id, $2 its lane and $3 the owner.
func (s *Store) guarded(ctx context.Context, row Row, owner, doing, set string, args ...any) error {
	n, err := s.pool.exec(ctx, `UPDATE outbox SET `+set+` WHERE id = $1
		AND EXISTS (SELECT 1 FROM lanes WHERE lanes.lane = $2 AND lanes.holder = $3)`,
		append([]any{row.ID, row.Lane, owner}, args...)...)
	return leased(n, err, doing)
}

// wantsAttention is next_at after a drawing: at once where the subject has changed meanwhile.
const wantsAttention = `next_at = CASE WHEN redraw > $4 THEN CAST($5 AS BIGINT) ELSE NULL END`

// MarkSending puts on record that the platform is about to be called for a message. It is to be
// called before, so that a crash in between is recognised. What is about to be sent was drawn as of
// the moment of Next. It returns false for a message that was taken back or merged since: it is not to be
// sent.
func (s *Store) MarkSending(ctx context.Context, row Row, owner string) (bool, error) {
	n, err := s.pool.exec(ctx, `UPDATE outbox SET state = 'sending', attempts = attempts + 1, tried_at = COALESCE(tried_at, $4), drawn = $5
		WHERE id = $1 AND state <> 'moot' AND EXISTS (SELECT 1 FROM lanes WHERE lanes.lane = $2 AND lanes.holder = $3)`,
		row.ID, row.Lane, owner, instant{s.now()}, row.redraw)
	if err != nil || n == 1 {
		return n == 1, leased(n, err, "mark as being sent")
	}
	var held bool
	err = s.pool.row(ctx, []any{&held}, `SELECT EXISTS (SELECT 1 FROM lanes WHERE lane = $1 AND holder = $2)`, row.Lane, owner)
	if err == nil && held {
		return false, nil
	}
	return false, leased(0, err, "mark as being sent")
}

// MarkSent puts on record that and where a message is posted. If its subject was refreshed since
// Next returned the row, it is due at once to be drawn again.
func (s *Store) MarkSent(ctx context.Context, row Row, posted bot.Posted, now time.Time) error {
	return s.markPosted(ctx, row, posted, now, row.redraw)
}

// MarkFound is MarkSent for a message that was sent some time ago, without a record of it. If its
// subject was refreshed since it was drawn then, it is due at once to be drawn again.
func (s *Store) MarkFound(ctx context.Context, row Row, posted bot.Posted, now time.Time) error {
	return s.markPosted(ctx, row, posted, now, row.drawn)
}

func (s *Store) markPosted(ctx context.Context, row Row, posted bot.Posted, now time.Time, drawn int64) error {
	return s.guarded(ctx, row, row.Owner, "mark as sent",
		`state = 'sent', drawn = $4, `+wantsAttention+`, sent_at = $5, reason = '', attempts = 0,
		 posted_workspace = $6, posted_channel = $7, posted_private = $8, posted_id = $9`,
		drawn, instant{now}, posted.In.Workspace, posted.In.Channel, posted.In.Private, posted.ID)
}

// MarkRetry puts a message off that the platform surely did not take, or a drawing that failed. The
// whole lane waits until then, and no other, and is worked then.
func (s *Store) MarkRetry(ctx context.Context, row Row, nextAt time.Time, reason string) error {
	return s.putOff(ctx, row, nextAt, reason, `CASE WHEN state = 'sending' THEN 'waiting' ELSE state END`)
}

// MarkUnsure puts a message off of which it is not known whether the platform took it: it stays in
// state Sending, so that it is looked for before it is sent again. The whole lane waits until then.
func (s *Store) MarkUnsure(ctx context.Context, row Row, nextAt time.Time, reason string) error {
	return s.putOff(ctx, row, nextAt, reason, `state`)
}

func (s *Store) putOff(ctx context.Context, row Row, nextAt time.Time, reason, state string) error {
	return s.InTx(ctx, func(t *Tx) error {
		n, err := t.write(ctx, `UPDATE lanes SET hold_until = $3 WHERE lane = $1 AND holder = $2`, row.Lane, row.Owner, instant{nextAt})
		if err := leased(n, err, "put a message off"); err != nil {
			return err
		}
		// What was taken back or merged meanwhile stays so.
		_, err = t.write(ctx, `UPDATE outbox SET state = `+state+`, next_at = $2, reason = $3,
			attempts = CASE WHEN attempts < $4 THEN $4 ELSE attempts END WHERE id = $1 AND state <> 'moot'`, row.ID, instant{nextAt}, reason, row.Attempts)
		if err != nil {
			return fmt.Errorf("put a message off: %w", err)
		}
		t.wakeAt(row.Lane, nextAt)
		return nil
	})
}

// MarkLater puts off a drawing, or an unprompted message, though it has not failed. It alone waits, and its
// lane goes on: the order of such does not matter.
func (s *Store) MarkLater(ctx context.Context, row Row, nextAt time.Time, reason string) error {
	return s.later(ctx, row, nextAt, reason, `attempts`)
}

// MarkHeld is MarkLater for an unprompted message that waits until its reader may be told things. Its
// attempts are counted anew then: how a platform was hours ago says nothing of how it is.
func (s *Store) MarkHeld(ctx context.Context, row Row, nextAt time.Time, reason string) error {
	return s.later(ctx, row, nextAt, reason, `0`)
}

func (s *Store) later(ctx context.Context, row Row, nextAt time.Time, reason, attempts string) error {
	return s.InTx(ctx, func(t *Tx) error {
		n, err := t.write(ctx, `UPDATE outbox SET next_at = CASE WHEN state = 'moot' THEN next_at ELSE $4 END, reason = CASE WHEN state = 'moot' THEN reason ELSE $5 END, attempts = `+attempts+` WHERE id = $1
			AND EXISTS (SELECT 1 FROM lanes WHERE lanes.lane = $2 AND lanes.holder = $3)`, row.ID, row.Lane, row.Owner, instant{nextAt}, reason)
		if err := leased(n, err, "put something off"); err != nil {
			return err
		}
		t.wakeAt(row.Lane, nextAt)
		return nil
	})
}

// MarkMoot puts on record that there is nothing to say any more. A message that is posted stays as
// it is, and one whose subject was refreshed since Next is looked at again: it may have something to say by now.
func (s *Store) MarkMoot(ctx context.Context, row Row) error {
	if row.State == Sent {
		return s.MarkDrawn(ctx, row)
	}
	return s.guarded(ctx, row, row.Owner, "mark as moot",
		`state = CASE WHEN redraw > $4 THEN state ELSE 'moot' END, next_at = CASE WHEN redraw > $4 THEN next_at ELSE NULL END`, row.redraw)
}

// MarkDead gives a message up, or, where it is posted, only its drawing. A home is given up until it is
// opened again.
func (s *Store) MarkDead(ctx context.Context, row Row, reason string) error {
	if row.State == Sent && !row.Home() {
		return s.guarded(ctx, row, row.Owner, "give a drawing up",
			`drawn = $4, `+wantsAttention+`, attempts = 0, reason = $6`, row.redraw, instant{s.now()}, reason)
	}
	return s.guarded(ctx, row, row.Owner, "give a message up", `state = 'dead', next_at = NULL, reason = $4`, reason)
}

// MarkDrawn puts on record that a posted message was drawn as of the moment of Next. If its subject
// was refreshed since, it is due again at once.
func (s *Store) MarkDrawn(ctx context.Context, row Row) error {
	return s.guarded(ctx, row, row.Owner, "mark as drawn", `drawn = $4, `+wantsAttention+`, attempts = 0, reason = ''`, row.redraw, instant{s.now()})
}

// DeadRows returns the messages that were given up, the newest first. Homes are no messages.
func (s *Store) DeadRows(ctx context.Context, limit int) ([]Row, error) {
	return s.rows(ctx, `state = 'dead' AND view_name <> 'home' ORDER BY due_at DESC, id DESC LIMIT $1`, limit)
}

// Rows returns the messages to a person that were put into the outbox, the newest first.
func (s *Store) Rows(ctx context.Context, lane string, limit int) ([]Row, error) {
	return s.rows(ctx, `lane = $1 ORDER BY due_at DESC, created_at DESC, id DESC LIMIT $2`, lane, limit)
}

func (s *Store) rows(ctx context.Context, where string, args ...any) ([]Row, error) {
	var all []Row
	err := s.pool.each(ctx, func(scan func(...any) error) error {
		r, err := scanRow(scan)
		all = append(all, r)
		return err
	}, `SELECT `+rowColumns+` FROM outbox WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read the outbox: %w", err)
	}
	return all, nil
}

// Pace asks whether something may be done now that all replicas together do at most once in minGap,
// such as a method of a platform in a channel. It returns 0 and takes the turn, or returns how long
// to wait before asking again.
func (s *Store) Pace(ctx context.Context, name string, now time.Time, minGap time.Duration) (time.Duration, error) {
	n, err := s.pool.exec(ctx,
		`INSERT INTO pacing (name, next_at) VALUES ($1, $2)
		 ON CONFLICT (name) DO UPDATE SET next_at = excluded.next_at WHERE pacing.next_at <= $3`,
		name, instant{now.Add(minGap)}, instant{now})
	if err != nil {
		return 0, fmt.Errorf("pace %s: %w", name, err)
	}
	if n == 1 {
		return 0, nil
	}
	var next instant
	if err := s.pool.row(ctx, []any{&next}, `SELECT next_at FROM pacing WHERE name = $1`, name); err != nil {
		return 0, fmt.Errorf("pace %s: %w", name, err)
	}
	return max(next.Sub(now), time.Microsecond), nil
}

// Turn gives out the turns of something that all replicas together do at most once in gap, such as a
// method of a platform in a workspace. Unlike Pace it makes nobody ask again: it returns the instant
// of the caller's turn, which is now or after all turns that were given out before.
func (s *Store) Turn(ctx context.Context, name string, now time.Time, gap time.Duration) (time.Time, error) {
	var next instant
	err := s.pool.row(ctx, []any{&next},
		`INSERT INTO pacing (name, next_at) VALUES ($1, $2)
		 ON CONFLICT (name) DO UPDATE SET next_at = CASE WHEN pacing.next_at > $3 THEN pacing.next_at ELSE $3 END + $4 RETURNING next_at`,
		name, instant{now.Add(gap)}, instant{now}, gap.Microseconds())
	if err != nil {
		return time.Time{}, fmt.Errorf("take a turn at %s: %w", name, err)
	}
	return next.Add(-gap), nil
}

// TurnWithin is Turn for who takes no turn that is further away than ahead. Where the next one is, none is
// taken: it returns false, and when the next one is so far.
func (s *Store) TurnWithin(ctx context.Context, name string, now time.Time, gap, ahead time.Duration) (time.Time, bool, error) {
	var next instant
	err := s.pool.row(ctx, []any{&next},
		`INSERT INTO pacing (name, next_at) VALUES ($1, $2)
		 ON CONFLICT (name) DO UPDATE SET next_at = CASE WHEN pacing.next_at > $3 THEN pacing.next_at ELSE $3 END + $4
		 WHERE pacing.next_at <= $5 RETURNING next_at`,
		name, instant{now.Add(gap)}, instant{now}, gap.Microseconds(), instant{now.Add(ahead)})
	if errors.Is(err, sql.ErrNoRows) {
		at, err := s.NextTurn(ctx, name)
		return at, false, err
	}
	if err != nil {
		return time.Time{}, false, fmt.Errorf("take a turn at %s: %w", name, err)
	}
	return next.Add(-gap), true, nil
}

// NextTurn returns when the next turn of something is, or the zero time where nobody had one yet. It takes
// none.
func (s *Store) NextTurn(ctx context.Context, name string) (time.Time, error) {
	var next instant
	err := s.pool.row(ctx, []any{&next}, `SELECT next_at FROM pacing WHERE name = $1`, name)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, fmt.Errorf("read the next turn at %s: %w", name, err)
	}
	return next.Time, nil
}

// HoldTurns gives out no turn of something before an instant, as where a platform has refused one.
// Turns that were given out stay.
func (s *Store) HoldTurns(ctx context.Context, name string, until time.Time) error {
	_, err := s.pool.exec(ctx, `INSERT INTO pacing (name, next_at) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET next_at = excluded.next_at WHERE pacing.next_at < excluded.next_at`, name, instant{until})
	if err != nil {
		return fmt.Errorf("hold the turns at %s: %w", name, err)
	}
	return nil
}
