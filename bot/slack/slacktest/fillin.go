package slacktest

import (
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
)

// viewOf returns the view that a form was read from.
func (p *people) viewOf(t testing.TB, form bottest.Form) *view {
	t.Helper()
	id, _ := form.State.(string)
	p.mu.Lock()
	defer p.mu.Unlock()
	v := p.views[id]
	if v == nil {
		t.Fatalf("slack: this is no form of this server: %+v", form)
	}
	return v
}

// fill enters values into a view; every other input is left empty.
func (p *people) fill(t testing.TB, v *view, values bot.Values) {
	t.Helper()
	known := map[string]bool{}
	for _, b := range inputsOf(v.Body) {
		e, name := in(b, "element"), str(b, "block_id")
		known[name] = true
		empty := object{"type": e["type"]}
		state := initialState(empty)
		for _, value := range values[name] {
			p.enter(t, v, b, e, state, value)
		}
		p.mu.Lock()
		v.State[name] = map[string]object{str(e, "action_id"): state}
		p.mu.Unlock()
	}
	for name := range values {
		if !known[name] {
			t.Fatalf("slack: the form has no field %q", name)
		}
	}
}

// enter enters one value into an element. What it cannot hold fails the test.
func (p *people) enter(t testing.TB, v *view, b, e, state object, value string) {
	t.Helper()
	fail := func() { t.Fatalf("slack: %v of %v cannot hold %q", e["type"], b["block_id"], value) }
	add := func(name string, item any) {
		list, _ := state[name].([]any)
		state[name] = append(list, item)
	}
	switch kind := str(e, "type"); kind {
	case "plain_text_input", "email_text_input", "url_text_input":
		n := utf8.RuneCountInString(value)
		most, limited := e["max_length"].(float64)
		least, _ := e["min_length"].(float64)
		if strings.Contains(value, "\n") && e["multiline"] != true || limited && n > int(most) || n < int(least) || n > maxInputText {
			fail()
		}
		state["value"] = value
	case "number_input":
		if !isNumber(e, value) || outside(e, value) {
			fail()
		}
		state["value"] = value
	case "static_select", "radio_buttons", "multi_static_select", "checkboxes", "external_select", "multi_external_select":
		o := p.choose(v, b, e, value)
		switch {
		case o == nil:
			fail()
		case initialOf(kind) == "initial_options":
			add("selected_options", o)
		default:
			state["selected_option"] = o
		}
	case "users_select", "multi_users_select":
		p.mu.Lock()
		there := p.users[value] != nil
		p.mu.Unlock()
		switch {
		case !there:
			fail()
		case kind == "users_select":
			state["selected_user"] = value
		default:
			add("selected_users", value)
		}
	case "datepicker":
		if !isDate(value) {
			fail()
		}
		state["selected_date"] = value
	case "timepicker":
		if !isTime(value) {
			fail()
		}
		state["selected_time"] = value
	case "datetimepicker":
		at, err := time.Parse(time.RFC3339, value)
		if err != nil {
			fail()
		}
		state["selected_date_time"] = float64(at.Unix())
	case "file_input":
		p.mu.Lock()
		f := p.files[value]
		p.mu.Unlock()
		if f == nil {
			fail()
			return
		}
		add("files", p.fileObject(f))
	default:
		fail()
	}
}

// outside tells whether a number is not within what an input takes.
func outside(e object, value string) bool {
	n, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return true
	}
	if least, err := strconv.ParseFloat(str(e, "min_value"), 64); err == nil && n < least {
		return true
	}
	most, err := strconv.ParseFloat(str(e, "max_value"), 64)
	return err == nil && n > most
}

// choose returns the option with a value or label. A select whose options the app knows is asked.
func (p *people) choose(v *view, b, e object, value string) object {
	all := optionsOf(e)
	if strings.HasSuffix(str(e, "type"), "external_select") {
		all = p.Suggestions(v.ID, str(b, "block_id"), value)
	}
	for _, o := range all {
		if str(o, "value") == value {
			return o
		}
	}
	for _, o := range all {
		if str(in(o, "text"), "text") == value {
			return o
		}
	}
	return nil
}

// Suggestions types into a select of an open view whose options the app knows, and returns them.
// https://docs.slack.dev/reference/interaction-payloads/block_suggestion-payload/
func (s *Server) Suggestions(viewID, block, typed string) []map[string]any {
	s.t.Helper()
	s.mu.Lock()
	v := s.views[viewID]
	if v == nil {
		s.mu.Unlock()
		s.t.Fatalf("slack: there is no view %s", viewID)
	}
	var e object
	for _, b := range inputsOf(v.Body) {
		if str(b, "block_id") == block {
			e = in(b, "element")
		}
	}
	least, given := e["min_query_length"].(float64)
	if !given {
		least = 3
	}
	if !strings.HasSuffix(str(e, "type"), "external_select") || utf8.RuneCountInString(typed) < int(least) {
		s.mu.Unlock()
		return nil
	}
	d := s.interactionLocked(kindSuggestion, v.User, v.ID)
	delete(d.Payload, "trigger_id")
	d.Payload["container"] = object{"type": "view", "view_id": v.ID}
	d.Payload["view"] = s.viewObject(v)
	d.Payload["action_id"], d.Payload["block_id"], d.Payload["value"] = e["action_id"], block, typed
	s.mu.Unlock()
	s.Deliver(d)
	return d.Options
}

// Submit fills in a form and sends it off. A required field that is empty keeps it from being sent.
func (p *people) Submit(t testing.TB, user string, form bottest.Form, values bot.Values) bottest.Act {
	t.Helper()
	v := p.viewOf(t, form)
	if !v.Open {
		t.Fatalf("slack: the form %q is not open any more", form.Title)
	}
	p.fill(t, v, values)
	if missing := p.missing(v); len(missing) > 0 {
		return bottest.Act{Errors: missing}
	}
	before := p.screen(user)
	p.mu.Lock()
	old := v.Body
	d := p.interactionLocked(kindSubmission, user, v.ID)
	d.Payload["view"], d.Payload["response_urls"] = p.viewObject(v), []any{}
	p.mu.Unlock()
	p.Deliver(d)
	act := p.shown(user, before, d)
	act.Errors = append(act.Errors, p.told(v, old)...)
	return act
}

// missing returns what Slack's client says of required inputs that are empty.
func (p *people) missing(v *view) []bot.FieldError {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []bot.FieldError
	for _, b := range inputsOf(v.Body) {
		name := str(b, "block_id")
		if b["optional"] != true && len(valuesOf(v.State[name][str(in(b, "element"), "action_id")])) == 0 {
			out = append(out, bot.FieldError{Field: name, Message: "Please complete this required field."})
		}
	}
	return out
}

// told returns what a changed view says that it did not say before. A text directly below an input
// concerns that input, any other the form.
func (p *people) told(v *view, old object) []bot.FieldError {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := map[string]bool{}
	for _, b := range blocksOf(old) {
		before[strings.Join(p.seeBlocks([]object{b}).lines, "\n")] = true
	}
	var out []bot.FieldError
	field := ""
	for _, b := range blocksOf(v.Body) {
		if b["type"] == "input" {
			field = str(b, "block_id")
			continue
		}
		text := strings.Join(p.seeBlocks([]object{b}).lines, "\n")
		if text != "" && !before[text] {
			out = append(out, bot.FieldError{Field: field, Message: strings.TrimSpace(strings.TrimPrefix(text, "⚠"))})
		}
		field = ""
	}
	return out
}

// Change enters values into a form and leaves the field focus.
func (p *people) Change(t testing.TB, user string, form bottest.Form, focus string, values bot.Values) bottest.Act {
	t.Helper()
	v := p.viewOf(t, form)
	p.fill(t, v, values)
	var b object
	for _, other := range inputsOf(v.Body) {
		if str(other, "block_id") == focus {
			b = other
		}
	}
	if b == nil || b["dispatch_action"] != true {
		t.Fatalf("slack: nothing is told of a change of %q: %v", focus, b)
	}
	e := in(b, "element")
	before := p.screen(user)
	p.mu.Lock()
	old := v.Body
	d := p.interactionLocked(kindActions, user, v.ID)
	action := object{"type": e["type"], "action_id": e["action_id"], "block_id": focus, "action_ts": p.tsLocked()}
	for name, value := range v.State[focus][str(e, "action_id")] {
		action[name] = value
	}
	d.Payload["actions"] = []any{action}
	d.Payload["container"] = object{"type": "view", "view_id": v.ID}
	d.Payload["view"] = p.viewObject(v)
	p.mu.Unlock()
	p.Deliver(d)
	act := p.shown(user, before, d)
	act.Errors = append(act.Errors, p.told(v, old)...)
	return act
}

// Upload chooses a file for a field. Slack keeps it; the app gets it with the form.
func (p *people) Upload(t testing.TB, user string, form bottest.Form, field string, up bot.Upload) bottest.Act {
	t.Helper()
	for _, b := range inputsOf(p.viewOf(t, form).Body) {
		if str(b, "block_id") == field && in(b, "element")["type"] == "file_input" {
			return bottest.Act{Values: bot.Values{field: {p.PutFile(user, up.Name, up.MediaType, up.Data)}}}
		}
	}
	t.Fatalf("slack: the form has no field %q for a file", field)
	return bottest.Act{}
}

// Suggest fails the test: Slack completes no arguments of commands.
func (*people) Suggest(t testing.TB, _ string, _ bot.Conversation, text string) []bot.Choice {
	t.Helper()
	t.Fatalf("slack: nothing completes %q", text)
	return nil
}
