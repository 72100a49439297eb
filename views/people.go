package views

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// RefusePeople refuses people's roles to all but admins.
func RefusePeople(tx *store.Tx, viewer bot.Actor) error {
	if hiring.May(Actor(viewer), hiring.ChangePeople, hiring.Subject{}) {
		return nil
	}
	return hiring.Errorf(hiring.NotAllowed, "Only admins see and change who may do what. Ask %s.", whomToAsk(tx, hiring.Admin))
}

func drawPeople(_ context.Context, tx *store.Tx, viewer bot.Actor, _ bot.View) (bot.Card, error) {
	if err := RefusePeople(tx, viewer); err != nil {
		return bot.Card{}, err
	}
	s := tx.Snapshot()
	return peopleCard(s.People(), func(p hiring.Person) string { return standing(s, p) }), nil
}

// standing says in a few words what is particular about somebody's accounts: that they are a guest, or
// on which platforms they have none any more that is open. It is "" for most people.
func standing(s *store.Snapshot, p hiring.Person) string {
	var words []string
	if into, ok := s.Person(p.MergedInto); ok {
		words = append(words, "merged into "+into.Name)
	}
	if p.Guest {
		words = append(words, "guest")
	}
	platform := func(id hiring.Identity) string {
		w, _ := s.Workspace(id.Workspace)
		return w.Platform
	}
	open, closed := map[string]bool{}, map[string]bool{}
	for _, id := range p.Identities {
		if slices.Contains(p.Closed, id) {
			closed[platform(id)] = true
		} else {
			open[platform(id)] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(closed)) {
		if !open[name] && name != "" {
			words = append(words, "left "+hiring.PlatformTitle(name))
		}
	}
	return strings.Join(words, ", ")
}

// nameWith puts what is particular about somebody behind their name.
func nameWith(p hiring.Person, standing string) string {
	if standing == "" {
		return p.Name
	}
	return p.Name + " · " + standing
}

// peopleCard lists people; standing says what is particular about somebody's accounts.
func peopleCard(people []hiring.Person, standing func(hiring.Person) string) bot.Card {
	t := bot.Table{Header: []string{"Person", "Roles", "State"}}
	menu := &bot.Menu{Label: "Change one"}
	unlinked := 0
	for _, p := range people {
		state := "active"
		switch {
		case p.MergedInto != "":
			state = "merged"
		case !p.Active:
			state = "deactivated"
		case !p.Linked():
			state = "not linked"
			unlinked++
		}
		t.Rows = append(t.Rows, []bot.Text{bot.T(nameWith(p, standing(p))), bot.T(roleTitles(p.Roles)), bot.T(state)})
		menu.Items = append(menu.Items, bot.MenuItem{Label: p.Name, Hint: roleTitles(p.Roles), Do: bot.Do("hire.people", p.ID)})
	}
	card := bot.Card{Title: "People", Body: []bot.Node{t}, Menu: menu}
	if len(people) == 0 {
		return bot.Card{Title: "Nobody here yet", Body: []bot.Node{bot.T("People appear when they first write to me. The first of them becomes admin by /hire claim.")},
			Actions: []bot.Action{{Label: "Set up", Do: bot.Do("hire.setup")}}}
	}
	if unlinked > 0 {
		card.Body = append(card.Body, bot.T("Not linked: known by name only, so I cannot write to them."))
	}
	if len(menu.Items) > 25 {
		menu.Items = menu.Items[:25]
		card.Body = append(card.Body, bot.Join(bot.T("For somebody further down: "), bot.C("/hire people NAME")))
	}
	card.Context = bot.Join(bot.T("Give and take roles: "), bot.C("/hire people NAME +interviewer -admin"))
	return card
}

func roleTitles(roles []hiring.Role) string {
	if len(roles) == 0 {
		return "Member"
	}
	var out []string
	for _, r := range hiring.Roles {
		if slices.Contains(roles, r) {
			out = append(out, hiring.RoleTitle(r))
		}
	}
	return strings.Join(out, ", ")
}

func drawPerson(_ context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	if err := RefusePeople(tx, viewer); err != nil {
		return bot.Card{}, err
	}
	p, ok := tx.Snapshot().Person(v.Subject)
	if !ok {
		return bot.Card{}, bot.ErrMoot
	}
	s := tx.Snapshot()
	return personCard(p, standing(s, p), s.Zone(p.ID).String(), arg(v, 0)), nil
}

// personCard shows a person; standing says what is particular about their accounts, done in one line
// what has just been changed.
func personCard(p hiring.Person, standing, zone, done string) bot.Card {
	fields := bot.Fields{
		{Label: "Roles", Text: bot.T(roleTitles(p.Roles))},
		{Label: "State", Text: bot.T(stateOf(p))},
		{Label: "Zone", Text: bot.T(zone)},
	}
	if len(p.Withheld) > 0 {
		fields = append(fields, bot.LabelledText{Label: "Not while a guest", Text: bot.T(roleTitles(p.Withheld))})
	}
	if len(p.Mapped) > 0 {
		fields = append(fields, bot.LabelledText{Label: "By their roles on Discord", Text: bot.T(roleTitles(p.Mapped))})
	}
	card := bot.Card{Title: nameWith(p, standing), Body: []bot.Node{fields}}
	if done != "" {
		card.Tone = bot.Good
		card.Body = append([]bot.Node{bot.T(done)}, card.Body...)
	}
	if p.MergedInto != "" {
		card.Actions = []bot.Action{{Label: "Who they are now", Do: bot.Do("hire.people", p.MergedInto)}, {Label: "Everyone", Do: bot.Do("hire.people")}}
		return card
	}
	if !p.Active {
		card.Actions = []bot.Action{{Label: "Reactivate", Do: bot.Do("hire.people", p.ID, "", "reactivate"), Style: bot.Primary}}
		if p.Left {
			card.Actions = append(card.Actions, bot.Action{Label: "Keep deactivated", Do: bot.Do("hire.people", p.ID, "", "deactivate")})
		}
		return card
	}
	menu := &bot.Menu{Label: "Give or take a role"}
	for _, r := range hiring.Roles {
		switch {
		case p.Has(r) || slices.Contains(p.Withheld, r):
			menu.Items = append(menu.Items, bot.MenuItem{Label: "Take " + hiring.RoleTitle(r), Hint: hiring.RolePurpose(r), Do: bot.Do("hire.people", p.ID, "-"+string(r))})
		case !p.Guest || hiring.OpenToGuests(r):
			menu.Items = append(menu.Items, bot.MenuItem{Label: "Give " + hiring.RoleTitle(r), Hint: hiring.RolePurpose(r), Do: bot.Do("hire.people", p.ID, "+"+string(r))})
		}
	}
	card.Menu = menu
	card.Actions = []bot.Action{
		{Label: "Everyone", Do: bot.Do("hire.people")},
		{Label: "Deactivate", Do: bot.Do("hire.people", p.ID, "", "deactivate"), Style: bot.Danger,
			Confirm: &bot.Confirm{Title: "Deactivate " + p.Name + "?", Text: "They lose all access at once. What they did stays, and you can reactivate them.", Yes: "Deactivate", No: "Keep"}},
	}
	return card
}

func stateOf(p hiring.Person) string {
	switch {
	case p.MergedInto != "":
		return "merged: no account, roles or access of their own"
	case p.Left:
		return "no access until their account is opened again"
	case !p.Active:
		return "deactivated: no access"
	case !p.Linked():
		return "not linked to a chat account"
	default:
		return "active"
	}
}

// ByDiscordRole stands in the place of who gave a role that came by a role of Discord.
const ByDiscordRole = hiring.SettingDiscordRoles

// drawRoleGiven tells somebody of a role; its subject is the person, its arguments the role and who
// gave it. Drawn again after the role was taken back, it says that.
func drawRoleGiven(_ context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	p, ok := tx.Snapshot().Person(strings.TrimPrefix(v.Subject, "person:"))
	if !ok || p.ID != viewer.ID {
		return bot.Card{}, bot.ErrMoot
	}
	by := personText(tx.Snapshot(), arg(v, 1))
	if arg(v, 1) == ByDiscordRole {
		by = bot.T("Your role on Discord")
	}
	return roleGivenCard(p, hiring.Role(arg(v, 0)), by), nil
}

func roleGivenCard(p hiring.Person, r hiring.Role, by bot.Text) bot.Card {
	if !p.Has(r) {
		return bot.Card{
			Title: "Taken back: you are no longer " + article(hiring.RoleTitle(r)),
			Body:  []bot.Node{bot.T("What you may still do: " + roleTitles(p.Roles) + ".")},
		}
	}
	return bot.Card{
		Title: "You are now " + article(hiring.RoleTitle(r)),
		Body: []bot.Node{
			bot.Join(by, bot.T(" gave you this role. It is for: "+hiring.RolePurpose(r)+".")),
		},
		Actions: []bot.Action{{Label: "What I can do", Do: bot.Do("hire.help")}},
	}
}

// article puts "a" or "an" before the title of a role, in lower case.
func article(title string) string {
	title = strings.ToLower(title)
	if strings.ContainsRune("aeiou", rune(title[0])) {
		return "an " + title
	}
	if title == "compensation" {
		return "in compensation"
	}
	return "a " + title
}

// drawSelfGrant tells recruiters and compensation that somebody gave themselves a role; its subject
// is the person, its argument the role.
func drawSelfGrant(_ context.Context, tx *store.Tx, _ bot.Actor, v bot.View) (bot.Card, error) {
	p, ok := tx.Snapshot().Person(strings.TrimPrefix(v.Subject, "person:"))
	if !ok {
		return bot.Card{}, bot.ErrMoot
	}
	r := hiring.Role(arg(v, 0))
	state := "They still have it."
	if !p.Has(r) {
		state = "They no longer have it."
	}
	return bot.Card{
		Title: p.Name + " gave themselves a role: " + hiring.RoleTitle(r),
		Tone:  bot.Attention,
		Body:  []bot.Node{bot.T("The role is for: " + hiring.RolePurpose(r) + ". " + state)},
	}, nil
}

// drawClaimed answers a claim; its argument is how it went, its second the tries that are left.
func drawClaimed(_ context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	switch arg(v, 0) {
	case string(store.ClaimDone):
		return bot.Card{
			Tone: bot.Good, Title: "You are the admin now",
			Body:    []bot.Node{bot.T("Next, name the recruiters and who approves. Everything works with defaults if you skip that.")},
			Actions: []bot.Action{{Label: "Set up", Do: bot.Do("hire.setup"), Style: bot.Primary}, {Label: "Later: my home", Do: bot.Do("hire.home")}},
		}, nil
	case string(store.ClaimWrong):
		return bot.Card{Tone: bot.Trouble, Title: "That is not the code", Body: []bot.Node{
			bot.T(triesLeft(arg(v, 1)))}}, nil
	default:
		if len(tx.Snapshot().PeopleWith(hiring.Admin)) > 0 && !viewer.Is(string(hiring.Admin)) {
			return bot.Card{Tone: bot.Trouble, Title: "There is nothing to claim", Body: []bot.Node{
				bot.T("This company has an admin already. Ask " + whomToAsk(tx, hiring.Admin) + " for a role.")}}, nil
		}
		return bot.Card{Tone: bot.Trouble, Title: "There is no open code", Body: []bot.Node{
			bot.T("A code holds for one hour, once, and for five tries. Restart the bot to get a new one.")}}, nil
	}
}

func triesLeft(n string) string {
	const where = "The code stands where the bot was started, and holds for one hour."
	switch n {
	case "0":
		return "No try is left. Restart the bot to get a new code."
	case "1":
		return "One try is left. " + where
	default:
		return n + " tries are left. " + where
	}
}
