package commands

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// candour stands above every scorecard.
const candour = "Write as if the candidate may read this: they have a right to ask."

// cardParams are a scorecard. Its dimensions are those of the interview's stage, in their order: the
// form labels them from the playbook.
func cardParams() []bot.Param {
	ratings := make([]bot.Choice, 0, hiring.MaxRating+1)
	for value := hiring.MaxRating; value >= hiring.NotCovered; value-- {
		ratings = append(ratings, bot.Choice{Label: views.RatingWord(value), Value: strconv.Itoa(value)})
	}
	params := []bot.Param{interviewParam(), {Name: asksField, Kind: formAsks, KeyOnly: true, Help: "The dimensions that a form asks for, as it carries them"}}
	for slot := 1; slot <= hiring.MaxDimensions; slot++ {
		params = append(params,
			bot.Param{
				Name: views.RatingField(slot), Label: fmt.Sprintf("Rating %d", slot), Kind: Rating, KeyOnly: true, Secret: true, Choices: ratings, Input: bot.InputRating,
				Help: fmt.Sprintf("Your rating of dimension %d of this interview", slot), Example: "3",
			},
			bot.Param{
				Name: views.EvidenceField(slot), Label: fmt.Sprintf("Evidence %d", slot), Kind: bot.PlainText, KeyOnly: true, Secret: true, Max: hiring.MaxEvidence,
				Help: "One line on what they did or said; needed for a 1 and a 4", Example: "asked for an idempotency key unprompted",
			})
	}
	return append(params,
		overallParam(),
		bot.Param{
			Name: privateField, Label: "Private note to the recruiter", Kind: bot.LongText, KeyOnly: true, Secret: true, Max: hiring.MaxPrivateNote,
			Help: "For the recruiter alone; the panel does not see it", Example: "asked twice about remote work",
		})
}

// overallParam is what somebody would do.
func overallParam() bot.Param {
	overall := make([]bot.Choice, 0, len(hiring.Recommendations))
	for _, r := range hiring.Recommendations {
		overall = append(overall, bot.Choice{Label: hiring.RecommendationTitle(r), Value: string(r)})
	}
	return bot.Param{Name: overallField, Label: "What would you do", Kind: Recommends, KeyOnly: true, Secret: true, Choices: overall, Help: "Your recommendation, all in all", Example: "yes"}
}

// myCard is one's own scorecard, with the interview that it is of.
type myCard struct {
	hiring.Scorecard
	interview  hiring.Interview
	on         hiring.Subject
	playbook   hiring.Playbook
	dimensions []hiring.Dimension
}

// theCard returns the scorecard of the actor that a request names. Whoever has none of that interview
// is told what they would be told of an interview that does not exist.
func theCard(ctx context.Context, tx *store.Tx, req bot.Request) (myCard, error) {
	id := req.Args.Text("interview")
	if !strings.HasPrefix(id, "I-") {
		i, _, err := theInterview(ctx, tx, req)
		if err != nil {
			return myCard{}, err
		}
		id = i.ID
	}
	s, err := tx.Scorecard(ctx, id, req.Actor.ID)
	if hiring.ErrorCode(err) == hiring.NotFound {
		return myCard{}, noCard(ctx, tx, req, id)
	}
	if err != nil {
		return myCard{}, err
	}
	c := myCard{Scorecard: s}
	if c.on, err = tx.ApplicationSubject(ctx, hiring.Application{ID: s.Application, Req: s.Req}); err != nil {
		return c, err
	}
	// What is decided on is what the policy sees: the scorecard may be another since it was read first. The
	// interview comes last, so that what has become of it is said as it is.
	for _, card := range c.on.Cards {
		if card.Interview == id && card.Person == req.Actor.ID {
			c.Scorecard = card
		}
	}
	if c.interview, err = tx.Interview(ctx, id); err != nil {
		return c, err
	}
	c.on.Interview, c.on.Panel = id, c.interview.People()
	c.playbook, _ = tx.Snapshot().Playbook(c.on.Req.Role)
	c.dimensions = hiring.StageDimensions(c.playbook, c.interview.Stage)
	return c, nil
}

// noCard says that somebody has no scorecard of an interview, if they may know of it.
func noCard(ctx context.Context, tx *store.Tx, req bot.Request, id string) error {
	i, _, err := views.InterviewFor(ctx, tx, req.Actor, id)
	if err != nil {
		return err
	}
	if i.State == hiring.InterviewProposed {
		return hiring.Errorf(hiring.Conflict, "%s has no time yet, so there is nothing to rate.", id)
	}
	return hiring.Errorf(hiring.NotAllowed, "You do not sit on %s, so no scorecard of it is yours. /feedback show %s shows what you may read.", id, id)
}

// mayGive refuses a scorecard that cannot be filled in now, in words of its own.
func (c myCard) mayGive(actor bot.Actor, now time.Time) error {
	if err := c.CheckOpen(c.interview, now); err != nil {
		return err
	}
	if !hiring.May(views.Actor(actor), hiring.GiveFeedback, c.on) {
		return views.NoInterview(c.interview.ID)
	}
	return nil
}

// asks says which dimensions the form of a scorecard asks for.
func (c myCard) asks() cardAsks {
	sum := sha256.New()
	for _, d := range c.dimensions {
		sum.Write([]byte(d.Key + "\n")) // a hash's Write never fails
	}
	return cardAsks{count: len(c.dimensions), mark: hex.EncodeToString(sum.Sum(nil))[:8]}
}

// draftSubject is under which what is typed into the form of a command is found again. A playbook that
// asks for other things has other drafts; three lines are asked for by every one.
func (c myCard) draftSubject(command string) string {
	if command == linesCommand {
		return c.interview.ID
	}
	return c.interview.ID + " " + c.asks().String()
}

// head stands above the form: whom it is about, which its number alone does not tell, and how to write.
func (c myCard) head() bot.Text {
	return bot.Lines(bot.B(views.AboutInterview(c.interview, c.playbook)), bot.T(candour))
}

// form asks for a scorecard, each dimension with its anchors.
func (c myCard) form(req bot.Request, values bot.Values) bot.Form {
	form := bot.Form{
		Title: "Scorecard of " + c.interview.ID, Submit: "Send", Subject: c.draftSubject(req.Spec.Name()), Note: c.head(),
		Call: bot.Do(req.Spec.Name(), c.interview.ID, c.asks().String()),
	}
	if n := len(c.Notes); n > 0 {
		shown := c.Notes[max(0, n-notesInForm):]
		lines := append([]bot.Text{form.Note, bot.B("Your notes, which only you see")}, views.NoteLines(shown, req.Actor.Zone)...)
		if n > len(shown) {
			lines = append(lines, bot.Tf("and %d before: /feedback show %s", n-len(shown), c.interview.ID))
		}
		form.Note = bot.Lines(lines...)
	}
	for at, d := range c.dimensions {
		rating := bot.FieldOf(req.Spec, views.RatingField(at+1), values[views.RatingField(at+1)]...)
		rating.Label, rating.Hint, rating.Required = d.Title, d.What, true
		rating.Choices = nil
		for value := hiring.MaxRating; value >= hiring.NotCovered; value-- {
			rating.Choices = append(rating.Choices, bot.Choice{Label: views.RatingWord(value), Value: strconv.Itoa(value), Hint: d.Anchor(value)})
		}
		evidence := bot.FieldOf(req.Spec, views.EvidenceField(at+1), values[views.EvidenceField(at+1)]...)
		evidence.Label = "Evidence on " + views.InSentence(d.Title)
		form.Fields = append(form.Fields, rating, evidence)
	}
	overall := bot.FieldOf(req.Spec, overallField, values[overallField]...)
	overall.Required = true
	form.Fields = append(form.Fields, overall, bot.FieldOf(req.Spec, privateField, values[privateField]...))
	return form
}

// notesInForm is how many of the notes stand above the form: the last ones.
const notesInForm = 20

func giveForm(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
	req, err := pickCard(ctx, tx, req)
	if err != nil {
		return bot.Form{}, err
	}
	c, err := theCard(ctx, tx, req)
	if err != nil {
		return bot.Form{}, err
	}
	if err := c.mayGive(req.Actor, tx.Now()); err != nil {
		return bot.Form{}, err
	}
	if c.State == hiring.CardSubmitted {
		return bot.Form{}, hiring.Errorf(hiring.Conflict, "Your scorecard of %s is in. /feedback amend %s changes it.", c.interview.ID, c.interview.ID)
	}
	return c.form(req, bot.ValuesOf(req.Spec, req.Args)), nil
}

// pickCard names the interview where none is named and one scorecard alone waits; several are offered.
func pickCard(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Request, error) {
	if req.Args.Text("interview") != "" {
		return req, nil
	}
	open, err := tx.MyScorecards(ctx, req.Actor.ID, maxFound)
	if err != nil {
		return req, err
	}
	began := slices.DeleteFunc(slices.Clone(open), func(s hiring.Scorecard) bool { return s.EndsAt.After(tx.Now()) })
	if len(began) == 1 {
		open = began
	}
	switch len(open) {
	case 0:
		return req, hiring.Errorf(hiring.NotFound, "No scorecard waits for you. /feedback shows those you gave.")
	case 1:
		args := bot.Args{"interview": open[0].Interview}
		for name, v := range req.Args {
			args[name] = v
		}
		req.Args = args
		return req, nil
	}
	choices := make([]bot.Choice, 0, len(open))
	for _, s := range open {
		choices = append(choices, bot.Choice{Label: s.Interview + " · " + s.Candidate, Value: s.Interview})
	}
	return req, bot.Invalidf("interview", "Several scorecards wait for you. Which one?").Offering(choices)
}

// checkCard finds at once what is wrong with a scorecard, as far as its form tells.
func checkCard(args bot.Args) []bot.FieldError {
	var wrong []bot.FieldError
	asks, fromForm := bot.Arg[cardAsks](args, asksField)
	for slot := 1; slot <= hiring.MaxDimensions; slot++ {
		value, rated := bot.Arg[int](args, views.RatingField(slot))
		switch {
		case !rated && fromForm && slot <= asks.count:
			wrong = append(wrong, bot.FieldError{Field: views.RatingField(slot), Message: fmt.Sprintf("Rate this from %d to %d, or choose “not covered”.", hiring.MinRating, hiring.MaxRating)})
		case rated && (value == hiring.MinRating || value == hiring.MaxRating) && args.Text(views.EvidenceField(slot)) == "":
			wrong = append(wrong, bot.FieldError{
				Field: views.EvidenceField(slot), Message: fmt.Sprintf("A %d needs evidence: one line on what they did or said, like “asked for an idempotency key unprompted”.", value),
			})
		}
	}
	if _, said := bot.Arg[hiring.Recommendation](args, overallField); !said && fromForm {
		wrong = append(wrong, bot.FieldError{Field: overallField, Message: "Choose what you would do: strong no, no, yes or strong yes."})
	}
	return wrong
}

// content returns what the arguments say of the interview's dimensions.
func (c myCard) content(args bot.Args) hiring.CardContent {
	content := hiring.CardContent{Ratings: map[string]hiring.Rating{}, PrivateNote: args.Text(privateField)}
	content.Overall, _ = bot.Arg[hiring.Recommendation](args, overallField)
	for at, d := range c.dimensions {
		if value, ok := bot.Arg[int](args, views.RatingField(at+1)); ok {
			content.Ratings[d.Key] = hiring.Rating{Value: value, Evidence: args.Text(views.EvidenceField(at + 1))}
		}
	}
	return content
}

// problems returns what is wrong with a content, at the fields of the form.
func (c myCard) problems(content hiring.CardContent) []bot.FieldError {
	var wrong []bot.FieldError
	for _, p := range content.Problems(c.dimensions) {
		field := p.Field()
		for at, d := range c.dimensions {
			switch field {
			case hiring.RatingField(d.Key):
				field = views.RatingField(at + 1)
			case hiring.EvidenceField(d.Key):
				field = views.EvidenceField(at + 1)
			}
		}
		wrong = append(wrong, bot.FieldError{Field: field, Message: p.Message()})
	}
	return wrong
}

// read returns what a request says of a scorecard, and the fields at which it cannot be so.
func (c myCard) read(req bot.Request) (hiring.CardContent, []bot.FieldError, error) {
	if asks, ok := bot.Arg[cardAsks](req.Args, asksField); ok && asks != c.asks() {
		return hiring.CardContent{}, nil, hiring.Errorf(hiring.Conflict,
			"What %s rates was changed since you opened this form. Copy what you wrote, and open it again: /feedback give %s", c.interview.ID, c.interview.ID)
	}
	content := c.content(req.Args)
	return content, c.problems(content), nil
}

// giveCard submits a scorecard. With hints its author is shown first what they may want to say in
// other words.
func giveCard(hints bool) func(context.Context, *store.Tx, bot.Request) (bot.Response, error) {
	return func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
		c, err := theCard(ctx, tx, req)
		if err != nil {
			return bot.Response{}, err
		}
		if err := c.mayGive(req.Actor, tx.Now()); err != nil {
			return bot.Response{}, err
		}
		content, wrong, err := c.read(req)
		if err != nil || len(wrong) > 0 {
			return bot.Response{Errors: wrong}, err
		}
		before := c.State
		given, err := c.Submit(c.interview, content, c.dimensions, tx.Now())
		if before == hiring.CardSubmitted && hiring.ErrorCode(err) == hiring.Conflict {
			if _, err := c.keep(ctx, tx, req, "feedback.amend"); err != nil {
				return bot.Response{}, err
			}
			return redraw(req, views.CardTwice, c.interview.ID), nil
		}
		if err != nil {
			return bot.Response{}, err
		}
		if before != hiring.CardSubmitted {
			if hints && len(views.RemarksIn(tx.Snapshot().Remarks(), content, c.dimensions)) > 0 {
				kept, err := c.keep(ctx, tx, req, "feedback.give")
				return redraw(req, views.Remarks, c.interview.ID, kept, "feedback.give"), err
			}
			if err := c.saveGiven(ctx, tx, given); err != nil {
				return bot.Response{}, err
			}
		}
		if err := c.dropDrafts(ctx, tx, req, "feedback.give"); err != nil {
			return bot.Response{}, err
		}
		return redraw(req, views.CardSaved, c.interview.ID), nil
	}
}

// saveGiven writes a scorecard that is submitted now. The interview did take place, then; and who
// recruits for it is told once all are in.
func (c myCard) saveGiven(ctx context.Context, tx *store.Tx, given hiring.Scorecard) error {
	if _, err := tx.SaveScorecard(ctx, given); err != nil {
		return err
	}
	if err := tx.Audit(ctx, store.AuditEvent{Subject: c.interview.ID, Fact: "scorecard_submitted"}); err != nil {
		return err
	}
	if c.interview.State == hiring.InterviewScheduled {
		done, err := c.interview.Move(hiring.InterviewDone, "", tx.Now())
		if err != nil {
			return err
		}
		if _, err := tx.SaveInterview(ctx, done); err != nil {
			return err
		}
	}
	return tellComplete(ctx, tx, c.interview, c.on)
}

// tellComplete tells who recruits for an interview that all of its scorecards are in, once they are.
func tellComplete(ctx context.Context, tx *store.Tx, i hiring.Interview, on hiring.Subject) error {
	panel, err := tx.PanelOf(ctx, i.ID)
	if err != nil || slices.ContainsFunc(panel, hiring.Scorecard.Open) {
		return err
	}
	in := 0
	for _, s := range panel {
		if s.State == hiring.CardSubmitted {
			in++
		}
	}
	if in == 0 {
		return nil
	}
	for _, person := range inCharge(on) {
		if person == tx.Actor().ID {
			continue
		}
		err := tx.Send(ctx, bot.Message{
			To: bot.Recipient{Person: person}, View: bot.View{Name: views.CardsIn, Subject: i.ID},
			Key: fmt.Sprintf("cards_in:%s:%s:%d", i.ID, person, in), Why: "You get this because you recruit for " + i.Req + ".",
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// inCharge returns who is told what happens to an application: its recruiter, and its hiring manager.
func inCharge(on hiring.Subject) []string {
	var people []string
	for _, person := range []string{on.Req.Recruiter, on.Req.HiringManager} {
		if person != "" && !slices.Contains(people, person) {
			people = append(people, person)
		}
	}
	return people
}

// keep keeps what was typed as the draft of a form, and returns the draft's id.
func (c myCard) keep(ctx context.Context, tx *store.Tx, req bot.Request, command string) (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("make a draft id: %w", err)
	}
	values := bot.ValuesOf(req.Spec, req.Args)
	delete(values, "interview")
	delete(values, asksField)
	delete(values, editionField)
	return id.String(), tx.SaveDraft(ctx, bot.Draft{ID: id.String(), Command: command, Subject: c.draftSubject(command), Values: values})
}

// dropDrafts forgets what was typed, since it is saved.
func (c myCard) dropDrafts(ctx context.Context, tx *store.Tx, req bot.Request, command string) error {
	if kept := bot.DraftOf(req.Event); kept != "" {
		if err := tx.DeleteDraft(ctx, kept); err != nil {
			return err
		}
	}
	for {
		d, found, err := tx.FindDraft(ctx, command, c.draftSubject(command))
		if err != nil || !found {
			return err
		}
		if err := tx.DeleteDraft(ctx, d.ID); err != nil {
			return err
		}
	}
}

func amendForm(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
	c, err := amendable(ctx, tx, req)
	if err != nil {
		return bot.Form{}, err
	}
	values := bot.Values{overallField: {string(c.Overall)}, privateField: nonEmpty(c.PrivateNote)}
	for at, d := range c.dimensions {
		if r, ok := c.Ratings[d.Key]; ok {
			values[views.RatingField(at+1)] = []string{strconv.Itoa(r.Value)}
			values[views.EvidenceField(at+1)] = nonEmpty(r.Evidence)
		}
	}
	for name, v := range bot.ValuesOf(req.Spec, req.Args) {
		values[name] = v
	}
	form := c.form(req, values)
	form.Title = "Amend " + c.interview.ID
	form.Call = bot.Do(req.Spec.Name(), c.interview.ID, c.asks().String(), strconv.Itoa(c.Edition))
	if c.Short() {
		form.Note = bot.Lines(form.Note, bot.Join(bot.T("This takes the place of your three lines, which are kept as a version. To change these: "), bot.C("/feedback lines "+c.interview.ID)))
	}
	return form, nil
}

// nothingChanged is what an amendment is answered that says the same.
const nothingChanged = "Nothing was changed."

func versionKept(s hiring.Scorecard) string {
	return fmt.Sprintf("This is version %d. What it said before is kept.", s.Edition)
}

// amendable returns the scorecard of the actor that was submitted.
func amendable(ctx context.Context, tx *store.Tx, req bot.Request) (myCard, error) {
	if req.Args.Text("interview") == "" {
		return myCard{}, bot.Invalidf("interview", "Say which interview: /feedback amend I-31. /feedback lists those you gave.")
	}
	c, err := theCard(ctx, tx, req)
	if err != nil {
		return c, err
	}
	if err := c.mayGive(req.Actor, tx.Now()); err != nil {
		return c, err
	}
	if c.State != hiring.CardSubmitted {
		return c, hiring.Errorf(hiring.Conflict, "You have not submitted %s yet: /feedback give %s", c.interview.ID, c.interview.ID)
	}
	return c, nil
}

// amendCard changes a submitted scorecard; the version before is kept.
func amendCard(hints bool) func(context.Context, *store.Tx, bot.Request) (bot.Response, error) {
	return func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
		c, err := amendable(ctx, tx, req)
		if err != nil {
			return bot.Response{}, err
		}
		content, wrong, err := c.read(req)
		if err != nil || len(wrong) > 0 {
			return bot.Response{Errors: wrong}, err
		}
		edition := bot.ArgOr(req.Args, editionField, c.Edition)
		given, err := c.Amend(edition, content, c.dimensions, tx.Now())
		if edition != c.Edition && hiring.ErrorCode(err) == hiring.Conflict {
			if _, err := c.keep(ctx, tx, req, "feedback.amend"); err != nil {
				return bot.Response{}, err
			}
			return redraw(req, views.CardTwice, c.interview.ID), nil
		}
		if err != nil {
			return bot.Response{}, err
		}
		done := nothingChanged
		if given.Edition > c.Edition {
			if hints && len(views.RemarksIn(tx.Snapshot().Remarks(), content, c.dimensions)) > 0 {
				kept, err := c.keep(ctx, tx, req, "feedback.amend")
				return redraw(req, views.Remarks, c.interview.ID, kept, "feedback.amend"), err
			}
			if _, err := tx.SaveScorecard(ctx, given); err != nil {
				return bot.Response{}, err
			}
			if err := tx.Audit(ctx, store.AuditEvent{Subject: c.interview.ID, Fact: "scorecard_amended"}); err != nil {
				return bot.Response{}, err
			}
			done = versionKept(given)
		}
		if err := c.dropDrafts(ctx, tx, req, "feedback.amend"); err != nil {
			return bot.Response{}, err
		}
		return redraw(req, views.CardSaved, c.interview.ID, done), nil
	}
}
