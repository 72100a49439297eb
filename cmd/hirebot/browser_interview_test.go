package main

import (
	"regexp"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot/playground/browsertest"
)

// TestBrowserInterview is an interview as those who hold it see it: in a browser, on each database.
func TestBrowserInterview(t *testing.T) {
	t.Parallel()
	tellStories(t, map[string]func(*testing.T, *site){"an interview is held and debriefed": interviewIsHeld})
}

// interviewBegins is the Friday, 3 pm in India, of the week in which the demo starts.
func interviewBegins() time.Time { return time.Date(2026, 12, 11, 9, 30, 0, 0, time.UTC) }

// The fields of a scorecard of the stage system design, and of a note.
const (
	systemField   = "System design"
	databaseField = "Database design"
	apiField      = "API design"
	evidenceField = "Evidence on system design"
	overallField  = "What would you do"
	privateField  = "Private note to the recruiter"
	noteField     = "Note"
)

// What interviewer-1 writes, of which nobody else may read any before it is their turn.
const (
	noteTyped     = "asked for load numbers first"
	evidenceTyped = "idempotency key on payment, unprompted"
	privateTyped  = "wants to start in March"
)

func interviewIsHeld(t *testing.T, s *site) {
	interviewIsScheduled(t, s)
	// Half an hour before, the kit comes by itself.
	s.laterAt(interviewBegins().Add(-25 * time.Minute))
	kitIsOpened(t, s)

	s.laterAt(interviewBegins().Add(5 * time.Minute))
	first := s.as(t, "interviewer-1", "general")
	scorecardIsGiven(t, s, first)
	second := s.as(t, "interviewer-2", "general")
	blindUntilOwn(t, s, second)
	third := s.as(t, "interviewer-3", "general")
	openScorecard(third)
	rateAll(third, "3 · Good", "3 · Good", "Not covered", "Yes")
	third.Press("button", "Send")
	third.Answers("Saved. Your panel: 3 of 3 in.")

	first.Say("/feedback show I-1")
	first.Answers("never spoke of failures")
	debriefIsRead(t, s)
}

// laterAt is later with the time that it shall be.
func (s *site) laterAt(at time.Time) {
	s.t.Helper()
	s.later(at.Sub(s.clock()))
}

// interviewIsScheduled has the recruiter schedule it, and the panel hear of it a minute later.
func interviewIsScheduled(t *testing.T, s *site) {
	t.Helper()
	recruiter := s.as(t, "recruiter", "general")
	recruiter.Say("/interview schedule C-5 system-design fri 3pm @interviewer-1 @interviewer-2 @interviewer-3")
	recruiter.Answers("I-1 Fri 11 Dec 2026, 3:00 pm IST, 60 min.")
	for _, part := range []string{"C-5 Lakshmi Rao", "Candidate not told yet.", "Checked only against interviews I know."} {
		recruiter.Answers(part)
	}
	recruiter.Until("a long panel has a line to itself", `(() => {
		const panel = [...last().querySelectorAll('.fields dt')].find((dt) => dt.textContent === 'Panel').parentElement;
		return panel.offsetWidth === panel.parentElement.offsetWidth && panel.previousElementSibling.offsetWidth < panel.offsetWidth;
	})()`)
	recruiter.Until("it can be taken back", `one('button', 'Undo')`)
	s.look(recruiter, "scheduled")
	invited := s.as(t, "interviewer-1", "")
	if invited.Shows("I-1") {
		t.Error("the panel is told before the recruiter had a minute to take it back")
	}
	s.later(messageWait)
	invited.Says("You interview C-5, system design (R-1)")
	s.look(invited, "invited")
	outsider := s.as(t, "hiring-manager-2", "general")
	outsider.Say("/interview show I-1")
	outsider.Answers("There is no interview I-1 that I could show you.")
}

// kitIsOpened has somebody of the panel read the kit and take a note.
func kitIsOpened(t *testing.T, s *site) {
	t.Helper()
	p := s.as(t, "interviewer-1", "")
	p.Until("the kit", `[...document.querySelectorAll('article')].some((x) => /In \d+ min: C-5, system design \(R-1\)/.test(x.innerText) && x.innerText.includes('You lead on'))`)
	if line := regexp.MustCompile(`(?i).*(Rao|₹|LPA|notice|linkedin).*`).FindString(browsertest.Eval[string](p, `[...document.querySelectorAll('article')].find((x) => x.innerText.includes('You lead on')).innerText`)); line != "" {
		t.Errorf("the kit tells what does not belong there: %s", line)
	}
	s.look(p, "kit")

	p = s.as(t, "interviewer-1", "general")
	p.Say("/feedback give I-1")
	p.Answers("opens 15 minutes before the interview begins")
	p.Say("/interview kit I-1")
	p.Answers("movie-ticket booking")
	p.Press("button", "Start notes")
	p.Until("the form", `one('dialog', 'Note for I-1')`)
	p.Fill(noteField, noteTyped)
	s.look(p, "note")
	p.Press("button", "Keep")
	p.Answers("Noted for I-1. Only you see it.")
	p.Answers(noteTyped)
}

// scorecardIsGiven has interviewer-1 send a scorecard with a mistake, close it, and go on from the draft.
func scorecardIsGiven(t *testing.T, s *site, p *browsertest.Page) {
	t.Helper()
	openScorecard(p)
	p.Says("they have a right to ask")
	p.Says(noteTyped)
	if got := chosen(p, overallField); got != "" {
		t.Errorf("the recommendation %q is filled in already", got)
	}
	if thin := browsertest.Eval[int](p, `[...dialog().querySelectorAll('.rating .option')].filter((x) => x.querySelector('.option-hint') && x.clientWidth < 240).length`); thin > 0 {
		t.Errorf("%d ratings with an anchor stand in columns too narrow for its words", thin)
	}
	s.look(p, "scorecard")
	rateAll(p, "4 · Strong", "3 · Good", "Not covered", "Strong yes")
	p.Fill(privateField, privateTyped)
	p.Press("button", "Send")
	p.Until("the wrong field has the focus", `field(%s).ariaInvalid === 'true' && document.activeElement === field(%s)`, evidenceField, evidenceField)
	p.Until("what is wrong stands there", `says(field(%s).closest('.field')).includes('A 4 needs evidence')`, evidenceField)
	if n := browsertest.Eval[int](p, `[...dialog().querySelectorAll('.field .error')].filter(shown).length`); n != 1 {
		t.Errorf("%d fields are wrong, want 1", n)
	}
	s.look(p, "scorecard with an error")
	p.Press("button", "Cancel")
	p.Says("What you typed is kept as a draft.")

	p.Reload()
	openScorecard(p)
	p.Says("Continuing what you typed")
	for label, want := range map[string]string{systemField: "4 · Strong", databaseField: "3 · Good", apiField: "Not covered", overallField: "Strong yes"} {
		if got := chosen(p, label); got != want {
			t.Errorf("the draft holds %q for %s, want %q", got, label, want)
		}
	}
	if got := p.Field(privateField).Value; got != privateTyped {
		t.Errorf("the draft holds the note %q", got)
	}
	s.look(p, "scorecard with a draft")
	p.Fill(evidenceField, evidenceTyped)
	p.PressTwice("button", "Send")
	p.Answers("Saved. Your panel: 1 of 3 in.")
	p.Until("the form is gone", `!dialog()`)
	if browsertest.Eval[bool](p, `Boolean(one('button', 'See the others'))`) {
		t.Error("the others are offered before there is any")
	}
	s.look(p, "saved")
}

// blindUntilOwn has interviewer-2 read nothing of the other scorecard, give their own, and then read it.
func blindUntilOwn(t *testing.T, s *site, p *browsertest.Page) {
	t.Helper()
	blind := regexp.MustCompile(`(?i)Strong yes|4 · Strong|idempotency|load numbers|March`)
	p.Say("/feedback show I-1")
	p.Answers("You see what the others say once your own scorecard is in.")
	p.Until("that one is in", `/@?interviewer-1 · in/.test(last().innerText)`)
	if words := blind.FindString(p.Last()); words != "" {
		t.Errorf("/feedback show tells of the other scorecard: %s", words)
	}
	s.look(p, "blind")
	// Each of them once: the answer to one that was said before would be taken for that to the next.
	for _, command := range []string{"/interview show I-1", "/interview kit I-1", "/feedback", "/hire"} {
		if words := blind.FindString(answerTo(p, command)); words != "" {
			t.Errorf("%s tells of the other scorecard: %s", command, words)
		}
	}
	recruiter := s.as(t, "recruiter", "general")
	if words := blind.FindString(answerTo(recruiter, "/feedback show I-1")); words != "" {
		t.Errorf("the recruiter reads of the scorecard before all are in: %s", words)
	}

	openScorecard(p)
	// The words of the ratings stand in every form; what was written does not.
	if words := regexp.MustCompile(`idempotency key on payment|load numbers|March`).FindString(browsertest.Eval[string](p, `dialog().innerText`)); words != "" {
		t.Errorf("the form tells of the other scorecard: %s", words)
	}
	rateAll(p, "2 · Mixed", "3 · Good", "3 · Good", "No")
	p.Fill(evidenceField, "never spoke of failures")
	p.Press("button", "Send")
	p.Answers("Saved. Your panel: 2 of 3 in.")
	p.Press("button", "See the others")
	p.Answers(evidenceTyped)
	p.Answers("Strong yes")
	for _, words := range []string{privateTyped, noteTyped} {
		if p.Shows(words) {
			t.Errorf("the panel reads %q, which is not for them", words)
		}
	}
	s.look(p, "the others")
}

// debriefIsRead has the hiring manager read all three side by side, and decide.
func debriefIsRead(t *testing.T, s *site) {
	t.Helper()
	p := s.as(t, "hiring-manager", "general")
	p.Say("/candidate debrief C-5")
	p.Answers("Debrief of C-5 Lakshmi Rao")
	for _, part := range []string{"All 3 in", "no 1 · yes 1 · strong yes 1", "They differ most on system design (2 / 4)", "never spoke of failures", evidenceTyped, "No scorecard changed after others were opened."} {
		p.Answers(part)
	}
	if p.Shows(privateTyped) || p.Shows(noteTyped) {
		t.Error("the hiring manager reads what is for the recruiter or the author alone")
	}
	s.look(p, "debrief")
	p.Press("button", "Advance")
	p.Says("C-5 → offer. Recruiter told.")
	s.look(p, "advanced")
	recruiter := s.as(t, "recruiter", "")
	s.later(messageWait)
	recruiter.Until("the news", `[...document.querySelectorAll('article')].some((x) => x.innerText.includes('C-5') && x.innerText.includes('→ offer') && /@?hiring-manager/.test(x.innerText))`)
}

// openScorecard opens the form of the scorecard.
func openScorecard(p *browsertest.Page) {
	p.Say("/feedback give I-1")
	p.Until("the form", `one('dialog', 'Scorecard of I-1')`)
}

// rateAll fills in the ratings of a scorecard, in their order, and the recommendation.
func rateAll(p *browsertest.Page, system, database, api, overall string) {
	choose(p, systemField, system)
	choose(p, databaseField, database)
	choose(p, apiField, api)
	choose(p, overallField, overall)
}

// choose picks the choice of that name of a field, with the keyboard.
func choose(p *browsertest.Page, label, choice string) {
	p.Until(choice+" of "+label, `(() => {
		const el = [...field(%s).closest('fieldset').querySelectorAll('input')].find((x) => squeeze(x.labels[0].querySelector('.option-label').textContent) === %s);
		el.focus();
		return document.activeElement === el;
	})()`, label, choice)
	p.Key(" ")
	p.Until(choice+" is chosen", `document.activeElement.checked`)
}

// chosen returns the name of what is chosen in a field, "" for nothing.
func chosen(p *browsertest.Page, label string) string {
	p.Until("the field "+label, `field(%s)`, label)
	return browsertest.Eval[string](p, `(() => {
		const el = [...field(%s).closest('fieldset').querySelectorAll('input')].find((x) => x.checked);
		return el ? squeeze(el.labels[0].querySelector('.option-label').textContent) : '';
	})()`, label)
}
