package commands

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// wordKind returns a kind that reads one of the company's words of a sort.
func wordKind(sort, example string, wire, words int) *bot.Kind {
	return &bot.Kind{
		Name: sort, Example: example,
		Parse: func(rd bot.Reading, text string) (any, error) {
			w, err := bot.NameOf(rd.Words.Words(sort), sort, text)
			return w.Value, err
		},
		Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Wire: wire, Words: words,
		Suggest: bot.SuggestWords(sort),
	}
}

// Kinds of words that the playbooks bring. Their keys are short enough to travel in buttons.
var (
	Role      = wordKind("role", "backend", 24, 4)
	Level     = wordKind("level", "senior", 8, 2)
	Ecosystem = wordKind("ecosystem", "java", 8, 2)
	Uplift    = wordKind("uplift", "services", 8, 2)
)

// RoleName reads a role where even which roles there are must not be told to everybody: a name that
// is not known is kept as it is, and the command decides what to say.
var RoleName = &bot.Kind{
	Name: "role", Example: "backend",
	Parse: func(rd bot.Reading, text string) (any, error) {
		if found := bot.FindWords(rd.Words.Words("role"), text); len(found) == 1 {
			return found[0].Value, nil
		}
		return text, nil
	},
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Wire: 24, Words: 4, Rest: true, Searched: true,
	Claims: func(rd bot.Reading, text string) bool {
		return len(bot.FindWords(rd.Words.Words("role"), text)) == 1
	},
}

// Premium reads "+cloud", "cloud", or another name of it such as "aws".
var Premium = &bot.Kind{
	Name: "premium", Example: "+cloud",
	Parse: func(rd bot.Reading, text string) (any, error) {
		w, err := bot.NameOf(rd.Words.Words("premium"), "premium", strings.TrimPrefix(text, "+"))
		return w.Value, err
	},
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Wire: 12, Words: 2,
	Suggest: bot.SuggestWords("premium"),
}

// Person reads a person by name, by @name, or by how their chat platform writes a mention.
var Person = personKind(store.PersonWords)

// Anyone reads a person like Person does, also one who was deactivated.
var Anyone = personKind(store.EveryoneWords)

func personKind(sort string) *bot.Kind {
	return &bot.Kind{
		Name: "person", Example: "@recruiter",
		Parse: func(rd bot.Reading, text string) (any, error) { return readPerson(rd.Words, sort, text) },
		Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionUser, Input: bot.InputPerson, Wire: 24, Words: 3,
		Meant:   func(text string) bool { return strings.HasPrefix(text, "@") && !strings.Contains(text, " ") },
		Suggest: bot.SuggestWords(sort),
	}
}

// readPerson finds a person of a sort. A name that is somebody's in full means nobody else, also where
// they were deactivated; and who is mentioned is named in full.
func readPerson(words bot.Vocabulary, sort, text string) (any, error) {
	name, mentioned := strings.CutPrefix(text, "@")
	known := words.Words(sort)
	found := bot.FindWords(known, name)
	exact := slices.ContainsFunc(found, func(w bot.Word) bool { return isNamed(w, name) })
	if !exact {
		for _, w := range words.Words(store.EveryoneWords) {
			if isNamed(w, name) {
				return nil, bot.NewProblem(bot.CodeNotFound, "", fmt.Sprintf("%s was deactivated. Name somebody who is not, like @recruiter.", w.Label))
			}
		}
	}
	if mentioned && !exact && len(found) > 0 {
		choices := make([]bot.Choice, 0, len(found))
		for _, w := range found {
			choices = append(choices, bot.Choice{Label: w.Label, Value: w.Value, Hint: w.Hint})
		}
		return nil, bot.NewProblem(bot.CodeNotFound, "", fmt.Sprintf("I know nobody who is called “%s” in full. Did you mean one of these?", name)).Offering(choices)
	}
	if len(found) == 0 && nearestWord(known, name) == "" {
		return nil, bot.NewProblem(bot.CodeNotFound, "", fmt.Sprintf("I know no person “%s”. Write the name, or mention them, like @recruiter.", name))
	}
	w, err := bot.NameOf(known, "person", name)
	return w.Value, err
}

// isNamed tells whether a word is what a text says, in full.
func isNamed(w bot.Word, text string) bool {
	want := bot.Fold(text)
	return slices.ContainsFunc(append([]string{w.Value, w.Label}, w.Aliases...), func(name string) bool { return bot.Fold(name) == want })
}

// nearestWord returns the name that a text misspells, or "".
func nearestWord(words []bot.Word, text string) string {
	var names []string
	for _, w := range words {
		names = append(append(names, w.Label), w.Aliases...)
	}
	return bot.Nearest(text, names)
}

// Experience reads "7y", "6-8 years", "18 months".
var Experience = &bot.Kind{
	Name: "experience", Example: "7y",
	Parse:  func(_ bot.Reading, text string) (any, error) { return hiring.ParseExperience(text) },
	Print:  func(v any) string { return fmt.Sprint(v) },
	Option: bot.OptionText, Wire: 8, Words: 4,
}

// Money reads an amount of rupees a year, such as "18.5L".
var Money = &bot.Kind{
	Name: "money", Example: "18.5L",
	Parse: func(_ bot.Reading, text string) (any, error) { return hiring.ParseRupees(text) },
	Print: func(v any) string {
		r, _ := v.(hiring.Rupees)
		return r.Short()
	},
	Option: bot.OptionText, Input: bot.InputMoney, Wire: 10, Words: 3,
}

// MoneyRange reads two amounts of rupees a year, such as "25-55L".
var MoneyRange = &bot.Kind{
	Name: "range of money", Example: "25-55L",
	Parse: func(_ bot.Reading, text string) (any, error) {
		low, high, err := hiring.ParseRupeesRange(text)
		return hiring.RupeesRange{Low: low, High: high}, err
	},
	Print: func(v any) string {
		r, _ := v.(hiring.RupeesRange)
		return r.Short()
	},
	Option: bot.OptionText, Input: bot.InputMoney, Wire: 21, Words: 5,
}

// RoleChange reads "+interviewer" and "-admin". Without a sign it reads nothing: whether a right is
// given or taken is never guessed, and many a person is named like a role.
var RoleChange = &bot.Kind{
	Name: "role change", Example: "+interviewer",
	Parse: func(_ bot.Reading, text string) (any, error) {
		name := strings.TrimLeft(text, "+-")
		role, err := hiring.ParseRole(name)
		if err != nil {
			return nil, unknownRole(name)
		}
		switch text[0] {
		case '+':
			return RoleGrant{Role: role}, nil
		case '-':
			return RoleGrant{Role: role, Take: true}, nil
		}
		return nil, bot.Invalidf("", "Give or take it? Say +%s to give it, -%s to take it.", role, role)
	},
	Print: func(v any) string {
		c, _ := v.(RoleGrant)
		if c.Take {
			return "-" + string(c.Role)
		}
		return "+" + string(c.Role)
	},
	Option: bot.OptionText, Wire: 15, Words: 2,
	Suggest: func(bot.Reading, string) []bot.Choice {
		var out []bot.Choice
		for _, r := range hiring.Roles {
			out = append(out, bot.Choice{Label: hiring.RoleTitle(r), Value: "+" + string(r), Hint: hiring.RolePurpose(r)})
		}
		return out
	},
}

// unknownRole is the answer to what is no role of a person.
func unknownRole(name string) error {
	known := make([]string, 0, 2*len(hiring.Roles))
	for _, r := range hiring.Roles {
		known = append(known, string(r), hiring.RoleTitle(r))
	}
	meant := ""
	if near := bot.Nearest(name, known); near != "" {
		meant = " Did you mean " + near + "?"
	}
	return bot.NewProblem(bot.CodeNotFound, "", fmt.Sprintf("There is no role “%s”.%s The roles are admin, recruiter, compensation, hiring_manager and interviewer.", name, meant))
}

// Reference returns the kind that reads the reference of a record: with the prefix C, "C-7", "c7" and
// "7" all are "C-7". Anything else is kept as it is, for the command to look for by name among what
// the person may see.
func Reference(prefix string) *bot.Kind {
	form := regexp.MustCompile(`^(?i:` + regexp.QuoteMeta(prefix) + `[-‐‑–—]?)?0*([1-9][0-9]{0,8})$`)
	return &bot.Kind{
		Name: "reference", Example: prefix + "-7",
		Parse: func(_ bot.Reading, text string) (any, error) {
			if m := form.FindStringSubmatch(text); m != nil {
				return prefix + "-" + m[1], nil
			}
			return text, nil
		},
		Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Rest: true, Searched: true,
		Claims: func(_ bot.Reading, text string) bool { return form.MatchString(text) },
		// A number has up to nine digits.
		Wire: len(prefix) + len("-") + 9,
	}
}
