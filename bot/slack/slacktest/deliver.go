package slacktest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The types of envelopes.
const (
	envelopeCommand     = "slash_commands"
	envelopeInteraction = "interactive"
	envelopeEvent       = "events_api"
)

// The kinds of deliveries: the type of an interaction or event, or a slash command.
const (
	kindCommand    = "slash_command"
	kindActions    = "block_actions"
	kindSubmission = "view_submission"
	kindClosed     = "view_closed"
	kindSuggestion = "block_suggestion"
	kindShortcut   = "shortcut"
	kindMessage    = "message_action"
)

// Delivery is something that Slack tells the app. Redeliver sends it once more.
type Delivery struct {
	// Kind is "slash_command", the type of an interaction, or the type of an event.
	Kind string
	// Envelope is its type in Socket Mode.
	Envelope string
	Payload  map[string]any
	// Ack is how the app acknowledged it the last time.
	Ack Ack
	// Notice is what the client shows the person where the app fails.
	Notice string
	// Errors are those that the app shows at the fields of a form, by block.
	Errors map[string]string
	// Options are those that the app offers in a select.
	Options []map[string]any

	user, channel, trigger, view string
	times                        int
}

// Ack is an acknowledgement.
type Ack struct {
	Status   int
	Type     string
	Body     []byte
	Sent, At time.Time
	// Failed is why there is none.
	Failed string
}

// acceptsResponse tells whether the acknowledgement may carry the answer.
func (d *Delivery) acceptsResponse() bool {
	return d.Kind == kindCommand || d.Kind == kindSubmission || d.Kind == kindSuggestion
}

// path is where a delivery goes over HTTP, as the app's manifest says.
func (d *Delivery) path() string {
	switch {
	case d.Kind == kindSuggestion:
		return "/slack/options"
	case d.Envelope == envelopeCommand:
		return "/slack/commands"
	case d.Envelope == envelopeInteraction:
		return "/slack/interactions"
	default:
		return "/slack/events"
	}
}

// body is a delivery as it goes over HTTP.
func (d *Delivery) body() (data []byte, contentType string, err error) {
	const form = "application/x-www-form-urlencoded"
	switch d.Envelope {
	case envelopeCommand:
		values := url.Values{}
		for name, v := range d.Payload {
			values.Set(name, fmt.Sprint(v))
		}
		return []byte(values.Encode()), form, nil
	case envelopeInteraction:
		payload, err := json.Marshal(d.Payload)
		return []byte(url.Values{"payload": {string(payload)}}.Encode()), form, err
	default:
		data, err := json.Marshal(d.Payload)
		return data, "application/json", err
	}
}

// Deliver sends a delivery, waits for its acknowledgement, shows what that carries, and waits until the
// app has settled.
func (s *Server) Deliver(d *Delivery) {
	s.t.Helper()
	s.mu.Lock()
	twice := s.duplicate
	if t := s.triggers[d.trigger]; t != nil && (twice || d.times > 0) {
		t.Again = true
	}
	s.mu.Unlock()
	first := d.times
	d.times++
	var again chan Ack
	if twice {
		again = make(chan Ack, 1)
		go func() { again <- s.send(d, first+1) }()
		d.times++
	}
	ack := s.send(d, first)
	if ack.Failed == "dropped" && d.Envelope == envelopeEvent {
		ack = s.send(d, first+1)
	}
	s.take(d, ack)
	if again != nil {
		s.take(d, <-again)
	}
	s.settle()
}

// Redeliver sends a delivery again, as Slack does where it saw no answer.
func (s *Server) Redeliver(d *Delivery) {
	s.t.Helper()
	d.Errors, d.Options, d.Notice = nil, nil, ""
	s.Deliver(d)
}

// send sends a delivery once.
func (s *Server) send(d *Delivery, attempt int) Ack {
	s.mu.Lock()
	base := s.o.HTTP
	s.mu.Unlock()
	reason := ""
	if attempt > 0 {
		reason = "timeout"
	}
	if base == "" {
		return s.overSocket(d, attempt, reason)
	}
	return s.overHTTP(base, d, attempt)
}

// overHTTP posts a delivery, signed. https://docs.slack.dev/authentication/verifying-requests-from-slack/
func (s *Server) overHTTP(base string, d *Delivery, attempt int) Ack {
	data, contentType, err := d.body()
	if err != nil {
		s.t.Fatalf("slack: %v", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+d.path(), bytes.NewReader(data))
	if err != nil {
		s.t.Fatalf("slack: %v", err)
	}
	sent := s.o.Clock()
	stamp := strconv.FormatInt(sent.Unix(), 10)
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	req.Header.Set("X-Slack-Request-Timestamp", stamp)
	req.Header.Set("X-Slack-Signature", Sign(s.o.SigningSecret, stamp, data))
	if attempt > 0 {
		req.Header.Set("X-Slack-Retry-Num", strconv.Itoa(attempt))
		req.Header.Set("X-Slack-Retry-Reason", "http_timeout")
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return Ack{Failed: err.Error(), Sent: sent, At: s.o.Clock()}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxCall))
	if err != nil {
		return Ack{Failed: err.Error(), Sent: sent, At: s.o.Clock()}
	}
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	return Ack{Status: resp.StatusCode, Type: kind, Body: body, Sent: sent, At: s.o.Clock()}
}

// Sign returns the signature of a body, version 0.
func Sign(secret, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = mac.Write([]byte("v0:" + timestamp + ":")) // a hash takes everything
	_, _ = mac.Write(body)
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}

// settle waits until the app works on no delivery any more.
func (s *Server) settle() {
	s.mu.Lock()
	settle := s.o.Settle
	s.mu.Unlock()
	if settle == nil {
		return
	}
	done := make(chan struct{})
	go func() {
		settle()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(patience):
		s.t.Fatalf("slack: the app has not settled within %v", patience)
	}
}

// take does what an acknowledgement says.
func (s *Server) take(d *Delivery, ack Ack) {
	d.Ack = ack
	switch {
	case ack.Failed != "":
		d.Notice = d.failed("operation_timeout")
		return
	case ack.At.Sub(ack.Sent) > ackLife:
		s.violation("%s was acknowledged after %v", d.Kind, ack.At.Sub(ack.Sent))
		d.Notice = d.failed("operation_timeout")
		return
	case ack.Status != http.StatusOK:
		d.Notice = d.failed("dispatch_failed")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.changed.Broadcast()
	switch d.Kind {
	case kindCommand:
		s.takeMessageLocked(d, ack)
	case kindSubmission:
		s.takeSubmissionLocked(d, ack)
	case kindSuggestion:
		s.takeOptionsLocked(d, ack)
	default:
		if body := bytes.TrimSpace(ack.Body); len(body) > 0 {
			s.violation("the acknowledgement of %s carries %q", d.Kind, body)
		}
	}
}

// failed is what the client says where an app does not answer.
func (d *Delivery) failed(code string) string {
	if d.Kind == kindCommand {
		return fmt.Sprintf("%v failed with the error %q", d.Payload["command"], code)
	}
	return "We had some trouble connecting. Try again?"
}

// takeMessageLocked shows the message that acknowledges a slash command.
func (s *Server) takeMessageLocked(d *Delivery, ack Ack) {
	if len(bytes.TrimSpace(ack.Body)) == 0 {
		return
	}
	body := object{"text": string(ack.Body)}
	if ack.Type == "application/json" {
		body = nil
		if err := json.Unmarshal(ack.Body, &body); err != nil || body == nil {
			s.violation("the acknowledgement of a command is no message: %q", ack.Body)
			return
		}
	}
	if len(body) == 0 {
		return
	}
	u := s.urls[path1(fmt.Sprint(d.Payload["response_url"]))]
	if u == nil {
		u = &responseURL{User: d.user, Channel: d.channel}
	}
	s.respondLocked("the acknowledgement of a command", u, body)
}

// path1 returns the last part of an address.
func path1(address string) string { return address[strings.LastIndex(address, "/")+1:] }

// takeSubmissionLocked does what the acknowledgement of a form says.
// https://docs.slack.dev/surfaces/modals/#response_actions
func (s *Server) takeSubmissionLocked(d *Delivery, ack Ack) {
	v := s.views[d.view]
	if v == nil {
		return
	}
	body := object{}
	if len(bytes.TrimSpace(ack.Body)) > 0 {
		if err := json.Unmarshal(ack.Body, &body); err != nil {
			s.violation("the acknowledgement of a form is no JSON: %q", ack.Body)
			return
		}
	}
	action, there := body["response_action"]
	if !there {
		if len(body) > 0 {
			s.violation("the acknowledgement of a form has no response_action: %q", ack.Body)
		}
		s.closeLocked(v, false)
		return
	}
	c := newChecker(onModal)
	switch action {
	case "clear":
		c.members("", body, "response_action!")
		s.closeLocked(v, true)
	case "errors":
		c.members("", body, "response_action!", "errors!")
		s.takeErrors(c, d, v, body)
	case "update", "push":
		c.members("", body, "response_action!", "view!")
		next := in(body, "view")
		c.problems = append(c.problems, checkView(next, onModal)...)
		if len(c.problems) == 0 && v.Open {
			s.showNextLocked(v, next, action == "push")
		}
	default:
		c.addf("", "the response_action %v is unknown", action)
	}
	s.violations("the acknowledgement of a form", c.problems)
}

func (s *Server) takeErrors(c *checker, d *Delivery, v *view, body object) {
	errs := in(body, "errors")
	if len(errs) == 0 {
		c.addf("/errors", "there are none")
	}
	d.Errors = map[string]string{}
	for _, block := range slices.Sorted(maps.Keys(errs)) {
		text, ok := c.text("/errors", errs, block, 1, maxText)
		isBlock := func(b object) bool { return str(b, "block_id") == block }
		if !slices.ContainsFunc(inputsOf(v.Body), isBlock) {
			c.addf("/errors", "%q is no input of the view", block)
		}
		if ok {
			d.Errors[block] = text
		}
	}
}

// showNextLocked shows a view in the place of another, or above it.
func (s *Server) showNextLocked(v *view, next object, above bool) {
	k := s.stackOf(v)
	switch {
	case k == nil:
	case !above:
		s.fillLocked(v, next)
	case len(k.views) >= maxPushed:
		s.violation("a fourth view is pushed")
	default:
		k.views = append(k.views, s.newViewLocked(v.User, next))
	}
}

func (s *Server) takeOptionsLocked(d *Delivery, ack Ack) {
	body := object{}
	if err := json.Unmarshal(ack.Body, &body); err != nil {
		s.violation("the answer to a select is no JSON: %q", ack.Body)
		return
	}
	s.violations("the answer to a select", checkOptions(body))
	d.Options = objects(body["options"])
	for _, g := range objects(body["option_groups"]) {
		d.Options = append(d.Options, objects(g["options"])...)
	}
}

// serveResponse takes a message at a response URL.
// https://docs.slack.dev/interactivity/handling-user-interaction/#message_responses
func (s *Server) serveResponse(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(io.LimitReader(r.Body, maxCall))
	body := object{}
	if err == nil {
		err = json.Unmarshal(data, &body)
	}
	s.mu.Lock()
	s.calls = append(s.calls, Call{Method: Responses, Args: body, At: s.o.Clock()})
	s.changed.Broadcast()
	s.mu.Unlock()
	f := s.failure(Responses)
	if refused(w, f) {
		return
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || r.Method != http.MethodPost || kind != "application/json" {
		s.violation("a response URL is called with %s, %q, %v", r.Method, kind, err)
		http.Error(w, "invalid_payload", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	u := s.urls[r.PathValue("id")]
	code := ""
	switch {
	case u == nil:
		s.violation("there is no response URL %s", r.URL.Path)
		code = "invalid_url"
	case s.o.Clock().Sub(u.At) > responseLife:
		code = "expired_url"
	case u.Uses >= responseUses:
		code = "used_url"
	default:
		u.Uses++
		code = s.respondLocked("a response", u, body)
	}
	s.changed.Broadcast()
	s.mu.Unlock()
	switch {
	case f.Drop:
		drop(w)
	case code != "":
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(http.StatusNotFound)
		_, _ = fmt.Fprintf(w, `{"ok":false,"error":%q}`, code)
	default:
		_, _ = io.WriteString(w, "ok") // whoever asked is gone where this fails
	}
}

// respondLocked shows a message about an interaction, and returns an error code.
func (s *Server) respondLocked(what string, u *responseURL, body object) string {
	c := newChecker(onMessage)
	c.members("", body, "text", "blocks", "attachments", "response_type", "replace_original", "delete_original", "thread_ts",
		"unfurl_links", "unfurl_media", "mrkdwn", "metadata", "link_names", "parse")
	c.oneOf("", body, "response_type", "ephemeral", "in_channel")
	c.boolean("", body, "replace_original", "delete_original", "unfurl_links", "unfurl_media", "mrkdwn")
	text := str(body, "text")
	blocks, _ := body["blocks"].([]any)
	c.problems = append(c.problems, checkMessage(text, blocksOrNil(blocks))...)
	deletes, replaces := body["delete_original"] == true, body["replace_original"] == true
	if text == "" && len(blocks) == 0 && !deletes {
		c.addf("", "it says nothing")
	}
	s.violations(what, c.problems)
	r := s.rooms[u.Channel]
	if r == nil {
		return "channel_not_found"
	}
	if len(c.problems) > 0 {
		return "invalid_blocks"
	}
	s.noPicturesLocked(what, r, blocks)
	original := r.find(u.Source)
	switch {
	case deletes && original != nil:
		r.Messages = slices.DeleteFunc(r.Messages, func(m *message) bool { return m == original })
		return ""
	case replaces && original != nil:
		original.Text, original.Blocks, original.Edited, original.seen = text, named(s, blocks), true, nil
		return ""
	case deletes:
		return "message_not_found"
	}
	// The response URL of a slash command has no original: replace_original then shows one more message.
	m := &message{User: s.o.BotUser, Text: text, Blocks: named(s, blocks)}
	if body["response_type"] != "in_channel" {
		m.For = u.User
	} else if u.Typed != "" {
		// What was typed is shown with the answer that everybody sees.
		s.sayLocked(r, &message{User: u.User, Text: u.Typed})
		u.Typed = ""
	}
	s.sayLocked(r, m)
	return ""
}

// base returns what all interactions have in common.
func (s *Server) interactionLocked(kind, user, view string) *Delivery {
	u := s.users[user]
	if u == nil {
		u = &User{ID: user, Name: user}
	}
	team := u.Team
	if team == "" {
		team = s.o.Team
	}
	trigger := s.triggerLocked(user, view)
	return &Delivery{
		Kind: kind, Envelope: envelopeInteraction, user: user, trigger: trigger, view: view,
		Payload: object{
			"type": kind, "team": object{"id": s.o.Team, "domain": "sample"}, "enterprise": nil, "is_enterprise_install": false,
			"user": object{"id": user, "username": u.Name, "name": u.Name, "team_id": team}, "api_app_id": appID, "token": "legacy-verification",
			"trigger_id": trigger,
		},
	}
}

// triggerLocked gives a trigger.
func (s *Server) triggerLocked(user, view string) string {
	s.serial++
	id := fmt.Sprintf("%d.%d.%032x", 10000000000000+s.serial, 3000000000000, s.serial)
	s.triggers[id] = &trigger{User: user, At: s.o.Clock(), Expired: s.expire, View: view}
	return id
}

// urlLocked gives a response URL.
func (s *Server) urlLocked(kind, user, channel, source, typed string) string {
	id := s.idLocked("r")
	s.urls[id] = &responseURL{User: user, Channel: channel, Source: source, Typed: typed, At: s.o.Clock()}
	return s.http.URL + "/" + kind + "/" + id
}

// Command has somebody type a slash command.
// https://docs.slack.dev/interactivity/implementing-slash-commands/
func (s *Server) Command(user, channel, command, text string) *Delivery {
	s.t.Helper()
	s.mu.Lock()
	r := s.rooms[channel]
	if r == nil {
		s.mu.Unlock()
		s.t.Fatalf("slack: there is no conversation %s", channel)
	}
	name := r.Name
	switch {
	case r.direct():
		name = "directmessage"
	case r.Private:
		name = "privategroup"
	}
	u := s.users[user]
	if u == nil {
		u = &User{ID: user, Name: user}
	}
	trigger := s.triggerLocked(user, "")
	d := &Delivery{
		Kind: kindCommand, Envelope: envelopeCommand, user: user, channel: channel, trigger: trigger,
		Payload: object{
			"token": "legacy-verification", "team_id": s.o.Team, "team_domain": "sample", "channel_id": channel, "channel_name": name,
			"user_id": user, "user_name": u.Name, "command": command, "text": s.escapeLocked(text), "api_app_id": appID,
			"is_enterprise_install": "false", "trigger_id": trigger,
			"response_url": s.urlLocked("commands", user, channel, "", plainEscaper.Replace(command+" "+text)),
		},
	}
	s.mu.Unlock()
	s.Deliver(d)
	return d
}

var plainEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// typed are the words that Slack turns into references when escaping is on for a command.
var typed = regexp.MustCompile(`(^|\s)(@[\w.-]+|#[\w-]+|https?://[^\s<>]+|[\w.+-]+@[\w-]+\.[\w.]+)`)

// escapeLocked returns what somebody types as Slack hands it on, with should_escape.
func (s *Server) escapeLocked(text string) string {
	var out strings.Builder
	rest := text
	for {
		at := typed.FindStringSubmatchIndex(rest)
		if at == nil {
			break
		}
		out.WriteString(plainEscaper.Replace(rest[:at[4]]))
		word := rest[at[4]:at[5]]
		out.WriteString(s.referenceLocked(word))
		rest = rest[at[5]:]
	}
	out.WriteString(plainEscaper.Replace(rest))
	return out.String()
}

// referenceLocked returns a name, address or e-mail address as Slack hands it on.
func (s *Server) referenceLocked(word string) string {
	escaped := plainEscaper.Replace(word)
	switch {
	case word == "@here", word == "@channel", word == "@everyone":
		return "<!" + word[1:] + ">"
	case strings.HasPrefix(word, "@"):
		for _, id := range slices.Sorted(maps.Keys(s.users)) {
			if s.users[id].Name == word[1:] {
				return "<@" + id + "|" + s.users[id].Name + ">"
			}
		}
		return escaped
	case strings.HasPrefix(word, "#"):
		for _, id := range s.order {
			if r := s.rooms[id]; !r.direct() && r.Name == word[1:] {
				return "<#" + id + "|" + r.Name + ">"
			}
		}
		return escaped
	case strings.Contains(word, "://"):
		return "<" + escaped + ">"
	default:
		return "<mailto:" + escaped + "|" + escaped + ">"
	}
}

// Shortcut has somebody use a global shortcut.
func (s *Server) Shortcut(user, callback string) *Delivery {
	s.t.Helper()
	s.mu.Lock()
	d := s.interactionLocked(kindShortcut, user, "")
	d.Payload["callback_id"], d.Payload["action_ts"] = callback, s.tsLocked()
	s.mu.Unlock()
	s.Deliver(d)
	return d
}

// MessageShortcut has somebody use a shortcut on a message that an author wrote in a conversation.
// https://docs.slack.dev/interactivity/implementing-shortcuts/#messages
func (s *Server) MessageShortcut(user, author, channel, text, callback string) *Delivery {
	s.t.Helper()
	s.mu.Lock()
	r := s.rooms[channel]
	if r == nil {
		s.mu.Unlock()
		s.t.Fatalf("slack: there is no conversation %s", channel)
	}
	m := s.sayLocked(r, &message{User: author, Text: s.escapeLocked(text)})
	d := s.interactionLocked(kindMessage, user, "")
	d.channel = channel
	d.Payload["callback_id"], d.Payload["action_ts"], d.Payload["message_ts"] = callback, s.tsLocked(), m.TS
	d.Payload["channel"] = object{"id": channel, "name": r.Name}
	d.Payload["response_url"] = s.urlLocked("actions", user, channel, m.TS, "")
	d.Payload["message"] = object{
		"type": "message", "user": author, "text": m.Text, "ts": m.TS, "team": s.o.Team, "client_msg_id": s.idLocked("client-"),
		"blocks": []any{object{"type": "rich_text", "block_id": s.idLocked("b"), "elements": []any{
			object{"type": "rich_text_section", "elements": []any{object{"type": "text", "text": text}}},
		}}},
	}
	s.mu.Unlock()
	s.Deliver(d)
	return d
}

// Event tells the app of an event, with the members of payload besides its type.
// https://docs.slack.dev/apis/events-api/#event-type-structure
func (s *Server) Event(kind string, payload map[string]any) *Delivery {
	s.t.Helper()
	s.mu.Lock()
	event := maps.Clone(payload)
	if event == nil {
		event = object{}
	}
	event["type"] = kind
	if event["event_ts"] == nil {
		event["event_ts"] = s.tsLocked()
	}
	d := &Delivery{Kind: kind, Envelope: envelopeEvent, Payload: object{
		"token": "legacy-verification", "team_id": s.o.Team, "context_team_id": s.o.Team, "context_enterprise_id": nil, "api_app_id": appID,
		"event": event, "type": "event_callback", "event_id": s.idLocked("Ev"), "event_time": s.o.Clock().Unix(), "is_ext_shared_channel": false,
		"authorizations": []any{object{"enterprise_id": nil, "team_id": s.o.Team, "user_id": s.o.BotUser, "is_bot": true, "is_enterprise_install": false}},
	}}
	s.mu.Unlock()
	s.Deliver(d)
	return d
}

// OpenHome has somebody look at the app's home.
func (s *Server) OpenHome(user string) *Delivery {
	s.t.Helper()
	s.mu.Lock()
	event := object{"user": user, "channel": s.directLocked(user).ID, "tab": "home"}
	if v := s.homes[user]; v != nil {
		event["view"] = s.viewObject(v)
	}
	s.mu.Unlock()
	return s.Event("app_home_opened", event)
}

// DirectMessage has somebody write to the app.
func (s *Server) DirectMessage(user, text string) *Delivery {
	s.t.Helper()
	s.mu.Lock()
	r := s.directLocked(user)
	m := s.sayLocked(r, &message{User: user, Text: s.escapeLocked(text)})
	event := object{
		"channel": r.ID, "user": user, "text": m.Text, "ts": m.TS, "event_ts": m.TS, "channel_type": "im", "team": s.o.Team,
		"client_msg_id": s.idLocked("client-"),
		"blocks": []any{object{"type": "rich_text", "block_id": s.idLocked("b"), "elements": []any{
			object{"type": "rich_text_section", "elements": []any{object{"type": "text", "text": text}}},
		}}},
	}
	s.mu.Unlock()
	return s.Event("message", event)
}

// ShareLinks has somebody post links in a conversation whose domain the app has registered.
// https://docs.slack.dev/reference/events/link_shared/
func (s *Server) ShareLinks(user, channel string, links ...string) *Delivery {
	s.t.Helper()
	s.mu.Lock()
	r := s.roomLocked(channel)
	if r == nil {
		s.mu.Unlock()
		s.t.Fatalf("slack: there is no conversation %s", channel)
	}
	m := s.sayLocked(r, &message{User: user, Text: "<" + strings.Join(links, "> <") + ">"})
	var all []any
	for _, link := range links {
		domain := link
		if u, err := url.Parse(link); err == nil {
			domain = u.Host
		}
		all = append(all, object{"url": link, "domain": domain})
	}
	event := object{
		"channel": r.ID, "user": user, "message_ts": m.TS, "links": all, "source": "conversations_history",
		"unfurl_id": r.ID + "." + m.TS, "is_bot_user_member": r.has(s.o.BotUser),
	}
	s.mu.Unlock()
	return s.Event("link_shared", event)
}

// ChangeUser changes somebody's account and tells the app of it.
func (s *Server) ChangeUser(u User) *Delivery {
	s.t.Helper()
	s.AddUser(u)
	s.mu.Lock()
	event := object{"user": s.userObject(&u), "cache_ts": s.o.Clock().Unix()}
	s.mu.Unlock()
	return s.Event("user_change", event)
}

// Verify asks the app's address for events for the challenge, as Slack does when it is set.
// https://docs.slack.dev/reference/events/url_verification/
func (s *Server) Verify() {
	s.t.Helper()
	s.mu.Lock()
	base, challenge := s.o.HTTP, s.idLocked("challenge-")
	s.mu.Unlock()
	d := &Delivery{Kind: "url_verification", Envelope: envelopeEvent, Payload: object{
		"token": "legacy-verification", "challenge": challenge, "type": "url_verification",
	}}
	ack := s.overHTTP(base, d, 0)
	said := strings.TrimSpace(string(ack.Body))
	var body object
	if json.Unmarshal(ack.Body, &body) == nil {
		said = str(body, "challenge")
	}
	if ack.Status != http.StatusOK || said != challenge {
		s.violation("the challenge is answered with status %d and %q", ack.Status, ack.Body)
	}
}
