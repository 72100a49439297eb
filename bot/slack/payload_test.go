package slack

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/bot"
)

// recordedDelivery is a delivery as Slack sent it.
type recordedDelivery struct {
	// Name is the file and the member in it: "dm/followUp".
	Name string
	// Via is the way it came in.
	Via recordedVia
	// Body is what came in: JSON, or a form for a slash command.
	Body []byte
}

// recordedVia is the address that a delivery was sent to.
type recordedVia string

const (
	viaCommands     recordedVia = "commands"
	viaInteractions recordedVia = "interactions"
	viaEvents       recordedVia = "events"
)

// ownDeliveries are read where there are no recorded ones, too.
var ownDeliveries = map[string]string{
	"own/command": `{"team_id": "T1", "channel_id": "D1", "user_id": "U1", "user_name": "asha", "command": "/band",
		"text": "backend &amp; web <@U2|sample> <https://example.org|here>", "trigger_id": "1.1.a", "response_url": "https://hooks.slack.com/commands/1"}`,
	"own/submission": `{"type": "view_submission", "team": {"id": "T1"}, "user": {"id": "U1", "name": "asha", "team_id": "T2"}, "trigger_id": "1.1.b",
		"view": {"id": "V1", "type": "modal", "blocks": [], "private_metadata": "", "state": {"values": {
			"note": {"note": {"type": "plain_text_input", "value": "x < y"}},
			"level": {"level": {"type": "static_select", "selected_option": {"text": {"type": "plain_text", "text": "Senior"}, "value": "senior"}}}}}}}`,
}

// wantDelivery is what we use of a delivery.
type wantDelivery struct {
	kind               string
	event              bot.EventType
	team, user, name   string
	channel            string
	private, ephemeral bool
	text, message      string
	values             bot.Values
	at                 time.Time
}

func instant(s, ns int64) time.Time { return time.Unix(s, ns).UTC() }

var recordedFeedback = bot.Values{"message": {"Hello!"}, "category": {"feature"}, "email": {"user@example.com"}}

// wantDeliveries holds every delivery, recorded or our own. Events that we do not ask for, mentions
// among them, are unknown. A form that another app opened carries no place where it was opened.
var wantDeliveries = map[string]wantDelivery{
	"own/command": {kind: kindCommand, event: bot.Invoke, team: "T1", user: "U1", name: "asha", channel: "D1", private: true,
		text: "/band backend & web <@U2> https://example.org"},
	"own/submission": {kind: kindSubmission, event: bot.Submit, team: "T1", user: "T2/U1", name: "asha", private: true,
		values: bot.Values{"note": {"x < y"}, "level": {"senior"}}},

	"actions/mention": {kind: kindUnknown, team: "T00FAKE00AA", user: "U00FAKEUSER1", channel: "C00FAKECHAN1", at: instant(1767326125, 870439000)},
	"actions/action": {kind: kindAction, event: bot.Press, team: "T00FAKE00AA", user: "U00FAKEUSER1", name: "testuser", channel: "C00FAKECHAN1",
		message: "1767326126.896109", at: instant(1767326130, 289415000)},
	"actions/reaction": {kind: kindUnknown, team: "T00FAKE00AA", user: "U00FAKEUSER1"},
	"actions/staticSelectAction": {kind: kindAction, event: bot.Press, team: "T00FAKE00AA", user: "U00FAKEUSER1", name: "testuser", channel: "C00FAKECHAN1",
		message: "1767326126.896109", at: instant(1767326130, 289415000)},
	"actions/radioButtonsAction": {kind: kindAction, event: bot.Press, team: "T00FAKE00AA", user: "U00FAKEUSER1", name: "testuser", channel: "C00FAKECHAN1",
		message: "1767326126.896109", at: instant(1767326135, 289415000)},

	"dm/directDM": {kind: kindEvent, event: bot.Invoke, team: "T0ADGE2G4EM", user: "U0ADXQT6CRW", channel: "D0ACX51K95H", private: true,
		text: "hello hello", at: instant(1771442483, 260129000)},
	"dm/followUp": {kind: kindEvent, event: bot.Invoke, team: "T0ADGE2G4EM", user: "U0ADXQT6CRW", channel: "D0ACX51K95H", private: true,
		text: "cool!!", at: instant(1771442498, 377609000)},

	"modals-private-metadata/mention": {kind: kindUnknown, team: "T0A8YAUUGMU", user: "U0A8WUV28QM", channel: "C0A9D9RTBMF", at: instant(1771116676, 529969000)},
	"modals-private-metadata/action": {kind: kindAction, event: bot.Press, team: "T0A8YAUUGMU", user: "U0A8WUV28QM", name: "sd0a90bkva4s_user",
		channel: "C0A9D9RTBMF", message: "1771116682.586579", at: instant(1771116685, 733929000)},
	"modals-private-metadata/viewSubmission": {kind: kindSubmission, event: bot.Submit, team: "T0A8YAUUGMU", user: "U0A8WUV28QM", name: "sd0a90bkva4s_user",
		private: true, values: bot.Values{"title": {"tes"}, "steps": {"test"}, "severity": {"high"}}},

	"modals/mention": {kind: kindUnknown, team: "T00FAKE00BB", user: "U00FAKEUSER2", channel: "C00FAKECHAN2", at: instant(1769220155, 940449000)},
	"modals/action": {kind: kindAction, event: bot.Press, team: "T00FAKE00BB", user: "U00FAKEUSER2", name: "jane.smith", channel: "C00FAKECHAN2",
		message: "1769220161.503009", at: instant(1769220166, 113300000)},
	"modals/viewSubmission": {kind: kindSubmission, event: bot.Submit, team: "T00FAKE00BB", user: "U00FAKEUSER2", name: "jane.smith",
		private: true, values: recordedFeedback},
	"modals/ephemeralAction": {kind: kindAction, event: bot.Press, team: "T00FAKE00BB", user: "U00FAKEUSER2", name: "jane.smith", channel: "C00FAKECHAN3",
		message: "1771126609.000200", ephemeral: true, at: instant(1771126610, 436992000)},
	"modals/ephemeralViewSubmission": {kind: kindSubmission, event: bot.Submit, team: "T00FAKE00BB", user: "U00FAKEUSER2", name: "jane.smith",
		private: true, values: bot.Values{"response": {"Hello!"}}},

	"slash-commands/slashCommand": {kind: kindCommand, event: bot.Invoke, team: "T00FAKE00BB", user: "U00FAKEUSER2", name: "testuser",
		channel: "C00FAKECHAN3", text: "/test-feedback"},
	"slash-commands/slashCommandWithArgs": {kind: kindCommand, event: bot.Invoke, team: "T00FAKE00BB", user: "U00FAKEUSER2", name: "testuser",
		channel: "C00FAKECHAN3", text: "/test-feedback some arguments here"},
	"slash-commands/viewSubmission": {kind: kindSubmission, event: bot.Submit, team: "T00FAKE00BB", user: "U00FAKEUSER2", name: "testuser",
		private: true, values: recordedFeedback},

	"workspace-1/mention": {kind: kindUnknown, team: "T0A8YAUUGMU", user: "U0A8WUV28QM", channel: "C0A9D9RTBMF", at: instant(1770676954, 663639000)},
	"workspace-2/mention": {kind: kindUnknown, team: "T0B3ZCXXNRV", user: "U0B1JRWK4YP", channel: "C0B5FGHJKLM", at: instant(1770677100, 789012000)},
}

// recordedDeliveries returns our own deliveries and those recorded in HIREBOT_SHARED.
func recordedDeliveries(t *testing.T) []recordedDelivery {
	t.Helper()
	all := map[string]json.RawMessage{}
	for name, text := range ownDeliveries {
		all[name] = json.RawMessage(text)
	}
	if shared := os.Getenv("HIREBOT_SHARED"); shared != "" {
		readRecorded(t, filepath.Join(shared, "payloads", "slack"), all)
	} else {
		t.Log("HIREBOT_SHARED is not set: the recorded deliveries are left out")
	}
	var out []recordedDelivery
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if o := objectIn(all[name]); o["type"] != nil || o["command"] != nil { // else what else its publishers noted, such as the bot's name
			out = append(out, record(t, name, o))
		}
	}
	return out
}

// readRecorded adds what the files in a directory hold.
func readRecorded(t *testing.T, dir string, all map[string]json.RawMessage) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("HIREBOT_SHARED is set, and there are no recorded deliveries in %s: %v", dir, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var members map[string]json.RawMessage
		if err := json.Unmarshal(text, &members); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for member, body := range members {
			all[strings.TrimSuffix(filepath.Base(file), ".json")+"/"+member] = body
		}
	}
}

// record returns a delivery that holds o.
func record(t *testing.T, name string, o map[string]any) recordedDelivery {
	t.Helper()
	if o["command"] != nil {
		form := url.Values{}
		for field, value := range o {
			form.Set(field, fmt.Sprint(value))
		}
		return recordedDelivery{name, viaCommands, []byte(form.Encode())}
	}
	body, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	if o["type"] == "event_callback" {
		return recordedDelivery{name, viaEvents, body}
	}
	return recordedDelivery{name, viaInteractions, body}
}

// objectIn returns the object that a text holds, nil where it holds none.
func objectIn(text []byte) map[string]any {
	var o map[string]any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if decoder.Decode(&o) != nil {
		return nil
	}
	return o
}

// changed returns the delivery after a change of its JSON.
func (d recordedDelivery) changed(t *testing.T, change func(o map[string]any)) recordedDelivery {
	t.Helper()
	o := objectIn(d.Body)
	change(o)
	body, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	return recordedDelivery{d.Name, d.Via, body}
}

// decode reads a body that came in the same way as the delivery.
func (d recordedDelivery) decode(body []byte) (delivery, error) {
	switch d.Via {
	case viaCommands:
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return delivery{}, err
		}
		return decodeCommand(form)
	case viaEvents:
		return decodeEvent(body)
	default:
		return decodeInteraction(body)
	}
}

func TestRecordedDeliveries(t *testing.T) {
	t.Parallel()
	ids, seen := map[string]string{}, map[string]bool{}
	for _, r := range recordedDeliveries(t) {
		seen[r.Name] = true
		want, ok := wantDeliveries[r.Name]
		if !ok {
			t.Errorf("%s: nothing says what is expected of it", r.Name)
			continue
		}
		d, err := r.decode(r.Body)
		if err != nil {
			t.Errorf("%s: %v", r.Name, err)
			continue
		}
		got := wantDelivery{
			kind: d.Kind, event: d.Event.Type, team: d.Team, user: d.Event.From.User, name: d.Event.Name, channel: d.Event.In.Channel, private: d.Event.In.Private,
			ephemeral: d.From.Ephemeral, text: d.Event.Text, message: d.From.Message, values: d.Event.Values, at: d.Event.At,
		}
		home := want.team
		if team, user, foreign := strings.Cut(want.user, "/"); foreign { // somebody of another company
			home, want.user = team, user
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(wantDelivery{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", r.Name, diff)
		}
		if d.Event.From.Workspace != "slack:"+home || d.Event.In.Workspace != "slack:"+want.team {
			t.Errorf("%s: somebody of %q in %q, want slack:%s in slack:%s", r.Name, d.Event.From.Workspace, d.Event.In.Workspace, home, want.team)
		}
		// Its publishers made up the command with arguments from the one without.
		if r.Name == "slash-commands/slashCommandWithArgs" {
			continue
		}
		if other := ids[d.Event.ID]; d.Event.ID == "" || other != "" {
			t.Errorf("%s has the id %q, which %q has too", r.Name, d.Event.ID, other)
		}
		ids[d.Event.ID] = r.Name
	}
	for name := range wantDeliveries {
		if !seen[name] && (strings.HasPrefix(name, "own/") || os.Getenv("HIREBOT_SHARED") != "") {
			t.Errorf("%s is expected and was not delivered", name)
		}
	}
}

// TestRetriesKeepTheirID delivers each a second time: what acts once has one id.
func TestRetriesKeepTheirID(t *testing.T) {
	t.Parallel()
	for _, r := range recordedDeliveries(t) {
		first, err := r.decode(r.Body)
		second, again := r.decode(r.Body)
		if err != nil || again != nil || first.Event.ID != second.Event.ID {
			t.Errorf("%s: %q, then %q (%v, %v)", r.Name, first.Event.ID, second.Event.ID, err, again)
		}
	}
}

// TestWhatAnotherAppDrewIsRefused reads forms and buttons as recorded, and the same as if we had
// drawn them.
func TestWhatAnotherAppDrewIsRefused(t *testing.T) {
	t.Parallel()
	call, err := bot.Do("card.press", "approve", "C-7").Encode()
	if err != nil {
		t.Fatal(err)
	}
	carried, err := json.Marshal(metadata{Call: call, Draft: "d-1", From: origin{Channel: "C1", Message: "1.2"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range recordedDeliveries(t) {
		foreign, err := r.decode(r.Body)
		if err != nil {
			t.Errorf("%s: %v", r.Name, err)
			continue
		}
		if foreign.Kind != kindAction && foreign.Kind != kindSubmission {
			continue
		}
		if foreign.Refused == nil || foreign.Event.Command != "" {
			t.Errorf("%s is read as our command %q (%v), want it refused", r.Name, foreign.Event.Command, foreign.Refused)
		}
		drawn := r.changed(t, func(o map[string]any) {
			if view, ok := o["view"].(map[string]any); ok {
				view["private_metadata"] = string(carried)
			}
			for _, action := range objectsOf(o["actions"]) {
				if option, ok := action["selected_option"].(map[string]any); ok {
					option["value"] = call
				} else {
					action["value"] = call
				}
			}
		})
		ours, err := drawn.decode(drawn.Body)
		if err != nil || ours.Refused != nil {
			t.Errorf("%s with our call: %v, %v", r.Name, err, ours.Refused)
			continue
		}
		if ours.Event.Command != "card.press" || !slices.Equal(ours.Event.Bound, []string{"approve", "C-7"}) {
			t.Errorf("%s with our call: got %s %q", r.Name, ours.Event.Command, ours.Event.Bound)
		}
		if diff := cmp.Diff(foreign.Event.Values, ours.Event.Values); diff != "" {
			t.Errorf("%s with our call holds something else:\n%s", r.Name, diff)
		}
		if ours.Kind == kindSubmission && (ours.Event.Draft != "d-1" || ours.Event.In.Channel != "C1" || ours.From.Message != "1.2") {
			t.Errorf("%s with our metadata: draft %q, from %+v", r.Name, ours.Event.Draft, ours.From)
		}
	}
}

// objectsOf returns the objects of a list.
func objectsOf(v any) []map[string]any {
	var out []map[string]any
	elements, _ := v.([]any)
	for _, e := range elements {
		if o, ok := e.(map[string]any); ok {
			out = append(out, o)
		}
	}
	return out
}

// addMembers adds a member to every object that has named members, as later versions of Slack do.
func addMembers(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			addMembers(e)
		}
	case map[string]any:
		for name, e := range v {
			if name != "values" { // by block and action, whose names are ours
				addMembers(e)
			}
		}
		v["added_later"] = map[string]any{"list": []any{1, nil, "x"}, "flag": true}
	}
}

func TestUnknownMembersDoNoHarm(t *testing.T) {
	t.Parallel()
	for _, r := range recordedDeliveries(t) {
		want, err := r.decode(r.Body)
		if err != nil {
			t.Errorf("%s: %v", r.Name, err)
			continue
		}
		body := append(bytes.Clone(r.Body), "&added_later=x&added_later=y"...)
		if r.Via != viaCommands {
			body = r.changed(t, func(o map[string]any) { addMembers(o) }).Body
		}
		got, err := r.decode(body)
		if err != nil {
			t.Errorf("%s with unknown members: %v", r.Name, err)
			continue
		}
		if got.Kind != want.Kind || got.Team != want.Team || got.Trigger != want.Trigger {
			t.Errorf("%s with unknown members: got %s in %s, want %s in %s", r.Name, got.Kind, got.Team, want.Kind, want.Team)
		}
		if diff := cmp.Diff(want.Event, got.Event) + cmp.Diff(want.From, got.From) + cmp.Diff(want.Meta, got.Meta); diff != "" {
			t.Errorf("%s with unknown members (-want +got):\n%s", r.Name, diff)
		}
	}
}

func TestUnknownTypes(t *testing.T) {
	t.Parallel()
	const fresh = "brand_new"
	block := map[string]any{"type": fresh, "block_id": "b", "contents": []any{map[string]any{"type": fresh}}}
	for _, c := range []struct {
		name   string
		kind   string // "" for the same as before
		change func(o map[string]any)
	}{
		{"of delivery", kindUnknown, func(o map[string]any) { o["type"] = fresh }},
		{"of event", kindUnknown, func(o map[string]any) {
			if event, ok := o["event"].(map[string]any); ok {
				event["type"] = fresh
			} else {
				o["type"] = fresh
			}
		}},
		{"of action", "", func(o map[string]any) {
			for _, action := range objectsOf(o["actions"]) {
				action["type"] = fresh
			}
		}},
		{"of a message's block", "", func(o map[string]any) {
			if message, ok := o["message"].(map[string]any); ok {
				message["blocks"] = []any{block}
			}
		}},
		{"of a view's block", "", func(o map[string]any) {
			if view, ok := o["view"].(map[string]any); ok {
				view["blocks"] = []any{block}
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, r := range recordedDeliveries(t) {
				if r.Via == viaCommands { // has no type
					continue
				}
				before, err := r.decode(r.Body)
				if err != nil {
					t.Errorf("%s: %v", r.Name, err)
					continue
				}
				after, err := r.decode(r.changed(t, c.change).Body)
				want := c.kind
				if want == "" {
					want = before.Kind
				}
				if err != nil || after.Kind != want {
					t.Errorf("%s with an unknown type %s: %s, %v; want %s", r.Name, c.name, after.Kind, err, want)
				}
			}
		})
	}
}

// TestAShortcutWorksOnAnyMessage uses a shortcut on messages of other apps, which may hold what did
// not exist when this was written.
func TestAShortcutWorksOnAnyMessage(t *testing.T) {
	t.Parallel()
	call, err := bot.Do("card.press").Encode()
	if err != nil {
		t.Fatal(err)
	}
	for _, blocks := range []string{
		`[]`,
		`[{"type": "section", "text": {"type": "mrkdwn", "text": "x"}}]`,
		`[{"type": "brand_new", "text": 7}]`,
		`[{"type": "context", "elements": [{"type": "brand_new"}]}]`,
		`[{"type": "actions", "elements": [{"type": "brand_new"}]}]`,
		`[{"type": "section", "text": {"type": "mrkdwn", "text": "x"}, "accessory": {"type": "brand_new"}}]`,
		`[{"type": "input", "label": {"type": "plain_text", "text": "x"}, "element": {"type": "brand_new"}}]`,
		`[{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "brand_new"}]}, {"type": "brand_new"}]}]`,
		`[{"type": "table", "rows": [[{"type": "brand_new"}]]}]`,
	} {
		d, err := decodeInteraction(fmt.Appendf(nil, `{"type": "message_action", "callback_id": %q, "trigger_id": "1.1.c", "action_ts": "1771116685.733929",
			"team": {"id": "T1"}, "user": {"id": "U1", "name": "asha", "team_id": "T1"}, "channel": {"id": "C1", "name": "general"},
			"message": {"type": "message", "user": "U2", "ts": "1771116682.586579", "text": "read &lt;this&gt;", "blocks": %s}}`, call, blocks))
		if err != nil {
			t.Errorf("a message of %s: %v", blocks, err)
			continue
		}
		if d.Refused != nil || d.Kind != kindShortcut || d.Event.Command != "card.press" || d.Event.In.Channel != "C1" {
			t.Errorf("a message of %s: got %s %s in %s, %v", blocks, d.Kind, d.Event.Command, d.Event.In.Channel, d.Refused)
		}
		want := &bot.Source{Author: bot.Identity{Workspace: "slack:T1", User: "U2"}, Text: "read <this>"}
		if diff := cmp.Diff(want, d.Event.Source); diff != "" {
			t.Errorf("a message of %s (-want +got):\n%s", blocks, diff)
		}
	}
}

// TestTruncatedDeliveriesAreRefused cuts JSON short at every place. A form has no end of its own: what is
// left of one is refused, or has all that it takes to act.
func TestTruncatedDeliveriesAreRefused(t *testing.T) {
	t.Parallel()
	for _, r := range recordedDeliveries(t) {
		for n := range r.Body {
			d, err := r.decode(r.Body[:n])
			if err != nil {
				continue
			}
			if r.Via != viaCommands {
				t.Errorf("%s, the first %d bytes of it, is read as %s", r.Name, n, d.Kind)
			} else if err := complete(d); err != nil {
				t.Errorf("%s, the first %d bytes of it: %v", r.Name, n, err)
			}
		}
	}
}

// complete says what a delivery lacks that acts, and is to act once.
func complete(d delivery) error {
	switch d.Kind {
	case kindCommand, kindAction, kindKeep, kindSubmission, kindShortcut:
	default:
		return nil
	}
	_, own, _ := strings.Cut(d.Event.ID, "/")
	switch {
	case d.Event.From.User == "":
		return errors.New("it is from nobody")
	case d.Event.From.Workspace == workspaceID(""), d.Event.In.Workspace == workspaceID(""):
		return errors.New("it is from nowhere")
	case strings.Trim(own, "/") == "":
		return fmt.Errorf("its id is %q, which others have too", d.Event.ID)
	}
	return nil
}

// TestDeliveriesWithoutAnIDAreRefused leaves out what tells a delivery from another: two of them would
// be taken for one and its retry.
func TestDeliveriesWithoutAnIDAreRefused(t *testing.T) {
	t.Parallel()
	for _, r := range recordedDeliveries(t) {
		var body []byte
		switch r.Via {
		case viaCommands:
			form, err := url.ParseQuery(string(r.Body))
			if err != nil {
				t.Fatal(err)
			}
			form.Del("trigger_id")
			body = []byte(form.Encode())
		case viaInteractions:
			body = r.changed(t, func(o map[string]any) {
				delete(o, "trigger_id")
				for _, action := range objectsOf(o["actions"]) {
					delete(action, "action_ts")
				}
			}).Body
		case viaEvents: // where the envelope has no id, what the event is about tells it from others
			continue
		}
		if d, err := r.decode(body); err == nil {
			t.Errorf("%s without an id is read as %s %q", r.Name, d.Kind, d.Event.ID)
		}
	}
}

// TestDamagedDeliveriesDoNoHarm flips bits of deliveries, and cuts pieces out of them. What is read all
// the same is a delivery like any other. (That a signature no longer fits is tested where it is verified.)
func TestDamagedDeliveriesDoNoHarm(t *testing.T) {
	t.Parallel()
	all := recordedDeliveries(t)
	kinds := []string{kindCommand, kindAction, kindKeep, kindSubmission, kindSuggestion, kindShortcut, kindClosed, kindEvent, kindUnknown}
	rapid.Check(t, func(t *rapid.T) {
		r := rapid.SampledFrom(all).Draw(t, "delivery")
		body := bytes.Clone(r.Body)
		for range rapid.IntRange(0, 8).Draw(t, "flips") {
			at := rapid.IntRange(0, len(body)-1).Draw(t, "byte")
			body[at] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		}
		from := rapid.IntRange(0, len(body)).Draw(t, "cut from")
		to := min(len(body), from+rapid.IntRange(0, 40).Draw(t, "cut"))
		body = slices.Delete(body, from, to)
		d, err := r.decode(body)
		if err != nil {
			return
		}
		if !slices.Contains(kinds, d.Kind) {
			t.Fatalf("its kind is %q", d.Kind)
		}
		if err := complete(d); err != nil {
			t.Fatalf("%v:\n%s", err, body)
		}
	})
}
