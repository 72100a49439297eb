package hiring

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// The limits of a requisition. Lengths are in characters.
const (
	// MaxSeats is the most that one requisition can ask for.
	MaxSeats = 500
	// MaxTitle and MaxLocation are how long a title and a place can be.
	MaxTitle    = 80
	MaxLocation = 80
	// MaxReason is how long a reason can be: why the hire, why the budget, why a move, why a rejection.
	MaxReason = 1000
	// MaxSkills is how many skills either list can hold, and MaxSkill how long each can be.
	MaxSkills = 30
	MaxSkill  = 60
	// MaxPanel is how many people can sit on a panel.
	MaxPanel = 30
)

// How people work. The set is closed; "" is not said.
const (
	WorkOnsite = "onsite"
	WorkHybrid = "hybrid"
	WorkRemote = "remote"
)

// SameWithin is how long after a requisition another of the same role, level and place is taken
// for a repetition.
const SameWithin = 7 * 24 * time.Hour

// ReqStates are all states, in the order in which they are listed.
var ReqStates = []ReqState{ReqDraft, ReqPending, ReqOpen, ReqOnHold, ReqFilled, ReqClosed}

// reqMove is one move of the state machine, and how it is said of a requisition: "it can be …".
type reqMove struct {
	from, to ReqState
	words    string
	// verb is the command that does it: /req verb R-12.
	verb string
	when reqGuard
}

// reqGuard says of which requisitions a move is possible.
type reqGuard int

const (
	// always: of all.
	always reqGuard = iota
	// ifApproved: where the terms, as they are, have been approved. So nothing gets back to work on
	// terms that nobody approved.
	ifApproved
	// ifNotApproved: where they have not. So nobody is asked again about what they approved.
	ifNotApproved
)

// reqMoves is the state machine, as data.
//
// What was approved comes back without asking: a held, filled or closed requisition reopens to
// open. Where its terms are not the approved ones, a held or filled one is sent for approval
// instead, and a closed one reopens as a draft. A changed budget or level sends an open one for
// approval again. An edit, a withdrawal or a rejection takes a pending one to draft.
var reqMoves = []reqMove{
	{ReqDraft, ReqPending, "sent for approval", "submit", always},
	{ReqDraft, ReqClosed, "closed", "close", always},
	{ReqPending, ReqOpen, "approved", "approve", always},
	{ReqPending, ReqDraft, "taken back to draft", "undo", always},
	{ReqPending, ReqClosed, "closed", "close", always},
	{ReqOpen, ReqOnHold, "put on hold", "hold", always},
	{ReqOpen, ReqFilled, "marked as filled", "fill", always},
	{ReqOpen, ReqClosed, "closed", "close", always},
	{ReqOpen, ReqPending, "sent for approval again", "edit", ifNotApproved},
	{ReqOnHold, ReqOpen, "reopened", "reopen", ifApproved},
	{ReqOnHold, ReqFilled, "marked as filled", "fill", always},
	{ReqOnHold, ReqClosed, "closed", "close", always},
	{ReqOnHold, ReqPending, "sent for approval again", "reopen", ifNotApproved},
	{ReqFilled, ReqOpen, "reopened", "reopen", ifApproved},
	{ReqFilled, ReqPending, "sent for approval again", "reopen", ifNotApproved},
	{ReqClosed, ReqOpen, "reopened", "reopen", ifApproved},
	{ReqClosed, ReqDraft, "reopened as a draft", "reopen", ifNotApproved},
}

// Moves returns the states that some requisition in this state can move to. Which of them are
// open to one requisition, its own Moves tell.
func (s ReqState) Moves() []ReqState {
	var to []ReqState
	for _, m := range reqMoves {
		if m.from == s {
			to = append(to, m.to)
		}
	}
	return to
}

// Ended tells whether nobody works on a requisition in this state any more.
func (s ReqState) Ended() bool { return s == ReqFilled || s == ReqClosed }

// ReqStateTitle returns the name of a state as people read it.
func ReqStateTitle(s ReqState) string {
	switch s {
	case ReqDraft:
		return "Draft"
	case ReqPending:
		return "Waiting for approval"
	case ReqOpen:
		return "Open"
	case ReqOnHold:
		return "On hold"
	case ReqFilled:
		return "Filled"
	case ReqClosed:
		return "Closed"
	default:
		return string(s)
	}
}

// is says the state in a sentence: "R-12 is …".
func (s ReqState) is() string {
	if s == ReqDraft {
		return "a draft"
	}
	return lower(ReqStateTitle(s))
}

// ParseReqState reads a state by its name or title, in any spelling of blanks and case; "pending",
// "waiting" and "hold" are understood. It returns an Invalid error that lists the states.
func ParseReqState(text string) (ReqState, error) {
	folded := roleFold(text)
	switch folded {
	case "pending", "waiting":
		return ReqPending, nil
	case "hold", "held":
		return ReqOnHold, nil
	}
	for _, s := range ReqStates {
		if folded == roleFold(string(s)) || folded == roleFold(ReqStateTitle(s)) {
			return s, nil
		}
	}
	return "", InvalidField("state", "There is no state %q. The states are %s.", text, keys(ReqStates, func(s ReqState) string { return string(s) }))
}

// TermsApproved tells whether the requisition's terms, as they are now, have been approved.
func (r Requisition) TermsApproved() bool {
	return r.ApprovedTerms != "" && r.ApprovedTerms == r.Terms()
}

// Moves returns the states that this requisition can move to now.
func (r Requisition) Moves() []ReqState {
	var to []ReqState
	for _, m := range r.legal() {
		to = append(to, m.to)
	}
	return to
}

// CanMove tells whether the requisition can move to a state now.
func (r Requisition) CanMove(to ReqState) bool { return slices.Contains(r.Moves(), to) }

func (r Requisition) legal() []reqMove {
	var legal []reqMove
	for _, m := range reqMoves {
		if m.from == r.State && (m.when == always || (m.when == ifApproved) == r.TermsApproved()) {
			legal = append(legal, m)
		}
	}
	return legal
}

// ReopensTo returns the state that reopening takes a held, filled or closed requisition to: open
// where its terms are approved as they are, else draft (a closed one) or pending approval. It
// returns false for any other state.
func (r Requisition) ReopensTo() (ReqState, bool) {
	switch {
	case r.State != ReqOnHold && !r.State.Ended():
		return "", false
	case r.TermsApproved():
		return ReqOpen, true
	case r.State == ReqClosed:
		return ReqDraft, true
	}
	return ReqPending, true
}

// Move returns the requisition in another state, with the reason for it and the time of the
// change. Approval, which is the move from pending to open, records the terms as approved. It
// returns a Conflict error that names the legal moves when this one is not, and an Invalid error
// for the field "reason" when it is closed without a reason, or the reason is too long.
func (r Requisition) Move(to ReqState, why string, now time.Time) (Requisition, error) {
	if !r.CanMove(to) {
		return r, r.illegal(to)
	}
	why = strings.TrimSpace(why)
	if to == ReqClosed && why == "" {
		return r, InvalidField("reason", "Say in a few words why %s is closed; its team reads it.", r.name())
	}
	if err := tooLong("reason", "The reason", why, MaxReason); err != nil {
		return r, err
	}
	if r.State == ReqPending && to == ReqOpen {
		r.ApprovedTerms = r.Terms()
	}
	r.State, r.StateWhy, r.ChangedAt = to, why, now
	return r, nil
}

func (r Requisition) illegal(to ReqState) *Error {
	ways, already := r.Ways(), ""
	if to == r.State {
		already = "already "
	}
	if ways == "" { // a state of another version of the program
		return Errorf(Conflict, "%s is %s%s.", r.name(), already, r.State.is())
	}
	return Errorf(Conflict, "%s is %s%s. From there it can be %s.", r.name(), already, r.State.is(), ways)
}

// Ways says what can be done with the requisition now, each with its command: "closed (/req close R-12)".
func (r Requisition) Ways() string {
	var ways []string
	for _, m := range r.legal() {
		way := m.words
		if r.ID != "" {
			way += " (/req " + m.verb + " " + r.ID + ")"
		}
		ways = append(ways, way)
	}
	return orList(ways)
}

func (r Requisition) name() string {
	if r.ID == "" {
		return "The requisition"
	}
	return r.ID
}

// orList joins words as "a", "a or b", "a, b or c".
func orList(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// Remaining returns how many seats are still to be filled.
func (r Requisition) Remaining() int { return max(r.Seats-r.Filled, 0) }

// Editable tells whether the requisition's facts can be edited: a filled or closed one is reopened first.
func (r Requisition) Editable() bool { return !r.State.Ended() }

// Terms returns a hash (hex SHA-256) of exactly what an approver decides on: the role with its
// title, the level, the number of seats, the budget, and the reason for a budget outside the band.
// Case, diacritics and blanks of the title change nothing. All else, such as the place, the people
// or the skills, may change without asking anybody again.
func (r Requisition) Terms() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "requisition 1\n%q\n%q\n%q\n%d\n%d\n%d\n%q\n",
		r.Role, Fold(r.Title), r.Level, r.Seats, r.Budget.Low, r.Budget.High, strings.TrimSpace(r.BudgetWhy)))
	return hex.EncodeToString(sum[:])
}

// NeedsApprovalAgain tells whether an edit changes what approvers decide on.
func NeedsApprovalAgain(before, after Requisition) bool { return before.Terms() != after.Terms() }

// Check returns the first of the requisition's Problems, or nil.
func (r Requisition) Check() error {
	if problems := r.Problems(); len(problems) > 0 {
		return problems[0]
	}
	return nil
}

// Problems returns an Invalid error for each field that cannot be as it is, in the order in which
// the form asks. The fields are role, title, seats, location, budget, why, work_mode, budget_why,
// must, nice, panel and target. Whether the budget is outside the band, CheckBudget tells.
func (r Requisition) Problems() []*Error {
	var problems []*Error
	add := func(err *Error) {
		if err != nil {
			problems = append(problems, err)
		}
	}
	if strings.TrimSpace(r.Role) == "" {
		add(InvalidField("role", "Say which role it is for, like backend. “general” fits any."))
	}
	add(tooLong("title", "The title", r.Title, MaxTitle))
	switch {
	case r.Seats < 1 || r.Seats > MaxSeats:
		add(InvalidField("seats", "A requisition is for 1 to %d people, like 2.", MaxSeats))
	case r.Seats < r.Filled:
		add(InvalidField("seats", "%d have joined already, so it cannot be for fewer.", r.Filled))
	}
	add(tooLong("location", "The place", r.Location, MaxLocation))
	switch b := r.Budget; {
	case b.IsZero(): // none was given
	case b.Low <= 0:
		add(InvalidField("budget", "A budget is above zero, like 35-45L."))
	case b.Low > b.High:
		add(InvalidField("budget", "Put the lower amount of the budget first, like 35-45L."))
	case b.High > MaxRupees:
		add(InvalidField("budget", "The budget of one seat is more than 100 crore a year, which cannot be meant. Write it like 35-45L."))
	}
	add(tooLong("why", "The reason", r.Why, MaxReason))
	switch r.WorkMode {
	case "", WorkOnsite, WorkHybrid, WorkRemote:
	default:
		add(InvalidField("work_mode", "%q is no work mode. Write onsite, hybrid or remote.", r.WorkMode))
	}
	add(tooLong("budget_why", "The reason for the budget", r.BudgetWhy, MaxReason))
	add(skillsProblem("must", r.Must))
	add(skillsProblem("nice", r.Nice))
	if len(r.Panel) > MaxPanel {
		add(InvalidField("panel", "A panel has at most %d people; this one has %d.", MaxPanel, len(r.Panel)))
	}
	if _, err := time.Parse(time.DateOnly, r.Target); r.Target != "" && err != nil {
		add(InvalidField("target", "%q is not a date. Write it like 2027-03-31.", r.Target))
	}
	return problems
}

func skillsProblem(field string, skills []string) *Error {
	if len(skills) > MaxSkills {
		return InvalidField(field, "At most %d skills fit; these are %d. Keep those that decide.", MaxSkills, len(skills))
	}
	for _, s := range skills {
		if strings.TrimSpace(s) == "" {
			return InvalidField(field, "One of the skills is empty. Separate them by commas, like Java, Kafka.")
		}
		if err := tooLong(field, "The skill “"+shorten(s, 20)+"”", s, MaxSkill); err != nil {
			return err
		}
	}
	return nil
}

// shorten cuts a text to a number of characters, with a mark where something is missing.
func shorten(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}

// tooLong returns an Invalid error for a text of more than most characters, else nil.
func tooLong(field, what, text string, most int) *Error {
	if n := utf8.RuneCountInString(text); n > most {
		return InvalidField(field, "%s has %d characters; at most %d fit.", what, n, most)
	}
	return nil
}

// PlaceBudget returns where the budget stands beside the band of the requisition's role and level,
// the highest version of it among bands. It is nil without a budget, and where there is no band.
func PlaceBudget(r Requisition, bands []Band) *Placement {
	var band *Band
	for i, b := range bands {
		if b.Role == r.Role && b.Level == r.Level && (band == nil || b.Version > band.Version) {
			band = &bands[i]
		}
	}
	if band == nil || r.Budget.IsZero() {
		return nil
	}
	return place(r.Budget, *band)
}

// OutsideBand tells whether a budget needs a reason and the extra approver: when any part of it is
// above the band's high, of an open-ended band too, or below its low. Nil is not outside.
func OutsideBand(p *Placement) bool {
	if p == nil {
		return false
	}
	switch p.Position {
	case BelowBand, PartlyBelow, PartlyAbove, AboveTheBand, WiderThanBand:
		return true
	case InsideBand:
		return false
	default:
		return false
	}
}

// CheckBudget returns an Invalid error for the field "budget_why" when the budget is outside the
// band and no reason is given.
func CheckBudget(r Requisition, bands []Band) error {
	p := PlaceBudget(r, bands)
	if OutsideBand(p) && strings.TrimSpace(r.BudgetWhy) == "" {
		return InvalidField("budget_why", "%s. Say why, and Compensation is asked as well; or change the budget.", p.Words)
	}
	return nil
}

// BandApprovers returns the extra step that a budget outside the band needs, none for any other.
func BandApprovers(p *Placement) []ChainStep {
	if !OutsideBand(p) {
		return nil
	}
	return []ChainStep{{Roles: []Role{Compensation}}}
}

// LooksTheSame tells whether a requisition that is about to be made repeats an earlier one: same
// role, title, level and place, made within SameWithin before now, and not closed.
func LooksTheSame(earlier, next Requisition, now time.Time) bool {
	return earlier.State != ReqClosed && now.Sub(earlier.CreatedAt) <= SameWithin &&
		earlier.Role == next.Role && earlier.Level == next.Level &&
		Fold(earlier.Title) == Fold(next.Title) && placeKey(earlier.Location) == placeKey(next.Location)
}

func placeKey(location string) string {
	if p, ok := FindPlace(location); ok {
		return p.Name
	}
	return Fold(location)
}

// IsZero tells whether no amounts were given.
func (r RupeesRange) IsZero() bool { return r == RupeesRange{} }
