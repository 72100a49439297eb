package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/scheduler"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// lobby is a recorder whose people have a home that stays open.
type lobby struct {
	*recorder
	mu    sync.Mutex
	homes map[string]bot.Card // as they stand now, by account
}

func (l *lobby) Edit(ctx context.Context, at bot.Posted, card bot.Card) error {
	if at.In.Channel != bot.HomePlace {
		return l.recorder.Edit(ctx, at, card)
	}
	l.show(at.ID, card)
	return nil
}

func (l *lobby) show(user string, card bot.Card) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.homes[user] = card
}

func (l *lobby) home(user string) (bot.Card, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	card, ok := l.homes[user]
	return card, ok
}

// newLobby gives the people of a world homes that stay open.
func newLobby(w *world) *lobby {
	l := &lobby{recorder: w.recorder, homes: map[string]bot.Card{}}
	w.courier = scheduler.NewCourier(scheduler.Config{Store: w.app.store, Platforms: []bot.Platform{l}, Views: w.app.views, Clock: w.clock, Log: quiet()})
	return l
}

// openHome has somebody open their home in a channel; in bot.HomePlace it stays open.
func (w *world) openHome(ctx context.Context, user, channel string) (bot.Card, error) {
	w.events++
	a := w.app.router.Serve(ctx, bot.Event{
		Type: bot.Open, ID: "home-" + strconv.Itoa(w.events), At: w.clock(), From: bot.Identity{Workspace: playgroundWorkspace, User: user},
		In: bot.Conversation{Workspace: playgroundWorkspace, Channel: channel, Private: true},
	})
	if a.Card == nil || a.Code != "" {
		return bot.Card{}, fmt.Errorf("%s has no home: %s", user, plainAnswer(a, time.UTC))
	}
	return *a.Card, nil
}

// people returns the ids of those who are active, by account.
func (w *world) people(ctx context.Context) (map[string]string, error) {
	people := map[string]string{}
	err := w.app.store.Read(ctx, func(tx *store.Tx) error {
		for user := range w.speakers {
			if id := tx.Snapshot().Actor(bot.Identity{Workspace: playgroundWorkspace, User: user}).ID; id != "" {
				people[user] = id
			}
		}
		return nil
	})
	return people, err
}

// look draws the homes that are due, and checks that each shows what it would show if it was opened
// now. After a while has passed, it may be the time alone that makes the difference.
func (l *lobby) look(w *world, passed bool) error {
	ctx := context.Background()
	people, err := w.people(ctx)
	if err != nil {
		return err
	}
	var wrong []error
	for user, id := range people {
		if err := w.courier.Deliver(ctx, store.HomeLane(id), w.clock()); err != nil {
			return err
		}
		shown, open := l.home(user)
		fresh, err := w.openHome(ctx, user, "@"+user)
		if err != nil {
			return err
		}
		if !open || passed {
			card, err := w.openHome(ctx, user, bot.HomePlace)
			if err != nil {
				return err
			}
			l.show(user, card)
			if err := w.courier.Deliver(ctx, store.HomeLane(id), w.clock()); err != nil {
				return err
			}
			continue
		}
		if diff := cmp.Diff(fresh, shown); diff != "" {
			wrong = append(wrong, fmt.Errorf("the home of %s is out of date:\n%s", user, diff))
		}
	}
	return errors.Join(wrong...)
}

// TestHomesStayCurrent runs the scenarios with the homes of all people open. After each line every
// home is what it would be if it was opened just then: whatever a command changes, it cannot forget
// the homes that show it.
func TestHomesStayCurrent(t *testing.T) {
	t.Parallel()
	if views.Home != store.HomeView {
		t.Errorf("the home is the view %q, and kept as %q", views.Home, store.HomeView)
	}
	type lobbyKey struct{}
	commands := scenarioCommands()
	for name, do := range commands {
		commands[name] = func(ts *testscript.TestScript, neg bool, args []string) {
			do(ts, neg, args)
			w, isWorld := ts.Value(worldKey{}).(*world)
			l, isLobby := ts.Value(lobbyKey{}).(*lobby)
			if !isWorld || !isLobby {
				ts.Fatalf("no world")
			}
			ts.Check(l.look(w, name == "clock"))
		}
	}
	testscript.Run(t, testscript.Params{
		Dir:                filepath.Join("..", "..", "testdata", "scenarios"),
		RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			tb, ok := env.T().(testing.TB)
			if !ok {
				return errors.New("no testing.TB")
			}
			w := newWorld(tb, "sqlite:"+filepath.Join(tb.TempDir(), "hirebot.db"), seedCompany)
			l := newLobby(w)
			env.Values[worldKey{}], env.Values[lobbyKey{}] = w, l
			return l.look(w, false)
		},
		Cmds: commands,
	})
}

func TestAHomeIsKeptOnlyWhereItStaysOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "sqlite:"+filepath.Join(t.TempDir(), "hirebot.db"), seedCompany)
	l := newLobby(w)
	ctx := t.Context()
	people, err := w.people(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for user, id := range people {
		for _, channel := range []string{"@" + user, bot.HomePlace} {
			if _, err := w.openHome(ctx, user, channel); err != nil {
				t.Fatal(err)
			}
			rows, err := w.app.store.Rows(ctx, store.HomeLane(id), 10)
			if err != nil {
				t.Fatal(err)
			}
			if kept := len(rows) == 1; kept != (channel == bot.HomePlace) {
				t.Errorf("%s in %s: kept %v", user, channel, kept)
			}
		}
	}
	if _, err := w.openHome(ctx, "nobody", bot.HomePlace); err != nil {
		t.Fatal(err)
	}
	if err := w.courier.Drain(ctx, w.clock()); err != nil {
		t.Fatal(err)
	}
	if len(l.homes) != len(people) {
		t.Errorf("%d homes of %d people", len(l.homes), len(people))
	}

	// It is shown although it cannot be kept.
	if err := w.app.store.InTx(ctx, func(tx *store.Tx) error {
		_, err := tx.AddPerson(ctx, hiring.Person{Name: "late", Active: true, Identities: []hiring.Identity{{Workspace: playgroundWorkspace, User: "late"}}})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.app.store.DB().ExecContext(ctx, `CREATE TRIGGER full BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'no'); END`); err != nil {
		t.Fatal(err)
	}
	if _, err := w.openHome(ctx, "late", bot.HomePlace); err != nil {
		t.Error(err)
	}
}
