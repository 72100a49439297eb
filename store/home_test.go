package store_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// opens has somebody open their home.
func (m *mailbox) opens(user string) {
	m.t.Helper()
	must(m.t, m.InTx(m.t.Context(), func(tx *store.Tx) error {
		return tx.KeepHome(m.t.Context(), bot.Identity{Workspace: "slack:T1", User: user})
	}))
}

// homeOf is where somebody's home is.
func homeOf(user string) bot.Posted {
	return bot.Posted{In: bot.Conversation{Workspace: "slack:T1", Channel: bot.HomePlace, Private: true}, ID: user}
}

// redraw draws all homes that are due, and returns whose, by account.
func (m *mailbox) redraw() []string {
	m.t.Helper()
	ctx, drawn := m.t.Context(), []string{}
	lanes, err := m.DueLanes(ctx, m.clock.now(), 100)
	must(m.t, err)
	for _, lane := range lanes {
		m.lease(lane, "w", true)
		for {
			row, ok, err := m.Next(ctx, lane, "w", m.clock.now())
			must(m.t, err)
			if !ok {
				break
			}
			if !row.Home() || !row.Redraw {
				m.t.Fatalf("due, and no home to draw again: %+v", row)
			}
			drawn = append(drawn, row.Posted.ID)
			must(m.t, m.MarkDrawn(ctx, row))
		}
		must(m.t, m.Release(ctx, lane, "w"))
	}
	slices.Sort(drawn)
	return drawn
}

func TestAHomeThatIsOpened(t *testing.T) {
	t.Parallel()
	onBothMailboxes(t, func(t *testing.T, m *mailbox) {
		ctx, lane := t.Context(), store.HomeLane(m.asha.ID)
		gone := m.person(t, "gone")
		must(t, m.InTx(ctx, func(tx *store.Tx) error {
			gone.Active = false
			_, err := tx.SavePerson(ctx, gone)
			return errors.Join(err, tx.LinkIdentity(ctx, m.asha.ID, hiring.Identity{Workspace: "slack:T2", User: "asha"}))
		}))
		m.exec(t, `DELETE FROM river_job`)
		m.opens("asha")
		m.opens("asha")
		m.opens("gone")
		m.opens("somebody")
		must(t, m.InTx(ctx, func(tx *store.Tx) error {
			return tx.KeepHome(ctx, bot.Identity{Workspace: "slack:T2", User: "asha"}) // a community's
		}))
		want := []store.Row{{
			Lane: lane, Person: m.asha.ID, View: bot.View{Name: store.HomeView}, Key: "home:slack:T1/asha", CreatedAt: start, DueAt: start, NextAt: start,
			State: store.Sent, SentAt: start, Posted: homeOf("asha"), Redraw: true,
		}}
		if diff := cmp.Diff(want, m.rows(lane), cmpopts.IgnoreFields(store.Row{}, "ID"), cmpopts.IgnoreUnexported(store.Row{})); diff != "" {
			t.Error(diff)
		}
		if rows, jobs := m.count(t, `SELECT count(*) FROM outbox`), m.count(t, `SELECT count(*) FROM river_job`); rows != 1 || jobs != 1 {
			t.Errorf("%d rows, %d wake-up jobs", rows, jobs)
		}
		// It is no message.
		if waiting, dead, err := m.OutboxCounts(ctx); err != nil || waiting != 0 || dead != 0 || len(m.rows(store.PersonLane(m.asha.ID))) != 0 {
			t.Errorf("counts: %d, %d, %v", waiting, dead, err)
		}
		// What has changed since it was drawn is not lost, and it is drawn once for all of that.
		if diff := cmp.Diff([]string{"asha"}, m.redraw()); diff != "" {
			t.Error(diff)
		}
		m.opens("asha")
		m.due()

		// It cannot be shown any more, and is left alone until it is opened again.
		m.requisition(t, hiring.Requisition{Requester: m.asha.ID})
		m.due(lane)
		m.lease(lane, "w", true)
		row, _, err := m.Next(ctx, lane, "w", m.clock.now())
		must(t, err)
		must(t, m.MarkDead(ctx, row, "it is switched off"))
		must(t, m.Release(ctx, lane, "w"))
		m.requisition(t, hiring.Requisition{Requester: m.asha.ID})
		m.due()
		if row := m.rows(lane)[0]; row.State != store.Dead || row.Reason != "it is switched off" {
			t.Errorf("given up: %+v", row)
		}
		given, err := m.DeadRows(ctx, 10)
		waiting, dead, counting := m.OutboxCounts(ctx)
		if err != nil || counting != nil || len(given) != 0 || waiting != 0 || dead != 0 {
			t.Errorf("counted as messages: %+v, %d, %d", given, waiting, dead)
		}
		m.opens("asha")
		if row := m.rows(lane)[0]; row.State != store.Sent || row.Reason != "" || row.Attempts != 0 {
			t.Errorf("opened again: %+v", row)
		}
		if diff := cmp.Diff([]string{"asha"}, m.redraw()); diff != "" {
			t.Error(diff)
		}
	})
}

// onBothOffices runs a test in a company in which everybody has opened their home, and nothing has changed since.
func onBothOffices(t *testing.T, test func(t *testing.T, m *mailbox, people map[string]hiring.Person)) {
	t.Helper()
	onBothMailboxes(t, func(t *testing.T, m *mailbox) {
		people := map[string]hiring.Person{"asha": m.asha, "ravi": m.ravi}
		for name, roles := range map[string][]hiring.Role{
			"admin": {hiring.Admin}, "rita": {hiring.Recruiter}, "zoya": nil, "stand-in": nil, "other": {hiring.HiringManager},
		} {
			people[name] = m.person(t, name, roles...)
		}
		for name := range people {
			m.opens(name)
		}
		if got := m.redraw(); len(got) != len(people) {
			t.Fatalf("opened: %v", got)
		}
		test(t, m, people)
	})
}

func TestWhoseHomesAreDrawnAgain(t *testing.T) {
	t.Parallel()
	onBothOffices(t, func(t *testing.T, m *mailbox, people map[string]hiring.Person) {
		ctx := t.Context()
		id := func(name string) string { return people[name].ID }
		saves := func(name string, change func(p *hiring.Person)) func(tx *store.Tx) error {
			return func(tx *store.Tx) error {
				p, _ := tx.Snapshot().Person(id(name))
				change(&p)
				_, err := tx.SavePerson(ctx, p)
				return err
			}
		}
		var (
			r hiring.Requisition
			a hiring.Approval
		)
		for _, step := range []struct {
			name string
			do   func(tx *store.Tx) error
			want []string
		}{
			{"a requisition of hers", func(tx *store.Tx) (err error) {
				r, err = tx.AddRequisition(ctx, hiring.Requisition{Requester: id("asha"), State: hiring.ReqDraft})
				return err
			}, []string{"asha"}},
			{"somebody else owns it", func(tx *store.Tx) (err error) {
				r.HiringManager = id("ravi")
				r, err = tx.SaveRequisition(ctx, r)
				return err
			}, []string{"asha", "ravi"}},
			{"and then nobody else", func(tx *store.Tx) (err error) {
				r.HiringManager = ""
				r, err = tx.SaveRequisition(ctx, r)
				return err
			}, []string{"asha", "ravi"}},
			{"somebody is away", func(tx *store.Tx) error {
				return tx.SetAbsence(ctx, hiring.Absence{Person: id("zoya"), Until: "2026-12-24", Delegate: id("stand-in")})
			}, []string{"stand-in"}},
			{"an approval", func(tx *store.Tx) (err error) {
				a, err = tx.AddApproval(ctx, approvalOf(r.ID, id("asha"), id("zoya"), id("other")))
				return err
			}, []string{"asha", "other", "stand-in", "zoya"}},
			{"asked of somebody else", func(tx *store.Tx) (err error) {
				a.Steps[0].Approvers[0].Person = id("ravi")
				a, err = tx.SaveApproval(ctx, a)
				return err
			}, []string{"asha", "other", "ravi", "stand-in", "zoya"}},
			{"decided", func(tx *store.Tx) (err error) {
				a.Steps[0].Decisions = []hiring.Decision{{Person: id("ravi"), By: id("ravi"), Approve: true, At: start}}
				a, err = tx.SaveApproval(ctx, a)
				return err
			}, []string{"asha", "other", "ravi"}},
			{"somebody is back", func(tx *store.Tx) error { return tx.ClearAbsence(ctx, id("zoya")) }, []string{"stand-in"}},
			{"a name", saves("ravi", func(p *hiring.Person) { p.Name = "Ravi K" }), []string{"ravi"}},
			{"a role", saves("zoya", func(p *hiring.Person) { p.Roles = []hiring.Role{hiring.Interviewer} }), []string{"zoya"}},
			{"a zone", saves("zoya", func(p *hiring.Person) { p.Zone = "Europe/Berlin" }), []string{"zoya"}},
			{"the last recruiter", saves("rita", func(p *hiring.Person) { p.Roles = nil }), []string{"admin", "rita"}},
			{"the first recruiter", saves("rita", func(p *hiring.Person) { p.Roles = []hiring.Role{hiring.Recruiter} }), []string{"admin", "rita"}},
			{"somebody leaves", saves("asha", func(p *hiring.Person) { p.Active = false }), []string{"admin", "asha", "rita"}},
			{"what they still own", func(tx *store.Tx) (err error) {
				r.Seats++
				r, err = tx.SaveRequisition(ctx, r)
				return err
			}, []string{"admin", "asha", "other", "ravi", "rita"}},
			{"the last admin", saves("admin", func(p *hiring.Person) { p.Roles = nil }), []string{"admin", "asha", "other", "ravi", "rita", "stand-in", "zoya"}},
			{"the company's name", func(tx *store.Tx) error { return tx.SetSetting(ctx, hiring.SettingCompany, "Acme Pay") },
				[]string{"admin", "asha", "other", "ravi", "rita", "stand-in", "zoya"}},
			{"nothing that a home shows", func(tx *store.Tx) error {
				return errors.Join(tx.Refresh(ctx, "R-1"), tx.Send(ctx, bot.Message{To: bot.Recipient{Person: id("ravi")}, Due: start.Add(time.Hour)}))
			}, []string{}},
			{"what came to nothing", func(tx *store.Tx) error {
				_, err := tx.AddRequisition(ctx, hiring.Requisition{Requester: id("ravi"), State: hiring.ReqDraft})
				return errors.Join(err, errNot)
			}, []string{}},
		} {
			if err := m.InTx(ctx, step.do); err != nil && !errors.Is(err, errNot) {
				t.Fatalf("%s: %v", step.name, err)
			}
			if diff := cmp.Diff(step.want, m.redraw()); diff != "" {
				t.Errorf("%s: %s", step.name, diff)
			}
		}
	})
}

var errNot = errors.New("not after all")

// A unit that concerns homes sends one statement for them, others none, and a look-up stays as it is.
func TestWhatHomesCost(t *testing.T) {
	t.Parallel()
	onBothOffices(t, func(t *testing.T, m *mailbox, people map[string]hiring.Person) {
		ctx := t.Context()
		var sent []string
		traced := open(t, m.world, store.WithTrace(func(query string, _ []any) {
			if strings.Contains(query, "'home'") {
				sent = append(sent, query)
			}
		}))
		act := func(reads bool, fn handler) {
			t.Helper()
			_, err := traced.Do(ctx, event("", "asha"), reads, fn)
			must(t, err)
		}
		act(false, nothing)
		act(true, nothing)
		if len(sent) != 0 {
			t.Errorf("what concerns no home costs %v", sent)
		}
		act(false, func(ctx context.Context, tx *store.Tx, _ bot.Actor) (bot.Response, error) {
			for range 3 {
				r, err := tx.AddRequisition(ctx, hiring.Requisition{Requester: people["asha"].ID, Panel: []string{people["zoya"].ID}, State: hiring.ReqDraft})
				must(t, err)
				_, err = tx.AddApproval(ctx, approvalOf(r.ID, people["asha"].ID, people["ravi"].ID))
				must(t, err)
			}
			return bot.Response{}, tx.SetSetting(ctx, hiring.SettingCompany, "Acme Pay")
		})
		if len(sent) != 1 {
			t.Errorf("%d statements", len(sent))
		}
	})
}

func TestHomesAreFoundByAnIndex(t *testing.T) {
	t.Parallel()
	onBothOffices(t, func(t *testing.T, m *mailbox, people map[string]hiring.Person) {
		m.exec(t, `INSERT INTO outbox (id, once, lane, person, workspace, channel, private, view_name, subject, why, created_at, due_at, state)
			WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
			SELECT CAST(i AS TEXT), CAST(i AS TEXT), 'x', 'P-' || CAST(i % 50 AS TEXT), '', '', FALSE, 'card', '', '', 1, 1, 'sent' FROM n`)
		m.exec(t, `ANALYZE`)
		type statement struct {
			text string
			args []any
		}
		var sent []statement
		traced := open(t, m.world, store.WithTrace(func(query string, args []any) {
			if strings.HasPrefix(query, "UPDATE outbox") {
				sent = append(sent, statement{query, args})
			}
		}))
		must(t, traced.InTx(t.Context(), func(tx *store.Tx) error {
			_, err := tx.AddRequisition(t.Context(), hiring.Requisition{Requester: people["asha"].ID, State: hiring.ReqDraft})
			return err
		}))
		must(t, traced.InTx(t.Context(), func(tx *store.Tx) error { return tx.SetSetting(t.Context(), hiring.SettingCompany, "Acme Pay") }))
		if len(sent) != 2 {
			t.Fatalf("sent %v", sent)
		}
		explain := `EXPLAIN QUERY PLAN `
		if m.postgres {
			explain = `EXPLAIN `
		}
		for _, s := range sent {
			plan := strings.Join(m.lines(t, explain+s.text, s.args...), "\n")
			if !strings.Contains(plan, "outbox_home") {
				t.Errorf("%s\nof\n%s", plan, s.text)
			}
		}
	})
}

func TestADrawingThatWaitsHoldsNothingBack(t *testing.T) {
	t.Parallel()
	onBothMailboxes(t, func(t *testing.T, m *mailbox) {
		ctx, lane := t.Context(), store.PersonLane(m.asha.ID)
		m.send(m.asha, "R-1", 0)
		m.lease(lane, "w", true)
		m.deliver(m.next(lane, "w", "R-1"), "ts1")
		m.refresh("R-1")
		m.send(m.asha, "R-2", 0)
		row := m.next(lane, "w", "R-1")
		m.exec(t, `DELETE FROM river_job`)
		must(t, m.MarkLater(ctx, row, start.Add(time.Second), "not yet"))
		if n := m.count(t, `SELECT count(*) FROM river_job WHERE state = 'scheduled'`); n != 1 {
			t.Errorf("%d wake-up jobs for later", n)
		}
		m.deliver(m.next(lane, "w", "R-2"), "ts2")
		m.refresh("R-1") // does not bring it forward
		m.next(lane, "w", "")
		m.clock.advance(time.Second)
		if row = m.next(lane, "w", "R-1"); !row.Redraw || row.Reason != "not yet" || row.Attempts != 0 {
			t.Errorf("its turn: %+v", row)
		}
		must(t, m.MarkDrawn(ctx, row))
		m.next(lane, "w", "")
		row.Owner = "somebody else"
		if err := m.MarkLater(ctx, row, start, "x"); !errors.Is(err, store.ErrLeaseLost) {
			t.Errorf("without the lease: %v", err)
		}
	})
}

func TestTurn(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		turn := func(name string, at, want time.Duration) {
			t.Helper()
			got, err := w.Turn(t.Context(), name, start.Add(at), time.Second)
			if err != nil || !got.Equal(start.Add(want)) {
				t.Errorf("%s at %v: %v, want %v, %v", name, at, got.Sub(start), want, err)
			}
		}
		turn("edit:T1", 0, 0)
		turn("edit:T1", 0, time.Second)
		turn("edit:T1", 0, 2*time.Second)
		turn("edit:T2", 0, 0)
		turn("edit:T1", 500*time.Millisecond, 3*time.Second)
		turn("edit:T1", time.Hour, time.Hour)
		turn("edit:T1", time.Hour, time.Hour+time.Second)
	})
}

func TestATurnThatIsNotFarAway(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		const ahead = 2 * time.Second
		turn := func(at, want time.Duration, taken bool) {
			t.Helper()
			got, ok, err := w.TurnWithin(t.Context(), "post:T1", start.Add(at), time.Second, ahead)
			if err != nil || ok != taken || !got.Equal(start.Add(want)) {
				t.Errorf("at %v: %v, %v, want %v, %v, %v", at, got.Sub(start), ok, want, taken, err)
			}
		}
		next := func(want time.Time) {
			t.Helper()
			if got, err := w.NextTurn(t.Context(), "post:T1"); err != nil || !got.Equal(want) {
				t.Errorf("next: %v, want %v, %v", got, want, err)
			}
		}
		next(time.Time{})
		turn(0, 0, true)
		turn(0, time.Second, true)
		turn(0, 2*time.Second, true)
		turn(0, 3*time.Second, false)
		turn(0, 3*time.Second, false) // none was taken
		next(start.Add(3 * time.Second))
		turn(time.Second, 3*time.Second, true)

		// A refusal holds back the turns that are still to be given, and never brings one forward.
		must(t, w.HoldTurns(t.Context(), "post:T1", start.Add(time.Minute)))
		must(t, w.HoldTurns(t.Context(), "post:T1", start.Add(time.Second)))
		turn(time.Second, time.Minute, false)
		turn(time.Minute, time.Minute, true)
		must(t, w.HoldTurns(t.Context(), "post:T2", start.Add(time.Second)))
		if got, err := w.Turn(t.Context(), "post:T2", start, time.Second); err != nil || !got.Equal(start.Add(time.Second)) {
			t.Errorf("held before the first turn: %v, %v", got, err)
		}
	})
}
