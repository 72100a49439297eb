package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"

	"github.com/hirebot/hirebot/bot"
)

// dumpSQLite copies the database into an empty file: as of one moment, whoever writes meanwhile.
func (s *Store) dumpSQLite(ctx context.Context, target string) error {
	_, err := s.pool.exec(ctx, `VACUUM INTO $1`, target)
	return err
}

// inspectSQLite reads a SQLite file through, and returns the version of its tables.
func inspectSQLite(ctx context.Context, path string) (version int64, err error) {
	db, err := openReadOnly(path)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var verdict string
	if err := db.QueryRowContext(ctx, `PRAGMA integrity_check`).Scan(&verdict); err != nil {
		return 0, fmt.Errorf("%s is no whole SQLite database: %w", path, err)
	}
	if verdict != "ok" {
		return 0, fmt.Errorf("%s is damaged: %s", path, verdict)
	}
	var dangling int
	if err := db.QueryRowContext(ctx, `SELECT count(*) FROM pragma_foreign_key_check`).Scan(&dangling); err != nil {
		return 0, fmt.Errorf("check the references in %s: %w", path, err)
	}
	if dangling > 0 {
		return 0, fmt.Errorf("%s is damaged: %d rows refer to rows that are not there", path, dangling)
	}
	err = db.QueryRowContext(ctx, `SELECT COALESCE(max(version_id), 0) FROM goose_db_version WHERE is_applied`).Scan(&version)
	if err != nil || version == 0 {
		return 0, errors.Join(fmt.Errorf("%s is no database of hirebot", path), err)
	}
	return version, nil
}

// openReadOnly opens a SQLite file that is not to be changed.
func openReadOnly(path string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+url.Values{
		"mode": {"ro"}, "_pragma": {fmt.Sprintf("busy_timeout(%d)", sqliteBusy.Milliseconds())},
	}.Encode())
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// restoreSQLite makes the database file from a backup, under the lock that migrations take.
func restoreSQLite(ctx context.Context, path, backup string, clock bot.Clock, opts []Option) (copied Copied, err error) {
	unlock, err := lockSQLite(ctx, path)
	if err != nil {
		return Copied{}, fmt.Errorf("restore: %w", err)
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if err := emptySQLite(ctx, path); err != nil {
		return Copied{}, err
	}
	version, err := inspectSQLite(ctx, backup)
	if err != nil {
		return Copied{}, fmt.Errorf("read the backup: %w", err)
	}
	partial := beside(path)
	if err := makePrivate(partial); err != nil {
		return Copied{}, fmt.Errorf("restore: %w", err)
	}
	copied, err = fillSQLite(ctx, partial, backup, version, clock, opts)
	if err == nil {
		err = errors.Join(removeFile(path), removeFile(path+"-wal"), removeFile(path+"-shm")) // an empty one
	}
	if err == nil {
		err = publishFile(partial, path)
	}
	if err != nil {
		return Copied{}, errors.Join(err, removeFile(partial), removeFile(partial+"-wal"), removeFile(partial+"-shm"))
	}
	return copied, nil
}

// fillSQLite copies a backup into an empty file and settles it.
func fillSQLite(ctx context.Context, partial, backup string, version int64, clock bot.Clock, opts []Option) (copied Copied, err error) {
	from, err := openReadOnly(backup)
	if err != nil {
		return Copied{}, err
	}
	_, err = from.ExecContext(ctx, `VACUUM INTO $1`, partial)
	if err := errors.Join(err, from.Close()); err != nil {
		return Copied{}, fmt.Errorf("copy the backup: %w", err)
	}
	s, err := Open(ctx, "sqlite:"+partial, clock, Keys{}, opts...)
	if err != nil {
		return Copied{}, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.checkVersion(ctx, version); err != nil {
		return Copied{}, err
	}
	copied.Version = version
	if copied.Unsure, err = s.settle(ctx); err != nil {
		return Copied{}, err
	}
	file, err := os.Stat(backup)
	if err != nil {
		return Copied{}, fmt.Errorf("read the backup: %w", err)
	}
	copied.Bytes = file.Size()
	return copied, nil
}

// emptySQLite refuses a file that holds tables.
func emptySQLite(ctx context.Context, path string) (err error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at the database: %w", err)
	}
	if info.Size() == 0 {
		return nil
	}
	db, err := openReadOnly(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var tables int
	if err := db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_master`).Scan(&tables); err != nil {
		return fmt.Errorf("look at the database: %w", err)
	}
	if tables > 0 {
		return errNotEmpty(path)
	}
	return nil
}

// errNotEmpty says that a database is not overwritten.
func errNotEmpty(which string) error {
	return fmt.Errorf("%s holds data already, and is not overwritten. Stop every process and move it away, or restore into another database", which)
}
