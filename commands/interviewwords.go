package commands

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// longestName is the most words of which a candidate's name and an interview's are told apart.
const longestName = 12

// meant is one way to read words as a candidate and an interview.
type meant struct {
	candidate, stage string
	found            []hiring.Candidate
}

// tellApart reads the words in which somebody names a candidate and an interview, such as "lakshmi system
// design", where no stage is given otherwise: a word may be of either. Only who is known decides; where
// more than one reading finds somebody, all are offered.
func tellApart(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Args, error) {
	words := strings.Fields(req.Args.Text("candidate"))
	if req.Args.Text("stage") != "" || len(words) == 0 || len(words) > longestName || strings.HasPrefix(words[0], "C-") && len(words) == 1 {
		return req.Args, nil
	}
	stages := tx.Snapshot().Words(store.StageWords)
	ways := []meant{{candidate: strings.Join(words, " ")}}
	for at := 1; at < len(words); at++ {
		head, tail := strings.Join(words[:at], " "), strings.Join(words[at:], " ")
		if named := bot.FindWords(stages, tail); len(named) == 1 {
			ways = append(ways, meant{candidate: head, stage: named[0].Value})
		}
		// Names come first as a rule: an interview before one is meant where it is named in full.
		if named := bot.FindWords(stages, head); len(named) == 1 && inFull(named[0], head) {
			ways = append(ways, meant{candidate: tail, stage: named[0].Value})
		}
	}
	var found []meant
	for _, way := range ways {
		var err error
		if way.found, err = namedAs(ctx, tx, req, way.candidate); err != nil {
			return req.Args, err
		}
		if len(way.found) > 0 {
			found = append(found, way)
		}
	}
	switch len(found) {
	case 1:
		return found[0].args(req.Args), nil
	case 0:
		return notTold(ctx, tx, req, stages, words)
	}
	return req.Args, bot.Invalidf("candidate", "“%s” can be read in more than one way. What is meant?", strings.Join(words, " ")).Offering(offered(found, stages))
}

// inFull tells whether a text is a name of a word, not a part of one.
func inFull(w bot.Word, text string) bool {
	return slices.ContainsFunc(append([]string{w.Value, w.Label}, w.Aliases...), func(name string) bool { return bot.Fold(name) == bot.Fold(text) })
}

// namedAs returns who is meant by a reference or a part of a name, as far as this person may see them.
func namedAs(ctx context.Context, tx *store.Tx, req bot.Request, name string) ([]hiring.Candidate, error) {
	if id := CandidateRef.Print(mustRead(name)); strings.HasPrefix(id, "C-") {
		c, err := views.CandidateFor(ctx, tx, req.Actor, id)
		if hiring.ErrorCode(err) == hiring.NotFound {
			return nil, nil
		}
		return []hiring.Candidate{c}, err
	}
	return tx.CandidatesNamed(ctx, name, views.CandidateViewer(req.Actor), maxFound)
}

// mustRead reads a reference; a name it leaves as it is.
func mustRead(text string) any {
	v, err := CandidateRef.Parse(bot.Reading{}, text)
	if err != nil {
		return text
	}
	return v
}

// args returns arguments with a reading in them. Somebody who is the only one of their name is in them by
// reference.
func (m meant) args(args bot.Args) bot.Args {
	args = maps.Clone(args)
	args["candidate"] = m.candidate
	if len(m.found) == 1 {
		args["candidate"] = m.found[0].ID
	}
	if m.stage != "" {
		args["stage"] = m.stage
	}
	return args
}

// offered lists the readings: each choice is what one would type.
func offered(ways []meant, stages []bot.Word) []bot.Choice {
	var choices []bot.Choice
	for _, way := range ways {
		for _, c := range way.found {
			choice := bot.Choice{Label: c.ID + " " + c.Name, Value: c.ID}
			for _, w := range stages {
				if w.Value == way.stage {
					choice.Label, choice.Value = choice.Label+", "+views.InSentence(w.Label), c.ID+" "+way.stage
				}
			}
			choices = append(choices, choice)
		}
	}
	return choices
}

// notTold is for words that no reading finds anybody by. An interview alone is one, with the candidate still
// to be named; where the beginning names somebody, it says what is wrong with the interview. Anything else
// is for the command to refuse.
func notTold(ctx context.Context, tx *store.Tx, req bot.Request, stages []bot.Word, words []string) (bot.Args, error) {
	whole := strings.Join(words, " ")
	if named := bot.FindWords(stages, whole); len(named) == 1 {
		args := maps.Clone(req.Args)
		delete(args, "candidate")
		args["stage"] = named[0].Value
		return args, nil
	}
	var names []string
	for _, w := range stages {
		names = append(append(names, w.Label, w.Value), w.Aliases...)
	}
	for at := len(words) - 1; at > 0; at-- {
		tail := strings.Join(words[at:], " ")
		if len(bot.FindWords(stages, tail)) == 0 && bot.Nearest(tail, names) == "" {
			continue
		}
		found, err := namedAs(ctx, tx, req, strings.Join(words[:at], " "))
		if err != nil {
			return req.Args, err
		}
		if len(found) == 0 {
			continue
		}
		args := meant{candidate: strings.Join(words[:at], " "), found: found}.args(req.Args)
		_, err = bot.NameOf(stages, "interview stage", tail)
		if wrong, ok := errors.AsType[*bot.Problem](err); ok {
			err = bot.NewProblem(wrong.Code(), "stage", wrong.Message()).Offering(wrong.Choices)
		}
		return args, err
	}
	return req.Args, nil
}
