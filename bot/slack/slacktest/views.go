package slacktest

import (
	"maps"
	"slices"
	"strconv"
)

func itoa(n int) string { return strconv.Itoa(n) }

// view is a view that somebody has before them.
type view struct {
	ID, User, Hash string
	// Body is what the app sent.
	Body object
	// State is what was entered, by block and action.
	State map[string]map[string]object
	// Open is false once it was closed or sent off.
	Open bool
}

// stack are the views that lie upon each other, the topmost last.
type stack struct {
	views []*view
	root  string
}

func (k *stack) top() *view {
	if len(k.views) == 0 {
		return nil
	}
	return k.views[len(k.views)-1]
}

// maxPushed is how many views a stack can have.
const maxPushed = 3

// newViewLocked makes a view of what the app sent.
func (s *Server) newViewLocked(user string, body object) *view {
	v := &view{ID: s.idLocked("V"), User: user, Open: true, State: map[string]map[string]object{}}
	s.views[v.ID] = v
	s.fillLocked(v, body)
	return v
}

// fillLocked gives a view new content. What was entered stays where its input does.
func (s *Server) fillLocked(v *view, body object) {
	kept := v.State
	body = maps.Clone(body)
	blocks, _ := body["blocks"].([]any)
	body["blocks"] = named(s, blocks)
	v.Body, v.State = body, map[string]map[string]object{}
	v.Hash = itoa(int(s.o.Clock().Unix())) + "." + s.idLocked("h")
	for _, b := range blocksOf(body) {
		for _, e := range statefulOf(b) {
			block, action := str(b, "block_id"), str(e, "action_id")
			value, there := kept[block][action]
			if !there || value["type"] != e["type"] {
				value = initialState(e)
			}
			if v.State[block] == nil {
				v.State[block] = map[string]object{}
			}
			v.State[block][action] = value
		}
	}
}

// statefulOf returns the elements of a block that hold what is entered.
func statefulOf(b object) []object {
	var out []object
	for _, e := range elementsOf(b) {
		if kind := str(e, "type"); kind != "button" && kind != "overflow" && kind != "image" && places[kind] != nil {
			out = append(out, e)
		}
	}
	return out
}

// elementsOf returns the interactive elements of a block.
func elementsOf(b object) []object {
	switch b["type"] {
	case "input":
		if e := in(b, "element"); e != nil {
			return []object{e}
		}
	case "section":
		if e := in(b, "accessory"); e != nil {
			return []object{e}
		}
	case "actions":
		return objects(b["elements"])
	}
	return nil
}

// viewObject is a view as the Web API and deliveries show it.
func (s *Server) viewObject(v *view) object {
	o := maps.Clone(v.Body)
	for _, name := range []string{"private_metadata", "callback_id", "external_id"} {
		if o[name] == nil {
			o[name] = ""
		}
	}
	for _, name := range []string{"clear_on_close", "notify_on_close"} {
		if o[name] == nil {
			o[name] = false
		}
	}
	root, previous := v.ID, any(nil)
	if k := s.stackOf(v); k != nil {
		root = k.root
		if i := slices.Index(k.views, v); i > 0 {
			previous = k.views[i-1].ID
		}
	}
	values := object{}
	for block, actions := range v.State {
		of := object{}
		for action, value := range actions {
			of[action] = value
		}
		values[block] = of
	}
	o["id"], o["team_id"], o["hash"], o["state"] = v.ID, s.o.Team, v.Hash, object{"values": values}
	o["root_view_id"], o["previous_view_id"], o["app_id"], o["bot_id"] = root, previous, appID, botID(s.o.BotUser)
	o["app_installed_team_id"] = s.o.Team
	return o
}

// stackOf returns the stack that a view lies in.
func (s *Server) stackOf(v *view) *stack {
	for _, k := range s.stacks[v.User] {
		if slices.Contains(k.views, v) {
			return k
		}
	}
	return nil
}

// takeTrigger returns whom a trigger is of, or an error code. Each is good once, for three seconds.
func (c *call) takeTrigger() (*trigger, string) {
	t := c.triggers[c.arg("trigger_id")]
	switch {
	case t == nil:
		c.violation("%s: there is no trigger %q", c.method, c.arg("trigger_id"))
		return nil, "invalid_trigger_id"
	case t.Expired:
		return nil, "expired_trigger_id"
	case t.Used:
		if !t.Again {
			c.violation("%s: the trigger %s was used before", c.method, c.arg("trigger_id"))
		}
		return nil, "exchanged_trigger_id"
	case c.o.Clock().Sub(t.At) > triggerLife:
		c.violation("%s: the trigger %s is %v old", c.method, c.arg("trigger_id"), c.o.Clock().Sub(t.At))
		return nil, "expired_trigger_id"
	}
	return t, ""
}

// modal reads and checks a modal that is to be shown.
func (c *call) modal(except *view) (object, string) {
	body, ok := c.args["view"].(object)
	if !ok {
		c.violation("%s: view is no object", c.method)
		return nil, "invalid_arguments"
	}
	kind := onModal
	if except != nil && str(except.Body, "type") == onHome {
		kind = onHome
	}
	if code := c.invalid("invalid_arguments", checkView(body, kind)); code != "" {
		return nil, code
	}
	if c.takenLocked(str(body, "external_id"), except) {
		c.violation("%s: the external_id %q is taken", c.method, str(body, "external_id"))
		return nil, "duplicate_external_id"
	}
	return body, ""
}

// takenLocked tells whether another open view has an external id.
func (s *Server) takenLocked(id string, except *view) bool {
	for _, v := range s.views {
		if id != "" && v != except && v.Open && str(v.Body, "external_id") == id {
			return true
		}
	}
	return false
}

func (c *call) openView() (object, string) {
	t, code := c.takeTrigger()
	if code != "" {
		return nil, code
	}
	body, code := c.modal(nil)
	if code != "" {
		return nil, code
	}
	t.Used = true
	v := c.newViewLocked(t.User, body)
	c.stacks[t.User] = append(c.stacks[t.User], &stack{views: []*view{v}, root: v.ID})
	return object{"view": c.viewObject(v)}, ""
}

func (c *call) pushView() (object, string) {
	t, code := c.takeTrigger()
	if code != "" {
		return nil, code
	}
	below := c.views[t.View]
	if below == nil || str(below.Body, "type") != onModal || c.stackOf(below) == nil {
		c.violation("%s: the trigger is of no open modal", c.method)
		return nil, "not_found"
	}
	k := c.stackOf(below)
	if len(k.views) >= maxPushed {
		return nil, "push_limit_reached"
	}
	body, code := c.modal(nil)
	if code != "" {
		return nil, code
	}
	t.Used = true
	v := c.newViewLocked(t.User, body)
	k.views = append(k.views, v)
	return object{"view": c.viewObject(v)}, ""
}

func (c *call) updateView() (object, string) {
	id, external := c.arg("view_id"), c.arg("external_id")
	if (id == "") == (external == "") {
		c.violation("%s: it takes either view_id or external_id", c.method)
		return nil, "invalid_arguments"
	}
	v := c.views[id]
	for _, other := range c.views {
		if external != "" && other.Open && str(other.Body, "external_id") == external {
			v = other
		}
	}
	if v == nil || !v.Open {
		return nil, "not_found"
	}
	body, code := c.modal(v)
	if code != "" {
		return nil, code
	}
	if hash := c.arg("hash"); hash != "" && hash != v.Hash {
		return nil, "hash_conflict"
	}
	c.fillLocked(v, body)
	return object{"view": c.viewObject(v)}, ""
}

func (c *call) publishView() (object, string) {
	user := c.users[c.arg("user_id")]
	if user == nil {
		c.violation("%s: there is no user %q", c.method, c.arg("user_id"))
		return nil, "invalid_arguments"
	}
	body, ok := c.args["view"].(object)
	if !ok {
		c.violation("%s: view is no object", c.method)
		return nil, "invalid_arguments"
	}
	if code := c.invalid("invalid_arguments", checkView(body, onHome)); code != "" {
		return nil, code
	}
	v := c.homes[user.ID]
	if hash := c.arg("hash"); hash != "" && (v == nil || hash != v.Hash) {
		return nil, "hash_conflict"
	}
	if v == nil {
		v = c.newViewLocked(user.ID, body)
		c.homes[user.ID] = v
	} else {
		c.fillLocked(v, body)
	}
	return object{"view": c.viewObject(v)}, ""
}

// closeLocked takes a view, or all of its stack, from the person's screen.
func (s *Server) closeLocked(v *view, all bool) {
	k := s.stackOf(v)
	if k == nil {
		return
	}
	v.Open = false
	if all {
		for _, other := range k.views {
			other.Open = false
		}
		k.views = nil
	} else {
		k.views = slices.DeleteFunc(k.views, func(other *view) bool { return other == v })
	}
	if len(k.views) == 0 {
		s.stacks[v.User] = slices.DeleteFunc(s.stacks[v.User], func(other *stack) bool { return other == k })
	}
	s.changed.Broadcast()
}
