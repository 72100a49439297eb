package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/playground"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/scheduler"
	"github.com/hirebot/hirebot/store"
)

// demoCmd is `hirebot demo`.
type demoCmd struct {
	Addr        string `default:"127.0.0.1:8484" help:"Where to serve the playground, host:port; port 0 takes a free one."`
	SeedOnly    bool   `help:"Load the sample company into the configured database, and stop."`
	AllowRemote bool   `help:"Permit an address that other machines reach. The playground has no passwords: whoever reaches it can be anyone."`
	At          string `placeholder:"TIME" help:"Begin at this time instead of now, such as 2026-12-07T09:00:00+05:30. The page puts the time forward from there."`
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
	clock, err := d.clock(m.Clock)
	if err != nil {
		return err
	}
	st, err := openStore(ctx, cfg, creating, clock.Now, m.quietLog())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	if err := m.loadSample(ctx, st); err != nil {
		return err
	}
	if err := d.goOn(ctx, st, clock); err != nil {
		return err
	}
	if d.SeedOnly {
		fmt.Fprintln(m.Stdout, "The sample company is loaded.")
		return nil
	}
	return d.play(ctx, m, st, clock, !keep)
}

// clock returns the clock of the demo, which its page puts forward. It goes on from --at, or from now.
func (d demoCmd) clock(world bot.Clock) (*bot.MovableClock, error) {
	if d.At == "" {
		return bot.NewMovableClock(world), nil
	}
	at, err := time.Parse(time.RFC3339, d.At)
	if err != nil {
		return nil, usagef("--at: %q is no time with its zone. Example: --at 2026-12-07T09:00:00+05:30", d.At)
	}
	shift := at.Sub(world())
	return bot.NewMovableClock(func() time.Time { return world().Add(shift) }), nil
}

// goOn puts the clock to where an earlier demo left this database: what is on record must not lie ahead. It
// refuses a time of --at that is before that.
func (d demoCmd) goOn(ctx context.Context, st *store.Store, clock *bot.MovableClock) error {
	last, err := st.LastActed(ctx)
	if err != nil {
		return err
	}
	zone := time.UTC
	err = st.Read(ctx, func(tx *store.Tx) error {
		zone = tx.Snapshot().Zone("")
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the company's zone: %w", err)
	}
	if d.At != "" && last.After(clock.Now()) {
		return failf("this database has lived until %s, and time does not go back there. Choose a later --at, leave it out, or name another database", last.In(zone).Format(time.RFC3339))
	}
	clock.PutForward(last)
	return nil
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
func (d demoCmd) play(ctx context.Context, m *Main, st *store.Store, clock *bot.MovableClock, throwAway bool) error {
	a, err := newApp(st, clock.Now, m.quietLog(), nil)
	if err != nil {
		return err
	}
	var jobs *scheduler.Scheduler // made for the playground, which is made with what they do
	forward := func(ctx context.Context, to time.Time, enough func() bool) error {
		return jobs.Forward(ctx, clock, to, enough)
	}
	pg, err := newPlayground(a, playground.Config{Addr: d.Addr, AllowRemote: d.AllowRemote, Forward: forward, Morning: a.nextMorning})
	if err != nil {
		return err
	}
	platforms := []bot.Platform{pg}
	if jobs, err = a.schedule(platforms); err != nil {
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
	if d.At != "" {
		where += " Its clock begins at " + d.At + "."
	}
	fmt.Fprintf(m.Stdout, "The playground is ready: http://%s/\n%s Try, as recruiter:\n    %s\n    %s\nand as admin:\n    %s\nPress Ctrl-C to end it.\n",
		pg.Addr(), where, tries[0], tries[1], tries[2])
	return a.run(ctx, platforms, jobs)
}

// morningBegins is when the day begins to which one goes on in the demo: before most reminders, so that one sees
// them come.
const morningBegins = 9*60 + 30

// nextMorning returns when the next morning of a working day of the company is; zero for none within two years.
func (a *app) nextMorning(ctx context.Context) (time.Time, error) {
	var morning time.Time
	err := a.store.Read(ctx, func(tx *store.Tx) error {
		now, times := a.clock(), tx.Snapshot().WorkTime("")
		times.Hours = hiring.Hours{From: morningBegins, To: morningBegins + 1}
		if morning = times.NextAllowed(now); !morning.After(now) { // it is that minute
			morning = times.NextAllowed(now.Add(time.Minute))
		}
		return nil
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("look for the next working day: %w", err)
	}
	return morning, nil
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
					found[id.User] = playground.Person{User: id.User, Name: p.Name, About: aboutPerson(tx.Snapshot(), p), Zone: tx.Snapshot().Zone(p.ID).String()}
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
