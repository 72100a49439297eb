package hiring

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// MaxForecastDays is how many days ahead a forecast looks at most, ForecastDays how many it does where
// nobody says.
const (
	MaxForecastDays = 30
	ForecastDays    = 7
)

// ForecastKind is what a message of a forecast is. What is none of these is called by its view.
type ForecastKind string

// The kinds.
const (
	ForecastReminder ForecastKind = "reminder"
	ForecastKit      ForecastKind = "kit"
	ForecastApproval ForecastKind = "approval reminder"
	ForecastStuck    ForecastKind = "approval that waits"
	ForecastDigest   ForecastKind = "digest"
	ForecastTargets  ForecastKind = "past the target date"
	ForecastReport   ForecastKind = "weekly report"
	ForecastLate     ForecastKind = "late scorecard"
	ForecastMorning  ForecastKind = "morning digest"
	ForecastDay      ForecastKind = "recruiter's day"
)

// ForecastItem is a record that a message is about, with the requisition that it belongs to: itself, for
// a requisition. Req is "" where that is not known.
type ForecastItem struct{ Ref, Req string }

// ForecastPerson is somebody to whom messages go.
type ForecastPerson struct {
	WorkTime
	// Budget is how many unprompted messages they get in a day; with Single they get the rest one by one.
	Budget int
	Single bool
	// Gone was deactivated. Silent gets nothing: gone, or without an account that is written to.
	Gone, Silent bool
	// Had is when they were sent unprompted messages, from the day before the beginning on.
	Had []time.Time
}

// Outgoing is a message that waits to be sent, or is put in at a time to come.
type Outgoing struct {
	// Person gets it, or, where that is "", Channel, as people call it.
	Person, Channel string
	Kind            ForecastKind
	Items           []ForecastItem
	// Nth counts the reminders of an approval.
	Nth int
	// At is when it is put in, zero for what waits already. Due says its order, and Next is when it wants
	// attention.
	At, Due, Next time.Time
	// Unprompted goes out in working hours only, and counts against its reader's day. Trying was tried
	// before, and does not wait for that any more; Tried was, and waits again.
	Unprompted, Trying, Tried bool
	// Date is the day, YYYY-MM-DD, that a morning digest or a recruiter's day is for, "" for another
	// message. Cards are the interviews of whose scorecards it reminds, Also those of the others that are
	// owed, and Morning says that it has what the morning has for somebody.
	Date        string
	Cards, Also []string
	Morning     bool
	// Approval is the reference of the approval that asks its reader to decide, "" for another message.
	Approval string
	// Digest is the key of one that holds others, which are its Parts.
	Digest string
	Parts  []Outgoing
	// Moot has nothing to say any more, but has its place until it is seen to.
	Moot bool
	// Absent is who is away, of whose scorecard it tells that it will be late: it says nothing once they
	// are back.
	Absent string
	Why    string
	// late says why it comes later than it was due, budget that its reader has had as many as that.
	late   string
	budget int
}

// WaitingApproval is an open approval, with who recruits for what it is about.
type WaitingApproval struct {
	Approval
	Recruiter string
}

// NudgeDone is a step of the reminders of a scorecard that was decided on: it is not done again. Step is
// its StepID, or "asked:" with the microseconds of the instant for which its owner asked.
type NudgeDone struct {
	Interview, Person string
	EndsAt            int64
	Step              string
}

// ForecastPanel is who is told of the scorecards of an interview that are late: who finds somebody else for
// it, and the hiring manager. Both are "" for nobody, also where they are gone, or the candidate is out of
// the process.
type ForecastPanel struct{ Recruits, Manager string }

// LateKey names the message that tells somebody that a scorecard is late for a cause: it is sent once for
// each due date.
func LateKey(c Scorecard, cause Lateness, person string) string {
	return fmt.Sprintf("late:%s:%s:%d:%s:%s:%d", c.Interview, c.Person, c.EndsAt.UnixMicro(), cause, person, c.DueAt.UnixMicro())
}

// ForecastWorld is all that a forecast is made from.
type ForecastWorld struct {
	// From is included, and so is Until.
	From, Until time.Time
	Policy      NudgePolicy
	// Zone is the company's.
	Zone   *time.Location
	People map[string]ForecastPerson
	// Cards are the scorecards that are waited for, also those of interviews to come.
	Cards []Scorecard
	Done  []NudgeDone
	// Panels are by interview, and Late are the keys of what was told of late scorecards before.
	Panels map[string]ForecastPanel
	Late   map[string]bool
	// Approvals are all that are open, the oldest first.
	Approvals []WaitingApproval
	Absences  []Absence
	// Runs are those of the two digests until the end, Days what these may have for people, and Made the
	// keys of digests that there are already. Morning says that the morning digest is on, and WaitingDays
	// after how many working days a candidate waits for word.
	Runs        []DigestRun
	Days        map[string]DayFacts
	Made        map[string]bool
	Morning     bool
	WaitingDays int
	// Messages are what waits and what the schedules will say, in the order in which they were put in.
	Messages []Outgoing
}

// Replanned returns the world as it is just after the policy, or when people work, was changed: the
// reminders are planned anew, and what waits for somebody's hours is looked at again.
func (w ForecastWorld) Replanned() ForecastWorld {
	w.Cards, w.Messages = slices.Clone(w.Cards), slices.Clone(w.Messages)
	for n, c := range w.Cards {
		if w.Cards[n].NudgeAt = w.From; c.EndsAt.After(w.From) {
			w.Cards[n].NudgeAt = c.EndsAt
		}
	}
	for n, m := range w.Messages {
		if m.Unprompted && m.At.IsZero() && !m.Due.After(w.From) && m.Next.After(w.From) {
			w.Messages[n].Next = w.From
		}
	}
	return w
}

// ForecastMessage is a message that goes out, if nobody does anything before.
type ForecastMessage struct {
	At              time.Time
	Person, Channel string
	Kind            ForecastKind
	Items           []ForecastItem
	// Nth counts the reminders of an approval, Parts what a digest holds, and Budget is how many messages a
	// day its reader has had before that.
	Nth, Parts, Budget int
	// Day is how much of what a morning digest or a recruiter's day has; its first Items are the Owed
	// scorecards. Of a digest of others, those that the day has beside scorecards come last too.
	Day  DayCounts
	Owed int
	// Why says what it comes from and why at that time; it names no record.
	Why string
}

// About tells whether a message is about a requisition, or something that belongs to it.
func (m ForecastMessage) About(req string) bool {
	return slices.ContainsFunc(m.Items, func(i ForecastItem) bool { return i.Req == req })
}

// Forecast returns the messages that go out from the beginning to the end of the world's time, if nobody
// does anything, in the order of time. It does minute by minute what the sweep does: the digests of the day,
// the reminders of approvals and of scorecards, all of a person's at once in one message, and then what is to be sent, in
// the hours of who gets it and no more than their day's number.
func Forecast(w ForecastWorld) []ForecastMessage {
	f := &forecast{
		ForecastWorld: w, cards: map[string][]Scorecard{}, done: map[NudgeDone]bool{},
		lanes: map[string][]*Outgoing{}, digests: map[string]*Outgoing{}, had: map[string][]time.Time{}, late: map[string]bool{}, made: map[string]bool{}, told: map[string]int{},
		byApp: map[string][]Scorecard{}, asked: map[string][]int{}, approval: map[string]int{},
	}
	maps.Copy(f.late, w.Late)
	maps.Copy(f.made, w.Made)
	for _, c := range w.Cards {
		f.cards[c.Person] = append(f.cards[c.Person], c)
	}
	for person := range f.cards {
		slices.SortFunc(f.cards[person], func(a, b Scorecard) int {
			return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(a.Interview, b.Interview))
		})
		f.owners = append(f.owners, person)
	}
	slices.Sort(f.owners)
	for _, d := range w.Done {
		f.done[d] = true
	}
	for id, p := range w.People {
		f.had[id] = slices.Clone(p.Had)
	}
	f.Approvals = slices.Clone(w.Approvals)
	f.index()
	for _, m := range w.Messages {
		if m.At.IsZero() {
			f.put(m)
		} else {
			f.later = append(f.later, m)
		}
	}
	slices.SortStableFunc(f.later, func(a, b Outgoing) int { return a.At.Compare(b.At) })
	for at := nextMinute(w.From); !at.After(w.Until); at = f.next(at) {
		f.sweep(at)
	}
	return f.sent
}

// nextMinute returns the first full minute from an instant on: when the sweep sees what is due then.
func nextMinute(at time.Time) time.Time {
	if full := at.Truncate(time.Minute); full.Before(at) {
		return full.Add(time.Minute)
	}
	return at
}

type forecast struct {
	ForecastWorld
	owners  []string               // of scorecards, in order
	cards   map[string][]Scorecard // by owner, those due first in front
	done    map[NudgeDone]bool
	later   []Outgoing             // what schedules put in, by its time
	lanes   map[string][]*Outgoing // what waits, by who gets it
	order   []string               // of lanes
	digests map[string]*Outgoing   // by key, nil for one that was sent
	had     map[string][]time.Time // unprompted messages that were sent, by person
	late    map[string]bool        // keys of what was told of late scorecards
	sent    []ForecastMessage

	runs      []DigestRun            // those that are to come
	everybody []string               // who may get a digest, in order
	made      map[string]bool        // keys of digests
	told      map[string]int         // mornings on which people were asked about times, by the key of these and the person
	byApp     map[string][]Scorecard // by application
	asked     map[string][]int       // indexes of the approvals that may wait for somebody
	approval  map[string]int         // indexes of the approvals, by reference
}

// next returns the first minute after another at which something is due.
func (f *forecast) next(after time.Time) time.Time {
	first := f.Until.Add(time.Minute)
	see := func(at time.Time) {
		if !at.IsZero() && at.Before(first) {
			first = at
		}
	}
	for _, owner := range f.owners {
		for _, c := range f.cards[owner] {
			see(c.NudgeAt)
		}
	}
	for _, a := range f.Approvals {
		see(a.RemindAt)
	}
	if len(f.later) > 0 {
		see(f.later[0].At)
	}
	if len(f.runs) > 0 {
		see(f.runs[0].At)
	}
	for _, lane := range f.lanes {
		for _, m := range lane {
			see(m.Next)
		}
	}
	if soonest := after.Add(time.Minute); first.Before(soonest) {
		first = soonest
	}
	return nextMinute(first)
}

func (f *forecast) sweep(at time.Time) {
	for len(f.runs) > 0 && !f.runs[0].At.After(at) {
		var r DigestRun
		r, f.runs = f.runs[0], f.runs[1:]
		f.run(r, at)
	}
	for len(f.later) > 0 && !f.later[0].At.After(at) {
		m := f.later[0]
		m.Due, m.Next, f.later = at, at, f.later[1:]
		f.put(m)
	}
	for n := range f.Approvals {
		f.remind(&f.Approvals[n], at)
	}
	for _, owner := range f.longestDue(at) {
		f.nudge(owner, at)
	}
	for _, lane := range f.order {
		f.deliver(lane, at)
	}
}

// longestDue returns those of whom a scorecard wants attention, the longest due first, as the scheduler
// goes through them.
func (f *forecast) longestDue(at time.Time) []string {
	var owners []string
	first := map[string]time.Time{}
	for _, owner := range f.owners {
		for _, c := range f.cards[owner] {
			if before, due := first[owner]; wants(c, at) && (!due || c.NudgeAt.Before(before)) {
				first[owner] = c.NudgeAt
			}
		}
		if !first[owner].IsZero() {
			owners = append(owners, owner)
		}
	}
	slices.SortStableFunc(owners, func(a, b string) int { return first[a].Compare(first[b]) })
	return owners
}

// put puts a message into the lane of who gets it.
func (f *forecast) put(m Outgoing) {
	if m.Person != "" && f.People[m.Person].Silent {
		return
	}
	lane := m.Person + "/" + m.Channel
	if f.lanes[lane] == nil {
		f.order = append(f.order, lane)
	}
	m.Parts = slices.Clone(m.Parts) // the world stays as it is
	f.lanes[lane] = append(f.lanes[lane], &m)
	if m.Digest != "" {
		f.digests[m.Digest] = &m
		for key, used := strings.CutSuffix(m.Digest, "+"); used; key, used = strings.CutSuffix(key, "+") {
			if _, known := f.digests[key]; !known {
				f.digests[key] = nil // that it is not the first of its day says that those before were sent
			}
		}
	}
}

// remind reminds of an approval where that is due, like the scheduler does.
func (f *forecast) remind(a *WaitingApproval, at time.Time) {
	if a.RemindAt.IsZero() || a.RemindAt.After(at) {
		return
	}
	if a.State != ApprovalOpen || len(a.WaitsFor()) == 0 || a.Paused() {
		a.RemindAt = time.Time{}
		return
	}
	asked := a.Askees(f.Absences, at.In(f.Zone).Format(time.DateOnly))
	times := f.People[asked[0].Person].Present()
	if later := times.NextReminding(at); later.IsZero() || later.After(at) {
		a.RemindAt = later
		return
	}
	a.Approval = a.MarkReminded(at, times)
	items := []ForecastItem{{a.Subject, a.Subject}}
	for _, one := range asked {
		due := f.People[one.Person].Present().NextAllowed(at) // the first one's clock counts the days, the others have their own
		if due.IsZero() {
			due = at
		}
		why := "it waits for their decision"
		if one.For != "" {
			why = "it waits for somebody who is away, in whose place they decide"
		}
		f.put(Outgoing{Person: one.Person, Kind: ForecastApproval, Items: items, Nth: a.Reminded, Approval: a.ID, Due: due, Next: due, Why: why})
	}
	if a.Reminded < MaxReminders {
		return
	}
	told := map[string]bool{"": true}
	for _, person := range []string{a.Requester, a.Recruiter} {
		if !told[person] {
			told[person] = true
			f.put(Outgoing{Person: person, Kind: ForecastStuck, Items: items, Due: at, Next: at, Why: "they asked for it or recruit for it, and the last reminder went out"})
		}
	}
}

// pending returns the indexes of the scorecards of somebody that are owed by an instant, and of those of
// ended applications whose reminders want attention.
func (f *forecast) pending(owner string, at time.Time) []int {
	var all []int
	for n, c := range f.cards[owner] {
		if c.Waits() && !c.EndsAt.After(at) && (!c.Closed || wants(c, at)) {
			all = append(all, n)
		}
	}
	return all
}

// nudge decides on the scorecards of somebody that want attention, and puts one message in for those of
// which they are reminded, like the scheduler does.
func (f *forecast) nudge(owner string, at time.Time) {
	cards, who := f.cards[owner], f.People[owner]
	var (
		first, also []ForecastItem
		whys        []string
	)
	for _, n := range f.pending(owner, at) {
		c := cards[n]
		item := ForecastItem{c.Interview, c.Req}
		if !wants(c, at) {
			if c.Beside(at) {
				also = append(also, item)
			}
			continue
		}
		decide := f.Policy.Decide
		if who.Gone {
			decide = f.Policy.DecideGone
		}
		d := decide(c, who.WorkTime, at)
		cards[n] = d.Then
		if why, sends := f.decided(c, d, who.WorkTime, at); sends {
			first = append(first, item)
			if !slices.Contains(whys, why) {
				whys = append(whys, why)
			}
		} else if d.Then.Beside(at) {
			also = append(also, item)
		}
		f.tellOfLate(c, d, who, at)
	}
	if len(first) > 0 {
		f.put(Outgoing{
			Person: owner, Kind: ForecastReminder, Items: append(first, also...), Due: at, Next: at, Unprompted: true, Why: strings.Join(whys, "; "),
		})
		f.joinMerged(owner, at)
	}
}

// tellOfLate tells who recruits that a scorecard is late or clearly will be, and the hiring manager where the
// policy says so, like the scheduler does.
func (f *forecast) tellOfLate(c Scorecard, d NudgeDecision, who ForecastPerson, at time.Time) {
	cause := LateCause(c, c.Nudges, !who.Gone, who.BackAt(at), at)
	if cause == "" && (d.Recruiter || d.Manager) {
		cause = LateOverdue
	}
	if cause == "" {
		return
	}
	panel, told := f.Panels[c.Interview], map[string]bool{"": true, c.Person: true}
	tell := func(person, why string) {
		key := LateKey(c, cause, person)
		if told[person] || f.late[key] {
			return
		}
		told[person], f.late[key] = true, true
		m := Outgoing{Person: person, Kind: ForecastLate, Items: []ForecastItem{{c.Interview, c.Req}}, Due: at, Next: at, Unprompted: true, Why: why + lateWords(cause)}
		if cause == LateAway && !who.Gone {
			m.Absent = c.Person
		}
		f.put(m)
	}
	tell(panel.Recruits, "they recruit for it, and ")
	if d.Manager {
		tell(panel.Manager, "it is theirs, and ")
	}
}

// lateWords says why a scorecard is late.
func lateWords(cause Lateness) string {
	switch cause {
	case LateAway:
		return "who owes it is away until after it is due"
	case LateLeft:
		return "who owes it has left"
	case LateOverdue:
		return "it is overdue"
	default:
		return string(cause)
	}
}

// speaks tells whether a message still has something to say.
func (f *forecast) speaks(m *Outgoing, at time.Time) bool {
	if m.Moot {
		return false
	}
	if m.Digest != "" {
		return slices.ContainsFunc(m.Parts, func(part Outgoing) bool { return f.speaks(&part, at) })
	}
	if m.Date != "" {
		_, _, _, says := f.tells(m, at)
		return says
	}
	if n, known := f.approval[m.Approval]; known {
		who := f.People[m.Person]
		_, decides := f.Approvals[n].DeciderFor(m.Person, f.Absences, at.In(who.Zone).Format(time.DateOnly))
		return decides
	}
	return m.Absent == "" || f.People[m.Absent].AwayUntil(at) != ""
}

// wants tells whether the reminders of a scorecard want attention.
func wants(c Scorecard, at time.Time) bool { return !c.NudgeAt.IsZero() && !c.NudgeAt.After(at) }

// decided keeps what became of the steps of a scorecard, and returns whether its owner is reminded, and
// why: not of a step that was done before.
func (f *forecast) decided(c Scorecard, d NudgeDecision, w WorkTime, at time.Time) (why string, sends bool) {
	if d.Held != "" {
		return "", false
	}
	var titles []string
	if d.Asked {
		key := NudgeDone{c.Interview, c.Person, c.EndsAt.UnixMicro(), fmt.Sprintf("asked:%d", c.SnoozedUntil.UnixMicro())}
		if !f.done[key] {
			f.done[key] = true
			titles = append(titles, "they asked to be reminded then")
		}
	}
	var planned time.Time
	for _, s := range d.Reached {
		key := NudgeDone{c.Interview, c.Person, c.EndsAt.UnixMicro(), StepID(s.Key(), c.DueAt)}
		if !f.done[key] {
			f.done[key] = true
			titles, planned = append(titles, s.Title()), s.At
		}
	}
	why = strings.Join(titles, "; ")
	if !d.Asked && len(titles) > 0 {
		why += sinceWords(w, planned, at)
	}
	return why, d.Send && len(titles) > 0
}

// sinceWords says of what was planned for an instant why it comes later, "" where it does not.
func sinceWords(w WorkTime, planned, at time.Time) string {
	if at.Sub(planned) < time.Minute || planned.IsZero() {
		return ""
	}
	held := w.Held(planned)
	if held == "" {
		return ""
	}
	return ", held since " + planned.In(w.Zone).Format("Mon 2 Jan, 15:04") + ": " + HeldReasonTitle(held)
}

// deliver sends what is due in a lane, or holds it, like the courier does: one after the other, since what
// becomes of one has others wait.
func (f *forecast) deliver(lane string, at time.Time) {
	for {
		var first *Outgoing
		for _, m := range f.lanes[lane] {
			if !m.Next.After(at) && (first == nil || m.Due.Before(first.Due)) {
				first = m
			}
		}
		if first == nil {
			return
		}
		if first.Unprompted && !first.Trying && f.hold(first, at) {
			continue
		}
		f.drop(first)
		f.send(first, at)
	}
}

// drop takes a message out of its lane.
func (f *forecast) drop(m *Outgoing) {
	lane := m.Person + "/" + m.Channel
	f.lanes[lane] = slices.DeleteFunc(f.lanes[lane], func(one *Outgoing) bool { return one == m })
	if m.Digest != "" {
		f.digests[m.Digest] = nil // its key is not used again
	}
}

// hold has an unprompted message wait where its reader is to get it later, and tells whether it does, or was
// merged into another.
func (f *forecast) hold(m *Outgoing, at time.Time) bool {
	who := f.People[m.Person]
	if next := who.NextAllowed(at); !next.Equal(at) {
		m.Next = orNextDay(next, at)
		if since := sinceWords(who.WorkTime, m.Due, m.Next); since != "" {
			m.late = since
		}
		return true
	}
	y, mo, d := at.In(who.Zone).Date()
	midnight, sent := time.Date(y, mo, d, 0, 0, 0, 0, who.Zone), 0
	for _, had := range f.had[m.Person] {
		if !had.Before(midnight) {
			sent++
		}
	}
	today, onTheirWay := f.expected(m, time.Date(y, mo, d+1, 0, 0, 0, 0, who.Zone))
	if sent+onTheirWay < who.Budget {
		return false
	}
	next := orNextDay(who.NextDay(at), at)
	if who.Single && m.Digest == "" {
		m.late, m.Next = fmt.Sprintf(", one by one: more than %d a day", who.Budget), next
		return true
	}
	if today == nil {
		today = f.merged(m, next)
	}
	f.drop(m)
	if m.Digest == "" {
		today.Parts = append(today.Parts, *m)
	} else {
		today.Parts = append(today.Parts, m.Parts...)
	}
	return true
}

// expected returns how many messages besides a given one have a place in its reader's day, which ends at an
// instant, though they are not sent, and what is merged and still to come today, nil for none.
func (f *forecast) expected(m *Outgoing, end time.Time) (today *Outgoing, n int) {
	for _, other := range f.lanes[m.Person+"/"+m.Channel] {
		digest := other.Digest != "" && !other.Trying && other.Due.Before(end)
		switch {
		case other == m, !other.Unprompted, !digest && !other.Trying:
			continue
		case digest && m.Digest != "":
			continue
		case digest && (today == nil || other.Due.Before(today.Due)):
			today = other
		}
		n++
	}
	return today, n
}

// merged returns the digest of a day to come into which a message is merged.
func (f *forecast) merged(m *Outgoing, next time.Time) *Outgoing {
	who := f.People[m.Person]
	key := "digest:" + m.Person + ":" + next.In(who.Zone).Format(time.DateOnly)
	for {
		into, used := f.digests[key]
		if used && into != nil && into != m {
			return into
		}
		if !used {
			break
		}
		key += "+" // that of its key was sent
	}
	f.put(Outgoing{
		Person: m.Person, Kind: ForecastDigest, Due: next, Next: next, Unprompted: true, Digest: key, budget: who.Budget,
		Why: fmt.Sprintf("merged: more than %d a day", who.Budget),
	})
	return f.digests[key]
}

// joinMerged has the reminder that was put in last for somebody take the place of earlier ones in what is
// merged and due.
func (f *forecast) joinMerged(person string, at time.Time) {
	remind := func(part Outgoing) bool { return part.Kind == ForecastReminder || part.Kind == ForecastMorning }
	var due *Outgoing
	for _, d := range f.lanes[person+"/"] {
		if d.Digest == "" || d.Next.After(at) || d.Trying || d.Tried || !slices.ContainsFunc(d.Parts, remind) {
			continue
		}
		if due == nil || cmp.Or(d.Due.Compare(due.Due), cmp.Compare(d.Digest, due.Digest)) < 0 {
			due = d
		}
	}
	if due == nil {
		return
	}
	lane := f.lanes[person+"/"]
	m := lane[len(lane)-1]
	f.drop(m)
	due.Parts = append(slices.DeleteFunc(due.Parts, remind), *m)
}

// orNextDay returns when to look again, also at somebody who never works.
func orNextDay(at, now time.Time) time.Time {
	if at.IsZero() {
		return now.Add(24 * time.Hour)
	}
	return at
}

func (f *forecast) send(m *Outgoing, at time.Time) {
	if !f.speaks(m, at) {
		return
	}
	if m.Unprompted {
		f.had[m.Person] = append(f.had[m.Person], at)
	}
	one, why := m, m.Why+m.late
	if m.Digest != "" {
		parts := slices.DeleteFunc(slices.Clone(m.Parts), func(part Outgoing) bool { return !f.speaks(&part, at) })
		if len(parts) == 1 { // it is told as itself
			one, why = &parts[0], parts[0].Why+"; "+why
		}
	}
	sent := ForecastMessage{At: at, Person: m.Person, Channel: m.Channel, Kind: one.Kind, Items: slices.Clone(one.Items), Nth: one.Nth, Budget: m.budget, Why: why}
	if one.Date != "" {
		sent.Day, sent.Items, sent.Owed, _ = f.tells(one, at)
	}
	var others []ForecastItem
	for _, part := range one.Parts {
		if !f.speaks(&part, at) {
			continue
		}
		sent.Parts++
		owed := len(part.Items)
		if part.Date != "" {
			_, part.Items, owed, _ = f.tells(&part, at)
		}
		sent.Owed += owed
		sent.Items = append(sent.Items, part.Items[:owed]...)
		others = append(others, part.Items[owed:]...)
	}
	sent.Items = append(sent.Items, others...)
	f.sent = append(f.sent, sent)
}

// key is the same for messages that are the same to who gets them.
func (m ForecastMessage) key() string {
	refs := make([]string, 0, len(m.Items))
	for _, i := range m.Items {
		refs = append(refs, i.Ref)
	}
	slices.Sort(refs)
	return fmt.Sprint(m.At.UnixMicro(), "|", m.Person, "|", m.Channel, "|", m.Kind, "|", m.Nth, "|", m.Parts, "|", m.Day, "|", refs)
}

// ForecastDiff is how one forecast differs from another.
type ForecastDiff struct {
	// Before and After are how many messages each has.
	Before, After int
	// Fewer, More and Moved are how many people, or channels, get fewer messages, more, or as many at
	// other times or in other parts; Less and Plus are how many fewer and more these are.
	Fewer, More, Moved, Less, Plus int
	// Gone is the first message that comes no more as it did, Come the first that did not before; nil for
	// none.
	Gone, Come *ForecastMessage
}

// Same tells whether nothing differs.
func (d ForecastDiff) Same() bool { return d.Gone == nil && d.Come == nil }

// DiffForecasts says how a forecast differs from the one before. Both are in the order of time.
func DiffForecasts(before, after []ForecastMessage) ForecastDiff {
	d := ForecastDiff{Before: len(before), After: len(after)}
	left := map[string]int{}
	for _, m := range before {
		left[m.key()]++
	}
	changed, count := map[string]bool{}, map[string]int{}
	for n, m := range after {
		count[m.Person+"/"+m.Channel]++
		if left[m.key()] > 0 {
			left[m.key()]--
			continue
		}
		changed[m.Person+"/"+m.Channel] = true
		if d.Come == nil {
			d.Come = &after[n]
		}
	}
	for n, m := range before {
		count[m.Person+"/"+m.Channel]--
		if left[m.key()] == 0 {
			continue
		}
		left[m.key()]--
		changed[m.Person+"/"+m.Channel] = true
		if d.Gone == nil {
			d.Gone = &before[n]
		}
	}
	for who := range changed {
		switch more := count[who]; {
		case more > 0:
			d.More, d.Plus = d.More+1, d.Plus+more
		case more < 0:
			d.Fewer, d.Less = d.Fewer+1, d.Less-more
		default:
			d.Moved++
		}
	}
	return d
}
