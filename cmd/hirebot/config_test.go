package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/store"
)

func TestConfigDefaults(t *testing.T) {
	t.Parallel()
	cfg, err := loadConfig(nil)
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		DataDir: "./data", HTTPAddr: ":8080", OpsAddr: "127.0.0.1:9090", Timezone: "Asia/Kolkata",
		SlackAPIURL: "https://slack.com/api/", DiscordAPIURL: "https://discord.com/api/",
	}
	if diff := cmp.Diff(want, cfg); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := cfg.database(); got != "sqlite:data/hirebot.db" {
		t.Errorf("database %q", got)
	}
}

// TestConfigNames holds the names of the contract with the outside.
func TestConfigNames(t *testing.T) {
	t.Parallel()
	want := strings.Fields(`HIREBOT_DATABASE_URL HIREBOT_DATA_DIR HIREBOT_HTTP_ADDR HIREBOT_OPS_ADDR HIREBOT_PUBLIC_URL
		HIREBOT_TIMEZONE HIREBOT_ADMINS HIREBOT_SLACK_BOT_TOKEN HIREBOT_SLACK_APP_TOKEN HIREBOT_SLACK_SIGNING_SECRET
		HIREBOT_SLACK_API_URL HIREBOT_DISCORD_TOKEN HIREBOT_DISCORD_APP_ID HIREBOT_DISCORD_GUILD_ID
		HIREBOT_DISCORD_PUBLIC_KEY HIREBOT_DISCORD_API_URL HIREBOT_WORKSPACES_FILE HIREBOT_COMMAND_PREFIX
		HIREBOT_AI_BASE_URL HIREBOT_AI_KEY HIREBOT_AI_MODEL HIREBOT_ENCRYPTION_KEY HIREBOT_SMTP_URL`)
	var got []string
	for _, o := range options() {
		got = append(got, o.Var)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestEveryOptionIsAFlag compares with what the command line has made of the same fields.
func TestEveryOptionIsAFlag(t *testing.T) {
	t.Parallel()
	var tree cli
	parser, err := kong.New(&tree)
	if err != nil {
		t.Fatal(err)
	}
	var flags []string
	for _, f := range parser.Model.Flags {
		if f.Group != nil && f.Group.Key == "Configuration" {
			flags = append(flags, f.Name)
		}
	}
	var want []string
	for _, o := range options() {
		want = append(want, o.Flag)
		if o.Help == "" {
			t.Errorf("%s has no description", o.Var)
		}
	}
	if diff := cmp.Diff(want, flags); diff != "" {
		t.Errorf("(-variables +flags):\n%s", diff)
	}
}

func TestConfigListsEveryProblemAtOnce(t *testing.T) {
	t.Parallel()
	_, err := loadConfig(map[string]string{ //nolint:gosec // Nobody has these passwords.
		"HIREBOT_DATABASE_URL":       "mysql://who:hush-db@host/x",
		"HIREBOT_HTTP_ADDR":          "8080",
		"HIREBOT_OPS_ADDR":           "localhost:99999",
		"HIREBOT_PUBLIC_URL":         "hirebot.example.com",
		"HIREBOT_TIMEZONE":           "Indian",
		"HIREBOT_ADMINS":             "slack:T123, asha@, discord:1/2, playground/admin, teams:1/2",
		"HIREBOT_SLACK_BOT_TOKEN":    "hush-bot",
		"HIREBOT_SLACK_APP_TOKEN":    "hush-app",
		"HIREBOT_SLACK_API_URL":      "https://slack.example.com",
		"HIREBOT_DISCORD_TOKEN":      "hush-discord",
		"HIREBOT_DISCORD_APP_ID":     "me",
		"HIREBOT_DISCORD_GUILD_ID":   "1,two",
		"HIREBOT_DISCORD_PUBLIC_KEY": "abc",
		"HIREBOT_DISCORD_API_URL":    "ftp://discord.com",
		"HIREBOT_COMMAND_PREFIX":     "/hb",
		"HIREBOT_WORKSPACES_FILE":    filepath.Join(t.TempDir(), "none.yaml"),
		"HIREBOT_AI_KEY":             "hush-ai",
		"HIREBOT_ENCRYPTION_KEY":     "hush-key",
		"HIREBOT_SMTP_URL":           "http://hush-smtp@host",
	})
	wrong, ok := errors.AsType[*ConfigError](err)
	if !ok {
		t.Fatalf("error %v", err)
	}
	for _, name := range []string{
		"DATABASE_URL", "HTTP_ADDR", "OPS_ADDR", "PUBLIC_URL", "TIMEZONE", "ADMINS", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN",
		"SLACK_API_URL", "DISCORD_APP_ID", "DISCORD_GUILD_ID", "DISCORD_PUBLIC_KEY", "DISCORD_API_URL",
		"COMMAND_PREFIX", "WORKSPACES_FILE", "AI_BASE_URL", "ENCRYPTION_KEY", "SMTP_URL",
	} {
		if !strings.Contains(err.Error(), "HIREBOT_"+name+":") {
			t.Errorf("nothing about %s in:\n%v", name, err)
		}
	}
	if strings.Contains(err.Error(), "hush") {
		t.Errorf("a secret in:\n%v", err)
	}
	admins := 0
	for _, p := range wrong.Problems {
		if strings.HasPrefix(p, "HIREBOT_ADMINS") {
			admins++
		}
	}
	if admins != 4 {
		t.Errorf("%d problems about ADMINS, want 4:\n%v", admins, err)
	}
}

func TestConfigAccepts(t *testing.T) {
	t.Parallel()
	for name, vars := range map[string]map[string]string{
		"postgres":           {"HIREBOT_DATABASE_URL": "postgres://u:p%40@host:5432/hirebot?sslmode=require"}, //nolint:gosec // Nobody has this password.
		"a socket":           {"HIREBOT_DATABASE_URL": "postgres://u@/hirebot?host=/var/run/postgresql"},
		"sqlite":             {"HIREBOT_DATABASE_URL": "sqlite:/var/lib/hirebot.db"},
		"free ports":         {"HIREBOT_HTTP_ADDR": "127.0.0.1:0", "HIREBOT_OPS_ADDR": "127.0.0.1:0"},
		"Slack, Socket Mode": {"HIREBOT_SLACK_BOT_TOKEN": "xoxb-1", "HIREBOT_SLACK_APP_TOKEN": "xapp-1"},
		"Slack, HTTP":        {"HIREBOT_SLACK_BOT_TOKEN": "xoxb-1", "HIREBOT_SLACK_SIGNING_SECRET": "s"},
		"Discord":            {"HIREBOT_DISCORD_TOKEN": "t", "HIREBOT_DISCORD_APP_ID": "123", "HIREBOT_DISCORD_GUILD_ID": "1, 2"},
		"AI":                 {"HIREBOT_AI_BASE_URL": "http://localhost:11434/v1", "HIREBOT_AI_MODEL": "m"},
		"two keys":           {"HIREBOT_ENCRYPTION_KEY": store.NewKey() + "," + store.NewKey()},
		"mail":               {"HIREBOT_SMTP_URL": "smtp://u:p@mail.example.com:587"}, //nolint:gosec // Nobody has this password.
		"blanks around":      {"HIREBOT_TIMEZONE": " Europe/Berlin\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := loadConfig(vars); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestParseAdmins(t *testing.T) {
	t.Parallel()
	got, problems := parseAdmins("slack:T01ABC/U02DEF, discord:1234/5678,Someone@Example.com,slack:T01ABC/U02DEF")
	want := []admin{
		{Identity: bot.Identity{Workspace: "slack:T01ABC", User: "U02DEF"}},
		{Identity: bot.Identity{Workspace: "discord:1234", User: "5678"}},
		{Email: "someone@example.com"},
	}
	if diff := cmp.Diff(want, got); diff != "" || len(problems) > 0 {
		t.Errorf("problems %q, (-want +got):\n%s", problems, diff)
	}
}

func TestSecretFromFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("xoxb-from-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	vars := map[string]string{"HIREBOT_SLACK_BOT_TOKEN_FILE": file, "HIREBOT_SLACK_APP_TOKEN": "xapp-1"}
	cfg, err := loadConfig(vars)
	if err != nil || cfg.SlackBotToken.Reveal() != "xoxb-from-file" {
		t.Errorf("token %q, error %v", cfg.SlackBotToken.Reveal(), err)
	}
	vars["HIREBOT_SLACK_BOT_TOKEN"] = "xoxb-2"
	if _, err := loadConfig(vars); err == nil || !strings.Contains(err.Error(), "both set") {
		t.Errorf("both set: %v", err)
	}
	if _, err := loadConfig(map[string]string{"HIREBOT_AI_KEY_FILE": file + "-not"}); err == nil || !strings.Contains(err.Error(), "HIREBOT_AI_KEY_FILE") {
		t.Errorf("no file: %v", err)
	}
}

func TestFlagGoesBeforeEnvironment(t *testing.T) {
	t.Parallel()
	var tree cli
	parser, err := kong.New(&tree)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := parser.Parse([]string{"--timezone=Europe/Berlin", "version", "--ai-key", "from-flag"})
	if err != nil {
		t.Fatal(err)
	}
	got := environment([]string{
		"HIREBOT_TIMEZONE=Asia/Kolkata", "HIREBOT_AI_KEY_FILE=/run/secrets/key", "HIREBOT_DATA_DIR=/data", "HIREBOT_ADMINS=", "OTHER=1",
	}, parsed.Path)
	want := map[string]string{"HIREBOT_TIMEZONE": "Europe/Berlin", "HIREBOT_AI_KEY": "from-flag", "HIREBOT_DATA_DIR": "/data"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestUnknownVariables(t *testing.T) {
	t.Parallel()
	got := unknownVariables(map[string]string{"HIREBOT_SLACK_BOT_TOKN": "x", "HIREBOT_TEST_REQUIRE": "1", "HIREBOT_AI_KEY_FILE": "f", "HIREBOT_ADMINS": "a"})
	want := []string{"HIREBOT_SLACK_BOT_TOKN is no setting of this version: did you mean HIREBOT_SLACK_BOT_TOKEN?"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSecretNeverPrints(t *testing.T) {
	t.Parallel()
	const value = "hush-hush"
	cfg := Config{EncryptionKey: value, DatabaseURL: value, SMTPURL: value, AIKey: value}
	var b bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&b, nil))
	log.Info("configuration", "cfg", cfg, "key", cfg.EncryptionKey, "group", slog.GroupValue(slog.Any("k", cfg.AIKey)))
	slog.New(slog.NewTextHandler(&b, nil)).Info("configuration", "cfg", cfg, "key", cfg.EncryptionKey)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		fmt.Fprintf(&b, verb+"\n", cfg.EncryptionKey)
		fmt.Fprintf(&b, verb+"\n", &cfg.EncryptionKey)
	}
	for _, verb := range []string{"%v", "%+v", "%#v"} {
		fmt.Fprintf(&b, verb+"\n", cfg)
		fmt.Fprintf(&b, verb+"\n", []Secret{cfg.AIKey})
	}
	fmt.Fprintln(&b, errors.New("x "+cfg.AIKey.String()))
	text, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	b.Write(text)
	for _, spelling := range []string{value, fmt.Sprintf("%x", value), fmt.Sprintf("%X", value)} {
		if strings.Contains(b.String(), spelling) {
			t.Errorf("it prints: %s", b.String())
		}
	}
	if !strings.Contains(b.String(), hidden) {
		t.Errorf("no sign of what is hidden: %s", b.String())
	}
}

// TestSecretsAreSecrets keeps somebody from declaring a password as plain text.
func TestSecretsAreSecrets(t *testing.T) {
	t.Parallel()
	for i := range reflect.TypeFor[Config]().NumField() {
		f := reflect.TypeFor[Config]().Field(i)
		name := f.Tag.Get("var")
		sounds := strings.Contains(name, "TOKEN") || strings.Contains(name, "SECRET") || strings.HasSuffix(name, "_KEY") && name != "DISCORD_PUBLIC_KEY"
		if sounds && f.Type != reflect.TypeFor[Secret]() {
			t.Errorf("%s is no Secret", f.Name)
		}
	}
}

// TestWorkspacesFile: further workspaces of both platforms, and each mistake with its entry.
func TestWorkspacesFile(t *testing.T) {
	t.Parallel()
	read := func(text string) ([]furtherWorkspace, string, error) {
		path := filepath.Join(t.TempDir(), "workspaces.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		all, err := readWorkspaces(path)
		return all, path, err
	}
	_, path, err := read(`[{"platform": "slack", "kind": "home", "bot_token": "xoxb-1"}, {"platform": "discord", "kind": "community", "guild": "456"}]`)
	if err != nil {
		t.Fatal(err)
	}
	guilds, err := discordGuilds(path)
	if err != nil || len(guilds) != 1 || guilds[0].Guild != "456" || guilds[0].Kind != "community" {
		t.Errorf("guilds %+v, %v", guilds, err)
	}
	if teams, err := slackWorkspaces(path); err != nil || len(teams) != 1 || teams[0].BotToken != "xoxb-1" {
		t.Errorf("teams of Slack: %d, %v", len(teams), err)
	}
	for text, part := range map[string]string{ //nolint:gosec // G101: no token is real.
		`[{"platform": "teams", "kind": "home"}]`:                                               "write slack or discord",
		`[{"platform": "discord", "kind": "home"}]`:                                             "entry 1: guild is no server's id",
		`[{"platform": "discord", "kind": "friends", "guild": "1"}]`:                            "write home or community",
		`[{"platform": "discord", "kind": "home", "guild": "1", "bot_token": "xoxb-1"}]`:        "no token of its own",
		`[{"platform": "slack", "kind": "home", "guild": "1", "bot_token": "xoxb-1"}]`:          "guild is for discord",
		`[{"platform": "slack", "kind": "home", "bot_token": "1"}]`:                             "begins with xoxb-",
		`[{"platform": "slack", "kind": "home", "bot_token": "xoxb-1", "app_token": "hush-1"}]`: "begins with xapp-",
		`{}`: "write a list such as",
	} {
		if _, _, err := read(text); err == nil || !strings.Contains(err.Error(), part) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v, want %q", text, err, part)
		}
	}
}
