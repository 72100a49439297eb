package slacktest

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
)

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
