package store

import (
	"context"
	"fmt"
	"time"
)

// HistoryEntry is something that happened to a record, for people to read. The audit is another
// thing: it holds no texts and is never erased.
type HistoryEntry struct {
	At time.Time
	// By is the id of who did it, SystemActor for the bot itself.
	By string
	// What names it, such as "approved"; Detail is what belongs to it, such as a reason.
	What   string
	Detail map[string]string
}

func historyRecord(id string) string { return "history/" + id }

// FactChanged is the fact of a record that was changed; what changed stands in its history.
const FactChanged = "changed"

// AddHistory puts on record that the actor did something to a record, and that it was changed into
// the audit, once in a unit. The detail is kept sealed.
func (t *Tx) AddHistory(ctx context.Context, subject, what string, detail map[string]string) error {
	id, err := newID()
	if err != nil {
		return err
	}
	sealed, err := t.store.keys.sealJSON(historyRecord(id), detail)
	if err != nil {
		return fmt.Errorf("write the history of %s: %w", subject, err)
	}
	_, err = t.write(ctx, `INSERT INTO history (id, subject, at, by_person, what, detail) VALUES ($1, $2, $3, $4, $5, $6)`,
		id, subject, instant{t.now}, t.author(), what, sealed)
	if err != nil {
		return fmt.Errorf("write the history of %s: %w", subject, err)
	}
	for _, row := range t.audits {
		if row.Subject == subject && row.Fact == FactChanged {
			return nil
		}
	}
	return t.Audit(ctx, AuditEvent{Subject: subject, Fact: FactChanged})
}

// History returns what happened to a record, the newest first.
func (t *Tx) History(ctx context.Context, subject string, limit int) ([]HistoryEntry, error) {
	var all []HistoryEntry
	err := t.conn.each(ctx, func(scan func(...any) error) error {
		var (
			e          HistoryEntry
			id, sealed string
			at         instant
		)
		if err := scan(&id, &at, &e.By, &e.What, &sealed); err != nil {
			return err
		}
		if err := t.store.keys.openJSON(historyRecord(id), sealed, &e.Detail); err != nil {
			return err
		}
		e.At = at.Time
		all = append(all, e)
		return nil
	}, `SELECT id, at, by_person, what, detail FROM history WHERE subject = $1 ORDER BY at DESC, id DESC LIMIT $2`, subject, limit)
	if err != nil {
		return nil, fmt.Errorf("read the history of %s: %w", subject, err)
	}
	return all, nil
}
