package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/hirebot/hirebot/hiring"
)

// OutboxFilter says which messages of the outbox are listed. What is zero does not narrow.
type OutboxFilter struct {
	// Dead lists those that were given up, the newest first; otherwise those that wait to be sent or
	// drawn again are listed, the first due first.
	Dead bool
	// Person is the recipient's id.
	Person string
	// Reason is the reason for which they were given up, or put off.
	Reason string
	// Skip is the number of rows to leave out, Limit the most to return.
	Skip, Limit int
}

// Outbox returns the messages that a filter lets through. Homes are no messages.
func (t *Tx) Outbox(ctx context.Context, f OutboxFilter) ([]Row, error) {
	var q statement
	where := `next_at IS NOT NULL`
	if f.Dead {
		where = `state = 'dead'`
	}
	q.add(`SELECT ` + rowColumns + ` FROM outbox WHERE ` + where + ` AND view_name <> 'home'`)
	if f.Person != "" {
		q.add(` AND person = ` + q.arg(f.Person))
	}
	if f.Reason != "" {
		q.add(` AND reason = ` + q.arg(f.Reason))
	}
	order := ` ORDER BY next_at, id`
	if f.Dead {
		order = ` ORDER BY due_at DESC, id DESC`
	}
	q.add(order + ` LIMIT ` + q.arg(f.Limit) + ` OFFSET ` + q.arg(f.Skip))
	var all []Row
	err := t.conn.each(ctx, func(scan func(...any) error) error {
		r, err := scanRow(scan)
		all = append(all, r)
		return err
	}, q.text.String(), q.args...)
	if err != nil {
		return nil, fmt.Errorf("read the outbox: %w", err)
	}
	return all, nil
}

// OutboxRow returns a message of the outbox. It returns a NotFound error where there is none.
func (t *Tx) OutboxRow(ctx context.Context, id string) (Row, error) {
	var row Row
	found := false
	err := t.conn.each(ctx, func(scan func(...any) error) (err error) {
		row, err = scanRow(scan)
		found = true
		return err
	}, `SELECT `+rowColumns+` FROM outbox WHERE id = $1 AND view_name <> 'home'`, id)
	if err != nil {
		return Row{}, fmt.Errorf("read a message of the outbox: %w", err)
	}
	if !found {
		return Row{}, notFound("such message")
	}
	return row, nil
}

// DeadReason is a reason for which messages were given up.
type DeadReason struct {
	Reason string
	// Count is how many messages were given up for it, Latest when the last of them was due.
	Count  int64
	Latest time.Time
}

// Key names the reason in few characters, for a button.
func (r DeadReason) Key() string {
	sum := sha256.Sum256([]byte(r.Reason))
	return hex.EncodeToString(sum[:6])
}

// DeadReasons returns the reasons for which messages were given up, the most frequent first.
func (t *Tx) DeadReasons(ctx context.Context, limit int) ([]DeadReason, error) {
	var all []DeadReason
	err := t.conn.each(ctx, func(scan func(...any) error) error {
		var (
			r      DeadReason
			latest instant
		)
		err := scan(&r.Reason, &r.Count, &latest)
		r.Latest = latest.Time
		all = append(all, r)
		return err
	}, `SELECT reason, count(*), max(due_at) FROM outbox WHERE state = 'dead' AND view_name <> 'home'
	    GROUP BY reason ORDER BY 2 DESC, 3 DESC, 1 LIMIT $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("read the reasons of the outbox: %w", err)
	}
	return all, nil
}

// DeadIDs returns the ids of messages that were given up for a reason, the oldest first.
func (t *Tx) DeadIDs(ctx context.Context, reason string, limit int) ([]string, error) {
	var ids []string
	err := t.conn.each(ctx, func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		ids = append(ids, id)
		return err
	}, `SELECT id FROM outbox WHERE state = 'dead' AND view_name <> 'home' AND reason = $1 ORDER BY due_at, id LIMIT $2`, reason, limit)
	if err != nil {
		return nil, fmt.Errorf("read the outbox: %w", err)
	}
	return ids, nil
}

// RetryDead has messages that were given up tried again at once, with all their attempts. Of one that
// its platform was ever called with it is not sure that it has not arrived: it is looked for before it
// is sent. Its view is drawn as things stand then. It returns a Conflict error where one of them is not
// given up, or not any more.
func (t *Tx) RetryDead(ctx context.Context, ids ...string) error {
	for _, id := range ids {
		var lane string
		err := t.changeDead(ctx, &lane,
			`UPDATE outbox SET state = CASE WHEN tried_at IS NULL THEN 'waiting' ELSE 'sending' END,
			   next_at = $2, attempts = 0, reason = '', redraw = redraw + 1
			 WHERE id = $1 AND state = 'dead' AND view_name <> 'home' RETURNING lane`, id, instant{t.now})
		if err != nil {
			return err
		}
		t.wakeAt(lane, t.now)
	}
	return nil
}

// DropDead ends messages that were given up: they are never sent, and forgotten after a while like those
// that had nothing to say any more. It returns a Conflict error where one of them is not given up, or
// not any more.
func (t *Tx) DropDead(ctx context.Context, ids ...string) error {
	for _, id := range ids {
		var lane string
		err := t.changeDead(ctx, &lane,
			`UPDATE outbox SET state = 'moot', next_at = NULL WHERE id = $1 AND state = 'dead' AND view_name <> 'home' RETURNING lane`, id)
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) changeDead(ctx context.Context, lane *string, query string, args ...any) error {
	if t.handle == nil {
		return errReadsOnly
	}
	err := t.conn.row(ctx, []any{lane}, query, args...)
	if errors.Is(err, sql.ErrNoRows) {
		return hiring.Errorf(hiring.Conflict, "This message is not among those that were given up any more. Open the outbox again.")
	}
	if err != nil {
		return fmt.Errorf("change a message that was given up: %w", err)
	}
	return nil
}
