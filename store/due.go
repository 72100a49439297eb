package store

import (
	"context"
	"fmt"
	"time"
)

// NextDue returns when something is to be done next that waits for its time: a reminder of a scorecard or of an
// approval, the run of a schedule, a message to send or to draw again. That may be past, where it could not be
// done yet. It returns false where nothing waits. A message counts from when its lane may be worked.
// The cost is by all messages that wait.
func (s *Store) NextDue(ctx context.Context) (time.Time, bool, error) {
	var next instant
	err := s.pool.row(ctx, []any{&next}, `SELECT min(at) FROM (
		SELECT min(nudge_at) AS at FROM scorecards WHERE nudge_at IS NOT NULL
		UNION ALL SELECT min(remind_at) FROM approvals WHERE state = 'open' AND remind_at IS NOT NULL
		UNION ALL SELECT min(next_run_at) FROM schedules
		UNION ALL SELECT min(CASE WHEN l.hold_until > o.next_at AND l.hold_until > l.leased_until THEN l.hold_until
			WHEN l.leased_until > o.next_at THEN l.leased_until ELSE o.next_at END)
			FROM outbox o LEFT JOIN lanes l ON l.lane = o.lane WHERE o.next_at IS NOT NULL) AS due`)
	if err != nil {
		return time.Time{}, false, fmt.Errorf("look for what is due next: %w", err)
	}
	return next.Time, !next.IsZero(), nil
}

// LastActed returns the latest instant on record at which anything was done: somebody wrote, looked or changed
// something, a schedule ran, or a message was made or sent. It is zero for a database in which nothing was.
func (s *Store) LastActed(ctx context.Context) (time.Time, error) {
	var last instant
	err := s.pool.row(ctx, []any{&last}, `SELECT max(at) FROM (
		SELECT max(at) AS at FROM events
		UNION ALL SELECT max(at) FROM audit
		UNION ALL SELECT max(at) FROM audit_seals
		UNION ALL SELECT max(last_run_at) FROM schedules
		UNION ALL SELECT max(created_at) FROM outbox
		UNION ALL SELECT max(sent_at) FROM outbox) AS acted`)
	if err != nil {
		return time.Time{}, fmt.Errorf("look for what was done last: %w", err)
	}
	return last.Time, nil
}
