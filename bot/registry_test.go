package bot_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/bot"
)

func goodSpec() bot.Spec {
	return bot.Spec{Noun: "band", Verb: "show", Default: true, Summary: "Show it", Examples: []string{"/band"}}
}

func TestNewRegistryNamesEachMistake(t *testing.T) {
	t.Parallel()
	param := func(p bot.Param) func(*bot.Spec) {
		return func(s *bot.Spec) {
			if p.Kind == nil {
				p.Kind = bot.Integer
			}
			if p.Help == "" {
				p.Help = "Help"
			}
			s.Params = append(s.Params, p)
		}
	}
	for _, c := range []struct {
		name   string
		change func(*bot.Spec)
		want   string
	}{
		{"noun", func(s *bot.Spec) { s.Noun = "Band" }, "noun and verb must be short lower-case words"},
		{"verb", func(s *bot.Spec) { s.Verb = "show it" }, "noun and verb must be short lower-case words"},
		{"no summary", func(s *bot.Spec) { s.Summary = "" }, "summary has 0 characters"},
		{"long summary", func(s *bot.Spec) { s.Summary = strings.Repeat("é", 101) }, "summary has 101 characters"},
		{"no example", func(s *bot.Spec) { s.Examples = nil }, "has no example"},
		{"long shortcut", func(s *bot.Spec) { s.Shortcut = strings.Repeat("é", 25) }, "shortcut has 25 characters, at most 24"},
		{"shortcut to something typed", func(s *bot.Spec) {
			s.Shortcut = "Show a day"
			param(bot.Param{Name: "day", Required: true})(s)
		}, "a shortcut has nobody type anything, yet day is needed and no form asks for it"},
		{"no default", func(s *bot.Spec) { s.Default = false }, "noun band: 0 default verbs"},
		{"name of a parameter", param(bot.Param{Name: "To Day"}), `parameter "To Day": bad or repeated name`},
		{"help of a parameter", param(bot.Param{Name: "day", Help: strings.Repeat("x", 101)}), "parameter day: help has 101 characters"},
		{"kind without readers", param(bot.Param{Name: "day", Kind: &bot.Kind{}}), "parameter day: kind without Parse and Print"},
		{"choice without a value", param(bot.Param{Name: "day", Choices: []bot.Choice{{Label: "x"}}}), "parameter day: choice"},
		{"comma in a list", param(bot.Param{Name: "day", Repeated: true, Choices: []bot.Choice{{Label: "x", Value: "a,b"}}}), "parameter day: choice"},
		{"same parameter twice", func(s *bot.Spec) {
			param(bot.Param{Name: "day"})(s)
			param(bot.Param{Name: "day"})(s)
		}, `parameter "day": bad or repeated name`},
		{"two texts", func(s *bot.Spec) {
			param(bot.Param{Name: "one", Kind: bot.PlainText})(s)
			param(bot.Param{Name: "two", Kind: bot.LongText})(s)
		}, "2 parameters take the rest"},
		{"two flags", func(s *bot.Spec) {
			param(bot.Param{Name: "one", Flag: true})(s)
			param(bot.Param{Name: "two", Flag: true})(s)
		}, "2 parameters take the words with a sign"},
		{"too many parameters", func(s *bot.Spec) {
			for i := range 26 {
				param(bot.Param{Name: fmt.Sprintf("p%d", i), Kind: bot.UploadedFile})(s)
			}
		}, "26 parameters, at most 25"},
		{"too long a button", func(s *bot.Spec) {
			for i := range 9 {
				param(bot.Param{Name: fmt.Sprintf("p%d", i)})(s)
			}
		}, "a button of it can have 111 characters, at most 100"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			spec := goodSpec()
			c.change(&spec)
			r, err := bot.NewRegistry("hire", []bot.Spec{spec})
			if err == nil || !strings.Contains(err.Error(), c.want) || r != nil {
				t.Errorf("registry %v, error %v, want %q", r, err, c.want)
			}
		})
	}
	base := goodSpec()
	base.Noun, base.Verb, base.Default = "hire", "band", true
	if _, err := bot.NewRegistry("hire", []bot.Spec{goodSpec(), base, goodSpec()}); err == nil ||
		!strings.Contains(err.Error(), "noun band: is also a verb of hire") || !strings.Contains(err.Error(), "command band.show: declared twice") {
		t.Errorf("clashes: %v", err)
	}
	var many []bot.Spec
	for i := range 26 {
		s := goodSpec()
		s.Verb, s.Default = fmt.Sprintf("v%d", i), i == 0
		many = append(many, s)
	}
	if _, err := bot.NewRegistry("hire", many); err == nil || !strings.Contains(err.Error(), "26 verbs, at most 25") {
		t.Errorf("too many verbs: %v", err)
	}
}

func TestShortcuts(t *testing.T) {
	t.Parallel()
	day := bot.Param{Name: "day", Help: "Which day", Kind: bot.Day}
	for name, change := range map[string]func(*bot.Spec){
		"nothing is needed": func(s *bot.Spec) { s.Params = []bot.Param{day} },
		"a form asks for it": func(s *bot.Spec) {
			needed := day
			needed.Required, s.Ack = true, bot.MayOpenForm
			s.Params = []bot.Param{needed}
		},
	} {
		spec := goodSpec()
		spec.Shortcut = strings.Repeat("é", 24)
		change(&spec)
		if _, err := bot.NewRegistry("hire", []bot.Spec{spec}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRegistry(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	r := s.Registry()
	if diff := cmp.Diff([]string{"desk", "book"}, r.Nouns()); diff != "" || r.Base() != "desk" {
		t.Error(diff)
	}
	r.Nouns()[0] = "changed"
	if r.Nouns()[0] != "desk" {
		t.Error("a caller can change the registry")
	}
	for typed, want := range map[string]string{
		"/book": "book.show", "/desk book drop x": "book.drop", "BOOK ADD": "book.add", "/desk": "desk.home", "/desk help": "desk.help", "/book add:x": "book.show",
	} {
		if spec, err := r.Resolve(typed); err != nil || spec.Name() != want {
			t.Errorf("%s: %s, %v, want %s", typed, spec.Name(), err, want)
		}
	}
	for _, typed := range []string{"", `"/book"`, "/zebra", strings.Repeat("/book ", 1000)} {
		if _, err := r.Resolve(typed); bot.ErrorCode(err) != bot.CodeInvalid {
			t.Errorf("%.20q: %v", typed, err)
		}
	}
	if _, ok := r.Spec("book.lend"); ok {
		t.Error("a command that is not there")
	}
	spec, _ := r.Spec("book.show")
	if got, want := bot.Usage(spec), "/book <topic> [day] [copies] [+tags …] [color:…]"; got != want {
		t.Errorf("usage %q, want %q", got, want)
	}
}

// People leave the noun out: a verb in its place names the commands that have it.
func TestVerbInThePlaceOfANoun(t *testing.T) {
	t.Parallel()
	spec := func(noun, verb string, first bool) bot.Spec {
		return bot.Spec{Noun: noun, Verb: verb, Default: first, Summary: "Do it", Examples: []string{"/" + noun}}
	}
	hidden := spec("candidate", "undo", false)
	hidden.FromCard = true
	r, err := bot.NewRegistry("hire", []bot.Spec{
		spec("hire", "home", true), spec("hire", "schedule", false), spec("candidate", "show", true), spec("candidate", "debrief", false),
		spec("interview", "show", true), spec("interview", "schedule", false), spec("req", "show", true), hidden,
	})
	if err != nil {
		t.Fatal(err)
	}
	for typed, want := range map[string]string{
		"/debrief C-4":  "There is no command /debrief. Did you mean /candidate debrief? Type /hire help for all of them.",
		"Debrief C-4":   "There is no command /debrief. Did you mean /candidate debrief? Type /hire help for all of them.",
		"/debreif C-4":  "There is no command /debreif. Did you mean /candidate debrief? Type /hire help for all of them.",
		"/schedule":     "There is no command /schedule. Did you mean /hire schedule or /interview schedule? Type /hire help for all of them.",
		"/show":         "There is no command /show. Did you mean /candidate show, /interview show or /req show? Type /hire help for all of them.",
		"/candidat C-4": "There is no command /candidat. Did you mean /candidate? Type /hire help for all of them.",
		"/hire debrief": "There is no command /hire debrief. Did you mean /candidate debrief? Type /hire help for all of them.",
		"/undo":         "There is no command /undo. Type /hire help for all of them.",
		"/zebra":        "There is no command /zebra. Type /hire help for all of them.",
	} {
		if _, err := r.Resolve(typed); bot.ErrorCode(err) != bot.CodeInvalid || err.Error() != "invalid: "+want {
			t.Errorf("%s: %v, want %s", typed, err, want)
		}
	}
}

// What a button carries runs the command with the same arguments.
func TestCallOf(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	spec, _ := s.Registry().Spec("book.show")
	args := bot.Args{"topic": "T-1", "copies": 3, "tags": []any{"+wet", "-dry"}, "color": "deep blue", "day": bot.Date("2027-01-04")}
	a := s.press(t, "ann", bot.CallOf(spec, args))
	if a.Code != "" || len(s.handled) != 1 {
		t.Fatal(text(a))
	}
	if diff := cmp.Diff(args, s.handled[0].Args); diff != "" {
		t.Error(diff)
	}
	args["topic"] = strings.Repeat("x", 30)
	if got := bot.CallOf(spec, args).Args[0]; got != "" {
		t.Errorf("a value that is too long travels as %q", got)
	}
}
