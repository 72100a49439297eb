package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/playground"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// demoCmd is `hirebot demo`.
type demoCmd struct {
	Addr        string `default:"127.0.0.1:8484" help:"Where to serve the playground, host:port; port 0 takes a free one."`
	SeedOnly    bool   `help:"Load the sample company into the configured database, and stop."`
	AllowRemote bool   `help:"Permit an address that other machines reach. The playground has no passwords: whoever reaches it can be anyone."`
}

// Run serves the playground until ctx ends.
func (d demoCmd) Run(ctx context.Context, m *Main) (err error) {
	cfg := m.cfg
	keep := m.vars[envPrefix+"DATABASE_URL"] != "" || m.vars[envPrefix+"DATABASE_URL_FILE"] != "" || m.vars[envPrefix+"DATA_DIR"] != ""
	if d.SeedOnly && !keep {
		return usagef("--seed-only fills a database that stays: name it with %sDATABASE_URL, such as sqlite:hirebot.db", envPrefix)
	}
	if !keep {
		dir, err := os.MkdirTemp("", "hirebot-demo-")
		if err != nil {
			return fmt.Errorf("make a directory for the demo: %w", err)
		}
		defer func() {
			if gone := os.RemoveAll(dir); gone != nil {
				fmt.Fprintf(m.Stderr, "hirebot: the throw-away database in %s could not be removed: %v\n", dir, gone)
			}
		}()
		cfg.DatabaseURL = Secret("sqlite:" + filepath.Join(dir, "hirebot.db"))
		if cfg.EncryptionKey == "" {
			cfg.EncryptionKey = Secret(store.NewKey())
		}
	}
	log := m.quietLog()
	st, err := openStore(ctx, cfg, creating, m.Clock, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	if err := m.loadSample(ctx, st); err != nil {
		return err
	}
	if d.SeedOnly {
		fmt.Fprintln(m.Stdout, "The sample company is loaded.")
		return nil
	}
	return d.play(ctx, m, st, !keep)
}

// loadSample migrates an empty database and fills it with the sample company, unless it holds that
// already. Another company's database is refused, unchanged.
func (m *Main) loadSample(ctx context.Context, st *store.Store) error {
	status, err := st.MigrationStatus(ctx)
	switch {
	case err != nil:
		return err
	case status.Current == 0:
		if err := st.Migrate(ctx); err != nil {
			return err
		}
	default:
		// Migrating what may be another company's is not for a demo to decide.
		if err := status.Check(); err != nil {
			return failf("%v", err)
		}
	}
	var empty, sample bool
	err = st.Read(ctx, func(tx *store.Tx) error {
		empty, sample = isEmpty(tx.Snapshot()), isSample(tx.Snapshot())
		return nil
	})
	switch {
	case err != nil:
		return err
	case sample:
		return nil
	case !empty:
		return failf("the configured database is not empty, and it is not the sample company's. Leave out %sDATABASE_URL and %sDATA_DIR for a throw-away one, or name an empty one", envPrefix, envPrefix)
	}
	return seed(ctx, st)
}

// play serves the playground.
func (d demoCmd) play(ctx context.Context, m *Main, st *store.Store, throwAway bool) error {
	log := m.quietLog()
	a, err := newApp(st, m.Clock, log, nil)
	if err != nil {
		return err
	}
	pg, err := newPlayground(a, playground.Config{Addr: d.Addr, AllowRemote: d.AllowRemote})
	if err != nil {
		return err
	}
	if err := pg.Listen(ctx); err != nil {
		if errors.Is(err, syscall.EADDRINUSE) {
			return failf("%s is in use, perhaps by another demo. Choose another address, such as: hirebot demo --addr 127.0.0.1:8485", d.Addr)
		}
		if !strings.Contains(err.Error(), "from other machines") {
			return failf("%v. Choose another address, such as: hirebot demo --addr 127.0.0.1:8485", err)
		}
		return failf("%s can be reached from other machines, and the playground has no passwords. Use 127.0.0.1, or add --allow-remote", d.Addr)
	}
	where := "Its database is the configured one."
	if throwAway {
		where = "Its database is thrown away at the end."
	}
	tries := sampleTries()
	fmt.Fprintf(m.Stdout, "The playground is ready: http://%s/\n%s Try, as recruiter:\n    %s\n    %s\nand as admin:\n    %s\nPress Ctrl-C to end it.\n",
		pg.Addr(), where, tries[0], tries[1], tries[2])
	return a.run(ctx, []bot.Platform{pg})
}

// newPlayground returns the playground of the sample company.
func newPlayground(a *app, cfg playground.Config) (*playground.Playground, error) {
	cfg.Workspace, cfg.Bot = playgroundWorkspace, "Hirebot"
	cfg.Clock, cfg.Log, cfg.Try = a.clock, a.log, sampleTries()
	cfg.Commands = a.router.Registry().Specs
	cfg.People = a.playgroundPeople
	cfg.Account = newDirectory(a.store, a.clock, nil, a.log).Account
	for _, c := range sampleChannels() {
		cfg.Channels = append(cfg.Channels, playground.Channel{Name: c.Key, About: c.Value})
	}
	pg, err := playground.New(cfg)
	if err != nil {
		return nil, fmt.Errorf("make the playground: %w", err)
	}
	return pg, nil
}

// playgroundPeople are those whom one can be: everyone with an account in the playground.
func (a *app) playgroundPeople(ctx context.Context) ([]playground.Person, error) {
	found := map[string]playground.Person{}
	var order []string
	err := a.store.Read(ctx, func(tx *store.Tx) error {
		clear(found)
		order = order[:0]
		for _, p := range tx.Snapshot().People() {
			for _, id := range p.Identities {
				if id.Workspace == playgroundWorkspace {
					found[id.User] = playground.Person{User: id.User, Name: p.Name, About: aboutPerson(tx.Snapshot(), p), Zone: p.Zone}
					order = append(order, id.User)
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the people of the playground: %w", err)
	}
	// The sample people stand in their own order, whoever has joined them after them.
	out := make([]playground.Person, 0, len(order))
	for _, p := range samplePeople() {
		if who, ok := found[p.Name]; ok {
			out = append(out, who)
			delete(found, p.Name)
		}
	}
	for _, user := range order {
		if who, ok := found[user]; ok {
			out = append(out, who)
		}
	}
	return out, nil
}

// aboutPerson says in a few words what somebody may do.
func aboutPerson(s *store.Snapshot, p hiring.Person) string {
	if !p.Active {
		return "deactivated"
	}
	var parts []string
	for _, r := range p.Roles {
		parts = append(parts, hiring.RoleTitle(r))
	}
	for _, b := range s.Playbooks() {
		for _, owner := range s.Owners(b.Key) {
			if owner == p.ID {
				parts = append(parts, "owns "+b.Title)
			}
		}
	}
	if len(parts) == 0 {
		return "Member"
	}
	return strings.Join(parts, ", ")
}
