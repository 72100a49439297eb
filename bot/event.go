package bot

import (
	"slices"
	"time"
)

// EventType is one of the six things that people can do.
type EventType string

const (
	// Invoke is a slash command, a shortcut or a context menu.
	Invoke EventType = "invoke"
	// Press is a button or an entry of a menu.
	Press EventType = "press"
	// Submit is a form sent off.
	Submit EventType = "submit"
	// Change is what a form holds so far.
	Change EventType = "change"
	// Suggest asks what could be typed next.
	Suggest EventType = "suggest"
	// Open is somebody looking at their home.
	Open EventType = "open"
)

// Event is what an adapter makes of a delivery, once it has verified that it is genuine.
type Event struct {
	Type EventType
	// ID is the platform's id of the delivery: the same for a retry, so that it acts once.
	ID   string
	From Identity
	// Name is what the platform calls the person, for somebody we do not know yet.
	Name string
	In   Conversation
	At   time.Time
	// Text is the command as typed, with its slash; where an adapter sets Command, only what follows it.
	Text string
	// Command is "noun.verb". An adapter sets it where it knows it: of a press, a form, or typed
	// options; the router sets it for what was typed, so that a Unit and a handler always find it.
	Command string
	// Bound are the arguments that a button or form carries, in the order of the parameters.
	Bound []string
	// Values are a form's values or a platform's typed options, by parameter name, and its TextOption.
	Values Values
	// Files are uploads of a form or of a typed option, by field name.
	Files map[string]Upload
	// Draft is the draft that a form belongs to. An event that carries one and neither a Command nor a
	// Text is about the form that the draft was made for: a Press opens it again as it was left, a
	// Submit or a Change is of it.
	Draft string
	// Partial says that Values are only some of the form's, as a form in steps sends them: what the
	// draft holds of the others counts too.
	Partial bool
	// Again is set by the router where a form is opened again by its draft: nothing is run by it.
	Again bool
	// Focus is the parameter that suggestions are wanted for; "" with Text leaves it to the router.
	Focus string
	// Source is the message or person that a shortcut was used on.
	Source *Source
}

// Identity is a person as a platform knows them.
type Identity struct{ Workspace, User string }

// Conversation is a channel or a direct-message conversation of a workspace.
type Conversation struct {
	Workspace, Channel string
	// Private is true for a direct-message conversation with the bot.
	Private bool
}

// Source is what a shortcut or context menu was used on.
type Source struct {
	Author Identity
	Text   string
	Link   string
}

// Upload is a file that somebody put into a form.
type Upload struct {
	Name, MediaType string
	Data            []byte
}

// MaxUpload is the most bytes that an uploaded file may have.
const MaxUpload = 10 << 20

// Actor is the person behind an event, as our records know them.
type Actor struct {
	ID, Name string
	// Roles are opaque here; the policy gives them meaning.
	Roles []string
	Zone  *time.Location
	// Outsider is somebody of a community, who has no rights but those of what they pressed.
	Outsider bool
	// Identity is the way they came in.
	Identity Identity
}

// Is tells whether the actor has the role.
func (a Actor) Is(role string) bool {
	return slices.Contains(a.Roles, role)
}

// Request is an event with who sent it and what it means.
type Request struct {
	Event
	Spec  Spec
	Actor Actor
	Args  Args
	Now   time.Time
}

// Response is a handler's answer.
type Response struct {
	// Show is drawn for the actor; it is what is kept, and drawn again for a repeated delivery.
	Show *View
	// Open is a form to open; it must be the first answer.
	Open *Form
	// Errors keep the form open with everything typed. Nothing of the handler's work remains.
	Errors []FieldError
	// Replace draws the answer in the place of the pressed message.
	Replace  bool
	Audience Audience
	// Replayed is set by the Unit when this delivery was answered before.
	Replayed bool
}

// Audience is who sees an answer.
type Audience string

const (
	// Private answers are seen by the actor alone. It is the default.
	Private Audience = ""
	// Public answers are seen by everyone in the conversation.
	Public Audience = "public"
)

// Answer is what an adapter shows: exactly one of Card, Form, Errors or Choices, or nothing at all
// (a change that was saved).
type Answer struct {
	Card    *Card
	Form    *Form
	Errors  []FieldError
	Choices []Choice
	// Draft is where what was typed is kept.
	Draft string
	// Values are the values that were changed by the router, such as the ids of uploaded files.
	Values   Values
	Replace  bool
	Audience Audience
	// Code is "" for success, else one of the Code constants.
	Code string
}
