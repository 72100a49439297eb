package main

import (
	"context"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/store"
)

// keepHomeTime is how long a home that was drawn may wait for being put on record.
const keepHomeTime = 2 * time.Second

// keepHome puts a home on record that stays open, so that it is drawn again when what it shows has
// changed. It shows all the same where that fails: it is tried again when it is opened again.
func (a *app) keepHome(ctx context.Context, ev bot.Event) {
	ctx, cancel := context.WithTimeout(ctx, keepHomeTime)
	defer cancel()
	err := a.store.InTx(ctx, func(tx *store.Tx) error { return tx.KeepHome(ctx, ev.From) })
	if err != nil {
		a.log.WarnContext(ctx, "a home will not be drawn again", "event", ev.ID, "err", err)
	}
}
