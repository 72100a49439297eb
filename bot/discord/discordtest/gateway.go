package discordtest

import (
	"bytes"
	"compress/zlib"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/hirebot/hirebot/bot/bottest"
)

// The opcodes of the Gateway.
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-opcodes
const (
	opDispatch       = 0
	opHeartbeat      = 1
	opIdentify       = 2
	opPresence       = 3
	opVoice          = 4
	opResume         = 6
	opReconnect      = 7
	opMembers        = 8
	opInvalidSession = 9
	opHello          = 10
	opHeartbeatAck   = 11
)

// The codes with which the Gateway closes a connection.
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
const (
	CloseUnknownError      = 4000
	CloseUnknownOpcode     = 4001
	CloseDecodeError       = 4002
	CloseNotAuthenticated  = 4003
	CloseAuthentication    = 4004
	CloseAlreadyIdentified = 4005
	CloseInvalidSeq        = 4007
	CloseRateLimited       = 4008
	CloseTimedOut          = 4009
	CloseInvalidShard      = 4010
	CloseShardingRequired  = 4011
	CloseInvalidVersion    = 4012
	CloseInvalidIntents    = 4013
	CloseDisallowedIntents = 4014
)

// The intents. https://docs.discord.com/developers/events/gateway#list-of-intents
const (
	intentGuilds    = 1 << 0
	intentMembers   = 1 << 1
	intentPresences = 1 << 8
	intentMessages  = 1 << 9
	intentDirect    = 1 << 12
	intentContent   = 1 << 15
	// allIntents are those that there are.
	allIntents = 1<<22 - 1 | 1<<24 | 1<<25
	// privileged are those that are to be switched on for an app.
	privileged = intentMembers | intentPresences | intentContent
	// always is for events that need no intent.
	always = 0
)

// PrivilegedMembers is the privileged intent for who comes and goes, for Options.Privileged.
const PrivilegedMembers = intentMembers

const (
	// maxSent is how many payloads an app may send in a minute, and how many bytes each may have.
	maxSent      = 120
	maxSentBytes = 4096
)

// event is a dispatch as it was sent.
type event struct {
	seq  int64
	name string
	data any
}

// session is what an app has identified; its connection may be gone.
type session struct {
	id         string
	intents    int
	compressed bool
	seq        int64
	// events are kept for an app that resumes.
	events []event
	conn   *connection
	// seen is the number of the last event that the app has confirmed.
	seen int64
	// dead is true once it cannot be resumed.
	dead bool
}

// connection is a WebSocket with an app.
type connection struct {
	ws    *websocket.Conn
	write sync.Mutex
	// compress is whether payloads go compressed, each by itself.
	compress bool
	session  *session
	sent     []time.Time
}

// send sends a payload.
func (k *connection) send(op int, d any, seq any, name any) error {
	data, err := json.Marshal(object{"op": op, "d": d, "s": seq, "t": name})
	if err != nil {
		return err
	}
	k.write.Lock()
	defer k.write.Unlock()
	if !k.compress {
		return k.ws.WriteMessage(websocket.TextMessage, data)
	}
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return k.ws.WriteMessage(websocket.BinaryMessage, b.Bytes())
}

// cut closes a connection with a code.
func (k *connection) cut(code int, reason string) {
	_ = k.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason), time.Now().Add(bottest.Patience))
	_ = k.ws.Close()
}

// serveGateway opens a connection and reads from it. https://docs.discord.com/developers/events/gateway
func (s *Server) serveGateway(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	closed, refused := s.closed, 0
	if len(s.refuse) > 0 {
		refused, s.refuse = s.refuse[0], s.refuse[1:]
	}
	s.mu.Unlock()
	if closed {
		http.Error(w, "closed", http.StatusServiceUnavailable)
		return
	}
	query := r.URL.Query()
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	k := &connection{ws: ws}
	switch v := query.Get("v"); {
	case v != "9" && v != "10":
		s.violation("the Gateway is opened with version %q", v)
		k.cut(CloseInvalidVersion, "Invalid API version specified.")
		return
	case query.Get("encoding") != "json" || query.Get("compress") != "":
		s.violation("the Gateway is opened with encoding %q and compression %q: this server speaks plain JSON", query.Get("encoding"), query.Get("compress"))
		k.cut(CloseDecodeError, "Error while decoding payload.")
		return
	case refused != 0:
		k.cut(refused, "The test says so.")
		return
	}
	if err := k.send(opHello, object{"heartbeat_interval": s.o.Heartbeat.Milliseconds(), "_trace": []any{}}, nil, nil); err != nil {
		_ = ws.Close()
		return
	}
	s.read(k)
}

// payload is what an app sends.
type payload struct {
	Op int             `json:"op"`
	D  json.RawMessage `json:"d"`
}

// read handles what the app sends until the connection ends.
func (s *Server) read(k *connection) {
	for {
		// An app that is silent for so long has missed a heartbeat.
		_ = k.ws.SetReadDeadline(time.Now().Add(2*s.o.Heartbeat + time.Second))
		_, data, err := k.ws.ReadMessage()
		if err != nil {
			if late, ok := err.(net.Error); ok && late.Timeout() { //nolint:errorlint // the connection's own error
				s.forget(k)
				k.cut(CloseTimedOut, "Session timed out.")
			}
			break
		}
		if code := s.received(k, data); code != 0 {
			k.cut(code, "")
			if resumes := code != CloseInvalidSeq && code != CloseTimedOut; !resumes {
				s.forget(k)
			}
			break
		}
	}
	_ = k.ws.Close()
	s.mu.Lock()
	if n := k.session; n != nil && n.conn == k {
		n.conn = nil
	}
	s.mu.Unlock()
	s.changed.Broadcast()
}

// forget makes the session of a connection one that cannot be resumed.
func (s *Server) forget(k *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k.session != nil {
		k.session.dead = true
	}
}

// received handles a payload and returns the code to close the connection with, 0 for none.
func (s *Server) received(k *connection, data []byte) int {
	var p payload
	if err := json.Unmarshal(data, &p); err != nil || len(data) > maxSentBytes {
		s.violation("the Gateway cannot read %d bytes: %v", len(data), err)
		return CloseDecodeError
	}
	now := time.Now()
	k.sent = append(slices.DeleteFunc(k.sent, func(at time.Time) bool { return now.Sub(at) > time.Minute }), now)
	if len(k.sent) > maxSent {
		s.violation("%d payloads were sent to the Gateway within a minute", len(k.sent))
		return CloseRateLimited
	}
	s.mu.Lock()
	identified := k.session != nil
	s.mu.Unlock()
	switch p.Op {
	case opHeartbeat:
		return s.heartbeat(k, p.D)
	case opIdentify:
		if identified {
			s.violation("a connection is identified twice")
			return CloseAlreadyIdentified
		}
		return s.identify(k, p.D)
	case opResume:
		if identified {
			s.violation("a connection is identified twice")
			return CloseAlreadyIdentified
		}
		return s.resume(k, p.D)
	case opPresence, opVoice, opMembers:
		if !identified {
			return CloseNotAuthenticated
		}
		return 0
	default:
		s.violation("the Gateway is sent the opcode %d", p.Op)
		return CloseUnknownOpcode
	}
}

// heartbeat acknowledges a heartbeat, which tells the last event that the app has got.
func (s *Server) heartbeat(k *connection, d json.RawMessage) int {
	var seq *int64
	if err := json.Unmarshal(d, &seq); err != nil {
		s.violation("a heartbeat carries %s", d)
		return CloseDecodeError
	}
	s.mu.Lock()
	mute, n := s.mute, k.session
	wrong := false
	if n != nil && seq != nil {
		wrong = *seq > n.seq
		n.seen = max(n.seen, *seq)
	}
	s.mu.Unlock()
	if wrong {
		s.violation("a heartbeat tells of the event %d, which was not sent", *seq)
		return CloseInvalidSeq
	}
	s.changed.Broadcast()
	if !mute {
		// Where this fails, reading does too.
		_ = k.send(opHeartbeatAck, nil, nil, nil)
	}
	return 0
}

// identify begins a session. https://docs.discord.com/developers/events/gateway-events#identify
func (s *Server) identify(k *connection, d json.RawMessage) int {
	var got struct {
		Token      string         `json:"token"`
		Properties map[string]any `json:"properties"`
		Compress   bool           `json:"compress"`
		Large      *int           `json:"large_threshold"`
		Shard      *[2]int        `json:"shard"`
		Intents    *int           `json:"intents"`
	}
	if err := json.Unmarshal(d, &got); err != nil {
		s.violation("IDENTIFY cannot be read: %v", err)
		return CloseDecodeError
	}
	for _, name := range []string{"os", "browser", "device"} {
		if got.Properties[name] == nil && got.Properties["$"+name] == nil {
			s.violation("IDENTIFY lacks the property %s", name)
		}
	}
	if got.Large != nil && (*got.Large < 50 || *got.Large > 250) {
		s.violation("IDENTIFY has a large_threshold of %d, allowed are 50 to 250", *got.Large)
	}
	s.mu.Lock()
	code := s.admitLocked(got.Token, got.Intents, got.Shard)
	if code != 0 {
		s.mu.Unlock()
		return code
	}
	s.starts++
	n := &session{id: fmt.Sprintf("%032x", s.idLocked()), intents: *got.Intents, compressed: got.Compress, conn: k}
	s.sessions[n.id] = n
	k.session, k.compress = n, got.Compress
	shard := [2]int{0, 1}
	if got.Shard != nil {
		shard = *got.Shard
	}
	guilds := []any{}
	for _, id := range s.order {
		guilds = append(guilds, object{"id": id, "unavailable": true})
	}
	s.emitLocked(n, "READY", object{
		"v": 10, "user": s.userObject(s.o.BotUser), "guilds": guilds, "session_id": n.id, "resume_gateway_url": s.gatewayURL("/resume/"),
		"shard": shard, "application": object{"id": s.o.AppID, "flags": privilegedFlags(s.o.Privileged)}, "session_type": "normal",
		"private_channels": []any{}, "presences": []any{}, "relationships": []any{}, "user_settings": object{}, "_trace": []any{"discordtest"},
	})
	if n.intents&intentGuilds != 0 {
		for _, id := range s.order {
			s.emitLocked(n, "GUILD_CREATE", s.guildCreate(s.guilds[id]))
		}
	}
	s.mu.Unlock()
	s.changed.Broadcast()
	return 0
}

// admitLocked returns why an app cannot identify, 0 where it can.
func (s *Server) admitLocked(token string, intents *int, shard *[2]int) int {
	switch {
	case token != s.o.Token && token != "Bot "+s.o.Token:
		return CloseAuthentication
	case intents == nil || *intents&^allIntents != 0:
		s.violation("IDENTIFY has the intents %v", intents)
		return CloseInvalidIntents
	case *intents&privileged&^s.o.Privileged != 0:
		return CloseDisallowedIntents
	case shard != nil && (shard[0] < 0 || shard[0] >= shard[1]):
		return CloseInvalidShard
	case s.shards > 1 && (shard == nil || shard[1] < s.shards):
		return CloseShardingRequired
	}
	return 0
}

// guildCreate is a guild as the Gateway tells of it.
// https://docs.discord.com/developers/events/gateway-events#guild-create
func (s *Server) guildCreate(g *guild) object {
	o := s.guildObject(g)
	o["joined_at"], o["large"], o["unavailable"], o["member_count"] = joined, false, false, len(g.Members)
	o["voice_states"], o["presences"], o["stage_instances"] = []any{}, []any{}, []any{}
	o["guild_scheduled_events"], o["soundboard_sounds"] = []any{}, []any{}
	// Without the intent for members an app is told of itself alone.
	o["members"] = []any{s.memberObject(g.Members[s.o.BotUser], true)}
	o["channels"] = s.channelsOf(g)
	threads := []any{}
	for _, id := range s.roomIDs {
		if r := s.rooms[id]; r.Guild == g.ID && r.Type == TypePublicThread {
			threads = append(threads, s.channelObject(r))
		}
	}
	o["threads"] = threads
	return o
}

// resume goes on with a session. https://docs.discord.com/developers/events/gateway#resuming
func (s *Server) resume(k *connection, d json.RawMessage) int {
	var got struct {
		Token   string `json:"token"`
		Session string `json:"session_id"`
		Seq     int64  `json:"seq"`
	}
	if err := json.Unmarshal(d, &got); err != nil {
		s.violation("RESUME cannot be read: %v", err)
		return CloseDecodeError
	}
	s.mu.Lock()
	defer s.changed.Broadcast()
	defer s.mu.Unlock()
	n := s.sessions[got.Session]
	switch {
	case got.Token != s.o.Token && got.Token != "Bot "+s.o.Token:
		return CloseAuthentication
	case n == nil || n.dead:
		_ = k.send(opInvalidSession, false, nil, nil) // where this fails, reading does too
		return 0
	case got.Seq > n.seq:
		return CloseInvalidSeq
	}
	if n.conn != nil {
		// One connection holds a session.
		old := n.conn
		old.session = nil
		_ = old.ws.Close()
	}
	n.conn, k.session, k.compress = k, n, n.compressed
	n.seen = max(n.seen, got.Seq)
	for _, e := range n.events {
		if e.seq > got.Seq {
			_ = k.send(opDispatch, e.data, e.seq, e.name) // where this fails, reading does too
		}
	}
	s.emitLocked(n, "RESUMED", object{"_trace": []any{"discordtest"}})
	_ = k.send(opHeartbeat, nil, nil, nil) // so that whoever waits for what was replayed learns of it
	return 0
}

// emitLocked sends an event to one session, now or once it is resumed.
func (*Server) emitLocked(n *session, name string, data any) int64 {
	n.seq++
	n.events = append(n.events, event{seq: n.seq, name: name, data: data})
	if n.conn != nil {
		if err := n.conn.send(opDispatch, data, n.seq, name); err != nil {
			_ = n.conn.ws.Close() // it is sent again on resuming
		}
	}
	return n.seq
}

// dispatchLocked sends an event to all sessions that have asked for its kind.
func (s *Server) dispatchLocked(intent int, name string, data any) map[*session]int64 {
	// What a session is sent must not change any more while it is kept for resuming.
	data = normal(data)
	sent := map[*session]int64{}
	for _, n := range s.sessions {
		if !n.dead && (intent == always || n.intents&intent != 0) {
			sent[n] = s.emitLocked(n, name, data)
		}
	}
	return sent
}

// got waits until the app has taken what was sent: it is asked for a heartbeat, which tells the last event
// that it has got. It returns false where a session ended before that.
func (s *Server) got(sent map[*session]int64) bool {
	s.t.Helper()
	s.mu.Lock()
	for n := range sent {
		if n.conn != nil {
			_ = n.conn.send(opHeartbeat, nil, nil, nil) // where this fails, reading does too
		}
	}
	s.mu.Unlock()
	arrived := false
	taken := s.changed.Await(func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		arrived = false
		for n, seq := range sent {
			switch {
			case n.dead:
			case n.seen >= seq:
				arrived = true
			default:
				return false
			}
		}
		return true
	})
	if !taken {
		s.violation("an event was not taken within %v", bottest.Patience)
	}
	return arrived
}

// intentFor is the intent for messages of a conversation.
func intentFor(r *room) int {
	if r.direct() {
		return intentDirect
	}
	return intentMessages
}

// intents are those that events need; other events need none.
// https://docs.discord.com/developers/events/gateway#list-of-intents
var intents = map[string]int{
	"GUILD_CREATE": intentGuilds, "GUILD_UPDATE": intentGuilds, "GUILD_DELETE": intentGuilds, "GUILD_ROLE_CREATE": intentGuilds,
	"GUILD_ROLE_UPDATE": intentGuilds, "GUILD_ROLE_DELETE": intentGuilds, "CHANNEL_CREATE": intentGuilds, "CHANNEL_UPDATE": intentGuilds,
	"CHANNEL_DELETE": intentGuilds, "THREAD_CREATE": intentGuilds, "THREAD_UPDATE": intentGuilds, "THREAD_DELETE": intentGuilds,
	"GUILD_MEMBER_ADD": intentMembers, "GUILD_MEMBER_UPDATE": intentMembers, "GUILD_MEMBER_REMOVE": intentMembers,
	"MESSAGE_CREATE": intentMessages | intentDirect, "MESSAGE_UPDATE": intentMessages | intentDirect, "MESSAGE_DELETE": intentMessages | intentDirect,
	"MESSAGE_REACTION_ADD": 1<<10 | 1<<13,
}
