package hirebot_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/commands"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/hiring/playbooks"
	"github.com/hirebot/hirebot/store"
)

// pages returns the text of the README and of everything in docs, by path.
func pages(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, file := range append(files, "README.md") {
		found[file] = readFile(t, file)
	}
	if len(found) < 8 {
		t.Fatalf("found %d pages only", len(found))
	}
	return found
}

var (
	markdownLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	htmlLink     = regexp.MustCompile(`(?:src|srcset|href)="([^"]*)"`)
	image        = regexp.MustCompile(`!\[([^\]]*)\]\(|<img\b[^>]*>`)
	imageAlt     = regexp.MustCompile(`alt="([^"]+)"`)
	heading      = regexp.MustCompile(`(?m)^#+ (.+)$`)
	span         = regexp.MustCompile("`([^`]+)`")
	variable     = regexp.MustCompile(`HIREBOT_[A-Z_]*[A-Z]`)
)

// prose is a page without its fenced code.
func prose(text string) string {
	var b strings.Builder
	for i, part := range strings.Split(text, "\n```") {
		if i%2 == 0 {
			b.WriteString(part + "\n")
		}
	}
	return b.String()
}

// code returns each line of a page's fenced code, and each code span of the rest.
func code(text string) []string {
	var found []string
	for i, part := range strings.Split(text, "\n```") {
		for j, line := range strings.Split(part, "\n") {
			switch {
			case i%2 == 1 && j > 0: // the first line is the language
				found = append(found, strings.TrimSpace(line))
			case i%2 == 0:
				for _, m := range span.FindAllStringSubmatch(line, -1) {
					found = append(found, m[1])
				}
			}
		}
	}
	return found
}

// links returns where a page points to.
func links(text string) []string {
	var found []string
	for _, pattern := range []*regexp.Regexp{markdownLink, htmlLink} {
		for _, m := range pattern.FindAllStringSubmatch(prose(text), -1) {
			found = append(found, m[1])
		}
	}
	return found
}

// anchor returns what a heading is linked by.
func anchor(heading string) string {
	return strings.ReplaceAll(strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, heading), " ", "-")
}

func TestLinksOfTheDocumentationLead(t *testing.T) {
	t.Parallel()
	for page, text := range pages(t) {
		for _, link := range links(text) {
			if strings.HasPrefix(link, "https://") {
				continue
			}
			path, fragment, _ := strings.Cut(link, "#")
			target := page
			if path != "" {
				target = filepath.Join(filepath.Dir(page), path)
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s: %v", page, link, err)
				continue
			}
			if fragment == "" {
				continue
			}
			if !slices.ContainsFunc(heading.FindAllStringSubmatch(readFile(t, target), -1), func(h []string) bool { return anchor(h[1]) == fragment }) {
				t.Errorf("%s links to %s, and %s has no such heading", page, link, target)
			}
		}
	}
}

func TestEveryPageIsLinked(t *testing.T) {
	t.Parallel()
	all := pages(t)
	for _, index := range []string{"README.md", "docs/README.md"} {
		linked := map[string]bool{index: true}
		for _, link := range links(all[index]) {
			linked[filepath.Join(filepath.Dir(index), link)] = true
		}
		for page := range all {
			if !linked[page] {
				t.Errorf("%s does not link to %s", index, page)
			}
		}
	}
}

func TestImagesHaveAText(t *testing.T) {
	t.Parallel()
	images := 0
	for page, text := range pages(t) {
		for _, m := range image.FindAllStringSubmatch(prose(text), -1) {
			images++
			alt := m[1]
			if found := imageAlt.FindStringSubmatch(m[0]); found != nil {
				alt = found[1]
			}
			if len(strings.Fields(alt)) < 5 {
				t.Errorf("%s: an image has the text %q, which does not tell what it shows", page, alt)
			}
		}
	}
	if images < 3 {
		t.Errorf("found %d images only", images)
	}
}

func TestDocumentationNamesOnlyKnownVariables(t *testing.T) {
	t.Parallel()
	for page, text := range pages(t) {
		for _, name := range variable.FindAllString(text, -1) {
			if !slices.Contains(variables, name) && !slices.Contains(variables, strings.TrimSuffix(name, "_FILE")) {
				t.Errorf("%s names %s, which the program does not read", page, name)
			}
		}
	}
}

// slashed is a text that begins with the name of a command.
var slashed = regexp.MustCompile(`^/[a-z]+( |$)`)

// notTyped are code in the documentation that begins like a command and is typed by nobody: paths.
var notTyped = []string{"/healthz", "/readyz", "/metrics", "/data"}

// typed returns the commands in a line of code: it is one itself, or one stands in single quotes, as
// for hirebot ask.
func typed(line string) []string {
	if slashed.MatchString(line) {
		return []string{line}
	}
	var found []string
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 && slashed.MatchString(part) {
			found = append(found, part)
		}
	}
	return found
}

func TestCommandsOfTheDocumentationAreRead(t *testing.T) {
	t.Parallel()
	var specs []bot.Spec
	for _, c := range commands.All() {
		specs = append(specs, c.Spec)
	}
	registry, err := bot.NewRegistry(commands.Base, specs)
	if err != nil {
		t.Fatal(err)
	}
	rd, read := sampleReading(t), 0
	for page, text := range pages(t) {
		for _, line := range code(text) {
			if slices.Contains(notTyped, line) {
				continue
			}
			for _, command := range typed(line) {
				read++
				// "<role>" and "[level]" are no words that anybody types: how a command is used.
				if usage, _, cut := cutAny(command, "<[…"); cut {
					_, err = registry.Resolve(usage)
				} else {
					_, _, err = registry.Read(command, rd)
				}
				if err != nil {
					t.Errorf("%s: %s: %v", page, command, err)
				}
			}
		}
	}
	if read < 50 {
		t.Errorf("found %d commands only", read)
	}
}

// cutAny cuts a text before the first of some characters.
func cutAny(text, chars string) (before, after string, found bool) {
	i := strings.IndexAny(text, chars)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i:], true
}

// sampleReading is what the product knows when somebody of the sample company types: the words of the
// roles that come with it, and the people whom the documentation names.
func sampleReading(t *testing.T) bot.Reading {
	t.Helper()
	now := time.Date(2026, time.December, 7, 3, 30, 0, 0, time.UTC)
	st, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "hirebot.db"), func() time.Time { return now }, store.Keys{}, store.WithUnitTime(5*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	rd := bot.Reading{Now: now, Zone: time.UTC}
	err = st.Migrate(t.Context())
	if err == nil {
		err = st.InTx(t.Context(), func(tx *store.Tx) error {
			for _, name := range []string{"recruiter", "hiring-manager", "hiring-manager-2", "compensation", "interviewer-1", "interviewer-2", "interviewer-3", "member"} {
				if _, err := tx.AddPerson(t.Context(), hiring.Person{Name: name, Active: true}); err != nil {
					return err
				}
			}
			rd.Words = tx.Snapshot()
			return nil
		})
	}
	if err := errors.Join(err, st.Close()); err != nil {
		t.Fatal(err)
	}
	return rd
}

// TestFilesInTheDocumentationAreRead reads the samples of files for bands and of playbooks as imports do.
func TestFilesInTheDocumentationAreRead(t *testing.T) {
	t.Parallel()
	all := pages(t)
	for _, language := range []string{"csv", "yaml"} {
		bands, problems := hiring.ReadBands([]byte(block(t, all["docs/bands.md"], language)), playbooks.Builtin(), "2026-12-07")
		if len(problems) > 0 || len(bands) == 0 {
			t.Errorf("bands as %s: %v", language, problems)
		}
	}
	if _, problems := playbooks.Parse("sample", []byte(block(t, all["docs/playbooks.md"], "yaml"))); len(problems) > 0 {
		t.Errorf("playbook: %v", problems)
	}
}

// block returns the first fenced code of a language in a page.
func block(t *testing.T, text, language string) string {
	t.Helper()
	_, rest, begins := strings.Cut(text, "\n```"+language+"\n")
	found, _, ends := strings.Cut(rest, "\n```")
	if !begins || !ends {
		t.Fatalf("no %s in:\n%s", language, text)
	}
	return found + "\n"
}

// TestTheDocumentationsMistakesAreFound proves the readers above with a page that is wrong.
func TestTheDocumentationsMistakesAreFound(t *testing.T) {
	t.Parallel()
	page := "# A Head-line, here!\n\nSee [x](missing.md), `/band list`, `plain` and `/band/list`.\n<img src=\"a.png\" alt=\"b\">\n\n```sh\nhirebot ask --as x '/band chart'\n```\n`/hire`\n"
	if got := links(page); !slices.Equal(got, []string{"missing.md", "a.png"}) {
		t.Errorf("links %q", got)
	}
	var found []string
	for _, line := range code(page) {
		found = append(found, typed(line)...)
	}
	if !slices.Equal(found, []string{"/band list", "/band chart", "/hire"}) {
		t.Errorf("commands %q", found)
	}
	if got := anchor("A Head-line, here!"); got != "a-head-line-here" {
		t.Errorf("anchor %q", got)
	}
}
