package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/scheduler"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/store/storetest"
	"github.com/hirebot/hirebot/views"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

// patience is how long a test waits for what happens in another goroutine.
const patience = 40 * time.Second

// start is the moment at which every test begins.
var start = time.Date(2026, 11, 23, 4, 30, 0, 0, time.UTC)

// clock is the clock of the demo over one that tests set, also back.
type clock struct {
	*bot.MovableClock
	micros atomic.Int64
}

func newClock(at time.Time) *clock {
	c := &clock{}
	c.MovableClock = bot.NewMovableClock(func() time.Time { return time.UnixMicro(c.micros.Load()).UTC() })
	c.set(at)
	return c
}

func (c *clock) now() time.Time          { return c.Now() }
func (c *clock) advance(d time.Duration) { c.micros.Add(d.Microseconds()) }
func (c *clock) set(at time.Time)        { c.micros.Add(at.UnixMicro() - c.Now().UnixMicro()) }

var silent = slog.New(slog.DiscardHandler)

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// copies are databases that are migrated already.
var copies = storetest.Migrated{Migrate: func(ctx context.Context, url string) error {
	s, err := store.Open(ctx, url, func() time.Time { return start }, store.Keys{}, store.WithLog(silent), store.WithUnitTime(5*time.Minute))
	if err != nil {
		return err
	}
	return errors.Join(s.Migrate(ctx), s.Close())
}}

// world is a company of three people on one platform, and what the bot says to them.
type world struct {
	*store.Store
	t                *testing.T
	url              string
	clock            *clock
	chat             *chat
	views            views.Set
	asha, ravi, noor hiring.Person

	mu sync.Mutex
	// facts are what the view "card" shows of its subjects.
	facts map[string]string
	// drawing is called while that view draws.
	drawing func(subject string)
}

// The channels of the company.
var (
	public  = bot.Conversation{Workspace: "chat:T1", Channel: "C-public"}
	private = bot.Conversation{Workspace: "chat:T1", Channel: "C-private"}
)

// onBoth runs a test on a database of each kind. Noor has no account.
func onBoth(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	for name, url := range map[string]func(testing.TB) string{"sqlite": copies.SQLite, "postgres": copies.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &world{t: t, url: url(t), clock: newClock(start), chat: newChat(t), facts: map[string]string{}}
			w.Store = w.open()
			w.views = views.Set{
				"card": {Contains: views.Public, Draw: w.draw},
				"team": {Contains: views.Team, Draw: w.draw},
				"pay":  {Contains: views.Pay, Draw: w.drawPay},
			}
			w.in(func(ctx context.Context, tx *store.Tx) error {
				err := errors.Join(
					tx.SaveWorkspace(ctx, store.Workspace{ID: "chat:T1", Name: "Acme", Platform: "chat", External: "T1", Kind: store.HomeWorkspace}),
					tx.SaveWorkspace(ctx, store.Workspace{ID: "other:T2", Name: "Acme", Platform: "other", External: "T2", Kind: store.HomeWorkspace}),
					tx.SaveChannel(ctx, store.Channel{Workspace: public.Workspace, ID: public.Channel, Name: "all", Kind: store.PublicChannel}),
					tx.SaveChannel(ctx, store.Channel{Workspace: private.Workspace, ID: private.Channel, Name: "team", Kind: store.PrivateChannel}),
				)
				for name, person := range map[string]*hiring.Person{"asha": &w.asha, "ravi": &w.ravi, "noor": &w.noor} {
					one := hiring.Person{Name: name, Active: true}
					if name != "noor" {
						one.Identities = []hiring.Identity{{Workspace: "chat:T1", User: name}}
					}
					added, adding := tx.AddPerson(ctx, one)
					*person, err = added, errors.Join(err, adding)
				}
				return err
			})
			test(t, w)
		})
	}
}

// open opens the world's database, as a process of its own would.
func (w *world) open() *store.Store {
	w.t.Helper()
	s, err := store.Open(w.t.Context(), w.url, w.clock.now, store.Keys{}, store.WithLog(silent), store.WithUnitTime(5*time.Minute))
	must(w.t, err)
	w.t.Cleanup(func() { must(w.t, s.Close()) })
	return s
}

func (w *world) in(fn func(ctx context.Context, tx *store.Tx) error) {
	w.t.Helper()
	must(w.t, w.InTx(w.t.Context(), func(tx *store.Tx) error { return fn(w.t.Context(), tx) }))
}

// draw shows the fact of a subject; a subject without one has nothing to show, and one whose fact is
// "broken" cannot be drawn.
func (w *world) draw(_ context.Context, _ *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	w.mu.Lock()
	fact, drawing := w.facts[v.Subject], w.drawing
	w.mu.Unlock()
	if drawing != nil {
		drawing(v.Subject)
	}
	switch fact {
	case "":
		return bot.Card{}, bot.ErrMoot
	case "broken":
		return bot.Card{}, errors.New("the view is broken")
	}
	return bot.Card{Title: v.Subject, Body: []bot.Node{bot.T(fact + " for " + viewer.Name)}}, nil
}

// drawPay shows something that goes on record.
func (w *world) drawPay(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	err := tx.Audit(ctx, store.AuditEvent{Subject: v.Subject, Fact: "pay"})
	return bot.Card{Title: v.Subject, Body: []bot.Node{bot.T("pay for " + viewer.Name)}}, err
}

func (w *world) say(subject, fact string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.facts[subject] = fact
}

func (w *world) whileDrawing(fn func(subject string)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.drawing = fn
}

// config is that of a courier or scheduler over a store of the world.
func (w *world) config(s *store.Store) scheduler.Config {
	return scheduler.Config{Store: s, Platforms: []bot.Platform{w.chat}, Views: w.views, Clock: w.clock.now, Log: silent}
}

func (w *world) courier() *scheduler.Courier { return courierOf(w, w.Store) }

// courierOf returns a courier of a process of its own, over its store.
func courierOf(w *world, s *store.Store) *scheduler.Courier { return scheduler.NewCourier(w.config(s)) }

// drain delivers what is due now, as a process that has just started would.
func (w *world) drain() {
	w.t.Helper()
	must(w.t, w.courier().Drain(w.t.Context(), w.clock.now()))
}

// crash delivers a lane with a process that dies in a call of the platform: nothing of it runs after.
func (w *world) crash(lane string) {
	w.t.Helper()
	defer func() {
		if p := recover(); p != died {
			w.t.Fatalf("the process did not die as planned: %v", p)
		}
	}()
	err := w.courier().Deliver(w.t.Context(), lane, w.clock.now())
	w.t.Fatalf("the process did not die: %v", err)
}

// message is one to a person with the view "card" of a subject, which has something to show.
func (w *world) message(to hiring.Person, subject string) bot.Message {
	w.say(subject, "new")
	return bot.Message{To: bot.Recipient{Person: to.ID}, View: bot.View{Name: "card", Subject: subject}}
}

func (w *world) send(messages ...bot.Message) {
	w.t.Helper()
	w.in(func(ctx context.Context, tx *store.Tx) error { return tx.Send(ctx, messages...) })
}

func (w *world) refresh(subject, fact string) {
	w.t.Helper()
	w.say(subject, fact)
	w.in(func(ctx context.Context, tx *store.Tx) error { return tx.Refresh(ctx, subject) })
}

// row returns the outbox row of a subject in a lane.
func (w *world) row(lane, subject string) store.Row {
	w.t.Helper()
	rows, err := w.Rows(w.t.Context(), lane, 100)
	must(w.t, err)
	for _, r := range rows {
		if r.View.Subject == subject {
			return r
		}
	}
	w.t.Fatalf("%s holds nothing about %s", lane, subject)
	return store.Row{}
}

// want expects a row's state and reason.
func (w *world) want(lane, subject string, state store.State, reason string) {
	w.t.Helper()
	if r := w.row(lane, subject); r.State != state || r.Reason != reason {
		w.t.Errorf("%s is %s (%q), want %s (%q)", subject, r.State, r.Reason, state, reason)
	}
}

// call is a method of a platform.
type call string

const (
	callDM   call = "DM"
	callSend call = "Send"
	callEdit call = "Edit"
	callFind call = "Find"
)

// outcome is what becomes of one call: what happens first, whether the message arrives all the same,
// and the error that the caller gets, if it gets an answer at all.
type outcome struct {
	first   func(ctx context.Context)
	arrives bool
	err     error
	dies    bool // the caller's process dies before it has the answer
}

type death string

// died is what a process panics with that dies in a call.
const died = death("died")

// posted is a message as the far end keeps it.
type posted struct {
	In           bot.Conversation
	ID, Delivery string
	Title, Text  string
	Context      string
	Edits        int
	card         bot.Card
}

// chat is the far end of a platform: it keeps what is posted, checks all that it is told, and fails
// as planned.
type chat struct {
	t  testing.TB
	mu sync.Mutex
	// plan holds what becomes of the next calls; a call that nothing is planned for succeeds.
	plan map[call][]outcome
	// always is what becomes of all further calls.
	always   map[call]outcome
	messages []*posted
	opened   map[string]bool
	called   map[call]int
	// arrived is told of every message that is posted.
	arrived chan string
}

func newChat(t testing.TB) *chat {
	return &chat{
		t: t, plan: map[call][]outcome{}, always: map[call]outcome{}, called: map[call]int{}, arrived: make(chan string, 1000),
		opened: map[string]bool{public.Channel: true, private.Channel: true},
	}
}

func (c *chat) next(which call, outcomes ...outcome) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.plan[which] = append(c.plan[which], outcomes...)
}

func (c *chat) every(which call, o outcome) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.always[which] = o
}

// begin counts a call and returns what becomes of it, after what is to happen first.
func (c *chat) begin(ctx context.Context, which call) outcome {
	if _, bounded := ctx.Deadline(); !bounded {
		c.t.Errorf("%s is called without a limit of time", which)
	}
	c.mu.Lock()
	c.called[which]++
	o := c.always[which]
	if planned := c.plan[which]; len(planned) > 0 {
		o, c.plan[which] = planned[0], planned[1:]
	}
	c.mu.Unlock()
	if o.first != nil {
		o.first(ctx)
	}
	if o.dies && !o.arrives {
		panic(died)
	}
	return o
}

// Name is the name of the platform.
func (c *chat) Name() string { return "chat" }

// Run receives nothing.
func (c *chat) Run(ctx context.Context, _ bot.Serve) error {
	<-ctx.Done()
	return nil
}

// Send posts a message.
func (c *chat) Send(ctx context.Context, to bot.Conversation, card bot.Card, deliveryID string) (bot.Posted, error) {
	o := c.begin(ctx, callSend)
	if o.err != nil && !o.arrives {
		return bot.Posted{}, o.err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.opened[to.Channel] || to.Workspace != "chat:T1" {
		c.t.Errorf("a message is sent to %v, which nobody has opened", to)
	}
	if deliveryID == "" || card.Title == "" || len(card.Body) == 0 {
		c.t.Errorf("a message without contents is sent: %q, %+v", deliveryID, card)
	}
	for _, m := range c.messages {
		if m.Delivery == deliveryID {
			c.t.Errorf("%s arrives twice", deliveryID)
		}
	}
	m := &posted{In: to, ID: fmt.Sprintf("m%d", len(c.messages)+1), Delivery: deliveryID}
	m.show(card)
	c.messages = append(c.messages, m)
	c.arrived <- m.Title
	if o.dies {
		panic(died)
	}
	if o.err != nil {
		return bot.Posted{}, o.err
	}
	return bot.Posted{In: to, ID: m.ID}, nil
}

func (m *posted) show(card bot.Card) {
	m.card, m.Title, m.Context = card, card.Title, card.Context.Plain(time.UTC)
	if len(card.Body) == 0 {
		return
	}
	if text, ok := card.Body[0].(bot.Text); ok {
		m.Text = text.Plain(time.UTC)
	}
}

// Edit draws a posted message again.
func (c *chat) Edit(ctx context.Context, at bot.Posted, card bot.Card) error {
	if o := c.begin(ctx, callEdit); o.err != nil {
		return o.err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.messages {
		if m.ID == at.ID && m.In == at.In {
			m.Edits++
			m.show(card)
			return nil
		}
	}
	c.t.Errorf("%v is edited and does not exist", at)
	return nil
}

// Find looks for a message by its marker.
func (c *chat) Find(ctx context.Context, to bot.Conversation, deliveryID string, since time.Time) (bot.Posted, bool, error) {
	if o := c.begin(ctx, callFind); o.err != nil {
		return bot.Posted{}, false, o.err
	}
	if !since.Before(start.Add(time.Hour)) || since.Before(start.Add(-time.Hour)) {
		c.t.Errorf("a message is looked for since %v, want shortly before it was first tried", since)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.messages {
		if m.Delivery == deliveryID && m.In == to {
			return bot.Posted{In: m.In, ID: m.ID}, true, nil
		}
	}
	return bot.Posted{}, false, nil
}

// DM opens the conversation with somebody.
func (c *chat) DM(ctx context.Context, who bot.Identity) (bot.Conversation, error) {
	if o := c.begin(ctx, callDM); o.err != nil {
		return bot.Conversation{}, o.err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.opened["D-"+who.User] = true
	return dm(who.User), nil
}

func dm(user string) bot.Conversation {
	return bot.Conversation{Workspace: "chat:T1", Channel: "D-" + user, Private: true}
}

// Profile knows nobody.
func (c *chat) Profile(context.Context, bot.Identity) (bot.Profile, error) { return bot.Profile{}, nil }

// in returns what stands in a conversation, in the order in which it arrived.
func (c *chat) in(at bot.Conversation) []posted {
	c.mu.Lock()
	defer c.mu.Unlock()
	var found []posted
	for _, m := range c.messages {
		if m.In == at {
			found = append(found, *m)
		}
	}
	return found
}

// titles returns the titles of what stands in a conversation.
func (c *chat) titles(at bot.Conversation) []string {
	var titles []string
	for _, m := range c.in(at) {
		titles = append(titles, m.Title)
	}
	return titles
}

// wantTitles expects what stands in a conversation.
func (w *world) wantTitles(at bot.Conversation, want ...string) {
	w.t.Helper()
	if got := w.chat.titles(at); !slices.Equal(got, want) {
		w.t.Errorf("%s holds %v, want %v", at.Channel, got, want)
	}
}

// calls returns how often a method was called.
func (c *chat) calls(which call) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.called[which]
}

// conversations returns how many are open.
func (c *chat) conversations() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.opened)
}
