package hiring

import (
	"errors"
	"fmt"
)

// Code says what kind of refusal or failure an Error is. The set is closed.
type Code string

const (
	// Invalid means that a value cannot be used as given; Field names it.
	Invalid Code = "invalid"
	// NotFound means that there is no such thing, or none that this person may know of.
	NotFound Code = "not_found"
	// NotAllowed means that this person may not do this.
	NotAllowed Code = "not_allowed"
	// Conflict means that the thing has changed, or that its state forbids the act.
	Conflict Code = "conflict"
	// Unavailable means that something needed does not answer now; trying again may help.
	Unavailable Code = "unavailable"
	// Internal means a fault of ours. Its message is never shown.
	Internal Code = "internal"
)

// Error is the one error type of the domain: a code, a message that is safe to show in chat and
// says what to do next, the field it is about (if any), and the cause, which is for the log only.
type Error struct {
	code    Code
	message string
	field   string
	cause   error
}

// Errorf returns an Error with a message that is safe to show in chat.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{code: code, message: fmt.Sprintf(format, args...)}
}

// InvalidField returns an Invalid error about one field.
func InvalidField(field, format string, args ...any) *Error {
	return &Error{code: Invalid, field: field, message: fmt.Sprintf(format, args...)}
}

// Because returns the error with its cause, which goes to the log and never to chat.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// Code returns the kind of the error.
func (e *Error) Code() string { return string(e.code) }

// Message returns the text that is safe to show in chat.
func (e *Error) Message() string { return e.message }

// Field returns the name of the field that the error is about, or "".
func (e *Error) Field() string { return e.field }

// Error returns the text for the log.
func (e *Error) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.code, e.message, e.cause)
	}
	return fmt.Sprintf("%s: %s", e.code, e.message)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.cause }

// ErrorCode returns the code of the first Error in err's chain, Internal for any other error and
// "" for nil.
func ErrorCode(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.code
	}
	return Internal
}
