package discord

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/commands"
)

var rewriteRegistrations = flag.Bool("update-registrations", false, "write the registrations in testdata anew")

// sampleCommands are a registry with every sort of option, a verb that only cards offer, a
// shortcut, and one on messages.
func sampleCommands() []bot.Spec {
	person := &bot.Kind{
		Name: "person", Example: "@recruiter", Parse: bot.PlainText.Parse, Print: bot.PlainText.Print, Option: bot.OptionUser, Words: 3,
		Suggest: bot.SuggestWords("person"),
	}
	channel := &bot.Kind{Name: "channel", Example: "hiring", Parse: bot.PlainText.Parse, Print: bot.PlainText.Print, Option: bot.OptionChannel}
	record := &bot.Kind{Name: "reference", Example: "R-7", Parse: bot.PlainText.Parse, Print: bot.PlainText.Print, Option: bot.OptionText, Rest: true, Searched: true}
	ratio := &bot.Kind{Name: "ratio", Example: "0.5", Parse: bot.PlainText.Parse, Print: bot.PlainText.Print, Option: bot.OptionNumber}
	states := []bot.Choice{{Label: "Open", Value: "open"}, {Label: "On hold", Value: "on_hold"}}
	var many []bot.Choice
	for i := range maxOptionChoices + 1 {
		many = append(many, bot.Choice{Label: fmt.Sprint("Choice ", i), Value: fmt.Sprint(i)})
	}
	return []bot.Spec{
		{Noun: "desk", Verb: "home", Default: true, Summary: "What waits for you, and what you can do next", Examples: []string{"/desk"}},
		{Noun: "desk", Verb: "help", Summary: "What you can do, with examples", Examples: []string{"/desk help"}, Params: []bot.Param{
			{Name: "topic", Kind: bot.PlainText, Help: "A command, or its noun"},
		}},
		{Noun: "desk", Verb: "handover", Summary: "Hand somebody's work over", Examples: []string{"/desk handover @ann @ben"}, Params: []bot.Param{
			{Name: "from", Kind: person, Required: true, Help: "Whose work"},
			{Name: "to", Kind: person, Required: true, Help: "Who takes it over"},
			{Name: "confirm", Kind: bot.YesNo, KeyOnly: true, Choices: []bot.Choice{{Label: "Yes", Value: "yes"}, {Label: "No", Value: "no"}}, Help: "Do it, and not only show it"},
		}},
		{Noun: "shelf", Verb: "show", Default: true, Reads: true, Summary: "What stands on a shelf", Examples: []string{"/shelf", "/shelf garden 2 +wet"}, Params: []bot.Param{
			{Name: "name", Kind: record, Required: true, Max: 60, Help: "Which shelf"},
			{Name: "copies", Kind: bot.Integer, Help: "How many"},
			{Name: "tags", Kind: bot.PlainText, Flag: true, Repeated: true, Choices: states, KeyOnly: true, Help: "What it is like"},
			{Name: "state", Kind: bot.PlainText, KeyOnly: true, Choices: states, Help: "Only those in one state"},
			{Name: "room", Kind: bot.PlainText, KeyOnly: true, Choices: many, Help: "Only those in one room"},
		}},
		{Noun: "shelf", Verb: "fill", Ack: bot.MayOpenForm, Summary: "Fill a shelf", Examples: []string{"/shelf fill"}, Shortcut: "Fill a shelf", Params: []bot.Param{
			{Name: "name", Kind: record, Required: true, Help: "Which shelf"},
			{Name: "place", Kind: channel, KeyOnly: true, Help: "Where it is told"},
			{Name: "owners", Kind: person, Repeated: true, KeyOnly: true, Help: "Who looks after it"},
			{Name: "share", Kind: ratio, KeyOnly: true, Help: "How full"},
			{Name: "paper", Kind: bot.UploadedFile, KeyOnly: true, Help: "The list of books"},
		}},
		{Noun: "shelf", Verb: "note", Summary: "Note something on a shelf", Examples: []string{"/shelf note garden text:wet"}, Params: []bot.Param{
			{Name: "text", Kind: bot.PlainText, KeyOnly: true, Help: "What to note"},
			{Name: "name", Kind: record, Required: true, Help: "Which shelf"},
		}},
		{Noun: "shelf", Verb: "keep", Ack: bot.MayOpenForm, Summary: "Keep a message on a shelf", Examples: []string{"/shelf keep garden"}, MessageShortcut: "Keep message", Params: []bot.Param{
			{Name: "name", Kind: record, Required: true, Help: "Which shelf"},
		}},
		{Noun: "shelf", Verb: "drop", Summary: "Drop a shelf", Examples: []string{"/shelf drop garden"}, FromCard: true},
		{Noun: "card", Verb: "press", Default: true, Summary: "Press", Examples: []string{"/card press"}, FromCard: true},
	}
}

// productSpecs are those of the product.
func productSpecs() []bot.Spec {
	var specs []bot.Spec
	for _, c := range commands.All() {
		specs = append(specs, c.Spec)
	}
	return specs
}

func registered(t *testing.T, base, prefix string, specs []bot.Spec) []*discordgo.ApplicationCommand {
	t.Helper()
	out, err := commandsOf(specs, newNames(base, prefix, specs))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRegistrations(t *testing.T) {
	t.Parallel()
	for name, prefix := range map[string]string{"plain": "", "prefix": "hb"} {
		got, err := Registration("desk", prefix, sampleCommands())
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", "registration", name+".json")
		if *rewriteRegistrations {
			if err := os.WriteFile(path, got, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s (-want +got), go test -run TestRegistrations -update-registrations writes it:\n%s", path, diff)
		}
	}
}

// Discord's own description knows what is sent, and what is left of it when an option is wrong.
func TestRegistrationsFollowThePublishedSchema(t *testing.T) {
	t.Parallel()
	schema := bulkOverwriteSchema(t)
	if schema == nil {
		return
	}
	for name, specs := range map[string][]bot.Spec{"sample": sampleCommands(), "product": productSpecs()} {
		text, err := Registration(commands.Base, "hb", specs)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, wrong := range map[string]string{
		"no name":          `[{"description": "x"}]`,
		"unknown option":   `[{"name": "x", "options": [{"type": 99, "name": "x", "description": "x"}]}]`,
		"long description": `[{"name": "x", "description": "` + strings.Repeat("x", 101) + `"}]`,
	} {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(wrong))
		if err != nil {
			t.Fatal(err)
		}
		if schema.Validate(value) == nil {
			t.Errorf("the schema takes a registration with %s", name)
		}
	}
}

// bulkOverwriteSchema reads what Discord takes as the commands of a guild; nil where nobody said where
// its description is.
func bulkOverwriteSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	shared := os.Getenv("HIREBOT_SHARED")
	if shared == "" {
		t.Log("left out: HIREBOT_SHARED does not say where the published description is")
		return nil
	}
	text, err := os.ReadFile(filepath.Join(shared, "schemas", "discord-openapi.json"))
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	// A name of its own: nothing is to be fetched.
	if err := c.AddResource("discord:openapi", value); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("discord:openapi#/paths/~1applications~1%7Bapplication_id%7D~1guilds~1%7Bguild_id%7D~1commands/put/requestBody/content/application~1json/schema")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestWhatIsRegistered(t *testing.T) {
	t.Parallel()
	all := registered(t, "desk", "", sampleCommands())
	var verbs []string
	options := map[string]*discordgo.ApplicationCommandOption{}
	for _, c := range all {
		for _, sub := range c.Options {
			verbs = append(verbs, c.Name+"."+sub.Name)
			free := false
			for _, o := range sub.Options {
				options[c.Name+"."+sub.Name+"."+o.Name] = o
				if o.Required && free {
					t.Errorf("%s.%s: %s is needed, and stands after what is not", c.Name, sub.Name, o.Name)
				}
				free = free || !o.Required
			}
		}
	}
	if want := []string{"desk.home", "desk.help", "desk.handover", "shelf.show", "shelf.fill", "shelf.note", "shelf.keep"}; !slices.Equal(verbs, want) {
		t.Errorf("registered %q, want %q", verbs, want)
	}
	if last := all[len(all)-1]; last.Type != discordgo.MessageApplicationCommand || last.Name != "Keep message" || last.Description != "" || len(last.Options) > 0 {
		t.Errorf("on messages %+v is offered", last)
	}
	for name, want := range map[string]discordgo.ApplicationCommandOption{
		"desk.handover.from":    {Type: discordgo.ApplicationCommandOptionUser, Required: true},
		"desk.handover.confirm": {Type: discordgo.ApplicationCommandOptionBoolean},
		"shelf.show.text":       {Type: discordgo.ApplicationCommandOptionString, Autocomplete: true},
		"shelf.show.name":       {Type: discordgo.ApplicationCommandOptionString, Autocomplete: true, MaxLength: 60},
		"shelf.show.copies":     {Type: discordgo.ApplicationCommandOptionInteger},
		"shelf.show.tags":       {Type: discordgo.ApplicationCommandOptionString, Autocomplete: true},
		"shelf.show.room":       {Type: discordgo.ApplicationCommandOptionString, Autocomplete: true},
		"shelf.fill.name":       {Type: discordgo.ApplicationCommandOptionString, Autocomplete: true},
		"shelf.fill.place":      {Type: discordgo.ApplicationCommandOptionChannel},
		"shelf.fill.owners":     {Type: discordgo.ApplicationCommandOptionString, Autocomplete: true},
		"shelf.fill.share":      {Type: discordgo.ApplicationCommandOptionNumber},
		"shelf.fill.paper":      {Type: discordgo.ApplicationCommandOptionAttachment},
		"shelf.note.name":       {Type: discordgo.ApplicationCommandOptionString, Autocomplete: true, Required: true},
		"shelf.note.text":       {Type: discordgo.ApplicationCommandOptionString},
	} {
		o := options[name]
		if o == nil {
			t.Errorf("no %s", name)
			continue
		}
		got := *o
		got.Name, got.Description = "", ""
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for name, want := range map[string]string{
		"shelf.show.text":   "Everything in your own words, e.g. garden 2 +wet",
		"shelf.show.name":   "Which shelf, e.g. R-7",
		"shelf.fill.owners": "Who looks after it; several by comma, e.g. @recruiter",
		"desk.handover.to":  "Who takes it over",
		"shelf.show.state":  "Only those in one state",
	} {
		if got := options[name].Description; got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if got := options["shelf.show.state"].Choices; len(got) != 2 || got[1].Name != "On hold" || got[1].Value != "on_hold" {
		t.Errorf("choices %+v", got)
	}
	if _, own := options["desk.handover.text"]; own {
		t.Error("what is picked from lists has a text option")
	}
}

func TestRegistrationIsRefusedWithTheRemedy(t *testing.T) {
	t.Parallel()
	noun := func(name string) bot.Spec {
		return bot.Spec{Noun: name, Verb: "show", Default: true, Summary: "x", Examples: []string{"/" + name}}
	}
	many := func(n int, change func(i int, s *bot.Spec)) []bot.Spec {
		var out []bot.Spec
		for i := range n {
			s := noun("noun")
			change(i, &s)
			out = append(out, s)
		}
		return out
	}
	onMessages := func(n int, name string) []bot.Spec {
		return many(n, func(i int, s *bot.Spec) {
			s.Verb, s.MessageShortcut = fmt.Sprint("verb", i), strings.ReplaceAll(name, "%d", fmt.Sprint(i))
		})
	}
	with := func(params ...bot.Param) []bot.Spec {
		s := noun("band")
		s.Params = params
		return []bot.Spec{s}
	}
	numbered := func(n int) []bot.Param {
		var out []bot.Param
		for i := range n {
			out = append(out, bot.Param{Name: fmt.Sprint("p", i), Kind: bot.PlainText, Help: "x"})
		}
		return out
	}
	for name, c := range map[string]struct {
		specs  []bot.Spec
		prefix string
		says   []string
	}{
		"capitals":                   {[]bot.Spec{noun("Band")}, "", []string{"/Band", "small letters", "rename the noun"}},
		"a blank":                    {[]bot.Spec{noun("salary band")}, "", []string{"/salary band", "rename the noun"}},
		"a long prefix":              {[]bot.Spec{noun("requisitions")}, strings.Repeat("p", 20), []string{"33 characters", "at most 32", "another prefix"}},
		"a verb in capitals":         {many(1, func(_ int, s *bot.Spec) { s.Verb = "Show" }), "", []string{"/noun Show", "rename the verb"}},
		"no default verb":            {many(1, func(_ int, s *bot.Spec) { s.Default = false }), "", []string{"/noun", "default", "mark one"}},
		"no summary":                 {many(1, func(_ int, s *bot.Spec) { s.Summary = "" }), "", []string{"/noun show", "summary", "write one"}},
		"a command declared twice":   {[]bot.Spec{noun("band"), noun("band")}, "", []string{"/band show", "twice", "remove one"}},
		"a long name on messages":    {onMessages(1, strings.Repeat("x", 33)), "", []string{"noun.verb0", "33 characters", "at most 32", "shorten"}},
		"a name on messages twice":   {onMessages(2, "Keep"), "", []string{"noun.verb0 and noun.verb1", "Keep", "rename one"}},
		"too many on messages":       {onMessages(16, "Keep %d"), "", []string{"16 commands on messages", "at most 15"}},
		"too many commands":          {many(101, func(i int, s *bot.Spec) { s.Noun = fmt.Sprint("noun", i) }), "", []string{"101 commands", "at most 100"}},
		"too many verbs":             {many(26, func(i int, s *bot.Spec) { s.Verb = fmt.Sprint("verb", i) }), "", []string{"26 verbs", "at most 25", "cards alone"}},
		"too many options":           {with(numbered(25)...), "", []string{"/band show", "26 options", "at most 25"}},
		"an option in capitals":      {with(bot.Param{Name: "Role", Kind: bot.PlainText, Help: "x"}), "", []string{"the option Role", "rename the parameter"}},
		"an option twice":            {with(bot.Param{Name: "role", Kind: bot.PlainText, Help: "x"}, bot.Param{Name: "role", Kind: bot.PlainText, Help: "x"}), "", []string{"role twice", "rename one"}},
		"an option without help":     {with(bot.Param{Name: "role", Kind: &bot.Kind{}}), "", []string{"role has no help", "write one"}},
		"a choice with a long value": {with(bot.Param{Name: "role", Kind: bot.PlainText, Help: "x", Choices: []bot.Choice{{Label: "Long", Value: strings.Repeat("x", 101)}}}), "", []string{"Long", "101 characters", "1 to 100"}},
		"too much text in all": {many(25, func(i int, s *bot.Spec) {
			s.Verb = fmt.Sprint("verb", i)
			for _, p := range numbered(10) {
				p.Help = strings.Repeat("x", 100)
				s.Params = append(s.Params, p)
			}
		}), "", []string{"/noun", "characters in all", "at most 8000"}},
		"several things at once": {[]bot.Spec{noun("Band"), noun("Req")}, "", []string{"/Band", "/Req"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := commandsOf(c.specs, newNames("desk", c.prefix, c.specs))
			if err == nil || out != nil {
				t.Fatal("taken")
			}
			for _, part := range c.says {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("no %q in: %v", part, err)
				}
			}
		})
	}
}

// Long texts are shortened to what Discord takes.
func TestTextsOfTheRegistrationAreWithinTheirLimits(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("₹", 300)
	all := registered(t, "desk", "", []bot.Spec{{Noun: "long", Verb: "show", Default: true, Summary: long, Examples: []string{"/long " + long}, Params: []bot.Param{
		{Name: "one", Kind: bot.PlainText, Help: long, Max: 9000},
		{Name: "two", Kind: bot.Integer, Help: "x", Choices: []bot.Choice{{Label: long, Value: "1"}}},
	}}})
	if got := len([]rune(all[0].Description)); got != maxCommandDescription {
		t.Errorf("description of %d characters", got)
	}
	sub := all[0].Options[0]
	if sub.Options[0].Name != bot.TextOption || sub.Options[0].Description != "Everything in your own words" {
		t.Errorf("text option: %+v", sub.Options[0])
	}
	if one := sub.Options[1]; len([]rune(one.Description)) != maxCommandDescription || one.MaxLength != maxOptionText {
		t.Errorf("option: %+v", one)
	}
	if two := sub.Options[2]; len([]rune(two.Choices[0].Name)) != maxChoiceName || two.Type != discordgo.ApplicationCommandOptionString {
		t.Errorf("choices: %+v", two)
	}
}

// What the product registers is measured, so that what is left of Discord's limits can be seen.
func TestProductFitsDiscord(t *testing.T) {
	t.Parallel()
	for _, prefix := range []string{"", "acme-hr-10"} {
		all := registered(t, commands.Base, prefix, productSpecs())
		for _, c := range all {
			most := 0
			for _, sub := range c.Options {
				most = max(most, len(sub.Options))
			}
			t.Logf("/%s: %d of %d verbs, at most %d of %d options, %d of %d characters", c.Name, len(c.Options), maxSubcommands, most, maxOptions, commandText(c), maxCommandText)
		}
	}
}

// asReturned is a registration as Discord gives it back: with ids, with what it adds, without what is
// empty, in an order of its own.
func asReturned(t *testing.T, commands []*discordgo.ApplicationCommand) []*discordgo.ApplicationCommand {
	t.Helper()
	text, err := json.Marshal(commands)
	if err != nil {
		t.Fatal(err)
	}
	var values []map[string]any
	if err := json.Unmarshal(text, &values); err != nil {
		t.Fatal(err)
	}
	var trim func(v map[string]any)
	trim = func(v map[string]any) {
		for name, one := range v {
			switch one := one.(type) {
			case nil:
				delete(v, name)
			case bool:
				if !one {
					delete(v, name)
				}
			case []any:
				for _, inner := range one {
					if m, ok := inner.(map[string]any); ok {
						trim(m)
					}
				}
			}
		}
	}
	for i, v := range values {
		trim(v)
		for name, more := range map[string]any{
			"id": fmt.Sprint(i + 1), "application_id": "9", "guild_id": "8", "version": "7", "default_member_permissions": nil, "nsfw": false,
			"name_localizations": nil, "description_localizations": nil, "contexts": nil, "integration_types": []int{0}, "dm_permission": true,
		} {
			v[name] = more
		}
	}
	slices.Reverse(values)
	if text, err = json.Marshal(values); err != nil {
		t.Fatal(err)
	}
	var out []*discordgo.ApplicationCommand
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSameCommands(t *testing.T) {
	t.Parallel()
	want := func() []*discordgo.ApplicationCommand { return registered(t, "desk", "", sampleCommands()) }
	if !sameCommands(asReturned(t, want()), want()) {
		t.Error("what Discord returns is not taken for what was sent")
	}
	if product := registered(t, commands.Base, "", productSpecs()); !sameCommands(asReturned(t, product), product) {
		t.Error("what Discord returns is not taken for what was sent, of the product")
	}
	for name, change := range map[string]func(c []*discordgo.ApplicationCommand) []*discordgo.ApplicationCommand{
		"one less":           func(c []*discordgo.ApplicationCommand) []*discordgo.ApplicationCommand { return c[1:] },
		"none":               func([]*discordgo.ApplicationCommand) []*discordgo.ApplicationCommand { return nil },
		"nothing in a place": func(c []*discordgo.ApplicationCommand) []*discordgo.ApplicationCommand { c[0] = nil; return c },
		"another description": func(c []*discordgo.ApplicationCommand) []*discordgo.ApplicationCommand {
			c[0].Description = "x"
			return c
		},
		"restricted to admins": func(c []*discordgo.ApplicationCommand) []*discordgo.ApplicationCommand {
			c[0].DefaultMemberPermissions = new(int64)
			return c
		},
		"another option": func(c []*discordgo.ApplicationCommand) []*discordgo.ApplicationCommand {
			last := slices.IndexFunc(c, func(c *discordgo.ApplicationCommand) bool { return len(c.Options) > 1 })
			sub := c[last].Options[len(c[last].Options)-1]
			sub.Options[len(sub.Options)-1].Name = "other"
			return c
		},
		"another type": func(c []*discordgo.ApplicationCommand) []*discordgo.ApplicationCommand {
			c[0].Type = discordgo.UserApplicationCommand
			return c
		},
	} {
		if sameCommands(change(asReturned(t, want())), want()) {
			t.Errorf("%s is taken for the same", name)
		}
	}
}
