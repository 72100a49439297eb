package discord

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"mime"
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/bwmarrin/discordgo"

	"github.com/hirebot/hirebot/bot"
)

// surface is where a card is shown.
type surface struct {
	// Pages is the most messages; what does not fit into them is left out, and said to be. What is edited
	// in place has one.
	Pages int
	// Files is true where the pictures and files of a card go along. Elsewhere Attached says where they
	// are, in words: "in your direct messages"; "" is for where they are not shown at all.
	Files    bool
	Attached string
	// Keep adds a button that sends the answer to the person's direct messages; it is the button's id.
	Keep string
	// Buttons stand before those of the card. Their ids are the caller's.
	Buttons []button
	// Delivery is the id of the delivery that a message is, "" for none.
	Delivery string
	// Spell returns our text with its commands as they are typed here; nil leaves them.
	Spell func(string) string
	// Mention returns a person in Discord's markup, or "" for one who has no account; nil knows none.
	Mention func(person, name string) string
}

// button is a button with an id of its own.
type button struct {
	ID, Label string
	Style     bot.Style
}

// page is what of a card goes into one message. Its lists are never nil: an edit without buttons takes
// away those that were there.
type page struct {
	Content    string
	Embeds     []*discordgo.MessageEmbed
	Components []discordgo.MessageComponent
	Files      []attachment
}

// attachment is a picture or file of a card. Description is what a screen reader says of it.
type attachment struct {
	Name, MediaType, Description string
	Data                         []byte
}

// silent are the mentions that alert somebody: none, whatever a message says.
func silent() *discordgo.MessageAllowedMentions {
	return &discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}}
}

// message returns a page as a message to send, without its files.
func (p page) message() *discordgo.MessageSend {
	return &discordgo.MessageSend{Content: p.Content, Embeds: p.Embeds, Components: p.Components, AllowedMentions: silent()}
}

// reply returns a page as the answer to an interaction, without its files.
func (p page) reply(private bool) *discordgo.InteractionResponseData {
	out := &discordgo.InteractionResponseData{Content: p.Content, Embeds: p.Embeds, Components: p.Components, AllowedMentions: silent()}
	if private {
		out.Flags = discordgo.MessageFlagsEphemeral
	}
	return out
}

// edit returns a page as what a message of ours becomes, without its files.
func (p page) edit(channel, id string) *discordgo.MessageEdit {
	return &discordgo.MessageEdit{
		Channel: channel, ID: id, Content: &p.Content, Embeds: &p.Embeds, Components: &p.Components, AllowedMentions: silent(),
	}
}

// nothing stands for a card that shows nothing.
const nothing = "Nothing to show."

// maxLead is the most characters of the line that a message begins with.
const maxLead = 1500

// renderCard draws a card. There is always at least one page, and no page is empty.
//
// The title, or the first line of a card without one, is the message's content, since that is what a
// phone's notification shows; the rest is embeds, since only they have room and a colour.
func renderCard(c bot.Card, on surface) []page {
	set := typesetter{Spell: on.Spell, Mention: on.Mention}
	lead, parts := set.body(c, on)
	last := set.closing(c, on)
	if lead == "" && !slices.ContainsFunc(parts, func(p part) bool { return !p.Divider }) {
		lead = orElse(shorten(escape(strings.Join(last.Labels, ", "), true), maxLead), nothing)
	}
	sheets, left := deal(parts, last, on.Pages)
	pages := make([]page, len(sheets))
	for i, sheet := range sheets {
		p := page{Content: lead, Embeds: sheet.Embeds, Files: sheet.Files, Components: []discordgo.MessageComponent{}}
		if i > 0 {
			title := shorten(oneLine(set.spell(c.Title)), limits.FieldName)
			p.Content = markdown([]run{bold(strings.TrimSpace(fmt.Sprintf("%s (%d of %d)", title, i+1, len(sheets))))})
		}
		for _, e := range p.Embeds {
			e.Color = colours[c.Tone]
		}
		pages[i] = p
	}
	end := &pages[len(pages)-1]
	carries := len(last.Questions) > 0 || on.Delivery != "" && len(pages) == 1
	end.close(last.small(last.note(linesOf(left))), colours[c.Tone], carries)
	end.Components = last.Rows
	if on.Delivery != "" {
		pages[0].mark(on.Delivery, nil)
	}
	if len(last.Questions) > 0 {
		delivery := ""
		if len(pages) == 1 {
			delivery = on.Delivery
		}
		end.mark(delivery, last.Questions)
	}
	return pages
}

// colours of the tones; 0 is for none. What they mean is said in words too.
var colours = map[bot.Tone]int{bot.Neutral: 0, bot.Good: 0x2E8B57, bot.Attention: 0xE0A100, bot.Trouble: 0xC0392B}

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

// narrow is how many characters a line has on a phone.
const narrow = 40

// linesIn counts the lines that a text takes on a narrow screen.
func linesIn(text string) int {
	if text == "" {
		return 0
	}
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		n += max(1, (units(line)+narrow-1)/narrow)
	}
	return n
}

// linesOf counts the lines that parts take on a narrow screen.
func linesOf(parts []part) int {
	n := 0
	for _, p := range parts {
		n += p.Lines + linesIn(plainOf(p.Runs))
	}
	return n
}

// lines counts the lines of text that a card takes on a narrow screen.
func lines(c bot.Card) int {
	set := typesetter{}
	return linesIn(oneLine(c.Title)) + linesOf(set.nodes(c.Body, surface{})) + linesIn(plainOf(set.runs(c.Context)))
}

// body returns the line that a message begins with, and the parts of a card that stand below it.
func (t typesetter) body(c bot.Card, on surface) (lead string, parts []part) {
	parts = t.nodes(c.Body, on)
	if title := oneLine(t.spell(c.Title)); !blank(title) {
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
		alt := oneLine(orElse(n.Alt, n.Name))
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

// whereabouts says what a picture or file is, and where.
func whereabouts(what, attached, name string, size int) []part {
	if attached != "" && size > 0 {
		what += " " + attached
	}
	if name = oneLine(name); name != "" {
		what += ": " + name
	}
	return textParts([]run{{Text: what, Style: bot.Italic}})
}

// mediaType returns a type as a header can carry it.
func mediaType(s string) string {
	if kind, params, err := mime.ParseMediaType(s); err == nil {
		if s = mime.FormatMediaType(kind, params); s != "" {
			return s
		}
	}
	return "application/octet-stream"
}

// fileName returns a name as an uploaded file can have it.
func fileName(name, other string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune("-_.", r) {
			return r
		}
		return '_'
	}, oneLine(name))
	if name = strings.Trim(name, "._"); name == "" {
		return other
	}
	ending := path.Ext(name)
	if units(ending) > limits.FileName/2 {
		ending = ""
	}
	// Room is left for a number.
	return within(strings.TrimSuffix(name, ending), limits.FileName-units(ending)-4) + ending
}

// asciiName is fileName for a picture that an embed shows: there Discord takes only plain letters.
// https://discord.com/developers/docs/reference#editing-message-attachments
func asciiName(name, other string) string {
	name = strings.Map(func(r rune) rune {
		if r >= unicode.MaxASCII {
			return '_'
		}
		return r
	}, fileName(name, other))
	if name = strings.Trim(name, "._"); path.Ext(name) != ".png" {
		return other
	}
	return name
}

// nameFiles gives each file a name of its own, by which an embed means its picture.
func nameFiles(parts []part) []part {
	taken := map[string]bool{}
	for _, p := range parts {
		if p.File == nil {
			continue
		}
		name := p.File.Name
		for n := 2; taken[p.File.Name]; n++ {
			p.File.Name = fmt.Sprintf("%d-%s", n, name)
		}
		taken[p.File.Name] = true
	}
	return parts
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
		label, value := oneLine(t.spell(f.Label)), t.value(f.Text)
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
		out = append(out, part{Lines: 1 + linesIn(plain), Field: &discordgo.MessageEmbedField{
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
		headers = append(headers, oneLine(t.spell(h)))
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

// deal puts parts on pages, and leaves room for the closing on the last of them. What does not fit is
// left.
func deal(parts []part, last closing, most int) (sheets []*sheet, left []part) {
	whole := limits.EmbedText
	// The note of what is left out takes room only where there is something to note.
	noted := whole - last.Length - maxNote
	end := whole - last.Length
	if last.Choices > 0 {
		end = noted
	}
	for {
		taken, rest := fill(parts, end, limits.Embeds-1, false)
		if len(rest) == 0 {
			return append(sheets, taken), nil
		}
		if len(sheets)+1 >= most {
			taken, rest = fill(parts, noted, limits.Embeds-1, true)
			return append(sheets, taken), rest
		}
		taken, rest = fill(parts, whole, limits.Embeds, false)
		if n := len(parts) - len(rest); len(rest) == 0 && n > 1 {
			// The closing alone would be a page that says nothing.
			taken, _ = fill(parts[:n-1], whole, limits.Embeds, false)
			rest = parts[n-1:]
		}
		sheets, parts = append(sheets, taken), rest
	}
}

// leastPiece is the fewest characters of a text that are worth being shown without the rest.
const leastPiece = 80

// fill puts the parts on a sheet that there is room for; with split, the beginning of one more.
func fill(parts []part, room, embeds int, split bool) (*sheet, []part) {
	s := &sheet{room: room, most: embeds, Embeds: []*discordgo.MessageEmbed{}}
	for i, p := range parts {
		if s.take(p) {
			continue
		}
		rest := parts[i:]
		if most := s.roomForText(); split && len(p.Runs) > 0 && most >= leastPiece {
			head, tail := cut(p.Runs, most)
			if head = trimEnd(head); len(head) > 0 && s.take(part{Runs: head}) {
				rest = append([]part{{Runs: tail}}, parts[i+1:]...)
			}
		}
		return s, rest
	}
	return s, nil
}

// sheet is a page's body as it is filled.
type sheet struct {
	Embeds []*discordgo.MessageEmbed
	Files  []attachment
	// room is how many characters more the embeds may have in all, most how many embeds there may be.
	room, most int
	// parted is true after a divider, until something follows.
	parted bool
}

// take puts a part onto the sheet, and returns false where there is no room for it.
func (s *sheet) take(p part) bool {
	switch {
	case p.Divider:
		s.parted = len(s.Embeds) > 0
		return true
	case p.File != nil:
		return s.takeFile(p)
	case p.Field != nil:
		return s.takeField(p.Field)
	default:
		return s.takeText(markdown(p.Runs))
	}
}

// current is the embed that more may go into, nil where there is none. After a divider, there is none
// as long as there may be more embeds.
func (s *sheet) current() *discordgo.MessageEmbed {
	n := len(s.Embeds)
	if n == 0 || s.parted && n < s.most || s.Embeds[n-1].Image != nil {
		return nil
	}
	return s.Embeds[n-1]
}

// begin adds an embed, and returns nil where there is no room for one.
func (s *sheet) begin() *discordgo.MessageEmbed {
	if len(s.Embeds) >= s.most {
		return nil
	}
	s.Embeds = append(s.Embeds, &discordgo.MessageEmbed{})
	s.parted = false
	return s.Embeds[len(s.Embeds)-1]
}

func (s *sheet) takeText(text string) bool {
	n := units(text)
	e := s.current()
	if e != nil && len(e.Fields) > 0 {
		if s.underFields(e, text) {
			return true
		}
		e = nil
	}
	if e != nil {
		between := "\n"
		if s.parted {
			between = "\n\n"
		}
		if m := n + len(between); m <= s.room && units(e.Description)+m <= limits.Description {
			e.Description += between + text
			s.room -= m
			s.parted = false
			return true
		}
	}
	if n > s.room || n > limits.Description {
		return false
	}
	if e = s.begin(); e == nil {
		return false
	}
	e.Description = text
	s.room -= n
	return true
}

// underFields puts a text below the fields of an embed, as a field without a name: only fields can
// stand below fields.
func (s *sheet) underFields(e *discordgo.MessageEmbed, text string) bool {
	n := units(text)
	if last := e.Fields[len(e.Fields)-1]; last.Name == zeroWidth && !last.Inline && !s.parted {
		if n+1 > s.room || units(last.Value)+1+n > limits.FieldValue {
			return false
		}
		last.Value += "\n" + text
		s.room -= n + 1
		return true
	}
	if blank(text) || n > limits.FieldValue {
		return false
	}
	return s.takeFieldInto(e, &discordgo.MessageEmbedField{Name: zeroWidth, Value: text})
}

func (s *sheet) takeField(f *discordgo.MessageEmbedField) bool {
	if e := s.current(); e != nil && s.takeFieldInto(e, f) {
		return true
	}
	if units(f.Name)+units(f.Value) > s.room {
		return false
	}
	e := s.begin()
	return e != nil && s.takeFieldInto(e, f)
}

func (s *sheet) takeFieldInto(e *discordgo.MessageEmbed, f *discordgo.MessageEmbedField) bool {
	n := units(f.Name) + units(f.Value)
	if n > s.room || len(e.Fields) >= limits.Fields {
		return false
	}
	own := *f
	e.Fields = append(e.Fields, &own)
	s.room -= n
	s.parted = false
	return true
}

func (s *sheet) takeFile(p part) bool {
	if len(s.Files) >= limits.Files {
		return false
	}
	if p.Picture {
		e := s.current()
		if e == nil {
			e = s.begin()
		}
		if e == nil {
			return false
		}
		e.Image = &discordgo.MessageEmbedImage{URL: "attachment://" + p.File.Name}
		s.parted = false
	}
	s.Files = append(s.Files, *p.File)
	return true
}

// roomForText returns how long a text may be that is still to be taken.
func (s *sheet) roomForText() int {
	if e := s.current(); e != nil && len(e.Fields) == 0 {
		if most := min(s.room, limits.Description-units(e.Description)) - 2; most >= leastPiece {
			return most
		}
	}
	if len(s.Embeds) < s.most {
		return min(s.room, limits.Description)
	}
	return 0
}

// close puts small lines at the end of a page: into the last embed, where instants are shown in the
// reader's zone as they are not in its footer. A page without embeds gets one where it carries something.
func (p *page) close(small string, colour int, carries bool) {
	if small == "" {
		return
	}
	n := len(p.Embeds)
	if n == 0 && !carries && units(p.Content)+1+units(small) <= limits.Content {
		p.Content = strings.TrimPrefix(p.Content+"\n"+small, "\n")
		return
	}
	if n > 0 {
		e := p.Embeds[n-1]
		fields := len(e.Fields)
		switch {
		case fields == 0 && units(e.Description)+1+units(small) <= limits.Description:
			e.Description = strings.TrimPrefix(e.Description+"\n"+small, "\n")
			return
		case fields > 0 && e.Fields[fields-1].Name == zeroWidth && !e.Fields[fields-1].Inline && units(e.Fields[fields-1].Value)+1+units(small) <= limits.FieldValue:
			e.Fields[fields-1].Value += "\n" + small
			return
		case fields > 0 && fields < limits.Fields && units(small) <= limits.FieldValue:
			e.Fields = append(e.Fields, &discordgo.MessageEmbedField{Name: zeroWidth, Value: small})
			return
		}
	}
	p.Embeds = append(p.Embeds, &discordgo.MessageEmbed{Description: small, Color: colour})
}

// markPrefix begins the address of an embed of ours. An embed without a title shows no address, and the
// name can never be one of a server (RFC 2606). What it carries is as secret as the message: all who see
// the one could read the other.
//
// It survives: the endpoints that return messages, and the deliveries of pressed buttons, have embed.url
// as it was sent, while Discord's own nonce is forgotten after some minutes.
// https://discord.com/developers/docs/resources/message#embed-object
const markPrefix = "https://hirebot.invalid/d/"

// asked is a question that a button's message carries until it is pressed, since nothing of a card is
// kept elsewhere.
type asked struct {
	ID    string `json:"i"`
	Title string `json:"t,omitempty"`
	Text  string `json:"x,omitempty"`
	Yes   string `json:"y,omitempty"`
	No    string `json:"n,omitempty"`
}

// mark writes a delivery and questions into a page. A page without an embed gets one.
func (p *page) mark(delivery string, questions []asked) {
	if len(p.Embeds) == 0 {
		p.Embeds = []*discordgo.MessageEmbed{{Description: zeroWidth}}
	}
	mark := markPrefix + url.PathEscape(delivery)
	if units(mark) > limits.EmbedURL {
		mark = markPrefix
	}
	p.Embeds[0].URL = mark
	for n := len(questions); n > 0; n-- {
		// Where there is no room for a question, the button's label is asked.
		var text bytes.Buffer
		encoder := json.NewEncoder(&text)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(questions[:n]); err != nil {
			continue
		}
		if all := mark + "?q=" + base64.RawURLEncoding.EncodeToString(text.Bytes()); len(all) <= limits.EmbedURL {
			p.Embeds[0].URL = all
			return
		}
	}
}

// markOf returns what the embeds of a message of ours carry.
func markOf(m *discordgo.Message) (delivery string, questions []asked) {
	if m == nil {
		return "", nil
	}
	for _, e := range m.Embeds {
		if e == nil || !strings.HasPrefix(e.URL, markPrefix) {
			continue
		}
		id, query, _ := strings.Cut(strings.TrimPrefix(e.URL, markPrefix), "?q=")
		if id, err := url.PathUnescape(id); err == nil && delivery == "" {
			delivery = id
		}
		var found []asked
		if text, err := base64.RawURLEncoding.DecodeString(query); err == nil && json.Unmarshal(text, &found) == nil {
			questions = append(questions, found...)
		}
	}
	return delivery, questions
}

// deliveryOf returns the id of the delivery that a message of ours is, "" where it is none.
func deliveryOf(m *discordgo.Message) string {
	delivery, _ := markOf(m)
	return delivery
}

// closing is what stands at the end of a card's last page, whatever else is left out.
type closing struct {
	Rows []discordgo.MessageComponent
	// Labels are what the card's own buttons and its menu say.
	Labels []string
	// Context is the small line below, and Length the number of its characters.
	Context string
	Length  int
	// Questions are what the buttons ask before they act.
	Questions []asked
	// Choices are the buttons and entries that had no room; Kept is whether a button sends the card on.
	Choices int
	Kept    bool
}

const keepLabel = "Send to my DM"

// maxNote is the most characters that a note takes.
const maxNote = 150

// maxContext is the most characters of the line below a card, so that it fits into a field.
const maxContext = 800

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

// smallMark begins a line in small letters.
const smallMark = "-# "

// small returns the note and the line below.
func (c closing) small(note string) string {
	if note != "" {
		note = smallMark + note
	}
	return strings.Trim(note+"\n"+c.Context, "\n")
}

// closing returns the end of a card: its buttons, its menu, and the line below.
func (t typesetter) closing(c bot.Card, on surface) closing {
	out := closing{Rows: []discordgo.MessageComponent{}}
	rows := limits.Rows
	var menu *discordgo.SelectMenu
	if c.Menu != nil {
		var left int
		menu, left = t.menu(*c.Menu)
		out.Choices += left
		if menu != nil {
			rows--
		}
	}
	var first, last []discordgo.MessageComponent
	for _, b := range on.Buttons {
		first = append(first, discordgo.Button{CustomID: b.ID, Label: shorten(orElse(oneLine(t.spell(b.Label)), "…"), limits.ButtonLabel), Style: styles[b.Style]})
	}
	if out.Kept = on.Keep != "" && units(on.Keep) <= limits.CustomID; out.Kept {
		last = append(last, discordgo.Button{CustomID: on.Keep, Label: keepLabel, Style: discordgo.SecondaryButton})
	}
	room := rows*limits.RowButtons - len(last)
	first = first[:min(len(first), room)]
	buttons, questions, left := t.buttons(c.Buttons(), room-len(first))
	out.Questions = questions
	out.Choices += left
	for _, b := range buttons {
		if b, ok := b.(discordgo.Button); ok {
			out.Labels = append(out.Labels, b.Label)
		}
	}
	// The buttons of the lines stand apart from the card's own, where there are rows enough.
	lines := min(len(buttons), len(c.Buttons())-len(c.Actions))
	ofLines := len(first) + lines
	all := slices.Concat(first, buttons, last)
	groups := [][]discordgo.MessageComponent{all[:ofLines], all[ofLines:]}
	if lines == 0 || left > 0 || rowsOf(ofLines)+rowsOf(len(all)-ofLines) > rows {
		groups = [][]discordgo.MessageComponent{all}
	}
	for _, group := range groups {
		for row := range slices.Chunk(group, limits.RowButtons) {
			out.Rows = append(out.Rows, discordgo.ActionsRow{Components: row})
		}
	}
	if menu != nil {
		out.Labels = append(out.Labels, menu.Placeholder)
		out.Rows = append(out.Rows, discordgo.ActionsRow{Components: []discordgo.MessageComponent{*menu}})
	}
	out.Context = t.context(c.Context)
	if out.Length = units(out.Context); out.Length > 0 {
		out.Length += 2 // what parts it from the text above
	}
	return out
}

// rowsOf returns how many rows so many buttons take.
func rowsOf(buttons int) int { return (buttons + limits.RowButtons - 1) / limits.RowButtons }

// context returns the line below a card in small letters, "" where it says nothing.
func (t typesetter) context(text bot.Text) string {
	runs := t.runs(text)
	if blank(plainOf(runs)) {
		return ""
	}
	head, rest := cut(runs, maxContext-1)
	if len(rest) > 0 {
		head = add(trimEnd(head), run{Text: "…"})
	}
	var lines []string
	for line := range strings.SplitSeq(markdown(head), "\n") {
		if !blank(line) {
			lines = append(lines, smallMark+strings.TrimSpace(line))
		}
	}
	small := strings.Join(lines, "\n")
	if units(small) > limits.FieldValue-maxNote-len(smallMark)-1 {
		// So many lines are none that a person reads; one has room.
		return smallMark + strings.Join(strings.Fields(markdown(head)), " ")
	}
	return small
}

// labelOf returns the label of a call: never empty, since Discord demands a character.
func labelOf(label string, call bot.Call, most int) string {
	return shorten(orElse(oneLine(label), orElse(oneLine(call.Command), "…")), most)
}

// styles are the colours of buttons.
var styles = map[bot.Style]discordgo.ButtonStyle{
	bot.Secondary: discordgo.SecondaryButton, bot.Primary: discordgo.PrimaryButton, bot.Danger: discordgo.DangerButton, bot.On: discordgo.SuccessButton,
}

// buttons returns actions as buttons with what they ask, and how many had no room.
func (t typesetter) buttons(actions []bot.Action, most int) (buttons []discordgo.MessageComponent, questions []asked, left int) {
	ids := idMaker{}
	for i, a := range actions {
		if len(buttons) == most {
			return buttons, questions, left + len(actions) - i
		}
		// A call that is too long is a mistake of ours; what it would do can still be typed.
		id, ok := ids.next(a.Do, a.Confirm != nil)
		if !ok {
			left++
			continue
		}
		label := labelOf(t.spell(a.Label), a.Do, limits.ButtonLabel)
		if a.Confirm != nil {
			questions = append(questions, t.asked(id, *a.Confirm))
		}
		if a.Style == bot.On {
			label = shorten("✓ "+label, limits.ButtonLabel)
		}
		style := styles[a.Style]
		if style == 0 {
			style = discordgo.SecondaryButton
		}
		buttons = append(buttons, discordgo.Button{CustomID: id, Label: label, Style: style})
	}
	return buttons, questions, left
}

// The most characters of a question's texts, so that several fit into an address.
const (
	maxAskedTitle = 100
	maxAskedText  = 300
	maxAskedLabel = 60
)

func (t typesetter) asked(id string, c bot.Confirm) asked {
	text := func(s string, most int) string {
		if blank(s) {
			return ""
		}
		return shorten(strings.TrimSpace(t.spell(s)), most)
	}
	return asked{
		ID: id, Title: text(oneLine(c.Title), maxAskedTitle), Text: text(c.Text, maxAskedText),
		Yes: text(oneLine(c.Yes), maxAskedLabel), No: text(oneLine(c.No), maxAskedLabel),
	}
}

// menuID begins the ids of our menus; the values of their entries are ids as buttons have them.
const menuID = "menu"

// menu returns a menu, and how many of its entries had no room; nil for one that offers nothing.
func (t typesetter) menu(m bot.Menu) (*discordgo.SelectMenu, int) {
	ids, left := idMaker{}, 0
	var options []discordgo.SelectMenuOption
	for _, item := range m.Items {
		id, ok := "", false
		if len(options) < limits.SelectOptions {
			id, ok = ids.next(item.Do, false)
		}
		if !ok {
			left++
			continue
		}
		hint := oneLine(t.spell(item.Hint))
		if blank(hint) {
			hint = ""
		}
		options = append(options, discordgo.SelectMenuOption{
			Value: id, Label: labelOf(t.spell(item.Label), item.Do, limits.OptionLabel), Description: shorten(hint, limits.OptionHint),
		})
	}
	if len(options) == 0 {
		return nil, left
	}
	return &discordgo.SelectMenu{
		MenuType: discordgo.StringSelectMenu, CustomID: menuID + "0", Options: options,
		Placeholder: shorten(orElse(oneLine(t.spell(m.Label)), "More"), limits.Placeholder),
	}, left
}

// A call's id on the wire begins with "v1". Discord wants the ids of one message to differ, and asks
// nothing before a button acts; both are said in these two characters, so that every call that has room
// by itself has it here: "c" instead of "v" asks first, and a letter instead of "1" is a further button
// of the same call.
const (
	idPlain    = "v1"
	idAsks     = 'c'
	idCopies   = "abcdefghijklmnopqrstuvwxyz"
	idVersion1 = '1'
)

// idMaker makes the ids of one message or menu.
type idMaker map[string]int

// next returns the id of a call, and false for a call that has none.
func (m idMaker) next(call bot.Call, asks bool) (string, bool) {
	id, err := call.Encode()
	if err != nil || units(id) > limits.CustomID || !strings.HasPrefix(id, idPlain+"|") {
		return "", false
	}
	if asks {
		id = string(idAsks) + id[1:]
	}
	n := m[id]
	m[id]++
	if n > len(idCopies) {
		return "", false
	}
	if n > 0 {
		id = id[:1] + idCopies[n-1:n] + id[2:]
	}
	return id, true
}

// readID returns the call of a button or an entry, as bot.DecodeCall reads it, and whether it is to be
// confirmed first. It returns false for an id that is none of a call.
func readID(id string) (call string, asks, ok bool) {
	if len(id) < 3 || id[2] != '|' {
		return "", false, false
	}
	if id[0] != idPlain[0] && id[0] != idAsks || id[1] != idVersion1 && !strings.Contains(idCopies, id[1:2]) {
		return "", false, false
	}
	return idPlain + id[2:], id[0] == idAsks, true
}

// idNo is the id of the button that removes a question and does nothing else.
const idNo = "no"

// question is what is asked before a button acts.
type question struct {
	Confirm bot.Confirm
	Do      bot.Call
	Style   bot.Style
}

// questionOf returns what the button with that id asks, and false where it asks nothing. Its error is a
// Problem that says what to do.
func questionOf(m *discordgo.Message, id string) (q question, asks bool, err error) {
	call, asks, ok := readID(id)
	if !ok || !asks {
		return question{}, false, nil
	}
	if q.Do, err = bot.DecodeCall(call); err != nil {
		return question{}, true, err
	}
	label, style := buttonOf(m, id)
	label = orElse(label, "Yes")
	if style == discordgo.DangerButton {
		q.Style = bot.Danger
	}
	_, questions := markOf(m)
	var a asked
	if i := slices.IndexFunc(questions, func(a asked) bool { return a.ID == id }); i >= 0 {
		a = questions[i]
	}
	q.Confirm = bot.Confirm{
		Title: orElse(a.Title, "Are you sure?"), Text: orElse(a.Text, "This does: "+label), Yes: orElse(a.Yes, label), No: orElse(a.No, "Cancel"),
	}
	return q, true, nil
}

// buttonOf returns the label and style of a button of a message.
func buttonOf(m *discordgo.Message, id string) (string, discordgo.ButtonStyle) {
	if m == nil {
		return "", 0
	}
	for _, row := range m.Components {
		row, ok := row.(*discordgo.ActionsRow)
		if !ok {
			continue
		}
		for _, c := range row.Components {
			if b, ok := c.(*discordgo.Button); ok && b.CustomID == id {
				return b.Label, b.Style
			}
		}
	}
	return "", 0
}

// page returns a question as a message for the one who pressed: Yes is the call itself, No removes the
// question.
func (q question) page() page {
	style := q.Style
	if style == bot.Secondary {
		style = bot.Primary
	}
	buttons := []button{{ID: idNo, Label: q.Confirm.No}}
	if id, err := q.Do.Encode(); err == nil {
		buttons = slices.Insert(buttons, 0, button{ID: id, Label: q.Confirm.Yes, Style: style})
	}
	card := bot.Card{Title: q.Confirm.Title, Tone: bot.Attention, Body: []bot.Node{bot.T(q.Confirm.Text)}}
	return renderCard(card, surface{Pages: 1, Buttons: buttons})[0]
}
