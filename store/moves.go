package store

import (
	"context"
	"fmt"
	"time"

	"github.com/hirebot/hirebot/hiring"
)

// recordMove puts on record that a requisition is about to change its state, if it is. Who moves it at
// the same time waits here, and is told by the change itself that it lost.
func (t *Tx) recordMove(ctx context.Context, r hiring.Requisition) error {
	_, err := t.write(ctx,
		`INSERT INTO requisition_moves (requisition, version, at, from_state, to_state)
		 SELECT id, version, $3, state, $4 FROM requisitions WHERE id = $1 AND version = $2 AND state <> $4
		 ON CONFLICT (requisition, version) DO NOTHING`,
		r.ID, r.Version, instant{t.now}, string(r.State))
	if err != nil {
		return fmt.Errorf("record the move of %s: %w", r.ID, err)
	}
	return nil
}

// ReqMoves says how many requisitions changed to a state in some time.
type ReqMoves struct {
	// Opened counts those that were approved, not those that were taken up again.
	Opened, Filled, Held, Closed int
}

// CountReqMoves counts the requisitions that were opened, filled, held and closed from an instant until
// before another, each once. Those that are confidential now are not counted.
func (t *Tx) CountReqMoves(ctx context.Context, from, until time.Time) (ReqMoves, error) {
	var m ReqMoves
	err := t.conn.row(ctx, []any{&m.Opened, &m.Filled, &m.Held, &m.Closed},
		`SELECT count(DISTINCT CASE WHEN m.to_state = 'open' AND m.from_state IN ('draft', 'pending_approval') THEN m.requisition END),
		        count(DISTINCT CASE WHEN m.to_state = 'filled' THEN m.requisition END),
		        count(DISTINCT CASE WHEN m.to_state = 'on_hold' THEN m.requisition END),
		        count(DISTINCT CASE WHEN m.to_state = 'closed' AND m.from_state IN ('open', 'on_hold', 'filled') THEN m.requisition END)
		 FROM requisition_moves m JOIN requisitions r ON r.id = m.requisition
		 WHERE m.at >= $1 AND m.at < $2 AND NOT r.confidential`, instant{from}, instant{until})
	if err != nil {
		return ReqMoves{}, fmt.Errorf("count the moves of requisitions: %w", err)
	}
	return m, nil
}

// ReqsPast returns the open requisitions whose target date lies before a day, YYYY-MM-DD, the longest
// past first, confidential ones included: who may be told of them is the caller's to decide.
func (t *Tx) ReqsPast(ctx context.Context, day string, limit int) ([]hiring.Requisition, error) {
	return t.requisitions(ctx, `SELECT `+requisitionColumns+` FROM requisitions r
		WHERE r.state = 'open' AND r.target <> '' AND r.target < $1 ORDER BY r.target, r.number LIMIT $2`, day, limit)
}

// Tell notes that somebody is told something, and returns false where they were told before. It holds
// once the unit is committed.
func (t *Tx) Tell(ctx context.Context, what, person string) (bool, error) {
	n, err := t.write(ctx, `INSERT INTO told (what, person, at) VALUES ($1, $2, $3) ON CONFLICT (what, person) DO NOTHING`, what, person, instant{t.now})
	if err != nil {
		return false, fmt.Errorf("note what is told: %w", err)
	}
	return n == 1, nil
}
