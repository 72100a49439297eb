package slacktest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/hirebot/hirebot/bot/bottest"
)

// settle waits until the app works on no delivery any more.
func (s *Server) settle() {
	s.t.Helper()
	s.mu.Lock()
	settle := s.o.Settle
	s.mu.Unlock()
	if !bottest.Settles(settle) {
		s.t.Fatalf("slack: the app has not settled within %v", bottest.Patience)
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
	u := s.urls[lastPart(fmt.Sprint(d.Payload["response_url"]))]
	if u == nil {
		u = &responseURL{User: d.user, Channel: d.channel}
	}
	s.respondLocked("the acknowledgement of a command", u, body)
}

// lastPart returns the last part of an address.
func lastPart(address string) string { return address[strings.LastIndex(address, "/")+1:] }

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
