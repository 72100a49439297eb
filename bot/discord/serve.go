package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

// How long an answer is waited for, of the three seconds that Discord gives. What takes longer is put
// off, and shown when it is there.
const (
	patience = 1500 * time.Millisecond
	// formPatience is longer, since a form must be the very first answer.
	formPatience = 2 * time.Second
	// suggestPatience leaves the list empty rather than broken.
	suggestPatience = 2500 * time.Millisecond
	// memberTime is what finding out whose direct messages these are may take of it.
	memberTime = 800 * time.Millisecond
	// answerTime bounds the finding of an answer, longest that and the showing of it.
	answerTime = 25 * time.Second
	longest    = time.Minute
	// tokenLife is how long an interaction can be answered by its token, with a margin.
	// https://discord.com/developers/docs/interactions/receiving-and-responding#followup-messages
	tokenLife = 14*time.Minute + 30*time.Second
)

// The types of first answers.
// https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-response-object-interaction-callback-type
const (
	responsePong        = 1
	responseMessage     = 4
	responseDeferred    = 5
	responseDeferUpdate = 6
	responseUpdate      = 7
	responseChoices     = 8
	responseModal       = 9
)

// response is a first answer.
type response struct {
	Type int `json:"type"`
	Data any `json:"data,omitempty"`
}

// exchange is one delivery being answered.
type exchange struct {
	*Discord
	interaction
	Event   bot.Event
	kind    Kind
	direct  bool
	began   time.Time
	source  *discordgo.Message // whose component was pressed
	uploads map[string]commandFile
	users   []string // accounts that the values name
	// first sends the first answer, and what it was: 0 while there is none.
	first func(ctx context.Context, resp *response) error
	acked int
	// openly is whether what was put off is seen by everybody, waits whether the first answer was only
	// the sign that this takes a moment.
	openly, waits bool
}

// receive answers a delivery. It calls first at most once, in time, and may go on after that. Nothing,
// which is for deliveries that are not to be answered at all, is told as nil.
func (d *Discord) receive(ctx context.Context, in interaction, first func(ctx context.Context, resp *response) error) {
	x := &exchange{Discord: d, interaction: in, began: d.cfg.Clock(), kind: Home, direct: in.GuildID == "", source: in.message(), first: first}
	// The answer is due also when the connection that asked for it is gone.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), longest)
	defer cancel()
	defer x.end(ctx)
	defer front.Guard(ctx, d.cfg.Log, in.ID)
	if in.GuildID != "" {
		x.kind = d.kindOf(in.GuildID)
	}
	if !x.answers() {
		d.cfg.Log.InfoContext(ctx, "a delivery was left unanswered", "type", in.Type, "event", in.ID)
		return
	}
	who := in.who()
	x.Event = bot.Event{
		ID: in.ID, At: x.began.UTC(), Name: who.name(),
		From: bot.Identity{Workspace: workspaceID(in.GuildID), User: who.ID},
		In:   bot.Conversation{Workspace: workspaceID(in.GuildID), Channel: in.ChannelID, Private: x.direct},
	}
	switch in.Type {
	case interactionCommand:
		x.invoke(ctx)
	case interactionComponent:
		x.press(ctx)
	case interactionSuggest:
		x.suggest(ctx)
	case interactionModal:
		x.submit(ctx)
	default:
		d.cfg.Log.InfoContext(ctx, "a delivery of an unknown type", "type", in.Type, "event", in.ID)
	}
}

// end tells of a delivery that nothing was answered to: where something went wrong, the person is told.
func (x *exchange) end(ctx context.Context) {
	if x.acked != 0 {
		return
	}
	if p := x.Type; x.answers() && x.Event.ID != "" && (p == interactionCommand || p == interactionComponent || p == interactionModal) {
		x.show(ctx, front.Trouble(front.MessageOf(errors.New("no answer"))), false, false)
		return
	}
	if err := x.first(ctx, nil); err != nil {
		x.cfg.Log.WarnContext(ctx, "a delivery was not put aside", "event", x.ID, "err", err)
	}
	x.acked = -1
}

// answers tells whether anything answers here: in a community only the buttons of our posts and the
// form that they open.
func (x *exchange) answers() bool {
	return x.kind == Home || x.Type == interactionComponent || x.Type == interactionModal
}

// errNobody is the answer to direct messages of somebody who is in none of the company's servers.
var errNobody = bot.NewProblem(bot.CodeNotAllowed, "", "I answer people of the company's server, and you are not in it.")

// errUnsure is the answer where Discord did not tell who somebody is.
var errUnsure = bot.NewProblem(bot.CodeUnavailable, "", "Discord did not tell me who you are. Try again in a moment.")

// place finds the guild that direct messages are of, and keeps our records of who is in it in step.
func (x *exchange) place(ctx context.Context, ev *bot.Event) error {
	if !x.direct {
		if x.kind == Home && x.Member != nil {
			x.noteMember(ctx, ev.From, *x.Member)
		}
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, memberTime)
	defer cancel()
	home, err := x.homeOf(ctx, ev.From.User)
	if err != nil {
		return err
	}
	ev.From.Workspace, ev.In.Workspace = home, home
	return nil
}

// answer has the bot answer the event.
func (x *exchange) answer(ctx context.Context, ev bot.Event) bot.Answer {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	if x.kind == Home {
		who := []bot.Identity{ev.From}
		for _, u := range x.users {
			who = append(who, bot.Identity{Workspace: ev.From.Workspace, User: u})
		}
		x.cfg.Directory.Meet(ctx, x.Discord, who...)
	}
	if len(x.uploads) > 0 {
		ev.Files = map[string]bot.Upload{}
		for field, f := range x.uploads {
			up, err := x.download(ctx, f)
			if err != nil {
				x.cfg.Log.WarnContext(ctx, "a file was not fetched", "event", ev.ID, "err", err)
				const text = "Discord did not give me the file. Nothing was saved yet: try again in a moment."
				if ev.Type == bot.Invoke {
					card := front.Trouble(text)
					return bot.Answer{Code: bot.CodeUnavailable, Card: &card}
				}
				return bot.Answer{Draft: ev.Draft, Code: bot.CodeUnavailable, Errors: []bot.FieldError{{Field: field, Message: text}}}
			}
			ev.Files[field] = up
		}
	}
	serve := *x.serve.Load()
	return serve(ctx, ev)
}

// asking is an event that is being answered. Whoever has the answer may read the event: where it is from
// is known by then.
type asking struct {
	answer <-chan bot.Answer
	event  *bot.Event
}

// ask finds out in the background where the person is, and then the answer, so that a deadline can be kept
// whatever either of them waits for.
func (x *exchange) ask(ctx context.Context) asking {
	ev := x.Event
	return asking{event: &ev, answer: front.Ask(ctx, x.cfg.Log, x.ID, func() bot.Answer {
		if err := x.place(ctx, &ev); err != nil {
			card := front.Trouble(front.MessageOf(err))
			return bot.Answer{Code: bot.ErrorCode(err), Card: &card}
		}
		return x.answer(ctx, ev)
	})}
}

// take returns an answer, and goes on with its event.
func (x *exchange) take(q asking, a bot.Answer) bot.Answer {
	x.Event = *q.event
	return a
}

// refuse answers a problem that was found before the bot was asked.
func (x *exchange) refuse(ctx context.Context, err error) {
	x.show(ctx, front.Trouble(front.MessageOf(err)), false, false)
}

// invoke answers a command that was typed, or chosen in the menu of a message.
func (x *exchange) invoke(ctx context.Context) {
	inv, err := invoked(x.Data, x.names, x.channelName)
	if err != nil {
		x.refuse(ctx, err)
		return
	}
	x.Event.Type, x.Event.Command, x.Event.Values, x.uploads = bot.Invoke, inv.Command, inv.Values, inv.Files
	x.users = usersIn(inv.Values)
	if m := inv.On; m != nil {
		x.Event.Source = &bot.Source{
			Author: bot.Identity{Workspace: workspaceID(x.GuildID), User: m.Author.ID}, Text: m.Content, Link: m.link(x.GuildID),
		}
	}
	ack := x.registry.AckOf(x.Event)
	limit := patience
	if ack == bot.MayOpenForm {
		limit = formPatience
	}
	late := x.cfg.After(limit)
	q := x.ask(ctx)
	select {
	case a := <-q.answer:
		x.reply(ctx, x.take(q, a))
	case <-late:
		if ack == bot.MayOpenForm {
			x.waiting(ctx)
		} else {
			x.putOff(ctx, ack == bot.AckPublic && !x.direct)
		}
		x.reply(ctx, x.take(q, <-q.answer))
	}
}

// waiting shows the sign that this takes a moment, where a form could not open in time. The button that
// opens it takes its place.
func (x *exchange) waiting(ctx context.Context) {
	x.show(ctx, bot.Card{Body: []bot.Node{bot.T("One moment …")}}, false, false)
	x.waits = true
}

// usersIn returns the accounts that typed values mention.
func usersIn(values bot.Values) []string {
	var out []string
	for _, list := range values {
		for _, v := range list {
			for _, part := range strings.Split(v, "<@")[1:] {
				if id, _, ok := strings.Cut(part, ">"); ok && digitsAlone.MatchString(id) && !slices.Contains(out, id) {
					out = append(out, id)
				}
			}
		}
	}
	return out
}

// putOff promises the answer, for the person alone or for everybody.
func (x *exchange) putOff(ctx context.Context, openly bool) {
	data := map[string]any{}
	if x.openly = openly || x.direct; !x.openly {
		data["flags"] = discordgo.MessageFlagsEphemeral
	}
	x.respond(ctx, response{Type: responseDeferred, Data: data})
}

// putOffUpdate promises that something comes of a press, and shows nothing of it yet.
func (x *exchange) putOffUpdate(ctx context.Context) {
	x.respond(ctx, response{Type: responseDeferUpdate})
}

// respond sends a first answer, and tells whether Discord took it.
func (x *exchange) respond(ctx context.Context, resp response) bool {
	x.acked = resp.Type
	err := x.first(ctx, &resp)
	if err == nil {
		return true
	}
	level := x.cfg.Log.WarnContext
	if codeOf(err) == discordgo.ErrCodeInteractionHasAlreadyBeenAcknowledged {
		level = x.cfg.Log.InfoContext // it was delivered twice
	}
	level(ctx, "a first answer was not taken", "event", x.ID, "type", resp.Type, "err", refusal("answer", err))
	return codeOf(err) == discordgo.ErrCodeInteractionHasAlreadyBeenAcknowledged
}

// reply shows what came of a command.
func (x *exchange) reply(ctx context.Context, a bot.Answer) {
	switch {
	case a.Form != nil:
		x.open(ctx, *a.Form, 0)
	case a.Card != nil:
		x.show(ctx, *a.Card, false, a.Audience == bot.Public)
	default:
		x.show(ctx, done(), false, false)
	}
}

func done() bot.Card { return bot.Card{Tone: bot.Good, Body: []bot.Node{bot.T("Done.")}} }

// suggest answers an option that asks what could be typed.
func (x *exchange) suggest(ctx context.Context) {
	choices := []*discordgo.ApplicationCommandOptionChoice{}
	late := x.cfg.After(suggestPatience)
	inv, err := invoked(x.Data, x.names, x.channelName)
	if err == nil && inv.Focus != "" {
		x.Event.Type, x.Event.Command, x.Event.Values, x.Event.Focus = bot.Suggest, inv.Command, inv.Values, inv.Focus
		select {
		case a := <-x.ask(ctx).answer:
			if spec, ok := x.registry.Spec(inv.Command); ok {
				choices = choicesFor(spec, inv.Focus, a.Choices)
			}
		case <-late:
		}
	}
	x.respond(ctx, response{Type: responseChoices, Data: map[string]any{"choices": choices}})
}

// handleEvent receives an event of the Gateway.
func (d *Discord) handleEvent(ctx context.Context, event string, data json.RawMessage) {
	defer front.Guard(ctx, d.cfg.Log, event)
	switch event {
	case "INTERACTION_CREATE":
		d.work.Begin()
		go func(ctx context.Context) {
			defer d.work.End()
			d.handleInteraction(ctx, data)
		}(context.WithoutCancel(ctx))
	default:
		d.noteEvent(ctx, event, data)
	}
}

func (d *Discord) handleInteraction(ctx context.Context, data []byte) {
	defer front.Guard(ctx, d.cfg.Log, "interaction")
	in, err := decodeInteraction(data)
	if err != nil {
		d.cfg.Log.WarnContext(ctx, "a delivery cannot be read", "err", err)
		return
	}
	d.receive(ctx, in, func(ctx context.Context, resp *response) error {
		if resp == nil {
			return nil
		}
		return d.callFree(ctx, http.MethodPost, discordgo.EndpointInteractionResponse(in.ID, in.Token), resp, nil)
	})
}

// readData reads the data of a delivery.
func readData(data []byte, into any) error {
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("read a delivery: %w", err)
	}
	return nil
}
