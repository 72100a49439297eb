package commands_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/commands"
)

// TestKinds reads values by themselves: what a form's field or a platform's typed option holds.
func TestKinds(t *testing.T) {
	t.Parallel()
	rd := reading(t)
	candidate, requisition := commands.Reference("C"), commands.Reference("R")
	for _, c := range []struct {
		kind       *bot.Kind
		text, want string
	}{
		// A reference in any spelling; anything else is a name to look for.
		{candidate, "C-7", "C-7"},
		{candidate, "c-7", "C-7"},
		{candidate, "c7", "C-7"},
		{candidate, "C7", "C-7"},
		{candidate, "7", "C-7"},
		{candidate, "C–7", "C-7"},
		{candidate, "C-007", "C-7"},
		{candidate, "C-123456789", "C-123456789"},
		{candidate, "C-1234567890", "C-1234567890"},
		{candidate, "C-0", "C-0"},
		{candidate, "R-7", "R-7"},
		{candidate, "Asha Rao", "Asha Rao"},
		{candidate, "C", "C"},
		{candidate, "7y", "7y"},
		{requisition, "r12", "R-12"},
		{requisition, "12", "R-12"},

		// Money: a bare number below a thousand is lakhs a year.
		{commands.Money, "18", "18L"},
		{commands.Money, "18 LPA", "18L"},
		{commands.Money, "18lpa", "18L"},
		{commands.Money, "18.5L", "18.5L"},
		{commands.Money, "18.5 lakhs", "18.5L"},
		{commands.Money, "₹18,50,000", "18.5L"},
		{commands.Money, "₹ 18,50,000 p.a.", "18.5L"},
		{commands.Money, "INR 1,850,000", "18.5L"},
		{commands.Money, "1.2 cr", "120L"},
		{commands.Money, "1850000", "18.5L"},
		{commands.MoneyRange, "35-45L", "35L-45L"},
		{commands.MoneyRange, "35L-45L", "35L-45L"},
		{commands.MoneyRange, "35 – 45 LPA", "35L-45L"},
		{commands.MoneyRange, "₹35,00,000 - ₹45,00,000", "35L-45L"},
		{commands.MoneyRange, "80L to 1.2 crore", "80L-120L"},
		{commands.MoneyRange, "40", "40L"},

		// Experience.
		{commands.Experience, "7y", "7y"},
		{commands.Experience, "7.5 yrs", "7.5y"},
		{commands.Experience, "7+ years", "7y+"},
		{commands.Experience, "6-8y", "6-8y"},
		{commands.Experience, "6 to 8 years", "6-8y"},
		{commands.Experience, "18 months", "18m"},
		{commands.Experience, "fresher", "0y"},

		// Names of the playbooks.
		{commands.Level, "SDE3", "senior"},
		{commands.Level, "Principal", "staff"},
		{commands.Level, "Fresher", "entry"},
		{commands.Premium, "+AWS", "cloud"},
		{commands.Premium, "Google Cloud", "cloud"},
		{commands.Ecosystem, "SpringBoot", "java"},
		{commands.Uplift, "IT Services", "services"},
		{commands.Role, "back-end", "backend-developer"},
		{commands.RoleName, "BÄCKEND", "backend-developer"},
		{commands.RoleName, "Astronaut", "Astronaut"},
		{commands.Person, "@hiring-manager", "P-2"},
		{commands.RoleChange, "-Hiring Manager", "-hiring_manager"},

		// Dates and times, of a Monday morning in India.
		{bot.Day, "today", "2026-12-07"},
		{bot.Day, "tomorrow", "2026-12-08"},
		{bot.Day, "fri", "2026-12-11"},
		{bot.Day, "4 Jan", "2027-01-04"},
		{bot.Day, "04/01/2027", "2027-01-04"},
		{bot.Day, "2027-01-04", "2027-01-04"},
		{bot.Day, "in 3 days", "2026-12-10"},
		{bot.Moment, "tomorrow 3pm", "2026-12-08T09:30:00Z"},
		{bot.Moment, "fri 15:00", "2026-12-11T09:30:00Z"},
		{bot.Moment, "4 Jan 10:30 am", "2027-01-04T05:00:00Z"},
		{bot.YesNo, "Y", "yes"},
		{bot.YesNo, "off", "no"},
		{bot.Integer, " 12 ", "12"},
	} {
		v, err := c.kind.Parse(rd, c.text)
		if err != nil {
			t.Errorf("%s %q: %v, want %s", c.kind.Name, c.text, err, c.want)
			continue
		}
		if got := c.kind.Print(v); got != c.want {
			t.Errorf("%s %q is read as %s, want %s", c.kind.Name, c.text, got, c.want)
		}
	}
	for _, c := range []struct {
		kind        *bot.Kind
		text, names string
	}{
		{commands.Money, "", "empty"},
		{commands.Money, "18k", `“18k” is ambiguous`},
		{commands.Money, "12345", `“12345” is ambiguous`},
		{commands.Money, "1,85,0000", "odd places"},
		{commands.Money, "1e6", `“1e6”`},
		{commands.Money, "€90", "not in rupees"},
		{commands.Money, "18 LPA per month", "month"},
		{commands.MoneyRange, "45-35L", `“45-35L”`},
		{commands.MoneyRange, "35-", "empty"},
		{commands.Experience, "7", `“7” needs a unit`},
		{commands.Experience, "61y", "more than 60 years"},
		{commands.Experience, "-2y", "negative"},
		{commands.Experience, "7 decades", `“7 decades”`},
		{commands.RoleChange, "admin", "+admin"},
		{commands.RoleChange, "+", "no role"},
		{bot.Day, "31/02/2027", "31 Feb does not exist"},
		{bot.Day, "someday", "someday"},
		{bot.Moment, "fri", "time"},
		{bot.Moment, "tomorrow 25:00", "25:00"},
		{bot.YesNo, "maybe", "“maybe”"},
		{bot.Integer, "2.5", "“2.5”"},
	} {
		v, err := c.kind.Parse(rd, c.text)
		coded, ok := errors.AsType[bot.Coded](err)
		if !ok {
			t.Errorf("%s %q is read as %v (%v), want an error", c.kind.Name, c.text, v, err)
			continue
		}
		if !strings.Contains(coded.Message(), c.names) || coded.Code() == bot.CodeInternal {
			t.Errorf("%s %q: %s: %s; want it to name %q", c.kind.Name, c.text, coded.Code(), coded.Message(), c.names)
		}
	}
}

// TestReferences reads every reference back from each of its spellings, in the room a button has.
func TestReferences(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		prefix := rapid.SampledFrom([]string{"C", "R", "I", "O"}).Draw(t, "prefix")
		digits := rapid.StringMatching(`[1-9][0-9]{0,8}`).Draw(t, "number")
		kind, want := commands.Reference(prefix), prefix+"-"+digits
		for _, text := range []string{want, strings.ToLower(want), prefix + digits, digits, "0" + digits} {
			v, err := kind.Parse(bot.Reading{}, text)
			if err != nil || kind.Print(v) != want || !kind.Claims(bot.Reading{}, text) {
				t.Fatalf("%q is read as %v (%v), want %s", text, v, err, want)
			}
		}
		if n := utf8.RuneCountInString(want); n > kind.Wire {
			t.Fatalf("%s has %d characters; a button has room for %d", want, n, kind.Wire)
		}
		name := rapid.StringMatching(`[A-Z][a-z]{2,8}( [A-Z][a-z]{2,8})?`).Draw(t, "name")
		if v, err := kind.Parse(bot.Reading{}, name); err != nil || v != name || kind.Claims(bot.Reading{}, name) {
			t.Fatalf("the name %q is read as %v (%v)", name, v, err)
		}
	})
}
