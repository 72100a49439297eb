package hiring

import (
	"fmt"
	"slices"
	"time"
)

const (
	// MorningsAsked is on how many mornings somebody is asked at most about the same proposed times. These
	// were sent to them before, and are no reason for a message every day.
	MorningsAsked = 3
	// StuckDays is for how many working days a candidate is in one stage who is stuck.
	StuckDays = 10
	// DigestMost is how many of a kind a digest looks at, so that it knows of more than it counts.
	DigestMost = 26
	// DigestAnswers is how many approvals, and how many proposed interviews, it looks at.
	DigestAnswers = 10
)

// DigestDay is the day for which somebody gets a digest of a run.
type DigestDay struct {
	// At is when it goes out: now, or when they work next. From and To are the bounds of that day in their
	// zone, and Date is its date, YYYY-MM-DD.
	At, From, To time.Time
	Date         string
	Times        WorkTime
}

// DayOf returns the bounds of the day of an instant in a zone, and its date, YYYY-MM-DD.
func DayOf(at time.Time, zone *time.Location) (from, to time.Time, date string) {
	if zone == nil {
		zone = time.UTC
	}
	y, m, d := at.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone), time.Date(y, m, d+1, 0, 0, 0, 0, zone), at.In(zone).Format(time.DateOnly)
}

// DigestFor returns the day for which somebody gets what a run has for them, and false where the next run
// is for that day too: of who does not work now they are told by that, also where this one is late.
func DigestFor(times WorkTime, now, next time.Time) (DigestDay, bool) {
	d := DigestDay{At: times.NextAllowed(now), Times: times}
	if d.At.IsZero() || !d.At.Before(next) {
		return DigestDay{}, false
	}
	d.From, d.To, d.Date = DayOf(d.At, times.Zone)
	if d.At.After(now) && times.NextAllowed(next).In(times.Zone).Format(time.DateOnly) == d.Date {
		return DigestDay{}, false
	}
	return d, true
}

// MorningKey names the morning digest of somebody for that day: it is sent once.
func (d DigestDay) MorningKey(person string) string { return "morning:" + person + ":" + d.Date }

// RecruiterKey names the recruiter's day of somebody for that day.
func (d DigestDay) RecruiterKey(person string) string {
	return "recruiter_day:" + person + ":" + d.Date
}

// Nudging is what is to be done about the reminders of a scorecard.
type Nudging struct {
	Card     Scorecard
	Decision NudgeDecision
}

// Nudges returns of which scorecards somebody is reminded on the day, with what is to be done about them,
// and the interviews of the others that they owe and have not put off. Owed are those of interviews that
// are over.
func (d DigestDay) Nudges(p NudgePolicy, owed []Scorecard) (nudges []Nudging, also []string) {
	for _, card := range owed {
		if decision := p.DecideDay(card, d.Times, d.At); decision.Send {
			nudges = append(nudges, Nudging{card, decision})
		} else if card.Beside(d.At) {
			also = append(also, card.Interview)
		}
	}
	return nudges, also
}

// MorningApprovals returns which of the approvals that wait for somebody a digest of the day of an instant
// tells as something new, and which as waiting too: those that were reminded of for the last time, or were
// only asked for on the day. Those of which a reminder of its own goes out on the day are neither.
func MorningApprovals(waiting []Approval, at time.Time, zone *time.Location) (news, more []Approval) {
	from, to, _ := DayOf(at, zone)
	for _, a := range waiting {
		switch remindedOn := !a.RemindAt.IsZero() && a.RemindAt.Before(to); {
		case a.Paused() || remindedOn:
		case newOn(a, from):
			news = append(news, a)
		default:
			more = append(more, a)
		}
	}
	return news, more
}

// newOn tells of an approval that is reminded of after a day, if ever, whether a digest of that day tells
// something new by it: it waits since before the day, and no reminder went out on it. An answer on that day
// begins the waiting anew.
func newOn(a Approval, from time.Time) bool {
	if a.RemindAt.IsZero() || !a.StepSince.Before(from) {
		return false // reminded of as often as it is, or asked for on the day
	}
	return a.Reminded == 0 || a.Question != nil && !a.Question.AnsweredAt.Before(from)
}

// Asks tells whether times that are to come are proposed to somebody who has not answered one.
func (i Interview) Asks(person string, now time.Time) bool {
	return slices.ContainsFunc(i.Slots, func(s Slot) bool {
		_, answered := s.Answers[person]
		return !answered && s.At.After(now)
	})
}

// TimesKey names the times that are proposed now for an interview.
func (i Interview) TimesKey() string {
	return fmt.Sprintf("times:%s:%d", i.ID, i.Slots[0].At.UnixMicro())
}

// RecruiterBounds are between which instants and dates lies what a recruiter's day tells of.
type RecruiterBounds struct {
	// From is the first, To after the last beginning of an interview.
	From, To time.Time
	// Waiting and Stuck are since when at the latest somebody waits for word, or is in their stage, and
	// Late is by when at the latest a scorecard was due.
	Waiting, Stuck, Late time.Time
	// FirstTarget and LastTarget are target dates, YYYY-MM-DD, both included.
	FirstTarget, LastTarget string
}

// BoundsOfDay returns the bounds of a recruiter's day at an instant, in their zone; waitingDays is after how
// many working days a candidate waits for word.
func BoundsOfDay(at time.Time, zone *time.Location, waitingDays int, workday func(date string) bool) RecruiterBounds {
	_, to, date := DayOf(at, zone)
	zone = to.Location()
	y, m, d := at.In(zone).Date()
	sunday := d + (7-int(at.In(zone).Weekday()))%7
	return RecruiterBounds{
		From: at, To: to, Late: at,
		Waiting:     WorkingDaysBefore(at, waitingDays, zone, workday),
		Stuck:       WorkingDaysBefore(at, StuckDays, zone, workday),
		FirstTarget: date, LastTarget: time.Date(y, m, sunday, 0, 0, 0, 0, time.UTC).Format(time.DateOnly),
	}
}
