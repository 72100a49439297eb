package store

import (
	"slices"
	"strings"
	"testing"
)

func TestProgramsOfPostgresGetNoSecretOnTheirCommandLine(t *testing.T) {
	t.Parallel()
	environ := []string{"PATH=/bin", "HIREBOT_ENCRYPTION_KEY=hush", "HOME=/root", "PGSSLROOTCERT=/ca.pem"}
	//nolint:gosec // G101: these are no credentials of anything.
	for address, want := range map[string]string{
		"postgres://bot:p%40ss@db:5433/hirebot?sslmode=require&pool_max_conns=5": "postgres://bot@db:5433/hirebot?sslmode=require",
		"postgres://bot@/hirebot?host=/run/pg&password=p%40ss":                   "postgres://bot@/hirebot?host=%2Frun%2Fpg",
	} {
		p, err := newPGProgram(address, environ)
		if err != nil || p.target != want {
			t.Errorf("%s gives %s, %v; want %s", address, p.target, err, want)
		}
		if !slices.Contains(p.env, "PGPASSWORD=p@ss") || !slices.Contains(p.env, "PGSSLROOTCERT=/ca.pem") || strings.Contains(strings.Join(p.env, " "), "hush") {
			t.Errorf("the environment of the program is %v", p.env)
		}
	}
	p, err := newPGProgram("postgres://bot@db/hirebot", nil)
	if err != nil || slices.ContainsFunc(p.env, func(e string) bool { return strings.HasPrefix(e, "PGPASSWORD") }) {
		t.Errorf("without a password: %v, %v", p.env, err)
	}
}

func TestAProgramThatIsNotInstalled(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := pgProgram{}.run(t.Context(), "pg_dump")
	if err == nil || !strings.Contains(err.Error(), "postgresql-client") {
		t.Error(err)
	}
}

func TestNewestVersion(t *testing.T) {
	t.Parallel()
	text := "SET x = 1;\nCOPY public.goose_db_version (id, version_id, is_applied, tstamp) FROM stdin;\n1\t0\tt\t2026\n2\t3\tt\t2026\n3\t7\tf\t2026\n\\.\n\n9\t9\tt\t2026\n"
	if got := newestVersion(text); got != 3 {
		t.Errorf("the version is %d, want 3", got)
	}
	if got := newestVersion("nothing"); got != 0 {
		t.Errorf("the version of nothing is %d", got)
	}
}
