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

// rounds is how many batches of people one sweep reminds at most.
const rounds = 20

// PutDue puts into the outbox all that is due by now: what the schedules have to say, and the reminders.
func (c *Courier) PutDue(ctx context.Context, now time.Time) error {
	return errors.Join(c.RunSchedules(ctx, now), c.Remind(ctx, now), c.Nudge(ctx, now))
}

// Nudge reminds people of the scorecards that they owe, by the company's policy: each step of it once
// for each scorecard, in the hours of who is reminded, all that they owe in one message. What becomes of
// each step is on record, and is decided in the transaction that sends it.
func (c *Courier) Nudge(ctx context.Context, now time.Time) error {
	var failed []error
	for range rounds {
		people, err := c.store.NudgesDue(ctx, now, batch)
		if err != nil {
			return errors.Join(append(failed, err)...)
		}
		for _, person := range people {
			err := c.store.InTx(ctx, func(tx *store.Tx) error {
				tx.Cause("nudge", bot.Conversation{})
				return nudge(ctx, tx, person, now)
			})
			if hiring.ErrorCode(err) == hiring.Conflict {
				continue // submitted at this moment, or reminded by another replica
			}
			if err != nil {
				failed = append(failed, fmt.Errorf("remind %s of scorecards: %w", person, err))
			}
		}
		if len(people) < batch || len(failed) > 0 {
			break
		}
	}
	return errors.Join(failed...)
}

// nudge decides on all scorecards of a person that want attention, and sends one message for those of
// which they are to be reminded now.
func nudge(ctx context.Context, tx *store.Tx, person string, now time.Time) error {
	cards, err := tx.PendingCards(ctx, person)
	if err != nil {
		return err
	}
	var (
		s      = tx.Snapshot()
		policy = s.NudgePolicy()
		times  = s.WorkTime(person)
		key    = fmt.Sprintf("nudge:%s:%d", person, now.UnixMicro())
		first  []string // the interviews of which they are reminded, and then
		also   []string // what else they owe
	)
	for _, card := range cards {
		if card.NudgeAt.IsZero() || card.NudgeAt.After(now) {
			if card.Beside(now) {
				also = append(also, card.Interview)
			}
			continue
		}
		decide := policy.Decide
		if views.Gone(s, person) {
			decide = policy.DecideGone
		}
		d := decide(card, times, now)
		sent, err := settle(ctx, tx, card, d, key, "")
		if err != nil {
			return err
		}
		if sent {
			first = append(first, card.Interview)
		} else if d.Then.Beside(now) {
			also = append(also, card.Interview)
		}
	}
	if len(first) == 0 {
		return nil
	}
	all := append(first, also...)
	err = tx.Send(ctx, bot.Message{
		To: bot.Recipient{Person: person}, View: bot.View{Name: views.Nudge, Subject: key, Args: all},
		Key: key, Unprompted: true, Why: views.WhyNudged(len(all)),
	})
	if err != nil {
		return err
	}
	return joinMerged(ctx, tx, person, key)
}

// joinMerged has a reminder take the place of earlier ones that were too much for their day and are due now:
// they would say the same beside it.
func joinMerged(ctx context.Context, tx *store.Tx, person, key string) error {
	return tx.JoinMerged(ctx, person, key, views.Digest, views.Nudge, views.Morning)
}

// settle saves a decision on the reminders of a scorecard, tells others of a late one, and returns whether
// its owner is to be reminded by the message of a key. Into says that this is a digest, in which the steps are
// merged. It returns a Conflict error where the scorecard was changed meanwhile.
func settle(ctx context.Context, tx *store.Tx, card hiring.Scorecard, d hiring.NudgeDecision, key, into string) (sent bool, err error) {
	if err := tx.PlanNudge(ctx, card, d.Then); err != nil {
		return false, err
	}
	if err := tellOfLate(ctx, tx, card, d); err != nil {
		return false, err
	}
	return record(ctx, tx, card, d, key, into)
}

// record puts on record what becomes of the steps of a scorecard, and returns whether its owner is to be
// reminded: not where all of them were done before.
func record(ctx context.Context, tx *store.Tx, card hiring.Scorecard, d hiring.NudgeDecision, key, into string) (sent bool, err error) {
	steps := make([]store.NudgeRecord, 0, len(d.Reached)+1)
	for _, s := range d.Reached {
		steps = append(steps, store.NudgeRecord{Step: hiring.StepID(s.Key(), card.DueAt), PlannedAt: s.At})
	}
	if d.Asked {
		steps = append(steps, store.NudgeRecord{Step: "asked:" + views.InstantArg(card.SnoozedUntil), PlannedAt: card.SnoozedUntil})
	}
	if err := errors.Join(recordMoot(ctx, tx, card, d.Passed, hiring.MootPassed), recordMoot(ctx, tx, card, d.Today, hiring.MootToday)); err != nil {
		return false, err
	}
	last := ""
	if len(steps) > 0 {
		last, _ = card.StepDone(steps[len(steps)-1].Step)
	}
	for n := len(steps) - 1; n >= 0; n-- { // the last first: the others are merged into it
		r := steps[n]
		r.Interview, r.Person, r.EndsAt = card.Interview, card.Person, card.EndsAt
		switch {
		case d.Send && into != "":
			r.State, r.Message, r.Reason = store.NudgeMerged, key, into
		case d.Send && sent:
			r.State, r.Message, r.Reason = store.NudgeMerged, key, "with "+last
		case d.Send:
			r.State, r.Message = store.NudgeSent, key
		case d.Held != "":
			r.State, r.Reason, r.HeldUntil = store.NudgeHeld, string(d.Held), d.Until
		default:
			r.State, r.Reason = store.NudgeMoot, d.Moot
		}
		fresh, err := tx.RecordNudge(ctx, r)
		if err != nil {
			return false, err
		}
		sent = sent || fresh && d.Send
	}
	return sent, nil
}

// recordMoot puts on record of some steps of a scorecard that nobody is reminded, and why.
func recordMoot(ctx context.Context, tx *store.Tx, card hiring.Scorecard, steps []hiring.PlannedNudge, reason string) error {
	for _, s := range steps {
		_, err := tx.RecordNudge(ctx, store.NudgeRecord{
			Interview: card.Interview, Person: card.Person, EndsAt: card.EndsAt, Step: hiring.StepID(s.Key(), card.DueAt), PlannedAt: s.At,
			State: store.NudgeMoot, Reason: reason,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// tellOfLate tells who recruits that a scorecard is late or clearly will be, so that they can do something
// about it, and the hiring manager where the policy says so: each once for each cause.
func tellOfLate(ctx context.Context, tx *store.Tx, card hiring.Scorecard, d hiring.NudgeDecision) error {
	s := tx.Snapshot()
	cause := s.LateCause(card, tx.Now())
	if cause == "" && (d.Recruiter || d.Manager) {
		cause = hiring.LateOverdue // the policy has them told at this step
	}
	if cause == "" {
		return nil
	}
	i, err := tx.Interview(ctx, card.Interview)
	if err != nil {
		return err
	}
	on, err := tx.InterviewSubject(ctx, i)
	if err != nil {
		return err
	}
	told := map[string]bool{"": true, card.Person: true} // nobody is told of their own
	tell := func(person, why string) error {
		if told[person] || views.Gone(s, person) {
			return nil
		}
		told[person] = true
		return tx.Send(ctx, bot.Message{
			To: bot.Recipient{Person: person}, View: bot.View{Name: views.LatePanel, Subject: i.ID, Args: []string{card.Person, string(cause)}},
			Key: hiring.LateKey(card, cause, person), Unprompted: true, Why: why,
		})
	}
	if err := tell(views.Recruits(s, on, i), "You get this because you recruit for "+i.Req+", once for each scorecard that is late."); err != nil || !d.Manager {
		return err
	}
	return tell(on.Req.HiringManager, "You get this because "+i.Req+" is yours, and /hire settings has you told.")
}
