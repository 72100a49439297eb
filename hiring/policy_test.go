package hiring_test

import (
	"fmt"
	"testing"

	"github.com/hirebot/hirebot/hiring"
)

// candidateActions are all actions on candidates.
var candidateActions = []hiring.Action{
	hiring.AddCandidate, hiring.SeeCandidate, hiring.SeeCandidateDetails, hiring.ChangeCandidate, hiring.SeeApplication, hiring.ChangeApplication,
	hiring.SeeInterview, hiring.GiveFeedback, hiring.SeeScorecards, hiring.SeePrivateNotes,
}

// ownCards are the ways in which somebody may sit on an interview, or have sat there.
var ownCards = map[string]*hiring.Scorecard{
	"no seat":    nil,
	"pending":    {State: hiring.CardPending},
	"draft":      {State: hiring.CardDraft},
	"submitted":  {State: hiring.CardSubmitted, Edition: 1},
	"declined":   {State: hiring.CardDeclined},
	"handed on":  {State: hiring.CardDeclined, Removed: true, HandedTo: "ben"},
	"waived":     {State: hiring.CardWaived, Waived: hiring.WaivedByRecruiter},
	"called off": {State: hiring.CardWaived, Waived: hiring.WaivedOff},
}

// situation is somebody beside a candidate who applies to one requisition and has one interview.
type situation struct {
	role                   hiring.Role
	part                   string // "", "manager", "team"
	confidential, outsider bool
	seat                   string
	othersIn, looked       bool
}

func (s situation) actor() hiring.Actor {
	a := hiring.Actor{ID: "me", Outsider: s.outsider}
	if s.role != "" {
		a.Roles = []hiring.Role{s.role}
	}
	return a
}

func (s situation) subject() hiring.Subject {
	r := hiring.Requisition{ID: "R-1", State: hiring.ReqOpen, HiringManager: "them", Recruiter: "other", Confidential: s.confidential}
	switch s.part {
	case "manager":
		r.HiringManager = "me"
	case "team":
		r.Panel = []string{"me"}
	}
	other := hiring.Scorecard{Interview: "I-1", Person: "ann", State: hiring.CardPending}
	if s.othersIn {
		other.State, other.Edition = hiring.CardSubmitted, 1
	}
	other.CardContent = hiring.CardContent{
		Overall: hiring.Yes, PrivateNote: "private", Ratings: map[string]hiring.Rating{"coding": {Value: 4, Evidence: "tested first"}}, Lines: hiring.ThreeLines{For: "drew it"},
	}
	on := hiring.Subject{Req: &r, Reqs: []hiring.Requisition{r}, Cards: []hiring.Scorecard{other}, Interview: "I-1", Panel: []string{"ann"}}
	if own := ownCards[s.seat]; own != nil {
		card := *own
		card.Interview, card.Person = "I-1", "me"
		on.Cards = append(on.Cards, card)
		if !card.Removed {
			on.Panel = append(on.Panel, "me")
		}
	}
	if s.looked {
		on.Looks = []hiring.CardLook{{Interview: "I-1", Person: "me", Early: true, Reason: "why"}}
	}
	return on
}

// wants says in other words than the policy what it has to say.
func (s situation) wants(action hiring.Action) bool {
	if s.outsider {
		return false
	}
	recruits := s.role == hiring.Recruiter && (!s.confidential || s.part != "")
	charge := recruits || s.part == "manager"
	sits := s.seat == "pending" || s.seat == "draft" || s.seat == "submitted" || s.seat == "waived"
	owes := sits && s.seat != "submitted"
	reads := s.seat == "submitted" || charge && !owes && (s.othersIn || s.looked)
	switch action {
	case hiring.SeeCandidate:
		return charge || sits
	case hiring.AddCandidate, hiring.SeeCandidateDetails, hiring.ChangeCandidate, hiring.SeeApplication, hiring.ChangeApplication:
		return charge
	case hiring.SeeInterview:
		return charge || s.seat != "no seat" && s.seat != "handed on"
	case hiring.GiveFeedback:
		return sits
	case hiring.SeeScorecards:
		return reads
	case hiring.SeePrivateNotes:
		return reads && recruits
	default:
		return false
	}
}

// situations calls fn for every combination.
func situations(fn func(s situation)) {
	yesNo := []bool{false, true}
	for _, role := range append([]hiring.Role{""}, hiring.Roles...) {
		for _, part := range []string{"", "manager", "team"} {
			for seat := range ownCards {
				for _, confidential := range yesNo {
					for _, outsider := range yesNo {
						for _, othersIn := range yesNo {
							for _, looked := range yesNo {
								fn(situation{role, part, confidential, outsider, seat, othersIn, looked})
							}
						}
					}
				}
			}
		}
	}
}

func TestWhoMayDoWhatWithCandidates(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	situations(func(s situation) {
		for _, action := range candidateActions {
			got := hiring.May(s.actor(), action, s.subject())
			if got != s.wants(action) {
				t.Errorf("%+v: %s is %v", s, action, got)
			}
			seen[fmt.Sprint(action, got)]++
		}
		// Nobody of pay or administration has a right by that alone.
		if (s.role == hiring.Compensation || s.role == hiring.Admin) && s.part == "" && s.seat == "no seat" {
			for _, action := range candidateActions {
				if hiring.May(s.actor(), action, s.subject()) {
					t.Errorf("%s may %s", s.role, action)
				}
			}
		}
	})
	if len(seen) != 2*len(candidateActions) {
		t.Errorf("not every answer occurs: %v", seen)
	}
	for _, action := range candidateActions {
		if hiring.May(hiring.Actor{Roles: []hiring.Role{hiring.Recruiter}}, action, situation{}.subject()) && action != hiring.AddCandidate {
			t.Errorf("somebody unknown may %s", action)
		}
	}
	loose := hiring.Subject{}
	for role, may := range map[hiring.Role]bool{hiring.Recruiter: true, hiring.HiringManager: false, hiring.Admin: false} {
		for _, action := range []hiring.Action{hiring.AddCandidate, hiring.SeeCandidate, hiring.SeeCandidateDetails, hiring.ChangeCandidate} {
			if got := hiring.May(hiring.Actor{ID: "me", Roles: []hiring.Role{role}}, action, loose); got != may {
				t.Errorf("%s with somebody who applies to nothing: %s is %v", role, action, got)
			}
		}
	}
}

func TestVisibleCardsHoldNothingElse(t *testing.T) {
	t.Parallel()
	situations(func(s situation) {
		on := s.subject()
		cards := hiring.VisibleCards(s.actor(), on)
		sight := hiring.CardSight(s.actor(), on)
		if (sight == hiring.SightNone) != (len(cards) == 0) || (sight == hiring.SightAll) != s.wants(hiring.SeeScorecards) {
			t.Errorf("%+v: sight %d, %d cards", s, sight, len(cards))
		}
		for _, c := range cards {
			if c.Person == "me" {
				continue
			}
			for part, shows := range map[string]bool{"recommendation": c.Overall != "", "ratings": len(c.Ratings) > 0, "lines": c.Lines != hiring.ThreeLines{}} {
				if shows != (s.wants(hiring.SeeScorecards) && s.othersIn) {
					t.Errorf("%+v: shows %s: %v", s, part, shows)
				}
			}
			if c.PrivateNote != "" && !s.wants(hiring.SeePrivateNotes) {
				t.Errorf("%+v: shows the private note", s)
			}
		}
		if on.Cards[0].Overall == "" {
			t.Fatal("the subject was changed")
		}
	})
}

// An interview whose scorecards are all in is open to those in charge while others are not.
func TestSightIsByInterview(t *testing.T) {
	t.Parallel()
	r := hiring.Requisition{HiringManager: "me"}
	on := hiring.Subject{Req: &r, Cards: []hiring.Scorecard{
		{Interview: "I-1", Person: "ann", State: hiring.CardSubmitted, Edition: 1, CardContent: hiring.CardContent{Overall: hiring.Yes}},
		{Interview: "I-2", Person: "ben", State: hiring.CardSubmitted, Edition: 1, CardContent: hiring.CardContent{Overall: hiring.No}},
		{Interview: "I-2", Person: "cat", State: hiring.CardDeclined},
	}}
	me := hiring.Actor{ID: "me"}
	for interview, want := range map[string]hiring.Sight{"I-1": hiring.SightAll, "I-2": hiring.SightReason, "": hiring.SightReason} {
		on.Interview = interview
		if got := hiring.CardSight(me, on); got != want {
			t.Errorf("%q: %d", interview, got)
		}
	}
	cards := hiring.VisibleCards(me, on)
	if cards[0].Overall != hiring.Yes || cards[1].Overall != "" {
		t.Errorf("%+v", cards)
	}
	// Who is only on the first interview sees the others once their own is in, and its panel of nobody's.
	for _, person := range []string{"ann", "cat"} {
		want := map[string]hiring.Sight{"ann": hiring.SightAll, "cat": hiring.SightNone}[person]
		if got := hiring.CardSight(hiring.Actor{ID: person}, on); got != want {
			t.Errorf("%s: %d", person, got)
		}
	}
}
