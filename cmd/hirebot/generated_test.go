package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/commands"
	"github.com/hirebot/hirebot/views"
)

var update = flag.Bool("update", false, "write the generated files anew")

// The marks between which a part of a file is generated.
const (
	configurationBegin = "<!-- configuration: generated, see make generate -->"
	configurationEnd   = "<!-- /configuration -->"
)

// TestGeneratedFilesAreCurrent fails when a file that follows from the declarations is stale; with
// -update it writes them.
func TestGeneratedFilesAreCurrent(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	registry := registryOf(t)
	current(t, filepath.Join(root, "docs", "commands.md"), func(string) string { return commandsPage(registry) })
	current(t, filepath.Join(root, "docs", "configuration.md"), func(string) string { return configurationPage() })
	current(t, filepath.Join(root, "README.md"), func(now string) string {
		before, rest, ok := strings.Cut(now, configurationBegin)
		_, after, ends := strings.Cut(rest, configurationEnd)
		if !ok || !ends {
			t.Errorf("README.md has no marks for its configuration table: put these lines where it belongs:\n%s\n%s", configurationBegin, configurationEnd)
			return now
		}
		return before + configurationBegin + "\n" + configTable() + configurationEnd + after
	})
}

func registryOf(t *testing.T) *bot.Registry {
	t.Helper()
	var specs []bot.Spec
	for _, c := range commands.All() {
		specs = append(specs, c.Spec)
	}
	registry, err := bot.NewRegistry(commands.Base, specs)
	if err != nil {
		t.Fatal(err)
	}
	return registry
}

// current compares a file with what it should be, or writes it.
func current(t *testing.T, path string, want func(now string) string) {
	t.Helper()
	now, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	wanted := want(string(now))
	if wanted == string(now) {
		return
	}
	if !*update {
		t.Errorf("%s is stale, run make generate (-there +wanted):\n%s", path, cmp.Diff(string(now), wanted))
		return
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(wanted), 0o644); err != nil {
		t.Fatal(err)
	}
}

func commandsPage(r *bot.Registry) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Commands\n\n<!-- Generated from the declarations in commands/; make generate writes it anew. -->\n\n"+
		"`<…>` is needed, `[…]` is not, `…` can be repeated. `/%s` may stand before any other command: `/%s band backend 7y`.\n"+
		"A verb marked *default* can be left out when typing.\n", r.Base(), r.Base())
	for _, noun := range r.Nouns() {
		fmt.Fprintf(&b, "\n## /%s\n", noun)
		for _, s := range r.Verbs(noun) {
			commandSection(&b, s)
		}
	}
	return b.String()
}

func commandSection(b *strings.Builder, s bot.Spec) {
	mark := ""
	if s.Default {
		mark = " (default)"
	}
	fmt.Fprintf(b, "\n### /%s %s%s\n\n%s.\n\n`%s`\n", s.Noun, s.Verb, mark, strings.TrimSuffix(s.Summary, "."), bot.Usage(s))
	if s.Details != "" {
		fmt.Fprintf(b, "\n%s\n", s.Details)
	}
	fmt.Fprintf(b, "\nWho may: %s.\n", strings.TrimSuffix(views.WhoMay(s), "."))
	if len(s.Params) > 0 {
		b.WriteString("\n| Parameter | Meaning | Example |\n|---|---|---|\n")
		for _, p := range s.Params {
			fmt.Fprintf(b, "| `%s`%s | %s | %s |\n", p.Name, needed(p), cell(p.Help), cell(exampleOf(p)))
		}
	}
	b.WriteString("\nExamples:\n")
	for _, e := range s.Examples {
		fmt.Fprintf(b, "- `%s`\n", e)
	}
}

func needed(p bot.Param) string {
	if p.Required {
		return " (needed)"
	}
	return ""
}

func exampleOf(p bot.Param) string {
	switch {
	case len(p.Choices) > 0:
		values := make([]string, 0, len(p.Choices))
		for _, c := range p.Choices {
			values = append(values, "`"+c.Value+"`")
		}
		return strings.Join(values, ", ")
	case p.Example != "":
		return lines(p.Example)
	default:
		return lines(p.Kind.Example)
	}
}

// lines writes an example as code; a cell of a table cannot hold a line break of its own.
func lines(example string) string {
	return "`" + strings.ReplaceAll(example, "\n", "`<br>`") + "`"
}

func cell(text string) string { return strings.ReplaceAll(text, "|", "\\|") }

func configurationPage() string {
	return "# Configuration\n\n<!-- Generated from cmd/hirebot/config.go; make generate writes it anew. -->\n\n" +
		"Everything is an environment variable. Each is a flag of the program too: `HIREBOT_DATA_DIR=/data` is `--data-dir=/data`,\n" +
		"and a flag goes before the variable. A secret can be read from a file instead: `HIREBOT_ENCRYPTION_KEY_FILE=/run/secrets/key`;\n" +
		"prefer that to a flag, which other users of the machine can see. `hirebot doctor` checks all of it and says what to do.\n\n" +
		configTable() +
		"\nThe company's own settings (name, channels, who approves) are kept in the database: `/hire settings`, or `hirebot settings`.\n"
}

// TestExamplesParse runs every example of every command through the registry.
func TestExamplesParse(t *testing.T) {
	t.Parallel()
	registry := registryOf(t)
	for _, s := range registry.Specs() {
		for _, e := range s.Examples {
			got, err := registry.Resolve(e)
			if err != nil || got.Name() != s.Name() {
				t.Errorf("example %q of %s reads as %s: %v", e, s.Name(), got.Name(), err)
			}
		}
	}
}
