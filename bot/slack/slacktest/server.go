package slacktest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
)

// Options say which workspace and app the server plays.
type Options struct {
	// Team is the workspace, BotUser the app's own account in it.
	Team, BotUser string
	// BotToken, AppToken and SigningSecret are what the app is to prove itself with, and Slack.
	BotToken, AppToken, SigningSecret string
	Clock                             bot.Clock
	// Scopes are what the bot token was granted; nil grants everything.
	Scopes []string
	// HTTP is the base of the app's addresses for deliveries; "" delivers over Socket Mode.
	HTTP string
	// Settle blocks until the app works on no delivery any more. It can be set later with SetSettle.
	Settle func()
}

// User is an account of the workspace.
type User struct {
	ID, Name, RealName, Email, TZ             string
	Deleted, Restricted, UltraRestricted, Bot bool
	// Team is the workspace of somebody from another company, "" for this one.
	Team string
}

// Channel is a conversation of several.
type Channel struct {
	ID, Name                  string
	Private, Shared, Archived bool
	Members                   []string
	// Bot is true where the app is a member.
	Bot bool
}

// Call is a call of the Web API.
type Call struct {
	Method, Token string
	// Args are the arguments, those that are JSON decoded.
	Args map[string]any
	At   time.Time
}

// Failure is something that goes wrong with a call.
type Failure struct {
	// Times is for how many calls; 0 is one.
	Times int
	// Status is answered instead of doing anything, with RetryAfter in seconds.
	Status, RetryAfter int
	// Error is answered with status 200 instead of doing anything.
	Error string
	// Delay holds the call until it is closed.
	Delay chan struct{}
	// Drop does what was asked for and cuts the connection without an answer.
	Drop bool
	// Late does what was asked for, and answers with Status all the same.
	Late bool
}

// The names under which Fail knows what is no method.
const (
	// Uploads are posts of a file's bytes to its upload URL.
	Uploads = "upload"
	// Responses are posts to response URLs.
	Responses = "response_url"
	// Downloads are reads of a file's bytes.
	Downloads = "download"
)

// Server is Slack's side.
type Server struct {
	t    testing.TB
	o    Options
	http *httptest.Server
	// client delivers to the app.
	client *http.Client

	// ended is closed when the server is.
	ended chan struct{}
	// changed is signalled whenever anything of the state below is, and when something was found wrong.
	changed bottest.Signal

	mu     sync.Mutex
	closed bool
	serial int64

	users    map[string]*User
	rooms    map[string]*room
	order    []string // of rooms
	files    map[string]*file
	views    map[string]*view
	stacks   map[string][]*stack // by user
	homes    map[string]*view    // by user
	triggers map[string]*trigger
	urls     map[string]*responseURL
	calls    []Call
	faults   bottest.Faults[Failure]
	filesIn  map[string]bool

	tickets map[string]bool // for Socket Mode, true once used
	sockets []*socket
	next    int
	waiting map[string]*pending // by envelope id

	expire    bool
	duplicate bool
}

// room is a conversation with what was said in it.
type room struct {
	Channel
	// With is the person of a direct-message conversation.
	With     string
	Messages []*message
}

func (r *room) direct() bool { return r.With != "" }

// has tells whether somebody is in the conversation.
func (r *room) has(user string) bool { return r.With == user || slices.Contains(r.Members, user) }

// message is something that was said.
type message struct {
	TS, User, Text string
	Blocks         []any
	Metadata       object
	Files          []*file
	// For is the only one who sees an ephemeral message.
	For    string
	Edited bool
	// seen is what it looks like, nil until somebody looked since it was changed.
	seen *bottest.Message
}

// trigger lets the app open one view.
type trigger struct {
	User    string
	At      time.Time
	Used    bool
	Expired bool
	// View is the modal in which it was given.
	View string
	// Again is true where its delivery was repeated: then the app cannot know that it was used.
	Again bool
}

// responseURL takes messages about one interaction.
type responseURL struct {
	User, Channel string
	// Source is the message that the interaction was with, "" for a slash command.
	Source string
	// Typed is the slash command, until it was shown to all.
	Typed string
	At    time.Time
	Uses  int
}

const (
	// triggerLife and ackLife are the three seconds that Slack gives.
	triggerLife = 3 * time.Second
	ackLife     = 3 * time.Second
	// responseLife and responseUses limit response URLs.
	responseLife = 30 * time.Minute
	responseUses = 5
)

// New starts a server that is closed when the test ends.
func New(t testing.TB, o Options) *Server {
	t.Helper()
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Team == "" {
		o.Team = "T0SAMPLE"
	}
	if o.BotUser == "" {
		o.BotUser = "U0BOT"
	}
	s := &Server{
		t: t, o: o, ended: make(chan struct{}), client: &http.Client{Timeout: bottest.Patience},
		users: map[string]*User{}, rooms: map[string]*room{}, files: map[string]*file{}, views: map[string]*view{},
		stacks: map[string][]*stack{}, homes: map[string]*view{}, triggers: map[string]*trigger{}, urls: map[string]*responseURL{},
		filesIn: map[string]bool{}, tickets: map[string]bool{}, waiting: map[string]*pending{},
	}
	s.users[o.BotUser] = &User{ID: o.BotUser, Name: "hirebot", RealName: "Hirebot", Bot: true}
	s.http = httptest.NewServer(s.routes())
	t.Cleanup(s.close)
	return s
}

func (s *Server) close() {
	s.mu.Lock()
	s.closed = true
	close(s.ended)
	s.mu.Unlock()
	s.DropSockets()
	s.http.Close()
	s.client.CloseIdleConnections()
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", s.serveMethod)
	mux.HandleFunc("/link/", s.serveSocket)
	mux.HandleFunc("/upload/v1/{ticket}", s.serveUpload)
	mux.HandleFunc("/files-pri/{id}/{name}", s.serveFile)
	mux.HandleFunc("/commands/{id}", s.serveResponse)
	mux.HandleFunc("/actions/{id}", s.serveResponse)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.violation("%s %s: there is no such address", r.Method, r.URL.Path)
		http.NotFound(w, r)
	})
	return mux
}

// violation fails the test for something that the app did wrong.
func (s *Server) violation(format string, args ...any) {
	s.t.Helper()
	s.t.Errorf("slack: "+format, args...)
	s.changed.Broadcast()
}

// violations fails the test for each problem of a payload.
func (s *Server) violations(what string, problems []string) {
	for _, p := range problems {
		s.violation("%s: %s", what, p)
	}
}

// APIURL returns the base of the Web API; it ends in /api/.
func (s *Server) APIURL() string { return s.http.URL + "/api/" }

// SetHTTP says where to deliver from now on: the base of the app's addresses, "" for Socket Mode.
func (s *Server) SetHTTP(base string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.o.HTTP = strings.TrimSuffix(base, "/")
}

// SetSettle sets Options.Settle.
func (s *Server) SetSettle(settle func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.o.Settle = settle
}

// AddUser adds somebody to the workspace, or changes who they are.
func (s *Server) AddUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users[u.ID] = &u
}

// AddChannel adds a conversation, or changes what it is; what was said in it stays.
func (s *Server) AddChannel(c Channel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.Bot && !slices.Contains(c.Members, s.o.BotUser) {
		c.Members = append(slices.Clone(c.Members), s.o.BotUser)
	}
	if known := s.rooms[c.ID]; known != nil {
		known.Channel = c
		return
	}
	s.rooms[c.ID] = &room{Channel: c}
	s.order = append(s.order, c.ID)
}

// AllowFilesIn lets the app share files in a conversation that is no direct message.
func (s *Server) AllowFilesIn(channel string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.filesIn[channel] = true
}

// Calls returns the calls of a method so far; "" is every method.
func (s *Server) Calls(method string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Call
	for _, c := range s.calls {
		if method == "" || c.Method == method {
			out = append(out, c)
		}
	}
	return out
}

// Fail has the next calls of a method go wrong. Failures of one method queue up.
func (s *Server) Fail(method string, f Failure) {
	s.faults.Plan(method, f.Times, f)
}

// Misbehave has a function say what goes wrong with each call that Fail plans nothing for, nil nothing. It may
// be called by several calls at once.
func (s *Server) Misbehave(how func(method string) Failure) {
	s.faults.Otherwise(how)
}

// failure takes what goes wrong with the call that is made now.
func (s *Server) failure(method string) Failure {
	f := s.faults.Take(method)
	if f.Delay != nil {
		select {
		case <-f.Delay:
		case <-s.ended:
		case <-time.After(bottest.Patience):
			s.violation("%s: the test held the call for %v", method, bottest.Patience)
		}
	}
	return f
}

// ExpireTriggers has every trigger that is given from now on be too old when it is used.
func (s *Server) ExpireTriggers(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire = on
}

// Duplicate delivers everything twice from now on.
func (s *Server) Duplicate(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.duplicate = on
}

// Wait waits until something is so, looking again whenever the server's state changes. It fails the
// test where that takes too long.
func (s *Server) Wait(what string, so func() bool) {
	s.t.Helper()
	if !s.changed.Await(so) {
		s.t.Fatalf("slack: waited %v in vain: %s", bottest.Patience, what)
	}
}

// idLocked returns an identifier that nothing else has.
func (s *Server) idLocked(prefix string) string {
	s.serial++
	return fmt.Sprintf("%s0%07d", prefix, s.serial)
}

// tsLocked returns the timestamp of what happens now, later than any before.
func (s *Server) tsLocked() string {
	s.serial++
	return fmt.Sprintf("%d.%06d", s.o.Clock().Unix(), s.serial)
}

// roomLocked returns a conversation by its id, or the direct messages of a user by theirs.
func (s *Server) roomLocked(id string) *room {
	if r := s.rooms[id]; r != nil {
		return r
	}
	if u := s.users[id]; u != nil && !u.Bot {
		return s.directLocked(id)
	}
	return nil
}

// directLocked returns the direct messages between somebody and the app.
func (s *Server) directLocked(user string) *room {
	id := "D" + strings.TrimLeft(user, "UW")
	if s.rooms[id] == nil {
		s.rooms[id] = &room{Channel: Channel{ID: id, Members: []string{user, s.o.BotUser}, Bot: true}, With: user}
		s.order = append(s.order, id)
	}
	return s.rooms[id]
}

// say adds a message to a conversation.
func (s *Server) sayLocked(r *room, m *message) *message {
	if m.TS == "" {
		m.TS = s.tsLocked()
	}
	r.Messages = append(r.Messages, m)
	s.changed.Broadcast()
	return m
}

// find returns a message of a conversation, nil where there is none.
func (r *room) find(ts string) *message {
	for _, m := range r.Messages {
		if m.TS == ts {
			return m
		}
	}
	return nil
}
