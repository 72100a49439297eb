package hiring

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Schedule is something that the bot does at set times. What stands here is what holds where nobody has
// changed it.
type Schedule struct {
	// Name is what its row and its commands call it.
	Name, Title, Help string
	// Expression is when it is done: a cron expression of five fields.
	Expression string
	// On says whether it is done at all.
	On bool
}

// The names of the schedules.
const (
	ScheduleRecruiterDay  = "recruiter_day"
	ScheduleMorningDigest = "morning_digest"
	ScheduleTargetDates   = "target_dates"
	ScheduleWeeklyReport  = "weekly_report"
	// ScheduleApprovals is no schedule that is run at one time: approvals are reminded of at the time of
	// reminders by each one's clock. When that was done last stands with those of the others.
	ScheduleApprovals = "approval_reminders"
)

// Schedules lists every schedule, in the order in which they are shown, and in which those are run that
// are due at once: who gets a recruiter's day gets what the morning has for them in it.
func Schedules() []Schedule {
	return []Schedule{
		{Name: ScheduleRecruiterDay, Title: "Recruiter's day", Expression: "30 9 * * 1-5", On: true,
			Help: "Tells recruiters and hiring managers, each in one message, what today has of their requisitions: interviews, candidates who wait for word, overdue scorecards, what is stuck, and the target dates of the week. What the morning digest has for them is in it."},
		{Name: ScheduleMorningDigest, Title: "Morning digest", Expression: "0 10 * * 1-5", On: true,
			Help: "Tells everybody, in one message, what is new for them today: scorecards, interviews, times to answer, approvals. Who has nothing gets none."},
		{Name: ScheduleTargetDates, Title: "Past their target date", Expression: "0 10 * * 1-5", On: true,
			Help: "Tells the recruiter and the hiring manager, each in one message, which requisitions are past the date by which they should be filled. Once for each date."},
		{Name: ScheduleWeeklyReport, Title: "Weekly hiring report", Expression: "0 17 * * 5", On: false,
			Help: "Posts to the hiring channel how many requisitions were opened, filled, held and closed in the week. No names, no pay, no confidential requisition, no number under 5."},
	}
}

// ScheduleByName returns the schedule of that name, and whether there is one.
func ScheduleByName(name string) (Schedule, bool) {
	for _, s := range Schedules() {
		if s.Name == name {
			return s, true
		}
	}
	return Schedule{}, false
}

const (
	// cronExample is what a refused expression is shown.
	cronExample = "0 9 * * 1-5 for nine o'clock from Monday to Friday, or @daily"
	// maxExpression is the most characters of an expression.
	maxExpression = 100
	// leapSpan is how far the reader of expressions looks ahead, and leapLooks how often we have it
	// look again from there: 29 February can be eight years away.
	leapSpan  = 4
	leapLooks = 3
)

// Timing is when something is done again and again: an expression, in the time of a zone.
type Timing struct {
	// Expression is what was typed, Zone the zone that it named, "" for none.
	Expression, Zone string
	fires            cron.Schedule
}

// ParseTiming reads a cron expression of five fields (minute, hour, day of the month, month, day of the
// week), or a descriptor such as @daily. It may begin with CRON_TZ=Europe/Berlin. It returns an Invalid
// error for the field "when" for what is no expression, and for one that never comes, such as a 30
// February.
func ParseTiming(text string) (Timing, error) {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > maxExpression {
		return Timing{}, InvalidField("when", "That has %d characters; at most %d fit. Example: %s.", len(text), maxExpression, cronExample)
	}
	t := Timing{Expression: text}
	for _, prefix := range []string{"CRON_TZ=", "TZ="} {
		if rest, ok := strings.CutPrefix(text, prefix); ok {
			t.Zone, t.Expression, _ = strings.Cut(rest, " ")
			zone, err := ParseZone(t.Zone)
			if err != nil {
				return Timing{}, InvalidField("when", "“%s” is not a time zone I know. Use a name such as Asia/Kolkata or Europe/Berlin.", t.Zone)
			}
			t.Zone = zone.String()
		}
	}
	if strings.HasPrefix(t.Expression, "@every") {
		return Timing{}, tooOften()
	}
	// It is read as if it were UTC, whose days are all whole: what a zone makes of it is for Next to say.
	fires, err := cron.ParseStandard("CRON_TZ=UTC " + t.Expression)
	if t.Expression == "" || err != nil {
		return Timing{}, InvalidField("when", "“%s” is no time that comes again and again. Write minute, hour, day, month and day of the week: %s.", t.Expression, cronExample)
	}
	t.fires = fires
	if t.nextWall(time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return Timing{}, InvalidField("when", "“%s” never comes: there is no such day. Example: %s.", t.Expression, cronExample)
	}
	return t, nil
}

func tooOften() error {
	return InvalidField("when", "I do things at a time of the day, not several times an hour. Example: %s.", cronExample)
}

// RefuseOften refuses, with an Invalid error for the field "when", what comes several times an hour, such as
// * 9 * * 1, which is each minute from nine to ten.
func (t Timing) RefuseOften() error {
	// The minutes are the same in each hour in which it comes: the first one tells.
	first := t.nextWall(time.Date(2025, time.December, 31, 23, 59, 59, 0, time.UTC))
	if t.nextWall(first).Sub(first) < time.Hour {
		return tooOften()
	}
	return nil
}

// ParseZone returns a zone by its name, however that is capitalised: its String is the name as it is. It returns
// an Invalid error for the field "zone" for what is none.
func ParseZone(name string) (*time.Location, error) {
	name = strings.TrimSpace(name)
	for _, spelt := range []string{name, zoneSpelling(name), strings.ToUpper(name)} {
		if zone, err := time.LoadLocation(spelt); err == nil && spelt != "" && spelt != "Local" {
			return zone, nil
		}
	}
	return nil, InvalidField("zone", "“%s” is not a time zone I know. Use a name such as Asia/Kolkata or Europe/Berlin.", name)
}

// zoneSpelling writes the name of a zone as its places are written: Africa/Dar_es_Salaam.
func zoneSpelling(name string) string {
	var out strings.Builder
	word := ""
	flush := func() {
		if !slices.Contains([]string{"of", "es", "au"}, word) && word != "" {
			word = strings.ToUpper(word[:1]) + word[1:]
		}
		out.WriteString(word)
		word = ""
	}
	for _, r := range strings.ToLower(strings.ReplaceAll(name, " ", "_")) {
		if strings.ContainsRune("/_-", r) {
			flush()
			out.WriteRune(r)
			continue
		}
		word += string(r)
	}
	flush()
	return out.String()
}

// nextWall returns the next time after one that a clock on the wall shows, as if it were UTC. It is
// zero for never.
func (t Timing) nextWall(after time.Time) time.Time {
	for range leapLooks {
		if next := t.fires.Next(after); !next.IsZero() {
			return next
		}
		after = after.AddDate(leapSpan, 0, 0)
	}
	return time.Time{}
}

// Next returns the first instant after another at which it is to be done in a zone. What falls into
// the hour that is left out in spring is done at the first moment after it; in autumn, when an hour
// comes twice, in the first of the two only. It is zero for never.
func (t Timing) Next(after time.Time, zone *time.Location) time.Time {
	if t.fires == nil {
		return time.Time{}
	}
	wall := wallOf(after.In(zone))
	for {
		if wall = t.nextWall(wall); wall.IsZero() {
			return time.Time{}
		}
		// In the hour that comes twice the clock was put back: what it shows was done before.
		if at := firstAt(wall, zone); at.After(after) {
			return at
		}
	}
}

// wallOf returns what a clock on the wall shows at an instant, as if it were UTC.
func wallOf(local time.Time) time.Time {
	y, m, d := local.Date()
	return time.Date(y, m, d, local.Hour(), local.Minute(), local.Second(), local.Nanosecond(), time.UTC)
}

// firstAt returns the first instant at which a clock on the wall of a zone shows a time, or, where it
// never does, the first moment after the gap.
func firstAt(wall time.Time, zone *time.Location) time.Time { return instantsAt(wall, zone)[0] }

// instantsAt returns the moments at which the clock of a zone shows a time of the wall, two where it is
// put back over it; of one that it skips, the moment at which the gap ends.
func instantsAt(wall time.Time, zone *time.Location) []time.Time {
	y, m, d := wall.Date()
	at := time.Date(y, m, d, wall.Hour(), wall.Minute(), wall.Second(), 0, zone)
	if !wallOf(at).Equal(wall) {
		return []time.Time{gapEnd(at, wall, zone)}
	}
	// Go gives one of two instants of the same name and does not say which.
	_, offset := at.Zone()
	for _, days := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		_, other := at.Add(days).In(zone).Zone()
		twin := at.Add(time.Duration(offset-other) * time.Second)
		switch {
		case twin.Equal(at) || !wallOf(twin.In(zone)).Equal(wall):
		case twin.Before(at):
			return []time.Time{twin, at}
		default:
			return []time.Time{at, twin}
		}
	}
	return []time.Time{at}
}

// gapEnd returns the first moment after a gap in which a time of the wall lies; near is close to it.
func gapEnd(near, wall time.Time, zone *time.Location) time.Time {
	// At the one end of this span the clock shows less than wall, at the other end more.
	low, high := near.Add(-48*time.Hour), near.Add(48*time.Hour)
	for high.Sub(low) > time.Second {
		middle := low.Add(high.Sub(low) / 2).Truncate(time.Second)
		if !middle.After(low) {
			break
		}
		if wallOf(middle.In(zone)).Before(wall) {
			low = middle
		} else {
			high = middle
		}
	}
	return high.In(zone)
}

// Planned is a schedule as it holds: what is declared, with what somebody has set in its place.
type Planned struct {
	Schedule
	Timing Timing
	// Zone is whose time the expression is in.
	Zone *time.Location
}

// PlanSchedule joins a schedule with what somebody has set: an expression and a zone, "" for what is
// declared and for the company's zone, and, where enabled is not nil, whether it is on.
func PlanSchedule(s Schedule, expression, zone string, enabled *bool, company *time.Location) (Planned, error) {
	if expression != "" {
		s.Expression = expression
	}
	if enabled != nil {
		s.On = *enabled
	}
	p := Planned{Schedule: s, Zone: company}
	var err error
	if p.Timing, err = ParseTiming(s.Expression); err != nil {
		return Planned{}, err
	}
	if name := cmp.Or(zone, p.Timing.Zone); name != "" {
		if p.Zone, err = ParseZone(name); err != nil {
			return Planned{}, err
		}
	}
	return p, nil
}

// Next returns the first instant after another at which it is run, zero for never.
func (p Planned) Next(after time.Time) time.Time {
	if !p.On {
		return time.Time{}
	}
	return p.Timing.Next(after, p.Zone)
}

// Key says all that the time of its next run follows from.
func (p Planned) Key() string {
	on := "off"
	if p.On {
		on = "on"
	}
	return strings.Join([]string{p.Timing.Expression, p.Zone.String(), on}, "|")
}
