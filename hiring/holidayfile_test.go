package hiring_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/hiring"
)

func TestReadHolidays(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Date,Holiday\n2026-11-09,Diwali\n":     "[{2026-11-09 Diwali}]",
		"\ufeff09/11/2026, \"Diwali, day one\"": "[{2026-11-09 Diwali, day one}]",
		"26 Jan\r\n9 Nov 2026;x":                "row 2: It begins with no date. Write 2026-11-09, 9 Nov 2026 or 09/11/2026, then the name.",
		"31/11/2026,No":                         "row 1: It begins with no date. Write 2026-11-09, 9 Nov 2026 or 09/11/2026, then the name.",
		"29 Feb,Leap\n01.05.2027,May":           "[{02-29 Leap} {2027-05-01 May}]",
		"\"2026-11-09":                          "row 1: The quotes of this row do not match.",
		"":                                      "[]",
		"Date,Name":                             "[]",
	} {
		all, problems := hiring.ReadHolidays([]byte(text))
		got := fmt.Sprint(all)
		if len(problems) > 0 {
			got = problems[0].String()
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// TestHolidaysReadBack prints what was joined, and reads it back to the same.
func TestHolidaysReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		drawn := func(label string) []hiring.Holiday {
			var all []hiring.Holiday
			for range rapid.IntRange(0, 8).Draw(t, label) {
				date := fmt.Sprintf("%02d-%02d", rapid.IntRange(1, 12).Draw(t, "month"), rapid.IntRange(1, 28).Draw(t, "day"))
				if rapid.Bool().Draw(t, "once") {
					date = fmt.Sprintf("%d-%s", rapid.IntRange(2025, 2028).Draw(t, "year"), date)
				}
				all = append(all, hiring.Holiday{Date: date})
			}
			return all
		}
		joined := hiring.JoinHolidays(drawn("have"), drawn("more"), "2026-06-15")
		back, err := hiring.ParseHolidays(hiring.PrintHolidays(joined))
		if err != nil || len(back) != len(joined) {
			t.Fatalf("%v reads back as %v, %v", joined, back, err)
		}
		for i, h := range joined {
			if back[i].Date != h.Date || strings.HasPrefix(h.Date, "2025") || h.Date > "2026" && h.Date < "2026-06-15" {
				t.Fatalf("%v reads back as %v", joined, back)
			}
		}
	})
}
