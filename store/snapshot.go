package store

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/hiring/playbooks"
)

// PersonWorkspace stands in an identity for no platform at all: the user is then a person's id. The
// command line makes such identities, an adapter never does.
const PersonWorkspace = "person"

// SystemActor is the id of the bot itself as an actor.
const SystemActor = "system"

// Snapshot is what every request needs, as of one generation of the database and one day. It never
// changes; what its methods return is not to be changed either.
type Snapshot struct {
	generation  int64
	from, until time.Time // the company's day, on which its bands are in force
	zone        *time.Location

	people     map[string]hiring.Person
	order      []string // ids of people by name
	accounts   map[hiring.Identity]account
	settings   map[string]string
	defaults   map[string]string
	zones      map[string]*time.Location // of people
	playbooks  []hiring.Playbook
	bands      map[string][]hiring.Band
	owners     map[string][]string
	workspaces map[string]Workspace
	absences   map[string]hiring.Absence          // by person
	nudges     map[string]hiring.NudgePreferences // by person
	words      map[string][]bot.Word
	problems   []string
}

// current returns the snapshot of a generation, at an instant: the one in memory where it still
// holds, else one that it reads.
func (s *Store) current(ctx context.Context, c *conn, generation int64, now time.Time) (*Snapshot, error) {
	cached := s.snapshot.Load()
	if cached != nil && cached.generation == generation && cached.holds(now) {
		return cached, nil
	}
	loaded, err := s.load(ctx, c, generation, now)
	if err != nil {
		return nil, fmt.Errorf("read people, settings and bands: %w", err)
	}
	s.publish(loaded)
	return loaded, nil
}

func (p *Snapshot) holds(now time.Time) bool { return !now.Before(p.from) && now.Before(p.until) }

// publish hands a snapshot of committed data to the requests that follow.
func (s *Store) publish(next *Snapshot) {
	for {
		old := s.snapshot.Load()
		if old != nil && old.generation > next.generation {
			return
		}
		if s.snapshot.CompareAndSwap(old, next) {
			return
		}
	}
}

// loadAttempts is how often a snapshot is read that others change meanwhile. Each try that comes to
// nothing means that somebody's change was committed, so that as many changes at once are waited out.
const loadAttempts = 50

// load reads a snapshot. It reads several tables, between which somebody else may commit a change:
// it is whole when the generation is the same after as before.
func (s *Store) load(ctx context.Context, c *conn, generation int64, now time.Time) (*Snapshot, error) {
	for range loadAttempts {
		p, err := s.loadTables(ctx, c, now)
		if err != nil {
			return nil, err
		}
		var after int64
		if err := c.row(ctx, []any{&after}, `SELECT n FROM generation`); err != nil {
			return nil, err
		}
		if after == generation {
			p.generation = generation
			return p, nil
		}
		generation = after
	}
	return nil, hiring.Errorf(hiring.Unavailable, "The company's settings are being changed just now. Try again in a moment.")
}

func (s *Store) loadTables(ctx context.Context, c *conn, now time.Time) (*Snapshot, error) {
	p := &Snapshot{
		people: map[string]hiring.Person{}, accounts: map[hiring.Identity]account{}, settings: map[string]string{},
		defaults: s.defaults, zones: map[string]*time.Location{}, bands: map[string][]hiring.Band{},
		owners: map[string][]string{}, workspaces: map[string]Workspace{}, absences: map[string]hiring.Absence{},
		nudges: map[string]hiring.NudgePreferences{},
	}
	if err := p.loadPeople(ctx, c); err != nil {
		return nil, err
	}
	if err := p.loadCompany(ctx, c); err != nil {
		return nil, err
	}
	if err := p.loadAbsences(ctx, c); err != nil {
		return nil, err
	}
	if err := p.loadNudges(ctx, c); err != nil {
		return nil, err
	}
	if err := p.loadPlaybooks(ctx, c); err != nil {
		return nil, err
	}
	own, err := loadBands(ctx, c)
	if err != nil {
		return nil, err
	}
	p.judgeAccounts()
	p.arrange()
	p.zone = p.loadZones()
	local := now.In(p.zone)
	p.from = time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, p.zone)
	p.until = p.from.AddDate(0, 0, 1)
	today := local.Format(time.DateOnly)
	for _, playbook := range p.playbooks {
		p.bands[playbook.Key] = hiring.CurrentBands(playbook, own, today)
	}
	p.words = p.makeWords()
	return p, nil
}

// personRole is a role of a person.
type personRole struct {
	person string
	role   hiring.Role
}

func (p *Snapshot) loadPeople(ctx context.Context, c *conn) error {
	err := c.each(ctx, func(scan func(...any) error) error {
		var (
			one  hiring.Person
			made instant
		)
		if err := scan(&one.ID, &one.Name, &one.Zone, &one.Active, &one.Left, &one.MergedInto, &made, &one.Version); err != nil {
			return err
		}
		one.CreatedAt = made.Time
		p.people[one.ID] = one
		return nil
	}, `SELECT id, name, zone, active, left_platform, merged_into, created_at, version FROM people`)
	if err != nil {
		return fmt.Errorf("read people: %w", err)
	}
	held, mapped := map[personRole]bool{}, map[personRole]bool{}
	err = c.each(ctx, func(scan func(...any) error) error {
		var (
			one    personRole
			byRole bool
		)
		if err := scan(&one.person, &one.role, &byRole); err != nil {
			return err
		}
		held[one], mapped[one] = true, byRole
		return nil
	}, `SELECT person, role, mapped FROM person_roles`)
	if err != nil {
		return fmt.Errorf("read roles: %w", err)
	}
	err = c.each(ctx, func(scan func(...any) error) error {
		var (
			identity hiring.Identity
			a        account
		)
		if err := scan(&identity.Workspace, &identity.User, &a.person, &a.guest, &a.active, &a.zone, &a.emailHash, &a.madeAdmin, &a.groups, &a.latest); err != nil {
			return err
		}
		p.accounts[identity] = a
		one := p.people[a.person]
		one.Identities = append(one.Identities, identity)
		p.people[a.person] = one
		return nil
	}, `SELECT workspace, user_id, person, guest, active, zone, email_hash, made_admin, platform_groups, latest FROM identities`)
	if err != nil {
		return fmt.Errorf("read identities: %w", err)
	}
	for id, one := range p.people {
		for _, role := range hiring.Roles {
			if held[personRole{id, role}] {
				one.Roles = append(one.Roles, role)
			}
			if mapped[personRole{id, role}] {
				one.Mapped = append(one.Mapped, role)
			}
		}
		p.people[id] = one
	}
	return nil
}

func (p *Snapshot) loadCompany(ctx context.Context, c *conn) error {
	err := c.each(ctx, func(scan func(...any) error) error {
		var name, value string
		if err := scan(&name, &value); err != nil {
			return err
		}
		p.settings[name] = value
		return nil
	}, `SELECT name, setting FROM settings`)
	if err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	err = c.each(ctx, func(scan func(...any) error) error {
		var w Workspace
		if err := scan(&w.ID, &w.Name, &w.Platform, &w.External, &w.Kind); err != nil {
			return err
		}
		p.workspaces[w.ID] = w
		return nil
	}, `SELECT id, name, platform, external, kind FROM workspaces`)
	if err != nil {
		return fmt.Errorf("read workspaces: %w", err)
	}
	err = c.each(ctx, func(scan func(...any) error) error {
		var role, person string
		if err := scan(&role, &person); err != nil {
			return err
		}
		p.owners[role] = append(p.owners[role], person)
		return nil
	}, `SELECT role, person FROM role_owners`)
	if err != nil {
		return fmt.Errorf("read owners of roles: %w", err)
	}
	return nil
}

// loadPlaybooks joins the built-in playbooks with the company's, which replace those of the same
// key. One that this version cannot read any more is left out and told about by Problems: the rest
// of the company must be able to go on.
func (p *Snapshot) loadPlaybooks(ctx context.Context, c *conn) error {
	byKey := map[string]hiring.Playbook{}
	for _, b := range playbooks.Builtin() {
		byKey[b.Key] = b
	}
	err := c.each(ctx, func(scan func(...any) error) error {
		var role, body string
		if err := scan(&role, &body); err != nil {
			return err
		}
		playbook, problems := playbooks.Parse(role, []byte(body))
		if len(problems) > 0 {
			p.problems = append(p.problems, fmt.Sprintf("the playbook %s cannot be read and is left out: %s", role, problems[0]))
			return nil
		}
		byKey[role] = playbook
		return nil
	}, `SELECT role, body FROM playbooks`)
	if err != nil {
		return fmt.Errorf("read playbooks: %w", err)
	}
	for _, role := range slices.Sorted(maps.Keys(byKey)) {
		p.playbooks = append(p.playbooks, byKey[role])
	}
	return nil
}

func loadBands(ctx context.Context, c *conn) ([]hiring.Band, error) {
	var own []hiring.Band
	err := c.each(ctx, func(scan func(...any) error) error {
		var b hiring.Band
		if err := scan(&b.Role, &b.Level, &b.Version, &b.Low, &b.High, &b.OpenEnded, &b.Effective, &b.Source); err != nil {
			return err
		}
		own = append(own, b)
		return nil
	}, `SELECT role, level, version, low, high, open_ended, effective, source FROM bands`)
	if err != nil {
		return nil, fmt.Errorf("read bands: %w", err)
	}
	return own, nil
}

// loadZones reads the zones of people, each what they set themselves, else what their platform tells.
// It returns the company's.
func (p *Snapshot) loadZones() *time.Location {
	company, err := time.LoadLocation(p.Setting(hiring.SettingTimezone))
	if err != nil {
		p.problems = append(p.problems, fmt.Sprintf("the company's time zone %q is not known here: UTC is used", p.Setting(hiring.SettingTimezone)))
		company = time.UTC
	}
	known := map[string]*time.Location{} // to look one up reads a file
	for id, one := range p.people {
		name := cmp.Or(one.Zone, p.platformZone(one))
		if name == "" {
			continue
		}
		zone, ok := known[name]
		if !ok {
			if zone, err = time.LoadLocation(name); err != nil {
				zone = nil
			}
			known[name] = zone
		}
		if zone != nil {
			p.zones[id] = zone
		} else {
			p.problems = append(p.problems, fmt.Sprintf("the time zone of %s is not known here: the company's is used", id))
		}
	}
	return company
}

// arrange puts everything into an order of its own: the databases sort text in different ways.
func (p *Snapshot) arrange() {
	p.order = slices.SortedFunc(maps.Keys(p.people), func(a, b string) int {
		return cmp.Or(cmp.Compare(hiring.Fold(p.people[a].Name), hiring.Fold(p.people[b].Name)), cmp.Compare(a, b))
	})
	for _, one := range p.people {
		for _, accounts := range [][]hiring.Identity{one.Identities, one.Closed} {
			slices.SortFunc(accounts, func(a, b hiring.Identity) int {
				return cmp.Or(p.accounts[a].order()-p.accounts[b].order(), cmp.Compare(a.Workspace, b.Workspace), cmp.Compare(a.User, b.User))
			})
		}
	}
	for _, owners := range p.owners {
		slices.Sort(owners)
	}
	slices.Sort(p.problems)
}

func clonePerson(p hiring.Person) hiring.Person {
	p.Roles, p.Withheld, p.Mapped = slices.Clone(p.Roles), slices.Clone(p.Withheld), slices.Clone(p.Mapped)
	p.Identities, p.Closed = slices.Clone(p.Identities), slices.Clone(p.Closed)
	return p
}

// People returns everybody, by name, those who left included.
func (p *Snapshot) People() []hiring.Person {
	all := make([]hiring.Person, 0, len(p.order))
	for _, id := range p.order {
		all = append(all, clonePerson(p.people[id]))
	}
	return all
}

// Person returns a person by id.
func (p *Snapshot) Person(id string) (hiring.Person, bool) {
	one, ok := p.people[id]
	return clonePerson(one), ok
}

// PersonByIdentity returns whose account this is.
func (p *Snapshot) PersonByIdentity(workspace, user string) (hiring.Person, bool) {
	return p.Person(p.accounts[hiring.Identity{Workspace: workspace, User: user}].person)
}

// PersonByName returns the person of that name, case and diacritics ignored; somebody active goes
// before somebody who left.
func (p *Snapshot) PersonByName(name string) (hiring.Person, bool) {
	var (
		folded = hiring.Fold(name)
		best   hiring.Person
		found  bool
	)
	for _, id := range p.order {
		one := p.people[id]
		if hiring.Fold(one.Name) == folded && (!found || one.Active && !best.Active) {
			best, found = one, true
		}
	}
	return clonePerson(best), found
}

// PeopleWith returns the active people who have a role that counts, by name.
func (p *Snapshot) PeopleWith(role hiring.Role) []hiring.Person {
	var some []hiring.Person
	for _, id := range p.order {
		if one := p.people[id]; one.Has(role) {
			some = append(some, clonePerson(one))
		}
	}
	return some
}

// Setting returns the value of a setting: what was set, else its default.
func (p *Snapshot) Setting(key string) string {
	if value, ok := p.settings[key]; ok {
		return value
	}
	return p.Default(key)
}

// Default returns the default of a setting, as the environment has it.
func (p *Snapshot) Default(key string) string {
	if value, ok := p.defaults[key]; ok {
		return value
	}
	setting, _ := hiring.SettingByKey(key)
	return setting.Default
}

// Zone returns the zone of a person by id: what they set themselves, else what their platform tells.
// It is the company's where they have none or id is "".
func (p *Snapshot) Zone(person string) *time.Location {
	if zone, ok := p.zones[person]; ok {
		return zone
	}
	return p.zone
}

// KnowsZone tells whether a person has a zone of their own: one that they set, or that their platform
// tells.
func (p *Snapshot) KnowsZone(person string) bool {
	_, ok := p.zones[person]
	return ok
}

// Private tells whether a workspace is on a platform that the company wants no personal data on.
func (p *Snapshot) Private(workspace string) bool {
	w, ok := p.workspaces[workspace]
	if !ok {
		return false
	}
	list, err := hiring.ParsePlatforms(p.Setting(hiring.SettingPrivatePlatforms))
	// A list that cannot be read was written by hand: nothing is shown rather than too much.
	return err != nil || slices.Contains(list, w.Platform)
}

// Playbook returns the playbook with that key.
func (p *Snapshot) Playbook(key string) (hiring.Playbook, bool) {
	for _, playbook := range p.playbooks {
		if playbook.Key == key {
			return playbook, true
		}
	}
	return hiring.Playbook{}, false
}

// Playbooks returns all playbooks, by key: the built-in ones and the company's.
func (p *Snapshot) Playbooks() []hiring.Playbook { return slices.Clone(p.playbooks) }

// Bands returns the bands of a role that are in force today, lowest level first.
func (p *Snapshot) Bands(role string) []hiring.Band { return slices.Clone(p.bands[role]) }

// Owners returns the ids of the people who own a role.
func (p *Snapshot) Owners(role string) []string { return slices.Clone(p.owners[role]) }

// Workspace returns a workspace by id.
func (p *Snapshot) Workspace(id string) (Workspace, bool) {
	w, ok := p.workspaces[id]
	return w, ok
}

// Workspaces returns all workspaces, by id.
func (p *Snapshot) Workspaces() []Workspace {
	all := make([]Workspace, 0, len(p.workspaces))
	for _, id := range slices.Sorted(maps.Keys(p.workspaces)) {
		all = append(all, p.workspaces[id])
	}
	return all
}

// Problems says in sentences what stands in the database that this version cannot use.
func (p *Snapshot) Problems() []string { return slices.Clone(p.problems) }

// Actor returns who is behind an identity. Somebody of a workspace that is not the company's is an
// outsider, and so is somebody who was deactivated, or writes from an account that its platform has
// closed; they keep the name. An account that nobody is linked to is a member without an id.
func (p *Snapshot) Actor(identity bot.Identity) bot.Actor {
	actor := bot.Actor{Zone: p.zone, Identity: identity}
	id, closed := identity.User, false
	if identity.Workspace != PersonWorkspace {
		if w, ok := p.workspaces[identity.Workspace]; !ok || w.Kind != HomeWorkspace {
			actor.Outsider = true
			return actor
		}
		a, known := p.accounts[hiring.Identity(identity)]
		id, closed = a.person, known && !a.active
	}
	one, ok := p.people[id]
	if !ok {
		return actor
	}
	actor.Name, actor.Zone = one.Name, p.Zone(id)
	if !one.Active || closed {
		actor.Outsider = true
		return actor
	}
	actor.ID = id
	for _, role := range one.Roles {
		actor.Roles = append(actor.Roles, string(role))
	}
	return actor
}

// ActorFor returns a person as an actor, for what is drawn for them unasked.
func (p *Snapshot) ActorFor(person string) bot.Actor {
	return p.Actor(bot.Identity{Workspace: PersonWorkspace, User: person})
}

func (p *Snapshot) actorFor(person string) (bot.Actor, error) {
	if _, ok := p.people[person]; !ok {
		return bot.Actor{}, notFound("person with the id " + person)
	}
	return p.ActorFor(person), nil
}

func systemActor(p *Snapshot) (bot.Actor, error) {
	return bot.Actor{ID: SystemActor, Name: "Hirebot", Zone: p.zone}, nil
}
