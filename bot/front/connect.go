package front

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/hirebot/hirebot/bot"
)

// Backoff is how long is waited between attempts to connect: none at first, then from First on twice as
// long each time, up to Last, and up to a quarter longer.
type Backoff struct{ First, Last time.Duration }

// After returns the wait after so many failures.
func (b Backoff) After(failures int) time.Duration {
	if failures < 1 {
		return 0
	}
	d := b.Last
	if doubled := b.First << (failures - 1); failures < 16 && doubled < d {
		d = doubled
	}
	return d + Jitter(d/4)
}

// Jitter returns a random time below most.
func Jitter(most time.Duration) time.Duration {
	return rand.N(most) //nolint:gosec // nobody gains by foreseeing a wait
}

// skewNoted is the difference between two clocks that is worth a word.
const skewNoted = 30 * time.Second

// CompareClocks says by how much our clock differs from that of a platform, such as "Slack", whose answer
// had this header. One that differs by fails or more has every signed request refused.
func CompareClocks(what, platform string, now time.Time, header http.Header, fails time.Duration) bot.Finding {
	theirs, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return bot.Finding{What: what, Warns: true, Text: platform + "'s answer has no date: the clock was not compared"}
	}
	skew := now.Sub(theirs).Round(time.Second).Abs()
	f := bot.Finding{What: what, Text: fmt.Sprintf("the clock differs from %s's by %s", platform, skew)}
	switch {
	case skew >= fails:
		f.Fails = true
		f.Text += ": requests with " + platform + "'s signature are refused. Set the clock by NTP"
	case skew >= skewNoted:
		f.Warns = true
		f.Text += ". Set the clock by NTP"
	}
	return f
}
