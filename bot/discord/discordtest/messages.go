package discordtest

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// file is a file on Discord's servers.
type file struct {
	ID, Channel, Name, Type, Hint string
	Data                          []byte
}

func (f *file) picture() bool { return strings.HasPrefix(f.Type, "image/") }

func (s *Server) fileURL(f *file) string {
	return fmt.Sprintf("%s/attachments/%s/%s/%s?ex=1&is=1&hm=1", s.http.URL, f.Channel, f.ID, url.PathEscape(f.Name))
}

// attachmentObject is a file. https://docs.discord.com/developers/resources/message#attachment-object
func (s *Server) attachmentObject(f *file) object {
	o := object{
		"id": f.ID, "filename": f.Name, "size": len(f.Data), "url": s.fileURL(f), "proxy_url": s.fileURL(f), "content_type": f.Type,
	}
	if f.Hint != "" {
		o["description"] = f.Hint
	}
	return o
}

// serveFile hands out a file: its address is all that it takes.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.calls = append(s.calls, Call{Route: Downloads, Path: r.URL.Path, At: s.o.Clock()})
	found := s.files[r.PathValue("file")]
	s.mu.Unlock()
	f := s.failure(Downloads)
	switch {
	case f.Status != 0:
		s.answerFailure(w, r, Downloads, f)
	case f.Drop:
		drop(w)
	case found == nil || r.URL.RawQuery == "":
		http.NotFound(w, r)
	default:
		w.Header().Set("Content-Type", found.Type)
		_, _ = w.Write(found.Data) // whoever asked is gone where this fails
	}
}

// Downloads are reads of a file's bytes, as Fail and Calls know them.
const Downloads = "GET /attachments/{channel}/{file}/{name}"

// PutFile puts a file of somebody's on Discord's servers and returns its id.
func (s *Server) PutFile(name, mediaType string, data []byte) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := &file{ID: s.newIDLocked(), Channel: s.o.Guild, Name: name, Type: mediaType, Data: data}
	s.files[f.ID] = f
	return f.ID
}

// attached returns the file of a message that an address attachment:// names.
func (m *message) attached(address string) *file {
	name, isFile := strings.CutPrefix(address, "attachment://")
	if !isFile {
		return nil
	}
	for _, f := range m.Files {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// embeds tells whether a file is shown by an embed or a component, and so not by itself.
func (m *message) embeds(f *file) bool {
	return slices.Contains(m.addresses(), "attachment://"+f.Name)
}

// addresses are those of all media that a message shows.
func (m *message) addresses() []string {
	var all []string
	for _, e := range m.Embeds {
		all = append(all, str(in(e, "image"), "url"), str(in(e, "thumbnail"), "url"), str(in(e, "footer"), "icon_url"))
	}
	var walk func(o object)
	walk = func(o object) {
		all = append(all, str(in(o, "media"), "url"), str(in(o, "file"), "url"))
		for _, name := range []string{"components", "items"} {
			for _, k := range objects(o[name]) {
				walk(k)
			}
		}
		if a := in(o, "accessory"); a != nil {
			walk(a)
		}
	}
	for _, k := range m.Components {
		walk(k)
	}
	return all
}

// hasFiles tells whether a message shows any file, be it by an address.
func (m *message) hasFiles() bool {
	return len(m.Files) > 0 || slices.ContainsFunc(m.addresses(), func(a string) bool { return a != "" })
}

// fileName is what Discord makes of a file's name.
var fileName = regexp.MustCompile(`[^\w.\-]+`)

// attach puts the files of a call on a message. Where attachments are listed, those that a message had
// and that are not among them are taken away.
func (s *Server) attach(c *checker, r *room, m *message, body object, uploads []upload) {
	listed, isListed := body["attachments"].([]any)
	hints := map[int]object{}
	if isListed {
		kept := m.Files
		m.Files = nil
		for i, a := range objects(listed) {
			id := fmt.Sprint(a["id"])
			if n, ok := a["id"].(float64); ok {
				id = strconv.Itoa(int(n))
			}
			if at := slices.IndexFunc(kept, func(f *file) bool { return f.ID == id }); at >= 0 {
				m.Files = append(m.Files, kept[at])
				continue
			}
			n, err := strconv.Atoi(id)
			if err != nil || !slices.ContainsFunc(uploads, func(u upload) bool { return u.N == n }) {
				c.addf(fmt.Sprintf("/attachments/%d/id", i), "there is no file %q", id)
				continue
			}
			hints[n] = a
		}
	}
	seen := map[int]bool{}
	for _, u := range uploads {
		if seen[u.N] {
			c.addf("/files", "files[%d] stands twice", u.N)
		}
		seen[u.N] = true
		name := path.Base(u.Name)
		if given := str(hints[u.N], "filename"); given != "" {
			name = given
		}
		f := &file{
			ID: s.newIDLocked(), Channel: r.ID, Name: fileName.ReplaceAllString(name, "_"), Type: u.Type, Hint: str(hints[u.N], "description"), Data: u.Data,
		}
		s.files[f.ID] = f
		m.Files = append(m.Files, f)
	}
	if len(m.Files) > maxFiles {
		c.addf("/attachments", "%d files, allowed are %d", len(m.Files), maxFiles)
	}
}

// compose applies what was given to a message and returns what Discord would refuse. The message is
// changed only where there is nothing.
func (s *Server) compose(r *room, m *message, body object, uploads []upload) (code int, problems []problem) {
	c := newChecker()
	c.message(body)
	s.violations("a message", texts(c.forbidden))
	next := *m
	if v, given := body["content"]; given {
		next.Content, _ = v.(string)
	}
	if v, given := body["embeds"]; given {
		next.Embeds = objects(v)
	}
	if v, given := body["components"]; given {
		next.Components = objects(v)
	}
	if v, given := body["allowed_mentions"].(object); given {
		next.Mentions = v
	}
	if v, given := body["flags"]; given && v != nil {
		// The second version of components stays once it is there.
		next.Flags = m.Flags&flagV2 | whole(body, "flags")&(flagSuppressEmbeds|flagSilent|flagV2)
	}
	s.attach(c, r, &next, body, uploads)
	if next.Flags&flagV2 != 0 {
		c.legacy(next.Content, next.Embeds)
	}
	for _, a := range next.addresses() {
		if strings.HasPrefix(a, "attachment://") && next.attached(a) == nil {
			c.addf("", "there is no file for %s", a)
		}
	}
	if len(c.problems) > 0 {
		return codeInvalidForm, c.problems
	}
	if strings.TrimSpace(next.Content) == "" && len(next.Embeds) == 0 && len(next.Files) == 0 && !says(next.Components, next.Flags) {
		return codeEmptyMessage, []problem{{"", "the message is empty"}}
	}
	*m = next
	return 0, nil
}

// says tells whether components make a message by themselves.
func says(components []object, flags int) bool {
	return len(components) > 0 && flags&flagV2 != 0
}

// noFiles notes files where the project wants none: others may see them, or they outlive the answer.
func (s *Server) noFilesLocked(what string, r *room, m *message) {
	if m.hasFiles() && !r.direct() && !s.filesIn[r.ID] {
		s.violation("%s: a file or picture in %q, which is no direct message", what, r.Name)
	}
}

// channel returns the conversation of the path, with what the app may do there.
func (c *call) channel(need int64) (*room, *reply) {
	r := c.rooms[c.path("channel")]
	var refused reply
	switch {
	case r == nil:
		refused = refuse(codeUnknownChannel)
	case r.permissions()&PermissionView == 0:
		refused = refuse(codeMissingAccess)
	case r.permissions()&need != need:
		refused = refuse(codeMissingPermissions)
	default:
		return r, nil
	}
	return nil, &refused
}

// postMessage says something in a conversation.
// https://docs.discord.com/developers/resources/message#create-message
func (c *call) postMessage() reply {
	need := PermissionSend
	if room := c.rooms[c.path("channel")]; room != nil && room.Type == TypePublicThread {
		need = PermissionSendThread
	}
	if len(objects(c.body["embeds"])) > 0 {
		need |= PermissionEmbed
	}
	if len(c.files) > 0 {
		need |= PermissionAttach
	}
	r, refused := c.channel(need)
	if refused != nil {
		return *refused
	}
	if r.direct() && c.users[r.With].ClosedDMs {
		return refuse(codeCannotDM)
	}
	if whole(c.body, "flags")&flagEphemeral != 0 {
		c.violation("%s: only the answer to an interaction can be seen by one person alone", c.route)
	}
	nonce := nonceOf(c.body)
	if c.body["enforce_nonce"] == true && nonce != "" {
		for _, m := range r.Messages {
			if m.Nonce == nonce && m.User == c.o.BotUser && c.o.Clock().Sub(m.At) <= nonceLife {
				return ok(c.messageObject(r, m))
			}
		}
	}
	m := &message{User: c.o.BotUser, Nonce: nonce}
	if code, problems := c.compose(r, m, c.body, c.files); code != 0 {
		return c.refuseMessage(code, problems)
	}
	c.noFilesLocked(c.route, r, m)
	c.sayLocked(r, m)
	c.dispatchLocked(intentFor(r), "MESSAGE_CREATE", c.eventMessage(r, m))
	return ok(c.messageObject(r, m))
}

// nonceOf returns the nonce of a message, which may be a number.
func nonceOf(body object) string {
	if n, isNumber := body["nonce"].(float64); isNumber {
		return strconv.FormatInt(int64(n), 10)
	}
	return str(body, "nonce")
}

// refuseMessage tells the app and the test what is wrong with a message.
func (c *call) refuseMessage(code int, problems []problem) reply {
	c.violations(c.route, texts(problems))
	if code == codeInvalidForm {
		return invalid(problems)
	}
	return refuse(code)
}

// public returns a message of the conversation that all of it see.
func (c *call) public() (*room, *message, *reply) {
	r, refused := c.channel(0)
	if refused != nil {
		return nil, nil, refused
	}
	m := r.find(c.path("message"))
	if m != nil && m.For != "" {
		c.violation("%s: an ephemeral message can only be reached through the token of its interaction", c.route)
		m = nil
	}
	if m == nil {
		gone := refuse(codeUnknownMessage)
		return nil, nil, &gone
	}
	return r, m, nil
}

func (c *call) getMessage() reply {
	r, m, refused := c.public()
	if refused != nil {
		return *refused
	}
	if r.permissions()&PermissionHistory == 0 {
		return refuse(codeMissingPermissions)
	}
	return ok(c.messageObject(r, m))
}

// editMessage changes a message.
func (c *call) editMessage() reply {
	r, m, refused := c.public()
	switch {
	case refused != nil:
		return *refused
	case m.User != c.o.BotUser:
		return refuse(codeOtherAuthor)
	case m.Loading:
		c.violation("%s: a deferred answer is filled in through the token of its interaction", c.route)
		return refuse(codeUnknownMessage)
	}
	return c.edit(r, m)
}

// edit changes a message of the app's.
func (c *call) edit(r *room, m *message) reply {
	if code, problems := c.compose(r, m, c.body, c.files); code != 0 {
		return c.refuseMessage(code, problems)
	}
	c.noFilesLocked(c.route, r, m)
	if m.Loading {
		m.Loading = false
	} else {
		m.Edited = c.o.Clock()
	}
	c.changeLocked(m)
	return ok(c.messageObject(r, m))
}

func (c *call) deleteMessage() reply {
	r, m, refused := c.public()
	switch {
	case refused != nil:
		return *refused
	case m.User != c.o.BotUser:
		return refuse(codeMissingPermissions)
	}
	r.remove(m)
	return nothing()
}

// listMessages returns what was said, the newest first.
// https://docs.discord.com/developers/resources/message#get-channel-messages
func (c *call) listMessages() reply {
	r, refused := c.channel(0)
	if refused != nil {
		return *refused
	}
	if r.permissions()&PermissionHistory == 0 {
		return ok([]any{})
	}
	query := c.request.URL.Query()
	limit := 50
	if text := query.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 100 {
			c.violation("%s: limit is %q, allowed are 1 to 100", c.route, text)
			return invalid([]problem{{"/limit", "int value should be between 1 and 100."}})
		}
		limit = n
	}
	given := slices.DeleteFunc([]string{"around", "before", "after"}, func(name string) bool { return query.Get(name) == "" })
	if len(given) > 1 {
		c.violation("%s: %q exclude each other", c.route, given)
	}
	var bound uint64
	for _, name := range given {
		n, err := strconv.ParseUint(query.Get(name), 10, 64)
		if err != nil {
			return notSnowflake(name, query.Get(name))
		}
		bound = n
	}
	var found []*message
	for _, m := range r.Messages {
		id, _ := strconv.ParseUint(m.ID, 10, 64) // the server's own
		before, after := slices.Contains(given, "before"), slices.Contains(given, "after")
		if m.For == "" && (!before || id < bound) && (!after || id > bound) {
			found = append(found, m)
		}
	}
	found = within(found, limit, given, bound)
	all := []any{}
	for _, m := range slices.Backward(found) {
		all = append(all, c.messageObject(r, m))
	}
	return ok(all)
}

// within cuts messages to a number of them: those next to the bound, else the newest.
func within(found []*message, limit int, given []string, bound uint64) []*message {
	if len(found) <= limit {
		return found
	}
	switch {
	case slices.Contains(given, "after"):
		return found[:limit]
	case slices.Contains(given, "around"):
		at := slices.IndexFunc(found, func(m *message) bool {
			id, _ := strconv.ParseUint(m.ID, 10, 64) // the server's own
			return id >= bound
		})
		if at < 0 {
			at = len(found)
		}
		from := min(max(0, at-limit/2), len(found)-limit)
		return found[from : from+limit]
	default:
		return found[len(found)-limit:]
	}
}

// eventMessage is a message as the Gateway tells of it.
func (s *Server) eventMessage(r *room, m *message) object {
	o := s.messageObject(r, m)
	if !r.direct() {
		o["guild_id"] = r.Guild
		if member := s.guilds[r.Guild].Members[m.User]; member != nil {
			o["member"] = s.memberObject(member, false)
		}
	}
	return o
}

var (
	userMention = regexp.MustCompile(`<@!?(\d+)>`)
	roleMention = regexp.MustCompile(`<@&(\d+)>`)
	allMention  = regexp.MustCompile(`@(everyone|here)`)
)

// alerted names everyone whom a message alerts: those named in its text whom it allows to be alerted.
// What embeds say alerts nobody.
// https://docs.discord.com/developers/resources/message#allowed-mentions-object
func (s *Server) alertedLocked(m *message) []string {
	text := m.Content
	if m.Flags&flagV2 != 0 {
		text += "\n" + strings.Join(displays(m.Components), "\n")
	}
	allows := func(parse, list, id string) bool {
		if m.Mentions == nil {
			return true
		}
		all, _ := m.Mentions["parse"].([]any)
		named, _ := m.Mentions[list].([]any)
		return slices.Contains(all, any(parse)) || slices.Contains(named, any(id))
	}
	var out []string
	for _, found := range userMention.FindAllStringSubmatch(text, -1) {
		if allows("users", "users", found[1]) {
			out = append(out, found[1])
		}
	}
	for _, found := range roleMention.FindAllStringSubmatch(text, -1) {
		if allows("roles", "roles", found[1]) {
			out = append(out, "@&"+found[1])
		}
	}
	for _, found := range allMention.FindAllStringSubmatch(text, -1) {
		if allows("everyone", "", "") {
			out = append(out, "@"+found[1])
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// displays are the texts of text displays.
func displays(components []object) []string {
	var out []string
	for _, k := range components {
		if kindOf(k) == compText {
			out = append(out, str(k, "content"))
		}
		out = append(out, displays(objects(k["components"]))...)
	}
	return out
}

// Said is a message of a conversation, for assertions.
type Said struct {
	ID, User, Content string
	Embeds            []map[string]any
	Components        []map[string]any
	Flags             int
	Nonce             string
	AllowedMentions   map[string]any
	// Files are the names of the files that came with it.
	Files []string
	// For is the only one who sees it, "" for everyone.
	For string
	// Loading is true for a deferred answer that is not there yet.
	Loading bool
}

// Said returns all that was said in a conversation, and to single people in it.
func (s *Server) Said(channel string) []Said {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rooms[channel]
	if r == nil {
		return nil
	}
	var out []Said
	for _, m := range r.Messages {
		said := Said{
			ID: m.ID, User: m.User, Content: m.Content, Embeds: m.Embeds, Components: m.Components, Flags: m.Flags, Nonce: m.Nonce,
			AllowedMentions: maps.Clone(m.Mentions), For: m.For, Loading: m.Loading,
		}
		for _, f := range m.Files {
			said.Files = append(said.Files, f.Name)
		}
		out = append(out, said)
	}
	return out
}

// DM returns the id of somebody's direct messages with the app.
func (s *Server) DM(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.directLocked(user).ID
}
