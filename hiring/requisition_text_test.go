package hiring_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/hiring"
)

func TestChanges(t *testing.T) {
	t.Parallel()
	lines := func(changes []hiring.Change) []string {
		var out []string
		for _, c := range changes {
			out = append(out, c.Field+" | "+c.String())
		}
		return out
	}
	if got := hiring.Changes(senior(), senior(), nil); got != nil {
		t.Errorf("nothing changed: %v", got)
	}
	after := senior()
	after.Budget = hiring.RupeesRange{Low: 40 * hiring.Lakh, High: 50 * hiring.Lakh}
	if diff := cmp.Diff([]string{"budget | Budget: ₹35–45 LPA → ₹40–50 LPA"}, lines(hiring.Changes(senior(), after, nil))); diff != "" {
		t.Error(diff)
	}
	after.Budget = hiring.RupeesRange{Low: 35*hiring.Lakh + 1, High: 45 * hiring.Lakh}
	if diff := cmp.Diff([]string{"budget | Budget: ₹35,00,000 – ₹45,00,000 → ₹35,00,001 – ₹45,00,000"}, lines(hiring.Changes(senior(), after, nil))); diff != "" {
		t.Error(diff)
	}
	all := hiring.Requisition{
		ID: "R-13", Role: "general", Title: "Chief engineer", Seats: 1, WorkMode: hiring.WorkRemote, BudgetWhy: "rare",
		Ecosystem: "java", Must: []string{"Go", "SQL"}, Nice: []string{"Rust"}, Stages: []string{"screen", "system-design"}, Target: "2027-03-31",
		Requester: "other", Recruiter: "rec-2", Panel: []string{"int", "int-2"}, Confidential: true, State: hiring.ReqOpen,
	}
	names := func(id string) string { return "@" + id }
	want := []string{
		"role | Role: backend-developer → general",
		"title | Title: Backend developer → Chief engineer",
		"level | Level: senior → none",
		"seats | Seats: 2 → 1",
		"location | Where: Bengaluru → none",
		"work_mode | Work mode: Hybrid → Remote",
		"budget | Budget: ₹35–45 LPA → none",
		"budget_why | Reason for the budget: none → rare",
		"why | Why now: the payments team doubles → none",
		"ecosystem | Ecosystem: none → java",
		"must | Must have: none → Go, SQL",
		"nice | Nice to have: none → Rust",
		"stages | Interview stages: none → screen, system-design",
		"target | Target date: none → 2027-03-31",
		"hiring_manager | Hiring manager: @hm → none",
		"recruiter | Recruiter: @rec → @rec-2",
		"panel | Panel: @int → @int, @int-2",
		"confidential | Confidential: no → yes",
	}
	changes := hiring.Changes(senior(), all, names)
	if diff := cmp.Diff(want, lines(changes)); diff != "" {
		t.Errorf("everything changed (-want +got):\n%s", diff)
	}
	for _, c := range changes {
		if c.ConcernsPay() != (c.Field == "budget" || c.Field == "budget_why") {
			t.Errorf("%s: concerns pay is %v", c.Field, c.ConcernsPay())
		}
	}
	if got := hiring.Changes(senior(), all, nil)[14].String(); got != "Hiring manager: hm → none" {
		t.Errorf("without names: %q", got)
	}
}

func TestParseSeats(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"x2": 2, "2x": 2, "2 seats": 2, "2": 2, "two": 2, "Two seats": 2, "ten people": 10, " X 3 ": 3, "×4": 4, "4 ×": 4, "1 seat": 1, "2seats": 2, "12 people": 12, "1 person": 1,
		"3 positions": 3, "3 openings": 3, "2 hires": 2, "2 nos": 2, "5 headcount": 5, "007": 7, "500": 500,
	} {
		if got, err := hiring.ParseSeats(text); got != want || err != nil {
			t.Errorf("ParseSeats(%q) = %d, %v", text, got, err)
		}
	}
	for text, message := range map[string]string{
		"": `"" is no number of seats`, "x": "no number", "twenty": "no number", "xtwo seats x": "no number", "x2x": "no number", "2 x 3": "no number", "-2": "no number",
		"2.5": "no number", "2L": "no number", "2y": "no number", "x2 seats": "", "0": "1 to 500", "x0": "1 to 500", "501": "1 to 500",
		"999999999": "1 to 500", "9999999999": "no number", strings.Repeat("a", 50): strings.Repeat("a", 40) + "…",
	} {
		n, err := hiring.ParseSeats(text)
		if text == "x2 seats" { // said twice, and meant once
			if n != 2 || err != nil {
				t.Errorf("ParseSeats(%q) = %d, %v", text, n, err)
			}
			continue
		}
		checkError(t, text, err, wanted{hiring.Invalid, "seats", message})
	}
}

func FuzzParseSeats(f *testing.F) {
	for _, s := range []string{"x2", "2x", "2 seats", "2", "×4", "x2x", "0", "999999999999", "１", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := hiring.ParseSeats(text)
		if err != nil {
			if n != 0 || hiring.ErrorCode(err) != hiring.Invalid {
				t.Fatalf("ParseSeats(%q) = %d, %v", text, n, err)
			}
			return
		}
		if n < 1 || n > hiring.MaxSeats {
			t.Fatalf("ParseSeats(%q) = %d", text, n)
		}
		for _, again := range []string{strconv.Itoa(n), "x" + strconv.Itoa(n), strconv.Itoa(n) + " seats"} {
			if m, err := hiring.ParseSeats(again); m != n || err != nil {
				t.Fatalf("ParseSeats(%q) = %d, %v", again, m, err)
			}
		}
	})
}

func TestParseWorkMode(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"remote": hiring.WorkRemote, "WFH": hiring.WorkRemote, "work from home": hiring.WorkRemote, "Hybrid": hiring.WorkHybrid,
		"onsite": hiring.WorkOnsite, "on-site": hiring.WorkOnsite, "On Site": hiring.WorkOnsite, "office": hiring.WorkOnsite, "in-office": hiring.WorkOnsite, "wfo": hiring.WorkOnsite,
	} {
		if got, err := hiring.ParseWorkMode(text); got != want || err != nil {
			t.Errorf("ParseWorkMode(%q) = %q, %v", text, got, err)
		}
		if again, err := hiring.ParseWorkMode(hiring.WorkModeTitle(want)); again != want || err != nil {
			t.Errorf("the title of %s reads as %q, %v", want, again, err)
		}
	}
	for _, text := range []string{"", "moon", "bengaluru"} {
		_, err := hiring.ParseWorkMode(text)
		checkError(t, text, err, wanted{hiring.Invalid, "work_mode", "Write onsite, hybrid or remote."})
	}
	if hiring.WorkModeTitle("") != "" || hiring.WorkModeTitle("moon") != "moon" {
		t.Error("titles of no mode and an unknown one")
	}
}

func TestFindPlace(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Bengaluru": "Bengaluru", "bangalore": "Bengaluru", "BLR": "Bengaluru", "Bengalūru": "Bengaluru", "Bangalore, India": "Bengaluru",
		"hyderabad": "Hyderabad", "secunderabad": "Hyderabad", "pune": "Pune", "madras": "Chennai", "Bombay": "Mumbai", "navi-mumbai": "Navi Mumbai",
		"NCR": "Delhi NCR", "delhi / ncr": "Delhi NCR", "new delhi": "Delhi", "Gurgaon": "Gurugram", "gurugram": "Gurugram", "greater noida": "Noida",
		"calcutta": "Kolkata", "ahmedabad": "Ahmedabad", "cochin": "Kochi", "jaipur": "Jaipur", "Indore": "Indore", "coimbatore": "Coimbatore",
		"Trivandrum": "Thiruvananthapuram", "chandigarh": "Chandigarh", "vizag": "Visakhapatnam",
		"": "", "india": "", ", India": "", "Springfield": "", "backend bengaluru": "", "Pune, Ohio": "",
	} {
		p, ok := hiring.FindPlace(text)
		if p.Name != want || ok != (want != "") {
			t.Errorf("FindPlace(%q) = %q, %v; want %q", text, p.Name, ok, want)
		}
	}
}

// TestPlacesAreDistinct finds each place by every one of its names, so no two share one.
func TestPlacesAreDistinct(t *testing.T) {
	t.Parallel()
	places := hiring.Places()
	for _, p := range places {
		for _, name := range append([]string{p.Name}, p.Aliases...) {
			if found, ok := hiring.FindPlace(strings.ToUpper(name)); !ok || found.Name != p.Name {
				t.Errorf("%q of %s finds %q", name, p.Name, found.Name)
			}
		}
		if p.Area != "" && !slices.ContainsFunc(places, func(q hiring.Place) bool { return q.Name == p.Area && q.Area == "" }) {
			t.Errorf("%s is in %q, which is no place of its own", p.Name, p.Area)
		}
	}
}

func TestFindPlaceOfAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		if p, ok := hiring.FindPlace(text); ok != (p.Name != "") {
			t.Fatalf("FindPlace(%q) = %+v, %v", text, p, ok)
		}
	})
}
