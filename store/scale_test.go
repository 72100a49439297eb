package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// crowd is how many people the requisitions of fill belong to.
const crowd = 50

// fill writes n requisitions behind the store's back, which is a hundred times faster: one in ten is
// confidential, and four out of five are closed. Each has an approval, some of which are open.
func (w *world) fill(tb testing.TB, n int) {
	tb.Helper()
	numbers := `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ` + fmt.Sprint(n) + `) SELECT `
	people := `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ` + fmt.Sprint(crowd) + `) SELECT `
	person := func(of string) string { return `'P-' || CAST((` + of + `) % ` + fmt.Sprint(crowd) + ` + 1 AS TEXT)` }
	for _, query := range []string{
		`INSERT INTO people (id, name, folded, zone, active, created_at, version) ` + people + `'P-' || CAST(i AS TEXT), 'p' || CAST(i AS TEXT), 'p' || CAST(i AS TEXT), '', TRUE, 0, 1 FROM n`,
		`INSERT INTO requisitions (id, number, role, title, level, seats, filled, location, place, work_mode, budget_low, budget_high, reasons, ecosystem, target,
			requester, hiring_manager, recruiter, confidential, state, announced, created_at, changed_at, version) ` + numbers + `
			'R-' || CAST(i AS TEXT), i, CASE WHEN i % 5 = 0 THEN 'backend-developer' ELSE 'general' END, 'Engineer', 'sde2', 1, 0, 'Pune', 'pune', '', 0, 0, 'p:{}', '', '',
			` + person(`i`) + `, ` + person(`i / 7`) + `, ` + person(`i % 3`) + `, i % 10 = 0,
			CASE WHEN i % 5 > 0 THEN 'closed' WHEN i % 25 = 0 THEN 'pending_approval' WHEN i % 25 = 5 THEN 'draft' ELSE 'open' END, FALSE, i, i, 1 FROM n`,
		`INSERT INTO requisition_people (requisition, person, team, state, confidential, number)
			SELECT id, requester, TRUE, state, confidential, number FROM requisitions
			UNION SELECT id, hiring_manager, TRUE, state, confidential, number FROM requisitions
			UNION SELECT id, recruiter, TRUE, state, confidential, number FROM requisitions`,
		`INSERT INTO requisition_words (word, requisition) SELECT CAST('engineer' AS BYTEA), id FROM requisitions`,
		`INSERT INTO requisition_words (word, requisition) SELECT CAST('word' || CAST(number / 10 AS TEXT) AS BYTEA), id FROM requisitions`,
		`INSERT INTO history (id, subject, at, by_person, what, detail) SELECT 'h' || id, id, number, requester, 'made', 'p:{}' FROM requisitions`,
		`INSERT INTO approvals (id, number, subject, terms, requester, beneficiary, body, current_step, state, asked_at, reminded, remind_at, version)
			SELECT 'A-' || CAST(number AS TEXT), number, id, '', requester, '', 'p:{}', 0, CASE WHEN state = 'pending_approval' THEN 'open' ELSE 'approved' END, number, 0,
			CASE WHEN state = 'pending_approval' THEN number END, 1 FROM requisitions`,
		`INSERT INTO approval_people (approval, number, step, person, pending, waiting)
			SELECT id, number, 0, ` + person(`number / 25`) + `, state = 'open', state = 'open' FROM approvals`,
		`INSERT INTO counters (kind, next_number) VALUES ('R', ` + fmt.Sprint(n+1) + `), ('A', ` + fmt.Sprint(n+1) + `)`,
		`UPDATE generation SET n = n + 1`,
		`ANALYZE`,
	} {
		if !w.postgres {
			query = strings.ReplaceAll(query, "AS BYTEA", "AS BLOB")
		}
		if _, err := w.DB().ExecContext(tb.Context(), query); err != nil {
			tb.Fatalf("%v in %s", err, query)
		}
	}
}

// look is something that a request reads.
type look struct {
	name string
	run  func(tx *store.Tx) error
}

// looks are what lists, cards and the home read, for somebody who sees everything and for somebody
// who sees only what is theirs.
func looks(tb testing.TB, n int) []look {
	ctx := tb.Context()
	list := func(f store.ReqFilter) func(tx *store.Tx) error {
		return func(tx *store.Tx) error {
			found, err := tx.Requisitions(ctx, f)
			if len(found) == 0 {
				tb.Errorf("%+v finds nothing", f)
			}
			return err
		}
	}
	active := []hiring.ReqState{hiring.ReqDraft, hiring.ReqPending, hiring.ReqOpen, hiring.ReqOnHold}
	all, member := store.ReqViewer{Person: "P-4", All: true}, store.ReqViewer{Person: "P-5"}
	middle := fmt.Sprintf("R-%d", n/2+1)
	return []look{
		{"list", list(store.ReqFilter{Viewer: all, States: active, Limit: 10})},
		{"list/every state", list(store.ReqFilter{Viewer: all, Limit: 10})},
		{"list/member", list(store.ReqFilter{Viewer: member, States: active, Limit: 10})},
		{"list/page", list(store.ReqFilter{Viewer: all, States: active, After: middle, Limit: 10})},
		{"list/owner", list(store.ReqFilter{Viewer: all, States: active, Owner: "P-8", Limit: 10})},
		{"list/role", list(store.ReqFilter{Viewer: member, States: active, Role: "backend-developer", Limit: 10})},
		{"list/common word", list(store.ReqFilter{Viewer: all, States: active, Search: "eng", Limit: 10})},
		{"list/search", list(store.ReqFilter{Viewer: all, Search: fmt.Sprintf("word%d eng", n/20), Limit: 10})},
		{"count", func(tx *store.Tx) error {
			_, err := tx.CountRequisitions(ctx, store.ReqFilter{Viewer: all, States: active, Owner: "P-8"})
			return err
		}},
		{"show", func(tx *store.Tx) error {
			if _, err := tx.RequisitionFor(ctx, middle, all); err != nil {
				return err
			}
			if _, err := tx.History(ctx, middle, 10); err != nil {
				return err
			}
			_, _, err := tx.LatestApproval(ctx, middle)
			return err
		}},
		{"similar", func(tx *store.Tx) error {
			_, err := tx.SimilarRequisitions(ctx, "general", "sde2", "Pune", time.UnixMicro(int64(n-20)), member)
			return err
		}},
		{"drafts role", func(tx *store.Tx) error {
			_, err := tx.DraftsRole(ctx, "P-5", "general")
			return err
		}},
		{"roles drafted", func(tx *store.Tx) error {
			found, err := tx.RolesDrafted(ctx, "P-5")
			if len(found) == 0 {
				tb.Error("no role is found")
			}
			return err
		}},
		{"suggest/changes", list(store.ReqFilter{Viewer: member, States: active, Member: "P-5", HeldBy: "P-5", Search: "eng", Limit: 10})},
		{"suggest/team", list(store.ReqFilter{Viewer: all, States: active, Team: true, Search: "eng", Limit: 10})},
		{"suggest/approvals", func(tx *store.Tx) error {
			found, err := tx.ApprovalsWaitingNamed(ctx, "P-3", today, "eng", 5)
			if len(found) == 0 {
				tb.Error("nothing is found")
			}
			return err
		}},
		{"home/approvals", func(tx *store.Tx) error {
			found, err := tx.ApprovalsWaitingFor(ctx, "P-3", today, 5)
			if len(found) == 0 {
				tb.Error("nothing waits")
			}
			return err
		}},
		{"home/drafts", list(store.ReqFilter{Viewer: store.ReqViewer{Person: "P-6"}, States: []hiring.ReqState{hiring.ReqDraft}, Member: "P-6", Limit: 5})},
		{"home/own", list(store.ReqFilter{Viewer: member, States: active, Member: "P-5", Limit: 5})},
	}
}

// No query that a request makes reads a table from its beginning to its end.
func TestQueriesUseIndexes(t *testing.T) {
	t.Parallel()
	const n = 6_000
	onBoth(t, func(t *testing.T, w *world) {
		w.fill(t, n)
		w.exec(t, `INSERT INTO absences (person, last_day, delegate, set_at) VALUES ('P-9', '2027-01-01', 'P-3', 0), ('P-10', '2027-01-01', 'P-4', 0)`)
		w.exec(t, `UPDATE generation SET n = n + 1`)
		explain := `EXPLAIN QUERY PLAN `
		if w.postgres {
			explain = `EXPLAIN `
		}
		for _, l := range looks(t, n) {
			t.Run(l.name, func(t *testing.T) {
				var sent *[]store.Query
				must(t, w.Read(t.Context(), func(tx *store.Tx) error {
					sent = tx.Record()
					return l.run(tx)
				}))
				if len(*sent) == 0 {
					t.Fatal("no query was recorded")
				}
				for _, q := range *sent {
					plan := w.lines(t, explain+q.Text, q.Args...)
					for _, line := range plan {
						if readsAll(line) {
							t.Errorf("%s\nin\n%s\nof\n%s", line, strings.Join(plan, "\n"), q.Text)
						}
					}
					if testing.Verbose() {
						t.Log(strings.Join(plan, "\n"))
					}
				}
			})
		}
		plan := w.lines(t, explain+`SELECT id FROM approvals WHERE state = 'open' AND remind_at IS NOT NULL AND remind_at <= $1 ORDER BY remind_at, number LIMIT 5`, 3)
		for _, line := range plan {
			if readsAll(line) {
				t.Errorf("reminders: %s", strings.Join(plan, "\n"))
			}
		}
		if plan := w.lines(t, explain+`SELECT id FROM requisitions WHERE title = 'x'`); !readsAll(plan[0]) {
			t.Errorf("a reading of everything is not recognised: %v", plan)
		}
	})
}

// readsAll tells whether a line of a plan says that one of our tables, or all of an index, is read.
func readsAll(line string) bool {
	if strings.Contains(line, "Seq Scan on") {
		return true
	}
	at := strings.Index(line, "SCAN ")
	if at < 0 {
		return false
	}
	scanned := strings.Fields(line[at+len("SCAN "):])[0]
	for _, derived := range []string{"page", "part", "found", "own", "others", "few", "CONSTANT", "(subquery"} {
		if strings.HasPrefix(scanned, derived) {
			return false
		}
	}
	return true
}

// lines returns the rows of a query as text.
func (w *world) lines(t *testing.T, query string, args ...any) []string {
	t.Helper()
	rows, err := w.DB().QueryContext(t.Context(), query, args...)
	must(t, err)
	defer func() { must(t, rows.Close()) }()
	columns, err := rows.Columns()
	must(t, err)
	var all []string
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		must(t, rows.Scan(into...))
		line := ""
		for _, v := range values {
			if b, ok := v.([]byte); ok {
				v = string(b)
			}
			line += fmt.Sprint(v, " ")
		}
		all = append(all, line)
	}
	must(t, rows.Err())
	return all
}

// dumps returns the tables of ours in which a text stands.
func (w *world) dumps(t *testing.T, text string) []string {
	t.Helper()
	tables := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if w.postgres {
		tables = `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`
	}
	var found []string
	for _, table := range w.lines(t, tables) {
		for _, line := range w.lines(t, `SELECT * FROM `+table) {
			if strings.Contains(line, text) {
				found = append(found, table)
			}
		}
	}
	return found
}

// BenchmarkRequisitions shows what requests read among a thousand requisitions and among a hundred
// thousand: the one is to cost at most twice the other.
func BenchmarkRequisitions(b *testing.B) {
	for _, kind := range []string{"sqlite", "postgres"} {
		for _, n := range []int{1_000, 100_000} {
			b.Run(fmt.Sprintf("%s/%d", kind, n), func(b *testing.B) {
				w := &world{clock: newClock(), keys: store.NewKey(), postgres: kind == "postgres"}
				w.url = copies.SQLite(b)
				if w.postgres {
					w.url = copies.Postgres(b)
				}
				w.Store = open(b, w)
				w.fill(b, n)
				for _, l := range looks(b, n) {
					b.Run(l.name, func(b *testing.B) {
						for b.Loop() {
							must(b, w.Read(b.Context(), l.run))
						}
					})
				}
			})
		}
	}
}
