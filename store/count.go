package store

import (
	"context"
	"fmt"
)

// OutboxCounts returns how many messages of the outbox want attention, to be sent or drawn again,
// and how many were given up. Homes are no messages.
func (s *Store) OutboxCounts(ctx context.Context) (waiting, dead int64, err error) {
	err = s.pool.row(ctx, []any{&waiting, &dead},
		`SELECT (SELECT count(*) FROM outbox WHERE next_at IS NOT NULL AND view_name <> 'home'),
		        (SELECT count(*) FROM outbox WHERE state = 'dead' AND view_name <> 'home')`)
	if err != nil {
		return 0, 0, fmt.Errorf("count the outbox: %w", err)
	}
	return waiting, dead, nil
}
