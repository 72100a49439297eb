package playground_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/playground"
)

// epoch is a Friday afternoon.
var epoch = time.Date(2026, time.December, 11, 9, 30, 0, 0, time.UTC)

func plainParam(name, help string) bot.Param {
	return bot.Param{Name: name, Help: help, Kind: bot.PlainText, Example: "blue"}
}

// specs are the commands of the scripted core: one for each thing that a platform must show.
func specs() []bot.Spec {
	return []bot.Spec{
		{
			Noun: "shelf", Verb: "show", Default: true, Reads: true, Summary: "Everything that a card can hold",
			Params: []bot.Param{
				{Name: "name", Help: "Which shelf.", Example: "upper", Kind: bot.PlainText, Required: true},
				{Name: "extra", Help: "What to add.", Kind: bot.PlainText, Flag: true, Repeated: true, Choices: []bot.Choice{{Label: "Lamp", Value: "+lamp"}, {Label: "Ladder", Value: "+ladder"}}},
			},
			Examples: []string{"/shelf upper +lamp"},
		},
		{
			Noun: "shelf", Verb: "build", Summary: "A form with every kind of field", Roles: []string{"keeper"}, Ack: bot.MayOpenForm,
			Params: []bot.Param{plainParam("name", "What to call it.")}, Examples: []string{"/shelf build"},
		},
		{Noun: "shelf", Verb: "tell", Summary: "Say something to everyone here", Ack: bot.AckPublic, Params: []bot.Param{plainParam("text", "What to say.")}},
		{Noun: "box", Verb: "count", Default: true, Summary: "Count the boxes", Details: "Counting twice counts once.", Examples: []string{"/box"}},
		{Noun: "box", Verb: "drop", Summary: "Throw the boxes away", Roles: []string{"keeper"}, Params: []bot.Param{{Name: "code", Kind: bot.PlainText, Secret: true}}},
	}
}

// core is a scripted bot: it answers by a fixed table, keeps drafts, and acts once per delivery.
type core struct {
	mu     sync.Mutex
	events []bot.Event
	seen   map[string]bool
	counts int
	drops  int
	lamp   map[string]bool
	drafts map[string]bot.Values
	built  []bot.Values
	files  map[string]bot.Upload
	// hold, when it is set, is what a count waits for.
	hold chan struct{}
}

func newCore() *core {
	return &core{seen: map[string]bool{}, lamp: map[string]bool{}, drafts: map[string]bot.Values{}, files: map[string]bot.Upload{}}
}

func picture() []byte {
	img := image.NewRGBA(image.Rect(0, 0, 320, 120))
	for x := range 320 {
		for y := range 120 {
			img.Set(x, y, color.RGBA{R: 79, G: uint8(70 + y), B: uint8(180 + x/5), A: 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// everything returns a card with every node, button and style.
func everything(lamp bool) bot.Card {
	toggle := bot.Action{Label: "+ Lamp", Do: bot.Do("shelf.lamp", "on")}
	if lamp {
		toggle = bot.Action{Label: "Lamp", Do: bot.Do("shelf.lamp", "off"), Style: bot.On}
	}
	return bot.Card{
		Title: "The upper shelf holds 31–82 boxes",
		Body: []bot.Node{
			bot.Join(bot.T("Lit by "), bot.B("one lamp"), bot.T(", drawn "), bot.I("to scale"), bot.T(". Ask with "), bot.C("/shelf upper"), bot.T(" or read "), bot.To("the manual", "https://example.com/manual"), bot.T(". Next check "), bot.At(epoch.Add(50*time.Hour)), bot.T(" by "), bot.Who("keeper", "The keeper"), bot.T(".")),
			bot.Fields{{Label: "Width", Text: bot.T("2.4 m")}, {Label: "Load", Text: bot.T("31,62,500 g – 82,50,000 g")}, {Label: "Since", Text: bot.T("2026-11-01")}},
			bot.Table{Header: []string{"What", "Low", "High"}, Rows: [][]bot.Text{
				{bot.T("Base"), bot.T("25"), bot.T("55")}, {bot.T("Cloud × 1.15, × 1.25"), bot.T("28.75"), bot.T("68.75")}, {bot.B("Together"), bot.B("31.63"), bot.B("82.5")},
			}},
			bot.Divider{},
			bot.T("Above 55 needs the extra key.\nNothing else changes."),
			bot.Picture{Name: "shelf.png", Alt: "A bar from 31 to 82 boxes", PNG: picture()},
			bot.File{Name: "shelf.txt", MediaType: "text/plain", Data: []byte("upper shelf\n")},
		},
		Actions: []bot.Action{
			toggle,
			{Label: "Build one", Do: bot.Do("shelf.build"), Style: bot.Primary},
			{Label: "Throw away", Do: bot.Do("box.drop"), Style: bot.Danger, Confirm: &bot.Confirm{Title: "Throw all boxes away?", Text: "They cannot be brought back.", Yes: "Throw away", No: "Keep them"}},
		},
		Menu:    &bot.Menu{Label: "More", Items: []bot.MenuItem{{Label: "Count the boxes", Hint: "Once a day is enough", Do: bot.Do("box.count")}, {Label: "Tell everyone", Do: bot.Do("shelf.tell", "A new shelf")}}},
		Context: bot.Join(bot.T("Source: the store room, effective 1 Nov 2026. "), bot.C("/shelf")),
	}
}

func buildForm(draft string, values bot.Values, saved time.Time) *bot.Form {
	f := &bot.Form{
		Title: "Build a shelf", Submit: "Build", Call: bot.Do("shelf.build", "upper"), Draft: draft, Saved: saved,
		Note: bot.T("It stands by tomorrow."), StartOver: bot.Do("shelf.build", "upper").WithDraft("new"),
		Fields: []bot.Field{
			{Name: "name", Label: "Name", Hint: "What people will look for.", Example: "upper shelf", Input: bot.InputText, Required: true, Max: 40},
			{Name: "why", Label: "Why now", Example: "the old one is full", Input: bot.InputLongText},
			{Name: "boards", Label: "Boards", Input: bot.InputNumber, Value: []string{"3"}, Required: true},
			{Name: "cost", Label: "Cost", Hint: "Rupees.", Example: "18,500", Input: bot.InputMoney},
			{Name: "wood", Label: "Wood", Input: bot.InputChoice, Required: true, Value: []string{"oak"}, Choices: []bot.Choice{{Label: "Oak", Value: "oak", Hint: "Heavy"}, {Label: "Pine", Value: "pine"}}},
			{Name: "colour", Label: "Colour", Input: bot.InputChoice, Choices: []bot.Choice{{Label: "Red", Value: "red"}, {Label: "Green", Value: "green"}, {Label: "Blue", Value: "blue"}}},
			{Name: "extras", Label: "Extras", Input: bot.InputChoices, Choices: []bot.Choice{{Label: "Lamp", Value: "lamp"}, {Label: "Ladder", Value: "ladder", Hint: "Two metres"}}},
			{Name: "sturdy", Label: "How sturdy must it be?", Input: bot.InputRating, Required: true, Choices: []bot.Choice{{Label: "1", Value: "1", Hint: "Holds paper"}, {Label: "2", Value: "2", Hint: "Holds books"}, {Label: "3", Value: "3", Hint: "Holds tools"}, {Label: "4", Value: "4", Hint: "Holds people"}}},
			{Name: "owner", Label: "Owner", Input: bot.InputPerson},
			{Name: "helpers", Label: "Helpers", Input: bot.InputPeople},
			{Name: "day", Label: "Day", Input: bot.InputDate, Value: []string{"2027-01-04"}},
			{Name: "hour", Label: "Hour", Input: bot.InputTime},
			{Name: "check", Label: "First check", Input: bot.InputDateTime, Value: []string{"2027-01-05T04:30:00Z"}},
			{Name: "plan", Label: "Plan", Input: bot.InputFile},
		},
	}
	for i, q := range f.Fields {
		if v, ok := values[q.Name]; ok {
			f.Fields[i].Value = v
		}
	}
	return f
}

func said(text string) bot.Answer { return bot.Answer{Card: &bot.Card{Body: []bot.Node{bot.T(text)}}} }

// done adds one to a count, once a delivery.
func (c *core) once(ev bot.Event, n *int) {
	if !c.seen[ev.ID] {
		c.seen[ev.ID] = true
		*n++
	}
}

func (c *core) serve(ctx context.Context, ev bot.Event) bot.Answer {
	c.mu.Lock()
	hold := c.hold
	c.mu.Unlock()
	if hold != nil && (ev.Command == "box.count" || ev.Text == "/box") {
		select {
		case <-hold:
		case <-ctx.Done():
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.events = append(c.events, ev)
	switch ev.Type {
	case bot.Open:
		return bot.Answer{Card: &bot.Card{
			Title: "Nothing waits for you", Body: []bot.Node{bot.T("Shelves to check would be listed here.")},
			Actions: []bot.Action{{Label: "Build a shelf", Do: bot.Do("shelf.build"), Style: bot.Primary}, {Label: "Count", Do: bot.Do("box.count")}},
		}}
	case bot.Suggest:
		if strings.HasPrefix(ev.Text, "/shelf ") {
			return bot.Answer{Choices: []bot.Choice{{Label: "upper", Value: "upper", Hint: "The upper shelf"}, {Label: "lower", Value: "lower", Hint: "The lower shelf"}, {Label: "width…", Value: "width:", Hint: "In metres"}}}
		}
		return bot.Answer{}
	case bot.Change:
		return c.change(ev)
	case bot.Submit:
		return c.submit(ev)
	case bot.Invoke, bot.Press:
	}
	name := ev.Command
	if name == "" {
		name = strings.ReplaceAll(strings.TrimPrefix(ev.Text, "/"), " ", ".")
	}
	switch {
	case name == "shelf.build":
		if n := len(ev.Bound); n > 0 && ev.Bound[n-1] == "~new" {
			c.drafts["d-1"] = nil
		}
		if v := c.drafts["d-1"]; len(v) > 0 {
			return bot.Answer{Form: buildForm("d-1", v, epoch.Add(-2*time.Hour))}
		}
		return bot.Answer{Form: buildForm("d-1", nil, time.Time{})}
	case name == "shelf.lamp":
		c.lamp[ev.From.User] = ev.Bound[0] == "on"
		card := everything(ev.Bound[0] == "on")
		return bot.Answer{Card: &card, Replace: true}
	case strings.HasPrefix(name, "shelf.tell"):
		return bot.Answer{Card: &bot.Card{Title: "For everyone", Tone: bot.Good, Body: []bot.Node{bot.T("A new shelf stands.")}}, Audience: bot.Public}
	case name == "box.drop":
		c.once(ev, &c.drops)
		return bot.Answer{Card: &bot.Card{Tone: bot.Good, Body: []bot.Node{bot.T("All boxes are gone.")}}}
	case name == "box", name == "box.count":
		c.once(ev, &c.counts)
		return said("Counted.")
	case strings.HasPrefix(name, "shelf"):
		card := everything(false)
		return bot.Answer{Card: &card}
	}
	return bot.Answer{Code: bot.CodeInvalid, Card: &bot.Card{Tone: bot.Trouble, Body: []bot.Node{bot.T("There is no such command. Try /shelf upper")}}}
}

func (c *core) change(ev bot.Event) bot.Answer {
	a := bot.Answer{Draft: ev.Draft}
	values := bot.Values{}
	for k, v := range ev.Values {
		values[k] = v
	}
	for name, up := range ev.Files {
		c.files["f-"+name] = up
		values[name] = []string{"f-" + name}
		a.Values = bot.Values{name: values[name]}
	}
	c.drafts[ev.Draft] = values
	if v := values["boards"]; ev.Focus == "boards" && len(v) > 0 && strings.Trim(v[0], "0123456789") != "" {
		a.Errors = []bot.FieldError{{Field: "boards", Message: "“" + v[0] + "” is not a whole number. Example: 2"}}
	}
	return a
}

func (c *core) submit(ev bot.Event) bot.Answer {
	var wrong []bot.FieldError
	if len(ev.Values["name"]) == 0 {
		wrong = append(wrong, bot.FieldError{Field: "name", Message: "Name is needed. Example: upper shelf"})
	}
	if len(ev.Values["sturdy"]) == 0 {
		wrong = append(wrong, bot.FieldError{Field: "sturdy", Message: "Say how sturdy."})
	}
	if len(wrong) > 0 {
		c.drafts[ev.Draft] = ev.Values
		return bot.Answer{Errors: wrong, Code: bot.CodeInvalid, Draft: ev.Draft}
	}
	delete(c.drafts, ev.Draft)
	c.built = append(c.built, ev.Values)
	return bot.Answer{Card: &bot.Card{Tone: bot.Good, Title: "Built", Body: []bot.Node{bot.T("The shelf " + ev.Values["name"][0] + " stands.")}}}
}

// of returns the events of one type.
func (c *core) of(kind bot.EventType) []bot.Event {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []bot.Event
	for _, ev := range c.events {
		if ev.Type == kind {
			out = append(out, ev)
		}
	}
	return out
}

func people(context.Context) ([]playground.Person, error) {
	return []playground.Person{
		{User: "asker", Name: "The asker", About: "member", Zone: "Asia/Kolkata"},
		{User: "keeper", Name: "The keeper", About: "keeper, counts boxes", Zone: "Asia/Kolkata"},
		{User: "guest", Name: "A guest", About: "member"},
	}, nil
}

func config() playground.Config {
	return playground.Config{
		Addr: "127.0.0.1:0", Bot: "Shelver", Commands: specs, People: people,
		Channels: []playground.Channel{{Name: "general", About: "For everyone"}, {Name: "store-room", About: "Shelves and boxes"}},
		Clock:    func() time.Time { return epoch }, Try: []string{"/shelf upper +lamp", "/shelf build", "/box"},
	}
}

// world is a playground with a scripted core behind a real server.
type world struct {
	*playground.Playground
	core *core
	url  string
}

func newWorld(t *testing.T) world {
	t.Helper()
	return newWorldOf(t, config())
}

func newWorldOf(t *testing.T, cfg playground.Config) world {
	t.Helper()
	p, err := playground.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	c := newCore()
	srv := httptest.NewServer(p.Handler(c.serve))
	t.Cleanup(func() {
		// Open streams would keep Close waiting.
		srv.CloseClientConnections()
		srv.Close()
	})
	return world{Playground: p, core: c, url: srv.URL}
}
