package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// matrixWorld has two candidates who were interviewed: C-5 of R-1, which is open to all recruiters, and
// C-7 of R-2, which is confidential and of hiring-manager-2 and recruiter. interviewer-1 sat on both,
// interviewer-2 on none, and interviewer-3 is a recruiter who is not of the team of R-2.
func matrixWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, "sqlite:"+filepath.Join(t.TempDir(), "hirebot.db"), seed)
	err := w.app.store.InTx(context.Background(), func(tx *store.Tx) error {
		ctx := context.Background()
		id := func(name string) string {
			p, _ := tx.Snapshot().PersonByName(name)
			return p.ID
		}
		other, _ := tx.Snapshot().PersonByName("interviewer-3")
		other.Roles = append(other.Roles, hiring.Recruiter)
		if _, err := tx.SavePerson(ctx, other); err != nil {
			return err
		}
		r, err := tx.AddRequisition(ctx, hiring.Requisition{
			Role: "backend-developer", Title: "Backend developer", Level: "senior", Ecosystem: "java", Seats: 1, Location: "Mysuru", WorkMode: hiring.WorkHybrid, Why: "a new product",
			Stages: []string{"system-design"}, Requester: id("hiring-manager-2"), HiringManager: id("hiring-manager-2"), Recruiter: id("recruiter"), Confidential: true, State: hiring.ReqOpen,
		})
		if err != nil {
			return err
		}
		months, notice := 84, 60
		c, err := tx.AddCandidate(ctx, hiring.Candidate{
			Name: "Zubin Quadros", Email: "zubin@example.com", Phone: "98765 43210", Source: "linkedin", Ecosystem: "java", Months: &months, NoticeDays: &notice, ExpectedCTC: 4_700_000, AddedBy: id("recruiter"),
		})
		if err != nil {
			return err
		}
		a, err := hiring.StartApplication(c.ID, r.ID, hiring.AppInterviewing, id("recruiter"), tx.Now().AddDate(0, 0, -20))
		if err != nil {
			return err
		}
		_, err = tx.AddApplication(ctx, a)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []error{
		w.held("C-5", "R-1", "system-design", []string{"interviewer-1"}), w.held("C-7", "R-2", "system-design", []string{"interviewer-1"}),
		w.scored("interviewer-1", "I-1", hiring.Yes, "system-design=3:told of a trade-off"), w.scored("interviewer-1", "I-2", hiring.StrongNo, "system-design=1:secret evidence"),
	} {
		if step != nil {
			t.Fatal(step)
		}
	}
	return w
}

// say has somebody type a command, and returns the answer in words with whether it was refused.
func (w *world) say(name, text string) (string, bool) {
	w.events++
	ev := bot.Event{
		Type: bot.Invoke, ID: fmt.Sprintf("matrix-%d", w.events), At: w.clock(), Text: text, From: bot.Identity{Workspace: playgroundWorkspace, User: name},
		In: bot.Conversation{Workspace: playgroundWorkspace, Channel: "@" + name, Private: true},
	}
	switch {
	case text == "home":
		ev.Type, ev.Text = bot.Open, ""
	case strings.HasPrefix(text, "suggest "):
		ev.Type, ev.Text = bot.Suggest, strings.TrimPrefix(text, "suggest ")
	}
	answer := w.app.router.Serve(context.Background(), ev)
	if answer.Code == bot.CodeInternal {
		return "internal: " + plainAnswer(answer, w.zone), true
	}
	if denied := plainRefusal(answer, w.zone); denied != "" {
		return denied, true
	}
	said := plainAnswer(answer, w.zone)
	for _, c := range answer.Choices {
		said += c.Value + "\t" + c.Label + "\t" + c.Hint + "\n"
	}
	return said, false
}

// TestCandidatesMatrix asks every surface as every person about a candidate of a confidential requisition
// and one of any other. For whom they do not exist, each answers as about one that there is not, word
// for word, and no list, search, suggestion or home tells of them.
func TestCandidatesMatrix(t *testing.T) {
	t.Parallel()
	w := matrixWorld(t)
	knows := map[string][]string{
		"C-5": {"recruiter", "hiring-manager", "interviewer-1", "interviewer-3"},
		"C-7": {"recruiter", "hiring-manager-2", "interviewer-1"},
	}
	facts := map[string][]string{
		"C-5": {"C-5", "Lakshmi", "lakshmi.rao@", "trade-off"},
		"C-7": {"C-7", "Zubin", "zubin@", "secret evidence", "₹47"},
	}
	about := []string{
		"/candidate show %s", "/candidate debrief %s", "/candidate debrief %s R-2", "/candidate move %s debrief", "/candidate move %s debrief R-1", "/candidate reject %s",
		"/candidate reject %s depth below level", "/candidate withdraw %s", "/candidate told %s", "/candidate reopen %s", "/candidate apply %s R-1", "/candidate letter %s",
		"/candidate note %s \"a note\"", "/candidate notice %s", "/candidate noticed %s", "/candidate edit %s notice:30", "/candidate edit %s", "/candidate resume %s", "/candidate ask %s",
		"/candidate early %s reason:\"now\"", "/candidate picture %s", "/candidate move C-1 %s screening", "/candidate told %s C-1",
	}
	lists := []string{
		"/candidate list", "/candidate list latest", "/candidate list all", "/candidate list mine", "/candidate list interviewing", "/candidate", "/hire find zubin", "/hire find lakshmi", "/hire find quadros",
		"/hire", "home", "/req list all", "/req show R-1", "/candidate several R-1", "suggest /candidate show ", "suggest /candidate show zub", "suggest /candidate show C-", "suggest /candidate debrief lak",
		"suggest /candidate note ", "/interview list all", "/feedback", "/candidate show zubin", "/candidate show lakshmi", "/candidate debrief zub", "/candidate move rao debrief", "suggest /interview schedule ",
	}
	for _, p := range samplePeople() {
		for candidate, who := range knows {
			if slices.Contains(who, p.Name) {
				continue
			}
			for _, command := range about {
				got, refused := w.say(p.Name, fmt.Sprintf(command, candidate))
				none, _ := w.say(p.Name, fmt.Sprintf(command, "C-999"))
				if want := strings.ReplaceAll(none, "C-999", candidate); got != want || !refused {
					t.Errorf("%s, "+command+": %q, but of nobody %q", p.Name, candidate, got, want)
				}
			}
			for _, command := range lists {
				got, _ := w.say(p.Name, command)
				for _, fact := range facts[candidate] {
					if strings.Contains(got, fact) && !strings.Contains(command, strings.ToLower(fact)) {
						t.Errorf("%s, %s tells %q of %s: %s", p.Name, command, fact, candidate, got)
					}
				}
			}
		}
	}
	// Who does know of them gets an answer, so that the matrix is not about a world without them.
	for candidate, who := range knows {
		for _, name := range who {
			if got, refused := w.say(name, "/candidate show "+candidate); refused {
				t.Errorf("%s is refused %s: %s", name, candidate, got)
			}
			if got, _ := w.say(name, "/candidate list latest"); !strings.Contains(got, candidate) {
				t.Errorf("%s does not find %s in %s", name, candidate, got)
			}
		}
	}
	// A panel member sees nothing of pay, contact, notice period and source.
	for _, command := range []string{"/candidate show C-7", "/candidate list", "/candidate debrief C-7", "/hire find zubin", "/hire", "/interview kit I-2"} {
		got, _ := w.say("interviewer-1", command)
		for _, fact := range []string{"₹", "zubin@", "+9198765", "LinkedIn", "60 days", "Notice"} {
			if strings.Contains(got, fact) {
				t.Errorf("interviewer-1, %s shows %q: %s", command, fact, got)
			}
		}
	}
}
