package slacktest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
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
