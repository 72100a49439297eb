package store_test

import (
	"context"
	"errors"
	"testing"
	"time"
)

// leadTime is how long a test waits for another process to take over.
const leadTime = time.Minute

type lead struct {
	ctx context.Context
	end func()
	err error
}

func TestOneProcessLeads(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		first := leadOf(t, w)
		if !w.postgres {
			first.end()
			if first.ctx.Err() == nil {
				t.Error("whoever gave the lead back leads")
			}
			return
		}
		second := open(t, w)
		waiting, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		if _, _, err := second.Lead(waiting, "gateway"); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("two lead: %v", err)
		}
		other, end, err := second.Lead(t.Context(), "something else")
		must(t, err)
		must(t, other.Err())
		end()

		next := make(chan lead, 1)
		take := func() {
			ctx, end, err := second.Lead(t.Context(), "gateway")
			next <- lead{ctx, end, err}
		}
		go take()
		first.end()
		got := await(t, next)
		if first.ctx.Err() == nil || got.ctx.Err() != nil {
			t.Errorf("after the lead was given back: %v, %v", first.ctx.Err(), got.ctx.Err())
		}

		// A process whose connection is cut leads no more, and says so.
		go func() {
			ctx, end, err := w.Lead(t.Context(), "gateway")
			next <- lead{ctx, end, err}
		}()
		w.exec(t, `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid <> pg_backend_pid()
			AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
		select {
		case <-got.ctx.Done():
		case <-time.After(leadTime):
			t.Fatal("a process whose connection was cut believes to lead")
		}
		got.end()
		took := await(t, next)
		must(t, took.ctx.Err())
		took.end()
	})
}

func leadOf(t *testing.T, w *world) lead {
	t.Helper()
	ctx, end, err := w.Lead(t.Context(), "gateway")
	must(t, err)
	must(t, ctx.Err())
	return lead{ctx: ctx, end: end}
}

func await(t *testing.T, next chan lead) lead {
	t.Helper()
	select {
	case got := <-next:
		must(t, got.err)
		return got
	case <-time.After(leadTime):
		t.Fatal("nobody takes over")
		return lead{}
	}
}

func TestALeadEndsWithItsContext(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx, cancel := context.WithCancel(t.Context())
		leading, end, err := w.Lead(ctx, "gateway")
		must(t, err)
		cancel()
		<-leading.Done()
		end()
		// It is free again for whoever comes next.
		leadOf(t, w).end()
	})
}
