package playground_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/playground"
)

// answer is what the tests look at of the page's protocol.
type answer struct {
	Error    string
	Code     string
	Cursor   string
	Draft    string
	Messages []struct {
		ID, Conversation, Author, By, Text string
		Private, Edited, Command           bool
		Card                               *struct {
			Title string
			Body  []struct {
				Type string
				Text []struct{ Text string }
			}
			Actions []struct{ Label, Call string }
		}
	}
	Card   *struct{ Title string }
	Form   *struct{ Title, Call, Draft string }
	Errors []struct{ Field, Message string }
	Unread struct{ Conversations, People map[string]int }
	Values bot.Values
}

func call(t *testing.T, method, url, contentType string, body io.Reader, header ...string) (int, answer, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
		} else {
			req.Header.Set(header[i], header[i+1])
		}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := resp.Body.Close(); err != nil {
			t.Error(err)
		}
	}()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var out answer
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(data, &out); err != nil {
			t.Fatalf("%s %s: %v in %s", method, url, err, data)
		}
	}
	return resp.StatusCode, out, resp.Header
}

// post posts JSON that must be taken.
func (w world) post(t *testing.T, path string, body map[string]any) answer {
	t.Helper()
	if _, ok := body["id"]; !ok && path != "/api/read" {
		body["id"] = uuid.NewString()
	}
	data, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	status, out, _ := call(t, http.MethodPost, w.url+path, "application/json", bytes.NewReader(data))
	if status != http.StatusOK {
		t.Fatalf("%s: %d %s", path, status, out.Error)
	}
	return out
}

func (w world) state(t *testing.T, user string) answer {
	t.Helper()
	status, out, _ := call(t, http.MethodGet, w.url+"/api/state?user="+user, "", nil)
	if status != http.StatusOK {
		t.Fatalf("state of %s: %d %s", user, status, out.Error)
	}
	return out
}

func TestPrivateAnswersAreSeenByOnePersonAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	out := w.post(t, "/api/command", map[string]any{"user": "asker", "conversation": "general", "text": " /shelf upper "})
	if len(out.Messages) != 2 || !out.Messages[0].Command || !out.Messages[0].Private || !out.Messages[1].Private || out.Messages[1].By != "asker" {
		t.Fatalf("answer %+v", out.Messages)
	}
	w.post(t, "/api/command", map[string]any{"user": "asker", "conversation": "general", "text": "/shelf tell"})
	w.post(t, "/api/command", map[string]any{"user": "asker", "conversation": "general", "text": "hello"})
	w.post(t, "/api/command", map[string]any{"user": "asker", "conversation": "@asker", "text": "/box"})
	if got := len(w.state(t, "asker").Messages); got != 7 {
		t.Errorf("the asker sees %d messages, want 7", got)
	}
	var seen []string
	for _, m := range w.state(t, "keeper").Messages {
		switch {
		case m.Card != nil:
			seen = append(seen, m.Card.Title)
		default:
			seen = append(seen, m.Text)
		}
	}
	if diff := cmp.Diff([]string{"For everyone", "hello"}, seen); diff != "" {
		t.Errorf("the keeper sees (-want +got):\n%s", diff)
	}
	ev := w.core.of(bot.Invoke)[0]
	ev.ID = ""
	want := bot.Event{Type: bot.Invoke, At: epoch, Text: "/shelf upper", From: bot.Identity{Workspace: "playground", User: "asker"}, In: bot.Conversation{Workspace: "playground", Channel: "general"}}
	if diff := cmp.Diff(want, ev); diff != "" {
		t.Errorf("event (-want +got):\n%s", diff)
	}
	if ev := w.core.of(bot.Invoke)[2]; !ev.In.Private || ev.In.Channel != "@asker" {
		t.Errorf("the event of a direct message is in %+v", ev.In)
	}
}

func TestASecondDeliveryChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := uuid.NewString()
	for range 2 {
		w.post(t, "/api/command", map[string]any{"user": "asker", "conversation": "general", "text": "/box", "id": id})
	}
	if got := len(w.state(t, "asker").Messages); got != 2 {
		t.Errorf("%d messages, want the command and its answer", got)
	}
	evs := w.core.of(bot.Invoke)
	if len(evs) != 2 || evs[0].ID != evs[1].ID || w.core.counts != 1 {
		t.Errorf("events %+v, counted %d times", evs, w.core.counts)
	}
	// The same id by somebody else is another delivery.
	w.post(t, "/api/command", map[string]any{"user": "keeper", "conversation": "general", "text": "/box", "id": id})
	if w.core.counts != 2 {
		t.Errorf("counted %d times, want 2", w.core.counts)
	}
}

func TestReplacing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shown := w.post(t, "/api/command", map[string]any{"user": "asker", "conversation": "general", "text": "/shelf upper"}).Messages[1]
	press := func(user, message, conversation string) answer {
		return w.post(t, "/api/press", map[string]any{"user": user, "conversation": conversation, "message": message, "call": "v1|shelf.lamp|on"})
	}
	if out := press("asker", shown.ID, "general"); len(out.Messages) != 1 || out.Messages[0].ID != shown.ID || !out.Messages[0].Edited {
		t.Errorf("pressed: %+v", out.Messages)
	}
	// What everyone sees is not replaced by what was drawn for one.
	at, err := w.Send(t.Context(), bot.Conversation{Workspace: "playground", Channel: "general"}, bot.Card{Title: "For all"}, "d-1")
	if err != nil {
		t.Fatal(err)
	}
	out := press("asker", at.ID, "general")
	if len(out.Messages) != 1 || out.Messages[0].ID == at.ID || !out.Messages[0].Private {
		t.Errorf("pressed what everyone sees: %+v", out.Messages)
	}
	if got := w.state(t, "keeper").Messages; len(got) != 1 || got[0].Card.Title != "For all" {
		t.Errorf("the keeper sees %+v", got)
	}
	if ev := w.core.of(bot.Press)[0]; ev.Command != "shelf.lamp" || !cmp.Equal(ev.Bound, []string{"on"}) {
		t.Errorf("event %+v", ev)
	}
	// At home the card comes back by itself.
	if out := press("asker", "home", "@asker"); out.Card == nil || len(out.Messages) != 0 {
		t.Errorf("pressed at home: %+v", out)
	}
}

func TestSendingFindingEditing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	who := bot.Identity{Workspace: "playground", User: "keeper"}
	to, err := w.DM(ctx, who)
	if err != nil || !to.Private {
		t.Fatalf("direct messages %+v: %v", to, err)
	}
	at, err := w.Send(ctx, to, bot.Card{Title: "One"}, "d-1")
	if err != nil {
		t.Fatal(err)
	}
	again, err := w.Send(ctx, to, bot.Card{Title: "One"}, "d-1")
	if err != nil || again != at {
		t.Errorf("sent again: %+v, %v; want %+v", again, err, at)
	}
	if found, ok, err := w.Find(ctx, to, "d-1", epoch); err != nil || !ok || found != at {
		t.Errorf("found %+v, %v, %v", found, ok, err)
	}
	for _, c := range []struct {
		id    string
		since time.Time
	}{{"d-2", epoch}, {"d-1", epoch.Add(time.Second)}, {"", time.Time{}}} {
		if _, ok, err := w.Find(ctx, to, c.id, c.since); err != nil || ok {
			t.Errorf("found %q since %v: %v", c.id, c.since, err)
		}
	}
	if err := w.Edit(ctx, at, bot.Card{Title: "Two"}); err != nil {
		t.Fatal(err)
	}
	if got := w.state(t, "keeper"); len(got.Messages) != 1 || got.Messages[0].Card.Title != "Two" || got.Unread.Conversations["@keeper"] != 1 {
		t.Errorf("the keeper sees %+v", got)
	}
	if got := w.post(t, "/api/read", map[string]any{"user": "keeper", "conversation": "@keeper"}); len(got.Messages) != 0 {
		t.Errorf("read: %+v", got)
	}
	if got := w.state(t, "keeper"); got.Unread.Conversations["@keeper"] != 0 {
		t.Errorf("still unread: %+v", got.Unread)
	}
	profile, err := w.Profile(ctx, who)
	if err != nil || profile.Name != "The keeper" || profile.Zone.String() != "Asia/Kolkata" || !profile.Active {
		t.Errorf("profile %+v: %v", profile, err)
	}
	if profile, err := w.Profile(ctx, bot.Identity{Workspace: "playground", User: "guest"}); err != nil || profile.Zone != nil {
		t.Errorf("profile %+v: %v", profile, err)
	}
}

func TestWhatDoesNotExistIsRefusedForGood(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	general := bot.Conversation{Workspace: "playground", Channel: "general"}
	tries := map[string]func() error{
		"channel": func() error {
			_, err := w.Send(ctx, bot.Conversation{Workspace: "playground", Channel: "none"}, bot.Card{}, "")
			return err
		},
		"workspace": func() error {
			_, err := w.Send(ctx, bot.Conversation{Workspace: "x", Channel: "general"}, bot.Card{}, "")
			return err
		},
		"person":  func() error { _, err := w.DM(ctx, bot.Identity{Workspace: "playground", User: "none"}); return err },
		"profile": func() error { _, err := w.Profile(ctx, bot.Identity{Workspace: "x", User: "asker"}); return err },
		"message": func() error { return w.Edit(ctx, bot.Posted{In: general, ID: "none"}, bot.Card{}) },
		"find":    func() error { _, _, err := w.Find(ctx, bot.Conversation{}, "x", epoch); return err },
	}
	for name, try := range tries {
		err := try()
		if refusal, ok := errors.AsType[*bot.SendError](err); !ok || !refusal.Permanent {
			t.Errorf("%s: %v, want a permanent refusal", name, err)
		}
	}
	broken := config()
	broken.People = func(context.Context) ([]playground.Person, error) { return nil, errors.New("no database") }
	p, err := playground.New(broken)
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.DM(ctx, bot.Identity{Workspace: "playground", User: "asker"})
	if refusal, ok := errors.AsType[*bot.SendError](err); !ok || refusal.Permanent {
		t.Errorf("without a database: %v, want a refusal for now", err)
	}
}

func TestForms(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	form := w.post(t, "/api/command", map[string]any{"user": "asker", "conversation": "general", "text": "/shelf build"}).Form
	if form == nil || form.Draft != "d-1" || form.Call != "v1|shelf.build|upper" {
		t.Fatalf("form %+v", form)
	}
	body := func(more map[string]any) map[string]any {
		out := map[string]any{"user": "asker", "conversation": "general", "call": form.Call, "draft": form.Draft, "values": map[string][]string{"boards": {"x"}}}
		for k, v := range more {
			out[k] = v
		}
		return out
	}
	out := w.post(t, "/api/change", body(map[string]any{"focus": "boards"}))
	if len(out.Errors) != 1 || out.Errors[0].Field != "boards" || out.Draft != "d-1" {
		t.Errorf("change: %+v", out)
	}
	out = w.post(t, "/api/submit", body(nil))
	if len(out.Errors) != 2 || out.Code != bot.CodeInvalid || len(out.Messages) != 0 {
		t.Errorf("submit: %+v", out)
	}
	out = w.post(t, "/api/submit", body(map[string]any{"values": map[string][]string{"name": {"low"}, "sturdy": {"2"}}}))
	if len(out.Errors) != 0 || len(out.Messages) != 1 {
		t.Errorf("submit: %+v", out)
	}
	want := bot.Event{
		Type: bot.Submit, At: epoch, Command: "shelf.build", Bound: []string{"upper"}, Draft: "d-1", Values: bot.Values{"name": {"low"}, "sturdy": {"2"}},
		From: bot.Identity{Workspace: "playground", User: "asker"}, In: bot.Conversation{Workspace: "playground", Channel: "general"},
	}
	got := w.core.of(bot.Submit)[1]
	got.ID = ""
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("event (-want +got):\n%s", diff)
	}
	if ev := w.core.of(bot.Change)[0]; ev.Focus != "boards" {
		t.Errorf("the change is about %q", ev.Focus)
	}
}

// upload makes a body of parts: name, file name ("" for none), content.
func upload(t *testing.T, parts ...[3]string) (string, *bytes.Buffer) {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for _, p := range parts {
		h := textproto.MIMEHeader{"Content-Disposition": {fmt.Sprintf("form-data; name=%q", p[0])}}
		if p[1] != "" {
			h.Set("Content-Disposition", fmt.Sprintf("form-data; name=%q; filename=%q", p[0], p[1]))
			h.Set("Content-Type", "text/csv; charset=utf-8")
		}
		w, err := m.CreatePart(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, p[2]); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return m.FormDataContentType(), &b
}

func uploadForm(field string) string {
	return fmt.Sprintf(`{"user":"asker","conversation":"general","id":%q,"call":"v1|shelf.build","draft":"d-1","values":{},"field":%q}`, uuid.NewString(), field)
}

func TestUploads(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	kind, body := upload(t, [3]string{"form", "", uploadForm("plan")}, [3]string{"file", "../../plan.csv", "a,b\n"})
	status, out, _ := call(t, http.MethodPost, w.url+"/api/upload", kind, body)
	if status != http.StatusOK || !cmp.Equal(out.Values, bot.Values{"plan": {"f-plan"}}) {
		t.Fatalf("%d %+v", status, out)
	}
	want := map[string]bot.Upload{"plan": {Name: "plan.csv", MediaType: "text/csv", Data: []byte("a,b\n")}}
	if diff := cmp.Diff(want, w.core.of(bot.Change)[0].Files); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	large := strings.Repeat("x", bot.MaxUpload+1)
	cases := map[string]struct {
		parts [][3]string
		want  int
	}{
		"too large":     {[][3]string{{"form", "", uploadForm("plan")}, {"file", "a.csv", large}}, http.StatusRequestEntityTooLarge},
		"far too large": {[][3]string{{"form", "", uploadForm("plan")}, {"file", "a.csv", large + large}}, http.StatusRequestEntityTooLarge},
		"empty":         {[][3]string{{"form", "", uploadForm("plan")}, {"file", "a.csv", ""}}, http.StatusBadRequest},
		"no name":       {[][3]string{{"form", "", uploadForm("plan")}, {"file", "", "x"}}, http.StatusBadRequest},
		"no file":       {[][3]string{{"form", "", uploadForm("plan")}}, http.StatusBadRequest},
		"no form":       {[][3]string{{"file", "a.csv", "x"}}, http.StatusBadRequest},
		"no field":      {[][3]string{{"form", "", uploadForm("")}, {"file", "a.csv", "x"}}, http.StatusBadRequest},
		"two files":     {[][3]string{{"form", "", uploadForm("plan")}, {"file", "a.csv", "x"}, {"file", "b.csv", "x"}}, http.StatusBadRequest},
		"not JSON":      {[][3]string{{"form", "", "{"}, {"file", "a.csv", "x"}}, http.StatusBadRequest},
		"nothing":       {nil, http.StatusBadRequest},
	}
	for name, c := range cases {
		kind, body := upload(t, c.parts...)
		if status, out, _ := call(t, http.MethodPost, w.url+"/api/upload", kind, body); status != c.want {
			t.Errorf("%s: %d %s, want %d", name, status, out.Error, c.want)
		}
	}
	if got := len(w.core.of(bot.Change)); got != 1 {
		t.Errorf("%d uploads reached the core, want 1", got)
	}
}

// wrong is what malformed requests look like: each must be answered by 4xx.
func wrong() map[string][3]string {
	id := uuid.NewString()
	good := fmt.Sprintf(`"user":"asker","conversation":"general","id":%q`, id)
	call := `"call":"v1|shelf.build"`
	return map[string][3]string{
		"unknown path":              {"GET", "/api/nothing", ""},
		"unknown asset":             {"GET", "/assets/nothing.js", ""},
		"the directory":             {"GET", "/assets/", ""},
		"a path that climbs":        {"GET", "/assets/%2e%2e/doc.go", ""},
		"wrong method":              {"GET", "/api/command", ""},
		"wrong method on the page":  {"POST", "/", "{}"},
		"delete":                    {"DELETE", "/api/state", ""},
		"state of nobody":           {"GET", "/api/state", ""},
		"state of somebody unknown": {"GET", "/api/state?user=nobody", ""},
		"home of somebody unknown":  {"GET", "/api/home?user=nobody", ""},
		"stream of nobody":          {"GET", "/api/stream", ""},
		"stream of a strange name":  {"GET", "/api/stream?user=%00%ff", ""},
		"no body":                   {"POST", "/api/command", ""},
		"not JSON":                  {"POST", "/api/command", "{"},
		"null":                      {"POST", "/api/command", "null"},
		"a list":                    {"POST", "/api/command", "[]"},
		"a number":                  {"POST", "/api/press", "1e999"},
		"two values":                {"POST", "/api/command", "{} {}"},
		"not UTF-8":                 {"POST", "/api/command", "{" + good + ",\"text\":\"\xff\"}"},
		"unknown member":            {"POST", "/api/command", "{" + good + `,"text":"x","admin":true}`},
		"wrong type":                {"POST", "/api/command", "{" + good + `,"text":1}`},
		"no text":                   {"POST", "/api/command", "{" + good + `,"text":"  "}`},
		"long text":                 {"POST", "/api/command", "{" + good + `,"text":"/` + strings.Repeat("x", 4000) + `"}`},
		"zero byte":                 {"POST", "/api/command", "{" + good + `,"text":"/a\u0000b"}`},
		"large body":                {"POST", "/api/command", "{" + good + `,"text":"` + strings.Repeat("x", 2<<20) + `"}`},
		"deep JSON":                 {"POST", "/api/submit", "{" + good + `,"values":` + strings.Repeat("[", 100000)},
		"no id":                     {"POST", "/api/command", `{"user":"asker","conversation":"general","text":"/box"}`},
		"an id that is none":        {"POST", "/api/command", `{"user":"asker","conversation":"general","id":"1","text":"/box"}`},
		"an id in braces":           {"POST", "/api/command", `{"user":"asker","conversation":"general","id":"{` + id + `}","text":"/box"}`},
		"nobody":                    {"POST", "/api/command", `{"conversation":"general","id":"` + id + `","text":"/box"}`},
		"somebody unknown":          {"POST", "/api/command", `{"user":"nobody","conversation":"general","id":"` + id + `","text":"/box"}`},
		"unknown conversation":      {"POST", "/api/command", `{"user":"asker","conversation":"none","id":"` + id + `","text":"/box"}`},
		"direct messages of others": {"POST", "/api/command", `{"user":"asker","conversation":"@keeper","id":"` + id + `","text":"/box"}`},
		"press on nothing":          {"POST", "/api/press", "{" + good + `,"message":"none",` + call + "}"},
		"press of nothing":          {"POST", "/api/press", "{" + good + `,"message":"home","call":""}`},
		"press of another version":  {"POST", "/api/press", "{" + good + `,"message":"home","call":"v0|a.b"}`},
		"press of a long call":      {"POST", "/api/press", "{" + good + `,"message":"home","call":"v1|a.b|` + strings.Repeat("x", 200) + `"}`},
		"submit of nothing":         {"POST", "/api/submit", "{" + good + `,"values":{}}`},
		"submit of strange values":  {"POST", "/api/submit", "{" + good + "," + call + `,"values":{"a":"b"}}`},
		"submit of zero bytes":      {"POST", "/api/submit", "{" + good + "," + call + `,"values":{"a":["\u0000"]}}`},
		"submit of a zero name":     {"POST", "/api/submit", "{" + good + "," + call + `,"values":{"\u0000":["a"]}}`},
		"submit of many fields":     {"POST", "/api/submit", "{" + good + "," + call + `,"values":{` + manyFields() + `}}`},
		"submit with a long draft":  {"POST", "/api/submit", "{" + good + "," + call + `,"draft":"` + strings.Repeat("d", 300) + `","values":{}}`},
		"change of nothing":         {"POST", "/api/change", "{}"},
		"change with a zero focus":  {"POST", "/api/change", "{" + good + "," + call + `,"focus":"\u0000","values":{}}`},
		"suggest for nobody":        {"POST", "/api/suggest", `{"text":"/box"}`},
		"suggest for a long text":   {"POST", "/api/suggest", "{" + good + `,"text":"` + strings.Repeat("x", 5000) + `"}`},
		"read by nobody":            {"POST", "/api/read", `{"conversation":"general"}`},
		"read of nothing":           {"POST", "/api/read", `{"user":"asker","conversation":"@keeper"}`},
		"upload of JSON":            {"POST", "/api/upload", "{}"},
	}
}

func manyFields() string {
	var fields []string
	for i := range 101 {
		fields = append(fields, fmt.Sprintf(`"f%d":["x"]`, i))
	}
	return strings.Join(fields, ",")
}

func TestMalformedRequestsAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, c := range wrong() {
		var body io.Reader
		if c[0] == http.MethodPost {
			body = strings.NewReader(c[2])
		}
		status, _, header := call(t, c[0], w.url+c[1], "application/json", body)
		if status < 400 || status > 499 {
			t.Errorf("%s: %d, want 4xx", name, status)
		}
		if header.Get("Cache-Control") != "no-store" || header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: headers %v", name, header)
		}
	}
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=x", "application/json; ;", "\"", "application/jsonp"} {
		for _, path := range []string{"/api/command", "/api/press", "/api/submit", "/api/change", "/api/suggest", "/api/read"} {
			if status, _, _ := call(t, http.MethodPost, w.url+path, kind, strings.NewReader("{}")); status != http.StatusUnsupportedMediaType {
				t.Errorf("%s as %q: %d, want 415", path, kind, status)
			}
		}
	}
	if n := len(w.core.events); n != 0 {
		t.Errorf("%d malformed requests reached the core", n)
	}
}

func TestOtherSitesAreKeptOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	body := func() io.Reader {
		return strings.NewReader(fmt.Sprintf(`{"user":"asker","conversation":"general","id":%q,"text":"/box"}`, uuid.NewString()))
	}
	for _, header := range [][]string{
		{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://elsewhere.example"}, {"Origin", "null"},
		{"Host", "elsewhere.example"}, {"Host", "127.0.0.1.elsewhere.example"}, {"Host", "10.0.0.1:80"}, {"Host", "localhost.elsewhere.example:8484"},
	} {
		if status, _, _ := call(t, http.MethodPost, w.url+"/api/command", "application/json", body(), header...); status != http.StatusForbidden {
			t.Errorf("%v: %d, want 403", header, status)
		}
	}
	if status, _, _ := call(t, http.MethodGet, w.url+"/api/state?user=asker", "", nil, "Host", "elsewhere.example"); status != http.StatusForbidden {
		t.Errorf("a name that was pointed at us reads the state: %d", status)
	}
	if n := len(w.core.events); n != 0 {
		t.Errorf("%d requests of other sites reached the core", n)
	}
	for _, header := range [][]string{{"Sec-Fetch-Site", "same-origin"}, {"Origin", w.url}, {"Host", "localhost:8484"}, {"Host", "LOCALHOST"}, {"Host", "[::1]:8484"}, {"Host", "127.0.0.2"}} {
		if status, out, _ := call(t, http.MethodPost, w.url+"/api/command", "application/json", body(), header...); status != http.StatusOK {
			t.Errorf("%v: %d %s, want 200", header, status, out.Error)
		}
	}
}

func TestThePageMayLoadOnlyItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range []string{"/", "/assets/app.js", "/assets/style.css", "/favicon.ico"} {
		status, _, header := call(t, http.MethodGet, w.url+path, "", nil)
		if status != http.StatusOK {
			t.Errorf("%s: %d", path, status)
		}
		csp := header.Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: %q", path, csp)
		}
	}
}

func FuzzNoRequestBreaksIt(f *testing.F) {
	for _, c := range wrong() {
		f.Add(c[0] == http.MethodPost, c[1], "application/json", []byte(c[2]))
	}
	f.Add(true, "/api/upload", "multipart/form-data; boundary=x", []byte("--x\r\nContent-Disposition: form-data; name=\"form\"\r\n\r\n{}\r\n--x--\r\n"))
	f.Add(true, "/api/command", "application/json", []byte(`{"user":"asker","conversation":"general","id":"0190a2b4-0000-7000-8000-000000000000","text":"/box"}`))
	p, err := playground.New(config())
	if err != nil {
		f.Fatal(err)
	}
	handler := p.Handler(newCore().serve)
	f.Fuzz(func(t *testing.T, post bool, path, contentType string, body []byte) {
		if strings.HasPrefix(path, "/api/stream") || !strings.HasPrefix(path, "/") {
			return // A stream has no end, and a request line begins with a slash.
		}
		method := http.MethodGet
		if post {
			method = http.MethodPost
		}
		req, err := http.NewRequestWithContext(t.Context(), method, "http://127.0.0.1"+path, bytes.NewReader(body))
		if err != nil {
			return // This cannot be sent.
		}
		req.Host = "127.0.0.1"
		req.Header.Set("Content-Type", contentType)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, req)
		if w.Code >= 500 {
			t.Errorf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
	})
}

// listen opens a stream and returns its events, one string each.
func listen(t *testing.T, url string, header ...string) (next func() string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := resp.Body.Close(); err != nil {
			t.Error(err)
		}
	})
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%d %s", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	return func() string {
		var event []string
		for lines.Scan() {
			if lines.Text() == "" {
				return strings.Join(event, "\n")
			}
			event = append(event, lines.Text())
		}
		return "end"
	}
}

func id(event string) string {
	for line := range strings.Lines(event) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "id: "); ok {
			return rest
		}
	}
	return ""
}

func TestAStreamGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	general := bot.Conversation{Workspace: "playground", Channel: "general"}
	cursor := w.state(t, "asker").Cursor
	next := listen(t, w.url+"/api/stream?user=asker&after="+cursor)
	if got := next(); got != "retry: 1000" {
		t.Fatalf("begins with %q", got)
	}
	if got := next(); !strings.HasPrefix(got, "event: unread") {
		t.Fatalf("then %q", got)
	}
	at, err := w.Send(t.Context(), general, bot.Card{Title: "One"}, "d-1")
	if err != nil {
		t.Fatal(err)
	}
	first := next()
	if !strings.HasPrefix(first, "event: message") || !strings.Contains(first, `"One"`) {
		t.Fatalf("a message: %q", first)
	}
	if got := next(); !strings.Contains(got, `"general":1`) {
		t.Fatalf("its count: %q", got)
	}
	if err := w.Edit(t.Context(), at, bot.Card{Title: "Two"}); err != nil {
		t.Fatal(err)
	}
	second := next()
	if !strings.Contains(second, `"Two"`) || !strings.Contains(second, at.ID) {
		t.Fatalf("its change: %q", second)
	}
	// The browser comes back with the last id that it saw.
	again := listen(t, w.url+"/api/stream?user=asker&after="+cursor, "Last-Event-ID", id(first))
	again()
	if got := again(); !strings.Contains(got, `"Two"`) || id(got) != id(second) {
		t.Errorf("after coming back: %q", got)
	}
	for _, stale := range []string{"", "x", "other-1", "other-99999999999999999999", strings.Split(cursor, "-")[0] + "-99"} {
		lost := listen(t, w.url+"/api/stream?user=asker&after="+stale)
		lost()
		if got := lost(); !strings.HasPrefix(got, "event: resync") {
			t.Errorf("after %q: %q", stale, got)
		}
	}
	// A page in the background is told what there is, and when to ask again.
	calm := listen(t, w.url+"/api/stream?user=asker&calm=1&after="+cursor)
	if got := []string{calm(), calm(), calm(), calm()}; got[0] != "retry: 10000" || !strings.Contains(got[1], `"Two"`) || got[3] != "end" {
		t.Errorf("calm: %q", got)
	}
}

func TestRunListensAndStops(t *testing.T) {
	t.Parallel()
	p, err := playground.New(config())
	if err != nil {
		t.Fatal(err)
	}
	if p.Addr() != "" {
		t.Errorf("address before listening: %q", p.Addr())
	}
	if err := p.Listen(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx, newCore().serve) }()
	status, _, _ := call(t, http.MethodGet, "http://"+p.Addr()+"/api/state?user=asker", "", nil)
	if status != http.StatusOK {
		t.Errorf("state: %d", status)
	}
	// An open stream does not keep it from stopping.
	next := listen(t, "http://"+p.Addr()+"/api/stream?user=asker")
	next()
	cancel()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("it ended with %v", err)
		}
	case <-time.After(8 * time.Second):
		t.Error("it does not end")
	}
}

func TestItListensOnLoopbackAlone(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0"} {
		cfg := config()
		cfg.Addr = addr
		p, err := playground.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Run(t.Context(), newCore().serve); err == nil || !strings.Contains(err.Error(), "no passwords") {
			t.Errorf("%s: %v, want a refusal", addr, err)
		}
		cfg.AllowRemote = true
		if p, err = playground.New(cfg); err != nil {
			t.Fatal(err)
		}
		if err := p.Listen(t.Context()); err != nil {
			t.Errorf("%s, allowed: %v", addr, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := p.Run(ctx, newCore().serve); err != nil {
			t.Errorf("%s, allowed: %v", addr, err)
		}
	}
	cfg := config()
	cfg.Addr = "127.0.0.1:nothing"
	p, err := playground.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(t.Context(), newCore().serve); err == nil {
		t.Error("it listens on a port that is none")
	}
}

func TestNewNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for want, spoil := range map[string]func(*playground.Config){
		"Commands":     func(c *playground.Config) { c.Commands = nil },
		"People":       func(c *playground.Config) { c.People = nil },
		"Clock":        func(c *playground.Config) { c.Clock = nil },
		"Channels":     func(c *playground.Config) { c.Channels = nil },
		"channel name": func(c *playground.Config) { c.Channels = []playground.Channel{{Name: "@keeper"}} },
		"twice":        func(c *playground.Config) { c.Channels = []playground.Channel{{Name: "a"}, {Name: "a"}} },
	} {
		cfg := config()
		spoil(&cfg)
		if _, err := playground.New(cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}
