package commands

import (
	"context"
	"fmt"
	"regexp"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// atOnce is how many messages of one reason are retried or dropped by one press.
const atOnce = 500

func outboxCommands() []Command {
	which := bot.Param{Name: "what", Label: "Message or reason", Kind: outboxRef, Required: true, Help: "A message by its id, or a reason by the key that the outbox shows"}
	return []Command{
		{
			Spec: bot.Spec{
				Noun: "hire", Verb: "outbox", Reads: true, Roles: adminsOnly,
				Summary: "Messages that were given up, with the reasons, and what waits",
				Details: "It shows to whom and when, and never what a message says or whom it is about.",
				Params: []bot.Param{
					{Name: "state", Kind: outboxState, Help: "Only those that were given up, or only what waits", Choices: []bot.Choice{
						{Label: "Given up", Value: views.OutboxDead}, {Label: "Waiting", Value: views.OutboxWaiting}}},
					{Name: "person", Kind: Anyone, KeyOnly: true, Help: "Only messages to one person"},
					{Name: "what", Label: "Message or reason", Kind: outboxRef, Help: "One message by its id, or one reason by its key"},
					{Name: "page", Kind: bot.Integer, KeyOnly: true, Help: "Which page of the list", Example: "2"},
				},
				Examples: []string{"/hire outbox", "/hire outbox waiting", "/hire outbox dead person:@recruiter"},
			},
			Allow: allowOutbox, Handle: showOutbox,
		},
		{
			Spec: bot.Spec{
				Noun: "hire", Verb: "retry", Roles: adminsOnly,
				Summary:  "Try messages again that were given up",
				Details:  "One by its id, or all that were given up for one reason. None arrives twice: it is looked for first.",
				Params:   []bot.Param{which},
				Examples: []string{"/hire retry 3f9a1c02b7de"},
			},
			Allow: allowOutbox,
			Handle: func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
				return changeOutbox(ctx, tx, req, tx.RetryDead, "message_retried")
			},
		},
		{
			Spec: bot.Spec{
				Noun: "hire", Verb: "drop", Roles: adminsOnly,
				Summary:  "Drop messages that were given up, without sending them",
				Details:  "One by its id, or all that were given up for one reason. Nobody gets them any more.",
				Params:   []bot.Param{which},
				Examples: []string{"/hire drop 3f9a1c02b7de"},
			},
			Allow: allowOutbox,
			Handle: func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
				return changeOutbox(ctx, tx, req, tx.DropDead, "message_dropped")
			},
		},
	}
}

func allowOutbox(_ context.Context, tx *store.Tx, actor bot.Actor) error {
	return views.RefuseOutbox(tx, actor)
}

var (
	messageID = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	reasonKey = regexp.MustCompile(`^[0-9a-f]{12}$`)
)

// outboxRef reads the id of a message, or the key of a reason.
var outboxRef = &bot.Kind{
	Name: "message or reason", Example: "3f9a1c02b7de",
	Parse: func(_ bot.Reading, text string) (any, error) {
		if messageID.MatchString(text) || reasonKey.MatchString(text) {
			return text, nil
		}
		return nil, bot.Invalidf("", "“%s” is neither the id of a message nor the key of a reason. /hire outbox lists both, such as 3f9a1c02b7de.", text)
	},
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Wire: 36,
	Claims: func(_ bot.Reading, text string) bool {
		return messageID.MatchString(text) || reasonKey.MatchString(text)
	},
}

var outboxState = &bot.Kind{
	Name: "state", Example: views.OutboxWaiting,
	Parse: func(_ bot.Reading, text string) (any, error) { return text, nil },
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Wire: 7,
}

func showOutbox(_ context.Context, _ *store.Tx, req bot.Request) (bot.Response, error) {
	switch what := req.Args.Text("what"); {
	case messageID.MatchString(what):
		return redraw(req, views.OutboxMessage, what), nil
	case what != "":
		return redraw(req, views.OutboxReason, what), nil
	}
	page := bot.ArgOr(req.Args, "page", 1)
	if page < 1 || page > views.MaxOutboxPage {
		return bot.Response{}, hiring.InvalidField("page", "There is no page %d. The first is 1.", page)
	}
	return redraw(req, views.Outbox, "", req.Args.Text("state"), req.Args.Text("person"), fmt.Sprint(page)), nil
}

// changeOutbox retries or drops one message, or those of one reason. Each is on record by its id.
func changeOutbox(ctx context.Context, tx *store.Tx, req bot.Request, change func(context.Context, ...string) error, fact string) (bot.Response, error) {
	what := req.Args.Text("what")
	ids := []string{what}
	if reasonKey.MatchString(what) {
		reason, err := views.ReasonByKey(ctx, tx, what)
		if err != nil {
			return bot.Response{}, err
		}
		if ids, err = tx.DeadIDs(ctx, reason.Reason, atOnce); err != nil {
			return bot.Response{}, err
		}
	}
	if err := change(ctx, ids...); err != nil {
		return bot.Response{}, err
	}
	for _, id := range ids {
		if err := tx.Audit(ctx, store.AuditEvent{Subject: "message:" + id, Fact: fact}); err != nil {
			return bot.Response{}, err
		}
	}
	return redraw(req, views.OutboxChanged, "", fact, fmt.Sprint(len(ids))), nil
}
