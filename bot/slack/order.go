package slack

import (
	"sync"
	"time"
)

// keepOrder is how long the order of a view's changes is remembered.
const keepOrder = time.Hour

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
