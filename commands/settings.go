package commands

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

func settingsCommands() []Command {
	return []Command{
		{
			Spec: bot.Spec{
				Noun: "hire", Verb: "settings", Reads: true, Roles: adminsOnly,
				Summary:  "Every setting, with its default",
				Examples: []string{"/hire settings"},
			},
			Allow: allowSettings,
			Handle: func(context.Context, *store.Tx, bot.Request) (bot.Response, error) {
				return show(views.Settings, ""), nil
			},
		},
		{
			Spec: bot.Spec{
				Noun: "hire", Verb: "set", Ack: bot.MayOpenForm, Roles: adminsOnly,
				Summary: "Change a setting",
				Details: "Of one that says when people are told things, the difference is shown before it is saved.",
				Params: []bot.Param{
					{Name: "setting", Kind: settingKey, Required: true, Help: "Which setting", Input: bot.InputChoice, Choices: settingChoices()},
					{Name: "value", Kind: settingValue, Required: true, Max: 1000, Help: "Its new value; “default” goes back to the default"},
				},
				Examples: []string{"/hire set timezone Europe/Berlin", "/hire set current_ctc no", "/hire set hiring_channel default"},
			},
			Allow: allowSettings, Form: settingForm, Handle: saveSetting,
		},
		{
			Spec: bot.Spec{
				Noun: "hire", Verb: "setup", Ack: bot.MayOpenForm, Roles: adminsOnly,
				Summary: "Set up the company in one short form",
				Params: []bot.Param{
					{Name: "company", Kind: bot.PlainText, KeyOnly: true, Required: true, Max: 80, Help: "Its name, as it stands in announcements and letters", Example: "Acme India"},
					{Name: "channel", Label: "Hiring channel", Kind: channelName, KeyOnly: true, Help: "Where opened requisitions are announced; empty for nowhere"},
					{Name: "recruiters", Kind: Person, KeyOnly: true, Repeated: true, Secret: true, Input: bot.InputPeople, Help: "Who recruits"},
					{Name: "approvers", Label: "Who approves", Kind: bot.PlainText, KeyOnly: true, Max: 200, Help: "People or roles in order, with > between steps; empty approves at once", Example: "approver-1 > compensation"},
				},
				Examples: []string{"/hire setup"},
			},
			Allow: allowSettings, Form: setupForm, Handle: setup,
		},
	}
}

func allowSettings(_ context.Context, tx *store.Tx, actor bot.Actor) error {
	return views.RefuseSettings(tx, actor)
}

var settingKey = &bot.Kind{
	Name: "setting", Example: "timezone",
	Parse: func(_ bot.Reading, text string) (any, error) { return text, nil },
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Wire: 16, Words: 4,
}

// settingValue takes the rest of the words. In a button it may be short only.
var settingValue = &bot.Kind{
	Name: "value", Example: "Asia/Kolkata",
	Parse: func(_ bot.Reading, text string) (any, error) { return text, nil },
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Rest: true, Wire: 60,
}

// channelName reads the name of a channel, with or without #.
var channelName = &bot.Kind{
	Name: "channel", Example: "hiring",
	Parse: func(_ bot.Reading, text string) (any, error) {
		return strings.TrimPrefix(strings.TrimSpace(text), "#"), nil
	},
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionChannel, Wire: 40,
}

func settingChoices() []bot.Choice {
	var out []bot.Choice
	for _, s := range hiring.Settings() {
		out = append(out, bot.Choice{Label: s.Title, Value: s.Key})
	}
	return out
}

func settingForm(_ context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
	key := req.Args.Text("setting")
	form := bot.Form{Title: "Change a setting", Submit: "Save", Call: bot.Do("hire.set")}
	value := bot.FieldOf(req.Spec, "value")
	s, known := hiring.SettingByKey(key)
	if first := strings.Fields(req.Args.Text("value")); !known && len(first) > 0 {
		// No name of a setting was among the words, so the first of them must have been meant for one.
		return form, unknownSetting(first[0])
	}
	if !known {
		form.Fields = []bot.Field{bot.FieldOf(req.Spec, "setting"), value}
		return form, nil
	}
	form.Title, form.Call = s.Title, bot.Do("hire.set", s.Key)
	form.Note = bot.T(s.Help)
	value.Label, value.Hint, value.Example = s.Title, "“default” goes back to: "+orNone(tx.Snapshot().Default(s.Key)), s.Example
	if typed := req.Args.Text("value"); typed != "" {
		value.Value = []string{typed} // what was previewed is changed
	} else if now := tx.Snapshot().Setting(s.Key); now != "" {
		value.Value = []string{now}
	}
	if s.Kind == hiring.SettingYesNo {
		value.Input = bot.InputChoice
		value.Choices = []bot.Choice{{Label: "Yes", Value: "yes"}, {Label: "No", Value: "no"}}
	}
	form.Fields = []bot.Field{value}
	return form, nil
}

func unknownSetting(name string) error {
	var known []string
	for _, s := range hiring.Settings() {
		known = append(known, s.Key, s.Title)
	}
	meant := ""
	if near := bot.Nearest(name, known); near != "" {
		meant = " Did you mean " + near + "?"
	}
	return bot.NewProblem(bot.CodeNotFound, "setting", fmt.Sprintf("There is no setting “%s”.%s /hire settings lists them.", name, meant))
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

func saveSetting(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	s, ok := hiring.SettingByKey(req.Args.Text("setting"))
	if !ok {
		return bot.Response{}, bot.ErrMoot
	}
	preview, shows, err := previewed(ctx, tx, req, s, req.Args.Text("value"), "value")
	if err != nil || shows {
		return preview, err
	}
	before := tx.Snapshot().Setting(s.Key)
	if err := ChangeSetting(ctx, tx, s, req.Args.Text("value"), "value"); err != nil {
		return bot.Response{}, err
	}
	if views.MovesMessages(s.Key) {
		return redraw(req, views.SettingSaved, s.Key, before, views.NoneMoves), nil
	}
	return redraw(req, views.SettingSaved, s.Key, before), nil
}

// settingOf reads what was typed for a setting and returns the value in the form in which it is kept;
// “default” is its default. Field names it in an error, which is Invalid.
func settingOf(tx *store.Tx, s hiring.Setting, text, field string) (string, error) {
	if strings.EqualFold(strings.TrimSpace(text), "default") {
		return tx.Snapshot().Default(s.Key), nil
	}
	value, err := hiring.CheckSetting(s, text)
	if err != nil {
		return "", hiring.InvalidField(field, "%s", messageOf(err))
	}
	return value, nil
}

// checkedSetting reads what was typed for a setting like settingOf, and refuses what could not be saved: a
// chain of whom nobody knows, a channel that the bot is not in.
func checkedSetting(ctx context.Context, tx *store.Tx, s hiring.Setting, text, field string) (string, error) {
	value, err := settingOf(tx, s, text, field)
	if err != nil {
		return "", err
	}
	if s.Kind == hiring.SettingChain {
		if err := CheckChain(tx.Snapshot(), value, field); err != nil {
			return "", err
		}
		if err := hiring.ClearChain(value, tx.Snapshot().People()); err != nil {
			return "", hiring.InvalidField(field, "%s", messageOf(err))
		}
	}
	if s.Kind == hiring.SettingChannel && value != "" && value != tx.Snapshot().Setting(s.Key) {
		return value, checkChannel(ctx, tx, value, field)
	}
	return value, nil
}

// ChangeSetting checks and saves one setting, and puts that on record, unless it is so already; “default”
// goes back to its default. Field names it in an error, which is Invalid.
func ChangeSetting(ctx context.Context, tx *store.Tx, s hiring.Setting, text, field string) error {
	value, err := checkedSetting(ctx, tx, s, text, field)
	if err != nil {
		return err
	}
	if value == tx.Snapshot().Setting(s.Key) {
		return nil // nothing changes, so nothing goes on record
	}
	if err := tx.SetSetting(ctx, s.Key, value); err != nil {
		return err
	}
	return tx.Audit(ctx, store.AuditEvent{Subject: "setting:" + s.Key, Fact: "setting_changed"})
}

// checkChannel refuses a channel that the bot is not in. As long as no platform has told of any, every
// name is taken.
func checkChannel(ctx context.Context, tx *store.Tx, name, field string) error {
	all, err := tx.Channels(ctx)
	if err != nil || len(all) == 0 {
		return err
	}
	if _, err := tx.ChannelByName(ctx, "", name); bot.ErrorCode(err) == bot.CodeNotFound {
		return hiring.InvalidField(field, "I am in no channel #%s. %s Then set it again.", strings.TrimPrefix(name, "#"), howToLetIn(tx.Snapshot()))
	} else if err != nil {
		return err
	}
	return nil
}

// howToLetIn says how the bot gets into a channel, on each of the company's platforms.
func howToLetIn(s *store.Snapshot) string {
	ways := map[string]string{
		"slack":   "type there: /invite @Hirebot",
		"discord": "give my role “View Channel” and “Send Messages” in the channel's settings",
	}
	var said []string
	for _, w := range s.Workspaces() {
		if way := ways[w.Platform]; way != "" && w.Kind == store.HomeWorkspace {
			way = "On " + hiring.PlatformTitle(w.Platform) + ", " + way + "."
			if !slices.Contains(said, way) {
				said = append(said, way)
			}
		}
	}
	if len(said) == 0 {
		return "Let me into it first."
	}
	return strings.Join(said, " ")
}

func messageOf(err error) string {
	if e, ok := err.(bot.Coded); ok { //nolint:errorlint // CheckSetting returns its own error, not a wrapped one.
		return e.Message()
	}
	return err.Error()
}

// CheckChain refuses, with an Invalid error about a field, an approval chain that names somebody who
// is neither an active person nor a role.
func CheckChain(s *store.Snapshot, chain, field string) error {
	_, err := hiring.ParseChain(chain, func(name string) (string, bool) {
		p, ok := s.PersonByName(name)
		now, _ := s.Person(s.Survivor(p.ID))
		return now.ID, ok && now.Active
	})
	if err != nil {
		return hiring.InvalidField(field, "%s", messageOf(err))
	}
	return nil
}

func setupForm(_ context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
	s := tx.Snapshot()
	company := bot.FieldOf(req.Spec, "company", s.Setting(hiring.SettingCompany))
	channel := bot.FieldOf(req.Spec, "channel", nonEmpty(s.Setting(hiring.SettingHiringChannel))...)
	recruiters := bot.FieldOf(req.Spec, "recruiters")
	for _, p := range s.People() {
		if p.Active {
			recruiters.Choices = append(recruiters.Choices, bot.Choice{Label: p.Name, Value: p.ID})
		}
		if p.Has(hiring.Recruiter) {
			recruiters.Value = append(recruiters.Value, p.ID)
		}
	}
	if len(recruiters.Value) == 0 && req.Actor.ID != "" {
		recruiters.Value = []string{req.Actor.ID}
	}
	approvers := bot.FieldOf(req.Spec, "approvers", nonEmpty(s.Setting(hiring.SettingApprovers))...)
	return bot.Form{
		Title: "Set up Hirebot", Submit: "Save", Call: bot.Do("hire.setup"),
		Note:   bot.T("Four things, all with a default. You can change each later with /hire settings."),
		Fields: []bot.Field{company, channel, recruiters, approvers},
	}, nil
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func setup(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	for _, f := range []struct{ field, key string }{
		{"company", hiring.SettingCompany}, {"channel", hiring.SettingHiringChannel}, {"approvers", hiring.SettingApprovers},
	} {
		s, _ := hiring.SettingByKey(f.key)
		if text := req.Args.Text(f.field); text != tx.Snapshot().Setting(f.key) {
			if err := ChangeSetting(ctx, tx, s, text, f.field); err != nil {
				return bot.Response{}, err
			}
		}
	}
	chosen := bot.AllArgs[string](req.Args, "recruiters")
	for _, p := range tx.Snapshot().People() {
		if !p.Active {
			continue // the form does not offer them: they keep what they come back to
		}
		wanted := slices.Contains(chosen, p.ID)
		if wanted == slices.Contains(p.Roles, hiring.Recruiter) {
			continue
		}
		change := PersonChange{Roles: []RoleGrant{{Role: hiring.Recruiter, Take: !wanted}}}
		if _, err := ChangePerson(ctx, tx, req.Actor, p.ID, change); err != nil {
			return bot.Response{}, err
		}
	}
	return show(views.SetupDone, ""), nil
}
