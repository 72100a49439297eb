package main

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// TestScenariosOfInterviews runs those that begin with requisitions and candidates: see seedHiring.
func TestScenariosOfInterviews(t *testing.T) {
	t.Parallel()
	runScenarios(t, filepath.Join("..", "..", "testdata", "scenarios", "interviews"), seedHiring)
}

// seedHiring is the sample company with two open requisitions and seven candidates. R-1 is of
// hiring-manager and recruiter, with interviewer-1 and interviewer-2 on its panel; R-2 is confidential,
// of hiring-manager-2 and recruiter. C-7 and those before them apply to R-1, C-2 to R-2 alone.
func seedHiring(ctx context.Context, st *store.Store) error {
	if err := seedCompany(ctx, st); err != nil {
		return err
	}
	return st.InTx(ctx, func(tx *store.Tx) error {
		id := func(name string) string {
			p, _ := tx.Snapshot().PersonByName(name)
			return p.ID
		}
		stages := []string{"screen", "take-home", "system-design", "operations", "data-and-api"}
		open, err := tx.AddRequisition(ctx, hiring.Requisition{
			Title: "Backend developer", Role: "backend-developer", Level: "senior", Ecosystem: "java", Location: "Bengaluru", WorkMode: hiring.WorkHybrid, Seats: 2,
			Budget: hiring.RupeesRange{Low: 3_500_000, High: 4_500_000}, Why: "UPI volume doubled", State: hiring.ReqOpen, Stages: stages,
			Requester: id("hiring-manager"), HiringManager: id("hiring-manager"), Recruiter: id("recruiter"), Panel: []string{id("interviewer-1"), id("interviewer-2")},
		})
		if err != nil {
			return fmt.Errorf("seed a requisition: %w", err)
		}
		hidden, err := tx.AddRequisition(ctx, hiring.Requisition{
			Title: "Backend developer", Role: "backend-developer", Level: "mid", Ecosystem: "python", Location: "Pune", WorkMode: hiring.WorkRemote, Seats: 1,
			Why: "a new product", State: hiring.ReqOpen, Confidential: true, Stages: stages,
			Requester: id("hiring-manager-2"), HiringManager: id("hiring-manager-2"), Recruiter: id("recruiter"),
		})
		if err != nil {
			return fmt.Errorf("seed a requisition: %w", err)
		}
		resume, err := tx.SaveFile(ctx, bot.Upload{Name: "resume.txt", MediaType: "text/plain", Data: []byte("Asha Rao, seven years of Java")})
		if err != nil {
			return err
		}
		for n, name := range []string{"Bela Iyer", "Chitra Nair", "Dev Shah", "Esha Gill", "Farid Khan", "Gita Das", "Asha Rao"} {
			months, notice := 84, 60
			c := hiring.Candidate{
				Name: name, Email: fmt.Sprintf("c%d@example.com", n+1), Phone: fmt.Sprintf("98765432%02d", n), Source: "naukri", ReferredBy: id("member"), Ecosystem: "java",
				Months: &months, NoticeDays: &notice, ExpectedCTC: 4_400_000, AddedBy: id("recruiter"),
			}
			req := open.ID
			switch n {
			case 1:
				req = hidden.ID
			case 6:
				c.Resume = resume
			}
			made, err := tx.AddCandidate(ctx, c)
			if err != nil {
				return fmt.Errorf("seed a candidate: %w", err)
			}
			a, err := hiring.StartApplication(made.ID, req, hiring.AppScreening, id("recruiter"), tx.Now())
			if err != nil {
				return err
			}
			if _, err := tx.AddApplication(ctx, a); err != nil {
				return fmt.Errorf("seed an application: %w", err)
			}
		}
		return nil
	})
}
