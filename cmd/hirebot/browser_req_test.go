package main

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot/playground/browsertest"
	"github.com/hirebot/hirebot/store"
)

// messageWait is how long messages to others wait that somebody may still take back.
const messageWait = time.Minute

// later puts the clock forward and has what is due by then delivered. The running demo looks for that
// once a minute of the machine's own time; here another process of the same database looks at once, as
// a second replica would, and the demo delivers what it finds.
func (s *site) later(wait time.Duration) {
	s.t.Helper()
	s.moved.PutForward(s.clock().Add(wait))
	if err := s.sweep(); err != nil {
		s.t.Fatal("have delivered what is due:", err)
	}
}

// sweep wakes all that has something due.
func (s *site) sweep() (err error) {
	keys, err := store.ParseKeys(s.key)
	if err != nil {
		return err
	}
	st, err := store.Open(s.t.Context(), s.database, s.clock, keys, store.WithLog(quiet()), store.WithUnitTime(5*time.Minute))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	a, err := newApp(st, s.clock, quiet(), nil)
	if err != nil {
		return err
	}
	jobs, err := a.schedule(nil)
	if err != nil {
		return err
	}
	return jobs.Sweep(s.t.Context(), s.clock())
}

// button is what one needs to press a button again that is not shown any more.
type button struct{ Message, Call string }

// buttonOn returns the last button of that label.
func buttonOn(p *browsertest.Page, label string) button {
	p.Until("the button "+label, `one('button', %s)`, label)
	return browsertest.Eval[button](p, `{Message: one('button', %s).closest('article').dataset.id, Call: one('button', %s).dataset.call}`, label, label)
}

// pressAgain presses a button of somebody's direct messages as a page would that still shows it, and
// returns the code and the words of the answer.
func pressAgain(p *browsertest.Page, person string, b button) (code, words string) {
	answer := browsertest.Eval[struct{ Code, Words string }](p, `fetch('/api/press', {method: 'POST', headers: {'Content-Type': 'application/json'},
		body: JSON.stringify({user: %s, conversation: '@' + %s, message: %s, call: %s, id: crypto.randomUUID()})})
		.then((r) => r.json()).then((a) => ({Code: a.code || '', Words: JSON.stringify(a.messages || [])}))`, person, person, b.Message, b.Call)
	return answer.Code, answer.Words
}

const (
	roleField   = "Role and level"
	seatsField  = "How many"
	placeField  = "Where"
	budgetField = "Budget a seat"
	whyField    = "Why now"
)

func requisitionIsApproved(t *testing.T, s *site) {
	approver := s.as(t, "approver-1", "")
	compensation := s.as(t, "compensation", "")
	channel := s.as(t, "member", "hiring")
	channel.Says("This is #hiring")
	told := s.as(t, "hiring-manager", "")
	p := s.as(t, "hiring-manager", "general")

	asksWithAMistake(t, s, p)
	if approver.Shows("R-2") {
		t.Error("the approver is told before the requester had a minute to take it back")
	}
	s.later(messageWait)
	told.Answers("R-2")
	told.Until("the progress", `/waits for @?approver-1/i.test(last().innerText)`)

	approver.Answers("R-2 needs you")
	for _, part := range []string{"Senior Java backend", "Bengaluru", "35–45", "UPI volume doubled", "@hiring-manager"} {
		approver.Answers(part)
	}
	s.look(approver, "approval card")
	old := buttonOn(approver, "Approve")
	questionIsAnswered(t, s, approver, told, old)

	approver.PressTwice("button", "Approve")
	approver.Until("the decision stands on the card", `/approved by @?approver-1/i.test(last().innerText) && !all('button', 'Approve').length`)
	compensation.Answers("R-2 needs you")
	told.Until("whom it waits for now", `/waits for @?compensation/i.test(text())`)
	compensation.Press("button", "Approve")
	compensation.Until("the decision stands on the card", `/approved by @?compensation/i.test(last().innerText)`)

	channel.Answers("R-2 Senior Java backend ×2 is open")
	if post := channel.Last(); regexp.MustCompile(`(?i)₹|LPA|budget|35–45`).MatchString(post) {
		t.Errorf("everybody reads what it may cost:\n%s", post)
	}
	s.look(channel, "announced")
	told.Until("the card tells that it is open", `[...document.querySelectorAll('article')].some((x) => x.innerText.includes('Edit details') && /\bOpen\b/.test(x.innerText) && /approved by @?compensation/i.test(x.innerText))`)
	s.look(told, "requisition card")
	p.Say("/req history R-2")
	p.Answers("History of R-2")
	if n := len(regexp.MustCompile(`@?approver-1 approved it`).FindAllString(p.Last(), -1)); n != 1 {
		t.Errorf("a double click approved %d times:\n%s", n, p.Last())
	}

	asked := budgetIsChanged(t, s, approver, told, old)
	channel.Until("the post says so too", `all('article', '').length === 1 && !last().innerText.includes('is open')`)
	approverRejects(t, s, approver, told, asked)
}

// asksWithAMistake types a requisition, of which all but the reason can be read, and sends the form
// with a mistake first.
func asksWithAMistake(t *testing.T, s *site, p *browsertest.Page) {
	t.Helper()
	p.Say("/req new senior java backend x2 bengaluru 35-45L by March")
	p.Until("the form", `one('dialog', 'New requisition')`)
	if n := browsertest.Eval[int](p, `dialog().querySelectorAll('.field').length`); n != 5 {
		t.Errorf("it asks for %d things, want 5", n)
	}
	want := map[string]string{roleField: `(?i)^senior java backend`, seatsField: `^2$`, placeField: `^Bengaluru$`, budgetField: `^35L?-45L$`, whyField: `^$`}
	for label, pattern := range want {
		if got := p.Field(label).Value; !regexp.MustCompile(pattern).MatchString(got) {
			t.Errorf("%s: %q, want %s", label, got, pattern)
		}
	}
	s.look(p, "form")
	p.Fill(seatsField, "0")
	p.Fill(whyField, "UPI volume doubled")
	p.Press("button", "Ask for approval")
	p.Until("the wrong field has the focus", `field(%s).ariaInvalid === 'true' && document.activeElement === field(%s)`, seatsField, seatsField)
	if p.Field(seatsField).Error == "" {
		t.Error("nothing is said at the wrong field")
	}
	want[seatsField], want[whyField] = `^0$`, `^UPI volume doubled$`
	for label, pattern := range want {
		if f := p.Field(label); f.Invalid != (label == seatsField) || !regexp.MustCompile(pattern).MatchString(f.Value) {
			t.Errorf("%s is %+v, want %s", label, f, pattern)
		}
	}
	s.look(p, "form with an error")
	p.Fill(seatsField, "2")
	p.Press("button", "Ask for approval")
	p.Until("the requisition waits", `last().innerText.includes('R-2 Senior Java backend ×2') && /waits for @?approver-1/i.test(last().innerText)`)
	p.Answers("Mar 2027")
	s.look(p, "waits")
}

// questionIsAnswered has the approver ask something, and the hiring manager answer.
func questionIsAnswered(t *testing.T, s *site, approver, told *browsertest.Page, card button) {
	t.Helper()
	approver.Press("button", "Ask")
	approver.Until("the form", `one('dialog', 'Ask')`)
	approver.Fill("Question", "2 seats or 1 + backfill?")
	s.look(approver, "question")
	approver.Press("button", "Ask")
	approver.Answers("2 seats or 1 + backfill?")
	told.Answers("A question on R-2")
	told.Answers("2 seats or 1 + backfill?")
	s.look(told, "asked")
	told.Press("button", "Answer")
	told.Until("the form", `one('dialog', 'Answer')`)
	told.Says("2 seats or 1 + backfill?")
	told.Fill("Answer", "Both are new seats")
	told.Press("button", "Answer")
	told.Answers("Both are new seats")
	told.Until("nothing is left to answer", `!dialog() && !all('button', 'Answer').length`)
	approver.Until("the answer stands on the card", `document.querySelector('[data-id=' + CSS.escape(%s) + ']').innerText.includes('Both are new seats')`, card.Message)
}

// budgetIsChanged has the hiring manager change the budget of what was approved: it is asked anew.
func budgetIsChanged(t *testing.T, s *site, approver, told *browsertest.Page, old button) (asked button) {
	t.Helper()
	told.Press("button", "Edit details")
	told.Until("the form", `one('dialog', 'Edit R-2')`)
	s.look(told, "edit")
	told.Fill(budgetField, "38-48L")
	told.Press("button", "Save")
	told.Until("it waits again", `!dialog() && [...document.querySelectorAll('article')].some((x) => x.innerText.includes('38–48') && /waits for @?approver-1/i.test(x.innerText))`)

	approver.Until("the old card is void", `(() => {
		const card = document.querySelector('[data-id=' + CSS.escape(%s) + ']');
		return card.innerText.includes('R-2') && /anew|nothing left to decide/.test(card.innerText) && ![...card.querySelectorAll('button')].some((b) => ['Approve', 'Take back'].includes(name(b)));
	})()`, old.Message)
	s.look(approver, "void")
	if code, words := pressAgain(approver, "approver-1", old); code != "conflict" || !strings.Contains(words, "R-2 was changed") {
		t.Errorf("the button of the void card is answered with %q: %s", code, words)
	}
	s.later(messageWait)
	// Had the void card's button decided, it would wait for somebody else by now.
	approver.Answers("R-2 needs you")
	approver.Until("the difference", `/Changed: Budget[^\n]*35–45[^\n]*38–48/.test(last().innerText)`)
	asked = buttonOn(approver, "Approve")
	s.look(approver, "approval card with the difference")
	return asked
}

// approverRejects has the approver find in their home what waits, and reject it.
func approverRejects(t *testing.T, s *site, approver, told *browsertest.Page, asked button) {
	t.Helper()
	approver.Say("/hire")
	approver.Answers("1 approval")
	s.look(approver, "home")
	approver.Press("button", "Decide")
	approver.Answers("R-2 needs you")
	approver.Press("button", "More")
	s.lookOpen(approver, "menu")
	approver.Press("menuitem", "Reject")
	approver.Until("the form", `one('dialog', 'Reject')`)
	approver.Fill("Reason", "Not before the merger")
	approver.Press("button", "Reject")
	approver.Answers("Not before the merger")
	approver.Until("the card of the message says so too", `!dialog() && !document.querySelector('[data-id=' + CSS.escape(%s) + ']').innerText.includes('Approve\n')`, asked.Message)
	told.Answers("rejected")
	told.Answers("Not before the merger")
	told.Answers("@approver-1")
	s.look(told, "rejected")
	approver.Say("/hire")
	approver.Until("nothing waits any more", `last().innerText.includes('Hello') && !last().innerText.includes('approval')`)
}

func requisitionIsKeptConfidential(t *testing.T, s *site) {
	channel := s.as(t, "member", "hiring")
	channel.Says("This is #hiring")
	approver := s.as(t, "approver-1", "")
	compensation := s.as(t, "compensation", "")
	p := s.as(t, "recruiter", "")
	p.Say(`/req new mid python backend hyderabad 18-24L why:"a new team" confidential:yes`)
	p.Answers("R-2")
	s.later(messageWait)
	approver.Answers("R-2 needs you: a confidential requisition")
	approver.Press("button", "Approve")
	compensation.Answers("R-2 needs you: a confidential requisition")
	compensation.Press("button", "Approve")
	p.Answers("R-2 is approved and open")

	theirs := s.as(t, "member", "general")
	refusals := map[string]string{}
	for _, id := range []string{"R-2", "R-999"} {
		var lines []string
		for _, command := range []string{"/req show ", "/req ", "/req history ", "/req edit ", "/req approve ", "/req copy "} {
			line := answerTo(theirs, command+id)
			lines = append(lines, command+strings.ReplaceAll(line, id, "R-x"))
		}
		refusals[id] = strings.Join(lines, "\n")
	}
	if refusals["R-2"] != refusals["R-999"] {
		t.Errorf("one that exists is answered differently\n%s\nfrom one that does not\n%s", refusals["R-2"], refusals["R-999"])
	}
	if !strings.Contains(refusals["R-2"], "no requisition R-x") {
		t.Errorf("it is answered\n%s", refusals["R-2"])
	}
	s.look(theirs, "not there")
	for _, command := range []string{"/req list all", "/req list open", "/hire"} {
		if line := answerTo(theirs, command); strings.Contains(line, "R-2") {
			t.Errorf("%s tells of it: %s", command, line)
		}
	}
	channel.Reload()
	channel.Says("This is #hiring")
	if n := browsertest.Eval[int](channel, `all('article', '').length`); n != 0 {
		t.Errorf("%d posts in #hiring of what is confidential", n)
	}
}

// answerTo says something and returns what the card of the answer says.
func answerTo(p *browsertest.Page, text string) string {
	p.Say(text)
	p.Until("an answer to "+text, `(() => {
		const [asked, answer] = [...document.querySelectorAll('article')].slice(-2);
		return squeeze(asked.querySelector('.command').textContent) === %s && answer.querySelector('.card');
	})()`, text)
	return browsertest.Eval[string](p, `says(last().querySelector('.card'))`)
}
