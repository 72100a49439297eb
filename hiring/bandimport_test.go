package hiring_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/hiring/playbooks"
)

const goodCSV = `Level, low ,high,role,Open ended,source,effective
senior,25 LPA,"₹55,00,000",backend,no,survey,2026-04-01
SDE2,14,28,Backend developer,,,

staff,50L,90L,backend-developer,yes,"survey, autumn",
,,,,,,
`

const goodYAML = `
- role: backend
  level: senior
  low: 25 LPA
  high: ₹55,00,000
  source: survey
  effective: 2026-04-01
- {role: Backend developer, level: SDE2, low: 14, high: 28, source: null}
- {role: backend-developer, level: staff, low: 50L, high: 90L, open_ended: true, source: "survey, autumn"}
`

func TestReadBands(t *testing.T) {
	t.Parallel()
	want := []hiring.Band{
		{Role: "backend-developer", Level: "senior", Low: 25_00_000, High: 55_00_000, Effective: "2026-04-01", Source: "survey"},
		{Role: "backend-developer", Level: "mid", Low: 14_00_000, High: 28_00_000, Effective: today},
		{Role: "backend-developer", Level: "staff", Low: 50_00_000, High: 90_00_000, OpenEnded: true, Effective: today, Source: "survey, autumn"},
	}
	for name, read := range map[string]func() ([]hiring.Band, []hiring.RowProblem){
		"CSV": func() ([]hiring.Band, []hiring.RowProblem) {
			return hiring.ReadBandsCSV([]byte(goodCSV), playbooks.Builtin(), today)
		},
		"CSVWithMark": func() ([]hiring.Band, []hiring.RowProblem) {
			return hiring.ReadBandsCSV([]byte("\ufeff"+strings.ReplaceAll(goodCSV, "\n", "\r\n")), playbooks.Builtin(), today)
		},
		"YAML": func() ([]hiring.Band, []hiring.RowProblem) {
			return hiring.ReadBandsYAML([]byte(goodYAML), playbooks.Builtin(), today)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, problems := read()
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// checkProblems compares problems with the beginnings of the lines wanted.
func checkProblems(t *testing.T, bands []hiring.Band, problems []hiring.RowProblem, want []string) {
	t.Helper()
	if bands != nil {
		t.Errorf("bands of a file with mistakes: %v", bands)
	}
	for i := range max(len(problems), len(want)) {
		switch {
		case i >= len(want):
			t.Errorf("unexpected: %s", problems[i])
		case i >= len(problems):
			t.Errorf("missing: %s", want[i])
		case !strings.HasPrefix(problems[i].String(), want[i]):
			t.Errorf("got %q, want it to start with %q", problems[i], want[i])
		}
	}
}

func TestReadBandsCSVProblems(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"Empty":      {"", []string{"The file is empty."}},
		"HeaderOnly": {"role,level,low,high\n", []string{"The file has no bands."}},
		"Header": {"role,level,low,Low,pay\nbackend,mid,1,2,3\n", []string{
			`row 1: The column “Low” stands there twice.`, `row 1: The column “pay” is not known.`, `row 1: The column “high” is missing.`,
		}},
		"Every mistake": {`role,level,low,high,open_ended,effective,source
pilot,mid,14L,28L,,,
backend,boss,14L,28L,,,
backend,mid,50k,"18,5,000",,,
backend,senior,55L,25L,maybe,1 April,
,,14L,,,,x
backend,entry,3.5,8,,,
backend,fresher,3.5,8,,,
backend,staff,50,90
` + "backend,early,6,16,,," + strings.Repeat("x", 201) + "\n", []string{
			`row 2, role: “pilot” is no role here. Known: backend-developer, general.`,
			`row 3, level: “boss” is no level of backend-developer. Known: entry, early, mid, senior, staff.`,
			`row 4, low: “50k” is ambiguous`,
			`row 4, high: The commas in “18,5,000”`,
			`row 5, high: ₹25,00,000 is below the low end, ₹55,00,000.`,
			`row 5, open_ended: “maybe”`,
			`row 5, effective: “1 April” is no date.`,
			`row 6, role: It is missing.`,
			`row 6, level: It is missing.`,
			`row 6, high: It is missing.`,
			`row 8, level: The band for backend-developer, entry stands in row 7 already.`,
			`row 9: It has 4 cells and the header 7.`,
			`row 10, source: It is longer`,
		}},
		"Unquoted commas": {"role,level,low,high\nbackend,mid,14,00,000,28L\n", []string{`row 2: It has 6 cells and the header 4. Put an amount`}},
		"After blank line and long cell": {"role,level,low,high,source\nbackend,mid,14,28,\"two\nlines\"\n\nbackend,senior,x,55,\n", []string{
			`row 2, source: It holds characters`, `row 5, low: “x” is not an amount.`,
		}},
		"Bad quote":     {"role,level,low,high\nbackend,mid,14,\"28\n", []string{"row 2: It is not CSV"}},
		"Bad header":    {"\"role\nlevel", []string{"row 2: It is not CSV"}},
		"Not text":      {"role,level\xff", []string{"The file is not UTF-8"}},
		"Too large":     {strings.Repeat("x", hiring.MaxBandFile+1), []string{"The file is larger than 256 KiB."}},
		"Too many rows": {"role,level,low,high\n" + strings.Repeat("backend,mid,1,2\n", 2001), []string{"The file has 2001 bands"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bands, problems := hiring.ReadBandsCSV([]byte(c.file), playbooks.Builtin(), today)
			checkProblems(t, bands, problems, c.want)
		})
	}
}

func TestReadBandsYAMLProblems(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"Empty":     {"", []string{"The file is a YAML list"}},
		"Mapping":   {"role: backend\n", []string{"The file is a YAML list"}},
		"EmptyList": {"[]\n", []string{"The file has no bands."}},
		"Syntax":    {"- role: backend\n   level: mid\n", []string{"row 2: It is not YAML"}},
		"Documents": {goodYAML + "---\n[]\n", []string{"The file holds more than one"}},
		"Too large": {strings.Repeat("#", hiring.MaxBandFile+1), []string{"The file is larger"}},
		"Every mistake": {`- role: backend
  level: mid
  low: [14]
  high: 28
  pay: 30
- just text
- role: backend
  role: general
  level: senior
  low: 25
  high: {of: 55}
- &x {role: backend, level: early, low: 6, high: 16}
- *x
- {role: backend, level: &y staff, low: 50, high: ~}
- role: backend
  level: mid
  low: 14
  high: 1
`, []string{
			`row 3, low: It is one plain value`,
			`row 5: The field “pay” is not known.`,
			`row 6: It is not a band`,
			`row 8, role: It stands there twice.`,
			`row 11, high: It is one plain value`,
			`row 12: It is not a band`,
			`row 13: It is not a band`,
			`row 14, level: It is one plain value`,
			`row 14, high: It is missing.`,
			`row 15, level: The band for backend-developer, mid stands in row 1 already.`,
			`row 18, high: ₹1,00,000 is below the low end, ₹14,00,000.`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bands, problems := hiring.ReadBandsYAML([]byte(c.file), playbooks.Builtin(), today)
			checkProblems(t, bands, problems, c.want)
		})
	}
}

func TestReadBandsOfThePlaybook(t *testing.T) {
	t.Parallel()
	want := playbook(t, "backend").Bands()
	var csv strings.Builder
	csv.WriteString("role,level,low,high,open_ended,effective,source\n")
	for _, b := range want {
		fmt.Fprintf(&csv, "%s,%s,%q,%s,%v,%s,%q\n", b.Role, b.Level, b.Low, b.High.Short(), b.OpenEnded, b.Effective, b.Source)
	}
	got, problems := hiring.ReadBandsCSV([]byte(csv.String()), playbooks.Builtin(), today)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestDiffBands(t *testing.T) {
	t.Parallel()
	band := func(role, level string, low, high hiring.Rupees, effective string) hiring.Band {
		return hiring.Band{Role: role, Level: level, Low: low, High: high, Effective: effective, Source: "s"}
	}
	current := []hiring.Band{
		band("a", "mid", 10, 20, "2026-01-01"),
		band("a", "senior", 20, 30, "2026-01-01"),
		band("b", "mid", 10, 20, "2026-01-01"),
		band("b", "senior", 20, 30, "2026-01-01"),
		band("b", "staff", 30, 40, "2026-01-01"),
	}
	current[0].Version = 7
	open := current[4]
	open.OpenEnded = true
	next := []hiring.Band{
		open,
		band("b", "mid", 10, 20, "2026-06-01"),
		band("a", "staff", 30, 40, "2026-01-01"),
		band("a", "senior", 20, 31, "2026-06-01"),
		band("a", "mid", 10, 20, "2026-01-01"),
	}
	want := []hiring.BandChange{
		{Kind: hiring.BandChanged, Old: &current[4], New: next[0]},
		{Kind: hiring.BandConfirmed, Old: &current[2], New: next[1]},
		{Kind: hiring.BandAdded, New: next[2]},
		{Kind: hiring.BandChanged, Old: &current[1], New: next[3]},
		{Kind: hiring.BandSame, Old: &current[0], New: next[4]},
	}
	if diff := cmp.Diff(want, hiring.DiffBands(current, next)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func FuzzReadBandsCSV(f *testing.F) {
	f.Add([]byte(goodCSV))
	f.Add([]byte("role,level,low,high\nbackend,mid,\"14\n"))
	fuzzBands(f, hiring.ReadBandsCSV)
}

func FuzzReadBandsYAML(f *testing.F) {
	f.Add([]byte(goodYAML))
	f.Add([]byte("- &a {role: *a}\n- ? [x]\n  : y\n"))
	fuzzBands(f, hiring.ReadBandsYAML)
}

func fuzzBands(f *testing.F, read func([]byte, []hiring.Playbook, string) ([]hiring.Band, []hiring.RowProblem)) {
	known := playbooks.Builtin()
	f.Fuzz(func(t *testing.T, data []byte) {
		bands, problems := read(data, known, today)
		if (len(bands) == 0) == (len(problems) == 0) {
			t.Fatalf("%d bands and %d problems", len(bands), len(problems))
		}
		for _, b := range bands {
			p, ok := hiring.FindPlaybook(known, b.Role)
			if _, known := p.Level(b.Level); !ok || !known || b.Low <= 0 || b.Low > b.High || b.Effective == "" {
				t.Fatalf("%+v", b)
			}
		}
	})
}

func TestReadBandsTellsTheFormats(t *testing.T) {
	t.Parallel()
	list := playbooks.Builtin()
	for name, text := range map[string]string{
		"CSV":                "role,level,low,high\nbackend,senior,25L,55L\n",
		"CSV with a mark":    "\ufeffrole,level,low,high\nbackend,senior,25L,55L\n",
		"YAML":               "- {role: backend, level: senior, low: 25L, high: 55L}\n",
		"YAML with comments": "# ours\n\n---\n- role: backend\n  level: senior\n  low: 25L\n  high: 55L\n",
	} {
		bands, problems := hiring.ReadBands([]byte(text), list, "2026-12-07")
		if len(problems) > 0 || len(bands) != 1 || bands[0].High != 55_00_000 {
			t.Errorf("%s: %v, %v", name, bands, problems)
		}
	}
}
