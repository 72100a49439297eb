package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
)

// LooseFileLife is how long a file is kept that belongs to no record: twice as long as the draft
// that it may be in.
const LooseFileLife = 2 * bot.DraftLife

// File is a file that somebody uploaded.
type File struct {
	ID, Name, MediaType string
	// Owner is who uploaded it, as the audit names them; Subject is the record that it belongs to,
	// "" while it is only in a draft.
	Owner, Subject string
	// SHA256 is the hash of the data, in hex.
	SHA256    string
	Data      []byte
	CreatedAt time.Time
}

func fileRecord(id string) string { return "file/" + id }

// SaveFile keeps an uploaded file, sealed, and returns its id. It returns an Invalid error for an
// empty file and for one of more than bot.MaxUpload bytes.
func (t *Tx) SaveFile(ctx context.Context, up bot.Upload) (string, error) {
	if len(up.Data) == 0 {
		return "", hiring.Errorf(hiring.Invalid, "The file is empty.")
	}
	if len(up.Data) > bot.MaxUpload {
		return "", hiring.Errorf(hiring.Invalid, "The file has more than 10 MB. Send a smaller one.")
	}
	id, err := newID()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(up.Data)
	_, err = t.conn.exec(ctx,
		`INSERT INTO files (id, owner, name, media_type, size, sha256, sealed, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		id, t.author(), t.store.keys.Seal(fileRecord(id), up.Name), up.MediaType, int64(len(up.Data)), hex.EncodeToString(sum[:]),
		t.store.keys.SealBytes(fileRecord(id), up.Data), instant{t.now})
	if err != nil {
		return "", fmt.Errorf("keep a file: %w", err)
	}
	return id, nil
}

// File returns a file. Who may see it is the caller's to decide. It returns a NotFound error where
// there is none.
func (t *Tx) File(ctx context.Context, id string) (File, error) {
	var (
		f      = File{ID: id}
		name   string
		sealed []byte
		made   instant
	)
	err := t.conn.row(ctx, []any{&f.Owner, &f.Subject, &name, &f.MediaType, &f.SHA256, &sealed, &made},
		`SELECT owner, subject, name, media_type, sha256, sealed, created_at FROM files WHERE id = $1`, id)
	if errors.Is(err, sql.ErrNoRows) {
		return File{}, notFound("such file")
	}
	if err != nil {
		return File{}, fmt.Errorf("read a file: %w", err)
	}
	if f.Name, err = t.store.keys.Open(fileRecord(id), name); err != nil {
		return File{}, fmt.Errorf("read a file: %w", err)
	}
	if f.Data, err = t.store.keys.OpenBytes(fileRecord(id), sealed); err != nil {
		return File{}, fmt.Errorf("read a file: %w", err)
	}
	f.CreatedAt = made.Time
	return f, nil
}

// KeepFile makes a file part of a record, so that it stays. It returns a NotFound error where there
// is no such file.
func (t *Tx) KeepFile(ctx context.Context, id, subject string) error {
	n, err := t.write(ctx, `UPDATE files SET subject = $2 WHERE id = $1`, id, subject)
	if err != nil {
		return fmt.Errorf("keep a file: %w", err)
	}
	if n == 0 {
		return notFound("such file")
	}
	return nil
}
