package views

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// Writing is a message that a schedule has to say.
type Writing struct {
	Message bot.Message
	// Tells are what it tells its reader that is told once: who sends it notes that. Of one to a channel
	// there is none.
	Tells []string
}

// writers say what each schedule has to say when it is run at an instant, by its name. It only reads: the
// sweep asks when the time has come, the forecast before.
var writers = map[string]func(ctx context.Context, tx *store.Tx, plan hiring.Planned, at time.Time) ([]Writing, error){
	hiring.ScheduleTargetDates:  targetDates,
	hiring.ScheduleWeeklyReport: weeklyReports,
}

// Writings returns what a schedule has to say when it is run at an instant.
func Writings(ctx context.Context, tx *store.Tx, plan hiring.Planned, at time.Time) ([]Writing, error) {
	return writers[plan.Name](ctx, tx, plan, at)
}

// mostPast is how many requisitions past their target date one run looks at.
const mostPast = 1000

// targetDates tell recruiters and hiring managers which of their requisitions are past their target date:
// each in one message, and of each requisition and date once.
func targetDates(ctx context.Context, tx *store.Tx, plan hiring.Planned, at time.Time) ([]Writing, error) {
	past, err := tx.ReqsPast(ctx, string(bot.DateOf(at, plan.Zone)), mostPast)
	if err != nil {
		return nil, err
	}
	once := func(r hiring.Requisition) string { return "target:" + TargetArg(r) }
	var all []string
	for _, r := range past {
		all = append(all, once(r))
	}
	told, err := tx.WhoWasTold(ctx, all)
	if err != nil {
		return nil, err
	}
	var said []Writing
	for _, r := range past {
		for _, person := range []string{r.Recruiter, r.HiringManager} {
			if Gone(tx.Snapshot(), person) || slices.Contains(told[once(r)], person) {
				continue
			}
			told[once(r)] = append(told[once(r)], person) // also who is both is told once
			n := slices.IndexFunc(said, func(m Writing) bool { return m.Message.To.Person == person })
			if n < 0 {
				n = len(said)
				said = append(said, Writing{Message: bot.Message{
					To: bot.Recipient{Person: person}, View: bot.View{Name: TargetDates},
					Key: fmt.Sprintf("target_dates:%s:%d", person, at.UnixMicro()), Unprompted: true,
					Why: "You get this because you recruit for them or they are yours, once for each target date.",
				}})
			}
			said[n].Message.View.Args, said[n].Tells = append(said[n].Message.View.Args, TargetArg(r)), append(said[n].Tells, once(r))
		}
	}
	return said, nil
}

// weeklyReports are what became of requisitions in the seven days before, for the hiring channel of each
// workspace, but where that wants quiet.
func weeklyReports(ctx context.Context, tx *store.Tx, plan hiring.Planned, at time.Time) ([]Writing, error) {
	name := tx.Snapshot().Setting(hiring.SettingHiringChannel)
	if name == "" {
		return nil, nil
	}
	channels, err := tx.ChannelsNamed(ctx, name)
	if err != nil {
		return nil, err
	}
	from := at.In(plan.Zone).AddDate(0, 0, -7)
	var said []Writing
	for _, channel := range channels {
		if channel.Quiet {
			continue
		}
		said = append(said, Writing{Message: bot.Message{
			To:   bot.Recipient{Channel: bot.Conversation{Workspace: channel.Workspace, Channel: channel.ID}},
			View: bot.View{Name: WeeklyReport, Args: []string{from.UTC().Format(time.RFC3339), at.UTC().Format(time.RFC3339)}},
			Key:  fmt.Sprintf("weekly_report:%s/%s:%d", channel.Workspace, channel.ID, at.UnixMicro()),
		}})
	}
	return said, nil
}
