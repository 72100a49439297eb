package scheduler_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// changeCard has somebody change their scorecard.
func (w *world) changeCard(i hiring.Interview, p hiring.Person, change func(tx *store.Tx, s hiring.Scorecard) (hiring.Scorecard, error)) {
	w.t.Helper()
	w.in(func(ctx context.Context, tx *store.Tx) error {
		s, err := tx.Scorecard(ctx, i.ID, p.ID)
		if err != nil {
			return err
		}
		if s, err = change(tx, s); err != nil {
			return err
		}
		_, err = tx.SaveScorecard(ctx, s)
		return err
	})
}

// move moves the application of an interview.
func (w *world) move(i hiring.Interview, to hiring.AppStage) {
	w.t.Helper()
	w.in(func(ctx context.Context, tx *store.Tx) error {
		a, err := tx.Application(ctx, i.Application)
		if err != nil {
			return err
		}
		if a, err = a.Move(to, "Depth below level", "", tx.Now()); err != nil {
			return err
		}
		_, err = tx.SaveApplication(ctx, a)
		return err
	})
}

// Whoever says that they can after all has until another day, and is reminded of that; of the day before they are
// not reminded again, nor is the form sent a second time.
func TestWhoCanAfterAllIsRemindedOfTheNewDueDate(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.withoutDigest()
		i := w.interviewed("2026-11-27T15:00", w.asha) // a Friday
		w.putDue("2026-11-27T16:05")
		w.putDue("2026-11-30T10:00")
		w.wantNudges(i, w.asha, "5m sent ; due sent ; ")
		w.at("2026-11-30T11:00")
		w.changeCard(i, w.asha, func(_ *store.Tx, s hiring.Scorecard) (hiring.Scorecard, error) { return s.Decline("") })
		w.putDue("2026-12-02T10:00")
		w.wantNudges(i, w.asha, "5m sent ; due sent ; ")
		w.at("2026-12-02T11:00")
		w.changeCard(i, w.asha, func(tx *store.Tx, s hiring.Scorecard) (hiring.Scorecard, error) {
			return s.Ask(tx.CardDue(i, s.Person)), nil
		})
		w.putDue("2026-12-02T11:01")
		if s := w.card(i, w.asha); s.NudgeAt.Format(time.RFC3339) != "2026-12-03T04:30:00Z" {
			t.Errorf("asked anew they are reminded next at %s", s.NudgeAt)
		}
		w.putDue("2026-12-03T10:00")
		w.wantNudges(i, w.asha, "5m sent ; due sent ; due sent ; ")
		w.putDue("2026-12-04T10:00")
		w.putDue("2026-12-04T10:01")
		w.wantNudges(i, w.asha, "5m sent ; due sent ; due sent ; due+1 sent ; ")
		if n := w.reminders(w.asha); n != 4 {
			t.Errorf("%d reminders", n)
		}
	})
}

// An interview that is moved after its scorecard was asked for, and then back to its time, is asked for as it is
// due then.
func TestAnInterviewMovedToAndFroIsRemindedOfAsItIsDue(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.withoutDigest()
		i := w.interviewed("2026-11-27T15:00", w.asha)
		begins := i.StartsAt
		to := func(at time.Time) {
			w.in(func(ctx context.Context, tx *store.Tx) (err error) {
				if i, err = tx.Interview(ctx, i.ID); err != nil {
					return err
				}
				if i, err = i.Schedule(at, 60, tx.Now()); err != nil {
					return err
				}
				i, err = tx.SaveInterview(ctx, i)
				return err
			})
		}
		w.putDue("2026-11-27T16:05")
		w.putDue("2026-11-30T10:00")
		to(begins.AddDate(0, 0, 10))
		w.putDue("2026-12-01T10:00")
		w.wantNudges(i, w.asha, "5m sent ; due sent ; ")
		to(begins) // it took place after all: due anew, the day after
		w.putDue("2026-12-01T10:01")
		w.putDue("2026-12-02T10:00")
		w.wantNudges(i, w.asha, "5m sent ; due sent ; due sent ; ")
	})
}

// Of one scorecard nobody is reminded twice a day, though several steps come on it: the one of the evening before,
// which was held, and that of the due day.
func TestNobodyIsRemindedTwiceADay(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.withoutDigest()
		i := w.interviewed("2026-11-26T17:10", w.asha)
		w.putDue("2026-11-26T18:15")
		w.putDue("2026-11-27T09:30")
		w.putDue("2026-11-27T10:00")
		w.wantNudges(i, w.asha, "5m sent ; due moot they were reminded of it on that day; ")
		w.putDue("2026-11-30T10:00")
		w.wantNudges(i, w.asha, "5m sent ; due moot they were reminded of it on that day; due+1 sent ; ")
	})
}

// Once an application has ended, nobody is reminded of its scorecards and nobody is named late.
func TestAClosedApplicationIsRemindedOfNoMore(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		for _, ends := range []hiring.AppStage{hiring.AppRejected, hiring.AppWithdrawn, hiring.AppHired} {
			w.at("2026-11-25T10:00")
			w.withoutDigest()
			i := w.interviewed("2026-11-27T15:00", w.asha)
			w.putDue("2026-11-27T16:05")
			w.wantNudges(i, w.asha, "5m sent ; ")
			if ends == hiring.AppHired { // with an offer, and accepted, it goes on
				for _, on := range []hiring.AppStage{hiring.AppDebrief, hiring.AppOffer, hiring.AppAccepted} {
					w.move(i, on)
				}
				w.putDue("2026-11-30T10:00")
				w.wantNudges(i, w.asha, "5m sent ; due sent ; ")
			}
			w.move(i, ends)
			before := w.reminders(w.asha)
			w.putDue("2026-11-30T10:00")
			w.putDue("2026-12-01T10:00")
			w.putDue("2026-12-02T10:00")
			want := "5m sent ; due moot the application is closed; due+1 moot the application is closed; "
			if ends == hiring.AppHired {
				want = strings.Replace(want, "due moot the application is closed", "due sent ", 1)
			}
			w.wantNudges(i, w.asha, want)
			s := w.card(i, w.asha)
			if n := w.reminders(w.asha) - before; n != 0 || !s.NudgeAt.IsZero() || s.Late(w.clock.now()) {
				t.Errorf("%s: %d reminders, the next at %s, late %v", ends, n, s.NudgeAt, s.Late(w.clock.now()))
			}
			var told int
			must(t, w.DB().QueryRowContext(t.Context(), `SELECT count(*) FROM outbox WHERE view_name = 'late_panel' AND subject = $1`, i.ID).Scan(&told))
			must(t, w.Read(t.Context(), func(tx *store.Tx) error {
				mine, err := tx.MyScorecards(t.Context(), w.asha.ID, 0)
				must(t, err)
				optional, err := tx.OptionalScorecards(t.Context(), w.asha.ID, 5)
				if told != 0 || len(mine) != 0 || len(optional) == 0 || optional[0].Interview != i.ID {
					t.Errorf("%s: told %d, owed %v, optional %v", ends, told, mine, optional)
				}
				return err
			}))
			w.changeCard(i, w.asha, func(_ *store.Tx, s hiring.Scorecard) (hiring.Scorecard, error) { // who wants to gives it
				return s.Submit(i, hiring.CardContent{Overall: hiring.Yes}, nil, w.clock.now())
			})
		}
	})
}

// A reminder that waits to be sent when the application ends says nothing more.
func TestAReminderThatWaitsIsMootOnceTheApplicationIsClosed(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.withoutDigest()
		i := w.interviewed("2026-11-27T15:00", w.asha)
		w.putDue("2026-11-27T16:05")
		w.move(i, hiring.AppWithdrawn)
		must(t, w.courier().Drain(t.Context(), w.clock.now()))
		var state string
		must(t, w.DB().QueryRowContext(t.Context(), `SELECT state FROM outbox WHERE view_name = 'nudge'`).Scan(&state))
		if state != "moot" {
			t.Errorf("it is %s", state)
		}
	})
}

// Reopened, reminders go on: at the day that they had where none was missed, and else of another due date, so that
// nobody is late since it was closed, and nothing comes twice.
func TestAReopenedApplicationIsRemindedOfAgain(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.withoutDigest()
		quick, long := w.interviewed("2026-11-27T15:00", w.asha), w.interviewed("2026-11-27T15:00", w.ravi)
		w.putDue("2026-11-27T16:05")
		due := w.card(quick, w.asha).DueAt
		w.move(quick, hiring.AppRejected)
		w.move(long, hiring.AppRejected)
		w.putDue("2026-11-27T16:08")
		w.move(quick, hiring.AppInterviewing) // that was a mistake
		if s := w.card(quick, w.asha); !s.DueAt.Equal(due) || s.Closed {
			t.Errorf("due %s, was %s, closed %v", s.DueAt, due, s.Closed)
		}
		w.putDue("2026-11-30T10:00")
		w.putDue("2026-12-01T10:00")
		w.wantNudges(quick, w.asha, "5m sent ; due sent ; due+1 sent ; ")
		w.putDue("2026-12-09T12:00")
		w.wantNudges(long, w.ravi, "5m sent ; due moot the application is closed; due+1 moot the application is closed; ")
		w.move(long, hiring.AppInterviewing)
		w.putDue("2026-12-09T12:01")
		if s := w.card(long, w.ravi); s.Late(w.clock.now()) || s.DueAt.Format(time.RFC3339) != "2026-12-10T12:30:00Z" {
			t.Errorf("due %s", s.DueAt)
		}
		w.putDue("2026-12-10T10:00")
		w.wantNudges(long, w.ravi, "5m sent ; due moot the application is closed; due+1 moot the application is closed; due sent ; ")
		if n := w.reminders(w.ravi); n != 2 {
			t.Errorf("%d reminders", n)
		}
	})
}

// Of what fell due while an application was closed by mistake they are reminded once it goes on, whatever the policy
// has. What was held, or fell due, in between takes no other due date along.
func TestWhatFellDueWhileClosedByMistakeIsRemindedOf(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.withoutDigest()
		form, held := w.interviewed("2026-11-27T15:00", w.asha), w.interviewed("2026-11-27T17:10", w.ravi)
		w.putDue("2026-11-27T16:03")
		due := w.card(form, w.asha).DueAt
		w.move(form, hiring.AppRejected)
		w.putDue("2026-11-27T16:06")
		w.wantNudges(form, w.asha, "5m moot the application is closed; ")
		w.move(form, hiring.AppInterviewing)
		w.putDue("2026-11-27T16:07")
		w.wantNudges(form, w.asha, "5m sent ; ")
		if s := w.card(form, w.asha); !s.DueAt.Equal(due) {
			t.Errorf("due %s, was %s", s.DueAt, due)
		}
		w.putDue("2026-11-27T18:20") // after hours
		due = w.card(held, w.ravi).DueAt
		w.move(held, hiring.AppRejected)
		w.putDue("2026-11-27T18:21")
		w.wantNudges(held, w.ravi, "5m moot the application is closed; ")
		w.move(held, hiring.AppInterviewing)
		w.putDue("2026-11-27T18:22")
		w.wantNudges(held, w.ravi, "5m held hours; ")
		if s := w.card(held, w.ravi); !s.DueAt.Equal(due) {
			t.Errorf("due %s, was %s", s.DueAt, due)
		}
		w.putDue("2026-11-30T09:30")
		w.wantNudges(held, w.ravi, "5m sent ; ")
	})
}

// Where the policy has no reminder of the due day either, one is not lost for good: the form itself, and what
// somebody asked for.
func TestNoReminderIsLostWithAnApplicationClosedByMistake(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.withoutDigest()
		w.in(func(ctx context.Context, tx *store.Tx) error {
			return tx.SetSetting(ctx, hiring.SettingNudgeSteps, "5m")
		})
		i := w.interviewed("2026-11-27T15:00", w.asha)
		w.putDue("2026-11-27T16:03")
		w.move(i, hiring.AppRejected)
		w.putDue("2026-12-09T10:00")
		w.move(i, hiring.AppInterviewing)
		if s := w.card(i, w.asha); s.Late(w.clock.now()) {
			t.Errorf("late since %s", s.DueAt)
		}
		w.putDue("2026-12-09T10:01")
		w.wantNudges(i, w.asha, "5m sent ; ")
		w.at("2026-12-09T11:00")
		until := w.clock.now().Add(time.Hour)
		w.changeCard(i, w.asha, func(tx *store.Tx, s hiring.Scorecard) (hiring.Scorecard, error) {
			return s.Snooze(until, tx.Snapshot().WorkTime(s.Person), tx.Now())
		})
		w.move(i, hiring.AppRejected)
		w.putDue("2026-12-09T12:00")
		w.move(i, hiring.AppInterviewing)
		w.putDue("2026-12-09T12:01")
		if n := w.reminders(w.asha); n != 2 {
			t.Errorf("%d reminders", n)
		}
	})
}

// A reminder that had nothing to say when it was about to be sent, since the application was closed at that moment,
// is sent once it goes on.
func TestAReminderThatWasMootOnItsWayIsSentOnceTheApplicationGoesOn(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.withoutDigest()
		i := w.interviewed("2026-11-27T15:00", w.asha)
		w.putDue("2026-11-27T16:05")
		w.move(i, hiring.AppRejected)
		must(t, w.courier().Drain(t.Context(), w.clock.now()))
		w.at("2026-11-27T16:06")
		w.move(i, hiring.AppInterviewing)
		w.putDue("2026-11-27T16:07")
		w.wantNudges(i, w.asha, "5m sent ; ")
		var waiting int
		must(t, w.DB().QueryRowContext(t.Context(), `SELECT count(*) FROM outbox WHERE view_name = 'nudge' AND state = 'waiting'`).Scan(&waiting))
		if waiting != 1 {
			t.Errorf("%d wait to be sent", waiting)
		}
	})
}

// Whoever takes a seat over after the end is asked by the message about the seat: no reminder comes besides before
// the due day.
func TestTheMessageAboutASeatIsTheFirstReminder(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.withoutDigest()
		i := w.interviewed("2026-11-27T15:00", w.asha)
		w.putDue("2026-11-27T16:30")
		w.in(func(ctx context.Context, tx *store.Tx) error {
			after, err := i.Replace(w.asha.ID, w.ravi.ID, tx.Now())
			if err != nil {
				return err
			}
			if _, err := tx.SaveInterview(ctx, after); err != nil {
				return err
			}
			s, err := tx.Scorecard(ctx, i.ID, w.ravi.ID)
			if err != nil {
				return err
			}
			return tx.AskedWithSeat(ctx, s, "taken:I-1", tx.Now().Add(time.Minute))
		})
		w.putDue("2026-11-27T16:32")
		w.wantNudges(i, w.ravi, "5m merged with the message about the seat; ")
		if s := w.card(i, w.ravi); s.NudgeAt.Format(time.RFC3339) != "2026-11-30T04:30:00Z" || w.reminders(w.ravi) != 0 {
			t.Errorf("the next is at %s, after %d reminders", s.NudgeAt, w.reminders(w.ravi))
		}
		w.putDue("2026-11-30T10:00")
		w.wantNudges(i, w.ravi, "5m merged with the message about the seat; due sent ; ")
	})
}

// Where the message about a seat came while the application was closed, it asked for nothing: the form does once the
// application goes on.
func TestTheMessageAboutASeatOfAClosedApplicationIsNoReminder(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.withoutDigest()
		i := w.interviewed("2026-11-27T15:00", w.asha)
		w.putDue("2026-11-27T16:30")
		m := w.message(w.ravi, "seat")
		m.Key = "taken:I-1"
		w.say("seat", "nothing is waited for")
		w.send(m)
		w.in(func(ctx context.Context, tx *store.Tx) error {
			after, err := i.Replace(w.asha.ID, w.ravi.ID, tx.Now())
			if err != nil {
				return err
			}
			if _, err := tx.SaveInterview(ctx, after); err != nil {
				return err
			}
			s, err := tx.Scorecard(ctx, i.ID, w.ravi.ID)
			if err != nil {
				return err
			}
			return tx.AskedWithSeat(ctx, s, m.Key, tx.Now().Add(time.Minute))
		})
		w.move(i, hiring.AppRejected)
		must(t, w.courier().Drain(t.Context(), w.clock.now()))
		w.move(i, hiring.AppInterviewing)
		w.putDue("2026-11-27T16:32")
		w.wantNudges(i, w.ravi, "5m sent ; ")
	})
}

// Whoever owes a great many scorecards is reminded of each, in a message that stays short.
func TestWhoOwesManyIsRemindedOfAll(t *testing.T) {
	t.Parallel()
	const many = 450
	onBoth(t, func(t *testing.T, w *world) {
		w.withoutDigest()
		first := w.interviewed("2026-11-27T15:00", w.asha)
		for _, query := range []string{
			`INSERT INTO interviews (id, stage, starts_at, ends_at, minutes, state, body, slots, sequence, told, changed_at, number, application, candidate, requisition, made_by, created_at, version)
				SELECT 'I-' || n, stage, starts_at, ends_at, minutes, state, body, slots, sequence, told, changed_at, n, application, candidate, requisition, made_by, created_at, version
				FROM interviews, numbers WHERE id = 'I-1'`,
			`INSERT INTO panelists (interview, state, starts_at, ends_at, person, position, leads, asked) SELECT 'I-' || n, state, starts_at, ends_at, person, position, leads, asked
				FROM panelists, numbers WHERE interview = 'I-1'`,
			`INSERT INTO scorecards (interview, person, state, waits, seated, content, notes, ends_at, due_at, edition, removed, handed_to, waived_for, nudges, nudge_at, application, candidate, requisition, stage, version)
				SELECT 'I-' || n, person, state, waits, seated, content, notes, ends_at, due_at, edition, removed, handed_to, waived_for, nudges, nudge_at, application, candidate, requisition, stage, version
				FROM scorecards, numbers WHERE interview = 'I-1'`,
		} {
			_, err := w.DB().ExecContext(t.Context(), fmt.Sprintf(`WITH RECURSIVE numbers(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < %d) `, many)+query)
			must(t, err)
		}
		for _, at := range []string{"2026-11-27T16:05", "2026-11-30T10:00", "2026-12-01T10:00"} {
			w.putDue(at)
		}
		due, err := w.NudgesDue(t.Context(), w.clock.now(), 10)
		if err != nil || len(due) > 0 {
			t.Errorf("want attention still: %v, %v", due, err)
		}
		var steps, left int
		must(t, w.DB().QueryRowContext(t.Context(), `SELECT count(*) FROM nudges WHERE state = 'sent'`).Scan(&steps))
		must(t, w.DB().QueryRowContext(t.Context(), `SELECT count(*) FROM scorecards WHERE nudge_at IS NOT NULL`).Scan(&left))
		if n := w.reminders(w.asha); steps != 3*many || n != 3 || left > 0 {
			t.Errorf("%d steps in %d messages, of %d scorecards something is to come", steps, n, left)
		}
		w.in(func(ctx context.Context, tx *store.Tx) error { return nudgeIsShort(ctx, t, tx, w.asha, many) })
		// Once some are in, the others are in front.
		for n := 1; n <= 20; n++ {
			one := first
			one.ID = fmt.Sprintf("I-%d", n)
			w.changeCard(one, w.asha, func(_ *store.Tx, s hiring.Scorecard) (hiring.Scorecard, error) {
				return s.Submit(one, hiring.CardContent{Overall: hiring.Yes}, nil, w.clock.now())
			})
		}
		w.in(func(ctx context.Context, tx *store.Tx) error { return nudgeIsShort(ctx, t, tx, w.asha, many-20) })
	})
}

// nudgeIsShort looks at the last reminder of somebody who owes some scorecards.
func nudgeIsShort(ctx context.Context, t *testing.T, tx *store.Tx, p hiring.Person, owed int) error {
	t.Helper()
	cards, err := tx.PendingCards(ctx, p.ID)
	if err != nil {
		return err
	}
	var args []string
	for n := 1; n <= 450; n++ {
		args = append(args, fmt.Sprintf("I-%d", n))
	}
	set := views.All(func() *bot.Registry { return nil })
	card, err := set.Draw(ctx, tx, tx.Snapshot().ActorFor(p.ID), bot.View{Name: views.Nudge, Subject: "nudge", Args: args})
	if err != nil {
		return err
	}
	text := bot.PlainCard(card, time.UTC)
	lines := slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool { return !strings.HasPrefix(line, "I-") })
	if len(cards) != owed || len(lines) != 10 || !strings.HasPrefix(text, fmt.Sprintf("%d scorecards", owed)) || !strings.Contains(text, " more: /feedback") {
		t.Errorf("of %d scorecards %d are owed; %d lines:\n%s", owed, len(cards), len(lines), text)
	}
	for _, line := range lines {
		if !strings.Contains(line, "due ") {
			t.Errorf("in front is %q", line)
		}
	}
	return nil
}
