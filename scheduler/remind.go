package scheduler

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// Remind reminds those whom an approval waits for: once a working day, three times at most. With
// the last the requester and the recruiter are told whom it waits for. Each reminder is counted in the
// transaction that sends it, so that none goes out twice.
func (c *Courier) Remind(ctx context.Context, now time.Time) error {
	due, err := c.store.DueReminders(ctx, now, batch)
	if err != nil {
		return err
	}
	var failed []error
	for _, id := range due {
		err := c.store.InTx(ctx, func(tx *store.Tx) error { return remind(ctx, tx, id, now) })
		if hiring.ErrorCode(err) == hiring.Conflict {
			continue // decided at this moment, or reminded by another replica
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("remind of approval %s: %w", id, err))
		}
	}
	return errors.Join(failed...)
}

func remind(ctx context.Context, tx *store.Tx, id string, now time.Time) error {
	a, err := tx.Approval(ctx, id)
	if err != nil {
		return err
	}
	if a.RemindAt.IsZero() || a.RemindAt.After(now) {
		return nil
	}
	waits := a.WaitsFor()
	if a.State != hiring.ApprovalOpen || len(waits) == 0 || a.Paused() {
		a.RemindAt = time.Time{}
		_, err := tx.SaveApproval(ctx, a)
		return err
	}
	s := tx.Snapshot()
	asked := a.Askees(views.Absences(tx), string(bot.DateOf(now, s.Zone(""))))
	times := s.WorkTime(asked[0].Person).Present()
	if later := times.NextReminding(now); later.IsZero() || later.After(now) {
		a.RemindAt = later // the bot was not running when it was due, or their hours have changed
		_, err := tx.SaveApproval(ctx, a)
		return err
	}
	a = a.MarkReminded(now, times)
	var messages []bot.Message
	for _, one := range asked {
		// The first one's clock counts the days; the others are told in hours of their own.
		messages = append(messages, bot.Message{
			To: bot.Recipient{Person: one.Person}, Due: s.WorkTime(one.Person).Present().NextAllowed(now), View: bot.View{Name: views.Approval, Subject: a.Subject, Args: []string{a.ID}},
			Key: fmt.Sprintf("remind:%s:%d:%d:%s:%d", a.ID, a.Current, a.StepSince.UnixMicro(), one.Person, a.Reminded),
			Why: fmt.Sprintf("A reminder, %d of %d. /hire away names somebody for when you cannot.", a.Reminded, hiring.MaxReminders),
		})
	}
	if a.Reminded == hiring.MaxReminders {
		told, err := stuck(ctx, tx, a)
		if err != nil {
			return err
		}
		messages = append(messages, told...)
	}
	if _, err := tx.SaveApproval(ctx, a); err != nil {
		return err
	}
	if err := tx.RanSchedule(ctx, hiring.ScheduleApprovals); err != nil {
		return err
	}
	return tx.Send(ctx, messages...)
}

// stuck tells the requester and the recruiter whom an approval waits for.
func stuck(ctx context.Context, tx *store.Tx, a hiring.Approval) ([]bot.Message, error) {
	r, err := tx.Requisition(ctx, a.Subject)
	if err != nil {
		return nil, err
	}
	told := map[string]bool{"": true}
	var out []bot.Message
	for _, person := range []string{a.Requester, r.Recruiter} {
		if told[person] {
			continue
		}
		told[person] = true
		out = append(out, bot.Message{
			To: bot.Recipient{Person: person}, View: bot.View{Name: views.ApprovalStuck, Subject: a.Subject, Args: []string{a.ID}},
			Key: fmt.Sprintf("stuck:%s:%d:%d:%s", a.ID, a.Current, a.StepSince.UnixMicro(), person), Why: "You get this because you asked for it, or recruit for it.",
		})
	}
	return out, nil
}
