package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// heldCmd is `held C-5 R-1 system-design interviewer-1 interviewer-2`: an interview took place an hour ago,
// and the scorecards of its panel are waited for.
func (w *world) heldCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 4 {
		ts.Fatalf("usage: held CANDIDATE REQUISITION STAGE PERSON…")
	}
	ts.Check(w.held(args[0], args[1], args[2], args[3:]))
}

func (w *world) held(candidate, req, stage string, panel []string) error {
	return w.app.store.InTx(context.Background(), func(tx *store.Tx) error {
		ctx := context.Background()
		a, _, err := tx.ApplicationOf(ctx, candidate, req)
		if err != nil {
			return err
		}
		recruiter, _ := tx.Snapshot().PersonByName("recruiter")
		i := hiring.Interview{
			Application: a.ID, Stage: stage, StartsAt: tx.Now().Add(-time.Hour), Minutes: 60, State: hiring.InterviewScheduled, Sequence: 1, MadeBy: recruiter.ID,
		}
		for _, name := range panel {
			p, _ := tx.Snapshot().PersonByName(name)
			i.Panel = append(i.Panel, hiring.Panelist{Person: p.ID})
		}
		if i, err = tx.AddInterview(ctx, i); err != nil {
			return err
		}
		if i, err = i.Move(hiring.InterviewDone, "", tx.Now()); err != nil {
			return err
		}
		_, err = tx.SaveInterview(ctx, i)
		return err
	})
}

// scoredCmd is `scored interviewer-1 I-1 yes 'system-design=4:a line' api-design=2`: somebody submitted their
// scorecard. What is left out was not covered.
func (w *world) scoredCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: scored PERSON INTERVIEW RECOMMENDATION DIMENSION=RATING[:EVIDENCE]…")
	}
	ts.Check(w.scored(args[0], args[1], hiring.Recommendation(args[2]), args[3:]...))
}

func (w *world) scored(person, interview string, overall hiring.Recommendation, ratings ...string) error {
	return w.app.store.InTx(context.Background(), func(tx *store.Tx) error {
		ctx := context.Background()
		p, _ := tx.Snapshot().PersonByName(person)
		i, err := tx.Interview(ctx, interview)
		if err != nil {
			return err
		}
		card, err := tx.Scorecard(ctx, interview, p.ID)
		if err != nil {
			return err
		}
		r, err := tx.Requisition(ctx, i.Req)
		if err != nil {
			return err
		}
		playbook, _ := tx.Snapshot().Playbook(r.Role)
		dimensions := hiring.StageDimensions(playbook, i.Stage)
		content := hiring.CardContent{Overall: overall, Ratings: map[string]hiring.Rating{}}
		for _, d := range dimensions {
			content.Ratings[d.Key] = hiring.Rating{Value: hiring.NotCovered}
		}
		for _, one := range ratings {
			key, rest, _ := strings.Cut(one, "=")
			number, evidence, _ := strings.Cut(rest, ":")
			value, err := strconv.Atoi(number)
			if err != nil {
				return err
			}
			content.Ratings[key] = hiring.Rating{Value: value, Evidence: evidence}
		}
		if card, err = card.Submit(i, content, dimensions, tx.Now()); err != nil {
			return err
		}
		_, err = tx.SaveScorecard(ctx, card)
		return err
	})
}

// lateCmd is `late I-1 interviewer-2 overdue`: who recruits for it is told that a scorecard will be late.
// Without a cause it is the one that is known of its author.
func (w *world) lateCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: late INTERVIEW PERSON [CAUSE]")
	}
	ts.Check(w.late(args[0], args[1], hiring.Lateness(strings.Join(args[2:], ""))))
}

func (w *world) late(interview, person string, cause hiring.Lateness) error {
	return w.app.store.InTx(context.Background(), func(tx *store.Tx) error {
		ctx := context.Background()
		p, _ := tx.Snapshot().PersonByName(person)
		card, err := tx.Scorecard(ctx, interview, p.ID)
		if err != nil {
			return err
		}
		if cause == "" {
			if cause = tx.Snapshot().LateCause(card, tx.Now()); cause == "" {
				return fmt.Errorf("nothing says that the scorecard of %s will be late", person)
			}
		}
		r, err := tx.Requisition(ctx, card.Req)
		if err != nil {
			return err
		}
		return tx.Send(ctx, bot.Message{
			To: bot.Recipient{Person: r.Recruiter}, View: bot.View{Name: views.LatePanel, Subject: interview, Args: []string{p.ID, string(cause)}},
			Key: fmt.Sprintf("late:%s:%s:%s", interview, p.ID, cause), Why: "You get this because you recruit for " + r.ID + ".",
		})
	})
}
