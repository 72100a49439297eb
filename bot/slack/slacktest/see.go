package slacktest

import (
	"slices"
	"strings"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
)

// seen collects what a person sees of a message or view, from top to bottom.
type seen struct {
	*Server
	lines    []string
	links    []string
	instants []time.Time
	notifies []string
	buttons  []bottest.Button
	menu     []string
	pictures []bottest.Attachment
}

// add takes a text as it is read.
func (v *seen) add(w words) string {
	v.links = append(v.links, w.Links...)
	v.instants = append(v.instants, w.Instants...)
	v.notifies = append(v.notifies, w.Notifies...)
	return w.Text
}

// textOf returns the words of a text object. Plain text has no markup, nor escapes.
func (v *seen) textOf(o object) string {
	if str(o, "type") != "mrkdwn" {
		return str(o, "text")
	}
	return v.add(readMarkup(str(o, "text"), o["verbatim"] == true))
}

func (v *seen) line(text string) {
	if text != "" {
		v.lines = append(v.lines, text)
	}
}

func (v *seen) block(b object) {
	switch b["type"] {
	case "section":
		v.line(v.textOf(in(b, "text")))
		for _, f := range objects(b["fields"]) {
			v.line(v.textOf(f))
		}
	case "header":
		v.line(v.textOf(in(b, "text")))
	case "context":
		for _, e := range objects(b["elements"]) {
			if e["type"] == "image" {
				v.picture(e)
				continue
			}
			v.line(v.textOf(e))
		}
	case "image":
		v.line(v.textOf(in(b, "title")))
		v.picture(b)
	case "rich_text":
		v.richText(b)
	case "markdown":
		v.line(str(b, "text"))
	case "table":
		rows, _ := b["rows"].([]any)
		for _, r := range rows {
			for _, cell := range objects(r) {
				if cell["type"] == "rich_text" {
					v.richText(cell)
					continue
				}
				v.line(str(cell, "text"))
			}
		}
	}
	for _, e := range elementsOf(b) {
		v.element(e)
	}
}

// element takes the elements that one presses.
func (v *seen) element(e object) {
	switch e["type"] {
	case "button":
		v.buttons = append(v.buttons, v.button(e))
		if link := str(e, "url"); link != "" {
			v.links = append(v.links, link)
		}
	case "overflow", "static_select":
		for _, o := range objects(e["options"]) {
			v.menu = append(v.menu, v.textOf(in(o, "text")))
		}
	case "image":
		v.picture(e)
	}
}

// onMark is the sign of a toggle that is on: Slack has no such style.
const onMark = "✓ "

func (v *seen) button(e object) bottest.Button {
	b := bottest.Button{Label: v.textOf(in(e, "text"))}
	switch style := str(e, "style"); {
	case style == "primary":
		b.Style = bot.Primary
	case style == "danger":
		b.Style = bot.Danger
	case strings.HasPrefix(b.Label, onMark):
		b.Style, b.Label = bot.On, strings.TrimPrefix(b.Label, onMark)
	}
	if c := in(e, "confirm"); c != nil {
		b.Confirm = &bot.Confirm{
			Title: v.textOf(in(c, "title")), Text: v.textOf(in(c, "text")), Yes: v.textOf(in(c, "confirm")), No: v.textOf(in(c, "deny")),
		}
	}
	return b
}

func (v *seen) picture(o object) {
	a := bottest.Attachment{Name: str(o, "image_url"), Alt: str(o, "alt_text")}
	if f := v.files[str(in(o, "slack_file"), "id")]; f != nil {
		a.Name, a.Data = f.Name, f.Data
	}
	v.pictures = append(v.pictures, a)
}

func (v *seen) richText(b object) {
	for _, e := range objects(b["elements"]) {
		if e["type"] == "rich_text_list" {
			for _, item := range objects(e["elements"]) {
				v.line(v.spans(item))
			}
			continue
		}
		v.line(v.spans(e))
	}
}

// spans reads a line of rich text. What a text says in it is never markup.
func (v *seen) spans(e object) string {
	var b strings.Builder
	for _, s := range objects(e["elements"]) {
		switch s["type"] {
		case "text":
			b.WriteString(str(s, "text"))
		case "link":
			v.links = append(v.links, str(s, "url"))
			if text := str(s, "text"); text != "" {
				b.WriteString(text)
			} else {
				b.WriteString(str(s, "url"))
			}
		case "date":
			at, _ := s["timestamp"].(float64)
			moment := time.Unix(int64(at), 0).UTC()
			v.instants = append(v.instants, moment)
			b.WriteString(moment.Format("Mon 2 Jan 2006 15:04"))
			if link := str(s, "url"); link != "" {
				v.links = append(v.links, link)
			}
		case "user":
			v.notifies = append(v.notifies, str(s, "user_id"))
			b.WriteString("@" + str(s, "user_id"))
		case "usergroup":
			v.notifies = append(v.notifies, "@"+str(s, "usergroup_id"))
			b.WriteString("@" + str(s, "usergroup_id"))
		case "broadcast":
			v.notifies = append(v.notifies, "@"+str(s, "range"))
			b.WriteString("@" + str(s, "range"))
		case "emoji":
			b.WriteString(":" + str(s, "name") + ":")
		case "channel":
			b.WriteString("#" + str(s, "channel_id"))
		}
	}
	return b.String()
}

// seeBlocks reads blocks.
func (s *Server) seeBlocks(blocks []object) *seen {
	v := &seen{Server: s}
	for _, b := range blocks {
		v.block(b)
	}
	return v
}

// seeMessageLocked is a message as somebody sees it.
func (s *Server) seeMessageLocked(r *room, m *message) bottest.Message {
	out := bottest.Message{
		In: bot.Conversation{Workspace: s.workspace(), Channel: r.ID, Private: r.direct()}, ID: m.TS,
		FromBot: m.User == s.o.BotUser, OnlyMine: m.For != "" && !r.direct(),
	}
	v := s.seeBlocks(objects(m.Blocks))
	fallback := readMarkup(m.Text, false)
	if out.FromBot {
		// What the text alerts, it alerts also where blocks are shown in its place.
		v.notifies = append(v.notifies, fallback.Notifies...)
	}
	if len(m.Blocks) == 0 {
		v.line(fallback.Text)
		v.links = append(v.links, fallback.Links...)
		v.instants = append(v.instants, fallback.Instants...)
	}
	for _, f := range m.Files {
		v.file(&out, f)
	}
	out.Text = strings.TrimSpace(strings.Join(v.lines, "\n"))
	out.Buttons, out.Menu, out.Instants, out.Links, out.Notifies = v.buttons, v.menu, v.instants, v.links, v.notifies
	out.Pictures = append(out.Pictures, v.pictures...)
	return out
}

func (*seen) file(out *bottest.Message, f *file) {
	a := bottest.Attachment{Name: f.Name, Alt: f.Alt, Data: f.Data}
	if f.picture() {
		out.Pictures = append(out.Pictures, a)
	} else {
		out.Files = append(out.Files, a)
	}
}

func (s *Server) workspace() string { return "slack:" + s.o.Team }

// seeConversationLocked is what somebody sees in a conversation. A file that the app shared just before
// a message belongs to it: Slack's messages take no files of the app's among their blocks.
func (s *Server) seeConversationLocked(user, channel string) []bottest.Message {
	r := s.rooms[channel]
	if r == nil || !r.has(user) {
		return nil
	}
	var out []bottest.Message
	for _, m := range r.Messages {
		if m.For != "" && m.For != user {
			continue
		}
		if m.seen == nil {
			fresh := s.seeMessageLocked(r, m)
			m.seen = &fresh
		}
		now := *m.seen
		if n := len(out) - 1; n >= 0 && now.FromBot && len(m.Files) == 0 && shared(out[n]) {
			now.Pictures = slices.Concat(out[n].Pictures, now.Pictures)
			now.Files = slices.Concat(out[n].Files, now.Files)
			out = out[:n]
		} else if n >= 0 && now.FromBot && len(m.Files) > 0 && shared(out[n]) && now.Text == "" {
			out[n].Pictures = slices.Concat(out[n].Pictures, now.Pictures)
			out[n].Files = slices.Concat(out[n].Files, now.Files)
			continue
		}
		out = append(out, now)
	}
	return out
}

// shared tells whether a message is nothing but files of the app's.
func shared(m bottest.Message) bool {
	return m.FromBot && m.Text == "" && len(m.Buttons) == 0 && len(m.Pictures)+len(m.Files) > 0
}

// continuing begins the line that says that a form goes on with what was kept.
const continuing = "Continuing"

// seeForm is a view as its form.
func (s *Server) seeForm(v *view) bottest.Form {
	form := bottest.Form{
		Title: str(in(v.Body, "title"), "text"), Submit: str(in(v.Body, "submit"), "text"), State: v.ID,
	}
	var notes []string
	for _, b := range blocksOf(v.Body) {
		if b["type"] != "input" {
			notes = append(notes, s.seeBlocks([]object{b}).lines...)
			continue
		}
		form.Fields = append(form.Fields, s.seeField(v, b))
	}
	form.Note = strings.Join(notes, "\n")
	form.Continued = strings.Contains(form.Note, continuing)
	return form
}

// inputs says how each element is filled in, as far as that can be told.
var inputs = map[string]bot.Input{
	"plain_text_input": bot.InputText, "number_input": bot.InputNumber, "email_text_input": bot.InputText, "url_text_input": bot.InputText,
	"static_select": bot.InputChoice, "external_select": bot.InputChoice, "radio_buttons": bot.InputRating,
	"multi_static_select": bot.InputChoices, "multi_external_select": bot.InputChoices, "checkboxes": bot.InputChoices,
	"users_select": bot.InputPerson, "multi_users_select": bot.InputPeople,
	"datepicker": bot.InputDate, "timepicker": bot.InputTime, "datetimepicker": bot.InputDateTime, "file_input": bot.InputFile,
}

func (s *Server) seeField(v *view, b object) bottest.FormField {
	e := in(b, "element")
	kind := str(e, "type")
	f := bottest.FormField{
		Name: str(b, "block_id"), Label: str(in(b, "label"), "text"), Input: inputs[kind], Required: b["optional"] != true,
		Value: valuesOf(v.State[str(b, "block_id")][str(e, "action_id")]),
	}
	if kind == "plain_text_input" && e["multiline"] == true {
		f.Input = bot.InputLongText
	}
	for _, o := range optionsOf(e) {
		f.Choices = append(f.Choices, str(o, "value"))
	}
	return f
}

// optionsOf returns the options of a select, those of its groups included.
func optionsOf(e object) []object {
	all := objects(e["options"])
	for _, g := range objects(e["option_groups"]) {
		all = append(all, objects(g["options"])...)
	}
	return all
}

// valuesOf returns what the state of an element holds, as text.
func valuesOf(state object) []string {
	one := func(name string) []string {
		if s := str(state, name); s != "" {
			return []string{s}
		}
		return nil
	}
	many := func(name string) []string {
		var out []string
		list, _ := state[name].([]any)
		for _, v := range list {
			switch v := v.(type) {
			case string:
				out = append(out, v)
			case object:
				out = append(out, str(v, "value")+str(v, "id"))
			}
		}
		return out
	}
	if o := in(state, "selected_option"); o != nil {
		return []string{str(o, "value")}
	}
	if at, ok := state["selected_date_time"].(float64); ok {
		return []string{time.Unix(int64(at), 0).UTC().Format(time.RFC3339)}
	}
	return slices.Concat(
		one("value"), one("selected_user"), one("selected_date"), one("selected_time"), one("selected_conversation"), one("selected_channel"),
		many("selected_options"), many("selected_users"), many("selected_conversations"), many("selected_channels"), many("files"),
	)
}

// initialState is what an element holds when it is first shown.
func initialState(e object) object {
	kind := str(e, "type")
	o := object{"type": kind}
	set := func(state, initial string) {
		o[state] = e[initial]
	}
	switch kind {
	case "plain_text_input", "number_input", "email_text_input", "url_text_input":
		set("value", "initial_value")
	case "rich_text_input":
		set("rich_text_value", "initial_value")
	case "static_select", "external_select", "radio_buttons":
		set("selected_option", "initial_option")
	case "multi_static_select", "multi_external_select", "checkboxes":
		set("selected_options", "initial_options")
	case "users_select":
		set("selected_user", "initial_user")
	case "multi_users_select":
		set("selected_users", "initial_users")
	case "conversations_select":
		set("selected_conversation", "initial_conversation")
	case "channels_select":
		set("selected_channel", "initial_channel")
	case "multi_conversations_select":
		set("selected_conversations", "initial_conversations")
	case "multi_channels_select":
		set("selected_channels", "initial_channels")
	case "datepicker":
		set("selected_date", "initial_date")
	case "timepicker":
		set("selected_time", "initial_time")
	case "datetimepicker":
		set("selected_date_time", "initial_date_time")
	case "file_input":
		o["files"] = []any{}
	}
	for name, v := range o {
		if v == nil && strings.HasSuffix(name, "s") {
			o[name] = []any{}
		}
	}
	return o
}

// Said is a message of a conversation, for assertions.
type Said struct {
	TS, User, Text string
	Blocks         []any
	Metadata       map[string]any
	// Files are the names of the files that were shared with it.
	Files []string
	// For is the only one who sees it, "" for everyone.
	For string
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
		said := Said{TS: m.TS, User: m.User, Text: m.Text, Blocks: m.Blocks, Metadata: m.Metadata, For: m.For}
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

// HomeOf returns somebody's home as the app published it last, nil where it did not.
func (s *Server) HomeOf(user string) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v := s.homes[user]; v != nil {
		return s.viewObject(v)
	}
	return nil
}

// OpenViews returns the modals that somebody has open, the last opened last.
func (s *Server) OpenViews(user string) []map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []map[string]any
	for _, k := range s.stacks[user] {
		for _, v := range k.views {
			out = append(out, s.viewObject(v))
		}
	}
	return out
}
