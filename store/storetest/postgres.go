// Package storetest gives tests a Postgres database of their own, empty or migrated.
//
// The first call in a test process starts a private throw-away cluster, which every later call
// shares; each call makes a fresh database in it. Environment:
//
//   - HIREBOT_TEST_POSTGRES: the URL of a server to use in place of a private cluster. Its user must
//     be allowed to create databases.
//   - HIREBOT_TEST_POSTGRES_BIN: the directory of the server's programs (initdb, pg_ctl), to choose
//     among several versions. By default PATH and the usual places are searched.
//   - HIREBOT_TEST_REQUIRE=1 or CI=true: a missing Postgres fails the test. Otherwise it skips it.
package storetest

import (
	"bufio"
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

//go:embed cluster.sh
var clusterScript string

// errNotInstalled means that no Postgres server programs were found.
var errNotInstalled = errors.New("no Postgres server is installed: " +
	"install the package postgresql (scripts/setup.sh does), or set HIREBOT_TEST_POSTGRES to a server's URL")

// Postgres returns the URL of a fresh and empty database, which is dropped when the test ends.
func Postgres(tb testing.TB) string {
	tb.Helper()
	return fresh(tb, server(tb), "template0")
}

// server returns the URL of a database on the server of this process, or skips or fails the test.
func server(tb testing.TB) string {
	tb.Helper()
	url, err := sharedServer()
	if errors.Is(err, errNotInstalled) {
		if required() {
			tb.Fatal(err)
		}
		tb.Skip(err)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return url
}

// fresh makes a copy of a database, which is dropped when the test ends, and returns its URL.
func fresh(tb testing.TB, server, template string) string {
	tb.Helper()
	name := "hirebot_test_" + strings.ToLower(rand.Text())
	database, err := withDatabase(server, name)
	if err != nil {
		tb.Fatal(err)
	}
	if err := execute(tb.Context(), server, "CREATE DATABASE "+name+" TEMPLATE "+template); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		// The test's own context has ended by now. FORCE ends connections that a test left open.
		ctx := context.WithoutCancel(tb.Context())
		if err := execute(ctx, server, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			tb.Error(err)
		}
	})
	return database
}

// Main runs the tests and then drops what they copied and ends the private cluster, if one was
// started, before it returns the exit code. To be called from TestMain: os.Exit(storetest.Main(m)). A process that ends without it,
// or is killed, leaves no cluster behind either, but does not wait for its end.
func Main(m *testing.M) int {
	code := m.Run()
	if err := errors.Join(dropTemplates(), stopCluster()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// required says whether a missing Postgres is a failure.
func required() bool {
	return os.Getenv("HIREBOT_TEST_REQUIRE") == "1" || os.Getenv("CI") == "true"
}

// sharedServer returns the URL of a database on the server that this process uses, which it finds or
// starts on the first call.
var sharedServer = sync.OnceValues(func() (string, error) {
	if external := os.Getenv("HIREBOT_TEST_POSTGRES"); external != "" {
		return external, nil
	}
	return startCluster()
})

// withDatabase returns server's URL with another database.
func withDatabase(server, name string) (string, error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", fmt.Errorf("read HIREBOT_TEST_POSTGRES: %w", err)
	}
	if u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return "", fmt.Errorf("HIREBOT_TEST_POSTGRES must be a URL that begins with postgres://, not %s", u.Redacted())
	}
	u.Path = "/" + name
	return u.String(), nil
}

// execute runs one statement on a connection of its own, within 30 seconds.
func execute(ctx context.Context, server, statement string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return fmt.Errorf("connect to the test server: %w", err)
	}
	_, err = conn.Exec(ctx, statement)
	if err != nil {
		err = fmt.Errorf("%s: %w", statement, err)
	}
	return errors.Join(err, conn.Close(ctx))
}

// cluster is the private cluster of this process; script is nil while there is none.
var cluster struct {
	sync.Mutex
	script *exec.Cmd
	stdin  io.Closer
}

// startCluster starts the private cluster and returns the URL of its maintenance database.
func startCluster() (string, error) {
	binaries, err := findBinaries()
	if err != nil {
		return "", err
	}
	// Not os.TempDir(): a socket's path may be no longer than about 100 bytes, and when the tests run
	// as root the server's user must be able to reach it.
	directory, err := os.MkdirTemp("/tmp", "hirebot-postgres-")
	if err != nil {
		return "", fmt.Errorf("make a directory for the test cluster: %w", err)
	}
	attributes, err := runAs(directory)
	if err != nil {
		return "", errors.Join(err, os.RemoveAll(directory))
	}

	script := exec.Command("/bin/sh", "-c", clusterScript, "cluster.sh", binaries, directory)
	script.Dir = directory
	// None of the caller's PG* variables may reach the server.
	script.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
	script.SysProcAttr = attributes
	var complaint strings.Builder
	script.Stderr = &complaint
	stdin, err := script.StdinPipe()
	if err != nil {
		return "", errors.Join(fmt.Errorf("start the test cluster: %w", err), os.RemoveAll(directory))
	}
	stdout, err := script.StdoutPipe()
	if err != nil {
		return "", errors.Join(fmt.Errorf("start the test cluster: %w", err), os.RemoveAll(directory))
	}
	if err := script.Start(); err != nil {
		return "", errors.Join(fmt.Errorf("start the test cluster: %w", err), os.RemoveAll(directory))
	}
	if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "ready\n" {
		return "", fmt.Errorf("start the test cluster with %s: %w\n%s",
			binaries, errors.Join(err, script.Wait()), complaint.String())
	}

	cluster.Lock()
	defer cluster.Unlock()
	cluster.script, cluster.stdin = script, stdin
	query := url.Values{"host": {directory}, "port": {"5432"}, "sslmode": {"disable"}}
	return "postgres://hirebot@/postgres?" + query.Encode(), nil
}

// stopCluster ends the private cluster, if there is one, and waits until it has gone.
func stopCluster() error {
	cluster.Lock()
	defer cluster.Unlock()
	if cluster.script == nil {
		return nil
	}
	err := errors.Join(cluster.stdin.Close(), cluster.script.Wait())
	cluster.script = nil
	if err != nil {
		return fmt.Errorf("stop the test cluster: %w", err)
	}
	return nil
}

// findBinaries returns the directory of initdb and pg_ctl, the newest where there are several.
func findBinaries() (string, error) {
	candidates := []string{os.Getenv("HIREBOT_TEST_POSTGRES_BIN")}
	if candidates[0] == "" {
		candidates = nil
		if initdb, err := exec.LookPath("initdb"); err == nil {
			// Distributions link single programs into PATH; the others lie beside the real one.
			if target, err := filepath.EvalSymlinks(initdb); err == nil {
				candidates = append(candidates, filepath.Dir(target))
			}
		}
		for _, pattern := range []string{
			"/usr/lib/postgresql/*/bin",         // Debian, Ubuntu
			"/usr/pgsql-*/bin",                  // the PostgreSQL project's own packages for Red Hat
			"/opt/homebrew/opt/postgresql*/bin", // Homebrew
		} {
			found, err := filepath.Glob(pattern)
			if err != nil {
				return "", fmt.Errorf("look for Postgres in %s: %w", pattern, err)
			}
			sort.Slice(found, func(i, j int) bool { return version(found[i]) > version(found[j]) })
			candidates = append(candidates, found...)
		}
	}
	for _, directory := range candidates {
		if isProgram(filepath.Join(directory, "initdb")) && isProgram(filepath.Join(directory, "pg_ctl")) {
			return directory, nil
		}
	}
	return "", errNotInstalled
}

// version returns the number in a directory's path, such as 15 for /usr/lib/postgresql/15/bin.
func version(directory string) int {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, directory)
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}

// isProgram says whether path is a file that may be executed.
func isProgram(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// runAs says how the cluster's processes are to run, and gives them the directory. Postgres refuses
// to run as root, so that root starts it as user postgres or, without one, as nobody.
func runAs(directory string) (*syscall.SysProcAttr, error) {
	// A process group of its own: Ctrl-C at the terminal is for the tests alone.
	attributes := &syscall.SysProcAttr{Setpgid: true}
	if os.Geteuid() != 0 {
		return attributes, nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		account, err = user.Lookup("nobody")
	}
	if err != nil {
		return nil, fmt.Errorf("find a user to run Postgres as: %w", err)
	}
	uid, err := strconv.ParseUint(account.Uid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("read the id of user %s: %w", account.Username, err)
	}
	gid, err := strconv.ParseUint(account.Gid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("read the group of user %s: %w", account.Username, err)
	}
	if err := os.Chown(directory, int(uid), int(gid)); err != nil {
		return nil, fmt.Errorf("give the test cluster's directory to %s: %w", account.Username, err)
	}
	attributes.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attributes, nil
}
