package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/hirebot/hirebot/store"
)

// backupCmd is `hirebot backup`.
type backupCmd struct {
	Path string `arg:"" help:"The file to write. It must not exist yet."`
}

// Run copies the database into a file.
func (c backupCmd) Run(ctx context.Context, m *Main) error {
	return m.withStore(ctx, existing, func(st *store.Store) error {
		copied, err := st.Backup(ctx, c.Path)
		if err != nil {
			return failf("%v", err)
		}
		fmt.Fprintf(m.Stdout, "%s holds the database at version %d, %d bytes. It was read back and is whole.\n", c.Path, copied.Version, copied.Bytes)
		if st.Sealing() {
			fmt.Fprintf(m.Stdout, "Keep %sENCRYPTION_KEY apart from it: without that key nothing sealed in it can be read.\n", envPrefix)
		} else {
			fmt.Fprintln(m.Stdout, "What it holds is not encrypted: keep it where only those may read it who may read everything.")
		}
		return nil
	})
}

// restoreCmd is `hirebot restore`.
type restoreCmd struct {
	Path string `arg:"" help:"The file that hirebot backup wrote."`
}

// Run fills the configured database, which must be empty, from a file.
func (c restoreCmd) Run(ctx context.Context, m *Main) error {
	if path, ok := m.cfg.sqlitePath(); ok {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return failf("make the directory of the database: %v: choose another one with %sDATA_DIR", err, envPrefix)
		}
	}
	copied, err := store.Restore(ctx, m.cfg.database(), c.Path, m.Clock, store.WithLog(m.quietLog()))
	if err != nil {
		return failf("%v", err)
	}
	fmt.Fprintf(m.Stdout, "The database is restored, at version %d.\n", copied.Version)
	if copied.Unsure > 0 {
		fmt.Fprintf(m.Stdout, "%s had not been sent when the backup was made. Each is looked for in its conversation before it is sent.\n", count(int(copied.Unsure), "message"))
	}
	fmt.Fprintln(m.Stdout, "Check it with: hirebot doctor --audit")
	return nil
}
