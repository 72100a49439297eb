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

// seed writes the sample company with what it has in hand. To be called on an empty database.
func seed(ctx context.Context, st *store.Store) error {
	if err := seedCompany(ctx, st); err != nil {
		return err
	}
	return seedWork(ctx, st)
}

// seedCompany writes the sample company: its people, channels and settings.
func seedCompany(ctx context.Context, st *store.Store) error {
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

// sampleCandidate is somebody who applies to the sample requisition, or to nothing.
type sampleCandidate struct {
	Name, Email, Source string
	Months, Notice      int
	Expected            hiring.Rupees
	// Stage is "" for who applies to nothing.
	Stage hiring.AppStage
	// Waits is for how many days they have been in the stage, without a word from us.
	Waits int
}

// sampleCandidates are C-1, C-2, …, in this order.
func sampleCandidates() []sampleCandidate {
	return []sampleCandidate{
		{Name: "Asha Pillai", Email: "asha.pillai@example.com", Source: "linkedin", Months: 4 * 12, Notice: 30, Expected: 22 * hiring.Lakh},
		{Name: "Rohan Desai", Email: "rohan.desai@example.com", Source: "github", Months: 5 * 12, Notice: 60, Expected: 24 * hiring.Lakh, Stage: hiring.AppSourced, Waits: 2},
		{Name: "Farah Khan", Email: "farah.khan@example.com", Source: "naukri", Months: 54, Notice: 90, Expected: 21 * hiring.Lakh, Stage: hiring.AppScreening, Waits: 12},
		{Name: "Joseph Mathew", Email: "joseph.mathew@example.com", Source: "referrals", Months: 6 * 12, Notice: 30, Expected: 26 * hiring.Lakh, Stage: hiring.AppInterviewing, Waits: 1},
		{Name: "Lakshmi Rao", Email: "lakshmi.rao@example.com", Source: "linkedin", Months: 50, Notice: 15, Expected: 20 * hiring.Lakh, Stage: hiring.AppInterviewing, Waits: 3},
		{Name: "Dev Malhotra", Email: "dev.malhotra@example.com", Source: "startup-boards", Months: 40, Notice: 45, Expected: 19 * hiring.Lakh, Stage: hiring.AppScreening, Waits: 1},
	}
}

// seedWork writes what the sample company has in hand: R-1, which is open, and who applies to it. To be
// called once seedCompany has written the people.
func seedWork(ctx context.Context, st *store.Store) error {
	return st.InTx(ctx, func(tx *store.Tx) error {
		id := func(name string) string {
			p, _ := tx.Snapshot().PersonByName(name)
			return p.ID
		}
		r := hiring.Requisition{
			Role: "backend-developer", Title: "Backend developer", Level: "mid", Ecosystem: "python", Seats: 1, Location: "Pune", WorkMode: hiring.WorkHybrid,
			Budget: hiring.RupeesRange{Low: 18 * hiring.Lakh, High: 24 * hiring.Lakh}, Why: "Backfill in the billing team",
			Must: []string{"Python", "PostgreSQL"}, Stages: []string{"screen", "system-design", "operations"},
			Requester: id("hiring-manager"), HiringManager: id("hiring-manager"), Recruiter: id("recruiter"), Panel: []string{id("interviewer-1"), id("interviewer-2")},
			State: hiring.ReqPending, CreatedAt: tx.Now(), ChangedAt: tx.Now(),
		}
		r, err := r.Move(hiring.ReqOpen, "", tx.Now())
		if err != nil {
			return fmt.Errorf("seed a requisition: %w", err)
		}
		r.Announced = true
		if r, err = tx.AddRequisition(ctx, r); err != nil {
			return fmt.Errorf("seed a requisition: %w", err)
		}
		for _, c := range sampleCandidates() {
			if err := seedCandidate(ctx, tx, c, r); err != nil {
				return fmt.Errorf("seed %s: %w", c.Name, err)
			}
		}
		return nil
	})
}

func seedCandidate(ctx context.Context, tx *store.Tx, c sampleCandidate, r hiring.Requisition) error {
	made, err := tx.AddCandidate(ctx, hiring.Candidate{
		Name: c.Name, Email: c.Email, Source: c.Source, Ecosystem: r.Ecosystem, Months: &c.Months, NoticeDays: &c.Notice, ExpectedCTC: c.Expected, AddedBy: r.Recruiter,
	})
	if err != nil || c.Stage == "" {
		return err
	}
	a, err := hiring.StartApplication(made.ID, r.ID, c.Stage, r.Recruiter, tx.Now().AddDate(0, 0, -c.Waits))
	if err != nil {
		return err
	}
	_, err = tx.AddApplication(ctx, a)
	return err
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
