package views

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// The kinds of facts that the audit rows of interviews and feedback name.
const (
	FactInterview  = "interview"
	FactKit        = "kit"
	FactResume     = "resume"
	FactScorecards = "scorecards"
)

// knownOnly says what a clash was looked for in.
const knownOnly = "Checked only against interviews I know."

// NoInterview is the one sentence for an interview that does not exist, and for one that this person
// may not know of.
func NoInterview(ref string) error {
	return hiring.Errorf(hiring.NotFound, "There is no interview %s that I could show you. /interview lists yours.", ref)
}

// InterviewFor returns an interview that somebody may know of, with what the policy decides on.
func InterviewFor(ctx context.Context, tx *store.Tx, viewer bot.Actor, id string) (hiring.Interview, hiring.Subject, error) {
	i, err := tx.Interview(ctx, id)
	if hiring.ErrorCode(err) == hiring.NotFound {
		return i, hiring.Subject{}, NoInterview(id)
	}
	if err != nil {
		return i, hiring.Subject{}, err
	}
	on, err := tx.InterviewSubject(ctx, i)
	if err != nil {
		return i, on, err
	}
	if !hiring.May(Actor(viewer), hiring.SeeInterview, on) {
		return hiring.Interview{}, hiring.Subject{}, NoInterview(id)
	}
	return i, on, nil
}

// playbookOf returns the playbook that an interview goes by.
func playbookOf(tx *store.Tx, on hiring.Subject) hiring.Playbook {
	p, _ := tx.Snapshot().Playbook(on.Req.Role)
	return p
}

// StageTitle returns the name of a stage as people read it.
func StageTitle(p hiring.Playbook, key string) string {
	if s, ok := p.Stage(key); ok {
		return s.Title
	}
	return upperFirst(strings.ReplaceAll(key, "-", " "))
}

// AboutInterview names an interview without telling whose it is: "C-7, system design (R-12)".
func AboutInterview(i hiring.Interview, p hiring.Playbook) string {
	return fmt.Sprintf("%s, %s (%s)", i.Candidate, InSentence(StageTitle(p, i.Stage)), i.Req)
}

// whenOf says when an interview is, in the viewer's zone: "Fri 11 Dec 2026, 3:00 pm IST, 60 min".
func whenOf(i hiring.Interview, zone *time.Location) string {
	if i.StartsAt.IsZero() {
		return fmt.Sprintf("no time yet, %d min", i.Minutes)
	}
	return fmt.Sprintf("%s, %d min", bot.FormatInstant(i.StartsAt, zone), i.Minutes)
}

// interviewTitle is the first line of an interview's card. It names nobody.
func interviewTitle(i hiring.Interview, zone *time.Location) string {
	switch {
	case i.State == hiring.InterviewProposed || i.State == hiring.InterviewCancelled && i.StartsAt.IsZero():
		return fmt.Sprintf("%s %s, %d min", i.ID, strings.ToLower(hiring.InterviewStateTitle(i.State)), i.Minutes)
	case i.State == hiring.InterviewScheduled:
		return i.ID + " " + whenOf(i, zone) + "."
	default:
		return fmt.Sprintf("%s %s (%s)", i.ID, strings.ToLower(hiring.InterviewStateTitle(i.State)), whenOf(i, zone))
	}
}

// panelText names the panel, with what each leads on.
func panelText(tx *store.Tx, i hiring.Interview, p hiring.Playbook) bot.Text {
	var out bot.Text
	for at, seat := range i.Panel {
		if at > 0 {
			out = bot.Join(out, bot.T(", "))
		}
		out = bot.Join(out, personText(tx.Snapshot(), seat.Person))
		if Gone(tx.Snapshot(), seat.Person) {
			out = bot.Join(out, bot.T(" (left)"))
		}
		if len(i.Panel) > 1 && len(seat.Leads) > 0 {
			out = bot.Join(out, bot.T(" (leads on "+dimensionNames(p, seat.Leads)+")"))
		}
	}
	return out
}

// Gone tells whether somebody can do nothing any more: they have left, were deactivated, or were joined
// with somebody else.
func Gone(s *store.Snapshot, person string) bool {
	p, known := s.Person(person)
	return !known || !p.Active
}

// emptySeats names those of a panel who are gone and from whom something is waited for still, nil for
// nobody. Nothing takes the seat from them by itself.
func emptySeats(s *store.Snapshot, i hiring.Interview, cards []hiring.Scorecard) bot.Text {
	var out bot.Text
	for _, person := range i.People() {
		waits := i.State == hiring.InterviewProposed || slices.ContainsFunc(cards, func(c hiring.Scorecard) bool {
			return c.Interview == i.ID && c.Person == person && c.Open()
		})
		if waits && Gone(s, person) {
			out = joinComma(out, personText(s, person))
		}
	}
	return out
}

// dimensionNames lists dimensions as one reads them in a sentence.
func dimensionNames(p hiring.Playbook, keys []string) string {
	names := make([]string, 0, len(keys))
	for _, key := range keys {
		name := key
		if d, ok := p.Dimension(key); ok {
			name = InSentence(d.Title)
		}
		names = append(names, name)
	}
	return andList(names)
}

func andList(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// panelCount is how many of an interview's scorecards are in, and of how many.
type panelCount struct{ in, of int }

func countCards(cards []hiring.Scorecard, interview string) panelCount {
	var n panelCount
	for _, s := range cards {
		switch {
		case s.Interview != interview:
		case s.State == hiring.CardSubmitted:
			n.in, n.of = n.in+1, n.of+1
		case s.Open():
			n.of++
		}
	}
	return n
}

func (n panelCount) String() string { return fmt.Sprintf("%d of %d in", n.in, n.of) }

// complete tells whether all are in, and some are.
func (n panelCount) complete() bool { return n.in > 0 && n.in == n.of }

// interviewLook is all that an interview's card is drawn from, besides the interview.
type interviewLook struct {
	zone      *time.Location
	now       time.Time
	playbook  hiring.Playbook
	panel     bot.Text
	candidate hiring.Candidate
	clashes   []bot.Text
	count     panelCount
	// empty are those of the panel who are gone, and from whom something is waited for.
	waits, empty bot.Text
	open         []hiring.Person
	// whole are those of open of whom the whole scorecard is waited for.
	whole []hiring.Person
	// cannot are those of the panel who said that they can't, and in whose place nobody sits yet.
	cannot         []string
	looks          []bot.Text
	changes, seats bool
	undo           *bot.Call
	done           string
	who            func(string) bot.Text
}

// drawInterview draws one interview. Its arguments are what was just done, and how that is undone: see
// UndoOf.
func drawInterview(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	i, on, err := InterviewFor(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	p := playbookOf(tx, on)
	look := interviewLook{
		zone: viewer.Zone, now: tx.Now(), playbook: p, panel: panelText(tx, i, p), count: countCards(on.Cards, i.ID),
		empty:   emptySeats(tx.Snapshot(), i, on.Cards),
		changes: hiring.May(Actor(viewer), hiring.ChangeApplication, on), seats: i.Sits(viewer.ID), done: arg(v, 0),
		who: func(id string) bot.Text { return personText(tx.Snapshot(), id) },
	}
	if look.candidate, err = tx.Candidate(ctx, i.Candidate); err != nil {
		return bot.Card{}, err
	}
	for _, s := range on.Cards {
		if s.Interview == i.ID && s.State == hiring.CardDeclined && !s.Removed && i.State.On() && look.changes {
			look.cannot = append(look.cannot, s.Person)
		}
		if s.Interview == i.ID && s.Open() && !s.Closed {
			look.waits = joinComma(look.waits, look.who(s.Person))
			if one, ok := tx.Snapshot().Person(s.Person); ok {
				look.open = append(look.open, one)
				if s.Waits() && s.AcceptedBy == "" && one.Active {
					look.whole = append(look.whole, one)
				}
			}
		}
	}
	if look.changes && i.State == hiring.InterviewScheduled {
		clashes, err := tx.ClashesOf(ctx, i)
		if err != nil {
			return bot.Card{}, err
		}
		look.clashes = clashLines(tx, clashes)
		if i.StartsAt.After(tx.Now()) {
			look.clashes = append(look.clashes, offHours(tx, i)...)
		}
	}
	look.looks = earlyLooks(tx, on, i.ID)
	if look.changes {
		look.undo = undoCall(i, v.Args, tx.Now())
	}
	if err := tx.Audit(ctx, store.AuditEvent{Subject: i.ID, Fact: FactInterview}); err != nil {
		return bot.Card{}, err
	}
	return interviewCard(i, look), nil
}

func joinComma(to, more bot.Text) bot.Text {
	if len(to) == 0 {
		return more
	}
	return bot.Join(to, bot.T(", "), more)
}

// clashLines say where people are already. Whoever reads them may not know the other interview: they
// learn no more of it than when it is.
func clashLines(tx *store.Tx, clashes []hiring.Clash) []bot.Text {
	lines := make([]bot.Text, 0, len(clashes))
	for _, c := range clashes {
		who := bot.T("The candidate")
		if c.Person != "" {
			who = personText(tx.Snapshot(), c.Person)
		}
		lines = append(lines, bot.Join(who, bot.T(" has another interview then: "), bot.At(c.StartsAt), bot.Tf(", %d min.", c.Minutes)))
	}
	return lines
}

// offHours say who of the panel does not work when an interview begins: it may be meant, or a slip such as 3 am.
func offHours(tx *store.Tx, i hiring.Interview) []bot.Text {
	var lines []bot.Text
	dayOff := false
	for _, person := range i.People() {
		switch why := tx.Snapshot().WorkTime(person).Held(i.StartsAt); {
		case why == "" || why == hiring.HeldDayOff && dayOff:
		case why == hiring.HeldDayOff:
			dayOff = true
			lines = append(lines, bot.T("That day is a weekend or a holiday."))
		default:
			lines = append(lines, bot.Join(personText(tx.Snapshot(), person), bot.T(": "+hiring.HeldReasonTitle(why)+" then.")))
		}
	}
	return lines
}

// earlyLooks say who has opened scorecards before all were in, and why.
func earlyLooks(tx *store.Tx, on hiring.Subject, interview string) []bot.Text {
	var lines []bot.Text
	for _, l := range on.Looks {
		if l.Interview == interview && l.Early {
			lines = append(lines, bot.Join(personText(tx.Snapshot(), l.Person), bot.T(" opened the scorecards before all were in, "), bot.At(l.At), bot.T(": “"+l.Reason+"”")))
		}
	}
	return lines
}

func interviewCard(i hiring.Interview, look interviewLook) bot.Card {
	card := bot.Card{Title: interviewTitle(i, look.zone)}
	if look.done != "" {
		card.Tone = bot.Good
		card.Body = append(card.Body, bot.T(look.done))
	}
	fields := bot.Fields{
		{Label: "What", Text: bot.T(StageTitle(look.playbook, i.Stage) + " for " + i.Req)},
		{Label: "Candidate", Text: bot.T(i.Candidate + " " + look.candidate.Name)},
		{Label: "Panel", Text: look.panel},
	}
	if i.State != hiring.InterviewScheduled {
		fields = append(fields, bot.LabelledText{Label: "State", Text: bot.T(hiring.InterviewStateTitle(i.State))})
	}
	if i.Join != "" {
		fields = append(fields, bot.LabelledText{Label: "How to join", Text: joinText(i.Join)})
	}
	card.Body = append(card.Body, fields)
	if i.Why != "" {
		card.Body = append(card.Body, bot.Join(bot.B("Why: "), bot.T(i.Why)))
	}
	if len(i.Slots) > 0 {
		card.Body = append(card.Body, bot.Lines(slotLines(i, look.who, look.now)...))
	}
	for _, person := range look.cannot {
		card.Tone = bot.Attention
		card.Body = append(card.Body, bot.Join(look.who(person), bot.T(" can't: somebody else is needed.")))
	}
	if len(look.clashes) > 0 {
		card.Tone = bot.Attention
		card.Body = append(card.Body, bot.Lines(look.clashes...))
	}
	if i.State.On() && look.count.of > 0 && !i.StartsAt.After(look.now) {
		text := bot.Join(bot.B("Scorecards: "), bot.T(look.count.String()))
		if len(look.waits) > 0 {
			text = bot.Join(text, bot.T(", waiting for "), look.waits)
		}
		card.Body = append(card.Body, text)
	}
	if len(look.looks) > 0 {
		card.Body = append(card.Body, bot.Lines(look.looks...))
	}
	if look.changes {
		if len(look.empty) > 0 {
			card.Tone = bot.Attention
			card.Body = append(card.Body, bot.Join(look.empty, bot.T(" can do nothing here any more. Give the seat to somebody else: "), bot.C("/interview reassign "+i.ID)))
		}
		card.Body = append(card.Body, toldLine(i))
		if i.State == hiring.InterviewScheduled {
			card.Context = bot.T(knownOnly)
		}
	}
	card.Actions, card.Menu = interviewActions(i, look)
	return card
}

// toldLine says whether the candidate knows of an interview as it is now.
func toldLine(i hiring.Interview) bot.Text {
	switch {
	case i.Sequence == 0:
		return nil
	case i.CandidateKnows():
		return bot.T("The candidate was told.")
	case i.Told == 0 && i.State == hiring.InterviewCancelled:
		return nil
	case i.Told == 0:
		return bot.T("Candidate not told yet.")
	default:
		return bot.T("Candidate not told yet: they know of it as it was before.")
	}
}

// slotLines list the times that are proposed, with who can.
func slotLines(i hiring.Interview, who func(string) bot.Text, now time.Time) []bot.Text {
	lines := []bot.Text{bot.B("Proposed times")}
	for _, s := range i.Slots {
		var yes, no, open bot.Text
		for _, person := range i.People() {
			can, answered := s.Answers[person]
			switch {
			case !answered:
				open = joinComma(open, who(person))
			case can:
				yes = joinComma(yes, who(person))
			default:
				no = joinComma(no, who(person))
			}
		}
		line := bot.At(s.At)
		for _, part := range []struct {
			what string
			who  bot.Text
		}{{" · can: ", yes}, {" · cannot: ", no}, {" · no answer yet: ", open}} {
			if len(part.who) > 0 {
				line = bot.Join(line, bot.T(part.what), part.who)
			}
		}
		switch {
		case !s.At.After(now):
			line = bot.Join(line, bot.T(" · past"))
		case i.Suits(s):
			line = bot.Join(line, bot.T(" · suits everybody"))
		}
		lines = append(lines, line)
	}
	return lines
}

// SlotArg returns a proposed time as a button carries it.
func SlotArg(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// interviewActions are what this person may do next: three buttons at most, and the rest in the menu.
func interviewActions(i hiring.Interview, look interviewLook) ([]bot.Action, *bot.Menu) {
	var actions []bot.Action
	menu := &bot.Menu{Label: "More"}
	add := func(label, command string, args ...string) {
		call := bot.Do(command, append([]string{i.ID}, args...)...)
		if len(actions) < 3 {
			actions = append(actions, bot.Action{Label: label, Do: call})
			return
		}
		menu.Items = append(menu.Items, bot.MenuItem{Label: label, Do: call})
	}
	if look.undo != nil {
		actions = append(actions, bot.Action{Label: "Undo", Do: *look.undo})
	}
	if look.changes {
		if len(look.cannot) > 0 {
			add("Somebody else", "interview.reassign", look.cannot[0])
		}
		for _, s := range i.Slots {
			if i.Suits(s) && s.At.After(look.now) {
				add("Pick "+bot.FormatInstant(s.At, look.zone), "interview.pick", SlotArg(s.At))
			}
		}
		if i.Sequence > 0 && (i.State == hiring.InterviewScheduled || i.State == hiring.InterviewCancelled && i.Told > 0) && !i.CandidateKnows() {
			add("Text for the candidate", "interview.text")
		}
	}
	began := i.State.On() && !i.StartsAt.After(look.now)
	if look.changes && began {
		add("See the scorecards", "feedback.show")
		if look.count.in > 0 {
			actions = append(actions, bot.Action{Label: "Debrief", Do: bot.Do("candidate.debrief", i.Candidate, i.Req)})
		}
	}
	if i.State == hiring.InterviewScheduled && !began {
		add("Add to calendar", "interview.calendar")
	}
	if look.seats && i.State.On() {
		add("Kit", "interview.kit")
		add("Scorecard", "feedback.give")
		add("I can't", "feedback.decline")
	}
	if look.changes {
		changeActions(i, look, add)
	}
	if (look.seats || look.changes) && i.State == hiring.InterviewNoShow {
		add("It took place", "interview.done") // for who marked it by mistake
	}
	if len(menu.Items) == 0 {
		menu = nil
	}
	return actions, menu
}

// changeActions are what who works on the application may do.
func changeActions(i hiring.Interview, look interviewLook, add func(label, command string, args ...string)) {
	for _, s := range i.Slots {
		if !i.Suits(s) && s.At.After(look.now) {
			add("Pick "+bot.FormatInstant(s.At, look.zone)+" anyway", "interview.pick", SlotArg(s.At))
		}
	}
	if i.State != hiring.InterviewProposed && i.State != hiring.InterviewDone {
		add("Another time", "interview.reschedule")
	}
	if i.State != hiring.InterviewDone && i.State != hiring.InterviewCancelled {
		add("Propose other times", "interview.retime")
	}
	if i.State == hiring.InterviewScheduled || i.State == hiring.InterviewProposed {
		add("Change the panel", "interview.panel")
	}
	if i.State.On() && !i.StartsAt.After(look.now) {
		if i.State != hiring.InterviewDone {
			add("It took place", "interview.done")
		}
		add("It didn't happen", "interview.noshow")
		if !i.EndsAt().After(look.now) {
			for _, one := range look.open {
				add("Go on without @"+one.Name, "feedback.waive", one.ID)
			}
			for _, one := range look.whole {
				add("Three lines of @"+one.Name+" are enough", "feedback.accept", one.ID)
			}
		}
	}
	if slices.Contains(i.State.Moves(), hiring.InterviewCancelled) {
		add("Cancel it", "interview.cancel")
	}
	if !look.seats && i.State.On() {
		add("Kit", "interview.kit")
	}
	if i.CandidateKnows() && i.State == hiring.InterviewScheduled {
		add("Text for the candidate", "interview.text")
	}
}

// UndoOf returns the arguments of an interview's view that offer to undo what was just done: to bring
// back a time, or to give a seat back. They hold while nothing was changed since.
func UndoOf(i hiring.Interview, when time.Time, from, to string) []string {
	at := ""
	if !when.IsZero() {
		at = SlotArg(when)
	}
	return []string{strconv.FormatInt(i.Version, 10), at, from, to}
}

// undoCall returns the button that undoes what a view's arguments say, nil where it is too late.
func undoCall(i hiring.Interview, args []string, now time.Time) *bot.Call {
	if len(args) < 5 || args[1] != strconv.FormatInt(i.Version, 10) || now.Sub(i.ChangedAt) >= UndoWindow {
		return nil
	}
	call := bot.Do("interview.undo", append([]string{i.ID}, args[2:]...)...)
	return &call
}

// The two lists of interviews.
const (
	// MyInterviews are those on which the viewer sits.
	MyInterviews = "mine"
	// AllInterviews are all that the viewer may know of.
	AllInterviews = "all"
)

// listedFor is how far ahead interviews are listed, and listedPast how long those that began stay.
const (
	listedFor  = 30 * 24 * time.Hour
	listedPast = 12 * time.Hour
)

// drawInterviewList lists the interviews that are to come: argument 0 is which, "" for those of the
// viewer's work.
func drawInterviewList(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	who := Actor(viewer)
	which := arg(v, 0)
	if which == "" {
		which = MyInterviews
		if who.Has(hiring.Recruiter) || who.Has(hiring.HiringManager) {
			which = AllInterviews
		}
	}
	filter := store.InterviewFilter{
		Viewer: CandidateViewer(viewer), From: tx.Now().Add(-listedPast), To: tx.Now().Add(listedFor), Mine: which == MyInterviews, Limit: PageSize + 1,
	}
	list, err := tx.Interviews(ctx, filter)
	if err != nil {
		return bot.Card{}, err
	}
	proposed, err := tx.ProposedTo(ctx, viewer.ID, PageSize)
	if err != nil {
		return bot.Card{}, err
	}
	var timeless []hiring.Interview
	if which == AllInterviews {
		if timeless, err = tx.ToPick(ctx, CandidateViewer(viewer), PageSize); err != nil {
			return bot.Card{}, err
		}
	}
	if len(list)+len(proposed)+len(timeless) > 0 {
		if err := tx.Audit(ctx, store.AuditEvent{Subject: viewer.ID, Fact: FactInterview}); err != nil {
			return bot.Card{}, err
		}
	}
	lines := make([]bot.Text, 0, len(list))
	for _, i := range list {
		r, err := tx.Requisition(ctx, i.Req)
		if err != nil {
			return bot.Card{}, err
		}
		p, _ := tx.Snapshot().Playbook(r.Role)
		lines = append(lines, bot.Join(bot.B(i.ID+" "), bot.At(i.StartsAt), bot.T(" · "+AboutInterview(i, p)), bot.T(" · "), panelText(tx, hiring.Interview{Panel: withoutLeads(i.Panel)}, p)))
	}
	return interviewListCard(which, list, undated(proposed, timeless, viewer.ID, tx.Now()), lines, who.Has(hiring.Recruiter) || who.Has(hiring.HiringManager)), nil
}

func withoutLeads(panel []hiring.Panelist) []hiring.Panelist {
	out := make([]hiring.Panelist, 0, len(panel))
	for _, p := range panel {
		out = append(out, hiring.Panelist{Person: p.Person})
	}
	return out
}

// undatedLine is what a list says of an interview without a time, and the entry of the menu that goes on
// with it.
type undatedLine struct {
	text string
	item bot.MenuItem
}

// undated returns the lines of the interviews of which times are proposed to the viewer, and of those to
// which they give a time.
func undated(proposed, timeless []hiring.Interview, viewer string, now time.Time) []undatedLine {
	var lines []undatedLine
	for _, i := range proposed {
		said := ": times are proposed. You have answered."
		switch {
		case i.Asks(viewer, now):
			said = ": you are asked which times suit you."
		case allPast(i, now):
			said = ": the proposed times are past."
		}
		lines = append(lines, undatedLine{i.ID + said, bot.MenuItem{Label: i.ID + " · times are proposed", Do: bot.Do("interview.times", i.ID)}})
	}
	for _, i := range timeless {
		if i.Sits(viewer) {
			continue
		}
		said := " has no time yet. The panel is asked."
		if wantsTime(i, now) {
			said = " has no time yet. It is for you to pick one."
		}
		lines = append(lines, undatedLine{i.ID + " with " + i.Candidate + said, bot.MenuItem{Label: i.ID + " · no time yet", Do: bot.Do("interview.show", i.ID)}})
	}
	return lines
}

func interviewListCard(which string, list []hiring.Interview, undated []undatedLine, lines []bot.Text, schedules bool) bot.Card {
	card := bot.Card{Title: "Interviews to come"}
	if which == MyInterviews {
		card.Title = "Your interviews"
	}
	menu := &bot.Menu{Label: "Show one"}
	more := len(list) > PageSize
	if more {
		list, lines = list[:PageSize], lines[:PageSize]
	}
	if len(lines) > 0 {
		card.Body = append(card.Body, bot.Lines(lines...))
	}
	for _, i := range list {
		menu.Items = append(menu.Items, bot.MenuItem{Label: i.ID + " · " + i.Candidate, Do: bot.Do("interview.show", i.ID)})
	}
	for _, one := range undated {
		card.Body = append(card.Body, bot.T(one.text))
		menu.Items = append(menu.Items, one.item)
	}
	if more {
		card.Context = bot.T("There are more; these are the next.")
	}
	if len(card.Body) == 0 {
		card.Body = []bot.Node{bot.T("None is planned for the next 30 days. Those on which you sit stand here, and those that you recruit for.")}
	}
	if schedules {
		card.Actions = append(card.Actions, bot.Action{Label: "Schedule one", Do: bot.Do("interview.schedule")})
	}
	if which == MyInterviews {
		card.Actions = append(card.Actions, bot.Action{Label: "My scorecards", Do: bot.Do("feedback.mine")})
	} else {
		card.Actions = append(card.Actions, bot.Action{Label: "Only mine", Do: bot.Do("interview.list", MyInterviews)})
	}
	if len(menu.Items) > 0 {
		card.Menu = menu
	}
	return card
}

// InSentence returns a title as it stands in the middle of a sentence: “system design”, but “API design”.
func InSentence(title string) string {
	if len(title) > 1 && strings.ToUpper(title[:2]) == title[:2] {
		return title
	}
	return lowerFirst(title)
}
