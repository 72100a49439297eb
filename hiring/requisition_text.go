package hiring

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Change is one changed fact of a record, as people read it.
type Change struct {
	// Field is the name of the field, as in Problems; Title is how people call it.
	Field, Title string
	// Old and New are the facts before and after; "" is none.
	Old, New string
}

// String returns the change in one line: "Budget: ₹35–45 LPA → ₹40–50 LPA".
func (c Change) String() string {
	return c.Title + ": " + orNone(c.Old) + " → " + orNone(c.New)
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

// ConcernsPay tells whether the change shows pay, which not everybody may see who may see the rest.
func (c Change) ConcernsPay() bool { return c.Field == "budget" || c.Field == "budget_why" }

// Changes lists what is different between two versions of a requisition, in the order of the
// form. State, reference, requester and times are no facts of this kind. The function gives
// people's names by their ids, nil leaves the ids; levels, ecosystems and stages stand as keys.
func Changes(before, after Requisition, name func(id string) string) []Change {
	people := func(ids ...string) string {
		var names []string
		for _, id := range ids {
			if id != "" && name != nil {
				id = name(id)
			}
			names = append(names, id)
		}
		return strings.Join(names, ", ")
	}
	var changes []Change
	add := func(field, title, was, is string) {
		if was != is {
			changes = append(changes, Change{Field: field, Title: title, Old: was, New: is})
		}
	}
	b, a := before, after
	add("role", "Role", b.Role, a.Role)
	add("title", "Title", b.Title, a.Title)
	add("level", "Level", b.Level, a.Level)
	add("seats", "Seats", strconv.Itoa(b.Seats), strconv.Itoa(a.Seats))
	add("location", "Where", b.Location, a.Location)
	add("work_mode", "Work mode", WorkModeTitle(b.WorkMode), WorkModeTitle(a.WorkMode))
	if b.Budget != a.Budget {
		was, is := budgetText(b.Budget), budgetText(a.Budget)
		if was == is { // a difference that two decimals of a lakh do not show
			was, is = b.Budget.String(), a.Budget.String()
		}
		add("budget", "Budget", was, is)
	}
	add("budget_why", "Reason for the budget", b.BudgetWhy, a.BudgetWhy)
	add("why", "Why now", b.Why, a.Why)
	add("ecosystem", "Ecosystem", b.Ecosystem, a.Ecosystem)
	add("must", "Must have", strings.Join(b.Must, ", "), strings.Join(a.Must, ", "))
	add("nice", "Nice to have", strings.Join(b.Nice, ", "), strings.Join(a.Nice, ", "))
	add("stages", "Interview stages", strings.Join(b.Stages, ", "), strings.Join(a.Stages, ", "))
	add("target", "Target date", b.Target, a.Target)
	add("hiring_manager", "Hiring manager", people(b.HiringManager), people(a.HiringManager))
	add("recruiter", "Recruiter", people(b.Recruiter), people(a.Recruiter))
	add("panel", "Panel", people(b.Panel...), people(a.Panel...))
	add("confidential", "Confidential", yesNo(b.Confidential), yesNo(a.Confidential))
	return changes
}

func budgetText(b RupeesRange) string {
	if b.IsZero() {
		return ""
	}
	return b.LPA()
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// seatsForm is how many are wanted, as people type it.
var seatsForm = regexp.MustCompile(`^(?:([x×])\s*)?([0-9]{1,9}|one|two|three|four|five|six|seven|eight|nine|ten)(?:\s*([x×])|\s*(?:seats?|people|persons?|positions?|openings?|hires?|headcount|hc|nos?\.?))?$`)

// numberWords are numbers that people write out.
var numberWords = []string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}

// ParseSeats reads how many are wanted: "x2", "2x", "2 seats", "two people", "2". It returns an Invalid
// error for the field "seats" for anything else, and for less than 1 or more than MaxSeats.
func ParseSeats(text string) (int, error) {
	parts := seatsForm.FindStringSubmatch(strings.ToLower(strings.TrimSpace(text)))
	if parts == nil || parts[1] != "" && parts[3] != "" {
		return 0, InvalidField("seats", "%q is no number of seats. Write it like 2 or x2.", shorten(text, 40))
	}
	n, err := slices.Index(numberWords, parts[2]), error(nil)
	if n < 0 {
		n, err = strconv.Atoi(parts[2])
	}
	if err != nil || n < 1 || n > MaxSeats {
		return 0, InvalidField("seats", "A requisition is for 1 to %d people, like 2 or x2.", MaxSeats)
	}
	return n, nil
}

// ParseWorkMode reads a way of working: "remote", "wfh", "hybrid", "onsite", "on-site", "office" and
// the like. It returns WorkOnsite, WorkHybrid or WorkRemote, and an Invalid error for the field
// "work_mode" for anything else.
func ParseWorkMode(text string) (string, error) {
	switch roleFold(text) {
	case "onsite", "office", "inoffice", "fromoffice", "wfo", "workfromoffice":
		return WorkOnsite, nil
	case "hybrid":
		return WorkHybrid, nil
	case "remote", "wfh", "workfromhome", "fullyremote", "home":
		return WorkRemote, nil
	}
	return "", InvalidField("work_mode", "%q is no work mode. Write onsite, hybrid or remote.", shorten(text, 40))
}

// WorkModeTitle returns the name of a work mode as people read it, "" for none.
func WorkModeTitle(mode string) string {
	switch mode {
	case WorkOnsite:
		return "Onsite"
	case WorkHybrid:
		return "Hybrid"
	case WorkRemote:
		return "Remote"
	default:
		return mode
	}
}

// Place is a city where people are hired. Area is the larger place it is a part of, "" for none.
type Place struct {
	Name, Area string
	Aliases    []string
}

// Places lists the Indian cities that hire, the largest labour markets first. Any other place can
// be named all the same; these are recognised in whatever spelling.
func Places() []Place {
	return []Place{
		{Name: "Bengaluru", Aliases: []string{"Bangalore", "BLR", "Bengalooru"}},
		{Name: "Hyderabad", Aliases: []string{"HYD", "Secunderabad", "Cyberabad"}},
		{Name: "Pune", Aliases: []string{"Poona", "PNQ", "Pimpri Chinchwad"}},
		{Name: "Chennai", Aliases: []string{"Madras", "MAA"}},
		{Name: "Mumbai", Aliases: []string{"Bombay", "BOM"}},
		{Name: "Navi Mumbai", Area: "Mumbai", Aliases: []string{"New Bombay"}},
		{Name: "Thane", Area: "Mumbai"},
		{Name: "Delhi NCR", Aliases: []string{"NCR", "Delhi/NCR", "National Capital Region"}},
		{Name: "Delhi", Area: "Delhi NCR", Aliases: []string{"New Delhi", "DEL"}},
		{Name: "Gurugram", Area: "Delhi NCR", Aliases: []string{"Gurgaon", "GGN"}},
		{Name: "Noida", Area: "Delhi NCR", Aliases: []string{"Greater Noida"}},
		{Name: "Faridabad", Area: "Delhi NCR"},
		{Name: "Ghaziabad", Area: "Delhi NCR"},
		{Name: "Kolkata", Aliases: []string{"Calcutta", "CCU"}},
		{Name: "Ahmedabad", Aliases: []string{"Amdavad", "AMD"}},
		{Name: "Gandhinagar", Aliases: []string{"GIFT City"}},
		{Name: "Kochi", Aliases: []string{"Cochin", "Ernakulam"}},
		{Name: "Thiruvananthapuram", Aliases: []string{"Trivandrum", "TVM"}},
		{Name: "Kozhikode", Aliases: []string{"Calicut"}},
		{Name: "Coimbatore", Aliases: []string{"Kovai", "CBE"}},
		{Name: "Madurai"},
		{Name: "Tiruchirappalli", Aliases: []string{"Trichy", "Tiruchi"}},
		{Name: "Jaipur"},
		{Name: "Indore"},
		{Name: "Bhopal"},
		{Name: "Chandigarh", Aliases: []string{"Tricity"}},
		{Name: "Mohali", Area: "Chandigarh", Aliases: []string{"SAS Nagar"}},
		{Name: "Panchkula", Area: "Chandigarh"},
		{Name: "Lucknow"},
		{Name: "Kanpur"},
		{Name: "Nagpur"},
		{Name: "Nashik", Aliases: []string{"Nasik"}},
		{Name: "Surat"},
		{Name: "Vadodara", Aliases: []string{"Baroda"}},
		{Name: "Visakhapatnam", Aliases: []string{"Vizag", "Visakha"}},
		{Name: "Vijayawada", Aliases: []string{"Bezawada"}},
		{Name: "Mysuru", Aliases: []string{"Mysore"}},
		{Name: "Mangaluru", Aliases: []string{"Mangalore"}},
		{Name: "Hubballi", Aliases: []string{"Hubli", "Hubli-Dharwad"}},
		{Name: "Bhubaneswar", Aliases: []string{"Bhubaneshwar"}},
		{Name: "Puducherry", Aliases: []string{"Pondicherry", "Pondy"}},
		{Name: "Goa", Aliases: []string{"Panaji", "Panjim"}},
		{Name: "Dehradun"},
		{Name: "Raipur"},
		{Name: "Patna"},
		{Name: "Guwahati"},
	}
}

// FindPlace returns the place with that name or alias; case, diacritics, blanks, hyphens and an
// added country do not matter. It does not look for a place inside a longer text.
func FindPlace(text string) (Place, bool) {
	want := placeFold(text)
	if want == "" {
		return Place{}, false
	}
	for _, p := range Places() {
		if placeFold(p.Name) == want {
			return p, true
		}
		for _, a := range p.Aliases {
			if placeFold(a) == want {
				return p, true
			}
		}
	}
	return Place{}, false
}

func placeFold(text string) string {
	folded := Fold(text)
	if city, country, ok := strings.Cut(folded, ","); ok && strings.TrimSpace(country) == "india" {
		folded = city
	}
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-', '/', '.':
			return -1
		}
		return r
	}, folded)
}
