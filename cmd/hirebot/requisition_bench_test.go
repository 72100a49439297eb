package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/store"
)

// aimGrowth is how much more a request may cost among a hundred thousand requisitions than among a
// thousand.
const aimGrowth = 2

// crowd is a company of many people and requisitions, with a record of the queries that requests send.
type crowd struct {
	app      *app
	postgres bool
	events   int

	mu      sync.Mutex
	queries []sentQuery
}

type sentQuery struct {
	text string
	args []any
}

// crowdPeople is how many people the requisitions belong to, beside the sample company.
const crowdPeople = 40

// newCrowd writes n requisitions into a copy of the sample company: over all states and people, one in a
// hundred confidential, each with an approval and a history.
func newCrowd(tb testing.TB, url string, n int) *crowd {
	tb.Helper()
	c := &crowd{postgres: strings.HasPrefix(url, "postgres")}
	keys, err := store.ParseKeys(sampleKey)
	if err != nil {
		tb.Fatal(err)
	}
	st, err := store.Open(tb.Context(), url, testClock, keys, store.WithUnitTime(5*time.Minute), store.WithLog(quiet()), store.WithTrace(func(query string, args []any) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.queries = append(c.queries, sentQuery{query, args})
	}))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := st.Close(); err != nil {
			tb.Error(err)
		}
	})
	if c.app, err = newApp(st, testClock, quiet(), nil); err != nil {
		tb.Fatal(err)
	}
	sample := len(samplePeople())
	people := sample + crowdPeople
	count := func(to int) string {
		return `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ` + strconv.Itoa(to) + `) SELECT `
	}
	ref := func(kind, number string) string { return `'` + kind + `-' || CAST(` + number + ` AS TEXT)` }
	person := func(by string) string { return ref("P", `(`+by+`) % `+strconv.Itoa(people)+` + 1`) }
	made := testClock().Add(-time.Hour).UnixMicro()
	for _, query := range []string{
		`INSERT INTO people (id, name, folded, zone, active, created_at, version) ` + count(crowdPeople) +
			ref("P", fmt.Sprintf(`i + %d`, sample)) + `, 'crowd' || CAST(i AS TEXT), 'crowd' || CAST(i AS TEXT), '', TRUE, 0, 1 FROM n`,
		`INSERT INTO requisitions (id, number, role, title, level, seats, filled, location, place, work_mode, budget_low, budget_high, reasons, ecosystem, target,
			requester, hiring_manager, recruiter, confidential, state, announced, created_at, changed_at, version) ` + count(n) + ref("R", "i") + `, i,
			CASE WHEN i % 3 = 0 THEN 'backend-developer' ELSE 'general' END, 'Engineer', '', 2, 0, 'Pune', 'pune', 'hybrid', 2000000, 3000000, 'p:{}', '', '',
			` + person(`i`) + `, ` + person(`i / 7`) + `, ` + person(`i / 3`) + `, i % 100 = 0,
			CASE WHEN i % 20 = 1 THEN 'draft' WHEN i % 20 = 2 THEN 'pending_approval' WHEN i % 20 < 6 THEN 'open' WHEN i % 20 = 6 THEN 'on_hold'
			     WHEN i % 20 < 14 THEN 'filled' ELSE 'closed' END, FALSE, ` + fmt.Sprint(made) + ` + i, ` + fmt.Sprint(made) + ` + i, 1 FROM n`,
		`INSERT INTO requisition_people (requisition, person, team, state, confidential, number)
			SELECT id, requester, TRUE, state, confidential, number FROM requisitions
			UNION SELECT id, hiring_manager, TRUE, state, confidential, number FROM requisitions
			UNION SELECT id, recruiter, TRUE, state, confidential, number FROM requisitions`,
		`INSERT INTO requisition_words (word, requisition) SELECT CAST('engineer' AS BYTEA), id FROM requisitions`,
		`INSERT INTO requisition_words (word, requisition) SELECT CAST('r' || CAST(number AS TEXT) AS BYTEA), id FROM requisitions`,
		`INSERT INTO history (id, subject, at, by_person, what, detail) SELECT 'h' || id, id, created_at, requester, 'made it', 'p:{}' FROM requisitions`,
		`INSERT INTO approvals (id, number, subject, terms, requester, beneficiary, body, current_step, state, asked_at, step_since, reminded, version)
			SELECT ` + ref("A", "number") + `, number, id, '', requester, '', 'p:{"Steps":[{"Approvers":[{"Person":"' || ` + person(`number / 20 + 1`) + ` || '","Because":"named"}]}]}',
			0, CASE WHEN state = 'pending_approval' THEN 'open' ELSE 'approved' END, created_at, created_at, 0, 1 FROM requisitions WHERE state <> 'draft'`,
		`INSERT INTO approval_people (approval, number, step, person, pending, waiting)
			SELECT id, number, 0, ` + person(`number / 20 + 1`) + `, state = 'open', state = 'open' FROM approvals`,
		`INSERT INTO counters (kind, next_number) VALUES ('R', ` + strconv.Itoa(n+1) + `), ('A', ` + strconv.Itoa(n+1) + `)`,
		`UPDATE generation SET n = n + 1`,
		`ANALYZE`,
	} {
		if !c.postgres {
			query = strings.ReplaceAll(query, "AS BYTEA", "AS BLOB")
		}
		if _, err := st.DB().ExecContext(tb.Context(), query); err != nil {
			tb.Fatalf("%v in %s", err, query)
		}
	}
	return c
}

// asks are what is measured: who asks what, and what stands in the answer. Somebody who recruits sees
// everything that is not confidential, a member only what was approved.
func asks(n int) []struct{ name, who, text, has string } {
	middle := n/2 + 3 // open, and not confidential
	return []struct{ name, who, text, has string }{
		{"list", "recruiter", "/req list", "Next page"},
		{"list-all", "recruiter", "/req list all", "Next page"},
		{"list-member", "member", "/req list", "Next page"},
		{"list-open-role", "member", "/req list open role:backend", "Next page"},
		{"list-page", "recruiter", fmt.Sprintf("/req list open after:R-%d", middle), "Next page"},
		{"show", "recruiter", fmt.Sprintf("/req show R-%d", middle), "Engineer"},
		{"show-member", "member", fmt.Sprintf("/req show R-%d", middle), "Engineer"},
		{"home", "recruiter", "/hire home", "more of yours. [All of mine]"},
		{"home-manager", "hiring-manager", "/hire home", "more of yours. [All of mine]"},
		{"home-member", "member", "/hire home", "Hello"},
		{"next", "approver-1", "/req next", "needs you"},
	}
}

// ask has somebody ask something, as a delivery of its own.
func (c *crowd) ask(tb testing.TB, who, text string) string {
	tb.Helper()
	c.events++
	answer := c.app.router.Serve(tb.Context(), bot.Event{
		Type: bot.Invoke, ID: "ask-" + strconv.Itoa(c.events), From: bot.Identity{Workspace: playgroundWorkspace, User: who}, At: testClock(), Text: text,
		In: bot.Conversation{Workspace: playgroundWorkspace, Channel: "@" + who, Private: true},
	})
	if answer.Code != "" || answer.Card == nil {
		tb.Fatalf("%s %s: %s", who, text, plainRefusal(answer, time.UTC))
	}
	return plainAnswer(answer, time.UTC)
}

// BenchmarkRequisitionRequests measures what lists, cards and homes cost from the typed text to the
// answer, among a thousand requisitions and among a hundred thousand: the medians of turns, since other
// work on the machine then disturbs both alike. It prints how many times the first the second is, which
// is to be aimGrowth at most.
func BenchmarkRequisitionRequests(b *testing.B) {
	const few, many = 1_000, 100_000
	for name, url := range map[string]func(testing.TB) string{"sqlite": sampleDatabases.SQLite, "postgres": sampleDatabases.Postgres} {
		b.Run(name, func(b *testing.B) {
			small, large := newCrowd(b, url(b), few), newCrowd(b, url(b), many)
			asksFew := asks(few)
			for i, q := range asks(many) {
				b.Run(q.name, func(b *testing.B) {
					small.ask(b, q.who, asksFew[i].text) // what happens once for all is done
					large.ask(b, q.who, q.text)
					var among [2][]time.Duration
					before := large.app.store.Statements()
					for b.Loop() {
						start := time.Now()
						small.ask(b, q.who, asksFew[i].text)
						turn := time.Now()
						large.ask(b, q.who, q.text)
						among[0], among[1] = append(among[0], turn.Sub(start)), append(among[1], time.Since(turn))
					}
					statements := float64(large.app.store.Statements()-before) / float64(len(among[1]))
					for _, times := range among {
						slices.Sort(times)
					}
					median := func(times []time.Duration) float64 { return float64(times[len(times)/2]) }
					b.ReportMetric(median(among[0]), "ns/op-of-1000")
					b.ReportMetric(median(among[1]), "ns/op-of-100000")
					b.ReportMetric(median(among[1])/median(among[0]), fmt.Sprintf("times-aim-%d", aimGrowth))
					b.ReportMetric(statements, "statements/op")
					b.ReportMetric(0, "ns/op") // is not shown: it is of both together
				})
			}
		})
	}
}

// No query of these requests reads a table, or all of an index, from its beginning to its end, and
// however much there is, a request takes the same few round trips.
func TestRequisitionRequestsUseIndexes(t *testing.T) {
	t.Parallel()
	const n = 5_000
	for name, url := range map[string]func(testing.TB) string{"sqlite": sampleDatabases.SQLite, "postgres": sampleDatabases.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCrowd(t, url(t), n)
			c.ask(t, "recruiter", "/hire help") // which reads people and settings, once
			for _, q := range asks(n) {
				c.mu.Lock()
				c.queries = nil
				c.mu.Unlock()
				has(t, c.ask(t, q.who, q.text), q.has)
				sent := slices.Clone(c.queries)
				most := 6
				if strings.HasPrefix(q.name, "home") {
					most = 12 // who waits for word, what is stuck, overdue, empty, unanswered, without a time, and what is today, each by its own index
				}
				if len(sent) > most {
					t.Errorf("%s takes %d round trips, at most %d are needed", q.name, len(sent), most)
				}
				for _, query := range sent {
					if !strings.HasPrefix(strings.TrimSpace(query.text), "SELECT") && !strings.HasPrefix(strings.TrimSpace(query.text), "WITH") {
						continue // what is put on record
					}
					for _, table := range c.readsAll(t, query) {
						t.Errorf("%s reads all of %s, in\n%s\nof\n%s", q.name, table, strings.Join(c.plan(t, query), "\n"), query.text)
					}
				}
			}
			if len(c.readsAll(t, sentQuery{text: `SELECT id FROM requisitions WHERE title = 'x'`})) == 0 {
				t.Error("a reading of everything is not recognised")
			}
		})
	}
}

// plan returns how the database would run a query.
func (c *crowd) plan(tb testing.TB, q sentQuery) []string {
	tb.Helper()
	explain := `EXPLAIN QUERY PLAN `
	if c.postgres {
		explain = `EXPLAIN `
	}
	rows, err := c.app.store.DB().QueryContext(tb.Context(), explain+q.text, q.args...)
	if err != nil {
		tb.Fatalf("%v in %s", err, q.text)
	}
	defer func() {
		if err := rows.Close(); err != nil {
			tb.Error(err)
		}
	}()
	var lines []string
	for rows.Next() {
		var line string
		into := []any{&line}
		if !c.postgres {
			var id, parent, unused int
			into = []any{&id, &parent, &unused, &line}
		}
		if err := rows.Scan(into...); err != nil {
			tb.Fatal(err)
		}
		lines = append(lines, line)
	}
	if err := rows.Err(); err != nil {
		tb.Fatal(err)
	}
	return lines
}

// large are the tables that grow with the requisitions, by the names that queries give them.
var large = map[string]bool{
	"requisitions": true, "requisition_people": true, "requisition_words": true, "approvals": true, "approval_people": true, "history": true,
	"r": true, "s": true, "a": true, "b": true, "p": true, "v": true, "w": true,
}

// readsAll returns the large tables that a query reads from their beginning to their end.
func (c *crowd) readsAll(tb testing.TB, q sentQuery) []string {
	tb.Helper()
	mark := "SCAN "
	if c.postgres {
		mark = "Seq Scan on "
	}
	var all []string
	for _, line := range c.plan(tb, q) {
		_, scanned, found := strings.Cut(line, mark)
		if words := strings.Fields(scanned); found && len(words) > 0 && large[words[0]] {
			all = append(all, words[0])
		}
	}
	return all
}
