package main

import (
	"context"
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/scheduler"
	"github.com/hirebot/hirebot/store"
)

// runningDemo is a demo that runs until it is stopped.
type runningDemo struct {
	t    *testing.T
	url  string
	out  *output
	stop func()
}

// demo runs the demo on the bench's database.
func (b *bench) demo(args ...string) *runningDemo {
	b.t.Helper()
	stdout, stderr := newOutput(), newOutput()
	ctx, cancel := context.WithCancel(b.t.Context())
	ended := make(chan int, 1)
	m := b.main(stdout, stderr, append([]string{"demo", "--addr", "127.0.0.1:0"}, args...)...)
	go func() { ended <- m.Run(ctx) }()
	d := &runningDemo{t: b.t, out: stdout, url: stdout.await(b.t, `ready: (http://127\.0\.0\.1:\d+/)`)}
	d.stop = func() {
		b.t.Helper()
		cancel()
		if code := <-ended; code != exitOK || stderr.String() != "" {
			b.t.Errorf("the demo ended with %d: %s", code, stderr)
		}
	}
	return d
}

// ask posts JSON to the page's server, and returns the status and the answer.
func (d *runningDemo) ask(path, body string) (int, string) {
	d.t.Helper()
	return postJSON(d.t, d.url+path, body)
}

// postJSON posts JSON, and returns the status and the answer.
func postJSON(t *testing.T, url, body string) (int, string) {
	t.Helper()
	return request(t, http.MethodPost, url, strings.NewReader(body), "Content-Type", "application/json")
}

func (d *runningDemo) move(body string, parts ...string) {
	d.t.Helper()
	code, answer := d.ask("api/clock", `{"user":"recruiter","zone":"Asia/Kolkata",`+body+`}`)
	if code != http.StatusOK {
		d.t.Fatalf("%s: %d %s", body, code, answer)
	}
	has(d.t, answer, parts...)
}

// TestTheDemoGoesOnFromWhereItWas puts the time of a kept database forward, and starts it again.
func TestTheDemoGoesOnFromWhereItWas(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	d := b.demo("--at", "2026-12-09T09:00:00+05:30")
	has(t, d.out.String(), "Its clock begins at 2026-12-09T09:00:00+05:30.")
	code, answer := d.ask("api/command", `{"user":"recruiter","conversation":"general","id":"5f6c2f8e-6df7-4b5e-9d0c-1f6a3c8f0a01","text":"/interview schedule C-4 system-design fri 3pm @interviewer-1 @interviewer-2"}`)
	has(t, answer, "I-1 Fri 11 Dec 2026, 3:00 pm IST")
	if code != http.StatusOK {
		t.Errorf("%d", code)
	}
	d.move(`"to":"message"`, `"until":"2026-12-09T03:31:00`, `{"user":"interviewer-1","conversation":"@interviewer-1","count":1}`)
	d.move(`"at":"2026-12-11T14:35"`, `"until":"2026-12-11T09:05:00`, `"user":"interviewer-1"`)
	d.stop()

	// Without a time it goes on from there; a time before that is refused, a later one is not.
	d = b.demo()
	_, text := request(t, http.MethodGet, d.url+"api/state?user=recruiter", nil)
	var state struct{ At time.Time }
	if err := json.Unmarshal([]byte(text), &state); err != nil || !state.At.Truncate(time.Minute).Equal(time.Date(2026, 12, 11, 9, 5, 0, 0, time.UTC)) {
		t.Errorf("it goes on from %v (%v)", state.At, err)
	}
	d.stop()
	_, stderr := b.want(exitFailure, "demo", "--addr", "127.0.0.1:0", "--at", "2026-12-09T09:00:00+05:30")
	has(t, stderr, "has lived until 2026-12-11T14:35:0", "Choose a later --at")
	d = b.demo("--at", "2026-12-14T09:00:00+05:30")
	d.move(`"to":"morning"`, `"until":"2026-12-14T04:00:00`)
	d.stop()

	for _, at := range []string{"tomorrow", "2026-12-07T09:00"} {
		_, stderr := b.want(exitUsage, "demo", "--at", at)
		has(t, stderr, "--at", at, "2026-12-07T09:00:00+05:30")
	}
}

// TestServeMovesNoTime asks every listener of serve for what the demo offers.
func TestServeMovesNoTime(t *testing.T) {
	t.Parallel()
	p := &reachedPlatform{recorder{name: "chat"}}
	b := newBench(t, "HIREBOT_OPS_ADDR=127.0.0.1:0", "HIREBOT_HTTP_ADDR=127.0.0.1:0")
	stdout, stderr := newOutput(), newOutput()
	m := b.main(stdout, stderr, "serve")
	m.Platforms = []platformKind{{
		Name: p.Name(), Title: "Test", Configured: func(Config) bool { return true },
		Connect: func(Config, core) (bot.Platform, error) { return p, nil },
	}}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	go func() { ended <- m.Run(ctx) }()
	addrs := []string{stderr.await(t, `"ops":"([^"]+)"`), stderr.await(t, `"http":"([^"]+)"`)}
	for _, addr := range addrs {
		for _, path := range []string{"/api/clock", "/api/state", "/clock", "/playground/api/clock"} {
			code, answer := postJSON(t, "http://"+addr+path, `{"user":"recruiter","by":"1h"}`)
			if code != http.StatusNotFound && code != http.StatusMethodNotAllowed {
				t.Errorf("POST %s%s: %d %s", addr, path, code, answer)
			}
		}
	}
	if help, _ := b.want(exitOK, "serve", "--help"); strings.Contains(help, "--at") {
		t.Errorf("serve takes a time: %s", help)
	}
	stop()
	if code := <-ended; code != exitOK {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

// TestTheNextMorning looks from several times for the morning of the company's next working day.
func TestTheNextMorning(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "sqlite:"+filepath.Join(t.TempDir(), "hirebot.db"), seedCompany)
	if err := w.app.store.InTx(t.Context(), func(tx *store.Tx) error { return tx.SetSetting(t.Context(), hiring.SettingHolidays, "2026-12-16") }); err != nil {
		t.Fatal(err)
	}
	for _, step := range [][2]string{ // from Monday 7 December
		{"2026-12-07T09:00", "2026-12-07T09:30"},                                                                                     // before it, today's
		{"2026-12-07T09:30", "2026-12-08T09:30"}, {"2026-12-08T09:31", "2026-12-09T09:30"}, {"2026-12-11T23:00", "2026-12-14T09:30"}, // over a weekend
		{"2026-12-15T12:00", "2026-12-17T09:30"}, // over a holiday
	} {
		from, err := time.ParseInLocation("2006-01-02T15:04", step[0], w.zone)
		if err != nil {
			t.Fatal(err)
		}
		w.times.PutForward(from)
		morning, err := w.app.nextMorning(t.Context())
		if got := morning.In(w.zone).Format("2006-01-02T15:04"); err != nil || got != step[1] {
			t.Errorf("from %s: %s (%v), want %s", step[0], got, err, step[1])
		}
	}
}

// BenchmarkAWeekOfTheDemo puts the clock of the sample company, with three interviews in hand, forward by a week.
func BenchmarkAWeekOfTheDemo(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		w := newWorld(b, "sqlite:"+filepath.Join(b.TempDir(), "hirebot.db"), seed)
		jobs, err := scheduler.New(scheduler.Config{Store: w.app.store, Platforms: []bot.Platform{w.recorder}, Views: w.app.views, Clock: w.clock, Log: quiet()})
		if err != nil {
			b.Fatal(err)
		}
		for _, text := range []string{"C-4 system-design wed 3pm @interviewer-1 @interviewer-2", "C-5 system-design fri 11am @interviewer-1 @interviewer-3", "C-6 screen tue 4pm @recruiter"} {
			at := bot.Conversation{Workspace: playgroundWorkspace, Channel: "general"}
			a := w.app.router.Serve(b.Context(), bot.Event{Type: bot.Invoke, ID: text, At: w.clock(), From: bot.Identity{Workspace: playgroundWorkspace, User: "recruiter"}, In: at, Text: "/interview schedule " + text})
			if a.Code != "" || a.Form != nil {
				b.Fatalf("%s: %s", text, plainAnswer(a, w.zone))
			}
		}
		b.StartTimer()
		if err := jobs.Forward(b.Context(), w.times, w.clock().AddDate(0, 0, 7), nil); err != nil {
			b.Fatal(err)
		}
	}
}
