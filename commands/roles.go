package commands

import (
	"context"
	"regexp"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

var editsRoles = []string{string(hiring.Recruiter), string(hiring.Compensation)}

func roleCommands() []Command {
	return []Command{
		{
			Spec: bot.Spec{
				Noun: "hire", Verb: "roles", Reads: true,
				Summary:  "The roles we hire for: skills, questions, scorecards, channels",
				Params:   []bot.Param{{Name: "role", Kind: Role, Help: "One role"}},
				Examples: []string{"/hire roles", "/hire roles backend"},
			},
			Handle: func(_ context.Context, _ *store.Tx, req bot.Request) (bot.Response, error) {
				if role := req.Args.Text("role"); role != "" {
					return show(views.Playbook, role), nil
				}
				return show(views.Playbooks, ""), nil
			},
		},
		{
			Spec: bot.Spec{
				Noun: "hire", Verb: "copyrole", Ack: bot.MayOpenForm, Roles: editsRoles,
				Summary: "Copy a role as a new one",
				Details: "The copy has the levels, skills, questions and scorecards of the first; bands are set afresh. Edit it further with hirebot playbook export and import.",
				Params: []bot.Param{
					{Name: "role", Label: "Copy of", Kind: Role, Required: true, Input: bot.InputChoice, Help: "Where skills, questions and scorecards come from"},
					{Name: "title", Label: "New title", Kind: bot.PlainText, Required: true, Max: 60, Help: "What the new role is called", Example: "Frontend developer"},
					{Name: "owners", Label: "Owned by", Kind: Person, KeyOnly: true, Repeated: true, Secret: true, Input: bot.InputPeople, Help: "Hiring managers who see its bands"},
				},
				Examples: []string{"/hire copyrole general \"Frontend developer\"", "/hire copyrole"},
			},
			Allow: allowEditRole, Form: copyRoleForm, Handle: copyRole,
		},
		{
			Spec: bot.Spec{
				Noun: "hire", Verb: "owners", Ack: bot.MayOpenForm, Roles: editsRoles,
				Summary: "Name the hiring managers who own a role and see its bands",
				Params: []bot.Param{
					{Name: "role", Kind: Role, Required: true, Input: bot.InputChoice, Help: "Whose bands they see"},
					{Name: "owners", Label: "Owned by", Kind: Person, Required: true, Repeated: true, Secret: true, Input: bot.InputPeople, Help: "All of its owners"},
				},
				Examples: []string{"/hire owners backend @hiring-manager"},
			},
			Allow: allowEditRole, Form: ownersForm, Handle: setOwners,
		},
	}
}

func allowEditRole(_ context.Context, tx *store.Tx, actor bot.Actor) error {
	return views.RefuseEditRole(tx, actor)
}

func copyRoleForm(_ context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
	role := req.Args.Text("role")
	form := bot.Form{Title: "A new role", Submit: "Make the role", Call: bot.Do("hire.copyrole"), Note: bot.T("Levels, skills, questions and scorecards come along. Bands are set afresh.")}
	from := bot.FieldOf(req.Spec, "role", nonEmpty(role)...)
	for _, p := range tx.Snapshot().Playbooks() {
		from.Choices = append(from.Choices, bot.Choice{Label: p.Title, Value: p.Key, Hint: p.Summary})
	}
	if role == "" {
		from.Value = []string{"general"}
	}
	form.Fields = []bot.Field{from, bot.FieldOf(req.Spec, "title", nonEmpty(req.Args.Text("title"))...), peopleField(tx, req, nil)}
	return form, nil
}

// peopleField asks for owners of a role among those who can be one.
func peopleField(tx *store.Tx, req bot.Request, chosen []string) bot.Field {
	f := bot.FieldOf(req.Spec, "owners", chosen...)
	for _, p := range tx.Snapshot().PeopleWith(hiring.HiringManager) {
		f.Choices = append(f.Choices, bot.Choice{Label: p.Name, Value: p.ID})
	}
	return f
}

var notKey = regexp.MustCompile(`[^a-z0-9]+`)

// maxRoleKey is the most characters of a role's key: it travels in buttons.
const maxRoleKey = 24

// roleKey makes a key of a title: "Frontend developer" is frontend-developer.
func roleKey(title string) string {
	key := strings.Trim(notKey.ReplaceAllString(bot.Fold(title), "-"), "-")
	if len(key) > maxRoleKey {
		key = strings.Trim(key[:maxRoleKey], "-")
	}
	return key
}

func copyRole(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	from, ok := tx.Snapshot().Playbook(req.Args.Text("role"))
	if !ok {
		return bot.Response{}, bot.ErrMoot
	}
	title := strings.Join(strings.Fields(req.Args.Text("title")), " ")
	key := roleKey(title)
	if key == "" || key[0] < 'a' {
		return bot.Response{}, hiring.InvalidField("title", "A title begins with a letter and has at least one. Example: Frontend developer")
	}
	if other, taken := tx.Snapshot().Playbook(key); taken {
		return bot.Response{}, hiring.InvalidField("title", "There is a role of that name already: %s. Choose another title.", other.Title)
	}
	copied := from
	copied.Key, copied.Title, copied.Short, copied.Aliases = key, title, "", nil
	copied.Levels = append([]hiring.Level(nil), from.Levels...)
	for i := range copied.Levels {
		copied.Levels[i].Band = nil
	}
	copied.Summary = "Copied from " + from.Title + "."
	if err := tx.SavePlaybook(ctx, copied); err != nil {
		return bot.Response{}, err
	}
	if owners := bot.AllArgs[string](req.Args, "owners"); len(owners) > 0 {
		if err := saveOwners(ctx, tx, copied, owners); err != nil {
			return bot.Response{}, err
		}
	}
	if err := tx.Audit(ctx, store.AuditEvent{Subject: "role:" + key, Fact: "role_made"}); err != nil {
		return bot.Response{}, err
	}
	return show(views.Playbook, key, "Made: "+title), nil
}

func ownersForm(_ context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
	role := req.Args.Text("role")
	form := bot.Form{Title: "Owners of a role", Submit: "Save", Call: bot.Do("hire.owners"), Note: bot.T("Owners see the role's salary bands.")}
	p, ok := tx.Snapshot().Playbook(role)
	if !ok {
		from := bot.FieldOf(req.Spec, "role")
		for _, p := range tx.Snapshot().Playbooks() {
			from.Choices = append(from.Choices, bot.Choice{Label: p.Title, Value: p.Key})
		}
		form.Fields = []bot.Field{from, peopleField(tx, req, nil)}
		return form, nil
	}
	form.Title, form.Call = "Owners of "+p.Title, bot.Do("hire.owners", p.Key)
	form.Fields = []bot.Field{peopleField(tx, req, tx.Snapshot().Owners(p.Key))}
	return form, nil
}

func setOwners(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	p, ok := tx.Snapshot().Playbook(req.Args.Text("role"))
	if !ok {
		return bot.Response{}, bot.ErrMoot
	}
	if err := saveOwners(ctx, tx, p, bot.AllArgs[string](req.Args, "owners")); err != nil {
		return bot.Response{}, err
	}
	return redraw(req, views.Playbook, p.Key, "Saved: the owners of "+p.Title), nil
}

// saveOwners names the owners of a role; each must be a hiring manager, since only they gain by it.
func saveOwners(ctx context.Context, tx *store.Tx, p hiring.Playbook, owners []string) error {
	for _, id := range owners {
		person, ok := tx.Snapshot().Person(id)
		if !ok || !person.Has(hiring.HiringManager) {
			name := id
			if ok {
				name = person.Name
			}
			return hiring.InvalidField("owners", "%s is no hiring manager. An admin can make them one: /hire people @%s +hiring_manager", name, name)
		}
	}
	if err := tx.SetOwners(ctx, p.Key, owners); err != nil {
		return err
	}
	return tx.Audit(ctx, store.AuditEvent{Subject: "role:" + p.Key, Fact: "owners_set"})
}
