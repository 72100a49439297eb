package bot_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/bot"
)

func TestFold(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"  Asha \t RAO ", "asha rao"},
		{"Élodie Müller", "elodie muller"},
		{"E\u0301lodie", "elodie"},
		{"O’Brien", "o'brien"},
		{"Ａｓｈａ", "asha"},
		{"a\u00a0b\u200b", "a b"},
		{"कुमार", "कुमार"},
	} {
		if got := bot.Fold(c.text); got != c.want {
			t.Errorf("Fold(%q) = %q, want %q", c.text, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		once := bot.Fold(rapid.String().Draw(t, "text"))
		if again := bot.Fold(once); again != once {
			t.Fatalf("folded %q, again %q", once, again)
		}
	})
}

func TestFindWords(t *testing.T) {
	t.Parallel()
	words := []bot.Word{
		{Value: "P-1", Label: "Asha Rao", Aliases: []string{"asha@example.org"}},
		{Value: "P-12", Label: "Asha Menon"},
		{Value: "P-3", Label: "José Rao"},
		{Value: "P-4", Label: "Asha Rao Patil", Aliases: []string{"P-1"}},
		{Value: "P-5", Label: "Ravi"}, {Value: "P-6", Label: "ravi"},
	}
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"a value", "p-1", "P-1"},
		{"a name in full goes before longer ones", "ASHA RAO", "P-1"},
		{"an alias in full", "asha@example.org", "P-1"},
		{"a part fits several", "asha", "P-1 P-12 P-4"},
		{"a part in the middle", "rao", "P-1 P-3 P-4"},
		{"the beginning of a part", "men", "P-12"},
		{"two characters are too few", "me", ""},
		{"the middle of a word is no part", "sha", ""},
		{"diacritics", "jose", "P-3"},
		{"two of the same name", "Ravi", "P-5 P-6"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, w := range bot.FindWords(words, c.text) {
				got = append(got, w.Value)
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("found %v, want %s", got, c.want)
			}
		})
	}
}

func TestNameOf(t *testing.T) {
	t.Parallel()
	words := []bot.Word{{Value: "r1", Label: "Backend", Hint: "engineering", Aliases: []string{"server"}}, {Value: "r2", Label: "Backend lead"}, {Value: "r3", Label: "Design"}}
	if w, err := bot.NameOf(words, "role", "desi"); err != nil || w.Value != "r3" {
		t.Errorf("a part of one: %v %v", w, err)
	}
	_, err := bot.NameOf(words, "role", "back")
	var choices []bot.Choice
	if p, ok := err.(*bot.Problem); ok { //nolint:errorlint // the Problem itself is promised.
		choices = p.Choices
	}
	if diff := cmp.Diff([]bot.Choice{{Label: "Backend", Value: "r1", Hint: "engineering"}, {Label: "Backend lead", Value: "r2"}}, choices); diff != "" {
		t.Errorf("choices:\n%s", diff)
	}
	for text, want := range map[string]string{"servr": "Did you mean server?", "desgin": "Did you mean Design?", strings.Repeat("zebra", 20): "…”."} {
		_, err := bot.NameOf(words, "role", text)
		if bot.ErrorCode(err) != bot.CodeNotFound || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	names := []string{"approve", "reject", "Show", "O'Brien"}
	for text, want := range map[string]string{
		"aprove": "approve", "rejcet": "reject", "shwo": "Show", "obrien": "O'Brien", "xyzzy": "", "": "",
		strings.Repeat("a", 500): "",
	} {
		if got := bot.Nearest(text, names); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", text, got, want)
		}
	}
}
