package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/hirebot/hirebot/migrations"
)

// ErrNewerDatabase is returned for a database that a newer version has migrated.
var ErrNewerDatabase = errors.New("the database was made by a newer version of hirebot")

// ErrNotMigrated is returned for a database that lacks tables which this version needs.
var ErrNotMigrated = errors.New("the database is not migrated")

// MigrationStatus says how far a database is migrated, and how far this version would take it.
type MigrationStatus struct {
	// Current and Target are versions of our own tables; Current is 0 for an empty database.
	Current, Target int64
	// JobsCurrent and JobsTarget are versions of the job queue's tables.
	JobsCurrent, JobsTarget int64
	// Pending are the names of our migrations that would run.
	Pending []string
}

// Done tells whether there is nothing left to migrate.
func (m MigrationStatus) Done() bool { return m.Current == m.Target && m.JobsCurrent == m.JobsTarget }

// Check returns ErrNewerDatabase or ErrNotMigrated, with what to do, unless the database is just as
// this version needs it.
func (m MigrationStatus) Check() error {
	if err := m.checkNewer(); err != nil {
		return err
	}
	if !m.Done() {
		return fmt.Errorf("%w: it is at version %d, and this program needs %d; run: hirebot migrate up", ErrNotMigrated, m.Current, m.Target)
	}
	return nil
}

func (m MigrationStatus) checkNewer() error {
	if m.Current > m.Target {
		return fmt.Errorf("%w: it is at version %d, and this program knows versions up to %d; use the newer program, or a backup from before", ErrNewerDatabase, m.Current, m.Target)
	}
	if m.JobsCurrent > m.JobsTarget {
		return fmt.Errorf("%w: its job tables are at version %d, and this program knows versions up to %d; use the newer program, or a backup from before", ErrNewerDatabase, m.JobsCurrent, m.JobsTarget)
	}
	return nil
}

// MigrationStatus reads how far the database is migrated. It changes nothing.
func (s *Store) MigrationStatus(ctx context.Context) (MigrationStatus, error) {
	provider, migrator, err := s.migrators()
	if err != nil {
		return MigrationStatus{}, err
	}
	var m MigrationStatus
	m.Current, err = s.versionOf(ctx, "goose_db_version", `SELECT COALESCE(max(version_id), 0) FROM goose_db_version WHERE is_applied`)
	if err != nil {
		return MigrationStatus{}, err
	}
	m.JobsCurrent, err = s.versionOf(ctx, "river_migration", `SELECT COALESCE(max(version), 0) FROM river_migration WHERE line = 'main'`)
	if err != nil {
		return MigrationStatus{}, err
	}
	for _, source := range provider.ListSources() {
		m.Target = max(m.Target, source.Version)
		if source.Version > m.Current {
			m.Pending = append(m.Pending, source.Path)
		}
	}
	for _, v := range migrator.AllVersions() {
		m.JobsTarget = max(m.JobsTarget, int64(v.Version))
	}
	return m, nil
}

// CheckSchema returns a telling error unless the database is migrated just as this version needs.
func (s *Store) CheckSchema(ctx context.Context) error {
	status, err := s.MigrationStatus(ctx)
	if err != nil {
		return err
	}
	return status.Check()
}

// Migrate brings the database to the version that this program needs: our tables and the job
// queue's, under one lock, so that of several processes one migrates and the others wait. A SQLite
// file that has tables already is copied first, beside itself. It returns ErrNewerDatabase, and
// changes nothing, for a database that a newer version has migrated.
func (s *Store) Migrate(ctx context.Context) (err error) {
	unlock, err := s.dialect.lock(ctx)
	if err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	defer func() {
		if unlocking := unlock(); unlocking != nil && err == nil {
			err = fmt.Errorf("free the start-up lock: %w", unlocking)
		}
	}()
	status, err := s.MigrationStatus(ctx)
	if err != nil {
		return err
	}
	if err := status.checkNewer(); err != nil || status.Done() {
		return err
	}
	if status.Current > 0 || status.JobsCurrent > 0 {
		target, err := s.dialect.backup(ctx, status.Current, s.now())
		if err != nil {
			return fmt.Errorf("back up before migrating: %w", err)
		}
		if target != "" {
			s.log.InfoContext(ctx, "backed up before migrating", "file", target)
		}
	}
	provider, migrator, err := s.migrators()
	if err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate the job tables: %w", err)
	}
	return nil
}

// migrators returns what migrates our tables, and what migrates the job queue's. Neither takes a
// lock: Migrate holds one around both.
func (s *Store) migrators() (*goose.Provider, *rivermigrate.Migrator[*sql.Tx], error) {
	provider, err := goose.NewProvider(s.dialect.goose, s.db, migrations.Files, goose.WithDisableGlobalRegistry(true), goose.WithSlog(s.log))
	if err != nil {
		return nil, nil, fmt.Errorf("read the migrations: %w", err)
	}
	migrator, err := rivermigrate.New(s.driver, &rivermigrate.Config{Logger: s.log})
	if err != nil {
		return nil, nil, fmt.Errorf("read the job queue's migrations: %w", err)
	}
	return provider, migrator, nil
}

// versionOf reads a version from a table, 0 where there is no such table.
func (s *Store) versionOf(ctx context.Context, table, query string) (int64, error) {
	var exists bool
	if err := s.pool.row(ctx, []any{&exists}, s.dialect.tableExists, table); err != nil {
		return 0, fmt.Errorf("look for the table %s: %w", table, err)
	}
	if !exists {
		return 0, nil
	}
	var version int64
	if err := s.pool.row(ctx, []any{&version}, query); err != nil {
		return 0, fmt.Errorf("read the version in %s: %w", table, err)
	}
	return version, nil
}
