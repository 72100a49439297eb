package slack

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

// part is what one block of a card's body shows.
type part struct {
	// Header is the text of a header, Divider true for a line across. Of anything else, Runs is the
	// text; Fixed is true where it has columns. Button stands beside the text; Mute is true where one ought
	// to, and its call is none that Slack takes.
	Header  string
	Divider bool
	Runs    []run
	Fixed   bool
	Button  *slack.ButtonBlockElement
	Mute    bool
}

func (p part) block() slack.Block {
	switch {
	case p.Divider:
		return slack.NewDividerBlock()
	case p.Header != "":
		return slack.NewHeaderBlock(plainText(p.Header))
	case p.Button != nil:
		return slack.NewSectionBlock(sectionText(p.Runs), nil, slack.NewAccessory(p.Button))
	case p.Fixed:
		return slack.NewRichTextBlock("", &slack.RichTextPreformatted{Type: slack.RTEPreformatted, Elements: elements(p.Runs)})
	default:
		return slack.NewRichTextBlock("", slack.NewRichTextSection(elements(p.Runs)...))
	}
}

func (p part) text() string { return p.Header + plainOf(p.Runs) }

func (p part) length() int {
	n := utf8.RuneCountInString(p.text())
	if p.Button != nil {
		n = utf8.RuneCountInString(sectionText(p.Runs).Text) + elementLength(p.Button)
	}
	return n
}

// withIDs gives the buttons beside texts ids of their own: Slack wants those of one message to differ.
func withIDs(parts []part) []part {
	n := 0
	for _, p := range parts {
		if p.Button != nil {
			p.Button.ActionID = fmt.Sprintf("%sline.%d", actionDo, n)
			n++
		}
	}
	return parts
}

// buttonsOf counts the buttons beside texts.
func buttonsOf(parts []part) int {
	n := 0
	for _, p := range parts {
		if p.Button != nil {
			n++
		}
	}
	return n
}

// textOf returns what parts say, each on lines of its own.
func textOf(parts []part) string {
	var out []string
	for _, p := range parts {
		if text := p.text(); text != "" {
			out = append(out, text)
		}
	}
	return strings.Join(out, "\n")
}

func linesOf(parts []part) int {
	n := 0
	for _, p := range parts {
		n += front.LinesIn(p.text(), utf8.RuneCountInString)
	}
	return n
}

// textParts returns a text in as many parts as it takes.
func textParts(runs []run) []part {
	var out []part
	for _, piece := range pieces(trimEnd(runs), limits.RichText) {
		out = append(out, part{Runs: piece})
	}
	return out
}

// body returns the parts of a card above its buttons. Attached is as in surface.
func (t typesetter) body(c bot.Card, attached string) []part {
	var out []part
	if title := front.OneLine(t.spell(c.Title)); title != "" {
		out = append(out, part{Header: shorten(title, limits.Header)})
		if utf8.RuneCountInString(title) > limits.Header {
			out = append(out, textParts([]run{bold(title)})...)
		}
	}
	return append(out, t.nodes(c.Body, attached)...)
}

func (t typesetter) nodes(body []bot.Node, attached string) []part {
	var out []part
	for _, n := range body {
		out = append(out, t.node(n, attached)...)
	}
	return out
}

func (t typesetter) node(n bot.Node, attached string) []part {
	switch n := n.(type) {
	case bot.Text:
		return textParts(t.runs(n))
	case bot.Item:
		return t.item(n)
	case bot.Fields:
		return textParts(t.fields(n))
	case bot.Table:
		return t.table(n)
	case bot.Picture:
		return whereabouts("Picture", attached, orElse(n.Alt, n.Name), len(n.PNG))
	case bot.File:
		return whereabouts("File", attached, n.Name, len(n.Data))
	case bot.Divider:
		return []part{{Divider: true}}
	}
	return nil
}

// item returns a line with its button beside it. Where the line takes several parts, the button stands
// beside the last of them.
func (t typesetter) item(item bot.Item) []part {
	parts := textParts(t.runs(item.Text))
	if len(parts) == 0 {
		parts = textParts([]run{{Text: none}})
	}
	last := &parts[len(parts)-1]
	// What markup adds must fit too.
	if utf8.RuneCountInString(sectionText(last.Runs).Text) > limits.SectionText {
		parts = append(parts, part{Runs: []run{{Text: none}}})
		last = &parts[len(parts)-1]
	}
	id, err := item.Action.Do.Encode()
	if err != nil {
		last.Mute = true
		return parts
	}
	last.Button = t.button(item.Action, limits.ButtonLabel)
	last.Button.Value = id
	if item.Action.Confirm != nil {
		last.Button.Confirm = t.confirm(item.Action, 1)
	}
	return parts
}

// whereabouts says what a picture or file is, and where.
func whereabouts(what, attached, name string, size int) []part {
	return textParts([]run{{Text: front.Whereabouts(what, attached, name, size), Style: slack.RichTextSectionTextStyle{Italic: true}}})
}

func bold(s string) run { return run{Text: s, Style: slack.RichTextSectionTextStyle{Bold: true}} }

// none stands for an empty value.
const none = "—"

// fields returns fields as lines: on a phone there is no room beside each other.
func (t typesetter) fields(fields bot.Fields) []run {
	var out []run
	for i, f := range fields {
		if i > 0 {
			out = add(out, run{Text: "\n"})
		}
		if label := front.OneLine(t.spell(f.Label)); label != "" {
			out = join(out, bold(label), run{Text: "  "})
		}
		out = join(out, t.value(f.Text)...)
	}
	return out
}

// value returns the runs of a value, or what stands for none.
func (t typesetter) value(text bot.Text) []run {
	if runs := t.runs(text); len(runs) > 0 {
		return runs
	}
	return []run{{Text: none}}
}

// tableWidth is the most characters that columns may take: what a phone shows without breaking a line.
const tableWidth = 34

// table returns a table in columns where a phone has room for them, else a line for each row.
func (t typesetter) table(table bot.Table) []part {
	text, ok := t.columns(table)
	if !ok {
		return textParts(t.rows(table))
	}
	var out []part
	for _, piece := range pieces([]run{{Text: text}}, limits.RichText) {
		out = append(out, part{Runs: piece, Fixed: true})
	}
	return out
}

// columns prints a table of plain texts in columns. It returns false for one that is too wide, or no
// such table.
func (t typesetter) columns(table bot.Table) (string, bool) {
	var rows [][]string
	if len(table.Header) > 0 {
		header := make([]string, 0, len(table.Header))
		for _, h := range table.Header {
			header = append(header, front.OneLine(t.spell(h)))
		}
		rows = append(rows, header)
	}
	for _, r := range table.Rows {
		row := make([]string, 0, len(r))
		for _, cell := range r {
			text, ok := t.plainCell(cell)
			if !ok {
				return "", false
			}
			row = append(row, text)
		}
		rows = append(rows, row)
	}
	var widths []int
	for _, r := range rows {
		for i, cell := range r {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	total := 2 * (len(widths) - 1)
	for _, w := range widths {
		total += w
	}
	if len(widths) < 2 || total > tableWidth || len(table.Rows) == 0 {
		return "", false
	}
	printed := make([]string, 0, len(rows))
	for _, r := range rows {
		var line strings.Builder
		for i, cell := range r {
			fmt.Fprintf(&line, "%-*s  ", widths[i], cell)
		}
		printed = append(printed, strings.TrimRight(line.String(), " "))
	}
	return strings.Join(printed, "\n"), true
}

// plainCell returns a cell that is nothing but unstyled text on one line.
func (t typesetter) plainCell(cell bot.Text) (string, bool) {
	runs := t.runs(cell)
	if len(runs) == 0 {
		return none, true
	}
	r := runs[0]
	plain := len(runs) == 1 && !r.Instant && r.URL == "" && r.Style == slack.RichTextSectionTextStyle{}
	return r.Text, plain && !strings.ContainsAny(r.Text, "\n\t")
}

// rows returns a table as lines: the first cell of each row in bold, the others with their headers. The
// first header stands above all.
func (t typesetter) rows(table bot.Table) []run {
	headers := make([]string, 0, len(table.Header))
	for _, h := range table.Header {
		headers = append(headers, front.OneLine(t.spell(h)))
	}
	caption := strings.Join(headers, " · ")
	if len(table.Rows) > 0 && len(headers) > 0 {
		caption = headers[0]
	}
	var out []run
	if caption != "" {
		out = add(out, run{Text: caption, Style: slack.RichTextSectionTextStyle{Italic: true}})
	}
	for _, row := range table.Rows {
		if len(out) > 0 {
			out = add(out, run{Text: "\n"})
		}
		out = join(out, t.row(headers, row)...)
	}
	return out
}

func (t typesetter) row(headers []string, row []bot.Text) []run {
	var out []run
	for i, cell := range row {
		switch {
		case i == 1:
			out = add(out, run{Text: "  "})
		case i > 1:
			out = add(out, run{Text: " · "})
		}
		if i > 0 && i < len(headers) && headers[i] != "" {
			out = add(out, run{Text: headers[i] + ": "})
		}
		for _, r := range t.value(cell) {
			r.Text = strings.ReplaceAll(r.Text, "\n", " ")
			if i == 0 {
				r.Style.Bold = true
			}
			out = add(out, r)
		}
	}
	return out
}
