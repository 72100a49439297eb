package commands_test

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/commands"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// spoken is when every phrase is typed: Monday, 7 December 2026, nine in the morning in India.
var spoken = time.Date(2026, time.December, 7, 3, 30, 0, 0, time.UTC)

// registry is that of the product.
func registry(tb testing.TB) *bot.Registry {
	tb.Helper()
	var specs []bot.Spec
	for _, c := range commands.All() {
		specs = append(specs, c.Spec)
	}
	r, err := bot.NewRegistry(commands.Base, specs)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

// reading is what the product knows when somebody of the sample company types: the words of the
// built-in playbooks, and the people.
func reading(tb testing.TB) bot.Reading {
	tb.Helper()
	st, err := store.Open(tb.Context(), "sqlite:"+filepath.Join(tb.TempDir(), "hirebot.db"), func() time.Time { return spoken }, store.Keys{}, store.WithUnitTime(5*time.Minute))
	if err != nil {
		tb.Fatal(err)
	}
	defer func() {
		if err := st.Close(); err != nil {
			tb.Error(err)
		}
	}()
	if err := st.Migrate(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	rd := bot.Reading{Now: spoken}
	err = st.InTx(tb.Context(), func(tx *store.Tx) error {
		for _, name := range people {
			if _, err := tx.AddPerson(tb.Context(), hiring.Person{Name: name, Active: true}); err != nil {
				return err
			}
		}
		rd.Words = tx.Snapshot()
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	if rd.Zone, err = time.LoadLocation("Asia/Kolkata"); err != nil {
		tb.Fatal(err)
	}
	return rd
}

// people are those of the sample company; the n-th has the id P-n.
var people = []string{
	"recruiter", "hiring-manager", "hiring-manager-2", "compensation", "approver-1",
	"interviewer-1", "interviewer-2", "interviewer-3", "member", "admin",
}

// printed writes a command with its arguments in the order of their names: "band.show level=senior".
func printed(s bot.Spec, args bot.Args) string {
	values := bot.ValuesOf(s, args)
	parts := []string{s.Name()}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		parts = append(parts, name+"="+strings.Join(values[name], ","))
	}
	return strings.Join(parts, " ")
}
