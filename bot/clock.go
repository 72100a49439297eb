package bot

import (
	"sync/atomic"
	"time"
)

// MovableClock is a clock that can be put forward and never back. Between two moves it runs on as the clock
// does that it is made from. It may be used from several goroutines at once.
type MovableClock struct {
	base  Clock
	ahead atomic.Int64 // by how many nanoseconds
}

// NewMovableClock returns a clock that shows what base does until it is moved. One that is to stand still
// between its moves is made from a base that does.
func NewMovableClock(base Clock) *MovableClock { return &MovableClock{base: base} }

// Now returns the time that the clock shows. Its method value is a Clock.
func (c *MovableClock) Now() time.Time { return c.base().Add(time.Duration(c.ahead.Load())) }

// PutForward has the clock show an instant, and go on from there. One that shows it already, or a later one,
// stays as it is.
func (c *MovableClock) PutForward(to time.Time) {
	for {
		ahead := c.ahead.Load()
		next := to.Sub(c.base())
		if int64(next) <= ahead || c.ahead.CompareAndSwap(ahead, int64(next)) {
			return
		}
	}
}
