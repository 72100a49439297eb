package discordtest

import (
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
)

// follow opens a session with these intents, and takes what comes until the connection ends. It returns
// what has come so far.
func (d *desk) follow(intents int) func() []object {
	d.t.Helper()
	k := d.dial("/gateway/")
	k.send(opIdentify, identity(object{"intents": intents}))
	k.until("READY")
	var mu sync.Mutex
	var got []object
	go func() {
		for {
			o, _ := k.read()
			if o == nil {
				return
			}
			mu.Lock()
			got = append(got, o)
			mu.Unlock()
			if o["t"] == "INTERACTION_CREATE" {
				d.mu.Lock()
				app := d.app
				d.mu.Unlock()
				app(in(o, "d"))
			}
		}
	}()
	return func() []object {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(got)
	}
}

// namesOf are the names of events.
func namesOf(events []object) []string {
	var out []string
	for _, o := range events {
		out = append(out, str(o, "t"))
	}
	return out
}

func TestEventsGoToWhoAskedForThem(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Server.mu.Lock()
	d.o.Privileged = PrivilegedMembers
	d.Server.mu.Unlock()
	few := d.follow(intentGuilds)
	all := d.follow(intentGuilds | intentMembers | intentMessages | intentDirect)
	d.ChangeMember(Member{Guild: guildID, User: ben, Nick: "Benny"})
	d.RemoveMember(guildID, ben)
	d.ChangeChannel(Channel{ID: general, Name: "everyone"})
	d.ChangeChannel(Channel{ID: "900000000000000109", Name: "new"})
	d.RemoveChannel("900000000000000109")
	d.Speak(ann, general, "hello")
	d.Speak(ann, d.DM(ann), "hello to you")
	d.JoinGuild("900000000000000009", "Another")
	d.GuildOutage("900000000000000009")
	d.RemoveGuild("900000000000000009")
	d.Event("NEVER_HEARD_OF", object{"x": 1})
	want := []string{
		"GUILD_CREATE", "GUILD_MEMBER_UPDATE", "GUILD_MEMBER_REMOVE", "CHANNEL_UPDATE", "CHANNEL_CREATE", "CHANNEL_DELETE", "MESSAGE_CREATE",
		"MESSAGE_CREATE", "GUILD_CREATE", "GUILD_DELETE", "GUILD_DELETE", "NEVER_HEARD_OF",
	}
	if got := namesOf(all()); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	fewer := slices.DeleteFunc(want, func(name string) bool {
		return slices.Contains([]string{"GUILD_MEMBER_UPDATE", "GUILD_MEMBER_REMOVE", "MESSAGE_CREATE"}, name)
	})
	if got := namesOf(few()); !slices.Equal(got, fewer) {
		t.Errorf("%q, want %q", got, fewer)
	}
	for _, o := range all() {
		// Without the intent for content only what is said directly is told.
		if data := in(o, "d"); o["t"] == "MESSAGE_CREATE" && (data["content"] == "") != (data["guild_id"] == guildID) {
			t.Errorf("%v", data)
		}
	}
	if _, o := d.call("GET", "guilds/900000000000000009", ""); whole(o, "code") != codeUnknownGuild {
		t.Errorf("%v", o)
	}
	d.wantViolation("")
}

func TestInteractionsOverTheGateway(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.register()
	d.answers(`{"type": 4, "data": {"content": "there", ` + silent + `}}`)
	got := d.follow(intentGuilds)
	message := d.say(general, said(`"content": "x", "components": [{"type": 1, "components": [{"type": 5, "custom_id": "who"}]}]`))
	if act := d.Menu(ann, general, "Refer", message); act.Notice != "" {
		t.Errorf("%+v", act)
	}
	d.Choose(ann, general, message, "who", ben)
	d.Duplicate(true)
	d.Command(ann, general, "/card one")
	var data []object
	for _, o := range got() {
		if o["t"] == "INTERACTION_CREATE" {
			data = append(data, in(in(o, "d"), "data"))
		}
	}
	if len(data) != 4 {
		t.Fatalf("%v", data)
	}
	if in(in(data[0], "resolved"), "messages")[message] == nil || in(in(data[1], "resolved"), "users")[ben] == nil || data[2]["name"] != "card" {
		t.Errorf("%v", data)
	}
	// One that is not answered is told of as people see it.
	d.Duplicate(false)
	d.ExpireInteractions(true)
	far, in := d.far()
	if act := far.Type(t, ann, in, "/card one"); act.Notice != unanswered {
		t.Errorf("%+v", act)
	}
	if act := far.Press(t, ann, far.Messages(t, ann, bot.Conversation{Channel: d.withButton()})[0], "x"); act.Notice != failed {
		t.Errorf("%+v", act)
	}
	d.wantViolation("")
}

// withButton says something with a button in the direct messages of somebody, and returns where.
func (d *desk) withButton() string {
	dm := d.DM(ann)
	d.say(dm, row(button))
	return dm
}

func TestSilentConnectionsTimeOut(t *testing.T) {
	t.Parallel()
	d := &desk{t: t, rec: &bottest.Noting{TB: t}}
	d.Server = New(d.rec, Options{Token: token, Heartbeat: 10 * time.Millisecond})
	k := d.dial("/gateway/")
	k.send(opIdentify, identity(nil))
	id := str(in(k.until("READY"), "d"), "session_id")
	k.wantClosed(CloseTimedOut)
	k = d.dial("/resume/")
	k.send(opResume, object{"token": token, "session_id": id, "seq": 1})
	if o := k.next(); o["op"] != 9.0 || o["d"] != false {
		t.Errorf("a session that timed out goes on: %v", o)
	}
	if failures := d.rec.Found(); len(failures) > 0 {
		t.Error(failures)
	}
}

func TestInvalidSessionsMayGoOn(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	k := d.dial("/gateway/")
	k.send(opIdentify, identity(nil))
	id := str(in(k.until("READY"), "d"), "session_id")
	k.until("GUILD_CREATE")
	d.InvalidateSession(true)
	if o := k.next(); o["op"] != 9.0 || o["d"] != true {
		t.Errorf("%v", o)
	}
	seq := k.seq
	k = d.dial("/resume/")
	k.send(opResume, object{"token": token, "session_id": id, "seq": seq})
	if o := k.next(); o["t"] != "RESUMED" {
		t.Errorf("%v", o)
	}
	d.wantViolation("")
}

func TestGatewayIsNamed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.SetShards(3)
	_, o := d.call("GET", "gateway/bot", "")
	limit := in(o, "session_start_limit")
	if o["shards"] != 3.0 || limit["remaining"] != 1000.0 || o["url"] != d.gatewayURL("/gateway/") {
		t.Errorf("%v", o)
	}
	for _, path := range []string{"gateway", "users/@me", "users/@me/guilds", "applications/@me", "oauth2/applications/@me", "guilds/" + guildID,
		"guilds/" + guildID + "/channels", "guilds/" + guildID + "/roles", "guilds/" + guildID + "/members/" + ann, "users/" + ann,
		"applications/" + appID + "/guilds/" + guildID + "/commands", "channels/" + secret} {
		if status, v := d.send("GET", path, "", nil, token); status != http.StatusOK {
			t.Errorf("%s: %d, %v", path, status, v)
		}
	}
	d.wantViolation("")
}
