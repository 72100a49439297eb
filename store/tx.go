package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"github.com/hirebot/hirebot/bot"
)

var _ bot.Tx = (*Tx)(nil)

// Tx is one unit of work: a transaction, or, for a command that only reads, the pool. It is used by
// one goroutine, and not after the function that it was handed to has returned.
type Tx struct {
	store    *Store
	handle   *sql.Tx // nil for a command that only reads
	conn     *conn
	now      time.Time
	actor    bot.Actor
	event    bot.Event
	snapshot *Snapshot
	before   *Snapshot // what a transaction began with
	changed  bool      // this transaction changed what snapshots hold
	stale    bool      // a change failed half-way: the snapshot may not show what is there
	done     bool
	audits   []auditRow
	wake     map[string]time.Time // lanes to wake, and when
	// concerned are the people whose homes may show something else.
	concerned map[string]bool
}

// errReadsOnly is internal: a command that declares Reads and writes is a mistake of ours.
var errReadsOnly = errors.New("a command that declares to read only tried to write")

// Now returns the instant of the unit: all that it writes bears the same.
func (t *Tx) Now() time.Time { return t.now }

// Actor returns who acts.
func (t *Tx) Actor() bot.Actor { return t.actor }

// Snapshot returns people, settings, playbooks and bands as of this unit, its own changes included.
func (t *Tx) Snapshot() *Snapshot { return t.snapshot }

// Vocabulary returns the words of the company. Somebody of a community sees none of them.
func (t *Tx) Vocabulary() bot.Vocabulary {
	if t.actor.Outsider {
		return noWords{}
	}
	return t.snapshot
}

// write runs a statement that changes something.
func (t *Tx) write(ctx context.Context, query string, args ...any) (int64, error) {
	if t.handle == nil {
		return 0, errReadsOnly
	}
	return t.conn.exec(ctx, query, args...)
}

// author is what rows hold of who acts: the person, or the account of somebody unknown.
func (t *Tx) author() string {
	if t.actor.ID != "" {
		return t.actor.ID
	}
	return t.actor.Identity.Workspace + "/" + t.actor.Identity.User
}

// Deliver is the job that has a lane of the outbox worked. It may be inserted several times for the
// same lane: who comes second finds nothing to do.
type Deliver struct {
	Lane string `json:"lane"`
}

// Kind returns the name of the job.
func (Deliver) Kind() string { return "deliver" }

// wakeAt has a lane worked at an instant, once this unit is committed.
func (t *Tx) wakeAt(lane string, at time.Time) {
	if t.wake == nil {
		t.wake = map[string]time.Time{}
	}
	if other, ok := t.wake[lane]; !ok || at.Before(other) {
		t.wake[lane] = at
	}
}

func (t *Tx) flushJobs(ctx context.Context) error {
	if len(t.wake) == 0 {
		return nil
	}
	jobs := make([]river.InsertManyParams, 0, len(t.wake))
	for _, lane := range slices.Sorted(maps.Keys(t.wake)) {
		job := river.InsertManyParams{Args: Deliver{Lane: lane}}
		if at := t.wake[lane]; at.After(t.now) {
			job.InsertOpts = &river.InsertOpts{ScheduledAt: at}
		}
		jobs = append(jobs, job)
	}
	t.conn.count.Add(1)
	if _, err := t.store.jobs.InsertManyFastTx(ctx, t.handle, jobs); err != nil {
		return fmt.Errorf("insert the wake-up jobs: %w", t.conn.fail(err))
	}
	return nil
}

// newID returns an id for what people do not name: a UUIDv7.
func newID() (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("make an id: %w", err)
	}
	return id.String(), nil
}
