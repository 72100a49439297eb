package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// nudge is an unprompted message to somebody.
func (w *world) nudge(to hiring.Person, subject string) bot.Message {
	m := w.message(to, subject)
	m.Unprompted = true
	return m
}

// moment is a time of India, and what stands in somebody's direct messages then.
type moment struct {
	at   string
	want []string
}

func (w *world) follow(to hiring.Person, moments ...moment) {
	w.t.Helper()
	for _, m := range moments {
		w.at(m.at)
		w.drain()
		if got := w.chat.titles(dm(to.Name)); fmt.Sprint(got) != fmt.Sprint(m.want) {
			w.t.Errorf("at %s there stands %v, want %v", m.at, got, m.want)
		}
	}
}

func (w *world) prefer(n hiring.NudgePreferences) {
	w.t.Helper()
	w.in(func(ctx context.Context, tx *store.Tx) error { return tx.SetNudgePreferences(ctx, n) })
}

func TestUnpromptedMessagesWaitForWorkingHours(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.at("2026-11-20T19:00") // a Friday evening
		w.send(w.nudge(w.asha, "nudge"), w.message(w.asha, "answer"))
		w.prefer(hiring.NudgePreferences{Person: w.asha.ID, Hours: &hiring.Hours{From: 11 * 60, To: 19 * 60}, Away: []hiring.DaysAway{{From: "2026-11-23", To: "2026-11-23"}}})
		w.follow(w.asha,
			moment{"2026-11-20T19:00", []string{"answer"}}, // what is no nudge does not wait behind one
			moment{"2026-11-21T12:00", []string{"answer"}},
			moment{"2026-11-23T12:00", []string{"answer"}},
			moment{"2026-11-24T10:59", []string{"answer"}},
		)
		w.want(store.PersonLane(w.asha.ID), "nudge", store.Waiting, "waits for the working hours of who gets it")
		w.follow(w.asha, moment{"2026-11-24T11:00", []string{"answer", "nudge"}}, moment{"2026-11-24T11:05", []string{"answer", "nudge"}})
	})
}

func TestWhatIsMoreThanADaysNumberIsMerged(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.views[views.Digest] = views.DigestOf(w.views)
		w.at("2026-11-23T10:00")
		for i := range 5 {
			w.send(w.nudge(w.asha, fmt.Sprint("n", i)))
		}
		w.send(w.message(w.asha, "approval"), w.nudge(w.ravi, "his"))
		w.follow(w.asha, moment{"2026-11-23T10:00", []string{"n0", "n1", "approval"}}, moment{"2026-11-23T17:00", []string{"n0", "n1", "approval"}})
		w.wantTitles(dm("ravi"), "his")
		w.say("n3", "") // it has nothing to say any more by then
		w.send(w.nudge(w.asha, "late"))
		w.follow(w.asha,
			moment{"2026-11-23T17:20", []string{"n0", "n1", "approval"}},
			moment{"2026-11-24T09:59", []string{"n0", "n1", "approval"}},
			moment{"2026-11-24T10:00", []string{"n0", "n1", "approval", "Since yesterday: 3 things"}},
		)
		got := w.chat.in(dm("asha"))
		plain := bot.PlainCard(got[len(got)-1].card, time.UTC)
		for _, part := range []string{"n2", "n4", "late", "/hire mynudges"} {
			if !strings.Contains(plain, part) {
				t.Errorf("the message lacks %q:\n%s", part, plain)
			}
		}
		if strings.Contains(plain, "n3") {
			t.Errorf("the message tells of what is over:\n%s", plain)
		}
		// It is one of the day's two.
		w.send(w.nudge(w.asha, "n5"), w.nudge(w.asha, "n6"))
		w.follow(w.asha,
			moment{"2026-11-24T12:00", []string{"n0", "n1", "approval", "Since yesterday: 3 things", "n5"}},
			moment{"2026-11-25T10:00", []string{"n0", "n1", "approval", "Since yesterday: 3 things", "n5", "n6"}},
			moment{"2026-11-27T10:00", []string{"n0", "n1", "approval", "Since yesterday: 3 things", "n5", "n6"}},
		)
	})
}

func TestWhoWantsThemSingleGetsThemOnTheNextDays(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.prefer(hiring.NudgePreferences{Person: w.asha.ID, Single: true, Budget: new(1)})
		w.at("2026-11-26T10:00")
		w.send(w.nudge(w.asha, "n0"), w.nudge(w.asha, "n1"), w.nudge(w.asha, "n2"))
		w.follow(w.asha,
			moment{"2026-11-26T17:00", []string{"n0"}},
			moment{"2026-11-27T10:00", []string{"n0", "n1"}},
			moment{"2026-11-28T10:00", []string{"n0", "n1"}}, // a Saturday
			moment{"2026-11-30T10:00", []string{"n0", "n1", "n2"}},
		)
	})
}

// What is merged takes one of its day's places before it comes, so that what comes earlier leaves it one.
func TestWhatIsMergedHasAPlaceInItsDay(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.views[views.Digest] = views.DigestOf(w.views)
		w.at("2026-11-23T10:00")
		w.prefer(hiring.NudgePreferences{Person: w.asha.ID, Budget: new(2)})
		w.send(w.nudge(w.asha, "n0"), w.nudge(w.asha, "n1"), w.nudge(w.asha, "n2"))
		w.follow(w.asha, moment{"2026-11-23T10:00", []string{"n0", "n1"}})
		w.at("2026-11-24T09:35")
		w.send(w.nudge(w.asha, "n3"), w.nudge(w.asha, "n4"))
		w.follow(w.asha,
			moment{"2026-11-24T09:35", []string{"n0", "n1", "n3"}},
			moment{"2026-11-24T10:00", []string{"n0", "n1", "n3", "Since yesterday: 2 things"}}, // n2, and n4 that had no place beside it
			moment{"2026-11-25T10:00", []string{"n0", "n1", "n3", "Since yesterday: 2 things"}},
		)
	})
}

// Where somebody wants fewer by the time at which what is merged comes, it goes along with the next day's.
func TestWhatIsMergedWaitsForAnotherDay(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.views[views.Digest] = views.DigestOf(w.views)
		w.at("2026-11-23T10:00")
		w.send(w.nudge(w.asha, "n0"), w.nudge(w.asha, "n1"), w.nudge(w.asha, "n2"))
		w.follow(w.asha, moment{"2026-11-23T10:00", []string{"n0", "n1"}})
		w.at("2026-11-24T09:35")
		w.send(w.nudge(w.asha, "n3"))
		w.follow(w.asha, moment{"2026-11-24T09:35", []string{"n0", "n1", "n3"}})
		w.prefer(hiring.NudgePreferences{Person: w.asha.ID, Budget: new(1)})
		w.send(w.nudge(w.asha, "n4"))
		w.follow(w.asha,
			moment{"2026-11-24T12:00", []string{"n0", "n1", "n3"}},
			moment{"2026-11-25T10:00", []string{"n0", "n1", "n3", "Since yesterday: 2 things"}},
			moment{"2026-11-26T10:00", []string{"n0", "n1", "n3", "Since yesterday: 2 things"}},
		)
	})
}

// Who goes west can have a date twice: what is merged for it then is a message of its own, since that of
// the date was sent.
func TestWhatIsMergedForADateThatComesTwice(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.views[views.Digest] = views.DigestOf(w.views)
		lives := func(zone string) {
			w.asha.Zone = zone
			w.in(func(ctx context.Context, tx *store.Tx) (err error) {
				w.asha, err = tx.SavePerson(ctx, w.asha)
				return err
			})
		}
		lives("Australia/Lord_Howe")
		w.prefer(hiring.NudgePreferences{Person: w.asha.ID, Hours: &hiring.Hours{From: 8 * 60, To: 22 * 60}, Budget: new(1)})
		w.at("2026-11-23T04:30") // ten o'clock there
		w.send(w.nudge(w.asha, "n0"), w.nudge(w.asha, "n1"))
		w.follow(w.asha, moment{"2026-11-23T04:30", []string{"n0"}}, moment{"2026-11-24T04:30", []string{"n0", "n1"}})
		lives("America/New_York") // where it is still the 23rd
		w.at("2026-11-24T05:00")
		w.send(w.nudge(w.asha, "n2"))
		w.follow(w.asha,
			moment{"2026-11-24T05:00", []string{"n0", "n1"}},
			moment{"2026-11-24T20:29", []string{"n0", "n1"}},
			moment{"2026-11-24T20:30", []string{"n0", "n1", "n2"}},
		)
	})
}

// What may have arrived is looked for after hours too, but not sent again then.
func TestWhatDidNotArriveWaitsForWorkingHours(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.at("2026-11-23T10:00")
		w.prefer(hiring.NudgePreferences{Person: w.asha.ID, Hours: &hiring.Hours{From: 9 * 60, To: 10*60 + 1}})
		w.chat.next(callSend, outcome{err: errors.New("connection reset")})
		w.send(w.nudge(w.asha, "nudge"))
		w.drain()
		w.follow(w.asha,
			moment{"2026-11-23T10:01", nil},
			moment{"2026-11-23T12:00", nil},
			moment{"2026-11-24T08:59", nil},
			moment{"2026-11-24T09:00", []string{"nudge"}},
		)
	})
}

// TestOfMergedMessagesNoneIsLostInACrash lets a process die while it sends what was merged.
func TestOfMergedMessagesNoneIsLostInACrash(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.views[views.Digest] = views.DigestOf(w.views)
		w.at("2026-11-20T10:00")
		w.prefer(hiring.NudgePreferences{Person: w.asha.ID, Budget: new(1)})
		w.send(w.nudge(w.asha, "n0"), w.nudge(w.asha, "n1"), w.nudge(w.asha, "n2"))
		w.drain()
		w.at("2026-11-23T10:00")
		w.chat.next(callSend, outcome{arrives: true, dies: true})
		w.crash(store.PersonLane(w.asha.ID))
		w.clock.advance(2 * time.Minute)
		w.drain()
		w.wantTitles(dm("asha"), "n0", "Since yesterday: 2 things")
	})
}

// pass lets time go by to an instant of India, with each attempt at its time.
func (w *world) pass(to hiring.Person, until string) {
	w.t.Helper()
	end := w.india(until)
	for {
		w.drain()
		next, ok, err := w.NextOf(w.t.Context(), store.PersonLane(to.ID))
		must(w.t, err)
		if !ok || !next.Before(end) {
			break
		}
		w.clock.set(next)
	}
	w.clock.set(end)
}

// What failed for hours is tried in the next hours as if for the first time: one failure there is not to cost
// as much as the last of an outage did.
func TestWhatFailedYesterdayIsTriedAnew(t *testing.T) {
	t.Parallel()
	for name, down := range map[string]error{"unsure": errTimeout, "refused": &bot.SendError{Reason: "502 Bad Gateway"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(t *testing.T, w *world) {
				w.at("2026-11-23T10:00")
				w.prefer(hiring.NudgePreferences{Person: w.asha.ID, Hours: &hiring.Hours{From: 9 * 60, To: 12 * 60}})
				w.chat.every(callSend, outcome{err: down})
				w.send(w.nudge(w.asha, "nudge"))
				w.pass(w.asha, "2026-11-23T12:00")
				if row := w.row(store.PersonLane(w.asha.ID), "nudge"); row.Attempts < 15 {
					t.Errorf("after two hours: %+v", row)
				}
				w.pass(w.asha, "2026-11-24T09:00")
				w.chat.every(callSend, outcome{})
				w.chat.next(callSend, outcome{err: &bot.SendError{Reason: "502 Bad Gateway"}})
				w.drain()
				w.wantTitles(dm("asha"))
				w.clock.advance(3 * time.Second)
				w.drain()
				w.wantTitles(dm("asha"), "nudge")
			})
		})
	}
}

// Somebody's hours may be too short for as many attempts as there are at most. What fails in them for a week
// is given up all the same.
func TestWhatFailsInTheHoursOfAWeekIsGivenUp(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.at("2026-11-23T10:00")
		w.prefer(hiring.NudgePreferences{Person: w.asha.ID, Hours: &hiring.Hours{From: 10 * 60, To: 14 * 60}})
		w.chat.every(callSend, outcome{err: &bot.SendError{Reason: "502 Bad Gateway"}})
		w.send(w.nudge(w.asha, "nudge"))
		lane := store.PersonLane(w.asha.ID)
		w.pass(w.asha, "2026-11-27T14:00")
		w.want(lane, "nudge", store.Waiting, "502 Bad Gateway")
		w.pass(w.asha, "2026-11-30T14:00")
		w.want(lane, "nudge", store.Dead, "given up after 20 attempts: 502 Bad Gateway")

		// What came long ago is drawn again for as long as anything is.
		w.chat.every(callSend, outcome{})
		w.send(w.nudge(w.asha, "other"))
		w.pass(w.asha, "2026-12-14T10:00")
		w.wantTitles(dm("asha"), "other")
		w.chat.every(callEdit, outcome{err: &bot.SendError{Reason: "502 Bad Gateway"}})
		w.say("other", "changed")
		w.in(func(ctx context.Context, tx *store.Tx) error { return tx.Refresh(ctx, "other") })
		w.pass(w.asha, "2026-12-15T08:00")
		w.chat.every(callEdit, outcome{})
		w.pass(w.asha, "2026-12-15T09:00")
		if all := w.chat.in(dm("asha")); len(all) != 1 || all[0].Edits != 1 || all[0].Text != "changed for asha" {
			t.Errorf("after a day without edits: %+v", all)
		}
	})
}
