package hiring_test

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/hiring"
)

func TestRupeesString(t *testing.T) {
	t.Parallel()
	for r, want := range map[hiring.Rupees]string{
		0:             "₹0",
		7:             "₹7",
		999:           "₹999",
		1000:          "₹1,000",
		99999:         "₹99,999",
		1_00_000:      "₹1,00,000",
		18_50_000:     "₹18,50,000",
		31_62_500:     "₹31,62,500",
		12_34_56_789:  "₹12,34,56,789",
		100_00_00_000: "₹1,00,00,00,000",
		-5000:         "-₹5,000",
		-18_50_000:    "-₹18,50,000",
		math.MaxInt64: "₹92,23,37,20,36,85,47,75,807",
		math.MinInt64: "-₹92,23,37,20,36,85,47,75,808",
		hiring.Crore:  "₹1,00,00,000",
	} {
		if got := r.String(); got != want {
			t.Errorf("Rupees(%d).String() = %q, want %q", int64(r), got, want)
		}
	}
}

func TestRupeesLPA(t *testing.T) {
	t.Parallel()
	for r, want := range map[hiring.Rupees]string{
		0:             "0",
		499:           "0",
		500:           "0.01",
		999:           "0.01",
		1000:          "0.01",
		25_00_000:     "25",
		82_50_000:     "82.5",
		31_62_499:     "31.62",
		31_62_500:     "31.63",
		99_99_499:     "99.99",
		99_99_500:     "100",
		90_00_000:     "90",
		100_00_00_000: "10000",
		-31_62_500:    "-31.63",
		-31_62_499:    "-31.62",
		math.MaxInt64: "92233720368547.76",
		math.MinInt64: "-92233720368547.76",
	} {
		if got := r.LPA(); got != want {
			t.Errorf("Rupees(%d).LPA() = %q, want %q", int64(r), got, want)
		}
	}
}

func TestRupeesShort(t *testing.T) {
	t.Parallel()
	for r, want := range map[hiring.Rupees]string{
		1:             "0.00001L",
		50_001:        "0.50001L",
		1_00_000:      "1L",
		18_00_000:     "18L",
		18_50_000:     "18.5L",
		18_51_000:     "18.51L",
		18_50_001:     "1850001",
		100_00_00_000: "10000L",
	} {
		if got := r.Short(); got != want {
			t.Errorf("Rupees(%d).Short() = %q, want %q", int64(r), got, want)
		}
	}
}

func TestFormatRanges(t *testing.T) {
	t.Parallel()
	r := hiring.RupeesRange{Low: 31_62_500, High: 82_50_000}
	one := hiring.RupeesRange{Low: 18_00_000, High: 18_00_000}
	for got, want := range map[string]string{
		hiring.FormatLPA(25_00_000, 55_00_000): "₹25–55 LPA",
		hiring.FormatLPA(25_00_000, 25_00_001): "₹25 LPA",
		r.String():                             "₹31,62,500 – ₹82,50,000",
		r.LPA():                                "₹31.63–82.5 LPA",
		r.Short():                              "3162500-82.5L",
		one.String():                           "₹18,00,000",
		one.LPA():                              "₹18 LPA",
		one.Short():                            "18L",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestParseRupees(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]hiring.Rupees{
		"18":                        18_00_000,
		" 18 ":                      18_00_000,
		"18.5":                      18_50_000,
		"018":                       18_00_000,
		"0.5":                       50_000,
		".5 cr":                     50_00_000,
		"999":                       9_99_00_000,
		"18 LPA":                    18_00_000,
		"18lpa":                     18_00_000,
		"18\u00a0LPA":               18_00_000,
		"18 lakhs per annum":        18_00_000,
		"18 lakh p.a.":              18_00_000,
		"18L pa":                    18_00_000,
		"18 lakh / year":            18_00_000,
		"18 lakh a year":            18_00_000,
		"18.5L":                     18_50_000,
		"18.50l":                    18_50_000,
		"18.50001 lakh":             18_50_001,
		"18.5 lac":                  18_50_000,
		"18.5 lacs":                 18_50_000,
		"18.5 lakh":                 18_50_000,
		"18.5 Lakhs":                18_50_000,
		"₹18 LPA":                   18_00_000,
		"₹18,50,000":                18_50_000,
		"₹ 18,50,000/-":             18_50_000,
		"Rs. 18,50,000":             18_50_000,
		"Rs.18,50,000 /-":           18_50_000,
		"rs 1850000":                18_50_000,
		"INR 18,50,000":             18_50_000,
		"INR 18.5 LPA":              18_50_000,
		"18,50,000 INR":             18_50_000,
		"18,50,000 rupees per year": 18_50_000,
		"18,50,000 p.a.":            18_50_000,
		"1,850,000":                 18_50_000,
		"100,000":                   1_00_000,
		"1,00,000":                  1_00_000,
		"1850000":                   18_50_000,
		"1850000.00":                18_50_000,
		"100000":                    1_00_000,
		"1.2 cr":                    1_20_00_000,
		"1.2Cr.":                    1_20_00_000,
		"1.2 crore":                 1_20_00_000,
		"1 CRORES":                  1_00_00_000,
		"1.2345678 cr":              1_23_45_678,
		"1,850 LPA":                 18_50_00_000,
		"100 cr":                    hiring.MaxRupees,
		"10000 LPA":                 hiring.MaxRupees,
		"1,00,00,00,000":            hiring.MaxRupees,
	} {
		got, err := hiring.ParseRupees(text)
		if err != nil || got != want {
			t.Errorf("ParseRupees(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
}

func TestParseRupeesRefuses(t *testing.T) {
	t.Parallel()
	for text, part := range map[string]string{
		"":                      "empty",
		"  ":                    "empty",
		"lots":                  "not an amount",
		"18 L 20":               "not an amount",
		"18 50 000":             "not an amount",
		"LPA":                   "not an amount",
		"1e6":                   "not an amount",
		"18..5":                 "not a number",
		"18.":                   "not a number",
		"1.8.5 L":               "not a number",
		",":                     "commas",
		"18,5 LPA":              "commas",
		"18,5,000":              "commas",
		"1,8,50,000":            "commas",
		"1850,000":              "commas",
		"18,50,00":              "commas",
		"1,850,0000":            "commas",
		"1,00,000,000":          "commas", // neither Indian nor western throughout
		"0,50,000":              "commas",
		"1000":                  "ambiguous",
		"50000":                 "ambiguous",
		"99999":                 "ambiguous",
		"99999.5":               "ambiguous",
		"50,000":                "ambiguous",
		"1,000":                 "ambiguous",
		"₹18":                   "ambiguous",
		"18 rupees":             "ambiguous",
		"₹50,000":               "ambiguous",
		"50k":                   "thousands",
		"50 K":                  "thousands",
		"50 thousand":           "thousands",
		"50000 per month":       "month",
		"₹50,000/month":         "month",
		"1.5L pm":               "month",
		"1.5 lakh p.m.":         "month",
		"1.8 million":           "million",
		"1.8m":                  "million",
		"$50,000":               "rupees",
		"50000 USD":             "rupees",
		"€ 40":                  "rupees",
		"18 apples":             "apples",
		"-18":                   "negative",
		"-18 LPA":               "negative",
		"−18 LPA":               "negative",
		"₹-18,50,000":           "negative",
		"-₹18,50,000":           "negative",
		"0":                     "above zero",
		"0 LPA":                 "above zero",
		"₹0.0 lakh":             "above zero",
		"1850000.5":             "whole number of rupees",
		"18.500001 L":           "whole number of rupees",
		"1.23456789 cr":         "whole number of rupees",
		"100.0000001 cr":        "100 crore",
		"101 cr":                "100 crore",
		"10001 LPA":             "100 crore",
		"1000000001":            "100 crore",
		"99999999999999999999":  "100 crore",
		strings.Repeat("1", 81): "too long",
	} {
		got, err := hiring.ParseRupees(text)
		if err == nil {
			t.Errorf("ParseRupees(%q) = %d, want an error", text, got)
			continue
		}
		if hiring.ErrorCode(err) != hiring.Invalid || !strings.Contains(err.Error(), part) {
			t.Errorf("ParseRupees(%q): %v; want an invalid error with %q", text, err, part)
		}
		if !strings.Contains(err.Error(), "18") && !strings.Contains(err.Error(), "6 LPA") {
			t.Errorf("ParseRupees(%q): %v; the message has no example", text, err)
		}
	}
}

func TestParseRupeesRange(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]hiring.RupeesRange{
		"35-45L":                      {Low: 35_00_000, High: 45_00_000},
		"35L-45L":                     {Low: 35_00_000, High: 45_00_000},
		"35L-45":                      {Low: 35_00_000, High: 45_00_000},
		"35-45":                       {Low: 35_00_000, High: 45_00_000},
		"35–45 LPA":                   {Low: 35_00_000, High: 45_00_000},
		"₹35 – 45 LPA":                {Low: 35_00_000, High: 45_00_000},
		"35 to 45 lakh":               {Low: 35_00_000, High: 45_00_000},
		"35 TO 45 LAKH":               {Low: 35_00_000, High: 45_00_000},
		"0.8-1.2 cr":                  {Low: 80_00_000, High: 1_20_00_000},
		"80L-1.2cr":                   {Low: 80_00_000, High: 1_20_00_000},
		"350000-8L":                   {Low: 3_50_000, High: 8_00_000},
		"18,50,000 - 25,00,000":       {Low: 18_50_000, High: 25_00_000},
		"Rs. 18,50,000/- to 25 lakhs": {Low: 18_50_000, High: 25_00_000},
		"₹31,62,500 – ₹82,50,000":     {Low: 31_62_500, High: 82_50_000},
		"18L":                         {Low: 18_00_000, High: 18_00_000},
		"18-18L":                      {Low: 18_00_000, High: 18_00_000},
		"₹18,50,000/-":                {Low: 18_50_000, High: 18_50_000},
	} {
		low, high, err := hiring.ParseRupeesRange(text)
		if got := (hiring.RupeesRange{Low: low, High: high}); err != nil || got != want {
			t.Errorf("ParseRupeesRange(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
}

func TestParseRupeesRangeRefuses(t *testing.T) {
	t.Parallel()
	for text, part := range map[string]string{
		"":                       "empty",
		"45-35L":                 "ends lower",
		"50-1.2cr":               "ends lower",
		"1.2cr-1.5":              "ends lower",
		"35-45-55L":              "not one range",
		"-18":                    "negative",
		"35-":                    "empty",
		"35 to many":             "not an amount",
		"x-45L":                  "not an amount",
		"35L-45000":              "ambiguous",
		"45000-35L":              "ambiguous",
		"20k-30k":                "thousands",
		strings.Repeat("1-", 50): "too long",
	} {
		low, high, err := hiring.ParseRupeesRange(text)
		if err == nil {
			t.Errorf("ParseRupeesRange(%q) = %d, %d; want an error", text, low, high)
			continue
		}
		if hiring.ErrorCode(err) != hiring.Invalid || !strings.Contains(err.Error(), part) {
			t.Errorf("ParseRupeesRange(%q): %v; want an invalid error with %q", text, err, part)
		}
	}
}

// amounts draws from least to the most that is accepted, round amounts as often as odd ones.
func amounts(least hiring.Rupees) *rapid.Generator[hiring.Rupees] {
	return rapid.Map(rapid.OneOf(
		rapid.Int64Range(int64(least), int64(hiring.MaxRupees)),
		rapid.Map(rapid.Int64Range((int64(least)+999)/1000, int64(hiring.MaxRupees)/1000), func(n int64) int64 { return n * 1000 }),
	), func(n int64) hiring.Rupees { return hiring.Rupees(n) })
}

func TestRupeesRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := amounts(1).Draw(t, "rupees")
		if got, err := hiring.ParseRupees(r.Short()); err != nil || got != r {
			t.Fatalf("ParseRupees(%q) = %d, %v; want %d", r.Short(), got, err, r)
		}
		if r < hiring.Lakh {
			return
		}
		if got, err := hiring.ParseRupees(r.String()); err != nil || got != r {
			t.Fatalf("ParseRupees(%q) = %d, %v; want %d", r.String(), got, err, r)
		}
	})
}

func TestRupeesRangeRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		low := amounts(hiring.Lakh).Draw(t, "low")
		high := amounts(low).Draw(t, "high")
		want := hiring.RupeesRange{Low: low, High: high}
		for _, text := range []string{want.Short(), want.String()} {
			gotLow, gotHigh, err := hiring.ParseRupeesRange(text)
			if got := (hiring.RupeesRange{Low: gotLow, High: gotHigh}); err != nil || got != want {
				t.Fatalf("ParseRupeesRange(%q) = %v, %v; want %v", text, got, err, want)
			}
		}
	})
}

func FuzzParseRupees(f *testing.F) {
	for _, text := range []string{"18", "18.5L", "₹18,50,000", "Rs. 18,50,000/-", "1.2 cr", "50k", "-1", "1e9", "18,5", "99999999999 cr", "\xff", ".5cr p.a."} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := hiring.ParseRupees(text)
		if err != nil {
			if hiring.ErrorCode(err) != hiring.Invalid {
				t.Fatalf("ParseRupees(%q): %v", text, err)
			}
			return
		}
		if r <= 0 || r > hiring.MaxRupees {
			t.Fatalf("ParseRupees(%q) = %d", text, r)
		}
		if again, err := hiring.ParseRupees(r.Short()); err != nil || again != r {
			t.Fatalf("ParseRupees(%q) = %d, %v; want %d", r.Short(), again, err, r)
		}
	})
}

func FuzzParseRupeesRange(f *testing.F) {
	for _, text := range []string{"35-45L", "35L-45L", "35 to 45 lakh", "18", "-", "--", "₹31,62,500 – ₹82,50,000", "18/-", "80L-1.2cr"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		low, high, err := hiring.ParseRupeesRange(text)
		if err != nil {
			if hiring.ErrorCode(err) != hiring.Invalid {
				t.Fatalf("ParseRupeesRange(%q): %v", text, err)
			}
			return
		}
		if low <= 0 || low > high || high > hiring.MaxRupees {
			t.Fatalf("ParseRupeesRange(%q) = %d, %d", text, low, high)
		}
		short := hiring.RupeesRange{Low: low, High: high}.Short()
		if againLow, againHigh, err := hiring.ParseRupeesRange(short); err != nil || againLow != low || againHigh != high {
			t.Fatalf("ParseRupeesRange(%q) = %d, %d, %v; want %d, %d", short, againLow, againHigh, err, low, high)
		}
	})
}
