package slacktest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/hirebot/hirebot/bot/bottest"
)

const (
	// maxSockets is how many connections an app can have.
	maxSockets = 10
	// maxAck is the size from which on Slack drops what the app sends, without a word. The documentation
	// does not say so; clients have found out: https://github.com/slack-go/slack/issues/1196
	maxAck = 20 << 10
)

// socket is a connection of Socket Mode. https://docs.slack.dev/apis/events-api/using-socket-mode/
type socket struct {
	conn  *websocket.Conn
	write sync.Mutex
	// leaving is true once it was told to refresh: nothing more is delivered over it.
	leaving bool
}

func (k *socket) send(v any) error {
	k.write.Lock()
	defer k.write.Unlock()
	return k.conn.WriteJSON(v)
}

// pending is an envelope that was sent over a connection.
type pending struct {
	over    *socket
	accepts bool
	acked   bool
	done    chan Ack
}

// openConnection gives the address of a new connection, which is good once.
func (c *call) openConnection() (object, string) {
	ticket := c.idLocked("ticket")
	c.tickets[ticket] = false
	return object{"url": "ws" + strings.TrimPrefix(c.http.URL, "http") + "/link/?ticket=" + url.QueryEscape(ticket) + "&app_id=" + appID}, ""
}

// serveSocket opens a connection and reads acknowledgements from it.
func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	s.mu.Lock()
	used, known := s.tickets[ticket]
	s.tickets[ticket] = true
	closed := s.closed
	s.mu.Unlock()
	if !known || used {
		s.violation("a connection with a ticket that was used before or never given")
		http.Error(w, "forbidden", http.StatusForbidden)
		return
	}
	if closed {
		http.Error(w, "closed", http.StatusServiceUnavailable)
		return
	}
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	k := &socket{conn: conn}
	// It is known before it greets, and greets before anything is delivered over it.
	k.write.Lock()
	s.mu.Lock()
	n := len(s.sockets) + 1
	if n > maxSockets || s.closed {
		s.mu.Unlock()
		_ = conn.WriteJSON(object{"type": "disconnect", "reason": "too_many_websockets", "debug_info": object{"host": "applink-sample"}})
		_ = conn.Close()
		return
	}
	var replaced []*socket
	for _, other := range s.sockets {
		if other.leaving {
			replaced = append(replaced, other)
		}
	}
	s.sockets = append(s.sockets, k)
	s.mu.Unlock()
	// Where this fails, reading does too.
	_ = conn.WriteJSON(object{
		"type": "hello", "num_connections": n, "connection_info": object{"app_id": appID},
		"debug_info": object{"host": "applink-sample", "build_number": 1, "approximate_connection_time": 18060},
	})
	_ = conn.WriteControl(websocket.PingMessage, []byte("Ping"), time.Now().Add(bottest.Patience))
	k.write.Unlock()
	s.changed.Broadcast()
	for _, other := range replaced {
		s.closeIdle(other)
	}
	s.read(k)
}

// read handles what the app sends until the connection ends.
func (s *Server) read(k *socket) {
	for {
		_, data, err := k.conn.ReadMessage()
		if err != nil {
			break
		}
		s.acknowledged(k, data)
	}
	_ = k.conn.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sockets = slices.DeleteFunc(s.sockets, func(other *socket) bool { return other == k })
	for _, p := range s.waiting {
		if p.over == k && !p.acked {
			p.acked = true
			p.done <- Ack{Failed: "dropped"}
		}
	}
	s.changed.Broadcast()
}

// acknowledged takes an acknowledgement.
func (s *Server) acknowledged(k *socket, data []byte) {
	var got struct {
		ID      string          `json:"envelope_id"`
		Payload json.RawMessage `json:"payload"`
	}
	if err := json.Unmarshal(data, &got); err != nil || got.ID == "" {
		s.violation("Socket Mode: %q is no acknowledgement", data)
		return
	}
	if len(data) >= maxAck {
		s.violation("Socket Mode: an acknowledgement of %d bytes, which Slack drops: allowed are fewer than %d", len(data), maxAck)
		return
	}
	s.mu.Lock()
	p := s.waiting[got.ID]
	second, leaving := p != nil && p.acked, k.leaving
	if p != nil && !p.acked {
		p.acked = true
		p.done <- Ack{Status: http.StatusOK, Type: "application/json", Body: bodyOf(got.Payload), At: s.o.Clock()}
	}
	s.changed.Broadcast()
	s.mu.Unlock()
	switch {
	case p == nil:
		s.violation("Socket Mode: an acknowledgement of the envelope %q, which was never sent", got.ID)
	case second:
		s.violation("Socket Mode: a second acknowledgement of an envelope")
	case !p.accepts && len(bodyOf(got.Payload)) > 0:
		s.violation("Socket Mode: an acknowledgement with a payload where none is accepted: %s", got.Payload)
	}
	if leaving {
		s.closeIdle(k)
	}
}

func bodyOf(payload json.RawMessage) []byte {
	if string(payload) == "null" {
		return nil
	}
	return payload
}

// closeIdle closes a connection that is to be refreshed, once all that was sent over it is answered and
// another one stands.
func (s *Server) closeIdle(k *socket) {
	s.mu.Lock()
	idle := slices.ContainsFunc(s.sockets, func(other *socket) bool { return !other.leaving })
	for _, p := range s.waiting {
		if p.over == k && !p.acked {
			idle = false
		}
	}
	s.mu.Unlock()
	if idle {
		_ = k.conn.Close()
	}
}

// Connections returns how many connections stand.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sockets)
}

// Refresh tells the app to replace the oldest connection. Nothing more is delivered over that one.
func (s *Server) Refresh() {
	s.mu.Lock()
	var k *socket
	for _, other := range s.sockets {
		if k == nil && !other.leaving {
			k = other
		}
	}
	if k != nil {
		k.leaving = true
	}
	s.mu.Unlock()
	if k == nil {
		s.t.Fatal("slack: there is no connection to refresh")
	}
	if err := k.send(object{"type": "disconnect", "reason": "refresh_requested", "debug_info": object{"host": "applink-sample"}}); err != nil {
		_ = k.conn.Close()
	}
}

// DropSockets cuts all connections without a word.
func (s *Server) DropSockets() {
	s.mu.Lock()
	all := slices.Clone(s.sockets)
	for _, k := range all {
		k.leaving = true // nothing more goes over one that is cut
	}
	s.mu.Unlock()
	for _, k := range all {
		_ = k.conn.NetConn().Close()
	}
}

// socketFor returns the connection that the next envelope goes over; it waits for one.
func (s *Server) socketFor() *socket {
	var k *socket
	s.Wait("a connection of Socket Mode", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		var live []*socket
		for _, other := range s.sockets {
			if !other.leaving {
				live = append(live, other)
			}
		}
		if len(live) == 0 {
			return false
		}
		s.next++
		k = live[s.next%len(live)]
		return true
	})
	return k
}

// overSocket sends an envelope and waits for its acknowledgement.
func (s *Server) overSocket(d *Delivery, attempt int, reason string) Ack {
	k := s.socketFor()
	s.mu.Lock()
	id := s.idLocked("envelope-")
	p := &pending{over: k, accepts: d.acceptsResponse(), done: make(chan Ack, 1)}
	s.waiting[id] = p
	sent := s.o.Clock()
	s.mu.Unlock()
	envelope := object{"envelope_id": id, "type": d.Envelope, "payload": d.Payload, "accepts_response_payload": p.accepts}
	if d.Envelope == envelopeEvent || attempt > 0 {
		envelope["retry_attempt"], envelope["retry_reason"] = attempt, reason
	}
	if err := k.send(envelope); err != nil {
		// The end of the connection answers for it, in read.
		_ = k.conn.Close()
	}
	select {
	case a := <-p.done:
		a.Sent = sent
		return a
	case <-time.After(bottest.Patience):
		s.violation("%s was not acknowledged", d.Kind)
		return Ack{Failed: "timeout", Sent: sent}
	}
}
