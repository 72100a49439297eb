package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/commands"
)

// What is completed while somebody types, option by option as Discord asks, costs a query over indexes and
// another for what these are by, beside the one that identifies. It opens no transaction, and brings at
// most a menu full, also among a hundred thousand requisitions.
func TestSuggestionsAreFewIndexedQueries(t *testing.T) {
	t.Parallel()
	const n, mostChoices = 100_000, 25
	for name, url := range map[string]func(testing.TB) string{"sqlite": sampleDatabases.SQLite, "postgres": sampleDatabases.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCrowd(t, url(t), n)
			c.ask(t, "recruiter", "/hire help") // which reads people and settings, once
			found := map[string]int{}
			for _, cmd := range commands.All() {
				for _, p := range cmd.Params {
					asking, words := []string{"admin", "hiring-manager"}, []string{"", "e"}
					if p.Name == "req" {
						asking = []string{"recruiter", "hiring-manager", "approver-1", "member"}
						words = []string{"", "e", "engi", "r-12", "R-" + strconv.Itoa(n/2)}
					}
					for _, who := range asking {
						for _, typed := range words {
							found[cmd.Name()+" "+p.Name] += c.suggest(t, who, cmd.Name(), p.Name, typed, mostChoices)
						}
					}
				}
			}
			for _, some := range []string{"req.show req", "req.edit req", "req.approve req", "band.show role", "hire.people person", "hire.zone zone"} {
				if found[some] == 0 {
					t.Errorf("nothing is suggested for %s", some)
				}
			}
		})
	}
}

// suggest has somebody type an option, checks what that costs, and returns how much is suggested.
func (c *crowd) suggest(t *testing.T, who, command, param, typed string, most int) int {
	t.Helper()
	c.events++
	c.mu.Lock()
	c.queries = nil
	c.mu.Unlock()
	before := c.app.store.Statements()
	answer := c.app.router.Serve(t.Context(), bot.Event{
		Type: bot.Suggest, ID: "suggest-" + strconv.Itoa(c.events), From: bot.Identity{Workspace: playgroundWorkspace, User: who}, At: testClock(),
		Command: command, Focus: param, Values: bot.Values{param: {typed}},
		In: bot.Conversation{Workspace: playgroundWorkspace, Channel: "@" + who, Private: true},
	})
	what := fmt.Sprintf("%s: %s %s of %q", who, command, param, typed)
	sent := slices.Clone(c.queries)
	if len(answer.Choices) > most {
		t.Errorf("%s: %d choices", what, len(answer.Choices))
	}
	// A transaction would be seen as two statements more.
	if statements := c.app.store.Statements() - before; statements > 3 || statements != uint64(len(sent)) {
		t.Errorf("%s: %d queries, %d statements", what, len(sent), statements)
	}
	for _, q := range sent {
		// Of roles there are few.
		if !strings.Contains(q.text, " FROM generation") && !strings.Contains(q.text, "LIMIT ") && param != "role" {
			t.Errorf("%s has no limit:\n%s", what, q.text)
		}
		for _, table := range c.readsAll(t, q) {
			t.Errorf("%s reads all of %s, in\n%s\nof\n%s", what, table, strings.Join(c.plan(t, q), "\n"), q.text)
		}
	}
	return len(answer.Choices)
}
