// Package front holds what the adapters of chat platforms share: they all answer deliveries by a
// deadline, in the background where it takes longer, and none of them may end the process. Where they
// cut texts, say that something is left out, and wait to connect again, they do it alike.
package front

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/hirebot/hirebot/bot"
)

// wentWrong is what people read where a fault of ours left them without an answer.
const wentWrong = "Something went wrong on my side. Try again in a moment."

// Trouble returns a card that says what went wrong.
func Trouble(text string) bot.Card {
	return bot.Card{Tone: bot.Trouble, Body: []bot.Node{bot.T(text)}}
}

// MessageOf returns what people may read of an error.
func MessageOf(err error) string {
	if coded, ok := errors.AsType[bot.Coded](err); ok {
		return coded.Message()
	}
	return wentWrong
}

// ReasonOf returns why a platform refused, as a sentence.
func ReasonOf(err error) string {
	if refused, ok := errors.AsType[*bot.SendError](err); ok {
		return refused.Reason + "."
	}
	return "Try again in a moment."
}

// Ask has an event answered in the background, so that a deadline can be kept. A panic is an answer
// too.
func Ask(ctx context.Context, log *slog.Logger, event string, answer func() bot.Answer) <-chan bot.Answer {
	out := make(chan bot.Answer, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				logPanic(ctx, log, event, p)
				card := Trouble(wentWrong)
				out <- bot.Answer{Code: bot.CodeInternal, Card: &card}
			}
		}()
		out <- answer()
	}()
	return out
}

// Guard is deferred where a fault must not end the process. It logs no text of a panic, which may hold
// what people wrote.
func Guard(ctx context.Context, log *slog.Logger, event string) {
	if p := recover(); p != nil {
		logPanic(ctx, log, event, p)
	}
}

func logPanic(ctx context.Context, log *slog.Logger, event string, p any) {
	log.ErrorContext(ctx, "panic", "event", event, "panic", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
}

// Held returns the values that a form is filled with before anybody touches it.
func Held(f bot.Form) bot.Values {
	held := bot.Values{}
	for _, field := range f.Fields {
		if len(field.Value) > 0 {
			held[field.Name] = field.Value
		}
	}
	return held
}

// Ready offers a form that could not open by itself in time.
func Ready(f bot.Form) bot.Card {
	title := f.Title
	if title == "" {
		title = "The form"
	}
	return bot.Card{
		Body:    []bot.Node{bot.Tf("%s is ready.", title)},
		Actions: []bot.Action{{Label: "Open", Do: f.Call, Style: bot.Primary}},
	}
}

// InFlight counts deliveries that are being worked on. Unlike a sync.WaitGroup it can be waited for
// while more of them begin.
type InFlight struct {
	mu   sync.Mutex
	n    int
	idle chan struct{}
}

// Begin counts one more.
func (f *InFlight) Begin() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.n == 0 {
		f.idle = make(chan struct{})
	}
	f.n++
}

// End counts one less.
func (f *InFlight) End() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.n--; f.n == 0 {
		close(f.idle)
	}
}

// Wait returns when none is being worked on.
func (f *InFlight) Wait() {
	f.mu.Lock()
	idle := f.idle
	f.mu.Unlock()
	if idle != nil {
		<-idle
	}
}

// Memory is how long the id of a delivery is remembered.
const Memory = time.Hour

// Recent remembers the ids of deliveries. After a restart, and in another replica, the record of
// events still lets each of them act once.
type Recent struct {
	Clock bot.Clock

	mu   sync.Mutex
	seen map[string]time.Time
}

// First tells whether an id is new.
func (r *Recent) First(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.Clock()
	if r.seen == nil {
		r.seen = map[string]time.Time{}
	}
	for old, at := range r.seen {
		if now.Sub(at) > Memory {
			delete(r.seen, old)
		}
	}
	_, known := r.seen[id]
	r.seen[id] = now
	return !known
}
