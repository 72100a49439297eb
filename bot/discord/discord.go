package discord

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

// Name is the platform's name in identities and settings.
const Name = "discord"

// APIURL is where Discord's API is.
const APIURL = "https://discord.com/api/"

// Kind says whose a server is. Discord calls a server a guild, and so do we.
type Kind string

const (
	// Home is a guild of the company.
	Home Kind = "home"
	// Community is somebody else's, in which only our posts' buttons and their form answer.
	Community Kind = "community"
)

// Access is a further guild that the app is in.
type Access struct {
	Guild string
	Kind  Kind
}

// Workspace is a guild that was connected to.
type Workspace struct {
	// ID stands in identities and conversations; Guild is Discord's.
	ID, Guild, Name string
	Kind            Kind
}

// Channel is a text channel that the bot sees and can write in.
type Channel struct {
	In   bot.Conversation
	Name string
	// Private is for some of the guild's members only.
	Private bool
}

// Hooks is what the adapter tells of what it learns. Each may be nil.
type Hooks struct {
	// Connected is called for each guild before anything of it is served.
	Connected func(ctx context.Context, w Workspace) error
	// Channels is called with all channels of a guild that the bot can write in.
	Channels func(ctx context.Context, workspace string, all []Channel) error
	// Up is told whether deliveries can arrive, whenever that may have changed.
	Up func(bool)
}

// Lead blocks until this process is the one that leads. The context that it returns ends when it leads
// no more; the function gives the lead back.
type Lead func(ctx context.Context) (leading context.Context, leave func(), err error)

// Config is what an adapter is made of.
type Config struct {
	// Token is the bot's, AppID the application's id.
	Token, AppID string
	// Guilds are the company's; Others are further ones. Any other guild is a community.
	Guilds []string
	Others []Access
	// PublicKey, 64 hexadecimal digits, switches HTTP interactions on; no Gateway is needed then.
	PublicKey string
	// APIURL ends in /api/; "" is Discord's.
	APIURL string
	// Base is the noun that can be typed before any other; Prefix stands before each command.
	Base, Prefix string
	// PublicURL begins the links to records.
	PublicURL string
	// Commands returns the declared commands.
	Commands  func() []bot.Spec
	Directory bot.Directory
	Hooks     Hooks
	// Lead chooses the process that holds the Gateway and registers commands; nil is always this one.
	Lead  Lead
	Clock bot.Clock
	Log   *slog.Logger
	// After is time.After where it is nil.
	After func(time.Duration) <-chan time.Time
}

// Discord is the adapter.
type Discord struct {
	cfg      Config
	names    names
	registry *bot.Registry
	key      ed25519.PublicKey // nil without HTTP interactions
	api      *discordgo.Session
	files    *http.Client

	// limited says until when calls are refused, by bucket.
	limited sync.Map

	serve atomic.Pointer[bot.Serve]
	work  front.InFlight
	dms   sync.Map // bot.Identity → channel
	rooms sync.Map // channel → whether it is a direct-message conversation
	// channelNames are the names of the text channels of the company's guilds.
	channelNames sync.Map
	// members are what is known of who is in a company's guild: bot.Identity → memberSeen.
	members sync.Map
	// botUser is the id of the bot's own account, once it is known.
	botUser atomic.Pointer[string]
	up      atomic.Bool
	looks

	mu     sync.RWMutex
	guilds map[string]Workspace // those that were connected to, by Discord's id
}

// timeout bounds one call of Discord's API. A file of ten megabytes takes the longest.
const timeout = 15 * time.Second

// New returns an adapter. It fails for a configuration that cannot work, and connects to nothing.
func New(cfg Config) (*Discord, error) {
	if cfg.Token == "" || cfg.AppID == "" {
		return nil, errors.New("discord needs a bot token and an application id")
	}
	if len(cfg.Guilds) == 0 {
		return nil, errors.New("discord needs the id of the company's server")
	}
	if cfg.Commands == nil || cfg.Directory == nil || cfg.Clock == nil || cfg.Log == nil {
		return nil, errors.New("discord needs Commands, Directory, Clock and Log")
	}
	if cfg.After == nil {
		cfg.After = time.After
	}
	if cfg.APIURL == "" {
		cfg.APIURL = APIURL
	}
	base, err := url.Parse(cfg.APIURL)
	if err != nil || base.Host == "" {
		return nil, fmt.Errorf("discord: the address of the API, %q, is none: write %s", cfg.APIURL, APIURL)
	}
	var key ed25519.PublicKey
	if cfg.PublicKey != "" {
		if key, err = hex.DecodeString(cfg.PublicKey); err != nil || len(key) != ed25519.PublicKeySize {
			return nil, errors.New("discord: the public key is not 64 hexadecimal digits: copy it from the application's page “General Information”")
		}
	}
	specs := cfg.Commands()
	registry, err := bot.NewRegistry(cfg.Base, specs)
	if err != nil {
		return nil, fmt.Errorf("discord: %w", err)
	}
	api, err := discordgo.New("Bot " + cfg.Token)
	if err != nil {
		return nil, fmt.Errorf("discord: %w", err)
	}
	d := &Discord{
		cfg: cfg, names: newNames(cfg.Base, cfg.Prefix, specs), registry: registry, key: key, api: api, files: &http.Client{Timeout: timeout}, guilds: map[string]Workspace{},
	}
	client := &http.Client{Timeout: timeout, Transport: rewriteHost{to: base, next: http.DefaultTransport, limited: d.limit}}
	// It never waits for a rate limit by itself: what can wait does so in the outbox, and what cannot is
	// told at once. Nor does it repeat what may have arrived.
	api.Client, api.ShouldRetryOnRateLimit, api.MaxRestRetries = client, false, 0
	return d, nil
}

// rewriteHost leads what is meant for Discord's API to another place: discordgo's addresses are
// constants of its package.
type rewriteHost struct {
	to   *url.URL
	next http.RoundTripper
	// limited is told how long nothing at all may be called, which discordgo does not say.
	limited func(time.Duration)
}

// RoundTrip sends a request, to the other place where it is meant for the API.
func (r rewriteHost) RoundTrip(req *http.Request) (*http.Response, error) {
	const api = "/api/"
	if req.URL.Host == "discord.com" && strings.HasPrefix(req.URL.Path, api) {
		moved := req.Clone(req.Context())
		to := *req.URL
		to.Scheme, to.Host = r.to.Scheme, r.to.Host
		to.Path = strings.TrimSuffix(r.to.Path, "/") + "/" + strings.TrimPrefix(req.URL.Path, api)
		to.RawPath = ""
		moved.URL, moved.Host = &to, ""
		req = moved
	}
	resp, err := r.next.RoundTrip(req)
	if err == nil && resp.StatusCode == http.StatusTooManyRequests && resp.Header.Get("X-RateLimit-Global") != "" {
		if seconds, err := strconv.ParseFloat(resp.Header.Get("Retry-After"), 64); err == nil {
			r.limited(time.Duration(seconds * float64(time.Second)))
		}
	}
	return resp, err
}

// Name returns "discord".
func (*Discord) Name() string { return Name }

// Workspaces returns the guilds that are connected to.
func (d *Discord) Workspaces() []Workspace {
	d.mu.RLock()
	defer d.mu.RUnlock()
	var out []Workspace
	for _, w := range d.guilds {
		out = append(out, w)
	}
	return out
}

// Settle waits until no delivery is being worked on.
func (d *Discord) Settle() { d.work.Wait() }

// Connected tells whether deliveries can arrive, to this process or to the one that leads.
func (d *Discord) Connected() bool { return d.up.Load() }

func (d *Discord) setUp(up bool) {
	d.up.Store(up)
	if d.cfg.Hooks.Up != nil {
		d.cfg.Hooks.Up(up)
	}
}

func workspaceID(guild string) string { return Name + ":" + guild }

// guildOf returns the guild of a workspace, "" for none of Discord's.
func guildOf(workspace string) string {
	guild, ok := strings.CutPrefix(workspace, Name+":")
	if !ok {
		return ""
	}
	return guild
}

// kindOf says whose a guild is.
func (d *Discord) kindOf(guild string) Kind {
	for _, g := range d.cfg.Guilds {
		if g == guild {
			return Home
		}
	}
	for _, a := range d.cfg.Others {
		if a.Guild == guild {
			return a.Kind
		}
	}
	return Community
}

// accesses returns the guilds of the configuration, the company's own first.
func (d *Discord) accesses() []Access {
	out := make([]Access, 0, len(d.cfg.Guilds)+len(d.cfg.Others))
	for _, g := range d.cfg.Guilds {
		out = append(out, Access{Guild: g, Kind: Home})
	}
	return append(out, d.cfg.Others...)
}

// homes returns the guilds of the company that are connected to.
func (d *Discord) homes() []Workspace {
	d.mu.RLock()
	defer d.mu.RUnlock()
	var out []Workspace
	for _, a := range d.accesses() {
		if w, ok := d.guilds[a.Guild]; ok && w.Kind == Home {
			out = append(out, w)
		}
	}
	return out
}

// known tells whether a guild was connected to.
func (d *Discord) known(guild string) bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	_, ok := d.guilds[guild]
	return ok
}

// Run connects to the guilds and receives until ctx ends, and then lets what is being answered end. It
// returns an error where Discord refuses the app itself.
func (d *Discord) Run(ctx context.Context, serve bot.Serve) error {
	if err := d.connect(ctx); err != nil || ctx.Err() != nil {
		return err
	}
	d.serve.Store(&serve)
	defer d.setUp(false)
	defer d.work.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var waiting sync.WaitGroup
	defer waiting.Wait()
	defer stop()
	waiting.Go(func() { d.connectRest(ctx) })
	if d.key != nil {
		d.setUp(true)
	}
	for wait := time.Second; ctx.Err() == nil; wait = min(2*wait, time.Minute) {
		began := d.cfg.Clock()
		err := d.lead(ctx)
		if refusal, ok := errors.AsType[*refusedError](err); ok {
			return refusal
		}
		if ctx.Err() != nil {
			break
		}
		if d.cfg.Clock().Sub(began) > time.Minute {
			wait = time.Second
		}
		d.cfg.Log.WarnContext(ctx, "this process does not lead on Discord any more", "err", err, "again_in", wait)
		d.sleep(ctx, wait)
	}
	return nil
}

func (d *Discord) sleep(ctx context.Context, wait time.Duration) {
	select {
	case <-ctx.Done():
	case <-d.cfg.After(wait):
	}
}

// lead does, once this process leads, what only one of several may do, until it leads no more.
func (d *Discord) lead(ctx context.Context) error {
	leading := ctx
	if d.cfg.Lead != nil {
		if d.key == nil {
			d.setUp(true) // the process that leads receives, and this one is ready to take over
		}
		now, leave, err := d.cfg.Lead(ctx)
		if err != nil {
			return fmt.Errorf("become the one that leads: %w", err)
		}
		defer leave()
		leading = now
		if d.key == nil {
			d.setUp(false) // until its connection is up
		}
	}
	d.begun.Clear()
	leading, stop := context.WithCancel(leading)
	defer stop()
	end := context.AfterFunc(ctx, stop)
	defer end()
	var duties sync.WaitGroup
	defer duties.Wait()
	defer stop()
	duties.Go(func() { d.watch(leading) })
	if d.key != nil {
		<-leading.Done()
		return context.Cause(leading)
	}
	g := &gateway{
		Open: func(ctx context.Context) (gatewayStart, error) {
			var start gatewayStart
			err := d.call(ctx, http.MethodGet, discordgo.EndpointGatewayBot, nil, &start)
			return start, refusedToken(err)
		},
		Token: d.cfg.Token, Handle: d.handleEvent, Up: d.setUp, Clock: d.cfg.Clock, Log: d.cfg.Log, After: d.cfg.After,
	}
	return g.run(leading)
}

// refusedToken returns an error of the API as one that waiting does not mend, where it is about the
// token.
func refusedToken(err error) error {
	if said, ok := errors.AsType[*discordgo.RESTError](err); ok && said.Response != nil && said.Response.StatusCode == http.StatusUnauthorized {
		return &refusedError{remedy: fatalCloses[4004]}
	}
	return err
}

// connect finds out who the bot is, and connects to what guilds answer at once. A Discord that does
// not answer is tried again until it does.
func (d *Discord) connect(ctx context.Context) error {
	for wait := time.Second; ; wait = min(2*wait, time.Minute) {
		err := d.identify(ctx)
		if err == nil {
			break
		}
		if refusal, ok := errors.AsType[*refusedError](refusedToken(err)); ok {
			return refusal
		}
		d.cfg.Log.WarnContext(ctx, "Discord does not answer", "err", err, "again_in", wait)
		if d.sleep(ctx, wait); ctx.Err() != nil {
			return nil
		}
	}
	for _, a := range d.accesses() {
		d.connectGuild(ctx, a)
	}
	return nil
}

// identify finds out whose the token is.
func (d *Discord) identify(ctx context.Context) error {
	var me discordgo.User
	if err := d.call(ctx, http.MethodGet, discordgo.EndpointUser("@me"), nil, &me); err != nil {
		return fmt.Errorf("ask who I am: %w", err)
	}
	d.botUser.Store(&me.ID)
	return nil
}

// self returns the id of the bot's own account.
func (d *Discord) self() string {
	if id := d.botUser.Load(); id != nil {
		return *id
	}
	return d.cfg.AppID
}

// connectGuild notes a guild, and tells whether the bot is in it.
func (d *Discord) connectGuild(ctx context.Context, a Access) bool {
	if d.known(a.Guild) {
		return true
	}
	var g discordgo.Guild
	err := d.call(ctx, http.MethodGet, discordgo.EndpointGuild(a.Guild), nil, &g)
	if err != nil {
		err = refusal("read a server", err)
	}
	w := Workspace{ID: workspaceID(a.Guild), Guild: a.Guild, Name: g.Name, Kind: a.Kind}
	if err == nil && d.cfg.Hooks.Connected != nil {
		if err = d.cfg.Hooks.Connected(ctx, w); err != nil {
			err = fmt.Errorf("note the server: %w", err)
		}
	}
	if err != nil {
		if ctx.Err() == nil {
			d.cfg.Log.ErrorContext(ctx, "a server is not served: invite the bot with the link that hirebot manifest discord prints", "guild", a.Guild, "err", err)
		}
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.guilds[a.Guild] = w
	return true
}

// connectRest connects to the guilds that did not answer at first.
func (d *Discord) connectRest(ctx context.Context) {
	for _, a := range d.accesses() {
		for wait := time.Minute; !d.known(a.Guild) && ctx.Err() == nil; wait = min(2*wait, time.Hour) {
			d.sleep(ctx, wait)
			if ctx.Err() == nil && d.connectGuild(ctx, a) {
				d.prepare(ctx, a.Guild)
			}
		}
	}
}
