package discord

import (
	"unicode"
	"unicode/utf16"

	"github.com/hirebot/hirebot/bot/front"
)

// limits are Discord's, in characters or items. Nothing that the core can express makes a payload
// beyond one of them. Each stands in Discord's reference:
// https://discord.com/developers/docs/resources/message for messages and embeds,
// https://discord.com/developers/docs/components/reference for components and modals.
var limits = struct {
	Content, Embeds, EmbedText, Description              int
	Fields, FieldName, FieldValue, EmbedURL              int
	Files, FileDescription, FileName                     int
	Rows, RowButtons, ButtonLabel, CustomID              int
	SelectOptions, OptionLabel, OptionHint, OptionValue  int
	Placeholder                                          int
	ModalParts, ModalTitle, ModalText                    int
	FieldLabel, FieldHint, InputPlaceholder, InputLength int
}{
	Content: 2000, Embeds: 10, EmbedText: 6000, Description: 4096,
	Fields: 25, FieldName: 256, FieldValue: 1024, EmbedURL: 2048,
	// A longer file name than a person can read is nothing that Discord refuses.
	Files: 10, FileDescription: 1024, FileName: 100,
	Rows: 5, RowButtons: 5, ButtonLabel: 80, CustomID: 100,
	SelectOptions: 25, OptionLabel: 100, OptionHint: 100, OptionValue: 100,
	Placeholder: 150,
	ModalParts:  5, ModalTitle: 45, ModalText: 4000,
	FieldLabel: 45, FieldHint: 100, InputPlaceholder: 100, InputLength: 4000,
}

// units counts the characters of a text. Discord's servers were said to count code points, and its
// clients count UTF-16 code units (https://github.com/discord/discord-api-docs/issues/1315). There are
// never fewer of these, so that what is counted here fits either way.
func units(s string) int {
	n := 0
	for _, r := range s {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// within returns as much of a text as has at most so many characters.
func within(s string, most int) string {
	n := 0
	for i, r := range s {
		if n += max(1, utf16.RuneLen(r)); n > most {
			return s[:i]
		}
	}
	return s
}

// blank tells whether there is nothing to be seen in a text. Discord trims such texts, and refuses
// what is empty then.
func blank(s string) bool {
	for _, r := range front.Clean(s) {
		if !unicode.IsSpace(r) && !unicode.In(r, unicode.Cf, unicode.M) {
			return false
		}
	}
	return true
}
