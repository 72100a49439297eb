package discordtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
)

// FarEnd plays the people of the guild for the conformance suite. They are added beforehand.
func (s *Server) FarEnd(world bottest.World) bottest.FarEnd { return &people{Server: s, world: world} }

// people act in Discord's clients.
type people struct {
	*Server
	world bottest.World
}

// World returns who and what there is.
func (p *people) World() bottest.World { return p.world }

// The beginnings of the labels of buttons that go on with a form in steps, or back to a step of it.
const (
	continueLabel = "Continue"
	fixLabel      = "Fix"
)

// opened is a modal that somebody has open.
type opened struct {
	modal object
	user  string
	room  *room
	// source is the message out of whose component it came.
	source *message
	sent   bool
}

// versions are all messages of a conversation with how often they were changed.
func (s *Server) versions(r *room) map[*message]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[*message]int{}
	for _, m := range r.Messages {
		out[m] = m.version
	}
	return out
}

// freshLocked returns the messages that somebody sees and that are new or were changed, the last first.
func (r *room) freshLocked(user string, before map[*message]int) []*message {
	var out []*message
	for _, m := range slices.Backward(r.Messages) {
		was, known := before[m]
		if (!known || was != m.version) && (m.For == "" || m.For == user) {
			out = append(out, m)
		}
	}
	return out
}

// shown is what somebody is shown after an act besides messages.
func (p *people) shown(user string, d *Delivery) bottest.Act {
	act := bottest.Act{Delivery: d, Notice: d.Notice}
	if d.Modal != nil {
		p.mu.Lock()
		form := p.seeForm(&opened{modal: d.Modal, user: user, room: d.given.room, source: d.given.source})
		p.mu.Unlock()
		act.Form = &form
	}
	return act
}

// Type uses a command.
func (p *people) Type(t testing.TB, user string, in bot.Conversation, text string) bottest.Act {
	t.Helper()
	return p.shown(user, p.Command(user, in.Channel, text))
}

// Press presses a button or chooses an entry of a menu. Discord has no dialog to confirm: where the app
// asks, it does so in a message, which is pressed by itself.
func (p *people) Press(t testing.TB, user string, on bottest.Message, label string) bottest.Act {
	t.Helper()
	r, m := p.messageOn(t, user, on)
	p.mu.Lock()
	components := m.Components
	p.mu.Unlock()
	for _, k := range buttonsOf(components) {
		if buttonOf(k).Label != label {
			continue
		}
		if k["disabled"] == true || str(k, "custom_id") == "" {
			t.Fatalf("discord: the button %q cannot be pressed: %v", label, k)
		}
		return p.shown(user, p.use(user, r, m, k, str(k, "custom_id"), nil))
	}
	for _, k := range selectsOf(components) {
		for _, o := range objects(k["options"]) {
			if str(o, "label") == label {
				return p.shown(user, p.use(user, r, m, k, str(k, "custom_id"), []string{str(o, "value")}))
			}
		}
	}
	t.Fatalf("discord: there is no button or entry %q on %+v", label, on)
	return bottest.Act{}
}

// PressID presses a button that bears another id than those that are shown.
func (p *people) PressID(t testing.TB, user string, on bottest.Message, id string) bottest.Act {
	t.Helper()
	r, m := p.messageOn(t, user, on)
	return p.shown(user, p.use(user, r, m, object{"type": float64(compButton), "id": 2.0}, id, nil))
}

// messageOn returns a message that somebody sees.
func (p *people) messageOn(t testing.TB, user string, on bottest.Message) (*room, *message) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if r := p.rooms[on.In.Channel]; r != nil && p.seesLocked(r, user) {
		if m := r.find(on.ID); m != nil && (m.For == "" || m.For == user) {
			return r, m
		}
	}
	t.Fatalf("discord: %s does not see %+v", user, on)
	return nil, nil
}

// use tells the app that a component was used.
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-message-component-data-structure
func (s *Server) use(user string, r *room, m *message, k object, id string, values []string) *Delivery {
	s.t.Helper()
	s.mu.Lock()
	data := object{"component_type": k["type"], "custom_id": id}
	if k["id"] != nil {
		data["id"] = k["id"]
	}
	switch kindOf(k) {
	case compSelect:
		data["values"] = values
	case compUsers, compChannels:
		data["values"] = values
		data["resolved"] = s.resolvedLocked(r.Guild, values, values, nil)
	}
	d := s.giveLocked(kindComponent, user, r, data)
	d.given.source = m
	d.Payload["message"] = s.messageObject(r, m)
	s.mu.Unlock()
	s.Deliver(d)
	return d
}

// Choose has somebody choose in a select of people or channels of a message.
func (s *Server) Choose(user, channel, messageID, customID string, values ...string) *Delivery {
	s.t.Helper()
	r := s.roomOf(user, channel)
	s.mu.Lock()
	m := r.find(messageID)
	var k object
	if m != nil {
		for _, other := range selectsOf(m.Components) {
			if str(other, "custom_id") == customID {
				k = other
			}
		}
	}
	s.mu.Unlock()
	if k == nil {
		s.t.Fatalf("discord: there is no select %q on the message %s", customID, messageID)
	}
	return s.use(user, r, m, k, customID, values)
}

// openedOf returns the modal that a form was read from.
func openedOf(t testing.TB, form bottest.Form) *opened {
	t.Helper()
	o, isModal := form.State.(*opened)
	if !isModal {
		t.Fatalf("discord: this is no form of this server: %+v", form)
	}
	return o
}

// Submit fills in a form and sends it off. A form in steps is walked to its end: after each step it presses
// the button that goes on, and fills in what the next modal asks for by the names of its fields. It ends
// where something is wrong, or where there is nothing to go on with.
func (p *people) Submit(t testing.TB, user string, form bottest.Form, values bot.Values) bottest.Act {
	t.Helper()
	return p.walk(t, user, form, values, false)
}

// SubmitOver is Submit by somebody who leaves all other fields as they are shown.
func (s *Server) SubmitOver(t testing.TB, user string, form bottest.Form, values bot.Values) bottest.Act {
	t.Helper()
	p := &people{Server: s}
	return p.walk(t, user, form, values, true)
}

// MenuAct is Menu with what the person is shown after it.
func (s *Server) MenuAct(user, channel, name, target string) bottest.Act {
	s.t.Helper()
	return (&people{Server: s}).shown(user, s.Menu(user, channel, name, target))
}

func (p *people) walk(t testing.TB, user string, form bottest.Form, values bot.Values, over bool) bottest.Act {
	t.Helper()
	o := openedOf(t, form)
	if o.sent {
		t.Fatalf("discord: the form %q is not open any more", form.Title)
	}
	left := maps.Clone(values)
	labels := map[string]string{}
	for {
		for _, f := range fieldsOf(o.modal) {
			labels[f.label] = f.name()
		}
		components, resolved, wrong := p.fill(t, o, left, over)
		if len(wrong) > 0 {
			return bottest.Act{Errors: wrong}
		}
		before := p.versions(o.room)
		d := p.submit(user, o, components, resolved)
		act := p.shown(user, d)
		m, next := p.goesOn(user, o.room, before)
		switch {
		case next == "":
			p.allFilled(t, left)
			return act
		case strings.HasPrefix(next, fixLabel):
			p.mu.Lock()
			text := p.seeMessageLocked(p.world.Workspace, o.room, m).Text
			p.mu.Unlock()
			act.Errors = ErrorsIn(text, labels)
			return act
		}
		p.mu.Lock()
		on := p.seeMessageLocked(p.world.Workspace, o.room, m)
		p.mu.Unlock()
		pressed := p.Press(t, user, on, next)
		if pressed.Form == nil {
			t.Fatalf("discord: %q opens no next step", next)
		}
		o = openedOf(t, *pressed.Form)
	}
}

// allFilled fails the test where values are left that no step asked for.
func (*people) allFilled(t testing.TB, left bot.Values) {
	t.Helper()
	for name, v := range left {
		if len(v) > 0 {
			t.Fatalf("discord: no step of the form has a field %q", name)
		}
	}
}

// goesOn returns the button with which a form goes on or is mended, and its message.
func (p *people) goesOn(user string, r *room, before map[*message]int) (*message, string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range r.freshLocked(user, before) {
		for _, prefix := range []string{fixLabel, continueLabel} {
			for _, k := range buttonsOf(m.Components) {
				if label := buttonOf(k).Label; strings.HasPrefix(label, prefix) {
					return m, label
				}
			}
		}
	}
	return nil, ""
}

// ErrorsIn reads the errors out of the message that follows a step: its lines "Label: what is wrong", where
// a label is one of the form's. A line that only begins with the label of a field shows what was entered,
// which is told from an error by the sign at its beginning, where there is any such sign in the message.
func ErrorsIn(text string, labels map[string]string) []bot.FieldError {
	const sign = "⚠"
	lines := strings.Split(text, "\n")
	signed := slices.ContainsFunc(lines, func(l string) bool { return strings.Contains(l, sign) })
	var out []bot.FieldError
	for _, line := range lines {
		if signed && !strings.Contains(line, sign) {
			continue
		}
		line = strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(line), sign+"\ufe0f•❌ "))
		// The longest label first: one may begin another.
		for _, label := range slices.SortedFunc(maps.Keys(labels), func(a, b string) int { return len(b) - len(a) }) {
			if message, found := strings.CutPrefix(line, label+":"); found && label != "" {
				out = append(out, bot.FieldError{Field: labels[label], Message: strings.TrimSpace(message)})
				break
			}
		}
	}
	return out
}

// fill enters values into a modal, over what it shows where that is asked for, takes them out of those that are left, and returns what is sent off.
func (p *people) fill(t testing.TB, o *opened, left bot.Values, over bool) (components []any, resolved object, wrong []bot.FieldError) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	var users, channels, files []string
	n := 0.0
	number := func() float64 { n++; return n }
	for _, k := range objects(o.modal["components"]) {
		switch kindOf(k) {
		case compText:
			components = append(components, object{"type": compText, "id": number()})
		case compLabel, compRow:
			at := number()
			for _, f := range fieldsOf(object{"components": []any{k}}) {
				given, named := left[f.name()]
				if !named && over {
					given = seeField(f).Value
				}
				delete(left, f.name())
				if f.required() && len(given) == 0 {
					wrong = append(wrong, bot.FieldError{Field: f.name(), Message: "This is required."})
				}
				inner := object{"type": f.component["type"], "id": number(), "custom_id": f.name()}
				if err := p.enter(inner, f, given); err != nil {
					t.Fatalf("discord: %v", err)
				}
				switch kindOf(f.component) {
				case compUsers, compMentionables:
					users = append(users, given...)
				case compChannels:
					channels = append(channels, given...)
				case compUpload:
					files = append(files, given...)
				}
				if f.legacy {
					components = append(components, object{"type": compRow, "id": at, "components": []any{inner}})
				} else {
					components = append(components, object{"type": compLabel, "id": at, "component": inner})
				}
			}
		}
	}
	if p.unknown {
		components = append(components, object{"type": compUnknownToCome, "id": number(), "component": object{"type": compUnknownToCome + 1, "value": object{"new": true}}})
	}
	return components, p.resolvedLocked(o.room.Guild, users, channels, files), wrong
}

// enter enters values into an input.
func (p *people) enter(inner object, f field, given []string) error {
	k := f.component
	refused := func(v string) error { return fmt.Errorf("the field %q cannot hold %q", f.name(), v) }
	switch kindOf(k) {
	case compInput:
		text := strings.Join(given, "\n")
		n := utf8.RuneCountInString(text)
		most, limited := k["max_length"].(float64)
		tooMany := len(given) > 1 || n > maxInputText || limited && n > int(most)
		if text != "" && (tooMany || n < whole(k, "min_length") || whole(k, "style") == 1 && strings.Contains(text, "\n")) {
			return refused(text)
		}
		inner["value"] = text
		return nil
	case compCheckbox:
		inner["value"] = slices.Equal(given, []string{"true"})
		return nil
	}
	values := []string{}
	for _, v := range given {
		found := p.chosen(k, v)
		if found == "" {
			return refused(v)
		}
		values = append(values, found)
	}
	if kindOf(k) == compRadios {
		inner["value"] = nil
		if len(values) > 0 {
			inner["value"] = values[0]
		}
		return nil
	}
	most := max(whole(k, "max_values"), 1)
	if kindOf(k) == compCheckboxes && k["max_values"] == nil {
		most = maxRadios
	}
	if len(values) > most || len(values) > 0 && len(values) < whole(k, "min_values") {
		return refused(strings.Join(values, ", "))
	}
	inner["values"] = values
	return nil
}

// chosen returns what an input holds where somebody chooses a value or label, "" where it has none such.
func (p *people) chosen(k object, v string) string {
	switch kindOf(k) {
	case compUsers, compMentionables:
		if p.users[v] != nil {
			return v
		}
	case compChannels:
		if p.rooms[v] != nil {
			return v
		}
	case compUpload:
		if p.files[v] != nil {
			return v
		}
	default:
		for _, name := range []string{"value", "label"} {
			for _, o := range objects(k["options"]) {
				if str(o, name) == v {
					return str(o, "value")
				}
			}
		}
	}
	return ""
}

// submit sends a modal off.
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-modal-submit-data-structure
func (p *people) submit(user string, o *opened, components []any, resolved object) *Delivery {
	p.t.Helper()
	p.mu.Lock()
	data := object{"custom_id": str(o.modal, "custom_id"), "components": components}
	if len(resolved) > 0 {
		data["resolved"] = resolved
	}
	d := p.giveLocked(kindModal, user, o.room, data)
	if o.source != nil && o.room.find(o.source.ID) != nil {
		d.given.source = o.source
		d.Payload["message"] = p.messageObject(o.room, o.source)
	}
	p.mu.Unlock()
	p.Deliver(d)
	o.sent = d.Notice == "" // it stays open where the app fails
	return d
}

// Change fails the test: Discord tells nothing of a form that is not sent off.
func (*people) Change(t testing.TB, _ string, form bottest.Form, focus string, _ bot.Values) bottest.Act {
	t.Helper()
	t.Fatalf("discord: nothing is told of a change of %q in %q", focus, form.Title)
	return bottest.Act{}
}

// Upload chooses a file for a field. Discord keeps it; the app gets it with the form. The field may be in a
// later step, which is not known yet.
func (p *people) Upload(t testing.TB, _ string, _ bottest.Form, field string, up bot.Upload) bottest.Act {
	t.Helper()
	return bottest.Act{Values: bot.Values{field: {p.PutFile(up.Name, up.MediaType, up.Data)}}}
}

// Suggest asks the app to complete the option that is typed last.
func (p *people) Suggest(t testing.TB, user string, in bot.Conversation, text string) []bot.Choice {
	t.Helper()
	var out []bot.Choice
	for _, o := range p.Autocomplete(user, in.Channel, text).Choices {
		out = append(out, bot.Choice{Label: str(o, "name"), Value: fmt.Sprint(o["value"])})
	}
	return out
}

// Home fails the test: Discord has no page of a person's own.
func (*people) Home(t testing.TB, user string) bottest.Message {
	t.Helper()
	t.Fatalf("discord: there is no home of %s", user)
	return bottest.Message{}
}

// Redeliver delivers an act again.
func (p *people) Redeliver(t testing.TB, act bottest.Act) bottest.Act {
	t.Helper()
	d, isDelivery := act.Delivery.(*Delivery)
	if !isDelivery {
		t.Fatalf("discord: this cannot be delivered again: %+v", act)
	}
	p.Server.Redeliver(d)
	return p.shown(d.given.user, d)
}

// Messages returns what somebody sees in a conversation.
func (p *people) Messages(_ testing.TB, user string, in bot.Conversation) []bottest.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seeConversationLocked(p.world.Workspace, user, in.Channel)
}
