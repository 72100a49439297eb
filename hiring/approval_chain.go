package hiring

import (
	"regexp"
	"slices"
	"strings"
)

// ChainStep is one step of an approval chain, as it is set: who is asked, and whether all of them
// must approve or any one is enough. A role in a step of All means everybody who has it.
type ChainStep struct {
	All bool
	// People are ids.
	People []string
	Roles  []Role
}

// String returns the step as ParseChain reads it, with the ids of people behind an @.
func (s ChainStep) String() string { return s.format(nil) }

func (s ChainStep) format(name func(id string) string) string {
	var who []string
	for _, id := range s.People {
		if name != nil {
			id = name(id)
		}
		who = append(who, "@"+id)
	}
	for _, r := range s.Roles {
		who = append(who, string(r))
	}
	if s.All {
		return strings.Join(who, " & ")
	}
	return strings.Join(who, ", ")
}

// FormatChain returns a chain as ParseChain reads it. The function gives people's names by their
// ids; nil leaves the ids.
func FormatChain(chain []ChainStep, name func(id string) string) string {
	steps := make([]string, len(chain))
	for i, s := range chain {
		steps[i] = s.format(name)
	}
	return strings.Join(steps, " > ")
}

const chainExample = "Example: approver-1 > compensation"

var (
	// chainMention is an account as a chat platform writes it; its closing bracket ends no step.
	chainMention = regexp.MustCompile(`<@[^<>]*>`)
	chainAnyOf   = regexp.MustCompile(`(?i),|\s+or\s+`)
	chainAllOf   = regexp.MustCompile(`(?i)&|\s+and\s+`)
)

// rolePrefix marks a word of a chain as a role, where somebody is called like one.
const rolePrefix = "role:"

// ClearChain refuses a word of a chain that is a role and somebody's name too, with both ways to write
// it, unless it comes to the same: they are the only one who has the role. A role keeps its word where
// nobody is called so.
func ClearChain(text string, people []Person) error {
	for _, part := range splitSteps(text) {
		separator := chainAnyOf
		if chainAllOf.MatchString(part) {
			separator = chainAllOf
		}
		for _, word := range separator.Split(part, -1) {
			word = strings.TrimSpace(word)
			role, err := ParseRole(word)
			if err != nil {
				continue
			}
			var called, others bool
			for _, p := range people {
				isCalled := Fold(p.Name) == Fold(word)
				called = called || isCalled
				others = others || isCalled != p.Has(role)
			}
			if called && others {
				return InvalidField(SettingApprovers, "“%s” is a person and a role. Write @%s for the person, %s%s for anyone who is %s.", word, word, rolePrefix, role, RoleTitle(role))
			}
		}
	}
	return nil
}

// Reading says whom each step of a chain asks, in words; the function gives people's names by their ids.
func (s ChainStep) Reading(name func(id string) string) string {
	var who []string
	for _, id := range s.People {
		who = append(who, "@"+name(id))
	}
	for _, r := range s.Roles {
		if s.All {
			who = append(who, "everyone who is "+RoleTitle(r))
		} else {
			who = append(who, "anyone who is "+RoleTitle(r))
		}
	}
	if s.All && len(who) > 1 {
		return strings.Join(who, " and ")
	}
	return orList(who)
}

// ParseChain reads an approval chain: steps separated by ">", decided one after the other; in a
// step people and roles, separated by "," or "or" where any one of them is enough, by "&" or "and"
// where all must approve (of a role: everybody who has it). A word is a role before it is a person,
// one with an @ a person before it is a role, one behind "role:" a role alone. The function finds a person by what stands there,
// without the @. Empty text is no chain. It returns an Invalid error for the field SettingApprovers
// that says what is wrong and gives an example.
func ParseChain(text string, known func(name string) (personID string, ok bool)) ([]ChainStep, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	var chain []ChainStep
	for _, part := range splitSteps(text) {
		step, err := parseStep(part, text, known)
		if err != nil {
			return nil, err
		}
		chain = append(chain, step)
	}
	return chain, nil
}

// splitSteps splits at each ">" that does not close a mention.
func splitSteps(text string) []string {
	var steps []string
	mentions := chainMention.FindAllStringIndex(text, -1)
	start := 0
	for i, c := range text {
		inside := slices.ContainsFunc(mentions, func(m []int) bool { return i >= m[0] && i < m[1] })
		if c == '>' && !inside {
			steps = append(steps, text[start:i])
			start = i + 1
		}
	}
	return append(steps, text[start:])
}

func parseStep(part, text string, known func(name string) (string, bool)) (ChainStep, error) {
	anyOf, allOf := chainAnyOf.MatchString(part), chainAllOf.MatchString(part)
	separator := chainAnyOf
	var step ChainStep
	switch {
	case anyOf && allOf:
		return step, InvalidField(SettingApprovers,
			"“%s” mixes “any of” and “all of” in one step. Make two steps of it, like asha & ravi > compensation.", shorten(strings.TrimSpace(part), 60))
	case allOf:
		separator, step.All = chainAllOf, true
	}
	for _, who := range separator.Split(part, -1) {
		if err := step.add(who, text, known); err != nil {
			return ChainStep{}, err
		}
	}
	return step, nil
}

func (s *ChainStep) add(who, text string, known func(name string) (string, bool)) error {
	who = strings.TrimSpace(who)
	name, mentioned := strings.CutPrefix(who, "@")
	name = strings.TrimSpace(name)
	if name == "" {
		return InvalidField(SettingApprovers, "There is a step without anybody in “%s”. %s", shorten(text, 60), chainExample)
	}
	named, onlyRole := strings.CutPrefix(name, rolePrefix)
	role, err := ParseRole(named)
	isRole := err == nil
	if !onlyRole && (!isRole || mentioned) {
		if id, ok := known(name); ok {
			if !slices.Contains(s.People, id) {
				s.People = append(s.People, id)
			}
			return nil
		}
	}
	if !isRole {
		return InvalidField(SettingApprovers, "“%s” is neither a person nor a role. %s", shorten(name, 60), chainExample)
	}
	if !slices.Contains(s.Roles, role) {
		s.Roles = append(s.Roles, role)
	}
	return nil
}

// covers tells whether deciding this step decides the other one, too: whoever settles this step
// settles what the other asks. An "any of" with others in it does not, since those could decide alone.
func (s ChainStep) covers(other ChainStep) bool {
	has := func() bool {
		for _, id := range other.People {
			if !slices.Contains(s.People, id) {
				return false
			}
		}
		for _, r := range other.Roles {
			if !slices.Contains(s.Roles, r) {
				return false
			}
		}
		return true
	}
	switch {
	case s.All:
		return has()
	case other.All && (len(other.Roles) > 0 || len(other.People) > 1):
		return false
	}
	// Any of fewer is narrower, so this step must hold nobody that the other does not.
	for _, id := range s.People {
		if !slices.Contains(other.People, id) {
			return false
		}
	}
	for _, r := range s.Roles {
		if !slices.Contains(other.Roles, r) {
			return false
		}
	}
	return len(s.People)+len(s.Roles) > 0
}
