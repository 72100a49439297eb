package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hirebot/hirebot/hiring"
)

// interviewKind counts the references of interviews: I-1, I-2, …
const interviewKind = "I"

func interviewRecord(id string) string { return "interview/" + id }

// interviewBody is what is kept sealed of an interview.
type interviewBody struct {
	Join string `json:"join,omitempty"`
	Why  string `json:"why,omitempty"`
}

// AddInterview adds an interview of an application, with a scorecard for each of its panel, and returns
// it with its reference, its times and version 1. Candidate and requisition are those of the
// application. It returns an Invalid error for a field that cannot be, and a NotFound error where
// there is no such application or one of the panel is nobody of the company.
func (t *Tx) AddInterview(ctx context.Context, i hiring.Interview) (hiring.Interview, error) {
	if err := t.checkInterview(ctx, &i); err != nil {
		return hiring.Interview{}, err
	}
	id, err := t.NextRef(ctx, interviewKind)
	if err != nil {
		return hiring.Interview{}, err
	}
	i.ID, i.CreatedAt, i.ChangedAt, i.Version = id, t.now, t.now, 1
	row, err := t.interviewRow(i)
	if err != nil {
		return hiring.Interview{}, err
	}
	_, err = t.write(ctx,
		`INSERT INTO interviews (id, stage, starts_at, ends_at, minutes, state, body, slots, sequence, told, changed_at,
		   number, application, candidate, requisition, made_by, created_at, version)
		 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $11, 1)`,
		append(row, numberOf(i.ID), i.Application, i.Candidate, i.Req, i.MadeBy)...)
	if err != nil {
		return hiring.Interview{}, fmt.Errorf("add an interview: %w", err)
	}
	return i, t.saveInterviewParts(ctx, i)
}

// SaveInterview writes an interview and returns it with its new version. Its scorecards follow, as
// hiring.SeatCards says: what was submitted stays, whatever becomes of the interview, and a Conflict
// error is returned where the seat of somebody who has submitted would go. Application and who made it
// when stay as they are. It returns a Conflict error also if it was changed since i was read, and
// otherwise what AddInterview does.
func (t *Tx) SaveInterview(ctx context.Context, i hiring.Interview) (hiring.Interview, error) {
	if err := t.checkInterview(ctx, &i); err != nil {
		return hiring.Interview{}, err
	}
	i.ChangedAt = t.now
	row, err := t.interviewRow(i)
	if err != nil {
		return hiring.Interview{}, err
	}
	n, err := t.write(ctx,
		`UPDATE interviews SET stage = $2, starts_at = $3, ends_at = $4, minutes = $5, state = $6, body = $7, slots = $8, sequence = $9, told = $10,
		   changed_at = $11, version = version + 1 WHERE id = $1 AND version = $12 AND application = $13`, append(row, i.Version, i.Application)...)
	if err != nil {
		return hiring.Interview{}, fmt.Errorf("save %s: %w", i.ID, err)
	}
	if n == 0 {
		if _, err := t.Interview(ctx, i.ID); err != nil {
			return hiring.Interview{}, err
		}
		return hiring.Interview{}, changedMeanwhile(i.ID)
	}
	i.Version++
	return i, t.saveInterviewParts(ctx, i)
}

// checkInterview locks the application that an interview belongs to, and sets what is repeated of it.
func (t *Tx) checkInterview(ctx context.Context, i *hiring.Interview) error {
	if err := i.Check(); err != nil {
		return err
	}
	if err := t.checkPeople(i.People()); err != nil {
		return err
	}
	if err := t.lockApplication(ctx, i.Application); err != nil {
		return err
	}
	a, err := t.Application(ctx, i.Application)
	i.Candidate, i.Req = a.Candidate, a.Req
	return err
}

// interviewRow returns the columns that both adding and saving write, id first and changed_at last.
func (t *Tx) interviewRow(i hiring.Interview) ([]any, error) {
	sealed, err := t.store.keys.sealJSON(interviewRecord(i.ID), interviewBody{Join: i.Join, Why: i.Why})
	if err != nil {
		return nil, err
	}
	slots, err := writeList(i.Slots)
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", i.ID, err)
	}
	return []any{
		i.ID, i.Stage, instant{i.StartsAt}, instant{i.EndsAt()}, i.Minutes, string(i.State), sealed,
		slots, i.Sequence, i.Told, instant{i.ChangedAt},
	}, nil
}

// saveInterviewParts writes who sits on an interview, and brings its scorecards to what they must be.
func (t *Tx) saveInterviewParts(ctx context.Context, i hiring.Interview) error {
	if err := t.concernPanel(ctx, i.ID); err != nil {
		return err
	}
	if _, err := t.write(ctx, `DELETE FROM panelists WHERE interview = $1`, i.ID); err != nil {
		return fmt.Errorf("save the panel of %s: %w", i.ID, err)
	}
	var q statement
	q.add(`INSERT INTO panelists (interview, state, starts_at, ends_at, person, position, leads, asked) VALUES `)
	same := strings.Join([]string{q.arg(i.ID), q.arg(string(i.State)), q.arg(instant{i.StartsAt}), q.arg(instant{i.EndsAt()})}, `, `)
	for at, p := range i.Panel {
		leads, err := writeList(p.Leads)
		if err != nil {
			return fmt.Errorf("save the panel of %s: %w", i.ID, err)
		}
		q.add([]string{``, `, `}[min(at, 1)] + `(` + strings.Join([]string{same, q.arg(p.Person), q.arg(at), q.arg(leads), q.arg(i.Unanswered(p.Person))}, `, `) + `)`)
	}
	if _, err := t.write(ctx, q.text.String(), q.args...); err != nil {
		return fmt.Errorf("save the panel of %s: %w", i.ID, err)
	}
	cards, err := t.PanelOf(ctx, i.ID)
	if err != nil {
		return err
	}
	seated, err := hiring.SeatCards(i, cards, t.dueOf(i))
	if err != nil {
		return err
	}
	for at, card := range seated {
		if at >= len(cards) {
			err = t.addScorecard(ctx, card)
		} else if !sameCard(cards[at], card) {
			_, err = t.writeScorecard(ctx, card)
		}
		if err != nil {
			return err
		}
	}
	if err := t.seatPanel(ctx, i.Application); err != nil {
		return err
	}
	if err := t.concernParts(ctx, i.Application); err != nil {
		return err
	}
	if err := t.refreshInterview(ctx, i.ID); err != nil {
		return err
	}
	return t.Refresh(ctx, i.Candidate)
}

// concernPanel notes the people who sit on an interview so far.
func (t *Tx) concernPanel(ctx context.Context, id string) error {
	err := t.conn.each(ctx, func(scan func(...any) error) error {
		var person string
		err := scan(&person)
		t.concern(person)
		return err
	}, `SELECT person FROM panelists WHERE interview = $1`, id)
	if err != nil {
		return fmt.Errorf("read the panel of %s: %w", id, err)
	}
	return nil
}

// CardDue returns by when somebody owes the scorecard of an interview who is asked for it now: counted from
// its end, or from now where it is over.
func (t *Tx) CardDue(i hiring.Interview, person string) time.Time { return t.dueOf(i)(person) }

// dueOf is CardDue for each of a panel.
func (t *Tx) dueOf(i hiring.Interview) func(person string) time.Time {
	return func(person string) time.Time {
		if i.StartsAt.IsZero() {
			return time.Time{}
		}
		asked := i.EndsAt()
		if t.now.After(asked) {
			asked = t.now
		}
		return t.snapshot.ScorecardDue(person, asked)
	}
}

const interviewColumns = `i.id, i.application, i.candidate, i.requisition, i.stage, i.starts_at, i.minutes, i.state, i.body, i.slots, i.sequence, i.told,
	i.made_by, i.created_at, i.changed_at, i.version`

// Interview returns an interview, whoever asks. It returns a NotFound error where there is none.
func (t *Tx) Interview(ctx context.Context, id string) (hiring.Interview, error) {
	return t.interview(ctx, id, `SELECT `+interviewColumns+` FROM interviews i WHERE i.id = $1`, id)
}

// InterviewFor returns an interview that the viewer may know of: of an application that they work on,
// or one on which they sit. It returns the same NotFound error where there is none and where the viewer
// may not know.
func (t *Tx) InterviewFor(ctx context.Context, id string, viewer CandidateViewer) (hiring.Interview, error) {
	var q statement
	q.add(`SELECT ` + interviewColumns + ` FROM interviews i JOIN applications a ON a.id = i.application WHERE i.id = ` + q.arg(id) +
		` AND (` + q.worksOn(viewer) + ` OR ` + q.sitsOn(`i.id`, viewer) + `)`)
	return t.interview(ctx, id, q.text.String(), q.args...)
}

// sitsOn returns the condition that a viewer sits on an interview, whose id is an expression.
func (q *statement) sitsOn(id string, viewer CandidateViewer) string {
	return `EXISTS (SELECT 1 FROM panelists x WHERE x.interview = ` + id + ` AND x.person = ` + q.arg(viewer.Person) + `)`
}

func (t *Tx) interview(ctx context.Context, id, query string, args ...any) (hiring.Interview, error) {
	found, err := t.interviews(ctx, query, args...)
	return only(found, err, "interview "+id)
}

// InterviewsOf returns all interviews of an application, whoever asks, in the order in which they were
// made.
func (t *Tx) InterviewsOf(ctx context.Context, application string) ([]hiring.Interview, error) {
	return t.interviews(ctx, `SELECT `+interviewColumns+` FROM interviews i WHERE i.application = $1 ORDER BY i.number`, application)
}

// InterviewsByCard returns the interviews of scorecards by their references, whoever asks.
func (t *Tx) InterviewsByCard(ctx context.Context, of []hiring.Scorecard) (map[string]hiring.Interview, error) {
	byID := map[string]hiring.Interview{}
	if len(of) == 0 {
		return byID, nil
	}
	ids := make([]string, len(of))
	for i, s := range of {
		ids[i] = s.Interview
	}
	var q statement
	q.add(`SELECT ` + interviewColumns + ` FROM interviews i WHERE i.id IN (` + q.list(ids) + `)`)
	found, err := t.interviews(ctx, q.text.String(), q.args...)
	for _, i := range found {
		byID[i.ID] = i
	}
	return byID, err
}

// InterviewFilter says which interviews that are scheduled are listed. What is zero does not narrow.
type InterviewFilter struct {
	Viewer CandidateViewer
	// From is included and To is not.
	From, To time.Time
	// Mine leaves those on which the viewer sits.
	Mine bool
	// Limit is the most rows; 0 is 25.
	Limit int
}

// Interviews returns the interviews that are scheduled and that a filter lets through, the earliest
// first. Of a viewer without a seat it reads what the company has in that time, so that To is given.
func (t *Tx) Interviews(ctx context.Context, f InterviewFilter) ([]hiring.Interview, error) {
	if f.Viewer.Person == "" {
		return nil, nil
	}
	if f.Limit <= 0 {
		f.Limit = candidatePage
	}
	var q statement
	from, number, where := `interviews s JOIN applications a ON a.id = s.application`, `s.number`, []string{`s.state = 'scheduled'`}
	id := `s.id`
	if f.Mine {
		from, id, number = `panelists s`, `s.interview`, `s.interview`
		where = append(where, `s.person = `+q.arg(f.Viewer.Person))
	}
	where = append(where, `s.starts_at >= `+q.arg(f.From.UnixMicro()))
	if !f.To.IsZero() {
		where = append(where, `s.starts_at < `+q.arg(instant{f.To}))
	}
	if !f.Mine {
		where = append(where, `(`+q.worksOn(f.Viewer)+` OR `+q.sitsOn(`s.id`, f.Viewer)+`)`)
	}
	q.add(`SELECT ` + interviewColumns + ` FROM (SELECT ` + id + ` AS id FROM ` + from + ` WHERE ` + strings.Join(where, ` AND `) +
		` ORDER BY s.starts_at, ` + number + ` LIMIT ` + strconv.Itoa(f.Limit) + `) AS page JOIN interviews i ON i.id = page.id ORDER BY i.starts_at, i.number`)
	return t.interviews(ctx, q.text.String(), q.args...)
}

// ProposedTo returns the interviews of which times are proposed to somebody, the oldest first. Limit 0
// is 25.
func (t *Tx) ProposedTo(ctx context.Context, person string, limit int) ([]hiring.Interview, error) {
	if limit <= 0 {
		limit = candidatePage
	}
	return t.interviews(ctx, `SELECT `+interviewColumns+` FROM interviews i WHERE i.id IN (SELECT p.interview FROM panelists p WHERE p.state = 'proposed' AND p.person = $1)
		ORDER BY i.number LIMIT `+strconv.Itoa(limit), person)
}

// AskedWhen returns the interviews of which somebody is asked which times suit them and has not answered
// yet, the oldest first: proposed ones, and those that are to be moved. Limit 0 is 25.
func (t *Tx) AskedWhen(ctx context.Context, person string, limit int) ([]hiring.Interview, error) {
	if limit <= 0 {
		limit = candidatePage
	}
	return t.interviews(ctx, `SELECT `+interviewColumns+` FROM interviews i WHERE i.id IN (SELECT p.interview FROM panelists p WHERE p.asked AND p.person = $1)
		ORDER BY i.number LIMIT `+strconv.Itoa(limit), person)
}

// ToPick returns the interviews that have no time yet, of applications in which the viewer has a part of
// their own: who works on them picks one of the times that are proposed. The oldest come first; limit 0 is
// 25.
func (t *Tx) ToPick(ctx context.Context, viewer CandidateViewer, limit int) ([]hiring.Interview, error) {
	if viewer.Person == "" {
		return nil, nil
	}
	if limit <= 0 {
		limit = candidatePage
	}
	return t.interviews(ctx, `SELECT `+interviewColumns+` FROM interviews i WHERE i.state = 'proposed'
		AND EXISTS (SELECT 1 FROM application_people p WHERE p.application = i.application AND p.person = $1 AND p.`+part(viewer)+`)
		ORDER BY i.number LIMIT `+strconv.Itoa(limit), viewer.Person)
}

// InterviewsTogether returns the interviews on which two people sit and of which something is still
// open: they are proposed or scheduled, or the scorecard of one of the two is waited for. The oldest come
// first, and who asks does not matter.
func (t *Tx) InterviewsTogether(ctx context.Context, one, other string) ([]hiring.Interview, error) {
	return t.interviews(ctx, `SELECT `+interviewColumns+` FROM interviews i WHERE i.id IN (SELECT own.interview FROM (
		SELECT p.interview FROM panelists p WHERE p.state = 'proposed' AND p.person = $1
		UNION SELECT p.interview FROM panelists p WHERE p.state = 'scheduled' AND p.person = $1
		UNION SELECT s.interview FROM scorecards s WHERE s.waits AND s.person = $1
		UNION SELECT s.interview FROM scorecards s WHERE s.waits AND s.person = $2) AS own
		JOIN panelists x ON x.interview = own.interview AND x.person = $1
		JOIN panelists y ON y.interview = own.interview AND y.person = $2)
		ORDER BY i.number`, one, other)
}

// InterviewsNamed returns the latest interviews of the candidates whom a search finds and that the
// viewer may know of, as the name of a candidate stands for an interview. Limit 0 is 25, and more are
// never returned.
func (t *Tx) InterviewsNamed(ctx context.Context, search string, viewer CandidateViewer, limit int) ([]hiring.Interview, error) {
	found, err := t.CandidatesNamed(ctx, search, viewer, candidatePage)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	if limit <= 0 || limit > candidatePage {
		limit = candidatePage
	}
	names := make([]string, len(found))
	for at, c := range found {
		names[at] = c.ID
	}
	var q statement
	q.add(`SELECT ` + interviewColumns + ` FROM interviews i JOIN applications a ON a.id = i.application WHERE a.candidate IN (` + q.list(names) +
		`) AND (` + q.worksOn(viewer) + ` OR ` + q.sitsOn(`i.id`, viewer) + `) ORDER BY i.number DESC LIMIT ` + strconv.Itoa(limit))
	return t.interviews(ctx, q.text.String(), q.args...)
}

// ClashesOf returns where an interview overlaps with others that are known, of its candidate or its
// panel, whoever asks: of others no more is told than when they are.
func (t *Tx) ClashesOf(ctx context.Context, of hiring.Interview) ([]hiring.Clash, error) {
	if of.StartsAt.IsZero() {
		return nil, nil
	}
	var q statement
	ends, starts := q.arg(instant{of.EndsAt()}), q.arg(instant{of.StartsAt})
	earliest := q.arg(instant{of.StartsAt.Add(-hiring.MaxInterviewMinutes * time.Minute)})
	people := append([]string{""}, of.People()...) // nobody's id is empty
	q.add(`SELECT ` + interviewColumns + ` FROM interviews i WHERE i.id <> ` + q.arg(of.ID) + ` AND i.id IN (
		SELECT x.id FROM interviews x WHERE x.state = 'scheduled' AND x.candidate = ` + q.arg(of.Candidate) + ` AND x.starts_at < ` + ends + ` AND x.ends_at > ` + starts + `
		UNION SELECT p.interview FROM panelists p WHERE p.state = 'scheduled' AND p.person IN (` + q.list(people) + `)
		  AND p.starts_at > ` + earliest + ` AND p.starts_at < ` + ends + ` AND p.ends_at > ` + starts + `)`)
	known, err := t.interviews(ctx, q.text.String(), q.args...)
	if err != nil {
		return nil, err
	}
	return hiring.Clashes(of, known), nil
}

// interviews reads interviews, and in a second query their panels.
func (t *Tx) interviews(ctx context.Context, query string, args ...any) ([]hiring.Interview, error) {
	var all []hiring.Interview
	err := t.conn.each(ctx, func(scan func(...any) error) error {
		var (
			i                     hiring.Interview
			sealed, slots         string
			starts, made, changed instant
		)
		err := scan(&i.ID, &i.Application, &i.Candidate, &i.Req, &i.Stage, &starts, &i.Minutes, &i.State, &sealed, &slots, &i.Sequence, &i.Told,
			&i.MadeBy, &made, &changed, &i.Version)
		if err != nil {
			return err
		}
		var body interviewBody
		if err := t.store.keys.openJSON(interviewRecord(i.ID), sealed, &body); err != nil {
			return err
		}
		if err := readList(slots, &i.Slots); err != nil {
			return err
		}
		i.Join, i.Why = body.Join, body.Why
		i.StartsAt, i.CreatedAt, i.ChangedAt = starts.Time, made.Time, changed.Time
		all = append(all, i)
		return nil
	}, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read interviews: %w", err)
	}
	return all, t.readPanels(ctx, all)
}

func (t *Tx) readPanels(ctx context.Context, all []hiring.Interview) error {
	if len(all) == 0 {
		return nil
	}
	ids := make([]string, len(all))
	for at, i := range all {
		ids[at] = i.ID
	}
	var q statement
	q.add(`SELECT p.interview, p.person, p.leads FROM panelists p WHERE p.interview IN (` + q.list(ids) + `) ORDER BY p.interview, p.position`)
	err := t.conn.each(ctx, func(scan func(...any) error) error {
		var interview, leads string
		var p hiring.Panelist
		if err := scan(&interview, &p.Person, &leads); err != nil {
			return err
		}
		if err := readList(leads, &p.Leads); err != nil {
			return err
		}
		at := slices.Index(ids, interview)
		all[at].Panel = append(all[at].Panel, p)
		return nil
	}, q.text.String(), q.args...)
	if err != nil {
		return fmt.Errorf("read the panels of interviews: %w", err)
	}
	return nil
}
