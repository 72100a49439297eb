package main

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"strings"

	"github.com/hirebot/hirebot/bot"
)

// newLog returns a log of JSON lines. Each line that belongs to a request bears its id; what people
// typed, their names and amounts are in none.
func newLog(w io.Writer) *slog.Logger {
	return slog.New(requestLog{slog.NewJSONHandler(w, &slog.HandlerOptions{Level: slog.LevelInfo})})
}

// requestKey is where a context holds the id of the request that it belongs to.
type requestKey struct{}

// withRequest gives each event that serve answers an id of its own, for the log.
func withRequest(serve bot.Serve) bot.Serve {
	return func(ctx context.Context, ev bot.Event) bot.Answer {
		return serve(context.WithValue(ctx, requestKey{}, strings.ToLower(rand.Text()[:12])), ev)
	}
}

// requestLog adds the request's id to what is logged during a request.
type requestLog struct{ slog.Handler }

// Handle writes a line.
func (h requestLog) Handle(ctx context.Context, r slog.Record) error {
	if id, ok := ctx.Value(requestKey{}).(string); ok {
		r.AddAttrs(slog.String("request", id))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs returns a handler that adds the attributes to every line.
func (h requestLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return requestLog{h.Handler.WithAttrs(attrs)}
}

// WithGroup returns a handler that puts the attributes to come into a group.
func (h requestLog) WithGroup(name string) slog.Handler {
	return requestLog{h.Handler.WithGroup(name)}
}
