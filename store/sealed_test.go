package store_test

import (
	"testing"

	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// Every record that seals something is looked at: what opens does, and what was changed is counted.
func TestSealedValuesAreCounted(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		all := w.staff(t)
		r := w.hire(t, all, false)
		a := w.apply(t, "Esha Rao", r)
		i := w.meet(t, a, all["ann"], all["ben"])
		must(t, w.InTx(t.Context(), func(tx *store.Tx) error {
			_, err := tx.AddCandidateNote(t.Context(), hiring.CandidateNote{Candidate: a.Candidate, By: all["recruiter"].ID, At: tx.Now(), Text: "a note"})
			return err
		}))
		w.approval(t, approvalOf(r.ID, all["manager"].ID, all["compensation"].ID))
		count := func() (n store.SealedValues) {
			must(t, w.Read(t.Context(), func(tx *store.Tx) (err error) {
				n, err = tx.CountSealed(t.Context())
				return err
			}))
			return n
		}
		whole := count()
		if whole.Shut != 0 || whole.All < 6+len(i.Panel) {
			t.Fatalf("%+v of a requisition, an approval, a candidate, a note, an application, an interview and %d scorecards", whole, len(i.Panel))
		}
		want := 0
		for _, table := range [][2]string{
			{"requisitions", "reasons"}, {"approvals", "body"}, {"candidates", "sealed"}, {"candidate_notes", "body"}, {"applications", "outcome"}, {"interviews", "body"}, {"scorecards", "content"},
		} {
			want += w.count(t, `SELECT count(*) FROM `+table[0])
			w.exec(t, `UPDATE `+table[0]+` SET `+table[1]+` = 'k1:AAAA'`)
			if got := count(); got.All != whole.All || got.Shut != want {
				t.Errorf("without those of %s: %+v, want %d of %d", table[0], got, want, whole.All)
			}
		}
	})
}
