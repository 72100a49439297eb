package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// executor is what *sql.DB and *sql.Tx have in common.
type executor interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// conn sends statements, counts them and translates their errors. All of the package's SQL goes
// through it.
type conn struct {
	on    executor
	count *atomic.Uint64
	// trace is told of each statement, if there is one.
	trace func(query string, args []any)
	// failed is the first error. Postgres refuses to go on in a transaction after one, SQLite does
	// not; a transaction that had one is never committed, so that both behave alike.
	failed error
	// shared is true for the pool, which has no such state.
	shared bool
}

func (c *conn) fail(err error) error {
	err = translate(err)
	if !c.shared && c.failed == nil {
		c.failed = err
	}
	return err
}

func (c *conn) sends(query string, args []any) {
	c.count.Add(1)
	if c.trace != nil {
		c.trace(query, args)
	}
}

// exec runs a statement and returns the number of rows that it changed.
func (c *conn) exec(ctx context.Context, query string, args ...any) (int64, error) {
	c.sends(query, args)
	result, err := c.on.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, c.fail(err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		return 0, c.fail(err)
	}
	return n, nil
}

// row reads one row into dest. It returns sql.ErrNoRows where there is none.
func (c *conn) row(ctx context.Context, dest []any, query string, args ...any) error {
	found := false
	err := c.each(ctx, func(scan func(...any) error) error {
		if found {
			return errors.New("a statement that reads one row found several")
		}
		found = true
		return scan(dest...)
	}, query, args...)
	if err == nil && !found {
		return sql.ErrNoRows
	}
	return err
}

// each runs a query to its end and calls fn for each row.
func (c *conn) each(ctx context.Context, fn func(scan func(...any) error) error, query string, args ...any) (err error) {
	c.sends(query, args)
	rows, err := c.on.QueryContext(ctx, query, args...)
	if err != nil {
		return c.fail(err)
	}
	defer func() {
		if closing := rows.Close(); closing != nil && err == nil {
			err = c.fail(closing)
		}
	}()
	for rows.Next() {
		if err := fn(rows.Scan); err != nil {
			return c.fail(err)
		}
	}
	if err := rows.Err(); err != nil {
		return c.fail(err)
	}
	return nil
}

// instant is a time as the database keeps it: microseconds since 1970 in UTC, NULL for zero.
type instant struct{ time.Time }

// Value returns the microseconds, or nil for the zero time.
func (i instant) Value() (driver.Value, error) {
	if i.IsZero() {
		return nil, nil
	}
	return i.UnixMicro(), nil
}

// Scan reads microseconds, or NULL as the zero time.
func (i *instant) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		i.Time = time.Time{}
	case int64:
		i.Time = time.UnixMicro(v).UTC()
	default:
		return fmt.Errorf("read an instant: unexpected %T", v)
	}
	return nil
}
