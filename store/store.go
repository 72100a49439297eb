package store

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"

	"github.com/hirebot/hirebot/bot"
)

// usualUnitTime bounds one unit of work, so that no transaction and no connection is held for ever.
const usualUnitTime = 20 * time.Second

// Store is an open database. It is safe for use by several goroutines, and several processes may
// have the same database open.
type Store struct {
	dialect  dialect
	db       *sql.DB
	pool     *conn
	driver   riverdriver.Driver[*sql.Tx]
	jobs     *river.Client[*sql.Tx]
	clock    bot.Clock
	keys     Keys
	defaults map[string]string
	log      *slog.Logger
	trace    func(query string, args []any)
	sent     atomic.Uint64
	snapshot atomic.Pointer[Snapshot]
	release  func()
	// unitTime bounds one unit of work.
	unitTime time.Duration
}

// Option changes how a Store is opened.
type Option func(*Store)

// WithDefault replaces the default of a setting, as the environment does for the time zone. What
// somebody set in the database goes before it.
func WithDefault(setting, value string) Option {
	return func(s *Store) { s.defaults[setting] = value }
}

// PublicURL is the key of the address under which the company reaches the bot, among the defaults of the
// settings. It is no setting: the environment has it.
const PublicURL = "public_url"

// WithLog sets where the job queue and the migrations log to; slog.Default() otherwise.
func WithLog(log *slog.Logger) Option {
	return func(s *Store) { s.log = log }
}

// WithTrace has a function told of each statement before it is sent, to look at what a request costs
// and how the database plans it. The arguments can be confidential.
func WithTrace(trace func(query string, args []any)) Option {
	return func(s *Store) { s.trace = trace }
}

// WithUnitTime sets how long one unit of work may take, instead of 20 seconds: tests on a machine that
// is busy with other things need more.
func WithUnitTime(most time.Duration) Option {
	return func(s *Store) { s.unitTime = most }
}

// Open connects to a database: "postgres://…" or "sqlite:path". It makes no tables (see Migrate);
// SQLite's file is made where there is none, readable by its owner only. The clock gives each unit
// of work its instant; the keys seal confidential values.
func Open(ctx context.Context, url string, clock bot.Clock, keys Keys, opts ...Option) (*Store, error) {
	s := &Store{clock: clock, keys: keys, defaults: map[string]string{}, log: slog.Default(), release: func() {}, unitTime: usualUnitTime}
	for _, o := range opts {
		o(s)
	}
	if err := s.connect(ctx, url); err != nil {
		return nil, err
	}
	s.pool = &conn{on: s.db, count: &s.sent, trace: s.trace, shared: true}
	var err error
	if s.jobs, err = river.NewClient(s.driver, &river.Config{Logger: s.log}); err != nil {
		return nil, fmt.Errorf("make the job client: %w", joinClose(err, s))
	}
	if err := s.Ping(ctx); err != nil {
		return nil, fmt.Errorf("open the database: %w", joinClose(err, s))
	}
	return s, nil
}

// Close ends all connections.
func (s *Store) Close() error {
	err := s.db.Close()
	s.release()
	if err != nil {
		return fmt.Errorf("close the database: %w", err)
	}
	return nil
}

// Ping asks the database for a sign of life.
func (s *Store) Ping(ctx context.Context) error {
	var one int64
	return s.pool.row(ctx, []any{&one}, `SELECT 1`)
}

// Statements returns how many statements were sent since Open, BEGIN and COMMIT included: each is a
// round trip. What the job queue does to insert jobs counts as one.
func (s *Store) Statements() uint64 { return s.sent.Load() }

// Driver returns the job queue's driver, for the client that works the jobs.
func (s *Store) Driver() riverdriver.Driver[*sql.Tx] { return s.driver }

// DB returns the handle of the database. It is for the job queue; everything else has methods here.
func (s *Store) DB() *sql.DB { return s.db }

// Sealing tells whether confidential values are sealed with a key.
func (s *Store) Sealing() bool { return s.keys.Sealing() }

// now returns the present moment, as exactly as the database keeps it.
func (s *Store) now() time.Time { return exact(s.clock()) }

func exact(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
