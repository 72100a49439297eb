package main

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/discord"
	"github.com/hirebot/hirebot/bot/slack"
	"github.com/hirebot/hirebot/commands"
)

// printed is what the tests look at of a manifest.
type printed struct {
	Features struct {
		SlashCommands []struct {
			Command, URL string
		} `json:"slash_commands"`
	} `json:"features"`
	OAuth struct {
		Scopes struct{ Bot []string }
	} `json:"oauth_config"`
	Settings struct {
		Socket bool `json:"socket_mode_enabled"`
	} `json:"settings"`
}

func TestManifestSlack(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env      []string
		args     []string
		commands []string
		url      string
		socket   bool
		scopes   []slack.Scope
	}{
		"nothing set":  {nil, nil, []string{"/hire", "/band", "/req"}, "", true, slack.Scopes(false)},
		"socket":       {[]string{"HIREBOT_SLACK_BOT_TOKEN=xoxb-hush", "HIREBOT_SLACK_APP_TOKEN=xapp-hush"}, nil, []string{"/hire"}, "", true, slack.Scopes(false)},
		"http":         {[]string{"HIREBOT_PUBLIC_URL=https://hirebot.example.com/"}, nil, []string{"/hire"}, "https://hirebot.example.com/slack/commands", false, slack.Scopes(false)},
		"both":         {[]string{"HIREBOT_PUBLIC_URL=https://hirebot.example.com", "HIREBOT_SLACK_BOT_TOKEN=xoxb-hush", "HIREBOT_SLACK_APP_TOKEN=xapp-hush"}, nil, []string{"/hire"}, "https://hirebot.example.com/slack/commands", true, slack.Scopes(false)},
		"prefix":       {[]string{"HIREBOT_COMMAND_PREFIX=hb"}, nil, []string{"/hb-hire", "/hb-band"}, "", true, slack.Scopes(false)},
		"by flag":      {nil, []string{"--command-prefix=hb"}, []string{"/hb-hire"}, "", true, slack.Scopes(false)},
		"of community": {nil, []string{"--community"}, nil, "", true, slack.Scopes(true)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.env = append(b.env, c.env...)
			stdout, stderr := b.want(exitOK, append([]string{"manifest", "slack"}, c.args...)...)
			if strings.Contains(stdout+stderr, "hush") {
				t.Error("a secret was printed")
			}
			var got printed
			if err := json.Unmarshal([]byte(stdout), &got); err != nil {
				t.Fatalf("%v:\n%s", err, stdout)
			}
			var names, scopes []string
			for _, command := range got.Features.SlashCommands {
				names = append(names, command.Command)
				if command.URL != c.url {
					t.Errorf("%s is sent to %q, want %q", command.Command, command.URL, c.url)
				}
			}
			for _, want := range c.commands {
				if !slices.Contains(names, want) {
					t.Errorf("no %s among %q", want, names)
				}
			}
			if c.commands == nil && len(names) > 0 {
				t.Errorf("commands %q", names)
			}
			for _, s := range c.scopes {
				scopes = append(scopes, s.Name)
			}
			if !slices.Equal(got.OAuth.Scopes.Bot, scopes) || got.Settings.Socket != c.socket {
				t.Errorf("scopes %q, Socket Mode %v", got.OAuth.Scopes.Bot, got.Settings.Socket)
			}
			if entries, err := os.ReadDir(b.dir); err != nil || len(entries) > 0 {
				t.Errorf("it left something behind: %v %v", entries, err)
			}
		})
	}
}

func TestManifestSlackSaysWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	specs := []bot.Spec{
		{Noun: commands.Base, Verb: "home", Default: true, Summary: "x"},
		{Noun: "feedback", Verb: "give", Default: true, Summary: "x"},
	}
	var stdout, stderr bytes.Buffer
	m := newBench(t).main(&stdout, &stderr)
	if err := (manifestSlackCmd{}).describe(m, specs); err != nil {
		t.Fatal(err)
	}
	if got, want := stderr.String(), "/feedback is reserved by Slack: people type /hire feedback\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if strings.Contains(stdout.String(), `"/feedback"`) || !json.Valid(stdout.Bytes()) {
		t.Errorf("manifest:\n%s", &stdout)
	}

	stdout.Reset()
	specs[1].Noun = "Feedback"
	err := (manifestSlackCmd{}).describe(m, specs)
	if err == nil || stdout.Len() > 0 {
		t.Fatalf("printed:\n%s", &stdout)
	}
	has(t, err.Error(), `"/Feedback"`, "rename the noun", "HIREBOT_COMMAND_PREFIX", "HIREBOT_PUBLIC_URL")
}

func TestManifestIsToldWhatIsWrong(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.want(exitUsage, "manifest")
	b.want(exitUsage, "manifest", "slack", "extra")
	b.want(exitUsage, "manifest", "discord", "extra")
	b.want(exitUsage, "manifest", "discord", "--community", "--commands")
	b.env = append(b.env, "HIREBOT_COMMAND_PREFIX=HB!")
	if stdout, stderr := b.want(exitUsage, "manifest", "slack"); stdout != "" || !strings.Contains(stderr, "HIREBOT_COMMAND_PREFIX") {
		t.Errorf("%q %q", stdout, stderr)
	}
	b.env = []string{"HIREBOT_PUBLIC_URL=https://[::1]:8080"}
	if stdout, stderr := b.want(exitFailure, "manifest", "slack"); stdout != "" || !strings.Contains(stderr, "Slack would refuse this manifest") {
		t.Errorf("%q %q", stdout, stderr)
	}
}

func TestManifestDiscord(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args  []string
		scope string
	}{
		"of the company": {nil, "scope=bot+applications.commands"},
		"of a community": {[]string{"--community"}, "scope=bot&"},
	} {
		b := newBench(t, "HIREBOT_DISCORD_TOKEN=hush", "HIREBOT_DISCORD_APP_ID=123456789012345678")
		stdout, stderr := b.want(exitOK, append([]string{"manifest", "discord"}, c.args...)...)
		link, rest, _ := strings.Cut(stdout, "\n")
		if strings.Contains(stdout+stderr, "hush") {
			t.Error("a secret was printed")
		}
		if _, err := url.Parse(link); err != nil || !strings.Contains(link+"&", c.scope) {
			t.Errorf("%s: %q %v", name, link, err)
		}
		has(t, link, "https://discord.com/oauth2/authorize?", "client_id=123456789012345678", "permissions=")
		for _, p := range discord.Permissions(len(c.args) > 0) {
			has(t, rest, p.Name, p.Reason)
		}
		if entries, err := os.ReadDir(b.dir); err != nil || len(entries) > 0 {
			t.Errorf("it left something behind: %v %v", entries, err)
		}
	}
}

func TestManifestDiscordNeedsTheApplication(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if stdout, stderr := b.want(exitUsage, "manifest", "discord"); stdout != "" || !strings.Contains(stderr, "HIREBOT_DISCORD_APP_ID") || !strings.Contains(stderr, "General Information") {
		t.Errorf("%q %q", stdout, stderr)
	}
}

func TestManifestDiscordCommands(t *testing.T) {
	t.Parallel()
	b := newBench(t, "HIREBOT_COMMAND_PREFIX=hb")
	stdout, _ := b.want(exitOK, "manifest", "discord", "--commands")
	var printed []struct {
		Type    int
		Name    string
		Options []struct{ Name string }
	}
	if err := json.Unmarshal([]byte(stdout), &printed); err != nil || len(printed) == 0 {
		t.Fatalf("%v:\n%s", err, stdout)
	}
	onMessages := 0
	for _, c := range printed {
		if c.Type == 3 { // the menu of a message shows the app beside them, which a prefix does not help
			onMessages++
			continue
		}
		if !strings.HasPrefix(c.Name, "hb-") || len(c.Options) == 0 {
			t.Errorf("registered %+v", c)
		}
	}
	if onMessages == 0 {
		t.Error("nothing is offered on messages")
	}
	var out, side bytes.Buffer
	err := (manifestDiscordCmd{}).describe(b.main(&out, &side), []bot.Spec{{Noun: "Band", Verb: "show", Default: true, Summary: "x"}})
	if err == nil || out.Len() > 0 {
		t.Fatalf("printed:\n%s", &out)
	}
	has(t, err.Error(), "/Band", "rename the noun", "HIREBOT_COMMAND_PREFIX")
}
