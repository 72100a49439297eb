package discord

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

// summary is what a person sees between the steps of a form, and when something in it is wrong.
type summary struct {
	Form bot.Form
	// Done is how many steps are filled in.
	Done  int
	Wrong []bot.FieldError
	// Losses are what a step could not show.
	Losses []loss
	// Secret tells whether a field's value is shown to nobody, Name what a person is called.
	Secret func(field string) bool
	Name   func(person string) string
	// Continue and Fix are the ids of the buttons; "" is for none. Fix also changes what is filled in.
	Continue, Fix string
}

// maxEntered is the most characters of a value in a summary.
const maxEntered = 300

// card returns a summary as a card, with the buttons for its surface.
func (s summary) card() (bot.Card, []button) {
	all := steps(s.Form)
	done := min(max(s.Done, 0), len(all))
	card := bot.Card{Title: orElse(s.Form.Title, "Form")}
	var buttons []button
	switch {
	case len(s.Wrong) > 0:
		card.Title += ": something to fix"
		card.Tone = bot.Attention
		card.Body = append(card.Body, s.mistakes(), bot.Divider{})
		buttons = append(buttons, button{ID: s.Fix, Label: "Fix", Style: bot.Primary})
	case done < len(all):
		if done > 0 {
			card.Title += fmt.Sprintf(": step %d of %d is filled in", done, len(all))
		}
		buttons = append(buttons, button{ID: s.Continue, Label: fmt.Sprintf("Continue (%d/%d)", done+1, len(all)), Style: bot.Primary})
		if done > 0 {
			buttons = append(buttons, button{ID: s.Fix, Label: "Change"})
		}
	}
	if !s.Form.Saved.IsZero() && s.Form.StartOver.Command != "" {
		// A modal has no buttons of ours.
		card.Actions = []bot.Action{{Label: "Start over", Do: s.Form.StartOver}}
	}
	var lines []bot.Text
	for _, fields := range all[:done] {
		for _, f := range fields {
			lines = append(lines, s.entered(f))
		}
	}
	if len(lines) > 0 {
		card.Body = append(card.Body, bot.Lines(lines...))
		card.Context = bot.T("What you entered is kept; nothing is sent yet.")
	}
	for _, l := range s.Losses {
		card.Body = append(card.Body, s.about(l.Field, l.Text))
	}
	return card, slices.DeleteFunc(buttons, func(b button) bool { return b.ID == "" })
}

func (s summary) mistakes() bot.Text {
	var lines []bot.Text
	for _, e := range s.Wrong {
		lines = append(lines, bot.Join(bot.T("⚠ "), s.about(e.Field, orElse(e.Message, "Look at this again."))))
	}
	return bot.Lines(lines...)
}

// about returns what is to be said of a field, with its label.
func (s summary) about(field, text string) bot.Text {
	if label := s.labelOf(field); label != "" {
		return bot.Join(bot.B(label+":"), bot.T(" "+text))
	}
	return bot.T(text)
}

// labelOf returns the label of a field, "" for none.
func (s summary) labelOf(name string) string {
	for _, f := range s.Form.Fields {
		if f.Name == name {
			return front.OneLine(orElse(f.Label, f.Name))
		}
	}
	return ""
}

// entered is a field with what it holds.
func (s summary) entered(f bot.Field) bot.Text {
	label := bot.B(front.OneLine(orElse(f.Label, f.Name)) + ":")
	if s.Secret != nil && s.Secret(f.Name) && len(front.ValuesOf(f)) > 0 {
		return bot.Join(label, bot.T(" entered, not shown"))
	}
	if len(front.ValuesOf(f)) == 0 {
		return bot.Join(label, bot.T(" "+none))
	}
	if at, err := time.Parse(time.RFC3339, front.ValuesOf(f)[0]); f.Input == bot.InputDateTime && err == nil {
		return bot.Join(label, bot.T(" "), bot.At(at))
	}
	var shown []string
	for _, v := range front.ValuesOf(legible(f)) {
		shown = append(shown, s.shown(f, v))
	}
	return bot.Join(label, bot.T(" "+shorten(strings.Join(shown, ", "), maxEntered)))
}

// shown returns a value as a person reads it.
func (s summary) shown(f bot.Field, value string) string {
	switch f.Input {
	case bot.InputFile:
		return "a file"
	case bot.InputPerson, bot.InputPeople:
		if s.Name != nil {
			return orElse(front.OneLine(s.Name(value)), value)
		}
	default:
	}
	for _, c := range f.Choices {
		if c.Value == value {
			return front.OneLine(orElse(c.Label, value))
		}
	}
	return front.OneLine(value)
}
