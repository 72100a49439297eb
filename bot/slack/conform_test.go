package slack_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
	"github.com/hirebot/hirebot/bot/slack"
	"github.com/hirebot/hirebot/bot/slack/slacktest"
)

func TestConform(t *testing.T) {
	t.Parallel()
	without := []bottest.Feature{bottest.Suggestions, bottest.PrivateAttachments}
	t.Run("Socket Mode", func(t *testing.T) {
		t.Parallel()
		bottest.Conform(t, bottest.Harness{Start: startSocketMode, Without: without})
	})
	t.Run("HTTP", func(t *testing.T) {
		t.Parallel()
		bottest.Conform(t, bottest.Harness{Start: startHTTP, Without: without})
	})
}

// The workspace of the suite, with its people and its channel.
const (
	team    = "T0SAMPLE"
	ann     = "U0ANN"
	ben     = "U0BEN"
	nobody  = "U0STRANGER"
	channel = "C0GENERAL"
)

// sampleWorld fills a workspace.
func sampleWorld(server *slacktest.Server) bottest.World {
	server.AddUser(slacktest.User{ID: ann, Name: "ann", RealName: "Ann", Email: "ann@example.org", TZ: "Asia/Kolkata"})
	server.AddUser(slacktest.User{ID: ben, Name: "ben", RealName: "Ben", Email: "ben@example.org"})
	server.AddUser(slacktest.User{ID: nobody, Name: "somebody"})
	server.AddChannel(slacktest.Channel{ID: channel, Name: "general", Members: []string{ann, ben, nobody}, Bot: true})
	workspace := "slack:" + team
	return bottest.World{
		Workspace: workspace, Ann: ann, Ben: ben, Stranger: nobody,
		Channel: bot.Conversation{Workspace: workspace, Channel: channel},
	}
}

// accounts is a directory in which everybody is known by their account.
type accounts struct{}

func (accounts) Meet(context.Context, bot.Platform, ...bot.Identity) {}

func (accounts) Changed(context.Context, bot.Identity, bot.Profile) {}

func (accounts) Account(_ context.Context, _, person string) (user, name string) {
	if strings.HasPrefix(person, "U0") {
		return person, person
	}
	return "", person
}

// config is what the adapter and the server agree upon.
func config(app bottest.App, server *slacktest.Server) slack.Config {
	return slack.Config{
		BotToken: "bot-sample", APIURL: server.APIURL(), Base: "desk", Commands: func() []bot.Spec { return app.Commands },
		Directory: accounts{}, Clock: app.Clock, Log: slog.New(slog.DiscardHandler),
	}
}

func newServer(t *testing.T, app bottest.App) *slacktest.Server {
	t.Helper()
	return slacktest.New(t, slacktest.Options{
		Team: team, BotUser: "U0BOT", BotToken: "bot-sample", AppToken: "app-sample", SigningSecret: "signing-sample", Clock: app.Clock,
	})
}

// run runs an adapter until the test ends.
func run(t *testing.T, server *slacktest.Server, cfg slack.Config, serve bot.Serve) *slack.Slack {
	t.Helper()
	up := make(chan struct{})
	var once sync.Once
	cfg.Hooks.Up = func(isUp bool) {
		if isUp {
			once.Do(func() { close(up) })
		}
	}
	adapter, err := slack.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	server.SetSettle(adapter.Settle)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- adapter.Run(ctx, serve) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	select {
	case <-up:
	case err := <-ended:
		t.Fatalf("run: %v", err)
	}
	return adapter
}

func startSocketMode(t *testing.T, app bottest.App) (bot.Platform, bottest.FarEnd) {
	server := newServer(t, app)
	world := sampleWorld(server)
	cfg := config(app, server)
	cfg.AppToken = "app-sample"
	return run(t, server, cfg, app.Serve), server.FarEnd(world)
}

func startHTTP(t *testing.T, app bottest.App) (bot.Platform, bottest.FarEnd) {
	server := newServer(t, app)
	world := sampleWorld(server)
	cfg := config(app, server)
	cfg.SigningSecret = "signing-sample"
	var handler http.Handler
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(web.Close)
	adapter := run(t, server, cfg, app.Serve)
	handler = adapter.Handler()
	server.SetHTTP(web.URL)
	return adapter, server.FarEnd(world)
}
