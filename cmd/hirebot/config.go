package main

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	"github.com/caarlos0/env/v11"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/store"
)

// envPrefix begins the name of every variable.
const envPrefix = "HIREBOT_"

// Config is all that can be configured. Each field is an environment variable, HIREBOT_ and its var
// tag, and a flag of every command; a Secret can also be read from the file that a variable of the
// same name with _FILE names. A flag goes before the environment, and the environment before the
// default. The tag later marks what nothing uses yet. All values are text: check reads them, so that every problem is listed at once.
type Config struct {
	DatabaseURL Secret `var:"DATABASE_URL" help:"Where everything is kept: postgres://user:password@host/name, or sqlite: and the path of a file. Left out: hirebot.db in the data directory." placeholder:"URL" group:"Configuration"`
	DataDir     string `var:"DATA_DIR" default:"./data" help:"The directory of the SQLite file. Nothing else is kept on disk." placeholder:"DIR" group:"Configuration"`
	HTTPAddr    string `var:"HTTP_ADDR" default:":8080" help:"Where chat platforms reach this process, host:port." placeholder:"ADDR" group:"Configuration"`
	OpsAddr     string `var:"OPS_ADDR" default:"127.0.0.1:9090" help:"Where /healthz, /readyz and /metrics are served, host:port." placeholder:"ADDR" group:"Configuration"`
	PublicURL   string `var:"PUBLIC_URL" help:"How the internet reaches the HTTP address, such as https://hirebot.example.com." placeholder:"URL" group:"Configuration"`
	Timezone    string `var:"TIMEZONE" default:"Asia/Kolkata" help:"The company's time zone, for people whose own is unknown." placeholder:"ZONE" group:"Configuration"`
	Admins      string `var:"ADMINS" help:"Who is admin from the start: slack:TEAM/USER, discord:GUILD/USER or an e-mail address, several by comma. Left out: serve prints a code to claim that." placeholder:"WHO,…" group:"Configuration"`

	SlackBotToken      Secret `var:"SLACK_BOT_TOKEN" help:"Slack: the bot token, xoxb-…" placeholder:"TOKEN" group:"Configuration"`
	SlackAppToken      Secret `var:"SLACK_APP_TOKEN" help:"Slack: the app-level token, xapp-…, for Socket Mode." placeholder:"TOKEN" group:"Configuration"`
	SlackSigningSecret Secret `var:"SLACK_SIGNING_SECRET" help:"Slack: the signing secret, for HTTP mode." placeholder:"SECRET" group:"Configuration"`
	SlackAPIURL        string `var:"SLACK_API_URL" name:"slack-api-url" default:"https://slack.com/api/" help:"Slack: where its Web API is; ends in /api/." placeholder:"URL" group:"Configuration"`

	DiscordToken     Secret `var:"DISCORD_TOKEN" help:"Discord: the bot token." placeholder:"TOKEN" group:"Configuration"`
	DiscordAppID     string `var:"DISCORD_APP_ID" help:"Discord: the application id." placeholder:"ID" group:"Configuration"`
	DiscordGuildID   string `var:"DISCORD_GUILD_ID" help:"Discord: the company's server, several by comma." placeholder:"ID,…" group:"Configuration"`
	DiscordPublicKey string `var:"DISCORD_PUBLIC_KEY" help:"Discord: the application's public key, for HTTP interactions." placeholder:"KEY" group:"Configuration"`
	DiscordAPIURL    string `var:"DISCORD_API_URL" name:"discord-api-url" default:"https://discord.com/api/" help:"Discord: where its API is; the gateway follows from it." placeholder:"URL" group:"Configuration"`

	WorkspacesFile string `var:"WORKSPACES_FILE" help:"A file that names further workspaces and servers of the company, and communities." placeholder:"FILE" group:"Configuration"`
	CommandPrefix  string `var:"COMMAND_PREFIX" help:"Put before the name of every slash command on Slack and Discord, such as hb, where /hire is taken." placeholder:"PREFIX" group:"Configuration"`

	AIBaseURL string `var:"AI_BASE_URL" later:"yes" help:"An OpenAI-compatible service for drafts, such as https://api.openai.com/v1. Left out: drafts come from templates." placeholder:"URL" group:"Configuration"`
	AIKey     Secret `var:"AI_KEY" later:"yes" help:"The key of that service." placeholder:"KEY" group:"Configuration"`
	AIModel   string `var:"AI_MODEL" later:"yes" help:"The model to ask there." placeholder:"MODEL" group:"Configuration"`

	EncryptionKey Secret `var:"ENCRYPTION_KEY" help:"Seals drafts, uploads, kept answers, approvals, the reasons and history of requisitions, and of candidates their contacts, pay, notes and scorecards; names, bands, budgets, people and settings are plain columns. Several by comma: the first one seals, all open. openssl rand -base64 32 makes one." placeholder:"KEY" group:"Configuration"`
	SMTPURL       Secret `var:"SMTP_URL" later:"yes" name:"smtp-url" help:"A mail server, smtp://user:password@host:587 or smtps://…" placeholder:"URL" group:"Configuration"`
}

// option describes one field of Config.
type option struct {
	Var, Flag, Help, Default string
	Secret                   bool
	// Later marks what is read and checked, and used by nothing in this version yet.
	Later bool
}

// options returns the fields of Config, in their order.
func options() []option {
	t := reflect.TypeFor[Config]()
	out := make([]option, 0, t.NumField())
	for i := range t.NumField() {
		f := t.Field(i)
		name := f.Tag.Get("var")
		out = append(out, option{
			Var:     envPrefix + name,
			Flag:    strings.ReplaceAll(strings.ToLower(name), "_", "-"),
			Help:    f.Tag.Get("help"),
			Default: f.Tag.Get("default"),
			Secret:  f.Type == reflect.TypeFor[Secret](),
			Later:   f.Tag.Get("later") != "",
		})
	}
	return out
}

// ConfigError lists everything that is wrong with a configuration.
type ConfigError struct{ Problems []string }

// Error returns the problems, one a line.
func (e *ConfigError) Error() string {
	return "configuration:\n  - " + strings.Join(e.Problems, "\n  - ")
}

// environment returns the variables of this product, with the flags that were given laid over them.
func environment(environ []string, given []*kong.Path) map[string]string {
	vars := map[string]string{}
	for _, kv := range environ {
		if name, value, ok := strings.Cut(kv, "="); ok && strings.HasPrefix(name, envPrefix) && value != "" {
			vars[name] = value
		}
	}
	known := map[string]option{}
	for _, o := range options() {
		known[o.Flag] = o
	}
	for _, p := range given {
		if p.Flag == nil {
			continue
		}
		if o, ok := known[p.Flag.Name]; ok {
			// A flag is stronger than a file that the environment names.
			delete(vars, o.Var+"_FILE")
			vars[o.Var] = p.Flag.Target.String()
		}
	}
	return vars
}

// loadConfig reads and checks a configuration. Its error is a *ConfigError with every problem; the
// configuration comes back all the same, as far as it can be read.
func loadConfig(vars map[string]string) (Config, error) {
	var problems []string
	merged := map[string]string{}
	for k, v := range vars {
		merged[k] = strings.TrimSpace(v)
	}
	for _, o := range options() {
		file := merged[o.Var+"_FILE"]
		switch {
		case !o.Secret || file == "":
		case merged[o.Var] != "":
			problems = append(problems, fmt.Sprintf("%s and %s_FILE are both set: leave one out", o.Var, o.Var))
		default:
			text, err := os.ReadFile(file) //nolint:gosec // The operator names the file.
			if err != nil {
				problems = append(problems, fmt.Sprintf("%s_FILE: %v: name a file that this process can read", o.Var, err))
			}
			merged[o.Var] = strings.TrimSpace(string(text))
		}
	}
	var cfg Config
	err := env.ParseWithOptions(&cfg, env.Options{Environment: merged, Prefix: envPrefix, TagName: "var", DefaultValueTagName: "default"})
	if err != nil {
		problems = append(problems, err.Error())
	}
	if problems = append(problems, cfg.check()...); len(problems) > 0 {
		return cfg, &ConfigError{Problems: problems}
	}
	return cfg, nil
}

var (
	digits       = regexp.MustCompile(`^[0-9]{1,20}$`)
	publicKey    = regexp.MustCompile(`^[0-9a-fA-F]{64}$`)
	prefixRule   = regexp.MustCompile(`^[a-z][a-z0-9-]{0,9}$`)
	slackTeam    = regexp.MustCompile(`^[TE][A-Z0-9]{2,20}$`)
	slackUser    = regexp.MustCompile(`^[UW][A-Z0-9]{2,20}$`)
	playgroundID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,30}$`)
)

// check returns every problem with its remedy. A secret's value is in none of them.
func (c Config) check() []string {
	var problems []string
	wrong := func(name, format string, args ...any) {
		problems = append(problems, envPrefix+name+": "+fmt.Sprintf(format, args...))
	}
	switch scheme, rest, _ := strings.Cut(c.DatabaseURL.Reveal(), ":"); {
	case c.DatabaseURL == "", scheme == "sqlite" && rest != "" && !strings.HasPrefix(rest, "//") && !strings.HasPrefix(rest, ":"):
	case scheme == "postgres" || scheme == "postgresql":
		if u, err := url.Parse(c.DatabaseURL.Reveal()); err != nil || u.Path == "" || u.Path == "/" {
			wrong("DATABASE_URL", "it is not a Postgres URL with a database: write postgres://user:password@host:5432/name, with special characters of the password as %%XX")
		}
	default:
		wrong("DATABASE_URL", "it begins with neither postgres:// nor sqlite: — write postgres://user:password@host/name, or sqlite:/path/hirebot.db")
	}
	if c.DataDir == "" {
		wrong("DATA_DIR", "it is empty: name a directory")
	}
	problems = append(problems, c.checkAddresses()...)
	if c.Timezone == "" || c.Timezone == "Local" {
		wrong("TIMEZONE", "%q is not the name of a time zone: write one such as Asia/Kolkata", c.Timezone)
	} else if _, err := time.LoadLocation(c.Timezone); err != nil {
		wrong("TIMEZONE", "%q is not a time zone that this machine knows: write one such as Asia/Kolkata", c.Timezone)
	}
	if _, bad := parseAdmins(c.Admins); len(bad) > 0 {
		for _, b := range bad {
			wrong("ADMINS", "%s", b)
		}
	}
	problems = append(problems, c.checkPlatforms()...)
	problems = append(problems, c.checkServices()...)
	return problems
}

func (c Config) checkAddresses() []string {
	var problems []string
	for _, a := range []struct{ name, addr string }{{"HTTP_ADDR", c.HTTPAddr}, {"OPS_ADDR", c.OpsAddr}} {
		_, port, err := net.SplitHostPort(a.addr)
		if n, numErr := strconv.Atoi(port); err != nil || numErr != nil || n < 0 || n > 65535 {
			problems = append(problems, fmt.Sprintf("%s%s: %q is not host:port: write one such as 127.0.0.1:9090, or :8080 for every interface", envPrefix, a.name, a.addr))
		}
	}
	if c.HTTPAddr == c.OpsAddr && !strings.HasSuffix(c.OpsAddr, ":0") {
		problems = append(problems, fmt.Sprintf("%sOPS_ADDR: it is the same as HTTP_ADDR: health and metrics need an address of their own, such as 127.0.0.1:9090", envPrefix))
	}
	if c.PublicURL != "" && !isWebURL(c.PublicURL) {
		problems = append(problems, fmt.Sprintf("%sPUBLIC_URL: %q is not an address of the web: write one such as https://hirebot.example.com", envPrefix, c.PublicURL))
	}
	return problems
}

func isWebURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil
}

func (c Config) checkPlatforms() []string {
	var problems []string
	wrong := func(name, format string, args ...any) {
		problems = append(problems, envPrefix+name+": "+fmt.Sprintf(format, args...))
	}
	if c.SlackBotToken != "" && !strings.HasPrefix(c.SlackBotToken.Reveal(), "xoxb-") {
		wrong("SLACK_BOT_TOKEN", "it does not begin with xoxb-: take the “Bot User OAuth Token” of the app's page “OAuth & Permissions”")
	}
	if c.SlackAppToken != "" && !strings.HasPrefix(c.SlackAppToken.Reveal(), "xapp-") {
		wrong("SLACK_APP_TOKEN", "it does not begin with xapp-: take an app-level token with connections:write from the app's page “Basic Information”")
	}
	if c.hasSlack() {
		if c.SlackBotToken == "" {
			wrong("SLACK_BOT_TOKEN", "it is missing: Slack needs it beside what is set")
		}
		if c.SlackAppToken == "" && c.SlackSigningSecret == "" {
			wrong("SLACK_APP_TOKEN", "it is missing: set it for Socket Mode, or %sSLACK_SIGNING_SECRET for HTTP mode", envPrefix)
		}
	}
	if !isWebURL(c.SlackAPIURL) || !strings.HasSuffix(c.SlackAPIURL, "/api/") {
		wrong("SLACK_API_URL", "%q does not end in /api/: write https://slack.com/api/", c.SlackAPIURL)
	}
	if c.hasDiscord() {
		if c.DiscordToken == "" {
			wrong("DISCORD_TOKEN", "it is missing: Discord needs it beside what is set")
		}
		if !digits.MatchString(c.DiscordAppID) {
			wrong("DISCORD_APP_ID", "%q is not an application id, a number: copy it from the application's page “General Information”", c.DiscordAppID)
		}
		for _, id := range splitList(c.DiscordGuildID) {
			if !digits.MatchString(id) {
				wrong("DISCORD_GUILD_ID", "%q is not a server's id, a number: switch on Developer Mode and use “Copy Server ID”", id)
			}
		}
	}
	if c.DiscordPublicKey != "" && !publicKey.MatchString(c.DiscordPublicKey) {
		wrong("DISCORD_PUBLIC_KEY", "it is not 64 hexadecimal digits: copy it from the application's page “General Information”")
	}
	if !isWebURL(c.DiscordAPIURL) || !strings.HasSuffix(c.DiscordAPIURL, "/api/") {
		wrong("DISCORD_API_URL", "%q does not end in /api/: write https://discord.com/api/", c.DiscordAPIURL)
	}
	if c.CommandPrefix != "" && !prefixRule.MatchString(c.CommandPrefix) {
		wrong("COMMAND_PREFIX", "%q cannot begin a command: write at most ten small letters, digits and hyphens, such as hb", c.CommandPrefix)
	}
	if c.WorkspacesFile != "" {
		if info, err := os.Stat(c.WorkspacesFile); err != nil || info.IsDir() {
			wrong("WORKSPACES_FILE", "%q cannot be read: name a file that this process can read", c.WorkspacesFile)
		}
	}
	return problems
}

func (c Config) checkServices() []string {
	var problems []string
	wrong := func(name, format string, args ...any) {
		problems = append(problems, envPrefix+name+": "+fmt.Sprintf(format, args...))
	}
	switch {
	case c.AIBaseURL == "" && (c.AIKey != "" || c.AIModel != ""):
		wrong("AI_BASE_URL", "it is missing: name the service, such as https://api.openai.com/v1, or leave out the key and the model")
	case c.AIBaseURL != "" && !isWebURL(c.AIBaseURL):
		wrong("AI_BASE_URL", "%q is not an address of the web: write one such as https://api.openai.com/v1", c.AIBaseURL)
	case c.AIBaseURL != "" && c.AIModel == "":
		wrong("AI_MODEL", "it is missing: name the model to ask at that service")
	}
	if c.EncryptionKey != "" {
		if _, err := store.ParseKeys(c.EncryptionKey.Reveal()); err != nil {
			wrong("ENCRYPTION_KEY", "it is not a key: make one with openssl rand -base64 32, several by comma with the newest first")
		}
	}
	if c.SMTPURL != "" {
		if u, err := url.Parse(c.SMTPURL.Reveal()); err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Host == "" {
			wrong("SMTP_URL", "it is not a mail server's URL: write smtp://user:password@host:587 or smtps://user:password@host")
		}
	}
	return problems
}

// hasSlack tells whether anything of Slack is set.
func (c Config) hasSlack() bool {
	return c.SlackBotToken != "" || c.SlackAppToken != "" || c.SlackSigningSecret != ""
}

// hasDiscord tells whether anything of Discord is set.
func (c Config) hasDiscord() bool {
	return c.DiscordToken != "" || c.DiscordAppID != "" || c.DiscordGuildID != "" || c.DiscordPublicKey != ""
}

// database returns the URL of the database: the one that is set, or the file in the data directory.
func (c Config) database() string {
	if c.DatabaseURL != "" {
		return c.DatabaseURL.Reveal()
	}
	return "sqlite:" + filepath.Join(c.DataDir, "hirebot.db")
}

// sqlitePath returns the path of the SQLite file, and whether the database is one.
func (c Config) sqlitePath() (string, bool) {
	path, ok := strings.CutPrefix(c.database(), "sqlite:")
	return path, ok
}

// admin is somebody of HIREBOT_ADMINS: an account on a platform, or an e-mail address.
type admin struct {
	Identity bot.Identity
	Email    string
}

// parseAdmins reads HIREBOT_ADMINS and returns the people and what is wrong with the rest.
func parseAdmins(text string) ([]admin, []string) {
	var (
		out      []admin
		problems []string
	)
	for _, entry := range splitList(text) {
		if strings.Contains(entry, "@") {
			if a, err := mail.ParseAddress(entry); err != nil || a.Address != entry {
				problems = append(problems, fmt.Sprintf("%q is not an e-mail address", entry))
				continue
			}
			out = append(out, admin{Email: strings.ToLower(entry)})
			continue
		}
		who, err := parseIdentity(entry)
		if err == nil && strings.HasPrefix(who.Workspace, "playground") {
			err = errors.New("the playground has its own admin")
		}
		if err != nil {
			problems = append(problems, fmt.Sprintf("%q: %v: write slack:TEAM/USER, discord:SERVER/USER or an e-mail address, several by comma", entry, err))
			continue
		}
		if !slices.Contains(out, admin{Identity: who}) {
			out = append(out, admin{Identity: who})
		}
	}
	return out, problems
}

// parseIdentity reads an account as the command line and the configuration write it:
// slack:TEAM/USER, discord:SERVER/USER, or playground/USER.
func parseIdentity(text string) (bot.Identity, error) {
	workspace, user, ok := strings.Cut(text, "/")
	if !ok {
		return bot.Identity{}, errors.New("the user is missing after a slash")
	}
	platform, team, _ := strings.Cut(workspace, ":")
	switch platform {
	case "slack":
		if !slackTeam.MatchString(team) || !slackUser.MatchString(user) {
			return bot.Identity{}, errors.New("a Slack account is a team's id, T…, and a member's id, U…")
		}
	case "discord":
		if !digits.MatchString(team) || !digits.MatchString(user) {
			return bot.Identity{}, errors.New("a Discord account is a server's id and a user's id, both numbers")
		}
	case playgroundWorkspace:
		if team != "" || !playgroundID.MatchString(user) {
			return bot.Identity{}, errors.New("an account of the playground is playground/ and a name in small letters, digits and hyphens")
		}
	default:
		return bot.Identity{}, errors.New("the platform is neither slack nor discord")
	}
	return bot.Identity{Workspace: workspace, User: user}, nil
}

func splitList(text string) []string {
	var out []string
	for _, part := range strings.Split(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// unknownVariables returns the variables that begin like ours and are not: usually misspelled.
func unknownVariables(vars map[string]string) []string {
	var known []string
	for _, o := range options() {
		known = append(known, o.Var)
		if o.Secret {
			known = append(known, o.Var+"_FILE")
		}
	}
	var out []string
	for name := range vars {
		// What the tests are told is not the program's.
		if !slices.Contains(known, name) && !strings.HasPrefix(name, envPrefix+"TEST_") && name != envPrefix+"SHARED" {
			hint := ""
			if near := bot.Nearest(name, known); near != "" {
				hint = ": did you mean " + near + "?"
			}
			out = append(out, name+" is no setting of this version"+hint)
		}
	}
	slices.Sort(out)
	return out
}

// unusedVariables returns those variables that are set and that nothing uses yet.
func unusedVariables(vars map[string]string) []string {
	var out []string
	for _, o := range options() {
		if o.Later && (vars[o.Var] != "" || vars[o.Var+"_FILE"] != "") {
			out = append(out, o.Var)
		}
	}
	return out
}

// configTable returns the reference of the configuration in Markdown.
func configTable() string {
	var b strings.Builder
	b.WriteString("| Variable | Meaning | Default | Secret |\n|---|---|---|---|\n")
	for _, o := range options() {
		def, secret := "", ""
		if o.Default != "" {
			def = "`" + o.Default + "`"
		}
		if o.Secret {
			secret = "yes"
		}
		help := strings.ReplaceAll(o.Help, "|", "\\|")
		if o.Later {
			help += " *(not used by this version yet)*"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", o.Var, help, def, secret)
	}
	return b.String()
}
