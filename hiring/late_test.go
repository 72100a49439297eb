package hiring_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/hiring"
)

func lines(text string) hiring.CardContent {
	return hiring.CardContent{Overall: hiring.Yes, Lines: hiring.ThreeLines{For: text}}
}

func TestThreeLines(t *testing.T) {
	t.Parallel()
	i := interview("ann", "ben")
	card := hiring.NewScorecard(i, "ann", friday.AddDate(0, 0, 3))
	if _, err := card.Submit(i, lines("drew it"), dimensions(), friday); hiring.ErrorCode(err) != hiring.Conflict {
		t.Errorf("that nobody accepted: %v", err)
	}
	if _, err := card.AcceptLines(i, "recruiter", friday.Add(-time.Second)); hiring.ErrorCode(err) != hiring.Conflict {
		t.Errorf("accepted before it began: %v", err)
	}
	for what, change := range map[string]func() (hiring.Scorecard, error){
		"declined": func() (hiring.Scorecard, error) { return card.Decline("") },
		"waived":   func() (hiring.Scorecard, error) { return card.Waive("recruiter", "why") },
		"in":       func() (hiring.Scorecard, error) { return card.Submit(i, says(3, 3, hiring.Yes), dimensions(), friday) },
	} {
		s, err := change()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := s.AcceptLines(i, "recruiter", friday); hiring.ErrorCode(err) != hiring.Conflict || got.AcceptedBy != "" {
			t.Errorf("accepted of one that is %s: %v", what, err)
		}
	}
	ready, err := card.AcceptLines(i, "recruiter", friday)
	if err != nil || ready.AcceptedBy != "recruiter" || !ready.AcceptedAt.Equal(friday) || !ready.Waits() {
		t.Fatalf("%+v, %v", ready, err)
	}
	if again, err := ready.AcceptLines(i, "manager", friday.Add(time.Hour)); err != nil || again.AcceptedBy != "recruiter" || !again.AcceptedAt.Equal(friday) {
		t.Errorf("accepted twice: %+v, %v", again, err)
	}
	long := strings.Repeat("x", hiring.MaxLine+1)
	for name, c := range map[string]struct {
		content hiring.CardContent
		fields  string
	}{
		"for alone":     {hiring.CardContent{Overall: hiring.Yes, Lines: hiring.ThreeLines{For: "drew it"}}, ""},
		"against alone": {hiring.CardContent{Overall: hiring.No, Lines: hiring.ThreeLines{Against: "never spoke of failures"}}, ""},
		"all three":     {hiring.CardContent{Overall: hiring.No, Lines: hiring.ThreeLines{For: "a", Against: "b", Next: "c"}}, ""},
		"next alone":    {hiring.CardContent{Overall: hiring.No, Lines: hiring.ThreeLines{Next: "how to find a slow query"}}, "for"},
		"blanks":        {hiring.CardContent{Overall: hiring.No, Lines: hiring.ThreeLines{For: " \n ", Next: "x"}}, "for"},
		"no word":       {hiring.CardContent{Lines: hiring.ThreeLines{For: "drew it"}}, "overall"},
		"too long":      {hiring.CardContent{Overall: hiring.No, Lines: hiring.ThreeLines{For: long, Against: long, Next: long}}, "for against next"},
		"with ratings":  {hiring.CardContent{Overall: hiring.No, Lines: hiring.ThreeLines{For: "a"}, Ratings: map[string]hiring.Rating{"operations": {Value: 2}}}, "rating_operations"},
	} {
		var fields []string
		for _, p := range c.content.Problems(dimensions()) {
			fields = append(fields, p.Field())
		}
		if got := strings.Join(fields, " "); got != c.fields {
			t.Errorf("%s: wrong are %q, want %q", name, got, c.fields)
		}
		if _, err := ready.Submit(i, c.content, dimensions(), friday); (err == nil) != (c.fields == "") {
			t.Errorf("%s: %v", name, err)
		}
	}
	in, err := ready.Submit(i, lines("  drew \n it "), dimensions(), friday)
	if err != nil || in.State != hiring.CardSubmitted || in.Lines.For != "drew it" || in.AcceptedBy != "recruiter" {
		t.Fatalf("%+v, %v", in, err)
	}
	if again, err := in.Submit(i, lines("drew it"), dimensions(), friday); err != nil || again.Edition != 1 {
		t.Errorf("twice: %+v, %v", again, err)
	}
	if _, err := in.Submit(i, says(3, 3, hiring.Yes), dimensions(), friday); hiring.ErrorCode(err) != hiring.Conflict {
		t.Errorf("anew: %v", err)
	}
	amended, err := in.Amend(1, lines("drew it twice"), dimensions(), friday)
	if err != nil || amended.Edition != 2 {
		t.Errorf("%+v, %v", amended, err)
	}
	whole, err := amended.Amend(2, says(3, 3, hiring.Yes), dimensions(), friday)
	if err != nil || whole.Edition != 3 || whole.Short() {
		t.Errorf("%+v, %v", whole, err)
	}
	if _, err := whole.Amend(3, lines("drew it"), dimensions(), friday); hiring.ErrorCode(err) != hiring.Conflict {
		t.Errorf("what was rated is taken away: %v", err)
	}
	if full, err := ready.Submit(i, says(3, 3, hiring.Yes), dimensions(), friday); err != nil || full.Short() {
		t.Errorf("the whole scorecard all the same: %v", err)
	}
	declined, err := ready.Decline("")
	if err != nil {
		t.Fatal(err)
	}
	if asked := declined.Ask(friday); asked.AcceptedBy != "" || !asked.AcceptedAt.IsZero() {
		t.Errorf("asked again: %+v", asked)
	}
}

func TestLateCause(t *testing.T) {
	t.Parallel()
	i := interview("ann")
	due := friday.AddDate(0, 0, 3)
	card := hiring.NewScorecard(i, "ann", due)
	waived, err := card.Waive("recruiter", "why")
	if err != nil {
		t.Fatal(err)
	}
	before, after := due.Add(-time.Hour), due.Add(time.Hour)
	for name, c := range map[string]struct {
		card      hiring.Scorecard
		reminders int
		active    bool
		back, now time.Time
		want      hiring.Lateness
	}{
		"in time":                         {card, 2, true, time.Time{}, before, ""},
		"at the last moment":              {card, 2, true, time.Time{}, due, ""},
		"overdue, reminded twice":         {card, 2, true, time.Time{}, after, hiring.LateOverdue},
		"overdue, reminded once":          {card, 1, true, time.Time{}, after, ""},
		"away, back before it is due":     {card, 0, true, before, friday, ""},
		"away, back when it is due":       {card, 0, true, due, friday, ""},
		"away beyond":                     {card, 0, true, after, friday, hiring.LateAway},
		"away beyond, and overdue":        {card, 3, true, after.AddDate(0, 0, 9), after, hiring.LateAway},
		"left":                            {card, 0, false, time.Time{}, friday, hiring.LateLeft},
		"left while away":                 {card, 3, false, after, after, hiring.LateLeft},
		"not waited for":                  {waived, 3, false, after, after, ""},
		"of a proposed one, without time": {hiring.Scorecard{State: hiring.CardPending}, 3, true, time.Time{}, after, ""},
	} {
		if got := hiring.LateCause(c.card, c.reminders, c.active, c.back, c.now); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestAwayUntil(t *testing.T) {
	t.Parallel()
	work := hiring.DefaultWorkTime(india)
	for name, c := range map[string]struct {
		away        []hiring.DaysAway
		until, back string
	}{
		"here":                       {nil, "", ""},
		"away tomorrow":              {[]hiring.DaysAway{{From: "2026-12-12", To: "2026-12-14"}}, "", ""},
		"away until yesterday":       {[]hiring.DaysAway{{From: "2026-12-01", To: "2026-12-10"}}, "", ""},
		"today":                      {[]hiring.DaysAway{{From: "2026-12-11", To: "2026-12-11"}}, "2026-12-11", "Mon 14 Dec 09:30"},
		"until a date":               {[]hiring.DaysAway{{From: "0001-01-01", To: "2026-12-15"}}, "2026-12-15", "Wed 16 Dec 09:30"},
		"two spans over a weekend":   {[]hiring.DaysAway{{From: "2026-12-14", To: "2026-12-14"}, {From: "2026-12-11", To: "2026-12-11"}}, "2026-12-14", "Tue 15 Dec 09:30"},
		"two spans, a day between":   {[]hiring.DaysAway{{From: "2026-12-11", To: "2026-12-14"}, {From: "2026-12-16", To: "2026-12-18"}}, "2026-12-14", "Tue 15 Dec 09:30"},
		"for as long as anyone asks": {[]hiring.DaysAway{{From: "0001-01-01", To: "9999-12-31"}}, "2028-12-11", "Tue 12 Dec 15:00"},
	} {
		work.Away = c.away
		if got := work.AwayUntil(friday); got != c.until {
			t.Errorf("%s: away until %q, want %q", name, got, c.until)
		}
		back := ""
		if at := work.BackAt(friday); !at.IsZero() {
			back = at.In(india).Format("Mon 2 Jan 15:04")
		}
		if back != c.back {
			t.Errorf("%s: back %q, want %q", name, back, c.back)
		}
	}
}

// What a debrief goes without stands in it: who waived what, whose three lines were accepted, and who took
// a seat over once the interview had begun.
func TestDebriefSaysWhatItGoesWithout(t *testing.T) {
	t.Parallel()
	now := friday
	i := interview("ann", "ben", "cat", "dan")
	due := func(string) time.Time { return friday.AddDate(0, 0, 3) }
	cards, err := hiring.SeatCards(i, nil, due)
	if err != nil {
		t.Fatal(err)
	}
	swap := func(who, by string, at time.Time) {
		t.Helper()
		if i, err = i.Replace(who, by, at); err != nil {
			t.Fatal(err)
		}
		if cards, err = hiring.SeatCards(i, cards, due); err != nil {
			t.Fatal(err)
		}
	}
	swap("dan", "eva", friday.Add(-time.Hour))
	swap("eva", "fay", friday.Add(time.Hour))
	at := func(person string) *hiring.Scorecard {
		return &cards[slices.IndexFunc(cards, func(s hiring.Scorecard) bool { return s.Person == person })]
	}
	steps := []struct {
		who    string
		change func(s hiring.Scorecard) (hiring.Scorecard, error)
	}{
		{"ann", func(s hiring.Scorecard) (hiring.Scorecard, error) { return s.AcceptLines(i, "recruiter", now) }},
		{"ann", func(s hiring.Scorecard) (hiring.Scorecard, error) {
			return s.Submit(i, lines("drew it"), dimensions(), now)
		}},
		{"ben", func(s hiring.Scorecard) (hiring.Scorecard, error) {
			return s.Waive("manager", "on leave until January")
		}},
		{"cat", func(s hiring.Scorecard) (hiring.Scorecard, error) { return s.AcceptLines(i, "recruiter", now) }},
		{"cat", func(s hiring.Scorecard) (hiring.Scorecard, error) {
			return s.Submit(i, says(4, 3, hiring.Yes), dimensions(), now)
		}},
		{"fay", func(s hiring.Scorecard) (hiring.Scorecard, error) { return s.AcceptLines(i, "manager", now) }},
	}
	for _, step := range steps {
		if *at(step.who), err = step.change(*at(step.who)); err != nil {
			t.Fatal(err)
		}
	}
	playbook := hiring.Playbook{Dimensions: dimensions(), Stages: []hiring.Stage{{Key: "system-design", Dimensions: []string{"system-design", "operations"}}}}
	d := hiring.NewDebrief(hiring.DebriefParams{Playbook: playbook, Level: "senior", Interviews: []hiring.Interview{i}, Cards: cards})
	if len(d.Waived) != 1 || d.Waived[0].Person != "ben" || d.Waived[0].By != "manager" || d.Waived[0].Why != "on leave until January" {
		t.Errorf("waived: %+v", d.Waived)
	}
	var short []string
	for _, s := range d.Short {
		short = append(short, fmt.Sprint(s.Person, " ", s.State, " ", s.By))
	}
	if got := strings.Join(short, ", "); got != "ann submitted recruiter, fay pending manager" {
		t.Errorf("three lines: %s", got)
	}
	if diff := cmp.Diff([]hiring.DebriefHandover{{Interview: i.ID, From: "eva", To: "fay", At: friday.Add(time.Hour)}}, d.Handed); diff != "" {
		t.Error(diff)
	}
	ann := d.People[0]
	if ann.Person != "ann" || ann.Score != 0 || !ann.Short() || len(ann.Ratings) != 2 || ann.Ratings["operations"].Value != hiring.NotCovered || ann.Lines.For != "drew it" {
		t.Errorf("%+v", ann)
	}
	if d.Score != 356 || d.In != 2 || d.Of != 3 { // (5 × 4 + 4 × 3) / 9: three lines count for nothing in it
		t.Errorf("score %d, %d of %d", d.Score, d.In, d.Of)
	}
	if got := at("eva").TakenBack(); got.HandedTo != "" || !got.HandedAt.IsZero() || !got.Removed {
		t.Errorf("%+v", got)
	}
}
