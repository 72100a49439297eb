package discord

import (
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

// part is what of a card's body stands together: a text, a field, a line across, a picture or a file.
type part struct {
	Runs    []run
	Field   *discordgo.MessageEmbedField
	Divider bool
	File    *attachment
	Picture bool
	// Lines counts the lines of what is no text.
	Lines int
}

// linesOf counts the lines that parts take on a narrow screen.
func linesOf(parts []part) int {
	n := 0
	for _, p := range parts {
		n += p.Lines + front.LinesIn(plainOf(p.Runs), units)
	}
	return n
}

// body returns the line that a message begins with, and the parts of a card that stand below it.
func (t typesetter) body(c bot.Card, on surface) (lead string, parts []part) {
	parts = t.nodes(c.Body, on)
	if title := front.OneLine(t.spell(c.Title)); !blank(title) {
		lead = markdown([]run{bold(title)})
		if units(lead) > maxLead {
			short, _ := cut([]run{bold(title)}, maxLead)
			lead = markdown(join(short, bold("…")))
			parts = append(textParts([]run{bold(title)}), parts...)
		}
		return lead, parts
	}
	if len(parts) == 0 || len(parts[0].Runs) == 0 {
		return "", parts
	}
	first, rest := firstLine(parts[0].Runs)
	first, tooMuch := cut(first, maxLead)
	if rest = trimEnd(join(tooMuch, rest...)); blank(plainOf(first)) {
		return "", parts
	}
	if parts = parts[1:]; len(rest) > 0 {
		parts = append([]part{{Runs: rest}}, parts...)
	}
	return markdown(trimEnd(first)), parts
}

// firstLine parts runs at their first line feed.
func firstLine(runs []run) (first, rest []run) {
	at := 0
	for _, r := range runs {
		if i := strings.IndexByte(r.Text, '\n'); i >= 0 && r.Token == "" {
			first, rest = partAt(runs, at+len([]rune(r.Text[:i])))
			return first, withoutLineFeed(rest)
		}
		at += len([]rune(r.Text))
	}
	return append([]run(nil), runs...), nil
}

func (t typesetter) nodes(body []bot.Node, on surface) []part {
	var out []part
	for _, n := range body {
		out = append(out, t.node(n, on)...)
	}
	return nameFiles(out)
}

func (t typesetter) node(n bot.Node, on surface) []part {
	switch n := n.(type) {
	case bot.Text:
		return textParts(t.runs(n))
	case bot.Item:
		// Its button stands below, since nothing stands beside a line here.
		return textParts(t.value(n.Text))
	case bot.Fields:
		return t.fields(n)
	case bot.Table:
		return textParts(t.rows(n))
	case bot.Picture:
		alt := front.OneLine(orElse(n.Alt, n.Name))
		if !on.Files || len(n.PNG) == 0 {
			return whereabouts("Picture", on.Attached, alt, len(n.PNG))
		}
		shown := part{Picture: true, Lines: 1, File: &attachment{
			Name: asciiName(n.Name, "picture.png"), MediaType: "image/png", Description: shorten(alt, limits.FileDescription), Data: n.PNG,
		}}
		if units(alt) > limits.FileDescription {
			return append(whereabouts("Picture", "", alt, 0), shown)
		}
		return []part{shown}
	case bot.File:
		if !on.Files || len(n.Data) == 0 {
			return whereabouts("File", on.Attached, n.Name, len(n.Data))
		}
		return []part{{Lines: 1, File: &attachment{Name: fileName(n.Name, "file"), MediaType: mediaType(n.MediaType), Data: n.Data}}}
	case bot.Divider:
		return []part{{Divider: true}}
	}
	return nil
}

// textParts returns a text as parts that an embed has room for.
func textParts(runs []run) []part {
	var out []part
	for _, piece := range pieces(runs, limits.Description) {
		if !blank(plainOf(piece)) {
			out = append(out, part{Runs: piece})
		}
	}
	return out
}

// whereabouts says what a picture or file is, and where.
func whereabouts(what, attached, name string, size int) []part {
	return textParts([]run{{Text: front.Whereabouts(what, attached, name, size), Style: bot.Italic}})
}

func bold(s string) run { return run{Text: s, Style: bot.Bold} }

// none stands for an empty value.
const none = "—"

// shortValue is the most characters of a value that stands beside others.
const shortValue = 40

// fields returns fields as embeds have them, side by side where the screen is wide. One that is too long
// for that is a line of text.
func (t typesetter) fields(fields bot.Fields) []part {
	var out []part
	for _, f := range fields {
		label, value := front.OneLine(t.spell(f.Label)), t.value(f.Text)
		name, text := escape(orElse(label, zeroWidth), true), markdown(value)
		if units(name) > limits.FieldName || units(text) > limits.FieldValue {
			var line []run
			if !blank(label) {
				line = join(line, bold(label), run{Text: "  "})
			}
			out = append(out, textParts(join(line, value...))...)
			continue
		}
		plain := plainOf(value)
		out = append(out, part{Lines: 1 + front.LinesIn(plain, units), Field: &discordgo.MessageEmbedField{
			Name: name, Value: text, Inline: units(plain) <= shortValue && !strings.Contains(plain, "\n"),
		}})
	}
	return out
}

// value returns the runs of a value, or what stands for none.
func (t typesetter) value(text bot.Text) []run {
	if runs := t.runs(text); !blank(plainOf(runs)) {
		return runs
	}
	return []run{{Text: none}}
}

// rows returns a table as lines, since Discord has no columns but those of code, which a phone breaks:
// the first cell of each row in bold, the others with their headers. The first header stands above all.
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
	if !blank(caption) {
		out = add(out, run{Text: caption, Style: bot.Italic})
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
			if i == 0 && r.Style == bot.Plain && r.URL == "" {
				r.Style = bot.Bold
			}
			out = add(out, r)
		}
	}
	return out
}
