package playground

import (
	"fmt"
	"net/url"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/hirebot/hirebot/bot"
)

// limits are the most that a card or form may hold here. The browser has none of its own; these
// keep one message from making the page unusable, and show early what other platforms would cut.
var limits = struct {
	Title, Text, Label, Fields, Columns, Rows, Actions, MenuItems, Nodes, FormFields, Choices, Bytes int
}{
	Title: 150, Text: 3000, Label: 75, Fields: 20, Columns: 3, Rows: 100, Actions: 25, MenuItems: 100,
	Nodes: 50, FormFields: 50, Choices: 500, Bytes: bot.MaxUpload,
}

// Loss says what a rendering had to leave out.
type Loss struct {
	// Where names the part of the card or form, such as "table rows".
	Where string
	// Had and Kept count characters, items or bytes, whichever the part is measured in.
	Had, Kept int
}

type wireSpan struct {
	Style  bot.SpanStyle `json:"style,omitempty"`
	Text   string        `json:"text,omitempty"`
	URL    string        `json:"url,omitempty"`
	Person string        `json:"person,omitempty"`
	At     string        `json:"at,omitempty"`
}

type wireText []wireSpan

type wireField struct {
	Label string   `json:"label"`
	Text  wireText `json:"text"`
}

// wireNode is one node of a card's body; Type says which of the other members are set.
type wireNode struct {
	Type      string       `json:"type"`
	Text      wireText     `json:"text,omitempty"`
	Action    *wireAction  `json:"action,omitempty"`
	Fields    []wireField  `json:"fields,omitempty"`
	Header    []string     `json:"header,omitempty"`
	Rows      [][]wireText `json:"rows,omitempty"`
	Name      string       `json:"name,omitempty"`
	Alt       string       `json:"alt,omitempty"`
	MediaType string       `json:"mediaType,omitempty"`
	Data      []byte       `json:"data,omitempty"`
}

type wireConfirm struct {
	Title string `json:"title"`
	Text  string `json:"text"`
	Yes   string `json:"yes"`
	No    string `json:"no"`
}

type wireAction struct {
	Label   string       `json:"label"`
	Call    string       `json:"call"`
	Style   bot.Style    `json:"style,omitempty"`
	Confirm *wireConfirm `json:"confirm,omitempty"`
}

type wireMenuItem struct {
	Label string `json:"label"`
	Hint  string `json:"hint,omitempty"`
	Call  string `json:"call"`
}

type wireMenu struct {
	Label string         `json:"label"`
	Items []wireMenuItem `json:"items"`
}

type wireCard struct {
	Title   string       `json:"title,omitempty"`
	Tone    bot.Tone     `json:"tone,omitempty"`
	Body    []wireNode   `json:"body,omitempty"`
	Actions []wireAction `json:"actions,omitempty"`
	Menu    *wireMenu    `json:"menu,omitempty"`
	Context wireText     `json:"context,omitempty"`
	// Notify is the user whom the message notifies; it mentions them.
	Notify string `json:"notify,omitempty"`
}

type wireChoice struct {
	Label string `json:"label"`
	Value string `json:"value"`
	Hint  string `json:"hint,omitempty"`
}

type wireInput struct {
	Name     string       `json:"name"`
	Label    string       `json:"label"`
	Hint     string       `json:"hint,omitempty"`
	Example  string       `json:"example,omitempty"`
	Input    bot.Input    `json:"input"`
	Value    []string     `json:"value,omitempty"`
	Choices  []wireChoice `json:"choices,omitempty"`
	Required bool         `json:"required,omitempty"`
	Max      int          `json:"max,omitempty"`
}

type wireForm struct {
	Title  string      `json:"title"`
	Submit string      `json:"submit"`
	Call   string      `json:"call"`
	Note   wireText    `json:"note,omitempty"`
	Fields []wireInput `json:"fields"`
	Draft  string      `json:"draft,omitempty"`
	Saved  string      `json:"saved,omitempty"`
	// StartOver is a call to press, which opens the form without what was kept.
	StartOver string `json:"startOver,omitempty"`
}

type wireFieldError struct {
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
}

// renderer collects what one rendering had to leave out.
type renderer struct{ lost []Loss }

func (r *renderer) lose(where string, had, kept int) {
	r.lost = append(r.lost, Loss{Where: where, Had: had, Kept: kept})
}

// cut shortens a string to so many characters, the last of them an ellipsis.
func (r *renderer) cut(where, s string, most int) string {
	had := utf8.RuneCountInString(s)
	if had <= most {
		return s
	}
	r.lose(where, had, most)
	return string([]rune(s)[:most-1]) + "…"
}

// first keeps the first items of a list.
func first[T any](r *renderer, where string, list []T, most int) []T {
	if len(list) <= most {
		return list
	}
	r.lose(where, len(list), most)
	return list[:most]
}

func (r *renderer) text(t bot.Text) wireText {
	var out wireText
	left := limits.Text
	had := 0
	for _, s := range t {
		had += utf8.RuneCountInString(s.Text)
		if left <= 0 {
			continue
		}
		span := wireSpan{Style: s.Style, Text: s.Text}
		if runes := []rune(s.Text); len(runes) > left {
			span.Text = string(runes[:left-1]) + "…"
		}
		left -= utf8.RuneCountInString(span.Text)
		switch s.Style {
		case bot.Plain, bot.Bold, bot.Italic, bot.Code:
		case bot.Link:
			if span.URL = s.URL; !safeURL(s.URL) {
				r.lose("link", 1, 0)
				span.Style, span.URL = bot.Plain, ""
			}
		case bot.Instant:
			span.At = s.At.UTC().Format(time.RFC3339)
		case bot.Mention:
			span.Person = s.Person
		default:
			span.Style = bot.Plain
		}
		out = append(out, span)
	}
	if had > limits.Text {
		r.lose("text", had, limits.Text)
	}
	return out
}

// safeURL tells whether a link may be followed from the page: a "javascript:" one may not.
func safeURL(s string) bool {
	u, err := url.Parse(s)
	if err != nil {
		return false
	}
	return (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" || u.Scheme == "mailto"
}

func (r *renderer) node(n bot.Node) (wireNode, bool) {
	switch n := n.(type) {
	case bot.Text:
		return wireNode{Type: "text", Text: r.text(n)}, len(n) > 0
	case bot.Item:
		out := wireNode{Type: "item", Text: r.text(n.Text)}
		if action, ok := r.action(n.Action); ok {
			out.Action = &action
		}
		return out, out.Action != nil || len(n.Text) > 0
	case bot.Fields:
		out := wireNode{Type: "fields"}
		for _, f := range first(r, "fields", n, limits.Fields) {
			out.Fields = append(out.Fields, wireField{Label: r.cut("label", f.Label, limits.Label), Text: r.text(f.Text)})
		}
		return out, len(n) > 0
	case bot.Table:
		out := wireNode{Type: "table", Header: first(r, "table columns", n.Header, limits.Columns)}
		for _, row := range first(r, "table rows", n.Rows, limits.Rows) {
			var cells []wireText
			for _, cell := range first(r, "table columns", row, limits.Columns) {
				cells = append(cells, r.text(cell))
			}
			out.Rows = append(out.Rows, cells)
		}
		return out, len(out.Header) > 0 || len(out.Rows) > 0
	case bot.Picture:
		return r.bytes(wireNode{Type: "picture", Name: n.Name, Alt: n.Alt, MediaType: "image/png", Data: n.PNG})
	case bot.File:
		return r.bytes(wireNode{Type: "file", Name: n.Name, MediaType: n.MediaType, Data: n.Data})
	case bot.Divider:
		return wireNode{Type: "divider"}, true
	default:
		r.lose(fmt.Sprintf("node %T", n), 1, 0)
		return wireNode{}, false
	}
}

func (r *renderer) bytes(n wireNode) (wireNode, bool) {
	if len(n.Data) > limits.Bytes {
		r.lose(n.Type+" bytes", len(n.Data), 0)
		return wireNode{Type: "text", Text: wireText{{Style: bot.Italic, Text: n.Name + " is too large to be shown here."}}}, true
	}
	return n, true
}

// call codes a call; one that is too long for the wire is reported as lost.
func (r *renderer) call(where string, c bot.Call) (string, bool) {
	id, err := c.Encode()
	if err != nil {
		r.lose(where+" "+c.Command, 1, 0)
		return "", false
	}
	return id, true
}

// action returns a button, and false for one whose call does not fit the wire.
func (r *renderer) action(a bot.Action) (wireAction, bool) {
	id, ok := r.call("action", a.Do)
	if !ok {
		return wireAction{}, false
	}
	w := wireAction{Label: r.cut("label", a.Label, limits.Label), Call: id, Style: a.Style}
	if a.Confirm != nil {
		w.Confirm = &wireConfirm{Title: a.Confirm.Title, Text: a.Confirm.Text, Yes: a.Confirm.Yes, No: a.Confirm.No}
	}
	return w, true
}

// renderCard makes of a card what the browser draws, and says what had to be left out. It is pure.
func renderCard(c bot.Card) (wireCard, []Loss) {
	r := &renderer{}
	out := wireCard{Title: r.cut("title", c.Title, limits.Title), Tone: c.Tone, Context: r.text(c.Context)}
	for _, n := range first(r, "nodes", c.Body, limits.Nodes) {
		if w, ok := r.node(n); ok {
			out.Body = append(out.Body, w)
		}
	}
	for _, a := range first(r, "actions", c.Actions, limits.Actions) {
		if w, ok := r.action(a); ok {
			out.Actions = append(out.Actions, w)
		}
	}
	if c.Menu != nil && len(c.Menu.Items) > 0 {
		out.Menu = &wireMenu{Label: r.cut("label", c.Menu.Label, limits.Label)}
		for _, i := range first(r, "menu items", c.Menu.Items, limits.MenuItems) {
			if id, ok := r.call("menu item", i.Do); ok {
				out.Menu.Items = append(out.Menu.Items, wireMenuItem{Label: i.Label, Hint: i.Hint, Call: id})
			}
		}
	}
	return out, r.lost
}

// renderPosted is renderCard for a card that nobody asked for: it mentions whom it notifies, where account
// knows an account of theirs.
func renderPosted(c bot.Card, account func(person string) (user, name string)) (wireCard, []Loss) {
	w, lost := renderCard(c)
	if c.Notify == "" || account == nil {
		return w, lost
	}
	if user, name := account(c.Notify); user != "" {
		return notifying(w, user, name), lost
	}
	return w, lost
}

// notifying has a card mention and notify one person.
func notifying(w wireCard, user, name string) wireCard {
	w.Notify = user
	w.Body = append([]wireNode{{Type: "text", Text: wireText{{Style: bot.Mention, Text: name, Person: user}}}}, w.Body...)
	return w
}

// renderForm makes of a form what the browser draws. It reports false where the form's own call
// does not fit the wire, since such a form could not be sent off.
func renderForm(f bot.Form) (wireForm, []Loss, bool) {
	r := &renderer{}
	id, ok := r.call("form", f.Call)
	out := wireForm{
		Title: r.cut("title", f.Title, limits.Title), Submit: f.Submit, Call: id, Draft: f.Draft,
		Note: r.text(f.Note), Fields: []wireInput{},
	}
	if out.Submit == "" {
		out.Submit = "Submit"
	}
	if !f.Saved.IsZero() {
		out.Saved = f.Saved.UTC().Format(time.RFC3339)
		if f.StartOver.Command != "" {
			out.StartOver, _ = r.call("start over", f.StartOver)
		}
	}
	for _, q := range first(r, "form fields", f.Fields, limits.FormFields) {
		in := wireInput{
			Name: q.Name, Label: q.Label, Hint: q.Hint, Example: q.Example, Input: q.Input,
			Value: slices.Clone(q.Value), Required: q.Required, Max: q.Max,
			Choices: renderChoices(first(r, "choices", q.Choices, limits.Choices)),
		}
		if in.Input == "" {
			in.Input = bot.InputText
		}
		out.Fields = append(out.Fields, in)
	}
	return out, r.lost, ok
}

func renderChoices(list []bot.Choice) []wireChoice {
	var out []wireChoice
	for _, c := range list {
		out = append(out, wireChoice{Label: c.Label, Value: c.Value, Hint: c.Hint})
	}
	return out
}
