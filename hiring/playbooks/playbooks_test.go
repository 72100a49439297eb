package playbooks_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/hiring/playbooks"
)

var files = []string{"backend-developer.yaml", "general.yaml"}

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestBuiltinFilesParse(t *testing.T) {
	t.Parallel()
	var keys []string
	for _, p := range playbooks.Builtin() {
		keys = append(keys, p.Key)
	}
	if diff := cmp.Diff([]string{"backend-developer", "general"}, keys); diff != "" {
		t.Error(diff)
	}
	for i, name := range files {
		p, problems := playbooks.Parse(name, read(t, name))
		for _, problem := range problems {
			t.Error(problem)
		}
		if diff := cmp.Diff(playbooks.Builtin()[i], p); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".yaml") {
			found++
		}
	}
	if found != len(files) {
		t.Errorf("%d playbook files, %d are read", found, len(files))
	}
}

func TestBuiltinIsACopy(t *testing.T) {
	t.Parallel()
	first := playbooks.Builtin()
	first[0] = hiring.Playbook{}
	if playbooks.Builtin()[0].Key != "backend-developer" {
		t.Error("a caller's change of the list is seen by others")
	}
}

func TestNoWordNamesTwoPlaybooks(t *testing.T) {
	t.Parallel()
	taken := map[string]string{}
	for _, p := range playbooks.Builtin() {
		for _, word := range append([]string{p.Key, p.Title, p.Short}, p.Aliases...) {
			if other, ok := taken[hiring.Fold(word)]; ok && other != p.Key {
				t.Errorf("%q names %s and %s", word, other, p.Key)
			}
			taken[hiring.Fold(word)] = p.Key
		}
	}
}

// TestReferenceFigures checks the published figures, written out here a second time.
func TestReferenceFigures(t *testing.T) {
	t.Parallel()
	p := playbooks.Builtin()[0]
	type row struct {
		Key, Experience string
		Low, High       string
		Open            bool
	}
	var got []row
	for _, l := range p.Levels {
		got = append(got, row{l.Key, l.Range().String(), l.Band.Low.LPA(), l.Band.High.LPA(), l.Band.OpenEnded})
	}
	want := []row{
		{"entry", "0-1y", "3.5", "8", false},
		{"early", "1-3y", "6", "16", false},
		{"mid", "3-6y", "14", "28", false},
		{"senior", "6-10y", "25", "55", false},
		{"staff", "10y+", "50", "90", true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("bands: %s", diff)
	}
	ignore := []cmp.Option{cmpopts.IgnoreFields(hiring.Premium{}, "Aliases"), cmpopts.IgnoreFields(hiring.Uplift{}, "Aliases", "Note")}
	premiums := []hiring.Premium{
		{Key: "cloud", Title: "Cloud expertise", LowPercent: 15, HighPercent: 25},
		{Key: "distributed", Title: "Distributed systems", LowPercent: 10, HighPercent: 20, FromLevel: "senior"},
	}
	if diff := cmp.Diff(premiums, p.Premiums, ignore...); diff != "" {
		t.Errorf("premiums: %s", diff)
	}
	uplifts := []hiring.Uplift{{Key: "services", Title: "From IT services to a product company", LowPercent: 30, HighPercent: 50}}
	if diff := cmp.Diff(uplifts, p.Uplifts, ignore...); diff != "" {
		t.Errorf("uplifts: %s", diff)
	}
	if p.Effective != "2026-01-01" || p.Currency != "INR" || p.Country != "India" {
		t.Errorf("%s, %s, %s", p.Effective, p.Currency, p.Country)
	}
}

// TestReferenceFacts checks that every other published fact stands in the file.
func TestReferenceFacts(t *testing.T) {
	t.Parallel()
	data, err := playbooks.Marshal(playbooks.Builtin()[0])
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for _, fact := range []string{
		"₹3.5–90 LPA", "by experience, stack and company type", "Neighbouring bands overlap on purpose",
		"Java / Spring Boot in enterprise and fintech is the most consistent premium", "no figure is published",
		"Well-funded fintech", "Global product companies with large India centres that benchmark globally",
		"High-growth SaaS start-ups", "part of it in equity", "one-time uplift", "does not repeat on later moves", "second anchor",
		"Enterprise, banking, fintech, MNC captives", "Java 8+: streams, concurrency, JVM internals",
		"Spring Boot, Spring Security, JPA/Hibernate", "Microservice patterns",
		"Start-ups, AI/ML-adjacent products", "Deep Python", "Django, Flask or FastAPI", "asyncio", "SQLAlchemy, Django ORM",
		"SaaS start-ups", "Strong JavaScript/TypeScript", "Express, NestJS", "Event loop and async patterns",
		"Go", "C#/.NET", "PHP", "sizeable community",
		"SQL, indexing and query optimisation", "REST, GraphQL", "OAuth 2.0, JWT", "Testing",
		"AWS, Azure or GCP", "Docker, Kubernetes", "RabbitMQ, Kafka", "Redis", "logs, metrics, distributed tracing",
		"B.Tech / B.E. in computer science", "database normalisation", "concurrency", "networking",
		"AWS Solutions Architect", "Confluent Certified Developer for Apache Kafka",
		"800,000+ professionals, split sharply between IT services and product companies", "UPI, 15+ billion transactions a month",
		"Aadhaar, 80+ million authentications a day",
		"LinkedIn", "Every level; the main channel", "people at IT services and MNC captives, by Spring Boot and microservice keywords",
		"Naukri.com", "3–8 years, Java and .NET above all", "Keyword search", "Wellfound, CutShort", "Python, Node.js, start-up people",
		"Product-company filter", "GitHub", "Contributors to backend frameworks of the stack", "Stack Overflow", "Top users by technology tag",
		"Telegram and Discord communities", "Active technical discussion", "A post in the community's channel, by its rules",
		"Professional networks, referrals", "6+ years", "Warm introductions", "Campus", "Entry level",
		"IITs, NITs, IIITs, BITS Pilani, top state colleges; look for students with real backend projects",
		"beats algorithm puzzles", "REST API", "proper error handling, queries with the right indexes, safe handling of concurrent requests",
		"centrepiece from mid level up", "movie-ticket booking with seat selection, payment and prevention of double booking for 100,000+ concurrent users",
		"data model, API, concurrency, caching, the payment gateway and failure handling", "more than the happy path",
		"millions of requests a day", "database, cache, queue and service boundaries",
		"How do you know your service is healthy in production?", "Tell me about a production incident you handled.",
		"Model a complex domain", "indexing strategy", "poorly designed API",
		"technical growth and ownership: name the concrete technical challenges, not generic praise", "India's labour codes",
	} {
		if !strings.Contains(text, fact) {
			t.Errorf("the fact is missing: %s", fact)
		}
	}
	p := playbooks.Builtin()[0]
	if diff := cmp.Diff([]string{"coding", "system-design", "operations"}, p.ScreeningFocus); diff != "" {
		t.Errorf("screening: %s", diff)
	}
	if len(p.Channels) != 8 || len(p.Ecosystems) != 6 || len(p.Dimensions) != 5 {
		t.Errorf("%d channels, %d ecosystems, %d dimensions", len(p.Channels), len(p.Ecosystems), len(p.Dimensions))
	}
	design, _ := p.Dimension("system-design")
	for i := 1; i < len(p.Levels); i++ {
		if below, at := design.Weight(p.Levels[i-1].Key), design.Weight(p.Levels[i].Key); below >= at {
			t.Errorf("system design weighs %d at %s and %d at %s", below, p.Levels[i-1].Key, at, p.Levels[i].Key)
		}
	}
	if s, _ := p.Stage("system-design"); s.FromLevel != "mid" {
		t.Errorf("system design is held from %q up", s.FromLevel)
	}
}

func TestGeneral(t *testing.T) {
	t.Parallel()
	p := playbooks.Builtin()[1]
	var dimensions, stages []string
	for _, d := range p.Dimensions {
		dimensions = append(dimensions, d.Title)
	}
	for _, s := range p.Stages {
		stages = append(stages, s.Title)
	}
	if diff := cmp.Diff([]string{"Role skills", "Problem solving", "Communication", "Ownership"}, dimensions); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Screen", "Work sample", "Panel", "Hiring manager"}, stages); diff != "" {
		t.Error(diff)
	}
	if bands := p.Bands(); len(bands) != 0 {
		t.Errorf("the general playbook invents bands: %v", bands)
	}
}

func TestExportThenImport(t *testing.T) {
	t.Parallel()
	for _, p := range playbooks.Builtin() {
		checkRoundTrip(t, p)
	}
}

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

func checkRoundTrip(t fataler, p hiring.Playbook) {
	t.Helper()
	data, err := playbooks.Marshal(p)
	if err != nil {
		t.Fatalf("Marshal: %v", err)
	}
	got, problems := playbooks.Parse("exported", data)
	if len(problems) > 0 {
		t.Fatalf("%v in\n%s", problems, data)
	}
	if diff := cmp.Diff(p, got); diff != "" {
		t.Fatalf("(-want +got)\n%s in\n%s", diff, data)
	}
	again, err := playbooks.Marshal(got)
	if err != nil || string(again) != string(data) {
		t.Fatalf("the second export differs: %v\n%s", err, again)
	}
}

// texts draws texts as a file may hold them: white space is one blank, and none stands at the ends.
func texts(most int) *rapid.Generator[string] {
	odd := rapid.SampledFrom([]string{"no", "~", "null", "2026", "1.5", "true", "2026-01-01", "- x", "a: b", "#c", "&a", "*a", "!x", "'", `"`, "{", "[x]", "%", "@", "`", "| x", "> x", "ü ₹ 漢 👍", "\\n", "<<", "=", "0x1F", "a # b", "?", "---", "..."})
	return rapid.Custom(func(t *rapid.T) string {
		if rapid.Bool().Draw(t, "odd") {
			return odd.Draw(t, "text")
		}
		text := rapid.String().Draw(t, "text")
		text = strings.Map(func(r rune) rune {
			if r < ' ' || r >= 0x7f && r < 0xa0 || r == '\ufeff' || r == '\ufffd' {
				return -1
			}
			return r
		}, text)
		if runes := []rune(text); len(runes) > most {
			text = string(runes[:most])
		}
		text = strings.Join(strings.Fields(text), " ")
		if text == "" {
			return "x"
		}
		return text
	})
}

func companyPlaybook(t *rapid.T) hiring.Playbook {
	text := func(label string) string { return texts(60).Draw(t, label) }
	list := func(label string) []string {
		return rapid.SliceOfNDistinct(texts(60), 0, 4, rapid.ID[string]).Draw(t, label)
	}
	count := func(label string, least, most int) []struct{} {
		return make([]struct{}, rapid.IntRange(least, most).Draw(t, label))
	}
	optional := func(label string, of []string) string {
		return rapid.SampledFrom(append([]string{""}, of...)).Draw(t, label)
	}
	some := func(label string, of []string, least, most int) []string {
		if len(of) == 0 {
			return nil
		}
		return none(rapid.SliceOfNDistinct(rapid.SampledFrom(of), least, min(most, len(of)), rapid.ID[string]).Draw(t, label))
	}
	p := hiring.Playbook{
		Key: "r" + strings.Repeat("x", rapid.IntRange(0, 23).Draw(t, "key")), Title: text("title"), Short: rapid.SampledFrom([]string{"", "short"}).Draw(t, "short"),
		Aliases: none(list("aliases")), Country: text("country"), Currency: "INR", Summary: text("summary"), Source: text("source"),
		Effective:    rapid.SampledFrom([]string{"2026-01-01", "2024-02-29"}).Draw(t, "effective"),
		CommonSkills: none(list("common")), ExpectedSkills: none(list("expected")), Certificates: none(list("certificates")),
		Market: none(list("market")), Tips: none(list("tips")), OfferGuidelines: none(list("offer")),
	}
	if rapid.Bool().Draw(t, "degree") {
		p.Degree = hiring.Degree{Common: text("degree"), Probe: none(list("probe"))}
	}
	var levels, systems, dimensions []string
	from := 0
	for i := range count("levels", 1, 10) {
		if i > 0 {
			from += rapid.IntRange(1, 72).Draw(t, "months")
			p.Levels[i-1].ToMonths = from
		}
		l := hiring.Level{Key: "l" + strconv.Itoa(i), Title: "Level " + strconv.Itoa(i), FromMonths: from}
		if rapid.Bool().Draw(t, "band") {
			low := rapid.Int64Range(1, int64(hiring.MaxRupees)).Draw(t, "low")
			high := rapid.Int64Range(low, int64(hiring.MaxRupees)).Draw(t, "high")
			l.Band = &hiring.BandFigures{Low: hiring.Rupees(low), High: hiring.Rupees(high), OpenEnded: rapid.Bool().Draw(t, "open")}
		}
		if rapid.Bool().Draw(t, "alias") {
			l.Aliases = []string{"also " + l.Key}
		}
		p.Levels = append(p.Levels, l)
		levels = append(levels, l.Key)
	}
	percents := func() (int, int) {
		low := rapid.IntRange(0, 200).Draw(t, "low percent")
		return low, rapid.IntRange(low, 200).Draw(t, "high percent")
	}
	for i := range count("premiums", 0, 3) {
		x := hiring.Premium{Key: "p" + strconv.Itoa(i), Title: "Premium " + strconv.Itoa(i), FromLevel: optional("from", levels)}
		x.LowPercent, x.HighPercent = percents()
		p.Premiums = append(p.Premiums, x)
	}
	for i := range count("uplifts", 0, 2) {
		u := hiring.Uplift{Key: "u" + strconv.Itoa(i), Title: "Uplift " + strconv.Itoa(i), Note: text("note")}
		u.LowPercent, u.HighPercent = percents()
		p.Uplifts = append(p.Uplifts, u)
	}
	for i := range count("ecosystems", 0, 3) {
		e := hiring.Ecosystem{Key: "e" + strconv.Itoa(i), Title: "System " + strconv.Itoa(i), Where: text("where"), Skills: none(list("skills"))}
		p.Ecosystems = append(p.Ecosystems, e)
		systems = append(systems, e.Key)
	}
	for range count("notes", 0, 3) {
		p.Notes = append(p.Notes, hiring.Note{
			Kind: rapid.SampledFrom([]hiring.NoteKind{hiring.PremiumNote, hiring.SegmentNote, hiring.RangeNote}).Draw(t, "kind"),
			Text: text("note"), Ecosystems: some("ecosystems", systems, 0, 3),
		})
	}
	for i := range count("channels", 0, 3) {
		p.Channels = append(p.Channels, hiring.Channel{Key: "c" + strconv.Itoa(i), Name: "Channel " + strconv.Itoa(i), GoodFor: text("good for"), How: text("how")})
	}
	for i := range count("dimensions", 1, 5) {
		d := hiring.Dimension{Key: "d" + strconv.Itoa(i), Title: "Dimension " + strconv.Itoa(i), What: text("what")}
		d.Anchors = rapid.SliceOfNDistinct(texts(60), 4, 4, rapid.ID[string]).Draw(t, "anchors")
		for _, l := range some("weighed", levels, 0, 10) {
			if d.Weights == nil {
				d.Weights = map[string]int{}
			}
			d.Weights[l] = rapid.IntRange(0, 100).Draw(t, "weight")
		}
		p.Dimensions = append(p.Dimensions, d)
		dimensions = append(dimensions, d.Key)
	}
	p.ScreeningFocus = some("focus", dimensions, 0, 4)
	for i := range count("stages", 1, 3) {
		s := hiring.Stage{
			Key: "s" + strconv.Itoa(i), Title: "Stage " + strconv.Itoa(i), Minutes: rapid.IntRange(1, 480).Draw(t, "minutes"),
			FromLevel: optional("from", levels), Dimensions: some("rated", dimensions, 1, 4),
		}
		for range count("questions", 0, 2) {
			s.Questions = append(s.Questions, hiring.Question{Text: text("question"), Strong: text("strong"), FromLevel: optional("from", levels)})
		}
		p.Stages = append(p.Stages, s)
	}
	return p
}

// none is how a list without items is read: as no list.
func none(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return list
}

func TestExportThenImportOfAnyPlaybook(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) { checkRoundTrip(t, companyPlaybook(t)) })
}

// minimal is a playbook with nothing optional; the tests of mistakes change single lines of it.
const minimal = `key: pilot
title: Pilot
country: India
currency: INR
summary: Flies.
source: Ours
effective: 2026-01-01
levels:
  - key: any
    title: Any
    from: 0y
dimensions:
  - key: flying
    title: Flying
    what: Flies well.
    anchors: [a, b, c, d]
stages:
  - key: talk
    title: Talk
    minutes: 30
    dimensions: [flying]
`

func TestParseMinimal(t *testing.T) {
	t.Parallel()
	p, problems := playbooks.Parse("pilot.yaml", []byte(minimal))
	want := hiring.Playbook{
		Key: "pilot", Title: "Pilot", Country: "India", Currency: "INR", Summary: "Flies.", Source: "Ours", Effective: "2026-01-01",
		Levels:     []hiring.Level{{Key: "any", Title: "Any"}},
		Dimensions: []hiring.Dimension{{Key: "flying", Title: "Flying", What: "Flies well.", Anchors: []string{"a", "b", "c", "d"}}},
		Stages:     []hiring.Stage{{Key: "talk", Title: "Talk", Minutes: 30, Dimensions: []string{"flying"}}},
	}
	if diff := cmp.Diff(want, p); diff != "" || len(problems) > 0 {
		t.Errorf("%v %s", problems, diff)
	}
}

func TestParseReadsAmountsAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	text := strings.Replace(minimal, "    from: 0y\n", "    from: fresher\n    band: {low: 3.5 LPA, high: \"₹8,00,000\", open_ended: true}\n", 1)
	p, problems := playbooks.Parse("pilot.yaml", []byte(text))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if diff := cmp.Diff(&hiring.BandFigures{Low: 3_50_000, High: 8_00_000, OpenEnded: true}, p.Levels[0].Band); diff != "" {
		t.Error(diff)
	}
}

func checkProblems(t *testing.T, text string, want []string) {
	t.Helper()
	p, problems := playbooks.Parse("f", []byte(text))
	if diff := cmp.Diff(hiring.Playbook{}, p); diff != "" {
		t.Errorf("a file with mistakes gives a playbook: %s", diff)
	}
	for i := range max(len(problems), len(want)) {
		switch {
		case i >= len(want):
			t.Errorf("unexpected: %s", problems[i])
		case i >= len(problems):
			t.Errorf("missing: %s", want[i])
		case !strings.HasPrefix(problems[i].String(), want[i]):
			t.Errorf("got %q, want it to start with %q", problems[i], want[i])
		}
	}
}

func TestParseNamesOneMistake(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 2000)
	for name, c := range map[string]struct {
		old, text string
		want      []string
	}{
		"Missing":             {"title: Pilot\n", "", []string{"f:1: title: It is missing."}},
		"Unknown":             {"title: Pilot", "title: Pilot\nsalary: 5", []string{"f:3: salary: The field is not known. Fields here: key, title,"}},
		"Twice":               {"title: Pilot", "title: Pilot\ntitle: Flyer", []string{"f:3: title: It stands there twice."}},
		"Empty":               {"title: Pilot", "title:", []string{"f:2: title: It is empty."}},
		"Blank":               {"title: Pilot", "title: '  '", []string{"f:2: title: It is empty."}},
		"Number for text":     {"title: Pilot", "title: 747", []string{`f:2: title: It must be text. Put it into quotes: "747".`}},
		"List for text":       {"title: Pilot", "title: [Pilot]", []string{"f:2: title: It must be one plain value."}},
		"Long text":           {"title: Pilot", "title: " + long, []string{"f:2: title: It is longer than 60 characters."}},
		"Control":             {"title: Pilot", `title: "Pi\u0007lot"`, []string{"f:2: title: It holds characters that cannot be printed."}},
		"Key with capitals":   {"key: pilot", "key: Pilot", []string{`f:1: key: "Pilot" is no key`}},
		"Key from a digit":    {"key: pilot", "key: 7pilots", []string{`f:1: key: "7pilots" is no key`}},
		"Long role key":       {"key: pilot", "key: abcdefghijklmnopqrstuvwxy", []string{`f:1: key: "abcdefghijklmnopqrstuvwxy" is longer than 24`}},
		"Long level key":      {"key: any", "key: anylevel1", []string{`f:9: levels[0].key: "anylevel1" is longer than 8`}},
		"Currency":            {"INR", "USD", []string{`f:4: currency: "USD" is not supported`}},
		"Date":                {"2026-01-01", "1 Jan 2026", []string{`f:7: effective: "1 Jan 2026" is no date.`}},
		"Day that is none":    {"2026-01-01", "2026-02-30", []string{`f:7: effective: "2026-02-30" is no date.`}},
		"Levels no list":      {"levels:\n  - key: any\n    title: Any\n    from: 0y", "levels: many", []string{"f:8: levels: It must be a list"}},
		"Levels empty":        {"levels:\n  - key: any\n    title: Any\n    from: 0y", "levels: []", []string{"f:8: levels: The list is empty."}},
		"Level no mapping":    {"  - key: any\n    title: Any\n    from: 0y", "  - any", []string{"f:9: levels[0]: It must be a mapping"}},
		"Late first level":    {"from: 0y", "from: 1y", []string{"f:11: levels[0].from: It must be 0y"}},
		"Level bare number":   {"from: 0y", "from: 0", []string{`f:11: levels[0].from: “0” needs a unit`}},
		"Level from a range":  {"from: 0y", "from: 0-1y", []string{`f:11: levels[0].from: "0-1y" must be a single length`}},
		"No last level":       {"from: 0y", "from: 0y\n    to: 5y", []string{"f:9: levels[0].to: The last level has no end"}},
		"Ends before":         {"from: 0y", "from: 0y\n    to: 0y", []string{"f:9: levels[0].to: The last level has no end", "f:12: levels[0].to: The level ends before it has begun."}},
		"Gap":                 {"from: 0y", "from: 0y\n    to: 1y\n  - {key: b, title: B, from: 2y}", []string{"f:13: levels[1].from: It must be 1y"}},
		"Overlap":             {"from: 0y", "from: 0y\n    to: 3y\n  - {key: b, title: B, from: 2y}", []string{"f:13: levels[1].from: It must be 3y"}},
		"Level after the end": {"from: 0y", "from: 0y\n  - {key: b, title: B, from: 2y}", []string{"f:12: levels[1].from: The level before has no end."}},
		"Same level key":      {"from: 0y", "from: 0y\n    to: 1y\n  - {key: any, title: B, from: 1y}", []string{`f:13: levels[1].key: "any" means level any already.`}},
		"Same level alias":    {"from: 0y", "from: 0y\n    to: 1y\n  - {key: b, title: B, aliases: [x, ÁNY], from: 1y}", []string{`f:13: levels[1].aliases[1]: "ÁNY" means level any already.`}},
		"Band order":          {"from: 0y", "from: 0y\n    band: {low: 9 LPA, high: 8 LPA}", []string{"f:12: levels[0].band.high: ₹8,00,000 is below the low end, ₹9,00,000."}},
		"Band amounts":        {"from: 0y", "from: 0y\n    band:\n      low: 50k\n      high: much", []string{`f:13: levels[0].band.low: “50k” is ambiguous`, `f:14: levels[0].band.high: “much” is not an amount.`}},
		"Band half":           {"from: 0y", "from: 0y\n    band: {low: 9 LPA}", []string{"f:12: levels[0].band.high: It is missing."}},
		"Band open":           {"from: 0y", "from: 0y\n    band: {low: 9 LPA, high: 10 LPA, open_ended: perhaps}", []string{`f:12: levels[0].band.open_ended: "perhaps" is neither`}},
		"Band unknown":        {"from: 0y", "from: 0y\n    band: {low: 9 LPA, high: 10 LPA, middle: 9.5 LPA}", []string{"f:12: levels[0].band.middle: The field is not known."}},
		"Band no mapping":     {"from: 0y", "from: 0y\n    band: 9-10 LPA", []string{"f:12: levels[0].band: It must be a mapping"}},
		"Premium":             {"dimensions:\n  -", "premiums:\n  - {key: far-too-long-key, title: X, low_percent: 20, high_percent: 10, from_level: boss}\ndimensions:\n  -", []string{`f:13: premiums[0].from_level: "boss" is no level of this playbook. Known: any.`, "f:13: premiums[0].high_percent: 10 is below low_percent, 20.", `f:13: premiums[0].key: "far-too-long-key" is longer than 12`}},
		"Premium figures":     {"dimensions:\n  -", "premiums:\n  - {key: x, title: X, low_percent: -1, high_percent: 201}\ndimensions:\n  -", []string{"f:13: premiums[0].high_percent: 201 is not between 0 and 200.", "f:13: premiums[0].low_percent: -1 is not between 0 and 200."}},
		"Premium words":       {"dimensions:\n  -", "premiums:\n  - {key: x, title: Any, low_percent: 1.5, high_percent: \"7\"}\ndimensions:\n  -", []string{`f:13: premiums[0].high_percent: "7" is not a whole number.`, `f:13: premiums[0].low_percent: "1.5" is not a whole number.`, `f:13: premiums[0].title: "Any" means level any already.`}},
		"Uplift":              {"dimensions:\n  -", "uplifts:\n  - {key: x, title: X, low_percent: 30}\ndimensions:\n  -", []string{"f:13: uplifts[0].high_percent: It is missing."}},
		"Ecosystem":           {"dimensions:\n  -", "ecosystems:\n  - {key: any, title: X}\ndimensions:\n  -", []string{`f:13: ecosystems[0].key: "any" means level any already.`, "f:13: ecosystems[0].where: It is missing."}},
		"Note":                {"dimensions:\n  -", "notes:\n  - {kind: rumour, text: X, ecosystems: [cobol]}\ndimensions:\n  -", []string{`f:13: notes[0].ecosystems[0]: "cobol" is no ecosystem`, `f:13: notes[0].kind: "rumour" is no kind of note. Known: premium, segment, range.`}},
		"Degree":              {"dimensions:\n  -", "degree: none\ndimensions:\n  -", []string{"f:12: degree: It must be a mapping"}},
		"Skills":              {"dimensions:\n  -", "common_skills: [SQL, SQL, 5, {a: b}]\ndimensions:\n  -", []string{`f:12: common_skills[1]: "SQL" stands in the list twice.`, "f:12: common_skills[2]: It must be text.", "f:12: common_skills[3]: It must be one plain value."}},
		"Channel":             {"dimensions:\n  -", "channels:\n  - {key: c, name: C, good_for: all}\n  - {key: d, name: c, good_for: all, how: so}\ndimensions:\n  -", []string{"f:13: channels[0].how: It is missing.", `f:14: channels[1].name: "c" means channel c already.`}},
		"Anchors":             {"anchors: [a, b, c, d]", "anchors: [a, b, c]", []string{"f:16: dimensions[0].anchors: It has 3 texts; it needs one for each rating, 1 to 4."}},
		"Weights":             {"anchors: [a, b, c, d]", "anchors: [a, b, c, d]\n    weights: {any: 101, boss: 1}", []string{"f:17: dimensions[0].weights.any: 101 is not between 0 and 100.", `f:17: dimensions[0].weights.boss: "boss" is no level`}},
		"Weights empty":       {"anchors: [a, b, c, d]", "anchors: [a, b, c, d]\n    weights: {}", []string{"f:17: dimensions[0].weights: It is empty."}},
		"Focus":               {"stages:", "screening_focus: [diving]\nstages:", []string{`f:17: screening_focus[0]: "diving" is no dimension of this playbook. Known: flying.`}},
		"Stage dimension":     {"dimensions: [flying]", "dimensions: [flying, diving]", []string{`f:21: stages[0].dimensions[1]: "diving" is no dimension`}},
		"Stage too many":      {"dimensions: [flying]", "dimensions: [a, b, c, d, flying]", []string{"f:21: stages[0].dimensions: It has 5 items; 4 are the most.", "f:21: stages[0].dimensions[0]", "f:21: stages[0].dimensions[1]", "f:21: stages[0].dimensions[2]", "f:21: stages[0].dimensions[3]"}},
		"Minutes":             {"minutes: 30", "minutes: 0", []string{"f:20: stages[0].minutes: 0 is not between 1 and 480."}},
		"Minutes in words":    {"minutes: 30", "minutes: half an hour", []string{`f:20: stages[0].minutes: "half an hour" is not a whole number.`}},
		"Question":            {"minutes: 30", "minutes: 30\n    questions:\n      - {text: Why, from_level: boss}", []string{`f:22: stages[0].questions[0].from_level: "boss" is no level`, "f:22: stages[0].questions[0].strong: It is missing."}},
		"Many tips":           {"stages:", "tips: [" + strings.Repeat("x,", 26) + "]\nstages:", []string{"f:17: tips: It has 26 items; 25 are the most."}},
		"Field is a list":     {"title: Pilot", "title: Pilot\n? [a]\n: b", []string{"f:3: The name of a field must be a plain word."}},
		"Anchor":              {"title: Pilot", "title: &t Pilot", []string{"f:2: YAML anchors (&t) are not read here."}},
		"Alias":               {"title: Pilot\ncountry: India", "title: &t Pilot\ncountry: *t", []string{"f:2: YAML anchors", "f:3: YAML aliases (*t)"}},
		"Merge":               {"title: Pilot", "title: Pilot\n<<: {a: b}", []string{"f:3: <<: The field is not known."}},
		"Tag":                 {"title: Pilot", "title: !!str 747", []string{"f:2: YAML tags (!!str)"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(minimal, c.old, c.text, 1)
			if text == minimal {
				t.Fatal("the test changes nothing")
			}
			checkProblems(t, text, c.want)
		})
	}
}

func TestParseNamesEveryMistake(t *testing.T) {
	t.Parallel()
	checkProblems(t, "key: Bad\ncolour: red\nlevels:\n  - from: 1y\n    band: {low: x}\n", []string{
		"f:1: country: It is missing.",
		"f:1: currency: It is missing.",
		"f:1: dimensions: It is missing.",
		"f:1: effective: It is missing.",
		`f:1: key: "Bad" is no key`,
		"f:1: source: It is missing.",
		"f:1: stages: It is missing.",
		"f:1: summary: It is missing.",
		"f:1: title: It is missing.",
		"f:2: colour: The field is not known.",
		"f:4: levels[0].from: It must be 0y",
		"f:4: levels[0].key: It is missing.",
		"f:4: levels[0].title: It is missing.",
		"f:5: levels[0].band.high: It is missing.",
		`f:5: levels[0].band.low: “x” is not an amount.`,
	})
}

func TestParseRefusesFilesThatAreNoPlaybook(t *testing.T) {
	t.Parallel()
	bomb := "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"Empty":     {"", []string{"f: The file is empty."}},
		"Comment":   {"# nothing\n", []string{"f: The file is empty."}},
		"Text":      {"hello", []string{"f:1: A playbook is a mapping"}},
		"List":      {"- key: pilot\n", []string{"f:1: A playbook is a mapping"}},
		"Syntax":    {"key: pilot\n  title: Pilot\n", []string{"f:2: The file is not YAML, here or in the next line: "}},
		"Tab":       {"key: pilot\nlevels:\n\t- x\n", []string{"f:3: The file is not YAML, here or in the next line: "}},
		"Binary":    {"key: \xff", []string{"f: The file is not UTF-8 text."}},
		"Large":     {minimal + strings.Repeat("#", playbooks.MaxFile), []string{"f: The file is larger than 256 KiB."}},
		"Documents": {minimal + "---\n" + minimal, []string{"f:22: The file holds more than one YAML document."}},
		"Rubbish":   {minimal + "---\n{", []string{"f:"}},
		"Bomb":      {bomb, []string{"f:1: YAML anchors (&a)", "f:2: YAML anchors (&b)", "f:2: YAML aliases (*a)", "f:2: YAML aliases (*a)", "f:3: YAML aliases (*b)", "f:3: YAML aliases (*b)"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkProblems(t, c.text, c.want)
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range files {
		f.Add(read(f, name))
	}
	f.Add([]byte(minimal))
	f.Add([]byte("a: &a [*a]\n? {b: c}\n: d\n"))
	f.Add([]byte("levels: [{key: a, from: 1y, to: x, band: {low: ~}}, 5]\nstages: {}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, problems := playbooks.Parse("fuzz", data)
		if len(problems) > 0 {
			return
		}
		if _, ok := p.LevelFor(0); !ok {
			t.Fatal("a playbook without a level for 0 months")
		}
		checkRoundTrip(t, p)
	})
}
