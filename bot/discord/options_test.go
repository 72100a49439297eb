package discord

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/commands"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

func sampleNames() names { return newNames("desk", "", sampleCommands()) }

// channelNames knows one channel.
func channelNames(id string) string {
	if id == "44" {
		return "offers"
	}
	return ""
}

// typedAs is the data of a subcommand with options, which are JSON.
func typedAs(name, verb, options string) json.RawMessage {
	return json.RawMessage(`{"type": 1, "id": "1", "name": "` + name + `", "options": [{"type": 1, "name": "` + verb + `", "options": [` + options + `]}],
		"resolved": {"attachments": {"77": {"id": "77", "filename": "books.csv", "size": 12, "content_type": "text/csv", "url": "https://cdn.example/77"}},
			"channels": {"43": {"id": "43", "name": "hiring", "type": 0}}}}`)
}

// keptMessage is the data of a command that was chosen in the menu of a message.
var keptMessage = json.RawMessage(`{"type": 3, "id": "1", "name": "Keep message", "target_id": "7",
	"resolved": {"messages": {"7": {"id": "7", "channel_id": "44", "content": "by <@!42> in <#44>", "author": {"id": "42", "username": "ben"}, "embeds": []}}}}`)

func TestInvoked(t *testing.T) {
	t.Parallel()
	paper := commandFile{Name: "books.csv", MediaType: "text/csv", Size: 12, URL: "https://cdn.example/77"}
	for name, c := range map[string]struct {
		data json.RawMessage
		want invocation
	}{
		"nothing but the command": {json.RawMessage(`{"type": 1, "name": "desk", "options": [{"type": 1, "name": "home"}]}`), invocation{Command: "desk.home"}},
		"a text":                  {typedAs("shelf", "show", `{"type": 3, "name": "text", "value": "garden 2 +wet"}`), invocation{Command: "shelf.show", Values: bot.Values{"text": {"garden 2 +wet"}}}},
		"a text that is a parameter": {typedAs("shelf", "note", `{"type": 3, "name": "text", "value": "wet"}, {"type": 3, "name": "name", "value": "east"}`),
			invocation{Command: "shelf.note", Values: bot.Values{"text": {"wet"}, "name": {"east"}}}},
		"a text of digits":                   {typedAs("shelf", "show", `{"type": 3, "name": "name", "value": "123456789012345678"}`), invocation{Command: "shelf.show", Values: bot.Values{"name": {"123456789012345678"}}}},
		"an empty text":                      {typedAs("shelf", "show", `{"type": 3, "name": "name", "value": ""}`), invocation{Command: "shelf.show"}},
		"a whole number":                     {typedAs("shelf", "show", `{"type": 4, "name": "copies", "value": 2000000}`), invocation{Command: "shelf.show", Values: bot.Values{"copies": {"2000000"}}}},
		"a number":                           {typedAs("shelf", "fill", `{"type": 10, "name": "share", "value": 0.25}`), invocation{Command: "shelf.fill", Values: bot.Values{"share": {"0.25"}}}},
		"a number in exponent":               {typedAs("shelf", "fill", `{"type": 10, "name": "share", "value": 1.5e7}`), invocation{Command: "shelf.fill", Values: bot.Values{"share": {"15000000"}}}},
		"no number at all":                   {typedAs("shelf", "fill", `{"type": 10, "name": "share", "value": 1e999}`), invocation{Command: "shelf.fill", Values: bot.Values{"share": {"1e999"}}}},
		"yes":                                {typedAs("desk", "handover", `{"type": 5, "name": "confirm", "value": true}`), invocation{Command: "desk.handover", Values: bot.Values{"confirm": {"yes"}}}},
		"no":                                 {typedAs("desk", "handover", `{"type": 5, "name": "confirm", "value": false}`), invocation{Command: "desk.handover", Values: bot.Values{"confirm": {"no"}}}},
		"a person":                           {typedAs("desk", "handover", `{"type": 6, "name": "from", "value": "42"}`), invocation{Command: "desk.handover", Values: bot.Values{"from": {"<@42>"}}}},
		"a channel":                          {typedAs("shelf", "fill", `{"type": 7, "name": "place", "value": "43"}`), invocation{Command: "shelf.fill", Values: bot.Values{"place": {"#hiring"}}}},
		"a channel of which nothing is told": {typedAs("shelf", "fill", `{"type": 7, "name": "place", "value": "45"}`), invocation{Command: "shelf.fill", Values: bot.Values{"place": {"<#45>"}}}},
		"channels and people in a text": {typedAs("shelf", "show", `{"type": 3, "name": "text", "value": "in <#44> or <#45> by <@!42>"}`),
			invocation{Command: "shelf.show", Values: bot.Values{"text": {"in #offers or <#45> by <@42>"}}}},
		"several people":     {typedAs("shelf", "fill", `{"type": 3, "name": "owners", "value": "<@!42> <@43>, ann"}`), invocation{Command: "shelf.fill", Values: bot.Values{"owners": {"<@42>,<@43>, ann"}}}},
		"a file":             {typedAs("shelf", "fill", `{"type": 11, "name": "paper", "value": "77"}`), invocation{Command: "shelf.fill", Files: map[string]commandFile{"paper": paper}}},
		"a value of no kind": {typedAs("shelf", "show", `{"type": 3, "name": "name", "value": {"x": 1}}`), invocation{Command: "shelf.show"}},
		"an unknown type":    {typedAs("shelf", "show", `{"type": 99, "name": "name", "value": "x"}`), invocation{Command: "shelf.show", Values: bot.Values{"name": {"x"}}}},
		"a verb of cards":    {typedAs("shelf", "drop", ``), invocation{Command: "shelf.drop"}},
		"a text being typed": {typedAs("shelf", "show", `{"type": 3, "name": "text", "value": "gar", "focused": true}, {"type": 4, "name": "copies", "value": 2}`),
			invocation{Command: "shelf.show", Focus: "text", Values: bot.Values{"text": {"gar"}, "copies": {"2"}}}},
		"nothing typed yet":    {typedAs("shelf", "show", `{"type": 3, "name": "name", "value": "", "focused": true}`), invocation{Command: "shelf.show", Focus: "name", Values: bot.Values{"name": {""}}}},
		"a number being typed": {typedAs("shelf", "show", `{"type": 4, "name": "copies", "value": "1", "focused": true}`), invocation{Command: "shelf.show", Focus: "copies", Values: bot.Values{"copies": {"1"}}}},
		"a message's menu": {keptMessage, invocation{Command: "shelf.keep", On: &targetMessage{
			ID: "7", ChannelID: "44", Content: "by <@42> in #offers", Author: user{ID: "42", Username: "ben"},
		}}},
		"members of no interest": {json.RawMessage(`{"type": 1, "name": "desk", "guild_id": "1", "new": [1], "options": [{"type": 1, "name": "home", "new": {}}]}`), invocation{Command: "desk.home"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := invoked(c.data, sampleNames(), channelNames)
			if err != nil {
				t.Fatal(err)
			}
			if c.want.Values == nil {
				c.want.Values = bot.Values{}
			}
			if c.want.Files == nil {
				c.want.Files = map[string]commandFile{}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestInvokedRefusesWhatIsNotOurs(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]json.RawMessage{
		"an unknown command":     typedAs("sofa", "show", ``),
		"an unknown verb":        typedAs("shelf", "burn", ``),
		"an unknown option":      typedAs("shelf", "show", `{"type": 3, "name": "colour", "value": "red"}`),
		"a text that none reads": typedAs("desk", "help", `{"type": 3, "name": "text", "value": "x"}`),
		"no subcommand":          json.RawMessage(`{"type": 1, "name": "shelf"}`),
		"a group":                json.RawMessage(`{"type": 1, "name": "shelf", "options": [{"type": 2, "name": "show", "options": []}]}`),
		"a person's menu":        json.RawMessage(`{"type": 2, "name": "shelf", "target_id": "1"}`),
		"a message that is lost": json.RawMessage(`{"type": 3, "name": "Keep message", "target_id": "8", "resolved": {"messages": {"7": {"id": "7"}}}}`),
		"no message at all":      json.RawMessage(`{"type": 3, "name": "Keep message"}`),
		"a menu without a name":  json.RawMessage(`{"type": 3, "target_id": "1"}`),
		"a message's menu":       json.RawMessage(`{"type": 3, "name": "shelf", "target_id": "1"}`),
		"a lost file":            typedAs("shelf", "fill", `{"type": 11, "name": "paper", "value": "78"}`),
	} {
		_, err := invoked(data, sampleNames(), channelNames)
		if coded, ok := errors.AsType[bot.Coded](err); !ok || coded.Code() != bot.CodeInvalid || coded.Message() == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, data := range []string{``, `[]`, `{"type": "1"}`, `{"options": {}}`} {
		if _, err := invoked(json.RawMessage(data), sampleNames(), channelNames); err == nil {
			t.Errorf("%s is read", data)
		}
	}
	if _, err := invoked(typedAs("shelf", "home", ``), newNames("desk", "hb", sampleCommands()), channelNames); err == nil {
		t.Error("a command without the prefix is read")
	}
}

// What somebody made up ends in an error or an invocation, and in nothing else.
func TestInvokedReadsAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.SampledFrom([]string{`1`, `"x"`, `true`, `null`, `[]`, `{}`, `1e400`, `"42"`}).Draw(t, "value")
		name := rapid.SampledFrom([]string{"text", "name", "copies", "owners", "paper", "x", ""}).Draw(t, "name")
		data := typedAs("shelf", rapid.SampledFrom([]string{"show", "fill", "note", "x"}).Draw(t, "verb"),
			fmt.Sprintf(`{"type": %d, "name": %q, "value": %s, "focused": %v}`, rapid.IntRange(0, 30).Draw(t, "type"), name, value, rapid.Bool().Draw(t, "focused")))
		if inv, err := invoked(data, sampleNames(), channelNames); err == nil && !strings.HasPrefix(inv.Command, "shelf.") {
			t.Fatalf("%+v", inv)
		}
	})
}

// The recorded deliveries are those of another app: they are read, and refused as such.
func TestRecordedCommandsAreRead(t *testing.T) {
	t.Parallel()
	shared := os.Getenv("HIREBOT_SHARED")
	if shared == "" {
		t.Log("HIREBOT_SHARED is not set: the recorded deliveries are left out")
		return
	}
	for _, file := range []string{"slash_command.json", "user_command.json", "message_command.json"} {
		text, err := os.ReadFile(filepath.Join(shared, "payloads", "discord", file))
		if err != nil {
			t.Fatal(err)
		}
		var recorded struct {
			Data json.RawMessage `json:"data"`
		}
		if err := json.Unmarshal(text, &recorded); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		var d commandData
		if err := json.Unmarshal(recorded.Data, &d); err != nil || d.Name != "foo" {
			t.Errorf("%s: %+v %v", file, d, err)
		}
		if _, err := invoked(recorded.Data, sampleNames(), channelNames); bot.ErrorCode(err) != bot.CodeInvalid {
			t.Errorf("%s: %v", file, err)
		}
		if file != "message_command.json" {
			continue
		}
		ours := newNames("desk", "", []bot.Spec{{Noun: "shelf", Verb: "keep", MessageShortcut: "foo"}})
		inv, err := invoked(recorded.Data, ours, channelNames)
		if err != nil || inv.On == nil || inv.On.Content != "some message" || inv.On.Author.Username != "ian" {
			t.Fatalf("%s: %+v %v", file, inv, err)
		}
		if got := inv.On.link("772904309264089089"); got != "https://discord.com/channels/772904309264089089/772908445358620702/867793854505943041" {
			t.Errorf("%s: %s", file, got)
		}
	}
}

func TestChoicesFor(t *testing.T) {
	t.Parallel()
	show, _ := sampleNames().spec("shelf", "show")
	long := strings.Repeat("₹", 101)
	choices := []bot.Choice{{Label: "Garden", Value: "R-1", Hint: "open"}, {Value: "R-2"}, {Label: long, Value: "R-3"}, {Label: "Long", Value: long}, {Label: "Nothing"}}
	for focus, want := range map[string][]string{
		"name": {"Garden · open=R-1", "R-2=R-2", strings.Repeat("₹", 99) + "…=R-3"},
		"text": {"R-1=R-1", "R-2=R-2", "R-3=R-3"},
		"tags": {"R-1=R-1", "R-2=R-2", "R-3=R-3"},
	} {
		var got []string
		for _, c := range choicesFor(show, focus, choices) {
			got = append(got, fmt.Sprintf("%s=%s", c.Name, c.Value))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", focus, got, want)
		}
	}
	if got := choicesFor(show, "name", slices.Repeat(choices, 20)); len(got) != maxOptionChoices {
		t.Errorf("%d choices", len(got))
	}
}

// members are the people of the company in the test below, with their accounts.
var members = []string{"recruiter", "hiring-manager", "hiring-manager-2", "compensation", "approver-1", "interviewer-1", "interviewer-2", "interviewer-3", "member", "admin"}

// companyReading is what the product knows when one of its people types.
func companyReading(t *testing.T) bot.Reading {
	t.Helper()
	// A Monday morning in India.
	now := time.Date(2026, time.December, 7, 3, 30, 0, 0, time.UTC)
	st, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "hirebot.db"), func() time.Time { return now }, store.Keys{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := st.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	rd := bot.Reading{Now: now, Zone: time.UTC}
	err = st.InTx(t.Context(), func(tx *store.Tx) error {
		for i, name := range members {
			_, err := tx.AddPerson(t.Context(), hiring.Person{Name: name, Active: true, Identities: []hiring.Identity{{Workspace: "discord:1", User: fmt.Sprint(1000 + i)}}})
			if err != nil {
				return err
			}
		}
		rd.Words = tx.Snapshot()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rd
}

// typedIn is what Discord sends for a command as it is spelled: its client takes what stands behind the
// name of an option for its value, up to the next.
func typedIn(t *testing.T, registration []*discordgo.ApplicationCommand, spelled string) json.RawMessage {
	t.Helper()
	words := strings.Fields(spelled)
	i := slices.IndexFunc(registration, func(c *discordgo.ApplicationCommand) bool { return "/"+c.Name == words[0] })
	if i < 0 || len(words) < 2 {
		t.Fatalf("%q is no command", spelled)
	}
	j := slices.IndexFunc(registration[i].Options, func(o *discordgo.ApplicationCommandOption) bool { return o.Name == words[1] })
	if j < 0 {
		t.Fatalf("%q is no subcommand", spelled)
	}
	sub := registration[i].Options[j]
	texts, last := map[string]string{}, ""
	for _, w := range words[2:] {
		name, value, named := strings.Cut(w, ":")
		known := slices.ContainsFunc(sub.Options, func(o *discordgo.ApplicationCommandOption) bool { return o.Name == name })
		switch {
		case named && known:
			last, texts[name] = name, value
		case last == "":
			t.Fatalf("%q: %s belongs to no option", spelled, w)
		default:
			texts[last] += " " + w
		}
	}
	var options []optionData
	for _, o := range sub.Options {
		text, given := texts[o.Name]
		if !given {
			if o.Required {
				t.Fatalf("%q lacks %s", spelled, o.Name)
			}
			continue
		}
		var value any = text
		switch o.Type { //nolint:exhaustive // The others are texts, and no example has a file.
		case discordgo.ApplicationCommandOptionUser:
			value = fmt.Sprint(1000 + slices.Index(members, strings.TrimPrefix(text, "@")))
		case discordgo.ApplicationCommandOptionInteger, discordgo.ApplicationCommandOptionNumber:
			value = json.Number(text)
		case discordgo.ApplicationCommandOptionBoolean:
			value = text == "yes"
		}
		raw, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		options = append(options, optionData{Type: o.Type, Name: o.Name, Value: raw})
	}
	data, err := json.Marshal(commandData{Type: discordgo.ChatApplicationCommand, Name: registration[i].Name, Options: []optionData{
		{Type: discordgo.ApplicationCommandOptionSubCommand, Name: sub.Name, Options: options},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Every example of the product, spelled for Discord and typed there, means what it means as text.
func TestExamplesOfTheProductReadBack(t *testing.T) {
	t.Parallel()
	specs, rd := productSpecs(), companyReading(t)
	registry, err := bot.NewRegistry(commands.Base, specs)
	if err != nil {
		t.Fatal(err)
	}
	for _, prefix := range []string{"", "hb"} {
		n := newNames(commands.Base, prefix, specs)
		registration := registered(t, commands.Base, prefix, specs)
		for _, s := range specs {
			if s.FromCard {
				continue // only cards offer it
			}
			for _, example := range s.Examples {
				_, want, err := registry.Read(example, rd)
				if err != nil {
					t.Fatalf("%s: %v", example, err)
				}
				spelled := n.spell(example)
				inv, err := invoked(typedIn(t, registration, spelled), n, channelNames)
				if err != nil {
					t.Errorf("%s: %v", spelled, err)
					continue
				}
				spec, got, err := registry.Read("/"+strings.Replace(inv.Command, ".", " ", 1)+" "+strings.Join(inv.Values[bot.TextOption], " "), rd)
				if err != nil {
					t.Errorf("%s: %v", spelled, err)
				}
				options, err := bot.ReadValues(spec, rd, inv.Values)
				if err != nil {
					t.Errorf("%s: %v", spelled, err)
				}
				maps.Copy(got, options)
				if diff := cmp.Diff(bot.ValuesOf(s, want), bot.ValuesOf(spec, got)); diff != "" || spec.Name() != s.Name() {
					t.Errorf("%s, typed as %s, is %s (-want +got):\n%s", example, spelled, spec.Name(), diff)
				}
				if prefix == "" {
					t.Logf("%-60s %s", example, spelled)
				}
			}
		}
	}
}

func TestMentioned(t *testing.T) {
	t.Parallel()
	inv := invocation{Values: bot.Values{"from": {"<@42>"}, "text": {"<@43> <@!42> <#44> 45"}}}
	if got := inv.mentioned(); !slices.Equal(got, []string{"42", "43"}) {
		t.Errorf("mentioned %q", got)
	}
	var many strings.Builder
	for i := range 100 {
		fmt.Fprintf(&many, "<@%d>", i)
	}
	if got := (invocation{Values: bot.Values{"text": {many.String()}}}).mentioned(); len(got) != maxMentioned {
		t.Errorf("%d are looked up", len(got))
	}
}
