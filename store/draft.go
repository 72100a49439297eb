package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/hirebot/hirebot/bot"
)

// A draft's and a file's statements are whole in themselves and may run twice. They are the writes
// that a unit on the pool may do too, since what is typed into a form is kept on the way.

func draftRecord(id string) string { return "draft/" + id }

// draftText is a draft as it is sealed. One that was written before there was anything but values is
// those values alone.
type draftText struct {
	Values bot.Values `json:"v"`
	Bound  []string   `json:"b,omitempty"`
	Given  bot.Values `json:"g,omitempty"`
}

func (t *Tx) sealDraft(d bot.Draft) (string, error) {
	return t.store.keys.sealJSON(draftRecord(d.ID), draftText{Values: d.Values, Bound: d.Bound, Given: d.Given})
}

func readDraft(text string, d *bot.Draft) error {
	var in draftText
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		in = draftText{}
		if err := json.Unmarshal([]byte(text), &in.Values); err != nil {
			return err
		}
	}
	d.Values, d.Bound, d.Given = in.Values, in.Bound, in.Given
	return nil
}

// Draft returns the actor's own draft. It returns a NotFound error where there is none, somebody
// else's included.
func (t *Tx) Draft(ctx context.Context, id string) (bot.Draft, error) {
	d, found, err := t.draft(ctx, `id = $3`, id)
	if err == nil && !found {
		err = notFound("draft of yours")
	}
	return d, err
}

// FindDraft returns the actor's draft for a command and subject, the one saved last where there are
// several, and whether there is one.
func (t *Tx) FindDraft(ctx context.Context, command, subject string) (bot.Draft, bool, error) {
	return t.draft(ctx, `command = $3 AND subject = $4`, command, subject)
}

func (t *Tx) draft(ctx context.Context, where string, args ...any) (bot.Draft, bool, error) {
	var (
		d      bot.Draft
		sealed string
		saved  instant
	)
	args = append([]any{t.author(), instant{t.now.Add(-bot.DraftLife)}}, args...)
	err := t.conn.row(ctx, []any{&d.ID, &d.Command, &d.Subject, &sealed, &saved},
		`SELECT id, command, subject, sealed, saved_at FROM drafts
		 WHERE owner = $1 AND saved_at > $2 AND `+where+` ORDER BY saved_at DESC, id DESC LIMIT 1`, args...)
	if errors.Is(err, sql.ErrNoRows) {
		return bot.Draft{}, false, nil
	}
	if err != nil {
		return bot.Draft{}, false, fmt.Errorf("read a draft: %w", err)
	}
	text, err := t.store.keys.Open(draftRecord(d.ID), sealed)
	if err != nil {
		return bot.Draft{}, false, fmt.Errorf("read a draft: %w", err)
	}
	if err := readDraft(text, &d); err != nil {
		return bot.Draft{}, false, fmt.Errorf("read a draft: %w", err)
	}
	d.SavedAt = saved.Time
	return d, true, nil
}

// SaveDraft writes the actor's draft under the id that it has. It returns a NotFound error if
// somebody else has a draft of that id.
func (t *Tx) SaveDraft(ctx context.Context, d bot.Draft) error {
	sealed, err := t.sealDraft(d)
	if err != nil {
		return err
	}
	n, err := t.conn.exec(ctx,
		`INSERT INTO drafts (id, owner, command, subject, sealed, saved_at) VALUES ($1, $2, $3, $4, $5, $6)
		 ON CONFLICT (id) DO UPDATE SET command = excluded.command, subject = excluded.subject, sealed = excluded.sealed, saved_at = excluded.saved_at
		 WHERE drafts.owner = excluded.owner`,
		d.ID, t.author(), d.Command, d.Subject, sealed, instant{t.now})
	if err != nil {
		return fmt.Errorf("save a draft: %w", err)
	}
	if n == 0 {
		return notFound("draft of yours")
	}
	return nil
}

// UpdateDraft writes new values into the actor's draft if it still exists, and keeps the rest of it.
func (t *Tx) UpdateDraft(ctx context.Context, id string, values bot.Values) error {
	d, found, err := t.draft(ctx, `id = $3`, id)
	if err != nil || !found {
		return err
	}
	d.Values = values
	sealed, err := t.sealDraft(d)
	if err != nil {
		return err
	}
	_, err = t.conn.exec(ctx, `UPDATE drafts SET sealed = $3, saved_at = $4 WHERE id = $1 AND owner = $2`, id, t.author(), sealed, instant{t.now})
	if err != nil {
		return fmt.Errorf("save a draft: %w", err)
	}
	return nil
}

// DeleteDraft removes the actor's draft, if there is one.
func (t *Tx) DeleteDraft(ctx context.Context, id string) error {
	if _, err := t.conn.exec(ctx, `DELETE FROM drafts WHERE id = $1 AND owner = $2`, id, t.author()); err != nil {
		return fmt.Errorf("delete a draft: %w", err)
	}
	return nil
}
