package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hirebot/hirebot/bot"
)

// Copied says what a backup holds.
type Copied struct {
	// Version is that of its tables.
	Version int64
	// Bytes is its size.
	Bytes int64
	// Unsure is how many messages a restore found that were not sent when the backup was made. They
	// may have been sent since, so each is looked for on its platform before it is sent.
	Unsure int64
}

// Backup copies the database into a new file, readable by its owner only, while others work with the
// database. The file is there only once it is whole and was read back. An existing file is never
// overwritten.
func (s *Store) Backup(ctx context.Context, path string) (Copied, error) {
	status, err := s.MigrationStatus(ctx)
	if err != nil {
		return Copied{}, err
	}
	if status.Current == 0 {
		return Copied{}, errors.New("the database is empty: there is nothing to back up")
	}
	if err := absent(path); err != nil {
		return Copied{}, err
	}
	partial := beside(path)
	if err := makePrivate(partial); err != nil {
		return Copied{}, fmt.Errorf("make the backup: %w", err)
	}
	copied, err := s.writeBackup(ctx, partial)
	if err == nil {
		err = publishFile(partial, path)
	}
	if err != nil {
		return Copied{}, errors.Join(err, removeFile(partial))
	}
	return copied, nil
}

func (s *Store) writeBackup(ctx context.Context, partial string) (Copied, error) {
	if err := s.dialect.dump(ctx, partial); err != nil {
		return Copied{}, fmt.Errorf("back up: %w", err)
	}
	version, err := s.dialect.inspect(ctx, partial)
	if err != nil {
		return Copied{}, fmt.Errorf("read the backup back: %w", err)
	}
	file, err := os.Stat(partial)
	if err != nil {
		return Copied{}, fmt.Errorf("read the backup back: %w", err)
	}
	return Copied{Version: version, Bytes: file.Size()}, nil
}

// Restore fills an empty database from a backup of the same kind of database: "postgres://…", or
// "sqlite:path" of a file that is not there. It refuses a database that holds anything, and a backup
// that a newer version made; one of an older version is to be migrated afterwards.
func Restore(ctx context.Context, url, backup string, clock bot.Clock, opts ...Option) (Copied, error) {
	if info, err := os.Stat(backup); err != nil {
		return Copied{}, fmt.Errorf("read the backup: %w", err)
	} else if !info.Mode().IsRegular() {
		return Copied{}, fmt.Errorf("read the backup: %s is no file", backup)
	}
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		return restoreSQLite(ctx, path, backup, clock, opts)
	}
	return restorePostgres(ctx, url, backup, clock, opts)
}

// checkVersion refuses a backup that this version cannot read.
func (s *Store) checkVersion(ctx context.Context, version int64) error {
	status, err := s.MigrationStatus(ctx)
	if err != nil {
		return err
	}
	status.Current, status.JobsCurrent = version, 0
	return status.checkNewer()
}

// settle makes a restored database fit to be worked with, and returns how many messages were not sent
// in it. They may have been since the backup was made: each is treated as one that was on its way when
// a process crashed. Nobody holds a lane of it, whatever stood in the backup.
func (s *Store) settle(ctx context.Context) (unsure int64, err error) {
	unsure, err = s.pool.exec(ctx,
		`UPDATE outbox SET state = 'sending', tried_at = COALESCE(tried_at, created_at), redraw = redraw + 1
		 WHERE state IN ('waiting', 'sending')`)
	if err != nil {
		return 0, fmt.Errorf("mark what was not sent: %w", err)
	}
	if _, err := s.pool.exec(ctx, `UPDATE lanes SET leased_until = 0, holder = ''`); err != nil {
		return 0, fmt.Errorf("free the lanes: %w", err)
	}
	return unsure, nil
}

// absent refuses a path at which there is something already.
func absent(path string) error {
	if path == "" || strings.HasSuffix(path, string(filepath.Separator)) {
		return errors.New("name the file to write, such as /backup/hirebot-2026-12-07")
	}
	switch _, err := os.Lstat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("look at %s: %w", path, err)
	}
	return fmt.Errorf("%s exists already, and is not overwritten: name another file", path)
}

// beside returns the name of a file in the same directory that nobody else uses.
func beside(path string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".partial-"+strings.ToLower(rand.Text()[:8]))
}

// publishFile gives a finished file its name, unless that was taken meanwhile.
func publishFile(partial, path string) error {
	if err := syncFile(partial); err != nil {
		return err
	}
	switch err := os.Link(partial, path); {
	case err == nil:
		return removeFile(partial)
	case errors.Is(err, fs.ErrExist):
		return absent(path)
	}
	// The file system knows no links: the name is only looked at just before it is taken.
	if err := absent(path); err != nil {
		return err
	}
	if err := os.Rename(partial, path); err != nil {
		return fmt.Errorf("name the file: %w", err)
	}
	return nil
}

func syncFile(path string) error {
	file, err := os.OpenFile(filepath.Clean(path), os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("open what was written: %w", err)
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("write it to the disk: %w", err)
	}
	return nil
}

func removeFile(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove %s: %w", path, err)
	}
	return nil
}
