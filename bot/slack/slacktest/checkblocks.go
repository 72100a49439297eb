package slacktest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

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
