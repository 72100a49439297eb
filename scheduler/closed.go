package scheduler

import (
	"context"
	"errors"
	"slices"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// shutOut gives up a message to somebody who takes no direct messages anywhere. They are mentioned in the
// hiring channel of a workspace in which they take none, without any detail, and recruiters are told, once.
// Of what nobody addressed to them, such as a reminder, nothing is said in a channel. What is about nothing is
// given up silently.
func (c *Courier) shutOut(ctx context.Context, row store.Row, workspaces []string, refused error) error {
	if row.View.Name == views.Zone {
		return c.store.MarkMoot(ctx, row)
	}
	// Before the message is given up: a process that ends in between does it all again, and none of it is
	// said twice.
	err := c.store.InTx(ctx, func(tx *store.Tx) error {
		tx.Cause("deliver.closed", bot.Conversation{})
		person, ok := tx.Snapshot().Person(row.Person)
		if !ok {
			return nil
		}
		mentioned := false
		if !row.Unprompted {
			var err error
			if mentioned, err = mention(ctx, tx, person, row, workspaces); err != nil {
				return err
			}
		}
		return tellRecruiters(ctx, tx, person, row, workspaces[0], mentioned)
	})
	if err != nil {
		return err
	}
	c.log.WarnContext(ctx, "somebody takes no direct messages", "delivery", row.ID, "view", row.View.Name, "person", row.Person, "err", refused)
	refusal, _ := errors.AsType[*bot.SendError](refused)
	reason := "the person takes no direct messages"
	if refusal.Reason != "" {
		reason += ": " + refusal.Reason
	}
	return c.store.MarkDead(ctx, row, reason)
}

// mention has somebody mentioned in the hiring channel of the first of some workspaces that has one: once
// a day, and what was posted on an earlier day says from then on that nothing waits there. It tells whether
// there is such a channel.
func mention(ctx context.Context, tx *store.Tx, p hiring.Person, row store.Row, workspaces []string) (bool, error) {
	channels, err := tx.ChannelsNamed(ctx, tx.Snapshot().Setting(hiring.SettingHiringChannel))
	if err != nil {
		return false, err
	}
	for _, workspace := range workspaces {
		at := slices.IndexFunc(channels, func(c store.Channel) bool { return c.Workspace == workspace })
		if at < 0 || channels[at].Quiet {
			continue
		}
		subject := views.WaitingSubject(p.ID)
		if err := tx.Refresh(ctx, subject); err != nil {
			return false, err
		}
		day := string(bot.DateOf(tx.Now(), tx.Snapshot().Zone(p.ID)))
		args := []string{day}
		if row.View.Name == views.Approval || row.View.Name == views.Question {
			args = append(args, views.WaitsForDecision)
		}
		return true, tx.Send(ctx, bot.Message{
			To:   bot.Recipient{Channel: bot.Conversation{Workspace: workspace, Channel: channels[at].ID}},
			View: bot.View{Name: views.Waiting, Subject: subject, Args: args}, Key: subject + ":" + day,
		})
	}
	return false, nil
}

// tellRecruiters tells the recruiter of the record that a message was about, or all recruiters, that
// somebody takes no direct messages: each of them once about each person.
func tellRecruiters(ctx context.Context, tx *store.Tx, p hiring.Person, row store.Row, workspace string, mentioned bool) error {
	args := []string{workspace}
	if mentioned {
		args = append(args, views.Mentioned)
	}
	s := tx.Snapshot()
	told := s.PeopleWith(hiring.Recruiter)
	if r, err := tx.Requisition(ctx, row.View.Subject); err == nil {
		if one, ok := s.Person(r.Recruiter); ok && one.Active && one.ID != p.ID {
			told = []hiring.Person{one}
		}
	} else if hiring.ErrorCode(err) != hiring.NotFound {
		return err
	}
	for _, one := range told {
		if one.ID == p.ID {
			continue
		}
		err := tx.Send(ctx, bot.Message{
			To:   bot.Recipient{Person: one.ID},
			View: bot.View{Name: views.NoDMs, Subject: "person:" + p.ID, Args: args},
			Key:  "no_dms:" + p.ID + ":" + one.ID, Why: "You get this because you recruit.",
		})
		if err != nil {
			return err
		}
	}
	return nil
}
