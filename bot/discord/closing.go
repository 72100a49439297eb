package discord

import (
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

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

// maxNote is the most characters that a note takes.
const maxNote = 150

// maxContext is the most characters of the line below a card, so that it fits into a field.
const maxContext = 800

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
		first = append(first, discordgo.Button{CustomID: b.ID, Label: shorten(orElse(front.OneLine(t.spell(b.Label)), "…"), limits.ButtonLabel), Style: styles[b.Style]})
	}
	if out.Kept = on.Keep != "" && units(on.Keep) <= limits.CustomID; out.Kept {
		last = append(last, discordgo.Button{CustomID: on.Keep, Label: front.KeepLabel, Style: discordgo.SecondaryButton})
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
	return shorten(orElse(front.OneLine(label), orElse(front.OneLine(call.Command), "…")), most)
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
		hint := front.OneLine(t.spell(item.Hint))
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
		Placeholder: shorten(orElse(front.OneLine(t.spell(m.Label)), "More"), limits.Placeholder),
	}, left
}
