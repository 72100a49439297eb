package hiring

import (
	"slices"
	"time"
)

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
	// Simulate is seeing what will be sent to whom, and when.
	Simulate Action = "simulate"
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
	// AddCandidate is adding a candidate: to a requisition, or to none.
	AddCandidate Action = "add_candidate"
	// SeeCandidate is knowing of a candidate at all: their name, experience, ecosystem and résumé.
	SeeCandidate Action = "see_candidate"
	// SeeCandidateDetails is seeing all else of them: how to reach them, pay, notice period, who referred
	// them.
	SeeCandidateDetails Action = "see_candidate_details"
	// ChangeCandidate is editing what is known of a candidate.
	ChangeCandidate Action = "change_candidate"
	// SeeApplication is seeing how far a candidate has come with a requisition, with the notes and
	// reasons.
	SeeApplication Action = "see_application"
	// ChangeApplication is moving, rejecting, noting and telling, and scheduling and changing interviews.
	ChangeApplication Action = "change_application"
	// SeeInterview is knowing of an interview, with its panel and its kit.
	SeeInterview Action = "see_interview"
	// GiveFeedback is filling in one's own scorecard of an interview.
	GiveFeedback Action = "give_feedback"
	// SeeScorecards is reading the scorecards of others of an interview; CardSight says what is in the
	// way.
	SeeScorecards Action = "see_scorecards"
	// SeePrivateNotes is reading what an interviewer wrote for the recruiter alone.
	SeePrivateNotes Action = "see_private_notes"
)

// Subject is what an action is about, as far as the policy needs to know.
type Subject struct {
	// Owners are the people who own the role that a band or playbook belongs to: its owners, and
	// the hiring managers of its requisitions.
	Owners []string
	// Req is the requisition that an action is about: of an application or an interview, the one that it
	// belongs to.
	Req *Requisition
	// Reqs are the requisitions that a candidate applies to.
	Reqs []Requisition
	// Cards are the scorecards of the application, or of all applications of a candidate.
	Cards []Scorecard
	// Looks are who opened which of these, and when first.
	Looks []CardLook
	// Interview is the reference of the interview that an action is about, and Panel who sits on it.
	Interview string
	Panel     []string
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
	case Simulate:
		return a.Has(Admin) || a.Has(Recruiter)
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
	case AddCandidate:
		return on.Req == nil && a.Has(Recruiter) || on.Req != nil && inCharge(a, *on.Req)
	case SeeCandidate:
		return chargedWith(a, on.Reqs) || seated(a, on.Cards, "")
	case SeeCandidateDetails, ChangeCandidate:
		return chargedWith(a, on.Reqs)
	case SeeApplication, ChangeApplication:
		return on.Req != nil && inCharge(a, *on.Req)
	case SeeInterview:
		return on.Req != nil && inCharge(a, *on.Req) || a.ID != "" && slices.Contains(on.Panel, a.ID)
	case GiveFeedback:
		return on.Interview != "" && seated(a, on.Cards, on.Interview)
	case SeeScorecards:
		return CardSight(a, on) == SightAll
	case SeePrivateNotes:
		return on.Req != nil && a.Has(Recruiter) && inCharge(a, *on.Req) && CardSight(a, on) == SightAll
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

// inCharge tells whether somebody works on the candidates of a requisition: its hiring manager does,
// and recruiters, those of the team alone where it is confidential. Roles of pay and administration
// give no right to a candidate.
func inCharge(a Actor, r Requisition) bool {
	if a.ID == "" {
		return false
	}
	return a.ID == r.HiringManager || a.Has(Recruiter) && (!r.Confidential || slices.Contains(r.Team(), a.ID))
}

// chargedWith tells whether somebody works on a candidate who applies to these requisitions. Somebody
// who applies to none is known to recruiters.
func chargedWith(a Actor, reqs []Requisition) bool {
	if len(reqs) == 0 {
		return a.ID != "" && a.Has(Recruiter)
	}
	return slices.ContainsFunc(reqs, func(r Requisition) bool { return inCharge(a, r) })
}

// seated tells whether somebody sits on an interview, or on any where it is "".
func seated(a Actor, cards []Scorecard, interview string) bool {
	return a.ID != "" && slices.ContainsFunc(cards, func(s Scorecard) bool {
		return s.Person == a.ID && (interview == "" || s.Interview == interview) && s.Seated()
	})
}

// Sight says how much somebody may read of the scorecards of others. The set is closed.
type Sight int

const (
	// SightNone is for whom the scorecards do not exist.
	SightNone Sight = iota
	// SightOwn is for who has to submit their own first.
	SightOwn
	// SightReason is for who may read them before all are in, once they have said why.
	SightReason
	// SightAll is for who may read them.
	SightAll
)

// CardSight decides how much somebody may read of the scorecards of others of one interview of an
// application; where the subject names no interview, of all of them at once. The subject is the
// requisition, with all scorecards of the application and who opened which.
//
// Whoever owes a scorecard of the application reads nobody else's. Who sits on a panel reads them
// once their own are submitted. Who recruits or owns the requisition reads those of an interview when
// all of it are in, or before with a reason.
func CardSight(a Actor, on Subject) Sight {
	if a.Outsider || a.ID == "" || on.Req == nil {
		return SightNone
	}
	charged, panel, owes, submitted := inCharge(a, *on.Req), false, false, false
	complete := map[string]bool{}
	for _, s := range on.Cards {
		if _, known := complete[s.Interview]; !known {
			complete[s.Interview] = true
		}
		if s.Person != a.ID {
			complete[s.Interview] = complete[s.Interview] && !s.Open()
			continue
		}
		panel = panel || s.Seated()
		submitted = submitted || s.State == CardSubmitted
		owes = owes || s.Seated() && s.State != CardSubmitted
	}
	switch {
	case !charged && !panel:
		return SightNone
	case owes:
		return SightOwn
	case submitted:
		return SightAll
	case !charged:
		return SightOwn
	}
	for interview, all := range complete {
		if on.Interview != "" && interview != on.Interview || all {
			continue
		}
		if !slices.ContainsFunc(on.Looks, func(l CardLook) bool { return l.Person == a.ID && l.Interview == interview && l.Early }) {
			return SightReason
		}
	}
	return SightAll
}

// VisibleCards returns the scorecards of an application as somebody may see them, and nothing of them
// to whom they do not exist: their own whole, of others who and how they stand, and what they say only
// where CardSight is SightAll. Notes are for their author, private notes for recruiters, and so are the
// reason of who declined, and of whom three lines were accepted that are not in yet.
func VisibleCards(a Actor, on Subject) []Scorecard {
	on.Interview = ""
	if CardSight(a, on) == SightNone {
		return nil
	}
	visible := make([]Scorecard, 0, len(on.Cards))
	for _, s := range on.Cards {
		if s.Person != a.ID {
			of := on
			of.Interview = s.Interview
			s.Notes, s.Nudges, s.NudgeAt = nil, 0, time.Time{}
			if !May(a, SeePrivateNotes, of) {
				s.PrivateNote = ""
			}
			if s.State != CardSubmitted || !May(a, SeeScorecards, of) {
				s.CardContent = CardContent{}
			}
			if s.State == CardDeclined && !inCharge(a, *on.Req) {
				s.Why = ""
			}
			if s.State != CardSubmitted && !inCharge(a, *on.Req) { // that somebody is late
				s.AcceptedBy, s.AcceptedAt = "", time.Time{}
			}
		}
		visible = append(visible, s)
	}
	return visible
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
