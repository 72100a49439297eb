package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// perReq is how many candidates of fillHiring apply to each requisition.
const perReq = 20

// fillHiring writes n candidates behind the store's back, with a number of interviews each and two
// scorecards of each interview: one in twenty candidates is still active, and their last interview is
// to come. One in ten of the requisitions is confidential.
func (w *world) fillHiring(tb testing.TB, n, rounds int) {
	tb.Helper()
	reqs := n / perReq
	series := func(n int) string {
		return `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ` + fmt.Sprint(n) + `) SELECT `
	}
	person := func(of string) string { return `'P-' || CAST((` + of + `) % ` + fmt.Sprint(crowd) + ` + 1 AS TEXT)` }
	active, req := `i % 20 = 0`, `(i / `+fmt.Sprint(perReq)+` % `+fmt.Sprint(reqs)+` + 1)`
	facts := `'p:{"email":"somebody.somewhere@example.com","phone":"+919876543210","expected":4400000,"current":3200000}'`
	hour := fmt.Sprint(time.Hour.Microseconds())
	// The interviews that are to come are an hour apart, beginning on the day of the tests.
	startsAt := `CASE WHEN a.ended_at IS NULL AND k.k = ` + fmt.Sprint(rounds) + ` THEN ` + fmt.Sprint(start.UnixMicro()) + ` + a.number / 20 * ` + hour + ` ELSE a.number END`
	for at, query := range []string{
		series(crowd) + `'P-' || CAST(i AS TEXT), 'p' || CAST(i AS TEXT), 'p' || CAST(i AS TEXT), '', TRUE, 0, 1 FROM n`,
		series(reqs) + `'R-' || CAST(i AS TEXT), i, 'backend-developer', 'Engineer', 'senior', 1, 0, 'Pune', 'pune', '', 0, 0, 'p:{}', '', '',
			` + person(`i`) + `, ` + person(`i`) + `, ` + person(`i / 3`) + `, i % 10 = 0, 'open', FALSE, i, i, 1 FROM n`,
		`SELECT id, requester, TRUE, state, confidential, number FROM requisitions UNION SELECT id, recruiter, TRUE, state, confidential, number FROM requisitions`,
		series(n) + `'C-' || CAST(i AS TEXT), i, 'Candidate', ` + facts + `, 'p:e' || CAST(i / 2 AS TEXT), '', '', '', '', 84, 30, '', ` + req + ` % 10 <> 0, '', i, i, 1 FROM n`,
		`SELECT id, CAST('candidate' AS BYTEA) FROM candidates`,
		`SELECT id, CAST('word' || CAST(number / 10 AS TEXT) AS BYTEA) FROM candidates`,
		`SELECT 'n' || id, id, '', 'P-1', number, 'p:["text",""]' FROM candidates`,
		series(n) + `'AP-' || CAST(i AS TEXT), i, 'C-' || CAST(i AS TEXT), 'R-' || CAST(` + req + ` AS TEXT),
			CASE WHEN ` + active + ` THEN 'interviewing' ELSE 'rejected' END, i, CASE WHEN ` + active + ` THEN '' ELSE 'interviewing' END, 'p:{}',
			CASE WHEN ` + active + ` THEN NULL ELSE i END, i, CASE WHEN ` + active + ` THEN i END, CASE WHEN ` + active + ` THEN i END,
			` + req + ` % 10 = 0, '', i, i, 1 FROM n`,
		`SELECT requisition, stage, count(*) FROM applications GROUP BY requisition, stage`,
		`SELECT 'I-' || CAST(a.number * ` + fmt.Sprint(rounds) + ` + k.k AS TEXT), a.number * ` + fmt.Sprint(rounds) + ` + k.k, a.id, a.candidate, a.requisition, 'system-design',
			` + startsAt + `, ` + startsAt + ` + ` + hour + `, 60, CASE WHEN a.ended_at IS NULL AND k.k = ` + fmt.Sprint(rounds) + ` THEN 'scheduled' ELSE 'done' END,
			'p:{}', 1, 1, '', 1, 1, 1 FROM applications a CROSS JOIN (` + series(rounds) + `i AS k FROM n) AS k`,
		`SELECT i.id, ` + person(`i.number / 20 + s.s`) + `, s.s, i.state, i.starts_at, i.ends_at FROM interviews i CROSS JOIN (SELECT 1 AS s UNION ALL SELECT 2) AS s`,
		`SELECT p.interview, p.person, i.application, i.candidate, i.requisition, i.stage, CASE WHEN i.state = 'scheduled' THEN 'pending' ELSE 'submitted' END,
			i.state = 'scheduled', TRUE, 'p:{"Ratings":{"system-design":{"Value":3}},"Overall":"yes"}', 'p:{}', i.ends_at, i.ends_at, CASE WHEN i.state = 'scheduled' THEN 0 ELSE 1 END,
			CASE WHEN i.state = 'scheduled' THEN NULL ELSE i.number END, FALSE, '', '', 0, CASE WHEN i.state = 'scheduled' THEN i.ends_at END, 1
			FROM panelists p JOIN interviews i ON i.id = p.interview`,
		`SELECT interview, person, 1, 1, content FROM scorecards WHERE state = 'submitted'`,
		`SELECT interview, person, application, 1, FALSE, 'p:' FROM scorecards WHERE state = 'submitted'`,
		`SELECT a.id, p.person, a.candidate, a.requisition, p.team, p.manages, p.panel, p.manages OR p.panel, a.stage, a.confidential, a.number,
			a.waiting_since, CASE WHEN a.ended_at IS NULL THEN a.stage_since END, a.due_at
			FROM (SELECT application, person, max(team) > 0 AS team, max(manages) > 0 AS manages, max(panel) > 0 AS panel FROM (
				SELECT a.id AS application, r.hiring_manager AS person, 1 AS team, 1 AS manages, 0 AS panel FROM applications a JOIN requisitions r ON r.id = a.requisition
				UNION ALL SELECT a.id, r.recruiter, 1, 0, 0 FROM applications a JOIN requisitions r ON r.id = a.requisition
				UNION ALL SELECT s.application, s.person, 0, 0, 1 FROM scorecards s) AS parts GROUP BY application, person) AS p JOIN applications a ON a.id = p.application`,
	} {
		w.fillTable(tb, filledTables[at], query)
	}
	for _, query := range []string{
		`INSERT INTO counters (kind, next_number) VALUES ('R', ` + fmt.Sprint(reqs+1) + `), ('C', ` + fmt.Sprint(n+1) + `), ('AP', ` + fmt.Sprint(n+1) + `), ('I', ` + fmt.Sprint((n+2)*rounds) + `)`,
		// One in five of those who are to interview cannot, and one in seven is asked about times.
		`UPDATE scorecards SET state = 'declined', waits = FALSE, seated = FALSE WHERE state = 'pending' AND application IN (SELECT id FROM applications WHERE number % 100 = 60)`,
		`UPDATE application_people SET vacant = TRUE WHERE active_since IS NOT NULL AND number % 100 = 60`,
		`UPDATE panelists SET asked = TRUE WHERE state = 'scheduled' AND position = 1 AND starts_at % 7 = 0`,
		`UPDATE generation SET n = n + 1`, `ANALYZE`,
	} {
		if _, err := w.DB().ExecContext(tb.Context(), query); err != nil {
			tb.Fatalf("%v in %s", err, query)
		}
	}
}

// filledTables are the tables that fillHiring fills, in its order.
var filledTables = []string{
	`people (id, name, folded, zone, active, created_at, version)`,
	`requisitions (id, number, role, title, level, seats, filled, location, place, work_mode, budget_low, budget_high, reasons, ecosystem, target,
		requester, hiring_manager, recruiter, confidential, state, announced, created_at, changed_at, version)`,
	`requisition_people (requisition, person, team, state, confidential, number)`,
	`candidates (id, number, name, sealed, email_hash, phone_hash, source, referred_by, ecosystem, months, notice_days, resume, listed, added_by, created_at, changed_at, version)`,
	`candidate_words (candidate, word)`,
	`candidate_words (candidate, word)`,
	`candidate_notes (id, candidate, requisition, by_person, at, body)`,
	`applications (id, number, candidate, requisition, stage, stage_since, last_stage, outcome, ended_at, last_word_at, waiting_since, due_at, confidential, added_by,
		created_at, changed_at, version)`,
	`application_counts (requisition, stage, n)`,
	`interviews (id, number, application, candidate, requisition, stage, starts_at, ends_at, minutes, state, body, sequence, told, made_by, created_at, changed_at, version)`,
	`panelists (interview, person, position, state, starts_at, ends_at)`,
	`scorecards (interview, person, application, candidate, requisition, stage, state, waits, seated, content, notes, ends_at, due_at, edition, submitted_at, removed,
		handed_to, waived_for, nudges, nudge_at, version)`,
	`scorecard_versions (interview, person, edition, at, content)`,
	`scorecard_looks (interview, person, application, at, early, reason)`,
	`application_people (application, person, candidate, requisition, team, manages, panel, sees, stage, confidential, number, waiting_since, active_since, due_at)`,
}

// fillTable fills a table from a query.
func (w *world) fillTable(tb testing.TB, table, query string) {
	tb.Helper()
	query = `INSERT INTO ` + table + ` ` + query
	if !w.postgres {
		query = strings.ReplaceAll(query, "AS BYTEA", "AS BLOB")
	}
	if _, err := w.DB().ExecContext(tb.Context(), query); err != nil {
		tb.Fatalf("%v in %s", err, query)
	}
}

// running are the stages of applications that somebody works on.
var running = []hiring.AppStage{hiring.AppSourced, hiring.AppScreening, hiring.AppInterviewing, hiring.AppDebrief, hiring.AppOffer, hiring.AppAccepted}

// hiringLooks are what the commands and views of hiring read: mine, list, debrief, home, and how
// somebody is found by name.
func hiringLooks(tb testing.TB, n, rounds int) []look {
	ctx := tb.Context()
	recruiter, manager := store.CandidateViewer{Person: "P-7", Recruits: true}, store.CandidateViewer{Person: "P-6"}
	middle := n/2 - n/2%20 // an active one
	candidate, application := fmt.Sprint("C-", middle), fmt.Sprint("AP-", middle)
	some := func(what string, count int, err error) error {
		if err == nil && count == 0 {
			tb.Errorf("%s finds nothing", what)
		}
		return err
	}
	apps := func(f store.AppFilter) func(tx *store.Tx) error {
		return func(tx *store.Tx) error {
			found, err := tx.Applications(ctx, f)
			return some(fmt.Sprintf("%+v", f), len(found), err)
		}
	}
	named := func(search string, v store.CandidateViewer) func(tx *store.Tx) error {
		return func(tx *store.Tx) error {
			found, err := tx.CandidatesNamed(ctx, search, v, 0)
			return some(search, len(found), err)
		}
	}
	far := start.AddDate(100, 0, 0)
	return []look{
		{"mine", func(tx *store.Tx) error {
			found, err := tx.MyScorecards(ctx, "P-7", 10)
			if err != nil {
				return err
			}
			interviews, err := tx.InterviewsByCard(ctx, found)
			return some("mine", len(interviews), err)
		}},
		{"mine/about", func(tx *store.Tx) error {
			on, err := tx.SubmittedBy(ctx, "P-7", 1)
			if err != nil || len(on) == 0 {
				return some("submitted", len(on), err)
			}
			found, err := tx.CardsAbout(ctx, "P-7", []hiring.Candidate{{ID: on[0].Candidate}, {ID: "C-1"}})
			return some("about", len(found), err)
		}},
		{"mine/submitted", func(tx *store.Tx) error {
			found, err := tx.SubmittedBy(ctx, "P-7", 10)
			return some("submitted", len(found), err)
		}},
		{"list", apps(store.AppFilter{Viewer: recruiter, Stages: running, Limit: 10})},
		{"list/all", apps(store.AppFilter{Viewer: recruiter, Limit: 10})},
		{"list/page", apps(store.AppFilter{Viewer: recruiter, Stages: running, After: application, Limit: 10})},
		{"list/mine", apps(store.AppFilter{Viewer: recruiter, Stages: running, Mine: true, Limit: 10})},
		{"list/manager", apps(store.AppFilter{Viewer: manager, Limit: 10})},
		{"list/requisition", apps(store.AppFilter{Viewer: recruiter, Req: "R-1", Limit: 10})},
		{"list/count", func(tx *store.Tx) error {
			found, err := tx.CountApplications(ctx, store.AppFilter{Viewer: manager, Stages: running})
			return some("count", found, err)
		}},
		{"list/names", func(tx *store.Tx) error {
			found, err := tx.Applications(ctx, store.AppFilter{Viewer: recruiter, Stages: running, Limit: 10})
			if err != nil {
				return err
			}
			names, err := tx.CandidatesOf(ctx, found)
			if err != nil {
				return some("names", len(names), err)
			}
			open, err := tx.OpenCardsOf(ctx, found)
			return some("open", len(open), err)
		}},
		{"show", func(tx *store.Tx) error {
			c, err := tx.CandidateFor(ctx, candidate, recruiter)
			if err != nil {
				return err
			}
			of, err := tx.ApplicationsOf(ctx, c.ID, recruiter)
			if err != nil {
				return some("applications", len(of), err)
			}
			notes, err := tx.CandidateNotes(ctx, c.ID, of, 5)
			if err != nil {
				return some("notes", len(notes), err)
			}
			if _, err = tx.SamePeople(ctx, hiring.Candidate{ID: c.ID, Email: "x@example.com"}, manager); err != nil {
				return err
			}
			_, err = tx.CandidateSubject(ctx, c.ID)
			return err
		}},
		{"debrief", func(tx *store.Tx) error {
			a, err := tx.Application(ctx, application)
			if err != nil {
				return err
			}
			d, err := tx.DebriefOf(ctx, candidate, a.Req, hiring.Actor{ID: "P-49", Roles: []hiring.Role{hiring.Recruiter}})
			return some("debrief", d.Of, err)
		}},
		{"funnel", func(tx *store.Tx) error {
			f, err := tx.FunnelOf(ctx, "R-1")
			return some("funnel", f.Total(), err)
		}},
		{"funnel/cards", func(tx *store.Tx) error {
			_, err := tx.OpenCardsFor(ctx, "R-1", far, 10)
			return err
		}},
		{"funnel/word", func(tx *store.Tx) error {
			_, err := tx.WaitingForWordOf(ctx, "R-1", 10)
			return err
		}},
		{"home/word", func(tx *store.Tx) error {
			found, err := tx.WaitingForWord(ctx, recruiter, far, 10)
			return some("word", len(found), err)
		}},
		{"home/stuck", func(tx *store.Tx) error {
			found, err := tx.Stuck(ctx, recruiter, far, 10)
			return some("stuck", len(found), err)
		}},
		{"home/late", func(tx *store.Tx) error {
			found, err := tx.WithLateScorecards(ctx, recruiter, far, 10)
			return some("late", len(found), err)
		}},
		{"home/vacant", func(tx *store.Tx) error {
			found, err := tx.EmptySeats(ctx, recruiter, 10)
			return some("vacant", len(found), err)
		}},
		{"home/vacant/manager", func(tx *store.Tx) error {
			_, err := tx.EmptySeats(ctx, manager, 10)
			return err
		}},
		{"home/today", func(tx *store.Tx) error {
			found, err := tx.Interviews(ctx, store.InterviewFilter{Viewer: recruiter, From: start, To: start.AddDate(0, 0, 1), Limit: 10})
			return some("today", len(found), err)
		}},
		{"home/today/manager", func(tx *store.Tx) error {
			_, err := tx.Interviews(ctx, store.InterviewFilter{Viewer: manager, From: start, To: start.AddDate(0, 0, 1), Limit: 10})
			return err
		}},
		{"interviews/mine", func(tx *store.Tx) error {
			found, err := tx.Interviews(ctx, store.InterviewFilter{Viewer: store.CandidateViewer{Person: "P-7"}, Mine: true, From: start, Limit: 10})
			return some("mine", len(found), err)
		}},
		{"interview", func(tx *store.Tx) error {
			i, err := tx.InterviewFor(ctx, fmt.Sprint("I-", middle*rounds+rounds), recruiter)
			if err != nil {
				return err
			}
			i.ID = "I-0"
			found, err := tx.ClashesOf(ctx, i)
			if err != nil {
				return some("clashes", len(found), err)
			}
			if _, err = tx.ProposedTo(ctx, "P-7", 5); err != nil {
				return err
			}
			asked, err := tx.AskedWhen(ctx, "P-7", 10)
			return some("asked", len(asked), err)
		}},
		{"digest", func(tx *store.Tx) error {
			if _, err := tx.PendingCards(ctx, "P-7"); err != nil {
				return err
			}
			if _, err := tx.OwnInterviews(ctx, recruiter, start, start.AddDate(0, 0, 1), 5); err != nil {
				return err
			}
			_, err := tx.ReqsTargeted(ctx, "P-7", "2026-12-07", "2026-12-13", 5)
			return err
		}},
		{"requisition/waits", func(tx *store.Tx) error {
			if _, err := tx.OpenCardsFor(ctx, "R-1", start, 5); err != nil {
				return err
			}
			_, err := tx.WaitingForWordOf(ctx, "R-1", 5)
			return err
		}},
		{"link/together", func(tx *store.Tx) error {
			_, err := tx.InterviewsTogether(ctx, "P-7", "P-8")
			return err
		}},
		{"find/rare", named(fmt.Sprint("word", middle/10, " cand"), recruiter)},
		{"find/common", named("cand", recruiter)},
		{"find/manager", named("cand", manager)},
		{"find/latest", named("", recruiter)},
	}
}

// readsStage tells whether a line of SQLite's plan says that all of a stage is read and sorted, since the
// index is not used as far as its order.
func readsStage(line string) bool {
	return strings.Contains(line, "applications_list (stage=?)") || strings.Contains(line, "application_people_team (person=? AND stage=?)")
}

// No query that a request of hiring makes reads a table from its beginning to its end.
func TestQueriesOfHiringUseIndexes(t *testing.T) {
	t.Parallel()
	const n, rounds = 10_000, 1
	onBoth(t, func(t *testing.T, w *world) {
		w.fillHiring(t, n, rounds)
		explain := `EXPLAIN QUERY PLAN `
		if w.postgres {
			explain = `EXPLAIN `
		}
		check := func(t *testing.T, query string, args ...any) {
			t.Helper()
			plan := w.lines(t, explain+query, args...)
			for _, line := range plan {
				if readsAll(line) || readsStage(line) {
					t.Errorf("%s\nin\n%s\nof\n%s", line, strings.Join(plan, "\n"), query)
				}
			}
		}
		for _, l := range hiringLooks(t, n, rounds) {
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
					check(t, q.Text, q.Args...)
				}
			})
		}
		check(t, `SELECT person, min(nudge_at) FROM scorecards WHERE nudge_at IS NOT NULL AND nudge_at <= $1 GROUP BY person ORDER BY 2, 1 LIMIT 5`, 3)
		// Those who interview are found by the time, whatever was and is to come besides.
		var sent *[]store.Query
		must(t, w.Read(t.Context(), func(tx *store.Tx) error {
			sent = tx.Record()
			_, err := tx.MorningPeople(t.Context(), start.AddDate(0, 0, 1))
			return err
		}))
		for _, q := range *sent {
			if plan := strings.Join(w.lines(t, explain+q.Text, q.Args...), "\n"); !strings.Contains(plan, "interviews_coming") || !strings.Contains(plan, "scorecards_nudge") {
				t.Errorf("whom the morning has something for is found by\n%s", plan)
			}
		}
		due, err := w.NudgesDue(t.Context(), start.AddDate(0, 0, 1), 5)
		if len(due) != 5 || err != nil {
			t.Errorf("%v, %v", due, err)
		}
	})
}

// BenchmarkHiring shows what requests read among a thousand candidates with ten thousand scorecards,
// and among a hundred thousand with a million: the one is to cost at most twice the other.
func BenchmarkHiring(b *testing.B) {
	for _, kind := range []string{"sqlite", "postgres"} {
		for _, n := range []int{1_000, 100_000} {
			b.Run(fmt.Sprintf("%s/%d", kind, n), func(b *testing.B) {
				w := &world{clock: newClock(), keys: store.NewKey(), postgres: kind == "postgres"}
				w.url = copies.SQLite(b)
				if w.postgres {
					w.url = copies.Postgres(b)
				}
				w.Store = open(b, w)
				w.fillHiring(b, n, 5)
				for _, l := range hiringLooks(b, n, 5) {
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
