package store

import (
	"context"
	"fmt"
)

// SealedValues is how many sealed values of records there are, and how many of them none of the keys opens.
type SealedValues struct{ All, Shut int }

// sealedColumns are where records keep sealed values, with how the id of a row is written and what it seals for.
var sealedColumns = []struct {
	table, id, column string
	record            func(id string) string
}{
	{"requisitions", "id", "reasons", requisitionRecord},
	{"approvals", "id", "body", approvalRecord},
	{"candidates", "id", "sealed", candidateRecord},
	{"candidate_notes", "id", "body", noteRecord},
	{"applications", "id", "outcome", applicationRecord},
	{"interviews", "id", "body", interviewRecord},
	{"scorecards", "interview || '/' || person", "content", func(id string) string { return "scorecard/" + id }},
}

// CountSealed opens each sealed value of the records, and counts those that do not open: after a restore, or a
// change of keys, it tells whether the right ones are set. It keeps and returns nothing of what it reads.
func (t *Tx) CountSealed(ctx context.Context) (SealedValues, error) {
	var n SealedValues
	for _, c := range sealedColumns {
		err := t.conn.each(ctx, func(scan func(...any) error) error {
			var id, value string
			if err := scan(&id, &value); err != nil {
				return err
			}
			n.All++
			if _, err := t.store.keys.Open(c.record(id), value); err != nil {
				n.Shut++
			}
			return nil
		}, `SELECT `+c.id+`, `+c.column+` FROM `+c.table)
		if err != nil {
			return n, fmt.Errorf("open what is sealed in %s: %w", c.table, err)
		}
	}
	return n, nil
}
