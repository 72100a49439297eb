package hiring

import (
	"regexp"
	"strconv"
	"strings"
)

// Rupees is an amount of Indian rupees, whole ones. Pay is always a year's.
type Rupees int64

const (
	// Lakh is 1,00,000 rupees; one lakh a year is 1 LPA.
	Lakh Rupees = 1_00_000
	// Crore is 100 lakh.
	Crore Rupees = 100 * Lakh
	// MaxRupees is the largest amount that the readers accept: 100 crore.
	MaxRupees = 100 * Crore
)

// maxAmountText is the longest text, in bytes, that is read as an amount or a range of amounts.
const maxAmountText = 80

// String returns the amount grouped the Indian way, such as "₹18,50,000" or "-₹5,000".
func (r Rupees) String() string {
	sign, digits := "", strconv.FormatInt(int64(r), 10)
	if r < 0 {
		sign, digits = "-", digits[1:]
	}
	if len(digits) <= 3 {
		return sign + "₹" + digits
	}
	head, grouped := digits[:len(digits)-3], digits[len(digits)-3:]
	for len(head) > 2 {
		grouped = head[len(head)-2:] + "," + grouped
		head = head[:len(head)-2]
	}
	return sign + "₹" + head + "," + grouped
}

// LPA returns the amount in lakhs, rounded to two decimals (a half away from zero) and without
// trailing zeros, such as "31.63", "82.5" or "25".
func (r Rupees) LPA() string {
	if r < 0 {
		return "-" + lakhs(-(r/1000 + (r%1000-500)/1000))
	}
	return lakhs(r/1000 + (r%1000+500)/1000)
}

// lakhs writes an amount given in hundredths of a lakh.
func lakhs(hundredths Rupees) string {
	return decimal(int64(hundredths), 2)
}

// decimal writes n / 10^places without trailing zeros.
func decimal(n int64, places int) string {
	digits := strconv.FormatInt(n, 10)
	if len(digits) <= places {
		digits = strings.Repeat("0", places-len(digits)+1) + digits
	}
	whole, fraction := digits[:len(digits)-places], digits[len(digits)-places:]
	fraction = strings.TrimRight(fraction, "0")
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}

// Short returns a short form that ParseRupees reads back as the same amount, such as "18.5L" or
// "1850001": it is what buttons carry. Amounts below one lakh are written in lakhs to the rupee
// ("0.50001L"), since a bare number there is ambiguous.
func (r Rupees) Short() string {
	if r > 0 && (r < Lakh || r%1000 == 0) {
		return decimal(int64(r), 5) + "L"
	}
	return strconv.FormatInt(int64(r), 10)
}

// FormatLPA returns a range as "₹25–55 LPA", or "₹25 LPA" where both ends read the same.
func FormatLPA(low, high Rupees) string {
	if low.LPA() == high.LPA() {
		return "₹" + low.LPA() + " LPA"
	}
	return "₹" + low.LPA() + "–" + high.LPA() + " LPA"
}

// RupeesRange is a range of amounts, both ends included.
type RupeesRange struct{ Low, High Rupees }

// String returns the range as "₹31,62,500 – ₹82,50,000", or one amount where both ends are equal.
func (r RupeesRange) String() string {
	if r.Low == r.High {
		return r.Low.String()
	}
	return r.Low.String() + " – " + r.High.String()
}

// LPA returns the range as FormatLPA does.
func (r RupeesRange) LPA() string { return FormatLPA(r.Low, r.High) }

// Short returns a short form that ParseRupeesRange reads back as the same range.
func (r RupeesRange) Short() string {
	if r.Low == r.High {
		return r.Low.Short()
	}
	return r.Low.Short() + "-" + r.High.Short()
}

const amountExample = "Write it like 18 LPA, 18.5L, ₹18,50,000 or 1.2 cr."

// ParseRupees reads a year's pay as people type it: "18" (a bare number below 1000 is LPA),
// "18 LPA", "18.5L", "18.5 lakh", "₹18,50,000", "Rs. 18,50,000/-", "INR 1850000", "1.2 cr",
// "1850000". It returns an Invalid error for what is ambiguous (a bare number from 1000 to 99999,
// thousands, a monthly amount), not above zero, above MaxRupees, not whole rupees, or not grouped
// as 18,50,000 or 1,850,000.
func ParseRupees(text string) (Rupees, error) {
	a, err := readAmount(text)
	if err != nil {
		return 0, err
	}
	return a.rupees()
}

// rangeSeparator is what stands between the ends of a range.
var rangeSeparator = regexp.MustCompile(`\s*[-‐‑–—]\s*|\s+to\s+`)

// ParseRupeesRange reads "35-45L", "35L-45L", "35–45 LPA", "35 to 45 lakh", or a single amount,
// which is both ends. A low end below 1000 without a unit takes the unit of the high end. It
// returns an Invalid error as ParseRupees does, and when the low end is above the high end.
func ParseRupeesRange(text string) (low, high Rupees, err error) {
	if len(text) > maxAmountText {
		return 0, 0, amountTooLong()
	}
	// The customary "/-" after a full amount is no range.
	plain := strings.ToLower(strings.TrimSpace(strings.ReplaceAll(text, "/-", "")))
	parts := rangeSeparator.Split(plain, -1)
	switch {
	case len(parts) == 1 || len(parts) == 2 && parts[0] == "":
		one, err := ParseRupees(text)
		return one, one, err
	case len(parts) > 2:
		return 0, 0, Errorf(Invalid, "“%s” is not one range of pay. Write it like 35-45L or 35 to 45 LPA.", text)
	}
	from, err := readAmount(parts[0])
	if err != nil {
		return 0, 0, err
	}
	to, err := readAmount(parts[1])
	if err != nil {
		return 0, 0, err
	}
	if from.unit == 0 && from.small() && to.unit != 0 {
		from.unit = to.unit
	}
	if low, err = from.rupees(); err != nil {
		return 0, 0, err
	}
	if high, err = to.rupees(); err != nil {
		return 0, 0, err
	}
	if low > high {
		return 0, 0, Errorf(Invalid, "The range “%s” starts at %s and ends lower, at %s. Put the lower amount first, with a unit on both ends, like 80L-1.2cr.", text, low, high)
	}
	return low, high, nil
}

// amount is a number as typed, before it is known what it counts.
type amount struct {
	text     string // as typed, for messages
	whole    string // digits before the point, without grouping and leading zeros
	fraction string // digits after the point, without trailing zeros
	grouped  bool
	currency bool   // a rupee sign or word stood with it
	unit     Rupees // Lakh, Crore, or 0 for none
}

// small says whether the number is below 1000 and grouped in no way.
func (a amount) small() bool { return !a.grouped && len(a.whole) <= 3 }

var (
	amountParts = regexp.MustCompile(`^(₹|rs\.?|inr|rupees)?\s*([0-9.,]+)\s*([^0-9]*)$`)
	numberForm  = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$|^\.[0-9]+$`)
	groupedForm = regexp.MustCompile(`^([1-9][0-9]?(,[0-9]{2})*,[0-9]{3}|[1-9][0-9]{0,2}(,[0-9]{3})+)(\.[0-9]+)?$`)
	perYear     = regexp.MustCompile(`\s*(/\s*(year|yr|annum)|\b(per|a)\s+(year|annum)|\bp\.?\s?a\.?)$`)
	perMonth    = regexp.MustCompile(`/\s*(month|mo|m)\b|\b(per|a)\s+month|\bp\.?m\.?$|^monthly$|^lpm$`)
)

// unitWords gives what one of each word counts; 0 is rupees themselves.
var unitWords = map[string]Rupees{
	"": 0, "inr": 0, "rs": 0, "rs.": 0, "rupee": 0, "rupees": 0, "₹": 0,
	"l": Lakh, "lpa": Lakh, "lac": Lakh, "lacs": Lakh, "lakh": Lakh, "lakhs": Lakh,
	"cr": Crore, "cr.": Crore, "crs": Crore, "crore": Crore, "crores": Crore,
}

func amountTooLong() error {
	return Errorf(Invalid, "That is too long for an amount. %s", amountExample)
}

func readAmount(text string) (amount, error) {
	if len(text) > maxAmountText {
		return amount{}, amountTooLong()
	}
	a := amount{text: strings.Join(strings.Fields(text), " ")}
	s := strings.ToLower(strings.TrimSuffix(a.text, "/-"))
	if s == "" {
		return a, Errorf(Invalid, "The amount is empty. %s", amountExample)
	}
	if rest := strings.TrimLeft(s, "₹ "); strings.HasPrefix(rest, "-") || strings.HasPrefix(rest, "−") {
		return a, Errorf(Invalid, "“%s” is negative; pay is above zero. %s", a.text, amountExample)
	}
	if strings.ContainsAny(s, "$€£") || strings.Contains(s, "usd") || strings.Contains(s, "eur") {
		return a, Errorf(Invalid, "“%s” is not in rupees, the only currency here. %s", a.text, amountExample)
	}
	parts := amountParts.FindStringSubmatch(s)
	if parts == nil {
		return a, Errorf(Invalid, "“%s” is not an amount. %s", a.text, amountExample)
	}
	a.currency = parts[1] != ""
	number, word := parts[2], parts[3]
	switch {
	case numberForm.MatchString(number):
	case groupedForm.MatchString(number):
		a.grouped = true
		number = strings.ReplaceAll(number, ",", "")
	case strings.Contains(number, ","):
		return a, Errorf(Invalid, "The commas in “%s” stand in odd places. Group it like 18,50,000 or 1,850,000, and write decimals with a point: 18.5 LPA.", a.text)
	default:
		return a, Errorf(Invalid, "“%s” is not a number. %s", parts[2], amountExample)
	}
	whole, fraction, _ := strings.Cut(number, ".")
	a.whole, a.fraction = strings.TrimLeft(whole, "0"), strings.TrimRight(fraction, "0")

	if perMonth.MatchString(word) {
		return a, Errorf(Invalid, "“%s” is a month's pay; a year's is needed. %s", a.text, amountExample)
	}
	word = strings.TrimSpace(perYear.ReplaceAllString(word, ""))
	unit, known := unitWords[word]
	switch {
	case known:
		a.unit = unit
		a.currency = a.currency || unit == 0 && word != ""
		return a, nil
	case word == "k" || strings.HasPrefix(word, "thousand"):
		return a, Errorf(Invalid, "“%s” is ambiguous: thousands are said of a month and of a year. Write the year's amount in lakhs, like 6 LPA.", a.text)
	case word == "m" || word == "mn" || strings.HasPrefix(word, "million"):
		return a, Errorf(Invalid, "“%s” is in millions. Write it in lakhs or crore: 1 million is 10 lakh. %s", a.text, amountExample)
	}
	return a, Errorf(Invalid, "“%s” after the number is no unit known here. %s", word, amountExample)
}

// rupees works out what the number counts. The arithmetic is exact: whole numbers throughout.
func (a amount) rupees() (Rupees, error) {
	unit := a.unit
	if unit == 0 {
		switch {
		case len(a.whole) >= 6:
			unit = 1
		case a.small() && !a.currency:
			unit = Lakh
		default:
			return 0, Errorf(Invalid, "“%s” is ambiguous: it may be a month's pay or a slip of the keyboard. Write the year's amount with a unit or in full, like 18 LPA or ₹18,50,000.", a.text)
		}
	}
	const maxWhole, maxFraction = 10, 7 // digits: MaxRupees has ten, a crore has seven noughts
	if len(a.whole) > maxWhole {
		return 0, a.tooMuch()
	}
	if len(a.fraction) > maxFraction {
		return 0, a.notWhole()
	}
	whole, fraction, scale := int64(0), int64(0), int64(1)
	for _, c := range a.whole {
		whole = whole*10 + int64(c-'0')
	}
	for _, c := range a.fraction {
		fraction, scale = fraction*10+int64(c-'0'), scale*10
	}
	part := fraction * int64(unit)
	if part%scale != 0 {
		return 0, a.notWhole()
	}
	sum := Rupees(whole*int64(unit) + part/scale)
	switch {
	case sum == 0:
		return 0, Errorf(Invalid, "“%s” is nothing; pay is above zero. Leave it out if there is none, or write it like 18 LPA.", a.text)
	case sum > MaxRupees:
		return 0, a.tooMuch()
	}
	return sum, nil
}

func (a amount) tooMuch() error {
	return Errorf(Invalid, "“%s” is more than 100 crore a year, which cannot be meant. %s", a.text, amountExample)
}

func (a amount) notWhole() error {
	return Errorf(Invalid, "“%s” is not a whole number of rupees. %s", a.text, amountExample)
}
