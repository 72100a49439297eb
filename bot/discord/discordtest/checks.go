package discordtest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// object is a JSON object as it was received.
type object = map[string]any

// The types of components.
// https://docs.discord.com/developers/components/reference#component-object-component-types
const (
	compRow           = 1
	compButton        = 2
	compSelect        = 3
	compInput         = 4
	compUsers         = 5
	compRoles         = 6
	compMentionables  = 7
	compChannels      = 8
	compSection       = 9
	compText          = 10
	compThumbnail     = 11
	compGallery       = 12
	compFile          = 13
	compSeparator     = 14
	compContainer     = 17
	compLabel         = 18
	compUpload        = 19
	compRadios        = 21
	compCheckboxes    = 22
	compCheckbox      = 23
	compUnknownToCome = 99
)

// The flags of messages.
const (
	flagSuppressEmbeds = 1 << 2
	flagEphemeral      = 1 << 6
	flagLoading        = 1 << 7
	flagSilent         = 1 << 12
	flagV2             = 1 << 15
)

// Discord's limits, in characters or items, as its reference states them at
// https://docs.discord.com/developers/resources/message and
// https://docs.discord.com/developers/components/reference.
const (
	maxContent         = 2000
	maxEmbeds          = 10
	maxEmbedsText      = 6000
	maxEmbedTitle      = 256
	maxEmbedText       = 4096
	maxEmbedFields     = 25
	maxFieldName       = 256
	maxFieldValue      = 1024
	maxFooter          = 2048
	maxAuthor          = 256
	maxRows            = 5
	maxRowButtons      = 5
	maxComponents      = 40
	maxComponentsText  = 4000
	maxCustomID        = 100
	maxButtonLabel     = 80
	maxOptions         = 25
	maxOptionText      = 100
	maxSelectHint      = 150
	maxModalTitle      = 45
	maxModalComponents = 5
	maxLabel           = 45
	maxLabelHint       = 100
	maxInputHint       = 100
	maxInputText       = 4000
	maxFiles           = 10
	maxFileHint        = 1024
	maxNonce           = 25
	maxURL             = 2048
	maxButtonURL       = 512
	maxMentions        = 100
	maxRadios          = 10
)

// problem is something that Discord would refuse, at a place of a payload.
type problem struct{ path, text string }

// checker looks through a payload and notes all that Discord would refuse.
type checker struct {
	problems []problem
	// forbidden is what Discord would take and the project does not want.
	forbidden []problem
	ids       map[string]bool
	numbers   map[float64]bool
	count     int // of components, nested ones too
	chars     int // of text displays
}

func newChecker() *checker { return &checker{ids: map[string]bool{}, numbers: map[float64]bool{}} }

func (c *checker) addf(path, format string, args ...any) {
	c.problems = append(c.problems, problem{path, fmt.Sprintf(format, args...)})
}

// texts are the problems as the test is told of them.
func texts(problems []problem) []string {
	var out []string
	for _, p := range problems {
		out = append(out, strings.TrimSpace(p.path+": "+p.text))
	}
	return out
}

// tree is the errors as Discord tells them.
// https://docs.discord.com/developers/reference#error-messages
func tree(problems []problem) object {
	root := object{}
	for _, p := range problems {
		here := root
		for _, part := range strings.Split(strings.Trim(p.path, "/"), "/") {
			if part == "" {
				continue
			}
			next, ok := here[part].(object)
			if !ok {
				next = object{}
				here[part] = next
			}
			here = next
		}
		list, _ := here["_errors"].([]any)
		here["_errors"] = append(list, object{"code": "INVALID", "message": p.text})
	}
	return root
}

// text checks a member that must be a string of so many characters where it is there, and returns it.
func (c *checker) text(path string, o object, name string, least, most int) string {
	v, there := o[name]
	if !there || v == nil {
		return ""
	}
	s, ok := v.(string)
	if !ok {
		c.addf(path+"/"+name, "is no string")
		return ""
	}
	if n := utf8.RuneCountInString(s); n < least || n > most {
		c.addf(path+"/"+name, "must be between %d and %d in length, not %d", least, most, n)
	}
	return s
}

// required checks a member that must be there.
func (c *checker) required(path string, o object, name string, least, most int) string {
	if s, ok := o[name].(string); !ok || s == "" {
		c.addf(path+"/"+name, "this field is required")
		return s
	}
	return c.text(path, o, name, least, most)
}

// list returns a member that must be an array of objects with a number of items where it is there.
func (c *checker) list(path string, o object, name string, least, most int) []object {
	v, there := o[name]
	if !there || v == nil {
		if least > 0 {
			c.addf(path+"/"+name, "this field is required")
		}
		return nil
	}
	items, ok := v.([]any)
	if !ok {
		c.addf(path+"/"+name, "is no array")
		return nil
	}
	if len(items) < least || len(items) > most {
		c.addf(path+"/"+name, "must be between %d and %d in length, not %d", least, most, len(items))
	}
	if len(objects(v)) != len(items) {
		c.addf(path+"/"+name, "an item is no object")
	}
	return objects(v)
}

// whole checks a member that must be a whole number of this range where it is there.
func (c *checker) whole(path string, o object, name string, least, most float64) (float64, bool) {
	v, there := o[name]
	if !there || v == nil {
		return 0, false
	}
	n, ok := v.(float64)
	if !ok || n != float64(int64(n)) || n < least || n > most {
		c.addf(path+"/"+name, "is %v, allowed are whole numbers from %v to %v", v, least, most)
		return 0, false
	}
	return n, true
}

// address checks a member that must be an address where it is there.
func (c *checker) address(path string, o object, name string, most int, schemes ...string) {
	s := c.text(path, o, name, 1, most)
	if s == "" {
		return
	}
	u, err := url.Parse(s)
	if err != nil || !slices.Contains(schemes, strings.ToLower(u.Scheme)) || u.Host == "" {
		c.addf(path+"/"+name, "%q is no well-formed URL of %q", s, schemes)
	}
}

// message checks what was given of a message.
func (c *checker) message(body object) {
	c.text("", body, "content", 0, maxContent)
	total := 0
	for i, e := range c.list("", body, "embeds", 0, maxEmbeds) {
		total += c.embed(fmt.Sprintf("/embeds/%d", i), e)
	}
	if total > maxEmbedsText {
		c.addf("/embeds", "embeds exceed %d characters: they have %d", maxEmbedsText, total)
	}
	flags, _ := c.whole("", body, "flags", 0, 1<<30)
	c.components(body, int(flags)&flagV2 != 0)
	c.mentions(body)
	for i, a := range c.list("", body, "attachments", 0, maxFiles) {
		c.text(fmt.Sprintf("/attachments/%d", i), a, "description", 0, maxFileHint)
	}
	switch n := body["nonce"].(type) {
	case string:
		c.text("", body, "nonce", 1, maxNonce)
	case nil:
		if body["enforce_nonce"] == true {
			c.addf("/enforce_nonce", "there is no nonce to enforce")
		}
	default:
		c.addf("/nonce", "is %v, and only text stays as it is", n)
	}
}

// legacy checks that a message of the second version of components has nothing of the first.
func (c *checker) legacy(content string, embeds []object) {
	if content != "" {
		c.addf("/content", "cannot be used with MessageFlags.IS_COMPONENTS_V2")
	}
	if len(embeds) > 0 {
		c.addf("/embeds", "cannot be used with MessageFlags.IS_COMPONENTS_V2")
	}
}

// mentions checks that a text says whom it may alert.
// https://docs.discord.com/developers/resources/message#allowed-mentions-object
func (c *checker) mentions(body object) {
	allowed, given := body["allowed_mentions"].(object)
	if !given {
		if str(body, "content") != "" || c.chars > 0 {
			c.forbidden = append(c.forbidden, problem{"/allowed_mentions", "the message does not say whom it may alert"})
		}
		return
	}
	parse, _ := allowed["parse"].([]any)
	for _, name := range []string{"users", "roles"} {
		list, _ := allowed[name].([]any)
		if len(list) > maxMentions {
			c.addf("/allowed_mentions/"+name, "must be %d or fewer in length", maxMentions)
		}
		if len(list) > 0 && slices.Contains(parse, any(name)) {
			c.addf("/allowed_mentions/parse", "parse:[%q] and %s: [ids...] are mutually exclusive", name, name)
		}
	}
	for _, p := range parse {
		if !slices.Contains([]any{"users", "roles", "everyone"}, p) {
			c.addf("/allowed_mentions/parse", "%v is nothing that can be alerted", p)
		}
	}
}

// embed checks an embed and returns how many characters of the limit for all it takes.
// https://docs.discord.com/developers/resources/message#embed-object-embed-limits
func (c *checker) embed(path string, e object) int {
	size := utf8.RuneCountInString(c.text(path, e, "title", 0, maxEmbedTitle))
	size += utf8.RuneCountInString(c.text(path, e, "description", 0, maxEmbedText))
	for i, f := range c.list(path, e, "fields", 0, maxEmbedFields) {
		at := fmt.Sprintf("%s/fields/%d", path, i)
		name, value := c.required(at, f, "name", 1, maxFieldName), c.required(at, f, "value", 1, maxFieldValue)
		if strings.TrimSpace(name) == "" || strings.TrimSpace(value) == "" {
			c.addf(at, "a field needs a name and a value")
		}
		size += utf8.RuneCountInString(name) + utf8.RuneCountInString(value)
	}
	if f := in(e, "footer"); f != nil {
		size += utf8.RuneCountInString(c.required(path+"/footer", f, "text", 1, maxFooter))
		c.address(path+"/footer", f, "icon_url", maxURL, "http", "https", "attachment")
	}
	if a := in(e, "author"); a != nil {
		size += utf8.RuneCountInString(c.required(path+"/author", a, "name", 1, maxAuthor))
		c.address(path+"/author", a, "url", maxURL, "http", "https")
	}
	c.address(path, e, "url", maxURL, "http", "https")
	for _, name := range []string{"image", "thumbnail"} {
		if p := in(e, name); p != nil {
			c.address(path+"/"+name, p, "url", maxURL, "http", "https", "attachment")
		}
	}
	c.whole(path, e, "color", 0, 0xffffff)
	if size == 0 && in(e, "image") == nil && in(e, "thumbnail") == nil {
		c.addf(path, "an embed must have something in it")
	}
	return size
}

// components checks the components of a message.
func (c *checker) components(body object, v2 bool) {
	most := maxRows
	if v2 {
		most = maxComponents
	}
	for i, k := range c.list("", body, "components", 0, most) {
		at := fmt.Sprintf("/components/%d", i)
		kind := kindOf(k)
		if !v2 && kind != compRow {
			c.addf(at, "a component of type %d is only allowed with MessageFlags.IS_COMPONENTS_V2", kind)
			continue
		}
		c.component(at, k, "message")
	}
	if v2 && c.count > maxComponents {
		c.addf("/components", "%d components in all, allowed are %d", c.count, maxComponents)
	}
	if c.chars > maxComponentsText {
		c.addf("/components", "%d characters of text in all, allowed are %d", c.chars, maxComponentsText)
	}
}

// homes says in what each type of component may stand.
var homes = map[int][]string{
	compRow: {"message", "container", "modal"}, compButton: {"row", "section accessory"}, compSelect: {"row", "label"},
	compInput: {"modal row", "label"}, compUsers: {"row", "label"}, compRoles: {"row", "label"}, compMentionables: {"row", "label"},
	compChannels: {"row", "label"}, compSection: {"message", "container"}, compText: {"message", "container", "section", "modal"},
	compThumbnail: {"section accessory"}, compGallery: {"message", "container"}, compFile: {"message", "container"},
	compSeparator: {"message", "container"}, compContainer: {"message"}, compLabel: {"modal"}, compUpload: {"label"},
	compRadios: {"label"}, compCheckboxes: {"label"}, compCheckbox: {"label"},
}

// component checks a component that stands in something.
func (c *checker) component(path string, k object, home string) {
	c.count++
	kind := kindOf(k)
	if !slices.Contains(homes[kind], home) {
		c.addf(path, "a component of type %d is not allowed in a %s", kind, home)
		return
	}
	if n, ok := c.whole(path, k, "id", 0, 1<<31); ok && n > 0 {
		if c.numbers[n] {
			c.addf(path+"/id", "the id %v stands twice", n)
		}
		c.numbers[n] = true
	}
	switch kind {
	case compRow:
		c.row(path, k, home)
	case compButton:
		c.button(path, k)
	case compSelect, compUsers, compRoles, compMentionables, compChannels:
		c.selects(path, kind, k, home == "label")
	case compInput:
		c.input(path, k, home == "modal row")
	case compSection:
		for i, t := range c.list(path, k, "components", 1, 3) {
			c.component(fmt.Sprintf("%s/components/%d", path, i), t, "section")
		}
		if a := in(k, "accessory"); a != nil {
			c.component(path+"/accessory", a, "section accessory")
		} else {
			c.addf(path+"/accessory", "this field is required")
		}
	case compText:
		c.chars += utf8.RuneCountInString(c.required(path, k, "content", 1, maxComponentsText))
	case compThumbnail:
		c.media(path, k, "media")
	case compGallery:
		for i, item := range c.list(path, k, "items", 1, 10) {
			c.media(fmt.Sprintf("%s/items/%d", path, i), item, "media")
		}
	case compFile:
		if m := in(k, "file"); m == nil || !strings.HasPrefix(str(m, "url"), "attachment://") {
			c.addf(path+"/file", "must be an attachment://")
		}
	case compContainer:
		for i, other := range c.list(path, k, "components", 1, maxComponents) {
			c.component(fmt.Sprintf("%s/components/%d", path, i), other, "container")
		}
	case compLabel:
		c.label(path, k)
	case compUpload:
		c.customID(path, k)
		c.chosen(path, k, maxFiles, maxFiles)
	case compRadios, compCheckboxes:
		c.customID(path, k)
		c.options(path, k, maxRadios)
	case compCheckbox:
		c.customID(path, k)
	}
}

func (c *checker) media(path string, o object, name string) {
	m := in(o, name)
	if m == nil {
		c.addf(path+"/"+name, "this field is required")
		return
	}
	c.address(path+"/"+name, m, "url", maxURL, "http", "https", "attachment")
	c.text(path, o, "description", 0, maxFileHint)
}

func (c *checker) row(path string, k object, home string) {
	inside := "row"
	if home == "modal" {
		inside = "modal row"
	}
	buttons, others := 0, 0
	for i, e := range c.list(path, k, "components", 1, maxRowButtons) {
		if kindOf(e) == compButton {
			buttons++
		} else {
			others++
		}
		c.component(fmt.Sprintf("%s/components/%d", path, i), e, inside)
	}
	if others > 1 || others == 1 && buttons > 0 {
		c.addf(path+"/components", "a row holds five buttons, or one of anything else")
	}
}

// customID checks an identifier, which must be the only one of its message.
func (c *checker) customID(path string, k object) {
	id := c.required(path, k, "custom_id", 1, maxCustomID)
	if id != "" && c.ids[id] {
		c.addf(path+"/custom_id", "component custom id cannot be duplicated: %q", id)
	}
	c.ids[id] = true
}

// The styles of buttons.
const (
	stylePrimary   = 1
	styleSecondary = 2
	styleSuccess   = 3
	styleDanger    = 4
	styleLink      = 5
)

func (c *checker) button(path string, k object) {
	style, ok := c.whole(path, k, "style", stylePrimary, 6)
	if !ok {
		c.addf(path+"/style", "this field is required")
	}
	c.text(path, k, "label", 0, maxButtonLabel)
	if strings.TrimSpace(str(k, "label")) == "" && in(k, "emoji") == nil {
		c.addf(path+"/label", "a button needs a label or an emoji")
	}
	switch {
	case style == styleLink:
		c.address(path, k, "url", maxButtonURL, "http", "https", "discord")
		if str(k, "url") == "" || str(k, "custom_id") != "" {
			c.addf(path, "a link button has a url and no custom_id")
		}
	case str(k, "url") != "":
		c.addf(path+"/url", "only a link button has a url")
	default:
		c.customID(path, k)
	}
}

// chosen checks how many may be chosen.
func (c *checker) chosen(path string, k object, there, most float64) {
	least, _ := c.whole(path, k, "min_values", 0, most)
	top, given := c.whole(path, k, "max_values", 1, most)
	if !given {
		top = 1
	}
	if least > top || top > there {
		c.addf(path, "at least %v and at most %v of %v can be chosen", least, top, there)
	}
	if least == 0 && k["min_values"] != nil && k["required"] == true {
		c.addf(path+"/min_values", "cannot be 0 where something must be chosen")
	}
}

func (c *checker) selects(path string, kind int, k object, inModal bool) {
	c.customID(path, k)
	c.text(path, k, "placeholder", 0, maxSelectHint)
	there := float64(maxOptions)
	if kind == compSelect {
		there = float64(len(c.options(path, k, maxOptions)))
	} else if k["options"] != nil && len(objects(k["options"])) > 0 {
		c.addf(path+"/options", "only a string select has options")
	}
	c.chosen(path, k, there, maxOptions)
	if inModal && k["disabled"] == true {
		c.addf(path+"/disabled", "a select in a modal cannot be disabled")
	}
}

func (c *checker) options(path string, k object, most int) []object {
	all := c.list(path, k, "options", 1, most)
	values, chosen := map[string]bool{}, 0
	for i, o := range all {
		at := fmt.Sprintf("%s/options/%d", path, i)
		c.required(at, o, "label", 1, maxOptionText)
		value := c.required(at, o, "value", 1, maxOptionText)
		c.text(at, o, "description", 0, maxOptionText)
		if values[value] {
			c.addf(at+"/value", "the value %q stands twice", value)
		}
		values[value] = true
		if o["default"] == true {
			chosen++
		}
	}
	top, given := k["max_values"].(float64)
	if !given && kindOf(k) != compCheckboxes {
		top = 1
	}
	if top > 0 && chosen > int(top) {
		c.addf(path+"/options", "%d are chosen at first, allowed are %v", chosen, top)
	}
	return all
}

func (c *checker) label(path string, k object) {
	c.required(path, k, "label", 1, maxLabel)
	c.text(path, k, "description", 0, maxLabelHint)
	if inner := in(k, "component"); inner != nil {
		c.component(path+"/component", inner, "label")
	} else {
		c.addf(path+"/component", "this field is required")
	}
}

func (c *checker) input(path string, k object, inRow bool) {
	c.customID(path, k)
	if _, ok := c.whole(path, k, "style", 1, 2); !ok {
		c.addf(path+"/style", "this field is required")
	}
	if inRow {
		c.required(path, k, "label", 1, maxLabel)
	} else if str(k, "label") != "" {
		c.addf(path+"/label", "is not allowed in a label")
	}
	c.text(path, k, "placeholder", 0, maxInputHint)
	least, _ := c.whole(path, k, "min_length", 0, maxInputText)
	most, given := c.whole(path, k, "max_length", 1, maxInputText)
	if !given {
		most = maxInputText
	}
	if least > most {
		c.addf(path+"/min_length", "is beyond max_length")
	}
	if str(k, "value") != "" {
		c.text(path, k, "value", int(least), int(most))
	}
	if k["style"] == 1.0 && strings.Contains(str(k, "value"), "\n") {
		c.addf(path+"/value", "has several lines in an input of one")
	}
}

// checkModal returns what Discord would refuse of a modal.
func checkModal(data object) []problem {
	c := newChecker()
	c.required("/data", data, "custom_id", 1, maxCustomID)
	c.required("/data", data, "title", 1, maxModalTitle)
	for i, k := range c.list("/data", data, "components", 1, maxModalComponents) {
		c.component(fmt.Sprintf("/data/components/%d", i), k, "modal")
	}
	return c.problems
}

// checkChoices returns what Discord would refuse of the answer to an autocomplete.
func checkChoices(data object) []problem {
	c := newChecker()
	if _, ok := data["choices"].([]any); !ok {
		c.addf("/data/choices", "this field is required")
		return c.problems
	}
	for i, o := range c.list("/data", data, "choices", 0, maxOptions) {
		c.choice(fmt.Sprintf("/data/choices/%d", i), o)
	}
	return c.problems
}

func (c *checker) choice(path string, o object) {
	c.required(path, o, "name", 1, maxOptionText)
	switch o["value"].(type) {
	case string:
		c.text(path, o, "value", 1, maxOptionText)
	case float64:
	default:
		c.addf(path+"/value", "is %v", o["value"])
	}
}

// The types of a command's options.
// https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-option-type
const (
	optSubcommand  = 1
	optGroup       = 2
	optString      = 3
	optInteger     = 4
	optBoolean     = 5
	optUser        = 6
	optChannel     = 7
	optRole        = 8
	optMentionable = 9
	optNumber      = 10
	optAttachment  = 11
)

// The limits of commands.
// https://docs.discord.com/developers/interactions/application-commands#registering-a-command
const (
	maxCommands    = 100
	maxMenus       = 15
	maxCommandText = 8000
	maxCommandHint = 100
)

var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

// checkCommands returns what Discord would refuse of all commands of a guild.
func checkCommands(all []object) []problem {
	c := newChecker()
	perType, names := map[int]int{}, map[string]bool{}
	for i, o := range all {
		at := fmt.Sprintf("/%d", i)
		kind := 1
		if n, ok := c.whole(at, o, "type", 1, 4); ok {
			kind = int(n)
		}
		perType[kind]++
		id := fmt.Sprint(kind, " ", str(o, "name"))
		if names[id] {
			c.addf(at+"/name", "application command names must be unique: %q", str(o, "name"))
		}
		names[id] = true
		if kind != 1 {
			c.required(at, o, "name", 1, 32)
			if str(o, "description") != "" || len(objects(o["options"])) > 0 {
				c.addf(at, "a context menu has neither a description nor options")
			}
			continue
		}
		if n := c.command(at, o); n > maxCommandText {
			c.addf(at, "command exceeds maximum size (%d): it has %d characters", maxCommandText, n)
		}
		c.commandOptions(at, o, 0)
	}
	for kind, most := range map[int]int{1: maxCommands, 2: maxMenus, 3: maxMenus} {
		if perType[kind] > most {
			c.addf("", "%d commands of type %d, allowed are %d", perType[kind], kind, most)
		}
	}
	return c.problems
}

// command checks the name and description of a command or option, and returns the characters of it and
// all below it.
func (c *checker) command(path string, o object) int {
	name := c.required(path, o, "name", 1, 32)
	if !commandName.MatchString(name) || strings.ToLower(name) != name {
		c.addf(path+"/name", "%q is no name of a command", name)
	}
	hint := c.required(path, o, "description", 1, maxCommandHint)
	size := utf8.RuneCountInString(name) + utf8.RuneCountInString(hint)
	for i, inner := range objects(o["options"]) {
		size += c.command(fmt.Sprintf("%s/options/%d", path, i), inner)
	}
	for _, choice := range objects(o["choices"]) {
		size += utf8.RuneCountInString(str(choice, "name")) + utf8.RuneCountInString(str(choice, "value"))
	}
	return size
}

// commandOptions checks the options of a command, group or subcommand: depth 0, 1 or 2.
func (c *checker) commandOptions(path string, o object, depth int) {
	all := c.list(path, o, "options", 0, maxOptions)
	nested, plain, optional := 0, 0, false
	names := map[string]bool{}
	for i, opt := range all {
		at := fmt.Sprintf("%s/options/%d", path, i)
		if name := str(opt, "name"); names[name] {
			c.addf(at+"/name", "option names must be unique: %q", name)
		}
		names[str(opt, "name")] = true
		switch kind := kindOf(opt); kind {
		case optSubcommand, optGroup:
			nested++
			if depth >= 2 || depth == 1 && kind == optGroup {
				c.addf(at, "a subcommand cannot stand there")
			}
			next := depth + 1
			if kind == optSubcommand {
				next = 2
			} else if len(objects(opt["options"])) == 0 {
				c.addf(at+"/options", "a group has no subcommands")
			}
			c.commandOptions(at, opt, next)
		default:
			plain++
			if opt["required"] == true && optional {
				c.addf(at, "required options must be placed before non-required options")
			}
			optional = optional || opt["required"] != true
			c.option(at, kind, opt)
		}
	}
	if nested > 0 && plain > 0 {
		c.addf(path+"/options", "sub-command and sub-command group option types are mutually exclusive to all other types")
	}
}

// option checks an option that people fill in.
func (c *checker) option(path string, kind int, o object) {
	if kind < optString || kind > optAttachment {
		c.addf(path+"/type", "is %v", o["type"])
	}
	choices := c.list(path, o, "choices", 0, maxOptions)
	names := map[string]bool{}
	for i, choice := range choices {
		at := fmt.Sprintf("%s/choices/%d", path, i)
		c.choice(at, choice)
		if _, text := choice["value"].(string); text != (kind == optString) {
			c.addf(at+"/value", "%v is no value of an option of type %d", choice["value"], kind)
		}
		if names[str(choice, "name")] {
			c.addf(at+"/name", "the choice %q stands twice", str(choice, "name"))
		}
		names[str(choice, "name")] = true
	}
	numeric := kind == optInteger || kind == optNumber
	if (o["autocomplete"] == true || len(choices) > 0) && kind != optString && !numeric {
		c.addf(path, "an option of type %d has neither choices nor autocomplete", kind)
	}
	if o["autocomplete"] == true && len(choices) > 0 {
		c.addf(path, "autocomplete must not be true where there are choices")
	}
	for _, name := range []string{"min_value", "max_value"} {
		if o[name] != nil && !numeric {
			c.addf(path+"/"+name, "an option of type %d has no such member", kind)
		}
	}
	least, _ := c.whole(path, o, "min_length", 0, 6000)
	most, given := c.whole(path, o, "max_length", 1, 6000)
	if given && least > most {
		c.addf(path+"/min_length", "is beyond max_length")
	}
	if (o["min_length"] != nil || given) && kind != optString {
		c.addf(path+"/max_length", "an option of type %d has no such member", kind)
	}
}

// normal returns a value as JSON would hold it after a round.
func normal(v any) any {
	data, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	var out any
	_ = json.Unmarshal(data, &out) // it was made just now
	return out
}

// kindOf returns the type of a component or option.
func kindOf(o object) int { return whole(o, "type") }

// whole returns a member that is a whole number, else 0.
func whole(o object, name string) int {
	switch n := o[name].(type) {
	case float64:
		return int(n)
	case int:
		return n
	}
	return 0
}

// objects returns the items of an array that are objects.
func objects(v any) []object {
	switch list := v.(type) {
	case []object:
		return list
	case []any:
		var out []object
		for _, item := range list {
			if o, ok := item.(object); ok {
				out = append(out, o)
			}
		}
		return out
	}
	return nil
}

// str returns a member that is a string, else "".
func str(o object, name string) string {
	s, _ := o[name].(string)
	return s
}

// in returns an object within an object, nil where there is none.
func in(o object, name string) object {
	got, _ := o[name].(object)
	return got
}
