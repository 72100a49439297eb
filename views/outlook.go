package views

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// Outlook is what the database holds of the messages to come until an instant.
type Outlook struct {
	Until time.Time
	// Cut says that there was more than is looked at: what comes is told in part only.
	Cut bool

	cards     []hiring.Scorecard
	done      []hiring.NudgeDone
	panels    map[string]hiring.ForecastPanel
	late      map[string]bool
	approvals []hiring.WaitingApproval
	waiting   []hiring.Outgoing
	sent      map[string][]time.Time
	days      map[string]hiring.DayFacts
	made      map[string]bool
	absences  []hiring.Absence
	schedules map[string]store.ScheduleRow
	// reqs are the requisitions to which anything of it belongs, by reference.
	reqs map[string]hiring.Requisition
}

// LoadOutlook reads what a forecast of some days from now is made from.
func LoadOutlook(ctx context.Context, tx *store.Tx, days int) (Outlook, error) {
	o := Outlook{Until: tx.Now().AddDate(0, 0, days), absences: Absences(tx)}
	var people []string
	for _, p := range tx.Snapshot().People() {
		people = append(people, p.ID) // of who has left others are told
	}
	var err error
	if o.cards, err = tx.WaitingCards(ctx, people, o.Until); err != nil {
		return o, err
	}
	if o.done, o.cards, err = tx.NudgesDone(ctx, o.cards); err != nil {
		return o, err
	}
	if o.sent, err = tx.SentTo(ctx, people, tx.Now().Add(-48*time.Hour)); err != nil {
		return o, err
	}
	rows, err := tx.Outgoing(ctx)
	if err != nil {
		return o, err
	}
	approvals, err := tx.OpenApprovals(ctx)
	if err != nil {
		return o, err
	}
	if o.schedules, err = tx.Schedules(ctx); err != nil {
		return o, err
	}
	o.Cut = len(o.cards) >= store.MostForecast || len(rows) >= store.MostForecast || len(approvals) >= store.MostForecast
	if o.waiting, err = o.loadWaiting(ctx, tx, rows); err != nil {
		return o, err
	}
	if err := o.loadDays(ctx, tx); err != nil {
		return o, err
	}
	if err := o.loadReqs(ctx, tx, approvals); err != nil {
		return o, err
	}
	if err := o.loadPanels(ctx, tx); err != nil {
		return o, err
	}
	for _, a := range approvals {
		o.approvals = append(o.approvals, hiring.WaitingApproval{Approval: a, Recruiter: o.reqs[a.Subject].Recruiter})
	}
	return o, nil
}

// Scheduling returns the same with another row of a schedule in the place of its own.
func (o Outlook) Scheduling(row store.ScheduleRow) Outlook {
	o.schedules = maps.Clone(o.schedules)
	o.schedules[row.Name] = row
	return o
}

// loadPanels reads who is told of scorecards that are late, and what they were told before.
func (o *Outlook) loadPanels(ctx context.Context, tx *store.Tx) error {
	interviews, err := tx.InterviewsByCard(ctx, o.cards)
	if err != nil {
		return err
	}
	s := tx.Snapshot()
	o.panels = map[string]hiring.ForecastPanel{}
	var keys []string
	for _, c := range o.cards {
		if c.Closed {
			continue // nothing is decided by it any more
		}
		r := o.reqs[c.Req]
		panel := hiring.ForecastPanel{Recruits: Recruits(s, hiring.Subject{Req: &r}, interviews[c.Interview]), Manager: r.HiringManager}
		if Gone(s, panel.Manager) {
			panel.Manager = ""
		}
		o.panels[c.Interview] = panel
		if c.EndsAt.After(tx.Now()) {
			continue // nobody was reminded of it
		}
		for _, cause := range []hiring.Lateness{hiring.LateAway, hiring.LateLeft, hiring.LateOverdue} {
			keys = append(keys, hiring.LateKey(c, cause, panel.Recruits), hiring.LateKey(c, cause, panel.Manager))
		}
	}
	o.late, err = tx.SentKeys(ctx, keys)
	return err
}

// loadReqs reads the requisitions that anything belongs to.
func (o *Outlook) loadReqs(ctx context.Context, tx *store.Tx, approvals []hiring.Approval) error {
	known := map[string]bool{}
	for _, c := range o.cards {
		known[c.Req] = true
	}
	for _, a := range approvals {
		known[a.Subject] = true
	}
	for _, m := range o.waiting {
		for _, i := range itemsOf(m) {
			known[i.Req] = true
		}
	}
	for _, d := range o.days {
		for _, things := range [][]hiring.DayThing{d.Sits, d.Own, d.Wordless, d.Stuck, d.Due} {
			for _, one := range things {
				known[one.Req] = true
			}
		}
		for _, one := range d.Asked {
			known[one.Req] = true
		}
		for _, one := range d.Targets {
			known[one.Req] = true
		}
	}
	return o.addReqs(ctx, tx, known)
}

func (o *Outlook) addReqs(ctx context.Context, tx *store.Tx, known map[string]bool) error {
	delete(known, "")
	found, err := tx.RequisitionsByID(ctx, slices.Sorted(maps.Keys(known)))
	if err != nil {
		return err
	}
	if o.reqs == nil {
		o.reqs = map[string]hiring.Requisition{}
	}
	maps.Copy(o.reqs, found)
	return nil
}

// itemsOf returns what a message is about, with what is merged in it.
func itemsOf(m hiring.Outgoing) []hiring.ForecastItem {
	items := slices.Clone(m.Items)
	for _, part := range m.Parts {
		items = append(items, part.Items...)
	}
	return items
}

// loadWaiting returns the messages that wait to be sent, in the order in which they were put in. Of those that
// have nothing to say any more it returns only what may have a place in somebody's day.
func (o *Outlook) loadWaiting(ctx context.Context, tx *store.Tx, rows []store.Row) ([]hiring.Outgoing, error) {
	slices.SortStableFunc(rows, func(a, b store.Row) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	rows = slices.DeleteFunc(rows, func(r store.Row) bool {
		// The file of a forecast is drawn while it waits itself, and is no news to who asked for it.
		return r.Person != "" && Gone(tx.Snapshot(), r.Person) || r.View.Name == SimulationFile
	})
	parts := map[string][]store.Row{}
	all := slices.Clone(rows)
	for _, r := range rows {
		if r.View.Name != Digest {
			continue
		}
		merged, err := tx.Merged(ctx, r.View.Subject, r.Person)
		if err != nil {
			return nil, err
		}
		parts[r.ID] = merged
		all = append(all, merged...)
	}
	interviews, err := interviewsIn(ctx, tx, all)
	if err != nil {
		return nil, err
	}
	var waiting []hiring.Outgoing
	add := func(to []hiring.Outgoing, r store.Row) ([]hiring.Outgoing, error) {
		wanted, err := true, error(nil)
		if r.View.Name != Digest { // what is merged in it is asked
			wanted, err = o.wanted(ctx, tx, r, interviews)
		}
		if err != nil || !wanted && !r.Unprompted {
			return to, err
		}
		m := outgoingOf(ctx, tx, r, interviews)
		m.Moot = !wanted
		return append(to, m), nil
	}
	for _, r := range rows {
		n := len(waiting)
		if waiting, err = add(waiting, r); err != nil {
			return nil, err
		}
		for _, part := range parts[r.ID] {
			if waiting[n].Parts, err = add(waiting[n].Parts, part); err != nil {
				return nil, err
			}
		}
	}
	return waiting, nil
}

// interviewsIn returns the interviews that messages are about, by reference.
func interviewsIn(ctx context.Context, tx *store.Tx, rows []store.Row) (map[string]hiring.Interview, error) {
	known := map[string]bool{}
	for _, r := range rows {
		for _, ref := range refsOf(r.View) {
			if strings.HasPrefix(ref, "I-") {
				known[ref] = true
			}
		}
	}
	var of []hiring.Scorecard
	for _, id := range slices.Sorted(maps.Keys(known)) {
		of = append(of, hiring.Scorecard{Interview: id})
	}
	return tx.InterviewsByCard(ctx, of)
}

// wanted tells whether a message will have something to say, as far as can be known now: what is due
// after the time of the forecast is not asked.
func (o *Outlook) wanted(ctx context.Context, tx *store.Tx, r store.Row, interviews map[string]hiring.Interview) (bool, error) {
	if r.State != store.Moot && r.NextAt.After(o.Until) || r.Person == "" {
		return true, nil
	}
	switch r.View.Name {
	case Morning, RecruiterDay:
		return true, nil // what its day has then is asked when it goes out
	case Approval:
		if r.NextAt.After(tx.Now()) {
			return true, nil // so is whether they decide then
		}
	}
	if i, ok := interviews[r.View.Subject]; ok && r.View.Name == Kit {
		return i.Sits(r.Person) && i.State == hiring.InterviewScheduled && arg(r.View, 0) == InstantArg(i.StartsAt), nil
	}
	wanted, err := StillWanted(ctx, tx, tx.Snapshot().ActorFor(r.Person), r.View)
	if code := bot.ErrorCode(err); errors.Is(err, bot.ErrMoot) || code == bot.CodeNotFound || code == bot.CodeNotAllowed {
		return false, nil
	}
	return wanted, err
}

// refsOf returns the references of the records that a view is about.
func refsOf(v bot.View) []string {
	refs := []string{v.Subject}
	switch v.Name {
	case Nudge:
		refs = v.Args
	case TargetDates:
		refs = nil
		for _, a := range v.Args {
			id, _, _ := strings.Cut(a, ":")
			refs = append(refs, id)
		}
	}
	return slices.DeleteFunc(slices.Clone(refs), func(ref string) bool { return !reference.MatchString(ref) })
}

// viewItems returns what a view is about.
func viewItems(v bot.View, interviews map[string]hiring.Interview) []hiring.ForecastItem {
	var items []hiring.ForecastItem
	for _, ref := range refsOf(v) {
		item := hiring.ForecastItem{Ref: ref, Req: interviews[ref].Req}
		if strings.HasPrefix(ref, "R-") {
			item.Req = ref
		}
		items = append(items, item)
	}
	return items
}

func outgoingOf(ctx context.Context, tx *store.Tx, r store.Row, interviews map[string]hiring.Interview) hiring.Outgoing {
	m := hiring.Outgoing{
		Person: r.Person, Kind: forecastKind(r.View.Name), Items: viewItems(r.View, interviews),
		Due: r.DueAt, Next: r.NextAt, Unprompted: r.Unprompted, Trying: r.State == store.Sending, Tried: r.Attempts > 0, Why: "it waits already",
	}
	if r.View.Name == LatePanel && hiring.Lateness(arg(r.View, 1)) == hiring.LateAway && !Gone(tx.Snapshot(), arg(r.View, 0)) {
		m.Absent = arg(r.View, 0)
	}
	switch r.View.Name {
	case Morning, RecruiterDay:
		d := readDigest(r.View)
		m.Date, m.Cards, m.Also, m.Morning = d.date, d.cards, d.also, d.morning || r.View.Name == Morning
	case Approval:
		m.Approval = arg(r.View, 0)
		if nth, err := strconv.Atoi(r.Key[strings.LastIndex(r.Key, ":")+1:]); err == nil && strings.HasPrefix(r.Key, "remind:") {
			m.Kind, m.Nth = hiring.ForecastApproval, nth
		}
	}
	switch {
	case r.Person == "":
		m.Channel = channelName(ctx, tx, r)
	case r.View.Name == Kit:
		m.Why = "half an hour before the interview"
	case r.View.Name == Digest:
		m.Digest, m.Why = r.Key, "merged: more than they get in a day"
	case r.Reason != "":
		m.Why += ": " + r.Reason
	}
	return m
}

// channelName returns what a channel is called, with its workspace where there are several.
func channelName(ctx context.Context, tx *store.Tx, r store.Row) string {
	name := recipientName(ctx, tx)(r).Plain(nil)
	homes := slices.DeleteFunc(tx.Snapshot().Workspaces(), func(w store.Workspace) bool { return w.Kind != store.HomeWorkspace })
	if len(homes) > 1 {
		name += " of " + WorkspaceName(tx.Snapshot(), r.Channel.Workspace)
	}
	return name
}

// Forecast returns the messages that go out as things stand in a snapshot, which may be one with another
// setting; replanned says that the reminders are planned anew by that.
func (o *Outlook) Forecast(ctx context.Context, tx *store.Tx, s *store.Snapshot, replanned bool) ([]hiring.ForecastMessage, error) {
	runs, morning, err := o.runs(tx, s)
	if err != nil {
		return nil, err
	}
	scheduled, err := o.scheduled(ctx, tx, s)
	if err != nil {
		return nil, err
	}
	w := hiring.ForecastWorld{
		From: tx.Now(), Until: o.Until, Policy: s.NudgePolicy(), Zone: s.Zone(""), People: map[string]hiring.ForecastPerson{},
		Cards: o.cards, Done: o.done, Panels: o.panels, Late: o.late, Approvals: o.approvals, Absences: o.absences, Messages: slices.Concat(o.waiting, scheduled),
		Runs: runs, Morning: morning, Days: o.days, Made: o.made, WaitingDays: s.WaitingDays(),
	}
	know := func(people ...string) {
		for _, id := range people {
			if _, known := w.People[id]; !known && id != "" {
				w.People[id] = o.person(s, id)
			}
		}
	}
	for _, c := range w.Cards {
		know(c.Person, w.Panels[c.Interview].Recruits, w.Panels[c.Interview].Manager)
	}
	for _, m := range w.Messages {
		know(m.Person, m.Absent)
		for _, part := range m.Parts {
			know(part.Absent)
		}
	}
	for _, a := range w.Approvals {
		know(a.Requester, a.Recruiter)
		for _, step := range a.Steps {
			for _, x := range step.Approvers {
				know(x.Person)
			}
		}
	}
	for _, a := range w.Absences {
		know(a.Delegate)
	}
	for person := range w.Days {
		know(person)
	}
	if replanned {
		w = w.Replanned()
	}
	return hiring.Forecast(w), nil
}

func (o *Outlook) person(s *store.Snapshot, id string) hiring.ForecastPerson {
	p, _ := s.Person(id)
	written := slices.ContainsFunc(p.Identities, func(i hiring.Identity) bool {
		_, known := s.Workspace(i.Workspace)
		return known
	})
	gone := Gone(s, id)
	return hiring.ForecastPerson{
		WorkTime: s.WorkTime(id), Budget: s.NudgeBudget(id), Single: s.NudgePreferences(id).Single,
		Gone: gone, Silent: gone || !written, Had: o.sent[id],
	}
}

// scheduled returns what the schedules will say, each run at the minute at which the sweep sees it.
func (o *Outlook) scheduled(ctx context.Context, tx *store.Tx, s *store.Snapshot) ([]hiring.Outgoing, error) {
	var out []hiring.Outgoing
	for _, declared := range hiring.Schedules() {
		if declared.Name == hiring.ScheduleMorningDigest || declared.Name == hiring.ScheduleRecruiterDay {
			continue // what they say follows from what went out before
		}
		plan, err := PlanOf(declared, o.schedules[declared.Name], s.Zone(""))
		if err != nil {
			return nil, err
		}
		told := map[string]bool{}
		for _, at := range o.runsOf(tx, plan, o.schedules[declared.Name]) {
			said, err := Writings(ctx, tx.Supposing(s), plan, at)
			if err != nil {
				return nil, err
			}
			for _, m := range said {
				if m, ok := o.scheduledMessage(ctx, tx, m, at, told); ok {
					m.Why = "at the time of its schedule"
					out = append(out, m)
				}
			}
		}
	}
	known := map[string]bool{}
	for _, m := range out {
		for _, i := range m.Items {
			known[i.Req] = true
		}
	}
	return out, o.addReqs(ctx, tx, known)
}

// runsOf returns when a schedule is run until the end, each run at the minute at which the sweep sees it.
func (o *Outlook) runsOf(tx *store.Tx, plan hiring.Planned, row store.ScheduleRow) []time.Time {
	var runs []time.Time
	for at := nextRun(plan, row, tx.Now()); len(runs) < mostRuns && !at.IsZero() && !at.After(o.Until); at = plan.Next(at) {
		if at.Before(tx.Now()) {
			at = tx.Now()
		}
		runs = append(runs, at)
	}
	return runs
}

// runs returns the runs of the two digests until the end, and whether the morning digest is on.
func (o *Outlook) runs(tx *store.Tx, s *store.Snapshot) (runs []hiring.DigestRun, morning bool, err error) {
	for _, name := range []string{hiring.ScheduleRecruiterDay, hiring.ScheduleMorningDigest} {
		declared, _ := hiring.ScheduleByName(name)
		plan, err := PlanOf(declared, o.schedules[name], s.Zone(""))
		if err != nil {
			return nil, false, err
		}
		for _, at := range o.runsOf(tx, plan, o.schedules[name]) {
			runs = append(runs, hiring.DigestRun{At: at, Next: nextRunOf(plan, at), Recruiters: name == hiring.ScheduleRecruiterDay})
		}
		morning = name == hiring.ScheduleMorningDigest && plan.On
	}
	return runs, morning, nil
}

// lookFurther is how much further than the end of a forecast it is looked for what digests tell of: they are
// for the day on which their reader works next.
const lookFurther = 9

// loadDays reads what the days to come have for people, beside scorecards and approvals, and which digests
// of the present days there are already.
func (o *Outlook) loadDays(ctx context.Context, tx *store.Tx) error {
	s, to := tx.Snapshot(), o.Until.AddDate(0, 0, lookFurther)
	seats, err := tx.Seats(ctx, tx.Now(), to)
	if err != nil {
		return err
	}
	asked, err := askedTimes(ctx, tx)
	if err != nil {
		return err
	}
	var viewers []store.CandidateViewer
	leads := map[string]bool{}
	for _, p := range append(s.PeopleWith(hiring.Recruiter), s.PeopleWith(hiring.HiringManager)...) {
		if !leads[p.ID] && !Gone(s, p.ID) {
			leads[p.ID] = true
			viewers = append(viewers, CandidateViewer(s.ActorFor(p.ID)))
		}
	}
	own, err := tx.OwnDaysOf(ctx, viewers, tx.Now(), to, to.AddDate(0, 0, 2-hiring.StuckDays))
	if err != nil {
		return err
	}
	targets, err := tx.TargetsOf(ctx, tx.Now().AddDate(0, 0, -1).Format(time.DateOnly), to.AddDate(0, 0, 7).Format(time.DateOnly))
	if err != nil {
		return err
	}
	o.days = map[string]hiring.DayFacts{}
	var keys []string
	for _, p := range s.People() {
		d := hiring.DayFacts{Sits: seats[p.ID], Asked: asked[p.ID]}
		if leads[p.ID] {
			d.Leads, d.Recruits = true, Actor(s.ActorFor(p.ID)).Has(hiring.Recruiter)
			d.Own, d.Wordless, d.Stuck, d.Due, d.Targets = own.Interviews[p.ID], own.Wordless[p.ID], own.Stuck[p.ID], own.Due[p.ID], targets[p.ID]
		}
		if d.Leads || len(d.Sits)+len(d.Asked) > 0 {
			o.days[p.ID] = d
		}
		for days := -1; days <= 1; days++ { // today, in whatever zone
			day := hiring.DigestDay{Date: tx.Now().UTC().AddDate(0, 0, days).Format(time.DateOnly)}
			keys = append(keys, day.MorningKey(p.ID), day.RecruiterKey(p.ID))
		}
	}
	if o.made, err = tx.SentKeys(ctx, keys); err != nil {
		return err
	}
	for _, m := range o.waiting {
		day := hiring.DigestDay{Date: m.Date}
		switch m.Kind {
		case hiring.ForecastMorning:
			o.made[day.MorningKey(m.Person)] = true
		case hiring.ForecastDay:
			o.made[day.RecruiterKey(m.Person)] = true
		default: // no digest of a day
		}
	}
	return nil
}

// askedTimes returns of which interviews times are proposed to whom, and on how many mornings they were asked
// about them.
func askedTimes(ctx context.Context, tx *store.Tx) (map[string][]hiring.AskedTimes, error) {
	proposed, err := tx.Proposed(ctx)
	if err != nil {
		return nil, err
	}
	var keys []string
	for _, i := range proposed {
		if len(i.Slots) > 0 {
			keys = append(keys, i.TimesKey())
		}
	}
	told, err := tx.TimesTold(ctx, keys, hiring.MorningsAsked)
	if err != nil {
		return nil, err
	}
	asked := map[string][]hiring.AskedTimes{}
	for _, i := range proposed {
		for _, p := range i.Panel {
			one := hiring.AskedTimes{ForecastItem: hiring.ForecastItem{Ref: i.ID, Req: i.Req}}
			for _, slot := range i.Slots {
				if _, answered := slot.Answers[p.Person]; !answered {
					one.Slots = append(one.Slots, slot.At)
				}
			}
			if len(i.Slots) > 0 {
				one.Key, one.Told = i.TimesKey(), told[i.TimesKey()][p.Person]
			}
			asked[p.Person] = append(asked[p.Person], one)
		}
	}
	return asked, nil
}

// mostRuns is how many runs of one schedule a forecast looks at: one that is run each hour for a month.
const mostRuns = 750

// scheduledMessage returns a message of a schedule without what an earlier run will have told, and false
// where nothing is left of it.
func (o *Outlook) scheduledMessage(ctx context.Context, tx *store.Tx, w Writing, at time.Time, told map[string]bool) (hiring.Outgoing, bool) {
	m := w.Message
	out := hiring.Outgoing{
		Person: m.To.Person, Kind: forecastKind(m.View.Name), At: at, Unprompted: m.Unprompted && m.To.Person != "",
	}
	items := viewItems(m.View, nil)
	if len(w.Tells) == 0 {
		out.Items = items
	}
	for n, what := range w.Tells {
		if key := m.To.Person + "|" + what; !told[key] {
			told[key] = true
			out.Items = append(out.Items, items[n])
		}
	}
	if m.To.Person == "" {
		out.Channel = channelName(ctx, tx, store.Row{Channel: m.To.Channel})
	}
	return out, len(w.Tells) == 0 || len(out.Items) > 0
}
