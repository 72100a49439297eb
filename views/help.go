package views

import (
	"context"
	"slices"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// claimCommand is of use until the company has an admin.
const claimCommand = "hire.claim"

// helpView draws help from the declarations; its subject is a noun or "noun.verb", or "" for all
// that this person may do.
func helpView(registry func() *bot.Registry) func(context.Context, *store.Tx, bot.Actor, bot.View) (bot.Card, error) {
	return func(_ context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
		r := registry()
		if spec, ok := r.Spec(v.Subject); ok && MayRun(viewer, spec) {
			return commandHelp(spec), nil
		}
		claimed := len(tx.Snapshot().PeopleWith(hiring.Admin)) > 0
		var mine []bot.Spec
		for _, s := range r.Specs() {
			if s.FromCard || claimed && s.Name() == claimCommand {
				continue
			}
			if MayRun(viewer, s) && concerns(tx, viewer, s) && (v.Subject == "" || s.Noun == v.Subject) {
				mine = append(mine, s)
			}
		}
		if len(mine) == 0 {
			return noHelp(r, v.Subject), nil
		}
		return helpCard(mine), nil
	}
}

// concerns tells whether somebody can ever have something to do a command to.
func concerns(tx *store.Tx, viewer bot.Actor, spec bot.Spec) bool {
	action := hiring.Action(spec.Action)
	if action == "" || hiring.MayEver(Actor(viewer), action) {
		return true
	}
	return action == hiring.DecideReq && (inChain(tx.Snapshot(), viewer) || len(tx.Snapshot().StandsInFor(viewer.ID, today(tx, viewer))) > 0)
}

// inChain tells whether the approval chain asks somebody.
func inChain(s *store.Snapshot, viewer bot.Actor) bool {
	chain, err := hiring.ParseChain(s.Setting(hiring.SettingApprovers), func(name string) (string, bool) {
		p, ok := s.PersonByName(name)
		return p.ID, ok
	})
	if err != nil {
		return false
	}
	return slices.ContainsFunc(chain, func(step hiring.ChainStep) bool {
		return slices.Contains(step.People, viewer.ID) || slices.ContainsFunc(step.Roles, Actor(viewer).Has)
	})
}

// MayRun tells whether a person has a role that a command asks for.
func MayRun(viewer bot.Actor, spec bot.Spec) bool {
	if viewer.Outsider {
		return false
	}
	if len(spec.Roles) == 0 {
		return true
	}
	for _, r := range spec.Roles {
		if viewer.Is(r) {
			return true
		}
	}
	return false
}

// noHelp answers for a command that there is not, or not for this person.
func noHelp(r *bot.Registry, topic string) bot.Card {
	card := bot.Card{Actions: []bot.Action{{Label: "All I can do", Do: bot.Do("hire.help")}}}
	name := "/" + strings.ReplaceAll(topic, ".", " ")
	known := r.Verbs(topic)
	if spec, ok := r.Spec(topic); ok {
		known = []bot.Spec{spec}
	}
	if len(known) > 0 {
		card.Title = name + " is for: " + WhoMay(known...)
		card.Body = []bot.Node{bot.T("An admin can give you the role.")}
		return card
	}
	card.Title = "There is no command " + name
	var names []string
	for _, n := range r.Nouns() {
		names = append(names, n)
		for _, s := range r.Verbs(n) {
			names = append(names, n+" "+s.Verb)
		}
	}
	if near := bot.Nearest(strings.TrimPrefix(name, "/"), names); near != "" {
		card.Body = []bot.Node{bot.T("Did you mean /" + near + "?")}
		card.Actions = append([]bot.Action{{Label: "/" + near, Do: bot.Do("hire.help", strings.ReplaceAll(near, " ", "."))}}, card.Actions...)
	}
	return card
}

func helpCard(specs []bot.Spec) bot.Card {
	card := bot.Card{Title: "What you can do"}
	var order []string
	byNoun := map[string][]bot.Text{}
	menu := &bot.Menu{Label: "More about"}
	for _, s := range specs {
		if byNoun[s.Noun] == nil {
			order = append(order, s.Noun)
		}
		byNoun[s.Noun] = append(byNoun[s.Noun], bot.Join(bot.C(s.Examples[0]), bot.T("  "+s.Summary)))
		if len(menu.Items) < 25 {
			menu.Items = append(menu.Items, bot.MenuItem{Label: "/" + s.Noun + " " + s.Verb, Hint: s.Summary, Do: bot.Do("hire.help", s.Name())})
		}
	}
	for _, n := range order {
		card.Body = append(card.Body, bot.Lines(append([]bot.Text{bot.B("/" + n)}, byNoun[n]...)...))
	}
	card.Menu = menu
	card.Context = bot.T("Words go in any order; name:value and \"quotes\" work too. Answers are private unless they say otherwise.")
	return card
}

func commandHelp(s bot.Spec) bot.Card {
	card := bot.Card{Title: bot.Usage(s), Body: []bot.Node{bot.T(s.Summary + ".")}}
	if s.Details != "" {
		card.Body = append(card.Body, bot.T(s.Details))
	}
	var params []bot.Text
	for _, p := range s.Params {
		example := p.Example
		if example == "" {
			example = p.Kind.Example
		}
		params = append(params, bot.Join(bot.B(p.Name), bot.T(": "+p.Help+", for example "), bot.C(example)))
	}
	if len(params) > 0 {
		card.Body = append(card.Body, bot.Lines(params...))
	}
	var examples []bot.Text
	for _, e := range s.Examples {
		examples = append(examples, bot.C(e))
	}
	card.Body = append(card.Body, bot.Lines(append([]bot.Text{bot.B("Examples")}, examples...)...))
	card.Context = bot.T("Who may: " + WhoMay(s))
	return card
}

// WhoMay names the roles of which one is needed to run one of the commands.
func WhoMay(specs ...bot.Spec) string {
	var titles []string
	for _, s := range specs {
		if len(s.Roles) == 0 {
			return "anyone of the company"
		}
		for _, r := range s.Roles {
			if title := hiring.RoleTitle(hiring.Role(r)); !slices.Contains(titles, title) {
				titles = append(titles, title)
			}
		}
	}
	return strings.Join(titles, ", ")
}
