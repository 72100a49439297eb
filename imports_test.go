package hirebot_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const module = "github.com/hirebot/hirebot"

// mayImport says which of our packages each of our packages may import, itself and the packages below
// it always included. A path stands for the packages below it too, unless those have a line of their
// own; so hiring/playbooks counts as hiring. A package without a line is a mistake.
var mayImport = map[string][]string{
	".":              {},
	"hiring":         {},
	"bot":            {},
	"bot/slack":      {"bot"},
	"bot/discord":    {"bot"},
	"bot/playground": {"bot"},
	"drafting":       {"hiring"},
	"letter":         {"hiring"},
	"migrations":     {},
	"store":          {"hiring", "bot", "migrations"},
	"views":          {"store", "bot", "hiring"},
	"commands":       {"views", "store", "bot", "hiring", "drafting", "letter"},
	"scheduler":      {"views", "store", "bot", "hiring", "letter"},
	"cmd": {
		"bot", "bot/slack", "bot/discord", "bot/playground", "commands", "views", "hiring", "drafting",
		"letter", "store", "scheduler", "migrations",
	},

	// For tests only: no other package's code may import them, their tests may.
	"bot/bottest":                {"bot"},
	"bot/playground/browsertest": {},
	"bot/slack/slacktest":        {"bot", "bot/bottest"},
	"store/storetest":            {},
}

// onlyIn says which of our packages may import a package that is not ours. The rest reaches it through
// them, so that it can be exchanged or upgraded in one place.
var onlyIn = map[string][]string{
	"github.com/arran4/golang-ical":     {"views"},
	"database/sql":                      {"migrations", "store", "scheduler", "cmd"},
	"github.com/bwmarrin/discordgo":     {"bot/discord"},
	"github.com/chromedp/chromedp":      {"bot/playground/browsertest"},
	"github.com/jackc/pgx/v5":           {"migrations", "store", "store/storetest", "scheduler", "cmd"},
	"github.com/pressly/goose/v3":       {"migrations", "store"},
	"github.com/riverqueue/river":       {"migrations", "store", "scheduler", "cmd"},
	"github.com/sashabaranov/go-openai": {"drafting"},
	"github.com/slack-go/slack":         {"bot/slack"},
	"modernc.org/sqlite":                {"migrations", "store"},
	"testing":                           {"bot/bottest", "bot/playground/browsertest", "bot/slack/slacktest", "store/storetest"},
}

// pure are the packages that do no input or output, and what they may therefore not import.
var (
	pure   = []string{"hiring"}
	impure = []string{"database/sql", "log", "net", "os", "syscall"}
)

// goPackage is what `go list -json` says about a package.
type goPackage struct {
	ImportPath string
	Module     *struct{ Main bool }
	Imports    []string // of its code; those of its tests are free
}

func TestImportsPointOneWay(t *testing.T) {
	t.Parallel()
	packages := listPackages(t)
	if len(packages) == 0 {
		t.Fatal("go list named no package of ours")
	}
	for _, violation := range violations(packages) {
		t.Error(violation)
	}
}

// listPackages returns our packages among all that this module is built from.
func listPackages(t *testing.T) []goPackage {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-e", "-deps", "-json=ImportPath,Module,Imports", "./...")
	var complaint bytes.Buffer
	list.Stderr = &complaint
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &complaint)
	}
	var ours []goPackage
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return ours
		}
		if err != nil {
			t.Fatalf("read what go list prints: %v", err)
		}
		if p.Module != nil && p.Module.Main {
			ours = append(ours, p)
		}
	}
}

// violations returns a sentence for each import that the rules above forbid. As each direct import
// follows the rules, so do all indirect ones.
func violations(packages []goPackage) []string {
	var found []string
	for _, p := range packages {
		from := owner(p.ImportPath)
		if from == "" {
			found = append(found, fmt.Sprintf("%s has no rule in mayImport: say there what it may import", p.ImportPath))
			continue
		}
		for _, imported := range p.Imports {
			to := owner(imported)
			switch {
			case to == "" && (imported == module || strings.HasPrefix(imported, module+"/")):
				found = append(found, fmt.Sprintf("%s imports %s, which has no rule in mayImport", p.ImportPath, imported))
			case to != "" && to != from && !slices.Contains(mayImport[from], to):
				found = append(found, fmt.Sprintf("%s imports %s; %s may import only %q of ours", p.ImportPath, imported, from, mayImport[from]))
			}
			for outside, allowed := range onlyIn {
				if within(imported, outside) && !slices.Contains(allowed, from) {
					found = append(found, fmt.Sprintf("%s imports %s, which only %q may", p.ImportPath, imported, allowed))
				}
			}
			if slices.Contains(pure, from) && slices.ContainsFunc(impure, func(i string) bool { return within(imported, i) }) {
				found = append(found, fmt.Sprintf("%s imports %s, but %s does no input or output", p.ImportPath, imported, from))
			}
		}
	}
	return found
}

// owner returns the longest path of mayImport that importPath is or lies below, "" if there is none.
func owner(importPath string) string {
	if importPath == module {
		return "."
	}
	relative, ours := strings.CutPrefix(importPath, module+"/")
	if !ours {
		return ""
	}
	longest := ""
	for path := range mayImport {
		if within(relative, path) && len(path) > len(longest) {
			longest = path
		}
	}
	return longest
}

// within says whether path is root or lies below it.
func within(path, root string) bool {
	return path == root || strings.HasPrefix(path, root+"/")
}

func TestViolationsAreFound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, from, imports string
		want                int
	}{
		{"the standard library is free", "views", "strings", 0},
		{"a layer may import the one below", "commands", module + "/store", 0},
		{"a layer may not import the one above", "store", module + "/views", 1},
		{"commands and scheduler do not know each other", "commands", module + "/scheduler", 1},
		{"playbooks count as hiring", "store", module + "/hiring/playbooks", 0},
		{"playbooks may import hiring", "hiring/playbooks", module + "/hiring", 0},
		{"hiring does not know bot", "hiring", module + "/bot", 1},
		{"bot does not know hiring", "bot", module + "/hiring", 1},
		{"a platform does not know hiring", "bot/slack", module + "/hiring", 1},
		{"platforms do not know each other", "bot/slack", module + "/bot/discord", 1},
		{"bot does not know its platforms", "bot", module + "/bot/playground", 1},
		{"the process knows all", "cmd/hirebot", module + "/scheduler", 0},
		{"a helper of tests stays in tests", "cmd/hirebot", module + "/store/storetest", 1},
		{"a new package needs a rule", "util", "strings", 1},
		{"importing a package without a rule", "cmd/hirebot", module + "/util", 1},
		{"a name that only begins alike", "views", module + "/storehouse", 1},
		{"the domain opens no file", "hiring", "os", 1},
		{"the domain calls no service", "hiring/playbooks", "net/http", 1},
		{"an outside package has its one place", "views", "github.com/slack-go/slack", 1},
		{"and is used there", "bot/slack", "github.com/slack-go/slack/slackevents", 0},
		{"code does not import testing", "store", "testing", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := violations([]goPackage{{ImportPath: module + "/" + c.from, Imports: []string{c.imports}}})
			if len(got) != c.want {
				t.Errorf("found %q, want %d", got, c.want)
			}
		})
	}
}

func TestRulesNameEachOther(t *testing.T) {
	t.Parallel()
	var unknown []string
	for _, rules := range []map[string][]string{mayImport, onlyIn} {
		for _, paths := range rules {
			for _, path := range paths {
				if _, ok := mayImport[path]; !ok {
					unknown = append(unknown, path)
				}
			}
		}
	}
	if diff := cmp.Diff([]string(nil), unknown); diff != "" {
		t.Errorf("paths without a rule of their own (-want +got):\n%s", diff)
	}
}
