package slacktest

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

// noLimit is for what the reference sets no limit to.
const noLimit = 1 << 20
