package slack

import (
	"context"
	"encoding/json"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

// eventPatience is how long an event is worked on before it is acknowledged: one that is not, and only
// such a one, Slack delivers again.
const eventPatience = 2 * time.Second

// event answers a delivery of the Events API.
func (x *exchange) event(ctx context.Context) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer front.Guard(ctx, x.cfg.Log, x.Event.ID)
		x.happened(ctx)
	}()
	select {
	case <-done:
		x.ack(nil)
	case <-x.cfg.After(eventPatience):
		x.ack(nil)
		<-done
	}
}

func (x *exchange) happened(ctx context.Context) {
	switch x.InnerType {
	case "app_home_opened":
		x.showHome(ctx, x.Event.ID)
	case "message":
		if x.told.First(x.Event.ID) {
			x.message(ctx)
		}
	case "link_shared":
		if x.told.First(x.Event.ID) {
			x.links(ctx)
		}
	case "user_change":
		x.userChanged(ctx)
	case "member_joined_channel", "channel_rename", "group_rename", "channel_shared", "channel_unshared", "channel_left", "group_left", "channel_archive", "group_archive":
		x.readChannels(ctx, x.w)
	case "app_uninstalled", "tokens_revoked":
		x.cfg.Log.ErrorContext(ctx, "the app was removed from the workspace: install it again", "workspace", x.w.ID)
	}
}

// message answers what somebody writes to the bot: a command, with its slash or without.
func (x *exchange) message(ctx context.Context) {
	text := strings.TrimSpace(x.Event.Text)
	if text == "" {
		return
	}
	command, rest, _ := cutText("/" + strings.TrimPrefix(text, "/"))
	if typed, ok := x.names.read(strings.ToLower(command), rest); ok {
		x.Event.Text = typed
	} else {
		x.Event.Text = "/" + x.cfg.Base + " " + text
	}
	a := x.answer(ctx, x.Event)
	card := a.Card
	if a.Form != nil {
		offer := x.ready(ctx, *a.Form)
		card = &offer
	}
	if card == nil {
		return
	}
	if err := x.direct(ctx, *card); err != nil {
		x.cfg.Log.WarnContext(ctx, "a message was not answered", "event", x.Event.ID, "err", err)
	}
}

// links shows the records that somebody posted links to, to them alone: everybody in the channel would
// see what Slack unfurls.
func (x *exchange) links(ctx context.Context) {
	var in inner
	if err := json.Unmarshal(x.Inner, &in); err != nil {
		return
	}
	shown := map[string]bool{}
	for _, link := range in.Links {
		command, ref, ok := x.record(link.URL)
		if !ok || shown[ref] || len(shown) == mostLinks {
			continue
		}
		shown[ref] = true
		ev := x.Event
		ev.ID += "/" + ref
		ev.Command, ev.Text = command, ref
		if a := x.answer(ctx, ev); a.Card != nil && a.Code == "" {
			one := *x
			one.Event = ev
			one.private(ctx, *a.Card)
		}
	}
}

// mostLinks is the most records that are shown for one message.
const mostLinks = 3

// record returns the record that a link leads to, with the command that shows it.
func (s *Slack) record(link string) (command, ref string, ok bool) {
	u, err := url.Parse(link)
	own, ownErr := url.Parse(s.cfg.PublicURL)
	if err != nil || ownErr != nil || s.cfg.PublicURL == "" || !strings.EqualFold(u.Host, own.Host) || !strings.HasPrefix(u.Path, own.Path) {
		return "", "", false
	}
	ref = strings.ToUpper(path.Base(u.Path))
	letters, number, found := strings.Cut(ref, "-")
	if !found || number == "" || strings.Trim(number, "0123456789") != "" {
		return "", "", false
	}
	command, ok = s.cfg.References[letters]
	return command, ref, ok
}

func (x *exchange) userChanged(ctx context.Context) {
	var in struct {
		User slack.User `json:"user"`
	}
	if err := json.Unmarshal(x.Inner, &in); err != nil || in.User.ID == "" {
		x.cfg.Log.WarnContext(ctx, "a change of somebody's profile cannot be read", "event", x.Event.ID)
		return
	}
	who, p := bot.Identity{Workspace: x.w.ID, User: in.User.ID}, profile(in.User)
	before, known := x.guests.Load(who)
	outside := x.noteGuest(who, p)
	x.cfg.Directory.Changed(ctx, who, p)
	if seen, ok := before.(guestSeen); known && ok && seen.guest != outside {
		x.readChannels(ctx, x.w) // they may be in a private channel
	}
}

// cutText separates a command from what follows it.
func cutText(text string) (command, rest string, found bool) {
	command, rest, found = strings.Cut(text, " ")
	return command, strings.TrimSpace(rest), found
}
