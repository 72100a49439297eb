package store_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// act is one thing that somebody does, with numbers that choose on what.
type act struct{ What, On, Who, How int }

// numbers are what act chooses by: drawn from a list, each is as likely as any other.
var numbers = func() []int {
	all := make([]int, 840)
	for n := range all {
		all[n] = n
	}
	return all
}()

// acts draws what people do.
func acts(n int) *rapid.Generator[[]act] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) act {
		return act{
			What: rapid.SampledFrom(numbers).Draw(t, "what") % 100, On: rapid.SampledFrom(numbers).Draw(t, "on"),
			Who: rapid.SampledFrom(numbers).Draw(t, "who"), How: rapid.SampledFrom(numbers).Draw(t, "how"),
		}
	}), n, n)
}

// office is a company in which random people do random things, and what it must remember of them.
type office struct {
	*world
	t          *testing.T
	people     []hiring.Person
	reqs       []string
	candidates []string
	apps       []hiring.Application
	interviews []string
	submitted  map[string]hiring.CardContent // by interview and person
	done       map[string]int                // what was done how often
}

func pick[T any](all []T, n int) T { return all[n%len(all)] }

// do does one thing. A refusal is one of the domain's, and changes nothing.
func (o *office) do(a act) {
	o.t.Helper()
	ctx := o.t.Context()
	person := pick(o.people, a.Who)
	var name string
	var run func(*store.Tx) error
	switch {
	case a.What < 7 || len(o.apps) == 0:
		name = "apply"
		run = func(tx *store.Tx) error {
			app, err := hiring.StartApplication(pick(o.candidates, a.On), pick(o.reqs, a.Who), hiring.AppScreening, person.ID, tx.Now())
			if err != nil {
				return err
			}
			if app, err = tx.AddApplication(ctx, app); err == nil {
				o.apps = append(o.apps, app)
			}
			return err
		}
	case a.What < 17:
		name = "move"
		run = func(tx *store.Tx) error {
			app, err := tx.Application(ctx, pick(o.apps, a.On).ID)
			if err != nil {
				return err
			}
			if a.How%5 == 0 {
				app = app.Told(tx.Now())
			} else if app, err = app.Move(pick(app.Moves(), a.How), "Depth below level", "", tx.Now()); err != nil {
				return err
			}
			_, err = tx.SaveApplication(ctx, app)
			return err
		}
	case a.What < 23 || len(o.interviews) == 0:
		name = "interview"
		run = func(tx *store.Tx) error {
			i := hiring.Interview{Application: pick(o.apps, a.On).ID, Stage: "system-design", Minutes: 60}
			for n := range 1 + a.How%3 {
				i.Panel = append(i.Panel, hiring.Panelist{Person: pick(o.people, a.Who+n).ID})
			}
			var err error
			if a.How%7 == 0 {
				i, err = i.Propose([]time.Time{tx.Now().Add(time.Hour), tx.Now().Add(2 * time.Hour)}, tx.Now())
			} else {
				i, err = i.Schedule(tx.Now().Add(time.Duration(a.How%120-60)*time.Minute), 60, tx.Now())
			}
			if err != nil {
				return err
			}
			if i, err = tx.AddInterview(ctx, i); err == nil {
				o.interviews = append(o.interviews, i.ID)
			}
			return err
		}
	case a.What < 36:
		name, run = o.changeInterview(ctx, a, person)
	case a.What < 88:
		name, run = o.changeCard(ctx, a)
	case a.What < 94:
		name = "requisition"
		run = func(tx *store.Tx) error {
			r, err := tx.Requisition(ctx, pick(o.reqs, a.On))
			if err != nil {
				return err
			}
			switch a.How % 4 {
			case 0:
				r.Confidential = !r.Confidential
			case 1:
				r.HiringManager = person.ID
			case 2:
				r.Recruiter = person.ID
			case 3:
				r.Panel = []string{person.ID}
			}
			_, err = tx.SaveRequisition(ctx, r)
			return err
		}
	default:
		o.clock.advance(time.Duration(a.How%90) * time.Minute)
		return
	}
	err := o.InTxAs(ctx, person.ID, run)
	switch code := bot.ErrorCode(err); {
	case err == nil:
		o.done[name]++
	case code != bot.CodeConflict && code != bot.CodeInvalid:
		o.t.Fatalf("%s, %+v: %v", name, a, err)
	}
}

func (o *office) changeInterview(ctx context.Context, a act, person hiring.Person) (string, func(*store.Tx) error) {
	return fmt.Sprint("interview ", a.How%4), func(tx *store.Tx) error {
		i, err := tx.Interview(ctx, pick(o.interviews, a.On))
		if err != nil {
			return err
		}
		switch a.How % 4 {
		case 0:
			i, err = i.Move(pick(hiring.InterviewStates, a.How/4), "why", tx.Now())
		case 1:
			i, err = i.Schedule(tx.Now().Add(time.Duration(a.How%60-30)*time.Minute), 45, tx.Now())
		case 2:
			i, err = i.Replace(pick(i.Panel, a.How).Person, person.ID, tx.Now())
		case 3:
			i, err = i.Seat([]hiring.Panelist{{Person: person.ID}, {Person: pick(o.people, a.How).ID}}, "", tx.Now())
		}
		if err != nil {
			return err
		}
		_, err = tx.SaveInterview(ctx, i)
		return err
	}
}

func (o *office) changeCard(ctx context.Context, a act) (string, func(*store.Tx) error) {
	what := a.How % 10
	return fmt.Sprint("card ", what), func(tx *store.Tx) error {
		i, err := tx.Interview(ctx, pick(o.interviews, a.On))
		if err != nil {
			return err
		}
		cards, err := tx.PanelOf(ctx, i.ID)
		if err != nil || len(cards) == 0 {
			return err
		}
		card := pick(cards, a.Who)
		playbook, _ := tx.Snapshot().Playbook(backend)
		dimensions := hiring.StageDimensions(playbook, i.Stage)
		says := content(1+a.How%4, pick(hiring.Recommendations, a.How))
		switch what {
		default:
			before := card.State
			if card, err = card.Submit(i, says, dimensions, tx.Now()); err == nil && before != hiring.CardSubmitted {
				defer func() { o.submitted[card.Interview+card.Person] = says }()
			}
		case 3, 4:
			if card, err = card.Amend(card.Edition, says, dimensions, tx.Now()); err == nil {
				defer func() { o.submitted[card.Interview+card.Person] = says }()
			}
		case 5:
			card, err = card.Note("idempotency", tx.Now())
		case 6:
			card, err = card.Decline("I know them")
		case 7:
			if a.How%3 == 0 {
				return tx.RecordLook(ctx, i.Application, hiring.CardLook{Interview: i.ID, Early: true, Reason: "why"})
			}
			card, err = card.Waive(pick(o.people, a.Who).ID, "on leave")
		case 8:
			card, err = card.AcceptLines(i, pick(o.people, a.Who).ID, tx.Now())
		case 9:
			says = hiring.CardContent{Overall: hiring.No, Lines: hiring.ThreeLines{For: "drew it", Next: fmt.Sprint("ask again ", a.How)}}
			if enough, err := card.AcceptLines(i, pick(o.people, a.On).ID, tx.Now()); err == nil && a.How/10%3 > 0 {
				card = enough
			}
			before, accepted := card.State, card.AcceptedBy != ""
			if card, err = card.Submit(i, says, dimensions, tx.Now()); err == nil && before != hiring.CardSubmitted {
				if !accepted {
					o.t.Fatalf("three lines of %s on %s were accepted by nobody", card.Person, card.Interview)
				}
				defer func() { o.submitted[card.Interview+card.Person] = says }()
			}
		}
		if err != nil {
			return err
		}
		_, err = tx.SaveScorecard(ctx, card)
		return err
	}
}

// holds checks what must hold at every moment, for everybody.
func (o *office) holds() {
	o.t.Helper()
	ctx := o.t.Context()
	if n := o.count(o.t, `SELECT count(*) FROM panelists p JOIN interviews i ON i.id = p.interview WHERE i.state <> 'proposed'
		AND NOT EXISTS (SELECT 1 FROM scorecards s WHERE s.interview = p.interview AND s.person = p.person AND NOT s.removed)`); n != 0 {
		o.t.Fatalf("%d of a panel have no scorecard", n)
	}
	if n := o.count(o.t, `SELECT count(*) FROM (SELECT requisition, stage, count(*) AS n FROM applications GROUP BY requisition, stage) AS real
		FULL JOIN (SELECT requisition, stage, n FROM application_counts WHERE n > 0) AS kept ON kept.requisition = real.requisition AND kept.stage = real.stage
		WHERE kept.n IS NULL OR real.n IS NULL OR kept.n <> real.n`); n != 0 {
		o.t.Fatalf("%d counts of stages do not add up", n)
	}
	must(o.t, o.Read(ctx, func(tx *store.Tx) error {
		for _, id := range o.interviews {
			cards, err := tx.PanelOf(ctx, id)
			must(o.t, err)
			for _, c := range cards {
				want, was := o.submitted[c.Interview+c.Person]
				if was != (c.State == hiring.CardSubmitted) || was && !c.CardContent.Equal(want) {
					o.t.Fatalf("the scorecard of %s by %s is %s: %+v, was %+v", c.Interview, c.Person, c.State, c.CardContent, want)
				}
				versions, err := tx.ScorecardVersions(ctx, c.Interview, c.Person)
				must(o.t, err)
				if len(versions) != c.Edition {
					o.t.Fatalf("%d of %d versions are kept", len(versions), c.Edition)
				}
			}
		}
		for _, p := range o.people {
			o.holdsFor(ctx, tx, p)
		}
		return nil
	}))
}

// holdsFor checks that queries show somebody exactly what the policy allows.
func (o *office) holdsFor(ctx context.Context, tx *store.Tx, p hiring.Person) {
	o.t.Helper()
	who, view := actor(p), viewer(p)
	var knows, named, apps, listed, late []string
	for _, id := range o.candidates {
		on, err := tx.CandidateSubject(ctx, id)
		must(o.t, err)
		_, err = tx.CandidateFor(ctx, id, view)
		may := hiring.May(who, hiring.SeeCandidate, on)
		if may != (err == nil) {
			o.t.Fatalf("%s and %s: the policy says %v, the query %v", p.Name, id, may, err)
		}
		if may {
			knows = append(knows, id)
		}
		own, err := tx.ApplicationsOf(ctx, id, view)
		must(o.t, err)
		for _, a := range own {
			apps = append(apps, a.ID)
		}
	}
	found, err := tx.CandidatesNamed(ctx, "", view, 0)
	must(o.t, err)
	for _, c := range found {
		named = append(named, c.ID)
	}
	slices.Sort(named)
	if diff := gocmp.Diff(knows, named); diff != "" {
		o.t.Fatalf("%s finds: %s", p.Name, diff)
	}
	list, err := tx.Applications(ctx, store.AppFilter{Viewer: view, Limit: 100})
	must(o.t, err)
	for _, a := range list {
		listed = append(listed, a.ID)
	}
	slices.Sort(apps)
	slices.Sort(listed)
	if diff := gocmp.Diff(apps, listed); diff != "" {
		o.t.Fatalf("%s is listed: %s", p.Name, diff)
	}
	o.holdsLists(ctx, tx, view, list)
	overdue, err := tx.WithLateScorecards(ctx, view, tx.Now().AddDate(1, 0, 0), 100)
	must(o.t, err)
	for _, a := range overdue {
		late = append(late, a.ID)
	}
	seats, err := tx.EmptySeats(ctx, view, 100)
	must(o.t, err)
	var vacant, wantVacant []string
	for _, s := range seats {
		vacant = append(vacant, s.Interview+" "+s.Person)
	}
	var wantLate []string
	for _, a := range o.apps {
		on, err := tx.ApplicationSubject(ctx, a)
		must(o.t, err)
		stands, err := tx.Application(ctx, a.ID) // what was moved since
		must(o.t, err)
		may := hiring.May(who, hiring.SeeApplication, on)
		if may != slices.Contains(apps, a.ID) {
			o.t.Fatalf("%s and %s: the policy says %v", p.Name, a.ID, may)
		}
		waits := slices.ContainsFunc(on.Cards, hiring.Scorecard.Waits)
		if may && waits && stands.Active() && slices.Contains(on.Req.Team(), p.ID) {
			wantLate = append(wantLate, a.ID)
		}
		for _, s := range on.Cards {
			if may && slices.Contains(on.Req.Team(), p.ID) && stands.Active() && s.State == hiring.CardDeclined && !s.Removed {
				wantVacant = append(wantVacant, s.Interview+" "+s.Person)
			}
		}
		o.blind(ctx, tx, p, a, on)
	}
	slices.Sort(vacant)
	slices.Sort(wantVacant)
	if diff := gocmp.Diff(wantVacant, vacant); diff != "" {
		o.t.Fatalf("%s reads of empty seats: %s", p.Name, diff)
	}
	slices.Sort(late)
	slices.Sort(wantLate)
	if diff := gocmp.Diff(wantLate, late); diff != "" {
		o.t.Fatalf("%s reads of late scorecards: %s", p.Name, diff)
	}
	for _, id := range o.interviews {
		i, err := tx.Interview(ctx, id)
		must(o.t, err)
		on, err := tx.InterviewSubject(ctx, i)
		must(o.t, err)
		_, err = tx.InterviewFor(ctx, id, view)
		if may := hiring.May(who, hiring.SeeInterview, on); may != (err == nil) {
			o.t.Fatalf("%s and %s: the policy says %v, the query %v", p.Name, id, may, err)
		}
	}
}

// holdsLists checks that narrower lists are parts of the list of all.
func (o *office) holdsLists(ctx context.Context, tx *store.Tx, view store.CandidateViewer, all []hiring.Application) {
	o.t.Helper()
	n, err := tx.CountApplications(ctx, store.AppFilter{Viewer: view})
	if n != len(all) || err != nil {
		o.t.Fatalf("counts %d of %d: %v", n, len(all), err)
	}
	for _, req := range append([]string{""}, o.reqs...) {
		for _, mine := range []bool{false, true} {
			var r hiring.Requisition
			var want, got []string
			for _, a := range all {
				if r.ID != a.Req {
					r, err = tx.Requisition(ctx, a.Req)
					must(o.t, err)
				}
				if (req == "" || a.Req == req) && (!mine || slices.Contains(r.Team(), view.Person)) && a.Active() {
					want = append(want, a.ID)
				}
			}
			f := store.AppFilter{Viewer: view, Req: req, Mine: mine, Limit: 2, Stages: running}
			for {
				page, err := tx.Applications(ctx, f)
				must(o.t, err)
				for _, a := range page {
					got = append(got, a.ID)
					f.After = a.ID
				}
				if len(page) < f.Limit {
					break
				}
			}
			if diff := gocmp.Diff(want, got); diff != "" {
				o.t.Fatalf("%+v of %s, mine %v: %s", view, req, mine, diff)
			}
		}
	}
}

// blind checks in plain words that a debrief shows nobody what they may not read yet.
func (o *office) blind(ctx context.Context, tx *store.Tx, p hiring.Person, a hiring.Application, on hiring.Subject) {
	o.t.Helper()
	d, err := tx.DebriefOf(ctx, a.Candidate, a.Req, actor(p))
	if err != nil {
		wantCode(o.t, err, bot.CodeNotFound)
		return
	}
	owes, submitted, looked := false, false, map[string]bool{}
	openIn := map[string]bool{}
	for _, c := range on.Cards {
		if c.Person == p.ID {
			owes = owes || c.Waits() || c.State == hiring.CardWaived && c.Waived == hiring.WaivedByRecruiter
			submitted = submitted || c.State == hiring.CardSubmitted
		} else if c.Open() {
			openIn[c.Interview] = true
		}
	}
	for _, l := range on.Looks {
		if l.Person == p.ID && l.Early {
			looked[l.Interview] = true
		}
	}
	for _, one := range d.People {
		if one.Person == p.ID {
			continue
		}
		if owes || !submitted && openIn[one.Interview] && !looked[one.Interview] {
			o.t.Fatalf("%s reads what %s wrote of %s", p.Name, one.Person, one.Interview)
		}
		if one.PrivateNote != "" && !slices.Contains(p.Roles, hiring.Recruiter) {
			o.t.Fatalf("%s reads the private note of %s", p.Name, one.Person)
		}
	}
}

// Random people do random things; at every moment what must hold does.
func TestHiringHolds(t *testing.T) {
	t.Parallel()
	const steps, seeds = 150, 2
	onBoth(t, func(t *testing.T, w *world) {
		all := w.staff(t)
		o := &office{world: w, t: t, submitted: map[string]hiring.CardContent{}, done: map[string]int{}}
		for _, name := range []string{"recruiter", "other-recruiter", "manager", "ann", "ben", "compensation"} {
			o.people = append(o.people, all[name])
		}
		for _, confidential := range []bool{false, true} {
			o.reqs = append(o.reqs, w.hire(t, all, confidential).ID)
		}
		must(t, w.InTx(t.Context(), func(tx *store.Tx) error {
			for n := range 3 {
				c, err := tx.AddCandidate(t.Context(), hiring.Candidate{Name: fmt.Sprint("Candidate ", n)})
				if err != nil {
					return err
				}
				o.candidates = append(o.candidates, c.ID)
			}
			return nil
		}))
		for seed := range seeds {
			for n, a := range acts(steps).Example(seed + 1) {
				o.do(a)
				if n%8 == 0 {
					o.holds()
				}
			}
			o.holds()
		}
		for name, n := range map[string]int{
			"apply": 4, "move": 5, "interview": 5, "interview 0": 1, "interview 1": 1, "interview 2": 1, "interview 3": 1,
			"card 0": 1, "card 4": 1, "card 5": 1, "card 6": 1, "card 7": 1, "card 8": 1, "card 9": 1, "requisition": 3,
		} {
			if cmp.Compare(o.done[name], n) < 0 {
				t.Errorf("%s was done %d times only: %v", name, o.done[name], o.done)
			}
		}
	})
}

// Many who change the same application, its interview and its requisition at once never wait for each
// other in a circle, and leave nothing by halves.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		all := w.staff(t)
		second := open(t, w)
		r := w.hire(t, all, false)
		o := &office{world: w, t: t, reqs: []string{r.ID}, submitted: map[string]hiring.CardContent{}}
		for _, name := range []string{"recruiter", "manager", "ann", "ben", "cat"} {
			o.people = append(o.people, all[name])
		}
		a := w.apply(t, "Meera", r)
		i := w.meet(t, a, all["ann"], all["ben"])
		o.candidates, o.apps, o.interviews = []string{a.Candidate}, []hiring.Application{a}, []string{i.ID}
		w.clock.advance(time.Hour)
		changeInterview := func(s *store.Store, fn func(i hiring.Interview, now time.Time) (hiring.Interview, error)) error {
			return s.InTx(ctx, func(tx *store.Tx) error {
				now, err := tx.Interview(ctx, i.ID)
				if err != nil {
					return err
				}
				if now, err = fn(now, tx.Now()); err != nil {
					return err
				}
				_, err = tx.SaveInterview(ctx, now)
				return err
			})
		}
		work := map[string]func(s *store.Store) error{
			"submit": func(s *store.Store) error { return submit(t, s, i.ID, all["ann"].ID, content(3, hiring.Yes)) },
			"note": func(s *store.Store) error {
				return s.InTxAs(ctx, all["ben"].ID, func(tx *store.Tx) error {
					card, err := tx.Scorecard(ctx, i.ID, all["ben"].ID)
					if err != nil {
						return err
					}
					if card, err = card.Note("idempotency", tx.Now()); err != nil {
						return err
					}
					_, err = tx.SaveScorecard(ctx, card)
					return err
				})
			},
			"seat": func(s *store.Store) error {
				return changeInterview(s, func(i hiring.Interview, now time.Time) (hiring.Interview, error) {
					return i.Seat([]hiring.Panelist{{Person: all["ann"].ID}, {Person: all["ben"].ID}, {Person: all["cat"].ID}}, "room 4", now)
				})
			},
			"told": func(s *store.Store) error {
				return s.InTx(ctx, func(tx *store.Tx) error {
					now, err := tx.Application(ctx, a.ID)
					if err != nil {
						return err
					}
					_, err = tx.SaveApplication(ctx, now.Told(tx.Now()))
					return err
				})
			},
			"team": func(s *store.Store) error {
				return s.InTx(ctx, func(tx *store.Tx) error {
					now, err := tx.Requisition(ctx, r.ID)
					if err != nil {
						return err
					}
					now.Confidential = !now.Confidential
					_, err = tx.SaveRequisition(ctx, now)
					return err
				})
			},
			"apply": func(s *store.Store) error {
				return s.InTx(ctx, func(tx *store.Tx) error {
					c, err := tx.AddCandidate(ctx, hiring.Candidate{Name: "Another"})
					if err != nil {
						return err
					}
					next, err := hiring.StartApplication(c.ID, r.ID, hiring.AppScreening, all["recruiter"].ID, tx.Now())
					if err != nil {
						return err
					}
					_, err = tx.AddApplication(ctx, next)
					return err
				})
			},
		}
		var wait sync.WaitGroup
		gate := make(chan struct{})
		for n, s := range []*store.Store{w.Store, second} {
			for name, fn := range work {
				wait.Go(func() {
					<-gate
					for range 3 {
						// Who loses five times in a row is told that the record has changed.
						if err := fn(s); err != nil && bot.ErrorCode(err) != bot.CodeConflict {
							t.Errorf("%s of %d: %v", name, n, err)
						}
					}
				})
			}
		}
		close(gate)
		wait.Wait()
		must(t, w.Read(ctx, func(tx *store.Tx) error {
			cards, err := tx.PanelOf(ctx, i.ID)
			for _, c := range cards {
				if c.State == hiring.CardSubmitted {
					o.submitted[c.Interview+c.Person] = c.CardContent
				}
			}
			list, err2 := tx.Applications(ctx, store.AppFilter{Viewer: store.CandidateViewer{Person: all["recruiter"].ID, Recruits: true}, Limit: 100})
			o.apps, o.candidates = list, nil
			for _, a := range list {
				o.candidates = append(o.candidates, a.Candidate)
			}
			slices.Sort(o.candidates)
			return errors.Join(err, err2)
		}))
		if len(o.submitted) != 1 || len(o.apps) < 2 {
			t.Errorf("%d scorecards, %d applications", len(o.submitted), len(o.apps))
		}
		o.holds()
	})
}
