package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/scheduler"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// leased is longer than a lane stays with a worker that has died.
const leased = time.Minute + time.Second

// later is longer than the first wait after a failure, also where it is not known whether a message arrived.
const later = 15 * time.Second

var errTimeout = fmt.Errorf("send: %w", context.DeadlineExceeded)

func TestEachMessageIsSentOnceAndInOrder(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		tomorrow := w.message(w.asha, "tomorrow")
		tomorrow.Due = start.Add(24 * time.Hour)
		sooner := w.message(w.asha, "sooner")
		sooner.Due = start.Add(-time.Minute)
		explained := w.message(w.ravi, "explained")
		explained.Why = "You own R-1. Change it in /hire settings."
		posting := w.message(hiring.Person{}, "posting")
		posting.To = bot.Recipient{Channel: public}
		once := w.message(w.asha, "once")
		once.Key = "once"
		w.send(w.message(w.asha, "first"), tomorrow, posting, once, sooner)
		w.send(w.message(w.asha, "second"), explained, once)
		w.drain()
		w.drain()
		w.wantTitles(dm("asha"), "sooner", "first", "once", "second")
		w.wantTitles(public, "posting")
		if got := w.chat.in(public)[0].Text; got != "new for " {
			t.Errorf("a channel is drawn for nobody in particular, not %q", got)
		}
		lane := store.PersonLane(w.ravi.ID)
		row := w.row(lane, "explained")
		want := []posted{{In: dm("ravi"), ID: row.Posted.ID, Delivery: row.ID, Title: "explained", Text: "new for ravi", Context: explained.Why}}
		if diff := cmp.Diff(want, w.chat.in(dm("ravi")), cmpopts.IgnoreUnexported(posted{})); diff != "" {
			t.Error(diff)
		}
		if row.State != store.Sent || row.Posted.In != dm("ravi") || !row.SentAt.Equal(start) {
			t.Errorf("on record: %+v", row)
		}
		w.clock.advance(24 * time.Hour)
		w.drain()
		w.wantTitles(dm("asha"), "sooner", "first", "once", "second", "tomorrow")
		if n := w.chat.calls(callFind); n != 0 {
			t.Errorf("%d messages were looked for that had no reason to be lost", n)
		}
	})
}

func TestACrashBeforeTheMessageIsSent(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		lane := store.PersonLane(w.asha.ID)
		w.send(w.message(w.asha, "card"))
		w.chat.next(callDM, outcome{dies: true})
		w.crash(lane)
		w.want(lane, "card", store.Waiting, "")
		w.drain() // the lane is still the dead worker's
		w.wantTitles(dm("asha"))
		w.clock.advance(leased)
		w.drain()
		w.wantTitles(dm("asha"), "card")
		if n := w.chat.calls(callFind); n != 0 {
			t.Errorf("a message that was never tried was looked for %d times", n)
		}
	})
}

func TestACrashBetweenSendingAndTheRecord(t *testing.T) {
	t.Parallel()
	for name, arrives := range map[string]bool{"it had arrived": true, "it had not arrived": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(t *testing.T, w *world) {
				lane := store.PersonLane(w.asha.ID)
				w.send(w.message(w.asha, "first"), w.message(w.asha, "second"))
				w.chat.next(callSend, outcome{dies: true, arrives: arrives})
				w.crash(lane)
				w.want(lane, "first", store.Sending, "")
				w.clock.advance(leased)
				w.drain()
				w.wantTitles(dm("asha"), "first", "second") // the far end objects to a second arrival
				w.want(lane, "first", store.Sent, "")
				if n := w.chat.calls(callFind); n != 1 {
					t.Errorf("the message was looked for %d times", n)
				}
				if got, want := w.row(lane, "first").Posted.ID, w.chat.in(dm("asha"))[0].ID; got != want {
					t.Errorf("on record is the message %s, want %s", got, want)
				}
			})
		})
	}
}

func TestARefreshBetweenACrashAndTheFindingIsNotLost(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.send(w.message(w.asha, "R-1"))
		w.chat.next(callSend, outcome{dies: true, arrives: true})
		w.crash(store.PersonLane(w.asha.ID))
		w.refresh("R-1", "changed")
		w.clock.advance(leased)
		w.drain()
		if m := w.chat.in(dm("asha")); len(m) != 1 || m[0].Text != "changed for asha" || m[0].Edits != 1 {
			t.Errorf("what was found shows an old state: %+v", m)
		}
	})
}

func TestAnAnswerThatIsLost(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		lane := store.PersonLane(w.asha.ID)
		w.send(w.message(w.asha, "arrived"), w.message(w.asha, "lost"))
		w.chat.next(callSend, outcome{arrives: true, err: errTimeout}, outcome{err: errTimeout})
		w.drain()
		w.want(lane, "arrived", store.Sending, "the platform did not answer")
		// The platform refuses to say whether it has the message: it must not be sent again by that.
		w.chat.next(callFind, outcome{err: &bot.SendError{Reason: "rate limited", RetryAfter: time.Minute}}, outcome{err: errTimeout})
		w.clock.advance(later)
		w.drain()
		w.want(lane, "arrived", store.Sending, "rate limited")
		w.clock.advance(time.Minute)
		w.drain()
		w.want(lane, "arrived", store.Sending, "the platform did not answer")
		w.clock.advance(time.Minute)
		w.drain()
		w.want(lane, "arrived", store.Sent, "")
		w.want(lane, "lost", store.Sending, "the platform did not answer")
		w.clock.advance(later)
		w.drain()
		w.wantTitles(dm("asha"), "arrived", "lost")
		w.want(lane, "lost", store.Sent, "")
	})
}

func TestTwoCouriersOnOneLane(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx, lane := t.Context(), store.PersonLane(w.asha.ID)
		w.send(w.message(w.asha, "first"), w.message(w.asha, "second"))
		calling, goOn := make(chan struct{}), make(chan struct{})
		w.chat.next(callSend, outcome{arrives: true, first: func(context.Context) {
			close(calling)
			<-goOn
		}})
		ended := make(chan error, 1)
		slow := w.courier()
		go func() { ended <- slow.Deliver(ctx, lane, start) }()
		await(t, calling, "the first courier to call")

		other := scheduler.NewCourier(w.config(w.open()))
		must(t, other.Deliver(ctx, lane, start))
		must(t, other.Drain(ctx, start))
		w.wantTitles(dm("asha"))
		close(goOn)
		must(t, await(t, ended, "the first courier to end"))
		w.wantTitles(dm("asha"), "first", "second")
	})
}

func TestALaneIsTakenOverFromACourierThatHangs(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx, lane := t.Context(), store.PersonLane(w.asha.ID)
		w.send(w.message(w.asha, "first"), w.message(w.asha, "second"))
		drawing, goOn := make(chan struct{}), make(chan struct{})
		w.whileDrawing(func(string) {
			w.whileDrawing(nil)
			close(drawing)
			<-goOn
		})
		ended := make(chan error, 1)
		slow := w.courier()
		go func() { ended <- slow.Deliver(ctx, lane, start) }()
		await(t, drawing, "the first courier to draw")
		w.clock.advance(leased)
		must(t, scheduler.NewCourier(w.config(w.open())).Drain(ctx, w.clock.now()))
		w.wantTitles(dm("asha"), "first", "second")
		// The first one wakes up, finds the lane taken, and leaves the message alone.
		close(goOn)
		must(t, await(t, ended, "the first courier to end"))
		w.wantTitles(dm("asha"), "first", "second")
		w.want(lane, "first", store.Sent, "")
	})
}

// A message that has nothing to say while it is drawn, and has at the next moment, is sent.
func TestAMessageIsNotGivenUpOnceItHasSomethingToSay(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.send(w.message(w.asha, "first"))
		w.say("first", "")
		w.whileDrawing(func(subject string) {
			w.whileDrawing(nil)
			w.refresh(subject, "news")
		})
		must(t, w.courier().Deliver(t.Context(), store.PersonLane(w.asha.ID), start))
		w.wantTitles(dm("asha"), "first")
	})
}

func TestARowThatWaitsHoldsBackItsOwnLaneOnly(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.chat.next(callSend, outcome{err: &bot.SendError{Reason: "rate limited"}})
		w.send(w.message(w.asha, "first"), w.message(w.asha, "second"))
		must(t, w.courier().Deliver(t.Context(), store.PersonLane(w.asha.ID), start))
		w.send(w.message(w.ravi, "other"))
		w.drain()
		w.wantTitles(dm("asha"))
		w.wantTitles(dm("ravi"), "other")
		w.want(store.PersonLane(w.asha.ID), "first", store.Waiting, "rate limited")
		w.clock.advance(later)
		w.drain()
		w.wantTitles(dm("asha"), "first", "second")
	})
}

func TestWhoPutsAMessageOffHasItsLaneWorkedThen(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.send(w.message(w.asha, "card"))
		_, err := w.DB().ExecContext(t.Context(), `DELETE FROM river_job`)
		must(t, err)
		w.chat.next(callSend, outcome{err: &bot.SendError{Reason: "rate limited", RetryAfter: time.Hour}})
		w.drain()
		var jobs int
		must(t, w.DB().QueryRowContext(t.Context(), `SELECT count(*) FROM river_job WHERE kind = 'deliver' AND state = 'scheduled'`).Scan(&jobs))
		if jobs != 1 {
			t.Errorf("%d jobs are there to send the message later", jobs)
		}
	})
}

func TestBackOff(t *testing.T) {
	t.Parallel()
	// A platform is given a day to come back; a view that cannot be drawn is given half an hour.
	const aDay, halfAnHour = 150, 12
	for name, tc := range map[string]struct {
		call  call
		tries int
		state store.State
		// unsure says that the platform is given time to bring to an end what it may be doing.
		unsure bool
		// prepare leaves a card in the outbox whose next call fails.
		prepare func(w *world)
	}{
		"a message that is not answered":       {callSend, aDay, store.Dead, true, func(*world) {}},
		"a conversation that cannot be opened": {callDM, aDay, store.Dead, false, func(*world) {}},
		"a message that cannot be looked for": {callFind, aDay, store.Dead, false, func(w *world) {
			w.chat.next(callSend, outcome{dies: true})
			w.crash(store.PersonLane(w.asha.ID))
			w.clock.advance(leased)
		}},
		"a card that cannot be drawn": {"", halfAnHour, store.Dead, false, func(w *world) { w.say("card", "broken") }},
		"a card that cannot be drawn again": {callEdit, aDay, store.Sent, false, func(w *world) {
			w.drain()
			w.refresh("card", "changed")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(t *testing.T, w *world) {
				lane := store.PersonLane(w.asha.ID)
				w.send(w.message(w.asha, "card"))
				tc.prepare(w)
				w.chat.every(tc.call, outcome{err: errTimeout})
				before := w.row(lane, "card").Attempts
				least := 2 * time.Second << before
				began := w.clock.now()
				for try := before + 1; try < tc.tries; try++ {
					w.drain()
					row := w.row(lane, "card")
					wait := row.NextAt.Sub(w.clock.now())
					first, last := least, least+least/4
					if tc.unsure {
						first, last = max(first, 10*time.Second), max(last, 10*time.Second)
					}
					if row.Attempts != try || wait < first || wait > last {
						t.Fatalf("after try %d (%d) the next is in %v, want %v to %v", try, row.Attempts, wait, first, last)
					}
					w.clock.advance(wait - time.Microsecond)
					w.drain()
					if again := w.row(lane, "card"); again.Attempts != try {
						t.Fatalf("try %d came early", again.Attempts)
					}
					w.clock.advance(time.Microsecond)
					least = min(2*least, 10*time.Minute)
				}
				w.drain()
				if row := w.row(lane, "card"); row.State != tc.state || !row.NextAt.IsZero() || !strings.HasPrefix(row.Reason, fmt.Sprintf("given up after %d attempts: ", tc.tries)) {
					t.Errorf("in the end: %+v", row)
				}
				if took := w.clock.now().Sub(began); (took >= 23*time.Hour) != (tc.tries == aDay) {
					t.Errorf("given up after %v", took)
				}
				// The lane goes on.
				w.chat.every(tc.call, outcome{})
				w.send(w.message(w.asha, "next"))
				w.drain()
				w.want(lane, "next", store.Sent, "")
			})
		})
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.send(w.message(w.asha, "card"))
		w.chat.next(callSend, outcome{err: fmt.Errorf("post: %w", &bot.SendError{Reason: "rate limited", RetryAfter: 7 * time.Minute})})
		w.drain()
		w.clock.advance(7*time.Minute - time.Second)
		w.drain()
		w.wantTitles(dm("asha"))
		w.clock.advance(time.Second)
		w.drain()
		w.wantTitles(dm("asha"), "card")
		if n := w.chat.calls(callFind); n != 0 {
			t.Errorf("what was refused cannot be there, and was looked for %d times", n)
		}
	})
}

func TestAPermanentRefusalEndsAMessage(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		lane := store.PersonLane(w.asha.ID)
		w.send(w.message(w.asha, "blocked"), w.message(w.asha, "fine"))
		w.chat.next(callSend, outcome{err: &bot.SendError{Permanent: true, Reason: "the account is closed", Err: errors.New("account_inactive")}})
		w.drain()
		w.want(lane, "blocked", store.Dead, "the account is closed")
		w.wantTitles(dm("asha"), "fine")
		dead, err := w.DeadRows(t.Context(), 10)
		must(t, err)
		if len(dead) != 1 || dead[0].View.Subject != "blocked" {
			t.Errorf("the dead list holds %+v", dead)
		}
		// A card that was deleted on the platform is not drawn again, and stays on record as sent.
		w.refresh("fine", "changed")
		w.chat.next(callEdit, outcome{err: &bot.SendError{Permanent: true, Reason: "deleted by somebody"}})
		w.drain()
		w.want(lane, "fine", store.Sent, "deleted by somebody")
	})
}

func TestOneRefreshEditsEveryCardOfItsSubject(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		posting := w.message(hiring.Person{}, "R-1")
		posting.To = bot.Recipient{Channel: public}
		w.send(w.message(w.asha, "R-1"), w.message(w.asha, "R-2"), w.message(w.ravi, "R-1"), posting)
		w.drain()
		w.refresh("R-1", "approved")
		w.drain()
		want := map[bot.Conversation][]string{
			dm("asha"): {"approved for asha", "new for asha"}, dm("ravi"): {"approved for ravi"}, public: {"approved for "},
		}
		for at, texts := range want {
			var got []string
			for _, m := range w.chat.in(at) {
				got = append(got, m.Text)
			}
			if diff := cmp.Diff(texts, got); diff != "" {
				t.Errorf("%s: %s", at.Channel, diff)
			}
		}
		w.drain()
		if n := w.chat.calls(callEdit); n != 3 {
			t.Errorf("%d edits, want 3", n)
		}
	})
}

func TestARefreshWhileTheCardIsDrawnIsNotLost(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		// Each drawing reads the old fact, and then the fact changes.
		changes := []string{"second", "third"}
		w.whileDrawing(func(subject string) {
			if len(changes) == 0 {
				return
			}
			fact := changes[0]
			changes = changes[1:]
			w.refresh(subject, fact)
		})
		w.send(w.message(w.asha, "R-1"))
		w.drain()
		if m := w.chat.in(dm("asha")); len(m) != 1 || m[0].Text != "third for asha" || m[0].Edits != 2 {
			t.Errorf("the card shows an old state: %+v", m)
		}
	})
}

func TestARefreshBeforeTheCardIsSentNeedsNoEdit(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.send(w.message(w.asha, "R-1"))
		w.refresh("R-1", "changed")
		w.drain()
		if m := w.chat.in(dm("asha")); len(m) != 1 || m[0].Text != "changed for asha" || m[0].Edits != 0 {
			t.Errorf("got %+v", m)
		}
	})
}

func TestWhatHasNothingToSayIsNotSent(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		lane := store.PersonLane(w.asha.ID)
		w.send(w.message(w.asha, "moot"), w.message(w.asha, "card"))
		w.say("moot", "")
		w.drain()
		w.want(lane, "moot", store.Moot, "")
		w.wantTitles(dm("asha"), "card")
		// A posted card that has nothing to say any more stays as it was.
		w.refresh("card", "")
		w.drain()
		w.want(lane, "card", store.Sent, "")
		if n := w.chat.calls(callEdit); n != 0 {
			t.Errorf("%d edits", n)
		}
		// When there is something to say again, it is drawn again.
		w.refresh("card", "again")
		w.drain()
		if m := w.chat.in(dm("asha")); m[0].Text != "again for asha" {
			t.Errorf("got %+v", m)
		}
	})
}

func TestSomebodyWithoutAnAccount(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		lane := store.PersonLane(w.noor.ID)
		w.send(w.message(w.noor, "none"))
		w.drain()
		w.want(lane, "none", store.Dead, "the person has no chat account that I am connected to")
		link := func(workspace string) {
			w.in(func(ctx context.Context, tx *store.Tx) error {
				return tx.LinkIdentity(ctx, w.noor.ID, hiring.Identity{Workspace: workspace, User: "noor"})
			})
		}
		// Nobody is connected to the other platform.
		link("other:T2")
		w.send(w.message(w.noor, "elsewhere"))
		w.drain()
		w.want(lane, "elsewhere", store.Dead, "the person has no chat account that I am connected to")
		link("chat:T1")
		w.send(w.message(w.noor, "here"))
		w.drain()
		w.wantTitles(dm("noor"), "here")
	})
}

func TestSomebodyWhoWasDeactivated(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		lane := store.PersonLane(w.asha.ID)
		w.send(w.message(w.asha, "before"))
		w.drain()
		w.send(w.message(w.asha, "tried"))
		w.chat.next(callSend, outcome{err: errTimeout})
		w.drain()
		w.send(w.message(w.asha, "after"))
		w.in(func(ctx context.Context, tx *store.Tx) error {
			person, _ := tx.Snapshot().Person(w.asha.ID)
			person.Active = false
			_, err := tx.SavePerson(ctx, person)
			return err
		})
		w.refresh("before", "changed")
		opened := w.chat.calls(callDM)
		w.clock.advance(later)
		w.drain()
		w.want(lane, "tried", store.Moot, "the platform did not answer")
		w.want(lane, "after", store.Moot, "")
		if m := w.chat.in(dm("asha")); len(m) != 1 || m[0].Text != "new for asha" {
			t.Errorf("somebody who left got %+v", m)
		}
		// Only the one that may have arrived is looked for.
		if n := w.chat.calls(callDM) - opened; n != 1 {
			t.Errorf("%d conversations were opened", n)
		}
	})
}

func TestWhatAChannelMaySee(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		unknown := bot.Conversation{Workspace: "chat:T1", Channel: "C-unknown"}
		for _, tc := range []struct {
			in     bot.Conversation
			view   string
			reason string // "" for what is sent
		}{
			{public, "card", ""},
			{public, "team", "not everybody in that channel may read it. Set another one: /hire settings"},
			{public, "pay", "not everybody in that channel may read it. Set another one: /hire settings"},
			{private, "card", ""},
			{private, "team", ""},
			{private, "pay", "not everybody in that channel may read it. Set another one: /hire settings"},
			{unknown, "card", "the channel is not set up any more"},
		} {
			subject := tc.view + " in " + tc.in.Channel
			w.say(subject, "new")
			w.send(bot.Message{To: bot.Recipient{Channel: tc.in}, View: bot.View{Name: tc.view, Subject: subject}})
			w.drain()
			state := store.Sent
			if tc.reason != "" {
				state = store.Dead
			}
			w.want(store.ChannelLane(tc.in), subject, state, tc.reason)
		}
		w.wantTitles(public, "card in C-public")
		w.wantTitles(private, "card in C-private", "team in C-private")
		// A channel that was opened to everybody is not told any more of what it was told before.
		w.in(func(ctx context.Context, tx *store.Tx) error {
			return tx.SaveChannel(ctx, store.Channel{Workspace: private.Workspace, ID: private.Channel, Name: "team", Kind: store.PublicChannel})
		})
		w.refresh("team in C-private", "changed")
		w.drain()
		if n := w.chat.calls(callEdit); n != 0 {
			t.Errorf("%d edits", n)
		}
		looks, err := w.AuditRows(t.Context(), store.AuditFilter{Fact: "pay"})
		must(t, err)
		if len(looks) != 0 {
			t.Errorf("pay was drawn for a channel: %+v", looks)
		}
	})
}

func TestADrawingIsOnRecordBeforeItIsSent(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		var seen []store.AuditRow
		w.chat.next(callSend, outcome{first: func(ctx context.Context) {
			rows, err := w.AuditRows(ctx, store.AuditFilter{Fact: "pay"})
			if err != nil {
				t.Error(err)
			}
			seen = rows
		}})
		w.send(bot.Message{To: bot.Recipient{Person: w.asha.ID}, View: bot.View{Name: "pay", Subject: "O-1"}})
		w.drain()
		w.wantTitles(dm("asha"), "O-1")
		if len(seen) != 1 || seen[0].Actor != w.asha.ID || seen[0].Subject != "O-1" ||
			seen[0].Action != "deliver.pay" || seen[0].Where != dm("asha").Workspace+"/"+dm("asha").Channel {
			t.Errorf("on record when it was sent: %+v", seen)
		}
	})
}

// slowChat allows one message a second in a conversation.
type slowChat struct{ *chat }

// MinGap is the least time between two messages.
func (slowChat) MinGap() time.Duration { return time.Second }

func TestAPlatformThatPaces(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		cfg := w.config(w.Store)
		cfg.Platforms = []bot.Platform{slowChat{w.chat}}
		courier := scheduler.NewCourier(cfg)
		lane := store.PersonLane(w.asha.ID)
		w.send(w.message(w.asha, "first"), w.message(w.asha, "second"), w.message(w.ravi, "other"))
		must(t, courier.Drain(t.Context(), w.clock.now()))
		w.wantTitles(dm("asha"), "first")
		w.wantTitles(dm("ravi"), "other")
		row := w.row(lane, "second")
		if row.State != store.Waiting || row.Attempts != 0 || !row.NextAt.Equal(start.Add(time.Second)) {
			t.Errorf("waiting for its turn: %+v", row)
		}
		w.clock.advance(time.Second)
		must(t, courier.Drain(t.Context(), w.clock.now()))
		w.wantTitles(dm("asha"), "first", "second")
		// An edit is no message and need not wait.
		w.refresh("first", "changed")
		must(t, courier.Drain(t.Context(), w.clock.now()))
		if m := w.chat.in(dm("asha")); m[0].Edits != 1 {
			t.Errorf("got %+v", m)
		}
	})
}

// homely is a platform with homes, whose edits are paced.
type homely struct {
	*chat
	gap   time.Duration
	mu    sync.Mutex
	homes map[string][]string // what was shown of each, by account
}

// EditGap is the least time between two edits.
func (h *homely) EditGap() time.Duration { return h.gap }

// Edit draws a home or a message again.
func (h *homely) Edit(ctx context.Context, at bot.Posted, card bot.Card) error {
	if at.In.Channel != bot.HomePlace {
		return h.chat.Edit(ctx, at, card)
	}
	if o := h.begin(ctx, callEdit); o.err != nil {
		return o.err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	text, _ := card.Body[0].(bot.Text)
	h.homes[at.ID] = append(h.homes[at.ID], text.Plain(time.UTC))
	return nil
}

// wantHomes expects all that was shown of the homes of some accounts.
func (h *homely) wantHomes(t *testing.T, want map[string][]string) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	if diff := cmp.Diff(want, h.homes, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("homes: %s", diff)
	}
}

// homely returns a platform with homes, and a courier to it. The homes show the fact of "".
func (w *world) homely(gap time.Duration) (*homely, *scheduler.Courier) {
	h := &homely{chat: w.chat, gap: gap, homes: map[string][]string{}}
	w.views[store.HomeView] = views.View{Contains: views.Public, Draw: w.draw}
	cfg := w.config(w.Store)
	cfg.Platforms = []bot.Platform{h}
	return h, scheduler.NewCourier(cfg)
}

// opens has accounts open their homes, which show a fact from now on.
func (w *world) opens(fact string, users ...string) {
	w.t.Helper()
	w.say("", fact)
	w.in(func(ctx context.Context, tx *store.Tx) error {
		var err error
		for _, user := range users {
			err = errors.Join(err, tx.KeepHome(ctx, bot.Identity{Workspace: "chat:T1", User: user}))
		}
		return err
	})
}

// changes changes what somebody's home shows.
func (w *world) changes(fact string, owners ...hiring.Person) {
	w.t.Helper()
	w.say("", fact)
	w.in(func(ctx context.Context, tx *store.Tx) error {
		r := hiring.Requisition{State: hiring.ReqDraft}
		for _, owner := range owners {
			r.Panel = append(r.Panel, owner.ID)
		}
		_, err := tx.AddRequisition(ctx, r)
		return err
	})
}

func TestAHomeIsDrawnAgainWhenItChanges(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		h, courier := w.homely(0)
		lane := store.HomeLane(w.asha.ID)
		drain := func() {
			t.Helper()
			must(t, courier.Drain(t.Context(), w.clock.now()))
		}
		w.opens("one", "asha", "ravi")
		drain()
		w.changes("two", w.asha)
		drain()
		drain()
		h.wantHomes(t, map[string][]string{"asha": {"one for asha", "two for asha"}, "ravi": {"one for ravi"}})

		// A message that cannot be sent now does not hold it up, nor the other way round.
		w.chat.next(callSend, outcome{err: &bot.SendError{RetryAfter: time.Hour, Reason: "slow down"}})
		w.send(w.message(w.asha, "message"))
		drain()
		w.changes("three", w.asha)
		drain()
		w.chat.next(callEdit, outcome{err: &bot.SendError{RetryAfter: 24 * time.Hour, Reason: "slow down"}})
		w.changes("four", w.asha)
		w.clock.advance(time.Hour)
		drain()
		w.wantTitles(dm("asha"), "message")
		h.wantHomes(t, map[string][]string{"asha": {"one for asha", "two for asha", "three for asha"}, "ravi": {"one for ravi"}})
		w.clock.advance(24 * time.Hour)
		drain()
		h.wantHomes(t, map[string][]string{"asha": {"one for asha", "two for asha", "three for asha", "four for asha"}, "ravi": {"one for ravi"}})

		// One that is switched off is left alone until it is opened again.
		w.chat.next(callEdit, outcome{err: &bot.SendError{Permanent: true, Reason: "it is switched off"}})
		w.changes("five", w.asha)
		drain()
		w.want(lane, "", store.Dead, "it is switched off")
		edits := w.chat.calls(callEdit)
		w.changes("six", w.asha)
		drain()
		if n := w.chat.calls(callEdit) - edits; n != 0 {
			t.Errorf("%d edits of a home that was given up", n)
		}
		w.opens("seven", "asha")
		drain()
		w.want(lane, "", store.Sent, "")
		w.changes("eight", w.asha)
		drain()
		h.wantHomes(t, map[string][]string{
			"asha": {"one for asha", "two for asha", "three for asha", "four for asha", "seven for asha", "eight for asha"}, "ravi": {"one for ravi"},
		})
	})
}

func TestAHomeIsNotDrawnForWhoMayNotSeeItAnyMore(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		h, courier := w.homely(0)
		w.opens("one", "asha", "ravi")
		must(t, courier.Drain(t.Context(), w.clock.now()))
		active := func(active bool) {
			w.in(func(ctx context.Context, tx *store.Tx) error {
				person, _ := tx.Snapshot().Person(w.asha.ID)
				person.Active = active
				_, err := tx.SavePerson(ctx, person)
				// Ravi writes from another account now, and this one is closed.
				_, keeping := tx.KeepProfile(ctx, bot.Identity{Workspace: "chat:T1", User: "ravi"}, bot.Profile{Active: active}, false)
				return errors.Join(err, keeping)
			})
		}
		w.in(func(ctx context.Context, tx *store.Tx) error {
			return tx.LinkIdentity(ctx, w.ravi.ID, hiring.Identity{Workspace: "chat:T1", User: "ravi-2"})
		})
		must(t, courier.Drain(t.Context(), w.clock.now()))
		active(false)
		w.changes("two", w.asha, w.ravi)
		must(t, courier.Drain(t.Context(), w.clock.now()))
		w.want(store.HomeLane(w.asha.ID), "", store.Sent, "")
		h.wantHomes(t, map[string][]string{"asha": {"one for asha"}, "ravi": {"one for ravi"}})
		active(true)
		w.changes("three", w.asha, w.ravi)
		must(t, courier.Drain(t.Context(), w.clock.now()))
		h.wantHomes(t, map[string][]string{"asha": {"one for asha", "three for asha"}, "ravi": {"one for ravi", "three for ravi"}})
	})
}

func TestEditsArePaced(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		h, courier := w.homely(time.Second)
		drain := func(want int) {
			t.Helper()
			before := w.chat.calls(callEdit)
			must(t, courier.Drain(t.Context(), w.clock.now()))
			if n := w.chat.calls(callEdit) - before; n != want {
				t.Errorf("after %v: %d edits, want %d", w.clock.now().Sub(start), n, want)
			}
		}
		w.send(w.message(w.asha, "R-1"), w.message(w.asha, "R-2"), w.message(w.ravi, "R-1"))
		drain(0)
		w.refresh("R-1", "changed")
		w.refresh("R-2", "changed")
		w.send(w.message(w.asha, "R-3"))
		drain(1)
		// What waits for its turn holds back no message, is no failure, and shows what is true when its
		// turn comes.
		w.wantTitles(dm("asha"), "R-1", "R-2", "R-3")
		w.refresh("R-2", "changed twice")
		waiting := w.row(store.PersonLane(w.asha.ID), "R-2")
		if waiting.Reason != "waits for its turn" || waiting.Attempts != 0 || !waiting.NextAt.After(start) {
			t.Errorf("waiting for its turn: %+v", waiting)
		}
		drain(0)
		w.clock.advance(time.Second)
		drain(1)
		w.clock.advance(time.Second)
		drain(1)
		w.clock.advance(time.Second)
		drain(0)
		if m := w.chat.in(dm("asha"))[1]; m.Text != "changed twice for asha" || m.Edits != 1 {
			t.Errorf("got %+v", m)
		}

		// Homes have a pace of their own.
		w.refresh("R-1", "changed again")
		w.opens("home", "asha", "ravi")
		drain(2)
		w.clock.advance(time.Second)
		drain(2)
		h.wantHomes(t, map[string][]string{"asha": {"home for asha"}, "ravi": {"home for ravi"}})

		// One that fails takes a turn again. Turns that nobody used are not all used at once later.
		w.clock.advance(time.Hour)
		w.chat.next(callEdit, outcome{err: &bot.SendError{Reason: "not now"}})
		w.refresh("R-1", "at last")
		drain(1)
		w.clock.advance(time.Hour)
		drain(1)
		w.clock.advance(time.Second)
		drain(1)
		for _, user := range []string{"asha", "ravi"} {
			if m := w.chat.in(dm(user))[0]; m.Text != "at last for "+user {
				t.Errorf("got %+v", m)
			}
		}
	})
}

func TestAViewThatNobodyKnowsIsTriedAgain(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		// Another version of the program knows it, as while replicas are replaced.
		w.send(bot.Message{To: bot.Recipient{Person: w.asha.ID}, View: bot.View{Name: "newer", Subject: "R-1"}})
		w.drain()
		w.want(store.PersonLane(w.asha.ID), "R-1", store.Waiting, "it could not be drawn. The log says why, by the id of the message")
		w.views["newer"] = w.views["card"]
		w.say("R-1", "new")
		w.clock.advance(later)
		w.drain()
		w.wantTitles(dm("asha"), "R-1")
	})
}

// await receives from a channel.
func await[T any](t *testing.T, from <-chan T, what string) T {
	t.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case v := <-from:
		return v
	case <-limit.C:
		t.Fatalf("waited in vain for %s", what)
		panic("unreachable")
	}
}
