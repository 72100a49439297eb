package views

import (
	"slices"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// askedBy returns everybody whom an approval asks or asked.
func askedBy(a hiring.Approval) []string {
	var out []string
	for _, s := range a.Steps {
		for _, one := range s.Approvers {
			out = append(out, one.Person)
		}
		for _, d := range s.Decisions {
			out = append(out, d.By)
		}
	}
	return out
}

// delegateOf tells whether somebody may decide an open approval in the place of an absent approver.
func delegateOf(tx *store.Tx, viewer bot.Actor, a hiring.Approval) bool {
	if viewer.ID == "" || a.State != hiring.ApprovalOpen {
		return false
	}
	_, ok := a.DeciderFor(viewer.ID, Absences(tx), today(tx, viewer))
	return ok
}

// standsIn tells whether somebody is the delegate, today, of an absent approver whom an approval asks or
// asked: they know of it also when the other was quicker, to be told so; its details they see only
// while they may decide.
func standsIn(tx *store.Tx, viewer bot.Actor, a hiring.Approval) bool {
	if a.Requester == viewer.ID {
		return false
	}
	for _, absent := range tx.Snapshot().StandsInFor(viewer.ID, today(tx, viewer)) {
		for i, s := range a.Steps {
			if i <= a.Current && slices.ContainsFunc(s.Approvers, func(x hiring.StepApprover) bool { return x.Person == absent }) {
				return true
			}
		}
	}
	return false
}

// Absences returns who is away and whose delegate can act for them.
func Absences(tx *store.Tx) []hiring.Absence {
	return slices.DeleteFunc(tx.Snapshot().Absences(), func(a hiring.Absence) bool {
		p, ok := tx.Snapshot().Person(a.Delegate)
		return !ok || !p.Active
	})
}

func waitsFor(a hiring.Approval, who func(string) bot.Text) bot.Text {
	var out bot.Text
	for i, one := range a.WaitsFor() {
		switch {
		case i == 3:
			return bot.Join(out, bot.T(" and others"))
		case i > 0:
			out = bot.Join(out, bot.T(joiner(a.Steps[a.Current])))
		}
		out = bot.Join(out, who(one.Person))
	}
	return out
}

// joiner stands between the approvers of a step.
func joiner(s hiring.ApprovalStep) string {
	if s.All {
		return " and "
	}
	return " or "
}

// approvalLines tells how each step of an approval stands.
func approvalLines(a hiring.Approval, who func(string) bot.Text) []bot.Text {
	if a.ID == "" || a.State == hiring.Void {
		return nil
	}
	lines := []bot.Text{bot.B("Approval")}
	for i, s := range a.Steps {
		lines = append(lines, bot.Join(bot.Tf("%d. ", i+1), stepText(a, i, s, who)))
	}
	for _, n := range a.Notes {
		lines = append(lines, bot.T(noteOf(n)))
	}
	if q := a.Question; q != nil {
		lines = append(lines, bot.Join(bot.B("Question by "), who(q.Asker), bot.T(": "+q.Text)))
		if q.AnsweredAt.IsZero() {
			lines = append(lines, bot.T("Not answered yet; reminders wait meanwhile."))
		} else {
			lines = append(lines, bot.Join(bot.B("Answer: "), bot.T(q.Answer)))
		}
	}
	return lines
}

// stepText tells how one step stands: what was decided, and whom it asks.
func stepText(a hiring.Approval, i int, s hiring.ApprovalStep, who func(string) bot.Text) bot.Text {
	var text, asks bot.Text
	for _, d := range s.Decisions {
		if len(text) > 0 {
			text = bot.Join(text, bot.T(" · "))
		}
		text = bot.Join(text, decisionText(d, who))
	}
	now := i == a.Current && a.State == hiring.ApprovalOpen
	if len(text) > 0 && !now {
		return text
	}
	approvers := s.Approvers
	if now {
		approvers = a.WaitsFor()
	}
	for j, one := range approvers {
		if j > 0 {
			asks = bot.Join(asks, bot.T(joiner(s)))
		}
		asks = bot.Join(asks, who(one.Person))
	}
	if len(text) > 0 {
		text = bot.Join(text, bot.T(" · "))
	}
	switch {
	case s.Passed && len(asks) == 0:
		return bot.T("passed, no other approver")
	case s.Passed:
		return bot.Join(asks, bot.T(": passed, no other approver"))
	case now:
		return bot.Join(text, asks, bot.T(": asked "), bot.At(a.StepSince))
	case i < a.Current:
		return bot.Join(asks, bot.T(": decided in an earlier step"))
	case a.State == hiring.ApprovalOpen:
		return bot.Join(asks, bot.T(": not yet asked"))
	default:
		return bot.Join(asks, bot.T(": not asked"))
	}
}

// noteOf writes a note as a sentence.
func noteOf(n hiring.ApprovalNote) string {
	return upperFirst(strings.TrimSuffix(n.Text, ".")) + "."
}

func decisionText(d hiring.Decision, who func(string) bot.Text) bot.Text {
	verb := "approved by "
	if !d.Approve {
		verb = "rejected by "
	}
	text := bot.Join(bot.T(verb), who(d.By))
	if d.By != d.Person {
		text = bot.Join(text, bot.T(" for "), who(d.Person))
	}
	text = bot.Join(text, bot.T(", "), bot.At(d.At))
	if d.Reason != "" {
		text = bot.Join(text, bot.T(": "+d.Reason))
	}
	return text
}
