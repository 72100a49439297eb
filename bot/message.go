package bot

import "time"

// View names what to show: which view, of which record, with which arguments. It holds no text: it
// is drawn when it is shown, for the person who looks, with their rights at that moment.
type View struct {
	Name    string   `json:"name"`
	Subject string   `json:"subject,omitempty"`
	Args    []string `json:"args,omitempty"`
}

// Message is something the bot says unasked: a row of the outbox.
type Message struct {
	To   Recipient
	View View
	// Key makes the message one of its kind: a second message of the same key is not sent.
	Key string
	// Due is when it may go out; zero is at once.
	Due time.Time
	// Why tells the recipient in one line why they got it and where to change that.
	Why string
	// Unprompted says that the recipient did nothing that this answers, and that it can wait: it goes out
	// in their working hours only, counts against what they get in a day, and may be merged with others.
	Unprompted bool
}

// Recipient is a person, in their direct messages, or a channel that was set up for posts. The
// workspace of a Channel beside a Person is where that person is written to first.
type Recipient struct {
	Person  string
	Channel Conversation
}

// Posted is where a message stands on its platform.
type Posted struct {
	In Conversation
	ID string
}
