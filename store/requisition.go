package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hirebot/hirebot/hiring"
)

// requisitionKind counts the references of requisitions, …
const requisitionKind = "R"

func requisitionRecord(id string) string { return "requisition/" + id }

// reqReasons are the texts of a requisition that are kept sealed.
type reqReasons struct {
	Why       string `json:"why,omitempty"`
	BudgetWhy string `json:"budget_why,omitempty"`
	StateWhy  string `json:"state_why,omitempty"`
}

// AddRequisition adds a requisition and returns it with its reference, its times and version 1. It
// returns a NotFound error where somebody of its team is nobody of the company, and an Invalid one
// for a state or a number that cannot be.
func (t *Tx) AddRequisition(ctx context.Context, r hiring.Requisition) (hiring.Requisition, error) {
	if err := t.checkPeople(r.Team()); err != nil {
		return hiring.Requisition{}, err
	}
	id, err := t.NextRef(ctx, requisitionKind)
	if err != nil {
		return hiring.Requisition{}, err
	}
	r.ID, r.CreatedAt, r.ChangedAt, r.Version = id, t.now, t.now, 1
	row, err := t.requisitionRow(r)
	if err != nil {
		return hiring.Requisition{}, err
	}
	_, err = t.write(ctx,
		`INSERT INTO requisitions (id, role, title, level, seats, filled, location, place, work_mode, budget_low, budget_high, reasons,
		   ecosystem, must, nice, stages, target, requester, hiring_manager, recruiter, panel, confidential, state, announced,
		   approved_terms, changed_at, number, created_at, version)
		 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $26, 1)`,
		append(row, numberOf(r.ID))...)
	if err != nil {
		return hiring.Requisition{}, fmt.Errorf("add a requisition: %w", err)
	}
	return r, t.saveRequisitionParts(ctx, r)
}

// SaveRequisition writes a requisition and returns it with its new version. When it was created stays
// as it is. It returns a Conflict error if it was changed since r was read, a NotFound error where
// there is none or where somebody of its team is nobody of the company, and an Invalid one for a
// state or a number that cannot be.
func (t *Tx) SaveRequisition(ctx context.Context, r hiring.Requisition) (hiring.Requisition, error) {
	if err := t.checkPeople(r.Team()); err != nil {
		return hiring.Requisition{}, err
	}
	r.ChangedAt = t.now
	row, err := t.requisitionRow(r)
	if err != nil {
		return hiring.Requisition{}, err
	}
	if err := t.recordMove(ctx, r); err != nil {
		return hiring.Requisition{}, err
	}
	n, err := t.write(ctx,
		`UPDATE requisitions SET role = $2, title = $3, level = $4, seats = $5, filled = $6, location = $7, place = $8, work_mode = $9,
		   budget_low = $10, budget_high = $11, reasons = $12, ecosystem = $13, must = $14, nice = $15, stages = $16, target = $17,
		   requester = $18, hiring_manager = $19, recruiter = $20, panel = $21, confidential = $22, state = $23, announced = $24,
		   approved_terms = $25, changed_at = $26, version = version + 1
		 WHERE id = $1 AND version = $27`, append(row, r.Version)...)
	if err != nil {
		return hiring.Requisition{}, fmt.Errorf("save %s: %w", r.ID, err)
	}
	if n == 0 {
		if _, err := t.Requisition(ctx, r.ID); err != nil {
			return hiring.Requisition{}, err
		}
		return hiring.Requisition{}, changedMeanwhile(r.ID)
	}
	r.Version++
	return r, t.saveRequisitionParts(ctx, r)
}

// checkPeople returns a NotFound error unless all of them are people of the company, present or past.
func (t *Tx) checkPeople(ids []string) error {
	for _, id := range ids {
		if _, ok := t.snapshot.Person(id); !ok {
			return notFound("person with the id " + id)
		}
	}
	return nil
}

// requisitionRow returns the columns that both adding and saving write, id first and changed_at last.
func (t *Tx) requisitionRow(r hiring.Requisition) ([]any, error) {
	sealed, err := t.store.keys.sealJSON(requisitionRecord(r.ID), reqReasons{Why: r.Why, BudgetWhy: r.BudgetWhy, StateWhy: r.StateWhy})
	if err != nil {
		return nil, err
	}
	var lists [4]string
	for i, list := range [][]string{r.Must, r.Nice, r.Stages, r.Panel} {
		if lists[i], err = writeList(list); err != nil {
			return nil, fmt.Errorf("write %s: %w", r.ID, err)
		}
	}
	return []any{
		r.ID, r.Role, r.Title, r.Level, r.Seats, r.Filled, r.Location, hiring.Fold(r.Location), r.WorkMode,
		int64(r.Budget.Low), int64(r.Budget.High), sealed, r.Ecosystem,
		lists[0], lists[1], lists[2], r.Target, r.Requester, r.HiringManager, r.Recruiter, lists[3], r.Confidential, string(r.State),
		r.Announced, r.ApprovedTerms, instant{r.ChangedAt},
	}, nil
}

// saveRequisitionParts writes who may know of a requisition and who works on its candidates, and what
// it is found by.
func (t *Tx) saveRequisitionParts(ctx context.Context, r hiring.Requisition) error {
	if err := t.saveAudience(ctx, r); err != nil {
		return err
	}
	if err := t.followRequisition(ctx, r); err != nil {
		return err
	}
	return t.saveWords(ctx, "requisition", r.ID, requisitionWords(r))
}

// saveAudience writes for whom a requisition exists: its team and the approvers of its latest
// approval. The requisition's row must have been written in this unit, so that nobody else does the
// same at once.
func (t *Tx) saveAudience(ctx context.Context, r hiring.Requisition) error {
	team := r.Team()
	audience := append([]string{}, team...)
	known := map[string]bool{}
	for _, person := range team {
		known[person] = true
	}
	err := t.conn.each(ctx, func(scan func(...any) error) error {
		var person string
		if err := scan(&person); err != nil {
			return err
		}
		if !known[person] {
			audience = append(audience, person)
		}
		return nil
	}, `SELECT DISTINCT person FROM approval_people WHERE approval = (SELECT id FROM approvals WHERE subject = $1 ORDER BY number DESC LIMIT 1)`, r.ID)
	if err != nil {
		return fmt.Errorf("read who approves %s: %w", r.ID, err)
	}
	concerned := slices.Clone(audience)
	err = t.conn.each(ctx, func(scan func(...any) error) error {
		var person string
		err := scan(&person)
		concerned = append(concerned, person)
		return err
	}, `DELETE FROM requisition_people WHERE requisition = $1 RETURNING person`, r.ID)
	if err != nil {
		return fmt.Errorf("save who may know of %s: %w", r.ID, err)
	}
	t.concernTeam(concerned...)
	if len(audience) == 0 {
		return nil
	}
	var q statement
	q.add(`INSERT INTO requisition_people (requisition, state, confidential, number, person, team) VALUES `)
	same := strings.Join([]string{q.arg(r.ID), q.arg(string(r.State)), q.arg(r.Confidential), q.arg(numberOf(r.ID))}, `, `)
	for i, person := range audience {
		if i > 0 {
			q.add(`, `)
		}
		q.add(`(` + same + `, ` + q.arg(person) + `, ` + q.arg(known[person]) + `)`)
	}
	if _, err := t.write(ctx, q.text.String(), q.args...); err != nil {
		return fmt.Errorf("save who may know of %s: %w", r.ID, err)
	}
	return nil
}

// Requisition returns a requisition, whoever asks: who may know of it is the caller's to decide, or
// RequisitionFor's. It returns a NotFound error where there is none.
func (t *Tx) Requisition(ctx context.Context, id string) (hiring.Requisition, error) {
	return t.requisition(ctx, id, `SELECT `+requisitionColumns+` FROM requisitions r WHERE r.id = $1`, id)
}

// RequisitionFor returns a requisition that the viewer may know of: one that lists show them, or one
// that they are asked about today in place of an approver who is away. It returns the same NotFound
// error where there is none and where the viewer may not know.
func (t *Tx) RequisitionFor(ctx context.Context, id string, viewer ReqViewer) (hiring.Requisition, error) {
	var q statement
	q.add(`SELECT ` + requisitionColumns + ` FROM requisitions r WHERE r.id = ` + q.arg(id) + ` AND (` + q.visible(viewer))
	if absent := t.snapshot.StandsInFor(viewer.Person, t.today()); len(absent) > 0 {
		q.add(` OR EXISTS (SELECT 1 FROM approvals a JOIN approval_people p ON p.approval = a.id
			WHERE a.subject = r.id AND a.state = 'open' AND p.waiting AND p.person IN (` + q.list(absent) + `))`)
	}
	q.add(`)`)
	return t.requisition(ctx, id, q.text.String(), q.args...)
}

func (t *Tx) requisition(ctx context.Context, id, query string, args ...any) (hiring.Requisition, error) {
	found, err := t.requisitions(ctx, query, args...)
	return only(found, err, "requisition "+id)
}

const requisitionColumns = `r.id, r.role, r.title, r.level, r.seats, r.filled, r.location, r.work_mode, r.budget_low, r.budget_high, r.reasons,
	r.ecosystem, r.must, r.nice, r.stages, r.target, r.requester, r.hiring_manager, r.recruiter, r.panel, r.confidential, r.state, r.announced,
	r.approved_terms, r.created_at, r.changed_at, r.version`

func (t *Tx) requisitions(ctx context.Context, query string, args ...any) ([]hiring.Requisition, error) {
	var all []hiring.Requisition
	err := t.conn.each(ctx, func(scan func(...any) error) error {
		var (
			r                         hiring.Requisition
			sealed                    string
			must, nice, stages, panel string
			created, changed          instant
		)
		err := scan(&r.ID, &r.Role, &r.Title, &r.Level, &r.Seats, &r.Filled, &r.Location, &r.WorkMode, &r.Budget.Low, &r.Budget.High, &sealed,
			&r.Ecosystem, &must, &nice, &stages, &r.Target, &r.Requester, &r.HiringManager, &r.Recruiter, &panel, &r.Confidential, &r.State,
			&r.Announced, &r.ApprovedTerms, &created, &changed, &r.Version)
		if err != nil {
			return err
		}
		var reasons reqReasons
		if err := t.store.keys.openJSON(requisitionRecord(r.ID), sealed, &reasons); err != nil {
			return err
		}
		r.Why, r.BudgetWhy, r.StateWhy = reasons.Why, reasons.BudgetWhy, reasons.StateWhy
		for _, list := range []struct {
			text string
			into *[]string
		}{{must, &r.Must}, {nice, &r.Nice}, {stages, &r.Stages}, {panel, &r.Panel}} {
			if err := readList(list.text, list.into); err != nil {
				return err
			}
		}
		r.CreatedAt, r.ChangedAt = created.Time, changed.Time
		all = append(all, r)
		return nil
	}, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read requisitions: %w", err)
	}
	return all, nil
}

// DraftsRole tells whether a person is requester or hiring manager of a requisition of the role that
// is not closed.
func (t *Tx) DraftsRole(ctx context.Context, person, role string) (bool, error) {
	var one int64
	err := t.conn.row(ctx, []any{&one},
		`SELECT 1 WHERE EXISTS (SELECT 1 FROM requisitions WHERE requester = $1 AND role = $2 AND state <> 'closed')
		             OR EXISTS (SELECT 1 FROM requisitions WHERE hiring_manager = $1 AND role = $2 AND state <> 'closed')`, person, role)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for requisitions of a role: %w", err)
	}
	return true, nil
}

// RolesDrafted returns the roles of which a person is requester or hiring manager of a requisition that is
// not closed.
func (t *Tx) RolesDrafted(ctx context.Context, person string) ([]string, error) {
	var roles []string
	err := t.conn.each(ctx, func(scan func(...any) error) error {
		var role string
		err := scan(&role)
		roles = append(roles, role)
		return err
	}, `SELECT role FROM requisitions WHERE requester = $1 AND state <> 'closed'
		UNION SELECT role FROM requisitions WHERE hiring_manager = $1 AND state <> 'closed'`, person)
	if err != nil {
		return nil, fmt.Errorf("look for the roles of somebody's requisitions: %w", err)
	}
	return roles, nil
}

// today returns the company's date.
func (t *Tx) today() string { return t.now.In(t.snapshot.Zone("")).Format(time.DateOnly) }

// numberOf returns the number of a reference, such as 12 of "R-12", and 0 for what is none.
func numberOf(ref string) int64 {
	_, digits, _ := strings.Cut(ref, "-")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
