package views

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// RefuseSchedules refuses the schedules to all but admins.
func RefuseSchedules(tx *store.Tx, viewer bot.Actor) error {
	if hiring.May(Actor(viewer), hiring.ChangeSchedules, hiring.Subject{}) {
		return nil
	}
	return hiring.Errorf(hiring.NotAllowed, "Only admins see and change what I do at set times. Ask %s.", whomToAsk(tx, hiring.Admin))
}

// PlanOf joins a schedule with its row.
func PlanOf(s hiring.Schedule, row store.ScheduleRow, company *time.Location) (hiring.Planned, error) {
	var enabled *bool
	if row.Set {
		enabled = &row.Enabled
	}
	return hiring.PlanSchedule(s, row.Expression, row.Zone, enabled, company)
}

// drawSchedules lists what the bot does at set times.
func drawSchedules(ctx context.Context, tx *store.Tx, viewer bot.Actor, _ bot.View) (bot.Card, error) {
	if err := RefuseSchedules(tx, viewer); err != nil {
		return bot.Card{}, err
	}
	lines, err := scheduleLines(ctx, tx, true)
	if err != nil {
		return bot.Card{}, err
	}
	card := bot.Card{Title: "Schedules", Menu: &bot.Menu{Label: "Look at one"}}
	for _, l := range lines {
		card.Body = append(card.Body, l)
	}
	for _, s := range hiring.Schedules() {
		card.Menu.Items = append(card.Menu.Items, bot.MenuItem{Label: s.Title, Do: bot.Do("hire.schedules", s.Name)})
	}
	card.Actions = []bot.Action{{Label: "All settings", Do: bot.Do("hire.settings")}}
	return card, nil
}

// scheduleLines says of each schedule when it is run and when it was last, and, explained, what it does.
func scheduleLines(ctx context.Context, tx *store.Tx, explained bool) ([]bot.Text, error) {
	rows, err := tx.Schedules(ctx)
	if err != nil {
		return nil, err
	}
	var lines []bot.Text
	add := func(line bot.Text, help string) {
		if explained {
			line = bot.Lines(line, bot.T(help))
		}
		lines = append(lines, line)
	}
	for _, s := range hiring.Schedules() {
		line, err := scheduleLine(tx, s, rows[s.Name])
		if err != nil {
			return nil, err
		}
		add(line, s.Help)
	}
	next, err := tx.NextReminder(ctx)
	if err != nil {
		return nil, err
	}
	add(bot.Join(bot.B("Approval reminders: "), bot.T("on, by each one's clock at the time of reminders · last "), instantOr(rows[hiring.ScheduleApprovals].LastRunAt, "never"),
		bot.T(" · next "), instantOr(next, "none is due")),
		fmt.Sprintf("Remind those whom an approval waits for, once a working day in their hours, %d times at most.", hiring.MaxReminders))
	return lines, nil
}

func scheduleLine(tx *store.Tx, s hiring.Schedule, row store.ScheduleRow) (bot.Text, error) {
	plan, err := PlanOf(s, row, tx.Snapshot().Zone(""))
	if err != nil {
		return nil, err
	}
	line := bot.Join(bot.B(s.Title+": "), bot.T(onOff(plan.On)+", "), bot.C(plan.Expression), bot.T(" in "+plan.Zone.String()+" · last "), instantOr(row.LastRunAt, "never"))
	return bot.Join(line, bot.T(" · next "), instantOr(nextRun(plan, row, tx.Now()), "never")), nil
}

// nextRun is when a schedule is run next: what the sweep has planned, or, where that has not seen the last
// change yet, what it will.
func nextRun(plan hiring.Planned, row store.ScheduleRow, now time.Time) time.Time {
	if row.Planned == plan.Key() {
		return row.NextRunAt
	}
	return plan.Next(now)
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

func instantOr(at time.Time, none string) bot.Text {
	if at.IsZero() {
		return bot.T(none)
	}
	return bot.At(at)
}

// drawSchedule shows one schedule; its argument says what was just done.
func drawSchedule(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	if err := RefuseSchedules(tx, viewer); err != nil {
		return bot.Card{}, err
	}
	s, ok := hiring.ScheduleByName(v.Subject)
	if !ok {
		return bot.Card{}, bot.ErrMoot
	}
	rows, err := tx.Schedules(ctx)
	if err != nil {
		return bot.Card{}, err
	}
	row := rows[s.Name]
	plan, err := PlanOf(s, row, tx.Snapshot().Zone(""))
	if err != nil {
		return bot.Card{}, err
	}
	card := bot.Card{
		Title: s.Title + ": " + onOff(plan.On),
		Body: []bot.Node{bot.T(s.Help), bot.Fields{
			{Label: "When", Text: bot.Join(bot.C(plan.Expression), bot.T(" in "+plan.Zone.String()))},
			{Label: "Last run", Text: instantOr(row.LastRunAt, "never")},
			{Label: "Next run", Text: instantOr(nextRun(plan, row, tx.Now()), "never")},
		}},
	}
	if done := arg(v, 0); done != "" {
		card.Tone = bot.Good
		card.Body = append([]bot.Node{bot.T(done)}, card.Body...)
	}
	if s.Name == hiring.ScheduleWeeklyReport && tx.Snapshot().Setting(hiring.SettingHiringChannel) == "" {
		card.Body = append(card.Body, bot.Join(bot.T("There is no hiring channel, so nothing is posted: "), bot.C("/hire set hiring_channel hiring")))
	}
	toggle := "on"
	if plan.On {
		toggle = "off"
	}
	card.Actions = []bot.Action{
		{Label: "Change", Do: bot.Do("hire.schedule", s.Name)},
		{Label: "Turn " + toggle, Do: bot.Do("hire.schedule", s.Name, toggle)},
		{Label: "Run now", Do: bot.Do("hire.schedule", s.Name, "run"), Confirm: &bot.Confirm{
			Title: "Run it now?", Text: "Its messages go out within a minute.", Yes: "Run", No: "Not now"}},
	}
	if row.Expression != "" || row.Zone != "" || row.Set {
		card.Menu = &bot.Menu{Label: "More", Items: []bot.MenuItem{{Label: "Back to the default", Do: bot.Do("hire.schedule", s.Name, "default")}}}
	}
	return card, nil
}

// previewed is how many runs are shown before a change of a schedule is saved.
const previewed = 3

// SchedulePreviewOf returns the view of a schedule as it would be, with what that makes of the messages to
// come. Row is as it would be kept, draft holds what was typed.
func SchedulePreviewOf(plan hiring.Planned, row store.ScheduleRow, draft string, diff hiring.ForecastDiff) (bot.View, error) {
	found, err := diffArg(diff)
	return bot.View{Name: SchedulePreview, Subject: row.Name, Args: []string{plan.Timing.Expression, row.Zone, onOff(plan.On), draft, found}}, err
}

// drawSchedulePreview shows when a schedule would be run; its arguments are those of SchedulePreviewOf.
func drawSchedulePreview(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	if err := RefuseSchedules(tx, viewer); err != nil {
		return bot.Card{}, err
	}
	s, ok := hiring.ScheduleByName(v.Subject)
	if !ok {
		return bot.Card{}, bot.ErrMoot
	}
	on := true // also of one that is off it is shown when it would be run
	plan, err := hiring.PlanSchedule(s, arg(v, 0), arg(v, 1), &on, tx.Snapshot().Zone(""))
	if err != nil {
		return bot.Card{}, err
	}
	c, err := readChange(ctx, tx, viewer, arg(v, 4))
	if err != nil {
		return bot.Card{}, err
	}
	lines := []bot.Text{bot.B("Its next three runs:")}
	at := tx.Now()
	for range previewed {
		at = plan.Next(at)
		lines = append(lines, bot.At(at))
	}
	card := bot.Card{
		Tone: bot.Attention, Title: s.Title + ": " + arg(v, 2) + "?",
		Body: []bot.Node{bot.Join(bot.C(plan.Expression), bot.T(" in "+plan.Zone.String())), bot.Lines(lines...)},
		Actions: []bot.Action{
			{Label: "Save", Do: bot.Do("hire.reschedule", s.Name).WithDraft(arg(v, 3)), Style: bot.Primary},
			{Label: "Change again", Do: bot.Do("hire.schedule", s.Name)},
			{Label: "Cancel", Do: bot.Do("hire.schedules", s.Name)},
		},
		Context: bot.T("Nothing is saved yet."),
	}
	if arg(v, 2) == "off" {
		card.Body = append(card.Body, bot.T("It is off: none of them happens until it is turned on."))
	}
	card.Body = append(card.Body, c.words())
	return card, c.look.audited(ctx, tx, viewer)
}

// TargetArg names a requisition with its target date, which a message of it is about.
func TargetArg(r hiring.Requisition) string { return r.ID + ":" + r.Target }

// drawTargetDates lists requisitions that are past their target date; its arguments name them with the
// dates. What is filled, moved or hidden from the reader by now is left out.
func drawTargetDates(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	var late []hiring.Requisition
	for _, a := range v.Args {
		id, target, _ := strings.Cut(a, ":")
		r, _, _, err := ReqFor(ctx, tx, viewer, id)
		if hiring.ErrorCode(err) == hiring.NotFound {
			continue
		}
		if err != nil {
			return bot.Card{}, err
		}
		if r.State == hiring.ReqOpen && r.Target == target {
			late = append(late, r)
		}
	}
	if len(late) == 0 {
		return bot.Card{}, bot.ErrMoot
	}
	verb := " is past its target date"
	if len(late) > 1 {
		verb = " are past their target date"
	}
	card := bot.Card{Tone: bot.Attention, Title: count(len(late), "requisition") + verb, Menu: &bot.Menu{Label: "Move a date"}}
	var lines []bot.Text
	for i, r := range late {
		if i == PageSize {
			lines = append(lines, bot.Join(bot.Tf("… and %d more: ", len(late)-i), bot.C("/req list mine")))
			break
		}
		p, _ := tx.Snapshot().Playbook(r.Role)
		lines = append(lines, bot.Join(bot.B(r.ID+" "), bot.T(fmt.Sprintf("%s · by %s · %d of %d filled", ReqName(r, p), bot.Date(r.Target).Long(), r.Filled, r.Seats))))
		card.Menu.Items = append(card.Menu.Items, bot.MenuItem{Label: r.ID + " " + ReqName(r, p), Do: bot.Do("req.edit", r.ID)})
	}
	card.Body = []bot.Node{bot.Lines(lines...)}
	card.Actions = []bot.Action{{Label: "My requisitions", Do: bot.Do("req.list", MineOnly), Style: bot.Primary}}
	return card, nil
}

// leastTold is the least number that a report to everybody tells: fewer could point at somebody.
const leastTold = 5

// drawWeeklyReport says how many requisitions changed to which state in some time, given by its arguments.
func drawWeeklyReport(ctx context.Context, tx *store.Tx, _ bot.Actor, v bot.View) (bot.Card, error) {
	from, err := time.Parse(time.RFC3339, arg(v, 0))
	if err != nil {
		return bot.Card{}, bot.ErrMoot
	}
	until, err := time.Parse(time.RFC3339, arg(v, 1))
	if err != nil {
		return bot.Card{}, bot.ErrMoot
	}
	m, err := tx.CountReqMoves(ctx, from, until)
	if err != nil {
		return bot.Card{}, err
	}
	return weeklyCard(m, from, until), nil
}

func weeklyCard(m store.ReqMoves, from, until time.Time) bot.Card {
	told := func(n int) bot.Text {
		if n < leastTold {
			return bot.Tf("fewer than %d", leastTold)
		}
		return bot.T(fmt.Sprint(n))
	}
	return bot.Card{
		Title: "Hiring this week",
		Body: []bot.Node{bot.Fields{
			{Label: "Opened", Text: told(m.Opened)}, {Label: "Filled", Text: told(m.Filled)},
			{Label: "Put on hold", Text: told(m.Held)}, {Label: "Closed", Text: told(m.Closed)},
		}},
		Actions: []bot.Action{{Label: "Open requisitions", Do: bot.Do("req.list", string(hiring.ReqOpen))}},
		Context: bot.Join(bot.T("Requisitions from "), bot.At(from), bot.T(" to "), bot.At(until), bot.T(". An admin can turn this off: "), bot.C("/hire schedules")),
	}
}
