package slack

// limits are Slack's, in characters (Unicode code points) or items. Nothing that the core can express
// makes a payload beyond one of them. Each stands in Slack's reference:
// https://docs.slack.dev/reference/block-kit/ for blocks, elements and composition objects,
// https://docs.slack.dev/reference/views/ for views.
var limits = struct {
	MessageBlocks, ViewBlocks                                       int
	Header, RichText, SectionText, MessageText, Fallback            int
	PlainText, ContextElements, ActionElements                      int
	ButtonLabel, ButtonValue, AccessibilityLabel                    int
	OverflowOptions, SelectOptions, RadioOptions, OptionText        int
	OptionValue, OptionDescription, Placeholder                     int
	ConfirmTitle, ConfirmText, ConfirmButton                        int
	ModalTitle, ModalButton, PrivateMetadata, InputLabel, InputHint int
	InputText, Alt                                                  int
}{
	MessageBlocks: 50, ViewBlocks: 100,
	// A rich text block and a message as a whole have no limit in the reference; Slack refuses messages
	// of more than about 13,000 characters in blocks with msg_blocks_too_long.
	Header: 150, RichText: 3000, SectionText: 3000, MessageText: 12000, Fallback: 4000,
	PlainText: 3000, ContextElements: 10, ActionElements: 25,
	ButtonLabel: 75, ButtonValue: 2000, AccessibilityLabel: 75,
	OverflowOptions: 5, SelectOptions: 100, RadioOptions: 10, OptionText: 75,
	OptionValue: 150, OptionDescription: 75, Placeholder: 150,
	ConfirmTitle: 100, ConfirmText: 300, ConfirmButton: 30,
	ModalTitle: 24, ModalButton: 24, PrivateMetadata: 3000, InputLabel: 2000, InputHint: 2000,
	InputText: 3000,
	// Of an uploaded picture: https://docs.slack.dev/reference/methods/files.getUploadURLExternal/
	Alt: 1000,
}
