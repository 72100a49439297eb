package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScenariosOnSlackAndDiscord plays the scenarios of a company that is on both, through both adapters in
// one process, on both databases.
func TestScenariosOnSlackAndDiscord(t *testing.T) {
	t.Parallel()
	playOn(t, "mixed", func(tb testing.TB, w *world) {
		newSlackFront(tb, w, func(name string) bool { return !slices.Contains(mixedOnDiscord, name) })
		newDiscordFront(tb, w, func(name string) bool { return slices.Contains(mixedOnDiscord, name) })
	})
}

// mixedOnDiscord are those of the sample people who begin on Discord; all others begin on Slack. Everybody
// has an account on both, which is nobody's until they write from it.
var mixedOnDiscord = []string{"approver-1", "compensation", "interviewer-1"}

// everybody begins on the only platform that there is.
func everybody(string) bool { return true }

// chatOf returns the platform on which somebody speaks and is looked for where none is said.
func (w *world) chatOf(name string) *chatFront {
	for _, chat := range w.chats {
		if chat.home(name) {
			return chat
		}
	}
	return nil
}

// chatAt returns the platform and the conversation that a text such as "discord/hiring" or "recruiter" means.
func (w *world) chatAt(ts *testscript.TestScript, text string) (*chatFront, string) {
	on, name, said := strings.Cut(text, "/")
	chat := w.chats[on]
	if !said {
		name, chat = text, w.chatOf(text)
	}
	if chat == nil || w.speakers[name] == nil && len(w.chats) > 1 && !said {
		ts.Fatalf("%q: say on which platform, such as slack/hiring", text)
	}
	return chat, name
}
