package views

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// ratingInks are the grounds of the ratings, from pale to strong, warm below the middle and cold above
// it, so that they are told apart by their lightness too. Each bears its number as well.
var ratingInks = map[int]color.RGBA{
	hiring.NotCovered: {0xee, 0xee, 0xee, 0xff},
	1:                 {0xff, 0xee, 0xcc, 0xff},
	2:                 {0xff, 0xcc, 0x77, 0xff},
	3:                 {0x99, 0xcc, 0xee, 0xff},
	4:                 {0x55, 0xaa, 0xdd, 0xff},
}

const (
	cellHeight = 34 * unit
	cellGap    = 3 * unit
	// labelWidth is the room for a dimension's name in front of its cells.
	labelWidth = 128 * unit
	// perBlock is how many people stand side by side; more stand below.
	perBlock = 3
)

// heatMap is what a picture of a debrief says, before it is known where.
type heatMap struct {
	title, subtitle string
	people          []heatColumn
	rows            []heatRow
	footer          []string
}

// heatRow is a dimension, with the mean of its ratings where there are some.
type heatRow struct{ title, mean string }

// heatColumn is one person in one interview: what they rated in the order of the rows, with NotCovered and
// -1 for what they did not, and what they recommend.
type heatColumn struct {
	person    string
	name      string
	interview string
	ratings   []int
	overall   string
}

// notRated is the rating of what an interview does not rate.
const notRated = -1

// DebriefPicture draws a debrief as a PNG: a cell for each person and dimension, darker for a higher
// rating, with its number in it. The alt text says all that the picture shows.
func DebriefPicture(title string, d hiring.Debrief, name func(string) string) ([]byte, string, error) {
	m := heatMapOf(title, d, name)
	faces, err := newPictureFaces()
	if err != nil {
		return nil, "", err
	}
	var file bytes.Buffer
	if err := png.Encode(&file, fewColours(m.layOut(faces).draw(faces))); err != nil {
		return nil, "", fmt.Errorf("encode the picture of a debrief: %w", err)
	}
	return file.Bytes(), m.alt(), nil
}

func heatMapOf(title string, d hiring.Debrief, name func(string) string) heatMap {
	m := heatMap{title: oneLine(title), subtitle: inWords(d.In, d.Of), footer: []string{"1 is the lowest rating and 4 the highest", "n: not covered. –: not a part of that interview"}}
	if d.Score > 0 {
		m.subtitle += fmt.Sprintf(" · weighted score %s of 4", points(d.Score))
	}
	for _, x := range d.Dimensions {
		row := heatRow{title: oneLine(x.Title)}
		if x.Count > 0 {
			row.mean = "mean " + points(x.Mean)
		}
		m.rows = append(m.rows, row)
	}
	for _, p := range d.People {
		column := heatColumn{person: p.Person, name: oneLine(name(p.Person)), interview: p.Interview, overall: strings.ToLower(hiring.RecommendationTitle(p.Overall))}
		if p.Short() {
			column.overall += " (three lines)"
		}
		for _, x := range d.Dimensions {
			value := notRated
			if r, rated := p.Ratings[x.Key]; rated {
				value = r.Value
			}
			column.ratings = append(column.ratings, value)
		}
		m.people = append(m.people, column)
	}
	for _, text := range concessions(d, func(id string) bot.Text { return bot.T(name(id)) }) {
		m.footer = append(m.footer, oneLine(text.Plain(nil)))
	}
	return m
}

func cellWords(rating int) string {
	switch rating {
	case notRated:
		return "–"
	case hiring.NotCovered:
		return "n"
	default:
		return fmt.Sprint(rating)
	}
}

// alt says in words all that the picture shows.
func (m heatMap) alt() string {
	sentences := []string{m.title + ": " + m.subtitle}
	for i, row := range m.rows {
		var parts []string
		for _, p := range m.people {
			parts = append(parts, p.name+" "+p.interview+" "+cellWords(p.ratings[i]))
		}
		title := row.title
		if row.mean != "" {
			title += " (" + row.mean + ")"
		}
		sentences = append(sentences, title+": "+strings.Join(parts, ", "))
	}
	var overall []string
	for _, p := range m.people {
		overall = append(overall, p.name+" "+p.interview+" "+p.overall)
	}
	if len(overall) > 0 {
		sentences = append(sentences, "Overall: "+strings.Join(overall, ", "))
	}
	return strings.Join(append(sentences, m.footer...), ". ") + "."
}

func (m heatMap) layOut(faces pictureFaces) pictureLayout {
	p := pictureMaker{faces: faces, y: picturePad - 4*unit}
	p.paragraph(titleText, m.title, contentLeft, 2)
	p.paragraph(figureText, m.subtitle, contentLeft, 2)
	// Columns are as wide in every block, so that a person is not shown larger than another.
	width := (contentRight - contentLeft - labelWidth) / max(1, min(len(m.people), perBlock))
	people, legend := numberedColumns(faces, m.people, width-cellGap)
	for at := 0; at < len(people); at += perBlock {
		p.y += 10 * unit
		p.heatBlock(m.rows, people[at:min(at+perBlock, len(people))], width)
	}
	p.y += 8 * unit
	for _, f := range append(legend, m.footer...) {
		p.paragraph(quietText, f, contentLeft, 3)
	}
	p.size = image.Pt(pictureWidth, p.y+picturePad-4*unit)
	return p.pictureLayout
}

// nameLines is how many lines the name above a column takes at most.
const nameLines = 2

// numberedColumns returns the columns with names that differ as they are drawn: where two people would
// look the same, their names are shortened by the middles; where they still would, all are numbered, and the
// legend says who is who.
func numberedColumns(faces pictureFaces, people []heatColumn, width int) (out []heatColumn, legend []string) {
	alike := drawnAlike(faces, people, width)
	if len(alike) == 0 {
		return people, nil
	}
	for _, p := range people {
		if alike[p.person] {
			p.name = faces.fitted(p.name, width)
		}
		out = append(out, p)
	}
	if len(drawnAlike(faces, out, width)) == 0 {
		return out, nil
	}
	out = nil
	numbers := map[string]int{}
	for _, p := range people {
		if numbers[p.person] == 0 {
			numbers[p.person] = len(numbers) + 1
			legend = append(legend, fmt.Sprintf("%d: %s", numbers[p.person], p.name))
		}
		p.name = fmt.Sprintf("%d: %s", numbers[p.person], p.name)
		out = append(out, p)
	}
	return out, legend
}

// drawnAlike returns the people who look like somebody else above columns of a width.
func drawnAlike(faces pictureFaces, people []heatColumn, width int) map[string]bool {
	drawn, alike := map[string]string{}, map[string]bool{} // drawn is who is drawn like that
	for _, p := range people {
		lines := strings.Join(faces.wrap(quietText, p.name, width, nameLines), "\n")
		if other, known := drawn[lines]; known && other != p.person {
			alike[other], alike[p.person] = true, true
		}
		drawn[lines] = p.person
	}
	return alike
}

// fitted shortens a name by its middle, so that it fits into one line of a width.
func (f pictureFaces) fitted(name string, width int) string {
	for most := len([]rune(name)); most > 3 && f.width(quietText, name) > width; most-- {
		if short := shortenedMiddle(name, most); f.width(quietText, short) <= width {
			return short
		}
	}
	return name
}

// heatBlock places a few people side by side: their names, a row of cells for each dimension, and what
// they recommend.
func (m *pictureMaker) heatBlock(rows []heatRow, people []heatColumn, width int) {
	left := func(column int) int { return contentLeft + labelWidth + column*width }
	top := m.y
	bottom := top
	for i, p := range people {
		m.y = top
		for _, line := range append(m.faces.wrap(quietText, p.name, width-cellGap, nameLines), p.interview) {
			m.y = m.line(quietText, line, left(i)).box.Max.Y
		}
		bottom = max(bottom, m.y)
	}
	m.y = bottom + 2*unit
	for r, row := range rows {
		top := m.y
		lines := m.faces.wrap(quietText, row.title, labelWidth-cellGap, 3)
		if row.mean != "" {
			lines = append(lines, row.mean)
		}
		for _, line := range lines {
			m.y = m.line(quietText, line, contentLeft).box.Max.Y
		}
		height := max(cellHeight, m.y-top+4*unit)
		m.lower(len(lines), (height-cellGap-(m.y-top))/2)
		for i, p := range people {
			m.heatCell(image.Rect(left(i), top, left(i)+width-cellGap, top+height-cellGap), p.ratings[r])
		}
		m.y = top + height
	}
	top = m.y + 2*unit
	m.y = top
	m.line(nameText, "Overall", contentLeft)
	bottom = m.y
	for i, p := range people {
		m.y = top
		for _, line := range m.faces.wrap(nameText, p.overall, width-cellGap, 2) {
			m.y = m.line(nameText, line, left(i)).box.Max.Y
		}
		bottom = max(bottom, m.y)
	}
	m.y = bottom
}

// lower moves the last lines down, to the middle of the cells beside them.
func (m *pictureMaker) lower(lines, by int) {
	for i := len(m.texts) - lines; i < len(m.texts); i++ {
		m.texts[i].box = m.texts[i].box.Add(image.Pt(0, by))
		m.texts[i].dot.Y += by
	}
}

// heatCell places a cell with its number in the middle.
func (m *pictureMaker) heatCell(box image.Rectangle, rating int) {
	words := cellWords(rating)
	ink, known := ratingInks[rating]
	if !known {
		ink = groundInk
	}
	m.add(blockForm, box, ink)
	y := m.y
	metrics := m.faces[nameText].Metrics()
	m.y = box.Min.Y + (box.Dy()-(metrics.Ascent+metrics.Descent).Ceil())/2
	m.line(nameText, words, box.Min.X+(box.Dx()-m.faces.width(nameText, words))/2)
	m.y = y
}

// drawDebriefPicture is the picture of a debrief; its argument is the requisition.
func drawDebriefPicture(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	c, d, err := DebriefFor(ctx, tx, viewer, v.Subject, arg(v, 0))
	if err != nil {
		return bot.Card{}, err
	}
	if !SeesDebrief(viewer, d) || len(d.People) == 0 {
		return bot.Card{}, bot.ErrMoot
	}
	if err := lookedAt(ctx, tx, viewer, d); err != nil {
		return bot.Card{}, err
	}
	name := func(id string) string {
		if p, ok := tx.Snapshot().Person(id); ok {
			return p.Name
		}
		return "somebody who left"
	}
	data, alt, err := DebriefPicture("Debrief of "+c.ID+", "+d.Application.Req, d.Debrief, name)
	if err != nil {
		return bot.Card{}, err
	}
	return bot.Card{
		Title:   "Debrief of " + c.ID + discreetCandidate,
		Body:    []bot.Node{bot.Picture{Name: "debrief-" + c.ID + ".png", Alt: alt, PNG: data}},
		Actions: []bot.Action{{Label: "Debrief", Do: bot.Do("candidate.debrief", c.ID, d.Application.Req)}},
	}, nil
}
