package hiring_test

import (
	"slices"
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
			"Fri 11 Dec 16:05 5m held hours until Mon 14 Dec 09:00", "Mon 14 Dec 09:00 5m", "Mon 14 Dec 10:00 due", "Tue 15 Dec 10:00 due+1 recruiter",
		}},
		"three times a day, and the manager too": {"0m; 2h; due; due+3 manager recruiter", work, nil, []string{
			"Fri 11 Dec 16:00 0m", "Fri 11 Dec 18:00 2h held hours until Mon 14 Dec 09:30", "Mon 14 Dec 09:30 2h", "Mon 14 Dec 10:00 due", "Thu 17 Dec 10:00 due+3 recruiter manager",
		}},
		"counted from the end, after the due day": {"24h; due", work, nil, []string{
			"Sat 12 Dec 16:00 24h held day_off until Mon 14 Dec 09:30", "Mon 14 Dec 09:30 24h", "Mon 14 Dec 10:00 due",
		}},
		"never": {"none", work, nil, nil},
		"put off": {hiring.DefaultNudgeSteps, work, func(s hiring.Scorecard) hiring.Scorecard {
			s.Nudges = 1
			s.SnoozedUntil = s.EndsAt.Add(time.Hour)
			return s
		}, []string{"Fri 11 Dec 17:00 asked", "Mon 14 Dec 10:00 due", "Tue 15 Dec 10:00 due+1 recruiter"}},
		"put off beyond a step of which others are told": {hiring.DefaultNudgeSteps, work, func(s hiring.Scorecard) hiring.Scorecard {
			s.Nudges = 1
			s.SnoozedUntil = s.EndsAt.AddDate(0, 0, 5)
			return s
		}, []string{"Tue 15 Dec 10:00 due+due+1 held snoozed until Wed 16 Dec 16:00 recruiter", "Wed 16 Dec 16:00 due+due+1+asked recruiter"}},
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
			if end.Nudges != len(policy.Steps) {
				t.Errorf("%d steps are done", end.Nudges)
			}
		})
	}
	in := owed(hiring.DefaultNudgePolicy(), work)
	in.State = hiring.CardSubmitted
	if d := hiring.DefaultNudgePolicy().Decide(in, work, in.DueAt.AddDate(0, 0, 9)); d.Send || d.Recruiter || !d.Then.NudgeAt.IsZero() {
		t.Errorf("of one that is in: %+v", d)
	}
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
		var done []string
		for looks := 0; !card.NudgeAt.IsZero(); looks++ {
			if looks > 100 {
				t.Fatal("no end of reminders")
			}
			now := card.NudgeAt
			d := p.Decide(card, work, now)
			if d.Send {
				if !work.Allowed(now) {
					t.Fatalf("reminded at %s", now.In(work.Zone))
				}
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
