package hiring_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/hiring"
)

func single(months int) hiring.Experience {
	return hiring.Experience{MinMonths: months, MaxMonths: months}
}

func orMore(months int) hiring.Experience {
	return hiring.Experience{MinMonths: months, MaxMonths: months, OpenEnded: true}
}

func TestParseExperience(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]hiring.Experience{
		"7y":                     single(84),
		" 7 Y ":                  single(84),
		"7.5 yrs":                single(90),
		"7.50y":                  single(90),
		"7.25 years":             single(87),
		"1 year":                 single(12),
		"7 yrs.":                 single(84),
		"7 years of experience":  single(84),
		"7 yrs exp":              single(84),
		"7 yoe":                  single(84),
		"7yoe":                   single(84),
		"18 months":              single(18),
		"18m":                    single(18),
		"1 month":                single(1),
		"6 mos":                  single(6),
		"1y6m":                   single(18),
		"1 year 6 months":        single(18),
		"1 yr and 6 mo":          single(18),
		"0y":                     single(0),
		"fresher":                single(0),
		"Freshers":               single(0),
		"60y":                    single(720),
		"7+ years":               orMore(84),
		"7 + years":              orMore(84),
		"7y+":                    orMore(84),
		"7 years+":               orMore(84),
		"7.5+ yrs":               orMore(90),
		"18m+":                   orMore(18),
		"7y3m+":                  orMore(87),
		"10+ years experience":   orMore(120),
		"6-8y":                   {MinMonths: 72, MaxMonths: 96},
		"6y-8y":                  {MinMonths: 72, MaxMonths: 96},
		"6–8 yrs":                {MinMonths: 72, MaxMonths: 96},
		"6 to 8 years":           {MinMonths: 72, MaxMonths: 96},
		"6 - 8 years experience": {MinMonths: 72, MaxMonths: 96},
		"0-1y":                   {MinMonths: 0, MaxMonths: 12},
		"6-18m":                  {MinMonths: 6, MaxMonths: 18},
		"6m-1y":                  {MinMonths: 6, MaxMonths: 12},
		"18m-2y":                 {MinMonths: 18, MaxMonths: 24},
		"1.5-3y":                 {MinMonths: 18, MaxMonths: 36},
		"7y3m-8y":                {MinMonths: 87, MaxMonths: 96},
		"6-6y":                   single(72),
	} {
		got, err := hiring.ParseExperience(text)
		if err != nil || got != want {
			t.Errorf("ParseExperience(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
}

func TestParseExperienceRefuses(t *testing.T) {
	t.Parallel()
	for text, part := range map[string]string{
		"":                      "empty",
		"7":                     "needs a unit",
		"7.5":                   "needs a unit",
		"7+":                    "needs a unit",
		"6-8":                   "needs a unit",
		"6y-8":                  "needs a unit",
		"many":                  "not an experience",
		"senior":                "not an experience",
		"7 days":                "not an experience",
		"y":                     "not an experience",
		"+":                     "not an experience",
		"6-8+ years":            "not an experience",
		"1m6y":                  "not an experience",
		"-7y":                   "negative",
		"7.3 years":             "7y3m",
		"1y12m":                 "more than 11 months",
		"8-6y":                  "ends lower",
		"1-2-3y":                "not one range",
		"61y":                   "60 years",
		"60.5y":                 "60 years",
		"721m":                  "60 years",
		"99999y":                "not an experience",
		strings.Repeat("7", 90): "too long",
	} {
		got, err := hiring.ParseExperience(text)
		if err == nil {
			t.Errorf("ParseExperience(%q) = %v, want an error", text, got)
			continue
		}
		if hiring.ErrorCode(err) != hiring.Invalid || !strings.Contains(err.Error(), part) {
			t.Errorf("ParseExperience(%q): %v; want an invalid error with %q", text, err, part)
		}
	}
}

func TestExperienceString(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]hiring.Experience{
		"0y":      single(0),
		"6m":      single(6),
		"1y":      single(12),
		"18m":     single(18),
		"23m":     single(23),
		"2.5y":    single(30),
		"7y":      single(84),
		"7.5y":    single(90),
		"7y3m":    single(87),
		"7y+":     orMore(84),
		"18m+":    orMore(18),
		"6-8y":    {MinMonths: 72, MaxMonths: 96},
		"0-1y":    {MinMonths: 0, MaxMonths: 12},
		"18m-2y":  {MinMonths: 18, MaxMonths: 24},
		"2.5y-3y": {MinMonths: 30, MaxMonths: 36},
	} {
		if got := e.String(); got != want {
			t.Errorf("%#v.String() = %q, want %q", e, got, want)
		}
	}
}

func experiences() *rapid.Generator[hiring.Experience] {
	return rapid.Custom(func(t *rapid.T) hiring.Experience {
		low := rapid.IntRange(0, hiring.MaxExperienceMonths).Draw(t, "low")
		switch rapid.IntRange(0, 2).Draw(t, "form") {
		case 0:
			return single(low)
		case 1:
			return orMore(low)
		}
		return hiring.Experience{MinMonths: low, MaxMonths: rapid.IntRange(low, hiring.MaxExperienceMonths).Draw(t, "high")}
	})
}

func TestExperienceRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e := experiences().Draw(t, "experience")
		if got, err := hiring.ParseExperience(e.String()); err != nil || got != e {
			t.Fatalf("ParseExperience(%q) = %v, %v; want %v", e.String(), got, err, e)
		}
	})
}

func FuzzParseExperience(f *testing.F) {
	for _, text := range []string{"7y", "7.5 yrs", "7+ years", "6-8y", "6 to 8 years", "18 months", "1y6m", "fresher", "7", "-", "+", "\xff", "7.3y"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := hiring.ParseExperience(text)
		if err != nil {
			if hiring.ErrorCode(err) != hiring.Invalid {
				t.Fatalf("ParseExperience(%q): %v", text, err)
			}
			return
		}
		if e.MinMonths < 0 || e.MinMonths > e.MaxMonths || e.MaxMonths > hiring.MaxExperienceMonths || e.OpenEnded && e.MinMonths != e.MaxMonths {
			t.Fatalf("ParseExperience(%q) = %#v", text, e)
		}
		if again, err := hiring.ParseExperience(e.String()); err != nil || again != e {
			t.Fatalf("ParseExperience(%q) = %v, %v; want %v", e.String(), again, err, e)
		}
	})
}
