package hiring_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/hiring"
)

func TestFold(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                      "",
		"  Spring\u00a0 Boot ":  "spring boot",
		"José ÁLVAREZ":          "jose alvarez",
		"Jose\u0301":            "jose",
		"C#/.NET":               "c#/.net",
		"İSTANBUL":              "istanbul",
		"Ｎｏｄｅ":                  "node",
		"Sørén":                 "søren",
		"क\u0941मार":            "क\u0941मार", // vowel signs are letters, not diacritics
		"Łukasz Żółć":           "łukasz zołc",
		"ÑANDÚ\tand\nüber-cool": "nandu and uber-cool",
	} {
		if got := hiring.Fold(text); got != want {
			t.Errorf("Fold(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestFoldTwiceIsFoldOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		once := hiring.Fold(rapid.String().Draw(t, "text"))
		if twice := hiring.Fold(once); twice != once {
			t.Fatalf("Fold(%q) = %q", once, twice)
		}
	})
}

func FuzzFold(f *testing.F) {
	f.Add("José")
	f.Add("\xf7Ċ")
	f.Add("İ\u0307\u1e9e")
	f.Fuzz(func(t *testing.T, text string) {
		once := hiring.Fold(text)
		if twice := hiring.Fold(once); twice != once {
			t.Fatalf("Fold(%q) = %q", once, twice)
		}
	})
}
