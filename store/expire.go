package store

import (
	"context"
	"fmt"
	"time"

	"github.com/hirebot/hirebot/bot"
)

const (
	// mootLife is how long a message that was never sent stays on record.
	mootLife = 14 * 24 * time.Hour
	// idleLife is how long a lane, a pace or a void claim code is kept that nobody uses.
	idleLife = 24 * time.Hour
)

// Expire deletes what is past its life: drafts, event ids, files that belong to no record, claim
// codes and those that join accounts, messages that were moot, and idle leases.
func (s *Store) Expire(ctx context.Context, now time.Time) error {
	for _, e := range []struct {
		what, query string
		before      time.Time
	}{
		{"drafts", `DELETE FROM drafts WHERE saved_at <= $1`, now.Add(-bot.DraftLife)},
		{"event ids", `DELETE FROM events WHERE at <= $1`, now.Add(-EventLife)},
		{"files", `DELETE FROM files WHERE subject = '' AND created_at <= $1`, now.Add(-LooseFileLife)},
		{"claim codes", `DELETE FROM claim_codes WHERE expires_at <= $1`, now.Add(-idleLife)},
		{"codes that join accounts", `DELETE FROM link_codes WHERE expires_at <= $1`, now.Add(-idleLife)},
		{"counts of wrong codes", `DELETE FROM link_tries WHERE since <= $1`, now.Add(-idleLife)},
		{"moot messages", `DELETE FROM outbox WHERE state = 'moot' AND due_at <= $1`, now.Add(-mootLife)},
		{"paces", `DELETE FROM pacing WHERE next_at <= $1`, now.Add(-idleLife)},
		{"leases", `DELETE FROM lanes WHERE leased_until <= $1 AND hold_until <= $1`, now.Add(-idleLife)},
	} {
		if _, err := s.pool.exec(ctx, e.query, instant{e.before}); err != nil {
			return fmt.Errorf("delete old %s: %w", e.what, err)
		}
	}
	return nil
}
