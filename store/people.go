package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hirebot/hirebot/hiring"
)

// personKind counts the ids of people: P-1, P-2, …
const personKind = "P"

// maxName is the most characters of a person's name.
const maxName = 80

// change runs a change of what the snapshot holds. It counts the generation up first: whoever
// changes such a thing at the same time waits there, so that fn decides on the present state.
// Afterwards the unit sees its own change. An error is to be returned by the caller too, so that
// the unit is rolled back.
func (t *Tx) change(ctx context.Context, fn func() error) error {
	if t.handle == nil {
		return errReadsOnly
	}
	generation := t.snapshot.generation
	if !t.changed {
		if err := t.conn.row(ctx, []any{&generation}, `UPDATE generation SET n = n + 1 RETURNING n`); err != nil {
			return fmt.Errorf("count the generation up: %w", err)
		}
		t.changed = true
		if generation != t.snapshot.generation+1 {
			if err := t.reload(ctx, generation); err != nil {
				return err
			}
		}
	}
	t.stale = true
	if err := fn(); err != nil {
		return err
	}
	if err := t.reload(ctx, generation); err != nil {
		return err
	}
	t.stale = false
	return nil
}

func (t *Tx) reload(ctx context.Context, generation int64) error {
	next, err := t.store.load(ctx, t.conn, generation, t.now)
	if err != nil {
		return fmt.Errorf("read people, settings and bands: %w", err)
	}
	t.snapshot = next
	return nil
}

// AddPerson adds a person and returns them with id and version; an id that is already set is kept.
// It returns an Invalid error for a name, zone or role that cannot be, and a Conflict error where
// somebody active has the name, or an account is linked to somebody else.
func (t *Tx) AddPerson(ctx context.Context, p hiring.Person) (hiring.Person, error) {
	p = clonePerson(p)
	p.Name = strings.Join(strings.Fields(p.Name), " ")
	p.CreatedAt, p.Version = t.now, 1
	err := t.change(ctx, func() (err error) {
		p.ID, err = t.insertPerson(ctx, p)
		return err
	})
	if err != nil {
		return hiring.Person{}, err
	}
	added, _ := t.snapshot.Person(p.ID)
	return added, nil
}

// insertPerson writes a new person with roles and accounts, and returns their id. It is part of a
// change.
func (t *Tx) insertPerson(ctx context.Context, p hiring.Person) (string, error) {
	if err := t.checkPerson(p); err != nil {
		return "", err
	}
	if p.ID == "" {
		ref, err := t.NextRef(ctx, personKind)
		if err != nil {
			return "", err
		}
		p.ID = ref
	}
	_, err := t.write(ctx, `INSERT INTO people (id, name, folded, zone, active, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		p.ID, p.Name, hiring.Fold(p.Name), p.Zone, p.Active, instant{p.CreatedAt}, p.Version)
	if err != nil {
		return "", fmt.Errorf("add a person: %w", err)
	}
	if err := t.saveRoles(ctx, p); err != nil {
		return "", err
	}
	for _, identity := range p.Identities {
		if err := t.link(ctx, p.ID, identity); err != nil {
			return "", err
		}
	}
	return p.ID, nil
}

// SavePerson writes a person's name, zone, roles (also those withheld) and whether they are active or
// left; accounts are linked by LinkIdentity, and told of by KeepProfile. It returns a Conflict error if the person was changed since p was read, or if
// somebody else who is active has the name, and a NotFound or Invalid error.
func (t *Tx) SavePerson(ctx context.Context, p hiring.Person) (hiring.Person, error) {
	p.Name = strings.Join(strings.Fields(p.Name), " ")
	err := t.change(ctx, func() error { return t.updatePerson(ctx, p) })
	if err != nil {
		return hiring.Person{}, err
	}
	saved, _ := t.snapshot.Person(p.ID)
	return saved, nil
}

// updatePerson writes a person with roles. It is part of a change.
func (t *Tx) updatePerson(ctx context.Context, p hiring.Person) error {
	before, ok := t.snapshot.Person(p.ID)
	if !ok {
		return notFound("such person")
	}
	if before.MergedInto != "" {
		return merged(t.snapshot, before)
	}
	if err := t.checkPerson(p); err != nil {
		return err
	}
	n, err := t.write(ctx,
		`UPDATE people SET name = $3, folded = $4, zone = $5, active = $6, left_platform = $7, version = version + 1 WHERE id = $1 AND version = $2`,
		p.ID, p.Version, p.Name, hiring.Fold(p.Name), p.Zone, p.Active, p.Left && !p.Active)
	if err != nil {
		return fmt.Errorf("save a person: %w", err)
	}
	if n == 0 {
		return changedMeanwhile(before.Name)
	}
	return t.saveRoles(ctx, p)
}

// merged refuses to change somebody who was merged into somebody else.
func merged(s *Snapshot, p hiring.Person) error {
	return hiring.Errorf(hiring.Conflict, "%s was joined with %s, for good. Only the history still knows them apart.", p.Name, s.people[p.MergedInto].Name)
}

func (t *Tx) checkPerson(p hiring.Person) error {
	if p.Name == "" || len([]rune(p.Name)) > maxName {
		return hiring.InvalidField("name", "A name has 1 to %d characters.", maxName)
	}
	if p.Zone != "" {
		if _, err := time.LoadLocation(p.Zone); err != nil || p.Zone == "Local" {
			return hiring.InvalidField("zone", "%q is not a time zone I know. Use a name such as Asia/Kolkata or Europe/Berlin.", p.Zone)
		}
	}
	for _, role := range slices.Concat(p.Roles, p.Withheld) {
		if !slices.Contains(hiring.Roles, role) {
			return hiring.InvalidField("role", "There is no role %q.", string(role))
		}
	}
	if !p.Active {
		return nil
	}
	if other, ok := t.snapshot.PersonByName(p.Name); ok && other.Active && other.ID != p.ID {
		return hiring.Errorf(hiring.Conflict, "Somebody else is called %s already. Add something that tells the two apart.", other.Name)
	}
	return nil
}

func (t *Tx) saveRoles(ctx context.Context, p hiring.Person) error {
	if _, err := t.write(ctx, `DELETE FROM person_roles WHERE person = $1`, p.ID); err != nil {
		return fmt.Errorf("save roles: %w", err)
	}
	for _, role := range slices.Concat(p.Roles, p.Withheld) {
		_, err := t.write(ctx, `INSERT INTO person_roles (person, role, mapped) VALUES ($1, $2, $3) ON CONFLICT (person, role) DO NOTHING`,
			p.ID, string(role), slices.Contains(p.Mapped, role))
		if err != nil {
			return fmt.Errorf("save roles: %w", err)
		}
	}
	return nil
}

// LinkIdentity links an account on a chat platform to a person. It does nothing where it is linked
// to them already, and returns a Conflict error where it is linked to somebody else.
func (t *Tx) LinkIdentity(ctx context.Context, person string, identity hiring.Identity) error {
	return t.change(ctx, func() error {
		one, ok := t.snapshot.Person(person)
		if !ok {
			return notFound("such person")
		}
		if one.MergedInto != "" {
			return merged(t.snapshot, one)
		}
		return t.link(ctx, person, identity)
	})
}

func (t *Tx) link(ctx context.Context, person string, identity hiring.Identity) error {
	if identity.Workspace == "" || identity.User == "" || identity.Workspace == PersonWorkspace {
		return hiring.InvalidField("identity", "An account is a workspace and a user of it.")
	}
	n, err := t.write(ctx, `INSERT INTO identities (workspace, user_id, person) VALUES ($1, $2, $3) ON CONFLICT (workspace, user_id) DO NOTHING`,
		identity.Workspace, identity.User, person)
	if err != nil {
		return fmt.Errorf("link an account: %w", err)
	}
	if n == 1 {
		return nil
	}
	var holder string
	err = t.conn.row(ctx, []any{&holder}, `SELECT person FROM identities WHERE workspace = $1 AND user_id = $2`, identity.Workspace, identity.User)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("link an account: %w", err)
	}
	if holder != person {
		return hiring.Errorf(hiring.Conflict, "This account is linked to somebody else already. Ask an admin.")
	}
	return nil
}
