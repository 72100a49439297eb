package views

import (
	"strings"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
)

// The card of a late scorecard says why, and offers what can be done about it: until something was, and then
// what.
func TestLatePanelCard(t *testing.T) {
	t.Parallel()
	i := sampleInterview()
	due := i.EndsAt().AddDate(0, 0, 3)
	begun, before, after := i.StartsAt.Add(time.Hour), i.StartsAt.Add(-time.Hour), due.Add(time.Hour)
	waits := hiring.Scorecard{Interview: i.ID, Person: "P-9", State: hiring.CardDraft, DueAt: due, Nudges: 3}
	with := func(change func(*hiring.Scorecard)) hiring.Scorecard {
		s := waits
		change(&s)
		return s
	}
	off := i
	off.State = hiring.InterviewCancelled
	cases := []struct {
		name string
		i    hiring.Interview
		s    hiring.Scorecard
		look lateLook
		want []string
		not  []string
	}{
		{"away", i, waits, lateLook{now: begun, cause: hiring.LateAway, until: "2027-01-04", instead: []hiring.Person{{ID: "P-5", Name: "Nikhil"}}},
			[]string{"I-31: a scorecard will be late.", "Due Mon 14 Dec", "@P-9 is away until Mon 4 Jan.", "[Swap] [Three lines] [Go on without]", "Put @Nikhil on it", "Show I-31", "1 of 3 in", "recording"}, nil},
		{"away, before it has begun", i, waits, lateLook{now: before, cause: hiring.LateAway, until: "2027-01-04"}, []string{"[Swap] [Go on without]"}, []string{"[Three lines]", "recording"}},
		{"left", i, waits, lateLook{now: begun, cause: hiring.LateLeft, gone: true}, []string{"@P-9 has left.", "[Swap] [Go on without]"}, []string{"[Three lines]"}},
		{"left since, though told as overdue", i, waits, lateLook{now: after, cause: hiring.LateOverdue, gone: true}, []string{"@P-9 has left."}, []string{"not given it"}},
		{"overdue", i, waits, lateLook{now: after, cause: hiring.LateOverdue}, []string{"It was due Mon 14 Dec", "@P-9 was reminded, and has not given it yet."}, []string{"is away"}},
		{"back by now", i, waits, lateLook{now: begun, cause: hiring.LateAway}, []string{"@P-9 is back."}, nil},
		{"accepted", i, with(func(s *hiring.Scorecard) { s.AcceptedBy = "P-1" }), lateLook{now: after, cause: hiring.LateOverdue},
			[]string{"Three lines are enough, accepted by @P-1. They are not in yet.", "[Swap] [Go on without]"}, []string{"[Three lines]"}},
		{"in", i, with(func(s *hiring.Scorecard) { s.State = hiring.CardSubmitted }), lateLook{now: after}, []string{"I-31 is settled", "The scorecard of @P-9 is in."}, []string{"[Swap]"}},
		{"waived", i, with(func(s *hiring.Scorecard) {
			s.State, s.Waived, s.WaivedBy, s.Why = hiring.CardWaived, hiring.WaivedByRecruiter, "P-1", "on leave"
		}), lateLook{now: after}, []string{"Nobody waits for the scorecard of @P-9: waived by @P-1."}, []string{"[Swap]"}},
		{"handed over", i, with(func(s *hiring.Scorecard) { s.State, s.Removed, s.HandedTo = hiring.CardDeclined, true, "P-5" }), lateLook{now: after},
			[]string{"@P-5 sits on it in the place of @P-9."}, []string{"[Swap]"}},
		{"taken off", i, with(func(s *hiring.Scorecard) { s.State, s.Removed = hiring.CardDeclined, true }), lateLook{now: after}, []string{"@P-9 does not sit on it any more."}, []string{"[Swap]"}},
		{"declined", i, with(func(s *hiring.Scorecard) { s.State = hiring.CardDeclined }), lateLook{now: after}, []string{"I-31 needs somebody else", "[Swap] [Go on without]"}, []string{"settled"}},
		{"cancelled", off, with(func(s *hiring.Scorecard) { s.State, s.Waived = hiring.CardWaived, hiring.WaivedOff }), lateLook{now: after}, []string{"I-31 is settled", "The interview is cancelled."}, []string{"[Swap]"}},
	}
	for _, c := range cases {
		c.look.about, c.look.count, c.look.zone, c.look.who = "C-7, system design (R-12)", panelCount{1, 3}, time.UTC, func(id string) bot.Text { return bot.Who(id, id) }
		plain := bot.PlainCard(latePanelCard(c.i, c.s, c.look), time.UTC)
		for _, part := range c.want {
			if !strings.Contains(plain, part) {
				t.Errorf("%s: it lacks %q:\n%s", c.name, part, plain)
			}
		}
		for _, part := range c.not {
			if strings.Contains(plain, part) {
				t.Errorf("%s: it says %q:\n%s", c.name, part, plain)
			}
		}
		if head := []rune(strings.ReplaceAll(plain, "\n", " ")); c.s.Waits() && strings.Contains(string(head[:min(len(head), 80)]), "@") {
			t.Errorf("%s: a phone shows a name: %s", c.name, string(head))
		}
	}
}
