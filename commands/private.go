package commands

import (
	"context"
	"errors"
	"slices"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// standing is what becomes of a command on a platform on which the company wants no personal data and no
// pay. Cards show references there, so that nobody sees what they act on.
type standing string

const (
	// looks answers with a view, which is reduced to references where it is drawn.
	looks standing = "looks"
	// open has nothing personal in it, and says in full what it does.
	open standing = "open"
	// harmless acts on what a card names by its reference, and loses nothing: to do it, one need not see more.
	harmless standing = "harmless"
	// asks takes personal data, pay, or what is said of people, in a form or typed. It is refused.
	asks standing = "asks"
	// unseen decides on what is not shown there, or changes it. It is refused.
	unseen standing = "unseen"
)

// refused tells whether the command is to be run on another platform.
func (s standing) refused() bool { return s == asks || s == unseen }

// onPrivatePlatforms says of every command what becomes of it on a platform without personal data; one that
// is not here is refused.
var onPrivatePlatforms = map[standing][]string{
	looks: {
		"hire.home", "hire.help", "hire.roles", "hire.settings", "hire.outbox", "hire.schedules", "hire.find",
		"band.show", "band.chart", "band.list", "band.history",
		"req.list", "req.show", "req.history", "req.next",
		"interview.list", "interview.show", "interview.times", "interview.kit", "interview.resume", "interview.calendar", "interview.text",
		"feedback.mine", "feedback.show",
		"simulate.messages", "simulate.file",
		"candidate.show", "candidate.list", "candidate.resume", "candidate.notice", "candidate.debrief", "candidate.picture",
	},
	open: {
		"hire.claim", "hire.link", "hire.join", "hire.zone", "hire.away", "hire.mynudges", "hire.quiet", "hire.set", "hire.people", "hire.retry", "hire.drop", "simulate.save",
	},
	harmless: {
		"interview.can", "interview.done", "interview.noshow", "interview.still", "feedback.decline", "feedback.can", "feedback.snooze",
	},
	asks: {
		"hire.setup", "hire.holidays", "hire.copyrole", "hire.owners", "hire.schedule",
		"band.set", "band.import",
		"req.new", "req.another", "req.edit", "req.close", "req.reject", "req.ask", "req.answer",
		"interview.schedule", "interview.propose", "interview.reschedule", "interview.retime", "interview.cancel", "interview.reassign", "interview.panel",
		"feedback.give", "feedback.save", "feedback.note", "feedback.early", "feedback.amend", "feedback.resave", "feedback.waive", "feedback.lines", "feedback.savelines",
		"candidate.add", "candidate.another", "candidate.edit", "candidate.refer", "candidate.note", "candidate.reject", "candidate.letter",
		"candidate.withdraw", "candidate.apply", "candidate.several", "candidate.together", "candidate.early",
	},
	unseen: {
		"hire.handover", "hire.reschedule", "band.undo", "band.apply",
		"req.approve", "req.takeback", "req.copy", "req.submit", "req.undo", "req.hold", "req.reopen", "req.outcome", "req.fill",
		"interview.pick", "interview.told", "interview.undo", "feedback.accept",
		"candidate.move", "candidate.told", "candidate.reopen", "candidate.undo", "candidate.unnote", "candidate.noticed", "candidate.ask",
	},
}

// saidElsewhere are the parameters of commands that are not refused by which something is said of people:
// on such a platform they are left out.
var saidElsewhere = map[string][]string{
	"interview.noshow": {"reason"},
	"feedback.decline": {"reason"},
}

// standingOf returns what becomes of a command, "" for one that the table does not have.
func standingOf(name string) standing {
	for s, names := range onPrivatePlatforms {
		if slices.Contains(names, name) {
			return s
		}
	}
	return ""
}

// guarded keeps personal data and pay off the platforms that the company wants none on, for whatever
// command: views are reduced where they are drawn; here the commands are refused that would take such data
// or act on what is not shown, typed in full too, and what is offered to choose from bears references alone.
func guarded(c Command) Command {
	if keptOff(c) {
		return refusedThere(c)
	}
	typed, without := commandText(c.Spec), saidElsewhere[c.Name()]
	if form := c.Form; form != nil && len(without) > 0 {
		c.Form = func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
			f, err := form(ctx, tx, req)
			if views.PrivateHere(tx, req.Actor) {
				f.Fields = slices.DeleteFunc(f.Fields, func(field bot.Field) bool { return slices.Contains(without, field.Name) })
			}
			return f, err
		}
	}
	handle := c.Handle
	c.Handle = func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
		for _, name := range without {
			if _, said := req.Args[name]; !said {
				continue
			}
			if err := views.RefuseHere(tx, req.Actor, typed+" with the "+name); err != nil {
				return bot.Response{}, err
			}
		}
		resp, err := handle(ctx, tx, req)
		return resp, bareProblem(tx, req.Actor, err)
	}
	if resolve := c.Resolve; resolve != nil {
		c.Resolve = func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Args, error) {
			args, err := resolve(ctx, tx, req)
			return args, bareProblem(tx, req.Actor, err)
		}
	}
	return bareThere(c)
}

// bareProblem returns an error that offers references alone on such a platform.
func bareProblem(tx *store.Tx, viewer bot.Actor, err error) error {
	if own, ok := errors.AsType[*bot.Problem](err); ok && len(own.Choices) > 0 && views.PrivateHere(tx, viewer) {
		return bot.NewProblem(own.Code(), own.Field(), own.Message()).Offering(bare(own.Choices))
	}
	return err
}

// refusedThere refuses a command on such a platform, with where to run it.
func refusedThere(c Command) Command {
	typed := commandText(c.Spec)
	if form := c.Form; form != nil {
		c.Form = func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
			if err := views.RefuseHere(tx, req.Actor, typed); err != nil {
				return bot.Form{}, err
			}
			return form(ctx, tx, req)
		}
	}
	if resolve := c.Resolve; resolve != nil {
		c.Resolve = func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Args, error) {
			if err := views.RefuseHere(tx, req.Actor, typed); err != nil {
				return req.Args, err
			}
			return resolve(ctx, tx, req)
		}
	}
	handle := c.Handle
	c.Handle = func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
		if err := views.RefuseHere(tx, req.Actor, typed); err != nil {
			return bot.Response{}, err
		}
		return handle(ctx, tx, req)
	}
	return bareThere(c)
}

// bareThere suggests references alone on such a platform.
func bareThere(c Command) Command {
	if suggest := c.Suggest; suggest != nil {
		c.Suggest = func(ctx context.Context, tx *store.Tx, req bot.Request, param, prefix string) ([]bot.Choice, error) {
			choices, err := suggest(ctx, tx, req, param, prefix)
			if views.PrivateHere(tx, req.Actor) {
				choices = bare(choices)
			}
			return choices, err
		}
	}
	return c
}

// keptOff tells whether a command is refused on platforms without personal data.
func keptOff(c Command) bool {
	s := standingOf(c.Name())
	return s == "" || s.refused()
}

// commandText returns how a command is typed.
func commandText(s bot.Spec) string { return "/" + s.Noun + " " + s.Verb }

// bare returns choices without what they are called: their values are references and keys.
func bare(choices []bot.Choice) []bot.Choice {
	out := make([]bot.Choice, 0, len(choices))
	for _, c := range choices {
		out = append(out, bot.Choice{Label: c.Value, Value: c.Value})
	}
	return out
}
