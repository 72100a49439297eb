package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/playground/browsertest"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/store/storetest"
)

// TestBrowser is the product as its users see it: the demo, on each database, in a browser. Each
// story has a company of its own, so that all of them run side by side.
func TestBrowser(t *testing.T) {
	t.Parallel()
	tellStories(t, map[string]func(*testing.T, *site){
		"a recruiter asks for a band":          recruiterAsksForABand,
		"bands are refused in one line":        bandsAreRefusedInOneLine,
		"compensation sets a band":             compensationSetsABand,
		"compensation imports bands":           compensationImportsBands,
		"a role is given and taken":            roleIsGivenAndTaken,
		"who is deactivated is refused":        deactivatedIsRefused,
		"a restart is survived with open form": restartIsSurvived,
		"a requisition is approved":            requisitionIsApproved,
		"a requisition is kept confidential":   requisitionIsKeptConfidential,
	})
}

// tellStories runs each story on each database, all of them in one browser.
func tellStories(t *testing.T, stories map[string]func(*testing.T, *site)) {
	t.Helper()
	browser := browsertest.Start(t)
	databases := []struct {
		name  string
		url   func(testing.TB) string
		looks bool
	}{
		// What the page looks like does not depend on the database: one of them is enough to check that.
		{"sqlite", emptyCompany.SQLite, true},
		{"postgres", emptyCompany.Postgres, false},
	}
	for _, database := range databases {
		for name, story := range stories {
			t.Run(database.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				s := newSite(t, browser, database.url(t))
				s.looks = database.looks
				story(t, s)
			})
		}
	}
}

// emptyCompany is a migrated database with nobody in it, which the demo fills.
var emptyCompany = storetest.Migrated{Migrate: func(ctx context.Context, url string) error {
	st, err := store.Open(ctx, url, testClock, store.Keys{}, store.WithLog(slog.New(slog.DiscardHandler)), store.WithUnitTime(5*time.Minute))
	if err != nil {
		return err
	}
	return errors.Join(st.Migrate(ctx), st.Close())
}}

// site is a running demo and the browser that people use it with.
type site struct {
	t       *testing.T
	browser *browsertest.Browser
	// database and key are its URL and its encryption key.
	database, key string

	env   []string
	clock func() time.Time
	// moved is what the clock shows.
	moved *bot.MovableClock
	addr  string
	stop  func()
	// looks says whether the looks of the page are checked too.
	looks bool
}

// look checks the looks of the page as it is.
func (s *site) look(p *browsertest.Page, where string) {
	s.t.Helper()
	if s.looks {
		p.Look(where)
	} else {
		p.Shot(where)
	}
}

// lookOpen is look while a menu is open.
func (s *site) lookOpen(p *browsertest.Page, where string) {
	s.t.Helper()
	if s.looks {
		p.LookOpen(where)
	} else {
		p.Shot(where)
	}
}

func newSite(t *testing.T, browser *browsertest.Browser, database string) *site {
	t.Helper()
	begin := time.Now()
	s := &site{
		t: t, browser: browser, addr: "127.0.0.1:0", database: database, key: store.NewKey(),
	}
	s.env = []string{"HIREBOT_DATABASE_URL=" + s.database, "HIREBOT_ENCRYPTION_KEY=" + s.key}
	// It begins on the same day in every run, and goes on from there.
	s.moved = bot.NewMovableClock(func() time.Time { return testClock().Add(time.Since(begin)) })
	s.clock = s.moved.Now
	s.start()
	t.Cleanup(func() { s.stop() })
	return s
}

// start runs the demo, at the same address as before if it ran before.
func (s *site) start() {
	s.t.Helper()
	out, errs := newOutput(), newOutput()
	m := &Main{
		Args: []string{"demo", "--addr", s.addr}, Environ: s.env, Stdin: strings.NewReader(""),
		Stdout: out, Stderr: errs, Clock: s.clock, Platforms: platformKinds(),
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.t.Context()))
	ended := make(chan int, 1)
	go func() { ended <- m.Run(ctx) }()
	s.stop = func() {
		s.t.Helper()
		cancel()
		if code := <-ended; code != exitOK {
			s.t.Errorf("the demo ended with code %d", code)
		}
		if log := errs.String(); log != "" {
			s.t.Errorf("the demo complained:\n%s", log)
		}
		s.stop = func() {}
	}
	s.addr = out.await(s.t, `ready: http://(\S+)/`)
}

// as opens a page as somebody, in a channel or, with "", in their direct messages.
func (s *site) as(t *testing.T, person, channel string) *browsertest.Page {
	t.Helper()
	if channel == "" {
		channel = "@" + person
	}
	return s.browser.Open(t, "http://"+s.addr+"/?as="+person+"&in="+channel)
}

func recruiterAsksForABand(t *testing.T, s *site) {
	p := s.as(t, "recruiter", "general")
	p.Says("This is #general")
	s.look(p, "empty channel")
	p.Write("/band back")
	p.Until("the role is offered", `one('option', 'Backend developer') && one('combobox', 'Message').ariaExpanded === 'true'`)
	s.lookOpen(p, "suggestions")
	p.Say("/band backend 7y java +cloud")
	p.Answers("Senior backend, Java, cloud: ₹28.75–68.75 LPA (base 25–55)")
	p.Answers("Only visible to you")
	s.look(p, "band")
	messages := browsertest.Eval[int](p, `all('article', '').length`)

	p.Press("button", "+ Distributed")
	p.Answers("Senior backend, Java, cloud, distributed: ₹31.63–82.5 LPA (base 25–55)")
	p.Until("it is read out too", `[...document.querySelectorAll('[role=status]')].some((x) => x.textContent.includes('₹31.63–82.5 LPA'))`)
	p.Until("both toggles are on", `one('button', '+ Cloud').ariaPressed === 'true' && one('button', '+ Distributed').ariaPressed === 'true'`)
	s.look(p, "band with two premiums")
	p.Press("button", "More")
	p.Until("the menu has the focus", `document.activeElement === one('menuitem', 'Level up') || role(document.activeElement) === 'menuitem'`)
	s.lookOpen(p, "menu")
	p.Press("menuitem", "Level up")
	p.Until("another level", `/^Staff[^:]*, Java, cloud, distributed: ₹/m.test(last().innerText) && !last().innerText.includes('Senior')`)
	if got := browsertest.Eval[int](p, `all('article', '').length`); got != messages {
		t.Errorf("%d messages after redrawing in place, want %d as before", got, messages)
	}

	p.Press("button", "Picture")
	p.Answers("The picture is on its way to your direct messages")
	p.Until("something unread in the direct messages", `/1 unread|1$/.test(name(one('link', 'Hirebot')))`)
	s.look(p, "picture announced")
	if n := browsertest.Eval[int](p, `all('img', '').length`); n != 0 {
		t.Errorf("%d pictures in the channel", n)
	}
	p.Press("link", "Hirebot")
	p.Until("the picture is drawn", `all('img', '').pop().naturalWidth > 300`)
	alt := browsertest.Eval[string](p, `name(all('img', '').pop())`)
	if !strings.Contains(alt, "LPA") || !strings.Contains(alt, "₹") {
		t.Errorf("the picture is described as %q, which lacks the range", alt)
	}
	p.Until("nothing is unread any more", `!/\d/.test(name(one('link', 'Hirebot')))`)
	s.look(p, "picture")

	other := s.as(t, "hiring-manager", "general")
	other.Says("This is #general")
	if other.Shows("LPA") {
		t.Error("others in the channel see what the recruiter asked for")
	}
}

func bandsAreRefusedInOneLine(t *testing.T, s *site) {
	var first string
	for _, person := range []string{"member", "admin"} {
		p := s.as(t, person, "general")
		for _, question := range []string{"/band backend 7y java", "/band astronaut 7y", "/band list", "/band history backend"} {
			p.Say(question)
			p.Until("a refusal of "+question, `all('article', '').filter((x) => x.innerText.includes(%s)).length === 1 && last().innerText.includes('Salary bands are for')`, question)
			line := regexp.MustCompile(`Salary bands are for.*`).FindString(p.Last())
			switch {
			case first == "":
				first = line
			case line != first:
				t.Errorf("%s, %s: refused with %q, want %q as always", person, question, line, first)
			}
			p.Until("the refusal is marked as a problem", `says(last()).includes('Problem')`)
		}
		s.look(p, "refusal")
		for _, text := range []string{"/band ", "/band back"} {
			p.Write(text)
			// The page has asked for suggestions by then, and this answer comes after its own.
			offered := browsertest.Eval[[]string](p, `fetch('/api/suggest', {method: 'POST', headers: {'Content-Type': 'application/json'},
				body: JSON.stringify({user: %s, conversation: 'general', text: %s})}).then((r) => r.json()).then((a) => [...(a.choices || []).map((c) => c.label), ...all('option', '').map(name)])`, person, text)
			for _, o := range offered {
				if strings.Contains(strings.ToLower(o), "backend") {
					t.Errorf("after %q %s is offered %q", text, person, o)
				}
			}
		}
	}
}

// rangeField is the label of the field for the ends of a band.
const rangeField = "Range a year (CTC)"

func compensationSetsABand(t *testing.T, s *site) {
	p := s.as(t, "compensation", "general")
	p.Say("/band set backend senior")
	p.Until("the form", `one('dialog', 'Set the senior band')`)
	s.look(p, "form")
	p.Fill(rangeField, "55-25L")
	p.Fill("Source", "salary survey 2026")
	p.Press("button", "Save")
	p.Until("an error at the field", `field(%s).ariaInvalid === 'true'`, rangeField)
	f := p.Field(rangeField)
	if f.Value != "55-25L" || !strings.Contains(f.Error, "Put the lower amount first") {
		t.Errorf("the wrong field is %+v", f)
	}
	p.Until("the wrong field has the focus", `document.activeElement === field(%s)`, rangeField)
	if f := p.Field("Source"); f.Value != "salary survey 2026" || f.Invalid {
		t.Errorf("the other field is %+v", f)
	}
	s.look(p, "form with an error")
	p.Press("button", "Cancel")
	p.Says("What you typed is kept as a draft.")

	p.Reload()
	p.Say("/band set backend senior")
	p.Until("the form again", `one('dialog', 'Set the senior band')`)
	p.Says("Continuing what you typed")
	if got := [2]string{p.Field(rangeField).Value, p.Field("Source").Value}; got != [2]string{"55-25L", "salary survey 2026"} {
		t.Errorf("the draft holds %q", got)
	}
	s.look(p, "form with a draft")
	p.Fill(rangeField, "26-58L")
	p.PressTwice("button", "Save")
	p.Answers("Saved: Senior backend developer ₹26–58 LPA")
	p.Until("the form is gone", `!dialog()`)
	p.Until("undo is offered", `one('button', 'Undo')`)
	s.look(p, "saved")
	p.Say("/band history backend")
	p.Answers("Senior: ₹25–55 → ₹26–58 LPA, by @compensation")
	if n := strings.Count(p.Last(), "→"); n != 1 {
		t.Errorf("a double click made %d changes:\n%s", n, p.Last())
	}
	s.look(p, "history")
	p.Press("button", "Undo")
	p.Says("Taken back: Senior backend developer ₹25–55 LPA again")
	p.Say("/band backend senior")
	p.Answers("₹25–55 LPA")
}

func compensationImportsBands(t *testing.T, s *site) {
	p := s.as(t, "compensation", "hiring")
	p.Say("/band import")
	p.Until("the form", `one('dialog', 'Import salary bands')`)
	s.look(p, "import")
	p.Fill("Or paste the rows", "role,level,low,high\nbackend,mid,16L,31L\nbackend,captain,25L,55L\nbackend,senior,60L,27L\n")
	p.Press("button", "Preview")
	p.Until("an error at the field", `field('Or paste the rows').ariaInvalid === 'true'`)
	wrong := p.Field("Or paste the rows")
	has(t, wrong.Error, "2 mistakes; nothing was imported.\nrow 3, level:", "\nrow 4, high:")
	if strings.Contains(wrong.Error, "row 2") {
		t.Errorf("a right row is named: %s", wrong.Error)
	}
	s.look(p, "import with wrong rows")
	p.Fill("Or paste the rows", "role,level,low,high\nbackend,mid,16L,31L\nbackend,senior,27L,60L\n")
	// Leaving the field has it checked, and its error goes away; the button must not slip from under the finger.
	p.Until("what was typed is kept", `text().includes('Saved')`)
	checks := `performance.getEntriesByType('resource').filter((x) => x.name.endsWith('/api/change')).length`
	before := browsertest.Eval[int](p, checks)
	p.PressSlowly("button", "Preview", "the field is checked", fmt.Sprintf("%s > %d", checks, before))
	p.Answers("This import changes 2 of 2 bands")
	p.Answers("Nothing is changed yet.")
	s.look(p, "preview")
	p.Press("button", "Apply 2")
	p.Until("a question", `one('alertdialog', 'Apply the import?')`)
	s.look(p, "confirm")
	p.Press("button", "Not yet")
	p.Until("the question is gone", `!dialog()`)
	p.Press("button", "Apply 2")
	p.Press("button", "Apply")
	p.Says("Imported: 2 bands changed")
	s.look(p, "imported")
	p.Say("/band backend senior")
	p.Answers("₹27–60 LPA")
	p.Say("/band history backend")
	p.Answers("Mid")
	has(t, p.Last(), "₹25–55 → ₹27–60 LPA, by @compensation")
}

func roleIsGivenAndTaken(t *testing.T, s *site) {
	theirs := s.as(t, "interviewer-3", "general")
	theirs.Says("This is #general")
	p := s.as(t, "admin", "general")
	p.Say("/hire people @interviewer-3 +recruiter")
	p.Answers("interviewer-3 is now Recruiter.")
	s.look(p, "given")
	theirs.Until("something unread in the direct messages", `/1/.test(name(one('link', 'Hirebot')))`)
	theirs.Press("link", "Hirebot")
	theirs.Answers("You are now a recruiter")
	theirs.Answers("@admin gave you this role.")
	s.look(theirs, "told")
	theirs.Say("/band backend senior")
	theirs.Says("₹25–55 LPA")

	p.Say("/hire people interviewer-3 -recruiter")
	p.Answers("Taken from interviewer-3: Recruiter.")
	theirs.Says("Taken back: you are no longer a recruiter")
	if theirs.Shows("You are now a recruiter") {
		t.Error("the card of the role stands there beside the news that it was taken")
	}
	s.look(theirs, "taken")
	theirs.Say("/band backend senior")
	theirs.Answers("Salary bands are for")
}

func deactivatedIsRefused(t *testing.T, s *site) {
	theirs := s.as(t, "member", "general")
	theirs.Say("/hire")
	theirs.Until("an answer", `all('article', '').length === 2`)
	p := s.as(t, "admin", "general")
	p.Say("/hire people member")
	p.Answers("active")
	p.Press("button", "Deactivate")
	p.Until("a question", `one('alertdialog', 'Deactivate member?')`)
	s.look(p, "confirm")
	p.Press("button", "Deactivate")
	p.Says("member is deactivated and has no access any more.")
	s.look(p, "deactivated")
	for _, command := range []string{"/hire", "/hire help", "/hire roles", "/band backend", "/hire people"} {
		theirs.Say(command)
		theirs.Until("a refusal of "+command, `all('article', '').slice(-2)[0].innerText.includes(%s) && last().innerText.includes('You have no access here.')`, command)
	}
	s.look(theirs, "refused")
	p.Press("button", "Reactivate")
	p.Says("member is active again")
	theirs.Say("/hire roles")
	theirs.Answers("Backend developer")
}

func restartIsSurvived(t *testing.T, s *site) {
	p := s.as(t, "compensation", "general")
	p.Say("/band set backend staff")
	p.Until("the form", `dialog()`)
	p.Fill(rangeField, "41-91L")
	p.Expect("net::ERR_")
	s.stop()
	p.Fill("Source", "typed while nobody listened")
	p.Until("the page says that it is alone", `text().includes('Connection lost') && text().includes('Not saved')`)
	s.look(p, "alone")
	s.start()
	p.Until("the page is connected again", `!text().includes('Connection lost')`)
	if got := [2]string{p.Field(rangeField).Value, p.Field("Source").Value}; got != [2]string{"41-91L", "typed while nobody listened"} {
		t.Errorf("after the restart the form holds %q", got)
	}
	p.Press("button", "Save")
	p.Says("Saved: Staff backend developer ₹41–91+ LPA")
	s.look(p, "saved")
	// News come live again.
	admin := s.as(t, "admin", "general")
	admin.Say("/hire people @compensation +interviewer")
	admin.Answers("compensation is now Interviewer.")
	p.Until("something unread in the direct messages", `/1/.test(name(one('link', 'Hirebot')))`)
	p.Key(kb.Escape)
}
