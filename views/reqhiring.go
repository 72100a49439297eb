package views

import (
	"context"
	"strconv"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// waitsShown is how many lines say who waits for whom.
const waitsShown = 5

// hiringText is the funnel of a requisition, and who waits for whom, for somebody who works on its
// candidates.
func hiringText(ctx context.Context, tx *store.Tx, viewer bot.Actor, r hiring.Requisition) (bot.Text, error) {
	funnel, err := tx.FunnelOf(ctx, r.ID)
	if err != nil || funnel.Total() == 0 {
		return nil, err
	}
	lines := []bot.Text{bot.Join(bot.B("Candidates: "), bot.T(funnelWords(funnel)))}
	if funnel.Active() == 0 {
		return bot.Lines(lines...), nil
	}
	apps, err := tx.Applications(ctx, store.AppFilter{Viewer: CandidateViewer(viewer), Req: r.ID, Stages: ActiveStages()})
	if err != nil {
		return nil, err
	}
	for _, a := range apps {
		if len(lines) > waitsShown {
			break
		}
		line, err := waitsFrom(ctx, tx, a, r)
		if err != nil {
			return nil, err
		}
		if len(line) > 0 {
			lines = append(lines, line)
		}
	}
	return bot.Lines(lines...), nil
}

// funnelWords lists the stages in which there are candidates.
func funnelWords(funnel hiring.Funnel) string {
	var parts []string
	for _, stage := range hiring.AppStages {
		if n := funnel[stage]; n > 0 {
			parts = append(parts, strings.ToLower(hiring.AppStageTitle(stage))+" "+strconv.Itoa(n))
		}
	}
	return strings.Join(parts, " · ")
}

// waitsFrom says for whom a candidate waits: for those whose scorecards are not in, or for a word.
func waitsFrom(ctx context.Context, tx *store.Tx, a hiring.Application, r hiring.Requisition) (bot.Text, error) {
	if a.Stage == hiring.AppInterviewing || a.Stage == hiring.AppDebrief {
		cards, err := tx.CardsOf(ctx, a.ID)
		if err != nil {
			return nil, err
		}
		var who bot.Text
		for _, s := range cards {
			if !s.Open() || tx.Now().Before(s.EndsAt) {
				continue
			}
			if len(who) > 0 {
				who = bot.Join(who, bot.T(", "))
			}
			who = bot.Join(who, personText(tx.Snapshot(), s.Person))
		}
		if len(who) > 0 {
			return bot.Join(bot.T(a.Candidate+" waits for scorecards of "), who), nil
		}
	}
	if a.WaitingSince.IsZero() {
		return nil, nil
	}
	return bot.Join(bot.T(a.Candidate+" waits for a word from "), personOrNobody(r.Recruiter, func(id string) bot.Text { return personText(tx.Snapshot(), id) }), bot.T(" since "), bot.At(a.WaitingSince)), nil
}
