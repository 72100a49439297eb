package discord

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

// modal is a step of a form, as the answer to an interaction carries it.
type modal struct {
	ID         string                       `json:"custom_id"`
	Title      string                       `json:"title"`
	Components []discordgo.MessageComponent `json:"components"`
}

// loss is what of a form could not be shown: of a field's value, or, without a field, the form's note.
type loss struct{ Field, Text string }

// steps cuts the fields of a form, in order, into as few modals as there can be. They are of even size,
// since a modal that is not full has room for a text. There is always at least one step.
func steps(f bot.Form) [][]bot.Field {
	n := len(f.Fields)
	count := max(1, (n+limits.ModalParts-1)/limits.ModalParts)
	out := make([][]bot.Field, count)
	for i := range out {
		out[i] = f.Fields[i*n/count : (i+1)*n/count]
	}
	return out
}

// stepOf returns the step that asks for a field, the first for one that no step asks for.
func stepOf(f bot.Form, field string) int {
	for i, fields := range steps(f) {
		if slices.ContainsFunc(fields, func(f bot.Field) bool { return f.Name == field }) {
			return i
		}
	}
	return 0
}

// unsaved is what Discord tells nobody: that somebody closed a form.
const unsaved = "Closing this form keeps nothing of this step."

// unsavedShort is unsaved where there is little room.
const unsavedShort = "Closing keeps nothing of this step."

// renderModal draws one step of a form, counted from 0, with the caller's id. People returns the account
// of a person. A step that is not there is the last one.
func renderModal(f bot.Form, step int, id string, people func(person string) (user string, ok bool)) (modal, []loss) {
	all := steps(f)
	step = min(max(step, 0), len(all)-1)
	out := modal{ID: id, Title: stepTitle(f.Title, step, len(all))}
	var losses []loss
	var labels []label
	var long []string
	for _, field := range all[step] {
		if blank(field.Name) || units(field.Name) > limits.CustomID || slices.ContainsFunc(labels, func(l label) bool { return l.Component.CustomID == field.Name }) {
			losses = append(losses, loss{field.Name, "This field has a name that Discord cannot carry, so it is not asked for."})
			continue
		}
		l, lost := labelled(legible(field), people)
		if lost != "" {
			losses = append(losses, loss{field.Name, lost})
		}
		labels = append(labels, l)
		long = append(long, inFull(field, l)...)
	}
	note := ""
	if step == 0 {
		note = markdown(typesetter{}.runs(f.Note))
	}
	if len(labels) < limits.ModalParts {
		out.Components = append(out.Components, discordgo.TextDisplay{Content: modalText(f, step, note, len(labels), long)})
	} else {
		if step == 0 {
			for _, lost := range noteBelow(labels, all[step], f.Note) {
				losses = append(losses, loss{Text: lost})
			}
		}
		describe(labels, unsavedShort)
	}
	for _, l := range labels {
		out.Components = append(out.Components, l)
	}
	return out, losses
}

// describe puts a text of ours below the first label that has room for it, and returns false where none
// has. A full modal has room for no text but these.
func describe(labels []label, text string) bool {
	for i, l := range labels {
		if description := sentences(l.Description, text); units(description) <= limits.FieldHint {
			labels[i].Description = description
			return true
		}
	}
	return false
}

// noteBelow puts a form's note below the labels of a full modal, which has room for no text: people read it
// before they fill anything in. A sentence goes below the first label; it takes the place of a hint where
// there is no room beside it, since an example in the field says as much. What goes nowhere is returned.
func noteBelow(labels []label, fields []bot.Field, note bot.Text) []string {
	var lost []string
	taken := map[int]bool{}
	for _, sentence := range sentencesOf(front.OneLine(note.Plain(nil))) {
		if !noteSentence(labels, fields, taken, sentence) {
			lost = append(lost, sentence)
		}
	}
	return lost
}

// noteSentence is noteBelow for one sentence; taken are the labels whose hint has given way.
func noteSentence(labels []label, fields []bot.Field, taken map[int]bool, sentence string) bool {
	if units(sentence) > limits.FieldHint {
		return false
	}
	for i, l := range labels {
		if both := sentences(l.Description, sentence); units(both) <= limits.FieldHint {
			labels[i].Description = both
			return true
		}
		// A description that is more than the hint says what of a value is lost, or how to choose.
		spare := l.Description == atWord(sentences(fields[i].Hint), limits.FieldHint) && l.Component.Placeholder != ""
		if spare && !taken[i] {
			labels[i].Description, taken[i] = sentence, true
			return true
		}
	}
	return false
}

// sentencesOf cuts a text behind each full stop.
func sentencesOf(text string) []string {
	var out []string
	for _, part := range strings.SplitAfter(text, ". ") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// sentences puts texts behind each other, with full stops between.
func sentences(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p = front.OneLine(p); !blank(p) {
			out = append(out, p)
		}
	}
	for i := range len(out) - 1 {
		if !strings.HasSuffix(out[i], "…") && !strings.ContainsAny(out[i][len(out[i])-1:], ".!?:") {
			out[i] += "."
		}
	}
	return strings.Join(out, " ")
}

func stepTitle(title string, step, of int) string {
	title = orElse(front.OneLine(title), "Hirebot")
	if of == 1 {
		return atWord(title, limits.ModalTitle)
	}
	count := fmt.Sprintf(" (%d/%d)", step+1, of)
	return atWord(title, limits.ModalTitle-len(count)) + count
}

// modalText is what stands above the fields of a step.
func modalText(f bot.Form, step int, note string, fields int, long []string) string {
	var lines []string
	if !blank(note) {
		lines = append(lines, note)
	}
	if step == 0 && !f.Saved.IsZero() {
		lines = append(lines, "Continuing what you typed, saved "+instantMarkup(f.Saved)+".")
	}
	for _, line := range long {
		lines = append(lines, escape(line, true))
	}
	if fields == 0 {
		lines = append(lines, "There is nothing to fill in.")
	}
	end := smallMark + unsaved
	text := strings.Join(lines, "\n")
	if text == "" {
		return end
	}
	if most := limits.ModalText - len(end) - 1; units(text) > most {
		// A backslash at the end would take the line feed for what it escapes.
		text = strings.TrimRight(within(text, most-1), `\`) + "…"
	}
	return text + "\n" + end
}
