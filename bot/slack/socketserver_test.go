package slack

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
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
