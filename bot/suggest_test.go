package bot_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
)

// suggested returns what is suggested for a text, "value" by value.
func suggested(t *testing.T, s *shelf, user, typed string) string {
	t.Helper()
	ev := s.event(bot.Suggest, user)
	ev.Text = typed
	a := s.Serve(t.Context(), ev)
	if a.Card != nil || a.Form != nil || len(a.Errors) > 0 {
		t.Errorf("%q: more than suggestions: %s", typed, text(a))
	}
	var out []string
	for _, c := range a.Choices {
		if c.Label == "" {
			t.Errorf("%q: a choice without a label: %+v", typed, c)
		}
		out = append(out, c.Value)
	}
	return strings.Join(out, " | ")
}

func TestSuggest(t *testing.T) {
	t.Parallel()
	const topics = "T-1 | T-2 | T-3 | T-4 | T-5 | T-6"
	const flags = "+wet | +dry | +ice"
	for _, c := range []struct{ name, typed, want string }{
		{"nothing typed", "", "/desk | /book"},
		{"a noun begun", "/bo", "/book"},
		{"without the slash", "bo", "/book"},
		{"no such noun", "/zebra", ""},
		{"verbs, then what the default takes", "/book ", "show | add | drop | note | fail | " + topics + " | " + flags + " | color:"},
		{"a verb begun", "/book dr", "drop | +dry"},
		{"a verb complete is followed by nothing yet", "/book drop", "drop"},
		{"the base noun offers its verbs and the nouns", "/desk ", "home | help | desk | book"},
		{"a noun after the base", "/desk book sh", "show"},
		{"arguments after both", "/desk book show gar", "T-1 | T-2"},
		{"a name begun", "/book show gar", "T-1 | T-2"},
		{"a name begun in quotes", `/book show "garden w`, "T-1"},
		{"a curly apostrophe", "/book show o’br", "T-3"},
		{"what was given is not offered again", "/book show paddy ", flags + " | color:"},
		{"a flag begun", "/book show paddy +", flags},
		{"a flag with a letter", "/book show paddy +i", "+ice"},
		{"a flag to leave out", "/book show paddy -w", "-wet"},
		{"a quoted flag", `/book show paddy +"black`, "+ice"},
		{"a flag given is not offered again", "/book show paddy +wet +", "+dry | +ice"},
		{"an option's name begun", "/book show paddy co", "color:"},
		{"an option's values, quoted where they must be", "/book show paddy color:", `color:red | color:"deep blue"`},
		{"an option's value begun", "/book show paddy color:de", `color:"deep blue"`},
		{"a quoted value begun", `/book show paddy color:"de`, `color:"deep blue"`},
		{"a list goes on", "/book show paddy tags:wet,d", "tags:wet,dry"},
		{"an unknown option", "/book show colr:", ""},
		{"too long a text", "/book show " + strings.Repeat("x", 5000), ""},
		{"non-breaking blanks", "/book\u00a0show\u00a0gar", "T-1 | T-2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := suggested(t, newShelf(t), "ann", c.typed); got != c.want {
				t.Errorf("%q suggests\n%s\nwant\n%s", c.typed, got, c.want)
			}
		})
	}
}

func TestSuggestNothingToWhoMayNot(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	if got := suggested(t, s, "ann", "/book drop gar"); got != "" {
		t.Errorf("somebody who may not drop is offered %s", got)
	}
	if got := suggested(t, s, "keeper", "/book drop gar"); got != "T-1 | T-2" {
		t.Errorf("a keeper is offered %q", got)
	}
	ev := s.event(bot.Suggest, "ann")
	ev.Command, ev.Focus, ev.Values = "book.drop", "topic", bot.Values{"topic": {"gar"}}
	if a := s.Serve(t.Context(), ev); len(a.Choices) > 0 || a.Code != bot.CodeNotAllowed {
		t.Errorf("typed options: %+v", a)
	}
}

func TestSuggestTypedOptions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ focus, typed, want string }{
		{"topic", "gar", "T-1 T-2"},
		{"topic", "", "T-1 T-2 T-3 T-4 T-5 T-6"},
		{"color", "deep", "deep blue"},
		{"copies", "2", ""},
		{"nonsense", "2", ""},
	} {
		s := newShelf(t)
		ev := s.event(bot.Suggest, "ann")
		ev.Command, ev.Focus, ev.Values = "book.show", c.focus, bot.Values{c.focus: {c.typed}, "tags": {"wet"}}
		var got []string
		for _, choice := range s.Serve(t.Context(), ev).Choices {
			got = append(got, choice.Value)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s %q: %q, want %q", c.focus, c.typed, got, c.want)
		}
	}
}

// A command's own suggestions go first, see what was given before, and are never more than a menu.
func TestSuggestOfTheCommand(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	cfg := s.config()
	for i := range cfg.Commands {
		if cfg.Commands[i].Name() != "book.note" {
			continue
		}
		cfg.Commands[i].Suggest = func(_ context.Context, _ *bottest.Tx, req bot.Request, param, prefix string) ([]bot.Choice, error) {
			if param != "note" {
				return nil, nil
			}
			if prefix == "break" {
				return nil, errors.New("secret of the suggestion")
			}
			var out []bot.Choice
			for i := range 40 {
				name := fmt.Sprintf("%s note %d", req.Args.Text("topic"), i)
				out = append(out, bot.Choice{Label: name, Value: name})
			}
			return out, nil
		}
	}
	router, err := bot.NewRouter(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.Router = router
	got := suggested(t, s, "ann", "/book note paddy ")
	if !strings.HasPrefix(got, `"T-3 note 0" | "T-3 note 1"`) || strings.Count(got, "|") != 24 {
		t.Errorf("suggested %s", got)
	}
	if got := suggested(t, s, "ann", "/book note paddy break"); got != "" {
		t.Errorf("a failure suggests %s", got)
	}
	if !strings.Contains(s.log.String(), "secret of the suggestion") {
		t.Errorf("the log lacks the cause:\n%s", s.log)
	}
}

// optioned returns what is suggested for one typed option, "value" by value.
func optioned(t *testing.T, s *shelf, command, focus string, values bot.Values) string {
	t.Helper()
	ev := s.event(bot.Suggest, "ann")
	ev.Command, ev.Focus, ev.Values = command, focus, values
	var out []string
	for _, c := range s.Serve(t.Context(), ev).Choices {
		out = append(out, c.Value)
	}
	return strings.Join(out, " | ")
}

// Where a platform has typed options, the text option is completed word by word; a choice stands for
// the whole of the option.
func TestSuggestTextOption(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		values bot.Values
		want   string
	}{
		{"a name begun", bot.Values{"text": {"gar"}}, "T-1 | T-2"},
		{"behind other words", bot.Values{"text": {"paddy 2 +i"}}, "paddy 2 +ice"},
		{"after a blank", bot.Values{"text": {"paddy +wet "}}, "paddy +wet +dry | paddy +wet +ice | paddy +wet color:"},
		{"a named value", bot.Values{"text": {"paddy color:de"}}, `paddy color:"deep blue"`},
		{"a list goes on", bot.Values{"text": {"paddy tags:wet,d"}}, "paddy tags:wet,dry"},
		{"what another option gave is not offered", bot.Values{"text": {"+"}, "topic": {"paddy"}, "tags": {"wet"}}, "+dry | +ice"},
		{"invisible characters within the word", bot.Values{"text": {"paddy \u200bga"}}, ""},
		{"too long a text", bot.Values{"text": {strings.Repeat("x", 5000)}}, ""},
		{"nothing typed", bot.Values{}, "T-1 | T-2 | T-3 | T-4 | T-5 | T-6 | +wet | +dry | +ice | color:"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := optioned(t, newShelf(t), "book.show", "text", c.values); got != c.want {
				t.Errorf("%v suggests\n%s\nwant\n%s", c.values, got, c.want)
			}
		})
	}
}

func TestSuggestListOption(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{"": "wet | dry | ice", "d": "dry", "wet,": "wet,wet | wet,dry | wet,ice", "wet, bl": "wet,ice"} {
		if got := optioned(t, newShelf(t), "book.show", "tags", bot.Values{"tags": {typed}}); got != want {
			t.Errorf("%q suggests %q, want %q", typed, got, want)
		}
	}
}

// A command's own suggestions see what the other options gave, those of the text among them.
func TestSuggestOptionSeesTheText(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	cfg := s.config()
	for i := range cfg.Commands {
		if cfg.Commands[i].Name() == "book.note" {
			cfg.Commands[i].Suggest = func(_ context.Context, _ *bottest.Tx, req bot.Request, param, _ string) ([]bot.Choice, error) {
				return []bot.Choice{{Label: param, Value: req.Args.Text("topic")}}, nil
			}
		}
	}
	router, err := bot.NewRouter(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.Router = router
	if got := optioned(t, s, "book.note", "note", bot.Values{"text": {"paddy"}, "note": {"x"}}); got != "T-3" {
		t.Errorf("suggested %q", got)
	}
}
