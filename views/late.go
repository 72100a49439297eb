package views

import (
	"context"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// StillWanted tells whether a message that waited for its time has still something to say. It is asked
// before the message is sent, and not of one that is posted, which must tell how things ended.
func StillWanted(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bool, error) {
	switch v.Name {
	case Waiting:
		card, err := drawWaiting(ctx, tx, viewer, v)
		return card.Notify != "", err
	case Zone:
		return !tx.Snapshot().KnowsZone(viewer.ID), nil
	case CandidateMoved:
		a, err := tx.Application(ctx, arg(v, 0))
		if hiring.ErrorCode(err) == hiring.NotFound {
			return false, nil
		}
		return string(a.Stage) == arg(v, 2), err // it was not undone
	case Nudge:
		return nudgeWanted(ctx, tx, viewer, v)
	case Morning:
		return morningWanted(ctx, tx, viewer, v)
	case RecruiterDay:
		return recruiterDayWanted(ctx, tx, viewer, v)
	case Digest:
		return digestWanted(ctx, tx, viewer, v)
	case PanelNews, PanelOff, Slots, Answered, Kit, CardAsk, CannotGive, DidNotHappen:
		return interviewWanted(ctx, tx, viewer, v)
	case LatePanel:
		return lateWanted(ctx, tx, v)
	case LinesEnough:
		return linesWanted(ctx, tx, viewer, v)
	case Approval, ReqProgress, ApprovalStuck, ReqAnnounce, ReqOpened:
	default:
		return true, nil
	}
	r, err := tx.Requisition(ctx, v.Subject)
	if hiring.ErrorCode(err) == hiring.NotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	a, _, err := tx.LatestApproval(ctx, r.ID)
	if err != nil {
		return false, err
	}
	switch v.Name {
	case Approval:
		return a.ID == arg(v, 0) && delegateOf(tx, viewer, a), nil
	case ReqProgress:
		return a.State == hiring.ApprovalOpen, nil
	case ApprovalStuck:
		return a.ID == arg(v, 0) && a.State == hiring.ApprovalOpen, nil
	case ReqAnnounce:
		return !r.Confidential, nil
	default: // ReqOpened
		return r.State == hiring.ReqOpen, nil
	}
}

// Withdrawn is what is left of a message whose reader may not see any more what it showed.
func Withdrawn() bot.Card {
	return bot.Card{Body: []bot.Node{bot.T("This was withdrawn: it does not concern you any more.")}}
}
