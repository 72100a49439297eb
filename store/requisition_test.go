package store_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// everyState are the states that a requisition can be in.
var everyState = []hiring.ReqState{
	hiring.ReqDraft, hiring.ReqPending, hiring.ReqOpen, hiring.ReqOnHold, hiring.ReqFilled, hiring.ReqClosed,
}

// requisition adds a requisition as the bot itself.
func (w *world) requisition(t *testing.T, r hiring.Requisition) hiring.Requisition {
	t.Helper()
	if r.State == "" {
		r.State = hiring.ReqDraft
	}
	must(t, w.InTx(t.Context(), func(tx *store.Tx) (err error) {
		r, err = tx.AddRequisition(t.Context(), r)
		return err
	}))
	return r
}

func ids(all []hiring.Requisition) []string {
	out := make([]string, 0, len(all))
	for _, r := range all {
		out = append(out, r.ID)
	}
	return out
}

func TestRequisitions(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.home(t)
		asha, ravi, zoya := w.person(t, "asha"), w.person(t, "ravi"), w.person(t, "zoya")
		want := hiring.Requisition{
			Role: "backend-developer", Title: "Senior Java Backend", Level: "sde3", Seats: 2, Filled: 1, Location: "Bengaluru", WorkMode: "hybrid",
			Budget: hiring.RupeesRange{Low: 35_00_000, High: 45_00_000}, Why: "Payments grow", BudgetWhy: "Rare skills", StateWhy: "Not yet",
			Ecosystem: "java", Must: []string{"spring", "sql"}, Nice: []string{"kafka"}, Stages: []string{"screen", "design"}, Target: "2027-03-31",
			Requester: asha.ID, HiringManager: ravi.ID, Recruiter: zoya.ID, Panel: []string{zoya.ID, asha.ID}, Confidential: true,
			State: hiring.ReqOnHold, Announced: true, ApprovedTerms: "9f86d081",
		}
		added := w.requisition(t, want)
		want.ID, want.CreatedAt, want.ChangedAt, want.Version = "R-1", start, start, 1
		for field, value := range reflect.ValueOf(want).Fields() {
			if value.IsZero() {
				t.Errorf("the field %s is not tried", field.Name)
			}
		}
		bare := w.requisition(t, hiring.Requisition{Role: "general", Requester: asha.ID})
		check := func(want hiring.Requisition) {
			t.Helper()
			must(t, w.Read(ctx, func(tx *store.Tx) error {
				got, err := tx.Requisition(ctx, want.ID)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
				return err
			}))
		}
		if diff := cmp.Diff(want, added); diff != "" {
			t.Error(diff)
		}
		check(want)
		check(bare)
		if bare.ID != "R-2" {
			t.Errorf("the second is %s", bare.ID)
		}

		w.clock.advance(time.Hour)
		changed := want
		changed.Title, changed.Must, changed.Panel, changed.Confidential, changed.State, changed.Why = "Lead", nil, []string{asha.ID}, false, hiring.ReqOpen, "New"
		changed.Budget.High, changed.CreatedAt = 50_00_000, start.Add(time.Minute)
		must(t, w.InTx(ctx, func(tx *store.Tx) error {
			saved, err := tx.SaveRequisition(ctx, changed)
			changed.Version, changed.ChangedAt = 2, start.Add(time.Hour)
			if diff := cmp.Diff(changed, saved); diff != "" {
				t.Error(diff)
			}
			return err
		}))
		changed.CreatedAt = start // saving does not change it
		check(changed)

		for name, tc := range map[string]struct {
			code string
			do   func(tx *store.Tx) error
		}{
			"an old version": {bot.CodeConflict, func(tx *store.Tx) error { _, err := tx.SaveRequisition(ctx, want); return err }},
			"none to save": {bot.CodeNotFound, func(tx *store.Tx) error {
				_, err := tx.SaveRequisition(ctx, hiring.Requisition{ID: "R-9", State: hiring.ReqOpen, Version: 1})
				return err
			}},
			"nobody": {bot.CodeNotFound, func(tx *store.Tx) error {
				_, err := tx.AddRequisition(ctx, hiring.Requisition{State: hiring.ReqDraft, Panel: []string{"P-99"}})
				return err
			}},
			"nobody saved": {bot.CodeNotFound, func(tx *store.Tx) error {
				other := changed
				other.Recruiter = "P-99"
				_, err := tx.SaveRequisition(ctx, other)
				return err
			}},
			"no such state": {bot.CodeInvalid, func(tx *store.Tx) error {
				_, err := tx.AddRequisition(ctx, hiring.Requisition{State: "gone"})
				return err
			}},
			"an odd budget": {bot.CodeInvalid, func(tx *store.Tx) error {
				other := changed
				other.Budget = hiring.RupeesRange{Low: 2, High: 1}
				_, err := tx.SaveRequisition(ctx, other)
				return err
			}},
			"none to read": {bot.CodeNotFound, func(tx *store.Tx) error { _, err := tx.Requisition(ctx, "R-9"); return err }},
			"an odd cursor": {bot.CodeInvalid, func(tx *store.Tx) error {
				_, err := tx.Requisitions(ctx, store.ReqFilter{After: "x"})
				return err
			}},
		} {
			t.Run(name, func(t *testing.T) { wantCode(t, w.InTx(ctx, tc.do), tc.code) })
		}
		check(changed)
		if next := w.requisition(t, bare); next.ID != "R-3" {
			t.Errorf("a refused one took a number: the next is %s", next.ID)
		}
	})
}

func TestDraftsRole(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.home(t)
		asha, ravi, zoya := w.person(t, "asha"), w.person(t, "ravi"), w.person(t, "zoya")
		r := w.requisition(t, hiring.Requisition{Role: "backend-developer", Requester: asha.ID, HiringManager: ravi.ID, Recruiter: zoya.ID, Panel: []string{zoya.ID}})
		drafts := func() (who []string) {
			t.Helper()
			must(t, w.Read(ctx, func(tx *store.Tx) error {
				for _, p := range []hiring.Person{asha, ravi, zoya} {
					does, err := tx.DraftsRole(ctx, p.ID, "backend-developer")
					must(t, err)
					if does {
						who = append(who, p.Name)
					}
					if other, err := tx.DraftsRole(ctx, p.ID, "general"); other || err != nil {
						t.Errorf("%s drafts another role: %v", p.Name, err)
					}
				}
				return nil
			}))
			return who
		}
		for _, state := range everyState {
			must(t, w.InTx(ctx, func(tx *store.Tx) (err error) {
				r.State = state
				r, err = tx.SaveRequisition(ctx, r)
				return err
			}))
			want := []string{"asha", "ravi"}
			if state == hiring.ReqClosed {
				want = nil
			}
			if diff := cmp.Diff(want, drafts()); diff != "" {
				t.Errorf("%s: %s", state, diff)
			}
		}
	})
}

// The table is every way of looking at requisitions, for everybody, against the rule in plain words.
func TestNobodySeesARequisitionThatIsNotTheirs(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.home(t)
		people := map[string]string{"nobody": ""}
		for _, name := range []string{"requester", "manager", "recruiter", "panelist", "approver", "former", "stranger"} {
			people[name] = w.person(t, name).ID
		}
		var all []hiring.Requisition
		knows := map[string][]string{} // who is of the team, or an approver
		for _, state := range everyState {
			for _, confidential := range []bool{false, true} {
				for _, titled := range []string{"Java backend", "Go platform"} {
					r := hiring.Requisition{
						Role: "backend-developer", Level: "sde2", Location: "Pune", Title: titled, Requester: people["requester"], HiringManager: people["manager"],
						Recruiter: people["recruiter"], Panel: []string{people["panelist"], people["manager"]}, State: state, Confidential: confidential,
					}
					if titled == "Go platform" {
						r.Role, r.HiringManager = "general", people["former"]
						r.Panel = nil
					}
					r = w.requisition(t, r)
					// Somebody who was asked before, and is not asked any more.
					for _, approver := range []string{"former", "approver"} {
						if titled == "Go platform" {
							continue
						}
						must(t, w.InTx(ctx, func(tx *store.Tx) error {
							a, err := tx.AddApproval(ctx, approvalOf(r.ID, people["requester"], people[approver]))
							must(t, err)
							a.State = hiring.Void
							_, err = tx.SaveApproval(ctx, a)
							return err
						}))
						knows[r.ID] = append(r.Team(), people[approver])
					}
					if knows[r.ID] == nil {
						knows[r.ID] = r.Team()
					}
					all = append(all, r)
				}
			}
		}
		slices.Reverse(all)
		may := func(v store.ReqViewer, r hiring.Requisition) bool {
			approved := r.State != hiring.ReqDraft && r.State != hiring.ReqPending
			return v.Person != "" && slices.Contains(knows[r.ID], v.Person) || !r.Confidential && (approved || v.All)
		}
		passes := func(f store.ReqFilter, r hiring.Requisition) bool {
			return may(f.Viewer, r) && (len(f.States) == 0 || slices.Contains(f.States, r.State)) &&
				(f.Owner == "" || r.HiringManager == f.Owner) && (f.Member == "" || slices.Contains(r.Team(), f.Member)) &&
				(f.HeldBy == "" || r.HiringManager == f.HeldBy || r.Requester == f.HeldBy) && (!f.Team || !r.Confidential || slices.Contains(r.Team(), f.Viewer.Person)) &&
				(f.Role == "" || r.Role == f.Role) && (f.Search == "" || r.Title == "Java backend")
		}
		must(t, w.Read(ctx, func(tx *store.Tx) error {
			for name, person := range people {
				for _, seesAll := range []bool{false, true} {
					viewer := store.ReqViewer{Person: person, All: seesAll}
					for _, f := range filters(people) {
						f.Viewer = viewer
						where := fmt.Sprintf("%s (all %v): %+v", name, seesAll, f)
						var want []string
						for _, r := range all {
							if passes(f, r) {
								want = append(want, r.ID)
							}
						}
						var got []string
						for {
							page, err := tx.Requisitions(ctx, f)
							must(t, err)
							got = append(got, ids(page)...)
							if len(page) < f.Limit {
								break
							}
							f.After = page[len(page)-1].ID
						}
						if diff := cmp.Diff(want, got); diff != "" {
							t.Fatalf("%s: %s", where, diff)
						}
						n, err := tx.CountRequisitions(ctx, f)
						must(t, err)
						if n != len(want) {
							t.Fatalf("%s: counts %d of %d", where, n, len(want))
						}
					}
					var similar []string
					for _, r := range all {
						got, err := tx.RequisitionFor(ctx, r.ID, viewer)
						if may(viewer, r) {
							must(t, err)
							if got.ID != r.ID {
								t.Errorf("%s gets %s for %s", name, got.ID, r.ID)
							}
							if r.Role == "backend-developer" && r.State != hiring.ReqClosed {
								similar = append(similar, r.ID)
							}
							continue
						}
						_, none := tx.RequisitionFor(ctx, "R-999", viewer)
						wantCode(t, err, bot.CodeNotFound)
						if want := fmt.Sprintf("not_found: There is no requisition %s here, or no longer.", r.ID); err.Error() != want {
							t.Errorf("%s reads of %s: %v", name, r.ID, err)
						}
						if want := "not_found: There is no requisition R-999 here, or no longer."; none.Error() != want {
							t.Errorf("%s reads of none: %v", name, none)
						}
					}
					got, err := tx.SimilarRequisitions(ctx, "backend-developer", "sde2", " PUNE ", start.Add(-time.Hour), viewer)
					must(t, err)
					if diff := cmp.Diff(append([]string{}, similar...), ids(got)); diff != "" {
						t.Errorf("%s (all %v) reads as similar: %s", name, seesAll, diff)
					}
				}
			}
			return nil
		}))
	})
}

// filters returns every combination of filters, in pages of five.
func filters(people map[string]string) []store.ReqFilter {
	var all []store.ReqFilter
	for _, states := range [][]hiring.ReqState{nil, {hiring.ReqDraft}, {hiring.ReqOpen, hiring.ReqOnHold, hiring.ReqOpen}} {
		for _, owner := range []string{"", people["manager"]} {
			for _, member := range []string{"", people["panelist"]} {
				for _, role := range []string{"", "general"} {
					for _, search := range []string{"", "JÁVA  back"} {
						all = append(all, store.ReqFilter{States: states, Owner: owner, Member: member, Role: role, Search: search, Limit: 5})
						if owner != "" {
							all = append(all, store.ReqFilter{States: states, HeldBy: owner, Member: member, Role: role, Search: search, Limit: 5})
							all = append(all, store.ReqFilter{States: states, Team: true, Member: member, Role: role, Search: search, Limit: 5})
						}
					}
				}
			}
		}
	}
	return all
}

func TestWhatSimilarIs(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		like := hiring.Requisition{Role: "general", Level: "senior", Location: "New  Delhi", State: hiring.ReqOpen}
		w.requisition(t, like) // too old
		w.clock.advance(time.Hour)
		w.requisition(t, like)
		for _, change := range []func(r *hiring.Requisition){
			func(r *hiring.Requisition) { r.Role = "backend-developer" },
			func(r *hiring.Requisition) { r.Level = "lead" },
			func(r *hiring.Requisition) { r.Location = "Delhi" },
			func(r *hiring.Requisition) { r.State = hiring.ReqClosed },
			func(r *hiring.Requisition) { r.Location = "new delhi" },
		} {
			other := like
			change(&other)
			w.requisition(t, other)
		}
		must(t, w.Read(ctx, func(tx *store.Tx) error {
			got, err := tx.SimilarRequisitions(ctx, "general", "senior", "NEW DELHI", start.Add(time.Minute), store.ReqViewer{})
			if diff := cmp.Diff([]string{"R-7", "R-2"}, ids(got)); diff != "" {
				t.Error(diff)
			}
			return err
		}))
	})
}

func TestSearchRequisitions(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.requisition(t, hiring.Requisition{Role: "backend-developer", Title: "Senior Java Backend", Level: "sde3", Location: "Bengaluru", State: hiring.ReqOpen})
		w.requisition(t, hiring.Requisition{Role: "general", Title: "C++ Ingénieur (Núcleo)", Level: "lead", Location: "பெங்களூரு", State: hiring.ReqOpen})
		changing := w.requisition(t, hiring.Requisition{Role: "general", Title: "Office manager 100%", Location: "Pune", State: hiring.ReqOpen})
		changing.Title, changing.Location = "Workplace lead", "Chennai"
		must(t, w.InTx(ctx, func(tx *store.Tx) error { _, err := tx.SaveRequisition(ctx, changing); return err }))
		for search, want := range map[string][]string{
			"":                    {"R-3", "R-2", "R-1"},
			"  ":                  {"R-3", "R-2", "R-1"},
			"java":                {"R-1"},
			"JAV sen":             {"R-1"},
			"backend-dev beng":    {"R-1"},
			"ava":                 {},
			"java pune":           {},
			"ingenieur nucleo":    {"R-2"},
			"c++":                 {"R-2"},
			"பெங்க":               {"R-2"},
			"lead":                {"R-3", "R-2"},
			"gen":                 {"R-3", "R-2"},
			"office":              {},
			"pune":                {},
			"workplace chennai":   {"R-3"},
			"r-2":                 {"R-2"},
			"R2":                  {"R-2"},
			"%":                   {},
			"_":                   {},
			"' OR 1=1 --":         {},
			"a b c d e f g h i j": {},
		} {
			must(t, w.Read(ctx, func(tx *store.Tx) error {
				got, err := tx.Requisitions(ctx, store.ReqFilter{Search: search})
				if diff := cmp.Diff(want, ids(got)); diff != "" {
					t.Errorf("%q: %s", search, diff)
				}
				return err
			}))
		}
	})
}

// Words that most requisitions have are looked for in another way than those that few have.
func TestSearchAmongMany(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.fill(t, 1500)
		must(t, w.Read(ctx, func(tx *store.Tx) error {
			for _, viewer := range []store.ReqViewer{{}, {Person: "P-1"}, {Person: "P-1", All: true}} {
				for _, f := range []store.ReqFilter{{}, {Owner: "P-3"}, {Member: "P-2"}, {Role: "general", States: []hiring.ReqState{hiring.ReqClosed}}} {
					f.Viewer, f.Limit = viewer, 200
					var want []string
					for range 2 {
						got, err := tx.Requisitions(ctx, f)
						must(t, err)
						if want == nil {
							want = ids(got)
						}
						if diff := cmp.Diff(want, ids(got)); diff != "" || len(want) == 0 && f.Member == "" {
							t.Errorf("%+v: %d, %s", f, len(want), diff)
						}
						f.Search = "engineer ENG" // all have it
					}
				}
			}
			for search, want := range map[string]int{"eng word": 1350, "word12": 110 - 11, "word12 eng": 110 - 11, "word120 eng": 9, "wordless eng": 0} {
				got, err := tx.CountRequisitions(ctx, store.ReqFilter{Viewer: store.ReqViewer{All: true}, Search: search})
				if got != min(want, store.CountLimit) || err != nil {
					t.Errorf("%q finds %d, want %d: %v", search, got, want, err)
				}
			}
			return nil
		}))
	})
}

func TestALookChangesNoRequisition(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.home(t)
		asha := w.person(t, "asha")
		r := w.requisition(t, hiring.Requisition{Requester: asha.ID})
		a := w.approval(t, approvalOf(r.ID, asha.ID, asha.ID))
		must(t, w.Read(ctx, func(tx *store.Tx) error {
			_, addErr := tx.AddRequisition(ctx, r)
			_, saveErr := tx.SaveRequisition(ctx, r)
			_, askErr := tx.AddApproval(ctx, a)
			_, decideErr := tx.SaveApproval(ctx, a)
			for name, err := range map[string]error{
				"AddRequisition": addErr, "SaveRequisition": saveErr, "AddApproval": askErr, "SaveApproval": decideErr,
				"AddHistory":   tx.AddHistory(ctx, r.ID, "made", nil),
				"SetAbsence":   tx.SetAbsence(ctx, hiring.Absence{Person: asha.ID, Until: today}),
				"ClearAbsence": tx.ClearAbsence(ctx, asha.ID),
				"SetQuiet":     tx.SetQuiet(ctx, "slack:T1", "C1", true),
			} {
				if err == nil {
					t.Errorf("%s wrote", name)
				}
			}
			now, err := tx.Requisition(ctx, r.ID)
			if diff := cmp.Diff(r, now); diff != "" {
				t.Error(diff)
			}
			return err
		}))
	})
}

func TestPagesHoldEachRequisitionOnceWhileOthersAreAdded(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.home(t)
		asha := w.person(t, "asha")
		var want []string
		for i := range 23 {
			r := w.requisition(t, hiring.Requisition{Requester: asha.ID, State: everyState[i%len(everyState)], Confidential: i%4 == 0})
			want = append(want, r.ID)
		}
		slices.Reverse(want)
		var got []string
		f := store.ReqFilter{Viewer: store.ReqViewer{Person: asha.ID}, Limit: 4}
		for {
			var page []hiring.Requisition
			must(t, w.Read(ctx, func(tx *store.Tx) (err error) {
				page, err = tx.Requisitions(ctx, f)
				return err
			}))
			if len(page) == 0 {
				break
			}
			got = append(got, ids(page)...)
			f.After = got[len(got)-1]
			w.requisition(t, hiring.Requisition{Requester: asha.ID, State: hiring.ReqOpen})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestCountingEnds(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.fill(t, store.CountLimit+200)
		must(t, w.Read(t.Context(), func(tx *store.Tx) error {
			n, err := tx.CountRequisitions(t.Context(), store.ReqFilter{Viewer: store.ReqViewer{All: true}, After: "R-3", Limit: 1})
			if n != store.CountLimit {
				t.Errorf("counted %d", n)
			}
			return err
		}))
	})
}

func TestHistory(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		asha := w.person(t, "asha")
		add := func(subject, what string, detail map[string]string) {
			w.as(t, "asha", func(ctx context.Context, tx *store.Tx) error { return tx.AddHistory(ctx, subject, what, detail) })
		}
		add("R-1", "made", nil)
		add("R-2", "made", nil)
		add("R-1", "rejected", map[string]string{"reason": "too dear"})
		w.clock.advance(time.Hour)
		must(t, w.InTx(t.Context(), func(tx *store.Tx) error { return tx.AddHistory(t.Context(), "R-1", "reminded", nil) }))
		want := []store.HistoryEntry{
			{At: start.Add(time.Hour), By: store.SystemActor, What: "reminded"},
			{At: start, By: asha.ID, What: "rejected", Detail: map[string]string{"reason": "too dear"}},
			{At: start, By: asha.ID, What: "made"},
		}
		must(t, w.Read(t.Context(), func(tx *store.Tx) error {
			for _, limit := range []int{2, 9} {
				got, err := tx.History(t.Context(), "R-1", limit)
				must(t, err)
				if diff := cmp.Diff(want[:min(limit, len(want))], got); diff != "" {
					t.Error(diff)
				}
			}
			return nil
		}))
	})
}

func TestReasonsAreSealed(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.home(t)
		asha := w.person(t, "asha")
		r := w.requisition(t, hiring.Requisition{Requester: asha.ID, Why: "why " + secret, BudgetWhy: "budget " + secret, StateWhy: "state " + secret})
		must(t, w.InTx(ctx, func(tx *store.Tx) error {
			a := approvalOf(r.ID, asha.ID, asha.ID)
			a.Steps[0].Decisions = []hiring.Decision{{Person: asha.ID, By: asha.ID, Reason: "reason " + secret, At: start}}
			a.Question = &hiring.ApprovalQuestion{Asker: asha.ID, Text: "question " + secret, Answer: "answer " + secret, AskedAt: start}
			a.Notes = []hiring.ApprovalNote{{Text: "note " + secret, At: start}}
			_, err := tx.AddApproval(ctx, a)
			return errors.Join(err, tx.AddHistory(ctx, r.ID, "made", map[string]string{"text": secret}))
		}))
		for _, column := range []string{"requisitions.reasons", "approvals.body", "history.detail"} {
			var table, name string
			for i, c := range column {
				if c == '.' {
					table, name = column[:i], column[i+1:]
				}
			}
			if n := w.count(t, `SELECT count(*) FROM `+table+` WHERE `+name+` LIKE 'k1:%' AND `+name+` NOT LIKE '%hunter2%'`); n != 1 {
				t.Errorf("%s: %d rows are sealed", column, n)
			}
		}
		if found := w.dumps(t, secret); len(found) > 0 {
			t.Errorf("the secret stands in %v", found)
		}
		if found := w.dumps(t, "slack:T1"); len(found) == 0 {
			t.Error("the search finds nothing at all")
		}
		w.requisition(t, hiring.Requisition{})
		w.exec(t, `UPDATE requisitions SET reasons = (SELECT reasons FROM requisitions WHERE id = 'R-1') WHERE id = 'R-2'`)
		if err := w.Read(ctx, func(tx *store.Tx) error { _, err := tx.Requisition(ctx, "R-2"); return err }); err == nil {
			t.Error("the reasons open in another requisition")
		}
	})
}
