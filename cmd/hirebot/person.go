package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/commands"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// personCmd is `hirebot person`.
type personCmd struct {
	Add        personAddCmd        `cmd:"" help:"Add somebody."`
	List       personListCmd       `cmd:"" default:"1" help:"List everybody with roles and accounts."`
	Role       personRoleCmd       `cmd:"" passthrough:"partial" help:"Give and take roles, such as: person role NAME +interviewer -admin"`
	Deactivate personDeactivateCmd `cmd:"" help:"Take all access from somebody; what they did stays."`
	Reactivate personReactivateCmd `cmd:"" help:"Give somebody their access back."`
}

type personAddCmd struct {
	Name     string   `arg:"" help:"What people call them."`
	Identity []string `placeholder:"ACCOUNT" help:"Their account, slack:TEAM/USER or discord:SERVER/USER. May be repeated."`
	Role     []string `placeholder:"ROLE" help:"A role: admin, recruiter, compensation, hiring_manager or interviewer. May be repeated."`
	Zone     string   `placeholder:"ZONE" help:"Their time zone, such as Asia/Kolkata; left out: what their chat profile says, else the company's."`
}

// Run adds a person.
func (c personAddCmd) Run(ctx context.Context, m *Main) error {
	p := hiring.Person{Name: c.Name, Zone: c.Zone, Active: true}
	for _, text := range c.Identity {
		who, err := parseIdentity(text)
		if err != nil {
			return usagef("--identity %q: %v", text, err)
		}
		p.Identities = append(p.Identities, hiring.Identity(who))
	}
	for _, text := range c.Role {
		role, err := hiring.ParseRole(text)
		if err != nil {
			return usageOf(err)
		}
		if !slices.Contains(p.Roles, role) {
			p.Roles = append(p.Roles, role)
		}
	}
	return m.withStore(ctx, migrated, func(st *store.Store) error {
		err := st.InTx(ctx, func(tx *store.Tx) error {
			for _, id := range p.Identities {
				if err := saveHome(ctx, tx, id.Workspace); err != nil {
					return err
				}
			}
			added, err := tx.AddPerson(ctx, p)
			if err != nil {
				return err
			}
			return tx.Audit(ctx, store.AuditEvent{Action: "person.add", Subject: personSubject(added.ID), Fact: "added", Detail: map[string]string{"roles": rolesText(added.Roles)}})
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(m.Stdout, "Added %s (%s).\n", p.Name, rolesText(p.Roles))
		if len(p.Identities) == 0 {
			fmt.Fprintln(m.Stdout, "They have no account yet, so they cannot be reached in a chat.")
		}
		return nil
	})
}

// saveHome makes sure that a workspace is known as the company's own: whoever links one of its
// accounts to a person of the company says so.
func saveHome(ctx context.Context, tx *store.Tx, workspace string) error {
	if _, known := tx.Snapshot().Workspace(workspace); known {
		return nil
	}
	platform, external, _ := strings.Cut(workspace, ":")
	if external == "" {
		external = platform
	}
	return tx.SaveWorkspace(ctx, store.Workspace{ID: workspace, Name: workspace, Platform: platform, External: external, Kind: store.HomeWorkspace})
}

type personListCmd struct{}

// Run lists everybody.
func (personListCmd) Run(ctx context.Context, m *Main) error {
	return m.withStore(ctx, migrated, func(st *store.Store) error {
		return st.Read(ctx, func(tx *store.Tx) error {
			people := tx.Snapshot().People()
			if len(people) == 0 {
				fmt.Fprintln(m.Stdout, "Nobody yet. Add somebody: hirebot person add NAME --identity slack:TEAM/USER --role admin")
			}
			for _, p := range people {
				state := "active"
				if !p.Active {
					state = "deactivated"
				}
				if into, merged := tx.Snapshot().Person(p.MergedInto); merged {
					state = "merged into " + into.Name
				}
				accounts := make([]string, 0, len(p.Identities))
				for _, id := range p.Identities {
					accounts = append(accounts, id.Workspace+"/"+id.User)
				}
				if len(accounts) == 0 {
					accounts = append(accounts, "no account")
				}
				fmt.Fprintf(m.Stdout, "%s\t%s\t%s\t%s\t%s\n", p.Name, rolesText(p.Roles), state, tx.Snapshot().Zone(p.ID), strings.Join(accounts, " "))
			}
			return nil
		})
	})
}

// personRoleCmd takes its words as they are: a role to take begins like a flag.
type personRoleCmd struct {
	Words []string `arg:"" name:"name" help:"The person, by name; then roles to give (+interviewer) and to take (-admin)."`
}

func parseRoleGrants(words []string) ([]commands.RoleGrant, error) {
	var out []commands.RoleGrant
	for _, w := range words {
		if w == "--" {
			continue
		}
		name, give := strings.CutPrefix(w, "+")
		if !give {
			var take bool
			if name, take = strings.CutPrefix(w, "-"); !take {
				return nil, usagef("%q: write +%s to give the role, -%s to take it", w, w, w)
			}
		}
		role, err := hiring.ParseRole(name)
		if err != nil {
			return nil, usageOf(err)
		}
		out = append(out, commands.RoleGrant{Role: role, Take: !give})
	}
	if len(out) == 0 {
		return nil, usagef("say which role to give or to take, such as +interviewer -admin")
	}
	return out, nil
}

// Run gives and takes roles.
func (c personRoleCmd) Run(ctx context.Context, m *Main) error {
	if strings.HasPrefix(c.Words[0], "-") || strings.HasPrefix(c.Words[0], "+") {
		return usagef("name the person first, such as: hirebot person role NAME +interviewer -admin")
	}
	grants, err := parseRoleGrants(c.Words[1:])
	if err != nil {
		return err
	}
	return m.changePerson(ctx, "person.role", c.Words[0], commands.PersonChange{Roles: grants})
}

type personDeactivateCmd struct {
	Name string `arg:"" help:"The person, by name."`
}

// Run takes somebody's access.
func (c personDeactivateCmd) Run(ctx context.Context, m *Main) error {
	return m.changePerson(ctx, "person.deactivate", c.Name, commands.PersonChange{Active: new(false)})
}

type personReactivateCmd struct {
	Name string `arg:"" help:"The person, by name."`
}

// Run gives somebody their access back.
func (c personReactivateCmd) Run(ctx context.Context, m *Main) error {
	return m.changePerson(ctx, "person.reactivate", c.Name, commands.PersonChange{Active: new(true)})
}

// changePerson changes somebody by the rules of the chat, and prints what they are now. The action
// is what stands on record.
func (m *Main) changePerson(ctx context.Context, action, name string, change commands.PersonChange) error {
	return m.withStore(ctx, migrated, func(st *store.Store) error {
		var now hiring.Person
		err := st.InTx(ctx, func(tx *store.Tx) error {
			tx.Cause(action, bot.Conversation{})
			before, ok := tx.Snapshot().PersonByName(name)
			if !ok {
				return noSuchPerson(tx.Snapshot(), name)
			}
			if _, err := commands.ChangePerson(ctx, tx, tx.Actor(), before.ID, change); err != nil {
				return err
			}
			now, _ = tx.Snapshot().Person(before.ID)
			return nil
		})
		if err != nil {
			return err
		}
		state := "active"
		if !now.Active {
			state = "deactivated"
		}
		fmt.Fprintf(m.Stdout, "%s: %s, %s.\n", now.Name, rolesText(now.Roles), state)
		return nil
	})
}

func noSuchPerson(s *store.Snapshot, name string) error {
	var names []string
	for _, p := range s.People() {
		names = append(names, p.Name)
	}
	hint := "hirebot person list shows everyone."
	if near := bot.Nearest(name, names); near != "" {
		hint = "Did you mean " + near + "?"
	}
	if len(names) == 0 {
		hint = "There is nobody yet: hirebot person add, or hirebot demo --seed-only for a sample company."
	}
	return usagef("there is no person %q. %s", name, hint)
}

// usageOf returns an error of the domain about what was typed as one that exits with 2.
func usageOf(err error) error {
	return usagef("%s", messageOf(err))
}

func rolesText(roles []hiring.Role) string {
	if len(roles) == 0 {
		return "member"
	}
	out := make([]string, 0, len(roles))
	for _, r := range roles {
		out = append(out, string(r))
	}
	return strings.Join(out, ", ")
}

func personSubject(id string) string { return "person:" + id }

// grantAdmins makes the configured accounts admins. One that nobody is linked to yet becomes a
// person, named after the account until they are known better. An e-mail address is recognised once
// a platform tells whose it is.
func grantAdmins(ctx context.Context, st *store.Store, admins []admin) error {
	return st.InTx(ctx, func(tx *store.Tx) error {
		tx.Cause("serve.admins", bot.Conversation{})
		for _, a := range admins {
			if a.Email != "" {
				continue
			}
			if err := saveHome(ctx, tx, a.Identity.Workspace); err != nil {
				return err
			}
			p, known := tx.Snapshot().PersonByIdentity(a.Identity.Workspace, a.Identity.User)
			if !known {
				added, err := tx.AddPerson(ctx, hiring.Person{
					Name: a.Identity.User, Active: true, Roles: []hiring.Role{hiring.Admin},
					Identities: []hiring.Identity{hiring.Identity(a.Identity)},
				})
				if err != nil {
					return err
				}
				err = tx.Audit(ctx, store.AuditEvent{Subject: personSubject(added.ID), Fact: "role_given", Detail: map[string]string{"role": string(hiring.Admin)}})
				if err != nil {
					return err
				}
				continue
			}
			if p.Guest || slices.Contains(p.Roles, hiring.Admin) {
				continue // a guest cannot be it, and nobody is kept from serving by that
			}
			give := commands.PersonChange{Roles: []commands.RoleGrant{{Role: hiring.Admin}}}
			if _, err := commands.ChangePerson(ctx, tx, tx.Actor(), p.ID, give); err != nil {
				return err
			}
		}
		return nil
	})
}
