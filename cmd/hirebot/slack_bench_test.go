package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot/slack"
	"github.com/hirebot/hirebot/commands"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/store/storetest"
)

// benchConnections is how many connections Slack's side keeps open.
const benchConnections = 32

// BenchmarkSlackCommand sends signed slash commands over HTTP, from 32 connections, to the adapter with
// the real router and store, and to a bare net/http server that does only the same verification, one
// look-up and one insert. It prints the ratio of what both answer in a second, the processor's time and
// the round trips of a request, resident memory (the benchmark's own among it), and the time from
// opening the database to the first answer.
func BenchmarkSlackCommand(b *testing.B) {
	databases := []struct {
		name string
		url  func(testing.TB) string
	}{
		{"sqlite", func(tb testing.TB) string { return "sqlite:" + filepath.Join(tb.TempDir(), "hirebot.db") }},
		{"postgres", storetest.Postgres},
	}
	for _, db := range databases {
		for _, c := range []struct{ name, command, text, want string }{
			{"look-up", "/band", "backend 7y java", "Senior backend, Java"},
			{"change", "/hire", "quiet", "ephemeral"},
		} {
			b.Run(db.name+"/"+c.name, func(b *testing.B) {
				w := newSlackBench(b, db.url(b))
				bare := newBareBench(b, db.url(b))
				bareTime, _ := load(b, bare, b.N, c.command, c.text, "ok")
				began := w.store.Statements()
				took, cpu := load(b, w.address, b.N, c.command, c.text, c.want)
				if c.name == "change" {
					w.wantCommitted(b, b.N)
				}
				b.ReportMetric(float64(b.N)/took.Seconds(), "req/s")
				b.ReportMetric(float64(b.N)/bareTime.Seconds(), "bare-req/s")
				b.ReportMetric(100*bareTime.Seconds()/took.Seconds(), "%-of-bare")
				b.ReportMetric(float64(cpu.Microseconds())/float64(b.N), "cpu-µs/req")
				b.ReportMetric(float64(w.store.Statements()-began)/float64(b.N), "round-trips/req")
				b.ReportMetric(residentMiB(b), "MiB")
				b.ReportMetric(float64(w.firstAnswer.Microseconds())/1000, "first-answer-ms")
			})
		}
	}
}

// slackBench is the product behind Slack's HTTP deliveries.
type slackBench struct {
	store       *store.Store
	address     string
	firstAnswer time.Duration
}

const benchUser = "U0RECRUITER"

// newSlackBench seeds a database, then opens it as a start does and waits for the first answer.
func newSlackBench(b *testing.B, database string) *slackBench {
	b.Helper()
	keys, err := store.ParseKeys(store.NewKey())
	if err != nil {
		b.Fatal(err)
	}
	open := func() *store.Store {
		st, err := store.Open(b.Context(), database, time.Now, keys, store.WithLog(quiet()))
		if err != nil {
			b.Fatal(err)
		}
		if err := st.Migrate(b.Context()); err != nil {
			b.Fatal(err)
		}
		return st
	}
	prepared := open()
	if err := seed(b.Context(), prepared); err != nil {
		b.Fatal(err)
	}
	err = prepared.InTx(b.Context(), func(tx *store.Tx) error {
		if err := tx.SaveWorkspace(b.Context(), store.Workspace{ID: "slack:" + scenarioTeam, Name: "Sample", Platform: slack.Name, External: scenarioTeam, Kind: store.HomeWorkspace}); err != nil {
			return err
		}
		person, _ := tx.Snapshot().PersonByIdentity(playgroundWorkspace, "recruiter")
		return tx.LinkIdentity(b.Context(), person.ID, hiring.Identity{Workspace: "slack:" + scenarioTeam, User: benchUser})
	})
	if err != nil {
		b.Fatal(err)
	}
	if err := prepared.Close(); err != nil {
		b.Fatal(err)
	}
	api := httptest.NewServer(http.HandlerFunc(slackAPI))
	b.Cleanup(api.Close)

	began := time.Now()
	st := open()
	b.Cleanup(func() {
		if err := st.Close(); err != nil {
			b.Error(err)
		}
	})
	a, err := newApp(st, time.Now, quiet(), nil)
	if err != nil {
		b.Fatal(err)
	}
	with := core{Commands: a.router.Registry().Specs, Directory: newDirectory(st, time.Now, nil, quiet()), Store: st, Clock: time.Now, Log: quiet()}
	up := make(chan struct{})
	var once sync.Once
	platform, err := slack.New(slack.Config{
		BotToken: slackBotToken, SigningSecret: slackSecretKey, APIURL: api.URL + "/api/", Base: commands.Base,
		Commands: with.Commands, Directory: with.Directory, Clock: time.Now, Log: quiet(),
		Hooks: slack.Hooks{Connected: with.keepWorkspace, Up: func(bool) { once.Do(func() { close(up) }) }},
	})
	if err != nil {
		b.Fatal(err)
	}
	web := httptest.NewServer(platform.Handler())
	b.Cleanup(web.Close)
	ctx, cancel := context.WithCancel(context.WithoutCancel(b.Context()))
	ended := make(chan error, 1)
	go func() { ended <- platform.Run(ctx, a.router.Serve) }()
	b.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	})
	<-up
	w := &slackBench{store: st, address: web.URL}
	deliver(b, web.Client(), web.URL, "/band", "backend 7y", "Senior backend")
	w.firstAnswer = time.Since(began)
	return w
}

// slackAPI is what of Slack's Web API is asked: no more than once a connection and an hour.
func slackAPI(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	switch strings.TrimPrefix(r.URL.Path, "/api/") {
	case "auth.test":
		fmt.Fprintf(w, `{"ok":true,"team":"Sample","team_id":%q,"user":"hirebot","user_id":"U0HIREBOT"}`, scenarioTeam)
	case "users.info":
		fmt.Fprintf(w, `{"ok":true,"user":{"id":%q,"name":"recruiter","tz":"Asia/Kolkata","profile":{"real_name":"recruiter"}}}`, benchUser)
	default:
		fmt.Fprint(w, `{"ok":true}`)
	}
}

// wantCommitted checks that each change that was answered is in the database.
func (w *slackBench) wantCommitted(b *testing.B, n int) {
	b.Helper()
	var rows int
	err := w.store.DB().QueryRowContext(b.Context(), `SELECT count(*) FROM events WHERE workspace = $1`, "slack:"+scenarioTeam).Scan(&rows)
	if err != nil {
		b.Fatal(err)
	}
	if rows < n {
		b.Errorf("%d changes were answered, %d are in the database", n, rows)
	}
}

// newBareBench is a server as one writes it by hand: it verifies, looks the person up and notes the
// delivery, in one transaction of the same database with the same settings.
func newBareBench(b *testing.B, database string) string {
	b.Helper()
	keys, err := store.ParseKeys(store.NewKey())
	if err != nil {
		b.Fatal(err)
	}
	st, err := store.Open(b.Context(), database, time.Now, keys, store.WithLog(quiet()))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := st.Close(); err != nil {
			b.Error(err)
		}
	})
	for _, statement := range []string{
		`CREATE TABLE people (account TEXT PRIMARY KEY, name TEXT NOT NULL)`,
		`CREATE TABLE deliveries (id TEXT PRIMARY KEY, at BIGINT NOT NULL)`,
		`INSERT INTO people (account, name) VALUES ('` + benchUser + `', 'recruiter')`,
	} {
		if _, err := st.DB().ExecContext(b.Context(), statement); err != nil {
			b.Fatal(err)
		}
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := bareAnswer(r, st.DB()); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprint(w, "ok")
	}))
	b.Cleanup(server.Close)
	return server.URL
}

func bareAnswer(r *http.Request, db *sql.DB) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	stamp := r.Header.Get("X-Slack-Request-Timestamp")
	if !hmac.Equal([]byte(benchSignature(stamp, string(body))), []byte(r.Header.Get("X-Slack-Signature"))) {
		return fmt.Errorf("the signature is not right")
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(r.Context(), nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing after a commit
	var name string
	if err := tx.QueryRowContext(r.Context(), `SELECT name FROM people WHERE account = $1`, form.Get("user_id")).Scan(&name); err != nil {
		return err
	}
	if _, err := tx.ExecContext(r.Context(), `INSERT INTO deliveries (id, at) VALUES ($1, $2)`, form.Get("trigger_id"), time.Now().UnixMicro()); err != nil {
		return err
	}
	return tx.Commit()
}

func benchSignature(stamp, body string) string {
	mac := hmac.New(sha256.New, []byte(slackSecretKey))
	fmt.Fprintf(mac, "v0:%s:%s", stamp, body)
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}

// triggers makes each delivery one of its kind.
var triggers atomic.Int64

// deliver sends one command and checks its answer.
func deliver(b *testing.B, client *http.Client, address, command, text, want string) {
	body := url.Values{
		"team_id": {scenarioTeam}, "team_domain": {"sample"}, "channel_id": {scenarioChannel}, "channel_name": {"hiring"},
		"user_id": {benchUser}, "user_name": {"recruiter"}, "command": {command}, "text": {text}, "api_app_id": {"A0SAMPLE"},
		"response_url": {"https://hooks.slack.com/commands/T0/1/x"}, "trigger_id": {fmt.Sprintf("%d.1.%x", triggers.Add(1), time.Now().UnixNano())},
	}.Encode()
	r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, address+"/slack/commands", strings.NewReader(body))
	if err != nil {
		b.Error(err)
		return
	}
	stamp := strconv.FormatInt(time.Now().Unix(), 10)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Slack-Request-Timestamp", stamp)
	r.Header.Set("X-Slack-Signature", benchSignature(stamp, body))
	resp, err := client.Do(r)
	if err != nil {
		b.Error(err)
		return
	}
	answer, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close() // it was read to its end
	if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(answer), want) {
		b.Errorf("%s %s: %d %s, %v", command, text, resp.StatusCode, answer, err)
	}
}

// load sends n commands over all connections, and returns how long that took and the processor's time.
func load(b *testing.B, address string, n int, command, text, want string) (took, cpu time.Duration) {
	b.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: benchConnections, MaxConnsPerHost: benchConnections}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	for range benchConnections {
		deliver(b, client, address, command, text, want)
	}
	var (
		group sync.WaitGroup
		left  atomic.Int64
	)
	left.Store(int64(n))
	before, began := processorTime(b), time.Now()
	for range benchConnections {
		group.Go(func() {
			for left.Add(-1) >= 0 {
				deliver(b, client, address, command, text, want)
			}
		})
	}
	group.Wait()
	return time.Since(began), processorTime(b) - before
}

// processorTime is what this process has used: the far end of the benchmark is in it.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// residentMiB is the resident memory of this process.
func residentMiB(b *testing.B) float64 {
	b.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			if err != nil {
				b.Fatal(err)
			}
			return kib / 1024
		}
	}
	b.Fatal("no VmRSS")
	return 0
}
