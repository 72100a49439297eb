package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring/playbooks"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/store/storetest"
)

// testClock stands still on a Monday morning.
func testClock() time.Time { return time.Date(2026, 12, 7, 3, 30, 0, 0, time.UTC) }

// output collects what a program prints while it runs.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
	// written is told of every write.
	written chan struct{}
}

func newOutput() *output { return &output{written: make(chan struct{}, 1)} }

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	n, err := o.b.Write(p)
	select {
	case o.written <- struct{}{}:
	default:
	}
	return n, err
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// await returns the first group of the pattern once it was printed.
func (o *output) await(t *testing.T, pattern string) string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	limit := time.After(20 * time.Second)
	for {
		if found := re.FindStringSubmatch(o.String()); found != nil {
			return found[len(found)-1]
		}
		select {
		case <-o.written:
		case <-limit:
			t.Fatalf("no %s in:\n%s", pattern, o)
		}
	}
}

// bench is a place to run the program in: a directory of its own, and a database there.
type bench struct {
	t   *testing.T
	dir string
	env []string
}

func newBench(t *testing.T, env ...string) *bench {
	t.Helper()
	dir := t.TempDir()
	return &bench{t: t, dir: dir, env: append([]string{"HIREBOT_DATABASE_URL=sqlite:" + filepath.Join(dir, "hirebot.db")}, env...)}
}

// seeded is a bench with the sample company.
func seeded(t *testing.T, env ...string) *bench {
	t.Helper()
	b := newBench(t, env...)
	b.want(0, "demo", "--seed-only")
	return b
}

func (b *bench) main(stdout, stderr io.Writer, args ...string) *Main {
	return &Main{Args: args, Environ: b.env, Stdin: strings.NewReader(""), Stdout: stdout, Stderr: stderr, Clock: testClock, Platforms: platformKinds()}
}

// want runs a command that ends by itself, and returns what it printed.
func (b *bench) want(code int, args ...string) (stdout, stderr string) {
	b.t.Helper()
	return b.wantFrom("", code, args...)
}

// wantFrom is want with a standard input.
func (b *bench) wantFrom(stdin string, code int, args ...string) (stdout, stderr string) {
	b.t.Helper()
	var out, errs bytes.Buffer
	m := b.main(&out, &errs, args...)
	m.Stdin = strings.NewReader(stdin)
	if got := m.Run(b.t.Context()); got != code {
		b.t.Fatalf("hirebot %s: exit %d, want %d\n%s%s", strings.Join(args, " "), got, code, &out, &errs)
	}
	return out.String(), errs.String()
}

func (b *bench) file(name, text string) string {
	b.t.Helper()
	path := filepath.Join(b.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
	return path
}

func has(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("no %q in:\n%s", p, text)
		}
	}
}

func TestServeWithoutPlatform(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"serve"}} {
		b := newBench(t)
		stdout, stderr := b.want(exitUsage, args...)
		has(t, stderr, "no chat platform is configured", "hirebot demo", "HIREBOT_SLACK_BOT_TOKEN", "HIREBOT_DISCORD_TOKEN", "hirebot doctor")
		if n := strings.Count(stderr, "\n"); stdout != "" || n > 12 {
			t.Errorf("%d lines, stdout %q", n, stdout)
		}
		if _, err := os.Stat(filepath.Join(b.dir, "hirebot.db")); !os.IsNotExist(err) {
			t.Errorf("a database was made: %v", err)
		}
	}
}

func TestServeIsHonestAboutWhatIsMissing(t *testing.T) {
	t.Parallel()
	b := newBench(t, "HIREBOT_DISCORD_TOKEN=hush", "HIREBOT_DISCORD_APP_ID=1234")
	stdout, stderr := b.want(exitFailure, "serve")
	has(t, stderr, "HIREBOT_DISCORD_GUILD_ID", "Copy Server ID")
	if strings.Contains(stdout+stderr, "hush") {
		t.Error("a secret was printed")
	}
	report, _ := b.want(exitFailure, "doctor")
	has(t, report, "FAIL  discord: HIREBOT_DISCORD_GUILD_ID: it is missing")
}

func TestUsage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, args := range [][]string{
		{"bogus"}, {"serve", "--nonsense"}, {"ask"}, {"ask", "/band"}, {"demo", "extra"}, {"migrate"}, {"person", "role"},
		{"playbook", "export"}, {"settings", "set", "company"}, {"--timezone"},
	} {
		if _, stderr := b.want(exitUsage, args...); stderr == "" {
			t.Errorf("%q: no message", args)
		}
	}
	help, _ := b.want(exitOK, "--help")
	has(t, help, "serve", "demo", "ask", "doctor", "--database-url", "--slack-bot-token", "Not used by this version yet. A mail server", "Not used by this version yet. The model")
	if version, _ := b.want(exitOK, "version"); !strings.HasPrefix(version, "hirebot ") {
		t.Errorf("version %q", version)
	}
	b.env = []string{"HIREBOT_TIMEZONE=Nowhere", "HIREBOT_OPS_ADDR=x"}
	_, stderr := b.want(exitUsage, "serve")
	has(t, stderr, "HIREBOT_TIMEZONE", "HIREBOT_OPS_ADDR")
	b.want(exitOK, "version")
}

func TestDemo(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.env = nil
	stdout, stderr := newOutput(), newOutput()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	m := b.main(stdout, stderr, "demo", "--addr", "127.0.0.1:0")
	go func() { ended <- m.Run(ctx) }()
	url := stdout.await(t, `ready: (http://127\.0\.0\.1:\d+/)`)
	has(t, stdout.String(), "/band backend 7y", "/hire people", "as admin", "thrown away")
	if code, page := request(t, http.MethodGet, url, nil); code != 200 || !strings.Contains(page, "<html") {
		t.Errorf("%d %.200s", code, page)
	}

	// A second one on the same port says what to do.
	var out, errs bytes.Buffer
	addr := strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/")
	if code := b.main(&out, &errs, "demo", "--addr", addr).Run(t.Context()); code != exitFailure {
		t.Errorf("busy port: exit %d", code)
	}
	has(t, errs.String(), addr+" is in use", "--addr")

	stop()
	if code := <-ended; code != exitOK {
		t.Errorf("exit %d: %s", code, stderr)
	}
	if stderr.String() != "" {
		t.Errorf("stderr: %s", stderr)
	}
	if _, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", addr); err == nil {
		t.Error("it listens still")
	}
}

func TestDemoRefusesOtherMachines(t *testing.T) {
	t.Parallel()
	_, stderr := newBench(t).want(exitFailure, "demo", "--addr", "0.0.0.0:0")
	has(t, stderr, "--allow-remote")
}

func TestSeedOnly(t *testing.T) {
	t.Parallel()
	b := seeded(t)
	people, _ := b.want(exitOK, "person", "list")
	for _, p := range samplePeople() {
		has(t, people, p.Name+"\t")
	}
	b.want(exitOK, "person", "role", "member", "+interviewer")
	b.want(exitOK, "demo", "--seed-only") // its own database is left as it is
	if again, _ := b.want(exitOK, "person", "list"); !strings.Contains(again, "member\tinterviewer") {
		t.Errorf("seeded again: %s", again)
	}

	other := newBench(t)
	other.want(exitOK, "migrate", "up")
	other.want(exitOK, "person", "add", "Somebody", "--identity", "slack:T0123/U0123", "--role", "admin")
	_, stderr := other.want(exitFailure, "demo", "--seed-only")
	has(t, stderr, "is not empty")
	if people, _ := other.want(exitOK, "person", "list"); strings.Count(people, "\n") != 1 {
		t.Errorf("changed: %s", people)
	}

	nowhere := newBench(t)
	nowhere.env = nil
	nowhere.want(exitUsage, "demo", "--seed-only")
}

func TestAsk(t *testing.T) {
	t.Parallel()
	b := seeded(t)
	stdout, stderr := b.want(exitOK, "ask", "--as", "recruiter", "/band backend 7y java +cloud +distributed")
	has(t, stdout, "₹31.63–82.5 LPA")
	if stderr != "" {
		t.Errorf("stderr %q", stderr)
	}
	stdout, stderr = b.want(exitFailure, "ask", "--as", "member", "/band backend 7y")
	if stdout != "" || stderr == "" || strings.Contains(stderr, "LPA") {
		t.Errorf("stdout %q, stderr %q", stdout, stderr)
	}
	_, stderr = b.want(exitUsage, "ask", "--as", "recruter", "/band")
	has(t, stderr, "Did you mean recruiter?")
	_, stderr = b.want(exitFailure, "ask", "--as", "recruiter", "/bnad")
	has(t, stderr, "Did you mean /band?")
	b.want(exitUsage, "ask", "--as", "recruiter")
	b.want(exitUsage, "ask", "--as", "recruiter", "--press", "approve", "/band")
	b.want(exitUsage, "ask", "--as", "recruiter", "--press", "approve")
	b.want(exitUsage, "ask", "--as", "recruiter", "/band", "--field", "level")
	_, stderr = b.want(exitOK, "ask", "--as", "recruiter", "/band backend 7y", "--field", "level=senior")
	has(t, stderr, "no form opened")
}

func TestAskPressesWhatJSONShows(t *testing.T) {
	t.Parallel()
	b := seeded(t)
	text, _ := b.want(exitOK, "ask", "--as", "recruiter", "--json", "/band backend 7y")
	var answer struct {
		Code string
		Card struct {
			Title   string
			Buttons []struct{ Label, ID string }
		}
	}
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	id := ""
	for _, button := range answer.Card.Buttons {
		if strings.Contains(button.Label, "Cloud") {
			id = button.ID
		}
	}
	if id == "" || !strings.HasPrefix(id, "v1|band.") {
		t.Fatalf("no button for cloud in:\n%s", text)
	}
	pressed, _ := b.want(exitOK, "ask", "--as", "recruiter", "--press", id)
	has(t, pressed, "loud", "68.75")
	_, stderr := b.want(exitFailure, "ask", "--as", "member", "--press", id)
	if strings.Contains(stderr, "68.75") {
		t.Errorf("pressing told: %s", stderr)
	}
	text, _ = b.want(exitFailure, "ask", "--as", "member", "--json", "/band backend 7y")
	if err := json.Unmarshal([]byte(text), &answer); err != nil || answer.Code == "" {
		t.Errorf("refusal as JSON: %v %s", err, text)
	}
}

func TestAskFillsForms(t *testing.T) {
	t.Parallel()
	b := seeded(t)
	form, _ := b.want(exitOK, "ask", "--as", "admin", "/hire set timezone")
	has(t, form, "value")
	_, stderr := b.want(exitFailure, "ask", "--as", "admin", "/hire set timezone", "--field", "value=Mars")
	has(t, stderr, "value: ", "Mars")
	_, stderr = b.want(exitUsage, "ask", "--as", "admin", "/hire set timezone", "--field", "valeu=x")
	has(t, stderr, `no field "valeu"`)
	b.want(exitOK, "ask", "--as", "admin", "/hire set company", "--field", "value=Acme India")
	list, _ := b.want(exitOK, "settings", "list")
	has(t, list, "company = Acme India")
	// What moves messages is shown before it is saved.
	shown, _ := b.want(exitOK, "ask", "--as", "admin", "/hire set timezone", "--field", "value=Europe/Berlin")
	has(t, shown, "In the next 7 days", "Save")
	list, _ = b.want(exitOK, "settings", "list")
	has(t, list, "timezone = Asia/Kolkata")

	// A form says how it goes on, and people stand in it by their names.
	form, _ = b.want(exitOK, "ask", "--as", "hiring-manager", "/req new senior java backend pune")
	has(t, form, "what (Role and level, required) = senior java backend developer",
		"Send it with: hirebot ask --as hiring-manager '/req new senior java backend pune' --field why=…")
	b.want(exitOK, "ask", "--as", "hiring-manager", "/req new senior java backend pune", "--field", "why=growth")
	form, _ = b.want(exitOK, "ask", "--as", "hiring-manager", "/req edit R-1")
	has(t, form, "manager (Hiring manager) = hiring-manager\n", "one of: approver-1, hiring-manager, hiring-manager-2")

	// Values of the command line are all of them: what failed before is not sent along.
	bad := b.file("bad.csv", "nonsense")
	b.want(exitFailure, "ask", "--as", "compensation", "/band import", "--field", "file=@"+bad)
	out, _ := b.want(exitOK, "ask", "--as", "compensation", "/band import", "--field", "rows=role,level,low,high\nbackend,senior,26L,56L")
	has(t, out, "26")
}

func TestAskWorksBesideTheDemo(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	stdout, stderr := newOutput(), newOutput()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	m := b.main(stdout, stderr, "demo", "--addr", "127.0.0.1:0")
	go func() { ended <- m.Run(ctx) }()
	stdout.await(t, `ready: (http://\S+)`)
	for range 5 {
		b.want(exitOK, "ask", "--as", "recruiter", "/band backend 7y")
		b.want(exitOK, "ask", "--as", "admin", "/hire people member +interviewer")
		b.want(exitOK, "ask", "--as", "admin", "/hire people member -interviewer")
	}
	stop()
	if code := <-ended; code != exitOK {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

func TestPerson(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	_, stderr := b.want(exitFailure, "person", "list")
	has(t, stderr, "hirebot migrate up")
	b.want(exitOK, "migrate", "up")
	b.want(exitOK, "person", "add", "First Person", "--identity", "slack:T0123/U0123", "--identity", "discord:123/456", "--role", "recruiter", "--role", "hiring manager", "--zone", "Europe/Berlin")
	list, _ := b.want(exitOK, "person", "list")
	has(t, list, "First Person\trecruiter, hiring_manager\tactive\tEurope/Berlin\tdiscord:123/456 slack:T0123/U0123")
	b.want(exitFailure, "person", "add", "first person")
	b.want(exitFailure, "person", "add", "Second", "--identity", "slack:T0123/U0123")
	b.want(exitFailure, "person", "add", "Second", "--zone", "Mars")
	b.want(exitUsage, "person", "add", "Second", "--role", "boss")
	b.want(exitUsage, "person", "add", "Second", "--identity", "slack:U0123")

	out, _ := b.want(exitOK, "person", "role", "First Person", "-recruiter", "+interviewer")
	has(t, out, "First Person: hiring_manager, interviewer, active.")
	b.want(exitOK, "person", "role", "first person", "+admin", "-interviewer")
	b.want(exitUsage, "person", "role", "First Person", "admin")
	_, stderr = b.want(exitUsage, "person", "role", "Frist Person", "+admin")
	has(t, stderr, "Did you mean First Person?")
	_, stderr = b.want(exitFailure, "person", "deactivate", "First Person")
	has(t, stderr, "nobody would be admin", "hirebot person role NAME +admin")
	_, stderr = b.want(exitFailure, "person", "role", "First Person", "-admin")
	has(t, stderr, "nobody would be admin")
	out, _ = b.want(exitOK, "person", "add", "Other Admin", "--role", "admin")
	has(t, out, "--identity slack:TEAM/USER")
	out, _ = b.want(exitOK, "person", "deactivate", "First Person")
	has(t, out, "deactivated")
	b.want(exitFailure, "ask", "--as", "First Person", "/hire people")
	out, _ = b.want(exitOK, "person", "reactivate", "First Person")
	has(t, out, "admin", "active")
	b.want(exitOK, "ask", "--as", "First Person", "/hire people")
}

func TestPlaybook(t *testing.T) {
	t.Parallel()
	b := seeded(t)
	text, _ := b.want(exitOK, "playbook", "export", "backend")
	if p, problems := playbooks.Parse("out", []byte(text)); len(problems) > 0 || p.Key != "backend-developer" {
		t.Errorf("%s: %v", p.Key, problems)
	}
	_, stderr := b.want(exitFailure, "playbook", "export", "juggler")
	has(t, stderr, "backend-developer", "general")

	good := b.file("good.yaml", strings.Replace(strings.Replace(text, "key: backend-developer", "key: data-engineer", 1), "title: Backend developer", "title: Data engineer", 1))
	bad := b.file("bad.yaml", "key: X\ntitle: 3\nlevels:\n  - key: entry\n    from: soon\ncolour: red\n")
	_, stderr = b.want(exitFailure, "playbook", "import", good, bad)
	for _, line := range []string{"bad.yaml:1: key", "bad.yaml:5: levels", "bad.yaml:6: colour"} {
		has(t, stderr, line)
	}
	has(t, stderr, "nothing was changed")
	b.want(exitFailure, "playbook", "export", "data-engineer")
	_, stderr = b.want(exitFailure, "playbook", "import", good, good)
	has(t, stderr, "stands in")

	out, _ := b.want(exitOK, "playbook", "import", good)
	has(t, out, "data-engineer: added")
	exported, _ := b.want(exitOK, "playbook", "export", "data-engineer")
	out, _ = b.wantFrom(exported, exitOK, "playbook", "import", "-")
	has(t, out, "data-engineer: unchanged")
	out, _ = b.wantFrom(strings.Replace(exported, "title: Data engineer", "title: Data wrangler", 1), exitOK, "playbook", "import", "-")
	has(t, out, "data-engineer: replaced; changed: title\n")
	b.wantFrom(exported, exitOK, "playbook", "import", "-")
	b.want(exitUsage, "playbook", "import", filepath.Join(b.dir, "none.yaml"))
	to := filepath.Join(b.dir, "out.yaml")
	b.want(exitOK, "playbook", "export", "data-engineer", "--out", to)
	if written, err := os.ReadFile(to); err != nil || string(written) != exported {
		t.Errorf("written file differs: %v", err)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	b := seeded(t)
	list, _ := b.want(exitOK, "settings")
	has(t, list, "company = Sample company  (default: Our company)", "timezone = Asia/Kolkata  (default)")
	b.want(exitOK, "settings", "set", "company", "Another")
	b.want(exitOK, "settings", "set", "hiring_channel", "")
	list, _ = b.want(exitOK, "settings", "list")
	has(t, list, "company = Another", "hiring_channel = (none)")
	_, stderr := b.want(exitUsage, "settings", "set", "compny", "x")
	has(t, stderr, "Did you mean company?")
	b.want(exitFailure, "settings", "set", "timezone", "Mars")
	b.want(exitFailure, "settings", "set", "approvers", "approver-1 > nobody")
	b.want(exitOK, "settings", "set", "approvers", "approver-1, compensation > recruiter")
	b.want(exitOK, "settings", "set", "timezone", "Europe/Berlin")
	// The default is that of the configuration, where it has one.
	out, _ := b.want(exitOK, "--timezone", "Asia/Dubai", "settings", "set", "timezone", "default")
	has(t, out, "timezone = Asia/Dubai")
	b.want(exitOK, "person", "deactivate", "approver-1")
	b.want(exitFailure, "settings", "set", "approvers", "approver-1")
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	_, stderr := b.want(exitFailure, "migrate", "status")
	has(t, stderr, "no database")
	b.want(exitOK, "migrate", "up")
	status, _ := b.want(exitOK, "migrate", "status")
	has(t, status, "The database is at version")
	b.want(exitOK, "migrate", "up")
	b.env = []string{"HIREBOT_DATABASE_URL=postgres://nobody@127.0.0.1:1/none?connect_timeout=2"}
	_, stderr = b.want(exitFailure, "migrate", "status")
	has(t, stderr, "HIREBOT_DATABASE_URL")
}

func TestDoctor(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	report, stderr := b.want(exitFailure, "doctor")
	has(t, report, "FAIL  database: there is no database", "warn  encryption")
	has(t, stderr, "1 check failed")

	b.want(exitOK, "migrate", "up")
	report, _ = b.want(exitOK, "doctor")
	has(t, report, "warn  admins: nobody is admin", "nobody has the role compensation", "nobody has the role recruiter", "ok    schema")

	b.env = append(b.env, "HIREBOT_ADMINS=someone@example.com")
	report, _ = b.want(exitOK, "doctor")
	has(t, report, "warn  admins: none yet; hirebot serve gives the role to those of HIREBOT_ADMINS")

	b = seeded(t, "HIREBOT_ENCRYPTION_KEY="+store.NewKey(), "HIREBOT_SLACK_BOT_TOKN=hush", "HIREBOT_AI_BASE_URL=http://127.0.0.1:1/v1", "HIREBOT_AI_MODEL=m")
	report, _ = b.want(exitOK, "doctor", "--audit")
	has(t, report, "ok    encryption", "ok    admins", "ok    settings", "ok    outbox", "ok    audit",
		"did you mean HIREBOT_SLACK_BOT_TOKEN?", "not used by this version yet: HIREBOT_AI_BASE_URL, HIREBOT_AI_MODEL")
	if strings.Contains(report, "hush") || strings.Contains(report, "FAIL") {
		t.Error(report)
	}

	b.env = append(b.env, "HIREBOT_TIMEZONE=Mars", "HIREBOT_OPS_ADDR=x")
	report, stderr = b.want(exitFailure, "doctor")
	has(t, report, "FAIL  configuration: HIREBOT_TIMEZONE", "FAIL  configuration: HIREBOT_OPS_ADDR", "ok    schema")
	has(t, stderr, "2 checks failed")
	if strings.Contains(report, "time zones: known") {
		t.Errorf("a zone that is wrong is called known:\n%s", report)
	}
	b.env = append(b.env, "HIREBOT_ENCRYPTION_KEY=abc")
	report, _ = b.want(exitFailure, "doctor")
	has(t, report, "FAIL  configuration: HIREBOT_ENCRYPTION_KEY")
	if strings.Contains(report, "encryption: ") {
		t.Errorf("a key that is none seals:\n%s", report)
	}
}

// slowPlatform is a chat platform whose one request goes on while the process is told to stop.
type slowPlatform struct {
	recorder
	// begin starts the request, begun tells that it is being served, and finish ends it.
	begin, begun, finish chan struct{}
	answer               chan bot.Answer
}

func (p *slowPlatform) Run(ctx context.Context, serve bot.Serve) error {
	var group sync.WaitGroup
	group.Go(func() {
		<-p.begin
		close(p.begun)
		<-p.finish
		p.answer <- serve(context.WithoutCancel(ctx), bot.Event{
			Type: bot.Invoke, ID: "1", From: bot.Identity{Workspace: playgroundWorkspace, User: "recruiter"}, Text: "/band backend 7y",
		})
	})
	<-ctx.Done()
	group.Wait()
	return nil
}

func TestServeAndDrain(t *testing.T) {
	t.Parallel()
	b := seeded(t, "HIREBOT_OPS_ADDR=127.0.0.1:0", "HIREBOT_ADMINS=slack:T0123/U0123")
	p := &slowPlatform{begin: make(chan struct{}), begun: make(chan struct{}), finish: make(chan struct{}), answer: make(chan bot.Answer, 1)}
	stdout, stderr := newOutput(), newOutput()
	m := b.main(stdout, stderr, "serve")
	m.Platforms = []platformKind{{
		Name: "playground", Title: "Test", Configured: func(Config) bool { return true },
		Connect: func(Config, core) (bot.Platform, error) { return p, nil },
	}}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	go func() { ended <- m.Run(ctx) }()
	ops := "http://" + stderr.await(t, `"ops":"([^"]+)"`)
	close(p.begin)
	<-p.begun // the receiver runs, and so it is connected
	code, text := request(t, http.MethodGet, ops+"/readyz", nil)
	if code != 200 || text != "database: ok\nschema: ok\nplayground: ok\n" {
		t.Errorf("readyz: %d %q", code, text)
	}
	if code, text := request(t, http.MethodGet, ops+"/metrics", nil); code != 200 || !strings.Contains(text, `hirebot_outbox_messages{state="dead"} 0`) || !strings.Contains(text, "hirebot_sql_statements_total") {
		t.Errorf("metrics: %d %s", code, text)
	}

	stop()
	// Draining begins at once, while the request is still being answered.
	for code = 0; code != http.StatusServiceUnavailable; {
		code, text = request(t, http.MethodGet, ops+"/readyz", nil)
	}
	if text != "stopping\n" {
		t.Errorf("readyz while draining: %q", text)
	}
	select {
	case code := <-ended:
		t.Fatalf("exit %d before the request ended", code)
	default:
	}
	close(p.finish)
	if a := <-p.answer; a.Code != "" || a.Card == nil {
		t.Errorf("the request that was being answered failed: %+v", a)
	}
	if code := <-ended; code != exitOK {
		t.Errorf("exit %d: %s", code, stderr)
	}
	list, _ := b.want(exitOK, "person", "list")
	has(t, list, "U0123\tadmin\tactive")
	if stdout.String() != "" {
		t.Errorf("stdout: %s", stdout)
	}
	for line := range strings.Lines(stderr.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("not JSON: %s", line)
		}
	}
	has(t, stderr.String(), `"msg":"served"`, `"request":"`)
}

func TestServePrintsAClaimCode(t *testing.T) {
	t.Parallel()
	b := newBench(t, "HIREBOT_OPS_ADDR=127.0.0.1:0")
	serve := func() (stdout, stderr string) {
		t.Helper()
		out, errs := newOutput(), newOutput()
		m := b.main(out, errs, "serve")
		p := &slowPlatform{begin: make(chan struct{}), begun: make(chan struct{}), finish: make(chan struct{}), answer: make(chan bot.Answer, 1)}
		m.Platforms = []platformKind{{
			Name: "playground", Title: "Test", Configured: func(Config) bool { return true },
			Connect: func(Config, core) (bot.Platform, error) { return p, nil },
		}}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan int, 1)
		go func() { ended <- m.Run(ctx) }()
		errs.await(t, `"ops":"([^"]+)"`)
		close(p.begin)
		close(p.finish)
		<-p.answer
		stop()
		if code := <-ended; code != exitOK {
			t.Fatalf("exit %d: %s", code, errs)
		}
		return out.String(), errs.String()
	}
	stdout, stderr := serve()
	found := regexp.MustCompile(`/hire claim (\S+)`).FindStringSubmatch(stdout)
	if found == nil {
		t.Fatalf("no code in: %s", stdout)
	}
	if strings.Contains(stderr, found[1]) {
		t.Error("the code is in the log")
	}
	b.want(exitOK, "person", "add", "Somebody")
	b.want(exitOK, "ask", "--as", "Somebody", "/hire claim "+found[1])
	b.want(exitOK, "ask", "--as", "Somebody", "/hire people")
	if stdout, _ := serve(); stdout != "" {
		t.Errorf("a code although there is an admin: %s", stdout)
	}
}

func TestSampleCompanyOnPostgres(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.env = []string{"HIREBOT_DATABASE_URL=" + storetest.Postgres(t), "HIREBOT_ENCRYPTION_KEY=" + store.NewKey()}
	b.want(exitOK, "demo", "--seed-only")
	b.want(exitOK, "demo", "--seed-only")
	stdout, _ := b.want(exitOK, "ask", "--as", "recruiter", "/band backend 7y java +cloud +distributed")
	has(t, stdout, "₹31.63–82.5 LPA")
	report, _ := b.want(exitOK, "doctor", "--audit")
	has(t, report, "ok    schema", "ok    audit")
}
