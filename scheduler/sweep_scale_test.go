package scheduler_test

import (
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/scheduler"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

const (
	// sweptDue is how many scorecards are due in a sweep that is measured, sweptPeople who owe them.
	sweptDue    = 1000
	sweptPeople = 250
)

// swept is a company with many scorecards, of which somebody has to be reminded of a few.
type swept struct {
	tb    testing.TB
	db    *sql.DB
	store *store.Store
	now   time.Time

	mu         sync.Mutex
	statements map[string][]any // with the arguments of one time that they were sent
}

// newSwept writes n scorecards behind the store's back, sweptDue of which are due; of the others one in four
// hundred is of an interview to come, ten for each person at most, and the rest are submitted. There are as many sent messages, approvals that are
// decided, and requisitions that are filled; a few of each want attention.
func newSwept(tb testing.TB, url string, n int) *swept {
	tb.Helper()
	ctx := tb.Context()
	w := &swept{tb: tb, now: start, statements: map[string][]any{}}
	var err error
	w.store, err = store.Open(ctx, url, func() time.Time { return w.now }, store.Keys{}, store.WithLog(silent), store.WithUnitTime(5*time.Minute), store.WithTrace(w.trace))
	must(tb, err)
	tb.Cleanup(func() { must(tb, w.store.Close()) })
	w.db = rawDatabase(tb, url)
	var app hiring.Application
	must(tb, w.store.InTx(ctx, func(tx *store.Tx) error {
		for i := range sweptPeople {
			if _, err := tx.AddPerson(ctx, hiring.Person{ID: fmt.Sprint("P-", 1000+i), Name: fmt.Sprint("p", i), Active: true}); err != nil {
				return err
			}
		}
		r, err := tx.AddRequisition(ctx, hiring.Requisition{
			Role: "nobody", Level: "senior", Seats: 2, State: hiring.ReqOpen, Requester: "P-1000", HiringManager: "P-1000", Recruiter: "P-1001", Target: "2026-11-01",
		})
		if err != nil {
			return err
		}
		c, err := tx.AddCandidate(ctx, hiring.Candidate{Name: "Candidate"})
		if err != nil {
			return err
		}
		if app, err = hiring.StartApplication(c.ID, r.ID, hiring.AppScreening, r.Recruiter, tx.Now()); err != nil {
			return err
		}
		app, err = tx.AddApplication(ctx, app)
		return err
	}))
	series := `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ` + fmt.Sprint(n) + `) `
	hour, now := time.Hour.Microseconds(), w.now.UnixMicro()
	every := n / sweptDue
	due, later := fmt.Sprintf(`i %% %d = 0`, every), `i % 400 = 1`
	person := fmt.Sprintf(`'P-' || CAST(1000 + i / %d %% %d AS TEXT)`, every, sweptPeople)
	ends := fmt.Sprintf(`CASE WHEN %s THEN %d WHEN %s THEN %d + CAST(i AS BIGINT) * 1000000 ELSE %d - i END`, due, now-hour, later, now+hour, now-hour*1000)
	for _, query := range []string{
		`INSERT INTO interviews (id, number, application, candidate, requisition, stage, starts_at, ends_at, minutes, state, body, sequence, told, made_by, created_at, changed_at, version)
			` + series + `SELECT 'I-' || CAST(i AS TEXT), i, '` + app.ID + `', '` + app.Candidate + `', '` + app.Req + `', 'system-design', ` + ends + `, ` + ends + `, 60, 'done', 'p:{}', 1, 1, '', 1, 1, 1 FROM n`,
		`INSERT INTO scorecards (interview, person, application, candidate, requisition, stage, state, waits, seated, content, notes, ends_at, due_at, edition, submitted_at, removed,
			handed_to, waived_for, nudges, nudge_at, version)
			` + series + `SELECT 'I-' || CAST(i AS TEXT), ` + person + `, '` + app.ID + `', '` + app.Candidate + `', '` + app.Req + `', 'system-design',
			CASE WHEN ` + due + ` OR ` + later + ` THEN 'pending' ELSE 'submitted' END, ` + due + ` OR ` + later + `, TRUE, 'p:{}', 'p:{}', ` + ends + `, ` + ends + ` + ` + fmt.Sprint(hour*30) + `,
			CASE WHEN ` + due + ` OR ` + later + ` THEN 0 ELSE 1 END, CASE WHEN ` + due + ` OR ` + later + ` THEN NULL ELSE i END, FALSE, '', '', 0,
			CASE WHEN ` + due + ` OR ` + later + ` THEN ` + ends + ` + 300000000 END, 1 FROM n`,
		`INSERT INTO outbox (id, once, lane, person, workspace, channel, private, view_name, subject, why, created_at, due_at, state, next_at, sent_at, unprompted)
			` + series + `SELECT 'm' || CAST(i AS TEXT), 'm' || CAST(i AS TEXT), 'person:' || ` + person + `, ` + person + `, '', '', FALSE, 'card', '', '', i, i, 'sent',
			CASE WHEN ` + due + ` THEN i END, i, TRUE FROM n`,
		`INSERT INTO nudges (interview, person, ends_at, step, state, reason, planned_at, decided_at, message)
			SELECT s.interview, s.person, s.ends_at, '5m', 'sent', '', 1, 1, 'm1' FROM scorecards s WHERE s.state = 'submitted'`,
		`INSERT INTO approvals (id, number, subject, terms, requester, beneficiary, body, current_step, state, asked_at, reminded, remind_at, version)
			` + series + `SELECT 'A-' || CAST(i AS TEXT), i, 'R-' || CAST(i AS TEXT), '', 'P-1000', '', 'p:{}', 0, 'approved', i, 0, i, 1 FROM n WHERE i <= 20000`,
		`INSERT INTO requisitions (id, number, role, title, level, seats, filled, location, place, work_mode, budget_low, budget_high, reasons, ecosystem, target,
			requester, hiring_manager, recruiter, confidential, state, announced, created_at, changed_at, version)
			` + series + `SELECT 'R-' || CAST(i AS TEXT), i, 'backend-developer', 'Engineer', 'sde2', 1, 0, 'Pune', 'pune', '', 0, 0, 'p:{}', '', '2026-01-01',
			'P-1000', 'P-1000', 'P-1000', FALSE, CASE WHEN i % 4 = 0 THEN 'open' ELSE 'filled' END, FALSE, i, i, 1 FROM n WHERE i BETWEEN 2 AND 20`,
		`INSERT INTO requisitions (id, number, role, title, level, seats, filled, location, place, work_mode, budget_low, budget_high, reasons, ecosystem, target,
			requester, hiring_manager, recruiter, confidential, state, announced, created_at, changed_at, version)
			` + series + `SELECT 'R-' || CAST(i AS TEXT), i, 'backend-developer', 'Engineer', 'sde2', 1, 0, 'Pune', 'pune', '', 0, 0, 'p:{}', '', '',
			'P-1000', 'P-1000', 'P-1000', FALSE, CASE WHEN i % 4 = 0 THEN 'open' ELSE 'filled' END, FALSE, i, i, 1 FROM n WHERE i BETWEEN 21 AND 10000`,
		`ANALYZE`,
	} {
		if _, err := w.db.ExecContext(ctx, query); err != nil {
			tb.Fatalf("%v in %s", err, query)
		}
	}
	return w
}

// rawDatabase opens a test's database by its driver.
func rawDatabase(tb testing.TB, url string) *sql.DB {
	tb.Helper()
	driver, name := "pgx", url
	if file, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, name = "sqlite", file+"?_pragma=busy_timeout(60000)"
	}
	db, err := sql.Open(driver, name)
	must(tb, err)
	db.SetMaxOpenConns(1)
	tb.Cleanup(func() { must(tb, db.Close()) })
	return db
}

func (w *swept) trace(query string, args []any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.statements[query] = args
}

func (w *swept) courier() *scheduler.Courier {
	return scheduler.NewCourier(scheduler.Config{Store: w.store, Views: views.All(func() *bot.Registry { return nil }), Clock: func() time.Time { return w.now }, Log: silent})
}

// sweep does what the job does once a minute, but for the waking of lanes and the audit.
func (w *swept) sweep() {
	w.tb.Helper()
	ctx := w.tb.Context()
	must(w.tb, w.courier().PutDue(ctx, w.now))
	lanes, err := w.store.DueLanes(ctx, w.now, 500)
	must(w.tb, err)
	if len(lanes) < sweptPeople {
		w.tb.Errorf("%d lanes are due, and %d people are to be reminded", len(lanes), sweptPeople)
	}
}

// again has what was due be due once more.
func (w *swept) again() {
	w.tb.Helper()
	now := w.now.UnixMicro()
	for _, query := range []string{
		`DELETE FROM nudges WHERE decided_at > 1`, `DELETE FROM outbox WHERE state = 'waiting'`, `DELETE FROM river_job`,
		fmt.Sprintf(`UPDATE scorecards SET nudge_at = ends_at + 300000000, nudges = 0 WHERE waits AND ends_at <= %d`, now),
	} {
		_, err := w.db.ExecContext(w.tb.Context(), query)
		must(w.tb, err)
	}
}

// wholeTable tells which of the tables that grow with the years a line of a plan reads from its beginning
// to its end.
var wholeTable = regexp.MustCompile(`(?:Seq Scan on|SCAN) (scorecards|s|outbox|o|nudges|n|interviews|i|panelists|p|approvals|a|requisitions|r|history|audit|told)\b`)

// No statement of a sweep, nor of the delivery of what it has found, reads a table that grows from its
// beginning to its end.
func TestASweepReadsByIndexes(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(testing.TB) string{"sqlite": copies.SQLite, "postgres": copies.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newSwept(t, url(t), 20_000)
			ctx := t.Context()
			w.sweep() // plans the schedules
			_, err := w.db.ExecContext(ctx, `UPDATE schedules SET next_run_at = 1 WHERE name = $1`, hiring.ScheduleTargetDates)
			must(t, err)
			w.again()
			clear(w.statements)
			w.sweep()
			c := w.courier()
			for _, person := range []string{"P-1000", "P-1001", "P-1002"} {
				must(t, c.Deliver(ctx, store.PersonLane(person), w.now))
			}
			statements := maps.Clone(w.statements)
			clear(w.statements)
			must(t, w.store.InTx(ctx, func(tx *store.Tx) error { // which has reminders drawn again
				cards, err := tx.PendingCards(ctx, "P-1003")
				if err != nil {
					return err
				}
				later, err := cards[0].Snooze(w.now.Add(time.Hour), tx.Snapshot().WorkTime("P-1003"), tx.Now())
				if err != nil {
					return err
				}
				_, err = tx.SaveScorecard(ctx, later)
				return err
			}))
			for query, args := range w.statements { // the rest of that is looked at by the tests of the store
				if strings.Contains(query, "o.args LIKE") {
					statements[query] = args
				}
			}
			explain := `EXPLAIN QUERY PLAN `
			if name == "postgres" {
				explain = `EXPLAIN `
				_, err := w.db.ExecContext(ctx, `SET enable_seqscan = off`) // of tables that are small yet
				must(t, err)
			}
			looked := map[string]bool{}
			for query, args := range statements {
				if !regexp.MustCompile(`(?i)^\s*(SELECT|UPDATE|WITH|INSERT|DELETE)`).MatchString(query) {
					continue
				}
				for _, part := range []string{"min(nudge_at)", "s.waits AND s.person", "FROM approvals WHERE state = 'open'", "r.target < $1", "min(next_at) FROM outbox", "sent_at >= $2", "FROM schedules", "FROM nudges WHERE", "o.args LIKE"} {
					looked[part] = looked[part] || strings.Contains(query, part)
				}
				plan := planOf(t, w.db, explain+query, args)
				if whole := wholeTable.FindString(strings.Join(plan, "\n")); whole != "" {
					t.Errorf("%s\nin\n%s\nof\n%s", whole, strings.Join(plan, "\n"), query)
				}
			}
			for part, was := range looked {
				if !was {
					t.Errorf("no statement of the sweep has %q: it looks for something in another way, which is not looked at here", part)
				}
			}
		})
	}
}

func planOf(t *testing.T, db *sql.DB, query string, args []any) []string {
	t.Helper()
	var all []string
	eachRow(t, db, query, args, func(rows *sql.Rows) error {
		columns, err := rows.Columns()
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		err = errors.Join(err, rows.Scan(into...))
		all = append(all, fmt.Sprint(values...))
		return err
	})
	return all
}

// eachRow reads rows behind the store's back.
func eachRow(t *testing.T, db *sql.DB, query string, args []any, read func(rows *sql.Rows) error) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatalf("%v in %s", err, query)
	}
	defer func() { must(t, errors.Join(rows.Err(), rows.Close())) }()
	for rows.Next() {
		must(t, read(rows))
	}
}

// BenchmarkSweep compares a sweep over a million scorecards of which a thousand are due with one over ten
// thousand of which a thousand are due: "ratio" is the one's cost by the other's, and is to be 1.5 at most.
func BenchmarkSweep(b *testing.B) {
	for name, url := range map[string]func(testing.TB) string{"sqlite": copies.SQLite, "postgres": copies.Postgres} {
		b.Run(name, func(b *testing.B) {
			worlds := []*swept{newSwept(b, url(b), 10_000), newSwept(b, url(b), 1_000_000)}
			var took [2][]time.Duration
			for b.Loop() {
				for i, w := range worlds {
					b.StopTimer()
					w.again()
					b.StartTimer()
					began := time.Now()
					w.sweep()
					took[i] = append(took[i], time.Since(began))
				}
			}
			middle := func(all []time.Duration) time.Duration {
				slices.Sort(all)
				return all[len(all)/2]
			}
			few, many := middle(took[0]), middle(took[1])
			b.ReportMetric(float64(few.Milliseconds()), "ms/sweep-of-10k")
			b.ReportMetric(float64(many.Milliseconds()), "ms/sweep-of-1M")
			b.ReportMetric(float64(many)/float64(few), "ratio")
		})
	}
}
