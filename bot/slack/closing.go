package slack

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

// closing is what stands at the end of a card's last page, whatever else is left out.
type closing struct {
	Blocks []slack.Block
	// Length is the number of characters in the blocks.
	Length int
	// Choices are the buttons and entries that had no room; Kept is whether a button sends the card on.
	Choices int
	Kept    bool
}

// maxNote is the most characters that a note takes.
const maxNote = 150

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
		buttons = append(buttons, slack.NewButtonBlockElement(actionKeep, keep, plainText(front.KeepLabel)))
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
	return shorten(orElse(front.OneLine(label), orElse(front.OneLine(call.Command), "…")), most)
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
	title := shorten(orElse(front.OneLine(t.spell(a.Confirm.Title)), "Are you sure?"), share(asked, limits.ConfirmTitle, maxTitles))
	text := shorten(orElse(t.spell(a.Confirm.Text), "This does: "+label), share(asked, limits.ConfirmText, maxAsked))
	yes := shorten(orElse(front.OneLine(t.spell(a.Confirm.Yes)), label), short)
	no := shorten(orElse(front.OneLine(t.spell(a.Confirm.No)), "Cancel"), short)
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
		entries = append(entries, entry{id, labelOf(t.spell(item.Label), item.Do, limits.OptionText), shorten(front.OneLine(t.spell(item.Hint)), limits.OptionDescription)})
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
	placeholder := plainText(shorten(orElse(front.OneLine(t.spell(m.Label)), "More"), limits.Placeholder))
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
