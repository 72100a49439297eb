package views

import (
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
)

func sampleInterview() hiring.Interview {
	return hiring.Interview{
		ID: "I-31", Candidate: "C-7", Req: "R-12", Stage: "system-design", StartsAt: time.Date(2026, 12, 11, 9, 30, 0, 0, time.UTC), Minutes: 60,
		State: hiring.InterviewScheduled, Join: "https://meet.example.com/a?b=1, room 3", Sequence: 2, Told: 1,
		CreatedAt: time.Date(2026, 12, 7, 4, 0, 0, 0, time.UTC), ChangedAt: time.Date(2026, 12, 8, 4, 0, 0, 0, time.UTC),
		Panel: []hiring.Panelist{{Person: "P-8", Leads: []string{"system-design"}}, {Person: "P-9"}},
	}
}

func samplePlaybook() hiring.Playbook {
	return hiring.Playbook{
		Stages:     []hiring.Stage{{Key: "system-design", Title: "System design", Minutes: 60, Dimensions: []string{"system-design", "api-design"}}},
		Dimensions: []hiring.Dimension{{Key: "system-design", Title: "System design"}, {Key: "api-design", Title: "API design"}},
	}
}

// The entry of a calendar is read back as a calendar does: the same id with a higher sequence updates
// it, and one that is cancelled removes it.
func TestCalendarFile(t *testing.T) {
	t.Parallel()
	moved := sampleInterview()
	moved.StartsAt, moved.Sequence = moved.StartsAt.Add(time.Hour), 3
	cancelled := moved
	cancelled.State, cancelled.Sequence = hiring.InterviewCancelled, 4
	type entry struct{ UID, Stamp, Sequence, Method, Status, Start, End, Summary, Location string }
	read := func(i hiring.Interview) entry {
		file, err := calendarFile(i, samplePlaybook())
		if err != nil {
			t.Fatal(err)
		}
		if file.Name != "I-31.ics" || file.MediaType != "text/calendar" {
			t.Errorf("the file is %s, %s", file.Name, file.MediaType)
		}
		if strings.Count(string(file.Data), "\n") != strings.Count(string(file.Data), "\r\n") {
			t.Error("a line does not end in CRLF, as RFC 5545 asks")
		}
		cal, err := ics.ParseCalendar(strings.NewReader(string(file.Data)))
		if err != nil {
			t.Fatal(err)
		}
		if len(cal.Events()) != 1 {
			t.Fatalf("it has %d entries", len(cal.Events()))
		}
		event := cal.Events()[0]
		value := func(of ics.ComponentProperty) string {
			if p := event.GetProperty(of); p != nil {
				return p.Value
			}
			return ""
		}
		method := ""
		for _, p := range cal.CalendarProperties {
			if p.IANAToken == string(ics.PropertyMethod) {
				method = p.Value
			}
		}
		return entry{
			value(ics.ComponentPropertyUniqueId), value(ics.ComponentPropertyDtstamp), value(ics.ComponentPropertySequence), method, value(ics.ComponentPropertyStatus),
			value(ics.ComponentPropertyDtStart), value(ics.ComponentPropertyDtEnd), value(ics.ComponentPropertySummary), value(ics.ComponentPropertyLocation),
		}
	}
	want := entry{
		Stamp: "20261208T040000Z", Sequence: "2", Method: "PUBLISH", Status: "CONFIRMED",
		Start: "20261211T093000Z", End: "20261211T103000Z", Summary: "Interview I-31: system design", Location: "https://meet.example.com/a?b=1, room 3",
	}
	got := read(sampleInterview())
	want.UID = got.UID // the same for all three, below
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("scheduled (-want +got):\n%s", diff)
	}
	want.Sequence, want.Start, want.End = "3", "20261211T103000Z", "20261211T113000Z"
	if diff := cmp.Diff(want, read(moved)); diff != "" {
		t.Errorf("moved (-want +got):\n%s", diff)
	}
	want.Sequence, want.Method, want.Status = "4", "CANCEL", "CANCELLED"
	if diff := cmp.Diff(want, read(cancelled)); diff != "" {
		t.Errorf("cancelled (-want +got):\n%s", diff)
	}
}

func TestJoinText(t *testing.T) {
	t.Parallel()
	for join, want := range map[string]bot.Text{
		"https://meet.example.com/abc":       bot.To("meet.example.com", "https://meet.example.com/abc"),
		"https://a.example@b.example/":       bot.To("b.example", "https://a.example@b.example/"),
		"https://meet.example.com/a, room 3": bot.T("https://meet.example.com/a, room 3"),
		"javascript:alert(1)":                bot.T("javascript:alert(1)"),
		"room 3":                             bot.T("room 3"),
	} {
		if diff := cmp.Diff(want, joinText(join)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", join, diff)
		}
	}
}

func TestCandidateText(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("IST", 5*3600+1800)
	params := candidateTextParams{
		first: "Asha", position: "Senior Java backend", company: "Acme India", stage: "System design", contact: "Ravi", zone: zone,
		names: func(id string) string { return map[string]string{"P-8": "Meera", "P-9": "Nikhil"}[id] },
	}
	first := sampleInterview()
	first.Told = 0
	text := candidateText(first, params)
	for _, part := range []string{
		"Hello Asha,", "Your interview with us for Senior Java backend is planned:", "When: Fri 11 Dec 2026, 3:00 pm IST (UTC+05:30)", "How long: 60 minutes", "With: Meera and Nikhil", "How to join: https://meet.example.com/a?b=1, room 3",
		"please call or write to Ravi", "adjustment", "Kind regards\nRavi, Acme India",
	} {
		if !strings.Contains(text, part) {
			t.Errorf("it lacks %q:\n%s", part, text)
		}
	}
	if text := candidateText(sampleInterview(), params); !strings.Contains(text, "has changed") {
		t.Errorf("who was told of another time is not told that it changed:\n%s", text)
	}
	off := sampleInterview()
	off.State = hiring.InterviewCancelled
	if text := candidateText(off, params); !strings.Contains(text, "does not take place") || strings.Contains(text, "How to join") {
		t.Errorf("of a cancelled one:\n%s", text)
	}
	off.State, off.StartsAt = hiring.InterviewProposed, time.Time{}
	if text := candidateText(off, params); text != "" {
		t.Errorf("of one without a time:\n%s", text)
	}
}

// The first 80 characters of a message about an interview are all that a phone shows. They name nobody,
// and the card of the scorecards that a reader may not see holds nothing of them.
func TestScorecardsCard(t *testing.T) {
	t.Parallel()
	who := func(id string) bot.Text { return bot.Who(id, id) }
	said := hiring.CardContent{
		Ratings: map[string]hiring.Rating{"system-design": {Value: 4, Evidence: "asked for an idempotency key"}, "gone": {Value: hiring.NotCovered}},
		Overall: hiring.Yes, PrivateNote: "the notice is long",
	}
	look := scorecardsLook{viewer: "P-9", zone: time.UTC, sight: hiring.SightAll, playbook: samplePlaybook(), count: panelCount{1, 2}, who: who, cards: []hiring.Scorecard{
		{Interview: "I-31", Person: "P-8", State: hiring.CardSubmitted, CardContent: said, Edition: 1},
		{Interview: "I-31", Person: "P-9", State: hiring.CardDraft, Notes: []hiring.NoteLine{{At: time.Date(2026, 12, 11, 15, 20, 0, 0, time.UTC), Text: "unprompted"}}},
	}}
	plain := bot.PlainCard(scorecardsCard(sampleInterview(), look), time.UTC)
	for _, part := range []string{"@P-8 · Yes", "System design: 4 · Strong · “asked for an idempotency key”", "gone: Not covered", "@P-9 · begun", "3:20 pm unprompted", "1 of 2 in"} {
		if !strings.Contains(plain, part) {
			t.Errorf("it lacks %q:\n%s", part, plain)
		}
	}
	look.sight, look.cards[0].CardContent = hiring.SightOwn, hiring.CardContent{}
	plain = bot.PlainCard(scorecardsCard(sampleInterview(), look), time.UTC)
	if !strings.Contains(plain, "@P-8 · in") || !strings.Contains(plain, "[Fill in]") || strings.Contains(plain, "Strong") {
		t.Errorf("before one's own:\n%s", plain)
	}
	look.sight = hiring.SightReason
	if plain = bot.PlainCard(scorecardsCard(sampleInterview(), look), time.UTC); !strings.Contains(plain, "[Open with a reason]") {
		t.Errorf("before all are in:\n%s", plain)
	}
}

func TestInSentence(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{"System design": "system design", "API design": "API design", "": "", "X": "x"} {
		if got := InSentence(title); got != want {
			t.Errorf("InSentence(%q) = %q, want %q", title, got, want)
		}
	}
}

// Whoever sits on an interview is told what is theirs, alone on it and without anything to lead on too.
func TestKitSaysWhatIsAssessed(t *testing.T) {
	t.Parallel()
	lines := func(i hiring.Interview, viewer string) string {
		look := kitLook{playbook: samplePlaybook(), viewer: viewer, who: func(id string) bot.Text { return bot.T("@" + id) }}
		return bot.Lines(leadLines(i, look)...).Plain(time.UTC)
	}
	two, alone := sampleInterview(), sampleInterview()
	alone.Panel = alone.Panel[:1]
	for _, c := range []struct {
		of           hiring.Interview
		viewer, want string
	}{
		{two, "P-8", "You lead on system design."},
		{two, "P-9", "You lead on nothing of it; everybody rates all.\n@P-8 leads on system design."},
		{two, "P-1", "@P-8 leads on system design."},
		{alone, "P-8", "You assess system design and API design."},
		{alone, "P-1", ""},
	} {
		if got := lines(c.of, c.viewer); got != c.want {
			t.Errorf("%s of %d reads %q, want %q", c.viewer, len(c.of.Panel), got, c.want)
		}
	}
}
