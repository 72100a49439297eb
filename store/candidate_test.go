package store_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

func TestCandidates(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		all := w.staff(t)
		months, notice := 84, 0
		want := hiring.Candidate{
			Name: "Méera  Iyer", Email: "Meera@example.com", Phone: "098765 43210", Source: "linkedin", ReferredBy: all["ann"].ID, Ecosystem: "java",
			Months: &months, NoticeDays: &notice, ExpectedCTC: 44_00_000, CurrentCTC: 32_00_000, AddedBy: all["recruiter"].ID,
		}
		must(t, w.InTx(ctx, func(tx *store.Tx) (err error) {
			if want.Resume, err = tx.SaveFile(ctx, bot.Upload{Name: "cv.pdf", MediaType: "application/pdf", Data: []byte("cv")}); err != nil {
				return err
			}
			got, err := tx.AddCandidate(ctx, want)
			want.ID, want.Name, want.Phone, want.CreatedAt, want.ChangedAt, want.Version = "C-1", "Méera Iyer", "+919876543210", start, start, 1
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			return err
		}))
		for field, value := range reflect.ValueOf(want).Fields() {
			if value.IsZero() {
				t.Errorf("the field %s is not tried", field.Name)
			}
		}
		check := func(want hiring.Candidate) {
			t.Helper()
			must(t, w.Read(ctx, func(tx *store.Tx) error {
				got, err := tx.Candidate(ctx, want.ID)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
				return err
			}))
		}
		check(want)
		if n := w.count(t, `SELECT count(*) FROM files WHERE subject = 'C-1'`); n != 1 {
			t.Errorf("%d résumés are kept", n)
		}
		bare := hiring.Candidate{Name: "Ravi Kumar"}
		must(t, w.InTx(ctx, func(tx *store.Tx) (err error) { bare, err = tx.AddCandidate(ctx, bare); return err }))
		check(bare)
		if found := w.dumps(t, "eera@example"); len(found) > 0 {
			t.Errorf("the address stands in %v", found)
		}
		if found := w.dumps(t, "9876543210"); len(found) > 0 {
			t.Errorf("the number stands in %v", found)
		}
		// Who may be the same person.
		must(t, w.Read(ctx, func(tx *store.Tx) error {
			for _, c := range []hiring.Candidate{{Email: " meera@EXAMPLE.com "}, {Phone: "+91-98765-43210"}, {Email: "x@example.com", Phone: "9876543210"}} {
				same, err := tx.SamePeople(ctx, c, viewer(all["recruiter"]))
				if len(same) != 1 || same[0].ID != "C-1" || err != nil {
					t.Errorf("%+v is the same as %v: %v", c, same, err)
				}
				if same, err = tx.SamePeople(ctx, c, viewer(all["ann"])); len(same) != 0 || err != nil {
					t.Errorf("somebody reads of a candidate whom they may not know: %v, %v", same, err)
				}
			}
			for _, c := range []hiring.Candidate{want, {}, {Email: "ravi@example.com"}} {
				if same, err := tx.SamePeople(ctx, c, viewer(all["recruiter"])); len(same) != 0 || err != nil {
					t.Errorf("%+v is the same as %v: %v", c, same, err)
				}
			}
			return nil
		}))
		w.clock.advance(time.Hour)
		changed := want
		changed.Name, changed.Months, changed.Email, changed.AddedBy = "Mira Iyer", nil, "", ""
		must(t, w.InTx(ctx, func(tx *store.Tx) error { _, err := tx.SaveCandidate(ctx, changed); return err }))
		changed.Version, changed.ChangedAt, changed.AddedBy = 2, start.Add(time.Hour), want.AddedBy
		check(changed)
		wantCode(t, w.InTx(ctx, func(tx *store.Tx) error { _, err := tx.SaveCandidate(ctx, want); return err }), bot.CodeConflict)
		wantCode(t, w.InTx(ctx, func(tx *store.Tx) error {
			_, err := tx.SaveCandidate(ctx, hiring.Candidate{ID: "C-9", Name: "X"})
			return err
		}), bot.CodeNotFound)
		wantCode(t, w.InTx(ctx, func(tx *store.Tx) error { _, err := tx.AddCandidate(ctx, hiring.Candidate{}); return err }), bot.CodeInvalid)
		must(t, w.InTx(ctx, func(tx *store.Tx) error { return tx.SetSetting(ctx, hiring.SettingCurrentCTC, "no") }))
		changed.CurrentCTC = 0
		check(changed)
	})
}

func TestCandidatesAreFound(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		all := w.staff(t)
		open, hidden := w.hire(t, all, false), w.hire(t, all, true)
		w.apply(t, "Méera Iyer", open)
		w.apply(t, "Meera Nair", hidden)
		w.apply(t, "Ravi Iyer", open)
		must(t, w.InTx(ctx, func(tx *store.Tx) error {
			_, err := tx.AddCandidate(ctx, hiring.Candidate{Name: "Meera Loose"})
			return err
		}))
		w.meet(t, w.apply(t, "Meera Seen", hidden), all["ann"])
		for _, tc := range []struct {
			who, search string
			want        []string
		}{
			{"recruiter", "meera", []string{"C-5", "C-4", "C-2", "C-1"}},
			{"recruiter", "MEER iye", []string{"C-1"}},
			{"recruiter", "", []string{"C-5", "C-4", "C-3", "C-2", "C-1"}},
			{"recruiter", "c-2", []string{"C-2"}},
			{"recruiter", "%", nil},
			{"other-recruiter", "meera", []string{"C-4", "C-1"}},
			{"other-recruiter", "", []string{"C-4", "C-3", "C-1"}},
			{"manager", "meera", []string{"C-5", "C-2", "C-1"}},
			{"manager", " ", []string{"C-5", "C-3", "C-2", "C-1"}},
			{"other-manager", "meera", nil},
			{"ann", "meera", []string{"C-5"}},
			{"ann", "", []string{"C-5"}},
			{"ben", "", nil},
			{"admin", "meera", nil},
			{"compensation", "meera", nil},
		} {
			must(t, w.Read(ctx, func(tx *store.Tx) error {
				found, err := tx.CandidatesNamed(ctx, tc.search, viewer(all[tc.who]), 0)
				var got []string
				for _, c := range found {
					got = append(got, c.ID)
				}
				if diff := cmp.Diff(tc.want, got); diff != "" {
					t.Errorf("%s looks for %q: %s", tc.who, tc.search, diff)
				}
				return err
			}))
		}
		must(t, w.Read(ctx, func(tx *store.Tx) error {
			for who, want := range map[string]int{"recruiter": 1, "ann": 1, "manager": 1, "other-recruiter": 0, "ben": 0} {
				found, err := tx.InterviewsNamed(ctx, "seen", viewer(all[who]), 0)
				if len(found) != want || err != nil {
					t.Errorf("%s finds %d interviews: %v", who, len(found), err)
				}
				_, err = tx.InterviewFor(ctx, "I-1", viewer(all[who]))
				if (err == nil) != (want == 1) || err != nil && err.Error() != "not_found: There is no interview I-1 here, or no longer." {
					t.Errorf("%s reads the interview: %v", who, err)
				}
			}
			return nil
		}))
	})
}

func TestNotesOnCandidates(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		all := w.staff(t)
		a := w.apply(t, "Meera", w.hire(t, all, true))
		add := func(who string, n hiring.CandidateNote) (added hiring.CandidateNote) {
			must(t, w.InTxAs(ctx, all[who].ID, func(tx *store.Tx) (err error) { added, err = tx.AddCandidateNote(ctx, n); return err }))
			return added
		}
		general := add("recruiter", hiring.CandidateNote{Candidate: a.Candidate, Text: "asks for March", Link: "https://chat.example/1"})
		w.clock.advance(time.Minute)
		hidden := add("manager", hiring.CandidateNote{Candidate: a.Candidate, Req: a.Req, Text: "knows the founder"})
		must(t, w.Read(ctx, func(tx *store.Tx) error {
			got, err := tx.CandidateNotes(ctx, a.Candidate, []hiring.Application{a}, 0)
			if diff := cmp.Diff([]hiring.CandidateNote{hidden, general}, got); diff != "" {
				t.Error(diff)
			}
			without, err2 := tx.CandidateNotes(ctx, a.Candidate, nil, 0)
			if diff := cmp.Diff([]hiring.CandidateNote{general}, without); diff != "" {
				t.Error(diff)
			}
			return errors.Join(err, err2)
		}))
		for _, secret := range []string{"March", "chat.example"} {
			if found := w.dumps(t, secret); len(found) > 0 {
				t.Errorf("%s stands in %v", secret, found)
			}
		}
		undo := func(who string) error {
			return w.InTxAs(ctx, all[who].ID, func(tx *store.Tx) error { return tx.DeleteCandidateNote(ctx, general.ID) })
		}
		wantCode(t, undo("manager"), bot.CodeNotFound)
		must(t, undo("recruiter"))
	})
}

func TestAddingACandidateIsUndone(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		all := w.staff(t)
		r := w.hire(t, all, false)
		stays, goes, met := w.apply(t, "Meera", r), w.apply(t, "Ravi", r), w.apply(t, "Zoya", r)
		w.meet(t, met, all["ann"])
		remove := func(id string) error {
			return w.InTx(ctx, func(tx *store.Tx) error { return tx.RemoveCandidate(ctx, id) })
		}
		must(t, remove(goes.Candidate))
		wantCode(t, remove(goes.Candidate), bot.CodeNotFound)
		wantCode(t, remove(met.Candidate), bot.CodeConflict)
		must(t, w.Read(ctx, func(tx *store.Tx) error {
			funnel, err := tx.FunnelOf(ctx, r.ID)
			if diff := cmp.Diff(hiring.Funnel{hiring.AppScreening: 2}, funnel); diff != "" {
				t.Error(diff)
			}
			list, err2 := tx.Applications(ctx, store.AppFilter{Viewer: viewer(all["recruiter"])})
			if len(list) != 2 || list[0].ID != met.ID || list[1].ID != stays.ID {
				t.Errorf("%+v", list)
			}
			return errors.Join(err, err2)
		}))
		if next := w.apply(t, "Ravi", r); next.Candidate == goes.Candidate {
			t.Errorf("%s is given out again", next.Candidate)
		}
	})
}
