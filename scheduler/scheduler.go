// Package scheduler works what must happen later: it takes the outbox to the platforms and cleans
// up. The work itself stands in plain methods that are told the time; River only calls them.
package scheduler

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// Config is what a Scheduler is made of.
type Config struct {
	Store     *store.Store
	Platforms []bot.Platform
	Views     views.Set
	Clock     bot.Clock
	Log       *slog.Logger
}

// Scheduler works the durable jobs.
type Scheduler struct {
	*Courier
	client *river.Client[*sql.Tx]
	// stopping is closed once the process is told to stop.
	stopping chan struct{}
	// awaited are the lanes that a job of this process waits for: one is enough.
	awaited sync.Map
}

const (
	sweepEvery  = time.Minute
	expireEvery = time.Hour
	// sealBatch is how many audit rows a sweep chains at most.
	sealBatch = 5000
	// comeBack is when a job looks again at a lane that another worker holds.
	comeBack = 2 * time.Second
	// maxJobs is how many jobs run at once. Most of them wait for the turn of their lane.
	maxJobs = 50
	// shortWait is up to how long a job waits for the turn of its lane. The queue looks only every five
	// seconds for jobs that have come due, which would be a fraction of what platforms allow.
	shortWait = 6 * time.Second
	// laneTime is how long a job stays with one lane, well within jobTime.
	laneTime = 4 * time.Minute
	jobTime  = 5 * time.Minute
	// stopTime is how long jobs may take to end when the process is told to.
	stopTime = 8 * time.Second
)

// sweep is the job that wakes lanes whose wake-up was lost, and chains the audit.
type sweep struct{}

// Kind returns the name of the job.
func (sweep) Kind() string { return "sweep" }

// expire is the job that drops what is past its life.
type expire struct{}

// Kind returns the name of the job.
func (expire) Kind() string { return "expire" }

// NewCourier returns a Courier by itself, for tests and tools that drain the outbox at their own time.
func NewCourier(cfg Config) *Courier {
	c := &Courier{store: cfg.Store, views: cfg.Views, clock: cfg.Clock, log: cfg.Log, platforms: map[string]bot.Platform{}}
	for _, p := range cfg.Platforms {
		c.platforms[p.Name()] = p
	}
	return c
}

// New returns a Scheduler.
func New(cfg Config) (*Scheduler, error) {
	s := &Scheduler{Courier: NewCourier(cfg), stopping: make(chan struct{})}
	workers := river.NewWorkers()
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[store.Deliver]) error {
		return s.workLane(ctx, job.Args.Lane)
	}))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[sweep]) error { return s.Sweep(ctx, s.clock()) }))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[expire]) error { return s.store.Expire(ctx, s.clock()) }))
	client, err := river.NewClient(cfg.Store.Driver(), &river.Config{
		Queues:  map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: maxJobs}},
		Workers: workers,
		Logger:  slog.New(atLeast{cfg.Log.Handler(), slog.LevelWarn}),
		// A lane's messages are retried by the outbox; a job that failed is only woken once more by the sweep.
		JobTimeout: jobTime, RescueStuckJobsAfter: 10 * time.Minute, MaxAttempts: 3, SoftStopTimeout: stopTime,
		PeriodicJobs: []*river.PeriodicJob{
			periodic("sweep", sweepEvery, sweep{}),
			periodic("expire", expireEvery, expire{}),
		},
	})
	if err != nil {
		return nil, fmt.Errorf("make the job client: %w", err)
	}
	s.client = client
	return s, nil
}

func periodic(id string, every time.Duration, args river.JobArgs) *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(every), func() (river.JobArgs, *river.InsertOpts) {
		return args, &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByPeriod: every}}
	}, &river.PeriodicJobOpts{ID: id, RunOnStart: true})
}

// Run works jobs until ctx ends, and then lets those that run end.
func (s *Scheduler) Run(ctx context.Context) error {
	if err := s.client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start the job client: %w", err)
	}
	<-ctx.Done()
	close(s.stopping)
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime+2*time.Second)
	defer cancel()
	if err := s.client.Stop(stop); err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("stop the job client: %w", err)
	}
	return nil
}

// workLane delivers what is due in a lane, and waits for what comes due there in a moment: the next
// message of a conversation whose platform allows one a second.
func (s *Scheduler) workLane(ctx context.Context, lane string) error {
	for until := s.clock().Add(laneTime); ; {
		held, err := s.deliver(ctx, lane, s.clock())
		if err != nil {
			return err
		}
		if !held {
			return river.JobSnooze(comeBack)
		}
		next, ok, err := s.store.NextOf(ctx, lane)
		wait := next.Sub(s.clock())
		if err != nil || !ok || wait > shortWait || !s.clock().Before(until) {
			return err // a job of its own comes for what is due later
		}
		if _, waited := s.awaited.LoadOrStore(lane, true); waited {
			return nil
		}
		goOn := s.pause(ctx, wait)
		s.awaited.Delete(lane)
		if !goOn {
			return ctx.Err()
		}
	}
}

// pause waits, and returns false where that was cut short.
func (s *Scheduler) pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.stopping:
	case <-ctx.Done():
	}
	return false
}

// Sweep puts into the outbox what is due, wakes every lane that has something due, whatever became of
// its job, and chains new audit rows. A part that fails does not keep the others from being done.
func (s *Scheduler) Sweep(ctx context.Context, now time.Time) error {
	due := s.PutDue(ctx, now)
	woken := s.wake(ctx, now)
	_, sealed := s.store.SealAudit(ctx, now, sealBatch)
	return errors.Join(due, woken, sealed)
}

func (s *Scheduler) wake(ctx context.Context, now time.Time) error {
	lanes, err := s.store.DueLanes(ctx, now, batch)
	if err != nil || len(lanes) == 0 {
		return err
	}
	jobs := make([]river.InsertManyParams, 0, len(lanes))
	for _, lane := range lanes {
		jobs = append(jobs, river.InsertManyParams{Args: store.Deliver{Lane: lane}})
	}
	if _, err := s.client.InsertMany(ctx, jobs); err != nil {
		return fmt.Errorf("wake %d lanes: %w", len(jobs), err)
	}
	return nil
}

// atLeast is a log handler that passes on what is of a level or above.
type atLeast struct {
	slog.Handler
	level slog.Level
}

// Enabled reports whether a record of this level is passed on.
func (h atLeast) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= h.level && h.Handler.Enabled(ctx, l)
}

// WithAttrs returns the handler with attributes.
func (h atLeast) WithAttrs(attrs []slog.Attr) slog.Handler {
	return atLeast{h.Handler.WithAttrs(attrs), h.level}
}

// WithGroup returns the handler with a group.
func (h atLeast) WithGroup(name string) slog.Handler {
	return atLeast{h.Handler.WithGroup(name), h.level}
}
