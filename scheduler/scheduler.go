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
	lanes    laneJobs
	// resting is held for reading by a job while it works, and for writing by Forward.
	resting sync.RWMutex
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
	// laneTime is how long a job stays with one lane before other lanes have their turn. It ends its
	// message first, so that it is well within jobTime.
	laneTime = 20 * time.Second
	jobTime  = 5 * time.Minute
	// upkeep is the queue of what must not wait behind thousands of messages.
	upkeep     = "upkeep"
	upkeepJobs = 2
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
	s.Courier.pause = s.pause
	workers := river.NewWorkers()
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[store.Deliver]) error {
		return s.workLane(ctx, job.Args.Lane)
	}))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[sweep]) error {
		s.resting.RLock()
		defer s.resting.RUnlock()
		return s.Sweep(ctx, s.clock())
	}))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[expire]) error {
		s.resting.RLock()
		defer s.resting.RUnlock()
		return s.store.Expire(ctx, s.clock())
	}))
	client, err := river.NewClient(cfg.Store.Driver(), &river.Config{
		Queues:  map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: maxJobs}, upkeep: {MaxWorkers: upkeepJobs}},
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
		return args, &river.InsertOpts{Queue: upkeep, UniqueOpts: river.UniqueOpts{ByPeriod: every}}
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

// workLane delivers what is due in a lane, and waits for what comes due there in a moment.
func (s *Scheduler) workLane(ctx context.Context, lane string) error {
	if !s.lanes.begin(lane) {
		return nil // the job of this process that has the lane looks once more
	}
	given := false
	defer func() {
		if !given { // it is done again, or has panicked: others must be able to take the lane
			s.lanes.drop(lane)
		}
	}()
	err := s.workTurn(ctx, lane)
	given = err == nil
	return err
}

// workTurn is workLane for the job that has the lane in this process.
func (s *Scheduler) workTurn(ctx context.Context, lane string) error {
	for until := s.clock().Add(laneTime); ; {
		held, err := s.deliverPresent(ctx, lane)
		if errors.Is(err, errCutShort) && ctx.Err() == nil {
			return river.JobSnooze(0) // this process stops, and another goes on at once
		}
		if err != nil {
			return err
		}
		if !held {
			if s.lanes.comesBack(lane, s.clock()) {
				s.lanes.drop(lane)
				return nil
			}
			return river.JobSnooze(comeBack)
		}
		next, ok, err := s.store.NextOf(ctx, lane)
		if err != nil {
			return err
		}
		wait := next.Sub(s.clock())
		if !ok || wait > shortWait {
			if s.lanes.end(lane) {
				return nil // a job of its own comes for what is due later
			}
			continue
		}
		if !s.clock().Before(until) {
			return river.JobSnooze(max(wait, 0)) // behind the lanes that have waited meanwhile
		}
		if wait > 0 && !s.pause(ctx, wait) {
			s.lanes.drop(lane)
			return ctx.Err() // a job of its own comes for what is due later
		}
	}
}

// deliverPresent delivers what is due in a lane at present. The wait between two of its calls is no part of it, so
// that Forward need not wait for that.
func (s *Scheduler) deliverPresent(ctx context.Context, lane string) (bool, error) {
	s.resting.RLock()
	defer s.resting.RUnlock()
	return s.deliver(ctx, lane, s.clock())
}

// laneJobs knows which lanes the jobs of this process have in hand. A message is a job of its lane, but one
// job does the work of all: the others end at once instead of coming back again and again.
type laneJobs struct {
	mu sync.Mutex
	// again holds the lanes in hand, with whether somebody has asked since to look once more.
	again map[string]bool
	// back is until when a job comes back to a lane that another process holds.
	back map[string]time.Time
}

// begin takes a lane in hand, or has whoever has it look once more, and returns false.
func (l *laneJobs) begin(lane string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, busy := l.again[lane]; busy {
		l.again[lane] = true
		return false
	}
	if l.again == nil {
		l.again, l.back = map[string]bool{}, map[string]time.Time{}
	}
	l.again[lane] = false
	return true
}

// end gives a lane back, unless somebody has asked to look once more: then it returns false.
func (l *laneJobs) end(lane string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.again[lane] {
		l.again[lane] = false
		return false
	}
	delete(l.again, lane)
	return true
}

// drop gives a lane back whatever was asked: the job that has it is done again.
func (l *laneJobs) drop(lane string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.again, lane)
}

// comesBack tells whether a job comes back already to a lane that another process holds. Where none does, it
// notes that the caller's will.
func (l *laneJobs) comesBack(lane string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for other, at := range l.back {
		if !now.Before(at) {
			delete(l.back, other)
		}
	}
	if _, planned := l.back[lane]; planned {
		return true
	}
	l.back[lane] = now.Add(comeBack)
	return false
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
