package hiring_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/hiring"
)

func TestParseGroupRoles(t *testing.T) {
	t.Parallel()
	got, err := hiring.ParseGroupRoles(" 123456789012345678 = Recruiter,223456789012345678=hiring manager,, 123456789012345678=recruiter ")
	want := []hiring.GroupRole{{Group: "123456789012345678", Role: hiring.Recruiter}, {Group: "223456789012345678", Role: hiring.HiringManager}}
	if err != nil || !cmp.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	if again, err := hiring.ParseGroupRoles(hiring.PrintGroupRoles(got)); err != nil || !cmp.Equal(again, want) {
		t.Errorf("printed and read again: %v, %v", again, err)
	}
	for text, says := range map[string]string{
		"123456789012345678":          "is no pair of id=role",
		"123456789012345678=":         "is no pair of id=role",
		"@recruiters=recruiter":       "is not the id of a role of Discord",
		"123456789012345678=boss":     "There is no role \"boss\"",
		"123456789012345678=ADMIN":    "by hand only",
		"12345678901234567x=admin":    "is not the id",
		"1234567890123456789012=hire": "is not the id",
	} {
		if _, err := hiring.ParseGroupRoles(text); err == nil || !strings.Contains(err.Message(), says) {
			t.Errorf("%q: %v, want %q", text, err, says)
		}
	}
}

func TestSettingsOfPlatforms(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ key, text, want, fails string }{
		{hiring.SettingPrivatePlatforms, "", "", ""},
		{hiring.SettingPrivatePlatforms, " Slack,discord , slack", "discord, slack", ""},
		{hiring.SettingPrivatePlatforms, "teams", "", "There is no platform"},
		{hiring.SettingDiscordRoles, "", "", ""},
		{hiring.SettingDiscordRoles, "123456789012345678=Interviewer", "123456789012345678=interviewer", ""},
		{hiring.SettingDiscordRoles, "123456789012345678=admin", "", "by hand only"},
		{hiring.SettingDiscordRoles, strings.Repeat("1", 1001), "", "at most 1000 fit"},
	} {
		s, _ := hiring.SettingByKey(tc.key)
		got, err := hiring.CheckSetting(s, tc.text)
		if tc.fails == "" && (err != nil || got != tc.want) || tc.fails != "" && (err == nil || !strings.Contains(err.Error(), tc.fails)) {
			t.Errorf("%s %q: %q, %v", tc.key, tc.text, got, err)
		}
	}
}

func TestPartyToAnApproval(t *testing.T) {
	t.Parallel()
	a := hiring.Approval{
		Requester: "P-1", Author: "P-2", Beneficiary: "P-3", State: hiring.ApprovalOpen,
		Steps: []hiring.ApprovalStep{
			{Approvers: []hiring.StepApprover{{Person: "P-4"}, {Person: "P-5"}}},
			{Approvers: []hiring.StepApprover{{Person: "P-6"}}},
		},
	}
	away := []hiring.Absence{{Person: "P-4", Until: "2027-01-31", Delegate: "P-7"}, {Person: "P-9", Delegate: "P-8"}}
	for person, party := range map[string]bool{
		"P-1": true, "P-2": true, "P-3": true, "P-4": true, "P-5": true, "P-6": true, "P-7": true, "P-8": false, "P-9": false, "": false,
	} {
		if got := a.Party(person, away); got != party {
			t.Errorf("%s is party: %v", person, got)
		}
	}
	for person, alone := range map[string]bool{"P-4": false, "P-5": false, "P-6": true, "P-1": false} {
		if got := a.NeedsOnly(person); got != alone {
			t.Errorf("nobody but %s is left: %v", person, got)
		}
	}
	// Who was merged into somebody decides nothing twice, nor on what they asked for.
	act := hiring.ApprovalAct{By: "P-5", Name: func(id string) string { return id }}
	a.Steps[0].Decisions = []hiring.Decision{{Person: "P-4", By: "P-7", Approve: true}}
	for former, code := range map[string]hiring.Code{"P-1": hiring.NotAllowed, "P-2": hiring.NotAllowed, "P-4": hiring.Conflict, "P-7": hiring.Conflict, "P-6": ""} {
		if err := a.MayDecideAs(act, []string{former}); err == nil && code != "" || err != nil && hiring.ErrorCode(err) != code {
			t.Errorf("as who was %s: %v, want %q", former, err, code)
		}
	}
}
