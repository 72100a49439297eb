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

func scorecardRecord(interview, person string) string { return "scorecard/" + interview + "/" + person }

func versionRecord(interview, person string, edition int) string {
	return scorecardRecord(interview, person) + "/" + strconv.Itoa(edition)
}

func lookRecord(interview, person string) string { return "scorecard_look/" + interview + "/" + person }

// cardNotes are what is kept sealed of a scorecard beside what it says of the candidate: its author's
// notes, and who decided what of it, which no statement computes on.
type cardNotes struct {
	Notes      []hiring.NoteLine
	Why        string
	WaivedBy   string    `json:",omitzero"`
	AcceptedBy string    `json:",omitzero"`
	AcceptedAt time.Time `json:",omitzero"`
	HandedAt   time.Time `json:",omitzero"`
}

// SaveScorecard writes a scorecard and returns it with its new version; a new edition of it is kept as
// a version of its own. Interview, person and what is repeated of the interview stay as they are. It
// returns a Conflict error if it was changed since s was read, which the interview's cancelling or
// another's taking over does too; the unit then runs again, and hiring.Scorecard tells in words what
// does not hold any more. A scorecard that was submitted is never taken back: that is a Conflict error
// as well. It returns a NotFound error where there is none.
func (t *Tx) SaveScorecard(ctx context.Context, s hiring.Scorecard) (hiring.Scorecard, error) {
	if err := t.lockApplication(ctx, s.Application); err != nil {
		return hiring.Scorecard{}, err
	}
	s, err := t.writeScorecard(ctx, s)
	if err != nil {
		return hiring.Scorecard{}, err
	}
	if err := t.seatPanel(ctx, s.Application); err != nil {
		return hiring.Scorecard{}, err
	}
	t.concern(s.Person)
	if err := t.concernParts(ctx, s.Application); err != nil {
		return hiring.Scorecard{}, err
	}
	return s, errors.Join(t.refreshInterview(ctx, s.Interview), t.Refresh(ctx, s.Candidate))
}

// writeScorecard writes a scorecard of an application whose row is locked by this unit.
func (t *Tx) writeScorecard(ctx context.Context, s hiring.Scorecard) (hiring.Scorecard, error) {
	s, err := t.reminded(ctx, s)
	if err != nil {
		return hiring.Scorecard{}, err
	}
	row, err := t.scorecardRow(s)
	if err != nil {
		return hiring.Scorecard{}, err
	}
	var edition int
	err = t.conn.row(ctx, []any{&edition},
		`UPDATE scorecards SET state = $3, waits = $4, seated = $5, content = $6, notes = $7, ends_at = $8, due_at = $9, edition = $10, submitted_at = $11,
		   amended_at = $12, removed = $13, handed_to = $14, waived_for = $15, nudges = $16, nudge_at = $17, snoozed_until = $18, version = version + 1
		 WHERE interview = $1 AND person = $2 AND version = $19 AND edition <= $10 AND (state <> 'submitted' OR $3 = 'submitted')
		 RETURNING edition`, append(row, s.Version)...)
	if errors.Is(err, sql.ErrNoRows) {
		now, err := t.Scorecard(ctx, s.Interview, s.Person)
		if err != nil {
			return hiring.Scorecard{}, err
		}
		if now.Version == s.Version {
			return hiring.Scorecard{}, hiring.Errorf(hiring.Conflict, "A scorecard that was submitted stays. It can be amended.")
		}
		return hiring.Scorecard{}, changedMeanwhile("Your scorecard of " + s.Interview)
	}
	if err != nil {
		return hiring.Scorecard{}, fmt.Errorf("save a scorecard of %s: %w", s.Interview, err)
	}
	s.Version++
	return s, t.keepVersion(ctx, s)
}

func (t *Tx) addScorecard(ctx context.Context, s hiring.Scorecard) error {
	row, err := t.scorecardRow(s)
	if err != nil {
		return err
	}
	_, err = t.write(ctx,
		`INSERT INTO scorecards (interview, person, state, waits, seated, content, notes, ends_at, due_at, edition, submitted_at, amended_at, removed, handed_to,
		   waived_for, nudges, nudge_at, snoozed_until, application, candidate, requisition, stage, version, closed)
		 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, 1,
		   EXISTS (SELECT 1 FROM applications a WHERE a.id = $19 AND a.ended_at IS NOT NULL))`,
		append(row, s.Application, s.Candidate, s.Req, s.Stage)...)
	if err != nil {
		return fmt.Errorf("add a scorecard of %s: %w", s.Interview, err)
	}
	return nil
}

// closeCards has the scorecards of an application, whose row is locked by this unit, follow it to its end, or
// back from one that it had at an instant. What shows those that are not in is drawn again.
func (t *Tx) closeCards(ctx context.Context, a hiring.Application, ended time.Time) error {
	// Of what is held the next sweep puts on record that it is moot.
	_, err := t.write(ctx, `UPDATE scorecards SET closed = $2, nudge_at = CASE WHEN nudge_at > $3 AND ends_at <= $3 THEN $3 ELSE nudge_at END WHERE application = $1`,
		a.ID, !a.Active(), instant{t.now})
	if err != nil {
		return fmt.Errorf("save that %s has ended: %w", a.ID, err)
	}
	cards, err := t.scorecards(ctx, `SELECT `+scorecardColumns+` FROM scorecards s WHERE s.application = $1 AND s.waits ORDER BY s.interview, s.person`, a.ID)
	if err != nil {
		return err
	}
	shown := ""
	for _, card := range cards {
		if a.Active() {
			if err := t.oweAgain(ctx, card, ended); err != nil {
				return err
			}
		}
		t.concern(card.Person)
		if card.Interview == shown {
			continue
		}
		shown = card.Interview
		if err := t.refreshInterview(ctx, shown); err != nil {
			return err
		}
	}
	if a.Active() {
		return t.seatPanel(ctx, a.ID)
	}
	return nil
}

// oweAgain has somebody owe a scorecard of an application that goes on again after an instant at which it had
// ended. Where it was due, or to be reminded of by its due date, meanwhile it is due anew, counted from now, so that
// nobody is late since the application was closed. Of what else they did not hear for that they are reminded now, and
// of what they asked for at the time that they said.
func (t *Tx) oweAgain(ctx context.Context, s hiring.Scorecard, ended time.Time) error {
	unheard, err := t.unheardSteps(ctx, s, ended)
	if err != nil {
		return err
	}
	missed := !s.DueAt.Before(ended) && !s.DueAt.After(t.now)
	for _, one := range unheard {
		missed = missed || hiring.CountsFromDue(one.step) && !one.planned.Before(ended)
	}
	then := s
	if due := t.snapshot.ScorecardDue(s.Person, t.now); missed && due.After(s.DueAt) {
		then = s.DueAnew(due)
		then.SnoozedUntil = s.SnoozedUntil
	}
	asked := -1 // of several times for which they asked it is the last that counts
	for n, one := range unheard {
		if strings.HasPrefix(one.step, askedStep) {
			asked = n
			continue
		}
		if _, done := then.StepDone(one.step); !done {
			continue // it is of a due date that counts no more
		}
		if err := t.openStep(ctx, s, one); err != nil {
			return err
		}
		then.Nudges = 0 // counted anew from what is on record
	}
	if asked >= 0 && s.SnoozedUntil.IsZero() {
		if err := t.openStep(ctx, s, unheard[asked]); err != nil {
			return err
		}
		then.SnoozedUntil = unheard[asked].planned.Time
	}
	if len(unheard) == 0 && then.DueAt.Equal(s.DueAt) {
		return nil
	}
	_, err = t.writeScorecard(ctx, then)
	return err
}

// openStep has a step of the reminders of a scorecard be undecided again.
func (t *Tx) openStep(ctx context.Context, s hiring.Scorecard, one unheardStep) error {
	_, err := t.write(ctx, `DELETE FROM nudges WHERE interview = $1 AND person = $2 AND ends_at = $3 AND step = $4`, s.Interview, s.Person, instant{s.EndsAt}, one.step)
	if err != nil {
		return fmt.Errorf("open a reminder of %s again: %w", s.Interview, err)
	}
	return nil
}

// unheardStep is a step of the reminders of a scorecard of which its owner did not hear, and its time.
type unheardStep struct {
	step    string
	planned instant
}

// unheardSteps returns the steps of the reminders of a scorecard that are on record, and of which its owner did not
// hear: those that were moot since its application had ended at an instant, those whose message had nothing to say
// any more when it was about to be sent, and that which the message about their seat stands for, where that came
// since and said that nothing is waited for.
func (t *Tx) unheardSteps(ctx context.Context, s hiring.Scorecard, ended time.Time) ([]unheardStep, error) {
	var all []unheardStep
	err := t.conn.each(ctx, func(scan func(...any) error) error {
		var one unheardStep
		err := scan(&one.step, &one.planned)
		all = append(all, one)
		return err
	}, `SELECT n.step, n.planned_at FROM nudges n LEFT JOIN outbox o ON o.once = n.message AND n.message <> ''
		LEFT JOIN outbox m ON m.once = o.merged_into AND o.merged_into <> ''
		WHERE n.interview = $1 AND n.person = $2 AND n.ends_at = $3
		AND (n.reason = $4 AND n.decided_at >= $5 OR o.state = 'moot' AND COALESCE(m.state, 'moot') = 'moot' OR n.reason = $6 AND o.sent_at >= $5) ORDER BY n.planned_at, n.step`,
		s.Interview, s.Person, instant{s.EndsAt}, hiring.MootClosed, instant{ended}, mergedWithSeat)
	if err != nil {
		return nil, fmt.Errorf("read the reminders of %s: %w", s.Interview, err)
	}
	return all, nil
}

// keepVersion keeps the present edition of a scorecard, if it is not kept yet.
func (t *Tx) keepVersion(ctx context.Context, s hiring.Scorecard) error {
	if s.Edition == 0 {
		return nil
	}
	content, err := t.store.keys.sealJSON(versionRecord(s.Interview, s.Person, s.Edition), s.CardContent)
	if err != nil {
		return err
	}
	_, err = t.write(ctx,
		`INSERT INTO scorecard_versions (interview, person, edition, at, content) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (interview, person, edition) DO NOTHING`,
		s.Interview, s.Person, s.Edition, instant{t.now}, content)
	if err != nil {
		return fmt.Errorf("keep a version of a scorecard of %s: %w", s.Interview, err)
	}
	return nil
}

// scorecardRow returns the columns that both adding and saving write, interview first and snoozed_until
// last. Its next reminder is planned by that.
func (t *Tx) scorecardRow(s hiring.Scorecard) ([]any, error) {
	s = t.snapshot.NudgePolicy().Planned(s, t.snapshot.WorkTime(s.Person))
	record := scorecardRecord(s.Interview, s.Person)
	content, err := t.store.keys.sealJSON(record, s.CardContent)
	if err != nil {
		return nil, err
	}
	notes, err := t.store.keys.sealJSON(record, cardNotes{
		Notes: s.Notes, Why: s.Why, WaivedBy: s.WaivedBy, AcceptedBy: s.AcceptedBy, AcceptedAt: s.AcceptedAt.UTC(), HandedAt: s.HandedAt.UTC(),
	})
	if err != nil {
		return nil, err
	}
	return []any{
		s.Interview, s.Person, string(s.State), s.Waits(), s.Seated(), content, notes,
		instant{s.EndsAt}, instant{s.DueAt}, s.Edition, instant{s.SubmittedAt}, instant{s.AmendedAt}, s.Removed, s.HandedTo, string(s.Waived),
		s.Nudges, instant{s.NudgeAt}, instant{s.SnoozedUntil},
	}, nil
}

// sameCard tells whether SeatCards has left a scorecard as it was. It changes no content.
func sameCard(a, b hiring.Scorecard) bool {
	return a.State == b.State && a.EndsAt.Equal(b.EndsAt) && a.DueAt.Equal(b.DueAt) && a.Removed == b.Removed && a.HandedTo == b.HandedTo &&
		a.Waived == b.Waived && a.WaivedBy == b.WaivedBy && a.AcceptedBy == b.AcceptedBy && a.HandedAt.Equal(b.HandedAt) && a.Why == b.Why &&
		a.Nudges == b.Nudges && a.SnoozedUntil.Equal(b.SnoozedUntil)
}

const scorecardColumns = `s.interview, s.person, s.application, s.candidate, s.requisition, s.stage, s.state, s.content, s.notes, s.ends_at, s.due_at, s.edition,
	s.submitted_at, s.amended_at, s.removed, s.handed_to, s.waived_for, s.nudges, s.nudge_at, s.snoozed_until, s.closed, s.version`

// Scorecard returns the scorecard of a person for an interview, whoever asks. It returns a NotFound
// error where there is none.
func (t *Tx) Scorecard(ctx context.Context, interview, person string) (hiring.Scorecard, error) {
	found, err := t.scorecards(ctx, `SELECT `+scorecardColumns+` FROM scorecards s WHERE s.interview = $1 AND s.person = $2`, interview, person)
	return only(found, err, "scorecard of yours for "+interview)
}

// PanelOf returns the scorecards of an interview, whoever asks, also of those who sit there no more.
// What somebody may see of them, hiring.VisibleCards says.
func (t *Tx) PanelOf(ctx context.Context, interview string) ([]hiring.Scorecard, error) {
	return t.scorecards(ctx, `SELECT `+scorecardColumns+` FROM scorecards s WHERE s.interview = $1 ORDER BY s.person`, interview)
}

// CardsOf returns all scorecards of an application, whoever asks. What somebody may see of them,
// hiring.VisibleCards says.
func (t *Tx) CardsOf(ctx context.Context, application string) ([]hiring.Scorecard, error) {
	return t.scorecards(ctx, `SELECT `+scorecardColumns+` FROM scorecards s WHERE s.application = $1 ORDER BY s.interview, s.person`, application)
}

// MyScorecards returns the scorecards that are waited for from somebody, those that are due first in
// front, without those of ended applications. Limit 0 is 25.
func (t *Tx) MyScorecards(ctx context.Context, person string, limit int) ([]hiring.Scorecard, error) {
	if limit <= 0 {
		limit = candidatePage
	}
	return t.scorecards(ctx, `SELECT `+scorecardColumns+` FROM scorecards s WHERE s.waits AND s.person = $1 AND NOT s.closed
		ORDER BY s.due_at, s.interview LIMIT `+strconv.Itoa(limit), person)
}

// OptionalScorecards returns the scorecards of interviews that are over which somebody can give still, and which
// nobody waits for since the application has ended: those that were due last in front.
func (t *Tx) OptionalScorecards(ctx context.Context, person string, limit int) ([]hiring.Scorecard, error) {
	return t.scorecards(ctx, `SELECT `+scorecardColumns+` FROM scorecards s WHERE s.waits AND s.person = $1 AND s.closed AND s.ends_at <= $2
		ORDER BY s.due_at DESC, s.interview DESC LIMIT `+strconv.Itoa(limit), person, instant{t.now})
}

// CardsOn returns the scorecards of somebody for some interviews, in whatever state, in no order.
func (t *Tx) CardsOn(ctx context.Context, person string, interviews []string) ([]hiring.Scorecard, error) {
	var all []hiring.Scorecard
	for some := range slices.Chunk(interviews, fewAtOnce) {
		var q statement
		q.add(`SELECT ` + scorecardColumns + ` FROM scorecards s WHERE s.interview IN (` + q.list(some) + `) AND s.person = ` + q.arg(person))
		found, err := t.scorecards(ctx, q.text.String(), q.args...)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// CardsAbout returns the scorecards that somebody has of these candidates, in whatever state, at most 25.
func (t *Tx) CardsAbout(ctx context.Context, person string, of []hiring.Candidate) ([]hiring.Scorecard, error) {
	if len(of) == 0 {
		return nil, nil
	}
	ids := make([]string, len(of))
	for i, c := range of {
		ids[i] = c.ID
	}
	var q statement
	q.add(`SELECT ` + scorecardColumns + ` FROM scorecards s WHERE s.person = ` + q.arg(person) + ` AND s.candidate IN (` + q.list(ids) +
		`) ORDER BY s.candidate, s.interview LIMIT ` + strconv.Itoa(candidatePage))
	return t.scorecards(ctx, q.text.String(), q.args...)
}

// OpenCardsOf returns the scorecards that are waited for, by the applications that they belong to, without
// what stands in them: who is waited for.
func (t *Tx) OpenCardsOf(ctx context.Context, of []hiring.Application) (map[string][]hiring.Scorecard, error) {
	open := map[string][]hiring.Scorecard{}
	if len(of) == 0 {
		return open, nil
	}
	ids := make([]string, len(of))
	for i, a := range of {
		ids[i] = a.ID
	}
	var q statement
	q.add(`SELECT ` + scorecardColumns + ` FROM scorecards s WHERE s.waits AND s.application IN (` + q.list(ids) + `) ORDER BY s.due_at, s.interview, s.person`)
	found, err := t.scorecards(ctx, q.text.String(), q.args...)
	for _, s := range found {
		s.CardContent, s.Notes = hiring.CardContent{}, nil
		open[s.Application] = append(open[s.Application], s)
	}
	return open, err
}

// OpenCardsFor returns the scorecards that the panels of a requisition's active applications are not complete
// without: those waited for of interviews that were over at an instant, and those whose people cannot; the
// longest due first, without what stands in them.
func (t *Tx) OpenCardsFor(ctx context.Context, req string, now time.Time, limit int) ([]hiring.Scorecard, error) {
	var q statement
	q.add(`SELECT ` + scorecardColumns + ` FROM applications a JOIN scorecards s ON s.application = a.id
		WHERE a.requisition = ` + q.arg(req) + ` AND a.stage IN (` + q.list(activeStages()) + `) AND (s.waits AND s.ends_at <= ` + q.arg(instant{now}) + ` OR s.state = 'declined' AND NOT s.removed)
		ORDER BY s.due_at, s.interview, s.person LIMIT ` + strconv.Itoa(limit))
	found, err := t.scorecards(ctx, q.text.String(), q.args...)
	for at := range found {
		found[at].CardContent, found[at].Notes, found[at].Why = hiring.CardContent{}, nil, ""
	}
	return found, err
}

// SubmittedBy returns the scorecards that somebody submitted, the latest first. Limit 0 is 25.
func (t *Tx) SubmittedBy(ctx context.Context, person string, limit int) ([]hiring.Scorecard, error) {
	if limit <= 0 {
		limit = candidatePage
	}
	return t.scorecards(ctx, `SELECT `+scorecardColumns+` FROM scorecards s WHERE s.state = 'submitted' AND s.person = $1
		ORDER BY s.submitted_at DESC, s.interview DESC LIMIT `+strconv.Itoa(limit), person)
}

// ScorecardVersions returns every version of a scorecard, the first one first, whoever asks.
func (t *Tx) ScorecardVersions(ctx context.Context, interview, person string) ([]hiring.CardVersion, error) {
	var all []hiring.CardVersion
	err := t.conn.each(ctx, func(scan func(...any) error) error {
		var (
			v      hiring.CardVersion
			sealed string
			at     instant
		)
		if err := scan(&v.Edition, &at, &sealed); err != nil {
			return err
		}
		if err := t.store.keys.openJSON(versionRecord(interview, person, v.Edition), sealed, &v.CardContent); err != nil {
			return err
		}
		v.At = at.Time
		all = append(all, v)
		return nil
	}, `SELECT edition, at, content FROM scorecard_versions WHERE interview = $1 AND person = $2 ORDER BY edition`, interview, person)
	if err != nil {
		return nil, fmt.Errorf("read the versions of a scorecard of %s: %w", interview, err)
	}
	return all, nil
}

// RecordLook puts on record that the actor has opened the scorecards of others of an interview. The
// first time counts; but who gives a reason later, since others are to come in, has that kept too. It
// is whole in itself and may run twice, so that a unit on the pool may do it too.
func (t *Tx) RecordLook(ctx context.Context, application string, look hiring.CardLook) error {
	look.Person = t.author()
	_, err := t.conn.exec(ctx,
		`INSERT INTO scorecard_looks (interview, person, application, at, early, reason) VALUES ($1, $2, $3, $4, $5, $6)
		 ON CONFLICT (interview, person) DO UPDATE SET early = TRUE, reason = excluded.reason WHERE excluded.early AND NOT scorecard_looks.early`,
		look.Interview, look.Person, application, instant{t.now}, look.Early, t.store.keys.Seal(lookRecord(look.Interview, look.Person), look.Reason))
	if err != nil {
		return fmt.Errorf("put on record who looked at %s: %w", look.Interview, err)
	}
	return nil
}

// LooksAt returns who opened the scorecards of others of an application, and when first, the first one
// first.
func (t *Tx) LooksAt(ctx context.Context, application string) ([]hiring.CardLook, error) {
	var all []hiring.CardLook
	err := t.conn.each(ctx, func(scan func(...any) error) error {
		var (
			look   hiring.CardLook
			sealed string
			at     instant
		)
		if err := scan(&look.Interview, &look.Person, &at, &look.Early, &sealed); err != nil {
			return err
		}
		var err error
		look.At = at.Time
		look.Reason, err = t.store.keys.Open(lookRecord(look.Interview, look.Person), sealed)
		all = append(all, look)
		return err
	}, `SELECT interview, person, at, early, reason FROM scorecard_looks WHERE application = $1 ORDER BY at, interview, person`, application)
	if err != nil {
		return nil, fmt.Errorf("read who looked at %s: %w", application, err)
	}
	return all, nil
}

// ApplicationSubject returns what the policy decides on for an application: its requisition, all of its
// scorecards with what they say, and who opened which. Who draws it asks hiring.VisibleCards.
func (t *Tx) ApplicationSubject(ctx context.Context, a hiring.Application) (hiring.Subject, error) {
	r, err := t.Requisition(ctx, a.Req)
	if err != nil {
		return hiring.Subject{}, err
	}
	cards, err := t.CardsOf(ctx, a.ID)
	if err != nil {
		return hiring.Subject{}, err
	}
	looks, err := t.LooksAt(ctx, a.ID)
	return hiring.Subject{Req: &r, Reqs: []hiring.Requisition{r}, Cards: cards, Looks: looks}, err
}

// InterviewSubject returns what the policy decides on for an interview: that of its application, and who
// sits on it.
func (t *Tx) InterviewSubject(ctx context.Context, i hiring.Interview) (hiring.Subject, error) {
	on, err := t.ApplicationSubject(ctx, hiring.Application{ID: i.Application, Req: i.Req})
	on.Interview, on.Panel = i.ID, i.People()
	return on, err
}

// Debriefing is what somebody may see of an application's scorecards.
type Debriefing struct {
	Application hiring.Application
	// Subject is what the policy decides on, with the scorecards as the viewer may see them.
	Subject    hiring.Subject
	Interviews []hiring.Interview
	// Sight says how much the viewer may read, of all interviews at once.
	Sight hiring.Sight
	hiring.Debrief
}

// DebriefOf returns the debrief of a candidate for a requisition as somebody may see it. It returns the
// same NotFound error where there is none and where it does not exist for them.
func (t *Tx) DebriefOf(ctx context.Context, candidate, req string, viewer hiring.Actor) (Debriefing, error) {
	none := notFound("candidate " + candidate)
	a, found, err := t.ApplicationOf(ctx, candidate, req)
	if err != nil {
		return Debriefing{}, err
	}
	if !found {
		return Debriefing{}, none
	}
	on, err := t.ApplicationSubject(ctx, a)
	if err != nil {
		return Debriefing{}, err
	}
	sight := hiring.CardSight(viewer, on)
	if sight == hiring.SightNone {
		return Debriefing{}, none
	}
	interviews, err := t.InterviewsOf(ctx, a.ID)
	if err != nil {
		return Debriefing{}, err
	}
	on.Cards = hiring.VisibleCards(viewer, on)
	playbook, _ := t.snapshot.Playbook(on.Req.Role)
	return Debriefing{
		Application: a, Subject: on, Interviews: interviews, Sight: sight,
		Debrief: hiring.NewDebrief(hiring.DebriefParams{
			Playbook: playbook, Level: on.Req.Level, Interviews: interviews, Cards: on.Cards, Looks: on.Looks,
		}),
	}, nil
}

func (t *Tx) scorecards(ctx context.Context, query string, args ...any) ([]hiring.Scorecard, error) {
	var all []hiring.Scorecard
	err := t.conn.each(ctx, func(scan func(...any) error) error {
		var (
			s                                    hiring.Scorecard
			content, notes                       string
			ends, due, submitted, amended, nudge instant
			snoozed                              instant
		)
		err := scan(&s.Interview, &s.Person, &s.Application, &s.Candidate, &s.Req, &s.Stage, &s.State, &content, &notes, &ends, &due, &s.Edition,
			&submitted, &amended, &s.Removed, &s.HandedTo, &s.Waived, &s.Nudges, &nudge, &snoozed, &s.Closed, &s.Version)
		if err != nil {
			return err
		}
		record := scorecardRecord(s.Interview, s.Person)
		if err := t.store.keys.openJSON(record, content, &s.CardContent); err != nil {
			return err
		}
		var n cardNotes
		if err := t.store.keys.openJSON(record, notes, &n); err != nil {
			return err
		}
		s.Notes, s.Why = n.Notes, n.Why
		s.WaivedBy, s.AcceptedBy, s.AcceptedAt, s.HandedAt = n.WaivedBy, n.AcceptedBy, n.AcceptedAt, n.HandedAt
		s.EndsAt, s.DueAt, s.SubmittedAt, s.AmendedAt, s.NudgeAt, s.SnoozedUntil = ends.Time, due.Time, submitted.Time, amended.Time, nudge.Time, snoozed.Time
		all = append(all, s)
		return nil
	}, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read scorecards: %w", err)
	}
	return all, nil
}
