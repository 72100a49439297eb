package bot

import (
	"context"
	"time"
)

// Clock tells the time. The production clock is the computer's; tests and the simulator set theirs.
type Clock func() time.Time

// Tx is what the router itself needs of a transaction.
type Tx interface {
	// Now is the moment of the transaction: all that one change writes bears the same.
	Now() time.Time
	// Vocabulary returns the words of the company, as far as the actor may see them.
	Vocabulary() Vocabulary
	// Draft returns the actor's own draft, or an error with CodeNotFound.
	Draft(ctx context.Context, id string) (Draft, error)
	// FindDraft returns the actor's draft for a command and subject, and whether there is one.
	FindDraft(ctx context.Context, command, subject string) (Draft, bool, error)
	// SaveDraft writes the actor's draft, saved now.
	SaveDraft(ctx context.Context, d Draft) error
	// UpdateDraft writes new values into the actor's draft if it still exists, and keeps the rest of it.
	UpdateDraft(ctx context.Context, id string, values Values) error
	// DeleteDraft removes the actor's draft, if there is one.
	DeleteDraft(ctx context.Context, id string) error
	// SaveFile keeps an uploaded file and returns its id.
	SaveFile(ctx context.Context, up Upload) (string, error)
}

// Draft is what somebody typed into a form and has not sent off. It is kept sealed for DraftLife.
type Draft struct {
	ID, Command, Subject string
	// Bound is what the form carries to its command, and Given all arguments that it was opened with, so
	// that it can be opened again in the same way. They are kept sealed like the values.
	Bound   []string
	Given   Values
	Values  Values
	SavedAt time.Time
}

// DraftLife is how long a draft is kept after it was last changed.
const DraftLife = 14 * 24 * time.Hour

// Unit runs one event: event id, actor, effect, audit and outbox in one commit. With reads, no
// transaction is opened and no event id is kept; fn may run again.
//
// An error, field errors and a panic of fn undo all that it did. A delivery that was answered before
// does not run fn: its first view comes back with Replayed set, or its first refusal as the same error.
// Field errors and failures that nobody is to see are no answer, and neither is an event without an
// id, as the router sends for its own purposes: there fn runs every time.
type Unit[T Tx] interface {
	Do(ctx context.Context, ev Event, reads bool, fn func(context.Context, T, Actor) (Response, error)) (Response, error)
}

// Draw draws a view for a person. It returns ErrMoot where there is nothing to say any more.
type Draw[T Tx] func(ctx context.Context, tx T, viewer Actor, v View) (Card, error)

// ErrMoot is returned by a view that has nothing to say any more.
var ErrMoot = NewProblem(CodeNotFound, "", "There is nothing to show here any more.")

// Serve answers an event; it is what an adapter is handed. It never fails: a failure is a card.
type Serve func(ctx context.Context, ev Event) Answer

// Platform is a chat platform's adapter: it receives by calling serve, and sends what the outbox
// hands it.
type Platform interface {
	// Name is the platform's name in identities and settings: "slack", "discord", "playground".
	Name() string
	// Run receives until ctx ends; nil then, an error when it cannot go on.
	Run(ctx context.Context, serve Serve) error
	// Send posts a card. The delivery id goes along, so that Find can tell whether it arrived.
	Send(ctx context.Context, to Conversation, card Card, deliveryID string) (Posted, error)
	// Edit draws a posted message again.
	Edit(ctx context.Context, at Posted, card Card) error
	// Find looks for a message that was sent with this delivery id since then.
	Find(ctx context.Context, to Conversation, deliveryID string, since time.Time) (Posted, bool, error)
	// DM returns the direct-message conversation with somebody.
	DM(ctx context.Context, who Identity) (Conversation, error)
	// Profile returns what the platform knows of somebody.
	Profile(ctx context.Context, who Identity) (Profile, error)
}

// Profile is what a platform knows of a person.
type Profile struct {
	Name, Email string
	Zone        *time.Location
	Active      bool
	// Guest is somebody from outside whom the company let into its workspace. Robot is no person.
	Guest, Robot bool
	// Groups are the ids of the platform's own roles or groups that the person is in, where it has such.
	Groups []string
}

// Directory keeps our records of people in step with what their platforms know of them. An adapter
// is handed one; it serves nobody whom the directory has not met.
type Directory interface {
	// Meet makes sure that our records know these accounts, and how they stand today. It asks the
	// platform for their profiles where that was not done lately. An account that cannot be known now
	// is served as somebody of whom nothing is known.
	Meet(ctx context.Context, from Platform, who ...Identity)
	// Changed notes a profile that a platform tells of unasked.
	Changed(ctx context.Context, who Identity, p Profile)
	// Account returns the account of a person in a workspace, "" for none, and what they are called.
	Account(ctx context.Context, workspace, person string) (user, name string)
}

// HomePlace is the channel that stands for somebody's home surface in a Posted: what is edited there
// is their home.
const HomePlace = "home"

// SendError is a refusal by a platform. Permanent ones go to the dead list, others are tried again
// no sooner than RetryAfter.
type SendError struct {
	Permanent bool
	// Closed says that the person takes no direct messages: what is for them has to reach them otherwise.
	Closed     bool
	RetryAfter time.Duration
	// Everywhere says that RetryAfter holds for all conversations of the workspace, not for one alone.
	Everywhere bool
	Reason     string
	Err        error
}

// Error returns the reason.
func (e *SendError) Error() string {
	if e.Err != nil {
		return e.Reason + ": " + e.Err.Error()
	}
	return e.Reason
}

// Unwrap returns the cause.
func (e *SendError) Unwrap() error { return e.Err }

// Finding is what an examination of a platform's setup found out.
type Finding struct {
	// What was looked at, and Text what was found, with the remedy where something is wrong.
	What, Text string
	// Fails says that it does not work like this; Warns that something is missing.
	Fails, Warns bool
}
