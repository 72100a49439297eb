package discord

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hirebot/hirebot/bot"
)

// Preview draws what the core says as it is sent to Discord, for whoever wants to look at it without being
// connected. It is made with NewPreview.
type Preview struct {
	names  names
	people accounts
}

// NewPreview returns the preview of a server whose commands are these. Account returns the account of a
// person there, "" for none, and what they are called.
func NewPreview(base, prefix string, specs []bot.Spec, account func(person string) (user, name string)) Preview {
	return Preview{names: newNames(base, prefix, specs), people: account}
}

// Card returns a card as the body of the call that posts it into somebody's direct messages, as indented
// JSON. What its files hold is left out.
func (p Preview) Card(c bot.Card) ([]byte, error) {
	m, _ := posting(c, ownMessage(p.names, p.people, true), p.people)
	return previewJSON(m)
}

// Form returns all steps of a form, the modals that Discord is told to open one after the other, and what
// there is no room for in them, as indented JSON.
func (p Preview) Form(f bot.Form) ([]byte, error) {
	id := formID{Draft: f.Draft, Of: len(steps(f))}
	var out struct {
		Steps []modal  `json:"steps"`
		Lost  []string `json:"lost,omitempty"`
	}
	for id.Step = range id.Of {
		m, losses := stepOfForm(f, id, p.names, p.people)
		out.Steps = append(out.Steps, m)
		for _, l := range losses {
			out.Lost = append(out.Lost, strings.TrimPrefix(l.Field+": "+l.Text, ": "))
		}
	}
	return previewJSON(out)
}

// previewJSON writes JSON for people to read. Some of discordgo's types escape what HTML would read, so the
// text is read once more.
func previewJSON(v any) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("write a preview: %w", err)
	}
	var plain any
	if err := json.Unmarshal(text, &plain); err != nil {
		return nil, fmt.Errorf("read a preview: %w", err)
	}
	return indentedJSON(plain)
}
