package playground

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/hirebot/hirebot/bot"
)

// Config says what a playground looks like and who is in it.
type Config struct {
	// Addr is where to listen, such as "127.0.0.1:8484"; port 0 takes a free one.
	Addr string
	// Workspace is the workspace of every identity and conversation; "" is "playground".
	Workspace string
	// Bot is the name under which the bot speaks; "" is "Bot".
	Bot string
	// Commands returns the commands for autocomplete and the reference panel.
	Commands func() []bot.Spec
	// People returns everyone whom one can be. It is asked anew for every request.
	People func(context.Context) ([]Person, error)
	// Account returns the user who is a person, "" for none, and what they are called, for messages that
	// notify one person; nil is nobody.
	Account func(ctx context.Context, workspace, person string) (user, name string)
	// Channels are the conversations that everyone is in, the first one shown first.
	Channels []Channel
	Clock    bot.Clock
	Log      *slog.Logger
	// AllowRemote permits listening on other interfaces than loopback, where anyone who reaches the
	// address can be anyone. Host names are not checked then, since they are not known.
	AllowRemote bool
	// Try are commands that an empty conversation offers to try.
	Try []string
	// Forward, where it is set, lets whoever looks at the page put Clock forward: it puts it to an instant, has
	// all that falls due on the way happen at its time, and returns when that is done, or, early, when enough says
	// so. Leave it out where Clock is that of the world: the page offers nothing of the kind then. An error of it
	// goes to the log, and the page says where the clock has stopped.
	Forward func(ctx context.Context, to time.Time, enough func() bool) error
	// Morning returns when the next working day begins, zero for none in sight. It belongs to Forward.
	Morning func(context.Context) (time.Time, error)
}

// Person is somebody whom one can be in the playground.
type Person struct {
	// User is their user id in identities, and Name how they are shown.
	User, Name string
	// About says in a few words what they may do, such as their roles.
	About string
	// Zone is the IANA name of their time zone; "" leaves it to the browser.
	Zone string
}

// Channel is a conversation that everyone is in.
type Channel struct {
	// Name is its id too: small letters, digits, hyphens and underscores.
	Name string
	// About says in a line what it is for.
	About string
}

// Playground is a chat server in memory and the adapter to it. Make one with New.
type Playground struct {
	cfg Config
	hub *hub
	// epoch tells this process's messages from those of an earlier one.
	epoch  string
	assets map[string]asset
	// stopped ends the streams when the server shuts down.
	stopped  chan struct{}
	stopOnce sync.Once
	jumps    jumps

	mu       sync.Mutex
	listener net.Listener
}

var _ bot.Platform = (*Playground)(nil)

var channelName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,79}$`)

// New returns a playground that does not listen yet. It fails where the configuration lacks
// something or names a channel wrongly.
func New(cfg Config) (*Playground, error) {
	if cfg.Workspace == "" {
		cfg.Workspace = "playground"
	}
	if cfg.Bot == "" {
		cfg.Bot = "Bot"
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	switch {
	case cfg.Commands == nil:
		return nil, errors.New("playground: no Commands")
	case cfg.People == nil:
		return nil, errors.New("playground: no People")
	case cfg.Clock == nil:
		return nil, errors.New("playground: no Clock")
	case (cfg.Forward == nil) != (cfg.Morning == nil):
		return nil, errors.New("playground: Forward and Morning go together")
	case len(cfg.Channels) == 0:
		return nil, errors.New("playground: no Channels")
	}
	assets, err := loadAssets()
	if err != nil {
		return nil, fmt.Errorf("load the page: %w", err)
	}
	p := &Playground{cfg: cfg, hub: newHub(), epoch: uuid.NewString()[:8], assets: assets, stopped: make(chan struct{})}
	for _, c := range cfg.Channels {
		if !channelName.MatchString(c.Name) {
			return nil, fmt.Errorf("playground: channel name %q: use small letters, digits, hyphens and underscores", c.Name)
		}
		if p.hub.exists(c.Name, "") {
			return nil, fmt.Errorf("playground: channel %q twice", c.Name)
		}
		p.hub.add(c.Name, "")
	}
	return p, nil
}

// Name returns "playground".
func (p *Playground) Name() string { return "playground" }

// Listen takes the address, so that Addr is known before Run. It fails where the address is in
// use, or reachable from elsewhere without AllowRemote.
func (p *Playground) Listen(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener != nil {
		return nil
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", p.cfg.Addr)
	if err != nil {
		return fmt.Errorf("listen for the playground: %w", err)
	}
	if tcp, ok := l.Addr().(*net.TCPAddr); !p.cfg.AllowRemote && (!ok || !tcp.IP.IsLoopback()) {
		refusal := fmt.Errorf("listen for the playground: %s can be reached from other machines, and the playground has no passwords: use 127.0.0.1, or allow remote access", p.cfg.Addr)
		return errors.Join(refusal, l.Close())
	}
	p.listener = l
	return nil
}

// Addr returns the address listened on, such as "127.0.0.1:8484", or "" before Listen or Run.
func (p *Playground) Addr() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener == nil {
		return ""
	}
	return p.listener.Addr().String()
}

// The bounds on how long one request may take. A stream renews its write deadline as it goes.
const (
	headerTimeout   = 10 * time.Second
	readTimeout     = 60 * time.Second
	writeTimeout    = 60 * time.Second
	idleTimeout     = 120 * time.Second
	shutdownTimeout = 10 * time.Second
	// serveTimeout bounds the work on an event. It goes on when the page goes away, since what was
	// asked for is shown when the page comes back.
	serveTimeout = 45 * time.Second
)

// Run listens, unless Listen was called before, and serves until ctx ends. It then lets requests
// finish, and returns nil; it returns an error where it cannot listen or go on.
func (p *Playground) Run(ctx context.Context, serve bot.Serve) error {
	if err := p.Listen(ctx); err != nil {
		return err
	}
	srv := &http.Server{
		Handler:           p.Handler(serve),
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(p.cfg.Log.Handler(), slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(p.listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve the playground: %w", err)
	case <-ctx.Done():
	}
	p.stopOnce.Do(func() { close(p.stopped) })
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	if err := srv.Shutdown(drain); err != nil {
		return errors.Join(fmt.Errorf("stop the playground: %w", err), srv.Close())
	}
	return nil
}

// dm is the conversation that holds somebody's direct messages with the bot.
func dm(user string) string { return "@" + user }

func (p *Playground) people(ctx context.Context) ([]Person, error) {
	people, err := p.cfg.People(ctx)
	if err != nil {
		return nil, fmt.Errorf("list people: %w", err)
	}
	for _, who := range people {
		p.hub.add(dm(who.User), who.User)
	}
	return people, nil
}

func (p *Playground) person(ctx context.Context, user string) (Person, bool, error) {
	people, err := p.people(ctx)
	if err != nil {
		return Person{}, false, err
	}
	for _, who := range people {
		if who.User == user {
			return who, true, nil
		}
	}
	return Person{}, false, nil
}

func permanent(format string, args ...any) error {
	return &bot.SendError{Permanent: true, Reason: fmt.Sprintf(format, args...)}
}

// known fails unless the conversation is one of ours.
func (p *Playground) known(ctx context.Context, to bot.Conversation) error {
	if to.Workspace != p.cfg.Workspace {
		return permanent("no workspace %q here", to.Workspace)
	}
	if user, direct := strings.CutPrefix(to.Channel, "@"); direct {
		if _, ok, err := p.person(ctx, user); err != nil {
			return &bot.SendError{Reason: "look up person", Err: err}
		} else if !ok {
			return permanent("no person %q here", user)
		}
	}
	if !p.hub.exists(to.Channel, "") {
		return permanent("no conversation %q here", to.Channel)
	}
	return nil
}

// Send posts a card where the bot was not asked. A delivery id that was sent before is not posted
// again. A conversation that does not exist is a permanent *bot.SendError.
func (p *Playground) Send(ctx context.Context, to bot.Conversation, card bot.Card, deliveryID string) (bot.Posted, error) {
	if err := p.known(ctx, to); err != nil {
		return bot.Posted{}, err
	}
	w := p.posted(ctx, card)
	m, ok := p.hub.post(message{ID: "m-" + uuid.NewString(), Conversation: to.Channel, At: p.cfg.Clock(), Card: &w, delivery: deliveryID})
	if !ok {
		return bot.Posted{}, permanent("no conversation %q here", to.Channel)
	}
	return bot.Posted{In: to, ID: m.ID}, nil
}

// Edit draws a posted message again. A message that is no longer kept is a permanent
// *bot.SendError.
func (p *Playground) Edit(ctx context.Context, at bot.Posted, card bot.Card) error {
	if err := p.known(ctx, at.In); err != nil {
		return err
	}
	w := p.posted(ctx, card)
	if _, ok := p.hub.edit(at.In.Channel, at.ID, func(m *message) { m.Card, m.Edited = &w, true }); !ok {
		return permanent("no message %q here any more", at.ID)
	}
	return nil
}

// Find looks for a message that was sent with this delivery id since then.
func (p *Playground) Find(ctx context.Context, to bot.Conversation, deliveryID string, since time.Time) (bot.Posted, bool, error) {
	if err := p.known(ctx, to); err != nil {
		return bot.Posted{}, false, err
	}
	m, ok := p.hub.find(to.Channel, deliveryID, since)
	if !ok {
		return bot.Posted{}, false, nil
	}
	return bot.Posted{In: to, ID: m.ID}, true, nil
}

// DM returns somebody's direct-message conversation. A person who is not here is a permanent
// *bot.SendError.
func (p *Playground) DM(ctx context.Context, who bot.Identity) (bot.Conversation, error) {
	to := bot.Conversation{Workspace: who.Workspace, Channel: dm(who.User), Private: true}
	return to, p.known(ctx, to)
}

// Profile returns what is known of somebody. Their zone is nil where it is not set or unknown.
func (p *Playground) Profile(ctx context.Context, who bot.Identity) (bot.Profile, error) {
	person, ok, err := p.person(ctx, who.User)
	if err != nil {
		return bot.Profile{}, &bot.SendError{Reason: "look up person", Err: err}
	}
	if !ok || who.Workspace != p.cfg.Workspace {
		return bot.Profile{}, permanent("no person %q here", who.User)
	}
	profile := bot.Profile{Name: person.Name, Active: true}
	if zone, err := time.LoadLocation(person.Zone); person.Zone != "" && err == nil {
		profile.Zone = zone
	}
	return profile, nil
}

// posted renders a card that nobody asked for, with whom it notifies.
func (p *Playground) posted(ctx context.Context, c bot.Card) wireCard {
	var account func(string) (string, string)
	if p.cfg.Account != nil {
		account = func(person string) (string, string) { return p.cfg.Account(ctx, p.cfg.Workspace, person) }
	}
	w, lost := renderPosted(c, account)
	p.logLost(ctx, lost)
	return w
}

// card renders a card and logs what had to be left out.
func (p *Playground) card(ctx context.Context, c bot.Card) wireCard {
	w, lost := renderCard(c)
	p.logLost(ctx, lost)
	return w
}

func (p *Playground) logLost(ctx context.Context, lost []Loss) {
	for _, l := range lost {
		p.cfg.Log.WarnContext(ctx, "shortened for the playground", "part", l.Where, "had", l.Had, "kept", l.Kept)
	}
}
