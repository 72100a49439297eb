package bottest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
)

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
