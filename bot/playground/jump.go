package playground

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/hirebot/hirebot/bot"
)

const (
	// maxJump is how far the clock is put forward at once.
	maxJump = 14 * 24 * time.Hour
	// jumpTimeout bounds the work on that, well within the time of a request. The clock stops where it is then.
	jumpTimeout = 30 * time.Second
)

// jumps is what became of the clock so far.
type jumps struct {
	// moving is held by the one who puts it forward.
	moving sync.Mutex

	mu   sync.Mutex
	last *wireJump
	n    int
}

// wireClock is what the page knows of a clock that can be put forward.
type wireClock struct {
	// At is what it shows.
	At time.Time `json:"at"`
	// Last is what came of putting it forward last; nil before that.
	Last *wireJump `json:"last,omitempty"`
}

// wireJump is what came of putting the clock forward.
type wireJump struct {
	Until   time.Time `json:"until"`
	Arrived []arrival `json:"arrived"`
	// Problem says why the clock has stopped before where it was to go, and what to do; "" for nothing.
	Problem string `json:"problem,omitempty"`
}

// clock returns what the clock shows, and how often it was put forward.
func (p *Playground) clock() (wireClock, int) {
	p.jumps.mu.Lock()
	defer p.jumps.mu.Unlock()
	return wireClock{At: p.cfg.Clock(), Last: p.jumps.last}, p.jumps.n
}

// How far the page can put the clock forward without naming a time.
const (
	toMorning = "morning" // until the next working day begins
	toMessage = "message" // until a message comes
)

// jump puts the clock forward. It answers when all that falls due on the way is done.
func (s *server) jump(r *http.Request) (any, error) {
	var in struct {
		User string `json:"user"`
		// By is a duration, To is "morning" or "message", At is a time on the wall of Zone: one of them.
		By   string `json:"by,omitempty"`
		To   string `json:"to,omitempty"`
		At   string `json:"at,omitempty"`
		Zone string `json:"zone,omitempty"`
	}
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	if _, err := s.who(r.Context(), in.User); err != nil {
		return nil, err
	}
	if !s.jumps.moving.TryLock() {
		return nil, refuse(http.StatusConflict, "The clock is being put forward already, perhaps in another window. Wait a moment, then press again.")
	}
	defer s.jumps.moving.Unlock()
	now := s.cfg.Clock()
	zone, err := time.LoadLocation(cmp.Or(in.Zone, "UTC"))
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "There is no time zone %q. Example: Asia/Kolkata", in.Zone)
	}
	to, err := s.target(r.Context(), now, in.By, in.To, in.At, zone)
	if err != nil {
		return nil, err
	}
	switch {
	case !to.After(now):
		return nil, refuse(http.StatusBadRequest, "It is %s already, and time does not go back. Choose a later time.", bot.FormatInstant(now, zone))
	case to.Sub(now) > maxJump:
		return nil, refuse(http.StatusBadRequest, "At most 14 days at once: choose a time until %s, and go on from there.", bot.FormatInstant(now.Add(maxJump), zone))
	}
	s.move(r.Context(), to, in.To == toMessage)
	clock, _ := s.clock()
	return clock, nil
}

// target returns the instant to which a request puts the clock.
func (s *server) target(ctx context.Context, now time.Time, by, to, at string, zone *time.Location) (time.Time, error) {
	switch {
	case by != "" && to == "" && at == "":
		d, err := time.ParseDuration(by)
		if err != nil {
			return time.Time{}, refuse(http.StatusBadRequest, "by: %q is no duration. Example: 15m", by)
		}
		return now.Add(d), nil
	case at != "" && by == "" && to == "":
		wall, err := time.ParseInLocation("2006-01-02T15:04", at, zone)
		if err != nil {
			return time.Time{}, refuse(http.StatusBadRequest, "Choose a day and a time, such as %s.", bot.FormatInstant(now.Add(time.Hour), zone))
		}
		return wall, nil
	case to == toMessage && by == "" && at == "":
		return now.Add(maxJump), nil
	case to == toMorning && by == "" && at == "":
		morning, err := s.cfg.Morning(ctx)
		if err == nil && (morning.IsZero() || morning.Sub(now) > maxJump) {
			return time.Time{}, refuse(http.StatusConflict, "No working day is in sight. Choose a time, or change the days of the weekend.")
		}
		return morning, err
	}
	return time.Time{}, refuse(http.StatusBadRequest, "Say by how much, or to when: one of by, to and at.")
}

// move puts the clock forward and notes what came of it. It goes on when the page goes away.
func (s *server) move(ctx context.Context, to time.Time, untilMessage bool) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), jumpTimeout)
	defer cancel()
	before := s.hub.last()
	var enough func() bool
	if untilMessage {
		enough = func() bool { return len(s.hub.arrived(before)) > 0 }
	}
	err := s.cfg.Forward(ctx, to, enough)
	last := &wireJump{Until: s.cfg.Clock(), Arrived: s.hub.arrived(before)}
	switch {
	case err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded):
		s.cfg.Log.WarnContext(ctx, "putting the clock forward took too long", "to", to, "reached", last.Until, "err", err)
		last.Problem = "That took too long, so the clock stopped on the way. Press again to go on from there."
	case err != nil:
		s.cfg.Log.ErrorContext(ctx, "the clock could not be put forward", "to", to, "reached", last.Until, "err", err)
		last.Problem = "Something that fell due could not be done, so the clock stopped there; the terminal says what it was. Press again to go on."
	}
	s.jumps.mu.Lock()
	s.jumps.last = last
	s.jumps.n++
	s.jumps.mu.Unlock()
	s.hub.tell()
}
