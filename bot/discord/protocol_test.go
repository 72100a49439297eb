package discord_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
	"github.com/hirebot/hirebot/bot/discord"
	"github.com/hirebot/hirebot/bot/discord/discordtest"
)

func TestCommandsAreRegisteredAtHomeAlone(t *testing.T) {
	t.Parallel()
	const community = "290926798626358000"
	s := newScene(t, false, func(s *scene, cfg *discord.Config) {
		s.AddGuild(community, "Community")
		cfg.Others = []discord.Access{{Guild: community, Kind: discord.Community}}
	})
	s.Wait("the commands", func() bool { return len(s.Commands(guild)) == 4 })
	s.adapter.Settle()
	for _, route := range []string{"PUT /applications/{app}/commands", "POST /applications/{app}/commands"} {
		if calls := s.Calls(route); len(calls) > 0 {
			t.Errorf("%s: %+v", route, calls)
		}
	}
	if got := s.Commands(community); len(got) > 0 {
		t.Errorf("a community has the commands %v", got)
	}
}

func TestClosedDirectMessages(t *testing.T) {
	t.Parallel()
	s := newScene(t, false, nil)
	s.CloseDMs(ben, true)
	who := bot.Identity{Workspace: s.world.Workspace, User: ben}
	for i := range 2 {
		if opened := s.adapter.Opened(who); opened != (i > 0) {
			t.Errorf("after %d times, opened is %v", i, opened)
		}
		if _, err := s.adapter.DM(t.Context(), who); err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.adapter.Send(t.Context(), s.dm(t, ben), bot.Card{Title: "For Ben"}, "delivery-1")
	refused, ok := errors.AsType[*bot.SendError](err)
	if !ok || !refused.Permanent || !refused.Closed {
		t.Errorf("refused with %#v", err)
	}
	// A picture that cannot be brought is said to be missing, to the person alone.
	s.answers(func(context.Context, bot.Event) bot.Answer {
		return bot.Answer{Card: &bot.Card{Title: "Trend", Body: []bot.Node{bot.Picture{Name: "p.png", Alt: "a dot", PNG: bottest.Pixel()}}}}
	})
	s.far.Type(t, ben, s.world.Channel, "/card show x")
	if m := s.last(t, ben, s.world.Channel); !m.OnlyMine || !strings.Contains(m.Text, "did not reach your direct messages") {
		t.Errorf("told %+v", m)
	}
}

// TestWhoLeftHasNoAccess: a button in somebody's direct messages works as long as they are in the
// company's server.
func TestWhoLeftHasNoAccess(t *testing.T) {
	t.Parallel()
	s := newScene(t, false, nil)
	dm := s.dm(t, ben)
	if _, err := s.adapter.Send(t.Context(), dm, bot.Card{Title: "For Ben", Actions: []bot.Action{{Label: "Count", Do: bot.Do("card.show", "x")}}}, "delivery-1"); err != nil {
		t.Fatal(err)
	}
	m := s.last(t, ben, dm)
	s.far.Press(t, ben, m, "Count")
	if events := s.served(); len(events) != 1 || events[0].From.Workspace != s.world.Workspace || !events[0].In.Private {
		t.Fatalf("a press arrives as %+v", events)
	}
	s.RemoveMember(guild, ben)
	s.later(10 * time.Minute)
	s.far.Press(t, ben, m, "Count")
	if events := s.served(); len(events) != 1 {
		t.Errorf("after that a press arrives as %+v", events[1:])
	}
	if m := s.last(t, ben, dm); !strings.Contains(m.Text, "you are not in it") {
		t.Errorf("it is answered with %+v", m)
	}
	if p, told := s.people.told(ben); !told || p.Active {
		t.Errorf("the directory is told %+v, %v", p, told)
	}
}

// TestSlowLookAtWhoSomebodyIs: the first answer is in time also where Discord is slow to tell who presses a
// button in direct messages.
func TestSlowLookAtWhoSomebodyIs(t *testing.T) {
	t.Parallel()
	const member = "GET /guilds/{guild}/members/{user}"
	asked, told := make(chan struct{}), make(chan struct{})
	s := newScene(t, false, func(_ *scene, cfg *discord.Config) {
		cfg.After = func(d time.Duration) <-chan time.Time {
			if d == 1500*time.Millisecond {
				close(asked)
			}
			return impatient(d)
		}
	})
	dm := s.dm(t, ben)
	if _, err := s.adapter.Send(t.Context(), dm, bot.Card{Title: "For Ben", Actions: []bot.Action{{Label: "Count", Do: bot.Do("card.show", "x")}}}, "delivery-1"); err != nil {
		t.Fatal(err)
	}
	s.Fail(member, discordtest.Failure{Delay: told})
	go func() {
		<-asked
		s.Wait("a first answer", func() bool { return len(s.Calls("POST /interactions/{interaction}/{token}/callback")) > 0 })
		close(told)
	}()
	s.far.Press(t, ben, s.last(t, ben, dm), "Count")
	if events := s.served(); len(events) != 1 || events[0].From.Workspace != s.world.Workspace {
		t.Errorf("a press arrives as %+v", events)
	}
}

// TestRolesAreToldWhenTheyChange: a delivery brings what somebody is in the guild.
func TestRolesAreToldWhenTheyChange(t *testing.T) {
	t.Parallel()
	s := newScene(t, false, nil)
	s.works(t)
	if _, told := s.people.told(ann); told {
		t.Error("the directory is told of nothing new")
	}
	s.AddRole(guild, discordtest.Role{ID: "400000000000000001", Name: "recruiters", Position: 2})
	s.AddMember(discordtest.Member{Guild: guild, User: ann, Nick: "Annie", Roles: []string{"400000000000000001"}})
	s.works(t)
	if p, _ := s.people.told(ann); p.Name != "Annie" || !slices.Equal(p.Groups, []string{"400000000000000001"}) || !p.Active {
		t.Errorf("the directory is told %+v", p)
	}
}

// TestCommunities: there nothing answers but the buttons of our posts and the form behind them.
func TestCommunities(t *testing.T) {
	t.Parallel()
	const community, hall = "290926798626358000", "645027906669510700"
	s := newScene(t, true, func(s *scene, cfg *discord.Config) {
		s.AddGuild(community, "Community")
		for _, user := range []string{ann, nobody} {
			s.AddMember(discordtest.Member{Guild: community, User: user})
		}
		s.AddChannel(discordtest.Channel{ID: hall, Name: "hall", Guild: community, Type: discordtest.TypeText})
		cfg.Others = []discord.Access{{Guild: community, Kind: discord.Community}}
	})
	in := bot.Conversation{Workspace: "discord:" + community, Channel: hall}
	if _, err := s.adapter.Send(t.Context(), in, bot.Card{Title: "We hire", Actions: []bot.Action{{Label: "Tell me", Do: bot.Do("form.fill")}}}, "delivery-1"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		kind int
		data map[string]any
	}{
		{2, map[string]any{"type": 1, "id": "9", "name": "card", "options": []any{map[string]any{"type": 1, "name": "show", "options": []any{map[string]any{"type": 3, "name": "name", "value": "x"}}}}}},
		{2, map[string]any{"type": 3, "id": "9", "name": "Keep message", "target_id": "7", "resolved": map[string]any{"messages": map[string]any{"7": map[string]any{"id": "7", "channel_id": hall, "content": "x", "author": map[string]any{"id": ann}}}}}},
		{4, map[string]any{"type": 1, "id": "9", "name": "card", "options": []any{map[string]any{"type": 1, "name": "show", "options": []any{map[string]any{"type": 3, "name": "name", "value": "x", "focused": true}}}}}},
	} {
		body, err := json.Marshal(map[string]any{
			"id": "99", "application_id": appID, "type": c.kind, "token": "t", "version": 1, "guild_id": community, "channel_id": hall, "data": c.data,
			"member": map[string]any{"user": map[string]any{"id": nobody, "username": "somebody"}, "roles": []any{}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := s.PostSigned(noon, body); got.Status == http.StatusOK || len(s.served()) > 0 {
			t.Errorf("an interaction of type %d is answered with %d %s, %+v", c.kind, got.Status, got.Body, s.served())
		}
	}
	s.answers(func(_ context.Context, ev bot.Event) bot.Answer {
		if ev.Type == bot.Press {
			return bot.Answer{Form: &bot.Form{Title: "Tell us", Draft: "d-1", Call: bot.Do("form.fill"), Fields: []bot.Field{{Name: "x", Label: "X"}}}}
		}
		return saying("Thank you.")
	})
	act := s.far.Press(t, nobody, s.last(t, nobody, in), "Tell me")
	if act.Form == nil {
		t.Fatalf("no form: %+v", act)
	}
	s.far.Submit(t, nobody, *act.Form, bot.Values{"x": {"hello"}})
	events := s.served()
	last := events[len(events)-1]
	if last.Type != bot.Submit || last.From != (bot.Identity{Workspace: in.Workspace, User: nobody}) || last.Draft != "d-1" || !slices.Equal(last.Values["x"], []string{"hello"}) {
		t.Errorf("the form arrives as %+v", last)
	}
	if m := s.last(t, nobody, in); !strings.Contains(m.Text, "Thank you.") || !m.OnlyMine {
		t.Errorf("it is answered with %+v", m)
	}
}

// TestTheMenuOfAMessage: a command that is chosen there opens its form as the first answer, with what the
// message says, whose it is and where it stands; where that takes long, a button opens it.
func TestTheMenuOfAMessage(t *testing.T) {
	t.Parallel()
	for _, late := range []bool{false, true} {
		t.Run(fmt.Sprint("late ", late), func(t *testing.T) {
			t.Parallel()
			s := newScene(t, true, func(_ *scene, cfg *discord.Config) {
				if late {
					cfg.After = impatient
				}
			})
			said := s.Speak(ben, channel, "read <this> & that")
			held := make(chan struct{})
			s.answers(func(_ context.Context, ev bot.Event) bot.Answer {
				if late && !ev.Again {
					<-held
				}
				return bot.Answer{Form: &bot.Form{Title: "Keep it", Draft: "d-1", Call: bot.Do("form.keep"), Fields: []bot.Field{{Name: "x", Label: "X"}}}}
			})
			if late {
				go func() {
					s.Wait("a first answer", func() bool { return len(s.far.Messages(t, ann, s.world.Channel)) > 1 })
					close(held)
				}()
			}
			d := s.Menu(ann, channel, "Keep message", said)
			if opened := d.Modal != nil; opened == late || d.Notice != "" {
				t.Fatalf("a form opens: %v, %q", opened, d.Notice)
			}
			if late {
				if m := s.last(t, ann, s.world.Channel); !m.OnlyMine || len(m.Buttons) == 0 {
					t.Errorf("no button opens the form: %+v", m)
				}
			}
			events := s.served()
			want := &bot.Source{
				Author: bot.Identity{Workspace: s.world.Workspace, User: ben}, Text: "read <this> & that",
				Link: "https://discord.com/channels/" + guild + "/" + channel + "/" + said,
			}
			if got := events[0]; got.Type != bot.Invoke || got.Command != "form.keep" || got.From.User != ann || !cmp.Equal(got.Source, want) {
				t.Errorf("it arrives as %+v, %+v", got, got.Source)
			}
		})
	}
}

// TestThreads: what is for one person is seen by nobody else there either.
func TestThreads(t *testing.T) {
	t.Parallel()
	const thread = "645027906669510701"
	s := newScene(t, false, func(s *scene, _ *discord.Config) {
		s.AddChannel(discordtest.Channel{ID: thread, Name: "thread", Guild: guild, Type: discordtest.TypePublicThread, Parent: channel})
	})
	in := bot.Conversation{Workspace: s.world.Workspace, Channel: thread}
	s.answers(func(context.Context, bot.Event) bot.Answer {
		return bot.Answer{Card: &bot.Card{Title: "₹18 LPA", Body: []bot.Node{bot.Picture{Name: "p.png", Alt: "a dot", PNG: bottest.Pixel()}}}}
	})
	s.far.Type(t, ann, in, "/card show x")
	if m := s.last(t, ann, in); !m.OnlyMine || len(m.Pictures) > 0 {
		t.Errorf("answered with %+v", m)
	}
	if all := s.far.Messages(t, ben, in); len(all) > 0 {
		t.Errorf("others see %+v", all)
	}
	if m := s.last(t, ann, s.dm(t, ann)); len(m.Pictures) != 1 {
		t.Errorf("the picture is not in the direct messages: %+v", m)
	}
}

// TestLimitsAndFailuresOfSending: what Discord refuses is told apart from what may have arrived.
func TestLimitsAndFailuresOfSending(t *testing.T) {
	t.Parallel()
	const post = "POST /channels/{channel}/messages"
	send := func(s *scene, id string) error {
		_, err := s.adapter.Send(context.Background(), s.world.Channel, bot.Card{Title: "x"}, id)
		return err
	}
	for _, c := range []struct {
		name  string
		fail  discordtest.Failure
		check func(*bot.SendError, error) bool
	}{
		{"429", discordtest.Failure{Status: 429, RetryAfter: 3.2}, func(e *bot.SendError, _ error) bool {
			return e != nil && !e.Permanent && e.RetryAfter >= 3*time.Second && !e.Everywhere
		}},
		{"429 of everything", discordtest.Failure{Status: 429, RetryAfter: 7, Global: true}, func(e *bot.SendError, _ error) bool {
			return e != nil && !e.Permanent && e.RetryAfter >= 6*time.Second && e.Everywhere
		}},
		{"500", discordtest.Failure{Status: 500}, func(e *bot.SendError, err error) bool { return e == nil && err != nil }},
		{"502", discordtest.Failure{Status: 502}, func(e *bot.SendError, err error) bool { return e == nil && err != nil }},
		{"401", discordtest.Failure{Status: 401}, func(e *bot.SendError, _ error) bool { return e != nil && !e.Permanent && e.RetryAfter > 0 }},
		{"no permission", discordtest.Failure{Code: 50013}, func(e *bot.SendError, _ error) bool {
			return e != nil && e.Permanent && !e.Closed && strings.Contains(e.Reason, "Send Messages")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, false, nil)
			s.Fail(post, c.fail)
			err := send(s, "delivery-1")
			refused, _ := errors.AsType[*bot.SendError](err)
			if !c.check(refused, err) {
				t.Errorf("it fails with %#v", err)
			}
			before := len(s.Calls(post))
			if c.fail.Status == 429 {
				// While the limit holds, nothing is called that would break it.
				if refused, ok := errors.AsType[*bot.SendError](send(s, "delivery-2")); !ok || refused.RetryAfter <= 0 || refused.Everywhere != c.fail.Global || len(s.Calls(post)) != before {
					t.Errorf("meanwhile it fails with %v, after %d calls more", refused, len(s.Calls(post))-before)
				}
				return
			}
			if err := send(s, "delivery-2"); err != nil {
				t.Errorf("after that: %v", err)
			}
		})
	}
	t.Run("an answer that is lost", func(t *testing.T) {
		t.Parallel()
		s := newScene(t, false, nil)
		s.Fail(post, discordtest.Failure{Drop: true})
		if err := send(s, "delivery-1"); err == nil {
			t.Fatal("it succeeds")
		}
		if err := send(s, "delivery-1"); err != nil {
			t.Fatal(err)
		}
		if all := s.Said(channel); len(all) != 1 {
			t.Errorf("one message was posted %d times", len(all))
		}
		if _, found, err := s.adapter.Find(t.Context(), s.world.Channel, "delivery-1", noon.Add(-time.Hour)); err != nil || !found {
			t.Errorf("it is not found: %v", err)
		}
	})
}

func TestUnknownComponents(t *testing.T) {
	t.Parallel()
	s := newScene(t, false, nil)
	s.AddUnknownComponents(true)
	s.answers(func(_ context.Context, ev bot.Event) bot.Answer {
		if ev.Type == bot.Invoke {
			return bot.Answer{Form: &bot.Form{Title: "Tell us", Draft: "d-1", Call: bot.Do("form.fill"), Fields: []bot.Field{{Name: "x", Label: "X"}}}}
		}
		return saying("Thank you.")
	})
	act := s.far.Type(t, ann, s.world.Channel, "/form")
	s.far.Submit(t, ann, *act.Form, bot.Values{"x": {"hello"}})
	if m := s.last(t, ann, s.world.Channel); !strings.Contains(m.Text, "Thank you.") {
		t.Errorf("answered with %+v", m)
	}
}

func TestSignatures(t *testing.T) {
	t.Parallel()
	s := newScene(t, true, nil)
	s.Verify()
	body := []byte(`{"type":1}`)
	for _, at := range []time.Time{noon.Add(-6 * time.Minute), noon.Add(6 * time.Minute)} {
		if got := s.PostSigned(at, body); got.Status != http.StatusUnauthorized {
			t.Errorf("signed at %v it is answered with %d", at, got.Status)
		}
	}
	for _, body := range []string{"", "null", "[]", "{", `{"type":"x"}`, `{"type":2}`, `{"type":-3,"id":"1","token":"t","user":{"id":"1"}}`, "\x00", `{"type":3,"id":"1","token":"t"}`} {
		if got := s.PostSigned(noon, []byte(body)); got.Status < 400 || got.Status >= 500 {
			t.Errorf("%q is answered with %d", body, got.Status)
		}
	}
	if got := s.PostSigned(noon, []byte(strings.Repeat("x", 2<<20))); got.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("too much is answered with %d", got.Status)
	}
	s.works(t)
}

// TestChannels: those that the bot can write in are told, with who may read them.
func TestChannels(t *testing.T) {
	t.Parallel()
	told := make(chan []discord.Channel, 10)
	s := newScene(t, false, func(s *scene, cfg *discord.Config) {
		s.AddChannel(discordtest.Channel{ID: "645027906669510702", Name: "team", Guild: guild, Type: discordtest.TypeText, Private: true, Members: []string{ann, appID}})
		s.AddChannel(discordtest.Channel{ID: "645027906669510703", Name: "silent", Guild: guild, Type: discordtest.TypeText, Deny: discordtest.PermissionSend})
		s.AddChannel(discordtest.Channel{ID: "645027906669510704", Name: "thread", Guild: guild, Type: discordtest.TypePublicThread, Parent: channel})
		cfg.Hooks.Channels = func(_ context.Context, _ string, all []discord.Channel) error {
			told <- all
			return nil
		}
	})
	names := func(all []discord.Channel) []string {
		var out []string
		for _, c := range all {
			out = append(out, fmt.Sprintf("%s %v", c.Name, c.Private))
		}
		slices.Sort(out)
		return out
	}
	if got, want := names(<-told), []string{"general false", "team true"}; !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
	s.Wait("no session has begun, which tells of changes", func() bool { return s.Connections() > 0 })
	s.ChangeChannel(discordtest.Channel{ID: channel, Name: "general", Guild: guild, Type: discordtest.TypeText, Private: true, Members: []string{ann, appID}})
	if got, want := names(<-told), []string{"general true", "team true"}; !slices.Equal(got, want) {
		t.Errorf("after a change told %q, want %q", got, want)
	}
}

// TestChannelsAreReadAgain: where no event tells of a change, which is so before the session has begun and
// always over HTTP, it is seen within minutes.
func TestChannelsAreReadAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		overHTTP bool
		waits    []time.Duration
	}{
		"Gateway": {false, []time.Duration{time.Minute}},
		"HTTP":    {true, []time.Duration{time.Minute, 10 * time.Minute, 10 * time.Minute}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			told, again := make(chan bool, 10), map[time.Duration]chan time.Time{time.Minute: make(chan time.Time), 10 * time.Minute: make(chan time.Time)}
			s := newScene(t, c.overHTTP, func(_ *scene, cfg *discord.Config) {
				cfg.After = func(d time.Duration) <-chan time.Time {
					if wait, ok := again[d]; ok {
						return wait
					}
					return impatient(d)
				}
				cfg.Hooks.Channels = func(_ context.Context, _ string, all []discord.Channel) error {
					told <- len(all) == 1 && all[0].Private
					return nil
				}
			})
			if <-told {
				t.Error("at first it is private")
			}
			private := false
			for _, wait := range c.waits {
				private = !private
				room := discordtest.Channel{ID: channel, Name: "general", Guild: guild, Type: discordtest.TypeText, Private: private}
				if private {
					room.Members = []string{ann, appID}
				}
				s.AddChannel(room)
				again[wait] <- time.Time{}
				if got := <-told; got != private {
					t.Errorf("%s later private is %v, want %v", wait, got, private)
				}
			}
		})
	}
}

// TestRecordedDeliveries: what Discord really sends is read, and what is not for us is answered politely.
func TestRecordedDeliveries(t *testing.T) {
	t.Parallel()
	shared := os.Getenv("HIREBOT_SHARED")
	if shared == "" {
		t.Log("left out: HIREBOT_SHARED does not say where recorded deliveries are")
		return
	}
	s := newScene(t, false, nil)
	for _, name := range []string{"slash_command", "button_component", "select_menu_component", "message_command", "user_command"} {
		text, err := os.ReadFile(filepath.Join(shared, "payloads", "discord", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var recorded map[string]any
		if err := json.Unmarshal(text, &recorded); err != nil {
			t.Fatal(err)
		}
		recorded["guild_id"], recorded["channel_id"] = guild, channel
		if d := s.Post(recorded); d.Notice != "" {
			t.Errorf("%s is answered with %q", name, d.Notice)
		}
	}
	if events := s.served(); len(events) > 0 {
		t.Errorf("what is not ours arrives as %+v", events)
	}
	s.works(t)
}

func TestExamine(t *testing.T) {
	t.Parallel()
	examine := func(s *scene, channels ...string) string {
		var b strings.Builder
		for _, f := range s.adapter.Examine(context.Background(), channels) {
			outcome := "ok"
			if f.Fails {
				outcome = "FAIL"
			} else if f.Warns {
				outcome = "warn"
			}
			fmt.Fprintf(&b, "%s %s: %s\n", outcome, f.What, f.Text)
		}
		return b.String()
	}
	want := func(t *testing.T, got string, parts ...string) {
		t.Helper()
		for _, p := range parts {
			if !strings.Contains(got, p) {
				t.Errorf("it lacks %q:\n%s", p, got)
			}
		}
	}
	t.Run("all is well", func(t *testing.T) {
		t.Parallel()
		s := newScene(t, false, nil)
		got := examine(s, "#general")
		want(t, got, "connected as", "the bot is in it (home", "roles permit", "4 commands are registered", "#general is for everybody")
		if strings.Contains(got, "FAIL") && !strings.Contains(got, "clock differs") {
			t.Errorf("something fails:\n%s", got)
		}
	})
	t.Run("what can be wrong", func(t *testing.T) {
		t.Parallel()
		s := newScene(t, false, func(s *scene, cfg *discord.Config) {
			s.AddChannel(discordtest.Channel{ID: "645027906669510703", Name: "silent", Guild: guild, Type: discordtest.TypeText, Deny: discordtest.PermissionSend})
			s.SetShards(3)
			cfg.Guilds = append(cfg.Guilds, "290926798626358111")
			cfg.PublicKey = s.PublicKey()
		})
		want(t, examine(s, "nowhere", "silent"), "FAIL discord: server 290926798626358111: I am not in", "I cannot see #nowhere", "I may not write in #silent")
		s.Fail("GET /users/@me", discordtest.Failure{Status: 401})
		want(t, examine(s), "FAIL discord: app: Discord refuses the bot token")
	})
}
