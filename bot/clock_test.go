package bot_test

import (
	"sync"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
)

func TestMovableClock(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 12, 7, 3, 30, 0, 0, time.UTC)
	base := start
	c := bot.NewMovableClock(func() time.Time { return base })
	want := func(what string, at time.Time) {
		t.Helper()
		if got := c.Now(); !got.Equal(at) {
			t.Errorf("%s: the clock shows %v, want %v", what, got, at)
		}
	}
	want("at first", start)
	c.PutForward(start.Add(26 * time.Hour))
	want("put forward", start.Add(26*time.Hour))
	c.PutForward(start.Add(25 * time.Hour))
	want("put back", start.Add(26*time.Hour))
	base = base.Add(time.Minute)
	want("a minute later", start.Add(26*time.Hour+time.Minute))
	c.PutForward(start.Add(26*time.Hour + time.Second))
	want("put back to where it was not long ago", start.Add(26*time.Hour+time.Minute))
	c.PutForward(c.Now())
	want("put to where it stands", start.Add(26*time.Hour+time.Minute))
}

// TestAMovableClockMovesForwardOnly has many put it at once, while others read it.
func TestAMovableClockMovesForwardOnly(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 12, 7, 3, 30, 0, 0, time.UTC)
	c := bot.NewMovableClock(func() time.Time { return start })
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			before := c.Now()
			for i := range 500 {
				c.PutForward(start.Add(time.Duration((i*7+worker*131)%1000) * time.Minute))
				now := c.Now()
				if now.Before(before) {
					t.Errorf("the clock went from %v to %v", before, now)
				}
				before = now
			}
		})
	}
	all.Wait()
	if got := c.Now(); got.After(start.Add(999 * time.Minute)) {
		t.Errorf("the clock shows %v, later than anybody put it", got)
	}
}
