package store

import (
	"fmt"
	"hash/fnv"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
)

var _ bot.Vocabulary = (*Snapshot)(nil)

// The sorts of words that a Snapshot knows.
const (
	// PersonWords are active people, EveryoneWords also those who were deactivated; the value is the id.
	PersonWords   = "person"
	EveryoneWords = "anyone"
	// RoleWords are the roles that one hires for; the value is the playbook's key.
	RoleWords = "role"
	// LevelWords, EcosystemWords, PremiumWords and UpliftWords are those of all playbooks together;
	// the value is the key.
	LevelWords     = "level"
	EcosystemWords = "ecosystem"
	PremiumWords   = "premium"
	UpliftWords    = "uplift"
	// ReasonWords are the company's reasons for a rejection; the value is ReasonCode.
	ReasonWords = "reason"
	// StageWords are the interview stages of all playbooks together; the value is the key.
	StageWords = "stage"
)

// ReasonCode returns what stands for a reason where there is room for little, as in a button. It stays
// the same whatever becomes of the other reasons.
func ReasonCode(reason string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(hiring.Fold(reason))) // a hash never fails
	return fmt.Sprintf("%08x", h.Sum32())
}

// noWords is the vocabulary of somebody who may see none.
type noWords struct{}

// Words returns nothing.
func (noWords) Words(string) []bot.Word { return nil }

// Words returns the words of one sort. Those of an unknown sort are none.
func (p *Snapshot) Words(sort string) []bot.Word { return p.words[sort] }

func (p *Snapshot) makeWords() map[string][]bot.Word {
	var everyone, people []bot.Word
	var roles, levels, ecosystems, premiums, uplifts, stages wordList
	for _, id := range p.order {
		one := p.people[id]
		label, aliases := one.Name, []string{one.Name}
		if one.MergedInto != "" {
			// Their name may be somebody else's by now, who is meant by it then.
			label, aliases = one.Name+" (merged)", nil
			if other, _ := p.PersonByName(one.Name); other.ID == id {
				aliases = []string{one.Name, "@" + one.Name}
			}
			everyone = append(everyone, bot.Word{Value: id, Label: label, Aliases: append(aliases, label, "@"+label)})
			continue
		}
		for _, identity := range one.Identities {
			aliases = append(aliases, "<@"+identity.User+">")
			if identity.User != one.Name {
				aliases = append(aliases, identity.User) // as the forms of platforms send it
			}
		}
		aliases = append(aliases, "@"+one.Name)
		// An id is no name: P-1 must never be read as the beginning of P-10.
		word := bot.Word{Value: id, Label: label, Aliases: aliases}
		everyone = append(everyone, word)
		if one.Active {
			people = append(people, word)
		}
	}
	for _, b := range p.playbooks {
		roles.add(b.Key, b.Title, append([]string{b.Short}, b.Aliases...))
		for _, l := range b.Levels {
			levels.add(l.Key, l.Title, l.Aliases)
		}
		for _, e := range b.Ecosystems {
			ecosystems.add(e.Key, e.Title, e.Aliases)
		}
		for _, x := range b.Premiums {
			premiums.add(x.Key, x.Title, x.Aliases)
		}
		for _, u := range b.Uplifts {
			uplifts.add(u.Key, u.Title, u.Aliases)
		}
		for _, x := range b.Stages {
			stages.add(x.Key, x.Title, x.Aliases)
		}
	}
	reasons := p.RejectReasons()
	words := make([]bot.Word, 0, len(reasons))
	for _, r := range reasons {
		words = append(words, bot.Word{Value: ReasonCode(r), Label: r})
	}
	return map[string][]bot.Word{
		ReasonWords:   words,
		EveryoneWords: everyone, PersonWords: people, RoleWords: roles.words, LevelWords: levels.words,
		EcosystemWords: ecosystems.words, PremiumWords: premiums.words, UpliftWords: uplifts.words, StageWords: stages.words,
	}
}

// wordList joins words of the same value: the first title stays, the names add up.
type wordList struct{ words []bot.Word }

func (l *wordList) add(value, label string, aliases []string) {
	at := -1
	for i, w := range l.words {
		if w.Value == value {
			at = i
		}
	}
	if at < 0 {
		at = len(l.words)
		l.words = append(l.words, bot.Word{Value: value, Label: label})
	}
	w := &l.words[at]
	known := map[string]bool{"": true}
	for _, a := range w.Aliases {
		known[hiring.Fold(a)] = true
	}
	for _, a := range append([]string{value, label}, aliases...) {
		if folded := hiring.Fold(a); !known[folded] {
			known[folded] = true
			w.Aliases = append(w.Aliases, a)
		}
	}
}
