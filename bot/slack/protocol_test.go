package slack_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
	"github.com/hirebot/hirebot/bot/slack"
	"github.com/hirebot/hirebot/bot/slack/slacktest"
)

// stage is an adapter with a small bot behind it and Slack before it, delivering by HTTP.
type stage struct {
	*slacktest.Server
	adapter *slack.Slack
	memory  *bottest.Memory
	dir     *directory

	mu  sync.Mutex
	now time.Time
	// hold, where it is set, keeps the bot from answering until the delivery is acknowledged, for which
	// the patience of the adapter ends at once.
	hold   bool
	acked  chan struct{}
	served []bot.Event
}

// directory notes what it is told.
type directory struct {
	accounts
	mu      sync.Mutex
	met     []bot.Identity
	changed map[bot.Identity]bot.Profile
}

func (d *directory) Meet(_ context.Context, _ bot.Platform, who ...bot.Identity) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.met = append(d.met, who...)
}

func (d *directory) Changed(_ context.Context, who bot.Identity, p bot.Profile) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.changed[who] = p
}

func (s *stage) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *stage) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

func (s *stage) events() []bot.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.served)
}

func (s *stage) serve(router *bot.Router[*bottest.Tx]) bot.Serve {
	return func(ctx context.Context, ev bot.Event) bot.Answer {
		s.mu.Lock()
		s.served = append(s.served, ev)
		hold, acked := s.hold, s.acked
		s.mu.Unlock()
		if hold {
			<-acked
		}
		return router.Serve(ctx, ev)
	}
}

// after is the adapter's patience: it ends at once where the bot is held, else never.
func (s *stage) after(time.Duration) <-chan time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := make(chan time.Time, 1)
	if s.hold {
		c <- s.now
	}
	return c
}

// slow has the bot answer the next delivery only when its acknowledgement has had its effect on Slack's
// side.
func (s *stage) slow(acknowledged func() bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hold, s.acked = true, make(chan struct{})
	go func() {
		s.Wait("the acknowledgement", acknowledged)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.hold = false
		close(s.acked)
	}()
}

// shows tells whether the view that somebody has open holds a text.
func (s *stage) shows(user, text string) bool {
	views := s.OpenViews(user)
	return len(views) > 0 && strings.Contains(fmt.Sprint(views[len(views)-1]["blocks"]), text)
}

// told tells whether somebody sees a message with a text.
func (s *stage) told(user, text string) bool {
	return strings.Contains(strings.Join(s.said(user, channel), "\n"), text)
}

func (s *stage) commands() []bot.Command[*bottest.Tx] {
	show := func(view string) func(context.Context, *bottest.Tx, bot.Request) (bot.Response, error) {
		return func(_ context.Context, tx *bottest.Tx, req bot.Request) (bot.Response, error) {
			if view == "noted" {
				tx.Effect("note %s", req.Args.Text("text"))
			}
			return bot.Response{Show: &bot.View{Name: view, Subject: req.Args.Text("text")}}, nil
		}
	}
	text := []bot.Param{{Name: "text", Kind: bot.PlainText, Required: true, Help: "What"}}
	return []bot.Command[*bottest.Tx]{
		{Spec: bot.Spec{Noun: "desk", Verb: "home", Default: true, Reads: true, Summary: "Your desk", Examples: []string{"/desk"}}, Handle: show("home")},
		{Spec: bot.Spec{Noun: "list", Verb: "show", Default: true, Reads: true, Summary: "A long list", Examples: []string{"/list"}}, Handle: show("list")},
		{Spec: bot.Spec{Noun: "pay", Verb: "show", Default: true, Reads: true, Summary: "A record", Examples: []string{"/pay R-1"}, Params: text}, Handle: show("pay")},
		{Spec: bot.Spec{Noun: "news", Verb: "say", Default: true, Ack: bot.AckPublic, Summary: "Tell everyone", Examples: []string{"/news a"}, Params: text}, Handle: func(_ context.Context, _ *bottest.Tx, req bot.Request) (bot.Response, error) {
			return bot.Response{Show: &bot.View{Name: "noted", Subject: req.Args.Text("text")}, Audience: bot.Public}, nil
		}},
		{
			Spec: bot.Spec{Noun: "note", Verb: "keep", Ack: bot.MayOpenForm, Summary: "Keep a message", Examples: []string{"/note keep a"}, Params: text, MessageShortcut: "Keep message"},
			Form: func(_ context.Context, _ *bottest.Tx, req bot.Request) (bot.Form, error) {
				if req.Source == nil {
					return bot.Form{}, bot.Invalidf("", "There is no message.")
				}
				return bot.Form{Title: "Keep it", Submit: "Keep", Fields: []bot.Field{bot.FieldOf(req.Spec, "text", req.Source.Text+" "+req.Source.Link+" "+req.Source.Author.User)}}, nil
			},
			Handle: show("note"),
		},
		{
			Spec: bot.Spec{Noun: "note", Verb: "add", Default: true, Ack: bot.MayOpenForm, Summary: "Add a note", Examples: []string{"/note a"}, Params: text, Shortcut: "New note"},
			Form: func(_ context.Context, _ *bottest.Tx, req bot.Request) (bot.Form, error) {
				return bot.Form{Title: "A note", Submit: "Add", Fields: []bot.Field{bot.FieldOf(req.Spec, "text")}}, nil
			},
			Check: func(args bot.Args) []bot.FieldError {
				if args.Text("text") == "bad" {
					return []bot.FieldError{{Field: "text", Message: "Not this one."}}
				}
				return nil
			},
			Handle: show("noted"),
		},
	}
}

func (s *stage) draw(_ context.Context, tx *bottest.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	switch v.Name {
	case "list":
		card := bot.Card{Title: "A long list", Actions: []bot.Action{{Label: "Note", Do: bot.Do("note.add")}}}
		for i := range 8 {
			card.Body = append(card.Body, bot.Tf("line %d", i))
		}
		return card, nil
	case "pay":
		if v.Subject == "R-9" {
			return bot.Card{}, bot.NewProblem(bot.CodeNotFound, "", "There is no R-9 that I could show you.")
		}
		return bot.Card{Title: "Pay of " + v.Subject, Body: []bot.Node{bot.Picture{Name: "pay.png", Alt: "a bar", PNG: bottest.Pixel()}}}, nil
	case "noted":
		return bot.Card{Body: []bot.Node{bot.Tf("Noted: %s (%d)", v.Subject, tx.Count("note"))}}, nil
	default:
		return bot.Card{Title: "Home of " + viewer.Name, Actions: []bot.Action{{Label: "Note", Do: bot.Do("note.add")}}}, nil
	}
}

// newStage puts a stage together. change may change the configuration.
func newStage(t *testing.T, change func(*slack.Config, *slacktest.Server)) *stage {
	t.Helper()
	s := &stage{now: time.Date(2026, 12, 9, 12, 0, 0, 0, time.UTC), dir: &directory{changed: map[bot.Identity]bot.Profile{}}}
	s.memory = bottest.NewMemory(s.clock)
	router, err := bot.NewRouter(bot.Config[*bottest.Tx]{
		Base: "desk", Commands: s.commands(), Unit: s.memory, Draw: s.draw, Home: "home",
		Allow: func(bot.Actor, bot.Spec) error { return nil }, Clock: s.clock, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Server = slacktest.New(t, slacktest.Options{Team: team, BotUser: "U0BOT", BotToken: "bot-sample", AppToken: "app-sample", SigningSecret: "signing-sample", Clock: s.clock})
	sampleWorld(s.Server)
	cfg := slack.Config{
		BotToken: "bot-sample", SigningSecret: "signing-sample", APIURL: s.APIURL(), Base: "desk", Commands: router.Registry().Specs,
		PublicURL: "https://hirebot.example.org", References: map[string]string{"R": "pay.show"},
		Directory: s.dir, Clock: s.clock, Log: slog.New(slog.DiscardHandler), After: s.after,
	}
	if change != nil {
		change(&cfg, s.Server)
	}
	var handler http.Handler
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(web.Close)
	s.adapter = run(t, s.Server, cfg, s.serve(router))
	if handler = s.adapter.Handler(); handler != nil {
		s.SetHTTP(web.URL)
	}
	return s
}

// said are the texts that somebody sees in a conversation, the oldest first.
func (s *stage) said(user, channel string) []string {
	var out []string
	for _, m := range s.Said(channel) {
		if m.User == "U0BOT" && (m.For == "" || m.For == user) {
			out = append(out, m.Text)
		}
	}
	return out
}

func (s *stage) wantLast(t *testing.T, user, channel, want string) {
	t.Helper()
	said := s.said(user, channel)
	if len(said) == 0 || !strings.Contains(said[len(said)-1], want) {
		t.Errorf("%s is told %q, want %q", user, said, want)
	}
}

func TestASlowAnswerComesLater(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.slow(func() bool { return s.told(ann, "takes a moment") })
	d := s.Command(ann, channel, "/list", "")
	if !strings.Contains(string(d.Ack.Body), "takes a moment") || !strings.Contains(string(d.Ack.Body), "ephemeral") {
		t.Errorf("acknowledged with %s", d.Ack.Body)
	}
	s.wantLast(t, ann, channel, "A long list")
	if said := s.said(ben, channel); len(said) > 0 {
		t.Errorf("somebody else sees %q", said)
	}
}

func TestASlowPublicAnswerIsSeenByAll(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.slow(func() bool { return s.told(ann, "takes a moment") })
	s.Command(ann, channel, "/news", "hello")
	s.wantLast(t, ben, channel, "Noted: hello")
}

func TestASlowFormOpensLightAndIsFilled(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.slow(func() bool { return s.shows(ann, "One moment") })
	s.Command(ann, channel, "/note", "")
	views := s.OpenViews(ann)
	if len(views) != 1 || fmt.Sprint(views[0]["callback_id"]) != "form" {
		t.Fatalf("open: %v", views)
	}
	if opened, updated := len(s.Calls("views.open")), len(s.Calls("views.update")); opened != 1 || updated != 1 {
		t.Errorf("opened %d times, updated %d times", opened, updated)
	}
}

func TestAnExpiredTriggerOffersTheForm(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	far := s.FarEnd(bottest.World{Workspace: "slack:" + team, Ann: ann})
	s.ExpireTriggers(true)
	s.Command(ann, channel, "/note", "")
	s.wantLast(t, ann, channel, "A note is ready.")
	s.ExpireTriggers(false)
	in := bot.Conversation{Workspace: "slack:" + team, Channel: channel}
	all := far.Messages(t, ann, in)
	act := far.Press(t, ann, all[len(all)-1], "Open")
	if act.Form == nil || act.Form.Title != "A note" {
		t.Errorf("the button opens %+v", act)
	}
}

func TestASlowSubmissionKeepsTheFormAndItsErrors(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	far := s.FarEnd(bottest.World{Workspace: "slack:" + team, Ann: ann})
	in := bot.Conversation{Workspace: "slack:" + team, Channel: channel}
	form := *far.Type(t, ann, in, "/note").Form
	s.slow(func() bool { return s.shows(ann, "Saving takes a moment") })
	act := far.Submit(t, ann, form, bot.Values{"text": {"bad"}})
	if act.Form == nil && len(act.Errors) == 0 {
		t.Fatalf("after a slow error: %+v", act)
	}
	views := s.OpenViews(ann)
	if len(views) != 1 || !strings.Contains(fmt.Sprint(views[0]["blocks"]), "Not this one.") {
		t.Fatalf("the form does not say what is wrong: %v", views)
	}
	s.slow(func() bool { return s.shows(ann, "Saving takes a moment") })
	far.Submit(t, ann, form, bot.Values{"text": {"good"}})
	if diff := s.memory.Effects(); !slices.Equal(diff, []string{"note good"}) {
		t.Errorf("effects %q", diff)
	}
	if views := s.OpenViews(ann); len(views) != 1 || !strings.Contains(fmt.Sprint(views[0]["blocks"]), "Noted: good") {
		t.Errorf("the view shows %v", views)
	}
}

func TestAnAnswerIsSentToTheDirectMessages(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	far := s.FarEnd(bottest.World{Workspace: "slack:" + team, Ann: ann})
	in := bot.Conversation{Workspace: "slack:" + team, Channel: channel}
	far.Type(t, ann, in, "/list")
	all := far.Messages(t, ann, in)
	long := all[len(all)-1]
	far.Press(t, ann, long, "Send to my DM")
	s.wantLast(t, ann, s.DM(ann), "A long list")
	s.wantLast(t, ann, channel, "It is in your direct messages.")

	s.pass(8 * 24 * time.Hour)
	far.Press(t, ann, long, "Send to my DM")
	s.wantLast(t, ann, channel, "too old")
	if n := len(s.said(ann, s.DM(ann))); n != 1 {
		t.Errorf("%d direct messages", n)
	}
	// What is short has no such button.
	far.Type(t, ann, in, "/note short")
	all = far.Messages(t, ann, in)
	if buttons := all[len(all)-1].Buttons; len(buttons) > 0 {
		t.Errorf("a short answer has %+v", buttons)
	}
}

func TestSentToTheDirectMessagesItActsOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	far := s.FarEnd(bottest.World{Workspace: "slack:" + team, Ann: ann})
	in := bot.Conversation{Workspace: "slack:" + team, Channel: channel}
	far.Type(t, ann, in, "/note "+strings.Repeat("many words ", 40))
	all := far.Messages(t, ann, in)
	far.Press(t, ann, all[len(all)-1], "Send to my DM")
	if n := len(s.memory.Effects()); n != 1 {
		t.Errorf("%d effects", n)
	}
	s.wantLast(t, ann, s.DM(ann), "Noted: many words")
}

func TestPicturesGoToDirectMessagesAlone(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.Command(ann, channel, "/pay", "R-1")
	s.wantLast(t, ann, channel, "Pay of R-1")
	var names []string
	for _, m := range s.Said(s.DM(ann)) {
		names = append(names, m.Files...)
	}
	if !slices.Equal(names, []string{"pay.png"}) {
		t.Errorf("in the direct messages: %q", names)
	}
	// Also of what is sent to a channel: the test server fails where a file goes there.
	in := bot.Conversation{Workspace: "slack:" + team, Channel: channel}
	if _, err := s.adapter.Send(t.Context(), in, bot.Card{Title: "x", Body: []bot.Node{bot.Picture{Name: "p.png", Alt: "a dot", PNG: bottest.Pixel()}}}, "d-1"); err != nil {
		t.Error(err)
	}
}

func TestTheShortcutOpensItsForm(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	id, err := bot.Do("note.add").Encode()
	if err != nil {
		t.Fatal(err)
	}
	s.Shortcut(ann, id)
	if views := s.OpenViews(ann); len(views) != 1 {
		t.Fatalf("open: %v", views)
	}
}

// A shortcut on a message opens its form with what the message says, and where it stands.
func TestAShortcutOnAMessageOpensItsForm(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	id, err := bot.Do("note.keep").Encode()
	if err != nil {
		t.Fatal(err)
	}
	d := s.MessageShortcut(ann, ben, channel, "read <this> & that", id)
	views := s.OpenViews(ann)
	if len(views) != 1 {
		t.Fatalf("open: %v", views)
	}
	shown := fmt.Sprint(views[0])
	ts, _ := d.Payload["message_ts"].(string)
	for _, want := range []string{"read <this> & that", "https://sample.slack.com/archives/" + channel + "/p" + strings.ReplaceAll(ts, ".", ""), ben} {
		if !strings.Contains(shown, want) {
			t.Errorf("the form has no %q: %s", want, shown)
		}
	}
	s.Redeliver(d)
	if views := s.OpenViews(ann); len(views) == 0 {
		t.Errorf("delivered again, the form is gone")
	}
}

func TestWhatPeopleWriteToTheBotIsACommand(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	for text, want := range map[string]string{"list": "A long list", "/list": "A long list", "Pay R-2": "Pay of R-2", "what can you do": "desk"} {
		d := s.DirectMessage(ann, text)
		if d.Ack.Status != http.StatusOK {
			t.Errorf("%s: acknowledged with %d", text, d.Ack.Status)
		}
		before := len(s.said(ann, s.DM(ann)))
		if !strings.Contains(strings.Join(s.said(ann, s.DM(ann)), "\n"), want) {
			t.Errorf("%q is answered with %q", text, s.said(ann, s.DM(ann)))
		}
		s.Redeliver(d)
		if after := len(s.said(ann, s.DM(ann))); after != before {
			t.Errorf("%q, delivered again, is answered again", text)
		}
	}
}

func TestLinksAreShownToWhoPostsThem(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.ShareLinks(ann, channel, "https://hirebot.example.org/R-1", "https://elsewhere.example.org/R-2", "https://hirebot.example.org/about")
	s.wantLast(t, ann, channel, "Pay of R-1")
	if said := s.said(ben, channel); len(said) > 0 {
		t.Errorf("everybody sees %q", said)
	}
	before := len(s.said(ann, channel))
	s.ShareLinks(ann, channel, "https://hirebot.example.org/R-9")
	if after := len(s.said(ann, channel)); after != before {
		t.Errorf("of what one may not see one is told %q", s.said(ann, channel)[before:])
	}
	if n := len(s.Calls("chat.unfurl")); n > 0 {
		t.Errorf("unfurled %d times", n)
	}
}

func TestProfilesFollowSlack(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.AddUser(slacktest.User{ID: "U0GUEST", Name: "guest", RealName: "A Guest", Restricted: true, TZ: "Europe/Berlin", Email: "guest@example.org"})
	who := bot.Identity{Workspace: "slack:" + team, User: "U0GUEST"}
	p, err := s.adapter.Profile(t.Context(), who)
	if err != nil || !p.Guest || !p.Active || p.Zone.String() != "Europe/Berlin" || p.Email != "guest@example.org" {
		t.Errorf("%+v, %v", p, err)
	}
	s.ChangeUser(slacktest.User{ID: "U0GUEST", Name: "guest", RealName: "A Guest", Deleted: true})
	if got, ok := s.dir.changed[who]; !ok || got.Active {
		t.Errorf("after the account was closed: %+v", s.dir.changed)
	}
	s.Command(ann, channel, "/list", "@ben")
	if !slices.Contains(s.dir.met, bot.Identity{Workspace: "slack:" + team, User: ben}) {
		t.Errorf("met %v", s.dir.met)
	}
}

func TestInACommunityNothingAnswersButButtons(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(cfg *slack.Config, _ *slacktest.Server) {
		// The company's own workspace is another one; this one is a community with an app of its own.
		cfg.Others = []slack.Access{{BotToken: "bot-sample", Kind: slack.Community, SigningSecret: "signing-sample"}}
		cfg.SigningSecret = "another-secret"
	})
	for !slices.ContainsFunc(s.adapter.Workspaces(), func(w slack.Workspace) bool { return w.Kind == slack.Community }) {
		runtime.Gosched() // it connects beside the company's own
	}
	d := s.Command(ann, channel, "/list", "")
	if d.Ack.Status != http.StatusOK || len(d.Ack.Body) > 0 {
		t.Errorf("a command is answered with %d %s", d.Ack.Status, d.Ack.Body)
	}
	s.DirectMessage(ann, "list")
	if got := s.events(); len(got) > 0 {
		t.Errorf("served %+v", got)
	}
	in := bot.Conversation{Workspace: "slack:" + team, Channel: channel}
	if _, err := s.adapter.Send(t.Context(), in, bot.Card{Title: "We hire", Actions: []bot.Action{{Label: "Note", Do: bot.Do("note.add", "")}}}, "d-1"); err != nil {
		t.Fatal(err)
	}
	far := s.FarEnd(bottest.World{Workspace: "slack:" + team, Ann: ann})
	all := far.Messages(t, ann, in)
	if act := far.Press(t, ann, all[len(all)-1], "Note"); act.Form == nil {
		t.Errorf("the button of a post opens no form: %+v", act)
	}
	if len(s.dir.met) > 0 {
		t.Errorf("people of a community were looked up: %v", s.dir.met)
	}
}

func TestSendingHonoursWhatSlackSays(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	ctx := t.Context()
	in := bot.Conversation{Workspace: "slack:" + team, Channel: channel}
	card := bot.Card{Title: "A post"}

	s.Fail("chat.postMessage", slacktest.Failure{Status: http.StatusTooManyRequests, RetryAfter: 30})
	_, err := s.adapter.Send(ctx, in, card, "d-1")
	refused, ok := errors.AsType[*bot.SendError](err)
	if !ok || refused.Permanent || refused.RetryAfter != 30*time.Second || !refused.Everywhere {
		t.Errorf("429: %v", err)
	}
	if n := len(s.Calls("chat.postMessage")); n != 1 {
		t.Errorf("it was tried %d times: waiting is the outbox's", n)
	}
	s.Fail("chat.postMessage", slacktest.Failure{Error: "not_in_channel"})
	if _, err = s.adapter.Send(ctx, in, card, "d-1"); !strings.Contains(fmt.Sprint(err), "/invite @Hirebot") {
		t.Errorf("not in the channel: %v", err)
	}
	// What failed without an answer may have arrived: it is no refusal, and is found by its mark.
	since := s.clock().Add(-time.Minute)
	for i, f := range []slacktest.Failure{{Status: http.StatusInternalServerError}, {Status: http.StatusInternalServerError, Late: true}, {Drop: true}} {
		s.Fail("chat.postMessage", f)
		delivery := fmt.Sprint("unanswered-", i)
		_, err = s.adapter.Send(ctx, in, card, delivery)
		if _, ok := errors.AsType[*bot.SendError](err); err == nil || ok {
			t.Errorf("%+v: %v", f, err)
		}
		_, found, err := s.adapter.Find(ctx, in, delivery, since)
		if err != nil || found != (f.Drop || f.Late) {
			t.Errorf("%+v: found %v, %v", f, found, err)
		}
	}
	// Direct messages are opened once.
	who := bot.Identity{Workspace: "slack:" + team, User: ann}
	for i := range 3 {
		if opened := s.adapter.Opened(who); opened != (i > 0) {
			t.Errorf("after %d times, opened is %v", i, opened)
		}
		if _, err := s.adapter.DM(ctx, who); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(s.Calls("conversations.open")); n != 1 {
		t.Errorf("opened %d times", n)
	}
}

func TestAHomeIsDrawnAgain(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.OpenHome(ann)
	if home := s.HomeOf(ann); !strings.Contains(fmt.Sprint(home["blocks"]), "Home of") {
		t.Fatalf("the home shows %v", home)
	}
	at := bot.Posted{In: bot.Conversation{Workspace: "slack:" + team, Channel: bot.HomePlace, Private: true}, ID: ann}
	if err := s.adapter.Edit(t.Context(), at, bot.Card{Title: "Something waits"}); err != nil {
		t.Fatal(err)
	}
	if home := s.HomeOf(ann); !strings.Contains(fmt.Sprint(home["blocks"]), "Something waits") {
		t.Errorf("the home shows %v", home)
	}
}

func TestExamineSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	text := ""
	for _, f := range s.adapter.Examine(t.Context(), []string{"general", "#nowhere"}) {
		text += fmt.Sprintf("%v %v %s: %s\n", f.Fails, f.Warns, f.What, f.Text)
	}
	for _, want := range []string{"connected as", "has every permission", "the clock differs", "#general is public", "I am not in #nowhere. Type there: /invite @Hirebot"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
	s.Fail("auth.test", slacktest.Failure{Error: "invalid_auth"})
	if got := s.adapter.Examine(t.Context(), nil); len(got) == 0 || !got[0].Fails || !strings.Contains(got[0].Text, "Install the app again") {
		t.Errorf("a wrong token: %+v", got)
	}
}

// TestSocketModeUnderFire delivers everything twice, over connections that are replaced and dropped
// meanwhile: each command acts once, and none is left without an answer.
func TestSocketModeUnderFire(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(cfg *slack.Config, _ *slacktest.Server) {
		cfg.AppToken, cfg.SigningSecret, cfg.After = "app-sample", "", time.After
	})
	s.SetHTTP("")
	s.Wait("two connections", func() bool { return s.Connections() == 2 })
	s.Duplicate(true)
	var want []string
	for i := range 8 {
		text := fmt.Sprintf("n%d", i)
		s.Command(ann, channel, "/note", text)
		want = append(want, "note "+text)
		s.wantLast(t, ann, channel, "Noted: "+text)
		switch i {
		case 2:
			s.Refresh()
		case 4:
			s.DropSockets()
			s.Wait("a connection after the drop", func() bool { return s.Connections() > 0 })
		}
	}
	if got := s.memory.Effects(); !slices.Equal(got, want) {
		t.Errorf("effects %q, want %q", got, want)
	}
	s.Wait("two connections again", func() bool { return s.Connections() == 2 })
}

func TestAPrivateChannelWithAGuestIsKnownAsSuch(t *testing.T) {
	t.Parallel()
	var (
		mu    sync.Mutex
		kinds map[string]slack.Channel
	)
	read := make(chan struct{}, 10)
	s := newStage(t, func(cfg *slack.Config, server *slacktest.Server) {
		server.AddUser(slacktest.User{ID: "U0GUEST", Name: "guest", Restricted: true})
		server.AddChannel(slacktest.Channel{ID: "C0TEAM", Name: "team", Private: true, Members: []string{ann, ben}, Bot: true})
		server.AddChannel(slacktest.Channel{ID: "C0OPEN", Name: "open", Private: true, Members: []string{ann, "U0GUEST"}, Bot: true})
		cfg.Hooks.Channels = func(_ context.Context, _ string, all []slack.Channel) error {
			mu.Lock()
			defer mu.Unlock()
			kinds = map[string]slack.Channel{}
			for _, c := range all {
				kinds[c.Name] = c
			}
			read <- struct{}{}
			return nil
		}
	})
	<-read
	want := func(name string, private, guests bool) {
		t.Helper()
		mu.Lock()
		defer mu.Unlock()
		if c, ok := kinds[name]; !ok || c.Private != private || c.Guests != guests {
			t.Errorf("%s: %+v", name, c)
		}
	}
	want("general", false, false)
	want("team", true, false)
	want("open", true, true)
	// Somebody of the team becomes a guest.
	s.ChangeUser(slacktest.User{ID: ben, Name: "ben", UltraRestricted: true})
	want("team", true, true)
}
