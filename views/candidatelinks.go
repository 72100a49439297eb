package views

import "github.com/hirebot/hirebot/bot"

// scheduleActions is the button that schedules an interview of an application.
func scheduleActions(string, string, string) []bot.Action { return nil }

// fillInActions is the button that opens one's scorecard of an interview.
func fillInActions(string) []bot.Action { return nil }

// myCards is the call that lists one's scorecards.
func myCards() bot.Call { return bot.Do("hire.home") }
