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
	"strings"
	"sync"
	"testing"
	"time"

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
