package hiring

import (
	"time"
)

// ReqState is where a requisition stands. The set is closed.
type ReqState string

const (
	// ReqDraft is being written; nobody but its team sees it.
	ReqDraft ReqState = "draft"
	// ReqPending waits for approval.
	ReqPending ReqState = "pending_approval"
	// ReqOpen is being hired for.
	ReqOpen ReqState = "open"
	// ReqOnHold is approved, and nobody works on it.
	ReqOnHold ReqState = "on_hold"
	// ReqFilled has all its seats filled.
	ReqFilled ReqState = "filled"
	// ReqClosed is given up, with a reason.
	ReqClosed ReqState = "closed"
)

// Requisition is the wish to hire a number of people for a role.
type Requisition struct {
	// ID is its reference, such as "R-12".
	ID string
	// Role is the key of its playbook, and Title what it is called: the playbook's title, or any.
	Role, Title string
	// Level is the key of the playbook's level, "" where the playbook has none that fits.
	Level string
	// Seats is how many are wanted, Filled how many have joined.
	Seats, Filled int
	// Location is a place as people call it; WorkMode is onsite, hybrid or remote.
	Location, WorkMode string
	// Budget is a year's CTC of one seat, in rupees; zero where none was given.
	Budget RupeesRange
	// Why is the reason for the hire; BudgetWhy is the reason for a budget outside the band.
	Why, BudgetWhy string
	Ecosystem      string
	Must, Nice     []string
	// Stages are the keys of the playbook's interview stages that are held.
	Stages []string
	// Target is the date by which the seats should be filled, YYYY-MM-DD or "".
	Target string
	// Requester wrote it, HiringManager owns it; Recruiter and Panel work on it. All are ids of people.
	Requester, HiringManager, Recruiter string
	Panel                               []string
	// Confidential requisitions exist for their team only.
	Confidential bool
	State        ReqState
	// StateWhy is the reason that was given for the present state, where one was asked for.
	StateWhy string
	// ApprovedTerms are the Terms that were approved last, "" for none ever. Move sets them.
	ApprovedTerms string
	// Announced says that the hiring channel was told of it once.
	Announced bool
	CreatedAt time.Time
	ChangedAt time.Time
	Version   int64
}

// Team are the ids of the people a requisition belongs to, each once: requester, hiring manager,
// recruiter and panel. Approvers belong to it by their approval.
func (r Requisition) Team() []string {
	var out []string
	seen := map[string]bool{"": true}
	for _, id := range append([]string{r.Requester, r.HiringManager, r.Recruiter}, r.Panel...) {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}
