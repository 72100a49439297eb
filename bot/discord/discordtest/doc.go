// Package discordtest plays Discord for tests: the HTTP API, the Gateway and HTTP deliveries of
// interactions, files, and the people in front of their clients. It is written from Discord's
// documentation at https://docs.discord.com/developers and knows nothing of the app under test, so that
// both sides can only agree by agreeing with Discord. It fails the test for whatever Discord would
// refuse, ignore or show wrongly, and for what the project forbids: commands outside the company's
// guilds, a file anywhere but in direct messages, and a text that does not say whom it may alert.
package discordtest
