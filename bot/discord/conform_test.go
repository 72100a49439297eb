package discord_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
	"github.com/hirebot/hirebot/bot/discord"
	"github.com/hirebot/hirebot/bot/discord/discordtest"
)

func TestConform(t *testing.T) {
	t.Parallel()
	without := []bottest.Feature{
		bottest.HomeSurface, bottest.Changes, bottest.PrivateAttachments, bottest.CommandsInDirectMessages, bottest.Dialogs,
		bottest.LiveChoices, bottest.WholeForms,
	}
	t.Run("Gateway", func(t *testing.T) {
		t.Parallel()
		bottest.Conform(t, bottest.Harness{Start: startGateway, Without: without})
	})
	t.Run("HTTP", func(t *testing.T) {
		t.Parallel()
		bottest.Conform(t, bottest.Harness{Start: startHTTP, Without: without})
	})
}

// The guild of the suite, with its people and its channel.
const (
	guild   = "290926798626357999"
	appID   = "1457469483726668048"
	ann     = "300000000000000001"
	ben     = "300000000000000002"
	nobody  = "300000000000000003"
	channel = "645027906669510667"
	token   = "bot-sample"
)

// sampleWorld fills a guild.
func sampleWorld(server *discordtest.Server) bottest.World {
	server.AddUser(discordtest.User{ID: ann, Name: "ann", GlobalName: "Ann"})
	server.AddUser(discordtest.User{ID: ben, Name: "ben", GlobalName: "Ben"})
	server.AddUser(discordtest.User{ID: nobody, Name: "somebody"})
	for _, user := range []string{ann, ben, nobody} {
		server.AddMember(discordtest.Member{Guild: guild, User: user})
	}
	server.AddChannel(discordtest.Channel{ID: channel, Name: "general", Guild: guild, Type: discordtest.TypeText})
	workspace := "discord:" + guild
	return bottest.World{
		Workspace: workspace, Ann: ann, Ben: ben, Stranger: nobody,
		Channel: bot.Conversation{Workspace: workspace, Channel: channel},
	}
}

// accounts is a directory in which everybody is known by their account. It notes what it is told.
type accounts struct {
	mu      sync.Mutex
	changed map[string]bot.Profile
}

func (*accounts) Meet(context.Context, bot.Platform, ...bot.Identity) {}

func (a *accounts) Changed(_ context.Context, who bot.Identity, p bot.Profile) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.changed == nil {
		a.changed = map[string]bot.Profile{}
	}
	a.changed[who.User] = p
}

func (a *accounts) told(user string) (bot.Profile, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	p, ok := a.changed[user]
	return p, ok
}

func (*accounts) Account(_ context.Context, _, person string) (user, name string) {
	if len(person) == len(ann) {
		return person, person
	}
	return "", person
}

// config is what the adapter and the server agree upon.
func config(app bottest.App, server *discordtest.Server) discord.Config {
	return discord.Config{
		Token: token, AppID: appID, Guilds: []string{guild}, APIURL: server.APIURL(), Base: "desk",
		Commands: func() []bot.Spec { return app.Commands }, Directory: &accounts{}, Clock: app.Clock, Log: slog.New(slog.DiscardHandler),
	}
}

func newServer(t *testing.T, app bottest.App) *discordtest.Server {
	t.Helper()
	verbs := map[string]string{}
	for _, s := range app.Commands {
		if s.Default {
			verbs[s.Noun] = s.Verb
		}
	}
	return discordtest.New(t, discordtest.Options{
		Guild: guild, GuildName: "Sample", AppID: appID, Token: token, Clock: app.Clock, Default: verbs,
	})
}

// run runs an adapter until the test ends.
func run(t *testing.T, server *discordtest.Server, cfg discord.Config, serve bot.Serve) *discord.Discord {
	t.Helper()
	up := make(chan struct{})
	var once sync.Once
	told := cfg.Hooks.Channels
	cfg.Hooks.Channels = func(ctx context.Context, workspace string, all []discord.Channel) error {
		once.Do(func() { close(up) })
		if told != nil {
			return told(ctx, workspace, all)
		}
		return nil
	}
	adapter, err := discord.New(cfg)
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

func startGateway(t *testing.T, app bottest.App) (bot.Platform, bottest.FarEnd) {
	server := newServer(t, app)
	world := sampleWorld(server)
	return run(t, server, config(app, server), app.Serve), server.FarEnd(world)
}

func startHTTP(t *testing.T, app bottest.App) (bot.Platform, bottest.FarEnd) {
	server := newServer(t, app)
	world := sampleWorld(server)
	cfg := config(app, server)
	cfg.PublicKey = server.PublicKey()
	var handler http.Handler
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(web.Close)
	adapter := run(t, server, cfg, app.Serve)
	handler = adapter.Handler()
	server.SetHTTP(web.URL)
	return adapter, server.FarEnd(world)
}
