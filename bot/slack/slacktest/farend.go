package slacktest

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
)

// FarEnd plays the people of the workspace for the conformance suite. They are added beforehand.
func (s *Server) FarEnd(world bottest.World) bottest.FarEnd { return &people{Server: s, world: world} }

// people act in Slack's clients.
type people struct {
	*Server
	world bottest.World
}

// homeID stands for the home where a message is asked for.
const homeID = "home"

// World returns who and what there is.
func (p *people) World() bottest.World { return p.world }

// screen is what somebody has open, before and after an act.
type screen map[string]string

func (p *people) screen(user string) screen {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := screen{}
	for _, k := range p.stacks[user] {
		for _, v := range k.views {
			out[v.ID] = v.Hash
		}
	}
	return out
}

// shown is what somebody is shown after an act besides messages: the view that is new or was changed.
func (p *people) shown(user string, before screen, d *Delivery) bottest.Act {
	p.mu.Lock()
	defer p.mu.Unlock()
	act := bottest.Act{Delivery: d, Notice: d.Notice}
	for _, block := range slices.Sorted(maps.Keys(d.Errors)) {
		act.Errors = append(act.Errors, bot.FieldError{Field: block, Message: d.Errors[block]})
	}
	var fresh *view
	for _, k := range p.stacks[user] {
		if v := k.top(); v != nil && before[v.ID] != v.Hash {
			fresh = v
		}
	}
	switch {
	case fresh == nil:
	case fresh.Body["submit"] != nil || len(inputsOf(fresh.Body)) > 0:
		form := p.seeForm(fresh)
		act.Form = &form
	default:
		act.Notice += strings.Join(p.seeBlocks(blocksOf(fresh.Body)).lines, "\n")
	}
	return act
}

// Type types a slash command.
func (p *people) Type(t testing.TB, user string, in bot.Conversation, text string) bottest.Act {
	t.Helper()
	before := p.screen(user)
	command, rest, _ := strings.Cut(text, " ")
	return p.shown(user, before, p.Command(user, in.Channel, command, rest))
}

// ShortcutAct is MessageShortcut with what the person is shown after it.
func (s *Server) ShortcutAct(user, author, channel, text, callback string) bottest.Act {
	s.t.Helper()
	p := &people{Server: s}
	before := p.screen(user)
	return p.shown(user, before, s.MessageShortcut(user, author, channel, text, callback))
}

// Press presses a button or chooses an entry of a menu.
func (p *people) Press(t testing.TB, user string, on bottest.Message, label string) bottest.Act {
	t.Helper()
	b, e, o := p.labelled(p.blocksOn(t, user, on), label)
	if e == nil {
		t.Fatalf("slack: there is no button or entry %q on %+v", label, on)
	}
	return p.act(t, user, on, p.pressed(b, e, o))
}

// PressID presses a button that bears another id than those that are shown.
func (p *people) PressID(t testing.TB, user string, on bottest.Message, id string) bottest.Act {
	t.Helper()
	for _, b := range p.blocksOn(t, user, on) {
		for _, e := range elementsOf(b) {
			if e["type"] != "button" {
				continue
			}
			action := p.pressed(b, e, nil)
			if action["value"] == nil {
				// The id of a button without a value is its action's.
				action["action_id"] = id
			} else {
				action["value"] = id
			}
			return p.act(t, user, on, action)
		}
	}
	t.Fatalf("slack: there is no button on %+v", on)
	return bottest.Act{}
}

// blocksOn returns the blocks of a message or home that somebody sees.
func (p *people) blocksOn(t testing.TB, user string, on bottest.Message) []object {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if on.ID == homeID {
		if v := p.homes[user]; v != nil {
			return blocksOf(v.Body)
		}
		t.Fatalf("slack: %s has no home", user)
	}
	r := p.rooms[on.In.Channel]
	if r != nil && r.has(user) {
		if m := r.find(on.ID); m != nil && (m.For == "" || m.For == user) {
			return objects(m.Blocks)
		}
	}
	t.Fatalf("slack: %s does not see %+v", user, on)
	return nil
}

// labelled returns the button or option that bears a label.
func (p *people) labelled(blocks []object, label string) (block, element, option object) {
	v := &seen{Server: p.Server}
	for _, b := range blocks {
		for _, e := range elementsOf(b) {
			if e["type"] == "button" && v.button(e).Label == label {
				return b, e, nil
			}
			for _, o := range optionsOf(e) {
				if v.textOf(in(o, "text")) == label {
					return b, e, o
				}
			}
		}
	}
	return nil, nil, nil
}

// pressed is what a delivery tells of an element that was used.
func (p *people) pressed(b, e, option object) object {
	p.mu.Lock()
	defer p.mu.Unlock()
	action := object{
		"type": e["type"], "action_id": e["action_id"], "block_id": b["block_id"], "action_ts": p.tsLocked(),
	}
	for _, name := range []string{"text", "value", "style", "placeholder"} {
		if e[name] != nil {
			action[name] = e[name]
		}
	}
	if option != nil {
		action["selected_option"] = option
	}
	return action
}

// act tells the app that an element was used.
// https://docs.slack.dev/reference/interaction-payloads/block_actions-payload/
func (p *people) act(t testing.TB, user string, on bottest.Message, action object) bottest.Act {
	t.Helper()
	before := p.screen(user)
	p.mu.Lock()
	view := ""
	if on.ID == homeID {
		view = p.homes[user].ID
	}
	d := p.interactionLocked(kindActions, user, view)
	d.Payload["actions"] = []any{action}
	if view != "" {
		v := p.homes[user]
		d.Payload["container"] = object{"type": "view", "view_id": view}
		d.Payload["view"] = p.viewObject(v)
	} else {
		p.inMessageLocked(d, on)
	}
	p.mu.Unlock()
	p.Deliver(d)
	return p.shown(user, before, d)
}

// inMessageLocked fills in what a delivery tells of the message that was used.
func (p *people) inMessageLocked(d *Delivery, on bottest.Message) {
	r := p.rooms[on.In.Channel]
	m := r.find(on.ID)
	d.channel = r.ID
	name := r.Name
	if r.direct() {
		name = "directmessage"
	}
	d.Payload["channel"] = object{"id": r.ID, "name": name}
	d.Payload["container"] = object{"type": "message", "message_ts": m.TS, "channel_id": r.ID, "is_ephemeral": m.For != ""}
	d.Payload["state"] = object{"values": object{}}
	d.Payload["response_url"] = p.urlLocked("actions", d.user, r.ID, m.TS, "")
	// Of a message that only one person sees, the app gets no content.
	if m.For == "" {
		d.Payload["message"] = p.shownLocked(m, true)
	}
}

// Close closes a form without sending it off.
func (s *Server) Close(viewID string) {
	s.t.Helper()
	s.mu.Lock()
	v := s.views[viewID]
	if v == nil || !v.Open {
		s.mu.Unlock()
		s.t.Fatalf("slack: there is no open view %s", viewID)
	}
	all := v.Body["clear_on_close"] == true
	shown := s.viewObject(v)
	s.closeLocked(v, all)
	if v.Body["notify_on_close"] != true {
		s.mu.Unlock()
		return
	}
	d := s.interactionLocked(kindClosed, v.User, "")
	delete(d.Payload, "trigger_id")
	d.Payload["view"], d.Payload["is_cleared"] = shown, all
	s.mu.Unlock()
	s.Deliver(d)
}

// Home opens somebody's home.
func (p *people) Home(t testing.TB, user string) bottest.Message {
	t.Helper()
	p.OpenHome(user)
	p.mu.Lock()
	defer p.mu.Unlock()
	v := p.homes[user]
	if v == nil {
		t.Fatalf("slack: %s has no home", user)
	}
	blocks, _ := v.Body["blocks"].([]any)
	m := p.seeMessageLocked(&room{With: user}, &message{User: p.o.BotUser, Blocks: blocks})
	m.ID, m.In = homeID, bot.Conversation{Workspace: p.workspace(), Channel: bot.HomePlace, Private: true}
	return m
}

// Redeliver delivers an act again.
func (p *people) Redeliver(t testing.TB, act bottest.Act) bottest.Act {
	t.Helper()
	d, ok := act.Delivery.(*Delivery)
	if !ok {
		t.Fatalf("slack: this cannot be delivered again: %+v", act)
	}
	before := p.screen(d.user)
	p.Server.Redeliver(d)
	return p.shown(d.user, before, d)
}

// Messages returns what somebody sees in a conversation.
func (p *people) Messages(_ testing.TB, user string, in bot.Conversation) []bottest.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seeConversationLocked(user, in.Channel)
}
