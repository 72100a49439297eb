package hiring

import (
	"fmt"
	"strings"
)

// NoticeParams is what the words are made from by which a candidate learns what is kept of them.
type NoticeParams struct {
	// Name is the candidate's first name, Contact whom they can ask.
	Name, Company, Contact string
}

// NoticeText returns what a candidate is to know of what a company keeps of them, to be edited and
// copied. Nobody sends it by itself.
func NoticeText(p NoticeParams) string {
	lines := []string{
		greeting(p.Name), "",
		fmt.Sprintf("%s keeps your contact details, your résumé, what you told us about your experience, notice period and expected pay, and what our interviewers noted, to decide on your application and for nothing else.", p.Company), "",
		"You can ask at any time what we keep, have it corrected or deleted, or take back your consent. It has no bearing on how you are treated.",
	}
	if p.Contact != "" {
		lines = append(lines, "For that, write to "+p.Contact+" or answer this message.")
	} else {
		lines = append(lines, "For that, answer this message.")
	}
	return strings.Join(lines, "\n")
}
