package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

func TestDoCommitsOnceAndRepeatsTheAnswer(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		asha := w.person(t, "asha", hiring.Recruiter)
		runs := 0
		act := func(ctx context.Context, tx *store.Tx, actor bot.Actor) (bot.Response, error) {
			runs++
			if actor.ID != asha.ID || actor.Name != "asha" || !actor.Is("recruiter") || tx.Actor().ID != asha.ID {
				t.Errorf("the actor is %+v", actor)
			}
			ref, err := tx.NextRef(ctx, "R")
			if err != nil {
				return bot.Response{}, err
			}
			err = errors.Join(
				tx.Audit(ctx, store.AuditEvent{Subject: ref, Fact: "made"}),
				tx.Send(ctx, bot.Message{To: bot.Recipient{Person: asha.ID}, View: bot.View{Name: "told", Subject: ref}, Key: "told/" + ref}),
			)
			return bot.Response{Show: &bot.View{Name: "requisition", Subject: ref, Args: []string{"7y"}}, Replace: true, Audience: bot.Public}, err
		}
		want := bot.Response{Show: &bot.View{Name: "requisition", Subject: "R-1", Args: []string{"7y"}}, Replace: true, Audience: bot.Public}
		got, err := w.Do(t.Context(), event("e1", "asha"), false, act)
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		want.Replayed = true
		for range 2 {
			got, err = w.Do(t.Context(), event("e1", "asha"), false, act)
			must(t, err)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		}
		if runs != 1 {
			t.Errorf("ran %d times", runs)
		}
		for table, want := range map[string]int{
			"outbox": 1, "events": 1, "river_job WHERE kind = 'deliver'": 1, "audit WHERE fact = 'made'": 1,
			"counters WHERE kind = 'R' AND next_number = 2": 1, "events WHERE answer LIKE '%requisition%'": 0,
		} {
			if n := w.count(t, "SELECT count(*) FROM "+table); n != want {
				t.Errorf("%s: %d rows, want %d", table, n, want)
			}
		}
		rows, err := w.AuditRows(t.Context(), store.AuditFilter{Fact: "made"})
		must(t, err)
		wantRow := []store.AuditRow{{
			AuditEvent: store.AuditEvent{Action: "band.show", Subject: "R-1", Fact: "made", Where: "slack:T1/C1"},
			At:         start, Actor: asha.ID, Workspace: "slack:T1", Event: "e1",
		}}
		if len(rows) == 1 {
			wantRow[0].ID = rows[0].ID
		}
		if diff := cmp.Diff(wantRow, rows); diff != "" {
			t.Error(diff)
		}
		other := event("e1", "asha")
		other.From.Workspace = "slack:T9"
		if _, err = w.Do(t.Context(), other, false, nothing); err != nil || w.count(t, `SELECT count(*) FROM events`) != 2 {
			t.Errorf("the same id of another workspace: %v", err)
		}
	})
}

func TestDoWithoutAnEventIDRunsEachTime(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		var runs atomic.Int64
		for range 2 {
			_, err := w.Do(t.Context(), event("", "asha"), false, handler(counting(&runs)))
			must(t, err)
		}
		if runs.Load() != 2 || w.count(t, `SELECT count(*) FROM events`) != 0 {
			t.Errorf("ran %d times", runs.Load())
		}
	})
}

func TestDoKeepsRefusals(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		asha := w.person(t, "asha")
		before := w.count(t, `SELECT count(*) FROM people`)
		for i, tc := range []struct {
			refusal error
			audited int
		}{
			{hiring.Errorf(hiring.NotAllowed, "Ask compensation."), 1},
			{fmt.Errorf("look: %w", hiring.Errorf(hiring.NotFound, "There is no such candidate.")), 1},
			{hiring.InvalidField("role", "There is no such role."), 0},
			{hiring.Errorf(hiring.Conflict, "It was changed."), 0},
			{bot.Invalidf("level", "Which one?").Offering([]bot.Choice{{Label: "Senior", Value: "senior"}}), 0},
		} {
			runs := 0
			ev := event(fmt.Sprintf("e%d", i), "asha")
			refuse := func(ctx context.Context, tx *store.Tx, _ bot.Actor) (bot.Response, error) {
				runs++
				_, err := tx.AddPerson(ctx, hiring.Person{Name: "Nobody", Active: true})
				return bot.Response{}, errors.Join(err, tx.Audit(ctx, store.AuditEvent{Fact: "pay"}), tc.refusal)
			}
			for range 2 {
				_, err := w.Do(t.Context(), ev, false, refuse)
				got, ok := errors.AsType[bot.Coded](err)
				want, _ := errors.AsType[bot.Coded](tc.refusal)
				if !ok || got.Code() != want.Code() || got.Message() != want.Message() || got.Field() != want.Field() {
					t.Errorf("%v: got %v", tc.refusal, err)
				}
				if i == 4 {
					if p, ok := errors.AsType[*bot.Problem](err); !ok || len(p.Choices) != 1 {
						t.Errorf("the choices are lost: %v", err)
					}
				}
			}
			if runs != 1 {
				t.Errorf("%v: ran %d times", tc.refusal, runs)
			}
			if n := w.count(t, `SELECT count(*) FROM audit WHERE event = $1 AND fact = 'refused' AND actor = $2`, ev.ID, asha.ID); n != tc.audited {
				t.Errorf("%v: %d audit rows, want %d", tc.refusal, n, tc.audited)
			}
		}
		if n := w.count(t, `SELECT count(*) FROM people`); n != before {
			t.Error("a refused command left an effect")
		}
		if n := w.count(t, `SELECT count(*) FROM audit WHERE fact = 'pay'`); n != 0 {
			t.Error("what was never shown is on record")
		}
	})
}

func TestDoForgetsFailures(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		for i, failure := range []error{
			errors.New("a fault"), hiring.Errorf(hiring.Internal, "A fault."), hiring.Errorf(hiring.Unavailable, "Not now."),
		} {
			ev := event(fmt.Sprintf("e%d", i), "asha")
			_, err := w.Do(t.Context(), ev, false, func(ctx context.Context, tx *store.Tx, _ bot.Actor) (bot.Response, error) {
				_, err := tx.NextRef(ctx, "R")
				return bot.Response{}, errors.Join(err, failure)
			})
			if !errors.Is(err, failure) {
				t.Errorf("got %v, want %v", err, failure)
			}
			var runs atomic.Int64
			got, err := w.Do(t.Context(), ev, false, handler(counting(&runs)))
			must(t, err)
			if runs.Load() != 1 || got.Replayed || got.Show.Subject != fmt.Sprintf("R-%d", i+1) {
				t.Errorf("the second delivery: %d runs, %+v", runs.Load(), got)
			}
		}
	})
}

func TestDoOpensAFormAgain(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		for range 2 {
			got, err := w.Do(t.Context(), event("e1", "asha"), false, func(ctx context.Context, tx *store.Tx, _ bot.Actor) (bot.Response, error) {
				d, found, err := tx.FindDraft(ctx, "band.set", "backend")
				if err != nil || found {
					return bot.Response{Open: &bot.Form{Draft: d.ID}}, err
				}
				return bot.Response{Open: &bot.Form{Draft: "d1"}}, tx.SaveDraft(ctx, bot.Draft{ID: "d1", Command: "band.set", Subject: "backend"})
			})
			must(t, err)
			if got.Replayed || got.Open == nil || got.Open.Draft != "d1" {
				t.Errorf("got %+v", got)
			}
		}
		if w.count(t, `SELECT count(*) FROM drafts`) != 1 || w.count(t, `SELECT count(*) FROM events`) != 0 {
			t.Error("the draft was not kept, or the event was")
		}
	})
}

func TestDoWithFieldErrorsLeavesNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		got, err := w.Do(t.Context(), event("e1", "asha"), false, func(ctx context.Context, tx *store.Tx, _ bot.Actor) (bot.Response, error) {
			_, err := tx.NextRef(ctx, "R")
			return bot.Response{Errors: []bot.FieldError{{Field: "low", Message: "No."}}}, err
		})
		must(t, err)
		if len(got.Errors) != 1 || w.count(t, `SELECT count(*) FROM events`) != 0 || w.count(t, `SELECT count(*) FROM counters WHERE kind = 'R'`) != 0 {
			t.Errorf("got %+v, and something is left", got)
		}
	})
}

func TestDoRollsBackAPanic(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		for _, reads := range []bool{false, true} {
			func() {
				defer func() {
					if p := recover(); p != "a fault" {
						t.Errorf("recovered %v", p)
					}
				}()
				_, err := w.Do(t.Context(), event("e1", "asha"), reads, func(ctx context.Context, tx *store.Tx, _ bot.Actor) (bot.Response, error) {
					if !reads {
						_, err := tx.NextRef(ctx, "R")
						must(t, err)
					}
					panic("a fault")
				})
				t.Errorf("no panic, but %v", err)
			}()
		}
		var runs atomic.Int64
		got, err := w.Do(t.Context(), event("e1", "asha"), false, handler(counting(&runs)))
		must(t, err)
		if got.Replayed || got.Show.Subject != "R-1" {
			t.Errorf("afterwards: %+v", got)
		}
	})
}

func TestAStatementThatFailedIsNeverCommitted(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		err := w.InTx(t.Context(), func(tx *store.Tx) error {
			if _, err := tx.NextRef(t.Context(), "R"); err != nil {
				return err
			}
			if err := tx.SaveChannel(t.Context(), store.Channel{Workspace: "slack:T1", ID: "C1", Name: "hiring", Kind: "secret"}); err == nil {
				t.Error("a channel of an unknown kind was saved")
			}
			return nil // the error is lost
		})
		wantCode(t, err, bot.CodeInvalid)
		if n := w.count(t, `SELECT count(*) FROM counters WHERE kind = 'R'`); n != 0 {
			t.Error("half of it was committed")
		}
	})
}

func TestALookTakesTwoRoundTrips(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		asha := w.person(t, "asha", hiring.Recruiter)
		look := func(ctx context.Context, tx *store.Tx, actor bot.Actor) (bot.Response, error) {
			if actor.ID != asha.ID || len(tx.Snapshot().Bands("backend-developer")) == 0 {
				t.Errorf("actor %+v, bands %v", actor, tx.Snapshot().Bands("backend-developer"))
			}
			err := errors.Join(
				tx.Audit(ctx, store.AuditEvent{Subject: "band/backend-developer", Fact: "pay"}),
				tx.Audit(ctx, store.AuditEvent{Subject: "band/general", Fact: "pay"}),
			)
			return bot.Response{Show: &bot.View{Name: "band"}}, err
		}
		for i, ev := range []bot.Event{event("e1", "asha"), event("e1", "asha"), event("e2", "asha")} {
			before := w.Statements()
			got, err := w.Do(t.Context(), ev, true, look)
			must(t, err)
			if n := w.Statements() - before; n != 2 {
				t.Errorf("look %d: %d round trips, want 2", i, n)
			}
			if got.Replayed || got.Show == nil {
				t.Errorf("look %d: %+v", i, got)
			}
		}
		if n := w.count(t, `SELECT count(*) FROM audit`); n != 4 {
			t.Errorf("%d audit rows, want 2 for each of two events", n)
		}
		if n := w.count(t, `SELECT count(*) FROM events`); n != 0 {
			t.Errorf("%d events kept", n)
		}
		before := w.Statements()
		_, err := w.Do(t.Context(), event("e3", "asha"), true, handler(nothing))
		must(t, err)
		if n := w.Statements() - before; n != 1 {
			t.Errorf("a look at nothing confidential: %d round trips, want 1", n)
		}
	})
}

func TestALookThatCannotBeAuditedIsNotShown(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		w.exec(t, `ALTER TABLE audit RENAME TO elsewhere`)
		got, err := w.Do(t.Context(), event("e1", "asha"), true, func(ctx context.Context, tx *store.Tx, _ bot.Actor) (bot.Response, error) {
			return bot.Response{Show: &bot.View{Name: "band"}}, tx.Audit(ctx, store.AuditEvent{Fact: "pay"})
		})
		if err == nil || got.Show != nil {
			t.Errorf("got %+v, %v", got, err)
		}
		err = w.Read(t.Context(), func(tx *store.Tx) error { return tx.Audit(t.Context(), store.AuditEvent{Fact: "pay"}) })
		if err == nil {
			t.Error("Read showed what it could not audit")
		}
	})
}

func TestALookIsRefusedOnRecord(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		refusal := hiring.Errorf(hiring.NotAllowed, "Ask compensation.")
		for range 2 {
			_, err := w.Do(t.Context(), event("e1", "stranger"), true, func(ctx context.Context, tx *store.Tx, _ bot.Actor) (bot.Response, error) {
				return bot.Response{}, errors.Join(tx.Audit(ctx, store.AuditEvent{Fact: "pay"}), refusal)
			})
			if !errors.Is(err, refusal) {
				t.Errorf("got %v", err)
			}
		}
		rows, err := w.AuditRows(t.Context(), store.AuditFilter{})
		must(t, err)
		if len(rows) != 1 || rows[0].Fact != store.FactRefused || rows[0].Actor != "slack:T1/stranger" || rows[0].Detail["code"] != bot.CodeNotAllowed {
			t.Errorf("audit: %+v", rows)
		}
	})
}

func TestALookWritesNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		asha := w.person(t, "asha")
		ctx := t.Context()
		_, err := w.Do(ctx, event("e1", "asha"), true, func(_ context.Context, tx *store.Tx, _ bot.Actor) (bot.Response, error) {
			_, refErr := tx.NextRef(ctx, "R")
			_, personErr := tx.AddPerson(ctx, hiring.Person{Name: "x", Active: true})
			_, claimErr := tx.Claim(ctx, "x")
			_, codeErr := tx.NewClaimCode(ctx)
			for name, err := range map[string]error{
				"NextRef": refErr, "AddPerson": personErr, "Claim": claimErr, "NewClaimCode": codeErr,
				"SetSetting":  tx.SetSetting(ctx, hiring.SettingCompany, "x"),
				"Send":        tx.Send(ctx, bot.Message{To: bot.Recipient{Person: asha.ID}}),
				"Refresh":     tx.Refresh(ctx, "R-1"),
				"KeepFile":    tx.KeepFile(ctx, "f", "R-1"),
				"SaveChannel": tx.SaveChannel(ctx, store.Channel{}),
			} {
				if err == nil {
					t.Errorf("%s wrote", name)
				}
			}
			return bot.Response{}, nil
		})
		must(t, err)
		// What is typed into a form is kept on the way, though.
		_, err = w.Do(ctx, event("", "asha"), true, func(_ context.Context, tx *store.Tx, _ bot.Actor) (bot.Response, error) {
			return bot.Response{}, tx.SaveDraft(ctx, bot.Draft{ID: "d1", Command: "c"})
		})
		must(t, err)
		if n := w.count(t, `SELECT count(*) FROM drafts`); n != 1 {
			t.Error("the draft is not kept")
		}
	})
}

func TestActors(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		var zoned hiring.Person
		must(t, w.InTx(t.Context(), func(tx *store.Tx) (err error) {
			zoned, err = tx.AddPerson(t.Context(), hiring.Person{
				Name: "Berta", Zone: "Europe/Berlin", Active: true, Roles: []hiring.Role{hiring.Interviewer, hiring.Admin},
				Identities: []hiring.Identity{{Workspace: "slack:T1", User: "B"}, {Workspace: "slack:T2", User: "B"}},
			})
			if err != nil {
				return err
			}
			_, err = tx.AddPerson(t.Context(), hiring.Person{Name: "Gone", Roles: []hiring.Role{hiring.Admin}, Identities: []hiring.Identity{{Workspace: "slack:T1", User: "G"}}})
			return err
		}))
		s := read(t, w.Store)
		for name, tc := range map[string]struct {
			from bot.Identity
			want bot.Actor
			zone string
		}{
			"linked":      {bot.Identity{Workspace: "slack:T1", User: "B"}, bot.Actor{ID: zoned.ID, Name: "Berta", Roles: []string{"admin", "interviewer"}}, "Europe/Berlin"},
			"unknown":     {bot.Identity{Workspace: "slack:T1", User: "Z"}, bot.Actor{}, "Asia/Kolkata"},
			"deactivated": {bot.Identity{Workspace: "slack:T1", User: "G"}, bot.Actor{Name: "Gone", Outsider: true}, "Asia/Kolkata"},
			"community":   {bot.Identity{Workspace: "slack:T2", User: "B"}, bot.Actor{Outsider: true}, "Asia/Kolkata"},
			"nowhere":     {bot.Identity{Workspace: "slack:T3", User: "B"}, bot.Actor{Outsider: true}, "Asia/Kolkata"},
			"by id":       {bot.Identity{Workspace: store.PersonWorkspace, User: zoned.ID}, bot.Actor{ID: zoned.ID, Name: "Berta", Roles: []string{"admin", "interviewer"}}, "Europe/Berlin"},
		} {
			got := s.Actor(tc.from)
			if got.Zone.String() != tc.zone {
				t.Errorf("%s: zone %s", name, got.Zone)
			}
			tc.want.Identity, got.Zone = tc.from, nil
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
		if got := s.ActorFor(zoned.ID); got.ID != zoned.ID {
			t.Errorf("ActorFor: %+v", got)
		}
		community := event("e1", "B")
		community.From.Workspace = "slack:T2"
		_, err := w.Do(t.Context(), community, true, func(_ context.Context, tx *store.Tx, _ bot.Actor) (bot.Response, error) {
			if words := tx.Vocabulary().Words(store.PersonWords); len(words) != 0 {
				t.Errorf("an outsider sees %v", words)
			}
			return bot.Response{}, nil
		})
		must(t, err)
	})
}

func TestInTxAs(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		asha := w.person(t, "asha")
		must(t, w.InTxAs(t.Context(), asha.ID, func(tx *store.Tx) error {
			if tx.Actor().ID != asha.ID || !tx.Now().Equal(start) {
				t.Errorf("%+v at %v", tx.Actor(), tx.Now())
			}
			return nil
		}))
		must(t, w.InTx(t.Context(), func(tx *store.Tx) error {
			if tx.Actor().ID != store.SystemActor {
				t.Errorf("%+v", tx.Actor())
			}
			return nil
		}))
		must(t, w.ReadAs(t.Context(), asha.ID, func(tx *store.Tx) error {
			if tx.Actor().ID != asha.ID {
				t.Errorf("%+v", tx.Actor())
			}
			return tx.Audit(t.Context(), store.AuditEvent{Fact: "pay"})
		}))
		if n := w.count(t, `SELECT count(*) FROM audit WHERE actor = $1`, asha.ID); n != 1 {
			t.Errorf("%d audit rows", n)
		}
		wantCode(t, w.ReadAs(t.Context(), "P-99", func(*store.Tx) error { return nil }), bot.CodeNotFound)
		wantCode(t, w.InTxAs(t.Context(), "P-99", func(*store.Tx) error { return nil }), bot.CodeNotFound)
	})
}

func TestTheSameEventTwiceAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		replicas := []*store.Store{w.Store, open(t, w), w.Store, open(t, w)}
		var (
			runs  atomic.Int64
			group sync.WaitGroup
			got   = make([]bot.Response, len(replicas))
			errs  = make([]error, len(replicas))
		)
		for i, s := range replicas {
			group.Go(func() { got[i], errs[i] = s.Do(t.Context(), event("e1", "asha"), false, handler(counting(&runs))) })
		}
		group.Wait()
		must(t, errors.Join(errs...))
		first := 0
		for _, r := range got {
			if r.Show == nil || r.Show.Subject != "R-1" {
				t.Errorf("got %+v", r)
			}
			if !r.Replayed {
				first++
			}
		}
		if runs.Load() != 1 || first != 1 {
			t.Errorf("%d runs, %d first answers", runs.Load(), first)
		}
	})
}

func TestTheSameRefusalTwiceAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		var group sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			group.Go(func() {
				_, errs[i] = w.Do(t.Context(), event("e1", "asha"), false, func(context.Context, *store.Tx, bot.Actor) (bot.Response, error) {
					return bot.Response{}, hiring.Errorf(hiring.NotAllowed, "Ask compensation (%d).", i)
				})
			})
		}
		group.Wait()
		messages := map[string]bool{}
		for _, err := range errs {
			coded, ok := errors.AsType[bot.Coded](err)
			if !ok {
				t.Fatalf("got %v", err)
			}
			messages[coded.Message()] = true
		}
		if len(messages) != 1 || w.count(t, `SELECT count(*) FROM audit`) != 1 || w.count(t, `SELECT count(*) FROM events`) != 1 {
			t.Errorf("answers %v", messages)
		}
	})
}

func TestTwoEditsAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		asha := w.person(t, "asha")
		other := open(t, w)
		var group sync.WaitGroup
		errs := make([]error, 2)
		for i, s := range []*store.Store{w.Store, other} {
			group.Go(func() {
				mine := asha
				mine.Roles = []hiring.Role{hiring.Roles[i]}
				errs[i] = s.InTx(t.Context(), func(tx *store.Tx) error {
					_, err := tx.SavePerson(t.Context(), mine)
					return err
				})
			})
		}
		group.Wait()
		winner := 0
		if errs[0] != nil {
			winner = 1
		}
		must(t, errs[winner])
		wantCode(t, errs[1-winner], bot.CodeConflict)
		after, _ := read(t, w.Store).Person(asha.ID)
		if diff := cmp.Diff([]hiring.Role{hiring.Roles[winner]}, after.Roles); diff != "" || after.Version != 2 {
			t.Errorf("version %d, %s", after.Version, diff)
		}
	})
}

func TestNumbersHaveNoGapsAndNoTwins(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		var (
			mutex sync.Mutex
			seen  = map[string]bool{}
			group sync.WaitGroup
			fault = errors.New("a fault")
		)
		for i := range 8 {
			group.Go(func() {
				err := w.InTx(t.Context(), func(tx *store.Tx) error {
					ref, err := tx.NextRef(t.Context(), "R")
					if err != nil || i%2 == 0 {
						return errors.Join(err, fault)
					}
					mutex.Lock()
					defer mutex.Unlock()
					seen[ref] = true
					return nil
				})
				if i%2 != 0 && err != nil || i%2 == 0 && !errors.Is(err, fault) {
					t.Errorf("%d: %v", i, err)
				}
			})
		}
		group.Wait()
		if diff := cmp.Diff(map[string]bool{"R-1": true, "R-2": true, "R-3": true, "R-4": true}, seen); diff != "" {
			t.Error(diff)
		}
	})
}

func TestALostConnectionLeavesNothingHalfDone(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		asha := w.person(t, "asha")
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		lose := cancel
		if w.postgres {
			// Another connection ends every one that is in a transaction of this database.
			lose = func() {
				w.exec(t, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
					WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'`)
			}
		}
		_, err := w.Do(ctx, event("e1", "asha"), false, func(ctx context.Context, tx *store.Tx, _ bot.Actor) (bot.Response, error) {
			if err := tx.Send(ctx, bot.Message{To: bot.Recipient{Person: asha.ID}, View: bot.View{Name: "v"}}); err != nil {
				return bot.Response{}, err
			}
			lose()
			_, err := tx.NextRef(ctx, "R")
			if err == nil {
				t.Error("the connection is still there")
			}
			return bot.Response{}, err
		})
		if w.postgres {
			wantCode(t, err, bot.CodeUnavailable)
		} else if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		for _, table := range []string{"outbox", "events", "river_job", "counters WHERE kind = 'R'", "audit"} {
			if n := w.count(t, `SELECT count(*) FROM `+table); n != 0 {
				t.Errorf("%s: %d rows are left", table, n)
			}
		}
		var runs atomic.Int64
		got, err := w.Do(t.Context(), event("e1", "asha"), false, handler(counting(&runs)))
		must(t, err)
		if got.Replayed || runs.Load() != 1 {
			t.Errorf("the second delivery: %+v", got)
		}
	})
}

func TestCollidingWorkIsDoneAgain(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		if !w.postgres {
			return // SQLite's transactions run one after the other and cannot lock each other out
		}
		// Two units take the same two counters in opposite order: a deadlock, of which Postgres ends
		// one unit. Both succeed all the same.
		var (
			group sync.WaitGroup
			runs  atomic.Int64
			errs  = make([]error, 2)
			ready = make(chan struct{}, 2)
			both  = make(chan struct{})
			over  = []chan struct{}{make(chan struct{}), make(chan struct{})}
		)
		for i, order := range [][]string{{"A", "B"}, {"B", "A"}} {
			group.Go(func() {
				defer close(over[i])
				first := true
				errs[i] = w.InTx(t.Context(), func(tx *store.Tx) error {
					runs.Add(1)
					if !first {
						<-over[1-i] // or the two might lock each other out once more
					}
					if _, err := tx.NextRef(t.Context(), order[0]); err != nil {
						return err
					}
					if first {
						first = false
						ready <- struct{}{}
						<-both
					}
					_, err := tx.NextRef(t.Context(), order[1])
					return err
				})
			})
		}
		<-ready
		<-ready
		close(both)
		group.Wait()
		must(t, errors.Join(errs...))
		if runs.Load() != 3 {
			t.Errorf("%d runs, want 2 and one again", runs.Load())
		}
		if n := w.count(t, `SELECT count(*) FROM counters WHERE next_number = 3`); n != 2 {
			t.Errorf("%d counters were counted twice", n)
		}
	})
}
