package commands

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

func simulateCommands() []Command {
	which := reqParam()
	which.Required, which.Help = false, "Only messages about one requisition, for who works on its candidates"
	days := bot.Param{Name: "days", Kind: spanOfDays, Help: "How many days ahead, 1 to 30; 7 if left out", Example: "7 days"}
	mayRun := []string{string(hiring.Admin), string(hiring.Recruiter)}
	return []Command{
		{
			Spec: bot.Spec{
				Noun: "simulate", Verb: "messages", Default: true, Reads: true, Roles: mayRun,
				Summary:  "Every message that will go out: to whom, when and why",
				Details:  "As if nobody did anything until then. What a message is about is named to who works on it; the others read how many there are.",
				Params:   []bot.Param{which, days},
				Examples: []string{"/simulate", "/simulate 14 days", "/simulate R-12 7 days"},
			},
			Allow: allowSimulation, Suggest: suggestReq,
			Handle: func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
				about, days, err := simulated(ctx, tx, req)
				return redraw(req, views.Simulation, about, days), err
			},
		},
		{
			Spec: bot.Spec{
				Noun: "simulate", Verb: "file", Roles: mayRun, FromCard: true,
				Summary:  "The messages that will go out, as a file in your direct messages",
				Params:   []bot.Param{which, days},
				Examples: []string{"/simulate file 30 days"},
			},
			Allow: allowSimulation, Suggest: suggestReq,
			Handle: func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
				about, days, err := simulated(ctx, tx, req)
				if err != nil {
					return bot.Response{}, err
				}
				return sendToSelf(ctx, tx, req, views.SimulationFile, about, views.FileSent, "You asked for this file.", days)
			},
		},
		{
			Spec: bot.Spec{
				Noun: "simulate", Verb: "save", Roles: adminsOnly, FromCard: true,
				Summary: "Save a setting of the reminders after its preview",
				Details: "Without a value everything stays as it is.",
				Params: []bot.Param{
					{Name: "setting", Kind: settingKey, Required: true, Help: "Which setting", Input: bot.InputChoice, Choices: policyChoices()},
					{Name: "value", Kind: settingValue, Max: 1000, Help: "Its new value; it comes with the preview"},
				},
				Examples: []string{"/simulate save reminder_time 11:00"},
			},
			Allow: allowSettings, Handle: savePolicy,
		},
	}
}

func allowSimulation(_ context.Context, tx *store.Tx, actor bot.Actor) error {
	return views.RefuseSimulation(tx, actor)
}

var daysWritten = regexp.MustCompile(`^([0-9]{1,3})(?: ?d| ?days?)?$`)

// spanOfDays reads how many days ahead: 7, 7d or 7 days.
var spanOfDays = &bot.Kind{
	Name: "days", Example: "7 days",
	Parse: func(_ bot.Reading, text string) (any, error) {
		m := daysWritten.FindStringSubmatch(strings.ToLower(strings.TrimSpace(text)))
		if m == nil {
			return nil, bot.Invalidf("", "“%s” is no number of days. Write it like 7 days.", text)
		}
		n, err := strconv.Atoi(m[1])
		if err != nil || n < 1 || n > hiring.MaxForecastDays {
			return nil, bot.Invalidf("", "I look 1 to %d days ahead, like 7 days.", hiring.MaxForecastDays)
		}
		return n, nil
	},
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Wire: 3, Words: 2,
	Claims: func(_ bot.Reading, text string) bool {
		return daysWritten.MatchString(strings.ToLower(strings.TrimSpace(text)))
	},
}

// simulated returns what a simulation is asked about: the requisition, "" for all, and the days.
func simulated(ctx context.Context, tx *store.Tx, req bot.Request) (about, days string, err error) {
	days = strconv.Itoa(bot.ArgOr(req.Args, "days", hiring.ForecastDays))
	if req.Args.Text("req") == "" {
		return "", days, nil
	}
	r, _, _, err := theReq(ctx, tx, req)
	if err != nil {
		return "", "", err
	}
	return r.ID, days, views.RefuseNarrowed(req.Actor, r)
}

func policyChoices() []bot.Choice {
	var out []bot.Choice
	for _, s := range hiring.Settings() {
		if views.MovesMessages(s.Key) {
			out = append(out, bot.Choice{Label: s.Title, Value: s.Key})
		}
	}
	return out
}

// previewed returns the card that shows what a setting would make of the messages to come, before it is
// saved. It is false where the setting has nothing to do with these, or changes none of them: then it
// can be saved. Field names what was typed in an error.
func previewed(ctx context.Context, tx *store.Tx, req bot.Request, s hiring.Setting, text, field string) (bot.Response, bool, error) {
	if !views.MovesMessages(s.Key) {
		return bot.Response{}, false, nil
	}
	value, err := checkedSetting(ctx, tx, s, text, field)
	if err != nil || value == tx.Snapshot().Setting(s.Key) {
		return bot.Response{}, false, err
	}
	diff, err := views.PolicyDiff(ctx, tx, s.Key, value)
	if err != nil || diff.Same() {
		return bot.Response{}, false, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return bot.Response{}, false, fmt.Errorf("make a draft id: %w", err)
	}
	kept := bot.Draft{ID: id.String(), Command: "simulate.save", Subject: "typed:" + id.String(), Values: bot.Values{"value": {value}}}
	view, err := views.PolicyPreviewOf(s.Key, value, kept.ID, diff)
	if err != nil {
		return bot.Response{}, false, err
	}
	return redraw(req, view.Name, view.Subject, view.Args...), true, tx.SaveDraft(ctx, kept)
}

// savePolicy saves a setting that was previewed. Without a value it leaves everything as it is.
func savePolicy(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	s, ok := hiring.SettingByKey(req.Args.Text("setting"))
	if !ok {
		return bot.Response{}, bot.ErrMoot
	}
	before := tx.Snapshot().Setting(s.Key)
	if text := req.Args.Text("value"); text != "" {
		if err := ChangeSetting(ctx, tx, s, text, "value"); err != nil {
			return bot.Response{}, err
		}
	}
	return redraw(req, views.SettingSaved, s.Key, before), nil
}
