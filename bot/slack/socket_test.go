package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
)

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
