// Package slack connects the bot to Slack: by Socket Mode, by HTTP, or both at once. It renders cards
// as Block Kit and forms as modals, and generates the app's manifest. All of github.com/slack-go/slack
// stays inside.
package slack
