package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
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
)

const (
	// slackConnections is how many connections Slack's side keeps open.
	slackConnections = 32
	// slackWarmUp is how many requests are sent before any is measured: enough that each connection, and
	// each of the database's, has had some.
	slackWarmUp = 20 * slackConnections
	// slackTurns is in how many turns the two servers are measured, one after the other, so that other
	// work on the machine disturbs both alike.
	slackTurns = 10
	// slackAsker is the account of the recruiter, who sees pay.
	slackAsker     = "U0RECRUITER"
	slackWorkspace = "slack:" + scenarioTeam
)

// slackLoad is a slash command that is sent again and again.
type slackLoad struct {
	name, command string
	// texts are what stands after the command, in turn, and answers what the answers hold.
	texts, answers []string
	// committed counts what the database holds of one delivery, and total that of all.
	committed, total string
}

var slackLoads = []slackLoad{
	{
		name: "look-up", command: "/band", texts: []string{"backend 7y java"}, answers: []string{"Senior backend, Java"},
		committed: `SELECT count(*) FROM audit WHERE event = $1`,
		total:     `SELECT count(*) FROM audit WHERE event LIKE 'command/%'`,
	},
	{
		name: "change", command: "/hire", texts: []string{"quiet", "quiet off"}, answers: []string{"I keep quiet in this channel", "I may post in this channel again"},
		committed: `SELECT count(*) FROM events WHERE id = $1 AND answer <> ''`,
		total:     `SELECT count(*) FROM events WHERE id LIKE 'command/%' AND answer <> ''`,
	},
}

// BenchmarkSlackCommand sends signed slash commands over HTTP, from 32 connections, to the adapter with
// the real router and store, and in turn with it to a bare net/http server that does only the same
// verification, one look-up and one insert. It prints
//   - the requests that each answers in a second, and the ratio, of which 70 % is aimed at;
//   - the processor's time for a request, that of this end of the connection included, as for the bare
//     server too;
//   - the round trips to the database;
//   - the resident memory after the load, with the senders, the bare server and the tests in it, so that
//     it is above what the product holds (BenchmarkProcess measures that while it is idle);
//   - the time from opening a database that is there to the first answer, of which 100 ms is aimed at.
//
// The Postgres of the tests waits for no disk, which makes a round trip weigh more than elsewhere.
func BenchmarkSlackCommand(b *testing.B) {
	for _, db := range benchDatabases {
		for _, l := range slackLoads {
			b.Run(db.name+"/"+l.name, func(b *testing.B) {
				b.StopTimer()
				product := startSlackProduct(b, db.url(b))
				bare := startBareBot(b, db.url(b))
				ours, theirs := newSlackSender(b, l, product.address), newSlackSender(b, l, bare.address)
				theirs.load.answers = []string{"ok"}
				before := countRows(b, product.store.DB(), l.total)
				ours.committed = product.witness(b)
				ours.send(b, slackWarmUp)
				theirs.send(b, slackWarmUp)
				ours.committed = nil

				var of, ofBare spent
				statements := product.store.Statements()
				for turn := range slackTurns {
					n := b.N*(turn+1)/slackTurns - b.N*turn/slackTurns
					ofBare.add(b, func() { theirs.send(b, n) })
					b.StartTimer()
					of.add(b, func() { ours.send(b, n) })
					b.StopTimer()
				}
				statements = product.store.Statements() - statements
				resident, known := residentMiB(b)

				if got, want := countRows(b, product.store.DB(), l.total)-before, slackWarmUp+b.N; got != want {
					b.Errorf("%d requests were answered, of %d the database has a record", want, got)
				}
				if got, want := countRows(b, bare.db, `SELECT count(*) FROM deliveries`), slackWarmUp+b.N; got != want {
					b.Errorf("the bare server answered %d requests, and recorded %d", want, got)
				}
				n := float64(b.N)
				b.ReportMetric(n/of.wall.Seconds(), "req/s")
				b.ReportMetric(n/ofBare.wall.Seconds(), "bare-req/s")
				b.ReportMetric(100*ofBare.wall.Seconds()/of.wall.Seconds(), "%-of-bare")
				b.ReportMetric(float64(of.cpu.Microseconds())/n, "cpu-µs/req")
				b.ReportMetric(float64(ofBare.cpu.Microseconds())/n, "bare-cpu-µs/req")
				b.ReportMetric(float64(statements)/n, "round-trips/req")
				if known {
					b.ReportMetric(resident, "MiB-after-load")
				}
				b.ReportMetric(float64(product.firstAnswer.Microseconds())/1000, "ms-to-first-answer")
				b.ReportMetric(0, "ns/op") // is not shown: the requests in a second say it
			})
		}
	}
}

// slackProduct is the product behind Slack's HTTP deliveries.
type slackProduct struct {
	store       *store.Store
	database    string
	keys        store.Keys
	address     string
	firstAnswer time.Duration
}

// startSlackProduct seeds a database, then opens it as a start does and waits for the first answer.
func startSlackProduct(b *testing.B, database string) *slackProduct {
	b.Helper()
	keys, err := store.ParseKeys(store.NewKey())
	if err != nil {
		b.Fatal(err)
	}
	p := &slackProduct{database: database, keys: keys}
	p.prepare(b)
	api := httptest.NewServer(http.HandlerFunc(answerSlackAPI))
	b.Cleanup(api.Close)

	began := time.Now()
	p.store = openForBench(b, database, keys)
	if err := p.store.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	a, err := newApp(p.store, time.Now, quiet(), nil)
	if err != nil {
		b.Fatal(err)
	}
	with := core{Commands: a.router.Registry().Specs, Directory: newDirectory(p.store, time.Now, nil, quiet()), Store: p.store, Clock: time.Now, Log: quiet()}
	var once sync.Once
	up, settled := make(chan struct{}), make(chan struct{})
	platform, err := slack.New(slack.Config{
		BotToken: slackBotToken, SigningSecret: slackSecretKey, APIURL: api.URL + "/api/", Base: commands.Base,
		PublicURL: "https://hirebot.example.com", References: commands.References(),
		Commands: with.Commands, Directory: with.Directory, Clock: time.Now, Log: quiet(),
		Hooks: slack.Hooks{
			Connected: slackHooks(with).Connected,
			Channels: func(ctx context.Context, workspace string, all []slack.Channel) error {
				defer close(settled) // it comes once a day
				return slackHooks(with).Channels(ctx, workspace, all)
			},
			Up: func(bool) { once.Do(func() { close(up) }) },
		},
	})
	if err != nil {
		b.Fatal(err)
	}
	web := httptest.NewServer(platform.Handler())
	b.Cleanup(web.Close)
	ctx, cancel := context.WithCancel(context.WithoutCancel(b.Context()))
	ended := make(chan error, 1)
	go func() { ended <- platform.Run(ctx, withRequest(a.router.Serve)) }()
	b.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	})
	<-up
	p.address = web.URL
	newSlackSender(b, slackLoads[0], p.address).send(b, 1)
	p.firstAnswer = time.Since(began)
	<-settled
	return p
}

// prepare makes the sample company in the database, with the recruiter's account on Slack.
func (p *slackProduct) prepare(b *testing.B) {
	b.Helper()
	keys := p.keys
	st, err := store.Open(b.Context(), p.database, time.Now, keys, store.WithLog(quiet()), store.WithUnitTime(5*time.Minute))
	if err != nil {
		b.Fatal(err)
	}
	err = errors.Join(st.Migrate(b.Context()), seedCompany(b.Context(), st), st.InTx(b.Context(), func(tx *store.Tx) error {
		w := store.Workspace{ID: slackWorkspace, Name: "Sample", Platform: slack.Name, External: scenarioTeam, Kind: store.HomeWorkspace}
		if err := tx.SaveWorkspace(b.Context(), w); err != nil {
			return err
		}
		person, _ := tx.Snapshot().PersonByIdentity(playgroundWorkspace, "recruiter")
		return tx.LinkIdentity(b.Context(), person.ID, hiring.Identity{Workspace: slackWorkspace, User: slackAsker})
	}), st.Close())
	if err != nil {
		b.Fatal(err)
	}
}

// witness returns what tells, over a connection of its own to the database, whether the record of a
// delivery is committed.
func (p *slackProduct) witness(b *testing.B) func(query, trigger string) error {
	b.Helper()
	db := openForBench(b, p.database, p.keys).DB()
	return func(query, trigger string) error {
		var rows int
		if err := db.QueryRowContext(b.Context(), query, "command/"+trigger).Scan(&rows); err != nil {
			return err
		}
		if rows == 0 {
			return fmt.Errorf("%s was answered before its record was committed", trigger)
		}
		return nil
	}
}

// openForBench opens a database until the benchmark ends.
func openForBench(b *testing.B, database string, keys store.Keys) *store.Store {
	b.Helper()
	st, err := store.Open(b.Context(), database, time.Now, keys, store.WithLog(quiet()), store.WithUnitTime(5*time.Minute))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := st.Close(); err != nil {
			b.Error(err)
		}
	})
	return st
}

// answerSlackAPI is what the product asks of Slack, at its start and once an hour. It keeps nothing.
func answerSlackAPI(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	switch strings.TrimPrefix(r.URL.Path, "/api/") {
	case "auth.test":
		fmt.Fprintf(w, `{"ok":true,"team":"Sample","team_id":%q,"user":"hirebot","user_id":"U0HIREBOT"}`, scenarioTeam)
	case "users.info":
		fmt.Fprintf(w, `{"ok":true,"user":{"id":%q,"name":"recruiter","tz":"Asia/Kolkata","profile":{"real_name":"recruiter"}}}`, slackAsker)
	case "users.conversations":
		fmt.Fprint(w, `{"ok":true,"channels":[],"response_metadata":{"next_cursor":""}}`)
	default:
		fmt.Fprint(w, `{"ok":false,"error":"unknown_method"}`)
	}
}

// bareBot is a bot as one writes it by hand: it verifies, looks the person up and notes the delivery, in
// one transaction on the same kind of database with the same driver and settings.
type bareBot struct {
	db      *sql.DB
	address string
}

func startBareBot(b *testing.B, database string) *bareBot {
	b.Helper()
	bare := &bareBot{db: openForBench(b, database, store.Keys{}).DB()}
	for _, statement := range []string{
		`CREATE TABLE people (workspace TEXT NOT NULL, account TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (workspace, account))`,
		`CREATE TABLE deliveries (id TEXT NOT NULL PRIMARY KEY, at BIGINT NOT NULL)`,
		`INSERT INTO people (workspace, account, name) VALUES ('` + scenarioTeam + `', '` + slackAsker + `', 'recruiter')`,
	} {
		if _, err := bare.db.ExecContext(b.Context(), statement); err != nil {
			b.Fatal(err)
		}
	}
	web := httptest.NewServer(bare)
	b.Cleanup(web.Close)
	bare.address = web.URL
	return bare
}

// ServeHTTP answers a slash command.
func (s *bareBot) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	stamp := r.Header.Get("X-Slack-Request-Timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || time.Since(time.Unix(seconds, 0)).Abs() > 5*time.Minute ||
		!hmac.Equal([]byte(slackSignature(stamp, body)), []byte(r.Header.Get("X-Slack-Signature"))) {
		http.Error(w, "the signature is not right", http.StatusUnauthorized)
		return
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := s.note(r.Context(), form); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	fmt.Fprint(w, "ok")
}

// note looks up who sent a command and notes that it came.
func (s *bareBot) note(ctx context.Context, form url.Values) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing after a commit
	name := ""
	err = tx.QueryRowContext(ctx, `SELECT name FROM people WHERE workspace = $1 AND account = $2`, form.Get("team_id"), form.Get("user_id")).Scan(&name)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO deliveries (id, at) VALUES ($1, $2)`, form.Get("trigger_id"), time.Now().UnixMicro()); err != nil {
		return err
	}
	return tx.Commit()
}

// slackSignature is version 0 of Slack's signatures.
func slackSignature(stamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(slackSecretKey))
	mac.Write([]byte("v0:" + stamp + ":"))
	mac.Write(body)
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}

// slackSender is Slack's end: it sends a command over connections that stay open.
type slackSender struct {
	load    slackLoad
	address string
	client  *http.Client
	// sent is how many each connection has sent.
	sent [slackConnections]int
	// committed, where it is set, looks at once for the record of what was answered.
	committed func(query, trigger string) error
}

func newSlackSender(b *testing.B, l slackLoad, address string) *slackSender {
	b.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: slackConnections, MaxConnsPerHost: slackConnections}
	b.Cleanup(transport.CloseIdleConnections)
	return &slackSender{load: l, address: address, client: &http.Client{Transport: transport}}
}

// send sends n commands over all connections, each after the answer to the one before it.
func (s *slackSender) send(b *testing.B, n int) {
	b.Helper()
	var (
		group  sync.WaitGroup
		left   atomic.Int64
		failed [slackConnections]error
	)
	left.Store(int64(n))
	for c := range slackConnections {
		group.Go(func() {
			for failed[c] == nil && left.Add(-1) >= 0 {
				failed[c] = s.deliver(b.Context(), c)
			}
		})
	}
	group.Wait()
	if err := errors.Join(failed[:]...); err != nil {
		b.Fatal(err)
	}
}

// slackTriggers makes each delivery one of its own.
var slackTriggers atomic.Int64

// deliver sends the next command of a connection and checks its answer. Each connection speaks in a
// channel of its own, since what it changes there is to be what it changed last.
func (s *slackSender) deliver(ctx context.Context, connection int) error {
	text := s.load.texts[s.sent[connection]%len(s.load.texts)]
	want := s.load.answers[s.sent[connection]%len(s.load.answers)]
	s.sent[connection]++
	trigger := fmt.Sprintf("%d.1234567890.%x", slackTriggers.Add(1), time.Now().UnixNano())
	body := url.Values{
		"team_id": {scenarioTeam}, "team_domain": {"sample"}, "channel_id": {fmt.Sprintf("C0BENCH%02d", connection)}, "channel_name": {"hiring"},
		"user_id": {slackAsker}, "user_name": {"recruiter"}, "command": {s.load.command}, "text": {text}, "api_app_id": {"A0SAMPLE"},
		"is_enterprise_install": {"false"}, "response_url": {"http://127.0.0.1:1/never-used"}, "trigger_id": {trigger},
	}.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.address+"/slack/commands", strings.NewReader(body))
	if err != nil {
		return err
	}
	stamp := strconv.FormatInt(time.Now().Unix(), 10)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Slack-Request-Timestamp", stamp)
	r.Header.Set("X-Slack-Signature", slackSignature(stamp, []byte(body)))
	resp, err := s.client.Do(r)
	if err != nil {
		return err
	}
	answer, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK || !strings.Contains(string(answer), want) {
		return fmt.Errorf("%s %s is answered with %d: %.300s", s.load.command, text, resp.StatusCode, answer)
	}
	if s.committed == nil {
		return nil
	}
	return s.committed(s.load.committed, trigger)
}

// spent is what some work took: time, and this process's time on the processors.
type spent struct{ wall, cpu time.Duration }

func (s *spent) add(b *testing.B, work func()) {
	b.Helper()
	cpu, began := processorTime(b), time.Now()
	work()
	s.wall += time.Since(began)
	s.cpu += processorTime(b) - cpu
}

// processorTime is what this process has used so far; a Postgres is another process.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// residentMiB returns the resident memory of this process, and false on a system that does not tell it
// in /proc.
func residentMiB(b *testing.B) (float64, bool) {
	b.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(status)) {
		if size, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(size), "kB")), 64)
			if err != nil {
				b.Fatal(err)
			}
			return kib / 1024, true
		}
	}
	return 0, false
}

// countRows runs a query that counts.
func countRows(b *testing.B, db *sql.DB, query string) int {
	b.Helper()
	rows := 0
	if err := db.QueryRowContext(b.Context(), query).Scan(&rows); err != nil {
		b.Fatal(err)
	}
	return rows
}
