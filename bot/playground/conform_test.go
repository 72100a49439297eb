package playground_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
	"github.com/hirebot/hirebot/bot/playground"
)

func TestConform(t *testing.T) {
	t.Parallel()
	bottest.Conform(t, bottest.Harness{Start: startFarEnd})
}

// farEnd plays the page: it speaks the protocol that the page speaks.
type farEnd struct{ base string }

func startFarEnd(t *testing.T, app bottest.App) (bot.Platform, bottest.FarEnd) {
	t.Helper()
	p, err := playground.New(playground.Config{
		Addr: "127.0.0.1:0", Workspace: "sample", Clock: app.Clock,
		Commands: func() []bot.Spec { return app.Commands },
		People: func(context.Context) ([]playground.Person, error) {
			return []playground.Person{{User: "ann", Name: "Ann"}, {User: "ben", Name: "Ben"}, {User: "stranger", Name: "Somebody"}}, nil
		},
		Account: func(_ context.Context, _, person string) (user, name string) {
			if person == "ann" || person == "ben" {
				return person, person
			}
			return "", ""
		},
		Channels: []playground.Channel{{Name: "general"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Listen(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx, app.Serve) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	return p, &farEnd{base: "http://" + p.Addr()}
}

func (b *farEnd) World() bottest.World {
	return bottest.World{
		Workspace: "sample", Ann: "ann", Ben: "ben", Stranger: "stranger",
		Channel: bot.Conversation{Workspace: "sample", Channel: "general"},
	}
}

// delivery is a request that can be sent again.
type delivery struct {
	path, user string
	body       map[string]any
}

// filling is what the page knows of an open form.
type filling struct {
	conversation bot.Conversation
	message      string
	form         shownForm
}

// The parts of the protocol that the page draws.
type (
	shownSpan struct {
		Style bot.SpanStyle `json:"style"`
		Text  string        `json:"text"`
		URL   string        `json:"url"`
		At    string        `json:"at"`
	}
	shownField struct {
		Label string      `json:"label"`
		Text  []shownSpan `json:"text"`
	}
	shownNode struct {
		Type   string          `json:"type"`
		Action *shownAction    `json:"action"`
		Text   []shownSpan     `json:"text"`
		Fields []shownField    `json:"fields"`
		Header []string        `json:"header"`
		Rows   [][][]shownSpan `json:"rows"`
		Name   string          `json:"name"`
		Alt    string          `json:"alt"`
		Data   []byte          `json:"data"`
	}
	shownAction struct {
		Label   string       `json:"label"`
		Call    string       `json:"call"`
		Style   bot.Style    `json:"style"`
		Confirm *bot.Confirm `json:"confirm"`
	}
	shownCard struct {
		Title   string        `json:"title"`
		Body    []shownNode   `json:"body"`
		Notify  string        `json:"notify"`
		Actions []shownAction `json:"actions"`
		Menu    *struct {
			Label string        `json:"label"`
			Items []shownAction `json:"items"`
		} `json:"menu"`
		Context []shownSpan `json:"context"`
	}
	shownMessage struct {
		ID           string     `json:"id"`
		Conversation string     `json:"conversation"`
		Author       string     `json:"author"`
		Private      bool       `json:"private"`
		Text         string     `json:"text"`
		Card         *shownCard `json:"card"`
	}
	shownInput struct {
		Name     string       `json:"name"`
		Label    string       `json:"label"`
		Input    bot.Input    `json:"input"`
		Value    []string     `json:"value"`
		Choices  []bot.Choice `json:"choices"`
		Required bool         `json:"required"`
	}
	shownForm struct {
		Title  string       `json:"title"`
		Submit string       `json:"submit"`
		Call   string       `json:"call"`
		Note   []shownSpan  `json:"note"`
		Fields []shownInput `json:"fields"`
		Draft  string       `json:"draft"`
		Saved  string       `json:"saved"`
	}
	shownAnswer struct {
		Card    *shownCard       `json:"card"`
		Form    *shownForm       `json:"form"`
		Errors  []bot.FieldError `json:"errors"`
		Choices []bot.Choice     `json:"choices"`
		Values  bot.Values       `json:"values"`
		Error   string           `json:"error"`
	}
	shownState struct {
		Messages []shownMessage `json:"messages"`
	}
)

// call sends a request and reads its answer. A refusal, which the page shows as a notice, is one too.
func (b *farEnd) call(t testing.TB, method, path, contentType string, body io.Reader, out any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, b.base+path, body)
	if err != nil {
		t.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, out); err != nil || resp.StatusCode >= http.StatusInternalServerError {
		t.Fatalf("%s %s: %s %s", method, path, resp.Status, data)
	}
}

func (b *farEnd) get(t testing.TB, path, user string, out any) {
	t.Helper()
	b.call(t, http.MethodGet, path+"?user="+url.QueryEscape(user), "", nil, out)
}

// act sends what somebody did.
func (b *farEnd) act(t testing.TB, in bot.Conversation, message string, d delivery) bottest.Act {
	t.Helper()
	data, err := json.Marshal(d.body)
	if err != nil {
		t.Fatal(err)
	}
	var a shownAnswer
	b.call(t, http.MethodPost, d.path, "application/json", bytes.NewReader(data), &a)
	return seenAct(in, message, d, a)
}

func seenAct(in bot.Conversation, message string, d delivery, a shownAnswer) bottest.Act {
	act := bottest.Act{Delivery: d, Errors: a.Errors, Values: a.Values, Notice: a.Error}
	if a.Form == nil {
		return act
	}
	f := bottest.Form{
		Title: a.Form.Title, Submit: a.Form.Submit, Continued: a.Form.Saved != "",
		State: filling{conversation: in, message: message, form: *a.Form},
	}
	for _, s := range a.Form.Note {
		f.Note += s.Text
	}
	for _, q := range a.Form.Fields {
		field := bottest.FormField{Name: q.Name, Label: q.Label, Input: q.Input, Value: q.Value, Required: q.Required}
		for _, c := range q.Choices {
			field.Choices = append(field.Choices, c.Value)
		}
		f.Fields = append(f.Fields, field)
	}
	act.Form = &f
	return act
}

// buttons returns the buttons of a card: those of its lines, and its own.
func (c shownCard) buttons() []shownAction {
	var out []shownAction
	for _, n := range c.Body {
		if n.Action != nil {
			out = append(out, *n.Action)
		}
	}
	return append(out, c.Actions...)
}

func (b *farEnd) Type(t testing.TB, user string, in bot.Conversation, text string) bottest.Act {
	t.Helper()
	return b.act(t, in, "", delivery{path: "/api/command", user: user, body: map[string]any{
		"user": user, "conversation": in.Channel, "id": uuid.NewString(), "text": text,
	}})
}

func (b *farEnd) Press(t testing.TB, user string, on bottest.Message, label string) bottest.Act {
	t.Helper()
	card := b.card(t, user, on)
	actions := card.buttons()
	if card.Menu != nil {
		actions = slices.Concat(actions, card.Menu.Items)
	}
	for _, a := range actions {
		if a.Label == label {
			return b.PressID(t, user, on, a.Call)
		}
	}
	t.Fatalf("no button or entry %q on %+v", label, on)
	return bottest.Act{}
}

// card returns the card of a message that somebody sees.
func (b *farEnd) card(t testing.TB, user string, on bottest.Message) shownCard {
	t.Helper()
	if on.ID == "home" {
		var a shownAnswer
		b.get(t, "/api/home", user, &a)
		return *a.Card
	}
	for _, m := range b.messages(t, user) {
		if m.ID == on.ID && m.Card != nil {
			return *m.Card
		}
	}
	t.Fatalf("%s does not see the card %+v", user, on)
	return shownCard{}
}

func (b *farEnd) PressID(t testing.TB, user string, on bottest.Message, id string) bottest.Act {
	t.Helper()
	return b.act(t, on.In, on.ID, delivery{path: "/api/press", user: user, body: map[string]any{
		"user": user, "conversation": on.In.Channel, "id": uuid.NewString(), "message": on.ID, "call": id,
	}})
}

// body is what the page sends of a form.
func body(t testing.TB, user string, form bottest.Form, values bot.Values) (filling, map[string]any) {
	t.Helper()
	f, ok := form.State.(filling)
	if !ok {
		t.Fatalf("this is no form of this far end: %+v", form)
	}
	return f, map[string]any{
		"user": user, "conversation": f.conversation.Channel, "id": uuid.NewString(), "message": f.message,
		"call": f.form.Call, "draft": f.form.Draft, "values": values,
	}
}

func (b *farEnd) Submit(t testing.TB, user string, form bottest.Form, values bot.Values) bottest.Act {
	t.Helper()
	f, sent := body(t, user, form, values)
	return b.act(t, f.conversation, f.message, delivery{path: "/api/submit", user: user, body: sent})
}

func (b *farEnd) Change(t testing.TB, user string, form bottest.Form, focus string, values bot.Values) bottest.Act {
	t.Helper()
	f, sent := body(t, user, form, values)
	sent["focus"] = focus
	return b.act(t, f.conversation, f.message, delivery{path: "/api/change", user: user, body: sent})
}

func (b *farEnd) Upload(t testing.TB, user string, form bottest.Form, field string, up bot.Upload) bottest.Act {
	t.Helper()
	f, sent := body(t, user, form, nil)
	sent["field"] = field
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	part, err := w.CreateFormField("form")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewEncoder(part).Encode(sent); err != nil {
		t.Fatal(err)
	}
	part, err = w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {fmt.Sprintf(`form-data; name="file"; filename=%q`, up.Name)},
		"Content-Type":        {up.MediaType},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(up.Data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var a shownAnswer
	b.call(t, http.MethodPost, "/api/upload", w.FormDataContentType(), &buf, &a)
	return seenAct(f.conversation, f.message, delivery{}, a)
}

func (b *farEnd) Suggest(t testing.TB, user string, in bot.Conversation, text string) []bot.Choice {
	t.Helper()
	data, err := json.Marshal(map[string]any{"user": user, "conversation": in.Channel, "text": text})
	if err != nil {
		t.Fatal(err)
	}
	var a shownAnswer
	b.call(t, http.MethodPost, "/api/suggest", "application/json", bytes.NewReader(data), &a)
	return a.Choices
}

func (b *farEnd) Home(t testing.TB, user string) bottest.Message {
	t.Helper()
	var a shownAnswer
	b.get(t, "/api/home", user, &a)
	in := bot.Conversation{Workspace: "sample", Channel: "@" + user, Private: true}
	return seen(in, shownMessage{ID: "home", Conversation: in.Channel, Card: a.Card})
}

func (b *farEnd) Redeliver(t testing.TB, act bottest.Act) bottest.Act {
	t.Helper()
	d, ok := act.Delivery.(delivery)
	if !ok {
		t.Fatalf("this cannot be delivered again: %+v", act)
	}
	return b.act(t, bot.Conversation{}, "", d)
}

func (b *farEnd) messages(t testing.TB, user string) []shownMessage {
	t.Helper()
	var state shownState
	b.get(t, "/api/state", user, &state)
	return state.Messages
}

func (b *farEnd) Messages(t testing.TB, user string, in bot.Conversation) []bottest.Message {
	t.Helper()
	var out []bottest.Message
	for _, m := range b.messages(t, user) {
		if m.Conversation == in.Channel {
			out = append(out, seen(in, m))
		}
	}
	return out
}

// seen is a message as the page shows it. Every text there is a text node, so nothing in it can be
// markup; nobody is ever alerted by a name.
func seen(in bot.Conversation, m shownMessage) bottest.Message {
	out := bottest.Message{In: in, ID: m.ID, FromBot: m.Author == "", OnlyMine: m.Private}
	lines := []string{m.Text}
	spans := func(all []shownSpan) {
		var line strings.Builder
		for _, s := range all {
			line.WriteString(s.Text)
			if s.URL != "" {
				out.Links = append(out.Links, s.URL)
			}
			if at, err := time.Parse(time.RFC3339, s.At); err == nil {
				out.Instants = append(out.Instants, at)
			}
		}
		lines = append(lines, line.String())
	}
	if c := m.Card; c != nil {
		lines = append(lines, c.Title)
		if c.Notify != "" {
			out.Notifies = append(out.Notifies, c.Notify)
		}
		for _, n := range c.Body {
			switch n.Type {
			case "picture":
				out.Pictures = append(out.Pictures, bottest.Attachment{Name: n.Name, Alt: n.Alt, Data: n.Data})
			case "file":
				out.Files = append(out.Files, bottest.Attachment{Name: n.Name, Alt: n.Alt, Data: n.Data})
			}
			spans(n.Text)
			for _, f := range n.Fields {
				lines = append(lines, f.Label)
				spans(f.Text)
			}
			lines = append(lines, n.Header...)
			for _, row := range n.Rows {
				for _, cell := range row {
					spans(cell)
				}
			}
		}
		spans(c.Context)
		for _, a := range c.buttons() {
			out.Buttons = append(out.Buttons, bottest.Button{Label: a.Label, Style: a.Style, Confirm: a.Confirm})
		}
		if c.Menu != nil {
			for _, item := range c.Menu.Items {
				out.Menu = append(out.Menu, item.Label)
			}
		}
	}
	out.Text = strings.TrimSpace(strings.Join(lines, "\n"))
	return out
}
