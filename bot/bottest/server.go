package bottest

import (
	"fmt"
	"sync"
	"testing"
	"time"
)

// Patience bounds how long a platform's test server waits for the app in real time: what takes longer
// hangs.
const Patience = 30 * time.Second

// Signal tells everyone who waits that something changed. Its zero value is ready.
type Signal struct {
	mu sync.Mutex
	ch chan struct{}
}

// next returns a channel that is closed at the next change.
func (s *Signal) next() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch == nil {
		s.ch = make(chan struct{})
	}
	return s.ch
}

// Broadcast tells of a change.
func (s *Signal) Broadcast() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch != nil {
		close(s.ch)
		s.ch = nil
	}
}

// Await looks at each change whether something is so, and returns false where it has not come to be within
// Patience.
func (s *Signal) Await(so func() bool) bool {
	deadline := time.After(Patience)
	for {
		next := s.next()
		if so() {
			return true
		}
		select {
		case <-next:
		case <-deadline:
			return false
		}
	}
}

// Settles waits until the app works on no delivery any more, as its settle tells, and returns false where
// that takes longer than Patience. Without a settle nothing is waited for.
func Settles(settle func()) bool {
	if settle == nil {
		return true
	}
	done := make(chan struct{})
	go func() {
		settle()
		close(done)
	}()
	select {
	case <-done:
		return true
	case <-time.After(Patience):
		return false
	}
}

// Faults are what is to go wrong with the calls of a platform, by what is called. F is a failure as the
// platform has them; its zero value is none. The zero value of Faults plans nothing.
type Faults[F any] struct {
	mu      sync.Mutex
	planned map[string][]planned[F]
	how     func(called string) F
}

type planned[F any] struct {
	fault F
	times int
}

// Plan has that many next calls go wrong, at least one. What is planned for the same calls queues up.
func (p *Faults[F]) Plan(called string, times int, fault F) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.planned == nil {
		p.planned = map[string][]planned[F]{}
	}
	p.planned[called] = append(p.planned[called], planned[F]{fault, max(times, 1)})
}

// Otherwise has a function say what goes wrong with each call that nothing is planned for, nil nothing. It
// may be called by several calls at once.
func (p *Faults[F]) Otherwise(how func(called string) F) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.how = how
}

// Take returns what goes wrong with a call that is made now: what is planned for it, else for what else it
// counts as.
func (p *Faults[F]) Take(called string, alsoAs ...string) F {
	p.mu.Lock()
	for _, name := range append([]string{called}, alsoAs...) {
		list := p.planned[name]
		if len(list) == 0 {
			continue
		}
		defer p.mu.Unlock()
		fault := list[0].fault
		if list[0].times--; list[0].times == 0 {
			p.planned[name] = list[1:]
		}
		return fault
	}
	how := p.how
	p.mu.Unlock()
	if how == nil {
		var none F
		return none
	}
	return how(called)
}

// Noting is a test that notes what is found wrong instead of failing: for tests of what finds it.
type Noting struct {
	testing.TB
	mu     sync.Mutex
	errors []string
}

// Helper does nothing.
func (n *Noting) Helper() {}

// Log does nothing.
func (n *Noting) Log(...any) {}

// Errorf notes what is wrong.
func (n *Noting) Errorf(format string, args ...any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.errors = append(n.errors, fmt.Sprintf(format, args...))
}

// Any tells whether anything was found wrong since the last time.
func (n *Noting) Any() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.errors) > 0
}

// Found returns what was found wrong since the last time.
func (n *Noting) Found() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	out := n.errors
	n.errors = nil
	return out
}
