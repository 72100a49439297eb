package main

import (
	"context"
	"errors"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/commands"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

const (
	// profileLife is how long a platform is not asked again about an account, and failureLife where it
	// could not tell.
	profileLife = time.Hour
	failureLife = time.Minute
	// meetTime is how long somebody waits at most for what the platform tells of them.
	meetTime = 2 * time.Second
	// askedAtOnce is how many accounts a platform is asked about at the same time.
	askedAtOnce = 8
	// fewChecked is how many accounts are remembered before those that are out of date are forgotten.
	fewChecked = 4096
)

// directory keeps the records of people in step with what the platforms of the company know of them.
// What it remembers saves calls only: a process that remembers nothing asks again.
type directory struct {
	store *store.Store
	clock bot.Clock
	// admins are the e-mail addresses, in lower case, whose people are admins.
	admins []string
	log    *slog.Logger
	// patience is meetTime, but for tests.
	patience time.Duration

	slots chan struct{}
	// keeping is held while a profile is put on record, so that an older one never replaces a newer.
	keeping sync.Mutex

	mu sync.Mutex
	// fresh says until when an account need not be asked about.
	fresh map[bot.Identity]time.Time
	// asking are the accounts that a platform is being asked about.
	asking map[bot.Identity]*question
}

// question is a platform being asked about an account.
type question struct {
	ended chan struct{}
	// overtaken says that the platform has told of the account by itself meanwhile, which is newer
	// than its answer.
	overtaken bool
}

var _ bot.Directory = (*directory)(nil)

// newDirectory returns the directory of a company. Of the admins it needs the e-mail addresses.
func newDirectory(st *store.Store, clock bot.Clock, admins []admin, log *slog.Logger) *directory {
	d := &directory{
		store: st, clock: clock, log: log, patience: meetTime, slots: make(chan struct{}, askedAtOnce),
		fresh: map[bot.Identity]time.Time{}, asking: map[bot.Identity]*question{},
	}
	for _, a := range admins {
		if a.Email != "" {
			d.admins = append(d.admins, strings.ToLower(a.Email))
		}
	}
	return d
}

// Meet asks the platform about those accounts of the company that were not asked about lately, and
// puts what it tells on record. It waits for all of that, two seconds at most; what takes longer goes
// on without it. It does nothing for accounts of workspaces that are not the company's.
func (d *directory) Meet(ctx context.Context, from bot.Platform, who ...bot.Identity) {
	waiting, cancel := context.WithTimeout(ctx, d.patience)
	defer cancel()
	due := d.due(who)
	if len(due) > 0 {
		due = d.atHome(waiting, due)
	}
	for _, q := range d.ask(ctx, from, due) {
		select {
		case <-q.ended:
		case <-waiting.Done():
			return
		}
	}
}

// due returns the accounts that were not asked about lately.
func (d *directory) due(who []bot.Identity) []bot.Identity {
	now := d.clock()
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []bot.Identity
	for _, id := range who {
		if id.User != "" && !now.Before(d.fresh[id]) {
			out = append(out, id)
		}
	}
	return out
}

// atHome returns the accounts of workspaces of the company.
func (d *directory) atHome(ctx context.Context, who []bot.Identity) []bot.Identity {
	var out []bot.Identity
	err := d.store.Read(ctx, func(tx *store.Tx) error {
		for _, id := range who {
			if w, ok := tx.Snapshot().Workspace(id.Workspace); ok && w.Kind == store.HomeWorkspace {
				out = append(out, id)
			}
		}
		return nil
	})
	if err != nil {
		d.failed(ctx, "the workspaces could not be read", err)
		return nil
	}
	return out
}

// ask returns the questions about these accounts, and asks those that nobody asks already.
func (d *directory) ask(ctx context.Context, from bot.Platform, who []bot.Identity) []*question {
	now := d.clock()
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []*question
	for _, id := range who {
		q, asked := d.asking[id]
		if !asked {
			if now.Before(d.fresh[id]) {
				continue // answered since it was found to be due
			}
			q = &question{ended: make(chan struct{})}
			d.asking[id] = q
			// Others may wait for the answer who have more time than who asked first.
			go d.answer(context.WithoutCancel(ctx), from, id, q)
		}
		if !slices.Contains(out, q) {
			out = append(out, q)
		}
	}
	return out
}

// answer asks the platform about an account and puts on record what it tells.
func (d *directory) answer(ctx context.Context, from bot.Platform, id bot.Identity, q *question) {
	defer close(q.ended)
	life := profileLife
	profile, err := d.profile(ctx, from, id)
	if err != nil {
		d.log.WarnContext(ctx, "a platform did not tell who somebody is", "platform", from.Name(), "workspace", id.Workspace, "reason", platformReason(err))
		life = failureLife
	} else if err := d.keep(ctx, id, profile, q); err != nil {
		d.failed(ctx, "what a platform told of somebody was not kept", err)
		life = failureLife
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.asking, id)
	if !q.overtaken {
		d.remember(id, life)
	}
}

// profile asks the platform, in turn with other questions.
func (d *directory) profile(ctx context.Context, from bot.Platform, id bot.Identity) (bot.Profile, error) {
	ctx, cancel := context.WithTimeout(ctx, d.patience)
	defer cancel()
	select {
	case d.slots <- struct{}{}:
		defer func() { <-d.slots }()
		return from.Profile(ctx, id)
	case <-ctx.Done():
		return bot.Profile{}, ctx.Err()
	}
}

// keep puts a profile on record, unless it answers a question that was overtaken. Nothing is written
// where nothing has changed.
func (d *directory) keep(ctx context.Context, id bot.Identity, p bot.Profile, q *question) error {
	d.keeping.Lock()
	defer d.keeping.Unlock()
	if d.isOvertaken(q) {
		return nil
	}
	admin := d.isAdmin(p)
	kept := false
	err := d.store.Read(ctx, func(tx *store.Tx) error {
		kept = tx.ProfileKept(id, p, admin)
		return nil
	})
	if err != nil || kept {
		return err
	}
	return d.store.InTx(ctx, func(tx *store.Tx) error {
		tx.Cause("profile", bot.Conversation{})
		_, err := commands.KeepProfile(ctx, tx, id, p, admin)
		return err
	})
}

func (d *directory) isOvertaken(q *question) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return q != nil && q.overtaken
}

// isAdmin tells whether the configuration names the e-mail address of a profile. Who is a guest, and
// what is no person, is admin by none.
func (d *directory) isAdmin(p bot.Profile) bool {
	email := strings.ToLower(strings.TrimSpace(p.Email))
	return email != "" && p.Active && !p.Guest && !p.Robot && slices.Contains(d.admins, email)
}

// remember notes that an account need not be asked about for a while. The caller holds d.mu.
func (d *directory) remember(id bot.Identity, life time.Duration) {
	now := d.clock()
	if len(d.fresh) >= fewChecked {
		for known, until := range d.fresh {
			if !now.Before(until) {
				delete(d.fresh, known)
			}
		}
	}
	d.fresh[id] = now.Add(life)
}

// Changed puts at once on record what a platform tells of an account unasked.
func (d *directory) Changed(ctx context.Context, who bot.Identity, p bot.Profile) {
	ctx = context.WithoutCancel(ctx) // platforms tell it once
	if len(d.atHome(ctx, []bot.Identity{who})) == 0 {
		return
	}
	d.mu.Lock()
	delete(d.fresh, who)
	q := d.asking[who]
	if q != nil {
		q.overtaken = true
	}
	d.mu.Unlock()
	if q == nil && !d.known(ctx, who) {
		return // whoever never had to do with us is met when they do
	}
	if err := d.keep(ctx, who, p, nil); err != nil {
		d.failed(ctx, "what a platform told of somebody was not kept", err)
		return // who they are is asked when they write next
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.remember(who, profileLife)
}

// known tells whether our records have an account.
func (d *directory) known(ctx context.Context, who bot.Identity) bool {
	known := false
	err := d.store.Read(ctx, func(tx *store.Tx) error {
		_, known = tx.Snapshot().PersonByIdentity(who.Workspace, who.User)
		return nil
	})
	if err != nil {
		d.failed(ctx, "what a platform told of somebody was not kept", err)
	}
	return known
}

// Account returns the account of a person in a workspace, one that is open before one that is closed,
// and what they are called.
func (d *directory) Account(ctx context.Context, workspace, person string) (user, name string) {
	err := d.store.Read(ctx, func(tx *store.Tx) error {
		user, _ = tx.Snapshot().Account(workspace, person)
		p, _ := tx.Snapshot().Person(person)
		name = p.Name
		return nil
	})
	if err != nil {
		d.failed(ctx, "an account could not be looked up", err)
		return "", ""
	}
	return user, name
}

// failed logs a failure of ours. The messages that are for people hold names, so that of them only the
// code is logged.
func (d *directory) failed(ctx context.Context, what string, err error) {
	if told, ok := errors.AsType[*hiring.Error](err); ok && told.Unwrap() != nil {
		err = told.Unwrap()
	} else if _, ok := errors.AsType[bot.Coded](err); ok {
		d.log.ErrorContext(ctx, what, "code", bot.ErrorCode(err))
		return
	}
	d.log.ErrorContext(ctx, what, "err", err)
}

// reasonCode is what platforms name their errors with, such as "missing_scope".
var reasonCode = regexp.MustCompile(`^[a-z]+(_[a-z]+)+$`)

// platformReason returns why a platform did not answer, in words that hold no name: its own code for
// it, if it has one.
func platformReason(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "it took too long"
	}
	reason := "it failed"
	if refusal, ok := errors.AsType[*bot.SendError](err); ok {
		reason = "it refused"
		if reasonCode.MatchString(refusal.Reason) {
			return refusal.Reason
		}
	}
	for ; err != nil; err = errors.Unwrap(err) {
		if reasonCode.MatchString(err.Error()) {
			return err.Error()
		}
	}
	return reason
}
