package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"github.com/hirebot/hirebot/hiring"
)

// CandidatesByID returns candidates by their references, whoever asks: for a list of what the caller was
// given for its viewer. Those that there are not are left out.
func (t *Tx) CandidatesByID(ctx context.Context, ids []string) (map[string]hiring.Candidate, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var q statement
	q.add(`SELECT ` + candidateColumns + ` FROM candidates c WHERE c.id IN (` + q.list(ids) + `)`)
	found, err := t.candidates(ctx, q.text.String(), q.args...)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]hiring.Candidate, len(found))
	for _, c := range found {
		byID[c.ID] = c
	}
	return byID, nil
}

// RequisitionsByID returns requisitions by their references, whoever asks, as CandidatesByID does
// candidates.
func (t *Tx) RequisitionsByID(ctx context.Context, ids []string) (map[string]hiring.Requisition, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var q statement
	q.add(`SELECT ` + requisitionColumns + ` FROM requisitions r WHERE r.id IN (` + q.list(ids) + `) LIMIT ` + strconv.Itoa(len(ids)))
	found, err := t.requisitions(ctx, q.text.String(), q.args...)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]hiring.Requisition, len(found))
	for _, r := range found {
		byID[r.ID] = r
	}
	return byID, nil
}

// NoticeGiven tells whether it is on the record that a candidate was told what is kept of them.
func (t *Tx) NoticeGiven(ctx context.Context, candidate string) (bool, error) {
	var one int
	err := t.conn.row(ctx, []any{&one}, `SELECT 1 FROM history WHERE subject = $1 AND what = $2 LIMIT 1`, candidate, NoticeHistory)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read whether %s was given notice: %w", candidate, err)
	}
	return true, nil
}

// NoticeHistory is what the history of a candidate says once they were told what is kept of them.
const NoticeHistory = "gave notice of what is kept"

// HoldRequisition keeps others from changing a requisition, closing it included, until the unit ends, and
// returns it as it is by then. To be called before an application to it is taken up again, since its row
// is locked before theirs.
func (t *Tx) HoldRequisition(ctx context.Context, id string) (hiring.Requisition, error) {
	n, err := t.write(ctx, `UPDATE requisitions SET version = version WHERE id = $1`, id)
	if err != nil {
		return hiring.Requisition{}, fmt.Errorf("lock %s: %w", id, err)
	}
	if n == 0 {
		return hiring.Requisition{}, notFound("requisition " + id)
	}
	return t.Requisition(ctx, id)
}
