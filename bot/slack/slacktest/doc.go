// Package slacktest plays Slack for tests: the Web API, Socket Mode and HTTP deliveries, response
// URLs, files, and the people in front of their clients. It is written from Slack's documentation at
// https://docs.slack.dev and knows nothing of the app under test, so that both sides can only agree by
// agreeing with Slack. It fails the test for whatever Slack would refuse, cut short or show wrongly, and
// for what the project forbids: a file anywhere but in direct messages.
package slacktest
