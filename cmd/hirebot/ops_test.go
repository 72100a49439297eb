package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/hirebot/hirebot/bot"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// startOps serves the ops endpoints until the test ends, and returns their address.
func startOps(t *testing.T, o *ops) string {
	t.Helper()
	l, err := listenOps(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- o.run(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

func request(t *testing.T, method, url string, body io.Reader, header ...string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func TestOpsEndpoints(t *testing.T) {
	t.Parallel()
	var broken error
	m := newMetrics()
	m.Served(bot.Invoke, "band.show", "", 20*time.Millisecond)
	o := &ops{log: quiet(), metrics: m.handler(), checks: []check{
		{"database", func(context.Context) error { return broken }},
		{"schema", func(context.Context) error { return nil }},
	}}
	h := o.handler()
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		return w
	}
	if w := get("/healthz"); w.Code != 200 || w.Body.String() != "ok\n" {
		t.Errorf("healthz: %d %q", w.Code, w.Body)
	}
	if w := get("/readyz"); w.Code != 200 || w.Body.String() != "database: ok\nschema: ok\n" {
		t.Errorf("readyz: %d %q", w.Code, w.Body)
	}
	if w := get("/metrics"); w.Code != 200 || !strings.Contains(w.Body.String(), `hirebot_events_total{code="",command="band.show",type="invoke"} 1`) {
		t.Errorf("metrics: %d %q", w.Code, w.Body)
	}

	broken = errors.New("dial tcp 10.0.0.7: connection refused")
	if w := get("/readyz"); w.Code != 503 || w.Body.String() != "database: not ready\nschema: ok\n" {
		t.Errorf("readyz without a database: %d %q", w.Code, w.Body)
	}
	if w := get("/healthz"); w.Code != 200 {
		t.Errorf("healthz without a database: %d", w.Code)
	}

	broken = nil
	o.drain()
	if w := get("/readyz"); w.Code != 503 || w.Body.String() != "stopping\n" {
		t.Errorf("readyz while draining: %d %q", w.Code, w.Body)
	}
	if w := get("/healthz"); w.Code != 200 {
		t.Errorf("healthz while draining: %d", w.Code)
	}
}

func TestOpsRefusesWhatIsNotOurs(t *testing.T) {
	t.Parallel()
	addr := startOps(t, &ops{log: quiet(), metrics: newMetrics().handler()})
	for _, c := range []struct {
		method, path string
		want         int
	}{
		{"POST", "/healthz", 405}, {"DELETE", "/metrics", 405}, {"PUT", "/readyz", 405},
		{"GET", "/", 404}, {"GET", "/healthz/x", 404}, {"GET", "/debug/pprof/", 404}, {"GET", "/metrics%00", 404},
		{"POST", "/slack/commands", 404},
	} {
		if code, _ := request(t, c.method, "http://"+addr+c.path, strings.NewReader(strings.Repeat("x", 1<<16))); code != c.want {
			t.Errorf("%s %s: %d, want %d", c.method, c.path, code, c.want)
		}
	}
	for name, raw := range map[string]string{
		"no HTTP":          "\x16\x03\x01 hello\r\n\r\n",
		"no host":          "GET /healthz HTTP/1.1\r\n\r\n",
		"huge header":      "GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("y", 64<<10) + "\r\n\r\n",
		"bad length":       "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: -4\r\n\r\n",
		"two lengths":      "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
		"unknown encoding": "POST /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: zip\r\n\r\n",
		"bad path":         "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		if code := rawRequest(t, addr, raw); code >= 500 && code != http.StatusNotImplemented || code < 400 {
			t.Errorf("%s: %d, want a refusal", name, code)
		}
	}
}

// rawRequest sends bytes that need not be HTTP and returns the status of the answer.
func rawRequest(t *testing.T, addr, raw string) int {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	go func() {
		// The server may close before all is sent; its answer tells.
		_, _ = io.WriteString(conn, raw)
	}()
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode
}

func TestOpsAddressInUse(t *testing.T) {
	t.Parallel()
	l, err := listenOps(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := listenOps(t.Context(), l.Addr().String()); err == nil || !strings.Contains(err.Error(), "HIREBOT_OPS_ADDR") {
		t.Errorf("error %v", err)
	}
}

func TestMetricsOfTheDatabase(t *testing.T) {
	t.Parallel()
	var broken error
	m := newMetrics()
	err := m.watch(func() uint64 { return 42 }, func(context.Context) (int64, int64, error) { return 3, 1, broken }, quiet())
	if err != nil {
		t.Fatal(err)
	}
	const outbox = `
# HELP hirebot_outbox_messages Messages that wait to be sent, and those given up.
# TYPE hirebot_outbox_messages gauge
hirebot_outbox_messages{state="dead"} 1
hirebot_outbox_messages{state="waiting"} 3
`
	const statements = `
# HELP hirebot_sql_statements_total Statements sent to the database.
# TYPE hirebot_sql_statements_total counter
hirebot_sql_statements_total 42
`
	if err := testutil.GatherAndCompare(m.registry, strings.NewReader(outbox+statements), "hirebot_outbox_messages", "hirebot_sql_statements_total"); err != nil {
		t.Error(err)
	}
	broken = errors.New("no database")
	if err := testutil.GatherAndCompare(m.registry, strings.NewReader(statements), "hirebot_outbox_messages", "hirebot_sql_statements_total"); err != nil {
		t.Errorf("without a database: %v", err)
	}
	m.Served(bot.Press, "req.approve", bot.CodeNotAllowed, time.Second)
	if n := testutil.CollectAndCount(m.registry, "hirebot_event_duration_seconds"); n != 1 {
		t.Errorf("%d histograms, want 1", n)
	}
	if problems, err := testutil.GatherAndLint(m.registry); err != nil || len(problems) > 0 {
		t.Errorf("lint: %v %v", problems, err)
	}
}

func TestLogBearsTheRequest(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	log := newLog(&b).With("part", "test")
	serve := withRequest(func(ctx context.Context, _ bot.Event) bot.Answer {
		log.InfoContext(ctx, "one")
		log.WithGroup("g").InfoContext(ctx, "two")
		return bot.Answer{}
	})
	serve(t.Context(), bot.Event{})
	serve(t.Context(), bot.Event{})
	log.Info("outside")
	var ids []string
	for line := range strings.Lines(b.String()) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Fatal(err)
		}
		id, _ := fields["request"].(string)
		if group, ok := fields["g"].(map[string]any); ok {
			id, _ = group["request"].(string)
		}
		if fields["part"] != "test" {
			t.Errorf("attributes lost: %s", line)
		}
		ids = append(ids, id)
	}
	if len(ids) != 5 || ids[0] == "" || ids[0] != ids[1] || ids[0] == ids[2] || ids[2] != ids[3] || ids[4] != "" {
		t.Errorf("ids %q", ids)
	}
}
