package hiring_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/hiring"
)

// daily returns the runs of a digest on the days of December 2026 from one to another, some time before ten.
func daily(recruiters bool, before time.Duration, from, to int) (runs []hiring.DigestRun) {
	for day := from; day <= to; day++ {
		runs = append(runs, hiring.DigestRun{At: on(day).Add(-before), Next: on(day + 1).Add(-before), Recruiters: recruiters})
	}
	return runs
}

// days are what a forecast says of the digests and reminders of weekAhead after a change.
func days(change func(w *hiring.ForecastWorld)) []string {
	w := weekAhead()
	w.Cards, w.Morning, w.WaitingDays = w.Cards[:1], true, hiring.WaitingDays
	change(&w)
	var lines []string
	for _, m := range hiring.Forecast(w) {
		var refs []string
		for _, i := range m.Items {
			refs = append(refs, i.Ref)
		}
		line := fmt.Sprint(m.At.In(india).Format("Mon 15:04 "), m.Person, " ", m.Kind, " ", refs)
		if m.Day != (hiring.DayCounts{}) {
			line += fmt.Sprintf(" %+v", m.Day)
		}
		lines = append(lines, line)
	}
	return lines
}

func TestForecastOfDigests(t *testing.T) {
	t.Parallel()
	counts := func(c hiring.DayCounts) string { return fmt.Sprintf(" %+v", c) }
	thing := func(ref string, at time.Time) hiring.DayThing {
		return hiring.DayThing{ForecastItem: hiring.ForecastItem{Ref: ref, Req: "R-1"}, At: at}
	}
	one := counts(hiring.DayCounts{Scorecards: 1})
	for name, tc := range map[string]struct {
		change func(w *hiring.ForecastWorld)
		want   []string
	}{
		"it carries the reminders of its day": {func(w *hiring.ForecastWorld) { w.Runs = daily(false, 15*time.Minute, 14, 16) }, []string{
			"Fri 11:05 ann reminder [I-1]", "Mon 09:45 ann morning digest [I-1]" + one, "Tue 09:45 ann morning digest [I-1]" + one}},
		"made before": {func(w *hiring.ForecastWorld) {
			w.Runs = daily(false, 15*time.Minute, 14, 16)
			w.Made = map[string]bool{"morning:ann:2026-12-14": true, "recruiter_day:ann:2026-12-15": true}
		}, []string{"Fri 11:05 ann reminder [I-1]", "Mon 10:00 ann reminder [I-1]", "Tue 10:00 ann reminder [I-1]"}},
		"done before": {func(w *hiring.ForecastWorld) {
			w.Runs = daily(false, 15*time.Minute, 14, 16)
			w.Done = []hiring.NudgeDone{{"I-1", "ann", w.Cards[0].EndsAt.UnixMicro(), "5m"}, {"I-1", "ann", w.Cards[0].EndsAt.UnixMicro(), hiring.StepID("due", w.Cards[0].DueAt)}}
		}, []string{"Tue 09:45 ann morning digest [I-1]" + one}},
		"before they work it waits for them": {func(w *hiring.ForecastWorld) {
			w.Runs = daily(false, 4*time.Hour, 14, 15)
		}, []string{"Fri 11:05 ann reminder [I-1]", "Mon 09:30 ann morning digest [I-1]" + one, "Tue 09:30 ann morning digest [I-1]" + one}},
		"the next day's takes its place": {func(w *hiring.ForecastWorld) {
			w.Runs = daily(false, 15*time.Minute, 14, 15)
			w.Done = []hiring.NudgeDone{{"I-1", "ann", w.Cards[0].EndsAt.UnixMicro(), "5m"}}
			p := w.People["ann"]
			p.Budget, p.Single = 1, true
			p.Had = []time.Time{on(14).Add(-20 * time.Minute)} // before the digest of Monday
			w.People["ann"] = p
			w.Days = map[string]hiring.DayFacts{"ann": {Sits: []hiring.DayThing{thing("I-7", on(15).Add(4*time.Hour))}}}
		}, []string{"Tue 09:45 ann morning digest [I-1 I-7]" + counts(hiring.DayCounts{Scorecards: 1, Interviews: 1})}},
		"it reminds of what the one whose place it takes would have": {func(w *hiring.ForecastWorld) {
			w.Runs = daily(false, 15*time.Minute, 14, 15)
			w.Cards[0].Reminded = []string{"5m", "due+1"} // nothing of its own comes on Tuesday
			p := w.People["ann"]
			p.Budget, p.Single = 1, true
			p.Had = []time.Time{on(14).Add(-20 * time.Minute)} // before the digest of Monday
			w.People["ann"] = p
			w.Days = map[string]hiring.DayFacts{"ann": {Sits: []hiring.DayThing{thing("I-7", on(15).Add(4*time.Hour))}}}
		}, []string{"Tue 09:45 ann morning digest [I-1 I-7]" + counts(hiring.DayCounts{Scorecards: 1, Interviews: 1})}},
		"of a day that is over only scorecards are left": {func(w *hiring.ForecastWorld) {
			w.Runs = daily(false, 15*time.Minute, 14, 14)
			w.Done = []hiring.NudgeDone{{"I-1", "ann", w.Cards[0].EndsAt.UnixMicro(), "5m"}}
			for id, p := range w.People {
				p.Budget, p.Single = 1, true
				p.Had = []time.Time{on(14).Add(-20 * time.Minute)}
				w.People[id] = p
			}
			sits := []hiring.DayThing{thing("I-7", on(14).Add(4*time.Hour))}
			w.Days = map[string]hiring.DayFacts{"ann": {Sits: sits}, "ben": {Sits: sits}}
		}, []string{"Tue 10:00 ann morning digest [I-1]" + one, "Wed 10:00 ann reminder [I-1]"}},
		"times are asked about three times": {func(w *hiring.ForecastWorld) {
			w.Cards, w.Runs = nil, daily(false, 0, 14, 17)
			asked := hiring.AskedTimes{ForecastItem: hiring.ForecastItem{Ref: "I-8"}, Key: "times:I-8:1", Slots: []time.Time{on(18)}, Told: 1}
			w.Days = map[string]hiring.DayFacts{"ben": {Asked: []hiring.AskedTimes{asked}}}
		}, []string{"Mon 10:00 ben morning digest [I-8]" + counts(hiring.DayCounts{Times: 1}), "Tue 10:00 ben morning digest [I-8]" + counts(hiring.DayCounts{Times: 1})}},
		"a recruiter's day has the morning in it": {func(w *hiring.ForecastWorld) {
			w.Runs = append(daily(false, 0, 14, 15), daily(true, 30*time.Minute, 14, 15)...)
			w.Days = map[string]hiring.DayFacts{"ann": {
				Leads: true, Recruits: true, Sits: []hiring.DayThing{thing("I-7", on(14).Add(4*time.Hour))},
				Own:      []hiring.DayThing{thing("I-7", on(14).Add(4*time.Hour)), thing("I-9", on(14).Add(5*time.Hour))},
				Wordless: []hiring.DayThing{thing("X-1", on(1))}, Due: []hiring.DayThing{thing("X-2", on(15).Add(-time.Hour))},
				Targets: []hiring.DayTarget{{hiring.ForecastItem{Ref: "R-4", Req: "R-4"}, "2026-12-14"}},
			}}
			w.Cards[0].Application = "X-2"
		}, []string{
			"Fri 11:05 ann reminder [I-1]",
			"Mon 09:30 ann recruiter's day [I-1 R-4 I-7 I-7 I-9 X-1]" + counts(hiring.DayCounts{Scorecards: 1, Interviews: 2, Wordless: 1, Targets: 1}),
			"Tue 09:30 ann recruiter's day [I-1 X-1 X-2]" + counts(hiring.DayCounts{Scorecards: 1, Wordless: 1, Late: 1, Overdue: 1})}},
		"a recruiter's day without the morning": {func(w *hiring.ForecastWorld) {
			w.Cards, w.Morning, w.Runs = nil, false, daily(true, 0, 14, 14)
			w.Days = map[string]hiring.DayFacts{"ann": {Leads: true, Own: []hiring.DayThing{thing("I-9", on(14))}, Sits: []hiring.DayThing{thing("I-7", on(14))}}, "ben": {Leads: true}}
		}, []string{"Mon 10:00 ann recruiter's day [I-9]" + counts(hiring.DayCounts{Interviews: 1})}},
		"an approval is in it before it is reminded of": {func(w *hiring.ForecastWorld) {
			w.Cards, w.Runs = nil, daily(false, 0, 14, 17)
			a := hiring.Approval{
				ID: "A-1", Subject: "R-3", Requester: "cat", State: hiring.ApprovalOpen, RemindAt: on(15), StepSince: on(11),
				Steps: []hiring.ApprovalStep{{All: true, Approvers: []hiring.StepApprover{{Person: "ann"}, {Person: "ben"}}}},
			}
			w.Approvals = []hiring.WaitingApproval{{a, "cat"}}
			b := w.People["ben"]
			b.Hours = hiring.Hours{From: 14 * 60, To: 20 * 60}
			w.People["ben"], w.People["cat"] = b, w.People["ann"]
		}, []string{
			"Mon 10:00 ann morning digest [R-3]" + counts(hiring.DayCounts{Approvals: 1}), "Mon 14:00 ben morning digest [R-3]" + counts(hiring.DayCounts{Approvals: 1}),
			"Tue 10:00 ann approval reminder [R-3]", "Tue 14:00 ben approval reminder [R-3]",
			"Wed 10:00 ann approval reminder [R-3]", "Wed 14:00 ben approval reminder [R-3]",
			"Thu 10:00 ann approval reminder [R-3]", "Thu 10:00 cat approval that waits [R-3]", "Thu 14:00 ben approval reminder [R-3]"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, days(tc.change)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
