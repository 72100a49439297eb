package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/hirebot/hirebot/hiring"
)

// SetAbsence puts on record until when somebody is away, and who decides for them meanwhile, in place
// of what was on record before. It returns a NotFound error for somebody who is nobody of the company
// and an Invalid one for a date that is none, for a delegate who left, and for oneself as a delegate.
func (t *Tx) SetAbsence(ctx context.Context, a hiring.Absence) error {
	return t.change(ctx, func() error {
		if err := t.checkAbsence(a); err != nil {
			return err
		}
		_, err := t.write(ctx,
			`INSERT INTO absences (person, last_day, delegate, set_at) VALUES ($1, $2, $3, $4)
			 ON CONFLICT (person) DO UPDATE SET last_day = excluded.last_day, delegate = excluded.delegate, set_at = excluded.set_at`,
			a.Person, a.Until, a.Delegate, instant{t.now})
		if err != nil {
			return fmt.Errorf("set an absence: %w", err)
		}
		return nil
	})
}

func (t *Tx) checkAbsence(a hiring.Absence) error {
	if err := t.checkPeople([]string{a.Person}); err != nil {
		return err
	}
	if _, err := time.Parse(time.DateOnly, a.Until); err != nil {
		return hiring.InvalidField("until", "“%s” is not a date. Write it like 2027-01-31.", a.Until)
	}
	if a.Delegate == "" {
		return nil
	}
	if a.Delegate == a.Person {
		return hiring.InvalidField("delegate", "Somebody who is away cannot decide in their own place. Name somebody else.")
	}
	delegate, ok := t.snapshot.Person(a.Delegate)
	if !ok {
		return notFound("person with the id " + a.Delegate)
	}
	if !delegate.Active {
		return hiring.InvalidField("delegate", "%s is not here any more. Name somebody else.", delegate.Name)
	}
	return nil
}

// ClearAbsence takes somebody's absence off the record, if there is one.
func (t *Tx) ClearAbsence(ctx context.Context, person string) error {
	return t.change(ctx, func() error {
		if _, err := t.write(ctx, `DELETE FROM absences WHERE person = $1`, person); err != nil {
			return fmt.Errorf("clear an absence: %w", err)
		}
		return nil
	})
}

func (p *Snapshot) loadAbsences(ctx context.Context, c *conn) error {
	err := c.each(ctx, func(scan func(...any) error) error {
		var a hiring.Absence
		if err := scan(&a.Person, &a.Until, &a.Delegate); err != nil {
			return err
		}
		p.absences[a.Person] = a
		return nil
	}, `SELECT person, last_day, delegate FROM absences`)
	if err != nil {
		return fmt.Errorf("read absences: %w", err)
	}
	return nil
}

// Absences returns all absences on record, those that are over included, by the person's id.
func (p *Snapshot) Absences() []hiring.Absence {
	all := make([]hiring.Absence, 0, len(p.absences))
	for _, person := range slices.Sorted(maps.Keys(p.absences)) {
		all = append(all, p.absences[person])
	}
	return all
}

// Absence returns the absence of a person that is on record, and whether there is one. It may be over.
func (p *Snapshot) Absence(person string) (hiring.Absence, bool) {
	a, ok := p.absences[person]
	return a, ok
}

// StandsInFor returns the ids of the people who are away on a day, YYYY-MM-DD, and in whose place the
// person decides.
func (p *Snapshot) StandsInFor(person, day string) []string {
	if person == "" {
		return nil
	}
	var absent []string
	for _, a := range p.Absences() {
		if a.Delegate == person && a.Until >= day {
			absent = append(absent, a.Person)
		}
	}
	return absent
}
