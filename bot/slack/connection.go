package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// read receives from a connection until it ends.
func (k *keeper) read(ctx context.Context, c *connection) {
	for {
		kind, data, err := c.ws.ReadMessage()
		if err != nil {
			c.end(err)
			break
		}
		c.heard(k.Clock())
		k.receive(ctx, c, kind, data)
	}
	k.Log.InfoContext(ctx, "a connection to Slack has ended", "connection", c.number, "why", c.reason())
	if c.greeted {
		k.count(-1)
	}
}

// frame is any message of Slack's.
type frame struct {
	envelope
	// Reason is why a connection is to go.
	Reason string `json:"reason"`
	// NumConnections and DebugInfo come with hello.
	NumConnections int `json:"num_connections"`
	DebugInfo      struct {
		// Seconds is about how long the connection will last.
		Seconds int `json:"approximate_connection_time"`
	} `json:"debug_info"`
}

// receive takes a message. What it says is nobody's business but the handler's: no log holds it, and
// no error of reading it, which may quote.
func (k *keeper) receive(ctx context.Context, c *connection, kind int, data []byte) {
	var f frame
	if kind != websocket.TextMessage || json.Unmarshal(data, &f) != nil {
		k.Log.WarnContext(ctx, "a message of Slack's cannot be read", "connection", c.number, "bytes", len(data))
		return
	}
	switch f.Type {
	case "hello":
		k.greet(ctx, c, f)
	case "disconnect":
		k.disconnect(ctx, c, f.Reason)
	case "slash_commands", "interactive", "events_api":
		k.dispatch(ctx, c, f.envelope)
	default:
		k.Log.InfoContext(ctx, "a message of an unknown type", "connection", c.number, "type", f.Type)
	}
}

// greet notes that a connection is up. From then on it is closed only after what it has received is
// answered.
func (k *keeper) greet(ctx context.Context, c *connection, f frame) {
	if c.greeted || !c.settle() {
		return
	}
	c.greeted = true
	c.since = k.Clock()
	close(c.hello)
	k.count(1)
	k.Log.InfoContext(ctx, "connected to Slack", "connection", c.number, "of_the_app", f.NumConnections, "for_about", time.Duration(f.DebugInfo.Seconds)*time.Second)
}

// disconnect has a connection replaced, or ends the run where Socket Mode was switched off.
func (k *keeper) disconnect(ctx context.Context, c *connection, reason string) {
	// Reasons seen are "warning", "refresh_requested" and, beyond ten connections of an app,
	// "too_many_websockets", all with the same consequence; a new one will hardly have another.
	k.Log.InfoContext(ctx, "Slack asks for another connection", "connection", c.number, "reason", reason)
	switch {
	case reason == linkDisabled:
		k.stop(&refusedError{Reason: reason, Remedy: socketRemedies[reason]})
	case !c.greeted:
		c.end(fmt.Errorf("slack disconnects before hello: %s", reason))
	case !c.leaving:
		c.leaving = true
		close(c.leave)
	}
}

// count counts the connections that are up.
func (k *keeper) count(n int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	was := k.up > 0
	k.up += n
	if is := k.up > 0; is != was {
		k.Up(is)
	}
}

// dispatch has a delivery handled. What is not taken is not acknowledged either: Slack delivers an
// event again, and tells the person of anything else.
func (k *keeper) dispatch(ctx context.Context, c *connection, env envelope) {
	if env.ID == "" {
		k.Log.WarnContext(ctx, "a delivery without an id cannot be acknowledged", "connection", c.number, "type", env.Type)
		return
	}
	if !k.place(ctx, c) {
		k.Log.WarnContext(ctx, "a delivery was not taken: too many are being worked on", "connection", c.number, "type", env.Type, "envelope", env.ID)
		return
	}
	if ctx.Err() != nil || !c.begin() {
		<-k.places
		k.Log.InfoContext(ctx, "a delivery was not taken: the connection is being closed", "connection", c.number, "type", env.Type, "envelope", env.ID)
		return
	}
	k.handlers.Go(func() { k.handle(context.WithoutCancel(ctx), c, env) })
}

// place waits for a place to work on a delivery, as long as Slack waits for the answer.
func (k *keeper) place(ctx context.Context, c *connection) bool {
	select {
	case k.places <- struct{}{}:
		return true
	default:
	}
	select {
	case k.places <- struct{}{}:
		return true
	case <-k.After(ackTime):
	case <-c.done:
	case <-ctx.Done():
	}
	return false
}

// handle has a delivery answered. A panic costs this delivery and no more; its value may be made of
// what people typed, so that only its type is logged.
func (k *keeper) handle(ctx context.Context, c *connection, env envelope) {
	acked := new(atomic.Bool)
	defer func() { <-k.places }()
	defer func() {
		if acked.CompareAndSwap(false, true) {
			c.answered()
			k.Log.WarnContext(ctx, "a delivery was not acknowledged", "connection", c.number, "type", env.Type, "envelope", env.ID)
		}
	}()
	defer func() {
		if p := recover(); p != nil {
			k.Log.ErrorContext(ctx, "panic", "type", env.Type, "envelope", env.ID, "panic", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
		}
	}()
	k.Handle(ctx, env, func(payload any) error { return c.ack(acked, env.ID, payload) })
}

// connection is one connection to Slack.
type connection struct {
	// number names it in the log.
	number int
	// done is closed when the connection has ended.
	done chan struct{}
	ws   *websocket.Conn
	// settle takes the limit of the time for opening off, unless that was first.
	settle func() bool
	// hello is closed when Slack has said hello, at the time since; leave when the connection is to be
	// replaced.
	hello, leave chan struct{}
	since        time.Time
	// greeted and leaving are the reader's own.
	greeted, leaving bool

	// writing is held while an acknowledgement is written.
	writing sync.Mutex

	mu sync.Mutex
	// conn is the network connection below, once there is one, and why the reason of the end.
	conn net.Conn
	why  error
	// last is when something was heard.
	last time.Time
	// closing is set when no more deliveries are taken, and idle closed when, besides, all those that
	// were taken are acknowledged: pending counts them.
	closing bool
	pending int
	idle    chan struct{}
}

// newConnection returns a connection that is not connected. No context ends it, so that what it has
// received can still be acknowledged when run is to end.
func (k *keeper) newConnection() *connection {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.number++
	return &connection{
		number: k.number, done: make(chan struct{}),
		hello: make(chan struct{}), leave: make(chan struct{}), idle: make(chan struct{}),
	}
}

// dial opens the network connection.
func (c *connection) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.why != nil {
		return nil, errors.Join(c.why, conn.Close())
	}
	c.conn = conn
	return conn, nil
}

// end closes the network connection, in whatever state it is. The first reason stands.
func (c *connection) end(why error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.why != nil {
		return
	}
	c.why = why
	close(c.done)
	if c.conn != nil {
		// The reason was said; there is nobody to tell of an error on the way out.
		_ = c.conn.Close()
	}
}

// reason returns why the connection has ended, or nil.
func (c *connection) reason() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.why
}

// heard notes that something came from Slack.
func (c *connection) heard(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = now
}

func (c *connection) lastHeard() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last
}

// begin counts a delivery, and tells whether it is still taken.
func (c *connection) begin() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing {
		return false
	}
	c.pending++
	return true
}

// answered counts a delivery as acknowledged, or as never to be.
func (c *connection) answered() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pending--
	if c.closing && c.pending == 0 {
		close(c.idle)
	}
}

// refuse takes no more deliveries. It is called once.
func (c *connection) refuse() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closing = true
	if c.pending == 0 {
		close(c.idle)
	}
}

// ack acknowledges a delivery once, which acked remembers. What cannot be sent at all does not count,
// so that another payload can follow.
func (c *connection) ack(acked *atomic.Bool, id string, payload any) error {
	data, err := json.Marshal(struct {
		ID      string `json:"envelope_id"`
		Payload any    `json:"payload,omitempty"`
	}{id, payload})
	switch {
	case acked.Load():
		return errAcked
	case err != nil:
		return fmt.Errorf("acknowledge: %w", err)
	case len(data) >= maxAck:
		return errAckTooLarge
	case !acked.CompareAndSwap(false, true):
		return errAcked
	}
	defer c.answered()
	return c.write(data)
}

// write sends a message.
func (c *connection) write(data []byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	if c.reason() != nil {
		return errGone
	}
	// A write that fails leaves a broken message behind: the connection is of no more use.
	err := errors.Join(
		c.ws.SetWriteDeadline(time.Now().Add(writeTime)),
		c.ws.WriteMessage(websocket.TextMessage, data),
	)
	if err != nil {
		err = fmt.Errorf("%w: %w", errGone, err)
		c.end(err)
	}
	return err
}
