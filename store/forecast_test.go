package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

func TestWhatAForecastReads(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		all := w.staff(t)
		r := w.hire(t, all, false)
		i := w.meet(t, w.apply(t, "Asha Rao", r), all["ann"], all["ben"])
		people := []string{all["ann"].ID, all["ben"].ID, all["cat"].ID}
		must(t, w.InTx(ctx, func(tx *store.Tx) error {
			card, err := tx.Scorecard(ctx, i.ID, all["ben"].ID)
			if err != nil {
				return err
			}
			if _, err := tx.RecordNudge(ctx, store.NudgeRecord{Interview: i.ID, Person: card.Person, EndsAt: card.EndsAt, Step: "5m", State: store.NudgeSent, PlannedAt: start}); err != nil {
				return err
			}
			if _, err := tx.RecordNudge(ctx, store.NudgeRecord{Interview: i.ID, Person: card.Person, EndsAt: card.EndsAt, Step: "due", State: store.NudgeHeld, PlannedAt: start}); err != nil {
				return err
			}
			if _, err := tx.Tell(ctx, "target:R-1:2026-12-01", all["ann"].ID); err != nil {
				return err
			}
			return tx.Send(ctx,
				bot.Message{To: bot.Recipient{Person: all["ann"].ID}, View: bot.View{Name: "kit", Subject: i.ID}, Due: start.Add(time.Hour)},
				bot.Message{To: bot.Recipient{Person: all["ben"].ID}, View: bot.View{Name: "nudge"}, Unprompted: true, Due: start.Add(time.Minute)},
			)
		}))
		must(t, w.Read(ctx, func(tx *store.Tx) error {
			cards, err := tx.WaitingCards(ctx, people, start.Add(2*time.Hour))
			must(t, err)
			var got []string
			for _, c := range cards {
				got = append(got, fmt.Sprintln(c.Interview, c.Person, c.Req, c.Waits(), c.EndsAt.Sub(start), c.NudgeAt.Sub(c.EndsAt), c.Nudges))
			}
			want := []string{fmt.Sprintln(i.ID, all["ann"].ID, r.ID, true, 2*time.Hour, 5*time.Minute, 0), fmt.Sprintln(i.ID, all["ben"].ID, r.ID, true, 2*time.Hour, 5*time.Minute, 0)}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if early, err := tx.WaitingCards(ctx, people, start.Add(time.Hour)); len(early) != 0 || err != nil {
				t.Errorf("before it ends: %+v, %v", early, err)
			}
			done, with, err := tx.NudgesDone(ctx, cards)
			must(t, err)
			if len(with[0].Reminded) != 0 || !slices.Equal(with[1].Reminded, []string{"5m"}) || !with[1].RemindedAt.Equal(tx.Now()) || with[1].Nudges != 1 {
				t.Errorf("with what is on record: %+v", with)
			}
			if diff := cmp.Diff([]hiring.NudgeDone{{Interview: i.ID, Person: all["ben"].ID, EndsAt: i.EndsAt().UnixMicro(), Step: "5m"}}, done); diff != "" {
				t.Error(diff)
			}
			rows, err := tx.Outgoing(ctx)
			must(t, err)
			if len(rows) != 2 || rows[0].View.Name != "nudge" || rows[1].View.Name != "kit" {
				t.Errorf("waiting: %+v", rows)
			}
			told, err := tx.WhoWasTold(ctx, []string{"target:R-1:2026-12-01", "target:R-2:2026-12-01"})
			if diff := cmp.Diff(map[string][]string{"target:R-1:2026-12-01": {all["ann"].ID}}, told); diff != "" || err != nil {
				t.Error(diff, err)
			}
			return nil
		}))

		// One that was sent counts from when it was sent on, and waits no more.
		w.clock.advance(2 * time.Minute)
		lane := store.PersonLane(all["ben"].ID)
		if _, err := w.Lease(ctx, lane, "worker", w.clock.now(), time.Minute); err != nil {
			t.Fatal(err)
		}
		row, ok, err := w.Next(ctx, lane, "worker", w.clock.now())
		if !ok || err != nil {
			t.Fatal(ok, err)
		}
		must(t, w.MarkSent(ctx, row, bot.Posted{ID: "m1"}, w.clock.now()))
		must(t, w.Read(ctx, func(tx *store.Tx) error {
			for since, want := range map[time.Time]int{start: 1, w.clock.now(): 1, w.clock.now().Add(time.Second): 0} {
				if sent, err := tx.SentTo(ctx, people, since); len(sent[all["ben"].ID]) != want || len(sent[all["ann"].ID]) != 0 || err != nil {
					t.Errorf("since %v: %v, %v", since, sent, err)
				}
			}
			rows, err := tx.Outgoing(ctx)
			if len(rows) != 1 || rows[0].View.Name != "kit" {
				t.Errorf("waiting: %+v, %v", rows, err)
			}
			return err
		}))
	})
}

// A snapshot with another setting is for looking only.
func TestASnapshotWithAnotherSetting(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		asha := w.person(t, "Asha")
		s := read(t, w.Store)
		other := s.With(hiring.SettingWorkingHours, "08:00-12:00").With(hiring.SettingTimezone, "Europe/Berlin")
		if times := other.WorkTime(asha.ID); times.Hours.String() != "08:00-12:00" || times.Zone.String() != "Europe/Berlin" {
			t.Errorf("with another setting: %+v", times)
		}
		if times := read(t, w.Store).WorkTime(asha.ID); times.Hours.String() != "09:30-18:00" || times.Zone.String() != "Asia/Kolkata" {
			t.Errorf("the snapshot itself: %+v", times)
		}
	})
}

// After a change of the policy, interviews to come want no attention before they end.
func TestAChangeOfThePolicyWaitsForTheEnd(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		all := w.staff(t)
		i := w.meet(t, w.apply(t, "Asha Rao", w.hire(t, all, false)), all["ann"])
		must(t, w.InTx(ctx, func(tx *store.Tx) error { return tx.SetSetting(ctx, hiring.SettingNudgeSteps, "2h; due") }))
		due := func(at time.Time) int {
			people, err := w.NudgesDue(ctx, at, 10)
			must(t, err)
			return len(people)
		}
		if due(i.EndsAt().Add(-time.Second)) != 0 || due(i.EndsAt()) != 1 {
			t.Errorf("before the end %d want attention, and then %d", due(i.EndsAt().Add(-time.Second)), due(i.EndsAt()))
		}
	})
}

// TestWhatDaysHave compares what a forecast reads of the days to come for everybody with what a digest reads
// for one.
func TestWhatDaysHave(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		all := w.staff(t)
		r := w.hire(t, all, false)
		app := w.apply(t, "Asha Rao", r)
		i := w.meet(t, app, all["ann"], all["ben"])
		must(t, w.InTx(ctx, func(tx *store.Tx) error {
			r, err := tx.Requisition(ctx, r.ID)
			if err != nil {
				return err
			}
			r.Target = "2026-12-31"
			if _, err := tx.SaveRequisition(ctx, r); err != nil {
				return err
			}
			one := hiring.Interview{Application: app.ID, Stage: i.Stage, MadeBy: r.Recruiter, Minutes: 60, Panel: []hiring.Panelist{{Person: all["cat"].ID}}}
			if one, err = one.Propose([]time.Time{start.AddDate(0, 0, 3), start.AddDate(0, 0, 4)}, start); err != nil {
				return err
			}
			if one, err = tx.AddInterview(ctx, one); err != nil {
				return err
			}
			for range 2 {
				if _, err := tx.TellAgain(ctx, one.TimesKey(), all["cat"].ID, 3); err != nil {
					return err
				}
			}
			return nil
		}))
		must(t, w.Read(ctx, func(tx *store.Tx) error {
			s := tx.Snapshot()
			from, to := start, start.AddDate(0, 1, 0)
			seats, err := tx.Seats(ctx, from, to)
			must(t, err)
			proposed, err := tx.Proposed(ctx)
			must(t, err)
			if len(proposed) != 1 || len(seats[all["ann"].ID]) != 1 {
				t.Fatalf("proposed %+v, seats %+v", proposed, seats)
			}
			told, err := tx.TimesTold(ctx, []string{proposed[0].TimesKey(), "times:I-99:1"}, 3)
			if diff := cmp.Diff(map[string]map[string]int{proposed[0].TimesKey(): {all["cat"].ID: 2}}, told); diff != "" || err != nil {
				t.Error(diff, err)
			}
			targets, err := tx.TargetsOf(ctx, "2026-12-31", "2026-12-31")
			must(t, err)
			var viewers []store.CandidateViewer
			for _, p := range s.People() {
				viewers = append(viewers, store.CandidateViewer{Person: p.ID, Recruits: p.Has(hiring.Recruiter)})
			}
			days, err := tx.OwnDaysOf(ctx, viewers, from, to, to)
			must(t, err)
			found := 0
			for _, v := range viewers {
				refs := func(interviews []hiring.Interview, err error) (ids []string) {
					must(t, err)
					for _, i := range interviews {
						ids = append(ids, i.ID)
					}
					return ids
				}
				apps := func(apps []hiring.Application, err error) (ids []string) {
					must(t, err)
					for _, a := range apps {
						ids = append(ids, a.ID)
					}
					return ids
				}
				reqs := func(reqs []hiring.Requisition, err error) (ids []string) {
					must(t, err)
					for _, r := range reqs {
						ids = append(ids, r.ID)
					}
					return ids
				}
				var dated []string
				for _, one := range targets[v.Person] {
					dated = append(dated, one.Ref)
				}
				for what, c := range map[string][2][]string{
					"seats":      {refs(tx.Interviews(ctx, store.InterviewFilter{Viewer: v, From: from, To: to, Mine: true})), thingRefs(seats[v.Person])},
					"interviews": {refs(tx.OwnInterviews(ctx, v, from, to, 0)), thingRefs(days.Interviews[v.Person])},
					"wordless":   {apps(tx.WaitingForWord(ctx, v, to, 0)), thingRefs(days.Wordless[v.Person])},
					"stuck":      {apps(tx.Stuck(ctx, v, to, 0)), thingRefs(days.Stuck[v.Person])},
					"due":        {apps(tx.WithLateScorecards(ctx, v, to, 0)), thingRefs(days.Due[v.Person])},
					"targets":    {reqs(tx.ReqsTargeted(ctx, v.Person, "2026-12-31", "2026-12-31", 9)), dated},
				} {
					found += len(c[0])
					if diff := cmp.Diff(c[0], c[1]); diff != "" {
						t.Errorf("%s of %s: %s", what, v.Person, diff)
					}
				}
			}
			if found < 8 {
				t.Errorf("only %d things are found", found)
			}
			return nil
		}))
	})
}

func thingRefs(things []hiring.DayThing) (refs []string) {
	for _, one := range things {
		refs = append(refs, one.Ref)
	}
	return refs
}

// What a forecast reads costs by what it is about, and not by what there is.
func TestQueriesOfForecastsUseIndexes(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.fillHiring(t, 10_000, 1)
		series := `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT `
		w.fillTable(t, `outbox (id, once, lane, person, workspace, channel, private, view_name, subject, args, why, created_at, due_at, state, next_at, sent_at, unprompted)`,
			series+`'m' || CAST(i AS TEXT), 'm' || CAST(i AS TEXT), 'person:P-1', 'P-' || CAST(i % `+fmt.Sprint(crowd)+` + 1 AS TEXT), '', '', FALSE, 'nudge', '', '[]', '', i, i,
				CASE WHEN i % 100 = 0 THEN 'waiting' ELSE 'sent' END, CASE WHEN i % 100 = 0 THEN `+fmt.Sprint(start.UnixMicro())+` + i END,
				CASE WHEN i % 100 <> 0 THEN i END, i % 2 = 0 FROM n`)
		w.fillTable(t, `approvals (id, subject, terms, requester, author, beneficiary, body, current_step, state, asked_at, step_since, reminded, remind_at, ended_at, number, version)`,
			series+`'A-' || CAST(i AS TEXT), 'R-' || CAST(i AS TEXT), '', 'P-1', 'P-1', '', 'p:{}', 0, CASE WHEN i % 100 = 0 THEN 'open' ELSE 'approved' END, i, i, 0,
				CASE WHEN i % 100 = 0 THEN `+fmt.Sprint(start.UnixMicro())+` + i END, NULL, i, 1 FROM n`)
		w.fillTable(t, `nudges (interview, person, ends_at, step, state, reason, planned_at, decided_at, message)`,
			`SELECT interview, person, ends_at, 'due', 'sent', '', ends_at, ends_at, '' FROM scorecards`)
		w.fillTable(t, `told (what, person, at)`, series+`'target:R-' || CAST(i AS TEXT), 'P-1', i FROM n`)
		if _, err := w.DB().ExecContext(t.Context(), `ANALYZE`); err != nil {
			t.Fatal(err)
		}
		explain := `EXPLAIN QUERY PLAN `
		if w.postgres {
			explain = `EXPLAIN `
		}
		soon, people := start.AddDate(0, 0, 7), []string{"P-1", "P-2", "P-3"}
		for name, run := range map[string]func(tx *store.Tx) (int, error){
			"cards": func(tx *store.Tx) (int, error) {
				found, err := tx.WaitingCards(t.Context(), people, soon)
				return len(found), err
			},
			"done": func(tx *store.Tx) (int, error) {
				found, _, err := tx.NudgesDone(t.Context(), []hiring.Scorecard{{Interview: "I-21"}, {Interview: "I-41"}})
				return len(found), err
			},
			"outgoing": func(tx *store.Tx) (int, error) {
				found, err := tx.Outgoing(t.Context())
				return len(found), err
			},
			"sent": func(tx *store.Tx) (int, error) {
				found, err := tx.SentTo(t.Context(), people, time.UnixMicro(19_000))
				return len(found), err
			},
			"approvals": func(tx *store.Tx) (int, error) {
				found, err := tx.OpenApprovals(t.Context())
				return len(found), err
			},
			"seats": func(tx *store.Tx) (int, error) {
				found, err := tx.Seats(t.Context(), start, soon)
				return len(found), err
			},
			"own days": func(tx *store.Tx) (int, error) {
				found, err := tx.OwnDaysOf(t.Context(), []store.CandidateViewer{{Person: "P-1", Recruits: true}, {Person: "P-2"}}, start, soon, start)
				return len(found.Interviews) + len(found.Wordless) + len(found.Stuck) + len(found.Due), err
			},
			"targets": func(tx *store.Tx) (int, error) {
				found, err := tx.TargetsOf(t.Context(), "2020-01-01", "2030-01-01")
				return len(found) + 1, err
			},
			"proposed": func(tx *store.Tx) (int, error) {
				found, err := tx.Proposed(t.Context())
				return len(found) + 1, err
			},
			"keys": func(tx *store.Tx) (int, error) {
				found, err := tx.SentKeys(t.Context(), []string{"m7", "m8", "m0"})
				return len(found), err
			},
			"told": func(tx *store.Tx) (int, error) {
				found, err := tx.WhoWasTold(t.Context(), []string{"target:R-7"})
				return len(found), err
			},
		} {
			t.Run(name, func(t *testing.T) {
				var sent *[]store.Query
				must(t, w.Read(t.Context(), func(tx *store.Tx) error {
					sent = tx.Record()
					n, err := run(tx)
					if n == 0 {
						t.Errorf("nothing is found, %v", err)
					}
					return err
				}))
				for _, q := range *sent {
					plan := w.lines(t, explain+q.Text, q.Args...)
					for _, line := range plan {
						// These indexes hold what is open or proposed, and nothing else.
						if readsAll(line) && !strings.Contains(line, "INDEX approvals_open") && !strings.Contains(line, "INDEX interviews_proposed") {
							t.Errorf("%s\nin\n%s\nof\n%s", line, strings.Join(plan, "\n"), q.Text)
						}
					}
				}
			})
		}
	})
}
