package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"

	"github.com/hirebot/hirebot/bot"
)

// pgProgram is a client program of Postgres with what it needs to reach the database. The password is
// in its environment only, since other users of a machine see command lines.
type pgProgram struct {
	// target names the database without the password.
	target string
	env    []string
}

// libpqParams are the parameters of a database URL that the programs of Postgres know; ours has some
// for the pool beside them.
var libpqParams = []string{
	"host", "hostaddr", "port", "user", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "sslnegotiation",
	"connect_timeout", "options", "target_session_attrs", "channel_binding", "gssencmode", "krbsrvname", "passfile", "service",
}

// inherited are the variables that a child gets of ours: none that holds a secret of this program.
var inherited = []string{"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT"}

// newPGProgram reads a database URL. Its errors never quote it.
func newPGProgram(address string, environ []string) (pgProgram, error) {
	u, err := url.Parse(address)
	if err != nil {
		return pgProgram{}, errors.New("the database URL cannot be read")
	}
	var p pgProgram
	for _, e := range environ {
		name, _, _ := strings.Cut(e, "=")
		if slices.Contains(inherited, name) || strings.HasPrefix(name, "PG") {
			p.env = append(p.env, e)
		}
	}
	p.env = append(p.env, "PGAPPNAME=hirebot backup")
	query := u.Query()
	password := query.Get("password")
	if set, ok := u.User.Password(); ok {
		password = set
		u.User = url.User(u.User.Username())
	}
	if password != "" {
		p.env = append(p.env, "PGPASSWORD="+password)
	}
	for name := range query {
		if !slices.Contains(libpqParams, name) {
			query.Del(name)
		}
	}
	u.RawQuery = query.Encode()
	p.target = u.String()
	return p, nil
}

// run runs a program and returns what it prints. It says what to do where the program is not there.
func (p pgProgram) run(ctx context.Context, name string, args ...string) ([]byte, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return nil, fmt.Errorf("%s is not installed here. Install the client programs of Postgres (the package postgresql-client), "+
			"of the server's version or a newer one, or run %s where it is, such as in the database's container", name, name)
	}
	//nolint:gosec // G204: the program is one of two that are named in this file, and its arguments are ours.
	command := exec.CommandContext(ctx, path, args...)
	command.Env = p.env
	var out, complaint bytes.Buffer
	command.Stdout, command.Stderr = &out, &complaint
	if err := command.Run(); err != nil {
		return nil, fmt.Errorf("%s failed: %s", name, told(complaint.String(), err))
	}
	return out.Bytes(), nil
}

// told returns what a program complained of, or, where it said nothing, how it ended.
func told(complaint string, err error) string {
	if said := strings.TrimSpace(complaint); said != "" {
		return said
	}
	return err.Error()
}

// dump copies the database into a file of pg_dump's own format, as of one moment. Owner and
// privileges are those of the database that it is restored into.
func (p pgProgram) dump(ctx context.Context, target string) error {
	_, err := p.run(ctx, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--no-password", "--file="+target, "--dbname="+p.target)
	return err
}

// inspect reads a file of pg_dump through, and returns the version of the tables in it.
func (p pgProgram) inspect(ctx context.Context, path string) (int64, error) {
	list, err := p.run(ctx, "pg_restore", "--list", path)
	if err != nil {
		return 0, err
	}
	if !bytes.Contains(list, []byte("TABLE DATA")) || !bytes.Contains(list, []byte("goose_db_version")) {
		return 0, fmt.Errorf("%s is no backup of hirebot", path)
	}
	// Everything is unpacked once, so that a file that was cut off is found here.
	if _, err := p.run(ctx, "pg_restore", "--file="+os.DevNull, path); err != nil {
		return 0, err
	}
	rows, err := p.run(ctx, "pg_restore", "--data-only", "--table=goose_db_version", "--file=-", path)
	if err != nil {
		return 0, err
	}
	version := newestVersion(string(rows))
	if version == 0 {
		return 0, fmt.Errorf("%s is no backup of hirebot: it does not say of which version it is", path)
	}
	return version, nil
}

// newestVersion reads the highest version from the rows of goose_db_version, as COPY has them.
func newestVersion(text string) int64 {
	var (
		columns []string
		newest  int64
	)
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if rest, ok := strings.CutPrefix(line, "COPY "); ok && strings.Contains(rest, "goose_db_version") {
			_, list, _ := strings.Cut(rest, "(")
			list, _, _ = strings.Cut(list, ")")
			columns = strings.Split(list, ", ")
			continue
		}
		if line == `\.` {
			columns = nil
		}
		values := strings.Split(line, "\t")
		at, applied := slices.Index(columns, "version_id"), slices.Index(columns, "is_applied")
		if at < 0 || applied < 0 || len(values) != len(columns) || values[applied] != "t" {
			continue
		}
		if n, err := strconv.ParseInt(values[at], 10, 64); err == nil {
			newest = max(newest, n)
		}
	}
	return newest
}

// restorePostgres fills an empty database from a file of pg_dump, all or nothing, under the lock that
// migrations take.
func restorePostgres(ctx context.Context, address, backup string, clock bot.Clock, opts []Option) (copied Copied, err error) {
	s, err := Open(ctx, address, clock, Keys{}, opts...)
	if err != nil {
		return Copied{}, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	unlock, err := s.dialect.lock(ctx)
	if err != nil {
		return Copied{}, fmt.Errorf("restore: %w", err)
	}
	defer func() { err = errors.Join(err, unlock()) }()
	var tables int
	err = s.pool.row(ctx, []any{&tables}, `SELECT count(*) FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')`)
	if err != nil {
		return Copied{}, fmt.Errorf("look at the database: %w", err)
	}
	if tables > 0 {
		return Copied{}, errNotEmpty("the database")
	}
	if copied.Version, err = s.dialect.inspect(ctx, backup); err != nil {
		return Copied{}, fmt.Errorf("read the backup: %w", err)
	}
	if err := s.checkVersion(ctx, copied.Version); err != nil {
		return Copied{}, err
	}
	program, err := newPGProgram(address, os.Environ())
	if err != nil {
		return Copied{}, err
	}
	_, err = program.run(ctx, "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--no-password", "--dbname="+program.target, backup)
	if err != nil {
		return Copied{}, fmt.Errorf("restore: %w", err)
	}
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
