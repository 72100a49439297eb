package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hirebot/hirebot/hiring"
)

const (
	// candidateKind counts the references of candidates: C-1, C-2, …
	candidateKind = "C"
	// candidatePage is how many candidates, applications or interviews are listed where no limit is given.
	candidatePage = 25
)

func candidateRecord(id string) string { return "candidate/" + id }
func noteRecord(id string) string      { return "candidate_note/" + id }

// candidateFacts are what is kept sealed of a candidate.
type candidateFacts struct {
	Email    string        `json:"email,omitempty"`
	Phone    string        `json:"phone,omitempty"`
	Expected hiring.Rupees `json:"expected,omitempty"`
	Current  hiring.Rupees `json:"current,omitempty"`
}

// CandidateViewer is for whom candidates, applications and interviews are looked up: what they may not
// know of is not there. What they may see of it, hiring.May says.
type CandidateViewer struct {
	// Person is the viewer's id, "" for somebody unknown, for whom there is nothing.
	Person string
	// Recruits is set for recruiters, who see all that is not confidential, and what is of a confidential
	// requisition of whose team they are. Others see what they own or sit on.
	Recruits bool
}

// CandidateViewerOf returns an actor as a viewer.
func CandidateViewerOf(a hiring.Actor) CandidateViewer {
	if a.Outsider {
		return CandidateViewer{}
	}
	return CandidateViewer{Person: a.ID, Recruits: a.Has(hiring.Recruiter)}
}

// AddCandidate adds a candidate and returns it with its reference, its times and version 1. Their
// résumé becomes a part of them. It returns an Invalid error for a field that cannot be, and a
// NotFound error for a referrer who is nobody of the company.
func (t *Tx) AddCandidate(ctx context.Context, c hiring.Candidate) (hiring.Candidate, error) {
	c, err := t.checkCandidate(c)
	if err != nil {
		return hiring.Candidate{}, err
	}
	id, err := t.NextRef(ctx, candidateKind)
	if err != nil {
		return hiring.Candidate{}, err
	}
	c.ID, c.CreatedAt, c.ChangedAt, c.Version = id, t.now, t.now, 1
	row, err := t.candidateRow(c)
	if err != nil {
		return hiring.Candidate{}, err
	}
	_, err = t.write(ctx,
		`INSERT INTO candidates (id, name, sealed, email_hash, phone_hash, source, referred_by, ecosystem, months, notice_days, resume, changed_at,
		   number, added_by, listed, created_at, version)
		 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, TRUE, $12, 1)`, append(row, numberOf(c.ID), c.AddedBy)...)
	if err != nil {
		return hiring.Candidate{}, fmt.Errorf("add a candidate: %w", err)
	}
	return c, t.saveCandidateParts(ctx, c)
}

// SaveCandidate writes a candidate and returns it with its new version. Who added it and when stays as
// it is. It returns a Conflict error if it was changed since c was read, and otherwise what
// AddCandidate does.
func (t *Tx) SaveCandidate(ctx context.Context, c hiring.Candidate) (hiring.Candidate, error) {
	c, err := t.checkCandidate(c)
	if err != nil {
		return hiring.Candidate{}, err
	}
	c.ChangedAt = t.now
	row, err := t.candidateRow(c)
	if err != nil {
		return hiring.Candidate{}, err
	}
	n, err := t.write(ctx,
		`UPDATE candidates SET name = $2, sealed = $3, email_hash = $4, phone_hash = $5, source = $6, referred_by = $7, ecosystem = $8, months = $9,
		   notice_days = $10, resume = $11, changed_at = $12, version = version + 1 WHERE id = $1 AND version = $13`, append(row, c.Version)...)
	if err != nil {
		return hiring.Candidate{}, fmt.Errorf("save %s: %w", c.ID, err)
	}
	if n == 0 {
		if _, err := t.Candidate(ctx, c.ID); err != nil {
			return hiring.Candidate{}, err
		}
		return hiring.Candidate{}, changedMeanwhile(c.ID)
	}
	c.Version++
	if err := t.saveCandidateParts(ctx, c); err != nil {
		return hiring.Candidate{}, err
	}
	return c, t.Refresh(ctx, c.ID)
}

// RemoveCandidate takes a candidate off the record with their applications, which undoes adding them.
// Their résumé belongs to nothing then, and goes as such files do. It returns a Conflict error where
// something depends on them, an interview or a note, and a NotFound error where there is none.
func (t *Tx) RemoveCandidate(ctx context.Context, id string) error {
	if t.handle == nil {
		return errReadsOnly
	}
	if _, err := t.Candidate(ctx, id); err != nil {
		return err
	}
	of, err := t.applications(ctx, `SELECT `+applicationColumns+` FROM applications a WHERE a.candidate = $1 ORDER BY a.number`, id)
	if err != nil {
		return err
	}
	for _, a := range of {
		if err := t.lockApplication(ctx, a.ID); err != nil {
			return err
		}
		if err := t.tellOf(ctx, a); err != nil {
			return err
		}
	}
	var used int64
	err = t.conn.row(ctx, []any{&used}, `SELECT (SELECT count(*) FROM interviews i JOIN applications a ON a.id = i.application WHERE a.candidate = $1)
		+ (SELECT count(*) FROM candidate_notes WHERE candidate = $1)`, id)
	if err != nil {
		return fmt.Errorf("remove %s: %w", id, err)
	}
	if used > 0 {
		return hiring.Errorf(hiring.Conflict, "%s has an interview or a note by now, so adding them cannot be undone. Reject or withdraw them instead.", id)
	}
	for _, query := range []string{
		`UPDATE application_counts SET n = n - 1 WHERE EXISTS (SELECT 1 FROM applications a WHERE a.candidate = $1
		   AND a.requisition = application_counts.requisition AND a.stage = application_counts.stage)
		   AND requisition IN (SELECT a.requisition FROM applications a WHERE a.candidate = $1)`,
		`DELETE FROM application_people WHERE candidate = $1`,
		`DELETE FROM applications WHERE candidate = $1`,
		`DELETE FROM candidate_words WHERE candidate = $1`,
		`UPDATE files SET subject = '' WHERE id = (SELECT c.resume FROM candidates c WHERE c.id = $1)`,
		`DELETE FROM candidates WHERE id = $1`,
	} {
		if _, err := t.write(ctx, query, id); err != nil {
			return fmt.Errorf("remove %s: %w", id, err)
		}
	}
	return t.Refresh(ctx, id)
}

// checkCandidate returns the candidate as it is kept. What the company does not ask for is left out.
func (t *Tx) checkCandidate(c hiring.Candidate) (hiring.Candidate, error) {
	c = c.Tidied()
	if t.snapshot.Setting(hiring.SettingCurrentCTC) == "no" {
		c.CurrentCTC = 0
	}
	if err := c.Check(); err != nil {
		return c, err
	}
	if c.ReferredBy != "" {
		return c, t.checkPeople([]string{c.ReferredBy})
	}
	return c, nil
}

// candidateRow returns the columns that both adding and saving write, id first and changed_at last.
func (t *Tx) candidateRow(c hiring.Candidate) ([]any, error) {
	sealed, err := t.store.keys.sealJSON(candidateRecord(c.ID), candidateFacts{Email: c.Email, Phone: c.Phone, Expected: c.ExpectedCTC, Current: c.CurrentCTC})
	if err != nil {
		return nil, err
	}
	hash := func(text string) string {
		if text == "" {
			return ""
		}
		return t.store.keys.Lookup(text)
	}
	return []any{
		c.ID, c.Name, sealed, hash(c.Email), hash(c.Phone), c.Source, c.ReferredBy, c.Ecosystem,
		known(c.Months), known(c.NoticeDays), c.Resume, instant{c.ChangedAt},
	}, nil
}

// known returns a number, or nil for NULL.
func known(n *int) any {
	if n == nil {
		return nil
	}
	return int64(*n)
}

// saveCandidateParts writes what a candidate is found by, and keeps their résumé.
func (t *Tx) saveCandidateParts(ctx context.Context, c hiring.Candidate) error {
	if c.Resume != "" {
		if err := t.KeepFile(ctx, c.Resume, c.ID); err != nil {
			return err
		}
	}
	words := searchWords(strings.Join([]string{c.ID, strings.ReplaceAll(c.ID, "-", ""), c.Name}, " "))
	return t.saveWords(ctx, "candidate", c.ID, words)
}

const candidateColumns = `c.id, c.name, c.sealed, c.source, c.referred_by, c.ecosystem, c.months, c.notice_days, c.resume, c.added_by,
	c.created_at, c.changed_at, c.version`

// Candidate returns a candidate, whoever asks: who may know of them is the caller's to decide, or
// CandidateFor's. It returns a NotFound error where there is none.
func (t *Tx) Candidate(ctx context.Context, id string) (hiring.Candidate, error) {
	return t.candidate(ctx, id, `SELECT `+candidateColumns+` FROM candidates c WHERE c.id = $1`, id)
}

// CandidateFor returns a candidate that the viewer may know of. It returns the same NotFound error
// where there is none and where the viewer may not know.
func (t *Tx) CandidateFor(ctx context.Context, id string, viewer CandidateViewer) (hiring.Candidate, error) {
	var q statement
	q.add(`SELECT ` + candidateColumns + ` FROM candidates c WHERE c.id = ` + q.arg(id) + ` AND ` + q.knowsCandidate(viewer))
	return t.candidate(ctx, id, q.text.String(), q.args...)
}

// CandidatesOf returns the candidates of applications by their references, whoever asks.
func (t *Tx) CandidatesOf(ctx context.Context, of []hiring.Application) (map[string]hiring.Candidate, error) {
	byID := map[string]hiring.Candidate{}
	if len(of) == 0 {
		return byID, nil
	}
	ids := make([]string, len(of))
	for i, a := range of {
		ids[i] = a.Candidate
	}
	var q statement
	q.add(`SELECT ` + candidateColumns + ` FROM candidates c WHERE c.id IN (` + q.list(ids) + `)`)
	found, err := t.candidates(ctx, q.text.String(), q.args...)
	for _, c := range found {
		byID[c.ID] = c
	}
	return byID, err
}

// knowsCandidate returns the condition that a viewer may know of the candidate c.
func (q *statement) knowsCandidate(viewer CandidateViewer) string {
	part := `p.sees`
	if viewer.Recruits {
		part = `(p.sees OR p.team)`
	}
	own := `EXISTS (SELECT 1 FROM application_people p WHERE p.candidate = c.id AND p.person = ` + q.arg(viewer.Person) + ` AND ` + part + `)`
	if viewer.Recruits {
		return `(c.listed OR ` + own + `)`
	}
	return own
}

func (t *Tx) candidate(ctx context.Context, id, query string, args ...any) (hiring.Candidate, error) {
	found, err := t.candidates(ctx, query, args...)
	return only(found, err, "candidate "+id)
}

func (t *Tx) candidates(ctx context.Context, query string, args ...any) ([]hiring.Candidate, error) {
	var all []hiring.Candidate
	current := t.snapshot.Setting(hiring.SettingCurrentCTC) != "no"
	err := t.conn.each(ctx, func(scan func(...any) error) error {
		var (
			c                hiring.Candidate
			sealed           string
			months, notice   sql.NullInt64
			created, changed instant
		)
		err := scan(&c.ID, &c.Name, &sealed, &c.Source, &c.ReferredBy, &c.Ecosystem, &months, &notice, &c.Resume, &c.AddedBy, &created, &changed, &c.Version)
		if err != nil {
			return err
		}
		var facts candidateFacts
		if err := t.store.keys.openJSON(candidateRecord(c.ID), sealed, &facts); err != nil {
			return err
		}
		c.Email, c.Phone, c.ExpectedCTC = facts.Email, facts.Phone, facts.Expected
		if current {
			c.CurrentCTC = facts.Current
		}
		c.Months, c.NoticeDays = number(months), number(notice)
		c.CreatedAt, c.ChangedAt = created.Time, changed.Time
		all = append(all, c)
		return nil
	}, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read candidates: %w", err)
	}
	return all, nil
}

func number(n sql.NullInt64) *int {
	if !n.Valid {
		return nil
	}
	value := int(n.Int64)
	return &value
}

// CandidatesNamed returns the candidates that have a word, or the beginning of a word, for each word of
// a search in their name or reference, and of whom the viewer may know, those added last first. An
// empty search finds the latest. Limit 0 is 25, and more are never returned.
func (t *Tx) CandidatesNamed(ctx context.Context, search string, viewer CandidateViewer, limit int) ([]hiring.Candidate, error) {
	if viewer.Person == "" {
		return nil, nil
	}
	if limit <= 0 || limit > candidatePage {
		limit = candidatePage
	}
	words := searchWords(search)
	if len(words) == 0 && strings.TrimSpace(search) != "" {
		return nil, nil
	}
	words = words[:min(len(words), maxSearch)]
	var q statement
	few, err := t.fewNamed(ctx, words)
	if err != nil {
		return nil, err
	}
	switch {
	case few != "":
		// Few have this word, and these are looked through.
		rest := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == few })
		q.add(`SELECT ` + candidateColumns + ` FROM candidates c WHERE c.id IN (SELECT s.candidate FROM candidate_words s WHERE ` + q.begins("s", few) + `)` +
			q.named(rest) + ` AND ` + q.knowsCandidate(viewer) + ` ORDER BY c.number DESC LIMIT ` + strconv.Itoa(limit))
		return t.candidates(ctx, q.text.String(), q.args...)
	case viewer.Recruits:
		// Many have them all: the latest are looked through until there are enough, beside those that
		// exist for the viewer alone.
		q.add(`SELECT ` + candidateColumns + ` FROM (SELECT id, number FROM (SELECT c.id AS id, c.number AS number FROM candidates c WHERE c.listed AND c.number > 0` +
			q.named(words) + ` ORDER BY c.number DESC LIMIT ` + strconv.Itoa(limit) + `) AS part0 UNION ` + q.ownCandidates(viewer, `p.confidential`, words, limit))
	default:
		q.add(`SELECT ` + candidateColumns + ` FROM (` + q.ownCandidates(viewer, `p.sees`, words, limit))
	}
	q.add(` ORDER BY number DESC LIMIT ` + strconv.Itoa(limit) + `) AS page JOIN candidates c ON c.id = page.id ORDER BY c.number DESC`)
	return t.candidates(ctx, q.text.String(), q.args...)
}

// ownCandidates returns a query of the ids and numbers of the candidates in whose latest applications
// the viewer has a part. A candidate can stand there for several applications, so that more are read.
func (q *statement) ownCandidates(viewer CandidateViewer, part string, words []string, limit int) string {
	return `SELECT DISTINCT id, number FROM (SELECT c.id AS id, c.number AS number FROM application_people p JOIN candidates c ON c.id = p.candidate
		WHERE p.person = ` + q.arg(viewer.Person) + ` AND ` + part + q.named(words) + ` ORDER BY p.number DESC LIMIT ` + strconv.Itoa(4*limit) + `) AS own`
}

// named returns the condition, with AND in front, that the candidate c has words that begin with all
// of these.
func (q *statement) named(words []string) string {
	var all string
	for _, word := range words {
		all += ` AND EXISTS (SELECT 1 FROM candidate_words w WHERE w.candidate = c.id AND ` + q.begins("w", word) + `)`
	}
	return all
}

// fewNamed returns the word of a search that the fewest candidates have, or "" where there is none, or
// many have each.
func (t *Tx) fewNamed(ctx context.Context, words []string) (string, error) {
	if len(words) == 0 {
		return "", nil
	}
	var q statement
	counts, into := make([]int, len(words)), make([]any, len(words))
	for i, word := range words {
		q.add([]string{`SELECT `, `, `}[min(i, 1)] + `(SELECT count(*) FROM (SELECT 1 FROM candidate_words s WHERE ` +
			q.begins("s", word) + ` ORDER BY s.word LIMIT ` + strconv.Itoa(manyFound) + `) AS few)`)
		into[i] = &counts[i]
	}
	if err := t.conn.row(ctx, into, q.text.String(), q.args...); err != nil {
		return "", fmt.Errorf("search candidates: %w", err)
	}
	if fewest := slices.Index(counts, slices.Min(counts)); counts[fewest] < manyFound {
		return words[fewest], nil
	}
	return "", nil
}

// SamePeople returns other candidates who may be the same person, having the same e-mail address or
// phone number, and of whom the viewer may know.
func (t *Tx) SamePeople(ctx context.Context, c hiring.Candidate, viewer CandidateViewer) ([]hiring.Candidate, error) {
	c = c.Tidied()
	var q statement
	var same []string
	for _, by := range []struct{ column, value string }{{"email_hash", c.Email}, {"phone_hash", c.Phone}} {
		if by.value != "" {
			same = append(same, `SELECT d.id FROM candidates d WHERE d.`+by.column+` <> '' AND d.`+by.column+` IN (`+q.list(t.store.keys.Lookups(by.value))+`)`)
		}
	}
	if len(same) == 0 {
		return nil, nil
	}
	q.add(`SELECT ` + candidateColumns + ` FROM candidates c WHERE c.id IN (` + strings.Join(same, ` UNION `) + `) AND c.id <> ` + q.arg(c.ID) +
		` AND ` + q.knowsCandidate(viewer) + ` ORDER BY c.number DESC LIMIT ` + strconv.Itoa(candidatePage))
	return t.candidates(ctx, q.text.String(), q.args...)
}

// AddCandidateNote puts a note of the actor's on record.
func (t *Tx) AddCandidateNote(ctx context.Context, n hiring.CandidateNote) (hiring.CandidateNote, error) {
	if err := n.Check(); err != nil {
		return hiring.CandidateNote{}, err
	}
	id, err := newID()
	if err != nil {
		return hiring.CandidateNote{}, err
	}
	n.ID, n.By, n.At = id, t.author(), t.now
	sealed, err := t.store.keys.sealJSON(noteRecord(n.ID), [2]string{n.Text, n.Link})
	if err != nil {
		return hiring.CandidateNote{}, err
	}
	_, err = t.write(ctx, `INSERT INTO candidate_notes (id, candidate, requisition, by_person, at, body) VALUES ($1, $2, $3, $4, $5, $6)`,
		n.ID, n.Candidate, n.Req, n.By, instant{n.At}, sealed)
	if err != nil {
		return hiring.CandidateNote{}, fmt.Errorf("write a note: %w", err)
	}
	return n, t.Refresh(ctx, n.Candidate)
}

// CandidateNotes returns the latest notes on a candidate, the newest first: those on nothing in
// particular, and those of requisitions whose applications are among these. Limit 0 is 25.
func (t *Tx) CandidateNotes(ctx context.Context, candidate string, of []hiring.Application, limit int) ([]hiring.CandidateNote, error) {
	if limit <= 0 {
		limit = candidatePage
	}
	reqs := []string{""}
	for _, a := range of {
		reqs = append(reqs, a.Req)
	}
	var q statement
	q.add(`SELECT n.id, n.candidate, n.requisition, n.by_person, n.at, n.body FROM candidate_notes n WHERE n.candidate = ` + q.arg(candidate) +
		` AND n.requisition IN (` + q.list(reqs) + `) ORDER BY n.at DESC, n.id DESC LIMIT ` + strconv.Itoa(limit))
	var all []hiring.CandidateNote
	err := t.conn.each(ctx, func(scan func(...any) error) error {
		var (
			n      hiring.CandidateNote
			sealed string
			at     instant
		)
		if err := scan(&n.ID, &n.Candidate, &n.Req, &n.By, &at, &sealed); err != nil {
			return err
		}
		var body [2]string
		if err := t.store.keys.openJSON(noteRecord(n.ID), sealed, &body); err != nil {
			return err
		}
		n.At, n.Text, n.Link = at.Time, body[0], body[1]
		all = append(all, n)
		return nil
	}, q.text.String(), q.args...)
	if err != nil {
		return nil, fmt.Errorf("read the notes on %s: %w", candidate, err)
	}
	return all, nil
}

// DeleteCandidateNote takes a note of the actor's off the record, which undoes writing it. It returns a
// NotFound error where there is none of theirs.
func (t *Tx) DeleteCandidateNote(ctx context.Context, id string) error {
	if t.handle == nil {
		return errReadsOnly
	}
	var candidate string
	err := t.conn.row(ctx, []any{&candidate}, `DELETE FROM candidate_notes WHERE id = $1 AND by_person = $2 RETURNING candidate`, id, t.author())
	if errors.Is(err, sql.ErrNoRows) {
		return notFound("note of yours")
	}
	if err != nil {
		return fmt.Errorf("delete a note: %w", err)
	}
	return t.Refresh(ctx, candidate)
}

// CandidateSubject returns what the policy decides on for a candidate as a whole: the requisitions that
// they apply to, and all of their scorecards, of which the contents are left out.
func (t *Tx) CandidateSubject(ctx context.Context, candidate string) (hiring.Subject, error) {
	reqs, err := t.requisitions(ctx, `SELECT `+requisitionColumns+` FROM requisitions r
		WHERE r.id IN (SELECT a.requisition FROM applications a WHERE a.candidate = $1) ORDER BY r.number`, candidate)
	if err != nil {
		return hiring.Subject{}, err
	}
	cards, err := t.scorecards(ctx, `SELECT `+scorecardColumns+` FROM scorecards s WHERE s.candidate = $1 ORDER BY s.interview, s.person`, candidate)
	if err != nil {
		return hiring.Subject{}, err
	}
	for i := range cards {
		cards[i].CardContent, cards[i].Notes = hiring.CardContent{}, nil
	}
	return hiring.Subject{Reqs: reqs, Cards: cards}, nil
}
