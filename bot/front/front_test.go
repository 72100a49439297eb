package front_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
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

func TestTextsAreCutAtWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, short, want string }{
		{"a short one", "a short one", "a short one"},
		{"a rather long one", "a rather lo…", "a rather…"},
		{"a rather long one", "a rather…", "a rather…"},
		{"an incomprehensible one", "an incompre…", "an incompre…"},
	} {
		if got := front.AtWord(c.text, c.short); got != c.want {
			t.Errorf("%q became %q, want %q", c.short, got, c.want)
		}
	}
	for _, c := range []struct {
		text string
		most int
		want string
	}{
		{"one two three", 9, "one two "}, {"one two\nthree", 10, "one two"}, {"a bcdefghij", 8, "a bcdefg"}, {"ab\ncdefghijk", 8, "ab\ncdefg"},
	} {
		if got := string([]rune(c.text)[:front.CutPoint([]rune(c.text), c.most)]); got != c.want {
			t.Errorf("%q with room for %d became %q, want %q", c.text, c.most, got, c.want)
		}
	}
	if got := front.OneLine(" a\r\n\x00b\xff\tc "); got != "a b c" {
		t.Errorf("on one line it is %q", got)
	}
}

func TestWhatIsLeftOutIsSaid(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lines, choices int
		kept           bool
		want           string
	}{
		{0, 0, true, ""},
		{1, 0, false, "1 more line is not shown here."},
		{0, 2, true, "2 more choices are not shown here."},
		{3, 1, true, "3 more lines and 1 more choice are not shown here. ‘Send to my DM’ shows all."},
	} {
		if got := front.LeftOut(c.lines, c.choices, c.kept); got != c.want {
			t.Errorf("of %d lines and %d choices it says %q, want %q", c.lines, c.choices, got, c.want)
		}
	}
	if got := front.Whereabouts("Picture", "below", "a\nb", 1); got != "Picture below: a b" {
		t.Errorf("of a picture it says %q", got)
	}
	if got := front.Whereabouts("File", "below", "", 0); got != "File" {
		t.Errorf("of an empty file it says %q", got)
	}
	if got := front.LinesIn("\n"+strings.Repeat("x", front.Narrow+1), func(s string) int { return len(s) }); got != 3 {
		t.Errorf("it takes %d lines", got)
	}
	if got := front.ValuesOf(bot.Field{Value: []string{"a", "", "a", "b"}}); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("a field holds %q", got)
	}
}

func TestBackoffGrowsToItsEnd(t *testing.T) {
	t.Parallel()
	b := front.Backoff{First: time.Second, Last: 20 * time.Second}
	for failures, want := range []time.Duration{0, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second, 20 * time.Second, 20 * time.Second} {
		if got := b.After(failures); got < want || got > want*5/4 {
			t.Errorf("after %d failures it waits %s, want %s and up to a quarter more", failures, got, want)
		}
	}
	if got := b.After(1000); got < b.Last || got > b.Last*5/4 {
		t.Errorf("after a thousand failures it waits %s", got)
	}
}

func TestClocksAreCompared(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.December, 9, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		theirs       string
		fails, warns bool
		want         string
	}{
		{now.Add(time.Second).Format(http.TimeFormat), false, false, "differs from Slack's by 1s"},
		{now.Add(-time.Minute).Format(http.TimeFormat), false, true, "by 1m0s. Set the clock by NTP"},
		{now.Add(5 * time.Minute).Format(http.TimeFormat), true, false, "requests with Slack's signature are refused"},
		{"", false, true, "Slack's answer has no date"},
	} {
		got := front.CompareClocks("slack", "Slack", now, http.Header{"Date": {c.theirs}}, 4*time.Minute)
		if got.Fails != c.fails || got.Warns != c.warns || !strings.Contains(got.Text, c.want) || got.What != "slack" {
			t.Errorf("of a clock at %q it says %+v", c.theirs, got)
		}
	}
}
