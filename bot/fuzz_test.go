package bot_test

import (
	"strings"
	"testing"

	"github.com/hirebot/hirebot/bot"
)

// FuzzRouterText types anything at all: the answer is never empty, and never a failure that the
// handler did not make.
func FuzzRouterText(f *testing.F) {
	for _, s := range []string{
		"", "/", "/book", "/book garden walls", "/book add paddy 2 why not", `/book "garden`, "/book tags:wet, , dry", "/book color:", "/desk book",
		"/book +wet -dry --", "/book copies:99999999999999999999", "/book note O’Brien’s “x” ’y‘", "/book day:", "/book in 3 days", "/book fail refuse", "/book\u00a0show\u200b",
		"/book topic:", "/book \x00", "/book ::", "/book show: x", "/book note paddy note:", "/book add add add", "/book drop", "/book tags:,", "/book 4 5 6", "/book fail \xff",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		s := newShelf(t)
		for _, user := range []string{"ann", "keeper"} {
			a := s.typed(t, user, typed)
			if a.Card == nil && a.Form == nil {
				t.Fatalf("an empty answer: %+v", a)
			}
			if strings.TrimSpace(text(a)) == "" {
				t.Fatalf("an answer without a word: %+v", a)
			}
			if a.Code == bot.CodeInternal && !strings.Contains(s.log.String(), "secret of the") {
				t.Fatalf("a failure of our own:\n%s", s.log)
			}
			if a.Card != nil && a.Card.Menu != nil {
				for _, item := range a.Card.Menu.Items {
					if _, err := item.Do.Encode(); err != nil {
						t.Fatal(err)
					}
				}
			}
			ev := s.event(bot.Suggest, user)
			ev.Text = typed
			if a := s.Serve(t.Context(), ev); a.Card != nil || a.Code == bot.CodeInternal || len(a.Choices) > 25 {
				t.Fatalf("suggestions: %+v\n%s", a, s.log)
			}
		}
	})
}

// FuzzRouterPress presses a button with anything on it.
func FuzzRouterPress(f *testing.F) {
	for _, id := range []string{"v1|book.drop|T-1", "v1|book.add|T-1|2|~new", "v1|book.note|T-1|~x", "v1|book.show|||||||", "v1|desk.home|~", "v0|x.y", "v1|book.show|garden||a,b|"} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		call, err := bot.DecodeCall(id)
		if err != nil {
			return
		}
		s := newShelf(t)
		a := s.press(t, "keeper", call)
		if a.Card == nil && a.Form == nil {
			t.Fatalf("an empty answer: %+v", a)
		}
		if a.Code == bot.CodeInternal && !strings.Contains(s.log.String(), "it has no form") {
			t.Fatalf("a failure of our own:\n%s", s.log)
		}
	})
}
