// Package playground is a chat platform that runs in the browser: a small chat server kept in
// memory, the client that it serves, and the adapter that makes a bot.Platform of both. It exists
// for trying the bot without a workspace and for testing it from end to end.
//
// It has no passwords: whoever opens the page chooses whom to be. That is why it listens on the
// loopback interface alone unless it is told otherwise, answers only to loopback host names there,
// and refuses requests that another site's page makes.
//
// What is said here lives as long as the process. The state of the product is in its database.
package playground
