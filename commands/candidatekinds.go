package commands

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// CandidateRef reads a candidate's reference.
var CandidateRef = Reference("C")

// candidateNumber reads a candidate's reference where other words are meant for something else.
var candidateNumber = &bot.Kind{
	Name: "candidate", Example: "C-7",
	Parse: CandidateRef.Parse, Print: CandidateRef.Print, Option: bot.OptionText, Wire: CandidateRef.Wire,
	Claims: CandidateRef.Claims,
}

var reqNumberForm = regexp.MustCompile(`^(?i:r)[-‐‑–—]?0*[1-9][0-9]{0,8}$`)

// whichReq reads a requisition's reference beside other words: R-12 with its letter. Named, as in
// req:12, the number is enough.
var whichReq = &bot.Kind{
	Name: "requisition", Example: "R-12",
	Parse: reqNumber.Parse, Print: reqNumber.Print, Option: bot.OptionText, Wire: ReqRef.Wire,
	Claims: func(_ bot.Reading, text string) bool { return reqNumberForm.MatchString(text) },
}

// AppStage reads a stage of an application.
var AppStage = &bot.Kind{
	Name: "stage", Example: "interviewing",
	Parse: func(_ bot.Reading, text string) (any, error) { return hiring.ParseAppStage(text) },
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Wire: 12, Words: 2,
	Suggest: func(bot.Reading, string) []bot.Choice {
		var out []bot.Choice
		for _, s := range hiring.AppStages {
			out = append(out, bot.Choice{Label: hiring.AppStageTitle(s), Value: string(s)})
		}
		return out
	},
}

// listedStage reads what a list of candidates can be narrowed to.
var listedStage = &bot.Kind{
	Name: "stage", Example: "screening",
	Parse: func(_ bot.Reading, text string) (any, error) { return text, nil },
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Wire: 12, Words: 2,
	Meant: func(string) bool { return true },
}

func listedStages() []bot.Choice {
	out := []bot.Choice{
		{Label: "Active", Value: views.ActiveOnly}, {Label: "Mine", Value: views.MineOnly},
		{Label: "Latest", Value: views.LatestOnly}, {Label: "All", Value: views.AllStates},
	}
	for _, s := range hiring.AppStages {
		out = append(out, bot.Choice{Label: hiring.AppStageTitle(s), Value: string(s)})
	}
	return out
}

// rejectReason reads a reason of the company's list by its words, or by what stands for it in a button.
// Those there are, or those that can be meant, are offered where it is none of them.
var rejectReason = &bot.Kind{
	Name: "reason", Example: "depth below level",
	Parse: func(rd bot.Reading, text string) (any, error) {
		found := reasonsLike(rd, text)
		if len(found) == 1 {
			return found[0].Value, nil
		}
		problem := bot.Invalidf("", "“%s” fits several reasons. Which one?", text)
		if len(found) == 0 {
			problem = bot.Invalidf("", "“%s” is no reason of your company's list. Choose one of these, which are about the job.", text)
			found = rd.Words.Words(store.ReasonWords)
		}
		choices := make([]bot.Choice, 0, len(found))
		for _, w := range found {
			choices = append(choices, bot.Choice{Label: w.Label, Value: w.Value})
		}
		return nil, problem.Offering(choices)
	},
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Wire: 8, Words: 10,
	Claims: func(rd bot.Reading, text string) bool {
		return strings.Contains(text, " ") && len(reasonsLike(rd, text)) == 1
	},
	Meant:   func(string) bool { return true },
	Suggest: bot.SuggestWords(store.ReasonWords),
}

func reasonsLike(rd bot.Reading, text string) []bot.Word {
	if rd.Words == nil {
		return nil
	}
	return bot.FindWords(rd.Words.Words(store.ReasonWords), text)
}

// reasonOf returns the reason of the company's list that an argument means.
func reasonOf(s *store.Snapshot, text string) (string, error) {
	for _, w := range s.Words(store.ReasonWords) {
		if w.Value == text {
			return w.Label, nil
		}
	}
	return hiring.FindRejectReason(s.RejectReasons(), text)
}

// Notice reads a notice period: "60", "60 days", "2 months", "immediate".
var Notice = &bot.Kind{
	Name: "notice period", Example: "60",
	Parse: func(_ bot.Reading, text string) (any, error) {
		n, ok := readNotice(text)
		if !ok || n > hiring.MaxNoticeDays {
			return nil, bot.Invalidf("", "A notice period is a number of days up to %d, like 60, or 2 months, or immediate.", hiring.MaxNoticeDays)
		}
		return n, nil
	},
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Wire: 3, Words: 2,
	Claims: func(_ bot.Reading, text string) bool { return strings.EqualFold(text, "immediate") },
}

var noticeForm = regexp.MustCompile(`^([0-9]{1,3}) ?(d|day|days|w|week|weeks|m|month|months)?$`)

func readNotice(text string) (int, bool) {
	folded := bot.Fold(text)
	if folded == "immediate" || folded == "immediately" || folded == "none" {
		return 0, true
	}
	m := noticeForm.FindStringSubmatch(folded)
	if m == nil {
		return 0, false
	}
	n, err := strconv.Atoi(m[1])
	switch {
	case strings.HasPrefix(m[2], "w"):
		n *= 7
	case strings.HasPrefix(m[2], "m"):
		n *= 30
	}
	return n, err == nil
}

var emailForm = regexp.MustCompile(`^[^\s@]+@[^\s@]+\.[^\s@]+$`)

// Email reads an e-mail address.
var Email = &bot.Kind{
	Name: "e-mail address", Example: "meera@example.com",
	Parse:  func(_ bot.Reading, text string) (any, error) { return text, hiring.CheckEmail(text) },
	Print:  func(v any) string { return fmt.Sprint(v) },
	Option: bot.OptionText,
	Claims: func(_ bot.Reading, text string) bool { return emailForm.MatchString(text) },
}

// Phone reads a phone number.
var Phone = &bot.Kind{
	Name: "phone number", Example: "98765 43210",
	Parse: func(_ bot.Reading, text string) (any, error) { return hiring.ParsePhone(text) },
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Words: 4,
	Claims: func(_ bot.Reading, text string) bool {
		number, err := hiring.ParsePhone(text)
		return err == nil && number != ""
	},
}

// channelKey reads a playbook's channel by its key or name; the command checks it.
var channelKey = &bot.Kind{
	Name: "source", Example: "linkedin",
	Parse:  func(_ bot.Reading, text string) (any, error) { return strings.TrimSpace(text), nil },
	Print:  func(v any) string { return fmt.Sprint(v) },
	Option: bot.OptionText, Words: 4,
	Claims: func(bot.Reading, string) bool { return false },
}

// noteID reads the id of a note, as the undo of it carries it.
var noteID = &bot.Kind{
	Name: "note", Example: "as its card carries it",
	Parse:  func(_ bot.Reading, text string) (any, error) { return text, nil },
	Print:  func(v any) string { return fmt.Sprint(v) },
	Option: bot.OptionText, Wire: 36,
}

// askedKey reads what takes back that a scorecard was asked for. It stands in a draft.
var askedKey = &bot.Kind{
	Name: "message", Example: "as the card carries it",
	Parse:  func(_ bot.Reading, text string) (any, error) { return text, nil },
	Print:  func(v any) string { return fmt.Sprint(v) },
	Option: bot.OptionText,
}

// appBefore reads what the undo of a change needs.
var appBefore = &bot.Kind{
	Name: "state before", Example: appWas{App: "AP-7", Version: 3, Stage: hiring.AppScreening}.String(),
	Parse: func(_ bot.Reading, text string) (any, error) {
		w, err := readWas(text)
		if err != nil {
			return nil, bot.Invalidf("", "“%s” is not what an undo button carries. Example: press Undo on the card", text)
		}
		return w, nil
	},
	Print:  func(v any) string { w, _ := v.(appWas); return w.String() },
	Option: bot.OptionText,
}
