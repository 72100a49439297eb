package bot

import (
	"context"
	"time"
)

// Spec declares a command. It is pure data: routing, reading, help, each platform's registration,
// the documentation and the labels of metrics derive from it.
type Spec struct {
	// Noun and Verb name the command: lower-case words.
	Noun, Verb string
	// Summary is one line for help and autocomplete.
	Summary string
	// Details are further lines for help and the documentation.
	Details string
	// Default marks the verb of a noun that may be left out when typing.
	Default bool
	// Reads marks a command that changes nothing: it runs without a transaction.
	Reads  bool
	Params []Param
	// Roles are those of which a person needs one; none means anyone of the company.
	Roles []string
	// Action names what the command does as the policy knows it, "" for what concerns everybody. Help
	// lists the command for those alone who can ever have something to do it to.
	Action   string
	Ack      Ack
	Examples []string
	// FormFirst opens the form unless something beyond the required parameters was given: to edit a
	// record, naming it is enough.
	FormFirst bool
	// FromCard marks a command that a card's button offers at the right moment. It can be typed, and
	// is left out of help and autocomplete.
	FromCard bool
	// Shortcut is the name under which platforms offer the command without typing, "" for none.
	Shortcut string
	// MessageShortcut is the name under which platforms offer the command on a message, "" for none. The
	// event then has the message as its Source. A command has this or Shortcut.
	MessageShortcut string
}

// Name returns "noun.verb".
func (s Spec) Name() string { return s.Noun + "." + s.Verb }

// required returns the parameters that must be given.
func (s Spec) required() []Param {
	var out []Param
	for _, p := range s.Params {
		if p.Required {
			out = append(out, p)
		}
	}
	return out
}

// Param returns the parameter of that name.
func (s Spec) Param(name string) (Param, bool) {
	for _, p := range s.Params {
		if p.Name == name {
			return p, true
		}
	}
	return Param{}, false
}

// Ack says when and how a platform's deadline is met.
type Ack string

const (
	// Quick waits a moment for the answer, else acknowledges privately and delivers it later.
	Quick Ack = ""
	// MayOpenForm is never put off, since a form must be the very first answer.
	MayOpenForm Ack = "form"
	// AckPublic is Quick, visible to everyone in the conversation.
	AckPublic Ack = "public"
)

// Param is an argument of a command, and the form field of the same name.
type Param struct {
	Name, Label, Help, Example string
	Kind                       *Kind
	Required, Repeated         bool
	// Choices close the set of values.
	Choices []Choice
	// KeyOnly parameters are read from text only as name:value.
	KeyOnly bool
	// Flag parameters take the words that begin with + or -.
	Flag bool
	// Secret values never travel in a button and are never logged.
	Secret bool
	// Input is the way a form asks for it; "" follows from the kind.
	Input Input
	// Max is the most characters of a text.
	Max int
}

// Kind reads one sort of value. The plain ones stand in this package, those of the domain beside
// its commands.
type Kind struct {
	Name, Example string
	// Parse reads a value. It is pure, and its errors are Coded.
	Parse func(Reading, string) (any, error)
	// Print returns the text that Parse reads back to the same value.
	Print func(any) string
	// Option is what a platform with typed options shows.
	Option OptionType
	Input  Input
	// Rest kinds take the words that no other parameter understood.
	Rest bool
	// Claims tells whether words that stand alone are surely meant for it. Without it a Rest kind never
	// claims words, and any other claims what it can read.
	Claims func(Reading, string) bool
	// Meant tells whether words that nothing understood are surely meant for it, so that what its Parse has to
	// say of them is the answer; nil claims none.
	Meant func(string) bool
	// Reserves tells of a word that is meant for this parameter even within a text that goes on without
	// quotes, right or misspelt; nil reserves none.
	Reserves func(string) bool
	// Words is the most words that a value may have when typed; 0 is one.
	Words int
	// Wire is the most characters that a printed value has in a button; 0 never travels.
	Wire int
	// Suggest lists what could be meant by the words typed so far; nil for none. A command's own
	// Suggest goes first.
	Suggest func(Reading, string) []Choice
	// Shares marks a kind whose words may as well be part of the text that the command takes whole, such as
	// somebody's name: they are left to that text unless it is given by other words, and the command's
	// Resolve tells them apart.
	Shares bool
	// Searched kinds name records: what could be meant is for the command's own Suggest to find.
	Searched bool
}

// OptionType is a platform's typed option.
type OptionType string

// The option types.
const (
	OptionText    OptionType = "text"
	OptionInteger OptionType = "integer"
	OptionNumber  OptionType = "number"
	OptionBool    OptionType = "bool"
	OptionUser    OptionType = "user"
	OptionChannel OptionType = "channel"
	OptionFile    OptionType = "file"
)

// Reading is what a reader may know: the moment, the speaker's zone, and the words of the company.
type Reading struct {
	Now   time.Time
	Zone  *time.Location
	Words Vocabulary
}

// Vocabulary knows the names of things, as far as the speaker may see them.
type Vocabulary interface {
	// Words returns the things of one sort ("person", "role", …), most likely first.
	Words(sort string) []Word
}

// Word is a thing with the names it goes by.
type Word struct {
	Value, Label, Hint string
	Aliases            []string
}

// Args are a request's arguments by parameter name, as the kinds read them; those of a repeated
// parameter are a slice of what its kind reads.
type Args map[string]any

// Arg returns an argument, and whether it was given.
func Arg[T any](a Args, name string) (T, bool) {
	v, ok := a[name].(T)
	return v, ok
}

// ArgOr returns an argument, or a default where it was not given.
func ArgOr[T any](a Args, name string, or T) T {
	if v, ok := a[name].(T); ok {
		return v
	}
	return or
}

// AllArgs returns the values of a repeated parameter.
func AllArgs[T any](a Args, name string) []T {
	list, _ := a[name].([]any)
	out := make([]T, 0, len(list))
	for _, v := range list {
		if t, ok := v.(T); ok {
			out = append(out, t)
		}
	}
	return out
}

// Text returns a text argument, or "".
func (a Args) Text(name string) string { return ArgOr(a, name, "") }

// Command is a Spec with what it does. T is the transaction that the domain's store hands out.
type Command[T Tx] struct {
	Spec
	// Allow is asked before the arguments are read, so that a refusal tells nothing of what exists.
	Allow func(ctx context.Context, tx T, actor Actor) error
	// Form builds the form that asks for what is missing; nil makes a missing parameter an error.
	Form func(ctx context.Context, tx T, req Request) (Form, error)
	// Resolve tells words apart that only the records tell apart, before anything is found missing, and
	// returns all arguments as they are meant, beside an error too. It is not asked about forms; nil changes
	// nothing.
	Resolve func(ctx context.Context, tx T, req Request) (Args, error)
	// Unsure tells that typed words may have been meant otherwise: the form then shows them before
	// anything is done.
	Unsure func(args Args) bool
	// Check is pure: it finds what is wrong with the values together, at once.
	Check func(args Args) []FieldError
	// Handle does the work. It opens no transaction, starts no goroutine, calls no service.
	Handle func(ctx context.Context, tx T, req Request) (Response, error)
	// Suggest completes a parameter; nil leaves it to the parameter's kind and choices.
	Suggest func(ctx context.Context, tx T, req Request, param, prefix string) ([]Choice, error)
}
