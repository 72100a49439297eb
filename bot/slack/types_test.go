package slack_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// literal is a JSON text that is to be of one of the types in test/slack/payloads.ts.
type literal struct {
	// Name is where the text is from, Type the TypeScript type it must have.
	Name, Type string
	Text       []byte
}

// faulty are literals that the types refuse, each with what the compiler must say of it. They show
// that the types are looked at in every place where ours could go wrong.
var faulty = []struct{ name, kind, text, says string }{
	{"a card without text", "Page[]", `[{"blocks": []}]`, "'text' is missing"},
	{"a page without blocks", "Page[]", `[{"text": "x"}]`, "'blocks' is missing"},
	{"an unknown block", "Page[]", `[{"text": "x", "blocks": [{"type": "sektion"}]}]`, `"sektion"`},
	{"a block with a member too many", "Page[]", `[{"text": "x", "blocks": [{"type": "divider", "text": "x"}]}]`, `"text"' does not exist`},
	{"a header with markup", "Page[]", `[{"text": "x", "blocks": [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]}]`, `"mrkdwn"`},
	{"a picture without alt text", "Page[]", `[{"text": "x", "blocks": [{"type": "image", "image_url": "https://example.org/x.png"}]}]`, "alt_text"},
	{"an unknown style", "Page[]", `[{"text": "x", "blocks": [{"type": "actions", "elements": [
		{"type": "button", "text": {"type": "plain_text", "text": "x"}, "style": "default"}]}]}]`, `"default"`},
	{"an input among buttons", "Page[]", `[{"text": "x", "blocks": [{"type": "actions", "elements": [{"type": "plain_text_input"}]}]}]`, `"plain_text_input"`},
	{"null for what is left out", "Page[]", `[{"text": "x", "blocks": [{"type": "divider", "block_id": null}]}]`, "null"},
	{"text that is no object", "Page[]", `[{"text": "x", "blocks": [{"type": "section", "text": "x"}]}]`, "string"},
	{"a cell that is a section", "Page[]", `[{"text": "x", "blocks": [{"type": "table", "rows": [[{"type": "rich_text_section", "elements": []}]]}]}]`, `"rich_text_section"`},
	{"a modal without title", "Modal", `{"type": "modal", "blocks": []}`, "'title' is missing"},
	{"a modal with an unknown member", "Modal", `{"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": [], "submit_disabled": true}`,
		`"submit_disabled"' does not exist`},
	{"a modal with an unknown block", "Modal", `{"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": [{"type": "field"}]}`, `"field"`},
	{"a number where text is", "Modal", `{"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": [{"type": "input",
		"label": {"type": "plain_text", "text": "x"}, "element": {"type": "number_input", "is_decimal_allowed": true, "initial_value": 7}}]}`, "number"},
	{"a home with a title", "Home", `{"type": "home", "title": {"type": "plain_text", "text": "x"}, "blocks": []}`, `"title"' does not exist`},
	{"a message without text", "Message", `{"channel": "C1", "blocks": []}`, "'text' is missing"},
	{"errors that are no texts", "FormResponse", `{"response_action": "errors", "errors": {"level": ["x"]}}`, "string"},
	{"an option without text", "Options", `{"options": [{"value": "x"}]}`, "'text' is missing"},
}

// TestGoldensAreBlockKit compiles every golden file as a literal of the types that Slack publishes for
// its own SDK, together with faulty ones, in one run of the TypeScript compiler.
func TestGoldensAreBlockKit(t *testing.T) {
	t.Parallel()
	goldens := goldenLiterals(t)
	literals := goldens
	for _, f := range faulty {
		literals = append(literals, literal{f.name, f.kind, []byte(f.text)})
	}
	errs := compileLiterals(t, literals)
	for _, g := range goldens {
		for _, e := range errs[g.Name] {
			t.Errorf("%s is not what Slack's types describe:\n%s", g.Name, e)
		}
	}
	for _, f := range faulty {
		if said := strings.Join(errs[f.name], "\n"); !strings.Contains(said, f.says) {
			t.Errorf("%s: the compiler said %q of it, want something about %s", f.name, said, f.says)
		}
	}
}

// goldenLiterals reads the golden files. Of cards and forms there must be some.
func goldenLiterals(t *testing.T) []literal {
	t.Helper()
	var out []literal
	for _, of := range []struct {
		pattern  string
		required bool
		typeOf   func([]byte) string
	}{
		{"cards", true, func([]byte) string { return "Page[]" }},
		{"forms", true, func([]byte) string { return "Modal" }},
		{"payloads", false, payloadType},
		{productGoldens + "/views", true, viewType},
		{productGoldens + "/forms", true, func([]byte) string { return "Modal" }},
	} {
		names, err := filepath.Glob(filepath.Join("testdata", of.pattern, "*.json"))
		if err != nil {
			t.Fatal(err)
		}
		if len(names) == 0 && of.required {
			t.Errorf("there is no golden file in testdata/%s", of.pattern)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if !json.Valid(text) {
				t.Errorf("%s is no JSON", name)
				continue
			}
			kind := of.typeOf(text)
			if kind == "" {
				t.Errorf("%s: nothing in test/slack/payloads.ts describes it", name)
				continue
			}
			out = append(out, literal{name, kind, text})
		}
	}
	return out
}

// productGoldens is where every view and form of the product is kept as it is drawn here, from testdata.
const productGoldens = "../../../cmd/hirebot/testdata/platforms/slack"

// viewType returns the type of a view of the product: messages, or somebody's home.
func viewType(text []byte) string {
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("[")) {
		return "Page[]"
	}
	return "Home"
}

// payloadType returns the type of a golden payload, which what it holds tells; "" for none.
func payloadType(text []byte) string {
	var list []json.RawMessage
	if json.Unmarshal(text, &list) == nil && len(list) > 0 {
		if of := payloadType(list[0]); of != "" {
			return of + "[]"
		}
		return ""
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(text, &members) != nil {
		return ""
	}
	for _, m := range []struct{ member, value, kind string }{
		{"type", `"modal"`, "Modal"},
		{"type", `"home"`, "Home"},
		{"response_action", "", "FormResponse"},
		{"view", "", "ViewCall"},
		{"options", "", "Options"},
		{"option_groups", "", "Options"},
		{"delete_original", "true", "Deletion"},
		{"blocks", "", "Message"},
		{"text", "", "Message"},
	} {
		if value, ok := members[m.member]; ok && (m.value == "" || m.value == string(value)) {
			return m.kind
		}
	}
	return ""
}

// compiled is the name of the file that compileLiterals writes.
const compiled = "literals.ts"

// diagnostic is the first line of an error of the compiler: line, column, text.
var diagnostic = regexp.MustCompile(`^` + regexp.QuoteMeta(compiled) + `\((\d+),(\d+)\): error (.*)$`)

// compileLiterals returns what the TypeScript compiler says of each literal, by name, each error with the line
// of the literal's text that it is about.
func compileLiterals(t *testing.T, literals []literal) map[string][]string {
	t.Helper()
	node, packages := typeScript(t)
	var source bytes.Buffer
	fmt.Fprintf(&source, "import type { Deletion, FormResponse, Home, Message, Modal, Options, Page, ViewCall } from %q;\n",
		filepath.ToSlash(filepath.Join(packages, "payloads")))
	var owners []owner // by line of the source, from the second one on
	for i, l := range literals {
		fmt.Fprintf(&source, "export const literal%d: %s =\n%s\n;\n", i, l.Type, bytes.TrimSpace(l.Text))
		lines := bytes.Count(bytes.TrimSpace(l.Text), []byte("\n")) + 3
		for line := range lines {
			owners = append(owners, owner{l.Name, max(line, 1)})
		}
	}
	dir := t.TempDir()
	config, err := json.Marshal(map[string]any{"extends": filepath.ToSlash(filepath.Join(packages, "tsconfig.json")), "files": []string{compiled}})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{compiled: source.Bytes(), "tsconfig.json": config} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	compiler := exec.CommandContext(t.Context(), node, filepath.Join(packages, "node_modules", "typescript", "bin", "tsc"), "--pretty", "false", "--project", ".")
	compiler.Dir = dir
	out, err := compiler.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("run the TypeScript compiler: %v\n%s", err, out)
	}
	return byOwner(t, owners, out)
}

// owner is the literal that a line of the source belongs to, and the number of the line in it.
type owner struct {
	name string
	line int
}

// byOwner sorts what the compiler says by the literal that it is about.
func byOwner(t *testing.T, owners []owner, out []byte) map[string][]string {
	t.Helper()
	errs, last := map[string][]string{}, ""
	for line := range strings.Lines(string(out)) {
		line = strings.TrimRight(line, "\r\n")
		m := diagnostic.FindStringSubmatch(line)
		switch {
		case m != nil:
			at, err := strconv.Atoi(m[1])
			if err != nil || at < 2 || at-2 >= len(owners) {
				t.Fatalf("the TypeScript compiler failed on the file itself:\n%s", out)
			}
			of := owners[at-2]
			last = of.name
			errs[last] = append(errs[last], fmt.Sprintf("line %d, column %s: %s", of.line, m[2], m[3]))
		case strings.HasPrefix(line, " ") && last != "": // goes on
			said := errs[last]
			said[len(said)-1] += "\n" + line
		case line != "":
			t.Fatalf("the TypeScript compiler failed:\n%s", out)
		}
	}
	return errs
}

// typeScript returns the program that runs the compiler, and the directory whose packages hold the
// compiler and Slack's types. What is missing fails the test where HIREBOT_TEST_REQUIRE=1 or CI=true
// says that everything must run, and leaves it out elsewhere.
func typeScript(t *testing.T) (node, packages string) {
	t.Helper()
	packages, err := filepath.Abs(filepath.Join("..", "..", "test", "slack"))
	if err != nil {
		t.Fatal(err)
	}
	node, err = exec.LookPath("node")
	for _, name := range []string{"typescript", "@slack/types"} {
		_, missing := os.Stat(filepath.Join(packages, "node_modules", filepath.FromSlash(name), "package.json"))
		err = errors.Join(err, missing)
	}
	if err == nil {
		return node, packages
	}
	err = fmt.Errorf("the TypeScript compiler and Slack's types are not installed; scripts/setup.sh installs them: %w", err)
	if os.Getenv("HIREBOT_TEST_REQUIRE") == "1" || os.Getenv("CI") == "true" {
		t.Fatal(err)
	}
	t.Skip(err)
	return "", ""
}
