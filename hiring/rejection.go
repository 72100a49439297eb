package hiring

import (
	"fmt"
	"slices"
	"strings"
)

const (
	// MaxRejectReason is how long a reason of the list can be, in characters.
	MaxRejectReason = 60
	// MaxRejectReasons is how many reasons there can be: as many as a menu takes.
	MaxRejectReasons = 25
)

// RejectReasons are the reasons for a rejection where the company has no list of its own. Each is about
// the job.
var RejectReasons = []string{
	"Depth below level",
	"A required skill is missing",
	"Coding below the bar",
	"System design below the bar",
	"Operational awareness below the bar",
	"Could not explain own work",
	"Experience is in another field",
	"Expected pay is above the budget",
	"Notice period is too long",
	"Place or work mode does not fit",
	"Another candidate was stronger",
	"The position was filled",
	"The position was closed",
	"No answer from the candidate",
}

// ParseRejectReasons reads a list of reasons, separated by semicolon or line. It returns an Invalid
// error for the field "reasons".
func ParseRejectReasons(text string) ([]string, error) {
	var all []string
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ';' || r == '\n' }) {
		reason := strings.Join(strings.Fields(part), " ")
		if reason == "" || slices.ContainsFunc(all, func(x string) bool { return Fold(x) == Fold(reason) }) {
			continue
		}
		if err := tooLong("reasons", "The reason “"+shorten(reason, 20)+"”", reason, MaxRejectReason); err != nil {
			return nil, err
		}
		all = append(all, reason)
	}
	switch {
	case len(all) == 0:
		return nil, InvalidField("reasons", "Write at least one reason that is about the job; separate them by semicolons, like depth below level; position filled.")
	case len(all) > MaxRejectReasons:
		return nil, InvalidField("reasons", "These are %d reasons; at most %d fit into a menu.", len(all), MaxRejectReasons)
	}
	return all, nil
}

// FindRejectReason returns the reason of a list that a text names: all of it, or a part that only one
// of them has; case and diacritics do not matter. It returns an Invalid error for the field "reason"
// that lists those that can be meant.
func FindRejectReason(list []string, text string) (string, error) {
	want := Fold(text)
	var part []string
	for _, reason := range list {
		if folded := Fold(reason); folded == want {
			return reason, nil
		} else if want != "" && strings.Contains(folded, want) {
			part = append(part, reason)
		}
	}
	switch len(part) {
	case 1:
		return part[0], nil
	case 0:
		part = list
	}
	return "", InvalidField("reason", "Choose one of these reasons: %s.", strings.Join(part, "; "))
}

// RejectionParams is what the words to a rejected candidate are made from.
type RejectionParams struct {
	// Name is the candidate's first name, Title what they applied for.
	Name, Title, Company string
	// Reason is left out where it is "", which is the default.
	Reason string
	// Met says that they were interviewed.
	Met bool
	// Sender signs it, "" for nobody.
	Sender string
}

// RejectionText returns a kind text for a rejected candidate, to be edited and copied. Nobody sends it
// by itself.
func RejectionText(p RejectionParams) string {
	thanks := fmt.Sprintf("thank you for your interest in %s at %s.", p.Title, p.Company)
	if p.Met {
		thanks = fmt.Sprintf("thank you for the time that you took to talk with us about %s at %s.", p.Title, p.Company)
	}
	decision := "We have decided to go on with other candidates this time."
	if p.Reason != "" {
		decision = fmt.Sprintf("We have decided not to go on this time. The reason: %s.", lower(p.Reason))
	}
	lines := []string{
		greeting(p.Name), "", thanks + " " + decision, "",
		"This is about this position, and we would be glad to hear from you again. If you have questions, please answer this message.", "",
		"With kind regards",
	}
	if p.Sender != "" {
		lines = append(lines, p.Sender)
	}
	return strings.Join(lines, "\n")
}

func greeting(name string) string {
	if name == "" {
		return "Hello,"
	}
	return "Hello " + name + ","
}
