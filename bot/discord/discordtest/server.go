package discordtest

import (
	"cmp"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
)

// Options say which guild and app the server plays.
type Options struct {
	// Guild is the first guild, with its name; AddGuild adds more.
	Guild, GuildName string
	// AppID is the application, BotUser its account; they are the same unless they are given.
	AppID, BotUser string
	// Token is what the app is to prove itself with.
	Token string
	Clock bot.Clock
	// Privileged are the privileged intents that are switched on for the app.
	Privileged int
	// Heartbeat is the interval that the Gateway asks for; 0 is Discord's own.
	Heartbeat time.Duration
	// HTTP is the base of the app's addresses for interactions; "" delivers over the Gateway.
	HTTP string
	// Settle blocks until the app works on no delivery any more. It can be set later with SetSettle.
	Settle func()
	// Default says which verb people mean where they type only a command's noun: Discord has no
	// command beside subcommands.
	Default map[string]string
}

// User is an account.
type User struct {
	ID, Name, GlobalName string
	Locale               string
	Bot                  bool
	// ClosedDMs is true where the app cannot write to them.
	ClosedDMs bool
}

// Member is somebody in a guild.
type Member struct {
	Guild, User, Nick string
	Roles             []string
}

// Role is a role of a guild. Position 0 is the role of everybody.
type Role struct {
	ID, Name    string
	Permissions int64
	Position    int
}

// The types of channels.
const (
	TypeText         = 0
	TypeDM           = 1
	TypePublicThread = 11
)

// Channel is a conversation of several in a guild.
type Channel struct {
	ID, Name, Guild string
	// Type is one of the types of channels, Parent the channel of a thread.
	Type   int
	Parent string
	// Private is true where only its Members see it. Without Members everybody of the guild does.
	Private bool
	Members []string
	// Deny are the permissions that the app lacks there.
	Deny int64
}

// The permissions that the app needs in a channel.
const (
	PermissionView       int64 = 1 << 10
	PermissionSend       int64 = 1 << 11
	PermissionEmbed      int64 = 1 << 14
	PermissionAttach     int64 = 1 << 15
	PermissionHistory    int64 = 1 << 16
	PermissionSendThread int64 = 1 << 38
)

// usual are the permissions of everybody in a guild, and so of the app.
const usual = PermissionView | PermissionSend | PermissionEmbed | PermissionAttach | PermissionHistory | PermissionSendThread | 1<<31

// Call is a call of the HTTP API.
type Call struct {
	// Route is the method and the path with its parameters' names, as in "POST /channels/{channel}/messages".
	Route, Path string
	// Body is the JSON of the body, or of its part payload_json; nil where it is no object.
	Body map[string]any
	// Files are the names of the files that came with it.
	Files []string
	At    time.Time
}

// Failure is something that goes wrong with a call.
type Failure struct {
	// Times is for how many calls; 0 is one.
	Times int
	// Status is answered instead of doing anything. With 429, RetryAfter is the wait in seconds and
	// Global says that it holds for all calls.
	Status     int
	RetryAfter float64
	Global     bool
	// Code is an error code of Discord's that is answered instead of doing anything.
	Code int
	// Delay holds the call until it is closed.
	Delay chan struct{}
	// Drop does what was asked for and cuts the connection without an answer.
	Drop bool
	// Late does what was asked for, and answers with Status all the same.
	Late bool
}

// AnyRoute is the route under which Fail knows every call.
const AnyRoute = ""

// Server is Discord's side.
type Server struct {
	t    testing.TB
	o    Options
	http *httptest.Server
	// client delivers to the app.
	client *http.Client
	key    ed25519.PrivateKey
	schema *description

	// ended is closed when the server is.
	ended chan struct{}
	// changed is signalled whenever anything of the state below is, and when something was found wrong.
	changed bottest.Signal

	mu     sync.Mutex
	closed bool
	serial int64

	users    map[string]*User
	guilds   map[string]*guild
	order    []string // of guilds
	rooms    map[string]*room
	roomIDs  []string // in order
	files    map[string]*file
	filesIn  map[string]bool
	commands map[string][]object // by guild
	given    map[string]*interaction
	calls    []Call
	faults   bottest.Faults[Failure]
	// blocked tells until when a route, or all of them, must not be called after a 429.
	blocked map[string]time.Time

	sessions map[string]*session
	shards   int
	starts   int
	refuse   []int
	mute     bool

	expire    bool
	duplicate bool
	unknown   bool
}

// guild is a guild with its people.
type guild struct {
	ID, Name string
	Members  map[string]*Member
	Roles    []Role
}

// room is a conversation with what was said in it.
type room struct {
	Channel
	// With is the person of a direct-message conversation.
	With     string
	Messages []*message
}

func (r *room) direct() bool { return r.With != "" }

// message is something that was said.
type message struct {
	ID, User string
	// Content, Embeds, Components and Flags are as they were given.
	Content    string
	Embeds     []object
	Components []object
	Flags      int
	Mentions   object // allowed_mentions, nil where it was not given
	Files      []*file
	Nonce      string
	At         time.Time
	Edited     time.Time
	// For is the only one who sees an ephemeral message.
	For string
	// Loading is true for a deferred answer that is not there yet.
	Loading bool
	// By is the interaction that it answers.
	By *interaction
	// version counts its changes.
	version int
	// seen is what it looks like, nil until somebody looked since it was changed.
	seen *bottest.Message
}

const (
	// answerLife is how long an interaction waits for its first answer.
	answerLife = 3 * time.Second
	// tokenLife is how long an interaction's token can be used afterwards.
	tokenLife = 15 * time.Minute
	// nonceLife is how long an enforced nonce finds its message again. Discord says "a few minutes".
	nonceLife = 3 * time.Minute
)

// New starts a server that is closed when the test ends.
func New(t testing.TB, o Options) *Server {
	t.Helper()
	o.Guild = cmp.Or(o.Guild, "900000000000000001")
	o.GuildName = cmp.Or(o.GuildName, "Sample Company")
	o.AppID = cmp.Or(o.AppID, "900000000000000002")
	o.BotUser = cmp.Or(o.BotUser, o.AppID)
	o.Heartbeat = cmp.Or(o.Heartbeat, 41250*time.Millisecond)
	o.HTTP = strings.TrimSuffix(o.HTTP, "/")
	if o.Clock == nil {
		o.Clock = time.Now
	}
	seed := sha256.Sum256([]byte("discordtest " + o.AppID))
	s := &Server{
		t: t, o: o, ended: make(chan struct{}), client: &http.Client{Timeout: bottest.Patience}, key: ed25519.NewKeyFromSeed(seed[:]),
		schema: describe(t),
		users:  map[string]*User{}, guilds: map[string]*guild{}, rooms: map[string]*room{}, files: map[string]*file{},
		filesIn: map[string]bool{}, commands: map[string][]object{}, given: map[string]*interaction{},
		blocked: map[string]time.Time{}, sessions: map[string]*session{}, shards: 1,
	}
	s.users[o.BotUser] = &User{ID: o.BotUser, Name: "hirebot", Bot: true}
	s.AddGuild(o.Guild, o.GuildName)
	s.http = httptest.NewServer(s.routes())
	t.Cleanup(s.close)
	return s
}

func (s *Server) close() {
	s.mu.Lock()
	s.closed = true
	close(s.ended)
	s.mu.Unlock()
	s.DropConnections()
	s.http.Close()
	s.client.CloseIdleConnections()
}

// violation fails the test for something that the app did wrong.
func (s *Server) violation(format string, args ...any) {
	s.t.Helper()
	s.t.Errorf("discord: "+format, args...)
	s.changed.Broadcast()
}

// violations fails the test for each problem of a payload.
func (s *Server) violations(what string, problems []string) {
	for _, p := range problems {
		s.violation("%s: %s", what, p)
	}
}

// APIURL returns the base of the HTTP API; it ends in /api/.
func (s *Server) APIURL() string { return s.http.URL + "/api/" }

// PublicKey returns the key, in hexadecimal, with which the app verifies deliveries over HTTP.
func (s *Server) PublicKey() string {
	public, _ := s.key.Public().(ed25519.PublicKey)
	return hex.EncodeToString(public)
}

// SetHTTP says where to deliver interactions from now on: the base of the app's addresses, "" for the Gateway.
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

// AddGuild adds a guild with the app in it.
func (s *Server) AddGuild(id, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.guilds[id] != nil {
		s.guilds[id].Name = name
		return
	}
	own := strconv.FormatInt(s.idLocked(), 10)
	s.guilds[id] = &guild{
		ID: id, Name: name,
		Members: map[string]*Member{s.o.BotUser: {Guild: id, User: s.o.BotUser, Roles: []string{own}}},
		Roles:   []Role{{ID: id, Name: "@everyone", Permissions: usual}, {ID: own, Name: "hirebot", Permissions: usual, Position: 1}},
	}
	s.order = append(s.order, id)
}

// AddRole adds a role to a guild, or changes it.
func (s *Server) AddRole(guild string, r Role) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.guilds[guild]
	g.Roles = slices.DeleteFunc(g.Roles, func(other Role) bool { return other.ID == r.ID })
	g.Roles = append(g.Roles, r)
}

// AddUser adds an account to the first guild, or changes it.
func (s *Server) AddUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users[u.ID] == nil {
		s.guilds[s.o.Guild].Members[u.ID] = &Member{Guild: s.o.Guild, User: u.ID}
	}
	s.users[u.ID] = &u
}

// AddMember adds somebody to a guild, or changes what they are there.
func (s *Server) AddMember(m Member) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.guilds[m.Guild].Members[m.User] = &m
}

// AddChannel adds a conversation, or changes what it is; what was said in it stays.
func (s *Server) AddChannel(c Channel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Guild = cmp.Or(c.Guild, s.o.Guild)
	if known := s.rooms[c.ID]; known != nil {
		known.Channel = c
		return
	}
	s.rooms[c.ID] = &room{Channel: c}
	s.roomIDs = append(s.roomIDs, c.ID)
}

// AllowFilesIn lets the app share files in a conversation that is no direct message.
func (s *Server) AllowFilesIn(channel string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.filesIn[channel] = true
}

// CloseDMs says whether somebody takes direct messages from the app: where not, sending fails with 50007.
func (s *Server) CloseDMs(user string, closed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users[user].ClosedDMs = closed
}

// Deny takes permissions in a channel from the app.
func (s *Server) Deny(channel string, permissions int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rooms[channel].Deny = permissions
}

// Calls returns the calls of a route so far; AnyRoute is every one.
func (s *Server) Calls(route string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Call
	for _, c := range s.calls {
		if route == AnyRoute || c.Route == route {
			out = append(out, c)
		}
	}
	return out
}

// Fail has the next calls of a route go wrong, as in "POST /channels/{channel}/messages"; AnyRoute is
// every route. Failures of one route queue up.
func (s *Server) Fail(route string, f Failure) {
	s.faults.Plan(route, f.Times, f)
}

// Misbehave has a function say what goes wrong with each call that Fail plans nothing for, nil nothing. It may
// be called by several calls at once.
func (s *Server) Misbehave(how func(route string) Failure) {
	s.faults.Otherwise(how)
}

// failure takes what goes wrong with the call that is made now.
func (s *Server) failure(route string) Failure {
	f := s.faults.Take(route, AnyRoute)
	if f.Delay != nil {
		select {
		case <-f.Delay:
		case <-s.ended:
		case <-time.After(bottest.Patience):
			s.violation("%s: the test held the call for %v", route, bottest.Patience)
		}
	}
	return f
}

// ExpireInteractions has every interaction that is given from now on be void before it is answered.
func (s *Server) ExpireInteractions(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire = on
}

// Duplicate delivers every interaction twice from now on.
func (s *Server) Duplicate(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.duplicate = on
}

// AddUnknownComponents has every modal that is submitted from now on hold a component of a type that
// nobody knows yet.
func (s *Server) AddUnknownComponents(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unknown = on
}

// Wait waits until something is so, looking again whenever the server's state changes. It fails the
// test where that takes too long.
func (s *Server) Wait(what string, so func() bool) {
	s.t.Helper()
	if !s.changed.Await(so) {
		s.t.Fatalf("discord: waited %v in vain: %s", bottest.Patience, what)
	}
}

// epoch is when Discord's ids begin to count.
var epoch = time.UnixMilli(1420070400000)

// idLocked returns an identifier that is greater than any before, of this moment.
// https://docs.discord.com/developers/reference#snowflakes
func (s *Server) idLocked() int64 {
	s.serial++
	return s.o.Clock().Sub(epoch).Milliseconds()<<22 | s.serial
}

func (s *Server) newIDLocked() string { return strconv.FormatInt(s.idLocked(), 10) }

// directLocked returns the direct messages between somebody and the app.
func (s *Server) directLocked(user string) *room {
	for _, id := range s.roomIDs {
		if s.rooms[id].With == user {
			return s.rooms[id]
		}
	}
	r := &room{Channel: Channel{ID: s.newIDLocked(), Type: TypeDM, Members: []string{user}}, With: user}
	s.rooms[r.ID] = r
	s.roomIDs = append(s.roomIDs, r.ID)
	return r
}

// sees tells whether somebody sees a conversation.
func (s *Server) seesLocked(r *room, user string) bool {
	if r.direct() {
		return r.With == user
	}
	g := s.guilds[r.Guild]
	if g == nil || g.Members[user] == nil {
		return false
	}
	return len(r.Members) == 0 && !r.Private || slices.Contains(r.Members, user)
}

// permissions are those of the app in a conversation.
func (r *room) permissions() int64 { return usual &^ r.Deny }

// sayLocked adds a message to a conversation.
func (s *Server) sayLocked(r *room, m *message) *message {
	m.ID, m.At = s.newIDLocked(), s.o.Clock()
	r.Messages = append(r.Messages, m)
	s.changed.Broadcast()
	return m
}

// changeLocked notes that a message was changed.
func (s *Server) changeLocked(m *message) {
	m.version++
	m.seen = nil
	s.changed.Broadcast()
}

// find returns a message of a conversation, nil where there is none.
func (r *room) find(id string) *message {
	for _, m := range r.Messages {
		if m.ID == id {
			return m
		}
	}
	return nil
}

// remove takes a message away.
func (r *room) remove(gone *message) {
	r.Messages = slices.DeleteFunc(r.Messages, func(m *message) bool { return m == gone })
}
