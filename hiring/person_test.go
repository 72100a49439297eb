package hiring_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/hiring"
)

func TestAGuestIsAtMostInterviewer(t *testing.T) {
	t.Parallel()
	full := hiring.Person{ID: "P-1", Active: true, Roles: hiring.Roles}
	guest := full.AsGuest()
	want := hiring.Person{
		ID: "P-1", Active: true, Guest: true, Roles: []hiring.Role{hiring.Interviewer},
		Withheld: []hiring.Role{hiring.Admin, hiring.Recruiter, hiring.Compensation, hiring.HiringManager},
	}
	if diff := cmp.Diff(want, guest); diff != "" {
		t.Error(diff)
	}
	for _, r := range hiring.Roles {
		if got := guest.Has(r); got != (r == hiring.Interviewer) {
			t.Errorf("a guest has %s: %v", r, got)
		}
		if !full.Has(r) {
			t.Errorf("the person before has lost %s", r)
		}
	}
}

func TestAPersonIsLinkedByAnOpenAccount(t *testing.T) {
	t.Parallel()
	one, two := hiring.Identity{Workspace: "slack:T1", User: "U1"}, hiring.Identity{Workspace: "discord:1", User: "2"}
	for name, tc := range map[string]struct {
		person hiring.Person
		want   bool
	}{
		"no account":   {hiring.Person{}, false},
		"open":         {hiring.Person{Identities: []hiring.Identity{one}}, true},
		"closed":       {hiring.Person{Identities: []hiring.Identity{one}, Closed: []hiring.Identity{one}}, false},
		"one is open":  {hiring.Person{Identities: []hiring.Identity{one, two}, Closed: []hiring.Identity{two}}, true},
		"both are not": {hiring.Person{Identities: []hiring.Identity{one, two}, Closed: []hiring.Identity{one, two}}, false},
	} {
		if got := tc.person.Linked(); got != tc.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
