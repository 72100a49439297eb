package slacktest

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"
)

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
