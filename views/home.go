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
	// homeLines is how many lines a home has at most, each with a button of its own, and homeShown how many
	// of them are requisitions of one sort.
	homeLines = 10
	homeShown = 5
	// homeCount is how far a home counts; more is written as "25+".
	homeCount = 25
	// stuckDays is after how many working days in one stage an application is stuck.
	stuckDays = hiring.StuckDays
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
		named:       named,
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
	mine := store.ReqFilter{Viewer: ReqViewer(viewer), Member: viewer.ID, Limit: homeCount + 1}
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
	if err := look.loadHiring(ctx, tx, viewer); err != nil {
		return bot.Card{}, err
	}
	if hiring.May(a, hiring.HandOver, hiring.Subject{}) && named {
		if look.orphans, err = orphans(ctx, tx); err != nil {
			return bot.Card{}, err
		}
	}
	return homeCard(viewer, look), nil
}

// loadHiring loads what waits of candidates: for who works on them by their requisitions, and for who
// interviews. Of a candidate no more than the reference gets into a home, so that it may be shown where
// the company wants no personal data too.
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
		if look.cannot, err = tx.EmptySeats(ctx, who, homeCount+1); err != nil {
			return err
		}
		timeless, err := tx.ToPick(ctx, who, homeCount+1)
		if err != nil {
			return err
		}
		for _, i := range timeless {
			if wantsTime(i, now) {
				look.timeless = append(look.timeless, i)
			}
		}
	}
	asked, err := tx.AskedWhen(ctx, viewer.ID, homeCount+1)
	if err != nil {
		return err
	}
	for _, i := range asked {
		if i.Asks(viewer.ID, now) {
			look.proposed = append(look.proposed, i)
		}
	}
	// What the whole company has today is for recruiters; everybody else has their own.
	today.Mine = !a.Has(hiring.Recruiter)
	if look.interviews, err = tx.Interviews(ctx, today); err != nil {
		return err
	}
	cards, err := tx.MyScorecards(ctx, viewer.ID, homeCount+1)
	for _, s := range cards {
		if !s.EndsAt.After(now) { // nobody owes one of an interview that is to come
			look.cards = append(look.cards, s)
		}
	}
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
	company             string
	bands, makes, admin bool
	// named is set where more may be shown than counts and references.
	named                bool
	noAdmin, noRecruiter bool
	waiting              []hiring.Approval
	drafts, mine         []hiring.Requisition
	orphans              []orphan
	// questions are the requisitions of which an approver waits for this person's answer.
	questions []string
	// works is set for who works on candidates: wordless wait for a word, stuck have not moved, of late a
	// scorecard is overdue, and cannot are the seats on interviews whose people said that they cannot.
	works                 bool
	wordless, stuck, late []hiring.Application
	cannot                []hiring.Scorecard
	// interviews are of today. Of proposed the times wait for this person's answer, of timeless they are to
	// pick one, and cards are their own of interviews that are over.
	interviews, proposed, timeless []hiring.Interview
	cards                          []hiring.Scorecard
	name                           func(hiring.Requisition) string
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
	for _, line := range homeItems(look) {
		if len(card.Body) == homeLines {
			break
		}
		if line.urgent {
			card.Tone = bot.Attention
		}
		card.Body = append(card.Body, bot.Item{Text: line.text, Action: bot.Action{Label: line.label, Do: line.do, Style: line.style(len(card.Body) == 0)}})
	}
	if len(card.Body) == 0 {
		card.Body = append(card.Body, bot.T("Nothing waits for you."))
	}
	if quiet := nothingOf(look); quiet != "" {
		card.Context = bot.Lines(bot.T(quiet), card.Context)
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

// homeItem is a line of a home with what can be done about it.
type homeItem struct {
	text  bot.Text
	label string
	do    bot.Call
	// urgent is set where somebody waits for the viewer.
	urgent bool
}

// style makes the button of what stands first, if somebody waits for it, the main act of the home.
func (i homeItem) style(first bool) bot.Style {
	if first && i.urgent {
		return bot.Primary
	}
	return bot.Secondary
}

// homeItems returns the lines of a home, what is to be done first in front: candidates who wait for a
// word, what else waits for the viewer, how it goes, and the requisitions that are theirs.
func homeItems(look homeLook) []homeItem {
	var all []homeItem
	add := func(n int, urgent bool, label string, do bot.Call, text ...bot.Text) {
		if n > 0 {
			all = append(all, homeItem{text: bot.Join(text...), label: label, do: do, urgent: urgent})
		}
	}
	if look.noRecruiter {
		add(1, false, "Set up", bot.Do("hire.setup"), bot.T("Nobody is recruiter yet. Setup asks four things, all with a default."))
	}
	n := len(look.wordless)
	add(n, true, "Tell "+firstOf(look.wordless), bot.Do("candidate.show", firstOf(look.wordless)),
		bot.B(counted(n, "candidate")), bot.T(waitVerb(n)+" for word from us: "+appNames(look.wordless)+"."))
	n = len(look.waiting)
	add(n, true, "Decide", bot.Do("req.next"), bot.B(counted(n, "approval")), bot.T(waitVerb(n)+" for your decision."))
	if n = len(look.questions); n > 0 {
		add(n, true, "Answer "+look.questions[0], bot.Do("req.answer", look.questions[0]),
			bot.B(counted(n, "question")), bot.T(waitVerb(n)+" for your answer: "+nameFew(look.questions)+"."))
	}
	n = len(look.cards)
	add(n, true, "My scorecards", bot.Do("feedback.mine"), bot.B(counted(n, "scorecard")), bot.T(" of yours: "+cardNames(look.cards)+"."))
	if n = len(look.proposed); n > 0 {
		add(n, true, "Answer "+look.proposed[0].ID, bot.Do("interview.times", look.proposed[0].ID),
			bot.B(counted(n, "interview")), bot.T(" of which you are asked when you can: "+interviewNames(look.proposed)+"."))
	}
	if n = len(look.timeless); n > 0 {
		add(n, true, "Pick a time for "+look.timeless[0].ID, bot.Do("interview.show", look.timeless[0].ID),
			bot.B(counted(n, "interview")), bot.T(needVerb(n)+" a time: "+interviewNames(look.timeless)+"."))
	}
	if n = len(look.cannot); n > 0 {
		seat := look.cannot[0]
		add(n, true, "Find somebody for "+seat.Interview, bot.Do("interview.reassign", seat.Interview, seat.Person),
			bot.B(counted(n, "seat")), bot.T(needVerb(n)+" somebody else: "+cardNames(look.cannot)+"."))
	}
	all = append(all, orphanItems(look.orphans)...)
	n = len(look.stuck)
	add(n, false, "Open "+firstOf(look.stuck), bot.Do("candidate.show", firstOf(look.stuck)),
		bot.B(counted(n, "candidate")), bot.Tf(" stuck for %d working days or more: %s.", stuckDays, appNames(look.stuck)))
	n = len(look.interviews)
	add(n, false, "Interviews", bot.Do("interview.list"), bot.B(counted(n, "interview")+" today"), bot.T(": "), interviewTimes(look.interviews, look.named), bot.T("."))
	n = len(look.late)
	add(n, false, "Ask for scorecards", bot.Do("candidate.ask", strings.Join(candidatesOf(look.late[:min(n, askedAtOnce)]), ",")),
		bot.B(counted(n, "candidate")), bot.T(" with overdue scorecards: "+appNames(look.late)+"."))
	if bare := withoutPanel(look); len(bare) > 0 {
		add(1, false, "Set the panel of "+bare[0], bot.Do("req.edit", bare[0]),
			bot.B(counted(len(bare), "requisition")), bot.T(needVerb(len(bare))+" a panel: "+nameFew(bare)+"."))
	}
	return append(all, ownItems(look, homeLines-len(all))...)
}

// nothingOf says to who works on candidates what there is nothing of, "" where there is something of all.
func nothingOf(look homeLook) string {
	var none []string
	if look.works && len(look.stuck) == 0 {
		none = append(none, "nothing stuck")
	}
	if look.works && len(look.interviews) == 0 {
		none = append(none, "no interviews today")
	}
	if len(none) == 0 {
		return ""
	}
	return upperFirst(strings.Join(none, " · ")) + "."
}

// withoutPanel returns the open requisitions for which the viewer works and nobody interviews yet.
func withoutPanel(look homeLook) []string {
	var bare []string
	for _, r := range look.mine {
		if r.State == hiring.ReqOpen && len(r.Panel) == 0 && look.works {
			bare = append(bare, r.ID)
		}
	}
	return bare
}

// orphanItems returns a line about what nobody owns any more, of the first who owned it.
func orphanItems(orphans []orphan) []homeItem {
	if len(orphans) == 0 {
		return nil
	}
	o := orphans[0]
	number := fmt.Sprint(o.things)
	if o.more {
		number += "+"
	}
	things := "things"
	if o.things == 1 && !o.more {
		things = "thing"
	}
	who, went := o.person.Name, ", who was deactivated. "
	if o.into != "" {
		who, went = o.person.Name+" (merged)", ", who goes on as "+o.into+". "
	}
	text := bot.Join(bot.B("Nobody owns "+number+" "+things), bot.T(" of "+o.person.Name+went), bot.C("/hire handover @"+who+" @"+cmp.Or(o.into, "…")))
	switch n := len(orphans) - 1; {
	case n == 1:
		text = bot.Join(text, bot.T(" Nor what 1 more person owned."))
	case n > 1:
		text = bot.Join(text, bot.Tf(" Nor what %d more people owned.", n))
	}
	return []homeItem{{text: text, label: "Hand over", do: bot.Do("hire.handover", o.person.ID), urgent: true}}
}

// ownItems returns a line for each requisition of the viewer's, as many as there is room for: drafts
// first, which leave room for what is under way.
func ownItems(look homeLook, room int) []homeItem {
	shown := func(reqs []hiring.Requisition, room int) (items []homeItem) {
		most := min(room, homeShown)
		for i, r := range reqs {
			if len(items) >= most {
				return items
			}
			if rest := len(reqs) - i; len(items) == most-1 && rest > 1 {
				return append(items, homeItem{text: bot.T("… and more of yours."), label: "All of mine", do: bot.Do("req.list", MineOnly)})
			}
			items = append(items, homeItem{
				text:  bot.Join(bot.T(r.ID+look.name(r)+" · "+strings.ToLower(hiring.ReqStateTitle(r.State))), bot.Tf(" · %d of %d filled", r.Filled, r.Seats)),
				label: "Open " + r.ID, do: bot.Do("req.show", r.ID),
			})
		}
		return items
	}
	drafts := shown(look.drafts, max(room-min(len(look.mine), homeShown), room/2))
	return append(drafts, shown(look.mine, room-len(drafts))...)
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

func needVerb(n int) string {
	if n == 1 {
		return " needs"
	}
	return " need"
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

func interviewNames(interviews []hiring.Interview) string {
	var names []string
	for _, i := range interviews {
		names = append(names, i.Candidate+" ("+i.ID+")")
	}
	return nameFew(names)
}

// interviewTimes names interviews with when they begin, or only names them.
func interviewTimes(interviews []hiring.Interview, timed bool) bot.Text {
	if !timed {
		return bot.T(interviewNames(interviews))
	}
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
