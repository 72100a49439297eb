package discord

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/commands"
)

func productNames(prefix string) names { return newNames(commands.Base, prefix, productSpecs()) }

func TestSpell(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		// A command alone, or marked as one.
		"/hire":                              "/hire home",
		"/band":                              "/band show",
		"/band backend 7y java +cloud":       "/band show text:backend 7y java +cloud",
		"/band backend ask:48":               "/band show text:backend ask:48",
		"/hire band backend":                 "/band show text:backend",
		"/hire req":                          "/req list",
		"/hire help band":                    "/hire help topic:band",
		"/hire help band set":                "/hire help topic:band set",
		"/req R-12":                          "/req list text:R-12",
		"/req new":                           "/req new",
		"/req show R-12":                     "/req show req:R-12",
		`/req hold R-12 reason:"a b"`:        "/req hold req:R-12 reason:a b",
		"/req hold R-12 reason:a b":          "/req hold req:R-12 reason:a b",
		"/hire away until 4 Jan":             "/hire away until:4 Jan",
		"/hire away back":                    "/hire away until:back",
		"/hire away until":                   "/hire away until:until",
		"/hire handover @ann @ben":           "/hire handover from:@ann to:@ben",
		"/hire handover @ann":                "/hire handover from:@ann",
		"/hire handover @ann @ben @carl":     "/hire handover @ann @ben @carl",
		"/hire settings now":                 "/hire settings now",
		"/hire people NAME":                  "/hire people text:NAME",
		"“/hire away back” ends it.":         "“/hire away until:back” ends it.",
		"`/req edit R-1 seats:2`":            "`/req edit text:R-1 seats:2`",
		`/req approve R-1 note:"a b"`:        "/req approve text:R-1 note:a b",
		"/band <role> [level] [+premiums …]": "/band show <role> [level] [+premiums …]",
		"/req hold <req> [reason:…]":         "/req hold <req> [reason:…]",
		"/hire handover <@1> <@2>":           "/hire handover from:<@1> to:<@2>",
		"/band role:backend":                 "/band show role:backend",
		"/band set effective:1 Jan mid":      "/band set text:effective:1 Jan mid",
		"/band show text:a b ask:48":         "/band show text:a b ask:48",
		"Type “/req new”, or (/band).":       "Type “/req new”, or (/band show).",
		"`/band`\n*/req*: _/hire_…":          "`/band show`\n*/req list*: _/hire home_…",
		"Again: /band set backend mid":       "Again: /band set text:backend mid",
		"/band list\n/band backend":          "/band list\n/band show text:backend",
		"/band\u00a0backend":                 "/band show text:backend",
		"  /band\t/req  ":                    "  /band show\t/req list  ",

		// Within a sentence only what is surely an argument belongs to it.
		"/band set is for: Recruiter":                     "/band set is for: Recruiter",
		"/band sets what we pay. Try it":                  "/band show sets what we pay. Try it",
		"Did you mean /band set?":                         "Did you mean /band set?",
		"Type /hire.":                                     "Type /hire home.",
		"Type /hire help for all of them.":                "Type /hire help for all of them.",
		"With /band you see what a role pays.":            "With /band show you see what a role pays.",
		"/req show R-12 tells how it stands.":             "/req show req:R-12 tells how it stands.",
		"Late. /req edit R-1 changes it, /req close R-1.": "Late. /req edit text:R-1 changes it, /req close req:R-1.",
		"They can: /hire people @ann +hiring_manager":     "They can: /hire people text:@ann +hiring_manager",
		"/hire roles backend shows its stages.":           "/hire roles backend shows its stages.",
		"Write /req hold R-1 reason:\"no\", please.":      "Write /req hold req:R-1 reason:no, please.",
		"/hire set timezone, then go on":                  "/hire set timezone, then go on",
	} {
		if got := productNames("").spell(text); got != want {
			t.Errorf("%q:\n%q, want\n%q", text, got, want)
		}
	}
	if got, want := productNames("hb").spell("Type /hire band backend"), "Type /hb-band show backend"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := productNames("hb").spell("/req show R-1"), "/hb-req show req:R-1"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// A command with a parameter for text has it under that name alone, and one that cannot be left out.
func TestSpellOfTheSample(t *testing.T) {
	t.Parallel()
	n := newNames("desk", "", sampleCommands())
	for text, want := range map[string]string{
		"/shelf note garden text:wet":      "/shelf note name:garden text:wet",
		"/shelf note text:wet pages":       "/shelf note text:wet pages",
		"/shelf garden 2":                  "/shelf show text:garden 2",
		"/shelf fill east wing share:0.5":  "/shelf fill name:east wing share:0.5",
		`/shelf fill "east wing"`:          "/shelf fill name:east wing",
		"/card":                            "/card press",
		"/card press what it says":         "/card press what it says",
		"/desk shelf garden":               "/shelf show text:garden",
		"/desk desk":                       "/desk home",
		"/desk handover from:@ann to:@ben": "/desk handover from:@ann to:@ben",
	} {
		if got := n.spell(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestSpellLeavesWhatIsNoCommand(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "band", "a/band", "and/or", "band/req", "/band/req", "//band", "/bands", "/Band", "/band-set", "/band_set", "/ band",
		"https://hirebot.example.com/req", "https://hirebot.example.com/req/R-12", "see ~/band and ./band and /data/band",
		"/remind me", "/hb-band", "</band>", "@/band", "1/req", "/band,/req", "/band.txt", "$/band", "/",
	} {
		for _, prefix := range []string{"", "hb"} {
			if got := productNames(prefix).spell(text); got != text {
				t.Errorf("%q with the prefix %q: %q", text, prefix, got)
			}
		}
	}
}

// Whatever stands beside our commands stays, and nothing that was typed is lost.
func TestSpellKeepsEveryWord(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := productNames(rapid.SampledFrom([]string{"", "hb"}).Draw(t, "prefix"))
		word := rapid.OneOf(
			rapid.SampledFrom([]string{"/band", "/hire", "band", "new", "R-12", "(/req)", "“/req", "new”", "–", ":", "reason:x", `"a`, `b"`, "text:x", "/req R-1\xff"}),
			rapid.StringMatching(`[a-z/.,:"]{0,6}`), rapid.String())
		text := strings.Join(rapid.SliceOfN(word, 0, 8).Draw(t, "words"), rapid.SampledFrom([]string{" ", "\n", "  "}).Draw(t, "blank"))
		got := n.spell(text)
		if !strings.Contains(text, "/") && got != text {
			t.Fatalf("%q became %q", text, got)
		}
		for _, r := range text {
			// Quotes, what is the name of an option already, and the base before a noun may go.
			if !strings.ContainsRune("\"/hireuntl"+blanks, r) && strings.Count(got, string(r)) < strings.Count(text, string(r)) {
				t.Fatalf("%q lost %q: %q", text, r, got)
			}
		}
	})
}

// An example that was spelled once stays as it is.
func TestSpellTwice(t *testing.T) {
	t.Parallel()
	for _, specs := range [][]bot.Spec{productSpecs(), sampleCommands()} {
		n := newNames(commands.Base, "", specs)
		for _, s := range specs {
			for _, e := range s.Examples {
				if once := n.spell(e); n.spell(once) != once {
					t.Errorf("%q is spelled %q, and then %q", e, once, n.spell(once))
				}
			}
		}
	}
}
