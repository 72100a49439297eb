package hiring

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"time"
	"unicode"
	"unicode/utf8"
)

// Band is what a company pays for a level of a role: cost to company (CTC), rupees a year.
type Band struct {
	Role, Level string // keys
	Low, High   Rupees
	OpenEnded   bool   // pay above High is usual
	Effective   string // the date, YYYY-MM-DD, from which it holds
	Source      string
	Version     int // counts the changes of this role and level; 0 came with the playbook
}

// Range returns the ends of the band.
func (b Band) Range() RupeesRange { return RupeesRange{b.Low, b.High} }

// LPA returns the ends as "25–55", or "50–90+" for an open-ended band.
func (b Band) LPA() string { return lpaRange(b.Low, b.High, b.OpenEnded) }

// CurrentBands returns the band in force on a day (YYYY-MM-DD) for each level of a playbook that
// has one, lowest level first: the company's own with the latest effective date not after that
// day, the higher version where dates are equal, else the playbook's.
func CurrentBands(p Playbook, own []Band, today string) []Band {
	var current []Band
	brought := p.Bands()
	for _, l := range p.Levels {
		var best *Band
		for i, b := range own {
			if b.Role != p.Key || b.Level != l.Key || b.Effective > today {
				continue
			}
			if best == nil || b.Effective > best.Effective || b.Effective == best.Effective && b.Version > best.Version {
				best = &own[i]
			}
		}
		if best == nil {
			if i := slices.IndexFunc(brought, func(b Band) bool { return b.Level == l.Key }); i >= 0 {
				best = &brought[i]
			}
		}
		if best != nil {
			current = append(current, *best)
		}
	}
	return current
}

// Repeats tells whether setting a band on a day would only say what is in force already. A band that is
// old enough to be checked is confirmed by setting it again.
func (b Band) Repeats(now Band, today string) bool {
	same := b.Role == now.Role && b.Level == now.Level && b.Low == now.Low && b.High == now.High && b.OpenEnded == now.OpenEnded
	if !same || b.Source != "" && b.Source != now.Source {
		return false
	}
	day, err := time.Parse(time.DateOnly, today)
	from, err2 := time.Parse(time.DateOnly, now.Effective)
	fresh := err == nil && err2 == nil && !from.AddDate(1, 0, 0).Before(day)
	return b.Effective == now.Effective || b.Effective == today && fresh
}

// BandQuery is a question about pay. All of it is optional; names are keys or aliases of the
// playbook.
type BandQuery struct {
	Role, Level     string // Role is "", or names the playbook that is asked
	Experience      *Experience
	Ecosystem       string
	Premiums        []string
	From            string // the kind of move, such as "services"
	CurrentCTC, Ask *Rupees
	Budget          *RupeesRange
}

// BandQuote answers a BandQuery.
type BandQuote struct {
	Role      string // key of the playbook
	Ecosystem *Ecosystem
	Levels    []LevelQuote // at least one, lowest first
	Anchor    *Anchor      // nil without a move and a current CTC
	Notes     []Note       // those that concern this question
	Remarks   []string     // sentences about the question itself, such as what is missing from it
}

// LevelQuote is what one level pays. Where no band is known, Band is nil and the rest is empty.
type LevelQuote struct {
	Level      Level
	Headline   string // "Senior backend, Java, cloud: ₹28.75–68.75 LPA (base 25–55)"
	Band       *Band
	Result     RupeesRange // the band with the premiums that apply
	LPA        string      // the result as "31.63–82.5", or "50–90+"
	Premiums   []PremiumLine
	AboveBand  bool // the result reaches above the band's high, which needs the extra approver
	Above      RupeesRange
	Ask        *Placement
	Budget     *Placement
	CurrentCTC *Placement
	Stale      bool // in force for more than 12 months: check before use
}

// PremiumLine is one premium in a quote. Result is the range with this premium and those before
// it; the sums are its arithmetic in LPA, such as "25 × 1.15 × 1.10 = 31.63". A premium that does
// not apply has a Reason, and leaves the range alone.
type PremiumLine struct {
	Premium         Premium
	Applies         bool
	Reason          string
	Result          RupeesRange
	LowSum, HighSum string
}

// Anchor is the second point of reference for an offer: the current CTC with the usual addition
// for the move.
type Anchor struct {
	Uplift          Uplift
	CurrentCTC      Rupees
	Result          RupeesRange
	LowSum, HighSum string // such as "18 × 1.30 = 23.4", in LPA
}

// Position is where an amount or a range stands relative to a band. The set is closed.
type Position string

const (
	// BelowBand is wholly below the band's low.
	BelowBand Position = "below the band"
	// PartlyBelow starts below the band and ends in it.
	PartlyBelow Position = "partly below the band"
	// InsideBand is wholly in the band, its ends included.
	InsideBand Position = "inside the band"
	// PartlyAbove starts in the band and ends above it.
	PartlyAbove Position = "partly above the band"
	// AboveTheBand is wholly above the band's high.
	AboveTheBand Position = "above the band"
	// WiderThanBand starts below the band and ends above it.
	WiderThanBand Position = "wider than the band"
)

// Placement is an amount (Low equals High) or a range beside the base band.
type Placement struct {
	Amount   RupeesRange
	Position Position
	Words    string // "₹60 LPA is ₹5 LPA above the band (25–55)"
}

// QuoteBand answers a question about pay from a playbook and the bands in force for its role:
// for the level asked, else for the levels that the experience touches, else for all levels.
// The bands of other roles are passed over. Premiums compound, the arithmetic is exact, and each
// amount shown is rounded to the rupee once, a half up. It returns an Invalid error that names
// the field for a level, ecosystem, premium or move that the playbook does not have, and for an
// amount that is not above zero; today is a date, YYYY-MM-DD.
func QuoteBand(p Playbook, bands []Band, q BandQuery, today string) (BandQuote, error) {
	day, err := time.Parse(time.DateOnly, today)
	if err != nil {
		return BandQuote{}, Errorf(Internal, "reading the date of a band quote").Because(err)
	}
	if q.Role != "" {
		if _, ok := FindPlaybook([]Playbook{p}, q.Role); !ok {
			return BandQuote{}, InvalidField("role", "“%s” is not the role %s.", q.Role, p.Title)
		}
	}
	if err := q.checkAmounts(); err != nil {
		return BandQuote{}, err
	}
	quote := BandQuote{Role: p.Key}
	levels, remark, err := p.levelsAsked(q)
	if err != nil {
		return BandQuote{}, err
	}
	if remark != "" {
		quote.Remarks = append(quote.Remarks, remark)
	}
	if q.Ecosystem != "" {
		e, ok := p.Ecosystem(q.Ecosystem)
		if !ok {
			return BandQuote{}, unknownName("ecosystem", q.Ecosystem, p, keys(p.Ecosystems, func(e Ecosystem) string { return e.Key }))
		}
		quote.Ecosystem = &e
	}
	ecosystem := ""
	if quote.Ecosystem != nil {
		ecosystem = quote.Ecosystem.Key
	}
	for _, n := range p.Notes {
		if n.Concerns(ecosystem) {
			quote.Notes = append(quote.Notes, n)
		}
	}
	premiums, err := p.premiumsAsked(q.Premiums)
	if err != nil {
		return BandQuote{}, err
	}
	if q.From != "" {
		uplift, ok := p.Uplift(q.From)
		switch {
		case !ok:
			return BandQuote{}, unknownName("from", q.From, p, keys(p.Uplifts, func(u Uplift) string { return u.Key }))
		case q.CurrentCTC == nil:
			quote.Remarks = append(quote.Remarks, "Give the current CTC as well, like ctc:18, to see what the move is worth.")
		default:
			quote.Anchor = anchorOf(uplift, *q.CurrentCTC)
		}
	}
	for _, l := range levels {
		quote.Levels = append(quote.Levels, quoteLevel(p, l, bands, premiums, quote.Ecosystem, q, day))
	}
	return quote, nil
}

func (q BandQuery) checkAmounts() error {
	for _, a := range []struct {
		field  string
		amount *Rupees
	}{{"ctc", q.CurrentCTC}, {"ask", q.Ask}} {
		if a.amount != nil && *a.amount <= 0 {
			return InvalidField(a.field, "An amount of pay is above zero, like 18 LPA.")
		}
	}
	if q.Budget != nil && (q.Budget.Low <= 0 || q.Budget.Low > q.Budget.High) {
		return InvalidField("budget", "A budget is a range above zero with the lower amount first, like 35-45L.")
	}
	return nil
}

// levelsAsked returns the levels to answer for, and a sentence where level and experience
// disagree: the level is then what counts, since it is the more definite of the two.
func (p Playbook) levelsAsked(q BandQuery) ([]Level, string, error) {
	if q.Experience != nil && (q.Experience.MinMonths < 0 || q.Experience.MinMonths > q.Experience.MaxMonths) {
		return nil, "", InvalidField("experience", "The experience is not a range. %s", experienceExample)
	}
	switch {
	case q.Level != "":
		l, ok := p.Level(q.Level)
		if !ok {
			return nil, "", unknownName("level", q.Level, p, keys(p.Levels, func(l Level) string { return l.Key }))
		}
		if q.Experience != nil {
			touched := p.LevelsFor(*q.Experience)
			if !slices.ContainsFunc(touched, func(t Level) bool { return t.Key == l.Key }) {
				return []Level{l}, fmt.Sprintf("%s of experience is usually %s; this is the answer for %s, as asked.",
					q.Experience, keys(touched, func(l Level) string { return l.Key }), l.Key), nil
			}
		}
		return []Level{l}, "", nil
	case q.Experience != nil:
		return p.LevelsFor(*q.Experience), "", nil
	}
	return p.Levels, "", nil
}

// premiumsAsked returns the premiums asked for, each once and in the order of the playbook, so
// that the order of asking changes nothing.
func (p Playbook) premiumsAsked(names []string) ([]Premium, error) {
	asked := map[string]bool{}
	for _, name := range names {
		x, ok := p.Premium(name)
		if !ok {
			return nil, unknownName("premium", name, p, keys(p.Premiums, func(x Premium) string { return x.Key }))
		}
		asked[x.Key] = true
	}
	var premiums []Premium
	for _, x := range p.Premiums {
		if asked[x.Key] {
			premiums = append(premiums, x)
		}
	}
	return premiums, nil
}

func unknownName(field, name string, p Playbook, known string) error {
	if known == "" {
		return InvalidField(field, "“%s” is not known for %s: its playbook lists none.", name, p.Title)
	}
	return InvalidField(field, "“%s” is not known for %s. Known: %s.", name, p.Title, known)
}

func quoteLevel(p Playbook, l Level, bands []Band, asked []Premium, e *Ecosystem, q BandQuery, today time.Time) LevelQuote {
	quote := LevelQuote{Level: l}
	subject := headlineSubject(p, l, e)
	for i, b := range bands {
		if b.Role == p.Key && b.Level == l.Key && (quote.Band == nil || b.Version > quote.Band.Version) {
			quote.Band = &bands[i]
		}
	}
	if quote.Band == nil {
		quote.Headline = subject + ": no band yet"
		return quote
	}
	band := *quote.Band
	quote.Band = &band // a copy, which the caller may keep
	quote.Result = band.Range()
	low, high := newSum(band.Low), newSum(band.High)
	for _, x := range asked {
		line := PremiumLine{Premium: x, Applies: p.Reaches(l.Key, x.FromLevel), Result: quote.Result}
		if line.Applies {
			low.raise(x.LowPercent)
			high.raise(x.HighPercent)
			quote.Result = RupeesRange{low.rupees(), high.rupees()}
			line.Result, line.LowSum, line.HighSum = quote.Result, low.String(), high.String()
			subject += ", " + x.Key
		} else {
			from, _ := p.Level(x.FromLevel)
			line.Reason = fmt.Sprintf("%s counts from %s up, so it changes nothing at %s.", x.Title, lower(from.Title), lower(l.Title))
		}
		quote.Premiums = append(quote.Premiums, line)
	}
	quote.LPA = lpaRange(quote.Result.Low, quote.Result.High, band.OpenEnded)
	quote.Headline = subject + ": ₹" + quote.LPA + " LPA"
	if quote.Result != band.Range() {
		quote.Headline += " (base " + band.LPA() + ")"
	}
	// Also of an open-ended band the part above its high is marked: that pay is usual there does
	// not mean that anybody may promise it alone.
	if quote.Result.High > band.High {
		quote.AboveBand = true
		quote.Above = RupeesRange{max(quote.Result.Low, band.High), quote.Result.High}
	}
	if q.Ask != nil {
		quote.Ask = placeBeside(RupeesRange{*q.Ask, *q.Ask}, band, quote.Result)
	}
	if q.CurrentCTC != nil {
		quote.CurrentCTC = place(RupeesRange{*q.CurrentCTC, *q.CurrentCTC}, band)
	}
	if q.Budget != nil {
		quote.Budget = place(*q.Budget, band)
	}
	if from, err := time.Parse(time.DateOnly, band.Effective); err != nil || from.AddDate(1, 0, 0).Before(today) {
		quote.Stale = true // a band without a readable date is to be checked, too
	}
	return quote
}

func headlineSubject(p Playbook, l Level, e *Ecosystem) string {
	role := p.Short
	if role == "" {
		role = lower(p.Title)
	}
	subject := l.Title + " " + role
	if e != nil {
		subject += ", " + e.Title
	}
	return subject
}

// lower makes the first letter of a title small, for the middle of a sentence.
func lower(title string) string {
	first, size := utf8.DecodeRuneInString(title)
	if size == 0 {
		return ""
	}
	return string(unicode.ToLower(first)) + title[size:]
}

// place says where an amount or a range stands relative to a band.
func place(amount RupeesRange, band Band) *Placement {
	at := &Placement{Amount: amount}
	gap := Rupees(0)
	switch {
	case amount.High < band.Low:
		at.Position, gap = BelowBand, band.Low-amount.High
	case amount.Low > band.High:
		at.Position, gap = AboveTheBand, amount.Low-band.High
	case amount.Low < band.Low && amount.High > band.High:
		at.Position = WiderThanBand
	case amount.Low < band.Low:
		at.Position = PartlyBelow
	case amount.High > band.High:
		at.Position = PartlyAbove
	default:
		at.Position = InsideBand
	}
	at.Words = amount.LPA() + " is "
	if gap > 0 {
		at.Words += distance(gap) + " "
	}
	at.Words += string(at.Position) + " (" + band.LPA() + ")"
	return at
}

// placeBeside places an amount relative to a band, and says so where only the premiums of the question
// make room for it: what lies above the band needs the extra approver all the same.
func placeBeside(amount RupeesRange, band Band, result RupeesRange) *Placement {
	at := place(amount, band)
	if at.Position == AboveTheBand && amount.High <= result.High {
		at.Words = fmt.Sprintf("%s is inside the range with premiums (%s), %s above the band (%s): needs the extra approver",
			amount.LPA(), lpaRange(result.Low, result.High, band.OpenEnded), distance(amount.Low-band.High), band.LPA())
	}
	return at
}

// distance writes a difference in lakhs, or in rupees where two decimals of a lakh show nothing.
func distance(r Rupees) string {
	if r%1000 == 0 {
		return "₹" + r.LPA() + " LPA"
	}
	return r.String()
}

// Hike is what a candidate expects over what they are paid now.
type Hike struct {
	// Percent is the difference in percent of the current CTC, rounded; below zero where they expect less.
	Percent int
	// Usual are the additions that the role's playbook knows for a kind of move, each on the current CTC.
	Usual []Anchor
}

// HikeOf compares what a candidate expects with what they are paid now, and with what a move usually brings.
// It returns false where one of the two is not known. How much a move brings is the playbook's: the built-in
// 30 to 50 % on a first move from IT services to a product company are of the Hirebot reference for hiring
// backend developers in India, 2026. They are plausible, not measured: pay of the same tenure is about twice
// as high there.
func HikeOf(c Candidate, p Playbook) (Hike, bool) {
	if c.ExpectedCTC <= 0 || c.CurrentCTC <= 0 {
		return Hike{}, false
	}
	over := 100 * float64(c.ExpectedCTC-c.CurrentCTC) / float64(c.CurrentCTC)
	hike := Hike{Percent: int(math.Round(over))}
	for _, u := range p.Uplifts {
		hike.Usual = append(hike.Usual, *anchorOf(u, c.CurrentCTC))
	}
	return hike, true
}

func anchorOf(u Uplift, current Rupees) *Anchor {
	low, high := newSum(current), newSum(current)
	low.raise(u.LowPercent)
	high.raise(u.HighPercent)
	return &Anchor{
		Uplift: u, CurrentCTC: current, Result: RupeesRange{low.rupees(), high.rupees()},
		LowSum: low.String(), HighSum: high.String(),
	}
}

func lpaRange(low, high Rupees, open bool) string {
	text := low.LPA()
	if high.LPA() != text {
		text += "–" + high.LPA()
	}
	if open {
		text += "+"
	}
	return text
}

// sum is an amount raised by percentages one after the other. It stays exact: what is kept is
// the product base × (100 + p) × …, and how many hundreds to divide it by.
type sum struct {
	base    Rupees
	factors []int // 115 for +15 %
	product *big.Int
	divisor *big.Int
}

func newSum(base Rupees) *sum {
	return &sum{base: base, product: big.NewInt(int64(base)), divisor: big.NewInt(1)}
}

func (s *sum) raise(percent int) {
	s.factors = append(s.factors, 100+percent)
	s.product.Mul(s.product, big.NewInt(int64(100+percent)))
	s.divisor.Mul(s.divisor, big.NewInt(100))
}

// rupees returns the amount, rounded once, a half up.
func (s *sum) rupees() Rupees {
	n := new(big.Int).Lsh(s.product, 1)
	n.Add(n, s.divisor)
	return Rupees(n.Quo(n, new(big.Int).Lsh(s.divisor, 1)).Int64())
}

// String returns the arithmetic in LPA: "25 × 1.15 × 1.10 = 31.63".
func (s *sum) String() string {
	text := s.base.LPA()
	for _, f := range s.factors {
		text += fmt.Sprintf(" × %d.%02d", f/100, f%100)
	}
	return text + " = " + s.rupees().LPA()
}
