package hiring_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/hiring"
)

// owed is the scorecard of the interview of Friday, 3 to 4 pm, as it is when it has just ended.
func owed(policy hiring.NudgePolicy, work hiring.WorkTime) hiring.Scorecard {
	i := interview("ann")
	return policy.Planned(hiring.NewScorecard(i, "ann", work.DueAt(i.EndsAt(), 1)), work)
}

// remind lets time pass until nothing is to be done about a scorecard any more, and returns what was: when
// its owner was reminded, with the steps, when others were told, and when it was held, until when.
func remind(t interface{ Fatalf(string, ...any) }, policy hiring.NudgePolicy, work hiring.WorkTime, card hiring.Scorecard) (hiring.Scorecard, []string) {
	var log []string
	for range 50 {
		if card.NudgeAt.IsZero() {
			return card, log
		}
		now := card.NudgeAt
		at := func(t time.Time) string { return t.In(work.Zone).Format("Mon 2 Jan 15:04") }
		d := policy.Decide(card, work, now)
		var steps []string
		for _, s := range d.Reached {
			steps = append(steps, s.Key())
		}
		if d.Asked {
			steps = append(steps, "asked")
		}
		line := at(now) + " " + strings.Join(steps, "+")
		for _, s := range d.Today {
			line += "(" + s.Key() + ")"
		}
		if d.Held != "" {
			line += " held " + string(d.Held) + " until " + at(d.Until)
		}
		if d.Recruiter {
			line += " recruiter"
		}
		if d.Manager {
			line += " manager"
		}
		log = append(log, line)
		card = d.Then
	}
	t.Fatalf("no end of reminders: %v", log)
	return card, log
}

func TestNudges(t *testing.T) {
	t.Parallel()
	work := hiring.DefaultWorkTime(india)
	away := work
	away.Away = []hiring.DaysAway{{From: "2026-12-12", To: "2026-12-16"}}
	short := work
	short.Hours = hiring.Hours{From: 9 * 60, To: 12 * 60}
	for name, c := range map[string]struct {
		policy string
		work   hiring.WorkTime
		card   func(hiring.Scorecard) hiring.Scorecard
		want   []string
	}{
		"as set out": {hiring.DefaultNudgeSteps, work, nil, []string{"Fri 11 Dec 16:05 5m", "Mon 14 Dec 10:00 due", "Tue 15 Dec 10:00 due+1 recruiter"}},
		"away": {hiring.DefaultNudgeSteps, away, nil, []string{
			"Fri 11 Dec 16:05 5m", "Mon 14 Dec 10:00 due held away until Thu 17 Dec 09:30",
			"Tue 15 Dec 10:00 due+due+1 held away until Thu 17 Dec 09:30 recruiter", "Thu 17 Dec 09:30 due+due+1 recruiter",
		}},
		"after hours": {hiring.DefaultNudgeSteps, short, nil, []string{
			"Fri 11 Dec 16:05 5m held hours until Mon 14 Dec 09:00", "Mon 14 Dec 09:00 5m", "Mon 14 Dec 10:00 (due)", "Tue 15 Dec 10:00 due+1 recruiter",
		}},
		"three times a day, and the manager too": {"0m; 2h; due; due+3 manager recruiter", work, nil, []string{
			"Fri 11 Dec 16:00 0m", "Fri 11 Dec 18:00 2h held hours until Mon 14 Dec 09:30", "Mon 14 Dec 09:30 2h", "Mon 14 Dec 10:00 (due)", "Thu 17 Dec 10:00 due+3 recruiter manager",
		}},
		"counted from the end, after the due day": {"24h; due", work, nil, []string{
			"Sat 12 Dec 16:00 24h held day_off until Mon 14 Dec 09:30", "Mon 14 Dec 09:30 24h", "Mon 14 Dec 10:00 (due)",
		}},
		"never": {"none", work, nil, nil},
		"put off": {hiring.DefaultNudgeSteps, work, func(s hiring.Scorecard) hiring.Scorecard {
			s.Nudges, s.Reminded = 1, []string{"5m"}
			s.SnoozedUntil = s.EndsAt.Add(time.Hour)
			return s
		}, []string{"Fri 11 Dec 17:00 asked", "Mon 14 Dec 10:00 due", "Tue 15 Dec 10:00 due+1 recruiter"}},
		"put off beyond a step of which others are told": {hiring.DefaultNudgeSteps, work, func(s hiring.Scorecard) hiring.Scorecard {
			s.Nudges, s.Reminded = 1, []string{"5m"}
			s.SnoozedUntil = s.EndsAt.AddDate(0, 0, 5)
			return s
		}, []string{"Mon 14 Dec 10:00 due held snoozed until Wed 16 Dec 16:00", "Tue 15 Dec 10:00 due+due+1 held snoozed until Wed 16 Dec 16:00 recruiter", "Wed 16 Dec 16:00 due+due+1+asked recruiter"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			policy, err := hiring.ParseNudgeSteps(c.policy)
			if err != nil {
				t.Fatal(err)
			}
			card := owed(policy, c.work)
			if c.card != nil {
				card = policy.Planned(c.card(card), c.work)
			}
			end, got := remind(t, policy, c.work, card)
			if !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
			if len(end.Reminded) != len(policy.Steps) {
				t.Errorf("done are %v", end.Reminded)
			}
		})
	}
	in := owed(hiring.DefaultNudgePolicy(), work)
	in.State = hiring.CardSubmitted
	if d := hiring.DefaultNudgePolicy().Decide(in, work, in.DueAt.AddDate(0, 0, 9)); d.Send || d.Recruiter || !d.Then.NudgeAt.IsZero() {
		t.Errorf("of one that is in: %+v", d)
	}
}

// Steps are planned by the clock on the wall of who gets them, whatever it does meanwhile.
func TestNudgesWhereClocksChange(t *testing.T) {
	t.Parallel()
	nights := func(w hiring.WorkTime) hiring.WorkTime { // who works at night, on all days
		w.Hours, w.RemindAt, w.Calendar.Weekend = hiring.Hours{From: 0, To: 8 * 60}, 2*60+30, nil
		return w
	}
	leapDay := func(w hiring.WorkTime) hiring.WorkTime {
		holidays, err := hiring.ParseHolidays("29 Feb")
		if err != nil {
			t.Fatal(err)
		}
		w.Calendar.Holidays = holidays
		return w
	}
	for name, c := range map[string]struct {
		zone, ends, moves string
		change            func(hiring.WorkTime) hiring.WorkTime
		want              string // of the default policy
	}{
		"the clock is put forward in between": {
			zone: "Europe/Berlin", ends: "2027-03-26T16:00:00+01:00",
			want: "2027-03-26T16:05:00+01:00 2027-03-29T10:00:00+02:00 2027-03-30T10:00:00+02:00",
		},
		"and back": {
			zone: "America/New_York", ends: "2026-10-30T16:00:00-04:00",
			want: "2026-10-30T16:05:00-04:00 2026-11-02T10:00:00-05:00 2026-11-03T10:00:00-05:00",
		},
		"by half an hour": {
			zone: "Australia/Lord_Howe", ends: "2026-10-02T16:00:00+10:30",
			want: "2026-10-02T16:05:00+10:30 2026-10-05T10:00:00+11:00 2026-10-06T10:00:00+11:00",
		},
		"over the time of reminders": {
			zone: "Europe/Berlin", ends: "2027-03-27T07:00:00+01:00", change: nights,
			want: "2027-03-27T07:05:00+01:00 2027-03-28T03:00:00+02:00 2027-03-29T02:30:00+02:00",
		},
		"which comes twice": {
			zone: "Europe/Berlin", ends: "2026-10-24T07:00:00+02:00", change: nights,
			want: "2026-10-24T07:05:00+02:00 2026-10-25T02:30:00+02:00 2026-10-26T02:30:00+01:00",
		},
		"29 February": {
			zone: "Asia/Kolkata", ends: "2028-02-28T16:00:00+05:30",
			want: "2028-02-28T16:05:00+05:30 2028-02-29T10:00:00+05:30 2028-03-01T10:00:00+05:30",
		},
		"29 February is a holiday": {
			zone: "Asia/Kolkata", ends: "2028-02-28T16:00:00+05:30", change: leapDay,
			want: "2028-02-28T16:05:00+05:30 2028-03-01T10:00:00+05:30 2028-03-02T10:00:00+05:30",
		},
		"and in a year without it": {
			zone: "Asia/Kolkata", ends: "2027-02-26T16:00:00+05:30", change: leapDay,
			want: "2027-02-26T16:05:00+05:30 2027-03-01T10:00:00+05:30 2027-03-02T10:00:00+05:30",
		},
		// It stays due when it was; what they are told of it comes in their morning there.
		"they move to the west": {
			zone: "Asia/Kolkata", ends: "2026-12-07T16:00:00+05:30", moves: "America/New_York",
			want: "2026-12-07T05:35:00-05:00 2026-12-08T10:00:00-05:00 2026-12-09T10:00:00-05:00",
		},
		"they move over the date": {
			zone: "America/New_York", ends: "2026-12-07T16:00:00-05:00", moves: "Australia/Lord_Howe",
			want: "2026-12-08T08:05:00+11:00 2026-12-09T10:00:00+11:00 2026-12-10T10:00:00+11:00",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ends, err := time.Parse(time.RFC3339, c.ends)
			if err != nil {
				t.Fatal(err)
			}
			work := hiring.DefaultWorkTime(zoneOf(t, c.zone))
			if c.change != nil {
				work = c.change(work)
			}
			i := interview("ann")
			i.StartsAt, i.Minutes = ends.Add(-time.Hour), 60
			card := hiring.NewScorecard(i, "ann", work.DueAt(ends, 1))
			if c.moves != "" {
				work.Zone = zoneOf(t, c.moves)
			}
			var got []string
			for _, s := range hiring.DefaultNudgePolicy().Plan(card, work) {
				got = append(got, s.At.In(work.Zone).Format(time.RFC3339))
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%v, want %s", got, c.want)
			}
		})
	}
}

// What is done of a policy stays done, and no more than that, when the policy or somebody's zone changes.
func TestStepsOfAChangedPolicy(t *testing.T) {
	t.Parallel()
	work := hiring.DefaultWorkTime(india)
	policy := func(text string) hiring.NudgePolicy {
		p, err := hiring.ParseNudgeSteps(text)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	before := hiring.DefaultNudgePolicy()
	card := owed(before, work)
	first := before.Decide(card, work, card.NudgeAt)
	if !first.Send || first.Then.Nudges != 1 {
		t.Fatalf("%+v", first)
	}
	card = first.Then
	for text, want := range map[string]string{
		"due":                    "Mon 14 Dec 10:00 due",
		"5m; due":                "Mon 14 Dec 10:00 due",
		"1m; 5m; 2h":             "Fri 11 Dec 18:00 2h held hours until Mon 14 Dec 09:30, Mon 14 Dec 09:30 2h",
		"10m; due+1 recruiter":   "Fri 11 Dec 16:10 10m, Tue 15 Dec 10:00 due+1 recruiter",
		"none":                   "",
		hiring.DefaultNudgeSteps: "Mon 14 Dec 10:00 due, Tue 15 Dec 10:00 due+1 recruiter",
	} {
		_, log := remind(t, policy(text), work, policy(text).Planned(card, work))
		// One whose time was before the reminder that they had is looked at, and nothing comes of it.
		log = slices.DeleteFunc(log, func(line string) bool { return strings.HasSuffix(line, " ") })
		if got := strings.Join(log, ", "); got != want {
			t.Errorf("%s after the first of %s: %s, want %s", text, before, got, want)
		}
	}
	passed := policy("1m; due").Decide(card, work, card.EndsAt.Add(time.Hour))
	if passed.Send || passed.Held != "" || len(passed.Passed) != 1 || passed.Then.Nudges != 1 {
		t.Errorf("a step whose time is past when the policy begins to have it: %+v", passed)
	}
	// In New York the due day begins later, after the step that is counted from the end.
	day := policy("20h; due")
	card = owed(day, work)
	card.Reminded, card.Nudges, card.RemindedAt = []string{"20h"}, 1, card.EndsAt.Add(20*time.Hour)
	moved := work
	moved.Zone = zoneOf(t, "Pacific/Apia")
	if plan := day.Plan(card, moved); len(plan) != 1 || plan[0].Key() != "due" {
		t.Errorf("who moves is reminded of %v", plan)
	}
}

// Somebody who is gone is told nothing, and each step is done when its time comes: whoever is back is told
// of what comes then.
func TestNudgesOfWhoIsGone(t *testing.T) {
	t.Parallel()
	work, policy := hiring.DefaultWorkTime(india), hiring.DefaultNudgePolicy()
	card := owed(policy, work)
	card.SnoozedUntil = card.EndsAt.Add(2 * time.Hour)
	for _, want := range []string{"Fri 11 Dec 16:05 [5m] false", "Fri 11 Dec 18:00 [] true", "Mon 14 Dec 10:00 [due] false"} {
		now := policy.Planned(card, work).NudgeAt
		d := policy.DecideGone(card, work, now)
		var steps []string
		for _, s := range d.Reached {
			steps = append(steps, s.Key())
		}
		if got := now.In(india).Format("Mon 2 Jan 15:04"); got+" "+sprint(steps, d.Asked) != want || d.Send || d.Held != "" || d.Then.Nudges != 0 {
			t.Fatalf("at %s %v: %+v, want %s", got, steps, d, want)
		}
		card = d.Then
	}
	if d := policy.Decide(card, work, card.NudgeAt); !d.Send || len(d.Reached) != 1 || d.Reached[0].Key() != "due+1" {
		t.Errorf("back they are told %+v", d)
	}
}

func sprint(steps []string, asked bool) string {
	return "[" + strings.Join(steps, " ") + "] " + strconv.FormatBool(asked)
}

// However a policy and somebody's times are, each step is done once, at a moment that is allowed, the
// first from its time on, and in the end all are done.
func TestEveryStepIsDoneOnceWhenItMay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var p hiring.NudgePolicy
		after, late := 0, -1
		for range rapid.IntRange(0, 2).Draw(t, "from the end") {
			p.Steps = append(p.Steps, hiring.NudgeStep{After: time.Duration(after) * time.Minute})
			after += rapid.IntRange(1, 600).Draw(t, "minutes")
		}
		for range rapid.IntRange(0, 3).Draw(t, "from the due day") {
			late += rapid.IntRange(1, 3).Draw(t, "late")
			p.Steps = append(p.Steps, hiring.NudgeStep{OnDay: true, Late: late, Recruiter: rapid.Bool().Draw(t, "told")})
		}
		if read, err := hiring.ParseNudgeSteps(p.String()); err != nil || read.String() != p.String() {
			t.Fatalf("%q is read as %q, %v", p, read, err)
		}
		work := hiring.DefaultWorkTime(rapid.SampledFrom([]*time.Location{india, time.UTC, zoneOf(t, "Europe/Berlin"), zoneOf(t, "America/New_York")}).Draw(t, "zone"))
		work.Hours.From = rapid.IntRange(0, 12).Draw(t, "from") * 60
		work.Hours.To = work.Hours.From + rapid.IntRange(1, 12).Draw(t, "hours")*60
		for range rapid.IntRange(0, 2).Draw(t, "absences") {
			from := friday.AddDate(0, 0, rapid.IntRange(-3, 12).Draw(t, "away"))
			work.Away = append(work.Away, hiring.DaysAway{From: from.Format(time.DateOnly), To: from.AddDate(0, 0, rapid.IntRange(0, 6).Draw(t, "days")).Format(time.DateOnly)})
		}
		card := owed(p, work)
		plan := p.Plan(card, work)
		if rapid.Bool().Draw(t, "snoozed") {
			now := card.EndsAt.Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "when")) * time.Minute)
			card, _ = card.Snooze(now.Add(time.Duration(rapid.IntRange(1, 3000).Draw(t, "until"))*time.Minute), work, now)
			card = p.Planned(card, work)
		}
		var (
			done []string
			last time.Time // when they were reminded last
		)
		for looks := 0; !card.NudgeAt.IsZero(); looks++ {
			if looks > 100 {
				t.Fatal("no end of reminders")
			}
			now := card.NudgeAt
			d := p.Decide(card, work, now)
			for _, s := range d.Today {
				done = append(done, s.Key())
			}
			if d.Send {
				if !work.Allowed(now) {
					t.Fatalf("reminded at %s", now.In(work.Zone))
				}
				day := func(at time.Time) string { return at.In(work.Zone).Format(time.DateOnly) }
				if !d.Asked && day(now) == day(last) && day(now) != day(card.EndsAt) {
					t.Fatalf("reminded at %s and at %s", last.In(work.Zone), now.In(work.Zone))
				}
				last = now
				for _, s := range d.Reached {
					done = append(done, s.Key())
					first := work.NextAllowed(s.At)
					if snoozed := card.SnoozedUntil; snoozed.After(first) {
						first = snoozed
					}
					if !now.Equal(first) && len(d.Reached) == 1 && !d.Asked {
						t.Fatalf("%s was to be at %s and is at %s", s.Key(), first, now)
					}
				}
			}
			if next := d.Then.NudgeAt; !next.IsZero() && !next.After(now) {
				t.Fatalf("at %s it is to be looked at again at %s", now, next)
			}
			card = d.Then
		}
		var all []string
		for _, s := range plan {
			all = append(all, s.Key())
		}
		slices.Sort(done)
		slices.Sort(all)
		if !slices.Equal(done, all) {
			t.Fatalf("done are %v of %v", done, all)
		}
	})
}

func TestNudgeStepsThatCannotBe(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", ";", "tomorrow", "5", "m", "-5m", "25h", "due-1", "due+0", "due+", "due+99", "due; due", "due; 5m", "2h; 5m", "due everybody", "1m;2m;3m;4m;5m;6m"} {
		_, err := hiring.ParseNudgeSteps(text)
		refusedWith(t, text, err, hiring.Invalid, hiring.SettingNudgeSteps)
	}
	for text, want := range map[string]string{
		"5M, Due ,DUE + 1 Recruiter manager": "5m; due; due+1 recruiter manager", "60m": "1h", "90m;due": "90m; due", "NONE": "none", "0m": "0m",
	} {
		if p, err := hiring.ParseNudgeSteps(text); err != nil || p.String() != want {
			t.Errorf("%q is read as %q, %v", text, p, err)
		}
	}
}

func TestSnooze(t *testing.T) {
	t.Parallel()
	work := hiring.DefaultWorkTime(india)
	card := owed(hiring.DefaultNudgePolicy(), work)
	now := card.EndsAt
	later, err := card.Snooze(now.Add(3*time.Hour), work, now)
	if got := later.SnoozedUntil.In(india).Format("Mon 15:04"); err != nil || got != "Mon 09:30" {
		t.Errorf("put off to %s, %v", got, err)
	}
	for _, until := range []time.Time{now, now.Add(-time.Hour), now.Add(hiring.MaxSnooze + time.Second)} {
		_, err := card.Snooze(until, work, now)
		refusedWith(t, until.String(), err, hiring.Invalid, "until")
	}
	_, err = card.Snooze(now.Add(-time.Minute), work, now.Add(-time.Hour))
	refusedWith(t, "before its end", err, hiring.Conflict, "")
}

// The hours of who works until midnight end with the day on which the scorecard is due, not on the next.
func TestWhoWorksUntilMidnightIsRemindedOnTheDueDay(t *testing.T) {
	t.Parallel()
	work := hiring.DefaultWorkTime(india)
	work.Hours = hiring.Hours{From: 0, To: 24 * 60}
	policy, err := hiring.ParseNudgeSteps("due")
	if err != nil {
		t.Fatal(err)
	}
	if _, got := remind(t, policy, work, owed(policy, work)); !slices.Equal(got, []string{"Mon 14 Dec 10:00 due"}) {
		t.Errorf("reminded %s", got)
	}
}

// A step that is counted from the due date is done once for each of them, one that is counted from the end for all.
func TestStepsBelongToTheirDueDate(t *testing.T) {
	t.Parallel()
	work, policy := hiring.DefaultWorkTime(india), hiring.DefaultNudgePolicy()
	card := owed(policy, work)
	first := hiring.StepID("due", card.DueAt)
	for id, want := range map[string]bool{first: true, "due": true, "5m": true, "asked:7": true, hiring.StepID("due", card.DueAt.AddDate(0, 0, 1)): false} {
		if key, done := card.StepDone(id); done != want || strings.Contains(key, "@") {
			t.Errorf("%s is %s, done %v", id, key, done)
		}
	}
	if again := card.DueAnew(card.DueAt.AddDate(0, 0, 2)); !again.SnoozedUntil.IsZero() || again.Nudges != 0 {
		t.Errorf("%+v", again)
	} else if _, done := again.StepDone(first); done {
		t.Error("what was done of the day before is done")
	}
}

// A message that asks for a scorecard after the end stands for the first step that is counted from there, and for
// all of these whose time has come; the due day stays.
func TestWhatAMessageAboutASeatStandsFor(t *testing.T) {
	t.Parallel()
	work := hiring.DefaultWorkTime(india)
	for text, want := range map[string]string{"5m; due": "5m", "5m; 2h; 20h; due": "5m 2h", "4h; 5h; due": "4h", "due": "", "none": ""} {
		policy, err := hiring.ParseNudgeSteps(text)
		if err != nil {
			t.Fatal(err)
		}
		card := owed(policy, work)
		var got []string
		for _, s := range policy.AskedBy(card, work, card.EndsAt.Add(3*time.Hour)) {
			got = append(got, s.Key())
		}
		if strings.Join(got, " ") != want {
			t.Errorf("of %s it stands for %v, want %s", text, got, want)
		}
	}
}

// Of an ended application nobody is reminded nor told that somebody is late; each step is moot at its time.
func TestNudgesOfAClosedApplication(t *testing.T) {
	t.Parallel()
	work, policy := hiring.DefaultWorkTime(india), hiring.DefaultNudgePolicy()
	card := owed(policy, work)
	card.Closed, card.SnoozedUntil = true, card.EndsAt.Add(2*time.Hour)
	card = policy.Planned(card, work)
	looks := 0
	for ; !card.NudgeAt.IsZero() && looks < 10; looks++ {
		now := card.NudgeAt
		d := policy.Decide(card, work, now)
		if d.Send || d.Held != "" || d.Recruiter || d.Manager || d.Moot != hiring.MootClosed || hiring.LateCause(card, 3, false, now, now) != "" {
			t.Fatalf("at %s: %+v", now, d)
		}
		card = d.Then
	}
	if looks != 4 || card.Nudges != 0 || len(card.Reminded) != 3 || card.Late(card.DueAt.AddDate(0, 1, 0)) || !card.Waits() {
		t.Errorf("after %d looks %+v", looks, card)
	}
	_, err := card.Snooze(card.EndsAt.Add(time.Hour), work, card.EndsAt)
	refusedWith(t, "put off", err, hiring.Conflict, "")
}
