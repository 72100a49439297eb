package bottest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/bot"
)

// Conform tests that an adapter brings every event to the bot as it was meant, and every answer to the
// people whom it is for.
func Conform(t *testing.T, h Harness) {
	t.Helper()
	for _, c := range []struct {
		name string
		test func(*testing.T, *bench)
		need Feature
	}{
		{name: "a typed command arrives with who, where and what", test: typedCommand},
		{name: "a direct message is private", test: directMessage},
		{name: "a person whom the records do not know is served", test: stranger},
		{name: "buttons and menus arrive with their arguments", test: presses},
		{name: "a button of an older version is refused", test: oldButtons},
		{name: "the home surface opens and its buttons work", test: home, need: HomeSurface},
		{name: "suggestions are shown", test: suggestions, need: Suggestions},
		{name: "every part of a card is shown", test: cardParts},
		{name: "a private answer is seen by the actor alone", test: privateAnswer},
		{name: "a public answer is seen by all", test: publicAnswer},
		{name: "an answer that replaces stands in the place of the pressed message", test: replaces},
		{name: "what people type is shown literally and notifies nobody", test: hostile},
		{name: "a form is filled in with every kind of field", test: fillForm},
		{name: "mistakes come back at their fields and everything typed is kept", test: formErrors},
		{name: "what a form holds is saved as it changes", test: formChanges, need: Changes},
		{name: "a second delivery has no second effect and gets the first answer", test: secondDelivery},
		{name: "messages are sent, drawn again and found", test: sends},
		{name: "a direct message is sent to one person", test: sendsDirectly},
		{name: "a message notifies the one person whom it is for, and nobody else", test: notifies, need: Notices},
		{name: "profiles are read", test: profiles},
		{name: "every card of the fixture is shown", test: fixtureCards},
		{name: "any card can be sent and drawn again", test: anyCard},
	} {
		if c.need != "" && !h.has(c.need) {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := newApp(t)
			specs := a.router.Registry().Specs()
			platform, far := h.Start(t, App{Serve: a.serve, Commands: specs, Clock: a.Clock})
			c.test(t, &bench{Harness: h, app: a, platform: platform, far: far, world: far.World()})
		})
	}
}

// bench is one adapter under test with both of its ends.
type bench struct {
	Harness
	app      *app
	platform bot.Platform
	far      FarEnd
	world    World
}

// said returns the last message of the bot that somebody sees in a conversation.
func (b *bench) said(t *testing.T, user string, in bot.Conversation) Message {
	t.Helper()
	all := b.far.Messages(t, user, in)
	for _, m := range slices.Backward(all) {
		if m.FromBot {
			return m
		}
	}
	t.Fatalf("the bot said nothing to %s in %s; they see %+v", user, in.Channel, all)
	return Message{}
}

// show has somebody ask for a card and returns it as they see it.
func (b *bench) show(t *testing.T, user, name string) Message {
	t.Helper()
	b.far.Type(t, user, b.world.Channel, "/card show "+name)
	return b.said(t, user, b.world.Channel)
}

// wantShown checks that a message says all of these.
func wantShown(t testing.TB, m Message, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(m.Text, p) {
			t.Errorf("the message lacks %q:\n%s", p, m.Text)
		}
	}
}

// wantFrom checks who sent an event, from where.
func (b *bench) wantFrom(t *testing.T, ev bot.Event, user string, in bot.Conversation) {
	t.Helper()
	if want := (bot.Identity{Workspace: b.world.Workspace, User: user}); ev.From != want {
		t.Errorf("%s from %+v, want %+v", ev.Type, ev.From, want)
	}
	if ev.In != in {
		t.Errorf("%s in %+v, want %+v", ev.Type, ev.In, in)
	}
	if ev.ID == "" || ev.At.IsZero() {
		t.Errorf("%s without an id or a time: %+v", ev.Type, ev)
	}
}

func typedCommand(t *testing.T, b *bench) {
	ids := map[string]bool{}
	for _, user := range []string{b.world.Ann, b.world.Ben, b.world.Ann} {
		b.far.Type(t, user, b.world.Channel, "/card show one-line")
		ev := b.app.last(t, bot.Invoke)
		b.wantFrom(t, ev, user, b.world.Channel)
		ids[ev.ID] = true
		if diff := cmp.Diff(bot.Values{"name": {"one-line"}}, b.app.lastArgs()); diff != "" {
			t.Errorf("arguments:\n%s", diff)
		}
		wantShown(t, b.said(t, user, b.world.Channel), "Saved.")
	}
	if len(ids) != 3 {
		t.Errorf("three deliveries bear the ids %v", ids)
	}
}

func directMessage(t *testing.T, b *bench) {
	dm, err := b.platform.DM(t.Context(), bot.Identity{Workspace: b.world.Workspace, User: b.world.Ann})
	if err != nil {
		t.Fatal(err)
	}
	if !dm.Private || dm == b.world.Channel {
		t.Errorf("the direct-message conversation is %+v", dm)
	}
	if b.has(CommandsInDirectMessages) {
		b.far.Type(t, b.world.Ann, dm, "/card show one-line")
		b.wantFrom(t, b.app.last(t, bot.Invoke), b.world.Ann, dm)
		wantShown(t, b.said(t, b.world.Ann, dm), "Saved.")
	} else {
		card := bot.Card{Title: "For Ann", Actions: []bot.Action{{Label: "Count", Do: bot.Do("card.press", "direct")}}}
		if _, err := b.platform.Send(t.Context(), dm, card, "delivery-direct"); err != nil {
			t.Fatal(err)
		}
		b.far.Press(t, b.world.Ann, b.said(t, b.world.Ann, dm), "Count")
		b.wantFrom(t, b.app.last(t, bot.Press), b.world.Ann, dm)
		wantShown(t, b.said(t, b.world.Ann, dm), "Pressed 1 times")
	}
	if seen := b.far.Messages(t, b.world.Ben, dm); len(seen) > 0 {
		t.Errorf("somebody else sees %+v", seen)
	}
}

func stranger(t *testing.T, b *bench) {
	b.far.Type(t, b.world.Stranger, b.world.Channel, "/card show one-line")
	b.wantFrom(t, b.app.last(t, bot.Invoke), b.world.Stranger, b.world.Channel)
	wantShown(t, b.said(t, b.world.Stranger, b.world.Channel), "Saved.")
}

func presses(t *testing.T, b *bench) {
	seen := map[string]bool{}
	for label, arg := range map[string]string{"Approve": "approve", "Edit": "edit", "Forget": "forget", "Hand over": "hand over"} {
		m := b.show(t, b.world.Ann, "buttons")
		if b.far.Press(t, b.world.Ann, m, label); label == "Forget" {
			b.agree(t, b.world.Ann, "Forget", "Forget it?", "It cannot be brought back.")
		}
		ev := b.app.last(t, bot.Press)
		b.wantFrom(t, ev, b.world.Ann, b.world.Channel)
		if ev.Command != "card.press" || !slices.Equal(ev.Bound, []string{arg}) {
			t.Errorf("%s arrives as %s %q", label, ev.Command, ev.Bound)
		}
		seen[ev.ID] = true
	}
	m := b.show(t, b.world.Ann, "hostile")
	b.far.Press(t, b.world.Ann, m, "@everyone <b>")
	b.agree(t, b.world.Ann, "@here", "<!here>")
	if ev := b.app.last(t, bot.Press); !slices.Equal(ev.Bound, []string{"a|b%c"}) || seen[ev.ID] {
		t.Errorf("an argument with separators arrives as %+v", ev)
	}
	if len(seen) != 4 {
		t.Errorf("four presses bear the ids %v", seen)
	}
}

// agree says yes to what the bot asks before a button acts, where no dialog does. Nothing may have
// come of the press before that.
func (b *bench) agree(t *testing.T, user, yes string, asks ...string) {
	t.Helper()
	if b.has(Dialogs) {
		return
	}
	effects := b.app.Effects()
	question := b.said(t, user, b.world.Channel)
	wantShown(t, question, asks...)
	if !question.OnlyMine || len(question.Buttons) != 2 {
		t.Errorf("asked by %+v", question)
	}
	b.far.Press(t, user, question, yes)
	if len(b.app.Effects()) != len(effects)+1 {
		t.Errorf("agreed to, it has effects %q, before %q", b.app.Effects(), effects)
	}
}

func oldButtons(t *testing.T, b *bench) {
	for _, id := range []string{"v0|card.press|a", "v1|card.gone|a", "v1|card.press|a|b|c", "approve_button"} {
		m := b.show(t, b.world.Ann, "buttons")
		act := b.far.PressID(t, b.world.Ann, m, id)
		told := act.Notice + b.said(t, b.world.Ann, b.world.Channel).Text
		if !strings.Contains(told, "another version") {
			t.Errorf("%s is answered with %q", id, told)
		}
	}
	if got := b.app.Effects(); len(got) > 0 {
		t.Errorf("old buttons had effects: %q", got)
	}
	b.far.Press(t, b.world.Ann, b.show(t, b.world.Ann, "buttons"), "Edit")
	if got := b.app.Effects(); len(got) != 1 {
		t.Errorf("after old buttons a new one has effects %q", got)
	}
}

func home(t *testing.T, b *bench) {
	m := b.far.Home(t, b.world.Ann)
	if ev := b.app.last(t, bot.Open); ev.From.User != b.world.Ann || ev.ID == "" {
		t.Errorf("opening arrives as %+v", ev)
	}
	wantShown(t, m, "Home of "+b.world.Ann)
	b.far.Press(t, b.world.Ann, m, "Count")
	// A home may be drawn again after the press.
	if ev := b.app.latest(t, bot.Press); ev.Command != "card.press" || !slices.Equal(ev.Bound, []string{"home"}) {
		t.Errorf("the button arrives as %+v", ev)
	}
}

func suggestions(t *testing.T, b *bench) {
	want := map[string][]string{"/form color:": {"Red", "Deep blue"}, "/card show name:t": {"text", "table"}}
	if !b.has(LiveChoices) {
		delete(want, "/form color:")
	}
	for typed, labels := range want {
		choices := b.far.Suggest(t, b.world.Ann, b.world.Channel, typed)
		ev := b.app.last(t, bot.Suggest)
		b.wantFrom(t, ev, b.world.Ann, b.world.Channel)
		var got []string
		for _, c := range choices {
			got = append(got, c.Label)
		}
		if !slices.Equal(got, labels) {
			t.Errorf("%s suggests %q, want %q", typed, got, labels)
		}
	}
}

func cardParts(t *testing.T, b *bench) {
	m := b.show(t, b.world.Ann, "text")
	wantShown(t, m, "Every style of text", "plain, ", "bold", "slanted", "/band show", "the handbook", "Sample Person", "Figures from today")
	if !slices.Contains(m.Links, "https://example.org/handbook?a=1&b=2") {
		t.Errorf("links %q", m.Links)
	}
	if !slices.ContainsFunc(m.Instants, Moment.Equal) {
		t.Errorf("instants %v", m.Instants)
	}
	wantShown(t, b.show(t, b.world.Ann, "fields"), "Fields", "Level", "Senior", "Owner", "Sample Person", "Empty")
	wantShown(t, b.show(t, b.world.Ann, "table"), "Step", "Who", "State", "approved", "anyone of compensation", "waiting")
	wantShown(t, b.show(t, b.world.Ann, "refusal"), "I know no role “backnd”. Did you mean backend?")
	wantShown(t, b.show(t, b.world.Ann, "scripts"), "आशा राव 👩‍💻", "₹18,50,000 a year — “fine”")

	m = b.show(t, b.world.Ann, "buttons")
	wantShown(t, m, "Buttons", "What now?", "Choose.")
	want := []Button{
		{Label: "Approve", Style: bot.Primary}, {Label: "Edit"},
		{Label: "Forget", Style: bot.Danger, Confirm: &bot.Confirm{Title: "Forget it?", Text: "It cannot be brought back.", Yes: "Forget", No: "Keep"}},
		{Label: "Cloud", Style: bot.On},
	}
	if !b.has(Dialogs) {
		want[2].Confirm = nil // it is asked when it is pressed
	}
	if diff := cmp.Diff(want, m.Buttons); diff != "" {
		t.Errorf("buttons:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"Hand over", "Close"}, m.Menu); diff != "" {
		t.Errorf("menu:\n%s", diff)
	}

	pictures, files := b.attached(t, b.world.Ann, b.show(t, b.world.Ann, "picture-and-file"))
	if len(pictures) != 1 || pictures[0].Alt != "Offers went from 3 to 5" || !bytes.Equal(pictures[0].Data, Pixel()) {
		t.Errorf("pictures %+v", pictures)
	}
	if len(files) != 1 || files[0].Name != "letter.txt" || string(files[0].Data) != "Dear reader" {
		t.Errorf("files %+v", files)
	}
}

// attached returns what came with a private answer: in it, or in the person's direct messages.
func (b *bench) attached(t *testing.T, user string, m Message) (pictures, files []Attachment) {
	t.Helper()
	if b.has(PrivateAttachments) {
		return m.Pictures, m.Files
	}
	if len(m.Pictures)+len(m.Files) > 0 {
		t.Errorf("an answer in a conversation of several has attachments: %+v", m)
	}
	for _, m := range b.far.Messages(t, user, b.direct(t, user)) {
		pictures, files = append(pictures, m.Pictures...), append(files, m.Files...)
	}
	return pictures, files
}

// direct returns the direct messages of somebody.
func (b *bench) direct(t *testing.T, user string) bot.Conversation {
	t.Helper()
	dm, err := b.platform.DM(t.Context(), bot.Identity{Workspace: b.world.Workspace, User: user})
	if err != nil {
		t.Fatal(err)
	}
	return dm
}

func privateAnswer(t *testing.T, b *bench) {
	m := b.show(t, b.world.Ann, "one-line")
	if !m.OnlyMine {
		t.Errorf("nothing tells that only they see %+v", m)
	}
	for _, other := range []string{b.world.Ben, b.world.Stranger} {
		for _, seen := range b.far.Messages(t, other, b.world.Channel) {
			if seen.FromBot || strings.Contains(seen.Text, "one-line") {
				t.Errorf("%s sees %+v", other, seen)
			}
		}
	}
}

func publicAnswer(t *testing.T, b *bench) {
	b.far.Type(t, b.world.Ann, b.world.Channel, "/card say one-line")
	for _, user := range []string{b.world.Ann, b.world.Ben} {
		m := b.said(t, user, b.world.Channel)
		wantShown(t, m, "Saved.")
		if m.OnlyMine {
			t.Errorf("%s sees it as private: %+v", user, m)
		}
	}
}

func replaces(t *testing.T, b *bench) {
	first := b.show(t, b.world.Ann, "buttons")
	before := len(b.far.Messages(t, b.world.Ann, b.world.Channel))
	b.far.Press(t, b.world.Ann, first, "Approve")
	m := b.said(t, b.world.Ann, b.world.Channel)
	wantShown(t, m, "Pressed 1 times")
	b.far.Press(t, b.world.Ann, m, "Again")
	wantShown(t, b.said(t, b.world.Ann, b.world.Channel), "Pressed 2 times")
	if after := len(b.far.Messages(t, b.world.Ann, b.world.Channel)); after != before {
		t.Errorf("%d messages became %d", before, after)
	}
}

func hostile(t *testing.T, b *bench) {
	b.far.Type(t, b.world.Ann, b.world.Channel, "/card say hostile")
	m := b.said(t, b.world.Ben, b.world.Channel)
	// In the title, plain, bold, slanted, fixed-width, mention, link, label, field, cell and context.
	if n := strings.Count(m.Text, "<!channel> <@U024BE7LH> @everyone @here <@&1> *b* _i_ ~s~ `c`"); n < 5 {
		t.Errorf("shown %d times:\n%s", n, m.Text)
	}
	wantShown(t, m, "<script>alert(1)</script> &amp; :smile: ||x|| <https://evil.example|ok> <t:0:R> # h", "do not follow")
	if len(m.Notifies) > 0 {
		t.Errorf("it notifies %q", m.Notifies)
	}
	for _, link := range m.Links {
		if link != "https://example.org/" {
			t.Errorf("somebody's text became the link %s", link)
		}
	}
	if b.has(PrivateAttachments) && (len(m.Pictures) != 1 || !strings.Contains(m.Pictures[0].Alt, "<!channel>")) {
		t.Errorf("pictures %+v", m.Pictures)
	}

	typed := `/card say "<!channel> @everyone <script>alert(1)</script> *b*"`
	b.far.Type(t, b.world.Ann, b.world.Channel, typed)
	m = b.said(t, b.world.Ben, b.world.Channel)
	wantShown(t, m, "You said: <!channel> @everyone <script>alert(1)</script> *b*")
	if len(m.Notifies) > 0 {
		t.Errorf("it notifies %q", m.Notifies)
	}
}

// filled are values for every field of the suite's form but the file.
func (b *bench) filled() bot.Values {
	return bot.Values{
		"title": {"A “quoted” <title>"}, "story": {"two\nlines & more"}, "copies": {"3"}, "price": {"18,50,000"},
		"color": {"deep blue"}, "tags": {"wet", "icy"}, "stars": {"4"}, "owner": {b.world.Ben}, "readers": {b.world.Ann, b.world.Ben},
		"day": {"2027-01-04"}, "hour": {"15:30"}, "due": {"2027-01-04T15:30:00Z"},
	}
}

// open has somebody open the suite's form.
func (b *bench) open(t *testing.T, user string) Form {
	t.Helper()
	act := b.far.Type(t, user, b.world.Channel, "/form")
	if act.Form == nil {
		t.Fatalf("no form opened: %+v", act)
	}
	return *act.Form
}

func fillForm(t *testing.T, b *bench) {
	form := b.open(t, b.world.Ann)
	whole := form.Title == "Fill me in" && form.Submit == "Send"
	if !b.has(WholeForms) {
		whole = strings.HasPrefix(form.Title, "Fill me in")
	}
	if !whole || !strings.Contains(form.Note, "It takes a minute.") {
		t.Errorf("the form is %+v", form)
	}
	var names []string
	for _, f := range form.Fields {
		names = append(names, f.Name)
		if f.Required != (f.Name == "title" || f.Name == "copies") || f.Label == "" || len(f.Value) > 0 {
			t.Errorf("field %+v", f)
		}
		if f.Name == "tags" && !slices.Equal(f.Choices, []string{"wet", "dry", "icy"}) {
			t.Errorf("choices of %s: %q", f.Name, f.Choices)
		}
	}
	all := []string{"title", "story", "copies", "price", "color", "tags", "stars", "owner", "readers", "day", "hour", "due", "paper"}
	if !b.has(WholeForms) && len(names) > 0 {
		all = all[:min(len(names), len(all))] // the others are in later steps, which are filled in below
	}
	if !slices.Equal(names, all) {
		t.Errorf("fields %q", names)
	}

	values := b.filled()
	up := bot.Upload{Name: "order.txt", MediaType: "text/plain", Data: []byte("two of each")}
	values["paper"] = b.far.Upload(t, b.world.Ann, form, "paper", up).Values["paper"]
	b.far.Submit(t, b.world.Ann, form, values)

	ev := b.app.last(t, bot.Submit)
	b.wantFrom(t, ev, b.world.Ann, b.world.Channel)
	// A form is known by its draft, with its command or without.
	if ev.Command != "form.fill" && ev.Command != "" || ev.Draft == "" {
		t.Errorf("the form arrives as %+v", ev)
	}
	got := b.app.lastArgs()
	files := got["paper"]
	delete(got, "paper")
	delete(values, "paper")
	if diff := cmp.Diff(sorted(values), sorted(got)); diff != "" {
		t.Errorf("values:\n%s", diff)
	}
	if len(files) != 1 {
		t.Fatalf("the upload arrives as %q", files)
	}
	if kept, _ := b.app.File(files[0]); !cmp.Equal(up, kept) {
		t.Errorf("the upload arrives as %+v", kept)
	}
	wantShown(t, b.said(t, b.world.Ann, b.world.Channel), "Filled in: A “quoted” <title>")
	if d := b.app.Drafts(); len(d) != 0 {
		t.Errorf("drafts remain: %+v", d)
	}
}

func formErrors(t *testing.T, b *bench) {
	form := b.open(t, b.world.Ann)
	values := b.filled()
	values["title"], values["copies"] = []string{"taken"}, []string{"9"}
	act := b.far.Submit(t, b.world.Ann, form, values)
	wrong := map[string]string{}
	for _, e := range act.Errors {
		wrong[e.Field] = e.Message
	}
	if diff := cmp.Diff(map[string]string{"title": "That title is taken.", "copies": "At most 5 copies."}, wrong); diff != "" {
		t.Errorf("errors:\n%s", diff)
	}
	if got := b.app.Effects(); len(got) > 0 {
		t.Errorf("a refused form had effects %q", got)
	}

	again := b.open(t, b.world.Ann)
	if !again.Continued {
		t.Error("nothing says that the form continues")
	}
	shown, kept := bot.Values{}, bot.Values{}
	for _, f := range again.Fields {
		if f.Name != "paper" {
			shown[f.Name], kept[f.Name] = f.Value, values[f.Name]
		}
	}
	if b.has(WholeForms) {
		kept = values
	}
	if diff := cmp.Diff(sorted(kept), sorted(shown)); diff != "" {
		t.Errorf("kept:\n%s", diff)
	}

	values["title"], values["copies"] = []string{"free"}, []string{"2"}
	b.far.Submit(t, b.world.Ann, again, values)
	if diff := cmp.Diff([]string{"fill free"}, b.app.Effects()); diff != "" {
		t.Error(diff)
	}
}

func formChanges(t *testing.T, b *bench) {
	form := b.open(t, b.world.Ann)
	act := b.far.Change(t, b.world.Ann, form, "price", bot.Values{"title": {"half a ti"}, "price": {"a lot"}})
	ev := b.app.last(t, bot.Change)
	b.wantFrom(t, ev, b.world.Ann, b.world.Channel)
	if ev.Command != "form.fill" || ev.Draft == "" || ev.Focus != "price" {
		t.Errorf("the change arrives as %+v", ev)
	}
	if len(act.Errors) != 1 || act.Errors[0].Field != "price" {
		t.Errorf("errors %+v", act.Errors)
	}
	again := b.open(t, b.world.Ann)
	if got := again.Value("title"); !again.Continued || !slices.Equal(got, []string{"half a ti"}) {
		t.Errorf("continued %v with %q", again.Continued, got)
	}
	if other := b.open(t, b.world.Ben); other.Continued || len(other.Value("title")) > 0 {
		t.Errorf("somebody else is shown %+v", other)
	}
}

func secondDelivery(t *testing.T, b *bench) {
	form := b.open(t, b.world.Ann)
	for _, c := range []struct {
		name string
		do   func() Act
	}{
		{"a command", func() Act { return b.far.Type(t, b.world.Ann, b.world.Channel, "/card press typed") }},
		{"a refused command", func() Act { return b.far.Type(t, b.world.Ann, b.world.Channel, "/card nothing:x") }},
		{"a press", func() Act { return b.far.Press(t, b.world.Ann, b.show(t, b.world.Ann, "buttons"), "Edit") }},
		{"a form", func() Act { return b.far.Submit(t, b.world.Ann, form, b.filled()) }},
	} {
		act := c.do()
		events := b.app.count()
		effects, answer := b.app.Effects(), b.said(t, b.world.Ann, b.world.Channel).Text
		b.far.Redeliver(t, act)
		after := b.app.since(events - 1)
		if len(after) > 2 {
			t.Errorf("%s: one delivery arrives as %d events", c.name, len(after)-1)
		}
		for _, ev := range after[1:] {
			if ev.ID != after[0].ID || ev.Type != after[0].Type || !slices.Equal(ev.Bound, after[0].Bound) {
				t.Errorf("%s: delivered again as %+v, first as %+v", c.name, ev, after[0])
			}
		}
		if diff := cmp.Diff(effects, b.app.Effects()); diff != "" {
			t.Errorf("%s: second effect:\n%s", c.name, diff)
		}
		if got := b.said(t, b.world.Ann, b.world.Channel).Text; got != answer {
			t.Errorf("%s: second answer %q, first %q", c.name, got, answer)
		}
	}
}

func sends(t *testing.T, b *bench) {
	ctx := t.Context()
	post := func(title, delivery string) bot.Posted {
		t.Helper()
		at, err := b.platform.Send(ctx, b.world.Channel, bot.Card{Title: title, Actions: []bot.Action{{Label: "Count", Do: bot.Do("card.press", "sent")}}}, delivery)
		if err != nil {
			t.Fatal(err)
		}
		if at.In != b.world.Channel || at.ID == "" {
			t.Errorf("posted at %+v", at)
		}
		return at
	}
	first, second := post("First", "delivery-1"), post("Second", "delivery-2")
	m := b.said(t, b.world.Ben, b.world.Channel)
	wantShown(t, m, "Second")
	if m.OnlyMine || first.ID == second.ID {
		t.Errorf("a sent message is %+v", m)
	}

	for delivery, want := range map[string]bot.Posted{"delivery-1": first, "delivery-2": second} {
		got, found, err := b.platform.Find(ctx, b.world.Channel, delivery, start.Add(-time.Hour))
		if err != nil || !found || got != want {
			t.Errorf("%s is found as %+v, %v, %v; want %+v", delivery, got, found, err, want)
		}
	}
	for _, delivery := range []string{"delivery-3", "delivery", "", "First"} {
		if got, found, err := b.platform.Find(ctx, b.world.Channel, delivery, start.Add(-time.Hour)); err != nil || found {
			t.Errorf("%q is found as %+v, %v", delivery, got, err)
		}
	}

	if err := b.platform.Edit(ctx, first, bot.Card{Title: "First, changed"}); err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, m := range b.far.Messages(t, b.world.Ben, b.world.Channel) {
		texts = append(texts, strings.TrimSpace(m.Text))
	}
	if len(texts) != 2 || !strings.HasPrefix(texts[0], "First, changed") || !strings.HasPrefix(texts[1], "Second") {
		t.Errorf("after the edit: %q", texts)
	}
	if _, found, err := b.platform.Find(ctx, b.world.Channel, "delivery-1", start.Add(-time.Hour)); err != nil || !found {
		t.Errorf("an edited message is not found: %v", err)
	}
	b.far.Press(t, b.world.Ben, m, "Count")
	if ev := b.app.last(t, bot.Press); ev.From.User != b.world.Ben || !slices.Equal(ev.Bound, []string{"sent"}) {
		t.Errorf("the button of a sent message arrives as %+v", ev)
	}
	// The answer is drawn for Ben alone: in the place of what everybody sees it would be a leak.
	wantShown(t, b.said(t, b.world.Ben, b.world.Channel), "Pressed 1 times")
	for _, m := range b.far.Messages(t, b.world.Ann, b.world.Channel) {
		if strings.Contains(m.Text, "Pressed") {
			t.Errorf("somebody else sees the answer to a press: %+v", m)
		}
	}

	gone := bot.Posted{In: b.world.Channel, ID: "0000000000.000000"}
	if err := b.platform.Edit(ctx, gone, bot.Card{Title: "x"}); !permanent(err) {
		t.Errorf("drawing a message again that is gone: %v", err)
	}
	nowhere := bot.Conversation{Workspace: b.world.Workspace, Channel: "nowhere"}
	if _, err := b.platform.Send(ctx, nowhere, bot.Card{Title: "x"}, "delivery-4"); !permanent(err) {
		t.Errorf("sending to a conversation that is not there: %v", err)
	}
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := b.platform.Send(canceled, nowhere, bot.Card{Title: "x"}, "delivery-5"); err == nil {
		t.Error("sending with a context that ended succeeds")
	}
}

func permanent(err error) bool {
	refusal, ok := errors.AsType[*bot.SendError](err)
	return ok && refusal.Permanent
}

func sendsDirectly(t *testing.T, b *bench) {
	dm, err := b.platform.DM(t.Context(), bot.Identity{Workspace: b.world.Workspace, User: b.world.Ben})
	if err != nil {
		t.Fatal(err)
	}
	if again, err := b.platform.DM(t.Context(), bot.Identity{Workspace: b.world.Workspace, User: b.world.Ben}); err != nil || again != dm {
		t.Errorf("asked twice it is %+v and %+v, %v", dm, again, err)
	}
	at, err := b.platform.Send(t.Context(), dm, bot.Card{Title: "For Ben", Body: []bot.Node{bot.Picture{Name: "p.png", Alt: "a dot", PNG: Pixel()}}}, "delivery-1")
	if err != nil {
		t.Fatal(err)
	}
	m := b.said(t, b.world.Ben, dm)
	wantShown(t, m, "For Ben")
	if len(m.Pictures) != 1 || m.Pictures[0].Alt != "a dot" || at.In != dm {
		t.Errorf("sent to %+v: %+v", at, m)
	}
	for _, other := range []string{b.world.Ann, b.world.Stranger} {
		if seen := b.far.Messages(t, other, dm); len(seen) > 0 {
			t.Errorf("%s sees %+v", other, seen)
		}
	}
	if got, found, err := b.platform.Find(t.Context(), b.world.Channel, "delivery-1", start.Add(-time.Hour)); err != nil || found {
		t.Errorf("found in another conversation as %+v, %v", got, err)
	}
	if nobody, err := b.platform.DM(t.Context(), bot.Identity{Workspace: b.world.Workspace, User: "nobody"}); !permanent(err) {
		t.Errorf("the direct messages of nobody: %+v, %v", nobody, err)
	}
}

func notifies(t *testing.T, b *bench) {
	ctx := t.Context()
	card := bot.Card{Body: []bot.Node{bot.Join(bot.T("You have 1 thing waiting, not "), bot.Who(b.world.Ben, "Ben"), bot.T(", "+Hostile))}, Notify: b.world.Ann}
	at, err := b.platform.Send(ctx, b.world.Channel, card, "notice-1")
	if err != nil {
		t.Fatal(err)
	}
	only := func(when string, want ...string) {
		t.Helper()
		m := b.said(t, b.world.Ben, b.world.Channel)
		got := slices.Clone(m.Notifies)
		slices.Sort(got)
		if got = slices.Compact(got); !slices.Equal(got, want) {
			t.Errorf("%s it notifies %q, want %q", when, got, want)
		}
	}
	wantShown(t, b.said(t, b.world.Ben, b.world.Channel), "You have 1 thing waiting")
	only("sent,", b.world.Ann)
	card.Notify = ""
	if err := b.platform.Edit(ctx, at, card); err != nil {
		t.Fatal(err)
	}
	only("once nothing waits,")
	card.Notify = "nobody-here"
	if _, err := b.platform.Send(ctx, b.world.Channel, card, "notice-2"); err != nil {
		t.Fatal(err)
	}
	only("about somebody without an account,")
}

func profiles(t *testing.T, b *bench) {
	for _, user := range []string{b.world.Ann, b.world.Ben} {
		p, err := b.platform.Profile(t.Context(), bot.Identity{Workspace: b.world.Workspace, User: user})
		if err != nil || p.Name == "" || !p.Active {
			t.Errorf("%s: %+v, %v", user, p, err)
		}
	}
	if p, err := b.platform.Profile(t.Context(), bot.Identity{Workspace: b.world.Workspace, User: "nobody"}); !permanent(err) {
		t.Errorf("nobody: %+v, %v", p, err)
	}
	if b.platform.Name() == "" {
		t.Error("the platform has no name")
	}
}

func fixtureCards(t *testing.T, b *bench) {
	for _, c := range Cards() {
		m := b.show(t, b.world.Ann, c.Name)
		if strings.Contains(m.Text, "Something went wrong") {
			t.Errorf("%s: %s", c.Name, m.Text)
		}
		if c.Name != "empty" && strings.TrimSpace(m.Text) == "" {
			t.Errorf("%s: nothing is shown", c.Name)
		}
		if len(m.Notifies) > 0 {
			t.Errorf("%s notifies %q", c.Name, m.Notifies)
		}
		if _, err := b.platform.Send(t.Context(), b.world.Channel, c.Card, "fixture-"+c.Name); err != nil {
			t.Errorf("%s: %v", c.Name, err)
		}
	}
}

func anyCard(t *testing.T, b *bench) {
	cards, n := GenCard(), 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		at, err := b.platform.Send(t.Context(), b.world.Channel, cards.Draw(rt, "card"), fmt.Sprintf("any-%d", n))
		if err != nil {
			rt.Fatalf("send: %v", err)
		}
		if err := b.platform.Edit(t.Context(), at, cards.Draw(rt, "edited")); err != nil {
			rt.Fatalf("edit: %v", err)
		}
		for _, m := range b.far.Messages(t, b.world.Ann, b.world.Channel) {
			if len(m.Notifies) > 0 {
				rt.Fatalf("it notifies %q", m.Notifies)
			}
		}
	})
}
