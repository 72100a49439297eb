package hiring

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// The limits of a scorecard. Lengths are in characters.
const (
	// MaxDimensions is how many dimensions one interview rates: more cannot be rated well.
	MaxDimensions  = 4
	MaxEvidence    = 500
	MaxPrivateNote = 1000
	// MaxNoteLine is how long a line can be that is noted down during the interview, MaxNoteLines how
	// many there can be.
	MaxNoteLine  = 500
	MaxNoteLines = 100
)

// NotCovered is the rating of a dimension that the interview did not get to.
const NotCovered = 0

// CardState is how a scorecard stands. The set is closed.
type CardState string

const (
	// CardPending has nothing in it yet.
	CardPending CardState = "pending"
	// CardDraft has notes, or answers that were kept, and is not submitted.
	CardDraft CardState = "draft"
	// CardSubmitted is done. It can be amended, and never goes away.
	CardSubmitted CardState = "submitted"
	// CardDeclined is not filled in by this person; somebody else may have taken it over.
	CardDeclined CardState = "declined"
	// CardWaived is not waited for.
	CardWaived CardState = "waived"
)

// CardStates are all states, in the order in which they are listed.
var CardStates = []CardState{CardPending, CardDraft, CardSubmitted, CardDeclined, CardWaived}

// WaiveCause says why a scorecard is not waited for. The set is closed.
type WaiveCause string

const (
	// WaivedByRecruiter is a decision to go on without it. It can still be submitted.
	WaivedByRecruiter WaiveCause = "recruiter"
	// WaivedOff is an interview that was cancelled, or that somebody did not come to.
	WaivedOff WaiveCause = "interview_off"
)

// Recommendation is what somebody would do. The set is closed; "" is not said yet, and never guessed.
type Recommendation string

// The recommendations.
const (
	StrongNo  Recommendation = "strong_no"
	No        Recommendation = "no"
	Yes       Recommendation = "yes"
	StrongYes Recommendation = "strong_yes"
)

// Recommendations are all of them, from the least to the most in favour.
var Recommendations = []Recommendation{StrongNo, No, Yes, StrongYes}

// Rating is how one dimension was rated: from MinRating to MaxRating, or NotCovered, with a line of
// evidence.
type Rating struct {
	Value    int
	Evidence string
}

// NoteLine is a line that an interviewer noted down, for nobody but themselves.
type NoteLine struct {
	At   time.Time
	Text string
}

// CardContent is what somebody says of a candidate after an interview.
type CardContent struct {
	// Ratings are by the keys of dimensions.
	Ratings map[string]Rating
	Overall Recommendation
	// PrivateNote is for the recruiters alone.
	PrivateNote string
	// Lines are what is said instead of ratings, where three lines were accepted: see Short.
	Lines ThreeLines `json:",omitzero"`
}

// CardVersion is one version of a scorecard, as it was submitted or amended.
type CardVersion struct {
	CardContent
	// Edition counts the versions from 1.
	Edition int
	At      time.Time
}

// Scorecard is what one of a panel is to say, or said, after one interview. There is one for each
// panel member and interview.
type Scorecard struct {
	Interview, Person string
	// Application, Candidate, Req and Stage are those of the interview.
	Application, Candidate, Req, Stage string
	State                              CardState
	CardContent
	// Notes are for the author alone, also when the scorecard is submitted.
	Notes []NoteLine
	// EndsAt is when the interview is planned to end, DueAt by when the scorecard is waited for.
	EndsAt, DueAt time.Time
	// Edition counts its versions; 0 is before it is submitted. SubmittedAt is when the first was
	// submitted, AmendedAt when the last, if there are several.
	Edition                int
	SubmittedAt, AmendedAt time.Time
	// Why is the reason of who declined or waived it.
	Why string
	// Removed says of a declined one that its person sits on the interview no more; HandedTo took the
	// seat over, "" for nobody, at HandedAt.
	Removed  bool
	HandedTo string
	HandedAt time.Time
	// Waived says why it is not waited for, where it is not; WaivedBy is who decided to go on without it.
	Waived   WaiveCause
	WaivedBy string
	// AcceptedBy is who said that three lines are enough, at AcceptedAt; "" for nobody.
	AcceptedBy string
	AcceptedAt time.Time
	// Nudges counts the steps of the policy of which its owner was reminded, SnoozedUntil is when its owner asked to be
	// reminded, if they did. NudgeAt is when there is something to do for a reminder next, zero for never;
	// NudgePolicy.Planned says so, and who saves a scorecard asks it.
	Nudges                int
	NudgeAt, SnoozedUntil time.Time
	// Reminded are the keys of the steps that are done, and RemindedAt is when its owner was last reminded,
	// both for the present EndsAt, and the steps that are counted from the due date for the present DueAt. They
	// are filled in only where reminders are planned.
	Reminded   []string
	RemindedAt time.Time
	// Closed says that its application has ended: it can be given still, and nobody waits for it.
	Closed  bool
	Version int64
}

// ParseRecommendation reads a recommendation by its name or title, in any spelling of blanks and case.
// It returns an Invalid error for the field "overall".
func ParseRecommendation(text string) (Recommendation, error) {
	folded := roleFold(text)
	for _, r := range Recommendations {
		if folded == roleFold(string(r)) {
			return r, nil
		}
	}
	return "", InvalidField("overall", "%q is no recommendation. Choose strong no, no, yes or strong yes.", text)
}

// RecommendationTitle returns the name of a recommendation as people read it.
func RecommendationTitle(r Recommendation) string {
	switch r {
	case StrongNo:
		return "Strong no"
	case No:
		return "No"
	case Yes:
		return "Yes"
	case StrongYes:
		return "Strong yes"
	default:
		return "Not said"
	}
}

// CardStateTitle returns the name of a state as people read it.
func CardStateTitle(s CardState) string {
	switch s {
	case CardPending:
		return "Not begun"
	case CardDraft:
		return "Begun"
	case CardSubmitted:
		return "In"
	case CardDeclined:
		return "Declined"
	case CardWaived:
		return "Not waited for"
	default:
		return string(s)
	}
}

// RatingField and EvidenceField return the names of a dimension's two fields of the form, which the
// errors of Submit name.
func RatingField(dimension string) string { return "rating_" + dimension }

// EvidenceField returns the name of the field for the evidence of a dimension.
func EvidenceField(dimension string) string { return "evidence_" + dimension }

// StageDimensions returns what an interview rates: the dimensions of a stage of the playbook, four at
// most, in the stage's order. A stage that the playbook does not have, or has no more, rates none.
func StageDimensions(p Playbook, stage string) []Dimension {
	s, ok := p.Stage(stage)
	if !ok {
		return nil
	}
	var all []Dimension
	for _, key := range s.Dimensions {
		if d, ok := p.Dimension(key); ok && len(all) < MaxDimensions {
			all = append(all, d)
		}
	}
	return all
}

// Waits tells whether the scorecard is waited for from its person. What they may read of others hangs on it,
// also when the application has ended.
func (s Scorecard) Waits() bool { return s.State == CardPending || s.State == CardDraft }

// Owed tells whether anybody needs it still: it is waited for, and the application has not ended.
func (s Scorecard) Owed() bool { return s.Waits() && !s.Closed }

// Seated tells whether its person is of the panel: they may know of the candidate, and see their own.
func (s Scorecard) Seated() bool {
	return s.Waits() || s.State == CardSubmitted || s.State == CardWaived && s.Waived == WaivedByRecruiter
}

// Open tells whether the panel is not complete without it: it is waited for, or its person cannot give
// it, and nobody has taken it over or gone on without it.
func (s Scorecard) Open() bool { return s.Waits() || s.State == CardDeclined && !s.Removed }

// Late tells whether it is owed and was due before now.
func (s Scorecard) Late(now time.Time) bool {
	return s.Owed() && !s.DueAt.IsZero() && s.DueAt.Before(now)
}

// OpensAt returns when the scorecard of an interview can be filled in.
func OpensAt(i Interview) time.Time { return i.StartsAt.Add(-FormBefore) }

// CheckOpen returns a Conflict error where the scorecard cannot be filled in now: too early, handed
// over, or since the interview is off.
func (s Scorecard) CheckOpen(i Interview, now time.Time) error {
	switch {
	case s.State == CardSubmitted:
		return nil
	case s.State == CardDeclined && s.Removed:
		return Errorf(Conflict, "You do not sit on %s any more, so nothing is asked of you.", s.Interview)
	case s.State == CardDeclined:
		return Errorf(Conflict, "You said that you cannot give feedback on %s. Ask the recruiter to put you back on it.", s.Interview)
	case !i.State.On() || s.State == CardWaived && s.Waived == WaivedOff:
		return Errorf(Conflict, "%s is %s, so there is nothing to rate. If it did take place, ask the recruiter to schedule it again.", s.Interview, offWords(i.State))
	case now.Before(OpensAt(i)):
		return Errorf(Conflict, "The scorecard of %s opens %d minutes before the interview begins.", s.Interview, int(FormBefore/time.Minute))
	}
	return nil
}

func offWords(s InterviewState) string {
	switch s {
	case InterviewCancelled:
		return "cancelled"
	case InterviewNoShow:
		return "marked as a no-show"
	case InterviewProposed, InterviewScheduled, InterviewDone:
		return "not scheduled"
	default:
		return "not scheduled"
	}
}

// NewScorecard returns the scorecard of a panelist of an interview, with nothing in it.
func NewScorecard(i Interview, person string, due time.Time) Scorecard {
	return Scorecard{
		Interview: i.ID, Person: person, Application: i.Application, Candidate: i.Candidate, Req: i.Req, Stage: i.Stage,
		State: CardPending, EndsAt: i.EndsAt(), DueAt: due,
	}
}

// Tidied returns the content without blanks around its texts, and without ratings of nothing.
func (c CardContent) Tidied() CardContent {
	ratings := map[string]Rating{}
	for key, r := range c.Ratings {
		r.Evidence = strings.TrimSpace(r.Evidence)
		ratings[key] = r
	}
	c.Ratings, c.PrivateNote, c.Lines = ratings, strings.TrimSpace(c.PrivateNote), c.Lines.Tidied()
	return c
}

// Equal tells whether two contents say the same.
func (c CardContent) Equal(other CardContent) bool {
	return c.Overall == other.Overall && c.PrivateNote == other.PrivateNote && c.Lines == other.Lines && maps.Equal(c.Ratings, other.Ratings)
}

// Problems returns an Invalid error for each field of a content that cannot be submitted as it is, in
// the order of the form: each of the dimensions is rated or said not to be covered, and a 1 or a 4
// has evidence. Those of three lines are LineProblems.
func (c CardContent) Problems(dimensions []Dimension) []*Error {
	if c.Short() {
		return c.LineProblems()
	}
	var problems []*Error
	add := func(err *Error) {
		if err != nil {
			problems = append(problems, err)
		}
	}
	known := map[string]bool{}
	for _, d := range dimensions {
		known[d.Key] = true
		r, rated := c.Ratings[d.Key]
		switch {
		case !rated:
			add(InvalidField(RatingField(d.Key), "Rate %s from %d to %d, or choose “not covered”.", lower(d.Title), MinRating, MaxRating))
		case r.Value != NotCovered && (r.Value < MinRating || r.Value > MaxRating):
			add(InvalidField(RatingField(d.Key), "%d is no rating. Rate %s from %d to %d, or choose “not covered”.", r.Value, lower(d.Title), MinRating, MaxRating))
		case (r.Value == MinRating || r.Value == MaxRating) && strings.TrimSpace(r.Evidence) == "":
			add(InvalidField(EvidenceField(d.Key), "A %d needs evidence: one line on what they did or said, like “asked for an idempotency key unprompted”.", r.Value))
		default:
			add(tooLong(EvidenceField(d.Key), "The evidence", r.Evidence, MaxEvidence))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(c.Ratings)) {
		if !known[key] {
			add(InvalidField(RatingField(key), "This interview does not rate %q.", key))
		}
	}
	if !slices.Contains(Recommendations, c.Overall) {
		add(InvalidField("overall", "Choose what you would do: strong no, no, yes or strong yes."))
	}
	return append(problems, notTooLongNote(c.PrivateNote)...)
}

func notTooLongNote(text string) []*Error {
	if err := tooLong("private_note", "The note to the recruiter", text, MaxPrivateNote); err != nil {
		return []*Error{err}
	}
	return nil
}

// Submit returns the scorecard with its first version. The same content submitted twice is one
// submission, and no error. It returns the first of the content's Problems, and a Conflict error
// before the interview begins, where the interview is off or somebody else took it over, where
// another content was submitted, and for three lines that nobody has accepted.
func (s Scorecard) Submit(i Interview, c CardContent, dimensions []Dimension, now time.Time) (Scorecard, error) {
	c = c.Tidied()
	if s.State == CardSubmitted {
		if s.CardContent.Tidied().Equal(c) {
			return s, nil
		}
		return s, Errorf(Conflict, "You have submitted this scorecard already. What you wrote now was not saved: amend the scorecard to change it.")
	}
	if err := s.CheckOpen(i, now); err != nil {
		return s, err
	}
	if now.Before(i.StartsAt) {
		return s, Errorf(Conflict, "%s has not begun yet. What you wrote is kept; submit it once it has.", s.Interview)
	}
	if err := s.mayBeShort(c); err != nil {
		return s, err
	}
	if problems := c.Problems(dimensions); len(problems) > 0 {
		return s, problems[0]
	}
	s.State, s.CardContent = CardSubmitted, c
	s.Edition, s.SubmittedAt, s.AmendedAt = 1, now, time.Time{}
	s.Waived, s.WaivedBy, s.Why = "", "", ""
	return s, nil
}

// Amend returns the scorecard with one more version. Edition is the version that the author saw when
// they changed it: where there is another by now, a Conflict error is returned, unless it says the
// same. A content that changes nothing makes no version. Three lines can become the whole scorecard,
// but never take its place.
func (s Scorecard) Amend(edition int, c CardContent, dimensions []Dimension, now time.Time) (Scorecard, error) {
	if s.State != CardSubmitted {
		return s, Errorf(Conflict, "This scorecard was not submitted yet, so there is nothing to amend. Fill it in.")
	}
	c = c.Tidied()
	if s.CardContent.Tidied().Equal(c) {
		return s, nil
	}
	if edition != s.Edition {
		return s, Errorf(Conflict, "You have changed this scorecard elsewhere since you opened it. Look at it again, and repeat what still holds.")
	}
	if err := s.mayBeShort(c); err != nil {
		return s, err
	}
	if problems := c.Problems(dimensions); len(problems) > 0 {
		return s, problems[0]
	}
	s.CardContent = c
	s.Edition++
	s.AmendedAt = now
	return s, nil
}

// Note returns the scorecard with one more line of notes. It returns an Invalid error for the field
// "text", and a Conflict error where somebody else took the seat over, or the interview is off.
func (s Scorecard) Note(text string, now time.Time) (Scorecard, error) {
	text = strings.Join(strings.Fields(text), " ")
	switch {
	case text == "":
		return s, InvalidField("text", "Write what you want to remember, like “asked for an idempotency key unprompted”.")
	case s.State == CardDeclined, s.State == CardWaived && s.Waived == WaivedOff:
		return s, Errorf(Conflict, "No feedback on %s is asked of you, so there is nothing to note down.", s.Interview)
	case len(s.Notes) >= MaxNoteLines:
		return s, InvalidField("text", "There are %d notes already; no more fit. Fill in the scorecard.", MaxNoteLines)
	}
	if err := tooLong("text", "The note", text, MaxNoteLine); err != nil {
		return s, err
	}
	s.Notes = append(slices.Clone(s.Notes), NoteLine{At: now, Text: text})
	if s.State == CardPending {
		s.State = CardDraft
	}
	return s, nil
}

// Decline returns the scorecard of somebody who cannot give it, with the reason, which may be left
// out. It returns a Conflict error where it is not waited for.
func (s Scorecard) Decline(why string) (Scorecard, error) {
	if !s.Waits() {
		return s, s.notWaited("declined")
	}
	why = strings.TrimSpace(why)
	if err := tooLong("reason", "The reason", why, MaxReason); err != nil {
		return s, err
	}
	s.State, s.Why = CardDeclined, why
	return s, nil
}

// Waive returns the scorecard as one that the recruiter does not wait for, with who decides so and the
// reason. It can still be submitted.
func (s Scorecard) Waive(by, why string) (Scorecard, error) {
	if !s.Open() {
		return s, s.notWaited("waived")
	}
	why = strings.TrimSpace(why)
	if why == "" {
		return s, InvalidField("reason", "Say in a few words why you go on without it; the debrief shows it.")
	}
	if err := tooLong("reason", "The reason", why, MaxReason); err != nil {
		return s, err
	}
	s.State, s.Why, s.Waived, s.WaivedBy = CardWaived, why, WaivedByRecruiter, by
	return s, nil
}

// Ask returns a declined or waived scorecard as one that is waited for again, whole, until it is due. Its
// notes are kept.
func (s Scorecard) Ask(due time.Time) Scorecard {
	if s.Waits() || s.State == CardSubmitted {
		return s
	}
	s.State = CardPending
	if len(s.Notes) > 0 {
		s.State = CardDraft
	}
	s.Why, s.Removed, s.HandedTo, s.HandedAt, s.Waived, s.WaivedBy = "", false, "", time.Time{}, "", ""
	s.AcceptedBy, s.AcceptedAt = "", time.Time{}
	return s.DueAnew(due)
}

// DueAnew returns a scorecard that is waited for as one that is due at another time.
func (s Scorecard) DueAnew(due time.Time) Scorecard {
	s.DueAt, s.SnoozedUntil, s.Nudges = due, time.Time{}, 0
	return s
}

// TakenBack returns the scorecard of somebody whose seat went back to who had it, so that nothing says
// that they handed it on.
func (s Scorecard) TakenBack() Scorecard {
	if s.Removed {
		s.HandedTo, s.HandedAt = "", time.Time{}
	}
	return s
}

func (s Scorecard) notWaited(what string) *Error {
	switch s.State {
	case CardSubmitted:
		return Errorf(Conflict, "This scorecard of %s was submitted, so it cannot be %s. It stays.", s.Interview, what)
	case CardPending, CardDraft, CardDeclined, CardWaived:
		return Errorf(Conflict, "This scorecard of %s is not waited for any more.", s.Interview)
	default:
		return Errorf(Conflict, "This scorecard of %s is not waited for any more.", s.Interview)
	}
}

// SeatCards returns the scorecards of an interview as they must be after any change of its panel, its
// time or its state: one for each of the panel, handed over by who was replaced, waived where the
// interview is off, and waited for again where it is not. Nobody's seat goes who has submitted: that
// is a Conflict error, and so a submitted scorecard is never lost. Cards are those that there are. Due
// says by when somebody owes theirs. Those of who never had one come last, in the panel's order; a
// proposed interview has none.
func SeatCards(i Interview, cards []Scorecard, due func(person string) time.Time) ([]Scorecard, error) {
	cards = slices.Clone(cards)
	if i.State == InterviewProposed {
		return cards, nil
	}
	var free []string // of the panel, those who have no seat so far
	for _, person := range i.People() {
		if !slices.ContainsFunc(cards, func(s Scorecard) bool { return s.Person == person && !s.Removed }) {
			free = append(free, person)
		}
	}
	for at, s := range cards {
		if s.Removed && i.Sits(s.Person) { // they are back
			s = s.Ask(due(s.Person))
		}
		switch {
		case s.State == CardSubmitted && !i.Sits(s.Person):
			return nil, Errorf(Conflict, "Somebody on %s has submitted their scorecard, so their seat cannot go to somebody else. Add people instead.", i.name())
		case s.State == CardSubmitted:
		case !i.Sits(s.Person):
			if !s.Removed {
				s.State, s.Removed, s.Waived, s.WaivedBy = CardDeclined, true, "", ""
				if len(free) > 0 {
					s.HandedTo, s.HandedAt, free = free[0], i.ChangedAt, free[1:]
				}
			}
		case !i.State.On() && s.Waived != WaivedOff:
			s.State, s.Waived, s.WaivedBy = CardWaived, WaivedOff, ""
		case i.State.On() && s.Waived == WaivedOff:
			s = s.Ask(due(s.Person))
		case s.Waits() && !s.EndsAt.Equal(i.EndsAt()):
			s = s.DueAnew(due(s.Person))
			s.AcceptedBy, s.AcceptedAt = "", time.Time{} // that was of the interview as it was before
		}
		s.EndsAt = i.EndsAt()
		cards[at] = s
	}
	for _, person := range i.People() {
		if slices.ContainsFunc(cards, func(s Scorecard) bool { return s.Person == person }) {
			continue
		}
		s := NewScorecard(i, person, due(person))
		if !i.State.On() {
			s.State, s.Waived = CardWaived, WaivedOff
		}
		cards = append(cards, s)
	}
	return cards, nil
}
