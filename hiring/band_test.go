package hiring_test

import (
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/hiring"
)

const today = "2026-11-23"

func rupees(r hiring.Rupees) *hiring.Rupees { return &r }

func experience(t testing.TB, text string) *hiring.Experience {
	t.Helper()
	e, err := hiring.ParseExperience(text)
	if err != nil {
		t.Fatal(err)
	}
	return &e
}

// quote asks the backend playbook with its own bands.
func quote(t testing.TB, q hiring.BandQuery) hiring.BandQuote {
	t.Helper()
	p := playbook(t, "backend")
	got, err := hiring.QuoteBand(p, p.Bands(), q, today)
	if err != nil {
		t.Fatalf("QuoteBand(%+v): %v", q, err)
	}
	return got
}

func TestQuoteReferenceFigures(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		level    string
		premiums []string
		want     hiring.RupeesRange
		headline string
	}{
		{"entry", nil, hiring.RupeesRange{Low: 3_50_000, High: 8_00_000}, "Entry backend: ₹3.5–8 LPA"},
		{"early", nil, hiring.RupeesRange{Low: 6_00_000, High: 16_00_000}, "Early backend: ₹6–16 LPA"},
		{"mid", nil, hiring.RupeesRange{Low: 14_00_000, High: 28_00_000}, "Mid backend: ₹14–28 LPA"},
		{"senior", nil, hiring.RupeesRange{Low: 25_00_000, High: 55_00_000}, "Senior backend: ₹25–55 LPA"},
		{"staff", nil, hiring.RupeesRange{Low: 50_00_000, High: 90_00_000}, "Staff backend: ₹50–90+ LPA"},
		{"senior", []string{"cloud"}, hiring.RupeesRange{Low: 28_75_000, High: 68_75_000}, "Senior backend, cloud: ₹28.75–68.75 LPA (base 25–55)"},
		{"senior", []string{"cloud", "distributed"}, hiring.RupeesRange{Low: 31_62_500, High: 82_50_000}, "Senior backend, cloud, distributed: ₹31.63–82.5 LPA (base 25–55)"},
		{"sde3", []string{"distributed", "aws", "gcp", "cloud"}, hiring.RupeesRange{Low: 31_62_500, High: 82_50_000}, "Senior backend, cloud, distributed: ₹31.63–82.5 LPA (base 25–55)"},
		{"mid", []string{"distributed"}, hiring.RupeesRange{Low: 14_00_000, High: 28_00_000}, "Mid backend: ₹14–28 LPA"},
		{"staff", []string{"distributed"}, hiring.RupeesRange{Low: 55_00_000, High: 1_08_00_000}, "Staff backend, distributed: ₹55–108+ LPA (base 50–90+)"},
	} {
		got := quote(t, hiring.BandQuery{Level: c.level, Premiums: c.premiums}).Levels
		if len(got) != 1 {
			t.Fatalf("%s: %d levels", c.level, len(got))
		}
		if got[0].Result != c.want || got[0].Headline != c.headline {
			t.Errorf("%s %v: %v, %q; want %v, %q", c.level, c.premiums, got[0].Result, got[0].Headline, c.want, c.headline)
		}
	}
}

func TestQuoteFullAnswer(t *testing.T) {
	t.Parallel()
	got := quote(t, hiring.BandQuery{
		Role: "Backend", Experience: experience(t, "7y"), Ecosystem: "Spring Boot", Premiums: []string{"cloud", "distributed"},
		From: "services", CurrentCTC: rupees(18_00_000), Ask: rupees(60_00_000), Budget: &hiring.RupeesRange{Low: 35_00_000, High: 45_00_000},
	})
	p := playbook(t, "backend")
	java, _ := p.Ecosystem("java")
	cloud, _ := p.Premium("cloud")
	distributed, _ := p.Premium("distributed")
	services, _ := p.Uplift("services")
	senior, _ := p.Level("senior")
	cloudResult := hiring.RupeesRange{Low: 28_75_000, High: 68_75_000}
	result := hiring.RupeesRange{Low: 31_62_500, High: 82_50_000}
	ctc := hiring.RupeesRange{Low: 18_00_000, High: 18_00_000}
	want := hiring.BandQuote{
		Role: "backend-developer", Ecosystem: &java, Notes: p.Notes,
		Levels: []hiring.LevelQuote{{
			Level: senior, Headline: "Senior backend, Java, cloud, distributed: ₹31.63–82.5 LPA (base 25–55)",
			Band: &hiring.Band{
				Role: "backend-developer", Level: "senior", Low: 25_00_000, High: 55_00_000,
				Effective: "2026-01-01", Source: "Hirebot reference for hiring backend developers in India, 2026",
			},
			Result: result, LPA: "31.63–82.5",
			Premiums: []hiring.PremiumLine{
				{Premium: cloud, Applies: true, Result: cloudResult, LowSum: "25 × 1.15 = 28.75", HighSum: "55 × 1.25 = 68.75"},
				{Premium: distributed, Applies: true, Result: result, LowSum: "25 × 1.15 × 1.10 = 31.63", HighSum: "55 × 1.25 × 1.20 = 82.5"},
			},
			AboveBand: true, Above: hiring.RupeesRange{Low: 55_00_000, High: 82_50_000},
			Ask: &hiring.Placement{
				Amount: hiring.RupeesRange{Low: 60_00_000, High: 60_00_000}, Position: hiring.AboveTheBand,
				Words: "₹60 LPA is inside the range with premiums (31.63–82.5), ₹5 LPA above the band (25–55): needs the extra approver",
			},
			Budget: &hiring.Placement{
				Amount: hiring.RupeesRange{Low: 35_00_000, High: 45_00_000}, Position: hiring.InsideBand,
				Words: "₹35–45 LPA is inside the band (25–55)",
			},
			CurrentCTC: &hiring.Placement{Amount: ctc, Position: hiring.BelowBand, Words: "₹18 LPA is ₹7 LPA below the band (25–55)"},
		}},
		Anchor: &hiring.Anchor{
			Uplift: services, CurrentCTC: 18_00_000, Result: hiring.RupeesRange{Low: 23_40_000, High: 27_00_000},
			LowSum: "18 × 1.30 = 23.4", HighSum: "18 × 1.50 = 27",
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestQuoteLevels(t *testing.T) {
	t.Parallel()
	all := []string{"entry", "early", "mid", "senior", "staff"}
	for name, c := range map[string]struct {
		q      hiring.BandQuery
		want   []string
		remark string
	}{
		"Nothing":            {hiring.BandQuery{}, all, ""},
		"ThreeYearsIsMid":    {hiring.BandQuery{Experience: experience(t, "3y")}, []string{"mid"}, ""},
		"Fresher":            {hiring.BandQuery{Experience: experience(t, "fresher")}, []string{"entry"}, ""},
		"Range":              {hiring.BandQuery{Experience: experience(t, "5-7y")}, []string{"mid", "senior"}, ""},
		"OpenEnded":          {hiring.BandQuery{Experience: experience(t, "7y+")}, []string{"senior", "staff"}, ""},
		"Level":              {hiring.BandQuery{Level: "principal"}, []string{"staff"}, ""},
		"LevelAndExperience": {hiring.BandQuery{Level: "senior", Experience: experience(t, "7y")}, []string{"senior"}, ""},
		"LevelAgainstExperience": {
			hiring.BandQuery{Level: "senior", Experience: experience(t, "4y")}, []string{"senior"},
			"4y of experience is usually mid; this is the answer for senior, as asked.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := quote(t, c.q)
			var levels []string
			for _, l := range got.Levels {
				levels = append(levels, l.Level.Key)
			}
			if diff := cmp.Diff(c.want, levels); diff != "" {
				t.Error(diff)
			}
			if remarks := strings.Join(got.Remarks, " "); remarks != c.remark {
				t.Errorf("remarks %q, want %q", remarks, c.remark)
			}
		})
	}
}

func TestQuotePremiumThatDoesNotApply(t *testing.T) {
	t.Parallel()
	l := quote(t, hiring.BandQuery{Level: "mid", Premiums: []string{"distributed", "cloud"}}).Levels[0]
	want := hiring.RupeesRange{Low: 16_10_000, High: 35_00_000}
	if l.Result != want {
		t.Errorf("result %v, want %v", l.Result, want)
	}
	line := l.Premiums[1]
	if line.Applies || line.Result != want || line.LowSum != "" || line.HighSum != "" {
		t.Errorf("the premium changes something: %+v", line)
	}
	if line.Reason != "Distributed systems counts from senior up, so it changes nothing at mid." {
		t.Errorf("reason %q", line.Reason)
	}
}

func TestQuoteAboveBand(t *testing.T) {
	t.Parallel()
	if l := quote(t, hiring.BandQuery{Level: "senior"}).Levels[0]; l.AboveBand || l.Above != (hiring.RupeesRange{}) {
		t.Errorf("a plain band reaches above itself: %+v", l)
	}
	p := hiring.Playbook{
		Key: "r", Title: "R", Levels: []hiring.Level{{Key: "a", Title: "A"}},
		Premiums: []hiring.Premium{{Key: "x", Title: "X", LowPercent: 100, HighPercent: 100}},
	}
	got, err := hiring.QuoteBand(p, []hiring.Band{{Role: "r", Level: "a", Low: 10_00_000, High: 12_00_000}}, hiring.BandQuery{Premiums: []string{"x"}}, today)
	if err != nil {
		t.Fatal(err)
	}
	// The whole result lies above: the part above starts at its low end, not at the band's high.
	if l := got.Levels[0]; !l.AboveBand || l.Above != (hiring.RupeesRange{Low: 20_00_000, High: 24_00_000}) {
		t.Errorf("above: %v, %v", l.AboveBand, l.Above)
	}
}

func TestQuoteNotes(t *testing.T) {
	t.Parallel()
	for ecosystem, want := range map[string]bool{"java": true, "spring": true, "python": false, "": false} {
		got, premium, segments := quote(t, hiring.BandQuery{Level: "mid", Ecosystem: ecosystem}), false, 0
		for _, n := range got.Notes {
			switch n.Kind {
			case hiring.PremiumNote:
				premium = true
			case hiring.SegmentNote:
				segments++
			case hiring.RangeNote:
			}
		}
		if premium != want || segments != 3 {
			t.Errorf("%q: Java note %v, segments %d; want %v, 3", ecosystem, premium, segments, want)
		}
		if got.Levels[0].Result != (hiring.RupeesRange{Low: 14_00_000, High: 28_00_000}) {
			t.Errorf("%q changes the range to %v", ecosystem, got.Levels[0].Result)
		}
	}
}

func TestQuotePlacements(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		low, high hiring.Rupees
		want      hiring.Position
		words     string
	}{
		{25_00_000, 25_00_000, hiring.InsideBand, "₹25 LPA is inside the band (25–55)"},
		{55_00_000, 55_00_000, hiring.InsideBand, "₹55 LPA is inside the band (25–55)"},
		{24_99_999, 24_99_999, hiring.BelowBand, "₹25 LPA is ₹1 below the band (25–55)"},
		{55_00_001, 55_00_001, hiring.AboveTheBand, "₹55 LPA is ₹1 above the band (25–55)"},
		{20_00_000, 22_00_000, hiring.BelowBand, "₹20–22 LPA is ₹3 LPA below the band (25–55)"},
		{20_00_000, 30_00_000, hiring.PartlyBelow, "₹20–30 LPA is partly below the band (25–55)"},
		{25_00_000, 55_00_000, hiring.InsideBand, "₹25–55 LPA is inside the band (25–55)"},
		{50_00_000, 60_00_000, hiring.PartlyAbove, "₹50–60 LPA is partly above the band (25–55)"},
		{60_00_000, 70_00_000, hiring.AboveTheBand, "₹60–70 LPA is ₹5 LPA above the band (25–55)"},
		{20_00_000, 60_00_000, hiring.WiderThanBand, "₹20–60 LPA is wider than the band (25–55)"},
	} {
		got := quote(t, hiring.BandQuery{Level: "senior", Budget: &hiring.RupeesRange{Low: c.low, High: c.high}}).Levels[0].Budget
		if got.Position != c.want || got.Words != c.words {
			t.Errorf("%d–%d: %q, %q; want %q, %q", c.low, c.high, got.Position, got.Words, c.want, c.words)
		}
	}
}

func TestQuoteStale(t *testing.T) {
	t.Parallel()
	p := playbook(t, "backend")
	for day, want := range map[string]bool{"2025-06-01": false, "2026-11-23": false, "2027-01-01": false, "2027-01-02": true, "2030-01-01": true} {
		got, err := hiring.QuoteBand(p, p.Bands(), hiring.BandQuery{Level: "mid"}, day)
		if err != nil {
			t.Fatal(err)
		}
		if got.Levels[0].Stale != want {
			t.Errorf("on %s: stale %v", day, got.Levels[0].Stale)
		}
	}
	if _, err := hiring.QuoteBand(p, p.Bands(), hiring.BandQuery{}, "today"); hiring.ErrorCode(err) != hiring.Internal {
		t.Errorf("a date that is none: %v", err)
	}
}

func TestQuoteWithoutBand(t *testing.T) {
	t.Parallel()
	p := playbook(t, "general")
	got, err := hiring.QuoteBand(p, p.Bands(), hiring.BandQuery{Level: "senior", Ask: rupees(20_00_000)}, today)
	if err != nil {
		t.Fatal(err)
	}
	l := got.Levels[0]
	if l.Band != nil || l.Headline != "Senior role: no band yet" || l.Ask != nil || l.Result != (hiring.RupeesRange{}) {
		t.Errorf("%+v", l)
	}
}

func TestQuoteFromWithoutCTC(t *testing.T) {
	t.Parallel()
	got := quote(t, hiring.BandQuery{Level: "mid", From: "services"})
	if got.Anchor != nil || len(got.Remarks) != 1 || !strings.Contains(got.Remarks[0], "ctc:18") {
		t.Errorf("anchor %v, remarks %q", got.Anchor, got.Remarks)
	}
}

func TestQuoteRefuses(t *testing.T) {
	t.Parallel()
	p := playbook(t, "backend")
	for name, c := range map[string]struct {
		q           hiring.BandQuery
		field, part string
	}{
		"Role":        {hiring.BandQuery{Role: "designer"}, "role", "Backend developer"},
		"Level":       {hiring.BandQuery{Level: "boss"}, "level", "entry, early, mid, senior, staff"},
		"Ecosystem":   {hiring.BandQuery{Ecosystem: "cobol"}, "ecosystem", "java, python, node, go, dotnet, php"},
		"Premium":     {hiring.BandQuery{Premiums: []string{"cloud", "blockchain"}}, "premium", "cloud, distributed"},
		"From":        {hiring.BandQuery{From: "mars"}, "from", "services"},
		"CTC":         {hiring.BandQuery{CurrentCTC: rupees(0)}, "ctc", "above zero"},
		"Ask":         {hiring.BandQuery{Ask: rupees(-1)}, "ask", "above zero"},
		"BudgetZero":  {hiring.BandQuery{Budget: &hiring.RupeesRange{High: 5}}, "budget", "above zero"},
		"BudgetOrder": {hiring.BandQuery{Budget: &hiring.RupeesRange{Low: 9, High: 5}}, "budget", "lower amount first"},
		"Experience":  {hiring.BandQuery{Experience: &hiring.Experience{MinMonths: 5, MaxMonths: 4}}, "experience", "not a range"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := hiring.QuoteBand(p, p.Bands(), c.q, today)
			e, ok := errors.AsType[*hiring.Error](err)
			if !ok || e.Code() != "invalid" || e.Field() != c.field || !strings.Contains(e.Message(), c.part) {
				t.Errorf("%v; want an invalid %s with %q", err, c.field, c.part)
			}
		})
	}
	_, err := hiring.QuoteBand(playbook(t, "general"), nil, hiring.BandQuery{Premiums: []string{"cloud"}}, today)
	if err == nil || !strings.Contains(err.Error(), "lists none") {
		t.Errorf("a premium of a playbook without any: %v", err)
	}
}

func TestCurrentBands(t *testing.T) {
	t.Parallel()
	p := playbook(t, "backend")
	own := []hiring.Band{
		{Role: p.Key, Level: "mid", Low: 15_00_000, High: 30_00_000, Effective: "2026-04-01", Version: 1},
		{Role: p.Key, Level: "mid", Low: 16_00_000, High: 32_00_000, Effective: "2026-04-01", Version: 2},
		{Role: p.Key, Level: "mid", Low: 17_00_000, High: 34_00_000, Effective: "2027-04-01", Version: 3}, // not yet
		{Role: "other", Level: "senior", Low: 1_00_000, High: 2_00_000, Effective: "2026-04-01", Version: 1},
		{Role: p.Key, Level: "gone", Low: 1_00_000, High: 2_00_000, Effective: "2026-04-01", Version: 1},
	}
	got := hiring.CurrentBands(p, own, today)
	want := p.Bands()
	want[2] = own[1]
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := hiring.CurrentBands(p, own, "2027-04-01"); got[2] != own[2] {
		t.Errorf("on the day it starts: %+v", got[2])
	}
	if got := hiring.CurrentBands(playbook(t, "general"), nil, today); len(got) != 0 {
		t.Errorf("a playbook without bands has %v", got)
	}
}

func TestQuoteProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := companyPlaybooks().Draw(t, "playbook")
		bands := p.Bands()
		level := rapid.SampledFrom(p.Levels).Draw(t, "level")
		q := hiring.BandQuery{Level: level.Key}
		ask := func() hiring.LevelQuote {
			got, err := hiring.QuoteBand(p, bands, q, today)
			if err != nil {
				t.Fatalf("QuoteBand: %v", err)
			}
			return got.Levels[0]
		}
		base := hiring.RupeesRange{Low: level.Band.Low, High: level.Band.High}
		if plain := ask(); plain.Result != base || plain.AboveBand {
			t.Fatalf("without premiums the result is %v, not the band %v", plain.Result, base)
		}
		for _, x := range p.Premiums {
			if rapid.Bool().Draw(t, "ask for "+x.Key) {
				q.Premiums = append(q.Premiums, x.Key)
			}
		}
		got := ask()
		if got.Result.Low > got.Result.High || got.Result.Low < base.Low || got.Result.High < base.High {
			t.Fatalf("the result %v of the band %v", got.Result, base)
		}
		if got.AboveBand != (got.Result.High > base.High) || got.AboveBand && (got.Above.Low < base.High || got.Above.High != got.Result.High || got.Above.Low > got.Above.High) {
			t.Fatalf("above %v: %v, of the result %v and the band %v", got.AboveBand, got.Above, got.Result, base)
		}
		low, high := big.NewRat(int64(base.Low), 1), big.NewRat(int64(base.High), 1)
		for _, line := range got.Premiums {
			if line.Applies {
				low.Mul(low, big.NewRat(int64(100+line.Premium.LowPercent), 100))
				high.Mul(high, big.NewRat(int64(100+line.Premium.HighPercent), 100))
			} else if line.Reason == "" {
				t.Fatalf("%s does not apply, for no reason", line.Premium.Key)
			}
			checkRounded(t, low, line.Result.Low)
			checkRounded(t, high, line.Result.High)
		}
		checkRounded(t, low, got.Result.Low)
		checkRounded(t, high, got.Result.High)

		if len(q.Premiums) > 0 {
			q.Premiums = append(rapid.Permutation(q.Premiums).Draw(t, "order"), q.Premiums[0])
		}
		if diff := cmp.Diff(got, ask()); diff != "" {
			t.Fatalf("the order of the premiums matters: %s", diff)
		}
	})
}

// checkRounded says whether got is exact, rounded to the rupee with a half up.
func checkRounded(t *rapid.T, exact *big.Rat, got hiring.Rupees) {
	t.Helper()
	distance := new(big.Rat).Sub(big.NewRat(int64(got), 1), exact)
	half := big.NewRat(1, 2)
	if distance.Cmp(half) > 0 || distance.Cmp(new(big.Rat).Neg(half)) <= 0 {
		t.Fatalf("%s is rounded to %d", exact.FloatString(3), got)
	}
}

// What a candidate expects is compared with what they are paid now, and with what the role's moves bring.
func TestHikeOf(t *testing.T) {
	t.Parallel()
	p := hiring.Playbook{Uplifts: []hiring.Uplift{{Key: "services", Title: "From IT services", LowPercent: 30, HighPercent: 50}}}
	for _, c := range []struct {
		expected, current hiring.Rupees
		percent           int
		known             bool
	}{
		{24 * hiring.Lakh, 18 * hiring.Lakh, 33, true},
		{18 * hiring.Lakh, 24 * hiring.Lakh, -25, true},
		{18 * hiring.Lakh, 18 * hiring.Lakh, 0, true},
		{24 * hiring.Lakh, 0, 0, false},
		{0, 18 * hiring.Lakh, 0, false},
	} {
		hike, known := hiring.HikeOf(hiring.Candidate{ExpectedCTC: c.expected, CurrentCTC: c.current}, p)
		if known != c.known || hike.Percent != c.percent {
			t.Errorf("%s on %s: %d %%, known %v; want %d %%, %v", c.expected, c.current, hike.Percent, known, c.percent, c.known)
		}
	}
	hike, _ := hiring.HikeOf(hiring.Candidate{ExpectedCTC: 24 * hiring.Lakh, CurrentCTC: 18 * hiring.Lakh}, p)
	want := hiring.RupeesRange{Low: 2_340_000, High: 2_700_000}
	if len(hike.Usual) != 1 || hike.Usual[0].Result != want {
		t.Errorf("what the move usually brings is %v, want %v", hike.Usual, want)
	}
	if hike, known := hiring.HikeOf(hiring.Candidate{ExpectedCTC: 2, CurrentCTC: 1}, hiring.Playbook{}); !known || len(hike.Usual) != 0 {
		t.Errorf("a role without moves answers %v, %v", hike, known)
	}
}
