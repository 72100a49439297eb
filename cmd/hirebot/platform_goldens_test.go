package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/discord"
	"github.com/hirebot/hirebot/bot/playground"
	"github.com/hirebot/hirebot/bot/slack"
	"github.com/hirebot/hirebot/commands"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// platformGoldens holds the golden files, in a directory for each platform, beside the story.
var platformGoldens = filepath.Join("testdata", "platforms")

// drawer draws what the core says as a platform is sent it.
type drawer interface {
	Card(c bot.Card) ([]byte, error)
	Form(f bot.Form) ([]byte, error)
}

// TestEverythingIsDrawnOnEveryPlatform compares every view, every form and every command with golden files
// of Slack, Discord and the playground. The views and forms are those that testdata/platforms/story.txtar
// shows: a new one that the story does not show fails, and so does a command that a platform does not offer.
func TestEverythingIsDrawnOnEveryPlatform(t *testing.T) {
	t.Parallel()
	var (
		w    *world
		seen = &sightings{cards: map[string]bot.Card{}, forms: map[string]bot.Form{}}
	)
	played := t.Run("story", func(t *testing.T) {
		testscript.Run(t, testscript.Params{
			Dir: platformGoldens,
			Setup: func(env *testscript.Env) error {
				tb, ok := env.T().(testing.TB)
				if !ok {
					return errors.New("no testing.TB")
				}
				w = newWorld(tb, "sqlite:"+filepath.Join(tb.TempDir(), "hirebot.db"), seedCompany)
				w.split(tb)
				seen.watch(w)
				env.Values[worldKey{}] = w
				tb.Cleanup(func() { seen.readAccounts(tb, w.app.store) })
				return nil
			},
			Cmds: scenarioCommands(),
		})
	})
	if !played {
		t.Fatal("without the story there is nothing to draw")
	}
	specs := w.app.router.Registry().Specs()
	drawers := seen.drawers(specs)
	offers := offersOf(t, specs)
	files := map[string]bool{}
	check := func(platform, kind, name string, text []byte, err error) {
		if err != nil {
			t.Errorf("%s: the %s %s: %v", platform, kind, name, err)
			return
		}
		path := filepath.Join(platformGoldens, platform, kind, name+".json")
		files[path] = true
		current(t, path, func(string) string { return string(text) })
	}
	for platform, d := range drawers {
		for name := range w.app.views {
			card, ok := seen.cards[name]
			if !ok {
				t.Errorf("%s: the view %s is not in the golden files: add lines to story.txtar that show it", platform, name)
				continue
			}
			draw := d.Card
			if home, has := d.(interface {
				Home(bot.Card) ([]byte, error)
			}); has && name == views.Home {
				draw = home.Home
			}
			text, err := draw(fixed(card))
			check(platform, "views", name, text, err)
		}
		for _, c := range commands.All() {
			if c.Form == nil {
				continue
			}
			form, ok := seen.forms[c.Name()]
			if !ok {
				t.Errorf("%s: the form of %s is not in the golden files: add a line to story.txtar that opens it", platform, c.Name())
				continue
			}
			text, err := d.Form(fixed(form))
			check(platform, "forms", c.Name(), text, err)
		}
		for _, s := range specs {
			text, err := offers[platform](s)
			check(platform, "commands", s.Name(), text, err)
		}
	}
	// What is drawn no more leaves no file behind.
	kept, err := filepath.Glob(filepath.Join(platformGoldens, "*", "*", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range kept {
		if files[path] || t.Failed() {
			continue
		}
		if !*update {
			t.Errorf("%s is of nothing any more: run make generate", path)
		} else if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

// sightings are what the people of a story see: of each view and of each command's form the fullest.
type sightings struct {
	mu    sync.Mutex
	cards map[string]bot.Card
	forms map[string]bot.Form
	// people are the names of the sample people by the ids of their records.
	people map[string]string
}

// watch takes down every view that is drawn and every form that is opened in a world.
func (s *sightings) watch(w *world) {
	for name, v := range w.app.views {
		draw := v.Draw
		v.Draw = func(ctx context.Context, tx *store.Tx, viewer bot.Actor, of bot.View) (bot.Card, error) {
			card, err := draw(ctx, tx, viewer, of)
			if err != nil {
				return card, err
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			if had, ok := s.cards[name]; !ok || len(bot.PlainCard(card, w.zone)) > len(bot.PlainCard(had, w.zone)) {
				s.cards[name] = card
			}
			return card, nil
		}
		w.app.views[name] = v
	}
	w.opened = func(form bot.Form) {
		s.mu.Lock()
		defer s.mu.Unlock()
		name := form.Call.Command
		if had, ok := s.forms[name]; !ok || len(bot.PlainForm(form, w.zone)) > len(bot.PlainForm(had, w.zone)) {
			s.forms[name] = form
		}
	}
}

func (s *sightings) readAccounts(tb testing.TB, st *store.Store) {
	tb.Helper()
	err := st.Read(context.WithoutCancel(tb.Context()), func(tx *store.Tx) error {
		s.people = map[string]string{}
		for _, p := range tx.Snapshot().People() {
			if slices.ContainsFunc(samplePeople(), func(one samplePerson) bool { return one.Name == p.Name }) {
				s.people[p.ID] = p.Name
			}
		}
		return nil
	})
	if err != nil {
		tb.Error(err)
	}
}

// drawers returns what draws for each platform. All of the sample people have an account on each.
func (s *sightings) drawers(specs []bot.Spec) map[string]drawer {
	on := func(account func(name string) string) func(string) (string, string) {
		return func(person string) (user, name string) {
			if name = s.people[person]; name == "" {
				return "", ""
			}
			return account(name), name
		}
	}
	return map[string]drawer{
		"slack":      slack.NewPreview(commands.Base, "", specs, on(slackUserOf)),
		"discord":    discord.NewPreview(commands.Base, "", specs, on(discordUserOf)),
		"playground": playground.Preview{Account: on(func(name string) string { return name })},
	}
}

// offersOf returns, for each platform, how it offers a command before anybody typed it, and an error where it
// does not. What only a card's button offers is offered by Slack, which has no list of verbs, like the rest.
func offersOf(t *testing.T, specs []bot.Spec) map[string]func(bot.Spec) ([]byte, error) {
	t.Helper()
	manifest, reserved, err := slack.Manifest(specs, slack.ManifestOptions{Base: commands.Base, PublicURL: "https://hirebot.example.com"})
	if err != nil {
		t.Fatal(err)
	}
	var app struct {
		Features struct {
			Commands  []json.RawMessage `json:"slash_commands"`
			Shortcuts []json.RawMessage `json:"shortcuts"`
		} `json:"features"`
	}
	registration, err := discord.Registration(commands.Base, "", specs)
	if err != nil {
		t.Fatal(err)
	}
	var registered []struct {
		Name    string            `json:"name"`
		Options []json.RawMessage `json:"options"`
	}
	listed, err := playground.Preview{}.Commands(specs)
	if err != nil {
		t.Fatal(err)
	}
	var browser, entries []json.RawMessage
	for _, of := range []struct {
		text []byte
		into any
	}{{manifest, &app}, {registration, &registered}, {registration, &entries}, {listed, &browser}} {
		if err := json.Unmarshal(of.text, of.into); err != nil {
			t.Fatal(err)
		}
	}
	return map[string]func(bot.Spec) ([]byte, error){
		"slack": func(s bot.Spec) ([]byte, error) {
			name, typed := "/"+s.Noun, bot.Usage(s)
			if slices.Contains(reserved, s.Noun) {
				// Slack has a command of that name itself, so these are typed behind the one that is ours.
				name, typed = "/"+commands.Base, "/"+commands.Base+" "+strings.TrimPrefix(typed, "/")
			}
			command := having(app.Features.Commands, map[string]string{"command": name})
			if command == nil {
				return nil, fmt.Errorf("the manifest has no %s", name)
			}
			var entry struct {
				Command     string `json:"command"`
				Description string `json:"description"`
			}
			if err := json.Unmarshal(command, &entry); err != nil {
				return nil, err
			}
			// Its hint, which names all verbs, would have every verb change the files of the others.
			offer := map[string]any{"command": entry, "typed": typed}
			for kind, name := range map[string]string{"global": s.Shortcut, "message": s.MessageShortcut} {
				if name == "" {
					continue
				}
				shortcut := having(app.Features.Shortcuts, map[string]string{"name": name, "type": kind})
				if shortcut == nil {
					return nil, fmt.Errorf("the manifest has no %s shortcut %q", kind, name)
				}
				offer["shortcut"] = shortcut
			}
			return goldenJSON(offer)
		},
		"discord": func(s bot.Spec) ([]byte, error) {
			offer := map[string]any{}
			if s.MessageShortcut != "" {
				entry := having(entries, map[string]string{"name": s.MessageShortcut})
				if entry == nil {
					return nil, fmt.Errorf("there is no entry %q in the menu of messages", s.MessageShortcut)
				}
				offer["message_command"] = entry
			}
			for _, c := range registered {
				if sub := having(c.Options, map[string]string{"name": s.Verb}); c.Name == s.Noun && sub != nil {
					offer["command"], offer["subcommand"] = c.Name, sub
					return goldenJSON(offer)
				}
			}
			if s.FromCard {
				return goldenJSON(map[string]any{"command": nil, "pressed": s.Name()})
			}
			return nil, errors.New("it is not registered")
		},
		"playground": func(s bot.Spec) ([]byte, error) {
			entry := having(browser, map[string]string{"noun": s.Noun, "verb": s.Verb})
			if entry == nil {
				return nil, errors.New("the browser is not told of it")
			}
			return goldenJSON(entry)
		},
	}
}

// having returns the first object of a list that has these members, nil for none.
func having(list []json.RawMessage, members map[string]string) json.RawMessage {
	for _, raw := range list {
		var o map[string]any
		if json.Unmarshal(raw, &o) != nil {
			continue
		}
		matches := true
		for name, value := range members {
			matches = matches && o[name] == value
		}
		if matches {
			return raw
		}
	}
	return nil
}

func goldenJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// random is an id, or a code such as joins two accounts.
var random = regexp.MustCompile(`\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[A-Z0-9]{4}(-[A-Z0-9]{4}){2}\b`)

// fixed returns a card or form in which what is random stands for itself: ids are numbered as they come, codes
// are all the same, and of pictures and files no more is left than that there is one.
func fixed[T any](v T) T {
	ids := map[string]string{}
	text := func(s string) string {
		return random.ReplaceAllStringFunc(s, func(id string) string {
			if len(id) == len("K7QM-2XRA-PL4D") {
				return "K7QM-2XRA-PL4D"
			}
			if ids[id] == "" {
				ids[id] = fmt.Sprintf("00000000-0000-7000-8000-%012d", len(ids)+1)
			}
			return ids[id]
		})
	}
	out := reflect.New(reflect.TypeFor[T]()).Elem()
	out.Set(mapStrings(reflect.ValueOf(v), text))
	return out.Interface().(T) //nolint:forcetypeassert,errcheck // It was made of that type above.
}

// mapStrings copies a value with every text in it replaced. What is bytes becomes a few.
func mapStrings(v reflect.Value, text func(string) string) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.String:
		out.SetString(text(v.String()))
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return v
		}
		inner := mapStrings(v.Elem(), text)
		if v.Kind() == reflect.Interface {
			out.Set(inner)
			break
		}
		out.Set(reflect.New(inner.Type()))
		out.Elem().Set(inner)
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		if v.Type().Elem().Kind() == reflect.Uint8 {
			out.SetBytes([]byte(strings.Repeat("x", min(v.Len(), 8))))
			break
		}
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(mapStrings(v.Index(i), text))
		}
	case reflect.Struct:
		out.Set(v)
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				out.Field(i).Set(mapStrings(v.Field(i), text))
			}
		}
	default:
		return v
	}
	return out
}
