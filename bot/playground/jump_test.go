package playground_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/playground"
)

// times is a world whose time can be put forward: at some instants a message comes.
type times struct {
	world
	clock *bot.MovableClock
	due   []coming
	// breaks is what becomes of putting the clock forward; nil lets it go well.
	breaks error
	// held, where it is set, is closed once the clock is being moved, and let is waited for then.
	held, let chan struct{}
}

// coming is a message that comes at an instant.
type coming struct {
	at time.Time
	to string
}

func newTimes(t *testing.T, due ...coming) *times {
	t.Helper()
	w := &times{clock: bot.NewMovableClock(func() time.Time { return epoch }), due: due}
	cfg := config()
	cfg.Clock, cfg.Forward = w.clock.Now, w.forward
	cfg.Morning = func(context.Context) (time.Time, error) { return epoch.Add(66 * time.Hour), nil }
	w.world = newWorldOf(t, cfg)
	return w
}

// forward is what a scheduler does.
func (w *times) forward(ctx context.Context, to time.Time, enough func() bool) error {
	if w.held != nil {
		close(w.held)
		<-w.let
	}
	for _, one := range w.due {
		if one.at.Before(w.clock.Now()) || one.at.After(to) {
			continue
		}
		w.clock.PutForward(one.at)
		at := bot.Conversation{Workspace: "playground", Channel: one.to}
		if _, err := w.Send(ctx, at, bot.Card{Title: "It is time"}, one.at.String()+one.to); err != nil {
			return err
		}
		if enough != nil && enough() {
			return nil
		}
	}
	if w.breaks == nil {
		w.clock.PutForward(to)
	}
	return w.breaks
}

// clockAnswer is what the tests look at of what came of a move.
type clockAnswer struct {
	Error string
	At    time.Time
	Last  *struct {
		Until   time.Time
		Arrived []struct {
			User, Conversation string
			Count              int
		}
		Problem string
	}
}

// arrivals is what came, as "user count".
func (a clockAnswer) arrivals() map[string]int {
	out := map[string]int{}
	if a.Last != nil {
		for _, one := range a.Last.Arrived {
			out[one.Conversation] = one.Count
		}
	}
	return out
}

// move asks for the time to be moved.
func (w world) move(t *testing.T, body string) (int, clockAnswer) {
	t.Helper()
	status, header, data := w.raw(t, http.MethodPost, "/api/clock", body)
	var out clockAnswer
	if header.Get("Content-Type") == "application/json" {
		if err := json.Unmarshal(data, &out); err != nil {
			t.Fatalf("%v in %s", err, data)
		}
	}
	return status, out
}

// raw makes a request and returns the body as it is.
func (w world) raw(t *testing.T, method, path, body string) (int, http.Header, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, w.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	var data bytes.Buffer
	if _, err := data.ReadFrom(resp.Body); err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, data.Bytes()
}

func TestTheTimeIsMoved(t *testing.T) {
	t.Parallel()
	w := newTimes(t,
		coming{epoch.Add(10 * time.Minute), "@asker"}, coming{epoch.Add(12 * time.Minute), "@keeper"},
		coming{epoch.Add(13 * time.Minute), "@asker"}, coming{epoch.Add(30 * time.Minute), "general"}, coming{epoch.Add(20 * time.Hour), "@guest"},
	)
	// What is asked for meanwhile is no news.
	w.post(t, "/api/command", map[string]any{"user": "asker", "conversation": "@asker", "text": "/box"})
	for _, step := range []struct {
		body  string
		until time.Time
		want  map[string]int
	}{
		{`{"user":"asker","by":"15m"}`, epoch.Add(15 * time.Minute), map[string]int{"@asker": 2, "@keeper": 1}},
		{`{"user":"asker","by":"10m"}`, epoch.Add(25 * time.Minute), map[string]int{}},
		{`{"user":"asker","to":"message"}`, epoch.Add(30 * time.Minute), map[string]int{"general": 1}},
		// A time on the wall of the zone that the page shows: epoch is 3 pm in India.
		{`{"user":"asker","at":"2026-12-11T16:00","zone":"Asia/Kolkata"}`, epoch.Add(time.Hour), map[string]int{}},
		{`{"user":"asker","to":"morning"}`, epoch.Add(66 * time.Hour), map[string]int{"@guest": 1}},
		{`{"user":"asker","to":"message"}`, epoch.Add(66*time.Hour + 14*24*time.Hour), map[string]int{}},
	} {
		status, out := w.move(t, step.body)
		if status != http.StatusOK || out.Last == nil {
			t.Fatalf("%s: %d %+v", step.body, status, out)
		}
		if !out.Last.Until.Equal(step.until) || !out.At.Equal(step.until) || out.Last.Problem != "" {
			t.Errorf("%s: until %v at %v (%q), want %v", step.body, out.Last.Until, out.At, out.Last.Problem, step.until)
		}
		if diff := cmp.Diff(step.want, out.arrivals()); diff != "" {
			t.Errorf("%s: arrived (-want +got):\n%s", step.body, diff)
		}
	}
	// Whoever comes to the page later sees where it stands.
	_, _, data := w.raw(t, http.MethodGet, "/api/state?user=keeper", "")
	var state struct{ Clock *clockAnswer }
	if err := json.Unmarshal(data, &state); err != nil {
		t.Fatal(err)
	}
	if state.Clock == nil || state.Clock.Last == nil || !state.Clock.At.Equal(w.clock.Now()) {
		t.Errorf("the state holds the clock %+v", state.Clock)
	}
}

func TestATimeThatCannotBe(t *testing.T) {
	t.Parallel()
	w := newTimes(t)
	for body, want := range map[string]string{
		`{"user":"asker","by":"0s"}`:                                            "time does not go back",
		`{"user":"asker","by":"-1h"}`:                                           "time does not go back",
		`{"user":"asker","at":"2026-12-11T14:59","zone":"Asia/Kolkata"}`:        "It is Fri 11 Dec 2026, 3:00 pm IST already",
		`{"user":"asker","at":"2026-12-25T15:01","zone":"Asia/Kolkata"}`:        "At most 14 days at once: choose a time until Fri 25 Dec 2026, 3:00 pm IST",
		`{"user":"asker","by":"8760h"}`:                                         "At most 14 days at once",
		`{"user":"asker","by":"soon"}`:                                          `"soon" is no duration. Example: 15m`,
		`{"user":"asker","at":"none","zone":"Asia/Kolkata"}`:                    "Choose a day and a time, such as Fri 11 Dec 2026, 4:00 pm IST",
		`{"user":"asker","at":"2026-12-11T16:00","zone":"Asia/Nowhere"}`:        `no time zone "Asia/Nowhere"`,
		`{"user":"asker"}`:                                                      "one of by, to and at",
		`{"user":"asker","by":"1h","to":"morning"}`:                             "one of by, to and at",
		`{"user":"asker","to":"monday"}`:                                        "one of by, to and at",
		`{"by":"1h"}`:                                                           "Say who you are",
		`{"user":"nobody","by":"1h"}`:                                           "nobody of that name",
		`{"user":"asker","by":"1h","forever":true}`:                             "forever",
		`{"user":"asker","by":"1h"`:                                             "not the JSON expected",
		`{"user":"asker","at":"2026-12-11T16:00","zone":"../../../etc/passwd"}`: "no time zone",
	} {
		status, out := w.move(t, body)
		if status/100 != 4 || !strings.Contains(out.Error, want) {
			t.Errorf("%s: %d %q, want %q", body, status, out.Error, want)
		}
	}
	if !w.clock.Now().Equal(epoch) {
		t.Errorf("the clock was moved to %v", w.clock.Now())
	}
	if status, _, _ := w.raw(t, http.MethodGet, "/api/clock", ""); status != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d", status)
	}
}

// TestTwoMovesAtOnce has a second one refused while the first goes on.
func TestTwoMovesAtOnce(t *testing.T) {
	t.Parallel()
	w := newTimes(t)
	w.held, w.let = make(chan struct{}), make(chan struct{})
	var first sync.WaitGroup
	first.Go(func() {
		if status, out := w.move(t, `{"user":"asker","by":"1h"}`); status != http.StatusOK {
			t.Errorf("the first: %d %+v", status, out)
		}
	})
	<-w.held
	status, out := w.move(t, `{"user":"keeper","by":"1h"}`)
	if status != http.StatusConflict || !strings.Contains(out.Error, "already") || !strings.Contains(out.Error, "press again") {
		t.Errorf("the second: %d %q", status, out.Error)
	}
	close(w.let)
	first.Wait()
	if want := epoch.Add(time.Hour); !w.clock.Now().Equal(want) {
		t.Errorf("the clock shows %v, want %v", w.clock.Now(), want)
	}
	w.held = nil
	if status, _ := w.move(t, `{"user":"keeper","by":"1h"}`); status != http.StatusOK {
		t.Errorf("the third: %d", status)
	}
}

func TestAMoveThatStops(t *testing.T) {
	t.Parallel()
	w := newTimes(t, coming{epoch.Add(10 * time.Minute), "@asker"})
	w.breaks = errors.New("the disk is full")
	status, out := w.move(t, `{"user":"asker","by":"1h"}`)
	if status != http.StatusOK || !out.Last.Until.Equal(epoch.Add(10*time.Minute)) || out.arrivals()["@asker"] != 1 {
		t.Fatalf("%d %+v", status, out)
	}
	for _, part := range []string{"could not be done", "Press again"} {
		if !strings.Contains(out.Last.Problem, part) {
			t.Errorf("no %q in %q", part, out.Last.Problem)
		}
	}
	if strings.Contains(out.Last.Problem, "disk") {
		t.Errorf("the page is told what the log is for: %q", out.Last.Problem)
	}
}

// TestOtherPagesAreToldOfTheTime reads the stream of somebody who did not move it.
func TestOtherPagesAreToldOfTheTime(t *testing.T) {
	t.Parallel()
	w := newTimes(t, coming{epoch.Add(10 * time.Minute), "@asker"})
	cursor := w.state(t, "keeper").Cursor
	if status, _ := w.move(t, `{"user":"asker","by":"1h"}`); status != http.StatusOK {
		t.Fatal(status)
	}
	_, _, data := w.raw(t, http.MethodGet, "/api/stream?calm=1&user=keeper&after="+cursor, "")
	if !strings.Contains(string(data), "event: clock\n") || !strings.Contains(string(data), `"until":"2026-12-11T10:30:00Z"`) {
		t.Errorf("the stream says %s", data)
	}
}

// TestTheTimeOfTheWorldIsNotMoved has a playground whose clock is nobody's to move offer nothing of it.
func TestTheTimeOfTheWorldIsNotMoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if status, _ := w.move(t, `{"user":"asker","by":"1h"}`); status != http.StatusNotFound {
		t.Errorf("POST /api/clock: %d, want 404", status)
	}
	_, _, data := w.raw(t, http.MethodGet, "/api/state?user=asker", "")
	if bytes.Contains(data, []byte(`"clock"`)) {
		t.Errorf("the state tells of a clock: %s", data)
	}
	_, _, stream := w.raw(t, http.MethodGet, "/api/stream?calm=1&user=asker", "")
	if bytes.Contains(stream, []byte("event: clock")) {
		t.Errorf("the stream tells of a clock: %s", stream)
	}
	cfg := config()
	cfg.Forward = func(context.Context, time.Time, func() bool) error { return nil }
	if _, err := playground.New(cfg); err == nil {
		t.Error("a playground is made with Forward and without Morning")
	}
	p := open(t, w.url+"/?as=asker")
	p.says("This is #general")
	if eval[bool](p, `document.getElementById('clock').checkVisibility()`) {
		t.Error("the page shows a clock to move")
	}
}
