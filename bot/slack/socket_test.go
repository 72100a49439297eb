package slack

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
)

// socketServer is Slack's side of Socket Mode, after
// https://docs.slack.dev/apis/events-api/using-socket-mode/: an address is good for one connection,
// a connection says hello, and an acknowledgement belongs to a delivery of the same connection.
type socketServer struct {
	t    *testing.T
	http *httptest.Server
	// peers are the connections in the order in which they said hello, or would have.
	peers chan *peer
	// refuse is how many handshakes are answered with 503. With quiet no connection says hello by
	// itself, with deaf none answers a ping.
	refuse      atomic.Int64
	quiet, deaf atomic.Bool
	// serving counts the connections and handshakes.
	serving sync.WaitGroup

	mu      sync.Mutex
	tickets map[string]bool
	accepts int
	order   []string
}

func newSocketServer(t *testing.T, encrypted bool) *socketServer {
	t.Helper()
	s := &socketServer{t: t, peers: make(chan *peer, 32), tickets: make(map[string]bool)}
	s.http = httptest.NewUnstartedServer(http.HandlerFunc(s.accept))
	if encrypted {
		s.http.StartTLS()
	} else {
		s.http.Start()
	}
	return s
}

// open is apps.connections.open.
func (s *socketServer) open(context.Context) (string, error) {
	ticket := "hush-" + rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tickets[ticket] = true
	return "ws" + strings.TrimPrefix(s.http.URL, "http") + "/link/?app_id=A1234&ticket=" + ticket, nil
}

// redeem takes a ticket, and returns the number of the connection or 0.
func (s *socketServer) redeem(ticket string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.tickets[ticket] {
		return 0
	}
	delete(s.tickets, ticket)
	if s.refuse.Add(-1) >= 0 {
		return -1
	}
	s.accepts++
	return s.accepts
}

func (s *socketServer) accept(w http.ResponseWriter, r *http.Request) {
	s.serving.Add(1)
	defer s.serving.Done()
	number := s.redeem(r.URL.Query().Get("ticket"))
	if number < 1 {
		http.Error(w, "no", http.StatusServiceUnavailable)
		return
	}
	upgrader := websocket.Upgrader{CheckOrigin: func(r *http.Request) bool { return r.Header.Get("Origin") == "https://api.slack.com" }}
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		s.t.Logf("handshake: %v", err)
		return
	}
	p := &peer{s: s, number: number, ws: ws, acks: make(chan wireAck, 128), pongs: make(chan string, 8), gone: make(chan struct{}), open: make(map[string]int)}
	defer close(p.gone)
	defer p.drop()
	if s.deaf.Load() {
		ws.SetPingHandler(func(string) error { return nil })
	}
	ws.SetPongHandler(func(data string) error { p.pongs <- data; return nil })
	// A client that goes at this moment is no failure; reading tells.
	if s.quiet.Load() || p.greet() == nil {
		s.peers <- p
		p.read()
	}
}

func (s *socketServer) note(what string, number int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.order = append(s.order, fmt.Sprintf("%s %d", what, number))
}

// happened returns what happened to connections, in order.
func (s *socketServer) happened() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.order)
}

// wireAck is an acknowledgement as it arrives.
type wireAck struct {
	ID      string          `json:"envelope_id"`
	Payload json.RawMessage `json:"payload"`
}

// peer is one connection, seen from Slack.
type peer struct {
	s      *socketServer
	number int
	ws     *websocket.Conn
	acks   chan wireAck
	pongs  chan string
	// gone is closed at the end, when code is the client's close frame's, or 0.
	gone chan struct{}
	code int

	mu   sync.Mutex
	open map[string]int
}

func (p *peer) read() {
	for {
		_, data, err := p.ws.ReadMessage()
		if err != nil {
			if closed, ok := errors.AsType[*websocket.CloseError](err); ok && closed.Code != websocket.CloseAbnormalClosure {
				p.code = closed.Code
			}
			p.s.note("closed", p.number)
			return
		}
		var ack wireAck
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&ack); err != nil {
			p.s.t.Errorf("connection %d: acknowledgement %q: %v", p.number, data, err)
			return
		}
		p.mu.Lock()
		if p.open[ack.ID]--; p.open[ack.ID] < 0 {
			p.s.t.Errorf("connection %d: %q is acknowledged, and was not delivered here or is for the second time", p.number, ack.ID)
		}
		p.mu.Unlock()
		p.acks <- ack
	}
}

func (p *peer) write(kind int, data string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ws.WriteMessage(kind, []byte(data))
}

// frame writes a frame.
func (p *peer) frame(kind int, data string) {
	p.s.t.Helper()
	if err := p.write(kind, data); err != nil {
		p.s.t.Errorf("connection %d: write: %v", p.number, err)
	}
}

func (p *peer) text(format string, args ...any) {
	p.s.t.Helper()
	p.frame(websocket.TextMessage, fmt.Sprintf(format, args...))
}

func (p *peer) greet() error {
	p.s.note("hello", p.number)
	return p.write(websocket.TextMessage, fmt.Sprintf(`{"type":"hello","connection_info":{"app_id":"A1234"},"num_connections":%d,"debug_info":{"host":"applink-1","started":"2026-10-11 12:12:12.120","build_number":54,"approximate_connection_time":3600}}`, p.number))
}

func (p *peer) hello() {
	p.s.t.Helper()
	if err := p.greet(); err != nil {
		p.s.t.Errorf("connection %d: hello: %v", p.number, err)
	}
}

func (p *peer) disconnect(reason string) {
	p.s.t.Helper()
	p.text(`{"type":"disconnect","reason":%q,"debug_info":{"host":"wss-111.slack.com"}}`, reason)
}

func (p *peer) deliver(id string) {
	p.s.t.Helper()
	p.mu.Lock()
	p.open[id]++
	p.mu.Unlock()
	p.text(`{"payload":{"command":"/band","text":"salary-of-asha"},"envelope_id":%q,"type":"slash_commands","accepts_response_payload":true}`, id)
}

// exchange delivers and waits for the acknowledgement.
func (p *peer) exchange(id string) wireAck {
	p.s.t.Helper()
	p.deliver(id)
	return recv(p.s.t, p.acks, "acknowledgement of "+id)
}

// drop cuts the connection without a word.
func (p *peer) drop() {
	if err := p.ws.NetConn().Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		p.s.t.Errorf("connection %d: close: %v", p.number, err)
	}
}

// recv receives within a time that only a broken test uses up.
func recv[T any](t *testing.T, ch <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-ch:
		return v
	case <-time.After(20 * time.Second):
		t.Fatalf("no %s", what)
		panic("unreachable")
	}
}

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

func TestTwoConnectionsAreKept(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	first := r.next(t)
	r.isUp(t, true)
	if got := r.happened(); !cmp.Equal(got, []string{"hello 1"}) {
		t.Errorf("before the second is due: %v", got)
	}
	r.time.pass(r.second)
	second := r.next(t)
	for id, p := range map[string]*peer{"one": first, "two": second} {
		want := wireAck{ID: id, Payload: json.RawMessage(`{"text":"` + id + `"}`)}
		if diff := cmp.Diff(want, p.exchange(id)); diff != "" {
			t.Error(diff)
		}
	}
	r.cancel()
	if err := r.ended(t); err != nil {
		t.Errorf("run: %v", err)
	}
	r.isUp(t, false)
	if len(r.ups) != 0 {
		t.Error("Up is told again what it knows")
	}
	for _, p := range []*peer{first, second} {
		recv(t, p.gone, "end of a connection")
		if p.code != websocket.CloseNormalClosure {
			t.Errorf("connection %d was closed with %d", p.number, p.code)
		}
	}
}

func TestEnvelopesArriveWhole(t *testing.T) {
	t.Parallel()
	got := make(chan envelope, 1)
	r := newRig(t, func(r *rig) {
		r.socket.Handle = func(_ context.Context, env envelope, ack func(any) error) {
			got <- env
			if err := ack(nil); err != nil {
				t.Error(err)
			}
		}
	})
	p := r.next(t)
	p.open["e-1"] = 1
	p.text(`{"envelope_id":"e-1","type":"events_api","payload":{"event":{"type":"app_home_opened"}},"accepts_response_payload":false,"retry_attempt":2,"retry_reason":"timeout"}`)
	want := envelope{ID: "e-1", Type: "events_api", Payload: json.RawMessage(`{"event":{"type":"app_home_opened"}}`), RetryAttempt: 2}
	if diff := cmp.Diff(want, recv(t, got, "delivery")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(wireAck{ID: "e-1"}, recv(t, p.acks, "acknowledgement")); diff != "" {
		t.Errorf("an acknowledgement without a payload: %s", diff)
	}
}

func TestAConnectionIsReplacedBeforeItIsClosed(t *testing.T) {
	t.Parallel()
	for _, reason := range []string{"warning", "refresh_requested", "something_new"} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			handling, release := make(chan string, 8), make(chan struct{})
			r := newRig(t, func(r *rig) {
				quick := r.socket.Handle
				r.socket.Handle = func(ctx context.Context, env envelope, ack func(any) error) {
					if env.ID == "slow" {
						handling <- env.ID
						<-release
					}
					quick(ctx, env, ack)
				}
			})
			old, _ := r.both(t)
			r.quiet.Store(true)
			old.disconnect(reason)
			replacement := r.next(t)
			old.exchange("while the replacement connects")
			r.time.none(t, drainTime)

			replacement.hello()
			replacement.exchange("on the replacement")
			drained := r.time.expect(t, drainTime, drainTime)
			old.exchange("while it drains")
			old.disconnect(reason) // said again, it changes nothing
			old.deliver("slow")
			recv(t, handling, "slow delivery")
			r.time.pass(drained)
			r.time.expect(t, ackTime, ackTime)
			// What was taken is acknowledged where it came from, although the time is over.
			close(release)
			if ack := recv(t, old.acks, "late acknowledgement"); ack.ID != "slow" {
				t.Errorf("%q is acknowledged", ack.ID)
			}
			recv(t, old.gone, "end of the old connection")
			if old.code != websocket.CloseNormalClosure {
				t.Errorf("it was closed with %d", old.code)
			}
			if diff := cmp.Diff([]string{"hello 1", "hello 2", "hello 3", "closed 1"}, r.happened()); diff != "" {
				t.Error(diff)
			}
			if len(r.ups) != 0 {
				t.Error("replacing a connection is told as an outage")
			}
		})
	}
}

func TestWhatSlackClosesItselfIsNotReplacedTwice(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	old, other := r.both(t)
	old.disconnect("refresh_requested")
	replacement := r.next(t)
	replacement.exchange("on the replacement")
	r.time.expect(t, drainTime, drainTime)
	old.drop()
	recv(t, old.gone, "end of the old connection")
	other.exchange("on the other")
	r.cancel()
	if err := r.ended(t); err != nil {
		t.Errorf("run: %v", err)
	}
	if diff := cmp.Diff([]string{"hello 1", "hello 2", "hello 3", "closed 1"}, r.happened()[:4]); diff != "" {
		t.Error(diff)
	}
	if r.accepts != 3 {
		t.Errorf("%d connections were opened", r.accepts)
	}
}

func TestDroppedConnections(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	first, second := r.both(t)
	first.drop()
	third := r.next(t) // without any time passing
	third.exchange("on the replacement")
	if len(r.ups) != 0 {
		t.Error("an outage is told although a connection is up")
	}

	// A connection that does not last is replaced more slowly each time,
	third.drop()
	r.time.pass(r.time.expect(t, firstBackoff, firstBackoff*5/4))
	fourth := r.next(t)
	fourth.exchange("on the fourth")
	fourth.drop()
	r.time.pass(r.time.expect(t, 2*firstBackoff, 2*firstBackoff*5/4))
	fifth := r.next(t)
	fifth.exchange("on the fifth")
	// and one that has lasted at once again.
	r.time.advance(steadyTime)
	fifth.drop()
	sixth := r.next(t)
	sixth.exchange("on the sixth")

	r.quiet.Store(true)
	sixth.drop()
	second.drop()
	r.isUp(t, false)
	seventh := r.next(t)
	seventh.hello()
	r.isUp(t, true)
}

func TestRefreshesInARowAreNoBusyLoop(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	p := r.next(t)
	p.disconnect("too_many_websockets")
	for d := firstBackoff; d <= 4*firstBackoff; d *= 2 {
		p = r.next(t)
		p.disconnect("too_many_websockets")
		r.time.pass(r.time.expect(t, d, d*5/4))
	}
	r.next(t).exchange("at last")
}

func TestRefusedHandshakesAreTriedEverMoreSlowly(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(r *rig) { r.refuse.Store(7) })
	for _, seconds := range []time.Duration{1, 2, 4, 8, 16, 24, 24} {
		d := seconds * time.Second
		r.time.pass(r.time.expect(t, d, d*5/4))
	}
	r.next(t).exchange("at last")
	if !strings.Contains(r.log.String(), "status 503") {
		t.Errorf("the log does not say why:\n%s", r.log)
	}
}

func TestBackoffStaysWithinItsBounds(t *testing.T) {
	t.Parallel()
	if d := backoff.After(0); d != 0 {
		t.Errorf("the first attempt waits for %s", d)
	}
	for failures := 1; failures < 200; failures++ {
		if d := backoff.After(failures); d < time.Second || d > 30*time.Second {
			t.Errorf("after %d failures: %s", failures, d)
		}
	}
}

func TestARateLimitIsWaitedForByAll(t *testing.T) {
	t.Parallel()
	const limit = 42 * time.Second
	asked := make(chan time.Time, 8)
	r := newRig(t, func(r *rig) {
		r.socket.Open = func(ctx context.Context) (string, error) {
			asked <- r.time.clock()
			if len(r.happened()) == 0 && r.time.clock().Before(newFakeTime().now.Add(limit)) {
				return "", fmt.Errorf("apps.connections.open: %w", &slack.RateLimitedError{RetryAfter: limit})
			}
			return r.open(ctx)
		}
	})
	began := recv(t, asked, "attempt")
	wait := r.time.expect(t, limit, limit)
	r.time.pass(r.second)
	r.time.pass(wait)
	r.time.pass(r.time.expect(t, firstBackoff, firstBackoff*5/4))
	r.next(t)
	r.next(t)
	for range 2 {
		if at := recv(t, asked, "attempt"); at.Sub(began) < limit {
			t.Errorf("asked again after %s", at.Sub(began))
		}
	}
}

func TestRefusalsEndTheRunWithTheRemedy(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"invalid_auth", "not_authed", "account_inactive", "token_revoked", "not_allowed_token_type", "missing_scope"} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(r *rig) {
				r.socket.Open = func(context.Context) (string, error) {
					return "", fmt.Errorf("apps.connections.open: %w", slack.SlackErrorResponse{Err: code})
				}
			})
			err := r.ended(t)
			if err == nil || !strings.Contains(err.Error(), code) || !strings.Contains(err.Error(), "HIREBOT_SLACK_APP_TOKEN") || !strings.Contains(err.Error(), "connections:write") {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestOtherErrorsOfSlackPass(t *testing.T) {
	t.Parallel()
	failed := new(atomic.Bool)
	r := newRig(t, func(r *rig) {
		r.socket.Open = func(ctx context.Context) (string, error) {
			if failed.CompareAndSwap(false, true) {
				return "", slack.SlackErrorResponse{Err: "internal_error"}
			}
			return r.open(ctx)
		}
	})
	r.time.pass(r.time.expect(t, firstBackoff, firstBackoff*5/4))
	r.next(t).exchange("at last")
}

func TestSocketModeSwitchedOff(t *testing.T) {
	t.Parallel()
	handling, release := make(chan struct{}), make(chan struct{})
	r := newRig(t, func(r *rig) {
		r.socket.Handle = func(_ context.Context, env envelope, ack func(any) error) {
			if env.ID == "slow" {
				close(handling)
				<-release
			}
			if err := ack(nil); err != nil {
				t.Error(err)
			}
		}
	})
	first, second := r.both(t)
	second.deliver("slow")
	recv(t, handling, "delivery")
	first.disconnect("link_disabled")
	r.time.expect(t, ackTime, ackTime)
	close(release)
	recv(t, second.acks, "acknowledgement on the other connection")
	err := r.ended(t)
	if err == nil || !strings.Contains(err.Error(), "link_disabled") || !strings.Contains(err.Error(), "switch it on") {
		t.Errorf("error %v", err)
	}
	recv(t, first.gone, "end of the connection")
	recv(t, second.gone, "end of the other connection")
}

func TestTheEndWaitsForWhatIsBeingAnswered(t *testing.T) {
	t.Parallel()
	handling, ack, finish := make(chan context.Context, 8), make(chan struct{}), make(chan struct{})
	r := newRig(t, func(r *rig) {
		quick := r.socket.Handle
		r.socket.Handle = func(ctx context.Context, env envelope, answer func(any) error) {
			if env.ID == "warm-up" {
				quick(ctx, env, answer)
				return
			}
			handling <- ctx
			<-ack
			quick(ctx, env, answer)
			<-finish
		}
	})
	first, second := r.both(t)
	first.deliver("slow")
	ctx := recv(t, handling, "delivery")
	r.cancel()
	r.time.expect(t, ackTime, ackTime) // for the slow one
	first.deliver("too late")
	recv(t, second.gone, "end of the connection that has nothing to answer")
	if ctx.Err() != nil {
		t.Error("the handler's context ended with the run")
	}
	close(ack)
	if got := recv(t, first.acks, "acknowledgement"); got.ID != "slow" {
		t.Errorf("%q is acknowledged", got.ID)
	}
	recv(t, first.gone, "end of the connection")
	if first.code != websocket.CloseNormalClosure {
		t.Errorf("it was closed with %d", first.code)
	}
	r.isUp(t, false)
	for range 1000 {
		runtime.Gosched() // run has every chance to return
	}
	select {
	case err := <-r.done:
		t.Errorf("run returned before the handler: %v", err)
		r.done <- err
	default:
	}
	close(finish)
	if err := r.ended(t); err != nil {
		t.Errorf("run: %v", err)
	}
	if len(handling)+len(first.acks) != 0 {
		t.Error("a delivery was taken after the end had begun")
	}
}

func TestTheEndDoesNotWaitForeverForAnAnswer(t *testing.T) {
	t.Parallel()
	handling, release := make(chan struct{}), make(chan struct{})
	late := make(chan error, 1)
	r := newRig(t, func(r *rig) {
		r.socket.Handle = func(_ context.Context, _ envelope, ack func(any) error) {
			close(handling)
			<-release
			late <- ack(nil)
		}
	})
	p := r.next(t)
	p.deliver("slow")
	recv(t, handling, "delivery")
	r.cancel()
	r.time.pass(r.time.expect(t, ackTime, ackTime))
	recv(t, p.gone, "end of the connection")
	close(release)
	if err := r.ended(t); err != nil {
		t.Errorf("run: %v", err)
	}
	if err := recv(t, late, "late acknowledgement"); !errors.Is(err, errGone) {
		t.Errorf("a late acknowledgement gives %v", err)
	}
}

func TestTheEndWhileNothingIsUp(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(r *rig) { r.refuse.Store(1) })
	r.time.expect(t, firstBackoff, firstBackoff*5/4)
	r.cancel()
	if err := r.ended(t); err != nil {
		t.Errorf("run: %v", err)
	}
}

func TestTheEndWhileAReplacementIsSought(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	p := r.next(t)
	p.exchange("first")
	r.quiet.Store(true)
	p.disconnect("warning")
	replacement := r.next(t)
	r.cancel()
	if err := r.ended(t); err != nil {
		t.Errorf("run: %v", err)
	}
	recv(t, replacement.gone, "end of the replacement")
	recv(t, p.gone, "end of the connection")
	if p.code != websocket.CloseNormalClosure {
		t.Errorf("it was closed with %d", p.code)
	}
}

func TestAPanicCostsOneDelivery(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(r *rig) {
		quick := r.socket.Handle
		r.socket.Handle = func(ctx context.Context, env envelope, ack func(any) error) {
			if env.ID == "bad" {
				panic("cannot read " + string(env.Payload))
			}
			quick(ctx, env, ack)
		}
	})
	p := r.next(t)
	p.deliver("bad")
	p.exchange("good")
	r.cancel()
	// The end does not wait for an acknowledgement that will not come.
	if err := r.ended(t); err != nil {
		t.Errorf("run: %v", err)
	}
	if log := r.log.String(); !strings.Contains(log, "envelope=bad panic=string") || !strings.Contains(log, "socket_test.go") {
		t.Errorf("the log does not tell of the panic:\n%s", log)
	}
}

func TestWhatCannotBeReadIsIgnored(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	p := r.next(t)
	for _, frame := range []string{
		"", "{", `"salary-of-asha"`, `[1]`, `{"type":7,"payload":"salary-of-asha"}`, `{"envelope_id":["salary-of-asha"]}`, "\xff\xfe", "Ping from applink-2",
		`{}`, `null`, `{"type":"brand_new","envelope_id":"x","payload":"salary-of-asha"}`, `{"type":"slash_commands","payload":{"text":"salary-of-asha"}}`,
		`{"type":"hello"}`,
	} {
		p.frame(websocket.TextMessage, frame)
	}
	p.frame(websocket.BinaryMessage, `{"type":"events_api","envelope_id":"binary"}`)
	if ack := p.exchange("good"); ack.ID != "good" {
		t.Errorf("%q is acknowledged", ack.ID)
	}
	if r.accepts != 1 || len(r.ups) != 1 {
		t.Errorf("%d connections, %d times told to be up", r.accepts, len(r.ups))
	}
	if log := r.log.String(); strings.Count(log, "cannot be read") != 9 || !strings.Contains(log, "type=brand_new") {
		t.Errorf("log:\n%s", log)
	}
}

func TestDuplicatesAreAcknowledgedEachWhereItCame(t *testing.T) {
	t.Parallel()
	handled := new(atomic.Int64)
	r := newRig(t, func(r *rig) {
		quick := r.socket.Handle
		r.socket.Handle = func(ctx context.Context, env envelope, ack func(any) error) {
			handled.Add(1)
			quick(ctx, env, ack)
		}
	})
	first, second := r.both(t)
	before := handled.Load()
	for _, p := range []*peer{first, first, second} {
		if ack := p.exchange("same"); ack.ID != "same" {
			t.Errorf("%q is acknowledged", ack.ID)
		}
	}
	// That they act once is the router's, which knows the ids of the past.
	if n := handled.Load() - before; n != 3 {
		t.Errorf("handled %d times", n)
	}
}

func TestAcknowledgements(t *testing.T) {
	t.Parallel()
	acks, release := make(chan func(any) error), make(chan struct{})
	r := newRig(t, func(r *rig) {
		r.socket.Handle = func(_ context.Context, _ envelope, ack func(any) error) {
			acks <- ack
			<-release
		}
	})
	defer close(release)
	p := r.next(t)
	p.deliver("one")
	ack := recv(t, acks, "delivery")
	if err := ack(map[string]string{"text": strings.Repeat("x", maxAck)}); !errors.Is(err, errAckTooLarge) {
		t.Errorf("what Slack would drop gives %v", err)
	}
	if err := ack(make(chan int)); err == nil || errors.Is(err, errAcked) {
		t.Errorf("what is no JSON gives %v", err)
	}
	large := strings.Repeat("x", maxAck-100)
	if err := ack(large); err != nil {
		t.Errorf("after what was not sent: %v", err)
	}
	if got := recv(t, p.acks, "acknowledgement"); string(got.Payload) != `"`+large+`"` {
		t.Errorf("%d bytes arrived", len(got.Payload))
	}
	for range 2 {
		if err := ack(nil); !errors.Is(err, errAcked) {
			t.Errorf("a further acknowledgement gives %v", err)
		}
	}

	p.deliver("two")
	ack = recv(t, acks, "delivery")
	r.quiet.Store(true)
	p.drop()
	r.isUp(t, true, false)
	if err := ack(nil); !errors.Is(err, errGone) {
		t.Errorf("on a connection that is gone: %v", err)
	}
	if err := ack(nil); !errors.Is(err, errAcked) {
		t.Errorf("once more: %v", err)
	}
}

func TestAcknowledgementsAtTheSameTime(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	p := r.next(t)
	want := make(map[string]bool)
	for i := range mostHandled {
		id := fmt.Sprint("e-", i)
		want[id] = true
		p.deliver(id)
	}
	for range mostHandled {
		delete(want, recv(t, p.acks, "acknowledgement").ID)
	}
	if len(want) != 0 {
		t.Errorf("not acknowledged: %v", want)
	}
}

func TestOnlySoManyAreHandledAtOnce(t *testing.T) {
	t.Parallel()
	running, most := new(atomic.Int64), new(atomic.Int64)
	started, release := make(chan struct{}, 2*mostHandled), make(chan struct{})
	r := newRig(t, func(r *rig) {
		quick := r.socket.Handle
		r.socket.Handle = func(ctx context.Context, env envelope, ack func(any) error) {
			most.Store(max(most.Load(), running.Add(1)))
			defer running.Add(-1)
			started <- struct{}{}
			<-release
			quick(ctx, env, ack)
		}
	})
	p := r.next(t)
	for i := range mostHandled {
		p.deliver(fmt.Sprint("e-", i))
		recv(t, started, "delivery")
	}
	// The next one is left to Slack when its time is over, the one after that finds a place.
	p.deliver("too much")
	r.time.pass(r.time.expect(t, ackTime, ackTime))
	p.deliver("just in time")
	r.time.expect(t, ackTime, ackTime)
	close(release)
	acked := make(map[string]bool)
	for range mostHandled + 1 {
		acked[recv(t, p.acks, "acknowledgement").ID] = true
	}
	if !acked["just in time"] || acked["too much"] {
		t.Errorf("acknowledged: %v", acked)
	}
	if n := most.Load(); n != mostHandled {
		t.Errorf("%d at once", n)
	}
}

func TestADeadPeerIsDetected(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(r *rig) { r.deaf.Store(true) })
	dead := r.next(t)
	r.isUp(t, true)
	r.quiet.Store(true)
	for range silenceTime / pingEvery {
		r.time.pass(r.time.expect(t, pingEvery, pingEvery))
	}
	recv(t, dead.gone, "end of the dead connection")
	r.isUp(t, false)
	replacement := r.next(t)
	replacement.hello()
	replacement.exchange("on the replacement")
	if !strings.Contains(r.log.String(), errSilent.Error()) {
		t.Errorf("the log does not say why:\n%s", r.log)
	}
}

func TestPingsOfSlackKeepAConnection(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(r *rig) { r.deaf.Store(true) })
	p := r.next(t)
	tick := r.time.expect(t, pingEvery, pingEvery)
	for range 2 * silenceTime / pingEvery {
		r.time.pass(tick)
		tick = r.time.expect(t, pingEvery, pingEvery)
		if err := p.ws.WriteControl(websocket.PingMessage, []byte("Ping from applink-2"), time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		// The answer says that the ping was heard.
		if got := recv(t, p.pongs, "pong"); got != "Ping from applink-2" {
			t.Errorf("pong %q", got)
		}
	}
	p.exchange("still here")
}

func TestAnswersToPingsKeepAConnection(t *testing.T) {
	t.Parallel()
	looks := make(chan struct{}, 16)
	r := newRig(t, func(r *rig) {
		r.socket.Clock = func() time.Time {
			looks <- struct{}{}
			return r.time.clock()
		}
	})
	p := r.next(t)
	for range 3 { // at the handshake, and twice for hello
		recv(t, looks, "look at the clock")
	}
	tick := r.time.expect(t, pingEvery, pingEvery)
	for range 2 * silenceTime / pingEvery {
		r.time.pass(tick)
		tick = r.time.expect(t, pingEvery, pingEvery)
		for range 2 { // before the ping, and at its answer
			recv(t, looks, "look at the clock")
		}
	}
	p.exchange("still here")
}

func TestOpeningTakesOnlySoLong(t *testing.T) {
	t.Parallel()
	t.Run("no address", func(t *testing.T) {
		t.Parallel()
		hung := new(atomic.Bool)
		r := newRig(t, func(r *rig) {
			r.socket.Open = func(ctx context.Context) (string, error) {
				if hung.CompareAndSwap(false, true) {
					<-ctx.Done()
					return "", context.Cause(ctx)
				}
				return r.open(ctx)
			}
		})
		overTime(t, r)
	})
	t.Run("no handshake", func(t *testing.T) {
		t.Parallel()
		// It accepts connections, as far as the kernel does, and never says a word.
		mute, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := mute.Close(); err != nil {
				t.Error(err)
			}
		}()
		hung := new(atomic.Bool)
		r := newRig(t, func(r *rig) {
			r.socket.Open = func(ctx context.Context) (string, error) {
				if hung.CompareAndSwap(false, true) {
					return "ws://" + mute.Addr().String() + "/link/?ticket=hush", nil
				}
				return r.open(ctx)
			}
		})
		overTime(t, r)
	})
	t.Run("no hello", func(t *testing.T) {
		t.Parallel()
		r := newRig(t, func(r *rig) { r.quiet.Store(true) })
		p := r.next(t)
		r.quiet.Store(false)
		overTime(t, r)
		recv(t, p.gone, "end of the connection without hello")
	})
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

func TestADisconnectInsteadOfHello(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(r *rig) { r.quiet.Store(true) })
	r.next(t).disconnect("too_many_websockets")
	r.quiet.Store(false)
	r.time.pass(r.time.expect(t, firstBackoff, firstBackoff*5/4))
	r.next(t).exchange("at last")
}

func TestAnAddressThatIsNoneIsNotLogged(t *testing.T) {
	t.Parallel()
	addresses := make(chan string, 4)
	for _, address := range []string{"ws://127.0.0.1:port/?ticket=hush", "https://127.0.0.1/?ticket=hush", "ws://%zz/?ticket=hush", "ws://127.0.0.1:1/?ticket=hush"} {
		addresses <- address
	}
	r := newRig(t, func(r *rig) {
		r.socket.Open = func(ctx context.Context) (string, error) {
			select {
			case address := <-addresses:
				return address, nil
			default:
				return r.open(ctx)
			}
		}
	})
	for d := firstBackoff; d <= 8*firstBackoff; d *= 2 {
		r.time.pass(r.time.expect(t, d, d*5/4))
	}
	r.next(t).exchange("at last")
}

func TestTheHandshakeUsesTheClientsProxyAndCertificates(t *testing.T) {
	t.Parallel()
	r := prepareRig(t, true)
	asked := make(chan string, 1)
	transport, ok := r.http.Client().Transport.(*http.Transport)
	if !ok {
		t.Fatal("the test server's client has another transport")
	}
	transport = transport.Clone()
	transport.Proxy = func(req *http.Request) (*url.URL, error) {
		asked <- req.URL.Host
		return nil, nil
	}
	r.socket.Client = &http.Client{Transport: transport}
	r.start(t)
	if host := recv(t, asked, "question for the proxy"); host != r.http.Listener.Addr().String() {
		t.Errorf("the proxy for %s is asked for", host)
	}
	r.next(t).exchange("encrypted")
}

// This test runs alone: others start goroutines too.
func TestNothingIsLeftRunning(t *testing.T) { //nolint:paralleltest // see above
	t.Run("run", func(t *testing.T) {
		r := newRig(t, func(r *rig) {
			quick := r.socket.Handle
			r.socket.Handle = func(ctx context.Context, env envelope, ack func(any) error) {
				quick(ctx, env, ack)
				if env.ID == "bad" {
					panic("after the acknowledgement")
				}
			}
		})
		first, second := r.both(t)
		first.exchange("bad")
		first.disconnect("warning")
		r.next(t).exchange("replacement")
		r.time.pass(r.time.expect(t, drainTime, drainTime))
		recv(t, first.gone, "end of the old connection")
		r.refuse.Store(1)
		second.drop()
		r.time.expect(t, firstBackoff, firstBackoff*5/4)
		r.cancel()
		if err := r.ended(t); err != nil {
			t.Errorf("run: %v", err)
		}
	})
	// Nothing of ours runs when run has returned; a goroutine that has done its last deed may take a
	// moment to vanish.
	stacks := make([]byte, 1<<20)
	for deadline := time.Now().Add(10 * time.Second); ; runtime.Gosched() {
		left := string(stacks[:runtime.Stack(stacks, true)])
		if !strings.Contains(left, "bot/slack/socket.go:") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("still running:\n%s", left)
		}
	}
}
