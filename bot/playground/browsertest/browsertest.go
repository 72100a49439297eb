// Package browsertest drives the playground in a browser as a person does, by what can be seen there.
// It finds what such tests need: a browser of the Chromium family, and the accessibility checker axe
// that they inject into its pages. Environment:
//
//   - HIREBOT_TEST_BROWSER: the browser's program, which must then work. By default PATH is searched.
//   - HIREBOT_TEST_SHOTS: a directory for pictures of every step. By default only a test that fails
//     keeps them, in a new directory that its log names.
//   - HIREBOT_TEST_REQUIRE=1 or CI=true: what is missing fails the test. Otherwise it skips it.
package browsertest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// usual are the names of browsers of the Chromium family. The first that works is used.
var usual = []string{"chromium", "google-chrome", "google-chrome-stable", "chromium-browser"}

// errNotInstalled means that no browser was found where none was named.
var errNotInstalled = errors.New("no browser is installed: install the package chromium (scripts/setup.sh does), " +
	"or set HIREBOT_TEST_BROWSER to the program of a Chromium or Chrome")

// Path returns the path of a browser that starts.
func Path(tb testing.TB) string {
	tb.Helper()
	path, err := find()
	if errors.Is(err, errNotInstalled) {
		missing(tb, err)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return path
}

// AxeSource returns the source of axe, a script that defines window.axe, from the packages that
// scripts/setup.sh installs under test/browser.
func AxeSource(tb testing.TB) []byte {
	tb.Helper()
	root, err := moduleRoot()
	if err != nil {
		tb.Fatal(err)
	}
	source, err := os.ReadFile(filepath.Join(root, "test", "browser", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		missing(tb, fmt.Errorf("axe is not installed; scripts/setup.sh installs it: %w", err))
	}
	return source
}

// missing ends a test that lacks something: it fails where the browser tests must run, and is
// skipped elsewhere.
func missing(tb testing.TB, err error) {
	tb.Helper()
	if os.Getenv("HIREBOT_TEST_REQUIRE") == "1" || os.Getenv("CI") == "true" {
		tb.Fatal(err)
	}
	tb.Skip(err)
}

// find looks for the browser on the first call and remembers the answer.
var find = sync.OnceValues(func() (string, error) {
	if named := os.Getenv("HIREBOT_TEST_BROWSER"); named != "" {
		path, err := starts(named)
		if err != nil {
			return "", fmt.Errorf("HIREBOT_TEST_BROWSER: %w", err)
		}
		return path, nil
	}
	for _, name := range usual {
		if path, err := starts(name); err == nil {
			return path, nil
		}
	}
	return "", errNotInstalled
})

// starts returns the path of a browser that tells its version. Ubuntu puts a script that only
// explains how to install a snap in the place of Chromium; it does not pass.
func starts(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("find the browser: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if out, err := exec.CommandContext(ctx, path, "--version").CombinedOutput(); err != nil {
		return "", fmt.Errorf("start %s: %w\n%s", path, err, out)
	}
	return path, nil
}

// moduleRoot returns the directory of go.mod: the working directory of a test, its package's
// directory, or the nearest above it.
func moduleRoot() (string, error) {
	directory, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the module's root: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(directory, "go.mod")); err == nil {
			return directory, nil
		}
		parent := filepath.Dir(directory)
		if parent == directory {
			return "", errors.New("find the module's root: there is no go.mod here or above")
		}
		directory = parent
	}
}
