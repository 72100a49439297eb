package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

// gateway keeps one connection to Discord's Gateway open, and resumes what a lost one left undone.
// https://discord.com/developers/docs/events/gateway
//
// The client in discordgo is not used: it notices a dead connection only after five heartbeats without
// an answer, tries again for ever what Discord refuses for good, and cannot be told to stop while it
// connects.
type gateway struct {
	// Open asks Discord for the address of the Gateway, and how many sessions may still begin.
	Open func(ctx context.Context) (gatewayStart, error)
	// Token is the bot's token.
	Token string
	// Handle receives an event. It must not keep the connection waiting.
	Handle func(ctx context.Context, event string, data json.RawMessage)
	// Up is told whether events can arrive.
	Up    func(bool)
	Clock bot.Clock
	Log   *slog.Logger
	// After is time.After; tests set their own.
	After func(time.Duration) <-chan time.Time
}

// gatewayStart is Discord's answer to GET /gateway/bot.
type gatewayStart struct {
	URL    string `json:"url"`
	Shards int    `json:"shards"`
	Limit  struct {
		Remaining  int `json:"remaining"`
		ResetAfter int `json:"reset_after"` // milliseconds
	} `json:"session_start_limit"`
}

// Times and sizes of the Gateway.
const (
	// openTime is what the handshake, the hello and the greeting may take together.
	openTime = 20 * time.Second
	// writeTime is what writing a frame may take.
	writeTime = 10 * time.Second
	// firstBackoff is the first wait between attempts that fail.
	firstBackoff = time.Second
	// steadyTime is how long a connection must have been up to be replaced at once. One that ends
	// earlier, again and again, must not become a busy loop.
	steadyTime = 30 * time.Second
	// freshWait, and up to freshJitter more, is waited before a session begins anew that Discord
	// declared invalid.
	freshWait   = time.Second
	freshJitter = 4 * time.Second
	// maxFrame is far more than an interaction or a server's description has without members.
	maxFrame = 16 << 20
	// intents are what we ask to be told of: servers, roles, channels. Interactions come anyway.
	// https://discord.com/developers/docs/events/gateway#gateway-intents
	intents = 1 << 0
	// gatewayVersion is that of the API whose events we read.
	gatewayVersion = "10"
)

var backoff = front.Backoff{First: firstBackoff, Last: 32 * time.Second}

// Operations of the Gateway. https://discord.com/developers/docs/topics/opcodes-and-status-codes
const (
	opDispatch       = 0
	opHeartbeat      = 1
	opIdentify       = 2
	opResume         = 6
	opReconnect      = 7
	opInvalidSession = 9
	opHello          = 10
	opHeartbeatAck   = 11
)

// closeResumable closes a connection so that its session can be resumed: with 1000 or 1001 it could
// not.
const closeResumable = 4000

// fatalCloses are what Discord refuses for good, and what to do about it.
var fatalCloses = map[int]string{
	4004: "Discord refuses the bot token: make a new one on the application's page “Bot” and set it as HIREBOT_DISCORD_TOKEN",
	4010: "Discord refuses how the bot is sharded: " + tooManyServers,
	4011: "Discord wants the bot to be sharded: " + tooManyServers,
	4012: "Discord does not speak this version of its Gateway any more: update Hirebot",
	4013: "Discord does not know what the bot asks to be told of: update Hirebot",
	4014: "Discord does not allow what the bot asks to be told of: update Hirebot",
}

// tooManyServers is the way out for a bot of thousands of servers, which one connection cannot serve.
const tooManyServers = "it is in too many servers for one connection. Receive by HTTP instead: set HIREBOT_DISCORD_PUBLIC_KEY and the “Interactions Endpoint URL” on the application's page “General Information”"

// staleCloses end the session too, so that a new one begins.
var staleCloses = map[int]bool{websocket.CloseNormalClosure: true, websocket.CloseGoingAway: true, 4003: true, 4007: true, 4009: true}

// refusedError says that Discord refuses the bot itself: trying again does not help, the remedy does.
type refusedError struct{ remedy string }

// Error returns the remedy.
func (e *refusedError) Error() string { return e.remedy }

var (
	errNoAck    = errors.New("a heartbeat was not answered")
	errOpenTime = fmt.Errorf("no greeting within %s", openTime)
	errLeave    = errors.New("Discord asks to connect again")
	errInvalid  = errors.New("Discord does not know the session any more")
)

// session is what is needed to resume.
type session struct {
	id, url string
	seq     int64
}

// frame is a message of the Gateway.
type frame struct {
	Op    int             `json:"op"`
	Data  json.RawMessage `json:"d"`
	Seq   int64           `json:"s"`
	Event string          `json:"t"`
}

// run keeps a connection open until ctx ends. It returns an error where Discord refuses the bot itself.
func (g *gateway) run(ctx context.Context) error {
	var s session
	for failures := 0; ctx.Err() == nil; {
		began := g.Clock()
		up, err := g.once(ctx, &s)
		if up {
			g.Up(false)
		}
		if up && g.Clock().Sub(began) >= steadyTime {
			failures = 0
		}
		if ctx.Err() != nil {
			return nil
		}
		if refusal, ok := errors.AsType[*refusedError](err); ok {
			return refusal
		}
		wait := backoff.After(failures)
		if errors.Is(err, errInvalid) {
			wait = freshWait + front.Jitter(freshJitter)
		}
		failures++
		g.Log.WarnContext(ctx, "the connection to Discord ended", "err", err, "again_in", wait, "resumes", s.id != "")
		g.sleep(ctx, wait)
	}
	return nil
}

func (g *gateway) sleep(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	select {
	case <-g.After(d):
	case <-ctx.Done():
	}
}

// connection is one connection to the Gateway.
type connection struct {
	*gateway
	ws     *websocket.Conn
	cancel context.CancelCauseFunc

	mu    sync.Mutex // guards what follows, and writing
	seq   int64
	acked bool
}

// once connects, receives until the connection ends, and tells whether it was up.
func (g *gateway) once(ctx context.Context, s *session) (up bool, err error) {
	// What an event asks for goes on when its connection ends: the next one does not tell it again.
	handling := ctx
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	greeted := make(chan struct{})
	var tasks sync.WaitGroup
	defer tasks.Wait()
	defer cancel(nil)
	tasks.Go(func() { g.limit(ctx, greeted, cancel) })
	address, err := g.address(ctx, s)
	if err != nil {
		return false, err
	}
	c := &connection{gateway: g, cancel: cancel, seq: s.seq, acked: true}
	if err := c.dial(ctx, address); err != nil {
		s.url = "" // the place to resume at may be gone: the usual one takes it too
		return false, cause(ctx, err)
	}
	closing := context.AfterFunc(ctx, c.close)
	defer closing()
	defer c.close()
	for {
		f, err := c.read()
		if err != nil {
			return up, g.ended(ctx, s, err)
		}
		if err := c.obey(ctx, f, s, &tasks); err != nil {
			return up, err
		}
		if f.Op != opDispatch {
			continue
		}
		if !up && (f.Event == "READY" || f.Event == "RESUMED") {
			up = true
			close(greeted)
			g.Up(true)
		}
		g.Handle(handling, f.Event, f.Data)
	}
}

// limit ends a connection that is not greeted within openTime.
func (g *gateway) limit(ctx context.Context, greeted <-chan struct{}, cancel context.CancelCauseFunc) {
	select {
	case <-g.After(openTime):
		select {
		case <-greeted:
		default:
			cancel(errOpenTime)
		}
	case <-greeted:
	case <-ctx.Done():
	}
}

// obey does what a frame asks of the connection, and keeps its session in step. It returns an error where
// the connection is to end. Heartbeats are among the tasks.
func (c *connection) obey(ctx context.Context, f frame, s *session, tasks *sync.WaitGroup) error {
	switch f.Op {
	case opHello:
		var hello struct {
			Interval int `json:"heartbeat_interval"` // milliseconds
		}
		if err := json.Unmarshal(f.Data, &hello); err != nil || hello.Interval <= 0 {
			return errors.New("a hello that cannot be read")
		}
		if err := c.greet(s); err != nil {
			return fmt.Errorf("greet: %w", err)
		}
		tasks.Go(func() { c.beat(ctx, time.Duration(hello.Interval)*time.Millisecond) })
	case opHeartbeat:
		if err := c.heartbeat(); err != nil {
			return fmt.Errorf("heartbeat: %w", err)
		}
	case opHeartbeatAck:
		c.mu.Lock()
		c.acked = true
		c.mu.Unlock()
	case opReconnect:
		return errLeave
	case opInvalidSession:
		if string(f.Data) != "true" {
			*s = session{}
		}
		return errInvalid
	case opDispatch:
		c.mu.Lock()
		c.seq = f.Seq
		c.mu.Unlock()
		return s.follow(f)
	}
	return nil
}

// follow notes how far events have come, and from READY how to resume.
func (s *session) follow(f frame) error {
	s.seq = f.Seq
	if f.Event != "READY" {
		return nil
	}
	var ready struct {
		SessionID string `json:"session_id"`
		ResumeURL string `json:"resume_gateway_url"`
	}
	if err := json.Unmarshal(f.Data, &ready); err != nil {
		return errors.New("a READY that cannot be read")
	}
	s.id, s.url = ready.SessionID, ready.ResumeURL
	return nil
}

// cause returns why ctx ended, where it did, and err otherwise.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// ended returns what the end of a connection means for the session.
func (g *gateway) ended(ctx context.Context, s *session, err error) error {
	closed, ok := errors.AsType[*websocket.CloseError](err)
	if !ok {
		return cause(ctx, err)
	}
	if remedy, ok := fatalCloses[closed.Code]; ok {
		return &refusedError{remedy: remedy}
	}
	if staleCloses[closed.Code] {
		*s = session{}
	}
	return fmt.Errorf("closed with code %d", closed.Code)
}

// address returns where to connect to.
func (g *gateway) address(ctx context.Context, s *session) (string, error) {
	if s.id != "" && s.url != "" {
		return s.url, nil
	}
	start, err := g.Open(ctx)
	if err != nil {
		return "", cause(ctx, err)
	}
	if start.Shards > 1 {
		return "", &refusedError{remedy: fatalCloses[4011]}
	}
	if s.id == "" && start.Limit.Remaining == 0 && start.Limit.ResetAfter > 0 {
		wait := time.Duration(start.Limit.ResetAfter) * time.Millisecond
		g.Log.WarnContext(ctx, "Discord lets no further session begin", "again_in", wait)
		g.sleep(ctx, wait)
		return "", errors.New("no session was left to begin")
	}
	return start.URL, nil
}

func (c *connection) dial(ctx context.Context, address string) error {
	dialer := websocket.Dialer{
		Proxy:          http.ProxyFromEnvironment,
		NetDialContext: (&net.Dialer{Timeout: openTime}).DialContext,
	}
	ws, resp, err := dialer.DialContext(ctx, strings.TrimRight(address, "/")+"/?v="+gatewayVersion+"&encoding=json", nil)
	if resp != nil {
		defer resp.Body.Close()
	}
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	ws.SetReadLimit(maxFrame)
	c.ws = ws
	return nil
}

// close ends the connection so that its session can be resumed by the next one.
func (c *connection) close() {
	bye := websocket.FormatCloseMessage(closeResumable, "")
	// Whether Discord still hears it makes no difference: the connection ends.
	_ = c.ws.WriteControl(websocket.CloseMessage, bye, time.Now().Add(writeTime))
	_ = c.ws.Close()
}

func (c *connection) read() (frame, error) {
	_, text, err := c.ws.ReadMessage()
	if err != nil {
		return frame{}, err
	}
	var f frame
	if err := json.Unmarshal(text, &f); err != nil {
		return frame{}, errors.New("a frame that cannot be read")
	}
	return f, nil
}

func (c *connection) write(op int, data any) error {
	text, err := json.Marshal(struct {
		Op   int `json:"op"`
		Data any `json:"d"`
	}{op, data})
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.ws.SetWriteDeadline(time.Now().Add(writeTime)); err != nil {
		return err
	}
	return c.ws.WriteMessage(websocket.TextMessage, text)
}

// greet begins a session, or resumes the one that there is.
func (c *connection) greet(s *session) error {
	if s.id != "" {
		return c.write(opResume, map[string]any{"token": c.Token, "session_id": s.id, "seq": s.seq})
	}
	return c.write(opIdentify, map[string]any{
		"token": c.Token, "intents": intents,
		"properties": map[string]string{"os": "linux", "browser": "hirebot", "device": "hirebot"},
	})
}

func (c *connection) heartbeat() error {
	c.mu.Lock()
	var seq any
	if c.seq > 0 {
		seq = c.seq
	}
	c.mu.Unlock()
	return c.write(opHeartbeat, seq)
}

// beat sends heartbeats. One without an answer by the time of the next ends the connection.
func (c *connection) beat(ctx context.Context, every time.Duration) {
	for wait := front.Jitter(every); ; wait = every {
		select {
		case <-c.After(wait):
		case <-ctx.Done():
			return
		}
		c.mu.Lock()
		alive := c.acked
		c.acked = false
		c.mu.Unlock()
		if !alive {
			c.cancel(errNoAck)
			return
		}
		if err := c.heartbeat(); err != nil {
			c.cancel(fmt.Errorf("heartbeat: %w", err))
			return
		}
	}
}
