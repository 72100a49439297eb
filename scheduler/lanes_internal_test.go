package scheduler

import (
	"testing"
	"time"
)

// A lane whose job panicked is free for the next one: the queue goes on, and so must what is said.
func TestALaneIsFreeAfterAPanic(t *testing.T) {
	t.Parallel()
	s := &Scheduler{Courier: &Courier{clock: func() time.Time { panic("a fault") }}}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("nothing panicked")
			}
		}()
		_ = s.workLane(t.Context(), "a")
	}()
	if !s.lanes.begin("a") {
		t.Error("nobody can take it")
	}
}

func TestOneJobDoesTheWorkOfALane(t *testing.T) {
	t.Parallel()
	var l laneJobs
	now := time.Date(2026, 11, 23, 4, 30, 0, 0, time.UTC)
	want := func(what string, got, want bool) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	want("the first takes it", l.begin("a"), true)
	want("the second does not", l.begin("a"), false)
	want("nor the third", l.begin("a"), false)
	want("another lane is free", l.begin("b"), true)
	want("the first looks once more", l.end("a"), false)
	want("and once is enough", l.end("a"), true)
	want("it is free then", l.begin("a"), true)
	want("somebody asks", l.begin("a"), false)
	l.drop("a") // the job is done again, and looks then
	want("it is free again", l.begin("a"), true)
	want("nobody has asked it", l.end("a"), true)

	want("one comes back to a lane of another process", l.comesBack("c", now), false)
	want("and is enough", l.comesBack("c", now.Add(comeBack/2)), true)
	want("once it has come, another may", l.comesBack("c", now.Add(comeBack)), false)
	want("and is enough again", l.comesBack("c", now.Add(comeBack)), true)
	if l.comesBack("d", now.Add(3*comeBack)); len(l.back) != 1 {
		t.Errorf("%d lanes are remembered", len(l.back))
	}
}
