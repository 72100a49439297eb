package slacktest

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// content reads and checks what a message says. It returns an error code for what Slack refuses.
func (c *call) content() (text string, blocks []any, code string) {
	text = c.arg("text")
	blocks, _ = c.args["blocks"].([]any)
	_, given := c.args["blocks"]
	attached := c.args["attachments"] != nil
	if given && blocks == nil {
		c.violation("%s: blocks is no array", c.method)
		return "", nil, "invalid_blocks_format"
	}
	if text == "" && len(blocks) == 0 && !attached {
		c.violation("%s: the message says nothing", c.method)
		return "", nil, "no_text"
	}
	if c.flag("link_names") || c.arg("parse") == "full" {
		c.violation("%s: with link_names or parse, plain words alert people", c.method)
	}
	if code := c.invalid("invalid_blocks", checkMessage(text, blocksOrNil(blocks))); code != "" {
		if utf8.RuneCountInString(text) > maxFallback {
			code = "msg_too_long"
		}
		return "", nil, code
	}
	return text, blocks, ""
}

func blocksOrNil(blocks []any) any {
	if blocks == nil {
		return nil
	}
	return blocks
}

// where returns the conversation that the app is to write to, or an error code.
func (c *call) where() (*room, string) {
	r := c.roomLocked(c.arg("channel"))
	switch {
	case r == nil, r.Private && !r.has(c.o.BotUser):
		return nil, "channel_not_found"
	case r.Archived:
		return nil, "is_archived"
	case !r.has(c.o.BotUser):
		return nil, "not_in_channel"
	}
	return r, ""
}

// noPictures checks that blocks show no uploaded file where several see it.
func (s *Server) noPicturesLocked(what string, r *room, blocks []any) {
	if r.direct() || s.filesIn[r.ID] {
		return
	}
	for _, id := range filesInBlocks(blocks) {
		s.violation("%s: the file %s is shown in %s, which is no direct message", what, id, r.ID)
	}
}

// filesInBlocks returns the ids or addresses of the uploaded files that blocks show.
func filesInBlocks(v any) []string {
	var out []string
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			out = append(out, filesInBlocks(item)...)
		}
	case object:
		if f := in(v, "slack_file"); f != nil {
			out = append(out, str(f, "id")+str(f, "url"))
		}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			out = append(out, filesInBlocks(v[name])...)
		}
	}
	return out
}

func (c *call) metadata() (object, string) {
	v, there := c.args["metadata"]
	if !there || v == "" {
		return nil, ""
	}
	meta, ok := v.(object)
	if !ok {
		c.violation("%s: metadata is no object", c.method)
		return nil, "invalid_metadata_format"
	}
	if len(meta) == 0 {
		return meta, ""
	}
	code, problems := checkMetadata(meta)
	c.violations(c.method, problems)
	return meta, code
}

func (c *call) postMessage() (object, string) {
	r, code := c.where()
	if code != "" {
		return nil, code
	}
	text, blocks, code := c.content()
	if code != "" {
		return nil, code
	}
	meta, code := c.metadata()
	if code != "" {
		return nil, code
	}
	c.noPicturesLocked(c.method, r, blocks)
	m := c.sayLocked(r, &message{User: c.o.BotUser, Text: text, Blocks: named(c.Server, blocks), Metadata: meta})
	return object{"channel": r.ID, "ts": m.TS, "message": c.shownLocked(m, true)}, ""
}

// named returns blocks with a block_id each, as Slack gives them.
func named(s *Server, blocks []any) []any {
	out := make([]any, 0, len(blocks))
	for _, b := range blocks {
		if o, ok := b.(object); ok {
			o = maps.Clone(o)
			if str(o, "block_id") == "" {
				o["block_id"] = s.idLocked("b")
			}
			for _, name := range []string{"elements", "accessory", "element"} {
				o[name] = identified(s, o[name])
				if o[name] == nil {
					delete(o, name)
				}
			}
			b = o
		}
		out = append(out, b)
	}
	return out
}

// identified returns elements with an action_id each.
func identified(s *Server, v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = identified(s, e)
		}
		return out
	case object:
		if places[str(v, "type")] == nil || v["type"] == "image" || str(v, "action_id") != "" {
			return v
		}
		v = maps.Clone(v)
		v["action_id"] = s.idLocked("a")
		return v
	default:
		return v
	}
}

func (c *call) update() (object, string) {
	r, code := c.where()
	if code != "" {
		return nil, code
	}
	m := r.find(c.arg("ts"))
	switch {
	case m == nil || m.For != "":
		return nil, "message_not_found"
	case m.User != c.o.BotUser:
		return nil, "cant_update_message"
	}
	text, blocks, code := c.content()
	if code != "" {
		return nil, code
	}
	meta, code := c.metadata()
	if code != "" {
		return nil, code
	}
	c.noPicturesLocked(c.method, r, blocks)
	m.Text, m.Edited, m.seen = text, true, nil
	// What is left out stays as it was.
	if _, given := c.args["blocks"]; given {
		m.Blocks = named(c.Server, blocks)
	}
	if meta != nil {
		m.Metadata = meta
	}
	return object{"channel": r.ID, "ts": m.TS, "text": text, "message": c.shownLocked(m, true)}, ""
}

func (c *call) deleteMessage() (object, string) {
	r, code := c.where()
	if code != "" {
		return nil, code
	}
	m := r.find(c.arg("ts"))
	switch {
	case m == nil || m.For != "":
		return nil, "message_not_found"
	case m.User != c.o.BotUser:
		return nil, "cant_delete_message"
	}
	r.Messages = slices.DeleteFunc(r.Messages, func(other *message) bool { return other == m })
	return object{"channel": r.ID, "ts": m.TS}, ""
}

func (c *call) postEphemeral() (object, string) {
	r, code := c.where()
	if code != "" {
		return nil, code
	}
	if !r.has(c.arg("user")) {
		return nil, "user_not_in_channel"
	}
	text, blocks, code := c.content()
	if code != "" {
		return nil, code
	}
	c.noPicturesLocked(c.method, r, blocks)
	m := c.sayLocked(r, &message{User: c.o.BotUser, Text: text, Blocks: named(c.Server, blocks), For: c.arg("user")})
	return object{"message_ts": m.TS}, ""
}

// shownLocked is a message as the Web API and deliveries show it.
func (s *Server) shownLocked(m *message, metadata bool) object {
	o := object{"type": "message", "user": m.User, "ts": m.TS, "text": m.Text, "team": s.o.Team}
	if m.User == s.o.BotUser {
		o["bot_id"], o["app_id"] = botID(m.User), appID
	}
	if len(m.Blocks) > 0 {
		o["blocks"] = m.Blocks
	}
	if metadata && len(m.Metadata) > 0 {
		o["metadata"] = m.Metadata
	}
	if m.Edited {
		o["edited"] = object{"user": m.User, "ts": m.TS}
	}
	var files []any
	for _, f := range m.Files {
		files = append(files, s.fileObject(f))
	}
	if files != nil {
		o["files"] = files
	}
	return o
}

// appID is the app's own id.
const appID = "A0SAMPLE"

// kindOf returns the part of a scope's name that stands for a sort of conversation.
func kindOf(r *room) string {
	switch {
	case r.direct():
		return "im"
	case r.Private:
		return "groups"
	default:
		return "channels"
	}
}

func (c *call) openConversation() (object, string) {
	users := strings.Split(c.arg("users"), ",")
	if c.arg("users") == "" {
		if r := c.rooms[c.arg("channel")]; r != nil && r.direct() {
			return object{"channel": object{"id": r.ID}}, ""
		}
		c.violation("%s: neither users nor a channel of direct messages", c.method)
		return nil, "users_list_not_supplied"
	}
	if len(users) > 1 {
		c.violation("%s: this server opens direct messages with one person alone", c.method)
		return nil, "too_many_users"
	}
	u := c.users[users[0]]
	switch {
	case u == nil:
		return nil, "user_not_found"
	case u.Bot:
		return nil, "cannot_dm_bot"
	case u.Deleted:
		return nil, "user_disabled"
	}
	r := c.directLocked(u.ID)
	channel := object{"id": r.ID}
	if c.flag("return_im") {
		channel = c.roomObject(r)
	}
	return object{"channel": channel}, ""
}

func (s *Server) roomObject(r *room) object {
	if r.direct() {
		return object{"id": r.ID, "is_im": true, "user": r.With, "is_org_shared": false, "is_archived": false}
	}
	return object{
		"id": r.ID, "name": r.Name, "name_normalized": r.Name, "is_channel": !r.Private, "is_group": r.Private, "is_im": false, "is_mpim": false,
		"is_private": r.Private, "is_archived": r.Archived, "is_member": r.has(s.o.BotUser), "is_shared": r.Shared, "is_ext_shared": r.Shared,
		"is_org_shared": false, "is_pending_ext_shared": false, "is_general": false, "num_members": len(r.Members),
	}
}

// visible returns a conversation that the app may know of, or an error code.
func (c *call) visible(scope string) (*room, string) {
	r := c.rooms[c.arg("channel")]
	if r == nil || (r.Private || r.direct()) && !r.has(c.o.BotUser) {
		return nil, "channel_not_found"
	}
	if !c.granted(kindOf(r) + ":" + scope) {
		return nil, "missing_scope"
	}
	return r, ""
}

func (c *call) conversationInfo() (object, string) {
	r, code := c.visible("read")
	if code != "" {
		return nil, code
	}
	return object{"channel": c.roomObject(r)}, ""
}

func (c *call) conversationMembers() (object, string) {
	r, code := c.visible("read")
	if code != "" {
		return nil, code
	}
	lo, hi, next, code := c.page(len(r.Members), 100)
	return object{"members": r.Members[lo:hi], "response_metadata": object{"next_cursor": next}}, code
}

func (c *call) conversations(mine bool) (object, string) {
	types := "public_channel"
	if t := c.arg("types"); t != "" {
		types = t
	}
	want := map[string]bool{}
	for _, t := range strings.Split(types, ",") {
		scope := map[string]string{"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}[strings.TrimSpace(t)]
		if scope == "" {
			c.violation("%s: conversations of type %q", c.method, t)
			return nil, "invalid_types"
		}
		if !c.granted(scope + ":read") {
			return nil, "missing_scope"
		}
		want[scope] = true
	}
	var all []object
	for _, id := range c.order {
		r := c.rooms[id]
		in := r.has(c.o.BotUser)
		if !want[kindOf(r)] || (mine || r.Private || r.direct()) && !in || r.Archived && c.flag("exclude_archived") {
			continue
		}
		all = append(all, c.roomObject(r))
	}
	lo, hi, next, code := c.page(len(all), 100)
	return object{"channels": append([]object{}, all[lo:hi]...), "response_metadata": object{"next_cursor": next}}, code
}

// history returns messages, the newest first. https://docs.slack.dev/reference/methods/conversations.history/
func (c *call) history() (object, string) {
	r, code := c.visible("history")
	if code != "" {
		return nil, code
	}
	if !r.has(c.o.BotUser) {
		return nil, "not_in_channel"
	}
	var all []*message
	for _, m := range slices.Backward(r.Messages) {
		if m.For == "" && within(m.TS, c.arg("oldest"), c.arg("latest"), c.flag("inclusive")) {
			all = append(all, m)
		}
	}
	lo, hi, next, code := c.page(len(all), 100)
	if code != "" {
		return nil, code
	}
	messages := []object{}
	for _, m := range all[lo:hi] {
		messages = append(messages, c.shownLocked(m, c.flag("include_all_metadata")))
	}
	return object{"messages": messages, "has_more": next != "", "pin_count": 0, "response_metadata": object{"next_cursor": next}}, ""
}

// within tells whether a timestamp lies between two.
func within(ts, oldest, latest string, inclusive bool) bool {
	if oldest != "" && oldest != "0" && (later(oldest, ts) || !inclusive && oldest == ts) {
		return false
	}
	return latest == "" || later(latest, ts) || inclusive && latest == ts
}

// later tells whether a timestamp is after another.
func later(a, b string) bool {
	as, af, _ := strings.Cut(a, ".")
	bs, bf, _ := strings.Cut(b, ".")
	if len(as) != len(bs) {
		return len(as) > len(bs)
	}
	return as > bs || as == bs && af > bf
}

// page returns the bounds of the page that a call asks for, and the cursor of the next.
func (c *call) page(all, usual int) (lo, hi int, next, code string) {
	limit := usual
	if l := c.arg("limit"); l != "" {
		n, err := seconds(l)
		if err != nil || n < 1 || n > 999 {
			c.violation("%s: a limit of %s", c.method, l)
			return 0, 0, "", "invalid_limit"
		}
		limit = int(n)
	}
	const mark = "next:"
	if cursor := c.arg("cursor"); cursor != "" {
		n, err := seconds(strings.TrimPrefix(cursor, mark))
		if err != nil || !strings.HasPrefix(cursor, mark) || int(n) > all {
			return 0, 0, "", "invalid_cursor"
		}
		lo = int(n)
	}
	hi = min(lo+limit, all)
	if hi < all {
		next = mark + itoa(hi)
	}
	return lo, hi, next, ""
}

func (s *Server) userObject(u *User) object {
	team := u.Team
	if team == "" {
		team = s.o.Team
	}
	profile := object{"real_name": u.RealName, "display_name": u.Name, "team": team}
	if s.granted("users:read.email") && u.Email != "" {
		profile["email"] = u.Email
	}
	o := object{
		"id": u.ID, "team_id": team, "name": u.Name, "deleted": u.Deleted, "real_name": u.RealName, "profile": profile,
		"is_bot": u.Bot, "is_app_user": false, "is_restricted": u.Restricted || u.UltraRestricted, "is_ultra_restricted": u.UltraRestricted,
	}
	if u.TZ != "" {
		o["tz"] = u.TZ
	}
	if team != s.o.Team {
		o["is_stranger"] = true
	}
	return o
}

func (c *call) userInfo() (object, string) {
	u := c.users[c.arg("user")]
	if u == nil {
		return nil, "user_not_found"
	}
	return object{"user": c.userObject(u)}, ""
}

func (c *call) lookupByEmail() (object, string) {
	for _, id := range slices.Sorted(maps.Keys(c.users)) {
		if u := c.users[id]; !u.Deleted && u.Email != "" && strings.EqualFold(u.Email, c.arg("email")) {
			return object{"user": c.userObject(u)}, ""
		}
	}
	return nil, "users_not_found"
}
