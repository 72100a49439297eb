package discordtest

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

// The limits of commands.
// https://docs.discord.com/developers/interactions/application-commands#registering-a-command
const (
	maxCommands    = 100
	maxMenus       = 15
	maxCommandText = 8000
	maxCommandHint = 100
)
