package scheduler_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// digests returns the days for which somebody has digests of a view in the outbox, with their state.
func (w *world) digests(p hiring.Person, view string) (all []string) {
	w.t.Helper()
	rows, err := w.Rows(w.t.Context(), store.PersonLane(p.ID), 1000)
	must(w.t, err)
	for _, r := range rows {
		if r.View.Name == view {
			all = append(all, r.View.Args[0]+" "+string(r.State))
		}
	}
	slices.Sort(all)
	return all
}

func (w *world) wantDigests(p hiring.Person, view string, want ...string) {
	w.t.Helper()
	if got := w.digests(p, view); !slices.Equal(got, want) {
		w.t.Errorf("%s has the digests %q of %s, want %q", p.Name, got, view, want)
	}
}

// withDigests has the world draw what the digests draw, and begin with the schedules planned.
func (w *world) withDigests(at string) {
	w.views = views.All(nil)
	w.putDue(at)
}

func (w *world) role(p hiring.Person, role hiring.Role) {
	w.t.Helper()
	w.in(func(ctx context.Context, tx *store.Tx) error {
		p, _ := tx.Snapshot().Person(p.ID)
		p.Roles = append(p.Roles, role)
		_, err := tx.SavePerson(ctx, p)
		return err
	})
}

func TestADigestCarriesTheRemindersOfItsDay(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		i := w.interviewed("2026-11-27T15:00", w.asha, w.ravi)
		w.withDigests("2026-11-27T16:05")
		w.wantNudges(i, w.asha, "5m sent ; ")
		// Set for earlier than the time of reminders, it has what comes at that time.
		w.setSchedule(store.ScheduleRow{Name: hiring.ScheduleMorningDigest, Expression: "45 9 * * 1-5"})
		w.putDue("2026-11-27T16:06")
		w.putDue("2026-11-30T09:45")
		w.wantNudges(i, w.asha, "5m sent ; due merged with the digest of the day; ")
		w.putDue("2026-11-30T10:00")
		w.putDue("2026-11-30T17:00")
		w.wantDigests(w.asha, views.Morning, "2026-11-30 waiting")
		if n := w.reminders(w.asha); n != 2 {
			t.Errorf("%d reminders", n)
		}
		w.drain()
		got := w.chat.in(dm("asha"))
		if last := got[len(got)-1]; !strings.HasPrefix(last.Title, "1 scorecard due today: C-1") {
			t.Errorf("the digest says %q", last.Title)
		}
		// The last step, and then none any more.
		w.putDue("2026-12-01T09:45")
		w.wantNudges(i, w.asha, "5m sent ; due merged with the digest of the day; due+1 merged with the digest of the day; ")
		for _, day := range []string{"2026-12-02", "2026-12-03", "2026-12-04", "2026-12-07"} {
			w.putDue(day + "T09:45")
		}
		w.wantDigests(w.asha, views.Morning, "2026-11-30 sent", "2026-12-01 waiting")
	})
}

func TestAMissedDigestIsRunOnceAtStart(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		i := w.interviewed("2026-11-24T15:00", w.asha)
		w.withDigests("2026-11-23T10:00")
		// Nothing runs for two days, and then three processes at once.
		replicas := []*store.Store{w.Store, w.open(), w.open()}
		w.at("2026-11-25T15:30")
		for range 3 {
			var group sync.WaitGroup
			for _, s := range replicas {
				group.Go(func() { must(t, courierOf(w, s).PutDue(t.Context(), w.clock.now())) })
			}
			group.Wait()
		}
		w.wantDigests(w.asha, views.Morning, "2026-11-25 waiting")
		w.wantNudges(i, w.asha, "5m merged with the digest of the day; due merged with the digest of the day; ")
		w.drain()
		w.wantDigests(w.asha, views.Morning, "2026-11-25 sent")
		if n := w.reminders(w.asha); n != 1 {
			t.Errorf("%d reminders", n)
		}
	})
}

// TestALateRunIsNotTheNextDays has a run be late until nobody works any more.
func TestALateRunIsNotTheNextDays(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.withDigests("2026-11-23T10:00")
		w.interviewed("2026-11-25T15:00", w.asha)
		w.putDue("2026-11-24T19:00")
		w.wantDigests(w.asha, views.Morning)
		w.putDue("2026-11-25T10:00")
		w.wantDigests(w.asha, views.Morning, "2026-11-25 waiting")
	})
}

// TestADigestOfADayThatIsOverSaysNothingOfIt holds digests back until the next day.
func TestADigestOfADayThatIsOverSaysNothingOfIt(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		owed := w.interviewed("2026-11-23T15:00", w.asha)
		w.withDigests("2026-11-23T16:05")
		w.interviewed("2026-11-24T15:00", w.ravi)
		w.interviewed("2026-11-24T15:00", w.asha)
		w.putDue("2026-11-24T10:00")
		w.wantDigests(w.ravi, views.Morning, "2026-11-24 waiting")
		// Ravi's tells of an interview that is over by the next day; the next digest has nothing for him.
		w.at("2026-11-25T09:40")
		w.drain()
		w.wantDigests(w.ravi, views.Morning, "2026-11-24 moot")
		w.wantTitles(dm("ravi"))
		// Asha's has a scorecard: that is asked for all the same, and nothing else.
		w.wantDigests(w.asha, views.Morning, "2026-11-24 sent")
		titles := w.chat.titles(dm("asha"))
		if last := titles[len(titles)-1]; strings.Contains(last, "Today") || !strings.Contains(last, "was due Tue 24 Nov") {
			t.Errorf("the digest of the day before says %q", last)
		}
		w.wantNudges(owed, w.asha, "5m sent ; due merged with the digest of the day; ")
	})
}

// TestTheNextDigestTakesTheHeldOnesPlace has two days pass before anything is delivered.
func TestTheNextDigestTakesTheHeldOnesPlace(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.at("2026-11-20T14:00") // a Friday; what is due is counted from the end, or from now where that is past
		i := w.interviewed("2026-11-20T15:00", w.asha)
		w.withDigests("2026-11-20T16:05")
		w.drain()
		w.putDue("2026-11-23T10:00")
		w.putDue("2026-11-24T10:00")
		w.wantDigests(w.asha, views.Morning, "2026-11-23 moot", "2026-11-24 waiting")
		w.drain()
		w.wantDigests(w.asha, views.Morning, "2026-11-23 moot", "2026-11-24 sent")
		if n := len(w.chat.in(dm("asha"))); n != 2 {
			t.Errorf("%d messages", n)
		}
		// Both are drawn again once it is in: there is one.
		w.in(func(ctx context.Context, tx *store.Tx) error {
			s, err := tx.Scorecard(ctx, i.ID, w.asha.ID)
			if err != nil {
				return err
			}
			s, err = s.Decline("I did not ask much")
			return errors.Join(err, save(ctx, tx, s))
		})
		w.drain()
		got := w.chat.in(dm("asha"))
		if last := got[len(got)-1]; strings.Contains(last.Title, "was due") || last.Edits == 0 {
			t.Errorf("after it was declined it says %q, drawn %d times", last.Title, last.Edits)
		}
	})
}

// TestTheNextDigestRemindsOfWhatTheHeldOneHad has the reason for the next one be gone before it goes out: the
// scorecard of the one whose place it took is still owed, and nothing else would remind of it.
func TestTheNextDigestRemindsOfWhatTheHeldOneHad(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.in(func(ctx context.Context, tx *store.Tx) error {
			return tx.SetSetting(ctx, hiring.SettingNudgeSteps, "5m; due")
		})
		w.at("2026-11-20T14:00")
		first := w.interviewed("2026-11-20T15:00", w.asha)
		second := w.interviewed("2026-11-23T15:00", w.asha)
		w.withDigests("2026-11-20T16:05")
		w.drain()
		w.putDue("2026-11-23T10:00")
		w.putDue("2026-11-24T10:00")
		w.wantDigests(w.asha, views.Morning, "2026-11-23 moot", "2026-11-24 waiting")
		w.decline(second, w.asha)
		w.drain()
		w.wantDigests(w.asha, views.Morning, "2026-11-23 moot", "2026-11-24 sent")
		w.wantAsked(w.asha, first.ID)
	})
}

// TestADigestIsDrawnAgainForAllThatItNames has a scorecard be in that a digest did not remind of.
func TestADigestIsDrawnAgainForAllThatItNames(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.in(func(ctx context.Context, tx *store.Tx) error {
			return tx.SetSetting(ctx, hiring.SettingNudgeSteps, "due")
		})
		w.at("2026-11-20T14:00")
		first := w.interviewed("2026-11-20T15:00", w.asha)
		second := w.interviewed("2026-11-23T15:00", w.asha)
		w.withDigests("2026-11-20T16:05")
		for _, day := range []string{"23", "24"} {
			w.putDue("2026-11-" + day + "T10:00")
			w.drain()
		}
		w.wantAsked(w.asha, first.ID, second.ID)
		w.decline(first, w.asha)
		w.drain()
		w.wantAsked(w.asha, second.ID)
	})
}

// TestADigestAmongOthersSaysAllThatItHas merges a digest with something else.
func TestADigestAmongOthersSaysAllThatItHas(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.prefer(hiring.NudgePreferences{Person: w.asha.ID, Budget: new(1)})
		w.setSchedule(store.ScheduleRow{Name: hiring.ScheduleMorningDigest, Expression: "45 9 * * 1-5"})
		w.at("2026-11-23T14:00")
		owed := w.interviewed("2026-11-23T15:00", w.asha)
		w.withDigests("2026-11-23T16:05")
		w.views["card"] = views.View{Draw: w.draw}
		w.send(w.nudge(w.asha, "n0"))
		w.drain() // the reminder; n0 waits for the next day
		to := w.interviewed("2026-11-24T15:00", w.asha)
		w.putDue("2026-11-24T09:45")
		w.drain() // it has no place beside what comes at ten
		w.at("2026-11-24T10:00")
		w.drain()
		got := w.chat.in(dm("asha"))
		last := bot.PlainCard(got[len(got)-1].card, time.UTC)
		for _, part := range []string{"Since yesterday: 2 things", "n0", "Today, Tue 24 Nov: 1 scorecard, 1 interview", "Scorecard " + owed.ID, to.ID} {
			if !strings.Contains(last, part) {
				t.Errorf("the message lacks %q:\n%s", part, last)
			}
		}
	})
}

func (w *world) decline(i hiring.Interview, p hiring.Person) {
	w.t.Helper()
	w.in(func(ctx context.Context, tx *store.Tx) error {
		s, err := tx.Scorecard(ctx, i.ID, p.ID)
		if err != nil {
			return err
		}
		s, err = s.Decline("")
		return errors.Join(err, save(ctx, tx, s))
	})
}

// wantAsked expects of which interviews somebody's last message asks for the scorecards.
func (w *world) wantAsked(p hiring.Person, want ...string) {
	w.t.Helper()
	all := w.chat.in(dm(p.Name))
	got, _ := offered(all[len(all)-1].card)
	if !slices.Equal(got, want) {
		w.t.Errorf("%s is asked for %v, want %v:\n%s", p.Name, got, want, bot.PlainCard(all[len(all)-1].card, time.UTC))
	}
}

func save(ctx context.Context, tx *store.Tx, s hiring.Scorecard) error {
	_, err := tx.SaveScorecard(ctx, s)
	return err
}

// TestADigestWaitsForTheHoursOfItsReader has somebody work on the other side of the world.
func TestADigestWaitsForTheHoursOfItsReader(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.in(func(ctx context.Context, tx *store.Tx) error {
			p, _ := tx.Snapshot().Person(w.asha.ID)
			p.Zone = "America/New_York"
			_, err := tx.SavePerson(ctx, p)
			return err
		})
		w.withDigests("2026-11-23T10:00")
		w.interviewed("2026-11-24T22:00", w.asha) // 11:30 in New York
		w.putDue("2026-11-24T10:00")              // 23:30 of the 23rd
		w.wantDigests(w.asha, views.Morning, "2026-11-24 waiting")
		w.follow(w.asha, moment{"2026-11-24T19:59", nil}, moment{"2026-11-24T20:00", []string{"Today, Tue 24 Nov: 1 interview"}})
		w.putDue("2026-11-25T10:00") // her scorecard is due on the 25th
		w.wantDigests(w.asha, views.Morning, "2026-11-24 sent", "2026-11-25 waiting")
	})
}

// TestARecruiterWhoInterviewsGetsOneMessage has both digests be for the same person.
func TestARecruiterWhoInterviewsGetsOneMessage(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.role(w.ravi, hiring.HiringManager)
		i := w.interviewed("2026-11-23T15:00", w.ravi)
		w.withDigests("2026-11-23T16:05")
		w.drain()
		w.interviewed("2026-11-24T15:00", w.ravi)
		w.putDue("2026-11-24T09:30")
		w.putDue("2026-11-24T10:00")
		w.wantDigests(w.ravi, views.RecruiterDay, "2026-11-24 waiting")
		w.wantDigests(w.ravi, views.Morning)
		w.wantNudges(i, w.ravi, "5m sent ; due merged with the digest of the day; ")
		w.drain()
		got := w.chat.in(dm("ravi"))
		if len(got) != 2 || got[1].Title != "Your day, Tue 24 Nov: 1 scorecard, 1 interview" {
			t.Errorf("there stands %q", w.chat.titles(dm("ravi")))
		}
		// Missed both, they are one message all the same.
		w.interviewed("2026-11-25T16:00", w.ravi)
		w.putDue("2026-11-25T15:00")
		w.wantDigests(w.ravi, views.RecruiterDay, "2026-11-24 sent", "2026-11-25 waiting")
		w.wantDigests(w.ravi, views.Morning)
		// With the morning digest off nothing of it is in the day.
		w.setSchedule(store.ScheduleRow{Name: hiring.ScheduleMorningDigest, Set: true})
		w.interviewed("2026-11-26T16:00", w.ravi)
		w.putDue("2026-11-26T09:30")
		w.wantDigests(w.ravi, views.RecruiterDay, "2026-11-24 sent", "2026-11-25 moot", "2026-11-26 waiting")
		if args := w.lastArgs(w.ravi, views.RecruiterDay); slices.Contains(args, "morning") {
			t.Errorf("the day has the morning's parts: %q", args)
		}
	})
}

func (w *world) lastArgs(p hiring.Person, view string) (args []string) {
	w.t.Helper()
	rows, err := w.Rows(w.t.Context(), store.PersonLane(p.ID), 1000)
	must(w.t, err)
	for _, r := range rows {
		if r.View.Name == view && (args == nil || r.View.Args[0] > args[0]) {
			args = r.View.Args
		}
	}
	return args
}

// TestWhoIsAskedAboutTimesIsToldOnAFewMornings proposes times to which nobody answers.
func TestWhoIsAskedAboutTimesIsToldOnAFewMornings(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.withDigests("2026-11-20T10:30")
		i := w.interviewed("2026-11-23T09:00", w.noor)
		w.in(func(ctx context.Context, tx *store.Tx) error {
			one := hiring.Interview{Application: i.Application, Stage: "operations", MadeBy: w.ravi.ID, Minutes: 60, Panel: []hiring.Panelist{{Person: w.asha.ID}}}
			one, err := one.Propose([]time.Time{w.clock.now().AddDate(0, 0, 20), w.clock.now().AddDate(0, 0, 21)}, tx.Now())
			if err != nil {
				return err
			}
			_, err = tx.AddInterview(ctx, one)
			return err
		})
		for _, day := range []string{"23", "24", "25", "26", "27", "30"} {
			w.putDue("2026-11-" + day + "T10:00")
			w.drain()
		}
		w.wantTitles(dm("asha"), "Today, Mon 23 Nov: times for 1 interview", "Today, Tue 24 Nov: times for 1 interview", "Today, Wed 25 Nov: times for 1 interview")
	})
}

// TestWhatARunWouldWrite is asked before each run, and changes nothing.
func TestWhatARunWouldWrite(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.role(w.ravi, hiring.HiringManager)
		i := w.interviewed("2026-11-23T15:00", w.asha, w.noor)
		w.withDigests("2026-11-23T16:05")
		w.at("2026-11-24T10:00")
		would := func() (keys []string) {
			must(t, w.Read(t.Context(), func(tx *store.Tx) error {
				for _, s := range hiring.Schedules() {
					plan, err := hiring.PlanSchedule(s, "", "", nil, tx.Snapshot().Zone(""))
					if err != nil {
						return err
					}
					all, err := views.Writings(t.Context(), tx, plan, tx.Now())
					if err != nil {
						return err
					}
					for _, one := range all {
						keys = append(keys, one.Message.Key)
					}
				}
				return nil
			}))
			slices.Sort(keys)
			return keys
		}
		first, again := would(), would()
		want := []string{"morning:" + w.asha.ID + ":2026-11-24", "morning:" + w.noor.ID + ":2026-11-24"}
		slices.Sort(want)
		if !slices.Equal(first, want) || !slices.Equal(first, again) {
			t.Errorf("it would write %q, and then %q", first, again)
		}
		w.wantNudges(i, w.asha, "5m sent ; ")
		w.sweep()
		for _, p := range []hiring.Person{w.asha, w.noor} {
			w.wantDigests(p, views.Morning, "2026-11-24 waiting")
		}
		if after := would(); len(after) != 0 {
			t.Errorf("after the run it would write %q", after)
		}
	})
}

// TestADigestCountsAsOneOfTheDay has somebody want one message a day.
func TestADigestCountsAsOneOfTheDay(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.prefer(hiring.NudgePreferences{Person: w.asha.ID, Budget: new(1)})
		w.withDigests("2026-11-23T10:30")
		w.views["card"] = views.View{Draw: w.draw}
		i := w.interviewed("2026-11-24T15:00", w.asha)
		w.putDue("2026-11-24T10:00")
		w.drain()
		w.wantTitles(dm("asha"), "Today, Tue 24 Nov: 1 interview")
		w.putDue("2026-11-24T16:05")
		w.drain()
		w.wantTitles(dm("asha"), "Today, Tue 24 Nov: 1 interview")
		// What was too much has a place in the next day, and what else comes goes along with it.
		w.at("2026-11-25T09:30")
		w.send(w.nudge(w.asha, "n0"))
		w.drain()
		w.putDue("2026-11-25T10:00")
		w.wantNudges(i, w.asha, "5m sent ; due merged with the digest of the day; ")
		w.drain()
		titles := w.chat.titles(dm("asha"))
		if len(titles) != 2 || titles[1] != "Since yesterday: 2 things" {
			t.Errorf("there stands %q", titles)
		}
		// A digest that was too much is no day old in that of the next day.
		w.interviewed("2026-11-26T15:00", w.asha)
		w.at("2026-11-26T09:30")
		w.send(w.nudge(w.asha, "n1"))
		w.drain()
		w.putDue("2026-11-26T10:00")
		w.drain()
		w.wantTitles(dm("asha"), append(titles, "n1")...)
		w.at("2026-11-27T10:00")
		w.drain()
		got := w.chat.in(dm("asha"))
		last := bot.PlainCard(got[len(got)-1].card, time.UTC)
		if len(got) != 4 || strings.Contains(last, "Today") || !strings.Contains(last, "was due Wed 25 Nov") {
			t.Errorf("there stand %d, the last of them:\n%s", len(got), last)
		}
	})
}

// TestADigestThatFailsStopsNoOther has a scorecard that cannot be read.
func TestADigestThatFailsStopsNoOther(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		broken := w.interviewed("2026-11-23T15:00", w.asha)
		w.interviewed("2026-11-23T15:00", w.ravi)
		w.withDigests("2026-11-23T16:05")
		_, err := w.DB().ExecContext(t.Context(), `UPDATE scorecards SET content = 'no sealed value' WHERE interview = $1`, broken.ID)
		must(t, err)
		w.at("2026-11-24T10:00")
		if err := w.courier().RunSchedules(t.Context(), w.clock.now()); err == nil || !strings.Contains(err.Error(), w.asha.ID) {
			t.Errorf("the run fails with %v", err)
		}
		w.wantDigests(w.ravi, views.Morning, "2026-11-24 waiting")
		w.wantNext(hiring.ScheduleMorningDigest, "2026-11-25T10:00")
	})
}
