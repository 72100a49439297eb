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

// The kinds of facts that an audit row names where something of candidates was shown.
const (
	FactCandidate  = "candidate"
	FactCandidates = "candidate_list"
	FactDebrief    = "debrief"
)

const (
	// notesShown is how many notes a candidate's card shows, and noteShown how much of each.
	notesShown, noteShown = 3, 240
	// menuFull is how many entries a menu can have everywhere.
	menuFull = 25
)

// NoCandidate is the one sentence for a candidate who does not exist, and for one of whom this person
// may not know.
func NoCandidate(ref string) error {
	return hiring.Errorf(hiring.NotFound, "There is no candidate %s that I could show you. /candidate list shows those there are.", ref)
}

// CandidateViewer returns how the store narrows candidates for somebody.
func CandidateViewer(viewer bot.Actor) store.CandidateViewer {
	return store.CandidateViewerOf(Actor(viewer))
}

// CandidateFor returns a candidate of whom somebody may know.
func CandidateFor(ctx context.Context, tx *store.Tx, viewer bot.Actor, id string) (hiring.Candidate, error) {
	c, err := tx.CandidateFor(ctx, id, CandidateViewer(viewer))
	if hiring.ErrorCode(err) == hiring.NotFound {
		err = NoCandidate(id)
	}
	return c, err
}

// SourceTitle returns the name of the playbook's channel with that key, whatever the playbook.
func SourceTitle(s *store.Snapshot, key string) string {
	for _, p := range s.Playbooks() {
		for _, c := range p.Channels {
			if c.Key == key {
				return c.Name
			}
		}
	}
	return key
}

// EcosystemTitle returns the name of a playbook's technology world, whatever the playbook.
func EcosystemTitle(s *store.Snapshot, key string) string {
	for _, p := range s.Playbooks() {
		if e, ok := p.Ecosystem(key); ok {
			return e.Title
		}
	}
	return key
}

// candidateLook is what a candidate's card is drawn from, beside the candidate.
type candidateLook struct {
	details, amounts, changes bool
	s                         *store.Snapshot
	now                       time.Time
	apps                      []appLook
	// mine are the interviews on which a viewer sits who sees nothing else.
	mine       []hiring.Interview
	notes      []hiring.CandidateNote
	noticed    bool
	same       []hiring.Candidate
	done, undo string
	sent       bool
}

// appLook is an application as its candidate's card shows it.
type appLook struct {
	app        hiring.Application
	req        hiring.Requisition
	playbook   hiring.Playbook
	interviews []hiring.Interview
	cards      []hiring.Scorecard
}

// drawCandidate is a candidate's card; its arguments are what was done, and the draft that undoes it.
func drawCandidate(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	c, err := CandidateFor(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	on, err := tx.CandidateSubject(ctx, c.ID)
	if err != nil {
		return bot.Card{}, err
	}
	who := Actor(viewer)
	look := candidateLook{
		s: tx.Snapshot(), now: tx.Now(), amounts: seesAmounts(tx, viewer), done: arg(v, 0), undo: arg(v, 1), sent: v.Name != Candidate,
		details: hiring.May(who, hiring.SeeCandidateDetails, on), changes: hiring.May(who, hiring.ChangeCandidate, on),
	}
	if err := tx.Audit(ctx, store.AuditEvent{Subject: c.ID, Fact: FactCandidate}); err != nil {
		return bot.Card{}, err
	}
	if !look.details {
		for _, s := range on.Cards {
			if s.Person != viewer.ID || !s.Seated() {
				continue
			}
			i, err := tx.Interview(ctx, s.Interview)
			if err != nil {
				return bot.Card{}, err
			}
			look.mine = append(look.mine, i)
		}
		return candidateCard(c, look), nil
	}
	apps, err := tx.ApplicationsOf(ctx, c.ID, CandidateViewer(viewer))
	if err != nil {
		return bot.Card{}, err
	}
	if look.apps, err = looksAt(ctx, tx, apps, on); err != nil {
		return bot.Card{}, err
	}
	if look.notes, err = tx.CandidateNotes(ctx, c.ID, apps, notesShown+1); err != nil {
		return bot.Card{}, err
	}
	if look.noticed, err = tx.NoticeGiven(ctx, c.ID); err != nil {
		return bot.Card{}, err
	}
	if look.same, err = tx.SamePeople(ctx, c, CandidateViewer(viewer)); err != nil {
		return bot.Card{}, err
	}
	return candidateCard(c, look), nil
}

// looksAt loads what belongs to applications that their viewer works on. The scorecards of on have no
// contents.
func looksAt(ctx context.Context, tx *store.Tx, apps []hiring.Application, on hiring.Subject) ([]appLook, error) {
	looks := make([]appLook, 0, len(apps))
	for _, a := range apps {
		look := appLook{app: a}
		for _, r := range on.Reqs {
			if r.ID == a.Req {
				look.req = r
			}
		}
		look.playbook, _ = tx.Snapshot().Playbook(look.req.Role)
		var err error
		if look.interviews, err = tx.InterviewsOf(ctx, a.ID); err != nil {
			return nil, err
		}
		for _, s := range on.Cards {
			if s.Application == a.ID {
				look.cards = append(look.cards, s)
			}
		}
		looks = append(looks, look)
	}
	return looks, nil
}

func candidateCard(c hiring.Candidate, look candidateLook) bot.Card {
	card := bot.Card{Title: joinNonEmpty(" ", c.ID, c.Name)}
	if look.sent { // what a phone shows of a message names nobody
		card.Title = c.ID + discreetCandidate
		card.Body = append(card.Body, bot.B(c.Name))
	}
	if look.done != "" {
		card.Tone = bot.Good
		card.Body = append(card.Body, bot.T(look.done))
	}
	card.Body = append(card.Body, candidateFields(c, look))
	if !look.details {
		card.Body = append(card.Body, mineText(look), bot.I("What else is known of them is for the recruiter and the hiring manager."))
		card.Actions, card.Menu = mineActions(c, look)
		return card
	}
	for _, s := range look.same {
		card.Tone = bot.Attention
		card.Body = append(card.Body, bot.Join(bot.B("Possible same person: "), bot.T(s.ID+" "+s.Name+" has the same e-mail address or phone number.")))
	}
	var lines []bot.Text
	for _, a := range look.apps {
		lines = append(lines, appLines(a)...)
	}
	if len(look.apps) == 0 {
		lines = append(lines, bot.T("They apply to no requisition yet."))
	}
	card.Body = append(card.Body, bot.Lines(lines...))
	if text := notesText(look); len(text) > 0 {
		card.Body = append(card.Body, text)
	}
	card.Actions, card.Menu = candidateActions(c, look)
	return card
}

// discreetCandidate is added to the first line of a message about a candidate: it fills what a phone
// shows of it.
const discreetCandidate = ". Open this message to see what it is about; it is for those who work on it."

func candidateFields(c hiring.Candidate, look candidateLook) bot.Fields {
	var fields bot.Fields
	add := func(label, text string) {
		if text != "" {
			fields = append(fields, bot.LabelledText{Label: label, Text: bot.T(text)})
		}
	}
	if c.Months != nil {
		add("Experience", yearsOf(*c.Months))
	}
	add("Stack", EcosystemTitle(look.s, c.Ecosystem))
	if !look.details {
		return fields
	}
	if c.NoticeDays != nil {
		add("Notice period", daysText(*c.NoticeDays))
	}
	add("Expected CTC", ctcText(c.ExpectedCTC, look))
	add("Current CTC", ctcText(c.CurrentCTC, look))
	add("Expected over current", hikeText(c, look))
	add("E-mail", c.Email)
	add("Phone", c.Phone)
	switch {
	case c.ReferredBy != "":
		fields = append(fields, bot.LabelledText{Label: "Source", Text: bot.Join(bot.T("referred by "), personText(look.s, c.ReferredBy))})
	case c.Source != "":
		add("Source", SourceTitle(look.s, c.Source))
	}
	return fields
}

// ctcText is an amount as the viewer may see it: where the company shows hiring managers none, where it
// stands to the band of what the candidate applies for.
func ctcText(amount hiring.Rupees, look candidateLook) string {
	switch {
	case amount == 0:
		return ""
	case look.amounts:
		return hiring.RupeesRange{Low: amount, High: amount}.LPA()
	}
	for _, a := range look.apps {
		r := a.req
		r.Budget = hiring.RupeesRange{Low: amount, High: amount}
		if placed := hiring.PlaceBudget(r, look.s.Bands(r.Role)); placed != nil {
			return string(placed.Position)
		}
	}
	return "given"
}

// hikeText says how much a candidate expects over what they are paid now, beside what a move usually brings.
// It is nothing but pay, and so for those alone who see amounts.
func hikeText(c hiring.Candidate, look candidateLook) string {
	if !look.amounts {
		return ""
	}
	var p hiring.Playbook
	for _, a := range look.apps {
		if len(p.Uplifts) == 0 {
			p = a.playbook
		}
	}
	hike, ok := hiring.HikeOf(c, p)
	if !ok {
		return ""
	}
	text := fmt.Sprintf("%+d %% (%s on %s)", hike.Percent, c.ExpectedCTC.LPA(), c.CurrentCTC.LPA())
	for _, a := range hike.Usual {
		text += fmt.Sprintf("; %s usually brings +%d–%d %%: %s", InSentence(a.Uplift.Title), a.Uplift.LowPercent, a.Uplift.HighPercent, a.Result.LPA())
	}
	return text
}

func daysText(days int) string {
	if days == 0 {
		return "none"
	}
	return count(days, "day")
}

// appLines say how far an application has come, and how its interviews stand.
func appLines(a appLook) []bot.Text {
	head := bot.Join(bot.B(a.app.Req+" "), bot.T(ReqName(a.req, a.playbook)+" · "+strings.ToLower(hiring.AppStageTitle(a.app.Stage))+" since "), bot.At(a.app.StageSince))
	if a.app.Reason != "" {
		head = bot.Join(head, bot.T(" · "+lowerFirst(a.app.Reason)))
	}
	if !a.app.WaitingSince.IsZero() {
		head = bot.Join(head, bot.T(" · no word from us since "), bot.At(a.app.WaitingSince))
	}
	lines := []bot.Text{head}
	for _, i := range a.interviews {
		line := bot.T("– " + i.ID + " " + stageTitle(a.playbook, i.Stage))
		if !i.StartsAt.IsZero() {
			line = bot.Join(line, bot.T(" · "), bot.At(i.StartsAt))
		}
		line = bot.Join(line, bot.T(" · "+strings.ToLower(hiring.InterviewStateTitle(i.State))))
		if in, of := cardsIn(a.cards, i.ID); of > 0 {
			line = bot.Join(line, bot.Tf(" · %d of %d scorecards in", in, of))
		}
		lines = append(lines, line)
	}
	return lines
}

func stageTitle(p hiring.Playbook, key string) string {
	if s, ok := p.Stage(key); ok {
		return s.Title
	}
	return key
}

// cardsIn counts the scorecards of an interview, "" for all: those that are in, and those there are to be.
func cardsIn(cards []hiring.Scorecard, interview string) (in, of int) {
	for _, s := range cards {
		if interview != "" && s.Interview != interview {
			continue
		}
		if s.State == hiring.CardSubmitted {
			in++
			of++
		} else if s.Open() {
			of++
		}
	}
	return in, of
}

func mineText(look candidateLook) bot.Text {
	var lines []bot.Text
	for _, i := range look.mine {
		line := bot.T("You sit on " + i.ID)
		if !i.StartsAt.IsZero() {
			line = bot.Join(line, bot.T(", "), bot.At(i.StartsAt))
		}
		lines = append(lines, bot.Join(line, bot.T(" ("+strings.ToLower(hiring.InterviewStateTitle(i.State))+")")))
	}
	return bot.Lines(lines...)
}

// mineActions lead somebody who only sits on interviews of a candidate on to these.
func mineActions(c hiring.Candidate, look candidateLook) ([]bot.Action, *bot.Menu) {
	if len(look.mine) == 0 {
		return nil, nil
	}
	last := look.mine[len(look.mine)-1]
	actions := []bot.Action{{Label: "Show " + last.ID, Do: bot.Do("interview.show", last.ID)}, {Label: "Debrief", Do: bot.Do("candidate.debrief", c.ID)}}
	if last.State.On() && last.EndsAt().After(look.now) {
		actions[1] = bot.Action{Label: "Kit of " + last.ID, Do: bot.Do("interview.kit", last.ID)}
	}
	menu := &bot.Menu{Label: "More"}
	if c.Resume != "" {
		menu.Items = append(menu.Items, bot.MenuItem{Label: "Résumé", Hint: "to your direct messages", Do: bot.Do("interview.resume", last.ID)})
	}
	for _, i := range look.mine[:len(look.mine)-1] {
		if len(menu.Items) < menuFull {
			menu.Items = append(menu.Items, bot.MenuItem{Label: "Show " + i.ID, Do: bot.Do("interview.show", i.ID)})
		}
	}
	if len(menu.Items) == 0 {
		return actions, nil
	}
	return actions, menu
}

func notesText(look candidateLook) bot.Text {
	var lines []bot.Text
	for i, n := range look.notes {
		if i == notesShown {
			lines = append(lines, bot.T("… and older ones."))
			break
		}
		text := []rune(n.Text)
		if len(text) > noteShown {
			text = append(text[:noteShown-1], '…')
		}
		line := bot.Join(personText(look.s, n.By), bot.T(", "), bot.At(n.At), bot.T(": "+string(text)))
		if strings.HasPrefix(n.Link, "https://") || strings.HasPrefix(n.Link, "http://") { // anything else leads nowhere
			line = bot.Join(line, bot.T(" "), bot.To("message", n.Link))
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return nil
	}
	return bot.Lines(append([]bot.Text{bot.B("Notes")}, lines...)...)
}

// candidateActions are what this person may do next: three buttons at most, and the rest in the menu.
func candidateActions(c hiring.Candidate, look candidateLook) ([]bot.Action, *bot.Menu) {
	var actions []bot.Action
	menu := &bot.Menu{Label: "More"}
	button := func(label string, do bot.Call, style bot.Style) {
		if len(actions) < 3 {
			actions = append(actions, bot.Action{Label: label, Do: do, Style: style})
			return
		}
		menu.Items = append(menu.Items, bot.MenuItem{Label: label, Do: do})
	}
	item := func(label, hint string, do bot.Call) {
		if len(menu.Items) < menuFull {
			menu.Items = append(menu.Items, bot.MenuItem{Label: label, Hint: hint, Do: do})
		}
	}
	if look.undo != "" {
		button("Undo", bot.Do("candidate.undo").WithDraft(look.undo), bot.Secondary)
	}
	if look.changes && !look.noticed {
		button("Make notice", bot.Do("candidate.notice", c.ID), bot.Secondary)
	}
	for _, a := range look.apps {
		switch a.app.Stage {
		case hiring.AppSourced, hiring.AppScreening, hiring.AppInterviewing, hiring.AppDebrief:
			button(named("Schedule", a, look), scheduleCall(c.ID, a.app.Req), bot.Secondary)
		default:
		}
		if _, of := cardsIn(a.cards, ""); of > 0 {
			button(named("Debrief", a, look), bot.Do("candidate.debrief", c.ID, a.app.Req), bot.Secondary)
		}
		if !a.app.WaitingSince.IsZero() {
			button(named("Mark told", a, look), bot.Do("candidate.told", c.ID, a.app.Req), bot.Secondary)
		}
		appItems(c, a, look, item)
	}
	if len(look.apps) == 0 {
		button("Apply to a requisition", bot.Do("candidate.apply", c.ID), bot.Primary)
	}
	if look.changes {
		item("Note", "write down what you know", bot.Do("candidate.note", c.ID))
		item("Edit", "contact, pay, notice period", bot.Do("candidate.edit", c.ID))
		if c.Resume != "" {
			item("Résumé", "to your direct messages", bot.Do("candidate.resume", c.ID))
		}
		if len(look.apps) > 0 {
			item("Apply elsewhere", "to another requisition", bot.Do("candidate.apply", c.ID))
		}
	}
	if len(menu.Items) == 0 {
		menu = nil
	}
	return actions, menu
}

// named tells the requisition in a label where there are several applications.
func named(label string, a appLook, look candidateLook) string {
	if len(look.apps) > 1 {
		return a.app.Req + ": " + label
	}
	return label
}

func appItems(c hiring.Candidate, a appLook, look candidateLook, item func(label, hint string, do bot.Call)) {
	for _, to := range a.app.Moves() {
		switch {
		case to == hiring.AppRejected:
			item(named("Reject…", a, look), "with a reason from the list", bot.Do("candidate.reject", c.ID, "", a.app.Req))
		case to == hiring.AppWithdrawn:
			item(named("Withdrew", a, look), "they want no more", bot.Do("candidate.withdraw", c.ID, a.app.Req))
		case a.app.LastStage != "":
			item(named("Reopen", a, look), "back to "+strings.ToLower(hiring.AppStageTitle(to)), bot.Do("candidate.reopen", c.ID, a.app.Req))
		default:
			item(named("Move to "+strings.ToLower(hiring.AppStageTitle(to)), a, look), "", bot.Do("candidate.move", c.ID, string(to), a.app.Req))
		}
	}
	if a.app.Stage == hiring.AppRejected {
		item(named("Text for them", a, look), "to edit and copy", bot.Do("candidate.letter", c.ID, a.app.Req))
	}
}

// drawCandidateSame says that a candidate to be added looks like others; its arguments are these, the draft
// that holds what was typed, and the requisition that was named. Where it is one alone, that one can apply to
// it instead.
func drawCandidateSame(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	card := bot.Card{Tone: bot.Attention, Title: "Possible same person"}
	var lines []bot.Text
	for _, id := range strings.Split(arg(v, 0), ",") {
		c, err := CandidateFor(ctx, tx, viewer, id)
		if hiring.ErrorCode(err) == hiring.NotFound {
			continue
		}
		if err != nil {
			return bot.Card{}, err
		}
		lines = append(lines, bot.Join(bot.B(c.ID+" "+c.Name), bot.T(" has the same e-mail address or phone number, and was added "), bot.At(c.CreatedAt), bot.T(".")))
		if len(card.Actions) < 2 {
			card.Actions = append(card.Actions, bot.Action{Label: "Open " + c.ID, Do: bot.Do("candidate.show", c.ID), Style: bot.Primary})
		}
		req := arg(v, 2)
		if req == "" || arg(v, 0) != c.ID {
			continue
		}
		apps, err := tx.ApplicationsOf(ctx, c.ID, CandidateViewer(viewer))
		if err != nil {
			return bot.Card{}, err
		}
		if at := slices.IndexFunc(apps, func(a hiring.Application) bool { return a.Req == req }); at >= 0 {
			lines = append(lines, bot.T("They apply to "+req+" already: "+strings.ToLower(hiring.AppStageTitle(apps[at].Stage))+"."))
			continue
		}
		card.Actions = append(card.Actions, bot.Action{Label: "Have " + c.ID + " apply to " + req, Do: bot.Do("candidate.apply", c.ID, req)})
	}
	card.Body = []bot.Node{bot.Lines(lines...), bot.T("Nobody was added yet.")}
	card.Actions = append(card.Actions, bot.Action{Label: "Add anyway", Do: bot.Do("candidate.another").WithDraft(arg(v, 1))})
	return card, nil
}

// drawCandidateReferred thanks who referred somebody. It is all they are told.
func drawCandidateReferred(_ context.Context, tx *store.Tx, _ bot.Actor, _ bot.View) (bot.Card, error) {
	return bot.Card{
		Tone: bot.Good, Title: "Your referral was received",
		Body:    []bot.Node{bot.T("Thank you. The recruiters look at it and get in touch with them. How it goes on stays with those who work on it. " + "For questions, ask " + whomToAsk(tx, hiring.Recruiter) + ".")},
		Actions: []bot.Action{{Label: "Refer somebody else", Do: bot.Do("candidate.refer")}},
	}, nil
}

// drawCandidateNotice is the text by which a candidate learns what is kept of them, ready to copy.
func drawCandidateNotice(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	c, err := CandidateFor(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	on, err := tx.CandidateSubject(ctx, c.ID)
	if err != nil {
		return bot.Card{}, err
	}
	if !hiring.May(Actor(viewer), hiring.ChangeCandidate, on) {
		return bot.Card{}, NoCandidate(c.ID)
	}
	given, err := tx.NoticeGiven(ctx, c.ID)
	if err != nil {
		return bot.Card{}, err
	}
	card := bot.Card{
		Title: "Notice for " + c.ID,
		Body: []bot.Node{
			bot.T("So that they know what is kept of them, and why. Copy it into a message to them; nobody sends it for you."),
			bot.T(hiring.NoticeText(hiring.NoticeParams{Name: c.FirstName(), Company: tx.Snapshot().Setting(hiring.SettingCompany), Contact: viewer.Name})),
		},
		Actions: []bot.Action{{Label: "Mark given", Do: bot.Do("candidate.noticed", c.ID), Style: bot.Primary}, {Label: "Back to " + c.ID, Do: bot.Do("candidate.show", c.ID)}},
	}
	if given {
		card.Context = bot.T("It is on record that they were given notice.")
		card.Actions = card.Actions[1:]
	}
	return card, nil
}

// AppFor returns the application of a candidate to a requisition for somebody who works on it, with the
// candidate and the requisition. It returns the sentence for what does not exist to anybody else.
func AppFor(ctx context.Context, tx *store.Tx, viewer bot.Actor, candidate, req string) (hiring.Candidate, hiring.Application, hiring.Requisition, error) {
	c, err := CandidateFor(ctx, tx, viewer, candidate)
	if err != nil {
		return c, hiring.Application{}, hiring.Requisition{}, err
	}
	apps, err := tx.ApplicationsOf(ctx, c.ID, CandidateViewer(viewer))
	if err != nil {
		return c, hiring.Application{}, hiring.Requisition{}, err
	}
	at := slices.IndexFunc(apps, func(a hiring.Application) bool { return a.Req == req || a.ID == req || req == "" })
	if at < 0 {
		return c, hiring.Application{}, hiring.Requisition{}, NoApplication(c.ID, req)
	}
	r, err := tx.Requisition(ctx, apps[at].Req)
	return c, apps[at], r, err
}

// NoApplication is the one sentence for an application that does not exist, and for one of which this
// person may not know.
func NoApplication(candidate, req string) error {
	if req == "" {
		return hiring.Errorf(hiring.NotFound, "%s applies to nothing that you work on. /candidate apply %s has them apply.", candidate, candidate)
	}
	return hiring.Errorf(hiring.NotFound, "%s does not apply to %s, as far as I can show you. /candidate show %s tells what they apply to.", candidate, req, candidate)
}

// drawCandidateMoved tells a recruiter of a move by somebody else; its argument is the application.
func drawCandidateMoved(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	c, a, r, err := AppFor(ctx, tx, viewer, v.Subject, arg(v, 0))
	if err != nil {
		return bot.Card{}, err
	}
	p, _ := tx.Snapshot().Playbook(r.Role)
	return bot.Card{
		Title: fmt.Sprintf("%s → %s", c.ID, strings.ToLower(hiring.AppStageTitle(a.Stage))) + discreetCandidate,
		Body:  []bot.Node{bot.Join(bot.B(c.Name), bot.T(" · "+r.ID+" "+ReqName(r, p)+" · moved by "), personText(tx.Snapshot(), arg(v, 1)))},
		Actions: []bot.Action{
			{Label: "Open " + c.ID, Do: bot.Do("candidate.show", c.ID), Style: bot.Primary},
			{Label: "Mark told", Do: bot.Do("candidate.told", c.ID, r.ID)},
		},
	}, nil
}

// drawReferral tells a recruiter of somebody who was referred.
func drawReferral(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	c, err := CandidateFor(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	return bot.Card{
		Tone: bot.Attention, Title: c.ID + " was referred" + discreetCandidate,
		Body:    []bot.Node{bot.Join(bot.B(c.Name), bot.T(", by "), personText(tx.Snapshot(), c.ReferredBy))},
		Actions: []bot.Action{{Label: "Open " + c.ID, Do: bot.Do("candidate.show", c.ID), Style: bot.Primary}},
	}, nil
}

// drawCandidateResume is a candidate's résumé as a file.
func drawCandidateResume(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	c, err := CandidateFor(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	if c.Resume == "" {
		return bot.Card{}, bot.ErrMoot
	}
	f, err := tx.File(ctx, c.Resume)
	if err != nil {
		return bot.Card{}, err
	}
	if err := tx.Audit(ctx, store.AuditEvent{Subject: c.ID, Fact: "resume"}); err != nil {
		return bot.Card{}, err
	}
	return bot.Card{Title: "Résumé of " + c.ID, Body: []bot.Node{bot.File{Name: f.Name, MediaType: f.MediaType, Data: f.Data}}}, nil
}

// drawNoteSaved confirms a note; its argument is the note's id.
func drawNoteSaved(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	c, err := CandidateFor(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	return bot.Card{
		Tone: bot.Good, Body: []bot.Node{bot.T("Noted on " + c.ID + " " + c.Name + ". Those who work on them see it.")},
		Actions: []bot.Action{{Label: "Undo", Do: bot.Do("candidate.unnote", c.ID, arg(v, 0))}, {Label: "Open " + c.ID, Do: bot.Do("candidate.show", c.ID)}},
	}, nil
}
