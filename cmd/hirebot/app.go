package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/commands"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/scheduler"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// app is the product put together: what serve, demo, ask and the scenario tests all run.
type app struct {
	store  *store.Store
	router *bot.Router[*store.Tx]
	views  views.Set
	clock  bot.Clock
	log    *slog.Logger

	mu sync.Mutex
	// connected says of each platform whether its receiver runs.
	connected map[string]bool
}

// newApp puts the core together on an open and migrated database. observe may be nil.
func newApp(st *store.Store, clock bot.Clock, log *slog.Logger, observe bot.Observer) (*app, error) {
	a := &app{store: st, clock: clock, log: log, connected: map[string]bool{}}
	a.views = views.All(func() *bot.Registry { return a.router.Registry() })
	var err error
	a.router, err = bot.NewRouter(bot.Config[*store.Tx]{
		Base: commands.Base, Commands: commands.All(), Unit: st, Draw: a.views.Draw, Home: views.Home, Opened: a.keepHome,
		Allow: commands.Allow, Clock: clock, Log: log, Observe: observe,
	})
	if err != nil {
		return nil, fmt.Errorf("declare the commands: %w", err)
	}
	return a, nil
}

// schedule returns what works the durable jobs and sends the outbox through these platforms.
func (a *app) schedule(platforms []bot.Platform) (*scheduler.Scheduler, error) {
	s, err := scheduler.New(scheduler.Config{Store: a.store, Platforms: platforms, Views: a.views, Clock: a.clock, Log: a.log})
	if err != nil {
		return nil, fmt.Errorf("make the scheduler: %w", err)
	}
	return s, nil
}

func (a *app) setConnected(platform string, up bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.connected[platform] = up
}

func (a *app) isConnected(platform string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.connected[platform]
}

// drainTime is how long requests that are being answered may take to end, once the process is told to.
const drainTime = 10 * time.Second

// run receives from the platforms and works the jobs until ctx ends or one of them cannot go on. It
// then waits, drainTime at most, for what is being answered. The jobs are those that schedule returned for
// these platforms.
func (a *app) run(ctx context.Context, platforms []bot.Platform, jobs *scheduler.Scheduler) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var (
		group  sync.WaitGroup
		mu     sync.Mutex
		failed error
	)
	start := func(name string, work func(context.Context) error) {
		group.Go(func() {
			if err := work(ctx); err != nil && ctx.Err() == nil {
				mu.Lock()
				defer mu.Unlock()
				failed = errors.Join(failed, fmt.Errorf("%s: %w", name, err))
			}
			stop() // without one of them the others are no use
		})
	}
	serve := withRequest(a.router.Serve)
	for _, p := range platforms {
		start(p.Name(), func(ctx context.Context) error {
			a.setConnected(p.Name(), true)
			defer a.setConnected(p.Name(), false)
			return p.Run(ctx, serve)
		})
	}
	start("scheduler", jobs.Run)

	ended := make(chan struct{})
	go func() {
		group.Wait()
		close(ended)
	}()
	<-ctx.Done()
	limit := time.NewTimer(drainTime)
	defer limit.Stop()
	select {
	case <-ended:
	case <-limit.C:
		a.log.WarnContext(ctx, "some requests did not end in time", "waited", drainTime)
	}
	mu.Lock()
	defer mu.Unlock()
	return failed
}

// opening says what withStore may find.
type opening int

const (
	// existing wants a database that is there, in whatever state.
	existing opening = iota
	// migrated wants one that this version can work with.
	migrated
	// creating makes the SQLite file and its directory where there is none.
	creating
)

// withStore opens the configured database, calls fn and closes it.
func (m *Main) withStore(ctx context.Context, how opening, fn func(*store.Store) error) (err error) {
	st, err := openStore(ctx, m.cfg, how, m.Clock, m.quietLog())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	return fn(st)
}

// quietLog is the log of commands that end by themselves: only what went wrong.
func (m *Main) quietLog() *slog.Logger {
	return slog.New(requestLog{slog.NewJSONHandler(m.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})})
}

// openStore opens the configured database. Its errors say what to do.
func openStore(ctx context.Context, cfg Config, how opening, clock bot.Clock, log *slog.Logger) (*store.Store, error) {
	if path, ok := cfg.sqlitePath(); ok {
		if err := prepareFile(path, how); err != nil {
			return nil, err
		}
	}
	keys, err := store.ParseKeys(cfg.EncryptionKey.Reveal())
	if err != nil {
		return nil, failf("%sENCRYPTION_KEY: %v", envPrefix, err)
	}
	st, err := store.Open(ctx, cfg.database(), clock, keys, store.WithLog(log), store.WithDefault(hiring.SettingTimezone, cfg.Timezone), store.WithDefault(store.PublicURL, cfg.PublicURL))
	if err != nil {
		// The operator needs the cause, which people in a chat are spared.
		if told, ok := errors.AsType[*hiring.Error](err); ok && told.Unwrap() != nil {
			err = told.Unwrap()
		}
		return nil, failf("the database cannot be opened: %v\nCheck %sDATABASE_URL, and that the database runs and lets this process in", err, envPrefix)
	}
	if how == migrated {
		if err := st.CheckSchema(ctx); err != nil {
			return nil, errors.Join(failf("%v", err), st.Close())
		}
	}
	return st, nil
}

// prepareFile makes the directory of a SQLite file, or refuses a file that is not there.
func prepareFile(path string, how opening) error {
	if how == creating {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return failf("make the directory of the database: %v: choose another one with %sDATA_DIR", err, envPrefix)
		}
		return nil
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return failf("there is no database %s yet. Make it with: hirebot migrate up — or name another with %sDATABASE_URL or %sDATA_DIR", path, envPrefix, envPrefix)
	}
	return nil
}
