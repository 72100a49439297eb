package slack

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

const (
	// maxBody is the most bytes of a delivery. A view with all that somebody typed is far below.
	maxBody = 1 << 20
	// window is how far the time of a request may be from ours, so that nobody can repeat it later.
	// https://docs.slack.dev/authentication/verifying-requests-from-slack/
	window = 5 * time.Minute
)

// errSignature says no more than that: whoever forges requests learns nothing from us.
var errSignature = errors.New("the signature is not right")

// verify checks that a body comes from Slack: version 0 of its signatures.
func verify(header http.Header, body []byte, secret string, now time.Time) error {
	stamp := header.Get("X-Slack-Request-Timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > window {
		return errSignature
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:" + stamp + ":"))
	mac.Write(body)
	want := "v0=" + hex.EncodeToString(mac.Sum(nil))
	if !hmac.Equal([]byte(want), []byte(header.Get("X-Slack-Signature"))) {
		return errSignature
	}
	return nil
}

// Handler serves Slack's HTTP deliveries; nil where no signing secret is set.
func (s *Slack) Handler() http.Handler {
	if !slices.ContainsFunc(s.accesses, func(a Access) bool { return a.SigningSecret != "" }) {
		return nil
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /slack/commands", s.signed(func(body []byte) (delivery, error) {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return delivery{}, err
		}
		return decodeCommand(form)
	}))
	interaction := s.signed(func(body []byte) (delivery, error) {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return delivery{}, err
		}
		return decodeInteraction([]byte(form.Get("payload")))
	})
	mux.HandleFunc("POST /slack/interactions", interaction)
	mux.HandleFunc("POST /slack/options", interaction)
	mux.HandleFunc("POST /slack/events", s.signed(decodeEvent))
	return mux
}

// signed serves deliveries whose signature is right. Not a byte is parsed before.
func (s *Slack) signed(decode func([]byte) (delivery, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			status := http.StatusBadRequest
			if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
				status = http.StatusRequestEntityTooLarge
			}
			http.Error(w, http.StatusText(status), status)
			return
		}
		access, err := s.verified(r.Header, body)
		if err != nil {
			s.cfg.Log.WarnContext(r.Context(), "a request was refused", "path", r.URL.Path, "err", err)
			http.Error(w, http.StatusText(http.StatusUnauthorized), http.StatusUnauthorized)
			return
		}
		if challenge, ok := challengeOf(body); ok && r.URL.Path == "/slack/events" {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, _ = io.WriteString(w, challenge) // whoever asked is gone where this fails
			return
		}
		d, err := decode(body)
		if err != nil {
			s.cfg.Log.WarnContext(r.Context(), "a delivery cannot be read", "path", r.URL.Path, "err", err)
			http.Error(w, http.StatusText(http.StatusBadRequest), http.StatusBadRequest)
			return
		}
		d.Access = access
		s.answerHTTP(w, r, d)
	}
}

// verified returns the index of the access whose app signed a request.
func (s *Slack) verified(header http.Header, body []byte) (int, error) {
	for i, a := range s.accesses {
		if a.SigningSecret != "" && verify(header, body, a.SigningSecret, s.cfg.Clock()) == nil {
			return i, nil
		}
	}
	return 0, errSignature
}

// challengeOf returns what Slack wants to read back when the address is set.
// https://docs.slack.dev/reference/events/url_verification/
func challengeOf(body []byte) (string, bool) {
	var o outer
	if json.Unmarshal(body, &o) != nil || o.Type != "url_verification" {
		return "", false
	}
	return o.Challenge, true
}

// answerHTTP serves a delivery. The response is its acknowledgement; the work may go on after it.
func (s *Slack) answerHTTP(w http.ResponseWriter, r *http.Request, d delivery) {
	if s.serve.Load() == nil {
		http.Error(w, "I am just starting. Try again in a moment.", http.StatusServiceUnavailable)
		return
	}
	acked := make(chan any, 1)
	s.work.Begin()
	go func(ctx context.Context) {
		defer s.work.End()
		s.receive(ctx, d, func(payload any) error { acked <- payload; return nil })
	}(context.WithoutCancel(r.Context()))
	select {
	case payload := <-acked:
		writeAck(w, payload)
	case <-r.Context().Done():
	}
}

// writeAck answers a delivery, with what the acknowledgement carries.
func writeAck(w http.ResponseWriter, payload any) {
	if payload == nil {
		w.WriteHeader(http.StatusOK)
		return
	}
	body, err := json.Marshal(payload)
	if err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(body) // whoever asked is gone where this fails
}

// handleEnvelope serves a delivery over Socket Mode.
func (s *Slack) handleEnvelope(ctx context.Context, access int, env envelope, ack func(payload any) error) {
	d, err := decodeEnvelope(env)
	if err != nil {
		s.cfg.Log.WarnContext(ctx, "a delivery cannot be read", "type", env.Type, "err", err)
		if err := ack(nil); err != nil {
			s.cfg.Log.WarnContext(ctx, "an acknowledgement was not sent", "type", env.Type, "err", err)
		}
		return
	}
	d.Access = access
	s.work.Begin()
	defer s.work.End()
	s.receive(ctx, d, func(payload any) error {
		if !env.AcceptsResponse {
			payload = nil
		}
		return ack(payload)
	})
}

// decodeEnvelope reads the payload of an envelope: what comes in a form over HTTP is JSON here.
func decodeEnvelope(env envelope) (delivery, error) {
	switch env.Type {
	case "slash_commands":
		var values map[string]any
		if err := json.Unmarshal(env.Payload, &values); err != nil {
			return delivery{}, err
		}
		form := url.Values{}
		for name, v := range values {
			if text, ok := v.(string); ok {
				form.Set(name, text)
			}
		}
		return decodeCommand(form)
	case "interactive":
		return decodeInteraction(env.Payload)
	case "events_api":
		return decodeEvent(env.Payload)
	default:
		return delivery{Kind: kindUnknown, InnerType: env.Type}, nil
	}
}
