package views

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// simulatedShown is how many messages of a simulation a card holds at most; all are in its file.
const simulatedShown = 20

// RefuseSimulation refuses what will be sent to all but admins and recruiters.
func RefuseSimulation(tx *store.Tx, viewer bot.Actor) error {
	if hiring.May(Actor(viewer), hiring.Simulate, hiring.Subject{}) {
		return nil
	}
	return hiring.Errorf(hiring.NotAllowed, "Only admins and recruiters see what I will send to whom. Ask %s.", whomToAsk(tx, hiring.Recruiter))
}

// RefuseNarrowed refuses a simulation of one requisition to who does not work on its candidates: it tells
// who interviews for it.
func RefuseNarrowed(viewer bot.Actor, r hiring.Requisition) error {
	if hiring.May(Actor(viewer), hiring.SeeApplication, hiring.Subject{Req: &r}) {
		return nil
	}
	return hiring.Errorf(hiring.NotAllowed, "Only who works on the candidates of %s sees what is sent about it. All messages, without what they are about: /simulate messages", r.ID)
}

// simulation is what a card or a file of a forecast is drawn from.
type simulation struct {
	days     int
	req      string
	cut      bool
	messages []hiring.ForecastMessage
	look     outlookLook
}

// outlookLook is how somebody may read a forecast.
type outlookLook struct {
	snapshot *store.Snapshot
	reqs     map[string]hiring.Requisition
	// sees tells whether a record may be named to them.
	sees func(hiring.ForecastItem) bool
	// interviews are what those are called that may be named, by reference: "C-7, system design".
	interviews map[string]string
	// named becomes true once one was.
	named bool
}

// readBy returns how a viewer may read a forecast: an interview is named to who works on its candidate, a
// requisition to whom it exists for. Everybody else reads how many there are.
func readBy(tx *store.Tx, viewer bot.Actor, reqs map[string]hiring.Requisition) outlookLook {
	actor := Actor(viewer)
	return outlookLook{snapshot: tx.Snapshot(), reqs: reqs, sees: func(i hiring.ForecastItem) bool {
		r, known := reqs[i.Req]
		switch {
		case !known:
			return false
		case strings.HasPrefix(i.Ref, "R-"):
			return hiring.May(actor, hiring.SeeReq, hiring.Subject{Req: &r})
		default:
			return strings.HasPrefix(i.Ref, "I-") && hiring.May(actor, hiring.SeeApplication, hiring.Subject{Req: &r})
		}
	}}
}

// knownAtOnce is how many interviews are read in one statement.
const knownAtOnce = 500

// know reads what the interviews are called that may be named of some messages.
func (l *outlookLook) know(ctx context.Context, tx *store.Tx, messages ...hiring.ForecastMessage) error {
	var of []hiring.Scorecard
	reqs := map[string]hiring.Requisition{}
	for _, m := range messages {
		for _, i := range m.Items {
			if _, known := reqs[i.Ref]; !known && strings.HasPrefix(i.Ref, "I-") && l.sees(i) {
				of = append(of, hiring.Scorecard{Interview: i.Ref})
				reqs[i.Ref] = l.reqs[i.Req]
			}
		}
	}
	l.interviews = map[string]string{}
	for some := range slices.Chunk(of, knownAtOnce) {
		interviews, err := tx.InterviewsByCard(ctx, some)
		if err != nil {
			return err
		}
		for id, i := range interviews {
			p, _ := l.snapshot.Playbook(reqs[id].Role)
			l.interviews[id] = i.Candidate + ", " + InSentence(StageTitle(p, i.Stage))
		}
	}
	return nil
}

// simulate makes the forecast that a view asks for: its subject is the requisition, "" for all, and its
// argument the days.
func simulate(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (simulation, error) {
	if err := RefuseSimulation(tx, viewer); err != nil {
		return simulation{}, err
	}
	days, err := strconv.Atoi(arg(v, 0))
	if err != nil || days < 1 || days > hiring.MaxForecastDays {
		return simulation{}, bot.ErrMoot
	}
	if v.Subject != "" {
		r, _, _, err := ReqFor(ctx, tx, viewer, v.Subject)
		if err != nil {
			return simulation{}, err
		}
		if err := RefuseNarrowed(viewer, r); err != nil {
			return simulation{}, err
		}
	}
	o, err := LoadOutlook(ctx, tx, days)
	if err != nil {
		return simulation{}, err
	}
	all, err := o.Forecast(ctx, tx, tx.Snapshot(), false)
	if err != nil {
		return simulation{}, err
	}
	if v.Subject != "" {
		all = slices.DeleteFunc(all, func(m hiring.ForecastMessage) bool { return !m.About(v.Subject) })
	}
	return simulation{days: days, req: v.Subject, cut: o.Cut, messages: all, look: readBy(tx, viewer, o.reqs)}, nil
}

// audited puts on record that somebody was shown which interviews there are.
func (l *outlookLook) audited(ctx context.Context, tx *store.Tx, viewer bot.Actor) error {
	if !l.named {
		return nil
	}
	return tx.Audit(ctx, store.AuditEvent{Subject: viewer.ID, Fact: FactInterview})
}

// called returns what a record that may be named is called.
func (l *outlookLook) called(i hiring.ForecastItem) string { return cmp.Or(l.interviews[i.Ref], i.Ref) }

// what says what a message is, by as much as may be read of it.
func (l *outlookLook) what(m hiring.ForecastMessage) string {
	var refs []string
	hidden := 0
	for _, i := range m.Items {
		switch {
		case !l.sees(i):
			hidden++
		case !slices.Contains(refs, l.called(i)):
			refs = append(refs, l.called(i))
			l.named = l.named || strings.HasPrefix(i.Ref, "I-")
		}
	}
	text := MessageWords(m)
	switch n := len(m.Items); m.Kind {
	case hiring.ForecastReminder:
		if n > 1 {
			text = count(n, "scorecard") + " due"
		}
	case hiring.ForecastTargets:
		if n > 1 {
			text = count(n, "requisition") + " past their target date"
		}
	case hiring.ForecastDigest:
		text = fmt.Sprintf("%s of %s", text, count(m.Parts, "message"))
		if m.Budget > 0 {
			text += fmt.Sprintf(", more than %d a day", m.Budget)
		}
		return joinNonEmpty(": ", text, strings.Join(refs, "; "))
	case hiring.ForecastApproval:
		text += fmt.Sprintf(", %d of %d,", m.Nth, hiring.MaxReminders)
	case hiring.ForecastMorning, hiring.ForecastDay:
		return l.day(m, refs)
	case hiring.ForecastKit, hiring.ForecastStuck, hiring.ForecastReport, hiring.ForecastLate:
	default: // another view
	}
	if len(refs) == 0 {
		return strings.TrimSuffix(text, ",")
	}
	text += " for " + strings.Join(refs, "; ")
	if hidden > 0 {
		text += fmt.Sprintf(" and %d more", hidden)
	}
	return text
}

// MessageWords says what a message of a forecast is: its name, with how much a digest of the day has.
func MessageWords(m hiring.ForecastMessage) string {
	name := kindName(m.Kind)
	if m.Kind != hiring.ForecastMorning && m.Kind != hiring.ForecastDay {
		return name
	}
	return joinNonEmpty(": ", name, dayWords(m.Day))
}

// day says how much of what a digest of the day has, with what of that may be named.
func (l *outlookLook) day(m hiring.ForecastMessage, refs []string) string {
	text := MessageWords(m)
	if len(refs) > 0 {
		text += " (" + strings.Join(refs, "; ") + ")"
	}
	return text
}

// dayWords counts what a digest of the day has, as its title does.
func dayWords(n hiring.DayCounts) string {
	var words []string
	add := func(n int, text string) {
		if n > 0 {
			words = append(words, text)
		}
	}
	add(n.Wordless, counted(n.Wordless, "candidate")+waitVerb(n.Wordless)+" for word")
	add(n.Scorecards, count(n.Scorecards, "scorecard"))
	add(n.Interviews, counted(n.Interviews, "interview"))
	add(n.Times, "times for "+count(n.Times, "interview"))
	add(n.Approvals, count(n.Approvals, "approval"))
	if n.Overdue > 0 {
		add(n.Overdue, counted(n.Overdue, "overdue scorecard"))
	} else {
		add(n.Late, counted(n.Late, "candidate")+" with overdue scorecards")
	}
	add(n.Stuck, counted(n.Stuck, "candidate")+" stuck")
	add(n.Targets, counted(n.Targets, "target date")+" this week")
	return strings.Join(words, ", ")
}

// to names who gets a message.
func (l *outlookLook) to(m hiring.ForecastMessage) bot.Text {
	if m.Person == "" {
		return bot.T(m.Channel)
	}
	return personText(l.snapshot, m.Person)
}

// zone returns the zone of who gets a message: the company's, for a channel.
func (l *outlookLook) zone(m hiring.ForecastMessage) *time.Location {
	return l.snapshot.Zone(m.Person)
}

// clock says at what time by the clock of who gets it a message goes out, with the zone where that is not
// the company's, and the day where it is another one there.
func (l *outlookLook) clock(m hiring.ForecastMessage) string {
	company, own := l.snapshot.Zone(""), l.zone(m)
	text := m.At.In(own).Format("15:04")
	if own.String() != company.String() {
		if bot.DateOf(m.At, own) != bot.DateOf(m.At, company) {
			text = m.At.In(own).Format("Mon 15:04")
		}
		text += " " + own.String()
	}
	return text
}

func (l *outlookLook) line(m hiring.ForecastMessage) bot.Text {
	return bot.Join(bot.B(l.clock(m)), bot.T(" "), l.to(m), bot.T(joinNonEmpty(" · ", ": "+l.what(m), m.Why)))
}

// howMany says how many people there are.
func howMany(people int) string {
	if people == 1 {
		return "1 person"
	}
	return fmt.Sprintf("%d people", people)
}

// inDays says how far ahead a forecast looks.
func inDays(days int) string {
	if days == 1 {
		return "the next day"
	}
	return fmt.Sprintf("the next %d days", days)
}

// drawSimulation lists what will be sent if nobody does anything, day by day.
func drawSimulation(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	s, err := simulate(ctx, tx, viewer, v)
	if err != nil {
		return bot.Card{}, err
	}
	if err := s.look.know(ctx, tx, s.messages[:min(len(s.messages), simulatedShown)]...); err != nil {
		return bot.Card{}, err
	}
	card := s.card(viewer)
	return card, s.look.audited(ctx, tx, viewer)
}

func (s *simulation) card(viewer bot.Actor) bot.Card {
	admin := hiring.May(Actor(viewer), hiring.ChangeSettings, hiring.Subject{})
	about := ""
	if s.req != "" {
		about = " about " + s.req
	}
	if len(s.messages) == 0 {
		card := bot.Card{
			Title: "Nothing goes out" + about + " in " + inDays(s.days),
			Body:  []bot.Node{bot.T("Digests, reminders of scorecards and approvals, kits and reports would stand here, with their times.")},
		}
		if admin {
			card.Actions = []bot.Action{{Label: "Schedules", Do: bot.Do("hire.schedules")}}
		} else {
			card.Actions = []bot.Action{{Label: "Interviews", Do: bot.Do("interview.list")}}
		}
		return card
	}
	people, channels := map[string]bool{}, map[string]bool{}
	for _, m := range s.messages {
		if m.Person != "" {
			people[m.Person] = true
		} else {
			channels[m.Channel] = true
		}
	}
	to := howMany(len(people))
	switch {
	case len(people) == 0:
		to = count(len(channels), "channel")
	case len(channels) > 0:
		to += " and " + count(len(channels), "channel")
	}
	card := bot.Card{Title: fmt.Sprintf("%s%s to %s in %s", count(len(s.messages), "message"), about, to, inDays(s.days))}
	company := s.look.snapshot.Zone("")
	for at := 0; at < min(len(s.messages), simulatedShown); {
		day := bot.DateOf(s.messages[at].At, company)
		lines := []bot.Text{bot.B(day.Long())}
		for ; at < min(len(s.messages), simulatedShown) && bot.DateOf(s.messages[at].At, company) == day; at++ {
			lines = append(lines, s.look.line(s.messages[at]))
		}
		card.Body = append(card.Body, bot.Lines(lines...))
	}
	if left := len(s.messages) - simulatedShown; left > 0 {
		card.Body = append(card.Body, bot.Tf("… and %d more: all of them are in the file.", left))
	}
	if s.cut {
		card.Body = append(card.Body, bot.Tf("There is more than I look at: this is told of %d scorecards, messages and approvals each.", store.MostForecast))
	}
	card.Actions = []bot.Action{{Label: "All as a file", Do: bot.Do("simulate.file", s.req, strconv.Itoa(s.days))}}
	if admin {
		card.Actions = append(card.Actions, bot.Action{Label: "Change the reminders", Do: bot.Do("hire.set", hiring.SettingNudgeSteps)})
	}
	card.Context = bot.T("If nobody does anything until then. Times are by the clock of who gets it.")
	return card
}

// drawSimulationFile is the same as a CSV file.
func drawSimulationFile(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	s, err := simulate(ctx, tx, viewer, v)
	if err != nil {
		return bot.Card{}, err
	}
	if err := s.look.know(ctx, tx, s.messages...); err != nil {
		return bot.Card{}, err
	}
	data, err := s.csv()
	if err != nil {
		return bot.Card{}, err
	}
	card := bot.Card{
		Title: fmt.Sprintf("%s in %s", count(len(s.messages), "message"), inDays(s.days)),
		Body: []bot.Node{
			bot.T("What I will send, if nobody does anything until then."),
			bot.File{Name: "simulation.csv", MediaType: "text/csv", Data: data},
		},
	}
	return card, s.look.audited(ctx, tx, viewer)
}

func (s *simulation) csv() ([]byte, error) {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	rows := [][]string{{"local time", "time zone", "UTC", "to", "what", "why"}}
	for _, m := range s.messages {
		rows = append(rows, []string{
			m.At.In(s.look.zone(m)).Format("2006-01-02 15:04"), s.look.zone(m).String(), m.At.UTC().Format("2006-01-02 15:04"),
			cell(s.look.to(m).Plain(nil)), cell(s.look.what(m)), cell(m.Why),
		})
	}
	if err := w.WriteAll(rows); err != nil {
		return nil, fmt.Errorf("write the simulation: %w", err)
	}
	return out.Bytes(), nil
}

// cell returns a text that no spreadsheet takes for a formula.
func cell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

// PolicyDays is how far ahead the difference is told that a change of the reminders makes.
const PolicyDays = hiring.ForecastDays

// MovesMessages tells whether a setting says who is told what when, so that a change of it shows first what
// that makes.
func MovesMessages(key string) bool {
	return store.RemindersFollow(key) || slices.Contains([]string{hiring.SettingScorecardDue, hiring.SettingWaitingDays, hiring.SettingHiringChannel}, key)
}

// policyChange is what a change of a setting makes of the messages to come.
type policyChange struct {
	diff hiring.ForecastDiff
	look outlookLook
}

// PolicyDiff says what another value of a setting, in the form in which it is kept, makes of the messages
// of the days to come.
func PolicyDiff(ctx context.Context, tx *store.Tx, key, value string) (hiring.ForecastDiff, error) {
	return diffOf(ctx, tx, func(o Outlook) ([]hiring.ForecastMessage, error) {
		return o.Forecast(ctx, tx, tx.Snapshot().With(key, value), store.RemindersFollow(key))
	})
}

// ScheduleDiff says what another row of a schedule makes of the messages of the days to come.
func ScheduleDiff(ctx context.Context, tx *store.Tx, row store.ScheduleRow) (hiring.ForecastDiff, error) {
	return diffOf(ctx, tx, func(o Outlook) ([]hiring.ForecastMessage, error) {
		changed := o.Scheduling(row)
		return changed.Forecast(ctx, tx, tx.Snapshot(), false)
	})
}

// diffOf says how the messages of the days to come differ from those after a change.
func diffOf(ctx context.Context, tx *store.Tx, after func(Outlook) ([]hiring.ForecastMessage, error)) (hiring.ForecastDiff, error) {
	o, err := LoadOutlook(ctx, tx, PolicyDays)
	if err != nil {
		return hiring.ForecastDiff{}, err
	}
	now, err := o.Forecast(ctx, tx, tx.Snapshot(), false)
	if err != nil {
		return hiring.ForecastDiff{}, err
	}
	then, err := after(o)
	return hiring.DiffForecasts(now, then), err
}

// PolicyPreviewOf returns the view of what a change of a setting would make of the messages to come: what
// that is was found out to know whether to ask, and goes with it. Draft holds the value.
func PolicyPreviewOf(key, value, draft string, diff hiring.ForecastDiff) (bot.View, error) {
	found, err := diffArg(diff)
	return bot.View{Name: PolicyPreview, Subject: key, Args: []string{value, draft, found}}, err
}

// diffArg writes a difference as an argument of the view of a preview, as readChange reads it.
func diffArg(diff hiring.ForecastDiff) (string, error) {
	text, err := json.Marshal(diff)
	if err != nil {
		return "", fmt.Errorf("write what a change makes of the messages to come: %w", err)
	}
	return string(text), nil
}

// readChange reads the difference that the view of a preview holds as an argument.
func readChange(ctx context.Context, tx *store.Tx, viewer bot.Actor, found string) (policyChange, error) {
	c := policyChange{}
	if err := json.Unmarshal([]byte(found), &c.diff); err != nil {
		return c, bot.ErrMoot
	}
	var (
		shown []hiring.ForecastMessage
		reqs  []string
	)
	for _, m := range []*hiring.ForecastMessage{c.diff.Gone, c.diff.Come} {
		if m == nil {
			continue
		}
		shown = append(shown, *m)
		for _, i := range m.Items {
			if i.Req != "" {
				reqs = append(reqs, i.Req)
			}
		}
	}
	known, err := tx.RequisitionsByID(ctx, reqs)
	if err != nil {
		return c, err
	}
	c.look = readBy(tx, viewer, known)
	return c, c.look.know(ctx, tx, shown...)
}

// drawPolicyPreview shows what a change of a setting would make of the messages to come. Its subject is the
// setting, its arguments are those of PolicyPreviewOf.
func drawPolicyPreview(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	if err := RefuseSettings(tx, viewer); err != nil {
		return bot.Card{}, err
	}
	s, ok := hiring.SettingByKey(v.Subject)
	if !ok {
		return bot.Card{}, bot.ErrMoot
	}
	c, err := readChange(ctx, tx, viewer, arg(v, 2))
	if err != nil {
		return bot.Card{}, err
	}
	card := c.card(s, tx.Snapshot().Setting(s.Key), arg(v, 0), arg(v, 1))
	return card, c.look.audited(ctx, tx, viewer)
}

func (c *policyChange) card(s hiring.Setting, now, value, draft string) bot.Card {
	return bot.Card{
		Tone: bot.Attention, Title: s.Title + ": " + shown(value) + "?",
		Body: []bot.Node{bot.T("Now: " + shown(now) + "."), c.words()},
		Actions: []bot.Action{
			{Label: "Save", Do: bot.Do("simulate.save", s.Key).WithDraft(draft), Style: bot.Primary},
			{Label: "Change it", Do: bot.Do("hire.set", s.Key).WithDraft(draft)},
			{Label: "Cancel", Do: bot.Do("simulate.save", s.Key)},
		},
		Context: bot.T("Nothing is saved yet."),
	}
}

// words say what becomes of the messages to come.
func (c *policyChange) words() bot.Text {
	d := c.diff
	if d.Same() {
		return bot.T("It changes no message of " + inDays(PolicyDays) + ".")
	}
	text := fmt.Sprintf("In %s: %s instead of %d.", inDays(PolicyDays), count(d.After, "message"), d.Before)
	if d.After == d.Before {
		text = fmt.Sprintf("In %s: %s, as many as now, but not the same.", inDays(PolicyDays), count(d.After, "message"))
	}
	var changes []string
	if d.Fewer > 0 {
		changes = append(changes, fmt.Sprintf("%s fewer (%d in all)", get(d.Fewer), d.Less))
	}
	if d.More > 0 {
		changes = append(changes, fmt.Sprintf("%s more (%d in all)", get(d.More), d.Plus))
	}
	if d.Moved > 0 {
		changes = append(changes, get(d.Moved)+" as many, at other times or for other things")
	}
	lines := []bot.Text{bot.B(text), bot.T(strings.Join(changes, "; ") + ".")}
	if d.Gone != nil {
		lines = append(lines, bot.Join(bot.T("First that falls away: "), c.dated(*d.Gone)))
	}
	if d.Come != nil {
		lines = append(lines, bot.Join(bot.T("First that is new: "), c.dated(*d.Come)))
	}
	return bot.Lines(lines...)
}

// get says how many get something.
func get(n int) string {
	if n == 1 {
		return "1 gets"
	}
	return fmt.Sprintf("%d get", n)
}

// dated is the line of a message with its day.
func (c *policyChange) dated(m hiring.ForecastMessage) bot.Text {
	return bot.Join(bot.T(m.At.In(c.look.snapshot.Zone("")).Format("Mon 2 Jan")+", "), c.look.line(m))
}
