package slack

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
)

// The example of https://docs.slack.dev/authentication/verifying-requests-from-slack/
const (
	exampleSecret    = "8f742231b10e8888abcd99yyyzzz85a5"
	exampleStamp     = "1531420618"
	exampleSignature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
	exampleBody      = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar" +
		"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J" +
		"%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)

var exampleTime = time.Unix(1531420618, 0)

func exampleHeader() http.Header {
	h := http.Header{}
	h.Set("X-Slack-Request-Timestamp", exampleStamp)
	h.Set("X-Slack-Signature", exampleSignature)
	return h
}

func TestVerifyKnowsSlacksExample(t *testing.T) {
	t.Parallel()
	if err := verify(exampleHeader(), []byte(exampleBody), exampleSecret, exampleTime); err != nil {
		t.Fatal(err)
	}
}

func TestVerifyRefuses(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(h http.Header, body *string, secret *string, now *time.Time){
		"another body":           func(_ http.Header, body, _ *string, _ *time.Time) { *body += "x" },
		"another secret":         func(_ http.Header, _, secret *string, _ *time.Time) { *secret += "x" },
		"an empty secret":        func(_ http.Header, _, secret *string, _ *time.Time) { *secret = "" },
		"another time":           func(h http.Header, _, _ *string, _ *time.Time) { h.Set("X-Slack-Request-Timestamp", "1531420619") },
		"no time":                func(h http.Header, _, _ *string, _ *time.Time) { h.Del("X-Slack-Request-Timestamp") },
		"a time that is none":    func(h http.Header, _, _ *string, _ *time.Time) { h.Set("X-Slack-Request-Timestamp", "today") },
		"no signature":           func(h http.Header, _, _ *string, _ *time.Time) { h.Del("X-Slack-Signature") },
		"another version":        func(h http.Header, _, _ *string, _ *time.Time) { h.Set("X-Slack-Signature", "v1"+exampleSignature[2:]) },
		"a shorter signature":    func(h http.Header, _, _ *string, _ *time.Time) { h.Set("X-Slack-Signature", exampleSignature[:40]) },
		"more than five minutes": func(_ http.Header, _, _ *string, now *time.Time) { *now = now.Add(window + time.Second) },
		"from the future":        func(_ http.Header, _, _ *string, now *time.Time) { *now = now.Add(-window - time.Second) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, body, secret, now := exampleHeader(), exampleBody, exampleSecret, exampleTime
			change(h, &body, &secret, &now)
			if err := verify(h, []byte(body), secret, now); err == nil {
				t.Error("it is accepted")
			}
		})
	}
	for _, off := range []time.Duration{window, -window} {
		if err := verify(exampleHeader(), []byte(exampleBody), exampleSecret, exampleTime.Add(off)); err != nil {
			t.Errorf("%s off: %v", off, err)
		}
	}
}

// nobody is a directory that knows nobody.
type nobody struct{}

func (nobody) Meet(context.Context, bot.Platform, ...bot.Identity)   {}
func (nobody) Changed(context.Context, bot.Identity, bot.Profile)    {}
func (nobody) Account(context.Context, string, string) (_, _ string) { return "", "" }

// handler returns the HTTP side of an adapter that is connected to a workspace T1, whose bot notes
// every event.
func handler(t *testing.T, serve bot.Serve) http.Handler {
	t.Helper()
	s, err := New(Config{
		BotToken: "xoxb-1", SigningSecret: exampleSecret, Base: "desk", Commands: func() []bot.Spec {
			return []bot.Spec{{Noun: "desk", Verb: "home", Default: true, Summary: "Your desk", Examples: []string{"/desk"}}}
		},
		Directory: nobody{}, Clock: func() time.Time { return exampleTime }, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.workspaces["T1"] = &workspace{Workspace: Workspace{ID: "slack:T1", Team: "T1", Kind: Home}, api: s.client(Access{BotToken: "xoxb-1"})}
	if serve != nil {
		s.serve.Store(&serve)
	}
	t.Cleanup(s.Settle)
	return s.Handler()
}

// signed returns a request as Slack signs it.
func signed(path, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	mac := hmac.New(sha256.New, []byte(exampleSecret))
	fmt.Fprintf(mac, "v0:%s:%s", exampleStamp, body)
	r.Header.Set("X-Slack-Request-Timestamp", exampleStamp)
	r.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	return r
}

func answer(h http.Handler, r *http.Request) (int, string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	body, _ := io.ReadAll(w.Result().Body) // a recorder's body can always be read
	return w.Code, string(body)
}

func TestNothingUnsignedIsParsed(t *testing.T) {
	t.Parallel()
	h := handler(t, func(context.Context, bot.Event) bot.Answer {
		t.Error("an unsigned delivery was served")
		return bot.Answer{}
	})
	for _, path := range []string{"/slack/commands", "/slack/interactions", "/slack/options", "/slack/events"} {
		for name, body := range map[string]string{"a command": exampleBody, "no form": "%%%", "a challenge": `{"type":"url_verification","challenge":"c"}`} {
			r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
			r.Header.Set("X-Slack-Request-Timestamp", exampleStamp)
			r.Header.Set("X-Slack-Signature", exampleSignature[:len(exampleSignature)-1]+"4")
			if code, _ := answer(h, r); code != http.StatusUnauthorized {
				t.Errorf("%s: %s: %d", path, name, code)
			}
		}
		if code, _ := answer(h, httptest.NewRequest(http.MethodGet, path, nil)); code != http.StatusMethodNotAllowed {
			t.Errorf("%s: GET: %d", path, code)
		}
		if code, _ := answer(h, signed(path, strings.Repeat("x", maxBody+1))); code != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: a body that is too large: %d", path, code)
		}
	}
}

func TestURLVerification(t *testing.T) {
	t.Parallel()
	// As https://docs.slack.dev/reference/events/url_verification/ has it.
	body := `{"token":"Jhj5dZrVaK7ZwHHjRyZWjbDl","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P","type":"url_verification"}`
	code, got := answer(handler(t, nil), signed("/slack/events", body))
	if code != http.StatusOK || got != "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P" {
		t.Errorf("%d %q", code, got)
	}
}

func TestWhatCannotBeReadIsRefused(t *testing.T) {
	t.Parallel()
	h := handler(t, func(context.Context, bot.Event) bot.Answer { return bot.Answer{} })
	for path, bodies := range map[string][]string{
		"/slack/commands":     {"", "%zz", "team_id=T1", "team_id=T1&user_id=U1&channel_id=C1&command=desk"},
		"/slack/interactions": {"", "payload=", "payload=%7B", "payload=[]", `payload={"type":"block_actions"}`},
		"/slack/options":      {"payload=1"},
		"/slack/events":       {"", "[]", `{"type":"event_callback","event":1}`},
	} {
		for _, body := range bodies {
			if code, _ := answer(h, signed(path, body)); code != http.StatusBadRequest {
				t.Errorf("%s %q: %d", path, body, code)
			}
		}
	}
}

func TestStartingSaysSo(t *testing.T) {
	t.Parallel()
	body := "team_id=T1&user_id=U1&channel_id=C1&command=%2Fdesk&trigger_id=1.2"
	if code, _ := answer(handler(t, nil), signed("/slack/commands", body)); code != http.StatusServiceUnavailable {
		t.Errorf("before it serves: %d", code)
	}
}

func TestForeignWorkspacesAreNotServed(t *testing.T) {
	t.Parallel()
	h := handler(t, func(context.Context, bot.Event) bot.Answer {
		t.Error("a foreign workspace was served")
		return bot.Answer{}
	})
	body := "team_id=T9&user_id=U1&channel_id=C1&command=%2Fdesk&trigger_id=1.2"
	if code, got := answer(h, signed("/slack/commands", body)); code != http.StatusOK || got != "" {
		t.Errorf("%d %q", code, got)
	}
}
