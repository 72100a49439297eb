package store_test

import (
	"slices"
	"testing"

	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

func TestCandidatesAndRequisitionsByID(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		all := w.staff(t)
		r := w.hire(t, all, true)
		a := w.apply(t, "Meera Iyer", r)
		err := w.InTx(t.Context(), func(tx *store.Tx) error {
			people, err := tx.CandidatesByID(t.Context(), []string{a.Candidate, "C-99"})
			if err != nil {
				return err
			}
			if len(people) != 1 || people[a.Candidate].Name != "Meera Iyer" {
				t.Errorf("candidates: %v", people)
			}
			jobs, err := tx.RequisitionsByID(t.Context(), []string{r.ID, "R-99"})
			if err != nil {
				return err
			}
			if len(jobs) != 1 || jobs[r.ID].Title != r.Title {
				t.Errorf("requisitions: %v", jobs)
			}
			if none, err := tx.CandidatesByID(t.Context(), nil); err != nil || none != nil {
				t.Errorf("none: %v %v", none, err)
			}
			given, err := tx.NoticeGiven(t.Context(), a.Candidate)
			if err != nil || given {
				t.Errorf("notice before it was given: %v %v", given, err)
			}
			if err := tx.AddHistory(t.Context(), a.Candidate, store.NoticeHistory, nil); err != nil {
				return err
			}
			if given, err = tx.NoticeGiven(t.Context(), a.Candidate); err != nil || !given {
				t.Errorf("notice after it was given: %v %v", given, err)
			}
			held, err := tx.HoldRequisition(t.Context(), r.ID)
			if err != nil || held.Version != r.Version {
				t.Errorf("held: %+v %v", held, err)
			}
			if _, err := tx.HoldRequisition(t.Context(), "R-99"); hiring.ErrorCode(err) != hiring.NotFound {
				t.Errorf("a requisition that there is not: %v", err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// What stands for a reason in a button is short, its own, and the same however it is written.
func TestReasonCode(t *testing.T) {
	t.Parallel()
	var codes []string
	for _, reason := range hiring.RejectReasons {
		code := store.ReasonCode(reason)
		if len(code) != 8 || slices.Contains(codes, code) {
			t.Errorf("%q is %q", reason, code)
		}
		codes = append(codes, code)
	}
	if store.ReasonCode("Depth below level") != store.ReasonCode("depth  BELOW level") {
		t.Error("the same reason has two codes")
	}
}
