package hiring

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// DefaultNudgeSteps are the reminders of a scorecard where the company has set nothing else: the form
	// five minutes after the planned end, a reminder on the day when it is due, and one on the working day
	// after, of which the recruiter is told too.
	DefaultNudgeSteps = "5m; due; due+1 recruiter"
	// DefaultScorecardDue is within how many working days a scorecard is due, where the company has set
	// nothing else.
	DefaultScorecardDue = 1
	// MaxScorecardDue is the most that can be set for that.
	MaxScorecardDue = 10
	// MaxNudgeSteps is how many reminders of one scorecard there are at most: more are not read.
	MaxNudgeSteps = 5
	// maxNudgeWait is how long after the planned end a step can come that is counted from there, and
	// maxNudgeLate how many working days after the due day one that is counted from that.
	maxNudgeWait = 24 * time.Hour
	maxNudgeLate = 20
	nudgeExample = "5m; due; due+1 recruiter"
	// dueStep begins the key of a step that is counted from the due date.
	dueStep = "due"
)

// NudgeStep is one reminder of a scorecard: some time after the planned end of the interview, or at
// the time of reminders on the day when it is due or some working days after.
type NudgeStep struct {
	// OnDay says that it is counted from the due day, in Late working days. Otherwise it comes After the
	// planned end.
	OnDay bool
	Late  int
	After time.Duration
	// Recruiter and Manager say that the recruiter or the hiring manager is told too that the scorecard
	// is late.
	Recruiter, Manager bool
}

// Key names the time of a step: "5m", "due", "due+1". A policy has one step of each.
func (s NudgeStep) Key() string {
	switch {
	case !s.OnDay && s.After%time.Hour == 0 && s.After > 0:
		return strconv.Itoa(int(s.After/time.Hour)) + "h"
	case !s.OnDay:
		return strconv.Itoa(int(s.After/time.Minute)) + "m"
	case s.Late == 0:
		return dueStep
	default:
		return dueStep + "+" + strconv.Itoa(s.Late)
	}
}

// String prints a step as ParseNudgeSteps reads it.
func (s NudgeStep) String() string {
	text := s.Key()
	if s.Recruiter {
		text += " recruiter"
	}
	if s.Manager {
		text += " manager"
	}
	return text
}

// StepID names a step on record, by its key: one that is counted from the due date is another one for each
// due date of a scorecard.
func StepID(key string, due time.Time) string {
	if !CountsFromDue(key) {
		return key
	}
	return key + "@" + strconv.FormatInt(due.UnixMicro(), 10)
}

// CountsFromDue tells of a step, by its key or its id, whether it is counted from the due date.
func CountsFromDue(step string) bool { return strings.HasPrefix(step, dueStep) }

// StepDone returns the key of a step that is on record by its id, and whether it is one of the scorecard as
// it is due now. What is on record without a due date is.
func (s Scorecard) StepDone(id string) (key string, done bool) {
	key, _, _ = strings.Cut(id, "@")
	return key, id == key || id == StepID(key, s.DueAt)
}

// Title returns a step as people read it: "5 minutes after the planned end".
func (s NudgeStep) Title() string {
	switch {
	case !s.OnDay && s.After%time.Hour == 0 && s.After > 0:
		return plural(int(s.After/time.Hour), "hour") + " after the planned end"
	case !s.OnDay:
		return plural(int(s.After/time.Minute), "minute") + " after the planned end"
	case s.Late == 0:
		return "on the day when it is due"
	default:
		return plural(s.Late, "working day") + " after it was due"
	}
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// at returns when a step of a scorecard is planned by when its owner works. The days on which they are
// away count as days, so that their absence makes nothing due later; when they are told is another thing.
func (s NudgeStep) at(c Scorecard, w WorkTime) time.Time {
	if !s.OnDay {
		return c.EndsAt.Add(s.After)
	}
	day := w.Present()
	at := day.remindOn(c.DueAt.Add(-time.Nanosecond)) // hours that end at 24:00 end on the next day
	for range s.Late {
		next := day.NextDay(at)
		if next.IsZero() { // they never work again
			return at.AddDate(0, 0, 1)
		}
		at = next
	}
	return at
}

// NudgePolicy is how people are reminded of scorecards: the steps, in the order in which they come.
type NudgePolicy struct{ Steps []NudgeStep }

// DefaultNudgePolicy is that of a company which has set nothing.
func DefaultNudgePolicy() NudgePolicy {
	p, _ := ParseNudgeSteps(DefaultNudgeSteps)
	return p
}

// ParseNudgeSteps reads the reminders of a scorecard, separated by semicolon or comma: "5m; due; due+1
// recruiter". 5m and 2h are counted from the planned end of the interview, due is the day when the
// scorecard is due, and due+1 a working day later; recruiter and manager are told too. "none" is no
// reminder. It returns an Invalid error for the field "nudge_steps".
func ParseNudgeSteps(text string) (NudgePolicy, error) {
	var p NudgePolicy
	if Fold(text) == "none" {
		return p, nil
	}
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == '\n' }) {
		words := strings.Fields(strings.ToLower(strings.NewReplacer(" + ", "+", "+ ", "+").Replace(part)))
		if len(words) == 0 {
			continue
		}
		step, ok := parseNudgeTime(words[0])
		if !ok {
			return p, InvalidField(SettingNudgeSteps, "“%s” is no time of a reminder. Write 5m or 2h for after the planned end, due for the day when it is due, due+1 for the working day after: %s.", words[0], nudgeExample)
		}
		for _, word := range words[1:] {
			switch word {
			case "recruiter":
				step.Recruiter = true
			case "manager":
				step.Manager = true
			default:
				return p, InvalidField(SettingNudgeSteps, "“%s” is nobody who can be told too. After the time stands recruiter, manager, both or nothing: %s.", word, nudgeExample)
			}
		}
		if n := len(p.Steps); n > 0 && !p.Steps[n-1].before(step) {
			return p, InvalidField(SettingNudgeSteps, "“%s” does not come after “%s”. Put the reminders in their order, each once: %s.", step.Key(), p.Steps[n-1].Key(), nudgeExample)
		}
		p.Steps = append(p.Steps, step)
	}
	switch {
	case len(p.Steps) == 0:
		return p, InvalidField(SettingNudgeSteps, "Say when people are reminded, like %s; none is never.", nudgeExample)
	case len(p.Steps) > MaxNudgeSteps:
		return p, InvalidField(SettingNudgeSteps, "These are %d reminders of one scorecard; at most %d can be set. Three are enough.", len(p.Steps), MaxNudgeSteps)
	}
	return p, nil
}

func parseNudgeTime(word string) (NudgeStep, bool) {
	if late, onDay := strings.CutPrefix(word, dueStep); onDay {
		if late == "" {
			return NudgeStep{OnDay: true}, true
		}
		n, err := strconv.Atoi(strings.TrimPrefix(late, "+"))
		return NudgeStep{OnDay: true, Late: n}, err == nil && late[0] == '+' && n > 0 && n <= maxNudgeLate
	}
	unit := map[string]time.Duration{"m": time.Minute, "h": time.Hour}[word[len(word)-1:]]
	n, err := strconv.Atoi(word[:len(word)-1])
	if err != nil || unit == 0 || n < 0 || n > int(maxNudgeWait/unit) {
		return NudgeStep{}, false
	}
	return NudgeStep{After: time.Duration(n) * unit}, true
}

func (s NudgeStep) before(other NudgeStep) bool {
	if s.OnDay != other.OnDay {
		return other.OnDay
	}
	return s.After < other.After || s.Late < other.Late
}

// String prints the policy as ParseNudgeSteps reads it.
func (p NudgePolicy) String() string {
	if len(p.Steps) == 0 {
		return "none"
	}
	var parts []string
	for _, s := range p.Steps {
		parts = append(parts, s.String())
	}
	return strings.Join(parts, "; ")
}

// PlannedNudge is a step of a policy with the instant for which it is planned, for one scorecard. When
// it goes out depends on when its owner works.
type PlannedNudge struct {
	NudgeStep
	At time.Time
}

// Plan returns the steps of a scorecard that are not done yet, in the order of their times, by when its
// owner works. There are none where it is not waited for.
func (p NudgePolicy) Plan(c Scorecard, w WorkTime) []PlannedNudge {
	if !c.Waits() || c.EndsAt.IsZero() {
		return nil
	}
	plan := make([]PlannedNudge, 0, len(p.Steps))
	for _, s := range p.Steps {
		// A step is known by its key and not by its place: the policy may be another by now, and where
		// somebody moves to another zone their steps may come in another order.
		if !slices.Contains(c.Reminded, s.Key()) {
			plan = append(plan, PlannedNudge{s, s.at(c, w)})
		}
	}
	// One that is counted from the end may come after one that is counted from the due day.
	slices.SortStableFunc(plan, func(a, b PlannedNudge) int { return a.At.Compare(b.At) })
	if len(c.Reminded) == 0 { // they were counted only, before what became of each was put on record
		return plan[min(c.Nudges, len(plan)):]
	}
	return plan
}

// AskedBy returns the steps of a scorecard for which a message stands that asks for it at an instant after the
// planned end: of those that are counted from there the first, and all whose time has come.
func (p NudgePolicy) AskedBy(c Scorecard, w WorkTime, at time.Time) []PlannedNudge {
	var steps []PlannedNudge
	for _, s := range p.Plan(c, w) {
		if !s.OnDay && (len(steps) == 0 || !s.At.After(at)) {
			steps = append(steps, s)
		}
	}
	return steps
}

// HeldReason says why somebody is not reminded at an instant. The set is closed; "" is that they are.
type HeldReason string

// The reasons.
const (
	// HeldHours is outside of their working hours, HeldDayOff a day on which the company does not work,
	// HeldAway one on which they do not, and HeldSnoozed before the time that they asked for.
	HeldHours   HeldReason = "hours"
	HeldDayOff  HeldReason = "day_off"
	HeldAway    HeldReason = "away"
	HeldSnoozed HeldReason = "snoozed"
)

// HeldReasonTitle returns a reason as people read it.
func HeldReasonTitle(r HeldReason) string {
	switch r {
	case HeldHours:
		return "outside of their working hours"
	case HeldDayOff:
		return "a weekend or a holiday"
	case HeldAway:
		return "they are away"
	case HeldSnoozed:
		return "they asked to be reminded later"
	default:
		return string(r)
	}
}

// Held says why somebody may not be told things unasked now, "" where they may.
func (w WorkTime) Held(now time.Time) HeldReason {
	date := now.In(w.Zone).Format(time.DateOnly)
	switch {
	case w.Allowed(now):
		return ""
	case !w.Calendar.Workday(date):
		return HeldDayOff
	case !w.Workday(date):
		return HeldAway
	default:
		return HeldHours
	}
}

// Why a step is moot.
const (
	// MootLeft is of who is gone, MootClosed of an application that has ended.
	MootLeft   = "they have left"
	MootClosed = "the application is closed"
	// MootPassed is a step that a change of the policy, or of somebody's zone, has put before a reminder that
	// they had, MootToday one of a day on which they were reminded of the scorecard already.
	MootPassed = "they were reminded after its time"
	MootToday  = "they were reminded of it on that day"
)

// NudgeDecision is what is to be done about the reminders of one scorecard at one instant.
type NudgeDecision struct {
	// Reached are the steps whose time has come and that are not done. Asked says that its owner asked to
	// be reminded at this time.
	Reached []PlannedNudge
	Asked   bool
	// Passed are steps that are moot, since a reminder was sent after their time: the policy, or the zone of
	// who gets it, was another then. Today are those that are moot since one was sent on their day.
	Passed, Today []PlannedNudge
	// Send says that its owner is reminded now, in one message for all of that. Otherwise Held says why
	// not, and Until when they will be; both are zero where there is nothing to remind of. Moot says why
	// nobody is reminded of what was reached, then or later.
	Send  bool
	Held  HeldReason
	Until time.Time
	Moot  string
	// Recruiter and Manager are told that it is late: they are so on time, also while its owner is away.
	Recruiter, Manager bool
	// Then is the scorecard afterwards.
	Then Scorecard
}

// Decide says what is to be done about the reminders of a scorecard now, by when its owner works. Who
// saves what it says does each step once. Of one scorecard somebody is reminded once a day, but for what they
// asked for, and for steps that are counted from the end of an interview of that day: these come as the policy
// has them. Of one whose application has ended they are not reminded.
func (p NudgePolicy) Decide(c Scorecard, w WorkTime, now time.Time) NudgeDecision {
	return p.decide(c, w, now, "", comeBy(now))
}

// DecideDay is Decide for a message that goes out at an instant and stands for all of that day: what is
// planned for the time of reminders of the day is done with it, so that it does not come again later.
func (p NudgePolicy) DecideDay(c Scorecard, w WorkTime, at time.Time) NudgeDecision {
	day := at.In(w.Zone).Format(time.DateOnly)
	return p.decide(c, w, at, "", func(s PlannedNudge) bool {
		return !s.At.After(at) || s.OnDay && s.At.In(w.Zone).Format(time.DateOnly) == day
	})
}

// DecideGone is Decide for somebody who is gone: they are told nothing, and what they would have been told
// by now is done.
func (p NudgePolicy) DecideGone(c Scorecard, w WorkTime, now time.Time) NudgeDecision {
	return p.decide(c, w, now, MootLeft, comeBy(now))
}

// comeBy tells of a step whether its time has come by an instant.
func comeBy(now time.Time) func(PlannedNudge) bool {
	return func(s PlannedNudge) bool { return !s.At.After(now) }
}

func (p NudgePolicy) decide(c Scorecard, w WorkTime, now time.Time, moot string, reached func(PlannedNudge) bool) NudgeDecision {
	d := NudgeDecision{Then: c, Moot: moot}
	if c.Closed {
		d.Moot = MootClosed
	}
	plan := p.Plan(c, w)
	for len(plan) > 0 && reached(plan[0]) {
		d.reach(plan[0], w)
		plan = plan[1:]
	}
	d.Then = d.Then.reminded(d.Passed).reminded(d.Today)
	snoozed := c.Waits() && !c.SnoozedUntil.IsZero()
	d.Asked = snoozed && !c.SnoozedUntil.After(now)
	if snoozed && !d.Asked {
		d.Until = c.SnoozedUntil
	}
	switch {
	case !c.Waits():
		d.Then.SnoozedUntil = time.Time{}
	case d.Moot != "":
		d.Then = d.Then.reminded(d.Reached)
		if d.Asked {
			d.Then.SnoozedUntil = time.Time{}
		}
	case snoozed && !d.Asked:
		if len(d.Reached) > 0 {
			d.Held = HeldSnoozed
		}
	case len(d.Reached) == 0 && !d.Asked:
	default:
		if d.Held = w.Held(now); d.Held == "" {
			d.Send = true
			d.Then = d.Then.reminded(d.Reached)
			d.Then.Nudges += len(d.Reached)
			d.Then.SnoozedUntil, d.Then.RemindedAt = time.Time{}, now
		} else if d.Until = w.NextAllowed(now); d.Until.IsZero() {
			d.Until = now.AddDate(0, 0, 1) // looked at again, should they ever work
		}
	}
	d.Then.NudgeAt = d.next(plan)
	return d
}

// reach notes what the time of a step means for the scorecard.
func (d *NudgeDecision) reach(s PlannedNudge, w WorkTime) {
	c := d.Then
	if !s.At.After(c.RemindedAt) {
		d.Passed = append(d.Passed, s)
		return
	}
	if !c.Closed {
		d.Recruiter, d.Manager = d.Recruiter || s.Recruiter, d.Manager || s.Manager
	}
	if d.Moot == "" && w.sameDay(s.At, c.RemindedAt) && (s.OnDay || !w.sameDay(s.At, c.EndsAt)) {
		d.Today = append(d.Today, s)
	} else {
		d.Reached = append(d.Reached, s)
	}
}

// sameDay tells whether two instants are of one day by somebody's clock.
func (w WorkTime) sameDay(a, b time.Time) bool {
	return a.In(w.Zone).Format(time.DateOnly) == b.In(w.Zone).Format(time.DateOnly)
}

// reminded returns the scorecard with some steps done, whether its owner was told or not.
func (s Scorecard) reminded(steps []PlannedNudge) Scorecard {
	s.Reminded = slices.Clone(s.Reminded)
	for _, one := range steps {
		s.Reminded = append(s.Reminded, one.Key())
	}
	return s
}

// next returns when there is something to do again: the held reminder, or the first of the steps that
// are to come. Each step is looked at at its time, also while another is held, so that what becomes of it is
// on record.
func (d NudgeDecision) next(plan []PlannedNudge) time.Time {
	if len(plan) > 0 && (d.Until.IsZero() || plan[0].At.Before(d.Until)) {
		return plan[0].At
	}
	return d.Until
}

// Planned returns the scorecard with the time at which its reminders want attention next: that for which
// its owner asked, or the first of the steps that are not done. It is zero for never.
func (p NudgePolicy) Planned(c Scorecard, w WorkTime) Scorecard {
	if !c.Waits() {
		c.SnoozedUntil = time.Time{}
	}
	c.NudgeAt = NudgeDecision{Until: c.SnoozedUntil}.next(p.Plan(c, w))
	if !c.NudgeAt.IsZero() && c.NudgeAt.Before(c.EndsAt) {
		c.NudgeAt = c.EndsAt // until then nothing is asked, whatever they have put off
	}
	return c
}

// Snoozed tells whether the scorecard's owner asked to be reminded at a time that has not come yet.
func (s Scorecard) Snoozed(now time.Time) bool { return s.SnoozedUntil.After(now) }

// Beside tells whether a reminder of other scorecards names this one too: it is owed, and not put off.
func (s Scorecard) Beside(now time.Time) bool { return s.Owed() && !s.Snoozed(now) }

// MaxSnooze is how far ahead a reminder can be put off.
const MaxSnooze = 14 * 24 * time.Hour

// Snooze returns the scorecard with its next reminder put off until the first instant from a given one
// at which its owner works: what would come before that comes then, in one message. It returns an
// Invalid error for the field "until", and a Conflict error where the scorecard is not waited for, or is
// not asked for by then.
func (s Scorecard) Snooze(until time.Time, w WorkTime, now time.Time) (Scorecard, error) {
	switch {
	case !s.Waits():
		return s, s.notWaited("put off")
	case s.Closed:
		return s, Errorf(Conflict, "Nobody waits for this scorecard of %s: the application is closed. I remind you of it no more.", s.Interview)
	case !until.After(now):
		return s, InvalidField("until", "That is past. Say when to remind you, like tomorrow 11am.")
	case until.Before(s.EndsAt):
		return s, Errorf(Conflict, "%s is not over by then, and I ask for its scorecard only afterwards. There is nothing to put off.", s.Interview)
	case until.Sub(now) > MaxSnooze:
		return s, InvalidField("until", "That is more than two weeks ahead. If you cannot give it, say so: /feedback decline %s", s.Interview)
	}
	if s.SnoozedUntil = w.NextAllowed(until); s.SnoozedUntil.IsZero() {
		s.SnoozedUntil = until
	}
	return s, nil
}
