package hiring

import (
	_ "embed" // reads the list below
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

//go:embed remarks.txt
var remarksFile string

// MaxRemarkWords is how many words in a row an entry of the list can have.
const MaxRemarkWords = 4

// RemarkList is a list of words in remarks that have nothing to do with the work, with the reason of
// each. It gives hints and no more: nothing is blocked by it, and nothing that it finds is kept.
type RemarkList struct {
	byWords map[string]remarkEntry
	longest int
}

type remarkEntry struct{ group, reason string }

// Remark is a word of a text to think about once more.
type Remark struct {
	// Words are as they stand in the list, Group is what they are about, Reason why they do not belong
	// there.
	Words, Group, Reason string
}

// DefaultRemarks returns the list that comes with the product.
func DefaultRemarks() RemarkList {
	list, err := ParseRemarks(remarksFile)
	if err != nil { // a test reads the list that is built in
		return RemarkList{}
	}
	return list
}

// ParseRemarks reads a list: "[group] The reason." begins a group, and each line below it is a word or
// some words in a row. Empty lines, and lines that begin with #, are left out. It returns an Invalid
// error that names the line.
func ParseRemarks(text string) (RemarkList, error) {
	list := RemarkList{byWords: map[string]remarkEntry{}}
	var entry remarkEntry
	for at, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "["):
			group, reason, closed := strings.Cut(line[1:], "]")
			entry = remarkEntry{group: strings.TrimSpace(group), reason: strings.TrimSpace(reason)}
			if !closed || entry.group == "" || entry.reason == "" {
				return RemarkList{}, lineProblem(at, "A group is written like “[age] Age says nothing about the work.”")
			}
		case entry.group == "":
			return RemarkList{}, lineProblem(at, "A word stands before the first group. Begin with a line like “[age] The reason.”")
		default:
			words := remarkWords(line)
			if len(words) == 0 || len(words) > MaxRemarkWords {
				return RemarkList{}, lineProblem(at, fmt.Sprintf("A line has 1 to %d words.", MaxRemarkWords))
			}
			list.byWords[strings.Join(words, " ")] = entry
			list.longest = max(list.longest, len(words))
		}
	}
	return list, nil
}

func lineProblem(at int, what string) *Error {
	return InvalidField("remarks", "Line %d: %s", at+1, what)
}

// What a word of the company's own is about, and why it is shown.
const (
	ownRemarks      = "company"
	ownRemarkReason = "Your company's list names this. Write what they did or said."
)

// Edited returns the list with a company's own words, separated by semicolon or line. A word with a
// minus in front is taken off. It returns an Invalid error for the field "remark_words".
func (l RemarkList) Edited(text string) (RemarkList, error) {
	edited := RemarkList{byWords: map[string]remarkEntry{}, longest: l.longest}
	maps.Copy(edited.byWords, l.byWords)
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ';' || r == '\n' }) {
		part = strings.TrimSpace(part)
		words := remarkWords(part)
		phrase := strings.Join(words, " ")
		switch {
		case part == "":
		case len(words) == 0 || len(words) > MaxRemarkWords:
			return l, InvalidField("remark_words", "An entry has 1 to %d words. Separate entries by semicolons, like rockstar; -lady.", MaxRemarkWords)
		case strings.HasPrefix(part, "-"):
			delete(edited.byWords, phrase)
		default:
			edited.byWords[phrase] = remarkEntry{group: ownRemarks, reason: ownRemarkReason}
			edited.longest = max(edited.longest, len(words))
		}
	}
	return edited, nil
}

// Find returns what of a text stands in the list, in the order of the text, each once. Words count as a
// whole, and of those that overlap the longest.
func (l RemarkList) Find(text string) []Remark {
	words := remarkWords(text)
	var found []Remark
	for at := 0; at < len(words); {
		taken := 1
		for n := min(l.longest, len(words)-at); n > 0; n-- {
			phrase := strings.Join(words[at:at+n], " ")
			entry, ok := l.byWords[phrase]
			if !ok {
				continue
			}
			remark := Remark{Words: phrase, Group: entry.group, Reason: entry.reason}
			if !slices.Contains(found, remark) {
				found = append(found, remark)
			}
			taken = n
			break
		}
		at += taken
	}
	return found
}

// remarkWords returns the words of a text, folded.
func remarkWords(text string) []string {
	return strings.FieldsFunc(Fold(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
}
