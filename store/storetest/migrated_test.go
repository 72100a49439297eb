package storetest_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	_ "modernc.org/sqlite" // registers the driver "sqlite"

	"github.com/hirebot/hirebot/store/storetest"
)

// migrate makes a table in an empty database of either kind.
func migrate(ctx context.Context, url string) error {
	if file, ok := strings.CutPrefix(url, "sqlite:"); ok {
		db, err := sql.Open("sqlite", file)
		if err != nil {
			return err
		}
		_, err = db.ExecContext(ctx, "CREATE TABLE band (id TEXT PRIMARY KEY)")
		return errors.Join(err, db.Close())
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "CREATE TABLE band (id TEXT PRIMARY KEY)")
	return errors.Join(err, conn.Close(ctx))
}

func TestCopiesAreMigratedOnceAndShareNothing(t *testing.T) {
	t.Parallel()
	var runs atomic.Int64
	copies := storetest.Migrated{Migrate: func(ctx context.Context, url string) error {
		runs.Add(1)
		return migrate(ctx, url)
	}}
	t.Run("postgres", func(t *testing.T) {
		for range 2 {
			// A second row of the same key would be refused.
			if _, err := connect(t, copies.Postgres(t)).Exec(t.Context(), "INSERT INTO band (id) VALUES ('senior')"); err != nil {
				t.Error(err)
			}
		}
		if n := runs.Swap(0); n != 1 {
			t.Errorf("migrated %d times", n)
		}
	})
	t.Run("sqlite", func(t *testing.T) {
		for range 2 {
			db, err := sql.Open("sqlite", strings.TrimPrefix(copies.SQLite(t), "sqlite:"))
			if err != nil {
				t.Fatal(err)
			}
			_, err = db.ExecContext(t.Context(), "INSERT INTO band (id) VALUES ('senior')")
			if err := errors.Join(err, db.Close()); err != nil {
				t.Error(err)
			}
		}
		if n := runs.Load(); n != 1 {
			t.Errorf("migrated %d times", n)
		}
	})
}
