// Package bottest holds what tests of the bot share: a store in memory for the router, a fixture of
// cards that every renderer draws, the conformance suite that every platform's adapter passes, and what
// the test servers of platforms wait and fail with.
package bottest
