// Package discord connects the bot to Discord: by the Gateway, or by HTTP interactions. It registers
// the commands with typed options, renders cards as messages with components, and forms as modals. All
// of github.com/bwmarrin/discordgo stays inside.
package discord
