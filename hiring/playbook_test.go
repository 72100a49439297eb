package hiring_test

import (
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/hiring/playbooks"
)

// playbook returns one of the playbooks that ship.
func playbook(t testing.TB, name string) hiring.Playbook {
	t.Helper()
	p, ok := hiring.FindPlaybook(playbooks.Builtin(), name)
	if !ok {
		t.Fatalf("no playbook %q", name)
	}
	return p
}

func TestFindPlaybook(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"backend-developer":  "backend-developer",
		"backend":            "backend-developer",
		"Backend  Developer": "backend-developer",
		"BACK-END":           "backend-developer",
		"general":            "general",
		"Any role":           "general",
		"astronaut":          "",
		"":                   "",
	} {
		p, ok := hiring.FindPlaybook(playbooks.Builtin(), name)
		if p.Key != want || ok != (want != "") {
			t.Errorf("FindPlaybook(%q) = %q, %v; want %q", name, p.Key, ok, want)
		}
	}
}

func TestLevelFor(t *testing.T) {
	t.Parallel()
	p := playbook(t, "backend")
	for months, want := range map[int]string{
		-1: "", 0: "entry", 11: "entry", 12: "early", 35: "early", 36: "mid", 71: "mid",
		72: "senior", 119: "senior", 120: "staff", 720: "staff", 100_000: "staff",
	} {
		l, ok := p.LevelFor(months)
		if l.Key != want || ok != (want != "") {
			t.Errorf("LevelFor(%d) = %q, %v; want %q", months, l.Key, ok, want)
		}
	}
	if _, ok := (hiring.Playbook{}).LevelFor(12); ok {
		t.Error("a playbook without levels has a level for 12 months")
	}
}

func TestLevelsFor(t *testing.T) {
	t.Parallel()
	p := playbook(t, "backend")
	for text, want := range map[string][]string{
		"fresher": {"entry"},
		"3y":      {"mid"},
		"35m":     {"early"},
		"7y":      {"senior"},
		"0-1y":    {"entry"},
		"3-6y":    {"mid"},
		"5-7y":    {"mid", "senior"},
		"6-8y":    {"senior"},
		"0-40y":   {"entry", "early", "mid", "senior", "staff"},
		"7y+":     {"senior", "staff"},
		"10y+":    {"staff"},
		"0y+":     {"entry", "early", "mid", "senior", "staff"},
		"12-20y":  {"staff"},
	} {
		e, err := hiring.ParseExperience(text)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, l := range p.LevelsFor(e) {
			got = append(got, l.Key)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("LevelsFor(%s): %s", text, diff)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	p := playbook(t, "backend")
	for name, want := range map[string]string{
		"fresher": "entry", "junior": "early", "SDE1": "early", "sde-2": "mid", "SDE 3": "senior", "Senior": "senior",
		"sénior": "senior", "lead": "senior", "staff": "staff", "Principal": "staff", "boss": "", "": "", "java": "",
	} {
		if l, ok := p.Level(name); l.Key != want || ok != (want != "") {
			t.Errorf("Level(%q) = %q, %v; want %q", name, l.Key, ok, want)
		}
	}
	for name, want := range map[string]string{
		"cloud": "cloud", "AWS": "cloud", "azure": "cloud", "gcp": "cloud", "Cloud expertise": "cloud",
		"distributed": "distributed", "Distributed systems": "distributed", "java": "",
	} {
		if x, ok := p.Premium(name); x.Key != want || ok != (want != "") {
			t.Errorf("Premium(%q) = %q, %v; want %q", name, x.Key, ok, want)
		}
	}
	for name, want := range map[string]string{
		"java": "java", "Spring Boot": "java", "nodejs": "node", "Node.js": "node", "golang": "go", ".NET": "dotnet",
		"C#": "dotnet", "csharp": "dotnet", "c#/.net": "dotnet", "PHP": "php", "python": "python", "cobol": "",
	} {
		if e, ok := p.Ecosystem(name); e.Key != want || ok != (want != "") {
			t.Errorf("Ecosystem(%q) = %q, %v; want %q", name, e.Key, ok, want)
		}
	}
	if u, ok := p.Uplift("IT services"); !ok || u.Key != "services" {
		t.Errorf("Uplift = %q, %v", u.Key, ok)
	}
	if d, ok := p.Dimension("System design"); !ok || d.Key != "system-design" {
		t.Errorf("Dimension = %q, %v", d.Key, ok)
	}
	if s, ok := p.Stage("take-home"); !ok || s.Title != "Practical take-home" {
		t.Errorf("Stage = %q, %v", s.Title, ok)
	}
}

func TestKeyBeatsAlias(t *testing.T) {
	t.Parallel()
	p := hiring.Playbook{Levels: []hiring.Level{{Key: "one", Aliases: []string{"two"}}, {Key: "two"}}}
	if l, ok := p.Level("two"); !ok || l.Key != "two" {
		t.Errorf("Level(two) = %q, %v", l.Key, ok)
	}
}

func TestReaches(t *testing.T) {
	t.Parallel()
	p := playbook(t, "backend")
	for _, c := range []struct {
		level, from string
		want        bool
	}{
		{"senior", "senior", true}, {"staff", "senior", true}, {"mid", "senior", false}, {"entry", "", true},
		{"boss", "", false}, {"boss", "entry", false}, {"staff", "boss", false},
	} {
		if got := p.Reaches(c.level, c.from); got != c.want {
			t.Errorf("Reaches(%q, %q) = %v", c.level, c.from, got)
		}
	}
}

func TestAnchorsAndWeights(t *testing.T) {
	t.Parallel()
	d, _ := playbook(t, "backend").Dimension("system-design")
	if d.Anchor(0) != "" || d.Anchor(5) != "" || d.Anchor(1) != d.Anchors[0] || d.Anchor(4) != d.Anchors[3] {
		t.Error("Anchor does not follow the ratings 1 to 4")
	}
	if w := (hiring.Dimension{Weights: map[string]int{"mid": 0}}); w.Weight("mid") != 0 || w.Weight("senior") != hiring.DefaultWeight {
		t.Error("Weight: a weight of none is kept, a missing one is the default")
	}
}

func TestLevelRange(t *testing.T) {
	t.Parallel()
	var got []string
	for _, l := range playbook(t, "backend").Levels {
		got = append(got, l.Range().String())
	}
	if diff := cmp.Diff([]string{"0-1y", "1-3y", "3-6y", "6-10y", "10y+"}, got); diff != "" {
		t.Error(diff)
	}
}

// companyPlaybooks draws playbooks with any levels, bands and premiums that a company may write.
func companyPlaybooks() *rapid.Generator[hiring.Playbook] {
	return rapid.Custom(func(t *rapid.T) hiring.Playbook {
		p := hiring.Playbook{Key: "role", Title: "Role", Effective: "2026-01-01", Source: "the company"}
		from := 0
		for i := range rapid.IntRange(1, 8).Draw(t, "levels") {
			if i > 0 {
				from += rapid.IntRange(1, 80).Draw(t, "months")
				p.Levels[i-1].ToMonths = from
			}
			low := amounts(1).Draw(t, "low")
			p.Levels = append(p.Levels, hiring.Level{
				Key: "l" + strconv.Itoa(i), Title: "Level " + strconv.Itoa(i), FromMonths: from,
				Band: &hiring.BandFigures{Low: low, High: amounts(low).Draw(t, "high"), OpenEnded: rapid.Bool().Draw(t, "open")},
			})
		}
		for i := range rapid.IntRange(0, 10).Draw(t, "premiums") {
			low := rapid.IntRange(0, 200).Draw(t, "low percent")
			x := hiring.Premium{
				Key: "p" + strconv.Itoa(i), Title: "Premium " + strconv.Itoa(i),
				LowPercent: low, HighPercent: rapid.IntRange(low, 200).Draw(t, "high percent"),
			}
			if rapid.Bool().Draw(t, "from some level") {
				x.FromLevel = rapid.SampledFrom(p.Levels).Draw(t, "from level").Key
			}
			p.Premiums = append(p.Premiums, x)
		}
		return p
	})
}

func TestLevelForIsUniqueAndTotal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := companyPlaybooks().Draw(t, "playbook")
		months := rapid.IntRange(0, 1000).Draw(t, "months")
		l, ok := p.LevelFor(months)
		if !ok {
			t.Fatalf("no level for %d months", months)
		}
		touched := p.LevelsFor(single(months))
		if len(touched) != 1 || touched[0].Key != l.Key {
			t.Fatalf("%d months are %s, and touch %v", months, l.Key, touched)
		}
		for _, other := range p.Levels {
			covers := months >= other.FromMonths && (other.ToMonths == 0 || months < other.ToMonths)
			if covers != (other.Key == l.Key) {
				t.Fatalf("%d months: the level is %s, and %s covers them: %v", months, l.Key, other.Key, covers)
			}
		}
	})
}

func TestLevelsForIsConnected(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := companyPlaybooks().Draw(t, "playbook")
		e := experiences().Draw(t, "experience")
		touched := p.LevelsFor(e)
		if len(touched) == 0 {
			t.Fatalf("%s touches no level", e)
		}
		first, _ := p.LevelFor(e.MinMonths)
		if touched[0].Key != first.Key {
			t.Fatalf("%s starts at %s, not %s", e, touched[0].Key, first.Key)
		}
		for i := 1; i < len(touched); i++ {
			if touched[i-1].ToMonths != touched[i].FromMonths {
				t.Fatalf("%s leaves out a level: %v", e, touched)
			}
		}
		last := p.Levels[len(p.Levels)-1]
		if e.OpenEnded && touched[len(touched)-1].Key != last.Key {
			t.Fatalf("%s does not reach the last level", e)
		}
	})
}
