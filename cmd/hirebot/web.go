package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/hirebot/hirebot/bot"
)

// The bounds of a request by a chat platform: its deliveries are small, and answered within seconds.
const (
	webHeaderTimeout = 5 * time.Second
	webReadTimeout   = 10 * time.Second
	webWriteTimeout  = 15 * time.Second
	webIdleTimeout   = 2 * time.Minute
	webHeaderBytes   = 16 << 10
)

// web is the listener that chat platforms deliver to by HTTP. It is nothing where none does.
type web struct {
	listener net.Listener
	server   *http.Server
	once     sync.Once
}

// handling is a platform that takes deliveries by HTTP.
type handling interface {
	bot.Platform
	// Handler serves the deliveries below /NAME/; nil where the platform is not set up for them.
	Handler() http.Handler
}

// listenWeb takes the address where a platform is to be reached by HTTP.
func listenWeb(ctx context.Context, addr string, platforms []bot.Platform, log *slog.Logger) (*web, error) {
	mux := http.NewServeMux()
	reached := false
	for _, p := range platforms {
		h, ok := p.(handling)
		if !ok {
			continue
		}
		if handler := h.Handler(); handler != nil {
			mux.Handle("/"+p.Name()+"/", handler)
			reached = true
		}
	}
	if !reached {
		return &web{}, nil
	}
	mux.HandleFunc("GET /{$}", front)
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen for chat platforms on %s: %w: choose another address with %sHTTP_ADDR", addr, err, envPrefix)
	}
	return &web{listener: l, server: &http.Server{
		Handler: mux, ReadHeaderTimeout: webHeaderTimeout, ReadTimeout: webReadTimeout, WriteTimeout: webWriteTimeout,
		IdleTimeout: webIdleTimeout, MaxHeaderBytes: webHeaderBytes, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}}, nil
}

// front answers whoever follows a link of the bot's to its address: it has no pages, and tells where it is.
func front(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	// Who asked may be gone; there is nobody else to tell.
	_, _ = io.WriteString(w, "Hirebot answers in your company's chat. Open the chat in which it may show everything, and type /hire\n")
}

// addr returns the address that was taken, "" for none.
func (w *web) addr() string {
	if w.listener == nil {
		return ""
	}
	return w.listener.Addr().String()
}

// start serves until the function that it returns is called, which lets requests finish. It calls over
// when serving ends, be it before that.
func (w *web) start(ctx context.Context, over func()) (stop func() error) {
	if w.server == nil {
		return func() error { return nil }
	}
	ended := make(chan error, 1)
	go func() {
		ended <- w.server.Serve(w.listener)
		over()
	}()
	return func() error {
		end, cancel := context.WithTimeout(ctx, drainTime)
		defer cancel()
		if err := w.server.Shutdown(end); err != nil {
			return errors.Join(fmt.Errorf("stop serving chat platforms: %w", err), w.server.Close())
		}
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve chat platforms: %w", err)
		}
		return nil
	}
}

// close gives the address back where serving never began.
func (w *web) close() {
	w.once.Do(func() {
		if w.listener != nil {
			_ = w.listener.Close() // the server has closed it where it served
		}
	})
}

// settle waits, drainTime at most, for deliveries that were acknowledged and are still being answered.
func settle(platforms []bot.Platform) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, p := range platforms {
			if s, ok := p.(interface{ Settle() }); ok {
				s.Settle()
			}
		}
	}()
	limit := time.NewTimer(drainTime)
	defer limit.Stop()
	select {
	case <-done:
	case <-limit.C:
	}
}
