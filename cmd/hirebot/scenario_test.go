package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/scheduler"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/store/storetest"
)

func TestMain(m *testing.M) {
	// A check here is a company with a database of its own, so that fewer must do; they begin with a
	// seed that the tests can tell. What the command line says replaces this.
	for name, value := range map[string]string{"rapid.checks": "15", "rapid.steps": "50", "rapid.seed": strconv.FormatUint(rand.Uint64(), 10)} { //nolint:gosec // G404: a seed of tests is no secret.
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(storetest.Main(m))
}

// TestScenarios runs the behaviour of the product as it stands in testdata/scenarios, against the real
// core on both databases. The README there describes what a line can say.
func TestScenarios(t *testing.T) {
	t.Parallel()
	runScenarios(t, filepath.Join("..", "..", "testdata", "scenarios"), seedCompany)
}

// TestScenariosOfANewCompany runs those that begin with nothing but a workspace: nobody is known yet.
func TestScenariosOfANewCompany(t *testing.T) {
	t.Parallel()
	runScenarios(t, filepath.Join("..", "..", "testdata", "scenarios", "new-company"), func(ctx context.Context, st *store.Store) error {
		return st.InTx(ctx, func(tx *store.Tx) error {
			return tx.SaveWorkspace(ctx, store.Workspace{ID: playgroundWorkspace, Name: "Playground", Platform: "playground", External: playgroundWorkspace, Kind: store.HomeWorkspace})
		})
	})
}

func runScenarios(t *testing.T, dir string, begin func(context.Context, *store.Store) error) {
	t.Helper()
	databases := map[string]func(testing.TB) string{
		"sqlite":   func(tb testing.TB) string { return "sqlite:" + filepath.Join(tb.TempDir(), "hirebot.db") },
		"postgres": storetest.Postgres,
	}
	for name, database := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testscript.Run(t, testscript.Params{
				Dir:                dir,
				RequireUniqueNames: true,
				Setup: func(env *testscript.Env) error {
					tb, ok := env.T().(testing.TB)
					if !ok {
						return errors.New("no testing.TB")
					}
					env.Values[worldKey{}] = newWorld(tb, database(tb), begin)
					return nil
				},
				Cmds: scenarioCommands(),
			})
		})
	}
}

type worldKey struct{}

// scenarioCommands are what a line of a scenario may begin with.
func scenarioCommands() map[string]func(*testscript.TestScript, bool, []string) {
	with := func(do func(*world, *testscript.TestScript, bool, []string)) func(*testscript.TestScript, bool, []string) {
		return func(ts *testscript.TestScript, neg bool, args []string) {
			w, ok := ts.Value(worldKey{}).(*world)
			if !ok {
				ts.Fatalf("no world")
			}
			do(w, ts, neg, args)
		}
	}
	cmds := map[string]func(*testscript.TestScript, bool, []string){
		"clock": with((*world).clockCmd), "dm": with((*world).dmCmd), "posted": with((*world).postedCmd), "phone": with((*world).phoneCmd),
		"redeliver": with((*world).redeliverCmd), "audit": with((*world).auditCmd), "claimcode": with((*world).claimcodeCmd),
		"breaks": with((*world).breaksCmd), "mends": with((*world).mendsCmd),
		"meet": with((*world).meetCmd), "closed": with((*world).closedCmd), "linkcode": with((*world).linkcodeCmd),
		"work": with((*world).workCmd), "held": with((*world).heldCmd), "many": with((*world).manyCmd), "scored": with((*world).scoredCmd), "late": with((*world).lateCmd), "message": with((*world).messageCmd),
	}
	for _, p := range samplePeople() {
		cmds[p.Name] = with(func(w *world, ts *testscript.TestScript, neg bool, args []string) {
			w.speak(ts, neg, p.Name, args)
		})
	}
	return cmds
}

// world is one scenario: the product on a database of its own, a clock, and the sample company.
type world struct {
	app      *app
	courier  *scheduler.Courier
	recorder *recorder
	zone     *time.Location
	// chats are how its people speak where it is played on chat platforms, by the platform's name.
	chats map[string]*chatFront
	// fronts are the platforms that people are on where there are several, by name.
	fronts map[string]*recorder
	// opened is told of every form that is opened; nil tells nobody.
	opened func(bot.Form)

	times    *bot.MovableClock
	events   int
	speakers map[string]*speaker
}

// speaker is what one person sees.
type speaker struct {
	card   *bot.Card
	form   *bot.Form
	values bot.Values
	// last is what they last did, and said what they were answered.
	last         *bot.Event
	said, denied string
}

// newWorld puts the product together as serve does, except that nothing happens by itself: the clock
// stands still and the outbox is drained when somebody looks.
func newWorld(tb testing.TB, url string, begin func(context.Context, *store.Store) error) *world {
	tb.Helper()
	zone, err := time.LoadLocation("Asia/Kolkata")
	if err != nil {
		tb.Fatal(err)
	}
	w := &world{
		zone: zone, times: bot.NewMovableClock(func() time.Time { return time.Date(2026, 12, 7, 9, 0, 0, 0, zone) }), recorder: &recorder{}, speakers: map[string]*speaker{},
	}
	for _, p := range samplePeople() {
		w.speakers[p.Name] = &speaker{}
	}
	keys, err := store.ParseKeys(store.NewKey())
	if err != nil {
		tb.Fatal(err)
	}
	st, err := store.Open(tb.Context(), url, w.clock, keys, store.WithLog(quiet()), store.WithUnitTime(5*time.Minute))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := st.Close(); err != nil {
			tb.Error(err)
		}
	})
	if err := st.Migrate(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	if err := begin(tb.Context(), st); err != nil {
		tb.Fatal(err)
	}
	if w.app, err = newApp(st, w.clock, quiet(), nil); err != nil {
		tb.Fatal(err)
	}
	w.courier = scheduler.NewCourier(scheduler.Config{Store: st, Platforms: []bot.Platform{w.recorder}, Views: w.app.views, Clock: w.clock, Log: quiet()})
	// A process that starts looks at once when its schedules are run next.
	if err := w.courier.RunSchedules(tb.Context(), w.clock()); err != nil {
		tb.Fatal(err)
	}
	return w
}

func (w *world) clock() time.Time { return w.times.Now() }

// workCmd is `work`: the company has what it has in hand in the demo too, R-1 with C-1 to C-6.
func (w *world) workCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: work")
	}
	ts.Check(seedWork(context.Background(), w.app.store))
}

// messageCmd is `message recruiter 'Save as note' TEXT [LINK]`: somebody uses a shortcut on a message with that
// text, which may be the name of a file of the archive.
func (w *world) messageCmd(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 3 || w.speakers[args[0]] == nil {
		ts.Fatalf("usage: message PERSON SHORTCUT TEXT [LINK]")
	}
	text, link := args[2], ""
	if file, is := strings.CutPrefix(text, "@"); is {
		text = ts.ReadFile(file)
	}
	if w.chats != nil {
		w.chatOf(args[0]).useOnMessage(ts, neg, args[0], args[1], text)
		return
	}
	if len(args) > 3 {
		link = args[3]
	}
	for _, s := range w.app.router.Registry().Specs() {
		if s.MessageShortcut != args[1] {
			continue
		}
		w.events++
		w.deliver(ts, neg, args[0], bot.Event{
			Type: bot.Invoke, ID: "event-" + strconv.Itoa(w.events), At: w.clock(), Command: s.Name(),
			From:   bot.Identity{Workspace: playgroundWorkspace, User: args[0]},
			In:     bot.Conversation{Workspace: playgroundWorkspace, Channel: "@" + args[0], Private: true},
			Source: &bot.Source{Author: bot.Identity{Workspace: playgroundWorkspace, User: "member"}, Text: text, Link: link},
		})
		return
	}
	ts.Fatalf("there is no shortcut %q on messages", args[1])
}

// clockCmd is `clock +26h` or `clock 2026-12-11T14:30` (India). Time goes forward only; what is due by
// then happens at that time.
func (w *world) clockCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: clock +DURATION | clock YYYY-MM-DDTHH:MM")
	}
	next := w.clock()
	if d, plus := strings.CutPrefix(args[0], "+"); plus {
		span, err := time.ParseDuration(d)
		ts.Check(err)
		next = next.Add(span)
	} else {
		at, err := time.ParseInLocation("2006-01-02T15:04", args[0], w.zone)
		ts.Check(err)
		next = at
	}
	if next.Before(w.clock()) {
		ts.Fatalf("the clock stands at %s already", w.clock().Format(time.RFC3339))
	}
	w.times.PutForward(next)
	ts.Check(w.courier.PutDue(context.Background(), next))
	ts.Check(w.courier.Drain(context.Background(), next))
}

// speak is a line that begins with a person's name.
func (w *world) speak(ts *testscript.TestScript, neg bool, name string, args []string) {
	if len(args) == 0 {
		ts.Fatalf("usage: %s /command… | press LABEL | submit name=value… | change name=value… | suggest TEXT | again | home", name)
	}
	if w.chats != nil {
		on := w.chatOf(name)
		if args[0] == "on" && len(args) > 2 {
			on, args = w.chats[args[1]], args[2:]
		}
		if on == nil {
			ts.Fatalf("usage: %s on slack|discord …", name)
		}
		on.speak(ts, neg, name, args)
		return
	}
	who := w.speakers[name]
	ev := bot.Event{
		From: bot.Identity{Workspace: playgroundWorkspace, User: name},
		In:   bot.Conversation{Workspace: playgroundWorkspace, Channel: "@" + name, Private: true},
	}
	if w.fronts != nil {
		on := homeFront(name)
		if args[0] == "on" && len(args) > 2 {
			on, args = args[1], args[2:]
		}
		ev.From.Workspace, ev.In.Workspace = frontWorkspace(on), frontWorkspace(on)
	}
	if args[0] == "in" && len(args) > 2 {
		ev.In = bot.Conversation{Workspace: ev.From.Workspace, Channel: args[1]}
		args = args[2:]
	}
	switch verb, rest := args[0], args[1:]; {
	case strings.HasPrefix(verb, "/"):
		ev.Type, ev.Text = bot.Invoke, strings.Join(args, " ")
	case verb == "press":
		ev.Type = bot.Press
		call := who.find(ts, strings.Join(rest, " "))
		ev.Command, ev.Bound = call.Command, call.Args
	case verb == "submit" || verb == "change":
		ev = who.fill(ts, ev, verb, rest)
	case verb == "suggest" && len(rest) == 1:
		ev.Type, ev.Text = bot.Suggest, rest[0]
	case verb == "again" && len(rest) == 0 && who.last != nil:
		ev = *who.last
	case verb == "home" && len(rest) == 0:
		ev.Type = bot.Open
	default:
		ts.Fatalf("%s cannot %q", name, strings.Join(args, " "))
	}
	w.events++
	ev.ID, ev.At = "event-"+strconv.Itoa(w.events), w.clock()
	w.deliver(ts, neg, name, ev)
}

// deliver hands an event to the router and takes down the answer.
func (w *world) deliver(ts *testscript.TestScript, neg bool, name string, ev bot.Event) {
	who := w.speakers[name]
	answer := w.app.router.Serve(context.Background(), ev)
	if answer.Code == bot.CodeInternal {
		ts.Fatalf("%s failed: %s", name, plainAnswer(answer, w.zone))
	}
	w.inspect(ts, answer)
	if answer.Form != nil && w.opened != nil {
		w.opened(*answer.Form)
	}
	if ev.Type != bot.Suggest && ev.Type != bot.Change {
		who.see(answer, ev)
	}
	who.last, who.said, who.denied = &ev, plainAnswer(answer, w.zone), plainRefusal(answer, w.zone)
	for _, c := range answer.Choices {
		who.said += c.Value + "\t" + c.Label + "\t" + c.Hint + "\n"
	}
	if who.denied != "" {
		who.said = ""
	}
	fmt.Fprint(ts.Stdout(), who.said)
	fmt.Fprint(ts.Stderr(), who.denied)
	switch refused := who.denied != ""; {
	case refused && !neg:
		ts.Fatalf("%s was refused: %s", name, who.denied)
	case !refused && neg:
		ts.Fatalf("%s was not refused, but answered: %s", name, who.said)
	}
}

// see takes down what stands before the person now.
func (s *speaker) see(a bot.Answer, ev bot.Event) {
	switch {
	case a.Form != nil:
		s.form, s.values = a.Form, bot.Values{}
		for _, f := range a.Form.Fields {
			if len(f.Value) > 0 {
				s.values[f.Name] = f.Value
			}
		}
	case a.Card != nil:
		s.card = a.Card
		if ev.Type == bot.Submit {
			s.form = nil
		}
	}
}

// find returns the call of the button or menu entry with that label.
func (s *speaker) find(ts *testscript.TestScript, label string) bot.Call {
	if s.card == nil {
		ts.Fatalf("there is no card to press %q on", label)
	}
	var labels []string
	for _, a := range s.card.Buttons() {
		if labels = append(labels, a.Label); a.Label == label {
			return a.Do
		}
	}
	if s.card.Menu != nil {
		for _, it := range s.card.Menu.Items {
			if labels = append(labels, it.Label); it.Label == label {
				return it.Do
			}
		}
	}
	ts.Fatalf("the card has no %q; it has: %s", label, strings.Join(labels, " · "))
	return bot.Call{}
}

// fill writes values into the open form and returns the event that sends it off or saves it.
func (s *speaker) fill(ts *testscript.TestScript, ev bot.Event, verb string, pairs []string) bot.Event {
	if s.form == nil {
		ts.Fatalf("there is no open form to %s", verb)
	}
	ev.Command, ev.Bound, ev.Draft = s.form.Call.Command, s.form.Call.Args, s.form.Draft
	given := bot.Values{}
	for _, pair := range pairs {
		name, value, ok := strings.Cut(pair, "=")
		i := slices.IndexFunc(s.form.Fields, func(f bot.Field) bool { return f.Name == name })
		if !ok || i < 0 {
			ts.Fatalf("%q is not name=value of a field of the form", pair)
		}
		ev.Focus = name
		if file, is := strings.CutPrefix(value, "@"); is && s.form.Fields[i].Input == bot.InputFile {
			if ev.Files == nil {
				ev.Files = map[string]bot.Upload{}
			}
			ev.Files[name] = bot.Upload{Name: filepath.Base(file), MediaType: "text/plain", Data: []byte(ts.ReadFile(file))}
			continue
		}
		if value == "" {
			given[name] = nil
			continue
		}
		given[name] = append(given[name], value)
	}
	for name, value := range given {
		s.values[name] = value
	}
	ev.Values = bot.Values{}
	for name, value := range s.values {
		ev.Values[name] = slices.Clone(value)
	}
	ev.Type = bot.Change
	if verb == "submit" {
		ev.Type, ev.Focus = bot.Submit, ""
	} else if len(pairs) == 0 {
		ts.Fatalf("usage: change name=value…")
	}
	return ev
}

// redeliverCmd delivers somebody's last event a second time, as platforms do: the answer is the same.
func (w *world) redeliverCmd(ts *testscript.TestScript, neg bool, args []string) {
	if w.chats != nil && len(args) == 1 {
		on, name := w.chatAt(ts, args[0])
		on.redeliver(ts, name)
		return
	}
	if neg || len(args) != 1 || w.speakers[args[0]] == nil || w.speakers[args[0]].last == nil {
		ts.Fatalf("usage: redeliver PERSON, who has done something")
	}
	who := w.speakers[args[0]]
	said, denied := who.said, who.denied
	w.deliver(ts, denied != "", args[0], *who.last)
	if who.said != said || who.denied != denied {
		ts.Fatalf("the second answer differs.\nfirst:\n%s%s\nsecond:\n%s%s", said, denied, who.said, who.denied)
	}
}

// dmCmd is `dm PERSON [TEXT]`: what is due is delivered, and one of the direct messages to that person
// holds the text as it stands now. That card is then the person's last one.
func (w *world) dmCmd(ts *testscript.TestScript, neg bool, args []string) {
	name := ""
	if len(args) > 0 {
		name = args[0][strings.Index(args[0], "/")+1:] // behind the platform, where there are several
	}
	if w.speakers[name] == nil {
		ts.Fatalf("usage: dm PERSON [TEXT]")
	}
	if card := w.lookFor(ts, neg, "@"+args[0], strings.Join(args[1:], " ")); card != nil {
		w.speakers[name].card = card
	}
}

// postedCmd is `posted CHANNEL [TEXT]`, which is dm for a channel.
func (w *world) postedCmd(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 1 {
		ts.Fatalf("usage: posted CHANNEL [TEXT]")
	}
	w.lookFor(ts, neg, args[0], strings.Join(args[1:], " "))
}

// phoneCmd is `phone PERSON`: what is due is delivered, and the first 80 characters of each direct
// message to that person go to stdout, a line each, as a notification on a phone shows them.
func (w *world) phoneCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 || w.speakers[args[0]] == nil {
		ts.Fatalf("usage: phone PERSON")
	}
	ts.Check(w.courier.Drain(context.Background(), w.clock()))
	for _, m := range w.recorder.in("@" + args[0]) {
		shown := []rune(strings.ReplaceAll(bot.PlainCard(m.card, w.zone), "\n", " "))
		fmt.Fprintln(ts.Stdout(), string(shown[:min(len(shown), 80)]))
	}
}

// breaksCmd is `breaks PERSON REASON`: the platform refuses all messages to that person for good. A
// channel is named like #hiring.
func (w *world) breaksCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: breaks PERSON REASON")
	}
	on, channel := w.front(conversationOf(args[0]))
	on.refuse(channel, args[1])
}

// mendsCmd is `mends PERSON`: the platform takes messages to that person again.
func (w *world) mendsCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: mends PERSON")
	}
	on, channel := w.front(conversationOf(args[0]))
	on.refuse(channel, "")
}

// conversationOf returns the recorder's name of somebody's direct messages, or of a #channel.
func conversationOf(name string) string {
	if channel, ok := strings.CutPrefix(name, "#"); ok {
		return channel
	}
	return "@" + name
}

func (w *world) lookFor(ts *testscript.TestScript, neg bool, channel, text string) *bot.Card {
	ts.Check(w.courier.Drain(context.Background(), w.clock()))
	if w.chats != nil {
		// Chat platforms bear one message a second in a conversation: what waits for its turn comes too.
		for range 3 {
			w.times.PutForward(w.clock().Add(2 * time.Second))
			ts.Check(w.courier.Drain(context.Background(), w.clock()))
		}
		chat, name := w.chatAt(ts, strings.TrimPrefix(channel, "@"))
		chat.lookFor(ts, neg, name, text)
		return nil
	}
	var (
		found *bot.Card
		all   string
	)
	on, channel := w.front(channel)
	for _, m := range on.in(channel) {
		w.inspect(ts, bot.Answer{Card: &m.card})
		plain := bot.PlainCard(m.card, w.zone)
		if m.card.Notify != "" {
			plain += "[notifies " + w.nameOf(ts, m.card.Notify) + "]\n"
		}
		all += plain + "\n"
		if strings.Contains(plain, text) {
			found = &m.card
			fmt.Fprint(ts.Stdout(), plain)
		}
	}
	switch {
	case neg && found != nil:
		ts.Fatalf("%s has %q:\n%s", channel, text, all)
	case !neg && found == nil:
		ts.Fatalf("%s has no %q, but:\n%s", channel, text, all)
	}
	return found
}

// inspect checks what no answer may get wrong: every button and menu entry fits on the wire, names a
// declared command, and its arguments read back; a form asks for parameters of its command.
func (w *world) inspect(ts *testscript.TestScript, a bot.Answer) {
	var calls []bot.Call
	if a.Card != nil {
		for _, act := range a.Card.Buttons() {
			calls = append(calls, act.Do)
		}
		if a.Card.Menu != nil {
			for _, it := range a.Card.Menu.Items {
				calls = append(calls, it.Do)
			}
		}
	}
	if a.Form != nil {
		calls = append(calls, a.Form.Call)
		if a.Form.StartOver.Command != "" {
			calls = append(calls, a.Form.StartOver)
		}
		spec, _ := w.app.router.Registry().Spec(a.Form.Call.Command)
		for _, f := range a.Form.Fields {
			if _, ok := spec.Param(f.Name); !ok {
				ts.Fatalf("the form %q asks for %s, which is no parameter of %s", a.Form.Title, f.Name, spec.Name())
			}
		}
	}
	for _, c := range calls {
		ts.Check(w.checkCall(c))
	}
}

func (w *world) checkCall(c bot.Call) error {
	id, err := c.Encode()
	if err != nil {
		return err
	}
	back, err := bot.DecodeCall(id)
	if err != nil || back.Command != c.Command || !slices.Equal(back.Args, c.Args) {
		return fmt.Errorf("%s reads back as %v: %w", id, back, err)
	}
	spec, ok := w.app.router.Registry().Spec(c.Command)
	if !ok {
		return fmt.Errorf("%s names no declared command", id)
	}
	args := c.Args
	if n := len(args); n > 0 && strings.HasPrefix(args[n-1], "~") {
		args = args[:n-1] // the draft
	}
	return w.app.store.Read(context.Background(), func(tx *store.Tx) error {
		rd := bot.Reading{Now: tx.Now(), Zone: w.zone, Words: tx.Snapshot()}
		for _, p := range spec.Params {
			if p.Secret || p.Kind.Wire == 0 || len(args) == 0 {
				continue
			}
			text := args[0]
			args = args[1:]
			parts := []string{text}
			if p.Repeated {
				parts = strings.Split(text, ",")
			}
			for _, part := range parts {
				if part == "" {
					continue
				}
				v, err := p.Kind.Parse(rd, part)
				if err != nil {
					return fmt.Errorf("%s: the argument %s, %q, cannot be read: %w", id, p.Name, part, err)
				}
				if read := p.Kind.Print(v); read != part {
					return fmt.Errorf("%s: the argument %s, %q, is read as %q", id, p.Name, part, read)
				}
			}
		}
		if len(args) > 0 {
			return fmt.Errorf("%s has more arguments than %s has parameters that travel", id, spec.Name())
		}
		return nil
	})
}

// recorder is a chat platform that keeps what it is sent.
type recorder struct {
	// name is the platform's, "" for the playground's.
	name     string
	mu       sync.Mutex
	messages []recorded
	// closed are the conversations of users who take no direct messages.
	closed map[string]bool
	// refused are the reasons for which nothing is taken, by conversation.
	refused map[string]string
}

func (r *recorder) refuse(channel, reason string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.refused == nil {
		r.refused = map[string]string{}
	}
	r.refused[channel] = reason
}

// recorded is a message as it stands now.
type recorded struct {
	in       bot.Conversation
	card     bot.Card
	delivery string
	at       string
}

var _ bot.Platform = (*recorder)(nil)

func (r *recorder) Name() string { return cmp.Or(r.name, playgroundWorkspace) }

func (r *recorder) Run(ctx context.Context, _ bot.Serve) error {
	<-ctx.Done()
	return nil
}

func (r *recorder) Send(_ context.Context, to bot.Conversation, card bot.Card, delivery string) (bot.Posted, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if reason := r.refused[to.Channel]; reason != "" {
		return bot.Posted{}, &bot.SendError{Permanent: true, Reason: reason}
	}
	if r.closed[to.Channel] {
		return bot.Posted{}, &bot.SendError{Permanent: true, Closed: true, Reason: "cannot send messages to this user"}
	}
	id := "m-" + strconv.Itoa(len(r.messages)+1)
	r.messages = append(r.messages, recorded{in: to, card: card, delivery: delivery, at: id})
	return bot.Posted{In: to, ID: id}, nil
}

func (r *recorder) Edit(_ context.Context, at bot.Posted, card bot.Card) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, m := range r.messages {
		if m.at == at.ID && m.in == at.In {
			r.messages[i].card = card
			return nil
		}
	}
	return &bot.SendError{Permanent: true, Reason: "no such message"}
}

func (r *recorder) Find(_ context.Context, to bot.Conversation, delivery string, _ time.Time) (bot.Posted, bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range r.messages {
		if m.delivery == delivery && m.in == to {
			return bot.Posted{In: to, ID: m.at}, true, nil
		}
	}
	return bot.Posted{}, false, nil
}

func (r *recorder) DM(_ context.Context, who bot.Identity) (bot.Conversation, error) {
	return bot.Conversation{Workspace: who.Workspace, Channel: "@" + who.User, Private: true}, nil
}

func (r *recorder) Profile(_ context.Context, who bot.Identity) (bot.Profile, error) {
	return bot.Profile{Name: who.User, Active: true}, nil
}

func (r *recorder) in(channel string) []recorded {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []recorded
	for _, m := range r.messages {
		if m.in.Channel == channel {
			out = append(out, m)
		}
	}
	return out
}
