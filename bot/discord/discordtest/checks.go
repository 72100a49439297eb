package discordtest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// object is a JSON object as it was received.
type object = map[string]any

// The flags of messages.
const (
	flagSuppressEmbeds = 1 << 2
	flagEphemeral      = 1 << 6
	flagLoading        = 1 << 7
	flagSilent         = 1 << 12
	flagV2             = 1 << 15
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
