// Package migrations holds the schema of the database: one SQL text for Postgres and SQLite alike.
// Migrations go forward only and add to what is there, so that a binary one version older can still
// read what a newer one left.
package migrations

import "embed"

// Files are the migrations, in the order of their numbers.
//
//go:embed *.sql
var Files embed.FS
