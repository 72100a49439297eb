package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/hiring/playbooks"
)

// SavePlaybook writes a playbook of the company's. It replaces the one of the same key, a built-in
// one too. It returns an Invalid error for a playbook that could not be read back.
func (t *Tx) SavePlaybook(ctx context.Context, p hiring.Playbook) error {
	body, err := playbooks.Marshal(p)
	if err != nil {
		return fmt.Errorf("write the playbook %s: %w", p.Key, err)
	}
	if _, problems := playbooks.Parse(p.Key, body); len(problems) > 0 {
		return hiring.InvalidField(problems[0].Field, "The playbook cannot be kept like this: %s", problems[0].Message)
	}
	return t.change(ctx, func() error {
		_, err := t.write(ctx,
			`INSERT INTO playbooks (role, body, changed_at, changed_by, version) VALUES ($1, $2, $3, $4, 1)
			 ON CONFLICT (role) DO UPDATE SET body = excluded.body, changed_at = excluded.changed_at,
			 changed_by = excluded.changed_by, version = playbooks.version + 1`,
			p.Key, string(body), instant{t.now}, t.author())
		if err != nil {
			return fmt.Errorf("save the playbook %s: %w", p.Key, err)
		}
		return nil
	})
}

// SetOwners names the people who own a role, in the place of those who did. It returns a NotFound
// error for a role or person that does not exist.
func (t *Tx) SetOwners(ctx context.Context, role string, people []string) error {
	return t.change(ctx, func() error {
		if _, ok := t.snapshot.Playbook(role); !ok {
			return notFound("such role")
		}
		owners := slices.Compact(slices.Sorted(slices.Values(people)))
		for _, person := range owners {
			if _, ok := t.snapshot.Person(person); !ok {
				return notFound("such person")
			}
		}
		if _, err := t.write(ctx, `DELETE FROM role_owners WHERE role = $1`, role); err != nil {
			return fmt.Errorf("set the owners of %s: %w", role, err)
		}
		for _, person := range owners {
			if _, err := t.write(ctx, `INSERT INTO role_owners (role, person) VALUES ($1, $2)`, role, person); err != nil {
				return fmt.Errorf("set the owners of %s: %w", role, err)
			}
		}
		return nil
	})
}
