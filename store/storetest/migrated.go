package storetest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Migrated hands out databases that are migrated already. Migrating takes far longer than copying a
// database, so that a process migrates one of each kind only, and every test gets a copy of it.
// It must not be copied after first use.
type Migrated struct {
	// Migrate brings the empty database at a URL to the version that the tests need, and closes it.
	Migrate func(ctx context.Context, url string) error

	postgres, sqlite sync.Once
	template         string // the name of the Postgres database that is copied
	file             []byte // the SQLite file that is copied
	failed           [2]error
}

// templates are the Postgres databases that Main drops at the end.
var templates struct {
	sync.Mutex
	drop []func() error
}

// Postgres is as the function Postgres, with a migrated database.
func (m *Migrated) Postgres(tb testing.TB) string {
	tb.Helper()
	server := server(tb)
	m.postgres.Do(func() {
		// The first test's end must not end the template: others wait for it.
		m.failed[0] = m.makeTemplate(context.WithoutCancel(tb.Context()), server)
	})
	if m.failed[0] != nil {
		tb.Fatal(m.failed[0])
	}
	return fresh(tb, server, m.template)
}

func (m *Migrated) makeTemplate(ctx context.Context, server string) error {
	name := "hirebot_template_" + strings.ToLower(rand.Text())
	database, err := withDatabase(server, name)
	if err != nil {
		return err
	}
	if err := execute(ctx, server, "CREATE DATABASE "+name+" TEMPLATE template0"); err != nil {
		return err
	}
	templates.Lock()
	defer templates.Unlock()
	templates.drop = append(templates.drop, func() error {
		return execute(ctx, server, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
	})
	if err := m.Migrate(ctx, database); err != nil {
		return fmt.Errorf("migrate the database that tests copy: %w", err)
	}
	m.template = name
	return nil
}

// dropTemplates drops what the process's tests have copied.
func dropTemplates() error {
	templates.Lock()
	defer templates.Unlock()
	var failed []error
	for _, drop := range templates.drop {
		failed = append(failed, drop())
	}
	templates.drop = nil
	return errors.Join(failed...)
}

// SQLite returns the URL of a migrated SQLite file in a directory of the test.
func (m *Migrated) SQLite(tb testing.TB) string {
	tb.Helper()
	m.sqlite.Do(func() { m.file, m.failed[1] = m.makeFile(context.WithoutCancel(tb.Context()), tb.TempDir()) })
	if m.failed[1] != nil {
		tb.Fatal(m.failed[1])
	}
	path := filepath.Join(tb.TempDir(), "hirebot.db")
	if err := os.WriteFile(path, m.file, 0o600); err != nil {
		tb.Fatal(err)
	}
	return "sqlite:" + path
}

func (m *Migrated) makeFile(ctx context.Context, dir string) ([]byte, error) {
	path := filepath.Join(dir, "template.db")
	if err := m.Migrate(ctx, "sqlite:"+path); err != nil {
		return nil, fmt.Errorf("migrate the file that tests copy: %w", err)
	}
	// Closed by its last user, the file is whole: nothing is left in the log beside it.
	data, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return nil, fmt.Errorf("read the file that tests copy: %w", err)
	}
	return data, nil
}
