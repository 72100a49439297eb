package hiring

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold returns the form of a text that names and words are compared in: lower case, without
// diacritics ("Sørén" keeps its ø, which is a letter; "José" becomes "jose"), every run of white
// space one blank, none at the ends. Vowel signs of Indic scripts are kept: they are not
// diacritics, and words that differ in them are different words. What is no UTF-8
// becomes the replacement character. Fold(Fold(s)) is Fold(s).
func Fold(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 0x300 && r <= 0x36F { // the block of combining diacritical marks
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(strings.ToValidUTF8(s, "\uFFFD")))
	return norm.NFKC.String(strings.Join(strings.Fields(s), " "))
}
