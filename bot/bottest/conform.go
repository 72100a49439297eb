package bottest

import (
	"slices"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
)

// Harness is a platform's adapter together with the far end of its platform: a server that speaks the
// platform's protocol and plays its people.
type Harness struct {
	// Start runs the adapter until the test ends. The far end is a new one, with nothing said so far.
	Start func(t *testing.T, app App) (bot.Platform, FarEnd)
	// Without names what the platform does not have.
	Without []Feature
}

// Feature is something that not every platform has.
type Feature string

const (
	// Suggestions complete what is being typed.
	Suggestions Feature = "suggestions"
	// Changes tell what a form holds before it is sent off.
	Changes Feature = "changes"
	// HomeSurface is a page of a person's own.
	HomeSurface Feature = "home"
	// PrivateAttachments are pictures and files in an answer that only one person sees in a conversation
	// of several. Without it they come as a direct message, and never to where others see them.
	PrivateAttachments Feature = "private_attachments"
	// CommandsInDirectMessages can be typed there. Without it, what was sent there can be pressed.
	CommandsInDirectMessages Feature = "commands_in_direct_messages"
	// Dialogs ask whether a button is meant before the bot hears of it. Without it the bot asks, in a
	// message with a button of its own.
	Dialogs Feature = "dialogs"
	// LiveChoices are asked for as somebody types. Without it the platform knows them beforehand.
	LiveChoices Feature = "live_choices"
	// WholeForms are shown at once, with a button of their own. Without it a form comes in steps, of
	// which Form is the first; Submit goes through all of them.
	WholeForms Feature = "whole_forms"
	// Notices are messages in a conversation of several that notify one person. The harness's adapter knows
	// Ann and Ben as the people whose ids are their user ids.
	Notices Feature = "notices"
)

func (h Harness) has(f Feature) bool { return !slices.Contains(h.Without, f) }

// App is what the suite hands to an adapter.
type App struct {
	Serve    bot.Serve
	Commands []bot.Spec
	Clock    bot.Clock
}

// World is who and what is on the far end.
type World struct {
	Workspace string
	// Ann and Ben are user ids of people of the company. Stranger is one whom our records do not know.
	Ann, Ben, Stranger string
	// Channel is a conversation that all three are in.
	Channel bot.Conversation
}

// FarEnd plays the people of a platform. Each act goes the whole way, by the platform's own protocol,
// and returns when its answer is shown. What cannot be done fails the test.
type FarEnd interface {
	World() World
	// Type sends a command, given as text with a slash; a platform with typed options makes them of it.
	Type(t testing.TB, user string, in bot.Conversation, text string) Act
	// Press presses the button, or chooses the entry of the menu, that bears a label; it agrees where
	// a dialog asks to confirm.
	Press(t testing.TB, user string, on Message, label string) Act
	// PressID presses a button whose id on the wire is this, as one that an older version drew.
	PressID(t testing.TB, user string, on Message, id string) Act
	// Submit fills in a form, all its other fields left empty, and sends it off.
	Submit(t testing.TB, user string, form Form, values bot.Values) Act
	// Change tells what a form holds so far, the field focus just left.
	Change(t testing.TB, user string, form Form, focus string, values bot.Values) Act
	// Upload puts a file into a field of a form; the answer's Values hold what stands for it.
	Upload(t testing.TB, user string, form Form, field string, up bot.Upload) Act
	// Suggest asks what could be typed next.
	Suggest(t testing.TB, user string, in bot.Conversation, text string) []bot.Choice
	// Home opens somebody's home surface.
	Home(t testing.TB, user string) Message
	// Redeliver delivers an act again, as a platform does that has seen no answer.
	Redeliver(t testing.TB, act Act) Act
	// Messages returns what somebody sees in a conversation, the oldest first; nothing where they are
	// not in it.
	Messages(t testing.TB, user string, in bot.Conversation) []Message
}

// Act is something that a person did, with what they are shown besides messages.
type Act struct {
	// Delivery is for Redeliver; the suite does not look into it.
	Delivery any
	// Form is the form that opened.
	Form *Form
	// Errors are shown at the fields of the form, which stays open.
	Errors []bot.FieldError
	Values bot.Values
	// Notice is what the person is told outside of any message.
	Notice string
}

// Message is a message as one person sees it.
type Message struct {
	In bot.Conversation
	ID string
	// FromBot is false for what people said themselves.
	FromBot bool
	// OnlyMine is true where nobody else sees it in a conversation of several.
	OnlyMine bool
	// Text is every word of it as it is read, formatting and escapes undone, from top to bottom.
	Text    string
	Buttons []Button
	// Menu holds the labels of the menu's entries.
	Menu     []string
	Pictures []Attachment
	Files    []Attachment
	// Instants are the moments that the reader sees in their own zone.
	Instants []time.Time
	// Links are the addresses that can be followed.
	Links []string
	// Notifies names everyone whom it would alert, such as "@everyone" or a user id.
	Notifies []string
}

// Button is a button as it is shown. Its style is the one that the reader can tell.
type Button struct {
	Label   string
	Style   bot.Style
	Confirm *bot.Confirm
}

// Attachment is a picture or file, with all that is said about it.
type Attachment struct {
	Name, Alt string
	Data      []byte
}

// Form is a form as one person sees it.
type Form struct {
	Title, Submit, Note string
	// Continued is true where it says that it goes on with what was kept.
	Continued bool
	Fields    []FormField
	// State is for the far end; the suite does not look into it.
	State any
}

// FormField is a field of a form as it is shown.
type FormField struct {
	Name, Label string
	Input       bot.Input
	Value       []string
	// Choices are the values that can be chosen, where they are shown.
	Choices  []string
	Required bool
}

// Value returns what a field holds.
func (f Form) Value(name string) []string {
	for _, field := range f.Fields {
		if field.Name == name {
			return field.Value
		}
	}
	return nil
}
