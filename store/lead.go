package store

import (
	"context"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// leadEvery is how often a process that does not lead asks whether it can.
	leadEvery = time.Second
	// leadCheck is how often one that leads asks for a sign of life of the connection that it leads by, and
	// leadPatience how long it waits for one.
	leadCheck    = 2 * time.Second
	leadPatience = 5 * time.Second
)

// Lead waits until this process is the one that leads in a matter, of all that have the database open, and
// returns a context that ends when it does so no more, with what gives the lead back. Whoever lost the
// lead calls that too, and Lead again. It returns an error only when ctx ends.
//
// On Postgres the lead is an advisory lock of a connection of its own, which ends with that: a process that
// dies, or cannot reach the database, leads no more, and another takes over within seconds. For at most
// leadCheck and leadPatience together two may believe to lead. On SQLite, which is for one process, it
// leads at once.
func (s *Store) Lead(ctx context.Context, name string) (context.Context, func(), error) {
	if s.dialect.connect == nil {
		leading, end := context.WithCancel(ctx)
		return leading, end, nil
	}
	for {
		held, err := s.tryLead(ctx, name)
		if err == nil && held != nil {
			leading, end := s.holdLead(ctx, held, name)
			return leading, end, nil
		}
		if err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "whether this process leads could not be asked", "matter", name, "err", err)
		}
		wait := time.NewTimer(leadEvery)
		select {
		case <-ctx.Done():
			wait.Stop()
			return nil, nil, fmt.Errorf("wait for the lead in %s: %w", name, ctx.Err())
		case <-wait.C:
		}
	}
}

// tryLead returns a connection that holds the lock of a matter, or nil where another process has it.
func (s *Store) tryLead(ctx context.Context, name string) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	c, err := s.dialect.connect(ctx)
	if err != nil {
		return nil, err
	}
	var leads bool
	if err := c.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, leadKey(name)).Scan(&leads); err != nil || !leads {
		closeLead(ctx, c)
		return nil, err
	}
	return c, nil
}

// holdLead watches over the connection that a process leads by.
func (s *Store) holdLead(ctx context.Context, c *pgx.Conn, name string) (context.Context, func()) {
	leading, end := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer end()
		defer closeLead(ctx, c)
		check := time.NewTicker(leadCheck)
		defer check.Stop()
		for {
			select {
			case <-leading.Done():
				return
			case <-check.C:
			}
			if err := alive(leading, c); err != nil && leading.Err() == nil {
				s.log.WarnContext(ctx, "this process leads no more: its connection is lost", "matter", name, "err", err)
				return
			}
		}
	}()
	return leading, func() {
		end()
		<-ended
	}
}

func alive(ctx context.Context, c *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, leadPatience)
	defer cancel()
	return c.Ping(ctx)
}

// closeLead ends a connection, and with it its lock, also when ctx has ended.
func closeLead(ctx context.Context, c *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leadPatience)
	defer cancel()
	// An error here means that the connection is gone already, which is what is wanted.
	_ = c.Close(ctx)
}

// leadKey is the number of a matter's advisory lock. Goose has its own for migrations, from another range.
func leadKey(name string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte("hirebot/lead/" + name)) // a hash's Write never fails
	return int64(h.Sum64())                        //nolint:gosec // G115: any number will do, if it is always the same.
}
