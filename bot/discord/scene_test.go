package discord_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
	"github.com/hirebot/hirebot/bot/discord"
	"github.com/hirebot/hirebot/bot/discord/discordtest"
)

// noon is when the tests of the protocol take place.
var noon = time.Date(2026, time.December, 9, 12, 0, 0, 0, time.UTC)

// specs are a command that answers, one that may open a form, and one for everybody.
func specs() []bot.Spec {
	return []bot.Spec{
		{Noun: "desk", Verb: "home", Default: true, Reads: true, Summary: "Your desk", Examples: []string{"/desk"}},
		{Noun: "card", Verb: "show", Default: true, Summary: "Show a card", Examples: []string{"/card text"}, Params: []bot.Param{
			{Name: "name", Help: "Which card", Required: true, Kind: &bot.Kind{
				Name: "card", Example: "text", Parse: bot.PlainText.Parse, Print: bot.PlainText.Print, Option: bot.OptionText, Rest: true, Wire: 40,
				Suggest: func(bot.Reading, string) []bot.Choice { return nil },
			}},
		}},
		{Noun: "card", Verb: "say", Ack: bot.AckPublic, Summary: "Say a card", Examples: []string{"/card say text"}},
		{Noun: "form", Verb: "fill", Default: true, Ack: bot.MayOpenForm, Summary: "Fill in a form", Examples: []string{"/form"}},
		{Noun: "form", Verb: "keep", Ack: bot.MayOpenForm, Summary: "Keep a message", Examples: []string{"/form keep"}, MessageShortcut: "Keep message"},
	}
}

// scene is an adapter with Discord's side and a bot whose answers the test says.
type scene struct {
	*discordtest.Server
	adapter *discord.Discord
	people  *accounts
	far     bottest.FarEnd
	world   bottest.World

	mu     sync.Mutex
	now    time.Time
	events []bot.Event
	answer func(ctx context.Context, ev bot.Event) bot.Answer
}

func (s *scene) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *scene) later(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

func (s *scene) serve(ctx context.Context, ev bot.Event) bot.Answer {
	s.mu.Lock()
	s.events = append(s.events, ev)
	answer := s.answer
	s.mu.Unlock()
	return answer(ctx, ev)
}

func (s *scene) served() []bot.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.events)
}

// answers sets what the bot answers from now on.
func (s *scene) answers(answer func(ctx context.Context, ev bot.Event) bot.Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

func saying(text string) bot.Answer {
	return bot.Answer{Card: &bot.Card{Body: []bot.Node{bot.T(text)}, Actions: []bot.Action{{Label: "Again", Do: bot.Do("card.show", "again")}}}}
}

// impatient lets every wait below five seconds end at once, and every other last.
func impatient(d time.Duration) <-chan time.Time {
	if d >= 5*time.Second {
		return nil
	}
	ended := make(chan time.Time)
	close(ended)
	return ended
}

// newScene connects an adapter, over the Gateway or by signed HTTP. Change may change its configuration
// and the server before that.
func newScene(t *testing.T, overHTTP bool, change func(*scene, *discord.Config)) *scene {
	t.Helper()
	s := &scene{now: noon, people: &accounts{}}
	s.answer = func(context.Context, bot.Event) bot.Answer { return saying("Here it is.") }
	app := bottest.App{Serve: s.serve, Commands: specs(), Clock: s.clock}
	s.Server = newServer(t, app)
	s.world = sampleWorld(s.Server)
	cfg := config(app, s.Server)
	cfg.Directory = s.people
	if overHTTP {
		cfg.PublicKey = s.PublicKey()
	}
	if change != nil {
		change(s, &cfg)
	}
	var handler http.Handler
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(web.Close)
	s.adapter = run(t, s.Server, cfg, s.serve)
	handler = s.adapter.Handler()
	if overHTTP {
		s.SetHTTP(web.URL)
	}
	s.far = s.FarEnd(s.world)
	return s
}

// last returns the last message of the bot that somebody sees.
func (s *scene) last(t *testing.T, user string, in bot.Conversation) bottest.Message {
	t.Helper()
	all := s.far.Messages(t, user, in)
	if len(all) == 0 || !all[len(all)-1].FromBot {
		t.Fatalf("%s sees nothing of the bot in %s: %+v", user, in.Channel, all)
	}
	return all[len(all)-1]
}

func (s *scene) dm(t *testing.T, user string) bot.Conversation {
	t.Helper()
	return bot.Conversation{Workspace: s.world.Workspace, Channel: s.DM(user), Private: true}
}

// works checks that a command is answered.
func (s *scene) works(t *testing.T) {
	t.Helper()
	before := len(s.served())
	s.far.Type(t, ann, s.world.Channel, "/card show x")
	if len(s.served()) != before+1 || !strings.Contains(s.last(t, ann, s.world.Channel).Text, "Here it is.") {
		t.Errorf("after that a command is served %d times, and answered with %+v", len(s.served())-before, s.last(t, ann, s.world.Channel))
	}
}
