package discordtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"

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
