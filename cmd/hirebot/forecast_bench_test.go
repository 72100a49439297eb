package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

const (
	// The company whose messages are foretold: so many people, of whom one in ten recruits or manages, and
	// twice as many scorecards to be owed as interviews in the seven days to come.
	foretoldPeople     = 500
	foretoldLeads      = foretoldPeople / 10
	foretoldReqs       = 100
	foretoldInterviews = 1000
	// aimForecast is within how many milliseconds such a forecast is to be answered.
	aimForecast = 2000
)

// newForetold makes that company.
func newForetold(b *testing.B, url string) *crowd {
	b.Helper()
	ctx, clock := b.Context(), officeStart
	st, err := openSample(ctx, url, clock)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := st.Close(); err != nil {
			b.Error(err)
		}
	})
	c := &crowd{}
	if c.app, err = newApp(st, clock, quiet(), nil); err != nil {
		b.Fatal(err)
	}
	err = st.InTx(ctx, func(tx *store.Tx) error {
		var people []string
		for n := range foretoldPeople - len(samplePeople()) {
			name := "crowd" + strconv.Itoa(n)
			roles := []hiring.Role{hiring.Interviewer}
			if n < foretoldLeads {
				roles = []hiring.Role{[]hiring.Role{hiring.Recruiter, hiring.HiringManager}[n%2]}
			}
			p, err := tx.AddPerson(ctx, hiring.Person{
				Name: name, Roles: roles, Active: true, Zone: []string{"", "Europe/Berlin"}[n/50%2],
				Identities: []hiring.Identity{{Workspace: playgroundWorkspace, User: name}},
			})
			if err != nil {
				return err
			}
			people = append(people, p.ID)
		}
		sample, err := tx.Requisition(ctx, "R-1")
		if err != nil {
			return err
		}
		var reqs []hiring.Requisition
		for n := range foretoldReqs {
			r := sample
			r.ID, r.Version, r.Target = "", 0, officeStart().AddDate(0, 0, n%30-5).Format(time.DateOnly)
			r.Recruiter, r.HiringManager = people[n*2%foretoldLeads], people[(n*2+1)%foretoldLeads]
			r.Requester = r.HiringManager
			if r, err = tx.AddRequisition(ctx, r); err != nil {
				return err
			}
			reqs = append(reqs, r)
		}
		crew := people[foretoldLeads:]
		for n := range foretoldInterviews {
			r := reqs[n%len(reqs)]
			made, err := tx.AddCandidate(ctx, hiring.Candidate{Name: "Candidate " + strconv.Itoa(n), Source: "linkedin", Ecosystem: r.Ecosystem, AddedBy: r.Recruiter})
			if err != nil {
				return err
			}
			a, err := hiring.StartApplication(made.ID, r.ID, hiring.AppInterviewing, r.Recruiter, officeStart().AddDate(0, 0, -n%20))
			if err != nil {
				return err
			}
			if a, err = tx.AddApplication(ctx, a); err != nil {
				return err
			}
			i := hiring.Interview{Application: a.ID, Stage: "system-design", MadeBy: r.Recruiter}
			for k := range 2 {
				i.Panel = append(i.Panel, hiring.Panelist{Person: crew[(n*2+k)%len(crew)]})
			}
			if i, err = i.Schedule(officeStart().AddDate(0, 0, n%5).Add(time.Duration(n%28)*15*time.Minute+time.Hour), 60, officeStart()); err != nil {
				return err
			}
			if _, err := tx.AddInterview(ctx, i); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return c
}

// BenchmarkForecast measures what a simulation and the preview of a change cost in a large company, from the
// typed text to the answer. It prints the median beside what is aimed at; a slow machine makes nothing fail.
func BenchmarkForecast(b *testing.B) {
	for name, url := range map[string]func(testing.TB) string{"sqlite": hiringDatabases.SQLite, "postgres": hiringDatabases.Postgres} {
		b.Run(name, func(b *testing.B) {
			c := newForetold(b, url(b))
			for _, q := range []struct{ name, who, text, has string }{
				{"simulate", "recruiter", "/simulate", "messages to"},
				{"simulate-30-days", "recruiter", "/simulate 30 days", "messages to"},
				{"preview", "admin", "/hire set nudge_steps 2h; due", "Nothing is saved yet"},
			} {
				b.Run(q.name, func(b *testing.B) {
					if answer := c.foretell(b, q.who, q.text); !strings.Contains(answer, q.has) {
						b.Fatal(answer)
					}
					var times []time.Duration
					before := c.app.store.Statements()
					for b.Loop() {
						start := time.Now()
						c.foretell(b, q.who, q.text)
						times = append(times, time.Since(start))
					}
					slices.Sort(times)
					b.ReportMetric(float64(times[len(times)/2])/float64(time.Millisecond), fmt.Sprintf("ms-aim-%d", aimForecast))
					b.ReportMetric(float64(c.app.store.Statements()-before)/float64(len(times)), "statements/op")
					b.ReportMetric(0, "ns/op") // is not shown: it is the same in another unit
				})
			}
		})
	}
}

// foretell has somebody ask something at the time of that company.
func (c *crowd) foretell(b *testing.B, who, text string) string {
	b.Helper()
	c.events++
	answer := c.app.router.Serve(b.Context(), bot.Event{
		Type: bot.Invoke, ID: "ask-" + strconv.Itoa(c.events), From: bot.Identity{Workspace: playgroundWorkspace, User: who}, At: officeStart(), Text: text,
		In: bot.Conversation{Workspace: playgroundWorkspace, Channel: "@" + who, Private: true},
	})
	if answer.Code != "" || answer.Card == nil {
		b.Fatalf("%s %s: %s", who, text, plainRefusal(answer, time.UTC))
	}
	return plainAnswer(answer, time.UTC)
}
