package store

import (
	"context"
	"fmt"

	"github.com/hirebot/hirebot/hiring"
)

// SetSetting sets one of the company's settings, in the form in which hiring.CheckSetting returns
// it. It returns a NotFound error for an unknown key and an Invalid one for the value.
func (t *Tx) SetSetting(ctx context.Context, key, value string) error {
	setting, ok := hiring.SettingByKey(key)
	if !ok {
		return hiring.Errorf(hiring.NotFound, "There is no setting “%s”.", key)
	}
	value, err := hiring.CheckSetting(setting, value)
	if err != nil {
		return fmt.Errorf("set %s: %w", key, err)
	}
	return t.change(ctx, func() error {
		_, err := t.write(ctx,
			`INSERT INTO settings (name, setting, changed_at, changed_by) VALUES ($1, $2, $3, $4)
			 ON CONFLICT (name) DO UPDATE SET setting = excluded.setting, changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
			key, value, instant{t.now}, t.author())
		if err != nil {
			return fmt.Errorf("set %s: %w", key, err)
		}
		return nil
	})
}
