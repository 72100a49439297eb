package store

import (
	"context"
	"fmt"
	"time"

	"github.com/hirebot/hirebot/hiring"
)

// BandVersion is a band as it was set once.
type BandVersion struct {
	hiring.Band
	// By is the id of who set it.
	By string
	At time.Time
}

// SetBands sets bands, each as a new version of its role and level; what was set before stays in
// the history. A band without an effective date holds from today, in the company's zone. It
// returns an Invalid error for a role or level that no playbook has, an amount that is not above
// zero, a high below the low, or a date that is none; nothing is set then. It returns the bands as
// they were set, with their versions.
func (t *Tx) SetBands(ctx context.Context, bands []hiring.Band) ([]hiring.Band, error) {
	checked := make([]hiring.Band, 0, len(bands))
	err := t.change(ctx, func() error {
		for _, b := range bands {
			b, err := t.checkBand(b)
			if err != nil {
				return err
			}
			checked = append(checked, b)
		}
		for i, b := range checked {
			version, err := t.setBand(ctx, b)
			if err != nil {
				return err
			}
			checked[i].Version = version
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return checked, nil
}

// checkBand returns the band with the keys of its role and level, and with an effective date.
func (t *Tx) checkBand(b hiring.Band) (hiring.Band, error) {
	playbook, ok := t.snapshot.Playbook(b.Role)
	if !ok {
		return b, hiring.InvalidField("role", "There is no role “%s”.", b.Role)
	}
	level, ok := playbook.Level(b.Level)
	if !ok {
		return b, hiring.InvalidField("level", "%s has no level “%s”.", playbook.Title, b.Level)
	}
	b.Role, b.Level = playbook.Key, level.Key
	if b.Low <= 0 {
		return b, hiring.InvalidField("low", "A band begins above ₹0.")
	}
	if b.High < b.Low || b.High > hiring.MaxRupees {
		return b, hiring.InvalidField("high", "A band that begins at %s ends between there and %s.", b.Low, hiring.MaxRupees)
	}
	if b.Effective == "" {
		b.Effective = t.now.In(t.snapshot.Zone("")).Format(time.DateOnly)
	}
	if _, err := time.Parse(time.DateOnly, b.Effective); err != nil {
		return b, hiring.InvalidField("effective", "“%s” is not a date. Write it like 2027-01-31.", b.Effective)
	}
	return b, nil
}

// setBand writes a checked band and returns its version.
func (t *Tx) setBand(ctx context.Context, b hiring.Band) (int, error) {
	var version int
	err := t.conn.row(ctx, []any{&version}, `SELECT COALESCE(max(version), 0) + 1 FROM bands WHERE role = $1 AND level = $2`, b.Role, b.Level)
	if err != nil {
		return 0, fmt.Errorf("set a band: %w", err)
	}
	_, err = t.write(ctx,
		`INSERT INTO bands (role, level, version, low, high, open_ended, effective, source, set_at, set_by)
		 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		b.Role, b.Level, version, int64(b.Low), int64(b.High), b.OpenEnded, b.Effective, b.Source, instant{t.now}, t.author())
	if err != nil {
		return 0, fmt.Errorf("set a band: %w", err)
	}
	return version, nil
}

// BandHistory returns what was ever set for a role, the newest first. What came with the playbook
// is not part of it.
func (t *Tx) BandHistory(ctx context.Context, role string) ([]BandVersion, error) {
	var all []BandVersion
	err := t.conn.each(ctx, func(scan func(...any) error) error {
		var (
			v  BandVersion
			at instant
		)
		if err := scan(&v.Role, &v.Level, &v.Version, &v.Low, &v.High, &v.OpenEnded, &v.Effective, &v.Source, &at, &v.By); err != nil {
			return err
		}
		v.At = at.Time
		all = append(all, v)
		return nil
	}, `SELECT role, level, version, low, high, open_ended, effective, source, set_at, set_by
	    FROM bands WHERE role = $1 ORDER BY set_at DESC, level, version DESC`, role)
	if err != nil {
		return nil, fmt.Errorf("read the history of bands: %w", err)
	}
	return all, nil
}
