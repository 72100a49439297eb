package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// interviewed adds an interview that begins at a time of India and has people of the company on it.
func (w *world) interviewed(at string, people ...hiring.Person) (i hiring.Interview) {
	w.t.Helper()
	begins, err := time.ParseInLocation("2006-01-02T15:04", at, time.FixedZone("IST", 5*3600+1800))
	must(w.t, err)
	w.in(func(ctx context.Context, tx *store.Tx) error {
		r, err := tx.AddRequisition(ctx, hiring.Requisition{
			Role: "backend-developer", Level: "senior", Seats: 1, WorkMode: hiring.WorkHybrid, State: hiring.ReqOpen, Requester: w.ravi.ID, HiringManager: w.ravi.ID,
		})
		if err != nil {
			return err
		}
		c, err := tx.AddCandidate(ctx, hiring.Candidate{Name: "Meera"})
		if err != nil {
			return err
		}
		a, err := hiring.StartApplication(c.ID, r.ID, hiring.AppInterviewing, w.ravi.ID, tx.Now())
		if err != nil {
			return err
		}
		if a, err = tx.AddApplication(ctx, a); err != nil {
			return err
		}
		i = hiring.Interview{Application: a.ID, Stage: "system-design", MadeBy: w.ravi.ID}
		for _, p := range people {
			i.Panel = append(i.Panel, hiring.Panelist{Person: p.ID})
		}
		if i, err = i.Schedule(begins.UTC(), 60, tx.Now()); err != nil {
			return err
		}
		i, err = tx.AddInterview(ctx, i)
		return err
	})
	return i
}

// nudgedBy returns what became of the reminders of an interview of somebody's: "step state reason".
func (w *world) nudgedBy(i hiring.Interview, p hiring.Person) string {
	w.t.Helper()
	text := ""
	must(w.t, w.Read(w.t.Context(), func(tx *store.Tx) error {
		all, err := tx.NudgesOf(w.t.Context(), i.ID)
		for _, n := range all {
			if n.Person == p.ID {
				step, _, _ := strings.Cut(n.Step, "@") // without the due date
				text += fmt.Sprintf("%s %s %s; ", step, n.State, n.Reason)
			}
		}
		return err
	}))
	return text
}

func (w *world) wantNudges(i hiring.Interview, p hiring.Person, want string) {
	w.t.Helper()
	if got := w.nudgedBy(i, p); got != want {
		w.t.Errorf("the reminders of %s of %s are %q, want %q", p.Name, i.ID, got, want)
	}
}

// reminders returns how many reminders somebody has in the outbox.
func (w *world) reminders(p hiring.Person) (n int) {
	w.t.Helper()
	must(w.t, w.DB().QueryRowContext(w.t.Context(), `SELECT count(*) FROM outbox WHERE view_name IN ('nudge', 'morning') AND person = $1`, p.ID).Scan(&n))
	return n
}

func (w *world) putDue(at string) {
	w.t.Helper()
	w.at(at)
	must(w.t, w.courier().PutDue(w.t.Context(), w.clock.now()))
}

// card returns a scorecard as it stands.
func (w *world) card(i hiring.Interview, p hiring.Person) (s hiring.Scorecard) {
	w.t.Helper()
	must(w.t, w.Read(w.t.Context(), func(tx *store.Tx) (err error) {
		s, err = tx.Scorecard(w.t.Context(), i.ID, p.ID)
		return err
	}))
	return s
}

// withoutDigest turns the morning digest off, which has the reminders of its day in it.
func (w *world) withoutDigest() {
	w.t.Helper()
	w.setSchedule(store.ScheduleRow{Name: hiring.ScheduleMorningDigest, Set: true})
}

func TestNudges(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.withoutDigest()
		i := w.interviewed("2026-11-27T15:00", w.asha, w.ravi) // a Friday
		w.putDue("2026-11-27T16:04")
		w.wantNudges(i, w.asha, "")
		w.putDue("2026-11-27T16:05")
		w.putDue("2026-11-27T16:06")
		w.wantNudges(i, w.asha, "5m sent ; ")
		// Away on the day when it is due: held, with the reason and until when, and then one message for both.
		w.in(func(ctx context.Context, tx *store.Tx) error {
			return tx.SetNudgePreferences(ctx, hiring.NudgePreferences{Person: w.asha.ID, Away: []hiring.DaysAway{{From: "2026-11-30", To: "2026-12-01"}}})
		})
		w.putDue("2026-11-30T10:00")
		w.wantNudges(i, w.asha, "5m sent ; due held away; ")
		w.wantNudges(i, w.ravi, "5m sent ; due sent ; ")
		if got := w.card(i, w.asha).NudgeAt.Format(time.RFC3339); got != "2026-12-01T04:30:00Z" { // others are told of the next step
			t.Errorf("looked at again at %s", got)
		}
		w.putDue("2026-12-01T10:00")
		w.wantNudges(i, w.asha, "5m sent ; due held away; due+1 held away; ")
		w.putDue("2026-12-02T09:29")
		w.wantNudges(i, w.asha, "5m sent ; due held away; due+1 held away; ")
		w.putDue("2026-12-02T09:30")
		w.wantNudges(i, w.asha, "5m sent ; due merged with due+1; due+1 sent ; ")
		w.putDue("2027-01-15T10:00")
		if a, r := w.reminders(w.asha), w.reminders(w.ravi); a != 2 || r != 3 {
			t.Errorf("%d and %d reminders", a, r)
		}
	})
}

func TestNudgesFollowWhatIsChanged(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.withoutDigest()
		i := w.interviewed("2026-11-27T15:00", w.asha, w.ravi)
		set := func(key, value string) {
			w.in(func(ctx context.Context, tx *store.Tx) error { return tx.SetSetting(ctx, key, value) })
		}
		set(hiring.SettingNudgeSteps, "1h; due+1")
		w.putDue("2026-11-27T16:05")
		w.wantNudges(i, w.asha, "")
		w.putDue("2026-11-27T17:00")
		w.wantNudges(i, w.asha, "1h sent ; ")
		// A step that comes earlier than the next one so far.
		set(hiring.SettingNudgeSteps, "1h; due; due+1")
		w.putDue("2026-11-30T09:59")
		w.wantNudges(i, w.asha, "1h sent ; ")
		w.in(func(ctx context.Context, tx *store.Tx) error {
			return tx.SetNudgePreferences(ctx, hiring.NudgePreferences{Person: w.asha.ID, Hours: &hiring.Hours{From: 12 * 60, To: 16 * 60}})
		})
		w.putDue("2026-11-30T10:00")
		w.wantNudges(i, w.asha, "1h sent ; due held hours; ")
		w.wantNudges(i, w.ravi, "1h sent ; due sent ; ")
		// Whoever works earlier after all is reminded at the first minute that allows it.
		w.at("2026-11-30T11:00")
		w.in(func(ctx context.Context, tx *store.Tx) error {
			return tx.SetNudgePreferences(ctx, hiring.NudgePreferences{Person: w.asha.ID})
		})
		w.putDue("2026-11-30T11:00")
		w.wantNudges(i, w.asha, "1h sent ; due sent ; ")
		// Nobody is reminded who has left, and who is back is.
		left := func(is bool) {
			w.in(func(ctx context.Context, tx *store.Tx) error {
				p, _ := tx.Snapshot().Person(w.ravi.ID)
				p.Active = !is
				_, err := tx.SavePerson(ctx, p)
				return err
			})
		}
		left(true)
		w.putDue("2026-12-01T10:00")
		w.wantNudges(i, w.ravi, "1h sent ; due sent ; due+1 moot they have left; ")
		if n := w.reminders(w.ravi); n != 2 {
			t.Errorf("%d reminders", n)
		}
		left(false)
		w.putDue("2026-12-02T10:00")
		if n := w.reminders(w.ravi); n != 2 { // that step is decided
			t.Errorf("%d reminders", n)
		}
	})
}

// A change of when people are reminded costs nothing for interviews that are to come, and is heeded at
// their end.
func TestInterviewsToComeArePlannedAnewAtTheirEnd(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.withoutDigest()
		over, toCome := w.interviewed("2026-11-26T15:00", w.ravi), w.interviewed("2026-11-27T15:00", w.asha)
		w.putDue("2026-11-27T10:00")
		for _, steps := range []string{"none", "0m; due"} {
			w.in(func(ctx context.Context, tx *store.Tx) error {
				return tx.SetSetting(ctx, hiring.SettingNudgeSteps, steps)
			})
			due, err := w.NudgesDue(t.Context(), w.clock.now(), 10)
			must(t, err)
			if diff := cmp.Diff([]string{w.ravi.ID}, due); diff != "" {
				t.Errorf("after %s: %s", steps, diff)
			}
			w.putDue("2026-11-27T10:00")
		}
		w.putDue("2026-11-27T15:59")
		w.wantNudges(toCome, w.asha, "")
		w.putDue("2026-11-27T16:00")
		w.wantNudges(toCome, w.asha, "0m sent ; ")
		if w.card(over, w.ravi).Nudges == 0 {
			t.Error("of the other nobody is reminded")
		}
	})
}

// However many replicas sweep at once, and whatever their owners do meanwhile, each step is done once.
func TestSeveralReplicasRemindOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.withoutDigest()
		var all []hiring.Interview
		for range 4 {
			all = append(all, w.interviewed("2026-11-27T15:00", w.asha, w.ravi))
		}
		replicas := []*store.Store{w.Store, w.open(), w.open()}
		for _, at := range []string{"2026-11-27T16:05", "2026-11-30T10:00", "2026-12-01T10:00", "2026-12-02T10:00"} {
			w.at(at)
			var group sync.WaitGroup
			for _, s := range replicas {
				group.Go(func() { must(t, courierOf(w, s).PutDue(t.Context(), w.clock.now())) })
			}
			group.Go(func() { // notes are taken down meanwhile
				for _, i := range all {
					must(t, w.InTx(t.Context(), func(tx *store.Tx) error {
						s, err := tx.Scorecard(t.Context(), i.ID, w.asha.ID)
						if err != nil {
							return err
						}
						s, err = s.Note("at "+at, tx.Now())
						if err != nil {
							return err
						}
						_, err = tx.SaveScorecard(t.Context(), s)
						return err
					}))
				}
			})
			group.Wait()
			must(t, w.courier().PutDue(t.Context(), w.clock.now()))
		}
		for _, i := range all {
			w.wantNudges(i, w.asha, "5m sent ; due sent ; due+1 sent ; ")
			w.wantNudges(i, w.ravi, "5m sent ; due sent ; due+1 sent ; ")
			if s := w.card(i, w.asha); s.Nudges != 3 || !s.NudgeAt.IsZero() || len(s.Notes) != 4 {
				t.Errorf("%d steps are done, %d notes, the next at %s", s.Nudges, len(s.Notes), s.NudgeAt)
			}
		}
		if n := w.reminders(w.ravi); n != 3 {
			t.Errorf("%d messages remind of four scorecards three times", n)
		}
	})
}

func TestANudgeThatCannotBeDecidedStopsNoOther(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		broken, good := w.interviewed("2026-11-27T15:00", w.asha), w.interviewed("2026-11-27T15:00", w.ravi)
		_, err := w.DB().ExecContext(t.Context(), `UPDATE scorecards SET content = 'no sealed value' WHERE interview = $1`, broken.ID)
		must(t, err)
		w.at("2026-11-27T16:05")
		if err := w.courier().PutDue(t.Context(), w.clock.now()); err == nil || errors.Is(err, context.Canceled) {
			t.Errorf("the sweep fails with %v", err)
		}
		w.wantNudges(good, w.ravi, "5m sent ; ")
	})
}

// Whoever recruits is told that a scorecard is late or will be: once for each cause, on time also while its
// owner is away or has put it off, and the hiring manager only where the policy has it.
func TestWhoRecruitsIsToldOfLateScorecards(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		i := w.interviewed("2026-11-27T15:00", w.asha, w.ravi)
		told := func(want ...string) {
			t.Helper()
			var got []string
			rows, err := w.DB().QueryContext(t.Context(), `SELECT person, args FROM outbox WHERE view_name = 'late_panel' ORDER BY due_at, person, args`)
			must(t, err)
			defer func() { must(t, rows.Close()) }()
			for rows.Next() {
				var person, args string
				must(t, rows.Scan(&person, &args))
				got = append(got, person+args)
			}
			must(t, rows.Err())
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		}
		line := func(to, late hiring.Person, cause hiring.Lateness) string {
			return fmt.Sprintf("%s[%q,%q]", to.ID, late.ID, cause)
		}
		w.putDue("2026-11-27T16:05")
		w.putDue("2026-11-30T10:00")
		told()
		// Away until after it is due: said when it becomes known.
		w.in(func(ctx context.Context, tx *store.Tx) error {
			return tx.SetNudgePreferences(ctx, hiring.NudgePreferences{Person: w.asha.ID, Away: []hiring.DaysAway{{From: "2026-11-30", To: "2026-12-04"}}})
		})
		w.putDue("2026-11-30T10:01")
		w.putDue("2026-11-30T12:00")
		told(line(w.ravi, w.asha, hiring.LateAway))
		// Told once for each cause; nobody is told of their own.
		w.putDue("2026-12-01T10:00")
		told(line(w.ravi, w.asha, hiring.LateAway))
		w.putDue("2026-12-07T09:30")
		told(line(w.ravi, w.asha, hiring.LateAway), line(w.ravi, w.asha, hiring.LateOverdue))
		w.wantNudges(i, w.asha, "5m sent ; due merged with the digest of the day; due+1 merged with the digest of the day; ")
		w.in(func(ctx context.Context, tx *store.Tx) error {
			p, _ := tx.Snapshot().Person(w.asha.ID)
			p.Active = false
			_, err := tx.SavePerson(ctx, p)
			return err
		})
		w.putDue("2026-12-07T09:31")
		told(line(w.ravi, w.asha, hiring.LateAway), line(w.ravi, w.asha, hiring.LateOverdue), line(w.ravi, w.asha, hiring.LateLeft))
	})
}

// A change of what holds for all has everything planned anew. What nobody is to be asked for yet waits for the
// end of its interview: it must not come up in every sweep until then, in the way of what is due.
func TestWhatIsToComeIsNotInTheWay(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.at("2026-11-23T10:00")
		i := w.interviewed("2026-11-23T11:00", w.asha) // until twelve
		dueAt := func(at string, want ...string) {
			t.Helper()
			w.at(at)
			due, err := w.NudgesDue(t.Context(), w.clock.now(), 10)
			must(t, err)
			if diff := cmp.Diff(want, due); diff != "" {
				t.Errorf("at %s (-want +got):\n%s", at, diff)
			}
		}
		w.in(func(ctx context.Context, tx *store.Tx) error {
			return tx.SetSetting(ctx, hiring.SettingWorkingHours, "9:00-19:00")
		})
		dueAt("2026-11-23T10:30")
		w.at("2026-11-23T11:10")
		// Nor can it be put off to a time before that.
		_, err := w.card(i, w.asha).Snooze(w.clock.now().Add(15*time.Minute), hiring.DefaultWorkTime(time.UTC), w.clock.now())
		if hiring.ErrorCode(err) != hiring.Conflict {
			t.Errorf("put off during the interview: %v", err)
		}
		dueAt("2026-11-23T11:30")
		dueAt("2026-11-23T12:00", w.asha.ID)
	})
}
