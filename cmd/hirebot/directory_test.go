package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/store/storetest"
)

// profiles is a chat platform that knows some people, and counts how often it is asked about each.
type profiles struct {
	recorder

	mu    sync.Mutex
	known map[string]bot.Profile
	fails map[string]error
	asked map[string]int
	// begun, where it is not nil, is told of each question, which then waits for finish.
	begun, finish chan struct{}
}

func (p *profiles) Profile(ctx context.Context, who bot.Identity) (bot.Profile, error) {
	p.mu.Lock()
	p.asked[who.User]++
	profile, err := p.known[who.User], p.fails[who.User]
	begun, finish := p.begun, p.finish
	p.mu.Unlock()
	if begun != nil {
		begun <- struct{}{}
		select {
		case <-finish:
		case <-ctx.Done():
			return bot.Profile{}, fmt.Errorf("ask about %s: %w", who.User, ctx.Err())
		}
	}
	return profile, err
}

func (p *profiles) set(user string, profile bot.Profile, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known[user], p.fails[user] = profile, err
}

func (p *profiles) questions(user string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked[user]
}

// meeting is a company with a directory, and a platform that it asks.
type meeting struct {
	*directory
	platform *profiles
	log      *output

	mu  sync.Mutex
	now time.Time
}

func newMeeting(t *testing.T, admins string) *meeting {
	t.Helper()
	m := &meeting{
		now: testClock(), log: newOutput(),
		platform: &profiles{known: map[string]bot.Profile{}, fails: map[string]error{}, asked: map[string]int{}},
	}
	clock := func() time.Time {
		m.mu.Lock()
		defer m.mu.Unlock()
		return m.now
	}
	st, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "hirebot.db"), clock, store.Keys{}, store.WithLog(quiet()), store.WithUnitTime(5*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := st.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	err = st.InTx(t.Context(), func(tx *store.Tx) error {
		return errors.Join(
			tx.SaveWorkspace(t.Context(), store.Workspace{ID: "slack:T1", Name: "Acme", Platform: "slack", External: "T1", Kind: store.HomeWorkspace}),
			tx.SaveWorkspace(t.Context(), store.Workspace{ID: "slack:T2", Name: "Gophers", Platform: "slack", External: "T2", Kind: store.CommunityWorkspace}),
		)
	})
	if err != nil {
		t.Fatal(err)
	}
	named, problems := parseAdmins(admins)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	m.directory = newDirectory(st, clock, named, newLog(m.log))
	return m
}

func (m *meeting) advance(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
}

// at is an account of the company's workspace.
func at(user string) bot.Identity { return bot.Identity{Workspace: "slack:T1", User: user} }

// person returns whose account it is, the zero Person for nobody's.
func (m *meeting) person(t *testing.T, user string) (p hiring.Person) {
	t.Helper()
	snapshot(t, m.store, func(s *store.Snapshot) { p, _ = s.PersonByIdentity("slack:T1", user) })
	return p
}

func TestMeetAsksOnceAnHour(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, "")
	m.platform.set("U1", bot.Profile{Name: "Asha", Active: true}, nil)
	m.platform.set("U2", bot.Profile{Name: "Ravi", Active: true}, nil)
	meet := func(who ...bot.Identity) { m.Meet(t.Context(), m.platform, who...) }
	meet(at("U1"), at("U2"), at("U1"), at(""))
	if a, r := m.person(t, "U1"), m.person(t, "U2"); a.Name != "Asha" || r.Name != "Ravi" {
		t.Errorf("met %+v and %+v", a, r)
	}
	m.advance(59 * time.Minute)
	steady := m.store.Statements()
	meet(at("U1"), at("U2"))
	if n := m.platform.questions("U1"); n != 1 || m.store.Statements() != steady {
		t.Errorf("within the hour: asked %d times, %d statements", n, m.store.Statements()-steady)
	}
	m.advance(time.Minute)
	m.platform.set("U1", bot.Profile{Name: "Asha", Active: true, Guest: true}, nil)
	meet(at("U1"))
	if n := m.platform.questions("U1"); n != 2 || m.platform.questions("U2") != 1 || !m.person(t, "U1").Guest {
		t.Errorf("after an hour: asked %d times, %+v", n, m.person(t, "U1"))
	}
	meet(bot.Identity{Workspace: "slack:T2", User: "U3"}, bot.Identity{Workspace: "slack:T9", User: "U3"}, bot.Identity{User: "U3"})
	if n := m.platform.questions("U3"); n != 0 {
		t.Errorf("asked %d times about people who are not of the company", n)
	}
	if m.log.String() != "" {
		t.Errorf("logged: %s", m.log)
	}
}

func TestMeetAtTheSameTimeAsksOnce(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, "")
	m.patience = time.Minute
	m.platform.set("U1", bot.Profile{Name: "Asha", Active: true}, nil)
	m.platform.begun, m.platform.finish = make(chan struct{}, 10), make(chan struct{})
	var group sync.WaitGroup
	for range 10 {
		group.Go(func() {
			m.Meet(t.Context(), m.platform, at("U1"))
			if m.person(t, "U1").Name != "Asha" {
				t.Error("served before they are known")
			}
		})
	}
	<-m.platform.begun
	close(m.platform.finish)
	group.Wait()
	if n := m.platform.questions("U1"); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

func TestMeetWaitsOnlySoLong(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, "")
	m.patience = 20 * time.Millisecond
	m.platform.set("U1", bot.Profile{Name: "Asha", Active: true}, nil)
	m.platform.begun, m.platform.finish = make(chan struct{}, 1), make(chan struct{})
	m.Meet(t.Context(), m.platform, at("U1")) // the platform never answers, and this ends
	m.log.await(t, `"reason":"(it took too long)"`)
	if p := m.person(t, "U1"); p.ID != "" {
		t.Errorf("nobody told of %+v", p)
	}
}

func TestMeetAsksAgainAMinuteAfterAFailure(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, "")
	for _, tc := range []struct {
		user, reason string
		err          error
	}{
		{"U1", "user_not_found", &bot.SendError{Permanent: true, Reason: "Slack refuses to look up Asha Rao", Err: errors.New("user_not_found")}},
		{"U2", "missing_scope", &bot.SendError{Reason: "missing_scope"}},
		{"U3", "it refused", &bot.SendError{Reason: "no person asha@example.com"}},
		{"U4", "it failed", errors.New("asha@example.com: broken pipe")},
	} {
		m.platform.set(tc.user, bot.Profile{Name: "Asha Rao", Active: true}, tc.err)
		m.Meet(t.Context(), m.platform, at(tc.user))
		m.advance(59 * time.Second)
		m.Meet(t.Context(), m.platform, at(tc.user))
		if n := m.platform.questions(tc.user); n != 1 || m.person(t, tc.user).ID != "" {
			t.Errorf("%s: asked %d times within a minute, %+v", tc.reason, n, m.person(t, tc.user))
		}
		has(t, m.log.String(), `"reason":"`+tc.reason+`"`)
		m.platform.set(tc.user, bot.Profile{Name: "Asha Rao", Active: true}, nil)
		m.advance(time.Second)
		m.Meet(t.Context(), m.platform, at(tc.user))
		if n := m.platform.questions(tc.user); n != 2 || m.person(t, tc.user).ID == "" {
			t.Errorf("%s: asked %d times after a minute, %+v", tc.reason, n, m.person(t, tc.user))
		}
	}
	if log := m.log.String(); strings.Contains(strings.ToLower(log), "asha") {
		t.Errorf("the log has names: %s", log)
	}
}

func TestAFailureLeavesPeopleAsTheyAre(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, "")
	m.platform.set("U1", bot.Profile{Name: "Asha", Active: true, Guest: true}, nil)
	m.Meet(t.Context(), m.platform, at("U1"))
	m.advance(time.Hour)
	m.platform.set("U1", bot.Profile{}, errors.New("no answer"))
	m.Meet(t.Context(), m.platform, at("U1"))
	if p := m.person(t, "U1"); !p.Active || !p.Guest {
		t.Errorf("after a failure: %+v", p)
	}
}

func TestAdminsByEmail(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, "Boss@Example.com, slack:T123/U999")
	for _, tc := range []struct {
		user  string
		told  bot.Profile
		admin bool
	}{
		{"U1", bot.Profile{Name: "Asha", Email: "asha@example.com", Active: true}, false},
		{"U2", bot.Profile{Name: "No address", Active: true}, false},
		{"U3", bot.Profile{Name: "Guest", Email: "boss@example.com", Active: true, Guest: true}, false},
		{"U4", bot.Profile{Name: "Robot", Email: "boss@example.com", Active: true, Robot: true}, false},
		{"U5", bot.Profile{Name: "Gone", Email: "boss@example.com"}, false},
		{"U6", bot.Profile{Name: "Boss", Email: "BOSS@example.COM", Active: true, Zone: time.UTC}, true},
		{"U7", bot.Profile{Name: "Like the boss", Email: "boss@example.com.evil.example", Active: true}, false},
	} {
		m.platform.set(tc.user, tc.told, nil)
		m.Meet(t.Context(), m.platform, at(tc.user))
		if p := m.person(t, tc.user); p.Has(hiring.Admin) != tc.admin {
			t.Errorf("%s: %+v", tc.user, p)
		}
	}
	boss := m.person(t, "U6")
	rows, err := m.store.AuditRows(t.Context(), store.AuditFilter{Subject: personSubject(boss.ID)})
	if err != nil {
		t.Fatal(err)
	}
	given := slices.ContainsFunc(rows, func(r store.AuditRow) bool {
		return r.Fact == "role_given" && r.Actor == store.SystemActor && r.Action == "profile" && r.Detail["role"] == "admin"
	})
	if !given {
		t.Errorf("on record: %+v", rows)
	}
	told, err := m.store.Rows(t.Context(), store.PersonLane(boss.ID), 10)
	if err != nil || len(told) != 1 || told[0].View.Name != "role_given" {
		t.Errorf("told: %+v, %v", told, err)
	}
}

func TestAChangeIsKeptAtOnce(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, "")
	m.platform.set("U1", bot.Profile{Name: "Asha", Active: true}, nil)
	m.Meet(t.Context(), m.platform, at("U1"))
	m.Changed(t.Context(), at("U1"), bot.Profile{Name: "Asha"})
	if p := m.person(t, "U1"); p.Active || !p.Left {
		t.Errorf("closed: %+v", p)
	}
	m.advance(30 * time.Minute)
	m.Changed(t.Context(), at("U1"), bot.Profile{Name: "Asha", Active: true})
	m.advance(31 * time.Minute)
	m.Meet(t.Context(), m.platform, at("U1"))
	if n := m.platform.questions("U1"); n != 1 || !m.person(t, "U1").Active {
		t.Errorf("asked %d times although the platform told, %+v", n, m.person(t, "U1"))
	}
	m.Changed(t.Context(), bot.Identity{Workspace: "slack:T2", User: "U2"}, bot.Profile{Name: "Other", Active: true})
	snapshot(t, m.store, func(s *store.Snapshot) {
		if len(s.People()) != 1 {
			t.Errorf("people: %+v", s.People())
		}
	})
}

// What a platform was asked before it told by itself is older, also where it answers later.
func TestAnAnswerThatWasOvertakenIsNotKept(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, "")
	m.patience = time.Minute
	m.platform.set("U1", bot.Profile{Name: "Asha", Active: true}, nil)
	m.platform.begun, m.platform.finish = make(chan struct{}, 1), make(chan struct{})
	met := make(chan struct{})
	go func() {
		defer close(met)
		m.Meet(t.Context(), m.platform, at("U1"))
	}()
	<-m.platform.begun
	m.Changed(t.Context(), at("U1"), bot.Profile{Name: "Asha", Active: true, Guest: true})
	m.Changed(t.Context(), at("U1"), bot.Profile{Name: "Asha"})
	close(m.platform.finish)
	<-met
	if p := m.person(t, "U1"); p.Active || !p.Guest {
		t.Errorf("the older answer was kept: %+v", p)
	}
}

func TestAccountsOfPeople(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, "")
	m.platform.set("U1", bot.Profile{Name: "Asha", Active: true}, nil)
	m.Meet(t.Context(), m.platform, at("U1"))
	asha := m.person(t, "U1").ID
	for _, tc := range []struct{ workspace, person, user, name string }{
		{"slack:T1", asha, "U1", "Asha"}, {"slack:T2", asha, "", "Asha"}, {"slack:T1", "P-9", "", ""}, {"slack:T1", "", "", ""},
	} {
		if user, name := m.Account(t.Context(), tc.workspace, tc.person); user != tc.user || name != tc.name {
			t.Errorf("%s in %s: %q, %q", tc.person, tc.workspace, user, name)
		}
	}
}

// Without an account among the configured admins a code is printed, until an address has made one.
func TestACodeIsPrintedUntilAnAddressHasMadeAnAdmin(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, "boss@example.com")
	out := newOutput()
	program := &Main{Stdout: out, cfg: Config{Admins: "boss@example.com"}}
	if err := program.prepareAdmins(t.Context(), m.store); err != nil {
		t.Fatal(err)
	}
	has(t, out.String(), "/hire claim ")
	m.platform.set("U1", bot.Profile{Name: "Boss", Email: "boss@example.com", Active: true}, nil)
	m.Meet(t.Context(), m.platform, at("U1"))
	again := newOutput()
	program.Stdout = again
	if err := program.prepareAdmins(t.Context(), m.store); err != nil {
		t.Fatal(err)
	}
	if again.String() != "" {
		t.Errorf("printed although there is an admin: %s", again)
	}
}

// A guest among the configured accounts is not made admin, and keeps nobody from serving.
func TestAGuestIsNoConfiguredAdmin(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, "")
	m.platform.set("U123", bot.Profile{Name: "Guest", Active: true, Guest: true}, nil)
	m.Meet(t.Context(), m.platform, at("U123"))
	out := newOutput()
	program := &Main{Stdout: out, cfg: Config{Admins: "slack:T1/U123"}}
	if err := grantAdmins(t.Context(), m.store, []admin{{Identity: at("U123")}}); err != nil {
		t.Fatal(err)
	}
	if p := m.person(t, "U123"); len(p.Roles)+len(p.Withheld) != 0 {
		t.Errorf("the guest is %+v", p)
	}
	if err := program.prepareAdmins(t.Context(), m.store); err != nil {
		t.Fatal(err)
	}
	has(t, out.String(), "/hire claim ")
}

// company is a scenario in Go: the sample company, with its accounts told of by a platform.
type company struct {
	*world
	*directory
	t *testing.T
}

// inTheSampleCompany runs a test in the sample company, on both databases.
func inTheSampleCompany(t *testing.T, test func(c *company)) {
	t.Helper()
	for name, url := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "hirebot.db") },
		"postgres": func(t *testing.T) string { return storetest.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, url(t), seedCompany)
			test(&company{world: w, directory: newDirectory(w.app.store, w.clock, nil, quiet()), t: t})
		})
	}
}

// tell is a platform telling what somebody's account is.
func (c *company) tell(name string, p bot.Profile) {
	c.t.Helper()
	p.Name = name
	c.Changed(c.t.Context(), bot.Identity{Workspace: playgroundWorkspace, User: name}, p)
}

// say is somebody typing something. It returns the code of the refusal, "" for an answer, and what
// they read.
func (c *company) say(name, text string) (code, said string) {
	c.t.Helper()
	c.events++
	answer := c.app.router.Serve(c.t.Context(), bot.Event{
		Type: bot.Invoke, ID: fmt.Sprintf("event-%d", c.events), Text: text, At: c.world.clock(),
		From: bot.Identity{Workspace: playgroundWorkspace, User: name},
		In:   bot.Conversation{Workspace: playgroundWorkspace, Channel: "@" + name, Private: true},
	})
	if answer.Code == bot.CodeInternal {
		c.t.Fatalf("%s %s failed", name, text)
	}
	return string(answer.Code), plainAnswer(answer, c.zone) + plainRefusal(answer, c.zone)
}

func (c *company) answered(name, text string, parts ...string) {
	c.t.Helper()
	code, said := c.say(name, text)
	if code != "" {
		c.t.Errorf("%s %s was refused: %s", name, text, said)
	}
	has(c.t, said, parts...)
}

func (c *company) refused(name, text string, parts ...string) {
	c.t.Helper()
	code, said := c.say(name, text)
	if code == "" {
		c.t.Errorf("%s %s was answered: %s", name, text, said)
	}
	has(c.t, said, parts...)
}

func TestAClosedAccountLosesAccessAtOnce(t *testing.T) {
	t.Parallel()
	inTheSampleCompany(t, func(c *company) {
		c.answered("recruiter", "/band backend 7y", "LPA")
		c.tell("recruiter", bot.Profile{})
		for _, text := range []string{"/band backend 7y", "/hire", "/req list", "/hire away until 8 Dec"} {
			c.refused("recruiter", text, "You have no access here")
		}
		c.answered("admin", "/hire people", "recruiter · left Playground")
		c.answered("admin", "/hire people recruiter", "no access until their account is opened again")
		c.tell("recruiter", bot.Profile{Active: true})
		c.answered("recruiter", "/band backend 7y", "LPA")

		// An admin has the last word.
		c.tell("recruiter", bot.Profile{})
		c.answered("admin", "/hire people recruiter deactivate", "recruiter is deactivated, also once their account is opened again.")
		c.tell("recruiter", bot.Profile{Active: true})
		c.refused("recruiter", "/band backend 7y", "You have no access here")
		c.answered("admin", "/hire people recruiter reactivate")
		c.answered("recruiter", "/band backend 7y", "LPA")
	})
}

// Who left is waited for no more, as if an admin had deactivated them.
func TestApprovalsGoOnWithoutWhoLeft(t *testing.T) {
	t.Parallel()
	inTheSampleCompany(t, func(c *company) {
		c.answered("hiring-manager", `/req new senior java backend x2 bengaluru 35-45L why:"more work"`)
		c.answered("admin", "/hire set approvers approver-1")
		c.tell("approver-1", bot.Profile{})
		c.answered("compensation", "/req approve", "approved")
		c.answered("hiring-manager", "/req history R-1", hiring.NoteNoOther)
		c.answered("hiring-manager", "/req list open", "R-1")
	})
}

func TestAGuestSeesNothingOfARecruiters(t *testing.T) {
	t.Parallel()
	inTheSampleCompany(t, func(c *company) {
		asks := []string{"/band backend 7y", "/band list", "/req new senior java backend bengaluru 35-45L why:work", "/hire handover hiring-manager hiring-manager-2"}
		c.answered("recruiter", asks[0], "LPA")
		c.answered("recruiter", asks[1], "LPA")
		c.tell("recruiter", bot.Profile{Active: true, Guest: true})
		for _, text := range asks {
			c.refused("recruiter", text)
		}
		if _, said := c.say("recruiter", "/hire"); strings.Contains(said, "Recruiter") || strings.Contains(said, "Salary bands") {
			c.t.Errorf("the home of a guest: %s", said)
		}
		snapshot(c.t, c.app.store, func(s *store.Snapshot) {
			if some := s.PeopleWith(hiring.Recruiter); len(some) != 0 {
				c.t.Errorf("recruiters: %+v", some)
			}
		})
		c.answered("admin", "/hire people", "recruiter · guest")
		c.answered("admin", "/hire people recruiter", "Not while a guest", "Recruiter")
		for _, role := range []string{"recruiter", "admin", "compensation", "hiring_manager"} {
			c.refused("admin", "/hire people @recruiter +"+role, "guests can only be interviewers")
		}
		c.answered("admin", "/hire people @recruiter +interviewer", "recruiter is now Interviewer")
		c.refused("recruiter", asks[0])

		// A full member again has what was withheld; what was taken meanwhile is gone.
		c.tell("recruiter", bot.Profile{Active: true})
		c.answered("recruiter", asks[0], "LPA")
		c.tell("recruiter", bot.Profile{Active: true, Guest: true})
		c.answered("admin", "/hire people @recruiter -recruiter", "Taken from recruiter: Recruiter")
		c.tell("recruiter", bot.Profile{Active: true})
		c.refused("recruiter", asks[0])
	})
}

func TestAGuestClaimsNothing(t *testing.T) {
	t.Parallel()
	inTheSampleCompany(t, func(c *company) {
		c.tell("member", bot.Profile{Active: true, Guest: true})
		var code string
		err := c.app.store.InTx(c.t.Context(), func(tx *store.Tx) (err error) {
			code, err = tx.NewClaimCode(c.t.Context())
			return err
		})
		if err != nil {
			c.t.Fatal(err)
		}
		c.refused("member", "/hire claim "+code, "guests can only be interviewers")
		c.answered("interviewer-1", "/hire claim "+code, "You are the admin now")
	})
}
