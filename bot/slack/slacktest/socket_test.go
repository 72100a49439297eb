package slacktest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
)

// connect opens a connection of Socket Mode, as an app does.
func (d *desk) connect() *websocket.Conn {
	d.t.Helper()
	o := d.call("apps.connections.open", object{}, "app")
	conn, resp, err := websocket.DefaultDialer.DialContext(d.t.Context(), str(o, "url"), nil)
	if err != nil {
		d.t.Fatal(err)
	}
	_ = resp.Body.Close()
	d.t.Cleanup(func() { _ = conn.Close() })
	if hello := d.receive(conn); hello["type"] != "hello" {
		d.t.Errorf("greeted with %v", hello)
	}
	return conn
}

// receive reads the next message.
func (d *desk) receive(conn *websocket.Conn) object {
	d.t.Helper()
	var o object
	if err := conn.ReadJSON(&o); err != nil {
		return object{"error": err.Error()}
	}
	return o
}

// serve acknowledges everything that arrives over a connection, and returns what arrived when it ends.
func (d *desk) serve(conn *websocket.Conn, ack func(envelope object) []object) <-chan []object {
	out := make(chan []object, 1)
	go func() {
		var all []object
		for {
			o := d.receive(conn)
			if o["error"] != nil {
				out <- all
				return
			}
			all = append(all, o)
			if o["envelope_id"] == nil {
				continue
			}
			for _, a := range ack(o) {
				if conn.WriteJSON(a) != nil {
					break
				}
			}
		}
	}()
	return out
}

func ackOnce(envelope object) []object { return []object{{"envelope_id": envelope["envelope_id"]}} }

func TestSocketMode(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.SetHTTP("")
	one := d.connect()
	first := d.serve(one, func(e object) []object {
		return []object{{"envelope_id": e["envelope_id"], "payload": object{"text": "Hello"}}}
	})
	d.Command(ann, general, "/x", "")
	d.found("")
	if said := d.Said(general); len(said) != 1 || said[0].Text != "Hello" {
		t.Errorf("said %+v", said)
	}
	d.Shortcut(ann, "new")
	d.found("a payload where none is accepted")

	d.Refresh()
	two := d.connect()
	d.Wait("the first connection to end", func() bool { return d.Connections() == 1 })
	all := <-first
	if last := all[len(all)-1]; last["type"] != "disconnect" || last["reason"] != "refresh_requested" {
		t.Errorf("the connection ended with %v", last)
	}
	second := d.serve(two, func(e object) []object { return append(ackOnce(e), ackOnce(e)...) })
	d.Event("app_uninstalled", nil)
	d.Wait("the second acknowledgement", d.rec.Any)
	d.found("a second acknowledgement")
	d.DropSockets()
	<-second
	d.Wait("all connections to end", func() bool { return d.Connections() == 0 })

	three := d.connect()
	third := d.serve(three, func(e object) []object {
		if e["type"] == "slash_commands" && e["retry_attempt"] == nil {
			return append(ackOnce(e), object{"envelope_id": "never"})
		}
		return ackOnce(e)
	})
	d.Duplicate(true)
	d.Event("app_home_opened", object{"user": ann})
	d.Duplicate(false)
	sent := d.Command(ann, general, "/x", "")
	d.Wait("the strange acknowledgement", d.rec.Any)
	d.found("never sent")
	d.Redeliver(sent)
	_ = three.Close()
	all = <-third
	var got []string
	for _, e := range all {
		got = append(got, fmt.Sprint(e["type"], " ", e["retry_attempt"]))
	}
	if diff := cmp.Diff([]string{"events_api 0", "events_api 1", "slash_commands <nil>", "slash_commands 1"}, sortedPair(got)); diff != "" {
		t.Errorf("envelopes (-want +got):\n%s", diff)
	}
	if all[2]["envelope_id"] == all[3]["envelope_id"] || cmp.Diff(all[2]["payload"], all[3]["payload"]) != "" {
		t.Error("a command delivered again is not the same in another envelope")
	}
}

// sortedPair puts the first two, which are sent at once, in order.
func sortedPair(list []string) []string {
	if len(list) > 1 && list[0] > list[1] {
		list[0], list[1] = list[1], list[0]
	}
	return list
}

func TestSocketsAreGuarded(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	o := d.call("apps.connections.open", object{}, "app")
	dial := func() int {
		conn, resp, err := websocket.DefaultDialer.DialContext(t.Context(), str(o, "url"), nil)
		if err == nil {
			t.Cleanup(func() { _ = conn.Close() })
		}
		defer resp.Body.Close()
		return resp.StatusCode
	}
	if got := dial(); got != http.StatusSwitchingProtocols {
		t.Errorf("answered %d", got)
	}
	if got := dial(); got != http.StatusForbidden {
		t.Errorf("with a ticket that was used answered %d", got)
	}
	d.found("a ticket that was used before")
	for range maxSockets - 1 {
		d.connect()
	}
	d.Wait("ten connections", func() bool { return d.Connections() == maxSockets })
	o = d.call("apps.connections.open", object{}, "app")
	conn, resp, err := websocket.DefaultDialer.DialContext(t.Context(), str(o, "url"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	t.Cleanup(func() { _ = conn.Close() })
	if got := d.receive(conn); got["reason"] != "too_many_websockets" {
		t.Errorf("the eleventh is told %v", got)
	}
}

func TestLargeAcknowledgementsAreDropped(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.SetHTTP("")
	d.serve(d.connect(), func(e object) []object {
		return append([]object{{"envelope_id": e["envelope_id"], "payload": object{"text": strings.Repeat("x", maxAck)}}}, ackOnce(e)...)
	})
	d.Command(ann, general, "/x", "")
	d.found("which Slack drops")
	if said := d.Said(general); len(said) > 0 {
		t.Errorf("said %+v", said)
	}
}

func TestDroppedEnvelopes(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.SetHTTP("")
	// The app dies with the first connection, and comes back with a second.
	one := d.connect()
	go func() {
		d.receive(one)
		d.DropSockets()
	}()
	again := make(chan (<-chan []object), 1)
	go func() {
		d.Wait("the first connection to end", func() bool { return d.Connections() == 0 })
		again <- d.serve(d.connect(), ackOnce)
	}()
	got := d.Event("app_home_opened", object{"user": ann})
	if got.Ack.Failed != "" {
		t.Errorf("an event that nobody acknowledged was not sent again: %+v", got.Ack)
	}
	d.DropSockets()
	if all := <-<-again; len(all) != 1 || all[0]["retry_attempt"] != 1.0 {
		t.Errorf("sent again as %v", all)
	}
	d.found("")
}
