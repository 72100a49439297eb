package views

import (
	"testing"

	"github.com/hirebot/hirebot/hiring"
)

func TestEveryScheduleSaysSomething(t *testing.T) {
	t.Parallel()
	for _, s := range hiring.Schedules() {
		if writers[s.Name] == nil {
			t.Errorf("nothing is said by the schedule %s", s.Name)
		}
	}
	if len(writers) != len(hiring.Schedules()) {
		t.Errorf("%d schedules are declared, and %d say something", len(hiring.Schedules()), len(writers))
	}
}
