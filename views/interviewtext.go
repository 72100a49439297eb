package views

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// drawCandidateText gives whoever works on an application a text for the candidate, to be pasted
// into whatever they write to each other with.
func drawCandidateText(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	i, on, err := InterviewFor(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	if !hiring.May(Actor(viewer), hiring.ChangeApplication, on) {
		return bot.Card{}, hiring.Errorf(hiring.NotAllowed, "What %s is told comes from those who recruit for it. Ask %s.", i.Candidate, WhoRecruits(tx, on))
	}
	c, err := tx.Candidate(ctx, i.Candidate)
	if err != nil {
		return bot.Card{}, err
	}
	if err := tx.Audit(ctx, store.AuditEvent{Subject: i.ID, Fact: FactInterview}); err != nil {
		return bot.Card{}, err
	}
	s := tx.Snapshot()
	names := func(id string) string {
		if p, ok := s.Person(id); ok {
			return p.Name
		}
		return ""
	}
	contact := on.Req.Recruiter
	if contact == "" {
		contact = i.MadeBy
	}
	text := candidateText(i, candidateTextParams{
		first: c.FirstName(), position: onePosition(*on.Req, playbookOf(tx, on)), company: s.Setting(hiring.SettingCompany), stage: StageTitle(playbookOf(tx, on), i.Stage), zone: s.Zone(""),
		contact: names(contact), names: names,
	})
	if text == "" {
		return bot.Card{Title: "There is nothing to tell about " + i.ID, Body: []bot.Node{bot.T("Choose a time first.")}}, nil
	}
	back := bot.Action{Label: "Show " + i.ID, Do: bot.Do("interview.show", i.ID)} // the text stands in the place of the interview
	card := bot.Card{Title: "Text for the candidate of " + i.ID, Body: []bot.Node{bot.T(text)}, Actions: []bot.Action{back}}
	if i.CandidateKnows() {
		card.Context = bot.T("Marked as told. Changing the interview makes a new text.")
		return card, nil
	}
	card.Context = bot.T("Copy it, send it yourself, then mark it here: I tell candidates nothing.")
	card.Actions = []bot.Action{{Label: "Mark as told", Do: bot.Do("interview.told", i.ID, strconv.Itoa(i.Sequence)), Style: bot.Primary}, back}
	return card, nil
}

// WhoRecruits names whom to ask about an application.
func WhoRecruits(tx *store.Tx, on hiring.Subject) string {
	for _, id := range []string{on.Req.Recruiter, on.Req.HiringManager} {
		if p, ok := tx.Snapshot().Person(id); ok && p.Active {
			return "@" + p.Name
		}
	}
	return whomToAsk(tx, hiring.Recruiter)
}

// Recruits returns who finds somebody else for an interview, and who is told that a scorecard of it is late:
// the recruiter, else who scheduled it, else the hiring manager. Whoever is gone does neither; "" is
// nobody.
func Recruits(s *store.Snapshot, on hiring.Subject, i hiring.Interview) string {
	for _, person := range []string{on.Req.Recruiter, i.MadeBy, on.Req.HiringManager} {
		if person != "" && !Gone(s, person) {
			return person
		}
	}
	return ""
}

// onePosition returns what a candidate applies for, in the words that they are told.
func onePosition(r hiring.Requisition, p hiring.Playbook) string {
	r.Seats = 1 // how many there are is nothing for them
	return ReqName(r, p)
}

type candidateTextParams struct {
	first, position, company, stage, contact string
	zone                                     *time.Location
	names                                    func(string) string
}

// candidateText returns what a candidate has to know of an interview, "" where there is nothing to tell.
func candidateText(i hiring.Interview, p candidateTextParams) string {
	hello := "Hello " + p.first + ",\n\n"
	bye := "\n\nKind regards\n" + joinNonEmpty(", ", p.contact, p.company)
	switch {
	case i.State == hiring.InterviewCancelled && i.StartsAt.IsZero(), i.State == hiring.InterviewProposed:
		return ""
	case i.State == hiring.InterviewCancelled || i.State == hiring.InterviewNoShow:
		return hello + fmt.Sprintf("Our interview (%s) on %s does not take place. I will write to you about what comes next.", InSentence(p.stage), bot.FormatInstant(i.StartsAt, p.zone)) + bye
	}
	var with []string
	for _, person := range i.People() {
		if name := p.names(person); name != "" {
			with = append(with, name)
		}
	}
	interview := "your interview with us"
	if p.position != "" {
		interview += " for " + p.position
	}
	first := interview + " is planned:"
	if i.Told > 0 {
		first = interview + " has changed. Please use this from now on:"
	}
	join := i.Join
	if join == "" {
		join = "I will send you this before the interview."
	}
	lines := []string{
		hello + upperFirst(first), "",
		"What: " + p.stage,
		"When: " + bot.FormatInstant(i.StartsAt, p.zone) + i.StartsAt.In(p.zone).Format(" (UTC-07:00)"), // who is elsewhere may not know the zone
		fmt.Sprintf("How long: %d minutes", i.Minutes),
		"With: " + andList(with),
		"How to join: " + join,
	}
	if p.contact != "" {
		lines = append(lines, "If something is in the way on the day: please call or write to "+p.contact+".")
	}
	lines = append(lines, "", "If an adjustment would help you, such as more time, breaks or another format, tell me; it has no bearing on the decision.")
	return strings.Join(lines, "\n") + bye
}

// calendarName is what an interview is called in a calendar: no name, no pay, nothing of the résumé.
func calendarName(i hiring.Interview, p hiring.Playbook) string {
	if i.Stage == "" {
		return "Interview " + i.ID
	}
	return fmt.Sprintf("Interview %s: %s", i.ID, InSentence(StageTitle(p, i.Stage)))
}

// calendarLinks lead to the calendars on the web that people have most. Microsoft serves accounts of a
// company and private ones at addresses of their own, and neither leads to the other.
func calendarLinks(i hiring.Interview, p hiring.Playbook) bot.Text {
	google := url.Values{
		"action": {"TEMPLATE"}, "text": {calendarName(i, p)}, "location": {i.Join},
		"dates": {i.StartsAt.UTC().Format("20060102T150405Z") + "/" + i.EndsAt().UTC().Format("20060102T150405Z")},
	}
	outlook := url.Values{
		"path": {"/calendar/action/compose"}, "rru": {"addevent"}, "subject": {calendarName(i, p)}, "location": {i.Join},
		"startdt": {i.StartsAt.UTC().Format(time.RFC3339)}, "enddt": {i.EndsAt().UTC().Format(time.RFC3339)},
	}
	return bot.Join(bot.T("Add it to "), bot.To("Google Calendar", "https://calendar.google.com/calendar/render?"+google.Encode()), bot.T(", "),
		bot.To("Outlook at work", "https://outlook.office.com/calendar/0/deeplink/compose?"+outlook.Encode()), bot.T(" or "),
		bot.To("Outlook.com", "https://outlook.live.com/calendar/0/deeplink/compose?"+outlook.Encode()), bot.T(" (a private account), or open the file."))
}

// forCalendar says what there is to do about an interview in one's calendar: links for one that is to come;
// of one that is over, or off, what happened.
func forCalendar(i hiring.Interview, p hiring.Playbook) bot.Text {
	switch i.State {
	case hiring.InterviewDone:
		return bot.T("It took place, so there is nothing to bring into your calendar.")
	case hiring.InterviewCancelled:
		return bot.T("It is cancelled. Open the file to take it out of your calendar.")
	case hiring.InterviewNoShow:
		return bot.T("It didn't happen. Open the file to take it out of your calendar.")
	case hiring.InterviewProposed, hiring.InterviewScheduled:
	}
	return calendarLinks(i, p)
}

// joinText returns how an interview is joined. A web address becomes a link that shows where it leads, since
// platforms make none of the address in what people wrote.
func joinText(join string) bot.Text {
	at, err := url.Parse(join)
	if err != nil || at.Scheme != "https" && at.Scheme != "http" || at.Host == "" || strings.ContainsAny(join, " \t\n") {
		return bot.T(join)
	}
	return bot.To(at.Host, at.String())
}

// calendarFile returns an interview as an entry of a calendar. Each change of the interview has a
// higher sequence under the same id, so that opening the next file updates or removes the entry.
func calendarFile(i hiring.Interview, p hiring.Playbook) (bot.File, error) {
	cal := ics.NewCalendarFor("Hirebot")
	event := cal.AddEvent(fmt.Sprintf("%s-%d@hirebot.invalid", i.ID, i.CreatedAt.Unix()))
	event.SetDtStampTime(i.ChangedAt)
	event.SetSequence(i.Sequence)
	event.SetStartAt(i.StartsAt)
	event.SetEndAt(i.EndsAt())
	event.SetSummary(calendarName(i, p))
	// It is published, and not a request: that would need the address of somebody who is asked to answer. What
	// is published needs an organiser all the same; nobody's address is known here.
	event.SetOrganizer("mailto:no-reply@hirebot.invalid", ics.WithCN("Hirebot"))
	if i.Join != "" {
		event.SetLocation(i.Join)
	}
	cal.SetMethod(ics.MethodPublish)
	event.SetStatus(ics.ObjectStatusConfirmed)
	if !i.State.On() {
		cal.SetMethod(ics.MethodCancel)
		event.SetStatus(ics.ObjectStatusCancelled)
	}
	var out strings.Builder
	if err := cal.SerializeTo(&out, ics.WithNewLineWindows); err != nil {
		return bot.File{}, fmt.Errorf("write the calendar entry of %s: %w", i.ID, err)
	}
	return bot.File{Name: i.ID + ".ics", MediaType: "text/calendar", Data: []byte(out.String())}, nil
}

// drawCalendar shows how to bring an interview into one's calendar. It is sent to the one who asked,
// since a file is uploaded to nobody else.
func drawCalendar(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	i, on, err := InterviewFor(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	if i.StartsAt.IsZero() {
		return bot.Card{}, bot.ErrMoot
	}
	p := playbookOf(tx, on)
	card := bot.Card{Title: interviewTitle(i, viewer.Zone), Body: []bot.Node{forCalendar(i, p)}}
	if i.State != hiring.InterviewDone {
		file, err := calendarFile(i, p)
		if err != nil {
			return bot.Card{}, err
		}
		card.Body = append(card.Body, file)
	}
	return card, tx.Audit(ctx, store.AuditEvent{Subject: i.ID, Fact: FactInterview})
}

// drawCalendarSent says where the calendar file went, with the links that need no file.
func drawCalendarSent(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	i, on, err := InterviewFor(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	card := bot.Card{Title: interviewTitle(i, viewer.Zone), Body: []bot.Node{forCalendar(i, playbookOf(tx, on))}}
	if i.State != hiring.InterviewDone {
		card.Context = bot.T("The file is in your direct messages.")
	}
	return card, nil
}
