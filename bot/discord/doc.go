// Package discord is the adapter of Discord: it receives over the Gateway or as HTTP interactions,
// registers the commands as typed slash commands, and shows cards as messages with components and
// forms as modals in steps.
package discord
