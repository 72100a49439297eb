package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// serveCmd is `hirebot serve`, and `hirebot` alone.
type serveCmd struct{}

// Run serves the configured platforms until ctx ends. Without one it says how to go on.
func (serveCmd) Run(ctx context.Context, m *Main) error {
	kinds := configured(m.Platforms, m.cfg)
	if len(kinds) == 0 {
		fmt.Fprint(m.Stderr, howToGoOn(m.Platforms))
		return &exitError{code: exitUsage}
	}
	log := newLog(m.Stderr)
	for _, u := range unknownVariables(m.vars) {
		log.WarnContext(ctx, "unknown setting", "name", u)
	}
	return m.serve(ctx, kinds)
}

// howToGoOn is what somebody reads who starts the bot without any platform.
func howToGoOn(kinds []platformKind) string {
	var b strings.Builder
	b.WriteString("hirebot: no chat platform is configured.\n\n")
	b.WriteString("Try it in the browser, with a sample company and nothing to install:\n    hirebot demo\n")
	for _, k := range kinds {
		fmt.Fprintf(&b, "For %s, set %s.\n", k.Title, k.Vars)
	}
	b.WriteString("Every setting is in docs/configuration.md and in: hirebot --help\nCheck an installation with: hirebot doctor\n")
	return b.String()
}

// serve opens and migrates the database, and runs the platforms beside the ops listener.
func (m *Main) serve(ctx context.Context, kinds []platformKind) (err error) {
	log := newLog(m.Stderr)
	listener, err := listenOps(ctx, m.cfg.OpsAddr)
	if err != nil {
		return failf("%v", err)
	}
	defer func() {
		// The server closes it too, unless it never ran.
		_ = listener.Close()
	}()
	st, err := openStore(ctx, m.cfg, creating, m.Clock, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	if err := st.Migrate(ctx); err != nil {
		return err
	}
	if !st.Sealing() {
		log.WarnContext(ctx, "confidential values are not encrypted: set HIREBOT_ENCRYPTION_KEY")
	}
	if err := m.prepareAdmins(ctx, st); err != nil {
		return err
	}
	stats := newMetrics()
	a, err := newApp(st, m.Clock, log, stats)
	if err != nil {
		return err
	}
	admins, _ := parseAdmins(m.cfg.Admins)
	with := core{
		Commands: a.router.Registry().Specs, Directory: newDirectory(st, m.Clock, admins, log), Store: st, Clock: m.Clock, Log: log,
	}
	var platforms []bot.Platform
	for _, k := range kinds {
		p, err := k.Connect(m.cfg, with)
		if err != nil {
			return fmt.Errorf("connect %s: %w", k.Title, err)
		}
		platforms = append(platforms, p)
	}
	jobs, err := a.schedule(platforms)
	if err != nil {
		return err
	}
	web, err := listenWeb(ctx, m.cfg.HTTPAddr, platforms, log)
	if err != nil {
		return failf("%v", err)
	}
	defer web.close()
	if err := stats.watch(st.Statements, st.OutboxCounts, log); err != nil {
		return fmt.Errorf("register metrics: %w", err)
	}
	health := &ops{log: log, metrics: stats.handler(), checks: a.checks(platforms)}
	// The ops listener outlives the platforms, so that /readyz says that the process is stopping.
	opsCtx, stopOps := context.WithCancel(context.WithoutCancel(ctx))
	opsEnded := make(chan error, 1)
	go func() { opsEnded <- health.run(opsCtx, listener) }()
	stopWatch := context.AfterFunc(ctx, health.drain)
	defer stopWatch()

	log.InfoContext(ctx, "serving", "platforms", len(platforms), "ops", listener.Addr().String(), "http", web.addr(), "version", buildVersion())
	// Deliveries by HTTP are taken until the platforms have ended, so that none is lost between the two.
	serving, end := context.WithCancel(ctx)
	defer end()
	stopWeb := web.start(context.WithoutCancel(ctx), end)
	err = errors.Join(a.run(serving, platforms, jobs), stopWeb())
	settle(platforms)
	health.drain()
	stopOps()
	return errors.Join(err, <-opsEnded)
}

// checks are the conditions under which this process can serve.
func (a *app) checks(platforms []bot.Platform) []check {
	out := []check{{"database", a.store.Ping}, {"schema", a.store.CheckSchema}}
	for _, p := range platforms {
		out = append(out, check{p.Name(), func(context.Context) error {
			if !a.isConnected(p.Name()) {
				return errors.New("its receiver does not run")
			}
			if c, ok := p.(interface{ Connected() bool }); ok && !c.Connected() {
				return errors.New("it is not connected")
			}
			return nil
		}})
	}
	return out
}

// prepareAdmins gives the configured accounts the role of admin. While nobody is admin, also where
// e-mail addresses are configured that no platform has told of yet, it prints a code with which
// somebody can become one. The code goes to the terminal and never into the log.
func (m *Main) prepareAdmins(ctx context.Context, st *store.Store) error {
	admins, _ := parseAdmins(m.cfg.Admins)
	if err := grantAdmins(ctx, st, admins); err != nil {
		return fmt.Errorf("give the role of admin: %w", err)
	}
	code := ""
	err := st.InTx(ctx, func(tx *store.Tx) error {
		code = ""
		if len(tx.Snapshot().PeopleWith(hiring.Admin)) > 0 {
			return nil
		}
		var err error
		code, err = tx.NewClaimCode(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("make a code to claim the role of admin: %w", err)
	}
	if code != "" {
		fmt.Fprintf(m.Stdout, "Nobody is admin yet. Within an hour, whoever is to be it types in the chat:\n    /hire claim %s\n", code)
	}
	return nil
}
