package commands

import (
	"testing"

	"github.com/hirebot/hirebot/hiring"
)

// TestWithTyped looks whether the form of an interview offers the one that was typed, beside those that the
// requisition plans.
func TestWithTyped(t *testing.T) {
	t.Parallel()
	p := hiring.Playbook{Stages: []hiring.Stage{{Key: "screen", Title: "Screening call", Minutes: 45}, {Key: "take-home", Title: "Practical take-home", Minutes: 60}}}
	r := hiring.Requisition{Stages: []string{"screen"}}
	for _, c := range []struct {
		name  string
		typed []string
		want  []string
	}{
		{"nothing typed", nil, []string{"screen"}},
		{"one that is planned", []string{"screen"}, []string{"screen"}},
		{"one that is not planned", []string{"take-home"}, []string{"screen", "take-home"}},
		{"one that the playbook does not have", []string{"juggling"}, []string{"screen"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := withTyped(stagesOf(p, r), p, c.typed)
			if len(got) != len(c.want) {
				t.Fatalf("%d choices, want %d: %v", len(got), len(c.want), got)
			}
			for i, choice := range got {
				if choice.Value != c.want[i] {
					t.Errorf("choice %d is %q, want %q", i, choice.Value, c.want[i])
				}
			}
		})
	}
}
