package slack

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/commands"
)

// sampleNames are those of a company whose registry has a noun that Slack reserves.
func sampleNames(prefix string) names {
	return newNames("hire", prefix, manifestSpecs())
}

func realSpecs() []bot.Spec {
	var specs []bot.Spec
	for _, c := range commands.All() {
		specs = append(specs, c.Spec)
	}
	return specs
}

func TestNounsAreInTheOrderOfTheRegistry(t *testing.T) {
	t.Parallel()
	if got := sampleNames("").Nouns; !slices.Equal(got, []string{"hire", "band", "req", "feedback"}) {
		t.Errorf("nouns %q", got)
	}
}

func TestSpell(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, plain, prefixed string }{
		{"/band backend 7y", "/band backend 7y", "/hb-band backend 7y"},
		{"/feedback give", "/hire feedback give", "/hb-feedback give"},
		{"/hire feedback give", "/hire feedback give", "/hb-hire feedback give"},
		{"Type /hire.", "Type /hire.", "Type /hb-hire."},
		{"Type “/req new”, or (/feedback).", "Type “/req new”, or (/hire feedback).", "Type “/hb-req new”, or (/hb-feedback)."},
		{"`/band`\n*/req*: _/feedback_…", "`/band`\n*/req*: _/hire feedback_…", "`/hb-band`\n*/hb-req*: _/hb-feedback_…"},
		{"  /band\t/req  ", "  /band\t/req  ", "  /hb-band\t/hb-req  "},
		{"/feedback\u00a0give", "/hire feedback\u00a0give", "/hb-feedback\u00a0give"},
	} {
		if got := sampleNames("").spell(c.text); got != c.plain {
			t.Errorf("%q: %q, want %q", c.text, got, c.plain)
		}
		if got := sampleNames("hb").spell(c.text); got != c.prefixed {
			t.Errorf("%q with a prefix: %q, want %q", c.text, got, c.prefixed)
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
			if got := sampleNames(prefix).spell(text); got != text {
				t.Errorf("%q with the prefix %q: %q", text, prefix, got)
			}
		}
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		prefix, command, text, want string
	}{
		{"", "/band", "7y", "/band 7y"},
		{"", "/band", "", "/band"},
		{"", "/band", "  7y  java ", "/band 7y  java"},
		{"", "/hire", "band 7y", "/hire band 7y"},
		{"", "/feedback", "give", "/feedback give"}, // somebody registered it by hand, and Slack took it
		{"", "/bands", "7y", ""},
		{"", "/hb-band", "7y", ""},
		{"", "band", "7y", ""},
		{"", "", "band", ""},
		{"hb", "/hb-band", "7y", "/band 7y"},
		{"hb", "/hb-hire", "band 7y", "/hire band 7y"},
		{"hb", "/hb-hire", "\n", "/hire"},
		{"hb", "/band", "7y", ""},
		{"hb", "/hb-", "7y", ""},
		{"hb", "/hb-hb-band", "7y", ""},
	} {
		got, ok := sampleNames(c.prefix).read(c.command, c.text)
		if got != c.want || ok != (c.want != "") {
			t.Errorf("%q %q with the prefix %q: %q %v, want %q", c.command, c.text, c.prefix, got, ok, c.want)
		}
	}
}

// What a card tells people to type is read as the command that the card means.
func TestSpellAndReadAreInverse(t *testing.T) {
	t.Parallel()
	for name, specs := range map[string][]bot.Spec{"sample": manifestSpecs(), "real": realSpecs()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base := "hire"
			rapid.Check(t, func(t *rapid.T) {
				n := newNames(base, rapid.SampledFrom([]string{"", "hb", "a", "acme-hr-1"}).Draw(t, "prefix"), specs)
				noun := rapid.SampledFrom(n.Nouns).Draw(t, "noun")
				rest := rapid.StringMatching(`([a-z0-9+:"-]{1,8}( [a-z0-9+:"-]{1,8}){0,3})?`).Draw(t, "rest")
				ours := strings.TrimSpace("/" + noun + " " + rest)
				command, text, _ := strings.Cut(n.spell(ours), " ")
				got, ok := n.read(command, text)
				if !ok {
					t.Fatalf("%q is spelled %q, which is not read", ours, n.spell(ours))
				}
				// The base may stand before any other noun.
				if through := "/" + base + " " + strings.TrimPrefix(ours, "/"); got != ours && got != through {
					t.Fatalf("%q is spelled %q, which is read as %q", ours, n.spell(ours), got)
				}
			})
		})
	}
}

// Text of people stands beside our own: whatever it is, only whole words that are commands change.
func TestSpellChangesNothingElse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := sampleNames(rapid.SampledFrom([]string{"", "hb"}).Draw(t, "prefix"))
		word := rapid.OneOf(
			rapid.SampledFrom([]string{"/band", "/feedback", "/hire", "/nothing", "a/band", "https://x.example/band", "(/req)", "–"}),
			rapid.StringMatching(`[a-z/.,]{0,6}`), rapid.String())
		text := strings.Join(rapid.SliceOfN(word, 0, 8).Draw(t, "words"), rapid.SampledFrom([]string{" ", "\n", "  "}).Draw(t, "blank"))
		back := n.spell(text)
		for _, noun := range n.Nouns {
			back = strings.ReplaceAll(back, n.typed(noun), "/"+noun)
		}
		plain := text
		for _, noun := range n.Nouns { // where the text itself has the spelling of Slack
			plain = strings.ReplaceAll(plain, n.typed(noun), "/"+noun)
		}
		if back != plain {
			t.Fatalf("%q became %q", text, n.spell(text))
		}
	})
}

func TestReservedNamesCanBeNamesAtAll(t *testing.T) {
	t.Parallel()
	if !slices.IsSorted(reserved) {
		t.Error("the reserved names are not in order")
	}
	for _, name := range reserved {
		if err := checkCommand("/"+name, ""); err != nil {
			t.Errorf("%s could be no command anyway: %v", name, err)
		}
	}
}

func TestRealNamesAreLegalUnderEveryPrefix(t *testing.T) {
	t.Parallel()
	specs := realSpecs()
	rapid.Check(t, func(t *rapid.T) {
		// What HIREBOT_COMMAND_PREFIX may be, or nothing.
		prefix := rapid.StringMatching(`([a-z][a-z0-9-]{0,9})?`).Draw(t, "prefix")
		_, left, err := Manifest(specs, ManifestOptions{Base: commands.Base, Prefix: prefix, Socket: true})
		if err != nil || prefix != "" && len(left) > 0 {
			t.Fatalf("%q: %v, left out %q", prefix, err, left)
		}
	})
}
