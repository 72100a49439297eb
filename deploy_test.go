package hirebot_test

import (
	"net"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// variables are the names that the program reads from its environment; those of secrets also exist
// with _FILE appended. They are a contract with who runs it.
var variables = []string{
	"HIREBOT_DATABASE_URL", "HIREBOT_DATA_DIR", "HIREBOT_HTTP_ADDR", "HIREBOT_OPS_ADDR", "HIREBOT_PUBLIC_URL",
	"HIREBOT_TIMEZONE", "HIREBOT_ADMINS", "HIREBOT_SLACK_BOT_TOKEN", "HIREBOT_SLACK_APP_TOKEN",
	"HIREBOT_SLACK_SIGNING_SECRET", "HIREBOT_SLACK_API_URL", "HIREBOT_DISCORD_TOKEN", "HIREBOT_DISCORD_APP_ID",
	"HIREBOT_DISCORD_GUILD_ID", "HIREBOT_DISCORD_PUBLIC_KEY", "HIREBOT_DISCORD_API_URL", "HIREBOT_WORKSPACES_FILE",
	"HIREBOT_AI_BASE_URL", "HIREBOT_AI_KEY", "HIREBOT_AI_MODEL", "HIREBOT_COMMAND_PREFIX", "HIREBOT_ENCRYPTION_KEY",
	"HIREBOT_SMTP_URL",
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestDeploymentNamesOnlyKnownVariables(t *testing.T) {
	t.Parallel()
	name := regexp.MustCompile(`HIREBOT_[A-Z_]+`)
	for _, file := range []string{"compose.yaml", "Dockerfile", ".env.example"} {
		found := name.FindAllString(readFile(t, file), -1)
		if len(found) == 0 {
			t.Errorf("%s names no variable of the program", file)
		}
		for _, variable := range found {
			if !slices.Contains(variables, variable) && !slices.Contains(variables, strings.TrimSuffix(variable, "_FILE")) {
				t.Errorf("%s sets %s, which the program does not read", file, variable)
			}
		}
	}
}

// instruction is a line of a Dockerfile, continuations joined.
type instruction struct{ word, rest string }

// stages returns the instructions of a Dockerfile, stage by stage; each begins with its FROM.
func stages(text string) [][]instruction {
	var found [][]instruction
	text = regexp.MustCompile(`(?m)^\s*#.*\n`).ReplaceAllString(text, "")
	text = strings.ReplaceAll(text, "\\\n", " ")
	for line := range strings.Lines(text) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if word == "" {
			continue
		}
		if word == "FROM" {
			found = append(found, nil)
		}
		if len(found) > 0 {
			found[len(found)-1] = append(found[len(found)-1], instruction{word, strings.Join(strings.Fields(rest), " ")})
		}
	}
	return found
}

// has says whether a stage has an instruction whose argument contains text.
func has(stage []instruction, word, text string) bool {
	return slices.ContainsFunc(stage, func(i instruction) bool { return i.word == word && strings.Contains(i.rest, text) })
}

func TestTheImageIsSmallStaticAndNotRoot(t *testing.T) {
	t.Parallel()
	found := stages(readFile(t, "Dockerfile"))
	if len(found) != 2 {
		t.Fatalf("the Dockerfile has %d stages, want one that builds and one that runs", len(found))
	}
	build, run := found[0], found[1]
	for _, c := range []struct {
		rule       string
		stage      []instruction
		word, text string
	}{
		{"builds with the Go that go.mod asks for", build, "FROM", "golang:" + goVersion(t)},
		{"links no C library", build, "RUN", "CGO_ENABLED=0 "},
		{"keeps the builder's paths out", build, "RUN", " -trimpath "},
		{"tells the binary its version", build, "RUN", "-X main.version=$VERSION"},
		{"holds no shell", run, "FROM", "gcr.io/distroless/static-debian12:nonroot"},
		{"does not run as root", run, "USER", "nonroot:nonroot"},
		{"lets the program write its data", run, "COPY", "--chown=nonroot:nonroot /out/data /data"},
		{"keeps data on a volume", run, "VOLUME", "/data"},
		{"puts data there", run, "ENV", "HIREBOT_DATA_DIR=/data"},
		{"starts without a shell", run, "ENTRYPOINT", `["/hirebot"]`},
	} {
		if !has(c.stage, c.word, c.text) {
			t.Errorf("the image %s: found no %s with %q", c.rule, c.word, c.text)
		}
	}
	if has(run, "RUN", "") {
		t.Error("the stage that runs has a RUN, for which it has no shell")
	}
}

// goVersion returns the major and minor version in go.mod, such as 1.26.
func goVersion(t *testing.T) string {
	t.Helper()
	found := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(readFile(t, "go.mod"))
	if found == nil {
		t.Fatal("go.mod names no Go version")
	}
	return found[1]
}

// compose is what the rules below look at in compose.yaml.
type compose struct {
	Services map[string]struct {
		Image       string
		DependsOn   map[string]struct{ Condition string } `yaml:"depends_on"`
		Environment map[string]string
		Ports       []string
		Healthcheck *struct{ Test []string }
		Privileged  bool
		User        string
		ReadOnly    bool `yaml:"read_only"`
	}
}

func TestComposeStartsTheProgramOnAHealthyPostgres(t *testing.T) {
	t.Parallel()
	var file compose
	if err := yaml.Unmarshal([]byte(readFile(t, "compose.yaml")), &file); err != nil {
		t.Fatal(err)
	}
	program, database := file.Services["hirebot"], file.Services["postgres"]
	if !strings.HasPrefix(database.Image, "postgres:17") {
		t.Errorf("the database's image is %q, want Postgres 17", database.Image)
	}
	if database.Healthcheck == nil || len(database.Healthcheck.Test) == 0 {
		t.Error("the database has no health check")
	}
	if got := program.DependsOn["postgres"].Condition; got != "service_healthy" {
		t.Errorf("the program starts when the database is %q, want service_healthy", got)
	}
	if got := program.Environment["HIREBOT_DATABASE_URL"]; !strings.HasPrefix(got, "postgres://hirebot:${POSTGRES_PASSWORD:?") {
		t.Errorf("the database's URL is %q: its password must come from the environment, and not be empty", got)
	}
	if got := database.Environment["POSTGRES_PASSWORD"]; !strings.HasPrefix(got, "${POSTGRES_PASSWORD:?") {
		t.Errorf("the database's password is %q: it must come from the environment, and not be empty", got)
	}
	if program.User != "" || program.Privileged || !program.ReadOnly {
		t.Error("the program must run as the image's own user, without privileges, on a read-only file system")
	}
	if len(database.Ports) != 0 {
		t.Errorf("the database is published on %q", database.Ports)
	}
}

func TestComposePublishesOnThisMachineOnly(t *testing.T) {
	t.Parallel()
	var file compose
	if err := yaml.Unmarshal([]byte(readFile(t, "compose.yaml")), &file); err != nil {
		t.Fatal(err)
	}
	published := 0
	for name, service := range file.Services {
		for _, port := range service.Ports {
			published++
			host, _, _ := strings.Cut(port, ":")
			if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
				t.Errorf("%s publishes %s beyond this machine", name, port)
			}
		}
	}
	if published == 0 {
		t.Error("no port is published: neither a proxy nor a monitor could reach the program")
	}
}

func TestTheBuildGetsNoSecret(t *testing.T) {
	t.Parallel()
	lines := strings.Split(readFile(t, ".dockerignore"), "\n")
	lines = slices.DeleteFunc(lines, func(l string) bool { return l == "" || strings.HasPrefix(l, "#") })
	if len(lines) == 0 || lines[0] != "*" {
		t.Error(".dockerignore must begin by leaving everything out")
	}
	for _, line := range []string{"**/.env", "**/*.db"} {
		if !slices.Contains(lines, line) {
			t.Errorf(".dockerignore does not leave out %s", line)
		}
	}
}

func TestNpmLockFileNamesNoRegistry(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{"test/browser", "test/slack"} {
		lock := readFile(t, dir+"/package-lock.json")
		if !strings.Contains(lock, `"integrity": "sha512-`) {
			t.Errorf("the lock file of %s pins no package by its hash", dir)
		}
		if strings.Contains(lock, `"resolved"`) || strings.Contains(lock, "://") {
			t.Errorf("the lock file of %[1]s names where its packages came from; "+
				"%[1]s/.npmrc asks npm to leave that out, so that each machine uses its own registry", dir)
		}
	}
}
