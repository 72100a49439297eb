// Package bot is what every chat platform shares: one registry of commands, one router, and small
// neutral types for what people send (Event) and see (Card, Form). It knows no word of hiring:
// roles are opaque strings and a parameter's kind is a value.
//
// There is one kind of input. A button is a command with its arguments bound, a form is a command
// asking for what is missing; all of them reach the same declaration. And what the bot says is a
// View: which view, of which record, drawn for whoever looks at it, at the moment it is shown.
package bot
