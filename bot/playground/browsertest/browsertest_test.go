package browsertest_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hirebot/hirebot/bot/playground/browsertest"
)

func TestTheBrowserStarts(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), browsertest.Path(t), "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(out), "Chrom") {
		t.Errorf("the browser calls itself %q, want some Chromium or Chrome", out)
	}
}

func TestAxeIsTheScript(t *testing.T) {
	t.Parallel()
	if source := browsertest.AxeSource(t); !bytes.Contains(source, []byte("axe.run")) {
		t.Errorf("%d bytes that are not axe", len(source))
	}
}

func TestWhatIsMissing(t *testing.T) {
	t.Parallel()
	// Ubuntu's stub in the place of Chromium prints an explanation and fails.
	stub := filepath.Join(t.TempDir(), "chromium")
	if err := os.WriteFile(stub, []byte("#!/bin/sh\necho 'install the snap'\nexit 1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, test, dir, says string
		env                   []string
	}{
		{"no browser", "TestChildUsesPath", "", "no browser is installed", []string{"PATH=/nonexistent"}},
		{"a stub that only explains", "TestChildUsesPath", "", "no browser is installed", []string{"PATH=" + filepath.Dir(stub)}},
		{"no axe", "TestChildUsesAxe", emptyModule(t), "axe is not installed", nil},
	} {
		for _, rule := range []struct {
			name, env, result string
			fails             bool
		}{
			{"is skipped by itself", "CI=", "--- SKIP: ", false},
			{"fails where required", "HIREBOT_TEST_REQUIRE=1", "--- FAIL: ", true},
			{"fails in CI", "CI=true", "--- FAIL: ", true},
		} {
			t.Run(c.name+" "+rule.name, func(t *testing.T) {
				t.Parallel()
				child := childProcess(t, c.test, append([]string{rule.env}, c.env...)...)
				child.Dir = c.dir
				out, err := child.CombinedOutput()
				if (err != nil) != rule.fails || !strings.Contains(string(out), rule.result+c.test) || !strings.Contains(string(out), c.says) {
					t.Errorf("got %v and\n%s", err, out)
				}
			})
		}
	}
}

func TestANamedBrowserMustWork(t *testing.T) {
	t.Parallel()
	out, err := childProcess(t, "TestChildUsesPath", "HIREBOT_TEST_BROWSER=/nonexistent").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "HIREBOT_TEST_BROWSER: find the browser") {
		t.Errorf("got %v and\n%s", err, out)
	}
}

// childProcess returns a process that runs one test of this package in the environment given.
func childProcess(t *testing.T, test string, env ...string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), program, "-test.run=^"+test+"$", "-test.v")
	child.Env = append([]string{"HIREBOT_BROWSERTEST_CHILD=1"}, env...)
	return child
}

// emptyModule returns a directory with a go.mod and nothing else.
func emptyModule(t *testing.T) string {
	t.Helper()
	directory := t.TempDir()
	if err := os.WriteFile(filepath.Join(directory, "go.mod"), []byte("module example.org/empty\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return directory
}

// The TestChild functions are no tests of their own: the tests above run them in processes
// of their own.

func TestChildUsesPath(t *testing.T) {
	if os.Getenv("HIREBOT_BROWSERTEST_CHILD") != "" {
		browsertest.Path(t)
	}
}

func TestChildUsesAxe(t *testing.T) {
	if os.Getenv("HIREBOT_BROWSERTEST_CHILD") != "" {
		browsertest.AxeSource(t)
	}
}
