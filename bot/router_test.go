package bot_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
)

func TestInvokeReadsWhatWasTyped(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, typed, want string }{
		{"a name of two words", "/book garden walls", "topic=T-1"},
		{"case and diacritics do not matter", "/book CAFE Notes", "topic=T-4"},
		{"the verb may be given", "/book show garden paths", "topic=T-2"},
		{"the base noun may go before", "/desk book garden paths", "topic=T-2"},
		{"any order", "/book 3 garden paths", "copies=3 topic=T-2"},
		{"fillers are skipped", "/book the garden paths on 4 jan 2027 please", "day=2027-01-04 topic=T-2"},
		{"an alias", "/book paddy", "topic=T-3"},
		{"an apostrophe is a letter", "/book O'Brien's house", "topic=T-3"},
		{"a curly apostrophe too", "/book O’Brien’s house", "topic=T-3"},
		{"quotes", `/book "garden walls"`, "topic=T-1"},
		{"curly quotes", "/book “garden walls”", "topic=T-1"},
		{"a quote that is not closed", `/book "garden walls`, "topic=T-1"},
		{"single curly quotes are no words", "/book paddy ‘3’ copies:3", ""},
		{"non-breaking and zero-width characters", "/book\u00a0garden\u202fwalls\u200b\ufeff", "topic=T-1"},
		{"name:value", "/book topic:paddy copies:3", "copies=3 topic=T-3"},
		{"a blank after the colon", "/book topic: paddy", "topic=T-3"},
		{"a value of several words", "/book topic:garden walls copies:3", "copies=3 topic=T-1"},
		{"a quoted value", `/book paddy color:"deep blue"`, "color=deep blue topic=T-3"},
		{"a quoted value after a blank", `/book paddy color: "deep blue"`, "color=deep blue topic=T-3"},
		{"a text value goes on", "/book paddy color:deep blue", "color=deep blue topic=T-3"},
		{"flags", "/book paddy +wet -dry", "tags=[+wet -dry] topic=T-3"},
		{"flags in one word", "/book paddy +wet,-dry", "tags=[+wet -dry] topic=T-3"},
		{"a quoted flag", `/book paddy +"black ice"`, "tags=[+ice] topic=T-3"},
		{"a list", "/book paddy tags:wet,dry", "tags=[wet dry] topic=T-3"},
		{"a list with blanks and several words", "/book tags:wet, black ice, dry paddy", "tags=[wet ice dry] topic=T-3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newShelf(t)
			a := s.typed(t, "ann", c.typed)
			if c.want == "" {
				if a.Code != bot.CodeInvalid {
					t.Fatalf("code %q, want a refusal:\n%s", a.Code, text(a))
				}
				return
			}
			if len(s.handled) != 1 {
				t.Fatalf("not handled:\n%s", text(a))
			}
			if got := strings.Join(printed(s.handled[0].Args), " "); got != c.want {
				t.Errorf("read %q, want %q", got, c.want)
			}
		})
	}
}

func TestTypedTextKeepsItsPunctuation(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ typed, want string }{
		{`/book note paddy he said "wet pages" twice`, `he said "wet pages" twice`},
		{`/book note paddy "wet pages"`, "wet pages"},
		{"/book note paddy See: https://example.org/A?b=c", "See: https://example.org/A?b=c"},
		{"/book note paddy family 👩‍🌾 came", "family 👩‍🌾 came"},
		{"/book note paddy note:waiting for the pond", "waiting for the pond"},
	} {
		s := newShelf(t)
		a := s.typed(t, "ann", c.typed)
		if got := s.Effects(); len(got) != 1 || got[0] != "note T-3 "+c.want {
			t.Errorf("%s: effects %q, want note %q\n%s", c.typed, got, c.want, text(a))
		}
	}
}

func TestInvokeRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, typed, code, want string }{
		{"nothing", "", bot.CodeInvalid, "/desk help"},
		{"a wrong noun, with the nearest", "/boook x", bot.CodeInvalid, "Did you mean /book?"},
		{"a wrong verb, with the nearest", "/book shwo", bot.CodeInvalid, "Did you mean show?"},
		{"a wrong option, with the nearest", "/book paddy colr:red", bot.CodeInvalid, "Did you mean color?"},
		{"a wrong name, with the nearest", "/book gardem wallz", bot.CodeInvalid, "Did you mean Garden walls?"},
		{"a wrong name for the one open parameter", "/book drop gardem walls", bot.CodeNotAllowed, "Only keepers"},
		{"a wrong name where only that is asked for", "/book note topic:gardem", bot.CodeNotFound, "I know no topic “gardem”"},
		{"a wrong value", "/book copies:many paddy", bot.CodeInvalid, "“many” is not a whole number"},
		{"a wrong choice", "/book paddy color:redd", bot.CodeNotFound, "“redd” is none of the choices of “Color”. Did you mean Red?"},
		{"an empty value", "/book paddy copies:", bot.CodeInvalid, "Copies is needed"},
		{"an empty quoted value", `/book paddy color:""`, bot.CodeInvalid, "Choose one under “Color”, for example Red"},
		{"an unknown flag", "/book paddy +wett", bot.CodeNotFound, "Did you mean wet?"},
		{"a file cannot be typed", "/book add paddy 2 paper:file-1 reason:x", bot.CodeInvalid, "I did not understand “paper:file-1”"},
		{"a check", "/book add paddy 6", bot.CodeInvalid, "At most 5."},
		{"too long a text", "/book note paddy " + strings.Repeat("é", 4000), bot.CodeInvalid, "at most 4000"},
		{"too long a value", "/book add paddy 2 " + strings.Repeat("x", 61), bot.CodeInvalid, "at most 60"},
		{"errors of a handler without a form", "/book fail errors", bot.CodeInvalid, "Not this way."},
		{"what the handler refuses", "/book fail refuse", bot.CodeConflict, "Somebody else has it."},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newShelf(t)
			a := s.typed(t, "ann", c.typed)
			if a.Code != c.code {
				t.Errorf("code %q, want %q", a.Code, c.code)
			}
			wantText(t, a, c.want)
			if strings.Contains(text(a), "secret") {
				t.Errorf("the cause leaked: %s", text(a))
			}
			if got := s.Effects(); len(got) > 0 {
				t.Errorf("a refused command left %q", got)
			}
		})
	}
}

func TestRoleIsRefusedBeforeArgumentsAreRead(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	for _, typed := range []string{"/book drop paddy", "/book drop nobody knows this", "/book drop pond", "/book drop"} {
		if a := s.typed(t, "ann", typed); a.Code != bot.CodeNotAllowed || text(a) != "Only keepers may do that.\n" {
			t.Errorf("%s: %q %q", typed, a.Code, text(a))
		}
	}
	if a := s.press(t, "ann", bot.Do("book.drop", "T-1")); a.Code != bot.CodeNotAllowed {
		t.Errorf("press: %q", a.Code)
	}
	if a := s.press(t, "keeper", bot.Do("book.drop", "T-1")); a.Code != "" || !a.Replace {
		t.Errorf("keeper: code %q, replace %v", a.Code, a.Replace)
	}
}

// pressAll presses each entry of a menu in a store of its own and returns the effects.
func pressAll(t *testing.T, s *shelf, user string, a bot.Answer) []string {
	t.Helper()
	if a.Card == nil || a.Card.Menu == nil {
		t.Fatalf("no menu:\n%s", text(a))
	}
	for _, item := range a.Card.Menu.Items {
		id, err := item.Do.Encode()
		if err != nil {
			t.Fatal(err)
		}
		call, err := bot.DecodeCall(id)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.press(t, user, call); got.Code != "" {
			t.Errorf("%s: %s", item.Label, text(got))
		}
	}
	return s.Effects()
}

func TestMissingArgumentIsAMenu(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	a := s.typed(t, "keeper", "/book drop")
	wantText(t, a, "Topic is needed", "Garden walls")
	want := []string{"drop T-1", "drop T-2", "drop T-3", "drop T-4", "drop T-5", "drop T-6"}
	if diff := cmp.Diff(want, pressAll(t, s, "keeper", a)); diff != "" {
		t.Error(diff)
	}
}

func TestAmbiguousNameIsAMenuThatKeepsEverythingElse(t *testing.T) {
	t.Parallel()
	t.Run("arguments that travel in the button", func(t *testing.T) {
		t.Parallel()
		s := newShelf(t)
		a := s.typed(t, "ann", "/book garden 3 +wet +ice")
		wantText(t, a, "“garden” fits more than one topic")
		pressAll(t, s, "ann", a)
		for i, want := range []string{"copies=3 tags=[+wet +ice] topic=T-1", "copies=3 tags=[+wet +ice] topic=T-2"} {
			if got := strings.Join(printed(s.handled[i].Args), " "); got != want {
				t.Errorf("entry %d ran with %q, want %q", i, got, want)
			}
		}
	})
	t.Run("a text that does not travel is set aside", func(t *testing.T) {
		t.Parallel()
		s := newShelf(t)
		a := s.typed(t, "ann", "/book note garden mind the “gap”")
		want := []string{"note T-1 mind the “gap”", "note T-2 mind the “gap”"}
		if diff := cmp.Diff(want, pressAll(t, s, "ann", a)); diff != "" {
			t.Error(diff)
		}
		if other := s.press(t, "ben", a.Card.Menu.Items[0].Do); other.Code != bot.CodeNotFound {
			t.Errorf("somebody else's press ran with what ann typed: %s", text(other))
		}
	})
	t.Run("two of exactly the same name", func(t *testing.T) {
		t.Parallel()
		s := newShelf(t)
		if got := pressAll(t, s, "keeper", s.typed(t, "keeper", "/book drop pond")); !cmp.Equal(got, []string{"drop T-5", "drop T-6"}) {
			t.Errorf("effects %q", got)
		}
	})
	t.Run("no menu where something else was wrong", func(t *testing.T) {
		t.Parallel()
		s := newShelf(t)
		a := s.typed(t, "ann", "/book garden copies:many")
		wantText(t, a, "“many” is not a whole number")
		if a.Card.Menu != nil {
			t.Error("a menu whose entries would forget the copies")
		}
	})
}

func TestPress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		do   bot.Call
		code string
		want string
	}{
		{"a command of another version", bot.Do("book.lend", "T-1"), bot.CodeInvalid, "another version"},
		{"more arguments than there are", bot.Do("book.drop", "T-1", "x"), bot.CodeInvalid, "another version"},
		{"something that is gone", bot.Do("book.drop", "T-99"), bot.CodeNotFound, "T-99"},
		{"a draft that is gone", bot.Do("book.note", "T-1").WithDraft("gone"), bot.CodeNotFound, "no longer kept"},
		{"starting over without a form", bot.Do("book.note", "T-1").WithDraft("new"), bot.CodeInternal, "reference"},
		{"what is there", bot.Do("book.drop", "T-1"), "", "dropped T-1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := newShelf(t).press(t, "keeper", c.do)
			if a.Code != c.code {
				t.Errorf("code %q, want %q", a.Code, c.code)
			}
			wantText(t, a, c.want)
		})
	}
}

func TestFormAndDraft(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	open := func(typed string) bot.Form {
		t.Helper()
		a := s.typed(t, "ann", typed)
		if a.Form == nil || a.Form.Draft == "" {
			t.Fatalf("%s: no form with a draft:\n%s", typed, text(a))
		}
		return *a.Form
	}
	value := func(f bot.Form, name string) string {
		for _, field := range f.Fields {
			if field.Name == name {
				return strings.Join(field.Value, ",")
			}
		}
		return "no such field"
	}

	empty := open("/book add")
	if !empty.Saved.IsZero() || value(empty, "topic") != "" {
		t.Errorf("a new form is not empty: %+v", empty)
	}

	// Changes are kept, and what is wrong is said at the field that was left.
	ev := s.fill(bot.Change, "ann", empty, bot.Values{"topic": {"paddy"}, "copies": {"many"}, "reason": {"half a senten"}})
	ev.Focus = "copies"
	a := s.Serve(t.Context(), ev)
	if len(a.Errors) != 1 || a.Errors[0].Field != "copies" || a.Card != nil || a.Draft != empty.Draft {
		t.Errorf("change: %+v", a)
	}

	// Opening again continues; what was typed just now goes first.
	s.now = s.now.Add(2 * time.Hour)
	again := open("/book add garden walls")
	if again.Draft != empty.Draft || !again.Saved.Equal(noon) {
		t.Errorf("draft %q saved %v, want the first one", again.Draft, again.Saved)
	}
	if value(again, "topic") != "T-1" || value(again, "copies") != "many" || value(again, "reason") != "half a senten" {
		t.Errorf("restored %+v", again.Fields)
	}

	// Starting over drops it; what the old form still sends reaches nobody.
	fresh := s.press(t, "ann", again.StartOver)
	if fresh.Form == nil || fresh.Form.Draft == empty.Draft || value(*fresh.Form, "reason") != "" || !fresh.Form.Saved.IsZero() {
		t.Fatalf("starting over: %+v", fresh)
	}
	s.Serve(t.Context(), s.fill(bot.Change, "ann", again, bot.Values{"reason": {"late"}}))
	if d := s.Drafts(); len(d) != 1 || len(d[fresh.Form.Draft].Values) != 0 {
		t.Errorf("drafts after starting over: %+v", d)
	}

	// Somebody else's change does not touch it.
	s.Serve(t.Context(), s.fill(bot.Change, "ben", *fresh.Form, bot.Values{"reason": {"not yours"}}))
	if d := s.Drafts()[fresh.Form.Draft]; len(d.Values) != 0 {
		t.Errorf("somebody else wrote %v", d.Values)
	}

	// Several mistakes come back at once, and everything typed is kept.
	typed := bot.Values{"copies": {"many"}, "reason": {strings.Repeat("x", 61)}}
	a = s.Serve(t.Context(), s.fill(bot.Submit, "ann", *fresh.Form, typed))
	fields := map[string]bool{}
	for _, e := range a.Errors {
		fields[e.Field] = true
	}
	if !fields["topic"] || !fields["copies"] || !fields["reason"] || len(a.Errors) != 3 || a.Code != bot.CodeInvalid {
		t.Errorf("errors %+v", a.Errors)
	}
	for _, reason := range []string{"late", "taken", "broken"} {
		typed = bot.Values{"topic": {"T-1"}, "copies": {"2"}, "reason": {reason}}
		ev = s.fill(bot.Submit, "ann", *fresh.Form, typed)
		ev.Files = map[string]bot.Upload{"paper": {Name: "order.txt", MediaType: "text/plain", Data: []byte(reason)}}
		a = s.Serve(t.Context(), ev)
		if len(a.Errors) != 1 || a.Card != nil || a.Form != nil || a.Draft != fresh.Form.Draft {
			t.Errorf("%s: %+v", reason, a)
		}
		wantText(t, a, map[string]string{"late": "copies: None left.", "taken": "topic: That one is taken.", "broken": ": Something went wrong"}[reason])
		kept := s.Drafts()[fresh.Form.Draft].Values
		if kept["reason"][0] != reason || len(s.Effects()) != 0 {
			t.Errorf("%s: kept %v, effects %q", reason, kept, s.Effects())
		}
		if up, ok := s.File(a.Values["paper"][0]); !ok || string(up.Data) != reason || kept["paper"][0] != a.Values["paper"][0] {
			t.Errorf("%s: the upload was lost: %+v, kept %v", reason, a.Values, kept)
		}
	}

	// An ambiguous name is spelled out at its field.
	a = s.Serve(t.Context(), s.fill(bot.Submit, "ann", *fresh.Form, bot.Values{"topic": {"garden"}, "copies": {"2"}}))
	wantText(t, a, "topic: “garden” fits more than one topic", "Garden walls (T-1), Garden paths (T-2)")

	// Success deletes the draft, and a late change does not bring it back.
	a = s.Serve(t.Context(), s.fill(bot.Submit, "ann", *fresh.Form, bot.Values{"topic": {"T-1"}, "copies": {"2"}}))
	wantText(t, a, "added T-1")
	s.Serve(t.Context(), s.fill(bot.Change, "ann", *fresh.Form, bot.Values{"reason": {"late"}}))
	if d := s.Drafts(); len(d) != 0 {
		t.Errorf("drafts after success: %+v", d)
	}
	if diff := cmp.Diff([]string{"add T-1"}, s.Effects()); diff != "" {
		t.Error(diff)
	}
}

func TestFormKeepsWhatItsCallBound(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	form := bot.Form{Call: bot.Do("book.add", "T-2", "4")}
	a := s.Serve(t.Context(), s.fill(bot.Submit, "ann", form, bot.Values{"copies": {"1"}}))
	wantText(t, a, "added T-2")
	if got := strings.Join(printed(s.handled[0].Args), " "); got != "copies=1 topic=T-2" {
		t.Errorf("arguments %q", got)
	}
	gone := bot.Form{Call: bot.Do("book.add", "T-99"), Draft: "d"}
	a = s.Serve(t.Context(), s.fill(bot.Submit, "ann", gone, bot.Values{"copies": {"1"}}))
	wantText(t, a, "T-99")
}

func TestUploads(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	form := *s.typed(t, "ann", "/book add").Form
	ev := s.fill(bot.Change, "ann", form, bot.Values{"topic": {"paddy"}})
	ev.Focus, ev.Files = "paper", map[string]bot.Upload{"paper": {Name: "a.txt", Data: []byte("a")}}
	a := s.Serve(t.Context(), ev)
	if len(a.Values["paper"]) != 1 {
		t.Fatalf("no id for the upload: %+v", a)
	}
	if d := s.Drafts()[form.Draft]; d.Values["paper"][0] != a.Values["paper"][0] || d.Values["topic"][0] != "paddy" {
		t.Errorf("kept %v", d.Values)
	}
	ev = s.fill(bot.Change, "ann", form, nil)
	ev.Files = map[string]bot.Upload{"paper": {Name: "big", Data: make([]byte, bot.MaxUpload+1)}}
	wantText(t, s.Serve(t.Context(), ev), "10 MB")
}

func TestSecondDeliveryHasNoSecondEffect(t *testing.T) {
	t.Parallel()
	twice := func(s *shelf, ev bot.Event) (first, second bot.Answer) {
		first = s.Serve(t.Context(), ev)
		s.now = s.now.Add(time.Minute)
		return first, s.Serve(t.Context(), ev)
	}
	t.Run("an effect and its card", func(t *testing.T) {
		t.Parallel()
		s := newShelf(t)
		ev := s.event(bot.Press, "keeper")
		ev.Command, ev.Bound = "book.drop", []string{"T-1"}
		first, second := twice(s, ev)
		if diff := cmp.Diff(first, second); diff != "" {
			t.Errorf("second answer differs:\n%s", diff)
		}
		if got := s.Effects(); len(got) != 1 {
			t.Errorf("effects %q", got)
		}
	})
	for name, typed := range map[string]string{
		"a refusal": "/book fail refuse", "a menu": "/book note garden wet", "an unknown name": "/book drop nothing", "nothing to show": "/book fail nothing",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShelf(t)
			ev := s.event(bot.Invoke, "keeper")
			ev.Text = typed
			first, second := twice(s, ev)
			if first.Code != second.Code || text(first) != text(second) {
				t.Errorf("first %q %s\nsecond %q %s", first.Code, text(first), second.Code, text(second))
			}
			if second.Card.Menu != nil {
				before := len(s.Effects())
				if got := pressAll(t, s, "keeper", second); len(got) != before+len(second.Card.Menu.Items) {
					t.Errorf("effects %q", got)
				}
			}
		})
	}
	t.Run("a form opens again with the same draft", func(t *testing.T) {
		t.Parallel()
		s := newShelf(t)
		ev := s.event(bot.Invoke, "ann")
		ev.Text = "/book add paddy"
		first, second := twice(s, ev)
		if second.Form == nil || second.Form.Draft != first.Form.Draft || len(s.Drafts()) != 1 {
			t.Errorf("second %+v, drafts %v", second, s.Drafts())
		}
	})
	t.Run("a submission", func(t *testing.T) {
		t.Parallel()
		s := newShelf(t)
		form := *s.typed(t, "ann", "/book add").Form
		first, second := twice(s, s.fill(bot.Submit, "ann", form, bot.Values{"topic": {"T-1"}, "copies": {"1"}}))
		if text(first) != text(second) || len(s.Effects()) != 1 {
			t.Errorf("first %s second %s effects %q", text(first), text(second), s.Effects())
		}
	})
	t.Run("a failure is tried again", func(t *testing.T) {
		t.Parallel()
		s := newShelf(t)
		ev := s.event(bot.Invoke, "ann")
		ev.Text = "/book fail plain"
		first, second := twice(s, ev)
		if first.Code != bot.CodeInternal || second.Code != bot.CodeInternal || text(first) == text(second) {
			t.Errorf("first %s second %s", text(first), text(second))
		}
	})
}

func TestFailuresShowAReferenceAndNoCause(t *testing.T) {
	t.Parallel()
	for name, typed := range map[string]string{
		"a panic": "/book fail panic", "an error": "/book fail plain", "a view": "/book fail broken view", "a form": "/book add paddy 1 broken",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShelf(t)
			a := s.typed(t, "ann", typed)
			ref := regexp.MustCompile(`reference: ([0-9a-f]{8})`).FindStringSubmatch(text(a))
			if a.Code != bot.CodeInternal || ref == nil {
				t.Fatalf("code %q: %s", a.Code, text(a))
			}
			if strings.Contains(text(a), "secret") {
				t.Errorf("the cause leaked: %s", text(a))
			}
			if log := s.log.String(); !strings.Contains(log, "ref="+ref[1]) || !strings.Contains(log, "secret of the") {
				t.Errorf("the log lacks the reference or the cause:\n%s", log)
			}
			if got := s.Effects(); len(got) != 0 {
				t.Errorf("effects %q", got)
			}
		})
	}
}

func TestEveryOtherEvent(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	wantText(t, s.Serve(t.Context(), s.event(bot.Open, "ann")), "home", "for ann")
	wantText(t, s.typed(t, "ann", "/book fail moot"), "nothing to show here any more")
	wantText(t, s.typed(t, "ann", "/book fail nothing"), "Done.")
	if a := s.Serve(t.Context(), s.event("dance", "ann")); a.Code != bot.CodeInternal {
		t.Errorf("an unknown type: %+v", a)
	}
	want := []string{"open home ", "invoke book.fail ", "invoke book.fail ", "dance unknown internal"}
	if diff := cmp.Diff(want, s.served.labels); diff != "" {
		t.Errorf("counted:\n%s", diff)
	}
}

// Only of a home that stays open, and that somebody was shown, anybody is told.
func TestOpened(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	var opened []string
	cfg := s.config()
	cfg.Opened = func(_ context.Context, ev bot.Event) { opened = append(opened, ev.From.User) }
	draw, broken := cfg.Draw, false
	cfg.Draw = func(ctx context.Context, tx *bottest.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
		if broken {
			return bot.Card{}, errors.New("broken")
		}
		return draw(ctx, tx, viewer, v)
	}
	router, err := bot.NewRouter(cfg)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		user, channel string
		kind          bot.EventType
		broken        bool
	}{
		{user: "ann", channel: bot.HomePlace, kind: bot.Open},
		{user: "ben", channel: "c", kind: bot.Open},
		{user: "cem", channel: bot.HomePlace, kind: bot.Open, broken: true},
		{user: "dee", channel: bot.HomePlace, kind: bot.Press},
	} {
		ev := s.event(c.kind, c.user)
		ev.Command, ev.In.Channel, broken = "desk.home", c.channel, c.broken
		if a := router.Serve(t.Context(), ev); (a.Code != "") != c.broken {
			t.Errorf("%s: %s", c.user, text(a))
		}
	}
	if diff := cmp.Diff([]string{"ann"}, opened); diff != "" {
		t.Error(diff)
	}
}

func TestTypedOptions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, command string
		values        bot.Values
		code, want    string
	}{
		{"values by name", "book.show", bot.Values{"topic": {"garden walls"}, "copies": {"3"}, "tags": {"wet, dry"}}, "", "copies=3 tags=[wet dry] topic=T-1"},
		{"a text is read like a typed one", "book.show", bot.Values{"text": {"garden walls 3 +wet"}}, "", "copies=3 tags=[+wet] topic=T-1"},
		{"values go with a text", "book.show", bot.Values{"text": {"garden walls"}, "copies": {"2"}}, "", "copies=2 topic=T-1"},
		{"an ambiguous one", "book.show", bot.Values{"topic": {"garden"}}, bot.CodeInvalid, ""},
		{"a command that is gone", "book.lend", nil, bot.CodeInvalid, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newShelf(t)
			ev := s.event(bot.Invoke, "ann")
			ev.Command, ev.Values = c.command, c.values
			a := s.Serve(t.Context(), ev)
			if a.Code != c.code {
				t.Fatalf("code %q: %s", a.Code, text(a))
			}
			if c.want != "" {
				if got := strings.Join(printed(s.handled[0].Args), " "); got != c.want {
					t.Errorf("read %q, want %q", got, c.want)
				}
			}
		})
	}
}

func TestNewRouterNamesEveryMistake(t *testing.T) {
	t.Parallel()
	cfg := newShelf(t).config()
	cfg.Commands = append([]bot.Command[*bottest.Tx]{}, cfg.Commands...)
	cfg.Commands[0].Handle = nil
	cfg.Commands[1].Form = func(context.Context, *bottest.Tx, bot.Request) (bot.Form, error) { return bot.Form{}, nil }
	long := cfg.Commands[3]
	long.Params = append([]bot.Param{}, long.Params...)
	for i := range 6 {
		long.Params = append(long.Params, bot.Param{Name: fmt.Sprintf("extra%d", i), Help: "More", Kind: bot.Integer})
	}
	cfg.Commands[3] = long
	_, err := bot.NewRouter(cfg)
	for _, want := range []string{"desk.home: no handler", "desk.help: reads only, yet has a form"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error lacks %q: %v", want, err)
		}
	}
	cfg.Commands[0].Handle, cfg.Commands[1].Form = cfg.Commands[2].Handle, nil
	if _, err := bot.NewRouter(cfg); err == nil || !strings.Contains(err.Error(), "starts its form over") {
		t.Errorf("a form whose button is too long: %v", err)
	}
	if _, err := bot.NewRouter(bot.Config[*bottest.Tx]{Log: slog.New(slog.DiscardHandler)}); err == nil || !strings.Contains(err.Error(), "needs Unit") {
		t.Errorf("an empty configuration: %v", err)
	}
}

// Reading a command looks at every name that it could mean, several times over.
func BenchmarkReadAmongThousandNames(b *testing.B) {
	s := newShelf(b)
	for i := range 1000 {
		s.Memory.Vocabulary["topic"] = append(s.Memory.Vocabulary["topic"], bot.Word{Value: fmt.Sprintf("T-%d", 100+i), Label: fmt.Sprintf("Topic Number %d", i), Aliases: []string{fmt.Sprintf("topic%d@example.org", i)}})
	}
	for b.Loop() {
		if a := s.typed(b, "ann", "/book the garden walls of the old house on 4 jan 2027 +wet -dry copies:3"); a.Code == bot.CodeInternal {
			b.Fatal(text(a))
		}
	}
}

func TestEmptyUploadDoesNotLoseWhatWasTyped(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	form := *s.typed(t, "ann", "/book add").Form
	ev := s.fill(bot.Submit, "ann", form, bot.Values{"topic": {"T-1"}, "copies": {"9"}})
	ev.Files = map[string]bot.Upload{"paper": {Name: "empty.txt"}, "other": {Name: "big", Data: make([]byte, bot.MaxUpload+1)}}
	a := s.Serve(t.Context(), ev)
	wantText(t, a, "10 MB")
	if kept := s.Drafts()[form.Draft].Values; len(kept["copies"]) != 1 || kept["copies"][0] != "9" {
		t.Errorf("kept %v", kept)
	}
}

// TestFormIsResumedByItsDraft: a platform whose forms come in steps, and whose buttons hold no more
// than a draft's id, opens, keeps and submits a form by that alone.
func TestFormIsResumedByItsDraft(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	a := s.typed(t, "ann", "/book add paddy")
	if a.Form == nil {
		t.Fatalf("no form:\n%s", text(a))
	}
	draft := a.Form.Draft
	by := func(kind bot.EventType, user string, values bot.Values) bot.Event {
		ev := s.event(kind, user)
		ev.Draft, ev.Partial, ev.Values = draft, true, values
		return ev
	}

	// Opening it again shows what it was opened with, and what was kept since.
	a = s.Serve(t.Context(), by(bot.Change, "ann", bot.Values{"copies": {"many"}}))
	if len(a.Errors) != 1 || a.Errors[0].Field != "copies" {
		t.Errorf("a step with a mistake: %+v", a)
	}
	s.Serve(t.Context(), by(bot.Change, "ann", bot.Values{"reason": {"why not"}}))
	if diff := cmp.Diff(bot.Values{"copies": {"many"}, "reason": {"why not"}}, s.Drafts()[draft].Values); diff != "" {
		t.Errorf("kept of two steps:\n%s", diff)
	}
	press := by(bot.Press, "ann", nil)
	for range 2 { // the second is the same delivery again
		a = s.Serve(t.Context(), press)
		if a.Form == nil || a.Form.Draft != draft || a.Form.Call.Command != "book.add" || a.Form.Saved.IsZero() {
			t.Fatalf("opened again: %+v\n%s", a, text(a))
		}
		got := map[string]string{}
		for _, f := range a.Form.Fields {
			got[f.Name] = strings.Join(f.Value, ",")
		}
		if got["topic"] != "T-3" || got["copies"] != "many" || got["reason"] != "why not" {
			t.Errorf("opened again with %v", got)
		}
	}
	if len(s.handled) > 0 {
		t.Error("opening a form again ran its handler")
	}

	// It is nobody else's.
	for _, kind := range []bot.EventType{bot.Press, bot.Submit, bot.Change} {
		if a = s.Serve(t.Context(), by(kind, "ben", bot.Values{"topic": {"T-1"}})); a.Form != nil || a.Code != bot.CodeNotFound {
			t.Errorf("%s by somebody else: %+v", kind, a)
		}
	}

	// The last step counts with what the draft holds of the others, the emptied included.
	submit := by(bot.Submit, "ann", bot.Values{"topic": {"T-1"}, "copies": {"2"}, "reason": nil})
	for range 2 {
		a = s.Serve(t.Context(), submit)
		wantText(t, a, "added T-1")
	}
	if diff := cmp.Diff([]string{"add T-1"}, s.Effects()); diff != "" || len(s.Drafts()) != 0 {
		t.Errorf("effects:\n%s\ndrafts %v", diff, s.Drafts())
	}
	if got := strings.Join(printed(s.handled[0].Args), " "); got != "copies=2 topic=T-1" {
		t.Errorf("arguments %q", got)
	}
	if a = s.Serve(t.Context(), by(bot.Press, "ann", nil)); a.Form != nil || a.Code != bot.CodeNotFound {
		t.Errorf("opening what was sent: %+v", a)
	}
}

// TestDraftOfNoForm: what a menu sets aside is no form, and its draft alone runs nothing.
func TestDraftOfNoForm(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	a := s.typed(t, "ann", `/book note garden "`+strings.Repeat("wet pages ", 12)+`"`)
	if len(s.Drafts()) == 0 {
		t.Fatalf("nothing was set aside:\n%s", text(a))
	}
	for id := range s.Drafts() {
		for _, kind := range []bot.EventType{bot.Press, bot.Submit, bot.Change} {
			ev := s.event(kind, "ann")
			ev.Draft = id
			a = s.Serve(t.Context(), ev)
			if len(s.handled) > 0 || a.Form != nil || a.Code == "" {
				t.Errorf("%s: %+v", kind, a)
			}
		}
	}
}

// TestOpeningWithOtherArguments: what a form is opened with goes before what its draft holds, for as
// long as the draft lives.
func TestOpeningWithOtherArguments(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	first := s.typed(t, "ann", "/book add paddy").Form
	s.Serve(t.Context(), s.fill(bot.Change, "ann", *first, bot.Values{"topic": {"T-3"}, "reason": {"kept"}}))
	again := s.typed(t, "ann", "/book add garden walls").Form
	if again == nil || again.Draft != first.Draft {
		t.Fatalf("opened as %+v", again)
	}
	ev := s.event(bot.Press, "ann")
	ev.Draft = first.Draft
	for _, f := range s.Serve(t.Context(), ev).Form.Fields {
		if want := map[string]string{"topic": "T-1", "reason": "kept"}[f.Name]; strings.Join(f.Value, ",") != want {
			t.Errorf("%s is %q, want %q", f.Name, f.Value, want)
		}
	}
}

// A platform with typed options takes files there too, which are kept like those of a form.
func TestUploadAsTypedOption(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	ev := s.event(bot.Invoke, "ann")
	ev.Command, ev.Values = "book.add", bot.Values{"topic": {"paddy"}, "copies": {"1"}}
	ev.Files = map[string]bot.Upload{"paper": {Name: "order.pdf", Data: []byte("order")}}
	if a := s.Serve(t.Context(), ev); a.Code != "" || a.Form != nil {
		t.Fatalf("answered: %s", text(a))
	}
	if len(s.handled) != 1 || s.handled[0].Args.Text("paper") == "" {
		t.Errorf("handled %+v", s.handled)
	}
	ev.ID, ev.Files["paper"] = "another", bot.Upload{Data: make([]byte, bot.MaxUpload+1)}
	wantText(t, s.Serve(t.Context(), ev), "more than 10 MB")
}
