package discordtest

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestConversationsArePlayed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.say(general, said(`"content": "hello **you**"`))
	path := "channels/" + general + "/messages"
	if _, o := d.call("GET", path+"/"+id, ""); o["content"] != "hello **you**" || in(o, "author")["id"] != appID {
		t.Errorf("%v", o)
	}
	if status, o := d.call("PATCH", path+"/"+id, said(`"content": "changed"`)); status != http.StatusOK || o["edited_timestamp"] == nil {
		t.Errorf("%d, %v", status, o)
	}
	var ids []string
	for range 4 {
		ids = append(ids, d.say(general, said(`"content": "more"`)))
	}
	for query, want := range map[string][]string{
		"limit=2": {ids[3], ids[2]}, "after=" + ids[0] + "&limit=2": {ids[2], ids[1]}, "before=" + ids[1]: {ids[0], id},
		"around=" + ids[1] + "&limit=3": {ids[2], ids[1], ids[0]},
	} {
		_, v := d.send("GET", path+"?"+query, "", nil, token)
		var got []string
		for _, m := range objects(v) {
			got = append(got, str(m, "id"))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	if status, _ := d.call("DELETE", path+"/"+id, ""); status != http.StatusNoContent {
		t.Errorf("status %d", status)
	}
	_, o := d.call("GET", path+"/"+id, "")
	d.wantCode(codeUnknownMessage, o)
	d.wantViolation("")
	d.call("GET", path+"?limit=101", "")
	d.wantViolation("limit")
}

func TestErrorsAreDiscords(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.AddUser(User{ID: nobody, Name: "nobody"})
	d.Deny(secret, PermissionSend)
	d.CloseDMs(ben, true)
	stranger := "900000000000000999"
	body := said(`"content": "x"`)
	for _, c := range []struct {
		method, path, body string
		code               int
	}{
		{"GET", "channels/" + stranger, "", codeUnknownChannel},
		{"POST", "channels/" + stranger + "/messages", body, codeUnknownChannel},
		{"POST", "channels/nowhere/messages", body, codeInvalidForm},
		{"GET", "guilds/" + stranger, "", codeUnknownGuild},
		{"GET", "guilds/" + guildID + "/members/" + stranger, "", codeUnknownUser},
		{"GET", "users/" + stranger, "", codeUnknownUser},
		{"GET", "channels/" + general + "/messages/" + stranger, "", codeUnknownMessage},
		{"POST", "channels/" + secret + "/messages", body, codeMissingPermissions},
		{"POST", "channels/" + d.DM(ben) + "/messages", body, codeCannotDM},
		{"POST", "users/@me/channels", `{"recipient_id": "` + stranger + `"}`, codeInvalidRecipients},
	} {
		_, o := d.call(c.method, c.path, c.body)
		if whole(o, "code") != c.code {
			t.Errorf("%s %s is answered with %v, want %d", c.method, c.path, o, c.code)
		}
	}
	d.Deny(secret, PermissionView)
	_, o := d.call("GET", "channels/"+secret, "")
	d.wantCode(codeMissingAccess, o)
	d.RemoveMember(guildID, nobody)
	_, o = d.call("GET", "guilds/"+guildID+"/members/"+nobody, "")
	d.wantCode(codeUnknownMember, o)
	if status, _ := d.send("GET", "users/@me", "", nil, "wrong"); status != http.StatusUnauthorized {
		t.Errorf("a wrong token: %d", status)
	}
	d.wantViolation("")
	_, o = d.call("POST", "channels/"+general+"/messages", `{}`)
	d.wantCode(codeEmptyMessage, o)
	d.wantViolation("empty")
	_, o = d.call("POST", "channels/"+general+"/messages", embed(`"title": "`+long(257)+`"`))
	d.wantCode(codeInvalidForm, o)
	if in(in(in(in(o, "errors"), "embeds"), "0"), "title")["_errors"] == nil {
		t.Errorf("%v", o)
	}
	d.wantViolation("/embeds/0/title")
	d.call("GET", "nothing/here", "")
	d.wantViolation("no such address")
}

func TestNoncesFindTheirMessage(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	body := said(`"content": "x", "nonce": "n1", "enforce_nonce": true`)
	first := d.say(general, body)
	if again := d.say(general, body); again != first {
		t.Errorf("%s became %s", first, again)
	}
	if free := d.say(general, said(`"content": "x", "nonce": "n1"`)); free == first {
		t.Error("a nonce that is not enforced finds its message")
	}
	d.later(nonceLife + time.Second)
	if later := d.say(general, body); later == first {
		t.Error("a nonce is remembered forever")
	}
}

func TestFilesStayPrivate(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	dm := d.DM(ann)
	status, o := d.post("POST", "channels/"+dm+"/messages",
		said(`"content": "x", "embeds": [{"image": {"url": "attachment://a.png"}}], "attachments": [{"id": 0, "description": "a dot"}, {"id": 1}]`), "a.png", "b.png")
	if status != http.StatusOK || len(objects(o["attachments"])) != 1 {
		t.Fatalf("%d, %v", status, o)
	}
	d.wantViolation("")
	address := str(in(objects(o["embeds"])[0], "image"), "url")
	resp, err := http.Get(address) //nolint:gosec,noctx // the server's own address
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(resp.Body)
	if err != nil || string(data) != "picture of a.png" || resp.Body.Close() != nil {
		t.Errorf("%q, %v", data, err)
	}
	d.Server.mu.Lock()
	seen := d.seeConversationLocked("discord:x", ann, dm)
	d.Server.mu.Unlock()
	if len(seen) != 1 || len(seen[0].Pictures) != 2 {
		t.Fatalf("%+v", seen)
	}
	if alts := seen[0].Pictures[0].Alt + seen[0].Pictures[1].Alt; alts != "a dot" {
		t.Errorf("descriptions %q", alts)
	}
	// Without a list the files stay, with an empty one they go.
	path := "channels/" + dm + "/messages/" + str(o, "id")
	if _, o := d.call("PATCH", path, said(`"content": "y"`)); len(objects(o["attachments"])) != 1 {
		t.Errorf("%v", o)
	}
	if _, o := d.call("PATCH", path, said(`"content": "y", "embeds": [], "attachments": []`)); len(objects(o["attachments"])) != 0 {
		t.Errorf("%v", o)
	}
	d.wantViolation("")
	d.post("POST", "channels/"+general+"/messages", said(`"content": "x"`), "a.png")
	d.wantViolation("no direct message")
	d.AllowFilesIn(general)
	d.post("POST", "channels/"+general+"/messages", said(`"content": "x"`), "a.png")
	d.wantViolation("")
	d.post("POST", "channels/"+general+"/messages", said(`"content": "x", "embeds": [{"image": {"url": "attachment://z.png"}}]`), "a.png")
	d.wantViolation("there is no file for attachment://z.png")
}

func TestCommandsAreRegisteredInGuildsOnly(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.register()
	first := d.Commands(guildID)
	d.register()
	if again := d.Commands(guildID); len(again) != 3 || again[0]["id"] != first[0]["id"] {
		t.Errorf("%v became %v", first, again)
	}
	d.wantViolation("")
	d.call("PUT", "applications/"+appID+"/commands", `[{"name": "x", "description": "y"}]`)
	d.wantViolation("for every guild")
	d.call("PUT", "applications/"+appID+"/commands", `[]`)
	d.wantViolation("")
	_, o := d.call("PUT", "applications/"+appID+"/guilds/"+guildID+"/commands", `[{"name": "Bad Name", "description": "y"}]`)
	d.wantCode(codeInvalidForm, o)
	d.wantViolation("no name of a command")
}

func TestWhatGoesWrongWithAnyCall(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	path, body := "channels/"+general+"/messages", said(`"content": "x"`)
	before := len(d.Said(general))
	for _, late := range []bool{false, true} {
		d.Misbehave(func(string) Failure { return Failure{Status: http.StatusBadGateway, Late: late} })
		if status, _ := d.call("POST", path, body); status != http.StatusBadGateway {
			t.Errorf("late %v: answered %d", late, status)
		}
	}
	if n := len(d.Said(general)) - before; n != 1 {
		t.Errorf("%d of two messages arrived, want the late one", n)
	}
	d.Misbehave(nil)
	if status, _ := d.call("POST", path, body); status != http.StatusOK {
		t.Errorf("afterwards: %d", status)
	}
}

func TestLimitsAreKept(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	route := "POST /channels/{channel}/messages"
	path, body := "channels/"+general+"/messages", said(`"content": "x"`)
	d.Fail(route, Failure{Status: 429, RetryAfter: 3600})
	if status, o := d.call("POST", path, body); status != 429 || o["retry_after"] != 3600.0 || o["global"] != false {
		t.Errorf("%d, %v", status, o)
	}
	if status, _ := d.call("GET", "channels/"+general, ""); status != http.StatusOK {
		t.Errorf("another route: %d", status)
	}
	d.wantViolation("")
	d.call("POST", path, body)
	d.wantViolation("too early")
	d.Fail(AnyRoute, Failure{Status: 429, RetryAfter: 3600, Global: true})
	if _, o := d.call("GET", "channels/"+secret, ""); o["global"] != true {
		t.Errorf("%v", o)
	}
	d.call("GET", "users/@me", "")
	d.wantViolation("too early")
}

func TestCallsGoWrong(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	route := "POST /channels/{channel}/messages"
	path, body := "channels/"+general+"/messages", said(`"content": "x"`)
	d.Fail(route, Failure{Status: 502})
	if status, o := d.call("POST", path, body); status != 502 || str(o, "text") == "" {
		t.Errorf("%d, %v", status, o)
	}
	d.Fail(route, Failure{Code: codeMissingAccess})
	_, o := d.call("POST", path, body)
	d.wantCode(codeMissingAccess, o)
	d.Fail(route, Failure{Drop: true})
	if status, _ := d.call("POST", path, body); status != 0 {
		t.Errorf("status %d", status)
	}
	if n := len(d.Said(general)); n != 1 {
		t.Errorf("%d messages", n)
	}
	hold := make(chan struct{})
	d.Fail(route, Failure{Delay: hold})
	answered := make(chan int)
	go func() {
		status, _ := d.call("POST", path, body)
		answered <- status
	}()
	d.Wait("the call", func() bool { return len(d.Calls(route)) == 4 })
	close(hold)
	if status := <-answered; status != http.StatusOK {
		t.Errorf("status %d", status)
	}
}

func TestInteractionsAreAnsweredOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.register()
	d.overHTTP()
	show := func() *Delivery { return d.Command(ann, general, "/card show one") }
	last := func() Said { all := d.Said(general); return all[len(all)-1] }

	d.answers(`{"type": 4, "data": {"content": "hello", "flags": 64, ` + silent + `}}`)
	first := show()
	if m := last(); m.Content != "hello" || m.For != ann || first.Notice != "" {
		t.Errorf("%+v, %+v", m, first)
	}
	d.wantViolation("")

	// Delivered again it is not answered again.
	d.Redeliver(first)
	if n := len(d.Said(general)); n != 1 {
		t.Errorf("%d messages", n)
	}
	d.wantViolation("")
	_, o := d.callback(first.Payload, `{"type": 4, "data": {"content": "hello", `+silent+`}}`)
	d.wantCode(codeAcknowledged, o)

	// An ephemeral message is reached through its token alone.
	id := last().ID
	_, o = d.call("PATCH", "channels/"+general+"/messages/"+id, said(`"content": "x"`))
	d.wantCode(codeUnknownMessage, o)
	d.wantViolation("only be reached through the token")
	hook := "webhooks/" + appID + "/" + str(first.Payload, "token")
	if status, o := d.call("PATCH", hook+"/messages/@original", said(`"content": "changed"`)); status != http.StatusOK || last().Content != "changed" {
		t.Errorf("%d, %v", status, o)
	}
	_, o = d.call("POST", hook, said(`"content": "more", "flags": 64`))
	if status, _ := d.call("PATCH", hook+"/messages/"+str(o, "id"), said(`"content": "less"`)); status != http.StatusOK || last().Content != "less" || last().For != ann {
		t.Errorf("%d, %+v", status, last())
	}
	if status, _ := d.call("DELETE", hook+"/messages/"+str(o, "id"), ""); status != http.StatusNoContent || len(d.Said(general)) != 1 {
		t.Errorf("status %d", status)
	}
	d.later(tokenLife + time.Second)
	_, o = d.call("PATCH", hook+"/messages/@original", said(`"content": "late"`))
	d.wantCode(codeInvalidToken, o)
	d.wantViolation("")

	// A second answer without a second delivery is a mistake.
	d.answersWith(func(i object) {
		d.callback(i, `{"type": 5}`)
		d.callback(i, `{"type": 5}`)
	})
	show()
	d.wantViolation("answered already")

	d.ExpireInteractions(true)
	d.answersWith(func(i object) {
		_, o := d.callback(i, `{"type": 5}`)
		d.wantCode(codeUnknownInteraction, o)
	})
	if got := show(); got.Notice != unanswered {
		t.Errorf("%+v", got)
	}
	d.wantViolation("")
	d.ExpireInteractions(false)
	d.answersWith(func(i object) {
		d.later(answerLife + time.Second)
		d.callback(i, `{"type": 5}`)
	})
	show()
	d.wantViolation("comes after 4s")
}

func TestCallbacksTellOfTheirMessage(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.register()
	d.overHTTP()
	d.answersWith(func(i object) {
		status, o := d.call("POST", "interactions/"+str(i, "id")+"/"+str(i, "token")+"/callback?with_response=true",
			`{"type": 4, "data": {"content": "there", "flags": 64, `+silent+`}}`)
		shown := in(in(o, "resource"), "message")
		if told := in(o, "interaction"); status != http.StatusOK || told["response_message_ephemeral"] != true || told["response_message_id"] != shown["id"] {
			t.Errorf("%d, %v", status, o)
		}
		if shown["content"] != "there" || whole(shown, "flags")&flagEphemeral == 0 {
			t.Errorf("%v", shown)
		}
	})
	d.Command(ann, general, "/card one")
	if all := d.Said(general); len(all) != 1 || all[0].For != ann {
		t.Errorf("%+v", all)
	}
	d.wantViolation("")
}

func TestDeferredAnswersAreFilledIn(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.register()
	d.overHTTP()
	d.answers(`{"type": 5, "data": {"flags": 64}}`)
	given := d.Command(ann, general, "/card show one")
	if m := d.Said(general)[0]; !m.Loading || m.For != ann {
		t.Errorf("%+v", m)
	}
	hook := "webhooks/" + appID + "/" + str(given.Payload, "token")
	// It cannot become one that everybody sees.
	d.call("PATCH", hook+"/messages/@original", said(`"content": "there", "flags": 0`))
	if m := d.Said(general)[0]; m.Loading || m.For != ann || m.Content != "there" {
		t.Errorf("%+v", m)
	}
	d.wantViolation("")
	given = d.Command(ann, general, "/card show one")
	hook = "webhooks/" + appID + "/" + str(given.Payload, "token")
	d.call("POST", hook, said(`"content": "more"`))
	d.wantViolation("changing @original")
	d.post("PATCH", hook+"/messages/@original", said(`"content": "more"`), "a.png")
	d.wantViolation("no direct message")
}

func TestAnswersFitTheirInteraction(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.register()
	d.overHTTP()
	asks := `{"type": 9, "data": ` + modal(labelled(`{"type": 4, "custom_id": "a", "style": 1, "required": false}`)) + `}`
	d.answers(asks)
	opens := d.Command(ann, general, "/form")
	if opens.Modal == nil {
		t.Fatalf("%+v", opens)
	}
	d.wantViolation("")
	d.answers(`{"type": 7, "data": {"content": "x", ` + silent + `}}`)
	d.Command(ann, general, "/form")
	d.wantViolation("no message to update")
	d.answers(`{"type": 8, "data": {"choices": []}}`)
	d.Command(ann, general, "/form")
	d.wantViolation("an autocomplete, and nothing else")
	d.answers(`{"type": 4, "data": {"content": "x", ` + silent + `}}`)
	d.Autocomplete(ann, general, "/form color:re")
	d.wantViolation("an autocomplete, and nothing else")
	d.answers(`{"type": 8, "data": {"choices": [{"name": "Red", "value": "red"}]}}`)
	if got := d.Autocomplete(ann, general, "/form color:re"); len(got.Choices) != 1 || got.Choices[0]["name"] != "Red" {
		t.Errorf("%+v", got)
	}
	d.wantViolation("")
	d.answers(`{"type": 1}`)
	d.Command(ann, general, "/form")
	d.wantViolation("a ping, and nothing else")
	d.answers(`{"type": 44}`)
	d.Command(ann, general, "/form")
	d.wantViolation("is of type 44")
	d.answers(`{"type": 9, "data": ` + modal(repeat(`{"type": 10, "content": "x"}`, 6)) + `}`)
	d.Command(ann, general, "/form")
	d.wantViolation("must be between 1 and 5")

	d.answers(asks)
	p := &people{Server: d.Server}
	d.mu.Lock()
	room := d.rooms[general]
	d.mu.Unlock()
	p.submit(ann, &opened{modal: opens.Modal, user: ann, room: room}, []any{}, nil)
	d.wantViolation("a modal cannot be answered with a modal")
}

func TestResponsesOverHTTPAreAnswers(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.register()
	d.overHTTP()
	d.mu.Lock()
	d.body = `{"type": 4, "data": {"content": "x", "allowed_mentions": {"parse": []}}}`
	d.mu.Unlock()
	d.Command(ann, general, "/card one")
	if all := d.Said(general); len(all) != 1 || all[0].Content != "x" {
		t.Errorf("%+v", all)
	}
	d.wantViolation("")
	d.mu.Lock()
	d.body = `{"type": 4, "data": {"content": "x"}}`
	d.mu.Unlock()
	d.Command(ann, general, "/card one")
	d.wantViolation("whom it may alert")
	// A ping that is not answered with a pong, and signatures that are not looked at.
	d.Verify()
	all := strings.Join(d.rec.Found(), "\n")
	for _, says := range []string{"a ping is answered", "no signature is answered with status 200", "another timestamp"} {
		if !strings.Contains(all, says) {
			t.Errorf("nothing says %q: %s", says, all)
		}
	}
}

func TestComponentsAreUsed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.overHTTP()
	id := d.say(general, row(button))
	var got object
	d.answersWith(func(i object) {
		got = i
		d.callback(i, `{"type": 7, "data": {"content": "pressed", "components": [], `+silent+`}}`)
	})
	d.Server.mu.Lock()
	r := d.rooms[general]
	m := r.find(id)
	d.Server.mu.Unlock()
	d.use(ann, r, m, buttonsOf(m.Components)[0], "a", nil)
	if said := d.Said(general); len(said) != 1 || said[0].Content != "pressed" || len(said[0].Components) != 0 {
		t.Errorf("%+v", said)
	}
	if str(in(got, "message"), "id") != id || str(in(got, "data"), "custom_id") != "a" || str(in(in(got, "member"), "user"), "id") != ann {
		t.Errorf("%v", got)
	}
	d.wantViolation("")
}

func TestTypedOptions(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.register()
	d.overHTTP()
	var got object
	d.answersWith(func(i object) {
		got = in(i, "data")
		d.callback(i, `{"type": 5}`)
	})
	d.Command(ann, general, `/card one "two three" copies:3 who:@ben color:"deep blue"`)
	sub := objects(got["options"])[0]
	var options []string
	for _, o := range objects(sub["options"]) {
		options = append(options, fmt.Sprint(o["name"], "=", o["value"]))
	}
	if want := []string{"name=one two three", "copies=3", "who=" + ben, "color=blue"}; sub["name"] != "show" || !slices.Equal(options, want) {
		t.Errorf("%v: %q, want %q", sub["name"], options, want)
	}
	if in(in(in(got, "resolved"), "users"), ben)["username"] != "ben" {
		t.Errorf("%v", got["resolved"])
	}
	d.Command(ann, general, `/card say it's "<!x> y" a:b`)
	if o := objects(objects(got["options"])[0]["options"]); o[0]["value"] != `it's "<!x> y" a:b` {
		t.Errorf("%v", o)
	}
	d.wantViolation("")
}
