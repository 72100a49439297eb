package playground

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/hirebot/hirebot/bot"
)

// Preview draws what the core says as the browser is sent it, for whoever wants to look at it without a
// server.
type Preview struct {
	// Account returns the account of a person, "" for none, and what they are called.
	Account func(person string) (user, name string)
}

// Card returns a card as a direct message has it, as indented JSON.
func (p Preview) Card(c bot.Card) ([]byte, error) {
	w, lost := renderPosted(c, p.Account)
	if err := whole(c.Title, lost); err != nil {
		return nil, err
	}
	return indentedJSON(w)
}

// Form returns a form, as indented JSON.
func (Preview) Form(f bot.Form) ([]byte, error) {
	w, lost, ok := renderForm(f)
	if !ok {
		return nil, fmt.Errorf("draw the form of %s: its call is too long", f.Call.Command)
	}
	if err := whole(f.Title, lost); err != nil {
		return nil, err
	}
	return indentedJSON(w)
}

// Commands returns what help and autocomplete of the browser are told of each command, as an indented JSON
// list in the order given.
func (Preview) Commands(specs []bot.Spec) ([]byte, error) { return indentedJSON(wireCommands(specs)) }

// whole is an error where something had to be left out.
func whole(title string, lost []Loss) error {
	for _, l := range lost {
		return fmt.Errorf("draw %q: %d of %d %s left", title, l.Kept, l.Had, l.Where)
	}
	return nil
}

func indentedJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("write it as JSON: %w", err)
	}
	return b.Bytes(), nil
}
