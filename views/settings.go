package views

import (
	"context"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// RefuseSettings refuses the company's settings to all but admins.
func RefuseSettings(tx *store.Tx, viewer bot.Actor) error {
	if hiring.May(Actor(viewer), hiring.ChangeSettings, hiring.Subject{}) {
		return nil
	}
	return hiring.Errorf(hiring.NotAllowed, "Only admins see and change the settings. Ask %s.", whomToAsk(tx, hiring.Admin))
}

func drawSettings(ctx context.Context, tx *store.Tx, viewer bot.Actor, _ bot.View) (bot.Card, error) {
	if err := RefuseSettings(tx, viewer); err != nil {
		return bot.Card{}, err
	}
	card := settingsCard(tx.Snapshot().Setting, tx.Snapshot().Default)
	schedules, err := scheduleLines(ctx, tx)
	if err != nil {
		return bot.Card{}, err
	}
	card.Body = append(card.Body, bot.Divider{}, bot.B("At set times"))
	for _, line := range schedules {
		card.Body = append(card.Body, line)
	}
	card.Actions = []bot.Action{{Label: "Schedules", Do: bot.Do("hire.schedules")}}
	return card, nil
}

func settingsCard(value, byDefault func(key string) string) bot.Card {
	card := bot.Card{Title: "Settings"}
	menu := &bot.Menu{Label: "Change one"}
	var lines []bot.Text
	for _, s := range hiring.Settings() {
		now := value(s.Key)
		text := bot.Join(bot.B(s.Title+": "), bot.T(shown(now)))
		if now == byDefault(s.Key) {
			text = bot.Join(text, bot.I(" (default)"))
		} else {
			text = bot.Join(text, bot.I(" (default: "+shown(byDefault(s.Key))+")"))
		}
		lines = append(lines, bot.Join(text, bot.T("\n"+s.Help)))
		menu.Items = append(menu.Items, bot.MenuItem{Label: s.Title, Do: bot.Do("hire.set", s.Key)})
	}
	for _, l := range lines {
		card.Body = append(card.Body, l)
	}
	card.Menu = menu
	card.Context = bot.Join(bot.T("Or type: "), bot.C("/hire set timezone Europe/Berlin"))
	return card
}

func shown(value string) string {
	if value == "" {
		return "none"
	}
	return value
}

// drawSettingSaved confirms a change; its subject is the setting, its argument the value before.
func drawSettingSaved(_ context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	if err := RefuseSettings(tx, viewer); err != nil {
		return bot.Card{}, err
	}
	s, ok := hiring.SettingByKey(v.Subject)
	if !ok {
		return bot.Card{}, bot.ErrMoot
	}
	before, now := arg(v, 0), tx.Snapshot().Setting(s.Key)
	card := bot.Card{
		Tone: bot.Good, Title: s.Title + ": " + shown(now),
		Body:    []bot.Node{bot.T("Was: " + shown(before) + ".")},
		Actions: []bot.Action{{Label: "All settings", Do: bot.Do("hire.settings")}},
	}
	if undo := bot.Do("hire.set", s.Key, before); before != "" && before != now {
		if _, err := undo.Encode(); err == nil {
			card.Actions = append(card.Actions, bot.Action{Label: "Undo", Do: undo})
		}
	}
	return card, nil
}

// drawSetupDone sums up what setup decided.
func drawSetupDone(_ context.Context, tx *store.Tx, viewer bot.Actor, _ bot.View) (bot.Card, error) {
	if err := RefuseSettings(tx, viewer); err != nil {
		return bot.Card{}, err
	}
	s := tx.Snapshot()
	recruiters := bot.T("nobody yet")
	if list := s.PeopleWith(hiring.Recruiter); len(list) > 0 {
		recruiters = peopleText(list)
	}
	approvers := s.Setting(hiring.SettingApprovers)
	if approvers == "" {
		approvers = "nobody: approved at once, and the history says so"
	}
	return bot.Card{
		Tone: bot.Good, Title: s.Setting(hiring.SettingCompany) + " is set up",
		Body: []bot.Node{bot.Fields{
			{Label: "Hiring channel", Text: bot.T(shown(s.Setting(hiring.SettingHiringChannel)))},
			{Label: "Recruiters", Text: recruiters},
			{Label: "Approvals", Text: bot.T(approvers)},
		}},
		Actions: []bot.Action{{Label: "My home", Do: bot.Do("hire.home"), Style: bot.Primary}, {Label: "All settings", Do: bot.Do("hire.settings")}},
	}, nil
}
