package store

import (
	"context"
	"database/sql"
)

// Query is a query that was sent.
type Query struct {
	Text string
	Args []any
}

type recorder struct {
	executor
	sent *[]Query
}

func (r recorder) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	*r.sent = append(*r.sent, Query{Text: query, Args: args})
	return r.executor.QueryContext(ctx, query, args...)
}

// Record keeps the queries that a unit on the pool sends from now on, for tests that look at their
// plans.
func (t *Tx) Record() *[]Query {
	sent := &[]Query{}
	t.conn = &conn{on: recorder{t.conn.on, sent}, count: t.conn.count, shared: t.conn.shared}
	return sent
}
