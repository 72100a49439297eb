package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
	"github.com/hirebot/hirebot/bot/discord"
	"github.com/hirebot/hirebot/bot/discord/discordtest"
	"github.com/hirebot/hirebot/commands"
)

// TestScenariosOnDiscord plays the scenarios of Discord through its adapter, by signed HTTP
// deliveries, on both databases.
func TestScenariosOnDiscord(t *testing.T) {
	t.Parallel()
	playOn(t, "discord", seedCompany, joinDiscord)
}

// TestScenariosOfInterviewsOnDiscord is TestScenariosOnDiscord for those that begin with candidates.
func TestScenariosOfInterviewsOnDiscord(t *testing.T) {
	t.Parallel()
	playOn(t, "discord/interviews", seedHiring, joinDiscord)
}

func joinDiscord(tb testing.TB, w *world) {
	tb.Helper()
	newDiscordFront(tb, w, everybody)
}

const (
	scenarioGuild        = "880000000000000001"
	scenarioGuildChannel = "880000000000000002"
	scenarioApp          = "880000000000000003"
	discordToken         = "scenario-token"
)

// discordUserOf returns the account of one of the sample people.
func discordUserOf(name string) string {
	at := slices.IndexFunc(samplePeople(), func(p samplePerson) bool { return p.Name == name })
	if at < 0 {
		return name
	}
	return fmt.Sprintf("8800000000000001%02d", at)
}

// newDiscordFront moves the people of the sample company whose home is there to a Discord server, and
// connects the product to it.
func newDiscordFront(tb testing.TB, w *world, home func(name string) bool) (*chatFront, *discordtest.Server) {
	tb.Helper()
	verbs := map[string]string{}
	for _, s := range w.app.router.Registry().Specs() {
		if s.Default {
			verbs[s.Noun] = s.Verb
		}
	}
	server := discordtest.New(tb, discordtest.Options{
		Guild: scenarioGuild, GuildName: "Sample", AppID: scenarioApp, Token: discordToken, Clock: w.clock, Default: verbs,
	})
	for _, p := range samplePeople() {
		user := discordUserOf(p.Name)
		server.AddUser(discordtest.User{ID: user, Name: p.Name, GlobalName: p.Name})
		server.AddMember(discordtest.Member{Guild: scenarioGuild, User: user})
	}
	server.AddChannel(discordtest.Channel{ID: scenarioGuildChannel, Name: "hiring", Guild: scenarioGuild, Type: discordtest.TypeText})
	with, ready := newFrontCore(w), make(chan struct{})
	hooks := discordHooks(with)
	keep := hooks.Channels
	hooks.Channels = func(ctx context.Context, workspace string, all []discord.Channel) error {
		defer close(ready)
		return keep(ctx, workspace, all)
	}
	platform, err := discord.New(discord.Config{
		Token: discordToken, AppID: scenarioApp, Guilds: []string{scenarioGuild}, PublicKey: server.PublicKey(), APIURL: server.APIURL(),
		Base: commands.Base, PublicURL: "https://hirebot.example.com",
		Commands: with.Commands, Directory: with.Directory, Clock: w.clock, Log: quiet(), Hooks: hooks, After: never,
	})
	if err != nil {
		tb.Fatal(err)
	}
	f := &chatFront{
		tb: tb, title: "Discord", workspace: "discord:" + scenarioGuild, external: scenarioGuild, channel: scenarioGuildChannel, account: discordUserOf,
		home: home, platform: platform, inChannel: true, over: func(user string, form bottest.Form, values bot.Values) bottest.Act {
			return server.SubmitOver(tb, user, form, values)
		},
		onMessage: func(user, author, text, shortcut string) bottest.Act {
			return server.MenuAct(user, scenarioGuildChannel, shortcut, server.Speak(author, scenarioGuildChannel, text))
		},
	}
	f.start(w, server, ready)
	return f, server
}

// TestADeadDatabaseIsSaidOnDiscord has the database go away under the running bot: whoever asks
// something is told so privately, in words of ours, and nothing hangs.
func TestADeadDatabaseIsSaidOnDiscord(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "sqlite:"+filepath.Join(t.TempDir(), "hirebot.db"), seed)
	f, server := newDiscordFront(t, w, everybody)
	if err := w.app.store.DB().Close(); err != nil {
		t.Fatal(err)
	}
	d := server.Command(discordUserOf("recruiter"), scenarioGuildChannel, "/band backend 7y")
	if body := string(d.Response.Body); !strings.Contains(body, `"flags":64`) || !strings.Contains(body, "Nothing was changed") && !strings.Contains(body, "nothing was changed") {
		t.Errorf("it is answered with %s", body)
	}
	for _, m := range f.far.Messages(t, discordUserOf("member"), f.general()) {
		t.Errorf("somebody else sees %+v", m)
	}
}
