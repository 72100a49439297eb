package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	_ "modernc.org/sqlite" // registers the driver "sqlite"
)

// dialect is all in which the two databases differ.
type dialect struct {
	name  string
	goose goose.Dialect
	// tableExists asks whether there is a table named $1.
	tableExists string
	// lock keeps other processes from migrating until unlock is called.
	lock func(ctx context.Context) (unlock func() error, err error)
	// connect opens a connection outside of the pool, for what lasts as long as the process; nil on a
	// database that is for one process.
	connect func(ctx context.Context) (*pgx.Conn, error)
	// backup copies the database before it is migrated, and returns where to; "" for nowhere.
	backup func(ctx context.Context, version int64, now time.Time) (string, error)
	// dump copies the database into an empty file, while others work with it.
	dump func(ctx context.Context, target string) error
	// inspect reads a copy through, and returns the version of the tables in it.
	inspect func(ctx context.Context, path string) (int64, error)
}

const (
	postgresConnections = 20
	connectTime         = 10 * time.Second
	// lockProbes is how often the start-up lock is tried, once a second.
	lockProbes = 300
)

// connect opens the database that the URL names. Its errors never quote a password.
func (s *Store) connect(ctx context.Context, address string) error {
	scheme, rest, found := strings.Cut(address, ":")
	switch {
	case !found || address == "":
		return errors.New("the database URL must be postgres://… or sqlite:path")
	case scheme == "postgres" || scheme == "postgresql":
		return s.connectPostgres(ctx, address)
	case scheme == "sqlite":
		return s.connectSQLite(rest)
	}
	return fmt.Errorf("the database URL must begin with postgres:// or sqlite: and begins with %q", scheme)
}

func (s *Store) connectPostgres(ctx context.Context, address string) error {
	config, err := pgxpool.ParseConfig(address)
	if err != nil {
		return fmt.Errorf("read the database URL: %w", err)
	}
	if !strings.Contains(address, "pool_max_conns") {
		config.MaxConns = postgresConnections
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = connectTime
	}
	if _, set := config.ConnConfig.RuntimeParams["application_name"]; !set {
		config.ConnConfig.RuntimeParams["application_name"] = "hirebot"
	}
	program, err := newPGProgram(address, os.Environ())
	if err != nil {
		return err
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return fmt.Errorf("connect to Postgres: %w", err)
	}
	s.db = stdlib.OpenDBFromPool(pool)
	s.release = pool.Close
	s.driver = riverdatabasesql.NewWithPgxListener(s.db, pool)
	s.dialect = dialect{
		name:        "postgres",
		goose:       goose.DialectPostgres,
		tableExists: `SELECT to_regclass($1) IS NOT NULL`,
		lock:        s.lockPostgres,
		connect: func(ctx context.Context) (*pgx.Conn, error) {
			return pgx.ConnectConfig(ctx, config.ConnConfig.Copy())
		},
		backup:  func(context.Context, int64, time.Time) (string, error) { return "", nil },
		dump:    program.dump,
		inspect: program.inspect,
	}
	return nil
}

// lockPostgres takes an advisory lock, which ends with its connection: a process that dies leaves
// nothing behind.
func (s *Store) lockPostgres(ctx context.Context) (func() error, error) {
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, lockProbes))
	if err != nil {
		return nil, fmt.Errorf("make the start-up lock: %w", err)
	}
	held, err := s.db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect for the start-up lock: %w", err)
	}
	if err := locker.SessionLock(ctx, held); err != nil {
		return nil, fmt.Errorf("wait for the start-up lock: %w", errors.Join(err, held.Close()))
	}
	return func() error {
		// Also when ctx has ended: the lock must not stay with a pooled connection.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), connectTime)
		defer cancel()
		return errors.Join(locker.SessionUnlock(ctx, held), held.Close())
	}, nil
}

// sqliteDSN returns what opens the file at path. Transactions take the write lock at their beginning:
// one that reads first and writes later could not wait for its turn.
func sqliteDSN(path string, busy time.Duration) string {
	pragmas := url.Values{
		"_txlock": {"immediate"},
		"_pragma": {
			fmt.Sprintf("busy_timeout(%d)", busy.Milliseconds()),
			"journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(1)",
		},
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + pragmas.Encode()
}

const sqliteBusy = 10 * time.Second

func (s *Store) connectSQLite(path string) error {
	if path == "" || strings.HasPrefix(path, "//") || strings.HasPrefix(path, ":") {
		return errors.New("the database URL must be sqlite:path, such as sqlite:hirebot.db or sqlite:/var/lib/hirebot/hirebot.db")
	}
	if err := makePrivate(path); err != nil {
		return fmt.Errorf("open the SQLite file: %w", err)
	}
	db, err := sql.Open("sqlite", sqliteDSN(path, sqliteBusy))
	if err != nil {
		return fmt.Errorf("open the SQLite file: %w", err)
	}
	db.SetMaxOpenConns(1)
	db.SetMaxIdleConns(1)
	s.db = db
	s.driver = riversqlite.New(db)
	s.dialect = dialect{
		name:        "sqlite",
		goose:       goose.DialectSQLite3,
		tableExists: `SELECT count(*) > 0 FROM sqlite_master WHERE type = 'table' AND name = $1`,
		lock:        func(ctx context.Context) (func() error, error) { return lockSQLite(ctx, path) },
		backup: func(ctx context.Context, version int64, now time.Time) (string, error) {
			return s.backupSQLite(ctx, path, version, now)
		},
		dump:    s.dumpSQLite,
		inspect: inspectSQLite,
	}
	return nil
}

// makePrivate makes an empty file that its owner alone can read, if there is none. SQLite gives its
// other files the same permissions.
func makePrivate(path string) error {
	file, err := os.OpenFile(filepath.Clean(path), os.O_CREATE|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no directory %s: make it, or choose another path", filepath.Dir(path))
	}
	if err != nil {
		return err
	}
	return file.Close()
}

// lockSQLite takes the lock of an otherwise empty database beside the file: the operating system
// frees it when the process ends, on every system that SQLite runs on. The lock of the file itself
// cannot be used, for it would keep the migrations out too.
func lockSQLite(ctx context.Context, path string) (func() error, error) {
	beside := path + ".lock"
	if err := makePrivate(beside); err != nil {
		return nil, fmt.Errorf("make the start-up lock: %w", err)
	}
	// No WAL here: with it, an exclusive transaction would let others in.
	dsn := "file:" + (&url.URL{Path: beside}).EscapedPath() + "?" + url.Values{
		"_txlock": {"exclusive"},
		"_pragma": {fmt.Sprintf("busy_timeout(%d)", (lockProbes * time.Second).Milliseconds())},
	}.Encode()
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("open the start-up lock: %w", err)
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("wait for the start-up lock: %w", errors.Join(err, db.Close()))
	}
	return func() error {
		err := tx.Rollback()
		if errors.Is(err, sql.ErrTxDone) {
			err = nil // ctx ended, and the lock with it
		}
		return errors.Join(err, db.Close())
	}, nil
}

func (s *Store) backupSQLite(ctx context.Context, path string, version int64, now time.Time) (string, error) {
	target := fmt.Sprintf("%s.before-%d-%s", path, version, now.UTC().Format("20060102T150405.000000Z"))
	// VACUUM INTO takes an existing file only if it is empty; made first, it is private from the start.
	if err := makePrivate(target); err != nil {
		return "", fmt.Errorf("make the backup file: %w", err)
	}
	if _, err := s.pool.exec(ctx, `VACUUM INTO $1`, target); err != nil {
		return "", fmt.Errorf("back up to %s: %w", target, err)
	}
	return target, nil
}

func joinClose(err error, s *Store) error { return errors.Join(err, s.Close()) }
