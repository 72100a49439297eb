package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hirebot/hirebot/hiring"
)

// approvalKind counts the references of approvals, …
const approvalKind = "A"

// approvalsPage is how many approvals are listed where no limit is given.
const approvalsPage = 25

func approvalRecord(id string) string { return "approval/" + id }

// approvalBody is the part of an approval that is kept sealed.
type approvalBody struct {
	Steps    []hiring.ApprovalStep
	Question *hiring.ApprovalQuestion
	Notes    []hiring.ApprovalNote
}

// AddApproval adds an approval and returns it with its reference and version 1. It returns a Conflict
// error where another one of the subject is open, and a NotFound error where an approver is nobody
// of the company.
func (t *Tx) AddApproval(ctx context.Context, a hiring.Approval) (hiring.Approval, error) {
	if err := t.checkPeople(approversOf(a)); err != nil {
		return hiring.Approval{}, err
	}
	id, err := t.NextRef(ctx, approvalKind)
	if err != nil {
		return hiring.Approval{}, err
	}
	a.ID, a.Version = id, 1
	if a.AskedAt.IsZero() {
		a.AskedAt = t.now
	}
	row, err := t.approvalRow(a)
	if err != nil {
		return hiring.Approval{}, err
	}
	_, err = t.write(ctx,
		`INSERT INTO approvals (id, subject, terms, requester, author, beneficiary, body, current_step, state, asked_at, step_since, reminded,
		   remind_at, ended_at, number, version)
		 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1)`, append(row, numberOf(a.ID))...)
	if err != nil {
		return hiring.Approval{}, fmt.Errorf("ask for approval of %s: %w", a.Subject, err)
	}
	if err := t.saveApprovers(ctx, a); err != nil {
		return hiring.Approval{}, err
	}
	t.concernApproval(a)
	return a, t.refreshAudience(ctx, a.Subject)
}

// SaveApproval writes an approval and returns it with its new version. It returns a Conflict error if
// it was changed since a was read, or if it is opened again while another one of the subject is open,
// and a NotFound error where there is none or where an approver is nobody of the company.
func (t *Tx) SaveApproval(ctx context.Context, a hiring.Approval) (hiring.Approval, error) {
	if err := t.checkPeople(approversOf(a)); err != nil {
		return hiring.Approval{}, err
	}
	row, err := t.approvalRow(a)
	if err != nil {
		return hiring.Approval{}, err
	}
	n, err := t.write(ctx,
		`UPDATE approvals SET subject = $2, terms = $3, requester = $4, author = $5, beneficiary = $6, body = $7, current_step = $8, state = $9,
		   asked_at = $10, step_since = $11, reminded = $12, remind_at = $13, ended_at = $14, version = version + 1
		 WHERE id = $1 AND version = $15`, append(row, a.Version)...)
	if err != nil {
		return hiring.Approval{}, fmt.Errorf("save %s: %w", a.ID, err)
	}
	if n == 0 {
		if _, err := t.Approval(ctx, a.ID); err != nil {
			return hiring.Approval{}, err
		}
		return hiring.Approval{}, changedMeanwhile("What is to be approved, or a decision on it,")
	}
	a.Version++
	var before []string
	err = t.conn.each(ctx, func(scan func(...any) error) error {
		var person string
		err := scan(&person)
		before = append(before, person)
		return err
	}, `DELETE FROM approval_people WHERE approval = $1 RETURNING person`, a.ID)
	if err != nil {
		return hiring.Approval{}, fmt.Errorf("save the approvers of %s: %w", a.ID, err)
	}
	if err := t.saveApprovers(ctx, a); err != nil {
		return hiring.Approval{}, err
	}
	t.concernApproval(a, before...)
	slices.Sort(before)
	if slices.Equal(slices.Compact(before), approversOf(a)) {
		return a, nil
	}
	return a, t.refreshAudience(ctx, a.Subject)
}

// approversOf returns the ids of all approvers, each once, sorted.
func approversOf(a hiring.Approval) []string {
	var all []string
	for _, step := range a.Steps {
		for _, approver := range step.Approvers {
			all = append(all, approver.Person)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// approvalRow returns the columns that both adding and saving write, id first and ended_at last. What
// is not open is not reminded of.
func (t *Tx) approvalRow(a hiring.Approval) ([]any, error) {
	sealed, err := t.store.keys.sealJSON(approvalRecord(a.ID), approvalBody{Steps: a.Steps, Question: a.Question, Notes: a.Notes})
	if err != nil {
		return nil, err
	}
	return []any{
		a.ID, a.Subject, a.Terms, a.Requester, a.Author, a.Beneficiary, sealed, a.Current, string(a.State),
		instant{a.AskedAt}, instant{a.StepSince}, a.Reminded, instant{a.RemindAt}, instant{a.EndedAt},
	}, nil
}

// saveApprovers writes who is asked, and who is waited for.
func (t *Tx) saveApprovers(ctx context.Context, a hiring.Approval) error {
	var q statement
	q.add(`INSERT INTO approval_people (approval, number, step, person, pending, waiting) VALUES `)
	waits := a.WaitsFor()
	same, first := q.arg(a.ID)+`, `+q.arg(numberOf(a.ID)), true
	for i, step := range a.Steps {
		known := map[string]bool{}
		for _, approver := range step.Approvers {
			if known[approver.Person] {
				continue
			}
			known[approver.Person] = true
			decided := slices.ContainsFunc(step.Decisions, func(d hiring.Decision) bool { return d.Person == approver.Person })
			pending := a.State == hiring.ApprovalOpen && i >= a.Current && !step.Passed && !decided
			waited := slices.ContainsFunc(waits, func(x hiring.StepApprover) bool { return x.Person == approver.Person })
			if !first {
				q.add(`, `)
			}
			first = false
			q.add(`(` + strings.Join([]string{same, q.arg(i), q.arg(approver.Person), q.arg(pending), q.arg(i == a.Current && waited)}, `, `) + `)`)
		}
	}
	if first {
		return nil
	}
	if _, err := t.write(ctx, q.text.String(), q.args...); err != nil {
		return fmt.Errorf("save the approvers of %s: %w", a.ID, err)
	}
	return nil
}

// refreshAudience writes anew for whom a requisition exists, since its approvers have changed. It does
// nothing for other subjects. The update that changes nothing keeps others from doing so at once.
func (t *Tx) refreshAudience(ctx context.Context, subject string) error {
	if !strings.HasPrefix(subject, requisitionKind+"-") {
		return nil
	}
	r := hiring.Requisition{ID: subject}
	var panel string
	err := t.conn.row(ctx, []any{&r.Requester, &r.HiringManager, &r.Recruiter, &panel, &r.Confidential, &r.State},
		`UPDATE requisitions SET version = version WHERE id = $1 RETURNING requester, hiring_manager, recruiter, panel, confidential, state`, subject)
	if errors.Is(err, sql.ErrNoRows) {
		return notFound("requisition " + subject)
	}
	if err != nil {
		return fmt.Errorf("read the team of %s: %w", subject, err)
	}
	if err := json.Unmarshal([]byte(panel), &r.Panel); err != nil {
		return fmt.Errorf("read the team of %s: %w", subject, err)
	}
	return t.saveAudience(ctx, r)
}

const approvalColumns = `a.id, a.subject, a.terms, a.requester, a.author, a.beneficiary, a.body, a.current_step, a.state, a.asked_at, a.step_since,
	a.reminded, a.remind_at, a.ended_at, a.version`

// Approval returns an approval, whoever asks. It returns a NotFound error where there is none.
func (t *Tx) Approval(ctx context.Context, id string) (hiring.Approval, error) {
	found, err := t.approvals(ctx, `SELECT `+approvalColumns+` FROM approvals a WHERE a.id = $1`, id)
	return only(found, err, "approval "+id)
}

// LatestApproval returns the approval of a subject that was asked for last, however it stands, and
// whether there is one.
func (t *Tx) LatestApproval(ctx context.Context, subject string) (hiring.Approval, bool, error) {
	found, err := t.approvals(ctx, `SELECT `+approvalColumns+` FROM approvals a WHERE a.subject = $1 ORDER BY a.number DESC LIMIT 1`, subject)
	if err != nil || len(found) == 0 {
		return hiring.Approval{}, false, err
	}
	return found[0], true, nil
}

// ApprovalsWaitingFor returns the open approvals that a person is to decide, the oldest first: those
// of whose present step they are an approver and have not decided, and those of approvers who are
// away on the day, YYYY-MM-DD, and in whose place they decide. What somebody asked for, or would be
// paid by, they do not decide for others either. Limit 0 is 25.
func (t *Tx) ApprovalsWaitingFor(ctx context.Context, person, today string, limit int) ([]hiring.Approval, error) {
	return t.ApprovalsWaitingNamed(ctx, person, today, "", limit)
}

// ApprovalsWaitingNamed is ApprovalsWaitingFor for the requisitions that a search finds, as ReqFilter has
// it; "" finds all.
func (t *Tx) ApprovalsWaitingNamed(ctx context.Context, person, today, search string, limit int) ([]hiring.Approval, error) {
	if limit <= 0 {
		limit = approvalsPage
	}
	var words []string
	if strings.TrimSpace(search) != "" {
		if words = searchWords(search); len(words) == 0 {
			return nil, nil
		}
		words = words[:min(len(words), maxSearch)]
	}
	// What is searched for is read by its requisition, which only then is looked at.
	subject := func(q *statement, approval string) string {
		if len(words) == 0 {
			return ``
		}
		return ` AND EXISTS (SELECT 1 FROM approvals x WHERE x.id = ` + approval + q.have(`x.subject`, words) + `)`
	}
	var q statement
	me, most := q.arg(person), strconv.Itoa(limit)
	q.add(`SELECT ` + approvalColumns + ` FROM (SELECT approval, number FROM (
		SELECT p.approval, p.number FROM approval_people p WHERE p.waiting AND p.person = ` + me + subject(&q, `p.approval`) + ` ORDER BY p.number LIMIT ` + most + `) AS own`)
	if absent := t.snapshot.StandsInFor(person, today); len(absent) > 0 {
		q.add(` UNION SELECT approval, number FROM (
			SELECT DISTINCT p.approval, p.number FROM approval_people p JOIN approvals b ON b.id = p.approval
			WHERE p.waiting AND p.person IN (` + q.list(absent) + `) AND b.requester <> ` + me + ` AND b.author <> ` + me + ` AND b.beneficiary <> ` + me + subject(&q, `p.approval`) + `
			ORDER BY p.number LIMIT ` + most + `) AS others`)
	}
	q.add(` ORDER BY number LIMIT ` + most + `) AS page JOIN approvals a ON a.id = page.approval ORDER BY page.number`)
	return t.approvals(ctx, q.text.String(), q.args...)
}

// OpenApprovalsOf returns the open approvals in which somebody has still to decide, now or in a later
// step, the oldest first.
func (t *Tx) OpenApprovalsOf(ctx context.Context, approver string) ([]hiring.Approval, error) {
	return t.approvals(ctx, `SELECT `+approvalColumns+` FROM approvals a
		WHERE a.id IN (SELECT p.approval FROM approval_people p WHERE p.pending AND p.person = $1) ORDER BY a.number`, approver)
}

// DueReminders returns the ids of the open approvals of which a reminder is due, the longest due
// first. Who sends it saves the approval in the same unit: of several who do, one succeeds.
func (s *Store) DueReminders(ctx context.Context, now time.Time, limit int) ([]string, error) {
	var due []string
	err := s.pool.each(ctx, func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		due = append(due, id)
		return err
	}, `SELECT id FROM approvals WHERE state = 'open' AND remind_at IS NOT NULL AND remind_at <= $1 ORDER BY remind_at, number LIMIT $2`, instant{now}, limit)
	if err != nil {
		return nil, fmt.Errorf("look for reminders that are due: %w", err)
	}
	return due, nil
}

func (t *Tx) approvals(ctx context.Context, query string, args ...any) ([]hiring.Approval, error) {
	var all []hiring.Approval
	err := t.conn.each(ctx, func(scan func(...any) error) error {
		var (
			a                          hiring.Approval
			sealed                     string
			asked, since, remind, ends instant
		)
		err := scan(&a.ID, &a.Subject, &a.Terms, &a.Requester, &a.Author, &a.Beneficiary, &sealed, &a.Current, &a.State, &asked, &since,
			&a.Reminded, &remind, &ends, &a.Version)
		if err != nil {
			return err
		}
		var body approvalBody
		if err := t.store.keys.openJSON(approvalRecord(a.ID), sealed, &body); err != nil {
			return err
		}
		a.Steps, a.Question, a.Notes = body.Steps, body.Question, body.Notes
		a.AskedAt, a.StepSince, a.RemindAt, a.EndedAt = asked.Time, since.Time, remind.Time, ends.Time
		all = append(all, a)
		return nil
	}, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read approvals: %w", err)
	}
	return all, nil
}
