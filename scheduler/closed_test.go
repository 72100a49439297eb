package scheduler_test

import (
	"context"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

var errClosed = &bot.SendError{Closed: true, Reason: "cannot send messages to this user"}

// second gives Asha another account; she has written from it last.
func (w *world) second() {
	w.in(func(ctx context.Context, tx *store.Tx) error {
		return tx.LinkIdentity(ctx, w.asha.ID, hiring.Identity{Workspace: "chat:T1", User: "asha-2"})
	})
	_, err := w.Do(w.t.Context(), bot.Event{Type: bot.Press, From: bot.Identity{Workspace: "chat:T1", User: "asha-2"}}, true,
		func(context.Context, *store.Tx, bot.Actor) (bot.Response, error) { return bot.Response{}, nil })
	must(w.t, err)
}

func TestTheNextAccountIsTried(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.second()
		lane := store.PersonLane(w.asha.ID)
		w.send(w.message(w.asha, "first"))
		w.drain()
		w.wantTitles(dm("asha-2"), "first")

		for name, refuse := range map[string]func(){
			"closed": func() { w.chat.next(callSend, outcome{err: errClosed}) },
			"gone": func() {
				w.chat.next(callSend, outcome{err: &bot.SendError{Permanent: true, Reason: "account_inactive"}})
			},
			"no direct": func() { w.chat.next(callDM, outcome{err: errClosed}) },
		} {
			refuse()
			w.send(w.message(w.asha, name))
			w.drain()
			w.want(lane, name, store.Sent, "")
			if at := w.row(lane, name).Posted.In; at != dm("asha") {
				t.Errorf("%s: sent to %v", name, at)
			}
		}

		// What the second has perhaps taken is looked for in both before it is sent again.
		w.chat.next(callSend, outcome{err: errClosed}, outcome{arrives: true, err: errTimeout})
		w.send(w.message(w.asha, "unsure"))
		w.drain()
		w.want(lane, "unsure", store.Sending, "the platform did not answer")
		w.clock.advance(later)
		w.drain()
		w.want(lane, "unsure", store.Sent, "")
		if at := w.row(lane, "unsure").Posted.In; at != dm("asha") {
			t.Errorf("found in %v", at)
		}

		// A workspace that a message names goes first, and a platform that only asks to wait is waited for.
		w.chat.next(callSend, outcome{err: &bot.SendError{Reason: "wait", RetryAfter: time.Second}})
		w.send(w.message(w.asha, "patient"))
		w.drain()
		w.want(lane, "patient", store.Waiting, "wait")
		w.clock.advance(later)
		w.drain()
		if at := w.row(lane, "patient").Posted.In; at != dm("asha-2") {
			t.Errorf("patient: sent to %v", at)
		}
	})
}

func TestWhoTakesNoDirectMessages(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		maps.Copy(w.views, views.All(func() *bot.Registry { return nil }))
		w.in(func(ctx context.Context, tx *store.Tx) error {
			if err := tx.SetSetting(ctx, hiring.SettingHiringChannel, "all"); err != nil {
				return err
			}
			ravi, _ := tx.Snapshot().Person(w.ravi.ID)
			ravi.Roles = []hiring.Role{hiring.Recruiter}
			_, err := tx.SavePerson(ctx, ravi)
			return err
		})
		lane := store.PersonLane(w.asha.ID)
		shut := func(subject string) {
			t.Helper()
			w.chat.next(callSend, outcome{err: errClosed})
			w.send(w.message(w.asha, subject))
			must(t, w.courier().Deliver(t.Context(), lane, w.clock.now()))
			w.want(lane, subject, store.Dead, "the person takes no direct messages: cannot send messages to this user")
			w.drain()
		}
		mentions := func(want ...string) {
			t.Helper()
			var got []string
			for _, m := range w.chat.in(public) {
				got = append(got, m.card.Notify)
				if m.Text == "" || m.Context != "" {
					t.Errorf("the mention says %+v", m)
				}
			}
			if len(got) != len(want) {
				t.Fatalf("mentions %q, want %q", got, want)
			}
			for i := range want {
				if got[i] != want[i] {
					t.Errorf("mentions %q, want %q", got, want)
				}
			}
		}
		shut("one")
		shut("two") // the same day
		mentions(w.asha.ID)
		w.wantTitles(dm("ravi"), "asha takes no direct messages")

		w.clock.advance(24 * time.Hour)
		shut("three")
		mentions("", w.asha.ID) // the one of the day before says that nothing waits there
		w.wantTitles(dm("ravi"), "asha takes no direct messages")

		w.clock.advance(24 * time.Hour)
		w.in(func(ctx context.Context, tx *store.Tx) error {
			return tx.SetQuiet(ctx, public.Workspace, public.Channel, true)
		})
		shut("four")
		if n := len(w.chat.in(public)); n != 2 {
			t.Errorf("a channel that wants quiet has %d messages", n)
		}

		// Where there is no channel to mention them in, none is promised.
		w.in(func(ctx context.Context, tx *store.Tx) error {
			for _, told := range [][]string{{public.Workspace}, {public.Workspace, views.Mentioned}} {
				card, err := views.All(func() *bot.Registry { return nil }).Draw(ctx, tx, tx.Snapshot().ActorFor(w.ravi.ID),
					bot.View{Name: views.NoDMs, Subject: "person:" + w.asha.ID, Args: told})
				if err != nil {
					return err
				}
				body, _ := card.Body[0].(bot.Text)
				if text := body.Plain(time.UTC); strings.Contains(text, "Meanwhile I mention them") != (len(told) > 1) {
					t.Errorf("with %q it says %q", told, text)
				}
			}
			return nil
		})

		// A reminder is never spoken of in a channel, whatever it says; nor is a digest.
		w.in(func(ctx context.Context, tx *store.Tx) error {
			return tx.SetQuiet(ctx, public.Workspace, public.Channel, false)
		})
		w.clock.advance(24 * time.Hour)
		w.chat.next(callSend, outcome{err: errClosed})
		nudge := w.message(w.asha, "nudge")
		nudge.Unprompted = true
		w.send(nudge)
		must(t, w.courier().Deliver(t.Context(), lane, w.clock.now()))
		w.want(lane, "nudge", store.Dead, "the person takes no direct messages: cannot send messages to this user")
		w.drain()
		if n := len(w.chat.in(public)); n != 2 {
			t.Errorf("after a reminder the channel has %d messages", n)
		}

		// The question for their zone is worth no mention.
		w.chat.next(callSend, outcome{err: errClosed})
		w.send(bot.Message{To: bot.Recipient{Person: w.asha.ID}, View: bot.View{Name: views.Zone, Subject: "person:" + w.asha.ID}})
		w.drain()
		w.want(lane, "person:"+w.asha.ID, store.Moot, "")
	})
}
