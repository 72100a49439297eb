package bot

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// PlainCard writes a card as text: for the command line, for scenarios, and as the fallback of a
// platform's notification. Buttons are listed by their labels.
func PlainCard(c Card, zone *time.Location) string {
	var b strings.Builder
	line := func(s string) {
		if s = strings.TrimRight(s, "\n"); s != "" {
			b.WriteString(s + "\n")
		}
	}
	line(c.Title)
	for _, n := range c.Body {
		switch n := n.(type) {
		case Text:
			line(n.Plain(zone))
		case Item:
			line(strings.TrimSpace(n.Text.Plain(zone) + " " + plainButton(n.Action)))
		case Fields:
			for _, f := range n {
				line(f.Label + ": " + f.Text.Plain(zone))
			}
		case Table:
			line(plainTable(n, zone))
		case Picture:
			line("[picture " + n.Name + ": " + n.Alt + "]")
		case File:
			line(fmt.Sprintf("[file %s, %d bytes]", n.Name, len(n.Data)))
		case Divider:
			line("---")
		}
	}
	line(c.Context.Plain(zone))
	var acts []string
	for _, a := range c.Actions {
		acts = append(acts, plainButton(a))
	}
	if c.Menu != nil {
		labels := make([]string, 0, len(c.Menu.Items))
		for _, it := range c.Menu.Items {
			labels = append(labels, it.Label)
		}
		acts = append(acts, "[⋯ "+c.Menu.Label+": "+strings.Join(labels, " · ")+"]")
	}
	line(strings.Join(acts, " "))
	return b.String()
}

func plainButton(a Action) string {
	if a.Style == On {
		return "[" + a.Label + " ✓]"
	}
	return "[" + a.Label + "]"
}

func plainTable(t Table, zone *time.Location) string {
	columns := len(t.Header)
	rows := make([][]string, 0, len(t.Rows)+1)
	if columns > 0 {
		rows = append(rows, t.Header)
	}
	for _, r := range t.Rows {
		cells := make([]string, 0, len(r))
		for _, c := range r {
			cells = append(cells, strings.ReplaceAll(c.Plain(zone), "\n", " "))
		}
		columns = max(columns, len(cells))
		rows = append(rows, cells)
	}
	widths := make([]int, columns)
	for _, r := range rows {
		for i, c := range r {
			widths[i] = max(widths[i], utf8.RuneCountInString(c))
		}
	}
	var b strings.Builder
	for _, r := range rows {
		cells := make([]string, 0, len(r))
		for i, c := range r {
			cells = append(cells, c+strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c)))
		}
		b.WriteString(strings.TrimRight(strings.Join(cells, "  "), " ") + "\n")
	}
	return b.String()
}

// PlainForm writes a form as text: its fields with what they hold, and how to fill them in.
func PlainForm(f Form, zone *time.Location) string {
	var b strings.Builder
	b.WriteString(f.Title + "\n")
	if note := f.Note.Plain(zone); note != "" {
		b.WriteString(note + "\n")
	}
	if !f.Saved.IsZero() {
		b.WriteString("Continuing what you typed; saved " + FormatInstant(f.Saved, zone) + "\n")
	}
	for _, field := range f.Fields {
		mark := ""
		if field.Required {
			mark = " (required)"
		}
		fmt.Fprintf(&b, "  %s%s = %s\n", field.Name, mark, strings.Join(field.Value, ", "))
	}
	return b.String()
}
