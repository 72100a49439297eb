package hiring

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// MaxLine is how long each of the three lines can be, in characters.
const MaxLine = 300

// ThreeLines are the least that somebody can say of a candidate instead of rating every dimension, where
// who recruits accepts it: a line each.
type ThreeLines struct {
	// For is what spoke for them, Against what spoke against them, Next what to ask next.
	For, Against, Next string
}

// Tidied returns the lines without blanks around and breaks within.
func (l ThreeLines) Tidied() ThreeLines {
	line := func(text string) string { return strings.Join(strings.Fields(text), " ") }
	return ThreeLines{For: line(l.For), Against: line(l.Against), Next: line(l.Next)}
}

// Short tells whether the content is three lines and no ratings.
func (c CardContent) Short() bool { return c.Lines.Tidied() != ThreeLines{} }

// LineProblems returns an Invalid error for each field of three lines that cannot be submitted as it is,
// in the order of the form: what they would do is said, and what spoke for the candidate or against them.
// A busy interviewer has seldom both, so one of the two will do. The fields are overall, for, against and
// next.
func (c CardContent) LineProblems() []*Error {
	var problems []*Error
	add := func(err *Error) {
		if err != nil {
			problems = append(problems, err)
		}
	}
	if !slices.Contains(Recommendations, c.Overall) {
		add(InvalidField("overall", "Choose what you would do: strong no, no, yes or strong yes."))
	}
	l := c.Lines.Tidied()
	if l.For == "" && l.Against == "" {
		add(InvalidField("for", "Write a line on what spoke for them, or one on what spoke against, like “asked for an idempotency key unprompted”."))
	}
	add(tooLong("for", "What spoke for them", l.For, MaxLine))
	add(tooLong("against", "What spoke against", l.Against, MaxLine))
	add(tooLong("next", "What to ask next", l.Next, MaxLine))
	for _, key := range slices.Sorted(maps.Keys(c.Ratings)) {
		add(InvalidField(RatingField(key), "Three lines go without ratings. Give the whole scorecard to rate."))
	}
	return append(problems, notTooLongNote(c.PrivateNote)...)
}

// AcceptLines returns the scorecard as one of which three lines are enough, accepted by somebody now; the
// whole of it is welcome all the same. One that was accepted before stays as it is. It returns a Conflict
// error where it is not waited for, and before the interview has begun, when somebody else can still be
// found.
func (s Scorecard) AcceptLines(i Interview, by string, now time.Time) (Scorecard, error) {
	switch {
	case s.State == CardDeclined && !s.Removed:
		return s, Errorf(Conflict, "They said that they cannot give the scorecard of %s. Give their seat to somebody else, or go on without.", s.Interview)
	case !s.Waits():
		return s, s.notWaited("shortened")
	case now.Before(i.StartsAt):
		return s, Errorf(Conflict, "%s has not begun yet. Give their seat to somebody else: /interview reassign %s", s.Interview, s.Interview)
	case s.AcceptedBy != "":
		return s, nil
	}
	s.AcceptedBy, s.AcceptedAt = by, now
	return s, nil
}

// mayBeShort returns a Conflict error for three lines where nobody has accepted them, and where all was
// rated before, which they would take away.
func (s Scorecard) mayBeShort(c CardContent) error {
	switch {
	case !c.Short():
		return nil
	case s.State == CardSubmitted && !s.Short():
		return Errorf(Conflict, "Your whole scorecard of %s is in, which says more than three lines. /feedback amend %s changes it.", s.Interview, s.Interview)
	case s.AcceptedBy == "":
		return Errorf(Conflict, "Three lines are not enough for %s so far: who recruits for it has to accept them. /feedback give %s opens the whole scorecard.", s.Interview, s.Interview)
	}
	return nil
}
