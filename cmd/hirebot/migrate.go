package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/hirebot/hirebot/store"
)

// migrateCmd is `hirebot migrate`.
type migrateCmd struct {
	Status migrateStatusCmd `cmd:"" help:"Say at which version the database is; exits with 1 if it is not this program's."`
	Up     migrateUpCmd     `cmd:"" help:"Bring the database to the version of this program."`
}

type migrateStatusCmd struct{}

// Run prints how far the database is migrated.
func (migrateStatusCmd) Run(ctx context.Context, m *Main) error {
	return m.withStore(ctx, existing, func(st *store.Store) error {
		status, err := st.MigrationStatus(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(m.Stdout, "The database is at version %d of %d, its job tables at %d of %d.\n", status.Current, status.Target, status.JobsCurrent, status.JobsTarget)
		for _, p := range status.Pending {
			fmt.Fprintln(m.Stdout, "  to come: "+p)
		}
		if err := status.Check(); err != nil {
			return failf("%v", err)
		}
		return nil
	})
}

type migrateUpCmd struct{}

// Run migrates the database.
func (migrateUpCmd) Run(ctx context.Context, m *Main) error {
	return m.withStore(ctx, creating, func(st *store.Store) error {
		if err := st.Migrate(ctx); err != nil {
			if errors.Is(err, store.ErrNewerDatabase) {
				return failf("%v", err)
			}
			return err
		}
		status, err := st.MigrationStatus(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(m.Stdout, "The database is at version %d.\n", status.Current)
		return nil
	})
}
