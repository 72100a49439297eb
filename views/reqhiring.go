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
func hiringText(ctx context.Context, tx *store.Tx, r hiring.Requisition) (bot.Text, error) {
	funnel, err := tx.FunnelOf(ctx, r.ID)
	if err != nil || funnel.Total() == 0 {
		return nil, err
	}
	lines := []bot.Text{bot.Join(bot.B("Candidates: "), bot.T(funnelWords(funnel)))}
	if funnel.Active() == 0 {
		return bot.Lines(lines...), nil
	}
	waits, err := whoWaits(ctx, tx, r)
	if err != nil {
		return nil, err
	}
	if n := len(waits) - waitsShown; n > 0 {
		waits = append(waits[:waitsShown], bot.Join(bot.T("… and more who wait: "), bot.C("/candidate list "+r.ID)))
	}
	return bot.Lines(append(lines, waits...)...), nil
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

// whoWaits says for whom the candidates of a requisition wait, the longest first: for those whose
// scorecards are not in, for somebody in an empty seat, or for a word. One more line than is shown tells
// that there are more.
func whoWaits(ctx context.Context, tx *store.Tx, r hiring.Requisition) ([]bot.Text, error) {
	cards, err := tx.OpenCardsFor(ctx, r.ID, tx.Now(), maxPanel*(waitsShown+1))
	if err != nil {
		return nil, err
	}
	var candidates []string
	of := map[string][]hiring.Scorecard{}
	for _, s := range cards {
		if len(of[s.Candidate]) == 0 {
			candidates = append(candidates, s.Candidate)
		}
		of[s.Candidate] = append(of[s.Candidate], s)
	}
	var lines []bot.Text
	for _, c := range candidates {
		lines = append(lines, waitsFrom(tx.Snapshot(), c, of[c]))
	}
	wordless, err := tx.WaitingForWordOf(ctx, r.ID, len(candidates)+waitsShown+1)
	if err != nil {
		return nil, err
	}
	for _, a := range wordless {
		if len(of[a.Candidate]) > 0 {
			continue // they wait for scorecards first
		}
		lines = append(lines, bot.Join(bot.T(a.Candidate+" waits for a word from "),
			personOrNobody(r.Recruiter, func(id string) bot.Text { return personText(tx.Snapshot(), id) }), bot.T(" since "), bot.At(a.WaitingSince)))
	}
	return lines, nil
}

// maxPanel is how many scorecards of one candidate are read at most in this.
const maxPanel = 8

// waitsFrom says whom a candidate waits for, by the scorecards that are not in.
func waitsFrom(s *store.Snapshot, candidate string, cards []hiring.Scorecard) bot.Text {
	var gives, cannot bot.Text
	for _, card := range cards {
		to := &gives
		if !card.Waits() {
			to = &cannot
		}
		if len(*to) > 0 {
			*to = bot.Join(*to, bot.T(", "))
		}
		*to = bot.Join(*to, personText(s, card.Person))
	}
	line := bot.T(candidate + " waits for ")
	if len(gives) > 0 {
		line = bot.Join(line, bot.T("scorecards of "), gives)
	}
	if len(gives) > 0 && len(cannot) > 0 {
		line = bot.Join(line, bot.T(" and for "))
	}
	if len(cannot) > 0 {
		line = bot.Join(line, bot.T("somebody in the place of "), cannot)
	}
	return line
}
