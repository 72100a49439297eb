package scheduler_test

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver by which the test looks at the database of its own
	_ "pgregory.net/rapid"             // for the flag -rapid.seed, which the suite is run with

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/scheduler"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

const (
	// ninetySeed is the variable of the environment that has one run repeated.
	ninetySeed = "HIREBOT_NINETY_SEED"
	ninetyDays = 90
	ninetyMany = 500 // people
	// ninetyBusy are those of them who sit on most interviews, so that some are told more than a day holds.
	ninetyBusy = 25
	// ninetyManagers are the first of them, who are hiring managers; from ninetyRecruiter on four recruit.
	ninetyManagers  = 12
	ninetyRecruiter = 20
)

// ninetyStart begins the ninety days: in them Berlin, New York and Lord Howe change their clocks, on
// different days, and three holidays of India lie.
var ninetyStart = time.Date(2026, 9, 14, 0, 0, 0, 0, time.UTC)

// TestNinetyDays lets a company of five hundred people in several zones live through ninety days: with
// interviews, scorecards, snoozes, absences, holidays and changes of the clock, of the policy and of people;
// with restarts, several replicas, and a platform that fails in all the ways it can. What became of each
// reminder is then compared with what a walk through all minutes says must have (see ninety_oracle_test.go).
// One of the two databases has the morning digest and the recruiter's day on, by the seed: with an odd one that
// is SQLite. It says with which seed one run is repeated:
//
//	HIREBOT_NINETY_SEED=1 go test ./scheduler -run TestNinetyDays
func TestNinetyDays(t *testing.T) {
	t.Parallel()
	seed := ninetySeedOf(t)
	for name, url := range map[string]func(testing.TB) string{"sqlite": copies.SQLite, "postgres": copies.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			t.Logf("again with %s=%d", ninetySeed, seed)
			n := newNinety(t, url(t), seed, (name == "sqlite") == (seed%2 == 1))
			n.live()
			n.check()
		})
	}
}

func ninetySeedOf(t *testing.T) uint64 {
	t.Helper()
	text := cmp.Or(os.Getenv(ninetySeed), flag.Lookup("rapid.seed").Value.String())
	seed, err := strconv.ParseUint(text, 10, 64)
	must(t, err)
	if seed == 0 { // as the other tests that draw have it
		seed = uint64(time.Now().UnixNano())
	}
	return seed
}

// deed is something that happens at an instant.
type deed struct {
	at time.Time
	do func()
}

// ninety is a company for ninety days.
type ninety struct {
	t     *testing.T
	url   string
	rand  *rand.Rand // of what people do
	luck  *rand.Rand // of what happens to processes
	clock *clock
	far   *misbehaving
	store *store.Store
	other *store.Store // of another process
	db    *sql.DB
	// digests says that the morning digest and the recruiter's day are on.
	digests bool
	todo    []deed   // in the order of their times
	people  []string // ids
	apps    []hiring.Application
	up      time.Time // until when no process runs, where that is to come
	done    map[string]int

	*diary
}

func newNinety(t *testing.T, url string, seed uint64, digests bool) *ninety {
	t.Helper()
	n := &ninety{
		t: t, url: url, digests: digests, clock: newClock(ninetyStart), done: map[string]int{}, diary: newDiary(ninetyStart, ninetyStart.AddDate(0, 0, ninetyDays)),
		rand: rand.New(rand.NewPCG(seed, 90)), luck: rand.New(rand.NewPCG(seed, 91)), //nolint:gosec // they are to be the same again
	}
	n.far = &misbehaving{n: n, seed: seed, found: map[string]bot.Posted{}, nth: map[string]int{}}
	n.restart()
	n.other = n.open()
	t.Cleanup(func() { must(t, errors.Join(n.store.Close(), n.other.Close())) })
	n.db = rawDatabase(t, url)
	n.found()
	return n
}

func (n *ninety) now() time.Time     { return n.clock.now() }
func (n *ninety) set(at time.Time)   { n.clock.set(at) }
func (n *ninety) chance(of int) bool { return n.rand.IntN(100) < of }

// restart opens the database anew, as a process does that begins.
func (n *ninety) restart() {
	n.t.Helper()
	if n.store != nil {
		must(n.t, n.store.Close())
	}
	n.store = n.open()
}

func (n *ninety) open() *store.Store {
	n.t.Helper()
	s, err := store.Open(n.t.Context(), n.url, n.now, store.Keys{}, store.WithLog(silent), store.WithUnitTime(5*time.Minute))
	must(n.t, err)
	return s
}

func (n *ninety) courier(s *store.Store) *scheduler.Courier {
	return scheduler.NewCourier(scheduler.Config{
		Store: s, Platforms: []bot.Platform{n.far}, Views: views.All(func() *bot.Registry { return nil }), Clock: n.now, Log: silent,
	})
}

func (n *ninety) in(fn func(ctx context.Context, tx *store.Tx) error) error {
	return n.store.InTx(n.t.Context(), func(tx *store.Tx) error { return fn(n.t.Context(), tx) })
}

// plan has something happen at an instant, after all that was planned for it before.
func (n *ninety) plan(at time.Time, do func()) {
	at = at.Truncate(time.Second)
	place, _ := slices.BinarySearchFunc(n.todo, at.Add(1), func(d deed, at time.Time) int { return d.at.Compare(at) })
	n.todo = slices.Insert(n.todo, place, deed{at, do})
}

// ninetyZones are those in which people live, most of them in the first.
var ninetyZones = []string{"Asia/Kolkata", "Asia/Kolkata", "Europe/Berlin", "America/New_York", "Asia/Dubai", "Australia/Lord_Howe"}

// found founds the company.
func (n *ninety) found() {
	t := n.t
	t.Helper()
	n.company(func(*company) {})
	must(t, n.in(func(ctx context.Context, tx *store.Tx) error {
		err := errors.Join(
			tx.SetSchedule(ctx, store.ScheduleRow{Name: hiring.ScheduleMorningDigest, Set: true, Enabled: n.digests}),
			tx.SetSchedule(ctx, store.ScheduleRow{Name: hiring.ScheduleRecruiterDay, Set: true, Enabled: n.digests}),
			tx.SetSetting(ctx, hiring.SettingTimezone, "Asia/Kolkata"),
			tx.SetSetting(ctx, hiring.SettingNudgeBudget, "1"),
			tx.SetSetting(ctx, hiring.SettingHolidays, "26 Jan, 15 Aug, 2 Oct, 2026-10-20, 2026-11-09"),
			tx.SaveWorkspace(ctx, store.Workspace{ID: "chat:T1", Name: "Acme", Platform: "chat", External: "T1", Kind: store.HomeWorkspace}),
		)
		return err
	}))
	n.company(func(c *company) {
		c.holidays, c.budget = []string{"01-26", "08-15", "10-02", "2026-10-20", "2026-11-09"}, 1
	})
	for from := 0; from < ninetyMany; from += 50 {
		must(t, n.in(func(ctx context.Context, tx *store.Tx) error {
			for i := from; i < from+50; i++ {
				user := fmt.Sprintf("u%03d", i)
				zone := ninetyZones[n.rand.IntN(len(ninetyZones))]
				p := hiring.Person{Name: user, Zone: zone, Active: true, Identities: []hiring.Identity{{Workspace: "chat:T1", User: user}}}
				switch {
				case i < ninetyManagers:
					p.Roles = []hiring.Role{hiring.HiringManager}
				case i >= ninetyRecruiter && i < ninetyRecruiter+4:
					p.Roles = []hiring.Role{hiring.Recruiter}
				}
				p, err := tx.AddPerson(ctx, p)
				if err != nil {
					return err
				}
				n.people = append(n.people, p.ID)
				n.user[user] = p.ID
				n.person(p.ID, func(s *state) { s.zone, s.active = zone, true })
			}
			return nil
		}))
	}
	for i := range ninetyManagers {
		recruiter := n.people[ninetyRecruiter+i%4]
		n.team[n.people[i]], n.team[recruiter] = true, true
		must(t, n.in(func(ctx context.Context, tx *store.Tx) error {
			r := hiring.Requisition{
				Role: "nobody", Level: "senior", Seats: 3, State: hiring.ReqOpen, Requester: n.people[i], HiringManager: n.people[i], Recruiter: recruiter,
				Target: ninetyStart.AddDate(0, 0, 5+7*i).Format(time.DateOnly),
			}
			r, err := tx.AddRequisition(ctx, r)
			if err != nil {
				return err
			}
			for c := range 5 {
				one, err := tx.AddCandidate(ctx, hiring.Candidate{Name: fmt.Sprintf("Candidate %d-%d", i, c)})
				if err != nil {
					return err
				}
				a, err := hiring.StartApplication(one.ID, r.ID, hiring.AppScreening, r.Recruiter, tx.Now())
				if err != nil {
					return err
				}
				if a, err = tx.AddApplication(ctx, a); err != nil {
					return err
				}
				n.apps = append(n.apps, a)
			}
			return nil
		}))
	}
	for day := range ninetyDays {
		n.plan(ninetyStart.AddDate(0, 0, day), func() { n.morning(day) })
	}
}

// live lets the ninety days pass: the clock jumps from one instant at which something is to happen to the
// next. What is due is put into the outbox at whole minutes, and delivered when it is.
func (n *ninety) live() {
	n.t.Helper()
	for {
		next, ok := n.next()
		if !ok || !next.Before(n.end) {
			break
		}
		n.set(next)
		for len(n.todo) > 0 && !n.todo[0].at.After(next) {
			one := n.todo[0]
			n.todo = n.todo[1:]
			one.do()
		}
		if n.up.After(next) {
			continue
		}
		n.work(next.Equal(next.Truncate(time.Minute)))
	}
	n.t.Logf("%d calls of the platform, %d failed", n.far.calls, n.far.failed)
}

// next returns when something is to happen next.
func (n *ninety) next() (time.Time, bool) {
	n.t.Helper()
	now, minute := n.now(), n.now().Truncate(time.Minute).Add(time.Minute)
	var all []time.Time
	if len(n.todo) > 0 {
		all = append(all, n.todo[0].at)
	}
	if n.up.After(now) {
		all = append(all, n.up)
	} else {
		eachRow(n.t, n.db, `SELECT 1, min(nudge_at), 0, 0 FROM scorecards WHERE nudge_at IS NOT NULL UNION ALL SELECT 1, min(next_run_at), 0, 0 FROM schedules
			UNION ALL SELECT 2, o.next_at, COALESCE(l.hold_until, 0), COALESCE(l.leased_until, 0) FROM outbox o LEFT JOIN lanes l ON l.lane = o.lane WHERE o.next_at IS NOT NULL`, nil,
			func(rows *sql.Rows) error {
				var (
					kind, hold, lease int64
					at                sql.NullInt64
				)
				if err := rows.Scan(&kind, &at, &hold, &lease); err != nil || !at.Valid {
					return err
				}
				due := time.UnixMicro(max(at.Int64, hold, lease)).UTC()
				if whole := due.Truncate(time.Minute); kind == 1 && !due.Equal(whole) {
					due = whole.Add(time.Minute)
				}
				if !due.After(now) {
					due = minute // the next sweep finds it
				}
				all = append(all, due)
				return nil
			})
	}
	if len(all) == 0 {
		return time.Time{}, false
	}
	at := slices.MinFunc(all, time.Time.Compare)
	if at.Before(now) {
		at = now
	}
	return at, true
}

// work does what a process does at an instant, and now and then what two do at once. One that dies is
// followed by another.
func (n *ninety) work(sweeps bool) {
	n.t.Helper()
	if n.luck.IntN(100) < 3 {
		var both sync.WaitGroup
		both.Go(func() { n.run(n.other, sweeps) })
		n.run(n.store, sweeps)
		both.Wait()
		n.done["two at once"]++
		n.both[n.now()] = true
	}
	for n.run(n.store, sweeps) {
		n.restart()
		n.done["died"]++
	}
}

// run has one process put into the outbox what is due, and deliver it. It tells whether it died.
func (n *ninety) run(s *store.Store, sweeps bool) (dead bool) {
	defer func() {
		if p := recover(); p != nil {
			if p != died {
				panic(p)
			}
			dead = true
		}
	}()
	c := n.courier(s)
	if sweeps {
		if err := c.PutDue(n.t.Context(), n.now()); err != nil {
			n.t.Errorf("at %s: %v", n.now(), err)
		}
	}
	if err := c.Drain(n.t.Context(), n.now()); err != nil {
		n.t.Errorf("at %s: %v", n.now(), err)
	}
	return false
}

// did notes what a deed came to: what is refused by the domain has changed nothing.
func (n *ninety) did(what string, err error) bool {
	n.t.Helper()
	switch hiring.ErrorCode(err) {
	case hiring.Conflict, hiring.Invalid, hiring.NotFound:
		n.done[what+" refused"]++
		return false
	default:
		must(n.t, err)
		n.done[what]++
		return true
	}
}

func (n *ninety) someone() string {
	if n.chance(60) {
		return n.people[n.rand.IntN(ninetyBusy)]
	}
	return n.people[n.rand.IntN(len(n.people))]
}

func (n *ninety) within(d time.Duration) time.Duration { return time.Duration(n.rand.Int64N(int64(d))) }

// morning plans a day.
func (n *ninety) morning(day int) {
	at := func(do func()) { n.plan(n.now().Add(n.within(24*time.Hour)), do) }
	for range 3 + n.rand.IntN(5) {
		at(n.schedule)
	}
	for range 4 {
		at(n.changeSomebody)
	}
	at(n.endApplication)
	switch {
	case day%29 == 20:
		at(n.changeCompany)
	case day%13 == 6: // nothing runs for some hours
		at(func() {
			until := n.now().Add(n.within(5 * time.Hour)).Truncate(time.Minute).Add(time.Minute)
			n.up, n.down = until, append(n.down, span{n.now(), until})
			n.restart()
			n.done["down"]++
		})
	case day%3 == 0: // the platform takes nothing for a while, over the end of most people's hours
		n.plan(n.now().Add(10*time.Hour+n.within(2*time.Hour)), func() {
			n.far.outage = n.now().Add(2*time.Hour + n.within(4*time.Hour))
			n.done["outage"]++
		})
	case day%6 == 1:
		at(n.restart)
	}
}

// schedule has somebody schedule an interview in the next days, in the hours of the first of its panel, more
// or less.
func (n *ninety) schedule() {
	if n.up.After(n.now()) {
		return
	}
	app := n.apps[n.rand.IntN(len(n.apps))]
	i := hiring.Interview{Application: app.ID, Stage: "system-design", MadeBy: app.AddedBy}
	for range 2 + n.rand.IntN(3) {
		if p := n.someone(); !i.Sits(p) && n.stateOf(p, n.now()).active {
			i.Panel = append(i.Panel, hiring.Panelist{Person: p})
		}
	}
	if len(i.Panel) == 0 {
		return
	}
	at := n.time(i.Panel[0].Person)
	var err error
	if i, err = i.Schedule(at, 30+15*n.rand.IntN(5), n.now()); err != nil {
		n.did("schedule", err)
		return
	}
	err = n.in(func(ctx context.Context, tx *store.Tx) (err error) {
		i, err = tx.AddInterview(ctx, i)
		return err
	})
	if n.did("schedule", err) {
		n.of[i.ID] = i.Application
		n.seated(i, n.now())
		n.fate(i)
	}
}

// time draws a time for an interview: in the afternoon of somebody, sometimes late.
func (n *ninety) time(person string) time.Time {
	local := n.now().In(n.zones[n.stateOf(person, n.now()).zone].location)
	return time.Date(local.Year(), local.Month(), local.Day()+1+n.rand.IntN(3), 9+n.rand.IntN(11), 15*n.rand.IntN(4), 0, 0, local.Location()).UTC()
}

// fate draws what becomes of an interview and of its scorecards.
func (n *ninety) fate(i hiring.Interview) {
	end := i.EndsAt()
	switch before := n.now().Add(n.within(max(end.Sub(n.now()), time.Second))); n.rand.IntN(14) {
	case 0:
		n.plan(before, func() { n.reschedule(i.ID) })
	case 1:
		n.plan(before, func() { n.move(i.ID, hiring.InterviewCancelled) })
		n.plan(before.Add(n.within(50*time.Hour)), func() { n.reschedule(i.ID) })
	case 2:
		n.plan(end.Add(n.within(30*time.Hour)), func() { n.move(i.ID, hiring.InterviewNoShow) })
	case 3:
		n.plan(end.Add(n.within(60*time.Hour)), func() { n.reschedule(i.ID) })
	}
	for _, p := range i.People() {
		n.answer(i.ID, p, end)
	}
}

// answer draws what somebody does about a scorecard of an interview that ends at an instant.
func (n *ninety) answer(interview, person string, end time.Time) {
	scales := []time.Duration{20 * time.Minute, 3 * time.Hour, 26 * time.Hour, 80 * time.Hour, 200 * time.Hour}
	if n.chance(88) {
		n.plan(end.Add(n.within(scales[n.rand.IntN(len(scales))])), func() { n.submit(interview, person) })
	}
	if n.chance(12) {
		n.plan(end.Add(n.within(15*time.Minute)-10*time.Minute), func() { n.snooze(interview, person, 15*time.Minute) })
	}
	for n.chance(30) {
		n.plan(end.Add(n.within(70*time.Hour)), func() {
			n.snooze(interview, person, []time.Duration{time.Hour, 2 * time.Hour, 24 * time.Hour, n.within(100 * time.Hour)}[n.rand.IntN(4)])
		})
	}
	switch at := end.Add(n.within(90 * time.Hour)); {
	case n.chance(5):
		n.plan(at, func() { n.handOver(interview, person) })
	case n.chance(4):
		n.plan(at, func() { n.waive(interview, person) })
	case n.chance(6):
		n.plan(at, func() { n.decline(interview, person) })
		if n.chance(70) {
			n.plan(at.Add(n.within(40*time.Hour)), func() { n.afterAll(interview, person) })
		}
	}
}

// card does something to a scorecard, and notes how it is then.
func (n *ninety) card(what, interview, person string, do func(ctx context.Context, tx *store.Tx, s hiring.Scorecard) (hiring.Scorecard, error)) {
	if n.up.After(n.now()) || !n.stateOf(person, n.now()).active {
		return
	}
	var then hiring.Scorecard
	err := n.in(func(ctx context.Context, tx *store.Tx) error {
		s, err := tx.Scorecard(ctx, interview, person)
		if err != nil {
			return err
		}
		if s, err = do(ctx, tx, s); err != nil {
			return err
		}
		then, err = tx.SaveScorecard(ctx, s)
		return err
	})
	if n.did(what, err) {
		n.note(then, n.now())
	}
}

func (n *ninety) submit(interview, person string) {
	n.card("submit", interview, person, func(ctx context.Context, tx *store.Tx, s hiring.Scorecard) (hiring.Scorecard, error) {
		i, err := tx.Interview(ctx, interview)
		if err != nil {
			return s, err
		}
		if s.State == hiring.CardSubmitted {
			return s, hiring.Errorf(hiring.Conflict, "It is in.")
		}
		return s.Submit(i, hiring.CardContent{Overall: hiring.Yes}, nil, tx.Now())
	})
}

// snooze puts off one scorecard, or all that somebody owes.
func (n *ninety) snooze(interview, person string, by time.Duration) {
	until := n.now().Add(by)
	asked := n.firstAllowed(person, n.now(), until)
	n.card("snooze", interview, person, func(_ context.Context, tx *store.Tx, s hiring.Scorecard) (hiring.Scorecard, error) {
		if s.EndsAt.Sub(tx.Now()) > 15*time.Minute {
			return s, hiring.Errorf(hiring.Conflict, "It is not asked for yet.")
		}
		return s.Snooze(until, tx.Snapshot().WorkTime(person), tx.Now())
	})
	if got := n.latest(interview, person); got.snoozedFrom.Equal(n.now()) && !got.snoozed.Equal(asked) {
		n.t.Errorf("at %s %s is put off to %s, which is %s", n.now(), person, until, got.snoozed)
	}
}

func (n *ninety) decline(interview, person string) {
	n.card("decline", interview, person, func(_ context.Context, _ *store.Tx, s hiring.Scorecard) (hiring.Scorecard, error) {
		return s.Decline("")
	})
}

// afterAll has somebody give a scorecard after all of which they have said that they cannot.
func (n *ninety) afterAll(interview, person string) {
	n.card("after all", interview, person, func(ctx context.Context, tx *store.Tx, s hiring.Scorecard) (hiring.Scorecard, error) {
		i, err := tx.Interview(ctx, interview)
		if err != nil || s.State != hiring.CardDeclined || s.Removed || !i.State.On() {
			return s, errors.Join(err, hiring.Errorf(hiring.Conflict, "They did not say so."))
		}
		return s.Ask(tx.CardDue(i, person)), nil
	})
}

// endApplication has a candidate rejected or withdraw, and mostly come back: at once, since that was a mistake, or
// days later.
func (n *ninety) endApplication() {
	app := n.apps[n.rand.IntN(len(n.apps))].ID
	to := []hiring.AppStage{hiring.AppRejected, hiring.AppWithdrawn}[n.rand.IntN(2)]
	if !n.moveApplication("end", app, func(a hiring.Application) (hiring.Application, error) {
		return a.Move(to, "Depth below level", "", n.now())
	}) {
		return
	}
	back := []time.Duration{10 * time.Minute, 30 * time.Hour, 100 * time.Hour}[n.rand.IntN(3)]
	if n.chance(85) {
		n.plan(n.now().Add(n.within(back)), func() {
			n.moveApplication("reopen", app, func(a hiring.Application) (hiring.Application, error) {
				return a.Move(a.LastStage, "", "", n.now())
			})
		})
	}
}

// unheard looks up the steps on record whose messages had nothing to say when they were about to be sent.
func (n *ninety) unheard() map[owing][]unheardStep {
	n.t.Helper()
	all := map[owing][]unheardStep{}
	eachRow(n.t, n.db, `SELECT n.interview, n.person, n.ends_at, n.step, n.planned_at, n.message FROM nudges n JOIN outbox o ON o.once = n.message
		WHERE o.state = 'moot' AND NOT EXISTS (SELECT 1 FROM outbox m WHERE m.once = o.merged_into AND m.state <> 'moot')`, nil, func(found *sql.Rows) error {
		var message string
		k, err := scanStep(found, &message)
		all[k.owing] = append(all[k.owing], unheardStep{k, message})
		return err
	})
	return all
}

// moveApplication moves an application, and notes how the scorecards of its interviews are then.
func (n *ninety) moveApplication(what, id string, move func(a hiring.Application) (hiring.Application, error)) bool {
	if n.up.After(n.now()) {
		return false
	}
	var ended bool
	then := map[owing]hiring.Scorecard{}
	unheard := n.unheard()
	err := n.in(func(ctx context.Context, tx *store.Tx) error {
		a, err := tx.Application(ctx, id)
		if err != nil {
			return err
		}
		if a, err = move(a); err != nil {
			return err
		}
		if a, err = tx.SaveApplication(ctx, a); err != nil {
			return err
		}
		ended = !a.Active()
		cards, err := tx.CardsOf(ctx, id)
		for _, s := range cards {
			then[owing{s.Interview, s.Person}] = s
		}
		return err
	})
	if !n.did(what, err) {
		return false
	}
	n.closedOrNot(id, ended, then, unheard)
	return true
}

func (n *ninety) waive(interview, person string) {
	n.card("waive", interview, person, func(_ context.Context, _ *store.Tx, s hiring.Scorecard) (hiring.Scorecard, error) {
		return s.Waive(n.people[ninetyRecruiter], "on leave")
	})
}

// interview does something to an interview, and notes how its scorecards are then.
func (n *ninety) interview(what, id string, do func(i hiring.Interview) (hiring.Interview, error)) bool {
	if n.up.After(n.now()) {
		return false
	}
	var then hiring.Interview
	err := n.in(func(ctx context.Context, tx *store.Tx) error {
		i, err := tx.Interview(ctx, id)
		if err != nil {
			return err
		}
		if i, err = do(i); err != nil {
			return err
		}
		then, err = tx.SaveInterview(ctx, i)
		return err
	})
	if !n.did(what, err) {
		return false
	}
	n.seated(then, n.now())
	return true
}

func (n *ninety) reschedule(id string) {
	var end time.Time
	var people []string
	done := n.interview("reschedule", id, func(i hiring.Interview) (hiring.Interview, error) {
		i, err := i.Schedule(n.time(i.Panel[0].Person), i.Minutes, n.now())
		end, people = i.EndsAt(), i.People()
		return i, err
	})
	for _, p := range people {
		if done {
			n.answer(id, p, end)
		}
	}
}

func (n *ninety) move(id string, to hiring.InterviewState) {
	n.interview(string(to), id, func(i hiring.Interview) (hiring.Interview, error) { return i.Move(to, "", n.now()) })
}

// handOver has somebody say that they cannot, and the recruiter give the seat to another.
func (n *ninety) handOver(interview, person string) {
	n.decline(interview, person)
	by := n.someone()
	if !n.stateOf(by, n.now()).active {
		return
	}
	if n.interview("hand over", interview, func(i hiring.Interview) (hiring.Interview, error) { return i.Replace(person, by, n.now()) }) {
		n.answer(interview, by, n.now())
	}
}

// merging returns those for whom something is merged that is still to come: what changes for them is most
// likely to go wrong.
func (n *ninety) merging() (people []string) {
	eachRow(n.t, n.db, `SELECT DISTINCT person FROM outbox WHERE view_name = 'digest' AND state = 'waiting' ORDER BY person`, nil, func(rows *sql.Rows) error {
		var person string
		err := rows.Scan(&person)
		people = append(people, person)
		return err
	})
	return people
}

// changeSomebody changes when somebody is told things, or whether they are here.
func (n *ninety) changeSomebody() {
	if n.up.After(n.now()) {
		return
	}
	id := n.someone()
	if waiting := n.merging(); len(waiting) > 0 && n.chance(50) {
		id = waiting[n.rand.IntN(len(waiting))]
	}
	was := n.stateOf(id, n.now())
	date := func(days int) string {
		return n.now().In(n.zones[was.zone].location).AddDate(0, 0, days).Format(time.DateOnly)
	}
	prefer := func(what string, change func(p *hiring.NudgePreferences), then func(s *state)) {
		err := n.in(func(ctx context.Context, tx *store.Tx) error {
			p := tx.Snapshot().NudgePreferences(id)
			change(&p)
			return tx.SetNudgePreferences(ctx, p)
		})
		if n.did(what, err) {
			n.person(id, then)
		}
	}
	save := func(what string, change func(p *hiring.Person), then func(s *state)) {
		err := n.in(func(ctx context.Context, tx *store.Tx) error {
			p, _ := tx.Snapshot().Person(id)
			change(&p)
			_, err := tx.SavePerson(ctx, p)
			return err
		})
		if n.did(what, err) {
			n.person(id, then)
		}
	}
	switch k := n.rand.IntN(20); {
	case k < 4:
		until := date(n.rand.IntN(9))
		if n.did("away", n.in(func(ctx context.Context, tx *store.Tx) error {
			return tx.SetAbsence(ctx, hiring.Absence{Person: id, Until: until})
		})) {
			n.person(id, func(s *state) { s.until = until })
			if n.chance(40) {
				n.plan(n.now().Add(n.within(100*time.Hour)), func() {
					if n.did("back", n.in(func(ctx context.Context, tx *store.Tx) error { return tx.ClearAbsence(ctx, id) })) {
						n.person(id, func(s *state) { s.until = "" })
					}
				})
			}
		}
	case k < 7:
		from, to := date(n.rand.IntN(5)), date(5+n.rand.IntN(6))
		prefer("days away", func(p *hiring.NudgePreferences) { p.Away = []hiring.DaysAway{{From: from, To: to}} }, func(s *state) { s.away = [2]string{from, to} })
	case k < 10:
		from := 30 * n.rand.IntN(40)
		to := min(from+60+30*n.rand.IntN(20), 24*60)
		prefer("hours", func(p *hiring.NudgePreferences) { p.Hours = &hiring.Hours{From: from, To: to} }, func(s *state) { s.from, s.to, s.own = from, to, true })
	case k < 11:
		prefer("usual hours", func(p *hiring.NudgePreferences) { p.Hours = nil }, func(s *state) { s.own = false })
	case k < 14:
		budget := 1 + n.rand.IntN(3)
		prefer("budget", func(p *hiring.NudgePreferences) { p.Budget = &budget }, func(s *state) { s.budget = budget })
	case k < 15:
		prefer("single", func(p *hiring.NudgePreferences) { p.Single = !p.Single }, func(s *state) { s.single = !s.single })
	case k < 18:
		zone := ninetyZones[n.rand.IntN(len(ninetyZones))]
		save("zone", func(p *hiring.Person) { p.Zone = zone }, func(s *state) { s.zone = zone })
	default:
		save("gone", func(p *hiring.Person) { p.Active = false }, func(s *state) { s.active = false })
		if n.chance(80) {
			n.plan(n.now().Add(n.within(200*time.Hour)), func() {
				save("back again", func(p *hiring.Person) { p.Active = true }, func(s *state) { s.active = true })
			})
		}
	}
}

// changeCompany changes what holds for all.
func (n *ninety) changeCompany() {
	if n.up.After(n.now()) {
		return
	}
	for _, change := range []struct {
		key, value string
		then       func(c *company)
	}{
		{hiring.SettingWeekend, "fri, sat", func(c *company) { c.weekend = []time.Weekday{time.Friday, time.Saturday} }},
		{hiring.SettingReminderTime, "9:45", func(c *company) { c.remindAt = 9*60 + 45 }},
		{hiring.SettingNudgeSteps, "10m; 2h; due; due+2 recruiter", func(c *company) { c.steps = []string{"10m", "2h", "due", "due+2"} }},
		{hiring.SettingWorkingHours, "10:00-17:30", func(c *company) { c.from, c.to = 600, 17*60+30 }},
		{hiring.SettingNudgeBudget, "2", func(c *company) { c.budget = 2 }},
	} {
		key := change.key
		if n.done["company "+key] > 0 && key == hiring.SettingNudgeSteps { // and back, to fewer
			change.value, change.then = "due", func(c *company) { c.steps = []string{"due"} }
		}
		if n.done["company "+key] == 0 && !n.chance(50) && key != hiring.SettingNudgeSteps {
			continue
		}
		must(n.t, n.in(func(ctx context.Context, tx *store.Tx) error { return tx.SetSetting(ctx, key, change.value) }))
		n.company(change.then)
		n.done["company "+key]++
	}
}

// misbehaving is a platform that takes messages, and fails in all the ways that platforms do.
type misbehaving struct {
	n    *ninety
	seed uint64

	mu            sync.Mutex
	found         map[string]bot.Posted // by the marker
	nth           map[string]int        // the calls about somebody at an instant
	outage        time.Time
	calls, failed int
}

// begin draws what becomes of a call about somebody: whether it arrives, whether the process dies of it, and
// the error. That is the same in whatever order processes call.
func (m *misbehaving) begin(what, who string) (arrives, dies bool, err error) {
	m.calls++
	now := m.n.now()
	key := fmt.Sprint(m.seed, what, who, now.Unix()/60)
	m.nth[key]++
	h := fnv.New32a()
	_, _ = h.Write([]byte(key + strconv.Itoa(m.nth[key])))
	fail := func(wait time.Duration) {
		m.failed++
		m.n.fail(m.n.user[who], now, wait)
	}
	if m.outage.After(now) && what != "DM" { // what is known of conversations is known
		fail(0)
		return false, false, errors.New("connection refused")
	}
	switch k := h.Sum32() / 7 % 1000; {
	case k < 50:
		wait := time.Duration(1+k*6) * time.Second
		fail(wait)
		return false, false, &bot.SendError{RetryAfter: wait, Reason: "too many requests"}
	case k < 90:
		fail(0)
		return false, false, &bot.SendError{Reason: "the platform is in trouble", Err: errors.New("502 Bad Gateway")}
	case k < 120:
		fail(0)
		return false, false, errors.New("connection reset")
	case k < 150:
		fail(0)
		return true, false, errors.New("connection reset")
	case k < 155 && what != "DM":
		fail(2 * time.Minute) // until the lease is over
		return k%2 == 0, true, nil
	}
	return true, false, nil
}

// Name is the name of the platform.
func (m *misbehaving) Name() string { return "chat" }

// Run receives nothing.
func (m *misbehaving) Run(context.Context, bot.Serve) error { return nil }

// Profile knows nobody.
func (m *misbehaving) Profile(context.Context, bot.Identity) (bot.Profile, error) {
	return bot.Profile{}, nil
}

// DM opens the conversation with somebody.
func (m *misbehaving) DM(_ context.Context, who bot.Identity) (bot.Conversation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if arrives, _, err := m.begin("DM", who.User); err != nil && !arrives {
		return bot.Conversation{}, err
	}
	return dm(who.User), nil
}

// Send posts a message.
func (m *misbehaving) Send(_ context.Context, to bot.Conversation, card bot.Card, delivery string) (bot.Posted, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	user, direct := strings.CutPrefix(to.Channel, "D-")
	if !direct {
		m.n.t.Errorf("a message is posted in a channel: %s", to.Channel)
	}
	arrives, dies, err := m.begin("Send", user)
	at := bot.Posted{In: to, ID: delivery}
	if arrives {
		m.n.arrive(delivery, user, m.n.now(), card)
		m.found[delivery] = at
	}
	if dies {
		panic(died)
	}
	if err != nil {
		return bot.Posted{}, err
	}
	return at, nil
}

// Edit draws a posted message again.
func (m *misbehaving) Edit(_ context.Context, at bot.Posted, card bot.Card) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	user := strings.TrimPrefix(at.In.Channel, "D-")
	_, dies, err := m.begin("Edit", user)
	if dies {
		panic(died)
	}
	if err == nil {
		m.n.redrawn(at.ID, user, m.n.now(), card)
	}
	return err
}

// Find looks for a message by its marker.
func (m *misbehaving) Find(_ context.Context, to bot.Conversation, delivery string, _ time.Time) (bot.Posted, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, dies, err := m.begin("Find", strings.TrimPrefix(to.Channel, "D-"))
	if dies {
		panic(died)
	}
	at, found := m.found[delivery]
	return at, found, err
}

// counted prints how often things were done, for the log.
func counted(done map[string]int) string {
	var parts []string
	for _, what := range slices.Sorted(maps.Keys(done)) {
		parts = append(parts, fmt.Sprint(done[what], " ", what))
	}
	return strings.Join(parts, ", ")
}
