package slacktest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
)

// desk is a workspace with an app that does what a test says.
type desk struct {
	*Server
	t   *testing.T
	rec *bottest.Noting
	now time.Time
	mu  sync.Mutex
	// app answers deliveries over HTTP.
	app func(w http.ResponseWriter, r *http.Request, body []byte)
	// requests are those that it got.
	requests []*http.Request
}

const (
	team, general, secret = "T0TEST", "C0GENERAL", "C0SECRET"
	ann, ben              = "U0ANN", "U0BEN"
)

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, rec: &bottest.Noting{TB: t}, now: time.Date(2026, 12, 9, 12, 0, 0, 0, time.UTC), app: func(http.ResponseWriter, *http.Request, []byte) {}}
	d.Server = New(d.rec, Options{
		Team: team, BotUser: "U0BOT", BotToken: "bot", AppToken: "app", SigningSecret: "signing",
		Clock: func() time.Time {
			d.mu.Lock()
			defer d.mu.Unlock()
			return d.now
		},
	})
	d.AddUser(User{ID: ann, Name: "ann", RealName: "Ann", Email: "ann@example.org", TZ: "Asia/Kolkata"})
	d.AddUser(User{ID: ben, Name: "ben"})
	d.AddUser(User{ID: "U0GONE", Name: "gone", Deleted: true})
	d.AddChannel(Channel{ID: general, Name: "general", Members: []string{ann, ben}, Bot: true})
	d.AddChannel(Channel{ID: "C0OTHER", Name: "other", Members: []string{ann}})
	d.AddChannel(Channel{ID: secret, Name: "secret", Private: true, Members: []string{ann}})
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		d.mu.Lock()
		d.requests = append(d.requests, r)
		app := d.app
		d.mu.Unlock()
		app(w, r, body)
	}))
	t.Cleanup(app.Close)
	d.SetHTTP(app.URL)
	return d
}

// later lets time pass.
func (d *desk) later(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = d.now.Add(by)
}

// answers sets how the app acknowledges from now on.
func (d *desk) answers(contentType, body string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.app = func(w http.ResponseWriter, _ *http.Request, _ []byte) {
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		_, _ = io.WriteString(w, body)
	}
}

// do sends a request and returns its status and JSON.
func (d *desk) do(req *http.Request) (int, object) {
	d.t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, object{"error": err.Error()}
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	var o object
	if json.Unmarshal(data, &o) != nil {
		o = object{"text": string(data)}
	}
	return resp.StatusCode, o
}

// call calls a method with JSON and the bot token, or the token that follows.
func (d *desk) call(method string, args object, token ...string) object {
	d.t.Helper()
	data, err := json.Marshal(args)
	if err != nil {
		d.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, d.APIURL()+method, bytes.NewReader(data))
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("Authorization", "Bearer "+append(token, "bot")[0])
	_, o := d.do(req)
	return o
}

// want checks how a call ended, and what the server found wrong: nothing where says is "".
func (d *desk) want(o object, code, says string) {
	d.t.Helper()
	got, _ := o["error"].(string)
	if got != code || (o["ok"] == true) != (code == "") {
		d.t.Errorf("answered %v, want the error %q", o, code)
	}
	d.found(says)
}

// found checks what the server found wrong since the last time.
func (d *desk) found(says string) {
	d.t.Helper()
	failures := d.rec.Found()
	if says == "" && len(failures) > 0 {
		d.t.Errorf("found wrong: %q", failures)
	}
	if says != "" {
		wantProblem(d.t, failures, says)
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.want(d.call("auth.test", object{}), "", "")
	d.want(d.call("auth.test", object{}, "wrong"), "invalid_auth", "")
	d.want(d.call("auth.test", object{}, "app"), "not_allowed_token_type", "wrong one of the two tokens")
	d.want(d.call("auth.test", object{}, ""), "not_authed", "without a token")
	d.want(d.call("apps.connections.open", object{}, "app"), "", "")
	d.want(d.call("apps.connections.open", object{}), "not_allowed_token_type", "wrong one of the two tokens")
	d.want(d.call("auth.nothing", object{}), "unknown_method", "no such method")
	form := func(address, body string) object {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.APIURL()+address, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		_, o := d.do(req)
		return o
	}
	d.want(form("users.info", "token=bot&user="+ann), "", "")
	d.want(form("users.info?token=bot", "token=bot&user="+ann), "", "stands in the address")
	d.want(form("chat.postMessage", "token=bot&text=x&channel="+general+"&blocks="+url.QueryEscape(`[{"type":"divider"}]`)), "", "")
	d.want(form("chat.postMessage", "token=bot&text=x&channel="+general+"&blocks=%5B"), "invalid_arguments", "blocks is no JSON")
	d.want(d.call("users.info", object{}), "invalid_arguments", "user is missing")

	d.o.Scopes = []string{"users:read"}
	got := d.call("chat.postMessage", object{"channel": general, "text": "x"})
	d.want(got, "missing_scope", "")
	if got["needed"] != "chat:write" || got["provided"] != "users:read" {
		t.Errorf("answered %v", got)
	}
	profile := in(in(d.call("users.info", object{"user": ann}), "user"), "profile")
	if _, there := profile["email"]; there {
		t.Error("without its scope the e-mail address is shown")
	}
}

func TestMessages(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	post := func(channel, text string) object {
		return d.call("chat.postMessage", object{"channel": channel, "text": text, "metadata": object{"event_type": "e", "event_payload": object{"id": text}}})
	}
	first := post(general, "one")
	d.want(first, "", "")
	d.want(post(general, "two"), "", "")
	d.want(post("C0NONE", "x"), "channel_not_found", "")
	d.want(post(secret, "x"), "channel_not_found", "")
	d.want(post("C0OTHER", "x"), "not_in_channel", "")
	d.want(d.call("chat.postMessage", object{"channel": general}), "no_text", "says nothing")
	d.want(d.call("chat.postMessage", object{"channel": general, "text": "x", "blocks": "x"}), "invalid_arguments", "no JSON")
	d.want(d.call("chat.postMessage", object{"channel": general, "text": "x", "blocks": object{}}), "invalid_blocks_format", "no array")
	d.want(d.call("chat.postMessage", object{"channel": general, "blocks": []any{object{"type": "divider"}}}), "invalid_blocks", "needs a text too")
	d.want(d.call("chat.postMessage", object{"channel": general, "text": "@ann", "link_names": true}), "", "alert people")
	d.want(d.call("chat.postMessage", object{"channel": general, "text": strings.Repeat("x", 4001)}), "msg_too_long", "4001 characters")
	d.want(d.call("chat.postMessage", object{"channel": general, "text": "x", "metadata": object{"event_type": ""}}), "invalid_metadata_format", "event_payload is missing")
	d.want(d.call("chat.postMessage", object{"channel": ann, "text": "to her"}), "", "")
	if said := d.Said(d.DM(ann)); len(said) != 1 || said[0].Text != "to her" {
		t.Errorf("said to Ann: %+v", said)
	}

	update := func(ts any, text string) object {
		return d.call("chat.update", object{"channel": general, "ts": ts, "text": text})
	}
	d.want(update(first["ts"], "changed"), "", "")
	d.want(update("1.000000", "x"), "message_not_found", "")
	private := d.call("chat.postEphemeral", object{"channel": general, "user": ann, "text": "for you"})
	d.want(private, "", "")
	d.want(update(private["message_ts"], "x"), "message_not_found", "")
	d.want(d.call("chat.postEphemeral", object{"channel": general, "user": "U0NOBODY", "text": "x"}), "user_not_in_channel", "")

	page := func(args object) object {
		args["channel"], args["include_all_metadata"] = general, true
		o := d.call("conversations.history", args)
		d.want(o, "", "")
		return o
	}
	newest := page(object{"limit": 2})
	texts := func(o object) (out []string) {
		for _, m := range objects(o["messages"]) {
			out = append(out, str(m, "text"))
		}
		return out
	}
	if diff := cmp.Diff([]string{"@ann", "two"}, texts(newest)); diff != "" || newest["has_more"] != true {
		t.Errorf("newest page %v (-want +got):\n%s", newest["has_more"], diff)
	}
	rest := page(object{"cursor": in(newest, "response_metadata")["next_cursor"]})
	if diff := cmp.Diff([]string{"changed"}, texts(rest)); diff != "" {
		t.Errorf("next page (-want +got):\n%s", diff)
	}
	kept := in(in(objects(rest["messages"])[0], "metadata"), "event_payload")
	if kept["id"] != "one" {
		t.Errorf("an edited message has the metadata %v", kept)
	}
	if got := texts(page(object{"oldest": first["ts"]})); len(got) != 2 {
		t.Errorf("since the first: %q", got)
	}
	if got := texts(page(object{"oldest": first["ts"], "inclusive": true})); len(got) != 3 {
		t.Errorf("from the first: %q", got)
	}
	d.want(d.call("conversations.history", object{"channel": "C0OTHER"}), "not_in_channel", "")
	d.want(d.call("conversations.history", object{"channel": general, "cursor": "x"}), "invalid_cursor", "")
	d.want(d.call("chat.delete", object{"channel": general, "ts": first["ts"]}), "", "")
	d.want(update(first["ts"], "x"), "message_not_found", "")
}

func TestPeopleAndConversations(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	dm := d.call("conversations.open", object{"users": ann})
	d.want(dm, "", "")
	if again := d.call("conversations.open", object{"users": ann}); cmp.Diff(dm, again) != "" || !strings.HasPrefix(str(in(dm, "channel"), "id"), "D") {
		t.Errorf("opened as %v and %v", dm, again)
	}
	for user, code := range map[string]string{"U0NOBODY": "user_not_found", "U0GONE": "user_disabled", "U0BOT": "cannot_dm_bot"} {
		d.want(d.call("conversations.open", object{"users": user}), code, "")
	}
	d.want(d.call("users.info", object{"user": "U0NOBODY"}), "user_not_found", "")
	found := d.call("users.lookupByEmail", object{"email": "Ann@example.org"})
	d.want(found, "", "")
	if str(in(found, "user"), "id") != ann || str(in(found, "user"), "tz") != "Asia/Kolkata" {
		t.Errorf("found %v", found)
	}
	d.want(d.call("users.lookupByEmail", object{"email": "x@example.org"}), "users_not_found", "")

	names := func(method, types string) (out []string) {
		for _, c := range objects(d.call(method, object{"types": types})["channels"]) {
			out = append(out, str(c, "id"))
		}
		return out
	}
	if diff := cmp.Diff([]string{general, "C0OTHER"}, names("conversations.list", "public_channel,private_channel")); diff != "" {
		t.Errorf("visible (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{general}, names("users.conversations", "public_channel,private_channel")); diff != "" {
		t.Errorf("mine (-want +got):\n%s", diff)
	}
	d.want(d.call("conversations.list", object{"types": "all"}), "invalid_types", "of type")
	d.want(d.call("conversations.info", object{"channel": secret}), "channel_not_found", "")
	d.want(d.call("conversations.info", object{"channel": general}), "", "")
}

// upload uploads a file and returns how completing it ended.
func (d *desk) upload(name, alt, channel string, data []byte) object {
	d.t.Helper()
	begun := d.call("files.getUploadURLExternal", object{"filename": name, "length": len(data), "alt_txt": alt})
	if begun["ok"] != true {
		return begun
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		d.t.Fatal(err)
	}
	_, _ = part.Write(data)
	if err := w.Close(); err != nil {
		d.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, str(begun, "upload_url"), &body)
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	d.do(req)
	return d.call("files.completeUploadExternal", object{"files": []any{object{"id": begun["file_id"], "title": name}}, "channel_id": channel})
}

func TestFilesGoToDirectMessagesOnly(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	dm := d.DM(ann)
	shared := d.upload("letter.txt", "", dm, []byte("Dear reader"))
	d.want(shared, "", "")
	if said := d.Said(dm); len(said) != 1 || cmp.Diff([]string{"letter.txt"}, said[0].Files) != "" {
		t.Errorf("shared %+v", said)
	}
	d.want(d.upload("letter.txt", "", general, []byte("x")), "", "no direct message")
	d.AllowFilesIn(general)
	d.want(d.upload("letter.txt", "", general, []byte("x")), "", "")
	d.want(d.upload("dot.png", "", dm, []byte("x")), "", "without alt_txt")
	d.want(d.upload("dot.png", "a dot", dm, []byte("x")), "", "")
	d.want(d.upload("dot.png", strings.Repeat("a", 1001), dm, []byte("x")), "alt_txt_too_large", "more than 1000")
	d.want(d.upload("empty.txt", "", dm, nil), "missing_argument", "of length")
	d.want(d.upload("letter.txt", "", "C0NONE", []byte("x")), "channel_not_found", "")
	d.want(d.call("files.completeUploadExternal", object{"files": []any{object{"id": "F1"}}}), "file_not_found", "was not uploaded")

	picture := []any{object{"type": "image", "alt_text": "x", "slack_file": object{"id": "F1"}}}
	d.want(d.call("chat.postMessage", object{"channel": dm, "text": "x", "blocks": picture}), "", "")
	d.AddChannel(Channel{ID: "C0NEW", Name: "new", Bot: true, Members: []string{ann}})
	d.want(d.call("chat.postMessage", object{"channel": "C0NEW", "text": "x", "blocks": picture}), "", "no direct message")
	d.want(d.call("chat.postEphemeral", object{"channel": "C0NEW", "user": ann, "text": "x", "blocks": picture}), "", "no direct message")

	file := objects(shared["files"])[0]
	fetch := func(token string) object {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, str(file, "url_private_download"), http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		_, o := d.do(req)
		return o
	}
	if got := fetch("bot"); got["text"] != "Dear reader" {
		t.Errorf("fetched %v", got)
	}
	d.found("")
	if got := fetch("x"); !strings.Contains(str(got, "text"), "Sign in") {
		t.Errorf("without a token fetched %v", got)
	}
	d.found("without the bot token")
	d.want(d.call("files.info", object{"file": file["id"]}), "", "")
}

// modalOf is a modal with one text field.
func modalOf(title string) object {
	text := func(s string) object { return object{"type": "plain_text", "text": s} }
	return object{
		"type": "modal", "title": text(title), "submit": text("Send"), "notify_on_close": true,
		"blocks": []any{
			object{"type": "section", "block_id": "note", "text": text("A note")},
			object{"type": "input", "block_id": "name", "dispatch_action": true, "label": text("Name"), "element": object{"type": "plain_text_input", "action_id": "name"}},
		},
	}
}

// trigger has Ann type a command and returns its trigger.
func (d *desk) trigger() string {
	d.t.Helper()
	return fmt.Sprint(d.Command(ann, general, "/x", "").Payload["trigger_id"])
}

func TestTriggersAndViews(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	open := func(method, trigger string, view object) object {
		return d.call(method, object{"trigger_id": trigger, "view": view})
	}
	one := d.trigger()
	first := open("views.open", one, modalOf("One"))
	d.want(first, "", "")
	d.want(open("views.open", one, modalOf("Two")), "exchanged_trigger_id", "was used before")
	d.want(open("views.open", "1.2.3", modalOf("Two")), "invalid_trigger_id", "no trigger")
	d.want(open("views.open", d.trigger(), object{"type": "modal"}), "invalid_arguments", "title is missing")
	old := d.trigger()
	d.later(3 * time.Second)
	d.want(open("views.open", old, modalOf("Just in time")), "", "")
	old = d.trigger()
	d.later(3*time.Second + time.Millisecond)
	d.want(open("views.open", old, modalOf("Late")), "expired_trigger_id", "old")
	d.ExpireTriggers(true)
	d.want(open("views.open", d.trigger(), modalOf("Never")), "expired_trigger_id", "")
	d.ExpireTriggers(false)
	d.want(open("views.push", d.trigger(), modalOf("Upon nothing")), "not_found", "no open modal")
	again := d.Command(ann, general, "/x", "")
	d.want(open("views.open", fmt.Sprint(again.Payload["trigger_id"]), modalOf("First")), "", "")
	d.Redeliver(again)
	d.want(open("views.open", fmt.Sprint(again.Payload["trigger_id"]), modalOf("Second")), "exchanged_trigger_id", "")

	view := in(first, "view")
	update := func(args object) object {
		args["view"] = modalOf("Changed")
		return d.call("views.update", args)
	}
	changed := update(object{"view_id": view["id"], "hash": view["hash"]})
	d.want(changed, "", "")
	d.want(update(object{"view_id": view["id"], "hash": view["hash"]}), "hash_conflict", "")
	d.want(update(object{"view_id": "V1"}), "not_found", "")
	d.want(update(object{}), "invalid_arguments", "either view_id or external_id")
	named := modalOf("Named")
	named["external_id"] = "mine"
	d.want(open("views.open", d.trigger(), named), "", "")
	d.want(open("views.open", d.trigger(), named), "duplicate_external_id", "is taken")
	d.want(update(object{"external_id": "mine"}), "", "")
	d.Close(str(view, "id"))
	d.want(update(object{"view_id": view["id"]}), "not_found", "")
	if d.requests[len(d.requests)-1].URL.Path != "/slack/interactions" {
		t.Error("closing a view was not told")
	}

	home := func(view object) object { return d.call("views.publish", object{"user_id": ann, "view": view}) }
	d.want(home(object{"type": "home", "blocks": []any{}}), "", "")
	d.want(home(modalOf("x")), "invalid_arguments", `allowed is "home"`)
	d.want(d.call("views.publish", object{"user_id": "U0NOBODY", "view": object{}}), "invalid_arguments", "no user")
	if d.HomeOf(ann) == nil || d.HomeOf(ben) != nil {
		t.Errorf("homes %v and %v", d.HomeOf(ann), d.HomeOf(ben))
	}
}

// form has Ann open a modal, and returns it as the suite sees it with the far end.
func (d *desk) form() (bottest.FarEnd, bottest.Form) {
	d.t.Helper()
	far := d.FarEnd(bottest.World{Workspace: "slack:" + team, Ann: ann, Ben: ben, Channel: bot.Conversation{Workspace: "slack:" + team, Channel: general}})
	d.mu.Lock()
	d.app = func(_ http.ResponseWriter, _ *http.Request, body []byte) {
		values, err := url.ParseQuery(string(body))
		if err != nil {
			d.t.Error(err)
		}
		d.call("views.open", object{"trigger_id": values.Get("trigger_id"), "view": modalOf("Form")})
	}
	d.mu.Unlock()
	act := far.Type(d.t, ann, far.World().Channel, "/form")
	if act.Form == nil {
		d.t.Fatalf("no form opened: %+v", act)
	}
	d.answers("", "")
	return far, *act.Form
}

func TestAcknowledgementsOfForms(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, body, says string
		open             int
		errors           []bot.FieldError
		title            string
	}{
		{"nothing closes it", "", "", 0, nil, ""},
		{"clear", `{"response_action": "clear"}`, "", 0, nil, ""},
		{"errors keep it", `{"response_action": "errors", "errors": {"name": "taken"}}`, "", 1, []bot.FieldError{{Field: "name", Message: "taken"}}, ""},
		{"errors at what is no input", `{"response_action": "errors", "errors": {"note": "taken"}}`, "no input of the view", 1, []bot.FieldError{{Field: "note", Message: "taken"}}, ""},
		{"errors that are none", `{"response_action": "errors", "errors": {}}`, "there are none", 1, nil, ""},
		{"an empty error", `{"response_action": "errors", "errors": {"name": ""}}`, "0 characters", 1, []bot.FieldError{{Field: "name"}}, ""},
		{"update", `{"response_action": "update", "view": {"type": "modal", "title": ` + plain("New") + `, "submit": ` + x + `, "blocks": []}}`, "", 1, nil, "New"},
		{"push", `{"response_action": "push", "view": {"type": "modal", "title": ` + plain("Above") + `, "submit": ` + x + `, "blocks": []}}`, "", 2, nil, "Above"},
		{"a bad view", `{"response_action": "update", "view": {"type": "modal", "blocks": []}}`, "title is missing", 1, nil, ""},
		{"an unknown action", `{"response_action": "close"}`, "is unknown", 1, nil, ""},
		{"a message", `{"text": "Saved."}`, "no response_action", 0, nil, ""},
		{"no JSON", `ok`, "no JSON", 1, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			far, form := d.form()
			d.answers("application/json", c.body)
			act := far.Submit(t, ann, form, bot.Values{"name": {"x"}})
			d.found(c.says)
			if n := len(d.OpenViews(ann)); n != c.open {
				t.Errorf("%d views are open, want %d", n, c.open)
			}
			if diff := cmp.Diff(c.errors, act.Errors); diff != "" {
				t.Errorf("errors (-want +got):\n%s", diff)
			}
			if (act.Form != nil) != (c.title != "") || act.Form != nil && act.Form.Title != c.title {
				t.Errorf("the form is %+v, want %q", act.Form, c.title)
			}
		})
	}
}

func TestFormsAreFilledIn(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	far, form := d.form()
	want := bottest.Form{Title: "Form", Submit: "Send", Note: "A note", State: form.State, Fields: []bottest.FormField{
		{Name: "name", Label: "Name", Input: bot.InputText, Required: true},
	}}
	if diff := cmp.Diff(want, form); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if act := far.Submit(t, ann, form, nil); len(act.Errors) != 1 || act.Errors[0].Field != "name" {
		t.Errorf("an empty required field: %+v", act)
	}
	before := len(d.requests)
	far.Change(t, ann, form, "name", bot.Values{"name": {"half"}})
	if len(d.requests) != before+1 {
		t.Error("a change was not told")
	}
	d.found("")
	// What was entered stays while the view is updated around it.
	id := fmt.Sprint(form.State)
	d.want(d.call("views.update", object{"view_id": id, "view": modalOf("Again")}), "", "")
	state := in(in(d.OpenViews(ann)[0], "state"), "values")
	if got := in(in(state, "name"), "name")["value"]; got != "half" {
		t.Errorf("entered %v", got)
	}
}

func TestAcknowledgements(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.answers("application/json", `{"text": "Only you", "response_type": "ephemeral"}`)
	d.Command(ann, general, "/x", "")
	d.answers("text/plain; charset=utf-8", "Only you too")
	d.Command(ann, general, "/x", "")
	d.answers("application/json", `{"text": "All", "response_type": "in_channel"}`)
	d.Command(ann, general, "/x", "a <b")
	d.found("")
	var said []string
	for _, m := range d.Said(general) {
		said = append(said, m.For+":"+m.Text)
	}
	if diff := cmp.Diff([]string{ann + ":Only you", ann + ":Only you too", ":/x a &lt;b", ":All"}, said); diff != "" {
		t.Errorf("said (-want +got):\n%s", diff)
	}

	d.answers("application/json", `{"text": "x", "response_type": "private"}`)
	d.Command(ann, general, "/x", "")
	d.found("response_type is private")
	d.answers("application/json", `{"blocks": [{"type": "divider"}]}`)
	d.Command(ann, general, "/x", "")
	d.found("needs a text too")
	d.answers("application/json", `{"text": "x", "choices": []}`)
	d.Command(ann, general, "/x", "")
	d.found("no member choices")

	d.answers("application/json", `{"text": "x"}`)
	d.OpenHome(ann)
	d.found("the acknowledgement of app_home_opened carries")
	d.Shortcut(ann, "new")
	d.found("the acknowledgement of shortcut carries")
	d.answers("", "")
	d.Shortcut(ann, "new")
	d.DirectMessage(ann, "hello")
	d.ShareLinks(ann, general, "https://example.org/R-1")
	d.ChangeUser(User{ID: ann, Name: "ann", Deleted: true})
	d.found("")

	d.mu.Lock()
	d.app = func(http.ResponseWriter, *http.Request, []byte) { d.later(3*time.Second + time.Millisecond) }
	d.mu.Unlock()
	if got := d.Command(ann, general, "/x", ""); !strings.Contains(got.Notice, "operation_timeout") {
		t.Errorf("the person is told %q", got.Notice)
	}
	d.found("was acknowledged after 3.001s")
	d.mu.Lock()
	d.app = func(w http.ResponseWriter, _ *http.Request, _ []byte) { w.WriteHeader(http.StatusInternalServerError) }
	d.mu.Unlock()
	if got := d.Command(ann, general, "/x", ""); !strings.Contains(got.Notice, "dispatch_failed") {
		t.Errorf("the person is told %q", got.Notice)
	}
	d.found("")
}

func TestPressesAreTold(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	far := d.FarEnd(bottest.World{Channel: bot.Conversation{Channel: general}})
	blocks := decode(t, `{"blocks": [`+element(`{"type": "button", "action_id": "go", "text": `+plain("✓ Go")+`, "value": "v1"},
		{"type": "overflow", "action_id": "menu", "options": [`+option+`, `+other+`]}`)+`]}`)["blocks"]
	d.want(d.call("chat.postMessage", object{"channel": general, "text": "t", "blocks": blocks}), "", "")
	m := far.Messages(t, ben, far.World().Channel)[0]
	if diff := cmp.Diff([]bottest.Button{{Label: "Go", Style: bot.On}}, m.Buttons); diff != "" {
		t.Errorf("buttons (-want +got):\n%s", diff)
	}
	var got []object
	d.mu.Lock()
	d.app = func(_ http.ResponseWriter, _ *http.Request, body []byte) {
		values, err := url.ParseQuery(string(body))
		if err != nil {
			t.Error(err)
		}
		got = append(got, decode(t, values.Get("payload")))
	}
	d.mu.Unlock()
	far.Press(t, ben, m, "Go")
	far.Press(t, ben, m, "y")
	far.PressID(t, ben, m, "v0")
	var pressed []string
	for _, p := range got {
		a := objects(p["actions"])[0]
		pressed = append(pressed, str(a, "action_id")+" "+str(a, "value")+str(in(a, "selected_option"), "value"))
		if str(in(p, "container"), "message_ts") != m.ID || str(p, "response_url") == "" || in(p, "message") == nil || str(in(p, "user"), "id") != ben {
			t.Errorf("told %v", p)
		}
	}
	if diff := cmp.Diff([]string{"go v1", "menu y", "go v0"}, pressed); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	d.answers("application/json", `{"text": "x"}`)
	far.Press(t, ben, m, "Go")
	d.found("the acknowledgement of block_actions carries")
}

func TestSelectsAreAnswered(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	view := modalOf("Choose")
	view["blocks"] = []any{object{
		"type": "input", "block_id": "who", "label": object{"type": "plain_text", "text": "Who"},
		"element": object{"type": "external_select", "action_id": "who", "min_query_length": 1},
	}}
	opened := d.call("views.open", object{"trigger_id": d.trigger(), "view": view})
	d.want(opened, "", "")
	id := str(in(opened, "view"), "id")
	d.answers("application/json", `{"options": [`+option+`]}`)
	if got := d.Suggestions(id, "who", "x"); len(got) != 1 {
		t.Errorf("offered %v", got)
	}
	if d.requests[len(d.requests)-1].URL.Path != "/slack/options" {
		t.Error("asked somewhere else")
	}
	if got := d.Suggestions(id, "who", ""); got != nil {
		t.Errorf("asked with too few characters: %v", got)
	}
	d.found("")
	d.answers("application/json", `{}`)
	d.Suggestions(id, "who", "x")
	d.found("either options or option_groups")
	d.answers("", "")
	d.Suggestions(id, "who", "x")
	d.found("no JSON")
}

// respond posts to a response URL and returns the error, "" for success.
func (d *desk) respond(delivered *Delivery, body string) string {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, fmt.Sprint(delivered.Payload["response_url"]), strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	status, o := d.do(req)
	if status == http.StatusOK {
		return ""
	}
	return str(o, "error") + str(o, "text")
}

func TestResponseURLs(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	command := d.Command(ann, general, "/x", "")
	for range 5 {
		if got := d.respond(command, `{"text": "x"}`); got != "" {
			t.Errorf("refused with %q", got)
		}
	}
	if got := d.respond(command, `{"text": "x"}`); got != "used_url" {
		t.Errorf("the sixth time: %q", got)
	}
	command = d.Command(ann, general, "/x", "")
	d.later(30 * time.Minute)
	if got := d.respond(command, `{"text": "in time"}`); got != "" {
		t.Errorf("after half an hour: %q", got)
	}
	d.later(time.Second)
	if got := d.respond(command, `{"text": "late"}`); got != "expired_url" {
		t.Errorf("after more: %q", got)
	}
	d.found("")

	// A command has no original that could be replaced: one more message is shown.
	command = d.Command(ben, general, "/x", "")
	d.respond(command, `{"text": "One moment"}`)
	d.respond(command, `{"text": "Here it is", "replace_original": true}`)
	var shown []string
	for _, m := range d.Said(general) {
		if m.For == ben {
			shown = append(shown, m.Text)
		}
	}
	if diff := cmp.Diff([]string{"One moment", "Here it is"}, shown); diff != "" {
		t.Errorf("shown (-want +got):\n%s", diff)
	}

	blocks := decode(t, `{"blocks": [`+element(`{"type": "button", "text": `+plain("Go")+`}`)+`]}`)["blocks"]
	d.want(d.call("chat.postEphemeral", object{"channel": "C0GENERAL", "user": ann, "text": "private", "blocks": blocks}), "", "")
	far := d.FarEnd(bottest.World{})
	in := bot.Conversation{Channel: general}
	all := far.Messages(t, ann, in)
	act := far.Press(t, ann, all[len(all)-1], "Go")
	pressed, ok := act.Delivery.(*Delivery)
	if !ok {
		t.Fatalf("delivered %+v", act)
	}
	if pressed.Payload["message"] != nil {
		t.Error("the content of a private message is told")
	}
	d.respond(pressed, `{"text": "replaced", "replace_original": true}`)
	after := far.Messages(t, ann, in)
	if len(after) != len(all) || after[len(after)-1].Text != "replaced" || !after[len(after)-1].OnlyMine {
		t.Errorf("after replacing: %+v", after[len(after)-1])
	}
	d.respond(pressed, `{"delete_original": true}`)
	if after := far.Messages(t, ann, in); len(after) != len(all)-1 {
		t.Errorf("after deleting %d of %d", len(after), len(all))
	}
	d.found("")
	d.respond(pressed, `{"response_type": "all", "text": "x"}`)
	d.found("response_type is all")
	d.respond(pressed, `{"text": ""}`)
	d.found("says nothing")
	d.respond(pressed, `{"text": "x", "blocks": [{"type": "image", "alt_text": "x", "slack_file": {"id": "F1"}}]}`)
	d.found("no direct message")
	d.respond(&Delivery{Payload: object{"response_url": d.http.URL + "/actions/x"}}, `{"text": "x"}`)
	d.found("no response URL")
}

func TestMisbehaviour(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	post := func(text string) *http.Request {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.APIURL()+"chat.postMessage", strings.NewReader(`{"channel": "C0GENERAL", "text": "`+text+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bearer bot")
		return req
	}
	d.Fail("chat.postMessage", Failure{Times: 2, Status: http.StatusTooManyRequests, RetryAfter: 7})
	d.Fail("chat.postMessage", Failure{Error: "internal_error"})
	d.Fail("chat.postMessage", Failure{Drop: true})
	for range 2 {
		resp, err := http.DefaultClient.Do(post("limited"))
		if err != nil {
			t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("Retry-After") != "7" {
			t.Errorf("answered %s, %q", resp.Status, resp.Header.Get("Retry-After"))
		}
	}
	_, failed := d.do(post("failed"))
	d.want(failed, "internal_error", "")
	if status, got := d.do(post("dropped")); status != 0 {
		t.Errorf("answered %d %v", status, got)
	}
	held := make(chan struct{})
	d.Fail("chat.postMessage", Failure{Delay: held})
	done := make(chan object, 1)
	go func() {
		_, o := d.do(post("held"))
		done <- o
	}()
	d.Wait("the held call", func() bool { return len(d.Calls("chat.postMessage")) == 5 })
	select {
	case o := <-done:
		t.Errorf("answered %v while it is held", o)
	default:
	}
	close(held)
	d.want(<-done, "", "")
	d.Misbehave(func(method string) Failure {
		return Failure{Status: http.StatusInternalServerError, Late: method == "chat.postMessage"}
	})
	if status, _ := d.do(post("late")); status != http.StatusInternalServerError {
		t.Errorf("answered %d", status)
	}
	d.Misbehave(nil)
	_, ok := d.do(post("well"))
	d.want(ok, "", "")
	var said []string
	for _, m := range d.Said(general) {
		said = append(said, m.Text)
	}
	if diff := cmp.Diff([]string{"dropped", "held", "late", "well"}, said); diff != "" {
		t.Errorf("said (-want +got):\n%s", diff)
	}
}

func TestDeliveriesAreSigned(t *testing.T) {
	t.Parallel()
	// The example of https://docs.slack.dev/authentication/verifying-requests-from-slack/
	const body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA" +
		"&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN" +
		"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
	const want = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
	if got := Sign("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", []byte(body)); got != want {
		t.Errorf("signed %s, want %s", got, want)
	}
	d := newDesk(t)
	var forms []url.Values
	d.mu.Lock()
	d.app = func(_ http.ResponseWriter, r *http.Request, body []byte) {
		if got := r.Header.Get("X-Slack-Signature"); got != Sign("signing", r.Header.Get("X-Slack-Request-Timestamp"), body) {
			t.Errorf("signed %s", got)
		}
		values, err := url.ParseQuery(string(body))
		if err != nil {
			t.Error(err)
		}
		// A duplicate comes at the same time as the first.
		d.mu.Lock()
		defer d.mu.Unlock()
		forms = append(forms, values)
	}
	d.mu.Unlock()
	sent := d.Command(ann, general, "/x", `a & <!channel> @ben #general @nobody https://example.org/?a=1&b=2 ann@example.org @here`)
	const escaped = "a &amp; &lt;!channel&gt; <@U0BEN|ben> <#C0GENERAL|general> @nobody <https://example.org/?a=1&amp;b=2> <mailto:ann@example.org|ann@example.org> <!here>"
	if got := forms[0].Get("text"); got != escaped {
		t.Errorf("escaped as %s", got)
	}
	if r := d.requests[0]; r.URL.Path != "/slack/commands" || r.Header.Get("X-Slack-Retry-Num") != "" || r.Header.Get("X-Slack-Request-Timestamp") != strconv.FormatInt(d.now.Unix(), 10) {
		t.Errorf("sent to %s with %v", r.URL.Path, r.Header)
	}
	d.Redeliver(sent)
	if r := d.requests[1]; r.Header.Get("X-Slack-Retry-Num") != "1" || forms[1].Encode() != forms[0].Encode() {
		t.Errorf("sent again with %v", r.Header)
	}
	d.Duplicate(true)
	d.Event("app_uninstalled", nil)
	if n := len(d.requests); n != 4 {
		t.Errorf("%d requests, want two more", n)
	}
	d.Duplicate(false)
	d.Verify()
	d.found("the challenge is answered with status 200")
	d.mu.Lock()
	d.app = func(w http.ResponseWriter, _ *http.Request, body []byte) {
		_, _ = io.WriteString(w, str(decode(t, string(body)), "challenge"))
	}
	d.mu.Unlock()
	d.Verify()
	d.found("")
}

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

func TestFilesBelongToTheNextMessage(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	dm := d.DM(ann)
	d.want(d.upload("dot.png", "a dot", dm, []byte("x")), "", "")
	d.want(d.upload("letter.txt", "", dm, []byte("y")), "", "")
	d.want(d.call("chat.postMessage", object{"channel": dm, "text": "See *above*"}), "", "")
	d.want(d.upload("late.txt", "", dm, []byte("z")), "", "")
	far := d.FarEnd(bottest.World{})
	got := far.Messages(t, ann, bot.Conversation{Channel: dm})
	if len(got) != 2 || got[0].Text != "See above" || len(got[0].Pictures) != 1 || got[0].Pictures[0].Alt != "a dot" || len(got[0].Files) != 1 || len(got[1].Files) != 1 {
		t.Errorf("seen %+v", got)
	}
	if seen := far.Messages(t, ben, bot.Conversation{Channel: dm}); len(seen) > 0 {
		t.Errorf("somebody else sees %+v", seen)
	}
}
