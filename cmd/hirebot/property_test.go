package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/scheduler"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/store/storetest"
)

// sampleKey encrypts the databases that are copied for each check.
var sampleKey = store.NewKey()

// sampleDatabases are databases with the sample company in them, hiringDatabases also with its requisitions
// and its candidates.
var (
	sampleDatabases = storetest.Migrated{Migrate: migrateWith(seedCompany)}
	hiringDatabases = storetest.Migrated{Migrate: migrateWith(seedHiring)}
)

// migrateWith returns what makes a database and seeds it.
func migrateWith(seed func(context.Context, *store.Store) error) func(ctx context.Context, url string) error {
	return func(ctx context.Context, url string) error {
		st, err := openSample(ctx, url, officeStart)
		if err != nil {
			return err
		}
		if err := st.Migrate(ctx); err != nil {
			return err
		}
		if err := seed(ctx, st); err != nil {
			return err
		}
		return st.Close()
	}
}

func openSample(ctx context.Context, url string, clock bot.Clock) (*store.Store, error) {
	keys, err := store.ParseKeys(sampleKey)
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, url, clock, keys, store.WithLog(quiet()), store.WithUnitTime(5*time.Minute))
}

// openProduct runs the product on such a database, with a platform that its messages go to.
func openProduct(tb testing.TB, url string, clock bot.Clock, platform bot.Platform) (*app, *scheduler.Courier) {
	tb.Helper()
	st, err := openSample(tb.Context(), url, clock)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := st.Close(); err != nil {
			tb.Error(err)
		}
	})
	a, err := newApp(st, clock, quiet(), nil)
	if err != nil {
		tb.Fatal(err)
	}
	return a, scheduler.NewCourier(scheduler.Config{Store: st, Platforms: []bot.Platform{platform}, Views: a.views, Clock: clock, Log: quiet()})
}

// officeStart is when every check begins: a Monday morning in India.
func officeStart() time.Time { return time.Date(2026, 12, 7, 4, 0, 0, 0, time.UTC) }

// onEachDatabase runs a test on databases of both sorts. Without one of them it is skipped, or fails.
func onEachDatabase(t *testing.T, of *storetest.Migrated, test func(t *testing.T, url func(testing.TB) string)) {
	t.Helper()
	for name, url := range map[string]func(testing.TB) string{"sqlite": of.SQLite, "postgres": of.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, url)
		})
	}
}

// checkProperty runs a check as often as rapid says, each time on a database of its own, and logs what was
// done in all of them.
func checkProperty(t *testing.T, of *storetest.Migrated, check func(rt *rapid.T, tb testing.TB, url func(testing.TB) string, acts *tally)) {
	t.Helper()
	onEachDatabase(t, of, func(t *testing.T, url func(testing.TB) string) {
		url(t) // without this database the test ends here
		t.Logf("again with -rapid.seed=%s", flag.Lookup("rapid.seed").Value)
		acts := &tally{}
		rapid.Check(t, func(rt *rapid.T) { check(rt, checkTB{t, rt}, url, acts) })
		t.Log(acts)
	})
}

// checkTB is a test whose cleanups run when a check of a property ends, so that a thousand checks do not
// leave a thousand databases behind.
type checkTB struct {
	testing.TB
	check *rapid.T
}

func (c checkTB) Cleanup(f func())          { c.check.Cleanup(f) }
func (c checkTB) Context() context.Context  { return context.WithoutCancel(c.TB.Context()) }
func (c checkTB) Fatal(args ...any)         { c.check.Fatal(args...) }
func (c checkTB) Fatalf(f string, a ...any) { c.check.Fatalf(f, a...) }
func (c checkTB) Error(args ...any)         { c.check.Error(args...) }
func (c checkTB) Errorf(f string, a ...any) { c.check.Errorf(f, a...) }
func (c checkTB) Logf(f string, a ...any)   { c.check.Logf(f, a...) }
func (c checkTB) TempDir() string {
	dir, err := os.MkdirTemp("", "hirebot-check-")
	if err != nil {
		c.Fatal(err)
	}
	c.check.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			c.Error(err)
		}
	})
	return dir
}

// tally counts what was done, to see that the checks reach what they are for.
type tally struct{ done, refused map[string]int }

func (c *tally) add(command string, refused bool) {
	if c.done == nil {
		c.done, c.refused = map[string]int{}, map[string]int{}
	}
	if refused {
		c.refused[command]++
		return
	}
	c.done[command]++
}

func (c *tally) String() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(c.done)) {
		fmt.Fprintf(&b, "%s %d (and %d refused), ", name, c.done[name], c.refused[name])
	}
	return b.String()
}

// trial is one check: the product over a database of its own, with a clock that stands still.
type trial struct {
	tb      testing.TB
	app     *app
	courier *scheduler.Courier
	acts    *tally
	// now is written while nothing else runs.
	now    time.Time
	events int
	// done are the events that were answered, to be delivered again.
	done []bot.Event
}

// newTrial opens a copy of a sample.
func newTrial(tb testing.TB, url func(testing.TB) string, platform bot.Platform) *trial {
	tb.Helper()
	tr := &trial{tb: tb, acts: &tally{}, now: officeStart()}
	tr.app, tr.courier = openProduct(tb, url(tb), func() time.Time { return tr.now }, platform)
	return tr
}

func (tr *trial) must(err error) {
	tr.tb.Helper()
	if err != nil {
		tr.tb.Fatal(err)
	}
}

// event makes an event one of somebody's, in their direct messages unless it says otherwise.
func (tr *trial) event(who string, ev bot.Event) bot.Event {
	tr.events++
	ev.ID, ev.At = "event-"+strconv.Itoa(tr.events), tr.now
	ev.From = bot.Identity{Workspace: playgroundWorkspace, User: who}
	if ev.In.Channel == "" {
		ev.In = bot.Conversation{Workspace: playgroundWorkspace, Channel: "@" + who, Private: true}
	}
	return ev
}

// serve has an event answered, which may well be a refusal. It must not fail.
func (tr *trial) serve(ev bot.Event) bot.Answer {
	tr.tb.Helper()
	answer := tr.app.router.Serve(tr.tb.Context(), ev)
	tr.tb.Logf("%s → %s%s", told(ev), answer.Code, strings.ReplaceAll(plainRefusal(answer, time.UTC), "\n", " "))
	if answer.Code == bot.CodeInternal {
		tr.tb.Fatal("that failed")
	}
	command := ev.Command
	if command == "" {
		command = strings.Join(strings.Fields(ev.Text)[:min(2, len(strings.Fields(ev.Text)))], " ")
	}
	tr.acts.add(command, answer.Code != "")
	return answer
}

// atOnce has several events answered at the same moment.
func (tr *trial) atOnce(events ...bot.Event) []bot.Answer {
	answers := make([]bot.Answer, len(events))
	start := make(chan struct{})
	var group sync.WaitGroup
	for i, ev := range events {
		group.Go(func() {
			<-start
			answers[i] = tr.app.router.Serve(tr.tb.Context(), ev)
		})
	}
	close(start)
	group.Wait()
	return answers
}

// idOf returns the id of somebody by their name.
func (tr *trial) idOf(people map[string]hiring.Person, name string) string {
	tr.tb.Helper()
	for id, p := range people {
		if p.Name == name {
			return id
		}
	}
	tr.tb.Fatalf("there is no %s", name)
	return ""
}

// told says what an event is, in the report of a failure.
func told(ev bot.Event) string {
	return fmt.Sprintf("%s: %s %s %s %v %v", ev.From.User, ev.Type, ev.Text, ev.Command, ev.Bound, ev.Values)
}
