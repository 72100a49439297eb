package discordtest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
)

// far returns the people of a desk, and where they are.
func (d *desk) far() (bottest.FarEnd, bot.Conversation) {
	in := bot.Conversation{Workspace: "discord:" + guildID, Channel: general}
	return d.FarEnd(bottest.World{Workspace: in.Workspace, Ann: ann, Ben: ben, Channel: in}), in
}

func TestMessagesAreSeen(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	far, in := d.far()
	d.say(general, `{"content": "**Hi** <@`+ann+`> and <@`+ben+`>, @everyone", "allowed_mentions": {"users": ["`+ann+`"]},
		"embeds": [{"author": {"name": "By *me*"}, "title": "A \\*title\\*", "url": "https://example.org/", "description": "[book](https://example.org/b) <t:1797328200:f>",
			"fields": [{"name": "Level", "value": "*Senior*"}], "footer": {"text": "-# small"}}],
		"components": [{"type": 1, "components": [
			{"type": 2, "style": 1, "label": "Approve", "custom_id": "a"}, {"type": 2, "style": 2, "label": "Edit", "custom_id": "b"},
			{"type": 2, "style": 4, "label": "Forget", "custom_id": "c"}, {"type": 2, "style": 3, "label": "✓ Cloud", "custom_id": "d"}]},
			{"type": 1, "components": [{"type": 3, "custom_id": "m", "options": [{"label": "Hand over", "value": "h"}, {"label": "Close", "value": "c"}]}]}]}`)
	all := far.Messages(t, ben, in)
	if len(all) != 1 {
		t.Fatalf("%+v", all)
	}
	m := all[0]
	want := "Hi @Ann and @ben, @everyone\nBy *me*\nA *title*\nbook Tue 15 Dec 2026 09:50\nLevel\nSenior\n-# small"
	if m.Text != want || !m.FromBot || m.OnlyMine {
		t.Errorf("%+v, want %q", m, want)
	}
	if !slices.Equal(m.Notifies, []string{ann}) {
		t.Errorf("it notifies %q", m.Notifies)
	}
	styles := []bottest.Button{{Label: "Approve", Style: bot.Primary}, {Label: "Edit"}, {Label: "Forget", Style: bot.Danger}, {Label: "Cloud", Style: bot.On}}
	if diff := cmp.Diff(styles, m.Buttons); diff != "" {
		t.Error(diff)
	}
	if !slices.Equal(m.Menu, []string{"Hand over", "Close"}) || !slices.Equal(m.Links, []string{"https://example.org/", "https://example.org/b"}) || len(m.Instants) != 1 {
		t.Errorf("%+v", m)
	}
	if seen := far.Messages(t, nobody, in); seen != nil {
		t.Errorf("a stranger sees %+v", seen)
	}
	if seen := far.Messages(t, ben, bot.Conversation{Channel: secret}); seen != nil {
		t.Errorf("somebody sees a private channel: %+v", seen)
	}
	d.wantViolation("")

	// A text that says nothing of whom it alerts would alert everybody.
	d.say(general, `{"content": "@here <@&5> <@`+ben+`>"}`)
	if m := far.Messages(t, ben, in)[1]; !slices.Equal(m.Notifies, []string{ben, "@&5", "@here"}) {
		t.Errorf("it notifies %q", m.Notifies)
	}
	d.wantViolation("whom it may alert")

	var got object
	d.overHTTP()
	d.answersWith(func(i object) {
		got = i
		d.callback(i, `{"type": 6}`)
	})
	far.Press(t, ann, m, "Close")
	if data := got["data"].(object); data["custom_id"] != "m" || cmp.Diff([]any{"c"}, data["values"]) != "" { //nolint:errcheck,forcetypeassert // a wrong one fails the test
		t.Errorf("%v", data)
	}
	far.PressID(t, ann, m, "v0|x")
	if data := got["data"].(object); data["custom_id"] != "v0|x" { //nolint:errcheck,forcetypeassert // a wrong one fails the test
		t.Errorf("%v", data)
	}
	d.wantViolation("")
}

// steps is an app with a form in two steps.
func (d *desk) steps(values map[string]any) {
	step1 := `{"type": 9, "data": {"custom_id": "step1", "title": "Fill me in", "components": [{"type": 10, "content": "Continuing what you had. *It takes a minute.*"},` +
		`{"type": 18, "label": "Title", "component": {"type": 4, "custom_id": "title", "style": 1, "max_length": 60}},` +
		`{"type": 18, "label": "Tags", "component": {"type": 3, "custom_id": "tags", "required": false, "max_values": 2, "options": [{"label": "Wet", "value": "wet", "default": true}, {"label": "Dry", "value": "dry"}]}}]}}`
	step2 := `{"type": 9, "data": {"custom_id": "step2", "title": "Fill me in (2 of 2)", "components": [` +
		`{"type": 18, "label": "Owner", "component": {"type": 5, "custom_id": "owner", "required": false}},` +
		`{"type": 18, "label": "Paper", "component": {"type": 19, "custom_id": "paper", "required": false}},` +
		`{"type": 1, "components": [{"type": 4, "custom_id": "story", "label": "Story", "style": 2, "required": false}]}]}}`
	answer := func(text, label string) string {
		return `{"type": 4, "data": {"flags": 64, "content": "` + text + `", ` + silent + `, "components": [{"type": 1, "components": [{"type": 2, "style": 1, "label": "` + label + `", "custom_id": "go"}]}]}}`
	}
	d.answersWith(func(i object) {
		data := in(i, "data")
		switch {
		case kindOf(i) == kindCommand:
			d.callback(i, step1)
		case kindOf(i) == kindComponent:
			d.callback(i, step2)
		case data["custom_id"] == "step1":
			first := in(objects(data["components"])[1], "component")
			values["title"], values["tags"] = first["value"], in(objects(data["components"])[2], "component")["values"]
			if values["title"] == "taken" {
				d.callback(i, answer(`Entered\nTitle: taken\n⚠ **Title**: That title is taken.`, "Fix step 1"))
				return
			}
			d.callback(i, answer("Step 1 of 2 is kept.", "Continue"))
		default:
			parts := objects(data["components"])
			values["owner"], values["paper"] = in(parts[0], "component")["values"], in(data, "resolved")["attachments"]
			values["story"] = objects(parts[2]["components"])[0]["value"]
			values["step2 came from a message"] = i["message"] != nil
			d.callback(i, `{"type": 7, "data": {"content": "Done.", "components": [], `+silent+`}}`)
		}
	})
}

func TestFormsAreWalked(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.register()
	d.overHTTP()
	values := map[string]any{}
	d.steps(values)
	far, in := d.far()
	form := far.Type(t, ann, in, "/form").Form
	if form == nil || form.Title != "Fill me in" || !form.Continued || !strings.Contains(form.Note, "It takes a minute.") {
		t.Fatalf("%+v", form)
	}
	want := []bottest.FormField{
		{Name: "title", Label: "Title", Input: bot.InputText, Required: true},
		{Name: "tags", Label: "Tags", Input: bot.InputChoices, Choices: []string{"wet", "dry"}, Value: []string{"wet"}},
	}
	if diff := cmp.Diff(want, form.Fields); diff != "" {
		t.Error(diff)
	}
	if act := far.Submit(t, ann, *form, bot.Values{}); len(act.Errors) != 1 || act.Errors[0].Field != "title" {
		t.Errorf("without what is required: %+v", act)
	}
	act := far.Submit(t, ann, *form, bot.Values{"title": {"taken"}})
	if diff := cmp.Diff([]bot.FieldError{{Field: "title", Message: "That title is taken."}}, act.Errors); diff != "" {
		t.Error(diff)
	}
	form = far.Type(t, ann, in, "/form").Form
	up := far.Upload(t, ann, *form, "paper", bot.Upload{Name: "a.txt", MediaType: "text/plain", Data: []byte("x")})
	act = far.Submit(t, ann, *form, bot.Values{"title": {"free"}, "tags": {"Dry", "wet"}, "owner": {ben}, "story": {"two\nlines"}, "paper": up.Values["paper"]})
	if len(act.Errors) > 0 || act.Notice != "" {
		t.Errorf("%+v", act)
	}
	files, _ := values["paper"].(object)
	delete(values, "paper")
	if diff := cmp.Diff(map[string]any{"title": "free", "tags": []any{"dry", "wet"}, "owner": []any{ben}, "story": "two\nlines", "step2 came from a message": true}, values); diff != "" {
		t.Error(diff)
	}
	if len(files) != 1 {
		t.Errorf("files %v", files)
	}
	all := far.Messages(t, ann, in)
	if m := all[len(all)-1]; m.Text != "Done." || !m.OnlyMine {
		t.Errorf("%+v", m)
	}
	far.Redeliver(t, act)
	if again := far.Messages(t, ann, in); len(again) != len(all) {
		t.Errorf("delivered again: %+v", again)
	}
	d.AddUnknownComponents(true)
	form = far.Type(t, ann, in, "/form").Form
	far.Submit(t, ann, *form, bot.Values{"title": {"free"}})
	d.wantViolation("")
}

func TestErrorsAreRead(t *testing.T) {
	t.Parallel()
	labels := map[string]string{"Title": "title", "Title of the day": "day"}
	for text, want := range map[string][]bot.FieldError{
		"Step 1\nTitle: That title is taken.":         {{Field: "title", Message: "That title is taken."}},
		"Title of the day: No.":                       {{Field: "day", Message: "No."}},
		"Title: x\n⚠️ Title of the day: No.":          {{Field: "day", Message: "No."}},
		"• Title: No.\n• Title of the day: Nor that.": {{Field: "title", Message: "No."}, {Field: "day", Message: "Nor that."}},
		"Nothing is wrong.":                           nil,
	} {
		if diff := cmp.Diff(want, ErrorsIn(text, labels)); diff != "" {
			t.Errorf("%q:\n%s", text, diff)
		}
	}
}

func TestDuplicatesAreDelivered(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.register()
	d.overHTTP()
	var ids []string
	d.answersWith(func(i object) {
		d.mu.Lock()
		ids = append(ids, str(i, "id"))
		d.mu.Unlock()
		d.callback(i, `{"type": 4, "data": {"content": "x", `+silent+`}}`)
	})
	d.Duplicate(true)
	d.Command(ann, general, "/card one")
	if len(ids) != 2 || ids[0] != ids[1] || len(d.Said(general)) != 1 {
		t.Errorf("%q, %+v", ids, d.Said(general))
	}
	d.wantViolation("")
}

func TestDescriptionIsRead(t *testing.T) {
	t.Parallel()
	schema := describe(t)
	if schema == nil {
		return
	}
	for _, c := range []struct{ name, pointer, body, says string }{
		{"a message", bodySchema("POST", "/channels/{channel_id}/messages"), said(`"content": "x", "embeds": [{"title": "x"}], "nonce": "1", "components": [{"type": 1, "components": [` + button + `]}]`), ""},
		{"a text that is a number", bodySchema("POST", "/channels/{channel_id}/messages"), `{"content": 3}`, "/content"},
		{"a button without a style", bodySchema("POST", "/channels/{channel_id}/messages"), row(`{"type": 2, "label": "x", "custom_id": "a"}`), "/components/0/components/0"},
		{"a label that is a number", bodySchema("PATCH", "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"), row(`{"type": 2, "style": 1, "label": 3, "custom_id": "a"}`), "/components/0/components/0/label"},
		{"a modal", componentSchema(callbackSchemas[answerModal]), `{"type": 9, "data": ` + modal(labelled(`{"type": 4, "custom_id": "a", "style": 1}`)) + `}`, ""},
		{"a modal with a style that is none", componentSchema(callbackSchemas[answerModal]), `{"type": 9, "data": ` + modal(labelled(`{"type": 4, "custom_id": "a", "style": 7}`)) + `}`, "/style"},
		{"commands", bodySchema("PUT", "/applications/{application_id}/guilds/{guild_id}/commands"), `[{"name": "x", "description": "y", "options": [{"type": 3, "name": "z", "description": "w"}]}]`, ""},
		{"an option without a description", bodySchema("PUT", "/applications/{application_id}/guilds/{guild_id}/commands"), `[{"name": "x", "options": [{"type": 3, "name": "z"}]}]`, "/0/options/0"},
	} {
		wantProblem(t, schema.check(c.pointer, decode(t, c.body)), c.says)
	}
}

// recorded returns the deliveries that were recorded elsewhere, by their names.
func recorded(t *testing.T) map[string]object {
	t.Helper()
	shared := os.Getenv("HIREBOT_SHARED")
	if shared == "" {
		t.Log("left out: HIREBOT_SHARED does not say where the recorded deliveries are")
		return nil
	}
	out := map[string]object{}
	paths, err := filepath.Glob(filepath.Join(shared, "payloads", "discord", "*.json"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("there are no recorded deliveries: %v", err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		var o object
		if err == nil {
			err = json.Unmarshal(data, &o)
		}
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if o["metadata"] == nil {
			o = object{filepath.Base(path): o}
		}
		for name, v := range o {
			if d, isObject := v.(object); isObject && name != "metadata" {
				out[name] = d
			}
		}
	}
	return out
}

func TestRecordedDeliveries(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.overHTTP()
	var got []object
	d.answersWith(func(i object) {
		got = append(got, i)
		d.callback(i, `{"type": 4, "data": {"content": "x", "flags": 64, `+silent+`}}`)
	})
	k := d.dial("/gateway/")
	k.send(opIdentify, identity(object{"intents": intentGuilds | intentMessages}))
	k.until("GUILD_CREATE")
	n := 0
	for name, o := range recorded(t) {
		if data := in(o, "data"); strings.HasPrefix(str(o, "type"), "GATEWAY_") {
			// What the Gateway told is told again as it was.
			d.Server.mu.Lock()
			d.dispatchLocked(intents[strings.TrimPrefix(str(o, "type"), "GATEWAY_")]&(intentGuilds|intentMessages), strings.TrimPrefix(str(o, "type"), "GATEWAY_"), data)
			d.Server.mu.Unlock()
			if diff := cmp.Diff(any(data), k.until(strings.TrimPrefix(str(o, "type"), "GATEWAY_"))["d"]); diff != "" {
				t.Errorf("%s:\n%s", name, diff)
			}
			continue
		}
		n++
		act := d.Post(o)
		if act.Notice != "" || len(got) != n {
			t.Errorf("%s: %+v", name, act)
		}
		if len(got) == n && cmp.Diff(o["data"], got[n-1]["data"]) != "" {
			t.Errorf("%s arrives as %v", name, got[n-1])
		}
	}
	d.wantViolation("")
}
