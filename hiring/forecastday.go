package hiring

import (
	"slices"
	"time"
)

// DigestRun is a run of a digest that comes: of the recruiter's day, or of the morning digest.
type DigestRun struct {
	// At is when it comes, and Next when the one after it does.
	At, Next   time.Time
	Recruiters bool
}

// DayThing is something that a day may have for somebody, with the instant that decides about that: when an
// interview begins, or since when a candidate waits for word, is in their stage, or has scorecards that are
// due. Of a candidate Ref is the application.
type DayThing struct {
	ForecastItem
	At time.Time
}

// AskedTimes is an interview of which times are proposed to somebody. Slots are those that they have not
// answered, Key names what is proposed, and Told says on how many mornings they were asked about that.
type AskedTimes struct {
	ForecastItem
	Key   string
	Slots []time.Time
	Told  int
}

// DayTarget is a requisition by its target date, YYYY-MM-DD.
type DayTarget struct {
	ForecastItem
	Date string
}

// DayFacts are what the days to come may have for somebody, beside scorecards and approvals, each list in
// the order in which a digest looks at it.
type DayFacts struct {
	// Sits are the interviews on which they sit.
	Sits  []DayThing
	Asked []AskedTimes
	// Leads says that they get a recruiter's day, and Recruits that overdue scorecards are counted in it and
	// not only candidates. Own are interviews of their requisitions.
	Leads, Recruits           bool
	Own, Wordless, Stuck, Due []DayThing
	Targets                   []DayTarget
}

// DayCounts say how much of what a digest has: zero for another message.
type DayCounts struct {
	Scorecards, Interviews, Times, Approvals int
	// Wordless are candidates who wait for word, Late those with overdue scorecards, which are Overdue,
	// where that is known.
	Wordless, Late, Overdue, Stuck, Targets int
}

// morningFacts are what a morning has for somebody, besides their scorecards.
type morningFacts struct {
	interviews []DayThing
	asked      []AskedTimes
	news       []Approval
}

func (m morningFacts) reasons() bool { return len(m.interviews)+len(m.asked)+len(m.news) > 0 }

// morning returns what the day of an instant has for somebody from then on.
func (f *forecast) morning(person string, at time.Time) morningFacts {
	var (
		m           morningFacts
		zone        = f.People[person].Zone
		_, to, date = DayOf(at, zone)
		facts       = f.Days[person]
		waiting     []Approval
	)
	m.interviews = between(facts.Sits, at, to)
	for _, a := range facts.Asked[:min(len(facts.Asked), DigestAnswers)] {
		if slices.ContainsFunc(a.Slots, func(slot time.Time) bool { return slot.After(at) }) {
			m.asked = append(m.asked, a)
		}
	}
	for _, n := range f.asked[person] {
		if _, decides := f.Approvals[n].DeciderFor(person, f.Absences, date); decides && len(waiting) < DigestAnswers {
			waiting = append(waiting, f.Approvals[n].Approval)
		}
	}
	m.news, _ = MorningApprovals(waiting, at, zone)
	return m
}

// between returns the things from an instant until before another.
func between(things []DayThing, from, to time.Time) []DayThing {
	var some []DayThing
	for _, one := range things {
		if !one.At.Before(from) && one.At.Before(to) && len(some) < DigestMost {
			some = append(some, one)
		}
	}
	return some
}

// since returns the things since an instant or longer.
func since(things []DayThing, at time.Time) []DayThing {
	return between(things, time.Time{}, at.Add(time.Microsecond))
}

// leadFacts are what a day has of somebody's requisitions.
type leadFacts struct {
	interviews, wordless, late, stuck []DayThing
	overdue                           int
	targets                           []DayTarget
}

func (l leadFacts) empty() bool {
	return len(l.interviews)+len(l.wordless)+len(l.late)+len(l.stuck)+len(l.targets) == 0
}

// lead returns what the day of an instant has of somebody's requisitions from then on.
func (f *forecast) lead(person string, at time.Time) leadFacts {
	facts, who := f.Days[person], f.People[person]
	b := BoundsOfDay(at, who.Zone, f.WaitingDays, who.Calendar.Workday)
	l := leadFacts{
		interviews: between(facts.Own, b.From, b.To), wordless: since(facts.Wordless, b.Waiting),
		late: since(facts.Due, b.Late), stuck: since(facts.Stuck, b.Stuck),
	}
	if facts.Recruits {
		for _, one := range l.late {
			for _, c := range f.byApp[one.Ref] {
				if c.Late(at) {
					l.overdue++
				}
			}
		}
	}
	for _, t := range facts.Targets {
		if t.Date >= b.FirstTarget && t.Date <= b.LastTarget && len(l.targets) < DigestMost {
			l.targets = append(l.targets, t)
		}
	}
	return l
}

// index prepares what the digests look at.
func (f *forecast) index() {
	people := map[string]bool{}
	for person := range f.Days {
		people[person] = true
	}
	for _, c := range f.ForecastWorld.Cards {
		people[c.Person] = true
		f.byApp[c.Application] = append(f.byApp[c.Application], c)
	}
	for n, a := range f.Approvals {
		f.approval[a.ID] = n
		ask := func(person string) {
			people[person] = true
			if !slices.Contains(f.asked[person], n) {
				f.asked[person] = append(f.asked[person], n)
			}
		}
		for _, x := range a.WaitsFor() {
			ask(x.Person)
			for _, away := range f.Absences {
				if away.Person == x.Person {
					ask(away.Delegate)
				}
			}
		}
	}
	for person := range people {
		f.everybody = append(f.everybody, person)
	}
	slices.Sort(f.everybody)
	f.runs = slices.Clone(f.Runs)
	slices.SortStableFunc(f.runs, func(a, b DigestRun) int {
		if a.Recruiters != b.Recruiters && a.At.Equal(b.At) {
			if a.Recruiters {
				return -1
			}
			return 1
		}
		return a.At.Compare(b.At)
	})
}

// run does what a run of a digest does for everybody.
func (f *forecast) run(r DigestRun, at time.Time) {
	for _, person := range f.everybody {
		who := f.People[person]
		if who.Gone || r.Recruiters && !f.Days[person].Leads {
			continue
		}
		if d, ok := DigestFor(who.WorkTime, at, r.Next); ok {
			f.digest(r, person, d, at)
		}
	}
}

// digest puts in what a run has for somebody, if anything, like the scheduler does. Of what it reminds no
// reminder of its own comes, and what waits of a day before says nothing more.
func (f *forecast) digest(r DigestRun, person string, d DigestDay, at time.Time) {
	key, other := d.MorningKey(person), d.RecruiterKey(person)
	m := Outgoing{
		Person: person, Kind: ForecastMorning, Due: d.At, Next: d.At, Unprompted: true, Date: d.Date, Morning: true,
		Why: "at the time of its schedule",
	}
	if r.Recruiters {
		key, other = other, key
		if f.made[key] || f.lead(person, d.At).empty() {
			return
		}
		m.Kind, m.Morning = ForecastDay, f.Morning && !f.made[other]
	} else if f.made[key] || f.made[other] {
		return // where the recruiter's day went out it has the morning in it
	}
	reasons := r.Recruiters
	if m.Morning {
		reasons = f.carry(&m, d, at) || reasons
	}
	if !reasons && len(m.Cards) == 0 {
		return
	}
	lane := person + "/"
	f.lanes[lane] = slices.DeleteFunc(f.lanes[lane], func(held *Outgoing) bool { // no digest of others is among them
		replaced := !held.Trying && !held.Tried && (held.Kind == ForecastDay || m.Morning && held.Kind == ForecastMorning)
		if replaced {
			m.takeOver(held.Cards)
		}
		return replaced
	})
	f.made[key] = true
	f.put(m)
	if len(m.Cards) > 0 {
		f.joinMerged(person, at)
	}
}

// takeOver has a digest remind of the scorecards of which one would have whose place it takes, where it names
// them as owed too.
func (o *Outgoing) takeOver(cards []string) {
	for _, card := range cards {
		if at := slices.Index(o.Also, card); at >= 0 {
			o.Cards, o.Also = append(o.Cards, card), slices.Delete(o.Also, at, at+1)
		}
	}
}

// carry puts into a digest what the morning has, and tells whether there is a reason for a message in that
// beside scorecards.
func (f *forecast) carry(m *Outgoing, d DigestDay, at time.Time) (reasons bool) {
	var owed []Scorecard
	index := map[string]int{}
	for _, n := range f.pending(m.Person, at) {
		c := f.cards[m.Person][n]
		owed, index[c.Interview] = append(owed, c), n
	}
	var nudges []Nudging
	nudges, m.Also = d.Nudges(f.Policy, owed)
	for _, n := range nudges {
		if n.Card.NudgeAt.IsZero() {
			continue // nothing of it wants attention
		}
		f.cards[m.Person][index[n.Card.Interview]] = n.Decision.Then
		if _, sends := f.decided(n.Card, n.Decision, d.Times, at); sends {
			m.Cards = append(m.Cards, n.Card.Interview)
		}
		f.tellOfLate(n.Card, n.Decision, f.People[m.Person], at)
	}
	parts := f.morning(m.Person, d.At)
	reasons = len(parts.interviews)+len(parts.news) > 0
	for _, a := range parts.asked {
		told := a.Key + "|" + m.Person
		if a.Told+f.told[told] < MorningsAsked {
			f.told[told]++
			reasons = true
		}
	}
	return reasons
}

// tells returns how much of what a digest has at an instant, with what that is, the owed scorecards in front,
// and whether it has still something to say. Once its day is over that is its scorecards alone.
func (f *forecast) tells(m *Outgoing, at time.Time) (n DayCounts, items []ForecastItem, owed int, says bool) {
	owes := func(interviews []string) (some []ForecastItem) {
		for _, c := range f.cards[m.Person] {
			if c.Owed() && slices.Contains(interviews, c.Interview) {
				some = append(some, ForecastItem{c.Interview, c.Req})
			}
		}
		return some
	}
	items = owes(m.Cards)
	n.Scorecards = len(items)
	says = len(items) > 0
	items = append(items, owes(m.Also)...)
	owed = len(items)
	if at.In(f.People[m.Person].Zone).Format(time.DateOnly) != m.Date {
		return n, items, owed, says
	}
	var things []DayThing
	interviews := map[string]bool{}
	meet := func(some []DayThing) {
		for _, one := range some {
			interviews[one.Ref] = true
		}
		things = append(things, some...)
	}
	if m.Morning {
		parts := f.morning(m.Person, at)
		says = says || parts.reasons()
		meet(parts.interviews)
		n.Times, n.Approvals = len(parts.asked), len(parts.news)
		for _, a := range parts.asked {
			items = append(items, a.ForecastItem)
		}
		for _, a := range parts.news {
			items = append(items, ForecastItem{a.Subject, a.Subject})
		}
	}
	if m.Kind == ForecastDay {
		l := f.lead(m.Person, at)
		says = says || !l.empty()
		meet(l.interviews)
		n.Wordless, n.Late, n.Overdue, n.Stuck, n.Targets = len(l.wordless), len(l.late), l.overdue, len(l.stuck), len(l.targets)
		things = slices.Concat(things, l.wordless, l.late, l.stuck)
		for _, t := range l.targets {
			items = append(items, t.ForecastItem)
		}
	}
	n.Interviews = len(interviews)
	for _, one := range things {
		items = append(items, one.ForecastItem)
	}
	return n, items, owed, says
}
