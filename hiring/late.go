package hiring

import (
	"slices"
	"time"
)

// Lateness is why a scorecard will clearly be late. The set is closed; "" is that it may still come in
// time.
type Lateness string

const (
	// LateAway is whose author is away, and back only after it is due.
	LateAway Lateness = "away"
	// LateLeft is whose author has left the company.
	LateLeft Lateness = "left"
	// LateOverdue is one that was due, and of which reminders went unanswered.
	LateOverdue Lateness = "overdue"
)

// LateReminders is after how many unanswered reminders a scorecard that was due is given up on.
const LateReminders = 2

// LateCause tells whether a scorecard will clearly be late, and why. Reminders is how many were sent of
// it, active whether its author is still here, and back when they are back who are away now: zero for who
// is not. Of several causes it returns the one that waiting helps least.
func LateCause(s Scorecard, reminders int, active bool, back, now time.Time) Lateness {
	switch {
	case !s.Owed():
		return ""
	case !active:
		return LateLeft
	case !back.IsZero() && back.After(s.DueAt):
		return LateAway
	case s.Late(now) && reminders >= LateReminders:
		return LateOverdue
	default:
		return ""
	}
}

// AwayUntil returns the last day, YYYY-MM-DD, of the days on which somebody is away now, "" for who is
// not. Spans between which they do not work a day are one.
func (w WorkTime) AwayUntil(now time.Time) string {
	y, m, d := now.In(w.Zone).Date()
	until := ""
	for n := range searchDays {
		day := time.Date(y, m, d+n, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
		away := slices.ContainsFunc(w.Away, func(a DaysAway) bool { return a.From <= day && day <= a.To })
		switch {
		case away:
			until = day
		case until == "" || w.Calendar.Workday(day):
			return until
		}
	}
	return until
}

// BackAt returns the first instant at which somebody works again who is away now; zero for who is not away.
func (w WorkTime) BackAt(now time.Time) time.Time {
	if w.AwayUntil(now) == "" {
		return time.Time{}
	}
	if back := w.NextAllowed(now); !back.IsZero() {
		return back
	}
	return now.AddDate(0, 0, searchDays) // they are not back for as long as anybody looks ahead
}
