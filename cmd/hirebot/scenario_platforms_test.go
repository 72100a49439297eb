package main

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/commands"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/scheduler"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/store/storetest"
)

// TestScenariosAcrossPlatforms plays those of a company whose people are on two platforms, in neutral form:
// each platform keeps what it is sent.
func TestScenariosAcrossPlatforms(t *testing.T) {
	t.Parallel()
	databases := map[string]func(testing.TB) string{
		"sqlite":   func(tb testing.TB) string { return "sqlite:" + filepath.Join(tb.TempDir(), "hirebot.db") },
		"postgres": storetest.Postgres,
	}
	for name, database := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testscript.Run(t, testscript.Params{
				Dir: filepath.Join("..", "..", "testdata", "scenarios", "platforms"), RequireUniqueNames: true,
				Setup: func(env *testscript.Env) error {
					tb, ok := env.T().(testing.TB)
					if !ok {
						return errors.New("no testing.TB")
					}
					w := newWorld(tb, database(tb), seedCompany)
					w.split(tb)
					env.Values[worldKey{}] = w
					return nil
				},
				Cmds: scenarioCommands(),
			})
		})
	}
}

// onDiscord are those of the sample people whose account is on Discord; all others are on Slack.
var onDiscord = []string{"approver-1", "interviewer-1"}

// homeFront returns the platform that one of the sample people is on.
func homeFront(name string) string {
	if slices.Contains(onDiscord, name) {
		return "discord"
	}
	return "slack"
}

// frontWorkspace returns the workspace of the company on a platform.
func frontWorkspace(platform string) string {
	if platform == "discord" {
		return "discord:G0SAMPLE"
	}
	return "slack:T0SAMPLE"
}

// split gives the sample people their accounts on two platforms, and the company a channel of the same name
// on each. The names of accounts are those of people.
func (w *world) split(tb testing.TB) {
	tb.Helper()
	ctx := tb.Context()
	w.fronts = map[string]*recorder{}
	platforms := make([]bot.Platform, 0, 2)
	for _, name := range []string{"slack", "discord"} {
		w.fronts[name] = &recorder{name: name, closed: map[string]bool{}}
		platforms = append(platforms, w.fronts[name])
	}
	err := w.app.store.InTx(ctx, func(tx *store.Tx) error {
		for _, ws := range []store.Workspace{
			{ID: "slack:T0SAMPLE", Name: "Sample", Platform: "slack", External: "T0SAMPLE", Kind: store.HomeWorkspace},
			{ID: "discord:G0SAMPLE", Name: "Sample", Platform: "discord", External: "G0SAMPLE", Kind: store.HomeWorkspace},
		} {
			if err := tx.SaveWorkspace(ctx, ws); err != nil {
				return err
			}
			if err := tx.SaveChannel(ctx, store.Channel{Workspace: ws.ID, ID: "hiring", Name: "hiring", Kind: store.PublicChannel}); err != nil {
				return err
			}
		}
		for _, p := range samplePeople() {
			person, _ := tx.Snapshot().PersonByIdentity(playgroundWorkspace, p.Name)
			if err := tx.LinkIdentity(ctx, person.ID, hiring.Identity{Workspace: frontWorkspace(homeFront(p.Name)), User: p.Name}); err != nil {
				return err
			}
		}
		// Nobody is in the playground any more.
		if err := tx.SaveWorkspace(ctx, store.Workspace{ID: playgroundWorkspace, Name: "Playground", Platform: "playground", External: playgroundWorkspace, Kind: store.CommunityWorkspace}); err != nil {
			return err
		}
		return tx.KeepChannels(ctx, playgroundWorkspace, nil)
	})
	if err != nil {
		tb.Fatal(err)
	}
	w.courier = scheduler.NewCourier(scheduler.Config{Store: w.app.store, Platforms: platforms, Views: w.app.views, Clock: w.clock, Log: quiet()})
}

// front returns the platform on which to look for a conversation, such as "slack/hiring", and the conversation
// there. Direct messages are looked for where the person is, unless it is said.
func (w *world) front(channel string) (*recorder, string) {
	if w.fronts == nil {
		return w.recorder, channel
	}
	name, direct := strings.CutPrefix(channel, "@")
	on, rest, said := strings.Cut(name, "/")
	if !said {
		on, rest = homeFront(name), name
	}
	if direct {
		rest = "@" + rest
	}
	return w.fronts[on], rest
}

func (w *world) nameOf(ts *testscript.TestScript, person string) string {
	name := ""
	ts.Check(w.app.store.Read(context.Background(), func(tx *store.Tx) error {
		p, _ := tx.Snapshot().Person(person)
		name = p.Name
		return nil
	}))
	return name
}

// meetCmd is `meet discord/NAME [GROUP…]`: the platform tells of an account, with its own roles of it. Whoever
// was not known becomes a person. `meet discord/NAME gone` has the account closed.
func (w *world) meetCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || w.fronts == nil || !strings.Contains(args[0], "/") {
		ts.Fatalf("usage: meet PLATFORM/NAME [GROUP…|gone]")
	}
	on, user, _ := strings.Cut(args[0], "/")
	profile := bot.Profile{Name: user, Active: true, Groups: args[1:]}
	if slices.Contains(args, "gone") {
		profile = bot.Profile{Name: user}
	}
	ts.Check(w.app.store.InTx(context.Background(), func(tx *store.Tx) error {
		tx.Cause("profile", bot.Conversation{})
		_, err := commands.KeepProfile(context.Background(), tx, bot.Identity{Workspace: frontWorkspace(on), User: user}, profile, false)
		return err
	}))
}

// closedCmd is `closed discord/NAME`: they take no direct messages there from now on; with `!` they do.
func (w *world) closedCmd(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 || w.fronts == nil {
		ts.Fatalf("usage: closed PLATFORM/NAME")
	}
	on, user, _ := strings.Cut(args[0], "/")
	r := w.fronts[on]
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed["@"+user] = !neg
}

// linkcodeCmd puts the code that somebody was just shown into $LINK.
func (w *world) linkcodeCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 || w.speakers[args[0]] == nil {
		ts.Fatalf("usage: linkcode PERSON")
	}
	said := w.speakers[args[0]].said
	if w.chats != nil {
		said = w.chatOf(args[0]).speakers[args[0]].said
	}
	_, code, found := strings.Cut(said, "/hire link ")
	if !found {
		ts.Fatalf("%s was shown no code, but: %s", args[0], said)
	}
	ts.Setenv("LINK", strings.Fields(code)[0])
}
