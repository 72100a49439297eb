package commands

import (
	"context"
	"fmt"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

func scheduleCommands() []Command {
	which := bot.Param{Name: "schedule", Kind: scheduleName, Required: true, Help: "Which schedule", Input: bot.InputChoice, Choices: scheduleChoices()}
	when := bot.Param{Name: "when", Kind: cronTime, Max: 100, Help: "Minute, hour, day, month and day of the week, or @daily"}
	zone := bot.Param{Name: "zone", Label: "Time zone", Kind: zoneName, KeyOnly: true, Max: 40, Help: "In whose time; “company” is the company's"}
	state := bot.Param{Name: "state", Kind: scheduleState, Input: bot.InputChoice, Help: "On or off; run does it once now, default undoes every change", Choices: []bot.Choice{
		{Label: "On", Value: "on"}, {Label: "Off", Value: "off"}, {Label: "Run now", Value: "run"}, {Label: "Default", Value: "default"}}}
	secret := func(p bot.Param) bot.Param {
		p.Secret, p.KeyOnly = true, true // they come with the draft
		return p
	}
	shown := which
	shown.Required = false
	return []Command{
		{
			Spec: bot.Spec{
				Noun: "hire", Verb: "schedules", Reads: true, Roles: adminsOnly,
				Summary: "What I do at set times, with the last and the next run",
				Params:  []bot.Param{shown}, Examples: []string{"/hire schedules", "/hire schedules weekly_report"},
			},
			Allow: allowSchedules,
			Handle: func(_ context.Context, _ *store.Tx, req bot.Request) (bot.Response, error) {
				if name := req.Args.Text("schedule"); name != "" {
					return redraw(req, views.Schedule, name), nil
				}
				return redraw(req, views.Schedules, ""), nil
			},
		},
		{
			Spec: bot.Spec{
				Noun: "hire", Verb: "schedule", Ack: bot.MayOpenForm, Roles: adminsOnly, FormFirst: true,
				Summary:  "Change when I do something, turn it on or off, or run it now",
				Details:  "A change shows the next runs, and what it makes of the messages of the next days, before it is saved.",
				Params:   []bot.Param{which, state, when, zone},
				Examples: []string{"/hire schedule weekly_report on", "/hire schedule weekly_report 0 9 * * 1 zone:Europe/Berlin", "/hire schedule target_dates run"},
			},
			Allow: allowSchedules, Form: scheduleForm, Handle: changeSchedule,
		},
		{
			Spec: bot.Spec{
				Noun: "hire", Verb: "reschedule", Roles: adminsOnly, FromCard: true,
				Summary:  "Save a schedule after its preview",
				Params:   []bot.Param{which, secret(state), secret(when), secret(zone)},
				Examples: []string{"/hire reschedule weekly_report when:@weekly"},
			},
			Allow: allowSchedules,
			Handle: func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
				row, err := wantedSchedule(ctx, tx, req)
				if err != nil {
					return bot.Response{}, err
				}
				return saveSchedule(ctx, tx, req, row, "Saved.")
			},
		},
	}
}

func allowSchedules(_ context.Context, tx *store.Tx, actor bot.Actor) error {
	return views.RefuseSchedules(tx, actor)
}

func scheduleChoices() []bot.Choice {
	var out []bot.Choice
	for _, s := range hiring.Schedules() {
		out = append(out, bot.Choice{Label: s.Title, Value: s.Name})
	}
	return out
}

var scheduleName = &bot.Kind{
	Name: "schedule", Example: hiring.ScheduleWeeklyReport,
	Parse: func(_ bot.Reading, text string) (any, error) { return text, nil },
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Wire: 16, Words: 4,
}

var scheduleState = &bot.Kind{
	Name: "state", Example: "on",
	Parse: func(_ bot.Reading, text string) (any, error) { return text, nil },
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Wire: 7,
}

// cronTime reads a cron expression, and refuses at the field what never comes, or comes too often.
var cronTime = &bot.Kind{
	Name: "time", Example: "0 9 * * 1-5",
	Parse: func(_ bot.Reading, text string) (any, error) {
		t, err := hiring.ParseTiming(text)
		if err != nil {
			return nil, err
		}
		if err := t.RefuseOften(); err != nil {
			return nil, err
		}
		if t.Zone != "" {
			return "CRON_TZ=" + t.Zone + " " + t.Expression, nil
		}
		return t.Expression, nil
	},
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Rest: true,
}

// companyZone is what one says for the zone of the company, whatever that is.
const companyZone = "company"

// zoneName reads the name of a time zone.
var zoneName = &bot.Kind{
	Name: "zone", Example: "Asia/Kolkata",
	Parse: func(_ bot.Reading, text string) (any, error) {
		if text == companyZone {
			return text, nil
		}
		return canonicalZone(text)
	},
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText,
}

// rowOf returns the row of a schedule that the request names.
func rowOf(ctx context.Context, tx *store.Tx, req bot.Request) (hiring.Schedule, store.ScheduleRow, error) {
	s, ok := hiring.ScheduleByName(req.Args.Text("schedule"))
	if !ok {
		return s, store.ScheduleRow{}, bot.ErrMoot
	}
	rows, err := tx.Schedules(ctx)
	row := rows[s.Name]
	row.Name = s.Name
	return s, row, err
}

func scheduleForm(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
	name := req.Args.Text("schedule")
	form := bot.Form{Title: "Change a schedule", Submit: "Preview", Call: bot.Do("hire.schedule", name)}
	when, zone, state := bot.FieldOf(req.Spec, "when"), bot.FieldOf(req.Spec, "zone"), bot.FieldOf(req.Spec, "state")
	state.Choices = state.Choices[:2] // on and off
	when.Required = true
	when.Hint = "Minute, hour, day, month, day of the week"
	if name == "" {
		form.Fields = []bot.Field{bot.FieldOf(req.Spec, "schedule"), when, zone, state}
		return form, nil
	}
	s, row, err := rowOf(ctx, tx, req)
	if err != nil {
		return bot.Form{}, err
	}
	plan, err := views.PlanOf(s, row, tx.Snapshot().Zone(""))
	if err != nil {
		return bot.Form{}, err
	}
	form.Title, form.Note = s.Title, bot.T(s.Help)
	when.Value, zone.Value, state.Value = []string{plan.Timing.Expression}, []string{companyZone}, []string{"off"}
	if row.Zone != "" {
		zone.Value = []string{row.Zone}
	}
	if plan.On {
		state.Value = []string{"on"}
	}
	form.Fields = []bot.Field{when, zone, state}
	return form, nil
}

// changeSchedule runs a schedule, or shows what a change of its time or its state would be; what changes no
// message is turned on or off at once.
func changeSchedule(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	s, row, err := rowOf(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	state, retimed := req.Args.Text("state"), req.Args.Text("when") != "" || req.Args.Text("zone") != ""
	if retimed && (state == "run" || state == "default") {
		return bot.Response{}, hiring.InvalidField("state", "Change its time, or say %s; not both at once.", state)
	}
	if state == "run" {
		return runSchedule(ctx, tx, req, s, row)
	}
	wanted, err := wantedSchedule(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	plan, err := views.PlanOf(s, wanted, tx.Snapshot().Zone(""))
	if err != nil {
		return bot.Response{}, err
	}
	diff, err := views.ScheduleDiff(ctx, tx, wanted)
	if err != nil {
		return bot.Response{}, err
	}
	if !retimed && diff.Same() { // nobody notices
		done := "It is " + state + " now."
		if state == "default" {
			done = "It is as it comes again."
		}
		return saveSchedule(ctx, tx, req, wanted, done+" It changes no message of the days to come.")
	}
	kept, err := keepTyped(ctx, tx, req, "hire.reschedule")
	if err != nil {
		return bot.Response{}, err
	}
	view, err := views.SchedulePreviewOf(plan, wanted, kept, diff)
	return redraw(req, view.Name, view.Subject, view.Args...), err
}

// runSchedule has a schedule run now, once.
func runSchedule(ctx context.Context, tx *store.Tx, req bot.Request, s hiring.Schedule, row store.ScheduleRow) (bot.Response, error) {
	plan, err := views.PlanOf(s, row, tx.Snapshot().Zone(""))
	if err != nil {
		return bot.Response{}, err
	}
	if err := tx.RunSchedule(ctx, row, plan.Key()); err != nil {
		return bot.Response{}, err
	}
	return redraw(req, views.Schedule, s.Name, "It is run within a minute."), auditSchedule(ctx, tx, s, "schedule_run")
}

// wantedSchedule returns the row as the request wants it. An expression that is the declared one, and
// the company's zone, are kept as none: they go on following what they follow.
func wantedSchedule(ctx context.Context, tx *store.Tx, req bot.Request) (store.ScheduleRow, error) {
	s, row, err := rowOf(ctx, tx, req)
	if err != nil {
		return row, err
	}
	state := req.Args.Text("state")
	if state == "default" {
		return store.ScheduleRow{Name: row.Name}, nil
	}
	if text := req.Args.Text("when"); text != "" {
		t, err := hiring.ParseTiming(text)
		if err != nil {
			return row, err
		}
		if row.Expression = t.Expression; t.Expression == s.Expression {
			row.Expression = ""
		}
		if t.Zone != "" {
			row.Zone = t.Zone
		}
	}
	switch zone := req.Args.Text("zone"); zone {
	case "":
	case companyZone:
		if t, _ := hiring.ParseTiming(req.Args.Text("when")); t.Zone == "" {
			row.Zone = ""
		}
	default:
		row.Zone = zone
	}
	if state != "" {
		row.Set, row.Enabled = true, state == "on"
	}
	return row, nil
}

func saveSchedule(ctx context.Context, tx *store.Tx, req bot.Request, row store.ScheduleRow, done string) (bot.Response, error) {
	s, _ := hiring.ScheduleByName(row.Name)
	if err := tx.SetSchedule(ctx, row); err != nil {
		return bot.Response{}, err
	}
	return redraw(req, views.Schedule, s.Name, done), auditSchedule(ctx, tx, s, "schedule_changed")
}

func auditSchedule(ctx context.Context, tx *store.Tx, s hiring.Schedule, fact string) error {
	return tx.Audit(ctx, store.AuditEvent{Subject: "schedule:" + s.Name, Fact: fact})
}
