package views

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

const (
	// homeShown is how many requisitions a home lists, and homeLines how many lines it has at most.
	homeShown = 5
	homeLines = 10
	// homeCount is how far a home counts; more is written as "25+".
	homeCount = 25
	// stuckDays is after how many working days in one stage an application is stuck.
	stuckDays = 10
)

func drawHome(ctx context.Context, tx *store.Tx, viewer bot.Actor, _ bot.View) (bot.Card, error) {
	s := tx.Snapshot()
	a := Actor(viewer)
	named := !PrivateHere(tx, viewer)
	look := homeLook{
		company:     s.Setting(hiring.SettingCompany),
		bands:       hiring.MayEver(a, hiring.SeeBand),
		noAdmin:     len(s.PeopleWith(hiring.Admin)) == 0,
		noRecruiter: a.Has(hiring.Admin) && len(s.PeopleWith(hiring.Recruiter)) == 0,
		makes:       hiring.May(a, hiring.MakeReq, hiring.Subject{}),
		admin:       a.Has(hiring.Admin),
		name: func(r hiring.Requisition) string {
			if p, _ := s.Playbook(r.Role); named {
				return " " + ReqName(r, p)
			}
			return ""
		},
	}
	if viewer.ID == "" {
		return homeCard(viewer, look), nil
	}
	var err error
	if look.waiting, err = tx.ApprovalsWaitingFor(ctx, viewer.ID, today(tx, viewer), PageSize); err != nil {
		return bot.Card{}, err
	}
	mine := store.ReqFilter{Viewer: ReqViewer(viewer), Member: viewer.ID, Limit: homeShown + 1}
	mine.States = []hiring.ReqState{hiring.ReqDraft}
	if look.drafts, err = tx.Requisitions(ctx, mine); err != nil {
		return bot.Card{}, err
	}
	mine.States = []hiring.ReqState{hiring.ReqPending, hiring.ReqOpen, hiring.ReqOnHold}
	if look.mine, err = tx.Requisitions(ctx, mine); err != nil {
		return bot.Card{}, err
	}
	for _, r := range look.mine {
		if r.State != hiring.ReqPending || r.Requester != viewer.ID {
			continue
		}
		asked, _, err := tx.LatestApproval(ctx, r.ID)
		if err != nil {
			return bot.Card{}, err
		}
		if asked.Paused() && asked.Requester == viewer.ID {
			look.questions = append(look.questions, r.ID)
		}
	}
	if named {
		if err := look.loadHiring(ctx, tx, viewer); err != nil {
			return bot.Card{}, err
		}
	}
	if hiring.May(a, hiring.HandOver, hiring.Subject{}) && named {
		if look.orphans, err = orphans(ctx, tx); err != nil {
			return bot.Card{}, err
		}
	}
	return homeCard(viewer, look), nil
}

// loadHiring loads what waits of candidates: for who works on them by their requisitions, and for who
// interviews.
func (look *homeLook) loadHiring(ctx context.Context, tx *store.Tx, viewer bot.Actor) error {
	a := Actor(viewer)
	who := CandidateViewer(viewer)
	zone := viewer.Zone
	if zone == nil {
		zone = time.UTC
	}
	now := tx.Now()
	y, m, d := now.In(zone).Date()
	today := store.InterviewFilter{Viewer: who, From: time.Date(y, m, d, 0, 0, 0, 0, zone), To: time.Date(y, m, d+1, 0, 0, 0, 0, zone), Limit: homeCount + 1}
	look.works = a.Has(hiring.Recruiter) || a.Has(hiring.HiringManager)
	var err error
	if look.works {
		workday := tx.Snapshot().Calendar().Workday
		if look.wordless, err = tx.WaitingForWord(ctx, who, hiring.WorkingDaysBefore(now, tx.Snapshot().WaitingDays(), zone, workday), homeCount+1); err != nil {
			return err
		}
		if look.stuck, err = tx.Stuck(ctx, who, hiring.WorkingDaysBefore(now, stuckDays, zone, workday), homeCount+1); err != nil {
			return err
		}
		if look.late, err = tx.WithLateScorecards(ctx, who, now, homeCount+1); err != nil {
			return err
		}
	}
	// What the whole company has today is for recruiters; everybody else has their own.
	today.Mine = !a.Has(hiring.Recruiter)
	if look.interviews, err = tx.Interviews(ctx, today); err != nil {
		return err
	}
	look.cards, err = tx.MyScorecards(ctx, viewer.ID, homeCount+1)
	return err
}

// orphan is somebody who was deactivated and still owns things.
type orphan struct {
	person hiring.Person
	things int
	more   bool
	// into is the name of who goes on for somebody who was merged.
	into string
}

// orphans returns the deactivated people who still own requisitions. Confidential ones are counted and
// not named: somebody must see to them too.
func orphans(ctx context.Context, tx *store.Tx) ([]orphan, error) {
	var out []orphan
	for _, p := range tx.Snapshot().People() {
		if p.Active {
			continue
		}
		list, err := tx.Requisitions(ctx, store.ReqFilter{
			Viewer: store.ReqViewer{Person: p.ID, All: true}, Member: p.ID, Limit: PageSize + 1,
			States: []hiring.ReqState{hiring.ReqDraft, hiring.ReqPending, hiring.ReqOpen, hiring.ReqOnHold},
		})
		if err != nil {
			return nil, err
		}
		if len(list) > 0 {
			into, _ := tx.Snapshot().Person(p.MergedInto)
			out = append(out, orphan{person: p, things: min(len(list), PageSize), more: len(list) > PageSize, into: into.Name})
		}
	}
	return out, nil
}

// homeLook is what somebody's home is drawn from.
type homeLook struct {
	company              string
	bands, makes, admin  bool
	noAdmin, noRecruiter bool
	waiting              []hiring.Approval
	drafts, mine         []hiring.Requisition
	orphans              []orphan
	// questions are the requisitions of which an approver waits for this person's answer.
	questions []string
	// works is set for who works on candidates: wordless wait for a word, stuck have not moved, and of
	// late a scorecard is overdue. The interviews are of today, and the cards are one's own.
	works                 bool
	wordless, stuck, late []hiring.Application
	interviews            []hiring.Interview
	cards                 []hiring.Scorecard
	name                  func(hiring.Requisition) string
}

func homeCard(viewer bot.Actor, look homeLook) bot.Card {
	hello := "Hello"
	if viewer.Name != "" {
		hello += ", " + viewer.Name
	}
	card := bot.Card{Title: hello, Context: bot.Join(bot.T(look.company+" · you are: "+rolesOf(viewer)+" · "), bot.C("/hire help"), bot.T(" lists all you can do"))}
	if look.noAdmin {
		card.Body = append(card.Body, bot.Join(bot.T("Nobody is admin here yet. Whoever started the bot has a code: "), bot.C("/hire claim CODE")))
	}
	if look.noRecruiter {
		card.Body = append(card.Body, bot.T("Nobody is recruiter yet. Setup asks four things, all with a default."))
		card.Actions = append(card.Actions, bot.Action{Label: "Set up", Do: bot.Do("hire.setup"), Style: bot.Primary})
	}
	lines := hiringLines(&card, look)
	for _, o := range look.orphans {
		number := fmt.Sprint(o.things)
		if o.more {
			number += "+"
		}
		things := "things"
		if o.things == 1 {
			things = "thing"
		}
		card.Tone = bot.Attention
		who, went := o.person.Name, ", who was deactivated. "
		if o.into != "" {
			who, went = o.person.Name+" (merged)", ", who goes on as "+o.into+". "
		}
		card.Body = append(card.Body, bot.Join(bot.B("Nobody owns "+number+" "+things), bot.T(" of "+o.person.Name+went), bot.C("/hire handover @"+who+" @"+cmp.Or(o.into, "…"))))
	}
	if n := len(look.waiting); n > 0 {
		card.Tone = bot.Attention
		verb := " waits"
		if n > 1 {
			verb = " wait"
		}
		card.Body = append(card.Body, bot.Join(bot.B(count(n, "approval")), bot.T(verb+" for your decision.")))
		card.Actions = append(card.Actions, bot.Action{Label: "Decide", Do: bot.Do("req.next"), Style: bot.Primary})
	}
	for i, id := range look.questions {
		card.Tone = bot.Attention
		card.Body = append(card.Body, bot.Join(bot.B("A question on "+id), bot.T(" waits for your answer.")))
		if i == 0 {
			card.Actions = append(card.Actions, bot.Action{Label: "Answer " + id, Do: bot.Do("req.answer", id), Style: bot.Primary})
		}
	}
	acts := lines.rest(&card, look)
	room := homeLines - len(card.Body)
	menu := &bot.Menu{Label: "Show one", Items: acts}
	if len(acts) > 0 {
		menu.Label = "Go on with"
	}
	list := func(title string, reqs []hiring.Requisition, room int) int {
		if len(reqs) == 0 || room < 2 {
			return 0
		}
		room--
		lines := []bot.Text{bot.B(title)}
		for i, r := range reqs {
			if i == homeShown || i > 0 && room <= 1 {
				lines = append(lines, bot.Join(bot.T("… and more: "), bot.C("/req list mine")))
				break
			}
			room--
			lines = append(lines, bot.Join(bot.T(r.ID+look.name(r)+" · "+strings.ToLower(hiring.ReqStateTitle(r.State))), bot.Tf(" · %d of %d filled", r.Filled, r.Seats)))
			menu.Items = append(menu.Items, bot.MenuItem{Label: r.ID + look.name(r), Do: bot.Do("req.show", r.ID)})
		}
		card.Body = append(card.Body, bot.Lines(lines...))
		return len(lines)
	}
	// Drafts leave room for what is under way.
	left := room
	if len(look.mine) > 0 {
		left = min(room, max(room/2, room-1-min(len(look.mine), homeShown+1)))
	}
	room -= list("Your drafts", look.drafts, left)
	list("Your requisitions", look.mine, room)
	if len(card.Body) == 0 {
		card.Body = append(card.Body, bot.T("Nothing waits for you."))
	}
	if len(menu.Items) > 0 {
		card.Menu = menu
	}
	offer := func(when bool, label, command string) {
		if when && len(card.Actions) < 3 {
			card.Actions = append(card.Actions, bot.Action{Label: label, Do: bot.Do(command)})
		}
	}
	offer(look.makes, "New requisition", "req.new")
	offer(look.bands, "Salary bands", "band.list")
	offer(look.admin, "People", "hire.people")
	offer(true, "Requisitions", "req.list")
	offer(true, "Roles we hire for", "hire.roles")
	offer(true, "Help", "hire.help")
	return card
}

func rolesOf(viewer bot.Actor) string {
	roles := make([]hiring.Role, 0, len(viewer.Roles))
	for _, r := range viewer.Roles {
		roles = append(roles, hiring.Role(r))
	}
	return roleTitles(roles)
}

// homeItems are the lines of a home that come with an act each: the first three acts are buttons, and
// the others stand in the menu.
type homeItems struct {
	lines []homeItem
}

type homeItem struct {
	text   bot.Text
	label  string
	do     bot.Call
	urgent bool
}

func (l *homeItems) add(n int, text bot.Text, urgent bool, label string, do bot.Call) {
	if n > 0 {
		l.lines = append(l.lines, homeItem{text: text, label: label, do: do, urgent: urgent})
	}
}

// hiringLines adds what has to come first, candidates who wait for a word, and returns what comes after
// what waits for one's decision.
func hiringLines(card *bot.Card, look homeLook) homeItems {
	var first, rest homeItems
	first.add(len(look.wordless), bot.Join(bot.B(counted(len(look.wordless), "candidate")), bot.T(waitVerb(len(look.wordless))+" for word from us: "+appNames(look.wordless)+".")), true,
		"Tell "+firstOf(look.wordless), bot.Do("candidate.show", firstOf(look.wordless)))
	first.put(card)
	rest.add(len(look.cards), bot.Join(bot.B(counted(len(look.cards), "scorecard")), bot.T(" of yours: "+cardNames(look.cards)+".")), true,
		"My scorecards", bot.Do("feedback.mine"))
	rest.add(len(look.interviews), bot.Join(bot.B(counted(len(look.interviews), "interview")+" today"), bot.T(": "), interviewTimes(look.interviews)), false,
		"Interviews", bot.Do("interview.list"))
	rest.add(len(look.late), bot.Join(bot.B(counted(len(look.late), "candidate")), bot.T(" with overdue scorecards: "+appNames(look.late)+".")), true,
		"Ask for scorecards", bot.Do("candidate.ask", strings.Join(candidatesOf(look.late[:min(len(look.late), askedAtOnce)]), ",")))
	rest.add(len(look.stuck), bot.Join(bot.B(counted(len(look.stuck), "candidate")), bot.Tf(" stuck for %d working days: %s.", stuckDays, appNames(look.stuck))), false,
		"Open "+firstOf(look.stuck)+" ", bot.Do("candidate.show", firstOf(look.stuck)))
	for _, r := range look.mine {
		if r.State == hiring.ReqOpen && len(r.Panel) == 0 && look.works {
			rest.add(1, bot.Join(bot.B(r.ID), bot.T(" needs a panel.")), false, "Set the panel of "+r.ID, bot.Do("req.edit", r.ID))
			break
		}
	}
	return rest
}

// put writes the lines into the card, with a button each as long as there is room.
func (l *homeItems) put(card *bot.Card) (more []bot.MenuItem) {
	for _, item := range l.lines {
		card.Body = append(card.Body, item.text)
		if item.urgent {
			card.Tone = bot.Attention
		}
		label := strings.TrimSpace(item.label)
		if len(card.Actions) < 3 {
			card.Actions = append(card.Actions, bot.Action{Label: label, Do: item.do})
		} else {
			more = append(more, bot.MenuItem{Label: label, Do: item.do})
		}
	}
	return more
}

// rest writes the remaining lines, and returns the acts for which there is no button any more. A
// recruiter with nothing to do is told so.
func (l *homeItems) rest(card *bot.Card, look homeLook) []bot.MenuItem {
	more := l.put(card)
	if look.works && len(card.Body) > 0 {
		var none []string
		if len(look.stuck) == 0 {
			none = append(none, "nothing stuck")
		}
		if len(look.interviews) == 0 {
			none = append(none, "no interviews today")
		}
		if len(none) > 0 {
			card.Body = append(card.Body, bot.T(upperFirst(strings.Join(none, " · "))+"."))
		}
	}
	return more
}

// counted counts up to what a home counts.
func counted(n int, what string) string {
	if n > homeCount {
		return fmt.Sprintf("%d+ %ss", homeCount, what)
	}
	return count(n, what)
}

func waitVerb(n int) string {
	if n == 1 {
		return " waits"
	}
	return " wait"
}

// askedAtOnce is of how many candidates one button asks for the scorecards: as many as it can carry.
const askedAtOnce = 4

// namesShown is how many references a line of a home names.
const namesShown = 3

func nameFew(names []string) string {
	if len(names) > namesShown {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:namesShown], ", "), len(names)-namesShown)
	}
	return strings.Join(names, ", ")
}

func candidatesOf(apps []hiring.Application) []string {
	var names []string
	for _, a := range apps {
		names = append(names, a.Candidate)
	}
	return names
}

func appNames(apps []hiring.Application) string { return nameFew(candidatesOf(apps)) }

func firstOf(apps []hiring.Application) string {
	if len(apps) == 0 {
		return ""
	}
	return apps[0].Candidate
}

func cardNames(cards []hiring.Scorecard) string {
	var names []string
	for _, s := range cards {
		names = append(names, s.Candidate+" ("+s.Interview+")")
	}
	return nameFew(names)
}

func interviewTimes(interviews []hiring.Interview) bot.Text {
	var text bot.Text
	for n, i := range interviews {
		if n == namesShown {
			return bot.Join(text, bot.Tf(" and %d more", len(interviews)-namesShown))
		}
		if n > 0 {
			text = bot.Join(text, bot.T(", "))
		}
		text = bot.Join(text, bot.T(i.Candidate+" "), bot.At(i.StartsAt))
	}
	return text
}
