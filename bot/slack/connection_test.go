package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
)

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
	if log := r.log.String(); !strings.Contains(log, "envelope=bad panic=string") || !strings.Contains(log, "connection_test.go") {
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
