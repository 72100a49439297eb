package commands

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

var hoursLater = regexp.MustCompile(`^(?:in )?(an?|[0-9]{1,2}) ?(?:h|hr|hrs|hour|hours)$`)

// snoozeTime reads until when somebody puts a reminder off: hours, tomorrow, or a date with a time. What
// tomorrow is for somebody, their working days say.
var snoozeTime = &bot.Kind{
	Name: "time", Example: views.SnoozeTomorrow,
	Parse: func(rd bot.Reading, text string) (any, error) {
		folded := strings.ToLower(strings.Join(strings.Fields(text), " "))
		if folded == views.SnoozeTomorrow {
			return folded, nil
		}
		if m := hoursLater.FindStringSubmatch(folded); m != nil {
			if n, err := strconv.Atoi(m[1]); err == nil {
				return fmt.Sprintf("%dh", n), nil
			}
			return views.SnoozeHour, nil
		}
		at, err := bot.ParseInstant(rd.Now, rd.Zone, text)
		return at.UTC().Format(time.RFC3339), err
	},
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Wire: bot.Moment.Wire, Words: bot.Moment.Words,
	Meant: bot.Moment.Meant,
}

// snoozeInstant returns the instant that snoozeTime has read.
func snoozeInstant(until string, times hiring.WorkTime, now time.Time) time.Time {
	if until == views.SnoozeTomorrow {
		return times.NextDay(now)
	}
	if hours, err := strconv.Atoi(strings.TrimSuffix(until, "h")); err == nil {
		return now.Add(time.Duration(hours) * time.Hour)
	}
	at, _ := time.Parse(time.RFC3339, until) // snoozeTime has printed it; zero is past
	return at
}

func snoozeForm(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
	form := bot.Form{
		Title: "Remind me later", Submit: "Put off", Call: bot.Do(req.Spec.Name(), "", req.Args.Text("interview")),
		Note:   bot.T("I remind you in your working hours, of all that waits for you by then."),
		Fields: []bot.Field{bot.FieldOf(req.Spec, "until", views.SnoozeTomorrow)},
	}
	if req.Args.Text("interview") == "" {
		return form, nil
	}
	c, err := theCard(ctx, tx, req)
	form.Title = "Remind me later of " + c.interview.ID
	return form, err
}

func snooze(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	until := snoozeInstant(req.Args.Text("until"), tx.Snapshot().WorkTime(req.Actor.ID), tx.Now())
	if req.Args.Text("interview") != "" {
		c, err := theCard(ctx, tx, req)
		if err != nil {
			return bot.Response{}, err
		}
		return snoozeCards(ctx, tx, req, c.interview.ID, until, c.Scorecard)
	}
	pending, err := tx.PendingCards(ctx, req.Actor.ID)
	if err != nil {
		return bot.Response{}, err
	}
	pending = slices.DeleteFunc(pending, func(s hiring.Scorecard) bool { return !s.Owed() })
	if len(pending) == 0 {
		return bot.Response{}, hiring.Errorf(hiring.NotFound, "No scorecard waits for you, so there is nothing to put off. /feedback shows those you gave.")
	}
	return snoozeCards(ctx, tx, req, "", until, pending...)
}

// snoozeCards puts the reminders of some scorecards of the actor off. About is the interview that the
// answer names, "" for all.
func snoozeCards(ctx context.Context, tx *store.Tx, req bot.Request, about string, until time.Time, cards ...hiring.Scorecard) (bot.Response, error) {
	times := tx.Snapshot().WorkTime(req.Actor.ID)
	var args []string
	for _, card := range cards {
		later, err := card.Snooze(until, times, tx.Now())
		if err != nil {
			return bot.Response{}, err
		}
		if _, err := tx.SaveScorecard(ctx, later); err != nil {
			return bot.Response{}, err
		}
		args = []string{later.SnoozedUntil.UTC().Format(time.RFC3339)}
		if later.SnoozedUntil.After(until) {
			args = append(args, "hours")
		}
	}
	return redraw(req, views.Snoozed, about, args...), nil
}
