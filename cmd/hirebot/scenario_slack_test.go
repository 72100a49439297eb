package main

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
	"github.com/hirebot/hirebot/bot/slack"
	"github.com/hirebot/hirebot/bot/slack/slacktest"
	"github.com/hirebot/hirebot/commands"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/scheduler"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/store/storetest"
)

// TestScenariosOnSlack plays the scenarios of Slack through its adapter, by signed HTTP deliveries, on
// both databases.
func TestScenariosOnSlack(t *testing.T) {
	t.Parallel()
	playOnSlack(t, filepath.Join("..", "..", "testdata", "scenarios", "slack"), seedCompany)
}

// TestScenariosOfInterviewsOnSlack is TestScenariosOnSlack for those that begin with candidates.
func TestScenariosOfInterviewsOnSlack(t *testing.T) {
	t.Parallel()
	playOnSlack(t, filepath.Join("..", "..", "testdata", "scenarios", "slack", "interviews"), seedHiring)
}

func playOnSlack(t *testing.T, dir string, begin func(context.Context, *store.Store) error) {
	t.Helper()
	databases := map[string]func(testing.TB) string{
		"sqlite":   func(tb testing.TB) string { return "sqlite:" + filepath.Join(tb.TempDir(), "hirebot.db") },
		"postgres": storetest.Postgres,
	}
	for name, database := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testscript.Run(t, testscript.Params{
				Dir: dir, RequireUniqueNames: true,
				Setup: func(env *testscript.Env) error {
					tb, ok := env.T().(testing.TB)
					if !ok {
						return errors.New("no testing.TB")
					}
					w := newWorld(tb, database(tb), begin)
					w.slack = newSlackFront(tb, w)
					env.Values[worldKey{}] = w
					return nil
				},
				Cmds: scenarioCommands(),
			})
		})
	}
}

// slackFront is how the people of a scenario reach the product on Slack.
type slackFront struct {
	tb       testing.TB
	server   *slacktest.Server
	far      bottest.FarEnd
	platform *slack.Slack
	speakers map[string]*slackSpeaker
}

// slackSpeaker is what one person sees on Slack.
type slackSpeaker struct {
	user string
	dm   bot.Conversation
	// card is the message that they look at, form the form that is open.
	card *bottest.Message
	form *bottest.Form
	last bottest.Act
	// said is what they were answered, refused what was wrong with a form.
	said, refused string
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

// newSlackFront moves the sample company to a Slack workspace and connects the product to it.
func newSlackFront(tb testing.TB, w *world) *slackFront {
	tb.Helper()
	f := &slackFront{tb: tb, speakers: map[string]*slackSpeaker{}}
	f.server = slacktest.New(tb, slacktest.Options{
		Team: scenarioTeam, BotUser: "U0HIREBOT", BotToken: slackBotToken, SigningSecret: slackSecretKey, Clock: w.clock,
	})
	members := []string{"U0HIREBOT"}
	for _, p := range samplePeople() {
		user := slackUserOf(p.Name)
		members = append(members, user)
		f.server.AddUser(slacktest.User{ID: user, Name: p.Name, RealName: p.Name, Email: p.Name + "@example.com", TZ: "Asia/Kolkata"})
	}
	f.server.AddChannel(slacktest.Channel{ID: scenarioChannel, Name: "hiring", Members: members, Bot: true})
	st := w.app.store
	with := core{Commands: w.app.router.Registry().Specs, Directory: newDirectory(st, w.clock, nil, quiet()), Store: st, Clock: w.clock, Log: quiet()}
	connected := make(chan struct{})
	var err error
	f.platform, err = slack.New(slack.Config{
		BotToken: slackBotToken, SigningSecret: slackSecretKey, APIURL: f.server.APIURL(), Base: commands.Base,
		PublicURL: "https://hirebot.example.com", References: commands.References(),
		Commands: with.Commands, Directory: with.Directory, Clock: w.clock, Log: quiet(),
		Hooks: slack.Hooks{Connected: with.keepWorkspace, Channels: func(ctx context.Context, workspace string, all []slack.Channel) error {
			defer close(connected)
			return with.keepChannels(ctx, workspace, all)
		}},
	})
	if err != nil {
		tb.Fatal(err)
	}
	f.move(tb, st)
	web := httptest.NewServer(f.platform.Handler())
	tb.Cleanup(web.Close)
	f.server.SetHTTP(web.URL)
	f.server.SetSettle(f.platform.Settle)
	ctx, cancel := context.WithCancel(context.WithoutCancel(tb.Context()))
	ended := make(chan error, 1)
	go func() { ended <- f.platform.Run(ctx, w.app.router.Serve) }()
	tb.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			tb.Error(err)
		}
	})
	<-connected
	f.far = f.server.FarEnd(bottest.World{Workspace: "slack:" + scenarioTeam})
	for _, p := range samplePeople() {
		s := &slackSpeaker{user: slackUserOf(p.Name)}
		if s.dm, err = f.platform.DM(tb.Context(), bot.Identity{Workspace: "slack:" + scenarioTeam, User: s.user}); err != nil {
			tb.Fatal(err)
		}
		f.speakers[p.Name] = s
	}
	w.courier = scheduler.NewCourier(scheduler.Config{Store: st, Platforms: []bot.Platform{f.platform}, Views: w.app.views, Clock: w.clock, Log: quiet()})
	return f
}

// move gives the sample people their accounts on Slack, and takes the playground's channels away.
func (f *slackFront) move(tb testing.TB, st *store.Store) {
	tb.Helper()
	err := st.InTx(tb.Context(), func(tx *store.Tx) error {
		if err := tx.SaveWorkspace(tb.Context(), store.Workspace{ID: "slack:" + scenarioTeam, Name: "Sample", Platform: slack.Name, External: scenarioTeam, Kind: store.HomeWorkspace}); err != nil {
			return err
		}
		for _, p := range samplePeople() {
			person, ok := tx.Snapshot().PersonByIdentity(playgroundWorkspace, p.Name)
			if !ok {
				return fmt.Errorf("no %s", p.Name)
			}
			if err := tx.LinkIdentity(tb.Context(), person.ID, hiring.Identity{Workspace: "slack:" + scenarioTeam, User: slackUserOf(p.Name)}); err != nil {
				return err
			}
		}
		return tx.KeepChannels(tb.Context(), playgroundWorkspace, nil)
	})
	if err != nil {
		tb.Fatal(err)
	}
}

// speak is a line that begins with a person's name.
func (f *slackFront) speak(ts *testscript.TestScript, neg bool, name string, args []string) {
	who := f.speakers[name]
	in := who.dm
	if args[0] == "in" && len(args) > 2 {
		in = bot.Conversation{Workspace: "slack:" + scenarioTeam, Channel: scenarioChannel}
		args = args[2:]
	}
	before := f.far.Messages(f.tb, who.user, in)
	switch verb, rest := args[0], args[1:]; {
	case strings.HasPrefix(verb, "/"):
		who.last = f.far.Type(f.tb, who.user, in, strings.Join(args, " "))
	case verb == "press":
		if who.card == nil {
			ts.Fatalf("there is no card to press %q on", strings.Join(rest, " "))
		}
		in = who.card.In
		before = f.far.Messages(f.tb, who.user, in)
		who.last = f.far.Press(f.tb, who.user, *who.card, strings.Join(rest, " "))
	case verb == "submit" && who.form != nil:
		who.last = f.far.Submit(f.tb, who.user, *who.form, f.filled(ts, who.form, rest))
	case verb == "change" && who.form != nil && len(rest) > 0:
		focus, _, _ := strings.Cut(rest[len(rest)-1], "=")
		who.last = f.far.Change(f.tb, who.user, *who.form, focus, f.filled(ts, who.form, rest))
	case verb == "home" && len(rest) == 0:
		m := f.far.Home(f.tb, who.user)
		who.card, who.said, who.refused = &m, plainMessage(m), ""
		fmt.Fprint(ts.Stdout(), who.said)
		return
	default:
		ts.Fatalf("%s cannot %q on Slack", name, strings.Join(args, " "))
	}
	f.see(who, before, in)
	fmt.Fprint(ts.Stdout(), who.said)
	fmt.Fprint(ts.Stderr(), who.refused)
	if neg {
		// On Slack a refusal is a card like any other: its words are what tells it.
		fmt.Fprint(ts.Stderr(), who.said)
		return
	}
	if who.refused != "" {
		ts.Fatalf("%s was refused: %s", name, who.refused)
	}
}

// see takes down what stands before a person after an act.
func (f *slackFront) see(who *slackSpeaker, before []bottest.Message, in bot.Conversation) {
	who.said, who.refused = "", ""
	for _, e := range who.last.Errors {
		who.refused += e.Field + ": " + e.Message + "\n"
	}
	switch {
	case who.refused != "":
		return
	case who.last.Form != nil:
		who.form = who.last.Form
		who.said = plainSlackForm(*who.form)
		return
	}
	had := map[string]string{}
	for _, m := range before {
		had[m.ID] = m.Text + fmt.Sprint(m.Buttons, m.Menu)
	}
	for _, m := range f.far.Messages(f.tb, who.user, in) {
		if text, known := had[m.ID]; m.FromBot && (!known || text != m.Text+fmt.Sprint(m.Buttons, m.Menu)) {
			who.card, who.said = &m, plainMessage(m)
		}
	}
	if who.said == "" && who.last.Notice != "" {
		who.said = who.last.Notice + "\n"
	}
	if who.said == "" && who.card != nil {
		who.said = plainMessage(*who.card) // it was drawn again as it was
	}
}

// filled are the values of a form with those of a line laid over them. People are given by name.
func (f *slackFront) filled(ts *testscript.TestScript, form *bottest.Form, pairs []string) bot.Values {
	values := bot.Values{}
	inputs := map[string]bot.Input{}
	for _, field := range form.Fields {
		values[field.Name], inputs[field.Name] = field.Value, field.Input
	}
	given := bot.Values{}
	for _, pair := range pairs {
		name, value, ok := strings.Cut(pair, "=")
		if _, declared := inputs[name]; !ok || !declared {
			ts.Fatalf("%q is not name=value of a field of the form", pair)
		}
		if input := inputs[name]; input == bot.InputPerson || input == bot.InputPeople {
			value = slackUserOf(strings.TrimPrefix(value, "@"))
		}
		given[name] = append(given[name], value)
	}
	for name, value := range given {
		if slices.Equal(value, []string{""}) {
			value = nil
		}
		values[name] = value
	}
	return values
}

// lookFor returns the message in somebody's direct messages, or in a channel, that holds a text.
func (f *slackFront) lookFor(ts *testscript.TestScript, neg bool, name, text string) {
	who, channel := f.speakers[name], bot.Conversation{Workspace: "slack:" + scenarioTeam, Channel: scenarioChannel}
	if who != nil {
		channel = who.dm
	} else {
		who = f.speakers["admin"]
	}
	var found *bottest.Message
	all := ""
	for _, m := range f.far.Messages(f.tb, who.user, channel) {
		if !m.FromBot || m.OnlyMine {
			continue
		}
		plain := plainMessage(m)
		all += plain + "\n"
		if strings.Contains(plain, text) {
			found = &m
		}
	}
	switch {
	case neg && found != nil:
		ts.Fatalf("%s has %q:\n%s", name, text, all)
	case !neg && found == nil:
		ts.Fatalf("%s has no %q, but:\n%s", name, text, all)
	case found != nil:
		fmt.Fprint(ts.Stdout(), plainMessage(*found))
		if f.speakers[name] != nil {
			who.card = found
		}
	}
}

// redeliver delivers somebody's last act again: the answer is the same.
func (f *slackFront) redeliver(ts *testscript.TestScript, name string) {
	who := f.speakers[name]
	said, in := who.said, who.dm
	if who.card != nil {
		in = who.card.In
	}
	before := f.far.Messages(f.tb, who.user, in)
	who.last = f.far.Redeliver(f.tb, who.last)
	f.see(who, before, in)
	if who.said != said {
		ts.Fatalf("the second answer differs.\nfirst:\n%s\nsecond:\n%s", said, who.said)
	}
}

// plainMessage is a message as plain text, like bot.PlainCard writes a card.
func plainMessage(m bottest.Message) string {
	var acts []string
	for _, b := range m.Buttons {
		text := b.Label
		if b.Style == bot.On {
			text += " ✓"
		}
		acts = append(acts, "["+text+"]")
	}
	if len(m.Menu) > 0 {
		acts = append(acts, "[⋯ "+strings.Join(m.Menu, " · ")+"]")
	}
	return strings.TrimSpace(m.Text) + "\n" + strings.Join(acts, " ") + "\n"
}

// plainSlackForm is a form as plain text, like bot.PlainForm writes one.
func plainSlackForm(f bottest.Form) string {
	var b strings.Builder
	b.WriteString(f.Title + "\n" + f.Note + "\n")
	for _, field := range f.Fields {
		mark := ""
		if field.Required {
			mark = " (required)"
		}
		fmt.Fprintf(&b, "  %s%s = %s\n", field.Name, mark, strings.Join(field.Value, ", "))
	}
	return b.String()
}

// TestADeadDatabaseIsSaidOnSlack has the database go away under the running bot: whoever asks something
// is told so privately, in words of ours, and nothing hangs.
func TestADeadDatabaseIsSaidOnSlack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "sqlite:"+filepath.Join(t.TempDir(), "hirebot.db"), seedCompany)
	f := newSlackFront(t, w)
	if err := w.app.store.DB().Close(); err != nil {
		t.Fatal(err)
	}
	d := f.server.Command(slackUserOf("recruiter"), scenarioChannel, "/band", "backend 7y")
	if body := string(d.Ack.Body); !strings.Contains(body, "ephemeral") || !strings.Contains(body, "Nothing was changed") && !strings.Contains(body, "nothing was changed") {
		t.Errorf("it is answered with %s", body)
	}
}
