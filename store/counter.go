package store

import (
	"context"
	"fmt"
)

// NextRef returns the next reference of a kind, such as "R-12". It belongs to the unit: rolled
// back, the number is given out again, so that there are no gaps.
func (t *Tx) NextRef(ctx context.Context, kind string) (string, error) {
	if t.handle == nil {
		return "", errReadsOnly
	}
	var n int64
	err := t.conn.row(ctx, []any{&n},
		`INSERT INTO counters (kind, next_number) VALUES ($1, 2)
		 ON CONFLICT (kind) DO UPDATE SET next_number = counters.next_number + 1 RETURNING next_number - 1`, kind)
	if err != nil {
		return "", fmt.Errorf("count %s: %w", kind, err)
	}
	return fmt.Sprintf("%s-%d", kind, n), nil
}
