package hiring_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/hiring"
)

// knownPeople finds people whose id is their name behind "id:". One is called like a role.
func knownPeople(name string) (string, bool) {
	if slices.Contains([]string{"asha", "ravi", "approver-1", "Dev Rao", "compensation", "<@U1|asha>"}, name) {
		return "id:" + name, true
	}
	return "", false
}

func nameOfID(id string) string { return strings.TrimPrefix(id, "id:") }

func TestParseChain(t *testing.T) {
	t.Parallel()
	people := func(names ...string) []string {
		for i := range names {
			names[i] = "id:" + names[i]
		}
		return names
	}
	comp := []hiring.Role{hiring.Compensation}
	for text, want := range map[string][]hiring.ChainStep{
		"":                          nil,
		"  \t":                      nil,
		"approver-1 > compensation": {{People: people("approver-1")}, {Roles: comp}},
		"approver-1>compensation":   {{People: people("approver-1")}, {Roles: comp}},
		"@approver-1":               {{People: people("approver-1")}},
		"@ asha":                    {{People: people("asha")}},
		"asha, ravi":                {{People: people("asha", "ravi")}},
		"asha or ravi OR recruiter": {{People: people("asha", "ravi"), Roles: []hiring.Role{hiring.Recruiter}}},
		"asha, ravi or Dev Rao":     {{People: people("asha", "ravi", "Dev Rao")}},
		"asha & ravi":               {{All: true, People: people("asha", "ravi")}},
		"asha&ravi":                 {{All: true, People: people("asha", "ravi")}},
		"asha and Hiring Manager":   {{All: true, People: people("asha"), Roles: []hiring.Role{hiring.HiringManager}}},
		"asha, asha, asha":          {{People: people("asha")}},
		"recruiter, Recruiter":      {{Roles: []hiring.Role{hiring.Recruiter}}},
		// Somebody may be called like a role.
		"compensation":  {{Roles: comp}},
		"@compensation": {{People: people("compensation")}},
		"@recruiter":    {{Roles: []hiring.Role{hiring.Recruiter}}},
		"<@U1|asha> > hiring_manager > asha & recruiter": {
			{People: people("<@U1|asha>")}, {Roles: []hiring.Role{hiring.HiringManager}},
			{All: true, People: people("asha"), Roles: []hiring.Role{hiring.Recruiter}},
		},
	} {
		got, err := hiring.ParseChain(text, knownPeople)
		if err != nil {
			t.Errorf("ParseChain(%q): %v", text, err)
		} else if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("ParseChain(%q) (-want +got):\n%s", text, diff)
		}
	}
	for text, message := range map[string]string{
		">":                      "There is a step without anybody in “>”. Example: approver-1 > compensation",
		"asha >":                 "There is a step without anybody",
		"asha > > ravi":          "There is a step without anybody",
		"asha, ":                 "There is a step without anybody",
		"@":                      "There is a step without anybody",
		"asha & ravi, recruiter": "“asha & ravi, recruiter” mixes “any of” and “all of” in one step. Make two steps of it, like asha & ravi > compensation.",
		"asha and ravi or dev":   "mixes “any of” and “all of”",
		"the boss":               "“the boss” is neither a person nor a role. Example: approver-1 > compensation",
		"asha > @nobody":         "“nobody” is neither a person nor a role.",
		"asha ravi":              "“asha ravi” is neither a person nor a role.",
		"member":                 "“member” is neither a person nor a role.",
	} {
		_, err := hiring.ParseChain(text, knownPeople)
		checkError(t, text, err, wanted{hiring.Invalid, hiring.SettingApprovers, message})
	}
}

func TestFormatChain(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                  "",
		"approver-1 > compensation":         "@approver-1 > compensation",
		"asha or ravi > asha and recruiter": "@asha, @ravi > @asha & recruiter",
		"@compensation, compensation":       "@compensation, compensation",
	} {
		chain, err := hiring.ParseChain(text, knownPeople)
		if err != nil {
			t.Fatal(err)
		}
		if got := hiring.FormatChain(chain, nameOfID); got != want {
			t.Errorf("FormatChain of %q = %q, want %q", text, got, want)
		}
	}
	step := hiring.ChainStep{All: true, People: []string{"p1", "p2"}, Roles: []hiring.Role{hiring.Recruiter}}
	if got := step.String(); got != "@p1 & @p2 & recruiter" {
		t.Errorf("String() = %q", got)
	}
	if got := hiring.FormatChain([]hiring.ChainStep{step, {Roles: []hiring.Role{hiring.Admin}}}, nil); got != "@p1 & @p2 & recruiter > admin" {
		t.Errorf("FormatChain without names = %q", got)
	}
}

// TestChainsReadBack writes random chains and reads them again.
func TestChainsReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var chain []hiring.ChainStep
		for range rapid.IntRange(0, 4).Draw(t, "steps") {
			step := hiring.ChainStep{
				People: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"id:asha", "id:ravi", "id:Dev Rao", "id:compensation"}), 0, 3, rapid.ID[string]).Draw(t, "people"),
				Roles:  rapid.SliceOfNDistinct(rapid.SampledFrom(hiring.Roles), 0, 3, rapid.ID[hiring.Role]).Draw(t, "roles"),
			}
			if len(step.People) == 0 {
				step.People = nil
			}
			if len(step.Roles) == 0 {
				step.Roles = nil
			}
			switch len(step.People) + len(step.Roles) {
			case 0:
				continue
			case 1: // of one word, nothing tells "all" from "any"
			default:
				step.All = rapid.Bool().Draw(t, "all")
			}
			chain = append(chain, step)
		}
		text := hiring.FormatChain(chain, nameOfID)
		got, err := hiring.ParseChain(text, knownPeople)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if diff := cmp.Diff(chain, got); diff != "" {
			t.Fatalf("%q (-want +got):\n%s", text, diff)
		}
	})
}

func FuzzParseChain(f *testing.F) {
	for _, s := range []string{"approver-1 > compensation", "a, b & c", "a or b", ">", "@", "<@U1> > a", "<@>", "<@", "\xff>\xfe", " and ", "a\u00a0or b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		asked := map[string]bool{}
		chain, err := hiring.ParseChain(text, func(name string) (string, bool) {
			if name == "" || name != strings.TrimSpace(name) {
				t.Fatalf("%q asks for %q", text, name)
			}
			asked[name] = true
			return name, len(name)%2 == 0
		})
		if err != nil {
			if chain != nil || hiring.ErrorCode(err) != hiring.Invalid {
				t.Fatalf("ParseChain(%q) = %v, %v", text, chain, err)
			}
			return
		}
		if (len(chain) == 0) != (strings.TrimSpace(text) == "") {
			t.Fatalf("ParseChain(%q) = %v", text, chain)
		}
		for _, s := range chain {
			if len(s.People)+len(s.Roles) == 0 {
				t.Fatalf("ParseChain(%q) has a step without anybody", text)
			}
			for _, id := range s.People {
				if !asked[id] {
					t.Fatalf("ParseChain(%q) made up %q", text, id)
				}
			}
		}
	})
}
