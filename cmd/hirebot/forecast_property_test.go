package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// TestTheForecastComesTrue makes a random company, with interviews, approvals, absences, hours, budgets and
// zones, says what it will be sent in the next days, and then lets the real scheduler send while nobody
// does anything: the same people get the same, at the same minute. More checks, and one again:
//
//	go test ./cmd/hirebot -run TestTheForecastComesTrue -rapid.checks=200 -rapid.seed=1
func TestTheForecastComesTrue(t *testing.T) {
	t.Parallel()
	checkProperty(t, &hiringDatabases, func(rt *rapid.T, tb testing.TB, url func(testing.TB) string, kinds *tally) {
		w := newFuture(tb, url)
		w.begin(rt)
		w.pass(w.now.Add(time.Duration(rapid.IntRange(0, 60).Draw(rt, "hours")) * time.Hour))
		w.putOff(rt)
		w.turn(rt)
		w.change(rt)
		key, value := w.oneMore(rt)
		want := w.foretell(key, value)
		w.sent = nil
		w.save(key, value)
		w.pass(w.now.AddDate(0, 0, futureDays))
		got := w.came()
		for _, line := range got {
			_, what, _ := strings.Cut(line, ": ")
			kinds.add(strings.Trim(what, "0123456789 :,[]IR-"), false)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Fatalf("foretold (-) and sent (+) differ:\n%s", diff)
		}
	})
}

// A setting that changes who is told what when has a preview: the others are saved at once, and change none of
// the messages to come.
func TestWhatHasNoPreviewMovesNoMessage(t *testing.T) {
	t.Parallel()
	w := newFuture(t, hiringDatabases.SQLite)
	ctx := t.Context()
	w.must(w.app.store.InTx(ctx, func(tx *store.Tx) error {
		return errors.Join(
			tx.SetSetting(ctx, hiring.SettingApprovers, "approver-1 > compensation"),
			tx.SetSetting(ctx, hiring.SettingHiringChannel, "hiring"),
			tx.SetSchedule(ctx, store.ScheduleRow{Name: hiring.ScheduleWeeklyReport, Set: true, Enabled: true}),
		)
	}))
	w.say("hiring-manager", "/req new mid python backend hyderabad 18-24L why:backfill")
	w.say("recruiter", "/interview schedule C-4 system-design 8 Dec 11:00 @interviewer-1 @interviewer-2")
	w.save("", "")
	now := w.foretell("", "")
	for _, kind := range []string{"Approval", "Kit", "Scorecard due", "Morning digest", "Recruiter's day", "Late scorecard", "Weekly hiring report"} {
		if !strings.Contains(strings.Join(now, "\n"), ": "+kind) {
			t.Errorf("no %s is foretold: %q", kind, now)
		}
	}
	for _, s := range hiring.Settings() {
		if views.MovesMessages(s.Key) {
			continue
		}
		var before string
		w.must(w.app.store.Read(ctx, func(tx *store.Tx) error {
			before = tx.Snapshot().Setting(s.Key)
			return nil
		}))
		value, err := hiring.CheckSetting(s, s.Example)
		if err != nil || value == before {
			t.Errorf("%s: %q is no other value: %v", s.Key, value, err)
		}
		if diff := cmp.Diff(now, w.foretell(s.Key, value)); diff != "" {
			t.Errorf("%s has no preview, and changes messages:\n%s", s.Key, diff)
		}
	}
}

const futureDays = 7

// future is one check: the product over a database of its own, and what it has sent.
type future struct {
	*trial
	recorder
	mu   sync.Mutex
	sent []string
}

// Send notes what was sent, and when.
func (w *future) Send(ctx context.Context, to bot.Conversation, card bot.Card, delivery string) (bot.Posted, error) {
	line, err := w.lineOf(ctx, card, delivery)
	if err != nil {
		return bot.Posted{}, err
	}
	w.mu.Lock()
	w.sent = append(w.sent, line)
	w.mu.Unlock()
	return w.recorder.Send(ctx, to, card, delivery)
}

func newFuture(tb testing.TB, url func(testing.TB) string) *future {
	tb.Helper()
	w := &future{}
	w.trial = newTrial(tb, url, w)
	w.must(w.courier.RunSchedules(tb.Context(), w.now))
	return w
}

// say has somebody type a command, which may be refused.
func (w *future) say(name, text string) {
	w.tb.Helper()
	answer := w.app.router.Serve(w.tb.Context(), w.event(name, bot.Event{Type: bot.Invoke, Text: text}))
	if answer.Code == bot.CodeInternal {
		w.tb.Fatalf("%s %s: %s", name, text, plainAnswer(answer, time.UTC))
	}
}

// values are what the settings may be that say when people are told things.
func (w *future) values() map[string][]string {
	return map[string][]string{
		hiring.SettingNudgeSteps:   {"5m; due; due+1 recruiter", "0m; 2h; due", "none", "due+2", "30m; due; due+1; due+3 recruiter manager"},
		hiring.SettingScorecardDue: {"1", "2", "3"}, hiring.SettingNudgeBudget: {"1", "2", "3"},
		hiring.SettingWorkingHours: {"09:30-18:00", "08:00-12:00", "13:00-22:00"}, hiring.SettingReminderTime: {"10:00", "16:30", "07:00"},
		hiring.SettingWeekend: {"sat, sun", "fri, sat", "none"}, hiring.SettingHolidays: {"26 Jan", "2026-12-09, 2026-12-10", "2026-12-14"},
		hiring.SettingTimezone: {"Asia/Kolkata", "Europe/Berlin"}, hiring.SettingWaitingDays: {"1", "2", "5", "9"},
	}
}

// oneMore returns a change of one setting, or of a schedule by its name, that is foretold before it is saved;
// without one it is none.
func (w *future) oneMore(t *rapid.T) (key, value string) {
	w.tb.Helper()
	for _, s := range hiring.Schedules() {
		if rapid.IntRange(0, 7).Draw(t, "one more "+s.Name) == 0 {
			return s.Name, rapid.SampledFrom([]string{"off", "", "15 11 * * *", "0 16 * * 1-4"}).Draw(t, "its time")
		}
	}
	for _, s := range hiring.Settings() {
		if of := w.values()[s.Key]; len(of) > 0 && rapid.IntRange(0, 5).Draw(t, "one more "+s.Key) == 0 {
			return s.Key, rapid.SampledFrom(of).Draw(t, "its value")
		}
	}
	return "", ""
}

// rescheduled is the row of a schedule that is off, or comes at another time.
func rescheduled(name, when string) store.ScheduleRow {
	if when == "off" {
		return store.ScheduleRow{Name: name, Set: true}
	}
	return store.ScheduleRow{Name: name, Expression: when, Set: true, Enabled: true}
}

// save saves a setting, or a schedule, and lets the sweep of that minute see it.
func (w *future) save(key, value string) {
	w.tb.Helper()
	ctx := w.tb.Context()
	if key != "" {
		w.must(w.app.store.InTx(ctx, func(tx *store.Tx) error {
			if _, ok := hiring.ScheduleByName(key); ok {
				return tx.SetSchedule(ctx, rescheduled(key, value))
			}
			return tx.SetSetting(ctx, key, value)
		}))
	}
	w.must(w.courier.PutDue(ctx, w.now))
	w.must(w.courier.Drain(ctx, w.now))
}

// change makes, by chance, a change of the company's settings.
func (w *future) change(t *rapid.T) {
	w.tb.Helper()
	values := w.values()
	w.must(w.app.store.InTx(w.tb.Context(), func(tx *store.Tx) error {
		for _, s := range hiring.Settings() {
			of, n := values[s.Key], rapid.IntRange(0, 9).Draw(t, s.Key)
			if n >= len(of) {
				continue
			}
			if err := tx.SetSetting(w.tb.Context(), s.Key, of[n]); err != nil {
				return err
			}
		}
		return nil
	}))
}

// begin makes what a company begins with.
func (w *future) begin(t *rapid.T) {
	w.tb.Helper()
	w.change(t)
	w.must(w.app.store.InTx(w.tb.Context(), func(tx *store.Tx) error {
		for _, p := range tx.Snapshot().People() {
			if err := w.habits(t, tx, p); err != nil {
				return err
			}
		}
		r, err := tx.Requisition(w.tb.Context(), "R-1")
		if err != nil {
			return err
		}
		r.Target = rapid.SampledFrom([]string{"", "2026-12-01", "2026-12-09", "2026-12-12"}).Draw(t, "target")
		if _, err := tx.SaveRequisition(w.tb.Context(), r); err != nil {
			return err
		}
		for _, c := range []string{"C-4", "C-5"} {
			apps, err := tx.ApplicationsOf(w.tb.Context(), c, store.CandidateViewer{Person: r.Recruiter, Recruits: true})
			if err != nil {
				return err
			}
			for _, a := range apps {
				a.StageSince = w.now.AddDate(0, 0, -rapid.IntRange(0, 20).Draw(t, "days in the stage of "+c))
				if _, err := tx.SaveApplication(w.tb.Context(), a); err != nil {
					return err
				}
			}
		}
		return errors.Join(
			tx.SetSetting(w.tb.Context(), hiring.SettingApprovers, "approver-1 > compensation"),
			tx.SetSetting(w.tb.Context(), hiring.SettingHiringChannel, "hiring"),
			w.schedule(t, tx, hiring.ScheduleMorningDigest, "", "45 9 * * 1-5", "0 13 * * *", "30 17 * * 2,4"),
			w.schedule(t, tx, hiring.ScheduleRecruiterDay, "", "0 10 * * 1-5", "15 14 * * *", "0 7 * * 1"),
			tx.SetSchedule(w.tb.Context(), store.ScheduleRow{
				Name: hiring.ScheduleWeeklyReport, Expression: rapid.SampledFrom([]string{"", "30 8 * * *", "0 23 * * 1-3"}).Draw(t, "report"),
				Set: true, Enabled: rapid.Bool().Draw(t, "reports"),
			}),
		)
	}))
	if rapid.Bool().Draw(t, "asks") {
		w.say("hiring-manager", "/req new mid python backend hyderabad 18-24L why:backfill")
	}
	interviewers := []string{"interviewer-1", "interviewer-2", "interviewer-3", "hiring-manager"}
	for range rapid.IntRange(1, 9).Draw(t, "interviews") {
		who := rapid.SliceOfNDistinct(rapid.SampledFrom(interviewers), 1, 3, rapid.ID).Draw(t, "panel")
		w.say("recruiter", fmt.Sprintf("/interview schedule C-%d system-design %d Dec %02d:%02d @%s",
			rapid.SampledFrom([]int{1, 3, 4, 5, 6, 7}).Draw(t, "candidate"), rapid.IntRange(7, 16).Draw(t, "day"),
			rapid.IntRange(7, 20).Draw(t, "hour"), rapid.SampledFrom([]int{0, 15, 30, 45}).Draw(t, "minute"), strings.Join(who, " @")))
	}
	for n := range rapid.IntRange(0, 2).Draw(t, "proposals") {
		who := rapid.SliceOfNDistinct(rapid.SampledFrom(interviewers), 1, 2, rapid.ID).Draw(t, "asked")
		day := rapid.IntRange(8, 18).Draw(t, "proposed")
		w.say("recruiter", fmt.Sprintf("/interview propose C-%d system-design \"%d Dec 11am, %d Dec 3pm\" @%s", n+5, day, day+1, strings.Join(who, " @")))
	}
	if rapid.IntRange(0, 3).Draw(t, "leaves") == 0 {
		w.must(w.app.store.InTx(w.tb.Context(), func(tx *store.Tx) error {
			p, _ := tx.Snapshot().PersonByName("interviewer-3")
			p.Active = false
			_, err := tx.SavePerson(w.tb.Context(), p)
			return err
		}))
	}
}

// schedule has a schedule on or off, at one of some times.
func (w *future) schedule(t *rapid.T, tx *store.Tx, name string, when ...string) error {
	return tx.SetSchedule(w.tb.Context(), store.ScheduleRow{
		Name: name, Expression: rapid.SampledFrom(when).Draw(t, "when "+name), Set: true, Enabled: rapid.IntRange(0, 3).Draw(t, name) > 0,
	})
}

// habits are when somebody wants to be told things.
func (w *future) habits(t *rapid.T, tx *store.Tx, p hiring.Person) error {
	chance := func(of int, what string) bool { return rapid.IntRange(1, of).Draw(t, what+" of "+p.Name) == 1 }
	own := hiring.NudgePreferences{Person: p.ID, Single: chance(2, "single")}
	if chance(3, "hours") {
		hours, err := hiring.ParseHours(rapid.SampledFrom([]string{"07:00-11:00", "12:00-20:00", "10:15-18:45"}).Draw(t, "hours of "+p.Name))
		if err != nil {
			return err
		}
		own.Hours = &hours
	}
	if chance(3, "budget") {
		own.Budget = new(rapid.IntRange(1, 2).Draw(t, "budget of "+p.Name))
	}
	if chance(4, "away") {
		day := rapid.IntRange(7, 16).Draw(t, "away of "+p.Name)
		own.Away = []hiring.DaysAway{{From: fmt.Sprintf("2026-12-%02d", day), To: fmt.Sprintf("2026-12-%02d", day+rapid.IntRange(0, 3).Draw(t, "days away of "+p.Name))}}
	}
	if err := tx.SetNudgePreferences(w.tb.Context(), own); err != nil {
		return err
	}
	if chance(3, "zone") {
		p.Zone = rapid.SampledFrom([]string{"Europe/Berlin", "America/Los_Angeles", "Asia/Tokyo"}).Draw(t, "zone of "+p.Name)
		if _, err := tx.SavePerson(w.tb.Context(), p); err != nil {
			return err
		}
	}
	delegate, _ := tx.Snapshot().PersonByName("recruiter")
	if p.Name == "approver-1" && chance(2, "absence") {
		return tx.SetAbsence(w.tb.Context(), hiring.Absence{Person: p.ID, Until: fmt.Sprintf("2026-12-%02d", rapid.IntRange(7, 16).Draw(t, "back")), Delegate: delegate.ID})
	}
	return nil
}

// putOff has some of those who owe something put it off, or give it.
func (w *future) putOff(t *rapid.T) {
	w.tb.Helper()
	for _, name := range []string{"interviewer-1", "interviewer-2", "hiring-manager"} {
		switch rapid.IntRange(0, 4).Draw(t, "what "+name+" does") {
		case 0:
			w.say(name, "/feedback snooze 2h")
		case 1:
			w.say(name, "/feedback snooze tomorrow")
		}
	}
}

// turn has some who cannot say so, and mostly that they can after all, seats go to others, and candidates be
// rejected.
func (w *future) turn(t *rapid.T) {
	w.tb.Helper()
	for range rapid.IntRange(0, 3).Draw(t, "turns") {
		interview := fmt.Sprint("I-", rapid.IntRange(1, 6).Draw(t, "of"))
		switch rapid.IntRange(0, 3).Draw(t, "turn") {
		case 0:
			w.say("interviewer-1", "/feedback decline "+interview)
		case 1:
			w.say("interviewer-2", "/feedback decline "+interview)
			w.say("interviewer-2", "/feedback can "+interview)
		case 2:
			w.say("recruiter", "/interview reassign "+interview+" from:@interviewer-1 to:@interviewer-3")
		case 3:
			w.say("recruiter", fmt.Sprintf("/candidate reject C-%d depth below level", rapid.SampledFrom([]int{3, 4, 5, 7}).Draw(t, "rejected")))
		}
	}
}

// pass lets time pass until an instant, sweeping each minute of the hours in which something is due.
func (w *future) pass(until time.Time) {
	w.tb.Helper()
	ctx := w.tb.Context()
	for w.now.Before(until) {
		if next := w.now.Add(time.Hour); !w.due(next) {
			w.now = next
			if w.now.After(until) {
				w.now = until
			}
			continue
		}
		w.now = w.now.Add(time.Minute)
		w.must(w.courier.PutDue(ctx, w.now))
		w.must(w.courier.Drain(ctx, w.now))
	}
}

// due tells whether something is due by an instant.
func (w *future) due(by time.Time) bool {
	w.tb.Helper()
	ctx := w.tb.Context()
	people, err := w.app.store.NudgesDue(ctx, by, 1)
	w.must(err)
	approvals, err := w.app.store.DueReminders(ctx, by, 1)
	w.must(err)
	lanes, err := w.app.store.DueLanes(ctx, by, 1)
	w.must(err)
	runs := false
	w.must(w.app.store.Read(ctx, func(tx *store.Tx) error {
		rows, err := tx.Schedules(ctx)
		for _, r := range rows {
			runs = runs || !r.NextRunAt.IsZero() && !r.NextRunAt.After(by)
		}
		return err
	}))
	return len(people)+len(approvals)+len(lanes) > 0 || runs
}

// foretell returns the lines of what will be sent, once a setting is changed.
func (w *future) foretell(key, value string) []string {
	w.tb.Helper()
	ctx := w.tb.Context()
	var lines []string
	w.must(w.app.store.Read(ctx, func(tx *store.Tx) error {
		o, err := views.LoadOutlook(ctx, tx, futureDays)
		if err != nil {
			return err
		}
		s := tx.Snapshot()
		if _, ok := hiring.ScheduleByName(key); ok {
			o, key = o.Scheduling(rescheduled(key, value)), ""
		}
		replanned := key != "" && s.Setting(key) != value && store.RemindersFollow(key)
		if key != "" {
			s = s.With(key, value)
		}
		all, err := o.Forecast(ctx, tx, s, replanned)
		for _, m := range all {
			var refs []string
			for _, i := range m.Items {
				refs = append(refs, i.Ref)
			}
			if m.Why == "" {
				w.tb.Errorf("%+v says not why", m)
			}
			kind, refs := views.MessageWords(m), refs
			if m.Day != (hiring.DayCounts{}) || m.Parts > 0 {
				refs = refs[:m.Owed]
			}
			lines = append(lines, futureLine(m.At, m.Person, kind, m.Nth, m.Parts, refs))
		}
		return err
	}))
	slices.Sort(lines)
	return lines
}

func futureLine(at time.Time, person, kind string, nth, parts int, refs []string) string {
	slices.Sort(refs)
	return fmt.Sprintf("%s %s: %s %d %d %v", at.UTC().Format("2006-01-02 15:04"), person, kind, nth, parts, slices.Compact(refs))
}

// came returns the lines of what was sent.
func (w *future) came() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	slices.Sort(w.sent)
	return w.sent
}

// lineOf returns the line of a message that is being sent, as its card says it and the outbox has it.
func (w *future) lineOf(ctx context.Context, card bot.Card, delivery string) (line string, err error) {
	err = w.app.store.Read(ctx, func(tx *store.Tx) error {
		r, err := tx.OutboxRow(ctx, delivery)
		if err != nil {
			return err
		}
		var merged []store.Row
		if r.View.Name == views.Digest {
			if merged, err = wantedIn(ctx, tx, r); err != nil {
				return err
			}
			if len(merged) == 1 {
				r = merged[0] // it is told as itself
			}
		}
		if r.View.Name == views.Morning || r.View.Name == views.RecruiterDay {
			if r.View.Args, err = stillOwed(ctx, tx, r.Person, r.View.Args); err != nil {
				return err
			}
		}
		kind, nth, parts, refs := views.MessageName(r.View.Name), 0, 0, refsSent(r)
		switch r.View.Name {
		case views.Morning, views.RecruiterDay:
			kind += ": " + digestWords(card, r)
		case views.Approval:
			if last := r.Key[strings.LastIndex(r.Key, ":")+1:]; strings.HasPrefix(r.Key, "remind:") {
				kind = "Approval reminder"
				if nth, err = strconv.Atoi(last); err != nil {
					return err
				}
			}
		case views.Digest:
			if _, err := fmt.Sscanf(card.Title, "Since yesterday: %d thing", &parts); err != nil {
				return fmt.Errorf("%q: %w", card.Title, err)
			}
			for _, m := range merged {
				refs = append(refs, refsSent(m)...)
			}
		}
		line = futureLine(w.now, r.Person, kind, nth, parts, refs)
		return nil
	})
	return line, err
}

// wantedIn returns what is merged in a message and has something to say.
func wantedIn(ctx context.Context, tx *store.Tx, r store.Row) ([]store.Row, error) {
	merged, err := tx.Merged(ctx, r.View.Subject, r.Person)
	if err != nil {
		return nil, err
	}
	var some []store.Row
	for _, m := range merged {
		wanted, err := views.StillWanted(ctx, tx, tx.Snapshot().ActorFor(r.Person), m.View)
		if err != nil {
			return nil, err
		}
		if wanted {
			some = append(some, m)
		}
	}
	return some, nil
}

// stillOwed returns the arguments of a digest of the day without the interviews of which its person owes no
// scorecard any more: where it waited since it was put into the outbox, it says nothing of these.
func stillOwed(ctx context.Context, tx *store.Tx, person string, args []string) ([]string, error) {
	cards, err := tx.CardsOn(ctx, person, args)
	var gone []string
	for _, s := range cards {
		if !s.Owed() {
			gone = append(gone, s.Interview)
		}
	}
	return slices.DeleteFunc(slices.Clone(args), func(a string) bool { return slices.Contains(gone, a) }), err
}

// digestWords are what a digest of the day counts in its title. One that has scorecards alone is a reminder
// of these.
func digestWords(card bot.Card, r store.Row) string {
	for _, title := range []string{"Today, ", "Your day, "} {
		if rest, ok := strings.CutPrefix(card.Title, title); ok {
			_, words, _ := strings.Cut(rest, ": ")
			return words
		}
	}
	n := len(r.View.Args) - 1
	if also := slices.Index(r.View.Args, "also"); also > 0 {
		n = also - 1
	} else if slices.Contains(r.View.Args, "morning") {
		n--
	}
	if n == 1 {
		return "1 scorecard"
	}
	return fmt.Sprintf("%d scorecards", n)
}

// refsSent are the references that a message is about: of a digest of the day, the interviews of the
// scorecards that are in it.
func refsSent(r store.Row) []string {
	switch r.View.Name {
	case views.Nudge:
		return slices.Clone(r.View.Args)
	case views.TargetDates:
		return targetsOf(r)
	case views.WeeklyReport, views.Digest:
		return nil
	case views.Morning, views.RecruiterDay:
		return slices.DeleteFunc(slices.Clone(r.View.Args), func(a string) bool { return !strings.HasPrefix(a, "I-") })
	default:
		return []string{r.View.Subject}
	}
}

func targetsOf(r store.Row) []string {
	var refs []string
	for _, a := range r.View.Args {
		id, _, _ := strings.Cut(a, ":")
		refs = append(refs, id)
	}
	return refs
}
