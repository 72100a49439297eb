package main

import (
	"context"
	"fmt"

	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// samplePerson is somebody of the sample company. Their name is their user id in the playground too.
type samplePerson struct {
	Name  string
	Roles []hiring.Role
	// Owns are the keys of the roles that they own.
	Owns []string
}

// samplePeople are the people of the sample company, named after what they are.
func samplePeople() []samplePerson {
	return []samplePerson{
		{Name: "recruiter", Roles: []hiring.Role{hiring.Recruiter}},
		{Name: "hiring-manager", Roles: []hiring.Role{hiring.HiringManager}, Owns: []string{"backend-developer"}},
		{Name: "hiring-manager-2", Roles: []hiring.Role{hiring.HiringManager}},
		{Name: "compensation", Roles: []hiring.Role{hiring.Compensation}},
		{Name: "approver-1", Roles: []hiring.Role{hiring.HiringManager}},
		{Name: "interviewer-1", Roles: []hiring.Role{hiring.Interviewer}},
		{Name: "interviewer-2", Roles: []hiring.Role{hiring.Interviewer}},
		{Name: "interviewer-3", Roles: []hiring.Role{hiring.Interviewer}},
		{Name: "member"},
		{Name: "admin", Roles: []hiring.Role{hiring.Admin}},
	}
}

// sampleSettings are the settings of the sample company.
func sampleSettings() []keyValue {
	return []keyValue{
		{hiring.SettingCompany, "Sample company"},
		{hiring.SettingHiringChannel, "hiring"},
		{hiring.SettingApprovers, "approver-1 > compensation"},
	}
}

type keyValue struct{ Key, Value string }

// sampleChannels are the channels of the playground.
func sampleChannels() []keyValue {
	return []keyValue{
		{"general", "Everyone, about everything"},
		{"hiring", "Where opened requisitions are announced"},
	}
}

// sampleTries are what somebody new is told to try, as recruiter unless it says otherwise.
func sampleTries() []string {
	return []string{"/band backend 7y java +cloud +distributed", "/hire", "/hire people"}
}

// seed writes the sample company. To be called on an empty database.
func seed(ctx context.Context, st *store.Store) error {
	return st.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.SaveWorkspace(ctx, store.Workspace{ID: playgroundWorkspace, Name: "Playground", Platform: "playground", External: playgroundWorkspace, Kind: store.HomeWorkspace}); err != nil {
			return fmt.Errorf("seed the workspace: %w", err)
		}
		owners := map[string][]string{}
		for _, p := range samplePeople() {
			made, err := tx.AddPerson(ctx, hiring.Person{
				Name: p.Name, Roles: p.Roles, Active: true,
				Identities: []hiring.Identity{{Workspace: playgroundWorkspace, User: p.Name}},
			})
			if err != nil {
				return fmt.Errorf("seed %s: %w", p.Name, err)
			}
			for _, role := range p.Owns {
				owners[role] = append(owners[role], made.ID)
			}
		}
		for role, people := range owners {
			if err := tx.SetOwners(ctx, role, people); err != nil {
				return fmt.Errorf("seed the owners of %s: %w", role, err)
			}
		}
		for _, c := range sampleChannels() {
			if err := tx.SaveChannel(ctx, store.Channel{Workspace: playgroundWorkspace, ID: c.Key, Name: c.Key, Kind: store.PublicChannel}); err != nil {
				return fmt.Errorf("seed the channel %s: %w", c.Key, err)
			}
		}
		for _, s := range sampleSettings() {
			if err := tx.SetSetting(ctx, s.Key, s.Value); err != nil {
				return fmt.Errorf("seed the setting %s: %w", s.Key, err)
			}
		}
		return nil
	})
}

// isSample tells whether a database holds the sample company, by its workspace: a real company has
// no playground.
func isSample(s *store.Snapshot) bool {
	_, ok := s.Workspace(playgroundWorkspace)
	return ok
}

// isEmpty tells whether nobody uses a database yet.
func isEmpty(s *store.Snapshot) bool {
	for _, setting := range hiring.Settings() {
		if s.Setting(setting.Key) != s.Default(setting.Key) {
			return false
		}
	}
	return len(s.People()) == 0 && len(s.Workspaces()) == 0
}
