package discordtest

import (
	"slices"
	"strings"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
)

// seen collects what a person sees of a message, from top to bottom.
type seen struct {
	*Server
	m        *message
	lines    []string
	links    []string
	instants []time.Time
	buttons  []bottest.Button
	menu     []string
	pictures []bottest.Attachment
	files    []bottest.Attachment
}

func (s *Server) userName(id string) string {
	if u := s.users[id]; u != nil {
		return u.shown()
	}
	return id
}

// shown is the name that people see.
func (u *User) shown() string {
	if u.GlobalName != "" {
		return u.GlobalName
	}
	return u.Name
}

func (s *Server) roleName(id string) string {
	for _, g := range s.guilds {
		for _, r := range g.Roles {
			if r.ID == id {
				return r.Name
			}
		}
	}
	return id
}

func (s *Server) channelName(id string) string {
	if r := s.rooms[id]; r != nil {
		return r.Name
	}
	return id
}

// markdown takes a text in Discord's Markdown.
func (v *seen) markdown(text string) {
	w := readMarkup(text, v.Server)
	v.links = append(v.links, w.Links...)
	v.instants = append(v.instants, w.Instants...)
	v.line(w.Text)
}

func (v *seen) line(text string) {
	if text != "" {
		v.lines = append(v.lines, text)
	}
}

// embed takes an embed, in the order in which clients draw it.
func (v *seen) embed(e object) {
	author, footer := in(e, "author"), in(e, "footer")
	v.line(str(author, "name"))
	v.link(str(author, "url"))
	v.markdown(str(e, "title"))
	if str(e, "title") != "" { // the address is where the title leads to
		v.link(str(e, "url"))
	}
	v.markdown(str(e, "description"))
	for _, f := range objects(e["fields"]) {
		v.markdown(str(f, "name"))
		v.markdown(str(f, "value"))
	}
	v.picture(in(e, "image"), "")
	v.picture(in(e, "thumbnail"), "")
	v.line(str(footer, "text"))
	if at, err := time.Parse(time.RFC3339, str(e, "timestamp")); err == nil {
		v.instants = append(v.instants, at.UTC())
		v.line(at.UTC().Format("Mon 2 Jan 2006 15:04"))
	}
}

func (v *seen) link(address string) {
	if address != "" {
		v.links = append(v.links, address)
	}
}

// picture takes a picture that an embed or a component shows, described by what its file says.
func (v *seen) picture(p object, hint string) {
	address := str(p, "url")
	if address == "" {
		return
	}
	a := bottest.Attachment{Name: address, Alt: hint}
	if f := v.m.attached(address); f != nil {
		a.Name, a.Data = f.Name, f.Data
		if a.Alt == "" {
			a.Alt = f.Hint
		}
	}
	v.pictures = append(v.pictures, a)
}

// component takes a component with all that stands in it.
func (v *seen) component(k object) {
	switch kindOf(k) {
	case compButton:
		v.buttons = append(v.buttons, buttonOf(k))
		v.link(str(k, "url"))
	case compSelect:
		for _, o := range objects(k["options"]) {
			v.menu = append(v.menu, str(o, "label"))
		}
	case compText:
		v.markdown(str(k, "content"))
	case compThumbnail:
		v.picture(in(k, "media"), str(k, "description"))
	case compGallery:
		for _, item := range objects(k["items"]) {
			v.picture(in(item, "media"), str(item, "description"))
		}
	case compFile:
		if f := v.m.attached(str(in(k, "file"), "url")); f != nil {
			v.files = append(v.files, bottest.Attachment{Name: f.Name, Alt: f.Hint, Data: f.Data})
		}
	}
	for _, inner := range objects(k["components"]) {
		v.component(inner)
	}
	if a := in(k, "accessory"); a != nil {
		v.component(a)
	}
}

// onMark is the sign of a toggle that is on, beside its colour.
const onMark = "✓ "

// buttonOf is a button as it is shown: green is for what is on.
func buttonOf(k object) bottest.Button {
	b := bottest.Button{Label: str(k, "label")}
	switch kindOf(object{"type": k["style"]}) {
	case stylePrimary:
		b.Style = bot.Primary
	case styleSuccess:
		b.Style = bot.On
	case styleDanger:
		b.Style = bot.Danger
	}
	if rest, on := strings.CutPrefix(b.Label, onMark); on {
		b.Style, b.Label = bot.On, rest
	}
	return b
}

// seeMessageLocked is a message as somebody sees it.
func (s *Server) seeMessageLocked(workspace string, r *room, m *message) bottest.Message {
	v := &seen{Server: s, m: m}
	v.markdown(m.Content)
	for _, f := range m.Files {
		switch {
		case m.embeds(f):
		case f.picture():
			v.pictures = append(v.pictures, bottest.Attachment{Name: f.Name, Alt: f.Hint, Data: f.Data})
		default:
			v.files = append(v.files, bottest.Attachment{Name: f.Name, Alt: f.Hint, Data: f.Data})
		}
	}
	if m.Flags&flagSuppressEmbeds == 0 {
		for _, e := range m.Embeds {
			v.embed(e)
		}
	}
	for _, k := range m.Components {
		v.component(k)
	}
	return bottest.Message{
		In: bot.Conversation{Workspace: workspace, Channel: r.ID, Private: r.direct()}, ID: m.ID,
		FromBot: m.User == s.o.BotUser, OnlyMine: m.For != "" && !r.direct(),
		Text: strings.TrimSpace(strings.Join(v.lines, "\n")), Buttons: v.buttons, Menu: v.menu, Pictures: v.pictures, Files: v.files,
		Instants: v.instants, Links: v.links, Notifies: s.alertedLocked(m),
	}
}

// seeConversationLocked is what somebody sees in a conversation.
func (s *Server) seeConversationLocked(workspace, user, channel string) []bottest.Message {
	r := s.rooms[channel]
	if r == nil || !s.seesLocked(r, user) {
		return nil
	}
	var out []bottest.Message
	for _, m := range r.Messages {
		if m.For != "" && m.For != user {
			continue
		}
		if m.seen == nil {
			fresh := s.seeMessageLocked(workspace, r, m)
			m.seen = &fresh
		}
		out = append(out, *m.seen)
	}
	return out
}

// continuing is what a form says that goes on with what was kept.
const continuing = "Continu"

// seeForm is a modal as its form. Of a form in steps it is the first step.
func (s *Server) seeForm(o *opened) bottest.Form {
	form := bottest.Form{Title: str(o.modal, "title"), Submit: "Submit", State: o}
	var notes []string
	for _, k := range objects(o.modal["components"]) {
		if kindOf(k) == compText {
			notes = append(notes, readMarkup(str(k, "content"), s).Text)
		}
	}
	for _, f := range fieldsOf(o.modal) {
		form.Fields = append(form.Fields, seeField(f))
	}
	form.Note = strings.Join(notes, "\n")
	form.Continued = strings.Contains(form.Title+form.Note, continuing)
	return form
}

// field is an input of a modal with what stands around it.
type field struct {
	label, hint string
	// legacy is true where it stands in a row, not in a label.
	legacy    bool
	component object
}

func (f field) name() string { return str(f.component, "custom_id") }

// required tells whether it must be filled in: it must unless the app says otherwise.
func (f field) required() bool {
	return f.component["required"] != false && kindOf(f.component) != compCheckbox
}

// fieldsOf returns the inputs of a modal, in order.
func fieldsOf(modal object) []field {
	var out []field
	for _, k := range objects(modal["components"]) {
		switch kindOf(k) {
		case compLabel:
			out = append(out, field{label: str(k, "label"), hint: str(k, "description"), component: in(k, "component")})
		case compRow:
			for _, e := range objects(k["components"]) {
				out = append(out, field{label: str(e, "label"), legacy: true, component: e})
			}
		}
	}
	return out
}

// seeField is an input of a modal as it is shown.
func seeField(f field) bottest.FormField {
	k := f.component
	out := bottest.FormField{Name: f.name(), Label: f.label, Required: f.required()}
	several := whole(k, "max_values") > 1
	switch kindOf(k) {
	case compInput:
		out.Input = bot.InputText
		if whole(k, "style") == 2 {
			out.Input = bot.InputLongText
		}
		if v := str(k, "value"); v != "" {
			out.Value = []string{v}
		}
	case compSelect, compRadios, compCheckboxes:
		out.Input = bot.InputChoice
		if several || kindOf(k) == compCheckboxes {
			out.Input = bot.InputChoices
		}
	case compUsers:
		out.Input = bot.InputPerson
		if several {
			out.Input = bot.InputPeople
		}
	case compUpload:
		out.Input = bot.InputFile
	}
	for _, o := range objects(k["options"]) {
		out.Choices = append(out.Choices, str(o, "value"))
		if o["default"] == true {
			out.Value = append(out.Value, str(o, "value"))
		}
	}
	for _, d := range objects(k["default_values"]) {
		out.Value = append(out.Value, str(d, "id"))
	}
	return out
}

// labels are the labels of all buttons among components.
func buttonsOf(components []object) []object {
	var out []object
	for _, k := range components {
		switch kindOf(k) {
		case compButton:
			out = append(out, k)
		}
		out = append(out, buttonsOf(objects(k["components"]))...)
		if a := in(k, "accessory"); a != nil {
			out = append(out, buttonsOf([]object{a})...)
		}
	}
	return out
}

// selectsOf are all selects among components.
func selectsOf(components []object) []object {
	var out []object
	for _, k := range components {
		if slices.Contains([]int{compSelect, compUsers, compRoles, compMentionables, compChannels}, kindOf(k)) {
			out = append(out, k)
		}
		out = append(out, selectsOf(objects(k["components"]))...)
	}
	return out
}
