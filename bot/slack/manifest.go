package slack

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/hirebot/hirebot/bot"
)

// ManifestOptions say what a manifest is for.
type ManifestOptions struct {
	// Base is the noun that can be typed before any other; Prefix stands before each command.
	Base, Prefix string
	// PublicURL is how the internet reaches the bot, for HTTP; "" is for Socket Mode alone.
	PublicURL string
	// Socket switches Socket Mode on.
	Socket bool
	// Community asks for what posts in a community's workspace need, and no more.
	Community bool
}

// Scope is a permission that the app asks for.
type Scope struct{ Name, Reason string }

// scopes are all permissions, least first; https://docs.slack.dev/reference/scopes tells what each
// gives. Those of a community are what posting, and finding a post of ours again, needs.
var scopes = []struct {
	Scope
	Community bool
}{
	{Scope: Scope{"commands", "To offer slash commands and the shortcut"}},
	{Scope: Scope{"chat:write", "To post, to answer privately, and to change our own messages"}, Community: true},
	{Scope: Scope{"im:write", "To open a direct message with somebody"}},
	{Scope: Scope{"links:read", "To see that a link to one of our records was posted, and show its card to who posted it"}},
	{Scope: Scope{"users:read", "To know names, time zones, guests, and who was deactivated"}},
	{Scope: Scope{"users:read.email", "To know the e-mail addresses of people, by which admins can be named"}},
	{Scope: Scope{"channels:read", "To know which public channels the bot is in, and whether they are shared with others"}},
	{Scope: Scope{"groups:read", "To know which private channels the bot is in, and whether they are shared with others"}},
	{Scope: Scope{"im:history", "To read what people write to the bot, and to find our own messages there again after a crash"}},
	{Scope: Scope{"files:write", "To put pictures and letters into direct messages"}},
	{Scope: Scope{"files:read", "To fetch a file that somebody puts into a form"}},
	{Scope: Scope{"channels:history", "To find our own posts in public channels again after a crash; what others write there is passed over"}, Community: true},
	{Scope: Scope{"groups:history", "To find our own posts in private channels again after a crash; what others write there is passed over"}, Community: true},
}

// Scopes returns the permissions that the app asks for, least first, each with its reason.
func Scopes(community bool) []Scope {
	var out []Scope
	for _, s := range scopes {
		if s.Community || !community {
			out = append(out, s.Scope)
		}
	}
	return out
}

// What a manifest may have at most, in items or characters.
// https://docs.slack.dev/reference/app-manifest and https://github.com/slackapi/manifest-schema
const (
	maxCommands, maxShortcuts = 50, 10
	// maxCommand is with the slash.
	maxCommand, maxCommandText, maxUsageHint = 32, 2000, 1000
	maxShortcut, maxShortcutText             = 24, 150
)

// The paths under the public address that Slack sends to.
const (
	pathCommands     = "/slack/commands"
	pathInteractions = "/slack/interactions"
	pathOptions      = "/slack/options"
	pathEvents       = "/slack/events"
)

// homeEvents are what Slack tells us unasked. Those of channels are there so that what may be posted
// follows at once when the bot is invited or removed, or a channel is renamed or shared with another
// company: a day later is too late for what is confidential. No scope is asked for them alone.
var homeEvents = []string{
	"app_home_opened", "app_uninstalled", "channel_archive", "channel_left", "channel_rename", "channel_shared", "channel_unshared",
	"group_archive", "group_left", "group_rename", "member_joined_channel", "message.im", "tokens_revoked", "user_change",
}

var (
	// commandRule is what Slack takes as the name of a command.
	commandRule = regexp.MustCompile(`^/[a-z0-9][a-z0-9_-]*$`)
	// domainRule is what Slack takes as a domain whose links it tells of.
	domainRule = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,253}[a-z0-9]$`)
)

// manifest is as slack.Manifest, and says what is off too: where a switch is missing, Slack chooses.
type manifest struct {
	Display  slack.Display     `json:"display_information"`
	Features manifestFeatures  `json:"features"`
	OAuth    slack.OAuthConfig `json:"oauth_config"`
	Settings manifestSettings  `json:"settings"`
}

type manifestFeatures struct {
	AppHome       manifestAppHome              `json:"app_home"`
	BotUser       slack.BotUser                `json:"bot_user"`
	Shortcuts     []slack.Shortcut             `json:"shortcuts,omitempty"`
	SlashCommands []slack.ManifestSlashCommand `json:"slash_commands,omitempty"`
	UnfurlDomains []string                     `json:"unfurl_domains,omitempty"`
}

type manifestAppHome struct {
	HomeTab          bool `json:"home_tab_enabled"`
	MessagesTab      bool `json:"messages_tab_enabled"`
	MessagesReadOnly bool `json:"messages_tab_read_only_enabled"`
}

type manifestSettings struct {
	EventSubscriptions *slack.EventSubscriptions `json:"event_subscriptions,omitempty"`
	Interactivity      slack.Interactivity       `json:"interactivity"`
	OrgDeploy          bool                      `json:"org_deploy_enabled"`
	SocketMode         bool                      `json:"socket_mode_enabled"`
	TokenRotation      bool                      `json:"token_rotation_enabled"`
}

// Manifest returns the app's manifest as indented JSON, and the nouns that are left out because Slack
// reserves them. It fails, with the remedy, for command names that Slack would refuse the whole
// manifest for.
func Manifest(specs []bot.Spec, o ManifestOptions) (text []byte, reserved []string, err error) {
	o.PublicURL = strings.TrimRight(o.PublicURL, "/")
	if o.PublicURL == "" && !o.Socket {
		return nil, nil, errors.New("nothing would reach the bot: name its public address for HTTP, or switch Socket Mode on")
	}
	m := manifest{
		Display:  manifestDisplay(o),
		Features: manifestFeatures{BotUser: slack.BotUser{DisplayName: "Hirebot", AlwaysOnline: true}},
		Settings: manifestSettings{
			SocketMode:    o.Socket,
			Interactivity: slack.Interactivity{IsEnabled: true, RequestUrl: o.at(pathInteractions), MessageMenuOptionsUrl: o.at(pathOptions)},
		},
	}
	for _, s := range Scopes(o.Community) {
		m.OAuth.Scopes.Bot = append(m.OAuth.Scopes.Bot, s.Name)
	}
	if !o.Community {
		if reserved, err = m.home(specs, o); err != nil {
			return nil, nil, err
		}
	}
	text, err = indentedJSON(m)
	if err != nil {
		return nil, nil, err
	}
	return text, reserved, nil
}

// at returns the address of a path, or "" where the internet does not reach the bot.
func (o ManifestOptions) at(path string) string {
	if o.PublicURL == "" {
		return ""
	}
	return o.PublicURL + path
}

// home adds what only the company's own workspace has: commands, shortcuts, the home surface, direct
// messages and events. It returns the nouns that Slack reserves.
func (m *manifest) home(specs []bot.Spec, o ManifestOptions) (reserved []string, err error) {
	var problems []error
	m.Features.AppHome = manifestAppHome{HomeTab: true, MessagesTab: true}
	m.Features.SlashCommands, reserved, problems = slashCommands(specs, o)
	shortcuts, wrong := manifestShortcuts(specs)
	m.Features.Shortcuts = shortcuts
	problems = append(problems, wrong...)

	events := slices.Clone(homeEvents)
	if o.PublicURL != "" {
		domain, err := linkDomain(o.PublicURL)
		if err != nil {
			problems = append(problems, err)
		}
		m.Features.UnfurlDomains = []string{domain}
		events = append(events, "link_shared")
		slices.Sort(events)
	}
	m.Settings.EventSubscriptions = &slack.EventSubscriptions{RequestUrl: o.at(pathEvents), BotEvents: events}
	return reserved, errors.Join(problems...)
}

// manifestDisplay is what people read about the app in Slack.
func manifestDisplay(o ManifestOptions) slack.Display {
	d := slack.Display{Name: "Hirebot", BackgroundColor: "#1f4e79"}
	if o.Community {
		d.Description = "Posts of openings, with a button to ask about them"
		d.LongDescription = "In this workspace Hirebot posts openings and answers the buttons under its own posts. " +
			"It has no commands here, knows no members, and takes part in no conversation. " +
			"It looks through the history of a channel only for its own posts, to find them again after a crash."
		return d
	}
	hire := names{Base: o.Base, Prefix: o.Prefix}.typed(o.Base)
	d.Description = "Salary bands, requisitions and approvals for hiring teams"
	d.LongDescription = "Hirebot answers what a role pays, keeps salary bands and role playbooks, and takes requisitions through their approval. " +
		"Answers are private, and each person is shown only what they may see.\n\n" +
		"Type " + hire + " to see what waits for you, or " + hire + " help for everything that you can do. " +
		"Your company runs it itself and keeps its data."
	return d
}

// slashCommands returns a command for each noun that Slack does not reserve, in the order of the
// registry, and the nouns that it does.
func slashCommands(specs []bot.Spec, o ManifestOptions) (commands []slack.ManifestSlashCommand, reserved []string, problems []error) {
	n := newNames(o.Base, o.Prefix, specs)
	seen := map[string]string{}
	for _, noun := range n.Nouns {
		name, isReserved := n.command(noun)
		if isReserved && noun != o.Base {
			reserved = append(reserved, noun)
			continue
		}
		if isReserved {
			problems = append(problems, fmt.Errorf("/%s is reserved by Slack, and every other command needs it: set a prefix, such as hb", name))
		}
		if err := checkCommand("/"+name, o.Prefix); err != nil {
			problems = append(problems, err)
		}
		if other, twice := seen[strings.ToLower(name)]; twice {
			problems = append(problems, fmt.Errorf("/%s: the nouns %q and %q would be one command on Slack, which does not tell capitals apart: rename one of them", strings.ToLower(name), other, noun))
		}
		seen[strings.ToLower(name)] = noun
		command, err := slashCommand("/"+name, verbsOf(specs, noun))
		if err != nil {
			problems = append(problems, err)
		}
		command.Url = o.at(pathCommands)
		commands = append(commands, command)
	}
	if len(commands) > maxCommands {
		problems = append(problems, fmt.Errorf("%d commands: Slack takes at most %d, so some nouns must become verbs of others", len(commands), maxCommands))
	}
	return commands, reserved, problems
}

// checkCommand says what Slack would refuse the name of a command for, and what to do.
func checkCommand(name, prefix string) error {
	remedy := "rename the noun"
	if prefix != "" {
		remedy += ", or choose another prefix"
	}
	switch {
	case !commandRule.MatchString(name):
		return fmt.Errorf("%q is no name of a command for Slack, which takes lower-case letters, digits, - and _ alone: %s", name, remedy)
	case len(name) > maxCommand:
		if prefix != "" {
			remedy = "choose a shorter prefix"
		}
		return fmt.Errorf("%q has %d characters, and Slack takes at most %d with the slash: %s", name, len(name), maxCommand, remedy)
	}
	return nil
}

func verbsOf(specs []bot.Spec, noun string) []bot.Spec {
	var out []bot.Spec
	for _, s := range specs {
		if s.Noun == noun {
			out = append(out, s)
		}
	}
	return out
}

// slashCommand describes a command by the verb that may be left out.
func slashCommand(name string, verbs []bot.Spec) (slack.ManifestSlashCommand, error) {
	seen := map[string]bool{}
	for _, v := range verbs {
		if seen[v.Verb] {
			return slack.ManifestSlashCommand{}, fmt.Errorf("%s is declared twice: remove one of the declarations", v.Name())
		}
		seen[v.Verb] = true
	}
	i := slices.IndexFunc(verbs, func(s bot.Spec) bool { return s.Default })
	if i < 0 {
		return slack.ManifestSlashCommand{}, fmt.Errorf("%s has no default verb to describe it by: mark one", name)
	}
	return slack.ManifestSlashCommand{
		Command: name, Description: within(verbs[i].Summary, maxCommandText), UsageHint: usageHint(verbs[i], verbs),
		// Slack then writes people and channels as ids, which the reader understands.
		ShouldEscape: true,
	}, nil
}

// usageHint shows what can stand behind a command: an example, and the verbs. There always is one,
// since Slack completes nothing that is typed behind a command.
func usageHint(first bot.Spec, verbs []bot.Spec) string {
	parts := []string{first.Verb}
	for _, e := range first.Examples {
		if rest := strings.TrimSpace(strings.TrimPrefix(e, "/"+first.Noun)); rest != "" {
			parts[0] = rest
			break
		}
	}
	for _, v := range verbs {
		if v.Verb != first.Verb && !v.FromCard {
			parts = append(parts, v.Verb)
		}
	}
	return within(strings.Join(parts, " | "), maxUsageHint)
}

// manifestShortcuts returns the commands that are offered without typing.
func manifestShortcuts(specs []bot.Spec) (out []slack.Shortcut, problems []error) {
	for _, s := range specs {
		if s.Shortcut == "" {
			continue
		}
		if n := utf8.RuneCountInString(s.Shortcut); n > maxShortcut {
			problems = append(problems, fmt.Errorf("the shortcut %q has %d characters, and Slack takes at most %d: shorten it", s.Shortcut, n, maxShortcut))
		}
		id, err := bot.Do(s.Name()).Encode()
		if err != nil {
			problems = append(problems, fmt.Errorf("the shortcut %q: %w", s.Shortcut, err))
		}
		out = append(out, slack.Shortcut{Name: s.Shortcut, Type: slack.GlobalShortcut, CallbackID: id, Description: within(s.Summary, maxShortcutText)})
	}
	if len(out) > maxShortcuts {
		problems = append(problems, fmt.Errorf("%d shortcuts: Slack takes at most %d, so leave some commands without", len(out), maxShortcuts))
	}
	return out, problems
}

// linkDomain returns the domain of the links that Slack shall tell us of.
func linkDomain(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || !domainRule.MatchString(strings.ToLower(u.Hostname())) {
		return "", fmt.Errorf("the public address %q has no domain that Slack takes: write one such as https://hirebot.example.com", address)
	}
	return strings.ToLower(u.Hostname()), nil
}

// within shortens a text to so many characters.
func within(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	return string([]rune(text)[:limit-1]) + "…"
}

// indentedJSON writes JSON for people to read and paste.
func indentedJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("write it as JSON: %w", err)
	}
	return b.Bytes(), nil
}
