package commands

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

func nudgeCommands() []Command {
	return []Command{
		{
			Spec: bot.Spec{
				Noun: "hire", Verb: "mynudges", Ack: bot.MayOpenForm,
				Summary: "When I may tell you things that you did not ask for",
				Details: "“default” goes back to what the company has set. Approvals that are addressed to you alone always come.",
				Params: []bot.Param{
					{Name: "hours", Label: "Your hours", Kind: workingHours, Max: 20, Help: "Your working hours, by your clock", Example: "10:00-19:00"},
					{Name: "zone", Label: "Your time zone", Kind: ownZone, KeyOnly: true, Max: 40, Help: "Where your clock is; “default” is that of your chat profile"},
					{Name: "away", Label: "Days away", Kind: daysAway, KeyOnly: true, Max: 400, Help: "Days on which you want to be told nothing; “none” for no such day"},
					{Name: "style", Kind: nudgeStyle, Input: bot.InputChoice, Help: "What is more than a day's number: in one message, or one by one on the next days", Choices: []bot.Choice{
						{Label: "In one message", Value: views.NudgeDigest}, {Label: "One by one", Value: views.NudgeSingle}}},
					{Name: "budget", Label: "Messages a day", Kind: nudgeBudget, KeyOnly: true, Max: 10, Help: "How many messages that you did not ask for you want in a day", Example: "2"},
				},
				Examples: []string{"/hire mynudges", "/hire mynudges 10:00-19:00", "/hire mynudges away:24 Dec..1 Jan budget:1", "/hire mynudges hours:default"},
			},
			Form: nudgeForm, Handle: saveNudges,
		},
		{
			Spec: bot.Spec{
				Noun: "hire", Verb: "holidays", Ack: bot.MayOpenForm, Roles: adminsOnly,
				Summary: "Add holidays from a calendar: a CSV file, or pasted rows",
				Details: "Each row is a date and a name. They are added to those that are set; /hire set holidays replaces them.",
				Params: []bot.Param{
					{Name: "file", Label: "CSV file", Kind: bot.UploadedFile, Help: "A CSV file of dates and names", Example: "holidays.csv"},
					{Name: "rows", Label: "Or pasted rows", Kind: bot.LongText, KeyOnly: true, Max: 3000, Help: "Rows of a date and a name", Example: "2026-11-09, Diwali"},
				},
				Examples: []string{"/hire holidays"},
			},
			Allow: allowSettings, Form: holidayForm, Handle: addHolidays,
		},
	}
}

// byDefault is what one says to go back to what the company has set.
const byDefault = "default"

// orDefault returns a kind that also reads “default”.
func orDefault(name, example string, parse func(text string) (string, error)) *bot.Kind {
	return &bot.Kind{
		Name: name, Example: example,
		Parse: func(_ bot.Reading, text string) (any, error) {
			if strings.EqualFold(strings.TrimSpace(text), byDefault) {
				return byDefault, nil
			}
			return parse(text)
		},
		Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Words: 4,
	}
}

var (
	workingHours = orDefault("hours", "10:00-19:00", func(text string) (string, error) {
		hours, err := hiring.ParseHours(text)
		return hours.String(), err
	})
	ownZone = orDefault("zone", "Asia/Kolkata", func(text string) (string, error) {
		return canonicalZone(text)
	})
	nudgeBudget = orDefault("number", "2", func(text string) (string, error) {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 1 || n > hiring.MaxBudget {
			return "", hiring.InvalidField("budget", "Say a number from 1 to %d, like 2.", hiring.MaxBudget)
		}
		return strconv.Itoa(n), nil
	})
)

// canonicalZone returns the name of a zone as it is written, however it was typed.
func canonicalZone(text string) (string, error) {
	zone, err := hiring.ParseZone(text)
	if err != nil {
		return "", err
	}
	return zone.String(), nil
}

// daysAway reads dates and spans of dates as people write them, separated by comma.
var daysAway = &bot.Kind{
	Name: "days", Example: "24 Dec, 28 Dec..4 Jan",
	Parse: func(rd bot.Reading, text string) (any, error) {
		if folded := strings.ToLower(strings.TrimSpace(text)); folded == "none" || folded == byDefault {
			return "none", nil
		}
		var spans []string
		for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == '\n' }) {
			if strings.TrimSpace(part) == "" {
				continue
			}
			var ends []string
			for end := range strings.SplitSeq(strings.NewReplacer(" to ", "..", "–", "..").Replace(part), "..") {
				day, err := bot.ParseDate(rd.Now, rd.Zone, strings.TrimSpace(end))
				if err != nil {
					return nil, err
				}
				ends = append(ends, string(day))
			}
			if len(ends) == 2 {
				ends[0] = begun(ends[0], ends[1], rd.Now)
			}
			if last, today := ends[len(ends)-1], string(bot.DateOf(rd.Now, rd.Zone)); last < today {
				return nil, bot.Invalidf("", "“%s” is over. Write days to come, such as %s.", strings.TrimSpace(part), bot.DateOf(rd.Now.AddDate(0, 0, 7), rd.Zone))
			}
			spans = append(spans, strings.Join(ends, ".."))
		}
		days, err := hiring.ParseDaysAway(strings.Join(spans, ", "))
		return hiring.PrintDaysAway(days), err
	},
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Words: 20,
}

// longAway is how long ago somebody may have begun to be away who says so now.
const longAway = 60

// begun returns the first day of a span. A date without a year is read as the next one of that name; of who is
// away already it is the last one.
func begun(from, to string, now time.Time) string {
	first, err := time.Parse(time.DateOnly, from)
	if last := first.AddDate(-1, 0, 0); err == nil && from > to && last.After(now.AddDate(0, 0, -longAway)) {
		return last.Format(time.DateOnly)
	}
	return from
}

var nudgeStyle = &bot.Kind{
	Name: "style", Example: views.NudgeDigest,
	Parse: func(_ bot.Reading, text string) (any, error) { return text, nil },
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Wire: 6,
}

func refuseNobody(actor bot.Actor) error {
	if actor.ID == "" {
		return hiring.Errorf(hiring.NotAllowed, "I know you by no name yet, and tell you nothing unasked.")
	}
	return nil
}

func nudgeForm(_ context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
	if err := refuseNobody(req.Actor); err != nil {
		return bot.Form{}, err
	}
	s := tx.Snapshot()
	own := s.NudgePreferences(req.Actor.ID)
	style, budget, away := views.NudgeDigest, s.NudgeBudget(req.Actor.ID), "none"
	if own.Single {
		style = views.NudgeSingle
	}
	if days := hiring.DaysNotOver(own.Away, string(bot.DateOf(tx.Now(), s.Zone(req.Actor.ID)))); len(days) > 0 {
		away = hiring.PrintDaysAway(days)
	}
	return bot.Form{
		Title: "Your nudges", Submit: "Save", Call: bot.Do("hire.mynudges"),
		Note: bot.T("When I may tell you things that you did not ask for. Approvals addressed to you alone always come."),
		Fields: []bot.Field{
			bot.FieldOf(req.Spec, "hours", s.WorkTime(req.Actor.ID).Hours.String()), bot.FieldOf(req.Spec, "zone", s.Zone(req.Actor.ID).String()),
			bot.FieldOf(req.Spec, "away", away), bot.FieldOf(req.Spec, "style", style), bot.FieldOf(req.Spec, "budget", strconv.Itoa(budget)),
		},
	}, nil
}

// saveNudges keeps what was said. What is the same as before is left as it is, so that what follows the
// company goes on following it.
func saveNudges(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	if err := refuseNobody(req.Actor); err != nil {
		return bot.Response{}, err
	}
	s := tx.Snapshot()
	own := s.NudgePreferences(req.Actor.ID)
	if text := req.Args.Text("hours"); text == byDefault {
		own.Hours = nil
	} else if text != "" && text != s.WorkTime(req.Actor.ID).Hours.String() {
		hours, err := hiring.ParseHours(text)
		if err != nil {
			return bot.Response{}, err
		}
		own.Hours = &hours
	}
	if text := req.Args.Text("away"); text == "none" {
		own.Away = nil
	} else if text != "" {
		days, err := hiring.ParseDaysAway(text)
		if err != nil {
			return bot.Response{}, err
		}
		own.Away = days
	}
	if style := req.Args.Text("style"); style != "" {
		own.Single = style == views.NudgeSingle
	}
	if text := req.Args.Text("budget"); text == byDefault {
		own.Budget = nil
	} else if n, err := strconv.Atoi(text); err == nil && n != s.NudgeBudget(req.Actor.ID) {
		own.Budget = &n
	}
	if err := tx.SetNudgePreferences(ctx, own); err != nil {
		return bot.Response{}, err
	}
	if err := setOwnZone(ctx, tx, req.Actor.ID, req.Args.Text("zone")); err != nil {
		return bot.Response{}, err
	}
	return redraw(req, views.MyNudges, ""), tx.Audit(ctx, store.AuditEvent{Subject: "person:" + req.Actor.ID, Fact: "nudges_changed"})
}

// setOwnZone sets the zone of a person as they said it, where that is another one than now.
func setOwnZone(ctx context.Context, tx *store.Tx, person, zone string) error {
	if zone == "" || zone == tx.Snapshot().Zone(person).String() {
		return nil
	}
	p, ok := tx.Snapshot().Person(person)
	if !ok {
		return bot.ErrMoot
	}
	p.Zone = zone
	if zone == byDefault {
		p.Zone = ""
	}
	_, err := tx.SavePerson(ctx, p)
	return err
}

func holidayForm(_ context.Context, _ *store.Tx, req bot.Request) (bot.Form, error) {
	return bot.Form{
		Title: "Add holidays", Submit: "Add", Call: bot.Do("hire.holidays"),
		Note:   bot.T("A row for each: the date and the name. They are added to those that are set."),
		Fields: []bot.Field{bot.FieldOf(req.Spec, "file"), bot.FieldOf(req.Spec, "rows")},
	}, nil
}

func addHolidays(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	data, field := []byte(req.Args.Text("rows")), "rows"
	if id := req.Args.Text("file"); id != "" {
		if len(data) > 0 {
			return bot.Response{}, hiring.InvalidField("rows", "Send a file or paste rows, not both.")
		}
		file, err := tx.File(ctx, id)
		if err != nil {
			return bot.Response{}, err
		}
		data, field = file.Data, "file"
	}
	more, problems := hiring.ReadHolidays(data)
	if len(problems) > 0 {
		return bot.Response{Errors: []bot.FieldError{{Field: field, Message: listProblems(problems)}}}, nil
	}
	if len(more) == 0 {
		return bot.Response{Errors: []bot.FieldError{{Field: "file", Message: "Choose a file, or paste the rows below. Example: 2026-11-09, Diwali"}}}, nil
	}
	have := tx.Snapshot().Calendar().Holidays
	all := hiring.JoinHolidays(have, more, companyDay(tx))
	setting, _ := hiring.SettingByKey(hiring.SettingHolidays)
	preview, shows, err := previewed(ctx, tx, req, setting, hiring.PrintHolidays(all), field)
	if err != nil || shows {
		return preview, err
	}
	if err := ChangeSetting(ctx, tx, setting, hiring.PrintHolidays(all), field); err != nil {
		return bot.Response{}, err
	}
	return redraw(req, views.Holidays, "", strconv.Itoa(max(0, len(all)-len(have)))), nil
}
