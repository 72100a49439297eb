package discordtest

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/hirebot/hirebot/bot/bottest"
)

const (
	guildID, appID, token = "900000000000000001", "900000000000000002", "bot-sample"
	general, secret       = "900000000000000101", "900000000000000102"
	ann, ben, nobody      = "900000000000000201", "900000000000000202", "900000000000000203"
)

// desk is a guild with an app that does what a test says.
type desk struct {
	*Server
	t   *testing.T
	rec *bottest.Noting
	mu  sync.Mutex
	now time.Time
	// app answers deliveries.
	app func(i object)
	// body is how deliveries over HTTP are answered; "" is 202.
	body string
	done sync.WaitGroup
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, rec: &bottest.Noting{TB: t}, now: time.Date(2026, 12, 9, 12, 0, 0, 0, time.UTC), app: func(object) {}}
	d.Server = New(d.rec, Options{
		Guild: guildID, AppID: appID, Token: token, Default: map[string]string{"form": "fill", "card": "show"}, Settle: d.done.Wait,
		Clock: func() time.Time {
			d.mu.Lock()
			defer d.mu.Unlock()
			return d.now
		},
	})
	d.AddUser(User{ID: ann, Name: "ann", GlobalName: "Ann"})
	d.AddUser(User{ID: ben, Name: "ben"})
	d.AddChannel(Channel{ID: general, Name: "general"})
	d.AddChannel(Channel{ID: secret, Name: "secret", Private: true, Members: []string{ann}})
	t.Cleanup(func() {
		for _, f := range d.rec.Found() {
			t.Error(f)
		}
	})
	return d
}

// later lets time pass.
func (d *desk) later(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = d.now.Add(by)
}

// overHTTP has deliveries come over HTTP, which are answered with 202 and then by the app.
func (d *desk) overHTTP() {
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, err := io.ReadAll(r.Body)
		if err != nil {
			d.t.Error(err)
		}
		var i object
		if json.Unmarshal(data, &i) != nil {
			http.Error(w, "bad", http.StatusBadRequest)
			return
		}
		d.mu.Lock()
		app, body := d.app, d.body
		d.mu.Unlock()
		if body != "" {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, body)
			return
		}
		w.WriteHeader(http.StatusAccepted)
		d.done.Add(1)
		go func() {
			defer d.done.Done()
			app(i)
		}()
	}))
	d.t.Cleanup(web.Close)
	d.SetHTTP(web.URL)
}

// answers has the app answer every delivery with this.
func (d *desk) answers(body string) {
	d.answersWith(func(i object) { d.callback(i, body) })
}

func (d *desk) answersWith(app func(i object)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.app = app
}

// callback gives the first answer to an interaction.
func (d *desk) callback(i object, body string) (int, object) {
	return d.call("POST", "interactions/"+str(i, "id")+"/"+str(i, "token")+"/callback", body)
}

// send sends a request and returns its status and JSON.
func (d *desk) send(method, path, contentType string, body io.Reader, bearer string) (int, any) {
	d.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, d.APIURL()+"v10/"+path, body)
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("User-Agent", "DiscordBot (https://example.org, 1.0)")
	req.Header.Set("Authorization", "Bot "+bearer)
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, object{"error": err.Error()}
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		d.t.Error(err)
	}
	var v any
	if json.Unmarshal(data, &v) != nil {
		v = object{"text": string(data)}
	}
	return resp.StatusCode, v
}

// call calls the API with JSON.
func (d *desk) call(method, path, body string) (int, object) {
	d.t.Helper()
	var reader io.Reader
	kind := ""
	if body != "" {
		reader, kind = strings.NewReader(body), "application/json"
	}
	status, v := d.send(method, path, kind, reader, token)
	o, _ := v.(object)
	return status, o
}

// post sends a message with files.
func (d *desk) post(method, path, payload string, names ...string) (int, object) {
	d.t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	if err := form.WriteField("payload_json", payload); err != nil {
		d.t.Fatal(err)
	}
	for i, name := range names {
		part, err := form.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {fmt.Sprintf(`form-data; name="files[%d]"; filename=%q`, i, name)}, "Content-Type": {"image/png"},
		})
		if err == nil {
			_, err = io.WriteString(part, "picture of "+name)
		}
		if err != nil {
			d.t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		d.t.Fatal(err)
	}
	status, v := d.send(method, path, form.FormDataContentType(), &b, token)
	o, _ := v.(object)
	return status, o
}

// say says something in a conversation and returns its id.
func (d *desk) say(channel, body string) string {
	d.t.Helper()
	status, o := d.call("POST", "channels/"+channel+"/messages", body)
	if status != http.StatusOK {
		d.t.Fatalf("status %d: %v", status, o)
	}
	return str(o, "id")
}

// wantCode checks an error code of an answer.
func (d *desk) wantCode(want int, o object) {
	d.t.Helper()
	if whole(o, "code") != want {
		d.t.Errorf("the answer is %v, want the code %d", o, want)
	}
}

// wantViolation checks that the server found this wrong; "" is nothing.
func (d *desk) wantViolation(says string) {
	d.t.Helper()
	wantProblem(d.t, d.rec.Found(), says)
}

// register registers commands for typing.
func (d *desk) register() {
	d.t.Helper()
	status, o := d.call("PUT", "applications/"+appID+"/guilds/"+guildID+"/commands", `[
		{"name": "card", "type": 1, "description": "Cards", "options": [
			{"type": 1, "name": "show", "description": "Show one", "options": [
				{"type": 3, "name": "name", "description": "Which", "required": true},
				{"type": 4, "name": "copies", "description": "How many", "min_value": 1, "max_value": 5},
				{"type": 6, "name": "who", "description": "For whom"},
				{"type": 3, "name": "color", "description": "Which", "choices": [{"name": "Deep blue", "value": "blue"}]}]},
			{"type": 1, "name": "say", "description": "Say one", "options": [{"type": 3, "name": "text", "description": "What"}]}]},
		{"name": "form", "description": "Forms", "options": [{"type": 1, "name": "fill", "description": "Fill in", "options": [
			{"type": 3, "name": "color", "description": "Which", "autocomplete": true}]}]},
		{"name": "Refer", "type": 3}]`)
	if status != http.StatusOK {
		d.t.Fatalf("status %d: %v", status, o)
	}
}

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
