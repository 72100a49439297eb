package bot

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Call is a command with arguments bound, in the order of the command's parameters. It carries no
// secret and no authority: pressing it is checked like typing it.
type Call struct {
	Command string
	Args    []string
}

// MaxCall is the most characters that a call may have on the wire: a Discord custom id.
// https://discord.com/developers/docs/components/reference#anatomy-of-a-component-custom-id
const MaxCall = 100

const callVersion = "v1"

// draftMark begins the last argument of a call whose further state is a draft.
const draftMark = "~"

// Do returns a call. Trailing empty arguments are dropped.
func Do(command string, args ...string) Call {
	for len(args) > 0 && args[len(args)-1] == "" {
		args = args[:len(args)-1]
	}
	return Call{Command: command, Args: args}
}

// WithDraft returns the call with further state in a draft.
func (c Call) WithDraft(id string) Call {
	if id == "" {
		return c
	}
	args := append([]string(nil), c.Args...)
	return Call{Command: c.Command, Args: append(args, draftMark+id)}
}

// DraftOf returns the id of the draft that a pressed button carries, or "".
func DraftOf(ev Event) string {
	_, draft := splitDraft(ev.Bound)
	return draft
}

// splitDraft returns the arguments without the draft, and the draft's id.
func splitDraft(args []string) (rest []string, draft string) {
	if n := len(args); n > 0 && strings.HasPrefix(args[n-1], draftMark) {
		return args[:n-1], strings.TrimPrefix(args[n-1], draftMark)
	}
	return args, ""
}

var callEscaper = strings.NewReplacer("%", "%25", "|", "%7C", "\n", "%0A")
var callUnescaper = strings.NewReplacer("%25", "%", "%7C", "|", "%0A", "\n")

// Encode returns the call as an id on the wire, "v1|noun.verb|arg|arg". It fails for an id of more
// than MaxCall characters.
func (c Call) Encode() (string, error) {
	parts := make([]string, 0, len(c.Args)+2)
	parts = append(parts, callVersion, callEscaper.Replace(c.Command))
	for _, a := range c.Args {
		parts = append(parts, callEscaper.Replace(a))
	}
	id := strings.Join(parts, "|")
	if n := utf8.RuneCountInString(id); n > MaxCall {
		return "", fmt.Errorf("encode call %s: %d characters, at most %d", c.Command, n, MaxCall)
	}
	return id, nil
}

// DecodeCall reads an id from the wire. An id that this version did not write is a Problem that
// says what to do.
func DecodeCall(id string) (Call, error) {
	parts := strings.Split(id, "|")
	if len(parts) < 2 || parts[0] != callVersion || parts[1] == "" {
		return Call{}, otherVersion()
	}
	c := Call{Command: callUnescaper.Replace(parts[1])}
	for _, p := range parts[2:] {
		c.Args = append(c.Args, callUnescaper.Replace(p))
	}
	if again, err := c.Encode(); err != nil || again != id {
		return Call{}, otherVersion()
	}
	return c, nil
}

// otherVersion is the answer to a button that this version cannot have drawn.
func otherVersion() *Problem {
	return NewProblem(CodeInvalid, "", "This button is from another version of me. Run the command again.")
}
