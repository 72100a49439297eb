package slack

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/hirebot/hirebot/bot"
)

// surface is where a card is shown.
type surface struct {
	// Blocks is the most blocks that one page may have.
	Blocks int
	// Pages is the most pages; what does not fit on them is left out, and said to be. What is edited in
	// place has one.
	Pages int
	// Attached says where the pictures and files of the card are, in words: "above", "in your direct
	// messages". "" is for where they are not shown at all.
	Attached string
	// Keep adds a button that sends the answer to the person's direct messages; its value is Keep.
	Keep string
	// Spell returns our text with its commands as they are typed here; nil leaves them.
	Spell func(string) string
	// Notify is the account of the one person whom the message notifies, "" for nobody, and NotifyName what
	// they are called.
	Notify, NotifyName string
	// Zone is for instants in the fallback text, which no client converts; nil is UTC.
	Zone *time.Location
}

// page is what of a card goes into one message, or onto one view.
type page struct {
	// Text is what notifications and screen readers get, escaped.
	Text   string
	Blocks []slack.Block
}

// attachment is a picture or file of a card.
type attachment struct {
	Name, Alt string
	Data      []byte
}

// nothing stands for a card that shows nothing.
const nothing = "Nothing to show."

// renderCard draws a card. There is always at least one page, with at least one block.
func renderCard(c bot.Card, on surface) []page {
	set := typesetter{Spell: on.Spell, Zone: on.Zone}
	body, last := set.body(c, on.Attached), set.closing(c, on.Keep)
	body = withIDs(body)
	for _, p := range body {
		if p.Mute {
			last.Choices++
		}
	}
	if on.Notify != "" {
		who := run{Text: "@" + oneLine(orElse(on.NotifyName, on.Notify)), User: on.Notify}
		body = append([]part{{Runs: []run{who}}}, body...)
	}
	if len(last.Blocks) == 0 && strings.TrimSpace(textOf(body)) == "" {
		body = append(body, textParts([]run{{Text: nothing}})...)
	}
	sheets, left := deal(body, last, on)
	pages := make([]page, 0, len(sheets))
	for i, sheet := range sheets {
		text := fallback(c, on.Zone, on.Spell)
		if on.Notify != "" {
			// An account's id holds nothing but letters and digits: this is the one mention that is meant.
			text = "<@" + on.Notify + "> " + shortFallback(text, len(on.Notify)+len("<@> "))
		}
		if i > 0 {
			heading := fmt.Sprintf("%s (%d of %d)", oneLine(set.spell(c.Title)), i+1, len(sheets))
			text = asFallback(strings.TrimSpace(heading) + "\n" + textOf(sheet))
		}
		p := page{Text: text}
		for _, part := range sheet {
			p.Blocks = append(p.Blocks, part.block())
		}
		pages = append(pages, p)
	}
	end := &pages[len(pages)-1]
	last.Choices += buttonsOf(left)
	if note := last.note(linesOf(left)); note != "" {
		end.Blocks = append(end.Blocks, slack.NewContextBlock("", plainText(note)))
	}
	end.Blocks = append(end.Blocks, last.Blocks...)
	return pages
}

// attachments returns the pictures and files of a card, in order. An empty one is none.
func attachments(c bot.Card) []attachment {
	var out []attachment
	for _, n := range c.Body {
		switch n := n.(type) {
		case bot.Picture:
			if len(n.PNG) > 0 {
				out = append(out, attachment{Name: orElse(oneLine(n.Name), "picture.png"), Alt: oneLine(orElse(n.Alt, n.Name)), Data: n.PNG})
			}
		case bot.File:
			if len(n.Data) > 0 {
				out = append(out, attachment{Name: orElse(oneLine(n.Name), "file"), Data: n.Data})
			}
		}
	}
	return out
}

// narrow is how many characters a line has on a phone.
const narrow = 40

// lines counts the lines of text that a card takes on a narrow screen.
func lines(c bot.Card) int {
	set := typesetter{}
	return linesOf(set.body(c, "")) + linesIn(plainOf(set.runs(c.Context)))
}

// linesIn counts the lines that a text takes on a narrow screen.
func linesIn(text string) int {
	if text == "" {
		return 0
	}
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		n += max(1, (utf8.RuneCountInString(line)+narrow-1)/narrow)
	}
	return n
}

// fallback returns a card in words, as notifications and screen readers get it, escaped.
func fallback(c bot.Card, zone *time.Location, spell func(string) string) string {
	set := typesetter{Spell: spell, Zone: zone}
	text := strings.TrimSpace(oneLine(set.spell(c.Title)) + "\n" + textOf(set.nodes(c.Body, "")))
	if text == "" {
		var labels []string
		for _, a := range c.Buttons() {
			labels = append(labels, labelOf(set.spell(a.Label), a.Do, limits.ButtonLabel))
		}
		text = orElse(strings.Join(labels, ", "), nothing)
	}
	return asFallback(text)
}

// shortFallback makes room in an escaped text for what stands before it. What would be cut is dropped as
// a whole: half an escape is none.
func shortFallback(text string, room int) string {
	if utf8.RuneCountInString(text)+room <= limits.Fallback {
		return text
	}
	return "…"
}

// asFallback escapes a text within the limit of a fallback.
func asFallback(text string) string {
	for most := limits.Fallback; ; {
		escaped := escape(shorten(text, most))
		over := utf8.RuneCountInString(escaped) - limits.Fallback
		if over <= 0 {
			return escaped
		}
		// An escaped character is at most five long.
		most -= max(1, over/5)
	}
}

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
		n += linesIn(p.text())
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
	if title := oneLine(t.spell(c.Title)); title != "" {
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
	if attached != "" && size > 0 {
		what += " " + attached
	}
	if name = oneLine(name); name != "" {
		what += ": " + name
	}
	return textParts([]run{{Text: what, Style: slack.RichTextSectionTextStyle{Italic: true}}})
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
		if label := oneLine(t.spell(f.Label)); label != "" {
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
			header = append(header, oneLine(t.spell(h)))
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
		headers = append(headers, oneLine(t.spell(h)))
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

// deal puts parts on pages, and leaves room for the closing on the last of them. What does not fit is
// left.
func deal(parts []part, last closing, on surface) (sheets [][]part, left []part) {
	whole := room{Blocks: on.Blocks, Text: limits.MessageText}
	// The note of what is left out takes room only where there is something to note.
	noted := whole.minus(last).minus(closing{Blocks: make([]slack.Block, 1), Length: maxNote})
	end := whole.minus(last)
	if last.Choices > 0 {
		end = noted
	}
	for {
		taken, rest := end.fill(parts, false)
		if len(rest) == 0 {
			return append(sheets, taken), nil
		}
		if len(sheets)+1 >= on.Pages {
			taken, rest = noted.fill(parts, true)
			return append(sheets, taken), rest
		}
		if taken, rest = whole.fill(parts, false); len(rest) == 0 && len(taken) > 1 {
			// The closing alone would be a page that says nothing.
			taken, rest = taken[:len(taken)-1], taken[len(taken)-1:]
		}
		sheets, parts = append(sheets, taken), rest
	}
}

// room is how much a page holds.
type room struct{ Blocks, Text int }

func (r room) minus(c closing) room {
	return room{Blocks: r.Blocks - len(c.Blocks), Text: r.Text - c.Length}
}

// leastPiece is the fewest characters of a part that are worth a block.
const leastPiece = 80

// fill takes the parts that there is room for; with split, the beginning of one more.
func (r room) fill(parts []part, split bool) (taken, rest []part) {
	for i, p := range parts {
		if r.Blocks < 1 {
			return parts[:i], parts[i:]
		}
		if p.length() > r.Text {
			if !split || r.Text < leastPiece || len(p.Runs) == 0 || p.Button != nil {
				return parts[:i], parts[i:]
			}
			head, tail := cut(p.Runs, r.Text)
			if head = trimEnd(head); len(head) == 0 {
				return parts[:i], parts[i:]
			}
			first, second := p, p
			first.Runs, second.Runs = head, tail
			return append(append([]part(nil), parts[:i]...), first), append([]part{second}, parts[i+1:]...)
		}
		r.Blocks--
		r.Text -= p.length()
	}
	return parts, nil
}

// closing is what stands at the end of a card's last page, whatever else is left out.
type closing struct {
	Blocks []slack.Block
	// Length is the number of characters in the blocks.
	Length int
	// Choices are the buttons and entries that had no room; Kept is whether a button sends the card on.
	Choices int
	Kept    bool
}

const keepLabel = "Send to my DM"

// maxNote is the most characters that a note takes.
const maxNote = 150

// note says how much is not shown; "" where everything is.
func (c closing) note(lines int) string {
	var what []string
	for _, w := range []struct {
		n            int
		noun, plural string
	}{{lines, "line", "lines"}, {c.Choices, "choice", "choices"}} {
		switch {
		case w.n == 1:
			what = append(what, "1 more "+w.noun)
		case w.n > 1:
			what = append(what, fmt.Sprintf("%d more %s", w.n, w.plural))
		}
	}
	if len(what) == 0 {
		return ""
	}
	verb := " are"
	if lines+c.Choices == 1 {
		verb = " is"
	}
	note := strings.Join(what, " and ") + verb + " not shown here."
	if lines > 0 && c.Kept {
		note += " ‘" + keepLabel + "’ shows all."
	}
	return note
}

// The most characters that the parts of a closing have in all, so that they leave room for a body. No
// card of ours comes near.
const (
	maxLabels  = 1500
	maxEntries = 4000
	maxContext = 1500
	maxAsked   = 1500
	maxTitles  = 500
)

// actionRows is the most blocks of buttons.
const actionRows = 2

// closing returns the end of a card: its buttons, its menu, and the line below.
func (t typesetter) closing(c bot.Card, keep string) closing {
	var out closing
	buttons, left := t.buttons(c.Actions, limits.ActionElements*actionRows-2)
	out.Choices = left
	out.Kept = keep != "" && utf8.RuneCountInString(keep) <= limits.ButtonValue
	if out.Kept {
		buttons = append(buttons, slack.NewButtonBlockElement(actionKeep, keep, plainText(keepLabel)))
	}
	if c.Menu != nil {
		menu, left := t.menu(*c.Menu, len(c.Actions) > 0)
		out.Choices += left
		if menu != nil {
			buttons = append(buttons, menu)
		}
	}
	for len(buttons) > 0 {
		n := min(len(buttons), limits.ActionElements)
		out.Blocks = append(out.Blocks, slack.NewActionBlock("", buttons[:n]...))
		for _, b := range buttons[:n] {
			out.Length += elementLength(b)
		}
		buttons = buttons[n:]
	}
	if line, length := t.context(c.Context); line != nil {
		out.Blocks = append(out.Blocks, line)
		out.Length += length
	}
	return out
}

// elementLength counts the characters of an element that is pressed or chosen from.
func elementLength(e slack.BlockElement) int {
	var options []*slack.OptionBlockObject
	n := 0
	switch e := e.(type) {
	case *slack.ButtonBlockElement:
		n = lengthOfTexts([]*slack.TextBlockObject{e.Text})
		if c := e.Confirm; c != nil {
			n += lengthOfTexts([]*slack.TextBlockObject{c.Title, c.Text, c.Confirm, c.Deny})
		}
	case *slack.OverflowBlockElement:
		options = e.Options
	case *slack.SelectBlockElement:
		n, options = lengthOfTexts([]*slack.TextBlockObject{e.Placeholder}), e.Options
	}
	for _, o := range options {
		n += lengthOfTexts([]*slack.TextBlockObject{o.Text, o.Description})
	}
	return n
}

// share is how long each of n texts may be: most, or less where that many would be too much in all.
func share(n, most, all int) int { return min(most, all/max(1, n)) }

// labelOf returns the label of a call: never empty, since Slack demands a character.
func labelOf(label string, call bot.Call, most int) string {
	return shorten(orElse(oneLine(label), orElse(oneLine(call.Command), "…")), most)
}

// buttons returns actions as buttons, and how many had no room.
func (t typesetter) buttons(actions []bot.Action, most int) (buttons []slack.BlockElement, left int) {
	n := min(len(actions), most)
	asked := 0
	for _, a := range actions[:n] {
		if a.Confirm != nil {
			asked++
		}
	}
	for i, a := range actions[:n] {
		// A call that is too long is a mistake of ours; what it would do can still be typed.
		id, err := a.Do.Encode()
		if err != nil {
			left++
			continue
		}
		b := t.button(a, share(n, limits.ButtonLabel, maxLabels))
		b.ActionID, b.Value = fmt.Sprintf("%s%d", actionDo, i), id
		if a.Confirm != nil {
			b.Confirm = t.confirm(a, asked)
		}
		buttons = append(buttons, b)
	}
	return buttons, left + len(actions) - n
}

func (t typesetter) button(a bot.Action, most int) *slack.ButtonBlockElement {
	label := labelOf(t.spell(a.Label), a.Do, most)
	b := slack.NewButtonBlockElement("", "", plainText(label))
	switch a.Style {
	case bot.Primary:
		b.Style = slack.StylePrimary
	case bot.Danger:
		b.Style = slack.StyleDanger
	case bot.On:
		const state = ", on"
		b.Text = plainText(shorten("✓ "+label, most))
		b.AccessibilityLabel = shorten(label, limits.AccessibilityLabel-len(state)) + state
	case bot.Secondary:
	}
	return b
}

// confirm returns what is asked before a button acts, where so many buttons ask something.
func (t typesetter) confirm(a bot.Action, asked int) *slack.ConfirmationBlockObject {
	short := share(asked, limits.ConfirmButton, maxTitles)
	label := labelOf(t.spell(a.Label), a.Do, limits.ButtonLabel)
	title := shorten(orElse(oneLine(t.spell(a.Confirm.Title)), "Are you sure?"), share(asked, limits.ConfirmTitle, maxTitles))
	text := shorten(orElse(t.spell(a.Confirm.Text), "This does: "+label), share(asked, limits.ConfirmText, maxAsked))
	yes := shorten(orElse(oneLine(t.spell(a.Confirm.Yes)), label), short)
	no := shorten(orElse(oneLine(t.spell(a.Confirm.No)), "Cancel"), short)
	out := slack.NewConfirmationBlockObject(plainText(title), plainText(text), plainText(yes), plainText(no))
	if a.Style == bot.Danger {
		out.Style = slack.StyleDanger
	}
	return out
}

// menu returns a menu, and how many of its entries had no room: beside buttons as the three dots where
// it is short, else as a select. An act that is there already is left out, since Slack wants the values
// of one menu to differ, and they are what the entries do.
func (t typesetter) menu(m bot.Menu, besideButtons bool) (slack.BlockElement, int) {
	type entry struct{ id, label, hint string }
	var entries []entry
	seen, left := map[string]bool{}, 0
	for _, item := range m.Items {
		id, err := item.Do.Encode()
		if err != nil || seen[id] || len(entries) == limits.SelectOptions {
			left++
			continue
		}
		seen[id] = true
		entries = append(entries, entry{id, labelOf(t.spell(item.Label), item.Do, limits.OptionText), shorten(oneLine(t.spell(item.Hint)), limits.OptionDescription)})
	}
	labels, hints := 0, 0
	for _, e := range entries {
		labels, hints = labels+utf8.RuneCountInString(e.label), hints+utf8.RuneCountInString(e.hint)
	}
	most := limits.OptionText
	if labels > maxEntries {
		most = share(len(entries), most, maxEntries)
	}
	options := make([]*slack.OptionBlockObject, 0, len(entries))
	for _, e := range entries {
		var hint *slack.TextBlockObject
		if e.hint != "" && labels+hints <= maxEntries {
			hint = plainText(e.hint)
		}
		options = append(options, slack.NewOptionBlockObject(e.id, plainText(shorten(e.label, most)), hint))
	}
	switch {
	case len(options) == 0:
		return nil, left
	// Slack's reference once asked for two options of an overflow menu.
	case besideButtons && len(options) > 1 && len(options) <= limits.OverflowOptions:
		return slack.NewOverflowBlockElement(actionMenu, options...), left
	}
	placeholder := plainText(shorten(orElse(oneLine(t.spell(m.Label)), "More"), limits.Placeholder))
	return slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, placeholder, actionMenu, options...), left
}

// context returns the line below a card with its length, nil where it says nothing. Its texts are plain
// but for instants and links, which only markup can show there.
func (t typesetter) context(text bot.Text) (slack.Block, int) {
	runs := t.runs(text)
	if lengthOf(runs) > maxContext {
		head, _ := cut(runs, maxContext-1)
		runs = add(trimEnd(head), run{Text: "…"})
	}
	if len(runs) == 0 {
		return nil, 0
	}
	texts := contextTexts(runs)
	if len(texts) > limits.ContextElements || lengthOfTexts(texts) > maxContext {
		texts = []*slack.TextBlockObject{plainText(strings.TrimSpace(plainOf(runs)))}
	}
	out := make([]slack.MixedElement, 0, len(texts))
	for _, text := range texts {
		out = append(out, text)
	}
	return slack.NewContextBlock("", out...), lengthOfTexts(texts)
}

func lengthOfTexts(texts []*slack.TextBlockObject) int {
	n := 0
	for _, t := range texts {
		if t != nil {
			n += utf8.RuneCountInString(t.Text)
		}
	}
	return n
}

// contextTexts returns runs as texts, those between markup joined. Slack sets them apart, so the blanks
// at their ends go.
func contextTexts(runs []run) []*slack.TextBlockObject {
	var out []*slack.TextBlockObject
	plain := ""
	flush := func() {
		if plain = strings.TrimSpace(plain); plain != "" {
			out = append(out, plainText(plain))
		}
		plain = ""
	}
	for _, r := range runs {
		markup, ok := contextMarkup(r)
		if !ok {
			plain += r.Text
			continue
		}
		flush()
		out = append(out, slack.NewTextBlockObject(slack.MarkdownType, markup, false, true))
	}
	flush()
	return out
}

// contextMarkup returns an instant or a link in Slack's markup, and false for what must stand as plain
// text: a label could hold marks that nothing escapes.
func contextMarkup(r run) (string, bool) {
	switch {
	case r.Instant:
		return dateMarkup(r.At, r.Text), true
	case r.URL == "" || strings.ContainsAny(r.Text, "*_~`:|@#\n"):
		return "", false
	}
	return "<" + urlMarkup.Replace(r.URL) + "|" + escape(r.Text) + ">", true
}

// urlMarkup codes what would end an address in markup.
var urlMarkup = strings.NewReplacer("&", "&amp;", "<", "%3C", ">", "%3E", "|", "%7C")

// instantMarkup returns an instant in Slack's markup, shown in the reader's zone.
func instantMarkup(at time.Time) string {
	return dateMarkup(at.Unix(), bot.FormatInstant(at, time.UTC))
}

// dateMarkup returns a moment in Slack's markup.
// https://docs.slack.dev/messaging/formatting-message-text/#date-formatting
func dateMarkup(at int64, standIn string) string {
	return fmt.Sprintf("<!date^%d^%s|%s>", at, instantFormat, escape(clean(standIn)))
}
