package commands

import (
	"slices"
	"testing"

	"github.com/hirebot/hirebot/bot"
)

// tellsOfPeople are the kinds of values by which personal data, and what is said of people, comes in.
var tellsOfPeople = []*bot.Kind{bot.PlainText, bot.LongText, bot.UploadedFile, Money, Notice, Email, Phone, contact, rejectReason, Rating, Recommends}

// tellsNothing are the commands with such a value that work everywhere: it is about no candidate, or it
// is what somebody looks for, and the answer is reduced.
var tellsNothing = []string{
	"hire.set", "hire.away", "hire.retry", "hire.drop", "hire.outbox", "hire.find",
	"band.show", "band.chart", "req.hold", "req.reopen", "req.outcome",
}

// A command that is added later, and forgotten in private.go, fails here.
func TestWhatTellsOfPeopleIsKeptOffPrivatePlatforms(t *testing.T) {
	for _, c := range All() {
		tells := slices.ContainsFunc(c.Spec.Params, func(p bot.Param) bool { return slices.Contains(tellsOfPeople, p.Kind) })
		if tells && !keptOff(c) && !slices.Contains(tellsNothing, c.Name()) {
			t.Errorf("%s takes what may be personal, and is not refused on a platform without personal data", c.Name())
		}
	}
}

// A name in these lists that no command has would guard nothing.
func TestListsOfPrivatePlatformsNameCommands(t *testing.T) {
	names := map[string]bool{}
	for _, c := range All() {
		names[c.Name()] = true
	}
	for _, name := range slices.Concat(asksNothingPersonal, withoutForm, tellsNothing) {
		if !names[name] {
			t.Errorf("there is no command %s", name)
		}
	}
}
