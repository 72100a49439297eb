package storetest_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/hirebot/hirebot/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

func connect(t *testing.T, database string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return conn
}

func TestEachCallGivesAnEmptyDatabase(t *testing.T) {
	t.Parallel()
	first, second := connect(t, storetest.Postgres(t)), connect(t, storetest.Postgres(t))
	if _, err := first.Exec(t.Context(), "CREATE TABLE band (id TEXT PRIMARY KEY)"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		conn *pgx.Conn
		want int
	}{{"the database that was written", first, 1}, {"the other database", second, 0}} {
		var tables int
		err := c.conn.QueryRow(t.Context(),
			"SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'").Scan(&tables)
		if err != nil {
			t.Fatal(err)
		}
		if tables != c.want {
			t.Errorf("%s has %d tables, want %d", c.name, tables, c.want)
		}
	}
}

func TestDatabasesStoreUTF8(t *testing.T) {
	t.Parallel()
	var encoding string
	if err := connect(t, storetest.Postgres(t)).QueryRow(t.Context(), "SHOW server_encoding").Scan(&encoding); err != nil {
		t.Fatal(err)
	}
	if encoding != "UTF8" {
		t.Errorf("encoding is %s, want UTF8", encoding)
	}
}

func TestTheDatabaseIsDroppedEvenWithAConnectionLeftOpen(t *testing.T) {
	t.Parallel()
	var database string
	t.Run("a test", func(t *testing.T) {
		database = storetest.Postgres(t)
		left, err := pgx.Connect(t.Context(), database)
		if err != nil {
			t.Fatal(err)
		}
		if err := left.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	if database == "" {
		t.SkipNow() // The subtest was skipped for want of Postgres, and said so.
	}
	conn, err := pgx.Connect(t.Context(), database)
	if err == nil {
		t.Fatal(errors.Join(errors.New("the database is still there"), conn.Close(t.Context())))
	}
	// 3D000 is invalid_catalog_name: no such database.
	if refused, ok := errors.AsType[*pgconn.PgError](err); !ok || refused.Code != "3D000" {
		t.Errorf("connecting to the dropped database gives %v, want SQLSTATE 3D000", err)
	}
}

func TestADatabaseOnTheServerThatTheEnvironmentNames(t *testing.T) {
	t.Parallel()
	server := storetest.Postgres(t)
	child := childProcess(t, "TestChildUsesPostgres", "HIREBOT_TEST_POSTGRES="+server, "HIREBOT_TEST_POSTGRES_BIN=/nonexistent")
	out, err := child.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	database := childDatabase(string(out))
	want, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	got, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	if got.Path == want.Path || got.RawQuery != want.RawQuery {
		t.Errorf("the child used %s, want a fresh database on %s", database, server)
	}
}

func TestAServerThatIsNoURLIsRefused(t *testing.T) {
	t.Parallel()
	out, err := childProcess(t, "TestChildUsesPostgres", "HIREBOT_TEST_POSTGRES=host=localhost").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "must be a URL that begins with postgres://") {
		t.Errorf("got %v and\n%s", err, out)
	}
}

func TestWithoutPostgres(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		env    []string
		result string
		fails  bool
	}{
		{"a test is skipped", nil, "--- SKIP: TestChildUsesPostgres", false},
		{"a test fails where Postgres is required", []string{"HIREBOT_TEST_REQUIRE=1"}, "--- FAIL: TestChildUsesPostgres", true},
		{"a test fails in CI", []string{"CI=true"}, "--- FAIL: TestChildUsesPostgres", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			env := append([]string{"HIREBOT_TEST_POSTGRES_BIN=/nonexistent"}, c.env...)
			out, err := childProcess(t, "TestChildUsesPostgres", env...).CombinedOutput()
			if (err != nil) != c.fails || !strings.Contains(string(out), c.result) ||
				!strings.Contains(string(out), "no Postgres server is installed") {
				t.Errorf("got %v and\n%s", err, out)
			}
		})
	}
}

func TestAKilledProcessLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	if os.Getenv("HIREBOT_TEST_POSTGRES") != "" {
		t.Skip("HIREBOT_TEST_POSTGRES names a server, so that no private cluster runs")
	}
	storetest.Postgres(t) // Skips or fails this test where there is no Postgres.
	child := childProcess(t, "TestChildUsesPostgres", "HIREBOT_STORETEST_WAIT=1")
	stdin, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var database string
	for lines := bufio.NewScanner(stdout); database == "" && lines.Scan(); {
		database = childDatabase(lines.Text())
	}
	if database == "" {
		t.Fatal("the child gave no database")
	}
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	directory := u.Query().Get("host")
	conn, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}

	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := child.Wait(); err == nil {
		t.Fatal("the killed child ended well")
	}
	if err := stdin.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		t.Fatal(err)
	}

	// The statement lasts until the server goes.
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := conn.Exec(ctx, "SELECT pg_sleep(120)"); err == nil || ctx.Err() != nil {
		t.Fatalf("the server outlived its starter: %v", err)
	}
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		if _, err := os.Stat(directory); errors.Is(err, os.ErrNotExist) {
			return
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			t.Fatalf("%s is still there", directory)
		}
	}
}

// TestChildUsesPostgres is no test of its own: the tests above run it in a process of its own.
func TestChildUsesPostgres(t *testing.T) {
	if os.Getenv("HIREBOT_STORETEST_CHILD") == "" {
		return
	}
	database := storetest.Postgres(t)
	connect(t, database)
	if _, err := os.Stdout.WriteString("database: " + database + "\n"); err != nil {
		t.Fatal(err)
	}
	if os.Getenv("HIREBOT_STORETEST_WAIT") != "" {
		if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
			t.Fatal(err)
		}
	}
}

// childProcess returns a process that runs one test of this package, with none of the environment
// that decides about Postgres but what is given.
func childProcess(t *testing.T, test string, env ...string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), program, "-test.run=^"+test+"$", "-test.v")
	child.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HIREBOT_STORETEST_CHILD=1"}, env...)
	return child
}

// childDatabase returns the URL in what the child printed, or "".
func childDatabase(output string) string {
	_, rest, _ := strings.Cut(output, "database: ")
	database, _, _ := strings.Cut(rest, "\n")
	return database
}
