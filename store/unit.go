package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/hirebot/hirebot/bot"
)

var _ bot.Unit[*Tx] = (*Store)(nil)

// attempts is how often a unit of work is tried that collides with another.
const attempts = 5

// keepTime bounds the recording of a refusal, which goes on when the request has ended.
const keepTime = 5 * time.Second

// EventLife is how long a delivery's id and answer are kept. Platforms repeat for minutes.
const EventLife = 14 * 24 * time.Hour

// Do runs one event as a unit: event id, actor, effect, audit rows, outbox rows and wake-up jobs are
// one commit. An error of fn rolls all of it back; a refusal (a bot.Coded error that is neither
// internal nor unavailable) is then kept for a second delivery, and one that says not allowed or
// not found is audited. A response that opens a form commits (its draft), yet keeps no event id;
// one with field errors leaves nothing at all. fn may be called again when its work collided with
// that of somebody else.
//
// With reads, fn reads straight from the pool; what it audits is written before the answer is
// given, and its audit rows are unique by event, subject and fact.
func (s *Store) Do(ctx context.Context, ev bot.Event, reads bool, fn func(context.Context, *Tx, bot.Actor) (bot.Response, error)) (bot.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, s.unitTime)
	defer cancel()
	defer s.noteUse(ctx, ev)
	if reads {
		return s.look(ctx, ev, fn)
	}
	var resp bot.Response
	err := again(ctx, func(last bool) (err error) {
		resp, err = s.act(ctx, ev, fn, last)
		return err
	})
	return resp, err
}

// again does work until it collides with nobody else's, a few times at most. The work is told when
// it is not done again.
func again(ctx context.Context, work func(last bool) error) error {
	var err error
	for i := range attempts {
		if err = work(i == attempts-1); err == nil || !collided(err) || ctx.Err() != nil {
			return err
		}
	}
	return err
}

// act does the work of an event in a transaction. Unless it is the last attempt, a collision is no
// refusal.
func (s *Store) act(ctx context.Context, ev bot.Event, fn func(context.Context, *Tx, bot.Actor) (bot.Response, error), last bool) (bot.Response, error) {
	tx, err := s.begin(ctx)
	if err != nil {
		return bot.Response{}, err
	}
	defer tx.rollback() // also when fn panics; nothing after a commit
	tx.event = ev
	generation, first, err := tx.arrive(ctx, ev)
	if err != nil {
		return bot.Response{}, err
	}
	if !first {
		return tx.firstAnswer(ctx, ev)
	}
	if tx.snapshot, err = s.current(ctx, tx.conn, generation, tx.now); err != nil {
		return bot.Response{}, err
	}
	tx.before, tx.actor = tx.snapshot, tx.snapshot.Actor(ev.From)
	resp, err := fn(ctx, tx, tx.actor)
	if err != nil {
		tx.rollback()
		if collided(err) && !last {
			return bot.Response{}, err
		}
		return s.refuse(ctx, tx, err)
	}
	if len(resp.Errors) > 0 {
		return resp, nil
	}
	if err := tx.conclude(ctx, ev, resp); err != nil {
		return bot.Response{}, err
	}
	if err := tx.commit(ctx); err != nil {
		return bot.Response{}, err
	}
	return resp, nil
}

// look does the work of an event that changes nothing.
func (s *Store) look(ctx context.Context, ev bot.Event, fn func(context.Context, *Tx, bot.Actor) (bot.Response, error)) (bot.Response, error) {
	tx, err := s.reading(ctx)
	if err != nil {
		return bot.Response{}, err
	}
	tx.event = ev
	tx.actor = tx.snapshot.Actor(ev.From)
	resp, err := fn(ctx, tx, tx.actor)
	if err != nil {
		return s.refuse(ctx, tx, err)
	}
	if err := tx.flushAudit(ctx); err != nil {
		return bot.Response{}, err
	}
	return resp, nil
}

// InTx runs fn in a transaction as the bot itself, for what no event caused. fn may be called again
// when its work collided with that of somebody else.
func (s *Store) InTx(ctx context.Context, fn func(*Tx) error) error {
	return s.inTx(ctx, systemActor, fn)
}

// InTxAs is InTx as a person. It returns a NotFound error for a person that does not exist.
func (s *Store) InTxAs(ctx context.Context, person string, fn func(*Tx) error) error {
	return s.inTx(ctx, func(snapshot *Snapshot) (bot.Actor, error) { return snapshot.actorFor(person) }, fn)
}

func (s *Store) inTx(ctx context.Context, who func(*Snapshot) (bot.Actor, error), fn func(*Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, s.unitTime)
	defer cancel()
	return again(ctx, func(bool) error {
		tx, err := s.begin(ctx)
		if err != nil {
			return err
		}
		defer tx.rollback()
		generation, err := tx.generation(ctx)
		if err != nil {
			return err
		}
		if tx.snapshot, err = s.current(ctx, tx.conn, generation, tx.now); err != nil {
			return err
		}
		tx.before = tx.snapshot
		if tx.actor, err = who(tx.snapshot); err != nil {
			return err
		}
		if err := fn(tx); err != nil {
			return err
		}
		return tx.commit(ctx)
	})
}

// Read runs fn as the bot itself, straight on the pool. What fn audits is written before Read
// returns, and an error of that is Read's error.
func (s *Store) Read(ctx context.Context, fn func(*Tx) error) error {
	return s.readAs(ctx, systemActor, fn)
}

// ReadAs is Read as a person. It returns a NotFound error for a person that does not exist.
func (s *Store) ReadAs(ctx context.Context, person string, fn func(*Tx) error) error {
	return s.readAs(ctx, func(snapshot *Snapshot) (bot.Actor, error) { return snapshot.actorFor(person) }, fn)
}

func (s *Store) readAs(ctx context.Context, who func(*Snapshot) (bot.Actor, error), fn func(*Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, s.unitTime)
	defer cancel()
	tx, err := s.reading(ctx)
	if err != nil {
		return err
	}
	if tx.actor, err = who(tx.snapshot); err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		return err
	}
	return tx.flushAudit(ctx)
}

// begin opens a transaction.
func (s *Store) begin(ctx context.Context) (*Tx, error) {
	s.sent.Add(1)
	handle, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("begin: %w", translate(err))
	}
	return &Tx{store: s, handle: handle, conn: &conn{on: handle, count: &s.sent, trace: s.trace}, now: s.now()}, nil
}

// reading returns a Tx that reads straight from the pool.
func (s *Store) reading(ctx context.Context) (*Tx, error) {
	tx := &Tx{store: s, conn: s.pool, now: s.now()}
	generation, err := tx.generation(ctx)
	if err != nil {
		return nil, err
	}
	if tx.snapshot, err = s.current(ctx, tx.conn, generation, tx.now); err != nil {
		return nil, err
	}
	return tx, nil
}

func (t *Tx) generation(ctx context.Context) (int64, error) {
	var n int64
	if err := t.conn.row(ctx, []any{&n}, `SELECT n FROM generation`); err != nil {
		return 0, fmt.Errorf("read the generation: %w", err)
	}
	return n, nil
}

// arrive reads the generation and, in the same statement, notes the event. It returns false for an
// event that was answered before.
func (t *Tx) arrive(ctx context.Context, ev bot.Event) (generation int64, first bool, err error) {
	if ev.ID == "" {
		generation, err = t.generation(ctx)
		return generation, true, err
	}
	err = t.conn.row(ctx, []any{&generation},
		`INSERT INTO events (workspace, id, at, answer) VALUES ($1, $2, $3, '')
		 ON CONFLICT (workspace, id) DO NOTHING RETURNING (SELECT n FROM generation)`,
		ev.From.Workspace, ev.ID, instant{t.now})
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("note the event: %w", err)
	}
	return generation, true, nil
}

// answer is what is kept of an answer: its view, or the refusal.
type answer struct {
	Show     *bot.View    `json:"show,omitempty"`
	Replace  bool         `json:"replace,omitempty"`
	Audience bot.Audience `json:"audience,omitempty"`
	Code     string       `json:"code,omitempty"`
	Field    string       `json:"field,omitempty"`
	Message  string       `json:"message,omitempty"`
	Choices  []bot.Choice `json:"choices,omitempty"`
}

func eventRecord(ev bot.Event) string { return "event/" + ev.From.Workspace + "/" + ev.ID }

func (s *Store) sealAnswer(ev bot.Event, a answer) (string, error) {
	return s.keys.sealJSON(eventRecord(ev), a)
}

// firstAnswer returns what an event was answered when it first arrived.
func (t *Tx) firstAnswer(ctx context.Context, ev bot.Event) (bot.Response, error) {
	return t.store.firstAnswer(ctx, t.conn, ev)
}

func (s *Store) firstAnswer(ctx context.Context, c *conn, ev bot.Event) (bot.Response, error) {
	var sealed string
	err := c.row(ctx, []any{&sealed}, `SELECT answer FROM events WHERE workspace = $1 AND id = $2`, ev.From.Workspace, ev.ID)
	if err != nil {
		return bot.Response{}, fmt.Errorf("read the first answer: %w", err)
	}
	var a answer
	if err := s.keys.openJSON(eventRecord(ev), sealed, &a); err != nil {
		return bot.Response{}, fmt.Errorf("read the first answer: %w", err)
	}
	if a.Code != "" {
		return bot.Response{}, bot.NewProblem(a.Code, a.Field, a.Message).Offering(a.Choices)
	}
	return bot.Response{Show: a.Show, Replace: a.Replace, Audience: a.Audience, Replayed: true}, nil
}

// conclude keeps the answer for a second delivery. A form that opens is no answer: repeated, the
// event opens it again.
func (t *Tx) conclude(ctx context.Context, ev bot.Event, resp bot.Response) error {
	if ev.ID == "" {
		return nil
	}
	if resp.Open != nil {
		_, err := t.conn.exec(ctx, `DELETE FROM events WHERE workspace = $1 AND id = $2`, ev.From.Workspace, ev.ID)
		if err != nil {
			return fmt.Errorf("forget the event: %w", err)
		}
		return nil
	}
	sealed, err := t.store.sealAnswer(ev, answer{Show: resp.Show, Replace: resp.Replace, Audience: resp.Audience})
	if err != nil {
		return err
	}
	_, err = t.conn.exec(ctx, `UPDATE events SET answer = $3 WHERE workspace = $1 AND id = $2`, ev.From.Workspace, ev.ID, sealed)
	if err != nil {
		return fmt.Errorf("keep the answer: %w", err)
	}
	return nil
}

// refuse keeps and audits a refusal, after everything else was rolled back, and returns it. Any
// other error is returned as it is.
func (s *Store) refuse(ctx context.Context, tx *Tx, refusal error) (bot.Response, error) {
	coded, ok := errors.AsType[bot.Coded](refusal)
	if !ok || coded.Code() == bot.CodeInternal || coded.Code() == bot.CodeUnavailable {
		return bot.Response{}, refusal
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepTime)
	defer cancel()
	ev := tx.event
	if tx.handle != nil && ev.ID != "" {
		a := answer{Code: coded.Code(), Field: coded.Field(), Message: coded.Message()}
		if own, ok := errors.AsType[*bot.Problem](refusal); ok {
			a.Choices = own.Choices
		}
		sealed, err := s.sealAnswer(ev, a)
		if err != nil {
			return bot.Response{}, errors.Join(refusal, err)
		}
		kept, err := s.pool.exec(ctx,
			`INSERT INTO events (workspace, id, at, answer) VALUES ($1, $2, $3, $4) ON CONFLICT (workspace, id) DO NOTHING`,
			ev.From.Workspace, ev.ID, instant{tx.now}, sealed)
		if err != nil {
			return bot.Response{}, errors.Join(refusal, fmt.Errorf("keep the refusal: %w", err))
		}
		if kept == 0 {
			// The same delivery came twice at once, and the other was answered first.
			return s.firstAnswer(ctx, s.pool, ev)
		}
	}
	// What is not completed for somebody was asked for by nobody: they only type.
	if ev.Type != bot.Suggest && (coded.Code() == bot.CodeNotAllowed || coded.Code() == bot.CodeNotFound) {
		row := tx.auditRow(AuditEvent{Action: ev.Command, Fact: FactRefused, Detail: map[string]string{"code": coded.Code()}})
		row.once = onceKey(row)
		if err := insertAudit(ctx, s.pool, []auditRow{row}); err != nil {
			return bot.Response{}, errors.Join(refusal, err)
		}
	}
	return bot.Response{}, refusal
}

// rollback ends the transaction without effect. It does nothing after a commit.
func (t *Tx) rollback() {
	if t.done {
		return
	}
	t.done = true
	t.store.sent.Add(1)
	// An error here means that the connection is lost or ctx has ended: the database rolls back by
	// itself then, and what went wrong is told by the error that led here.
	_ = t.handle.Rollback()
}

// commit writes what was put off to the end, and commits.
func (t *Tx) commit(ctx context.Context) error {
	if err := t.flushAudit(ctx); err != nil {
		return err
	}
	if err := t.replanNudges(ctx); err != nil {
		return err
	}
	if err := t.flushHomes(ctx); err != nil {
		return err
	}
	if err := t.flushJobs(ctx); err != nil {
		return err
	}
	if t.conn.failed != nil {
		return fmt.Errorf("commit after a statement that failed: %w", t.conn.failed)
	}
	t.done = true
	t.store.sent.Add(1)
	if err := t.handle.Commit(); err != nil {
		return fmt.Errorf("commit: %w", translate(err))
	}
	if t.changed && !t.stale {
		t.store.publish(t.snapshot)
	}
	return nil
}
