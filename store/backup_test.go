package store_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/store/storetest"
)

// elsewhere returns the URL of an empty database of the world's kind.
func (w *world) elsewhere(t *testing.T) string {
	t.Helper()
	if w.postgres {
		return storetest.Postgres(t)
	}
	return "sqlite:" + filepath.Join(t.TempDir(), "restored.db")
}

// restore restores a backup elsewhere and opens it.
func (w *world) restore(t *testing.T, backup string) (*world, store.Copied) {
	t.Helper()
	there := &world{url: w.elsewhere(t), clock: w.clock, keys: w.keys, postgres: w.postgres}
	copied, err := store.Restore(t.Context(), there.url, backup, w.clock.now, store.WithLog(slog.New(slog.DiscardHandler)))
	must(t, err)
	there.Store = open(t, there)
	must(t, there.CheckSchema(t.Context()))
	return there, copied
}

// contents returns all rows of all tables as text, by table.
func (w *world) contents(t *testing.T) map[string][]string {
	t.Helper()
	query := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if w.postgres {
		query = `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`
	}
	var tables []string
	must(t, w.each(t, query, func(row []any) { tables = append(tables, fmt.Sprint(row[0])) }))
	all := map[string][]string{}
	for _, table := range tables {
		if strings.HasPrefix(table, "sqlite_") {
			continue
		}
		all[table] = []string{}
		must(t, w.each(t, `SELECT * FROM `+table, func(row []any) { all[table] = append(all[table], fmt.Sprintf("%q", row)) }))
		slices.Sort(all[table])
	}
	return all
}

func (w *world) each(t *testing.T, query string, fn func(row []any)) error {
	t.Helper()
	rows, err := w.DB().QueryContext(t.Context(), query)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	for rows.Next() {
		row := make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		fn(row)
	}
	return rows.Err()
}

func TestABackupIsRestoredElsewhere(t *testing.T) {
	t.Parallel()
	onBothMailboxes(t, func(t *testing.T, m *mailbox) {
		ctx := t.Context()
		r := m.requisition(t, hiring.Requisition{Requester: m.asha.ID})
		m.approval(t, approvalOf(r.ID, m.asha.ID, m.ravi.ID))
		m.as(t, "asha", func(ctx context.Context, tx *store.Tx) error {
			err := tx.SaveDraft(ctx, bot.Draft{ID: "d1", Command: "req.new", Values: bot.Values{"why": {"ein\tTab, ein ü, ein \\ und\nzwei Zeilen"}}})
			return errors.Join(err, tx.Audit(ctx, store.AuditEvent{Subject: r.ID, Fact: "changed"}))
		})
		_, err := m.SealAudit(ctx, m.clock.now(), 100)
		must(t, err)
		m.as(t, "ravi", func(ctx context.Context, tx *store.Tx) error {
			return tx.Audit(ctx, store.AuditEvent{Subject: r.ID, Fact: "seen"})
		})

		// One message is sent, one given up, one on its way, one waits, and one had nothing to say.
		for _, subject := range []string{"sent", "dead", "moot", "sending", "waiting"} {
			m.clock.advance(time.Second)
			m.send(m.ravi, subject, 0)
		}
		lane := store.PersonLane(m.ravi.ID)
		m.lease(lane, "w", true)
		m.deliver(m.next(lane, "w", "sent"), "m1")
		must(t, m.MarkDead(ctx, m.next(lane, "w", "dead"), "gone"))
		must(t, m.MarkMoot(ctx, m.next(lane, "w", "moot")))
		m.sending(m.next(lane, "w", "sending"), "w")

		path := filepath.Join(t.TempDir(), "backup")
		copied, err := m.Backup(ctx, path)
		must(t, err)
		file, err := os.Stat(path)
		must(t, err)
		if file.Mode().Perm() != 0o600 || file.Size() != copied.Bytes {
			t.Errorf("the backup is %v, %d bytes of %d", file.Mode(), file.Size(), copied.Bytes)
		}
		left, err := os.ReadDir(filepath.Dir(path))
		must(t, err)
		if len(left) != 1 {
			t.Errorf("beside the backup there is %v", left)
		}

		there, restored := m.restore(t, path)
		if restored.Version != copied.Version || restored.Unsure != 2 {
			t.Errorf("restored: %+v of %+v", restored, copied)
		}
		// But for what is not sure to have been sent, and who works it, all is as it was.
		settled := `UPDATE outbox SET state = 'sending', tried_at = COALESCE(tried_at, created_at), redraw = redraw + 1 WHERE state IN ('waiting', 'sending')`
		m.exec(t, settled)
		m.exec(t, `UPDATE lanes SET leased_until = 0, holder = ''`)
		if diff := cmp.Diff(m.contents(t), there.contents(t)); diff != "" {
			t.Error(diff)
		}
		report, err := there.VerifyAudit(ctx)
		must(t, err)
		if !report.Sound() || report.Rows != 1 || report.Unsealed != 1 {
			t.Errorf("the audit: %+v", report)
		}
		must(t, there.Read(ctx, func(tx *store.Tx) error {
			_, err := tx.Approval(ctx, "A-1")
			return err
		}))

		// What was sent stays so. What is not sure is in state Sending: it is looked for before it is sent.
		here := &mailbox{world: there, t: t, asha: m.asha, ravi: m.ravi}
		here.lease(lane, "v", true)
		for _, subject := range []string{"sending", "waiting"} {
			row := here.next(lane, "v", subject)
			if row.State != store.Sending || row.TriedAt.IsZero() {
				t.Errorf("%s is %s, tried %v", subject, row.State, row.TriedAt)
			}
			must(t, here.MarkFound(ctx, row, posted(subject), m.clock.now()))
			must(t, here.MarkDrawn(ctx, here.next(lane, "v", subject)))
		}
		here.next(lane, "v", "")
	})
}

func TestABackupWhileOthersWrite(t *testing.T) {
	t.Parallel()
	onBothMailboxes(t, func(t *testing.T, m *mailbox) {
		writer := open(t, m.world)
		ctx := t.Context()
		stop := make(chan struct{})
		written := make(chan int)
		wrote := make(chan struct{}, 1)
		go func() {
			n := 0
			for done := false; !done; n++ {
				select {
				case <-stop:
					done = true
				default:
				}
				err := writer.InTx(ctx, func(tx *store.Tx) error {
					for _, half := range []string{"a", "b"} {
						err := tx.Send(ctx, bot.Message{To: bot.Recipient{Person: m.asha.ID}, View: bot.View{Name: "card", Subject: fmt.Sprint(n, half)}})
						if err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					t.Error(err)
					break
				}
				select {
				case wrote <- struct{}{}:
				default:
				}
			}
			written <- n
		}()
		dir := t.TempDir()
		for i := range 3 {
			<-wrote
			<-wrote
			_, err := m.Backup(ctx, filepath.Join(dir, fmt.Sprint(i)))
			must(t, err)
		}
		close(stop)
		units := <-written
		before := 0
		for i := range 3 {
			there, _ := m.restore(t, filepath.Join(dir, fmt.Sprint(i)))
			n := there.count(t, `SELECT count(*) FROM outbox`)
			if n%2 != 0 || n <= before || n > 2*units {
				t.Errorf("backup %d holds %d messages, after %d; %d units of two were written", i, n, before, units)
			}
			before = n
		}
	})
}

func TestBackupAndRestoreOverwriteNothing(t *testing.T) {
	t.Parallel()
	onBothMailboxes(t, func(t *testing.T, m *mailbox) {
		ctx := t.Context()
		dir := t.TempDir()
		taken := filepath.Join(dir, "taken")
		must(t, os.WriteFile(taken, []byte("mine"), 0o600))
		if _, err := m.Backup(ctx, taken); err == nil || !strings.Contains(err.Error(), "exists already") {
			t.Errorf("a file that exists: %v", err)
		}
		if text, err := os.ReadFile(taken); string(text) != "mine" || err != nil {
			t.Errorf("it holds %q now, %v", text, err)
		}
		if _, err := m.Backup(ctx, filepath.Join(dir, "nowhere", "backup")); err == nil || !strings.Contains(err.Error(), "no directory") {
			t.Errorf("a directory that is not there: %v", err)
		}
		path := filepath.Join(dir, "backup")
		_, err := m.Backup(ctx, path)
		must(t, err)
		before := m.contents(t)
		discard := store.WithLog(slog.New(slog.DiscardHandler))
		if _, err := store.Restore(ctx, m.url, path, m.clock.now, discard); err == nil || !strings.Contains(err.Error(), "holds data already") {
			t.Errorf("a database that is not empty: %v", err)
		}
		if diff := cmp.Diff(before, m.contents(t)); diff != "" {
			t.Error(diff)
		}

		// What is no backup, is cut off, or comes from a newer version, leaves nothing behind.
		whole, err := os.ReadFile(path)
		must(t, err)
		cut := filepath.Join(dir, "cut")
		must(t, os.WriteFile(cut, whole[:len(whole)*2/3], 0o600))
		m.exec(t, `INSERT INTO goose_db_version (version_id, is_applied, tstamp) VALUES (9999, TRUE, CURRENT_TIMESTAMP)`)
		newer := filepath.Join(dir, "newer")
		_, err = m.Backup(ctx, newer)
		must(t, err)
		for bad, want := range map[string]string{taken: "", cut: "", filepath.Join(dir, "missing"): "no such file", dir: "is no file", newer: "newer version"} {
			url := m.elsewhere(t)
			if _, err := store.Restore(ctx, url, bad, m.clock.now, discard); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s is restored: %v", bad, err)
			}
			if file, ok := strings.CutPrefix(url, "sqlite:"); ok {
				left, err := os.ReadDir(filepath.Dir(file))
				must(t, err)
				left = slices.DeleteFunc(left, func(e fs.DirEntry) bool { return strings.HasSuffix(e.Name(), ".lock") })
				if len(left) > 0 {
					t.Errorf("%s leaves %v behind", bad, left)
				}
				continue
			}
			if _, err := store.Restore(ctx, url, path, m.clock.now, discard); err != nil {
				t.Errorf("after %s the database is not empty any more: %v", bad, err)
			}
		}
	})
}

func TestAnEmptyDatabaseIsNotBackedUp(t *testing.T) {
	t.Parallel()
	onBothEmpty(t, func(t *testing.T, w *world) {
		if _, err := w.Backup(t.Context(), filepath.Join(t.TempDir(), "backup")); err == nil || !strings.Contains(err.Error(), "nothing to back up") {
			t.Error(err)
		}
	})
}
