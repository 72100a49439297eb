package views

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/image/font/sfnt"
	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/hiring/playbooks"
)

// allOfIt asks for all that a picture of one level can show.
func allOfIt() hiring.BandQuery {
	current, ask := 18*hiring.Lakh, 48*hiring.Lakh
	return hiring.BandQuery{
		Level: "senior", Ecosystem: "java", Premiums: []string{"cloud", "distributed"}, From: "services",
		CurrentCTC: &current, Ask: &ask, Budget: &hiring.RupeesRange{Low: 35 * hiring.Lakh, High: 45 * hiring.Lakh},
	}
}

func backend(tb testing.TB) hiring.Playbook {
	tb.Helper()
	p, ok := hiring.FindPlaybook(playbooks.Builtin(), "backend-developer")
	if !ok {
		tb.Fatal("no playbook for backend developers")
	}
	return p
}

func pictureQuote(tb testing.TB, p hiring.Playbook, own []hiring.Band, q hiring.BandQuery) hiring.BandQuote {
	tb.Helper()
	const day = "2026-05-01"
	a, err := hiring.QuoteBand(p, hiring.CurrentBands(p, own, day), q, day)
	if err != nil {
		tb.Fatal(err)
	}
	return a
}

func pictureLaidOut(tb testing.TB, p hiring.Playbook, a hiring.BandQuote) (pictureContent, pictureLayout, pictureFaces) {
	tb.Helper()
	content, err := bandPictureContent(p, a)
	if err != nil {
		tb.Fatal(err)
	}
	faces, err := newPictureFaces()
	if err != nil {
		tb.Fatal(err)
	}
	return content, layOutPicture(content, faces), faces
}

func TestBandPictureIsAPNG(t *testing.T) {
	t.Parallel()
	p := backend(t)
	everyLevel := allOfIt()
	everyLevel.Level = ""
	for name, q := range map[string]hiring.BandQuery{"one level": {Level: "mid"}, "all of it": allOfIt(), "every level": everyLevel} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := pictureQuote(t, p, nil, q)
			file, alt, err := BandPicture(p, a)
			if err != nil {
				t.Fatal(err)
			}
			picture, err := png.Decode(bytes.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			size := picture.Bounds().Size()
			if size.X != pictureWidth || size.Y < pictureWidth/2 || size.Y > 2*pictureWidth {
				t.Errorf("the picture is %v", size)
			}
			if len(file) > 120_000 {
				t.Errorf("the file has %d bytes", len(file))
			}
			// A chat platform shows the picture on a ground of its own.
			for _, at := range []image.Point{{0, 0}, {size.X - 1, size.Y - 1}, {size.X / 2, size.Y / 2}} {
				if _, _, _, alpha := picture.At(at.X, at.Y).RGBA(); alpha != 0xffff {
					t.Errorf("the picture can be seen through at %v", at)
				}
			}
			// Discord takes 1,024 characters for it, the least of all platforms.
			if n := utf8.RuneCountInString(alt); n > 1024 {
				t.Errorf("the alt text has %d characters", n)
			}
			again, altAgain, err := BandPicture(p, a)
			if err != nil || !bytes.Equal(again, file) || altAgain != alt {
				t.Errorf("the second drawing differs from the first (err %v)", err)
			}
		})
	}
}

func TestBandPictureSaysAllInWords(t *testing.T) {
	t.Parallel()
	p := backend(t)
	cloudForAll, staff := allOfIt(), hiring.BandQuery{Level: "staff"}
	cloudForAll.Level, cloudForAll.Premiums, cloudForAll.Ecosystem, cloudForAll.From = "", []string{"cloud"}, "", ""
	lakh := func(l, h hiring.Rupees) *hiring.RupeesRange {
		return &hiring.RupeesRange{Low: l * hiring.Lakh, High: h * hiring.Lakh}
	}
	outside := hiring.BandQuery{Level: "mid", Budget: lakh(10, 20)}
	atAnyLevel := hiring.BandQuery{Budget: lakh(5, 95)}
	above := 100 * hiring.Lakh
	atAnyLevel.Ask = &above
	const footer = " LPA is lakh rupees a year, cost to company. In force from Thu 1 Jan 2026."
	for _, c := range []struct {
		name  string
		query hiring.BandQuery
		want  string
	}{
		{"one level with all of it", allOfIt(), "Salary bands: Backend developer, Senior, 6–10 years · Java: ₹31.63–82.5 LPA." +
			" Base band: ₹25–55 LPA." +
			" With cloud, distributed: ₹31.63–82.5 LPA; Above ₹55 LPA is above band: premium, needs the extra approver." +
			" Second anchor: ₹23.4–27 LPA; From IT services to a product company: CTC +30–50 %." +
			" Current CTC: ₹18 LPA; ₹7 LPA below the band." +
			" Ask: ₹48 LPA; inside the band." +
			" Budget: ₹35–45 LPA; inside the band." + footer},
		{"an open end", staff, "Salary bands: Backend developer, Staff, 10+ years: ₹50–90+ LPA." +
			" Base band: ₹50–90+ LPA; open-ended." + footer},
		{"a budget partly outside", outside, "Salary bands: Backend developer, Mid, 3–6 years: ₹14–28 LPA." +
			" Base band: ₹14–28 LPA. Budget: ₹10–20 LPA; partly below the band." + footer},
		{"every level", cloudForAll, "Salary bands: Backend developer, Pay by level with cloud." +
			" Entry: ₹4.03–10 LPA; 0–1 years; ₹8–10 LPA of it is above band." +
			" Early: ₹6.9–20 LPA; 1–3 years; ₹16–20 LPA of it is above band." +
			" Mid: ₹16.1–35 LPA; 3–6 years; ₹28–35 LPA of it is above band." +
			" Senior: ₹28.75–68.75 LPA; 6–10 years; ₹55–68.75 LPA of it is above band." +
			" Staff: ₹57.5–112.5+ LPA; 10+ years; ₹90–112.5 LPA of it is above band." +
			" Current CTC: ₹18 LPA; in the base band of Mid. Ask: ₹48 LPA; in the base band of Senior." +
			" Budget: ₹35–45 LPA; in the base band of Senior." +
			" Hatched is above band: premium, needs the extra approver." + footer},
		{"inside no level's band", atAnyLevel, "Salary bands: Backend developer, Pay by level." +
			" Entry: ₹3.5–8 LPA; 0–1 years. Early: ₹6–16 LPA; 1–3 years. Mid: ₹14–28 LPA; 3–6 years." +
			" Senior: ₹25–55 LPA; 6–10 years. Staff: ₹50–90+ LPA; 10+ years." +
			" Ask: ₹100 LPA; in no base band. Budget: ₹5–95 LPA; wholly in no base band." + footer},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			content, layout, _ := pictureLaidOut(t, p, pictureQuote(t, p, nil, c.query))
			alt := content.alt()
			if diff := cmp.Diff(c.want, alt); diff != "" {
				t.Errorf("alt text (-want +got):\n%s", diff)
			}
			// The axis alone needs no words; what else is written must be in the alt text.
			written := make([]string, 0, len(layout.texts))
			for _, text := range layout.texts {
				written = append(written, text.text)
				if strings.HasSuffix(text.text, "…") {
					t.Errorf("%q is shortened", text.text)
				}
				if strings.Trim(text.text, "0123456789.") != "" && !strings.Contains(alt, text.text) {
					t.Errorf("the alt text lacks %q", text.text)
				}
			}
			for _, row := range content.rows {
				if seen := strings.Join(written, " "); !strings.Contains(seen, row.name+" "+row.figure) || !strings.Contains(seen, row.status) {
					t.Errorf("the picture lacks %q, %q or %q", row.name, row.figure, row.status)
				}
			}
		})
	}
}

func TestBandPictureSaysWhenToCheck(t *testing.T) {
	t.Parallel()
	p := backend(t)
	own := []hiring.Band{
		{Role: p.Key, Level: "mid", Low: 15 * hiring.Lakh, High: 30 * hiring.Lakh, Effective: "2024-02-01", Version: 1},
		{Role: p.Key, Level: "senior", Low: 30 * hiring.Lakh, High: 60 * hiring.Lakh, Effective: "2026-04-01", Version: 1},
	}
	_, alt, err := BandPicture(p, pictureQuote(t, p, own, hiring.BandQuery{}))
	if err != nil {
		t.Fatal(err)
	}
	const want = "In force from Thu 1 Feb 2024 to Wed 1 Apr 2026, by level; older than 12 months: check before use."
	if !strings.HasSuffix(alt, want) {
		t.Errorf("the alt text ends otherwise: %s", alt)
	}
}

func TestBandPictureWithoutABand(t *testing.T) {
	t.Parallel()
	p := backend(t)
	a := pictureQuote(t, p, nil, hiring.BandQuery{})
	for i := range a.Levels {
		a.Levels[i].Band, a.Levels[i].Result = nil, hiring.RupeesRange{}
		if i < len(a.Levels)-1 {
			continue
		}
		if _, _, err := BandPicture(p, a); hiring.ErrorCode(err) != hiring.NotFound {
			t.Errorf("without any band the error is %v", err)
		}
	}
	some := pictureQuote(t, p, nil, hiring.BandQuery{})
	some.Levels[0].Band, some.Levels[0].Result = nil, hiring.RupeesRange{}
	_, alt, err := BandPicture(p, some)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(alt, "Entry: no band yet") {
		t.Errorf("the alt text does not say that a level has no band: %s", alt)
	}
}

// inkedBox returns the box of the first shape of that form and colour.
func inkedBox(t *testing.T, l pictureLayout, form shapeForm, ink color.RGBA) image.Rectangle {
	t.Helper()
	for _, s := range l.shapes {
		if s.form == form && s.ink == ink {
			return s.box
		}
	}
	t.Fatalf("no shape of form %d in %v", form, ink)
	return image.Rectangle{}
}

func TestBarsLieWhereTheirAmountsAre(t *testing.T) {
	t.Parallel()
	p := backend(t)
	_, layout, _ := pictureLaidOut(t, p, pictureQuote(t, p, nil, allOfIt()))
	// The axis goes from zero to the highest amount, 82.5.
	at := func(lakh float64) int { return contentLeft + int(lakh*plotWidth/82.5) }
	near := func(what string, got, want int) {
		t.Helper()
		if got < want-1 || got > want+1 {
			t.Errorf("%s is at %d, want %d", what, got, want)
		}
	}
	base := inkedBox(t, layout, blockForm, rowInks[bandRow])
	near("the base band's low", base.Min.X, at(25))
	near("the base band's high", base.Max.X, at(55))
	above := inkedBox(t, layout, hatchedForm, aboveInk)
	near("the start of what is above band", above.Min.X, at(55))
	near("its end", above.Max.X, at(82.5))
	anchor := inkedBox(t, layout, blockForm, rowInks[anchorRow])
	near("the anchor's low", anchor.Min.X, at(23.4))
	near("the anchor's high", anchor.Max.X, at(27))
	ask := inkedBox(t, layout, diamondForm, rowInks[askRow])
	near("the ask", (ask.Min.X+ask.Max.X)/2, at(48))
	current := inkedBox(t, layout, triangleForm, rowInks[currentRow])
	near("the current CTC", (current.Min.X+current.Max.X)/2, at(18))
	budget := inkedBox(t, layout, blockForm, rowInks[budgetRow])
	near("the budget's low", budget.Min.X, at(35))
	near("the budget's high", budget.Max.X, at(45))
}

func TestAnOpenEndHasAnArrow(t *testing.T) {
	t.Parallel()
	p := backend(t)
	arrows := func(q hiring.BandQuery) (n int) {
		_, layout, _ := pictureLaidOut(t, p, pictureQuote(t, p, nil, q))
		for _, s := range layout.shapes {
			if s.form == arrowForm {
				n++
			}
		}
		return n
	}
	for level, want := range map[string]int{"senior": 0, "staff": 1, "": 1} {
		if got := arrows(hiring.BandQuery{Level: level}); got != want {
			t.Errorf("level %q: %d arrows, want %d", level, got, want)
		}
	}
}

// layoutFaults returns what is wrong with a layout: what lies outside the picture or on each other.
func layoutFaults(l pictureLayout, faces pictureFaces) []string {
	var faults []string
	content := image.Rect(contentLeft, 0, contentRight, l.size.Y)
	for _, s := range l.shapes {
		if room := content.Inset(-barHeight / 2); !s.box.In(room) {
			faults = append(faults, fmt.Sprintf("a shape at %v is outside %v", s.box, room))
		}
		if s.box.Empty() {
			faults = append(faults, fmt.Sprintf("a shape at %v is empty", s.box))
		}
	}
	for i, a := range l.texts {
		if !a.box.In(content) {
			faults = append(faults, fmt.Sprintf("%q at %v is outside %v", a.text, a.box, content))
		}
		if got := faces.width(a.look, a.text); got != a.box.Dx() {
			faults = append(faults, fmt.Sprintf("%q is %d wide and has room for %d", a.text, got, a.box.Dx()))
		}
		for _, b := range l.texts[:i] {
			if a.box.Overlaps(b.box) {
				faults = append(faults, fmt.Sprintf("%q at %v lies on %q at %v", a.text, a.box, b.text, b.box))
			}
		}
		for _, s := range l.shapes {
			// An arrow is a little higher than its bar, and may reach into the room around letters.
			box := s.box
			if s.form == arrowForm {
				box = image.Rect(box.Min.X, box.Min.Y+3*unit, box.Max.X, box.Max.Y-3*unit)
			}
			if a.box.Overlaps(box) {
				faults = append(faults, fmt.Sprintf("%q at %v lies on a shape at %v", a.text, a.box, s.box))
			}
		}
	}
	return faults
}

func TestLayoutFaultsAreFound(t *testing.T) {
	t.Parallel()
	p := backend(t)
	_, layout, faces := pictureLaidOut(t, p, pictureQuote(t, p, nil, allOfIt()))
	if faults := layoutFaults(layout, faces); len(faults) > 0 {
		t.Fatal(strings.Join(faults, "\n"))
	}
	layout.texts[3].box = layout.texts[3].box.Add(layout.texts[0].box.Min.Sub(layout.texts[3].box.Min))
	layout.shapes[0].box = layout.shapes[0].box.Add(image.Pt(pictureWidth, 0))
	if faults := layoutFaults(layout, faces); len(faults) != 2 {
		t.Errorf("moved a text onto another and a shape out of the picture, found %q", faults)
	}
}

// TestAnyPictureFits proves that nothing overflows or collides, whatever a company enters.
func TestAnyPictureFits(t *testing.T) {
	t.Parallel()
	builtin := backend(t)
	title := rapid.OneOf(
		rapid.StringN(0, 400, -1),
		rapid.StringMatching(`[A-Za-z ₹–]{1,40}`),
		rapid.Just(strings.Repeat("Distinguished ", 20)+"engineer"),
		rapid.Just(strings.Repeat("W", 300)),
	)
	amount := rapid.OneOf(
		rapid.Int64Range(1, 100_000), rapid.Int64Range(1, int64(hiring.Crore)), rapid.Int64Range(1, int64(hiring.MaxRupees)))
	rapid.Check(t, func(t *rapid.T) {
		p := builtin
		p.Title = title.Draw(t, "role")
		p.Premiums = []hiring.Premium{{Key: "x", Title: "X", LowPercent: 1, HighPercent: rapid.IntRange(1, 300).Draw(t, "percent")},
			{Key: "a-key-as-long-as-allowed", Title: "Y", LowPercent: 0, HighPercent: 1}}
		p.Levels = append([]hiring.Level(nil), p.Levels...)
		some := func(label string) hiring.RupeesRange {
			a, b := hiring.Rupees(amount.Draw(t, label)), hiring.Rupees(amount.Draw(t, label))
			return hiring.RupeesRange{Low: min(a, b), High: max(a, b)}
		}
		for i := range p.Levels {
			p.Levels[i].Title = title.Draw(t, "level")
			band := some("band")
			p.Levels[i].Band = &hiring.BandFigures{Low: band.Low, High: band.High, OpenEnded: rapid.Bool().Draw(t, "open")}
		}
		p.Uplifts = []hiring.Uplift{{Key: "u", Title: title.Draw(t, "move"), LowPercent: 10, HighPercent: 300}}
		var q hiring.BandQuery
		if rapid.Bool().Draw(t, "one level") {
			q.Level = rapid.SampledFrom(p.Levels).Draw(t, "which").Key
		}
		if rapid.Bool().Draw(t, "premiums") {
			q.Premiums = []string{"x", "a-key-as-long-as-allowed"}
		}
		if rapid.Bool().Draw(t, "money") {
			current, ask, budget := some("current").Low, some("ask").High, some("budget")
			q.CurrentCTC, q.Ask, q.Budget, q.From = &current, &ask, &budget, "u"
		}
		const day = "2028-01-01"
		a, err := hiring.QuoteBand(p, hiring.CurrentBands(p, nil, day), q, day)
		if err != nil {
			t.Fatal(err)
		}
		content, err := bandPictureContent(p, a)
		if err != nil {
			t.Fatal(err)
		}
		faces, err := newPictureFaces()
		if err != nil {
			t.Fatal(err)
		}
		layout := layOutPicture(content, faces)
		if faults := layoutFaults(layout, faces); len(faults) > 0 {
			t.Fatal(strings.Join(faults, "\n"))
		}
		if layout.size.Y > 4*pictureWidth {
			t.Fatalf("the picture is %v", layout.size)
		}
		if strings.ContainsAny(content.alt(), "\n\x00\u202e") {
			t.Fatalf("the alt text has letters that cannot be shown: %q", content.alt())
		}
	})
}

func TestVeryLargeAmountsKeepTheAxisReadable(t *testing.T) {
	t.Parallel()
	faces, err := newPictureFaces()
	if err != nil {
		t.Fatal(err)
	}
	// Premiums without measure can raise a band past what anybody may enter.
	const vast = 500_000 * hiring.MaxRupees
	span := hiring.RupeesRange{Low: 1, High: vast}
	layout := layOutPicture(pictureContent{title: "Role", rows: []pictureRow{{name: "Base band", span: span}}}, faces)
	if faults := layoutFaults(layout, faces); len(faults) > 0 {
		t.Error(strings.Join(faults, "\n"))
	}
	if last := layout.texts[len(layout.texts)-1].text; last == "0" {
		t.Error("the axis has no label but the zero")
	}
}

func TestALongTitleIsShortened(t *testing.T) {
	t.Parallel()
	p := backend(t)
	a := pictureQuote(t, p, nil, hiring.BandQuery{Level: "mid"})
	p.Title = "Backend " + strings.Repeat("and platform ", 30) + "developer"
	_, layout, _ := pictureLaidOut(t, p, a)
	first, second := layout.texts[0].text, layout.texts[1].text
	if !strings.HasPrefix(first, "Backend and platform") || strings.HasSuffix(first, "…") || !strings.HasSuffix(second, "…") {
		t.Errorf("the title reads %q, %q", first, second)
	}
	_, alt, err := BandPicture(p, a)
	if err != nil || !strings.Contains(alt, p.Title) {
		t.Errorf("the alt text lacks the whole title (err %v): %s", err, alt)
	}
}

func TestTicks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ most, want hiring.Rupees }{
		{1, 1000},
		{55 * hiring.Lakh, 10 * hiring.Lakh},
		{82_50_000, 20 * hiring.Lakh},
		{135 * hiring.Lakh, 50 * hiring.Lakh},
		{hiring.MaxRupees, 2000 * hiring.Lakh},
	} {
		if got := tickStep(c.most); got != c.want {
			t.Errorf("ticks up to %v are %v apart, want %v", c.most, got, c.want)
		}
	}
}

func TestDrawingAtTheSameTime(t *testing.T) {
	t.Parallel()
	p := backend(t)
	a := pictureQuote(t, p, nil, allOfIt())
	want, _, err := BandPicture(p, a)
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			got, _, err := BandPicture(p, a)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("a drawing beside others differs (err %v)", err)
			}
		})
	}
	wait.Wait()
}

func TestPicturesCanBeRead(t *testing.T) {
	t.Parallel()
	for look, style := range textStyles {
		if style.size < 14*unit {
			t.Errorf("text %d has %v pixels", look, style.size)
		}
		if c := contrast(style.ink, groundInk); c < 7 {
			t.Errorf("text %d has a contrast of %.1f", look, c)
		}
	}
	for look, ink := range rowInks {
		if c := contrast(ink, trackInk); c < 2.5 {
			t.Errorf("row %d has a contrast of %.1f", look, c)
		}
	}
	if c := contrast(aboveInk, hatchInk); c < 3 {
		t.Errorf("the hatching has a contrast of %.1f", c)
	}
}

// contrast is that of the Web Content Accessibility Guidelines, from 1 to 21.
func contrast(a, b color.RGBA) float64 {
	luminance := func(c color.RGBA) float64 {
		channel := func(v uint8) float64 {
			s := float64(v) / 255
			if s <= 0.04045 {
				return s / 12.92
			}
			return math.Pow((s+0.055)/1.055, 2.4)
		}
		return 0.2126*channel(c.R) + 0.7152*channel(c.G) + 0.0722*channel(c.B)
	}
	light, dark := luminance(a), luminance(b)
	return (max(light, dark) + 0.05) / (min(light, dark) + 0.05)
}

func TestFewColoursKeepsTheColours(t *testing.T) {
	t.Parallel()
	inks := []color.RGBA{groundInk, frameInk, trackInk, baseTintInk, strongInk, quietInk, aboveInk, hatchInk}
	for _, ink := range rowInks {
		inks = append(inks, ink)
	}
	canvas := image.NewRGBA(image.Rect(0, 0, len(inks), 1))
	for x, ink := range inks {
		canvas.SetRGBA(x, 0, ink)
	}
	few := fewColours(canvas)
	for x, ink := range inks {
		if got := few.At(x, 0); got != ink {
			t.Errorf("%v became %v", ink, got)
		}
	}
	// More colours than a palette has: each becomes one that is near.
	rainbow := image.NewRGBA(image.Rect(0, 0, 16, 16*16))
	for r := range byte(16) {
		for g := range byte(16) {
			for b := range byte(16) {
				rainbow.SetRGBA(int(r), int(g)*16+int(b), color.RGBA{r * 17, g * 17, b * 17, 0xff})
			}
		}
	}
	if n := len(fewColours(rainbow).Palette); n != 256 {
		t.Errorf("the palette has %d colours", n)
	}
}

func TestTheFontHasTheLetters(t *testing.T) {
	t.Parallel()
	const needed = "₹0123456789.,–-+%×·:;…ABCXYZabcxyzéñāśṭ‘’“”/&()#"
	for name, parse := range map[string]func() (*sfnt.Font, error){"regular": parseRegularFont, "bold": parseBoldFont} {
		font, err := parse()
		if err != nil {
			t.Fatal(err)
		}
		var buffer sfnt.Buffer
		for _, letter := range needed {
			if glyph, err := font.GlyphIndex(&buffer, letter); err != nil || glyph == 0 {
				t.Errorf("the %s font has no %q (err %v)", name, letter, err)
			}
		}
	}
	if n := len(regularFont) + len(boldFont); n > 100_000 {
		t.Errorf("the fonts have %d bytes", n)
	}
	licence, err := os.ReadFile("fonts/OFL.txt")
	if err != nil || !bytes.Contains(licence, []byte("SIL OPEN FONT LICENSE Version 1.1")) {
		t.Errorf("the fonts' licence is not beside them (err %v)", err)
	}
}

func BenchmarkBandPicture(b *testing.B) {
	p := backend(b)
	everyLevel := allOfIt()
	everyLevel.Level = ""
	for name, q := range map[string]hiring.BandQuery{"OneLevel": allOfIt(), "EveryLevel": everyLevel} {
		b.Run(name, func(b *testing.B) {
			a := pictureQuote(b, p, nil, q)
			b.ReportAllocs()
			size := 0
			for b.Loop() {
				file, _, err := BandPicture(p, a)
				if err != nil {
					b.Fatal(err)
				}
				size = len(file)
			}
			b.ReportMetric(float64(size), "bytes/picture")
		})
	}
}
