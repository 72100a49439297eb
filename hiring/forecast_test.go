package hiring_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/hiring"
)

// weekAhead is a world of two people from Friday, 11 December 2026, 9 am in India, on for a week: ann owes
// the scorecards of three interviews of that day, of which the last ends after her hours.
func weekAhead() hiring.ForecastWorld {
	work := hiring.DefaultWorkTime(india)
	w := hiring.ForecastWorld{
		From: on(11).Add(-time.Hour), Until: on(18), Policy: hiring.DefaultNudgePolicy(), Zone: india,
		People: map[string]hiring.ForecastPerson{"ann": {WorkTime: work, Budget: 2}, "ben": {WorkTime: work, Budget: 2}},
	}
	for n, ends := range []time.Duration{time.Hour, 3 * time.Hour, 9 * time.Hour} {
		card := hiring.Scorecard{Interview: fmt.Sprint("I-", n+1), Person: "ann", Req: fmt.Sprint("R-", n+1), State: hiring.CardPending, EndsAt: on(11).Add(ends)}
		card.DueAt = work.DueAt(card.EndsAt, 1)
		w.Cards = append(w.Cards, w.Policy.Planned(card, work))
	}
	return w
}

// on is ten in the morning of a day of December 2026 in India.
func on(day int) time.Time { return time.Date(2026, 12, day, 10, 0, 0, 0, india) }

func foretold(w hiring.ForecastWorld) []string {
	var lines []string
	for _, m := range hiring.Forecast(w) {
		var refs []string
		for _, i := range m.Items {
			refs = append(refs, i.Ref)
		}
		lines = append(lines, fmt.Sprint(m.At.In(india).Format("Mon 15:04 "), m.Person, m.Channel, " ", m.Kind, " ", refs, ": ", m.Why))
	}
	return lines
}

func TestForecast(t *testing.T) {
	t.Parallel()
	with := func(change func(w *hiring.ForecastWorld)) hiring.ForecastWorld {
		w := weekAhead()
		change(&w)
		return w
	}
	ann := func(change func(p *hiring.ForecastPerson)) hiring.ForecastWorld {
		return with(func(w *hiring.ForecastWorld) {
			p := w.People["ann"]
			change(&p)
			w.People["ann"] = p
		})
	}
	const after, due, late = "5 minutes after the planned end", "on the day when it is due", "1 working day after it was due"
	first := []string{"Fri 11:05 ann reminder [I-1]: " + after, "Fri 13:05 ann reminder [I-2 I-1]: " + after}
	held := ", held since Fri 11 Dec, 19:05: outside of their working hours"
	for name, tc := range map[string]struct {
		world hiring.ForecastWorld
		want  []string
	}{
		"as it comes": {weekAhead(), append(slices.Clone(first),
			"Mon 09:30 ann reminder [I-3 I-1 I-2]: "+after+held, "Mon 10:00 ann reminder [I-1 I-2 I-3]: "+due, "Tue 10:00 ann reminder [I-1 I-2 I-3]: "+late)},
		"a smaller budget": {ann(func(p *hiring.ForecastPerson) { p.Budget = 1 }), []string{
			first[0], "Mon 10:00 ann reminder [I-1 I-2 I-3]: " + due + "; merged: more than 1 a day", "Tue 10:00 ann reminder [I-1 I-2 I-3]: " + late}},
		"one by one": {ann(func(p *hiring.ForecastPerson) { p.Budget, p.Single = 1, true }), []string{
			first[0], "Mon 09:30 ann reminder [I-3 I-1 I-2]: " + after + held, "Tue 10:00 ann reminder [I-2 I-1]: " + after + ", one by one: more than 1 a day",
			"Wed 10:00 ann reminder [I-1 I-2 I-3]: " + due + ", one by one: more than 1 a day", "Thu 10:00 ann reminder [I-1 I-2 I-3]: " + late + ", one by one: more than 1 a day"}},
		"had as many today": {ann(func(p *hiring.ForecastPerson) {
			p.Had = []time.Time{on(11).Add(-2 * time.Hour), on(11).Add(-2 * time.Hour)}
		}), []string{
			"Mon 09:30 ann reminder [I-3 I-1 I-2]: " + after + held, "Mon 10:00 ann reminder [I-1 I-2 I-3]: " + due + "; merged: more than 2 a day",
			"Tue 10:00 ann reminder [I-1 I-2 I-3]: " + late}},
		"away": {ann(func(p *hiring.ForecastPerson) { p.Away = []hiring.DaysAway{{From: "2026-12-11", To: "2026-12-15"}} }), []string{
			"Wed 09:30 ann reminder [I-1 I-2 I-3]: " + after + "; " + due + "; " + late + ", held since Tue 15 Dec, 10:00: they are away"}},
		"gone":        {ann(func(p *hiring.ForecastPerson) { p.Gone, p.Silent = true, true }), nil},
		"no account":  {ann(func(p *hiring.ForecastPerson) { p.Silent = true }), nil},
		"no reminder": {with(func(w *hiring.ForecastWorld) { w.Policy = hiring.NudgePolicy{}; *w = w.Replanned() }), nil},
		"put off": {with(func(w *hiring.ForecastWorld) {
			for n := range w.Cards {
				w.Cards[n].SnoozedUntil = on(14).Add(3 * time.Hour)
				w.Cards[n] = w.Policy.Planned(w.Cards[n], w.People["ann"].WorkTime)
			}
		}), []string{
			"Mon 13:00 ann reminder [I-1 I-2 I-3]: they asked to be reminded then; " + after + "; " + due, "Tue 10:00 ann reminder [I-1 I-2 I-3]: " + late}},
		"done before": {with(func(w *hiring.ForecastWorld) {
			w.Cards = w.Cards[:1]
			w.Done = []hiring.NudgeDone{{"I-1", "ann", w.Cards[0].EndsAt.UnixMicro(), "5m"}, {"I-1", "ann", w.Cards[0].EndsAt.UnixMicro(), hiring.StepID("due+1", w.Cards[0].DueAt)}}
		}), []string{"Mon 10:00 ann reminder [I-1]: " + due}},
		"replanned": {with(func(w *hiring.ForecastWorld) {
			w.Cards = w.Cards[:1]
			w.Policy, _ = hiring.ParseNudgeSteps("2h; due+2")
			*w = w.Replanned()
		}), []string{"Fri 13:00 ann reminder [I-1]: 2 hours after the planned end", "Wed 10:00 ann reminder [I-1]: 2 working days after it was due"}},
		"late": {with(func(w *hiring.ForecastWorld) {
			w.Cards = w.Cards[:2]
			w.Policy, _ = hiring.ParseNudgeSteps("due; due+1 recruiter; due+2 manager")
			*w = w.Replanned()
			w.Panels = map[string]hiring.ForecastPanel{"I-1": {Recruits: "ben", Manager: "cat"}, "I-2": {Recruits: "ben", Manager: "ann"}}
			w.People["cat"] = w.People["ben"]
			w.Late = map[string]bool{hiring.LateKey(w.Cards[1], hiring.LateOverdue, "ben"): true}
		}), []string{
			"Mon 10:00 ann reminder [I-1 I-2]: " + due, "Tue 10:00 ann reminder [I-1 I-2]: " + late,
			"Tue 10:00 ben late scorecard [I-1]: they recruit for it, and it is overdue",
			"Wed 10:00 ann reminder [I-1 I-2]: 2 working days after it was due", "Wed 10:00 cat late scorecard [I-1]: it is theirs, and it is overdue"}},
		"late, since they left": {with(func(w *hiring.ForecastWorld) {
			w.Cards = w.Cards[:1]
			p := w.People["ann"]
			p.Gone, p.Silent = true, true
			w.People["ann"], w.Panels = p, map[string]hiring.ForecastPanel{"I-1": {Recruits: "ben"}}
		}), []string{"Fri 11:05 ben late scorecard [I-1]: they recruit for it, and who owes it has left"}},
		"late, and back before it is told": {with(func(w *hiring.ForecastWorld) {
			w.Cards = w.Cards[:1]
			p := w.People["ann"]
			p.Away = []hiring.DaysAway{{From: "2026-12-11", To: "2026-12-14"}}
			w.People["ann"], w.Panels = p, map[string]hiring.ForecastPanel{"I-1": {Recruits: "ben"}}
			b := w.People["ben"]
			b.Hours = hiring.Hours{From: 9 * 60, To: 10 * 60}
			b.Away = []hiring.DaysAway{{From: "2026-12-14", To: "2026-12-14"}}
			w.People["ben"] = b
		}), []string{"Tue 09:30 ann reminder [I-1]: " + after + "; " + due + ", held since Mon 14 Dec, 10:00: they are away",
			"Wed 09:00 ben late scorecard [I-1]: they recruit for it, and it is overdue, held since Tue 15 Dec, 10:00: outside of their working hours"}},
		"what waits": {with(func(w *hiring.ForecastWorld) {
			w.Cards = nil
			w.Messages = []hiring.Outgoing{
				{Person: "ben", Kind: hiring.ForecastKit, Due: on(12), Next: on(12), Why: "kit"},
				{Person: "ben", Kind: "later", Due: on(12), Next: on(12), Unprompted: true, Why: "why"},
				{Person: "ben", Kind: "tried", Due: on(12), Next: on(12), Unprompted: true, Trying: true, Why: "why"},
				{Channel: "#hiring", Kind: hiring.ForecastReport, At: on(13).Add(10 * time.Second), Why: "report"},
				{Person: "ben", Kind: "after the end", Due: on(19), Next: on(19)},
			}
		}), []string{
			"Sat 10:00 ben kit []: kit", "Sat 10:00 ben tried []: why", "Sun 10:01 #hiring weekly report []: report",
			"Mon 09:30 ben later []: why, held since Sat 12 Dec, 10:00: a weekend or a holiday"}},
		"merged with what comes today": {with(func(w *hiring.ForecastWorld) {
			w.Cards = nil
			say := func(kind hiring.ForecastKind, at time.Time) hiring.Outgoing {
				return hiring.Outgoing{Person: "ben", Kind: kind, Due: at, Next: at, Unprompted: true, Why: "why"}
			}
			w.Messages = []hiring.Outgoing{
				{Person: "ben", Kind: hiring.ForecastDigest, Digest: "digest:ben:2026-12-11", Due: on(11).Add(2 * time.Hour), Next: on(11).Add(2 * time.Hour), Unprompted: true,
					Why: "merged", Parts: []hiring.Outgoing{say("moot", on(10)), say("part", on(10))}},
				say("first", on(11)), say("goes along", on(11).Add(time.Hour)), say("the next day", on(11).Add(3*time.Hour)),
			}
			w.Messages[0].Parts[0].Moot = true
			w.Messages[2].Items = []hiring.ForecastItem{{"I-1", "R-1"}}
		}), []string{"Fri 10:00 ben first []: why", "Fri 12:00 ben digest [I-1]: merged", "Mon 10:00 ben the next day []: why; merged: more than 2 a day"}},
		"the place of a message that has nothing to say": {with(func(w *hiring.ForecastWorld) {
			w.Cards = nil
			w.Messages = []hiring.Outgoing{
				{Person: "ben", Kind: hiring.ForecastDigest, Digest: "digest:ben:2026-12-11+", Due: on(11), Next: on(11), Unprompted: true, Why: "merged",
					Parts: []hiring.Outgoing{{Person: "ben", Kind: "moot", Moot: true}}},
				{Person: "ben", Kind: "alone", Due: on(11), Next: on(11), Unprompted: true, Why: "why"},
			}
		}), []string{"Fri 10:00 ben alone []: why"}},
		"an approval": {with(func(w *hiring.ForecastWorld) {
			w.Cards = nil
			a := hiring.Approval{
				ID: "A-1", Subject: "R-3", Requester: "ann", State: hiring.ApprovalOpen, RemindAt: on(11), StepSince: on(10),
				Steps: []hiring.ApprovalStep{{Approvers: []hiring.StepApprover{{Person: "ben"}}}},
			}
			paused := a
			paused.Subject, paused.Question = "R-4", &hiring.ApprovalQuestion{Asker: "ben", Text: "why"}
			w.Approvals = []hiring.WaitingApproval{{a, "ann"}, {paused, "ann"}}
			w.Absences = []hiring.Absence{{Person: "ben", Until: "2026-12-13", Delegate: "cat"}}
			w.People["cat"] = w.People["ben"]
		}), []string{
			"Fri 10:00 cat approval reminder [R-3]: it waits for somebody who is away, in whose place they decide",
			"Mon 10:00 ben approval reminder [R-3]: it waits for their decision", "Tue 10:00 ben approval reminder [R-3]: it waits for their decision",
			"Tue 10:00 ann approval that waits [R-3]: they asked for it or recruit for it, and the last reminder went out"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, foretold(tc.world)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTheWorldOfAForecastStaysAsItIs(t *testing.T) {
	t.Parallel()
	w := weekAhead()
	before := foretold(w)
	w.Replanned()
	if diff := cmp.Diff(before, foretold(w)); diff != "" {
		t.Error(diff)
	}
}

func TestDiffOfForecasts(t *testing.T) {
	t.Parallel()
	at := func(person string, day int) hiring.ForecastMessage {
		return hiring.ForecastMessage{At: on(day), Person: person, Kind: hiring.ForecastReminder, Items: []hiring.ForecastItem{{"I-1", "R-1"}}}
	}
	before := []hiring.ForecastMessage{at("ann", 11), at("ben", 11), at("ann", 14), at("cat", 14), at("ann", 15)}
	for name, tc := range map[string]struct {
		after []hiring.ForecastMessage
		want  hiring.ForecastDiff
	}{
		"the same": {before, hiring.ForecastDiff{Before: 5, After: 5}},
		"fewer, more and moved": {[]hiring.ForecastMessage{at("ann", 11), at("ben", 12), at("cat", 14), at("cat", 15)}, hiring.ForecastDiff{
			Before: 5, After: 4, Fewer: 1, Less: 2, More: 1, Plus: 1, Moved: 1, Gone: new(at("ben", 11)), Come: new(at("ben", 12))}},
		"none": {nil, hiring.ForecastDiff{Before: 5, Fewer: 3, Less: 5, Gone: new(at("ann", 11))}},
	} {
		got := hiring.DiffForecasts(before, tc.after)
		if diff := cmp.Diff(tc.want, got); diff != "" || got.Same() != (name == "the same") {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if m := at("ann", 11); !m.About("R-1") || m.About("R-2") {
		t.Error("it is about R-1")
	}
}
