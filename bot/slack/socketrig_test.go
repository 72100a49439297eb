package slack

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// fakeTime is a clock that stands still, with timers that the test fires.
type fakeTime struct {
	mu     sync.Mutex
	now    time.Time
	timers []fakeTimer
	more   chan struct{}
}

type fakeTimer struct {
	d    time.Duration
	due  time.Time
	fire chan time.Time
}

func newFakeTime() *fakeTime {
	return &fakeTime{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), more: make(chan struct{})}
}

func (f *fakeTime) clock() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

func (f *fakeTime) advance(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
}

func (f *fakeTime) after(d time.Duration) <-chan time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	timer := fakeTimer{d: d, due: f.now.Add(d), fire: make(chan time.Time, 1)}
	f.timers = append(f.timers, timer)
	close(f.more)
	f.more = make(chan struct{})
	return timer.fire
}

// find takes the oldest timer of lo, or of a length between lo and hi.
func (f *fakeTime) find(lo, hi time.Duration) (fakeTimer, bool, <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, timer := range f.timers {
		if timer.d == lo || timer.d > lo && timer.d < hi {
			f.timers = slices.Delete(f.timers, i, i+1)
			return timer, true, nil
		}
	}
	return fakeTimer{}, false, f.more
}

// expect waits until something waits for lo, or for a time between lo and hi.
func (f *fakeTime) expect(t *testing.T, lo, hi time.Duration) fakeTimer {
	t.Helper()
	for {
		timer, ok, more := f.find(lo, hi)
		if ok {
			return timer
		}
		recv(t, more, fmt.Sprintf("timer of %s to %s", lo, hi))
	}
}

// none says that nothing waits for a time.
func (f *fakeTime) none(t *testing.T, d time.Duration) {
	t.Helper()
	if _, ok, _ := f.find(d, d); ok {
		t.Errorf("something waits for %s", d)
	}
}

// pass lets the time of a timer pass.
func (f *fakeTime) pass(timer fakeTimer) {
	f.mu.Lock()
	if f.now.Before(timer.due) {
		f.now = timer.due
	}
	now := f.now
	f.mu.Unlock()
	timer.fire <- now
}

// safeLog is a log that can be read while it is written.
type safeLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *safeLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *safeLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// rig is a socket that runs against a server.
type rig struct {
	*socketServer
	time   *fakeTime
	log    *safeLog
	socket *socket
	ups    chan bool
	cancel context.CancelFunc
	// done gets what run returns.
	done chan error
	// second is what the second connection waits for.
	second fakeTimer
}

// newRig starts a socket whose handler acknowledges with the envelope's id, unless change says
// otherwise.
func newRig(t *testing.T, change func(*rig)) *rig {
	t.Helper()
	r := prepareRig(t, false)
	if change != nil {
		change(r)
	}
	r.start(t)
	return r
}

func prepareRig(t *testing.T, encrypted bool) *rig {
	t.Helper()
	r := &rig{
		socketServer: newSocketServer(t, encrypted), time: newFakeTime(), log: new(safeLog),
		ups: make(chan bool, 32), done: make(chan error, 1),
	}
	r.socket = &socket{
		Open: r.open,
		Handle: func(_ context.Context, env envelope, ack func(any) error) {
			if err := ack(map[string]string{"text": env.ID}); err != nil {
				t.Errorf("acknowledge %s: %v", env.ID, err)
			}
		},
		Up:    func(up bool) { r.ups <- up },
		Clock: r.time.clock, After: r.time.after,
		Log: slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	return r
}

func (r *rig) start(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r.cancel = cancel
	go func() { r.done <- r.socket.run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := recv(t, r.done, "end of run"); err != nil {
			t.Errorf("run: %v", err)
		}
		r.http.CloseClientConnections()
		r.http.Close()
		r.serving.Wait()
		if t.Failed() {
			t.Logf("log:\n%s", r.log)
		}
		for _, secret := range []string{"hush", "ticket", "salary-of-asha", "://"} {
			if strings.Contains(r.log.String(), secret) {
				t.Errorf("the log holds %q:\n%s", secret, r.log)
			}
		}
	})
	r.second = r.time.expect(t, staggerTime, 2*staggerTime)
}

// ended waits for the end of run and returns its error.
func (r *rig) ended(t *testing.T) error {
	t.Helper()
	err := recv(t, r.done, "end of run")
	r.done <- nil // for the clean-up
	return err
}

// next returns the next connection.
func (r *rig) next(t *testing.T) *peer {
	t.Helper()
	return recv(t, r.peers, "connection")
}

// both returns two connections that are up.
func (r *rig) both(t *testing.T) (first, second *peer) {
	t.Helper()
	first = r.next(t)
	if up := recv(t, r.ups, "Up"); !up {
		t.Error("not up with a connection")
	}
	r.time.pass(r.second)
	second = r.next(t)
	// Whatever is acknowledged was received after hello.
	first.exchange("warm-up")
	second.exchange("warm-up")
	return first, second
}

// isUp says what the socket tells next of being up.
func (r *rig) isUp(t *testing.T, want ...bool) {
	t.Helper()
	for i, up := range want {
		if got := recv(t, r.ups, "Up"); got != up {
			t.Errorf("Up call %d is %v", i, got)
		}
	}
}

// overTime lets the time for opening pass, and sees that a connection comes up nevertheless.
func overTime(t *testing.T, r *rig) {
	t.Helper()
	r.time.pass(r.time.expect(t, openTime, openTime))
	r.time.pass(r.time.expect(t, firstBackoff, firstBackoff*5/4))
	r.next(t).exchange("at last")
	if !strings.Contains(r.log.String(), errOpenTime.Error()) {
		t.Errorf("the log does not say why:\n%s", r.log)
	}
}
