package commands

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/agnivade/levenshtein"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// opening is what is wanted, read from words such as "senior java backend": a role, its level and
// stack. A title that no playbook has is kept, under the playbook for any role.
type opening struct {
	role, level, ecosystem, title string
	// unknown are the words beside a role that is known which say nothing of it: a title of its own, or
	// something else that was misspelt.
	unknown string
	// text says the same in words that are read as this very opening.
	text string
}

// anyRole is the key of the playbook that serves any title.
const anyRole = "general"

// Opening reads a role with its level and stack, in any order.
var Opening = &bot.Kind{
	Name: "role and level", Example: "senior java backend",
	Parse: func(rd bot.Reading, text string) (any, error) {
		o, err := readOpening(rd.Words, text)
		if err != nil {
			return nil, err
		}
		if o.title == "" {
			return nil, bot.Invalidf("", "Say which role, for example: senior java backend")
		}
		// The tidy words, unless they would be read as something else: a title beside a role that is
		// known does not name it, and words that were apart may mean more together.
		tidy := o.tidy()
		if again, err := readOpening(rd.Words, tidy); err == nil && again == o {
			o.text = tidy
		} else {
			o.text = strings.Join(strings.Fields(text), " ")
		}
		return o, nil
	},
	Print: func(v any) string {
		o, _ := v.(opening)
		return o.text
	},
	Option: bot.OptionText, Rest: true, Claims: func(bot.Reading, string) bool { return false },
}

// tidy returns the opening in the order that people put it in: senior java backend developer.
func (o opening) tidy() string {
	title := o.title
	if o.role != anyRole && title != "" {
		title = strings.ToLower(title[:1]) + title[1:]
	}
	return strings.Join(strings.Fields(o.level+" "+o.ecosystem+" "+title), " ")
}

var (
	// joiners are words around an opening that say nothing by themselves.
	joiners = []string{"a", "an", "the", "by", "in", "at", "for", "with", "and", "of", "on", "to", "from", "until", "till", "please", "need", "want", "hire", "hiring", "looking", "asap", "urgent", "urgently", "budget", "we", "some"}
	// trades are words that say nothing more once the role is known.
	trades = []string{"developer", "engineer", "dev", "programmer", "coder"}
	// amount is what can only be a number of seats or a sum; "3D" may stand in a title.
	amount = regexp.MustCompile(`^([x×]?[0-9]+|₹?[0-9.,]+[-–][0-9.,]+.*|₹.*)$`)
)

func readOpening(words bot.Vocabulary, text string) (opening, error) {
	var o opening
	fields := strings.Fields(strings.NewReplacer(",", " ", ";", " ").Replace(text))
	var title, unknown []string
	for i := 0; i < len(fields); {
		had := o.role
		n := takeOpening(&o, words, fields[i:])
		if o.role != had || n == 0 { // a title of its own keeps the role in it
			title = append(title, fields[i:i+max(n, 1)]...)
		}
		if n == 0 {
			unknown = append(unknown, fields[i])
		}
		i += max(n, 1)
	}
	if word, ok := findConfidential(unknown); ok {
		return o, notInTitle(word)
	}
	for i, word := range unknown {
		if isExperience(unknown, i) {
			return o, bot.Invalidf("", "“%s” is experience, and a requisition has a level. Write one, like senior", word)
		}
		if amount.MatchString(word) {
			return o, notAnAmount(word)
		}
		if near := misspelt(o, words, word); near != "" {
			return o, bot.Invalidf("", "I did not understand “%s”. Did you mean %s?", word, near)
		}
	}
	unknown = bareTitle(unknown, o.role != "")
	switch {
	case len(unknown) > 0 && o.role != "":
		o.title, o.unknown = strings.Join(bareTitle(title, false), " "), strings.Join(unknown, " ")
	case len(unknown) > 0:
		o.title, o.role = strings.Join(unknown, " "), anyRole
	case o.role != "":
		for _, w := range words.Words(store.RoleWords) {
			if w.Value == o.role {
				o.title = w.Label
			}
		}
	}
	return o, nil
}

// isExperience tells whether the words from one on say how long somebody has worked: "3-4y", "7 years".
func isExperience(words []string, at int) bool {
	for n := 1; n <= 2 && at+n <= len(words); n++ {
		text := strings.Join(words[at:at+n], " ")
		if _, err := hiring.ParseExperience(text); err == nil {
			return true
		}
	}
	_, err := hiring.ParseExperience("7 " + words[at]) // the number was taken for seats
	return err == nil
}

// notInTitle is the answer to what means "confidential" among the words of a title: taken for a part of
// it, it would make public what was to be kept.
func notInTitle(word string) error {
	if isConfidential(word) {
		return bot.Invalidf("", "“%s” is no part of a role. Leave it out here. Typed, it stands by itself. Example: /req new senior java backend confidential", word)
	}
	return bot.Invalidf("", "I did not understand “%s”. Did you mean confidential?", word)
}

// findConfidential returns the first of some words, or the first two in a row, that mean "confidential".
func findConfidential(words []string) (string, bool) {
	for i, word := range words {
		if meansConfidential(word) {
			return word, true
		}
		if i > 0 && meansConfidential(words[i-1]+word) {
			return words[i-1] + " " + word, true
		}
	}
	return "", false
}

// unsureOpening refuses words beside a role that is known which look like something misspelt. It is asked
// of what was typed alone: a form shows its words before it is sent.
func unsureOpening(words bot.Vocabulary, o opening) error {
	for _, word := range strings.Fields(o.unknown) {
		if near := nearestKnown(words, word); near != "" {
			return bot.Invalidf("what", "I did not understand “%s”. Did you mean %s? If it is a part of the title, write that into the form: /req new", word, near)
		}
	}
	return nil
}

// nearestKnown returns what a word beside an opening misspells: a month, a work mode, a city, a level or
// a stack. The first letter is seldom the wrong one, and "search" is no March.
func nearestKnown(words bot.Vocabulary, word string) string {
	var names []string
	labels := map[string]string{}
	add := func(label string, others ...string) {
		for _, name := range append([]string{label}, others...) {
			if first := bot.Fold(name); first != "" && strings.HasPrefix(bot.Fold(word), first[:1]) {
				names, labels[name] = append(names, name), label
			}
		}
	}
	for m := time.January; m <= time.December; m++ {
		add(m.String())
	}
	for _, mode := range WorkMode.Suggest(bot.Reading{}, "") {
		add(mode.Value)
	}
	for _, p := range hiring.Places() {
		add(p.Name, p.Aliases...)
	}
	for _, sort := range []string{store.LevelWords, store.EcosystemWords} {
		for _, w := range words.Words(sort) {
			add(w.Label, w.Aliases...)
		}
	}
	near := bot.Nearest(word, names)
	if near == "" || len(word) <= 3 || bot.Fold(near) == bot.Fold(word) {
		return ""
	}
	return labels[near]
}

// bareTitle returns the words of a title without what says nothing around them; where the role is known,
// its trade alone is no title.
func bareTitle(title []string, known bool) []string {
	for len(title) > 0 && slices.Contains(joiners, strings.ToLower(title[len(title)-1])) {
		title = title[:len(title)-1]
	}
	for len(title) > 0 && slices.Contains(joiners, strings.ToLower(title[0])) {
		title = title[1:]
	}
	if known && len(title) == 1 && slices.Contains(trades, strings.TrimSuffix(strings.ToLower(title[0]), "s")) {
		return nil
	}
	return title
}

// notAnAmount says what is wrong with a number that is neither seats nor a budget.
func notAnAmount(word string) error {
	if strings.HasPrefix(word, "x") || strings.HasPrefix(word, "×") {
		if _, err := hiring.ParseSeats(word); err != nil {
			return bot.Invalidf("", "%s", messageOf(err))
		}
	}
	if _, _, err := hiring.ParseRupeesRange(word); err != nil {
		return bot.Invalidf("", "%s", messageOf(err))
	}
	return bot.Invalidf("", "“%s” may be seats or lakhs a year. Write x%s or %sL.", word, word, word)
}

// misspelt returns what a word that belongs to no title may have been meant as: beside a role that is
// known a level or a stack, beside these a role. "" is for what may well be a title.
func misspelt(o opening, words bot.Vocabulary, word string) string {
	var sorts []string
	switch {
	case o.role != "":
		sorts = []string{store.LevelWords, store.EcosystemWords}
	case o.level != "" || o.ecosystem != "":
		sorts = []string{store.RoleWords}
	}
	for _, sort := range sorts {
		if near := nearestWord(words.Words(sort), word); near != "" && len(word) > 3 {
			return near
		}
	}
	return ""
}

// takeOpening reads the part of an opening that words begin with, and returns its length in words.
func takeOpening(o *opening, words bot.Vocabulary, fields []string) int {
	for n := min(3, len(fields)); n > 0; n-- {
		text := strings.Join(fields[:n], " ")
		for _, part := range []struct {
			sort string
			into *string
		}{{store.RoleWords, &o.role}, {store.LevelWords, &o.level}, {store.EcosystemWords, &o.ecosystem}} {
			if *part.into != "" {
				continue
			}
			if value, ok := exactly(words.Words(part.sort), text); ok {
				*part.into = value
				return n
			}
		}
	}
	return 0
}

// exactly returns the word that has a name, in the singular or the plural. A part of a name is not
// enough here: "engineer" is no role, although some are called so.
func exactly(words []bot.Word, text string) (string, bool) {
	want := squeezed(text)
	for _, w := range words {
		for _, name := range append([]string{w.Value, w.Label}, w.Aliases...) {
			if have := squeezed(name); have == want || have+"s" == want {
				return w.Value, true
			}
		}
	}
	return "", false
}

// squeezed folds a name, without what people put between its words.
func squeezed(name string) string {
	return strings.NewReplacer(" ", "", "-", "").Replace(hiring.Fold(name))
}

// Seats reads how many people are wanted: "x2", "2 seats".
var Seats = &bot.Kind{
	Name: "seats", Example: "x2",
	Parse: func(_ bot.Reading, text string) (any, error) { return hiring.ParseSeats(text) },
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionInteger, Input: bot.InputNumber, Wire: 3, Words: 2,
	Claims: func(_ bot.Reading, text string) bool {
		n, err := hiring.ParseSeats(text)
		return err == nil && (n <= fewSeats || !bareNumber.MatchString(text))
	},
}

var bareNumber = regexp.MustCompile(`^[0-9]+$`)

// fewSeats is the most that a number by itself stands for seats: a larger one may be lakhs a year.
const fewSeats = 9

// Budget reads a range of money. A number by itself is none: it may be a number of seats.
var Budget = &bot.Kind{
	Name: MoneyRange.Name, Example: "35-45L", Parse: MoneyRange.Parse, Print: MoneyRange.Print,
	Option: MoneyRange.Option, Input: MoneyRange.Input, Wire: MoneyRange.Wire, Words: MoneyRange.Words,
	Claims: func(rd bot.Reading, text string) bool {
		_, err := MoneyRange.Parse(rd, text)
		return err == nil && !bareNumber.MatchString(text)
	},
}

// Place reads where somebody works. A city that hires is known by all its names; of other words only
// those that are named (where:Mysuru) are a place.
var Place = &bot.Kind{
	Name: "place", Example: "bengaluru",
	Parse: func(_ bot.Reading, text string) (any, error) {
		if p, ok := hiring.FindPlace(text); ok {
			return p.Name, nil
		}
		if word, ok := findConfidential(strings.Fields(text)); ok {
			return nil, bot.Invalidf("", "“%s” is no part of a place. Write it by itself: where:Mysuru confidential", word)
		}
		return strings.Join(strings.Fields(text), " "), nil
	},
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Words: 3,
	Claims: func(_ bot.Reading, text string) bool { _, ok := hiring.FindPlace(text); return ok },
	Suggest: func(bot.Reading, string) []bot.Choice {
		var out []bot.Choice
		for _, p := range hiring.Places() {
			out = append(out, bot.Choice{Label: p.Name, Value: p.Name})
		}
		return out
	},
}

// TargetDay reads the day by which seats are to be filled. What can only be meant as a day is one, also
// where there is no such day; "7 years" is somebody's experience.
var TargetDay = &bot.Kind{
	Name: bot.Day.Name, Example: bot.Day.Example,
	Parse: func(rd bot.Reading, text string) (any, error) {
		day, err := bot.Day.Parse(rd, text)
		if meant, ok := meansDay(text); err != nil && ok && meant != text {
			if _, wrong := bot.Day.Parse(rd, meant); wrong != nil {
				return nil, wrong
			}
			return nil, bot.Invalidf("", "I did not understand “%s”. Did you mean %s?", text, meant)
		}
		return day, err
	},
	Print: bot.Day.Print, Option: bot.Day.Option, Input: bot.Day.Input, Wire: bot.Day.Wire, Words: bot.Day.Words,
	Claims: func(rd bot.Reading, text string) bool {
		if _, err := hiring.ParseExperience(text); err == nil {
			return false
		}
		_, err := bot.Day.Parse(rd, text)
		_, meant := meansDay(text)
		return err == nil || meant
	},
}

// dayForm is a day with its month in words, and perhaps the year.
var dayForm = regexp.MustCompile(`^(?:([0-9]{1,2}) ([^0-9 ]{3,})|([^0-9 ]{3,}) ([0-9]{1,2}))( [0-9]{4})?$`)

// meansDay tells whether words can only be meant as a day, such as "31 February" or "30 Febuary", and
// returns it with the month spelt right.
func meansDay(text string) (string, bool) {
	m := dayForm.FindStringSubmatch(text)
	if m == nil {
		return "", false
	}
	month := nearestMonth(m[2] + m[3])
	return m[1] + m[4] + " " + month + m[5], month != ""
}

// nearestMonth returns the month that a word names, cut short or not, or misspells; else "".
func nearestMonth(word string) string {
	word = bot.Fold(word)
	for m := time.January; m <= time.December; m++ {
		name := bot.Fold(m.String())
		wrong := levenshtein.ComputeDistance(word, name)
		if strings.HasPrefix(name, word) || word[:1] == name[:1] && (wrong <= 1 || wrong == 2 && len(word) > 4) {
			return m.String()
		}
	}
	return ""
}

// WorkMode reads onsite, hybrid or remote.
var WorkMode = &bot.Kind{
	Name: "work mode", Example: "hybrid",
	Parse: func(_ bot.Reading, text string) (any, error) { return hiring.ParseWorkMode(text) },
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Wire: 6, Words: 2,
	Claims: func(_ bot.Reading, text string) bool {
		_, err := hiring.ParseWorkMode(text)
		return err == nil && !strings.EqualFold(text, "office") && !strings.EqualFold(text, "home") // an office manager
	},
	Suggest: func(bot.Reading, string) []bot.Choice {
		return []bot.Choice{{Label: "Hybrid", Value: "hybrid"}, {Label: "Onsite", Value: "onsite"}, {Label: "Remote", Value: "remote"}}
	},
}

// Skills reads a list of skills: one a line, else between semicolons, else between commas. A skill
// that stands on a line of its own may hold commas.
var Skills = &bot.Kind{
	Name: "skills", Example: "Kafka, PostgreSQL",
	Parse: func(_ bot.Reading, text string) (any, error) {
		sep := ","
		for _, other := range []string{";", "\n"} {
			if strings.Contains(text, other) {
				sep = other
			}
		}
		var out []string
		for _, part := range strings.Split(text, sep) {
			if part = strings.Join(strings.Fields(part), " "); part != "" {
				out = append(out, part)
			}
		}
		return out, nil
	},
	Print: func(v any) string {
		list, _ := v.([]string)
		if len(list) == 1 && strings.Contains(list[0], ",") {
			return list[0] + ";" // its commas are its own
		}
		return strings.Join(list, "\n")
	},
	Option: bot.OptionText, Input: bot.InputLongText, Words: 3, Rest: true,
}

// StageKey reads an interview stage of a playbook by its key or title; the command checks it.
var StageKey = &bot.Kind{
	Name: "stage", Example: "system-design",
	Parse: func(_ bot.Reading, text string) (any, error) { return strings.TrimSpace(text), nil },
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Words: 3, Rest: true,
}

// Confidential reads yes or no, and the bare word "confidential".
var Confidential = &bot.Kind{
	Name: "confidential", Example: "confidential",
	Parse: func(rd bot.Reading, text string) (any, error) {
		if isConfidential(text) {
			return true, nil
		}
		return bot.YesNo.Parse(rd, text)
	},
	Print: bot.YesNo.Print, Option: bot.OptionBool, Input: bot.InputChoice, Wire: 3,
	Claims:   func(_ bot.Reading, text string) bool { return isConfidential(text) },
	Reserves: meansConfidential,
}

func isConfidential(text string) bool {
	word := onlyLetters(text)
	return word == "confidential" || word == "confidentially"
}

// meansConfidential tells whether a word can only be meant as "confidential", whether it is spelt right
// or not, or cut short. What is not to be known must not become public by a slip.
func meansConfidential(text string) bool {
	word := onlyLetters(text)
	if bot.Nearest(word, []string{"confidential", "confidentially"}) != "" {
		return true
	}
	const most, least = "confidential", 5
	if len(word) < least || !strings.HasPrefix(word, "conf") {
		return false
	}
	rest := most
	for _, r := range word {
		_, after, found := strings.Cut(rest, string(r))
		if !found {
			return false
		}
		rest = after
	}
	return true
}

// onlyLetters folds a word, without the signs around it: "+Confidential!".
func onlyLetters(text string) string {
	return strings.TrimFunc(bot.Fold(text), func(r rune) bool { return !unicode.IsLetter(r) })
}

// ReqRef reads a requisition's reference.
var ReqRef = Reference("R")

// ApprovalRef reads the reference of an approval, as the buttons of its card carry it.
var ApprovalRef = &bot.Kind{
	Name: "approval", Example: "A-7",
	Parse: func(rd bot.Reading, text string) (any, error) {
		v, err := Reference("A").Parse(rd, text)
		if id, ok := v.(string); err == nil && (!ok || !strings.HasPrefix(id, "A-")) {
			return nil, bot.Invalidf("", "“%s” is no approval. Write the requisition alone to decide what is asked now.", text)
		}
		return v, err
	},
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Wire: 11,
	Claims: func(_ bot.Reading, text string) bool { return strings.HasPrefix(strings.ToUpper(text), "A-") },
}

// reqNumber reads a requisition's reference where nothing but one can be meant: "/req R-12".
var reqNumber = &bot.Kind{
	Name: "requisition", Example: "R-12",
	Parse: func(rd bot.Reading, text string) (any, error) {
		v, err := ReqRef.Parse(rd, text)
		if id, ok := v.(string); err == nil && (!ok || !ReqRef.Claims(rd, id)) {
			return nil, bot.Invalidf("", "“%s” is not the number of a requisition. Write it like R-12.", text)
		}
		return v, err
	},
	Print: ReqRef.Print, Option: bot.OptionText,
	Claims: func(rd bot.Reading, text string) bool { return ReqRef.Claims(rd, text) },
}
