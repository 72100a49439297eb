package hiring

import (
	"fmt"
	"slices"
	"strings"
	"time"
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

// InviteParams is what the words to a candidate about an interview are made from.
type InviteParams struct {
	// Name is the candidate's first name, Title what they apply for, Stage what the interview is called.
	Name, Title, Company, Stage string
	// At is when it begins, in Zone.
	At      time.Time
	Zone    *time.Location
	Minutes int
	// People are the names of the panel; Join is how to join, "" where that is not known yet.
	People []string
	Join   string
	// Contact is whom to call or write, "" for nobody in particular.
	Contact string
	// Cancelled says that it does not take place, Moved that it was at another time before.
	Cancelled, Moved bool
}

// InviteText returns what a candidate is to know of an interview, ready to paste: the time with its
// zone, the length, who, how to join, whom to ask, and how to ask for adjustments.
func InviteText(p InviteParams) string {
	at := p.At.In(p.Zone)
	when := at.Format("Monday 2 January 2006, 3:04 pm ") + zoneName(at)
	what := fmt.Sprintf("your interview (%s) for %s at %s", lower(p.Stage), p.Title, p.Company)
	lines := []string{greeting(p.Name), ""}
	if p.Cancelled {
		lines = append(lines, fmt.Sprintf("%s on %s does not take place.", what, when), "", "We are sorry for the trouble, and will be in touch.")
		return strings.Join(append(lines, askWhom(p.Contact)...), "\n")
	}
	if p.Moved {
		lines = append(lines, "the time of "+what+" has changed. It is now:")
	} else {
		lines = append(lines, "here is "+what+":")
	}
	lines = append(lines, "", "When: "+when, fmt.Sprintf("Length: %d minutes", p.Minutes))
	if len(p.People) > 0 {
		lines = append(lines, "With: "+strings.Join(p.People, ", "))
	}
	if p.Join != "" {
		lines = append(lines, "How to join: "+p.Join)
	} else {
		lines = append(lines, "How to join: we will send you the details before the interview.")
	}
	lines = append(lines, "", "If you need an adjustment, such as another time, captions or breaks, tell us; it has no bearing on the result.")
	return strings.Join(append(lines, askWhom(p.Contact)...), "\n")
}

func askWhom(contact string) []string {
	if contact == "" {
		return []string{"If anything is unclear, please answer this message."}
	}
	return []string{"If anything is unclear, ask " + contact + "."}
}

// zoneName says in which zone a time is, by its short name where it has one, with the offset.
func zoneName(at time.Time) string {
	name, offset := at.Format("MST"), at.Format("-07:00")
	if strings.HasPrefix(name, "+") || strings.HasPrefix(name, "-") || name == "" {
		return "(UTC" + offset + ")"
	}
	return name + " (UTC" + offset + ")"
}
