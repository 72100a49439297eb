package bottest

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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
