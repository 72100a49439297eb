package scheduler_test

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// What stands here knows nothing of how reminders are planned: it walks through minutes, and looks up in a
// table what the clocks of the zones show.

// span is a time, its end not included.
type span struct{ from, to time.Time }

// state is when somebody may be told things, as a person. from and to are minutes of the day, where they are
// their own.
type state struct {
	at             time.Time
	zone           string
	active, single bool
	own            bool
	from, to       int
	until          string    // the last day of an absence
	away           [2]string // the first and last of the days that they said themselves
	budget         int       // 0 is the company's
}

// company is what holds for all.
type company struct {
	at                         time.Time
	weekend                    []time.Weekday
	holidays                   []string
	from, to, remindAt, budget int
	steps                      []string
	works                      map[int]bool // by the number of the day
}

// The standings of a scorecard.
const (
	waits    = "waits"
	in       = "in"
	declined = "declined"
	waived   = "waived"
	off      = "off"
	removed  = "removed"
)

// standing is how a scorecard stands from an instant on.
type standing struct {
	at                   time.Time
	is                   string
	ends, due            time.Time
	snoozed, snoozedFrom time.Time
	closed               bool // its application has ended
	// reopened says that the application goes on again from here; anew is when it is due if it was due, or to be
	// reminded of by that, meanwhile. unheard are the steps whose messages had nothing to say until then.
	reopened bool
	anew     time.Time
	unheard  []unheardStep
}

// owedSince tells of a scorecard whether it is waited for, and neither was put off since an instant nor is its
// interview at another time since.
func (s standing) owedSince(at time.Time) bool {
	return s.is == waits && !s.closed && !s.snoozedFrom.After(at) && !s.ends.After(at)
}

// owing is a scorecard.
type owing struct{ interview, person string }

// zoneTable is what the clock of a zone shows at each minute from the beginning of the diary: the number of
// the day, and the minute of the day.
type zoneTable struct {
	location *time.Location
	day      []int
	minute   []int
}

// arrival is a message as its reader got it.
type arrival struct {
	at     time.Time
	person string
	card   bot.Card
	drawn  bot.Card // the last drawing
}

// diary is what the test itself knows of what happened.
type diary struct {
	begin, end time.Time
	zones      map[string]*zoneTable
	states     map[string][]state
	companies  []*company
	cards      map[owing][]standing
	down       []span
	user       map[string]string // the ids of people by their accounts
	team       map[string]bool   // those who hire
	of         map[string]string // the applications of interviews
	ended      map[string]bool   // applications
	emptied    map[string]bool   // the keys of messages that had nothing to say, and whose steps count no more
	arrivals   map[string][]*arrival
	failing    map[string][]span
	both       map[time.Time]bool // when two processes were at work at once
	runs       []run              // of the digests, in their order
	days       map[runOf]digestDay
	old        int // digests that came after their day
	wrong      []string
}

// run is a run of one of the two digests.
type run struct {
	minute int
	next   int  // the minute of the next
	days   bool // it is that of the recruiter's days
}

type runOf struct {
	run
	person string
}

// digestDay is the day for which somebody gets a digest of a run: its date, "" for none, and the minute at
// which it goes out.
type digestDay struct {
	date   string
	minute int
}

func newDiary(begin, end time.Time) *diary {
	d := &diary{
		begin: begin, end: end, zones: map[string]*zoneTable{}, states: map[string][]state{}, cards: map[owing][]standing{}, user: map[string]string{}, team: map[string]bool{},
		of: map[string]string{}, ended: map[string]bool{}, emptied: map[string]bool{},
		arrivals: map[string][]*arrival{}, failing: map[string][]span{}, both: map[time.Time]bool{}, days: map[runOf]digestDay{},
	}
	for _, name := range ninetyZones {
		location, err := time.LoadLocation(name)
		if err != nil {
			panic(err)
		}
		z := &zoneTable{location: location}
		for at := begin; at.Before(end.AddDate(0, 0, 60)); at = at.Add(time.Minute) {
			local := at.In(location)
			y, m, day := local.Date()
			z.day = append(z.day, int(time.Date(y, m, day, 0, 0, 0, 0, time.UTC).Unix()/86400))
			z.minute = append(z.minute, local.Hour()*60+local.Minute())
		}
		d.zones[name] = z
	}
	return d
}

// minute returns the number of the first whole minute that is not before an instant.
func (d *diary) minute(at time.Time) int {
	return int((at.Sub(d.begin) + time.Minute - 1) / time.Minute)
}

func (d *diary) instant(minute int) time.Time {
	return d.begin.Add(time.Duration(minute) * time.Minute)
}

func dateOf(day int) string { return time.Unix(int64(day)*86400, 0).UTC().Format(time.DateOnly) }

func (n *ninety) person(id string, change func(s *state)) {
	s := n.stateOf(id, n.now())
	change(&s)
	s.at = n.now()
	n.states[id] = append(n.states[id], s)
}

func (n *ninety) company(change func(c *company)) {
	c := company{weekend: []time.Weekday{time.Saturday, time.Sunday}, from: 9*60 + 30, to: 18 * 60, remindAt: 600, budget: 2, steps: []string{"5m", "due", "due+1"}}
	if len(n.companies) > 0 {
		c = *n.companies[len(n.companies)-1]
	}
	change(&c)
	c.at, c.works = n.now(), map[int]bool{}
	n.companies = append(n.companies, &c)
}

// last returns the last of some entries that is not after an instant.
func last[T any](all []T, at time.Time, of func(T) time.Time) (int, bool) {
	for i := len(all) - 1; i >= 0; i-- {
		if !of(all[i]).After(at) {
			return i, true
		}
	}
	return 0, false
}

func (d *diary) stateOf(person string, at time.Time) state {
	i, ok := last(d.states[person], at, func(s state) time.Time { return s.at })
	if !ok {
		return state{}
	}
	return d.states[person][i]
}

func (d *diary) companyOf(at time.Time) *company {
	i, _ := last(d.companies, at, func(c *company) time.Time { return c.at })
	return d.companies[i]
}

// workday tells whether the company works on a day.
func (c *company) workday(day int) bool {
	is, known := c.works[day]
	if !known {
		date := dateOf(day)
		weekday := time.Unix(int64(day)*86400, 0).UTC().Weekday()
		is = !slices.Contains(c.weekend, weekday) && !slices.Contains(c.holidays, date) && !slices.Contains(c.holidays, date[5:])
		c.works[day] = is
	}
	return is
}

func (s state) hours(c *company) (from, to int) {
	if s.own {
		return s.from, s.to
	}
	return c.from, c.to
}

func (s state) gone(day int) bool {
	date := dateOf(day)
	return s.until != "" && date <= s.until || s.away[0] != "" && s.away[0] <= date && date <= s.away[1]
}

// held says why somebody may be told nothing at a minute, "" where they may.
func (d *diary) held(s state, c *company, minute int) string {
	z := d.zones[s.zone]
	day, clock := z.day[minute], z.minute[minute]
	from, to := s.hours(c)
	inHours := clock >= from && clock < to
	switch {
	case inHours && c.workday(day) && !s.gone(day):
		return ""
	case !c.workday(day):
		return "day_off"
	case s.gone(day):
		return "away"
	default:
		return "hours"
	}
}

// firstAllowed returns the first instant from a given one at which somebody may be told things, as it stands
// at another.
func (d *diary) firstAllowed(person string, as, from time.Time) time.Time {
	s, c := d.stateOf(person, as), d.companyOf(as)
	floor := int(from.Sub(d.begin) / time.Minute)
	if d.held(s, c, floor) == "" {
		return from
	}
	for minute := floor + 1; minute < len(d.zones[s.zone].day); minute++ {
		if d.held(s, c, minute) == "" {
			return d.instant(minute)
		}
	}
	return from
}

// dueOf returns by when somebody owes the scorecard of an interview: the end of their hours on the company's
// next working day.
func (d *diary) dueOf(person string, as, ends time.Time) time.Time {
	s, c := d.stateOf(person, as), d.companyOf(as)
	z := d.zones[s.zone]
	_, to := s.hours(c)
	floor := int(ends.Sub(d.begin) / time.Minute)
	for minute, due := floor, 0; minute < len(z.day); minute++ {
		if due == 0 && z.day[minute] > z.day[floor] && c.workday(z.day[minute]) {
			due = z.day[minute]
		}
		if due != 0 && (z.day[minute] == due && z.minute[minute] >= to || z.day[minute] > due) {
			return d.instant(minute)
		}
	}
	return time.Time{}
}

// remindsFrom is from which minute of a day on somebody is reminded.
func (s state) remindsFrom(c *company) int {
	from, to := s.hours(c)
	if c.remindAt >= to {
		return from
	}
	return max(from, c.remindAt)
}

// onDay returns the first minute at which the clock shows a minute of a day, or more.
func (z *zoneTable) onDay(day, clock int) int {
	at, _ := slices.BinarySearch(z.day, day)
	for ; at < len(z.day); at++ {
		if z.day[at] == day && z.minute[at] >= clock || z.day[at] > day {
			return at
		}
	}
	return at
}

// nextDay returns the first minute on a later day than that of a minute at which somebody is reminded of
// things; with away the days on which they are away are none.
func (d *diary) nextDay(s state, c *company, minute int, away bool) int {
	z := d.zones[s.zone]
	from, to := s.remindsFrom(c), 0
	_, to = s.hours(c)
	for at := minute + 1; at < len(z.day); at++ {
		day := z.day[at]
		if day > z.day[minute] && c.workday(day) && (!away || !s.gone(day)) && z.minute[at] >= from && z.minute[at] < to {
			return at
		}
	}
	return len(z.day)
}

// plan returns at which minute each step of the policy is to come.
func (d *diary) plan(now standing, s state, c *company) map[string]int {
	plan := map[string]int{}
	z := d.zones[s.zone]
	for _, step := range c.steps {
		late, onDay := strings.CutPrefix(step, "due")
		if !onDay {
			after, err := time.ParseDuration(step)
			if err != nil {
				panic(err)
			}
			plan[step] = d.minute(now.ends.Add(after))
			continue
		}
		at := z.onDay(z.day[int(now.due.Sub(d.begin)/time.Minute)-1], c.remindAt) // hours that end at 24:00 end on the next day
		days, _ := strconv.Atoi(strings.TrimPrefix(late, "+"))
		for range days {
			at = d.nextDay(s, c, at, false)
		}
		plan[step] = at
	}
	return plan
}

// planRuns notes the runs of the two digests: at half past nine and ten of the company's working days from
// Monday to Friday, whatever is a holiday, or once when a process runs again.
func (d *diary) planRuns() {
	z := d.zones["Asia/Kolkata"]
	for _, days := range []bool{true, false} {
		clock := 600
		if days {
			clock = 570
		}
		var at []int
		for minute := range z.minute {
			weekday := time.Unix(int64(z.day[minute])*86400, 0).UTC().Weekday()
			if z.minute[minute] == clock && weekday != time.Saturday && weekday != time.Sunday {
				at = append(at, minute)
			}
		}
		for _, minute := range at {
			now := d.instant(minute)
			if i := slices.IndexFunc(d.down, func(s span) bool { return !now.Before(s.from) && now.Before(s.to) }); i >= 0 {
				minute = d.minute(d.down[i].to)
			}
			next, found := slices.BinarySearch(at, minute)
			if found {
				next++
			}
			if one := (run{minute: minute, next: at[min(next, len(at)-1)], days: days}); minute < d.minute(d.end) && !slices.Contains(d.runs, one) {
				d.runs = append(d.runs, one)
			}
		}
	}
	slices.SortStableFunc(d.runs, func(a, b run) int { return cmp.Compare(a.minute, b.minute) })
}

// runsAt returns the runs at a minute, and the minute of the first after it.
func (d *diary) runsAt(minute int) (now []run, next int) {
	from, _ := slices.BinarySearchFunc(d.runs, minute, func(r run, minute int) int { return cmp.Compare(r.minute, minute) })
	to := from
	for to < len(d.runs) && d.runs[to].minute == minute {
		to++
	}
	if to < len(d.runs) {
		return d.runs[from:to], d.runs[to].minute
	}
	return d.runs[from:to], -1
}

// allowedFrom returns the first minute from a given one at which somebody may be told things.
func (d *diary) allowedFrom(s state, c *company, minute int) int {
	z := d.zones[s.zone]
	from, to := s.hours(c)
	for minute < len(z.day) {
		day := z.day[minute]
		works := c.workday(day) && !s.gone(day)
		for ; minute < len(z.day) && z.day[minute] == day; minute++ {
			if works && z.minute[minute] >= from && z.minute[minute] < to {
				return minute
			}
		}
	}
	return minute
}

// dayOf returns the day for which a run has a digest for somebody, if there is anything in it: the one on which
// they work next, where the next run is not for that day too.
func (d *diary) dayOf(r run, person string) digestDay {
	if known, ok := d.days[runOf{r, person}]; ok {
		return known
	}
	var day digestDay
	now := d.instant(r.minute)
	if s, c := d.stateOf(person, now), d.companyOf(now); s.active {
		z := d.zones[s.zone]
		at := d.allowedFrom(s, c, r.minute)
		if at < r.next {
			day = digestDay{dateOf(z.day[at]), at}
			if later := d.allowedFrom(s, c, r.next); at > r.minute && later < len(z.day) && z.day[later] == z.day[at] {
				day = digestDay{}
			}
		}
	}
	d.days[runOf{r, person}] = day
	return day
}

// carrierOf returns the key of the digest of a run in which somebody's scorecards are, "" for none. Whether there
// is a recruiter's day is for the requisitions to say, so that it is looked up.
func (n *ninety) carrierOf(r run, person string, byKey map[string]*sentRow) (key string, minute int) {
	day := n.dayOf(r, person)
	if day.date == "" {
		return "", 0
	}
	own, morning := "recruiter_day:"+person+":"+day.date, "morning:"+person+":"+day.date
	now := n.instant(r.minute)
	before := func(key string) bool { return byKey[key] != nil && byKey[key].created.Before(now) }
	is := func(key string) bool { return byKey[key] != nil && byKey[key].created.Equal(now) }
	switch {
	case r.days && is(own) && !before(morning):
		return own, day.minute
	case !r.days && !before(own) && !is(own) && !before(morning):
		return morning, day.minute
	}
	return "", 0
}

// latest returns how a scorecard stands.
func (n *ninety) latest(interview, person string) standing {
	if all := n.cards[owing{interview, person}]; len(all) > 0 {
		return all[len(all)-1]
	}
	return standing{}
}

func (n *ninety) stands(interview, person string, change func(s *standing)) {
	s := n.latest(interview, person)
	s.reopened = false
	change(&s)
	s.at = n.now()
	if s.is != waits {
		s.snoozed = time.Time{}
	}
	key := owing{interview, person}
	n.cards[key] = append(n.cards[key], s)
}

// note notes how somebody's own act has left their scorecard.
func (n *ninety) note(s hiring.Scorecard, _ time.Time) {
	n.stands(s.Interview, s.Person, func(now *standing) {
		switch s.State {
		case hiring.CardSubmitted:
			now.is = in
		case hiring.CardDeclined:
			now.is = declined
		case hiring.CardWaived:
			now.is = waived
		case hiring.CardPending, hiring.CardDraft:
			if now.is != waits { // they can after all, and are asked anew
				asked := now.ends
				if n.now().After(asked) {
					asked = n.now()
				}
				now.is, now.due, now.snoozed = waits, n.dueOf(s.Person, n.now(), asked), time.Time{}
				return
			}
			now.snoozed, now.snoozedFrom = s.SnoozedUntil, n.now()
		}
	})
}

// seated notes how a change of an interview has left its scorecards.
func (n *ninety) seated(i hiring.Interview, at time.Time) {
	on, end := i.State.On(), i.EndsAt()
	for key := range n.cards {
		if key.interview == i.ID && !i.Sits(key.person) && n.latest(i.ID, key.person).is != removed {
			n.stands(i.ID, key.person, func(s *standing) { s.is, s.ends = removed, end })
		}
	}
	for _, person := range i.People() {
		n.stands(i.ID, person, func(s *standing) {
			before := *s
			s.ends, s.closed = end, n.ended[i.Application]
			switch {
			case before.is == in:
			case !on:
				s.is = off
			case before.is == "", before.is == off, before.is == removed, before.is == waits && !before.ends.Equal(end):
				asked := end // who is asked when it is over has as long from then
				if at.After(asked) {
					asked = at
				}
				s.is, s.due, s.snoozed = waits, n.dueOf(person, at, asked), time.Time{}
			}
		})
	}
}

// closedOrNot notes how the end of an application, or that it goes on, has left the scorecards of its interviews.
// The store says when those are due that go on, and walk whether that is right.
func (n *ninety) closedOrNot(application string, ended bool, then map[owing]hiring.Scorecard, unheard map[owing][]unheardStep) {
	n.ended[application] = ended
	for key := range n.cards {
		if n.of[key.interview] != application {
			continue
		}
		n.stands(key.interview, key.person, func(s *standing) {
			s.closed, s.reopened, s.unheard = ended, !ended, unheard[key]
			if card, known := then[key]; known && s.is == waits {
				s.due, s.anew = card.DueAt, n.dueOf(key.person, n.now(), n.now())
				if !ended && !card.SnoozedUntil.IsZero() {
					s.snoozed = card.SnoozedUntil
				}
			}
			if !ended && s.is == waits {
				for _, u := range unheard[key] {
					n.emptied[u.message] = true
				}
			}
		})
	}
}

// fail notes that a call about somebody failed, and until when their messages may wait for that.
func (n *ninety) fail(person string, at time.Time, wait time.Duration) {
	tries := 0 // of one message they were at most
	for _, f := range n.failing[person] {
		if at.Sub(f.from) < 12*time.Hour {
			tries++
		}
	}
	backoff := min(2*time.Second<<min(tries, 10), 10*time.Minute) * 5 / 4
	n.failing[person] = append(n.failing[person], span{at, at.Add(max(wait, backoff) + time.Second)})
}

var interviewRef = regexp.MustCompile(`I-\d+`)

// offered returns the interviews whose scorecards a card offers to fill in, and named all that it names.
func offered(card bot.Card) (give, named []string) {
	calls := []bot.Call{}
	for _, a := range card.Actions {
		calls = append(calls, a.Do)
	}
	if card.Menu != nil {
		for _, i := range card.Menu.Items {
			calls = append(calls, i.Do)
		}
	}
	text := bot.PlainCard(card, time.UTC)
	for _, c := range calls {
		text += " " + strings.Join(c.Args, " ")
		if c.Command == "feedback.give" {
			give = append(give, c.Args[0])
		}
	}
	named = interviewRef.FindAllString(text, -1)
	slices.Sort(give)
	slices.Sort(named)
	return slices.Compact(give), slices.Compact(named)
}

func (d *diary) complain(format string, args ...any) {
	d.wrong = append(d.wrong, fmt.Sprintf(format, args...))
}

// arrive notes that a message has come to somebody, and looks at what it says.
func (n *ninety) arrive(delivery, user string, at time.Time, card bot.Card) {
	person := n.user[user]
	n.arrivals[delivery] = append(n.arrivals[delivery], &arrival{at: at, person: person, card: card, drawn: card})
	give, _ := offered(card)
	for _, i := range give {
		if s := n.latest(i, person); s.is != waits && s.is != waived || s.closed {
			n.complain("at %s %s is asked for the scorecard of %s, which is %q, closed %v", at, person, i, s.is, s.closed)
		}
	}
	n.ownOnly(person, at, card)
}

// redrawn notes that a message of somebody's was drawn again.
func (n *ninety) redrawn(delivery, user string, at time.Time, card bot.Card) {
	person := n.user[user]
	for _, a := range n.arrivals[delivery] {
		a.drawn = card
	}
	n.ownOnly(person, at, card)
}

// ownOnly looks whether somebody sits on all the interviews that a card of theirs names. Who hires knows of
// others.
func (n *ninety) ownOnly(person string, at time.Time, card bot.Card) {
	_, named := offered(card)
	for _, i := range named {
		if is := n.latest(i, person).is; (is == "" || is == removed) && !n.team[person] {
			n.complain("at %s %s, who does not sit on it, sees a card of %s (%q)", at, person, i, is)
		}
	}
}

// fateOf is what must have become of a step of the reminders of a scorecard.
type fateOf struct {
	state   string // "sent", "held" or "moot"
	minute  int    // when it was sent
	planned int
	reasons map[string]bool // for which it was held
	digest  string          // the key of that with which it was sent
}

// stepOf is a step, counted from the end of an interview, or from when the scorecard is due.
type stepOf struct {
	owing
	ends, due int64 // due is 0 for what is counted from the end
	step      string
}

// unheardStep is a step on record whose message had nothing to say when it was about to be sent.
type unheardStep struct {
	stepOf
	message string
}

// walk goes through the minutes of a scorecard, and says what must have become of its steps. Where two processes
// were at work at once either may have come first with a reminder or a digest: that is looked up.
func (n *ninety) walk(key owing, out map[stepOf]*fateOf, byKey map[string]*sentRow, carried map[stepOf]bool) {
	d := n.diary
	log, end := d.cards[key], d.minute(d.end)
	var (
		snoozeDone time.Time // the snooze that is over
		lastSent   = map[int64]int{}
		planned    map[string]int
		plannedBy  [3]time.Time        // what that follows from: the last changes of the scorecard, of its owner and of the company
		shutAt     time.Time           // when the application ended last
		shut       = map[stepOf]bool{} // the steps that were moot by that
		missed     bool                // one that is counted from the due date has its time since
		was        int                 // the standing before
	)
	if log[0].closed {
		shutAt = log[0].at
	}
	for minute := d.minute(log[0].at); minute < end; {
		now := d.instant(minute)
		at, _ := last(log, now, func(s standing) time.Time { return s.at })
		card := log[at]
		for ; was < at; was++ {
			then := log[was+1]
			if then.closed && !log[was].closed {
				shutAt = then.at
			}
			if then.reopened && then.is == waits {
				n.checkDue(key, log[was], then, missed || !log[was].due.Before(shutAt) && !log[was].due.After(then.at))
				// What they did not hear for that they hear now, by the due date that counts.
				unheard := maps.Clone(shut)
				for _, u := range then.unheard {
					unheard[u.stepOf] = true
				}
				for k := range unheard {
					if k.ends != then.ends.UnixMicro() || k.due != 0 && k.due != then.due.UnixMicro() {
						continue
					}
					if strings.HasPrefix(k.step, "asked ") { // of several it is the last for which they asked
						if k.step != "asked "+strconv.FormatInt(then.snoozed.UnixMicro(), 10) {
							continue
						}
						snoozeDone = time.Time{}
					}
					delete(out, k)
				}
				delete(lastSent, then.ends.UnixMicro())
				for k, f := range out {
					if k.owing == key && f.state == "sent" {
						lastSent[k.ends] = max(lastSent[k.ends], f.minute)
					}
				}
			}
			if !then.closed {
				missed = false
				clear(shut)
			}
		}
		next := end
		look := func(minuteThen int) {
			if minuteThen > minute {
				next = min(next, minuteThen)
			}
		}
		if at+1 < len(log) {
			look(d.minute(log[at+1].at))
		}
		if card.is != waits {
			minute = next
			continue
		}
		if ends := d.minute(card.ends); ends > minute {
			look(ends)
			minute = next
			continue
		}
		if i := slices.IndexFunc(d.down, func(s span) bool { return !now.Before(s.from) && now.Before(s.to) }); i >= 0 {
			minute = d.minute(d.down[i].to)
			continue
		}
		s, c := d.stateOf(key.person, now), d.companyOf(now)
		for _, other := range d.states[key.person] {
			look(d.minute(other.at))
		}
		for _, other := range d.companies {
			look(d.minute(other.at))
		}
		ends := card.ends.UnixMicro()
		step := func(name string) stepOf {
			if strings.HasPrefix(name, "due") {
				return stepOf{key, ends, card.due.UnixMicro(), name}
			}
			return stepOf{key, ends, 0, name}
		}
		// Nobody is reminded twice a day of one scorecard, but for what they ask for, and on the day of the interview.
		again := func(name string, planned int) bool {
			z := d.zones[s.zone]
			sent, was := lastSent[ends]
			if !was || planned >= len(z.day) || z.day[planned] != z.day[sent] {
				return false
			}
			return strings.HasPrefix(name, "due") || z.day[planned] != z.day[d.minute(card.ends)]
		}
		var reached []string
		if by := [3]time.Time{card.at, s.at, c.at}; by != plannedBy {
			planned, plannedBy = d.plan(card, s, c), by
		}
		runs, nextRun := d.runsAt(minute)
		look(nextRun)
		for _, r := range runs {
			digest, at := n.carrierOf(r, key.person, byKey)
			if digest == "" || card.closed || d.both[now] && !carried[step(digest)] {
				continue
			}
			due := map[string]string{}
			for name, planned := range planned {
				z := d.zones[s.zone]
				onDay := strings.HasPrefix(name, "due") && planned < len(z.day) && z.day[planned] == z.day[at]
				if f := out[step(name)]; f != nil && f.state != "held" || planned > at && !onDay {
					continue
				}
				due[name] = "sent"
				if sent, was := lastSent[ends]; was && planned <= sent || again(name, planned) {
					due[name] = "moot"
				}
			}
			if !card.snoozed.IsZero() && !card.snoozed.Equal(snoozeDone) {
				if d.minute(card.snoozed) > at {
					continue // they are asked another day
				}
				due["asked "+strconv.FormatInt(card.snoozed.UnixMicro(), 10)] = "sent"
			}
			if !slices.Contains(slices.Collect(maps.Values(due)), "sent") {
				continue
			}
			for name, state := range due {
				out[step(name)] = &fateOf{state: state, minute: minute}
				if state == "sent" {
					out[step(name)].digest = digest
				}
			}
			snoozeDone, lastSent[ends] = card.snoozed, minute
		}
		for name, planned := range planned {
			if f := out[step(name)]; f != nil && f.state != "held" {
				continue
			}
			look(planned)
			if planned > minute {
				continue
			}
			if sent, was := lastSent[ends]; was && planned <= sent {
				// The policy, or their zone, was changed: its time was before a reminder that they had.
				out[step(name)] = &fateOf{state: "moot", minute: minute}
				continue
			}
			if s.active && !card.closed && again(name, planned) {
				out[step(name)] = &fateOf{state: "moot", minute: minute}
				continue
			}
			reached = append(reached, name)
			if out[step(name)] == nil {
				out[step(name)] = &fateOf{state: "held", planned: planned, reasons: map[string]bool{}}
			}
		}
		snoozed := !card.snoozed.IsZero() && !card.snoozed.Equal(snoozeDone)
		asked := snoozed && d.minute(card.snoozed) <= minute
		if snoozed && !asked {
			look(d.minute(card.snoozed))
			for _, name := range reached {
				out[step(name)].reasons["snoozed"] = true
			}
			if s.active && !card.closed {
				minute = next
				continue
			}
		}
		if asked {
			name := "asked " + strconv.FormatInt(card.snoozed.UnixMicro(), 10)
			reached = append(reached, name)
			if out[step(name)] == nil {
				out[step(name)] = &fateOf{state: "held", reasons: map[string]bool{}}
			}
		}
		if len(reached) == 0 {
			minute = next
			continue
		}
		why := d.held(s, c, minute)
		for _, name := range reached {
			f := out[step(name)]
			switch {
			case !s.active || card.closed:
				f.state, f.minute = "moot", minute
				if card.closed {
					shut[step(name)] = true
				}
				missed = missed || card.closed && strings.HasPrefix(name, "due") && f.planned >= d.minute(shutAt)
			case why == "":
				f.state, f.minute = "sent", minute
			default:
				f.reasons[why] = true
			}
		}
		switch {
		case (!s.active || card.closed) && asked:
			snoozeDone = card.snoozed
		case s.active && !card.closed && why == "":
			snoozeDone, lastSent[ends] = card.snoozed, minute
		}
		if s.active && !card.closed && why != "" {
			next = minute + 1
		}
		minute = next
	}
}

// checkDays looks whether two messages of one day, by the clock that its reader has at the second, remind of one
// scorecard, though it was not asked for, and is not one that the policy has on the day of the interview.
func (n *ninety) checkDays(want map[stepOf]*fateOf) {
	sent := map[owing][]stepOf{}
	for k, f := range want {
		if f.state == "sent" && !strings.HasPrefix(k.step, "asked ") {
			sent[k.owing] = append(sent[k.owing], k)
		}
	}
	for key, steps := range sent {
		slices.SortFunc(steps, func(a, b stepOf) int { return cmp.Compare(want[a].minute, want[b].minute) })
		for at, k := range steps[min(1, len(steps)):] {
			before, now := want[steps[at]], want[k]
			day := n.zones[n.stateOf(key.person, n.instant(now.minute)).zone].day
			dateIn := func(f *fateOf) string { // a digest is decided on before it goes out, which may be on another day
				if f.digest != "" {
					return f.digest[strings.LastIndex(f.digest, ":")+1:]
				}
				return dateOf(day[f.minute])
			}
			ofEnd := k.due == 0 && (before.digest != "" || day[now.minute] == day[n.minute(time.UnixMicro(k.ends))])
			if before.minute != now.minute && steps[at].ends == k.ends && dateIn(before) == dateIn(now) && !ofEnd {
				n.complain("%v is reminded of at %s (%s) and at %s (%s)", key, n.instant(before.minute), steps[at].step, n.instant(now.minute), k.step)
			}
		}
	}
}

// checkDue looks whether a scorecard whose application goes on again is due when it must be.
func (n *ninety) checkDue(key owing, before, now standing, missed bool) {
	want := before.due
	if missed && now.anew.After(want) {
		want = now.anew
	}
	if !now.due.Equal(want) {
		n.complain("%v goes on at %s, and is due %s in the place of %s; it must be %s", key, now.at, now.due, before.due, want)
	}
}

// sentRow is a message as the database has it.
type sentRow struct {
	id, key, person, view, into, state, reason string
	args                                       []string
	created, due                               time.Time
	open                                       bool // it wants attention
	unprompted                                 bool
}

// String prints a message as a complaint has it.
func (r *sentRow) String() string {
	return fmt.Sprintf("%s, due %s (%s %s)", r.key, r.due.Format("01-02 15:04:05"), r.state, r.reason)
}

// check compares what the database and the platform have with what must be.
func (n *ninety) check() {
	n.t.Helper()
	want := map[stepOf]*fateOf{}
	rows, byKey := n.rows()
	if n.digests {
		n.planRuns()
	}
	carried := n.carried()
	for key := range n.cards {
		n.walk(key, want, byKey, carried)
	}
	asks := n.checkSteps(want, byKey)
	n.checkDays(want)
	n.checkRows(rows, byKey, asks)
	states := map[string]int{}
	for _, f := range want {
		states[f.state]++
	}
	merged := 0
	for _, r := range rows {
		if r.into != "" {
			merged++
		}
	}
	inDigests, digests := 0, map[string]int{}
	for _, f := range want {
		if f.digest != "" {
			inDigests++
		}
	}
	for _, r := range rows {
		if r.date() != "" {
			what := r.view + " " + r.state
			if r.into != "" {
				what += " merged"
			}
			digests[what]++
		}
	}
	n.t.Logf("%s; of %d scorecards %v steps, %d of them in digests, %d messages, and %d merged; digests: %v",
		counted(n.done), len(n.cards), states, inDigests, len(n.arrivals), merged, digests)
	if len(n.wrong) > 0 {
		n.t.Errorf("%d things are wrong, with %s:\n%s", len(n.wrong), n.t.Name(), strings.Join(n.wrong[:min(len(n.wrong), 25)], "\n"))
	}
	if states["sent"] < 500 || states["held"] == 0 || states["moot"] == 0 || len(n.arrivals) < 500 || merged < 50 {
		n.t.Errorf("too little has happened: %v", states)
	}
	if n.digests && (inDigests < 100 || digests["morning sent"] < 200 || digests["recruiter_day sent"] < 100 || n.old == 0) ||
		!n.digests && len(digests) > 0 {
		n.t.Errorf("too few digests, or too many: %v with %d steps, and %d of a day that was over", digests, inDigests, n.old)
	}
}

// date returns the date of a digest, "" of what is none.
func (r *sentRow) date() string {
	if r.view != "morning" && r.view != "recruiter_day" {
		return ""
	}
	return r.key[strings.LastIndex(r.key, ":")+1:]
}

// carried returns which digests have which scorecards, in the place of steps.
func (n *ninety) carried() map[stepOf]bool {
	n.t.Helper()
	all := map[stepOf]bool{}
	eachRow(n.t, n.db, `SELECT interview, person, ends_at, message FROM nudges WHERE state = 'merged'`, nil, func(found *sql.Rows) error {
		var k stepOf
		err := found.Scan(&k.interview, &k.person, &k.ends, &k.step)
		all[k] = true
		return err
	})
	return all
}

func (n *ninety) rows() ([]*sentRow, map[string]*sentRow) {
	n.t.Helper()
	var all []*sentRow
	byKey := map[string]*sentRow{}
	eachRow(n.t, n.db, `SELECT id, once, person, view_name, args, merged_into, state, reason, created_at, due_at, next_at, unprompted FROM outbox ORDER BY created_at, id`, nil, func(found *sql.Rows) error {
		var (
			r            sentRow
			args         string
			created, due int64
			next         sql.NullInt64
		)
		err := found.Scan(&r.id, &r.key, &r.person, &r.view, &args, &r.into, &r.state, &r.reason, &created, &due, &next, &r.unprompted)
		err = errors.Join(err, json.Unmarshal([]byte(args), &r.args))
		r.created, r.due, r.open = time.UnixMicro(created).UTC(), time.UnixMicro(due).UTC(), next.Valid
		all = append(all, &r)
		byKey[r.key] = &r
		return err
	})
	return all, byKey
}

// scanStep reads a step as it is on record: its interview, person, end, id and planned time, and then the rest.
func scanStep(found *sql.Rows, rest ...any) (k stepOf, err error) {
	var planned int64
	if err := found.Scan(append([]any{&k.interview, &k.person, &k.ends, &k.step, &planned}, rest...)...); err != nil {
		return k, err
	}
	if strings.HasPrefix(k.step, "asked:") {
		k.step = "asked " + strconv.FormatInt(planned, 10)
	}
	if key, due, ofDue := strings.Cut(k.step, "@"); ofDue {
		k.step = key
		k.due, err = strconv.ParseInt(due, 10, 64)
	}
	return k, err
}

// checkSteps compares what is on record of each step with what must have become of it. It returns the
// scorecards of which each message reminds.
func (n *ninety) checkSteps(want map[stepOf]*fateOf, byKey map[string]*sentRow) map[string][]owing {
	n.t.Helper()
	asks := map[string][]owing{}
	seen := map[stepOf]bool{}
	eachRow(n.t, n.db, `SELECT interview, person, ends_at, step, planned_at, state, reason, decided_at, message FROM nudges`, nil, func(found *sql.Rows) error {
		var (
			is, reason, message string
			decided, whole      int64
		)
		k, err := scanStep(found, &is, &reason, &decided, &message)
		if err != nil {
			return err
		}
		whole = int64(n.minute(time.UnixMicro(decided)))
		f := want[k]
		seen[k] = true
		told := fmt.Sprintf("%v, ends %s: on record is %s (%s) at %s for %q", k, time.UnixMicro(k.ends).UTC(), is, reason, time.UnixMicro(decided).UTC(), message)
		switch {
		case f == nil:
			n.complain("%s, and it was not due", told)
		case is == string(store.NudgeSent) || is == string(store.NudgeMerged):
			if f.state != "sent" || int64(f.minute) != whole {
				n.complain("%s, and must be %s at %s", told, f.state, n.instant(f.minute))
			}
			if byKey[message] == nil || byKey[message].person != k.person {
				n.complain("%s, and there is no such message to them", told)
			}
			switch withDigest := is == string(store.NudgeMerged) && reason == "with the digest of the day"; {
			case f.digest != "" && (message != f.digest || !withDigest):
				n.complain("%s, and must be in %s", told, f.digest)
			case f.digest == "" && (withDigest || !strings.HasPrefix(message, "nudge:")):
				n.complain("%s, and must be in a reminder", told)
			}
			asks[message] = append(asks[message], k.owing)
		case is != f.state:
			n.complain("%s, and must be %s at %s", told, f.state, n.instant(f.minute))
		case reason == "" || is == "held" && !f.reasons[reason]:
			n.complain("%s, and the reasons were %v", told, f.reasons)
		}
		return nil
	})
	for k, f := range want {
		if !seen[k] {
			n.complain("%v, ends %s: nothing is on record of what must be %s at %s, %v", k, time.UnixMicro(k.ends).UTC(), f.state, n.instant(f.minute), f.reasons)
		}
	}
	return asks
}

// checkRows looks at each unprompted message: when and how often it came, and whether it could have come at
// an earlier minute.
func (n *ninety) checkRows(rows []*sentRow, byKey map[string]*sentRow, asks map[string][]owing) {
	byPerson := map[string][]time.Time{}
	known := map[string]bool{}
	for _, r := range rows {
		known[r.id] = true
		n.checkDigest(r)
		if nudges := r.view == "nudge" || r.view == "digest" || r.view == "target_dates" || r.date() != ""; !r.unprompted {
			if nudges {
				n.complain("%s is unprompted, and does not count as such", r)
			}
			continue
		}
		switch came := n.arrivals[r.id]; {
		case len(came) > 1:
			n.complain("%s came %d times", r, len(came))
		case len(came) == 1:
			byPerson[r.person] = append(byPerson[r.person], came[0].at)
			if r.state != "sent" && r.state != "sending" {
				n.complain("%s has come and is %s", r, r.state)
			}
		case r.state == "sent" || r.state == "dead":
			n.complain("%s is %s and never came", r, r.state)
		}
	}
	for id, came := range n.arrivals {
		if !known[id] {
			n.complain("at %s came what the outbox knows nothing of: %s", came[0].at, came[0].card.Title)
		}
	}
	for _, times := range byPerson {
		slices.SortFunc(times, time.Time.Compare)
	}
	held := map[*sentRow][]*sentRow{} // what messages have in them, themselves too
	for _, r := range rows {
		if !r.unprompted {
			continue
		}
		n.checkRow(r, byKey, asks, byPerson[r.person])
		if final := finalOf(r, byKey); final != nil {
			held[final] = append(held[final], r)
		}
	}
	for final, all := range held {
		if came := n.arrivals[final.id]; len(came) == 1 {
			n.checkContents(final, all, asks, came[0])
		}
	}
}

// finalOf returns the message in which another one came, or is to come.
func finalOf(r *sentRow, byKey map[string]*sentRow) *sentRow {
	for r != nil && r.into != "" {
		r = byKey[r.into]
	}
	return r
}

// checkDigest looks whether a digest was written by a run, for the day and the minute for which it must be.
func (n *ninety) checkDigest(r *sentRow) {
	if r.date() == "" {
		return
	}
	runs, _ := n.runsAt(n.minute(r.created))
	for _, one := range runs {
		if one.days != (r.view == "recruiter_day") || !r.created.Equal(n.instant(one.minute)) {
			continue
		}
		if day := n.dayOf(one, r.person); day.date != r.date() || !r.due.Equal(n.instant(day.minute)) {
			n.complain("%s is of %s, and must be of %s at %s", r, r.created, day.date, n.instant(day.minute))
		}
		return
	}
	n.complain("%s is of %s, when there is no run", r, r.created)
}

// checkContents looks whether a message asks for all that its parts are there for, and says of no day that is over
// that it is today.
func (n *ninety) checkContents(final *sentRow, parts []*sentRow, asks map[string][]owing, came *arrival) {
	_, named := offered(came.card)
	text := bot.PlainCard(came.card, time.UTC)
	z := n.zones[n.stateOf(final.person, came.at).zone]
	today := came.at.In(z.location).Format(time.DateOnly)
	isToday := false
	for _, r := range parts {
		isToday = isToday || r.date() == today
		if r.date() != "" && r.date() != today {
			n.old++
		}
		for _, a := range asks[r.key] {
			at, ok := last(n.cards[a], came.at, func(s standing) time.Time { return s.at })
			if !ok || !n.cards[a][at].owedSince(r.created) {
				continue
			}
			if !slices.Contains(named, a.interview) && !strings.Contains(text, " more: ") {
				n.complain("%s came at %s with %s in it, and does not ask for %s:\n%s", final, came.at, r, a.interview, text)
			}
		}
	}
	if !isToday && (strings.Contains(text, "Today, ") || strings.Contains(text, "Your day, ")) {
		n.complain("%s came at %s and tells of a day that is over:\n%s", final, came.at, text)
	}
}

func (n *ninety) checkRow(r *sentRow, byKey map[string]*sentRow, asks map[string][]owing, came []time.Time) {
	if r.view == "nudge" && len(asks[r.key]) == 0 && !n.emptied[r.key] {
		n.complain("%s reminds of no step", r)
	}
	final := finalOf(r, byKey)
	if final == nil {
		n.complain("%s is merged into nothing", r)
		return
	}
	until := n.end
	if all := n.arrivals[final.id]; len(all) == 1 {
		until = all[0].at
		if final == r {
			n.checkArrival(r, all[0], came)
		}
	} else if final.state == "moot" {
		// That must be since it has nothing to say, to whom it is for.
		for _, a := range asks[r.key] {
			still := true
			for at, s := range n.cards[a] {
				over := at+1 == len(n.cards[a]) || n.cards[a][at+1].at.After(r.due)
				still = still && (!over || s.owedSince(r.created))
			}
			for at, s := range n.states[r.person] {
				over := at+1 == len(n.states[r.person]) || n.states[r.person][at+1].at.After(r.due)
				still = still && (!over || s.active)
			}
			if still {
				n.complain("%s is moot, and %v waited all the time", r, a)
			}
		}
		return
	}
	// At no minute before could it have come.
	// times is when somebody works, by whom that is said. What waits for another day is looked at again where it
	// changes, unless it is merged into what is to come on that day.
	type times struct {
		company *company
		person  state
	}
	var by times
	excused := 0
	for minute := n.minute(r.due); n.instant(minute).Before(until); minute++ {
		now := n.instant(minute)
		s, c := n.stateOf(r.person, now), n.companyOf(now)
		person := s
		person.at, person.single, person.budget = time.Time{}, false, 0
		if changed := (times{c, person}); changed != by {
			by = changed
			if final == r || final.created.After(now) || !final.due.After(now) {
				excused = 0
			}
		}
		if !s.active || n.held(s, c, minute) != "" || minute < excused {
			continue
		}
		during := func(spans []span) bool {
			return slices.ContainsFunc(spans, func(s span) bool { return !now.Before(s.from) && now.Before(s.to) })
		}
		switch {
		case during(n.down) || during(n.failing[r.person]):
		case n.today(s, minute, came) >= cmp.Or(s.budget, c.budget):
			excused = n.nextDay(s, c, minute, true)
		case final != r && !final.created.After(now) && final.due.After(now) && n.sameDay(s, minute, n.minute(final.due)):
			excused = n.minute(final.due) // what is to come today already takes the day's last place
		case s.single && n.today(s, minute, came)+n.toCome(s, r, minute, byKey) >= cmp.Or(s.budget, c.budget):
			excused = n.nextDay(s, c, minute, true) // the same for who wants no others merged any more
		default:
			n.complain("%s (in the end %s) came at %s and could have at %s (%+v)", r, final, until, now, s)
			return
		}
	}
}

func (n *ninety) sameDay(s state, a, b int) bool {
	z := n.zones[s.zone]
	return b < len(z.day) && z.day[a] == z.day[b]
}

// today counts what came to somebody on the day of a minute, by then.
func (n *ninety) today(s state, minute int, came []time.Time) int {
	count := 0
	for _, at := range came {
		floor := int(at.Sub(n.begin) / time.Minute)
		if !at.After(n.instant(minute)) && n.sameDay(s, minute, floor) {
			count++
		}
	}
	return count
}

// toCome counts what was merged for somebody besides a message by a minute, and is still to come on its day.
func (n *ninety) toCome(s state, r *sentRow, minute int, byKey map[string]*sentRow) int {
	count, now := 0, n.instant(minute)
	for _, o := range byKey {
		came := n.arrivals[o.id]
		if o != r && o.person == r.person && o.view == "digest" && o.into == "" && !o.created.After(now) && n.sameDay(s, minute, n.minute(o.due)) &&
			(len(came) == 0 || came[0].at.After(now)) {
			count++
		}
	}
	return count
}

// checkArrival looks whether a message could come when it did.
func (n *ninety) checkArrival(r *sentRow, a *arrival, came []time.Time) {
	s, c := n.stateOf(r.person, a.at), n.companyOf(a.at)
	floor := int(a.at.Sub(n.begin) / time.Minute)
	if why := n.held(s, c, floor); why != "" || !s.active {
		n.complain("%s came at %s, outside of their hours: %s, %+v", r, a.at.In(n.zones[s.zone].location), why, s)
	}
	count := 0
	for _, at := range came {
		if !at.After(a.at) && n.sameDay(s, floor, int(at.Sub(n.begin)/time.Minute)) {
			count++
		}
	}
	if budget := cmp.Or(s.budget, c.budget); count > budget {
		n.complain("%s came at %s, and is the %d. of a day of %d", r, a.at, count, budget)
	}
	gone := slices.ContainsFunc(n.states[r.person], func(s state) bool { return !s.active && s.at.After(a.at) })
	if !r.open && !gone { // nothing is to be drawn any more
		give, _ := offered(a.drawn)
		for _, i := range give {
			if is := n.latest(i, r.person).is; is != waits && is != waived {
				n.complain("%s asks for the scorecard of %s in the end, which is %q", r, i, is)
			}
		}
	}
}
