package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
	"github.com/hirebot/hirebot/bot/slack"
	"github.com/hirebot/hirebot/bot/slack/slacktest"
	"github.com/hirebot/hirebot/commands"
)

// TestScenariosOnSlack plays the scenarios of Slack through its adapter, by signed HTTP deliveries, on
// both databases.
func TestScenariosOnSlack(t *testing.T) {
	t.Parallel()
	playOn(t, "slack", seedCompany, joinSlack)
}

// TestScenariosOfInterviewsOnSlack is TestScenariosOnSlack for those that begin with candidates.
func TestScenariosOfInterviewsOnSlack(t *testing.T) {
	t.Parallel()
	playOn(t, "slack/interviews", seedHiring, joinSlack)
}

func joinSlack(tb testing.TB, w *world) {
	tb.Helper()
	newSlackFront(tb, w, everybody)
}

const (
	scenarioTeam    = "T0SAMPLE1"
	scenarioChannel = "C0HIRING1"
	slackBotToken   = "xoxb-scenario" //nolint:gosec // G101: of a server in the test.
	slackSecretKey  = "scenario-signing-secret"
)

// slackUserOf returns the account of one of the sample people.
func slackUserOf(name string) string {
	return "U0" + strings.ToUpper(strings.ReplaceAll(name, "-", ""))
}

// newSlackFront moves the people of the sample company whose home is there to a Slack workspace, and
// connects the product to it.
func newSlackFront(tb testing.TB, w *world, home func(name string) bool) (*chatFront, *slacktest.Server) {
	tb.Helper()
	server := slacktest.New(tb, slacktest.Options{
		Team: scenarioTeam, BotUser: "U0HIREBOT", BotToken: slackBotToken, SigningSecret: slackSecretKey, Clock: w.clock,
	})
	members := []string{"U0HIREBOT"}
	for _, p := range samplePeople() {
		user := slackUserOf(p.Name)
		members = append(members, user)
		server.AddUser(slacktest.User{ID: user, Name: p.Name, RealName: p.Name, Email: p.Name + "@example.com", TZ: "Asia/Kolkata"})
	}
	server.AddChannel(slacktest.Channel{ID: scenarioChannel, Name: "hiring", Members: members, Bot: true})
	with, ready := newFrontCore(w), make(chan struct{})
	hooks := slackHooks(with)
	keep := hooks.Channels
	hooks.Channels = func(ctx context.Context, workspace string, all []slack.Channel) error {
		defer close(ready)
		return keep(ctx, workspace, all)
	}
	platform, err := slack.New(slack.Config{
		BotToken: slackBotToken, SigningSecret: slackSecretKey, APIURL: server.APIURL(), Base: commands.Base,
		PublicURL: "https://hirebot.example.com", References: commands.References(),
		Commands: with.Commands, Directory: with.Directory, Clock: w.clock, Log: quiet(), Hooks: hooks, After: never,
	})
	if err != nil {
		tb.Fatal(err)
	}
	f := &chatFront{
		tb: tb, title: "Slack", workspace: "slack:" + scenarioTeam, external: scenarioTeam, channel: scenarioChannel, account: slackUserOf, home: home, platform: platform,
		onMessage: func(user, author, text, shortcut string) bottest.Act {
			return server.ShortcutAct(user, author, scenarioChannel, text, messageCallback(tb, with.Commands(), shortcut))
		},
	}
	f.start(w, server, ready)
	return f, server
}

// messageCallback returns what Slack sends of a shortcut on messages, as the manifest declares it.
func messageCallback(tb testing.TB, specs []bot.Spec, shortcut string) string {
	tb.Helper()
	for _, s := range specs {
		if s.MessageShortcut != shortcut {
			continue
		}
		id, err := bot.Do(s.Name()).Encode()
		if err != nil {
			tb.Fatal(err)
		}
		return id
	}
	tb.Fatalf("there is no shortcut %q on messages", shortcut)
	return ""
}

// TestADeadDatabaseIsSaidOnSlack has the database go away under the running bot: whoever asks something
// is told so privately, in words of ours, and nothing hangs.
func TestADeadDatabaseIsSaidOnSlack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "sqlite:"+filepath.Join(t.TempDir(), "hirebot.db"), seedCompany)
	_, server := newSlackFront(t, w, everybody)
	if err := w.app.store.DB().Close(); err != nil {
		t.Fatal(err)
	}
	d := server.Command(slackUserOf("recruiter"), scenarioChannel, "/band", "backend 7y")
	if body := string(d.Ack.Body); !strings.Contains(body, "ephemeral") || !strings.Contains(body, "Nothing was changed") && !strings.Contains(body, "nothing was changed") {
		t.Errorf("it is answered with %s", body)
	}
}
