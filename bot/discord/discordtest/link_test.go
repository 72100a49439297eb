package discordtest

import (
	"bytes"
	"compress/zlib"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
)

// link is an app's end of the Gateway.
type link struct {
	t  *testing.T
	ws *websocket.Conn
	// seq is the number of the last event.
	seq float64
	// acks has acknowledged heartbeats be read too.
	acks bool
}

func (d *desk) dial(path string) *link {
	d.t.Helper()
	ws, resp, err := websocket.DefaultDialer.Dial(d.gatewayURL(path)+"?v=10&encoding=json", nil)
	if err != nil {
		d.t.Fatal(err)
	}
	_ = resp.Body.Close()
	d.t.Cleanup(func() { _ = ws.Close() })
	k := &link{t: d.t, ws: ws}
	if hello := k.next(); hello["op"] != 10.0 {
		d.t.Fatalf("%v", hello)
	}
	return k
}

func (k *link) send(op int, d any) {
	k.t.Helper()
	if err := k.ws.WriteJSON(object{"op": op, "d": d}); err != nil {
		k.t.Error(err)
	}
}

// read returns the next payload, or the code with which the connection was closed.
func (k *link) read() (object, int) {
	kind, data, err := k.ws.ReadMessage()
	if err != nil {
		if c, isClose := err.(*websocket.CloseError); isClose { //nolint:errorlint // the connection's own error
			return nil, c.Code
		}
		return nil, -1
	}
	if kind == websocket.BinaryMessage {
		z, err := zlib.NewReader(bytes.NewReader(data))
		if err == nil {
			data, err = io.ReadAll(z)
		}
		if err != nil {
			k.t.Error(err)
		}
	}
	var o object
	if err := json.Unmarshal(data, &o); err != nil {
		k.t.Errorf("%v in %s", err, data)
	}
	if n, isNumber := o["s"].(float64); isNumber {
		k.seq = n
	}
	if o["op"] == 1.0 {
		k.send(1, k.seq)
		return k.read()
	}
	if o["op"] == 11.0 && !k.acks {
		return k.read()
	}
	return o, 0
}

func (k *link) next() object {
	k.t.Helper()
	o, code := k.read()
	if o == nil {
		k.t.Fatalf("the connection was closed with %d", code)
	}
	return o
}

// until reads up to an event and returns it.
func (k *link) until(name string) object {
	k.t.Helper()
	for {
		if o := k.next(); o["t"] == name {
			return o
		}
	}
}

// wantClosed reads up to the end of the connection. No heartbeat is acknowledged on the way.
func (k *link) wantClosed(code int) {
	k.t.Helper()
	for {
		o, got := k.read()
		if o["op"] == 11.0 {
			k.t.Error("a heartbeat is acknowledged")
		}
		if o == nil {
			if got != code {
				k.t.Errorf("the connection was closed with %d, want %d", got, code)
			}
			return
		}
	}
}

func identity(more object) object {
	o := object{"token": token, "intents": intentGuilds, "properties": object{"os": "linux", "browser": "x", "device": "x"}}
	for name, v := range more {
		o[name] = v
	}
	return o
}

func TestGatewaySessions(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.register()
	k := d.dial("/gateway/")
	k.send(opIdentify, identity(object{"compress": true}))
	ready := in(k.until("READY"), "d")
	if objects(ready["guilds"])[0]["unavailable"] != true || !strings.HasSuffix(str(ready, "resume_gateway_url"), "/resume/") {
		t.Errorf("%v", ready)
	}
	if g := in(k.until("GUILD_CREATE"), "d"); g["id"] != guildID || len(objects(g["channels"])) != 2 {
		t.Errorf("%v", g)
	}
	k.send(opHeartbeat, k.seq)
	k.acks = true
	if o := k.next(); o["op"] != 11.0 {
		t.Errorf("%v", o)
	}
	k.acks = false

	// An interaction comes once, and is waited for.
	delivered := make(chan *Delivery)
	go func() { delivered <- d.Command(ann, general, "/card show one") }()
	i := in(k.until("INTERACTION_CREATE"), "d")
	d.callback(i, `{"type": 5}`)
	go k.read() // the request for a heartbeat
	if got := <-delivered; got.Notice != "" {
		t.Errorf("%+v", got)
	}

	// What is missed is sent again to an app that resumes.
	seq := k.seq
	d.DropConnections()
	d.Server.mu.Lock()
	d.dispatchLocked(intentGuilds, "CHANNEL_CREATE", object{"id": "1"})
	d.dispatchLocked(intentMembers, "GUILD_MEMBER_REMOVE", object{"id": "2"})
	d.dispatchLocked(always, "SOMETHING_NEW", object{"id": "3"})
	d.Server.mu.Unlock()
	k = d.dial("/resume/")
	k.send(opResume, object{"token": token, "session_id": ready["session_id"], "seq": seq})
	var names []any
	for len(names) < 3 {
		names = append(names, k.next()["t"])
	}
	if want := []any{"CHANNEL_CREATE", "SOMETHING_NEW", "RESUMED"}; !slices.Equal(names, want) {
		t.Errorf("%v, want %v", names, want)
	}
	if d.Sessions() != 1 || d.Connections() != 1 {
		t.Errorf("%d sessions, %d connections", d.Sessions(), d.Connections())
	}

	d.Reconnect()
	if o := k.next(); o["op"] != 7.0 {
		t.Errorf("%v", o)
	}
	d.InvalidateSession(false)
	if o := k.next(); o["op"] != 9.0 || o["d"] != false {
		t.Errorf("%v", o)
	}
	k = d.dial("/resume/")
	k.send(opResume, object{"token": token, "session_id": ready["session_id"], "seq": seq})
	if o := k.next(); o["op"] != 9.0 || o["d"] != false {
		t.Errorf("a session that ended goes on: %v", o)
	}
	k.send(opIdentify, identity(nil))
	k.until("READY")
	k.until("GUILD_CREATE")
	d.MuteHeartbeats(true)
	k.acks = true
	k.send(opHeartbeat, k.seq)
	d.Wait("the heartbeat", func() bool {
		d.Server.mu.Lock()
		defer d.Server.mu.Unlock()
		return slices.ContainsFunc(d.liveLocked(), func(c *connection) bool { return c.session.seen == int64(k.seq) })
	})
	d.CloseConnections(CloseTimedOut)
	k.wantClosed(CloseTimedOut)
	d.wantViolation("")
}

func TestGatewayRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		op    int
		d     any
		code  int
		shard int
		says  string
	}{
		{"a wrong token", opIdentify, identity(object{"token": "x"}), CloseAuthentication, 1, ""},
		{"no intents", opIdentify, identity(object{"intents": nil}), CloseInvalidIntents, 1, "intents"},
		{"intents that are none", opIdentify, identity(object{"intents": 1 << 30}), CloseInvalidIntents, 1, "intents"},
		{"intents that are not switched on", opIdentify, identity(object{"intents": intentMembers}), CloseDisallowedIntents, 1, ""},
		{"a shard that is none", opIdentify, identity(object{"shard": []int{2, 1}}), CloseInvalidShard, 1, ""},
		{"one connection for too many guilds", opIdentify, identity(nil), CloseShardingRequired, 2, ""},
		{"a command before identifying", opPresence, object{}, CloseNotAuthenticated, 1, ""},
		{"an opcode that is none", 44, object{}, CloseUnknownOpcode, 1, "opcode 44"},
		{"no properties", opIdentify, identity(object{"token": "x", "properties": object{}}), CloseAuthentication, 1, "lacks the property"},
		{"a long payload", opHeartbeat, long(5000), CloseDecodeError, 1, "cannot read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.SetShards(c.shard)
			k := d.dial("/gateway/")
			k.send(c.op, c.d)
			k.wantClosed(c.code)
			d.wantViolation(c.says)
		})
	}
	d := newDesk(t)
	d.RefuseConnections(CloseUnknownError)
	ws, resp, err := websocket.DefaultDialer.Dial(d.gatewayURL("/gateway/")+"?v=10&encoding=json", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	(&link{t: t, ws: ws}).wantClosed(CloseUnknownError)
	k := d.dial("/gateway/")
	k.send(opIdentify, identity(nil))
	ready := in(k.until("READY"), "d")
	k.send(opIdentify, identity(nil))
	k.wantClosed(CloseAlreadyIdentified)
	d.wantViolation("identified twice")
	k = d.dial("/resume/")
	k.send(opResume, object{"token": token, "session_id": ready["session_id"], "seq": 99})
	k.wantClosed(CloseInvalidSeq)
}
