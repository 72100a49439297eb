package discord_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
	"github.com/hirebot/hirebot/bot/discord"
	"github.com/hirebot/hirebot/bot/discord/discordtest"
)

// TestGatewaySurvives: whatever happens to the connection, what people do next is answered, and a
// session is resumed where it can be.
func TestGatewaySurvives(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		do       func(*scene)
		sessions int // begun after it
	}{
		{"asked to reconnect", func(s *scene) { s.Reconnect() }, 1},
		{"cut off", func(s *scene) { s.DropConnections() }, 1},
		{"an unknown error", func(s *scene) { s.CloseConnections(discordtest.CloseUnknownError) }, 1},
		{"a session that is invalid for now", func(s *scene) { s.InvalidateSession(true) }, 1},
		{"a session that is invalid", func(s *scene) { s.InvalidateSession(false) }, 2},
		{"a session that timed out", func(s *scene) { s.CloseConnections(discordtest.CloseTimedOut) }, 2},
		{"a sequence that is invalid", func(s *scene) { s.CloseConnections(discordtest.CloseInvalidSeq) }, 2},
		{"several refusals", func(s *scene) {
			s.RefuseConnections(discordtest.CloseRateLimited, discordtest.CloseUnknownError)
			s.DropConnections()
		}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, false, func(_ *scene, cfg *discord.Config) { cfg.After = impatient })
			s.works(t)
			c.do(s)
			s.Wait("a connection", func() bool { return s.Connections() == 1 })
			s.works(t)
			if got := s.Sessions(); got != c.sessions {
				t.Errorf("%d sessions were begun, want %d", got, c.sessions)
			}
		})
	}
}

// TestUnansweredHeartbeatsEndAConnection: a connection that is dead is noticed with the next heartbeat,
// and its session goes on over another.
func TestUnansweredHeartbeatsEndAConnection(t *testing.T) {
	t.Parallel()
	beat, down := make(chan time.Time), make(chan struct{}, 100)
	s := newScene(t, false, func(_ *scene, cfg *discord.Config) {
		cfg.After = func(d time.Duration) <-chan time.Time {
			if d >= 5*time.Second && d < time.Minute && d != 20*time.Second { // that is what opening a connection may take
				return beat
			}
			return impatient(d)
		}
		cfg.Hooks.Up = func(up bool) {
			if !up {
				down <- struct{}{}
			}
		}
	})
	s.works(t)
	s.MuteHeartbeats(true)
	for waits := true; waits; {
		select {
		case beat <- time.Time{}:
		case <-down:
			waits = false
		}
	}
	s.MuteHeartbeats(false)
	s.Wait("a connection", func() bool { return s.Connections() == 1 })
	s.works(t)
	if got := s.Sessions(); got != 1 {
		t.Errorf("%d sessions were begun", got)
	}
}

func TestGatewayRefusesWhatWaitingDoesNotMend(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		set  func(*discordtest.Server)
		want []string
	}{
		{"a token that is none", func(s *discordtest.Server) { s.RefuseConnections(discordtest.CloseAuthentication) }, []string{"token", "HIREBOT_DISCORD_TOKEN"}},
		{"intents", func(s *discordtest.Server) { s.RefuseConnections(discordtest.CloseDisallowedIntents) }, []string{"update Hirebot"}},
		{"too many servers", func(s *discordtest.Server) { s.SetShards(2) }, []string{"HIREBOT_DISCORD_PUBLIC_KEY", "Interactions Endpoint URL"}},
		{"401", func(s *discordtest.Server) { s.Fail("GET /users/@me", discordtest.Failure{Status: 401}) }, []string{"HIREBOT_DISCORD_TOKEN"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			app := bottest.App{Commands: specs(), Clock: func() time.Time { return noon }}
			server := newServer(t, app)
			sampleWorld(server)
			c.set(server)
			cfg := config(app, server)
			cfg.After = impatient
			adapter, err := discord.New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			err = adapter.Run(t.Context(), func(context.Context, bot.Event) bot.Answer { return bot.Answer{} })
			if err == nil {
				t.Fatal("it goes on")
			}
			for _, part := range c.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("it ends with %q, which lacks %q", err, part)
				}
			}
		})
	}
}

// TestStandbyTakesOver: one process at a time holds the Gateway and registers commands.
func TestStandbyTakesOver(t *testing.T) {
	t.Parallel()
	turn := make(chan struct{})
	lost := make(chan context.CancelFunc, 2)
	prepared := make(chan struct{}, 2) // what comes after the commands
	lead := func(ctx context.Context) (context.Context, func(), error) {
		select {
		case turn <- struct{}{}:
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
		leading, lose := context.WithCancel(ctx)
		lost <- lose
		return leading, lose, nil
	}
	app := bottest.App{Commands: specs(), Clock: func() time.Time { return noon }}
	server := newServer(t, app)
	sampleWorld(server)
	for range 2 {
		cfg := config(app, server)
		cfg.Lead, cfg.After = lead, impatient
		cfg.Hooks.Channels = func(context.Context, string, []discord.Channel) error {
			prepared <- struct{}{}
			return nil
		}
		adapter, err := discord.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
		ended := make(chan error, 1)
		go func() { ended <- adapter.Run(ctx, func(context.Context, bot.Event) bot.Answer { return bot.Answer{} }) }()
		t.Cleanup(func() {
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
	<-turn
	server.Wait("the first to connect", func() bool { return server.Connections() == 1 && server.Sessions() == 1 })
	<-prepared
	(<-lost)()
	server.Wait("the first to leave", func() bool { return server.Connections() == 0 })
	<-turn
	server.Wait("the second to connect", func() bool { return server.Connections() == 1 && server.Sessions() == 2 })
	<-prepared
	if puts := server.Calls("PUT /applications/{app}/guilds/{guild}/commands"); len(puts) != 1 {
		t.Errorf("the commands were written %d times", len(puts))
	}
}

// TestWhatChangesBetweenSessionsIsSeen: who may read a channel is looked at again where a session was lost
// and with it what it would have told.
func TestWhatChangesBetweenSessionsIsSeen(t *testing.T) {
	t.Parallel()
	told := make(chan bool, 10) // whether the channel is private
	s := newScene(t, false, func(_ *scene, cfg *discord.Config) {
		cfg.After = impatient
		cfg.Hooks.Channels = func(_ context.Context, _ string, all []discord.Channel) error {
			told <- len(all) == 1 && all[0].Private
			return nil
		}
	})
	if <-told {
		t.Error("at first it is private")
	}
	s.Wait("a session", func() bool { return s.Connections() == 1 && s.Sessions() == 1 })
	s.AddChannel(discordtest.Channel{ID: channel, Name: "general", Guild: guild, Type: discordtest.TypeText, Private: true, Members: []string{ann, appID}})
	s.InvalidateSession(false)
	s.Wait("a new session", func() bool { return s.Sessions() == 2 })
	if !<-told {
		t.Error("after that it is not")
	}
}

// TestCommandsAreRegisteredAfterAnOutage: what Discord could not take at the start is tried again.
func TestCommandsAreRegisteredAfterAnOutage(t *testing.T) {
	t.Parallel()
	again := make(chan time.Time, 1)
	s := newScene(t, false, func(s *scene, cfg *discord.Config) {
		s.Fail("PUT /applications/{app}/guilds/{guild}/commands", discordtest.Failure{Status: 503})
		cfg.After = func(d time.Duration) <-chan time.Time {
			if d == time.Minute {
				return again
			}
			return impatient(d)
		}
	})
	if got := s.Commands(guild); len(got) > 0 {
		t.Errorf("at once there are the commands %v", got)
	}
	again <- time.Time{}
	s.Wait("the commands", func() bool { return len(s.Commands(guild)) == 4 })
}
