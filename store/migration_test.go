package store_test

import (
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3"

	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/migrations"
	"github.com/hirebot/hirebot/store"
)

// firstVersion is a row for every table of the first version of the schema.
var firstVersion = []string{
	`UPDATE generation SET n = 7`,
	`INSERT INTO counters (kind, next_number) VALUES ('P', 3)`,
	`INSERT INTO workspaces (id, name, platform, external, kind) VALUES ('slack:T1', 'Acme', 'slack', 'T1', 'home')`,
	`INSERT INTO people (id, name, folded, zone, active, created_at, version) VALUES ('P-1', 'Asha', 'asha', '', TRUE, 1, 1), ('P-2', 'Ravi', 'ravi', '', FALSE, 1, 1)`,
	`INSERT INTO identities (workspace, user_id, person) VALUES ('slack:T1', 'U1', 'P-1')`,
	`INSERT INTO person_roles (person, role) VALUES ('P-1', 'recruiter')`,
	`INSERT INTO settings (name, setting, changed_at, changed_by) VALUES ('company', 'Acme', 1, 'P-1')`,
	`INSERT INTO playbooks (role, body, changed_at, changed_by, version) VALUES ('odd', 'odd', 1, 'P-1', 1)`,
	`INSERT INTO role_owners (role, person) VALUES ('general', 'P-1')`,
	`INSERT INTO bands (role, level, version, low, high, open_ended, effective, source, set_at, set_by) VALUES ('general', 'l1', 1, 1, 2, FALSE, '2026-01-01', '', 1, 'P-1')`,
	`INSERT INTO events (workspace, id, at, answer) VALUES ('slack:T1', 'e', 1, '')`,
	`INSERT INTO audit_seals (n, row_count, hash, at) VALUES (1, 1, 'h', 1)`,
	`INSERT INTO audit (id, at, actor, action, subject, fact, place, workspace, event, seal) VALUES ('a', 1, 'P-1', 'x', 'y', 'z', '', '', '', 1)`,
	`INSERT INTO outbox (id, once, lane, person, workspace, channel, private, view_name, subject, why, created_at, due_at, state)
		VALUES ('o', 'o', 'person:P-1', 'P-1', '', '', FALSE, 'v', 's', '', 1, 1, 'sent')`,
	`INSERT INTO lanes (lane, holder, leased_until, hold_until) VALUES ('person:P-1', '', 0, 0)`,
	`INSERT INTO pacing (name, next_at) VALUES ('p', 1)`,
	`INSERT INTO drafts (id, owner, command, subject, sealed, saved_at) VALUES ('d', 'P-1', 'c', '', 'p:{}', 1)`,
	`INSERT INTO files (id, owner, name, media_type, size, sha256, sealed, created_at) VALUES ('f', 'P-1', 'p:f', 'text/plain', 0, '', '', 1)`,
	`INSERT INTO claim_codes (id, hash, created_at, expires_at, tries, current) VALUES ('c', '', 1, 1, 0, TRUE)`,
	`INSERT INTO channels (workspace, id, name, folded, kind, checked_at) VALUES ('slack:T1', 'C1', 'hiring', 'hiring', 'public', 1)`,
}

// grown are the columns of the first version of the tables that have more of them by now.
var grown = map[string]string{
	"people":       "id, name, folded, zone, active, created_at, version",
	"identities":   "workspace, user_id, person",
	"person_roles": "person, role",
	"outbox": `id, once, lane, person, workspace, channel, private, view_name, subject, args, why, created_at, due_at, state, next_at, attempts,
		tried_at, sent_at, posted_workspace, posted_channel, posted_private, posted_id, redraw, drawn, reason`,
}

func TestADatabaseOfTheFirstVersionIsMigratedWithItsData(t *testing.T) {
	t.Parallel()
	onBothEmpty(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		dialect, tables := goose.DialectSQLite3, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'goose_%'`
		if w.postgres {
			dialect, tables = goose.DialectPostgres, `SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'goose_%'`
		}
		provider, err := goose.NewProvider(dialect, w.DB(), migrations.Files, goose.WithDisableGlobalRegistry(true), goose.WithSlog(slog.New(slog.DiscardHandler)))
		must(t, err)
		_, err = provider.UpTo(ctx, 1)
		must(t, err)
		for _, query := range firstVersion {
			w.exec(t, query)
		}
		dump := func() map[string][]string {
			all := map[string][]string{}
			for _, query := range firstVersion {
				table := strings.Fields(strings.TrimPrefix(strings.TrimPrefix(query, "INSERT INTO "), "UPDATE "))[0]
				// Of a table that has more columns since, those of the first version.
				columns, ok := grown[table]
				if !ok {
					columns = "*"
				}
				all[table] = w.lines(t, `SELECT `+columns+` FROM `+table)
				slices.Sort(all[table])
			}
			return all
		}
		before := dump()
		for _, table := range w.lines(t, tables) {
			if len(before[strings.TrimSpace(table)]) == 0 {
				t.Errorf("the table %s is not tried", table)
			}
		}
		must(t, w.Migrate(ctx))
		must(t, w.CheckSchema(ctx))
		if diff := cmp.Diff(before, dump()); diff != "" {
			t.Error(diff)
		}
		if !w.postgres {
			backups, err := filepath.Glob(strings.TrimPrefix(w.url, "sqlite:") + ".before-1-*")
			must(t, err)
			if len(backups) != 1 {
				t.Errorf("backups: %v", backups)
			}
		}
		s := read(t, w.Store)
		if p, ok := s.PersonByIdentity("slack:T1", "U1"); !ok || !p.Has(hiring.Recruiter) || !p.Linked() || len(s.Absences()) != 0 {
			t.Errorf("%+v, %v", p, ok)
		}
		// Whoever is not active was deactivated by an admin: nothing else did so before.
		if p, ok := s.Person("P-2"); !ok || p.Active || p.Left {
			t.Errorf("%+v, %v", p, ok)
		}
		must(t, w.InTxAs(ctx, "P-1", func(tx *store.Tx) error {
			channel, err := tx.Channel(ctx, "slack:T1", "C1")
			if channel.Quiet {
				t.Error("the channel is quiet")
			}
			must(t, err)
			r, err := tx.AddRequisition(ctx, hiring.Requisition{Requester: "P-1", State: hiring.ReqDraft})
			if r.ID != "R-1" {
				t.Errorf("the first is %s", r.ID)
			}
			return err
		}))
	})
}

// What is on record of reminders keeps its meaning where it is named by the due date: what is held goes on under its
// new name, what was told of somebody late is not told again, and scorecards of ended applications are closed.
func TestRemindersAreMigrated(t *testing.T) {
	t.Parallel()
	onBothEmpty(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		dialect := goose.DialectSQLite3
		if w.postgres {
			dialect = goose.DialectPostgres
		}
		provider, err := goose.NewProvider(dialect, w.DB(), migrations.Files, goose.WithDisableGlobalRegistry(true), goose.WithSlog(slog.New(slog.DiscardHandler)))
		must(t, err)
		_, err = provider.UpTo(ctx, 9)
		must(t, err)
		for _, query := range []string{
			`INSERT INTO people (id, name, folded, zone, active, created_at, version) VALUES ('P-1', 'Asha', 'asha', '', TRUE, 1, 1), ('P-2', 'Ravi', 'ravi', '', TRUE, 1, 1)`,
			`INSERT INTO requisitions (id, number, role, title, level, seats, filled, location, place, work_mode, budget_low, budget_high, reasons, ecosystem, target, requester,
				hiring_manager, recruiter, confidential, state, announced, created_at, changed_at, version)
				VALUES ('R-1', 1, '', '', '', 1, 0, '', '', '', 0, 0, '', '', '', 'P-1', 'P-1', 'P-1', FALSE, 'open', FALSE, 1, 1, 1),
				('R-2', 2, '', '', '', 1, 0, '', '', '', 0, 0, '', '', '', 'P-1', 'P-1', 'P-1', FALSE, 'open', FALSE, 1, 1, 1)`,
			`INSERT INTO candidates (id, number, name, sealed, email_hash, phone_hash, source, referred_by, ecosystem, resume, listed, added_by, created_at, changed_at, version)
				VALUES ('C-1', 1, 'Meera', 'p:{}', '', '', '', '', '', '', TRUE, 'P-1', 1, 1, 1)`,
			`INSERT INTO applications (id, number, candidate, requisition, stage, stage_since, last_stage, outcome, ended_at, changed_at, confidential, added_by, created_at, version)
				VALUES ('AP-1', 1, 'C-1', 'R-1', 'interviewing', 1, '', 'p:{}', NULL, 1, FALSE, 'P-1', 1, 1), ('AP-2', 2, 'C-1', 'R-2', 'rejected', 1, '', 'p:{}', 5, 1, FALSE, 'P-1', 1, 1)`,
			`INSERT INTO interviews (id, number, application, candidate, requisition, stage, starts_at, ends_at, minutes, state, body, slots, sequence, told, made_by, created_at, changed_at, version)
				VALUES ('I-1', 1, 'AP-1', 'C-1', 'R-1', '', 1, 7, 1, 'scheduled', 'p:{}', '[]', 0, 0, 'P-1', 1, 1, 1), ('I-2', 2, 'AP-2', 'C-1', 'R-1', '', 1, 7, 1, 'scheduled', 'p:{}', '[]', 0, 0, 'P-1', 1, 1, 1)`,
			`INSERT INTO scorecards (interview, person, application, candidate, requisition, stage, state, waits, seated, content, notes, ends_at, due_at, edition, removed, handed_to, waived_for, nudges, version)
				VALUES ('I-1', 'P-1', 'AP-1', 'C-1', 'R-1', '', 'pending', TRUE, TRUE, 'p:{}', 'p:{}', 7, 99, 0, FALSE, '', '', 0, 1),
				('I-1', 'P-2', 'AP-1', 'C-1', 'R-1', '', 'pending', TRUE, TRUE, 'p:{}', 'p:{}', 7, 98, 0, FALSE, '', '', 0, 1),
				('I-2', 'P-1', 'AP-2', 'C-1', 'R-1', '', 'pending', TRUE, TRUE, 'p:{}', 'p:{}', 7, 97, 0, FALSE, '', '', 0, 1)`,
			`INSERT INTO nudges (interview, person, ends_at, step, state, reason, planned_at, decided_at, message)
				VALUES ('I-1', 'P-1', 7, '5m', 'held', 'hours', 8, 8, ''), ('I-1', 'P-1', 7, 'due', 'held', 'away', 9, 9, ''), ('I-1', 'P-1', 6, 'due', 'held', 'away', 9, 9, ''), ('I-1', 'P-2', 7, 'due', 'sent', '', 9, 9, 'm')`,
			`INSERT INTO outbox (id, once, lane, person, workspace, channel, private, view_name, subject, why, created_at, due_at, state)
				VALUES ('a', 'late:I-1:P-2:7:overdue:P-1', 'person:P-1', 'P-1', '', '', FALSE, 'late_panel', 'I-1', '', 1, 1, 'sent'), ('b', 'nudge:P-1:1', 'person:P-1', 'P-1', '', '', FALSE, 'nudge', 's', '', 1, 1, 'sent')`,
		} {
			w.exec(t, query)
		}
		must(t, w.Migrate(ctx))
		got := slices.Concat(
			w.lines(t, `SELECT interview, person, ends_at, step, state FROM nudges ORDER BY 1, 2, 3, 4`), w.lines(t, `SELECT once FROM outbox ORDER BY id`),
			w.lines(t, `SELECT interview, person FROM scorecards WHERE closed ORDER BY 1, 2`),
		)
		for n := range got {
			got[n] = strings.Join(strings.Fields(got[n]), " ")
		}
		want := []string{
			"I-1 P-1 6 due held", "I-1 P-1 7 5m held", "I-1 P-1 7 due@99 held", "I-1 P-2 7 due sent", "late:I-1:P-2:7:overdue:P-1:98", "nudge:P-1:1", "I-2 P-1",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}
