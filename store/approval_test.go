package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

const today = "2026-11-23" // the day of start, in India

// approvalOf returns an open approval with one step for each approver.
func approvalOf(subject, requester string, approvers ...string) hiring.Approval {
	a := hiring.Approval{Subject: subject, Terms: "terms", Requester: requester, State: hiring.ApprovalOpen}
	for _, person := range approvers {
		a.Steps = append(a.Steps, hiring.ApprovalStep{Approvers: []hiring.StepApprover{{Person: person, Because: "named"}}})
	}
	return a
}

// approval asks for approval as the bot itself.
func (w *world) approval(t *testing.T, a hiring.Approval) hiring.Approval {
	t.Helper()
	must(t, w.InTx(t.Context(), func(tx *store.Tx) (err error) {
		a, err = tx.AddApproval(t.Context(), a)
		return err
	}))
	return a
}

// save saves an approval as the bot itself.
func (w *world) save(t *testing.T, a hiring.Approval) hiring.Approval {
	t.Helper()
	must(t, w.InTx(t.Context(), func(tx *store.Tx) (err error) {
		a, err = tx.SaveApproval(t.Context(), a)
		return err
	}))
	return a
}

// waits returns the ids of the approvals that wait for a person on a day.
func (w *world) waits(t *testing.T, person, day string, limit int) []string {
	t.Helper()
	out := []string{}
	must(t, w.Read(t.Context(), func(tx *store.Tx) error {
		all, err := tx.ApprovalsWaitingFor(t.Context(), person, day, limit)
		for _, a := range all {
			out = append(out, a.ID)
		}
		return err
	}))
	return out
}

func TestApprovals(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.home(t)
		asha, ravi, zoya := w.person(t, "asha"), w.person(t, "ravi"), w.person(t, "zoya")
		r := w.requisition(t, hiring.Requisition{Requester: asha.ID})
		want := hiring.Approval{
			Subject: r.ID, Terms: "9f86d081", Requester: asha.ID, Beneficiary: "C-7",
			Steps: []hiring.ApprovalStep{
				{
					All: true, Approvers: []hiring.StepApprover{{Person: ravi.ID, Because: "named"}, {Person: zoya.ID, Because: "compensation"}},
					Decisions: []hiring.Decision{{Person: ravi.ID, By: zoya.ID, Approve: true, Reason: "fine", At: start}},
				},
				{Passed: true},
			},
			Current: 0, State: hiring.ApprovalOpen,
			Question: &hiring.ApprovalQuestion{Asker: zoya.ID, Text: "Why two?", AskedAt: start, Answer: "Growth", AnsweredAt: start.Add(time.Minute)},
			Notes:    []hiring.ApprovalNote{{Text: "no other approver", At: start}},
			AskedAt:  start, StepSince: start, Reminded: 1, RemindAt: start.Add(24 * time.Hour),
		}
		added := w.approval(t, want)
		want.ID, want.Version = "A-1", 1
		check := func(want hiring.Approval) {
			t.Helper()
			must(t, w.Read(ctx, func(tx *store.Tx) error {
				got, err := tx.Approval(ctx, want.ID)
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

		_, err := w.latest(t, "R-99")
		if err {
			t.Error("found an approval of nothing")
		}
		for name, tc := range map[string]struct {
			code string
			do   func(tx *store.Tx) error
		}{
			"a second one": {bot.CodeConflict, func(tx *store.Tx) error { _, err := tx.AddApproval(ctx, approvalOf(r.ID, asha.ID)); return err }},
			"of nothing":   {bot.CodeNotFound, func(tx *store.Tx) error { _, err := tx.AddApproval(ctx, approvalOf("R-99", asha.ID)); return err }},
			"by nobody":    {bot.CodeNotFound, func(tx *store.Tx) error { _, err := tx.AddApproval(ctx, approvalOf(r.ID, asha.ID, "P-99")); return err }},
			"none to save": {bot.CodeNotFound, func(tx *store.Tx) error { _, err := tx.SaveApproval(ctx, hiring.Approval{ID: "A-9"}); return err }},
			"none to read": {bot.CodeNotFound, func(tx *store.Tx) error { _, err := tx.Approval(ctx, "A-9"); return err }},
			"an old version": {bot.CodeConflict, func(tx *store.Tx) error {
				old := want
				old.Version = 0
				_, err := tx.SaveApproval(ctx, old)
				return err
			}},
			"no such state": {bot.CodeInvalid, func(tx *store.Tx) error {
				odd := want
				odd.State = "maybe"
				_, err := tx.SaveApproval(ctx, odd)
				return err
			}},
		} {
			t.Run(name, func(t *testing.T) { wantCode(t, w.InTx(ctx, tc.do), tc.code) })
		}
		check(want)

		ended := want
		ended.State, ended.EndedAt, ended.RemindAt, ended.Current, ended.Question, ended.Terms = hiring.Rejected, start.Add(time.Hour), time.Time{}, 1, nil, "other"
		saved := w.save(t, ended)
		ended.Version = 2
		if diff := cmp.Diff(ended, saved); diff != "" {
			t.Error(diff)
		}
		check(ended)
		second := w.approval(t, approvalOf(r.ID, asha.ID, ravi.ID))
		if second.AskedAt != start || second.ID != "A-2" {
			t.Errorf("the second: %+v", second)
		}
		if got, ok := w.latest(t, r.ID); !ok || got.ID != second.ID {
			t.Errorf("the latest is %s, %v", got.ID, ok)
		}
		// What ended does not come back beside another.
		ended.State = hiring.ApprovalOpen
		wantCode(t, w.InTx(ctx, func(tx *store.Tx) error { _, err := tx.SaveApproval(ctx, ended); return err }), bot.CodeConflict)
	})
}

func (w *world) latest(t *testing.T, subject string) (a hiring.Approval, ok bool) {
	t.Helper()
	must(t, w.Read(t.Context(), func(tx *store.Tx) (err error) {
		a, ok, err = tx.LatestApproval(t.Context(), subject)
		return err
	}))
	return a, ok
}

// What is sealed must open in later versions, whatever the fields are called then.
func TestApprovalsOfThisVersionStayReadable(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.exec(t, `INSERT INTO approvals (id, number, subject, terms, requester, beneficiary, body, current_step, state, asked_at, reminded, version)
			VALUES ('A-1', 1, 'R-1', 'x', 'P-1', '', $1, 0, 'void', 1, 0, 1)`,
			`p:{"Steps":[{"All":true,"Approvers":[{"Person":"P-1","Because":"named"}],"Decisions":[{"Person":"P-1","By":"P-2","Approve":true,"Reason":"ok","At":"2026-11-23T04:30:00Z"}],"Passed":true}],`+
				`"Question":{"Asker":"P-1","Text":"?","AskedAt":"2026-11-23T04:30:00Z","Answer":"!","AnsweredAt":"2026-11-23T04:30:00Z"},"Notes":[{"Text":"n","At":"2026-11-23T04:30:00Z"}]}`)
		want := hiring.Approval{
			ID: "A-1", Subject: "R-1", Terms: "x", Requester: "P-1", State: hiring.Void, AskedAt: time.UnixMicro(1), Version: 1,
			Steps: []hiring.ApprovalStep{{
				All: true, Passed: true, Approvers: []hiring.StepApprover{{Person: "P-1", Because: "named"}},
				Decisions: []hiring.Decision{{Person: "P-1", By: "P-2", Approve: true, Reason: "ok", At: start}},
			}},
			Question: &hiring.ApprovalQuestion{Asker: "P-1", Text: "?", Answer: "!", AskedAt: start, AnsweredAt: start},
			Notes:    []hiring.ApprovalNote{{Text: "n", At: start}},
		}
		got, _ := w.latest(t, "R-1")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestWhoIsWaitedFor(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.home(t)
		asha, ravi, zoya, meena := w.person(t, "asha"), w.person(t, "ravi"), w.person(t, "zoya"), w.person(t, "meena")
		ask := func(requester string, approvers ...string) hiring.Approval {
			return w.approval(t, approvalOf(w.requisition(t, hiring.Requisition{Requester: requester, Confidential: true}).ID, requester, approvers...))
		}
		want := func(when, person, day string, ids ...string) {
			t.Helper()
			if diff := cmp.Diff(append([]string{}, ids...), w.waits(t, person, day, 0)); diff != "" {
				t.Errorf("%s: %s", when, diff)
			}
		}
		a := ask(asha.ID, ravi.ID, zoya.ID)
		want("the first step", ravi.ID, today, "A-1")
		want("a later step", zoya.ID, today)
		want("unknown", "", today)
		a.Steps[0].Decisions = []hiring.Decision{{Person: ravi.ID, By: ravi.ID, Approve: true, At: start}}
		a.Current = 1
		a = w.save(t, a)
		want("decided", ravi.ID, today)
		want("the next step", zoya.ID, today, "A-1")
		a.State, a.Current = hiring.Approved, 2
		w.save(t, a)
		want("ended", zoya.ID, today)

		all := approvalOf(w.requisition(t, hiring.Requisition{Requester: asha.ID}).ID, asha.ID, ravi.ID)
		all.Steps[0].All = true
		all.Steps[0].Approvers = append(all.Steps[0].Approvers, hiring.StepApprover{Person: zoya.ID}, hiring.StepApprover{Person: zoya.ID})
		all.Steps[0].Decisions = []hiring.Decision{{Person: zoya.ID, By: zoya.ID, Approve: true, At: start}}
		w.approval(t, all)
		ask(asha.ID, ravi.ID)
		ask(meena.ID, ravi.ID)
		want("all must decide", ravi.ID, today, "A-2", "A-3", "A-4")
		want("all must decide, one has", zoya.ID, today)
		if diff := cmp.Diff([]string{"A-2", "A-3"}, w.waits(t, ravi.ID, today, 2)); diff != "" {
			t.Error(diff)
		}

		// Meena stands in for Ravi, and does not decide what she asked for herself.
		view := func(id, person string) error {
			return w.Read(ctx, func(tx *store.Tx) error {
				_, err := tx.RequisitionFor(ctx, id, store.ReqViewer{Person: person})
				return err
			})
		}
		wantCode(t, view("R-3", meena.ID), bot.CodeNotFound)
		must(t, w.InTx(ctx, func(tx *store.Tx) error {
			return tx.SetAbsence(ctx, hiring.Absence{Person: ravi.ID, Until: today, Delegate: meena.ID})
		}))
		want("a delegate", meena.ID, today, "A-2", "A-3")
		want("the absent one", ravi.ID, today, "A-2", "A-3", "A-4")
		want("a delegate, the day after", meena.ID, "2026-11-24")
		must(t, view("R-3", meena.ID))
		wantCode(t, view("R-1", meena.ID), bot.CodeNotFound)
		b := ask(asha.ID, meena.ID)
		want("a delegate with an own one", meena.ID, today, "A-2", "A-3", "A-5")
		if diff := cmp.Diff([]string{"A-2"}, w.waits(t, meena.ID, today, 1)); diff != "" {
			t.Error(diff)
		}
		both := approvalOf(w.requisition(t, hiring.Requisition{Requester: asha.ID}).ID, asha.ID, ravi.ID)
		both.Steps[0].Approvers = append(both.Steps[0].Approvers, hiring.StepApprover{Person: meena.ID})
		w.approval(t, both)
		want("an approver and a delegate", meena.ID, today, "A-2", "A-3", "A-5", "A-6")
		b.State = hiring.Void
		w.save(t, b)
		want("voided", meena.ID, today, "A-2", "A-3", "A-6")
		w.clock.advance(24 * time.Hour)
		wantCode(t, view("R-3", meena.ID), bot.CodeNotFound)

		must(t, w.Read(ctx, func(tx *store.Tx) error {
			for person, want := range map[string][]string{ravi.ID: {"A-2", "A-3", "A-4", "A-6"}, zoya.ID: nil, meena.ID: {"A-6"}} {
				open, err := tx.OpenApprovalsOf(ctx, person)
				must(t, err)
				var got []string
				for _, a := range open {
					got = append(got, a.ID)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("open approvals of %s: %s", person, diff)
				}
			}
			return nil
		}))
	})
}

func TestHandingAnApprovalOverChangesWhoMayKnow(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.home(t)
		asha, ravi, zoya := w.person(t, "asha"), w.person(t, "ravi"), w.person(t, "zoya")
		r := w.requisition(t, hiring.Requisition{Requester: asha.ID, Confidential: true, State: hiring.ReqOpen})
		sees := func(person string) int {
			t.Helper()
			var n int
			must(t, w.Read(ctx, func(tx *store.Tx) (err error) {
				n, err = tx.CountRequisitions(ctx, store.ReqFilter{Viewer: store.ReqViewer{Person: person, All: true}})
				return err
			}))
			return n
		}
		a := w.approval(t, approvalOf(r.ID, asha.ID, asha.ID, ravi.ID))
		if sees(ravi.ID) != 1 || sees(zoya.ID) != 0 {
			t.Error("the approver does not see it, or somebody else does")
		}
		must(t, w.Read(ctx, func(tx *store.Tx) error {
			open, err := tx.OpenApprovalsOf(ctx, ravi.ID)
			if len(open) != 1 {
				t.Errorf("a later step is not to be handed over: %v", open)
			}
			return err
		}))
		a.Steps[1].Approvers = []hiring.StepApprover{{Person: zoya.ID, Because: "handed over"}}
		w.save(t, a)
		if sees(ravi.ID) != 0 || sees(zoya.ID) != 1 || sees(asha.ID) != 1 {
			t.Error("who is not asked any more still sees it, or who is does not")
		}
		// An edit of the requisition keeps the approvers.
		must(t, w.InTx(ctx, func(tx *store.Tx) error {
			r.HiringManager = ravi.ID
			_, err := tx.SaveRequisition(ctx, r)
			return err
		}))
		if sees(ravi.ID) != 1 || sees(zoya.ID) != 1 {
			t.Error("an edit changed who approves")
		}
	})
}

func TestReminders(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		asha := w.person(t, "asha")
		var asked []hiring.Approval
		for i, remind := range []time.Time{start.Add(time.Hour), start, {}, start.Add(-time.Hour), start} {
			a := approvalOf(w.requisition(t, hiring.Requisition{Requester: asha.ID}).ID, asha.ID, asha.ID)
			a.RemindAt = remind
			if i == 4 {
				a.State = hiring.Void
			}
			asked = append(asked, w.approval(t, a))
		}
		due := func(now time.Time, limit int) []string {
			t.Helper()
			ids, err := w.DueReminders(t.Context(), now, limit)
			must(t, err)
			return ids
		}
		if diff := cmp.Diff([]string{"A-4", "A-2"}, due(start, 9)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"A-4"}, due(start, 1)); diff != "" {
			t.Error(diff)
		}
		asked[3].RemindAt, asked[3].Reminded = start.Add(2*time.Hour), 1
		w.save(t, asked[3])
		if diff := cmp.Diff([]string{"A-2", "A-1", "A-4"}, due(start.Add(2*time.Hour), 9)); diff != "" {
			t.Error(diff)
		}
	})
}

// atOnce runs several units that all begin before any of them writes, and returns their errors.
func atOnce(t *testing.T, w *world, units ...func(tx *store.Tx) error) []error {
	t.Helper()
	errs := make([]error, len(units))
	var group sync.WaitGroup
	for i, unit := range units {
		group.Go(func() { errs[i] = w.InTx(t.Context(), unit) })
	}
	group.Wait()
	return errs
}

// wantOneWinner checks that one unit succeeded and that the others got a Conflict error.
func wantOneWinner(t *testing.T, errs []error) {
	t.Helper()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			wantCode(t, err, bot.CodeConflict)
		}
	}
	if won != 1 {
		t.Errorf("%d won: %v", won, errs)
	}
}

func TestApprovalRaces(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.home(t)
		asha, ravi, zoya := w.person(t, "asha"), w.person(t, "ravi"), w.person(t, "zoya")
		// decide returns a unit in which somebody decides on what they saw before.
		decide := func(seen hiring.Approval, person, by string) func(tx *store.Tx) error {
			return func(tx *store.Tx) error {
				a := seen
				a.Steps = []hiring.ApprovalStep{seen.Steps[0]}
				a.Steps[0].Decisions = append([]hiring.Decision{}, hiring.Decision{Person: person, By: by, Approve: true, At: tx.Now()})
				a.Current, a.State, a.EndedAt = 1, hiring.Approved, tx.Now()
				_, err := tx.SaveApproval(ctx, a)
				return err
			}
		}
		fresh := func() (hiring.Requisition, hiring.Approval) {
			r := w.requisition(t, hiring.Requisition{Requester: asha.ID, State: hiring.ReqPending})
			a := approvalOf(r.ID, asha.ID, ravi.ID)
			a.Steps[0].Approvers = append(a.Steps[0].Approvers, hiring.StepApprover{Person: zoya.ID})
			return r, w.approval(t, a)
		}
		for round := range 5 {
			t.Run(fmt.Sprint("two approvals ", round), func(t *testing.T) {
				_, a := fresh()
				wantOneWinner(t, atOnce(t, w, decide(a, ravi.ID, ravi.ID), decide(a, zoya.ID, zoya.ID)))
				got, _ := w.latest(t, a.Subject)
				if len(got.Steps[0].Decisions) != 1 || got.Version != 2 {
					t.Errorf("%+v", got)
				}
			})
			t.Run(fmt.Sprint("delegate and principal ", round), func(t *testing.T) {
				_, a := fresh()
				wantOneWinner(t, atOnce(t, w, decide(a, ravi.ID, ravi.ID), decide(a, ravi.ID, zoya.ID)))
			})
			t.Run(fmt.Sprint("approve while edited ", round), func(t *testing.T) {
				r, a := fresh()
				errs := atOnce(t, w,
					func(tx *store.Tx) error { // the editor takes the requisition first
						changed := r
						changed.Budget, changed.State = hiring.RupeesRange{Low: 1, High: 2}, hiring.ReqDraft
						void := a
						void.State = hiring.Void
						_, err := tx.SaveRequisition(t.Context(), changed)
						if err == nil {
							_, err = tx.SaveApproval(t.Context(), void)
						}
						return err
					},
					func(tx *store.Tx) error { // the approver takes the approval first
						if err := decide(a, ravi.ID, ravi.ID)(tx); err != nil {
							return err
						}
						opened := r
						opened.State = hiring.ReqOpen
						_, err := tx.SaveRequisition(t.Context(), opened)
						return err
					})
				wantOneWinner(t, errs)
				got, _ := w.latest(t, r.ID)
				must(t, w.Read(t.Context(), func(tx *store.Tx) error {
					now, err := tx.Requisition(t.Context(), r.ID)
					if approved, opened := got.State == hiring.Approved, now.State == hiring.ReqOpen; approved != opened || opened && now.Budget.High != 0 {
						t.Errorf("the approval is %s, the requisition %s with %v", got.State, now.State, now.Budget)
					}
					return err
				}))
			})
			t.Run(fmt.Sprint("asked twice ", round), func(t *testing.T) {
				r := w.requisition(t, hiring.Requisition{Requester: asha.ID})
				ask := func(tx *store.Tx) error {
					_, err := tx.AddApproval(t.Context(), approvalOf(r.ID, asha.ID, ravi.ID))
					return err
				}
				wantOneWinner(t, atOnce(t, w, ask, ask, ask))
			})
			t.Run(fmt.Sprint("asked while the team changes ", round), func(t *testing.T) {
				r := w.requisition(t, hiring.Requisition{Requester: asha.ID, Confidential: true})
				errs := atOnce(t, w,
					func(tx *store.Tx) error {
						_, err := tx.AddApproval(t.Context(), approvalOf(r.ID, asha.ID, ravi.ID))
						return err
					},
					func(tx *store.Tx) error {
						changed := r
						changed.Recruiter = zoya.ID
						_, err := tx.SaveRequisition(t.Context(), changed)
						return err
					})
				must(t, errors.Join(errs...))
				if n := w.count(t, `SELECT count(*) FROM requisition_people WHERE requisition = $1`, r.ID); n != 3 {
					t.Errorf("%d people know of it, want requester, approver and recruiter", n)
				}
			})
		}
	})
}

func TestAbsences(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.home(t)
		asha, ravi := w.person(t, "asha"), w.person(t, "ravi")
		var gone hiring.Person
		must(t, w.InTx(ctx, func(tx *store.Tx) (err error) {
			gone, err = tx.AddPerson(ctx, hiring.Person{Name: "gone"})
			return err
		}))
		set := func(a hiring.Absence) error {
			return w.InTx(ctx, func(tx *store.Tx) error { return tx.SetAbsence(ctx, a) })
		}
		want := hiring.Absence{Person: asha.ID, Until: "2026-11-30", Delegate: ravi.ID}
		before := read(t, w.Store)
		must(t, set(hiring.Absence{Person: asha.ID, Until: "2026-11-25"}))
		must(t, set(want))
		if _, ok := before.Absence(asha.ID); ok {
			t.Error("a snapshot changed")
		}
		s := read(t, w.Store)
		if got, ok := s.Absence(asha.ID); !ok || got != want {
			t.Errorf("%+v, %v", got, ok)
		}
		if diff := cmp.Diff([]hiring.Absence{want}, s.Absences()); diff != "" {
			t.Error(diff)
		}
		for day, want := range map[string][]string{"2026-11-30": {asha.ID}, "2026-12-01": nil} {
			if diff := cmp.Diff(want, s.StandsInFor(ravi.ID, day)); diff != "" {
				t.Errorf("%s: %s", day, diff)
			}
		}
		if len(s.StandsInFor("", "2026-11-01")) != 0 {
			t.Error("nobody stands in for somebody")
		}
		for name, tc := range map[string]struct {
			code string
			a    hiring.Absence
		}{
			"nobody":           {bot.CodeNotFound, hiring.Absence{Person: "P-99", Until: today}},
			"no date":          {bot.CodeInvalid, hiring.Absence{Person: asha.ID, Until: "soon"}},
			"oneself":          {bot.CodeInvalid, hiring.Absence{Person: asha.ID, Until: today, Delegate: asha.ID}},
			"nobody's place":   {bot.CodeNotFound, hiring.Absence{Person: asha.ID, Until: today, Delegate: "P-99"}},
			"who is not there": {bot.CodeInvalid, hiring.Absence{Person: asha.ID, Until: today, Delegate: gone.ID}},
		} {
			t.Run(name, func(t *testing.T) { wantCode(t, set(tc.a), tc.code) })
		}
		must(t, w.InTx(ctx, func(tx *store.Tx) error {
			return errors.Join(tx.ClearAbsence(ctx, asha.ID), tx.ClearAbsence(ctx, ravi.ID))
		}))
		if got := read(t, w.Store).Absences(); len(got) != 0 {
			t.Errorf("still away: %v", got)
		}
	})
}

func TestQuietChannels(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.home(t)
		act := func(fn func(tx *store.Tx) error) { t.Helper(); must(t, w.InTx(ctx, fn)) }
		quiet := func() bool {
			t.Helper()
			var found bool
			must(t, w.Read(ctx, func(tx *store.Tx) error {
				byID, err := tx.Channel(ctx, "slack:T1", "C1")
				must(t, err)
				byName, err := tx.ChannelByName(ctx, "", "hiring")
				must(t, err)
				all, err := tx.Channels(ctx)
				must(t, err)
				if byID.Quiet != byName.Quiet || len(all) != 2 || all[0] != byID || all[1].Quiet {
					t.Errorf("%+v, %+v and %+v", byID, byName, all)
				}
				found = byID.Quiet
				return nil
			}))
			return found
		}
		// Said before the channel is known.
		act(func(tx *store.Tx) error { return tx.SetQuiet(ctx, "slack:T1", "C1", true) })
		act(func(tx *store.Tx) error {
			return errors.Join(
				tx.SaveChannel(ctx, store.Channel{Workspace: "slack:T1", ID: "C1", Name: "hiring", Kind: store.PublicChannel}),
				tx.SaveChannel(ctx, store.Channel{Workspace: "slack:T2", ID: "C1", Name: "hiring", Kind: store.PublicChannel}))
		})
		if !quiet() {
			t.Error("not quiet")
		}
		act(func(tx *store.Tx) error {
			return errors.Join(tx.SetQuiet(ctx, "slack:T1", "C1", true),
				tx.SaveChannel(ctx, store.Channel{Workspace: "slack:T1", ID: "C1", Name: "hiring", Kind: store.PrivateChannel}))
		})
		if !quiet() {
			t.Error("a look at the channel's kind made it loud")
		}
		act(func(tx *store.Tx) error { return tx.SetQuiet(ctx, "slack:T1", "C1", false) })
		if quiet() {
			t.Error("still quiet")
		}
		wantCode(t, w.InTx(ctx, func(tx *store.Tx) error { return tx.SetQuiet(ctx, "slack:T1", "", true) }), bot.CodeInvalid)
	})
}

// A search narrows what is read, so that what waits behind a page of others is found too.
func TestApprovalsThatAreSearchedFor(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.home(t)
		asha, ravi, zoya := w.person(t, "asha"), w.person(t, "ravi"), w.person(t, "zoya")
		for n := range 30 {
			title := "Engineer"
			if n == 29 {
				title = "Quantum plumber"
			}
			r := w.requisition(t, hiring.Requisition{Requester: asha.ID, Title: title})
			must(t, w.InTx(ctx, func(tx *store.Tx) error {
				_, err := tx.AddApproval(ctx, approvalOf(r.ID, asha.ID, ravi.ID))
				return err
			}))
		}
		must(t, w.InTx(ctx, func(tx *store.Tx) error {
			return tx.SetAbsence(ctx, hiring.Absence{Person: ravi.ID, Until: "2099-01-01", Delegate: zoya.ID})
		}))
		for _, who := range []hiring.Person{ravi, zoya} {
			must(t, w.Read(ctx, func(tx *store.Tx) error {
				for search, want := range map[string]string{"": "R-1", "plumb": "R-30", "quantum PLU": "R-30", "r-30": "R-30", "r30": "R-30", "plumber engineer": "", "zzz": "", "-": ""} {
					found, err := tx.ApprovalsWaitingNamed(ctx, who.ID, "2026-11-23", search, 25)
					if err != nil {
						return err
					}
					got := ""
					if len(found) > 0 {
						got = found[0].Subject
					}
					if got != want || want == "R-30" && len(found) != 1 {
						t.Errorf("%s searches for %q: %d, %q, want %q", who.Name, search, len(found), got, want)
					}
				}
				return nil
			}))
		}
	})
}
