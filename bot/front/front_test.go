package front_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

func TestAPanicIsAnAnswerAndItsTextIsNotLogged(t *testing.T) {
	t.Parallel()
	var logged strings.Builder
	log := slog.New(slog.NewTextHandler(&logged, nil))
	a := <-front.Ask(t.Context(), log, "event-1", func() bot.Answer { panic("a secret") })
	if a.Code != bot.CodeInternal || a.Card == nil {
		t.Errorf("answered %+v", a)
	}
	func() {
		defer front.Guard(context.Background(), log, "event-2")
		panic(errors.New("another secret"))
	}()
	if got := logged.String(); strings.Contains(got, "secret") || !strings.Contains(got, "event-1") || !strings.Contains(got, "event-2") {
		t.Errorf("logged %s", got)
	}
}

func TestRecentForgets(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.December, 9, 12, 0, 0, 0, time.UTC)
	r := front.Recent{Clock: func() time.Time { return now }}
	if !r.First("a") || r.First("a") || !r.First("b") {
		t.Error("an id is not remembered, or taken for another")
	}
	now = now.Add(front.Memory + time.Second)
	if !r.First("a") {
		t.Error("an id is remembered for too long")
	}
}

func TestInFlightIsWaitedForWhileMoreBegin(t *testing.T) {
	t.Parallel()
	var f front.InFlight
	f.Wait() // nothing is on
	f.Begin()
	f.Begin()
	f.End()
	done := make(chan struct{})
	go func() {
		f.Wait()
		close(done)
	}()
	select {
	case <-done:
		t.Error("it does not wait")
	default:
	}
	f.End()
	<-done
}

func TestWords(t *testing.T) {
	t.Parallel()
	if got := front.MessageOf(bot.NewProblem(bot.CodeConflict, "", "Somebody has it.")); got != "Somebody has it." {
		t.Error(got)
	}
	if got := front.MessageOf(errors.New("secret")); strings.Contains(got, "secret") {
		t.Error(got)
	}
	if got := front.ReasonOf(&bot.SendError{Reason: "It is full"}); got != "It is full." {
		t.Error(got)
	}
	if got := front.ReasonOf(errors.New("secret")); strings.Contains(got, "secret") {
		t.Error(got)
	}
	form := bot.Form{Call: bot.Do("a.b"), Fields: []bot.Field{{Name: "x", Value: []string{"1"}}, {Name: "y"}}}
	if held := front.Held(form); len(held) != 1 || held["x"][0] != "1" {
		t.Errorf("held %v", held)
	}
	if card := front.Ready(form); len(card.Actions) != 1 || card.Actions[0].Do.Command != "a.b" {
		t.Errorf("offered %+v", card)
	}
}
