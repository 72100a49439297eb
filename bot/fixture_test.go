package bot_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
)

// noon is when every test takes place: a Wednesday.
var noon = time.Date(2026, time.December, 9, 12, 0, 0, 0, time.UTC)

// nameKind reads the name of one of a sort of words, and keeps the sign of a flag.
func nameKind(sort string) *bot.Kind {
	return &bot.Kind{
		Name: sort, Example: "garden walls",
		Parse: func(rd bot.Reading, s string) (any, error) {
			name := strings.TrimLeft(s, "+-")
			w, err := bot.NameOf(rd.Words.Words(sort), sort, name)
			if err != nil {
				return nil, err
			}
			return s[:len(s)-len(name)] + w.Value, nil
		},
		Print: func(v any) string { return fmt.Sprint(v) },
		Words: 3, Wire: 10, Suggest: bot.SuggestWords(sort),
	}
}

var (
	topic = nameKind("topic")
	tag   = nameKind("tag")
)

// shelf is a router over a small library with its store, its log, and what it counted.
type shelf struct {
	*bot.Router[*bottest.Tx]
	*bottest.Memory
	log    *buffer
	served *counter
	// handled are the requests that reached a handler.
	handled []bot.Request
	now     time.Time
	next    int
}

type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

type counter struct{ labels []string }

func (c *counter) Served(kind bot.EventType, command, code string, _ time.Duration) {
	c.labels = append(c.labels, strings.Join([]string{string(kind), command, code}, " "))
}

func newShelf(t testing.TB) *shelf {
	t.Helper()
	s := &shelf{log: &buffer{}, served: &counter{}, now: noon}
	s.Memory = bottest.NewMemory(func() time.Time { return s.now })
	s.Memory.Vocabulary = map[string][]bot.Word{
		"topic": {
			{Value: "T-1", Label: "Garden walls", Hint: "stone"},
			{Value: "T-2", Label: "Garden paths"},
			{Value: "T-3", Label: "O'Brien's house", Aliases: []string{"Paddy"}},
			{Value: "T-4", Label: "Café notes"},
			{Value: "T-5", Label: "Pond"},
			{Value: "T-6", Label: "Pond"},
		},
		"tag": {{Value: "wet", Label: "wet"}, {Value: "dry", Label: "dry"}, {Value: "ice", Label: "Black ice"}},
	}
	s.Memory.Actor = func(who bot.Identity) bot.Actor {
		a := bot.Actor{ID: who.User, Name: who.User, Zone: time.UTC, Identity: who}
		if who.User == "keeper" {
			a.Roles = []string{"keeper"}
		}
		return a
	}
	router, err := bot.NewRouter(s.config())
	if err != nil {
		t.Fatal(err)
	}
	s.Router = router
	return s
}

func (s *shelf) config() bot.Config[*bottest.Tx] {
	return bot.Config[*bottest.Tx]{
		Base: "desk", Commands: s.commands(), Unit: s.Memory, Home: "home",
		Draw: func(_ context.Context, tx *bottest.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
			switch v.Subject {
			case "moot":
				return bot.Card{}, bot.ErrMoot
			case "broken view":
				return bot.Card{}, errors.New("secret of the view")
			}
			return bot.Card{Title: v.Name + " " + v.Subject, Body: []bot.Node{
				bot.Tf("for %s: %s", viewer.Name, strings.Join(v.Args, " ")),
				bot.Tf("drops so far: %d", tx.Count("drop")),
			}}, nil
		},
		Allow: func(a bot.Actor, spec bot.Spec) error {
			if len(spec.Roles) > 0 && !slices.ContainsFunc(spec.Roles, a.Is) {
				return bot.NewProblem(bot.CodeNotAllowed, "", "Only keepers may do that.")
			}
			return nil
		},
		Clock: func() time.Time { return s.now }, Log: slog.New(slog.NewTextHandler(s.log, nil)), Observe: s.served,
	}
}

func (s *shelf) commands() []bot.Command[*bottest.Tx] {
	show := func(view string) func(context.Context, *bottest.Tx, bot.Request) (bot.Response, error) {
		return func(_ context.Context, _ *bottest.Tx, req bot.Request) (bot.Response, error) {
			s.handled = append(s.handled, req)
			return bot.Response{Show: &bot.View{Name: view, Subject: bot.ArgOr(req.Args, "topic", ""), Args: printed(req.Args)}}, nil
		}
	}
	topicParam := bot.Param{Name: "topic", Help: "What it is about", Kind: topic, Required: true}
	return []bot.Command[*bottest.Tx]{
		{Spec: bot.Spec{Noun: "desk", Verb: "home", Default: true, Reads: true, Summary: "Your desk", Examples: []string{"/desk"}}, Handle: show("home")},
		{Spec: bot.Spec{Noun: "desk", Verb: "help", Reads: true, Summary: "What I can do", Examples: []string{"/desk help"}}, Handle: show("help")},
		{
			Spec: bot.Spec{
				Noun: "book", Verb: "show", Default: true, Reads: true, Summary: "Look at a book", Examples: []string{"/book garden walls"},
				Params: []bot.Param{
					topicParam,
					{Name: "day", Help: "Which day", Kind: bot.Day},
					{Name: "copies", Help: "How many", Kind: bot.Integer},
					{Name: "tags", Help: "What it is like", Kind: tag, Repeated: true, Flag: true},
					{Name: "color", Help: "Its color", Kind: bot.PlainText, KeyOnly: true, Choices: []bot.Choice{{Label: "Red", Value: "red"}, {Label: "Deep blue", Value: "deep blue"}}},
				},
			},
			Handle: show("book"),
		},
		{
			Spec: bot.Spec{
				Noun: "book", Verb: "add", Ack: bot.MayOpenForm, Summary: "Add a book", Examples: []string{"/book add garden walls 2"},
				Params: []bot.Param{
					topicParam,
					{Name: "copies", Help: "How many", Kind: bot.Integer, Required: true},
					{Name: "reason", Help: "Why", Kind: bot.PlainText, Max: 60},
					{Name: "paper", Help: "The order", Kind: bot.UploadedFile},
				},
			},
			Form: func(_ context.Context, _ *bottest.Tx, req bot.Request) (bot.Form, error) {
				form := bot.Form{Title: "Add a book"}
				values := bot.ValuesOf(req.Spec, req.Args)
				for _, p := range req.Spec.Params {
					form.Fields = append(form.Fields, bot.FieldOf(req.Spec, p.Name, values[p.Name]...))
				}
				return form, nil
			},
			Check: func(args bot.Args) []bot.FieldError {
				if bot.ArgOr(args, "copies", 0) > 5 {
					return []bot.FieldError{{Field: "copies", Message: "At most 5."}}
				}
				return nil
			},
			Handle: s.add,
		},
		{
			Spec: bot.Spec{
				Noun: "book", Verb: "drop", Roles: []string{"keeper"}, Summary: "Drop a book", Examples: []string{"/book drop garden walls"},
				Params: []bot.Param{topicParam},
			},
			Handle: func(ctx context.Context, tx *bottest.Tx, req bot.Request) (bot.Response, error) {
				tx.Effect("drop %s", req.Args.Text("topic"))
				resp, err := show("dropped")(ctx, tx, req)
				resp.Replace = true
				return resp, err
			},
		},
		{
			Spec: bot.Spec{
				Noun: "book", Verb: "note", Summary: "Note something on a book", Examples: []string{"/book note garden walls wet pages"},
				Params: []bot.Param{topicParam, {Name: "note", Help: "What to note", Kind: bot.PlainText, Required: true}},
			},
			Handle: func(ctx context.Context, tx *bottest.Tx, req bot.Request) (bot.Response, error) {
				tx.Effect("note %s %s", req.Args.Text("topic"), req.Args.Text("note"))
				return show("noted")(ctx, tx, req)
			},
		},
		{
			Spec: bot.Spec{
				Noun: "book", Verb: "fail", Summary: "Fail in some way", Examples: []string{"/book fail panic"},
				Params: []bot.Param{{Name: "way", Help: "How", Kind: bot.PlainText, Required: true}},
			},
			Handle: func(_ context.Context, tx *bottest.Tx, req bot.Request) (bot.Response, error) {
				tx.Effect("fail")
				switch way := req.Args.Text("way"); way {
				case "panic":
					panic("secret of the panic")
				case "plain":
					return bot.Response{}, errors.New("secret of the error")
				case "refuse":
					return bot.Response{}, fmt.Errorf("secret context: %w", bot.NewProblem(bot.CodeConflict, "", "Somebody else has it."))
				case "errors":
					return bot.Response{Errors: []bot.FieldError{{Field: "way", Message: "Not this way."}}}, nil
				case "nothing":
					return bot.Response{}, nil
				default:
					return bot.Response{Show: &bot.View{Name: "fail", Subject: way}}, nil
				}
			},
		},
	}
}

// add is the handler of a form.
func (s *shelf) add(_ context.Context, tx *bottest.Tx, req bot.Request) (bot.Response, error) {
	s.handled = append(s.handled, req)
	tx.Effect("add %s", req.Args.Text("topic"))
	switch req.Args.Text("reason") {
	case "broken":
		return bot.Response{}, errors.New("secret of the form")
	case "taken":
		return bot.Response{}, bot.NewProblem(bot.CodeConflict, "topic", "That one is taken.")
	case "late":
		return bot.Response{Errors: []bot.FieldError{{Field: "copies", Message: "None left."}}}, nil
	}
	return bot.Response{Show: &bot.View{Name: "added", Subject: req.Args.Text("topic")}}, nil
}

// printed returns arguments as sorted name=value texts.
func printed(args bot.Args) []string {
	var out []string
	for name, v := range args {
		out = append(out, fmt.Sprintf("%s=%v", name, v))
	}
	slices.Sort(out)
	return out
}

// event returns an event with an id of its own.
func (s *shelf) event(kind bot.EventType, user string) bot.Event {
	s.next++
	return bot.Event{
		Type: kind, ID: fmt.Sprintf("event-%d", s.next), At: s.now,
		From: bot.Identity{Workspace: "w", User: user}, In: bot.Conversation{Workspace: "w", Channel: "c"},
	}
}

func (s *shelf) typed(t testing.TB, user, text string) bot.Answer {
	t.Helper()
	ev := s.event(bot.Invoke, user)
	ev.Text = text
	return s.Serve(t.Context(), ev)
}

func (s *shelf) press(t testing.TB, user string, do bot.Call) bot.Answer {
	t.Helper()
	ev := s.event(bot.Press, user)
	ev.Command, ev.Bound = do.Command, do.Args
	return s.Serve(t.Context(), ev)
}

// fill is a form's event of one type, with its values.
func (s *shelf) fill(kind bot.EventType, user string, f bot.Form, values bot.Values) bot.Event {
	ev := s.event(kind, user)
	ev.Command, ev.Bound, ev.Draft, ev.Values = f.Call.Command, f.Call.Args, f.Draft, values
	return ev
}

// text returns all of an answer as one text.
func text(a bot.Answer) string {
	var b strings.Builder
	if a.Card != nil {
		b.WriteString(bot.PlainCard(*a.Card, time.UTC))
	}
	if a.Form != nil {
		b.WriteString(bot.PlainForm(*a.Form, time.UTC))
	}
	for _, e := range a.Errors {
		fmt.Fprintf(&b, "%s: %s\n", e.Field, e.Message)
	}
	return b.String()
}

func wantText(t testing.TB, a bot.Answer, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text(a), p) {
			t.Errorf("answer lacks %q:\n%s", p, text(a))
		}
	}
}
