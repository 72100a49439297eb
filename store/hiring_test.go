package store_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// staff are people with a part in hiring, by their names.
type staff map[string]hiring.Person

func (w *world) staff(t *testing.T) staff {
	t.Helper()
	w.home(t)
	all := staff{}
	roles := map[string][]hiring.Role{
		"recruiter": {hiring.Recruiter}, "other-recruiter": {hiring.Recruiter}, "manager": {hiring.HiringManager}, "other-manager": {hiring.HiringManager},
		"ann": {hiring.Interviewer}, "ben": {hiring.Interviewer}, "cat": {hiring.Interviewer}, "compensation": {hiring.Compensation}, "admin": {hiring.Admin}, "member": nil,
	}
	for _, name := range slices.Sorted(maps.Keys(roles)) {
		all[name] = w.person(t, name, roles[name]...)
	}
	return all
}

// actor returns a person as the policy sees them.
func actor(p hiring.Person) hiring.Actor { return hiring.Actor{ID: p.ID, Roles: p.Roles} }

func viewer(p hiring.Person) store.CandidateViewer { return store.CandidateViewerOf(actor(p)) }

// hire adds a requisition, open, of the manager and the recruiter.
func (w *world) hire(t *testing.T, all staff, confidential bool) hiring.Requisition {
	t.Helper()
	return w.requisition(t, hiring.Requisition{
		Role: backend, Level: "senior", Seats: 2, Requester: all["manager"].ID, HiringManager: all["manager"].ID, Recruiter: all["recruiter"].ID,
		State: hiring.ReqOpen, Confidential: confidential,
	})
}

// apply adds a candidate who applies to a requisition.
func (w *world) apply(t *testing.T, name string, r hiring.Requisition) hiring.Application {
	t.Helper()
	var a hiring.Application
	must(t, w.InTx(t.Context(), func(tx *store.Tx) error {
		c, err := tx.AddCandidate(t.Context(), hiring.Candidate{Name: name})
		if err != nil {
			return err
		}
		if a, err = hiring.StartApplication(c.ID, r.ID, hiring.AppScreening, r.Recruiter, tx.Now()); err != nil {
			return err
		}
		a, err = tx.AddApplication(t.Context(), a)
		return err
	}))
	return a
}

// meet adds an interview of an application, an hour from now.
func (w *world) meet(t *testing.T, a hiring.Application, people ...hiring.Person) hiring.Interview {
	t.Helper()
	i := hiring.Interview{Application: a.ID, Stage: "system-design", MadeBy: a.AddedBy}
	for _, p := range people {
		i.Panel = append(i.Panel, hiring.Panelist{Person: p.ID})
	}
	must(t, w.InTx(t.Context(), func(tx *store.Tx) error {
		next, err := i.Schedule(tx.Now().Add(time.Hour), 60, tx.Now())
		if err != nil {
			return err
		}
		i, err = tx.AddInterview(t.Context(), next)
		return err
	}))
	return i
}

var designDimensions = []string{"system-design", "database-design", "api-design"}

// content is what a scorecard of the stage system-design can say.
func content(rating int, overall hiring.Recommendation) hiring.CardContent {
	c := hiring.CardContent{Ratings: map[string]hiring.Rating{}, Overall: overall, PrivateNote: "for the recruiter"}
	for _, d := range designDimensions {
		c.Ratings[d] = hiring.Rating{Value: rating, Evidence: "they said so"}
	}
	return c
}

// submit submits the scorecard of somebody for an interview.
func submit(t testing.TB, s *store.Store, interview, person string, c hiring.CardContent) error {
	t.Helper()
	ctx := t.Context()
	return s.InTxAs(ctx, person, func(tx *store.Tx) error {
		i, err := tx.Interview(ctx, interview)
		if err != nil {
			return err
		}
		card, err := tx.Scorecard(ctx, interview, person)
		if err != nil {
			return err
		}
		playbook, _ := tx.Snapshot().Playbook(backend)
		if card, err = card.Submit(i, c, hiring.StageDimensions(playbook, i.Stage), tx.Now()); err != nil {
			return err
		}
		_, err = tx.SaveScorecard(ctx, card)
		return err
	})
}
