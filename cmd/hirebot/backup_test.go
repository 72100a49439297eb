package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/hirebot/hirebot/store"
)

func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	b := seeded(t, "HIREBOT_ENCRYPTION_KEY="+store.NewKey())
	b.want(exitOK, "ask", "--as", "hiring-manager", "/req new senior java backend x2 bengaluru 35-45L by March why:\"UPI volume doubled\"")
	path := filepath.Join(b.dir, "backup")
	out, _ := b.want(exitOK, "backup", path)
	has(t, out, "read back and is whole", "Keep HIREBOT_ENCRYPTION_KEY apart")
	_, stderr := b.want(exitFailure, "backup", path)
	has(t, stderr, "exists already")
	_, stderr = b.want(exitFailure, "restore", path)
	has(t, stderr, "holds data already", "restore into another database")

	b.env[0] = "HIREBOT_DATABASE_URL=sqlite:" + filepath.Join(b.dir, "new", "restored.db")
	_, stderr = b.want(exitFailure, "restore", filepath.Join(b.dir, "nothing"))
	has(t, stderr, "no such file")
	out, _ = b.want(exitOK, "restore", path)
	has(t, out, "The database is restored, at version", "looked for in its conversation before it is sent")
	out, _ = b.want(exitOK, "ask", "--as", "hiring-manager", "/req show R-2")
	has(t, out, "UPI volume doubled")
	report, _ := b.want(exitOK, "doctor", "--audit")
	has(t, report, "ok    audit", "ok    schema", "ok    sealed values: all ")
	right := b.env[1]
	for _, wrong := range []string{"HIREBOT_ENCRYPTION_KEY=" + store.NewKey(), "HIREBOT_ENCRYPTION_KEY="} {
		b.env[1] = wrong
		report, _ = b.want(exitFailure, "doctor")
		has(t, report, "FAIL  sealed values: ", "cannot be opened: set the key that sealed them")
	}
	b.env[1] = "HIREBOT_ENCRYPTION_KEY=" + store.NewKey() + "," + strings.TrimPrefix(right, "HIREBOT_ENCRYPTION_KEY=")
	report, _ = b.want(exitOK, "doctor")
	has(t, report, "ok    sealed values: all ")
	b.env[1] = right
	_, stderr = b.want(exitUsage, "backup")
	has(t, stderr, "path")
}
