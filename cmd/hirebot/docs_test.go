package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// hirebotLine finds command lines in a page: a line of a code block, or a code span.
var hirebotLine = regexp.MustCompile("(?m)(^|`)(?:[A-Z_]+=\\S+ )*(?:go run \\./cmd/)?hirebot((?: [^`\\n]*)?)(`|$)")

// TestCommandLinesOfTheDocumentation parses every command line that the README and docs show.
func TestCommandLinesOfTheDocumentation(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	files, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	parsed := 0
	for _, file := range append(files, filepath.Join(root, "README.md")) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range hirebotLine.FindAllStringSubmatch(string(text), -1) {
			parsed++
			if problem := commandLineProblem(t, m[2], m[1] == "`"); problem != "" {
				t.Errorf("%s: hirebot%s: %s", filepath.Base(file), m[2], problem)
			}
		}
	}
	if parsed < 40 {
		t.Errorf("found %d command lines only", parsed)
	}
}

// commandLineProblem says what is wrong with the words after "hirebot", or "". A mention in the text
// may leave out what the command needs.
func commandLineProblem(t *testing.T, line string, mention bool) string {
	t.Helper()
	var tree cli
	exited := false
	parser, err := kong.New(&tree, kong.Name("hirebot"), kong.Writers(newOutput(), newOutput()), kong.Exit(func(int) { exited = true }))
	if err != nil {
		t.Fatal(err)
	}
	_, err = parser.Parse(shellWords(line))
	switch {
	case err == nil, exited:
		return ""
	case mention && (strings.HasPrefix(err.Error(), "missing flags") || strings.HasPrefix(err.Error(), "expected ")):
		return ""
	default:
		return err.Error()
	}
}

// shellWords splits a line as a shell does, as far as the documentation goes: blanks and single quotes.
func shellWords(line string) []string {
	var words []string
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			words = append(words, part)
			continue
		}
		words = append(words, strings.Fields(part)...)
	}
	return words
}

func TestWrongCommandLinesAreFound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		line    string
		mention bool
		wrong   bool
	}{
		{"", false, false},
		{" ask --as recruiter '/band backend 7y'", false, false},
		{" ask '/band backend 7y'", false, true},
		{" ask", true, false},
		{" migrate", true, false},
		{" migrate", false, true},
		{" migrate sideways", true, true},
		{" bakup", true, true},
		{" demo --adress 127.0.0.1:1", true, true},
		{" person role asha +interviewer -recruiter", false, false},
	} {
		if problem := commandLineProblem(t, c.line, c.mention); (problem != "") != c.wrong {
			t.Errorf("hirebot%s: %q", c.line, problem)
		}
	}
}
