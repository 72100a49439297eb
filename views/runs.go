package views

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// Writing is a message that a run of a schedule has for somebody, with what is put on record once it is
// sent.
type Writing struct {
	Message bot.Message
	// Nudges are the scorecards of which it reminds. Reasons says that there is more for which it is sent.
	Nudges  []hiring.Nudging
	Reasons bool
	// Tells is what it tells once, and Again what it tells hiring.MorningsAsked times at most.
	Tells, Again []string
	// Replaces are the views of earlier messages to its reader that say nothing more than it does, where
	// they still wait.
	Replaces []string
}

// Without returns the message without the reminders of some interviews, and false where nothing is left
// for which it would be sent.
func (w Writing) Without(interviews []string) (bot.Message, bool) {
	m := w.Message
	m.View.Args = slices.DeleteFunc(slices.Clone(m.View.Args), func(a string) bool { return slices.Contains(interviews, a) })
	return m, w.Reasons || len(w.Nudges) > len(interviews) || len(w.Nudges) == 0
}

// writers say, by the name of a schedule, what a run of it has to write.
var writers = map[string]func(ctx context.Context, tx *store.Tx, plan hiring.Planned, now time.Time) ([]Writing, error){
	hiring.ScheduleRecruiterDay:  recruiterDays,
	hiring.ScheduleMorningDigest: mornings,
	hiring.ScheduleTargetDates:   pastTargets,
	hiring.ScheduleWeeklyReport:  weeklyReports,
}

// Writings returns what a run of a schedule has to write at an instant, and to whom. It writes nothing
// itself: who runs the schedule does, and who only asks what a run would do does not. With an error it
// returns what it has for all whom that does not concern.
func Writings(ctx context.Context, tx *store.Tx, plan hiring.Planned, now time.Time) ([]Writing, error) {
	write, ok := writers[plan.Name]
	if !ok {
		return nil, fmt.Errorf("run %q: there is no such schedule", plan.Name)
	}
	return write(ctx, tx, plan, now)
}

// mostPast is how many requisitions past their target date one run looks at.
const mostPast = 1000

// pastTargets tells recruiters and hiring managers which of their requisitions are past their target
// date: each in one message, and of each requisition and date once.
func pastTargets(ctx context.Context, tx *store.Tx, plan hiring.Planned, now time.Time) ([]Writing, error) {
	past, err := tx.ReqsPast(ctx, string(bot.DateOf(now, plan.Zone)), mostPast)
	if err != nil {
		return nil, err
	}
	var whats []string
	for _, r := range past {
		whats = append(whats, targetKey(r))
	}
	told, err := tx.WhoWasTold(ctx, whats)
	if err != nil {
		return nil, err
	}
	var (
		out []Writing
		of  = map[string]int{}
	)
	for _, r := range past {
		people := []string{r.Recruiter, r.HiringManager}
		slices.Sort(people)
		for _, person := range slices.Compact(people) {
			if Gone(tx.Snapshot(), person) {
				continue
			}
			what := targetKey(r)
			if slices.Contains(told[what], person) {
				continue
			}
			at, known := of[person]
			if !known {
				at = len(out)
				of[person] = at
				out = append(out, Writing{Reasons: true, Message: bot.Message{
					To: bot.Recipient{Person: person}, View: bot.View{Name: TargetDates},
					Key: fmt.Sprintf("target_dates:%s:%d", person, now.UnixMicro()), Unprompted: true,
					Why: "You get this because you recruit for them or they are yours, once for each target date.",
				}})
			}
			out[at].Tells = append(out[at].Tells, what)
			out[at].Message.View.Args = append(out[at].Message.View.Args, TargetArg(r))
		}
	}
	return out, nil
}

// targetKey names a requisition with its target date, of which somebody is told once.
func targetKey(r hiring.Requisition) string { return "target:" + TargetArg(r) }

// weeklyReports posts what became of requisitions in the seven days before to the hiring channel of
// each workspace, but where that wants quiet.
func weeklyReports(ctx context.Context, tx *store.Tx, plan hiring.Planned, now time.Time) ([]Writing, error) {
	name := tx.Snapshot().Setting(hiring.SettingHiringChannel)
	if name == "" {
		return nil, nil
	}
	channels, err := tx.ChannelsNamed(ctx, name)
	if err != nil {
		return nil, err
	}
	var out []Writing
	from := now.In(plan.Zone).AddDate(0, 0, -7)
	for _, channel := range channels {
		if channel.Quiet {
			continue
		}
		out = append(out, Writing{Reasons: true, Message: bot.Message{
			To:   bot.Recipient{Channel: bot.Conversation{Workspace: channel.Workspace, Channel: channel.ID}},
			View: bot.View{Name: WeeklyReport, Args: []string{from.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339)}},
			Key:  fmt.Sprintf("weekly_report:%s/%s:%d", channel.Workspace, channel.ID, now.UnixMicro()),
		}})
	}
	return out, nil
}

// The reasons that somebody reads below a digest.
const (
	whyCards   = "You get this because you sat on %s. /hire mynudges changes when I tell you such things."
	whyMorning = "You get this on mornings with something new for you. /hire mynudges changes when I tell you such things."
	whyDay     = "You get this because you recruit, or requisitions are yours. /hire mynudges changes when I tell you such things."
)

// WhyNudged says why somebody is reminded of so many scorecards.
func WhyNudged(cards int) string {
	if cards == 1 {
		return fmt.Sprintf(whyCards, "the interview")
	}
	return fmt.Sprintf(whyCards, "the interviews")
}

// nextRunOf returns when a schedule is run after now, also where it is off and was run by hand.
func nextRunOf(plan hiring.Planned, now time.Time) time.Time {
	if next := plan.Next(now); !next.IsZero() {
		return next
	}
	return now.AddDate(0, 0, 1)
}

// digestFor is hiring.DigestFor for somebody as they work now, and false for who is gone.
func digestFor(tx *store.Tx, person string, now, next time.Time) (hiring.DigestDay, bool) {
	if Gone(tx.Snapshot(), person) {
		return hiring.DigestDay{}, false
	}
	return hiring.DigestFor(tx.Snapshot().WorkTime(person), now, next)
}

// digestMessage returns a digest of a day. Its arguments are the day, and the interviews of whose scorecards
// somebody is reminded.
func digestMessage(d hiring.DigestDay, person, view, key string, cards []hiring.Nudging, also []string) bot.Message {
	var interviews []string
	for _, n := range cards {
		interviews = append(interviews, n.Card.Interview)
	}
	args := joinArgs(d.Date, interviews, also, false)
	return bot.Message{To: bot.Recipient{Person: person}, View: bot.View{Name: view, Subject: key, Args: args}, Key: key, Due: d.At, Unprompted: true}
}

// mornings returns the morning digests: one for each person with something new for their day.
func mornings(ctx context.Context, tx *store.Tx, plan hiring.Planned, now time.Time) ([]Writing, error) {
	next := nextRunOf(plan, now)
	people, err := tx.MorningPeople(ctx, next.AddDate(0, 0, 1))
	if err != nil {
		return nil, err
	}
	for _, a := range Absences(tx) {
		people = append(people, a.Delegate)
	}
	return eachDigest(people, func(person string) (Writing, bool, error) {
		d, ok := digestFor(tx, person, now, next)
		if !ok {
			return Writing{}, false, nil
		}
		// Where the recruiter's day went out it has the morning in it.
		had, err := tx.HasMessage(ctx, d.MorningKey(person), d.RecruiterKey(person))
		if err != nil || had {
			return Writing{}, false, err
		}
		w, err := morningOf(ctx, tx, person, d)
		return w, len(w.Nudges) > 0 || w.Reasons, err
	})
}

// eachDigest returns what there is for each of some people. What fails for one of them does not keep the
// others from theirs.
func eachDigest(people []string, of func(person string) (w Writing, some bool, err error)) ([]Writing, error) {
	people = slices.Clone(people)
	slices.Sort(people)
	var (
		out    []Writing
		failed []error
	)
	for _, person := range slices.Compact(people) {
		w, some, err := of(person)
		if err != nil {
			failed = append(failed, fmt.Errorf("the digest of %s: %w", person, err))
		} else if some {
			out = append(out, w)
		}
	}
	return out, errors.Join(failed...)
}

// morningOf returns what a morning has for somebody; its message is sent if it has reminders or reasons.
func morningOf(ctx context.Context, tx *store.Tx, person string, d hiring.DigestDay) (Writing, error) {
	w := Writing{Replaces: []string{Morning, RecruiterDay}}
	owed, err := tx.PendingCards(ctx, person)
	if err != nil {
		return w, err
	}
	var also []string
	w.Nudges, also = d.Nudges(tx.Snapshot().NudgePolicy(), owed)
	parts, err := loadMorning(ctx, tx, tx.Snapshot().ActorFor(person), d.At)
	if err != nil {
		return w, err
	}
	w.Reasons = len(parts.interviews)+len(parts.approvals) > 0
	for _, i := range parts.proposed {
		what := i.TimesKey()
		done, err := tx.ToldAgain(ctx, what, person, hiring.MorningsAsked)
		if err != nil {
			return w, err
		}
		if !done {
			w.Reasons = true
			w.Again = append(w.Again, what)
		}
	}
	w.Message = digestMessage(d, person, Morning, d.MorningKey(person), w.Nudges, also)
	if w.Message.Why = whyMorning; !w.Reasons && parts.empty() {
		w.Message.Why = WhyNudged(len(w.Nudges) + len(also))
	}
	return w, nil
}

// recruiterDays returns the days of recruiters and hiring managers: one for each with something of their
// own. What the morning digest has for them is in it, if that is on and they have not got it yet.
func recruiterDays(ctx context.Context, tx *store.Tx, plan hiring.Planned, now time.Time) ([]Writing, error) {
	next := nextRunOf(plan, now)
	morning, err := isOn(ctx, tx, hiring.ScheduleMorningDigest)
	if err != nil {
		return nil, err
	}
	var people []string
	for _, p := range append(tx.Snapshot().PeopleWith(hiring.Recruiter), tx.Snapshot().PeopleWith(hiring.HiringManager)...) {
		people = append(people, p.ID)
	}
	return eachDigest(people, func(person string) (Writing, bool, error) {
		d, ok := digestFor(tx, person, now, next)
		if !ok {
			return Writing{}, false, nil
		}
		return recruiterDayOf(ctx, tx, person, d, morning)
	})
}

// recruiterDayOf returns the day of a recruiter or hiring manager, with what the morning has for them if
// that is on, and whether there is anything of their requisitions in it.
func recruiterDayOf(ctx context.Context, tx *store.Tx, person string, d hiring.DigestDay, morning bool) (Writing, bool, error) {
	parts, err := loadRecruiterDay(ctx, tx, tx.Snapshot().ActorFor(person), d.At)
	if err != nil || parts.empty() {
		return Writing{}, false, err
	}
	had, err := tx.HasMessage(ctx, d.RecruiterKey(person))
	if err != nil || had {
		return Writing{}, false, err
	}
	if had, err = tx.HasMessage(ctx, d.MorningKey(person)); err != nil {
		return Writing{}, false, err
	}
	w := Writing{Replaces: []string{RecruiterDay}}
	var also []string
	if morning = morning && !had; morning {
		if w, err = morningOf(ctx, tx, person, d); err != nil {
			return Writing{}, false, err
		}
		_, also, _ = cutAlso(w.Message.View.Args)
	}
	w.Reasons = true
	w.Message = digestMessage(d, person, RecruiterDay, d.RecruiterKey(person), w.Nudges, also)
	if w.Message.Why = whyDay; morning {
		w.Message.View.Args = append(w.Message.View.Args, withMorning)
	}
	return w, true, nil
}

// isOn tells whether a schedule is on.
func isOn(ctx context.Context, tx *store.Tx, name string) (bool, error) {
	rows, err := tx.Schedules(ctx)
	if err != nil {
		return false, err
	}
	s, _ := hiring.ScheduleByName(name)
	plan, err := PlanOf(s, rows[name], tx.Snapshot().Zone(""))
	return plan.On, err
}
