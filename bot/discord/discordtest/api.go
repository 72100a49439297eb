package discordtest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Discord's error codes, as far as this server answers them.
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
const (
	codeUnknownChannel     = 10003
	codeUnknownGuild       = 10004
	codeUnknownMember      = 10007
	codeUnknownMessage     = 10008
	codeUnknownUser        = 10013
	codeUnknownWebhook     = 10015
	codeUnknownInteraction = 10062
	codeUnknownCommand     = 10063
	codeAcknowledged       = 40060
	codeMissingAccess      = 50001
	codeOtherAuthor        = 50005
	codeEmptyMessage       = 50006
	codeCannotDM           = 50007
	codeMissingPermissions = 50013
	codeInvalidToken       = 50027
	codeInvalidRecipients  = 50033
	codeInvalidForm        = 50035
)

// refusal is an error as Discord tells it.
type refusal struct {
	status  int
	message string
}

var refusals = map[int]refusal{
	0:                      {http.StatusUnauthorized, "401: Unauthorized"},
	codeUnknownChannel:     {http.StatusNotFound, "Unknown Channel"},
	codeUnknownGuild:       {http.StatusNotFound, "Unknown Guild"},
	codeUnknownMember:      {http.StatusNotFound, "Unknown Member"},
	codeUnknownMessage:     {http.StatusNotFound, "Unknown Message"},
	codeUnknownUser:        {http.StatusNotFound, "Unknown User"},
	codeUnknownWebhook:     {http.StatusNotFound, "Unknown Webhook"},
	codeUnknownInteraction: {http.StatusNotFound, "Unknown interaction"},
	codeUnknownCommand:     {http.StatusNotFound, "Unknown application command"},
	40001:                  {http.StatusUnauthorized, "Unauthorized. Provide a valid token and try again"},
	codeAcknowledged:       {http.StatusBadRequest, "Interaction has already been acknowledged."},
	codeMissingAccess:      {http.StatusForbidden, "Missing Access"},
	codeOtherAuthor:        {http.StatusForbidden, "Cannot edit a message authored by another user"},
	codeEmptyMessage:       {http.StatusBadRequest, "Cannot send an empty message"},
	codeCannotDM:           {http.StatusForbidden, "Cannot send messages to this user"},
	codeMissingPermissions: {http.StatusForbidden, "Missing Permissions"},
	codeInvalidToken:       {http.StatusUnauthorized, "Invalid Webhook Token"},
	codeInvalidRecipients:  {http.StatusBadRequest, "Invalid Recipient(s)"},
	codeInvalidForm:        {http.StatusBadRequest, "Invalid Form Body"},
}

// reply is the answer to a call.
type reply struct {
	status int
	body   any
}

func ok(body any) reply { return reply{http.StatusOK, body} }

func nothing() reply { return reply{http.StatusNoContent, nil} }

// refuse is the answer with one of Discord's error codes.
func refuse(code int) reply {
	r := refusals[code]
	return reply{r.status, object{"message": r.message, "code": code}}
}

// invalid is the answer to a body that has problems.
func invalid(problems []problem) reply {
	r := refuse(codeInvalidForm)
	body, _ := r.body.(object)
	body["errors"] = tree(problems)
	return r
}

// upload is a file that came with a call.
type upload struct {
	// N is the number in the name of its part, files[N].
	N          int
	Name, Type string
	Data       []byte
}

// call is a call that is being answered.
type call struct {
	*Server
	request *http.Request
	route   string
	// value is the JSON that came with it, body the same where it is an object.
	value any
	body  object
	files []upload
}

// path returns a parameter of the path.
func (c *call) path(name string) string { return c.request.PathValue(name) }

// endpoint is what the HTTP API can do.
type endpoint struct {
	// described is the path in Discord's own description, where a body is taken.
	described string
	// open endpoints take an interaction's token in the place of the app's.
	open bool
	// do does it, with the server's lock held.
	do func(c *call) reply
}

// endpoints are those that the server plays. https://docs.discord.com/developers/reference
func endpoints() map[string]endpoint {
	const webhook = "/webhooks/{webhook_id}/{webhook_token}"
	return map[string]endpoint{
		"GET /gateway":                 {open: true, do: (*call).getGateway},
		"GET /gateway/bot":             {do: (*call).getGatewayBot},
		"GET /users/@me":               {do: (*call).getMe},
		"GET /users/{user}":            {do: (*call).getUser},
		"GET /users/@me/guilds":        {do: (*call).listGuilds},
		"POST /users/@me/channels":     {described: "/users/@me/channels", do: (*call).openDM},
		"GET /applications/@me":        {do: (*call).getApplication},
		"GET /oauth2/applications/@me": {do: (*call).getApplication},

		"GET /guilds/{guild}":                {do: (*call).getGuild},
		"GET /guilds/{guild}/channels":       {do: (*call).listChannels},
		"GET /guilds/{guild}/roles":          {do: (*call).listRoles},
		"GET /guilds/{guild}/members/{user}": {do: (*call).getMember},

		"GET /applications/{app}/commands":                             {do: (*call).listCommands},
		"PUT /applications/{app}/commands":                             {do: (*call).putCommands},
		"POST /applications/{app}/commands":                            {do: (*call).putCommands},
		"GET /applications/{app}/guilds/{guild}/commands":              {do: (*call).listCommands},
		"PUT /applications/{app}/guilds/{guild}/commands":              {described: "/applications/{application_id}/guilds/{guild_id}/commands", do: (*call).putCommands},
		"DELETE /applications/{app}/commands/{command}":                {do: (*call).deleteCommand},
		"DELETE /applications/{app}/guilds/{guild}/commands/{command}": {do: (*call).deleteCommand},

		"GET /channels/{channel}":                       {do: (*call).getChannel},
		"GET /channels/{channel}/messages":              {do: (*call).listMessages},
		"POST /channels/{channel}/messages":             {described: "/channels/{channel_id}/messages", do: (*call).postMessage},
		"GET /channels/{channel}/messages/{message}":    {do: (*call).getMessage},
		"PATCH /channels/{channel}/messages/{message}":  {described: "/channels/{channel_id}/messages/{message_id}", do: (*call).editMessage},
		"DELETE /channels/{channel}/messages/{message}": {do: (*call).deleteMessage},

		"POST /interactions/{interaction}/{token}/callback": {open: true, do: (*call).callback},
		"POST /webhooks/{app}/{token}":                      {open: true, described: webhook, do: (*call).followUp},
		"GET /webhooks/{app}/{token}/messages/{message}":    {open: true, do: (*call).getAnswer},
		"PATCH /webhooks/{app}/{token}/messages/{message}":  {open: true, described: webhook + "/messages/{message_id}", do: (*call).editAnswer},
		"DELETE /webhooks/{app}/{token}/messages/{message}": {open: true, do: (*call).deleteAnswer},
	}
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for route, e := range endpoints() {
		method, path, _ := strings.Cut(route, " ")
		mux.HandleFunc(method+" /api/{version}"+path, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, route, e) })
	}
	mux.HandleFunc("/gateway/{$}", s.serveGateway)
	mux.HandleFunc("/resume/{$}", s.serveGateway)
	mux.HandleFunc("GET /attachments/{channel}/{file}/{name}", s.serveFile)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.violation("%s %s: there is no such address", r.Method, r.URL.Path)
		s.write(w, "", reply{http.StatusNotFound, object{"message": "404: Not Found", "code": 0}})
	})
	return mux
}

const (
	// maxCall is the most bytes that a call is read to.
	maxCall = 32 << 20
	// waitMargin is by how much an app may come back too early after a 429: its clock is not ours.
	waitMargin = 5 * time.Millisecond
)

var (
	version   = regexp.MustCompile(`^v(9|10)$`)
	agent     = regexp.MustCompile(`^DiscordBot \(\S+, \S+\)`)
	snowflake = regexp.MustCompile(`^[0-9]{1,20}$`)
)

// serve answers a call.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, route string, e endpoint) {
	c := &call{Server: s, request: r, route: route}
	readErr := c.read()
	s.mu.Lock()
	names := make([]string, 0, len(c.files))
	for _, f := range c.files {
		names = append(names, f.Name)
	}
	s.calls = append(s.calls, Call{Route: route, Path: r.URL.Path, Body: c.body, Files: names, At: s.o.Clock()})
	s.changed.Broadcast()
	s.mu.Unlock()
	f := s.failure(route)
	if s.early(w, r, route) {
		return
	}
	wrong := f.Status != 0 || f.Code != 0
	if wrong && !f.Late {
		s.answerFailure(w, r, route, f)
		return
	}
	answer, refused := s.admit(c, e, readErr)
	if !refused {
		s.awaitFirst(c)
		s.mu.Lock()
		answer = e.do(c)
		s.changed.Broadcast()
		s.mu.Unlock()
	}
	if f.Drop {
		drop(w)
		return
	}
	if wrong {
		s.answerFailure(w, r, route, f)
		return
	}
	s.write(w, route, answer)
}

// admit checks what holds for every call.
func (s *Server) admit(c *call, e endpoint, readErr error) (reply, bool) {
	r := c.request
	if !version.MatchString(r.PathValue("version")) {
		s.violation("%s: there is no version %q", c.route, r.PathValue("version"))
		return reply{http.StatusBadRequest, object{"message": "Invalid API version specified", "code": 50041}}, true
	}
	if !agent.MatchString(r.UserAgent()) {
		s.violation("%s: the user agent %q is not of the form that Discord asks for", c.route, r.UserAgent())
	}
	s.mu.Lock()
	token := s.o.Token
	s.mu.Unlock()
	if !e.open && r.Header.Get("Authorization") != "Bot "+token {
		return refuse(0), true
	}
	if readErr != nil {
		s.violation("%s: %v", c.route, readErr)
		return reply{http.StatusBadRequest, object{"message": "The request body contains invalid JSON.", "code": 50109}}, true
	}
	for _, name := range []string{"channel", "message", "guild", "user", "interaction", "app", "command"} {
		if v := c.path(name); v != "" && v != "@original" && !snowflake.MatchString(v) {
			return notSnowflake(name+"_id", v), true
		}
	}
	if e.described != "" {
		s.violations(c.route, s.schema.check(bodySchema(r.Method, e.described), withTextIDs(c.value)))
	}
	return reply{}, false
}

// withTextIDs returns a body with the numbers of its new files as text: the reference has them as numbers, and
// Discord takes both, but its description knows text alone.
func withTextIDs(body any) any {
	o, isObject := body.(object)
	files := objects(o["attachments"])
	if !isObject || len(files) == 0 {
		return body
	}
	o = maps.Clone(o)
	var all []any
	for _, f := range files {
		if n, isNumber := f["id"].(float64); isNumber {
			f = maps.Clone(f)
			f["id"] = strconv.Itoa(int(n))
		}
		all = append(all, f)
	}
	o["attachments"] = all
	return o
}

// notSnowflake is the answer where an identifier is none.
func notSnowflake(name, value string) reply {
	return invalid([]problem{{"/" + name, fmt.Sprintf("Value %q is not snowflake.", value)}})
}

// read takes the body of a call, which is JSON or has a part that is.
func (c *call) read() error {
	r := c.request
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var data []byte
	switch {
	case r.Method == http.MethodGet || r.Method == http.MethodDelete:
		return nil
	case kind == "multipart/form-data":
		var err error
		if data, err = c.readParts(); err != nil {
			return err
		}
	default:
		var err error
		if data, err = io.ReadAll(io.LimitReader(r.Body, maxCall)); err != nil {
			return err
		}
		if len(data) > 0 && kind != "application/json" {
			return fmt.Errorf("a body of type %q", kind)
		}
	}
	if len(data) == 0 {
		return nil
	}
	if err := json.Unmarshal(data, &c.value); err != nil {
		return fmt.Errorf("the body is no JSON: %w", err)
	}
	c.body, _ = c.value.(object)
	return nil
}

var filePart = regexp.MustCompile(`^files?\[?(\d*)\]?$`)

func (c *call) readParts() ([]byte, error) {
	parts, err := c.request.MultipartReader()
	if err != nil {
		return nil, err
	}
	var payload []byte
	for {
		p, err := parts.NextPart()
		if err == io.EOF { //nolint:errorlint // the reader returns it as it is
			return payload, nil
		}
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(io.LimitReader(p, maxCall))
		if err != nil {
			return nil, err
		}
		name := p.FormName()
		switch m := filePart.FindStringSubmatch(name); {
		case name == "payload_json":
			payload = data
		case m != nil && p.FileName() != "":
			n, _ := strconv.Atoi(m[1]) // none is the first
			c.files = append(c.files, upload{N: n, Name: p.FileName(), Type: p.Header.Get("Content-Type"), Data: data})
		default:
			return nil, fmt.Errorf("a part %q that is neither payload_json nor a file", name)
		}
	}
}

// bucket names what a rate limit counts: a route with its major parameter.
func bucket(r *http.Request, route string) string {
	return route + " " + r.PathValue("channel") + r.PathValue("guild") + r.PathValue("app")
}

const everywhere = "*"

// early refuses a call that comes before the time that a 429 named.
func (s *Server) early(w http.ResponseWriter, r *http.Request, route string) bool {
	s.mu.Lock()
	now := time.Now()
	until := s.blocked[bucket(r, route)]
	global := false
	if all := s.blocked[everywhere]; all.After(until) && !strings.Contains(route, "/interactions/") && !strings.Contains(route, "/webhooks/") {
		until, global = all, true
	}
	s.mu.Unlock()
	if wait := until.Sub(now); wait > waitMargin {
		s.violation("%s: called %v too early after it was told to wait", route, wait)
		s.limited(w, wait.Seconds(), global)
		return true
	}
	return false
}

// limited answers that a limit was reached. https://docs.discord.com/developers/topics/rate-limits
func (s *Server) limited(w http.ResponseWriter, wait float64, global bool) {
	h := w.Header()
	h.Set("Retry-After", strconv.FormatFloat(wait, 'f', 3, 64))
	h.Set("X-RateLimit-Scope", "user")
	if global {
		h.Set("X-RateLimit-Global", "true")
		h.Set("X-RateLimit-Scope", "global")
	}
	s.writeJSON(w, http.StatusTooManyRequests, object{"message": "You are being rate limited.", "retry_after": wait, "global": global})
}

// answerFailure answers that something went wrong, without doing anything.
func (s *Server) answerFailure(w http.ResponseWriter, r *http.Request, route string, f Failure) {
	switch {
	case f.Code != 0:
		s.write(w, route, refuse(f.Code))
	case f.Status == http.StatusTooManyRequests:
		key := bucket(r, route)
		if f.Global {
			key = everywhere
		}
		s.mu.Lock()
		s.blocked[key] = time.Now().Add(time.Duration(f.RetryAfter * float64(time.Second)))
		s.mu.Unlock()
		s.limited(w, f.RetryAfter, f.Global)
	default:
		// What stands before Discord answers in pages, not in JSON.
		w.Header().Set("Content-Type", "text/html; charset=UTF-8")
		w.WriteHeader(f.Status)
		_, _ = io.WriteString(w, "<html><head><title>"+http.StatusText(f.Status)+"</title></head></html>") // whoever asked is gone where this fails
	}
}

// write answers a call, with what is left of its limit.
func (s *Server) write(w http.ResponseWriter, route string, answer reply) {
	h := w.Header()
	name := sha256.Sum256([]byte(route))
	h.Set("X-RateLimit-Bucket", hex.EncodeToString(name[:16]))
	h.Set("X-RateLimit-Limit", "1000")
	h.Set("X-RateLimit-Remaining", "999")
	h.Set("X-RateLimit-Reset", strconv.FormatInt(time.Now().Unix()+1, 10))
	h.Set("X-RateLimit-Reset-After", "1.000")
	if answer.body == nil {
		w.WriteHeader(answer.status)
		return
	}
	s.writeJSON(w, answer.status, answer.body)
}

func (s *Server) writeJSON(w http.ResponseWriter, status int, body any) {
	data, err := json.Marshal(body)
	if err != nil {
		s.violation("an answer cannot be written: %v", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(data) // whoever asked is gone where this fails
}

// drop cuts a connection without an answer.
func drop(w http.ResponseWriter) {
	if h, ok := w.(http.Hijacker); ok {
		if conn, _, err := h.Hijack(); err == nil {
			_ = conn.Close()
		}
	}
}

// gatewayURL is where a path of the Gateway is.
func (s *Server) gatewayURL(path string) string {
	return "ws" + strings.TrimPrefix(s.http.URL, "http") + path
}
