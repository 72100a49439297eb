package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/hirebot/hirebot/bot"
)

// FactRefused is the fact of a request that was refused.
const FactRefused = "refused"

// AuditEvent is something to put on record: a change, or a look at confidential facts. It holds
// references and kinds of facts only, never a name, an amount or a text: what is on record must be
// able to outlive what it is about.
type AuditEvent struct {
	// Action is the command, "noun.verb"; "" takes that of the event, or what Cause named.
	Action string
	// Subject is the reference of the record, such as "P-3" or "band/backend".
	Subject string
	// Fact is the kind of fact that was shown or changed, such as "pay" or "roles".
	Fact string
	// Where is the place that it was shown in; "" takes the conversation of the event.
	Where string
	// Detail holds further references by name.
	Detail map[string]string
}

// AuditRow is a row of the record.
type AuditRow struct {
	AuditEvent
	ID string
	At time.Time
	// Actor is the id of a person, "workspace/user" of an account that nobody is linked to, or
	// SystemActor.
	Actor string
	// Workspace and Event name the delivery that caused it.
	Workspace, Event string
	// Seal is the number of the seal that the row is under, 0 while it is under none.
	Seal int64
}

type auditRow struct {
	AuditRow
	detail string
	once   string // at most one row has this; "" is no limit
}

// Audit puts an event on record when the unit ends. In a unit that only reads, it is on record
// before the answer is given, once for each event, subject and fact.
func (t *Tx) Audit(_ context.Context, e AuditEvent) error {
	row := t.auditRow(e)
	if t.handle == nil {
		row.once = onceKey(row)
	}
	t.audits = append(t.audits, row)
	return nil
}

// Unseen runs fn, which draws what nobody gets to see: what it puts on record as looked at is dropped.
func (t *Tx) Unseen(fn func() error) error {
	had := len(t.audits)
	err := fn()
	t.audits = t.audits[:had]
	return err
}

// Cause names what a unit does that no event caused, and where it is seen, for the record: an action
// such as "deliver.approval", and the conversation, if there is one.
func (t *Tx) Cause(action string, in bot.Conversation) {
	t.event.Command, t.event.In = action, in
}

func (t *Tx) auditRow(e AuditEvent) auditRow {
	if e.Action == "" {
		e.Action = t.event.Command
	}
	if e.Where == "" && t.event.In.Channel != "" {
		e.Where = t.event.In.Workspace + "/" + t.event.In.Channel
	}
	return auditRow{AuditRow: AuditRow{
		AuditEvent: e, At: t.now, Actor: t.author(), Workspace: t.event.From.Workspace, Event: t.event.ID,
	}}
}

// onceKey is what makes a row of a unit that may run again one of its kind.
func onceKey(r auditRow) string {
	if r.Event == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{r.Workspace, r.Event, r.Subject, r.Fact}, "\x00")))
	return hex.EncodeToString(sum[:])
}

func (t *Tx) flushAudit(ctx context.Context) error {
	rows := t.audits
	t.audits = nil
	return insertAudit(ctx, t.conn, rows)
}

// auditBatch keeps a statement below SQLite's limit of 32,766 parameters.
const auditBatch = 500

// insertAudit writes rows in one statement, for as many as one statement takes.
func insertAudit(ctx context.Context, c *conn, rows []auditRow) error {
	for len(rows) > 0 {
		n := min(len(rows), auditBatch)
		var (
			values []string
			args   []any
		)
		for _, r := range rows[:n] {
			id, err := newID()
			if err != nil {
				return err
			}
			detail, err := json.Marshal(r.Detail)
			if err != nil {
				return fmt.Errorf("write the audit: %w", err)
			}
			if r.Detail == nil {
				detail = []byte("{}")
			}
			var once any
			if r.once != "" {
				once = r.once
			}
			row := []any{id, instant{r.At}, r.Actor, r.Action, r.Subject, r.Fact, r.Where, r.Workspace, r.Event, string(detail), once}
			marks := make([]string, len(row))
			for i := range row {
				marks[i] = "$" + strconv.Itoa(len(args)+i+1)
			}
			values = append(values, "("+strings.Join(marks, ", ")+")")
			args = append(args, row...)
		}
		_, err := c.exec(ctx, `INSERT INTO audit (id, at, actor, action, subject, fact, place, workspace, event, detail, once) VALUES `+
			strings.Join(values, ", ")+` ON CONFLICT DO NOTHING`, args...)
		if err != nil {
			return fmt.Errorf("write the audit: %w", err)
		}
		rows = rows[n:]
	}
	return nil
}

const auditColumns = `id, at, actor, action, subject, fact, place, workspace, event, detail, seal`

func scanAudit(scan func(...any) error) (auditRow, error) {
	var (
		r    auditRow
		at   instant
		seal sql.NullInt64
	)
	err := scan(&r.ID, &at, &r.Actor, &r.Action, &r.Subject, &r.Fact, &r.Where, &r.Workspace, &r.Event, &r.detail, &seal)
	if err != nil {
		return auditRow{}, err
	}
	r.At, r.Seal = at.Time, seal.Int64
	return r, nil
}

// AuditFilter chooses rows of the record. Empty fields choose all.
type AuditFilter struct {
	Actor, Action, Subject, Fact string
	// Since is included, Until is not.
	Since, Until time.Time
	// Limit is the most rows to return; 0 is 100.
	Limit int
}

// AuditRows returns rows of the record, the newest first.
func (s *Store) AuditRows(ctx context.Context, f AuditFilter) ([]AuditRow, error) {
	return auditRows(ctx, s.pool, f)
}

// AuditRows returns rows of the record, the newest first. What this unit audits is not among them
// yet.
func (t *Tx) AuditRows(ctx context.Context, f AuditFilter) ([]AuditRow, error) {
	return auditRows(ctx, t.conn, f)
}

func auditRows(ctx context.Context, c *conn, f AuditFilter) ([]AuditRow, error) {
	query := `SELECT ` + auditColumns + ` FROM audit WHERE 1 = 1`
	var args []any
	add := func(condition string, value any) {
		args = append(args, value)
		query += ` AND ` + condition + ` $` + strconv.Itoa(len(args))
	}
	for _, equal := range []struct{ column, value string }{{"actor", f.Actor}, {"action", f.Action}, {"subject", f.Subject}, {"fact", f.Fact}} {
		if equal.value != "" {
			add(equal.column+" =", equal.value)
		}
	}
	if !f.Since.IsZero() {
		add("at >=", instant{f.Since})
	}
	if !f.Until.IsZero() {
		add("at <", instant{f.Until})
	}
	limit := f.Limit
	if limit <= 0 {
		limit = 100
	}
	args = append(args, limit)
	query += ` ORDER BY at DESC, id DESC LIMIT $` + strconv.Itoa(len(args))
	var all []AuditRow
	err := c.each(ctx, func(scan func(...any) error) error {
		r, err := scanAudit(scan)
		if err != nil {
			return err
		}
		if r.detail != "{}" {
			if err := json.Unmarshal([]byte(r.detail), &r.Detail); err != nil {
				return err
			}
		}
		all = append(all, r.AuditRow)
		return nil
	}, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read the audit: %w", err)
	}
	return all, nil
}

// chain hashes the rows under a seal together with the seal before.
type chain struct{ hash []byte }

func beginChain(n int64, previous string) chain {
	sum := sha256.Sum256([]byte(strconv.FormatInt(n, 10) + "\n" + previous))
	return chain{sum[:]}
}

func (c *chain) add(r auditRow) error {
	line, err := json.Marshal([]string{
		hex.EncodeToString(c.hash), r.ID, strconv.FormatInt(r.At.UnixMicro(), 10), r.Actor, r.Action,
		r.Subject, r.Fact, r.Where, r.Workspace, r.Event, r.detail,
	})
	if err != nil {
		return fmt.Errorf("hash the audit: %w", err)
	}
	sum := sha256.Sum256(line)
	c.hash = sum[:]
	return nil
}

func (c *chain) String() string { return hex.EncodeToString(c.hash) }

// SealAudit puts up to limit rows that are under no seal under the next one, and returns how many.
// Each seal is the hash of its rows and of the seal before, so that no row can be changed, added or
// removed unnoticed without making all later seals anew. Of several processes that seal at once,
// one does.
func (s *Store) SealAudit(ctx context.Context, now time.Time, limit int) (int, error) {
	var rows []auditRow
	err := s.InTx(ctx, func(t *Tx) error {
		rows = nil
		var (
			n        int64
			previous string
		)
		err := t.conn.row(ctx, []any{&n, &previous}, `SELECT n, hash FROM audit_seals ORDER BY n DESC LIMIT 1`)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("read the last seal: %w", err)
		}
		n++
		err = t.conn.each(ctx, func(scan func(...any) error) error {
			r, err := scanAudit(scan)
			rows = append(rows, r)
			return err
		}, `SELECT `+auditColumns+` FROM audit WHERE seal IS NULL ORDER BY id LIMIT $1`, limit)
		if err != nil || len(rows) == 0 {
			return err
		}
		links := beginChain(n, previous)
		args := []any{n}
		var marks []string
		for _, r := range rows {
			if err := links.add(r); err != nil {
				return err
			}
			args = append(args, r.ID)
			marks = append(marks, "$"+strconv.Itoa(len(args)))
		}
		taken, err := t.write(ctx, `INSERT INTO audit_seals (n, row_count, hash, at) VALUES ($1, $2, $3, $4) ON CONFLICT (n) DO NOTHING`,
			n, int64(len(rows)), links.String(), instant{now})
		if err != nil {
			return fmt.Errorf("set a seal: %w", err)
		}
		if taken == 0 {
			rows = nil // another process has set this seal, over the same rows
			return nil
		}
		_, err = t.write(ctx, `UPDATE audit SET seal = $1 WHERE seal IS NULL AND id IN (`+strings.Join(marks, ", ")+`)`, args...)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("seal the audit: %w", err)
	}
	return len(rows), nil
}

// AuditReport is the outcome of VerifyAudit.
type AuditReport struct {
	// Seals and Rows are how many were verified; Unsealed is how many rows are under no seal yet.
	Seals, Rows, Unsealed int64
	// Head is the last seal. Noted down elsewhere, it shows later that nothing was cut off.
	Head string
	// Broken are the numbers of the seals that do not fit their rows, or are missing.
	Broken []int64
}

// Sound tells whether every seal fits.
func (r AuditReport) Sound() bool { return len(r.Broken) == 0 }

// VerifyAudit computes the seals again and compares.
func (s *Store) VerifyAudit(ctx context.Context) (AuditReport, error) {
	type sealRow struct {
		rows int64
		hash string
	}
	var (
		report AuditReport
		seals  = map[int64]sealRow{}
		last   int64
	)
	err := s.pool.each(ctx, func(scan func(...any) error) error {
		var (
			n   int64
			one sealRow
		)
		if err := scan(&n, &one.rows, &one.hash); err != nil {
			return err
		}
		seals[n], last, report.Head = one, n, one.hash
		return nil
	}, `SELECT n, row_count, hash FROM audit_seals ORDER BY n`)
	if err != nil {
		return AuditReport{}, fmt.Errorf("verify the audit: %w", err)
	}
	var (
		links = make(map[int64]*chain, len(seals))
		count = make(map[int64]int64, len(seals))
	)
	for n := int64(1); n <= last; n++ {
		begun := beginChain(n, seals[n-1].hash)
		links[n] = &begun
	}
	err = s.pool.each(ctx, func(scan func(...any) error) error {
		r, err := scanAudit(scan)
		if err != nil {
			return err
		}
		if r.Seal == 0 {
			report.Unsealed++
			return nil
		}
		report.Rows++
		count[r.Seal]++
		if link, ok := links[r.Seal]; ok {
			return link.add(r)
		}
		return nil // newer than the seals that were read
	}, `SELECT `+auditColumns+` FROM audit ORDER BY seal, id`)
	if err != nil {
		return AuditReport{}, fmt.Errorf("verify the audit: %w", err)
	}
	for n := int64(1); n <= last; n++ {
		seal, ok := seals[n]
		if !ok || seal.rows != count[n] || seal.hash != links[n].String() {
			report.Broken = append(report.Broken, n)
		}
	}
	report.Seals = int64(len(seals))
	return report, nil
}
