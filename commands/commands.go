// Package commands is what people can ask for: one file per noun. A command is a declaration and a
// handler; routing, help, autocomplete, registration and documentation derive from the declaration.
package commands

import (
	"slices"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// Command is a command on our store.
type Command = bot.Command[*store.Tx]

// Base is the noun that can be typed before any other: "/hire band backend".
const Base = "hire"

// All lists every command. Nothing registers itself.
func All() []Command {
	all := slices.Concat(hireCommands(), roleCommands(), settingsCommands(), awayCommands(), linkCommands(), outboxCommands(), scheduleCommands(), nudgeCommands(), simulateCommands(), bandCommands(), reqCommands(), approvalCommands(), interviewCommands(), feedbackCommands(), candidateCommands())
	for i, c := range all {
		all[i] = guarded(c)
	}
	return all
}

// Allow tells whether somebody has a role that the command asks for. What a person may do with a
// record is for the policy to say, where the record is known.
func Allow(actor bot.Actor, spec bot.Spec) error {
	if views.MayRun(actor, spec) {
		return nil
	}
	if actor.Outsider {
		return hiring.Errorf(hiring.NotAllowed, "You have no access here. If you think that you should, ask an admin of the company.")
	}
	return hiring.Errorf(hiring.NotAllowed, "/%s %s is for: %s. An admin can give you the role; /hire help lists what you can do now.", spec.Noun, spec.Verb, views.WhoMay(spec))
}

// show answers with a view.
func show(name, subject string, args ...string) bot.Response {
	return bot.Response{Show: &bot.View{Name: name, Subject: subject, Args: args}}
}

// redraw answers with a view, in the place of the message whose button was pressed, or whose form was sent.
func redraw(req bot.Request, name, subject string, args ...string) bot.Response {
	r := show(name, subject, args...)
	r.Replace = req.Type == bot.Press || req.Type == bot.Submit
	return r
}

// References returns the commands that show a record, by the letters that its reference begins with.
func References() map[string]string {
	return map[string]string{"R": "req.show", "I": "interview.show", "C": "candidate.show"}
}
