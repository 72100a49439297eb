package scheduler

import (
	"testing"

	"github.com/hirebot/hirebot/hiring"
)

func TestEveryScheduleDoesSomething(t *testing.T) {
	t.Parallel()
	for _, s := range hiring.Schedules() {
		if runs[s.Name] == nil {
			t.Errorf("nothing is done by the schedule %s", s.Name)
		}
	}
	if len(runs) != len(hiring.Schedules()) {
		t.Errorf("%d schedules are declared, and %d do something", len(hiring.Schedules()), len(runs))
	}
}
