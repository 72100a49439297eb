package main

import (
	"context"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/commands"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/store/storetest"
)

// people opens a new database with two admins and a member.
func people(t *testing.T, url string) *store.Store {
	t.Helper()
	st, err := store.Open(t.Context(), url, testClock, store.Keys{}, store.WithLog(newLog(newOutput())), store.WithUnitTime(5*time.Minute))
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
	err = st.InTx(t.Context(), func(tx *store.Tx) error {
		for _, p := range []hiring.Person{
			{Name: "first", Active: true, Roles: []hiring.Role{hiring.Admin}},
			{Name: "second", Active: true, Roles: []hiring.Role{hiring.Admin}},
			{Name: "third", Active: true},
		} {
			if _, err := tx.AddPerson(t.Context(), p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// Of two admins who take the role from each other at the same moment, one keeps it.
func TestTheLastAdminStaysAlsoInARace(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "hirebot.db") },
		"postgres": func(t *testing.T) string { return storetest.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := people(t, url(t))
			// On Postgres both have read who is admin before either changes it. On SQLite a unit waits for
			// the other to end, so nobody may wait inside of one.
			var both sync.WaitGroup
			if name == "postgres" {
				both.Add(2)
			}
			var tries sync.WaitGroup
			errs := make([]error, 2)
			for i, id := range []string{"P-1", "P-2"} {
				tries.Go(func() {
					waited := name != "postgres"
					errs[i] = st.InTx(t.Context(), func(tx *store.Tx) error {
						if !waited {
							waited = true
							both.Done()
							both.Wait()
						}
						_, err := commands.ChangePerson(t.Context(), tx, tx.Actor(), id, commands.PersonChange{
							Roles: []commands.RoleGrant{{Role: hiring.Admin, Take: true}}})
						return err
					})
				})
			}
			tries.Wait()
			if refused := slices.DeleteFunc(errs, func(err error) bool { return err == nil }); len(refused) != 1 || hiring.ErrorCode(refused[0]) != hiring.Conflict {
				t.Errorf("refused: %v, want one of two", refused)
			}
			snapshot(t, st, func(s *store.Snapshot) {
				if n := len(s.PeopleWith(hiring.Admin)); n != 1 {
					t.Errorf("%d admins are left", n)
				}
			})
		})
	}
}

func snapshot(t *testing.T, st *store.Store, look func(*store.Snapshot)) {
	t.Helper()
	err := st.Read(t.Context(), func(tx *store.Tx) error {
		look(tx.Snapshot())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The command line changes people by the rules of the chat, and names what it does on record.
func TestAChangeFromTheCommandLineIsOnRecordAndTold(t *testing.T) {
	t.Parallel()
	st := people(t, "sqlite:"+filepath.Join(t.TempDir(), "hirebot.db"))
	change := func(grants ...commands.RoleGrant) {
		t.Helper()
		err := st.InTx(t.Context(), func(tx *store.Tx) error {
			tx.Cause("person.role", bot.Conversation{})
			_, err := commands.ChangePerson(t.Context(), tx, tx.Actor(), "P-3", commands.PersonChange{Roles: grants})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	change(commands.RoleGrant{Role: hiring.Interviewer})
	change(commands.RoleGrant{Role: hiring.Interviewer}) // has it already: nothing happens
	rows, err := st.AuditRows(t.Context(), store.AuditFilter{Subject: "person:P-3"})
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 1 || rows[0].Action != "person.role" || rows[0].Fact != "role_given" || rows[0].Actor != store.SystemActor {
		t.Errorf("on record: %+v", rows)
	}
	told, err := st.Rows(t.Context(), store.PersonLane("P-3"), 10)
	if err != nil {
		t.Fatal(err)
	}
	if len(told) != 1 || told[0].View.Name != "role_given" {
		t.Errorf("told: %+v", told)
	}
	has(t, bot.PlainCard(drawn(t, st, told[0]), time.UTC), "You are now an interviewer", "the system gave you this role")
}

func drawn(t *testing.T, st *store.Store, row store.Row) (card bot.Card) {
	t.Helper()
	a, err := newApp(st, testClock, newLog(newOutput()), nil)
	if err != nil {
		t.Fatal(err)
	}
	err = st.ReadAs(t.Context(), row.Person, func(tx *store.Tx) (err error) {
		card, err = a.views.Draw(t.Context(), tx, tx.Actor(), row.View)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return card
}

func TestTheListTellsWhoWasMerged(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.want(exitOK, "migrate", "up")
	b.want(exitOK, "person", "add", "Asha", "--identity", "slack:T0123/U0123", "--role", "recruiter")
	b.want(exitOK, "person", "add", "Ravi", "--identity", "discord:777/888", "--role", "interviewer")
	slack, discord := bot.Identity{Workspace: "slack:T0123", User: "U0123"}, bot.Identity{Workspace: "discord:777", User: "888"}
	st, err := store.Open(t.Context(), "sqlite:"+filepath.Join(b.dir, "hirebot.db"), testClock, store.Keys{}, store.WithLog(quiet()), store.WithUnitTime(5*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	var code string
	for _, do := range []struct {
		who bot.Identity
		fn  func(tx *store.Tx) error
	}{
		{slack, func(tx *store.Tx) (err error) {
			code, err = tx.NewLinkCode(t.Context())
			return err
		}},
		{discord, func(tx *store.Tx) error {
			tried, err := tx.TryLink(t.Context(), code, discord)
			if err != nil {
				return err
			}
			_, _, err = tx.Merge(t.Context(), tried.Link)
			return err
		}},
	} {
		_, err := st.Do(t.Context(), bot.Event{Type: bot.Open, From: do.who}, false, func(_ context.Context, tx *store.Tx, _ bot.Actor) (bot.Response, error) {
			return bot.Response{}, do.fn(tx)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	list, _ := b.want(exitOK, "person", "list")
	has(t, list, "Asha\trecruiter\tactive\tAsia/Kolkata\tdiscord:777/888 slack:T0123/U0123", "Ravi\tmember\tmerged into Asha\tAsia/Kolkata\tno account")
	for _, args := range [][]string{{"reactivate", "Ravi"}, {"role", "Ravi", "+admin"}} {
		_, stderr := b.want(exitFailure, append([]string{"person"}, args...)...)
		has(t, stderr, "Ravi was joined with Asha, for good")
	}
}
