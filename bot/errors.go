package bot

import (
	"errors"
	"fmt"
)

// Coded is what the router asks of an error that may be shown to a person. Errors of the domain
// satisfy it without knowing this package.
type Coded interface {
	error
	// Code returns one of the Code constants.
	Code() string
	// Message returns a text that is safe to show and says what to do next.
	Message() string
	// Field returns the parameter or form field that the error is about, or "".
	Field() string
}

// The codes that an error shown to a person may carry.
const (
	CodeInvalid     = "invalid"
	CodeNotFound    = "not_found"
	CodeNotAllowed  = "not_allowed"
	CodeConflict    = "conflict"
	CodeUnavailable = "unavailable"
	CodeInternal    = "internal"
)

// Problem is the package's own Coded error. Choices, when there are any, are what the person may
// have meant: the answer shows them as a menu.
type Problem struct {
	code, field string
	// message returns the text for the person. Reading words tries many readers whose refusals nobody
	// sees, so that a text which costs something is made when it is asked for.
	message func() string
	cause   error
	Choices []Choice
}

// NewProblem returns a Problem with a code, the field it is about (or "") and a message.
func NewProblem(code, field, message string) *Problem {
	return &Problem{code: code, field: field, message: func() string { return message }}
}

// Invalidf returns a Problem with code "invalid" about one field ("" for none).
func Invalidf(field, format string, args ...any) *Problem {
	return &Problem{code: CodeInvalid, field: field, message: func() string { return fmt.Sprintf(format, args...) }}
}

// Code returns the problem's code.
func (p *Problem) Code() string { return p.code }

// Message returns the text for the person.
func (p *Problem) Message() string { return p.message() }

// Field returns the field that the problem is about, or "".
func (p *Problem) Field() string { return p.field }

// Error returns the text for the log.
func (p *Problem) Error() string { return p.code + ": " + p.message() }

// Unwrap returns the error that the problem puts into words, or nil.
func (p *Problem) Unwrap() error { return p.cause }

// Offering returns the problem with what the person may have meant.
func (p *Problem) Offering(choices []Choice) *Problem {
	c := *p
	c.Choices = choices
	return &c
}

// about returns err as a Coded error about the named field; one that has a field, or is not meant for
// people, stays as it is.
func about(err error, field string) error {
	coded, ok := errors.AsType[Coded](err)
	if !ok || coded.Field() != "" || coded.Code() == CodeInternal {
		return err
	}
	p := &Problem{code: coded.Code(), field: field, message: coded.Message, cause: err}
	if own, ok := errors.AsType[*Problem](err); ok {
		p.Choices = own.Choices
	}
	return p
}

// ErrorCode returns the code of the first Coded error in err's chain, CodeInternal for any other
// error and "" for nil.
func ErrorCode(err error) string {
	if err == nil {
		return ""
	}
	if coded, ok := errors.AsType[Coded](err); ok {
		return coded.Code()
	}
	return CodeInternal
}
