package commands

import (
	"context"
	"fmt"
	"strconv"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// linesCommand is the name of the command whose form asks for three lines, under which what was typed into
// it is found again.
const linesCommand = "feedback.lines"

// whyShort says to somebody why they are told that three lines are enough.
const whyShort = "You get this because you sit on this interview. /feedback lists what waits for you."

// linesParams are three lines instead of a scorecard.
func linesParams() []bot.Param {
	params := []bot.Param{
		interviewParam(),
		{Name: editionField, Kind: bot.Integer, KeyOnly: true, Help: "The version that a form shows; forms carry it", Example: "1"},
		overallParam(),
	}
	for _, p := range []bot.Param{
		{Name: views.ForField, Label: "What spoke for them", Help: "One line; this one or the next is needed", Example: "asked for an idempotency key unprompted"},
		{Name: views.AgainstField, Label: "What spoke against", Help: "One line; this one or the one before is needed", Example: "never spoke of failures"},
		{Name: views.NextField, Label: "What to ask next", Help: "One line for who interviews next; may be left out", Example: "how they would find a slow query"},
	} {
		p.Kind, p.KeyOnly, p.Secret, p.Max = bot.PlainText, true, true, hiring.MaxLine
		params = append(params, p)
	}
	return params
}

// threeLineCommands are what accepts three lines, and what gives them.
func threeLineCommands() []Command {
	return []Command{
		{
			Spec: bot.Spec{
				Noun: "feedback", Verb: "accept", FromCard: true,
				Summary: "Accept three lines from somebody whose scorecard will be late",
				Params: []bot.Param{
					interviewParam(), {Name: "from", Label: "Whose", Kind: Anyone, Required: true, Help: "Of whom three lines are enough", Example: "@interviewer-2"},
				},
				Examples: []string{"/feedback accept I-31 @interviewer-2"},
			},
			Handle: acceptLines, Suggest: suggestInterview,
		},
		{
			Spec: bot.Spec{
				Noun: "feedback", Verb: "lines", Ack: bot.MayOpenForm, FormFirst: true,
				Summary: "Give three lines instead of a scorecard, where the recruiter accepts them",
				Details: "Also changes three lines that you gave; what they said before is kept.",
				Params:  linesParams(), Examples: []string{"/feedback lines I-31"},
			},
			Form: linesForm, Check: checkLines, Handle: giveLines(true), Suggest: suggestInterview,
		},
		{
			Spec: bot.Spec{
				Noun: "feedback", Verb: "savelines", FromCard: true,
				Summary: "Save three lines as you wrote them", Params: linesParams(), Examples: []string{"/feedback savelines I-31"},
			},
			Check: checkLines, Handle: giveLines(false), Suggest: suggestInterview,
		},
	}
}

// acceptLines says that three lines of somebody are enough, and tells them.
func acceptLines(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	i, _, err := myInterview(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	s, err := panelCard(ctx, tx, i, req.Args.Text("from"))
	if err != nil {
		return bot.Response{}, err
	}
	accepted, err := s.AcceptLines(i, req.Actor.ID, tx.Now())
	if err != nil {
		return bot.Response{}, err
	}
	name := nameOf(tx.Snapshot())(s.Person)
	if s.AcceptedBy != "" {
		return redraw(req, views.Interview, i.ID, fmt.Sprintf("Three lines of @%s are accepted already.", name)), nil
	}
	if accepted, err = tx.SaveScorecard(ctx, accepted); err != nil {
		return bot.Response{}, err
	}
	err = tx.Send(ctx, bot.Message{
		To: bot.Recipient{Person: s.Person}, View: bot.View{Name: views.LinesEnough, Subject: i.ID},
		Key: fmt.Sprintf("lines:%s:%s:%d", i.ID, s.Person, accepted.Version), Why: whyShort,
	})
	if err != nil {
		return bot.Response{}, err
	}
	done := fmt.Sprintf("Three lines of @%s are enough. I have told them; the whole scorecard is welcome all the same.", name)
	return redraw(req, views.Interview, i.ID, done), recordInterview(ctx, tx, i, "scorecard_lines_accepted")
}

// panelCard returns the scorecard of somebody for an interview, for who decides on it. Who has none is
// refused at the field "from".
func panelCard(ctx context.Context, tx *store.Tx, i hiring.Interview, person string) (hiring.Scorecard, error) {
	s, err := tx.Scorecard(ctx, i.ID, person)
	if hiring.ErrorCode(err) == hiring.NotFound {
		return s, hiring.InvalidField("from", "They do not sit on %s. /interview show %s tells who does.", i.ID, i.ID)
	}
	return s, err
}

func linesForm(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
	req, err := pickCard(ctx, tx, req)
	if err != nil {
		return bot.Form{}, err
	}
	c, err := theCard(ctx, tx, req)
	if err != nil {
		return bot.Form{}, err
	}
	if err := c.mayGiveLines(tx, req.Actor); err != nil {
		return bot.Form{}, err
	}
	values := bot.Values{}
	form := bot.Form{
		Title: "Three lines on " + c.interview.ID, Submit: "Send", Subject: c.interview.ID, Call: bot.Do(req.Spec.Name(), c.interview.ID),
		Note: bot.Lines(c.head(), bot.Join(bot.T("One line for or against is enough. The whole scorecard: "), bot.C("/feedback give "+c.interview.ID))),
	}
	if c.State == hiring.CardSubmitted {
		form.Title, form.Call = "Amend "+c.interview.ID, bot.Do(req.Spec.Name(), c.interview.ID, strconv.Itoa(c.Edition))
		form.Note = bot.Lines(c.head(), bot.Join(bot.T("To rate as well: "), bot.C("/feedback amend "+c.interview.ID)))
		values = bot.Values{
			overallField: {string(c.Overall)}, views.ForField: nonEmpty(c.Lines.For), views.AgainstField: nonEmpty(c.Lines.Against), views.NextField: nonEmpty(c.Lines.Next),
		}
	}
	for name, v := range bot.ValuesOf(req.Spec, req.Args) {
		values[name] = v
	}
	for _, name := range []string{overallField, views.ForField, views.AgainstField, views.NextField} {
		form.Fields = append(form.Fields, bot.FieldOf(req.Spec, name, values[name]...))
	}
	form.Fields[0].Required = true
	return form, nil
}

// mayGiveLines refuses three lines that cannot be given now, in words of its own.
func (c myCard) mayGiveLines(tx *store.Tx, actor bot.Actor) error {
	if err := c.mayGive(actor, tx.Now()); err != nil {
		return err
	}
	if c.AcceptedBy == "" && c.State != hiring.CardSubmitted {
		return hiring.Errorf(hiring.Conflict, "Three lines are not enough for %s so far: %s has to accept them. /feedback give %s opens the whole scorecard.",
			c.interview.ID, views.WhoRecruits(tx, c.on), c.interview.ID)
	}
	if c.State == hiring.CardSubmitted && !c.Short() {
		return hiring.Errorf(hiring.Conflict, "Your whole scorecard of %s is in, which says more than three lines. /feedback amend %s changes it.", c.interview.ID, c.interview.ID)
	}
	return nil
}

// linesOf returns the three lines that the arguments say.
func linesOf(args bot.Args) hiring.CardContent {
	content := hiring.CardContent{
		Ratings: map[string]hiring.Rating{},
		Lines:   hiring.ThreeLines{For: args.Text(views.ForField), Against: args.Text(views.AgainstField), Next: args.Text(views.NextField)},
	}
	content.Overall, _ = bot.Arg[hiring.Recommendation](args, overallField)
	return content
}

// checkLines finds at once what is wrong with three lines.
func checkLines(args bot.Args) []bot.FieldError {
	var wrong []bot.FieldError
	for _, p := range linesOf(args).LineProblems() {
		wrong = append(wrong, bot.FieldError{Field: p.Field(), Message: p.Message()})
	}
	return wrong
}

// giveLines submits three lines, or changes those that were given. With hints their author is shown first
// what they may want to say in other words.
func giveLines(hints bool) func(context.Context, *store.Tx, bot.Request) (bot.Response, error) {
	return func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
		c, err := theCard(ctx, tx, req)
		if err != nil {
			return bot.Response{}, err
		}
		if err := c.mayGiveLines(tx, req.Actor); err != nil {
			return bot.Response{}, err
		}
		content := linesOf(req.Args)
		edition, amends := bot.Arg[int](req.Args, editionField)
		amends = amends && c.State == hiring.CardSubmitted
		var given hiring.Scorecard
		if amends {
			given, err = c.Amend(edition, content, c.dimensions, tx.Now())
		} else {
			given, err = c.Submit(c.interview, content, c.dimensions, tx.Now())
		}
		if c.State == hiring.CardSubmitted && hiring.ErrorCode(err) == hiring.Conflict {
			_, err := c.keep(ctx, tx, req, linesCommand)
			return redraw(req, views.CardTwice, c.interview.ID, linesCommand), err
		}
		if err != nil {
			return bot.Response{}, err
		}
		if given.Edition > c.Edition {
			if hints && len(views.RemarksIn(tx.Snapshot().Remarks(), content, nil)) > 0 {
				args := []string{"", linesCommand}
				if amends {
					args = append(args, strconv.Itoa(edition))
				}
				args[0], err = c.keep(ctx, tx, req, linesCommand)
				return redraw(req, views.Remarks, c.interview.ID, args...), err
			}
			if err := c.saveLines(ctx, tx, given); err != nil {
				return bot.Response{}, err
			}
		}
		if err := c.dropDrafts(ctx, tx, req, linesCommand); err != nil {
			return bot.Response{}, err
		}
		switch {
		case !amends:
			return redraw(req, views.CardSaved, c.interview.ID), nil
		case given.Edition > c.Edition:
			return redraw(req, views.CardSaved, c.interview.ID, versionKept(given)), nil
		default:
			return redraw(req, views.CardSaved, c.interview.ID, nothingChanged), nil
		}
	}
}

// saveLines writes three lines: as they are given, or as one more version of them.
func (c myCard) saveLines(ctx context.Context, tx *store.Tx, given hiring.Scorecard) error {
	if c.State != hiring.CardSubmitted {
		return c.saveGiven(ctx, tx, given)
	}
	if _, err := tx.SaveScorecard(ctx, given); err != nil {
		return err
	}
	return tx.Audit(ctx, store.AuditEvent{Subject: c.interview.ID, Fact: "scorecard_amended"})
}
