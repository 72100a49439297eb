package views

import (
	"context"
	"fmt"
	"strings"

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
	places, err := hiringChannels(ctx, tx)
	if err != nil {
		return bot.Card{}, err
	}
	card := settingsCard(tx.Snapshot().Setting, tx.Snapshot().Default, places)
	schedules, err := scheduleLines(ctx, tx, false)
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

// hiringChannels says in words which channels the name of the hiring channel stands for: one of each
// workspace that has one. It is "" where the setting is empty.
func hiringChannels(ctx context.Context, tx *store.Tx) (string, error) {
	s := tx.Snapshot()
	name := s.Setting(hiring.SettingHiringChannel)
	if name == "" {
		return "", nil
	}
	found, err := tx.ChannelsNamed(ctx, name)
	if err != nil {
		return "", err
	}
	if len(found) == 0 {
		return "No workspace has a channel of this name that I am in.", nil
	}
	places := make([]string, 0, len(found))
	for _, c := range found {
		place := "#" + c.Name + " of " + WorkspaceName(s, c.Workspace)
		if c.Quiet {
			place += ", which wants quiet"
		}
		places = append(places, place)
	}
	return "Posted in: " + strings.Join(places, "; ") + ".", nil
}

// settingsCard lists the settings; places says what the hiring channel stands for.
func settingsCard(value, byDefault func(key string) string, places string) bot.Card {
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
		text = bot.Join(text, bot.T("\n"+s.Help))
		if s.Key == hiring.SettingHiringChannel && places != "" {
			text = bot.Join(text, bot.T("\n"+places))
		}
		lines = append(lines, text)
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

// NoneMoves says, as an argument of SettingSaved, that a change was looked at and changes no message to come.
const NoneMoves = "none_moves"

// drawSettingSaved confirms a change; its subject is the setting, its arguments the value before, and what
// it makes of the messages to come.
func drawSettingSaved(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	if err := RefuseSettings(tx, viewer); err != nil {
		return bot.Card{}, err
	}
	s, ok := hiring.SettingByKey(v.Subject)
	if !ok {
		return bot.Card{}, bot.ErrMoot
	}
	before, now := arg(v, 0), tx.Snapshot().Setting(s.Key)
	was := "Was: " + shown(before) + "."
	if before == now {
		was = "Unchanged: it was so already."
	}
	card := bot.Card{
		Tone: bot.Good, Title: s.Title + ": " + shown(now), Body: []bot.Node{bot.T(was)},
		Actions: []bot.Action{{Label: "All settings", Do: bot.Do("hire.settings")}},
	}
	if arg(v, 1) == NoneMoves && before != now {
		card.Body = append(card.Body, bot.T("It changes no message of "+inDays(PolicyDays)+"."))
	}
	if s.Key == hiring.SettingHiringChannel {
		places, err := hiringChannels(ctx, tx)
		if err != nil {
			return bot.Card{}, err
		}
		if places != "" {
			card.Body = append(card.Body, bot.T(places))
		}
	}
	if s.Kind == hiring.SettingChain {
		card.Body = append(card.Body, chainLines(tx.Snapshot())...)
	}
	undo := bot.Do("hire.set", s.Key, before)
	if MovesMessages(s.Key) {
		undo = bot.Do("simulate.save", s.Key, before) // it was so a moment ago, and needs no preview
	}
	if before != "" && before != now {
		if _, err := undo.Encode(); err == nil {
			card.Actions = append(card.Actions, bot.Action{Label: "Undo", Do: undo})
		}
	}
	return card, nil
}

// chainLines say whom each step of the approval chain asks, since a word may be a person or a role.
func chainLines(s *store.Snapshot) []bot.Node {
	chain, err := hiring.ParseChain(s.Setting(hiring.SettingApprovers), func(name string) (string, bool) {
		p, ok := s.PersonByName(name)
		return p.ID, ok
	})
	if err != nil || len(chain) == 0 {
		return nil
	}
	var lines []bot.Text
	for i, step := range chain {
		lines = append(lines, bot.T(fmt.Sprintf("%d. ", i+1)+step.Reading(func(id string) string { p, _ := s.Person(id); return p.Name })))
	}
	return []bot.Node{bot.Lines(lines...)}
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
		Body: append([]bot.Node{bot.Fields{
			{Label: "Hiring channel", Text: bot.T(shown(s.Setting(hiring.SettingHiringChannel)))},
			{Label: "Recruiters", Text: recruiters},
			{Label: "Approvals", Text: bot.T(approvers)},
		}}, chainLines(s)...),
		Actions: []bot.Action{{Label: "My home", Do: bot.Do("hire.home"), Style: bot.Primary}, {Label: "All settings", Do: bot.Do("hire.settings")}},
	}, nil
}
