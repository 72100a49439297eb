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

var adminsOnly = []string{string(hiring.Admin)}

func hireCommands() []Command {
	return []Command{
		{
			Spec: bot.Spec{
				Noun: "hire", Verb: "home", Default: true, Reads: true,
				Summary:  "What waits for you, and what you can do next",
				Examples: []string{"/hire"},
			},
			Handle: func(_ context.Context, _ *store.Tx, req bot.Request) (bot.Response, error) {
				return redraw(req, views.Home, ""), nil
			},
		},
		{
			Spec: bot.Spec{
				Noun: "hire", Verb: "help", Reads: true,
				Summary: "What you can do, with examples",
				Params: []bot.Param{{Name: "topic", Kind: topic, Help: "A command, or its noun",
					Example: "band"}},
				Examples: []string{"/hire help", "/hire help band", "/hire help band set"},
			},
			Handle: func(_ context.Context, _ *store.Tx, req bot.Request) (bot.Response, error) {
				return show(views.Help, req.Args.Text("topic")), nil
			},
		},
		{
			Spec: bot.Spec{
				Noun: "hire", Verb: "claim",
				Summary:  "Become the admin, with the code that the bot printed",
				Params:   []bot.Param{{Name: "code", Kind: claimCode, Required: true, Secret: true, Help: "The code, as it was printed when the bot started", Max: 40}},
				Examples: []string{"/hire claim K7QM-2XRA-PL4D"},
			},
			Handle: claim,
		},
		{
			Spec: bot.Spec{
				Noun: "hire", Verb: "people", Roles: adminsOnly,
				Summary: "People: list them, give and take roles, deactivate",
				Details: "Without a person: everyone, and who is not linked to a chat account. Who was joined with somebody else by /hire link is listed as merged.",
				Params: []bot.Param{
					{Name: "person", Kind: Anyone, Help: "Somebody of the company"},
					{Name: "roles", Kind: RoleChange, Repeated: true, Flag: true, Help: "Roles to give (+) and to take (-)", Example: "+interviewer"},
					{Name: "state", Kind: stateKind, Help: "Whether to deactivate or reactivate them", Choices: []bot.Choice{
						{Label: "Deactivate", Value: "deactivate"}, {Label: "Reactivate", Value: "reactivate"}}},
				},
				Examples: []string{"/hire people", "/hire people @interviewer-1 +recruiter -interviewer", "/hire people @interviewer-3 deactivate"},
			},
			Allow: allowPeople, Handle: changePeople,
		},
	}
}

func allowPeople(_ context.Context, tx *store.Tx, actor bot.Actor) error {
	return views.RefusePeople(tx, actor)
}

// topic reads what help is wanted for, "band set" or "band.set" or "/band".
var topic = &bot.Kind{
	Name: "topic", Example: "band set",
	Parse: func(_ bot.Reading, text string) (any, error) {
		words := strings.Fields(strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(text, "/"), ".", " ")))
		if len(words) == 0 {
			return nil, bot.Invalidf("topic", "Say what you want help with, for example band set.")
		}
		if len(words) > 2 {
			words = words[:2]
		}
		return strings.Join(words, "."), nil
	},
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Rest: true, Wire: 33,
}

// claimCode reads the code of a claim: any text, so that the tries count what was typed.
var claimCode = &bot.Kind{
	Name: "code", Example: "K7QM-2XRA-PL4D",
	Parse: func(_ bot.Reading, text string) (any, error) { return text, nil },
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Words: 3,
}

var stateKind = &bot.Kind{
	Name: "state", Example: "deactivate",
	Parse: func(_ bot.Reading, text string) (any, error) { return text, nil },
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Wire: 10,
}

// claim makes the person admin who knows the code. A wrong code is an answer and no error, since the
// try must count.
func claim(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	if who, ok := tx.Snapshot().Person(req.Actor.ID); ok && who.Guest {
		return bot.Response{}, refuseGuest(who) // before the code is used up
	}
	result, err := tx.Claim(ctx, req.Args.Text("code"))
	if err != nil {
		return bot.Response{}, err
	}
	if result.Status != store.ClaimDone {
		return show(views.Claimed, "", string(result.Status), fmt.Sprint(result.Left)), nil
	}
	person, ok := tx.Snapshot().Person(req.Actor.ID)
	if ok {
		if !slices.Contains(person.Roles, hiring.Admin) {
			person.Roles = append(person.Roles, hiring.Admin)
		}
		person, err = tx.SavePerson(ctx, person)
	} else {
		person, err = tx.AddPerson(ctx, hiring.Person{
			Name: tx.Snapshot().FreeName(req.Name, req.From.User), Active: true, Roles: []hiring.Role{hiring.Admin},
			Identities: []hiring.Identity{{Workspace: req.From.Workspace, User: req.From.User}},
		})
	}
	if err != nil {
		return bot.Response{}, err
	}
	if err := tx.Audit(ctx, store.AuditEvent{Subject: "person:" + person.ID, Fact: "admin_claimed"}); err != nil {
		return bot.Response{}, err
	}
	return show(views.Claimed, "", string(store.ClaimDone)), nil
}

func changePeople(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	id := req.Args.Text("person")
	changes, state := bot.AllArgs[RoleGrant](req.Args, "roles"), req.Args.Text("state")
	if id == "" {
		if len(changes) > 0 || state != "" {
			return bot.Response{}, hiring.InvalidField("person", "Say whose. Example: /hire people @interviewer-1 +recruiter")
		}
		return redraw(req, views.People, ""), nil
	}
	if _, ok := tx.Snapshot().Person(id); !ok {
		return bot.Response{}, bot.ErrMoot
	}
	change := PersonChange{Roles: changes}
	switch state {
	case "deactivate":
		change.Active = new(false)
	case "reactivate":
		change.Active = new(true)
	}
	done, err := ChangePerson(ctx, tx, req.Actor, id, change)
	if err != nil {
		return bot.Response{}, err
	}
	return redraw(req, views.Person, id, strings.Join(done, " ")), nil
}

// RoleGrant is a role to give or, with Take, to take.
type RoleGrant struct {
	Role hiring.Role
	Take bool
}

// ErrLastAdmin refuses what would leave the company without an admin.
var ErrLastAdmin = hiring.Errorf(hiring.Conflict, "Then nobody would be admin. Make somebody else admin first: /hire people @name +admin")

// PersonChange says what is to change about somebody.
type PersonChange struct {
	// Roles are given and taken in this order.
	Roles []RoleGrant
	// Active deactivates or reactivates them; nil leaves them as they are.
	Active *bool
}

// ChangePerson changes somebody's roles and access, and returns in sentences what was done. Each
// change is on record; a role is told to the person, or, where they gave it themselves, to recruiters
// and compensation; approvals that ask somebody who lost their access go on without them. By is who
// changes it: the actor of a request, or that of the unit on the command line. It returns a NotFound
// error for a person who does not exist, and a Conflict error where nobody would be admin any more, or
// where a guest would get a role that is not open to guests.
func ChangePerson(ctx context.Context, tx *store.Tx, by bot.Actor, id string, change PersonChange) ([]string, error) {
	before, ok := tx.Snapshot().Person(id)
	if !ok {
		return nil, hiring.Errorf(hiring.NotFound, "There is no such person any more.")
	}
	if into, merged := tx.Snapshot().Person(before.MergedInto); merged && (len(change.Roles) > 0 || change.Active != nil) {
		return nil, hiring.Errorf(hiring.Conflict, "%s was joined with %s, for good, and has no access or roles of their own. Change %s instead.", before.Name, into.Name, into.Name)
	}
	person := before
	var done []string
	for _, c := range change.Roles {
		text, err := changeRole(ctx, tx, by, &person, c)
		if err != nil {
			return nil, err
		}
		done = append(done, text)
	}
	if change.Active != nil {
		text, err := changeState(ctx, tx, &person, *change.Active)
		if err != nil {
			return nil, err
		}
		done = append(done, text)
	}
	same := person.Active == before.Active && person.Left == before.Left && slices.Equal(person.Mapped, before.Mapped)
	if same && slices.Equal(person.Roles, before.Roles) && slices.Equal(person.Withheld, before.Withheld) {
		return done, nil
	}
	if _, err := tx.SavePerson(ctx, person); err != nil {
		return nil, err
	}
	// Only now does the unit hold what two admins who take the role from each other wait for.
	if before.Has(hiring.Admin) && len(tx.Snapshot().PeopleWith(hiring.Admin)) == 0 {
		return nil, ErrLastAdmin
	}
	if person.Active != before.Active {
		if err := settleApprovals(ctx, tx, person.ID); err != nil {
			return nil, err
		}
	}
	return done, tx.Refresh(ctx, "person:"+person.ID)
}

// changeRole gives or takes one role. Who has it already, or not, is left as they are and said so.
func changeRole(ctx context.Context, tx *store.Tx, by bot.Actor, person *hiring.Person, c RoleGrant) (string, error) {
	title := hiring.RoleTitle(c.Role)
	has := slices.Contains(person.Roles, c.Role)
	mapped := slices.Contains(person.Mapped, c.Role)
	if c.Take {
		if !has && !slices.Contains(person.Withheld, c.Role) {
			return fmt.Sprintf("%s was not %s.", person.Name, title), nil
		}
		person.Roles, person.Withheld, person.Mapped = without(person.Roles, c.Role), without(person.Withheld, c.Role), without(person.Mapped, c.Role)
		text := fmt.Sprintf("Taken from %s: %s.", person.Name, title)
		if mapped {
			text += " It came by their role on Discord, and comes back unless that is taken too."
		}
		return text, auditRole(ctx, tx, *person, "role_taken", c.Role)
	}
	if person.Guest && !hiring.OpenToGuests(c.Role) {
		return "", refuseGuest(*person)
	}
	if has && mapped {
		person.Mapped = without(person.Mapped, c.Role)
		return fmt.Sprintf("%s is %s already, by their role on Discord. They keep it now when that goes.", person.Name, title),
			auditRole(ctx, tx, *person, "role_given", c.Role)
	}
	if has {
		return fmt.Sprintf("%s is %s already.", person.Name, title), nil
	}
	person.Roles = append(slices.Clone(person.Roles), c.Role)
	if err := auditRole(ctx, tx, *person, "role_given", c.Role); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s is now %s.", person.Name, title), tellOfRole(ctx, tx, by, *person, c.Role)
}

// without returns the other roles of a list.
func without(roles []hiring.Role, r hiring.Role) []hiring.Role {
	return slices.DeleteFunc(slices.Clone(roles), func(other hiring.Role) bool { return other == r })
}

// refuseGuest refuses a guest a role that is not open to guests.
func refuseGuest(p hiring.Person) error {
	return hiring.Errorf(hiring.Conflict, "%s is a guest in your workspace, and guests can only be interviewers. "+
		"Give them +interviewer, or make them a full member of the workspace first.", p.Name)
}

func auditRole(ctx context.Context, tx *store.Tx, p hiring.Person, fact string, r hiring.Role) error {
	return tx.Audit(ctx, store.AuditEvent{Subject: "person:" + p.ID, Fact: fact, Detail: map[string]string{"role": string(r)}})
}

// tellOfRole tells the person of a role that somebody gave them, or recruiters and compensation of
// one that somebody gave themselves.
func tellOfRole(ctx context.Context, tx *store.Tx, by bot.Actor, p hiring.Person, r hiring.Role) error {
	subject := "person:" + p.ID
	key := fmt.Sprintf("role:%s:%s:%d", p.ID, r, p.Version+1)
	if p.ID != by.ID {
		return tx.Send(ctx, bot.Message{
			To:   bot.Recipient{Person: p.ID},
			View: bot.View{Name: views.RoleGiven, Subject: subject, Args: []string{string(r), by.ID}},
			Key:  key, Why: "You get this because your role changed.",
		})
	}
	told := map[string]bool{p.ID: true}
	for _, role := range []hiring.Role{hiring.Recruiter, hiring.Compensation} {
		for _, other := range tx.Snapshot().PeopleWith(role) {
			if told[other.ID] {
				continue
			}
			told[other.ID] = true
			err := tx.Send(ctx, bot.Message{
				To:   bot.Recipient{Person: other.ID},
				View: bot.View{Name: views.SelfGrant, Subject: subject, Args: []string{string(r)}},
				Key:  key + ":" + other.ID,
				Why:  "You get this because recruiters and compensation are told when somebody gives themselves a role.",
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func changeState(ctx context.Context, tx *store.Tx, person *hiring.Person, active bool) (string, error) {
	if !active && person.Left {
		person.Left = false // so that an account that is opened again does not bring them back
		return person.Name + " is deactivated, also once their account is opened again.",
			tx.Audit(ctx, store.AuditEvent{Subject: "person:" + person.ID, Fact: "deactivated"})
	}
	if person.Active == active {
		if active {
			return person.Name + " is active already.", nil
		}
		return person.Name + " is deactivated already.", nil
	}
	person.Active = active
	fact, text := "deactivated", person.Name+" is deactivated and has no access any more."
	if active {
		fact, text = "reactivated", person.Name+" is active again, with the roles from before."
	}
	return text, tx.Audit(ctx, store.AuditEvent{Subject: "person:" + person.ID, Fact: fact})
}

// KeepProfile puts on record what a platform tells of an account, as the store's KeepProfile does, and
// does what follows: approvals that ask somebody who lost or gained their access go on, and who was
// given a role by it is told. Whose platform tells no time zone is asked for it, once.
func KeepProfile(ctx context.Context, tx *store.Tx, who bot.Identity, p bot.Profile, admin bool) (hiring.Person, error) {
	s := tx.Snapshot()
	before, known := s.PersonByIdentity(who.Workspace, who.User)
	after, err := tx.KeepProfile(ctx, who, p, admin)
	if err != nil {
		return hiring.Person{}, err
	}
	if !known {
		before, known = s.Person(after.ID) // by the same account in another server
	}
	if !known && after.ID != "" && after.Active {
		if err := askZone(ctx, tx, after); err != nil {
			return hiring.Person{}, err
		}
	}
	closed := func(p hiring.Person) bool { return slices.Contains(p.Closed, hiring.Identity(who)) }
	if known && (after.Active != before.Active || closed(after) != closed(before)) {
		if err := settleApprovals(ctx, tx, after.ID); err != nil {
			return hiring.Person{}, err
		}
	}
	as := after
	as.Version-- // of the person before the change, which the message is one of a kind by
	for _, role := range after.Roles {
		// What was only withheld, from a guest who is none any more, is theirs as before.
		news := !slices.Contains(slices.Concat(before.Roles, before.Withheld), role)
		if news && (admin && role == hiring.Admin || slices.Contains(after.Mapped, role)) {
			by := tx.Actor()
			if slices.Contains(after.Mapped, role) {
				by.ID = views.ByDiscordRole
			}
			if err := tellOfRole(ctx, tx, by, as, role); err != nil {
				return hiring.Person{}, err
			}
		}
	}
	return after, nil
}
