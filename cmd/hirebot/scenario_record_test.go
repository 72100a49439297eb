package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/store"
)

// auditCmd is `audit PERSON FACT COUNT`: so many rows of the record say that the person was shown, or
// changed, facts of that kind. The rows go to stdout, as "action subject fact".
func (w *world) auditCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: audit PERSON FACT COUNT")
	}
	want, err := strconv.Atoi(args[2])
	ts.Check(err)
	var rows []store.AuditRow
	ts.Check(w.app.store.Read(context.Background(), func(tx *store.Tx) error {
		workspace := playgroundWorkspace
		if w.fronts != nil {
			workspace = frontWorkspace(homeFront(args[0]))
		}
		actor := tx.Snapshot().Actor(bot.Identity{Workspace: workspace, User: args[0]}).ID
		if actor == "" {
			actor = playgroundWorkspace + "/" + args[0] // nobody is linked to the account any more
		}
		var err error
		rows, err = tx.AuditRows(context.Background(), store.AuditFilter{Actor: actor, Fact: args[1], Limit: 1000})
		return err
	}))
	for _, r := range rows {
		fmt.Fprintln(ts.Stdout(), r.Action, r.Subject, r.Fact)
	}
	if len(rows) != want {
		ts.Fatalf("%d rows of %s by %s, want %d", len(rows), args[1], args[0], want)
	}
}

// claimcodeCmd is `claimcode`: the bot prints a code as it does when it starts without an admin, and
// the scenario has it as $CODE.
func (w *world) claimcodeCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: claimcode")
	}
	ts.Check(w.app.store.InTx(context.Background(), func(tx *store.Tx) error {
		code, err := tx.NewClaimCode(context.Background())
		ts.Setenv("CODE", code)
		return err
	}))
}
