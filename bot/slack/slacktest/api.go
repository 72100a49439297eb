package slacktest

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// call is a call that is being answered.
type call struct {
	*Server
	method string
	args   map[string]any
}

// method is what the Web API can do. https://docs.slack.dev/reference/methods/
type method struct {
	// app methods take the app-level token instead of the bot's.
	app bool
	// scopes are needed, each of them.
	scopes []string
	// required are the arguments that must be there, structured those that are JSON.
	required, structured []string
	// do does it, with the server's lock held. It returns an error code, or "" and the answer.
	do func(c *call) (answer object, code string)
}

// methods are those that the server plays.
func methods() map[string]method {
	return map[string]method{
		"auth.test":             {do: (*call).authTest},
		"apps.connections.open": {app: true, do: (*call).openConnection},
		"team.info":             {scopes: []string{"team:read"}, do: (*call).teamInfo},

		"chat.postMessage":   {scopes: []string{"chat:write"}, required: []string{"channel"}, structured: []string{"blocks", "attachments", "metadata"}, do: (*call).postMessage},
		"chat.update":        {scopes: []string{"chat:write"}, required: []string{"channel", "ts"}, structured: []string{"blocks", "attachments", "metadata"}, do: (*call).update},
		"chat.postEphemeral": {scopes: []string{"chat:write"}, required: []string{"channel", "user"}, structured: []string{"blocks", "attachments"}, do: (*call).postEphemeral},
		"chat.delete":        {scopes: []string{"chat:write"}, required: []string{"channel", "ts"}, do: (*call).deleteMessage},

		"conversations.open":    {scopes: []string{"im:write"}, do: (*call).openConversation},
		"conversations.history": {required: []string{"channel"}, do: (*call).history},
		"conversations.info":    {required: []string{"channel"}, do: (*call).conversationInfo},
		"conversations.members": {required: []string{"channel"}, do: (*call).conversationMembers},
		"conversations.list":    {do: func(c *call) (object, string) { return c.conversations(false) }},
		"users.conversations":   {do: func(c *call) (object, string) { return c.conversations(true) }},
		"users.info":            {scopes: []string{"users:read"}, required: []string{"user"}, do: (*call).userInfo},
		"users.lookupByEmail":   {scopes: []string{"users:read.email"}, required: []string{"email"}, do: (*call).lookupByEmail},

		"views.open":    {required: []string{"trigger_id", "view"}, structured: []string{"view"}, do: (*call).openView},
		"views.push":    {required: []string{"trigger_id", "view"}, structured: []string{"view"}, do: (*call).pushView},
		"views.update":  {required: []string{"view"}, structured: []string{"view"}, do: (*call).updateView},
		"views.publish": {required: []string{"user_id", "view"}, structured: []string{"view"}, do: (*call).publishView},

		"files.getUploadURLExternal":   {scopes: []string{"files:write"}, required: []string{"filename", "length"}, do: (*call).uploadURL},
		"files.completeUploadExternal": {scopes: []string{"files:write"}, required: []string{"files"}, structured: []string{"files", "blocks"}, do: (*call).completeUpload},
		"files.info":                   {scopes: []string{"files:read"}, required: []string{"file"}, do: (*call).fileInfo},
	}
}

// maxCall is the most bytes that a call is read to.
const maxCall = 4 << 20

// serveMethod answers a call.
func (s *Server) serveMethod(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("method")
	m, known := methods()[name]
	if !known {
		s.violation("%s: this server knows no such method", name)
		answer(w, object{"ok": false, "error": "unknown_method"})
		return
	}
	args, code := s.arguments(r, name, m)
	token := s.token(r, name, args)
	s.mu.Lock()
	s.calls = append(s.calls, Call{Method: name, Token: token, Args: args, At: s.o.Clock()})
	s.changed.Broadcast()
	s.mu.Unlock()
	f := s.failure(name)
	if !f.Late && refused(w, f) {
		return
	}
	if code == "" {
		code = s.authorise(token, name, m)
	}
	if code == "" {
		for _, required := range m.required {
			if v, there := args[required]; !there || v == "" {
				s.violation("%s: the argument %s is missing", name, required)
				code = "invalid_arguments"
			}
		}
	}
	result := object{}
	if code == "" {
		s.mu.Lock()
		result, code = m.do(&call{Server: s, method: name, args: args})
		s.changed.Broadcast()
		s.mu.Unlock()
	}
	if f.Drop {
		drop(w)
		return
	}
	if f.Late && refused(w, f) {
		return
	}
	if code != "" {
		result = s.errorAnswer(code, m)
	} else {
		result["ok"] = true
	}
	w.Header().Set("X-Oauth-Scopes", strings.Join(s.scopes(), ","))
	answer(w, result)
}

func (s *Server) errorAnswer(code string, m method) object {
	o := object{"ok": false, "error": code}
	if code == "missing_scope" {
		o["needed"], o["provided"] = strings.Join(m.scopes, ","), strings.Join(s.scopes(), ",")
	}
	return o
}

// scopes returns what the bot token was granted.
func (s *Server) scopes() []string {
	if s.o.Scopes != nil {
		return s.o.Scopes
	}
	return []string{
		"channels:history", "channels:read", "chat:write", "commands", "files:read", "files:write", "groups:history", "groups:read",
		"im:history", "im:read", "im:write", "links:read", "team:read", "users:read", "users:read.email",
	}
}

func (s *Server) granted(scope string) bool {
	return s.o.Scopes == nil || slices.Contains(s.o.Scopes, scope)
}

// refused answers a call that goes wrong before anything is done, and tells whether it did.
func refused(w http.ResponseWriter, f Failure) bool {
	switch {
	case f.Status != 0:
		if f.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(f.Status)
		if f.Status == http.StatusTooManyRequests {
			_, _ = io.WriteString(w, `{"ok":false,"error":"ratelimited"}`)
		}
		return true
	case f.Error != "":
		answer(w, object{"ok": false, "error": f.Error})
		return true
	default:
		return false
	}
}

// drop cuts the connection of a call without an answer.
func drop(w http.ResponseWriter) {
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		return
	}
	if conn, _, err := hijacker.Hijack(); err == nil {
		_ = conn.Close()
	}
}

func answer(w http.ResponseWriter, o object) {
	data, err := json.Marshal(o)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(data) // whoever asked is gone where this fails
}

// arguments reads the arguments of a call, of both content types.
func (s *Server) arguments(r *http.Request, name string, m method) (args map[string]any, code string) {
	args = map[string]any{}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxCall))
	if err != nil {
		return args, "request_timeout"
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case r.Method == http.MethodGet:
		return fromForm(r.URL.Query(), args), ""
	case r.Method != http.MethodPost:
		s.violation("%s is called with %s", name, r.Method)
		return args, "invalid_post_type"
	case len(body) == 0: // of whatever type: there are no arguments
	case kind == "application/json":
		if err := json.Unmarshal(body, &args); err != nil {
			s.violation("%s: the arguments are no JSON object: %v", name, err)
			return map[string]any{}, "invalid_json"
		}
	case kind == "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(body))
		if err != nil {
			s.violation("%s: the arguments are no form: %v", name, err)
			return args, "invalid_form_data"
		}
		fromForm(form, args)
	default:
		s.violation("%s: arguments of type %q", name, kind)
		return args, "invalid_post_type"
	}
	// What is structured comes as JSON in a string, in a form always and in JSON where one likes.
	for _, name := range m.structured {
		text, ok := args[name].(string)
		if !ok || text == "" {
			continue
		}
		var v any
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			s.violation("%s: %s is no JSON: %v", r.PathValue("method"), name, err)
			return args, "invalid_arguments"
		}
		args[name] = v
	}
	return args, ""
}

func fromForm(form url.Values, args map[string]any) map[string]any {
	for name := range form {
		args[name] = form.Get(name)
	}
	return args
}

// token returns what the caller proves itself with: a header, or an argument of the body.
// https://docs.slack.dev/apis/web-api/#authentication
func (s *Server) token(r *http.Request, name string, args map[string]any) string {
	if r.URL.Query().Has("token") {
		s.violation("%s: the token stands in the address", name)
	}
	inBody, _ := args["token"].(string)
	delete(args, "token")
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return bearer
	}
	return inBody
}

// authorise returns the error code for a token that may not do this.
func (s *Server) authorise(token, name string, m method) string {
	want, other := s.o.BotToken, s.o.AppToken
	if m.app {
		want, other = other, want
	}
	switch {
	case token == "":
		s.violation("%s is called without a token", name)
		return "not_authed"
	case token != want && token == other:
		s.violation("%s is called with the wrong one of the two tokens", name)
		return "not_allowed_token_type"
	case token != want:
		return "invalid_auth"
	}
	for _, scope := range m.scopes {
		if !s.granted(scope) {
			return "missing_scope"
		}
	}
	return ""
}

// arg returns an argument that is text, however it was written.
func (c *call) arg(name string) string {
	switch v := c.args[name].(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	default:
		return ""
	}
}

// flag returns an argument that is true or false.
func (c *call) flag(name string) bool {
	v := c.arg(name)
	return v == "true" || v == "1"
}

// invalid notes the problems of a payload and returns the code for them.
func (c *call) invalid(code string, problems []string) string {
	if len(problems) == 0 {
		return ""
	}
	c.violations(c.method, problems)
	return code
}

func (c *call) authTest() (object, string) {
	return object{
		"url": "https://sample.slack.com/", "team": "Sample Company", "user": "hirebot", "team_id": c.o.Team,
		"user_id": c.o.BotUser, "bot_id": botID(c.o.BotUser), "is_enterprise_install": false,
	}, ""
}

func botID(user string) string { return "B" + strings.TrimLeft(user, "UW") }

func (c *call) teamInfo() (object, string) {
	return object{"team": object{"id": c.o.Team, "name": "Sample Company", "domain": "sample"}}, ""
}
