package slack

import (
	"sync"
	"time"

	"github.com/hirebot/hirebot/bot"
)

// keepOrder is how long the order of a view's changes, and a delivery's id, are remembered.
const keepOrder = time.Hour

// recent remembers deliveries whose answer is a message of its own: repeated within minutes, as Slack
// does with events that it saw no answer to, they are not answered twice. After a restart the record
// of events still lets them act once.
type recent struct {
	clock bot.Clock
	mu    sync.Mutex
	seen  map[string]time.Time
}

// first tells whether an id is new.
func (r *recent) first(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock()
	if r.seen == nil {
		r.seen = map[string]time.Time{}
	}
	for old, at := range r.seen {
		if now.Sub(at) > keepOrder {
			delete(r.seen, old)
		}
	}
	_, known := r.seen[id]
	r.seen[id] = now
	return !known
}

// ordering has the changes of one view served one after the other, and those that a later one has
// overtaken not at all: each carries all that the form holds.
type ordering struct {
	mu    sync.Mutex
	views map[string]*viewOrder
}

type viewOrder struct {
	mu sync.Mutex
	// last is when the change was made that was served last, users how many hold or wait for mu.
	last  time.Time
	users int
}

// in runs work for a change of a view, unless a later change was served already.
func (o *ordering) in(view string, at time.Time, work func()) {
	o.mu.Lock()
	if o.views == nil {
		o.views = map[string]*viewOrder{}
	}
	v := o.views[view]
	if v == nil {
		v = &viewOrder{}
		o.views[view] = v
	}
	v.users++
	for id, other := range o.views {
		if other.users == 0 && at.Sub(other.last) > keepOrder {
			delete(o.views, id)
		}
	}
	o.mu.Unlock()

	v.mu.Lock()
	if !at.Before(v.last) {
		v.last = at
		work()
	}
	v.mu.Unlock()

	o.mu.Lock()
	v.users--
	o.mu.Unlock()
}

// inFlight counts deliveries that are being worked on. Unlike a sync.WaitGroup it can be waited for
// while more of them begin.
type inFlight struct {
	mu   sync.Mutex
	n    int
	idle chan struct{}
}

func (f *inFlight) begin() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.n == 0 {
		f.idle = make(chan struct{})
	}
	f.n++
}

func (f *inFlight) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.n--; f.n == 0 {
		close(f.idle)
	}
}

// wait returns when none is being worked on.
func (f *inFlight) wait() {
	f.mu.Lock()
	idle := f.idle
	f.mu.Unlock()
	if idle != nil {
		<-idle
	}
}
