package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
)

// account is what is known of an account on a chat platform. But for whose it is, its platform told
// it last; before it has told anything, the account is active and no guest's.
type account struct {
	person        string
	guest, active bool
	// zone is the name of a time zone, emailHash a keyed hash; "" is nothing told.
	zone, emailHash string
	// madeAdmin says that the configuration gave the account the role of admin.
	madeAdmin bool
	// groups are the ids of the platform's own roles of the account, in order, joined by commas.
	groups string
	// latest says that its person, who has several, last wrote from it.
	latest bool
}

// order sorts the accounts of a person: first that from which they last wrote, last those that their
// platforms closed.
func (a account) order() int {
	switch {
	case !a.active:
		return 2
	case a.latest:
		return 0
	default:
		return 1
	}
}

// atHome tells whether a workspace is the company's own.
func (p *Snapshot) atHome(workspace string) bool {
	w, ok := p.workspaces[workspace]
	return ok && w.Kind == HomeWorkspace
}

// judgeAccounts says of each person which of their accounts are closed, and whether they are a guest.
func (p *Snapshot) judgeAccounts() {
	for id, one := range p.people {
		for _, identity := range one.Identities {
			if !p.accounts[identity].active {
				one.Closed = append(one.Closed, identity)
			}
		}
		if _, guest := p.standing(one.Identities, nil); guest {
			one = one.AsGuest()
		}
		p.people[id] = one
	}
}

// standing tells whether any of a person's accounts is open, and whether they are a guest: whether all
// that are open are a guest's, or any, where none is open. Only those in workspaces of the company
// count. Instead replaces what is known of some.
func (p *Snapshot) standing(identities []hiring.Identity, instead map[hiring.Identity]account) (open, guest bool) {
	var openAsGuest, openAsMember, closedAsGuest bool
	for _, identity := range identities {
		if !p.atHome(identity.Workspace) {
			continue
		}
		a, ok := instead[identity]
		if !ok {
			a = p.accounts[identity]
		}
		switch {
		case a.active && a.guest:
			openAsGuest = true
		case a.active:
			openAsMember = true
		case a.guest:
			closedAsGuest = true
		}
	}
	if openAsGuest || openAsMember {
		return true, !openAsMember
	}
	return false, closedAsGuest
}

// platformZone returns the name of the zone that a person's platforms tell, "" for none.
func (p *Snapshot) platformZone(one hiring.Person) string {
	for _, identity := range one.Identities {
		if a := p.accounts[identity]; a.zone != "" && p.atHome(identity.Workspace) {
			return a.zone
		}
	}
	return ""
}

// Account returns the account of a person in a workspace, one that is open before one that is closed,
// and whether there is one.
func (p *Snapshot) Account(workspace, person string) (user string, ok bool) {
	for _, identity := range p.people[person].Identities {
		if identity.Workspace == workspace {
			return identity.User, true
		}
	}
	return "", false
}

// maxMark is the most characters of an account's id that a name bears.
const maxMark = 40

// FreeName returns what somebody is called of whom nothing is known but an account and, where the
// platform tells one, a name. A name that is taken gets the account's id behind it.
func (p *Snapshot) FreeName(name, user string) string {
	name = shortened(strings.Join(strings.Fields(name), " "), maxName)
	if bot.Fold(name) == "" {
		name = shortened(user, maxName)
	}
	free := name
	for n := 1; p.nameTaken(free, user); n++ {
		mark := " (" + shortened(user, maxMark)
		if n > 1 {
			mark += " " + strconv.Itoa(n)
		}
		mark += ")"
		free = shortened(name, maxName-len([]rune(mark))) + mark
	}
	return free
}

// nameTaken tells whether somebody has the name, as people read it: what is invisible in it makes no
// other name. Neither may anybody be called what means the account of somebody else.
func (p *Snapshot) nameTaken(name, user string) bool {
	folded := bot.Fold(name)
	for _, one := range p.people {
		if bot.Fold(one.Name) == folded || hiring.Fold(one.Name) == hiring.Fold(name) {
			return true
		}
	}
	folded = strings.Trim(folded, "<@> ")
	for identity := range p.accounts {
		if identity.User != user && bot.Fold(identity.User) == folded {
			return true
		}
	}
	return false
}

func shortened(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return strings.TrimSpace(string(runes[:most]))
	}
	return text
}

// The facts of a person that KeepProfile puts on record, beside those of an admin's change.
const (
	factAdded         = "added"
	factRenamed       = "renamed"
	factAccountClosed = "account_closed"
	factAccountOpened = "account_opened"
	factGuest         = "guest"
	factNoGuest       = "no_guest"
	factDeactivated   = "deactivated"
	factReactivated   = "reactivated"
	factRoleGiven     = "role_given"
	factRoleTaken     = "role_taken"
)

// KeepProfile puts on record what a platform tells of an account of the company, and returns whose it
// is, the zero Person for nobody's. It writes only what has changed, so that asking again costs
// nothing.
//
// An account that nobody has becomes a person without roles, unless it is closed, or one more account of
// who has it in another server of the company, or one with the same e-mail address in another workspace of
// the company. With one that is
// closed now nobody acts any more; somebody all of whose accounts are closed is deactivated, and is
// active again when one of them is opened, unless an admin deactivated them. Who is a guest everywhere
// keeps no role that is not open to guests. The roles that the platform's own give are given, and taken
// when those go. With admin, somebody active who is no guest is given that
// role, once: who takes it from them later has the last word. Of the e-mail address a keyed hash is
// kept.
//
// It does nothing for a robot, and in a workspace that is not the company's. Approvals that ask
// somebody who lost or gained access are the caller's to settle.
func (t *Tx) KeepProfile(ctx context.Context, who bot.Identity, p bot.Profile, admin bool) (hiring.Person, error) {
	identity := hiring.Identity(who)
	if !t.ProfileKept(who, p, admin) {
		err := t.change(ctx, func() error {
			// Somebody else may have kept it meanwhile; from here on nobody does.
			if news := t.newsOf(identity, p, admin); news.any() {
				return t.keep(ctx, identity, news)
			}
			return nil
		})
		if err != nil {
			return hiring.Person{}, fmt.Errorf("keep what is known of an account: %w", err)
		}
	}
	person, _ := t.snapshot.PersonByIdentity(identity.Workspace, identity.User)
	return person, nil
}

// ProfileKept tells whether KeepProfile would change nothing.
func (t *Tx) ProfileKept(who bot.Identity, p bot.Profile, admin bool) bool {
	return !t.newsOf(hiring.Identity(who), p, admin).any()
}

// news is what a profile changes.
type news struct {
	// unknown says that nobody has the account yet. It becomes that of a new person or, with joins, one
	// more of somebody who is known by it in another server.
	unknown, joins bool
	before, after  account
	// person is how they are afterwards; changed says that they, and not only the account, are
	// another. Its roles are those that they held before and are given.
	person  hiring.Person
	changed bool
	// seen says that others see them as another: active or not, with other roles.
	seen  bool
	facts []AuditEvent
}

// any tells whether there is anything to write.
func (n news) any() bool { return n.unknown || n.changed || n.before != n.after }

func (n *news) add(fact string, detail map[string]string) {
	n.facts = append(n.facts, AuditEvent{Fact: fact, Detail: detail})
}

// newsOf compares a profile with what is known.
func (t *Tx) newsOf(identity hiring.Identity, p bot.Profile, admin bool) news {
	s := t.snapshot
	if !s.atHome(identity.Workspace) || identity.User == "" || p.Robot {
		return news{}
	}
	before, known := s.accounts[identity]
	if !known {
		if !p.Active {
			return news{}
		}
		person, elsewhere := s.inOtherServer(identity)
		if !elsewhere {
			person, elsewhere = t.byEmail(identity, p)
		}
		if elsewhere {
			n := news{unknown: true, joins: true, person: person}
			n.after = t.told(n.before, p)
			n.person.Identities = append(slices.Clone(person.Identities), identity)
			instead := map[hiring.Identity]account{identity: n.after}
			n.openOrClose(s, identity, true)
			n.mapRoles(s.rolesByGroups(n.person.Identities, instead))
			_, guest := s.standing(n.person.Identities, instead)
			n.makeAdmin(admin && !p.Guest && !guest)
			return n
		}
		n := news{unknown: true, before: account{active: true}}
		n.after = t.told(n.before, p)
		n.person = hiring.Person{
			Name: s.FreeName(p.Name, identity.User), Active: true, CreatedAt: t.now, Version: 1, Identities: []hiring.Identity{identity},
		}
		n.add(factAdded, nil)
		n.mapRoles(s.rolesByGroups(n.person.Identities, map[hiring.Identity]account{identity: n.after}))
		n.makeAdmin(admin && !p.Guest)
		return n
	}
	person, _ := s.Person(before.person)
	n := news{before: before, after: t.told(before, p), person: person}
	open, guest := s.standing(person.Identities, map[hiring.Identity]account{identity: n.after})
	n.openOrClose(s, identity, open)
	if guest != person.Guest {
		n.seen = true
		n.add(map[bool]string{true: factGuest, false: factNoGuest}[guest], nil)
	}
	n.rename(s, identity, p.Name)
	n.mapRoles(s.rolesByGroups(person.Identities, map[hiring.Identity]account{identity: n.after}))
	n.makeAdmin(admin && !p.Guest && !guest)
	return n
}

// inOtherServer returns who has the same account in another server of the company. On Discord an account is
// one wherever it is: somebody in two servers is one person, and whom an admin deactivated is nobody new in
// the other.
func (p *Snapshot) inOtherServer(identity hiring.Identity) (hiring.Person, bool) {
	if p.workspaces[identity.Workspace].Platform != discordPlatform {
		return hiring.Person{}, false
	}
	for _, w := range p.Workspaces() {
		if w.Platform != discordPlatform || w.Kind != HomeWorkspace || w.ID == identity.Workspace {
			continue
		}
		if person, ok := p.PersonByIdentity(w.ID, identity.User); ok {
			return person, true
		}
	}
	return hiring.Person{}, false
}

// byEmail returns who has an account with the same e-mail address in another workspace of the company. Slack
// has confirmed an address before it lets anybody in, and an account of another workspace has another id. It
// is nobody for a guest; where several people have that address; and where who has it has had an account in
// this workspace already, or has only closed ones by it, since addresses are given to others in time.
func (t *Tx) byEmail(identity hiring.Identity, p bot.Profile) (hiring.Person, bool) {
	email := strings.TrimSpace(p.Email)
	if email == "" || p.Guest {
		return hiring.Person{}, false
	}
	s, hashes, found, open := t.snapshot, t.store.keys.Lookups(email), "", false
	for other, a := range s.accounts {
		if a.emailHash == "" || a.guest || !slices.Contains(hashes, a.emailHash) || !s.atHome(other.Workspace) {
			continue
		}
		if other.Workspace == identity.Workspace || found != "" && found != a.person {
			return hiring.Person{}, false
		}
		found, open = a.person, open || a.active
	}
	person, ok := s.Person(found)
	if _, here := s.Account(identity.Workspace, found); !ok || !open || here {
		return hiring.Person{}, false
	}
	return person, true
}

// told returns what is known of an account after its platform has told a profile. Of one that is
// closed platforms tell little else.
func (t *Tx) told(before account, p bot.Profile) account {
	after := before
	after.active = p.Active
	if !p.Active {
		after.groups = "" // who has left has none of the platform's roles
		return after
	}
	after.guest, after.zone, after.emailHash, after.groups = p.Guest, zoneName(p.Zone), "", groupsText(p.Groups)
	if email := strings.TrimSpace(p.Email); email != "" {
		after.emailHash = t.store.keys.Lookup(email)
	}
	return after
}

// groupsText returns ids of groups as they are kept: in order, each once.
func groupsText(ids []string) string {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return strings.Join(slices.Compact(ids), ",")
}

// zoneName returns the name under which a zone can be found again, "" for one that has none.
func zoneName(zone *time.Location) string {
	if zone == nil || zone == time.Local {
		return ""
	}
	if _, err := time.LoadLocation(zone.String()); err != nil {
		return ""
	}
	return zone.String()
}

// openOrClose deactivates the person whose last open account was closed, and takes that back when one
// is opened. Open says whether they have an open account afterwards.
func (n *news) openOrClose(s *Snapshot, identity hiring.Identity, open bool) {
	if n.before.active == n.after.active {
		return
	}
	n.seen = true
	which := map[string]string{"account": identity.Workspace + "/" + identity.User}
	if n.after.active {
		n.add(factAccountOpened, which)
		if !n.person.Active && n.person.Left {
			n.person.Active, n.person.Left, n.changed = true, false, true
			if other, ok := s.PersonByName(n.person.Name); ok && other.Active {
				n.person.Name = s.FreeName(n.person.Name, identity.User) // given to somebody else meanwhile
			}
			n.add(factReactivated, nil)
		}
		return
	}
	n.add(factAccountClosed, which)
	if n.person.Active && !open {
		n.person.Active, n.person.Left, n.changed = false, true, true
		n.add(factDeactivated, nil)
	}
}

// rename gives somebody their name who was known by their account's id only.
func (n *news) rename(s *Snapshot, identity hiring.Identity, name string) {
	if n.person.Name != identity.User || !n.after.active || bot.Fold(name) == "" || bot.Fold(name) == bot.Fold(n.person.Name) {
		return
	}
	n.person.Name, n.changed, n.seen = s.FreeName(name, identity.User), true, true
	n.add(factRenamed, nil)
}

// rolesByGroups returns the roles that the platforms' own roles of these accounts give: each counts in
// a workspace of the company, while the account is open. A guest is an interviewer at most. Instead
// replaces what is known of some accounts.
func (p *Snapshot) rolesByGroups(identities []hiring.Identity, instead map[hiring.Identity]account) []hiring.Role {
	given, err := hiring.ParseGroupRoles(p.Setting(hiring.SettingDiscordRoles))
	if err != nil || len(given) == 0 {
		return nil // one that cannot be read gives nothing; doctor tells of it
	}
	_, guest := p.standing(identities, instead)
	var roles []hiring.Role
	for _, identity := range identities {
		a, ok := instead[identity]
		if !ok {
			a = p.accounts[identity]
		}
		if !a.active || !p.atHome(identity.Workspace) || p.workspaces[identity.Workspace].Platform != discordPlatform {
			continue
		}
		has := strings.Split(a.groups, ",")
		for _, g := range given {
			if slices.Contains(has, g.Group) && !slices.Contains(roles, g.Role) && (!a.guest && !guest || hiring.OpenToGuests(g.Role)) {
				roles = append(roles, g.Role)
			}
		}
	}
	return roles
}

// discordPlatform is the platform whose roles can give ours.
const discordPlatform = "discord"

// mapRoles gives the roles that the platforms' own roles give, and takes those that came like this and
// are not given any more. What was given by hand stays. Somebody without access is given nothing.
func (n *news) mapRoles(given []hiring.Role) {
	for _, role := range slices.Clone(n.person.Mapped) {
		if slices.Contains(given, role) {
			continue
		}
		other := func(r hiring.Role) bool { return r == role }
		n.person.Roles = slices.DeleteFunc(slices.Clone(n.person.Roles), other)
		n.person.Withheld = slices.DeleteFunc(slices.Clone(n.person.Withheld), other)
		n.person.Mapped = slices.DeleteFunc(n.person.Mapped, other)
		n.changed, n.seen = true, true
		n.add(factRoleTaken, map[string]string{"role": string(role), "by": hiring.SettingDiscordRoles})
	}
	for _, role := range given {
		if !n.person.Active || slices.Contains(slices.Concat(n.person.Roles, n.person.Withheld), role) {
			continue
		}
		n.person.Roles, n.person.Mapped = append(slices.Clone(n.person.Roles), role), append(n.person.Mapped, role)
		n.changed, n.seen = true, true
		n.add(factRoleGiven, map[string]string{"role": string(role), "by": hiring.SettingDiscordRoles})
	}
}

// makeAdmin gives the role of admin, if it may and was not given before.
func (n *news) makeAdmin(may bool) {
	if !may || n.before.madeAdmin || !n.after.active || !n.person.Active {
		return
	}
	n.after.madeAdmin = true
	if slices.Contains(slices.Concat(n.person.Roles, n.person.Withheld), hiring.Admin) {
		return
	}
	n.person.Roles, n.changed, n.seen = append(n.person.Roles, hiring.Admin), true, true
	n.add(factRoleGiven, map[string]string{"role": string(hiring.Admin)})
}

// keep writes what a profile changes. It is part of a change.
func (t *Tx) keep(ctx context.Context, identity hiring.Identity, n news) error {
	id := n.person.ID
	if n.joins {
		if err := t.link(ctx, id, identity); err != nil {
			return err
		}
	}
	switch {
	case n.unknown && !n.joins:
		var err error
		if id, err = t.insertPerson(ctx, n.person); err != nil {
			return err
		}
	case n.changed:
		if err := t.updatePerson(ctx, n.person); err != nil {
			return err
		}
	}
	if n.before != n.after {
		_, err := t.write(ctx,
			`UPDATE identities SET guest = $3, active = $4, zone = $5, email_hash = $6, made_admin = $7, platform_groups = $8 WHERE workspace = $1 AND user_id = $2`,
			identity.Workspace, identity.User, n.after.guest, n.after.active, n.after.zone, n.after.emailHash, n.after.madeAdmin, n.after.groups)
		if err != nil {
			return fmt.Errorf("save an account: %w", err)
		}
	}
	for _, e := range n.facts {
		e.Subject = "person:" + id
		if err := t.Audit(ctx, e); err != nil {
			return err
		}
	}
	if n.seen {
		return t.Refresh(ctx, "person:"+id)
	}
	return nil
}
