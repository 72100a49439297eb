package main

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/hirebot/hirebot/bot/playground/browsertest"
)

// TestBrowserClock is a week of the demo as somebody sees it who tries it in a few minutes: they put the time
// forward and look at what comes by that, and for whom.
func TestBrowserClock(t *testing.T) {
	t.Parallel()
	s := newSite(t, browsertest.Start(t), emptyCompany.SQLite(t))
	s.looks = true
	p := s.as(t, "recruiter", "general")
	p.Says("Mon 7 Dec, 9:00\u00a0am IST")
	p.Says("Move the time to see what comes later")
	s.look(p, "clock")

	p.Say("/interview schedule C-5 system-design fri 3pm @interviewer-1 @interviewer-2")
	p.Answers("I-1 Fri 11 Dec 2026, 3:00 pm IST, 60 min.")
	top := messagesBegin(p)
	p.Press("button", "More ways to move the time")
	s.lookOpen(p, "more")
	p.Press("menuitem", "Next message")
	wantNews(p, "Until Mon 7 Dec, 9:01 am IST: 1 message to interviewer-1, 1 to interviewer-2")
	if now := messagesBegin(p); now != top {
		t.Errorf("the messages begin at %v pixels after the time was moved, before at %v", now, top)
	}
	s.look(p, "moved")
	if back := browsertest.Eval[string](p, `document.activeElement.getAttribute('aria-label')`); back != "More ways to move the time" {
		t.Errorf("the focus is on %q after the time was moved", back)
	}

	phoneHasAllMoves(p)
	timeIsTyped(t, s, p)
	kitHasCome(s, p)
	scorecardIsAskedFor(s, p)
	onlyTheOtherIsReminded(t, s, p)
}

// phoneHasAllMoves looks for the move that has no room of its own on a phone.
func phoneHasAllMoves(p *browsertest.Page) {
	p.Size(360, 740)
	p.Until("there is no room for all", `!one('button', '+15 min')`)
	p.Press("button", "More ways to move the time")
	p.Until("the menu has it", `one('menuitem', '+15 min')`)
	p.Shot("more on a phone")
	p.Key(kb.Escape)
	p.Size(1200, 820)
	p.Until("there is room again", `one('button', '+15 min')`)
}

// messagesBegin returns how far down the messages begin.
func messagesBegin(p *browsertest.Page) float64 {
	return browsertest.Eval[float64](p, `document.getElementById('scroll').getBoundingClientRect().top`)
}

// newsOf is what the page says that came of moving the time.
const newsOf = `squeeze(document.querySelector('.clock-news').textContent)`

// wantNews waits until the page says what came of moving the time.
func wantNews(p *browsertest.Page, want string) {
	p.Until("the news "+want, newsOf+` === %s`, want)
}

// pickTime puts a time of the wall into the field for it, as the browser's picker does.
func pickTime(p *browsertest.Page, wall string) {
	p.Until("the field for a time", `(() => { const el = field('Until when'); el.value = %s; el.dispatchEvent(new Event('input')); return el.value === %s; })()`, wall, wall)
}

// byKeyboard presses a button with the keyboard, and expects the focus to stay there.
func byKeyboard(p *browsertest.Page, label string) {
	p.Until("the focus on "+label, `(() => { one('button', %s).focus(); return document.activeElement === one('button', %s); })()`, label, label)
	p.Enter()
	p.Until("the time moves and the focus stays", `document.getElementById('clock').ariaBusy === 'false' && document.activeElement === one('button', %s)`, label)
}

// timeIsTyped goes to half an hour before the interview, after two mistakes.
func timeIsTyped(t *testing.T, s *site, p *browsertest.Page) {
	t.Helper()
	p.Press("button", "More ways to move the time")
	p.Press("menuitem", "To a time…")
	p.Until("the dialog", `one('dialog', 'Move the time')`)
	p.Expect("status of 400")
	for wall, want := range map[string]string{
		"2026-12-06T10:00": "It is Mon 7 Dec 2026, 9:01 am IST already, and time does not go back. Choose a later time.",
		"2026-12-30T10:00": "At most 14 days at once: choose a time until Mon 21 Dec 2026, 9:01 am IST, and go on from there.",
	} {
		pickTime(p, wall)
		p.Press("button", "Go there")
		p.Until("the error", `field('Until when').ariaInvalid === 'true' && says(document.querySelector('dialog .error')) === %s`, want)
		if f := p.Field("Until when"); f.Value != wall {
			t.Errorf("the field holds %q after %q was refused", f.Value, wall)
		}
	}
	s.look(p, "time refused")
	pickTime(p, "2026-12-11T14:30")
	p.Press("button", "Go there")
	p.Until("the dialog is gone", `!dialog()`)
}

// kitHasCome has the name in the news lead to who got something.
func kitHasCome(s *site, p *browsertest.Page) {
	p.Until("the kits", newsOf+`.startsWith('Until Fri 11 Dec, 2:30 pm IST: ')`)
	p.Press("button", "interviewer-1")
	p.Says("In 30 min: C-5, system design (R-1)")
	p.Until("they are interviewer-1", `name(one('button', 'You are')).includes('interviewer-1')`)
	p.Until("it is called today", `[...document.querySelectorAll('.day')].pop().textContent === 'Today'`)
	s.look(p, "kit by the clock")
}

// scorecardIsAskedFor goes to five minutes after the end, where both are asked, and interviewer-1 answers.
func scorecardIsAskedFor(s *site, p *browsertest.Page) {
	p.Press("button", "+1 hour")
	wantNews(p, "Until Fri 11 Dec, 3:30 pm IST: nothing came.")
	p.Press("button", "+1 hour")
	wantNews(p, "Until Fri 11 Dec, 4:30 pm IST: 1 message to interviewer-1, 1 to interviewer-2")
	p.Says("Scorecard for C-5")
	openScorecard(p)
	rateAll(p, "3 · Good", "3 · Good", "Not covered", "Yes")
	p.Press("button", "Send")
	p.Answers("Saved. Your panel: 1 of 2 in.")
}

// onlyTheOtherIsReminded goes through the due day and the one after: who has answered hears no more.
func onlyTheOtherIsReminded(t *testing.T, s *site, p *browsertest.Page) {
	t.Helper()
	p.Press("button", "Next morning")
	p.Until("Monday", newsOf+`.startsWith('Until Mon 14 Dec, 9:30 am IST: ')`)
	p.Until("yesterday's day is called by its name", `[...document.querySelectorAll('.day')].pop().textContent.startsWith('Friday')`)
	byKeyboard(p, "+1 hour")
	p.Until("the due day", newsOf+`.startsWith('Until Mon 14 Dec, 10:30 am IST: ')`)
	p.Until("interviewer-2 is reminded", newsOf+`.includes('interviewer-2')`)
	p.Press("button", "interviewer-2")
	p.Says("1 scorecard")
	s.look(p, "reminded")
	p.Press("button", "Next morning")
	p.Until("Tuesday", newsOf+`.startsWith('Until Tue 15 Dec, 9:30 am IST: ')`)
	p.Press("button", "+1 hour")
	p.Until("the day after", newsOf+`.startsWith('Until Tue 15 Dec, 10:30 am IST: ')`)
	p.Until("the recruiter is told of it", newsOf+`.includes('to recruiter')`)
	p.Press("button", "recruiter")
	p.Says("is late")
	s.look(p, "late")

	first := s.as(t, "interviewer-1", "")
	words := browsertest.Eval[string](first, `[...document.querySelectorAll('article')].map((x) => x.innerText).join('\n')`)
	for _, line := range strings.Split(words, "\n") {
		if strings.Contains(line, "due") || strings.Contains(line, "overdue") {
			t.Errorf("interviewer-1, whose scorecard is in, is told: %s", line)
		}
	}
}
