package bottest

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
)

// start is when the suite takes place.
var start = time.Date(2026, time.December, 9, 12, 0, 0, 0, time.UTC)

// app is the suite's own small bot, which notes everything that reaches it.
type app struct {
	*Memory
	router *bot.Router[*Tx]

	mu      sync.Mutex
	events  []bot.Event
	handled []bot.Request
	log     strings.Builder
}

func newApp(t *testing.T) *app {
	t.Helper()
	a := &app{Memory: NewMemory(func() time.Time { return start })}
	known := a.Actor
	a.Actor = func(who bot.Identity) bot.Actor {
		actor := known(who)
		actor.Zone = time.UTC
		return actor
	}
	router, err := bot.NewRouter(bot.Config[*Tx]{
		Base: "desk", Commands: a.commands(), Unit: a.Memory, Draw: a.draw, Home: "home",
		Allow: func(bot.Actor, bot.Spec) error { return nil },
		Clock: a.Clock, Log: slog.New(slog.NewTextHandler(writer{a}, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	a.router = router
	return a
}

// writer collects the router's log.
type writer struct{ *app }

func (w writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.Write(p)
}

// serve notes an event and has the router answer it.
func (a *app) serve(ctx context.Context, ev bot.Event) bot.Answer {
	a.mu.Lock()
	a.events = append(a.events, ev)
	a.mu.Unlock()
	return a.router.Serve(ctx, ev)
}

// since returns the events after the first n.
func (a *app) since(n int) []bot.Event {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.events[n:])
}

func (a *app) count() int { return len(a.since(0)) }

// last returns the event that arrived last, which is of this type.
func (a *app) last(t testing.TB, kind bot.EventType) bot.Event {
	t.Helper()
	all := a.since(0)
	if len(all) == 0 || all[len(all)-1].Type != kind {
		t.Fatalf("the last of %d events is not of type %s: %+v", len(all), kind, all)
	}
	return all[len(all)-1]
}

// latest returns the event of this type that arrived last, whatever came after it.
func (a *app) latest(t testing.TB, kind bot.EventType) bot.Event {
	t.Helper()
	all := a.since(0)
	for _, ev := range slices.Backward(all) {
		if ev.Type == kind {
			return ev
		}
	}
	t.Fatalf("none of %d events is of type %s: %+v", len(all), kind, all)
	return bot.Event{}
}

// lastArgs returns the arguments that reached a handler last, printed.
func (a *app) lastArgs() bot.Values {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.handled) == 0 {
		return nil
	}
	req := a.handled[len(a.handled)-1]
	return bot.ValuesOf(req.Spec, req.Args)
}

func (a *app) commands() []bot.Command[*Tx] {
	handle := func(fn func(tx *Tx, req bot.Request) bot.Response) func(context.Context, *Tx, bot.Request) (bot.Response, error) {
		return func(_ context.Context, tx *Tx, req bot.Request) (bot.Response, error) {
			a.mu.Lock()
			a.handled = append(a.handled, req)
			a.mu.Unlock()
			return fn(tx, req), nil
		}
	}
	name := bot.Param{Name: "name", Help: "Which card", Required: true, Kind: &bot.Kind{
		Name: "card", Example: "text", Parse: bot.PlainText.Parse, Print: bot.PlainText.Print, Option: bot.OptionText, Rest: true, Suggest: suggestCards,
	}}
	card := func(audience bot.Audience) func(*Tx, bot.Request) bot.Response {
		return func(_ *Tx, req bot.Request) bot.Response {
			return bot.Response{Show: &bot.View{Name: "card", Subject: req.Args.Text("name")}, Audience: audience}
		}
	}
	what := bot.Param{Name: "what", Help: "What was pressed", Kind: &bot.Kind{
		Name: "text", Example: "a", Parse: bot.PlainText.Parse, Print: bot.PlainText.Print, Option: bot.OptionText, Rest: true, Wire: 40,
	}}
	return []bot.Command[*Tx]{
		{Spec: bot.Spec{Noun: "desk", Verb: "home", Default: true, Reads: true, Summary: "Your desk", Examples: []string{"/desk"}},
			Handle: handle(func(*Tx, bot.Request) bot.Response { return bot.Response{Show: &bot.View{Name: "home"}} })},
		{Spec: bot.Spec{Noun: "card", Verb: "show", Default: true, Reads: true, Summary: "Show a card", Examples: []string{"/card text"}, Params: []bot.Param{name}},
			Handle: handle(card(bot.Private))},
		{Spec: bot.Spec{Noun: "card", Verb: "say", Ack: bot.AckPublic, Summary: "Show a card to everyone", Examples: []string{"/card say text"}, Params: []bot.Param{name}},
			Handle: handle(card(bot.Public))},
		{Spec: bot.Spec{Noun: "card", Verb: "press", Summary: "Count a press", Examples: []string{"/card press a"}, Params: []bot.Param{what}},
			Handle: handle(func(tx *Tx, req bot.Request) bot.Response {
				tx.Effect("press %s", req.Args.Text("what"))
				return bot.Response{Show: &bot.View{Name: "counter"}, Replace: true}
			})},
		{Spec: bot.Spec{Noun: "form", Verb: "fill", Default: true, Ack: bot.MayOpenForm, Summary: "Fill in a form", Examples: []string{"/form"}, Params: formParams()},
			Form: openForm, Check: checkForm,
			Handle: handle(func(tx *Tx, req bot.Request) bot.Response {
				tx.Effect("fill %s", req.Args.Text("title"))
				return bot.Response{Show: &bot.View{Name: "filled", Subject: req.Args.Text("title")}}
			})},
	}
}

// suggestCards completes the name of a card.
func suggestCards(_ bot.Reading, prefix string) []bot.Choice {
	var out []bot.Choice
	for _, c := range Cards() {
		if strings.HasPrefix(c.Name, prefix) {
			out = append(out, bot.Choice{Label: c.Name, Value: c.Name})
		}
	}
	return out
}

// price reads anything with a digit.
var price = &bot.Kind{
	Name: "price", Example: "18,50,000",
	Parse: func(_ bot.Reading, text string) (any, error) {
		if !strings.ContainsAny(text, "0123456789") {
			return nil, bot.Invalidf("", "“%s” is no price.", text)
		}
		return text, nil
	},
	Print: bot.PlainText.Print, Option: bot.OptionText, Input: bot.InputMoney,
}

// formParams has every way in which a field can be filled in.
func formParams() []bot.Param {
	colors := []bot.Choice{{Label: "Red", Value: "red"}, {Label: "Deep blue", Value: "deep blue"}}
	tags := []bot.Choice{{Label: "Wet", Value: "wet"}, {Label: "Dry", Value: "dry"}, {Label: "Icy", Value: "icy"}}
	var stars []bot.Choice
	for i, label := range []string{"Poor", "Fair", "Good", "Very good", "Excellent"} {
		stars = append(stars, bot.Choice{Label: label, Value: fmt.Sprint(i + 1)})
	}
	params := []bot.Param{
		{Name: "title", Kind: bot.PlainText, Required: true, Max: 60},
		{Name: "story", Kind: bot.LongText, KeyOnly: true},
		{Name: "copies", Kind: bot.Integer, Required: true},
		{Name: "price", Kind: price, KeyOnly: true},
		{Name: "color", Kind: bot.PlainText, KeyOnly: true, Choices: colors},
		{Name: "tags", Kind: bot.PlainText, KeyOnly: true, Choices: tags, Repeated: true},
		{Name: "stars", Kind: bot.PlainText, KeyOnly: true, Choices: stars, Input: bot.InputRating},
		{Name: "owner", Kind: bot.PlainText, KeyOnly: true, Input: bot.InputPerson},
		{Name: "readers", Kind: bot.PlainText, KeyOnly: true, Input: bot.InputPeople, Repeated: true},
		{Name: "day", Kind: bot.Day, KeyOnly: true},
		{Name: "hour", Kind: bot.PlainText, KeyOnly: true, Input: bot.InputTime},
		{Name: "due", Kind: bot.Moment, KeyOnly: true},
		{Name: "paper", Kind: bot.UploadedFile},
	}
	for i := range params {
		params[i].Help = "The " + params[i].Name
	}
	return params
}

func openForm(_ context.Context, _ *Tx, req bot.Request) (bot.Form, error) {
	form := bot.Form{Title: "Fill me in", Submit: "Send", Note: bot.T("It takes a minute.")}
	values := bot.ValuesOf(req.Spec, req.Args)
	for _, p := range req.Spec.Params {
		form.Fields = append(form.Fields, bot.FieldOf(req.Spec, p.Name, values[p.Name]...))
	}
	return form, nil
}

func checkForm(args bot.Args) []bot.FieldError {
	var wrong []bot.FieldError
	if args.Text("title") == "taken" {
		wrong = append(wrong, bot.FieldError{Field: "title", Message: "That title is taken."})
	}
	if bot.ArgOr(args, "copies", 0) > 5 {
		wrong = append(wrong, bot.FieldError{Field: "copies", Message: "At most 5 copies."})
	}
	return wrong
}

// draw draws the suite's views. A card of no known name says the name.
func (a *app) draw(_ context.Context, tx *Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	switch v.Name {
	case "home":
		return bot.Card{Title: "Home of " + viewer.Name, Actions: []bot.Action{{Label: "Count", Do: bot.Do("card.press", "home")}}}, nil
	case "counter":
		return bot.Card{
			Title:   fmt.Sprintf("Pressed %d times", tx.Count("press")),
			Actions: []bot.Action{{Label: "Again", Do: bot.Do("card.press", "again")}},
		}, nil
	case "filled":
		return bot.Card{Tone: bot.Good, Body: []bot.Node{bot.Tf("Filled in: %s", v.Subject)}}, nil
	}
	for _, c := range Cards() {
		if c.Name == v.Subject {
			return c.Card, nil
		}
	}
	return bot.Card{Body: []bot.Node{bot.Tf("You said: %s", v.Subject)}}, nil
}

// sorted returns values in an order of their own, for comparing.
func sorted(values bot.Values) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		out = append(out, fmt.Sprintf("%s=%q", name, values[name]))
	}
	return out
}
