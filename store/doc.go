// Package store keeps what the bot knows, in Postgres or in an embedded SQLite file. There is one
// Store for both, with one portable SQL text; what differs stands in dialect.go.
//
// A Store runs a request as one unit (Do): event id, actor, effect, audit rows, outbox rows and
// wake-up jobs are one commit. What every request needs (people, roles, settings, bands, playbooks)
// is an immutable Snapshot in memory, read again whenever the database's generation has moved on.
//
// Inside a transaction only its own handle is used: SQLite has one connection, and a second one
// would wait for the first for ever.
package store
