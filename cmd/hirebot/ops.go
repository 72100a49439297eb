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
)

// check is one condition of being ready. A failing one says in a few words what is missing, without
// addresses or credentials: the cause goes to the log.
type check struct {
	Name string
	Ask  func(context.Context) error
}

// ops serves health and metrics on a listener of their own.
type ops struct {
	log     *slog.Logger
	checks  []check
	metrics http.Handler

	mu       sync.Mutex
	draining bool
}

// The bounds of the ops listener. Nothing here takes a body or long headers.
const (
	opsHeaderTimeout = 3 * time.Second
	opsReadTimeout   = 5 * time.Second
	opsWriteTimeout  = 10 * time.Second
	opsIdleTimeout   = 60 * time.Second
	opsHeaderBytes   = 8 << 10
	opsBodyBytes     = 1 << 10
	readyTimeout     = 2 * time.Second
)

// drain makes /readyz refuse, so that a load balancer looks elsewhere.
func (o *ops) drain() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.draining = true
}

func (o *ops) isDraining() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.draining
}

// handler returns the three endpoints; everything else is 404, every method but GET and HEAD 405.
func (o *ops) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok\n") })
	mux.HandleFunc("GET /readyz", o.ready)
	mux.Handle("GET /metrics", o.metrics)
	return http.MaxBytesHandler(mux, opsBodyBytes)
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	// The other side may have gone; nobody is left to tell.
	_, _ = io.WriteString(w, text)
}

// ready answers with a line for each check: 200 if all hold, else 503.
func (o *ops) ready(w http.ResponseWriter, r *http.Request) {
	if o.isDraining() {
		plain(w, http.StatusServiceUnavailable, "stopping\n")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	status, text := http.StatusOK, ""
	for _, c := range o.checks {
		if err := c.Ask(ctx); err != nil {
			o.log.WarnContext(ctx, "not ready", "check", c.Name, "err", err)
			status, text = http.StatusServiceUnavailable, text+c.Name+": not ready\n"
			continue
		}
		text += c.Name + ": ok\n"
	}
	plain(w, status, text)
}

// listenOps takes the address. Its error says what to do about a busy one.
func listenOps(ctx context.Context, addr string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen for health and metrics on %s: %w: choose another address with %sOPS_ADDR", addr, err, envPrefix)
	}
	return l, nil
}

// run serves until ctx ends, and lets requests finish.
func (o *ops) run(ctx context.Context, l net.Listener) error {
	srv := &http.Server{
		Handler:           o.handler(),
		ReadHeaderTimeout: opsHeaderTimeout,
		ReadTimeout:       opsReadTimeout,
		WriteTimeout:      opsWriteTimeout,
		IdleTimeout:       opsIdleTimeout,
		MaxHeaderBytes:    opsHeaderBytes,
		ErrorLog:          slog.NewLogLogger(o.log.Handler(), slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve health and metrics: %w", err)
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), opsReadTimeout)
	defer cancel()
	if err := srv.Shutdown(end); err != nil {
		return errors.Join(fmt.Errorf("stop serving health and metrics: %w", err), srv.Close())
	}
	return nil
}
