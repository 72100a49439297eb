package scheduler

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/store"
)

// TestTheWaitBetweenAttempts draws messages and attempts: each waits twice as long as the time before, up to
// ten minutes, and at most a quarter longer, the same whenever it is asked.
func TestTheWaitBetweenAttempts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		row := store.Row{ID: rapid.String().Draw(t, "id"), Attempts: rapid.IntRange(1, maxAttempts).Draw(t, "attempts")}
		least := longestWait
		if row.Attempts < 10 {
			least = min(firstWait*time.Duration(1<<(row.Attempts-1)), longestWait)
		}
		got := wait(row)
		if got < least || got > least+least/4 {
			t.Errorf("attempt %d waits %v, want %v and at most a quarter more", row.Attempts, got, least)
		}
		if again := wait(row); again != got {
			t.Errorf("it waits %v, and %v when asked again", got, again)
		}
	})
}

// TestTheJitterSpreads looks at a thousand messages that fail together, again and again: in each attempt they
// spread over the whole quarter, and each message's own jitter is another one each time.
func TestTheJitterSpreads(t *testing.T) {
	t.Parallel()
	const messages, parts, attempts = 1000, 10, 12
	own := map[string]map[int64]bool{}
	for attempt := 1; attempt <= attempts; attempt++ {
		counts := make([]int, parts)
		for i := range messages {
			row := store.Row{ID: time.Unix(int64(i), 0).UTC().Format(time.RFC3339), Attempts: attempt}
			least := min(firstWait<<min(attempt-1, 10), longestWait)
			share := float64(wait(row)-least) / float64(least/4+1)
			counts[int(share*parts)]++
			if own[row.ID] == nil {
				own[row.ID] = map[int64]bool{}
			}
			own[row.ID][int64(share*1000)] = true
		}
		for part, n := range counts {
			if n < messages/parts/2 || n > messages/parts*2 {
				t.Errorf("attempt %d: %d of %d messages in part %d of %d", attempt, n, messages, part, parts)
			}
		}
	}
	for id, jitters := range own {
		if len(jitters) < attempts/2 {
			t.Errorf("%s: %d jitters in %d attempts", id, len(jitters), attempts)
		}
	}
}
