package views

import "github.com/hirebot/hirebot/hiring"

// messageNames says what the messages are called that people are sent unasked, or into their direct messages,
// by their views: in plain words, for who looks at what goes out and may not read the message itself. What is
// not in it is only ever an answer.
var messageNames = map[string]string{
	Approval:      "Approval request",
	ApprovalStuck: "Approval without a decision",
	ReqProgress:   "Progress of the approval",
	ReqDecided:    "Decision",
	ReqOpened:     "Requisition to recruit",
	ReqAnnounce:   "Announcement",
	Question:      "Question about the approval",
	TakenOver:     "Requisitions handed over",
	TargetDates:   "Requisition past its target date",
	WeeklyReport:  "Weekly hiring report",

	PanelNews:      "Interview invitation or change",
	PanelOff:       "Interview seat taken back",
	Slots:          "Question about times",
	Answered:       "Answers about times",
	Calendar:       "Calendar file",
	Kit:            "Kit",
	Resume:         "Résumé",
	Nudge:          "Scorecard due",
	CardsAsked:     "Scorecard asked for",
	CardsIn:        "All scorecards in",
	CannotGive:     "Scorecard that somebody cannot give",
	LinesEnough:    "Scorecard of three lines",
	DidNotHappen:   "Interview that did not happen",
	LatePanel:      "Late scorecard",
	Morning:        "Morning digest",
	RecruiterDay:   "Recruiter's day",
	Digest:         "Digest",
	Waiting:        "Mention that something waits",
	NoDMs:          "Somebody who takes no direct messages",
	Referral:       "Referral",
	CandidateMoved: "Move of a candidate",

	CandidateResume: "Résumé",
	DebriefPictured: "Picture of a debrief",
	BandPictured:    "Picture of a band",
	SimulationFile:  "File of the messages to come",
	RoleGiven:       "Role that somebody was given",
	SelfGrant:       "Role that somebody gave themselves",
	Linked:          "Accounts that were linked",
	Merged:          "People who were joined",
	Zone:            "Question for a time zone",
}

// MessageName returns what a message with a view is called.
func MessageName(view string) string {
	if name, ok := messageNames[view]; ok {
		return name
	}
	return "Message"
}

// forecastKinds are the kinds of the messages that a forecast foretells by itself, by their views.
var forecastKinds = map[string]hiring.ForecastKind{
	Nudge: hiring.ForecastReminder, Kit: hiring.ForecastKit, Digest: hiring.ForecastDigest, TargetDates: hiring.ForecastTargets,
	WeeklyReport: hiring.ForecastReport, ApprovalStuck: hiring.ForecastStuck, LatePanel: hiring.ForecastLate,
	Morning: hiring.ForecastMorning, RecruiterDay: hiring.ForecastDay,
}

// forecastKind returns the kind of a message with a view: of none of those above it is the view.
func forecastKind(view string) hiring.ForecastKind {
	if kind, ok := forecastKinds[view]; ok {
		return kind
	}
	return hiring.ForecastKind(view)
}

// kindName returns what a message of a kind is called.
func kindName(kind hiring.ForecastKind) string {
	if kind == hiring.ForecastApproval {
		return "Approval reminder"
	}
	for view, k := range forecastKinds {
		if k == kind {
			return MessageName(view)
		}
	}
	return MessageName(string(kind))
}
