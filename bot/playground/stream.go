package playground

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// How long a stream may take to write, and how often it says that it is alive.
const (
	streamWrite = 15 * time.Second
	heartbeat   = 20 * time.Second
	// calmRetry is after how long a page in the background asks again: a browser keeps only six
	// connections to a server, so that pages out of sight must not hold one each.
	calmRetry = 10 * time.Second
)

// cursor is the id of an event of a stream. It names the process, since another counts anew.
func (p *Playground) cursor(seq uint64) string {
	return p.epoch + "-" + strconv.FormatUint(seq, 10)
}

func (p *Playground) parseCursor(s string) (uint64, bool) {
	epoch, num, ok := strings.Cut(s, "-")
	seq, err := strconv.ParseUint(num, 10, 64)
	return seq, ok && err == nil && epoch == p.epoch
}

// stream tells a page what changes, as server-sent events: "message" with a message that is new or
// was edited, "removed", "unread", "clock" where the time was put forward, and "resync" where the page must load everything again. With
// calm=1 it says what there is and ends, and the page asks again a little later.
func (s *server) stream(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if _, err := s.who(r.Context(), q.Get("user")); err != nil {
		s.fail(w, r, err)
		return
	}
	// A browser that lost the connection says what it saw last; a new stream says it by "after".
	after, known := s.parseCursor(cmp.Or(r.Header.Get("Last-Event-ID"), q.Get("after")))
	wake, stop, ok := s.hub.listen()
	if !ok {
		s.fail(w, r, refuse(http.StatusTooManyRequests, "Too many pages are open. Close some."))
		return
	}
	defer stop()
	c := http.NewResponseController(w)
	// The body was read; the deadline for reading would end the connection.
	if err := c.SetReadDeadline(time.Time{}); err != nil {
		s.fail(w, r, fmt.Errorf("stream: %w", err))
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	out := &events{server: s, user: q.Get("user"), w: w, c: c, after: after, lost: !known}
	calm := q.Get("calm") == "1"
	if err := out.run(r.Context(), wake, calm); err != nil {
		s.cfg.Log.DebugContext(r.Context(), "stream ended", "err", err)
	}
}

// events writes the events of one stream.
type events struct {
	*server
	user   string
	w      http.ResponseWriter
	c      *http.ResponseController
	after  uint64
	lost   bool
	unread []byte
	// jumps is how often the clock had been put forward when the page was last told of it.
	jumps int
}

func (e *events) run(ctx context.Context, wake <-chan struct{}, calm bool) error {
	retry := time.Second
	if calm {
		retry = calmRetry
	}
	if err := e.write([]byte(fmt.Sprintf("retry: %d\n\n", retry.Milliseconds()))); err != nil {
		return err
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		if err := e.news(); err != nil {
			return err
		}
		if calm {
			return nil
		}
		select {
		case <-wake:
		case <-beat.C:
			if err := e.write([]byte(": alive\n\n")); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		case <-e.stopped:
			return nil
		}
	}
}

// news writes what happened since the last time.
func (e *events) news() error {
	var b bytes.Buffer
	updates, upTo, ok := e.hub.since(e.user, e.after)
	if e.lost || !ok {
		e.event(&b, "resync", upTo, []byte("{}"))
		updates = nil
	}
	e.lost, e.after = false, upTo
	for _, u := range updates {
		kind, data := "message", any(u.message)
		if u.message == nil {
			kind, data = "removed", map[string]string{"conversation": u.conversation, "id": u.removed}
		}
		text, err := json.Marshal(data)
		if err != nil {
			return fmt.Errorf("code message: %w", err)
		}
		e.event(&b, kind, u.seq, text)
	}
	if clock, jumps := e.clock(); jumps != e.jumps {
		text, err := json.Marshal(clock)
		if err != nil {
			return fmt.Errorf("code the clock: %w", err)
		}
		e.jumps = jumps
		e.event(&b, "clock", upTo, text)
	}
	counts, err := json.Marshal(e.hub.unread(e.user))
	if err != nil {
		return fmt.Errorf("code unread: %w", err)
	}
	if !bytes.Equal(counts, e.unread) {
		e.unread = counts
		e.event(&b, "unread", upTo, counts)
	}
	return e.write(b.Bytes())
}

func (e *events) event(b *bytes.Buffer, kind string, seq uint64, data []byte) {
	fmt.Fprintf(b, "event: %s\nid: %s\ndata: %s\n\n", kind, e.cursor(seq), data)
}

func (e *events) write(data []byte) error {
	if len(data) == 0 {
		return nil
	}
	if err := e.c.SetWriteDeadline(time.Now().Add(streamWrite)); err != nil {
		return fmt.Errorf("set deadline: %w", err)
	}
	if _, err := e.w.Write(data); err != nil {
		return fmt.Errorf("write stream: %w", err)
	}
	if err := e.c.Flush(); err != nil {
		return fmt.Errorf("flush stream: %w", err)
	}
	return nil
}
