package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/scheduler"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/store/storetest"
)

// playOn plays the scenarios of a directory through the adapters that join connects, on both databases
// that begin with what is seeded.
func playOn(t *testing.T, dir string, begin func(context.Context, *store.Store) error, join func(testing.TB, *world)) {
	t.Helper()
	databases := map[string]func(testing.TB) string{
		"sqlite":   func(tb testing.TB) string { return "sqlite:" + filepath.Join(tb.TempDir(), "hirebot.db") },
		"postgres": storetest.Postgres,
	}
	for name, database := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testscript.Run(t, testscript.Params{
				Dir: filepath.Join("..", "..", "testdata", "scenarios", dir), RequireUniqueNames: true,
				Setup: func(env *testscript.Env) error {
					tb, ok := env.T().(testing.TB)
					if !ok {
						return errors.New("no testing.TB")
					}
					w := newWorld(tb, database(tb), begin)
					join(tb, w)
					env.Values[worldKey{}] = w
					return nil
				},
				Cmds: scenarioCommands(),
			})
		})
	}
}

// chatPlatform is an adapter of a chat platform.
type chatPlatform interface {
	bot.Platform
	Handler() http.Handler
	Settle()
}

// chatServer is the far end of a chat platform.
type chatServer interface {
	SetHTTP(base string)
	SetSettle(settle func())
	FarEnd(world bottest.World) bottest.FarEnd
}

// chatFront is how the people of a scenario reach the product on a chat platform.
type chatFront struct {
	tb testing.TB
	// title is the platform's name as people write it; workspace, external and channel are where the
	// sample company is there.
	title, workspace, external, channel string
	// account returns the account of one of the sample people.
	account  func(name string) string
	far      bottest.FarEnd
	platform chatPlatform
	speakers map[string]*chatSpeaker
	// inChannel is true where there are no commands in direct messages, so that all are typed in the
	// channel.
	inChannel bool
	// home tells who of the sample people have their account here from the start; the others are met once
	// they write.
	home func(name string) bool
	// over fills in a form over what it shows, where that cannot be told of the form beforehand.
	over func(user string, form bottest.Form, values bot.Values) bottest.Act
	// onMessage has an author write something in the channel, and somebody use a shortcut on it; nil where no
	// scenario needs it.
	onMessage func(user, author, text, shortcut string) bottest.Act
}

// chatSpeaker is what one person sees.
type chatSpeaker struct {
	user string
	dm   bot.Conversation
	// card is the message that they look at, form the form that is open, and formIn where it was opened.
	card   *bottest.Message
	form   *bottest.Form
	formIn bot.Conversation
	last   bottest.Act
	// said is what they were answered, refused what was wrong with a form.
	said, refused string
}

// never is a wait that does not end: the answers of a scenario come in time however busy the machine is.
// What comes of late ones is tested in the packages of the adapters.
func never(time.Duration) <-chan time.Time { return nil }

// newFrontCore is what an adapter is joined with in a scenario.
func newFrontCore(w *world) core {
	return core{
		Commands: w.app.router.Registry().Specs, Directory: newDirectory(w.app.store, w.clock, nil, quiet()), Store: w.app.store, Clock: w.clock, Log: quiet(),
	}
}

// start connects the product to the far end, by signed HTTP deliveries, beside the platforms that it is
// connected to already. Ready is closed once the channels are read.
func (f *chatFront) start(w *world, server chatServer, ready <-chan struct{}) {
	tb := f.tb
	f.move(tb, w.app.store)
	web := httptest.NewServer(f.platform.Handler())
	tb.Cleanup(web.Close)
	server.SetHTTP(web.URL)
	server.SetSettle(f.platform.Settle)
	ctx, cancel := context.WithCancel(context.WithoutCancel(tb.Context()))
	ended := make(chan error, 1)
	go func() { ended <- f.platform.Run(ctx, w.app.router.Serve) }()
	tb.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			tb.Error(err)
		}
	})
	<-ready
	f.far = server.FarEnd(bottest.World{Workspace: f.workspace})
	f.speakers = map[string]*chatSpeaker{}
	for _, p := range samplePeople() {
		s := &chatSpeaker{user: f.account(p.Name)}
		var err error
		if s.dm, err = f.platform.DM(tb.Context(), bot.Identity{Workspace: f.workspace, User: s.user}); err != nil {
			tb.Fatal(err)
		}
		f.speakers[p.Name] = s
	}
	if w.chats == nil {
		w.chats = map[string]*chatFront{}
	}
	w.chats[f.platform.Name()] = f
	platforms := make([]bot.Platform, 0, len(w.chats))
	for _, chat := range w.chats {
		platforms = append(platforms, chat.platform)
	}
	w.courier = scheduler.NewCourier(scheduler.Config{Store: w.app.store, Platforms: platforms, Views: w.app.views, Clock: w.clock, Log: quiet()})
}

// general is the channel that the company posts to.
func (f *chatFront) general() bot.Conversation {
	return bot.Conversation{Workspace: f.workspace, Channel: f.channel}
}

// submit fills in the form that is open and sends it off.
func (f *chatFront) submit(ts *testscript.TestScript, who *chatSpeaker, pairs []string) bottest.Act {
	if f.over == nil {
		return f.far.Submit(f.tb, who.user, *who.form, f.filled(ts, who.form, pairs))
	}
	values := bot.Values{}
	for _, pair := range pairs {
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			ts.Fatalf("%q is not name=value", pair)
		}
		if person, isPerson := strings.CutPrefix(value, "@"); isPerson && f.speakers[person] != nil {
			value = f.account(person)
		}
		values[name] = append(values[name], value)
		if value == "" {
			values[name] = nil
		}
	}
	return f.over(who.user, *who.form, values)
}

// move gives the sample people their accounts on the platform, and takes the playground's channels away.
func (f *chatFront) move(tb testing.TB, st *store.Store) {
	tb.Helper()
	err := st.InTx(tb.Context(), func(tx *store.Tx) error {
		if err := tx.SaveWorkspace(tb.Context(), store.Workspace{ID: f.workspace, Name: "Sample", Platform: f.platform.Name(), External: f.external, Kind: store.HomeWorkspace}); err != nil {
			return err
		}
		for _, p := range samplePeople() {
			if !f.home(p.Name) {
				continue
			}
			person, ok := tx.Snapshot().PersonByIdentity(playgroundWorkspace, p.Name)
			if !ok {
				return fmt.Errorf("no %s", p.Name)
			}
			if err := tx.LinkIdentity(tb.Context(), person.ID, hiring.Identity{Workspace: f.workspace, User: f.account(p.Name)}); err != nil {
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
func (f *chatFront) speak(ts *testscript.TestScript, neg bool, name string, args []string) {
	who := f.speakers[name]
	in := who.dm
	if f.inChannel && strings.HasPrefix(args[0], "/") {
		in = f.general()
	}
	if args[0] == "in" && len(args) > 2 {
		in = f.general()
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
		in = who.formIn
		before = f.far.Messages(f.tb, who.user, in)
		who.last = f.submit(ts, who, rest)
	case verb == "change" && who.form != nil && len(rest) > 0:
		focus, _, _ := strings.Cut(rest[len(rest)-1], "=")
		who.last = f.far.Change(f.tb, who.user, *who.form, focus, f.filled(ts, who.form, rest))
	case verb == "home" && len(rest) == 0:
		m := f.far.Home(f.tb, who.user)
		who.card, who.said, who.refused = &m, plainMessage(m), ""
		fmt.Fprint(ts.Stdout(), who.said)
		return
	default:
		ts.Fatalf("%s cannot %q on %s", name, strings.Join(args, " "), f.title)
	}
	f.see(who, before, in)
	f.tell(ts, neg, name)
}

// useOnMessage has somebody use a shortcut on what another wrote in the channel. The platform says where
// that stands.
func (f *chatFront) useOnMessage(ts *testscript.TestScript, neg bool, name, shortcut, text string) {
	if f.onMessage == nil {
		ts.Fatalf("no scenario uses shortcuts on messages on %s", f.title)
	}
	who := f.speakers[name]
	before := f.far.Messages(f.tb, who.user, f.general())
	who.last = f.onMessage(who.user, f.account("member"), text, shortcut)
	f.see(who, before, f.general())
	f.tell(ts, neg, name)
}

// tell hands what somebody was answered to the lines that look at it.
func (f *chatFront) tell(ts *testscript.TestScript, neg bool, name string) {
	who := f.speakers[name]
	fmt.Fprint(ts.Stdout(), who.said)
	fmt.Fprint(ts.Stderr(), who.refused)
	if neg {
		// There a refusal is a card like any other: its words are what tells it.
		fmt.Fprint(ts.Stderr(), who.said)
		return
	}
	if who.refused != "" {
		ts.Fatalf("%s was refused: %s", name, who.refused)
	}
}

// see takes down what stands before a person after an act.
func (f *chatFront) see(who *chatSpeaker, before []bottest.Message, in bot.Conversation) {
	who.said, who.refused = "", ""
	for _, e := range who.last.Errors {
		who.refused += e.Field + ": " + e.Message + "\n"
	}
	if who.refused == "" && who.last.Form != nil {
		who.form, who.formIn = who.last.Form, in
		who.said = plainChatForm(*who.form)
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
	switch {
	case who.refused != "":
		who.said = "" // what is wrong is said, in the form or in the message that leads back to it
	case who.said == "" && who.last.Notice != "":
		who.said = who.last.Notice + "\n"
	case who.said == "" && who.card != nil:
		who.said = plainMessage(*who.card) // it was drawn again as it was
	}
}

// filled are the values of a form with those of a line laid over them. People are given by name.
func (f *chatFront) filled(ts *testscript.TestScript, form *bottest.Form, pairs []string) bot.Values {
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
			value = f.account(strings.TrimPrefix(value, "@"))
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
func (f *chatFront) lookFor(ts *testscript.TestScript, neg bool, name, text string) {
	who, channel := f.speakers[name], f.general()
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
func (f *chatFront) redeliver(ts *testscript.TestScript, name string) {
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

// plainChatForm is a form as plain text, like bot.PlainForm writes one.
func plainChatForm(f bottest.Form) string {
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
