package store_test

import (
	"database/sql"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/riverqueue/river/rivermigrate"

	"github.com/hirebot/hirebot/store"
)

func TestOpenExplainsAWrongURL(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"":                                    "postgres://",
		"hirebot.db":                          "sqlite:path",
		"mysql://root:hunter2@db/hirebot":     `begins with "mysql"`,
		"sqlite:":                             "sqlite:path",
		"sqlite://hirebot.db":                 "sqlite:path",
		"sqlite::memory:":                     "sqlite:path",
		"postgres://me:hunter2@:::/":          "read the database URL",
		"sqlite:" + t.TempDir() + "/no/such":  "there is no directory",
		"postgres://me:hunter2@127.0.0.1:1/x": "does not answer",
	} {
		s, err := store.Open(t.Context(), address, newClock().now, store.Keys{})
		if err == nil {
			t.Errorf("%q: opened", address)
			must(t, s.Close())
			continue
		}
		if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestOpenMakesNoTables(t *testing.T) {
	t.Parallel()
	onBothEmpty(t, func(t *testing.T, w *world) {
		tables := `SELECT count(*) FROM sqlite_master`
		if w.postgres {
			tables = `SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'`
		}
		must(t, w.Ping(t.Context()))
		if err := w.CheckSchema(t.Context()); !errors.Is(err, store.ErrNotMigrated) || !strings.Contains(err.Error(), "migrate up") {
			t.Errorf("an empty database: %v", err)
		}
		status, err := w.MigrationStatus(t.Context())
		must(t, err)
		if status.Current != 0 || status.Done() || len(status.Pending) == 0 {
			t.Errorf("an empty database: %+v", status)
		}
		if n := w.count(t, tables); n != 0 {
			t.Errorf("%d tables were made", n)
		}
		if err := w.Read(t.Context(), func(*store.Tx) error { return nil }); err == nil {
			t.Error("read from a database without tables")
		}
	})
}

func TestSQLiteFilesArePrivate(t *testing.T) {
	t.Parallel()
	directory := filepath.Join(t.TempDir(), "odd ?#%41 name")
	must(t, os.Mkdir(directory, 0o700))
	w := &world{url: "sqlite:" + filepath.Join(directory, "hire bot?.db"), clock: newClock()}
	s := open(t, w)
	must(t, s.Migrate(t.Context()))
	entries, err := os.ReadDir(directory)
	must(t, err)
	found := false
	for _, e := range entries {
		info, err := e.Info()
		must(t, err)
		found = found || e.Name() == "hire bot?.db"
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has the mode %v", e.Name(), info.Mode())
		}
	}
	if !found {
		t.Errorf("the file has another name: %v", entries)
	}
}

func TestMigrateTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		must(t, w.Migrate(t.Context()))
		must(t, w.CheckSchema(t.Context()))
		status, err := w.MigrationStatus(t.Context())
		must(t, err)
		if !status.Done() || len(status.Pending) != 0 || status.Current == 0 || status.JobsCurrent == 0 {
			t.Errorf("status %+v", status)
		}
	})
}

func TestSeveralProcessesMigrateAtOnce(t *testing.T) {
	t.Parallel()
	onBothEmpty(t, func(t *testing.T, w *world) {
		others := []*store.Store{w.Store, open(t, w), open(t, w)}
		errs := make([]error, len(others))
		var group sync.WaitGroup
		for i, s := range others {
			group.Go(func() { errs[i] = s.Migrate(t.Context()) })
		}
		group.Wait()
		must(t, errors.Join(errs...))
		if n := w.count(t, `SELECT count(*) FROM goose_db_version WHERE version_id = 1`); n != 1 {
			t.Errorf("the first migration ran %d times", n)
		}
		for _, s := range others {
			must(t, s.CheckSchema(t.Context()))
		}
	})
}

func TestANewerDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]string{
		"tables": `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, TRUE)`,
		"jobs":   `INSERT INTO river_migration (line, version) VALUES ('main', 9999)`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(t *testing.T, w *world) {
				w.exec(t, spoil)
				for _, err := range []error{w.CheckSchema(t.Context()), w.Migrate(t.Context())} {
					if !errors.Is(err, store.ErrNewerDatabase) || !strings.Contains(err.Error(), "9999") {
						t.Errorf("got %v", err)
					}
				}
			})
		})
	}
}

func TestMigrateBacksUpSQLite(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	path := filepath.Join(directory, "hirebot.db")
	w := &world{url: "sqlite:" + path, clock: newClock()}
	w.Store = open(t, w)
	must(t, w.Migrate(t.Context()))
	backups := func() []string {
		found, err := filepath.Glob(path + ".before-*")
		must(t, err)
		return found
	}
	if found := backups(); len(found) != 0 {
		t.Fatalf("an empty database was backed up: %v", found)
	}
	w.home(t)
	// As a program would find it that knows one migration of the job tables more.
	migrator, err := rivermigrate.New(w.Driver(), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	must(t, err)
	_, err = migrator.Migrate(t.Context(), rivermigrate.DirectionDown, &rivermigrate.MigrateOpts{MaxSteps: 1})
	must(t, err)
	if err := w.CheckSchema(t.Context()); !errors.Is(err, store.ErrNotMigrated) {
		t.Errorf("job tables that are behind: %v", err)
	}
	must(t, w.Migrate(t.Context()))
	must(t, w.CheckSchema(t.Context()))
	found := backups()
	if len(found) != 1 {
		t.Fatalf("backups: %v", found)
	}
	copied, err := sql.Open("sqlite", found[0])
	must(t, err)
	defer func() { must(t, copied.Close()) }()
	var n int
	must(t, copied.QueryRowContext(t.Context(), `SELECT count(*) FROM workspaces`).Scan(&n))
	if n != 2 {
		t.Errorf("the backup has %d workspaces", n)
	}
	info, err := os.Stat(found[0])
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the backup has the mode %v", info.Mode())
	}
}
