package views

import (
	"bytes"
	_ "embed"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"slices"
	"sort"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
	"golang.org/x/text/unicode/norm"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
)

// BandPicture draws an answer about pay as a PNG: a bar for each range on one axis that starts at
// zero, and a marker for each single amount. For one level it shows the base band, the band with
// its premiums, the second anchor, and the current CTC, ask and budget beside them; for several it
// shows a bar for each level. The alt text says all that the picture shows. The same answer always
// gives the same picture. It returns a NotFound error where none of the levels has a band.
func BandPicture(p hiring.Playbook, q hiring.BandQuote) ([]byte, string, error) {
	content, err := bandPictureContent(p, q)
	if err != nil {
		return nil, "", err
	}
	faces, err := newPictureFaces()
	if err != nil {
		return nil, "", err
	}
	var file bytes.Buffer
	if err := png.Encode(&file, fewColours(layOutPicture(content, faces).draw(faces))); err != nil {
		return nil, "", fmt.Errorf("encode the band picture: %w", err)
	}
	return file.Bytes(), content.alt(), nil
}

// pictureContent is what a picture says, before it is known where.
type pictureContent struct {
	title, subtitle, answer string
	rows                    []pictureRow
	base                    hiring.RupeesRange // the extent to compare the rows with; none where High is 0
	legend                  string             // what a hatched part of a bar means, where no row says it
	footer                  []string
}

// pictureRow is a line of words with a bar, or a marker where both ends of the span are equal.
type pictureRow struct {
	look         rowLook
	name, figure string
	status       string // words at the end of the line
	note         string // words under the bar
	span         hiring.RupeesRange
	bandHigh     hiring.Rupees // what of the span lies above it is hatched; 0 is none
	open         bool          // the range goes on past its high
	altOnly      string        // what the picture says by its hatching, in words
}

// single says whether the row is of one amount, which has a marker and not a bar.
func (r pictureRow) single() bool {
	return r.span.Low == r.span.High && r.look != bandRow && r.look != anchorRow
}

// rowLook is what a row is about, which decides its colour and shape.
type rowLook int

const (
	bandRow rowLook = iota
	anchorRow
	currentRow
	askRow
	budgetRow
)

const aboveBandWords = "above band: premium, needs the extra approver"

func bandPictureContent(p hiring.Playbook, q hiring.BandQuote) (pictureContent, error) {
	banded := slices.DeleteFunc(slices.Clone(q.Levels), func(l hiring.LevelQuote) bool { return l.Band == nil })
	if len(banded) == 0 {
		return pictureContent{}, hiring.Errorf(hiring.NotFound, "There is no band to draw yet for %s.", p.Title)
	}
	c := pictureContent{title: p.Title, footer: pictureFooter(banded)}
	if len(q.Levels) == 1 {
		c.addLevel(q.Levels[0])
	} else {
		c.addLevels(q.Levels)
	}
	if q.Ecosystem != nil {
		c.subtitle += " · " + q.Ecosystem.Title
	}
	if a := q.Anchor; a != nil {
		c.rows = append(c.rows, pictureRow{
			look: anchorRow, name: "Second anchor", figure: a.Result.LPA(), span: a.Result,
			note: fmt.Sprintf("%s: CTC +%d–%d %%", a.Uplift.Title, a.Uplift.LowPercent, a.Uplift.HighPercent),
		})
	}
	c.addPlaced(currentRow, "Current CTC", banded, func(l hiring.LevelQuote) *hiring.Placement { return l.CurrentCTC })
	c.addPlaced(askRow, "Ask", banded, func(l hiring.LevelQuote) *hiring.Placement { return l.Ask })
	c.addPlaced(budgetRow, "Budget", banded, func(l hiring.LevelQuote) *hiring.Placement { return l.Budget })
	c.clean()
	return c, nil
}

// addLevel adds the rows of the only level: its base band and, where they change it, its premiums.
func (c *pictureContent) addLevel(l hiring.LevelQuote) {
	c.subtitle = fmt.Sprintf("%s, %s years", l.Level.Title, years(l.Level))
	c.answer = "₹" + l.LPA + " LPA"
	c.base = l.Band.Range()
	base := pictureRow{name: "Base band", figure: "₹" + l.Band.LPA() + " LPA", span: c.base, open: l.Band.OpenEnded}
	if base.open {
		base.status = "open-ended"
	}
	c.rows = append(c.rows, base)
	if l.Result == c.base {
		return
	}
	with := pictureRow{name: "With " + appliedPremiums(l), figure: c.answer, span: l.Result, open: l.Band.OpenEnded}
	if l.AboveBand {
		with.bandHigh = l.Band.High
		with.note = "Above ₹" + l.Band.High.LPA() + " LPA is " + aboveBandWords
	}
	c.rows = append(c.rows, with)
}

func appliedPremiums(l hiring.LevelQuote) string {
	var applied []string
	for _, line := range l.Premiums {
		if line.Applies {
			applied = append(applied, line.Premium.Key)
		}
	}
	return strings.Join(applied, ", ")
}

// addLevels adds a row for each of several levels.
func (c *pictureContent) addLevels(levels []hiring.LevelQuote) {
	c.subtitle = "Pay by level"
	with := "" // the highest level has the most premiums
	for _, l := range levels {
		row := pictureRow{name: l.Level.Title, figure: "no band yet", status: years(l.Level) + " years"}
		if l.Band != nil {
			row.figure, row.span, row.open = "₹"+l.LPA+" LPA", l.Result, l.Band.OpenEnded
			with = appliedPremiums(l)
		}
		if l.AboveBand {
			row.bandHigh = l.Band.High
			row.altOnly = l.Above.LPA() + " of it is above band"
			c.legend = "Hatched is " + aboveBandWords
		}
		c.rows = append(c.rows, row)
	}
	if with != "" {
		c.subtitle += " with " + with
	}
}

// addPlaced adds the row of an amount that was given to compare with the bands, if it was.
func (c *pictureContent) addPlaced(look rowLook, name string, banded []hiring.LevelQuote, of func(hiring.LevelQuote) *hiring.Placement) {
	at := of(banded[0])
	if at == nil {
		return
	}
	row := pictureRow{look: look, name: name, figure: at.Amount.LPA(), span: at.Amount}
	if c.base.High > 0 {
		// The figures of the amount and of the band stand in the picture already.
		row.status = strings.TrimPrefix(at.Words, at.Amount.LPA()+" is ")
		row.status = strings.TrimSuffix(row.status, " ("+banded[0].Band.LPA()+")")
	} else {
		var inside []string
		for _, l := range banded {
			if of(l).Position == hiring.InsideBand {
				inside = append(inside, l.Level.Title)
			}
		}
		switch {
		case len(inside) > 1:
			row.status = "in the base bands of " + strings.Join(inside, ", ")
		case len(inside) == 1:
			row.status = "in the base band of " + inside[0]
		case at.Amount.Low == at.Amount.High:
			row.status = "in no base band"
		default:
			row.status = "wholly in no base band"
		}
	}
	c.rows = append(c.rows, row)
}

// pictureFooter says what the figures are and from when.
func pictureFooter(banded []hiring.LevelQuote) []string {
	first, last, stale := banded[0].Band.Effective, banded[0].Band.Effective, false
	for _, l := range banded {
		first, last = min(first, l.Band.Effective), max(last, l.Band.Effective)
		stale = stale || l.Stale
	}
	since := "In force from " + bot.Date(first).Long()
	if first != last {
		since += " to " + bot.Date(last).Long() + ", by level"
	}
	if stale {
		since += "; older than 12 months: check before use"
	}
	return []string{"LPA is lakh rupees a year, cost to company", since}
}

// clean makes each text one line of whole letters that a font can show, since titles are a
// company's own.
func (c *pictureContent) clean() {
	for _, s := range []*string{&c.title, &c.subtitle, &c.answer, &c.legend} {
		*s = oneLine(*s)
	}
	for i := range c.footer {
		c.footer[i] = oneLine(c.footer[i])
	}
	for i := range c.rows {
		r := &c.rows[i]
		for _, s := range []*string{&r.name, &r.figure, &r.status, &r.note, &r.altOnly} {
			*s = oneLine(*s)
		}
	}
}

func oneLine(s string) string {
	visible := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if unicode.In(r, unicode.Cc, unicode.Cf) {
			return -1
		}
		return r
	}, norm.NFC.String(s))
	return strings.Join(strings.Fields(visible), " ")
}

// alt says in words all that the picture shows.
func (c pictureContent) alt() string {
	sentences := []string{"Salary bands: " + c.title + ", " + c.subtitle}
	if c.answer != "" {
		sentences[0] += ": " + c.answer
	}
	for _, r := range c.rows {
		sentence := r.name + ": " + r.figure
		for _, more := range []string{r.status, r.altOnly, r.note} {
			if more != "" {
				sentence += "; " + more
			}
		}
		sentences = append(sentences, sentence)
	}
	if c.legend != "" {
		sentences = append(sentences, c.legend)
	}
	return strings.Join(append(sentences, c.footer...), ". ") + "."
}

// A picture is laid out for the width of a phone, in pixels of which three make one of the sizes
// that people know from screens: 14 units are a text as large as the chat's own. Everything is
// measured in pixels, so that bars end where their amounts are.
const (
	unit         = 3
	pictureWidth = 400 * unit
	picturePad   = 16 * unit
	contentLeft  = picturePad
	contentRight = pictureWidth - picturePad
	arrowWidth   = 10 * unit
	plotRight    = contentRight - arrowWidth // leaves room for the arrow of an open end
	plotWidth    = plotRight - contentLeft
	barHeight    = 18 * unit // of markers, too
	swatchWidth  = 22 * unit
)

// The colours are close to those that Okabe and Ito chose for all kinds of colour vision, rounded to
// what fewColours keeps. The picture has its own ground, as a chat may be light or dark.
var (
	groundInk   = color.RGBA{0xff, 0xff, 0xff, 0xff}
	frameInk    = color.RGBA{0xbb, 0xcc, 0xcc, 0xff}
	trackInk    = color.RGBA{0xee, 0xee, 0xee, 0xff}
	baseTintInk = color.RGBA{0xcc, 0xdd, 0xff, 0xff}
	strongInk   = color.RGBA{0x11, 0x22, 0x22, 0xff}
	quietInk    = color.RGBA{0x44, 0x55, 0x66, 0xff}
	aboveInk    = color.RGBA{0xee, 0x99, 0x00, 0xff}
	hatchInk    = color.RGBA{0x66, 0x44, 0x00, 0xff}
	rowInks     = map[rowLook]color.RGBA{
		bandRow:    {0x00, 0x77, 0xbb, 0xff},
		anchorRow:  {0x00, 0x99, 0x77, 0xff},
		currentRow: {0x11, 0x22, 0x22, 0xff},
		askRow:     {0xdd, 0x55, 0x00, 0xff},
		budgetRow:  {0xcc, 0x77, 0xaa, 0xff},
	}
)

// textLook is a use of text, which decides its size, weight and colour.
type textLook int

const (
	titleText textLook = iota
	answerText
	nameText
	figureText
	quietText
	textLooks // how many there are
)

var textStyles = [textLooks]struct {
	bold bool
	size float64 // in pixels
	ink  color.RGBA
}{
	titleText:  {true, 20 * unit, strongInk},
	answerText: {true, 30 * unit, strongInk},
	nameText:   {true, 15 * unit, strongInk},
	figureText: {false, 15 * unit, strongInk},
	quietText:  {false, 14 * unit, quietInk},
}

var (
	//go:embed fonts/NotoSans-Regular.ttf
	regularFont []byte
	//go:embed fonts/NotoSans-Bold.ttf
	boldFont []byte

	parseRegularFont = sync.OnceValues(func() (*opentype.Font, error) { return opentype.Parse(regularFont) })
	parseBoldFont    = sync.OnceValues(func() (*opentype.Font, error) { return opentype.Parse(boldFont) })
)

// pictureFaces are for one drawing: a parsed font may be shared, and a face may not.
type pictureFaces [textLooks]font.Face

func newPictureFaces() (pictureFaces, error) {
	var faces pictureFaces
	for look, style := range textStyles {
		parse := parseRegularFont
		if style.bold {
			parse = parseBoldFont
		}
		parsed, err := parse()
		if err != nil {
			return faces, fmt.Errorf("read the font of pictures: %w", err)
		}
		// At 72 dots an inch, a point is a pixel.
		faces[look], err = opentype.NewFace(parsed, &opentype.FaceOptions{Size: style.size, DPI: 72})
		if err != nil {
			return faces, fmt.Errorf("prepare the font of pictures: %w", err)
		}
	}
	return faces, nil
}

func (f pictureFaces) width(look textLook, s string) int {
	return font.MeasureString(f[look], s).Ceil()
}

// longestText is more letters than fit into any line, so that a longer text need not be measured.
const longestText = 200

// shorten cuts a text to a width, with … for what is lost.
func (f pictureFaces) shorten(look textLook, s string, width int) string {
	letters := []rune(s)
	if len(letters) <= longestText && f.width(look, s) <= width {
		return s
	}
	letters = letters[:min(len(letters), longestText)]
	cut := func(n int) string { return strings.TrimRight(string(letters[:n]), " ,·") + "…" }
	tooLong := sort.Search(len(letters), func(n int) bool { return f.width(look, cut(n)) > width })
	return cut(max(tooLong-1, 0))
}

// wrap breaks a text into at most that many lines, and shortens what is left for the last.
func (f pictureFaces) wrap(look textLook, s string, width, lines int) []string {
	var wrapped []string
	line := ""
	words := strings.Fields(s)
	for i, word := range words {
		if len(wrapped) == lines-1 {
			rest := strings.TrimSpace(line + " " + strings.Join(words[i:], " "))
			return append(wrapped, f.shorten(look, rest, width))
		}
		longer := strings.TrimSpace(line + " " + word)
		if line == "" || f.width(look, longer) <= width {
			line = longer
			continue
		}
		wrapped = append(wrapped, f.shorten(look, line, width))
		line = word
	}
	return append(wrapped, f.shorten(look, line, width))
}

// pictureLayout is a picture with a place for everything, before a pixel is drawn.
type pictureLayout struct {
	size   image.Point
	shapes []pictureShape // the later lie over the earlier
	texts  []pictureText  // over all shapes
}

type pictureText struct {
	text string
	look textLook
	dot  image.Point // where its baseline starts
	box  image.Rectangle
}

type pictureShape struct {
	form shapeForm
	box  image.Rectangle
	ink  color.RGBA
}

// shapeForm is how a shape fills its box.
type shapeForm int

const (
	blockForm shapeForm = iota
	hatchedForm
	arrowForm
	diamondForm
	triangleForm
)

// outlines are the corners of the forms that do not fill their box, in halves of it.
var outlines = map[shapeForm][]image.Point{
	arrowForm:    {{0, 0}, {2, 1}, {0, 2}},
	diamondForm:  {{1, 0}, {2, 1}, {1, 2}, {0, 1}},
	triangleForm: {{1, 0}, {2, 2}, {0, 2}},
}

// pictureMaker lays out a picture from the top down.
type pictureMaker struct {
	pictureLayout
	faces  pictureFaces
	base   hiring.RupeesRange // tinted on each track
	most   hiring.Rupees      // the amount at the end of the axis
	step   hiring.Rupees      // from one tick of the axis to the next
	y      int                // how far down the picture is laid out
	tracks []int              // the tops of the tracks, on which bars and markers lie
}

func layOutPicture(c pictureContent, faces pictureFaces) pictureLayout {
	m := pictureMaker{faces: faces, base: c.base, most: hiring.Lakh, y: picturePad - 4*unit}
	for _, r := range c.rows {
		m.most = max(m.most, r.span.High)
	}
	m.step = tickStep(m.most)
	m.paragraph(titleText, c.title, contentLeft, 2)
	m.paragraph(figureText, c.subtitle, contentLeft, 2)
	if c.answer != "" {
		m.paragraph(answerText, c.answer, contentLeft, 1)
	}
	for _, r := range c.rows {
		m.y += 10 * unit
		m.row(r)
	}
	m.y += 8 * unit
	m.axis()
	m.y += 6 * unit
	if c.legend != "" {
		m.hatchedNote(c.legend)
		m.y += 4 * unit
	}
	for _, f := range c.footer {
		m.paragraph(quietText, f, contentLeft, 3)
	}
	m.size = image.Pt(pictureWidth, m.y+picturePad-4*unit)
	return m.pictureLayout
}

// line places one line of text with its left end at x.
func (m *pictureMaker) line(look textLook, s string, x int) pictureText {
	metrics := m.faces[look].Metrics()
	dot := image.Pt(x, m.y+metrics.Ascent.Ceil())
	t := pictureText{text: s, look: look, dot: dot, box: image.Rect(x, m.y, x+m.faces.width(look, s), dot.Y+metrics.Descent.Ceil())}
	m.texts = append(m.texts, t)
	return t
}

// paragraph places a text in as many lines as it needs, and goes on below it.
func (m *pictureMaker) paragraph(look textLook, s string, x, lines int) {
	for _, l := range m.faces.wrap(look, s, contentRight-x, lines) {
		m.y = m.line(look, l, x).box.Max.Y
	}
}

// row places a row's words, its bar or marker below them, and its note.
func (m *pictureMaker) row(r pictureRow) {
	m.rowWords(r)
	if r.span.High == 0 {
		return
	}
	m.y += 3 * unit
	m.track()
	if r.single() {
		m.marker(r)
	} else {
		m.rangeBar(r)
	}
	m.y += barHeight
	if r.note == "" {
		return
	}
	m.y += 2 * unit
	if r.bandHigh > 0 {
		m.hatchedNote(r.note)
	} else {
		m.paragraph(quietText, r.note, contentLeft, 2)
	}
}

// rowWords places name and figure, and the status at the end of the line or, where it does not
// fit there, below.
func (m *pictureMaker) rowWords(r pictureRow) {
	const gap = 6 * unit
	figure := m.faces.shorten(figureText, r.figure, (contentRight-contentLeft)*2/3)
	room := contentRight - contentLeft - m.faces.width(figureText, figure) - gap
	name := m.line(nameText, m.faces.shorten(nameText, r.name, room), contentLeft)
	last := m.line(figureText, figure, name.box.Max.X+gap)
	if r.status != "" {
		x := contentRight - m.faces.width(quietText, r.status)
		if x >= last.box.Max.X+2*gap {
			y := m.y
			m.y = last.dot.Y - m.faces[quietText].Metrics().Ascent.Ceil() // on the same baseline
			m.line(quietText, r.status, x)
			m.y = y
		} else {
			m.y = name.box.Max.Y
			m.paragraph(quietText, r.status, contentLeft, 2)
			return
		}
	}
	m.y = name.box.Max.Y
}

// track places the ground of a bar or marker, with the grid of the axis and the base band on it, so
// that each row can be read against them.
func (m *pictureMaker) track() {
	m.tracks = append(m.tracks, m.y)
	m.add(blockForm, image.Rect(contentLeft, m.y, contentRight, m.y+barHeight), trackInk)
	if m.base.High > 0 {
		m.add(blockForm, m.bar(m.base), baseTintInk)
	}
	for tick := hiring.Rupees(0); tick <= m.most; tick += m.step {
		x := m.x(tick)
		m.add(blockForm, image.Rect(x, m.y, x+unit, m.y+barHeight), groundInk)
	}
}

// rangeBar places a bar with its part above the band, and an arrow where it has no end.
func (m *pictureMaker) rangeBar(r pictureRow) {
	box, ink := m.bar(r.span), rowInks[r.look]
	m.add(blockForm, box, ink)
	if r.bandHigh > 0 {
		above := box
		above.Min.X = min(max(box.Min.X, m.x(r.bandHigh)), box.Max.X-unit)
		m.add(hatchedForm, above, aboveInk)
		ink = aboveInk
	}
	if r.open {
		m.add(arrowForm, image.Rect(box.Max.X, m.y-3*unit, box.Max.X+arrowWidth, m.y+barHeight+3*unit), ink)
	}
}

// marker places the sign of a single amount, and a line at that amount through all tracks above,
// to compare it with their bars.
func (m *pictureMaker) marker(r pictureRow) {
	x, ink := m.x(r.span.Low), rowInks[r.look]
	for _, top := range m.tracks[:len(m.tracks)-1] {
		m.add(blockForm, image.Rect(x-2*unit, top, x+2*unit, top+barHeight), groundInk)
		m.add(blockForm, image.Rect(x-unit, top, x+unit, top+barHeight), ink)
	}
	form := diamondForm
	if r.look == currentRow {
		form = triangleForm
	}
	m.add(form, image.Rect(x-barHeight/2, m.y, x+barHeight/2, m.y+barHeight), ink)
}

// hatchedNote places a note beside a swatch of what it explains.
func (m *pictureMaker) hatchedNote(s string) {
	metrics := m.faces[quietText].Metrics()
	height := (metrics.Ascent + metrics.Descent).Ceil()
	top := m.y + (height-12*unit)/2
	m.add(hatchedForm, image.Rect(contentLeft, top, contentLeft+swatchWidth, top+12*unit), aboveInk)
	m.paragraph(quietText, s, contentLeft+swatchWidth+6*unit, 3)
}

// axis places the axis with its ticks and their labels.
func (m *pictureMaker) axis() {
	m.add(blockForm, image.Rect(contentLeft, m.y, contentRight, m.y+unit), quietInk)
	for tick := hiring.Rupees(0); tick <= m.most; tick += m.step {
		x := m.x(tick)
		m.add(blockForm, image.Rect(x, m.y, x+unit, m.y+4*unit), quietInk)
	}
	m.y += 4 * unit
	free, y := 0, m.y
	for tick := hiring.Rupees(0); tick <= m.most; tick += m.step {
		label := tick.LPA()
		width := m.faces.width(quietText, label)
		x := max(contentLeft, min(m.x(tick)-width/2, contentRight-width))
		if x < free { // of very large amounts there is not room for each label
			continue
		}
		box := m.line(quietText, label, x).box
		free, y = box.Max.X+4*unit, box.Max.Y
	}
	m.y = y
}

// tickStep is the distance of the ticks: 1, 2 or 5 and noughts, for at most five of them after the
// zero. It is at least what shows in LPA, a hundredth of a lakh.
func tickStep(most hiring.Rupees) hiring.Rupees {
	for decade := hiring.Lakh / 100; ; decade *= 10 {
		for _, step := range []hiring.Rupees{decade, 2 * decade, 5 * decade} {
			if most/step <= 5 {
				return step
			}
		}
	}
}

// x returns where an amount lies on the axis.
func (m *pictureMaker) x(amount hiring.Rupees) int {
	return contentLeft + int(amount*plotWidth/m.most)
}

// bar returns the box of a range in the present row, wide enough to be seen.
func (m *pictureMaker) bar(span hiring.RupeesRange) image.Rectangle {
	const least = 3 * unit
	box := image.Rect(m.x(span.Low), m.y, m.x(span.High), m.y+barHeight)
	if box.Dx() < least {
		box.Min.X = max(contentLeft, box.Max.X-least)
		box.Max.X = box.Min.X + least
	}
	return box
}

func (m *pictureMaker) add(form shapeForm, box image.Rectangle, ink color.RGBA) {
	m.shapes = append(m.shapes, pictureShape{form: form, box: box, ink: ink})
}

// draw paints the picture.
func (l pictureLayout) draw(faces pictureFaces) *image.RGBA {
	canvas := image.NewRGBA(image.Rectangle{Max: l.size})
	draw.Draw(canvas, canvas.Bounds(), image.NewUniform(frameInk), image.Point{}, draw.Src)
	draw.Draw(canvas, canvas.Bounds().Inset(unit), image.NewUniform(groundInk), image.Point{}, draw.Src)
	for _, s := range l.shapes {
		s.draw(canvas)
	}
	for _, t := range l.texts {
		d := font.Drawer{
			Dst: canvas, Src: image.NewUniform(textStyles[t.look].ink), Face: faces[t.look],
			Dot: fixed.P(t.dot.X, t.dot.Y),
		}
		d.DrawString(t.text)
	}
	return canvas
}

func (s pictureShape) draw(canvas *image.RGBA) {
	ink := image.NewUniform(s.ink)
	corners := outlines[s.form]
	if corners == nil {
		draw.Draw(canvas, s.box, ink, image.Point{}, draw.Src)
	}
	if s.form == hatchedForm {
		hatch(canvas, s.box)
	}
	if corners == nil {
		return
	}
	outline := vector.NewRasterizer(s.box.Dx(), s.box.Dy())
	for i, corner := range corners {
		x, y := float32(corner.X*s.box.Dx())/2, float32(corner.Y*s.box.Dy())/2
		if i == 0 {
			outline.MoveTo(x, y)
		} else {
			outline.LineTo(x, y)
		}
	}
	outline.ClosePath()
	outline.Draw(canvas, s.box, ink, image.Point{})
}

// hatch draws slanting lines, which tell a part of a bar without its colour.
func hatch(canvas *image.RGBA, box image.Rectangle) {
	const distance, thickness = 7 * unit, 2 * unit
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			if (x+y)%distance < thickness {
				canvas.SetRGBA(x, y, hatchInk)
			}
		}
	}
}

// fewColours returns the picture with sixteen steps of red, green and blue, of which it needs few
// enough for a palette. The eye sees no difference; the file is a third of the size, and written
// in a fraction of the time.
func fewColours(canvas *image.RGBA) *image.Paletted {
	picture := image.NewPaletted(canvas.Bounds(), nil)
	var known [16 * 16 * 16]bool
	var index [16 * 16 * 16]uint8
	for i := range picture.Pix {
		r, g, b := canvas.Pix[4*i]>>4, canvas.Pix[4*i+1]>>4, canvas.Pix[4*i+2]>>4
		step := int(r)<<8 | int(g)<<4 | int(b)
		if !known[step] {
			c := color.RGBA{r * 17, g * 17, b * 17, 0xff}
			if len(picture.Palette) < 256 {
				picture.Palette = append(picture.Palette, c)
			}
			picture.Set(i%picture.Stride, i/picture.Stride, c) // or the nearest, of a full palette
			known[step], index[step] = true, picture.Pix[i]
		}
		picture.Pix[i] = index[step]
	}
	return picture
}
