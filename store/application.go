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

// applicationKind counts applications: AP-1, AP-2, … People never read these.
const applicationKind = "AP"

func applicationRecord(id string) string { return "application/" + id }

// outcome is what is kept sealed of an application.
type outcome struct {
	Reason string `json:"reason,omitempty"`
	Why    string `json:"why,omitempty"`
}

// Whatever writes something of an application, its interviews and their scorecards included, locks the
// application's row first, and whatever writes a requisition locks that row before those of its
// applications. So nobody waits for somebody who waits for them, and nothing is written by halves.

// lockApplication keeps others from changing an application, and what belongs to it, until the unit
// ends. It returns a NotFound error where there is none.
func (t *Tx) lockApplication(ctx context.Context, id string) error {
	n, err := t.write(ctx, `UPDATE applications SET version = version WHERE id = $1`, id)
	if err != nil {
		return fmt.Errorf("lock %s: %w", id, err)
	}
	if n == 0 {
		return notFound("such application")
	}
	return nil
}

// AddApplication has a candidate apply to a requisition, and returns the application with its id, its
// times and version 1. It returns a Conflict error where they do already, or where the requisition is
// filled or closed, and a NotFound error where there is none. Who closes a requisition saves it first
// and reads its funnel then: nobody can be added in between.
func (t *Tx) AddApplication(ctx context.Context, a hiring.Application) (hiring.Application, error) {
	n, err := t.write(ctx, `UPDATE requisitions SET version = version WHERE id = $1`, a.Req)
	if err != nil {
		return hiring.Application{}, fmt.Errorf("lock %s: %w", a.Req, err)
	}
	if n == 0 {
		return hiring.Application{}, notFound("requisition " + a.Req)
	}
	r, err := t.Requisition(ctx, a.Req)
	if err != nil {
		return hiring.Application{}, err
	}
	if r.State.Ended() {
		return hiring.Application{}, hiring.Errorf(hiring.Conflict, "%s is %s, so nobody can be added to it. Reopen it first.", r.ID, strings.ToLower(hiring.ReqStateTitle(r.State)))
	}
	if _, found, err := t.ApplicationOf(ctx, a.Candidate, a.Req); err != nil || found {
		if found {
			err = hiring.Errorf(hiring.Conflict, "%s applies to %s already.", a.Candidate, a.Req)
		}
		return hiring.Application{}, err
	}
	id, err := t.NextRef(ctx, applicationKind)
	if err != nil {
		return hiring.Application{}, err
	}
	a.ID, a.CreatedAt, a.ChangedAt, a.Version = id, t.now, t.now, 1
	row, err := t.applicationRow(a)
	if err != nil {
		return hiring.Application{}, err
	}
	_, err = t.write(ctx,
		`INSERT INTO applications (id, stage, stage_since, last_stage, outcome, ended_at, last_word_at, waiting_since, changed_at,
		   number, candidate, requisition, confidential, added_by, created_at, version)
		 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $9, 1)`,
		append(row, numberOf(a.ID), a.Candidate, a.Req, r.Confidential, a.AddedBy)...)
	if err != nil {
		return hiring.Application{}, fmt.Errorf("add an application: %w", err)
	}
	if err := t.countStage(ctx, a.Req, "", a.Stage); err != nil {
		return hiring.Application{}, err
	}
	if err := t.giveParts(ctx, r, a.ID); err != nil {
		return hiring.Application{}, err
	}
	return a, t.tellOf(ctx, a)
}

// SaveApplication writes an application and returns it with its new version. Candidate, requisition and
// who added it when stay as they are. It returns a Conflict error if it was changed since a was read,
// and a NotFound error where there is none.
func (t *Tx) SaveApplication(ctx context.Context, a hiring.Application) (hiring.Application, error) {
	if err := t.lockApplication(ctx, a.ID); err != nil {
		return hiring.Application{}, err
	}
	before, err := t.Application(ctx, a.ID)
	if err != nil {
		return hiring.Application{}, err
	}
	if before.Version != a.Version {
		return hiring.Application{}, changedMeanwhile("How far " + before.Candidate + " has come")
	}
	a.ChangedAt = t.now
	row, err := t.applicationRow(a)
	if err != nil {
		return hiring.Application{}, err
	}
	_, err = t.write(ctx,
		`UPDATE applications SET stage = $2, stage_since = $3, last_stage = $4, outcome = $5, ended_at = $6, last_word_at = $7, waiting_since = $8,
		   changed_at = $9, version = version + 1 WHERE id = $1`, row...)
	if err != nil {
		return hiring.Application{}, fmt.Errorf("save %s: %w", a.ID, err)
	}
	a.Version++
	if before.Stage != a.Stage {
		if err := t.countStage(ctx, a.Req, before.Stage, a.Stage); err != nil {
			return hiring.Application{}, err
		}
	}
	if before.Active() != a.Active() {
		if err := t.closeCards(ctx, a, before.EndedAt); err != nil {
			return hiring.Application{}, err
		}
	}
	if err := t.repeatFacts(ctx, a.ID); err != nil {
		return hiring.Application{}, err
	}
	return a, t.tellOf(ctx, a)
}

// applicationRow returns the columns that both adding and saving write, id first and changed_at last.
func (t *Tx) applicationRow(a hiring.Application) ([]any, error) {
	sealed, err := t.store.keys.sealJSON(applicationRecord(a.ID), outcome{Reason: a.Reason, Why: a.Why})
	if err != nil {
		return nil, err
	}
	return []any{
		a.ID, string(a.Stage), instant{a.StageSince}, string(a.LastStage), sealed,
		instant{a.EndedAt}, instant{a.LastWordAt}, instant{a.WaitingSince}, instant{a.ChangedAt},
	}, nil
}

// countStage moves one application from the count of a stage to that of another; from is "" for a new
// one. The rows are written in the order of the stages' names, so that two who do so never wait for
// each other.
func (t *Tx) countStage(ctx context.Context, req string, from, to hiring.AppStage) error {
	stages := []hiring.AppStage{from, to}
	slices.Sort(stages)
	for _, stage := range stages {
		query := `INSERT INTO application_counts (requisition, stage, n) VALUES ($1, $2, 1)
			ON CONFLICT (requisition, stage) DO UPDATE SET n = application_counts.n + 1`
		if stage == "" {
			continue
		}
		if stage == from {
			query = `UPDATE application_counts SET n = n - 1 WHERE requisition = $1 AND stage = $2`
		}
		_, err := t.write(ctx, query, req, string(stage))
		if err != nil {
			return fmt.Errorf("count the stages of %s: %w", req, err)
		}
	}
	return nil
}

// giveParts writes the part of its team in the applications to a requisition, whose row must be locked
// by this unit: in one of them, or in all where it is "".
func (t *Tx) giveParts(ctx context.Context, r hiring.Requisition, application string) error {
	var steps [5]statement
	of := func(q *statement, column string) string {
		condition := `requisition = ` + q.arg(r.ID)
		if application != "" {
			condition += ` AND ` + column + ` = ` + q.arg(application)
		}
		return condition
	}
	steps[0].add(`UPDATE applications SET confidential = ` + steps[0].arg(r.Confidential) + ` WHERE ` + of(&steps[0], `id`))
	steps[1].add(`UPDATE application_people SET team = FALSE, manages = FALSE, sees = panel, confidential = ` + steps[1].arg(r.Confidential) + ` WHERE ` + of(&steps[1], `application`))
	steps[2].add(`DELETE FROM application_people WHERE ` + of(&steps[2], `application`) + ` AND NOT panel`)
	team := &steps[3]
	team.add(`INSERT INTO application_people (application, person, candidate, requisition, team, manages, panel, sees, stage, confidential, number, waiting_since, active_since, due_at, vacant)
		SELECT a.id, v.person, a.candidate, a.requisition, TRUE, v.manages, FALSE, v.manages, ` + repeatedFacts + ` FROM applications a CROSS JOIN (`)
	for i, person := range r.Team() {
		team.add([]string{``, ` UNION ALL `}[min(i, 1)] + `SELECT CAST(` + team.arg(person) + ` AS TEXT) AS person, CAST(` + team.arg(person == r.HiringManager) + ` AS BOOLEAN) AS manages`)
	}
	team.add(`) AS v WHERE ` + of(team, `id`) + `
		ON CONFLICT (application, person) DO UPDATE SET team = TRUE, manages = excluded.manages, sees = excluded.manages OR application_people.panel`)
	steps[4].add(`UPDATE candidates SET listed = EXISTS (SELECT 1 FROM applications x WHERE x.candidate = candidates.id AND NOT x.confidential)
		WHERE id IN (SELECT a.candidate FROM applications a WHERE ` + of(&steps[4], `id`) + `)`)
	for i := range steps {
		if &steps[i] == team && len(r.Team()) == 0 {
			continue
		}
		if _, err := t.write(ctx, steps[i].text.String(), steps[i].args...); err != nil {
			return fmt.Errorf("save whose the applications to %s are: %w", r.ID, err)
		}
	}
	t.concern(r.Team()...)
	return nil
}

// repeatedFacts are what application_people repeats of the application a.
const repeatedFacts = `a.stage, a.confidential, a.number, a.waiting_since, CASE WHEN a.ended_at IS NULL THEN a.stage_since END, a.due_at,
	a.ended_at IS NULL AND EXISTS (SELECT 1 FROM scorecards e WHERE e.application = a.id AND e.state = 'declined' AND NOT e.removed)`

// followRequisition gives the applications to a requisition to those who are its team by now, if they
// are others than before, or if it has become confidential or is so no more.
func (t *Tx) followRequisition(ctx context.Context, r hiring.Requisition) error {
	var one string
	var confidential bool
	err := t.conn.row(ctx, []any{&one, &confidential}, `SELECT id, confidential FROM applications WHERE requisition = $1 LIMIT 1`, r.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read who applies to %s: %w", r.ID, err)
	}
	have := map[string]bool{}
	err = t.conn.each(ctx, func(scan func(...any) error) error {
		var person string
		var manages bool
		err := scan(&person, &manages)
		have[person] = manages
		return err
	}, `SELECT person, manages FROM application_people WHERE application = $1 AND team`, one)
	if err != nil {
		return fmt.Errorf("read whose the applications to %s are: %w", r.ID, err)
	}
	team := r.Team()
	same := confidential == r.Confidential && len(have) == len(team)
	for _, person := range team {
		manages, known := have[person]
		same = same && known && manages == (person == r.HiringManager)
	}
	if same {
		return nil
	}
	for person := range have {
		t.concern(person)
	}
	return t.giveParts(ctx, r, "")
}

// repeatFacts writes what application_people repeats of an application, whose row must be locked by
// this unit.
func (t *Tx) repeatFacts(ctx context.Context, id string) error {
	_, err := t.write(ctx,
		`UPDATE application_people SET (stage, confidential, number, waiting_since, active_since, due_at, vacant) =
		   (SELECT `+repeatedFacts+` FROM applications a WHERE a.id = $1) WHERE application = $1`, id)
	if err != nil {
		return fmt.Errorf("save where %s stands: %w", id, err)
	}
	return nil
}

// seatPanel writes who sits on an interview of an application, and when the first of its scorecards is
// due. The application's row must be locked by this unit.
func (t *Tx) seatPanel(ctx context.Context, id string) error {
	for _, query := range []string{
		`UPDATE applications SET due_at = (SELECT min(s.due_at) FROM scorecards s WHERE s.application = $1 AND s.waits) WHERE id = $1`,
		`UPDATE application_people SET panel = FALSE, sees = manages WHERE application = $1 AND panel`,
		`INSERT INTO application_people (application, person, candidate, requisition, team, manages, panel, sees, stage, confidential, number, waiting_since, active_since, due_at, vacant)
		 SELECT a.id, s.person, a.candidate, a.requisition, FALSE, FALSE, TRUE, TRUE, ` + repeatedFacts + `
		 FROM (SELECT DISTINCT person FROM scorecards WHERE application = $1 AND seated) AS s CROSS JOIN applications a WHERE a.id = $1
		 ON CONFLICT (application, person) DO UPDATE SET panel = TRUE, sees = TRUE`,
		`DELETE FROM application_people WHERE application = $1 AND NOT team AND NOT panel`,
	} {
		if _, err := t.write(ctx, query, id); err != nil {
			return fmt.Errorf("save who interviews for %s: %w", id, err)
		}
	}
	return t.repeatFacts(ctx, id)
}

// tellOf has all that shows an application drawn again: what is about the candidate, the requisition
// with its funnel, and the homes of who has a part in it.
func (t *Tx) tellOf(ctx context.Context, a hiring.Application) error {
	if err := t.concernParts(ctx, a.ID); err != nil {
		return err
	}
	return errors.Join(t.Refresh(ctx, a.Candidate), t.Refresh(ctx, a.Req))
}

// concernParts notes the people who have a part in an application.
func (t *Tx) concernParts(ctx context.Context, id string) error {
	err := t.conn.each(ctx, func(scan func(...any) error) error {
		var person string
		err := scan(&person)
		t.concern(person)
		return err
	}, `SELECT person FROM application_people WHERE application = $1`, id)
	if err != nil {
		return fmt.Errorf("read who has a part in %s: %w", id, err)
	}
	return nil
}

const applicationColumns = `a.id, a.candidate, a.requisition, a.stage, a.stage_since, a.last_stage, a.outcome, a.ended_at, a.last_word_at, a.waiting_since,
	a.added_by, a.created_at, a.changed_at, a.version`

// Application returns an application, whoever asks. It returns a NotFound error where there is none.
func (t *Tx) Application(ctx context.Context, id string) (hiring.Application, error) {
	found, err := t.applications(ctx, `SELECT `+applicationColumns+` FROM applications a WHERE a.id = $1`, id)
	return only(found, err, "such application")
}

// ApplicationOf returns the application of a candidate to a requisition, whoever asks, and whether
// there is one.
func (t *Tx) ApplicationOf(ctx context.Context, candidate, req string) (hiring.Application, bool, error) {
	found, err := t.applications(ctx, `SELECT `+applicationColumns+` FROM applications a WHERE a.candidate = $1 AND a.requisition = $2`, candidate, req)
	if err != nil || len(found) == 0 {
		return hiring.Application{}, false, err
	}
	return found[0], true, nil
}

// ApplicationsOf returns the applications of a candidate that the viewer may see, the active ones
// first and then the newest first. Who only sits on an interview sees none.
func (t *Tx) ApplicationsOf(ctx context.Context, candidate string, viewer CandidateViewer) ([]hiring.Application, error) {
	var q statement
	q.add(`SELECT ` + applicationColumns + ` FROM applications a WHERE a.candidate = ` + q.arg(candidate) + ` AND ` + q.worksOn(viewer) +
		` ORDER BY (a.ended_at IS NULL) DESC, a.number DESC`)
	return t.applications(ctx, q.text.String(), q.args...)
}

// worksOn returns the condition that a viewer works on the application a.
func (q *statement) worksOn(viewer CandidateViewer) string {
	own := `EXISTS (SELECT 1 FROM application_people p WHERE p.application = a.id AND p.person = ` + q.arg(viewer.Person) + ` AND p.` + part(viewer) + `)`
	if viewer.Recruits {
		return `(NOT a.confidential OR ` + own + `)`
	}
	return own
}

// part is the column that says that somebody works on an application: recruiters do on those of their
// team, others on those that they own.
func part(viewer CandidateViewer) string {
	if viewer.Recruits {
		return `team`
	}
	return `manages`
}

// AppFilter says which applications are listed. What is zero does not narrow.
type AppFilter struct {
	Viewer CandidateViewer
	Stages []hiring.AppStage
	Req    string
	// Mine leaves those in which the viewer has a part of their own: of their team, or theirs.
	Mine bool
	// After is the id of the last row of the page before.
	After string
	// Limit is the most rows; 0 is 25.
	Limit int
}

// Applications returns the applications that a filter lets through, the newest first. It is a union of
// one branch for each stage and for what is confidential and what is not, as Requisitions is.
func (t *Tx) Applications(ctx context.Context, f AppFilter) ([]hiring.Application, error) {
	if f.Viewer.Person == "" {
		return nil, nil
	}
	if f.Limit <= 0 {
		f.Limit = candidatePage
	}
	if f.After != "" && numberOf(f.After) < 1 {
		return nil, hiring.Errorf(hiring.Invalid, "%q is not an application to go on from. Open the list again.", f.After)
	}
	var q statement
	page := q.appPage(f)
	q.add(`SELECT ` + applicationColumns + ` FROM (` + page + `) AS page JOIN applications a ON a.id = page.id ORDER BY a.number DESC`)
	return t.applications(ctx, q.text.String(), q.args...)
}

// CountApplications returns how many applications a filter lets through, whatever its cursor and limit;
// CountLimit stands for that many or more.
func (t *Tx) CountApplications(ctx context.Context, f AppFilter) (int, error) {
	if f.Viewer.Person == "" {
		return 0, nil
	}
	f.After, f.Limit = "", CountLimit
	var q statement
	var n int
	page := q.appPage(f)
	q.add(`SELECT count(*) FROM (` + page + `) AS page`)
	if err := t.conn.row(ctx, []any{&n}, q.text.String(), q.args...); err != nil {
		return 0, fmt.Errorf("count applications: %w", err)
	}
	return n, nil
}

// appPage returns a query of the id and number of the applications that a filter lets through.
func (q *statement) appPage(f AppFilter) string {
	stages := f.Stages
	if len(stages) == 0 {
		stages = hiring.AppStages
	}
	var branches []string
	for i, stage := range stages {
		if slices.Contains(stages[:i], stage) {
			continue
		}
		// What recruiters are listed is in one order only where it is all confidential, or not at all.
		parts := []appPart{{own: true}}
		if f.Viewer.Recruits {
			parts = []appPart{{own: f.Mine, confidential: new(false)}, {own: true, confidential: new(true)}}
		}
		for _, part := range parts {
			branches = append(branches, `SELECT id, number FROM (`+q.appBranch(f, stage, part)+`) AS part`+strconv.Itoa(len(branches)))
		}
	}
	return strings.Join(branches, "\nUNION ALL ") + "\nORDER BY number DESC LIMIT " + strconv.Itoa(f.Limit)
}

// appPart is a part of a list: with own that in which the viewer has a part, else all; and what is
// confidential, or is not, or both where that is nil.
type appPart struct {
	own          bool
	confidential *bool
}

// appBranch returns the part of a page in one stage.
func (q *statement) appBranch(f AppFilter, stage hiring.AppStage, of appPart) string {
	from, id := `applications s`, `s.id`
	where := []string{`s.stage = ` + q.arg(string(stage))}
	if of.confidential != nil {
		where = append(where, `s.confidential = `+q.arg(*of.confidential))
	}
	switch {
	case !of.own:
	case f.Req != "":
		// Of one requisition, its applications are read, not all of the viewer's.
		where = append(where, `EXISTS (SELECT 1 FROM application_people p WHERE p.application = s.id AND p.person = `+q.arg(f.Viewer.Person)+` AND p.`+part(f.Viewer)+`)`)
	default:
		from, id = `application_people s`, `s.application`
		where = append(where, `s.`+part(f.Viewer), `s.person = `+q.arg(f.Viewer.Person))
	}
	if f.Req != "" {
		where = append(where, `s.requisition = `+q.arg(f.Req))
	}
	if f.After != "" {
		where = append(where, `s.number < `+q.arg(numberOf(f.After)))
	}
	return `SELECT ` + id + ` AS id, s.number FROM ` + from + ` WHERE ` + strings.Join(where, ` AND `) + ` ORDER BY s.number DESC LIMIT ` + strconv.Itoa(f.Limit)
}

// WaitingForWord returns the applications in which the viewer has a part and whose candidates have
// waited for a word since an instant or longer, the longest first. Limit 0 is 25.
func (t *Tx) WaitingForWord(ctx context.Context, viewer CandidateViewer, since time.Time, limit int) ([]hiring.Application, error) {
	return t.ownApplications(ctx, viewer, `waiting_since`, ``, since, limit)
}

// WaitingForWordOf returns the applications to a requisition whose candidates wait for a word, the longest
// first, whoever asks.
func (t *Tx) WaitingForWordOf(ctx context.Context, req string, limit int) ([]hiring.Application, error) {
	var q statement
	q.add(`SELECT ` + applicationColumns + ` FROM applications a WHERE a.requisition = ` + q.arg(req) + ` AND a.stage IN (` + q.list(activeStages()) + `)
		AND a.waiting_since IS NOT NULL ORDER BY a.waiting_since, a.number LIMIT ` + strconv.Itoa(limit))
	return t.applications(ctx, q.text.String(), q.args...)
}

// activeStages are those of applications on which somebody works.
func activeStages() []string {
	var stages []string
	for _, s := range hiring.AppStages {
		if s.Active() {
			stages = append(stages, string(s))
		}
	}
	return stages
}

// Stuck returns the active applications in which the viewer has a part and that have been in their
// stage since an instant or longer, the longest first. Limit 0 is 25.
func (t *Tx) Stuck(ctx context.Context, viewer CandidateViewer, since time.Time, limit int) ([]hiring.Application, error) {
	return t.ownApplications(ctx, viewer, `active_since`, ``, since, limit)
}

// WithLateScorecards returns the active applications in which the viewer has a part and of which a scorecard
// was due at an instant and is not in, the longest due first. Limit 0 is 25.
func (t *Tx) WithLateScorecards(ctx context.Context, viewer CandidateViewer, now time.Time, limit int) ([]hiring.Application, error) {
	return t.ownApplications(ctx, viewer, `due_at`, lateAlso, now, limit)
}

// lateAlso is the condition, beside that a scorecard was due, that somebody needs it still.
const lateAlso = ` AND p.active_since IS NOT NULL`

// EmptySeats returns the scorecards whose people said that they cannot and whose seats nobody has taken
// over, without what stands in them, of the active applications in which the viewer has a part; those of
// the oldest applications first. Limit 0 is 25.
func (t *Tx) EmptySeats(ctx context.Context, viewer CandidateViewer, limit int) ([]hiring.Scorecard, error) {
	if viewer.Person == "" {
		return nil, nil
	}
	if limit <= 0 {
		limit = candidatePage
	}
	var q statement
	most := strconv.Itoa(limit)
	q.add(`SELECT ` + scorecardColumns + ` FROM (SELECT p.application, p.number FROM application_people p WHERE p.person = ` + q.arg(viewer.Person) + ` AND ` + ownPart(viewer) +
		` AND p.vacant ORDER BY p.number LIMIT ` + most + `) AS page JOIN scorecards s ON s.application = page.application
		WHERE s.state = 'declined' AND NOT s.removed ORDER BY page.number, s.interview, s.person LIMIT ` + most)
	found, err := t.scorecards(ctx, q.text.String(), q.args...)
	for at := range found {
		found[at].CardContent, found[at].Notes, found[at].Why = hiring.CardContent{}, nil, ""
	}
	return found, err
}

// ownPart is the condition on application_people p that somebody works on it by a part of their own. Both
// columns stand in it, since the indexes are of what is of a team.
func ownPart(viewer CandidateViewer) string {
	if viewer.Recruits {
		return `p.team`
	}
	return `p.team AND p.manages`
}

func (t *Tx) ownApplications(ctx context.Context, viewer CandidateViewer, column, also string, until time.Time, limit int) ([]hiring.Application, error) {
	if viewer.Person == "" {
		return nil, nil
	}
	if limit <= 0 {
		limit = candidatePage
	}
	var q statement
	q.add(`SELECT ` + applicationColumns + ` FROM (SELECT p.application, p.` + column + ` AS since, p.number FROM application_people p WHERE p.person = ` +
		q.arg(viewer.Person) + ` AND ` + ownPart(viewer) + ` AND p.` + column + ` IS NOT NULL AND p.` + column + ` <= ` + q.arg(instant{until}) + also +
		` ORDER BY p.` + column + ` LIMIT ` + strconv.Itoa(limit) + `) AS page JOIN applications a ON a.id = page.application ORDER BY page.since, page.number`)
	return t.applications(ctx, q.text.String(), q.args...)
}

// FunnelOf returns how many applications of a requisition are in each stage.
func (t *Tx) FunnelOf(ctx context.Context, req string) (hiring.Funnel, error) {
	funnel := hiring.Funnel{}
	err := t.conn.each(ctx, func(scan func(...any) error) error {
		var stage string
		var n int
		err := scan(&stage, &n)
		funnel[hiring.AppStage(stage)] = n
		return err
	}, `SELECT stage, n FROM application_counts WHERE requisition = $1 AND n > 0`, req)
	if err != nil {
		return nil, fmt.Errorf("read the funnel of %s: %w", req, err)
	}
	return funnel, nil
}

func (t *Tx) applications(ctx context.Context, query string, args ...any) ([]hiring.Application, error) {
	var all []hiring.Application
	err := t.conn.each(ctx, func(scan func(...any) error) error {
		var (
			a                                          hiring.Application
			sealed                                     string
			since, ended, word, waiting, made, changed instant
		)
		err := scan(&a.ID, &a.Candidate, &a.Req, &a.Stage, &since, &a.LastStage, &sealed, &ended, &word, &waiting, &a.AddedBy, &made, &changed, &a.Version)
		if err != nil {
			return err
		}
		var o outcome
		if err := t.store.keys.openJSON(applicationRecord(a.ID), sealed, &o); err != nil {
			return err
		}
		a.Reason, a.Why = o.Reason, o.Why
		a.StageSince, a.EndedAt, a.LastWordAt, a.WaitingSince = since.Time, ended.Time, word.Time, waiting.Time
		a.CreatedAt, a.ChangedAt = made.Time, changed.Time
		all = append(all, a)
		return nil
	}, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read applications: %w", err)
	}
	return all, nil
}
