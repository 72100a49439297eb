package playground

import (
	"cmp"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"path"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/hirebot/hirebot/bot"
)

// What one request may hold at most.
const (
	maxText   = 4000 // characters of a command
	maxFields = 100  // fields of a form
	maxName   = 200  // characters of a name, an id or a file name
)

var mediaType = regexp.MustCompile(`^[a-z0-9][a-z0-9.+-]*/[a-z0-9][a-z0-9.+-]*$`)

// sender is who sends a request, and from where.
type sender struct {
	User         string `json:"user"`
	Conversation string `json:"conversation"`
	// ID is made by the page: the same for each attempt to deliver one act.
	ID string `json:"id"`
}

type wirePerson struct {
	User  string `json:"user"`
	Name  string `json:"name"`
	About string `json:"about,omitempty"`
	Zone  string `json:"zone,omitempty"`
}

type wireConversation struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	About   string `json:"about,omitempty"`
	Private bool   `json:"private,omitempty"`
}

type wireParam struct {
	Name     string       `json:"name"`
	Help     string       `json:"help,omitempty"`
	Example  string       `json:"example,omitempty"`
	Required bool         `json:"required,omitempty"`
	Repeated bool         `json:"repeated,omitempty"`
	Flag     bool         `json:"flag,omitempty"`
	KeyOnly  bool         `json:"keyOnly,omitempty"`
	Secret   bool         `json:"secret,omitempty"`
	Choices  []wireChoice `json:"choices,omitempty"`
}

type wireCommand struct {
	Noun     string      `json:"noun"`
	Verb     string      `json:"verb"`
	Default  bool        `json:"default,omitempty"`
	Summary  string      `json:"summary"`
	Details  string      `json:"details,omitempty"`
	Usage    string      `json:"usage"`
	Roles    []string    `json:"roles,omitempty"`
	Params   []wireParam `json:"params,omitempty"`
	Examples []string    `json:"examples,omitempty"`
}

type wireState struct {
	Workspace     string             `json:"workspace"`
	Bot           string             `json:"bot"`
	Me            wirePerson         `json:"me"`
	People        []wirePerson       `json:"people"`
	Conversations []wireConversation `json:"conversations"`
	Commands      []wireCommand      `json:"commands"`
	Try           []string           `json:"try"`
	Messages      []*message         `json:"messages"`
	Unread        unread             `json:"unread"`
	// Cursor is what a stream goes on from.
	Cursor string `json:"cursor"`
	// MaxUpload is the most bytes of a file.
	MaxUpload int `json:"maxUpload"`
	// At is the server's time.
	At time.Time `json:"at"`
	// Clock is nil where the time cannot be put forward.
	Clock *wireClock `json:"clock,omitempty"`
}

// wireAnswer is what the page is told at once; messages reach the other pages by their streams.
type wireAnswer struct {
	Messages []*message       `json:"messages,omitempty"`
	Card     *wireCard        `json:"card,omitempty"`
	Form     *wireForm        `json:"form,omitempty"`
	Errors   []wireFieldError `json:"errors,omitempty"`
	Choices  []wireChoice     `json:"choices,omitempty"`
	Draft    string           `json:"draft,omitempty"`
	Values   bot.Values       `json:"values,omitempty"`
	Code     string           `json:"code,omitempty"`
	// At is when it was answered.
	At time.Time `json:"at"`
}

// who checks that a request names a person of ours.
func (s *server) who(ctx context.Context, user string) (Person, error) {
	if user == "" {
		return Person{}, refuse(http.StatusBadRequest, "Say who you are.")
	}
	person, ok, err := s.person(ctx, user)
	if err != nil {
		return Person{}, err
	}
	if !ok {
		return Person{}, refuse(http.StatusNotFound, "There is nobody of that name here.")
	}
	return person, nil
}

// event checks who sends a request and begins its event.
func (s *server) event(ctx context.Context, kind bot.EventType, from sender) (bot.Event, error) {
	if _, err := s.who(ctx, from.User); err != nil {
		return bot.Event{}, err
	}
	if !s.hub.exists(from.Conversation, from.User) {
		return bot.Event{}, refuse(http.StatusNotFound, "There is no such conversation.")
	}
	if kind == bot.Suggest || kind == bot.Open {
		from.ID = uuid.NewString()
	}
	id, err := uuid.Parse(from.ID)
	if err != nil || len(from.ID) != len(uuid.Nil.String()) {
		return bot.Event{}, refuse(http.StatusBadRequest, "Send an id: a UUID that is the same for each attempt.")
	}
	return bot.Event{
		Type: kind, ID: from.User + ":" + id.String(), At: s.cfg.Clock(),
		From: bot.Identity{Workspace: s.cfg.Workspace, User: from.User},
		In: bot.Conversation{
			Workspace: s.cfg.Workspace, Channel: from.Conversation, Private: from.Conversation == dm(from.User),
		},
	}, nil
}

// answer has an event served. The work goes on when the page goes away, within its time.
func (s *server) answer(ctx context.Context, ev bot.Event) bot.Answer {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), serveTimeout)
	defer cancel()
	return s.serve(ctx, ev)
}

// reply turns an answer into what the page is told. A card becomes a message: in the place of the
// pressed one if it is to replace it, else a new one.
func (s *server) reply(ctx context.Context, ev bot.Event, a bot.Answer, pressed *message) (wireAnswer, error) {
	out := wireAnswer{Draft: a.Draft, Values: a.Values, Code: a.Code, At: s.cfg.Clock(), Choices: renderChoices(a.Choices)}
	for _, e := range a.Errors {
		out.Errors = append(out.Errors, wireFieldError{Field: e.Field, Message: e.Message})
	}
	if a.Form != nil {
		form, lost, ok := renderForm(*a.Form)
		s.logLost(ctx, lost)
		if !ok {
			return wireAnswer{}, errors.New("a form whose call does not fit the wire: " + a.Form.Call.Command)
		}
		out.Form = &form
	}
	if a.Card == nil {
		return out, nil
	}
	card := s.card(ctx, *a.Card)
	if a.Replace && pressed != nil && mayReplace(pressed, ev, a) {
		if m, ok := s.hub.edit(pressed.Conversation, pressed.ID, func(m *message) { m.Card, m.Edited = &card, true }); ok {
			out.Messages = append(out.Messages, m)
			return out, nil
		}
	}
	m := message{
		ID: "a-" + ev.ID, Conversation: ev.In.Channel, At: s.cfg.Clock(), By: ev.From.User, Card: &card,
	}
	if !ev.In.Private && a.Audience != bot.Public {
		m.Private, m.viewer = true, ev.From.User
	}
	posted, ok := s.hub.put(m)
	if !ok {
		return wireAnswer{}, refuse(http.StatusNotFound, "There is no such conversation.")
	}
	out.Messages = append(out.Messages, posted)
	return out, nil
}

// mayReplace tells whether an answer may stand where the pressed message stood. What was drawn for
// one person never replaces what everyone in a channel sees.
func mayReplace(pressed *message, ev bot.Event, a bot.Answer) bool {
	return pressed.viewer == ev.From.User || ev.In.Private || a.Audience == bot.Public
}

// everyone lists whom one can be, for a page that does not know yet.
func (s *server) everyone(r *http.Request) (any, error) {
	people, err := s.people(r.Context())
	if err != nil {
		return nil, err
	}
	out := struct {
		People []wirePerson `json:"people"`
	}{People: []wirePerson{}}
	for _, p := range people {
		out.People = append(out.People, wirePerson(p))
	}
	return out, nil
}

func (s *server) state(r *http.Request) (any, error) {
	user := r.URL.Query().Get("user")
	me, err := s.who(r.Context(), user)
	if err != nil {
		return nil, err
	}
	people, err := s.people(r.Context())
	if err != nil {
		return nil, err
	}
	messages, seq := s.hub.view(user)
	out := wireState{
		Workspace: s.cfg.Workspace, Bot: s.cfg.Bot, Me: wirePerson(me), People: []wirePerson{},
		Commands: wireCommands(s.cfg.Commands()), Try: append([]string{}, s.cfg.Try...),
		Messages: messages, Unread: s.hub.unread(user), Cursor: s.cursor(seq), MaxUpload: bot.MaxUpload, At: s.cfg.Clock(),
	}
	if s.cfg.Forward != nil {
		clock, _ := s.clock()
		out.Clock = &clock
	}
	for _, p := range people {
		out.People = append(out.People, wirePerson(p))
	}
	for _, c := range s.cfg.Channels {
		out.Conversations = append(out.Conversations, wireConversation{ID: c.Name, Name: c.Name, About: c.About})
	}
	out.Conversations = append(out.Conversations, wireConversation{ID: dm(user), Name: s.cfg.Bot, Private: true})
	return out, nil
}

func wireCommands(specs []bot.Spec) []wireCommand {
	out := []wireCommand{}
	for _, spec := range specs {
		c := wireCommand{
			Noun: spec.Noun, Verb: spec.Verb, Default: spec.Default, Summary: spec.Summary, Details: spec.Details,
			Usage: bot.Usage(spec), Roles: spec.Roles, Examples: spec.Examples,
		}
		for _, p := range spec.Params {
			w := wireParam{
				Name: p.Name, Help: p.Help, Example: p.Example, Required: p.Required, Repeated: p.Repeated,
				Flag: p.Flag, KeyOnly: p.KeyOnly, Secret: p.Secret, Choices: renderChoices(p.Choices),
			}
			if w.Example == "" && p.Kind != nil {
				w.Example = p.Kind.Example
			}
			c.Params = append(c.Params, w)
		}
		out = append(out, c)
	}
	return out
}

func (s *server) home(r *http.Request) (any, error) {
	user := r.URL.Query().Get("user")
	ev, err := s.event(r.Context(), bot.Open, sender{User: user, Conversation: dm(user)})
	if err != nil {
		return nil, err
	}
	a := s.answer(r.Context(), ev)
	out := wireAnswer{Code: a.Code, At: s.cfg.Clock()}
	if a.Card != nil {
		card := s.card(r.Context(), *a.Card)
		out.Card = &card
	}
	return out, nil
}

func (s *server) command(r *http.Request) (any, error) {
	var in struct {
		sender
		Text string `json:"text"`
	}
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	text := strings.TrimSpace(in.Text)
	if text == "" {
		return nil, refuse(http.StatusBadRequest, "Say something.")
	}
	if err := checkText("text", text, maxText); err != nil {
		return nil, err
	}
	ev, err := s.event(r.Context(), bot.Invoke, in.sender)
	if err != nil {
		return nil, err
	}
	said := message{ID: "c-" + ev.ID, Conversation: in.Conversation, At: ev.At, Author: in.User, Text: text}
	if strings.HasPrefix(text, "/") {
		said.Command = true
		if !ev.In.Private {
			said.Private, said.viewer = true, in.User
		}
	}
	posted, ok := s.hub.put(said)
	if !ok {
		return nil, refuse(http.StatusNotFound, "There is no such conversation.")
	}
	if !said.Command {
		return wireAnswer{Messages: []*message{posted}, At: ev.At}, nil
	}
	ev.Text = text
	out, err := s.reply(r.Context(), ev, s.answer(r.Context(), ev), nil)
	if err != nil {
		return nil, err
	}
	out.Messages = append([]*message{posted}, out.Messages...)
	return out, nil
}

// homeMessage stands for the home surface where a request names the message it comes from.
const homeMessage = "home"

// pressed returns the message that a button was on; nil for the home surface.
func (s *server) pressed(in sender, id string) (*message, error) {
	if id == homeMessage {
		return nil, nil
	}
	m, ok := s.hub.get(in.Conversation, id, in.User)
	if !ok {
		return nil, refuse(http.StatusNotFound, "This message is gone. Run the command again.")
	}
	return m, nil
}

// bind reads a call from the wire into the event.
func bind(ev *bot.Event, id string) error {
	if err := checkText("call", id, bot.MaxCall); err != nil {
		return err
	}
	call, err := bot.DecodeCall(id)
	if err != nil {
		if coded, ok := errors.AsType[bot.Coded](err); ok {
			return refuse(http.StatusBadRequest, "%s", coded.Message())
		}
		return refuse(http.StatusBadRequest, "This button cannot be read.")
	}
	ev.Command, ev.Bound = call.Command, call.Args
	return nil
}

func (s *server) press(r *http.Request) (any, error) {
	var in struct {
		sender
		Message string `json:"message"`
		Call    string `json:"call"`
	}
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	ev, err := s.event(r.Context(), bot.Press, in.sender)
	if err != nil {
		return nil, err
	}
	if err := bind(&ev, in.Call); err != nil {
		return nil, err
	}
	from, err := s.pressed(in.sender, in.Message)
	if err != nil {
		return nil, err
	}
	a := s.answer(r.Context(), ev)
	if in.Message == homeMessage && a.Replace && a.Card != nil {
		card := s.card(r.Context(), *a.Card)
		return wireAnswer{Card: &card, Code: a.Code, At: s.cfg.Clock()}, nil
	}
	return s.reply(r.Context(), ev, a, from)
}

// filled is a form as the page sends it, whole or so far.
type filled struct {
	sender
	// Message is the one whose button opened the form, if there was one.
	Message string `json:"message,omitempty"`
	Call    string `json:"call"`
	Draft   string `json:"draft,omitempty"`
	// Focus is the field that was just left, of a change.
	Focus  string     `json:"focus,omitempty"`
	Values bot.Values `json:"values"`
}

func (s *server) form(ctx context.Context, kind bot.EventType, in filled) (bot.Event, error) {
	ev, err := s.event(ctx, kind, in.sender)
	if err != nil {
		return bot.Event{}, err
	}
	if err := bind(&ev, in.Call); err != nil {
		return bot.Event{}, err
	}
	if err := errors.Join(checkText("draft", in.Draft, maxName), checkText("focus", in.Focus, maxName)); err != nil {
		return bot.Event{}, err
	}
	if len(in.Values) > maxFields {
		return bot.Event{}, refuse(http.StatusBadRequest, "A form has at most %d fields.", maxFields)
	}
	for name, values := range in.Values {
		if err := checkText("field name", name, maxName); err != nil {
			return bot.Event{}, err
		}
		for _, v := range values {
			if err := checkText(name, v, maxBody); err != nil {
				return bot.Event{}, err
			}
		}
	}
	ev.Draft, ev.Focus, ev.Values = in.Draft, in.Focus, in.Values
	return ev, nil
}

func (s *server) submit(r *http.Request) (any, error) {
	var in filled
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	ev, err := s.form(r.Context(), bot.Submit, in)
	if err != nil {
		return nil, err
	}
	// The message may be gone by now; the form does not depend on it.
	from, _ := s.hub.get(in.Conversation, in.Message, in.User)
	return s.reply(r.Context(), ev, s.answer(r.Context(), ev), from)
}

// saved tells the page how keeping a form went. A refusal comes as a card, which is said in the
// form itself and not in the conversation.
func (s *server) saved(ctx context.Context, a bot.Answer) wireAnswer {
	out := wireAnswer{Draft: a.Draft, Values: a.Values, Code: a.Code, At: s.cfg.Clock()}
	for _, e := range a.Errors {
		out.Errors = append(out.Errors, wireFieldError{Field: e.Field, Message: e.Message})
	}
	if a.Card != nil {
		card := s.card(ctx, *a.Card)
		out.Card = &card
	}
	return out
}

func (s *server) change(r *http.Request) (any, error) {
	var in filled
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	ev, err := s.form(r.Context(), bot.Change, in)
	if err != nil {
		return nil, err
	}
	return s.saved(r.Context(), s.answer(r.Context(), ev)), nil
}

func (s *server) suggest(r *http.Request) (any, error) {
	var in struct {
		sender
		Text string `json:"text"`
	}
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	if err := checkText("text", in.Text, maxText); err != nil {
		return nil, err
	}
	ev, err := s.event(r.Context(), bot.Suggest, in.sender)
	if err != nil {
		return nil, err
	}
	ev.Text = in.Text
	a := s.answer(r.Context(), ev)
	return wireAnswer{Choices: renderChoices(a.Choices), At: s.cfg.Clock()}, nil
}

func (s *server) read(r *http.Request) (any, error) {
	var in struct {
		User         string `json:"user"`
		Conversation string `json:"conversation"`
	}
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	if _, err := s.who(r.Context(), in.User); err != nil {
		return nil, err
	}
	if !s.hub.exists(in.Conversation, in.User) {
		return nil, refuse(http.StatusNotFound, "There is no such conversation.")
	}
	s.hub.markRead(in.User, in.Conversation)
	return s.hub.unread(in.User), nil
}

// upload takes one file of a form: a multipart body of the part "form", which is JSON like that of
// a change with the field's name, and then the part "file".
func (s *server) upload(r *http.Request) (any, error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, refuse(http.StatusUnsupportedMediaType, "Send multipart/form-data.")
	}
	var in struct {
		filled
		Field string `json:"field"`
	}
	form, err := nextPart(parts, "form")
	if err != nil {
		return nil, err
	}
	if err := decodeJSON(form, &in); err != nil {
		return nil, err
	}
	if in.Field == "" {
		return nil, refuse(http.StatusBadRequest, "Say which field the file is for.")
	}
	if err := checkText("field", in.Field, maxName); err != nil {
		return nil, err
	}
	ev, err := s.form(r.Context(), bot.Change, in.filled)
	if err != nil {
		return nil, err
	}
	up, err := readFile(parts)
	if err != nil {
		return nil, err
	}
	ev.Files = map[string]bot.Upload{in.Field: up}
	return s.saved(r.Context(), s.answer(r.Context(), ev)), nil
}

func nextPart(parts *multipart.Reader, name string) (*multipart.Part, error) {
	p, err := parts.NextPart()
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, refuse(http.StatusRequestEntityTooLarge, "This is too large: at most %d MiB fit.", bot.MaxUpload>>20)
	}
	if err != nil || p.FormName() != name {
		return nil, refuse(http.StatusBadRequest, "Send the part %q here.", name)
	}
	return p, nil
}

func readFile(parts *multipart.Reader) (bot.Upload, error) {
	p, err := nextPart(parts, "file")
	if err != nil {
		return bot.Upload{}, err
	}
	name := p.FileName()
	if name == "" || name == "." || name == "/" {
		return bot.Upload{}, refuse(http.StatusBadRequest, "The file has no name.")
	}
	if err := checkText("file name", name, maxName); err != nil {
		return bot.Upload{}, err
	}
	data, err := readAll(p, bot.MaxUpload)
	if err != nil {
		return bot.Upload{}, err
	}
	if len(data) == 0 {
		return bot.Upload{}, refuse(http.StatusBadRequest, "The file is empty.")
	}
	if _, err := parts.NextPart(); !errors.Is(err, io.EOF) {
		return bot.Upload{}, refuse(http.StatusBadRequest, "Send one file at a time.")
	}
	kind, _, err := mime.ParseMediaType(cmp.Or(p.Header.Get("Content-Type"), "application/octet-stream"))
	if err != nil || !mediaType.MatchString(kind) {
		kind = "application/octet-stream"
	}
	return bot.Upload{Name: path.Base(name), MediaType: kind, Data: data}, nil
}

// checkText refuses what is too long, and the zero byte that databases do not take.
func checkText(what, s string, most int) error {
	if utf8.RuneCountInString(s) > most {
		return refuse(http.StatusBadRequest, "%s: at most %d characters fit.", what, most)
	}
	if strings.ContainsRune(s, 0) || !utf8.ValidString(s) {
		return refuse(http.StatusBadRequest, "%s: this holds characters that cannot be kept.", what)
	}
	return nil
}
