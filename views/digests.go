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

const (
	// digestLines is how many lines a digest has at most, and linesEach how many of one kind.
	digestLines = 10
	linesEach   = 3
	// alsoArg stands in the arguments of a digest before the interviews whose scorecards it does not remind
	// of, and withMorning says that a recruiter's day has what the morning digest would.
	alsoArg     = "also"
	withMorning = "morning"
)

// digestArgs are the arguments of a digest: its day, the interviews of whose scorecards it reminds, those
// of which others are waited for, and whether it has what the morning digest has.
type digestArgs struct {
	date        string
	cards, also []string
	morning     bool
}

func readDigest(v bot.View) digestArgs {
	d := digestArgs{date: arg(v, 0)}
	d.cards, d.also, d.morning = cutAlso(v.Args)
	return d
}

// cutAlso cuts the arguments of a digest.
func cutAlso(args []string) (cards, also []string, morning bool) {
	into := &cards
	for _, a := range args[min(len(args), 1):] {
		switch a {
		case alsoArg:
			into = &also
		case withMorning:
			morning = true
		default:
			*into = append(*into, a)
		}
	}
	return cards, also, morning
}

// TakeOver returns the arguments of a digest that takes the place of others, by theirs: it reminds of the
// scorecards of which they would have, so that it is not moot while one of these is owed.
func TakeOver(args []string, replaced [][]string) []string {
	cards, also, morning := cutAlso(args)
	for _, r := range replaced {
		theirs, _, _ := cutAlso(r)
		for _, card := range theirs {
			if at := slices.Index(also, card); at >= 0 {
				cards, also = append(cards, card), slices.Delete(also, at, at+1)
			}
		}
	}
	return joinArgs(args[0], cards, also, morning)
}

// joinArgs returns the arguments of a digest, as cutAlso reads them.
func joinArgs(date string, cards, also []string, morning bool) []string {
	args := append([]string{date}, cards...)
	if len(also) > 0 {
		args = append(append(args, alsoArg), also...)
	}
	if morning {
		args = append(args, withMorning)
	}
	return args
}

// isToday tells whether the day of a digest is that of its reader. What is held until the next day must not
// say "today" of the day before: it is about its scorecards alone then.
func (d digestArgs) isToday(tx *store.Tx, viewer bot.Actor) bool { return d.date == today(tx, viewer) }

// nudge is the view of the scorecards of a digest.
func (d digestArgs) nudge(v bot.View) bot.View {
	return bot.View{Name: Nudge, Subject: v.Subject, Args: slices.Concat(d.cards, d.also)}
}

// morningParts is what a day has for somebody, besides their scorecards.
type morningParts struct {
	// interviews are those on which they sit and that are to come today; proposed are those of which times
	// wait for their answer, approvals those that wait for them and of which no reminder of its own goes
	// out on the day.
	interviews, proposed []hiring.Interview
	approvals            []hiring.Approval
	// more are approvals that wait too and were reminded of for the last time, or were only asked for
	// today. asked are their own requests that wait for others, and questions the requisitions of which
	// somebody waits for their answer. None of these is a reason for a message.
	more, asked []hiring.Approval
	questions   []string
}

func (p morningParts) empty() bool {
	return len(p.interviews)+len(p.proposed)+len(p.approvals)+len(p.more)+len(p.asked)+len(p.questions) == 0
}

// reasons tells whether there is something for which a message is sent.
func (p morningParts) reasons() bool {
	return len(p.interviews)+len(p.proposed)+len(p.approvals) > 0
}

// loadMorning loads what the day of an instant has for somebody from then on.
func loadMorning(ctx context.Context, tx *store.Tx, viewer bot.Actor, at time.Time) (morningParts, error) {
	var p morningParts
	_, to, date := hiring.DayOf(at, viewer.Zone)
	var err error
	p.interviews, err = tx.Interviews(ctx, store.InterviewFilter{Viewer: CandidateViewer(viewer), From: at, To: to, Mine: true, Limit: hiring.DigestMost})
	if err != nil {
		return p, err
	}
	proposed, err := tx.ProposedTo(ctx, viewer.ID, hiring.DigestAnswers)
	if err != nil {
		return p, err
	}
	for _, i := range proposed {
		if i.Asks(viewer.ID, at) {
			p.proposed = append(p.proposed, i)
		}
	}
	waiting, err := tx.ApprovalsWaitingFor(ctx, viewer.ID, date, hiring.DigestAnswers)
	if err != nil {
		return p, err
	}
	p.approvals, p.more = hiring.MorningApprovals(waiting, at, viewer.Zone)
	pending, err := tx.Requisitions(ctx, store.ReqFilter{Viewer: ReqViewer(viewer), Member: viewer.ID, States: []hiring.ReqState{hiring.ReqPending}, Limit: homeShown})
	if err != nil {
		return p, err
	}
	for _, r := range pending {
		a, found, err := tx.LatestApproval(ctx, r.ID)
		if err != nil {
			return p, err
		}
		switch {
		case !found || a.State != hiring.ApprovalOpen || a.Requester != viewer.ID:
		case a.Paused():
			p.questions = append(p.questions, r.ID)
		default:
			p.asked = append(p.asked, a)
		}
	}
	return p, nil
}

// recruiterParts is what a day has of somebody's requisitions.
type recruiterParts struct {
	interviews            []hiring.Interview
	wordless, late, stuck []hiring.Application
	// owed are the overdue scorecards of the late ones. Only recruiters are told who owes them.
	owed    []hiring.Scorecard
	targets []hiring.Requisition
}

func (p recruiterParts) empty() bool {
	return len(p.interviews)+len(p.wordless)+len(p.late)+len(p.stuck)+len(p.targets) == 0
}

// loadRecruiterDay loads what the day of an instant has of the requisitions of somebody from then on. Of
// confidential ones that is what they are of the team of.
func loadRecruiterDay(ctx context.Context, tx *store.Tx, viewer bot.Actor, at time.Time) (recruiterParts, error) {
	var p recruiterParts
	who, snapshot := CandidateViewer(viewer), tx.Snapshot()
	b := hiring.BoundsOfDay(at, viewer.Zone, snapshot.WaitingDays(), snapshot.Calendar().Workday)
	var err error
	if p.interviews, err = tx.OwnInterviews(ctx, who, b.From, b.To, hiring.DigestMost); err != nil {
		return p, err
	}
	if p.wordless, err = tx.WaitingForWord(ctx, who, b.Waiting, hiring.DigestMost); err != nil {
		return p, err
	}
	if p.stuck, err = tx.Stuck(ctx, who, b.Stuck, hiring.DigestMost); err != nil {
		return p, err
	}
	if p.late, err = tx.WithLateScorecards(ctx, who, b.Late, hiring.DigestMost); err != nil {
		return p, err
	}
	if Actor(viewer).Has(hiring.Recruiter) {
		open, err := tx.OpenCardsOf(ctx, p.late)
		if err != nil {
			return p, err
		}
		for _, a := range p.late {
			for _, s := range open[a.ID] {
				if s.Late(at) {
					p.owed = append(p.owed, s)
				}
			}
		}
	}
	p.targets, err = tx.ReqsTargeted(ctx, viewer.ID, b.FirstTarget, b.LastTarget, hiring.DigestMost)
	return p, err
}

// digestCards are the scorecards of a digest, without those of which its reader may not know any more.
type digestCards struct{ open, also []nudged }

func (d digestArgs) load(ctx context.Context, tx *store.Tx, viewer bot.Actor) (digestCards, error) {
	var c digestCards
	all, err := loadNudged(ctx, tx, viewer, slices.Concat(d.cards, d.also))
	for _, n := range all {
		switch {
		case !n.owed(tx.Now()):
		case slices.Contains(d.cards, n.Interview):
			c.open = append(c.open, n)
		default:
			c.also = append(c.also, n)
		}
	}
	return c, err
}

// morningWanted tells whether a morning digest has still something to say.
func morningWanted(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bool, error) {
	d := readDigest(v)
	cards, err := d.load(ctx, tx, viewer)
	if err != nil || len(cards.open) > 0 || !d.isToday(tx, viewer) {
		return len(cards.open) > 0, err
	}
	parts, err := loadMorning(ctx, tx, viewer, tx.Now())
	return parts.reasons(), err
}

// recruiterDayWanted is that for a recruiter's day.
func recruiterDayWanted(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bool, error) {
	d := readDigest(v)
	if d.isToday(tx, viewer) {
		parts, err := loadRecruiterDay(ctx, tx, viewer, tx.Now())
		if err != nil || !parts.empty() {
			return true, err
		}
		if d.morning {
			return morningWanted(ctx, tx, viewer, v)
		}
	}
	cards, err := d.load(ctx, tx, viewer)
	return len(cards.open) > 0, err
}

// drawMorning tells somebody what is new for their day. With nothing but scorecards in it, and once its day
// is over, it is a reminder of these like any other.
func drawMorning(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	d := readDigest(v)
	var parts morningParts
	if d.isToday(tx, viewer) {
		var err error
		if parts, err = loadMorning(ctx, tx, viewer, tx.Now()); err != nil {
			return bot.Card{}, err
		}
	}
	if parts.empty() {
		return drawNudge(ctx, tx, viewer, d.nudge(v))
	}
	cards, err := d.load(ctx, tx, viewer)
	if err != nil {
		return bot.Card{}, err
	}
	if err := auditDigest(ctx, tx, viewer, len(parts.interviews)+len(parts.proposed)+len(cards.open)+len(cards.also), 0); err != nil {
		return bot.Card{}, err
	}
	c := digestDrawing{now: tx.Now(), zone: viewer.Zone}
	c.scorecards(tx, cards)
	c.interviews(parts.interviews, MyInterviews)
	c.waits(parts)
	if err := c.asked(ctx, tx, viewer, parts); err != nil {
		return bot.Card{}, err
	}
	return c.card("Today"), nil
}

// drawRecruiterDay tells a recruiter or hiring manager what the day has of their requisitions.
func drawRecruiterDay(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	d := readDigest(v)
	if !d.isToday(tx, viewer) {
		return drawNudge(ctx, tx, viewer, d.nudge(v))
	}
	parts, err := loadRecruiterDay(ctx, tx, viewer, tx.Now())
	if err != nil {
		return bot.Card{}, err
	}
	var mine morningParts
	if d.morning {
		if mine, err = loadMorning(ctx, tx, viewer, tx.Now()); err != nil {
			return bot.Card{}, err
		}
	}
	if parts.empty() && mine.empty() {
		return drawNudge(ctx, tx, viewer, d.nudge(v))
	}
	cards, err := d.load(ctx, tx, viewer)
	if err != nil {
		return bot.Card{}, err
	}
	interviews := joinInterviews(parts.interviews, mine.interviews)
	if err := auditDigest(ctx, tx, viewer, len(interviews)+len(mine.proposed)+len(cards.open)+len(cards.also), len(parts.wordless)+len(parts.late)+len(parts.stuck)); err != nil {
		return bot.Card{}, err
	}
	c := digestDrawing{now: tx.Now(), zone: viewer.Zone}
	if n := len(parts.wordless); n > 0 {
		c.counts = append(c.counts, counted(n, "candidate")+waitVerb(n)+" for word")
		c.add(bot.Join(bot.B(counted(n, "candidate")), bot.T(waitVerb(n)+" for word from us: "+appNames(parts.wordless)+".")),
			bot.MenuItem{Label: "Tell " + firstOf(parts.wordless), Do: bot.Do("candidate.show", firstOf(parts.wordless))})
	}
	c.scorecards(tx, cards)
	c.interviews(interviews, "")
	c.waits(mine)
	c.overdue(tx, parts)
	if n := len(parts.stuck); n > 0 {
		c.counts = append(c.counts, counted(n, "candidate")+" stuck")
		c.add(bot.Join(bot.B(counted(n, "candidate")), bot.Tf(" stuck for %d working days or more: %s.", stuckDays, appNames(parts.stuck))),
			bot.MenuItem{Label: "Open " + firstOf(parts.stuck), Do: bot.Do("candidate.show", firstOf(parts.stuck))})
	}
	c.targets(parts.targets)
	if err := c.asked(ctx, tx, viewer, mine); err != nil {
		return bot.Card{}, err
	}
	return c.card("Your day"), nil
}

// auditDigest puts on record that a digest showed interviews or candidates.
func auditDigest(ctx context.Context, tx *store.Tx, viewer bot.Actor, interviews, candidates int) error {
	if interviews > 0 {
		if err := tx.Audit(ctx, store.AuditEvent{Subject: viewer.ID, Fact: FactInterview}); err != nil {
			return err
		}
	}
	if candidates > 0 {
		return tx.Audit(ctx, store.AuditEvent{Subject: viewer.ID, Fact: FactCandidates})
	}
	return nil
}

// joinInterviews joins two lists of interviews by their time, each interview once.
func joinInterviews(a, b []hiring.Interview) []hiring.Interview {
	all := slices.Clone(a)
	for _, i := range b {
		if !slices.ContainsFunc(all, func(x hiring.Interview) bool { return x.ID == i.ID }) {
			all = append(all, i)
		}
	}
	slices.SortStableFunc(all, func(x, y hiring.Interview) int { return x.StartsAt.Compare(y.StartsAt) })
	return all
}

// digestDrawing is a digest that is being drawn: what its title counts, its lines, and what can be done,
// the most urgent first.
type digestDrawing struct {
	now    time.Time
	zone   *time.Location
	counts []string
	lines  []bot.Text
	acts   []bot.MenuItem
	later  []bot.MenuItem // acts that are never buttons
}

func (c *digestDrawing) add(line bot.Text, acts ...bot.MenuItem) {
	c.lines = append(c.lines, line)
	c.acts = append(c.acts, acts...)
}

// more says how many of a kind are not listed.
func (c *digestDrawing) more(n int, command string) {
	if n > 0 {
		c.lines = append(c.lines, bot.Join(bot.Tf("… and %d more: ", n), bot.C(command)))
	}
}

func (c *digestDrawing) scorecards(tx *store.Tx, cards digestCards) {
	if n := len(cards.open); n > 0 {
		c.counts = append(c.counts, count(n, "scorecard"))
		c.later = append(c.later,
			bot.MenuItem{Label: "Snooze all 1 h", Do: bot.Do("feedback.snooze", SnoozeHour)},
			bot.MenuItem{Label: "Snooze all until tomorrow", Do: bot.Do("feedback.snooze", SnoozeTomorrow)})
	}
	for _, one := range cards.open[:min(len(cards.open), linesEach)] {
		about := AboutInterview(one.interview, playbookOf(tx, one.on))
		c.add(bot.Join(bot.B("Scorecard "+one.Interview), bot.T(fmt.Sprintf(" %s · about %d min, %s%s", about, cardMinutes, dueWords(one.Scorecard, c.now, c.zone), withNotes(one.Scorecard)))),
			bot.MenuItem{Label: "Fill in " + one.Interview, Hint: about, Do: bot.Do("feedback.give", one.Interview)})
		c.later = append(c.later,
			bot.MenuItem{Label: "I can't: " + one.Interview, Hint: "Say who could instead", Do: bot.Do("feedback.decline", one.Interview)},
			bot.MenuItem{Label: "Didn't happen: " + one.Interview, Do: bot.Do("interview.noshow", one.Interview)})
	}
	c.more(len(cards.open)-linesEach, "/feedback")
	if len(cards.also) > 0 {
		var names []string
		for _, n := range cards.also {
			names = append(names, n.Candidate+" ("+n.Interview+")")
		}
		c.add(bot.T("Also waited for: "+nameFew(names)+"."), bot.MenuItem{Label: "My scorecards", Do: bot.Do("feedback.mine")})
	}
}

func (c *digestDrawing) interviews(all []hiring.Interview, which string) {
	if len(all) == 0 {
		return
	}
	c.counts = append(c.counts, counted(len(all), "interview"))
	line := bot.Join(bot.B(counted(len(all), "interview")+" today"), bot.T(": "))
	for n, i := range all[:min(len(all), linesEach)] {
		if n > 0 {
			line = bot.Join(line, bot.T(", "))
		}
		line = bot.Join(line, bot.T(i.ID+" "+i.Candidate+" "), bot.At(i.StartsAt))
	}
	if more := len(all) - linesEach; more > 0 {
		line = bot.Join(line, bot.Tf(" and %d more", more))
	}
	call := bot.Do("interview.list")
	if which != "" {
		call = bot.Do("interview.list", which)
	}
	c.add(line, bot.MenuItem{Label: "Interviews", Do: call})
}

// waits adds what waits for an answer or a decision of the reader.
func (c *digestDrawing) waits(p morningParts) {
	if n := len(p.proposed); n > 0 {
		c.counts = append(c.counts, "times for "+count(n, "interview"))
		first := p.proposed[0].ID
		var names []string
		for _, i := range p.proposed {
			names = append(names, i.ID)
		}
		c.add(bot.Join(bot.B("Which times suit you?"), bot.T(" You are asked for "+nameFew(names)+".")),
			bot.MenuItem{Label: "Answer " + first, Do: bot.Do("interview.times", first)})
	}
	approvals := func(list []hiring.Approval, also string) {
		if len(list) == 0 {
			return
		}
		var names []string
		for _, a := range list {
			names = append(names, a.Subject)
		}
		c.add(bot.Join(bot.B(count(len(list), "approval")), bot.T(also+waitVerb(len(list))+" for your decision: "+nameFew(names)+".")),
			bot.MenuItem{Label: "Decide", Do: bot.Do("req.next", list[0].Subject)})
	}
	if n := len(p.approvals); n > 0 {
		c.counts = append(c.counts, count(n, "approval"))
		approvals(p.approvals, "")
		approvals(p.more, " more")
		return
	}
	approvals(p.more, "")
}

// asked adds what the reader waits for, a line each: whom they wait for only where they may know.
func (c *digestDrawing) asked(ctx context.Context, tx *store.Tx, viewer bot.Actor, p morningParts) error {
	for n, id := range p.questions {
		if n == linesEach {
			break
		}
		c.add(bot.Join(bot.B("A question on "+id), bot.T(" waits for your answer.")), bot.MenuItem{Label: "Answer " + id, Do: bot.Do("req.answer", id)})
	}
	for n, a := range p.asked {
		if n == linesEach {
			c.more(len(p.asked)-n, "/req list mine")
			break
		}
		line := bot.Join(bot.B(a.Subject), bot.T(" waits for approval"))
		_, on, _, err := ReqFor(ctx, tx, viewer, a.Subject)
		if hiring.ErrorCode(err) == hiring.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		if hiring.May(Actor(viewer), hiring.SeeReqDetails, on) {
			line = bot.Join(line, bot.T(" by "), waitsFor(a, func(id string) bot.Text { return personText(tx.Snapshot(), id) }))
		}
		c.lines = append(c.lines, bot.Join(line, bot.T(".")))
		c.later = append(c.later, bot.MenuItem{Label: "Show " + a.Subject, Do: bot.Do("req.show", a.Subject)})
	}
	return nil
}

// overdue adds the scorecards that are late. Who owes them stands in a recruiter's own view alone.
func (c *digestDrawing) overdue(tx *store.Tx, p recruiterParts) {
	if len(p.late) == 0 {
		return
	}
	ask := bot.MenuItem{Label: "Ask for scorecards", Do: bot.Do("candidate.ask", strings.Join(candidatesOf(p.late[:min(len(p.late), askedAtOnce)]), ","))}
	if len(p.owed) == 0 {
		c.counts = append(c.counts, counted(len(p.late), "candidate")+" with overdue scorecards")
		c.add(bot.Join(bot.B(counted(len(p.late), "candidate")), bot.T(" with overdue scorecards: "+appNames(p.late)+".")), ask)
		return
	}
	c.counts = append(c.counts, counted(len(p.owed), "overdue scorecard"))
	for n, s := range p.owed[:min(len(p.owed), linesEach)] {
		line := bot.Join(bot.B(s.Candidate+" ("+s.Interview+")"), bot.T(": the scorecard of "), personText(tx.Snapshot(), s.Person), bot.T(" was due "+DueText(s.DueAt, c.zone)+"."))
		if n > 0 {
			c.add(line)
			continue
		}
		c.add(line, ask)
	}
	c.more(len(p.owed)-linesEach, "/hire")
}

func (c *digestDrawing) targets(reqs []hiring.Requisition) {
	if len(reqs) == 0 {
		return
	}
	c.counts = append(c.counts, counted(len(reqs), "target date")+" this week")
	var names []string
	for _, r := range reqs {
		names = append(names, fmt.Sprintf("%s by %s (%d of %d filled)", r.ID, bot.Date(r.Target).Long(), r.Filled, r.Seats))
	}
	c.add(bot.Join(bot.B("Target dates this week"), bot.T(": "+nameFew(names)+".")),
		bot.MenuItem{Label: "Show " + reqs[0].ID, Do: bot.Do("req.show", reqs[0].ID)})
}

// card draws what was added. The title counts and names nobody: it is what a phone shows.
func (c *digestDrawing) card(title string) bot.Card {
	zone := c.zone
	if zone == nil {
		zone = time.UTC
	}
	card := bot.Card{Title: title + ", " + c.now.In(zone).Format("Mon 2 Jan"), Tone: bot.Attention}
	if len(c.counts) > 0 {
		card.Title += ": " + strings.Join(c.counts, ", ")
	}
	for n, line := range c.lines {
		if n == digestLines-1 && len(c.lines) > digestLines {
			card.Body = append(card.Body, bot.Join(bot.Tf("… and %d more: ", len(c.lines)-n), bot.C("/hire")))
			break
		}
		card.Body = append(card.Body, line)
	}
	for n, act := range c.acts {
		if n == 3 {
			break
		}
		card.Actions = append(card.Actions, bot.Action{Label: act.Label, Do: act.Do})
	}
	if len(card.Actions) > 0 {
		card.Actions[0].Style = bot.Primary
	}
	more := slices.Concat(c.acts[min(len(c.acts), 3):], c.later)
	if len(more) > 0 {
		card.Menu = &bot.Menu{Label: "More", Items: more[:min(len(more), PageSize)]}
	}
	return card
}
