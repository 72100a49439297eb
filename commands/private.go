package commands

import (
	"context"
	"errors"
	"slices"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// asksNothingPersonal are the commands whose forms ask for no candidate's data and no pay: they work on
// every platform.
var asksNothingPersonal = []string{"hire.zone", "hire.set", "hire.away"}

// withoutForm are the commands without a form that are refused all the same: those by which somebody
// decides on what their card shows, who would decide unseen where cards show nothing, and those that take
// what a form would ask, typed or carried by a button.
var withoutForm = []string{
	"req.approve", "req.another",
	"candidate.another", "candidate.reject", "candidate.withdraw", "candidate.together",
	"interview.noshow", "feedback.save", "feedback.resave", "feedback.savelines", "feedback.accept",
}

// guarded keeps personal data and pay off the platforms that the company wants none on, for whatever
// command: views are reduced where they are drawn; here the commands are refused that ask for such data in a
// form, typed in full too, and what is offered to choose from bears references alone.
func guarded(c Command) Command {
	refused := keptOff(c)
	typed := commandText(c.Spec)
	if form := c.Form; refused && form != nil {
		c.Form = func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
			if err := views.RefuseHere(tx, req.Actor, typed); err != nil {
				return bot.Form{}, err
			}
			return form(ctx, tx, req)
		}
	}
	handle := c.Handle
	c.Handle = func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
		if refused {
			if err := views.RefuseHere(tx, req.Actor, typed); err != nil {
				return bot.Response{}, err
			}
		}
		resp, err := handle(ctx, tx, req)
		if own, ok := errors.AsType[*bot.Problem](err); ok && len(own.Choices) > 0 && views.PrivateHere(tx, req.Actor) {
			err = bot.NewProblem(own.Code(), own.Field(), own.Message()).Offering(bare(own.Choices))
		}
		return resp, err
	}
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
	if c.Form != nil {
		return !slices.Contains(asksNothingPersonal, c.Name())
	}
	return slices.Contains(withoutForm, c.Name())
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
