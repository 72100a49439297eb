package hiring

import (
	"slices"
	"strings"
	"time"
)

// AppStage is how far an application has come. The set is closed.
type AppStage string

const (
	// AppSourced is somebody whom the company has in view, and who may not know of it.
	AppSourced AppStage = "sourced"
	// AppScreening is being looked at.
	AppScreening AppStage = "screening"
	// AppInterviewing is in the interviews.
	AppInterviewing AppStage = "interviewing"
	// AppDebrief has all interviews behind them: those who decide confer.
	AppDebrief AppStage = "debrief"
	// AppOffer is made an offer.
	AppOffer AppStage = "offer"
	// AppAccepted has accepted the offer.
	AppAccepted AppStage = "accepted"
	// AppHired has joined.
	AppHired AppStage = "hired"
	// AppRejected was turned down by the company.
	AppRejected AppStage = "rejected"
	// AppWithdrawn has turned the company down.
	AppWithdrawn AppStage = "withdrawn"
)

// AppStages are all stages, in the order in which they are listed.
var AppStages = []AppStage{
	AppSourced, AppScreening, AppInterviewing, AppDebrief, AppOffer, AppAccepted, AppHired, AppRejected, AppWithdrawn,
}

// Application is one candidate's way through one requisition.
type Application struct {
	// ID is "AP-17". People never read it: they name the candidate and, where there are several, the
	// requisition.
	ID, Candidate, Req string
	Stage              AppStage
	// StageSince is when it came there, by which it is seen whether it is stuck.
	StageSince time.Time
	// LastStage is the stage that a rejected or withdrawn one reopens to, "" for all others.
	LastStage AppStage
	// Reason is the reason of the rejection or withdrawal, out of the company's list where it is a
	// rejection, and Why what was said beside it.
	Reason, Why string
	// EndedAt is when it was rejected, withdrawn or hired; zero while it is active.
	EndedAt time.Time
	// LastWordAt is when the candidate last heard from the company, zero for never. WaitingSince is
	// since when they wait for a word, zero where they do not.
	LastWordAt, WaitingSince time.Time
	// AddedBy is who added it, the id of a person.
	AddedBy              string
	CreatedAt, ChangedAt time.Time
	Version              int64
}

// appMove is one move of the state machine, and how it is said of a candidate: "they can be …".
type appMove struct {
	from, to AppStage
	words    string
}

// appMoves is the state machine, as data. Reopening, to the last stage, is the one move that is not
// the same for all that are in the stage.
//
// What an interview shows may send somebody a step back, and so may an offer that is not taken. Who
// comes by a referral goes from sourced straight to the interviews.
var appMoves = []appMove{
	{AppSourced, AppScreening, "moved to screening"},
	{AppSourced, AppInterviewing, "moved to the interviews"},
	{AppScreening, AppInterviewing, "moved to the interviews"},
	{AppScreening, AppSourced, "moved back to sourced"},
	{AppInterviewing, AppDebrief, "moved to the debrief"},
	{AppInterviewing, AppScreening, "moved back to screening"},
	{AppDebrief, AppOffer, "made an offer"},
	{AppDebrief, AppInterviewing, "moved back to the interviews"},
	{AppOffer, AppAccepted, "marked as having accepted"},
	{AppOffer, AppDebrief, "moved back to the debrief"},
	{AppAccepted, AppHired, "marked as having joined"},
	{AppAccepted, AppOffer, "moved back to the offer"},
	{AppHired, AppAccepted, "marked as not having joined yet"},
}

// Active tells whether somebody works on an application in this stage.
func (s AppStage) Active() bool {
	return s != AppHired && s != AppRejected && s != AppWithdrawn && slices.Contains(AppStages, s)
}

// AppStageTitle returns the name of a stage as people read it.
func AppStageTitle(s AppStage) string {
	switch s {
	case AppSourced:
		return "Sourced"
	case AppScreening:
		return "Screening"
	case AppInterviewing:
		return "Interviewing"
	case AppDebrief:
		return "Debrief"
	case AppOffer:
		return "Offer"
	case AppAccepted:
		return "Accepted"
	case AppHired:
		return "Hired"
	case AppRejected:
		return "Rejected"
	case AppWithdrawn:
		return "Withdrawn"
	default:
		return string(s)
	}
}

// is says the stage in a sentence: "C-7 is …".
func (s AppStage) is() string {
	switch s {
	case AppScreening:
		return "in screening"
	case AppInterviewing:
		return "in the interviews"
	case AppDebrief:
		return "in the debrief"
	case AppOffer:
		return "at the offer"
	case AppAccepted:
		return "about to join"
	case AppSourced, AppHired, AppRejected, AppWithdrawn:
		return lower(AppStageTitle(s))
	default:
		return lower(string(s))
	}
}

// ParseAppStage reads a stage by its name or title; "interview", "interviews", "joined" and "offered"
// are understood. It returns an Invalid error for the field "stage" that lists the stages.
func ParseAppStage(text string) (AppStage, error) {
	folded := roleFold(text)
	switch folded {
	case "interview", "interviews":
		return AppInterviewing, nil
	case "joined":
		return AppHired, nil
	case "offered":
		return AppOffer, nil
	case "screen":
		return AppScreening, nil
	}
	for _, s := range AppStages {
		if folded == roleFold(string(s)) {
			return s, nil
		}
	}
	return "", InvalidField("stage", "There is no stage %q. The stages are %s.", text, keys(AppStages, func(s AppStage) string { return string(s) }))
}

// Active tells whether somebody works on the application.
func (a Application) Active() bool { return a.Stage.Active() }

// legal returns the moves of this application.
func (a Application) legal() []appMove {
	var legal []appMove
	for _, m := range appMoves {
		if m.from == a.Stage {
			legal = append(legal, m)
		}
	}
	switch {
	case a.Stage.Active():
		legal = append(legal, appMove{a.Stage, AppRejected, "rejected"}, appMove{a.Stage, AppWithdrawn, "withdrawn"})
	case a.LastStage != "":
		legal = append(legal, appMove{a.Stage, a.LastStage, "reopened (" + lower(AppStageTitle(a.LastStage)) + ")"})
	}
	return legal
}

// Moves returns the stages that this application can move to now.
func (a Application) Moves() []AppStage {
	var to []AppStage
	for _, m := range a.legal() {
		to = append(to, m.to)
	}
	return to
}

// CanMove tells whether the application can move to a stage now.
func (a Application) CanMove(to AppStage) bool { return slices.Contains(a.Moves(), to) }

// Move returns the application in another stage, with the reason and what was said beside it, which
// count where it ends. A rejection needs a reason. It returns a Conflict error that names the legal
// moves when this one is not, and an Invalid error for the field "reason" or "why".
func (a Application) Move(to AppStage, reason, why string, now time.Time) (Application, error) {
	if !a.CanMove(to) {
		return a, a.illegal(to)
	}
	reason, why = strings.TrimSpace(reason), strings.TrimSpace(why)
	if to == AppRejected && reason == "" {
		return a, InvalidField("reason", "Choose the reason. It is kept for the company, and left out of what %s reads.", a.name())
	}
	if err := tooLong("reason", "The reason", reason, MaxRejectReason); err != nil {
		return a, err
	}
	if err := tooLong("why", "What is said beside the reason", why, MaxReason); err != nil {
		return a, err
	}
	from := a.Stage
	a.Stage, a.StageSince, a.ChangedAt = to, now, now
	a.LastStage, a.Reason, a.Why, a.EndedAt = "", "", "", time.Time{}
	if to.Active() {
		a.waitAgain(now)
		return a, nil
	}
	a.EndedAt = now
	if to != AppHired {
		a.LastStage, a.Reason, a.Why = from, reason, why
	}
	// Who was turned down waits until they are told; who left, or joined, does not.
	if to != AppRejected {
		a.WaitingSince = time.Time{}
	}
	return a, nil
}

// waitAgain has the candidate of an active application wait for a word since they last had one.
// Somebody who is merely sourced was promised none.
func (a *Application) waitAgain(now time.Time) {
	switch {
	case a.Stage == AppSourced:
		a.WaitingSince = time.Time{}
	case !a.WaitingSince.IsZero():
	case !a.LastWordAt.IsZero():
		a.WaitingSince = a.LastWordAt
	default:
		a.WaitingSince = now
	}
}

// TakeBack returns the application in the stage that it was moved from, which undoes the move. Version
// is the application's right after the move. It returns a Conflict error where something was done with
// it since, where UndoWindow is over, and where no move leads from that stage to this one.
func (a Application) TakeBack(from AppStage, version int64, now time.Time) (Application, error) {
	before := a
	before.Stage, before.LastStage = from, ""
	switch {
	case a.Version != version:
		return a, Errorf(Conflict, "%s was changed since, so the move cannot be taken back. Move it instead.", a.name())
	case now.Sub(a.StageSince) > UndoWindow:
		return a, Errorf(Conflict, "A move can be taken back for %d minutes. Move %s instead.", int(UndoWindow/time.Minute), a.name())
	case !from.Active() || !before.CanMove(a.Stage):
		return a, Errorf(Conflict, "%s was not moved from there. Look at it again.", a.name())
	}
	a.Stage, a.StageSince, a.ChangedAt = from, now, now
	a.LastStage, a.Reason, a.Why, a.EndedAt = "", "", "", time.Time{}
	a.waitAgain(now)
	return a, nil
}

// Told returns the application with the candidate having had a word at an instant. Who has heard how
// it ended waits for nothing more. An instant before the last word changes nothing.
func (a Application) Told(at time.Time) Application {
	if at.Before(a.LastWordAt) {
		return a
	}
	a.LastWordAt, a.ChangedAt = at, at
	a.WaitingSince = time.Time{}
	if a.Active() && a.Stage != AppSourced {
		a.WaitingSince = at
	}
	return a
}

// StartApplication returns an application as it begins, in a stage that is active.
func StartApplication(candidate, req string, stage AppStage, by string, now time.Time) (Application, error) {
	if !stage.Active() || stage == AppOffer || stage == AppAccepted {
		return Application{}, InvalidField("stage", "An application begins as sourced, in screening, in the interviews or in the debrief.")
	}
	a := Application{Candidate: candidate, Req: req, Stage: stage, StageSince: now, AddedBy: by, CreatedAt: now, ChangedAt: now}
	a.waitAgain(now)
	return a, nil
}

func (a Application) illegal(to AppStage) *Error {
	var ways []string
	for _, m := range a.legal() {
		ways = append(ways, m.words)
	}
	already := ""
	if to == a.Stage {
		already = "already "
	}
	if len(ways) == 0 { // a stage of another version of the program
		return Errorf(Conflict, "%s is %s%s.", a.name(), already, a.Stage.is())
	}
	return Errorf(Conflict, "%s is %s%s. From there it can be %s.", a.name(), already, a.Stage.is(), orList(ways))
}

func (a Application) name() string {
	if a.Candidate == "" {
		return "The candidate"
	}
	return a.Candidate
}

// Funnel is how many applications of a requisition are in each stage.
type Funnel map[AppStage]int

// Total returns how many applications there are.
func (f Funnel) Total() int {
	total := 0
	for _, n := range f {
		total += n
	}
	return total
}

// Active returns how many applications somebody works on. Closing a requisition waits until there are
// none.
func (f Funnel) Active() int {
	active := 0
	for s, n := range f {
		if s.Active() {
			active += n
		}
	}
	return active
}
