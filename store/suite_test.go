package store_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

// start is the moment at which every test begins: 10:00 in India.
var start = time.Date(2026, 11, 23, 4, 30, 0, 0, time.UTC)

// clock is a clock that tests set.
type clock struct{ micros atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.micros.Store(start.UnixMicro())
	return c
}

func (c *clock) now() time.Time          { return time.UnixMicro(c.micros.Load()).UTC() }
func (c *clock) advance(d time.Duration) { c.micros.Add(d.Microseconds()) }

// world is an open database and its surroundings.
type world struct {
	*store.Store
	url   string
	clock *clock
	keys  string
	// postgres says which of the two databases this is.
	postgres bool
}

// onBoth runs a test on a migrated and otherwise empty database of each kind.
func onBoth(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	onEach(t, copies.SQLite, copies.Postgres, test)
}

// copies are databases that are migrated already.
var copies = storetest.Migrated{Migrate: func(ctx context.Context, url string) error {
	s, err := store.Open(ctx, url, newClock().now, store.Keys{}, store.WithLog(slog.New(slog.DiscardHandler)), store.WithUnitTime(5*time.Minute))
	if err != nil {
		return err
	}
	return errors.Join(s.Migrate(ctx), s.Close())
}}

// onBothEmpty runs a test on a database of each kind that has no tables.
func onBothEmpty(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	onEach(t, func(tb testing.TB) string { return "sqlite:" + filepath.Join(tb.TempDir(), "hirebot.db") }, storetest.Postgres, test)
}

func onEach(t *testing.T, sqlite, postgres func(testing.TB) string, test func(t *testing.T, w *world)) {
	t.Helper()
	keys := store.NewKey()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		w := &world{url: sqlite(t), clock: newClock(), keys: keys}
		w.Store = open(t, w)
		test(t, w)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		w := &world{url: postgres(t), clock: newClock(), keys: keys, postgres: true}
		w.Store = open(t, w)
		test(t, w)
	})
}

// open opens the world's database once more, as another process would.
func open(t testing.TB, w *world, opts ...store.Option) *store.Store {
	t.Helper()
	keys, err := store.ParseKeys(w.keys)
	must(t, err)
	opts = append([]store.Option{store.WithLog(slog.New(slog.DiscardHandler)), store.WithUnitTime(5 * time.Minute)}, opts...)
	s, err := store.Open(t.Context(), w.url, w.clock.now, keys, opts...)
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

// exec runs a statement behind the store's back.
func (w *world) exec(t *testing.T, query string, args ...any) {
	t.Helper()
	_, err := w.DB().ExecContext(t.Context(), query, args...)
	must(t, err)
}

// count reads one number behind the store's back.
func (w *world) count(t *testing.T, query string, args ...any) int {
	t.Helper()
	var n int
	must(t, w.DB().QueryRowContext(t.Context(), query, args...).Scan(&n))
	return n
}

// home adds the workspace "slack:T1" of the company and a community "slack:T2".
func (w *world) home(t *testing.T) {
	t.Helper()
	must(t, w.InTx(t.Context(), func(tx *store.Tx) error {
		return errors.Join(
			tx.SaveWorkspace(t.Context(), store.Workspace{ID: "slack:T1", Name: "Acme", Platform: "slack", External: "T1", Kind: store.HomeWorkspace}),
			tx.SaveWorkspace(t.Context(), store.Workspace{ID: "slack:T2", Name: "Gophers", Platform: "slack", External: "T2", Kind: store.CommunityWorkspace}),
		)
	}))
}

// person adds an active person with an account of the same name in the home workspace.
func (w *world) person(t *testing.T, name string, roles ...hiring.Role) hiring.Person {
	t.Helper()
	var added hiring.Person
	must(t, w.InTx(t.Context(), func(tx *store.Tx) (err error) {
		added, err = tx.AddPerson(t.Context(), hiring.Person{
			Name: name, Roles: roles, Active: true, Identities: []hiring.Identity{{Workspace: "slack:T1", User: name}},
		})
		return err
	}))
	return added
}

// event is a delivery from the account of a person.
func event(id, from string) bot.Event {
	return bot.Event{
		Type: bot.Invoke, ID: id, From: bot.Identity{Workspace: "slack:T1", User: from},
		In: bot.Conversation{Workspace: "slack:T1", Channel: "C1"}, Command: "band.show",
	}
}

type handler func(context.Context, *store.Tx, bot.Actor) (bot.Response, error)

// counting returns a handler that takes a reference, answers with a view of it, and counts its runs.
func counting(runs *atomic.Int64) handler {
	return func(ctx context.Context, tx *store.Tx, _ bot.Actor) (bot.Response, error) {
		runs.Add(1)
		ref, err := tx.NextRef(ctx, "R")
		return bot.Response{Show: &bot.View{Name: "requisition", Subject: ref}}, err
	}
}

// nothing answers with nothing.
func nothing(context.Context, *store.Tx, bot.Actor) (bot.Response, error) { return bot.Response{}, nil }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t testing.TB, err error, code string) {
	t.Helper()
	if got := bot.ErrorCode(err); got != code {
		t.Fatalf("error %v has the code %q, want %q", err, got, code)
	}
}

// read returns the snapshot as a new request sees it.
func read(t testing.TB, s *store.Store) *store.Snapshot {
	t.Helper()
	var snapshot *store.Snapshot
	must(t, s.Read(t.Context(), func(tx *store.Tx) error {
		snapshot = tx.Snapshot()
		return nil
	}))
	return snapshot
}
