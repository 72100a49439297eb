package bot

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	plain := func(texts ...string) []word {
		var out []word
		for _, s := range texts {
			out = append(out, word{text: s, typed: s})
		}
		return out
	}
	for _, c := range []struct {
		name, text string
		want       []word
		open       bool
	}{
		{"nothing", "", nil, false},
		{"blanks only", " \t\u00a0\n", nil, false},
		{"blanks of every kind", "a\tb\u00a0c\u2003d\u3000e\nf ", plain("a", "b", "c", "d", "e", "f"), false},
		{"the last word is open", "a b", plain("a", "b"), true},
		{"zero-width characters", "\ufeffba\u200bnd\u2060", plain("band"), true},
		{"joiners stay within a word", "\u200dक्\u200dष 👩\u200d🌾", plain("क्\u200dष", "👩\u200d🌾"), true},
		{"control characters", "a\x00b\x1bc", plain("abc"), true},
		{"apostrophes", "O'Brien ‘x’", plain("O'Brien", "‘x’"), true},
		{"quotes", `"a b" c`, []word{{text: "a b", typed: `"a b"`, quoted: true}, {text: "c", typed: "c"}}, true},
		{"quotes of other shapes", "„a b“ «c d»", []word{{text: "a b", typed: "„a b“", quoted: true}, {text: "c d", typed: "«c d»", quoted: true}}, true},
		{"a quote left open", `x "a b `, []word{{text: "x", typed: "x"}, {text: "a b ", typed: `"a b `, quoted: true}}, true},
		{"quotes with nothing in them", `"" a`, []word{{typed: `""`, quoted: true}, {text: "a", typed: "a"}}, true},
		{"name:value", "Note:x", []word{{text: "x", key: "note", typed: "Note:x"}}, true},
		{"name and no value", "note:", []word{{key: "note", typed: "note:"}}, true},
		{"a quoted value", `note:"a b"`, []word{{text: "a b", key: "note", quoted: true, typed: `note:"a b"`}}, true},
		{"a quoted name is no name", `"note:x"`, []word{{text: "note:x", quoted: true, typed: `"note:x"`}}, true},
		{"a time is no name", "10:30", plain("10:30"), true},
		{"a link keeps its scheme", "https://x.org/a:b", []word{{text: "//x.org/a:b", key: "https", typed: "https://x.org/a:b"}}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			words, open := scan(c.text)
			if diff := cmp.Diff(c.want, words, cmp.AllowUnexported(word{})); diff != "" || open != c.open {
				t.Errorf("open %v, want %v; words:\n%s", open, c.open, diff)
			}
		})
	}
}

func TestSplitIsBounded(t *testing.T) {
	t.Parallel()
	words := split(strings.Repeat("x ", 10*maxWords))
	if len(words) != maxWords+1 || !strings.HasPrefix(words[maxWords].text, "x x x") {
		t.Errorf("%d words", len(words))
	}
}

// What suggestions quote is read back as one word of the same text.
func TestQuoteIsReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		value := strings.TrimSpace(rapid.StringOf(rapid.RuneFrom([]rune(`ab:+-'’ é"“|,`))).Draw(t, "value"))
		words := split(quote(value))
		want := strings.Map(func(r rune) rune {
			if isQuote(r) {
				return -1
			}
			return r
		}, value)
		if len(words) != 1 || words[0].text != want || words[0].key != "" {
			t.Fatalf("%q is quoted as %s and read as %+v", value, quote(value), words)
		}
	})
}
