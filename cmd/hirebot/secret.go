package main

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is a value that never prints: not in a log, an error, a table or a dump. Reveal is the one
// way to it.
type Secret string

// hidden is what stands in the place of a secret.
const hidden = "…"

// Reveal returns the value itself. To be called only where it is handed to what needs it.
func (s Secret) Reveal() string { return string(s) }

// String returns a sign that something is hidden, or "" for no value.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// GoString returns what String does, for %#v.
func (s Secret) GoString() string { return s.String() }

// Format writes what String returns, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) {
	// A fmt.State keeps what it cannot write to itself.
	_, _ = io.WriteString(f, s.String())
}

// LogValue returns what String does, for a log.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText returns what String does, for JSON and the like.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
