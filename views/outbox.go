package views

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// What the outbox is narrowed to.
const (
	OutboxDead    = "dead"
	OutboxWaiting = "waiting"
)

const (
	// MaxOutboxPage is the last page of the outbox that can be asked for.
	MaxOutboxPage = 9999
	// reasonsShown is how many reasons the outbox lists, reasonsKnown how many are looked through.
	reasonsShown = 10
	reasonsKnown = 200
)

// RefuseOutbox refuses the outbox to all but admins.
func RefuseOutbox(tx *store.Tx, viewer bot.Actor) error {
	if hiring.May(Actor(viewer), hiring.SeeOutbox, hiring.Subject{}) {
		return nil
	}
	return hiring.Errorf(hiring.NotAllowed, "Only admins see what was not delivered. Ask %s.", whomToAsk(tx, hiring.Admin))
}

// ReasonByKey returns the reason of that key for which messages were given up. It returns a NotFound
// error where none are left.
func ReasonByKey(ctx context.Context, tx *store.Tx, key string) (store.DeadReason, error) {
	all, err := tx.DeadReasons(ctx, reasonsKnown)
	if err != nil {
		return store.DeadReason{}, err
	}
	for _, r := range all {
		if r.Key() == key {
			return r, nil
		}
	}
	return store.DeadReason{}, hiring.Errorf(hiring.NotFound, "No message is given up for that reason any more. Open the outbox again.")
}

// drawOutbox lists what was given up and what waits. Its arguments are the state, the recipient and the
// page. It never shows what a message is about: admins may not know of every record.
func drawOutbox(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	if err := RefuseOutbox(tx, viewer); err != nil {
		return bot.Card{}, err
	}
	page, _ := strconv.Atoi(arg(v, 2))
	page = max(page, 1)
	look := outboxLook{state: arg(v, 0), person: arg(v, 1), page: page, zone: viewer.Zone, name: recipientName(ctx, tx)}
	filter := store.OutboxFilter{Person: look.person, Skip: (page - 1) * PageSize, Limit: PageSize + 1}
	var err error
	if look.state != OutboxWaiting {
		if look.person == "" && page == 1 {
			if look.reasons, err = tx.DeadReasons(ctx, reasonsShown); err != nil {
				return bot.Card{}, err
			}
		}
		filter.Dead = true
		if look.dead, err = tx.Outbox(ctx, filter); err != nil {
			return bot.Card{}, err
		}
	}
	if look.state != OutboxDead {
		filter.Dead = false
		if look.waiting, err = tx.Outbox(ctx, filter); err != nil {
			return bot.Card{}, err
		}
	}
	if p, ok := tx.Snapshot().Person(look.person); ok {
		look.of = p.Name
	}
	return outboxCard(look), nil
}

// recipientName returns how the recipient of a message is shown.
func recipientName(ctx context.Context, tx *store.Tx) func(store.Row) bot.Text {
	return func(r store.Row) bot.Text {
		if r.Person != "" {
			return personText(tx.Snapshot(), r.Person)
		}
		if c, err := tx.Channel(ctx, r.Channel.Workspace, r.Channel.Channel); err == nil {
			return bot.T("#" + c.Name)
		}
		return bot.T("a channel that is not set up any more")
	}
}

// outboxLook is what the outbox is drawn from. The lists hold one row more than a page where there is
// a next one.
type outboxLook struct {
	state, person, of string
	page              int
	zone              *time.Location
	reasons           []store.DeadReason
	dead, waiting     []store.Row
	name              func(store.Row) bot.Text
}

func outboxCard(look outboxLook) bot.Card {
	card := bot.Card{Title: "Outbox"}
	if look.of != "" {
		card.Title += ": to " + look.of
	}
	menu := &bot.Menu{Label: "Look at"}
	if len(look.reasons) > 0 {
		lines := []bot.Text{bot.B("Given up, by reason")}
		for _, r := range look.reasons {
			lines = append(lines, bot.Join(bot.B(fmt.Sprint(r.Count)), bot.T(" × "+orNoReason(r.Reason)+" · last due "), bot.At(r.Latest)))
			menu.Items = append(menu.Items, bot.MenuItem{Label: "All: " + orNoReason(r.Reason), Hint: count(int(r.Count), "message"), Do: bot.Do("hire.outbox", "", "", r.Key())})
		}
		card.Tone = bot.Attention
		card.Body = append(card.Body, bot.Lines(lines...))
	}
	more := false
	list := func(title string, rows []store.Row) {
		if len(rows) == 0 {
			return
		}
		if len(rows) > PageSize {
			rows, more = rows[:PageSize], true
		}
		lines := []bot.Text{bot.B(title)}
		for _, r := range rows {
			lines = append(lines, rowLine(r, look.name(r)))
			if len(menu.Items) < maxMenu {
				menu.Items = append(menu.Items, rowItem(r, look.name(r), look.zone))
			}
		}
		card.Body = append(card.Body, bot.Lines(lines...))
	}
	list("Given up", look.dead)
	list("Waiting", look.waiting)
	if len(card.Body) == 0 {
		card.Body = []bot.Node{bot.T("Nothing was given up, and nothing waits to be sent.")}
		if look.state != "" || look.person != "" || look.page > 1 {
			card.Body = []bot.Node{bot.T("There is none here.")}
			card.Actions = []bot.Action{{Label: "Whole outbox", Do: bot.Do("hire.outbox")}}
		}
		return card
	}
	if len(menu.Items) > 0 {
		card.Menu = menu
	}
	if more {
		card.Actions = append(card.Actions, bot.Action{Label: "Next page", Do: bot.Do("hire.outbox", look.state, look.person, "", fmt.Sprint(look.page+1))})
	}
	if look.page > 1 {
		card.Actions = append(card.Actions, bot.Action{Label: "First page", Do: bot.Do("hire.outbox", look.state, look.person)})
	}
	if look.state == "" {
		card.Actions = append(card.Actions, bot.Action{Label: "Only waiting", Do: bot.Do("hire.outbox", OutboxWaiting, look.person)})
	} else {
		card.Actions = append(card.Actions, bot.Action{Label: "Whole outbox", Do: bot.Do("hire.outbox", "", look.person)})
	}
	return card
}

// maxMenu is the most entries of a menu.
const maxMenu = 25

func orNoReason(reason string) string {
	if reason == "" {
		return "no reason on record"
	}
	return reason
}

// rowItem is the menu entry that shows a message: with when it was due, by which two to the same person differ.
func rowItem(r store.Row, to bot.Text, zone *time.Location) bot.MenuItem {
	return bot.MenuItem{
		Label: MessageName(r.View.Name) + ", to " + to.Plain(nil), Hint: "due " + bot.FormatInstant(r.DueAt, zone), Do: bot.Do("hire.outbox", "", "", r.ID),
	}
}

// rowLine says of a message what it is, for whom, since when, and how it goes.
func rowLine(r store.Row, to bot.Text) bot.Text {
	line := bot.Join(bot.T(MessageName(r.View.Name)+", to "), to, bot.T(" · due "), bot.At(r.DueAt), bot.T(" · "+stateTitle(r)))
	if r.Attempts > 0 {
		line = bot.Join(line, bot.T(", "+count(r.Attempts, "attempt")))
	}
	if r.State != store.Dead && !r.NextAt.Equal(r.DueAt) && !r.NextAt.IsZero() {
		line = bot.Join(line, bot.T(", next "), bot.At(r.NextAt))
	}
	if r.Reason != "" {
		line = bot.Join(line, bot.T(": "+r.Reason))
	}
	return line
}

func stateTitle(r store.Row) string {
	switch r.State {
	case store.Waiting:
		return "waits to be sent"
	case store.Sending:
		return "on its way"
	case store.Sent:
		if r.NextAt.IsZero() {
			return "sent"
		}
		return "sent, waits to be drawn again"
	case store.Dead:
		return "given up"
	default:
		return "not sent"
	}
}

// drawOutboxMessage shows one message of the outbox, by id.
func drawOutboxMessage(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	if err := RefuseOutbox(tx, viewer); err != nil {
		return bot.Card{}, err
	}
	r, err := tx.OutboxRow(ctx, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	return outboxMessageCard(r, recipientName(ctx, tx)(r)), nil
}

func outboxMessageCard(r store.Row, to bot.Text) bot.Card {
	fields := bot.Fields{
		{Label: "To", Text: to},
		{Label: "State", Text: bot.T(stateTitle(r))},
		{Label: "Due", Text: bot.At(r.DueAt)},
		{Label: "Attempts", Text: bot.T(fmt.Sprint(r.Attempts))},
	}
	if !r.TriedAt.IsZero() {
		fields = append(fields, bot.LabelledText{Label: "First tried", Text: bot.At(r.TriedAt)})
	}
	if !r.NextAt.IsZero() {
		fields = append(fields, bot.LabelledText{Label: "Next", Text: bot.At(r.NextAt)})
	}
	if r.Reason != "" {
		fields = append(fields, bot.LabelledText{Label: "Reason", Text: bot.T(r.Reason)})
	}
	card := bot.Card{
		Title: "Message: " + MessageName(r.View.Name), Body: []bot.Node{fields},
		Context: bot.Join(bot.T("Its id: "), bot.C(r.ID)),
	}
	if r.State == store.Dead {
		card.Tone = bot.Attention
		card.Actions = deadActions(r.ID, "Retry", "Drop", "this message", "It is")
	}
	card.Actions = append(card.Actions, bot.Action{Label: "Outbox", Do: bot.Do("hire.outbox")})
	return card
}

func deadActions(what, retry, drop, these, theyAre string) []bot.Action {
	return []bot.Action{
		{Label: retry, Do: bot.Do("hire.retry", what), Style: bot.Primary},
		{Label: drop, Do: bot.Do("hire.drop", what), Style: bot.Danger, Confirm: &bot.Confirm{
			Title: drop, Text: "Nobody gets " + these + " then. " + theyAre + " not sent, also not later.", Yes: drop, No: "Keep",
		}},
	}
}

// drawOutboxReason shows the messages that were given up for one reason, by its key.
func drawOutboxReason(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	if err := RefuseOutbox(tx, viewer); err != nil {
		return bot.Card{}, err
	}
	reason, err := ReasonByKey(ctx, tx, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	rows, err := tx.Outbox(ctx, store.OutboxFilter{Dead: true, Reason: reason.Reason, Limit: PageSize})
	if err != nil {
		return bot.Card{}, err
	}
	name := recipientName(ctx, tx)
	var lines []bot.Text
	menu := &bot.Menu{Label: "Look at one"}
	for _, r := range rows {
		lines = append(lines, rowLine(r, name(r)))
		menu.Items = append(menu.Items, rowItem(r, name(r), viewer.Zone))
	}
	if left := int(reason.Count) - len(rows); left > 0 {
		lines = append(lines, bot.Tf("… and %d more", left))
	}
	return bot.Card{
		Tone: bot.Attention, Title: count(int(reason.Count), "message") + " given up",
		Body: []bot.Node{bot.Join(bot.B("Reason: "), bot.T(orNoReason(reason.Reason))), bot.Lines(lines...)},
		Menu: menu, Actions: append(deadActions(reason.Key(), "Retry all", "Drop all", "these messages", "They are"), bot.Action{Label: "Outbox", Do: bot.Do("hire.outbox")}),
		Context: bot.Join(bot.T("Key of the reason: "), bot.C(reason.Key())),
	}, nil
}

// drawOutboxChanged confirms what was retried or dropped; its arguments are the fact and the number.
func drawOutboxChanged(_ context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	if err := RefuseOutbox(tx, viewer); err != nil {
		return bot.Card{}, err
	}
	n, _ := strconv.Atoi(arg(v, 1))
	text := "are tried again now, as things stand now."
	if arg(v, 0) == "message_dropped" {
		text = "dropped. Tell their people yourself where it matters."
	} else if n == 1 {
		text = "is tried again now, as things stand now."
	}
	return bot.Card{
		Tone: bot.Good, Body: []bot.Node{bot.T(count(n, "message") + " " + text)},
		Actions: []bot.Action{{Label: "Outbox", Do: bot.Do("hire.outbox")}},
	}, nil
}
