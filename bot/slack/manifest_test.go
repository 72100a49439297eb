package slack

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/commands"
)

var rewriteManifests = flag.Bool("update-manifests", false, "write the manifests in testdata anew")

// manifestSpecs are a registry with a reserved noun, a shortcut, a command that only cards offer, and a
// default verb whose first example is bare.
func manifestSpecs() []bot.Spec {
	return []bot.Spec{
		{Noun: "hire", Verb: "home", Default: true, Summary: "What waits for you, and what you can do next", Examples: []string{"/hire"}},
		{Noun: "hire", Verb: "help", Summary: "What you can do, with examples", Examples: []string{"/hire help"}},
		{Noun: "band", Verb: "show", Default: true, Summary: "What we pay for a role, level & stack", Examples: []string{"/band backend 7y java +cloud"}},
		{Noun: "band", Verb: "set", Summary: "Set a band", Examples: []string{"/band set"}},
		{Noun: "band", Verb: "apply", Summary: "Apply an import", Examples: []string{"/band apply x"}, FromCard: true},
		{Noun: "req", Verb: "list", Default: true, Summary: "Requisitions", Examples: []string{"/req", "/req list mine"}},
		{Noun: "req", Verb: "new", Summary: "Write a new requisition", Examples: []string{"/req new senior java backend"}, Shortcut: "New requisition"},
		{Noun: "req", Verb: "keep", Summary: "Keep a message with a requisition", Examples: []string{"/req keep"}, Ack: bot.MayOpenForm, MessageShortcut: "Keep message"},
		{Noun: "feedback", Verb: "give", Default: true, Summary: "Your scorecard of an interview", Examples: []string{"/feedback"}},
	}
}

// manifestCases are the ways to run that a manifest is made for.
var manifestCases = []struct {
	Name     string
	Options  ManifestOptions
	Reserved []string
}{
	{"socket", ManifestOptions{Base: "hire", Socket: true}, []string{"feedback"}},
	{"http", ManifestOptions{Base: "hire", PublicURL: "https://Hirebot.example.com:8443/bot/"}, []string{"feedback"}},
	{"prefix", ManifestOptions{Base: "hire", Prefix: "hb", PublicURL: "https://hirebot.example.com", Socket: true}, nil},
	{"community", ManifestOptions{Base: "hire", PublicURL: "https://hirebot.example.com", Community: true}, nil},
}

func TestManifests(t *testing.T) {
	t.Parallel()
	for _, c := range manifestCases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			got, left, err := Manifest(manifestSpecs(), c.Options)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(left, c.Reserved) {
				t.Errorf("left out %q, want %q", left, c.Reserved)
			}
			path := filepath.Join("testdata", "manifest", c.Name+".json")
			if *rewriteManifests {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("%s (-want +got), go test -run TestManifests -update-manifests writes it:\n%s", path, diff)
			}
		})
	}
}

// TestManifestsFollowThePublishedSchemas validates the goldens and those of the real commands.
func TestManifestsFollowThePublishedSchemas(t *testing.T) {
	t.Parallel()
	schemas := manifestSchemas(t)
	for _, c := range manifestCases {
		for registry, specs := range map[string][]bot.Spec{"sample": manifestSpecs(), "real": realSpecs()} {
			text, _, err := Manifest(specs, c.Options)
			if err != nil {
				t.Fatalf("%s of the %s commands: %v", c.Name, registry, err)
			}
			value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
			if err != nil {
				t.Fatalf("%s of the %s commands: %v", c.Name, registry, err)
			}
			for file, schema := range schemas {
				if err := schema.Validate(value); err != nil {
					t.Errorf("%s of the %s commands, by %s: %v", c.Name, registry, file, err)
				}
			}
		}
	}
	for name, wrong := range map[string]string{
		"no name":         `{"display_information": {}}`,
		"unknown feature": `{"display_information": {"name": "x"}, "features": {"dance": true}}`,
		"long command": `{"display_information": {"name": "x"}, "features": {"slash_commands": [
			{"command": "/` + strings.Repeat("x", maxCommand) + `", "description": "x"}]}}`,
	} {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(wrong))
		if err != nil {
			t.Fatal(err)
		}
		for file, schema := range schemas {
			if schema.Validate(value) == nil {
				t.Errorf("%s takes a manifest with %s", file, name)
			}
		}
	}
}

// manifestSchemas reads the published schemas of manifests; there are none where nobody said where
// they are.
func manifestSchemas(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	shared := os.Getenv("HIREBOT_SHARED")
	if shared == "" {
		t.Log("left out: HIREBOT_SHARED does not say where the published schemas are")
		return nil
	}
	schemas := map[string]*jsonschema.Schema{}
	for _, file := range []string{"slack-app-manifest.schemastore.json", "slack-manifest-v1.json", "slack-manifest-v2.json"} {
		text, err := os.ReadFile(filepath.Join(shared, "schemas", file))
		if err != nil {
			t.Fatal(err)
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		c := jsonschema.NewCompiler()
		c.UseRegexpEngine(compilePattern)
		// A name of its own: the schema's address is not to be fetched.
		if err := c.AddResource("manifest:"+file, value); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if schemas[file], err = c.Compile("manifest:" + file); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	return schemas
}

// pattern is a regular expression of JSON Schema, which may begin with what must not follow: Go's
// have no such thing.
type pattern struct {
	text    string
	not, is *regexp.Regexp
}

var notAhead = regexp.MustCompile(`^\^\(\?!([^()]*)\)(.*)$`)

func compilePattern(text string) (jsonschema.Regexp, error) {
	p := pattern{text: text}
	is := text
	if m := notAhead.FindStringSubmatch(text); m != nil {
		not, err := regexp.Compile("^(?:" + m[1] + ")")
		if err != nil {
			return nil, fmt.Errorf("pattern %s: %w", text, err)
		}
		p.not, is = not, "^"+m[2]
	}
	var err error
	if p.is, err = regexp.Compile(is); err != nil {
		return nil, fmt.Errorf("pattern %s: %w", text, err)
	}
	return p, nil
}

func (p pattern) MatchString(s string) bool {
	return p.is.MatchString(s) && (p.not == nil || !p.not.MatchString(s))
}

func (p pattern) String() string { return p.text }

func TestPatternsOfTheSchemas(t *testing.T) {
	t.Parallel()
	p, err := compilePattern(`^(?![\.\-])([-a-z0-9\.])+([a-z0-9])$`)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{"hirebot.example.com": true, ".example.com": false, "-x": false, "Example.com": false, "x.": false} {
		if p.MatchString(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
	if _, err := compilePattern(`a(?!b)`); err == nil {
		t.Error("a pattern that cannot be read is taken")
	}
}

func TestManifestIsRefusedWithTheRemedy(t *testing.T) {
	t.Parallel()
	noun := func(name string) bot.Spec {
		return bot.Spec{Noun: name, Verb: "show", Default: true, Summary: "x", Examples: []string{"/" + name}}
	}
	many := func(n int, change func(*bot.Spec)) []bot.Spec {
		var out []bot.Spec
		for i := range n {
			s := noun(fmt.Sprintf("noun%d", i))
			change(&s)
			out = append(out, s)
		}
		return out
	}
	keep := func(*bot.Spec) {}
	socket := ManifestOptions{Base: "hire", Socket: true}
	for name, c := range map[string]struct {
		specs   []bot.Spec
		options ManifestOptions
		says    []string
	}{
		"two nouns that Slack takes for one": {[]bot.Spec{noun("band"), noun("Band")}, socket, []string{"/band", `"Band"`, "rename one"}},
		"a command declared twice":           {[]bot.Spec{noun("band"), noun("band")}, socket, []string{"band.show", "twice", "remove one"}},
		"capitals":                           {[]bot.Spec{noun("Band")}, socket, []string{`"/Band"`, "lower-case", "rename the noun"}},
		"a blank":                            {[]bot.Spec{noun("salary band")}, socket, []string{`"/salary band"`, "rename the noun"}},
		"a prefix of another alphabet":       {[]bot.Spec{noun("band")}, ManifestOptions{Base: "hire", Prefix: "é", Socket: true}, []string{`"/é-band"`, "choose another prefix"}},
		"a long name":                        {[]bot.Spec{noun(strings.Repeat("x", 32))}, socket, []string{"33 characters", "at most 32", "rename the noun"}},
		"a long prefix":                      {[]bot.Spec{noun("requisitions")}, ManifestOptions{Base: "hire", Prefix: strings.Repeat("p", 20), Socket: true}, []string{"34 characters", "shorter prefix"}},
		"a base that Slack reserves":         {[]bot.Spec{noun("search")}, ManifestOptions{Base: "search", Socket: true}, []string{"/search", "reserved", "set a prefix"}},
		"no default verb":                    {[]bot.Spec{{Noun: "band", Verb: "set"}}, socket, []string{"/band", "default", "mark one"}},
		"too many commands":                  {many(51, keep), socket, []string{"51 commands", "at most 50"}},
		"too many shortcuts":                 {many(11, func(s *bot.Spec) { s.Shortcut = "Short" }), socket, []string{"11 shortcuts", "at most 10"}},
		"a long shortcut":                    {many(1, func(s *bot.Spec) { s.Shortcut = "A new requisition, please" }), socket, []string{"25 characters", "at most 24", "shorten"}},
		"an address without a domain":        {[]bot.Spec{noun("band")}, ManifestOptions{Base: "hire", PublicURL: "https://[::1]:8080"}, []string{"[::1]", "https://hirebot.example.com"}},
		"nothing that reaches it":            {[]bot.Spec{noun("band")}, ManifestOptions{Base: "hire"}, []string{"public address", "Socket Mode"}},
		"several things at once":             {[]bot.Spec{noun("Band"), noun("Req")}, socket, []string{`"/Band"`, `"/Req"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, left, err := Manifest(c.specs, c.options)
			if err == nil || text != nil || left != nil {
				t.Fatalf("taken, left out %q:\n%s", left, text)
			}
			for _, part := range c.says {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("no %q in: %v", part, err)
				}
			}
		})
	}
	if _, _, err := Manifest(many(50, keep), socket); err != nil {
		t.Errorf("50 commands: %v", err)
	}
}

// Long texts are shortened to what Slack takes, and a command always has a hint.
func TestTextsOfTheManifestAreWithinTheirLimits(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("₹", 3000)
	specs := []bot.Spec{
		{Noun: "long", Verb: "show", Default: true, Summary: long, Examples: []string{"/long " + long}, Shortcut: strings.Repeat("₹", maxShortcut)},
		{Noun: "bare", Verb: "show", Default: true, Summary: "x"},
	}
	text, _, err := Manifest(specs, ManifestOptions{Base: "hire", Socket: true})
	if err != nil {
		t.Fatal(err)
	}
	var m manifest
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	first, bare := m.Features.SlashCommands[0], m.Features.SlashCommands[1]
	if len([]rune(first.Description)) != maxCommandText || len([]rune(first.UsageHint)) != maxUsageHint || !strings.HasSuffix(first.UsageHint, "₹…") {
		t.Errorf("description of %d, hint of %d characters", len([]rune(first.Description)), len([]rune(first.UsageHint)))
	}
	if got := len([]rune(m.Features.Shortcuts[0].Description)); got != maxShortcutText {
		t.Errorf("the shortcut's description has %d characters", got)
	}
	if bare.UsageHint != "show" {
		t.Errorf("hint %q", bare.UsageHint)
	}
	for _, c := range manifestCases {
		for _, command := range manifestOf(t, realSpecs(), c.Options).Features.SlashCommands {
			if command.UsageHint == "" || command.Description == "" || !command.ShouldEscape {
				t.Errorf("%s: %+v", c.Name, command)
			}
		}
	}
}

func manifestOf(t *testing.T, specs []bot.Spec, o ManifestOptions) manifest {
	t.Helper()
	text, _, err := Manifest(specs, o)
	if err != nil {
		t.Fatal(err)
	}
	var m manifest
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// Every command of a manifest is read back, and every shortcut's id leads to its command.
func TestWhatAManifestRegistersIsUnderstood(t *testing.T) {
	t.Parallel()
	for _, prefix := range []string{"", "hb"} {
		specs := realSpecs()
		n := newNames(commands.Base, prefix, specs)
		m := manifestOf(t, specs, ManifestOptions{Base: commands.Base, Prefix: prefix, Socket: true})
		if len(m.Features.SlashCommands) == 0 {
			t.Fatal("no command")
		}
		for _, c := range m.Features.SlashCommands {
			if text, ok := n.read(c.Command, ""); !ok || !slices.Contains(n.Nouns, strings.TrimPrefix(text, "/")) {
				t.Errorf("%s is read as %q", c.Command, text)
			}
		}
	}
	shortcuts := manifestOf(t, manifestSpecs(), ManifestOptions{Base: "hire", Socket: true}).Features.Shortcuts
	if len(shortcuts) != 2 {
		t.Fatalf("%d shortcuts", len(shortcuts))
	}
	if onMessage, err := bot.DecodeCall(shortcuts[1].CallbackID); err != nil || onMessage.Command != "req.keep" || shortcuts[1].Type != "message" || shortcuts[0].Type != "global" {
		t.Errorf("%+v: %v %v", shortcuts, onMessage, err)
	}
	call, err := bot.DecodeCall(shortcuts[0].CallbackID)
	if err != nil || call.Command != "req.new" {
		t.Errorf("%q: %v %v", shortcuts[0].CallbackID, call, err)
	}
}

// A community's workspace is asked for less, and for nothing that the company's is not.
func TestScopesOfACommunityAreLess(t *testing.T) {
	t.Parallel()
	home, community := Scopes(false), Scopes(true)
	if len(community) == 0 || len(community) >= len(home) {
		t.Fatalf("%d scopes at home, %d in a community", len(home), len(community))
	}
	seen := map[string]bool{}
	for _, s := range home {
		if seen[s.Name] || s.Reason == "" {
			t.Errorf("%s: twice, or without a reason", s.Name)
		}
		seen[s.Name] = true
	}
	for _, s := range community {
		if !slices.Contains(home, s) {
			t.Errorf("%s is asked of a community alone", s.Name)
		}
	}
	m := manifestOf(t, manifestSpecs(), ManifestOptions{Base: "hire", Socket: true, Community: true})
	if len(m.Features.SlashCommands)+len(m.Features.Shortcuts)+len(m.Features.UnfurlDomains) > 0 || m.Settings.EventSubscriptions != nil || m.Features.AppHome.HomeTab || m.Features.AppHome.MessagesTab {
		t.Errorf("a community gets more than buttons: %+v", m)
	}
}

// scopeRow is a line of the table in docs/slack.md.
var scopeRow = regexp.MustCompile("(?m)^\\| `([a-z.:]+)` \\| ([^|]+) \\| (yes)? *\\|$")

func TestDocumentationListsTheScopes(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "slack.md"))
	if err != nil {
		t.Fatal(err)
	}
	var home, community []Scope
	for _, row := range scopeRow.FindAllStringSubmatch(string(page), -1) {
		s := Scope{Name: row[1], Reason: row[2]}
		home = append(home, s)
		if row[3] != "" {
			community = append(community, s)
		}
	}
	if diff := cmp.Diff(Scopes(false), home); diff != "" {
		t.Errorf("docs/slack.md (-asked +documented):\n%s", diff)
	}
	if diff := cmp.Diff(Scopes(true), community); diff != "" {
		t.Errorf("docs/slack.md, of a community (-asked +documented):\n%s", diff)
	}
}
