package hiring

import "slices"

// Actor is who acts, as far as the policy needs to know.
type Actor struct {
	ID    string
	Roles []Role
	// Outsider is somebody of a community: no rights at all.
	Outsider bool
}

// Has tells whether the actor has the role.
func (a Actor) Has(r Role) bool { return !a.Outsider && slices.Contains(a.Roles, r) }

// Action is something that the policy decides on.
type Action string

// The actions.
const (
	// SeeBand is seeing the pay band of a role, its history, or anything derived from it.
	SeeBand Action = "see_band"
	// SetBand is setting or importing bands.
	SetBand Action = "set_band"
	// SeePeople is listing people with their roles.
	SeePeople Action = "see_people"
	// ChangePeople is giving and taking roles, deactivating and reactivating.
	ChangePeople Action = "change_people"
	// ChangeSettings is seeing and editing the company's settings.
	ChangeSettings Action = "change_settings"
	// SeeOutbox is seeing what was given up or waits to be sent, and having it retried or dropped.
	SeeOutbox Action = "see_outbox"
	// ChangeSchedules is seeing, changing and running what the bot does at set times.
	ChangeSchedules Action = "change_schedules"
	// EditRole is making and editing role playbooks, and naming their owners.
	EditRole Action = "edit_role"
	// MakeReq is writing a requisition.
	MakeReq Action = "make_requisition"
	// SeeReq is knowing of a requisition at all.
	SeeReq Action = "see_requisition"
	// SeeReqDetails is seeing its budget, its reasons and its history.
	SeeReqDetails Action = "see_requisition_details"
	// ChangeReq is editing, holding, reopening, filling and closing a requisition.
	ChangeReq Action = "change_requisition"
	// DecideReq is deciding on a requisition that asks for approval.
	DecideReq Action = "decide_requisition"
	// HandOver is moving what somebody owns to somebody else.
	HandOver Action = "hand_over"
	// HandOverUnseen is moving the confidential requisitions of somebody who was deactivated, without
	// seeing them: else nobody could who is not of their team.
	HandOverUnseen Action = "hand_over_unseen"
)

// Subject is what an action is about, as far as the policy needs to know.
type Subject struct {
	// Owners are the people who own the role that a band or playbook belongs to: its owners, and
	// the hiring managers of its requisitions.
	Owners []string
	// Req is the requisition that an action is about.
	Req *Requisition
	// Approvers are the people whom an approval of the record asks, or asked.
	Approvers []string
}

// May tells whether an actor may do something to a subject. It is the one place where rights are
// written down: the router asks it for commands, views for what they show, queries are narrowed by
// the same actor.
func May(a Actor, action Action, on Subject) bool {
	if a.Outsider {
		return false
	}
	switch action {
	case SeeBand:
		return a.Has(Recruiter) || a.Has(Compensation) ||
			a.Has(HiringManager) && slices.Contains(on.Owners, a.ID)
	case SetBand:
		return a.Has(Compensation)
	case SeePeople, ChangePeople, ChangeSettings, SeeOutbox, ChangeSchedules:
		return a.Has(Admin)
	case EditRole:
		return a.Has(Recruiter) || a.Has(Compensation)
	case MakeReq:
		return a.Has(HiringManager) || a.Has(Recruiter)
	case HandOver:
		return a.Has(Recruiter) || a.Has(Admin)
	case HandOverUnseen:
		return a.Has(Admin)
	case SeeReq, SeeReqDetails, ChangeReq:
		return on.Req != nil && mayReq(a, action, on)
	default:
		return false
	}
}

// mayReq decides on one requisition. A confidential one is for its team and its approvers alone; any
// other is known to everybody once it was approved, without its budget and its reasons.
func mayReq(a Actor, action Action, on Subject) bool {
	team := a.ID != "" && slices.Contains(on.Req.Team(), a.ID)
	approver := a.ID != "" && slices.Contains(on.Approvers, a.ID)
	recruits := a.Has(Recruiter) && (!on.Req.Confidential || team)
	switch action {
	case ChangeReq:
		return recruits || a.ID != "" && (a.ID == on.Req.HiringManager || a.ID == on.Req.Requester)
	case SeeReqDetails:
		inside := a.ID == on.Req.HiringManager || a.ID == on.Req.Requester || a.ID == on.Req.Recruiter
		return recruits || a.ID != "" && inside || approver || a.Has(Compensation) && !on.Req.Confidential
	default:
		public := !on.Req.Confidential && on.Req.State != ReqDraft && on.Req.State != ReqPending
		return public || team || approver || recruits || a.Has(Compensation) && !on.Req.Confidential
	}
}

// MayEver tells whether there can be a subject on which the actor may do something. It is asked
// before a command's arguments are read, so that a refusal tells nothing of what exists.
func MayEver(a Actor, action Action) bool {
	switch action {
	case ChangeReq: // whoever makes requisitions has some
		return May(a, MakeReq, Subject{})
	case DecideReq: // beside those whom the chain names
		return a.Has(HiringManager) || a.Has(Recruiter) || a.Has(Compensation)
	default:
	}
	return May(a, action, Subject{Owners: []string{a.ID}})
}
