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
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/hirebot/hirebot/bot/bottest"
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
	ctx, cancel := context.WithTimeout(context.Background(), bottest.Patience)
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
