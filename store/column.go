package store

import (
	"context"
	"encoding/json"
	"fmt"
)

// sealJSON returns a value as JSON, sealed for a record as Seal does.
func (k Keys) sealJSON(record string, value any) (string, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return "", fmt.Errorf("write %s: %w", record, err)
	}
	return k.Seal(record, string(text)), nil
}

// openJSON reads a value that sealJSON has sealed for the record.
func (k Keys) openJSON(record, sealed string, into any) error {
	text, err := k.Open(record, sealed)
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return fmt.Errorf("read %s: %w", record, err)
	}
	return nil
}

// writeList returns a list as a column holds it: a JSON array, also of nothing.
func writeList[T any](list []T) (string, error) {
	if len(list) == 0 {
		return "[]", nil
	}
	text, err := json.Marshal(list)
	return string(text), err
}

// readList reads a list that writeList has written. An empty one leaves nil.
func readList[T any](text string, into *[]T) error {
	if text == "[]" {
		return nil
	}
	return json.Unmarshal([]byte(text), into)
}

// only returns the one record that was looked up, or a NotFound error that names it.
func only[T any](found []T, err error, what string) (T, error) {
	var none T
	switch {
	case err != nil:
		return none, err
	case len(found) == 0:
		return none, notFound(what)
	}
	return found[0], nil
}

// saveWords writes the words that a record is found by, in the place of those before. Its kind names the
// table and the column: candidate or requisition.
func (t *Tx) saveWords(ctx context.Context, kind, id string, words []string) error {
	if _, err := t.write(ctx, `DELETE FROM `+kind+`_words WHERE `+kind+` = $1`, id); err != nil {
		return fmt.Errorf("save what %s is found by: %w", id, err)
	}
	var q statement
	q.add(`INSERT INTO ` + kind + `_words (` + kind + `, word) VALUES `)
	of := q.arg(id)
	for i, word := range words {
		if i > 0 {
			q.add(`, `)
		}
		q.add(`(` + of + `, ` + q.arg([]byte(word)) + `)`)
	}
	if _, err := t.write(ctx, q.text.String(), q.args...); err != nil {
		return fmt.Errorf("save what %s is found by: %w", id, err)
	}
	return nil
}
