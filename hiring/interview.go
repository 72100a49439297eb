package hiring

import (
	"slices"
	"strings"
	"time"
)

// The limits of an interview. Lengths are in characters.
const (
	MinInterviewMinutes = 10
	MaxInterviewMinutes = 8 * 60
	// MaxInterviewers is how many people can sit on one interview.
	MaxInterviewers = 10
	// MinSlots and MaxSlots are how many times are proposed at once.
	MinSlots = 2
	MaxSlots = 5
	// MaxJoin is how long the words on how to join can be.
	MaxJoin = 500
	// KitBefore is how long before an interview its kit goes to the panel, and FormBefore how long
	// before it the scorecard can be filled in. It can be submitted from the start.
	KitBefore  = 30 * time.Minute
	FormBefore = 15 * time.Minute
)

// InterviewState is how an interview stands. The set is closed.
type InterviewState string

const (
	// InterviewProposed has some times of which the panel is asked; none is chosen.
	InterviewProposed InterviewState = "proposed"
	// InterviewScheduled has a time.
	InterviewScheduled InterviewState = "scheduled"
	// InterviewDone took place.
	InterviewDone InterviewState = "done"
	// InterviewCancelled was called off.
	InterviewCancelled InterviewState = "cancelled"
	// InterviewNoShow did not take place, since somebody did not come.
	InterviewNoShow InterviewState = "no_show"
)

// InterviewStates are all states, in the order in which they are listed.
var InterviewStates = []InterviewState{InterviewProposed, InterviewScheduled, InterviewDone, InterviewCancelled, InterviewNoShow}

// Interview is a meeting of a candidate with a panel, about one stage of the playbook.
type Interview struct {
	// ID is its reference, such as "I-31".
	ID string
	// Application is what it belongs to; Candidate and Req are those of the application.
	Application, Candidate, Req string
	// Stage is the key of the playbook's stage.
	Stage string
	// StartsAt is zero while it is only proposed.
	StartsAt time.Time
	Minutes  int
	Panel    []Panelist
	State    InterviewState
	// Why is the reason of a cancellation, or what is known of a no-show.
	Why string
	// Slots are the times that the panel is asked about, the earliest first.
	Slots []Slot
	// Join is how to join: a link, a number or a place.
	Join string
	// Sequence counts the changes of what the candidate and the calendars know: when, how long, who, how
	// to join, and whether at all. It begins with 1. Told is the one that the candidate was told, 0 for
	// none.
	Sequence, Told int
	// MadeBy is who scheduled it, the id of a person.
	MadeBy               string
	CreatedAt, ChangedAt time.Time
	Version              int64
}

// Panelist is somebody who sits on an interview. Leads are the keys of the dimensions on which they
// lead; the others of the panel rate these too.
type Panelist struct {
	Person string
	Leads  []string
}

// Slot is a time that is proposed, with who of the panel can and who cannot.
type Slot struct {
	At time.Time
	// Answers are yes or no by the ids of people. Who has not answered is not in it.
	Answers map[string]bool
}

// interviewMove is one move of the state machine, and how it is said of an interview.
type interviewMove struct {
	from, to InterviewState
	words    string
}

// interviewMoves is the state machine, as data. What was marked by mistake is put right by the same
// moves, and one that nobody came to is scheduled again.
var interviewMoves = []interviewMove{
	{InterviewProposed, InterviewScheduled, "scheduled"},
	{InterviewProposed, InterviewCancelled, "cancelled"},
	{InterviewScheduled, InterviewDone, "marked as done"},
	{InterviewScheduled, InterviewCancelled, "cancelled"},
	{InterviewScheduled, InterviewNoShow, "marked as a no-show"},
	{InterviewDone, InterviewNoShow, "marked as a no-show"},
	{InterviewDone, InterviewScheduled, "rescheduled"},
	{InterviewNoShow, InterviewScheduled, "rescheduled"},
	{InterviewNoShow, InterviewDone, "marked as done"},
	{InterviewNoShow, InterviewCancelled, "cancelled"},
	{InterviewCancelled, InterviewScheduled, "scheduled again"},
}

// InterviewStateTitle returns the name of a state as people read it.
func InterviewStateTitle(s InterviewState) string {
	switch s {
	case InterviewProposed:
		return "Proposed"
	case InterviewScheduled:
		return "Scheduled"
	case InterviewDone:
		return "Done"
	case InterviewCancelled:
		return "Cancelled"
	case InterviewNoShow:
		return "No-show"
	default:
		return string(s)
	}
}

// On tells whether an interview in this state takes place or took place, so that scorecards are
// waited for.
func (s InterviewState) On() bool { return s == InterviewScheduled || s == InterviewDone }

// Moves returns the states that an interview in this state can move to.
func (s InterviewState) Moves() []InterviewState {
	var to []InterviewState
	for _, m := range interviewMoves {
		if m.from == s {
			to = append(to, m.to)
		}
	}
	return to
}

// EndsAt returns when the interview is planned to end; zero while it has no time.
func (i Interview) EndsAt() time.Time {
	if i.StartsAt.IsZero() {
		return time.Time{}
	}
	return i.StartsAt.Add(time.Duration(i.Minutes) * time.Minute)
}

// Sits tells whether somebody sits on the panel.
func (i Interview) Sits(person string) bool {
	return person != "" && slices.ContainsFunc(i.Panel, func(p Panelist) bool { return p.Person == person })
}

// People returns the ids of the panel, in their order.
func (i Interview) People() []string {
	all := make([]string, len(i.Panel))
	for at, p := range i.Panel {
		all[at] = p.Person
	}
	return all
}

// CandidateKnows tells whether the candidate was told of the interview as it is now.
func (i Interview) CandidateKnows() bool { return i.Told == i.Sequence }

// MarkTold returns the interview with the candidate having been told of it as it was at a sequence,
// that of the text which they were sent. It returns a Conflict error where it has changed since.
func (i Interview) MarkTold(sequence int, now time.Time) (Interview, error) {
	if sequence != i.Sequence {
		return i, Errorf(Conflict, "%s was changed after that text was made. Send the new text, and mark that.", i.name())
	}
	i.Told, i.ChangedAt = sequence, now
	return i, nil
}

// Move returns the interview in another state, with the reason for it. Scheduling needs a time:
// Schedule does that. It returns a Conflict error that names the legal moves when this one is not,
// and an Invalid error for the field "reason".
func (i Interview) Move(to InterviewState, why string, now time.Time) (Interview, error) {
	if !slices.Contains(i.State.Moves(), to) {
		return i, i.illegal(to)
	}
	if to == InterviewScheduled && i.StartsAt.IsZero() {
		return i, InvalidField("when", "Choose a time, like fri 3pm.")
	}
	if (to == InterviewDone || to == InterviewNoShow) && now.Before(i.StartsAt) {
		return i, Errorf(Conflict, "%s has not begun yet. Cancel or reschedule it.", i.name())
	}
	why = strings.TrimSpace(why)
	if err := tooLong("reason", "The reason", why, MaxReason); err != nil {
		return i, err
	}
	on := i.State.On()
	i.State, i.Why, i.ChangedAt = to, why, now
	if i.Sequence == 0 || on != to.On() {
		i.Sequence++
	}
	return i, nil
}

// Schedule returns the interview at a time, whatever it was before: proposed, scheduled for another
// time, missed or cancelled. Its slots are settled by that. The same time and length change nothing.
func (i Interview) Schedule(at time.Time, minutes int, now time.Time) (Interview, error) {
	if i.State == InterviewScheduled && i.StartsAt.Equal(at) && i.Minutes == minutes {
		i.Slots = nil
		return i, nil
	}
	if i.State != InterviewScheduled && i.State != "" && !slices.Contains(i.State.Moves(), InterviewScheduled) {
		return i, i.illegal(InterviewScheduled)
	}
	i.StartsAt, i.Minutes = at, minutes
	i.State, i.Why, i.Slots, i.ChangedAt = InterviewScheduled, "", nil, now
	i.Sequence++
	if err := i.Check(); err != nil {
		return i, err
	}
	return i, nil
}

// Seat returns the interview with another panel and other words on how to join.
func (i Interview) Seat(panel []Panelist, join string, now time.Time) (Interview, error) {
	same := i.Join == join && slices.Equal(Interview{Panel: panel}.People(), i.People())
	i.Panel, i.Join, i.ChangedAt = panel, join, now
	if !same && i.Sequence > 0 {
		i.Sequence++
	}
	for at, s := range i.Slots { // the answers of who sits there no more count no more
		kept := map[string]bool{}
		for person, yes := range s.Answers {
			if i.Sits(person) {
				kept[person] = yes
			}
		}
		if at == 0 {
			i.Slots = slices.Clone(i.Slots)
		}
		i.Slots[at].Answers = kept
	}
	if err := i.Check(); err != nil {
		return i, err
	}
	return i, nil
}

// Replace returns the interview with somebody else in the seat of a panelist, who leads on what they
// led on. It returns an Invalid error for the field "to" for somebody who sits there already, and a
// Conflict error where there is nobody to replace.
func (i Interview) Replace(person, by string, now time.Time) (Interview, error) {
	if !i.Sits(person) {
		return i, Errorf(Conflict, "They do not sit on %s any more. Look at it again.", i.name())
	}
	if i.Sits(by) {
		return i, InvalidField("to", "They sit on %s already. Name somebody else.", i.name())
	}
	panel := slices.Clone(i.Panel)
	for at := range panel {
		if panel[at].Person == person {
			panel[at].Person = by
		}
	}
	return i.Seat(panel, i.Join, now)
}

// Propose returns the interview with times that the panel is asked about. One that is scheduled stays
// so until another time is chosen. It returns an Invalid error for the field "times".
func (i Interview) Propose(times []time.Time, now time.Time) (Interview, error) {
	if i.State == InterviewDone {
		return i, i.illegal(InterviewProposed)
	}
	if i.State == "" {
		i.State = InterviewProposed
	}
	times = slices.Clone(times)
	slices.SortFunc(times, time.Time.Compare)
	times = slices.CompactFunc(times, time.Time.Equal)
	if len(times) < MinSlots || len(times) > MaxSlots {
		return i, InvalidField("times", "Propose %d to %d different times, like fri 3pm, mon 11am.", MinSlots, MaxSlots)
	}
	if times[0].Before(now) {
		return i, InvalidField("times", "One of these times is past. Propose times that are to come.")
	}
	i.Slots, i.ChangedAt = nil, now
	for _, at := range times {
		i.Slots = append(i.Slots, Slot{At: at, Answers: map[string]bool{}})
	}
	return i, i.Check()
}

// Answer returns the interview with the answer of one of the panel to a time that was proposed. The
// last answer counts. It returns a Conflict error where that time is not asked about, or not of them.
func (i Interview) Answer(person string, at time.Time, can bool, now time.Time) (Interview, error) {
	index := slices.IndexFunc(i.Slots, func(s Slot) bool { return s.At.Equal(at) })
	if index < 0 || !i.Sits(person) {
		return i, Errorf(Conflict, "%s does not ask you about this time any more. Look at it again.", i.name())
	}
	i.Slots, i.ChangedAt = slices.Clone(i.Slots), now
	answers := map[string]bool{person: can}
	for other, yes := range i.Slots[index].Answers {
		if other != person {
			answers[other] = yes
		}
	}
	i.Slots[index].Answers = answers
	return i, nil
}

// Suits tells whether all of the panel can at a time that was proposed.
func (i Interview) Suits(s Slot) bool {
	return len(i.Panel) > 0 && !slices.ContainsFunc(i.Panel, func(p Panelist) bool { return !s.Answers[p.Person] })
}

// Check returns the first of the interview's Problems, or nil.
func (i Interview) Check() error {
	if problems := i.Problems(); len(problems) > 0 {
		return problems[0]
	}
	return nil
}

// Problems returns an Invalid error for each field that cannot be as it is. The fields are stage,
// when, length, panel and join.
func (i Interview) Problems() []*Error {
	var problems []*Error
	add := func(err *Error) {
		if err != nil {
			problems = append(problems, err)
		}
	}
	if strings.TrimSpace(i.Stage) == "" {
		add(InvalidField("stage", "Say which interview it is, like system-design."))
	}
	if i.StartsAt.IsZero() && i.State != InterviewProposed && i.State != InterviewCancelled {
		add(InvalidField("when", "Choose a time, like fri 3pm."))
	}
	if i.Minutes < MinInterviewMinutes || i.Minutes > MaxInterviewMinutes {
		add(InvalidField("length", "An interview takes %d to %d minutes, like 60.", MinInterviewMinutes, MaxInterviewMinutes))
	}
	people := i.People()
	slices.Sort(people)
	switch {
	case len(people) == 0:
		add(InvalidField("panel", "Name who interviews, like @asha."))
	case len(people) > MaxInterviewers:
		add(InvalidField("panel", "At most %d people fit; these are %d.", MaxInterviewers, len(people)))
	case slices.Contains(people, ""):
		add(InvalidField("panel", "Name who interviews, like @asha."))
	case len(slices.Compact(people)) < len(i.Panel):
		add(InvalidField("panel", "Somebody stands on the panel twice. Name each once."))
	}
	add(tooLong("join", "How to join", i.Join, MaxJoin))
	return problems
}

func (i Interview) illegal(to InterviewState) *Error {
	var ways []string
	for _, m := range interviewMoves {
		if m.from == i.State {
			ways = append(ways, m.words)
		}
	}
	already := ""
	if to == i.State {
		already = "already "
	}
	is := lower(InterviewStateTitle(i.State))
	if i.State == InterviewNoShow {
		is = "a no-show"
	}
	if len(ways) == 0 { // a state of another version of the program
		return Errorf(Conflict, "%s is %s%s.", i.name(), already, is)
	}
	return Errorf(Conflict, "%s is %s%s. From there it can be %s.", i.name(), already, is, orList(ways))
}

func (i Interview) name() string {
	if i.ID == "" {
		return "The interview"
	}
	return i.ID
}

// ShareLeads returns the panel with the dimensions of a stage shared out among those who lead on
// nothing yet, in turn, so that each dimension has somebody who leads on it.
func ShareLeads(panel []Panelist, dimensions []string) []Panelist {
	panel = slices.Clone(panel)
	if len(panel) == 0 {
		return panel
	}
	var open []string
	for _, d := range dimensions {
		if !slices.ContainsFunc(panel, func(p Panelist) bool { return slices.Contains(p.Leads, d) }) {
			open = append(open, d)
		}
	}
	var free []int
	for at, p := range panel {
		if len(p.Leads) == 0 {
			free = append(free, at)
		}
	}
	if len(free) == 0 {
		free = []int{0}
	}
	for n, d := range open {
		at := free[n%len(free)]
		panel[at].Leads = append(slices.Clone(panel[at].Leads), d)
	}
	return panel
}

// Clash is another interview at the same time.
type Clash struct {
	Interview string
	// Person is who of the panel sits on both, "" where it is the candidate.
	Person   string
	StartsAt time.Time
	Minutes  int
}

// Clashes returns where an interview overlaps with others of the same people, in the order in which
// these begin: only against interviews that are known, since nobody's calendar is.
func Clashes(of Interview, known []Interview) []Clash {
	var clashes []Clash
	for _, other := range known {
		if other.ID == of.ID && of.ID != "" || !other.State.On() || other.StartsAt.IsZero() || of.StartsAt.IsZero() ||
			!other.StartsAt.Before(of.EndsAt()) || !of.StartsAt.Before(other.EndsAt()) {
			continue
		}
		clash := Clash{Interview: other.ID, StartsAt: other.StartsAt, Minutes: other.Minutes}
		if other.Candidate == of.Candidate && of.Candidate != "" {
			clashes = append(clashes, clash)
		}
		for _, p := range of.Panel {
			if other.Sits(p.Person) {
				clash.Person = p.Person
				clashes = append(clashes, clash)
			}
		}
	}
	slices.SortStableFunc(clashes, func(a, b Clash) int { return a.StartsAt.Compare(b.StartsAt) })
	return clashes
}
