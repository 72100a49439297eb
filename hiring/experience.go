package hiring

import (
	"regexp"
	"strconv"
	"strings"
)

// Experience is a length of working experience, in months. A single value has MinMonths equal to
// MaxMonths. OpenEnded is "that or more": MinMonths and MaxMonths are then the least.
type Experience struct {
	MinMonths, MaxMonths int
	OpenEnded            bool
}

// MaxExperienceMonths is the longest experience that is accepted: 60 years.
const MaxExperienceMonths = 60 * 12

const experienceExample = "Write it like 7y, 7.5 yrs, 6-8y, 7+ years, 1y6m or 18 months."

// String returns a short form that ParseExperience reads back as the same: "7y", "7.5y", "18m",
// "7y3m", "6-8y", "18m-2y", "7y+".
func (e Experience) String() string {
	switch {
	case e.OpenEnded:
		return formatMonths(e.MinMonths) + "+"
	case e.MinMonths == e.MaxMonths:
		return formatMonths(e.MinMonths)
	case e.MinMonths%12 == 0 && e.MaxMonths%12 == 0:
		return strconv.Itoa(e.MinMonths/12) + "-" + formatMonths(e.MaxMonths)
	}
	return formatMonths(e.MinMonths) + "-" + formatMonths(e.MaxMonths)
}

func formatMonths(months int) string {
	years, rest := months/12, months%12
	switch {
	case rest == 0:
		return strconv.Itoa(years) + "y"
	case months < 24:
		return strconv.Itoa(months) + "m"
	case rest == 6:
		return strconv.Itoa(years) + ".5y"
	}
	return strconv.Itoa(years) + "y" + strconv.Itoa(rest) + "m"
}

const (
	yearWords  = `(?:years?|yrs?\.?|yoe|y)`
	monthWords = `(?:months?|mths?|mos?|m)`
)

var (
	experienceNoise = regexp.MustCompile(`\s*\b(?:of\s+)?(?:experience|exp)\.?$`)
	yearsForm       = regexp.MustCompile(`^([0-9]{1,4})(?:\.([0-9]{1,4}))?\s*` + yearWords + `$`)
	monthsForm      = regexp.MustCompile(`^([0-9]{1,4})\s*` + monthWords + `$`)
	bothForm        = regexp.MustCompile(`^([0-9]{1,4})\s*` + yearWords + `\s*(?:and\s+)?([0-9]{1,4})\s*` + monthWords + `$`)
	plainNumber     = regexp.MustCompile(`^[0-9]{1,4}(?:\.[0-9]{1,4})?$`)
	plusInside      = regexp.MustCompile(`^([0-9.]+)\s*\+\s*([a-z].*)$`)
	unitAtEnd       = regexp.MustCompile(`[a-z.]+$`)
)

// ParseExperience reads "7y", "7.5 yrs", "7+ years", "6-8y", "6 to 8 years", "18 months", "18m",
// "1y6m", "7 yoe" and "fresher" (none). It returns an Invalid error for a bare number, for what is
// not a whole number of months ("7.3 years" is said of 7 years 3 months and of 7 years and
// three tenths), for a range the wrong way round and for more than 60 years.
func ParseExperience(text string) (Experience, error) {
	if len(text) > maxAmountText {
		return Experience{}, Errorf(Invalid, "That is too long for an experience. %s", experienceExample)
	}
	s := Fold(text)
	switch {
	case s == "":
		return Experience{}, Errorf(Invalid, "The experience is empty. %s", experienceExample)
	case s == "fresher" || s == "freshers":
		return Experience{}, nil
	case strings.HasPrefix(s, "-") || strings.HasPrefix(s, "−"):
		return Experience{}, Errorf(Invalid, "“%s” is negative. %s", text, experienceExample)
	}
	s = strings.TrimSpace(experienceNoise.ReplaceAllString(s, ""))

	if open := strings.TrimSpace(strings.TrimSuffix(s, "+")); open != s {
		return parseOpenEnded(text, open)
	}
	if m := plusInside.FindStringSubmatch(s); m != nil {
		return parseOpenEnded(text, m[1]+m[2])
	}
	ends := rangeSeparator.Split(s, -1)
	if len(ends) > 2 {
		return Experience{}, Errorf(Invalid, "“%s” is not one range of years. %s", text, experienceExample)
	}
	if len(ends) == 2 && plainNumber.MatchString(ends[0]) {
		ends[0] += unitAtEnd.FindString(ends[1]) // "6-8y" means years at both ends
	}
	low, err := parseMonths(text, ends[0])
	if err != nil {
		return Experience{}, err
	}
	high, err := parseMonths(text, ends[len(ends)-1])
	if err != nil {
		return Experience{}, err
	}
	if low > high {
		return Experience{}, Errorf(Invalid, "The range “%s” ends lower than it starts. Put the lower end first, like 6-8y.", text)
	}
	return Experience{MinMonths: low, MaxMonths: high}, nil
}

func parseOpenEnded(text, s string) (Experience, error) {
	months, err := parseMonths(text, s)
	if err != nil {
		return Experience{}, err
	}
	return Experience{MinMonths: months, MaxMonths: months, OpenEnded: true}, nil
}

// parseMonths reads one length of time; text is what was typed as a whole, for the messages.
func parseMonths(text, s string) (int, error) {
	months := 0
	if m := bothForm.FindStringSubmatch(s); m != nil {
		rest := number(m[2])
		if rest > 11 {
			return 0, Errorf(Invalid, "“%s” has more than 11 months beside its years. %s", text, experienceExample)
		}
		months = number(m[1])*12 + rest
	} else if m := monthsForm.FindStringSubmatch(s); m != nil {
		months = number(m[1])
	} else if m := yearsForm.FindStringSubmatch(s); m != nil {
		scale := 1
		for range m[2] {
			scale *= 10
		}
		part := number(m[2]) * 12
		if part%scale != 0 {
			return 0, Errorf(Invalid, "“%s” is not a whole number of months. Write years and months, like 7y3m.", text)
		}
		months = number(m[1])*12 + part/scale
	} else if plainNumber.MatchString(s) {
		return 0, Errorf(Invalid, "“%s” needs a unit, years or months. %s", text, experienceExample)
	} else {
		return 0, Errorf(Invalid, "“%s” is not an experience. %s", text, experienceExample)
	}
	if months > MaxExperienceMonths {
		return 0, Errorf(Invalid, "“%s” is more than 60 years. %s", text, experienceExample)
	}
	return months, nil
}

// number reads up to four digits that a pattern has already matched; no digits are 0.
func number(digits string) int {
	n := 0
	for _, c := range digits {
		n = n*10 + int(c-'0')
	}
	return n
}
