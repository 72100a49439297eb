package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

// Name is the platform's name in identities and settings.
const Name = "slack"

// Kind says whose a workspace is.
type Kind string

const (
	// Home is the company's own workspace.
	Home Kind = "home"
	// Community is somebody else's, in which only our posts' buttons and their form answer.
	Community Kind = "community"
)

// Access is a workspace that an app of ours is installed in. A community has an app of its own, with
// fewer permissions, and so a token and a secret of its own.
type Access struct {
	BotToken string
	Kind     Kind
	// AppToken switches Socket Mode on, SigningSecret HTTP. A workspace with neither is posted to, and
	// what the company's own app delivers of it is served.
	AppToken, SigningSecret string
}

// own tells whether deliveries of the workspace come from an app of its own.
func (a Access) own() bool { return a.AppToken != "" || a.SigningSecret != "" }

// Workspace is a workspace that was connected to.
type Workspace struct {
	// ID stands in identities and conversations; Team is Slack's.
	ID, Team, Name string
	Kind           Kind
}

// Channel is a channel that the bot is in.
type Channel struct {
	In   bot.Conversation
	Name string
	// Private is for its members; Shared is shared with another company; Guests has guests among its
	// members.
	Private, Shared, Guests bool
}

// Hooks is what the adapter tells of what it learns. Each may be nil.
type Hooks struct {
	// Connected is called for each workspace before anything of it is served.
	Connected func(ctx context.Context, w Workspace) error
	// Channels is called with all channels of a workspace that the bot is in.
	Channels func(ctx context.Context, workspace string, all []Channel) error
	// Up is told whether deliveries can arrive, whenever that may have changed.
	Up func(bool)
}

// Config is what an adapter is made of.
type Config struct {
	// BotToken is that of the company's own workspace; Others are further ones.
	BotToken string
	Others   []Access
	// AppToken switches Socket Mode on, SigningSecret HTTP. At least one is set.
	AppToken, SigningSecret string
	// APIURL ends in /api/; "" is Slack's.
	APIURL string
	// Base is the noun that can be typed before any other; Prefix stands before each command.
	Base, Prefix string
	// PublicURL begins the links to records; References says which command shows a record by the
	// letters that its reference begins with.
	PublicURL  string
	References map[string]string
	// Commands returns the declared commands.
	Commands  func() []bot.Spec
	Directory bot.Directory
	Hooks     Hooks
	Clock     bot.Clock
	Log       *slog.Logger
	// After is time.After where it is nil.
	After func(time.Duration) <-chan time.Time
}

// Slack is the adapter.
type Slack struct {
	cfg      Config
	names    names
	registry *bot.Registry
	http     *http.Client
	accesses []Access

	serve atomic.Pointer[bot.Serve]
	work  front.InFlight
	// saving are the views whose form is being saved.
	saving sync.Map
	dms    sync.Map // bot.Identity → channel
	// guests are what is known of members of private channels: bot.Identity → guestSeen.
	guests sync.Map
	views  ordering
	told   front.Recent

	mu         sync.RWMutex
	workspaces map[string]*workspace // by team
	sockets    map[int]bool          // whether the Socket Mode of an access is up
}

// workspace is one that we are connected to.
type workspace struct {
	Workspace
	api     *slack.Client
	botUser string
	// access is the index of the access whose app delivers what happens there.
	access int
}

// timeout bounds one call of Slack's API. A file of ten megabytes takes the longest.
const timeout = 15 * time.Second

// New returns an adapter. It fails for a configuration that cannot work, and connects to nothing.
func New(cfg Config) (*Slack, error) {
	if cfg.BotToken == "" {
		return nil, errors.New("slack needs a bot token")
	}
	if cfg.AppToken == "" && cfg.SigningSecret == "" {
		return nil, errors.New("slack needs an app-level token for Socket Mode, or a signing secret for HTTP")
	}
	if cfg.Commands == nil || cfg.Directory == nil || cfg.Clock == nil || cfg.Log == nil {
		return nil, errors.New("slack needs Commands, Directory, Clock and Log")
	}
	if cfg.After == nil {
		cfg.After = time.After
	}
	if cfg.APIURL == "" {
		cfg.APIURL = slack.APIURL
	}
	specs := cfg.Commands()
	registry, err := bot.NewRegistry(cfg.Base, specs)
	if err != nil {
		return nil, fmt.Errorf("slack: %w", err)
	}
	s := &Slack{
		cfg: cfg, names: newNames(cfg.Base, cfg.Prefix, specs), registry: registry,
		http: &http.Client{Timeout: timeout}, workspaces: map[string]*workspace{}, sockets: map[int]bool{},
		accesses: append([]Access{{BotToken: cfg.BotToken, Kind: Home, AppToken: cfg.AppToken, SigningSecret: cfg.SigningSecret}}, cfg.Others...),
		told:     front.Recent{Clock: cfg.Clock},
	}
	return s, nil
}

// client returns a client with the tokens of an access. It never waits for a rate limit by itself:
// what can wait does so in the outbox, and what cannot is told at once.
func (s *Slack) client(a Access) *slack.Client {
	return slack.New(a.BotToken, slack.OptionHTTPClient(s.http), slack.OptionAPIURL(s.cfg.APIURL), slack.OptionAppLevelToken(a.AppToken))
}

// Name returns "slack".
func (*Slack) Name() string { return Name }

// Workspaces returns the workspaces that are connected to.
func (s *Slack) Workspaces() []Workspace {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []Workspace
	for _, w := range s.workspaces {
		out = append(out, w.Workspace)
	}
	return out
}

// Settle waits until no delivery is being worked on.
func (s *Slack) Settle() { s.work.Wait() }

// Connected tells whether deliveries of the company's own workspace can arrive.
func (s *Slack) Connected() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.serve.Load() == nil {
		return false
	}
	// The company's own app is what counts: a further workspace may be down without harm to others.
	return s.accesses[0].AppToken == "" || s.sockets[0]
}

// Run connects to the workspaces and receives until ctx ends, and then lets what is being answered
// end. It returns an error where Slack refuses an app itself.
func (s *Slack) Run(ctx context.Context, serve bot.Serve) error {
	if err := s.connectOne(ctx, 0, s.accesses[0]); err != nil || ctx.Err() != nil {
		return err
	}
	s.serve.Store(&serve)
	defer s.work.Wait()
	s.tellUp(s.Connected())
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var watching sync.WaitGroup
	watching.Go(func() { s.watchChannels(ctx) })
	defer watching.Wait()

	var group sync.WaitGroup
	for i, a := range s.accesses[1:] {
		group.Go(func() { s.further(ctx, i+1, a) })
	}
	err := s.listen(ctx, 0, s.accesses[0])
	stop()
	group.Wait()
	return err
}

// further connects to another workspace and receives from its app, if it has one. What is wrong there
// does not keep the company's own from being served.
func (s *Slack) further(ctx context.Context, i int, a Access) {
	err := s.connectOne(ctx, i, a)
	if err == nil {
		err = s.listen(ctx, i, a)
	}
	if err != nil && ctx.Err() == nil {
		s.cfg.Log.ErrorContext(ctx, "a further workspace is not served", "entry", i, "err", err)
	}
}

func (s *Slack) tellUp(up bool) {
	if s.cfg.Hooks.Up != nil {
		s.cfg.Hooks.Up(up)
	}
}

// listen receives by the Socket Mode of an access until ctx ends; without one it only waits for that.
func (s *Slack) listen(ctx context.Context, i int, a Access) error {
	if a.AppToken == "" {
		<-ctx.Done()
		return nil
	}
	api := s.client(a)
	sock := &socket{
		Open: func(ctx context.Context) (string, error) {
			_, url, err := api.StartSocketModeContext(ctx)
			return url, err
		},
		Handle: func(ctx context.Context, env envelope, ack func(any) error) { s.handleEnvelope(ctx, i, env, ack) },
		Up: func(up bool) {
			s.mu.Lock()
			s.sockets[i] = up
			s.mu.Unlock()
			s.tellUp(s.Connected())
		},
		Clock: s.cfg.Clock, Log: s.cfg.Log, After: s.cfg.After, Client: s.http,
	}
	return sock.run(ctx)
}

// connectOne connects to a workspace. One that does not answer is tried again until it does.
func (s *Slack) connectOne(ctx context.Context, i int, access Access) error {
	for wait := time.Second; ; wait = min(2*wait, time.Minute) {
		err := s.connect(ctx, i, access)
		if err == nil {
			return nil
		}
		if refusal, ok := errors.AsType[slack.SlackErrorResponse](err); ok && fatal(refusal.Err) {
			return fmt.Errorf("slack refuses the bot token (%s): install the app again and take its Bot User OAuth Token: %w", refusal.Err, err)
		}
		s.cfg.Log.WarnContext(ctx, "Slack does not answer", "err", err, "again_in", wait)
		select {
		case <-ctx.Done():
			return nil
		case <-s.cfg.After(wait):
		}
	}
}

// fatal tells of an error that waiting does not mend.
func fatal(code string) bool {
	switch code {
	case "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "not_allowed_token_type":
		return true
	}
	return false
}

// connect finds out whose a bot token is.
func (s *Slack) connect(ctx context.Context, i int, access Access) error {
	api := s.client(access)
	who, err := api.AuthTestContext(ctx)
	if err != nil {
		return fmt.Errorf("auth.test: %w", err)
	}
	w := &workspace{
		Workspace: Workspace{ID: workspaceID(who.TeamID), Team: who.TeamID, Name: who.Team, Kind: access.Kind},
		api:       api, botUser: who.UserID, access: i,
	}
	if !access.own() {
		w.access = 0 // the company's own app is installed there too
	}
	if s.cfg.Hooks.Connected != nil {
		if err := s.cfg.Hooks.Connected(ctx, w.Workspace); err != nil {
			return fmt.Errorf("note the workspace: %w", err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.workspaces[w.Team] = w
	return nil
}

// at returns the workspace of a team, nil for one that we are not in.
func (s *Slack) at(team string) *workspace {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.workspaces[team]
}

// of returns a workspace by its id in conversations, or a SendError.
func (s *Slack) of(id string) (*workspace, error) {
	const prefix = Name + ":"
	if len(id) > len(prefix) && id[:len(prefix)] == prefix {
		if w := s.at(id[len(prefix):]); w != nil {
			return w, nil
		}
	}
	return nil, &bot.SendError{Reason: "I am not connected to that Slack workspace", RetryAfter: time.Minute}
}
