package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/scheduler"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// How fast the platform of the benchmark takes messages: as Slack does, twenty times as fast.
const (
	// permitted is how many messages the workspace takes in any minute.
	permitted = 6000
	// conversationGap is how long a conversation wants between two messages.
	conversationGap = 50 * time.Millisecond
	// leastShare is how much of the permitted rate is to be used.
	leastShare = 0.95
)

// metered is a platform that takes so many messages in a minute, and one in a while in each conversation.
// It counts what arrives, and refuses what is too much.
type metered struct {
	*chat
	all int

	mu      sync.Mutex
	arrived []time.Time
	last    map[string]time.Time // by conversation
	titles  map[string][]string
	refused int
	close   int // how many messages came too soon after that before them
	done    chan struct{}
}

func newMetered(t testing.TB, all int) *metered {
	return &metered{chat: newChat(t), all: all, last: map[string]time.Time{}, titles: map[string][]string{}, done: make(chan struct{})}
}

// MinGap is the least time between two messages in one conversation.
func (*metered) MinGap() time.Duration { return conversationGap }

// SendGap is the least time between two messages in one workspace: two in a hundred fewer than are taken, so
// that one that is late on its way never makes a minute too full.
func (*metered) SendGap() time.Duration { return time.Minute / permitted * 102 / 100 }

// Send takes a message or refuses it.
func (m *metered) Send(_ context.Context, to bot.Conversation, card bot.Card, _ string) (bot.Posted, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	if n := len(m.arrived); n >= permitted && now.Sub(m.arrived[n-permitted]) < time.Minute {
		m.refused++
		return bot.Posted{}, &bot.SendError{Reason: "too much", RetryAfter: time.Second, Everywhere: true}
	}
	// One that was late on its way may be followed by one that was not.
	if now.Sub(m.last[to.Channel]) < conversationGap/2 {
		m.close++
	}
	m.last[to.Channel] = now
	m.arrived = append(m.arrived, now)
	m.titles[to.Channel] = append(m.titles[to.Channel], card.Title)
	if len(m.arrived) == m.all {
		close(m.done)
	}
	return bot.Posted{In: to, ID: fmt.Sprint(len(m.arrived))}, nil
}

// DM opens the conversation with somebody.
func (m *metered) DM(_ context.Context, who bot.Identity) (bot.Conversation, error) {
	return dm(who.User), nil
}

// busiest is the most messages that arrived within a second.
func (m *metered) busiest() int {
	most, from := 0, 0
	for i, at := range m.arrived {
		for at.Sub(m.arrived[from]) >= time.Second {
			from++
		}
		most = max(most, i-from+1)
	}
	return most
}

// BenchmarkDelivery has replicas deliver ten thousand messages that are due at once, in five hundred
// conversations, to a platform that takes six thousand a minute. It prints how much of that rate is used.
func BenchmarkDelivery(b *testing.B) {
	for _, db := range []struct {
		name     string
		url      func(testing.TB) string
		replicas int
	}{{"sqlite", copies.SQLite, 1}, {"postgres", copies.Postgres, 3}} {
		b.Run(db.name, func(b *testing.B) {
			var share float64
			for b.Loop() {
				share += deliverAll(b, db.url(b), db.replicas)
			}
			share /= float64(b.N)
			b.ReportMetric(100*share, "%of-permitted")
			b.ReportMetric(0, "ns/op") // the platform decides how long it takes
			if share < leastShare {
				b.Errorf("%.1f %% of the permitted rate, want %.0f %% at least", 100*share, 100*leastShare)
			}
		})
	}
}

const (
	benchMessages = 10_000
	benchPeople   = 500
)

// deliverAll returns how much of the permitted rate was used.
func deliverAll(b *testing.B, url string, replicas int) float64 {
	b.Helper()
	open := func() *store.Store {
		s, err := store.Open(b.Context(), url, time.Now, store.Keys{}, store.WithLog(silent), store.WithUnitTime(5*time.Minute))
		must(b, err)
		b.Cleanup(func() { must(b, s.Close()) })
		return s
	}
	s := open()
	fillOutbox(b, s)

	far := newMetered(b, benchMessages)
	set := views.Set{"card": {Contains: views.Public, Draw: func(_ context.Context, _ *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
		return bot.Card{Title: v.Subject, Body: []bot.Node{bot.T("for " + viewer.Name)}}, nil
	}}}
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan error, replicas)
	for range replicas {
		one, err := scheduler.New(scheduler.Config{Store: open(), Platforms: []bot.Platform{far}, Views: set, Clock: time.Now, Log: silent})
		must(b, err)
		go func() { ended <- one.Run(ctx) }()
	}
	limit := time.NewTimer(5 * time.Minute)
	defer limit.Stop()
	select {
	case <-far.done:
	case <-limit.C:
		b.Error("the messages do not arrive")
	}
	stop()
	for range replicas {
		must(b, <-ended)
	}

	far.mu.Lock()
	defer far.mu.Unlock()
	for channel, titles := range far.titles {
		if !slices.IsSorted(titles) || len(slices.Compact(slices.Clone(titles))) != benchMessages/benchPeople {
			b.Errorf("%s holds %v", channel, titles)
		}
	}
	b.ReportMetric(float64(far.refused), "refused")
	b.ReportMetric(float64(far.close), "too-close")
	b.ReportMetric(float64(far.busiest()), "busiest-second")
	if far.refused > 0 {
		b.Errorf("%d messages were too many", far.refused)
	}
	took := far.arrived[len(far.arrived)-1].Sub(far.arrived[0])
	return float64(len(far.arrived)-1) / took.Minutes() / permitted
}

// fillOutbox puts messages to many people into the outbox, a hundred in each unit of work.
func fillOutbox(b *testing.B, s *store.Store) {
	b.Helper()
	var people []hiring.Person
	must(b, s.InTx(b.Context(), func(tx *store.Tx) error {
		err := tx.SaveWorkspace(b.Context(), store.Workspace{ID: "chat:T1", Name: "Acme", Platform: "chat", External: "T1", Kind: store.HomeWorkspace})
		for i := range benchPeople {
			one, adding := tx.AddPerson(b.Context(), hiring.Person{
				Name: fmt.Sprintf("person %03d", i), Active: true, Identities: []hiring.Identity{{Workspace: "chat:T1", User: fmt.Sprint("u", i)}},
			})
			people, err = append(people, one), errors.Join(err, adding)
		}
		return err
	}))
	for i := 0; i < benchMessages; i += 100 {
		must(b, s.InTx(b.Context(), func(tx *store.Tx) error {
			for k := i; k < i+100; k++ {
				m := bot.Message{To: bot.Recipient{Person: people[k%benchPeople].ID}, View: bot.View{Name: "card", Subject: fmt.Sprintf("m%05d", k)}}
				if err := tx.Send(b.Context(), m); err != nil {
					return err
				}
			}
			return nil
		}))
	}
}
