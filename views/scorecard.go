package views

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// RatingWord says in a word what a rating is.
func RatingWord(value int) string {
	switch value {
	case hiring.NotCovered:
		return "Not covered"
	case 1:
		return "1 · Weak"
	case 2:
		return "2 · Mixed"
	case 3:
		return "3 · Good"
	case 4:
		return "4 · Strong"
	default:
		return fmt.Sprint(value)
	}
}

// ratingLines are what somebody rated, with the evidence, in the order of the dimensions. What the
// playbook has no more comes last, so that nothing that was said is missing.
func ratingLines(p hiring.Playbook, dimensions []hiring.Dimension, c hiring.CardContent) []bot.Text {
	var keys []string
	for _, d := range dimensions {
		keys = append(keys, d.Key)
	}
	var gone []string
	for key := range c.Ratings {
		if !slices.Contains(keys, key) {
			gone = append(gone, key)
		}
	}
	slices.Sort(gone)
	var lines []bot.Text
	for _, key := range append(keys, gone...) {
		r, ok := c.Ratings[key]
		if !ok {
			continue
		}
		title := key
		if d, ok := p.Dimension(key); ok {
			title = d.Title
		}
		line := bot.Join(bot.B(title+": "), bot.T(RatingWord(r.Value)))
		if r.Evidence != "" {
			line = bot.Join(line, bot.T(" · “"+r.Evidence+"”"))
		}
		lines = append(lines, line)
	}
	return lines
}

// drawScorecards shows the scorecards of one interview, as far as the viewer may read them now.
// Reading those of others is put on record, and so is the first time for each reader.
func drawScorecards(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	i, on, err := InterviewFor(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	who := Actor(viewer)
	sight := hiring.CardSight(who, on)
	p := playbookOf(tx, on)
	look := scorecardsLook{
		viewer: viewer.ID, zone: viewer.Zone, sight: sight, playbook: p, count: countCards(on.Cards, i.ID),
		who: func(id string) bot.Text { return personText(tx.Snapshot(), id) }, early: earlyLooks(tx, on, i.ID), done: arg(v, 0),
	}
	others := false
	for _, s := range hiring.VisibleCards(who, on) {
		if s.Interview != i.ID || s.State == hiring.CardDeclined && s.Removed {
			continue
		}
		look.cards = append(look.cards, s)
		others = others || s.Person != viewer.ID && s.Overall != ""
	}
	if others {
		if err := tx.Audit(ctx, store.AuditEvent{Subject: i.ID, Fact: FactScorecards}); err != nil {
			return bot.Card{}, err
		}
		if err := tx.RecordLook(ctx, i.Application, hiring.CardLook{Interview: i.ID}); err != nil {
			return bot.Card{}, err
		}
	}
	return scorecardsCard(i, look), nil
}

// scorecardsLook is all that the scorecards of an interview are drawn from. Cards are as the viewer
// may see them.
type scorecardsLook struct {
	viewer   string
	zone     *time.Location
	sight    hiring.Sight
	playbook hiring.Playbook
	count    panelCount
	cards    []hiring.Scorecard
	who      func(string) bot.Text
	early    []bot.Text
	done     string
}

func scorecardsCard(i hiring.Interview, look scorecardsLook) bot.Card {
	card := bot.Card{Title: fmt.Sprintf("Scorecards of %s: %s, %s", i.ID, AboutInterview(i, look.playbook), look.count)}
	if look.done != "" {
		card.Body = append(card.Body, bot.T(look.done))
	}
	own, waits, mine := false, false, hiring.Scorecard{}
	for _, s := range look.cards {
		if s.Person == look.viewer {
			own, waits, mine = true, s.Waits(), s
		}
		card.Body = append(card.Body, oneScorecard(i, s, look))
	}
	if len(look.early) > 0 {
		card.Body = append(card.Body, bot.Lines(look.early...))
	}
	switch look.sight {
	case hiring.SightOwn:
		card.Body = append(card.Body, bot.T("You see what the others say once your own scorecard is in."))
		if waits {
			card.Actions = append(card.Actions, bot.Action{Label: "Fill in", Do: bot.Do("feedback.give", i.ID), Style: bot.Primary})
		}
	case hiring.SightReason:
		if look.count.in > 0 {
			card.Body = append(card.Body, bot.T("They open when all are in. You can open them before for a reason, which the panel is shown."))
			card.Actions = append(card.Actions, bot.Action{Label: "Open with a reason", Do: bot.Do("feedback.early", i.ID)})
		}
	case hiring.SightNone, hiring.SightAll:
	}
	if len(look.cards) == 0 {
		card.Body = append(card.Body, bot.T("There is none: scorecards belong to interviews that have a time and a panel."))
	}
	if own && !waits {
		card.Actions = append(card.Actions, bot.Action{Label: "Amend mine", Do: amendCall(mine)})
	}
	card.Actions = append(card.Actions, bot.Action{Label: "Show " + i.ID, Do: bot.Do("interview.show", i.ID)})
	return card
}

// oneScorecard is what the viewer may read of one scorecard.
func oneScorecard(i hiring.Interview, s hiring.Scorecard, look scorecardsLook) bot.Text {
	state := strings.ToLower(hiring.CardStateTitle(s.State))
	head := bot.Join(look.who(s.Person), bot.T(" · "+state))
	if s.Overall != "" && s.State == hiring.CardSubmitted {
		head = bot.Join(look.who(s.Person), bot.T(" · "), bot.B(hiring.RecommendationTitle(s.Overall)))
	}
	if accepted := acceptedText(s, look.who); len(accepted) > 0 {
		head = bot.Join(head, bot.T(" · "), accepted)
	}
	if s.Edition > 1 {
		head = bot.Join(head, bot.Tf(" · version %d, changed ", s.Edition), bot.At(s.AmendedAt))
	}
	lines := []bot.Text{head}
	if s.State == hiring.CardSubmitted {
		lines = append(lines, threeLines(s.Lines)...)
		lines = append(lines, ratingLines(look.playbook, hiring.StageDimensions(look.playbook, i.Stage), s.CardContent)...)
		if s.PrivateNote != "" {
			lines = append(lines, bot.Join(bot.B("For the recruiter alone: "), bot.T(s.PrivateNote)))
		}
	}
	if s.Why != "" && s.State != hiring.CardSubmitted {
		lines = append(lines, bot.T("Because: "+s.Why))
	}
	if s.Person == look.viewer && len(s.Notes) > 0 {
		lines = append(lines, bot.B("Your notes, which only you see"))
		lines = append(lines, NoteLines(s.Notes, look.zone)...)
	}
	return bot.Lines(lines...)
}

// NoteLines are the notes that somebody took during an interview, each with its time.
func NoteLines(notes []hiring.NoteLine, zone *time.Location) []bot.Text {
	if zone == nil {
		zone = time.UTC
	}
	lines := make([]bot.Text, 0, len(notes))
	for _, n := range notes {
		lines = append(lines, bot.T(n.At.In(zone).Format("3:04 pm")+" "+n.Text))
	}
	return lines
}

// drawCardSaved says that somebody's scorecard is in, and how far the panel is.
func drawCardSaved(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	i, on, err := InterviewFor(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	count := countCards(on.Cards, i.ID)
	card := bot.Card{Title: "Saved. Your panel: " + count.String() + ".", Tone: bot.Good}
	if arg(v, 0) != "" {
		card.Body = append(card.Body, bot.T(arg(v, 0)))
	}
	if hiring.May(Actor(viewer), hiring.SeeScorecards, on) && count.in > 1 {
		card.Actions = append(card.Actions, bot.Action{Label: "See the others", Do: bot.Do("feedback.show", i.ID)})
	}
	amend := bot.Do("feedback.amend", i.ID)
	if at := slices.IndexFunc(on.Cards, func(s hiring.Scorecard) bool { return s.Interview == i.ID && s.Person == viewer.ID }); at >= 0 {
		amend = amendCall(on.Cards[at])
	}
	card.Actions = append(card.Actions, bot.Action{Label: "Amend", Do: amend})
	return card, nil
}

// DueText says by when a scorecard is waited for, in the reader's zone: "Mon 14 Dec, 6 pm".
func DueText(at time.Time, zone *time.Location) string {
	if zone == nil {
		zone = time.UTC
	}
	local := at.In(zone)
	clock := local.Format("3 pm")
	if local.Minute() != 0 {
		clock = local.Format("3:04 pm")
	}
	return local.Format("Mon 2 Jan") + ", " + clock
}

// drawCardAsk asks somebody for their scorecard after the interview, and thanks them once it is in.
func drawCardAsk(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	i, on, err := InterviewFor(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	at := slices.IndexFunc(on.Cards, func(s hiring.Scorecard) bool { return s.Interview == i.ID && s.Person == viewer.ID })
	if at < 0 {
		return bot.Card{}, NoInterview(i.ID)
	}
	return askCard(tx, viewer, nudged{on.Cards[at], i, on}), nil
}

// offText says of an interview that it does not take place.
func offText(state hiring.InterviewState) string {
	if state == hiring.InterviewNoShow {
		return "The interview didn't happen."
	}
	return "The interview is " + lowerFirst(hiring.InterviewStateTitle(state)) + "."
}

// drawMyCards lists the scorecards that are waited for from the viewer, and those they gave last.
func drawMyCards(ctx context.Context, tx *store.Tx, viewer bot.Actor, _ bot.View) (bot.Card, error) {
	open, err := tx.MyScorecards(ctx, viewer.ID, PageSize+1)
	if err != nil {
		return bot.Card{}, err
	}
	given, err := tx.SubmittedBy(ctx, viewer.ID, homeShown)
	if err != nil {
		return bot.Card{}, err
	}
	closed := map[string]bool{}
	for _, s := range open {
		i, err := tx.Interview(ctx, s.Interview)
		if err != nil {
			return bot.Card{}, err
		}
		closed[s.Interview] = s.CheckOpen(i, tx.Now()) != nil
	}
	optional, err := tx.OptionalScorecards(ctx, viewer.ID, homeShown)
	if err != nil {
		return bot.Card{}, err
	}
	return myCardsCard(open, given, optional, closed, tx.Now(), viewer.Zone), nil
}

// myCardsCard draws them, and last those that nobody waits for any more; closed are the interviews of those that
// cannot be filled in yet.
func myCardsCard(open, given, optional []hiring.Scorecard, closed map[string]bool, now time.Time, zone *time.Location) bot.Card {
	card := bot.Card{Title: "Your scorecards"}
	menu := &bot.Menu{Label: "Open one"}
	more := len(open) > PageSize
	if more {
		open = open[:PageSize]
	}
	lines := []bot.Text{bot.B("Waited for")}
	for _, s := range open {
		line := fmt.Sprintf("%s · %s", s.Interview, s.Candidate)
		switch begins := s.EndsAt.After(now); {
		case s.Late(now):
			line += " · was due " + DueText(s.DueAt, zone)
		case begins:
			line += " · the interview is to come"
		default:
			line += " · by " + DueText(s.DueAt, zone)
		}
		if n := len(s.Notes); n > 0 {
			line += " · " + count(n, "note")
		}
		if s.AcceptedBy != "" {
			line += " · three lines are enough"
			menu.Items = append(menu.Items, bot.MenuItem{Label: "Three lines on " + s.Interview, Do: bot.Do("feedback.lines", s.Interview)})
		}
		lines = append(lines, bot.T(line))
		if closed[s.Interview] {
			menu.Items = append(menu.Items, bot.MenuItem{Label: "Show " + s.Interview, Do: bot.Do("interview.show", s.Interview)})
			continue
		}
		if len(card.Actions) == 0 {
			card.Actions = append(card.Actions, bot.Action{Label: "Fill in " + s.Interview, Do: bot.Do("feedback.give", s.Interview), Style: bot.Primary})
			continue
		}
		menu.Items = append(menu.Items, bot.MenuItem{Label: "Fill in " + s.Interview, Do: bot.Do("feedback.give", s.Interview)})
	}
	if len(open) > 0 {
		card.Body = append(card.Body, bot.Lines(lines...))
	}
	lines = []bot.Text{bot.B("Given last")}
	for _, s := range given {
		lines = append(lines, bot.Join(bot.T(s.Interview+" · "+s.Candidate+" · "), bot.At(s.SubmittedAt)))
		menu.Items = append(menu.Items, bot.MenuItem{Label: "Scorecards of " + s.Interview, Do: bot.Do("feedback.show", s.Interview)})
	}
	if len(given) > 0 {
		card.Body = append(card.Body, bot.Lines(lines...))
	}
	lines = []bot.Text{bot.B("Optional: nobody waits for these any more")}
	for _, s := range optional {
		lines = append(lines, bot.T(s.Interview+" · "+s.Candidate+" · "+closedText))
		menu.Items = append(menu.Items, bot.MenuItem{Label: "Fill in " + s.Interview, Hint: "Optional", Do: bot.Do("feedback.give", s.Interview)})
	}
	if len(optional) > 0 {
		card.Body = append(card.Body, bot.Lines(lines...))
	}
	if more {
		card.Context = bot.T("There are more; these are due first.")
	}
	if len(card.Body) == 0 {
		card.Body = []bot.Node{bot.T("None waits for you. After an interview on which you sit, its scorecard stands here.")}
		card.Actions = []bot.Action{{Label: "My interviews", Do: bot.Do("interview.list", MyInterviews)}}
	}
	if len(menu.Items) > 0 {
		card.Menu = menu
	}
	return card
}

// RemarksIn finds in what somebody wrote the words of a list that have nothing to do with the work. It is
// asked for a hint to the author alone, and what it finds is kept nowhere.
func RemarksIn(list hiring.RemarkList, c hiring.CardContent, dimensions []hiring.Dimension) []hiring.Remark {
	var found []hiring.Remark
	add := func(text string) {
		for _, r := range list.Find(text) {
			if !slices.Contains(found, r) {
				found = append(found, r)
			}
		}
	}
	for _, d := range dimensions {
		add(c.Ratings[d.Key].Evidence)
	}
	for _, text := range []string{c.PrivateNote, c.Lines.For, c.Lines.Against, c.Lines.Next} {
		add(text)
	}
	return found
}

// drawRemarks asks the author to look at their words once more before they are saved. It reads them
// from the author's own draft, its argument, whose command is the second; the third is the version that is
// amended, where three lines are.
func drawRemarks(ctx context.Context, tx *store.Tx, _ bot.Actor, v bot.View) (bot.Card, error) {
	draft, command := arg(v, 0), arg(v, 1)
	kept, err := tx.Draft(ctx, draft)
	if err != nil {
		return bot.Card{}, moot(err)
	}
	list := tx.Snapshot().Remarks()
	var found []hiring.Remark
	for _, name := range TextFields() {
		for _, text := range kept.Values[name] {
			for _, r := range list.Find(text) {
				if !slices.Contains(found, r) {
					found = append(found, r)
				}
			}
		}
	}
	card := bot.Card{Title: "Before I save: a thought on your words", Tone: bot.Attention}
	var lines []bot.Text
	for _, r := range found {
		lines = append(lines, bot.Join(bot.B("“"+r.Words+"”: "), bot.T(r.Reason)))
	}
	card.Body = []bot.Node{bot.Lines(lines...), bot.T("Only you see this, and I keep nothing of it. If the word means something else here, save it as it is.")}
	save := bot.Do("feedback.save", v.Subject)
	switch command {
	case "feedback.amend":
		save = bot.Do("feedback.resave", v.Subject)
	case "feedback.lines":
		save = bot.Do("feedback.savelines", v.Subject, arg(v, 2))
	}
	card.Actions = []bot.Action{
		{Label: "Change", Do: bot.Do(command, v.Subject).WithDraft(draft), Style: bot.Primary},
		{Label: "Save as it is", Do: save.WithDraft(draft)},
	}
	return card, nil
}

// TextFields are the fields of the scorecard, and of three lines, in which people write.
func TextFields() []string {
	fields := make([]string, 0, hiring.MaxDimensions+1)
	for slot := 1; slot <= hiring.MaxDimensions; slot++ {
		fields = append(fields, EvidenceField(slot))
	}
	return append(fields, "private_note", ForField, AgainstField, NextField)
}

// RatingField and EvidenceField name the fields of the form's dimensions, which are counted from 1.
func RatingField(slot int) string { return fmt.Sprintf("rating%d", slot) }

// EvidenceField is RatingField for the evidence.
func EvidenceField(slot int) string { return fmt.Sprintf("evidence%d", slot) }

// drawCardTwice says that a scorecard was submitted or amended already, with other words than these,
// which are kept for the form that amends it: its argument is that form's command, feedback.amend where it
// is left out.
func drawCardTwice(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	i, _, err := InterviewFor(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	amend := arg(v, 0)
	if amend == "" {
		amend = "feedback.amend"
	}
	return bot.Card{
		Title: "Your scorecard of " + i.ID + " was sent from elsewhere before", Tone: bot.Attention,
		Body: []bot.Node{bot.T("That one counts. What you wrote here says something else; it is kept, and not saved.")},
		Actions: []bot.Action{
			{Label: "Amend it with this", Do: bot.Do(amend, i.ID), Style: bot.Primary},
			{Label: "Show what I submitted", Do: bot.Do("feedback.show", i.ID)},
		},
	}, nil
}

// drawNoted says that a note was taken down.
func drawNoted(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	i, on, err := InterviewFor(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	at := slices.IndexFunc(on.Cards, func(s hiring.Scorecard) bool { return s.Interview == i.ID && s.Person == viewer.ID })
	if at < 0 {
		return bot.Card{}, NoInterview(i.ID)
	}
	notes := on.Cards[at].Notes
	card := bot.Card{Title: fmt.Sprintf("Noted for %s. Only you see it.", i.ID), Tone: bot.Good}
	if len(notes) > 0 {
		card.Body = []bot.Node{bot.Lines(NoteLines(notes[max(0, len(notes)-PageSize):], viewer.Zone)...)}
	}
	card.Actions = []bot.Action{{Label: "Another note", Do: bot.Do("feedback.note", i.ID)}, {Label: "Open the scorecard", Do: bot.Do("feedback.give", i.ID)}}
	return card, nil
}

// drawDeclined says to who declined what happens now.
func drawDeclined(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	i, on, err := InterviewFor(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	card := bot.Card{
		Title: "Thank you for saying so: " + i.ID, Body: []bot.Node{bot.T("A minute after you said so, I tell " + WhoRecruits(tx, on) + ", who finds somebody else. Taken back before, nobody hears of it.")},
		Actions: []bot.Action{canAfterAll(i)},
	}
	return card, nil
}

// drawCannotGive tells the recruiter that somebody cannot give a scorecard. Its arguments are who, and
// whom they propose, if anybody.
func drawCannotGive(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	i, on, err := InterviewFor(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	if !hiring.May(Actor(viewer), hiring.ChangeApplication, on) {
		return bot.Card{}, NoInterview(i.ID)
	}
	who := personText(tx.Snapshot(), arg(v, 0))
	card := bot.Card{Title: fmt.Sprintf("%s needs somebody else: %s", i.ID, AboutInterview(i, playbookOf(tx, on))), Tone: bot.Attention}
	at := slices.IndexFunc(on.Cards, func(s hiring.Scorecard) bool { return s.Interview == i.ID && s.Person == arg(v, 0) })
	if at < 0 || on.Cards[at].State != hiring.CardDeclined || on.Cards[at].Removed {
		card.Title, card.Tone = fmt.Sprintf("%s is settled: %s", i.ID, AboutInterview(i, playbookOf(tx, on))), bot.Good
		if at >= 0 && on.Cards[at].HandedTo != "" {
			card.Body = []bot.Node{bot.Join(personText(tx.Snapshot(), on.Cards[at].HandedTo), bot.T(" sits on it in the place of "), who, bot.T("."))}
		} else {
			card.Body = []bot.Node{bot.Join(bot.T("Nobody is looked for in the place of "), who, bot.T("."))}
		}
		return card, nil
	}
	text := bot.Join(who, bot.T(" can't"))
	if !i.StartsAt.IsZero() {
		text = bot.Join(text, bot.T(" ("), bot.At(i.StartsAt), bot.T(")"))
	}
	text = bot.Join(text, bot.T("."))
	if why := on.Cards[at].Why; why != "" {
		text = bot.Join(text, bot.T(" “"+why+"”"))
	}
	card.Body = append(card.Body, text)
	if p, ok := tx.Snapshot().Person(arg(v, 1)); ok && p.Active && !i.Sits(p.ID) {
		card.Body = append(card.Body, bot.Join(bot.T("They propose "), bot.Who(p.ID, p.Name), bot.T(".")))
		card.Actions = append(card.Actions, bot.Action{Label: "Put @" + p.Name + " on it", Do: bot.Do("interview.reassign", i.ID, arg(v, 0), p.ID), Style: bot.Primary})
	}
	card.Actions = append(card.Actions,
		bot.Action{Label: "Somebody else", Do: bot.Do("interview.reassign", i.ID, arg(v, 0))},
		bot.Action{Label: "Show " + i.ID, Do: bot.Do("interview.show", i.ID)})
	return card, nil
}

// drawCardsIn tells who recruits for it that all scorecards of an interview are in.
func drawCardsIn(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	i, on, err := InterviewFor(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	count := countCards(on.Cards, i.ID)
	card := bot.Card{Title: fmt.Sprintf("%s: %s (%s)", i.Candidate, count, i.ID), Actions: []bot.Action{{Label: "See the scorecards", Do: bot.Do("feedback.show", i.ID)}}}
	if count.complete() {
		card.Title, card.Tone = fmt.Sprintf("%s: all %d in (%s)", i.Candidate, count.of, i.ID), bot.Good
		card.Actions = append(card.Actions, bot.Action{Label: "Debrief", Do: bot.Do("candidate.debrief", i.Candidate, i.Req)})
	}
	return card, nil
}

// drawDidNotHappen tells who recruits for it that somebody of the panel says that an interview did not
// take place.
func drawDidNotHappen(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	i, on, err := InterviewFor(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	about := AboutInterview(i, playbookOf(tx, on))
	if i.State != hiring.InterviewNoShow {
		return bot.Card{Title: fmt.Sprintf("%s: %s is %s again", i.ID, about, lowerFirst(hiring.InterviewStateTitle(i.State)))}, nil
	}
	card := bot.Card{Title: fmt.Sprintf("%s didn't happen: %s", i.ID, about), Tone: bot.Attention, Body: []bot.Node{
		bot.Join(personText(tx.Snapshot(), arg(v, 0)), bot.T(" says so. No scorecard is waited for.")),
	}}
	card.Actions = []bot.Action{
		{Label: "Another time", Do: bot.Do("interview.reschedule", i.ID)},
		tookPlace(i),
		{Label: "Show " + i.ID, Do: bot.Do("interview.show", i.ID)},
	}
	return card, nil
}
