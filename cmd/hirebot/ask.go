package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"mime"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/store"
)

// askCmd is `hirebot ask`.
type askCmd struct {
	As      string   `required:"" placeholder:"PERSON" help:"The person who asks, by name."`
	Command []string `arg:"" optional:"" help:"The command as typed in a chat, such as '/band backend 7y'."`
	Press   string   `placeholder:"COMMAND-ID" help:"Press a button or menu entry instead, by the id that --json shows."`
	Field   []string `sep:"none" placeholder:"NAME=VALUE" help:"A value of the form that opens, which is then sent off; of a file's field @ and its path. May be repeated."`
	JSON    bool     `name:"json" help:"Print the answer as JSON, with the ids of its buttons."`
}

// Run answers one command. It exits with 0 if it was answered, 1 if it was refused or failed, and 2
// if it was asked wrongly.
func (c askCmd) Run(ctx context.Context, m *Main) error {
	text := strings.Join(c.Command, " ")
	if (text == "") == (c.Press == "") {
		return usagef("give either a command, such as '/band backend 7y', or --press with the id of a button")
	}
	values, err := parseFields(c.Field)
	if err != nil {
		return err
	}
	return m.withStore(ctx, migrated, func(st *store.Store) error {
		a, err := newApp(st, m.Clock, m.quietLog(), nil)
		if err != nil {
			return err
		}
		who, zone, err := a.whoAsks(ctx, c.As)
		if err != nil {
			return err
		}
		ev := bot.Event{
			Type: bot.Invoke, ID: "ask-" + uuid.NewString(), From: who, At: m.Clock(), Text: text,
			In: bot.Conversation{Workspace: who.Workspace, Channel: "ask", Private: true},
		}
		if c.Press != "" {
			call, err := bot.DecodeCall(c.Press)
			if err != nil {
				return usagef("--press %q is not the id of a button: copy one from --json", c.Press)
			}
			ev.Type, ev.Command, ev.Bound = bot.Press, call.Command, call.Args
		}
		serve := withRequest(a.router.Serve)
		answer := serve(ctx, ev)
		if len(values) > 0 && answer.Form != nil && answer.Form.StartOver.Command != "" {
			// Values of the command line are all of them: none is left over from a try before.
			over := ev
			over.Type, over.ID, over.Text = bot.Press, ev.ID+"-over", ""
			over.Command, over.Bound = answer.Form.StartOver.Command, answer.Form.StartOver.Args
			serve(ctx, over)
			ev.ID += "-again"
			answer = serve(ctx, ev)
		}
		switch {
		case len(values) == 0:
		case answer.Form != nil:
			if ev, err = submission(ev, *answer.Form, values); err != nil {
				return err
			}
			answer = serve(ctx, ev)
		default:
			fmt.Fprintln(m.Stderr, "hirebot: no form opened, so the values of --field were not used.")
		}
		return c.print(m, answer, zone)
	})
}

// whoAsks returns the identity of a person by name, and their zone.
func (a *app) whoAsks(ctx context.Context, name string) (who bot.Identity, zone *time.Location, err error) {
	err = a.store.Read(ctx, func(tx *store.Tx) error {
		p, ok := tx.Snapshot().PersonByName(name)
		if !ok {
			return noSuchPerson(tx.Snapshot(), name)
		}
		who, zone = bot.Identity{Workspace: store.PersonWorkspace, User: p.ID}, tx.Snapshot().Zone(p.ID)
		return nil
	})
	return who, zone, err
}

// parseFields reads name=value pairs; a name may come several times.
func parseFields(pairs []string) (bot.Values, error) {
	values := bot.Values{}
	for _, pair := range pairs {
		name, value, ok := strings.Cut(pair, "=")
		if name = strings.TrimSpace(name); !ok || name == "" {
			return nil, usagef("--field %q is not name=value", pair)
		}
		values[name] = append(values[name], value)
	}
	return values, nil
}

// submission returns the event that sends off a form, with values laid over what it was opened with.
func submission(opened bot.Event, form bot.Form, values bot.Values) (bot.Event, error) {
	ev := bot.Event{
		Type: bot.Submit, ID: opened.ID + "-form", From: opened.From, In: opened.In, At: opened.At,
		Command: form.Call.Command, Bound: form.Call.Args, Draft: form.Draft,
		Values: bot.Values{}, Files: map[string]bot.Upload{},
	}
	var names []string
	for _, f := range form.Fields {
		names = append(names, f.Name)
		if len(f.Value) > 0 {
			ev.Values[f.Name] = f.Value
		}
		given, ok := values[f.Name]
		if !ok {
			continue
		}
		if f.Input == bot.InputFile && len(given) == 1 && strings.HasPrefix(given[0], "@") {
			up, err := readUpload(given[0][1:])
			if err != nil {
				return bot.Event{}, err
			}
			ev.Files[f.Name] = up
			continue
		}
		ev.Values[f.Name] = given
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(names, name) {
			return bot.Event{}, usagef("the form has no field %q; it has %s", name, strings.Join(names, ", "))
		}
	}
	return ev, nil
}

// readUpload reads a file that the caller names.
func readUpload(path string) (bot.Upload, error) {
	info, err := os.Stat(path)
	if err != nil {
		return bot.Upload{}, usagef("read the file of --field: %v", err)
	}
	if info.Size() > bot.MaxUpload {
		return bot.Upload{}, usagef("%s has more than %d MB", path, bot.MaxUpload>>20)
	}
	data, err := os.ReadFile(path) //nolint:gosec // The person at the command line names their own file.
	if err != nil {
		return bot.Upload{}, usagef("read the file of --field: %v", err)
	}
	return bot.Upload{Name: filepath.Base(path), MediaType: mime.TypeByExtension(filepath.Ext(path)), Data: data}, nil
}

// print writes an answer: what was answered to stdout, a refusal to stderr.
func (c askCmd) print(m *Main, answer bot.Answer, zone *time.Location) error {
	refusal := plainRefusal(answer, zone)
	if refusal != "" {
		fmt.Fprint(m.Stderr, refusal)
	}
	if c.JSON {
		text, err := answerJSON(answer, zone)
		if err != nil {
			return err
		}
		fmt.Fprintln(m.Stdout, text)
	} else if refusal == "" && answer.Form != nil {
		fmt.Fprint(m.Stdout, formText(*answer.Form, zone)+c.sendWith(*answer.Form))
	} else if refusal == "" {
		fmt.Fprint(m.Stdout, plainAnswer(answer, zone))
	}
	if refusal != "" {
		return &exitError{code: exitFailure}
	}
	return nil
}

// formText writes a form with all that is needed to fill it in from the command line.
func formText(f bot.Form, zone *time.Location) string {
	var b strings.Builder
	b.WriteString(f.Title + "\n")
	if note := f.Note.Plain(zone); note != "" {
		b.WriteString(note + "\n")
	}
	if !f.Saved.IsZero() {
		b.WriteString("Continuing what was typed, saved " + bot.FormatInstant(f.Saved, zone) + "; --field starts afresh.\n")
	}
	for _, field := range f.Fields {
		label := field.Label
		if field.Required {
			label += ", required"
		}
		fmt.Fprintf(&b, "  %s (%s) = %s\n", field.Name, label, strings.ReplaceAll(strings.Join(namesOf(field, field.Value), ", "), "\n", "; "))
		if len(field.Choices) > 0 {
			var all []string
			for _, c := range field.Choices {
				all = append(all, c.Value)
			}
			fmt.Fprintf(&b, "      one of: %s\n", strings.Join(namesOf(field, all), ", "))
		}
	}
	return b.String()
}

// namesOf returns values of a field as one types them: of people the names.
func namesOf(field bot.Field, values []string) []string {
	if field.Input != bot.InputPerson && field.Input != bot.InputPeople {
		return values
	}
	var names []string
	for _, v := range values {
		if i := slices.IndexFunc(field.Choices, func(c bot.Choice) bool { return c.Value == v }); i >= 0 {
			v = field.Choices[i].Label
		}
		names = append(names, v)
	}
	return names
}

// sendWith says how to send a form off.
func (c askCmd) sendWith(f bot.Form) string {
	if len(f.Fields) == 0 {
		return ""
	}
	line := "hirebot ask --as " + shellWord(c.As)
	if c.Press != "" {
		line += " --press " + shellWord(c.Press)
	} else {
		line += " " + shellWord(strings.Join(c.Command, " "))
	}
	missing := false
	for _, field := range f.Fields {
		if field.Required && len(field.Value) == 0 {
			line, missing = line+" --field "+field.Name+"=…", true
		}
	}
	if !missing {
		line += " --field " + f.Fields[0].Name + "=…"
	}
	return "Send it with: " + line + "\n"
}

// shellWord quotes a text as one word of a shell.
func shellWord(text string) string {
	if text != "" && !strings.ContainsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_./@", r)
	}) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// plainAnswer writes an answer as text.
func plainAnswer(a bot.Answer, zone *time.Location) string {
	switch {
	case a.Form != nil:
		return bot.PlainForm(*a.Form, zone)
	case a.Card != nil:
		return bot.PlainCard(*a.Card, zone)
	default:
		return ""
	}
}

// plainRefusal writes what was refused or failed, or "" for an answer. Errors of a form's fields
// are a line each, "name: message".
func plainRefusal(a bot.Answer, zone *time.Location) string {
	var b strings.Builder
	for _, e := range a.Errors {
		if e.Field != "" {
			b.WriteString(e.Field + ": ")
		}
		b.WriteString(e.Message + "\n")
	}
	if b.Len() == 0 && a.Code != "" {
		b.WriteString(plainAnswer(a, zone))
	}
	return b.String()
}

// The JSON of an answer: small types of its own, so that scripts do not depend on the bot's.
type (
	jsonAnswer struct {
		Code   string           `json:"code"`
		Card   *jsonCard        `json:"card,omitempty"`
		Form   *jsonForm        `json:"form,omitempty"`
		Errors []jsonFieldError `json:"errors,omitempty"`
	}
	jsonCard struct {
		Title   string       `json:"title"`
		Tone    string       `json:"tone,omitempty"`
		Body    []jsonNode   `json:"body"`
		Buttons []jsonButton `json:"buttons"`
		Menu    *jsonMenu    `json:"menu,omitempty"`
		Context string       `json:"context,omitempty"`
	}
	jsonNode struct {
		Type   string      `json:"type"`
		Text   string      `json:"text,omitempty"`
		Fields []jsonField `json:"fields,omitempty"`
		Header []string    `json:"header,omitempty"`
		Rows   [][]string  `json:"rows,omitempty"`
		Name   string      `json:"name,omitempty"`
		Media  string      `json:"media_type,omitempty"`
		Data   []byte      `json:"data,omitempty"`
		Button *jsonButton `json:"button,omitempty"`
	}
	jsonField struct {
		Label string `json:"label"`
		Text  string `json:"text"`
	}
	jsonButton struct {
		Label   string `json:"label"`
		ID      string `json:"id"`
		Style   string `json:"style,omitempty"`
		Hint    string `json:"hint,omitempty"`
		Confirm string `json:"confirm,omitempty"`
	}
	jsonMenu struct {
		Label string       `json:"label"`
		Items []jsonButton `json:"items"`
	}
	jsonForm struct {
		Title  string          `json:"title"`
		Submit string          `json:"submit,omitempty"`
		ID     string          `json:"id"`
		Note   string          `json:"note,omitempty"`
		Draft  string          `json:"draft,omitempty"`
		Fields []jsonFormField `json:"fields"`
	}
	jsonFormField struct {
		Name     string       `json:"name"`
		Label    string       `json:"label"`
		Input    string       `json:"input"`
		Hint     string       `json:"hint,omitempty"`
		Value    []string     `json:"value,omitempty"`
		Required bool         `json:"required"`
		Choices  []jsonChoice `json:"choices,omitempty"`
	}
	jsonChoice struct {
		Label string `json:"label"`
		Value string `json:"value"`
	}
	jsonFieldError struct {
		Field   string `json:"field"`
		Message string `json:"message"`
	}
)

// answerJSON returns an answer as JSON, its texts plain and its buttons with their ids.
func answerJSON(a bot.Answer, zone *time.Location) (string, error) {
	out := jsonAnswer{Code: a.Code}
	var err error
	if a.Card != nil {
		if out.Card, err = cardJSON(*a.Card, zone); err != nil {
			return "", err
		}
	}
	if a.Form != nil {
		if out.Form, err = formJSON(*a.Form, zone); err != nil {
			return "", err
		}
	}
	for _, e := range a.Errors {
		out.Errors = append(out.Errors, jsonFieldError(e))
	}
	text, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return "", fmt.Errorf("write the answer as JSON: %w", err)
	}
	return string(text), nil
}

func cardJSON(c bot.Card, zone *time.Location) (*jsonCard, error) {
	out := &jsonCard{Title: c.Title, Tone: string(c.Tone), Body: []jsonNode{}, Buttons: []jsonButton{}, Context: c.Context.Plain(zone)}
	var wrong error
	id := func(do bot.Call) string {
		text, err := do.Encode()
		wrong = errors.Join(wrong, err)
		return text
	}
	button := func(a bot.Action) jsonButton {
		b := jsonButton{Label: a.Label, ID: id(a.Do), Style: string(a.Style)}
		if a.Confirm != nil {
			b.Confirm = a.Confirm.Text
		}
		return b
	}
	for _, n := range c.Body {
		one := nodeJSON(n, zone)
		if item, ok := n.(bot.Item); ok {
			b := button(item.Action)
			one.Button = &b
		}
		out.Body = append(out.Body, one)
	}
	for _, a := range c.Actions {
		out.Buttons = append(out.Buttons, button(a))
	}
	if c.Menu != nil {
		out.Menu = &jsonMenu{Label: c.Menu.Label, Items: []jsonButton{}}
		for _, it := range c.Menu.Items {
			out.Menu.Items = append(out.Menu.Items, jsonButton{Label: it.Label, Hint: it.Hint, ID: id(it.Do)})
		}
	}
	return out, wrong
}

func nodeJSON(n bot.Node, zone *time.Location) jsonNode {
	switch n := n.(type) {
	case bot.Text:
		return jsonNode{Type: "text", Text: n.Plain(zone)}
	case bot.Item:
		return jsonNode{Type: "item", Text: n.Text.Plain(zone)}
	case bot.Fields:
		out := jsonNode{Type: "fields"}
		for _, f := range n {
			out.Fields = append(out.Fields, jsonField{Label: f.Label, Text: f.Text.Plain(zone)})
		}
		return out
	case bot.Table:
		out := jsonNode{Type: "table", Header: n.Header, Rows: [][]string{}}
		for _, r := range n.Rows {
			cells := make([]string, 0, len(r))
			for _, cell := range r {
				cells = append(cells, cell.Plain(zone))
			}
			out.Rows = append(out.Rows, cells)
		}
		return out
	case bot.Picture:
		return jsonNode{Type: "picture", Name: n.Name, Text: n.Alt, Media: "image/png", Data: n.PNG}
	case bot.File:
		return jsonNode{Type: "file", Name: n.Name, Media: n.MediaType, Data: n.Data}
	case bot.Divider:
		return jsonNode{Type: "divider"}
	default:
		return jsonNode{Type: "unknown"}
	}
}

func formJSON(f bot.Form, zone *time.Location) (*jsonForm, error) {
	id, err := f.Call.Encode()
	out := &jsonForm{Title: f.Title, Submit: f.Submit, ID: id, Note: f.Note.Plain(zone), Draft: f.Draft, Fields: []jsonFormField{}}
	for _, field := range f.Fields {
		one := jsonFormField{Name: field.Name, Label: field.Label, Input: string(field.Input), Hint: field.Hint, Value: field.Value, Required: field.Required}
		for _, c := range field.Choices {
			one.Choices = append(one.Choices, jsonChoice{Label: c.Label, Value: c.Value})
		}
		out.Fields = append(out.Fields, one)
	}
	return out, err
}
