package views

import (
	"bytes"
	"fmt"
	"image/png"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// debriefs are debriefs of up to twelve scorecards over up to eight dimensions, with names as people
// have them.
func debriefs(rt *rapid.T) hiring.Debrief {
	d := hiring.Debrief{Score: rapid.IntRange(0, 400).Draw(rt, "score"), Counts: map[hiring.Recommendation]int{}}
	for i := range rapid.IntRange(1, 8).Draw(rt, "dimensions") {
		d.Dimensions = append(d.Dimensions, hiring.DebriefDimension{
			Key: fmt.Sprint(i), Title: rapid.SampledFrom([]string{"Coding", "Operational awareness", "Operational awareness of others", "API design", strings.Repeat("Long words ", 12)}).Draw(rt, "title"),
			Count: 1, Mean: rapid.IntRange(100, 400).Draw(rt, "mean"),
		})
	}
	for i := range rapid.IntRange(1, 12).Draw(rt, "people") {
		p := hiring.DebriefPerson{
			Interview: fmt.Sprintf("I-%d", i+1), Person: rapid.SampledFrom([]string{"Asha", "Meenakshi Sundaram Venkataraman", "Meenakshi Sundaram Venkatraman", "Meenakshi Sundaram Venkatesan", "interviewer-2"}).Draw(rt, "person"),
			CardContent: hiring.CardContent{Overall: rapid.SampledFrom(hiring.Recommendations).Draw(rt, "overall"), Ratings: map[string]hiring.Rating{}},
		}
		for _, x := range d.Dimensions {
			if rapid.Bool().Draw(rt, "rated") {
				p.Ratings[x.Key] = hiring.Rating{Value: rapid.IntRange(0, 4).Draw(rt, "rating")}
			}
		}
		d.People = append(d.People, p)
		d.Counts[p.Overall]++
	}
	d.In, d.Of = len(d.People), len(d.People)
	for range rapid.IntRange(0, 3).Draw(rt, "waived") {
		why := rapid.SampledFrom([]string{"on leave until January", strings.Repeat("long reasons ", 38)}).Draw(rt, "why")
		d.Waived = append(d.Waived, hiring.DebriefSeat{Interview: "I-1", Person: "Asha", By: "Ravi", Why: why})
		d.Short = append(d.Short, hiring.DebriefSeat{Interview: "I-1", Person: "Meenakshi Sundaram Venkataraman", State: hiring.CardSubmitted, By: "Ravi"})
		d.Handed = append(d.Handed, hiring.DebriefHandover{Interview: "I-1", From: "Asha", To: "Ravi"})
	}
	return d
}

// Nothing of the picture of a debrief lies outside it or over other words, and its text says each
// rating.
func TestDebriefPicture(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		d := debriefs(rt)
		name := func(id string) string { return id }
		m := heatMapOf("Debrief of C-7, R-12", d, name)
		faces, err := newPictureFaces()
		if err != nil {
			rt.Fatal(err)
		}
		layout := m.layOut(faces)
		for i, text := range layout.texts {
			if text.box.Min.X < contentLeft || text.box.Max.X > contentRight || text.box.Max.Y > layout.size.Y {
				rt.Fatalf("%q lies at %v in a picture of %v", text.text, text.box, layout.size)
			}
			for _, other := range layout.texts[i+1:] {
				if text.box.Overlaps(other.box) {
					rt.Fatalf("%q at %v lies over %q at %v", text.text, text.box, other.text, other.box)
				}
			}
		}
		drawn := map[string]string{}
		columns, _ := numberedColumns(faces, m.people, 100*unit)
		for _, p := range columns {
			as := strings.Join(faces.wrap(quietText, p.name, 100*unit, nameLines), "\n")
			if other, known := drawn[as]; known && other != p.person {
				rt.Fatalf("%s and %s are both drawn as %q", other, p.person, as)
			}
			drawn[as] = p.person
		}
		alt := m.alt()
		for _, p := range d.People {
			if want := p.Person + " " + p.Interview + " " + strings.ToLower(hiring.RecommendationTitle(p.Overall)); !strings.Contains(alt, want) {
				rt.Fatalf("the text does not say %q: %s", want, alt)
			}
		}
		for _, text := range concessions(d, func(id string) bot.Text { return bot.T(id) }) {
			if want := strings.TrimSpace(text.Plain(nil)); !strings.Contains(alt, oneLine(want)) {
				rt.Fatalf("the text does not say %q: %s", want, alt)
			}
		}
	})
	data, alt, err := DebriefPicture("Debrief", hiring.Debrief{In: 1, Of: 1, People: []hiring.DebriefPerson{{Person: "Asha", Interview: "I-1", CardContent: hiring.CardContent{Overall: hiring.Yes}}}}, func(s string) string { return s })
	if err != nil || !strings.Contains(alt, "Overall: Asha I-1 yes") {
		t.Errorf("%q: %v", alt, err)
	}
	short := hiring.CardContent{Overall: hiring.No, Lines: hiring.ThreeLines{For: "drew it"}}
	m := heatMapOf("Debrief", hiring.Debrief{In: 1, Of: 1, People: []hiring.DebriefPerson{{Person: "Asha", Interview: "I-1", CardContent: short}}}, func(s string) string { return s })
	if !strings.Contains(m.alt(), "Overall: Asha I-1 no (three lines)") {
		t.Error(m.alt())
	}
	if _, err := png.Decode(bytes.NewReader(data)); err != nil {
		t.Error(err)
	}
}

// People whose names differ at their ends alone are told apart there, without numbers.
func TestNamesAboveColumns(t *testing.T) {
	t.Parallel()
	faces, err := newPictureFaces()
	if err != nil {
		t.Fatal(err)
	}
	var people []heatColumn
	for _, name := range []string{"interviewer-1", "interviewer-2", "Meenakshi S"} {
		people = append(people, heatColumn{person: name, name: name})
	}
	columns, legend := numberedColumns(faces, people, 72*unit)
	if len(legend) > 0 || !strings.HasSuffix(columns[0].name, "-1") || !strings.HasSuffix(columns[1].name, "-2") || columns[2].name != "Meenakshi S" {
		t.Errorf("%+v, %q", columns, legend)
	}
}

// The tables of a debrief stay readable on a phone: three columns and 34 characters.
func TestDebriefTablesAreNarrow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		for _, node := range tables(debriefs(rt), &store.Snapshot{}) {
			table, ok := node.(bot.Table)
			if text, words := node.(bot.Text); words && strings.HasPrefix(text.Plain(nil), "1 ") {
				continue // says what the numbers stand for
			}
			if !ok || len(table.Header) > 3 {
				rt.Fatalf("%#v", node)
			}
			for _, row := range table.Rows {
				if n := len([]rune(row[0].Plain(nil))); n > dimensionWidth || len(row) != len(table.Header) {
					rt.Fatalf("a row of %d cells begins with %d characters", len(row), n)
				}
			}
			for _, head := range table.Header[1:] {
				if n := len([]rune(head)); n > personWidth {
					rt.Fatalf("%q has %d characters", head, n)
				}
			}
		}
	})
}

// However names are shortened, no two stay alike: where they would, they are numbered.
func TestShortLabelsDiffer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		names, want []string
		numbered    bool
	}{
		{[]string{"Asha", "Ben Rao"}, []string{"Asha", "Ben Rao"}, false},
		{[]string{"interviewer-1", "interviewer-2"}, []string{"inte…-1", "inte…-2"}, false},
		{[]string{"Meenakshi Venkataraman", "Meena Raman"}, []string{"1 Mee…n", "2 Mee…n"}, true},
		{[]string{"Asha", "ASHA", "Ben"}, []string{"1 Asha", "2 ASHA", "3 Ben"}, true},
	} {
		got, numbered := labels(c.names, personWidth, shortenedMiddle)
		if !slices.Equal(got, c.want) || numbered != c.numbered {
			t.Errorf("%q: %q, %v", c.names, got, numbered)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		names := rapid.SliceOfN(rapid.StringOf(rapid.SampledFrom([]rune("ab …"))), 0, 40).Draw(rt, "names")
		got, _ := labels(names, personWidth, shortenedMiddle)
		seen := map[string]bool{}
		for _, label := range got {
			if seen[label] || len([]rune(label)) > personWidth {
				rt.Fatalf("%q of %q", label, names)
			}
			seen[label] = true
		}
	})
}
