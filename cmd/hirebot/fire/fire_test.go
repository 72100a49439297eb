// Package fire runs the program while its processes are killed and its platforms misbehave.
package fire

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/discord/discordtest"
	"github.com/hirebot/hirebot/bot/slack/slacktest"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/store/storetest"
	"github.com/hirebot/hirebot/views"
)

// TestMain lets all companies burn at once: they wait most of the time.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "4"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(storetest.Main(m))
}

const (
	// fireTime is how long processes are killed, and Slack misbehaves, while messages come in, and four times
	// as long as with Discord; HIREBOT_TEST_FIRE_TIME sets another time for both. A short run takes shortFireTime.
	fireTime      = 2 * time.Minute
	shortFireTime = 15 * time.Second
	// fireEnd is how long what is left may take after that: leases of a minute and sweeps once a minute,
	// one after the other, on a machine that does other things too.
	fireEnd = 6 * time.Minute
)

// arrived is a message as the far end keeps it.
type arrived struct {
	// Delivery is the mark by which it is known, Text all that it says.
	Delivery, Text string
}

// farSide is a platform's own side.
type farSide struct {
	workspace store.Workspace
	// env is what connects a process to it.
	env []string
	// user names an account by number, and channel is one that everybody sees.
	user    func(i int) string
	channel string
	// arrivals returns what stands in a channel, or in somebody's direct messages where user is given.
	arrivals func(channel, user string) []arrived
	// misbehave has calls go wrong as the seed has it, until quiet.
	misbehave func(seed uint64)
	quiet     func()
}

const (
	// firePeople have accounts that work; the account after them takes no messages.
	firePeople = 8
	// fireEdited are those of them whose messages are drawn again and again.
	fireEdited = 2
)

// trouble says what goes wrong with one call of many.
type trouble struct {
	mu  sync.Mutex
	rng *rand.Rand
}

func newTrouble(seed uint64) *trouble { return &trouble{rng: rand.New(rand.NewPCG(seed, 1))} } //nolint:gosec // G404: a run is to be repeatable.

// draw returns a number below 100.
func (tr *trouble) draw() int {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return tr.rng.IntN(100)
}

// delay returns what is closed after up to four seconds.
func (tr *trouble) delay() chan struct{} {
	over := make(chan struct{})
	time.AfterFunc(time.Duration(tr.draw())*40*time.Millisecond, func() { close(over) })
	return over
}

func slackUnderFire(t *testing.T) farSide {
	t.Helper()
	const team, botUser, botToken, appToken, channel = "T0FIRE", "U0FIREBOT", "xoxb-fire", "xapp-fire", "C0FIRE"
	server := slacktest.New(t, slacktest.Options{Team: team, BotUser: botUser, BotToken: botToken, AppToken: appToken})
	user := func(i int) string { return fmt.Sprintf("U0FIRE%02d", i) }
	members := []string{botUser}
	for i := range firePeople + 1 {
		server.AddUser(slacktest.User{ID: user(i), Name: fmt.Sprint("person ", i), TZ: "Asia/Kolkata", Deleted: i == firePeople})
		members = append(members, user(i))
	}
	server.AddChannel(slacktest.Channel{ID: channel, Name: "fire", Members: members, Bot: true})
	return farSide{
		workspace: store.Workspace{ID: "slack:" + team, Name: "Fire", Platform: "slack", External: team, Kind: store.HomeWorkspace},
		env:       []string{"HIREBOT_SLACK_BOT_TOKEN=" + botToken, "HIREBOT_SLACK_APP_TOKEN=" + appToken, "HIREBOT_SLACK_API_URL=" + server.APIURL()},
		user:      user, channel: channel,
		arrivals: func(channel, user string) []arrived {
			if user != "" {
				channel = server.DM(user)
			}
			var out []arrived
			for _, m := range server.Said(channel) {
				payload, _ := m.Metadata["event_payload"].(map[string]any)
				out = append(out, arrived{Delivery: fmt.Sprint(payload["id"]), Text: m.Text + asJSON(t, m.Blocks)})
			}
			return out
		},
		misbehave: func(seed uint64) {
			tr := newTrouble(seed)
			server.Misbehave(func(method string) slacktest.Failure {
				n := tr.draw()
				if method == "auth.test" || method == "apps.connections.open" {
					n *= 3 // a process that never comes up shows nothing
				}
				switch {
				case n < 8:
					return slacktest.Failure{Status: http.StatusTooManyRequests, RetryAfter: 1 + n%2}
				case n < 14:
					return slacktest.Failure{Status: http.StatusServiceUnavailable}
				case n < 19:
					return slacktest.Failure{Status: http.StatusInternalServerError, Late: true}
				case n < 26:
					return slacktest.Failure{Drop: true}
				case n < 32:
					return slacktest.Failure{Delay: tr.delay()} // whoever asked may be dead when it is done
				}
				return slacktest.Failure{}
			})
		},
		quiet: func() { server.Misbehave(nil) },
	}
}

func discordUnderFire(t *testing.T) farSide {
	t.Helper()
	const guild, app, token, channel = "770000000000000001", "770000000000000002", "fire-token", "770000000000000003"
	server := discordtest.New(t, discordtest.Options{Guild: guild, GuildName: "Fire", AppID: app, Token: token})
	user := func(i int) string { return fmt.Sprintf("7700000000000001%02d", i) }
	for i := range firePeople + 1 {
		server.AddUser(discordtest.User{ID: user(i), Name: fmt.Sprint("person", i), ClosedDMs: i == firePeople})
		server.AddMember(discordtest.Member{Guild: guild, User: user(i)})
	}
	server.AddChannel(discordtest.Channel{ID: channel, Name: "fire", Guild: guild, Type: discordtest.TypeText})
	return farSide{
		workspace: store.Workspace{ID: "discord:" + guild, Name: "Fire", Platform: "discord", External: guild, Kind: store.HomeWorkspace},
		env: []string{
			"HIREBOT_DISCORD_TOKEN=" + token, "HIREBOT_DISCORD_APP_ID=" + app, "HIREBOT_DISCORD_GUILD_ID=" + guild, "HIREBOT_DISCORD_API_URL=" + server.APIURL(),
		},
		user: user, channel: channel,
		arrivals: func(channel, user string) []arrived {
			if user != "" {
				channel = server.DM(user)
			}
			var out []arrived
			for _, m := range server.Said(channel) {
				out = append(out, arrived{Delivery: m.Nonce, Text: m.Content + asJSON(t, m.Embeds)})
			}
			return out
		},
		misbehave: func(seed uint64) {
			tr := newTrouble(seed)
			server.Misbehave(func(route string) discordtest.Failure {
				n := tr.draw()
				if !strings.Contains(route, "/messages") && !strings.Contains(route, "/users/@me/channels") {
					n *= 3
				}
				switch {
				case n < 6:
					return discordtest.Failure{Status: http.StatusServiceUnavailable}
				case n < 12:
					return discordtest.Failure{Status: http.StatusInternalServerError, Late: true}
				case n < 20:
					return discordtest.Failure{Drop: true}
				case n < 26 && strings.HasPrefix(route, "POST") && strings.HasSuffix(route, "/messages"):
					// What another process was told of a route, this one is not: but a conversation is one's alone.
					return discordtest.Failure{Status: http.StatusTooManyRequests, RetryAfter: 1.5}
				case n >= 26 && n < 32:
					return discordtest.Failure{Delay: tr.delay()}
				}
				return discordtest.Failure{}
			})
		},
		quiet: func() { server.Misbehave(nil) },
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestDeliveryUnderFire runs the released program while its processes are killed, without a word, and its
// platform refuses, fails, and cuts connections after it has taken a message. In the end every message has
// arrived once, as the platform counts, and in order within its conversation; every card shows what is true;
// and what nobody can deliver stands in the outbox with its reason.
//
// It prints its seed; HIREBOT_TEST_FIRE_SEED=1234 repeats one, HIREBOT_TEST_FIRE_TIME=10m burns longer, and
// HIREBOT_TEST_FIRE_LOG=1 shows what the processes logged where it fails.
func TestDeliveryUnderFire(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "hirebot")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "github.com/hirebot/hirebot/cmd/hirebot")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	sqlite := func(tb testing.TB) string { return "sqlite:" + filepath.Join(tb.TempDir(), "hirebot.db") }
	for _, tc := range []struct {
		name      string
		database  func(testing.TB) string
		platform  func(*testing.T) farSide
		processes int
		burns     time.Duration
	}{
		{"slack/three processes on Postgres", storetest.Postgres, slackUnderFire, 3, fireTime},
		{"slack/one process on SQLite", sqlite, slackUnderFire, 1, fireTime},
		{"discord/three processes on Postgres", storetest.Postgres, discordUnderFire, 3, fireTime / 4},
		{"discord/one process on SQLite", sqlite, discordUnderFire, 1, fireTime / 4},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			newFire(t, program, tc.database(t), tc.platform(t), tc.processes).run(tc.burns)
		})
	}
}

// fire is a company under fire.
type fire struct {
	t         *testing.T
	far       farSide
	store     *store.Store
	env       []string
	program   string
	processes []*exec.Cmd
	rng       *rand.Rand
	seed      uint64
	people    []hiring.Person
	// sent are the marks of what was sent to each of the people, and to the channel, in order.
	sent map[string][]string
	// undeliverable is how many messages went to who takes none.
	undeliverable int
}

func newFire(t *testing.T, program, url string, far farSide, processes int) *fire {
	t.Helper()
	f := &fire{t: t, far: far, program: program, processes: make([]*exec.Cmd, processes), sent: map[string][]string{}}
	f.seed = rand.Uint64() //nolint:gosec // G404: a seed of tests is no secret.
	var err error
	if given := os.Getenv("HIREBOT_TEST_FIRE_SEED"); given != "" {
		if f.seed, err = strconv.ParseUint(given, 10, 64); err != nil {
			t.Fatalf("HIREBOT_TEST_FIRE_SEED: %v", err)
		}
	}
	t.Logf("again: HIREBOT_TEST_FIRE_SEED=%d", f.seed)
	f.rng = rand.New(rand.NewPCG(f.seed, 0)) //nolint:gosec // G404: a run is to be repeatable.
	key := store.NewKey()
	keys, err := store.ParseKeys(key)
	if err != nil {
		t.Fatal(err)
	}
	f.env = append([]string{
		"HIREBOT_DATABASE_URL=" + url, "HIREBOT_ENCRYPTION_KEY=" + key, "HIREBOT_HTTP_ADDR=127.0.0.1:0", "HIREBOT_OPS_ADDR=127.0.0.1:0",
		"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"),
	}, far.env...)
	if f.store, err = store.Open(t.Context(), url, time.Now, keys, store.WithLog(slog.New(slog.DiscardHandler)), store.WithUnitTime(5*time.Minute)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.store.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := f.store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.in(func(ctx context.Context, tx *store.Tx) error {
		err := errors.Join(
			tx.SaveWorkspace(ctx, far.workspace),
			tx.SaveChannel(ctx, store.Channel{Workspace: far.workspace.ID, ID: far.channel, Name: "fire", Kind: store.PublicChannel}),
		)
		for i := range firePeople + 1 {
			p, adding := tx.AddPerson(ctx, hiring.Person{
				Name: fmt.Sprint("person ", i), Active: true, Identities: []hiring.Identity{{Workspace: far.workspace.ID, User: far.user(i)}},
			})
			f.people, err = append(f.people, p), errors.Join(err, adding)
		}
		_, adding := tx.AddPerson(ctx, hiring.Person{Name: "operator", Active: true, Roles: []hiring.Role{hiring.Admin}})
		return errors.Join(err, adding)
	})
	return f
}

func (f *fire) in(fn func(ctx context.Context, tx *store.Tx) error) {
	f.t.Helper()
	if err := f.store.InTx(f.t.Context(), func(tx *store.Tx) error { return fn(f.t.Context(), tx) }); err != nil {
		f.t.Fatal(err)
	}
}

// start starts a process that is not running.
func (f *fire) start(i int) {
	f.t.Helper()
	log, err := os.OpenFile(filepath.Join(f.t.TempDir(), "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		f.t.Fatal(err)
	}
	cmd := exec.Command(f.program, "serve")
	cmd.Env, cmd.Stdout, cmd.Stderr = f.env, log, log
	if err := cmd.Start(); err != nil {
		f.t.Fatal(err)
	}
	f.processes[i] = cmd
	if err := log.Close(); err != nil { // the process has its own
		f.t.Error(err)
	}
	f.t.Cleanup(func() {
		if f.t.Failed() && os.Getenv("HIREBOT_TEST_FIRE_LOG") != "" {
			text, _ := os.ReadFile(log.Name())
			f.t.Logf("process %d:\n%s", i, text)
		}
	})
}

// kill ends a process at once, wherever it is.
func (f *fire) kill(i int) {
	f.t.Helper()
	if cmd := f.processes[i]; cmd != nil {
		f.processes[i] = nil
		if err := cmd.Process.Kill(); err != nil {
			f.t.Error("a process has ended by itself: ", err)
		}
		_ = cmd.Wait() // it tells that it was killed
	}
}

// between draws a time.
func (f *fire) between(least, most time.Duration) time.Duration {
	return least + time.Duration(f.rng.Int64N(int64(most-least)))
}

// run burns for some time, and looks at what is left.
func (f *fire) run(length time.Duration) {
	f.t.Cleanup(func() {
		for i := range f.processes {
			f.kill(i)
		}
	})
	for i := range f.processes {
		f.start(i)
	}
	f.far.misbehave(f.seed)
	if testing.Short() {
		length = shortFireTime
	}
	if given := os.Getenv("HIREBOT_TEST_FIRE_TIME"); given != "" {
		var err error
		if length, err = time.ParseDuration(given); err != nil {
			f.t.Fatalf("HIREBOT_TEST_FIRE_TIME: %v", err)
		}
	}
	end := time.After(length)
	kill, message := time.After(f.between(time.Second, 5*time.Second)), time.After(0)
	var again <-chan time.Time
	down := 0
	for burning := true; burning; {
		select {
		case <-end:
			burning = false
		case <-message:
			f.send()
			message = time.After(f.between(100*time.Millisecond, 900*time.Millisecond))
		case <-kill:
			down = f.rng.IntN(len(f.processes))
			f.kill(down)
			kill, again = nil, time.After(f.between(0, 2*time.Second))
		case <-again:
			f.start(down)
			kill, again = time.After(f.between(2*time.Second, 8*time.Second)), nil
		}
	}
	for i := range f.processes {
		if f.processes[i] == nil {
			f.start(i)
		}
	}
	f.far.quiet()
	f.settle()
	f.check()
}

// mark is what the nth message of all says.
func mark(n int) string { return fmt.Sprintf("fire-%05d", n) }

var markPattern = regexp.MustCompile(`fire-\d{5}`)

// send puts a message into the outbox, or several, and changes what those of some people show.
func (f *fire) send() {
	f.in(func(ctx context.Context, tx *store.Tx) error {
		n := 0
		for _, sent := range f.sent {
			n += len(sent)
		}
		n += f.undeliverable
		for range 1 + f.rng.IntN(3) {
			why := mark(n)
			n++
			to := f.rng.IntN(firePeople + 2)
			if to < fireEdited && f.rng.IntN(3) > 0 {
				to += fireEdited // few messages are drawn again and again: platforms let that go slowly
			}
			m := bot.Message{Why: why, Key: why}
			if to == firePeople+1 {
				m.To.Channel = bot.Conversation{Workspace: f.far.workspace.ID, Channel: f.far.channel}
				m.View = bot.View{Name: views.Playbooks, Subject: "fire"}
			} else {
				m.To.Person = f.people[to].ID
				m.View = bot.View{Name: views.RoleGiven, Subject: "person:" + f.people[to].ID, Args: []string{string(hiring.Interviewer), f.people[0].ID}}
			}
			if err := tx.Send(ctx, m); err != nil {
				return err
			}
			switch to {
			case firePeople:
				f.undeliverable++
			case firePeople + 1:
				f.sent["#"] = append(f.sent["#"], why)
			default:
				f.sent[f.far.user(to)] = append(f.sent[f.far.user(to)], why)
			}
		}
		if f.rng.IntN(10) > 0 {
			return nil
		}
		return f.change(ctx, tx, f.rng.IntN(fireEdited))
	})
}

// change gives one of the people a role, or takes it back, which every message to them shows.
func (f *fire) change(ctx context.Context, tx *store.Tx, i int) error {
	p, _ := tx.Snapshot().Person(f.people[i].ID)
	if p.Has(hiring.Interviewer) {
		p.Roles = nil
	} else {
		p.Roles = []hiring.Role{hiring.Interviewer}
	}
	_, err := tx.SavePerson(ctx, p)
	return errors.Join(err, tx.Refresh(ctx, "person:"+p.ID))
}

// settle waits until nothing of the outbox waits any more.
func (f *fire) settle() {
	f.t.Helper()
	limit := time.After(fireEnd)
	look := time.NewTicker(500 * time.Millisecond)
	defer look.Stop()
	began := time.Now()
	for {
		left := 0
		err := f.store.DB().QueryRowContext(f.t.Context(), `SELECT count(*) FROM outbox WHERE next_at IS NOT NULL OR state IN ('waiting', 'sending')`).Scan(&left)
		if err != nil {
			f.t.Fatal(err)
		}
		if left == 0 {
			f.t.Logf("nothing waits any more after %v", time.Since(began).Round(time.Second))
			return
		}
		select {
		case <-look.C:
		case <-limit:
			f.t.Errorf("%d messages still wait", left)
			return
		}
	}
}

// check compares what was sent with what the far end has.
func (f *fire) check() {
	f.t.Helper()
	total := 0
	for to, want := range f.sent {
		channel, user := f.far.channel, ""
		if to != "#" {
			channel, user = "", to
		}
		var got []string
		deliveries := map[string]int{}
		for _, a := range f.far.arrivals(channel, user) {
			got = append(got, markPattern.FindString(a.Text))
			if deliveries[a.Delivery]++; deliveries[a.Delivery] > 1 {
				f.t.Errorf("%s: the delivery %s arrived %d times", to, a.Delivery, deliveries[a.Delivery])
			}
		}
		if !slices.Equal(got, want) {
			f.t.Errorf("%s: arrived:\n%v\nwere sent:\n%v", to, got, want)
		}
		total += len(want)
	}
	f.t.Logf("%d messages in %d conversations", total, len(f.sent))
	f.checkEdits()
	f.checkDead()
}

// checkEdits compares what cards show with what is true.
func (f *fire) checkEdits() {
	f.t.Helper()
	err := f.store.Read(f.t.Context(), func(tx *store.Tx) error {
		for i := range firePeople {
			p, _ := tx.Snapshot().Person(f.people[i].ID)
			want := "Taken back: you are no longer"
			if p.Has(hiring.Interviewer) {
				want = "You are now"
			}
			for _, a := range f.far.arrivals("", f.far.user(i)) {
				if !strings.Contains(a.Text, want) {
					f.t.Errorf("%s does not say %q: %s", p.Name, want, a.Text)
				}
			}
		}
		return nil
	})
	if err != nil {
		f.t.Fatal(err)
	}
}

// checkDead asks the program itself what was given up, as an admin does.
func (f *fire) checkDead() {
	f.t.Helper()
	if f.undeliverable == 0 {
		return
	}
	ask := exec.CommandContext(f.t.Context(), f.program, "ask", "--as", "operator", "/hire outbox")
	ask.Env = f.env
	out, err := ask.CombinedOutput()
	if err != nil {
		f.t.Fatalf("ask: %v\n%s", err, out)
	}
	reasons := map[string]string{"slack": "That person's Slack account is deactivated", "discord": "the person takes no direct messages: That person takes no direct messages from me"}
	for _, part := range []string{"Given up, by reason", fmt.Sprintf("%d × ", f.undeliverable), "person 8", reasons[f.far.workspace.Platform]} {
		if !strings.Contains(string(out), part) {
			f.t.Errorf("no %q in:\n%s", part, out)
		}
	}
	dead, err := f.store.DeadRows(f.t.Context(), 1000)
	if err != nil {
		f.t.Fatal(err)
	}
	for _, r := range dead {
		if r.Person != f.people[firePeople].ID {
			f.t.Errorf("%s was given up: %s", r.Why, r.Reason)
		}
	}
	if len(dead) != f.undeliverable {
		f.t.Errorf("%d messages were given up, want %d", len(dead), f.undeliverable)
	}
}
