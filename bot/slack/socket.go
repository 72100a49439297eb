package slack

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

// envelope is a delivery over Socket Mode.
// https://docs.slack.dev/apis/events-api/using-socket-mode/
type envelope struct {
	ID string `json:"envelope_id"`
	// Type is "slash_commands", "interactive" or "events_api".
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload"`
	// AcceptsResponse tells whether the acknowledgement may carry the answer.
	AcceptsResponse bool `json:"accepts_response_payload"`
	RetryAttempt    int  `json:"retry_attempt"`
}

// socket keeps Socket Mode connections to Slack open.
type socket struct {
	// Open asks Slack for the address of a new connection (apps.connections.open).
	Open func(ctx context.Context) (url string, err error)
	// Handle answers a delivery: it calls ack exactly once, within three seconds, with what the
	// acknowledgement carries or nil. It may go on working after that.
	Handle func(ctx context.Context, env envelope, ack func(payload any) error)
	// Up is told whether at least one connection is up.
	Up    func(bool)
	Clock bot.Clock
	Log   *slog.Logger
	// After is time.After; tests set their own.
	After func(time.Duration) <-chan time.Time
	// Client is the HTTP client whose proxy settings the handshake uses; nil is the default.
	Client *http.Client
}

// Times and sizes of Socket Mode: Slack's where a comment says so, ours elsewhere.
const (
	// openTime is what asking for an address, the handshake and the hello may take together.
	openTime = 20 * time.Second
	// writeTime is what writing a frame may take.
	writeTime = 10 * time.Second
	// Slack pings by itself. We ping too, so that a connection without any frame for silenceTime is
	// known to be dead whatever Slack does.
	pingEvery   = 15 * time.Second
	silenceTime = 45 * time.Second
	// drainTime is how long a connection that is to go still takes deliveries, from when its
	// replacement is up. Slack closes it about ten seconds after its warning.
	drainTime = 10 * time.Second
	// ackTime is how long Slack waits for an acknowledgement.
	ackTime = 3 * time.Second
	// closeTime is how long we wait for Slack to answer a close frame. Closing before that could
	// discard what is still on its way.
	closeTime = time.Second
	// staggerTime, and up to as much again, is what the second connection is opened after the first,
	// so that Slack does not refresh both at the same time.
	staggerTime = 4 * time.Second
	// firstBackoff is the first wait between attempts that fail.
	firstBackoff = time.Second
	// steadyTime is how long a connection must have been up to be replaced at once. One that ends
	// earlier, again and again, must not become a busy loop.
	steadyTime = 30 * time.Second
	// mostHandled is how many deliveries are worked on at the same time.
	mostHandled = 64
	// maxFrame is more than Slack sends: a view of a hundred inputs with 3,000 characters each, every
	// character escaped.
	maxFrame = 8 << 20
	// maxAck is the size from which on Slack drops an acknowledgement without a word, in bytes. The
	// documentation does not say so; slack-go has measured it (socketmode.maxResponseSize).
	maxAck = 20 << 10
	// writeBuffer holds any acknowledgement as one frame: by what slack-go has seen, Slack does not put
	// fragments together.
	writeBuffer = 32 << 10
)

var backoff = front.Backoff{First: firstBackoff, Last: 24 * time.Second}

// linkDisabled is the reason of a disconnect message after Socket Mode was switched off.
const linkDisabled = "link_disabled"

var (
	errAcked       = errors.New("the delivery was acknowledged before, or its handler has ended")
	errAckTooLarge = fmt.Errorf("an acknowledgement of %d bytes or more is dropped by Slack: acknowledge without a payload and answer another way", maxAck)
	errGone        = errors.New("the connection is gone")
	errOpenTime    = fmt.Errorf("no hello within %s", openTime)
	errSilent      = fmt.Errorf("nothing heard for %s", silenceTime)
	errClosed      = errors.New("closed by us")
)

// refusedError says that Slack refuses the app itself: trying again does not help, the remedy does.
type refusedError struct{ Reason, Remedy string }

// Error returns the reason as Slack names it, and the remedy.
func (e *refusedError) Error() string {
	return fmt.Sprintf("slack refuses Socket Mode (%s): %s", e.Reason, e.Remedy)
}

const renew = "make an app-level token with the scope connections:write on the app's page “Basic Information” and set it as HIREBOT_SLACK_APP_TOKEN (xapp-…)"

// socketRemedies say what to do about what only an admin of the app can mend.
var socketRemedies = map[string]string{
	"invalid_auth":           "Slack does not know the token; " + renew,
	"not_authed":             "there is no token; " + renew,
	"account_inactive":       "the app or its workspace was deactivated; install the app again and " + renew,
	"token_revoked":          "the token was revoked; " + renew,
	"not_allowed_token_type": "the token is of another kind; " + renew,
	"missing_scope":          "the token lacks a scope; " + renew,
	linkDisabled:             "Socket Mode was switched off; switch it on in the app's page “Socket Mode”, or unset HIREBOT_SLACK_APP_TOKEN and receive over HTTP with HIREBOT_SLACK_SIGNING_SECRET",
}

// refused returns the error for an answer of Slack's that waiting does not mend, or nil.
func refused(err error) error {
	said, ok := errors.AsType[slack.SlackErrorResponse](err)
	if !ok {
		return nil
	}
	if remedy, ok := socketRemedies[said.Err]; ok {
		return &refusedError{Reason: said.Err, Remedy: remedy}
	}
	return nil
}

// run keeps two connections open until ctx ends, and then lets what is being answered end: it returns
// when every handler has. It returns an error where Slack refuses the app itself.
//
// The client in slack-go's package socketmode is not used: it closes a connection before it opens the
// next, has only one, and drops what was delivered and not yet acknowledged. What Slack sends in
// between is lost to people as "dispatch_failed".
func (s *socket) run(ctx context.Context) error {
	work, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	k := &keeper{
		socket: s, stop: stop,
		opening: make(chan struct{}, 1), places: make(chan struct{}, mostHandled),
	}
	var slots sync.WaitGroup
	for _, after := range []time.Duration{0, staggerTime + front.Jitter(staggerTime)} {
		slots.Go(func() {
			if err := k.keep(work, after); err != nil {
				stop(err)
			}
		})
	}
	// In this order, since the first start the second, and those the third.
	slots.Wait()
	k.tasks.Wait()
	k.handlers.Wait()
	if refusal, ok := errors.AsType[*refusedError](context.Cause(work)); ok {
		return refusal
	}
	return nil
}

// keeper is what the connections of one run share.
type keeper struct {
	*socket
	// stop ends the run with the reason.
	stop context.CancelCauseFunc
	// opening holds the right to open a connection: one at a time.
	opening chan struct{}
	// places are taken by the deliveries that are being worked on.
	places chan struct{}
	// tasks are what serves the connections, handlers what works on deliveries.
	tasks, handlers sync.WaitGroup

	mu     sync.Mutex
	number int
	up     int
}

// keep keeps one connection open until ctx ends, the first one opened after a time.
func (k *keeper) keep(ctx context.Context, after time.Duration) error {
	// leaving was told to go, and takes deliveries until its replacement is there.
	var leaving *connection
	defer func() {
		if leaving != nil {
			k.finish(leaving)
		}
	}()
	for failures := 0; k.sleep(ctx, after); failures++ {
		c, err := k.open(ctx)
		if ctx.Err() != nil && c == nil {
			return nil
		}
		if err != nil {
			if refusal := refused(err); refusal != nil {
				return refusal
			}
			failures = max(failures, 1)
			after = backoff.After(failures)
			k.Log.WarnContext(ctx, "Slack opens no connection", "err", err, "again_in", after)
			continue
		}
		if old := leaving; old != nil {
			k.tasks.Go(func() { k.drain(ctx, old) })
			leaving = nil
		}
		select {
		case <-ctx.Done():
			k.finish(c)
			return nil
		case <-c.leave:
			leaving = c
		case <-c.done:
		}
		if k.Clock().Sub(c.since) >= steadyTime {
			failures = 0
		}
		after = backoff.After(failures)
	}
	return nil
}

// sleep waits, and tells whether ctx is still on.
func (k *keeper) sleep(ctx context.Context, d time.Duration) bool {
	if d > 0 {
		select {
		case <-k.After(d):
		case <-ctx.Done():
		}
	}
	return ctx.Err() == nil
}

// open opens a connection, one at a time over all of them. The connection has said hello.
func (k *keeper) open(ctx context.Context) (*connection, error) {
	select {
	case k.opening <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	defer func() { <-k.opening }()
	c, err := k.connect(ctx)
	// The limit is the app's: what else wants to open one waits too.
	if limited, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		k.sleep(ctx, limited.RetryAfter)
	}
	return c, err
}

// connect opens a connection and waits for its hello.
func (k *keeper) connect(ctx context.Context) (*connection, error) {
	limited, cancel := k.limit(ctx)
	defer cancel()
	address, err := k.Open(limited)
	if err != nil {
		return nil, fmt.Errorf("ask for a connection: %w", err)
	}
	c := k.newConnection()
	c.settle = context.AfterFunc(limited, func() { c.end(context.Cause(limited)) })
	if err := k.dial(limited, c, address); err != nil {
		if limited.Err() != nil {
			// That is the reason, and the broken handshake only its consequence.
			err = context.Cause(limited)
		}
		c.end(err)
		return nil, fmt.Errorf("connect: %w", err)
	}
	k.tasks.Go(func() { k.read(ctx, c) })
	k.tasks.Go(func() { k.watch(c) })
	select {
	case <-c.hello:
	case <-c.done:
	}
	// It may have ended since its hello. That is for the caller to see, as of any connection.
	select {
	case <-c.hello:
		return c, nil
	default:
		return nil, fmt.Errorf("wait for hello: %w", c.reason())
	}
}

// limit returns a context that ends after openTime.
func (k *keeper) limit(ctx context.Context) (context.Context, context.CancelFunc) {
	limited, cancel := context.WithCancelCause(ctx)
	k.tasks.Go(func() {
		select {
		case <-k.After(openTime):
			cancel(errOpenTime)
		case <-limited.Done():
		}
	})
	return limited, func() { cancel(nil) }
}

// dial connects c to an address. Its errors do not hold the address, which is a secret: who has it
// receives what people send.
func (k *keeper) dial(ctx context.Context, c *connection, address string) error {
	dialer := websocket.Dialer{
		Proxy:           http.ProxyFromEnvironment,
		WriteBufferSize: writeBuffer,
		NetDialContext:  c.dial,
	}
	if transport := k.transport(); transport != nil {
		dialer.Proxy = transport.Proxy
		if transport.TLSClientConfig != nil {
			// No more than the certificates: the transport itself asks for HTTP/2.
			dialer.TLSClientConfig = &tls.Config{RootCAs: transport.TLSClientConfig.RootCAs, MinVersion: tls.VersionTLS12}
		}
	}
	ws, resp, err := dialer.DialContext(ctx, address, http.Header{"Origin": {"https://api.slack.com"}})
	if resp != nil {
		defer resp.Body.Close()
	}
	if err != nil {
		if _, ok := errors.AsType[*url.Error](err); ok {
			return errors.New("the address that Slack gave is not one")
		}
		if resp != nil {
			return fmt.Errorf("%w: status %d", err, resp.StatusCode)
		}
		return err
	}
	ws.SetReadLimit(maxFrame)
	ws.SetPingHandler(func(data string) error {
		c.heard(k.Clock())
		if err := ws.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(writeTime)); err != nil {
			c.end(fmt.Errorf("answer a ping: %w", err))
		}
		return nil
	})
	ws.SetPongHandler(func(string) error {
		c.heard(k.Clock())
		return nil
	})
	c.ws = ws
	c.heard(k.Clock())
	return nil
}

// transport returns the transport whose settings the handshake takes over, or nil.
func (k *keeper) transport() *http.Transport {
	if k.Client == nil {
		return nil
	}
	transport, _ := k.Client.Transport.(*http.Transport)
	return transport
}

// watch pings, and ends a connection on which nothing is heard.
func (k *keeper) watch(c *connection) {
	for {
		select {
		case <-k.After(pingEvery):
		case <-c.done:
			return
		}
		if k.Clock().Sub(c.lastHeard()) >= silenceTime {
			c.end(errSilent)
			return
		}
		if err := c.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeTime)); err != nil {
			c.end(fmt.Errorf("ping: %w", err))
			return
		}
	}
}

// drain lets a connection that is replaced take deliveries for a while, and closes it.
func (k *keeper) drain(ctx context.Context, c *connection) {
	select {
	case <-k.After(drainTime):
	case <-c.done:
	case <-ctx.Done():
	}
	k.finish(c)
}

// finish closes a connection: it takes no more deliveries, those that it has are still acknowledged.
func (k *keeper) finish(c *connection) {
	c.refuse()
	select {
	case <-c.idle:
	case <-c.done:
		return
	case <-k.After(ackTime):
	}
	bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	if err := c.ws.WriteControl(websocket.CloseMessage, bye, time.Now().Add(writeTime)); err == nil {
		select {
		case <-c.done:
		case <-k.After(closeTime):
		}
	}
	c.end(errClosed)
}
