package hiring

import "time"

// Approval is the question to some people whether the terms of a subject may hold: of a requisition
// now, of an offer later. Its steps are frozen when it is asked; any change of the terms voids it.
type Approval struct {
	// ID is its reference, such as "A-7".
	ID string
	// Subject is the reference of the record, such as "R-12", and Terms a hash of exactly what is to be
	// approved.
	Subject, Terms string
	// Requester asked. Beneficiary would be paid by it: the candidate's own person, "" for none.
	Requester, Beneficiary string
	// Author wrote the record, who may be somebody else than who asked: an edit asks anew. They
	// decide nothing either.
	Author string
	Steps  []ApprovalStep
	// Current is the index of the step that is being decided; len(Steps) when all are.
	Current int
	State   ApprovalState
	// Question is the open question to the requester; while there is one, no reminder is sent.
	Question *ApprovalQuestion
	// Notes are what happened without anybody's decision, such as "no other approver".
	Notes     []ApprovalNote
	AskedAt   time.Time
	StepSince time.Time
	// Reminded counts the reminders of the present step; RemindAt is when the next is due, zero for never.
	Reminded int
	RemindAt time.Time
	EndedAt  time.Time
	Version  int64
}

// ApprovalState is how an approval stands. The set is closed.
type ApprovalState string

const (
	// ApprovalOpen waits for somebody.
	ApprovalOpen ApprovalState = "open"
	// Approved is decided in favour by every step.
	Approved ApprovalState = "approved"
	// Rejected is decided against by somebody.
	Rejected ApprovalState = "rejected"
	// Void ended without a decision, since the terms changed or the subject went away.
	Void ApprovalState = "void"
)

// ApprovalStep is one step of a chain. Steps are decided one after the other.
type ApprovalStep struct {
	// All says that every approver must approve; else any one of them is enough.
	All       bool
	Approvers []StepApprover
	Decisions []Decision
	// Passed says that the step was passed since nobody was left to decide it.
	Passed bool
}

// StepApprover is somebody whom a step asks, with why: their role, or that they are named.
type StepApprover struct {
	Person, Because string
	// Gone says that they were deactivated: the step goes on without them. Who has decided before
	// has decided.
	Gone bool
}

// Decision is what one approver decided. By is who pressed: the approver, or their delegate.
type Decision struct {
	Person, By string
	Approve    bool
	Reason     string
	At         time.Time
}

// ApprovalQuestion is what an approver wants to know first.
type ApprovalQuestion struct {
	Asker, Text string
	AskedAt     time.Time
	// Step is the index of the step in which it was asked: only that step's reminders wait for it.
	Step int
	// Answer and AnsweredAt are set once the requester has answered; the question then stays on the card.
	Answer     string
	AnsweredAt time.Time
}

// ApprovalNote is something that happened without a decision.
type ApprovalNote struct {
	// Step is the index of the step that was passed, or WholeApproval. Taking a decision back takes
	// back the notes of the steps that follow it.
	Step int
	Text string
	At   time.Time
}

// WholeApproval is the Step of a note that belongs to no step in particular.
const WholeApproval = -1

// Absence is somebody being away, with who decides for them meanwhile.
type Absence struct {
	Person string
	// Until is the last day away, YYYY-MM-DD.
	Until    string
	Delegate string
}
