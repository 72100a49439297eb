package slacktest

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
)

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
