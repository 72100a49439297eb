package hiring

import (
	"cmp"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"time"
)

// ReadHolidays reads rows of holidays: a date, and whatever else a calendar has beside it, which is the
// name. A first row without any number is the header. It returns all mistakes by line.
func ReadHolidays(data []byte) ([]Holiday, []RowProblem) {
	rows := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(data), "\ufeff")))
	rows.FieldsPerRecord, rows.TrimLeadingSpace = -1, true
	var (
		all      []Holiday
		problems []RowProblem
	)
	for first := true; ; first = false {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return all, problems
		}
		if wrong, ok := errors.AsType[*csv.ParseError](err); ok {
			return nil, append(problems, RowProblem{Row: wrong.Line, Message: "The quotes of this row do not match."})
		}
		if err != nil {
			return nil, append(problems, RowProblem{Row: 1, Message: "This is no text. Send a CSV file."})
		}
		line, _ := rows.FieldPos(0)
		date, ok := readHoliday(strings.Join(strings.Fields(row[0]), " "))
		switch {
		case !ok && first && !strings.ContainsAny(row[0], "0123456789"):
		case !ok:
			problems = append(problems, RowProblem{Row: line, Message: "It begins with no date. Write 2026-11-09, 9 Nov 2026 or 09/11/2026, then the name."})
		default:
			h := Holiday{Date: date}
			if len(row) > 1 {
				h.Name = strings.TrimSpace(row[1])
			}
			all = append(all, h)
		}
	}
}

// readHoliday reads a date as calendars have it, the day before the month.
func readHoliday(text string) (string, bool) {
	for _, layout := range []string{"02/01/2006", "2/1/2006", "02-01-2006", "02.01.2006"} {
		if day, err := time.Parse(layout, text); err == nil {
			return day.Format(time.DateOnly), true
		}
	}
	return parseHoliday(text)
}

// JoinHolidays returns the holidays of both lists in order, each once, without those before a day,
// YYYY-MM-DD.
func JoinHolidays(have, more []Holiday, today string) []Holiday {
	var all []Holiday
	for _, h := range slices.Concat(have, more) {
		over := len(h.Date) == len(time.DateOnly) && h.Date < today
		if !over && !slices.ContainsFunc(all, func(x Holiday) bool { return x.Date == h.Date }) {
			all = append(all, h)
		}
	}
	slices.SortStableFunc(all, func(a, b Holiday) int {
		// Those of every year come first.
		return cmp.Or(cmp.Compare(len(a.Date), len(b.Date)), cmp.Compare(a.Date, b.Date))
	})
	return all
}

// PrintHolidays prints holidays as ParseHolidays reads them.
func PrintHolidays(all []Holiday) string {
	parts := make([]string, 0, len(all))
	for _, h := range all {
		// A leap year, so that 29 February is a date.
		if day, err := time.Parse(time.DateOnly, "2028-"+h.Date); err == nil {
			parts = append(parts, day.Format("2 Jan"))
			continue
		}
		parts = append(parts, h.Date)
	}
	return strings.Join(parts, ", ")
}
