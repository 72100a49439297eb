package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/commands"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// settingsCmd is `hirebot settings`.
type settingsCmd struct {
	List settingsListCmd `cmd:"" default:"1" help:"Show every setting with its default."`
	Set  settingsSetCmd  `cmd:"" help:"Change a setting."`
}

type settingsListCmd struct{}

// Run prints every setting.
func (settingsListCmd) Run(ctx context.Context, m *Main) error {
	return m.withStore(ctx, migrated, func(st *store.Store) error {
		return st.Read(ctx, func(tx *store.Tx) error {
			for _, s := range hiring.Settings() {
				value, def := tx.Snapshot().Setting(s.Key), tx.Snapshot().Default(s.Key)
				note := "default"
				if value != def {
					note = "default: " + orNone(def)
				}
				fmt.Fprintf(m.Stdout, "%s = %s  (%s)\n    %s\n", s.Key, orNone(value), note, s.Help)
			}
			return nil
		})
	})
}

type settingsSetCmd struct {
	Key   string `arg:"" help:"The setting, as settings list names it."`
	Value string `arg:"" help:"The value; '' empties it, default goes back to the default."`
}

// Run changes a setting, by the rules of the chat.
func (c settingsSetCmd) Run(ctx context.Context, m *Main) error {
	setting, ok := hiring.SettingByKey(c.Key)
	if !ok {
		var keys []string
		for _, s := range hiring.Settings() {
			keys = append(keys, s.Key)
		}
		hint := ""
		if near := bot.Nearest(c.Key, keys); near != "" {
			hint = " Did you mean " + near + "?"
		}
		return usagef("there is no setting %q.%s They are: %s", c.Key, hint, strings.Join(keys, ", "))
	}
	return m.withStore(ctx, migrated, func(st *store.Store) error {
		var value string
		err := st.InTx(ctx, func(tx *store.Tx) error {
			tx.Cause("settings.set", bot.Conversation{})
			if err := commands.ChangeSetting(ctx, tx, setting, c.Value, setting.Key); err != nil {
				return err
			}
			value = tx.Snapshot().Setting(setting.Key)
			return nil
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(m.Stdout, "%s = %s\n", setting.Key, orNone(value))
		return nil
	})
}

func orNone(value string) string {
	if value == "" {
		return "(none)"
	}
	return value
}
