package discordtest

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

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
