package scheduler

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

const (
	// leaseTime is how long a lane stays with a worker that does not answer any more.
	leaseTime = time.Minute
	// sendTime is how long the drawing of one message and all calls of its platform may take; well
	// within the lease, so that nobody takes the lane over while a message is on its way.
	sendTime = 20 * time.Second
	// maxAttempts is how often a platform is tried with a message before it is given up: with the waits
	// below that is after a day or a little more, so that an outage of hours loses nothing.
	maxAttempts = 150
	// fewAttempts and heldLife are the same for an unprompted message whose attempts are counted anew, since it
	// waits for other hours again and again: it is given up when its first attempt is so long ago and it goes
	// on to fail.
	fewAttempts = 20
	heldLife    = 7 * 24 * time.Hour
	// maxDrawings is the same for a message that we cannot draw. That is most likely a mistake of ours,
	// which no waiting mends, and what comes after it in its lane is not to wait a day for it.
	maxDrawings = 12
	// firstWait and longestWait bound the time between two attempts.
	firstWait   = 2 * time.Second
	longestWait = 10 * time.Minute
	// unsureWait is the least time before a message is looked for of which the platform did not say whether
	// it took it: it may still be at work on it, and what is not there yet would be sent again.
	unsureWait = 10 * time.Second
	// markerSlack is how long before the first attempt a platform's clock may have stamped the message.
	markerSlack = 5 * time.Minute
	// batch is how many lanes a sweep looks at.
	batch = 500
	// turnAhead is how far away a turn may be that a worker takes and waits for; with sendTime well within
	// the lease. Where the next one is further away, the line is long enough without this worker.
	turnAhead = 15 * time.Second
	// openBurst is how many conversations may be opened at once, where there has been quiet: platforms bear
	// such a burst, and a process that has just started knows none of its conversations.
	openBurst = 20
)

// errCutShort says that a worker was told to stop while it waited for a turn.
var errCutShort = errors.New("the wait for a turn was cut short")

// errNobody says that a message has nowhere to go, however often it is tried.
var errNobody = errors.New("the person has no chat account that I am connected to")

// paced is a platform that allows one message a conversation in a while.
type paced interface {
	// MinGap is the least time between two messages in one conversation.
	MinGap() time.Duration
}

// pacedEdits is a platform that allows one edit a workspace in a while.
type pacedEdits interface {
	// EditGap is the least time between two edits in one workspace. It holds for messages and, on its
	// own, for homes.
	EditGap() time.Duration
}

// pacedSends is a platform that allows so many messages a workspace, whatever their conversations.
type pacedSends interface {
	// SendGap is the least time between two messages in one workspace.
	SendGap() time.Duration
}

// pacedOpens is a platform that allows so many conversations to be opened in a while.
type pacedOpens interface {
	// OpenGap is the least time between two openings in one workspace, after a first few.
	OpenGap() time.Duration
	// Opened tells whether DM knows the conversation with somebody, and has to ask nobody.
	Opened(who bot.Identity) bool
}

// pacedAsOne is a platform whose limits hold for the app, in all workspaces together.
type pacedAsOne interface {
	// OneLimit tells whether they do.
	OneLimit() bool
}

// The reasons of what waits only since its platform allows no more at once. What waits for its turn, or for
// its conversation to be opened, has a turn that is its own.
const (
	waitsForTurn    = "waits for its turn"
	waitsForOpening = "waits for its conversation to be opened"
	waitsForRest    = "waits for the message before it"
)

// turnLife is how long a turn may be overdue: what was to be edited while no process ran is not to be
// edited all at once.
const turnLife = time.Minute

// Courier takes what is in the outbox to the platforms: in order within a conversation, each message
// once. It works the same at any time it is told, so that tests and the simulator call it at theirs.
type Courier struct {
	store     *store.Store
	views     views.Set
	platforms map[string]bot.Platform
	clock     bot.Clock
	log       *slog.Logger
	// pause waits, and returns false where that was cut short. It is nil where whoever calls has a time of
	// their own: what has to wait is put off then.
	pause func(ctx context.Context, d time.Duration) bool
}

// Drain delivers all that is due at an instant, in every lane, and what becomes due by that.
func (c *Courier) Drain(ctx context.Context, now time.Time) error {
	for range batch {
		lanes, err := c.store.DueLanes(ctx, now, batch)
		if err != nil || len(lanes) == 0 {
			return err
		}
		for _, lane := range lanes {
			if err := c.Deliver(ctx, lane, now); err != nil {
				return err
			}
		}
	}
	return fmt.Errorf("drain: lanes are due again and again")
}

// Deliver sends and redraws what is due in one lane. It does nothing where another worker holds it.
func (c *Courier) Deliver(ctx context.Context, lane string, now time.Time) error {
	_, err := c.deliver(ctx, lane, now)
	return err
}

// deliver does the work of Deliver and returns false where another worker holds the lane: it may
// have looked for the last time already, so that whoever knows of something due must come back.
func (c *Courier) deliver(ctx context.Context, lane string, now time.Time) (bool, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return false, fmt.Errorf("name a worker: %w", err)
	}
	owner := id.String()
	held, err := c.store.Lease(ctx, lane, owner, c.clock(), leaseTime)
	if err != nil || !held {
		return false, err
	}
	err = c.work(ctx, lane, owner, now)
	if errors.Is(err, store.ErrLeaseLost) {
		return true, nil // the worker that took over goes on
	}
	return true, errors.Join(err, c.store.Release(context.WithoutCancel(ctx), lane, owner))
}

func (c *Courier) work(ctx context.Context, lane, owner string, now time.Time) error {
	for first := true; ; first = false {
		if !first {
			if err := c.store.Renew(ctx, lane, owner, c.clock(), leaseTime); err != nil {
				return err
			}
			if c.pause != nil {
				now = c.notBefore(now) // messages wait here, so that time has passed
			}
		}
		row, ok, err := c.store.Next(ctx, lane, owner, now)
		if err != nil || !ok {
			return err
		}
		if err := c.handle(ctx, row, owner, now); err != nil {
			return fmt.Errorf("deliver %s: %w", row.ID, err)
		}
	}
}

// handle sends or redraws one message, or puts on record why not.
func (c *Courier) handle(ctx context.Context, row store.Row, owner string, now time.Time) error {
	call, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	if row.Unprompted && row.State == store.Waiting {
		if held, err := c.hold(ctx, row, now); err != nil || held {
			return err
		}
	}
	row.Attempts++
	places, err := c.address(call, row)
	if errors.Is(err, bot.ErrMoot) {
		return c.store.MarkMoot(ctx, row)
	}
	if err != nil {
		return c.failed(ctx, row, now, err, maxAttempts, c.store.MarkUnsure)
	}
	if row.Redraw {
		return c.redraw(ctx, call, row, places[0], now)
	}
	if row.State == store.Sending {
		posted, found, err := c.find(call, row, places)
		if err != nil {
			return c.failed(ctx, row, now, err, maxAttempts, c.store.MarkUnsure)
		}
		if found {
			return c.store.MarkFound(ctx, row, posted, c.clock())
		}
		if row.Unprompted { // its reader's hours may have ended meanwhile
			if held, err := c.hold(ctx, row, now); err != nil || held {
				return err
			}
		}
	}
	return c.send(ctx, row, places, owner, now)
}

// redraw draws a posted message again.
func (c *Courier) redraw(ctx, call context.Context, row store.Row, at place, now time.Time) error {
	if waits, err := c.turn(call, at.platform, row, row.Posted.In.Workspace, now); err != nil || waits {
		return err
	}
	card, err := c.draw(call, row, at.at)
	if err != nil {
		return c.undrawn(ctx, row, now, err)
	}
	if err := at.platform.Edit(call, row.Posted, card); err != nil {
		if err := c.heed(ctx, edits(row)+scope(at.platform, row.Posted.In.Workspace), now, err); err != nil {
			return err
		}
		return c.failed(ctx, row, now, err, maxAttempts, c.store.MarkUnsure)
	}
	return c.store.MarkDrawn(ctx, row)
}

// find looks for a message wherever it may have been sent to. A place that cannot be reached for good
// has not taken it, if there are others.
func (c *Courier) find(ctx context.Context, row store.Row, places []place) (bot.Posted, bool, error) {
	for i := range places {
		p := &places[i]
		to, err := p.open(ctx)
		var (
			posted bot.Posted
			found  bool
		)
		if err == nil {
			posted, found, err = p.platform.Find(ctx, to, row.ID, row.TriedAt.Add(-markerSlack))
		}
		if err != nil && (len(places) == 1 || !unreachable(err)) {
			return bot.Posted{}, false, err
		}
		if err == nil && found {
			return posted, true, nil
		}
	}
	return bot.Posted{}, false, nil
}

// send posts a message in the first of some places that can be reached.
func (c *Courier) send(ctx context.Context, row store.Row, places []place, owner string, now time.Time) error {
	var (
		refused error
		closed  []string
	)
	for i := range places {
		p := &places[i]
		if waits, err := c.opening(ctx, row, p, now); err != nil || waits {
			return err
		}
		to, err := c.open(ctx, p)
		if err := c.heed(ctx, opens+scope(p.platform, p.who.Workspace), now, err); err != nil {
			return err
		}
		putOff := c.store.MarkUnsure
		if err == nil {
			var (
				posted bot.Posted
				ended  bool
			)
			posted, ended, err = c.post(ctx, row, p.platform, to, owner, now)
			if err == nil && !ended {
				return c.store.MarkSent(ctx, row, posted, c.clock())
			}
			if ended {
				return err
			}
			putOff = c.unsure
			if _, refusal := errors.AsType[*bot.SendError](err); refusal {
				putOff = c.store.MarkRetry // what the platform refused it has not taken
			}
		}
		if !unreachable(err) {
			return c.failed(ctx, row, now, err, maxAttempts, putOff)
		}
		refused = err
		if refusal, _ := errors.AsType[*bot.SendError](err); refusal.Closed {
			closed = append(closed, p.who.Workspace)
		}
	}
	if len(closed) > 0 && row.Person != "" {
		return c.shutOut(ctx, row, closed, refused)
	}
	return c.failed(ctx, row, now, refused, maxAttempts, c.store.MarkRetry)
}

// unsure puts a message off that was called for without an answer, for unsureWait at least.
func (c *Courier) unsure(ctx context.Context, row store.Row, nextAt time.Time, reason string) error {
	if least := c.clock().Add(unsureWait); least.After(nextAt) {
		nextAt = least
	}
	return c.store.MarkUnsure(ctx, row, nextAt, reason)
}

// open returns the conversation of a place, within the time of a call.
func (c *Courier) open(ctx context.Context, p *place) (bot.Conversation, error) {
	call, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	return p.open(call)
}

// post draws a message for a conversation and hands it to its platform. Ended says that there is nothing
// more to do for now: what became of the message is on record, or could not be put there.
func (c *Courier) post(ctx context.Context, row store.Row, platform bot.Platform, to bot.Conversation, owner string, now time.Time) (_ bot.Posted, ended bool, _ error) {
	// The conversation comes first: the turn of a workspace is not to pass while only one of its
	// conversations waits.
	if waits, err := c.rest(ctx, row, platform, to, now); err != nil || waits {
		return bot.Posted{}, true, err
	}
	if waits, err := c.sendTurn(ctx, row, platform, to.Workspace, c.notBefore(now)); err != nil || waits {
		return bot.Posted{}, true, err
	}
	call, cancel := context.WithTimeout(ctx, sendTime) // the wait is no part of it
	defer cancel()
	card, err := c.draw(call, row, to)
	if err != nil {
		return bot.Posted{}, true, c.undrawn(ctx, row, now, err)
	}
	if p, ok := platform.(paced); ok {
		now := c.notBefore(now)
		wait, err := c.store.Pace(ctx, conversation(to), now, p.MinGap())
		if err != nil {
			return bot.Posted{}, true, err
		}
		if wait > 0 { // somebody else writes there too
			return bot.Posted{}, true, c.putOff(ctx, row, now.Add(wait), waitsForRest)
		}
	}
	if wanted, err := c.store.MarkSending(ctx, row, owner); err != nil || !wanted {
		return bot.Posted{}, true, err // taken back while it waited for its turn
	}
	posted, err := platform.Send(call, to, card, row.ID)
	if err := c.heed(ctx, posts+scope(platform, to.Workspace), now, err); err != nil {
		return bot.Posted{}, true, err
	}
	return posted, false, err
}

// heed has nobody take a turn for as long as a platform asks to wait, where that holds for more than one
// conversation: other workers, also of other processes, would only be refused too.
func (c *Courier) heed(ctx context.Context, turns string, now time.Time, err error) error {
	refusal, known := errors.AsType[*bot.SendError](err)
	if !known || !refusal.Everywhere {
		return nil
	}
	return c.store.HoldTurns(ctx, turns, c.notBefore(now).Add(refusal.RetryAfter))
}

// posts begins the name of the turns of messages, opens that of openings.
const (
	posts = "post:"
	opens = "open:"
)

// edits begins the name of the turns of a drawing: platforms have another method for homes, and count it
// apart.
func edits(row store.Row) string {
	if row.Home() {
		return "home:"
	}
	return "edit:"
}

// conversation is the name of the pace of a conversation.
func conversation(c bot.Conversation) string { return "send:" + c.Workspace + "/" + c.Channel }

// scope is what the limits of a platform hold for: a workspace, or all of them.
func scope(platform bot.Platform, workspace string) string {
	if p, ok := platform.(pacedAsOne); ok && p.OneLimit() {
		return platform.Name()
	}
	return workspace
}

// notBefore returns the present, which is later than when a lane's work began where something was waited
// for since.
func (c *Courier) notBefore(now time.Time) time.Time {
	if present := c.clock(); present.After(now) {
		return present
	}
	return now
}

// putOff has a message wait for its turn, and its lane with it: what comes after it must not overtake it.
// To wait is no try.
func (c *Courier) putOff(ctx context.Context, row store.Row, until time.Time, reason string) error {
	row.Attempts--
	return c.store.MarkUnsure(ctx, row, until, reason) // what may have arrived is looked for again then
}

// rest has a message wait for as long as its platform wants between two of one conversation, and tells
// whether it was put off for that.
func (c *Courier) rest(ctx context.Context, row store.Row, platform bot.Platform, to bot.Conversation, now time.Time) (waits bool, err error) {
	if _, ok := platform.(paced); !ok {
		return false, nil
	}
	now = c.notBefore(now)
	at, err := c.store.NextTurn(ctx, conversation(to))
	if err != nil || !at.After(now) {
		return false, err
	}
	if c.pause == nil || at.Sub(now) > turnAhead {
		return true, c.putOff(ctx, row, at, waitsForRest)
	}
	if !c.pause(ctx, at.Sub(now)) {
		return false, errCutShort
	}
	return false, nil
}

// sendTurn has a message wait for its turn, where its platform allows few in a workspace, and tells whether it
// was put off for that. A worker waits itself, however long the line is, so that each turn is used when it
// comes and the messages behind it stay where they are; whoever has a time of their own puts it off, and
// what comes back for that reason has got its turn.
func (c *Courier) sendTurn(ctx context.Context, row store.Row, platform bot.Platform, workspace string, now time.Time) (waits bool, err error) {
	p, ok := platform.(pacedSends)
	if !ok {
		return false, nil
	}
	name := posts + scope(platform, workspace)
	if c.pause == nil {
		if row.Reason == waitsForTurn && now.Before(row.NextAt.Add(turnLife)) {
			return false, nil
		}
		at, err := c.store.Turn(ctx, name, now, p.SendGap())
		if err != nil || !at.After(now) {
			return false, err
		}
		return true, c.putOff(ctx, row, at, waitsForTurn)
	}
	for {
		at, taken, err := c.store.TurnWithin(ctx, name, now, p.SendGap(), turnAhead)
		if err != nil {
			return false, err
		}
		wait := at.Sub(now)
		if !taken {
			wait = min(wait-turnAhead, turnAhead)
		}
		if wait > 0 {
			if !c.pause(ctx, wait) {
				return false, errCutShort
			}
			if err := c.store.Renew(ctx, row.Lane, row.Owner, c.clock(), leaseTime); err != nil {
				return false, err
			}
		}
		if taken {
			return false, nil
		}
		now = c.notBefore(now)
	}
}

// opening has a message wait until the conversation with its reader may be opened, where that has to be
// asked for and is paced, and tells whether it does. It keeps no worker: those whose conversations are open
// are not to wait for it.
func (c *Courier) opening(ctx context.Context, row store.Row, at *place, now time.Time) (waits bool, err error) {
	p, ok := at.platform.(pacedOpens)
	if !ok || at.at.Channel != "" || p.Opened(at.who) {
		return false, nil
	}
	if row.Reason == waitsForOpening && now.Before(row.NextAt.Add(turnLife)) {
		return false, nil
	}
	gap := p.OpenGap()
	turn, err := c.store.Turn(ctx, opens+scope(at.platform, at.who.Workspace), now.Add(-(openBurst-1)*gap), gap)
	if err != nil || !turn.After(now) {
		return false, err
	}
	return true, c.putOff(ctx, row, turn, waitsForOpening)
}

// unreachable tells whether a platform has refused for good, so that another may be tried.
func unreachable(err error) bool {
	refusal, known := errors.AsType[*bot.SendError](err)
	return known && (refusal.Permanent || refusal.Closed)
}

// turn has a drawing wait for its turn, where the platform allows few in a workspace, and tells whether it
// has to. It alone waits, and its lane goes on. A turn is taken once: what comes back for that reason has
// got it.
func (c *Courier) turn(ctx context.Context, platform bot.Platform, row store.Row, workspace string, now time.Time) (waits bool, err error) {
	p, ok := platform.(pacedEdits)
	if !ok || row.Reason == waitsForTurn && now.Before(row.NextAt.Add(turnLife)) {
		return false, nil
	}
	at, err := c.store.Turn(ctx, edits(row)+scope(platform, workspace), now, p.EditGap())
	if err != nil || !at.After(now) {
		return false, err
	}
	return true, c.store.MarkLater(ctx, row, at, waitsForTurn)
}

// place is where a message may go: a conversation, or the direct messages of an account.
type place struct {
	platform bot.Platform
	at       bot.Conversation
	who      bot.Identity
}

// open returns the conversation of a place; its platform is asked once.
func (p *place) open(ctx context.Context) (bot.Conversation, error) {
	if p.at.Channel != "" {
		return p.at, nil
	}
	to, err := p.platform.DM(ctx, p.who)
	if err == nil {
		p.at = to
	}
	return to, err
}

// address returns where a message may go, in the order in which to try: the conversation of a posted one,
// a channel, or the direct messages of a person's accounts: of that from which they last wrote, then of
// the others that are open. It returns bot.ErrMoot for
// somebody who was deactivated before the message was tried, and for the home of an account that is
// not theirs any more, or with which they cannot act.
func (c *Courier) address(ctx context.Context, row store.Row) ([]place, error) {
	var snapshot *store.Snapshot
	if err := c.store.Read(ctx, func(tx *store.Tx) error { snapshot = tx.Snapshot(); return nil }); err != nil {
		return nil, err
	}
	of := func(workspace string) (bot.Platform, bool) {
		w, ok := snapshot.Workspace(workspace)
		if !ok {
			return nil, false
		}
		p, ok := c.platforms[w.Platform]
		return p, ok
	}
	if home := row.Posted; row.Home() && snapshot.Actor(bot.Identity{Workspace: home.In.Workspace, User: home.ID}).ID != row.Person {
		return nil, bot.ErrMoot
	}
	at := row.Channel
	if row.State == store.Sent {
		at = row.Posted.In
	}
	if at.Channel != "" {
		if p, ok := of(at.Workspace); ok {
			return []place{{platform: p, at: at}}, nil
		}
		return nil, errNobody
	}
	person, ok := snapshot.Person(row.Person)
	if !ok {
		return nil, errNobody
	}
	if !person.Active && row.State == store.Waiting {
		return nil, bot.ErrMoot // a platform may not even have a conversation with them
	}
	var places []place
	for _, id := range accountsOf(person, row.Channel.Workspace) {
		if p, ok := of(id.Workspace); ok {
			places = append(places, place{platform: p, who: bot.Identity(id)})
		}
	}
	if len(places) == 0 {
		return nil, errNobody
	}
	return places, nil
}

// accountsOf returns the accounts by which somebody is written to, in order: those of a workspace first, if
// it is given. Closed ones are tried where there are no others.
func accountsOf(p hiring.Person, first string) []hiring.Identity {
	accounts := p.Identities
	if p.Linked() {
		accounts = slices.DeleteFunc(slices.Clone(accounts), func(id hiring.Identity) bool { return slices.Contains(p.Closed, id) })
	}
	slices.SortStableFunc(accounts, func(a, b hiring.Identity) int {
		switch {
		case a.Workspace == first && b.Workspace != first:
			return -1
		case b.Workspace == first && a.Workspace != first:
			return 1
		}
		return 0
	})
	return accounts
}

// draw draws a message as its recipient may see it now. What it shows of confidential facts is on
// record before it goes out, with the view and the conversation.
func (c *Courier) draw(ctx context.Context, row store.Row, to bot.Conversation) (bot.Card, error) {
	var card bot.Card
	draw := func(tx *store.Tx, viewer bot.Actor) error {
		tx.Cause("deliver."+row.View.Name, to)
		if !row.Redraw {
			wanted, err := views.StillWanted(ctx, tx, viewer, row.View)
			if err != nil {
				return err
			}
			if !wanted {
				return bot.ErrMoot
			}
		}
		var err error
		card, err = c.views.Draw(ctx, tx, viewer, row.View)
		if code := bot.ErrorCode(err); row.Redraw && !errors.Is(err, bot.ErrMoot) && (code == bot.CodeNotFound || code == bot.CodeNotAllowed) {
			// What is posted must not go on showing what its reader may not see, and the reason for it holds no more.
			card, row.Why, err = views.Withdrawn(), "", nil
		}
		return err
	}
	var err error
	if row.Person == "" {
		err = c.store.Read(ctx, func(tx *store.Tx) error {
			if err := c.fits(ctx, tx, row); err != nil {
				return err
			}
			// A channel has the rights of somebody of whom nothing is known.
			return draw(tx, bot.Actor{Zone: tx.Snapshot().Zone(""), Identity: bot.Identity{Workspace: to.Workspace}})
		})
	} else {
		err = c.store.ReadAs(ctx, row.Person, func(tx *store.Tx) error {
			if tx.Actor().Outsider {
				return bot.ErrMoot // deactivated since
			}
			viewer := tx.Actor()
			viewer.Identity = bot.Identity{Workspace: to.Workspace} // what may be shown depends on the platform
			return draw(tx, viewer)
		})
	}
	if err == nil && row.Why != "" {
		card.Context = bot.Lines(card.Context, bot.T(row.Why))
	}
	return card, err
}

// fits refuses, for good, a view that may show more than everybody in a channel may see. Somebody has
// to set up another channel: it is no message that has nothing to say.
func (c *Courier) fits(ctx context.Context, tx *store.Tx, row store.Row) error {
	channel, err := tx.Channel(ctx, row.Channel.Workspace, row.Channel.Channel)
	if bot.ErrorCode(err) == bot.CodeNotFound {
		return &bot.SendError{Permanent: true, Reason: "the channel is not set up any more"}
	}
	if err != nil {
		return err
	}
	most := views.Public
	if channel.Kind == store.PrivateChannel {
		most = views.Team
	}
	if c.views[row.View.Name].Contains > most {
		return &bot.SendError{Permanent: true, Reason: "not everybody in that channel may read it. Set another one: /hire settings"}
	}
	return nil
}

// undrawn puts on record why a message is not drawn: nothing left to say, or not for this reader any
// more, ends it; anything else is tried again.
func (c *Courier) undrawn(ctx context.Context, row store.Row, now time.Time, err error) error {
	switch bot.ErrorCode(err) {
	case bot.CodeNotFound, bot.CodeNotAllowed:
		return c.store.MarkMoot(ctx, row)
	default:
		if _, told := errors.AsType[*bot.SendError](err); !told {
			err = &bot.SendError{Reason: "it could not be drawn. The log says why, by the id of the message", Err: err}
		}
		return c.failed(ctx, row, now, err, maxDrawings, c.store.MarkUnsure)
	}
}

// failed puts on record that a message could not be taken to its platform: for good, where it was
// tried as often as it is at most, or, by putOff, until when.
func (c *Courier) failed(ctx context.Context, row store.Row, now time.Time, err error, most int,
	putOff func(ctx context.Context, row store.Row, nextAt time.Time, reason string) error,
) error {
	if errors.Is(err, store.ErrLeaseLost) || ctx.Err() != nil {
		return err
	}
	now = c.notBefore(now) // the call took its time
	refusal, known := errors.AsType[*bot.SendError](err)
	reason := "the platform did not answer"
	if known {
		reason = refusal.Reason
	}
	c.log.WarnContext(ctx, "a message was not delivered", "delivery", row.ID, "view", row.View.Name, "attempt", row.Attempts, "err", err)
	switch {
	case errors.Is(err, errNobody):
		return c.store.MarkDead(ctx, row, errNobody.Error())
	case known && refusal.Permanent:
		return c.store.MarkDead(ctx, row, reason)
	case row.Attempts >= most, tooOld(row, now):
		return c.store.MarkDead(ctx, row, fmt.Sprintf("given up after %d attempts: %s", row.Attempts, reason))
	}
	next := now.Add(wait(row))
	if known && now.Add(refusal.RetryAfter).After(next) {
		next = now.Add(refusal.RetryAfter)
	}
	return putOff(ctx, row, next, reason)
}

// tooOld tells of a message that waits for its reader's hours again and again, and failed in those of heldLife.
// The drawing of one that came is not among them: it has no hours.
func tooOld(row store.Row, now time.Time) bool {
	return row.Unprompted && !row.Redraw && row.Attempts >= fewAttempts && !row.TriedAt.IsZero() && now.Sub(row.TriedAt) > heldLife
}

// wait is the time until the next attempt: twice as long each time, up to longestWait, and up to a
// quarter longer by the message's id and the attempt, so that many do not come back at once, nor the same
// ones together each time.
func wait(row store.Row) time.Duration {
	d := firstWait << min(row.Attempts-1, 10)
	d = min(d, longestWait)
	h := fnv.New32a()
	_, _ = fmt.Fprintf(h, "%s/%d", row.ID, row.Attempts) // a hash's Write never fails
	return d + time.Duration(float64(d/4)*float64(h.Sum32())/(1<<32))
}
