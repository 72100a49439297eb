package commands_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/commands"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// What stands between the two marks is quoted in README.md, word for word.
// readme: begin

// What people type: in commands/level.go, listed in All.
var levelShow = commands.Command{
	Spec: bot.Spec{
		Noun: "level", Verb: "show", Default: true, Reads: true,
		Summary: "The level that goes with some years of experience",
		Params: []bot.Param{
			{Name: "role", Kind: commands.Role, Required: true, Help: "The role"},
			{Name: "experience", Kind: commands.Experience, Required: true, Help: "Years of experience"},
		},
		Examples: []string{"/level backend 7y"},
	},
	Handle: func(_ context.Context, _ *store.Tx, req bot.Request) (bot.Response, error) {
		years, _ := bot.Arg[hiring.Experience](req.Args, "experience")
		return bot.Response{Show: &bot.View{Name: "level", Subject: req.Args.Text("role"), Args: []string{years.String()}}}, nil
	},
}

// What people see: in views/level.go, listed in All as "level": {Public, drawLevel}.
func drawLevel(_ context.Context, tx *store.Tx, _ bot.Actor, v bot.View) (bot.Card, error) {
	years, err := hiring.ParseExperience(v.Args[0])
	role, ok := tx.Snapshot().Playbook(v.Subject)
	if err != nil || !ok {
		return bot.Card{}, bot.ErrMoot
	}
	card := bot.Card{Title: role.Title + ", " + years.String()}
	for _, level := range role.LevelsFor(years) {
		card.Body = append(card.Body, bot.B(level.Title))
	}
	return card, nil
}

// readme: end

// TestTheExampleOfTheReadme runs the command that the README shows, beside all others.
func TestTheExampleOfTheReadme(t *testing.T) {
	t.Parallel()
	clock := func() time.Time { return spoken }
	st, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "hirebot.db"), clock, store.Keys{}, store.WithUnitTime(5*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := st.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	var asker hiring.Person
	err = st.InTx(t.Context(), func(tx *store.Tx) error {
		asker, err = tx.AddPerson(t.Context(), hiring.Person{Name: "member", Active: true})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var router *bot.Router[*store.Tx]
	set := views.All(func() *bot.Registry { return router.Registry() })
	set["level"] = views.View{Contains: views.Public, Draw: drawLevel}
	router, err = bot.NewRouter(bot.Config[*store.Tx]{
		Base: commands.Base, Commands: append(commands.All(), levelShow), Unit: st, Draw: set.Draw, Home: views.Home,
		Allow: commands.Allow, Clock: clock, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ typed, code, want string }{
		{"/level backend 7y", "", "Backend developer, 7y\nSenior\n"},
		{"/level 5-8 years backend", "", "Backend developer, 5-8y\nMid\nSenior\n"},
		{"/hire level backend 7y", "", "Backend developer, 7y\nSenior\n"},
		{"/level backend", bot.CodeInvalid, "Experience is needed"},
		{"/hire help level", "", "The level that goes with some years of experience"},
	} {
		answer := router.Serve(t.Context(), bot.Event{
			Type: bot.Invoke, ID: c.typed, From: bot.Identity{Workspace: store.PersonWorkspace, User: asker.ID}, At: spoken, Text: c.typed,
		})
		if answer.Card == nil {
			t.Fatalf("%s: no card", c.typed)
		}
		if got := bot.PlainCard(*answer.Card, time.UTC); answer.Code != c.code || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q\n%s\nwant %q\n%s", c.typed, answer.Code, got, c.code, c.want)
		}
	}
}

// TestTheReadmeQuotesTheExample compares the README with this file.
func TestTheReadmeQuotesTheExample(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join("..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, begins := bytes.Cut(source, []byte("\n// readme: begin\n"))
	quoted, _, ends := bytes.Cut(rest, []byte("\n// readme: end\n"))
	if !begins || !ends {
		t.Fatal("the marks of the example are missing here")
	}
	quoted = bytes.TrimSpace(quoted)
	if !bytes.Contains(readme, append(append([]byte("```go\n"), quoted...), "\n```\n"...)) {
		t.Errorf("README.md does not quote the example word for word:\n%s", quoted)
	}
	code := 0
	for line := range bytes.Lines(quoted) {
		if line = bytes.TrimSpace(line); len(line) > 0 && !bytes.HasPrefix(line, []byte("//")) {
			code++
		}
	}
	if code >= 30 {
		t.Errorf("the example has %d lines of code; the README promises fewer than 30", code)
	}
}
