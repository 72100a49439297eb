package views

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// PrivateHere tells whether somebody looks from a platform on which the company wants no personal data.
func PrivateHere(tx *store.Tx, viewer bot.Actor) bool {
	return tx.Snapshot().Private(viewer.Identity.Workspace)
}

// RefuseHere refuses, on such a platform, what would ask for personal data or pay, or decide on what is
// not shown there.
func RefuseHere(tx *store.Tx, viewer bot.Actor, command string) error {
	if !PrivateHere(tx, viewer) {
		return nil
	}
	return hiring.Errorf(hiring.NotAllowed, "Your company keeps personal data and pay off %s. Type %s %s.",
		platformOf(tx, viewer), command, elsewhere(tx, viewer))
}

func platformOf(tx *store.Tx, viewer bot.Actor) string {
	w, _ := tx.Snapshot().Workspace(viewer.Identity.Workspace)
	return hiring.PlatformTitle(w.Platform)
}

// elsewhere names where somebody can see everything: a platform on which they have an account.
func elsewhere(tx *store.Tx, viewer bot.Actor) string {
	s := tx.Snapshot()
	p, _ := s.Person(viewer.ID)
	for _, identity := range p.Identities {
		if w, ok := s.Workspace(identity.Workspace); ok && w.Kind == store.HomeWorkspace && !s.Private(w.ID) {
			return "on " + hiring.PlatformTitle(w.Platform)
		}
	}
	return "on another platform of your company; /hire link joins your account there"
}

// reference is the form of what may be told everywhere: the reference of a record.
var reference = regexp.MustCompile(`^[A-Z]{1,2}-[0-9]+$`)

// reduced is what is left of a card on a platform without personal data: which record it is about, what
// kind of thing waits, and where to look. Whatever a view shows, nothing else of it gets here; of the
// card it is told only whether something waits for the reader.
func reduced(tx *store.Tx, viewer bot.Actor, v bot.View, waits bool) bot.Card {
	on, command := "", "/hire"
	if reference.MatchString(v.Subject) {
		on = v.Subject
	}
	switch v.Name {
	case Req, ReqProgress, ReqOpened, ReqHistory, ReqSimilar, ReqDecided, ApprovalStuck, Question:
		command = "/req show " + on
	case Approval:
		command = "/req next " + on
	case ReqList:
		command = "/req list"
	case Interview, PanelNews, PanelOff, Slots, Answered, Calendar, CalendarSent, DidNotHappen, CannotGive, LatePanel:
		command = "/interview show " + on
	case InterviewList:
		command = "/interview list"
	case Kit:
		command = "/interview kit " + on
	case CandidateText:
		command = "/interview text " + on
	case Resume:
		command = "/interview resume " + on
	case Scorecards, CardsIn, Declined:
		command = "/feedback show " + on
	case CardSaved, CardAsk, Nudge, Snoozed, MyCards, Noted, LinesEnough:
		command = "/feedback mine"
	case Candidate, CandidateSame, CandidateSure, CandidateNotice, CandidateMoved, Referral, NoteSaved, RejectWhy, Rejected:
		command = "/candidate show " + on
	case CandidateResume:
		command = "/candidate resume " + on
	case Debrief, DebriefPictured:
		command = "/candidate debrief " + on
	case CandidateList:
		command = "/candidate list"
	case Found:
		command = "/hire find"
	case Band, BandList, BandHistory, BandSaved, BandImport, BandImported, BandPictured:
		command = "/band list"
	case People, Person:
		command = "/hire people"
	case Settings, SettingSaved, SetupDone:
		command = "/hire settings"
	}
	card := bot.Card{Title: briefly(v, on, waits), Body: []bot.Node{bot.Join(
		bot.T("What it says is not shown on "+platformOf(tx, viewer)+". Type "), bot.C(strings.TrimSpace(command)), bot.T(" "+elsewhere(tx, viewer)+"."))}}
	if waits {
		card.Tone = bot.Attention
	}
	if url := tx.Snapshot().Default(store.PublicURL); url != "" {
		card.Body = append(card.Body, bot.To("Open Hirebot", url))
	}
	return card
}

// briefly says in a line what kind of thing a message is.
func briefly(v bot.View, on string, waits bool) string {
	subject := on
	if subject == "" {
		subject = "This"
	}
	switch {
	case v.Name == Approval && waits:
		return subject + " waits for your decision"
	case v.Name == Approval:
		return subject + " does not wait for you"
	case v.Name == Question:
		return "There is a question on " + subject
	case v.Name == ReqDecided:
		return subject + " was decided on"
	case v.Name == ReqOpened:
		return subject + " is yours to recruit for"
	case v.Name == ApprovalStuck:
		return "The approval of " + subject + " waits"
	case v.Name == RoleGiven:
		return "Your roles changed"
	case v.Name == TakenOver:
		return "Somebody's things were handed over to you"
	case on != "":
		return on + " has something for you"
	case waits:
		return "Something waits for you"
	default:
		return "Done, or to be read elsewhere"
	}
}

// drawReduced draws a view for nobody's eyes, so that what its reader may not see stays refused and what
// is over stays over, and returns what may be shown of it. What was not shown is not on record as seen.
func drawReduced(ctx context.Context, tx *store.Tx, viewer bot.Actor, view View, v bot.View) (bot.Card, error) {
	var card bot.Card
	err := tx.Unseen(func() (err error) {
		card, err = view.Draw(ctx, tx, viewer, v)
		return err
	})
	if errors.Is(err, bot.ErrMoot) || err != nil {
		return bot.Card{}, err
	}
	return reduced(tx, viewer, v, card.Tone == bot.Attention), nil
}
