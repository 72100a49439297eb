package slacktest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// object is a JSON object as it was received.
type object = map[string]any

// The surfaces that blocks are shown on.
const (
	onMessage = "message"
	onModal   = "modal"
	onHome    = "home"
)

// Slack's limits, in characters or items, as its reference states them at
// https://docs.slack.dev/reference/block-kit/ and https://docs.slack.dev/reference/views/.
const (
	maxMessageBlocks = 50
	maxViewBlocks    = 100
	maxText          = 3000
	maxFallback      = 4000
	// maxBlocksText is about where Slack answers msg_blocks_too_long; the reference names no number.
	maxBlocksText      = 13000
	maxMarkdown        = 12000
	maxID              = 255
	maxHeader          = 150
	maxFieldText       = 2000
	maxFields          = 10
	maxContext         = 10
	maxActions         = 25
	maxAlt             = 2000
	maxURL             = 3000
	maxButtonText      = 75
	maxButtonValue     = 2000
	maxOverflow        = 5
	maxOptions         = 100
	maxFewOptions      = 10
	maxOptionText      = 75
	maxOptionValue     = 150
	maxPlaceholder     = 150
	maxLabel           = 2000
	maxInputText       = 3000
	maxViewButton      = 24
	maxPrivateMetadata = 3000
	maxViewSize        = 250 << 10
	maxTableRows       = 100
	maxTableCells      = 20
	maxTableText       = 10000
	maxFilesOfInput    = 10
	maxConfirmTitle    = 100
	maxConfirmText     = 300
	maxConfirmButton   = 30
	maxMetadata        = 8 << 10
)

// checker looks through a payload and notes all that Slack would refuse.
type checker struct {
	surface  string
	problems []string
	blockIDs map[string]bool
	focused  int
	tables   int
	table    int
	chars    int
}

func newChecker(surface string) *checker {
	return &checker{surface: surface, blockIDs: map[string]bool{}}
}

func (c *checker) addf(path, format string, args ...any) {
	c.problems = append(c.problems, path+": "+fmt.Sprintf(format, args...))
}

// members checks that an object has no members but these, none of them null, and the required ones,
// which end in "!".
func (c *checker) members(path string, o object, known ...string) {
	names := map[string]bool{}
	for _, k := range known {
		name, required := strings.CutSuffix(k, "!")
		names[name] = true
		if _, there := o[name]; required && !there {
			c.addf(path, "%s is missing", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		switch {
		case !names[name]:
			c.addf(path, "there is no member %s", name)
		case o[name] == nil:
			c.addf(path, "%s is null", name)
		}
	}
}

// child returns a member that must be an object where it is there.
func (c *checker) child(path string, o object, name string) (object, string, bool) {
	v, there := o[name]
	if !there || v == nil {
		return nil, "", false
	}
	got, ok := v.(object)
	if !ok {
		c.addf(path, "%s is no object", name)
	}
	return got, path + "/" + name, ok
}

// list returns a member that must be an array of objects with a number of items where it is there.
func (c *checker) list(path string, o object, name string, least, most int) []object {
	v, there := o[name]
	if !there || v == nil {
		return nil
	}
	items, ok := v.([]any)
	if !ok {
		c.addf(path, "%s is no array", name)
		return nil
	}
	if len(items) < least || len(items) > most {
		c.addf(path, "%s has %d items, allowed are %d to %d", name, len(items), least, most)
	}
	out := make([]object, 0, len(items))
	for i, item := range items {
		got, ok := item.(object)
		if !ok {
			c.addf(path, "%s/%d is no object", name, i)
			continue
		}
		out = append(out, got)
	}
	return out
}

// text checks a member that must be a string of at least and at most so many characters where it is
// there, and returns it.
func (c *checker) text(path string, o object, name string, least, most int) (string, bool) {
	v, there := o[name]
	if !there || v == nil {
		return "", false
	}
	s, ok := v.(string)
	if !ok {
		c.addf(path, "%s is no string", name)
		return "", false
	}
	if n := utf8.RuneCountInString(s); n < least || n > most {
		c.addf(path, "%s has %d characters, allowed are %d to %d", name, n, least, most)
	}
	return s, true
}

// boolean checks a member that must be true or false where it is there.
func (c *checker) boolean(path string, o object, names ...string) {
	for _, name := range names {
		if v, there := o[name]; there && v != nil {
			if _, ok := v.(bool); !ok {
				c.addf(path, "%s is neither true nor false", name)
			}
		}
	}
}

// oneOf checks a member that must be one of these where it is there.
func (c *checker) oneOf(path string, o object, name string, allowed ...string) {
	if v, there := o[name]; there && v != nil {
		if s, _ := v.(string); !slices.Contains(allowed, s) {
			c.addf(path, "%s is %v, allowed are %q", name, v, allowed)
		}
	}
}

// whole checks a member that must be a whole number of this range where it is there.
func (c *checker) whole(path string, o object, name string, least, most float64) (float64, bool) {
	v, there := o[name]
	if !there || v == nil {
		return 0, false
	}
	n, ok := v.(float64)
	if !ok || n != float64(int64(n)) || n < least || n > most {
		c.addf(path, "%s is %v, allowed are whole numbers from %v to %v", name, v, least, most)
		return 0, false
	}
	return n, true
}

// textObject checks a text object where it is there. Only plain text is allowed where markup is not.
func (c *checker) textObject(path string, o object, name string, most int, markup bool) {
	t, path, ok := c.child(path, o, name)
	if !ok {
		return
	}
	kind, _ := t["type"].(string)
	switch {
	case kind == "plain_text":
		c.members(path, t, "type!", "text!", "emoji")
		c.boolean(path, t, "emoji")
	case kind == "mrkdwn" && markup:
		c.members(path, t, "type!", "text!", "verbatim")
		c.boolean(path, t, "verbatim")
	default:
		c.addf(path, "a text of type %q is not allowed here", kind)
		return
	}
	s, ok := c.text(path, t, "text", 1, most)
	c.chars += utf8.RuneCountInString(s)
	if ok && kind == "mrkdwn" {
		c.markup(path, s)
	}
}

// markup checks a text in Slack's markup for what somebody's words may have become.
func (c *checker) markup(path, s string) {
	for _, p := range readMarkup(s, false).Problems {
		c.addf(path, "%s", p)
	}
}

// id checks an identifier.
func (c *checker) id(path string, o object, name string) string {
	s, _ := c.text(path, o, name, 1, maxID)
	return s
}

// address checks a member that must be the address of a page where it is there.
func (c *checker) address(path string, o object, name string, schemes ...string) {
	s, ok := c.text(path, o, name, 1, maxURL)
	if !ok {
		return
	}
	u, err := url.Parse(s)
	if err != nil || !slices.Contains(schemes, strings.ToLower(u.Scheme)) {
		c.addf(path, "%s is %q, which is no address", name, s)
	}
}

// checkMessage returns what Slack would refuse of a message: its text and its blocks.
func checkMessage(text string, blocks any) []string {
	c := newChecker(onMessage)
	c.blocks("", object{"blocks": blocks}, maxMessageBlocks)
	if blocks != nil && strings.TrimSpace(text) == "" && !empty(blocks) {
		c.addf("/text", "a message with blocks needs a text too, for notifications and screen readers")
	}
	if n := utf8.RuneCountInString(text); n > maxFallback {
		c.addf("/text", "%d characters, allowed are %d", n, maxFallback)
	}
	c.markup("/text", text)
	if c.chars > maxBlocksText {
		c.addf("/blocks", "%d characters in all, which is too long", c.chars)
	}
	return c.problems
}

func empty(blocks any) bool {
	list, ok := blocks.([]any)
	return ok && len(list) == 0
}

// checkView returns what Slack would refuse of a view of a type, "modal" or "home".
func checkView(view object, want string) []string {
	c := newChecker(want)
	if got, _ := view["type"].(string); got != want {
		c.addf("/type", "%q, allowed is %q", got, want)
		return c.problems
	}
	common := []string{"type!", "blocks!", "private_metadata", "callback_id", "external_id"}
	if want == onModal {
		common = append(common, "title!", "submit", "close", "clear_on_close", "notify_on_close")
		c.textObject("", view, "title", maxViewButton, false)
		c.textObject("", view, "submit", maxViewButton, false)
		c.textObject("", view, "close", maxViewButton, false)
		c.boolean("", view, "clear_on_close", "notify_on_close")
	}
	c.members("", view, common...)
	c.text("", view, "private_metadata", 0, maxPrivateMetadata)
	c.text("", view, "callback_id", 0, maxID)
	c.text("", view, "external_id", 0, maxID)
	c.blocks("", view, maxViewBlocks)
	if c.focused > 1 {
		c.addf("/blocks", "%d elements have focus_on_load, allowed is one", c.focused)
	}
	inputs := len(inputsOf(view)) > 0
	if _, there := view["submit"]; want == onModal && inputs && !there {
		c.addf("/submit", "a modal with an input needs it")
	}
	if data, err := json.Marshal(view); err != nil || len(data) > maxViewSize {
		c.addf("", "%d bytes, allowed are %d", len(data), maxViewSize)
	}
	return c.problems
}

// blocks checks the member blocks.
func (c *checker) blocks(path string, o object, most int) {
	for i, b := range c.list(path, o, "blocks", 0, most) {
		c.block(fmt.Sprintf("%s/blocks/%d", path, i), b)
	}
}

// block checks one block.
func (c *checker) block(path string, b object) {
	if id := c.id(path, b, "block_id"); id != "" {
		if c.blockIDs[id] {
			c.addf(path, "the block_id %q stands twice", id)
		}
		c.blockIDs[id] = true
	}
	kind, _ := b["type"].(string)
	switch {
	case kind == "section":
		c.section(path, b)
	case kind == "header":
		c.members(path, b, "type!", "block_id", "text!", "level")
		c.textObject(path, b, "text", maxHeader, false)
	case kind == "divider":
		c.members(path, b, "type!", "block_id")
	case kind == "context":
		c.context(path, b)
	case kind == "actions":
		c.members(path, b, "type!", "block_id", "elements!")
		c.elements(path, b, c.list(path, b, "elements", 1, maxActions), inActions)
	case kind == "image":
		c.members(path, b, "type!", "block_id", "alt_text!", "title", "image_url", "slack_file")
		c.textObject(path, b, "title", maxFieldText, false)
		c.image(path, b)
	case kind == "input":
		c.input(path, b)
	case kind == "rich_text":
		c.richText(path, b)
	case kind == "markdown" && c.surface == onMessage:
		c.members(path, b, "type!", "block_id", "text!")
		s, _ := c.text(path, b, "text", 1, maxMarkdown)
		c.chars += utf8.RuneCountInString(s)
	case kind == "table" && c.surface == onMessage:
		c.tableBlock(path, b)
	default:
		c.addf(path, "a block of type %q is not allowed in a %s", kind, c.surface)
	}
}

func (c *checker) section(path string, b object) {
	c.members(path, b, "type!", "block_id", "text", "fields", "accessory", "expand")
	c.boolean(path, b, "expand")
	c.textObject(path, b, "text", maxText, true)
	fields := c.list(path, b, "fields", 1, maxFields)
	for i, f := range fields {
		c.textObject(path, object{fmt.Sprintf("fields/%d", i): f}, fmt.Sprintf("fields/%d", i), maxFieldText, true)
	}
	if b["text"] == nil && len(fields) == 0 {
		c.addf(path, "a section needs text or fields")
	}
	if a, _, ok := c.child(path, b, "accessory"); ok {
		c.elements(path, b, []object{a}, inSection)
	}
}

func (c *checker) context(path string, b object) {
	c.members(path, b, "type!", "block_id", "elements!")
	for i, e := range c.list(path, b, "elements", 1, maxContext) {
		name := fmt.Sprintf("elements/%d", i)
		if e["type"] == "image" {
			c.members(path+"/"+name, e, "type!", "alt_text!", "image_url", "slack_file")
			c.image(path+"/"+name, e)
			continue
		}
		c.textObject(path, object{name: e}, name, maxText, true)
	}
}

// image checks what image blocks and elements have in common.
func (c *checker) image(path string, o object) {
	if alt, ok := c.text(path, o, "alt_text", 1, maxAlt); ok && strings.TrimSpace(alt) == "" {
		c.addf(path, "alt_text says nothing")
	}
	_, byURL := o["image_url"]
	file, filePath, byFile := c.child(path, o, "slack_file")
	if byURL == byFile {
		c.addf(path, "an image has either image_url or slack_file")
	}
	c.address(path, o, "image_url", "https", "http")
	if byFile {
		c.members(filePath, file, "id", "url")
		if len(file) != 1 {
			c.addf(filePath, "it has either id or url")
		}
	}
}

func (c *checker) tableBlock(path string, b object) {
	c.members(path, b, "type!", "block_id", "rows!", "column_settings")
	if c.tables++; c.tables > 1 {
		c.addf(path, "a message has at most one table")
	}
	rows, _ := b["rows"].([]any)
	if len(rows) < 1 || len(rows) > maxTableRows {
		c.addf(path, "rows has %d items, allowed are 1 to %d", len(rows), maxTableRows)
	}
	for i, r := range rows {
		name := fmt.Sprintf("%d", i)
		for j, cell := range c.list(path+"/rows", object{name: r}, name, 1, maxTableCells) {
			at := fmt.Sprintf("%s/rows/%d/%d", path, i, j)
			switch cell["type"] {
			case "raw_text":
				c.members(at, cell, "type!", "text!")
				s, _ := c.text(at, cell, "text", 1, maxTableText)
				c.table += utf8.RuneCountInString(s)
			case "rich_text":
				before := c.chars
				c.richText(at, cell)
				c.table += c.chars - before
			default:
				c.addf(at, "a cell of type %v", cell["type"])
			}
		}
	}
	if c.table > maxTableText {
		c.addf(path, "%d characters in all cells, allowed are %d", c.table, maxTableText)
	}
	for i, s := range c.list(path, b, "column_settings", 0, maxTableCells) {
		at := fmt.Sprintf("%s/column_settings/%d", path, i)
		c.members(at, s, "align", "is_wrapped")
		c.oneOf(at, s, "align", "left", "center", "right")
		c.boolean(at, s, "is_wrapped")
	}
}

func (c *checker) input(path string, b object) {
	c.members(path, b, "type!", "block_id", "label!", "element!", "hint", "optional", "dispatch_action")
	c.textObject(path, b, "label", maxLabel, false)
	c.textObject(path, b, "hint", maxLabel, false)
	c.boolean(path, b, "optional", "dispatch_action")
	if e, _, ok := c.child(path, b, "element"); ok {
		c.elements(path, b, []object{e}, inInput)
	}
}

// The places that interactive elements stand in.
const (
	inActions = "actions"
	inSection = "section"
	inInput   = "input"
)

// places says in which blocks an element can stand, each as its page in the reference does.
var places = map[string][]string{
	"button":                     {inActions, inSection},
	"checkboxes":                 {inActions, inSection, inInput},
	"datepicker":                 {inActions, inSection, inInput},
	"datetimepicker":             {inActions, inInput},
	"email_text_input":           {inInput},
	"file_input":                 {inInput},
	"image":                      {inSection},
	"multi_static_select":        {inActions, inSection, inInput},
	"multi_external_select":      {inActions, inSection, inInput},
	"multi_users_select":         {inActions, inSection, inInput},
	"multi_conversations_select": {inActions, inSection, inInput},
	"multi_channels_select":      {inActions, inSection, inInput},
	"number_input":               {inInput},
	"overflow":                   {inActions, inSection},
	"plain_text_input":           {inInput},
	"radio_buttons":              {inActions, inSection, inInput},
	"rich_text_input":            {inActions, inInput},
	"static_select":              {inActions, inSection, inInput},
	"external_select":            {inActions, inSection, inInput},
	"users_select":               {inActions, inSection, inInput},
	"conversations_select":       {inActions, inSection, inInput},
	"channels_select":            {inActions, inSection, inInput},
	"timepicker":                 {inActions, inSection, inInput},
	"url_text_input":             {inInput},
}

// elements checks the elements of one block.
func (c *checker) elements(path string, _ object, all []object, place string) {
	ids := map[string]bool{}
	for i, e := range all {
		at := fmt.Sprintf("%s/elements/%d", path, i)
		kind, _ := e["type"].(string)
		if !slices.Contains(places[kind], place) {
			c.addf(at, "an element of type %q is not allowed in %s", kind, place)
			continue
		}
		if id := c.id(at, e, "action_id"); id != "" {
			if ids[id] {
				c.addf(at, "the action_id %q stands twice in its block", id)
			}
			ids[id] = true
		}
		c.element(at, kind, e)
	}
}

// element checks an element by itself.
func (c *checker) element(path, kind string, e object) {
	common := []string{"type!", "action_id"}
	with := func(more ...string) { c.members(path, e, append(common, more...)...) }
	c.confirm(path, e)
	c.boolean(path, e, "focus_on_load")
	if e["focus_on_load"] == true {
		c.focused++
	}
	c.textObject(path, e, "placeholder", maxPlaceholder, false)
	switch kind {
	case "image":
		c.members(path, e, "type!", "alt_text!", "image_url", "slack_file")
		c.image(path, e)
	case "button":
		with("text!", "value", "url", "style", "confirm", "accessibility_label")
		c.textObject(path, e, "text", maxButtonText, false)
		c.text(path, e, "value", 0, maxButtonValue)
		c.address(path, e, "url", "https", "http", "mailto")
		c.oneOf(path, e, "style", "primary", "danger")
		c.text(path, e, "accessibility_label", 1, maxButtonText)
	case "overflow":
		with("options!", "confirm")
		c.options(path, e, "options", maxOverflow, false)
	case "static_select", "multi_static_select":
		c.staticSelect(path, kind, e, with)
	case "radio_buttons", "checkboxes":
		with("options!", initialOf(kind), "confirm", "focus_on_load")
		c.initial(path, e, c.options(path, e, "options", maxFewOptions, true))
	case "external_select", "multi_external_select":
		with(initialOf(kind), "min_query_length", "confirm", "focus_on_load", "placeholder", "max_selected_items")
		c.whole(path, e, "min_query_length", 0, maxText)
		c.initial(path, e, nil)
	case "users_select", "conversations_select", "channels_select":
		with("initial_"+strings.TrimSuffix(strings.TrimSuffix(kind, "_select"), "s"), "confirm", "focus_on_load", "placeholder", "filter",
			"default_to_current_conversation", "response_url_enabled")
		c.text(path, e, "initial_user", 1, maxID)
	case "multi_users_select", "multi_conversations_select", "multi_channels_select":
		with("initial_"+strings.TrimSuffix(strings.TrimPrefix(kind, "multi_"), "_select"), "confirm", "focus_on_load", "placeholder",
			"max_selected_items", "filter", "default_to_current_conversation")
	default:
		c.field(path, kind, e, with)
	}
	c.whole(path, e, "max_selected_items", 1, maxOptions)
}

func initialOf(kind string) string {
	if strings.HasPrefix(kind, "multi_") || kind == "checkboxes" {
		return "initial_options"
	}
	return "initial_option"
}

func (c *checker) staticSelect(path, kind string, e object, with func(...string)) {
	with("options", "option_groups", initialOf(kind), "confirm", "focus_on_load", "placeholder", "max_selected_items")
	if (e["options"] == nil) == (e["option_groups"] == nil) {
		c.addf(path, "a select has either options or option_groups")
	}
	all := c.options(path, e, "options", maxOptions, false)
	for i, g := range c.list(path, e, "option_groups", 1, maxOptions) {
		at := fmt.Sprintf("%s/option_groups/%d", path, i)
		c.members(at, g, "label!", "options!")
		c.textObject(at, g, "label", maxOptionText, false)
		all = append(all, c.options(at, g, "options", maxOptions, false)...)
	}
	c.initial(path, e, all)
}

var (
	dateForm   = regexp.MustCompile(`^\d{4}-\d\d-\d\d$`)
	numberForm = regexp.MustCompile(`^-?\d+(\.\d+)?$`)
)

// field checks an element that only input blocks have, or mostly.
func (c *checker) field(path, kind string, e object, with func(...string)) {
	switch kind {
	case "plain_text_input":
		with("initial_value", "multiline", "min_length", "max_length", "dispatch_action_config", "focus_on_load", "placeholder")
		c.boolean(path, e, "multiline")
		least, _ := c.whole(path, e, "min_length", 0, maxInputText)
		most, limited := c.whole(path, e, "max_length", 1, maxInputText)
		if !limited {
			most = maxInputText
		}
		if least > most {
			c.addf(path, "min_length is beyond max_length")
		}
		if s, _ := c.text(path, e, "initial_value", 0, int(most)); e["multiline"] != true && strings.Contains(s, "\n") {
			c.addf(path, "initial_value has several lines in an input of one")
		}
	case "number_input":
		with("is_decimal_allowed!", "initial_value", "min_value", "max_value", "dispatch_action_config", "focus_on_load", "placeholder")
		c.boolean(path, e, "is_decimal_allowed")
		for _, name := range []string{"initial_value", "min_value", "max_value"} {
			if s, ok := c.text(path, e, name, 1, maxInputText); ok && !isNumber(e, s) {
				c.addf(path, "%s is %q, which is no number that it takes", name, s)
			}
		}
	case "email_text_input", "url_text_input":
		with("initial_value", "dispatch_action_config", "focus_on_load", "placeholder")
		c.text(path, e, "initial_value", 0, maxInputText)
	case "rich_text_input":
		with("initial_value", "dispatch_action_config", "focus_on_load", "placeholder", "min_lines", "max_lines")
		if v, at, ok := c.child(path, e, "initial_value"); ok {
			c.richText(at, v)
		}
	case "datepicker":
		with("initial_date", "confirm", "focus_on_load", "placeholder")
		if s, ok := c.text(path, e, "initial_date", 0, maxID); ok && !isDate(s) {
			c.addf(path, "initial_date is %q", s)
		}
	case "timepicker":
		with("initial_time", "timezone", "confirm", "focus_on_load", "placeholder")
		if s, ok := c.text(path, e, "initial_time", 0, maxID); ok && !isTime(s) {
			c.addf(path, "initial_time is %q", s)
		}
		if s, ok := c.text(path, e, "timezone", 1, maxID); ok {
			if _, err := time.LoadLocation(s); err != nil {
				c.addf(path, "timezone is %q", s)
			}
		}
	case "datetimepicker":
		with("initial_date_time", "confirm", "focus_on_load")
		// Ten digits: from September 2001 to November 2286.
		c.whole(path, e, "initial_date_time", 1e9, 1e10-1)
	case "file_input":
		with("filetypes", "max_files")
		if c.surface != onModal {
			c.addf(path, "a file input is not allowed in a %s", c.surface)
		}
		c.whole(path, e, "max_files", 1, maxFilesOfInput)
	}
	if d, at, ok := c.child(path, e, "dispatch_action_config"); ok {
		c.members(at, d, "trigger_actions_on")
		on, _ := d["trigger_actions_on"].([]any)
		for _, v := range on {
			c.oneOf(at, object{"trigger_actions_on": v}, "trigger_actions_on", "on_enter_pressed", "on_character_entered")
		}
	}
}

func isNumber(e object, s string) bool {
	return numberForm.MatchString(s) && (e["is_decimal_allowed"] == true || !strings.Contains(s, "."))
}

func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil && dateForm.MatchString(s)
}

func isTime(s string) bool {
	_, err := time.Parse("15:04", s)
	return err == nil && len(s) == len("15:04")
}

// options checks a list of options and returns it.
func (c *checker) options(path string, e object, name string, most int, markup bool) []object {
	all := c.list(path, e, name, 1, most)
	for i, o := range all {
		at := fmt.Sprintf("%s/%s/%d", path, name, i)
		c.option(at, o, markup)
		if _, there := o["url"]; there && e["type"] != "overflow" {
			c.addf(at, "only an overflow menu has options with url")
		}
	}
	return all
}

func (c *checker) option(path string, o object, markup bool) {
	c.members(path, o, "text!", "value!", "description", "url")
	c.textObject(path, o, "text", maxOptionText, markup)
	c.text(path, o, "value", 1, maxOptionValue)
	c.textObject(path, o, "description", maxOptionText, markup)
	c.address(path, o, "url", "https", "http", "mailto")
}

// initial checks that what is chosen at first is among the options, exactly.
func (c *checker) initial(path string, e object, among []object) {
	chosen := c.list(path, e, "initial_options", 1, maxOptions)
	if o, _, ok := c.child(path, e, "initial_option"); ok {
		chosen = append(chosen, o)
	}
	for _, o := range chosen {
		c.option(path+"/initial", o, true)
		same := func(other object) bool { return reflect.DeepEqual(o, other) }
		if among != nil && !slices.ContainsFunc(among, same) {
			c.addf(path, "the initial option %v is none of the options", o)
		}
	}
}

func (c *checker) confirm(path string, e object) {
	d, path, ok := c.child(path, e, "confirm")
	if !ok {
		return
	}
	c.members(path, d, "title!", "text!", "confirm!", "deny!", "style")
	c.textObject(path, d, "title", maxConfirmTitle, false)
	c.textObject(path, d, "text", maxConfirmText, true)
	c.textObject(path, d, "confirm", maxConfirmButton, false)
	c.textObject(path, d, "deny", maxConfirmButton, false)
	c.oneOf(path, d, "style", "primary", "danger")
}

func (c *checker) richText(path string, b object) {
	c.members(path, b, "type!", "block_id", "elements!")
	for i, e := range c.list(path, b, "elements", 1, maxOptions) {
		at := fmt.Sprintf("%s/elements/%d", path, i)
		switch e["type"] {
		case "rich_text_section":
			c.members(at, e, "type!", "elements!")
			c.spans(at, e, false)
		case "rich_text_quote":
			c.members(at, e, "type!", "elements!", "border")
			c.spans(at, e, false)
		case "rich_text_preformatted":
			c.members(at, e, "type!", "elements!", "border", "language")
			c.spans(at, e, true)
		case "rich_text_list":
			c.members(at, e, "type!", "elements!", "style!", "indent", "offset", "border")
			c.oneOf(at, e, "style", "bullet", "ordered")
			c.whole(at, e, "indent", 0, 8)
			for j, item := range c.list(at, e, "elements", 1, maxOptions) {
				c.members(fmt.Sprintf("%s/elements/%d", at, j), item, "type!", "elements!")
				c.spans(fmt.Sprintf("%s/elements/%d", at, j), item, false)
			}
		default:
			c.addf(at, "an element of type %v is not allowed in rich text", e["type"])
		}
	}
}

// noLimit is for what the reference sets no limit to.
const noLimit = 1 << 20

// spans checks the pieces of a line of rich text.
func (c *checker) spans(path string, e object, preformatted bool) {
	for i, s := range c.list(path, e, "elements", 0, noLimit) {
		at := fmt.Sprintf("%s/elements/%d", path, i)
		kind, _ := s["type"].(string)
		if preformatted && kind != "text" && kind != "link" {
			c.addf(at, "a %s is not allowed in preformatted text", kind)
		}
		c.style(at, s)
		switch kind {
		case "text":
			c.members(at, s, "type!", "text!", "style")
			t, _ := c.text(at, s, "text", 1, noLimit)
			c.chars += utf8.RuneCountInString(t)
		case "link":
			c.members(at, s, "type!", "url!", "text", "unsafe", "style")
			c.address(at, s, "url", "https", "http", "mailto")
			t, _ := c.text(at, s, "text", 0, noLimit)
			c.chars += utf8.RuneCountInString(t)
		case "date":
			c.members(at, s, "type!", "timestamp!", "format!", "url", "fallback", "style")
			c.whole(at, s, "timestamp", -1<<53, 1<<53)
			if f, ok := c.text(at, s, "format", 1, maxText); ok && !strings.Contains(f, "{") {
				c.addf(at, "the format %q shows no moment", f)
			}
			c.text(at, s, "fallback", 1, maxText)
		case "user":
			c.members(at, s, "type!", "user_id!", "style")
		case "usergroup":
			c.members(at, s, "type!", "usergroup_id!", "style")
		case "channel":
			c.members(at, s, "type!", "channel_id!", "style")
		case "team":
			c.members(at, s, "type!", "team_id!", "style")
		case "broadcast":
			c.members(at, s, "type!", "range!", "style")
			c.oneOf(at, s, "range", "here", "channel", "everyone")
		case "emoji":
			c.members(at, s, "type!", "name!", "unicode", "skin_tone", "url", "style")
		case "color":
			c.members(at, s, "type!", "value!", "style")
		default:
			c.addf(at, "a piece of type %q", kind)
		}
	}
}

func (c *checker) style(path string, s object) {
	if style, at, ok := c.child(path, s, "style"); ok {
		c.members(at, style, "bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink")
		c.boolean(at, style, slices.Collect(maps.Keys(style))...)
	}
}

// checkMetadata returns what Slack would refuse of a message's metadata.
func checkMetadata(meta object) (code string, problems []string) {
	c := newChecker(onMessage)
	c.members("/metadata", meta, "event_type!", "event_payload!", "entities")
	c.id("/metadata", meta, "event_type")
	if _, _, ok := c.child("/metadata", meta, "event_payload"); !ok {
		c.addf("/metadata", "event_payload is no object")
	}
	if len(c.problems) > 0 {
		return "invalid_metadata_format", c.problems
	}
	if data, err := json.Marshal(meta); err != nil || len(data) > maxMetadata {
		c.addf("/metadata", "%d bytes, allowed are %d", len(data), maxMetadata)
		return "metadata_too_large", c.problems
	}
	return "", nil
}

// checkOptions returns what Slack would refuse of the answer to a select that asks for its options.
func checkOptions(answer object) []string {
	c := newChecker(onModal)
	c.members("", answer, "options", "option_groups")
	if (answer["options"] == nil) == (answer["option_groups"] == nil) {
		c.addf("", "it has either options or option_groups")
	}
	for i, o := range c.list("", answer, "options", 0, maxOptions) {
		c.option(fmt.Sprintf("/options/%d", i), o, false)
	}
	for i, g := range c.list("", answer, "option_groups", 0, maxOptions) {
		at := fmt.Sprintf("/option_groups/%d", i)
		c.members(at, g, "label!", "options!")
		c.textObject(at, g, "label", maxOptionText, false)
		c.options(at, g, "options", maxOptions, false)
	}
	return c.problems
}

// inputsOf returns the input blocks of a view, in order.
func inputsOf(view object) []object {
	var out []object
	for _, b := range blocksOf(view) {
		if b["type"] == "input" {
			out = append(out, b)
		}
	}
	return out
}

// blocksOf returns the blocks of a view or message that are objects.
func blocksOf(o object) []object { return objects(o["blocks"]) }

// objects returns the items of an array that are objects.
func objects(v any) []object {
	list, _ := v.([]any)
	var out []object
	for _, item := range list {
		if o, ok := item.(object); ok {
			out = append(out, o)
		}
	}
	return out
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

// seconds reads a Unix time of any of the forms that Slack has.
func seconds(s string) (int64, error) {
	whole, _, _ := strings.Cut(s, ".")
	return strconv.ParseInt(whole, 10, 64)
}
