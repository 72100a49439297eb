package hiring_test

import (
	"testing"
	"time"

	"github.com/hirebot/hirebot/hiring"
)

// Who takes an approval back that somebody else has rejected since would undo the rejection.
func TestTakeBackOfWhatAnotherRejected(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 12, 7, 9, 0, 0, 0, time.UTC)
	people := []hiring.Person{{ID: "asha", Active: true}, {ID: "ravi", Active: true}, {ID: "meera", Active: true}}
	a := hiring.NewApproval(hiring.AskParams{
		ID: "A-1", Subject: "R-1", Terms: "t", Requester: "meera", People: people, Now: now,
		Chain: []hiring.ChainStep{{All: true, People: []string{"asha", "ravi"}}},
	})
	act := func(by string) hiring.ApprovalAct { return hiring.ApprovalAct{By: by, Today: "2026-12-07", Now: now} }
	a, err := a.Decide(act("asha"), "t", true, "")
	if err != nil {
		t.Fatal(err)
	}
	if a, err = a.Decide(act("ravi"), "t", false, "not now"); err != nil || a.State != hiring.Rejected {
		t.Fatalf("%s, %v", a.State, err)
	}
	if _, err := a.TakeBack(act("asha"), false); hiring.ErrorCode(err) != hiring.Conflict {
		t.Errorf("the rejection was undone by who did not reject: %v", err)
	}
	if a, err = a.TakeBack(act("ravi"), false); err != nil || a.State != hiring.ApprovalOpen {
		t.Errorf("who rejected cannot take it back: %s, %v", a.State, err)
	}
}

// Who wrote a requisition decides nothing on it, also where the edit of somebody else asks anew.
func TestAuthorDecidesNothing(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 12, 7, 9, 0, 0, 0, time.UTC)
	people := []hiring.Person{{ID: "asha", Active: true}, {ID: "ravi", Active: true}, {ID: "meera", Active: true}}
	a := hiring.NewApproval(hiring.AskParams{
		ID: "A-1", Subject: "R-1", Terms: "t", Requester: "meera", Author: "asha", People: people, Now: now,
		Chain: []hiring.ChainStep{{People: []string{"asha", "ravi"}}},
	})
	if waits := a.WaitsFor(); len(waits) != 1 || waits[0].Person != "ravi" {
		t.Errorf("it waits for %v", waits)
	}
	absences := []hiring.Absence{{Person: "ravi", Until: "2026-12-07", Delegate: "asha"}}
	_, err := a.Decide(hiring.ApprovalAct{By: "asha", Absences: absences, Today: "2026-12-07", Now: now}, "t", true, "")
	if hiring.ErrorCode(err) != hiring.NotAllowed {
		t.Errorf("who wrote it decides it: %v", err)
	}
	handed, err := a.Replaced("asha", "ravi", now)
	if err != nil || handed.State != hiring.Approved || !handed.Steps[0].Passed {
		t.Errorf("handed over to the only approver, it is %s, %v", handed.State, err)
	}
}
